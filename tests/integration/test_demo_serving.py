"""The stand-in on real ports of this machine: its hosts, its log, its faults, its end."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from exshare_demo import pages
from exshare_demo.serving import Addresses, Ports, serving, standing
from exshare_demo.site import PAT, Site, demo_site
from tests.demo_calls import BEARER, CLASSIC, SCOPED

PAGE = f"/api/v2/pages/{pages.UNPACK}"
DOWNLOAD = f"/rest/api/content/{pages.CATALOGUE}/child/attachment/att{pages.BIG_BIN}/download"


@pytest.fixture
def site() -> Site:
    """A fresh site."""
    return demo_site()


@pytest.fixture
def addresses(site: Site) -> Iterator[Addresses]:
    """Where it stands."""
    with standing(site) as found:
        yield found


def _ask(url: str, credential: str | None = None, **headers: str) -> httpx.Response:
    """One answer, without a jar for cookies: ports of one machine share them."""
    sent = {**headers, **({"authorization": credential} if credential else {})}
    return httpx.get(url, headers=sent, timeout=10)


def _is_open(url: str) -> bool:
    target = httpx.URL(url)
    with suppress(ConnectionRefusedError), socket.create_connection((target.host, target.port or 0), timeout=5):
        return True
    return False


def test_every_host_answers_with_its_own_credentials(addresses: Addresses) -> None:
    """The site takes classic tokens, the gateway scoped ones and bearers, Data Center its own."""
    statuses = [
        _ask(addresses.site + PAGE, CLASSIC).status_code,
        _ask(addresses.site + PAGE, SCOPED).status_code,
        _ask(addresses.gateway + PAGE, SCOPED).status_code,
        _ask(addresses.gateway + PAGE, BEARER).status_code,
        _ask(f"{addresses.datacenter}/rest/api/content/{pages.UNPACK}", f"Bearer {PAT}").status_code,
    ]

    assert [200, 401, 200, 200, 200] == statuses


def test_everything_stands_on_loopback(addresses: Addresses) -> None:
    """No address leads to another machine."""
    found = [httpx.URL(url).host for url in (addresses.site, addresses.gateway, addresses.media, addresses.datacenter)]

    assert ["127.0.0.1"] * 4 == found


def test_the_gateway_names_the_site_in_its_links(addresses: Addresses) -> None:
    """Links for people never lead to the gateway."""
    page = _ask(addresses.gateway + PAGE, BEARER).json()

    assert addresses.site == page["_links"]["base"]


def test_a_large_file_comes_whole_from_the_media_host(site: Site, addresses: Addresses) -> None:
    """By the redirect, without the credential."""
    place = _ask(addresses.site + DOWNLOAD, CLASSIC).headers["location"]
    there = _ask(place)

    assert place.startswith(f"{addresses.media}/file/")
    assert site.attachments[pages.BIG_BIN].content.size == len(there.content)
    assert [False] == [seen.with_credential for seen in site.log.of("media")]


def test_the_log_tells_hosts_apart(site: Site, addresses: Addresses) -> None:
    """Each request is written down with the host that it came to."""
    _ask(addresses.site + PAGE, CLASSIC)
    _ask(addresses.gateway + PAGE, BEARER)

    assert [("site", "GET"), ("gateway", "GET")] == [(s.host, s.method) for s in site.log.of(pattern=PAGE)]


def test_faults_strike_as_often_as_ordered(site: Site, addresses: Addresses) -> None:
    """A limit on one request, then all is well."""
    site.faults.rate_limit("/pages/", retry_after="7", times=1)
    first, second = (_ask(addresses.site + PAGE, CLASSIC) for _ in range(2))

    assert (429, "7", 200) == (first.status_code, first.headers["retry-after"], second.status_code)


def test_a_file_that_is_cut_short(site: Site, addresses: Addresses) -> None:
    """The promised length is not kept, and the reader can tell."""
    place = _ask(addresses.site + DOWNLOAD, CLASSIC).headers["location"]
    site.faults.truncate("/file/", keep=1000)

    with pytest.raises(httpx.RemoteProtocolError):
        _ask(place)


def test_the_context_path_of_data_center_is_chosen(site: Site) -> None:
    """It is part of the base."""
    with standing(site, context="/confluence") as found:
        inside = _ask(f"{found.datacenter}/rest/api/content/{pages.UNPACK}", f"Bearer {PAT}")

    assert found.datacenter.endswith("/confluence")
    assert 200 == inside.status_code


def test_nothing_is_left_behind() -> None:
    """When the block ends the ports are closed and the thread is gone, even with connections open."""
    before = threading.active_count()
    with standing(demo_site()) as found, httpx.Client() as client:
        client.get(found.site + PAGE, headers={"authorization": CLASSIC})

    assert before == threading.active_count()
    assert [False] * 4 == [_is_open(url) for url in (found.site, found.gateway, found.media, found.datacenter)]


def test_the_end_comes_though_the_block_fails() -> None:
    """An error of the caller is passed on, and everything is stopped."""
    before = threading.active_count()
    with pytest.raises(LookupError), standing(demo_site()):
        raise LookupError

    assert before == threading.active_count()


def test_a_port_can_be_chosen(unused_port: int) -> None:
    """For a site that people keep in their bookmarks."""
    with standing(demo_site(), Ports(site=unused_port)) as found:
        status = _ask(found.site + PAGE, CLASSIC).status_code

    assert (f"http://127.0.0.1:{unused_port}/wiki", 200) == (found.site, status)


def test_a_port_that_is_taken_is_told_at_once(unused_port: int) -> None:
    """Nothing starts."""
    before = threading.active_count()
    taken = Ports(gateway=unused_port)
    with (
        socket.create_server(("127.0.0.1", unused_port)),
        pytest.raises(OSError, match="in use"),
        standing(demo_site(), taken),
    ):
        pass

    assert before == threading.active_count()


def test_two_sites_stand_side_by_side() -> None:
    """They share nothing."""
    one, other = demo_site(), demo_site()
    with standing(one) as first, standing(other) as second:
        one.rename(pages.UNPACK, "Elsewhere")
        titles = [_ask(found.site + PAGE, CLASSIC).json()["title"] for found in (first, second)]

    assert ["Elsewhere", "Unpacking a lamp"] == titles


def test_a_running_loop_can_serve_it() -> None:
    """In the process and the loop of something else, which goes on afterwards."""

    async def go() -> tuple[int, bool]:
        async with serving(demo_site()) as found, httpx.AsyncClient() as client:
            answer = await client.get(found.site + PAGE, headers={"authorization": CLASSIC})
        return answer.status_code, _is_open(found.site)

    assert (200, False) == asyncio.run(go())
