"""What Confluence Cloud says of entries, files and restrictions, read from its answers: v2, and v1 for restrictions."""

from __future__ import annotations

from datetime import datetime
from unicodedata import normalize

from attrs import field, frozen

from exshare_adapters.confluence.failures import UnexpectedAnswer
from exshare_adapters.confluence.shapes import (
    Json,
    as_object,
    attachment_identifier,
    entries,
    identifier,
    label_names,
    moment,
    number,
    optional_identifier,
    optional_part,
    optional_text,
    part,
    text,
)
from exshare_core.content import Absence, Absent, Attachment, NodeKind
from exshare_core.values import AccountId, PageId

KINDS = {kind.value: kind for kind in NodeKind}
_ABSENCES = {
    "archived": Absence.ARCHIVED,
    "trashed": Absence.TRASHED,
    "deleted": Absence.TRASHED,
    "draft": Absence.DRAFT,
    "historical": Absence.MISSING,
}


@frozen
class Entry:
    """What v2 says of an entry of the tree."""

    id: PageId
    kind: NodeKind
    status: str
    title: str = field(repr=False)
    space: str
    """The id of the space, not its key."""
    parent: PageId | None
    parent_kind: NodeKind | None
    version: int
    changed_at: datetime | None
    author: AccountId | None
    body: str | None = field(default=None, repr=False)
    message: str = field(default="", repr=False)
    """What the author of the version wrote about the change."""
    labels: frozenset[str] | None = None
    """Its global labels in lower case, where all of them came with it."""

    @property
    def absent(self) -> Absent | None:
        """Why the entry is not there for a visitor, or None when it is current."""
        return None if self.status == "current" else Absent(self.id, _ABSENCES.get(self.status, Absence.MISSING))


def entry_of(answer: Json, kind: NodeKind, body_format: str | None) -> Entry:
    """An entry of the tree, with its body where one of that form was asked for."""
    version = optional_part(answer, "version")
    body = None
    if body_format is not None:
        body = text(part(answer, "body", body_format), "value")
    author = optional_text(version, "authorId")
    return Entry(
        id=identifier(answer),
        kind=kind,
        status=text(answer, "status"),
        title=text(answer, "title"),
        space=identifier(answer, "spaceId"),
        parent=optional_identifier(answer, "parentId"),
        parent_kind=KINDS.get(optional_text(answer, "parentType") or ""),
        version=number(version, "number") if "number" in version else 0,
        changed_at=moment(version, "createdAt"),
        author=None if author is None else AccountId(author),
        body=body,
        message=optional_text(version, "message") or "",
        labels=_labels(answer),
    )


def _labels(answer: Json) -> frozenset[str] | None:
    """The labels within an entry; None where there are none, or may be more than came."""
    found = optional_part(answer, "labels")
    whole = optional_part(found, "meta").get("hasMore") is False and "next" not in optional_part(found, "_links")
    return label_names(entries(found)) if whole else None


def has_view_restrictions(answer: Json) -> bool:
    """Reads ``{"read": {"restrictions": …}}`` and the list form; raises Broken for anything else (fail
    closed).
    """
    if "results" in answer:
        reads = [one for one in entries(answer) if one.get("operation") == "read"]
    else:
        reads = [as_object(answer["read"], "read")] if "read" in answer else []
    if len(reads) != 1:
        raise UnexpectedAnswer("the restrictions to read are not in the answer")
    named = part(reads[0], "restrictions")
    return any(entries(part(named, subject)) or part(named, subject).get("size") for subject in ("user", "group"))


def position(one: Json) -> tuple[bool, int]:
    """What sorts children as Confluence does; those without a place come last."""
    place = one.get("childPosition")
    known = isinstance(place, int) and not isinstance(place, bool)
    return (not known, place if isinstance(place, int) else 0)


def attachment_of(one: Json, page: PageId | None) -> Attachment | None:
    """A file as v2 describes it; None for one that is not current or belongs to no page."""
    if one.get("status", "current") != "current":
        return None
    owner = optional_identifier(one, "pageId") or optional_identifier(one, "blogPostId") or page
    if owner is None or (page is not None and owner != page):
        return None
    version = optional_part(one, "version")
    return Attachment(
        id=attachment_identifier(one),
        page=owner,
        name=normalize("NFC", text(one, "title")),
        media_type=(optional_text(one, "mediaType") or "").partition(";")[0].strip().lower(),
        size=number(one, "fileSize"),
        version=number(version, "number") if "number" in version else 1,
        created_at=moment(one, "createdAt"),
    )
