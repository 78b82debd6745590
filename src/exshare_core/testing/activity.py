"""The promises of ActivityLog."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attrs import evolve

from exshare_core.events import Actor, Event, Kind
from exshare_core.links import ShareLink
from exshare_core.ports import HeldInClear, Sought, Spot, Storage, Tallied
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import (
    NOW,
    SPACE,
    a_link,
    a_mailbox,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import ExternalAccountId, LinkId, MemberId, Sealed, SiteId, SpaceKey


async def _new(storage: Storage) -> ShareLink:
    link = a_link(fresh_site())
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, an_address(link), [])
    return link


class ActivityLogContract(Contract[Storage]):
    """What happened is kept whole, in order, and apart by site."""

    @law(strategies.events())
    async def test_every_field_of_an_event_survives(self, storage: Storage, value: Event) -> None:
        """An event comes back as it was appended, field by field."""
        link = await _new(storage)
        event = evolve(value, site=link.site, link=link.id)
        await storage.activity.append([event])

        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_events_keep_their_order(self, storage: Storage) -> None:
        """Events come newest first, those of one instant in the reverse of the order they were given in."""
        link = await _new(storage)
        events = [an_event(link, Kind.VIEWED, page=str(number)) for number in range(6)]
        await storage.activity.append(events[:4])
        await storage.activity.append(events[4:])

        assert tuple(reversed(events)) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_what_many_do_at_one_moment_is_all_kept(self, storage: Storage) -> None:
        """Events that are appended while others are on their way rest, each once, those given together in order."""
        link = await _new(storage)
        pairs = [[an_event(link, Kind.VIEWED, page=f"{one}{end}") for end in "ab"] for one in range(20)]
        await asyncio.gather(*(storage.activity.append(pair) for pair in pairs))
        there = [str(event.page) for event in reversed(await storage.activity.of_link(link.site, link.id))]

        assert sorted(f"{one}{end}" for one in range(20) for end in "ab") == sorted(there)
        assert all(there.index(f"{one}a") < there.index(f"{one}b") for one in range(20))

    @promise
    async def test_the_latest_events_are_given(self, storage: Storage) -> None:
        """`limit` keeps the newest events, not the oldest."""
        link = await _new(storage)
        events = [an_event(link, Kind.VIEWED, at=after(seconds=number)) for number in range(5)]
        await storage.activity.append(events)

        assert (events[4], events[3]) == await storage.activity.of_link(link.site, link.id, limit=2)

    @promise
    async def test_the_activity_of_a_link_holds_no_other(self, storage: Storage) -> None:
        """Nothing of another link or another site is given, nor what happened to no link."""
        link, other = await _new(storage), await _new(storage)
        neighbour = a_link(link.site)
        await storage.links.add(neighbour, an_address(neighbour), [])
        own = an_event(link, Kind.VIEWED)
        await storage.activity.append([own, an_event(neighbour), an_event(other), evolve(own, link=None)])
        await storage.activity.append([evolve(own, site=other.site)])

        assert (own,) == await storage.activity.of_link(link.site, link.id)
        assert () == await storage.activity.of_link(fresh_site(), link.id)

    @promise
    async def test_appending_nothing_is_fine(self, storage: Storage) -> None:
        """An empty batch changes nothing."""
        link = await _new(storage)
        await storage.activity.append([])

        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_events_are_found_by_everything_that_is_asked(self, storage: Storage) -> None:
        """Each thing that can be asked for keeps exactly the events that it fits, alone and beside others."""
        link = await _new(storage)
        account, member = ExternalAccountId(fresh_id()), MemberId(fresh_id())
        plain = evolve(an_event(link, Kind.VIEWED, page="1", space=SPACE, actor=Actor.VISITOR), member=None)
        changes: dict[str, Any] = {
            "link": LinkId(fresh_id()),
            "space": SpaceKey("DEV"),
            "page": "2",
            "kind": Kind.DENIED,
            "actor": Actor.OPERATOR,
            "member": member,
            "network": "2001:db8::7",
            "mailbox": a_mailbox(),
            "account": account,
        }
        events = [evolve(plain, **{name: value}) for name, value in changes.items()]
        everything = evolve(plain, **changes)
        await storage.activity.append([plain, *events, everything])
        for event, (name, value) in zip(events, changes.items(), strict=True):
            assert (everything, event) == await _found(storage, link.site, **_asking(name, value)), name
        asked = {key: one for name, value in changes.items() for key, one in _asking(name, value).items()}
        del asked["kinds"]
        both = frozenset({Kind.VIEWED, Kind.DENIED})

        assert (everything,) == await _found(storage, link.site, kinds=both, **asked)
        assert (everything, *reversed(events), plain) == await _found(storage, link.site, kinds=both)
        assert () == await _found(storage, link.site, kinds=frozenset({Kind.VIEWED}), mailbox=fresh_digest())
        assert () == await _found(storage, fresh_site(), kinds=both, **asked)

    @promise
    async def test_a_mailbox_is_found_by_its_digest_alone(self, storage: Storage) -> None:
        """Events of one mailbox are found together however each of them was sealed, newest first and page by page; no
        other mailbox is among them, though it was sealed alike.
        """
        link = await _new(storage)
        one, other = a_mailbox(), a_mailbox()
        mailboxes = [
            one,
            other,
            evolve(one, sealed=Sealed(b"\x01sealed again")),
            None,
            evolve(other, sealed=one.sealed),
        ]
        events = [an_event(link, at=after(seconds=at), mailbox=mailbox) for at, mailbox in enumerate(mailboxes)]
        await storage.activity.append(events)
        first = await storage.activity.find(link.site, Sought(mailbox=one.digest), limit=1)
        rest = [await storage.activity.find(link.site, Sought(mailbox=one.digest), after=page.spot) for page in first]

        assert [events[2]] == [page.event for page in first]
        assert [events[0]] == [page.event for pages in rest for page in pages]
        assert (events[4], events[1]) == await _found(storage, link.site, mailbox=other.digest)

    @promise
    async def test_nothing_that_is_appended_rests_in_clear(self, storage: Storage) -> None:
        """An activity that may hold mailboxes in clear since an older version holds none that was appended now; to seal
        one of a row that is not there, or is sealed already, changes nothing.
        """
        link = await _new(storage)
        event = an_event(link, mailbox=a_mailbox())
        await storage.activity.append([event])
        (stored,) = await storage.activity.find(link.site, Sought())
        if isinstance(storage.activity, HeldInClear):
            assert () == await storage.activity.clear_mailboxes()
            await storage.activity.seal_mailboxes({(1 << 63) - 1: a_mailbox(), stored.spot.row: a_mailbox()})

        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_span_holds_its_first_instant_and_not_its_last(self, storage: Storage) -> None:
        """Events are found from `since` on and before `before`, to the microsecond, whatever else is asked."""
        link = await _new(storage)
        moment = timedelta(microseconds=1)
        times = [NOW - moment, NOW, NOW + moment, after(hours=1) - moment, after(hours=1)]
        await storage.activity.append([an_event(link, Kind.VIEWED, at=at, network="192.0.2.7") for at in times])
        span: dict[str, Any] = {"since": NOW, "before": after(hours=1)}
        for asked in ({}, {"link": link.id}, {"kinds": frozenset({Kind.VIEWED})}, {"network": "192.0.2.7"}):
            found = [one.at for one in await _found(storage, link.site, **span, **asked)]
            assert [times[3], times[2], times[1]] == found, asked

    @promise
    async def test_pages_of_events_are_complete(self, storage: Storage) -> None:
        """Page by page comes every event once, newest first, those of one instant the later stored first, though events
        are stored meanwhile.
        """
        link = await _new(storage)
        times = [after(seconds=number % 3) for number in range(7)]
        events = [an_event(link, Kind.VIEWED, at=at, page=str(number)) for number, at in enumerate(times)]
        await storage.activity.append(events)
        for asked in ({"link": link.id}, {"kinds": frozenset({Kind.VIEWED, Kind.OPENED})}, {}):
            found: list[Event] = []
            spot: Spot | None = None
            while page := await storage.activity.find(link.site, Sought(**asked), after=spot, limit=2):
                found += [one.event for one in page]
                spot = page[-1].spot
                await storage.activity.append([an_event(link, Kind.LINK_SENT, at=after(seconds=9))])
            there = [one for one in found if one.kind is Kind.VIEWED]
            assert sorted(events, key=lambda one: (one.at, one.page), reverse=True) == there, asked

    @promise
    async def test_days_are_counted_in_utc(self, storage: Storage) -> None:
        """Events are counted by day in UTC and by kind, of the link, space, kinds and span that are asked for."""
        link = await _new(storage)
        midnight = datetime(2026, 5, 16, tzinfo=UTC)
        moment = timedelta(microseconds=1)
        views = [midnight - moment, midnight, midnight + moment]
        await storage.activity.append([an_event(link, Kind.VIEWED, at=at, space=SPACE) for at in views])
        await storage.activity.append(
            [an_event(link, Kind.OPENED, at=midnight), an_event(link, Kind.DENIED, at=midnight)]
        )
        before, then = date(2026, 5, 15), date(2026, 5, 16)
        opens = frozenset({Kind.VIEWED, Kind.OPENED})

        assert (
            (before, Kind.VIEWED, 1),
            (then, Kind.OPENED, 1),
            (then, Kind.VIEWED, 2),
        ) == await storage.activity.days(link.site, Sought(link=link.id, kinds=opens))
        assert ((then, Kind.VIEWED, 1),) == await storage.activity.days(
            link.site, Sought(space=SPACE, since=midnight, before=midnight + moment)
        )
        assert () == await storage.activity.days(fresh_site(), Sought())
        assert () == await storage.activity.days(link.site, Sought(link=link.id, space=SpaceKey("DEV")))

    @promise
    async def test_the_busiest_links_come_first(self, storage: Storage) -> None:
        """Links are counted by kind, those with the most events first, equal ones by id, and no more than asked for."""
        link = await _new(storage)
        names = [LinkId(name) for name in ("b", "a", "c")]
        kinds = {"a": [Kind.VIEWED], "b": [Kind.OPENED], "c": [Kind.VIEWED, Kind.OPENED, Kind.VIEWED, Kind.DENIED]}
        for name in names:
            await storage.activity.append([evolve(an_event(link, kind), link=name) for kind in kinds[name]])
        await storage.activity.append([evolve(an_event(link, Kind.VIEWED), link=None)])
        opens = Sought(kinds=frozenset({Kind.VIEWED, Kind.OPENED}))

        assert (("c", Kind.OPENED, 1), ("c", Kind.VIEWED, 2), ("a", Kind.VIEWED, 1)) == await storage.activity.busiest(
            link.site, opens, limit=2
        )
        assert () == await storage.activity.busiest(fresh_site(), opens)

    @promise
    async def test_details_are_counted_apart(self, storage: Storage) -> None:
        """Events of one kind are counted by their detail with the last instant of each; other kinds, links, sites and
        events without a detail are not.
        """
        link, other = await _new(storage), a_link(fresh_site())
        opened = evolve(an_event(link, Kind.OPENED), detail="by way of ada")
        elsewhere = [evolve(opened, link=LinkId("another")), evolve(opened, site=other.site)]
        later, before = evolve(opened, at=after(minutes=5)), evolve(opened, at=after(minutes=2))
        once = evolve(opened, detail="by way of max")
        rest = [evolve(opened, detail=""), evolve(opened, kind=Kind.VIEWED, at=after(minutes=9))]
        await storage.activity.append([opened, later, before, once, *rest, *elsewhere])

        assert {"by way of ada": Tallied(3, after(minutes=5)), "by way of max": Tallied(1, opened.at)} == (
            await storage.activity.details(link.site, link.id, Kind.OPENED)
        )
        assert {} == await storage.activity.details(link.site, link.id, Kind.DENIED)


def _asking(name: str, value: Any) -> dict[str, Any]:
    """What somebody asks who looks for events with this value: a mailbox by its digest, kinds together."""
    if name == "mailbox":
        return {"mailbox": value.digest}
    return {"kinds": frozenset({value})} if name == "kind" else {name: value}


async def _found(storage: Storage, site: SiteId, **asked: Any) -> tuple[Event, ...]:
    return tuple(one.event for one in await storage.activity.find(site, Sought(**asked)))
