"""The stand-in for Cloud springs the traps of files: redirects, signed addresses, a host that refuses credentials."""

from __future__ import annotations

import pytest

from exshare_demo import pages
from tests.demo_calls import BEARER, CLASSIC, MEDIA, SITE, Cloud

DOWNLOAD = f"/rest/api/content/{pages.GALLERY}/child/attachment/att{pages.LIGHTHOUSE_PNG}/download"


@pytest.fixture
def cloud() -> Cloud:
    """A fresh site."""
    return Cloud()


@pytest.mark.parametrize("folder", ["attachments", "thumbnails"])
def test_old_file_addresses_refuse_tokens_and_send_browsers_to_the_sign_in_page(cloud: Cloud, folder: str) -> None:
    """Bodies are still full of them."""
    path = f"/download/{folder}/{pages.GALLERY}/lighthouse.png?version=1&api=v2"
    token, browser = cloud.ask(path), cloud.ask(path, credential=None)

    assert 401 == token.status_code
    assert token.headers["www-authenticate"].startswith("OAuth ")
    assert (302, f"{SITE}/login") == (browser.status_code, browser.headers["location"].partition("?")[0])


@pytest.mark.parametrize("credential", [CLASSIC, None])
@pytest.mark.parametrize(
    "path",
    [
        "/spaces/GUIDE/pages/40010003/Unpacking",
        "/x/E4FiAg",
        "/l/cp/AbCdEf12",
        "/display/GUIDE/Warranty",
        "/pages/viewpage.action?pageId=1",
    ],
)
def test_addresses_for_people_lead_to_the_sign_in_page(cloud: Cloud, path: str, credential: str | None) -> None:
    """No credential of a program opens them."""
    answer = cloud.ask(path, credential=credential)

    assert (302, f"{SITE}/login") == (answer.status_code, answer.headers["location"].partition("?")[0])


def test_the_sign_in_page_may_be_on_another_host(cloud: Cloud) -> None:
    """Where nobody should follow."""
    cloud.site.switches.login_redirect = "https://id.lantern-works.example/login"

    assert cloud.ask("/spaces/GUIDE").headers["location"].startswith("https://id.lantern-works.example/login?")


def test_download_links_leave_the_context_out(cloud: Cloud) -> None:
    """Put after the bare host they lead nowhere."""
    link = cloud.ask(f"/api/v2/attachments/att{pages.LIGHTHOUSE_PNG}").json()["downloadLink"]

    assert (302, 404) == (cloud.ask(link).status_code, cloud.ask_outside(link).status_code)


@pytest.mark.parametrize(
    "path",
    [
        f"/rest/api/content/{pages.START}/child/attachment/att{pages.LIGHTHOUSE_PNG}/download",
        f"/rest/api/content/{pages.HIDDEN_PAGE}/child/attachment/att{pages.LIGHTHOUSE_PNG}/download",
        f"/rest/api/content/{pages.GALLERY}/child/attachment/att1/download",
    ],
)
def test_a_file_is_found_on_its_own_page_only(cloud: Cloud, path: str) -> None:
    """Elsewhere it is missing."""
    assert 404 == cloud.ask(path).status_code


def test_a_version_that_a_file_does_not_have(cloud: Cloud) -> None:
    """Is a bad request."""
    assert (400, 302) == (
        cloud.ask(f"{DOWNLOAD}?version=2").status_code,
        cloud.ask(f"{DOWNLOAD}?version=1").status_code,
    )


def test_some_sites_give_the_bytes_at_once(cloud: Cloud) -> None:
    """Without a redirect."""
    cloud.site.switches.media_hops = 0
    answer = cloud.ask(DOWNLOAD)

    assert (200, "image/png") == (answer.status_code, answer.headers["content-type"])


def test_a_second_hop_has_a_location_without_a_host(cloud: Cloud) -> None:
    """It leads on on the media host."""
    cloud.site.switches.media_hops = 2
    first = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    second = cloud.ask(first, host="media", credential=None)

    assert 302 == second.status_code
    assert second.headers["location"].startswith("/file/")
    assert b"\x89PNG" == cloud.ask(second.headers["location"], host="media", credential=None).content[:4]


@pytest.mark.parametrize("header", [{"authorization": CLASSIC}, {"authorization": BEARER}, {"cookie": "a=b"}])
def test_the_media_host_refuses_credentials(cloud: Cloud, header: dict[str, str]) -> None:
    """The address is all it takes; whoever sends more has sent it to a stranger, and the log knows."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    answer = cloud.ask(place, host="media", credential=None, headers=header)

    assert 400 == answer.status_code
    assert [True] == [seen.with_credential for seen in cloud.site.log.of("media")]


def test_a_media_address_is_signed_and_ends(cloud: Cloud) -> None:
    """Changed or old, it opens nothing."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    other = place.replace(
        cloud.site.attachments[pages.LIGHTHOUSE_PNG].file_id, cloud.site.attachments[pages.TEAM_PNG].file_id
    )
    fresh = cloud.ask(place, host="media", credential=None).status_code
    changed = cloud.ask(other, host="media", credential=None).status_code
    cloud.site.pass_time(cloud.site.switches.media_seconds + 1)

    assert (200, 403, 403) == (fresh, changed, cloud.ask(place, host="media", credential=None).status_code)


@pytest.mark.parametrize(
    ("header", "status", "content_range", "body"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{}", slice(0, 4)),
        ("bytes=5-", 206, "bytes 5-{last}/{}", slice(5, None)),
        ("bytes=-2", 206, "bytes {last_but_one}-{last}/{}", slice(-2, None)),
        ("bytes=0-1,4-5", 200, None, slice(None)),
        ("lamps=1-2", 200, None, slice(None)),
        ("bytes=9-2", 200, None, slice(None)),
        ("bytes=99999999-", 416, "bytes */{}", slice(0, 0)),
        ("bytes=-0", 416, "bytes */{}", slice(0, 0)),
    ],
)
def test_parts_of_a_file(cloud: Cloud, header: str, status: int, content_range: str | None, body: slice) -> None:
    """One range is served; several, strange and impossible ones as the protocol says."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    whole = cloud.ask(place, host="media", credential=None).content
    part = cloud.ask(place, host="media", credential=None, headers={"range": header})
    size = len(whole)
    named = content_range and content_range.format(size, last=size - 1, last_but_one=size - 2)

    assert (status, named, whole[body]) == (part.status_code, part.headers.get("content-range"), part.content)


def test_a_part_of_a_file_that_has_changed_is_the_whole_file(cloud: Cloud) -> None:
    """`If-Range` is honoured."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    headers = {"range": "bytes=0-3", "if-range": '"other"'}

    assert 200 == cloud.ask(place, host="media", credential=None, headers=headers).status_code


def test_the_head_of_a_file(cloud: Cloud) -> None:
    """The length without the bytes."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    whole = cloud.ask(place, host="media", credential=None)
    head = cloud.ask(place, host="media", credential=None, method="HEAD")

    assert (str(len(whole.content)), b"") == (head.headers["content-length"], head.content)


def test_file_names_arrive_decomposed(cloud: Cloud) -> None:
    """As they were uploaded; the interface compares them letter by letter."""
    path = f"/api/v2/pages/{pages.UNICODE}/attachments"
    name = cloud.ask(path).json()["results"][0]["title"]

    assert "Leuchttu\u0308rme & Mo\u0308wen.png" == name
    assert [] == cloud.ask(f"{path}?filename=Leuchtt%C3%BCrme %26 M%C3%B6wen.png").json()["results"]
