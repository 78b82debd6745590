"""Members, external accounts and API keys, at rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from exshare_core.accounts import Member, MemberSession, SignInStep
from exshare_core.api_keys import ApiKey
from exshare_core.events import Event
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.letters import SealedLetter
from exshare_core.ports.records import StoredProof
from exshare_core.values import (
    AccountId,
    ApiKeyId,
    ExternalAccountId,
    LinkId,
    MemberId,
    SiteId,
    Subject,
)


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
        nothing when there is none, and leave what has happened, without the personal fields of what was done with it.
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
