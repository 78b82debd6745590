"""Members at rest: where the promises about them begin."""

from __future__ import annotations

from exshare_core.accounts import Member
from exshare_core.links import ShareLink
from exshare_core.ports import Storage
from exshare_core.testing.samples import (
    a_link,
    a_member,
    an_address,
    fresh_site,
)
from exshare_core.values import SiteId


async def a_site(storage: Storage) -> SiteId:
    """A site that no other test has used."""
    site = fresh_site()
    await storage.policies.ensure_site(site)
    return site


async def added(storage: Storage, site: SiteId | None, **changes: object) -> Member:
    """A member at rest, of one site or, with None, of all."""
    member = a_member(site, **changes)
    await storage.members.add(member, [])
    return member


async def a_stored_link(storage: Storage) -> ShareLink:
    """A link whose activity shows which events were stored."""
    link = a_link(await a_site(storage))
    await storage.links.add(link, an_address(link), [])
    return link
