"""What a list is narrowed to and ordered by, as texts: in an address, in the API and on the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import TypeVar

from attrs import field, frozen

from exshare_core.accounts import Member
from exshare_core.errors import InvalidValue, InvalidValues, printable
from exshare_core.listings import (
    NEWEST,
    Condition,
    Gate,
    Order,
    Place,
    Sort,
    Wanted,
    read,
    searched_name,
    searched_people,
)
from exshare_core.sharing import Sharing
from exshare_core.values import LinkId, MemberId, PageId, instant, space_key

E = TypeVar("E", bound=Enum)
T = TypeVar("T")

LONGEST = 500
"""Characters of one text."""
ME = "me"
"""The word for the member who asks."""

SORTS: Mapping[str, Sort] = {one.value.replace(" ", "-"): one for one in Sort}

FILTERS: Mapping[str, str] = {
    "space": "The key of a space; all of its links, for who may see them.",
    "page": "A page by its id or address, or words of titles, of which the first 200 count.",
    "name": "How a word of the link's name begins, in any case.",
    "state": f"{', '.join(one.value for one in Condition)}: suspended is any that runs but for a rule above it.",
    "protection": f"What the link itself asks for: {', '.join(one.value for one in Gate)}.",
    "people": "An address or a domain that the link's own list of people admits.",
    "owner": "A member by name or id, or `me`.",
    "creator": "Who made it, by name or id, or `me`.",
    "modifier": "Who changed it last, by name or id, or `me`.",
    "never_opened": "`yes` for links that were never opened.",
    "owner_inactive": "`yes` for links whose owner is locked out or has left.",
    "expires_from": "An end at this instant or later, such as 2026-12-31 or 2026-12-31T23:00:00Z; none is later than any.",
    "expires_before": "An end before this instant.",
    "created_from": "Made at this instant or later.",
    "created_before": "Made before this instant.",
}
"""What a list can be narrowed to, each with what it takes."""

ORDER = f"One of {', '.join(SORTS)}, with a minus before it for the last first; `-created` if left out."


@frozen
class Asked:
    """A list that somebody asks for."""

    wanted: Wanted
    order: Order
    after: Place | None
    texts: Mapping[str, str] = field(factory=dict)
    """What was written of it, without what is empty; without the place."""


async def asked(texts: Mapping[str, str], sharing: Sharing, member: Member | None) -> Asked:
    """The list behind `FILTERS`, ``sort`` and ``after``; anything else in `texts` is not looked at.

    Raises InvalidValues with every one that means nothing, by its name, and Busy where titles could not be asked.
    """
    given = {name: texts[name].strip() for name in FILTERS if texts.get(name, "").strip()}
    faults: list[InvalidValue] = []

    def tried(name: str, read_it: Callable[[str], T]) -> T | None:
        text = given.get(name)
        if text is None:
            return None
        try:
            if len(text) > LONGEST:
                raise InvalidValue(name, f"at most {LONGEST} characters")
            return read_it(text)
        except InvalidValue as error:
            faults.append(InvalidValue(name, error.rule))
            return None

    async def somebody(name: str) -> MemberId | None:
        text = given.get(name, "")
        return await _somebody(text, sharing, member) if 0 < len(text) <= LONGEST else tried(name, MemberId)

    order, sort = NEWEST, texts.get("sort", "").strip()
    try:
        order = order_of(sort)
    except InvalidValue as error:
        faults.append(error)
    place: Place | None = None
    try:
        place = read(order, texts["after"]) if texts.get("after") else None
    except InvalidValue as error:
        faults.append(error)
    wanted = Wanted(
        space=tried("space", space_key),
        owner=await somebody("owner"),
        creator=await somebody("creator"),
        modifier=await somebody("modifier"),
        condition=tried("state", lambda text: _one_of(Condition, text)),
        people=tried("people", searched_people) or frozenset(),
        name=tried("name", searched_name) or "",
        gate=tried("protection", lambda text: _one_of(Gate, text)),
        never_opened=bool(tried("never_opened", _yes)),
        owner_out=bool(tried("owner_inactive", _yes)),
        expires_from=tried("expires_from", moment),
        expires_before=tried("expires_before", moment),
        created_from=tried("created_from", moment),
        created_before=tried("created_before", moment),
        pages=await _pages(given, sharing, member, faults),
    )
    if faults:
        raise InvalidValues(tuple(faults))
    if wanted.space is not None:
        given["space"] = wanted.space
    kept = given if order == NEWEST else {**given, "sort": sort_of(order)}
    return Asked(wanted, order, place, kept)


def order_of(text: str) -> Order:
    """The order behind a text; raises InvalidValue for what is none."""
    if not text:
        return NEWEST
    if (sort := SORTS.get(text.removeprefix("-"))) is None:
        raise InvalidValue("sort", f"must be one of {', '.join(SORTS)}, with or without a minus before it")
    return Order(sort, text.startswith("-"))


def sort_of(order: Order) -> str:
    """The text behind an order."""
    return f"{'-' if order.falling else ''}{order.sort.value.replace(' ', '-')}"


def moment(text: str) -> datetime:
    """The instant behind a text; a day alone is its beginning in UTC."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def link_id(text: str) -> LinkId:
    """The link that a text names; raises InvalidValue for what can be no id."""
    if not (0 < len(text) <= 60 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()):
        raise InvalidValue("links", f"`{printable(text[:60])}` is not the id of a link")
    return LinkId(text)


async def _pages(
    given: Mapping[str, str], sharing: Sharing, member: Member | None, faults: list[InvalidValue]
) -> frozenset[PageId] | None:
    if "page" not in given:
        return None
    try:
        return await sharing.pages_named(member, given["page"])
    except InvalidValue as error:
        faults.append(InvalidValue("page", error.rule))
        return None


async def _somebody(text: str, sharing: Sharing, member: Member | None) -> MemberId:
    """Whom a text means; nobody's id where it is nobody, so that names tell nothing."""
    if text == ME and member is not None:
        return member.id
    if not text.isprintable():
        return MemberId("-")
    known = await sharing.storage.members.by_name(text, sharing.site)
    return MemberId(text) if known is None else known.id


def _one_of(kind: type[E], text: str) -> E:
    try:
        return kind(text.lower().replace("-", " ") if kind is Condition else text.lower())
    except ValueError:
        raise InvalidValue("", f"must be one of {', '.join(str(one.value) for one in kind)}") from None


def _yes(text: str) -> bool:
    if text.lower() not in ("yes", "true", "on", "no", "false"):
        raise InvalidValue("", "must be yes or no")
    return text.lower() in ("yes", "true", "on")
