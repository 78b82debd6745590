"""Use cases of visitors who make an account, or who have forgotten its password: one way for both.

A code goes to the mailbox; whoever brings it back chooses a password. Whether there is an account, and whether the
address may have one, makes no difference to anything that can be seen: every request does the same work, and only the
worker that sends letters knows which is not to be sent (spec G2).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core.decisions import Answer
from exshare_core.dispatching import seal_letter
from exshare_core.errors import Taken
from exshare_core.events import Kind
from exshare_core.external_accounts import ExternalAccount
from exshare_core.gates import may_register
from exshare_core.guessing import codes_wait, counted_as
from exshare_core.joining.recognising import Entered, Recognising, typed_address, words_known
from exshare_core.letters import Letter, LetterKind
from exshare_core.limiting import Door, Limit, charge, mailbox_limit
from exshare_core.passwords import LEAST_AS_ONLY_GATE, check_password
from exshare_core.ports import PendingCode
from exshare_core.values import NO_LINK, Address, ExternalAccountId, SiteId
from exshare_core.visiting.entrance import Caller
from exshare_core.visiting.proving import CODE_LIFE, CODE_TRIES


@frozen(slots=True)
class Asked:
    """What came of asking for a code."""

    sent: bool = False
    """It is on its way, if the mailbox may have one."""
    malformed: bool = False
    """What was typed is no mail address at all."""
    wrong: bool = False
    """The password that was to confirm it was not right."""
    wait: timedelta = timedelta()


@frozen
class Enrolling(Recognising):
    """Visitors proving a mailbox to an account."""

    async def ask_code(self, site: SiteId, caller: Caller, segment: str, text: str) -> Asked:
        """Send a code to who has an account at `site`, and to who may make one by the link that `segment` names."""
        address, now = typed_address(text), self.clock.now()
        if address is None:
            return Asked(malformed=True)
        if wait := await self._letters_asked(site, caller, address, now):
            return Asked(wait=wait)
        admitted = await self._admitted(site, caller, segment, address)
        account = await self.storage.accounts.by_digest(site, await self._digest(site, address))
        deliver = admitted if account is None else not account.disabled
        await self._send_code(site, caller, address, "", deliver=deliver)
        return Asked(sent=True)

    async def enrol(self, site: SiteId, caller: Caller, segment: str, text: str, code: str, password: str) -> Entered:
        """Make the account, or give it this password, for who brings the code; then they are signed in.

        A new password ends every session and proof of the account, and leaves its second factor as it is, which is
        owed then. Raises InvalidValues naming every rule that the password breaks; nothing is used up by that.
        """
        address, now = typed_address(text), self.clock.now()
        words = (text, site) if address is None else words_known(address, site)
        chosen = check_password(password, LEAST_AS_ONLY_GATE, words=words)
        door = self._enrolling_door(site)
        knock = await door.knock("" if address is None else address.key, caller.network, now)
        if knock.wait:
            return Entered(wait=knock.wait)
        right = await self._code_fits(site, caller, address, code, "", now)
        admitted = await self._admitted(site, caller, segment, address)
        found = await self.storage.accounts.by_digest(site, await self._digest(site, address))
        if not right or address is None or not (admitted if found is None else not found.disabled):
            await door.wrong(knock, now)
            await self.storage.activity.append([self._event(Kind.WRONG_CODE, site, None, caller, detail="account")])
            return Entered()
        await door.right(knock)
        await self.storage.guesses.right([limit.key for limit in await self._asking_limits(site, caller, address)])
        account = await self._with_password(site, caller, address, found, chosen, now)
        if account is None:
            return Entered()
        if account.factor is not None:
            return await self._owing(account, caller)
        return await self._let_in(account, caller, address)

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _enrolling_door(self, site: SiteId) -> Door:
        return Door(self.storage.guesses, self.vault, site, "account code")

    async def _admitted(self, site: SiteId, caller: Caller, segment: str, address: Address | None) -> bool:
        """Whether the link that `segment` names lets this address make an account; without a link nobody may."""
        if not segment:
            return False
        opening, found, prepared = await self._look(segment, caller)
        if found is None or prepared is None or found.link.site != site or address is None:
            return False
        there = opening.answer not in (Answer.UNKNOWN, Answer.UNAVAILABLE)
        return there and may_register(prepared.policy, address)

    async def _with_password(
        self,
        site: SiteId,
        caller: Caller,
        address: Address,
        found: ExternalAccount | None,
        chosen: str,
        now: datetime,
    ) -> ExternalAccount | None:
        """The account with its new password, stored; None when somebody else was first."""
        hashed = await self.hasher.hash(chosen)
        if found is None:
            id = ExternalAccountId(self.tokens.id())
            digest, sealed = await self._digest(site, address), await self._sealed(site, id, address)
            made = ExternalAccount(id, site, digest, sealed, hashed, now, now)
            try:
                await self.storage.accounts.add(made, [self._event(Kind.ACCOUNT_MADE, site, id, caller)])
            except Taken:
                return None
            return made
        changed = evolve(found, password_hash=hashed, confirmed_at=now, version=found.version + 1)
        event = self._event(Kind.PASSWORD_SET, site, found.id, caller, detail="by a code")
        letter = await self._notice(LetterKind.PASSWORD_CHANGED, site, caller, await self._address_of(found))
        try:
            await self.storage.accounts.replace(changed, [event], [letter], ends=True)
        except Taken:
            return None
        return changed

    # --- codes --------------------------------------------------------------------------------------------------------

    async def _letters_asked(self, site: SiteId, caller: Caller, address: Address, now: datetime) -> timedelta:
        """Count a code that is asked for, or say how long to wait; whether there is an account plays no part."""
        limits = await self._asking_limits(site, caller, address)
        charged = await charge(self.storage.guesses, limits, now)
        if charged.wait:
            event = self._event(Kind.TOO_MANY_TRIES, site, None, caller, detail="account code")
            await self.storage.activity.append([event])
        return charged.wait

    async def _asking_limits(self, site: SiteId, caller: Caller, address: Address) -> list[Limit]:
        where = await self.vault.keyed_digest(counted_as(caller.network).encode(), "guess account codes network", site)
        return [Limit(where, codes_wait), await mailbox_limit(self.vault, address)]

    async def _send_code(self, site: SiteId, caller: Caller, address: Address, bound: str, *, deliver: bool) -> None:
        """Store a code with its letter, good in this browser only; one that is not to be delivered is dropped when due.

        `bound` is what else the code is for, and empty for making an account or giving it a new password.
        """
        now, code = self.clock.now(), self.tokens.code()
        id, words, language = self.tokens.id(), {"code": code}, self.speaks(site, caller)
        letter = Letter(id, site, LetterKind.ACCOUNT_CODE, address, words, deliver=deliver, language=language)
        pending = PendingCode(
            site,
            NO_LINK,
            _session(caller),
            await self.vault.keyed_digest(address.key.encode(), "account code address", site),
            await self._code_digest(site, address.key, code, bound),
            0,
            now + CODE_LIFE,
        )
        sealed = await seal_letter(self.vault, letter, now, now + CODE_LIFE)
        event = self._event(Kind.CODE_ASKED, site, None, caller, detail="account")
        await self.storage.codes.ask(pending, now, [event], [sealed])

    async def _code_fits(
        self, site: SiteId, caller: Caller, address: Address | None, code: str, bound: str, now: datetime
    ) -> bool:
        """Try the pending code of this browser, which is used up when it fits and counted when it does not."""
        digits = "".join(char for char in code if char in "0123456789")
        digest = await self._code_digest(site, "" if address is None else address.key, digits, bound)
        pending = await self.storage.codes.attempt(site, NO_LINK, _session(caller), digest, CODE_TRIES, now)
        return pending is not None

    async def _code_digest(self, site: SiteId, key: str, code: str, bound: str) -> bytes:
        return await self.vault.keyed_digest(f"{bound}\n{key}\n{code}".encode(), "account code", site)


def _session(caller: Caller) -> bytes:
    """The session that the browser has; the shell lets no form through without one."""
    session = caller.session or caller.fresh
    assert session is not None
    return session
