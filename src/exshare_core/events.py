"""What happened, as frozen values of ids and plain values: the rows of the activity.

An event holds no page content, no title, no file name, no token and no secret. Personal fields (an address, a
network) stand in fields of their own, so that retention can remove them later (spec M4).
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from exshare_core.values import ExternalAccountId, LinkId, MemberId, SiteId


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
    SHARING_STOPPED = "sharing stopped"
    SHARING_RESUMED = "sharing resumed"


class Actor(Enum):
    """Who did it."""

    VISITOR = "visitor"
    MEMBER = "member"
    OPERATOR = "operator"
    SYSTEM = "system"


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
    address: str | None = None
    account: ExternalAccountId | None = None
    """The external account that it was done with, or to."""
