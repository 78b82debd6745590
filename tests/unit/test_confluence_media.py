"""Addresses of Cloud's media host are told by their shape alone, and only known files take their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.media import MediaFile, media_file, media_link
from exshare_adapters.confluence.references import references, with_files
from exshare_core.content import Attachment
from exshare_core.values import AttachmentId, PageId

SITE = SiteAddresses.of(Flavour.CLOUD, "https://acme.atlassian.net/wiki")
ID = "1a2b3c4d-1111-4222-8333-444455556666"
HERE = f"https://api.media.atlassian.com/file/{ID}"

ROWS: list[tuple[str, MediaFile | None]] = [
    (f"{HERE}/image?token=x&client=y&name=deck%202.pptx", MediaFile(ID, None, "deck 2.pptx")),
    (f"{HERE.upper().replace('/FILE/', '/file/')}/binary", MediaFile(ID)),
    (
        f"https://media-cdn.atlassian.com/file/{ID}/image/cdn?collection=contentId-0042&token=x",
        MediaFile(ID, PageId("42")),
    ),
    (f"{HERE}/image?name=cafe%CC%81.png", MediaFile(ID, None, "caf\u00e9.png")),
    (f"//media.atlassian.com/file/{ID}", MediaFile(ID)),
    (
        f"blob:https://acme.atlassian.net/a#media-blob-url=true&id={ID}&collection=contentId-7&name=a.png",
        MediaFile(ID, PageId("7"), "a.png"),
    ),
    (f"blob:https://media.staging.atl-paas.net/?type=file&id={ID}", MediaFile(ID)),
    (f"{HERE}/image?collection=space-7", MediaFile(ID)),
    (f"https://example.org/file/{ID}/image", None),
    ("https://api.media.atlassian.com/file/7/image", None),
    ("https://api.media.atlassian.com/", None),
    ("blob:https://acme.atlassian.net/a", None),
    (f"https://[/file/{ID}", None),
    (f"{HERE}?{'a=1&' * 60}", None),
    ("x" * 5000, None),
    ("", None),
]


@pytest.mark.parametrize(("address", "expected"), ROWS)
def test_addresses_are_read_as_the_table_says(address: str, expected: MediaFile | None) -> None:
    """By host and path, or by what follows the blob's address; never by what is near to it."""
    assert expected == media_link(address)


def test_only_ids_of_the_right_shape_are_ids() -> None:
    """In either case of letters, and nothing around them."""
    expected = [MediaFile(ID), MediaFile(ID), None, None]

    assert expected == [media_file(text) for text in (ID, ID.upper(), f"{ID}/", "")]


PICTURE = Attachment(AttachmentId("att9"), PageId("5"), "a.png", "image/png", 1)
LETTER = Attachment(AttachmentId("att8"), PageId("5"), 'le "t".pdf', "application/pdf", 1)
OURS = "/wiki/rest/api/content/5/child/attachment/att9/download"
MARKS = 'data-linked-resource-type="attachment" data-linked-resource-id="9"'

# (what a body holds, the file known, what it holds then)
REWRITTEN: list[tuple[str, Attachment, str]] = [
    (f'<img src="{HERE}/image?token=x" alt="a">', PICTURE, f'<img {MARKS} src="{OURS}" alt="a">'),
    (f"<IMG data-media-id={ID.upper()} />", PICTURE, f"<IMG {MARKS} data-media-id={ID.upper()} />"),
    (
        f'<video controls><source src="{HERE}/binary"></video>',
        PICTURE,
        f'<video controls><source {MARKS} src="{OURS}"></video>',
    ),
    (f'<a href="{HERE}/binary">x</a>', LETTER, '<a data-linked-resource-type="attachment"'
        ' data-linked-resource-id="8" href="/wiki/rest/api/content/5/child/attachment/att8/download">x</a>'),
    (f'<p><img src="{HERE}/image"></p>', LETTER, '<p><a class="confluence-embedded-file"'
        ' data-linked-resource-default-alias="le &quot;t&quot;.pdf" data-mime-type="application/pdf"'
        ' data-linked-resource-type="attachment" data-linked-resource-id="8">le &quot;t&quot;.pdf</a></p>'),
    (f'<img src="x" data-media-id="{ID}" data-linked-resource-id="4">', PICTURE,
        f'<img src="x" data-media-id="{ID}" data-linked-resource-id="4">'),
    (f'<p data-media-id="{ID}">{HERE}/image</p>', PICTURE, f'<p data-media-id="{ID}">{HERE}/image</p>'),
]  # fmt: skip


@pytest.mark.parametrize(("body", "file", "expected"), REWRITTEN)
def test_known_files_are_named_by_id(body: str, file: Attachment, expected: str) -> None:
    """Pictures, films and links lead to the file; a picture of a document becomes a link to it; the rest stays."""
    known = {MediaFile(ID): file}

    assert expected == with_files(body, SITE, known)


def test_each_file_is_asked_for_once() -> None:
    """In order of appearance, with what the address says of it."""
    body = f'<img src="{HERE}/image?name=a.png"><img data-media-id="{ID}"><img src="{HERE}/image?name=a.png">'

    assert (MediaFile(ID, None, "a.png"), MediaFile(ID)) == references(body, SITE).media


@given(st.text("<>a\"'= /hrefimgxs&;#:?-1bcd", max_size=300))
def test_broken_markup_is_read_all_the_same(body: str) -> None:
    """Neither reading nor rewriting fails, and what names no file stays as it is."""
    references(body, SITE)

    assert body == with_files(body, SITE, {MediaFile(ID): PICTURE})
