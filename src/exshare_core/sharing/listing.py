"""Use cases of a member who lists links: mine, of a page, of a space, of the whole site; narrowed and ordered (spec M3).

Nobody finds by a list what they could not see link by link: a member's list is of their own links, unless they may see
all of the space, or a link of the page that is named.
"""

from __future__ import annotations

from attrs import evolve, field, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.errors import InvalidValue, Refused
from exshare_core.links import ShareLink
from exshare_core.listings import MOST_PAGES, NEWEST, Condition, Order, Place, Wanted, written
from exshare_core.permissions import Mandate, Right
from exshare_core.sharing.looking import Looking
from exshare_core.sharing.standing import ACTIVE, Shown
from exshare_core.values import PageId, SpaceKey

STRETCHES = 3
"""Pieces of a list that are read for one page of it at most: what is sought may be rare."""
MOST_WORDS = 500


@frozen(slots=True)
class Listed:
    """A page of a list."""

    shown: tuple[Shown, ...]
    after: Place | None
    """Where it goes on, though what follows may be empty; None at its end."""
    order: Order = NEWEST

    @property
    def next(self) -> str | None:
        """The same as a word for an address."""
        return None if self.after is None else written(self.order, self.after)


@frozen
class _Sight:
    """What of a list a member sees: all that it is narrowed to, or what each space lets them."""

    wanted: Wanted
    one_by_one: bool = False
    mandates: dict[SpaceKey, Mandate] = field(factory=dict)


@frozen
class Listing(Looking):
    """A member's lists of one site."""

    async def search(
        self,
        member: Member | None,
        wanted: Wanted | None = None,
        order: Order = NEWEST,
        *,
        after: Place | None = None,
        limit: int = 50,
    ) -> Listed:
        """One page of the links that `wanted` finds: all of the site for an admin or the operator, else one's own.

        Of pages that are named, a member is given the links of others that they may view; of one space, all of it, if
        they govern it or are granted that (spec R1, R3). May hold fewer than `limit` though more follow, where what is
        sought is rare. Raises Refused for a space whose links they may not all see, and for the links of others.
        """
        sight = await self._sight(member, wanted or Wanted())
        now, shown, place = self.clock.now(), list[Shown](), after
        for _ in range(STRETCHES):
            piece = await self.storage.links.search(
                self.site, sight.wanted, order, at=now, after=place, limit=limit - len(shown)
            )
            for record in piece.records:
                if not sight.one_by_one or await self._visible_in(member, record.link, sight.mandates):
                    one = await self._shown(record, now)
                    shown += [one] if _stands(one, sight.wanted.condition) else []
            place = piece.after
            if place is None or len(shown) >= limit:
                break
        return Listed(tuple(shown), place, order)

    async def pages_named(self, member: Member | None, text: str) -> frozenset[PageId]:
        """The pages that `text` means for a list: by id or address, else those in whose title its words are.

        Of titles only those count that `member` may read, and no more than `MOST_PAGES`. Raises Busy where that could
        not be asked.
        """
        permissions.check_membership(member, self.site)
        text = text.strip()
        if not text or len(text) > MOST_WORDS or not text.isprintable():
            raise InvalidValue("page", f"give an id, an address or words of a title, at most {MOST_WORDS} characters")
        located = await self.content.finder.locate(text)
        if located is not None:
            return frozenset({located})
        hits = list(dict.fromkeys(node.id for node in await self.content.finder.search(text, MOST_PAGES)))[:MOST_PAGES]
        if member is None:
            return frozenset(hits)
        identity, _ = await self._identity(member, member)
        return frozenset(await self._readable(hits, identity))

    async def _sight(self, member: Member | None, wanted: Wanted) -> _Sight:
        permissions.check_membership(member, self.site)
        if wanted.space is not None:
            (await self._mandate(member, wanted.space)).check_whole_space()
            return _Sight(wanted)
        if member is None or permissions.sees_all(member, self.site):
            return _Sight(wanted)
        if wanted.pages is not None:
            return _Sight(wanted, one_by_one=True)
        if wanted.owner not in (None, member.id):
            raise Refused("you may list the links of others only of a page, or of a space whose links you may all see")
        return _Sight(evolve(wanted, owner=member.id))

    async def _visible_in(self, member: Member | None, link: ShareLink, mandates: dict[SpaceKey, Mandate]) -> bool:
        space = link.scope.space
        if space not in mandates:
            mandates[space] = await self._mandate(member, space)
        return mandates[space].may(Right.VIEW, link.owner)


def _stands(shown: Shown, condition: Condition | None) -> bool:
    """Whether a running link is held by a rule above it or not, where that is asked."""
    if condition is Condition.ACTIVE:
        return shown.state == ACTIVE
    return condition is not Condition.SUSPENDED or shown.state != ACTIVE
