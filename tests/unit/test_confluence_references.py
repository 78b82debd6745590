"""What a body refers to is found whatever its markup, in time that grows with its size only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.references import references, with_ids
from exshare_core.values import PageId

SITE = SiteAddresses.of(Flavour.DATA_CENTER, "https://wiki.example.com/confluence")


def test_references_are_found_in_any_quoting() -> None:
    """Double, single and no quotes, capitals, character references, attributes in any order."""
    found = references(
        "<A title='>' HREF='/confluence/pages/viewpage.action?x=1&amp;pageId=1'>"
        "<a href=/confluence/x/CYAI>"
        '<a\nclass="a"\nhref = "/confluence/display/DEV/A+%26+b">'
        '<img src="/confluence/download/attachments/embedded-page/DEV/A/b%20c.png">'
        '<img src="/confluence/download/thumbnails/5/d.png" data-linked-resource-id="9">'
        '<span data-linked-resource-id="7" data-linked-resource-type="page">',
        SITE,
    )

    assert (
        frozenset({PageId("1"), PageId("557065")}),
        (("DEV", "A & b"), ("DEV", "A")),
        (),
        ((("DEV", "A"), "b c.png"),),
    ) == (found.pages, found.titled, found.files, found.files_of_titled)


def test_only_what_is_known_is_rewritten() -> None:
    """Everything else keeps its bytes."""
    body = (
        '<p>a & b</p><a id="x" href="/confluence/display/DEV/A#B c">1</a>'
        '<a href="/confluence/display/DEV/Z">2</a>'
        "<img src='/confluence/download/attachments/embedded-page/DEV/A/b%20c.png' alt='&'>"
    )
    actual = with_ids(body, SITE, {("DEV", "A"): PageId("3")})

    assert actual == (
        '<p>a & b</p><a id="x" href="/confluence/pages/viewpage.action?pageId=3#B%20c">1</a>'
        '<a href="/confluence/display/DEV/Z">2</a>'
        "<img src=\"/confluence/download/attachments/3/b%20c.png\" alt='&'>"
    )


@given(st.text("<>a\"'= /hrefimgxs&;#\n", max_size=200))
def test_broken_markup_is_read_all_the_same(body: str) -> None:
    """Neither reading nor rewriting fails, and what names no page stays as it is."""
    references(body, SITE)

    assert body == with_ids(body, SITE, {("DEV", "A"): PageId("3")})
