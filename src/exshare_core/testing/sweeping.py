"""The promises of LinkRepository about walks over every link."""

from __future__ import annotations

from attrs import evolve

from exshare_core.links import LinkState, ShareLink
from exshare_core.ports import Storage, Swept
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import NOW, a_link, a_visit, after, an_address, fresh_id, fresh_site
from exshare_core.values import LinkId, SiteId


async def _add(storage: Storage, link: ShareLink) -> ShareLink:
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, an_address(link), [])
    return link


async def _added(storage: Storage, site: SiteId, count: int) -> list[ShareLink]:
    return [await _add(storage, a_link(site)) for _ in range(count)]


class SweepingContract(Contract[Storage]):
    """A sweep sees every link that is not deleted once, whole, and none of another site."""

    @law(strategies.share_links())
    async def test_a_sweep_gives_every_field(self, storage: Storage, link: ShareLink) -> None:
        """What a sweep gives of a link is every field that was stored, and the number of its opens."""
        state = LinkState.DISABLED if link.state is LinkState.DELETED else link.state
        link = await _add(storage, evolve(link, id=LinkId(fresh_id()), site=fresh_site(), state=state))
        await storage.links.admit(a_visit(link), [], None, [])

        assert (Swept(link, 1),) == await storage.links.sweep(link.site)

    @promise
    async def test_a_sweep_leaves_out_deleted_links_only(self, storage: Storage) -> None:
        """Disabled and expired links are swept like active ones; deleted ones are not."""
        site = fresh_site()
        active, disabled = a_link(site), a_link(site, state=LinkState.DISABLED)
        expired = evolve(a_link(site), wish=evolve(active.wish, expires_at=after(days=-9)))
        for link in (active, disabled, expired, a_link(site, state=LinkState.DELETED)):
            await _add(storage, link)
        swept = await storage.links.sweep(site)

        assert {active, disabled, expired} == {one.link for one in swept}

    @promise
    async def test_a_sweep_is_in_the_order_of_ids(self, storage: Storage) -> None:
        """Links come by their ids, whatever the order they were made in, and no more than the limit."""
        site = fresh_site()
        ids = sorted(link.id for link in await _added(storage, site, 5))

        assert ids == [one.link.id for one in await storage.links.sweep(site)]
        assert ids[:2] == [one.link.id for one in await storage.links.sweep(site, limit=2)]
        assert ids[3:] == [one.link.id for one in await storage.links.sweep(site, after=ids[2], limit=2)]

    @promise
    async def test_a_sweep_is_complete_while_links_come_and_go(self, storage: Storage) -> None:
        """Who sweeps page by page sees every link that stays once, though others are added and deleted meanwhile."""
        site = fresh_site()
        first = await _added(storage, site, 9)
        leaving = set(sorted(link.id for link in first)[1::3])
        seen: list[LinkId] = []
        for _ in range(40):
            page = await storage.links.sweep(site, after=seen[-1] if seen else None, limit=2)
            if not page:
                break
            seen += [one.link.id for one in page]
            await _added(storage, site, 1)
            for one in page:
                if one.link.id in leaving:
                    await storage.links.replace(one.link.deleted(NOW), [])

        assert len(seen) == len(set(seen))
        assert {link.id for link in first} <= set(seen)

    @promise
    async def test_a_sweep_is_of_one_site(self, storage: Storage) -> None:
        """A sweep holds no link of another site, not even after one of its links."""
        site, other = fresh_site(), fresh_site()
        (ours,) = await _added(storage, site, 1)
        await _add(storage, a_link(other, id=LinkId("0" * 32)))
        await _add(storage, a_link(other, id=LinkId("z" * 32)))

        assert [ours.id] == [one.link.id for one in await storage.links.sweep(site)]
        assert [ours.id] == [one.link.id for one in await storage.links.sweep(site, after=LinkId("0" * 32))]
        assert () == await storage.links.sweep(site, after=LinkId("z" * 32))
        assert () == await storage.links.sweep(fresh_site())
