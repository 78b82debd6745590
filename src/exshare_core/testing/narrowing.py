"""The promises of LinkRepository about lists that are narrowed and ordered."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from attrs import evolve

from exshare_core.links import LinkState, Scope, ShareLink, Wish
from exshare_core.listings import (
    NEWEST,
    Condition,
    Gate,
    Order,
    Place,
    Sort,
    Wanted,
    after_place,
    place_of,
    searched_name,
    searched_people,
)
from exshare_core.ports import Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import (
    NOW,
    SPACE,
    a_link,
    a_member,
    a_visit,
    after,
    an_address,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import MemberId, Networks, PageId, People, SiteId, SpaceKey

ADA, BOB = MemberId("ada"), MemberId("bob")
_OPEN = Wish()
_LINKS: Mapping[str, tuple[dict[str, object], int]] = {
    "Plain": ({"wish": _OPEN, "created_by": BOB, "changed_by": BOB}, 0),
    "Spring fair 2026": ({"wish": _OPEN, "scope": Scope(PageId("7"), SpaceKey("dOcs"))}, 3),
    "FAIR; über Straße": ({"wish": evolve(_OPEN, password_hash="$hash")}, 1),
    "affair": ({"wish": evolve(_OPEN, people=People.parse(["ada@example.com", "*.example.org"]))}, 0),
    "=1+1": ({"wish": evolve(_OPEN, people=People.parse(["example.com"]), sign_in=True, sso=True)}, 2),
    "later": ({"wish": evolve(_OPEN, starts_at=after(days=1), expires_at=after(days=9))}, 0),
    "over": ({"wish": evolve(_OPEN, expires_at=NOW)}, 5),
    "almost over": ({"wish": evolve(_OPEN, expires_at=after(microseconds=1))}, 0),
    "spent": ({"wish": evolve(_OPEN, max_opens=2, terms="Be kind.")}, 2),
    "half spent": ({"wish": evolve(_OPEN, max_opens=2, networks=Networks.parse(["192.0.2.0/24"]))}, 1),
    "off": ({"wish": _OPEN, "state": LinkState.DISABLED, "changed_by": None}, 0),
    "gone": ({"wish": evolve(_OPEN, expires_at=after(days=-1)), "state": LinkState.DELETED}, 4),
    "": ({"wish": _OPEN, "scope": Scope(PageId("7"), SPACE), "owner": BOB}, 0),
}
"""Links by name, with what is special about each and how often it was opened; each a minute older than the one before."""

_RUNNING = {"Plain", "Spring fair 2026", "FAIR; über Straße", "affair", "=1+1", "almost over", "half spent", ""}

FOUND: tuple[tuple[Wanted, set[str]], ...] = (
    (Wanted(), set(_LINKS)),
    (Wanted(space=SpaceKey("DOCS")), {"Spring fair 2026"}),
    (Wanted(space=SpaceKey("NONE")), set()),
    (Wanted(pages=frozenset({PageId("7"), PageId("8")})), {"Spring fair 2026", ""}),
    (Wanted(pages=frozenset()), set()),
    (Wanted(pages=frozenset({PageId("7")}), owner=BOB), {""}),
    (Wanted(owner=BOB), {""}),
    (Wanted(creator=BOB), {"Plain"}),
    (Wanted(modifier=BOB), {"Plain"}),
    (Wanted(modifier=MemberId("nobody")), set()),
    (Wanted(condition=Condition.ACTIVE), _RUNNING),
    (Wanted(condition=Condition.SUSPENDED), _RUNNING),
    (Wanted(condition=Condition.NOT_STARTED), {"later"}),
    (Wanted(condition=Condition.EXPIRED), {"over"}),
    (Wanted(condition=Condition.USED_UP), {"spent"}),
    (Wanted(condition=Condition.DISABLED), {"off"}),
    (Wanted(condition=Condition.DELETED), {"gone"}),
    (Wanted(people=searched_people("ADA@example.com")), {"affair", "=1+1"}),
    (Wanted(people=searched_people("eve@deep.example.org")), {"affair"}),
    (Wanted(people=searched_people("*.example.org")), {"affair"}),
    (Wanted(people=searched_people("example.net")), set()),
    (Wanted(name=searched_name("fair")), {"Spring fair 2026", "FAIR; über Straße"}),
    (Wanted(name=searched_name("ÜBER strass")), {"FAIR; über Straße"}),
    (Wanted(name=searched_name("fair 20")), {"Spring fair 2026"}),
    (Wanted(name=searched_name("=1")), {"=1+1"}),
    (Wanted(name=searched_name("2%")), {"Spring fair 2026"}),
    (Wanted(gate=Gate.PASSWORD), {"FAIR; über Straße"}),
    (Wanted(gate=Gate.PEOPLE), {"affair", "=1+1"}),
    (Wanted(gate=Gate.SIGN_IN), {"=1+1"}),
    (Wanted(gate=Gate.SSO), {"=1+1"}),
    (Wanted(gate=Gate.TERMS), {"spent"}),
    (Wanted(gate=Gate.NETWORKS), {"half spent"}),
    (Wanted(gate=Gate.NONE, condition=Condition.ACTIVE), {"Plain", "Spring fair 2026", "almost over", ""}),
    (Wanted(never_opened=True), {"Plain", "affair", "later", "almost over", "off", ""}),
    (Wanted(owner_out=True), {""}),
    (Wanted(expires_before=after(days=1)), {"over", "almost over", "gone"}),
    (Wanted(expires_from=NOW, expires_before=after(days=9)), {"over", "almost over"}),
    (Wanted(expires_from=after(days=9), never_opened=True, condition=Condition.NOT_STARTED), {"later"}),
    (Wanted(created_from=after(minutes=-1)), {"Plain", "Spring fair 2026"}),
    (Wanted(created_from=after(minutes=-2), created_before=after(minutes=-1)), {"FAIR; über Straße"}),
    (Wanted(created_before=after(minutes=-11)), {""}),
)
"""What each narrowing finds of `_LINKS` at `NOW`."""


async def _shelf(storage: Storage) -> tuple[SiteId, dict[str, tuple[ShareLink, int]]]:
    """A site with all of `_LINKS`, and another with the like of them; BOB is locked out."""
    site, other = fresh_site(), fresh_site()
    ada, bob = (a_member(site, name=f"{name}-{fresh_id()}") for name in (ADA, BOB))
    for member in (ada, evolve(bob, disabled=True)):
        await storage.members.add(member, [])
    made: dict[str, tuple[ShareLink, int]] = {}
    for home in (other, site):
        await storage.policies.ensure_site(home)
        for minutes, (name, (special, opens)) in enumerate(_LINKS.items()):
            people = {"owner": ada.id, "created_by": ada.id, "changed_by": ada.id}
            named = {key: {ADA: ada.id, BOB: bob.id}.get(value, value) for key, value in special.items()}  # type: ignore[call-overload]
            created = after(minutes=-minutes)
            changed = after(minutes=minutes % 4)
            link = a_link(home, **{"name": name, "created_at": created, "changed_at": changed, **people, **named})
            await storage.links.add(link, an_address(link), [])
            for number in range(opens):
                visit = a_visit(link, session=fresh_digest(), began_at=after(minutes=number + minutes % 3))
                assert await storage.links.admit(visit, [], None, [])
            made[name] = (link, opens)
    return site, made


def _of(wanted: Wanted, made: Mapping[str, tuple[ShareLink, int]]) -> Wanted:
    """The narrowing with the members of this shelf."""
    ids = {ADA: made["affair"][0].owner, BOB: made[""][0].owner}
    return evolve(
        wanted,
        **{name: ids.get(one, one) for name in ("owner", "creator", "modifier") if (one := getattr(wanted, name))},
    )


class NarrowingContract(Contract[Storage]):
    """A list holds what it is narrowed to, in its order, whole, and with a bounded amount of work."""

    @promise
    async def test_a_search_finds_what_fits(self, storage: Storage) -> None:
        """Every narrowing finds exactly the links of the site that fit, and none of another site."""
        site, made = await _shelf(storage)
        for wanted, expected in FOUND:
            found = await storage.links.search(site, _of(wanted, made), NEWEST, at=NOW, limit=100)

            assert sorted(expected) == sorted(one.link.name for one in found.records), wanted
            assert found.after is None

    @promise
    async def test_a_search_is_in_its_order(self, storage: Storage) -> None:
        """Every order is total and comes whole in pieces of any size, narrowed or not, in both directions."""
        site, made = await _shelf(storage)
        records = {one.link.name: one for one in await storage.links.list(site, limit=100)}
        for sort in Sort:
            for falling in (True, False):
                order = Order(sort, falling)
                places = {
                    name: place_of(order, one.link, one.opens, one.last_opened_at) for name, one in records.items()
                }
                ordered = sorted(
                    places, key=lambda name: (places[name].value, places[name].link), reverse=falling
                )  # fmt: skip
                for wanted in (Wanted(), _of(Wanted(owner=ADA), made), Wanted(never_opened=True)):
                    fitting = [name for name in ordered if name in await _all(storage, site, wanted, order, 100)]

                    assert fitting == await _all(storage, site, wanted, order, 3)
                    assert (wanted != Wanted()) or ordered == fitting
                    assert all(after_place(order, places[one], places[other]) for one, other in pairwise(ordered))

    @promise
    async def test_a_search_is_complete_while_links_are_added(self, storage: Storage) -> None:
        """Who reads piece by piece sees every link that was there at the beginning once."""
        site, made = await _shelf(storage)
        seen: list[str] = []
        place: Place | None = None
        for turn in range(60):
            piece = await storage.links.search(site, Wanted(), NEWEST, at=NOW, after=place, limit=2)
            seen += [one.link.name for one in piece.records]
            if (place := piece.after) is None:
                break
            for minutes in (60, -turn):
                new = a_link(site, name="new", created_at=after(minutes=minutes))
                await storage.links.add(new, an_address(new), [])

        assert place is None
        assert sorted(made) == sorted(name for name in seen if name != "new")

    @promise
    async def test_a_search_goes_on_from_a_place_of_no_link(self, storage: Storage) -> None:
        """A place is good though nothing stands there."""
        site, _ = await _shelf(storage)
        place = Place(after(minutes=-10, seconds=-30), a_link(site).id)
        found = await storage.links.search(site, Wanted(), NEWEST, at=NOW, after=place, limit=9)

        assert ["gone", ""] == [one.link.name for one in found.records]

    @promise
    async def test_a_change_moves_a_link_between_lists(self, storage: Storage) -> None:
        """What a link is found by is what was stored last: its words, its people, its gates, who changed it."""
        site, made = await _shelf(storage)
        link, _ = made["affair"]
        wish = evolve(link.wish, people=People.parse(["new.example"]), terms="Read this.")
        await storage.links.replace(
            evolve(link, version=2, name="Renamed", wish=wish, changed_by=BOB, changed_at=after(days=1)), []
        )

        async def names(wanted: Wanted) -> list[str]:
            found = await storage.links.search(site, wanted, Order(Sort.CHANGED), at=NOW, limit=1)
            return [one.link.name for one in found.records]

        assert ["Renamed"] == await names(Wanted())
        assert ["Renamed"] == await names(Wanted(name=searched_name("rename")))
        assert ["Renamed"] == await names(Wanted(people=searched_people("eve@new.example"), gate=Gate.TERMS))
        assert ["Renamed"] == await names(Wanted(modifier=BOB))
        assert [] == await names(Wanted(name=searched_name("affair")))
        assert [] == await names(Wanted(people=searched_people("eve@deep.example.org")))

    @promise
    async def test_the_last_open_is_known_while_one_is_counted(self, storage: Storage) -> None:
        """`last_opened_at` is when the last counted open began, and absent where none is counted."""
        site = fresh_site()
        await storage.policies.ensure_site(site)
        link = a_link(site)
        await storage.links.add(link, an_address(link), [])

        async def last() -> object:
            found = await storage.links.search(site, Wanted(), Order(Sort.LAST_OPENED), at=NOW)
            record = await storage.links.get(site, link.id)
            assert record is not None
            assert record.last_opened_at == found.records[0].last_opened_at
            return record.last_opened_at

        assert None is await last()

        visit = a_visit(link, began_at=after(hours=1), seen_at=after(hours=1))
        await storage.links.admit(visit, [], None, [])
        assert after(hours=1) == await last()

        await storage.links.give_back(visit, [])
        assert None is await last()

    @promise
    async def test_a_search_carries_whole_records(self, storage: Storage) -> None:
        """What a search gives of a link is what `get` gives."""
        site, _ = await _shelf(storage)
        found = await storage.links.search(site, Wanted(), NEWEST, at=NOW, limit=100)

        assert len(_LINKS) == len(found.records)
        for record in found.records:
            assert await storage.links.get(site, record.link.id) == record


async def _all(storage: Storage, site: SiteId, wanted: Wanted, order: Order, limit: int) -> list[str]:
    names: list[str] = []
    place: Place | None = None
    for _ in range(30):
        piece = await storage.links.search(site, wanted, order, at=NOW, after=place, limit=limit)
        assert len(piece.records) <= limit
        names += [one.link.name for one in piece.records]
        if (place := piece.after) is None:
            return names
    raise AssertionError("the list has no end")
