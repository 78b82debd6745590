"""Members and their keys."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class Member:
    """A member of the site."""

    id: str = about("What the member is called in the API.")
    version: int = about("Rises with every change; the ETag.")
    name: str = about("The name to sign in with.")
    admin: bool = about("Whether an admin.")
    all_sites: bool = about("Whether of all sites; then only the operator may change anything.")
    identity: str | None = about("The account id or user key in Confluence.", default=None)
    second_factor: bool = about("Whether there is a second factor.")
    disabled: bool = about("Whether locked out.")


@frozen(kw_only=True)
class Members:
    """Members of the site."""

    members: list[Member] = about("By name.")
    next: str | None = about("Give it back as `after` for those that follow; absent at the end.", default=None)


@frozen(kw_only=True)
class LockedOut:
    """A member who was locked out, and what became of their links."""

    version: int = about("The member's version now; the ETag.")
    became: str = about("What the site does with the links of leavers: stop, keep or transfer.")
    links: list[str] = about("Those links, by id.")
    owner: str | None = about("Who owns them now, by name; absent where they stop.", default=None)


@frozen(kw_only=True)
class NewKey:
    """A key to make; it can do no more than the key that makes it."""

    name: str = about("What it is for.")
    operations: list[str] = about("What it may be used for.")
    valid_from: datetime | None = about("From when on.", default=None)
    valid_until: datetime | None = about("Until when; without end if left out.", default=None)
    networks: list[str] | None = about("From where, in CIDR notation; from everywhere if left out.", default=None)


@frozen(kw_only=True)
class Key:
    """A key of the member."""

    id: str = about("What the key is called in the API.")
    name: str = about("What it is for.")
    operations: list[str] = about("What it may be used for.")
    created_at: datetime = about("When it was made.")
    valid_from: datetime | None = about("From when on.", default=None)
    valid_until: datetime | None = about("Until when.", default=None)
    networks: list[str] | None = about("From where.", default=None)
    uses: int = about("How often it was used.")
    last_used_at: datetime | None = about("When it was used last.", default=None)
    revoked_at: datetime | None = about("When it was revoked.", default=None)
    text: str | None = about("The key itself: only in the answer to its making, and never again.", default=None)


@frozen(kw_only=True)
class Keys:
    """The keys of the member."""

    keys: list[Key] = about("Newest first.")


@frozen(kw_only=True)
class WhoAmI:
    """The key that a request came with."""

    site: str = about("The site that it is for.")
    member: str = about("The member that it acts as, by name.")
    name: str = about("What the key is called.")
    operations: list[str] = about("What it may be used for.")
    valid_until: datetime | None = about("When it ends.", default=None)
    uses: int = about("How often it was used, this request included.")
