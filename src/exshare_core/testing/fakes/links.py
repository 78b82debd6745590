"""Share links in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from attrs import evolve, frozen

from exshare_core.attempts import Visit
from exshare_core.errors import NotFound, StaleLink, Taken
from exshare_core.events import Event
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress, LinkState, ShareLink
from exshare_core.listings import Order, Place, Wanted, after_place, fits, place_of
from exshare_core.ports import Found, LinkRecord, StoredProof, Stretch, Swept
from exshare_core.testing.fakes.state import LinkKey, State
from exshare_core.values import LinkId, MemberId, PageId, SiteId, SpaceKey


@frozen
class MemoryLinks:
    """A LinkRepository over a `State`."""

    state: State

    async def find(self, digest: bytes, session: bytes | None) -> Found | None:
        """The link behind a digest with all that judges it."""
        address = self.state.addresses.get(digest)
        if address is None:
            return None
        key = address.site, address.link
        link = self.state.links[key]
        proofs = tuple(
            proof for (owner, browser, _), proof in self.state.proofs.items() if (owner, browser) == (key, session)
        )
        return Found(
            link,
            address,
            self.state.layers_above(link.site, link.scope.space),
            self.state.stops(link),
            self.state.opens[key],
            proofs,
            None if session is None else self.state.visits.get((key, session)),
        )

    async def get(self, site: SiteId, link: LinkId) -> LinkRecord | None:
        """The link with this id on this site."""
        stored = self.state.links.get((site, link))
        return None if stored is None else self._record(stored)

    async def get_by_digest(self, digest: bytes) -> LinkRecord | None:
        """The link with this address."""
        address = self.state.addresses.get(digest)
        return None if address is None else await self.get(address.site, address.link)

    async def add(
        self,
        link: ShareLink,
        address: LinkAddress,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """Store a new link."""
        key = link.site, link.id
        if key in self.state.links or address.digest in self.state.addresses:
            raise Taken("the id or the address of the link is in use")
        with self.state.transaction():
            self.state.links[key] = link
            self.state.opens[key] = 0
            self.state.addresses[address.digest] = address
            self.state.record(events, letters)

    async def replace(
        self,
        link: ShareLink,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        addresses: Sequence[LinkAddress] = (),
    ) -> None:
        """Store a changed link."""
        key = link.site, link.id
        stored = self.state.links.get(key)
        if stored is None:
            raise NotFound("there is no such link")
        if stored.version != link.version - 1:
            raise StaleLink(stored.version)
        with self.state.transaction():
            self.state.links[key] = link
            for address in addresses:
                holder = self.state.addresses.get(address.digest, address)
                if (holder.site, holder.link) != key:
                    raise Taken("the address of the link is in use")
                self.state.addresses[address.digest] = address
            self.state.record(events, letters)

    async def admit(
        self,
        visit: Visit,
        proofs: Sequence[StoredProof],
        most: int | None,
        events: Sequence[Event],
        renews: bytes | None = None,
        instead_of: str | None = None,
    ) -> bool:
        """Begin a visit if an open is left, and nobody has begun one meanwhile."""
        key = visit.site, visit.link
        had = self.state.visits.get((key, visit.session))
        if instead_of is not None and instead_of != ("" if had is None else had.id):
            return False
        link = self.state.links.get(key)
        if link is None or link.security_version != visit.security_version:
            return False
        if most is not None and self.state.opens[key] >= most:
            return False
        with self.state.transaction():
            self.state.opens[key] += 1
            self.state.last_opened[key] = visit.began_at
            self.state.renew(renews, visit.session)
            self.state.visits[key, visit.session] = visit
            self._prove(proofs)
            self.state.record(events)
        return True

    async def give_back(self, visit: Visit, events: Sequence[Event]) -> None:
        """Undo the open of a visit."""
        key = visit.site, visit.link
        stored = self.state.visits.get((key, visit.session))
        if stored is None or stored.id != visit.id or stored.seen_at != stored.began_at:
            return
        with self.state.transaction():
            del self.state.visits[key, visit.session]
            self.state.opens[key] -= 1
            if not self.state.opens[key]:
                del self.state.last_opened[key]
            self.state.record(events)

    async def prove(self, proofs: Sequence[StoredProof], events: Sequence[Event], renews: bytes | None = None) -> None:
        """Store proofs."""
        with self.state.transaction():
            for session in {proof.session for proof in proofs}:
                self.state.renew(renews, session)
            self._prove(proofs)
            self.state.record(events)

    async def touch(self, visit: Visit) -> None:
        """Move a visit forward."""
        key = (visit.site, visit.link), visit.session
        stored = self.state.visits.get(key)
        if stored is not None and stored.id == visit.id and stored.seen_at < visit.seen_at:
            self.state.visits[key] = evolve(stored, seen_at=visit.seen_at)

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
        """Links of a site, newest first."""
        links = [
            link
            for (home, _), link in self.state.links.items()
            if home == site
            and owner in (None, link.owner)
            and page in (None, link.scope.root)
            and (space is None or space.upper() == link.scope.space.upper())
        ]
        last = None if after is None else self.state.links.get((site, after))
        if after is not None and last is None:
            return ()
        if last is not None:
            links = [link for link in links if _age(link) < _age(last)]
        return tuple(self._record(link) for link in sorted(links, key=_age, reverse=True)[:limit])

    async def search(
        self, site: SiteId, wanted: Wanted, order: Order, *, at: datetime, after: Place | None = None, limit: int = 50
    ) -> Stretch:
        """Links that fit, in any order."""
        found = [
            (place_of(order, link, self.state.opens[key], self.state.last_opened.get(key)), link)
            for key, link in self.state.links.items()
            if key[0] == site and fits(wanted, link, self.state.opens[key], at, owner_in=self.state.owner_in(link))
        ]
        behind = [one for one in found if after is None or after_place(order, after, one[0])]
        behind.sort(key=lambda one: (one[0].value, one[0].link), reverse=order.falling)
        more = len(behind) > limit > 0
        return Stretch(tuple(self._record(link) for _, link in behind[:limit]), behind[limit - 1][0] if more else None)

    async def sweep(self, site: SiteId, *, after: LinkId | None = None, limit: int = 1000) -> tuple[Swept, ...]:
        """Links that are not deleted, by id."""
        links = sorted(
            (link for (home, id), link in self.state.links.items() if home == site and (after is None or id > after)),
            key=lambda link: link.id,
        )
        living = (link for link in links if link.state is not LinkState.DELETED)
        return tuple(
            Swept(link, self.state.opens[site, link.id], self.state.owner_in(link)) for link in islice(living, limit)
        )

    def _prove(self, proofs: Sequence[StoredProof]) -> None:
        for proof in proofs:
            self.state.proofs[(proof.site, proof.link), proof.session, proof.kind] = proof

    def _record(self, link: ShareLink) -> LinkRecord:
        key: LinkKey = link.site, link.id
        addresses = tuple(one for one in self.state.addresses.values() if (one.site, one.link) == key)
        return LinkRecord(
            link,
            addresses,
            self.state.opens[key],
            self.state.layers_above(link.site, link.scope.space),
            self.state.stops(link),
            self.state.last_opened.get(key),
        )


def _age(link: ShareLink) -> tuple[object, ...]:
    return link.created_at, link.id
