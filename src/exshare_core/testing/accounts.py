"""The promises of AccountRepository."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from attrs import evolve

from exshare_core.errors import Taken
from exshare_core.events import Kind
from exshare_core.external_accounts import (
    ACCOUNT_IDLE,
    ACCOUNT_LIFE,
    ACCOUNT_STEP_LIFE,
    SHARE_LIFE,
    AccountSession,
    ExternalAccount,
)
from exshare_core.links import ShareLink
from exshare_core.ports import Storage, StoredProof
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import (
    FAR,
    NOW,
    a_code,
    a_letter,
    a_link,
    a_proof,
    a_share,
    a_visit,
    after,
    an_account,
    an_account_session,
    an_account_step,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import ExternalAccountId, LinkId, Sealed, SiteId


async def _site(storage: Storage) -> SiteId:
    site = fresh_site()
    await storage.policies.ensure_site(site)
    return site


async def _added(storage: Storage, site: SiteId | None = None, **changes: object) -> ExternalAccount:
    account = an_account(site or await _site(storage), **changes)
    await storage.accounts.add(account, [])
    return account


async def _link(storage: Storage) -> ShareLink:
    """A link whose activity shows which events were stored."""
    link = a_link(await _site(storage))
    await storage.links.add(link, an_address(link), [])
    return link


async def _signed_in(storage: Storage, account: ExternalAccount, **changes: object) -> AccountSession:
    session = an_account_session(account, **changes)
    await storage.accounts.open_session(session, [])
    return session


async def _proved(storage: Storage, link: ShareLink, session: AccountSession) -> StoredProof:
    """What an account proved at a link in a browser that is signed in."""
    proof = a_proof(link, session.session, kind="sign-in", detail="account", account=session.account)
    await storage.links.prove([proof], [])
    return proof


class MailboxesContract(Contract[Storage]):
    """A mailbox has one account at a site, and an account comes back whole."""

    @law(strategies.external_accounts())
    async def test_every_field_of_an_account_survives(self, storage: Storage, value: ExternalAccount) -> None:
        """An account comes back as given, field by field, by id, by mailbox and in the list."""
        site = await _site(storage)
        account = evolve(value, id=ExternalAccountId(fresh_id()), site=site, digest=fresh_digest())
        await storage.accounts.add(account, [])

        assert account == await storage.accounts.get(site, account.id)
        assert account == await storage.accounts.by_digest(site, account.digest)
        assert (account,) == await storage.accounts.list(site)

    @promise
    async def test_an_account_is_of_one_site(self, storage: Storage) -> None:
        """On another site there is no such account, no such mailbox and nothing to list."""
        account, elsewhere = await _added(storage), await _site(storage)

        assert await storage.accounts.get(elsewhere, account.id) is None
        assert await storage.accounts.by_digest(elsewhere, account.digest) is None
        assert () == await storage.accounts.list(elsewhere)

    @promise
    async def test_unknown_accounts_are_none(self, storage: Storage) -> None:
        """There is no account under an id or a digest that was never stored."""
        account = await _added(storage)

        assert await storage.accounts.get(account.site, ExternalAccountId(fresh_id())) is None
        assert await storage.accounts.by_digest(account.site, fresh_digest()) is None

    @promise
    async def test_a_mailbox_is_taken(self, storage: Storage) -> None:
        """`add` raises Taken for a mailbox that has an account on the site, and stores nothing; elsewhere it is free."""
        account = await _added(storage)
        second = an_account(account.site, digest=account.digest)
        link, letter = await _link(storage), a_letter(account.site)
        with pytest.raises(Taken):
            await storage.accounts.add(second, [an_event(link)], [letter])
        elsewhere = await _added(storage, digest=account.digest)

        assert account == await storage.accounts.by_digest(account.site, account.digest)
        assert await storage.accounts.get(account.site, second.id) is None
        assert elsewhere == await storage.accounts.by_digest(elsewhere.site, account.digest)
        assert () == await storage.activity.of_link(link.site, link.id)
        assert letter.id not in {one.id for one in await storage.outbox.claim(NOW, 1.0, 10_000)}

    @promise
    async def test_of_accounts_of_one_mailbox_at_once_one_is_added(self, storage: Storage) -> None:
        """Of accounts that are made for one mailbox at the same moment, one is stored and the others are refused."""
        site, digest = await _site(storage), fresh_digest()
        accounts = [an_account(site, digest=digest) for _ in range(4)]
        results = await asyncio.gather(*(storage.accounts.add(one, []) for one in accounts), return_exceptions=True)
        added = [one for one, result in zip(accounts, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert tuple(added) == await storage.accounts.list(site)

    @promise
    async def test_accounts_are_listed_as_they_were_made(self, storage: Storage) -> None:
        """`list` gives the accounts of the site, the oldest first."""
        site = await _site(storage)
        made = [await _added(storage, site, created_at=after(days=days)) for days in (3, 1, 2)]

        assert (made[1], made[2], made[0]) == await storage.accounts.list(site)

    @promise
    async def test_replace_stores_every_field_of_an_account(self, storage: Storage) -> None:
        """A changed account comes back with every change; its former mailbox is nobody's then."""
        account = await _added(storage)
        changed = evolve(
            an_account(account.site, id=account.id, digest=fresh_digest()),
            address=Sealed(b"\x00another"), password_hash="new", confirmed_at=after(days=1), disabled=True, version=2,
            factor=None,
        )  # fmt: skip
        await storage.accounts.replace(changed, [])

        assert changed == await storage.accounts.get(account.site, account.id)
        assert changed == await storage.accounts.by_digest(account.site, changed.digest)
        assert await storage.accounts.by_digest(account.site, account.digest) is None

    @promise
    async def test_a_stale_account_is_refused(self, storage: Storage) -> None:
        """`replace` raises Taken unless the stored version is one less, and then changes and ends nothing."""
        account = await _added(storage)
        session = await _signed_in(storage, account)
        await storage.accounts.replace(first := evolve(account, password_hash="first", version=2), [])
        for stale in (evolve(account, version=2), evolve(account, version=4), an_account(account.site, version=2)):
            with pytest.raises(Taken):
                await storage.accounts.replace(stale, [], ends=True)

        assert first == await storage.accounts.get(account.site, account.id)
        assert session == await storage.accounts.session(account.site, session.session)

    @promise
    async def test_an_account_cannot_take_a_mailbox_in_use(self, storage: Storage) -> None:
        """`replace` raises Taken for the mailbox of another account of the site, and changes nothing."""
        account = await _added(storage)
        other = await _added(storage, account.site)
        with pytest.raises(Taken):
            await storage.accounts.replace(evolve(account, digest=other.digest, version=2), [])

        assert account == await storage.accounts.get(account.site, account.id)
        assert other == await storage.accounts.by_digest(account.site, other.digest)

    @promise
    async def test_of_two_changes_of_an_account_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored and all others are refused."""
        account = await _added(storage)
        changes = [evolve(account, password_hash=f"hash {number}", version=2) for number in range(4)]
        results = await asyncio.gather(*(storage.accounts.replace(one, []) for one in changes), return_exceptions=True)
        winners = [one for one, result in zip(changes, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert winners == [await storage.accounts.get(account.site, account.id)]

    @promise
    async def test_writes_of_accounts_store_events_and_letters(self, storage: Storage) -> None:
        """After `add`, `replace` and `delete` of an account, their events and letters are there, too."""
        await storage.outbox.purge(FAR)
        link = await _link(storage)
        account = an_account(link.site)
        events = [an_event(link, kind) for kind in (Kind.ACCOUNT_MADE, Kind.PASSWORD_SET, Kind.ACCOUNT_DELETED)]
        letters = [a_letter(link.site) for _ in events]
        await storage.accounts.add(account, [evolve(events[0], account=account.id)], letters[:1])
        await storage.accounts.replace(evolve(account, version=2), [events[1]], letters[1:2])
        await storage.accounts.delete(account.site, account.id, [events[2]], letters[2:])
        told = await storage.activity.of_link(link.site, link.id)

        assert (events[2], events[1], evolve(events[0], account=account.id)) == told
        assert {one.id for one in letters} == {one.id for one in await storage.outbox.claim(NOW, 1.0, 10)}


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
        one, other = await _added(storage), await _added(storage)
        neighbour = await _added(storage, one.site)
        first = await _signed_in(storage, one)
        second = await _signed_in(storage, other, session=first.session)
        later = await _signed_in(storage, neighbour, session=first.session)

        assert later == await storage.accounts.session(one.site, first.session)
        assert second == await storage.accounts.session(other.site, first.session)
        assert await storage.accounts.session(one.site, fresh_digest()) is None
        assert () == await storage.accounts.sessions(one.site, one.id)

    @promise
    async def test_account_sessions_are_listed_by_their_last_use(self, storage: Storage) -> None:
        """`sessions` gives every session of the account, old or not, the last used first, and none of others."""
        account = await _added(storage)
        seen = [after(minutes=2), after(days=-9), after(minutes=5)]
        opened = [await _signed_in(storage, account, began_at=after(days=-10), seen_at=one) for one in seen]
        await _signed_in(storage, await _added(storage, account.site))

        assert (opened[2], opened[0], opened[1]) == await storage.accounts.sessions(account.site, account.id)
        assert () == await storage.accounts.sessions(await _site(storage), account.id)

    @promise
    async def test_opening_a_session_renews_the_browser(self, storage: Storage) -> None:
        """With `renews`, proofs, visits, codes, steps and sessions of the former id at every site are the new one's."""
        link = await _link(storage)
        account, elsewhere = await _added(storage, link.site), await _added(storage)
        former, other = fresh_digest(), await _signed_in(storage, elsewhere)
        moved = await _signed_in(storage, elsewhere, session=former)
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
        link = await _link(storage)
        account, elsewhere = await _added(storage, link.site), await _added(storage)
        session = await _signed_in(storage, account)
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
        account = await _added(storage)
        session = await _signed_in(storage, account)
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
        link = await _link(storage)
        account, elsewhere = await _added(storage, link.site), await _added(storage)
        session, other = await _signed_in(storage, account), await _signed_in(storage, account)
        there = await _signed_in(storage, elsewhere, session=session.session)
        await _proved(storage, link, session)
        kept = await _proved(storage, link, other)
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
        link = await _link(storage)
        account, other = await _added(storage, link.site), await _added(storage, link.site)
        sessions = [await _signed_in(storage, account) for _ in range(2)]
        theirs = await _signed_in(storage, other)
        await storage.accounts.open_step(an_account_step(account, session=(late := fresh_digest())))
        await storage.accounts.open_step(step := an_account_step(other))
        for session in (*sessions, an_account_session(account)):
            await _proved(storage, link, session)
        kept = await _proved(storage, link, theirs)
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
        link = await _link(storage)
        account, other = await _added(storage, link.site), await _added(storage, link.site)
        named, kept, last = [await _signed_in(storage, account) for _ in range(3)]
        namesake = await _signed_in(storage, other, name=named.name)
        proofs = [await _proved(storage, link, one) for one in (named, kept, last)]
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
        link = await _link(storage)
        account, other = await _added(storage, link.site), await _added(storage, link.site)
        session, theirs = await _signed_in(storage, account), await _signed_in(storage, other)
        await storage.accounts.open_step(step := an_account_step(account))
        proof, kept = await _proved(storage, link, session), await _proved(storage, link, theirs)
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
        account = await _added(storage)
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
        assert await storage.accounts.step(await _site(storage), other.session) is None
        assert other == await storage.accounts.step(account.site, other.session)


class KeptSharesContract(Contract[Storage]):
    """An account keeps the shares that it opened, and goes with all that it has."""

    @promise
    async def test_a_kept_share_comes_back(self, storage: Storage) -> None:
        """`shares` gives those of the account alone, the latest first, no more than asked for; of one link the last."""
        account = await _added(storage)
        shares = [a_share(account, opened_at=after(hours=hours)) for hours in (2, 3, 1)]
        for share in (*shares, a_share(await _added(storage, account.site))):
            await storage.accounts.keep_share(share)
        again = evolve(shares[2], segment=Sealed(b"\x00another way"), opened_at=after(hours=9))
        await storage.accounts.keep_share(again)

        assert (again, shares[1], shares[0]) == await storage.accounts.shares(account.site, account.id, 50)
        assert (again, shares[1]) == await storage.accounts.shares(account.site, account.id, 2)
        assert () == await storage.accounts.shares(await _site(storage), account.id, 50)

    @promise
    async def test_a_share_is_forgotten_by_its_account(self, storage: Storage) -> None:
        """`forget_share` forgets that one alone; the same share of another account stays; an unknown one is fine."""
        account = await _added(storage)
        other = await _added(storage, account.site)
        gone, kept = a_share(account), a_share(account, opened_at=after(hours=1))
        theirs = a_share(other, link=gone.link)
        for share in (gone, kept, theirs):
            await storage.accounts.keep_share(share)
        await storage.accounts.forget_share(account.site, account.id, gone.link)
        await storage.accounts.forget_share(account.site, account.id, LinkId(fresh_id()))

        assert (kept,) == await storage.accounts.shares(account.site, account.id, 50)
        assert (theirs,) == await storage.accounts.shares(other.site, other.id, 50)

    @promise
    async def test_proofs_are_of_one_account(self, storage: Storage) -> None:
        """`proofs` gives what the account proved, in whatever browser and at whatever link, and nothing else."""
        link, neighbour = await _link(storage), await _link(storage)
        account, other = await _added(storage, link.site), await _added(storage, link.site)
        session = await _signed_in(storage, account)
        elsewhere = evolve(session, session=fresh_digest())
        proofs = {await _proved(storage, link, session), await _proved(storage, link, elsewhere)}
        await _proved(storage, link, await _signed_in(storage, other))
        await _proved(storage, neighbour, session)
        await storage.links.prove([a_proof(link, session.session)], [])

        assert proofs == set(await storage.accounts.proofs(account.site, account.id))

    @promise
    async def test_a_deleted_account_leaves_nothing_but_what_happened(self, storage: Storage) -> None:
        """`delete` forgets the account with its sessions, steps, proofs and shares, and nothing of another; its mailbox
        is free again. Deleting what is not there stores nothing.
        """
        link = await _link(storage)
        account, other = await _added(storage, link.site), await _added(storage, link.site)
        session, theirs = await _signed_in(storage, account), await _signed_in(storage, other)
        await storage.accounts.open_step(step := an_account_step(account))
        await _proved(storage, link, session)
        kept = await _proved(storage, link, theirs)
        await storage.accounts.keep_share(a_share(account))
        await storage.accounts.keep_share(their_share := a_share(other))
        event = an_event(link, Kind.ACCOUNT_DELETED)
        await storage.accounts.delete(account.site, account.id, [event])
        await storage.accounts.delete(account.site, account.id, [event])
        await storage.accounts.delete(await _site(storage), other.id, [event])

        assert await storage.accounts.get(account.site, account.id) is None
        assert () == await storage.accounts.sessions(account.site, account.id)
        assert () == await storage.accounts.proofs(account.site, account.id)
        assert () == await storage.accounts.shares(account.site, account.id, 50)
        assert await storage.accounts.step(account.site, step.session) is None
        assert other == await storage.accounts.get(other.site, other.id)
        assert (theirs,) == await storage.accounts.sessions(other.site, other.id)
        assert ((kept,), (their_share,)) == (
            await storage.accounts.proofs(other.site, other.id),
            await storage.accounts.shares(other.site, other.id, 50),
        )
        assert (event,) == await storage.activity.of_link(link.site, link.id)
        await _added(storage, account.site, digest=account.digest)

    @promise
    async def test_prune_forgets_what_accounts_cannot_use_any_more(self, storage: Storage) -> None:
        """Sessions that rested too long or lasted too long, steps that are over and shares that were not opened for long
        are forgotten at that very instant and not before; accounts stay.
        """
        account, moment = await _added(storage), timedelta(microseconds=1)
        lasts = NOW - ACCOUNT_LIFE + moment
        over = [
            await _signed_in(storage, account, began_at=lasts, seen_at=NOW - ACCOUNT_IDLE),
            await _signed_in(storage, account, began_at=NOW - ACCOUNT_LIFE),
        ]
        good = await _signed_in(storage, account, began_at=lasts, seen_at=NOW - ACCOUNT_IDLE + moment)
        steps = [an_account_step(account, began_at=NOW - ACCOUNT_STEP_LIFE + later) for later in (timedelta(), moment)]
        shares = [a_share(account, opened_at=NOW - SHARE_LIFE + later) for later in (timedelta(), moment)]
        for step, share in zip(steps, shares, strict=True):
            await storage.accounts.open_step(step)
            await storage.accounts.keep_share(share)
        await storage.prune(NOW)

        assert [None, None] == [await storage.accounts.session(one.site, one.session) for one in over]
        assert (good,) == await storage.accounts.sessions(account.site, account.id)
        assert [None, steps[1]] == [await storage.accounts.step(one.site, one.session) for one in steps]
        assert (shares[1],) == await storage.accounts.shares(account.site, account.id, 50)
        assert account == await storage.accounts.get(account.site, account.id)


class AccountRepositoryContract(MailboxesContract, SignedInContract, KeptSharesContract):
    """All promises of AccountRepository."""
