"""What the site holds and the questions one can ask of it: the tree, who may see what, how a page is drawn."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable

from attrs import Factory, define, field

from exshare_demo.canaries import CLOUD_ID
from exshare_demo.cql import Indexed
from exshare_demo.faults import Faults
from exshare_demo.forms import Flavour, Form, Part, Sheet, write
from exshare_demo.model import Attachment, Comment, Credential, Node, Restriction, Space, Switches, Task, User
from exshare_demo.pages import EVERYBODY
from exshare_demo.plain import words_of
from exshare_demo.wire import Log


@define
class Tree:
    """The whole site in memory, with the controls tests use (`faults`, `log`, `switches`, `now`)."""

    users: dict[str, User] = Factory(dict)
    spaces: dict[str, Space] = Factory(dict)
    nodes: dict[int, Node] = Factory(dict)
    attachments: dict[int, Attachment] = Factory(dict)
    comments: dict[int, Comment] = Factory(dict)
    excerpts: dict[tuple[int, str], tuple[Part, ...]] = Factory(dict)
    owners: dict[int, str] = Factory(dict)
    credentials: list[Credential] = field(factory=list, repr=False)
    left: set[str] = Factory(set)
    index: dict[int, Indexed] = field(factory=dict, repr=False)
    tasks: dict[str, Task] = field(factory=dict, repr=False)
    faults: Faults = Factory(Faults)
    log: Log = field(factory=Log, repr=False)
    switches: Switches = Factory(Switches)
    now: Callable[[], float] = time.time
    cloud_id: str = CLOUD_ID
    media_key: bytes = field(default=b"demo-media-key", repr=False)

    # -- the tree

    def children(self, parent: int) -> list[Node]:
        """The nodes right below, trashed ones left out, archived ones not; by position, then id."""
        found = [n for n in self.nodes.values() if n.parent == parent and n.status in ("current", "archived")]
        return sorted(found, key=lambda n: (n.position is None, n.position or 0, n.id))

    def ancestors(self, node: Node) -> list[Node]:
        """From the root down to the parent."""
        chain: list[Node] = []
        at = node.parent
        while at is not None and at in self.nodes and len(chain) < 100:
            chain.append(self.nodes[at])
            at = self.nodes[at].parent
        return chain[::-1]

    def page_parent(self, node: Node) -> Node | None:
        """The nearest page above: the parent as Data Center, which has only pages, shows it."""
        return next((n for n in reversed(self.ancestors(node)) if n.kind == "page"), None)

    def page_children(self, parent: int) -> list[Node]:
        """The pages right below, seen without folders and boards between."""
        found: list[Node] = []
        for child in self.children(parent):
            found += [child] if child.kind == "page" else self.page_children(child.id)
        return found

    def below(self, root: int, depth: int = 1000) -> list[tuple[Node, int]]:
        """All nodes below with their depth, each parent before its children."""
        found: list[tuple[Node, int]] = []
        for child in self.children(root):
            found.append((child, 1))
            if depth > 1:
                found += [(n, d + 1) for n, d in self.below(child.id, depth - 1)]
        return found

    def labelled(self, label: str, space: str | None = None) -> list[Node]:
        """The nodes that bear a label."""
        found = [n for n in self.nodes.values() if ("global", label) in n.labels and space in (None, n.space)]
        return sorted(found, key=lambda n: n.title)

    def files_of(self, page: int) -> list[Attachment]:
        """The files of a page that are not in the trash."""
        return [a for a in self.attachments.values() if a.page == page and a.status == "current"]

    def comments_of(self, page: int, inline: bool) -> list[Comment]:
        """The first comments of a page, of one kind."""
        found = [c for c in self.comments.values() if c.page == page and c.parent is None]
        return [c for c in found if c.inline == inline]

    # -- rights

    def may_use(self, user: User | None) -> bool:
        """Whether the site's "can use" holds for that person."""
        return user is not None and user.name not in self.left and EVERYBODY in user.groups

    def may_enter(self, user: User | None, key: str) -> bool:
        """Whether that person may view the space."""
        space = self.spaces[key]
        if user is None:
            return "anonymous" in space.viewers
        return user.name in space.viewers or bool(space.viewer_groups & user.groups)

    def levels(self, node: Node) -> list[Node]:
        """The nodes, root first and this one last, that carry a view restriction."""
        return [n for n in [*self.ancestors(node), node] if n.read]

    def admitted(self, user: User | None, by: Restriction) -> bool:
        """Whether a restriction lets that person through."""
        if not by:
            return True
        return user is not None and (user.name in by.users or bool(by.groups & user.groups))

    def may_view(self, user: User | None, node: Node) -> bool:
        """Site, space and every level of restrictions together; anybody unknown needs an anonymous space."""
        if node.status in ("deleted", "draft") or (user is not None and not self.may_use(user)):
            return False
        return self.may_enter(user, node.space) and all(self.admitted(user, n.read) for n in self.levels(node))

    # -- drawing

    def parts(self, node: Node) -> tuple[Part, ...]:
        """The parts of a page's newest version."""
        return node.latest.parts if node.revisions else ()

    def excerpt_of(self, node: Node, name: str) -> tuple[Part, ...]:
        """The parts of a named excerpt."""
        return self.excerpts.get((node.id, name), ())

    def owner_named_in(self, node: Node) -> str:
        """What a page's properties say under "Owner"."""
        return self.owners.get(node.id, "")

    def draw(
        self,
        node: Node,
        form: Form,
        flavour: Flavour,
        base: str,
        context: str,
        reader: User | None,
        version: int | None = None,
    ) -> str:
        """A version of a page in one form, with macros that read as `reader` (or as nobody, in the anonymous form)."""
        revision = node.revision(version)
        return write(revision.parts if revision else (), Sheet(self, node, form, flavour, base, context, reader))

    def text(self, node: Node) -> str:
        """The words of a page, as a search index holds them."""
        return words_of(self.draw(node, "storage", "cloud", "", "", None))

    # -- credentials

    def holder(self, secret: str, kinds: Iterable[str], name: str | None = None) -> Credential | None:
        """The live credential with that secret among the kinds, and (given a name) of that mail address or user."""
        for credential in self.credentials:
            if credential.revoked or credential.kind not in kinds or credential.secret != secret:
                continue
            user = self.users[credential.user]
            if name is None or name.lower() in (user.email.lower(), user.name.lower()):
                return credential
        return None

    def sign(self, file_id: str, expires: int) -> str:
        """The token of a media address."""
        return hmac.new(self.media_key, f"{file_id}|{expires}".encode(), hashlib.sha256).hexdigest()
