"""Share links, their addresses and their changes; every change returns a new value and stores nothing.

States that depend on the clock or on policy (not started, expired, used up, suspended) are never stored: they are
derived at each request (spec L4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import Factory, evolve, field, frozen

from exshare_core.capabilities import LADDERS, Capabilities
from exshare_core.errors import InvalidValue, Refused
from exshare_core.policy import Layer, Limits
from exshare_core.values import (
    TURNS,
    AccountId,
    LinkId,
    MemberId,
    Networks,
    PageId,
    People,
    Sealed,
    SiteId,
    SpaceKey,
    label_names,
)


class LinkState(Enum):
    """What is stored of a link's life (spec L4)."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


class LabelMode(Enum):
    """How a label filter on child pages reads (spec L6)."""

    ANY = "with any"
    ALL = "with all"
    NONE = "without"


LABEL_WORDS: Mapping[str, LabelMode] = {"any": LabelMode.ANY, "all": LabelMode.ALL, "without": LabelMode.NONE}
"""How each mode is written where a member types it."""


def _lower(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(label.lower() for label in labels)


@frozen(slots=True)
class LabelFilter:
    """Which child pages a link reaches, by their labels; labels compare in lower case."""

    mode: LabelMode
    labels: frozenset[str] = field(converter=_lower)

    @classmethod
    def parse(cls, text: str) -> LabelFilter:
        """From ``any: a, b``, ``all: a, b`` or ``without: a, b``; raises InvalidValue for what is none of these."""
        word, _, names = text.partition(":")
        if (mode := LABEL_WORDS.get(word.strip().lower())) is None:
            raise InvalidValue("labels", f"`{text.strip()[:60]}` does not begin with `any:`, `all:` or `without:`")
        return cls(mode, label_names(filter(str.strip, names.split(","))))

    @property
    def words(self) -> str:
        """The text that `parse` reads, with the labels in order."""
        return f"{self.word}: {', '.join(sorted(self.labels))}"

    @property
    def word(self) -> str:
        """How the mode is written where a member types it."""
        return next(word for word, mode in LABEL_WORDS.items() if mode is self.mode)

    def admits(self, labels: frozenset[str]) -> bool:
        """Whether a page with `labels` passes."""
        if self.mode is LabelMode.ANY:
            return bool(self.labels & labels)
        if self.mode is LabelMode.ALL:
            return self.labels <= labels
        return not self.labels & labels


@frozen(slots=True)
class Scope:
    """What a link reaches: one page, with `children` everything below it, with `whole_space` everything beside it as
    well; minus the carve-outs (spec L1, L6).
    """

    root: PageId
    space: SpaceKey
    children: bool = False
    labels: LabelFilter | None = None
    carve_outs: frozenset[PageId] = frozenset()
    restricted_pages: bool = False
    """Whether the creator chose to include pages with view restrictions."""
    whole_space: bool = False
    """With `children`, everything in the space, wherever it is in the tree; the root is the space's home page."""
    present: frozenset[PageId] | None = None
    """What was below the root when only that was chosen (spec L6); None shares whatever comes to be there."""


@frozen(slots=True)
class Wish:
    """What the member who shares asks for; what comes of it is the policy's business (spec P4)."""

    capabilities: Capabilities = Capabilities()
    people: People | None = None
    """None is everyone; an empty list is nobody."""
    networks: Networks | None = None
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    max_opens: int | None = None
    password_hash: str | None = field(default=None, repr=False)
    sign_in: bool = False
    """Whether visitors must sign in (spec G4)."""
    sso: bool = False
    """Whether visitors must sign in with an organisation."""
    terms: str = ""
    """A text that visitors must accept; empty for none (spec G6)."""
    frame_origins: frozenset[str] = frozenset()
    """The origins whose pages may show the share in a frame (spec G10)."""
    indexing: bool = False
    """Whether search engines may find its pages, as long as nothing stands before them (spec V1)."""
    leads_to: frozenset[LinkId] = frozenset()
    """Other links of the site that links in its pages may lead to, for who may enter those as well (spec L10)."""

    @property
    def limits(self) -> Limits:
        """The wish as the limits of the innermost layer. What the link does not ask for, it does not get."""
        asked = dict.fromkeys(LADDERS, 0) | dict(self.capabilities.rungs)
        return Limits(
            capabilities=asked,
            opens=self.max_opens,
            people=self.people,
            networks=self.networks,
            sign_in_demanded=self.sign_in or None,
            sso_demanded=self.sso or None,
            terms=frozenset({self.terms}) if self.terms else None,
            frame_origins=self.frame_origins,
        )

    @property
    def gates(self) -> tuple[object, ...]:
        """What a proof was won under: when any of it changes, all proofs end (spec G9)."""
        return self.password_hash, self.people, self.networks, self.sign_in, self.sso, self.terms

    @property
    def limited(self) -> bool:
        """Whether an open costs something, so that it must begin with a deliberate act (spec L14)."""
        return self.max_opens is not None


LINK_LAYER = "link"
"""The name of the innermost layer, the link's own wish."""

MAX_NAME = 200
MAX_DESCRIPTION = 2000
MAX_SLUG = 80
_SLUG = re.compile(rf"(?=.{{1,{MAX_SLUG}}}\Z)[a-z0-9]+(?:-+[a-z0-9]+)*\Z")
MAX_OPENS = 1_000_000
MAX_LABELS = 50
MAX_LEADS = 20
MAX_CARVE_OUTS = 100
MAX_PRESENT = 2_000
"""The most pages that a link limited to those that are there may name: they are read with it at every request."""
MAX_TERMS = 20_000
MAX_ORIGINS = 20


@frozen(slots=True)
class ShareLink:
    """A share link as it is stored (spec L1–L6, L12–L14).

    `version` rises with every change and guards against lost updates; `security_version` rises when old proofs must
    end: a changed password, changed people or a rotation (spec G9).
    """

    id: LinkId
    site: SiteId
    scope: Scope
    wish: Wish
    owner: MemberId
    acts_as: AccountId
    """The Confluence identity whose access bounds this link (spec L15)."""
    created_by: MemberId
    created_at: datetime
    renewed_at: datetime
    """Creation or the last approved renewal: lifetime caps count from here (spec P3)."""
    changed_at: datetime
    name: str = ""
    description: str = ""
    service_identity: bool = False
    """Whether `acts_as` is the connector's own account, because the owner has none (spec R5)."""
    state: LinkState = LinkState.ACTIVE
    version: int = 1
    security_version: int = 1
    renewals: int = 0
    """How often members have renewed it since it was made (spec P3)."""
    confirmed_at: datetime = Factory(lambda self: self.created_at, takes_self=True)
    """When somebody with the right last agreed to its settings: what was loosened since then may be held back (P4)."""
    changed_by: MemberId | None = Factory(lambda self: self.created_by, takes_self=True)
    """Who changed it last; None is the operator, or not known."""

    @property
    def layer(self) -> Layer:
        """The link's wish as the innermost layer."""
        return Layer(LINK_LAYER, self.wish.limits)

    def disabled(self, at: datetime) -> ShareLink:
        """The link switched off by its owner; settings are kept. A deleted link is refused."""
        return self._changed(at, state=LinkState.DISABLED)

    def enabled(self, at: datetime) -> ShareLink:
        """The link switched on again. A deleted link is refused: deletion is final (spec L4)."""
        return self._changed(at, state=LinkState.ACTIVE)

    def deleted(self, at: datetime) -> ShareLink:
        """The link revoked for good; proofs end with it."""
        return self._changed(at, state=LinkState.DELETED, security_version=self.security_version + 1)

    def rotated(self, at: datetime) -> ShareLink:
        """The link after a new address was made: proofs won through the old one end (spec G9)."""
        return self._changed(at, security_version=self.security_version + 1)

    def readdressed(self, at: datetime) -> ShareLink:
        """The link after an address of somebody's own came or went: everything else stays, also what was proved."""
        return self._changed(at)

    def edited(self, at: datetime, *, wish: Wish, scope: Scope, name: str, description: str) -> ShareLink:
        """The link with new settings. Changed gates end all proofs at once (spec G9)."""
        gates_changed = wish.gates != self.wish.gates
        return self._changed(
            at,
            confirmed_at=at,
            wish=wish,
            scope=scope,
            name=checked_name(name),
            description=checked_description(description),
            security_version=self.security_version + int(gates_changed),
        )

    def renewed(self, at: datetime) -> ShareLink:
        """The link with its longest life counted anew from `at` (spec P3)."""
        return self._changed(at, renewed_at=at, renewals=self.renewals + 1)

    def confirmed(self, at: datetime) -> ShareLink:
        """The link whose settings were agreed to at `at`, whatever was loosened above it before (spec P4)."""
        return self._changed(at, confirmed_at=at)

    def handed_over(self, at: datetime, owner: MemberId, acts_as: AccountId, *, service_identity: bool) -> ShareLink:
        """The link with another owner, whose access bounds it from now on (spec L15). Proofs stay good."""
        return self._changed(at, owner=owner, acts_as=acts_as, service_identity=service_identity)

    def rehashed(self, password_hash: str) -> ShareLink:
        """The same password under stronger parameters: nothing that anyone agreed to has changed."""
        return evolve(self, wish=evolve(self.wish, password_hash=password_hash), version=self.version + 1)

    def _changed(self, at: datetime, **changes: Any) -> ShareLink:
        if self.state is LinkState.DELETED:
            raise Refused("a deleted link cannot be changed")
        return evolve(self, version=self.version + 1, changed_at=at, **changes)


@frozen(slots=True)
class LinkAddress:
    """One address of a link: a digest to find it by and the sealed token to show it again (spec L2).

    A link has one or more. An address proves no mailbox, not even a personal one.
    """

    link: LinkId
    site: SiteId
    digest: bytes = field(repr=False)
    sealed: Sealed | None = field(repr=False)
    created_at: datetime
    recipient: str | None = None
    """Of a personal address, whose it is: their mailbox as a sealed text (purpose ``recipient``, id = the link's)."""
    slug: str = ""
    """The words before the token, where the link is a named one (spec L2, L3)."""
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        """What names the address without opening anything: the first 16 hexadecimal digits of its digest."""
        return self.digest.hex()[:16]

    @property
    def mark(self) -> str:
        """What the activity says of whoever came by it; empty for an address that is nobody's own."""
        return "" if self.recipient is None else f"personal address {self.id}"

    def revoked(self, at: datetime) -> LinkAddress:
        """The address withdrawn at `at`."""
        return self if self.revoked_at is not None else evolve(self, revoked_at=at)

    def lives(self, at: datetime) -> bool:
        """Whether this address still leads to its link at `at`."""
        return (self.revoked_at is None or at < self.revoked_at) and (self.valid_until is None or at < self.valid_until)


ADDRESS_PURPOSE, RECIPIENT_PURPOSE = "address", "recipient"
"""The vault's purposes for the sealed token of an address, and for whose it is."""


def segment(slug: str, token: str) -> str:
    """The path segment of an address: the words of a named link, and the token (spec L2)."""
    return f"{slug}-{token}" if slug else token


def lasting(addresses: Iterable[LinkAddress], at: datetime) -> LinkAddress | None:
    """Of the addresses that live at `at` and are nobody's own, the one that goes on longest, then the newest."""
    living = [one for one in addresses if one.sealed is not None and one.recipient is None and one.lives(at)]
    newest_first = sorted(living, key=lambda one: one.created_at, reverse=True)
    return min(newest_first, key=lambda one: one.valid_until is not None, default=None)


@frozen(slots=True)
class Switches:
    """What stops a link at once without changing it: the site, the space (spec P7), and who owns it (spec L15)."""

    site_on: bool = True
    space_on: bool = True
    owner_in: bool = True
    """Whether the link's owner is still a member; who is none that is known here has not left."""


def checked_name(name: str) -> str:
    """The name without surrounding space; raises InvalidValue when too long or with control characters.

    It stands in sentences and tables among other words, so none that turn the direction of writing either.
    """
    return _checked("name", name, MAX_NAME)


def checked_description(description: str) -> str:
    """The description without surrounding space; raises InvalidValue when too long."""
    return _checked("description", description, MAX_DESCRIPTION, lines=True)


def _checked(field_name: str, text: str, limit: int, *, lines: bool = False) -> str:
    text = text.strip()
    if len(text) > limit:
        raise InvalidValue(field_name, f"at most {limit} characters")
    if any((ord(char) < 32 and not (lines and char in "\r\n\t")) or 0x7F <= ord(char) < 0xA0 for char in text):
        raise InvalidValue(field_name, "no control characters")
    if not lines and not TURNS.isdisjoint(text):
        raise InvalidValue(field_name, "none of the characters that turn the direction of writing")
    if any(0xD800 <= ord(char) < 0xE000 for char in text):
        raise InvalidValue(field_name, "no broken characters")
    return text


def checked_terms(text: str) -> str:
    """A text to accept, without surrounding space and with single line ends; raises InvalidValue when too long."""
    return _checked("terms", text.replace("\r\n", "\n").replace("\r", "\n"), MAX_TERMS, lines=True)


def checked_slug(slug: str) -> str:
    """The words of a named link, or nothing; raises InvalidValue unless they are 1–80 of ``a-z 0-9`` and inner ``-``.

    They stand before the token and mean nothing (spec L2); what they tell a visitor is what the member typed.
    """
    if slug and not _SLUG.match(slug):
        raise InvalidValue("slug", f"at most {MAX_SLUG} of a-z, 0-9 and hyphens between them")
    return slug


def checked_opens(number: int | None) -> int | None:
    """The limit of opens; raises InvalidValue unless it is absent or from 1 to a million."""
    if number is not None and not 1 <= number <= MAX_OPENS:
        raise InvalidValue("max_opens", f"from 1 to {MAX_OPENS}")
    return number


def checked_filter(labels: LabelFilter | None) -> LabelFilter | None:
    """The label filter; raises InvalidValue unless it is absent or names from 1 to 50 labels."""
    if labels is not None:
        if not 1 <= len(labels.labels) <= MAX_LABELS:
            raise InvalidValue("labels", f"from 1 to {MAX_LABELS} labels")
        label_names(labels.labels)
    return labels


def checked_times(starts_at: datetime | None, expires_at: datetime | None, now: datetime) -> None:
    """Raise InvalidValue when a link would never be open: it ends before now or before it starts."""
    if expires_at is not None and expires_at <= now:
        raise InvalidValue("expires", "must lie in the future")
    if starts_at is not None and expires_at is not None and expires_at <= starts_at:
        raise InvalidValue("expires", "must lie after the start")
