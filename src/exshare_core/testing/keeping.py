"""Links that tests put into a storage and read back."""

from __future__ import annotations

from attrs import evolve

from exshare_core.links import LinkAddress, ShareLink
from exshare_core.ports import Found, LinkRecord, Storage
from exshare_core.testing.samples import NOW, fresh_digest, fresh_id, fresh_site
from exshare_core.testing.strategies import Stored
from exshare_core.values import LinkId


async def keep(storage: Storage, link: ShareLink, address: LinkAddress) -> None:
    """Store a link on a site that is made where needed."""
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, address, [])


async def found_by(storage: Storage, address: LinkAddress, session: bytes | None = None) -> Found:
    """What `find` gives for this address, which is there."""
    found = await storage.links.find(address.digest, session)

    assert found is not None

    return found


async def record_of(storage: Storage, link: ShareLink) -> LinkRecord:
    """What `get` gives for this link, which is there."""
    record = await storage.links.get(link.site, link.id)

    assert record is not None

    return record


async def waiting(storage: Storage, *ids: str) -> set[str]:
    """Which of the letters with these ids wait to be sent."""
    claimed = await storage.outbox.claim(NOW, 1.0, 10_000)
    return {letter.id for letter in claimed} & set(ids)


def renamed(stored: Stored) -> Stored:
    """The same under names that nobody has used."""
    link = evolve(stored.link, id=LinkId(fresh_id()), site=fresh_site())
    return Stored(link, evolve(stored.address, link=link.id, site=link.site, digest=fresh_digest()))
