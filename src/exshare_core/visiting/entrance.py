"""The way in to a link: one look-up, one judgement by `decide()`, and what is written down of it.

Everything that visitors do begins here (`exshare_core.visiting.proving`, `exshare_core.visiting.browsing`). An address that leads nowhere
costs the same work and the same count whatever is behind it: no such token, a deleted or a disabled link, a withdrawn
address (spec G7, G8).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core.attempts import Attempt, Proof, ProofKind
from exshare_core.decisions import Answer, Decision, Effect, Stage
from exshare_core.errors import CannotUnseal, InvalidValue
from exshare_core.events import Actor, Event, Kind
from exshare_core.gates import Prepared, decide, findable, framed_by, prepare, terms_in_force, terms_version
from exshare_core.groups import identity_of, owner_groups
from exshare_core.guessing import counted_as, unknown_wait
from exshare_core.letters import ENGLISH
from exshare_core.links import LinkState, ShareLink
from exshare_core.ports import Clock, Content, Found, LinkRecord, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.previews import KEPT, Grant, Preview, as_visitor, in_force, narrowed, unsealed
from exshare_core.values import EVERYWHERE, Address, IPAddress, SiteId, Token

PROOF_PURPOSE = "proof"
TOUCH_EVERY = timedelta(minutes=1)
"""How often a visit's last use is written down."""

_NOWHERE = hashlib.sha256(b"no token").digest()
"""What is looked up for a malformed token, so that the same work is done."""


@frozen(slots=True)
class Caller:
    """Who asks, as the shell saw it: the network, and the digest of the browser's session id if it has one."""

    network: IPAddress | None
    session: bytes | None = field(default=None, repr=False)
    fresh: bytes | None = field(default=None, repr=False)
    """The digest of the id that the browser gets if it proves something: each proof renews the session (spec G10)."""
    framed: bool = False
    """Whether the link is in a frame of another page; its session is then the frame's own, and counts only at a link
    that may be framed (spec G10).
    """
    kept: str | None = field(default=None, repr=False)
    """What a member's browser keeps of a preview; only of a request that changes nothing."""
    preview: Preview | None = None
    """The preview that this is a part of, as `Entrance` alone finds out."""
    site: SiteId | None = None
    """The site whose own host was asked: there no link of another is there at all (spec G8, V9)."""
    language: str | None = None
    """The code of the language that the caller wished for; None is as the site says (spec V8)."""

    def may_meet(self, found: Found) -> bool:
        """Whether a link of that site is to be found where the caller asks."""
        return self.site is None or found.link.site == self.site


@frozen(slots=True)
class Admission:
    """An open link, given by `Entrance.open` alone: what all content is asked with."""

    found: Found
    prepared: Prepared
    caller: Caller
    at: datetime

    @property
    def link(self) -> ShareLink:
        """The link that is open."""
        return self.prepared.link

    @property
    def findable(self) -> bool:
        """Whether search engines may find its pages."""
        return self.preview is None and findable(self.prepared)

    @property
    def preview(self) -> Preview | None:
        """The preview that it was given for; None for every visitor."""
        return self.caller.preview

    @property
    def frames(self) -> frozenset[str]:
        """The origins whose pages may show it in a frame."""
        return framed_by(self.prepared)


@frozen(slots=True)
class Ask:
    """What the page of a gate may show: which step of how many it is, and the texts to accept. Nothing of the link."""

    site: SiteId
    step: int
    steps: int
    terms: tuple[str, ...] = ()
    """Only where the terms are what is asked."""
    frames: frozenset[str] = frozenset()
    """The origins whose pages may show the gate in a frame."""

    @property
    def version(self) -> str:
        """What tells the texts shown from any others; who accepts them says it back."""
        return terms_version(self.terms)


@frozen(slots=True)
class Opening:
    """What came of opening a link. The shell shows `answer` and nothing else of the decision."""

    answer: Answer
    decision: Decision
    admission: Admission | None = None
    wait: timedelta = timedelta()
    """This network tried too many addresses that lead nowhere: how long until the next. Zero for a living link."""
    ask: Ask | None = None
    """What the gate's page needs to ask, where a gate is what stops."""
    preview: Preview | None = None
    """The preview that this is a part of; None for every visitor."""


@frozen
class Entrance:
    """What all acts of visitors share: the ports, the look at a link, and the notes about it."""

    storage: Storage
    contents: Mapping[SiteId, Content]
    clock: Clock
    tokens: TokenGenerator
    hasher: PasswordHasher
    vault: Vault
    language_of: Callable[[SiteId], str] = field(default=lambda _: ENGLISH, kw_only=True)
    """What a site speaks to who wishes for no language; codes such as `de` (spec V8)."""

    def speaks(self, site: SiteId, caller: Caller) -> str:
        """The language of the pages that the caller sees at a site, which letters that they ask for speak too."""
        return caller.language or self.language_of(site)

    async def open(self, segment: str, caller: Caller) -> Opening:
        """Judge an attempt to open the link that the path segment names. Changes nothing but counters and activity."""
        opening, _, _ = await self._look(segment, caller)
        return opening

    async def again(self, segment: str, admission: Admission) -> Admission | None:
        """The admission of the same caller as it is now, while something is on its way; None once they are shut out.

        A browser that has proved something meanwhile, for this link or another, goes by a new session id (spec G10), by
        which alone its proofs are found. What it had proved when this began is then judged anew, against the link as it
        is now. What an account had proved does not count: it ends with the account, which only the new id can tell.
        """
        opening, found, prepared = await self._look(segment, admission.caller)
        if opening.admission is not None or found is None or prepared is None or not opening.answer.asks:
            return opening.admission
        now, visit = self.clock.now(), admission.found.visit
        known = evolve(found, proofs=tuple(one for one in admission.found.proofs if one.account is None))
        attempt = Attempt(now, admission.caller.network, await self._proofs(known), visit, found.opens)
        if not decide(prepared, attempt).allowed:
            return None
        seen = None if visit is None else evolve(visit, seen_at=now)
        return Admission(evolve(known, visit=seen), prepared, admission.caller, now)

    async def _look(self, segment: str, caller: Caller) -> tuple[Opening, Found | None, Prepared | None]:
        """The judgement and the facts behind it. A malformed token costs the look-up that any other does."""
        now = self.clock.now()
        token = Token.parse(segment)
        prepared: Prepared | None = None
        found = await self.storage.links.find(_NOWHERE if token is None else token.digest, caller.session)
        if found is None and token is not None and caller.kept is not None:
            found, caller = await self._previewed(token, caller, now)
        if token is None or found is None or found.link.site not in self.contents or not caller.may_meet(found):
            found = None
            decision = decide(None, Attempt(now, caller.network))
        else:
            prepared = await self._prepared(found, now)
            if caller.framed and (prepared is None or not framed_by(prepared)):
                found = evolve(found, proofs=(), visit=None)
            decision = decide(prepared, await self._attempt(found, prepared, caller, now))
        answer = decision.strangers_face()
        if answer is Answer.UNKNOWN and caller.preview is not None:
            return Opening(answer, decision, preview=caller.preview), found, None
        if answer is Answer.UNKNOWN:
            return Opening(answer, decision, wait=await self._led_nowhere(caller, now)), found, None
        if answer is Answer.UNAVAILABLE and found is not None:
            await self._note(Kind.DENIED, found, caller, now, detail=_stage(decision))
        admission = None
        if found is not None and prepared is not None and decision.allowed:
            admission = Admission(found, prepared, caller, now)
        ask = None
        if found is not None and prepared is not None and answer.asks:
            ask = ask_of(found, prepared, decision)
        return Opening(answer, decision, admission, ask=ask, preview=caller.preview), found, prepared

    async def _attempt(self, found: Found, prepared: Prepared | None, caller: Caller, now: datetime) -> Attempt:
        """What the caller tries, with what they have proved; in a preview, as a visitor who has proved what they can."""
        if caller.preview is not None and prepared is not None:
            return as_visitor(caller.preview, prepared, found.opens, caller.network, now)
        return Attempt(now, caller.network, await self._proofs(found), found.visit, found.opens)

    async def _previewed(self, token: Token, caller: Caller, now: datetime) -> tuple[Found | None, Caller]:
        """The link that this browser previews at the token's address, and who calls then; None where it previews none."""
        grant = await unsealed(self.vault, caller.kept or "", KEPT, token, now)
        return (None, caller) if grant is None else await self._granted(grant, caller, now)

    async def _granted(self, grant: Grant, caller: Caller, now: datetime) -> tuple[Found | None, Caller]:
        """The link of a grant, through an address of it that lives if there is one; None once the grant is over."""
        current = await in_force(grant, self.storage, self.contents)
        if current is None:
            return None, caller
        preview, record = current
        return _through(record, now), evolve(caller, session=None, framed=False, preview=preview)

    def _content(self, admission: Admission) -> Content:
        """What is asked for content: in a preview no more than its member may read as well."""
        content = self.contents[admission.link.site]
        return content if admission.preview is None else narrowed(content, admission.preview)

    async def _prepared(self, found: Found, now: datetime) -> Prepared | None:
        """The gates of the link that was found; asks for its owner's groups where a rule depends on them (spec P8).

        A link that nobody can enter is not asked for, so that it costs no more than an address that leads nowhere.
        """
        groups: frozenset[str] | None = None
        if found.link.state is LinkState.ACTIVE and found.address.lives(now):
            content = self.contents[found.link.site]
            groups = await owner_groups(found.layers, identity_of(found.link), content.directory)
        return prepare(found.link, found.address, found.layers, found.switches, groups)

    async def _led_nowhere(self, caller: Caller, now: datetime) -> timedelta:
        """Count an address that leads nowhere, unless its network has to wait; how long that is."""
        who = counted_as(caller.network).encode()
        key = await self.vault.keyed_digest(who, "guess tokens network", EVERYWHERE)
        (tally,) = await self.storage.guesses.tally([key], now)
        wait = unknown_wait(tally, now)
        if not wait:
            await self.storage.guesses.wrong([key], now)
        return wait

    async def _proofs(self, found: Found) -> tuple[Proof, ...]:
        """The proofs of this session; one whose mailbox does not open, or is no address any more, proves nothing."""
        proofs = []
        for stored in found.proofs:
            address = None
            if stored.address is not None:
                try:
                    opened = await self.vault.open(stored.address, PROOF_PURPOSE, found.link.site, found.link.id)
                    address = Address.parse(opened.decode())
                except (CannotUnseal, InvalidValue):
                    continue
            kind = ProofKind(stored.kind)
            proofs.append(Proof(kind, stored.link, stored.security_version, stored.proved_at, address, stored.detail))
        return tuple(proofs)

    async def _note(
        self, kind: Kind, found: Found, caller: Caller, at: datetime, *, page: str | None = None, detail: str = ""
    ) -> None:
        await self._note_all([event_of(kind, found, caller, at, page=page, detail=detail)], caller)

    async def _note_all(self, events: Sequence[Event], caller: Caller) -> None:
        """Write down what a caller did, at once; of a preview that its member saw it, and nothing else."""
        if caller.preview is not None:
            who = caller.preview.grant.member
            events = [
                evolve(
                    event, kind=Kind.PREVIEWED, actor=Actor.MEMBER, member=who, detail=event.detail or event.kind.value
                )
                for event in events
                if event.kind in _SEEN
            ]
        if events:
            await self.storage.activity.append(events)

    async def _seen(self, admission: Admission) -> None:
        """Keep the visit going; the first content it gets makes its open final."""
        visit = admission.found.visit
        if visit is None:
            return
        if visit.seen_at == visit.began_at or admission.at - visit.seen_at >= TOUCH_EVERY:
            moment = max(admission.at, visit.began_at + timedelta(microseconds=1))
            await self.storage.links.touch(evolve(visit, seen_at=moment))

    async def _returned(self, admission: Admission) -> None:
        """Give back the open of a visit that has not been given anything yet (spec L14)."""
        visit = admission.found.visit
        if visit is not None and visit.seen_at == visit.began_at and admission.prepared.policy.limits.opens:
            event = event_of(Kind.OPEN_RETURNED, admission.found, admission.caller, admission.at)
            await self.storage.links.give_back(visit, [event])


def ask_of(found: Found, prepared: Prepared, decision: Decision) -> Ask:
    """Which of the gates that ask something is next. The Open button comes last and is no step of its own."""
    asked = [one for one in decision.verdicts if one.stage in STEPS]
    waiting = [number for number, one in enumerate(asked, 1) if one.effect is Effect.ASK]
    shows = decision.strangers_face() is Answer.ASK_TERMS
    terms = terms_in_force(prepared.policy) if shows else ()
    step = waiting[0] if waiting else len(asked)
    return Ask(found.link.site, step, len(asked), terms, framed_by(prepared))


_SEEN = (Kind.VIEWED, Kind.FILE_FETCHED, Kind.PREVIEWED)
"""What is written down of a preview, each as previewed by its member: nothing that a visitor did."""

STEPS = (Stage.PEOPLE, Stage.PASSWORD, Stage.TERMS)
"""The gates at which a visitor has to do something before the Open button."""


def _through(record: LinkRecord, now: datetime) -> Found | None:
    """The link as it is found through an address that lives, else through the last that did."""
    by_life = sorted(record.addresses, key=lambda one: (one.lives(now), one.recipient is None, one.created_at))
    if not by_life:
        return None
    return Found(record.link, by_life[-1], record.layers, record.switches, record.opens)


def event_of(
    kind: Kind, found: Found, caller: Caller, at: datetime, *, page: str | None = None, detail: str = ""
) -> Event:
    """What a visitor did with the link that was found; about its root when no page or file is named."""
    network = None if caller.network is None else str(caller.network)
    link = found.link
    return Event(
        kind,
        link.site,
        at,
        Actor.VISITOR,
        link.id,
        page=page or link.scope.root,
        detail=detail or found.address.mark,
        network=network,
        space=link.scope.space,
    )


def _stage(decision: Decision) -> str:
    return decision.members_face()[0].stage.name.lower()
