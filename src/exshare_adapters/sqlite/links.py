"""Share links in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from exshare_adapters.batches import Batches
from exshare_adapters.codec import Codec
from exshare_adapters.columns import Row
from exshare_adapters.link_rows import link_of, link_params, list_params, swept_of, term_params, visit_id
from exshare_adapters.list_statements import ListStatements, plan
from exshare_adapters.policy_rows import space_key
from exshare_adapters.queries import load_queries
from exshare_adapters.rows import (
    address_params,
    found_in_order,
    proof_params,
    record_of,
    visit_params,
)
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_adapters.sqlite.renewal import renew
from exshare_core.attempts import Visit
from exshare_core.errors import NotFound, StaleLink, Taken
from exshare_core.events import Event
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress, ShareLink
from exshare_core.listings import Order, Place, Wanted
from exshare_core.ports import Found, LinkRecord, StoredProof, Stretch, Swept
from exshare_core.values import LinkId, MemberId, PageId, SiteId, SpaceKey

PACKAGE = "exshare_adapters.sqlite"
BATCH = 500
"""Links that are brought up to date in one transaction."""
LOOKS = 2
"""Batches of look-ups at the same time: one that waits for its answer lets another go on."""

_LAST = datetime.max.replace(tzinfo=UTC)


class SqliteLinks:
    """The LinkRepository of one SQLite file."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec
        self._lists = ListStatements(load_queries(PACKAGE))
        self._found = Batches(self._find, at_once=LOOKS)

    async def find(self, digest: bytes, session: bytes | None) -> Found | None:
        """See `LinkRepository.find`; who asks the same at one moment shares a look-up that begins thereafter."""
        return await self._found.ask((digest, session))

    async def _find(self, batch: Sequence[tuple[bytes, bytes | None]]) -> Sequence[Found | None]:
        wanted = dict.fromkeys(batch)

        def work(db: Statements) -> Sequence[Row | None]:
            return [db.one("links.find", digest=digest, session=session) for digest, session in wanted]

        return found_in_order(self._codec, batch, dict(zip(wanted, await self._database.read(work), strict=True)))

    async def get(self, site: SiteId, link: LinkId) -> LinkRecord | None:
        """See `LinkRepository.get`."""
        row = await self._database.read(lambda db: db.one("links.get", site=site, id=link))
        return None if row is None else record_of(self._codec, row)

    async def get_by_digest(self, digest: bytes) -> LinkRecord | None:
        """See `LinkRepository.get_by_digest`."""
        row = await self._database.read(lambda db: db.one("links.get_by_digest", digest=digest))
        return None if row is None else record_of(self._codec, row)

    async def add(
        self,
        link: ShareLink,
        address: LinkAddress,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """See `LinkRepository.add`."""

        def work(db: Statements) -> None:
            db.run("links.add", link_params(self._codec, link))
            db.run_each("links.add_term", term_params(link))
            db.run("links.add_opens", {"site": link.site, "link": link.id})
            db.run("links.add_address", address_params(address))
            put_along(db, events, letters)

        await self._database.write(work)

    async def replace(
        self,
        link: ShareLink,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        addresses: Sequence[LinkAddress] = (),
    ) -> None:
        """See `LinkRepository.replace`; raises Taken for an address of another link."""

        def work(db: Statements) -> None:
            if not db.run("links.replace", link_params(self._codec, link)):
                current = db.one("links.version", site=link.site, id=link.id)
                if current is None:
                    raise NotFound("there is no such link")
                raise StaleLink(current["version"])
            db.run("links.drop_terms", {"site": link.site, "link": link.id})
            db.run_each("links.add_term", term_params(link))
            for address in addresses:
                if not db.run("links.put_address", address_params(address)):
                    raise Taken("the address belongs to another link")
            put_along(db, events, letters)

        await self._database.write(work)

    async def admit(
        self,
        visit: Visit,
        proofs: Sequence[StoredProof],
        most: int | None,
        events: Sequence[Event],
        renews: bytes | None = None,
        instead_of: str | None = None,
    ) -> bool:
        """See `LinkRepository.admit`."""

        def work(db: Statements) -> bool:
            if instead_of is not None and instead_of != visit_id(db.one("links.visit_of", **visit_params(visit))):
                return False
            if not db.run("links.count_open", {**visit_params(visit), "most": most}):
                return False
            renew(db, renews, visit.session)
            db.run("links.add_visit", visit_params(visit))
            db.run_each("links.prove", map(proof_params, proofs))
            put_along(db, events)
            return True

        return await self._database.write(work)

    async def give_back(self, visit: Visit, events: Sequence[Event]) -> None:
        """See `LinkRepository.give_back`; without such a visit nothing is stored."""

        def work(db: Statements) -> None:
            if db.run("links.end_visit", visit_params(visit)):
                db.run("links.uncount_open", visit_params(visit))
                put_along(db, events)

        await self._database.write(work)

    async def prove(self, proofs: Sequence[StoredProof], events: Sequence[Event], renews: bytes | None = None) -> None:
        """See `LinkRepository.prove`."""

        def work(db: Statements) -> None:
            for session in {proof.session for proof in proofs}:
                renew(db, renews, session)
            db.run_each("links.prove", map(proof_params, proofs))
            put_along(db, events)

        await self._database.write(work)

    async def touch(self, visit: Visit) -> None:
        """See `LinkRepository.touch`."""
        await self._database.run("links.touch", visit_params(visit))

    async def list(
        self,
        site: SiteId,
        *,
        owner: MemberId | None = None,
        page: PageId | None = None,
        space: SpaceKey | None = None,
        after: LinkId | None = None,
        limit: int = 50,
    ) -> tuple[LinkRecord, ...]:
        """See `LinkRepository.list`; after an unknown link there is nothing."""

        def work(db: Statements) -> tuple[LinkRecord, ...]:
            place = {"created_at": _LAST, "id": ""} if after is None else db.one("links.place", site=site, id=after)
            if place is None:
                return ()
            query = {
                (False, False): "links.list_all" if space is None else "links.list_by_space",
                (True, False): "links.list_by_owner",
                (False, True): "links.list_by_page",
                (True, True): "links.list_by_owner_and_page",
            }[owner is not None, page is not None]
            narrowed = {"owner": owner, "page": page, "space": None if space is None else space_key(space)}
            rows = db.all(query, site=site, limit=limit, **narrowed, **place)
            return tuple(record_of(self._codec, row) for row in rows)

        return await self._database.read(work)

    async def search(
        self, site: SiteId, wanted: Wanted, order: Order, *, at: datetime, after: Place | None = None, limit: int = 50
    ) -> Stretch:
        """See `LinkRepository.search`."""

        def work(db: Statements) -> Stretch:
            steps, rows = plan(self._lists, site, wanted, order, at, after, limit), None
            while True:
                try:
                    statement, params = next(steps) if rows is None else steps.send(rows)
                except StopIteration as end:
                    ids, place = end.value
                    break
                rows = db.composed(statement, params)
            named = db.all("links.named", site=site, ids=tuple(ids)) if ids else ()
            records = {row["id"]: record_of(self._codec, row) for row in named}
            return Stretch(tuple(records[id] for id in ids if id in records), place)

        return await self._database.read(work)

    async def catch_up(self) -> None:
        """Read what lists compare of links that were stored before there were lists."""

        def work(db: Statements) -> bool:
            rows = db.all("links.unread", limit=BATCH)
            for link in (link_of(self._codec, row) for row in rows):
                if db.run("links.read", list_params(link)):
                    db.run("links.drop_terms", {"site": link.site, "link": link.id})
                    db.run_each("links.add_term", term_params(link))
            return bool(rows)

        while await self._database.write(work):
            pass

    async def sweep(self, site: SiteId, *, after: LinkId | None = None, limit: int = 1000) -> tuple[Swept, ...]:
        """See `LinkRepository.sweep`."""
        rows = await self._database.read(lambda db: db.all("links.sweep", site=site, after=after or "", limit=limit))
        return tuple(swept_of(self._codec, row) for row in rows)
