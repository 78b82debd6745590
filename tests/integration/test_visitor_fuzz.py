"""Whatever is sent to the visitor's pages, they answer one of their own answers: never 500, never another body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from exshare_core.capabilities import Capabilities
from exshare_core.values import People
from tests.integration.shell import CHILD, FOLDER, INSIDE, PASSWORD, PICTURE, PNG, ROOT, UNKNOWN_TOKEN, Made, Shell, run
from tests.requirements import need

SEGMENTS = st.text(max_size=120) | st.from_regex(r"[A-Za-z0-9_.~%/-]{30,60}", fullmatch=True)
HEADERS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=80)

TREE = (ROOT, CHILD, FOLDER, INSIDE)


class World:
    """A shell that is made once, with a link of each kind: examples change nothing that matters to the next."""

    def __init__(self) -> None:
        self.shell = Shell()
        self.count = 0
        self.opened = self.shell.make_link(children=True, allow=Capabilities.parse(["attachments=view"]))
        self.gated = self.shell.make_link(password=PASSWORD)
        self.mailed = self.shell.make_link(people=People.parse(["ada@example.com"]))
        self.limited = self.shell.make_link(max_opens=1_000_000)
        self.unknown = self.get(f"/s/{UNKNOWN_TOKEN}").content
        self.absent = self.get(f"{self.opened.path}/p/999").content

    def client(self) -> TestClient:
        """A browser in a network of its own, on the next day, so that no wait of an earlier example meets it."""
        self.count += 1
        self.shell.clock.forward(hours=25)
        return self.shell.client(f"2001:db8:{self.count >> 16:x}:{self.count & 0xFFFF:x}::1")

    def get(self, path: str) -> Any:
        """The answer to a GET."""
        return self.client().get(path)

    def raw(self, target: str) -> tuple[int, bytes, list[bytes]]:
        """Status, body and names of headers for a request target as it stands, which no client would send so."""
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode("utf-8", "replace"),
            "query_string": query.encode("utf-8", "replace"),
            "headers": [(b"host", b"share.example.com")],
            "client": (f"2001:db8:ffff:{self.count & 0xFFFF:x}::1", 50000),
            "server": ("share.example.com", 443),
            "root_path": "",
        }
        self.count += 1
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        run(self.shell.app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], body, [name.lower() for name, _ in sent[0]["headers"]]


@pytest.fixture(scope="module")
def world() -> World:
    """One world for all examples."""
    return World()


@given(SEGMENTS, st.sampled_from(["", "/", "/p/10", "/a/att500"]))
def test_any_segment_is_unknown(world: World, segment: str, below: str) -> None:
    """A made-up segment leads nowhere, with the one body."""
    answer = world.get(f"/s/{quote(segment, safe='', errors='replace')}{below}")

    assert (404, world.unknown) == (answer.status_code, answer.content)


@given(st.sampled_from(["p", "a"]), SEGMENTS)
def test_any_page_or_file_of_an_open_link_is_absent(world: World, kind: str, id: str) -> None:
    """A made-up id below an open link is not in the share, or no address at all."""
    answer = world.get(f"{world.opened.path}/{kind}/{quote(id, safe='', errors='replace')}")
    if id in (ROOT, PICTURE):
        assert 200 == answer.status_code
    else:
        assert 404 == answer.status_code
        assert answer.content in (world.absent, world.unknown)


@given(
    st.dictionaries(
        st.sampled_from(["password", "address", "code", "open", "x", ""]), st.text(max_size=200), max_size=4
    )
)
def test_any_form_is_answered(world: World, fields: dict[str, str]) -> None:
    """Whatever the fields hold, each gate answers with its own page, a refusal or the way on."""
    made: Made
    for made in (world.opened, world.gated, world.mailed, world.limited):
        data = {key: value.encode("utf-8", "replace") for key, value in fields.items()}
        answer = world.client().post(made.path, data=data)

        assert answer.status_code in (200, 303, 403)


@given(
    st.binary(max_size=300),
    st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) | HEADERS,
)
def test_any_body_is_answered(world: World, body: bytes, content_type: str) -> None:
    """Any bytes under any name of a type are read as a form, or refused as none."""
    headers = {b"content-type": content_type.strip().encode("latin-1")}
    answer = world.client().post(world.gated.path, content=body, headers=headers)

    assert answer.status_code in (200, 303, 400, 403)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("charset", ["unicode_escape", "utf-16", "rot13", "punycode", "undefined", "nothing"])
def test_no_charset_breaks_a_gate(world: World, kind: str, charset: str) -> None:
    """A form that claims a strange character set is read as far as it can be."""
    parts = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n\\ud800\xff\xfe\r\n--x--\r\n'
    for made, name in ((world.gated, b"password"), (world.mailed, b"address")):
        content = parts % name if "multipart" in kind else name + b"=%ed%a0%80\\ud800\xff%ff"
        answer = world.client().post(made.path, content=content, headers={"content-type": f"{kind}; charset={charset}"})

        assert answer.status_code in (200, 403)


@given(HEADERS | st.from_regex(r"[bB]ytes ?= ?[0-9, -]{0,30}", fullmatch=True))
def test_any_range_is_answered(world: World, header: str) -> None:
    """A range is a part that lies where it says, the whole file, or a refusal."""
    value = header.strip().encode("latin-1")
    answer = world.client().get(world.opened.file(PICTURE), headers={b"range": value})
    if answer.status_code == 206:
        first, last = answer.headers["content-range"].removeprefix("bytes ").partition("/")[0].split("-")
        assert answer.content == PNG[int(first) : int(last) + 1]
    elif answer.status_code == 200:
        assert answer.content == PNG
    else:
        assert (416, b"") == (answer.status_code, answer.content)


@given(
    st.dictionaries(
        st.sampled_from(["cookie", "origin", "sec-fetch-site", "host", "accept", "forwarded"]), HEADERS, max_size=4
    )
)
def test_any_header_is_answered(world: World, headers: dict[str, str]) -> None:
    """No header of a request breaks a page or a form."""
    sent = {name.encode(): value.strip().encode("latin-1") for name, value in headers.items()}
    client = world.client()

    assert 200 == client.get(world.gated.path, headers=sent).status_code
    assert client.post(world.gated.path, data={"password": "x"}, headers=sent).status_code == 403


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_query_is_ignored(world: World, query: str) -> None:
    """A query changes at most where the tree begins."""
    answer = world.get(f"{world.opened.path}?{quote(query, errors='replace')}&from={quote(query, errors='replace')}")

    assert 200 == answer.status_code


@pytest.mark.parametrize("corpus", ["path-traversal", "crlf-header-injection", "naughty-strings", "open-redirect"])
def test_paths_that_were_used_in_attacks_lead_nowhere(world: World, corpus: str) -> None:
    """Each hostile path of the collections, at each place of an address, is answered 404 with a page of ours."""
    folder = Path(need("reference"), "security", "corpora", corpus)
    items = [
        json.loads(line)["input"] for line in Path(folder, "items.jsonl").read_text("utf-8").strip("\n").split("\n")
    ]
    assert len(items) > 40

    for item in items[:: max(1, len(items) // 150)]:
        for written in (item, quote(item, safe="", errors="replace")):
            for stem in ("/", "/s/", f"{world.opened.path}/a/", f"{world.opened.path}/p/", "/static/"):
                status, body, names = world.raw(stem + written)

                assert status == 404 or written in TREE, stem + written
                assert status != 404 or body in (world.unknown, world.absent), stem + written
                assert not {b"set-cookie", b"location"} & set(names), stem + written
