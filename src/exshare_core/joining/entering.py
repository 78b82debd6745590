"""Use cases of visitors at the door of their accounts: a password, then a second factor where there is one, and out again.

Every refusal of a password is the same refusal, after the same work, so that nobody learns who has an account (spec G4,
G7). What is between the two steps is bound to the browser, and good for five minutes.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, frozen

from exshare_core.errors import Taken
from exshare_core.events import Event, Kind
from exshare_core.external_accounts import AccountStep, ExternalAccount
from exshare_core.guessing import network_wait
from exshare_core.joining.recognising import Entered, Recognising, typed_address
from exshare_core.limiting import Door, Knock
from exshare_core.passwords import normalised
from exshare_core.values import SiteId
from exshare_core.visiting.entrance import Caller

STEP_TRIES = 5
"""Wrong codes after which a step is over and the password is asked for again."""


@frozen
class Entering(Recognising):
    """Visitors signing in with their accounts and out again."""

    async def sign_in(
        self, site: SiteId, caller: Caller, text: str, password: str, browser: str | None = None
    ) -> Entered:
        """Check an address and its password; unknown, disabled and malformed ones cost and count what others do.

        `browser` is what an earlier sign-in gave the browser to keep.
        """
        now, address = self.clock.now(), typed_address(text)
        who, door = "" if address is None else address.key, self._sign_in_door(site)
        knock = await door.knock(who, caller.network, now, await self._browsers(site).known(browser, who, now))
        if knock.wait:
            return Entered(wait=knock.wait)
        found = await self.storage.accounts.by_digest(site, await self._digest(site, address))
        account = None if found is None or found.disabled else found
        if not await self._matches(account, password) or account is None or address is None:
            await door.wrong(knock, now)
            await self.storage.activity.append([self._event(Kind.SIGN_IN_FAILED, site, None, caller, detail="account")])
            return Entered()
        await door.right(knock)
        account = await self._rehashed(account, password)
        if account.factor is not None:
            return await self._owing(account, caller)
        return await self._let_in(account, caller, address)

    async def owes_code(self, site: SiteId, caller: Caller) -> bool:
        """Whether this browser owes a second factor; looking uses nothing up."""
        return await self._step(site, caller) is not None

    async def bring_code(self, site: SiteId, caller: Caller, typed: str, browser: str | None = None) -> Entered:
        """The second step: a code of the authenticator app, or a recovery code; either is good once.

        Five wrong codes end the step; accounts and networks are counted, too, apart from passwords.
        """
        found, now = await self._step(site, caller), self.clock.now()
        if found is None or found[1].factor is None:
            return Entered(over=True)
        step, account = found
        address, door = await self._address_of(account), self._code_door(site)
        known = await self._browsers(site).known(browser, address.key, now)
        knock = await door.knock(account.id, caller.network, now, known)
        if knock.wait:
            return Entered(wait=knock.wait)
        used = await self._used(account, typed, caller, now)
        if used is None:
            return await self._wrong_code(step, knock, caller, now)
        if not await self.storage.accounts.close_step(site, step.session):
            return Entered(over=True)
        await door.right(knock)
        return await self._let_in(used, caller, address)

    async def sign_out(self, site: SiteId, caller: Caller) -> None:
        """Sign the browser out at `site`, with all that was proved there by signing in; nobody signed in is fine."""
        if caller.session is None:
            return
        session = await self.storage.accounts.session(site, caller.session)
        if session is not None:
            event = self._event(Kind.SIGNED_OUT, site, session.account, caller)
            await self.storage.accounts.close_session(site, caller.session, [event])

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _code_door(self, site: SiteId) -> Door:
        """Who stands here knows the password already, so that an account waits up to an hour, and few are kept out."""
        return Door(self.storage.guesses, self.vault, site, "account second factor", network_wait)

    async def _step(self, site: SiteId, caller: Caller) -> tuple[AccountStep, ExternalAccount] | None:
        """The step that is good now, with its account."""
        step = None if caller.session is None else await self.storage.accounts.step(site, caller.session)
        if step is None or not step.lives(self.clock.now()):
            return None
        account = await self.storage.accounts.get(site, step.account)
        return None if account is None or account.disabled or account.factor is None else (step, account)

    async def _used(
        self, account: ExternalAccount, typed: str, caller: Caller, now: datetime
    ) -> ExternalAccount | None:
        """The account after a code was used up, which is stored; None for a wrong code and for one that was used."""
        if account.factor is None:
            return None
        used = await self._factors.used(account.factor, account.site, account.id, typed, now)
        if used is None:
            return None
        changed, events = self._with_factor(account, used), list[Event]()
        if used.step == account.factor.step:
            events.append(self._event(Kind.RECOVERY_CODE_USED, account.site, account.id, caller))
        return changed if await self._stored(changed, events) else None

    async def _wrong_code(self, step: AccountStep, knock: Knock, caller: Caller, now: datetime) -> Entered:
        site = step.site
        await self._code_door(site).wrong(knock, now)
        await self.storage.activity.append([self._event(Kind.WRONG_SECOND_FACTOR, site, step.account, caller)])
        begun = step.session + step.began_at.isoformat().encode()
        tries = await self.vault.keyed_digest(begun, "guess account second factor step", site)
        await self.storage.guesses.wrong((tries,), now)
        (tally,) = await self.storage.guesses.tally((tries,), now)
        if tally.failures < STEP_TRIES:
            return Entered(owes_code=True)
        await self.storage.accounts.close_step(site, step.session)
        return Entered(over=True)

    async def _rehashed(self, account: ExternalAccount, password: str) -> ExternalAccount:
        """The account with a hash by today's parameters, where it was weaker; a change meanwhile goes first."""
        if not self.hasher.outdated(account.password_hash):
            return account
        stronger = await self.hasher.hash(normalised(password))
        changed = evolve(account, password_hash=stronger, version=account.version + 1)
        try:
            await self.storage.accounts.replace(changed, [])
        except Taken:
            return account
        return changed
