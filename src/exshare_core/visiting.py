"""Use cases of a visitor: open a link, prove what it asks, begin a visit, see a page, fetch a file.

Every way in starts with `Visiting.open`, which judges by `decide()` alone. What an open link leads to is behind the
`Admission` it gives, and everything of a page goes through `reach()`. Where each refusal is made: the stored facts in
`gates.decide`, the live facts in `content.reach`, a file's own rules in `content.may_serve`, guessing in
`Visiting._waiting`, the limit of opens in `LinkRepository.admit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core.content import (
    Absent,
    Attachment,
    ByteRange,
    Draft,
    Node,
    NodeKind,
    PageFacts,
    Reading,
    may_serve,
    reach,
    redact,
)
from exshare_core.decisions import Answer, Decision
from exshare_core.dispatching import seal_letter
from exshare_core.errors import AdapterFailed, CannotUnseal, InvalidValue, StaleLink
from exshare_core.events import Actor, Event, Kind
from exshare_core.gates import Attempt, Prepared, Proof, ProofKind, Visit, admits, decide, prepare
from exshare_core.guessing import link_wait, network_wait
from exshare_core.letters import Letter, LetterKind
from exshare_core.links import ShareLink
from exshare_core.passwords import normalised
from exshare_core.ports import (
    Clock,
    Content,
    FileStream,
    Found,
    PasswordHasher,
    PendingCode,
    Storage,
    StoredProof,
    TokenGenerator,
    Vault,
    View,
)
from exshare_core.values import Address, AttachmentId, IPAddress, PageId, SiteId, Token

PROOF_PURPOSE = "proof"
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
"""A code is good for 10 minutes and 5 tries (spec G2)."""
TOUCH_EVERY = timedelta(minutes=1)
"""How often a visit's last use is written down."""
LEVEL = 50
"""Entries of the sidebar per request (spec V4)."""
MOST_TARGETS = 60
"""Linked pages of one page whose reach is found out; links beyond stay text."""

_NOWHERE = hashlib.sha256(b"no token").digest()
"""What is looked up for a malformed token, so that the same work is done."""


@frozen(slots=True)
class Caller:
    """Who asks, as the shell saw it: the network, and the digest of the browser's session id if it has one."""

    network: IPAddress | None
    session: bytes | None = field(default=None, repr=False)


@frozen(slots=True)
class Admission:
    """An open link, given by `Visiting.open` alone: what all content is asked with."""

    found: Found
    prepared: Prepared
    caller: Caller
    at: datetime

    @property
    def link(self) -> ShareLink:
        """The link that is open."""
        return self.prepared.link


@frozen(slots=True)
class Opening:
    """What came of opening a link. The shell shows `answer` and nothing else of the decision."""

    answer: Answer
    decision: Decision
    admission: Admission | None = None


@frozen(slots=True)
class Submission:
    """What came of a proof: the answer now in force, and what to say beside the field."""

    answer: Answer
    wrong: bool = False
    """The proof was not right. Says nothing about why."""
    malformed: bool = False
    """What was typed is no mail address at all."""
    wait: timedelta = timedelta()
    """Too many tries: how long until the next."""
    code_sent: bool = False


@frozen(slots=True)
class PageView:
    """A page of a share, ready to be shown."""

    page: PageId
    title: str
    html: str = field(repr=False)
    version: int
    changed_at: datetime | None
    author: str | None
    labels: tuple[str, ...]
    is_root: bool
    kind: NodeKind = NodeKind.PAGE
    with_attachments: bool = False


@frozen(slots=True)
class Entry:
    """An entry of the sidebar."""

    id: PageId
    title: str
    kind: NodeKind


@frozen(slots=True)
class Sidebar:
    """Where the visitor is in the share: the way down from the root, and one level of entries."""

    trail: tuple[Entry, ...]
    """From the share's root to the page shown, both included."""
    entries: tuple[Entry, ...]
    next_offset: int | None = None
    """Where the next entries of this level begin, when there are more."""


@frozen(slots=True)
class Addresses:
    """The shell's addresses within one share: what an id is appended to."""

    pages: str
    files: str


@frozen
class Visiting:
    """A visitor's acts on all sites of one deployment."""

    storage: Storage
    contents: Mapping[SiteId, Content]
    clock: Clock
    tokens: TokenGenerator
    hasher: PasswordHasher
    vault: Vault

    # --- the link ------------------------------------------------------------------------------------------------

    async def open(self, segment: str, caller: Caller) -> Opening:
        """Judge an attempt to open the link that the path segment names. Changes nothing."""
        opening, _ = await self._look(segment, caller)
        return opening

    async def _look(self, segment: str, caller: Caller) -> tuple[Opening, Found | None]:
        """The judgement and the facts behind it. A malformed token costs the look-up that any other does."""
        now = self.clock.now()
        token = Token.parse(segment)
        found = await self.storage.links.find(_NOWHERE if token is None else token.digest, caller.session)
        if token is None or found is None or found.link.site not in self.contents:
            return Opening(Answer.UNKNOWN, decide(None, Attempt(now, caller.network))), None
        prepared = _prepared(found)
        attempt = Attempt(now, caller.network, await self._proofs(found), found.visit, found.opens)
        decision = decide(prepared, attempt)
        admission = None
        if prepared is not None and decision.allowed:
            admission = Admission(found, prepared, caller, now)
        return Opening(decision.strangers_face(), decision, admission), found

    async def still_open(self, segment: str, admission: Admission) -> bool:
        """Whether a running answer may go on: the link's version and switches are as they were, or still allow it."""
        return (await self.open(segment, admission.caller)).admission is not None

    async def try_password(self, segment: str, caller: Caller, password: str) -> Submission:
        """Try the password of a link. Counts before it verifies, so that parallel guesses all count."""
        state = await self._gate(segment, caller, Answer.ASK_PASSWORD)
        if isinstance(state, Submission):
            return state
        found, now = state
        link = found.link
        keys = await self._guess_keys(link, caller)
        if wait := await self._waiting(found, keys, now):
            return await self._too_many(found, caller, now, wait)
        await self.storage.guesses.wrong(keys, now)
        assert link.wish.password_hash is not None
        if not await self.hasher.verify(link.wish.password_hash, normalised(password)):
            await self._note(Kind.WRONG_PASSWORD, found, caller, now)
            return Submission(Answer.ASK_PASSWORD, wrong=True)
        await self.storage.guesses.right(keys[:1])
        await self._rehash(link, password)
        return await self._advance(found, caller, now, ProofKind.PASSWORD, None)

    async def ask_code(self, segment: str, caller: Caller, text: str) -> Submission:
        """Send a one-time code to an address. Does the same work whether or not the address is listed (spec G2)."""
        state = await self._gate(segment, caller, Answer.ASK_ADDRESS)
        if isinstance(state, Submission):
            return state
        found, now = state
        assert caller.session is not None
        try:
            address = Address.parse(text)
        except InvalidValue:
            return Submission(Answer.ASK_ADDRESS, malformed=True)
        link = found.link
        keys = [
            await self._key("guess codes asked", link, str(caller.network)),
            await self._key("guess codes asked", link, address.key),
        ]
        tallies = await self.storage.guesses.tally(keys, now)
        if wait := max(network_wait(tally, now) for tally in tallies):
            return await self._too_many(found, caller, now, wait)
        await self.storage.guesses.wrong(keys, now)
        prepared = _prepared(found)
        letter = Letter(
            self.tokens.id(),
            link.site,
            LetterKind.CODE,
            address,
            {"code": (code := self.tokens.code())},
            deliver=prepared is not None and admits(prepared.policy, address),
        )
        pending = PendingCode(
            link.site,
            link.id,
            caller.session,
            await self._key("code address", link, address.key),
            await self._code_digest(link, caller.session, address, code),
            0,
            now + CODE_LIFE,
        )
        sealed = await seal_letter(self.vault, letter, now, now + CODE_LIFE)
        event = _event(Kind.CODE_ASKED, found, caller, now)
        await self.storage.codes.ask(pending, now, [event], [sealed])
        return Submission(Answer.ASK_ADDRESS, code_sent=True)

    async def try_code(self, segment: str, caller: Caller, text: str, code: str) -> Submission:
        """Try a code for an address; every refusal looks the same."""
        state = await self._gate(segment, caller, Answer.ASK_ADDRESS)
        if isinstance(state, Submission):
            return state
        found, now = state
        assert caller.session is not None
        link = found.link
        keys = await self._guess_keys(link, caller)
        if wait := await self._waiting(found, keys, now):
            return await self._too_many(found, caller, now, wait)
        await self.storage.guesses.wrong(keys, now)
        try:
            address = Address.parse(text)
        except InvalidValue:
            return Submission(Answer.ASK_ADDRESS, malformed=True)
        digits = "".join(char for char in code if char in "0123456789")
        digest = await self._code_digest(link, caller.session, address, digits)
        pending = await self.storage.codes.attempt(link.site, link.id, caller.session, digest, CODE_TRIES, now)
        prepared = _prepared(found)
        if pending is None or prepared is None or not admits(prepared.policy, address):
            await self._note(Kind.WRONG_CODE, found, caller, now)
            return Submission(Answer.ASK_ADDRESS, wrong=True, code_sent=True)
        await self.storage.guesses.right(keys[:1])
        return await self._advance(found, caller, now, ProofKind.ADDRESS, address)

    async def begin(self, segment: str, caller: Caller) -> Submission:
        """The Open button of a limited link: count an open and begin a visit, or answer what is in the way."""
        state = await self._gate(segment, caller, Answer.ASK_OPEN)
        if isinstance(state, Submission):
            return state
        found, now = state
        admitted = await self._admit(found, caller, now, ())
        return Submission(Answer.ALLOW if admitted else Answer.UNAVAILABLE)

    # --- content -------------------------------------------------------------------------------------------------

    async def page(
        self, admission: Admission, page: PageId | None, addresses: Addresses
    ) -> PageView | Answer:
        """A page of the share as it is now, cut and sanitised; the root when `page` is None.

        Gives an Answer when it is not reached. Raises AdapterFailed when Confluence fails; the open that this visit
        has just begun with is returned then (spec L14).
        """
        try:
            view = await self._page(admission, page, addresses)
        except AdapterFailed:
            await self._returned(admission)
            raise
        if isinstance(view, PageView):
            await self._seen(admission)
            await self._note(Kind.VIEWED, admission.found, admission.caller, admission.at, view.page)
        return view

    async def _page(
        self, admission: Admission, page: PageId | None, addresses: Addresses
    ) -> PageView | Answer:
        link, content = admission.link, self.contents[admission.link.site]
        root = link.scope.root
        target = root if page is None else page
        if target != root and (answer := await self._root_answer(admission)) is not None:
            return answer
        reading = await content.pages.read(target, link.acts_as)
        if isinstance(reading, Absent):
            return await self._folder(admission, target) if target != root else Answer.ABSENT
        decision = self._reach(admission, reading.facts)
        if not decision.allowed:
            return _live_answer(decision, is_root=target == root)
        policy = admission.prepared.policy
        without = redact(reading.draft, await self._sources(admission, reading.draft))
        view = View(
            files=addresses.files,
            names=policy.rung("names") > 0,
            confluence_links=policy.rung("confluence-links") > 0,
            attachments=policy.rung("attachments") > 0,
        )
        pages = await self._targets(admission, reading, addresses)
        rendered = await content.renderer.render(reading.draft, without, pages, view)
        draft = reading.draft
        return PageView(
            page=target,
            title=draft.title,
            html=rendered.html,
            version=draft.version,
            changed_at=draft.changed_at,
            author=draft.author if view.names else None,
            labels=tuple(sorted(reading.facts.labels)) if policy.rung("labels") else (),
            is_root=target == root,
            with_attachments=view.attachments,
        )

    async def sidebar(self, admission: Admission, page: PageId, offset: int = 0) -> Sidebar | None:
        """One level of the share's tree below `page` and the way to it; None for a link without child pages.

        An entry is shown only after its reach is known; what cannot be found out is left out (spec V4).
        """
        link, content = admission.link, self.contents[admission.link.site]
        if not link.scope.children:
            return None
        nodes, more = await content.pages.level(page, LEVEL, offset)
        here = (await content.pages.facts([page], link.acts_as)).get(page)
        if not isinstance(here, PageFacts) or not self._reach(admission, here).allowed:
            return None
        way = (*here.ancestors, page)
        way = way[way.index(link.scope.root) :] if link.scope.root in way else (page,)
        reached = await self._reached(admission, {*(node.id for node in nodes), *way})
        trail = await self._trail(content, [one for one in way if one in reached], reached)
        entries = tuple(Entry(node.id, node.title, node.kind) for node in nodes if node.id in reached)
        return Sidebar(trail, entries, offset + LEVEL if more else None)

    async def files(self, admission: Admission, page: PageId) -> tuple[Attachment, ...] | Answer:
        """The files of a reached page that may leave; needs the capability `attachments`."""
        link, content = admission.link, self.contents[admission.link.site]
        policy = admission.prepared.policy
        if policy.rung("attachments") < 1:
            return Answer.ABSENT
        reading = await self._reading(admission, page)
        if isinstance(reading, Answer):
            return reading
        files = await content.files.attachments(page)
        return tuple(
            file for file in files if file.page == page and may_serve(reading.draft, file, policy).allowed
        )

    async def file(self, admission: Admission, attachment: AttachmentId) -> Attachment | Answer:
        """A file that this link may serve now. The file's own page decides, whatever page the visitor saw it on."""
        content = self.contents[admission.link.site]
        file = await content.files.attachment(attachment)
        if file is None or file.id != attachment:
            return Answer.ABSENT
        reading = await self._reading(admission, file.page)
        if isinstance(reading, Answer):
            return reading
        decision = may_serve(reading.draft, file, admission.prepared.policy)
        return file if decision.allowed else decision.strangers_face()

    def stream(
        self, admission: Admission, file: Attachment, wanted: ByteRange | None
    ) -> AbstractAsyncContextManager[FileStream]:
        """Open the bytes of a file that `file` has just allowed."""
        return self.contents[admission.link.site].files.stream(file, wanted)

    async def fetched(self, admission: Admission, file: Attachment) -> None:
        """Write down that a file was fetched."""
        await self._seen(admission)
        await self._note(Kind.FILE_FETCHED, admission.found, admission.caller, admission.at, file.id)

    async def guarded(
        self, segment: str, admission: Admission, stream: FileStream
    ) -> AsyncIterator[bytes]:
        """The bytes of a stream, cut within a second of the link's end (spec G9).

        Raises Cut then, so that the connection is broken off and never looks like a whole file.
        """
        checked = self.clock.now()
        async for chunk in stream.chunks():
            now = self.clock.now()
            if now - checked >= timedelta(seconds=1):
                if not await self.still_open(segment, admission):
                    raise Cut("the link was closed while the file was on its way")
                checked = now
            yield chunk

    # --- the steps of a gate -------------------------------------------------------------------------------------

    async def _gate(
        self, segment: str, caller: Caller, wanted: Answer
    ) -> tuple[Found, datetime] | Submission:
        """The link, if the next thing it asks for is `wanted`; else what it answers instead."""
        opening, found = await self._look(segment, caller)
        if opening.answer is not wanted or found is None:
            return Submission(opening.answer)
        return found, self.clock.now()

    async def _advance(
        self,
        found: Found,
        caller: Caller,
        now: datetime,
        kind: ProofKind,
        address: Address | None,
    ) -> Submission:
        """Store a proof. If it was the last gate, a visit begins in the same transaction (spec L14)."""
        assert caller.session is not None
        link = found.link
        sealed = None
        if address is not None:
            sealed = await self.vault.seal(str(address).encode(), PROOF_PURPOSE, link.site, link.id)
        stored = StoredProof(
            kind.value, link.site, link.id, caller.session, link.security_version, now, sealed
        )
        proof = Proof(kind, link.id, link.security_version, now, address)
        prepared = _prepared(found)
        proofs = (*await self._proofs(found), proof)
        decision = decide(prepared, Attempt(now, caller.network, proofs, found.visit, found.opens))
        if decision.allowed:
            admitted = await self._admit(found, caller, now, (stored,))
            return Submission(Answer.ALLOW if admitted else Answer.UNAVAILABLE)
        event = _event(Kind.PROVED, found, caller, now, detail=kind.value)
        await self.storage.links.prove([stored], [event])
        return Submission(decision.strangers_face())

    async def _admit(
        self, found: Found, caller: Caller, now: datetime, proofs: Sequence[StoredProof]
    ) -> bool:
        assert caller.session is not None
        link = found.link
        prepared = _prepared(found)
        if prepared is None:
            return False
        visit = Visit(self.tokens.id(), link.site, link.id, caller.session, link.security_version, now, now)
        event = _event(Kind.OPENED, found, caller, now)
        return await self.storage.links.admit(visit, proofs, prepared.policy.limits.opens, [event])

    async def _proofs(self, found: Found) -> tuple[Proof, ...]:
        proofs = []
        for stored in found.proofs:
            address = None
            if stored.address is not None:
                try:
                    opened = await self.vault.open(
                        stored.address, PROOF_PURPOSE, found.link.site, found.link.id
                    )
                except CannotUnseal:
                    continue
                address = Address.parse(opened.decode())
            proofs.append(
                Proof(ProofKind(stored.kind), stored.link, stored.security_version, stored.proved_at, address)
            )
        return tuple(proofs)

    async def _waiting(self, found: Found, keys: Sequence[bytes], now: datetime) -> timedelta:
        """How long this caller must wait; who has proved something here before is not kept waiting by others."""
        by_network, by_link = await self.storage.guesses.tally(keys, now)
        wait = network_wait(by_network, now)
        return wait if found.proofs else max(wait, link_wait(by_link, now))

    async def _too_many(self, found: Found, caller: Caller, now: datetime, wait: timedelta) -> Submission:
        await self._note(Kind.TOO_MANY_TRIES, found, caller, now)
        return Submission(Answer.UNAVAILABLE, wait=wait)

    async def _guess_keys(self, link: ShareLink, caller: Caller) -> Sequence[bytes]:
        return [
            await self._key("guess proofs network", link, str(caller.network)),
            await self._key("guess proofs link", link, ""),
        ]

    async def _key(self, purpose: str, link: ShareLink, value: str) -> bytes:
        return await self.vault.keyed_digest(f"{link.id}\n{value}".encode(), purpose, link.site)

    async def _code_digest(self, link: ShareLink, session: bytes, address: Address, code: str) -> bytes:
        return await self._key("code", link, f"{session.hex()}\n{address.key}\n{code}")

    async def _rehash(self, link: ShareLink, password: str) -> None:
        if link.wish.password_hash is None or not self.hasher.outdated(link.wish.password_hash):
            return
        stronger = await self.hasher.hash(normalised(password))
        try:
            await self.storage.links.replace(link.rehashed(stronger), [])
        except StaleLink:
            return

    # --- the steps to content ------------------------------------------------------------------------------------

    def _reach(self, admission: Admission, facts: PageFacts, *, elsewhere: bool = False) -> Decision:
        return reach(admission.link.scope, admission.prepared.policy, facts, elsewhere=elsewhere)

    async def _root_answer(self, admission: Admission) -> Answer | None:
        """What stops the whole link by live facts of its root, or None: it is asked for every page and file."""
        link, content = admission.link, self.contents[admission.link.site]
        facts = (await content.pages.facts([link.scope.root], link.acts_as)).get(link.scope.root)
        if not isinstance(facts, PageFacts):
            return Answer.ABSENT
        decision = self._reach(admission, facts)
        return None if decision.allowed else _live_answer(decision, is_root=True)

    async def _reading(self, admission: Admission, page: PageId) -> Reading | Answer:
        link, content = admission.link, self.contents[admission.link.site]
        is_root = page == link.scope.root
        if not is_root and (answer := await self._root_answer(admission)) is not None:
            return answer
        reading = await content.pages.read(page, link.acts_as)
        if isinstance(reading, Absent):
            return Answer.ABSENT
        decision = self._reach(admission, reading.facts)
        return reading if decision.allowed else _live_answer(decision, is_root=is_root)

    async def _reached(self, admission: Admission, pages: Collection[PageId]) -> Mapping[PageId, PageFacts]:
        """Those of `pages` that the link reaches now; what cannot be found out is not among them."""
        link, content = admission.link, self.contents[admission.link.site]
        if not pages:
            return {}
        facts = await content.pages.facts(sorted(pages), link.acts_as)
        return {
            page: one
            for page, one in facts.items()
            if isinstance(one, PageFacts) and self._reach(admission, one).allowed
        }

    async def _sources(self, admission: Admission, draft: Draft) -> Mapping[PageId, bool]:
        """Which pages that macros of this draft read are reached (spec L17)."""
        wanted = {macro.source for macro in draft.macros if macro.source is not None and not macro.excluded}
        if not wanted:
            return {}
        link, content = admission.link, self.contents[admission.link.site]
        elsewhere = admission.prepared.policy.rung("includes") > 0
        facts = await content.pages.facts(sorted(wanted), link.acts_as)
        return {
            page: isinstance(one, PageFacts) and self._reach(admission, one, elsewhere=elsewhere).allowed
            for page, one in facts.items()
        }

    async def _targets(
        self, admission: Admission, reading: Reading, addresses: Addresses
    ) -> Mapping[PageId, str]:
        """Our addresses of those linked pages that are in the share; the others stay text (spec V3)."""
        scope = admission.link.scope
        known = {reading.facts.page, scope.root}
        if scope.children:
            others = sorted(reading.draft.links - known)[:MOST_TARGETS]
            known |= set(await self._reached(admission, others))
        return {page: f"{addresses.pages}{page}" for page in known}

    async def _folder(self, admission: Admission, target: PageId) -> PageView | Answer:
        """A folder of the tree: it has no body, and is shown as the place of what lies in it (spec V4)."""
        reached = await self._reached(admission, [target])
        facts = reached.get(target)
        if facts is None or facts.kind is not NodeKind.FOLDER:
            return Answer.ABSENT
        titles = await self.contents[admission.link.site].finder.titles([target])
        return PageView(target, titles.get(target, ""), "", 0, None, None, (), False, NodeKind.FOLDER)

    async def _trail(
        self, content: Content, way: Sequence[PageId], reached: Mapping[PageId, PageFacts]
    ) -> tuple[Entry, ...]:
        titles = await content.finder.titles(way)
        return tuple(Entry(page, titles[page], reached[page].kind) for page in way if page in titles)

    async def _seen(self, admission: Admission) -> None:
        """Keep the visit going; the first content it gets makes its open final."""
        visit = admission.found.visit
        if visit is None:
            return
        if visit.seen_at == visit.began_at or admission.at - visit.seen_at >= TOUCH_EVERY:
            moment = max(admission.at, visit.began_at + timedelta(microseconds=1))
            await self.storage.links.touch(evolve(visit, seen_at=moment))

    async def _returned(self, admission: Admission) -> None:
        visit = admission.found.visit
        if visit is not None and visit.seen_at == visit.began_at and admission.prepared.policy.limits.opens:
            event = _event(Kind.OPEN_RETURNED, admission.found, admission.caller, admission.at)
            await self.storage.links.give_back(visit, [event])

    async def _note(
        self, kind: Kind, found: Found, caller: Caller, at: datetime, page: str | None = None
    ) -> None:
        await self.storage.activity.append([_event(kind, found, caller, at, page)])


class Cut(AdapterFailed):
    """A stream was cut because its link was closed."""


def _prepared(found: Found) -> Prepared | None:
    return prepare(found.link, found.address, found.layers, found.switches)


def _live_answer(decision: Decision, *, is_root: bool) -> Answer:
    """A root that is not reached suspends the link (spec L6, L15); any other page is simply not in the share."""
    answer = decision.strangers_face()
    if is_root and answer is Answer.ABSENT:
        return Answer.UNAVAILABLE
    return answer


def _event(
    kind: Kind, found: Found, caller: Caller, at: datetime, page: str | None = None, detail: str = ""
) -> Event:
    network = None if caller.network is None else str(caller.network)
    link = found.link
    return Event(
        kind, link.site, at, Actor.VISITOR, link.id, page=page or link.scope.root, detail=detail, network=network
    )
