"""Addresses in pages are read offline, whatever their form (api.md 9.4)."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_adapters.confluence.links import (
    Anchor,
    External,
    FileLink,
    Flavour,
    Internal,
    PageLink,
    SiteAddresses,
    Target,
    parse,
    tiny,
)
from exshare_core.values import AttachmentId, PageId

CLOUD = SiteAddresses.of(
    Flavour.CLOUD,
    "https://acme.atlassian.net/wiki",
    "https://docs.acme.example/wiki",
    "https://api.atlassian.com/ex/confluence/11111111-2222/wiki",
)
DATA_CENTER = SiteAddresses.of(Flavour.DATA_CENTER, "https://wiki.example.com:8443/confluence")
ROOTED = SiteAddresses.of(Flavour.DATA_CENTER, "https://wiki.example.com")


def _page(number: int, space: str | None = None, anchor: str | None = None) -> PageLink:
    return PageLink(PageId(str(number)), space=space, anchor=anchor)


CASES: tuple[tuple[SiteAddresses, str, Target], ...] = (
    (CLOUD, "/wiki/spaces/TEAM/pages/39813121/Release+plan", _page(39813121, "TEAM")),
    (CLOUD, "https://ACME.atlassian.net:443/wiki/spaces/TEAM/pages/39813121", _page(39813121, "TEAM")),
    (CLOUD, "http://acme.atlassian.net/wiki/spaces/TEAM/pages/39813121", _page(39813121, "TEAM")),
    (CLOUD, "//acme.atlassian.net/wiki/spaces/TEAM/pages/39813121", _page(39813121, "TEAM")),
    (CLOUD, "https://docs.acme.example/wiki/x/AYBfAg", _page(39813121)),
    (CLOUD, "https://acme.atlassian.net/wiki/spaces/TEAM/pages/edit-v2/39813121", _page(39813121, "TEAM")),
    (CLOUD, "/wiki/pages/edit-v2/39813121", _page(39813121)),
    (CLOUD, "/wiki/spaces/TEAM/blog/2026/07/03/123/Hello", _page(123, "TEAM")),
    (CLOUD, "/wiki/spaces/TEAM/folder/55", _page(55, "TEAM")),
    (CLOUD, "/wiki/spaces/TEAM/whiteboard/56", _page(56, "TEAM")),
    (CLOUD, "/wiki/spaces/TEAM/overview", PageLink(space="TEAM")),
    (CLOUD, "/wiki/spaces/TEAM", PageLink(space="TEAM")),
    (
        CLOUD,
        "/wiki/pages/viewpage.action?pageId=77&focusedCommentId=3#comment-3",
        _page(77, None, "comment-3"),
    ),
    (CLOUD, "/pages/viewpage.action?pageId=77", _page(77)),
    (CLOUD, "/wiki/pages/viewpage.action?spaceKey=TEAM&title=A+b", PageLink(space="TEAM", title="A b")),
    (CLOUD, "/wiki/display/TEAM/A+b%2Fc#Part", PageLink(space="TEAM", title="A b/c", anchor="Part")),
    (CLOUD, "/wiki/spaces/../pages/39813121", Internal()),
    (CLOUD, "/wiki/spaces/TEAM/pages/39813121/..", Internal()),
    (CLOUD, "/wiki/spaces/TEAM/pages/39813121/A.b#Part-1", _page(39813121, "TEAM", "Part-1")),
    (CLOUD, "/wiki/display/TEAM", PageLink(space="TEAM")),
    (CLOUD, "/wiki/display/TEAM/2026/07/03/Hello", Internal()),
    (CLOUD, "/wiki/l/cp/abcdef", Internal()),
    (CLOUD, "/wiki/pages/resumedraft.action?draftId=77", Internal()),
    (CLOUD, "/wiki/people/557058:1", Internal()),
    (CLOUD, "https://acme.atlassian.net/browse/KEY-1", Internal()),
    (CLOUD, "/wiki/download/attachments/12/a%20b.png?version=1&api=v2", FileLink(PageId("12"), "a b.png")),
    (CLOUD, "/wiki/download/thumbnails/12/e%CC%81.png", FileLink(PageId("12"), "é.png")),
    (
        CLOUD,
        "https://api.atlassian.com/ex/confluence/11111111-2222/wiki/rest/api/content/12/child/attachment/att9/download",
        FileLink(PageId("12"), "", attachment=AttachmentId("att9")),
    ),
    (
        CLOUD,
        "https://other.atlassian.net/wiki/spaces/TEAM/pages/1",
        External("https://other.atlassian.net/wiki/spaces/TEAM/pages/1"),
    ),
    (
        CLOUD,
        "https://acme.atlassian.net@evil.example/wiki/x/AYBfAg",
        External("https://acme.atlassian.net@evil.example/wiki/x/AYBfAg"),
    ),
    (CLOUD, "mailto:ada@example.com", External("mailto:ada@example.com")),
    (CLOUD, " java\tscript:alert(1)", External("javascript:alert(1)")),
    (CLOUD, "https://[broken", External("https://[broken")),
    (CLOUD, "#Release%20plan", Anchor("Release plan")),
    (CLOUD, "https:\\\\acme.atlassian.net\\wiki\\x\\AYBfAg", _page(39813121)),
    (DATA_CENTER, "https://wiki.example.com:8443/confluence/x/CYAI", _page(557065)),
    (DATA_CENTER, "/confluence/display/DEV/Payment+design", PageLink(space="DEV", title="Payment design")),
    (
        DATA_CENTER,
        "https://wiki.example.com/confluence/x/CYAI",
        External("https://wiki.example.com/confluence/x/CYAI"),
    ),
    (DATA_CENTER, "viewpage.action?pageId=5", _page(5)),
    (ROOTED, "/display/~jsmith", PageLink(space="~jsmith")),
    (ROOTED, "/spaces/DEV/pages/557065/Payment+design", _page(557065, "DEV")),
    (
        ROOTED,
        "https://wiki.example.com/download/attachments/embedded-page/FAQE/How%20to%20create/delete%20it/x.png?api=v2",
        FileLink(None, "x.png", space="FAQE", title="How to create/delete it"),
    ),
)


@pytest.mark.parametrize(("site", "href", "expected"), CASES, ids=[case[1] for case in CASES])
def test_an_address_means_what_api_md_says(site: SiteAddresses, href: str, expected: Target) -> None:
    """Every form of api.md 9.4, relative and absolute, on every host of the site and on no other."""
    actual = parse(href, site)

    assert expected == actual


@pytest.mark.parametrize(
    ("text", "expected"),
    [("AYBfAg", "39813121"), ("CYAI", "557065"), ("", None), ("!!", None), ("A" * 12, None), ("AAA", None)],
)
def test_tiny_links_are_decoded_offline(text: str, expected: str | None) -> None:
    """The two recorded pairs of api.md 9.4, and what is no tiny link."""
    actual = tiny(text)

    assert expected == actual


def test_hosts_of_a_site_are_known_with_and_without_ports() -> None:
    """A renderer needs them to find the site's own host in text."""
    assert frozenset({"wiki.example.com:8443"}) == DATA_CENTER.hosts

    assert frozenset({"wiki.example.com"}) == DATA_CENTER.host_names


@given(st.text(max_size=60) | st.text("/:#?&=%@\\.[]+ wikspacedlyx19", max_size=60))
def test_nothing_that_stands_in_a_page_breaks_the_reading(href: str) -> None:
    """Foreign text is read, whatever it is."""
    for site in (CLOUD, DATA_CENTER, ROOTED):
        assert isinstance(parse(href, site), (PageLink, FileLink, Internal, External, Anchor))


_WORDS = (
    *("wiki", "confluence", "spaces", "TEAM", "pages", "123", "007", "viewpage.action", "?pageId=5", "?pageId=0"),
    *("#a", "#a%20b", ".", "..", "a.b", "%2e%2e", "~x", "download", "attachments", "rest", "api", "x", "AYBfAg"),
    *("display", "A+b", "é", "?", "//", "\\", "https://acme.atlassian.net/wiki", "https://wiki.example.com", "/wiki"),
    *("https://evil.example", "/", "/", "/", "/"),
)


@given(st.lists(st.sampled_from(_WORDS), max_size=9).map("".join))
def test_the_forms_that_are_read_quickly_mean_what_the_others_mean(href: str) -> None:
    """A line break within an address means nothing; with one, no short cut is taken."""
    for site in (CLOUD, DATA_CENTER, ROOTED):
        whole, broken = parse(href, site), parse(f"{href[:1]}\n{href[1:]}", site)

        assert broken == whole


@given(st.integers(1, 2**63 - 1))
def test_every_id_comes_back_from_its_tiny_link(number: int) -> None:
    """The writing of api.md 9.4, turned round."""
    encoded = b64encode(number.to_bytes(8, "little")).decode().rstrip("=").rstrip("A")
    actual = tiny(encoded.replace("/", "-").replace("+", "_"))

    assert str(number) == actual
