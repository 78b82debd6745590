"""The stand-in's Data Center draws bodies and sends files, and springs their traps."""

from __future__ import annotations

import pytest

from exshare_demo import files, pages
from exshare_demo.canaries import PAT
from tests.demo_centre import BASE, TOVES, Centre, bearer


@pytest.fixture
def centre() -> Centre:
    """A fresh one."""
    return Centre()


def test_trap_view_is_relative_and_export_view_has_no_ids(centre: Centre) -> None:
    """`view` has addresses below the context and ids; `export_view` has whole addresses and images by title only."""
    body = centre.page(pages.GALLERY, "body.view,body.export_view")["body"]

    assert 'src="/wiki/download/attachments/40010005/lighthouse.png?version=1' in body["view"]["value"]
    assert 'data-linked-resource-container-id="40010005"' in body["view"]["value"]
    assert (
        f'src="{BASE}/download/attachments/embedded-page/GUIDE/Gallery%20of%20everything/lighthouse.png?api=v2"'
        in body["export_view"]["value"]
    )
    assert "data-macro-name" not in body["export_view"]["value"]


def test_trap_a_slash_in_a_title_adds_a_segment(centre: Centre) -> None:
    """In `export_view` the title of a page may take several segments between space and file."""
    value = centre.page(pages.CATALOGUE, "body.export_view")["body"]["export_view"]["value"]

    assert "/download/attachments/embedded-page/GUIDE/Catalogue%202026/27/cover.png?api=v2" in value


def test_trap_embedded_addresses_need_a_session(centre: Centre) -> None:
    """The addresses of `export_view` refuse the credentials of programs: they lead to the sign-in form."""
    found = centre.ask("/download/attachments/embedded-page/GUIDE/Catalogue%202026/27/cover.png", api="v2")

    assert 302 == found.status_code
    assert found.headers["location"].startswith(f"{BASE}/login.action?os_destination=%2Fwiki%2Fdownload")


def test_trap_macros_read_with_the_rights_of_the_connector(centre: Centre) -> None:
    """What an included page holds comes along as plain content; as nobody it does not."""
    body = centre.page(pages.INCLUDER, "body.view,body.anonymous_export_view")["body"]

    assert "arrives smelling of salt" in body["view"]["value"]
    assert "arrives smelling of salt" not in body["anonymous_export_view"]["value"]


def test_trap_identities_stand_in_the_body(centre: Centre) -> None:
    """Mentions carry user names and profile addresses; there are no account ids."""
    value = centre.page(pages.GALLERY_APPS, "body.view")["body"]["view"]["value"]

    assert 'data-username="mira"' in value
    assert 'href="/wiki/display/~mira"' in value
    assert "data-account-id" not in value


DOWNLOAD = f"/download/attachments/{pages.START}/Manual%20(short).pdf"


def test_a_file_is_sent(centre: Centre) -> None:
    """The bytes come with their length, their name in two forms, and no redirect."""
    found = centre.ask(DOWNLOAD, version=1, api="v2")
    head = centre.ask(DOWNLOAD, method="HEAD")

    assert (200, "application/pdf", b"%PDF") == (found.status_code, found.headers["content-type"], found.content[:4])
    assert (
        "attachment; filename=\"Manual (short).pdf\"; filename*=UTF-8''Manual%20%28short%29.pdf"
        == found.headers["content-disposition"]
    )
    assert (200, "554", b"") == (head.status_code, head.headers["content-length"], head.content)


@pytest.mark.parametrize(
    ("asked", "status", "expected", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-9999", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
    ],
)
def test_a_part_of_a_file_is_sent(centre: Centre, asked: str, status: int, expected: bytes, told: str) -> None:
    """One range is sent as a part; a range outside the file is refused with its size."""
    centre.site.add_file(pages.START, "ten.bin", "application/octet-stream", b"0123456789")
    found = centre.ask(f"/download/attachments/{pages.START}/ten.bin", bearer(PAT) | {"range": asked})

    assert (status, expected, told) == (found.status_code, found.content, found.headers["content-range"])


def test_trap_ranges_may_be_ignored(centre: Centre) -> None:
    """Some sites answer a range with the whole file and a 200."""
    centre.site.switches.download_ranges = False
    centre.site.add_file(pages.START, "ten.bin", "application/octet-stream", b"0123456789")
    found = centre.ask(f"/download/attachments/{pages.START}/ten.bin", bearer(PAT) | {"range": "bytes=0-3"})

    assert (200, b"0123456789") == (found.status_code, found.content)
    assert {"content-range", "accept-ranges"}.isdisjoint(found.headers)


def test_trap_there_is_no_download_in_rest(centre: Centre) -> None:
    """The address for bytes that Cloud has does not exist, nor does anything else of Cloud."""
    path = f"/rest/api/content/{pages.START}/child/attachment/att{pages.MANUAL_PDF}/download"

    for address in (path, "/api/v2/spaces", f"/rest/api/content/{pages.START}/permission/check"):
        assert 404 == centre.ask(address).status_code


def test_trap_old_and_removed_files_are_missing(centre: Centre) -> None:
    """A version that is no more, a file in the trash and a file of a hidden page are all a page for people."""
    assert 404 == centre.ask(DOWNLOAD, version=2).status_code
    centre.site.remove_file(pages.MANUAL_PDF)
    assert (404, "text/html;charset=utf-8") == (
        centre.ask(DOWNLOAD).status_code,
        centre.ask(DOWNLOAD).headers["content-type"],
    )
    assert 404 == centre.ask(f"/rest/api/content/att{pages.MANUAL_PDF}").status_code
    hidden = f"/download/attachments/{pages.RESTRICTED_PAGE}/prices.pdf"
    assert (404, 200) == (centre.ask(hidden, bearer(TOVES)).status_code, centre.ask(hidden).status_code)


def test_trap_files_are_what_their_author_says(centre: Centre) -> None:
    """A page for browsers is sent as such, under the type that was stored; only pictures are shown in place."""
    html = centre.ask(f"/download/attachments/{pages.GALLERY}/report.html")
    picture = centre.ask(f"/download/attachments/{pages.GALLERY}/lighthouse.png")

    assert ("text/html;charset=UTF-8", True) == (html.headers["content-type"], b"<script>" in html.content)
    assert html.headers["content-disposition"].startswith("attachment;")
    assert picture.headers["content-disposition"].startswith("inline;")


def test_thumbnails_are_of_pictures(centre: Centre) -> None:
    """A picture has a small one; a document has none."""
    small = centre.ask(f"/download/thumbnails/{pages.GALLERY}/lighthouse.png", api="v2")

    assert (200, "image/png") == (small.status_code, small.headers["content-type"])
    assert 404 == centre.ask(f"/download/thumbnails/{pages.START}/Manual%20(short).pdf").status_code


def test_trap_a_sign_in_system_stands_before_files(centre: Centre) -> None:
    """Files and pages for people may lead to another host, while REST answers."""
    centre.site.switches.login_redirect = "https://sso.canary-lamps.example/start"
    found = centre.ask(DOWNLOAD)

    assert (302, "https://sso.canary-lamps.example/start") == (found.status_code, found.headers["location"])
    assert 200 == centre.ask(f"/rest/api/content/{pages.START}").status_code


def test_trap_the_sign_in_form_promises_an_answer(centre: Centre) -> None:
    """Without a credential a file leads to a form that is a 200."""
    away = centre.ask(DOWNLOAD, {})
    form = centre.client.get(away.headers["location"])

    assert 302 == away.status_code
    assert (200, "text/html;charset=utf-8") == (form.status_code, form.headers["content-type"])
    assert "os_password" in form.text


def test_a_file_of_any_size_is_sent(centre: Centre) -> None:
    """Bytes are made while they are read."""
    centre.site.add_file(pages.START, "big.bin", "application/octet-stream", 5 << 20)
    found = centre.ask(f"/download/attachments/{pages.START}/big.bin", bearer(PAT) | {"range": "bytes=-70000"})

    assert files.generated(5 << 20).read((5 << 20) - 70000, 5 << 20) == found.content
