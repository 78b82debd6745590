"""The answer to an attempt as a value, with two faces: one for members, one for strangers.

A decision is never a bare boolean and "no" is never an exception. Every gate that was asked leaves a verdict; the
effect is the strictest of them. A member reads the verdicts; a stranger is told an `Answer` and nothing else (spec G8).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum

from attrs import frozen


class Effect(IntEnum):
    """What an attempt comes to; a larger value is stricter, so combining is ``max``."""

    ALLOW = 0
    ASK = 1
    DENY = 2


class Stage(IntEnum):
    """Where in the order of spec G8 a verdict was given; a smaller value is asked earlier."""

    EXISTS = 0
    POLICY = 1
    TIME = 2
    NETWORK = 3
    PEOPLE = 4
    PASSWORD = 5
    TERMS = 6
    USES = 7
    CONTENT = 8


class Answer(Enum):
    """All that a stranger may learn (spec G8); `exshare_web.answers` turns each into one fixed page."""

    ALLOW = "allow"
    UNKNOWN = "unknown"
    """404: unknown, malformed, deleted, disabled, rotated out; one body."""
    UNAVAILABLE = "unavailable"
    """403: suspended, not started, expired, used up, wrong network; one other body."""
    ASK_ADDRESS = "ask-address"
    ASK_SIGN_IN = "ask-sign-in"
    """Signing in is demanded, with an account here or with an organisation."""
    ASK_SSO = "ask-sso"
    """Signing in with an organisation is demanded (spec G4)."""
    ASK_PASSWORD = "ask-password"
    ASK_TERMS = "ask-terms"
    ASK_OPEN = "ask-open"
    """All gates are passed and the link is limited: the Open button begins the visit (spec L14)."""
    ABSENT = "absent"
    """After all gates: this page is not, or no longer, in the share."""
    BUSY = "busy"
    """503: the owner's right could not be confirmed; never "allowed", never "lost access" (spec L15)."""

    @property
    def asks(self) -> bool:
        """Whether it is a gate's page: something can be done about it."""
        return self.value.startswith("ask-")


@frozen(slots=True)
class Verdict:
    """What one gate said.

    `rule` is for members and names the rule in words; `layers` names who set it, outermost first. `answer` is what a
    stranger is told should this verdict decide.
    """

    stage: Stage
    effect: Effect
    rule: str
    answer: Answer
    layers: tuple[str, ...] = ()


@frozen(slots=True)
class Decision:
    """An effect and every verdict that led to it, in the order of the stages."""

    effect: Effect
    verdicts: tuple[Verdict, ...]

    @property
    def allowed(self) -> bool:
        """Whether content may flow."""
        return self.effect is Effect.ALLOW

    def strangers_face(self) -> Answer:
        """The one thing a stranger may learn: the answer of the first verdict that stops, in the order of spec G8.

        INVARIANT: what stops at an earlier stage hides every later one; who has not passed the password of a link
        cannot learn that it is used up.
        """
        if self.effect is Effect.ALLOW:
            return Answer.ALLOW
        for verdict in self.verdicts:
            if verdict.effect is not Effect.ALLOW:
                return verdict.answer
        return Answer.UNKNOWN

    def members_face(self) -> tuple[Verdict, ...]:
        """Every verdict that stops the attempt, for those who may know (spec P9)."""
        return tuple(verdict for verdict in self.verdicts if verdict.effect is not Effect.ALLOW)


def combine(verdicts: Iterable[Verdict]) -> Decision:
    """The decision that the verdicts amount to: the strictest effect wins, and no verdict at all denies."""
    ordered = tuple(sorted(verdicts, key=lambda verdict: verdict.stage))
    if not ordered:
        return Decision(Effect.DENY, (NOTHING_JUDGED,))
    return Decision(max(verdict.effect for verdict in ordered), ordered)


NOTHING_JUDGED = Verdict(Stage.EXISTS, Effect.DENY, "nothing was judged", Answer.UNKNOWN)
"""The verdict of an empty set of verdicts: fail closed."""
