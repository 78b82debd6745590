"""Every form of address leads where spec V3 says, and nowhere else."""

from __future__ import annotations

import re

import pytest

from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_core.ports import View
from exshare_core.values import AttachmentId, PageId
from tests.integration.rendering import DATA_CENTER, FILES, HOST, NEAR, NEAR_ADDRESS, PAGE, render

REL = 'rel="noopener noreferrer nofollow"'

# (address in the body, address for the visitor or None for text alone)
ROWS: list[tuple[str, str | None]] = [
    ("/wiki/spaces/TEAM/pages/200/Title", NEAR_ADDRESS),
    (f"https://{HOST}/wiki/spaces/TEAM/pages/200", NEAR_ADDRESS),
    (f"HTTPS://{HOST.upper()}:443/wiki/spaces/TEAM/pages/200/Title#A-heading", f"{NEAR_ADDRESS}#A-heading"),
    (f"//{HOST}/wiki/spaces/TEAM/pages/200", NEAR_ADDRESS),
    ("/wiki/pages/viewpage.action?pageId=200", NEAR_ADDRESS),
    ("/wiki/spaces/TEAM/pages/200/T?focusedCommentId=9#comment-9", NEAR_ADDRESS),
    ("/wiki/spaces/TEAM/pages/999/Other", None),
    ("/wiki/display/TEAM/Other+page", None),
    ("/wiki/l/cp/AbCdEf12", None),
    ("/wiki/people/5b10a2844c20165700ede21g", None),
    ("/browse/KEY-1", None),
    (f"https://{HOST}/browse/KEY-1", None),
    ("https://api.atlassian.com/ex/confluence/1/wiki/rest/api/user", None),
    (f"https://other.example/?next=https://{HOST}/wiki", None),
    (f"https://{HOST.replace('.', '%2E')}/wiki", None),
    (f"https://{HOST.replace('.', '。')}/wiki", None),
    ("https://media-cdn.atlassian.com/file/x/image?token=T", None),
    ("https://api.media.atlassian.com/file/x?token=T", None),
    ("https://other.example/a?b=1", "https://other.example/a?b=1"),
    ("mailto:someone@example.com", None),
    (f"mailto:someone@{HOST}", None),
    ("tel:+49123", "tel:+49123"),
    ("javascript:alert(1)", None),
    ("java\tscript:alert(1)", None),
    ("data:text/html,x", None),
    ("vbscript:x", None),
    ("file:///etc/passwd", None),
    ("ftp://other.example/", None),
    ("#A-heading", "#A-heading"),
    (NEAR_ADDRESS, NEAR_ADDRESS),
]


@pytest.mark.parametrize(("href", "expected"), ROWS)
@pytest.mark.parametrize("around", ["<p>{}</p>", '<p class="anything">{}</p>'])
def test_links_lead_where_the_table_says(around: str, href: str, expected: str | None) -> None:
    """With and without a tree, the answer is the same."""
    html = render(around.format(f'<a href="{href}">words</a>')).html

    shown = f"<p><a {REL}>words</a></p>" if expected is None else f'<p><a href="{expected}" {REL}>words</a></p>'
    assert sorted(shown.replace(">", " ").split()) == sorted(html.replace(">", " ").split())


def test_mail_links_need_their_address_in_the_words() -> None:
    """No mail address stands in an attribute that the page does not show; subject and copies go (spec V3)."""
    shown = render('<p><a href="mailto:desk@example.com?cc=boss@example.com">write to desk@example.com</a></p>').html
    hidden = render('<p><a href="mailto:desk@example.com">order desk</a></p>').html

    assert f'<p><a href="mailto:desk@example.com" {REL}>write to desk@example.com</a></p>' == shown
    assert f"<p><a {REL}>order desk</a></p>" == hidden


def test_links_to_the_site_need_the_setting() -> None:
    """Only the capability shows addresses of the site, in anchors, and never those of people or files."""
    view = View(FILES, confluence_links=True)
    body = '<p><a href="/wiki/spaces/T/pages/999/X?a=b">p</a><a href="/wiki/people/557058:x">q</a>https://acme.atlassian.net/x</p>'
    html = render(body, view=view).html

    assert f'href="https://{HOST}/wiki/pages/viewpage.action?pageId=999"' in html
    assert "people" not in html
    assert "(internal link)" in html


def test_links_to_the_site_keep_its_scheme() -> None:
    """A site inside a network may speak http only: a link that leads there does not claim https (spec V3)."""
    inside = SiteAddresses.of(
        Flavour.DATA_CENTER, "http://wiki.example.com:8090/confluence", "https://wiki.example.com"
    )
    view = View(FILES, confluence_links=True)
    html = render('<p><a href="/confluence/display/T/X">p</a></p>', view=view, site=inside).html

    assert 'href="http://wiki.example.com:8090/confluence/display/T/X"' in html


def test_files_are_linked_only_when_they_are_shared() -> None:
    """Pictures of files always come from our address; other files only with the capability `attachments`."""
    picture = '<img src="/wiki/download/thumbnails/100/a.png" data-linked-resource-id="7" data-linked-resource-type="attachment">'
    card = '<a class="confluence-embedded-file" href="/wiki/download/attachments/100/b.pdf"><img src="x"></a>'
    files = {(PAGE, "b.pdf"): AttachmentId("att8")}
    closed = render(picture + card, files=files)
    opened = render(picture + card, files=files, view=View(FILES, attachments=True))

    assert frozenset({AttachmentId("att7")}) == closed.files
    assert frozenset({AttachmentId("att7"), AttachmentId("att8")}) == opened.files
    assert f'src="{FILES}att7"' in closed.html
    assert f'href="{FILES}att8"' in opened.html
    assert "b.pdf" in closed.html


def test_pictures_of_other_sites_are_never_loaded() -> None:
    """They become links with their words; pictures with tokens become neutral words."""
    html = render(
        '<img class="confluence-external-resource" src="https://pics.example/x.png" alt="A tree">'
        '<img src="https://media-cdn.atlassian.com/file/1/image?token=T"><img src="data:image/png;base64,AA">'
    ).html

    assert "<img" not in html
    assert 'href="https://pics.example/x.png"' in html
    assert "A tree" in html
    assert "token" not in html


def test_data_center_addresses_are_read() -> None:
    """Pages by id in the link's data, files by page and name."""
    body = '<p><a href="/display/DEV/Near" data-linked-resource-id="200" data-linked-resource-type="page">n</a>'
    body += '<img src="/download/attachments/100/a.png?version=1"> https://wiki.example.com/display/X</p>'
    rendered = render(body, site=DATA_CENTER, files={(PageId("100"), "a.png"): AttachmentId("att5")})

    assert NEAR_ADDRESS in rendered.html
    assert f'src="{FILES}att5"' in rendered.html
    assert "wiki.example.com" not in rendered.html


def test_smart_links_say_no_address() -> None:
    """The address that Confluence shows as text gives way to neutral words."""
    html = render(f'<a data-card-appearance="inline" href="https://{HOST}/wiki/x/yA">https://{HOST}/wiki/x/yA</a>').html

    assert "linked page" in html
    assert HOST not in html


def smart(page: str, appearance: str = "inline") -> str:
    """A smart link to a page, with an old title in its address."""
    address = f"https://{HOST}/wiki/spaces/TEAM/pages/{page}/An+old+title"
    return f'<a data-card-appearance="{appearance}" href="{address}">{address}</a>'


def test_smart_links_into_the_share_say_the_title_of_their_page() -> None:
    """As it is now, not as the address has it; of a page outside nothing is said."""
    html = render(smart("200") + smart("999", "block"), titles={NEAR: "Our plan & more"}).html

    assert f'<a href="{NEAR_ADDRESS}" {REL}>Our plan &amp; more</a><a {REL}>linked page</a>' == html


def test_smart_links_say_the_title_of_what_cannot_be_opened() -> None:
    """A whiteboard in the share has a title and no address of ours."""
    assert f"<a {REL}>Sketches</a>" == render(smart("300"), titles={PageId("300"): "Sketches"}).html


def test_smart_links_that_are_cards_stay_cards_in_the_share() -> None:
    """Block and embed links look like cards; outside the share they are words."""
    html = render(smart("200", "block") + smart("200", "embed") + smart("999", "embed"), titles={NEAR: "Plan"}).html
    card = f'<a href="{NEAR_ADDRESS}" class="ex-card" {REL}>Plan</a>'

    assert f"{card}{card}<a {REL}>linked page</a>" == html


def test_smart_links_to_files_tell_no_address() -> None:
    """A file has no title, and its name is in the address."""
    address = f"https://{HOST}/wiki/download/attachments/100/secret.pdf"
    html = render(f'<a data-card-appearance="inline" href="{address}">{address}</a>').html

    assert f"<a {REL}>(file)</a>" == html


# (address in the body, address for the visitor where links to other sites are words)
WITHOUT_OTHERS: list[tuple[str, str | None]] = [
    ("https://other.example/a?b=1", None),
    ("HTTPS://Other.example", None),
    ("http://other.example", None),
    ("//other.example/a", None),
    ("https://[2001:db8::1]/", None),
    ("https://user@other.example/", None),
    ("https:\\\\other.example", None),
    ("ht\ttps://other.example", None),
    ("tel:+49123", "tel:+49123"),
    ("#A-heading", "#A-heading"),
    ("/wiki/spaces/TEAM/pages/200/Title", NEAR_ADDRESS),
]


@pytest.mark.parametrize(("href", "expected"), WITHOUT_OTHERS)
@pytest.mark.parametrize("around", ["<p>{}</p>", '<p class="anything">{}</p>', '<p>{}</p><div class="panel">x</div>'])
def test_other_sites_are_words_where_a_layer_says_so(around: str, href: str, expected: str | None) -> None:
    """V3, *external links: text*: with and without a tree no address of another site is left, and all words are."""
    html = render(around.format(f'<a href="{href}">words</a>'), view=View(files=FILES, external_links=False)).html

    assert "words" in html
    assert "other.example" not in html.lower()
    assert ([] if expected is None else [expected]) == re.findall(r'href="([^"]*)"', html)


def test_pictures_of_other_sites_are_words_too() -> None:
    """V3: what stands in the place of an outside picture is no link then either."""
    picture = '<img class="confluence-embedded-image confluence-external-resource" src="https://other.example/x.png" alt="A map">'
    kept, words = (render(picture, view=View(files=FILES, external_links=kept)).html for kept in (True, False))

    assert ("https://other.example/x.png" in kept, "other.example" in words, "A map" in words) == (True, False, True)


ONWARD = View(files=FILES, onward="/s/T/to/")


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/wiki/spaces/TEAM/pages/999/A+secret+title", "/s/T/to/999"),
        (f"https://{HOST}/wiki/spaces/TEAM/pages/999/A+secret+title#Part", "/s/T/to/999#Part"),
        ("/wiki/spaces/TEAM/pages/200/Title", NEAR_ADDRESS),
        ("/wiki/display/TEAM/A+secret+title", None),
        ("/wiki/people/5b10a2844c20165700ede21g", None),
        ("/s/T/to/999", "/s/T/to/999"),
        ("/s/T/to/x", None),
        ("/s/T/to/999/../../x", None),
    ],
)
@pytest.mark.parametrize("around", ["<p>{}</p>", '<p class="anything">{}</p>'])
def test_pages_outside_the_share_lead_on_by_their_id(around: str, href: str, expected: str | None) -> None:
    """L10: a page that an address names by its id has an address of ours; its title is told nowhere."""
    html = render(around.format(f'<a href="{href}">words</a>'), view=ONWARD).html

    assert ([] if expected is None else [expected]) == re.findall(r'href="([^"]*)"', html)
    assert "secret" not in html


def test_a_smart_link_that_leads_on_tells_no_title() -> None:
    """L10, V3: the title in its address is that of a page which this visitor may not know."""
    href = f"https://{HOST}/wiki/spaces/TEAM/pages/999/A+secret+title"
    html = render(f'<p><a href="{href}" data-card-appearance="inline">{href}</a></p>', view=ONWARD).html

    assert "/s/T/to/999" in html
    assert "secret" not in html


@pytest.mark.parametrize("text", ["acme&period;atlassian&period;net", "https:&sol;&sol;acme&#46;atlassian&period;net"])
def test_a_host_is_found_however_its_stops_are_written(text: str) -> None:
    """Spec V3: the site's own host in text becomes neutral words, though no byte of it stands there as it is read."""
    html = render(f"<p>See {text} there</p>").html

    assert "<p>See (internal link) there</p>" == html
