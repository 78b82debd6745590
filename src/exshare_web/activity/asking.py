"""What somebody asks the activity for, from the words of a query: by a page, a program or a command line."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from attrs import frozen

from exshare_core.errors import InvalidValue, InvalidValues, printable
from exshare_core.events import Actor, Kind, Topic
from exshare_core.ports import Sought, Spot
from exshare_core.values import Address, ExternalAccountId, LinkId, MemberId, instant, network_address, space_key

FIELDS = ("link", "space", "page", "what", "actor", "member", "visitor", "network", "since", "until")
"""The words of a query that narrow what is shown."""

_PAGE = re.compile(r"(?:att)?[0-9]{1,19}\Z")
_ID = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SPOT = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Named = Callable[[str], Awaitable[MemberId]]
Kept = Callable[[Address], Awaitable[bytes]]


@frozen
class Asked:
    """What was asked for, in words and as it was understood."""

    words: Mapping[str, str]
    """As they were typed; only those that say something."""
    sought: Sought

    def get(self, name: str) -> str:
        """What was typed for a field."""
        return self.words.get(name, "")


async def asked(query: Mapping[str, str], named: Named, mailbox: Kept) -> Asked:
    """What the words of `query` ask for; raises InvalidValues with every word that makes no sense.

    `named` finds a member by name, and `mailbox` says what a whole mail address is found by. A day without a time begins at midnight in UTC; as the end it is the whole day.
    """
    words = {name: query[name].strip() for name in FIELDS if query.get(name, "").strip()}
    faults: list[InvalidValue] = []
    found: dict[str, object] = {}
    for name, word in words.items():
        try:
            if name == "member":
                found["member"] = await named(word)
            elif name == "visitor" and "@" in word:
                found["mailbox"] = await mailbox(Address.parse(word))
            else:
                found |= _READ[name](word)
        except InvalidValue as error:
            faults.append(InvalidValue(name, error.rule))
    if faults:
        raise InvalidValues(tuple(faults))
    return Asked(words, Sought(**found))  # type: ignore[arg-type]


def spot_of(text: str) -> Spot | None:
    """Where a page of events ended, as `word_of` wrote it; raises InvalidValue for anything else, None for nothing."""
    if not text:
        return None
    parts = _SPOT.match(text)
    try:
        if parts is None:
            raise OverflowError
        return Spot(_EPOCH + timedelta(microseconds=int(parts[1])), int(parts[2]))
    except OverflowError:
        raise InvalidValue("after", "is not what a page before said") from None


def word_of(spot: Spot | None) -> str | None:
    """The spot in one word."""
    return None if spot is None else f"{(spot.at - _EPOCH) // timedelta(microseconds=1)}.{spot.row}"


def kinds_of(word: str) -> frozenset[Kind]:
    """The kinds of a topic, or the one kind, that `word` names; raises InvalidValue for any other word."""
    for topic in Topic:
        if word == topic.value:
            return topic.kinds
    try:
        return frozenset({Kind(word)})
    except ValueError:
        raise InvalidValue("what", f"there is no kind of event `{printable(word[:60])}`") from None


def _link(word: str) -> dict[str, object]:
    if not _ID.match(word):
        raise InvalidValue("link", f"`{printable(word[:60])}` is not the id of a link")
    return {"link": LinkId(word)}


def _page(word: str) -> dict[str, object]:
    if not _PAGE.match(word):
        raise InvalidValue("page", f"`{printable(word[:60])}` is not the id of a page or a file")
    return {"page": word}


def _actor(word: str) -> dict[str, object]:
    try:
        return {"actor": Actor(word)}
    except ValueError:
        raise InvalidValue("actor", f"must be one of {', '.join(one.value for one in Actor)}") from None


def _visitor(word: str) -> dict[str, object]:
    if not _ID.match(word):
        raise InvalidValue("visitor", "must be a whole mail address or the id of an account")
    return {"account": ExternalAccountId(word)}


def _network(word: str) -> dict[str, object]:
    found = network_address(word)
    if found is None:
        raise InvalidValue("network", f"`{printable(word[:60])}` is not an IP address")
    return {"network": str(found)}


def _since(word: str) -> dict[str, object]:
    return {"since": _moment(word, "since")}


def _until(word: str) -> dict[str, object]:
    moment = _moment(word, "until")
    return {"before": moment + timedelta(days=1) if _DAY.match(word) and moment.year < 9999 else moment}


def _moment(word: str, name: str) -> datetime:
    """A day, or a time that is meant in UTC where it has no zone of its own."""
    zoned = f"{word}T00:00Z" if _DAY.match(word) else word
    if not re.search(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})\Z", zoned):
        zoned += "Z"
    try:
        return instant(zoned, name)
    except InvalidValue:
        raise InvalidValue(name, f"`{printable(word[:60])}` is not a day or a time such as 2026-12-31T23:00") from None


_READ: Mapping[str, Callable[[str], dict[str, object]]] = {
    "link": _link,
    "space": lambda word: {"space": space_key(word)},
    "page": _page,
    "what": lambda word: {"kinds": kinds_of(word)},
    "actor": _actor,
    "visitor": _visitor,
    "network": _network,
    "since": _since,
    "until": _until,
}
