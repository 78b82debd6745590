"""The promises of AccountRepository about the shares that an account has opened."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from exshare_core.events import Kind
from exshare_core.external_accounts import (
    ACCOUNT_IDLE,
    ACCOUNT_LIFE,
    ACCOUNT_STEP_LIFE,
    SHARE_LIFE,
)
from exshare_core.ports import Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.guests import a_site, a_stored_link, added, proved, signed_in
from exshare_core.testing.samples import (
    NOW,
    a_proof,
    a_share,
    after,
    an_account_step,
    an_event,
    fresh_digest,
    fresh_id,
)
from exshare_core.values import LinkId, Sealed


class KeptSharesContract(Contract[Storage]):
    """An account keeps the shares that it opened, and goes with all that it has."""

    @promise
    async def test_a_kept_share_comes_back(self, storage: Storage) -> None:
        """`shares` gives those of the account alone, the latest first, no more than asked for; of one link the last."""
        account = await added(storage)
        shares = [a_share(account, opened_at=after(hours=hours)) for hours in (2, 3, 1)]
        for share in (*shares, a_share(await added(storage, account.site))):
            await storage.accounts.keep_share(share)
        again = evolve(shares[2], segment=Sealed(b"\x00another way"), opened_at=after(hours=9))
        await storage.accounts.keep_share(again)

        assert (again, shares[1], shares[0]) == await storage.accounts.shares(account.site, account.id, 50)
        assert (again, shares[1]) == await storage.accounts.shares(account.site, account.id, 2)
        assert () == await storage.accounts.shares(await a_site(storage), account.id, 50)

    @promise
    async def test_a_share_is_forgotten_by_its_account(self, storage: Storage) -> None:
        """`forget_share` forgets that one alone; the same share of another account stays; an unknown one is fine."""
        account = await added(storage)
        other = await added(storage, account.site)
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
        link, neighbour = await a_stored_link(storage), await a_stored_link(storage)
        account, other = await added(storage, link.site), await added(storage, link.site)
        session = await signed_in(storage, account)
        elsewhere = evolve(session, session=fresh_digest())
        proofs = {await proved(storage, link, session), await proved(storage, link, elsewhere)}
        await proved(storage, link, await signed_in(storage, other))
        await proved(storage, neighbour, session)
        await storage.links.prove([a_proof(link, session.session)], [])

        assert proofs == set(await storage.accounts.proofs(account.site, account.id))

    @promise
    async def test_a_deleted_account_leaves_nothing_but_what_happened(self, storage: Storage) -> None:
        """`delete` forgets the account with its sessions, steps, proofs and shares, and nothing of another; its mailbox
        is free again. Deleting what is not there stores nothing.
        """
        link = await a_stored_link(storage)
        account, other = await added(storage, link.site), await added(storage, link.site)
        session, theirs = await signed_in(storage, account), await signed_in(storage, other)
        await storage.accounts.open_step(step := an_account_step(account))
        await proved(storage, link, session)
        kept = await proved(storage, link, theirs)
        await storage.accounts.keep_share(a_share(account))
        await storage.accounts.keep_share(their_share := a_share(other))
        event = an_event(link, Kind.ACCOUNT_DELETED)
        await storage.accounts.delete(account.site, account.id, [event])
        await storage.accounts.delete(account.site, account.id, [event])
        await storage.accounts.delete(await a_site(storage), other.id, [event])

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
        await added(storage, account.site, digest=account.digest)

    @promise
    async def test_prune_forgets_what_accounts_cannot_use_any_more(self, storage: Storage) -> None:
        """Sessions that rested too long or lasted too long, steps that are over and shares that were not opened for long
        are forgotten at that very instant and not before; accounts stay.
        """
        account, moment = await added(storage), timedelta(microseconds=1)
        lasts = NOW - ACCOUNT_LIFE + moment
        over = [
            await signed_in(storage, account, began_at=lasts, seen_at=NOW - ACCOUNT_IDLE),
            await signed_in(storage, account, began_at=NOW - ACCOUNT_LIFE),
        ]
        good = await signed_in(storage, account, began_at=lasts, seen_at=NOW - ACCOUNT_IDLE + moment)
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
