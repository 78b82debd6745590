"""Use cases of a visitor at the gates: bring a password, ask for a code and bring it, begin a visit.

Where each refusal is made: guessing in `Proving._waiting`, the limit of opens in `LinkRepository.admit`, the tries of a
code in `CodeRepository.attempt`; whether a gate is passed is `gates.decide`'s word alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from exshare_core.decisions import Answer
from exshare_core.dispatching import seal_letter
from exshare_core.entrance import PROOF_PURPOSE, Caller, Entrance, event_of
from exshare_core.errors import InvalidValue, StaleLink
from exshare_core.events import Kind
from exshare_core.gates import Attempt, Proof, ProofKind, Visit, admits, decide
from exshare_core.guessing import counted_as, link_wait, network_wait
from exshare_core.letters import Letter, LetterKind
from exshare_core.links import ShareLink
from exshare_core.passwords import normalised
from exshare_core.ports import Found, PendingCode, StoredProof
from exshare_core.values import Address

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
"""A code is good for 10 minutes and 5 tries (spec G2)."""


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


@frozen
class Proving(Entrance):
    """A visitor's acts at the gates."""

    async def try_password(self, segment: str, caller: Caller, password: str) -> Submission:
        """Try the password of a link. Counts before it verifies, so that parallel guesses all count."""
        state = await self._gate(segment, caller, Answer.ASK_PASSWORD)
        if isinstance(state, Submission):
            return state
        found, now = state
        link = found.link
        keys = await self._guess_keys(link, caller, ProofKind.PASSWORD)
        if wait := await self._waiting(found, keys, now):
            return await self._too_many(found, caller, now, wait)
        await self.storage.guesses.wrong(keys, now)
        assert link.wish.password_hash is not None
        if not await self.hasher.verify(link.wish.password_hash, normalised(password)):
            await self._note(Kind.WRONG_PASSWORD, found, caller, now)
            return Submission(Answer.ASK_PASSWORD, wrong=True)
        await self.storage.guesses.right(keys)
        await self._rehash(link, password)
        return await self._advance(found, caller, now, ProofKind.PASSWORD, None)

    async def ask_code(self, segment: str, caller: Caller, text: str) -> Submission:
        """Send a one-time code to an address. Does the same work whether or not the address is listed (spec G2)."""
        state = await self._gate(segment, caller, Answer.ASK_ADDRESS)
        if isinstance(state, Submission):
            return state
        found, now = state
        address = _address(text)
        if address is None:
            return Submission(Answer.ASK_ADDRESS, malformed=True)
        keys = [
            await self._key("guess codes asked", found.link, counted_as(caller.network)),
            await self._key("guess codes asked", found.link, address.key),
        ]
        if wait := max(network_wait(tally, now) for tally in await self.storage.guesses.tally(keys, now)):
            return await self._too_many(found, caller, now, wait)
        await self.storage.guesses.wrong(keys, now)
        await self._send_code(found, caller, now, address)
        return Submission(Answer.ASK_ADDRESS, code_sent=True)

    async def try_code(self, segment: str, caller: Caller, text: str, code: str) -> Submission:
        """Try a code for an address; every refusal looks the same and does the same work."""
        state = await self._gate(segment, caller, Answer.ASK_ADDRESS)
        if isinstance(state, Submission):
            return state
        found, now = state
        assert caller.session is not None
        link = found.link
        keys = await self._guess_keys(link, caller, ProofKind.ADDRESS)
        if wait := await self._waiting(found, keys, now):
            return await self._too_many(found, caller, now, wait)
        await self.storage.guesses.wrong(keys, now)
        address = _address(text)
        digits = "".join(char for char in code if char in "0123456789")
        digest = await self._code_digest(link, caller.session, "" if address is None else address.key, digits)
        pending = await self.storage.codes.attempt(link.site, link.id, caller.session, digest, CODE_TRIES, now)
        prepared = await self._prepared(found, now)
        if pending is None or address is None or prepared is None or not admits(prepared.policy, address):
            await self._note(Kind.WRONG_CODE, found, caller, now)
            return Submission(Answer.ASK_ADDRESS, wrong=True, code_sent=True)
        await self.storage.guesses.right(keys)
        return await self._advance(found, caller, now, ProofKind.ADDRESS, address)

    async def begin(self, segment: str, caller: Caller) -> Submission:
        """The Open button of a limited link: count an open and begin a visit, or answer what is in the way."""
        state = await self._gate(segment, caller, Answer.ASK_OPEN)
        if isinstance(state, Submission):
            return state
        found, now = state
        admitted = await self._admit(found, caller, now, ())
        return Submission(Answer.ALLOW if admitted else Answer.UNAVAILABLE)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _gate(self, segment: str, caller: Caller, wanted: Answer) -> tuple[Found, datetime] | Submission:
        """The link, if the next thing it asks for is `wanted`; else what it answers instead."""
        opening, found = await self._look(segment, caller)
        if opening.answer is not wanted or found is None:
            return Submission(opening.answer, wait=opening.wait)
        return found, self.clock.now()

    async def _send_code(self, found: Found, caller: Caller, now: datetime, address: Address) -> None:
        """Store a code with its letter; the letter of an address that is not listed is dropped when it is due."""
        assert caller.session is not None
        link, prepared, code = found.link, await self._prepared(found, now), self.tokens.code()
        listed = prepared is not None and admits(prepared.policy, address)
        letter = Letter(self.tokens.id(), link.site, LetterKind.CODE, address, {"code": code}, deliver=listed)
        pending = PendingCode(
            link.site,
            link.id,
            caller.session,
            await self._key("code address", link, address.key),
            await self._code_digest(link, caller.session, address.key, code),
            0,
            now + CODE_LIFE,
        )
        sealed = await seal_letter(self.vault, letter, now, now + CODE_LIFE)
        event = event_of(Kind.CODE_ASKED, found, caller, now)
        await self.storage.codes.ask(pending, now, [event], [sealed])

    async def _advance(
        self, found: Found, caller: Caller, now: datetime, kind: ProofKind, address: Address | None
    ) -> Submission:
        """Store a proof. If it was the last gate, a visit begins in the same transaction (spec L14)."""
        assert caller.session is not None
        link = found.link
        sealed = None
        if address is not None:
            sealed = await self.vault.seal(str(address).encode(), PROOF_PURPOSE, link.site, link.id)
        stored = StoredProof(kind.value, link.site, link.id, caller.session, link.security_version, now, sealed)
        proof = Proof(kind, link.id, link.security_version, now, address)
        proofs = (*await self._proofs(found), proof)
        decision = decide(
            await self._prepared(found, now), Attempt(now, caller.network, proofs, found.visit, found.opens)
        )
        if decision.allowed:
            admitted = await self._admit(found, caller, now, (stored,))
            return Submission(Answer.ALLOW if admitted else Answer.UNAVAILABLE)
        event = event_of(Kind.PROVED, found, caller, now, detail=kind.value)
        await self.storage.links.prove([stored], [event])
        return Submission(decision.strangers_face())

    async def _admit(self, found: Found, caller: Caller, now: datetime, proofs: Sequence[StoredProof]) -> bool:
        assert caller.session is not None
        link, prepared = found.link, await self._prepared(found, now)
        if prepared is None:
            return False
        visit = Visit(self.tokens.id(), link.site, link.id, caller.session, link.security_version, now, now)
        event = event_of(Kind.OPENED, found, caller, now)
        return await self.storage.links.admit(visit, proofs, prepared.policy.limits.opens, [event])

    async def _rehash(self, link: ShareLink, password: str) -> None:
        if link.wish.password_hash is None or not self.hasher.outdated(link.wish.password_hash):
            return
        stronger = await self.hasher.hash(normalised(password))
        try:
            await self.storage.links.replace(link.rehashed(stronger), [])
        except StaleLink:
            return

    # --- guessing ------------------------------------------------------------------------------------------------

    async def _waiting(self, found: Found, keys: Sequence[bytes], now: datetime) -> timedelta:
        """How long this caller must wait; who has proved something here before is not kept waiting by others."""
        by_network, by_link = await self.storage.guesses.tally(keys, now)
        wait = network_wait(by_network, now)
        return wait if found.proofs else max(wait, link_wait(by_link, now))

    async def _too_many(self, found: Found, caller: Caller, now: datetime, wait: timedelta) -> Submission:
        await self._note(Kind.TOO_MANY_TRIES, found, caller, now)
        return Submission(Answer.UNAVAILABLE, wait=wait)

    async def _guess_keys(self, link: ShareLink, caller: Caller, gate: ProofKind) -> Sequence[bytes]:
        """The counters of one gate: of this network, and of the link from everywhere."""
        return [
            await self._key(f"guess {gate.value} network", link, counted_as(caller.network)),
            await self._key(f"guess {gate.value} link", link, ""),
        ]

    async def _key(self, purpose: str, link: ShareLink, value: str) -> bytes:
        return await self.vault.keyed_digest(f"{link.id}\n{value}".encode(), purpose, link.site)

    async def _code_digest(self, link: ShareLink, session: bytes, address_key: str, code: str) -> bytes:
        return await self._key("code", link, f"{session.hex()}\n{address_key}\n{code}")


def _address(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except InvalidValue:
        return None
