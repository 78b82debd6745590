"""The calls of Confluence Cloud that we use, one method each: v2, and v1 where v2 has gaps (api.md 2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.cloud_entries import (
    KINDS,
    Entry,
    attachment_of,
    entry_of,
    has_view_restrictions,
    position,
)
from exshare_adapters.confluence.failures import Invalid, Missing, UnexpectedAnswer
from exshare_adapters.confluence.shapes import (
    Json,
    entries,
    identifier,
    is_possible,
    label_names,
    number,
    optional_identifier,
    optional_part,
    optional_text,
    part,
    possible,
    text,
)
from exshare_adapters.confluence.tones import tone_of
from exshare_adapters.http import Params
from exshare_core.content import Attachment, MayRead, Node, NodeKind, PageStatus
from exshare_core.errors import AdapterFailed
from exshare_core.values import AccountId, AttachmentId, PageId, SpaceKey

PLURALS: Mapping[NodeKind, str] = {
    NodeKind.PAGE: "pages",
    NodeKind.BLOG_POST: "blogposts",
    NodeKind.FOLDER: "folders",
    NodeKind.WHITEBOARD: "whiteboards",
    NodeKind.DATABASE: "databases",
    NodeKind.EMBED: "embeds",
}
WITH_BODY = frozenset({NodeKind.PAGE, NodeKind.BLOG_POST})
LARGEST_TREE = 10_000
"""Of more entries below one nobody asks for all, whether they are current or not."""
_DEEPEST = 10
"""How many levels of the tree one question for descendants can reach."""
_PEOPLE = 100
"""How many names are asked for at once."""
_FULL = 25
"""A list of ancestors this long may go on: the smallest page size that Confluence uses."""


@frozen
class Cloud:
    """One Cloud site through its REST interfaces. Every method raises Missing for what is not there."""

    api: Api

    async def entry(
        self,
        page: PageId,
        kind: NodeKind,
        body_format: str | None = None,
        *,
        labels: bool = False,
        version: int | None = None,
    ) -> Entry:
        """An entry of a known kind, with its body in `body_format` when that is given, with its labels if wished.

        With `version` its body and its version are those of back then; everything else is as it is now (api.md 2.6).
        """
        params: dict[str, str | int] = {} if body_format is None else {"body-format": body_format}
        if version is not None:
            params["version"] = version
        if labels and kind in WITH_BODY:
            params["include-labels"] = "true"
        answer = await self.api.get(f"/api/v2/{PLURALS[kind]}/{possible(page)}", params)
        entry = entry_of(answer, kind, body_format)
        if entry.id != page:
            raise UnexpectedAnswer("the site answered with another page than the one asked for")
        return entry

    async def found(self, page: PageId) -> Entry:
        """An entry of an unknown kind; pages are tried first, since nearly all are."""
        try:
            return await self.entry(page, NodeKind.PAGE, labels=True)
        except Missing:
            kind = (await self.kinds([page])).get(page)
            if kind is None or kind is NodeKind.PAGE:
                raise
        return await self.entry(page, kind, labels=True)

    async def listed(self, pages: Collection[PageId]) -> Mapping[PageId, Entry]:
        """Those of `pages` that are pages and current or archived, in few requests.

        Those that are left out, for whatever reason, must be asked for one by one.
        """
        wanted = sorted(page for page in set(pages) if is_possible(page))
        found = {}
        for start in range(0, len(wanted), 250):
            some = wanted[start : start + 250]
            try:
                listed = await self.api.every("/api/v2/pages", {"id": ",".join(some), "limit": 250})
            except Invalid:
                continue
            for one in listed:
                entry = entry_of(one, NodeKind.PAGE, None)
                if entry.id in some:
                    found[entry.id] = entry
        return found

    async def kinds(self, pages: Collection[PageId]) -> Mapping[PageId, NodeKind]:
        """What `pages` are; those that are unknown or hidden are left out."""
        wanted = sorted(page for page in set(pages) if is_possible(page))
        if not wanted:
            return {}
        question = {"contentIds": wanted}
        answer = part(await self.api.post("/api/v2/content/convert-ids-to-types", question), "results")
        return {page: KINDS[kind] for page in pages if isinstance(kind := answer.get(page), str) and kind in KINDS}

    async def space_key(self, space: str) -> SpaceKey:
        """The key of the space with this id, in upper case."""
        answer = await self.api.get(f"/api/v2/spaces/{space}")
        if identifier(answer) != space:
            raise UnexpectedAnswer("the site answered with another space than the one asked for")
        return SpaceKey(text(answer, "key").upper())

    async def space(self, key: str) -> Json | None:
        """The space with this key, compared without case, or None."""
        for one in await self.api.every("/api/v2/spaces", {"keys": key, "limit": 25}):
            if text(one, "key").upper() == key.upper():
                return one
        return None

    async def home(self, key: str) -> PageId | None:
        """The home page of a space."""
        space = await self.space(key)
        return None if space is None else optional_identifier(space, "homepageId")

    async def titled(self, key: str, title: str) -> PageId | None:
        """The one current page of a space with this title: spelt exactly so, else without regard to case."""
        space = await self.space(key)
        if space is None:
            return None
        params: Params = {"space-id": identifier(space), "title": title, "status": "current", "limit": 250}
        hits = await self.api.every("/api/v2/pages", params, most=1000)
        return pick_titled([(identifier(hit), text(hit, "title")) for hit in hits], title)

    async def ancestors(self, page: PageId, kind: NodeKind) -> tuple[tuple[PageId, NodeKind | None], ...]:
        """The way from the top of the tree to the parent, with kinds; continued above what one answer
        holds.
        """
        if kind is NodeKind.BLOG_POST:
            return ()
        way: list[tuple[PageId, NodeKind | None]] = []
        below: PageId = page
        below_kind: NodeKind = kind
        for _ in range(40):
            path = f"/api/v2/{PLURALS[below_kind]}/{below}/ancestors"
            answer = entries(await self.api.get(path, {"limit": 250}))
            known = {one for one, _ in way} | {page}
            more = [(identifier(one), KINDS.get(optional_text(one, "type") or "")) for one in answer]
            fresh = [(one, its_kind) for one, its_kind in more if one not in known]
            way[:0] = fresh
            if len(answer) < _FULL or not fresh:
                return tuple(way)
            below, next_kind = fresh[0]
            below_kind = next_kind or NodeKind.PAGE
        raise UnexpectedAnswer("the tree is deeper than can be")

    async def labels(self, page: PageId, kind: NodeKind) -> frozenset[str]:
        """Global labels in lower case; only pages and blog posts have any."""
        if kind not in WITH_BODY:
            return frozenset()
        path = f"/api/v2/{PLURALS[kind]}/{page}/labels"
        return label_names(await self.api.every(path, {"prefix": "global", "limit": 250}))

    async def labels_of(self, entry: Entry) -> frozenset[str]:
        """The same for an entry: those that came with it, else as they are now."""
        return await self.labels(entry.id, entry.kind) if entry.labels is None else entry.labels

    async def restricted(self, page: PageId, kind: NodeKind | None) -> bool:
        """Whether an entry carries view restrictions of its own (v1; v2 has no such call).

        An entry that v1 does not know although v2 shows it to the connector has none: some kinds cannot carry
        any. A page that is there for neither counts as restricted, since it is hidden from the connector.
        """
        try:
            answer = await self.api.get(f"/rest/api/content/{page}/restriction/byOperation")
        except Missing:
            if kind in (None, *WITH_BODY):
                return True
            assert kind is not None
            try:
                await self.entry(page, kind)
            except Missing:
                return True
            return False
        return has_view_restrictions(answer)

    async def allowed(self, page: PageId, identity: AccountId) -> MayRead:
        """Whether `identity` may read the page; what Confluence does not answer is unknown (spec L15).

        A page that Confluence does not know cannot be read by anybody.
        """
        question = {"subject": {"type": "user", "identifier": identity}, "operation": "read"}
        try:
            answer = await self.api.post(f"/rest/api/content/{page}/permission/check", question)
        except Missing:
            return MayRead.NO
        except AdapterFailed:
            return MayRead.UNKNOWN
        verdict = answer.get("hasPermission")
        if verdict is True:
            return MayRead.YES
        return MayRead.NO if verdict is False else MayRead.UNKNOWN

    async def children(self, parent: PageId, kind: NodeKind) -> Sequence[Node]:
        """The entries right below, in Confluence's order, without archived and trashed ones."""
        path = f"/api/v2/{PLURALS[kind]}/{parent}/direct-children"
        found = [one for one in await self.api.every(path, {"limit": 250}) if one.get("status") == "current"]
        found.sort(key=position)
        return [
            Node(identifier(one), text(one, "title"), its_kind, parent)
            for one in found
            if (its_kind := KINDS.get(optional_text(one, "type") or "")) is not None
        ]

    async def below(self, top: PageId, kind: NodeKind, most: int) -> frozenset[PageId] | None:
        """Everything current below an entry, continued below what one answer reaches; None when that is more than
        `most`.
        """
        found: set[PageId] = set()
        left = [(top, kind)]
        while left:
            parent, parent_kind = left.pop()
            path = f"/api/v2/{PLURALS[parent_kind]}/{parent}/descendants"
            under = await self.api.every(path, {"depth": _DEEPEST, "limit": 250}, most=LARGEST_TREE)
            if len(under) == LARGEST_TREE:
                return None
            for one in under:
                if number(one, "depth") >= _DEEPEST and (its_kind := KINDS.get(optional_text(one, "type") or "")):
                    left.append((identifier(one), its_kind))
                if one.get("status") == "current":
                    found.add(identifier(one))
            if len(found) > most:
                return None
        return frozenset(found)

    async def files(self, page: PageId) -> tuple[Attachment, ...]:
        """All current files of a page or blog post, by name."""
        files = [file for one in await self._files(page) if (file := attachment_of(one, page)) is not None]
        return tuple(sorted(files, key=lambda file: (file.name.casefold(), file.name)))

    async def media(self, page: PageId) -> Mapping[str, Attachment]:
        """The same by the id that the media host has for each, in lower case."""
        return {
            media.lower(): file
            for one in await self._files(page)
            if (media := optional_text(one, "fileId")) and (file := attachment_of(one, page)) is not None
        }

    async def _files(self, page: PageId) -> Sequence[Json]:
        params: Params = {"status": "current", "limit": 250}
        try:
            return await self.api.every(f"/api/v2/pages/{possible(page)}/attachments", params)
        except Missing:
            return await self.api.every(f"/api/v2/blogposts/{possible(page)}/attachments", params)

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """One current file."""
        file = attachment_of(await self.api.get(f"/api/v2/attachments/{possible(attachment)}"), None)
        if file is not None and file.id != attachment:
            raise UnexpectedAnswer("the site answered with another file than the one asked for")
        return file

    async def display_name(self, account: AccountId) -> str | None:
        """The name of a person now, or None when it cannot be found out: it decides nothing."""
        return (await self.display_names([account])).get(account)

    async def display_names(self, accounts: Collection[AccountId]) -> Mapping[AccountId, str]:
        """The names of several people now; those that cannot be found out are left out."""
        wanted = sorted(set(accounts))
        names: dict[AccountId, str] = {}
        for start in range(0, len(wanted), _PEOPLE):
            try:
                answer = await self.api.post("/api/v2/users-bulk", {"accountIds": wanted[start : start + _PEOPLE]})
                for one in entries(answer):
                    account = AccountId(optional_text(one, "accountId") or "")
                    name = optional_text(one, "displayName") or optional_text(one, "publicName")
                    if name and account in wanted:
                        names[account] = name
            except (AdapterFailed, Missing):
                continue
        return names

    async def status(self, page: PageId) -> PageStatus | None:
        """What a page is said to be (v1; v2 has no such call). Some kinds and plans know no such thing."""
        try:
            answer = await self.api.get(f"/rest/api/content/{possible(page)}/state", {"status": "current"})
        except Missing:
            return None
        state = optional_part(answer, "contentState")
        name = (optional_text(state, "name") or "").strip()
        return PageStatus(name, tone_of(optional_text(state, "color") or "")) if name else None


def pick_titled(hits: Sequence[tuple[PageId, str]], title: str) -> PageId | None:
    """The page with this very title, else the only one that differs by case alone."""
    exact = [page for page, name in hits if name == title]
    alike = [page for page, name in hits if name.casefold() == title.casefold()]
    if exact:
        return exact[0]
    return alike[0] if len(alike) == 1 else None
