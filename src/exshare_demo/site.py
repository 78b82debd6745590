"""The demo site as a value, the changes one may make to it, and the credentials that open it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from attrs import define

from exshare_demo import content, files, pages
from exshare_demo.canaries import BEARER_TOKEN, CLASSIC_TOKEN, CLOUD_ID, PASSWORD, PAT, SCOPED_TOKEN
from exshare_demo.cql import Indexed
from exshare_demo.forms import Part
from exshare_demo.model import Attachment, Content, Credential, Kind, Node, Revision
from exshare_demo.tree import Tree

EMAIL = "canary-svc@lantern-works.example"
USER = pages.CONNECTOR
__all__ = [
    "BEARER_TOKEN",
    "CLASSIC_TOKEN",
    "CLOUD_ID",
    "EMAIL",
    "PASSWORD",
    "PAT",
    "SCOPED_TOKEN",
    "SCOPES",
    "USER",
    "Site",
    "demo_site",
]

SCOPES = frozenset(
    f"{scope}:confluence"
    for scope in (
        "read:page",
        "read:space",
        "read:hierarchical-content",
        "read:content.metadata",
        "read:content-details",
        "read:folder",
        "read:whiteboard",
        "read:database",
        "read:embed",
        "read:attachment",
        "readonly:content.attachment",
        "read:comment",
        "read:label",
        "read:user",
        "read:content.permission",
        "search",
    )
)


@define
class Site(Tree):
    """A tree that can be changed. Changes show at once everywhere but in search, which lags until `reindex`."""

    def _next_id(self) -> int:
        return max([*self.nodes, *self.attachments, *self.comments]) + 1

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def add_page(
        self,
        parent: int | None,
        title: str,
        *parts: Part,
        kind: Kind = "page",
        space: str | None = None,
        page_id: int | None = None,
        author: str = pages.MIRA,
        position: int | None = None,
    ) -> Node:
        """A new node below `parent` (in its space unless one is named); gives the node."""
        home = space or (self.nodes[parent].space if parent is not None else pages.GUIDE)
        node_id = page_id or self._next_id()
        at = self._moment()
        place = position if position is not None else 100 + len(self.children(parent)) if parent is not None else None
        node = Node(node_id, kind, home, title, parent, place, at, author)
        node.revisions.append(Revision(1, at, author, "", parts))
        self.nodes[node_id] = node
        return node

    def edit(
        self, page: int, *parts: Part, author: str = pages.MIRA, message: str = "", title: str | None = None
    ) -> int:
        """A new version with these parts (and title); gives its number."""
        node = self.nodes[page]
        number = node.latest.number + 1
        node.revisions.append(Revision(number, self._moment(), author, message, parts))
        node.title = title or node.title
        return number

    def rename(self, page: int, title: str) -> None:
        """Another title, which is a new version too."""
        self.edit(page, *self.nodes[page].latest.parts, title=title)

    def move(self, page: int, parent: int | None, space: str | None = None) -> None:
        """Another parent; the page and everything below go to the parent's space (or the one named)."""
        node = self.nodes[page]
        home = space or (self.nodes[parent].space if parent is not None else node.space)
        below = [n for n, _ in self.below(page)]
        node.parent = parent
        for moved in (node, *below):
            moved.space = home

    def trash(self, page: int) -> None:
        """Into the trash; pages below go up to its parent, as the product does."""
        node = self.nodes[page]
        for child in self.children(page):
            child.parent = node.parent
        node.status = "trashed"

    def archive(self, page: int) -> None:
        """Out of the way, still listed among the children."""
        self.nodes[page].status = "archived"

    def restore(self, page: int) -> None:
        """Current again."""
        self.nodes[page].status = "current"

    def purge(self, page: int) -> None:
        """Gone for good."""
        self.nodes[page].status = "deleted"

    def restrict(self, page: int, *users: str, groups: tuple[str, ...] = ()) -> None:
        """Only these may view it; nobody named lifts the restriction."""
        node = self.nodes[page]
        node.read.users, node.read.groups = set(users), set(groups)

    def add_label(self, page: int, name: str, prefix: str = "global") -> None:
        """One label more."""
        if (prefix, name) not in self.nodes[page].labels:
            self.nodes[page].labels.append((prefix, name))

    def remove_label(self, page: int, name: str, prefix: str = "global") -> None:
        """One label less."""
        self.nodes[page].labels.remove((prefix, name))

    def add_file(
        self, page: int, title: str, media_type: str, data: bytes | int | Content, number: int | None = None
    ) -> Attachment:
        """A file: bytes, a ready content, or a size for bytes that are made while they are read."""
        body = (
            data
            if isinstance(data, Content)
            else files.fixed(data)
            if isinstance(data, bytes)
            else files.generated(data)
        )
        made = number or self._next_id()
        file = Attachment(made, page, title, media_type, body, content.file_id(made), self._moment(), pages.MIRA)
        self.attachments[made] = file
        return file

    def remove_file(self, number: int) -> None:
        """Into the trash."""
        self.attachments[number].status = "trashed"

    def leave(self, name: str) -> None:
        """A person leaves: may not use the site, account closed."""
        self.left.add(name)

    def join(self, name: str, *groups: str) -> None:
        """A person comes (back), with further groups."""
        self.left.discard(name)
        self.users[name] = attrs.evolve(self.users[name], groups=self.users[name].groups | set(groups))

    def quit_group(self, name: str, group: str) -> None:
        """A person is no longer in a group."""
        self.users[name] = attrs.evolve(self.users[name], groups=self.users[name].groups - {group})

    def revoke(self, secret: str) -> None:
        """A credential stops working."""
        for credential in self.credentials:
            if credential.secret == secret:
                credential.revoked = True

    def drop_scope(self, scope: str) -> None:
        """Scoped credentials lose a scope, named in full such as `read:page:confluence`."""
        for credential in self.credentials:
            if credential.scopes is not None:
                credential.scopes = credential.scopes - {scope}

    def reindex(self) -> None:
        """Search catches up with everything."""
        self.index = {
            n.id: self._indexed(n)
            for n in self.nodes.values()
            if n.kind in ("page", "blogpost") and n.status == "current"
        }

    def _indexed(self, node: Node) -> Indexed:
        above = self.ancestors(node)
        labels = frozenset(name for prefix, name in node.labels if prefix == "global")
        return Indexed(
            node.id,
            node.kind,
            node.title,
            self.text(node),
            node.space,
            node.parent,
            tuple(n.id for n in above),
            labels,
            self.users[node.author].account_id,
            node.created,
            node.latest.at,
        )

    def pass_time(self, seconds: float) -> None:
        """The clock of the site goes on, so that signed addresses expire."""
        before = self.now
        self.now = lambda: before() + timedelta(seconds=seconds).total_seconds()


def demo_site() -> Site:
    """A fresh site with all pages; two of them share nothing."""
    site = Site()
    content.fill(site)
    user = pages.CONNECTOR
    site.credentials += [
        Credential("classic", user, CLASSIC_TOKEN),
        Credential("scoped", user, SCOPED_TOKEN, SCOPES),
        Credential("bearer", user, BEARER_TOKEN, SCOPES),
        Credential("pat", user, PAT),
        Credential("password", user, PASSWORD),
        Credential("pat", pages.TOVE, "canary-tove-pat"),
    ]
    site.reindex()
    return site
