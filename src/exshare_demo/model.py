"""The things a Confluence site is made of: people, spaces, nodes of the tree, files, comments, credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from attrs import Factory, define, field, frozen

from exshare_demo.forms import Part

Kind = Literal["page", "folder", "whiteboard", "database", "embed", "blogpost"]
Status = Literal["current", "archived", "trashed", "deleted", "draft"]
TREE_KINDS: tuple[Kind, ...] = ("page", "folder", "whiteboard", "database", "embed")


@frozen
class User:
    """A person (or robot) known to the site; `name` is the Data Center user name and our own handle."""

    name: str
    display_name: str
    account_id: str
    user_key: str
    email: str
    number: int
    groups: frozenset[str] = frozenset()
    account_type: str = "atlassian"


@define
class Space:
    """A space with those who may view it; a user or one of their groups suffices."""

    id: int
    key: str
    name: str
    homepage: int
    viewers: set[str] = Factory(set)
    viewer_groups: set[str] = Factory(set)
    type: str = "global"
    status: str = "current"


@frozen
class Revision:
    """One saved state of a page."""

    number: int
    at: datetime
    author: str
    message: str
    parts: tuple[Part, ...]
    minor: bool = False


@frozen
class State:
    """What a page is said to be: a name and a colour that its authors chose."""

    id: int
    name: str
    color: str


@define
class Restriction:
    """Who may do one operation with a node; nobody named means that nothing is restricted."""

    users: set[str] = Factory(set)
    groups: set[str] = Factory(set)

    def __bool__(self) -> bool:
        return bool(self.users or self.groups)


@define
class Node:
    """A page, folder, whiteboard, database, embed or blog post."""

    id: int
    kind: Kind
    space: str
    title: str
    parent: int | None
    position: int | None
    created: datetime
    author: str
    revisions: list[Revision] = Factory(list)
    status: Status = "current"
    labels: list[tuple[str, str]] = Factory(list)
    read: Restriction = Factory(Restriction)
    update: Restriction = Factory(Restriction)
    embed_url: str | None = None
    emoji: str | None = None
    state: State | None = None

    @property
    def latest(self) -> Revision:
        """The newest revision."""
        return self.revisions[-1]

    def revision(self, number: int | None) -> Revision | None:
        """The revision of that number, the newest for None, nothing for an unknown one."""
        if number is None:
            return self.latest
        return next((r for r in self.revisions if r.number == number), None)


@frozen
class Content:
    """Bytes of a file that may be made on the fly: a size and a way to read a part of them."""

    size: int
    read: Callable[[int, int], bytes] = field(repr=False)

    def chunks(self, start: int, stop: int, step: int = 65536) -> Iterator[bytes]:
        """The bytes from `start` to before `stop` in pieces of at most `step`."""
        while start < stop:
            end = min(start + step, stop)
            yield self.read(start, end)
            start = end


@define
class Attachment:
    """A file of a page or blog post."""

    number: int
    page: int
    title: str
    media_type: str
    content: Content
    file_id: str
    created: datetime
    author: str
    version: int = 1
    comment: str = ""
    status: Status = "current"
    width: int | None = None
    height: int | None = None

    @property
    def id(self) -> str:
        """The id as both flavours write it in REST answers."""
        return f"att{self.number}"


@frozen
class Comment:
    """A footer or inline comment, or a reply to one."""

    id: int
    page: int
    author: str
    at: datetime
    text: str
    parent: int | None = None
    marker: str | None = None
    selection: str | None = None
    resolution: str = "open"
    stored: str | None = None
    """The storage format, where it is another than the words in a paragraph."""

    def body(self, form: str) -> str:
        """What it says in a form."""
        return self.stored if form == "storage" and self.stored is not None else f"<p>{self.text}</p>"

    @property
    def inline(self) -> bool:
        """Whether it hangs on words of the page."""
        return self.marker is not None


@define
class Task:
    """A conversion that was ordered: what came of it (nothing if it failed), when, and whether it was asked for."""

    form: str
    value: str | None = field(repr=False)
    at: float
    asked: bool = False


CredentialKind = Literal["classic", "scoped", "bearer", "pat", "password"]


@define
class Credential:
    """What a caller may show: its kind, whose it is, the secret and (scoped ones) what it may do."""

    kind: CredentialKind
    user: str
    secret: str = field(repr=False)
    scopes: frozenset[str] | None = None
    revoked: bool = False


@define
class Switches:
    """Choices where the real answer is not known or differs between sites; defaults are the harsher reading."""

    ancestors_include_self: bool = True
    media_hops: int = 1
    media_seconds: int = 600
    media_refuses_with: int = 400
    may_check_permissions: bool = True
    bad_pat: Literal["refused", "anonymous"] = "refused"
    login_redirect: str | None = None
    basic_disabled: bool = False
    server_information: bool = True
    restriction_shape: Literal["document", "flat"] = "document"
    relevant_shape: Literal["levels", "merged"] = "levels"
    relevant_page: int = 50
    access_mode: str = "READ_WRITE"
    page_cap: int = 250
    attachment_prefix: str = "att"
    download_ranges: bool = True
