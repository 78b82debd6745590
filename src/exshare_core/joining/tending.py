"""Use cases of visitors looking after their own accounts: password, mailbox, second factor, sessions, shares, data.

Whoever changes how an account is entered brings its password again: an open browser is not enough (ASVS 7.5.1). Such an
act signs the browser in anew, under a fresh session id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core.authenticating import Proposal
from exshare_core.errors import CannotUnseal, InvalidValue, InvalidValues, NotFound
from exshare_core.events import Event, Kind
from exshare_core.external_accounts import AccountSession, ExternalAccount, KeptShare
from exshare_core.joining.enrolling import Asked, Enrolling
from exshare_core.joining.recognising import Recognised, typed_address, words_known
from exshare_core.letters import LetterKind
from exshare_core.limiting import Door
from exshare_core.passwords import LEAST_AS_ONLY_GATE, check_password
from exshare_core.values import ExternalAccountId, LinkId, Token
from exshare_core.visiting.entrance import Caller

SHARE_PURPOSE = "share of an account"
MOST_SHARES = 100
"""Shares of an account that are listed, those opened last first."""

MOST_EXPORTED = 10_000


@frozen(slots=True)
class Tended:
    """What came of such an act: done, or how long to wait, or neither when what was brought was not right."""

    done: bool = False
    renewed: bool = False
    """The browser now goes by the caller's fresh session id."""
    wait: timedelta = timedelta()
    recovery: tuple[str, ...] = field(default=(), repr=False)
    """Recovery codes, to be shown this once."""


@frozen(slots=True)
class Share:
    """A share that an account has opened, as its owner sees it: nothing of what is in it."""

    link: LinkId
    segment: str = field(repr=False)
    """The last part of its address."""
    opened_at: datetime

    @property
    def words(self) -> str:
        """The words that its address begins with; empty when it is nothing but a secret."""
        token = Token.parse(self.segment)
        return "" if token is None else self.segment.removesuffix(token.text).strip("-")


@frozen
class Tending(Enrolling):
    """Visitors looking after their accounts."""

    async def change_password(self, here: Recognised, caller: Caller, old: str, new: str) -> Tended:
        """Choose another password; the old one shows that it is the owner who does.

        Ends every other session and every proof of the account. Raises InvalidValues naming every rule that the new one
        breaks, and that the old one is not right.
        """
        account, site = here.account, here.account.site
        failures = _broken_rules(here, new, old)
        refused = await self._refused(here, caller, old)
        if refused is not None and refused.wait:
            return refused
        if refused is not None:
            failures.insert(0, InvalidValue("old", "that is not your password"))
        if failures:
            raise InvalidValues(tuple(failures))
        hashed = await self.hasher.hash(check_password(new, LEAST_AS_ONLY_GATE))
        changed = evolve(account, password_hash=hashed, version=account.version + 1)
        letter = await self._notice(LetterKind.PASSWORD_CHANGED, site, caller, here.address)
        event = self._event(Kind.PASSWORD_SET, site, account.id, caller)
        if not await self._stored(changed, [event], [letter], ends=True):
            return Tended()
        return await self._anew(changed, here, caller)

    async def ask_address(self, here: Recognised, caller: Caller, text: str, password: str) -> Asked:
        """Send a code to the mailbox that an account is to have from now on.

        The same is answered, after the same work, where that mailbox has an account already; it gets no code then.
        """
        address, now = typed_address(text), self.clock.now()
        if address is None:
            return Asked(malformed=True)
        refused = await self._refused(here, caller, password)
        if refused is not None:
            return Asked(wrong=not refused.wait, wait=refused.wait)
        site = here.account.site
        if wait := await self._letters_asked(site, caller, address, now):
            return Asked(wait=wait)
        holder = await self.storage.accounts.by_digest(site, await self._digest(site, address))
        await self._send_code(site, caller, address, here.account.id, deliver=holder is None)
        return Asked(sent=True)

    async def change_address(self, here: Recognised, caller: Caller, text: str, code: str) -> Tended:
        """Give the account the mailbox that the code came to; every other session and every proof ends.

        The old mailbox is told.
        """
        account, site, now = here.account, here.account.site, self.clock.now()
        address, door = typed_address(text), self._enrolling_door(site)
        knock = await door.knock(account.id, caller.network, now)
        if knock.wait:
            return Tended(wait=knock.wait)
        if not await self._code_fits(site, caller, address, code, account.id, now) or address is None:
            await door.wrong(knock, now)
            await self.storage.activity.append([self._event(Kind.WRONG_CODE, site, account.id, caller)])
            return Tended()
        await door.right(knock)
        changed = evolve(
            account,
            digest=await self._digest(site, address),
            address=await self._sealed(site, account.id, address),
            confirmed_at=now,
            version=account.version + 1,
        )
        letter = await self._notice(LetterKind.ADDRESS_CHANGED, site, caller, here.address)
        event = self._event(Kind.ADDRESS_CHANGED, site, account.id, caller)
        if not await self._stored(changed, [event], [letter], ends=True):
            return Tended()
        return await self._anew(changed, evolve(here, address=address), caller)

    # --- the second factor --------------------------------------------------------------------------------------------

    async def propose_factor(self, here: Recognised, caller: Caller, password: str) -> Proposal | Tended:
        """A second factor to set up, or to put in the place of the one there is, for who brings the password."""
        refused = await self._refused(here, caller, password)
        if refused is not None:
            return refused
        return await self._factors.propose(here.account.site, _bound(here), str(here.address), self.issuer)

    async def proposed_factor(self, here: Recognised, ticket: str) -> Proposal | None:
        """The proposal that was shown with this ticket; None for a ticket that is not good here any more."""
        return await self._factors.again(here.account.site, _bound(here), ticket, str(here.address), self.issuer)

    async def set_factor(self, here: Recognised, caller: Caller, ticket: str, code: str) -> Tended:
        """Set up the second factor that was proposed, by a first code of the app."""
        account, now = here.account, self.clock.now()
        confirmed = await self._factors.confirm(account.site, _bound(here), ticket, code, account.id, now)
        if confirmed is None:
            return Tended()
        changed = self._with_factor(account, confirmed.factor)
        if not await self._stored(changed, [self._event(Kind.FACTOR_SET, account.site, account.id, caller)]):
            return Tended()
        return evolve(await self._anew(changed, here, caller), recovery=confirmed.recovery)

    async def new_recovery_codes(self, here: Recognised, caller: Caller, password: str) -> Tended:
        """Recovery codes in the place of all earlier ones. Raises NotFound without a second factor."""
        account = here.account
        if account.factor is None:
            raise NotFound("there is no second factor")
        refused = await self._refused(here, caller, password)
        if refused is not None:
            return refused
        made = await self._factors.with_new_recovery(account.factor, account.site, account.id)
        event = self._event(Kind.RECOVERY_CODES_MADE, account.site, account.id, caller)
        if not await self._stored(self._with_factor(account, made.factor), [event]):
            return Tended()
        return Tended(done=True, recovery=made.recovery)

    async def remove_factor(self, here: Recognised, caller: Caller, password: str) -> Tended:
        """Sign in with the password alone from now on."""
        account = here.account
        refused = await self._refused(here, caller, password)
        if refused is not None:
            return refused
        changed = self._with_factor(account, None)
        if not await self._stored(changed, [self._event(Kind.FACTOR_REMOVED, account.site, account.id, caller)]):
            return Tended()
        return await self._anew(changed, here, caller)

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def sessions(self, here: Recognised) -> tuple[AccountSession, ...]:
        """The sessions of the account that are good now, this one first, then those used last."""
        now, account = self.clock.now(), here.account
        others = [
            one
            for one in await self.storage.accounts.sessions(account.site, account.id)
            if one.lives(now) and one.session != here.session.session
        ]
        return (here.session, *others)

    async def end_session(self, here: Recognised, caller: Caller, name: str) -> None:
        """End one session of the account with what it proved; one that is gone is fine."""
        if name:
            account = here.account
            await self.storage.accounts.close_sessions(account.site, account.id, [self._ended(here, caller)], name=name)

    async def end_other_sessions(self, here: Recognised, caller: Caller) -> None:
        """End every session of the account but this one, with what they proved."""
        account, this = here.account, here.session.session
        await self.storage.accounts.close_sessions(account.site, account.id, [self._ended(here, caller)], but=this)

    async def end_all_sessions(self, here: Recognised, caller: Caller) -> None:
        """Sign the account out everywhere, here as well."""
        account = here.account
        await self.storage.accounts.close_sessions(account.site, account.id, [self._ended(here, caller)])

    # --- shares and data ----------------------------------------------------------------------------------------------

    async def shares(self, here: Recognised, limit: int = MOST_SHARES) -> tuple[Share, ...]:
        """The shares that the account has opened, the latest first; whether they still open is seen by opening them."""
        account = here.account
        kept = await self.storage.accounts.shares(account.site, account.id, limit)
        return tuple(share for share in [await self._share(one) for one in kept] if share is not None)

    async def forget_share(self, here: Recognised, link: LinkId) -> None:
        """Take a share off the list; one that is not there is fine. What was proved at its gates stays."""
        await self.storage.accounts.forget_share(here.account.site, here.account.id, link)

    async def data(self, here: Recognised, caller: Caller, url_of: Callable[[str], str]) -> Mapping[str, object]:
        """All that is stored of the account, as its owner may have it: no hash, no secret, no session id.

        `url_of` makes a full address of the last part of one.
        """
        account = here.account
        event = self._event(Kind.DATA_EXPORTED, account.site, account.id, caller)
        sessions = await self.storage.accounts.sessions(account.site, account.id)
        proofs = await self.storage.accounts.proofs(account.site, account.id)
        shares = await self.shares(here, MOST_EXPORTED)
        await self.storage.activity.append([event])
        return {
            "account": {
                "id": account.id,
                "site": account.site,
                "address": str(here.address),
                "created_at": _written(account.created_at),
                "address_confirmed_at": _written(account.confirmed_at),
                "second_factor_since": None if account.factor is None else _written(account.factor.since),
                "recovery_codes_left": 0 if account.factor is None else len(account.factor.recovery),
            },
            "sessions": [
                {"began_at": _written(one.began_at), "seen_at": _written(one.seen_at), "network": one.network}
                for one in sessions
            ],
            "proofs": [{"kind": one.kind, "link": one.link, "proved_at": _written(one.proved_at)} for one in proofs],
            "shares": [
                {"link": one.link, "address": url_of(one.segment), "opened_at": _written(one.opened_at)}
                for one in shares
            ],
        }

    async def delete(self, here: Recognised, caller: Caller, password: str) -> Tended:
        """Delete the account with everything that is stored of it, for who brings the password; the mailbox is told."""
        account = here.account
        refused = await self._refused(here, caller, password)
        if refused is not None:
            return refused
        letter = await self._notice(LetterKind.ACCOUNT_DELETED, account.site, caller, here.address)
        event = self._event(Kind.ACCOUNT_DELETED, account.site, account.id, caller)
        await self.storage.accounts.delete(account.site, account.id, [event], [letter])
        return Tended(done=True)

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _confirming_door(self, here: Recognised) -> Door:
        """Counts by session alone: who sits at an open browser cannot keep its owner waiting elsewhere."""
        return Door(self.storage.guesses, self.vault, here.account.site, "account confirmation")

    async def _refused(self, here: Recognised, caller: Caller, password: str) -> Tended | None:
        """None for the right password; else what is answered. A try is counted before it is checked."""
        account, now, door = here.account, self.clock.now(), self._confirming_door(here)
        knock = await door.knock(account.id, None, now, here.session.name)
        if knock.wait:
            return Tended(wait=knock.wait)
        if await self._matches(account, password):
            await door.right(knock)
            return None
        event = self._event(Kind.SIGN_IN_FAILED, account.site, account.id, caller, detail="confirmation")
        await self.storage.activity.append([event])
        return Tended()

    async def _anew(self, changed: ExternalAccount, here: Recognised, caller: Caller) -> Tended:
        await self._let_in(changed, caller, here.address)
        return Tended(done=True, renewed=True)

    async def _share(self, kept: KeptShare) -> Share | None:
        try:
            segment = await self.vault.open(
                kept.segment, SHARE_PURPOSE, kept.site, share_bound(kept.account, kept.link)
            )
        except CannotUnseal:
            return None
        return Share(kept.link, segment.decode("ascii"), kept.opened_at)

    def _ended(self, here: Recognised, caller: Caller) -> Event:
        return self._event(Kind.SESSIONS_ENDED, here.account.site, here.account.id, caller)


def share_bound(account: ExternalAccountId, link: LinkId) -> str:
    """What the address of a kept share is sealed for: this account and this link."""
    return f"{account}\n{link}"


def _bound(here: Recognised) -> str:
    """Who may confirm a proposal: this session, as long as nothing about the account has changed."""
    return f"{here.session.session.hex()}\n{here.account.version}"


def _broken_rules(here: Recognised, new: str, old: str) -> list[InvalidValue]:
    try:
        check_password(new, LEAST_AS_ONLY_GATE, name="new", words=words_known(here.address, here.account.site))
    except InvalidValues as error:
        return list(error.failures)
    return [InvalidValue("new", "that is the password you have")] if new == old else []


def _written(moment: datetime) -> str:
    return moment.isoformat()
