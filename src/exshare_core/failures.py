"""What failed towards Confluence or mail lately: by port and kind, counted by the minute, nothing of what it was about.

A failure names no page, no address and no person, and repeats nothing that the other side said (spec M9).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from exshare_core.errors import Broken, Busy, CredentialRejected, MailRefused
from exshare_core.values import SiteId

KEPT_FOR = timedelta(days=7)
MOST_KEPT = 500
"""Of one site; the oldest go first."""

TIMED_OUT = "timed out"

OUTCOMES: tuple[tuple[type[Exception], str], ...] = (
    (CredentialRejected, "credential rejected"),
    (MailRefused, "refused"),
    (Busy, "busy"),
    (Broken, "broken"),
    (TimeoutError, TIMED_OUT),
)


@frozen(slots=True)
class Failure:
    """A kind of failure within one minute."""

    site: SiteId
    minute: datetime
    """The beginning of the minute in UTC."""
    port: str
    """As in ``pages`` or ``mail``."""
    operation: str
    """As in ``read``; a name of ours."""
    outcome: str
    """One of `OUTCOMES`, or the class of an error that nobody foresaw."""
    count: int = 1


def failure(site: SiteId, at: datetime, port: str, operation: str, error: BaseException) -> Failure:
    """What is noted of `error`."""
    return Failure(site, at.replace(second=0, microsecond=0), port, operation, outcome(error))


def outcome(error: BaseException) -> str:
    """The kind of a failure in words of ours; one that waited in vain is told apart from one that was told to wait."""
    if isinstance(error, Busy) and isinstance(error.__cause__, TimeoutError):
        return TIMED_OUT
    return next((word for kind, word in OUTCOMES if isinstance(error, kind)), type(error).__name__)


def together(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """The same with equal kinds of one minute counted together."""
    counted: dict[tuple[SiteId, datetime, str, str, str], int] = {}
    for one in failures:
        key = (one.site, one.minute, one.port, one.operation, one.outcome)
        counted[key] = counted.get(key, 0) + one.count
    return tuple(Failure(*key, count) for key, count in counted.items())
