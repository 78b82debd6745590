"""People with external accounts, at rest: where the promises about them begin."""

from __future__ import annotations

from exshare_core.external_accounts import (
    AccountSession,
    ExternalAccount,
)
from exshare_core.links import ShareLink
from exshare_core.ports import Storage, StoredProof
from exshare_core.testing.samples import (
    a_link,
    a_proof,
    an_account,
    an_account_session,
    an_address,
    fresh_site,
)
from exshare_core.values import SiteId


async def a_site(storage: Storage) -> SiteId:
    """A site that no other test has used."""
    site = fresh_site()
    await storage.policies.ensure_site(site)
    return site


async def added(storage: Storage, site: SiteId | None = None, **changes: object) -> ExternalAccount:
    """An account at rest, of a site of its own unless one is named."""
    account = an_account(site or await a_site(storage), **changes)
    await storage.accounts.add(account, [])
    return account


async def a_stored_link(storage: Storage) -> ShareLink:
    """A link whose activity shows which events were stored."""
    link = a_link(await a_site(storage))
    await storage.links.add(link, an_address(link), [])
    return link


async def signed_in(storage: Storage, account: ExternalAccount, **changes: object) -> AccountSession:
    """A browser that is signed in with an account."""
    session = an_account_session(account, **changes)
    await storage.accounts.open_session(session, [])
    return session


async def proved(storage: Storage, link: ShareLink, session: AccountSession) -> StoredProof:
    """What an account proved at a link in a browser that is signed in."""
    proof = a_proof(link, session.session, kind="sign-in", detail="account", account=session.account)
    await storage.links.prove([proof], [])
    return proof
