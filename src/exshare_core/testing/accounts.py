"""The promises of AccountRepository: mailboxes. Sessions and kept shares are joined from their modules."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from exshare_core.errors import Taken
from exshare_core.events import Kind
from exshare_core.external_accounts import (
    ExternalAccount,
)
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.account_sessions import SignedInContract
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.guests import a_site, a_stored_link, added, signed_in
from exshare_core.testing.kept_shares import KeptSharesContract
from exshare_core.testing.samples import (
    FAR,
    NOW,
    a_letter,
    a_mailbox,
    after,
    an_account,
    an_event,
    fresh_digest,
    fresh_id,
)
from exshare_core.values import ExternalAccountId, Sealed


class MailboxesContract(Contract[Storage]):
    """A mailbox has one account at a site, and an account comes back whole."""

    @law(strategies.external_accounts())
    async def test_every_field_of_an_account_survives(self, storage: Storage, value: ExternalAccount) -> None:
        """An account comes back as given, field by field, by id, by mailbox and in the list."""
        site = await a_site(storage)
        account = evolve(value, id=ExternalAccountId(fresh_id()), site=site, digest=fresh_digest())
        await storage.accounts.add(account, [])

        assert account == await storage.accounts.get(site, account.id)
        assert account == await storage.accounts.by_digest(site, account.digest)
        assert (account,) == await storage.accounts.list(site)

    @promise
    async def test_an_account_is_of_one_site(self, storage: Storage) -> None:
        """On another site there is no such account, no such mailbox and nothing to list."""
        account, elsewhere = await added(storage), await a_site(storage)

        assert await storage.accounts.get(elsewhere, account.id) is None
        assert await storage.accounts.by_digest(elsewhere, account.digest) is None
        assert () == await storage.accounts.list(elsewhere)

    @promise
    async def test_unknown_accounts_are_none(self, storage: Storage) -> None:
        """There is no account under an id or a digest that was never stored."""
        account = await added(storage)

        assert await storage.accounts.get(account.site, ExternalAccountId(fresh_id())) is None
        assert await storage.accounts.by_digest(account.site, fresh_digest()) is None

    @promise
    async def test_a_mailbox_is_taken(self, storage: Storage) -> None:
        """`add` raises Taken for a mailbox that has an account on the site, and stores nothing; elsewhere it is free."""
        account = await added(storage)
        second = an_account(account.site, digest=account.digest)
        link, letter = await a_stored_link(storage), a_letter(account.site)
        with pytest.raises(Taken):
            await storage.accounts.add(second, [an_event(link)], [letter])
        elsewhere = await added(storage, digest=account.digest)

        assert account == await storage.accounts.by_digest(account.site, account.digest)
        assert await storage.accounts.get(account.site, second.id) is None
        assert elsewhere == await storage.accounts.by_digest(elsewhere.site, account.digest)
        assert () == await storage.activity.of_link(link.site, link.id)
        assert letter.id not in {one.id for one in await storage.outbox.claim(NOW, 1.0, 10_000)}

    @promise
    async def test_of_accounts_of_one_mailbox_at_once_one_is_added(self, storage: Storage) -> None:
        """Of accounts that are made for one mailbox at the same moment, one is stored and the others are refused."""
        site, digest = await a_site(storage), fresh_digest()
        accounts = [an_account(site, digest=digest) for _ in range(4)]
        results = await asyncio.gather(*(storage.accounts.add(one, []) for one in accounts), return_exceptions=True)
        added = [one for one, result in zip(accounts, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert tuple(added) == await storage.accounts.list(site)

    @promise
    async def test_accounts_are_listed_as_they_were_made(self, storage: Storage) -> None:
        """`list` gives the accounts of the site, the oldest first."""
        site = await a_site(storage)
        made = [await added(storage, site, created_at=after(days=days)) for days in (3, 1, 2)]

        assert (made[1], made[2], made[0]) == await storage.accounts.list(site)

    @promise
    async def test_replace_stores_every_field_of_an_account(self, storage: Storage) -> None:
        """A changed account comes back with every change; its former mailbox is nobody's then."""
        account = await added(storage)
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
        account = await added(storage)
        session = await signed_in(storage, account)
        await storage.accounts.replace(first := evolve(account, password_hash="first", version=2), [])
        for stale in (evolve(account, version=2), evolve(account, version=4), an_account(account.site, version=2)):
            with pytest.raises(Taken):
                await storage.accounts.replace(stale, [], ends=True)

        assert first == await storage.accounts.get(account.site, account.id)
        assert session == await storage.accounts.session(account.site, session.session)

    @promise
    async def test_an_account_cannot_take_a_mailbox_in_use(self, storage: Storage) -> None:
        """`replace` raises Taken for the mailbox of another account of the site, and changes nothing."""
        account = await added(storage)
        other = await added(storage, account.site)
        with pytest.raises(Taken):
            await storage.accounts.replace(evolve(account, digest=other.digest, version=2), [])

        assert account == await storage.accounts.get(account.site, account.id)
        assert other == await storage.accounts.by_digest(account.site, other.digest)

    @promise
    async def test_of_two_changes_of_an_account_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored and all others are refused."""
        account = await added(storage)
        changes = [evolve(account, password_hash=f"hash {number}", version=2) for number in range(4)]
        results = await asyncio.gather(*(storage.accounts.replace(one, []) for one in changes), return_exceptions=True)
        winners = [one for one, result in zip(changes, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert winners == [await storage.accounts.get(account.site, account.id)]

    @promise
    async def test_writes_of_accounts_store_events_and_letters(self, storage: Storage) -> None:
        """After `add`, `replace` and `delete` of an account, their events and letters are there, too."""
        await storage.outbox.purge(FAR)
        link = await a_stored_link(storage)
        account = an_account(link.site)
        events = [an_event(link, kind) for kind in (Kind.ACCOUNT_MADE, Kind.PASSWORD_SET, Kind.ACCOUNT_DELETED)]
        letters = [a_letter(link.site) for _ in events]
        await storage.accounts.add(account, [evolve(events[0], account=account.id)], letters[:1])
        await storage.accounts.replace(evolve(account, version=2), [events[1]], letters[1:2])
        await storage.accounts.delete(account.site, account.id, [events[2]], letters[2:])
        told = await storage.activity.of_link(link.site, link.id)

        assert tuple(reversed(events)) == told
        assert {one.id for one in letters} == {one.id for one in await storage.outbox.claim(NOW, 1.0, 10)}

    @promise
    async def test_a_deleted_account_leaves_no_personal_fields(self, storage: Storage) -> None:
        """What was done with an account stays, but not from where and by whom, once it is deleted; what was done with
        another keeps it, and so does the deletion itself.
        """
        link = await a_stored_link(storage)
        account, other = an_account(link.site), an_account(link.site)
        await storage.accounts.add(account, [])
        done = an_event(link, Kind.OPENED, account=account.id, network="192.0.2.7", mailbox=a_mailbox())
        await storage.activity.append([done, evolve(done, account=other.id), evolve(done, account=None)])
        deleted = an_event(link, Kind.ACCOUNT_DELETED, account=account.id, network="192.0.2.9")
        await storage.accounts.delete(account.site, account.id, [deleted])
        told = await storage.activity.of_link(link.site, link.id)

        bare = evolve(done, account=None, network=None, mailbox=None)
        assert (deleted, evolve(done, account=None), evolve(done, account=other.id), bare) == told


class AccountRepositoryContract(MailboxesContract, SignedInContract, KeptSharesContract):
    """All promises of AccountRepository."""
