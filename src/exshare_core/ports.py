"""The ports: how the core meets the world. Each promise is one sentence with "must" that a test can hold against it.

Adapters implement these protocols and judge nothing. Storage returns dead links like living ones; expiry, passwords
and policy are the core's business. A write names one aggregate and carries its events and letters in one transaction:
all of it is stored, or nothing. Everything may raise `Busy` or `Broken`; foreign errors are translated once, at the
edge, keeping the cause. No method is optional.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from exshare_core.accounts import Member, MemberSession, SignInStep
from exshare_core.api_keys import ApiKey
from exshare_core.content import (
    Absent,
    Attachment,
    ByteRange,
    Draft,
    MacroUse,
    Node,
    PageFacts,
    Reading,
    Rendered,
)
from exshare_core.events import Event
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.gates import Visit
from exshare_core.governance import Permissions, PolicyChange, SitePolicy
from exshare_core.guessing import Tally
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.letters import Message, SealedLetter
from exshare_core.links import LinkAddress, ShareLink, Switches
from exshare_core.policy import Layer
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.values import (
    AccountId,
    Address,
    ApiKeyId,
    AttachmentId,
    ExternalAccountId,
    LinkId,
    MemberId,
    PageId,
    Sealed,
    SiteId,
    SpaceKey,
    Subject,
)


class Clock(Protocol):
    """The one judge of time. Plain methods: reading a clock never waits."""

    def now(self) -> datetime:
        """The present instant; must be in UTC with a zone."""


class TokenGenerator(Protocol):
    """The one source of randomness. Plain methods: drawing never waits. No two generators must draw alike."""

    def token(self) -> str:
        """A fresh token; must be 43 characters ``A-Z a-z 0-9 _ -`` from 256 bits of a CSPRNG (spec L2)."""

    def id(self) -> str:
        """A fresh id; must be 20 to 40 characters ``a-z 0-9`` and must never come twice."""

    def code(self) -> str:
        """A fresh one-time code; must be 8 digits, each equally likely."""


class PasswordHasher(Protocol):
    """Hashes passwords, slowly on purpose, without keeping others waiting."""

    async def hash(self, password: str) -> str:
        """A salted hash; two hashes of one password must differ."""

    async def verify(self, stored: str, password: str) -> bool:
        """Must be True for the password that was hashed and False for any other; raises Broken for a broken hash."""

    async def verify_dummy(self, password: str) -> None:
        """Must cost what `verify` costs, and tells nothing: for names and links that do not exist."""

    def outdated(self, stored: str) -> bool:
        """Must be True for a hash with weaker parameters than today's."""


class AuthenticatorCodes(Protocol):
    """Codes of an authenticator app: time-based one-time passwords (RFC 6238) of six digits, each for 30 seconds.

    Plain methods: reckoning a code never waits. Whoever verifies stores the step of the last code that was used.
    """

    def secret(self) -> bytes:
        """A fresh secret; must be 20 to 64 bytes from a CSPRNG and must never come twice."""

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        """The ``otpauth`` address that tells an app everything; `account` and `issuer` must come out of it as given,
        so that nothing in a name can change the rest.
        """

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        """The time step whose code this is: must be that of `at`, the one before or the one after, and must be None
        for any other code and for a step that is not later than `after`, the last one used.

        Must take a code with blanks in it and nothing else but its six ASCII digits. Must raise Broken for what can be
        no secret.
        """


class Vault(Protocol):
    """Seals values under a key that is never in the database. A sealed value is bound to purpose, site and id."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        """Must differ each time, and must open only with the same purpose, site and id."""

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        """The sealed value; must raise CannotUnseal when anything is not as it was sealed."""

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        """32 bytes that must be equal for equal values, purposes and sites only, and useless without the key."""


class Mailer(Protocol):
    """Hands one message to a mail system."""

    async def send(self, message: Message) -> None:
        """Must send to exactly one envelope recipient under the message's own Message-ID.

        Must refuse line breaks in headers with InvalidValue. Must raise MailRefused when the mail system refuses for
        good and Busy when it may accept later; must never swallow a failure.
        """


@runtime_checkable
class Checked(Protocol):
    """A port of its own that an adapter may implement beside another: to try its connection, for ``exshare check``
    (spec A4).
    """

    async def check(self) -> tuple[str, ...]:
        """Must say what is wrong with the connection, in sentences that say how to mend it and hold no secret; must be
        empty when all is well, and must change nothing on the other side.
        """


# --- sign-in ---------------------------------------------------------------------------------------------------


class IdentityProvider(Checked, Protocol):
    """Signs people in where somebody else knows them, by OpenID Connect (spec G4). Who may pass is judged by the core."""

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        """The address of the provider that the browser is to be sent to.

        Must carry the errand's state and lead back to its callback, and must not hold its verifier. `hint` is whom the
        person claims to be; must not be taken for a proof. Must raise Busy when the provider cannot be asked, and
        Broken when it is not the provider that it should be.
        """

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        """Whom the provider signed in, from the parameters that the browser brought back to the errand's callback.

        Must raise Broken for an answer to another errand, for one that was taken before, and for whatever is not
        provably the provider's own word, meant for us, about this errand and of this time. Must be Declined when the
        provider says no itself. Must name an address only where the provider says, by a truth, that it was verified.
        Must raise Busy when the provider cannot be asked.
        """


# --- storage ---------------------------------------------------------------------------------------------------


class VisitorTokens(Protocol):
    """Tokens by which the hosts of a site name their visitors (spec G11).

    A plain method: checking a signature never waits. What a token is good for is not judged here.
    """

    def read(self, site: SiteId, token: str) -> SignedVisitor:
        """What a host of `site` says in `token`; must give what it signed, and to a `site` only what its own hosts sign.

        Must raise InvalidValue, whose rule holds nothing of the token, for everything else: what is no token, what is
        changed, what is signed by nobody, by a stranger or in the name of another host, and what leaves out a part of
        `SignedVisitor`. Nothing in a token may choose a key or an algorithm that was not agreed on.
        """


@frozen(slots=True)
class StoredProof:
    """A proof as it rests: the proved mailbox is sealed (purpose ``proof``, id = link id)."""

    kind: str
    site: SiteId
    link: LinkId
    session: bytes = field(repr=False)
    """SHA-256 of the visitor's session id."""
    security_version: int
    proved_at: datetime
    address: Sealed | None = None
    detail: str = ""
    """As in `gates.Proof`."""
    account: ExternalAccountId | None = None
    """The external account that signed in; when it ends, its proofs do."""


@frozen(slots=True)
class Found:
    """Everything stored that judges one attempt, read at one instant."""

    link: ShareLink
    address: LinkAddress
    layers: tuple[Layer, ...]
    """Outermost first as `SitePolicy.layers` gives them; without the link's own."""
    switches: Switches
    opens: int
    proofs: tuple[StoredProof, ...] = ()
    visit: Visit | None = None


@frozen(slots=True)
class LinkRecord:
    """A link as its members see it: with its addresses and the number of its opens."""

    link: ShareLink
    addresses: tuple[LinkAddress, ...]
    opens: int
    layers: tuple[Layer, ...]
    switches: Switches

    @property
    def slug(self) -> str:
        """The words of a named link: those of its newest address that is nobody's own."""
        shown = [one for one in self.addresses if one.recipient is None]
        newest = max(shown, key=lambda one: one.created_at, default=None)
        return "" if newest is None else newest.slug


@frozen(slots=True)
class Swept:
    """What a walk over all links of a site sees of one."""

    link: ShareLink
    opens: int
    owner_in: bool = True
    """As in `Switches`."""


@frozen(slots=True)
class PendingCode:
    """A one-time code that was asked for and not used yet: nothing of it in clear (spec G2)."""

    site: SiteId
    link: LinkId
    session: bytes = field(repr=False)
    address_digest: bytes = field(repr=False)
    """The keyed digest of the address's key."""
    code_digest: bytes = field(repr=False)
    tries: int
    expires_at: datetime


@frozen(slots=True)
class PendingDeparture:
    """A browser that left to sign in elsewhere and has not come back: nothing that it carries is in clear (spec G4)."""

    digest: bytes = field(repr=False)
    """SHA-256 of the errand's state."""
    site: SiteId
    browser: bytes = field(repr=False)
    """SHA-256 of an id that this browser keeps in a cookie, and no other browser has."""
    provider: str
    kept: Sealed = field(repr=False)
    """The rest of the errand and where to go on (purpose ``departure``, id = the digest in hex)."""
    expires_at: datetime


class LinkRepository(Protocol):
    """Share links with their addresses, visits and proofs."""

    async def find(self, digest: bytes, session: bytes | None) -> Found | None:
        """The link behind a token's digest, dead or alive, with all that judges it, in one round trip.

        Must match the digest byte for byte; must return deleted, disabled, expired and rotated-out ones like any
        other; must return None for a digest that was never stored; must return the proofs and the visit of this
        session and no other.
        """

    async def get(self, site: SiteId, link: LinkId) -> LinkRecord | None:
        """The link with this id on this site; must be None for a link of another site."""

    async def get_by_digest(self, digest: bytes) -> LinkRecord | None:
        """The same by the digest of one of its addresses."""

    async def add(
        self,
        link: ShareLink,
        address: LinkAddress,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """Must store link, address, events and letters together or not at all.

        Must raise Taken for an id in use on the site and for a digest in use on any, leaving the first holder as it was.
        """

    async def replace(
        self,
        link: ShareLink,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        addresses: Sequence[LinkAddress] = (),
    ) -> None:
        """Store a changed link: every field of it, and the new or changed `addresses` by digest.

        Must raise StaleLink, with the version in force, unless the stored version is `link.version - 1`; must then
        change nothing. Must raise NotFound for a link that is not stored, and Taken, changing nothing, for a digest
        of another link. Must leave opens, visits and proofs alone.
        """

    async def admit(
        self,
        visit: Visit,
        proofs: Sequence[StoredProof],
        most: int | None,
        events: Sequence[Event],
        renews: bytes | None = None,
        instead_of: str | None = None,
    ) -> bool:
        """Begin a visit in one conditional transaction: count an open, store visit, proofs and events.

        Must be True and store all of it while fewer than `most` opens are counted (or `most` is None) and the stored
        security version is the visit's; must otherwise be False and store nothing. Exact under concurrency (L14).
        With `renews`, must first move what that session had to the session of the visit, as `prove` does.

        With `instead_of`, the id of the visit that the session was seen to have at this link, or "" for none, must be
        False and store nothing when it has another by now: of two presses at the same moment one begins a visit.
        """

    async def give_back(self, visit: Visit, events: Sequence[Event]) -> None:
        """Undo the open that `visit` counted, once: the visit must end and the number of opens fall by one.

        Must change nothing and store no event when the visit has ended, or another has taken its place.
        """

    async def prove(self, proofs: Sequence[StoredProof], events: Sequence[Event], renews: bytes | None = None) -> None:
        """Store proofs; a later proof of the same kind, link and session must replace the earlier one.

        With `renews`, every proof, visit and pending code of that session, at whatever link of whatever site, and every
        account's session and step of that browser must become one of the session of `proofs`, which is a fresh one, in
        the same transaction: the former session must have nothing any more (spec G10).
        """

    async def touch(self, visit: Visit) -> None:
        """Must store `visit.seen_at`, never moving it backwards, and touch no other visit of the session."""

    async def list(
        self,
        site: SiteId,
        *,
        owner: MemberId | None = None,
        page: PageId | None = None,
        space: SpaceKey | None = None,
        after: LinkId | None = None,
        limit: int = 50,
    ) -> tuple[LinkRecord, ...]:
        """Links of a site, newest first, deleted ones included; must be complete over pages though links are added.

        `owner`, `page` and `space` narrow it together; the key of a space must be taken in any case. `after` is the id of the last link of the page before; the order must be total.
        """

    async def sweep(self, site: SiteId, *, after: LinkId | None = None, limit: int = 1000) -> tuple[Swept, ...]:
        """All links of a site that are not deleted, in the order of their ids: lean, for walks over every one of them.

        Must be complete over pages though links are added and deleted, and must hold no link of another site; `after`
        is the id of the last link of the page before, and need not be there any more.
        """


class CodeRepository(Protocol):
    """Pending one-time codes."""

    async def ask(
        self, code: PendingCode, at: datetime, events: Sequence[Event], letters: Sequence[SealedLetter]
    ) -> int:
        """Store a code for (link, session), replacing an earlier one, with its letter and events together.

        Must keep the count of wrong tries of the earlier code if that has not expired at `at`, and must return it.
        """

    async def attempt(
        self, site: SiteId, link: LinkId, session: bytes, code_digest: bytes, most: int, at: datetime
    ) -> PendingCode | None:
        """Try a code once: must be the pending code, erased, when the digest fits, it is unexpired at `at` and fewer
        than `most` tries were wrong; must otherwise count a wrong try and be None. Exact under concurrency.
        """


class DepartureRepository(Protocol):
    """Browsers that left to sign in elsewhere."""

    async def add(self, departure: PendingDeparture) -> None:
        """Must store it; must raise Taken for a digest in use, leaving the first as it was."""

    async def take(self, digest: bytes, browser: bytes, at: datetime) -> PendingDeparture | None:
        """Must be the departure with this digest, erased, when it is this browser's and unexpired at `at`; must
        otherwise be None and change nothing. Exact under concurrency: of those who take it at once, one gets it.
        """


class UsedTokens(Protocol):
    """Tokens that were good once."""

    async def used(self, site: SiteId, digest: bytes) -> bool:
        """Must be True from the moment when `use` was, until the token is forgotten."""

    async def use(self, site: SiteId, digest: bytes, until: datetime) -> bool:
        """Remember a token, at least until `until`; must be True for the first call only, of all calls at all times."""


class PolicyRepository(Protocol):
    """What admins have set on each site, its history, and the switches."""

    async def ensure_site(self, site: SiteId) -> None:
        """Must make the site with nothing set, at version 1, unless it is there already."""

    async def policy(self, site: SiteId) -> SitePolicy | None:
        """The whole of what is set, as it was stored last and read at one instant; None for a site that was never made.

        Absent must stay apart from empty.
        """

    async def replace(self, policy: SitePolicy, events: Sequence[Event], change: PolicyChange) -> None:
        """Store the whole of what is set, with its events and with `change`, which is of this site and version.

        `policy` has passed `governance.check_policy`. Must raise StalePolicy, with the version in force, unless the
        stored version is `policy.version - 1`; must then change nothing. Must raise NotFound for a site that was never
        made. Must leave the switches alone. Exact under concurrency; seen by the next read.
        """

    async def history(self, site: SiteId, *, before: int | None = None, limit: int = 50) -> tuple[PolicyChange, ...]:
        """The changes of a site, newest first; with `before`, those that made earlier versions than this one."""

    async def layers(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """Must be what `SitePolicy.layers` says of this space; empty for a site that was never made."""

    async def permissions(self, site: SiteId, space: SpaceKey) -> Permissions:
        """Must be what `SitePolicy.permissions` says of this space, in one round trip.

        Must be `governance.NO_PERMISSIONS` for a site that was never made.
        """

    async def switches(self, site: SiteId, space: SpaceKey) -> Switches:
        """The kill switches above a link of this space; nothing of its owner."""

    async def stopped(self, site: SiteId) -> frozenset[SpaceKey | None]:
        """Must be every space of the site whose own switch is off, by key in upper case; None is the site itself."""

    async def switch(self, site: SiteId, space: SpaceKey | None, on: bool, events: Sequence[Event]) -> None:
        """Must turn the site, or one space of it, off or on, and store the events with it; seen by the next read."""


class MemberRepository(Protocol):
    """Local members and their sessions."""

    async def add(self, member: Member, events: Sequence[Event]) -> None:
        """Must store the member and its events, or raise Taken and store nothing when the name is in use on the same
        site or among members of all sites. Exact under concurrency.

        The name of a member of all sites must be free on every site, so that a name means one member. Must raise Taken
        as well for a subject that another member of the same site has; members of all sites are of one site in this.
        """

    async def get(self, member: MemberId) -> Member | None:
        """The member with this id."""

    async def by_name(self, name: str, site: SiteId | None) -> Member | None:
        """The member with this name, compared without case, on `site` or among members of all sites."""

    async def by_subject(self, subject: Subject, site: SiteId) -> Member | None:
        """The member whom an identity provider calls so, on `site` or among members of all sites; must compare provider
        and name byte for byte.
        """

    async def by_identity(self, identity: AccountId, site: SiteId) -> Member | None:
        """The member of `site` itself who is tied to this Confluence identity and to no identity provider; the one who
        was made first where there are several.
        """

    async def by_setup(self, digest: bytes) -> Member | None:
        """The member whose one-time set-up token has this digest."""

    async def replace(self, member: Member, events: Sequence[Event]) -> None:
        """Store a changed member with its events.

        Must raise Taken, storing nothing, unless the stored version is `member.version - 1`, and for a name in use as
        `add` does. Exact under concurrency.
        """

    async def list(self, site: SiteId | None) -> tuple[Member, ...]:
        """Members of a site and of all sites, by name; of all when `site` is None."""

    async def open_session(self, session: MemberSession, events: Sequence[Event]) -> None:
        """Must store the session and its events together."""

    async def session(self, digest: bytes) -> MemberSession | None:
        """The session with this digest, alive or not."""

    async def sessions(self, member: MemberId) -> tuple[MemberSession, ...]:
        """Must be every session of the member, alive or not, the one that was used last first."""

    async def touch_session(self, session: MemberSession) -> None:
        """Must store `session.seen_at` and `session.network` unless the stored `seen_at` is as late already."""

    async def renew_session(self, former: bytes, session: MemberSession, events: Sequence[Event]) -> bool:
        """Must put `session` in the place of the one with the digest `former` and store the events; must be False and
        store nothing when there is none any more. Exact under concurrency: of two renewals of one, one is True.
        """

    async def close_session(self, digest: bytes, events: Sequence[Event]) -> None:
        """Must forget the session and store its events; closing an unknown one is fine."""

    async def close_sessions(
        self, member: MemberId, events: Sequence[Event] = (), *, name: str | None = None, but: bytes | None = None
    ) -> int:
        """Must forget the sessions of the member and store the events; how many sessions there were.

        With `name`, must forget those of that name only; without it, also every step of the member's. With `but`, must
        leave the session with that digest.
        """

    async def open_step(self, step: SignInStep) -> None:
        """Must store a step of a sign-in."""

    async def step(self, digest: bytes) -> SignInStep | None:
        """The step with this digest, alive or not."""

    async def close_step(self, digest: bytes) -> bool:
        """Must forget the step; must be True for one caller only, and False when there is none any more."""

    async def close_steps(self, member: MemberId) -> None:
        """Must forget every step of the member's, and no session."""


class AccountRepository(Protocol):
    """External accounts, the browsers that are signed in with them, and the shares that they have opened.

    What an account proved are its proofs, as `StoredProof.account` says. Nothing of one site must be found by another.
    """

    async def add(
        self, account: ExternalAccount, events: Sequence[Event], letters: Sequence[SealedLetter] = ()
    ) -> None:
        """Must store account, events and letters, or raise Taken and store nothing for an id or a digest in use on the
        site. Exact under concurrency.
        """

    async def get(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount | None:
        """The account with this id, disabled or not; must be None for an account of another site."""

    async def by_digest(self, site: SiteId, digest: bytes) -> ExternalAccount | None:
        """The same by the digest of its mailbox."""

    async def replace(
        self,
        account: ExternalAccount,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        *,
        ends: bool = False,
    ) -> None:
        """Store a changed account with its events and letters.

        Must raise Taken, changing nothing, unless the stored version is `account.version - 1`, and for a digest in use
        on the site. Exact under concurrency. With `ends`, must forget every session, step and proof of the account in
        the same transaction; else must leave them alone.
        """

    async def delete(
        self,
        site: SiteId,
        account: ExternalAccountId,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """Must forget the account with its sessions, steps, proofs and shares, and store events and letters; must do
        nothing when there is none, and leave what has happened.
        """

    async def list(self, site: SiteId) -> tuple[ExternalAccount, ...]:
        """Must be every account of the site, in the order in which they were made."""

    async def open_session(self, session: AccountSession, events: Sequence[Event], renews: bytes | None = None) -> None:
        """Must store the session, in the place of another of its browser at the site, with its events, and forget the
        step of the browser there. With `renews`, must first move all that this session had, as `LinkRepository.prove`
        does.
        """

    async def session(self, site: SiteId, session: bytes) -> AccountSession | None:
        """The session of the browser with this digest at the site, alive or not."""

    async def sessions(self, site: SiteId, account: ExternalAccountId) -> tuple[AccountSession, ...]:
        """Must be every session of the account, alive or not, the one that was used last first."""

    async def touch_session(self, session: AccountSession) -> None:
        """Must store `session.seen_at` and `session.network` unless the stored `seen_at` is as late already."""

    async def close_session(self, site: SiteId, session: bytes, events: Sequence[Event]) -> None:
        """Must forget who is signed in in the browser with this digest at the site, and what their account proved in it,
        and store the events; closing an unknown one is fine.
        """

    async def close_sessions(
        self,
        site: SiteId,
        account: ExternalAccountId,
        events: Sequence[Event],
        *,
        name: str | None = None,
        but: bytes | None = None,
    ) -> None:
        """Must forget the sessions of the account with what it proved in them, and store the events.

        With `name`, only those of that name. Without it, also every step and every proof of the account; with `but`,
        must leave the session with that digest and what was proved in it.
        """

    async def open_step(self, step: AccountStep) -> None:
        """Must store a step, in the place of another of its browser at the site."""

    async def step(self, site: SiteId, session: bytes) -> AccountStep | None:
        """The step of the browser with this digest at the site, alive or not."""

    async def close_step(self, site: SiteId, session: bytes) -> bool:
        """Must forget the step; must be True for one caller only, and False when there is none any more."""

    async def proofs(self, site: SiteId, account: ExternalAccountId) -> tuple[StoredProof, ...]:
        """Must be every proof of the account at links of the site."""

    async def keep_share(self, share: KeptShare) -> None:
        """Must store a share, in the place of an earlier one of the account and the link."""

    async def shares(self, site: SiteId, account: ExternalAccountId, limit: int) -> tuple[KeptShare, ...]:
        """The shares of the account, those opened last first, at most `limit`."""

    async def forget_share(self, site: SiteId, account: ExternalAccountId, link: LinkId) -> None:
        """Must forget one share; one that is not there is fine."""


class ApiKeyRepository(Protocol):
    """API keys of members, and how often each was used."""

    async def add(self, key: ApiKey, events: Sequence[Event]) -> None:
        """Must store key and events together, or raise Taken and store nothing for an id in use on the site or a digest
        in use on any.
        """

    async def get(self, site: SiteId, key: ApiKeyId) -> ApiKey | None:
        """The key with this id on this site."""

    async def by_digest(self, digest: bytes) -> ApiKey | None:
        """The key with this digest, good or not."""

    async def list(self, site: SiteId, member: MemberId) -> tuple[ApiKey, ...]:
        """The keys of a member on a site, newest first, those that are no good any more among them."""

    async def revoke(self, site: SiteId, key: ApiKeyId, at: datetime, events: Sequence[Event]) -> None:
        """Must store that the key is revoked, with the events; one that is revoked already, or unknown, stays as it is and
        its events are not stored.
        """

    async def use(self, site: SiteId, key: ApiKeyId, at: datetime, since: datetime) -> int:
        """Count one use and store when it was; how many uses there were since `since`, this one included.

        `since` is the beginning of a span that all callers agree on, and never goes back. Must count all parallel uses.
        Must be 0 for a key that is not there.
        """

    async def first(
        self, site: SiteId, key: ApiKeyId, request: bytes, fingerprint: bytes, at: datetime, until: datetime
    ) -> bytes:
        """Must be the fingerprint that came first for this `request` of the key, and of those that come at once the same
        for all; it is kept until `until`. One that was kept until `at` or earlier has been forgotten.
        """


class ActivityLog(Protocol):
    """The activity: append and read."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store events that go with no other change. Must keep their order."""

    async def of_link(self, site: SiteId, link: LinkId, limit: int = 100) -> tuple[Event, ...]:
        """The latest events of a link, newest first; must hold none of another site."""


class Outbox(Protocol):
    """Letters waiting to be sent."""

    async def put(self, letters: Sequence[SealedLetter], events: Sequence[Event]) -> None:
        """Must store letters that go with no other change, and their events, together or not at all."""

    async def claim(self, now: datetime, lease: float, limit: int) -> tuple[SealedLetter, ...]:
        """Take up to `limit` letters that are due and not expired, most urgent first, for `lease` seconds.

        Must never hand one letter to two claimers within its lease. Must count the try: `tries` of what it gives
        includes this one.
        """

    async def settle(self, id: str) -> None:
        """Sent, or given up: must erase the letter; settling an unknown one is fine."""

    async def put_off(self, id: str, due: datetime) -> None:
        """Must make the letter due again at `due`; putting off one that is not there any more is fine."""

    async def purge(self, now: datetime) -> int:
        """Must erase letters that have expired; the number of them."""


class GuessCounter(Protocol):
    """Counts wrong proofs, exactly, across processes (spec G7)."""

    async def tally(self, keys: Sequence[bytes], now: datetime) -> tuple[Tally, ...]:
        """The tallies of `keys` in their order; must be an empty Tally for a key that is unknown or forgotten."""

    async def wrong(self, keys: Sequence[bytes], now: datetime) -> tuple[int, ...]:
        """Count one more wrong proof for each of these different keys; the number of each, this one included.

        Must count all parallel calls, and must give no number of a key twice, so that of those who come at once only
        so many are among the first.
        """

    async def right(self, keys: Sequence[bytes]) -> None:
        """Must start the keys again at nothing."""


class Storage(Protocol):
    """All storage ports of one database, so that a write and its events and letters share one transaction."""

    @property
    def links(self) -> LinkRepository: ...

    @property
    def codes(self) -> CodeRepository: ...

    @property
    def departures(self) -> DepartureRepository: ...

    @property
    def used_tokens(self) -> UsedTokens: ...

    @property
    def policies(self) -> PolicyRepository: ...

    @property
    def members(self) -> MemberRepository: ...

    @property
    def accounts(self) -> AccountRepository: ...

    @property
    def api_keys(self) -> ApiKeyRepository: ...

    @property
    def activity(self) -> ActivityLog: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def guesses(self) -> GuessCounter: ...

    async def ping(self) -> None:
        """Must return when the database answers and raise Busy when it does not."""

    async def prune(self, now: datetime) -> None:
        """Must forget visits, proofs, codes, departures, sessions, steps, kept shares and tallies that can no longer
        count for anything at `now`, and nothing else.
        """


# --- content ---------------------------------------------------------------------------------------------------


@frozen(slots=True)
class View:
    """How a page is to be shown on one link."""

    files: str
    """The prefix of our addresses of files; an attachment's id follows it."""
    names: bool = False
    """Whether names of people may be shown (spec L5)."""
    confluence_links: bool = False
    """Whether links to the site's own hosts may be shown (spec V3)."""
    attachments: bool = False
    """Whether files other than shown images may be linked."""
    onward: str = ""
    """The prefix of our addresses of pages outside the share that may lead on to other shares; empty for none."""
    external_links: bool = True
    """Whether http and https links to other hosts stay links; their words stay in any case (spec V3)."""


NO_LISTS: Mapping[MacroUse, Sequence[Node]] = MappingProxyType({})
"""No macro whose output is a list of ours."""
NO_TITLES: Mapping[PageId, str] = MappingProxyType({})
"""No page whose title may be told."""


class PageSource(Protocol):
    """Pages of one site, read live."""

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """The page as it is now, with facts and whether `identity` may read it.

        Must read afresh, but may share one upstream answer among callers for at most a second, in memory only. Must
        check that the answer is of the page asked for. Must name in `MacroUse.lists` the page that a list of child
        pages is about, and in `MacroUse.entries` the pages that a list made by a search shows, and None where that is
        not certain; `MacroUse.told` must hold no page that has an excluded part or a macro that reads elsewhere. Must be Absent for a page that is missing, trashed, archived
        or a draft. Must raise Busy or Broken rather than guess; `may_read` alone may be UNKNOWN.
        """

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """The facts of several pages at once, without their bodies; must have an entry for every page asked for."""

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """The entries right below `parent` in Confluence's order, folders and other kinds included, without what is
        archived or trashed: those from `offset`, at most `limit`, and whether there are more.
        """

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """Everything below `root`, however deep and of whatever kind, without what is archived or trashed; must be None
        where there is more than `most`, and never a part of it.
        """


class PageFinder(Protocol):
    """Finds pages for a member who shares. Must raise Busy or Broken rather than find nothing."""

    async def locate(self, text: str) -> PageId | None:
        """The page that an id or an address of this site (any form of api.md 9.4) names; must never fetch `text`."""

    async def home(self, space: SpaceKey) -> PageId | None:
        """The home page of the space with this key, compared without case; must be None for a key of no space."""

    async def search(self, words: str, limit: int) -> tuple[Node, ...]:
        """Pages whose title or text has `words`; must quote them safely. Shows what the connector sees: every hit
        must still pass `AccessChecker` for the member who asks.
        """

    async def titles(self, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles now, for those pages that are there; fetched live and never stored (spec S1)."""


class FileSource(Protocol):
    """Files of one site, streamed live. Must raise Busy or Broken rather than say that a file is not there."""

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """All current files of a page, complete over paging, by name."""

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """One current file, or None."""

    def stream(self, attachment: Attachment, wanted: ByteRange | None) -> AbstractAsyncContextManager[FileStream]:
        """Open the file's bytes. Must send no credential to another host, must end with an error when upstream sends
        fewer or more bytes than it said, and must release the upstream connection when the context ends.
        """


class FileStream(Protocol):
    """An open file."""

    @property
    def length(self) -> int:
        """How many bytes will flow."""

    @property
    def first(self) -> int | None:
        """The offset of the first byte when this is a part of the file, else None."""

    @property
    def total(self) -> int:
        """The size of the whole file in bytes."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, at most 256 KiB at a time."""


class AccessChecker(Checked, Protocol):
    """Asks Confluence what a member may read, and who the connector is."""

    async def may_read(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, bool | None]:
        """For each page whether the identity may read it now; must be None where that could not be found out."""

    async def service_identity(self) -> AccountId:
        """The connector's own account, looked up from Confluence (spec R5)."""

    async def check(self) -> tuple[str, ...]:
        """What is wrong with the connection, in sentences that say how to mend it; empty when all is well.

        Must prove that the connector may read, and may ask for others' rights (spec L15).
        """


class Directory(Protocol):
    """Knows the groups of the organisation's people (spec P8, R4)."""

    async def groups(self, identity: AccountId) -> frozenset[str] | None:
        """The names of all groups that the person is in.

        May be remembered, but must be at most five minutes old. Must be None, and never an empty set, where it could
        not be found out: no answer, no such person, no right to ask. Must not raise for a failure of the other side.
        """


class BodyRenderer(Protocol):
    """Turns a draft into HTML that is safe to show."""

    async def render(
        self,
        draft: Draft,
        without: Collection[MacroUse],
        pages: Mapping[PageId, str],
        view: View,
        lists: Mapping[MacroUse, Sequence[Node]] = NO_LISTS,
        titles: Mapping[PageId, str] = NO_TITLES,
    ) -> Rendered:
        """Sanitise, cut and rewrite. Must cut the output of every macro in `without`; what cannot be cut with
        certainty must become a placeholder. Must link to the addresses in `pages`, to files at `view.files`, and where
        `view.onward` is given to any other page of the site by its id there, with words that tell nothing of it, only;
        must show no address, host or identity of the site except as `view` allows (spec V3). A link to a page whose
        only words are its address must say the title that `titles` has for the page, and else neutral words.

        For a macro in `without` that `lists` knows, its entries must stand in the place of what was cut, in their
        order and as plain words, linked where `pages` has their address; of no entries nothing must stand there.
        """


@frozen(slots=True)
class Content:
    """All content ports of one site."""

    pages: PageSource
    finder: PageFinder
    files: FileSource
    access: AccessChecker
    directory: Directory
    renderer: BodyRenderer
