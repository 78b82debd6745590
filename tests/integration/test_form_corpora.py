"""Whatever the collections of hostile input hold, every form of ours answers with a page of ours.

No 500, no header that was not there before, nothing of what was sent in a header, and in a body only as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from attrs import frozen

from exshare_core.values import People
from tests.corpora import folder, inputs
from tests.integration.shell import PASSWORD, SITE, Made, Shell, run

CORPORA = ("crlf-header-injection", "naughty-strings", "unicode-control-fuzzdb", "open-redirect")
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class World:
    """A shell with a link of each kind, and a browser in a network of its own for each request."""

    def __init__(self) -> None:
        self.shell = Shell()
        self.count = 0
        people = People.parse(["ada@example.com"])
        _, setup = run(self.shell.services.membership.add("bob", site=SITE))
        self.setup = f"/manage/setup/{setup}"
        self.links = (
            self.shell.make_link(password=PASSWORD),
            self.shell.make_link(people=people),
            self.shell.make_link(max_opens=1_000_000),
            self.shell.make_link(password=PASSWORD, people=people, terms="Please be kind."),
        )

    def post(self, path: str, content: bytes, kind: str = FORM, query: str = "") -> Any:
        """The answer to these bytes, a day after the one before, in a browser that has opened the page with the form."""
        self.count += 1
        self.shell.clock.forward(hours=25)
        client = self.shell.client(f"2001:db8:{self.count >> 16:x}:{self.count & 0xFFFF:x}::1")
        if path.startswith("/manage"):
            token = TOKEN.search(client.get(path).text)
            content += b"" if token is None or kind != FORM else b"&csrf=" + token[1].encode()
        return client.post(path + query, content=content, headers={"content-type": kind})


@pytest.fixture(scope="module")
def world() -> World:
    """One world for all payloads."""
    return World()


@frozen
class Target:
    """A form, and the names of its fields."""

    path: Callable[[World], str]
    fields: tuple[str, ...]


TARGETS = {
    "password": Target(lambda world: world.links[0].path, ("password",)),
    "address": Target(lambda world: world.links[1].path, ("address",)),
    "code": Target(lambda world: world.links[1].path, ("code", "address")),
    "terms": Target(lambda world: world.links[3].path, ("terms",)),
    "open": Target(lambda world: world.links[2].path, ("open",)),
    "sign-in": Target(lambda world: "/manage/sign-in", ("name", "password", "site")),
    "set-up": Target(lambda world: world.setup, ("password",)),
    "no set-up": Target(lambda world: f"/manage/setup/{'S' * 43}", ("password",)),
    "sign-out": Target(lambda world: "/manage/sign-out", ("csrf",)),
    "new link": Target(lambda world: f"/manage/{SITE}/new", ("page", "name", "password", "people")),
}

STATUSES = {200, 303, 400, 403, 404, 429}
HEADERS = {
    "cache-control",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "location",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "clear-site-data",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-robots-tag",
}


def written(text: str) -> Iterator[bytes]:
    """A payload as a browser would send it, as it stands, and with its own escapes left to be read.

    What has no byte that a form gives a meaning, or that is no printable ASCII, is the same to every reader as it stands.
    """
    raw = text.encode("utf-8", "surrogatepass")
    forms = {raw, unquote_to_bytes(raw)}
    yield from (b"".join(b"%%%02X" % byte for byte in one) for one in forms)
    if re.search(rb"[^ -~]|[+%=;&]", raw):
        yield raw.replace(b"&", b"%26")


def check(answer: Any, text: str) -> None:
    """What must hold of every answer."""
    assert answer.status_code in STATUSES, text
    assert HEADERS >= set(answer.headers), text
    assert not [value for value in answer.headers.values() if "crlf=injection" in value or "evil" in value], text
    location = urlsplit(answer.headers.get("location", "/"))
    assert ("", "") == (location.scheme, location.netloc), text
    assert location.path.startswith("/"), text
    assert not location.path.startswith(("//", "/\\")), text
    if "<" in text and len(text) > 3 and text in html.unescape(answer.text):
        assert text not in answer.text, text


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("corpus", CORPORA)
def test_no_field_breaks_a_form(world: World, corpus: str, name: str) -> None:
    """Each payload in each field of each form that needs no session: a page of ours, with the headers of always."""
    target = TARGETS[name]
    for text in inputs(corpus):
        for sent in written(text):
            content = b"&".join(field.encode() + b"=" + sent for field in target.fields)
            check(world.post(target.path(world), content), text)


@pytest.mark.parametrize("name", ["password", "sign-in"])
@pytest.mark.parametrize("corpus", ["open-redirect", "crlf-header-injection"])
def test_nothing_says_where_to_go_next(world: World, corpus: str, name: str) -> None:
    """Whatever a query or a field says of the way on, who brings the right password stays with us (threat T51)."""
    target = TARGETS[name]
    right = (
        {"password": PASSWORD} if name == "password" else {"name": "ada", "password": "a long sentence to sign in with"}
    )
    content = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in right.items()).encode()
    places = set()
    for text in inputs(corpus):
        escaped = "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
        ways = [
            f"{word}={escaped}" for word in ("next", "returnTo", "return_to", "redirect", "url", "continue", "site")
        ]
        for query in ("?" + "&".join(ways[:-1]), ""):
            body = content if query else content + f"&{'&'.join(ways[: -1 if name == 'sign-in' else None])}".encode()
            answer = world.post(target.path(world), body, query=query)
            check(answer, text)
            places.add((answer.status_code, answer.headers.get("location")))

    assert {(303, target.path(world) if name == "password" else f"/manage/{SITE}/links")} == places


def test_multipart_bodies_are_no_forms_of_ours(world: World) -> None:
    """Whole or broken, whatever they are called, multipart bodies bring nothing to any gate and break none."""
    bodies = sorted(folder("multipart-http").glob("*.http"))
    assert len(bodies) > 15
    for file in bodies:
        raw = file.read_bytes()
        boundary = raw.split(b"\r\n", 1)[0].removeprefix(b"--").decode("latin-1") or "x"
        for kind in (f"multipart/form-data; boundary={boundary}", FORM, "multipart/form-data", "text/plain"):
            for target in ("password", "address", "sign-in"):
                answer = world.post(
                    TARGETS[target].path(world), raw, kind.encode("latin-1", "replace").decode("latin-1")
                )
                check(answer, file.name)
                assert 303 != answer.status_code, file.name


def test_the_right_words_in_a_multipart_body_open_nothing(world: World) -> None:
    """What our forms never send is not read, so that no second parser decides what was said."""
    made: Made = world.links[0]
    part = f'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{PASSWORD}\r\n--x--\r\n'.encode()

    assert 200 == world.post(made.path, part, "multipart/form-data; boundary=x").status_code
    assert 303 == world.post(made.path, f"password={PASSWORD.replace(' ', '+')}".encode()).status_code
