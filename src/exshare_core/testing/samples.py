"""Example values with nothing special about them, and fresh names, so that tests can share one database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from attrs import evolve

from exshare_core.accounts import Member, MemberSession, SignInStep
from exshare_core.api_keys import ApiKey, Operation
from exshare_core.attempts import Visit
from exshare_core.capabilities import Capabilities
from exshare_core.events import Actor, Event, Kind, Mailbox
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.factors import SecondFactor
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress, Scope, ShareLink, Wish
from exshare_core.ports import PendingCode, PendingDeparture, StoredProof
from exshare_core.values import (
    AccountId,
    ApiKeyId,
    ExternalAccountId,
    LinkId,
    MemberId,
    PageId,
    People,
    Sealed,
    SiteId,
    SpaceKey,
)

NOW = datetime(2026, 5, 15, 12, 30, 15, 123456, tzinfo=UTC)
"""The instant at which the scenarios happen; with microseconds, since stores like to lose them."""
FAR = datetime(2999, 1, 1, tzinfo=UTC)
"""An instant after everything."""

SPACE = SpaceKey("TEAM")


def after(**duration: float) -> datetime:
    """An instant after `NOW`; the duration as for timedelta."""
    return NOW + timedelta(**duration)


def fresh_site() -> SiteId:
    """A site that no other test has used."""
    return SiteId(f"t-{uuid4().hex[:20]}")


def fresh_id() -> str:
    """An id that was never used, in the shape that a TokenGenerator gives."""
    return uuid4().hex


def fresh_digest() -> bytes:
    """32 bytes that were never used."""
    return sha256(uuid4().bytes).digest()


def a_link(site: SiteId, **changes: Any) -> ShareLink:
    """An active link of `site` with a password, a list of people and nothing else of note."""
    link = ShareLink(
        id=LinkId(fresh_id()),
        site=site,
        scope=Scope(PageId("123456"), SPACE),
        wish=Wish(
            capabilities=Capabilities((("attachments", 1),)),
            people=People.parse(["ada@example.com"]),
            password_hash="$hash$of$a$password",
        ),
        owner=MemberId(fresh_id()),
        acts_as=AccountId("557058:0f3c7a62"),
        created_by=MemberId(fresh_id()),
        created_at=NOW,
        renewed_at=NOW,
        changed_at=NOW,
        name="For our partners",
    )
    return evolve(link, **changes)


def an_address(link: ShareLink, **changes: Any) -> LinkAddress:
    """A living address of `link`."""
    address = LinkAddress(link.id, link.site, fresh_digest(), Sealed(b"sealed\x00token"), link.created_at)
    return evolve(address, **changes)


def an_event(link: ShareLink, kind: Kind = Kind.LINK_CREATED, **changes: Any) -> Event:
    """Something that happened to `link`."""
    return evolve(Event(kind, link.site, NOW, Actor.MEMBER, link.id, link.owner, link.scope.root), **changes)


def a_mailbox(**changes: Any) -> Mailbox:
    """A mailbox of somebody, as it rests."""
    return evolve(Mailbox(Sealed(b"\x00mailbox\xff"), fresh_digest()), **changes)


def a_letter(site: SiteId, **changes: Any) -> SealedLetter:
    """A letter that is due at `NOW` and expires two days later."""
    return evolve(SealedLetter(fresh_id(), site, Sealed(b"\x00sealed letter\xff"), 1, NOW, after(days=2)), **changes)


def a_visit(link: ShareLink, session: bytes | None = None, **changes: Any) -> Visit:
    """A visit to `link` that begins at `NOW`."""
    session = fresh_digest() if session is None else session
    return evolve(Visit(fresh_id(), link.site, link.id, session, link.security_version, NOW, NOW), **changes)


def a_proof(link: ShareLink, session: bytes, **changes: Any) -> StoredProof:
    """A proof of the password of `link`."""
    return evolve(StoredProof("password", link.site, link.id, session, link.security_version, NOW), **changes)


def a_code(link: ShareLink, session: bytes, **changes: Any) -> PendingCode:
    """A code for `link`, good for ten minutes."""
    code = PendingCode(link.site, link.id, session, fresh_digest(), fresh_digest(), 0, after(minutes=10))
    return evolve(code, **changes)


def a_departure(site: SiteId, **changes: Any) -> PendingDeparture:
    """A browser that left to sign in elsewhere, and may come back for ten minutes."""
    kept = Sealed(b"\x00the rest of an errand\xff")
    return evolve(PendingDeparture(fresh_digest(), site, fresh_digest(), "staff", kept, after(minutes=10)), **changes)


def a_member(site: SiteId | None, **changes: Any) -> Member:
    """A member with a password."""
    member = Member(
        MemberId(fresh_id()), f"ada-{fresh_id()}", site, identity=AccountId("557058:0f3c7a62"),
        password_hash="$hash$of$a$password", created_at=NOW,
    )  # fmt: skip
    return evolve(member, **changes)


def a_key(site: SiteId, **changes: Any) -> ApiKey:
    """An API key of somebody, which may read links."""
    key = ApiKey(
        ApiKeyId(fresh_id()), site, MemberId(fresh_id()), "our script", fresh_digest(),
        frozenset({Operation.LINKS_READ}), NOW,
    )  # fmt: skip
    return evolve(key, **changes)


def a_session(member: Member, **changes: Any) -> MemberSession:
    """A signed-in browser of `member`."""
    session = MemberSession(fresh_digest(), member.id, NOW, NOW, fresh_id(), confirmed_at=NOW, network="192.0.2.7")
    return evolve(session, **changes)


def a_step(member: Member, **changes: Any) -> SignInStep:
    """A browser of `member` that owes a second factor."""
    return evolve(SignInStep(fresh_digest(), member.id, member.site or SiteId("acme"), NOW), **changes)


def an_account(site: SiteId, **changes: Any) -> ExternalAccount:
    """An external account with a second factor."""
    account = ExternalAccount(
        ExternalAccountId(fresh_id()), site, fresh_digest(), Sealed(b"\x00mailbox\xff"), "$hash$of$a$password", NOW, NOW,
        factor=SecondFactor(Sealed(b"\x00secret"), 41152263, (fresh_digest(),), NOW),
    )  # fmt: skip
    return evolve(account, **changes)


def an_account_session(account: ExternalAccount, **changes: Any) -> AccountSession:
    """A browser that is signed in with `account`."""
    session = AccountSession(fresh_digest(), account.site, account.id, fresh_id(), NOW, NOW, "192.0.2.7")
    return evolve(session, **changes)


def an_account_step(account: ExternalAccount, **changes: Any) -> AccountStep:
    """A browser that owes the second factor of `account`."""
    return evolve(AccountStep(fresh_digest(), account.site, account.id, NOW), **changes)


def a_share(account: ExternalAccount, **changes: Any) -> KeptShare:
    """A share that `account` has opened."""
    return evolve(KeptShare(account.site, account.id, LinkId(fresh_id()), Sealed(b"\x00way\xff"), NOW), **changes)
