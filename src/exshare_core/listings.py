"""What a list of links is narrowed to, how it is ordered, and where it goes on: values that every store reads alike.

What depends on the time or on other rows (not started, expired, used up) is a filter on what rests and the time now;
nothing of it is ever written by a visitor's request (spec L4, M3). What layers make of a link is not among it.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum

from attrs import evolve, frozen

from exshare_core.errors import InvalidValue
from exshare_core.links import LinkState, ShareLink, Wish
from exshare_core.values import Address, LinkId, MemberId, PageId, People, SpaceKey

MOST_PAGES = 200
"""Pages that one list may be of: as many as a search for titles finds (spec M3)."""
MOST_STARTS = 20
"""Words of a name at which a search may begin."""
LONGEST_START = 60
"""Characters of a name that a search compares."""
LONGEST_KEY = 200
"""Characters of a name that an order compares."""

EVER = datetime.max.replace(tzinfo=UTC)
"""Where a link that never expires stands in the order of expiries: after all others."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a link that was never opened stands in the order of last opens: before all others."""


class Condition(Enum):
    """How a link stands by its own settings and its opens, at one instant; ACTIVE and SUSPENDED rest alike.

    Whether a running link is held by a rule above it is decided when it is read (spec L4).
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    NOT_STARTED = "not started"
    EXPIRED = "expired"
    USED_UP = "used up"
    DISABLED = "disabled"
    DELETED = "deleted"


class Gate(Enum):
    """What a link itself puts before its content. NONE is a link that asks for nothing."""

    PASSWORD = "password"
    PEOPLE = "people"
    SIGN_IN = "sign-in"
    SSO = "sso"
    TERMS = "terms"
    NETWORKS = "networks"
    NONE = "none"


class Sort(Enum):
    """What a list is ordered by; the id of the link makes every order total."""

    CREATED = "created"
    CHANGED = "changed"
    EXPIRES = "expires"
    NAME = "name"
    LAST_OPENED = "last opened"
    OPENS = "opens"


@frozen(slots=True)
class Order:
    """The order of a list. Links that never expire stand at the end of time, those never opened at its beginning."""

    sort: Sort = Sort.CREATED
    falling: bool = True


NEWEST = Order()


@frozen(slots=True)
class Place:
    """Where a list was left: behind this link, which need not be there any more."""

    value: datetime | int | str
    link: LinkId


@frozen(slots=True)
class Wanted:
    """Which links of a site a list holds; what is left out narrows nothing, and everything narrows together."""

    space: SpaceKey | None = None
    pages: frozenset[PageId] | None = None
    """Links that begin with one of these; an empty set finds nothing."""
    owner: MemberId | None = None
    creator: MemberId | None = None
    modifier: MemberId | None = None
    """Who changed it last."""
    condition: Condition | None = None
    people: frozenset[str] = frozenset()
    """Links whose own list of people has one of these entries, as `People.entries` writes them."""
    name: str = ""
    """Links in whose name some word begins this, as `name_key` writes it."""
    gate: Gate | None = None
    never_opened: bool = False
    owner_out: bool = False
    """Links whose owner is locked out or has left."""
    expires_from: datetime | None = None
    expires_before: datetime | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return self != Wanted()


# --- what of a link is compared --------------------------------------------------------------------------------------


def name_key(text: str) -> str:
    """A name as it is searched and ordered: compatible forms as one, without case, words by single spaces.

    Punctuation and controls part words; what shows nothing, such as a joiner or an override, is left out.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (_of_key(char) for char in folded)
    return " ".join("".join(kept).split())[:LONGEST_KEY].rstrip()


def name_starts(key: str) -> tuple[str, ...]:
    """What a search compares of a name with this key: the name from each of its words on."""
    begins = [0, *(found.end() for found in _SPACE.finditer(key))][:MOST_STARTS] if key else []
    return tuple(dict.fromkeys(key[at : at + LONGEST_START].rstrip() for at in begins))


def searched_name(text: str) -> str:
    """A name to search, as `Wanted.name` takes it; raises InvalidValue where there is nothing to compare."""
    key = name_key(text[: 4 * LONGEST_KEY])[:LONGEST_START].rstrip()
    if not key:
        raise InvalidValue("name", "has no letter, digit or sign to search for")
    return key


def searched_people(text: str) -> frozenset[str]:
    """The entries of lists that mean a person or a domain; raises InvalidValue for what is neither.

    An address is meant by itself, by its domain, and by every ``*.`` at or above it; a domain likewise.
    """
    (entry,) = People.parse([text[:320]]).entries()
    if "@" in entry:
        address = Address.parse(entry)
        return frozenset({address.key, *_domains(address.domain.name)})
    if entry.startswith("*."):
        return frozenset({entry})
    return frozenset(_domains(entry))


def gates_of(wish: Wish) -> frozenset[Gate]:
    """What a link itself puts before its content; a sign-in with an organisation is a sign-in as well."""
    asked = {
        Gate.PASSWORD: wish.password_hash is not None,
        Gate.PEOPLE: wish.people is not None,
        Gate.SIGN_IN: wish.sign_in,
        Gate.SSO: wish.sso,
        Gate.TERMS: bool(wish.terms),
        Gate.NETWORKS: wish.networks is not None,
    }
    return frozenset(gate for gate, there in asked.items() if there) or frozenset({Gate.NONE})


def condition_of(link: ShareLink, opens: int, at: datetime) -> Condition:
    """How a link stands at `at` by what rests of it; ACTIVE where it runs, whatever layers say."""
    wish = link.wish
    if link.state is not LinkState.ACTIVE:
        return Condition(link.state.value)
    if wish.starts_at is not None and at < wish.starts_at:
        return Condition.NOT_STARTED
    if wish.expires_at is not None and at >= wish.expires_at:
        return Condition.EXPIRED
    return Condition.USED_UP if wish.max_opens is not None and opens >= wish.max_opens else Condition.ACTIVE


def fits(wanted: Wanted, link: ShareLink, opens: int, at: datetime, *, owner_in: bool = True) -> bool:
    """Whether a list holds a link, by what rests of it: the meaning that every store gives to `Wanted`."""
    people = frozenset() if link.wish.people is None else frozenset(link.wish.people.entries())
    condition = Condition.ACTIVE if wanted.condition is Condition.SUSPENDED else wanted.condition
    return (
        (wanted.space is None or wanted.space.upper() == link.scope.space.upper())
        and (wanted.pages is None or link.scope.root in wanted.pages)
        and wanted.owner in (None, link.owner)
        and wanted.creator in (None, link.created_by)
        and wanted.modifier in (None, link.changed_by)
        and condition in (None, condition_of(link, opens, at))
        and (not wanted.people or bool(wanted.people & people))
        and any(start.startswith(wanted.name) for start in name_starts(name_key(link.name)) or ("",))
        and (wanted.gate is None or wanted.gate in gates_of(link.wish))
        and not (wanted.never_opened and opens)
        and not (wanted.owner_out and owner_in)
        and _within(link.wish.expires_at or EVER, wanted.expires_from, wanted.expires_before)
        and _within(link.created_at, wanted.created_from, wanted.created_before)
    )


def place_of(order: Order, link: ShareLink, opens: int, last_opened_at: datetime | None) -> Place:
    """Where a link stands in an order."""
    values: dict[Sort, datetime | int | str] = {
        Sort.CREATED: link.created_at,
        Sort.CHANGED: link.changed_at,
        Sort.EXPIRES: link.wish.expires_at or EVER,
        Sort.NAME: name_key(link.name),
        Sort.LAST_OPENED: last_opened_at or NEVER,
        Sort.OPENS: opens,
    }
    return Place(values[order.sort], link.id)


# --- where a list goes on, as it stands in an address ----------------------------------------------------------------


def written(order: Order, place: Place) -> str:
    """A place as a word that means something only here, to go on from."""
    value = place.value if not isinstance(place.value, datetime) else (place.value - NEVER) // _MICROSECOND
    text = json.dumps([order.sort.value, order.falling, value, place.link], ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def read(order: Order, text: str) -> Place:
    """The place behind a word of `written`; raises InvalidValue, as ``after``, for any other and for another order."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        sort, falling, value, link = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Place(_value(order.sort, value), _link(link))
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidValue("after", _NO_PLACE) from None
    if (sort, falling) != (order.sort.value, order.falling):
        raise InvalidValue("after", "is a place in a list of another order")
    return place


def after_place(order: Order, place: Place, here: Place) -> bool:
    """Whether `here` comes behind `place` in the order."""
    one, other = (place.value, place.link), (here.value, here.link)
    return other < one if order.falling else other > one


def narrowed(wanted: Wanted, made_before: datetime) -> Wanted:
    """The same list without what is made from `made_before` on, so that a walk over it has an end."""
    ends = made_before if wanted.created_before is None else min(made_before, wanted.created_before)
    return evolve(wanted, created_before=ends)


_NO_PLACE = "must be what the page before said"
_MICROSECOND = timedelta(microseconds=1)
_SPACE = re.compile(" ")
_LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_MOST_NUMBER = 2**53


def _of_key(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "ZPC" else char


def _domains(name: str) -> Iterator[str]:
    """The entries that mean a domain: itself, and every ``*.`` at or above it."""
    yield name
    while name:
        yield f"*.{name}"
        name = name.partition(".")[2]


def _within(moment: datetime, begins: datetime | None, ends: datetime | None) -> bool:
    return (begins is None or moment >= begins) and (ends is None or moment < ends)


def _value(sort: Sort, value: object) -> datetime | int | str:
    if sort is Sort.NAME:
        if not isinstance(value, str) or len(value) > LONGEST_KEY or name_key(value) != value:
            raise ValueError
        return value
    if type(value) is not int or not -_MOST_NUMBER < value < 2**60:
        raise ValueError
    return value if sort is Sort.OPENS else NEVER + timedelta(microseconds=value)


def _link(value: object) -> LinkId:
    if not isinstance(value, str) or not _LINK_ID.match(value):
        raise ValueError
    return LinkId(value)
