"""Files through a link (spec V5): which leave, under which name and type, in which parts, and for how long."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.capabilities import Capabilities
from exshare_core.content import Attachment, ByteRange
from exshare_core.errors import Broken
from exshare_core.ports import FileStream
from exshare_core.values import AttachmentId, PageId
from exshare_web.visitor.file_signs import Sign, sign_of
from exshare_web.visitor.files import INERT, PDF, SVG, Outside, disposition, kind_of, wanted_range
from tests.integration import shell as world
from tests.integration.shell import (
    CHILD,
    ELSEWHERE,
    HIDDEN,
    OF_CHILD,
    OF_ELSEWHERE,
    PASSWORD,
    PICTURE,
    PLAN,
    PNG,
    ROOT,
    SECRET,
    Made,
    Shell,
    run,
)
from tests.requirements import need

VIEW = Capabilities.parse(["attachments=view"])
OF_SECRET = AttachmentId("att520")


def a_file(name: str = "plan.pdf", media_type: str = "application/octet-stream", size: int = 10) -> Attachment:
    """A file of the shared page."""
    return Attachment(AttachmentId("att900"), ROOT, name, media_type, size)


def attached(name: str, media_type: str, data: bytes) -> tuple[Shell, Made]:
    """A link that shares files, and one file more."""
    shell = Shell()
    shell.content.attach(a_file(name, media_type, len(data)), data)
    return shell, shell.make_link(allow=VIEW)


@frozen
class Flow:
    """A file that is on its way as a test wants it."""

    length: int
    parts: Callable[[], AsyncIterator[bytes]]
    first: int | None = None

    @property
    def total(self) -> int:
        """The size of the whole."""
        return self.length

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes."""
        return self.parts()


def flowing(shell: Shell, length: int, parts: Callable[[], AsyncIterator[bytes]]) -> None:
    """Let the bytes of every file of the shell be `parts` from now on."""
    content = shell.content.content()

    class Files:
        """The files of the site, but for their bytes."""

        @asynccontextmanager
        async def stream(self, *_: Any) -> AsyncIterator[FileStream]:
            yield Flow(length, parts)

        def __getattr__(self, name: str) -> Any:
            return getattr(content.files, name)

    files: Any = Files()
    shell.use(evolve(shell.services.visiting, contents={shell.site: evolve(content, files=files)}))


# --- which files leave -----------------------------------------------------------------------------------------------

FILES = (PICTURE, PLAN, HIDDEN, OF_CHILD, OF_SECRET, OF_ELSEWHERE, AttachmentId("att999"))


@pytest.mark.parametrize(
    ("form", "leave"),
    [
        ({}, {PICTURE}),
        ({"allow": VIEW}, {PICTURE, PLAN}),
        ({"children": True}, {PICTURE}),
        ({"children": True, "allow": VIEW}, {PICTURE, PLAN, OF_CHILD}),
        ({"children": True, "restricted_pages": True, "allow": VIEW}, {PICTURE, PLAN, OF_CHILD, OF_SECRET}),
        ({"page": CHILD, "allow": VIEW}, {OF_CHILD}),
        ({"page": ELSEWHERE, "allow": VIEW}, {OF_ELSEWHERE}),
    ],
)
def test_a_file_leaves_only_through_a_link_that_reaches_its_own_page(
    form: dict[str, Any], leave: set[AttachmentId]
) -> None:
    """The page that Confluence names decides; shown images need no capability, hidden files never leave (L8)."""
    shell = Shell()
    shell.content.attach(Attachment(OF_SECRET, SECRET, "salaries.txt", "text/plain", 4), b"lots")
    made = shell.make_link(**{"page": ROOT, **form})
    client = shell.client()
    statuses = {file: client.get(made.file(file)).status_code for file in FILES}

    assert {file: 200 if file in leave else 404 for file in FILES} == statuses


@pytest.mark.parametrize(
    "id", ["att", "500", "ATT500", "att500x", "att-1", "att٥", "att5%00", "..%2Fatt500", "att" + "9" * 20, "att500%0A"]
)
def test_what_is_no_file_id_is_not_in_the_share(id: str) -> None:
    """A malformed id answers like a file that is not there, with the same bytes."""
    shell = Shell()
    made = shell.make_link(allow=VIEW)
    client = shell.client()
    absent = client.get(f"{made.path}/a/att999")
    answer = client.get(f"{made.path}/a/{id}")

    assert 404 == answer.status_code
    assert answer.content in (absent.content, client.get("/nothing").content)


def test_the_list_of_files_holds_what_leaves() -> None:
    """With the capability the page lists its files, hidden ones and those of other pages excepted; else none."""
    shell = Shell()
    with_files, without = shell.make_link(allow=VIEW, children=True), shell.make_link(children=True)
    ids = [
        re.findall(r'<a href="[^"]*/a/(att[0-9]+)"', shell.client().get(made.path).text)
        for made in (with_files, without)
    ]

    assert [[PICTURE, PLAN], []] == ids


def test_the_list_of_files_shows_pictures_and_names_types() -> None:
    """A picture stands before its own name and says nothing aloud; it is fetched when it comes near (spec V5)."""
    shell = Shell()
    made = shell.make_link(allow=VIEW)
    items = shell.client().get(made.path).text.split('<li class="file">')[1:]
    box = f'<span class="thumb"><img src="{made.file(PICTURE)}" alt="" loading="lazy" decoding="async" '

    assert [True, False] == [box in item for item in items]
    assert '<span class="thumb sign red">PDF</span>' in items[1]
    assert ["PNG · ", ""] == [re.findall('<span class="meta">([A-Z]+ · |)', item)[0] for item in items]


@pytest.mark.parametrize(
    ("name", "media_type", "size", "expected"),
    [
        ("plan.pdf", "application/pdf", 10, Sign("PDF", "red")),
        ("plan.PDF", "application/octet-stream", 10, Sign("PDF", "red")),
        ("plan.exe", "application/pdf", 10, Sign("EXE")),
        ("song.mp3", "audio/mpeg", 10, Sign("MP3", "purple")),
        ("all.tar.gz", "application/gzip", 10, Sign("GZ")),
        ("costs 2026.03", "text/csv", 10, Sign("CSV", "green")),
        ("notes", "text/plain", 10, Sign("TXT", "blue")),
        (".env", "application/x-unknown", 10, Sign("")),
        ("what.<b>", "application/x-unknown", 10, Sign("")),
        ("a.png", "image/png", 4_000_000, Sign("PNG", picture=True)),
        ("a.png", "image/png", 4_000_001, Sign("PNG")),
        ("a.png", "image/png", 0, Sign("PNG")),
        ("a.svg", "image/svg+xml", 10, Sign("SVG")),
        ("a.tiff", "image/tiff", 10, Sign("TIFF")),
        ("a.png", "text/html", 10, Sign("PNG")),
    ],
)
def test_a_sign_says_what_a_file_is(name: str, media_type: str, size: int, expected: Sign) -> None:
    """The end of a name goes first, as on a visitor's machine; small is shown only what is safe and not too large."""
    file = evolve(a_file(name, media_type), size=size)

    assert expected == sign_of(file)


def test_a_file_ends_with_its_link_page_and_owner() -> None:
    """An address of a file is no capability of its own: whatever closes the link closes it too (incidents 1, 33)."""
    closed = {}
    for what in ("deleted", "disabled", "another browser", "page gone", "owner gone", "capability gone"):
        shell = Shell()
        made = shell.make_link(password=PASSWORD, allow=VIEW)
        client = shell.client()
        client.post(made.path, data={"password": PASSWORD})
        assert 200 == client.get(made.file(PLAN)).status_code
        match what:
            case "deleted":
                run(shell.sharing.delete(None, made.id))
            case "disabled":
                run(shell.sharing.disable(None, made.id))
            case "another browser":
                client = shell.client()
            case "page gone":
                del shell.content.pages[ROOT]
            case "owner gone":
                shell.content.accounts.clear()
            case "capability gone":
                shell.limit(capabilities={"attachments": 0})
        closed[what] = [
            client.get(made.file(PLAN), headers=headers).status_code for headers in ({}, {"range": "bytes=0-1"})
        ]

    assert closed == {
        "deleted": [404, 404],
        "disabled": [404, 404],
        "another browser": [404, 404],
        "page gone": [404, 404],
        "owner gone": [403, 403],
        "capability gone": [404, 404],
    }


# --- name and type ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "beginning", "expected"),
    [
        ("image/png", PNG, ("image/png", True)),
        ("application/octet-stream", PNG, ("application/octet-stream", False)),
        ("image/jpeg", PNG, ("image/png", True)),
        ("image/png", b"<html><script>", ("application/octet-stream", False)),
        ("image/gif", b"GIF89a" + bytes(10), ("image/gif", True)),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", ("image/webp", True)),
        ("image/svg+xml", b"<svg xmlns=", ("image/svg+xml", False)),
        ("application/pdf", b"%PDF-1.7", ("application/pdf", True)),
        ("text/plain", b"%PDF-1.7", ("application/pdf", True)),
        ("application/pdf", b"<html>%PDF-", ("application/octet-stream", False)),
        ("text/html", b"<html>", ("application/octet-stream", False)),
        ("application/xhtml+xml", b"<html>", ("application/octet-stream", False)),
        ("text/xml", b"<?xml?>", ("application/octet-stream", False)),
        ("text/javascript", b"alert(1)", ("application/octet-stream", False)),
        ("text/css", b"a{}", ("application/octet-stream", False)),
        ("text/plain", b"hello", ("application/octet-stream", False)),
        ("video/mp4", b"\x00\x00\x00\x18ftypmp42", ("video/mp4", True)),
        ("application/x-shockwave-flash", b"FWS", ("application/octet-stream", False)),
        ("image/png", b"", ("application/octet-stream", False)),
        ("evil/type\r\nset-cookie: a=b", b"x", ("application/octet-stream", False)),
    ],
)
def test_the_type_of_a_file_is_our_own_decision(media_type: str, beginning: bytes, expected: tuple[str, bool]) -> None:
    """Only what its first bytes prove is shown in place; all else is an inert download, whatever it says it is."""
    kind = kind_of(a_file(media_type=media_type), beginning)

    assert expected == (kind.media_type, kind.inline)


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xml", "image/png", "text/plain"])
def test_an_active_file_is_served_inert(media_type: str) -> None:
    """A file that would run something is sandboxed, not sniffed and downloaded (incident 9)."""
    data = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    shell, made = attached("x.svg", media_type, data)
    answer = shell.client().get(f"{made.path}/a/att900")

    assert data == answer.content
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_files_that_were_made_to_act_are_inert() -> None:
    """Each acting document of the collection, whatever type it claims, is at most shown as a picture or a PDF."""
    folder = Path(need("reference"), "security", "corpora", "hostile-attachments")
    documents = [one for one in sorted(folder.rglob("*")) if one.is_file() and one.name != "PROVENANCE.md"]
    claims = ("text/html", "image/svg+xml", "application/xml", "image/png", "application/pdf", "text/plain")
    shown = {
        kind.media_type
        for one in documents
        for claim in claims
        if (kind := kind_of(a_file(one.name, claim), one.read_bytes()[:64])).inline
    }

    assert len(documents) > 30
    assert shown <= {"image/png", "image/jpeg", "application/pdf"}


def test_only_a_pdf_goes_without_a_sandbox() -> None:
    """Browsers show no PDF in a sandbox: it goes under a policy that allows nothing of ours (spec V5)."""
    shell = Shell()
    made = shell.make_link(allow=VIEW)
    answer = shell.client().get(made.file(PLAN))

    assert ("application/pdf", world.PDF) == (answer.headers["content-type"], answer.content)
    assert answer.headers["content-disposition"].startswith("inline; ")
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert ["sandbox" in kind.policy for kind in (PDF, SVG, INERT)] == [False, True, True]


def test_a_type_is_judged_by_enough_bytes() -> None:
    """Where the first bytes come one by one, the file is known all the same."""
    shell = Shell()
    made = shell.make_link(allow=VIEW)

    async def one_by_one() -> AsyncIterator[bytes]:
        for value in PNG:
            yield bytes([value])

    flowing(shell, len(PNG), one_by_one)
    answer = shell.client().get(made.file(PICTURE))

    assert ("image/png", PNG) == (answer.headers["content-type"], answer.content)


def harmless(header: str) -> None:
    """A header value that can neither break out nor name a place or a type that is not there."""
    found = re.fullmatch(r"attachment; filename=\"([A-Za-z0-9._ -]+)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)", header)
    assert found is not None, header

    name = unquote(found[2])
    assert not re.search(r"[\x00-\x1f\x7f-\x9f/\\\u202a-\u202e\u2066-\u2069]", name), header
    assert not name.startswith("."), header
    assert len(header) < 2000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plan.pdf", "plan.pdf"),
        ("Über größe.txt", "Über größe.txt"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\win.ini", "_.._win.ini"),
        ("C:\\x.exe", "C__x.exe"),
        ('a";filename=b.exe', "a_;filename=b.exe"),
        ("a\r\nSet-Cookie: x=y", "a__Set-Cookie_ x=y"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("\x00", "_"),
        ("", "file"),
        ("...", "file"),
        (".htaccess", "htaccess"),
        ("a" * 300 + ".tar.gz", "a" * 130 + "a" * 13 + ".tar.gz"),
        ("half \ud83d", "half ?"),
        ("%0d%0a", "%0d%0a"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_harmless(name: str, expected: str) -> None:
    """Names keep their letters; separators of paths, control and direction marks, and leading dots go (RFC 6266)."""
    header = disposition(a_file(name), INERT)
    harmless(header)

    assert expected == unquote(header.partition("''")[2])


@given(st.text(max_size=400))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    """Any text at all makes a header that is one header, with a name that is a name."""
    harmless(disposition(a_file(name), INERT))


@given(st.text(st.characters(codec=None, categories=["Cs", "Cc", "Cf", "Zl"]), min_size=1, max_size=50))
def test_no_name_of_unwritable_characters_breaks_out(name: str) -> None:
    """Surrogates, controls and format characters least of all."""
    harmless(disposition(a_file(name), INERT))


@pytest.mark.parametrize("corpus", ["upload-filenames", "crlf-header-injection", "path-traversal"])
def test_names_that_were_used_in_attacks_are_harmless(corpus: str) -> None:
    """Each hostile name of the collections makes a harmless header."""
    items = Path(need("reference"), "security", "corpora", corpus, "items.jsonl").read_text("utf-8").splitlines()
    assert len(items) > 50

    for item in items:
        harmless(disposition(a_file(json.loads(item)["input"]), INERT))


# --- parts (RFC 9110, section 14) ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        (None, 100, None),
        ("bytes=0-0", 100, ByteRange(0, 0)),
        ("bytes=0-", 100, ByteRange(0, 99)),
        ("bytes=99-", 100, ByteRange(99, 99)),
        ("bytes=10-1000", 100, ByteRange(10, 99)),
        ("BYTES=1-2", 100, ByteRange(1, 2)),
        ("bytes=-1", 100, ByteRange(-1)),
        ("bytes=-1000", 100, ByteRange(-100)),
        ("bytes=100-", 100, Outside()),
        ("bytes=100-200", 100, Outside()),
        ("bytes=-0", 100, Outside()),
        ("bytes=0-", 0, Outside()),
        ("bytes=-5", 0, Outside()),
        ("bytes=5-4", 100, None),
        ("bytes=-", 100, None),
        ("bytes=a-b", 100, None),
        ("bytes=0-1,5-6", 100, None),
        ("bytes=0-1, -1", 100, None),
        ("items=0-1", 100, None),
        ("bytes 0-1", 100, None),
        ("bytes=١-٢", 100, None),
        ("bytes=" + "9" * 30 + "-", 100, None),
        ("bytes=--1", 100, None),
        ("", 100, None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str | None, size: int, expected: Any) -> None:
    """One range within the file is a part, one beyond it is refused, several and senseless ones are the whole file."""
    assert expected == wanted_range(header, size)


@given(st.text(max_size=60) | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True), st.integers(0, 10**12))
def test_a_range_lies_within_the_file(header: str, size: int) -> None:
    """Whatever is asked for, what is given lies within the file and is not empty."""
    wanted = wanted_range(header, size)
    if isinstance(wanted, ByteRange):
        assert -size <= wanted.first < size
        assert wanted.last is None or wanted.first <= wanted.last < size


@pytest.mark.parametrize(
    ("header", "status", "part", "content_range"),
    [
        (None, 200, PNG, None),
        ("bytes=0-", 206, PNG, f"bytes 0-{len(PNG) - 1}/{len(PNG)}"),
        ("bytes=5-8", 206, PNG[5:9], f"bytes 5-8/{len(PNG)}"),
        ("bytes=-4", 206, PNG[-4:], f"bytes {len(PNG) - 4}-{len(PNG) - 1}/{len(PNG)}"),
        ("bytes=2-1", 200, PNG, None),
        ("bytes=0-1,4-5", 200, PNG, None),
        (f"bytes={len(PNG)}-", 416, b"", f"bytes */{len(PNG)}"),
    ],
)
def test_parts_are_served_with_their_place(
    header: str | None, status: int, part: bytes, content_range: str | None
) -> None:
    """A part comes with 206 and says where it lies; its type is that of the whole."""
    shell = Shell()
    made = shell.make_link()
    answer = shell.client().get(made.file(PICTURE), headers={} if header is None else {"range": header})
    headers = answer.headers

    assert (status, part, content_range) == (answer.status_code, answer.content, headers.get("content-range"))
    assert str(len(part)) == headers["content-length"]
    if status != 416:
        assert ("image/png", "bytes") == (headers["content-type"], headers["accept-ranges"])


def test_a_head_of_a_file_is_the_whole_without_its_bytes() -> None:
    """HEAD knows no ranges, tells the headers of GET, and leaves nothing in the activity (RFC 9110, 14.2)."""
    shell = Shell()
    made = shell.make_link()
    client = shell.client()
    head = client.head(made.file(PICTURE), headers={"range": "bytes=0-1"})
    noted = shell.events(made)
    got = client.get(made.file(PICTURE))

    assert (200, b"", dict(got.headers)) == (head.status_code, head.content, dict(head.headers))
    assert [] == noted


def test_a_condition_that_nobody_can_meet_gives_the_whole_file() -> None:
    """We tell no ETag and no date, so that a part on condition of one is never given (RFC 9110, 13.1.5)."""
    shell = Shell()
    made = shell.make_link()
    answer = shell.client().get(made.file(PICTURE), headers={"range": "bytes=0-1", "if-range": '"x"'})

    assert (200, PNG) == (answer.status_code, answer.content)
    assert [] == [name for name in ("etag", "last-modified") if name in answer.headers]


def test_parts_are_noted_as_well() -> None:
    """Who fetches a file piece by piece leaves as much in the activity as who fetches it whole (spec M8)."""
    shell = Shell()
    made = shell.make_link()
    client = shell.client()
    for headers in ({}, {"range": "bytes=1-"}, {"range": "bytes=9999-"}):
        client.get(made.file(PICTURE), headers=headers)
    noted = [(event.kind.value, event.page, event.detail) for event in shell.events(made)]

    assert [("file fetched", PICTURE, ""), ("file fetched", PICTURE, "part")] == noted


# --- on the way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["deleted", "disabled", "rotated", "password", "site off", "expired", "nothing"])
def test_a_running_file_is_cut_when_its_link_closes(how: str) -> None:
    """Within a second of the link's end the bytes stop, and the answer does not look whole (spec G9)."""
    shell = Shell()
    made = shell.make_link(allow=VIEW, password=PASSWORD)

    async def happens() -> None:
        link = shell.storage.state.links[shell.site, made.id]
        now = shell.clock.now()
        match how:
            case "deleted":
                await shell.storage.links.replace(link.deleted(now), [])
            case "disabled":
                await shell.storage.links.replace(link.disabled(now), [])
            case "rotated":
                await shell.sharing.rotate(None, made.id)
            case "password":
                wish = evolve(link.wish, password_hash=await shell.hasher.hash("another"))
                changed = link.edited(now, wish=wish, scope=link.scope, name="", description="")
                await shell.storage.links.replace(changed, [])
            case "site off":
                await shell.storage.policies.switch(shell.site, None, False, [])
            case "expired":
                changed = evolve(link, version=link.version + 1, wish=evolve(link.wish, expires_at=now))
                await shell.storage.links.replace(changed, [])
        shell.clock.forward(seconds=1)

    async def parts() -> AsyncIterator[bytes]:
        for number in range(10):
            if number == 2:
                await happens()
            yield bytes(1000)

    flowing(shell, 10_000, parts)
    client = shell.client()
    client.post(made.path, data={"password": PASSWORD})
    answer = client.get(made.file(PLAN))
    whole = int(answer.headers["content-length"])

    assert (200, 10000) == (answer.status_code, whole)
    assert (10000 if how == "nothing" else 2000) == len(answer.content)


def test_a_running_file_keeps_its_visit_going() -> None:
    """A download that lasts longer than a visit may idle is not cut (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1, allow=VIEW)

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            shell.clock.forward(minutes=20)
            yield b"x"

    flowing(shell, 3, parts)
    client = shell.client()
    client.post(made.path, data={"open": "1"})

    assert b"xxx" == client.get(made.file(PLAN)).content


@pytest.mark.parametrize("surplus", [-5, 5])
def test_a_file_that_breaks_on_its_way_does_not_look_whole(surplus: int) -> None:
    """Fewer or more bytes than were said end the answer short of its length or at it, never beyond it."""
    shell, made = attached("long.bin", "application/octet-stream", bytes(200_000))
    shell.content.surplus = surplus
    answer = shell.client().get(f"{made.path}/a/att900")

    assert 200 == answer.status_code
    assert len(answer.content) <= 200_000
    assert (surplus < 0) == (len(answer.content) < int(answer.headers["content-length"]))


def test_a_file_that_fails_at_once_is_told_so() -> None:
    """What fails before the first byte is a page that says so, not a broken file."""
    shell = Shell()
    made = shell.make_link(allow=VIEW)
    shell.content.failure = Broken("nonsense")
    answer = shell.client().get(made.file(PLAN))

    assert (502, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])


def test_an_empty_file_is_served_empty() -> None:
    """No bytes are a file too."""
    shell, made = attached("empty.txt", "text/plain", b"")
    answer = shell.client().get(f"{made.path}/a/att900")

    assert (200, b"", "0") == (answer.status_code, answer.content, answer.headers["content-length"])


def test_a_file_of_another_page_does_not_pass_for_one_of_this() -> None:
    """When the site answers with the file of another page, that page decides (incident 7)."""
    shell = Shell()
    file, data = shell.content.files[PLAN]
    shell.content.files[PLAN] = evolve(file, page=PageId(ELSEWHERE)), data
    made = shell.make_link(allow=VIEW)

    assert 404 == shell.client().get(made.file(PLAN)).status_code
