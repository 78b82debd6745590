"""The use case that tells beside a page in Confluence whether it is shared, and the address of a badge that does (M10).

A badge is looked at in a frame, where no browser says who is looking: so its address is what lets in. It is of one page
and one member, ends soon, says no more than that member may see at the moment of looking, and cannot be changed into
another, since all of it is sealed. Nothing of it is stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from attrs import frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.content import Absent, PageFacts, reach
from exshare_core.errors import CannotUnseal, InvalidValue, NotFound
from exshare_core.links import LinkState
from exshare_core.permissions import Right
from exshare_core.ports import LinkRecord
from exshare_core.sealed_texts import opened, shut
from exshare_core.sharing.acting import Acting
from exshare_core.sharing.standing import ACTIVE, NOT_STARTED
from exshare_core.values import AccountId, MemberId, PageId

BADGE = "badge"
"""What the address of a badge is sealed for."""
LONGEST_BADGE = timedelta(days=30)
MOST_TOLD = 200
"""How many links are looked at for each page that they can begin with."""

_NO_BADGE = "there is no such badge"


@frozen(slots=True)
class Told:
    """How a page is shared, as far as somebody may see it."""

    page: PageId
    states: Mapping[str, int]
    """How many links that reach the page stand how; deleted ones are not among them."""
    more: bool = False
    """Whether there are more than were looked at."""

    @property
    def shared(self) -> bool:
        """Whether the page can be opened by a link now, or will be by itself."""
        return any(self.states.get(one, 0) for one in (ACTIVE, NOT_STARTED))

    @property
    def open(self) -> int:
        """By how many links."""
        return sum(self.states.get(one, 0) for one in (ACTIVE, NOT_STARTED))


@frozen
class Telling(Acting):
    """What members are told of a page: whether it is shared, by links of their own and by those they may see."""

    async def told(self, member: Member, page: PageId) -> Told:
        """How `page` is shared: by links that begin with it, and by those of trees and spaces that reach it.

        Only links that `member` may view count. Raises NotFound for a page that they cannot read now, and Busy where
        that could not be found out.
        """
        permissions.check_membership(member, self.site)
        identity, _ = await self._identity(member, member)
        facts = await self._seen_by(page, identity)
        if facts is None or not await self._readable([page], identity):
            raise NotFound("there is no such page")
        mandate, now = await self._mandate(member, facts.space), self.clock.now()
        known: dict[AccountId, PageFacts | None] = {}
        states, more = Counter[str](), False
        async for record, last in self._candidates(facts):
            more = more or last
            link = record.link
            if link.state is LinkState.DELETED or not mandate.may(Right.VIEW, link.owner):
                continue
            if link.acts_as not in known:
                known[link.acts_as] = await self._seen_by(page, link.acts_as)
            state = await self._state(record, known[link.acts_as], page, now)
            states.update([] if state is None else [state])
        return Told(page, dict(states), more)

    async def badge(self, member: Member, page: PageId, life: timedelta) -> tuple[str, datetime]:
        """The last part of the address of a badge of `page`, and when it ends.

        Raises InvalidValue for a life that is none or too long, and as `told` does.
        """
        if not timedelta(minutes=1) <= life <= LONGEST_BADGE:
            raise InvalidValue("seconds", f"from 60 to {int(LONGEST_BADGE.total_seconds())}")
        await self.told(member, page)
        until = self.clock.now() + life
        words = json.dumps([member.id, page, until.timestamp()])
        return await shut(self.vault, words, BADGE, self.site, BADGE), until

    async def told_by(self, badge: str) -> Told:
        """What a badge tells now. Raises NotFound for one that is not of this site, is over, or whose member is gone."""
        try:
            who, page, until = json.loads(await opened(self.vault, badge, BADGE, self.site, BADGE))
        except CannotUnseal:
            raise NotFound(_NO_BADGE) from None
        member = await self.storage.members.get(MemberId(who))
        if self.clock.now().timestamp() >= until or member is None or not member.belongs_to(self.site):
            raise NotFound(_NO_BADGE)
        return await self.told(member, PageId(page))

    async def _candidates(self, facts: PageFacts) -> AsyncIterator[tuple[LinkRecord, bool]]:
        """The links that could reach a page: those that begin with it, above it, or with its space's first page.

        Each with whether there are more beside it than are looked at.
        """
        home = await self.content.finder.home(facts.space)
        roots = dict.fromkeys((facts.page, *reversed(facts.ancestors), *(() if home is None else (home,))))
        for root in roots:
            found = await self.storage.links.list(self.site, page=root, limit=MOST_TOLD)
            for record in found:
                yield record, len(found) == MOST_TOLD

    async def _state(self, record: LinkRecord, facts: PageFacts | None, page: PageId, now: datetime) -> str | None:
        """How a link stands, for this page; None where it does not reach it."""
        shown = await self._shown(record, now)
        here = record.link.scope.root == page
        reached = (
            facts is not None and shown.policy is not None and reach(record.link.scope, shown.policy, facts).allowed
        )
        if reached:
            return shown.state
        return None if not here else shown.state if shown.state != ACTIVE else "suspended"

    async def _seen_by(self, page: PageId, identity: AccountId) -> PageFacts | None:
        facts = (await self.content.pages.facts([page], identity)).get(page)
        return None if facts is None or isinstance(facts, Absent) else facts
