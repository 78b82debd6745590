"""The promises of AccountRepository about browsers that are signed in, and about what ends with them."""

from __future__ import annotations

import asyncio

from attrs import evolve

from exshare_core.events import Kind
from exshare_core.external_accounts import (
    AccountSession,
)
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.guests import a_site, a_stored_link, added, proved, signed_in
from exshare_core.testing.samples import (
    NOW,
    a_code,
    a_proof,
    a_visit,
    after,
    an_account_session,
    an_account_step,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import ExternalAccountId


class SignedInContract(Contract[Storage]):
    """Who is signed in belongs to a browser and a site, moves with the browser's session, and is judged by nobody here."""

    @law(strategies.account_sessions())
    async def test_every_field_of_an_account_session_survives(self, storage: Storage, value: AccountSession) -> None:
        """A session comes back as given, old or not, by browser and by account."""
        session = evolve(value, session=fresh_digest(), account=ExternalAccountId(fresh_id()), site=fresh_site())
        await storage.accounts.open_session(session, [])

        assert session == await storage.accounts.session(session.site, session.session)
        assert (session,) == await storage.accounts.sessions(session.site, session.account)

    @promise
    async def test_a_browser_is_signed_in_site_by_site(self, storage: Storage) -> None:
        """One browser has a session at each site, found there only; a later one at a site takes the earlier's place."""
        one, other = await added(storage), await added(storage)
        neighbour = await added(storage, one.site)
        first = await signed_in(storage, one)
        second = await signed_in(storage, other, session=first.session)
        later = await signed_in(storage, neighbour, session=first.session)

        assert later == await storage.accounts.session(one.site, first.session)
        assert second == await storage.accounts.session(other.site, first.session)
        assert await storage.accounts.session(one.site, fresh_digest()) is None
        assert () == await storage.accounts.sessions(one.site, one.id)

    @promise
    async def test_account_sessions_are_listed_by_their_last_use(self, storage: Storage) -> None:
        """`sessions` gives every session of the account, old or not, the last used first, and none of others."""
        account = await added(storage)
        seen = [after(minutes=2), after(days=-9), after(minutes=5)]
        opened = [await signed_in(storage, account, began_at=after(days=-10), seen_at=one) for one in seen]
        await signed_in(storage, await added(storage, account.site))

        assert (opened[2], opened[0], opened[1]) == await storage.accounts.sessions(account.site, account.id)
        assert () == await storage.accounts.sessions(await a_site(storage), account.id)

    @promise
    async def test_opening_a_session_renews_the_browser(self, storage: Storage) -> None:
        """With `renews`, proofs, visits, codes, steps and sessions of the former id at every site are the new one's."""
        link = await a_stored_link(storage)
        account, elsewhere = await added(storage, link.site), await added(storage)
        former, other = fresh_digest(), await signed_in(storage, elsewhere)
        moved = await signed_in(storage, elsewhere, session=former)
        await storage.accounts.open_step(an_account_step(account, session=former))
        await storage.accounts.open_step(step := an_account_step(elsewhere, session=former))
        await storage.links.admit(visit := a_visit(link, former), [a_proof(link, former)], None, [])
        await storage.codes.ask(code := a_code(link, former), NOW, [], [])
        address = an_address(link)
        await storage.links.replace(evolve(link, version=2), [], [], [address])
        event = an_event(link, Kind.SIGNED_IN)
        await storage.accounts.open_session(session := an_account_session(account), [event], former)
        new = session.session
        found = await storage.links.find(address.digest, new)

        assert found is not None
        assert (evolve(visit, session=new), (a_proof(link, new),)) == (found.visit, found.proofs)
        assert session == await storage.accounts.session(account.site, new)
        assert evolve(moved, session=new) == await storage.accounts.session(elsewhere.site, new)
        assert evolve(step, session=new) == await storage.accounts.step(elsewhere.site, new)
        assert await storage.accounts.step(account.site, new) is None
        assert await storage.accounts.session(elsewhere.site, former) is None
        assert await storage.accounts.step(elsewhere.site, former) is None
        assert other == await storage.accounts.session(elsewhere.site, other.session)
        assert await storage.codes.attempt(code.site, code.link, new, code.code_digest, 5, NOW) is not None
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_proof_renews_who_is_signed_in(self, storage: Storage) -> None:
        """When a proof renews the browser's session, who is signed in, and who owes a code, go along."""
        link = await a_stored_link(storage)
        account, elsewhere = await added(storage, link.site), await added(storage)
        session = await signed_in(storage, account)
        await storage.accounts.open_step(step := an_account_step(elsewhere, session=session.session))
        await storage.links.prove([proof := a_proof(link, fresh_digest())], [], session.session)
        between = await storage.accounts.session(account.site, proof.session)
        visit = a_visit(link)
        await storage.links.admit(visit, [], None, [], proof.session)

        assert evolve(session, session=proof.session) == between
        assert await storage.accounts.session(account.site, session.session) is None
        assert evolve(session, session=visit.session) == await storage.accounts.session(account.site, visit.session)
        assert evolve(step, session=visit.session) == await storage.accounts.step(elsewhere.site, visit.session)

    @promise
    async def test_touching_an_account_session_moves_it_forward_only(self, storage: Storage) -> None:
        """`touch_session` stores a later `seen_at` with its network, and nothing else; it opens no session."""
        account = await added(storage)
        session = await signed_in(storage, account)
        later = evolve(session, seen_at=after(minutes=5, microseconds=3), network="198.51.100.9")
        await storage.accounts.touch_session(evolve(later, name="another", began_at=after(minutes=4)))
        await storage.accounts.touch_session(evolve(session, seen_at=after(minutes=1), network="203.0.113.4"))
        await storage.accounts.touch_session(unknown := an_account_session(account))

        assert later == await storage.accounts.session(account.site, session.session)
        assert await storage.accounts.session(account.site, unknown.session) is None

    @promise
    async def test_signing_out_ends_what_was_proved_by_it(self, storage: Storage) -> None:
        """`close_session` forgets who is signed in in one browser with what they proved in it by the account; other
        proofs, browsers and sites keep theirs; closing an unknown one stores its events all the same.
        """
        link = await a_stored_link(storage)
        account, elsewhere = await added(storage, link.site), await added(storage)
        session, other = await signed_in(storage, account), await signed_in(storage, account)
        there = await signed_in(storage, elsewhere, session=session.session)
        await proved(storage, link, session)
        kept = await proved(storage, link, other)
        address, password = an_address(link), a_proof(link, session.session)
        await storage.links.replace(evolve(link, version=2), [], [], [address])
        await storage.links.prove([password], [])
        event = an_event(link, Kind.SIGNED_OUT)
        await storage.accounts.close_session(account.site, session.session, [event])
        await storage.accounts.close_session(account.site, fresh_digest(), [event])
        found = await storage.links.find(address.digest, session.session)

        assert found is not None
        assert (password,) == found.proofs
        assert await storage.accounts.session(account.site, session.session) is None
        assert (other, there) == (
            await storage.accounts.session(account.site, other.session),
            await storage.accounts.session(elsewhere.site, there.session),
        )
        assert (kept,) == await storage.accounts.proofs(account.site, account.id)
        assert (event, event) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_signing_out_everywhere_is_of_one_account(self, storage: Storage) -> None:
        """`close_sessions` forgets every session, step and proof of the account, also a proof whose session is gone,
        and none of another account.
        """
        link = await a_stored_link(storage)
        account, other = await added(storage, link.site), await added(storage, link.site)
        sessions = [await signed_in(storage, account) for _ in range(2)]
        theirs = await signed_in(storage, other)
        await storage.accounts.open_step(an_account_step(account, session=(late := fresh_digest())))
        await storage.accounts.open_step(step := an_account_step(other))
        for session in (*sessions, an_account_session(account)):
            await proved(storage, link, session)
        kept = await proved(storage, link, theirs)
        event = an_event(link, Kind.SESSIONS_ENDED)
        await storage.accounts.close_sessions(account.site, account.id, [event])

        assert () == await storage.accounts.sessions(account.site, account.id)
        assert () == await storage.accounts.proofs(account.site, account.id)
        assert await storage.accounts.step(account.site, late) is None
        assert (theirs,) == await storage.accounts.sessions(other.site, other.id)
        assert (kept,) == await storage.accounts.proofs(other.site, other.id)
        assert step == await storage.accounts.step(other.site, step.session)
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_one_account_session_can_be_ended_or_spared(self, storage: Storage) -> None:
        """With `name` that session alone is forgotten with what was proved in it, and no step; with `but` that one alone
        is left with what was proved in it.
        """
        link = await a_stored_link(storage)
        account, other = await added(storage, link.site), await added(storage, link.site)
        named, kept, last = [await signed_in(storage, account) for _ in range(3)]
        namesake = await signed_in(storage, other, name=named.name)
        proofs = [await proved(storage, link, one) for one in (named, kept, last)]
        await storage.accounts.open_step(step := an_account_step(account))
        await storage.accounts.close_sessions(account.site, account.id, [], name=named.name)

        assert {kept, last} == set(await storage.accounts.sessions(account.site, account.id))
        assert {*proofs[1:]} == set(await storage.accounts.proofs(account.site, account.id))
        assert (namesake,) == await storage.accounts.sessions(other.site, other.id)
        assert step == await storage.accounts.step(account.site, step.session)

        await storage.accounts.close_sessions(account.site, account.id, [], but=kept.session)
        assert (kept,) == await storage.accounts.sessions(account.site, account.id)
        assert (proofs[1],) == await storage.accounts.proofs(account.site, account.id)
        assert await storage.accounts.step(account.site, step.session) is None

    @promise
    async def test_a_change_ends_sessions_where_it_says_so(self, storage: Storage) -> None:
        """`replace` with `ends` forgets sessions, steps and proofs of the account and of no other; without it none."""
        link = await a_stored_link(storage)
        account, other = await added(storage, link.site), await added(storage, link.site)
        session, theirs = await signed_in(storage, account), await signed_in(storage, other)
        await storage.accounts.open_step(step := an_account_step(account))
        proof, kept = await proved(storage, link, session), await proved(storage, link, theirs)
        await storage.accounts.replace(changed := evolve(account, version=2), [])
        before = (
            await storage.accounts.sessions(account.site, account.id),
            await storage.accounts.proofs(account.site, account.id),
            await storage.accounts.step(account.site, step.session),
        )
        await storage.accounts.replace(evolve(changed, version=3), [], ends=True)

        assert ((session,), (proof,), step) == before
        assert () == await storage.accounts.sessions(account.site, account.id)
        assert () == await storage.accounts.proofs(account.site, account.id)
        assert await storage.accounts.step(account.site, step.session) is None
        assert (theirs,) == await storage.accounts.sessions(other.site, other.id)
        assert (kept,) == await storage.accounts.proofs(other.site, other.id)

    @promise
    async def test_an_account_step_is_good_once(self, storage: Storage) -> None:
        """A step is found in its browser at its site, old or not; a later one takes its place; one closer is told True."""
        account = await added(storage)
        step = an_account_step(account, began_at=after(days=-9))
        await storage.accounts.open_step(step)
        await storage.accounts.open_step(other := an_account_step(account))
        found = await storage.accounts.step(account.site, step.session)
        await storage.accounts.open_step(later := evolve(step, began_at=NOW))
        replaced = await storage.accounts.step(account.site, step.session)
        closed = await asyncio.gather(
            *(storage.accounts.close_step(account.site, step.session) for _ in range(3)),
        )

        assert (step, later) == (found, replaced)
        assert [False, False, True] == sorted(closed)
        assert await storage.accounts.step(account.site, step.session) is None
        assert await storage.accounts.step(await a_site(storage), other.session) is None
        assert other == await storage.accounts.step(account.site, other.session)
