"""Use cases of a visitor at the gates: bring a password, a code or a sign-in, accept terms, begin a visit.

Where each refusal is made: guessing in `Proving._guessed`, the limit of opens in `LinkRepository.admit`, the tries of a
code in `CodeRepository.attempt`; whether a gate is passed is `gates.decide`'s word alone. Every proof is stored by
`Proving._advance` and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core.attempts import Attempt, Method, Proof, ProofKind, Visit
from exshare_core.decisions import Answer
from exshare_core.dispatching import seal_letter
from exshare_core.errors import InvalidValue, StaleLink
from exshare_core.events import Event, Kind
from exshare_core.gates import Prepared, admits, decide, identifies
from exshare_core.guessing import (
    code_wait,
    codes_link_wait,
    codes_wait,
    counted_as,
    link_wait,
    network_wait,
    never,
)
from exshare_core.letters import Letter, LetterKind
from exshare_core.limiting import Charge, Limit, Patience, charge, mailbox_limit
from exshare_core.links import ShareLink
from exshare_core.mailboxes import kept
from exshare_core.noticing import notice_burst
from exshare_core.passwords import normalised
from exshare_core.ports import Found, PendingCode, StoredProof
from exshare_core.values import Address, ExternalAccountId
from exshare_core.visiting.entrance import PROOF_PURPOSE, Ask, Caller, Entrance, ask_of, event_of

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
"""A code is good for 10 minutes and 5 tries (spec G2)."""

WHO = (Answer.ASK_ADDRESS, Answer.ASK_SIGN_IN, Answer.ASK_SSO)
"""The answers that ask who somebody is."""


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
    fresh: bool = False
    """The browser now goes by `Caller.fresh`, and its former session id is worth nothing."""
    ask: Ask | None = None
    """What the page of the gate may show."""


@frozen(slots=True)
class SignIn:
    """Who somebody is, as whoever asked them has found out. Made only by code that has verified it."""

    method: Method
    address: Address | None
    """Their confirmed mailbox, if there is one."""
    account: ExternalAccountId | None = None


@frozen(slots=True)
class AtGate:
    """Somebody before the gate that stops them."""

    found: Found
    prepared: Prepared
    answer: Answer
    ask: Ask
    now: datetime

    @property
    def link(self) -> ShareLink:
        return self.prepared.link

    def refused(self, *, malformed: bool = False, code_sent: bool = False) -> Submission:
        """What was brought will not do."""
        return Submission(self.answer, wrong=not malformed, malformed=malformed, code_sent=code_sent, ask=self.ask)


@frozen
class Proving(Entrance):
    """A visitor's acts at the gates."""

    async def try_password(self, segment: str, caller: Caller, password: str) -> Submission:
        """Try the password of a link. Counts before it verifies, so that parallel guesses are no more than others."""
        at = await self._gate(segment, caller, Answer.ASK_PASSWORD)
        if isinstance(at, Submission):
            return at
        limits = await self._limits(at, caller, ProofKind.PASSWORD.value, network_wait, link_wait)
        if refusal := await self._guessed(at, caller, limits):
            return refusal
        assert at.link.wish.password_hash is not None
        if not await self.hasher.verify(at.link.wish.password_hash, normalised(password)):
            await self._note(Kind.WRONG_PASSWORD, at.found, caller, at.now)
            return at.refused()
        await self._right(limits)
        await self._rehash(at.link, password)
        return await self._advance(at, caller, ProofKind.PASSWORD)

    async def ask_code(self, segment: str, caller: Caller, text: str) -> Submission:
        """Send a one-time code to an address. Does the same work whether or not the address is listed (spec G2)."""
        at = await self._gate(segment, caller, Answer.ASK_ADDRESS)
        if isinstance(at, Submission):
            return at
        address = _address(text)
        if address is None:
            return at.refused(malformed=True)
        charged = await charge(self.storage.guesses, await self._limits_of_asking(at, caller, address), at.now)
        if charged.wait:
            return await self._too_many(at, caller, charged)
        await self._send_code(at, caller, address)
        return Submission(at.answer, code_sent=True, fresh=caller.session is None, ask=at.ask)

    async def try_code(self, segment: str, caller: Caller, text: str, code: str) -> Submission:
        """Try a code for an address; every refusal looks the same and does the same work."""
        at = await self._gate(segment, caller, Answer.ASK_ADDRESS)
        if isinstance(at, Submission):
            return at
        link, address = at.link, _address(text)
        session = _session(caller)
        # Only a browser that has asked for a code can guess at one; what others try must not keep it waiting
        mailbox = await self._key("guess code", link, f"{session.hex()}\n{'' if address is None else address.key}")
        limits = await self._limits(at, caller, ProofKind.ADDRESS.value, network_wait, link_wait)
        limits.append(Limit(mailbox, code_wait))
        if refusal := await self._guessed(at, caller, limits):
            return refusal
        digits = "".join(char for char in code if char in "0123456789")
        digest = await self._code_digest(link, "" if address is None else address.key, digits)
        pending = await self.storage.codes.attempt(link.site, link.id, session, digest, CODE_TRIES, at.now)
        if pending is None or address is None or not admits(at.prepared.policy, address):
            await self._note(Kind.WRONG_CODE, at.found, caller, at.now)
            return at.refused(code_sent=True)
        await self._right([*limits, *await self._limits_of_asking(at, caller, address)])
        return await self._advance(at, caller, ProofKind.ADDRESS, address=address)

    async def sign_in(self, segment: str, caller: Caller, who: SignIn) -> Submission:
        """Let somebody in whose identity has been verified, if that is what the gate asks and the lists admit them."""
        at = await self._gate(segment, caller, *WHO)
        if isinstance(at, Submission):
            return at
        link, detail = at.link, who.method.value
        proof = Proof(ProofKind.SIGN_IN, link.id, link.security_version, at.now, who.address, detail)
        if not identifies(at.prepared.policy, proof):
            await self._note(Kind.SIGN_IN_REFUSED, at.found, caller, at.now, detail=detail)
            return at.refused()
        return await self._advance(
            at, caller, ProofKind.SIGN_IN, address=who.address, detail=detail, account=who.account
        )

    async def accept_terms(self, segment: str, caller: Caller, version: str) -> Submission:
        """Accept the texts that were shown; `version` says which they were, and only those in force can be accepted."""
        at = await self._gate(segment, caller, Answer.ASK_TERMS)
        if isinstance(at, Submission):
            return at
        if version != at.ask.version:
            return at.refused()
        return await self._advance(at, caller, ProofKind.TERMS, detail=version)

    async def begin(self, segment: str, caller: Caller) -> Submission:
        """The Open button of a limited link: count an open and begin a visit, or answer what is in the way.

        The session keeps its id: nothing is proved here, and who presses twice must be the same visitor both times.
        """
        at = await self._gate(segment, caller, Answer.ASK_OPEN)
        if isinstance(at, Submission):
            return at
        had = "" if at.found.visit is None else at.found.visit.id
        opened = event_of(Kind.OPENED, at.found, caller, at.now)
        who = await self._by(opened, at.link, await self._proofs(at.found), at.found.proofs)
        if await self._admit(at, _session(caller), (), (who,), instead_of=had):
            return Submission(Answer.ALLOW, fresh=caller.session is None)
        # The last open may be used, or another press of the same button was quicker: then the visit has begun.
        opening = await self.open(segment, caller)
        return Submission(Answer.ALLOW if opening.answer is Answer.ALLOW else Answer.UNAVAILABLE)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _gate(self, segment: str, caller: Caller, *wanted: Answer) -> AtGate | Submission:
        """Where the link stops this caller, if that is one of `wanted`; else what it answers instead."""
        opening, found, prepared = await self._look(segment, caller)
        if opening.answer not in wanted or found is None or prepared is None or opening.ask is None:
            return Submission(opening.answer, wait=opening.wait, ask=opening.ask)
        if caller.framed and not opening.ask.frames:
            return Submission(opening.answer, ask=opening.ask)
        return AtGate(found, prepared, opening.answer, opening.ask, self.clock.now())

    async def _send_code(self, at: AtGate, caller: Caller, address: Address) -> None:
        """Store a code with its letter; the letter of an address that is not listed is dropped when it is due."""
        link, code = at.link, self.tokens.code()
        listed = admits(at.prepared.policy, address)
        language = self.speaks(link.site, caller)
        letter = Letter(
            self.tokens.id(), link.site, LetterKind.CODE, address, {"code": code}, deliver=listed, language=language
        )
        pending = PendingCode(
            link.site,
            link.id,
            _session(caller),
            await self._key("code address", link, address.key),
            await self._code_digest(link, address.key, code),
            0,
            at.now + CODE_LIFE,
        )
        sealed = await seal_letter(self.vault, letter, at.now, at.now + CODE_LIFE)
        event = event_of(Kind.CODE_ASKED, at.found, caller, at.now)
        await self.storage.codes.ask(pending, at.now, [event], [sealed])

    async def _advance(
        self,
        at: AtGate,
        caller: Caller,
        kind: ProofKind,
        *,
        address: Address | None = None,
        detail: str = "",
        account: ExternalAccountId | None = None,
    ) -> Submission:
        """Store a proof under a new session id. If it was the last gate, a visit begins in the same transaction (L14)."""
        link, now, session = at.link, at.now, caller.fresh or _session(caller)
        sealed = None
        if address is not None:
            sealed = await self.vault.seal(str(address).encode(), PROOF_PURPOSE, link.site, link.id)
        stored = StoredProof(
            kind.value, link.site, link.id, session, link.security_version, now, sealed, detail, account
        )
        proof = Proof(kind, link.id, link.security_version, now, address, detail)
        proofs = (*(one for one in await self._proofs(at.found) if one.kind is not kind), proof)
        decision = decide(at.prepared, Attempt(now, caller.network, proofs, at.found.visit, at.found.opens))
        said = f"{kind.value} {detail}".strip()
        event = await self._by(event_of(Kind.PROVED, at.found, caller, now, detail=said), link, [proof], [stored])
        visit = at.found.visit
        if decision.allowed and (visit is None or not visit.goes_on(link, now)):
            who = await self._by(event_of(Kind.OPENED, at.found, caller, now), link, proofs, [*at.found.proofs, stored])
            admitted = await self._admit(at, session, (stored,), (event, who), _former(caller))
            return Submission(Answer.ALLOW if admitted else Answer.UNAVAILABLE, fresh=admitted)
        await self.storage.links.prove([stored], [event], _former(caller))
        return Submission(decision.strangers_face(), fresh=True, ask=ask_of(at.found, at.prepared, decision))

    async def _by(self, event: Event, link: ShareLink, proofs: Iterable[Proof], stored: Iterable[StoredProof]) -> Event:
        """The event with whose it was, as far as that was proved to the link as it is now: the mailbox and the account."""
        version = link.security_version
        address = next((one.address for one in proofs if one.address and one.security_version == version), None)
        account = next((one.account for one in stored if one.account and one.security_version == version), None)
        mailbox = None if address is None else await kept(self.vault, address, link.site, link.id)
        return evolve(event, mailbox=mailbox, account=account)

    async def _admit(
        self,
        at: AtGate,
        session: bytes,
        proofs: Sequence[StoredProof],
        events: Sequence[Event],
        renews: bytes | None = None,
        instead_of: str | None = None,
    ) -> bool:
        link, most = at.link, at.prepared.policy.limits.opens
        visit = Visit(self.tokens.id(), link.site, link.id, session, link.security_version, at.now, at.now)
        return await self.storage.links.admit(visit, proofs, most, events, renews, instead_of)

    async def _rehash(self, link: ShareLink, password: str) -> None:
        if link.wish.password_hash is None or not self.hasher.outdated(link.wish.password_hash):
            return
        stronger = await self.hasher.hash(normalised(password))
        try:
            await self.storage.links.replace(link.rehashed(stronger), [])
        except StaleLink:
            return

    # --- guessing ------------------------------------------------------------------------------------------------

    async def _guessed(self, at: AtGate, caller: Caller, limits: Sequence[Limit]) -> Submission | None:
        """Count a proof, or refuse it before anything of it is looked at; of many refusals the owner is told (G7)."""
        charged = await charge(self.storage.guesses, limits, at.now)
        if not charged.wait:
            return None
        refusal = await self._too_many(at, caller, charged)
        language = self.language_of(at.link.site)
        await notice_burst(self.storage, self.vault, self.tokens, at.link, charged.most, at.now, language)
        return refusal

    async def _too_many(self, at: AtGate, caller: Caller, charged: Charge) -> Submission:
        await self._note(Kind.TOO_MANY_TRIES, at.found, caller, at.now)
        return Submission(Answer.UNAVAILABLE, wait=charged.wait, ask=at.ask)

    async def _right(self, limits: Sequence[Limit]) -> None:
        await self.storage.guesses.right([limit.key for limit in limits])

    async def _limits(
        self, at: AtGate, caller: Caller, gate: str, by_network: Patience, by_link: Patience
    ) -> list[Limit]:
        """The counters of one gate: of this network, and of the link from everywhere.

        Who has proved something here before is counted as well, but is not kept waiting by others (spec G7).
        """
        network = await self._key(f"guess {gate} network", at.link, counted_as(caller.network))
        link = await self._key(f"guess {gate} link", at.link, "")
        return [Limit(network, by_network), Limit(link, never if at.found.proofs else by_link)]

    async def _limits_of_asking(self, at: AtGate, caller: Caller, address: Address) -> list[Limit]:
        """The counters of codes that are asked for; whether the address is listed plays no part."""
        limits = await self._limits(at, caller, "codes", codes_wait, codes_link_wait)
        return [*limits, await mailbox_limit(self.vault, address)]

    async def _key(self, purpose: str, link: ShareLink, value: str) -> bytes:
        return await self.vault.keyed_digest(f"{link.id}\n{value}".encode(), purpose, link.site)

    async def _code_digest(self, link: ShareLink, address_key: str, code: str) -> bytes:
        """What rests of a code. The browser that asked is the key of its row, and may get another session id meanwhile."""
        return await self._key("code", link, f"{address_key}\n{code}")


def _address(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except InvalidValue:
        return None


def _session(caller: Caller) -> bytes:
    """The session that the browser has, or the one that it gets; the shell gives every form one of both."""
    session = caller.session or caller.fresh
    assert session is not None
    return session


def _former(caller: Caller) -> bytes | None:
    """The session whose place the fresh one takes."""
    return None if caller.fresh is None else caller.session
