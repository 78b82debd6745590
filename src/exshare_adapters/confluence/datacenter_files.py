"""Files of a Data Center site: lists from REST, bytes from the address that REST names, off the host only to
hosts that the settings name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import frozen

from exshare_adapters.confluence.datacenter import DataCenter, StoredFile
from exshare_adapters.confluence.failures import Missing, UnexpectedAnswer
from exshare_adapters.confluence.files import Flow, MediaHosts, opened
from exshare_adapters.confluence.together import within
from exshare_adapters.http import Client
from exshare_core.content import Attachment, ByteRange
from exshare_core.values import AttachmentId, PageId, attachment_id, page_id


@frozen
class DataCenterFiles:
    """The FileSource of a Data Center site."""

    site: DataCenter
    media: Client
    """Carries no credential."""
    hosts: MediaHosts

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """All current files of a page, by name; none for what has no files."""
        page_id(page)
        async with within():
            try:
                return tuple(stored.file for stored in await self.site.files(page))
            except Missing:
                return ()

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """One current file of a page."""
        attachment_id(attachment)
        async with within():
            try:
                stored = await self.site.file(attachment)
            except Missing:
                return None
        return None if stored is None else stored.file

    @asynccontextmanager
    async def stream(self, attachment: Attachment, wanted: ByteRange | None) -> AsyncIterator[Flow]:
        """The bytes of a file. A redirect leads to a sign-in page as a rule, and is then not followed."""
        stored = await self._listed(attachment)
        url = self._address(stored.download)
        async with opened(
            url, stored.file, wanted, site=self.site.api.http, media=self.media, hosts=self.hosts
        ) as flow:
            yield flow

    async def _listed(self, attachment: Attachment) -> StoredFile:
        """Where the bytes are now: REST's own word, read again (or a moment ago) rather than remembered."""
        async with within():
            try:
                stored = await self.site.file(attachment.id)
            except Missing:
                stored = None
            if stored is None or stored.file.page != attachment.page:
                raise UnexpectedAnswer("the site does not find a file that it has just listed")
        return stored

    def _address(self, download: str) -> str:
        if not download.startswith("/") or download.startswith("//") or "\\" in download:
            raise UnexpectedAnswer("the address of a file leads elsewhere")
        api = self.site.api
        inside = download
        if api.site.path and download.startswith(f"{api.site.path}/"):
            inside = download.removeprefix(api.site.path)
        return f"{api.base}{inside}"
