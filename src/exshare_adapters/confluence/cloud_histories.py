"""Versions of the pages of a Cloud site, read live: the Histories over v2 (spec V6; api.md 2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.cloud import PLURALS, WITH_BODY, Cloud
from exshare_adapters.confluence.cloud_entries import Entry
from exshare_adapters.confluence.cloud_pages import CloudLibrary, written
from exshare_adapters.confluence.drafting import Shown, draft, inventoried
from exshare_adapters.confluence.failures import Malformed, Missing, UnexpectedAnswer
from exshare_adapters.confluence.shapes import Json, moment, number, optional_text, possible
from exshare_adapters.confluence.together import together, within
from exshare_core.content import NodeKind
from exshare_core.history import Past, Version
from exshare_core.values import AccountId, PageId, page_id


@frozen
class CloudHistories:
    """The Histories of a Cloud site."""

    cloud: Cloud

    async def versions(
        self, page: PageId, limit: int, before: int | None = None, *, names: bool
    ) -> tuple[tuple[Version, ...], bool]:
        """The versions, newest first. v2 has no way to begin in the middle, so that what comes before is read too."""
        page_id(page)
        async with within():
            listed = await self._listed(page, limit + 1 if before is None else None)
            numbered = {one: entry for entry in listed if (one := _number(entry)) is not None}
            found = sorted((one for one in numbered if before is None or one < before), reverse=True)
            authors = {author for one in found[:limit] if (author := optional_text(numbered[one], "authorId"))}
            known = await self.cloud.display_names([AccountId(one) for one in authors]) if names and authors else {}
        versions = [
            Version(
                number=one,
                made_at=moment(numbered[one], "createdAt"),
                author=known.get(AccountId(optional_text(numbered[one], "authorId") or "")),
                message=optional_text(numbered[one], "message") or "",
            )
            for one in found[:limit]
        ]
        return tuple(versions), len(found) > limit

    async def read(self, page: PageId, version: int, *, names: bool) -> Past | None:
        """A version: its storage format and its rendering at once, the rendering again where macros must be located."""
        page_id(page)
        async with within():
            for kind in WITH_BODY:
                try:
                    return await self._read(possible(page), kind, version, names=names)
                except Missing:
                    continue
                except Malformed:
                    return Past(Version(version, None), None)
        return None

    async def _listed(self, page: PageId, most: int | None) -> Sequence[Json]:
        """The versions of a page that is current, or of a blog post."""
        for kind in WITH_BODY:
            try:
                if (await self.cloud.entry(possible(page), kind)).absent is not None:
                    return ()
                path = f"/api/v2/{PLURALS[kind]}/{page}/versions"
                return await self.cloud.api.every(path, {"limit": min(most or 250, 250)}, most=most)
            except Missing:
                continue
        return ()

    async def _read(self, page: PageId, kind: NodeKind, version: int, *, names: bool) -> Past:
        async with together() as requests:
            stored = requests.start(partial(self._version, page, kind, version, "storage"))
            exported = requests.start(partial(self._version, page, kind, version, "export_view"))
        entry = stored.value
        known = await self._names(entry, wished=names)
        author = None if entry.author is None else known.get(entry.author)
        told = Version(version, entry.changed_at, author, entry.message)
        try:
            found = await inventoried(entry.body or "")
            async with together() as requests:
                as_view = partial(self._version, page, kind, version, "view")
                located = requests.start(as_view) if found.locate else exported
                space = requests.start(partial(self.cloud.space_key, entry.space))
            shown = Shown(located.value.body or "", version, entry.changed_at, author)
            return Past(told, await draft(CloudLibrary(self.cloud), written(entry, space.value), found, shown))
        except Malformed:
            return Past(told, None)

    async def _version(self, page: PageId, kind: NodeKind, version: int, body_format: str) -> Entry:
        """A version in one form; never another one, since what is cut by one would be taken for what is shown of it."""
        entry = await self.cloud.entry(page, kind, body_format, version=version)
        if entry.version != version:
            raise UnexpectedAnswer("the site answered with another version than the one asked for")
        if entry.status not in ("current", "historical"):
            raise Missing
        return entry

    async def _names(self, entry: Entry, *, wished: bool) -> dict[AccountId, str]:
        return dict(await self.cloud.display_names([entry.author])) if wished and entry.author is not None else {}


def _number(entry: Json) -> int | None:
    """The number of a listed version; None where it has none by which it could be asked for."""
    try:
        return number(entry, "number")
    except Malformed:
        return None
