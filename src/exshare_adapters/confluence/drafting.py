"""Joins storage format and rendering of a page into a draft: its macros, what they include, links and files.

The same for Cloud and Data Center; what differs is behind `Library`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol
from unicodedata import normalize

import anyio
import anyio.to_thread
from attrs import evolve, field, frozen

from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.inventory import FileRef, Inventory, StorageMacro
from exshare_adapters.confluence.links import SiteAddresses
from exshare_adapters.confluence.macros import INCLUDES, LISTS, LISTS_OF_FILES, OF_ONE_PAGE, OUTCOMES, REPORTS
from exshare_adapters.confluence.media import MediaFile
from exshare_adapters.confluence.outcomes import with_entries
from exshare_adapters.confluence.references import References, Titled, references, with_files, with_ids
from exshare_adapters.confluence.storage_format import inventory
from exshare_adapters.confluence.together import Result, together
from exshare_core.content import Attachment, Draft, MacroUse
from exshare_core.values import AttachmentId, PageId

DEPTH = 3
"""How many levels of included pages are read for their own macros."""
MOST_INCLUDED = 20
"""The most included pages that are read for one page."""
MOST_LOOK_UPS = 20
"""The most titles that are looked up for the links of one page; the others stay unresolved."""
MOST_LISTS = 10
"""The most pages whose files are listed for one page, and the most lists whose page is looked up."""
LARGE = 200_000
"""From so many characters on, storage format is read in a thread."""


@frozen
class Written:
    """A page as its author wrote it, and where it stands."""

    page: PageId
    space: str
    title: str = field(repr=False)
    parent: PageId | None
    storage: str = field(repr=False)


@frozen
class Shown:
    """A page as Confluence renders it."""

    body: str = field(repr=False)
    version: int
    changed_at: datetime | None
    author: str | None = None


class Library(Protocol):
    """What a draft needs to know of other pages. All of it raises Missing for what is not there."""

    @property
    def addresses(self) -> SiteAddresses:
        """The addresses of the site."""

    async def written(self, page: PageId) -> Written:
        """A current page in storage format."""

    async def titled(self, space: str, title: str) -> PageId | None:
        """The page of a space with this title."""

    async def home(self, space: str) -> PageId | None:
        """The home page of a space."""

    async def files_of(self, page: PageId) -> Sequence[Attachment]:
        """The current files of a page."""

    async def media_of(self, page: PageId) -> Mapping[str, Attachment]:
        """The same by the ids that the media host has for them, in lower case, if the site has such a host."""


async def inventoried(storage: str) -> Inventory:
    """What storage format holds; a large page is read in a thread, so that nobody else waits for it."""
    if len(storage) < LARGE:
        return inventory(storage)
    return await anyio.to_thread.run_sync(inventory, storage)


async def draft(library: Library, page: Written, found: Inventory, shown: Shown) -> Draft:
    """The draft of `page`, whose storage format holds what `found` lists, rendered as `shown`."""
    refers = references(shown.body, library.addresses)
    async with together() as requests:
        macros = requests.start(partial(_macros, library, page, found, (page.page,), {page.page}))
        titles = requests.start(partial(_titles, library, refers))
        stored = [file.media for file in (*found.shown_files, *found.hidden_files) if file.media is not None]
        media = requests.start(partial(_media, library, page.page, (*refers.media, *stored)))
    visible = _own_names(found.shown_files, page, media.value)
    drawings = [(page.page, name) for name in sorted(visible) if name.endswith(".png")] if _draws(shown.body) else []
    files = await _files(library, refers, titles.value, drawings)
    body = with_files(with_ids(shown.body, library.addresses, titles.value), library.addresses, media.value)
    return Draft(
        page=page.page,
        title=page.title,
        body=body,
        macros=await _with_outcomes(library, macros.value, body),
        links=refers.pages | set(titles.value.values()),
        owners=_owners(refers, titles.value, media.value) - {page.page},
        shown_files=visible,
        hidden_files=_own_names(found.hidden_files, page, media.value) - visible,
        marks=found.marks,
        files=files,
        version=shown.version,
        changed_at=shown.changed_at,
        author=shown.author,
    )


def _owners(
    refers: References, titles: Mapping[Titled, PageId], media: Mapping[MediaFile, Attachment]
) -> frozenset[PageId]:
    """The pages that the files in a body belong to."""
    titled = {titles[one] for one, _ in refers.files_of_titled if one in titles}
    return refers.owners | titled | {file.page for file in media.values()}


def _own_names(files: frozenset[FileRef], page: Written, media: Mapping[MediaFile, Attachment]) -> frozenset[str]:
    """The names of those files that belong to the page itself."""
    own = {normalize("NFC", file.name) for file in files if file.name and _is_own(file.title, file.space, page)}
    known = [media[file.media] for file in files if file.media is not None and file.media in media]
    return frozenset(own | {file.name for file in known if file.page == page.page})


def _is_own(title: str | None, space: str | None, page: Written) -> bool:
    if space is not None and space.upper() != page.space.upper():
        return False
    return title is None or title in ("@self", page.title)


async def _macros(
    library: Library, page: Written, found: Inventory, above: tuple[PageId, ...], read: set[PageId]
) -> list[MacroUse]:
    """The macros of `page` and, below its includes, those of the included pages.

    An include below the deepest level, or of a page that includes this one, has an unknown source: nobody has
    looked at what it brings. `read` collects the pages read for one draft, so that their number is bounded.
    """
    async with together() as requests:
        resolved = [(macro, requests.start(partial(_source, library, page, macro))) for macro in found.macros]
        listed = {
            macro: requests.start(partial(_listed, library, page, macro, included=len(above) > 1))
            for macro in [macro for macro in found.macros if macro.name in LISTS][:MOST_LISTS]
        }
    uses: list[MacroUse] = []
    included: list[PageId] = []
    for macro, result in resolved:
        source = result.value
        if source is not None and macro.name in INCLUDES and not macro.excluded:
            full = source not in read and len(read) > MOST_INCLUDED
            if len(above) > DEPTH or source in above or full:
                source = None
            elif source not in included:
                included.append(source)
                read.add(source)
        lists = listed[macro].value if macro in listed else None
        uses.append(MacroUse(macro.name, macro.id, macro.ordinal, macro.excluded, source, page.page, lists))
    async with together() as requests:
        below = [requests.start(partial(_included, library, source, above, read)) for source in included]
    for result_below in below:
        uses.extend(result_below.value)
    return list(dict.fromkeys(uses))


async def _included(library: Library, source: PageId, above: tuple[PageId, ...], read: set[PageId]) -> list[MacroUse]:
    try:
        page = await library.written(source)
    except Missing:
        return []
    return await _macros(library, page, await inventoried(page.storage), (*above, source), read)


async def _source(library: Library, page: Written, macro: StorageMacro) -> PageId | None:
    """The page that a macro reads, when it reads one and that can be known (spec L17).

    A list of all files of a page would name those that only an excluded part of it refers to (spec L8).
    """
    if macro.name not in OF_ONE_PAGE | LISTS_OF_FILES:
        return None
    source = await _page_of(library, page, macro)
    if source is None or macro.name in OF_ONE_PAGE:
        return source
    written = await _inventory_of(library, source)
    return source if written is not None and not written.hidden_files else None


async def _inventory_of(library: Library, page: PageId) -> Inventory | None:
    """What another page's storage format holds, if that page is there."""
    try:
        return await inventoried((await library.written(page)).storage)
    except Missing:
        return None


async def _with_outcomes(library: Library, macros: Sequence[MacroUse], body: str) -> tuple[MacroUse, ...]:
    """The macros, with what those among them list that are the outcome of a search.

    A page that a report is about may say more than its title where it holds no excluded part and no reading macro:
    what a report shows of it may come from there.
    """
    if not any(macro.name in OUTCOMES for macro in macros):
        return tuple(macros)
    look = partial(with_entries, macros, body, library.addresses)
    found = look() if len(body) < LARGE else await anyio.to_thread.run_sync(look)
    pages = dict.fromkeys(page for macro in found if macro.name in REPORTS for page in macro.entries or ())
    async with together() as requests:
        results = {page: requests.start(partial(_inventory_of, library, page)) for page in list(pages)[:MOST_INCLUDED]}
    held = {page: result.value for page, result in results.items()}
    told = {page for page, one in held.items() if one is not None and not one.macros and not one.hidden_files}
    return tuple(
        evolve(macro, told=frozenset(told.intersection(macro.entries or ()))) if macro.name in REPORTS else macro
        for macro in found
    )


async def _listed(library: Library, page: Written, macro: StorageMacro, *, included: bool) -> PageId | None:
    """The page whose child pages a macro lists.

    Where an included page means itself or its parent, Confluence may take it for the page around: that is unknown.
    """
    if included and macro.title in ("@self", "@parent"):
        return None
    return await _page_of(library, page, macro)


async def _page_of(library: Library, page: Written, macro: StorageMacro) -> PageId | None:
    """The page that a macro names, when that can be known."""
    if macro.page_id is not None:
        return PageId(macro.page_id) if macro.page_id.isascii() and macro.page_id.isdigit() else None
    space = macro.space or page.space
    try:
        if macro.title is None:
            return None
        if macro.title.startswith("@"):
            special = {"@self": page.page, "@parent": page.parent}
            return await library.home(space) if macro.title == "@home" else special.get(macro.title)
        return await library.titled(space, macro.title)
    except Missing:
        return None


async def _titles(library: Library, refers: References) -> Mapping[Titled, PageId]:
    async def look_up(space: str, title: str | None) -> PageId | None:
        try:
            return await (library.home(space) if title is None else library.titled(space, title))
        except Missing:
            return None

    results: list[tuple[Titled, Result[PageId | None]]] = []
    async with together() as requests:
        for space, title in refers.titled[:MOST_LOOK_UPS]:
            results.append(((space, title), requests.start(partial(look_up, space, title))))
    return {titled: result.value for titled, result in results if result.value is not None}


async def _media(library: Library, page: PageId, wanted: Sequence[MediaFile]) -> Mapping[MediaFile, Attachment]:
    """The files that the media host's ids and names stand for: of the page that an address names, else of `page`."""
    owners = list(dict.fromkeys(media.page or page for media in wanted))[:MOST_LISTS]

    async def listed(owner: PageId) -> Mapping[str, Attachment]:
        try:
            return await library.media_of(owner)
        except Missing:
            return {}

    async with together() as requests:
        lists = {owner: requests.start(partial(listed, owner)) for owner in owners}
    found = {}
    for media in wanted:
        files = lists[owner].value if (owner := media.page or page) in lists else {}
        file = files.get(media.id) or next((one for one in files.values() if one.name == media.name), None)
        if file is not None:
            found[media] = file
    return found


def _draws(body: str) -> bool:
    """Whether an app may have left a place for a diagram, whose picture storage names and the body does not."""
    return "ap-container" in body or "geDiagramContainer" in body


async def _files(
    library: Library, refers: References, titles: Mapping[Titled, PageId], drawings: Sequence[tuple[PageId, str]]
) -> Mapping[tuple[PageId, str], AttachmentId]:
    """Ids of the files that the body names without one, and of drawings; a ``+`` in a name may stand for a space."""
    wanted = [*refers.files, *drawings, *((titles[one], name) for one, name in refers.files_of_titled if one in titles)]
    owners = list(dict.fromkeys(page for page, _ in wanted))[:MOST_LISTS]

    async def listed(page: PageId) -> Sequence[Attachment]:
        try:
            return await library.files_of(page)
        except Missing:
            return ()

    async with together() as requests:
        lists = [(page, requests.start(partial(listed, page))) for page in owners]
    known = {(page, file.name): file.id for page, result in lists for file in result.value}
    found = {}
    for page, name in wanted:
        attachment = known.get((page, name)) or known.get((page, name.replace("+", " ")))
        if attachment is not None:
            found[page, name] = attachment
    return found
