"""Previews: what lets a member see a link as its visitors do, for how long, and whose right it is judged by (M2, L18).

A grant rests nowhere: it is sealed and given to the browser, and bound to the token of an address of its own that leads
nowhere without it. INVARIANT: a preview shows nothing that its member could not read in Confluence at that moment, and
nothing that a visitor would not be shown; it is over as soon as the link is changed or the member loses the right.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core.accounts import Member
from exshare_core.attempts import Attempt, Method, Proof, ProofKind, Visit
from exshare_core.content import Absent, MayRead, Node, PageFacts, PageStatus, Reading
from exshare_core.decisions import Effect, Verdict
from exshare_core.errors import CannotUnseal, InvalidValue
from exshare_core.gates import Prepared, decide, terms_in_force, terms_version
from exshare_core.groups import mandate_of
from exshare_core.permissions import Right
from exshare_core.planned import applied
from exshare_core.ports import AccessChecker, Content, LinkRecord, PageSource, Storage, Vault
from exshare_core.sealed_texts import opened, shut
from exshare_core.values import (
    AccountId,
    Address,
    IPAddress,
    LinkId,
    MemberId,
    PageId,
    SiteId,
    Token,
    site_id,
)

PREVIEW_LIFE = timedelta(minutes=15)
"""How long a preview goes on, from the moment when it was asked for."""

ASKED, KEPT = "preview asked for", "preview kept"
"""The vault's purposes: for what is carried to the visitors' address once, and for what the browser keeps from then on."""


@frozen(slots=True)
class Grant:
    """Who may preview which version of a link, as whom, until when."""

    site: SiteId
    link: LinkId
    version: int
    member: MemberId
    visitor: Address | None
    """As whom, having proved everything that is asked of them; None is somebody whom nobody knows."""
    until: datetime
    planned: str = ""
    """Settings that are not saved, as `planned` writes them; empty for the link as it is."""

    @property
    def begun_at(self) -> datetime:
        """When it was asked for."""
        return self.until - PREVIEW_LIFE


@frozen(slots=True)
class Preview:
    """A grant in force at one request."""

    grant: Grant
    actor: AccountId
    """The member's own identity, whose present right to each page is asked beside the owner's."""


async def sealed(vault: Vault, grant: Grant, purpose: str, token: Token) -> str:
    """The grant as a browser carries it, good beside this token only."""
    who = "" if grant.visitor is None else str(grant.visitor)
    content = json.dumps(
        [grant.link, grant.version, grant.member, who, grant.until.isoformat(), grant.planned], ensure_ascii=False
    )
    return f"{grant.site}.{await shut(vault, content, purpose, grant.site, token.digest.hex())}"


async def unsealed(vault: Vault, text: str, purpose: str, token: Token, now: datetime) -> Grant | None:
    """The grant in `text`; None for anything that was not sealed so for this token, and for one that is over at `now`."""
    name, _, content = text.partition(".")
    try:
        site = site_id(name)
        found = await opened(vault, content, purpose, site, token.digest.hex())
    except (InvalidValue, CannotUnseal):
        return None
    link, version, member, who, until, planned = json.loads(found)
    visitor = Address.parse(who) if who else None
    grant = Grant(site, LinkId(link), version, MemberId(member), visitor, datetime.fromisoformat(until), planned)
    return grant if now < grant.until else None


async def in_force(
    grant: Grant, storage: Storage, contents: Mapping[SiteId, Content]
) -> tuple[Preview, LinkRecord] | None:
    """The preview and its link as it is now, or as it is planned; None once the link has changed or the member may not see it any more.

    Raises AdapterFailed where the member's right cannot be found out.
    """
    content = contents.get(grant.site)
    member, record = await storage.members.get(grant.member), await storage.links.get(grant.site, grant.link)
    if content is None or member is None or record is None or record.link.version != grant.version:
        return None
    if not member.belongs_to(grant.site):
        return None
    space, owner = record.link.scope.space, record.link.owner
    mandate = await mandate_of(member, grant.site, space, storage.policies, content.directory)
    if not mandate.may(Right.VIEW, owner) or (actor := await _identity(member, content.access)) is None:
        return None
    if grant.planned:
        record = evolve(record, link=applied(record.link, grant.planned, grant.begun_at))
    return Preview(grant, actor), record


def as_visitor(preview: Preview, prepared: Prepared, opens: int, network: IPAddress | None, now: datetime) -> Attempt:
    """The attempt of a visitor who has done what the gates ask: who they are is proved of the named visitor only.

    What no visitor could mend stays in the way: a link that is suspended, ended or used up, and a foreign network.
    """
    link, policy = prepared.link, prepared.policy
    proofs = [
        Proof(ProofKind.PASSWORD, link.id, link.security_version, now),
        Proof(ProofKind.TERMS, link.id, link.security_version, now, detail=terms_version(terms_in_force(policy))),
    ]
    if preview.grant.visitor is not None:
        proofs.append(
            Proof(ProofKind.SIGN_IN, link.id, link.security_version, now, preview.grant.visitor, Method.SSO.value)
        )
    most, visit = policy.limits.opens, None
    if most is None or opens < most:
        visit = Visit("", link.site, link.id, b"", link.security_version, now, now)
    return Attempt(now, network, tuple(proofs), visit, opens)


def asked(prepared: Prepared, opens: int, network: IPAddress | None, now: datetime) -> tuple[Verdict, ...]:
    """What a visitor who comes with nothing would be asked for, in the order of the gates."""
    verdicts = decide(prepared, Attempt(now, network, opens=opens)).verdicts
    return tuple(one for one in verdicts if one.effect is Effect.ASK)


def narrowed(content: Content, preview: Preview) -> Content:
    """The content of a site as far as the member of the preview may read it too (spec L18)."""
    return evolve(content, pages=BothRead(content.pages, content.access, preview.actor))


@frozen(slots=True)
class BothRead:
    """A PageSource that says of no page that it may be read unless a second person may read it as well."""

    pages: PageSource
    access: AccessChecker = field(repr=False)
    actor: AccountId

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """See `PageSource.read`."""
        reading = await self.pages.read(page, identity)
        return reading if isinstance(reading, Absent) else (await self._read([reading], identity))[page]

    async def readings(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, Reading | Absent]:
        """See `PageSource.readings`."""
        found = await self.pages.readings(pages, identity)
        there = [one for one in found.values() if isinstance(one, Reading)]
        return {**found, **await self._read(there, identity)}

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """See `PageSource.facts`."""
        found = await self.pages.facts(pages, identity)
        there = [one for one in found.values() if isinstance(one, PageFacts)]
        return {**found, **await self._of_both(there, identity)}

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """See `PageSource.level`: whether an entry may be named is asked of its facts."""
        return await self.pages.level(parent, limit, offset)

    async def status(self, page: PageId) -> PageStatus | None:
        """See `PageSource.status`: asked of pages in reach only."""
        return await self.pages.status(page)

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """See `PageSource.below`."""
        return await self.pages.below(root, most)

    async def _read(self, readings: Collection[Reading], identity: AccountId) -> Mapping[PageId, Reading]:
        facts = await self._of_both([one.facts for one in readings], identity)
        return {one.facts.page: evolve(one, facts=facts[one.facts.page]) for one in readings}

    async def _of_both(self, facts: Collection[PageFacts], identity: AccountId) -> Mapping[PageId, PageFacts]:
        wanted = sorted(one.page for one in facts if one.may_read is MayRead.YES)
        if identity == self.actor or not wanted:
            return {one.page: one for one in facts}
        allowed = await self.access.may_read(wanted, self.actor)
        return {
            one.page: evolve(one, may_read=_RIGHTS[allowed.get(one.page)]) if one.may_read is MayRead.YES else one
            for one in facts
        }


_RIGHTS: Mapping[bool | None, MayRead] = {True: MayRead.YES, False: MayRead.NO, None: MayRead.UNKNOWN}


async def _identity(member: Member, access: AccessChecker) -> AccountId | None:
    """Whom the member reads as; None for who is tied to nobody and no admin, who can read nothing (spec R5)."""
    if member.identity is not None or not member.admin:
        return member.identity
    return await access.service_identity()
