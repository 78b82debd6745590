"""The calls of Confluence Data Center that we use for content, one method each (api.md 6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from unicodedata import normalize

from attrs import evolve, field, frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.cloud import LARGEST_TREE, pick_titled
from exshare_adapters.confluence.failures import Missing, UnexpectedAnswer
from exshare_adapters.confluence.shapes import (
    Json,
    attachment_identifier,
    entries,
    identifier,
    label_names,
    moment,
    number,
    optional_part,
    optional_text,
    part,
    possible,
    text,
)
from exshare_adapters.http import Params
from exshare_core.content import Absence, Absent, Attachment, Node, NodeKind
from exshare_core.errors import CredentialRejected
from exshare_core.values import AttachmentId, PageId, SpaceKey

KINDS = {"page": NodeKind.PAGE, "blogpost": NodeKind.BLOG_POST}
_ABSENCES = {
    "archived": Absence.ARCHIVED,
    "trashed": Absence.TRASHED,
    "deleted": Absence.TRASHED,
    "draft": Absence.DRAFT,
}
_SPACE_KEY = re.compile(r"~?[A-Za-z0-9][A-Za-z0-9._@-]{0,254}\Z")
"""What a space key may look like when it becomes part of an address."""
_CONTAINER = re.compile(r"/rest/api/content/([0-9]{1,19})\Z")
_FACTS = "version,ancestors,space,metadata.labels"


@frozen
class Content:
    """What REST says of a page or blog post."""

    id: PageId
    kind: NodeKind
    status: str
    title: str = field(repr=False)
    space: SpaceKey
    key: str
    """The key of the space as the site spells it, for requests."""
    ancestors: tuple[PageId, ...]
    labels: frozenset[str]
    version: int
    changed_at: datetime | None
    author: str | None = field(repr=False)
    storage: str | None = field(default=None, repr=False)
    shown: str | None = field(default=None, repr=False)
    """The rendering asked for."""
    message: str = field(default="", repr=False)
    """What the author of the version wrote about the change."""

    @property
    def absent(self) -> Absent | None:
        """Why the page is not there for a visitor, or None when it is current."""
        return None if self.status == "current" else Absent(self.id, _ABSENCES.get(self.status, Absence.MISSING))


@frozen
class StoredFile:
    """A file and where its bytes are, relative to the base."""

    file: Attachment
    download: str = field(repr=False)


@frozen
class DataCenter:
    """One Data Center site through its REST interface. Every method raises Missing for what is not there."""

    api: Api

    async def content(self, page: PageId, *bodies: str, version: int | None = None) -> Content:
        """A page or blog post with its facts, and with storage and at most one rendering among `bodies`; with `version`
        as it was then.

        A page that is not there may be a credential that silently counts for nothing: that is asked at once.
        """
        params: dict[str, str | int] = {"expand": ",".join([_FACTS, *(f"body.{body}" for body in bodies)])}
        if version is not None:
            params |= {"status": "historical", "version": version}
        try:
            answer = await self.api.get(f"/rest/api/content/{possible(page)}", params)
        except Missing:
            if not await self.api.credential_holds():
                raise CredentialRejected("the site answers the connector as an anonymous visitor") from None
            raise
        if identifier(answer) != page:
            raise UnexpectedAnswer("the site answered with another page than the one asked for")
        content = _content(answer, bodies)
        if content is None:
            raise Missing
        labels = optional_part(optional_part(answer, "metadata"), "labels")
        if optional_part(labels, "_links").get("next") or not labels:
            return evolve(content, labels=await self.labels(page))
        return content

    async def labels(self, page: PageId) -> frozenset[str]:
        """Global labels in lower case, all of them."""
        found = await self.api.every(f"/rest/api/content/{page}/label", {"prefix": "global", "limit": 200})
        return label_names(found)

    async def children(self, parent: PageId) -> Sequence[Node]:
        """The pages right below, in Confluence's order; there are no other kinds."""
        found = await self.api.every(f"/rest/api/content/{possible(parent)}/child/page", {"limit": 100})
        return [
            Node(identifier(one), text(one, "title"), NodeKind.PAGE, parent)
            for one in found
            if one.get("status", "current") == "current"
        ]

    async def below(self, top: PageId, most: int) -> frozenset[PageId] | None:
        """Every current page below one, however deep; None when they are more than `most`."""
        path = f"/rest/api/content/{possible(top)}/descendant/page"
        under = await self.api.every(path, {"limit": 200}, most=LARGEST_TREE)
        found = frozenset(identifier(one) for one in under if one.get("status", "current") == "current")
        return found if len(found) <= most and len(under) < LARGEST_TREE else None

    async def titled(self, key: str, title: str) -> PageId | None:
        """The one current page of a space with this title: spelt exactly so, else without regard to case."""
        params: Params = {"spaceKey": key, "title": title, "type": "page", "status": "current", "limit": 50}
        hits = await self.api.every("/rest/api/content", params, most=1000)
        return pick_titled([(identifier(hit), text(hit, "title")) for hit in hits], title)

    async def home(self, key: str) -> PageId | None:
        """The home page of a space."""
        if not _SPACE_KEY.match(key):
            raise Missing
        space = await self.api.get(f"/rest/api/space/{key}", {"expand": "homepage"})
        home = optional_part(space, "homepage")
        return identifier(home) if home else None

    async def files(self, page: PageId) -> tuple[StoredFile, ...]:
        """All current files of a page, by name."""
        path = f"/rest/api/content/{possible(page)}/child/attachment"
        found = await self.api.every(path, {"limit": 200, "expand": "version"})
        files = [file for one in found if (file := _file(one, page)) is not None]
        return tuple(sorted(files, key=lambda stored: (stored.file.name.casefold(), stored.file.name)))

    async def file(self, attachment: AttachmentId) -> StoredFile | None:
        """One current file of a page."""
        path = f"/rest/api/content/{possible(attachment)}"
        answer = await self.api.get(path, {"expand": "version,container"})
        if attachment_identifier(answer) != attachment:
            raise UnexpectedAnswer("the site answered with another file than the one asked for")
        container = optional_part(answer, "container")
        if answer.get("type") != "attachment" or container.get("type", "page") not in KINDS:
            return None
        owner = identifier(container) if container else owner_of(answer)
        return None if owner is None else _file(answer, owner)


def _content(answer: Json, bodies: Sequence[str]) -> Content | None:
    kind = KINDS.get(text(answer, "type"))
    if kind is None:
        return None
    page = identifier(answer)
    version = optional_part(answer, "version")
    key = text(part(answer, "space"), "key")
    read = {body: text(part(answer, "body", body), "value") for body in bodies}
    rendering = next((body for body in bodies if body != "storage"), None)
    way = tuple(identifier(one) for one in entries(answer, "ancestors"))
    return Content(
        id=page,
        kind=kind,
        status=text(answer, "status"),
        title=text(answer, "title"),
        space=SpaceKey(key.upper()),
        key=key,
        ancestors=tuple(one for one in way if one != page),
        labels=label_names(_listed_labels(answer)),
        version=number(version, "number") if "number" in version else 0,
        changed_at=moment(version, "when"),
        author=name_of(optional_part(version, "by")),
        storage=read.get("storage"),
        shown=None if rendering is None else read[rendering],
        message=optional_text(version, "message") or "",
    )


def name_of(person: Json) -> str | None:
    """The name of somebody whom the site knows. Who has left is called by user name or key there, which are no names."""
    return optional_text(person, "displayName") if person.get("type", "known") == "known" else None


def _listed_labels(answer: Json) -> Sequence[Json]:
    labels = optional_part(optional_part(answer, "metadata"), "labels")
    return entries(labels) if labels else []


def owner_of(answer: Json) -> PageId | None:
    """The page of a file or comment whose container was not expanded."""
    found = _CONTAINER.search(optional_text(optional_part(answer, "_expandable"), "container") or "")
    return PageId(found[1]) if found else None


def _file(one: Json, page: PageId) -> StoredFile | None:
    if one.get("status", "current") != "current":
        return None
    extensions, version = optional_part(one, "extensions"), optional_part(one, "version")
    metadata = optional_part(one, "metadata")
    kind = optional_text(extensions, "mediaType") or optional_text(metadata, "mediaType") or ""
    file = Attachment(
        id=attachment_identifier(one),
        page=page,
        name=normalize("NFC", text(one, "title")),
        media_type=kind.partition(";")[0].strip().lower(),
        size=number(extensions, "fileSize"),
        version=number(version, "number") if "number" in version else 1,
        created_at=moment(version, "when"),
    )
    return StoredFile(file, text(part(one, "_links"), "download"))
