"""Decision → answer: one table, the stranger's face only (spec G8).

The bodies of 404 and 403 are rendered once, hold nothing of the link and nothing of the request, and are equal to the
byte for every reason behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from attrs import evolve, frozen
from starlette.responses import HTMLResponse, Response

from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, Busy, CredentialRejected
from exshare_core.visiting import Opening
from exshare_web import brand, languages
from exshare_web.brand import Brand
from exshare_web.languages import msg
from exshare_web.rendering import Pages


@frozen
class Neutral:
    """A page that says the same to everybody."""

    status: int
    heading: str
    text: str
    again: str = ""
    """The words of a link to the same address, where asking once more can help."""


NEUTRAL: Mapping[Answer, Neutral] = {
    Answer.UNKNOWN: Neutral(
        404,
        msg("There is nothing at this address"),
        msg("Check that the address is complete. If somebody sent it to you, ask them for a new one."),
    ),
    Answer.UNAVAILABLE: Neutral(
        403,
        msg("This page is not available"),
        msg("It cannot be opened now. If you expected to see it, ask the person who shared it with you."),
    ),
    Answer.ABSENT: Neutral(
        404,
        msg("This page is not in the share"),
        msg("It may have been moved or removed. Go back to where you came from, or ask the person who shared it."),
    ),
    Answer.BUSY: Neutral(
        503,
        msg("Please try again in a moment"),
        msg("The page could not be fetched just now. Nothing is wrong with your link."),
        msg("Try again"),
    ),
}

BROKEN = Neutral(
    502,
    msg("The page could not be fetched"),
    msg("The place where it is kept gave an answer that could not be read. Please try again later."),
    msg("Try again"),
)

FAILED = Neutral(500, msg("Something went wrong on our side"), msg("It has been noted. Please try again later."))

TOO_MANY = Neutral(
    429,
    msg("Too many tries"),
    msg("Please wait a little before you try again."),
    msg("Back to the page"),
)

WAITS: tuple[tuple[float, str], ...] = (
    (30, msg("Please try again in half a minute.")),
    (60, msg("Please try again in a minute.")),
    (5 * 60, msg("Please try again in five minutes.")),
    (15 * 60, msg("Please try again in a quarter of an hour.")),
    (30 * 60, msg("Please try again in half an hour.")),
    (3600, msg("Please try again in an hour.")),
    (3 * 3600, msg("Please try again in three hours.")),
    (12 * 3600, msg("Please try again in half a day.")),
    (24 * 3600, msg("Please try again in a day.")),
)
"""Seconds of waiting, and how long that is in words: the shortest of them that is long enough is told."""

UNREADABLE = Neutral(
    400,
    msg("This request could not be read"),
    msg("Open the page again and use the form on it."),
    msg("Open the page"),
)

FORGED = Neutral(
    403,
    msg("This form came from somewhere else"),
    msg("Open the page again and use the form on it."),
    msg("Open the page"),
)

_WAITING = (TOO_MANY, *(evolve(TOO_MANY, text=words) for _, words in WAITS))


def _in_words(wait: float) -> Neutral:
    """The page for who has to wait so many seconds."""
    fitting = (page for (longest, _), page in zip(WAITS, _WAITING[1:], strict=True) if wait <= longest)
    return next(fitting, TOO_MANY)


BUSY_FOR = 5.0
"""Seconds after which a busy site may be tried again, when it does not say."""


MOST_BODIES = 500
"""Rendered answers that are kept; looks that were changed are forgotten with the rest."""


class Answers:
    """The fixed answers, each of the same bytes for whoever is given it. `contact` tells every visitor whom to turn to, whatever link they tried."""

    def __init__(self, pages: Pages, contact: str = "") -> None:
        self._pages, self._contact = pages, contact
        self._bodies: dict[tuple[str, Brand, Neutral], bytes] = {}

    def stranger(self, answer: Answer) -> Response:
        """The fixed answer for what a stranger may learn; raises KeyError for those that need a page of their own."""
        return self.neutral(NEUTRAL[answer], BUSY_FOR if answer is Answer.BUSY else None)

    def inside(self, answer: Answer, start: str) -> Response:
        """The same for who is past the gates: what is not in the share offers the way back to `start`, the link's own path.

        Whether there is such a page elsewhere or none at all, it is the same to the byte.
        """
        if answer is not Answer.ABSENT:
            return self.stranger(answer)
        neutral = NEUTRAL[answer]
        return HTMLResponse(self._rendered(neutral, start), neutral.status)

    def closed(self, opening: Opening) -> Response:
        """The fixed answer for a link that did not open; raises KeyError as `stranger` does."""
        if opening.wait:
            return self.neutral(TOO_MANY, opening.wait.total_seconds())
        return self.stranger(opening.answer)

    def neutral(self, neutral: Neutral, retry_after: float | None = None) -> Response:
        """One of the fixed pages, with a hint in whole seconds when to come again."""
        headers = {} if retry_after is None else {"retry-after": str(max(1, ceil(retry_after)))}
        said = _in_words(retry_after) if neutral is TOO_MANY and retry_after is not None else neutral
        return HTMLResponse(self._body(said), neutral.status, headers)

    def failure(self, error: AdapterFailed) -> Response:
        """What a visitor is told when the world behind a port failed: busy 503, broken 502 (spec G8)."""
        if isinstance(error, Busy):
            return self.neutral(NEUTRAL[Answer.BUSY], min(error.retry_after or BUSY_FOR, 60))
        if isinstance(error, CredentialRejected):
            return self.neutral(NEUTRAL[Answer.BUSY], 60)
        return self.neutral(BROKEN)

    def _body(self, neutral: Neutral) -> bytes:
        """Rendered once for each language and look: the same bytes ever after."""
        dressed = languages.current().code, brand.current(), neutral
        if dressed not in self._bodies:
            if len(self._bodies) >= MOST_BODIES:
                self._bodies.clear()
            self._bodies[dressed] = self._rendered(neutral)
        return self._bodies[dressed]

    def _rendered(self, neutral: Neutral, start: str = "") -> bytes:
        contact = brand.current().contact or self._contact
        return self._pages.encoded("neutral.html", page=neutral, contact=contact, start=start)
