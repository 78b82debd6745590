"""Files of a Cloud site: lists from v2, bytes from v1's download and the media host it leads to (api.md
2.4).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import frozen

from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.files import Flow, MediaHosts, opened
from exshare_adapters.confluence.together import within
from exshare_adapters.http import Client
from exshare_core.content import Attachment, ByteRange
from exshare_core.values import AttachmentId, PageId, attachment_id, page_id


@frozen
class CloudFiles:
    """The FileSource of a Cloud site."""

    cloud: Cloud
    media: Client
    """Carries no credential: what a redirect of a file leads to is opened by its own token."""
    hosts: MediaHosts

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """All current files of a page or blog post, by name; none for what has no files."""
        page_id(page)
        async with within():
            try:
                return await self.cloud.files(page)
            except Missing:
                return ()

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """One current file of a page or blog post."""
        attachment_id(attachment)
        async with within():
            try:
                return await self.cloud.attachment(attachment)
            except Missing:
                return None

    @asynccontextmanager
    async def stream(self, attachment: Attachment, wanted: ByteRange | None) -> AsyncIterator[Flow]:
        """The bytes of a file. The old addresses below ``/download`` refuse tokens and are not used."""
        page, file = page_id(attachment.page), attachment_id(attachment.id)
        url = f"{self.cloud.api.base}/rest/api/content/{page}/child/attachment/{file}/download"
        async with opened(
            url, attachment, wanted, site=self.cloud.api.http, media=self.media, hosts=self.hosts
        ) as flow:
            yield flow
