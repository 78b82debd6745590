"""The exceptions of exshare, drawn as a tree.

::

    ExshareError
    ├── InvalidValue          a boundary refused what it was given: field and rule are named
    ├── Refused               a member may not do this; the decision says why and which layer said so
    │   └── Unconfirmed       not before they have shown again who they are
    ├── NotFound              no such link, member or site for this caller
    ├── Stale                 somebody changed it first (carries the version now in force)
    │   ├── StaleLink         a link
    │   ├── StalePolicy       what admins have set on a site
    │   └── StaleBranding     how a site presents itself
    ├── Taken                 a name or a digest is in use already
    ├── AdapterFailed         the world behind a port failed
    │   ├── Busy              it may work again by itself: retry later (carries seconds)
    │   ├── Broken            the answer made no sense; a retry will not help
    │   │   └── OldSchema     a database whose schema was not brought up to date yet
    │   ├── CredentialRejected  the connector's credential is not accepted; an operator must act
    │   └── MailRefused       a letter was refused for good
    └── CannotUnseal          a sealed value does not open with this key, purpose, site and id

"No" to a visitor is never an exception: it is a :class:`exshare_core.decisions.Decision`.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


class ExshareError(Exception):
    """The root of every error that exshare raises on purpose."""


class InvalidValue(ExshareError):
    """What was given breaks a written rule; nothing was saved.

    ``field`` is the name the person used (a form field, a key, an option), ``rule`` is the violated rule in words,
    ``layer`` names who set the rule, if a layer did (spec P5). What the rule quotes may be a stranger's: whatever a
    terminal would obey, or would turn the direction of writing, is shown as a question mark.
    """

    def __init__(self, field: str, rule: str, layer: str | None = None) -> None:
        self.field = field
        self.rule = printable(rule)
        self.layer = layer
        super().__init__(f"{field}: {self.said}")

    @property
    def said(self) -> str:
        """The rule, with the layer that set it."""
        return self.rule if self.layer is None else f"{self.rule} (set by {self.layer})"


class InvalidValues(InvalidValue):
    """Several rules were broken at once; each is in ``failures``, so that a person can mend all of them."""

    def __init__(self, failures: tuple[InvalidValue, ...]) -> None:
        first = failures[0]
        parts = (failure.said if failure.field == first.field else str(failure) for failure in failures)
        super().__init__(first.field, "; ".join(parts))
        self.failures = failures


class Refused(ExshareError):
    """A member may not do this. ``rule`` says why in words, ``layer`` names who set the rule, if a layer did."""

    def __init__(self, rule: str, layer: str | None = None) -> None:
        super().__init__(rule if layer is None else f"{rule} (set by {layer})")
        self.rule = rule
        self.layer = layer


class Unconfirmed(Refused):
    """A member must show again who they are before they may do this."""


class NotFound(ExshareError):
    """There is no such thing for this caller. Says nothing about whether it exists for others."""


class Stale(ExshareError):
    """Somebody else changed it first; ``current`` is the version now in force (spec L12)."""

    what = "what was changed"

    def __init__(self, current: int) -> None:
        super().__init__(f"{self.what} has changed meanwhile and is now at version {current}")
        self.current = current


class StaleLink(Stale):
    """The link was changed by somebody else first."""

    what = "the link"


class StalePolicy(Stale):
    """What is set on the site was changed by somebody else first."""

    what = "the site's policy"


class StaleBranding(Stale):
    """How the site presents itself was changed by somebody else first."""

    what = "how the site looks"


class Taken(ExshareError):
    """A digest or a name is in use already; the first holder keeps it."""


class AdapterFailed(ExshareError):
    """The world behind a port failed. The cause is kept as ``__cause__``; the text holds no secret and no content."""

    port: str = ""
    """Which port and operation failed, such as ``pages.read``, where whoever joined the ports has noted it."""


class Busy(AdapterFailed):
    """The other side cannot answer now. ``retry_after`` is a hint in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Broken(AdapterFailed):
    """The other side answered something that cannot be used."""


class OldSchema(Broken):
    """The schema of a database is older than this program, and whoever opened it only looks. Names the way on."""

    def __init__(self, stands: str | None, pending: tuple[str, ...]) -> None:
        self.stands = stands
        """The last step that was taken; None where there is no schema yet."""
        self.pending = pending
        """The steps that are left to take, oldest first."""
        where = (
            "the database has no schema yet" if stands is None else f"the schema of the database stands at `{stands}`"
        )
        left = f"{len(pending)} steps are pending" if stands is None else f"pending: {', '.join(map(_quoted, pending))}"
        super().__init__(f"{where}, {left}; `exshare migrate` takes them")


class CredentialRejected(AdapterFailed):
    """The connector's credential is not accepted any more, or lacks a scope."""


class MailRefused(AdapterFailed):
    """The mail system refused the letter for good; sending it again would not help."""


class CannotUnseal(ExshareError):
    """A sealed value does not open: wrong key, purpose, site or id, or it was changed."""


def _quoted(name: str) -> str:
    return f"`{name}`"


def unknown(what: str, name: str, known: Collection[str], listed: str = "known") -> str:
    """The rule that an unknown name breaks, in words: which names are `listed` instead, and which one is nearest."""
    shown = printable(name[:60])
    names = f"; {listed}: {', '.join(sorted(known)) or 'none'}" if listed else ""
    near = get_close_matches(name[:60], list(known), n=1, cutoff=0.6)
    return f"there is no {what} `{shown}`{names}{f'; did you mean `{near[0]}`?' if near else ''}"


def printable(text: str) -> str:
    """The text with a question mark for whatever a terminal would obey, or could not print, instead of showing it."""
    return "".join(char if char.isprintable() else "?" for char in text)
