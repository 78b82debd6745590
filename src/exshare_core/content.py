"""What Confluence says of a page, and the pure judgements on it: `reach()` and `redact()`.

Adapters fill these values; nothing here fetches, sanitises or stores. `reach()` is the only door to anything of a
page: every page, file, sidebar entry and macro source passes it (architecture section 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from attrs import field, frozen

from exshare_core.decisions import Answer, Decision, Effect, Stage, Verdict, combine
from exshare_core.links import LINK_LAYER, LabelMode, Scope
from exshare_core.policy import Policy
from exshare_core.values import AttachmentId, PageId, SpaceKey


class NodeKind(Enum):
    """What an entry of Confluence's tree is."""

    PAGE = "page"
    BLOG_POST = "blogpost"
    FOLDER = "folder"
    WHITEBOARD = "whiteboard"
    DATABASE = "database"
    EMBED = "embed"

    @property
    def opens(self) -> bool:
        """Whether it can be opened as a page; whiteboards and databases only keep their place (spec V4)."""
        return self in (NodeKind.PAGE, NodeKind.BLOG_POST, NodeKind.FOLDER)


class MayRead(Enum):
    """Whether a member may read a page in Confluence now (spec L15)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It could not be found out; answered as busy, never as allowed and never as lost."""


class Absence(Enum):
    """Why a page is not there; all the same to a visitor, told apart for members."""

    MISSING = "missing"
    """Unknown to Confluence, or hidden from the connector: Confluence does not say which."""
    TRASHED = "trashed"
    ARCHIVED = "archived"
    DRAFT = "draft"


@frozen(slots=True)
class Absent:
    """The answer for a page that is not there. A value, since it is no failure."""

    page: PageId
    why: Absence


UNREADABLE = ""
"""Stands for a label that cannot be read: it is never shown, and is none that a page must have."""


@frozen(slots=True)
class PageFacts:
    """What `reach()` needs to know of a page."""

    page: PageId
    space: SpaceKey
    kind: NodeKind
    ancestors: tuple[PageId, ...]
    """From the top of the tree down to the parent; folders and other entries included, the page itself not."""
    labels: frozenset[str]
    """Global labels in lower case; `UNREADABLE` among them where the page has one that cannot be read."""
    restricted: frozenset[PageId]
    """Those of the page and its ancestors that carry view restrictions of their own (spec L6)."""
    may_read: MayRead
    """Whether the link's identity may read this very page (spec L15)."""
    title: str = field(default="", repr=False)
    """As it is now; to be told of pages in reach only."""


@frozen(slots=True)
class Node:
    """An entry of the tree as a level lists it."""

    id: PageId
    title: str
    kind: NodeKind
    parent: PageId | None = None

    @property
    def opens(self) -> bool:
        """Whether the entry can be opened as a page."""
        return self.kind.opens


@frozen(slots=True)
class MacroUse:
    """A macro in the storage format that reads elsewhere or marks an excluded part (spec L8, L17)."""

    name: str
    id: str
    """The macro id that storage and the `view` rendering share; empty when the editor gave none."""
    ordinal: int
    """Its place among the macros of the same name in the page, from 0."""
    excluded: bool = False
    """Whether it marks an excluded part."""
    source: PageId | None = None
    """The page it reads, when it can be known; None means that the source is unknown."""
    page: PageId | None = None
    """The page whose storage holds it: the page itself, or an included one."""
    lists: PageId | None = None
    """The page whose child pages it lists, when it is such a list and that can be known (spec L17)."""
    entries: tuple[PageId, ...] | None = None
    """The pages that its output lists, in their order, when it is such a list and that can be told (spec L17)."""
    told: frozenset[PageId] = frozenset()
    """Those of `entries` of which more than the title may stay: nothing that they hold has to be judged."""


class Tone(Enum):
    """The colours that a page's status may have."""

    NEUTRAL = "neutral"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PURPLE = "purple"


@frozen(slots=True)
class PageStatus:
    """What a page is said to be, such as a rough draft: a word or two that its authors chose."""

    name: str = field(repr=False)
    tone: Tone = Tone.NEUTRAL


@frozen(slots=True)
class Draft:
    """A page as it came: unsanitised and not yet cut. Only a BodyRenderer may read `body`."""

    page: PageId
    title: str
    body: str = field(repr=False)
    macros: tuple[MacroUse, ...] = ()
    links: frozenset[PageId] = frozenset()
    """The pages that the body links to by id."""
    owners: frozenset[PageId] = frozenset()
    """Other pages whose files the body shows or links to."""
    shown_files: frozenset[str] = frozenset()
    """Names (Unicode NFC) of the page's own files that are referenced outside excluded parts."""
    hidden_files: frozenset[str] = frozenset()
    """Names of files that are referenced inside excluded parts only (spec L8)."""
    marks: frozenset[str] = frozenset()
    """The markers of inline comments that stand in the page's storage outside every excluded part."""
    files: Mapping[tuple[PageId, str], AttachmentId] = field(factory=dict, repr=False)
    """Ids of files that the body names by page and file name only."""
    version: int = 0
    changed_at: datetime | None = None
    author: str | None = None
    """The display name of who changed it last; shown only with the capability `names`."""


@frozen(slots=True)
class Reading:
    """One page read live: its draft and the facts to judge it by."""

    draft: Draft
    facts: PageFacts


@frozen(slots=True)
class Attachment:
    """A file of a page."""

    id: AttachmentId
    page: PageId
    name: str
    media_type: str
    """As Confluence says, lower case, without parameters; untrusted."""
    size: int
    """Bytes."""
    version: int = 1
    created_at: datetime | None = None
    neutral: str | None = field(default=None, repr=False)
    """`name` without hosts of the site, where it has one (spec V3)."""

    @property
    def told(self) -> str:
        """The name that visitors are told. What is judged goes by `name`."""
        return self.name if self.neutral is None else self.neutral


@frozen(slots=True)
class ByteRange:
    """A range of bytes asked for: from `first` to `last` inclusive, or the final `-first` bytes when negative."""

    first: int
    last: int | None = None


@frozen(slots=True)
class Rendered:
    """A page's body, sanitised, cut and with our addresses only."""

    html: str = field(repr=False)
    files: frozenset[AttachmentId] = frozenset()
    """The files it shows or links to."""


def reach(scope: Scope, policy: Policy, facts: PageFacts, *, elsewhere: bool = False) -> Decision:
    """Whether a link reaches the page that `facts` describe: scope, labels, restrictions, the owner's right.

    With `elsewhere` the page is the source of a macro and the link has the capability `includes`: the scope is not
    asked, everything else is (spec L17). For the link's root, a denial means that the link is suspended (L6, L15).
    """
    verdicts = [_restrictions(scope, policy, facts, elsewhere), _labels(scope, policy, facts), _right(facts)]
    if not elsewhere:
        verdicts.insert(0, _in_scope(scope, policy, facts))
    return combine(verdicts)


_IN_REACH = Verdict(Stage.CONTENT, Effect.ALLOW, "in reach", Answer.ALLOW)


def _absent(rule: str, layers: tuple[str, ...] = (LINK_LAYER,)) -> Verdict:
    return Verdict(Stage.CONTENT, Effect.DENY, rule, Answer.ABSENT, layers)


def _in_scope(scope: Scope, policy: Policy, facts: PageFacts) -> Verdict:
    if facts.space != scope.space:
        return _absent("the page is in another space than the link")
    if facts.page == scope.root:
        return _IN_REACH
    if not scope.children:
        return _absent("the link reaches its own page only")
    if policy.limits.children is False:
        return _absent("child pages are not allowed", policy.set_by("children"))
    below = facts.ancestors
    if scope.root in below:
        below = below[below.index(scope.root) + 1 :]
    elif not scope.whole_space:
        return _absent("the page is not below the link's root")
    if scope.present is not None and facts.page not in scope.present:
        return _absent("the page was not there when the link was limited to those that were")
    if facts.page in scope.carve_outs or not scope.carve_outs.isdisjoint(below):
        return _absent("the page is carved out of the link")
    return _IN_REACH


def _restrictions(scope: Scope, policy: Policy, facts: PageFacts, elsewhere: bool) -> Verdict:
    """Restrictions of the page, and of every ancestor: view restrictions are inherited (spec L6)."""
    if not facts.restricted:
        return _IN_REACH
    if elsewhere or not scope.restricted_pages:
        return _absent("the page has view restrictions")
    if policy.limits.restricted_pages is False:
        return _absent("restricted pages are not allowed", policy.set_by("restricted_pages"))
    return _IN_REACH


def _labels(scope: Scope, policy: Policy, facts: PageFacts) -> Verdict:
    limits = policy.limits
    if limits.forbidden_labels and (found := limits.forbidden_labels & facts.labels):
        return _absent(f"the label {min(found)} forbids sharing", policy.set_by("forbidden_labels"))
    if limits.demanded_labels and (missing := limits.demanded_labels - facts.labels):
        return _absent(f"the label {min(missing)} is demanded", policy.set_by("demanded_labels"))
    wanted = None if facts.page == scope.root else scope.labels
    if wanted is not None and not wanted.admits(facts.labels):
        return _absent("the label filter of the link leaves the page out")
    left_out = limits.forbidden_labels or (wanted is not None and wanted.mode is LabelMode.NONE)
    if UNREADABLE in facts.labels and left_out:
        return _absent("a label of the page cannot be read, and may be one that leaves it out")
    return _IN_REACH


def _right(facts: PageFacts) -> Verdict:
    if facts.may_read is MayRead.YES:
        return _IN_REACH
    if facts.may_read is MayRead.NO:
        return _absent("the link's owner may not read the page")
    return Verdict(Stage.CONTENT, Effect.DENY, "the owner's right could not be confirmed", Answer.BUSY)


def redact(draft: Draft, sources: Mapping[PageId, bool]) -> frozenset[MacroUse]:
    """The macros whose output must not leave: excluded parts and sources that are not reached (spec L8, L17).

    `sources` says for every known source page whether it is reached; a source that is unknown or not in it is not.
    """
    return frozenset(
        macro
        for macro in draft.macros
        if macro.excluded or macro.source is None or not sources.get(macro.source, False)
    )


def may_serve(draft: Draft, file: Attachment, policy: Policy) -> Decision:
    """Whether a file of a reached page may leave (spec L5, L8, V5).

    Images that the page shows are part of the page; every other file needs the capability `attachments`. A file that
    is referenced in excluded parts only never leaves.
    """
    if file.name in draft.hidden_files:
        return combine([_absent("the file belongs to an excluded part")])
    if file.name in draft.shown_files and file.media_type.startswith("image/"):
        return combine([_IN_REACH])
    if policy.rung("attachments") < 1:
        return combine([_absent("attachments are not shared", policy.set_by("capabilities"))])
    return combine([_IN_REACH])
