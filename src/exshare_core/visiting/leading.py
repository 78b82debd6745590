"""The use case of a visitor who follows a link in a page to another share: who may enter there is asked at the click.

A link names its partners (spec L10). Nothing of a partner stands in a page, and whoever may not enter any partner that
reaches the page is answered as for a page that is nowhere.
"""

from __future__ import annotations

from attrs import frozen

from exshare_core.attempts import Attempt
from exshare_core.content import PageFacts
from exshare_core.decisions import Answer
from exshare_core.errors import CannotUnseal
from exshare_core.gates import decide
from exshare_core.links import ADDRESS_PURPOSE, LinkAddress, lasting, segment
from exshare_core.values import LinkId, PageId
from exshare_core.visiting.browsing import Browsing
from exshare_core.visiting.entrance import Admission


@frozen(slots=True)
class Onward:
    """Where a link in a page leads: the path segment of a share, None for the share itself, and the page there."""

    segment: str | None
    page: PageId


@frozen
class Leading(Browsing):
    """A visitor's way from one share to another."""

    async def lead(self, admission: Admission, page: PageId) -> Onward | Answer:
        """Where `page` can be seen: in this share, else in the first partner that this browser may enter and that
        reaches it. ABSENT where there is none; nothing is used up, proved or written down.

        Raises AdapterFailed when Confluence fails.
        """
        if isinstance(answer := await self._root(admission), Answer):
            return answer
        if await self._reached(admission, [page]):
            return Onward(None, page)
        found = Answer.ABSENT
        if admission.preview is not None:
            # An address of another share may be more than this member can see
            return found
        for partner in sorted(admission.link.wish.leads_to):
            if (entered := await self._entered(admission, partner)) is None:
                continue
            there, address = entered
            answer = await self._answer_there(there, page)
            if answer is Answer.ALLOW and (name := await self._opened(there, address)) is not None:
                return Onward(name, page)
            if answer is Answer.BUSY:
                found = Answer.BUSY
        return found

    async def _entered(self, admission: Admission, partner: LinkId) -> tuple[Admission, LinkAddress] | None:
        """The admission to a partner, and its lasting address, if this browser has passed all of its gates."""
        record = await self.storage.links.get(admission.link.site, partner)
        address = None if record is None else lasting(record.addresses, admission.at)
        found = None if address is None else await self.storage.links.find(address.digest, admission.caller.session)
        if address is None or found is None or found.link.id != partner:
            return None
        prepared = await self._prepared(found, admission.at)
        proofs = await self._proofs(found)
        decision = decide(prepared, Attempt(admission.at, admission.caller.network, proofs, found.visit, found.opens))
        if prepared is None or not decision.allowed:
            return None
        return Admission(found, prepared, admission.caller, admission.at), address

    async def _answer_there(self, there: Admission, page: PageId) -> Answer:
        """What the partner answers for the page; a root that stops the partner stops the way to it."""
        if isinstance(answer := await self._root(there), Answer):
            return answer
        facts = (await self._content(there).pages.facts([page], there.link.acts_as)).get(page)
        return self._reach(there, facts).strangers_face() if isinstance(facts, PageFacts) else Answer.ABSENT

    async def _opened(self, there: Admission, address: LinkAddress) -> str | None:
        """The path segment of an address; None where it can no longer be shown."""
        if address.sealed is None:
            return None
        try:
            token = await self.vault.open(address.sealed, ADDRESS_PURPOSE, there.link.site, there.link.id)
        except CannotUnseal:
            return None
        return segment(address.slug, token.decode("ascii"))
