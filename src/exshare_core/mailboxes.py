"""The mailboxes in the activity: sealed before they rest, opened for who may see them, and found by a keyed digest.

Who has the database and not the key learns no mailbox from it; that two events are of one mailbox of a site, they learn.
What an older version wrote down in clear is sealed once, before anything else is done, and the chain over it stays
whole: its seals are held against the address that they were made of.
"""

from __future__ import annotations

from attrs import evolve

from exshare_core.errors import Broken, CannotUnseal, InvalidValue
from exshare_core.events import Mailbox
from exshare_core.ports import ActivityLog, HeldInClear, Vault
from exshare_core.sealing import Link, commitment
from exshare_core.values import Address, LinkId, SiteId

PURPOSE = "activity mailbox"


async def kept(vault: Vault, address: Address, site: SiteId, link: LinkId | None) -> Mailbox:
    """The mailbox as it rests beside what was done with a link."""
    return await _sealed(vault, str(address), site, link)


async def digest_of(vault: Vault, address: Address, site: SiteId) -> bytes:
    """What every event of this mailbox on the site is found by."""
    return await vault.keyed_digest(address.key.encode(), PURPOSE, site)


async def opened(vault: Vault, mailbox: Mailbox, site: SiteId, link: LinkId | None) -> str:
    """The address; raises CannotUnseal where it was changed, belongs to another link, or is found as another."""
    address = (await vault.open(mailbox.sealed, PURPOSE, site, link or "")).decode()
    if await vault.keyed_digest(_key(address), PURPOSE, site) != mailbox.digest:
        raise CannotUnseal("the mailbox is another than the one that it is found by")
    return address


async def seal_all(activity: ActivityLog, vault: Vault) -> int:
    """Seal every mailbox that rests in clear since an older version; how many. None is left when this returns."""
    if not isinstance(activity, HeldInClear):
        return 0
    count = 0
    while clear := await activity.clear_mailboxes():
        await activity.seal_mailboxes({one.row: await _sealed(vault, one.address, one.site, one.link) for one in clear})
        count += len(clear)
    return count


async def check_sealed(activity: ActivityLog) -> None:
    """Raises Broken while a mailbox rests in clear: for who changes nothing, and must not take it for none."""
    if isinstance(activity, HeldInClear) and await activity.clear_mailboxes(1):
        raise Broken("mailboxes of the activity wait to be sealed; run `exshare migrate`")


async def as_it_was(vault: Vault, one: Link) -> Link:
    """The link with its mailbox in clear, where its seal was made while mailboxes rested so; else as it is."""
    personal = one.personal
    if personal is None or personal.mailbox is None or commitment(personal) == one.seal.commitment:
        return one
    link = None if one.row is None or one.row.link is None else LinkId(one.row.link)
    try:
        address = await opened(vault, personal.mailbox, one.seal.site, link)
    except CannotUnseal:
        return one
    return evolve(one, personal=evolve(personal, mailbox=None, address=address))


async def _sealed(vault: Vault, address: str, site: SiteId, link: LinkId | None) -> Mailbox:
    sealed = await vault.seal(address.encode(), PURPOSE, site, link or "")
    return Mailbox(sealed, await vault.keyed_digest(_key(address), PURPOSE, site))


def _key(address: str) -> bytes:
    """What is digested of an address; of one that this version would not take, the words themselves."""
    try:
        return Address.parse(address).key.encode()
    except InvalidValue:
        return address.encode()
