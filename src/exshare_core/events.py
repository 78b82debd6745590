"""What happened, as frozen values of ids and plain values: the rows of the activity.

An event holds no page content, no title, no file name, no token and no secret. Personal fields (a mailbox, a
network) stand in fields of their own, so that retention can remove them later (spec M4); a mailbox is there only as it
rests, sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from attrs import field, frozen

from exshare_core.values import ExternalAccountId, LinkId, MemberId, Sealed, SiteId, SpaceKey


class Kind(Enum):
    """What happened."""

    LINK_CREATED = "link created"
    LINK_CHANGED = "link changed"
    LINK_DISABLED = "link disabled"
    LINK_ENABLED = "link enabled"
    LINK_ROTATED = "link rotated"
    LINK_DELETED = "link deleted"
    LINK_SENT = "link sent"
    LINK_RENEWED = "link renewed"
    LINK_HANDED_OVER = "link handed over"
    LINK_CONFIRMED = "link confirmed"
    ADDRESS_ADDED = "personal address added"
    ADDRESS_REVOKED = "personal address revoked"
    PREVIEWED = "previewed"
    """A member saw it as its visitors do."""
    OPENED = "opened"
    OPEN_RETURNED = "open returned"
    VIEWED = "viewed"
    FILE_FETCHED = "file fetched"
    DENIED = "denied"
    WRONG_PASSWORD = "wrong password"
    WRONG_CODE = "wrong code"
    CODE_ASKED = "code asked"
    PROVED = "proved"
    SIGN_IN_REFUSED = "sign-in refused"
    TOO_MANY_TRIES = "too many tries"
    GUESSING = "guessing noticed"
    """Many wrong proofs in a row, and the owner was told if that could be."""
    MEMBER_ADDED = "member added"
    NOTICES_MOVED = "address for notices changed"
    MEMBER_INVITED = "member invited"
    MEMBER_DISABLED = "member disabled"
    MEMBER_ENABLED = "member enabled"
    KEY_MADE = "api key made"
    KEY_REVOKED = "api key revoked"
    MEMBER_TIED = "member tied"
    """To who they are where they sign in elsewhere, or to nobody there any more."""
    ADMIN_GRANTED = "admin granted"
    ADMIN_TAKEN = "admin taken"
    PASSWORD_SET = "password set"
    SIGNED_IN = "signed in"
    SIGN_IN_FAILED = "sign-in failed"
    SIGNED_OUT = "signed out"
    SESSIONS_ENDED = "sessions ended"
    FACTOR_SET = "second factor set"
    FACTOR_REMOVED = "second factor removed"
    WRONG_SECOND_FACTOR = "wrong second factor"
    RECOVERY_CODES_MADE = "recovery codes made"
    RECOVERY_CODE_USED = "recovery code used"
    ACCOUNT_MADE = "account made"
    ACCOUNT_DISABLED = "account disabled"
    ACCOUNT_ENABLED = "account enabled"
    ACCOUNT_DELETED = "account deleted"
    ADDRESS_CHANGED = "address changed"
    DATA_EXPORTED = "data exported"
    POLICY_CHANGED = "policy changed"
    BRANDING_CHANGED = "branding changed"
    SHARING_STOPPED = "sharing stopped"
    SHARING_RESUMED = "sharing resumed"


class Actor(Enum):
    """Who did it."""

    VISITOR = "visitor"
    MEMBER = "member"
    OPERATOR = "operator"
    SYSTEM = "system"


def _in_upper_case(space: str | None) -> SpaceKey | None:
    return None if space is None else SpaceKey(space.upper())


@frozen(slots=True)
class Mailbox:
    """A mail address that a visitor proved, as it rests: `mailboxes` seals it, opens it, and finds it again."""

    sealed: Sealed = field(repr=False)
    digest: bytes = field(repr=False)
    """A keyed digest, equal for every spelling of the mailbox on one site."""


@frozen(slots=True)
class Event:
    """One thing that happened. `detail` holds short words of ours such as a rule or a stage, never foreign text."""

    kind: Kind
    site: SiteId
    at: datetime
    actor: Actor
    link: LinkId | None = None
    member: MemberId | None = None
    page: str | None = None
    """A page or attachment id."""
    detail: str = ""
    network: str | None = None
    mailbox: Mailbox | None = None
    account: ExternalAccountId | None = None
    """The external account that it was done with, or to."""
    space: SpaceKey | None = field(default=None, converter=_in_upper_case)
    """The space of the link's first page, or the one that was set; its key in upper case."""


class Topic(Enum):
    """What an event is about, for who looks for many kinds at once."""

    VISITS = "visits"
    GATES = "gates"
    CHANGES = "changes"
    SIGN_INS = "sign-ins"
    ADMINISTRATION = "administration"

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of this topic; every kind has one topic."""
        return frozenset(kind for kind, topic in _TOPICS.items() if topic is self)


OPENS: Mapping[Kind, int] = MappingProxyType({Kind.OPENED: 1, Kind.OPEN_RETURNED: -1})
"""What each kind adds to the number of opens: one that was given back is none (spec L14)."""

_NAMED: Mapping[Kind, Topic] = {
    **dict.fromkeys((Kind.OPENED, Kind.OPEN_RETURNED, Kind.VIEWED, Kind.FILE_FETCHED), Topic.VISITS),
    **dict.fromkeys(
        (
            Kind.DENIED,
            Kind.WRONG_PASSWORD,
            Kind.WRONG_CODE,
            Kind.CODE_ASKED,
            Kind.PROVED,
            Kind.SIGN_IN_REFUSED,
            Kind.TOO_MANY_TRIES,
            Kind.GUESSING,
        ),
        Topic.GATES,
    ),
    **dict.fromkeys(
        (
            Kind.LINK_CREATED,
            Kind.LINK_CHANGED,
            Kind.LINK_DISABLED,
            Kind.LINK_ENABLED,
            Kind.LINK_ROTATED,
            Kind.LINK_DELETED,
            Kind.LINK_SENT,
            Kind.LINK_RENEWED,
            Kind.LINK_HANDED_OVER,
            Kind.LINK_CONFIRMED,
            Kind.ADDRESS_ADDED,
            Kind.ADDRESS_REVOKED,
            Kind.PREVIEWED,
        ),
        Topic.CHANGES,
    ),
    **dict.fromkeys(
        (
            Kind.SIGNED_IN,
            Kind.SIGN_IN_FAILED,
            Kind.SIGNED_OUT,
            Kind.SESSIONS_ENDED,
            Kind.WRONG_SECOND_FACTOR,
            Kind.RECOVERY_CODE_USED,
        ),
        Topic.SIGN_INS,
    ),
}
_TOPICS: Mapping[Kind, Topic] = {kind: _NAMED.get(kind, Topic.ADMINISTRATION) for kind in Kind}
