"""A connection opens from its settings, reads and renders, and closes without leaving anything behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from exshare_adapters.confluence import CloudSettings, DataCenterSettings, open_cloud, open_data_center
from exshare_adapters.confluence.opening import cloud, data_center
from exshare_core.content import Reading
from exshare_core.errors import AdapterFailed, CredentialRejected
from exshare_core.ports import Content, View
from exshare_core.values import AccountId, AttachmentId, PageId
from tests.integration.wires import network

SETTINGS = CloudSettings(url="https://acme.atlassian.net/wiki", email="bot@acme.example", token="s3cr3t")
SHOWN = (
    '<p>Hello <a href="/wiki/spaces/TEAM/pages/7/x">inside</a>'
    ' <a href="https://acme.atlassian.net/wiki/spaces/TEAM/pages/8/y">outside</a></p>'
)
ENTRY = {"id": "1", "status": "current", "title": "One", "spaceId": "900", "version": {"number": 1}}
NOBODY = {"results": [], "size": 0}
ROUTES: Mapping[str, object] = {
    "/pages/1": ENTRY
    | {
        "body": {
            "storage": {"value": "<p>Hello</p>"},
            "export_view": {"value": SHOWN},
            "view": {"value": SHOWN},
        }
    },
    "/ancestors": {"results": []},
    "/labels": {"results": []},
    "/spaces/900": {"id": "900", "key": "TEAM"},
    "/byOperation": {"read": {"restrictions": {"user": NOBODY, "group": NOBODY}}},
    "/permission/check": {"hasPermission": True},
}


def wire(request: httpx.Request) -> httpx.Response:
    """A site with one page."""
    found = next((answer for end, answer in ROUTES.items() if request.url.path.endswith(end)), {})
    made = httpx.Response(200, json=found)

    async def stream() -> object:
        yield made.content

    return httpx.Response(200, content=stream(), headers=made.headers)  # type: ignore[arg-type]


def test_a_page_is_read_and_rendered() -> None:
    """Linked pages of the share lead to our addresses, others nowhere."""

    async def go() -> str:
        async with cloud(SETTINGS, httpx.MockTransport(wire)) as content:
            reading = await content.pages.read(PageId("1"), AccountId("557058:ada"))
            assert isinstance(reading, Reading)
            assert frozenset({PageId("7"), PageId("8")}) == reading.draft.links
            pages = {PageId("7"): "/s/t/p/7"}
            return (await content.renderer.render(reading.draft, (), pages, View("/s/t/a/"))).html

    with asyncio.Runner() as runner:
        html = runner.run(go())

    assert ('href="/s/t/p/7"' in html, "atlassian" in html) == (True, False)


@pytest.mark.parametrize(("media_hosts", "expected"), [(("files.example.com",), b"abc"), ((), None)])
def test_a_data_center_file_leaves_the_host_only_for_hosts_of_the_settings(
    media_hosts: tuple[str, ...], expected: bytes | None
) -> None:
    """api.md 6.2: a redirect is a wish to sign in unless the operator names its host; the token stays at home."""
    stored = {
        "id": "att9",
        "type": "attachment",
        "title": "a.bin",
        "container": {"id": "1", "type": "page"},
        "extensions": {"mediaType": "application/octet-stream", "fileSize": 3},
        "_links": {"download": "/download/attachments/1/a.bin"},
    }
    tokens: list[tuple[str, str | None]] = []

    def site(request: httpx.Request) -> httpx.Response:
        tokens.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "files.example.com":
            return httpx.Response(200, content=b"abc")
        if request.url.path.startswith("/download/"):
            return httpx.Response(302, headers={"location": "https://files.example.com/9?signature=s"})
        return httpx.Response(200, json=stored)

    settings = DataCenterSettings(url="https://wiki.example.com", token="pat", media_hosts=media_hosts)

    async def go() -> bytes | None:
        async with data_center(settings, network(site)) as content:
            file = await content.files.attachment(AttachmentId("att9"))
            assert file is not None
            try:
                async with content.files.stream(file, None) as flow:
                    return b"".join([chunk async for chunk in flow.chunks()])
            except CredentialRejected:
                return None

    with asyncio.Runner() as runner:
        actual = runner.run(go())

    assert expected == actual

    assert {("wiki.example.com", "Bearer pat")} == {one for one in tokens if one[1] is not None}


def test_opening_reaches_nobody_and_silences_the_libraries() -> None:
    """Both entry points yield ports without a request; libraries that would log addresses are off."""

    async def go() -> list[type[Content]]:
        kinds = []
        async with asynccontextmanager(open_cloud)(SETTINGS) as content:
            kinds.append(type(content))
        center = DataCenterSettings(url="https://wiki.example.com", token="pat")
        async with asynccontextmanager(open_data_center)(center) as content:
            kinds.append(type(content))
        return kinds

    with asyncio.Runner() as runner:
        kinds = runner.run(go())

    assert [Content, Content] == kinds

    assert not any(logging.getLogger(name).isEnabledFor(logging.CRITICAL) for name in ("httpx", "aiohttp.client"))


def test_a_connection_may_be_closed_by_another_task() -> None:
    """Hosts open in one task and close in another; nothing is bound to the first."""
    opened = cloud(SETTINGS, httpx.MockTransport(wire))
    with asyncio.Runner() as runner:
        content = runner.run(opened.__aenter__())
        reading = runner.run(content.pages.read(PageId("1"), AccountId("557058:ada")))
        runner.run(opened.__aexit__(None, None, None))

    assert isinstance(reading, Reading)


def test_a_failure_tells_nothing_of_the_connection() -> None:
    """No address, no credential and no text of a library in what is raised."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {request.url} with {request.headers}")

    async def go() -> None:
        async with cloud(SETTINGS, httpx.MockTransport(broken)) as content:
            await content.pages.read(PageId("1"), AccountId("557058:ada"))

    with asyncio.Runner() as runner, pytest.raises(AdapterFailed) as raised:
        runner.run(go())
    told = repr((raised.value, raised.value.__cause__))

    assert ("acme" in told, "s3cr3t" in told, "Basic" in told) == (False, False, False)
