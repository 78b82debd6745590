"""The promises of LinkRepository about visits, opens and proofs."""

from __future__ import annotations

import asyncio

from attrs import evolve

from exshare_core.attempts import Visit
from exshare_core.events import Kind
from exshare_core.links import LinkAddress, ShareLink
from exshare_core.ports import Found, Storage, StoredProof
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import (
    NOW,
    a_code,
    a_link,
    a_proof,
    a_visit,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import ExternalAccountId, Sealed, SiteId


async def _new(storage: Storage, site: SiteId | None = None) -> tuple[ShareLink, LinkAddress]:
    link = a_link(site or fresh_site())
    address = an_address(link)
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, address, [])
    return link, address


async def _found(storage: Storage, address: LinkAddress, session: bytes | None) -> Found:
    found = await storage.links.find(address.digest, session)

    assert found is not None

    return found


async def _seen(storage: Storage, address: LinkAddress, session: bytes) -> tuple[int, Visit | None, set[StoredProof]]:
    found = await _found(storage, address, session)
    return found.opens, found.visit, set(found.proofs)


class VisitsContract(Contract[Storage]):
    """Opens are counted exactly; visits and proofs belong to one session at one link."""

    @promise
    async def test_admit_stores_all_of_it(self, storage: Storage) -> None:
        """`admit` is True, counts one open, and stores visit, proofs and events."""
        link, address = await _new(storage)
        visit = a_visit(link)
        proofs = [
            a_proof(link, visit.session),
            a_proof(
                link,
                visit.session,
                kind="address",
                address=Sealed(b"\x00mailbox\xff"),
                proved_at=after(seconds=-1),
            ),
        ]
        event = an_event(link, Kind.OPENED)

        assert await storage.links.admit(visit, proofs, 1, [event])
        assert (1, visit, set(proofs)) == await _seen(storage, address, visit.session)
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_admit_without_a_limit_counts_all_the_same(self, storage: Storage) -> None:
        """Without a limit every `admit` is True, and opens are counted."""
        link, address = await _new(storage)
        for _ in range(3):
            assert await storage.links.admit(a_visit(link), [], None, [])

        assert 3 == (await _found(storage, address, None)).opens

    @promise
    async def test_admit_refuses_when_all_opens_are_used(self, storage: Storage) -> None:
        """`admit` is False when `most` opens are counted, and stores no visit,
        proof or event and counts nothing.
        """
        link, address = await _new(storage)
        await storage.links.admit(a_visit(link), [], 1, [])
        late = a_visit(link)

        assert not await storage.links.admit(late, [a_proof(link, late.session)], 1, [an_event(link)])
        assert (1, None, set()) == await _seen(storage, address, late.session)
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_admit_refuses_another_security_version(self, storage: Storage) -> None:
        """`admit` is False and stores nothing when the stored security version is not the visit's."""
        link, address = await _new(storage)
        await storage.links.replace(link.rotated(NOW), [])
        visit = a_visit(link)

        assert not await storage.links.admit(visit, [a_proof(link, visit.session)], None, [an_event(link)])
        assert (0, None, set()) == await _seen(storage, address, visit.session)
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_admit_refuses_an_unknown_link(self, storage: Storage) -> None:
        """`admit` is False for a link that is not stored, and for a link of another site."""
        link, address = await _new(storage)
        foreign = evolve(link, site=fresh_site())
        await storage.policies.ensure_site(foreign.site)

        assert not await storage.links.admit(a_visit(a_link(link.site)), [], None, [])
        assert not await storage.links.admit(a_visit(foreign), [], None, [])
        assert 0 == (await _found(storage, address, None)).opens

    @promise
    async def test_admit_is_exact_under_concurrency(self, storage: Storage) -> None:
        """Of twelve people who open a link with four opens at the same moment, four are admitted."""
        link, address = await _new(storage)
        visits = [a_visit(link) for _ in range(12)]
        admitted = await asyncio.gather(*(storage.links.admit(visit, [], 4, []) for visit in visits))
        stored = [(await _found(storage, address, visit.session)).visit is not None for visit in visits]

        assert 4 == sum(admitted)
        assert admitted == stored
        assert 4 == (await _found(storage, address, None)).opens

    @promise
    async def test_a_later_visit_of_a_session_takes_the_place_of_the_earlier(self, storage: Storage) -> None:
        """A session that begins again has the later visit, and both opens are counted; given back, it has none.

        It is the one that was admitted later, also when both began at one instant.
        """
        link, address = await _new(storage)
        first = a_visit(link)
        await storage.links.admit(first, [], None, [])
        for number, hours in enumerate((13, 13, 13, 0), 2):
            visit = a_visit(link, first.session, began_at=after(hours=hours), seen_at=after(hours=hours))
            await storage.links.admit(visit, [], None, [])

            assert (number, visit, set()) == await _seen(storage, address, first.session)
        await storage.links.give_back(visit, [])

        assert (4, None, set()) == await _seen(storage, address, first.session)

    @promise
    async def test_of_presses_at_the_same_moment_one_begins_a_visit(self, storage: Storage) -> None:
        """With the visit that was seen, or none, `admit` begins one instead of that alone: twelve presses of one button are
        one open, and the next visit of the session is another.
        """
        link, address = await _new(storage)
        session, other = fresh_digest(), fresh_digest()
        visits = [a_visit(link, session) for _ in range(12)]
        event = an_event(link)
        admitted = await asyncio.gather(
            *(storage.links.admit(visit, [], 9, [event], instead_of="") for visit in visits)
        )
        begun = [visit for visit, one in zip(visits, admitted, strict=True) if one]
        first = begun[0]
        second = a_visit(link, session, began_at=after(hours=13), seen_at=after(hours=13))
        stale = await storage.links.admit(a_visit(link, session), [], 9, [event], instead_of=second.id)
        unseen = await storage.links.admit(a_visit(link, other), [], 9, [event], instead_of=first.id)

        assert [first] == begun
        assert (False, False, (1, first, set())) == (stale, unseen, await _seen(storage, address, session))
        assert await storage.links.admit(second, [], 9, [event], instead_of=first.id)
        assert await storage.links.admit(a_visit(link, other), [], 9, [event], instead_of="")
        assert (3, second, set()) == await _seen(storage, address, session)
        assert 3 == len(await storage.activity.of_link(link.site, link.id))

    @promise
    async def test_visit_and_proofs_are_of_this_session_and_link_only(self, storage: Storage) -> None:
        """`find` gives no visit or proof of another session or of another link,
        and none without a session.
        """
        link, address = await _new(storage)
        _, elsewhere = await _new(storage)
        visit = a_visit(link)
        proof = a_proof(link, visit.session)
        await storage.links.admit(visit, [proof], None, [])
        await storage.links.admit(theirs := a_visit(link), [their_proof := a_proof(link, theirs.session)], None, [])

        assert (2, visit, {proof}) == await _seen(storage, address, visit.session)
        assert (2, theirs, {their_proof}) == await _seen(storage, address, theirs.session)
        assert (2, None, set()) == await _seen(storage, address, fresh_digest())
        assert (0, None, set()) == await _seen(storage, elsewhere, visit.session)
        nobody = await _found(storage, address, None)
        assert (None, ()) == (nobody.visit, nobody.proofs)

    @promise
    async def test_stored_proofs_and_visits_are_not_judged(self, storage: Storage) -> None:
        """Proofs and visits come back when they are old,
        or when the link's security version has risen since.
        """
        link, address = await _new(storage)
        visit = a_visit(link, began_at=after(days=-3), seen_at=after(days=-3))
        proof = a_proof(link, visit.session, proved_at=after(days=-3))
        await storage.links.admit(visit, [proof], None, [])
        await storage.links.replace(link.rotated(NOW), [])

        assert (1, visit, {proof}) == await _seen(storage, address, visit.session)

    @promise
    async def test_give_back_ends_the_visit_and_lowers_the_opens(self, storage: Storage) -> None:
        """After `give_back` the visit is gone, one open less is counted, and its events are stored."""
        link, address = await _new(storage)
        kept, visit = a_visit(link), a_visit(link)
        await storage.links.admit(kept, [], 2, [])
        await storage.links.admit(visit, [], 2, [])
        event = an_event(link, Kind.OPEN_RETURNED)
        await storage.links.give_back(visit, [event])

        assert (1, None, set()) == await _seen(storage, address, visit.session)
        assert (1, kept, set()) == await _seen(storage, address, kept.session)
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_opens_are_counted_link_by_link(self, storage: Storage) -> None:
        """What is opened and given back at one link changes nothing at its neighbours on the same site."""
        link, address = await _new(storage)
        neighbour, elsewhere = await _new(storage, link.site)
        session = fresh_digest()
        theirs, visit = a_visit(neighbour, session), a_visit(link, session)
        await storage.links.admit(theirs, [], None, [])
        await storage.links.admit(visit, [], None, [])

        assert (1, visit, set()) == await _seen(storage, address, session)
        assert (1, theirs, set()) == await _seen(storage, elsewhere, session)

        await storage.links.give_back(visit, [])

        assert (0, None, set()) == await _seen(storage, address, session)
        assert (1, theirs, set()) == await _seen(storage, elsewhere, session)

    @promise
    async def test_an_open_is_given_back_once(self, storage: Storage) -> None:
        """However often and however much at once `give_back` is called, one open is given back, and recorded once."""
        link, address = await _new(storage)
        for _ in range(3):
            await storage.links.admit(a_visit(link), [], None, [])
        await storage.links.admit(visit := a_visit(link), [], None, [])
        event = an_event(link, Kind.OPEN_RETURNED)
        await asyncio.gather(*(storage.links.give_back(visit, [event]) for _ in range(3)))
        await storage.links.give_back(visit, [event])
        await storage.links.give_back(a_visit(link), [event])

        assert 3 == (await _found(storage, address, None)).opens
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_an_open_that_gave_something_is_not_given_back(self, storage: Storage) -> None:
        """Of a visit that was touched meanwhile nothing is undone, also by who saw it before that."""
        link, address = await _new(storage)
        await storage.links.admit(visit := a_visit(link), [], 1, [])
        touched = evolve(visit, seen_at=after(seconds=1))
        await storage.links.touch(touched)
        for one in (visit, touched):
            await storage.links.give_back(one, [an_event(link, Kind.OPEN_RETURNED)])

        assert (1, touched, set()) == await _seen(storage, address, visit.session)
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_prove_stores_proofs_and_events(self, storage: Storage) -> None:
        """`prove` stores proofs with their events and begins no visit."""
        link, address = await _new(storage)
        session = fresh_digest()
        proof = a_proof(link, session, kind="address", address=Sealed(b"mailbox"))
        event = an_event(link, Kind.PROVED)
        await storage.links.prove([proof], [event])

        assert (0, None, {proof}) == await _seen(storage, address, session)
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_later_proof_replaces_the_earlier(self, storage: Storage) -> None:
        """Of one kind, link and session only the last proof is kept; other kinds and sessions keep theirs."""
        link, address = await _new(storage)
        session, other = fresh_digest(), fresh_digest()
        kept = a_proof(link, session, kind="address", address=Sealed(b"mailbox"))
        theirs = a_proof(link, other)
        await storage.links.prove([a_proof(link, session), kept, theirs], [])
        later = a_proof(link, session, proved_at=after(hours=1), security_version=2)
        await storage.links.prove([later], [])

        assert (0, None, {kept, later}) == await _seen(storage, address, session)
        assert (0, None, {theirs}) == await _seen(storage, address, other)

    @promise
    async def test_proofs_come_back_whole(self, storage: Storage) -> None:
        """What a proof says beside its kind, and whose account it is of, comes back; so does their absence."""
        link, address = await _new(storage)
        session = fresh_digest()
        account = ExternalAccountId(fresh_id())
        proofs = {
            a_proof(link, session, kind="sign-in", address=Sealed(b"mailbox"), detail="account", account=account),
            a_proof(link, session, kind="terms", detail="ab" * 32),
        }
        await storage.links.prove([*proofs], [])

        assert (0, None, proofs) == await _seen(storage, address, session)

    @promise
    async def test_prove_renews_a_session(self, storage: Storage) -> None:
        """With `renews`, all that the former session had, at other links too, is the new one's; others keep theirs."""
        link, address = await _new(storage)
        other, elsewhere = await _new(storage)
        former, fresh, stranger = fresh_digest(), fresh_digest(), fresh_digest()
        visit, theirs = a_visit(other, former), a_visit(other, stranger)
        await storage.links.admit(visit, [a_proof(other, former)], None, [])
        await storage.links.admit(theirs, [a_proof(other, stranger)], None, [])
        await storage.links.prove([a_proof(link, former, kind="address")], [])
        await storage.codes.ask(code := a_code(other, former), NOW, [], [])
        await storage.links.prove([a_proof(link, fresh)], [], former)
        tried = await storage.codes.attempt(other.site, other.id, fresh, code.code_digest, 5, NOW)

        assert (0, None, set()) == await _seen(storage, address, former)
        assert (2, None, set()) == await _seen(storage, elsewhere, former)
        moved = {a_proof(link, fresh, kind="address"), a_proof(link, fresh)}
        assert (0, None, moved) == await _seen(storage, address, fresh)
        assert (2, evolve(visit, session=fresh), {a_proof(other, fresh)}) == await _seen(storage, elsewhere, fresh)
        assert (2, theirs, {a_proof(other, stranger)}) == await _seen(storage, elsewhere, stranger)
        assert tried is not None and evolve(code, session=fresh) == tried

    @promise
    async def test_admit_renews_a_session(self, storage: Storage) -> None:
        """With `renews`, who is admitted has what the former session had, and who is not leaves it where it was."""
        link, address = await _new(storage)
        former, fresh, late = fresh_digest(), fresh_digest(), fresh_digest()
        await storage.links.prove([a_proof(link, former, kind="address")], [])
        await storage.links.admit(visit := a_visit(link, fresh), [a_proof(link, fresh)], 1, [], former)

        assert (1, None, set()) == await _seen(storage, address, former)
        both = {a_proof(link, fresh, kind="address"), a_proof(link, fresh)}
        assert (1, visit, both) == await _seen(storage, address, fresh)
        assert not await storage.links.admit(a_visit(link, late), [a_proof(link, late)], 1, [], fresh)
        assert (1, visit, both) == await _seen(storage, address, fresh)

    @promise
    async def test_touch_moves_a_visit_forward_only(self, storage: Storage) -> None:
        """`touch` stores a later `seen_at`, leaves an earlier one be, and changes nothing else."""
        link, address = await _new(storage)
        await storage.links.admit(visit := a_visit(link), [], None, [])
        later = evolve(visit, seen_at=after(minutes=20, microseconds=1))
        await storage.links.touch(later)
        await storage.links.touch(evolve(visit, seen_at=after(minutes=10)))

        assert (1, later, set()) == await _seen(storage, address, visit.session)

    @promise
    async def test_an_earlier_visit_touches_no_later_one(self, storage: Storage) -> None:
        """A visit whose place was taken can neither be moved nor given back: the later one of the browser stays."""
        link, address = await _new(storage)
        await storage.links.admit(earlier := a_visit(link), [], None, [])
        later = a_visit(link, earlier.session, began_at=after(minutes=1), seen_at=after(minutes=1))
        await storage.links.admit(later, [], None, [])
        await storage.links.touch(evolve(earlier, seen_at=after(minutes=9)))
        await storage.links.give_back(earlier, [])

        assert (2, later, set()) == await _seen(storage, address, later.session)

    @promise
    async def test_touch_revives_no_visit(self, storage: Storage) -> None:
        """A visit that was given back stays ended when it is touched."""
        link, address = await _new(storage)
        await storage.links.admit(visit := a_visit(link), [], None, [])
        await storage.links.give_back(visit, [])
        await storage.links.touch(evolve(visit, seen_at=after(minutes=1)))

        assert (0, None, set()) == await _seen(storage, address, visit.session)
