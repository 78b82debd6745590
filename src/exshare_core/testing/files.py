"""The promises of FileSource."""

from __future__ import annotations

import pytest

from exshare_core.content import Attachment, ByteRange
from exshare_core.errors import AdapterFailed, Busy
from exshare_core.testing.contract import promise
from exshare_core.testing.prepared import ContentAbilities, PreparedSite
from exshare_core.values import AttachmentId

CHUNK = 256 * 1024
UNKNOWN = AttachmentId("att999999999999")


class FileSourceContract(ContentAbilities):
    """Files are listed whole and streamed exactly."""

    @promise
    async def test_all_files_of_a_page_are_listed_by_name(self, site: PreparedSite) -> None:
        """`attachments` has every current file of the page, by name, with its page and its size in bytes."""
        prepared = site.prepared
        files = await site.content.files.attachments(prepared.page)

        assert [(name, prepared.page, len(prepared.files[name])) for name in sorted(prepared.files)] == [
            (file.name, file.page, file.size) for file in files
        ]

    @promise
    async def test_a_file_is_found_by_its_id(self, site: PreparedSite) -> None:
        """`attachment` gives the file with this id, and None for an unknown one."""
        for file in await site.content.files.attachments(site.prepared.page):
            assert file == await site.content.files.attachment(file.id)
        assert await site.content.files.attachment(UNKNOWN) is None

    @promise
    async def test_a_file_is_streamed_whole(self, site: PreparedSite) -> None:
        """Without a range all bytes flow, as many as `length` says."""
        for file in await site.content.files.attachments(site.prepared.page):
            whole = site.prepared.files[file.name]

            assert (len(whole), None, len(whole), whole) == await _streamed(site, file, None)

    @promise
    async def test_a_stream_flows_in_small_chunks(self, site: PreparedSite) -> None:
        """No chunk is larger than 256 KiB."""
        for file in await site.content.files.attachments(site.prepared.page):
            async with site.content.files.stream(file, None) as stream:
                assert all([len(chunk) <= CHUNK async for chunk in stream.chunks()])

    @promise
    async def test_a_part_of_a_file_is_streamed(self, site: PreparedSite) -> None:
        """With a range exactly that part flows: from an offset to another, to the end, and the last bytes."""
        file = await _largest(site)
        whole = site.prepared.files[file.name]
        size = len(whole)

        assert (90, 10, size, whole[10:100]) == await _streamed(site, file, ByteRange(10, 99))
        assert (size - 7, 7, size, whole[7:]) == await _streamed(site, file, ByteRange(7))
        assert (5, size - 5, size, whole[-5:]) == await _streamed(site, file, ByteRange(-5))
        assert (4, size - 4, size, whole[-4:]) == await _streamed(site, file, ByteRange(size - 4, size + 100))

    @promise
    async def test_too_few_bytes_are_an_error(self, site: PreparedSite) -> None:
        """A stream that ends early raises, so that half a file, or half a part, never looks like a whole one."""
        self.needs("shorten_files")
        file = await _largest(site)
        await site.shorten_files()
        for wanted in (None, ByteRange(7)):
            with pytest.raises(AdapterFailed):
                await _streamed(site, file, wanted)

    @promise
    async def test_too_many_bytes_are_an_error(self, site: PreparedSite) -> None:
        """A stream that goes on after its length raises."""
        self.needs("lengthen_files")
        file = await _largest(site)
        await site.lengthen_files()
        with pytest.raises(AdapterFailed):
            await _streamed(site, file, None)

    @promise
    async def test_files_are_busy_while_nothing_answers(self, site: PreparedSite) -> None:
        """While the other side cannot answer, files are listed, found and opened with Busy: none is said to be gone."""
        self.needs("stop_answering")
        page = site.prepared.page
        await site.stop_answering()
        with pytest.raises(Busy):
            await site.content.files.attachments(page)
        with pytest.raises(Busy):
            await site.content.files.attachment(UNKNOWN)
        with pytest.raises(Busy):
            await _streamed(site, Attachment(UNKNOWN, page, "plan.pdf", "application/pdf", 9), None)

    @promise
    async def test_a_stream_that_was_left_early_can_be_opened_again(self, site: PreparedSite) -> None:
        """Leaving a stream in the middle releases it: many can be left, and the file still flows whole."""
        file = await _largest(site)
        for _ in range(30):
            async with site.content.files.stream(file, None) as stream:
                async for _chunk in stream.chunks():
                    break

        assert site.prepared.files[file.name] == (await _streamed(site, file, None))[3]


async def _largest(site: PreparedSite) -> Attachment:
    return max(await site.content.files.attachments(site.prepared.page), key=lambda file: file.size)


async def _streamed(
    site: PreparedSite, file: Attachment, wanted: ByteRange | None
) -> tuple[int, int | None, int, bytes]:
    async with site.content.files.stream(file, wanted) as stream:
        chunks = [chunk async for chunk in stream.chunks()]
        return stream.length, stream.first, stream.total, b"".join(chunks)
