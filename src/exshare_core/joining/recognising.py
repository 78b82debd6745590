"""Who is signed in with an external account, and what all acts with one share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from attrs import evolve, field, frozen

from exshare_core.authenticating import Authenticating
from exshare_core.dispatching import seal_letter
from exshare_core.errors import CannotUnseal, InvalidValue, Taken
from exshare_core.events import Actor, Event, Kind
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount
from exshare_core.factors import SecondFactor
from exshare_core.letters import Letter, LetterKind, SealedLetter
from exshare_core.limiting import Door, KnownBrowsers
from exshare_core.passwords import normalised
from exshare_core.ports import AuthenticatorCodes
from exshare_core.values import Address, ExternalAccountId, Sealed, SiteId
from exshare_core.visiting.entrance import Caller, Entrance

ACCOUNT_PURPOSE = "external account"
"""The vault's purpose for the mailbox of an account, and for the digest by which it is found."""

NOTICE_LIFE = timedelta(days=2)
"""How long a notice is tried to be sent."""

TOUCH_EVERY = timedelta(minutes=1)
"""How often a session's last use is written down."""


@frozen(slots=True)
class Recognised:
    """Somebody who is signed in at a site, and the session in which they are."""

    account: ExternalAccount
    session: AccountSession
    address: Address
    """Their mailbox."""


@frozen(slots=True)
class Entered:
    """What came of a step towards an account: signed in, or a code owed, or how long to wait, or none of these."""

    account: ExternalAccountId | None = None
    """Who is signed in now, by the caller's fresh session id; the former one is worth nothing."""
    owes_code: bool = False
    """The password was right, and a second factor is owed."""
    over: bool = False
    """The step is over; signing in begins anew."""
    wait: timedelta = timedelta()
    browser: str | None = field(default=None, repr=False)
    """What the browser brings along next time, so that strangers' guesses do not keep it waiting."""


@frozen
class Recognising(Entrance):
    """The external accounts of all sites of one deployment, and the browsers that are signed in with them."""

    codes: AuthenticatorCodes
    account_url: Callable[[SiteId], str]
    """Where the people of a site sign in, for letters."""
    issuer: str = field(default="exshare", kw_only=True)
    """What an authenticator app calls this deployment."""

    async def recognised(self, site: SiteId, caller: Caller) -> Recognised | None:
        """Who is signed in at `site` in this browser, if anybody; its last use is written down now and then."""
        if caller.session is None:
            return None
        now, where = self.clock.now(), _network(caller)
        session = await self.storage.accounts.session(site, caller.session)
        if session is None or not session.lives(now):
            return None
        account = await self.storage.accounts.get(site, session.account)
        if account is None or account.disabled:
            return None
        try:
            address = await self._address_of(account)
        except CannotUnseal:
            return None
        seen = evolve(session, seen_at=max(now, session.seen_at), network=where or session.network)
        if now - session.seen_at >= TOUCH_EVERY or (seen.network != session.network and now > session.seen_at):
            await self.storage.accounts.touch_session(seen)
        return Recognised(account, seen, address)

    # --- shared by the acts -------------------------------------------------------------------------------------------

    @property
    def _factors(self) -> Authenticating:
        return Authenticating(self.codes, self.vault, self.tokens)

    def _sign_in_door(self, site: SiteId) -> Door:
        return Door(self.storage.guesses, self.vault, site, "account sign-in")

    def _browsers(self, site: SiteId) -> KnownBrowsers:
        return KnownBrowsers(self.vault, self.tokens, site, "browser of an account")

    async def _digest(self, site: SiteId, address: Address | None) -> bytes:
        """By what an account is found; of no address, that of nobody's, so that the same work is done."""
        key = "" if address is None else address.key
        return await self.vault.keyed_digest(key.encode(), ACCOUNT_PURPOSE, site)

    async def _sealed(self, site: SiteId, account: ExternalAccountId, address: Address) -> Sealed:
        return await self.vault.seal(str(address).encode(), ACCOUNT_PURPOSE, site, account)

    async def _address_of(self, account: ExternalAccount) -> Address:
        opened = await self.vault.open(account.address, ACCOUNT_PURPOSE, account.site, account.id)
        return Address.parse(opened.decode())

    async def _matches(self, account: ExternalAccount | None, password: str) -> bool:
        """Whether this is the password; where there is no such account, the same work is done for nothing."""
        if account is None:
            await self.hasher.verify_dummy(normalised(password))
            return False
        return await self.hasher.verify(account.password_hash, normalised(password))

    async def _let_in(self, account: ExternalAccount, caller: Caller, address: Address) -> Entered:
        """Sign in under a fresh session id, which takes over all that the former one had (spec G10).

        Whoever else was signed in there at this site is signed out first, and what they proved goes with them.
        """
        now, session = self.clock.now(), _fresh(caller)
        event = self._event(Kind.SIGNED_IN, account.site, account.id, caller, detail="account")
        if caller.session is not None:
            former = await self.storage.accounts.session(account.site, caller.session)
            if former is not None and former.account != account.id:
                await self.storage.accounts.close_session(account.site, caller.session, [])
        began = AccountSession(session, account.site, account.id, self.tokens.id(), now, now, _network(caller))
        await self.storage.accounts.open_session(began, [event], caller.session)
        browser = await self._browsers(account.site).remember(address.key, now)
        return Entered(account.id, browser=browser)

    async def _owing(self, account: ExternalAccount, caller: Caller) -> Entered:
        """Let the browser go on to the second factor."""
        session = caller.session or _fresh(caller)
        await self.storage.accounts.open_step(AccountStep(session, account.site, account.id, self.clock.now()))
        return Entered(owes_code=True)

    async def _stored(
        self,
        changed: ExternalAccount,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        *,
        ends: bool = False,
    ) -> bool:
        """Store a changed account; False when somebody changed it first, or has its mailbox already."""
        try:
            await self.storage.accounts.replace(changed, events, letters, ends=ends)
        except Taken:
            return False
        return True

    def _with_factor(self, account: ExternalAccount, factor: SecondFactor | None) -> ExternalAccount:
        return evolve(account, factor=factor, version=account.version + 1)

    async def _notice(self, kind: LetterKind, site: SiteId, caller: Caller, recipient: Address) -> SealedLetter:
        """A letter that says what this caller did with an account."""
        words, language = {"link": self.account_url(site)}, self.speaks(site, caller)
        letter = Letter(self.tokens.id(), site, kind, recipient, words, language=language)
        now = self.clock.now()
        return await seal_letter(self.vault, letter, now, now + NOTICE_LIFE)

    def _event(
        self,
        kind: Kind,
        site: SiteId,
        account: ExternalAccountId | None,
        caller: Caller | None,
        *,
        actor: Actor = Actor.VISITOR,
        detail: str = "",
    ) -> Event:
        where = None if caller is None else _network(caller)
        return Event(kind, site, self.clock.now(), actor, detail=detail, network=where, account=account)


def typed_address(text: str) -> Address | None:
    """The mail address that was typed, or None when it is none."""
    try:
        return Address.parse(text)
    except InvalidValue:
        return None


def words_known(address: Address, site: SiteId) -> tuple[str, ...]:
    """What everyone knows who guesses at the password of an account."""
    return (str(address), site)


def _fresh(caller: Caller) -> bytes:
    """The session that the browser gets; the shell gives one with every form that may sign somebody in."""
    assert caller.fresh is not None
    return caller.fresh


def _network(caller: Caller) -> str | None:
    return None if caller.network is None else str(caller.network)
