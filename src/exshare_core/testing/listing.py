"""The promises of LinkRepository about lists."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from exshare_core.links import LinkState, Scope, ShareLink
from exshare_core.ports import LinkRecord, Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import NOW, SPACE, a_link, a_visit, after, an_address, fresh_id, fresh_site
from exshare_core.values import LinkId, MemberId, PageId, SiteId, SpaceKey


async def _add(storage: Storage, site: SiteId, count: int = 1, **changes: object) -> list[ShareLink]:
    links = [a_link(site, **changes) for _ in range(count)]
    await storage.policies.ensure_site(site)
    for link in links:
        await storage.links.add(link, an_address(link), [])
    return links


async def _names(storage: Storage, site: SiteId, after_id: LinkId | None = None) -> list[str]:
    return [record.link.name for record in await storage.links.list(site, after=after_id)]


class ListingContract(Contract[Storage]):
    """A list is complete, newest first, and holds the links of one site."""

    @promise
    async def test_a_list_is_newest_first(self, storage: Storage) -> None:
        """Links come in the order of their creation, the newest first,
        whatever the order they were stored in.
        """
        site = fresh_site()
        for name, minutes in (("second", 2), ("third", 3), ("first", 1)):
            await _add(storage, site, name=name, created_at=after(minutes=minutes), changed_at=after(hours=-minutes))

        assert ["third", "second", "first"] == await _names(storage, site)

    @promise
    async def test_a_list_is_complete_while_links_are_added(self, storage: Storage) -> None:
        """Who reads page by page sees every link that was there at the beginning once,
        though others are added.
        """
        site = fresh_site()
        first = await _add(storage, site, 3, created_at=after(minutes=1))
        first += await _add(storage, site, 4, created_at=NOW)
        seen: list[LinkId] = []
        last = None
        for _ in range(40):
            page = await storage.links.list(site, after=last, limit=2)
            if not page:
                break
            seen += [record.link.id for record in page]
            last = seen[-1]
            await _add(storage, site, 1, created_at=after(minutes=5))
            await _add(storage, site, 1, created_at=after(minutes=1))

        assert len(seen) == len(set(seen))
        assert {link.id for link in first} <= set(seen)

    @promise
    async def test_the_order_of_a_list_is_total(self, storage: Storage) -> None:
        """Links made at the same instant have one order, which reading in pages keeps."""
        site = fresh_site()
        await _add(storage, site, 5)
        whole = [record.link.id for record in await storage.links.list(site)]
        paged: list[LinkId] = []
        for _ in range(5):
            page = await storage.links.list(site, after=paged[-1] if paged else None, limit=1)
            paged += [record.link.id for record in page]

        assert 5 == len(set(whole))
        assert whole == paged

    @promise
    async def test_a_list_has_no_more_than_its_limit(self, storage: Storage) -> None:
        """`limit` bounds a page, and the page after the last link is empty."""
        site = fresh_site()
        await _add(storage, site, 3)
        last, counts = None, []
        for _ in range(3):
            page = await storage.links.list(site, limit=2, after=last)
            last = page[-1].link.id if page else last
            counts.append(len(page))

        assert [2, 1, 0] == counts

    @promise
    async def test_a_list_has_dead_links_too(self, storage: Storage) -> None:
        """Deleted, disabled and expired links are listed like any other."""
        site = fresh_site()
        link = a_link(site)
        await _add(storage, site, state=LinkState.DELETED, name="deleted")
        await _add(storage, site, state=LinkState.DISABLED, name="disabled")
        await _add(storage, site, wish=evolve(link.wish, expires_at=after(days=-9)), name="expired")

        assert {"deleted", "disabled", "expired"} == set(await _names(storage, site))

    @promise
    async def test_a_list_is_of_one_site(self, storage: Storage) -> None:
        """A list holds no link of another site, not even after a link of that site."""
        site, other = fresh_site(), fresh_site()
        await _add(storage, site, name="ours")
        theirs = await _add(storage, other, name="theirs", created_at=after(days=1))

        assert ["ours"] == await _names(storage, site)
        assert "theirs" not in await _names(storage, site, theirs[0].id)
        assert [] == await _names(storage, fresh_site())

    @promise
    async def test_a_list_can_be_of_one_owner_or_page(self, storage: Storage) -> None:
        """`owner` and `page` narrow the list, alone and together, and `limit` counts what is left."""
        site, owner, page = fresh_site(), MemberId(fresh_id()), PageId("777")
        await _add(storage, site, name="neither")
        await _add(storage, site, name="owner", owner=owner)
        await _add(storage, site, name="page", scope=Scope(page, SPACE))
        await _add(storage, site, name="both", owner=owner, scope=Scope(page, SPACE))

        async def names(owner: MemberId | None, page: PageId | None) -> set[str]:
            return {record.link.name for record in await storage.links.list(site, owner=owner, page=page)}

        assert {"owner", "both"} == await names(owner, None)
        assert {"page", "both"} == await names(None, page)
        assert {"both"} == await names(owner, page)

        await _add(storage, site, name="newest", created_at=after(days=1))

        assert 1 == len(await storage.links.list(site, owner=owner, limit=1))

    @promise
    async def test_a_list_can_be_of_one_space(self, storage: Storage) -> None:
        """`space` narrows the list in any case of its key, also beside `owner` and `page`, and over pages."""
        site, owner, page, ours = fresh_site(), MemberId(fresh_id()), PageId("777"), SpaceKey("dOcs")
        oldest = await _add(storage, site, name="oldest", scope=Scope(page, ours), created_at=after(days=-1))
        await _add(storage, site, name="owner", owner=owner, scope=Scope(PageId("778"), ours))
        for root in (page, PageId("779")):
            await _add(storage, site, name="another", owner=owner, scope=Scope(root, SPACE), created_at=after(days=1))

        async def names(space: str, **narrowed: Any) -> list[str]:
            found = await storage.links.list(site, space=SpaceKey(space), **narrowed)
            return [record.link.name for record in found]

        for spelt in ("dOcs", "DOCS", "docs"):
            assert ["owner", "oldest"] == await names(spelt)
        assert ["owner"] == await names("DOCS", owner=owner)
        assert ["oldest"] == await names("DOCS", page=page)
        assert [] == await names("DOCS", owner=owner, page=page)
        assert [] == await names("DOC")
        assert [] == await names("")
        assert ["owner"] == await names("DOCS", limit=1)
        assert [] == await names("DOCS", after=oldest[0].id)

    @promise
    async def test_a_list_carries_whole_records(self, storage: Storage) -> None:
        """What a list gives of a link is what `get` gives: addresses, opens, layers and switches included."""
        site = fresh_site()
        links = await _add(storage, site, 2)
        await storage.links.admit(a_visit(links[0]), [], None, [])
        await storage.links.replace(links[0].rotated(NOW), [], addresses=[an_address(links[0])])
        await storage.policies.switch(site, None, False, [])

        def comparable(record: LinkRecord | None) -> object:
            assert record is not None
            return record.link, set(record.addresses), record.opens, record.layers, record.switches

        for record in await storage.links.list(site):
            assert comparable(await storage.links.get(site, record.link.id)) == comparable(record)
        assert {1, 0} == {record.opens for record in await storage.links.list(site)}
