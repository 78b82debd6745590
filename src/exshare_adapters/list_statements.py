"""How a list of links is read with a bounded amount of work: one plan for every SQL store.

A list that is narrowed and ordered in any way needs an index for every pair of both, or a plan. The plan: the narrowing
that leaves least over is tried first by its own index; where it finds few links, they are all looked at and ordered.
Where each finds many, the order is walked by its index instead, and enough of what is met fits. Either way a call looks
at no more than `FEW` or the sum of `STEPS` links, however many the site has; a walk that was too short for a full page
says where it stopped.

The statements are put together from the pieces in ``lists.sql``. INVARIANT: only pieces from there make up a statement,
and every value is a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from attrs import field, frozen

from exshare_adapters.columns import Param, Params, Row, moment
from exshare_adapters.link_rows import ALL_GATES, gate_bits
from exshare_adapters.policy_rows import space_key
from exshare_core.listings import Condition, Gate, Order, Place, Sort, Wanted
from exshare_core.values import LinkId, SiteId

FEW = 2000
"""Links that are all looked at when one narrowing finds fewer."""

STEPS = (200, 400, 800, 1600)
"""Links that a walk passes, step by step."""

BY = (
    "pages", "people", "name", "not_started", "modifier", "creator", "owner", "owner_out", "disabled", "deleted",
    "used_up", "expires", "expires_from", "expires_before", "expired", "created", "created_from", "created_before",
    "gate", "space", "never_opened",
)  # fmt: skip
"""What can be found by an index of its own, in the order in which it is tried: what leaves least over first."""

BY_TERMS = ("people", "name")
"""What may find a link by several of its words, and count it so often."""

FINDS: Mapping[str, tuple[str, ...]] = {
    "used_up": (),
    "expired": (),
    "not_started": (),
    "expires": ("expires_from", "expires_before"),
    "created": ("created_from", "created_before"),
}
"""What need not be asked again of what an index finds, where that is not the narrowing of the same name alone."""

NARROWED = ("owner", "space")
"""What the index of the order of creation begins with as well."""

_COLUMN = re.compile(r"\bl\.[a-z_]+")
"""What a piece asks of the link at hand."""

Plan = Generator[tuple[str, Params], Sequence[Row], tuple[tuple[LinkId, ...], Place | None]]
"""Asks for the rows of a statement, one after the other; gives the links in order and where the list goes on."""


@frozen
class ListStatements:
    """The statements of lists, put together from pieces by name."""

    pieces: Mapping[str, str] = field(hash=False)

    def walk(self, order: Order, fitting: tuple[str, ...], *, behind: bool) -> str:
        """Passes links in `order`, from a place on where it is `behind` one."""
        opens = order.sort in (Sort.OPENS, Sort.LAST_OPENED)
        base = self.pieces["lists.walk_opens" if opens else "lists.walk_links"]
        narrowing = "".join(f"and {self.pieces[f'lists.is_{name}']} " for name in begins_with(order, fitting, behind))
        return self._put(base, order, fitting, "o.link" if opens else "l.id", behind).replace("{narrow}", narrowing)

    def found(self, by: str, order: Order, fitting: tuple[str, ...], *, behind: bool) -> str:
        """Orders what one narrowing finds by its index."""
        distinct = "distinct" if by in BY_TERMS else ""
        base = self.pieces["lists.found"].replace("{by}", self.pieces[f"lists.by_{by}"]).replace("{distinct}", distinct)
        return self._put(base, order, fitting, "l.id", behind)

    def count(self, by: str) -> str:
        """Counts what one narrowing finds by its index."""
        return self.pieces["lists.count"].replace("{by}", self.pieces[f"lists.by_{by}"])

    def _put(self, base: str, order: Order, fitting: tuple[str, ...], id: str, behind: bool) -> str:
        rank = self.pieces[f"lists.rank_{order.sort.name.lower()}"]
        way, back, sign = ("desc", "asc", "<") if order.falling else ("asc", "desc", ">")
        value, last = self._place
        after = f"and ({rank}, {id}) {sign} ({value}, {last})" if behind else ""
        fits = " and ".join(self.pieces[f"lists.is_{name}"] for name in fitting) or "1 = 1"
        opens = self.pieces["lists.opens"] if "o." in f" {rank} {fits}" else ""
        columns = ", ".join(sorted({"l.site", "l.id", *_COLUMN.findall(f"{rank} {fits}")}))
        base = base.replace("{columns}", columns).replace("{opens}", opens)
        for name, piece in (("rank", rank), ("way", way), ("back", back), ("after", after), ("fits", fits)):
            base = base.replace(f"{{{name}}}", piece)
        return base

    @property
    def _place(self) -> tuple[str, str]:
        named = ":{}" if ":site" in self.pieces["lists.by_space"] else "%({})s"
        return named.format("value"), named.format("last")


def plan(
    statements: ListStatements,
    site: SiteId,
    wanted: Wanted,
    order: Order,
    at: datetime,
    after: Place | None,
    limit: int,
) -> Plan:
    """Read one stretch of a list, as `LinkRepository.search` promises."""
    given = {**params_of(wanted), "site": site, "at": at}
    fitting = fitting_of(wanted)
    if limit < 1 or wanted.pages == frozenset():
        return (), None
    for by in ways_of(wanted, order):
        (counted,) = yield statements.count(by), {**given, "most": FEW}
        if counted["seen"] < FEW:
            left = tuple(name for name in fitting if name not in FINDS.get(by, (by,)))
            text = statements.found(by, order, left, behind=after is not None)
            rows = yield text, {**given, **_at(after), "most": FEW, "limit": limit + 1}
            return _ended(rows, order, limit)
    return (yield from _walked(statements, given, fitting, order, after, limit))


def _walked(
    statements: ListStatements,
    given: Params,
    fitting: tuple[str, ...],
    order: Order,
    after: Place | None,
    limit: int,
) -> Plan:
    found: tuple[LinkId, ...] = ()
    for most in STEPS:
        text = statements.walk(order, fitting, behind=after is not None)
        left = limit - len(found)
        rows = yield text, {**given, **_at(after), "most": most, "limit": left}
        hits = [row for row in rows if row["fit"]]
        found += tuple(LinkId(row["id"]) for row in hits)
        passed = next((row for row in rows if not row["fit"]), None)
        if passed is None:
            return found, None
        full = len(hits) == left
        last = hits[-1] if full else passed
        if passed["seen"] < most and last["id"] == passed["id"]:
            return found, None
        after = Place(_value(order, last["rank"]), LinkId(last["id"]))
        if full:
            return found, after
        if passed["seen"] < most:
            return found, None
    return found, after


def fitting_of(wanted: Wanted) -> tuple[str, ...]:
    """The names of what narrows a list, as `is_` pieces have them."""
    names = {
        "space": wanted.space is not None,
        "pages": wanted.pages is not None,
        "owner": wanted.owner is not None,
        "creator": wanted.creator is not None,
        "modifier": wanted.modifier is not None,
        "people": bool(wanted.people),
        "name": bool(wanted.name),
        "gate": wanted.gate is not None,
        "never_opened": wanted.never_opened,
        "owner_out": wanted.owner_out,
        "expires_from": wanted.expires_from is not None,
        "expires_before": wanted.expires_before is not None,
        "created_from": wanted.created_from is not None,
        "created_before": wanted.created_before is not None,
        _condition(wanted): wanted.condition is not None,
    }
    return tuple(name for name, narrows in names.items() if narrows)


def ways_of(wanted: Wanted, order: Order) -> Iterator[str]:
    """The narrowings whose own index is tried, in order; none where the index of the order begins with all of them."""
    names = set(fitting_of(wanted))
    if names <= set(begins_with(order, tuple(names), False)):
        return iter(())
    for both in ("expires", "created"):
        if {f"{both}_from", f"{both}_before"} <= names:
            names = names - {f"{both}_from", f"{both}_before"} | {both}
    return (name for name in BY if name in names)


def begins_with(order: Order, fitting: tuple[str, ...], behind: bool) -> tuple[str, ...]:
    """What of a narrowing bounds the index of an order. Behind a place, the place is the bound on that side."""
    if order.sort not in (Sort.CREATED, Sort.EXPIRES):
        return ()
    column = order.sort.value
    first, last = (f"{column}_before", f"{column}_from") if order.falling else (f"{column}_from", f"{column}_before")
    bounds = (last,) if behind else (first, last)
    equal = [name for name in NARROWED if name in fitting and order.sort is Sort.CREATED][:1]
    return (*equal, *(name for name in bounds if name in fitting))


def params_of(wanted: Wanted) -> dict[str, Param | tuple[str, ...] | tuple[int, ...]]:
    """The values that narrow a list; lists of them as tuples, for the store to write in its own way."""
    gates = () if wanted.gate is None else _columns_with(wanted.gate)
    return {
        "space": None if wanted.space is None else space_key(wanted.space),
        "pages": tuple(sorted(wanted.pages or ())),
        "owner": wanted.owner,
        "creator": wanted.creator,
        "modifier": wanted.modifier,
        "people": tuple(sorted(wanted.people)),
        "name": wanted.name,
        "name_end": wanted.name + "\U0010ffff",
        "gates": gates,
        "bit": 0 if wanted.gate is None else gate_bits([wanted.gate]),
        "expires_from": wanted.expires_from,
        "expires_before": wanted.expires_before,
        "created_from": wanted.created_from,
        "created_before": wanted.created_before,
    }


@cache
def _columns_with(gate: Gate) -> tuple[int, ...]:
    """The values of the column of gates in which this one is."""
    bit = gate_bits([gate])
    return tuple(bits for bits in ALL_GATES if bits & bit) if bit else (0,)


def _condition(wanted: Wanted) -> str:
    """A running link rests the same whether a rule above it holds it or not."""
    condition = Condition.ACTIVE if wanted.condition in (None, Condition.SUSPENDED) else wanted.condition
    return condition.name.lower()


def _at(after: Place | None) -> Params:
    return {} if after is None else {"value": after.value, "last": after.link}


def _ended(rows: Sequence[Row], order: Order, limit: int) -> tuple[tuple[LinkId, ...], Place | None]:
    kept = rows[:limit]
    last = kept[-1] if len(rows) > limit else None
    place = None if last is None else Place(_value(order, last["rank"]), LinkId(last["id"]))
    return tuple(LinkId(row["id"]) for row in kept), place


def _value(order: Order, stored: object) -> datetime | int | str:
    if order.sort is Sort.NAME:
        return str(stored)
    if order.sort is Sort.OPENS:
        return int(str(stored))
    return moment(stored)  # type: ignore[arg-type]
