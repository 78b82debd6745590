"""Files are streamed honestly, and media hosts see no credential (api.md 2.4; F25, F29)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import anyio
import httpx
import pytest
from attrs import evolve

from exshare_adapters.confluence.files import MEDIA_HOSTS, MediaHosts, opened
from exshare_adapters.http import Limits, open_client
from exshare_core.content import Attachment, ByteRange
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected
from exshare_core.values import AttachmentId, PageId
from tests.integration.wires import (
    AT_ONCE,
    BASE,
    SECRET,
    Handler,
    Wire,
    network,
    pieces,
    run,
)

FILE = Attachment(AttachmentId("att9"), PageId("12"), "a.bin", "application/octet-stream", 10)
BYTES = b"0123456789"
MEDIA = MediaHosts(MEDIA_HOSTS, insecure=False)


def fetched(
    wire: Handler,
    wanted: ByteRange | None = None,
    file: Attachment = FILE,
    hosts: MediaHosts = MEDIA,
    limits: Limits = AT_ONCE,
) -> tuple[int | None, int, bytes]:
    """First byte, length and bytes of a file streamed through `wire`."""

    async def go() -> tuple[int | None, int, bytes]:
        transport = network(wire)
        async with AsyncExitStack() as stack:
            site = await stack.enter_async_context(
                open_client(base=BASE, headers={"authorization": SECRET}, limits=limits, transport=transport)
            )
            media = await stack.enter_async_context(open_client(limits=limits, transport=transport))
            flow = await stack.enter_async_context(
                opened(f"{BASE}/file", file, wanted, site=site, media=media, hosts=hosts)
            )
            body = b"".join([chunk async for chunk in flow.chunks()])
            return flow.first, flow.length, body

    return run(go())


def test_a_media_host_sees_no_credential() -> None:
    """api.md 2.4: the redirect's own token opens the file; nothing of ours goes along, the range does."""
    wire = Wire(
        httpx.Response(
            302,
            headers={
                "location": "https://api.media.atlassian.com/file/1/binary?token=t",
                "set-cookie": "a=b",
            },
        ),
        httpx.Response(206, content=b"234", headers={"content-range": "bytes 2-4/10"}),
    )
    actual = fetched(wire, ByteRange(2, 4))

    assert actual == (2, 3, b"234")

    first, second = (request.headers for request in wire.seen)
    assert (
        first["authorization"],
        second.get("authorization"),
        second.get("cookie"),
        second["range"],
    ) == (SECRET, None, None, "bytes=2-4")


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/file",
        "http://api.media.atlassian.com/file",
        "https://api.media.atlassian.com:8443/file",
        "https://atlassian.com.evil.example/file",
        "https://xatlassian.com/file",
        "https://api.media.atlassian.com@evil.example/file",
        "file:///etc/passwd",
        "",
        "//evil.example/x",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    """F25: only https, only known hosts, only the usual port."""
    wire = Wire(httpx.Response(302, headers={"location": location}))
    with pytest.raises(AdapterFailed):
        fetched(wire)

    assert {"acme.atlassian.net"} == {request.url.host for request in wire.seen}


def test_a_loop_of_redirects_ends() -> None:
    """F25: after two hops nothing is followed."""
    wire = Wire(httpx.Response(302, headers={"location": "https://api.media.atlassian.com/again"}))
    with pytest.raises(Broken):
        fetched(wire)

    assert len(wire.seen) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_redirect_that_has_run_out_is_asked_for_again(status: int) -> None:
    """api.md 2.4: the token of a media address is short-lived; the site gives a new one, once."""
    moved = [
        httpx.Response(302, headers={"location": f"https://api.media.atlassian.com/file/1/binary?token={token}"})
        for token in ("old", "new")
    ]
    wire = Wire(moved[0], httpx.Response(status), moved[1], httpx.Response(200, content=BYTES))
    actual = fetched(wire)

    assert actual == (None, 10, BYTES)

    assert ["acme.atlassian.net", "api.media.atlassian.com"] * 2 == [request.url.host for request in wire.seen]

    refused = Wire(*(answer for one in moved for answer in (one, httpx.Response(status))))
    with pytest.raises(AdapterFailed):
        fetched(refused)

    assert len(refused.seen) == 4


def test_a_site_without_media_hosts_follows_nothing() -> None:
    """api.md 6.2: on Data Center a redirect is a wish to sign in; the credential is what is wrong."""
    wire = Wire(httpx.Response(302, headers={"location": "https://sso.example/login"}))
    with pytest.raises(CredentialRejected):
        fetched(wire, hosts=MediaHosts((), False))

    assert len(wire.seen) == 1


def test_a_part_of_a_file_of_untold_size_is_served() -> None:
    """RFC 9110 lets a server leave the size of the whole out; it was listed."""
    part = httpx.Response(206, content=b"234", headers={"content-range": "bytes 2-4/*"})
    actual = fetched(Wire(part), ByteRange(2, 4))

    assert actual == (2, 3, b"234")


def test_a_sign_in_page_is_not_taken_for_a_file_that_is_a_page() -> None:
    """api.md 6.2: both are HTML; only the listed size tells them apart."""
    file = evolve(FILE, media_type="text/html")
    signing_in = httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"})
    own = httpx.Response(200, content=BYTES, headers={"content-type": "text/html"})
    with pytest.raises(Broken):
        fetched(Wire(signing_in), file=file)

    assert fetched(Wire(own), file=file) == (None, 10, BYTES)


def test_a_file_that_trickles_is_given_up() -> None:
    """api.md 3.3: a sender of single bytes holds no place for ever; what counts is the time spent waiting."""

    async def trickle() -> AsyncIterator[bytes]:
        for byte in BYTES:
            await anyio.sleep(0.02)
            yield bytes([byte])

    with pytest.raises(Busy):
        fetched(Wire(httpx.Response(200, content=trickle())), limits=Limits(total=0.05, slowest=1e9))


def test_a_file_without_redirect_is_served() -> None:
    """api.md 2.4: some sites answer with the bytes themselves."""
    actual = fetched(Wire(httpx.Response(200, content=BYTES)))

    assert actual == (None, 10, BYTES)


@pytest.mark.parametrize(
    ("wanted", "first", "body"),
    [
        (ByteRange(2, 4), 2, b"234"),
        (ByteRange(7), 7, b"789"),
        (ByteRange(-2), 8, b"89"),
        (ByteRange(0, 99), 0, BYTES),
    ],
)
def test_a_range_that_upstream_ignores_is_cut_by_us(wanted: ByteRange, first: int, body: bytes) -> None:
    """F29: the whole file came; we skip and cut."""
    actual = fetched(Wire(httpx.Response(200, content=pieces(b"012", b"3456", b"789"))), wanted)

    assert (first, len(body), body) == actual


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(206, content=b"234", headers={"content-range": "bytes 3-5/10"}),
        httpx.Response(206, content=b"234"),
        httpx.Response(206, content=b"234", headers={"content-range": "bytes 2-4/4"}),
        httpx.Response(206, content=b"23", headers={"content-range": "bytes 2-4/10"}),
        httpx.Response(200, content=BYTES + b"x"),
        httpx.Response(416),
        httpx.Response(404),
        httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"}),
        httpx.Response(200, content=pieces(BYTES), headers={"content-encoding": "gzip"}),
    ],
    ids=[
        "other part",
        "no part named",
        "beyond",
        "short",
        "other size",
        "416",
        "404",
        "sign-in page",
        "compressed",
    ],
)
def test_a_part_that_was_not_asked_for_is_refused(answer: httpx.Response) -> None:
    """F29: nothing is served as if it were right."""
    with pytest.raises(AdapterFailed):
        fetched(Wire(answer), ByteRange(2, 4))


@pytest.mark.parametrize("parts", [(b"01234",), (BYTES, b"x")], ids=["fewer", "more"])
def test_a_length_that_lies_ends_the_stream_with_an_error(parts: tuple[bytes, ...]) -> None:
    """F29: a stream without a length must hold what was listed, to the byte."""
    with pytest.raises(Broken):
        fetched(Wire(httpx.Response(200, content=pieces(*parts))))
