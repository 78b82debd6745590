"""The promises of ActivityChain and FailureLog."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import evolve

from exshare_core.events import Event, Kind
from exshare_core.failures import Failure
from exshare_core.ports import ChainState, Sought, Storage
from exshare_core.sealing import NOTHING_BEFORE, Head, Link, Personal, Row, chained, commitment, digest
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import NOW, a_link, a_mailbox, after, an_account, an_event, fresh_site
from exshare_core.values import SiteId


def _events(site: SiteId, count: int) -> list[Event]:
    """Events a second apart, every other one with personal fields."""
    link = a_link(site)
    return [
        an_event(link, Kind.VIEWED, at=after(seconds=number), network="192.0.2.7" if number % 2 else None)
        for number in range(count)
    ]


def _row(event: Event) -> Row:
    one = event
    return Row(one.site, one.at, one.kind.value, one.actor.value, one.link, one.space, one.member, one.page, one.detail)


async def _stored(storage: Storage, count: int = 5) -> tuple[SiteId, Sequence[Event]]:
    """A site whose events are all sealed."""
    events = _events(fresh_site(), count)
    await storage.activity.append(events)
    while await storage.chain.seal(events[0].site):
        pass
    return events[0].site, events


class ActivityChainContract(Contract[Storage]):
    """What happened is numbered and held in a chain, and leaves it when it has grown old."""

    @promise
    async def test_what_waits_for_a_seal_is_known(self, storage: Storage) -> None:
        """Sites with rows that are not sealed are named, with how many and since when; others are not."""
        one, other = _events(fresh_site(), 3), _events(fresh_site(), 1)
        await storage.activity.append([*one, *other])
        await storage.chain.seal(other[0].site)
        waiting = await storage.chain.waiting()

        assert one[0].site in waiting
        assert other[0].site not in waiting
        assert ChainState(None, None, 3, NOW) == await storage.chain.stands(one[0].site)
        assert (0, None) == ((done := await storage.chain.stands(other[0].site)).unsealed, done.unsealed_since)

    @promise
    async def test_seals_cover_what_is_stored(self, storage: Storage) -> None:
        """Each seal holds digest, commitment and hash of what is stored, after the seal before it; the head is the last."""
        site, events = await _stored(storage)
        links = await storage.chain.links(site, 0)
        before = NOTHING_BEFORE
        for number, (event, link) in enumerate(zip(events, links, strict=True), 1):
            seal, personal = link.seal, link.personal
            assert (number, event.at, _row(event)) == (seal.number, seal.at, link.row)
            assert event.network == (None if personal is None else personal.network)
            assert seal.commitment == (None if personal is None else commitment(personal))
            assert digest(_row(event), seal.commitment) == seal.digest
            before = chained(before, site, number, event.at, seal.digest)
            assert before == seal.hash
        found = await storage.activity.find(site, Sought())

        assert Head(site, 5, events[-1].at, before) == (await storage.chain.stands(site)).head
        assert [5, 4, 3, 2, 1] == [one.number for one in found]

    @promise
    async def test_a_mailbox_is_covered_as_it_rests(self, storage: Storage) -> None:
        """The commitment of a row with a mailbox is over what rests of it, and the link of the chain gives that back."""
        site = fresh_site()
        mailbox, account = a_mailbox(), an_account(site).id
        await storage.activity.append([an_event(a_link(site), mailbox=mailbox, account=account, network="192.0.2.7")])
        await storage.chain.seal(site)
        ((seal, _, personal),) = [(one.seal, one.row, one.personal) for one in await storage.chain.links(site, 0)]
        assert personal is not None

        assert Personal(personal.salt, "192.0.2.7", None, account, mailbox) == personal
        assert commitment(personal) == seal.commitment

    @promise
    async def test_salts_are_of_their_own(self, storage: Storage) -> None:
        """Equal personal fields have other commitments: nobody can tell from the chain whose rows are one person's."""
        site, _ = await _stored(storage)
        seals = [one.seal.commitment for one in await storage.chain.links(site, 0)]

        assert [False, True, False, True, False] == [one is not None for one in seals]
        assert seals[1] != seals[3]

    @promise
    async def test_sealing_goes_on_in_batches(self, storage: Storage) -> None:
        """`limit` rows are sealed at a time, in the order in which they were stored; nothing is sealed twice."""
        events = _events(site := fresh_site(), 5)
        await storage.activity.append(events)
        sealed = [await storage.chain.seal(site, limit=2) for _ in range(4)]
        links = await storage.chain.links(site, 0)

        assert [2, 2, 1, 0] == sealed
        assert [_row(one) for one in events] == [one.row for one in links]
        assert [4, 5] == [one.seal.number for one in await storage.chain.links(site, 3)]
        assert [1, 2] == [one.seal.number for one in await storage.chain.links(site, 0, limit=2)]

    @promise
    async def test_chains_of_sites_stand_apart(self, storage: Storage) -> None:
        """Each site has numbers and hashes of its own."""
        one, other = _events(fresh_site(), 2), _events(fresh_site(), 2)
        await storage.activity.append([one[0], other[0], one[1], other[1]])
        for site in (one[0].site, other[0].site):
            await storage.chain.seal(site)
            assert [1, 2] == [link.seal.number for link in await storage.chain.links(site, 0)]

    @promise
    async def test_rows_go_at_their_very_instant(self, storage: Storage) -> None:
        """What happened at `until` or before is removed with its personal fields, sealed or not; what happened a
        microsecond later stays.
        """
        link, moment = a_link(fresh_site()), timedelta(microseconds=1)
        events = [an_event(link, Kind.VIEWED, at=at, network="192.0.2.7") for at in (NOW - moment, NOW, NOW + moment)]
        await storage.activity.append(events)
        await storage.chain.seal(link.site, limit=1)
        removed = await storage.chain.forget(link.site, NOW)

        assert 2 == removed
        assert 0 == await storage.chain.forget(link.site, NOW)
        assert (events[2],) == await storage.activity.of_link(link.site, link.id)
        assert 1 == (await storage.chain.stands(link.site)).unsealed

    @promise
    async def test_the_anchor_is_the_last_that_went(self, storage: Storage) -> None:
        """The last of the old rows is remembered by number, instant and hash, and the next row is sealed after it,
        though none is left.
        """
        site, events = await _stored(storage)
        heads = [one.seal.head for one in await storage.chain.links(site, 0)]
        await storage.chain.forget(site, events[2].at)
        first = await storage.chain.stands(site)
        kept = await storage.chain.links(site, 0)
        await storage.chain.forget(site, events[-1].at)
        empty = await storage.chain.stands(site)
        await storage.activity.append([evolve(events[0], at=after(days=1))])
        await storage.chain.seal(site)
        (next_one,) = await storage.chain.links(site, 0)

        assert (heads[2], heads[4]) == (first.anchor, first.head)
        assert [4, 5] == [one.seal.number for one in kept]
        assert (heads[4], heads[4], 0) == (empty.anchor, empty.head, empty.unsealed)
        assert 6 == next_one.seal.number
        assert chained(heads[4].hash, site, 6, after(days=1), next_one.seal.digest) == next_one.seal.hash

    @promise
    async def test_forgetting_goes_on_in_batches(self, storage: Storage) -> None:
        """`limit` rows are removed at a time, the oldest first; those of another site stay."""
        site, events = await _stored(storage)
        other, _ = await _stored(storage, 1)
        removed = [await storage.chain.forget(site, events[-1].at, limit=2) for _ in range(4)]

        assert [2, 2, 1, 0] == removed
        assert 1 == len(await storage.activity.find(other, Sought()))

    @promise
    async def test_seals_outlive_rows_that_went_out_of_turn(self, storage: Storage) -> None:
        """A row that is old while one sealed before it is not goes alone: its seal stays until the other has gone."""
        link = a_link(fresh_site())
        await storage.activity.append([an_event(link, at=at) for at in (after(seconds=1), NOW, after(seconds=2))])
        await storage.chain.seal(link.site)
        await storage.chain.forget(link.site, NOW)
        links = await storage.chain.links(link.site, 0)
        between = await storage.chain.stands(link.site)
        await storage.chain.forget(link.site, after(seconds=1))
        (last,) = await storage.chain.links(link.site, 0)

        assert [True, False, True] == [one.row is not None for one in links]
        assert between.anchor is None
        assert links[1].seal.head == (await storage.chain.stands(link.site)).anchor
        assert 3 == last.seal.number

    @promise
    async def test_nothing_that_was_stored_is_a_stray(self, storage: Storage) -> None:
        """No row that was stored through the ports is a stray, sealed or waiting, whatever the batch; the walk ends."""
        site, events = await _stored(storage)
        await storage.activity.append(_events(site, 2))
        counts, spot = [], None
        while True:
            count, spot = await storage.chain.strays(site, spot, limit=3)
            counts.append(count)
            if spot is None:
                break

        assert [0, 0, 0] == counts
        assert (0, None) == await storage.chain.strays(fresh_site())
        assert 7 == len(await storage.activity.find(site, Sought())), events

    @promise
    async def test_personal_fields_can_go_alone(self, storage: Storage) -> None:
        """Where personal fields were removed, the link of the chain holds the row and its seal as before."""
        site = fresh_site()
        account = an_account(site)
        await storage.accounts.add(account, [])
        await storage.activity.append([an_event(a_link(site), account=account.id, network="192.0.2.7")])
        await storage.chain.seal(site)
        (before,) = await storage.chain.links(site, 0)
        await storage.accounts.delete(site, account.id, [])

        assert before.personal is not None
        assert (Link(before.seal, before.row, None),) == await storage.chain.links(site, 0)


class FailureLogContract(Contract[Storage]):
    """What failed lately is counted, site by site, and forgotten in time."""

    @promise
    async def test_equal_failures_of_a_minute_are_one_row(self, storage: Storage) -> None:
        """Counts of one minute, port, operation and outcome are added up; anything else is another row."""
        one = Failure(fresh_site(), NOW.replace(second=0, microsecond=0), "pages", "read", "busy", 2)
        others = [
            evolve(one, operation="facts"),
            evolve(one, outcome="refused"),
            evolve(one, port="mail"),
            evolve(one, minute=one.minute - timedelta(minutes=1)),
        ]
        await storage.failures.note([one, *others])
        await storage.failures.note([one])
        found = await storage.failures.list(one.site)

        assert (others[2], others[0], evolve(one, count=4), others[1], others[3]) == found

    @promise
    async def test_failures_of_sites_stand_apart(self, storage: Storage) -> None:
        """A site's list holds no failure of another, and forgetting leaves those of another; `limit` keeps the newest."""
        one = Failure(fresh_site(), NOW.replace(second=0, microsecond=0), "pages", "read", "busy")
        other, later = evolve(one, site=fresh_site()), evolve(one, minute=one.minute + timedelta(minutes=1))
        await storage.failures.note([one, other, later])
        newest = await storage.failures.list(one.site, 1)
        await storage.failures.prune(one.site, later.minute, 10)

        assert (later,) == newest
        assert () == await storage.failures.list(one.site)
        assert (other,) == await storage.failures.list(other.site)

    @promise
    async def test_failures_are_forgotten(self, storage: Storage) -> None:
        """Those of minutes at `until` or before go, and the oldest beyond `most`."""
        first = Failure(fresh_site(), NOW.replace(second=0, microsecond=0), "pages", "read", "busy")
        minutes = [evolve(first, minute=first.minute + timedelta(minutes=number)) for number in range(6)]
        await storage.failures.note(minutes)
        await storage.failures.prune(first.site, minutes[1].minute, 10)
        young = await storage.failures.list(first.site)
        await storage.failures.prune(first.site, minutes[1].minute, 3)

        assert tuple(reversed(minutes[2:])) == young
        assert tuple(reversed(minutes[3:])) == await storage.failures.list(first.site)
