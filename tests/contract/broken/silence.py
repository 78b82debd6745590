"""Content adapters that answer something while nothing answers them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from attrs import evolve

from exshare_core.content import Absence, Absent, MayRead
from exshare_core.errors import AdapterFailed, Broken, CredentialRejected
from exshare_core.testing.fakes.content import (
    MemoryDirectory,
    MemoryFiles,
    MemoryFinder,
    MemoryPages,
    MemoryStream,
)
from tests.contract.broken.content import using


class FactsOfNothing(MemoryPages):
    """When the other side fails, the facts are that the pages are missing."""

    async def facts(self, pages: Any, identity: Any) -> Any:
        try:
            return await super().facts(pages, identity)
        except AdapterFailed:
            return {page: Absent(page, Absence.MISSING) for page in pages}


class FactsTakeUnknownForNo(MemoryPages):
    """A right that cannot be found out is told as lost, by `facts` only."""

    async def facts(self, *given: Any) -> Any:
        facts = await super().facts(*given)
        return {
            page: evolve(one, may_read=MayRead.NO)
            if not isinstance(one, Absent) and one.may_read is MayRead.UNKNOWN
            else one
            for page, one in facts.items()
        }


class LevelsOfNothing(MemoryPages):
    """When the other side fails, nothing is below the page."""

    async def level(self, *given: Any) -> Any:
        try:
            return await super().level(*given)
        except AdapterFailed:
            return (), False


class SearchesInVain(MemoryFinder):
    """When the other side fails, no page has the words."""

    async def search(self, *given: Any) -> Any:
        try:
            return await super().search(*given)
        except AdapterFailed:
            return ()


class LosesTheNames(MemoryFinder):
    """When the other side fails, no page has a title."""

    async def titles(self, *given: Any) -> Any:
        try:
            return await super().titles(*given)
        except AdapterFailed:
            return {}


class FetchesAddresses(MemoryFinder):
    """What looks like an address is asked for, wherever it leads."""

    async def locate(self, text: str) -> Any:
        if text.startswith("https://"):
            self.site.answer()
        return await super().locate(text)


class ListsNoFiles(MemoryFiles):
    """When the other side fails, the page has no files."""

    async def attachments(self, *given: Any) -> Any:
        try:
            return await super().attachments(*given)
        except AdapterFailed:
            return ()


class LosesFiles(MemoryFiles):
    """When the other side fails, the file is gone."""

    async def attachment(self, *given: Any) -> Any:
        try:
            return await super().attachment(*given)
        except AdapterFailed:
            return None


class BelievesParts(MemoryFiles):
    """A part of a file is taken as it comes."""

    @asynccontextmanager
    async def stream(self, attachment: Any, wanted: Any) -> Any:
        async with super().stream(attachment, wanted) as stream:
            if wanted is None:
                yield stream
            else:
                yield MemoryStream(stream.data, len(stream.data), stream.first, stream.total)


class RaisesForNonsense(MemoryDirectory):
    """An answer about groups that makes no sense comes out as an error."""

    async def groups(self, identity: Any) -> Any:
        if isinstance(self.site.failure, Broken):
            raise self.site.failure
        return await super().groups(identity)


class RaisesForTheCredential(MemoryDirectory):
    """A credential that may not ask for groups comes out as an error."""

    async def groups(self, identity: Any) -> Any:
        if isinstance(self.site.failure, CredentialRejected):
            raise self.site.failure
        return await super().groups(identity)


ROWS = [
    using("pages", FactsOfNothing, "nonsense_is_broken"),
    using("pages", FactsTakeUnknownForNo, "an_unknown_right_is_unknown"),
    using("pages", LevelsOfNothing, "a_passing_failure_is_busy", "nonsense_is_broken"),
    using("finder", SearchesInVain, "nothing_is_found_in_vain"),
    using("finder", LosesTheNames, "nothing_is_found_in_vain"),
    using("finder", FetchesAddresses, "a_foreign_address_is_never_fetched"),
    using("files", ListsNoFiles, "files_are_busy_while_nothing_answers"),
    using("files", LosesFiles, "files_are_busy_while_nothing_answers"),
    using("files", BelievesParts, "too_few_bytes_are_an_error"),
    using("directory", RaisesForNonsense, "groups_are_none_when_the_answer_makes_no_sense"),
    using("directory", RaisesForTheCredential, "groups_are_none_without_the_right_to_ask"),
]
