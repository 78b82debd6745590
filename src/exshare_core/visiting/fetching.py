"""Use cases of a visitor who fetches files: which there are, which may leave, and their bytes on the way (spec V5, G9)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from attrs import frozen

from exshare_core.content import Attachment, ByteRange, may_serve
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed
from exshare_core.events import Kind
from exshare_core.ports import FileStream
from exshare_core.values import AttachmentId, PageId
from exshare_core.visiting.browsing import Browsing
from exshare_core.visiting.entrance import Admission

CHECK_EVERY = timedelta(seconds=1)
"""How often a running stream asks whether its link is still open (spec G9)."""


class Cut(AdapterFailed):
    """A stream was cut because its link was closed."""


@frozen
class Fetching(Browsing):
    """A visitor's acts on the files of an open link."""

    async def files(self, admission: Admission, page: PageId) -> tuple[Attachment, ...] | Answer:
        """The files of a reached page that may leave; needs the capability `attachments`."""
        content = self._content(admission)
        policy = admission.prepared.policy
        if policy.rung("attachments") < 1:
            return Answer.ABSENT
        reading = await self._reading(admission, page)
        if isinstance(reading, Answer):
            return reading
        files = await content.files.attachments(page)
        return tuple(file for file in files if file.page == page and may_serve(reading.draft, file, policy).allowed)

    async def file(self, admission: Admission, attachment: AttachmentId) -> Attachment | Answer:
        """A file that this link may serve now. The file's own page decides, whatever page the visitor saw it on.

        Answers, fails and returns an open as `page` does.
        """
        try:
            file = await self._file(admission, attachment)
        except AdapterFailed:
            await self._returned(admission)
            raise
        if isinstance(file, Answer):
            await self._not_given(admission, file, is_root=False)
        return file

    async def _file(self, admission: Admission, attachment: AttachmentId) -> Attachment | Answer:
        content = self._content(admission)
        file = await content.files.attachment(attachment)
        if file is None or file.id != attachment:
            return Answer.ABSENT
        reading = await self._reading(admission, file.page)
        if isinstance(reading, Answer):
            return reading
        decision = may_serve(reading.draft, file, admission.prepared.policy)
        return file if decision.allowed else decision.strangers_face()

    @asynccontextmanager
    async def stream(
        self, admission: Admission, file: Attachment, wanted: ByteRange | None
    ) -> AsyncIterator[FileStream]:
        """Open the bytes of a file that `file` has just allowed; raises AdapterFailed as `file` does."""
        files = self._content(admission).files
        opened = False
        try:
            async with files.stream(file, wanted) as stream:
                opened = True
                yield stream
        except AdapterFailed:
            if not opened:
                await self._returned(admission)
            raise

    async def fetched(self, admission: Admission, file: Attachment, *, part: bool = False) -> None:
        """Write down that a file, or a part of it, was fetched."""
        await self._seen(admission)
        found, detail = admission.found, "part" if part else ""
        await self._note(Kind.FILE_FETCHED, found, admission.caller, admission.at, page=file.id, detail=detail)

    async def guarded(self, segment: str, admission: Admission, stream: FileStream) -> AsyncGenerator[bytes, None]:
        """The bytes of a stream, cut within a second of the link's end (spec G9). A running stream keeps a visit going.

        Raises Cut then, so that the connection is broken off and never looks like a whole file.
        """
        checked = self.clock.now()
        begun = False
        try:
            async for chunk in stream.chunks():
                now = self.clock.now()
                if now - checked >= CHECK_EVERY:
                    admission = await self._still_open(segment, admission)
                    checked = now
                begun = True
                yield chunk
        except AdapterFailed:
            if not begun:
                await self._returned(admission)
            raise

    async def _still_open(self, segment: str, admission: Admission) -> Admission:
        """The admission as it is now; raises Cut unless the link would still let this caller in."""
        again = await self.again(segment, admission)
        if again is None:
            raise Cut("the link was closed while the file was on its way")
        await self._seen(again)
        return again
