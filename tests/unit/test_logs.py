"""Nothing secret reaches a log, from us or from a library, and what helps an operator stays readable."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from exshare_web.logs import RequestLog, configure, masked

TOKEN = "q3Jx0Zk-7Vb_1LmN5pQr8StUvWxYz2AaBbCcDdEeFfG"
"""43 characters of base64url, as the token of a share and of a member's set-up is."""

ID = "0123456789abcdef0123456789abcdef"


@contextmanager
def logged(level: str = "debug", form: str = "json") -> Iterator[io.StringIO]:
    """What is logged meanwhile; afterwards logging is as it was."""
    stream, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogger("uvicorn.access").disabled)
    quiet = {name: logging.getLogger(name).level for name in ("httpx", "asyncio")}
    configure(level, form, stream)
    try:
        yield stream
    finally:
        structlog.reset_defaults()
        root.handlers[:], level_before, logging.getLogger("uvicorn.access").disabled = before
        root.setLevel(level_before)
        for name, one in quiet.items():
            logging.getLogger(name).setLevel(one)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Every line, as the JSON that it is."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


# --- masks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"GET /s/{TOKEN} 200", "GET /s/*** 200"),
        (f"GET /s/our-handbook-{TOKEN}/p/12?x=1", "GET /s/***/p/12?x=1"),
        (f"https://share.example.com/s/{TOKEN}/a/9", "https://share.example.com/s/***/a/9"),
        ("/s/short", "/s/***"),
        (f"next=%2Fs%2F{TOKEN}%2Fp%2F1", "next=%2Fs%2F***%2Fp%2F1"),
        (f"no row for {TOKEN}", "no row for ***"),
        (f"no row for our-handbook-{TOKEN}.", "no row for ***."),
        (f"'{TOKEN}'", "'***'"),
        (f"/manage/setup/{TOKEN}", "/manage/setup/***"),
        ("/manage/setup/short-lived", "/manage/setup/***"),
        ("Authorization: Bearer abc", "Authorization:***"),
        ("{'authorization': 'Basic YWJj'}", "{'authorization': ***}"),
        ("sent bearer abc.def~ghi/jkl= to", "sent bearer *** to"),
        ("sent Basic YWJjOmRlZg== to", "sent Basic *** to"),
        ("postgresql://exshare:p4ss@db.example.com/exshare", "postgresql://***@db.example.com/exshare"),
        ("postgresql://exshare:p@ss/w:rd@db1,db2/exshare", "postgresql://***@db1,db2/exshare"),
        ("https://token@api.example.com/x", "https://***@api.example.com/x"),
        ("host=db password=hunter2 user=exshare", "host=db password=*** user=exshare"),
        ("host=db password='two words' user=exshare", "host=db password=*** user=exshare"),
        ('{"token": "a b c", "name": "acme"}', '{"token": ***, "name": "acme"}'),
        ("Mailgun(url='https://x', api_key='abc', region='eu')", "Mailgun(url='https://x', api_key=***, region='eu')"),
        ("password: hunter2", "password: ***"),
        ("Cookie: __Host-exshare=abc; other=def", "Cookie:***"),
        ("Set-Cookie: exshare=abc; Path=/\nHost: x", "Set-Cookie:***\nHost: x"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end", "jwt *** end"),
        ("key-0123456789abcdef0123456789abcdef", "***"),
        ("0123456789abcdef0123456789abcdef-01234567-89abcdef", "***"),
        ("$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$aGFzaA", "***"),
        ("refused by ada.lovelace+x@mail.example.com today", "refused by ***@mail.example.com today"),
        (f"visitor={TOKEN[:20]}&page=3", "visitor=***&page=3"),
    ],
)  # fmt: skip
def test_a_secret_is_masked_wherever_it_stands(text: str, shown: str) -> None:
    """Tokens with or without decoration, credentials in headers and addresses, cookies, hashes and mailboxes."""
    assert shown == masked(text)


@pytest.mark.parametrize(
    "text",
    [
        f"link {ID} of site acme",
        "page 39813121, attachment att3604483",
        "5b10ac8d82e05b22cc7d4ef5",
        "557058:f1b5ac20-1b1e-4b6a-9c1f-0f0f0f0f0f0f",
        "2026-11-26T15:34:48.123456Z",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "route /s/{segment}/p/{page}",
        "route /manage/setup/{setup}",
        "exshare_adapters.confluence.rendering.pipeline:142",
        "test_a_loop_outlives_every_failure_of_the_world_behind",
        "https://acme.atlassian.net/wiki/rest/api/content/39813121?expand=body.storage",
        "http://127.0.0.1:8000",
        "mail server mail.example.com:587: it wants a basic authentication",
        "the bearer token is not accepted",
        "token: must be printable ASCII without spaces; was it copied whole?",
        "Mailgun answered 401: it does not accept the key; see `api_key` and `region`",
        "Uvicorn running on socket ('127.0.0.1', 8000) (Press CTRL+C to quit)",
        "/usr/lib/python3.11/site-packages/uvicorn/protocols/http/h11_impl.py",
    ],
)
def test_what_helps_an_operator_stays(text: str) -> None:
    """Ids, digests, places in code, templates of routes, plain addresses and sentences are no secrets."""
    assert text == masked(text)


TOKENS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=40, max_size=40)
AROUND = st.text(st.characters(codec="utf-8"), max_size=30)


@given(TOKENS, AROUND, AROUND)
def test_a_token_never_comes_through(middle: str, before: str, after: str) -> None:
    """Whatever stands around it, decoration of its own alphabet included."""
    token = f"Q7{middle}9"

    assert token not in masked(before + token + after)


@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.from_regex(r"(?:[a-z]+[=:@/ ]){1,20}", fullmatch=True))
def test_masking_twice_is_masking_once(text: str) -> None:
    """What is masked holds nothing more to mask."""
    assert masked(text) == masked(masked(text))


@pytest.mark.parametrize(
    "part", ["a-", "://", "://a:", "eyJ", "eyJa.", "password='", "a@", "cookie:", "bearer ", "/s/x"]
)
def test_masking_long_texts_ends(part: str) -> None:
    """No pattern looks at a long text again and again: a hundred thousand characters are masked at once."""
    text = part * (100_000 // len(part))

    assert 0 < len(masked(text)) <= 2 * len(text)


# --- events ----------------------------------------------------------------------------------------------------------


def test_a_value_is_masked_by_its_name() -> None:
    """Passwords and codes look like nothing in particular: the name of the value tells."""
    with logged() as stream:
        structlog.get_logger().info(
            "tried", password="abc", code="123456", session="s", link=ID, status_code=404, tries=3
        )

    (line,) = lines(stream)

    assert {"password": "***", "code": "***", "session": "***", "link": ID, "status_code": 404, "tries": 3} == {
        key: line[key] for key in ("password", "code", "session", "link", "status_code", "tries")
    }


def test_a_value_is_masked_however_deep_it_lies() -> None:
    """Values inside mappings, lists and objects pass the same masks."""

    class Thing:
        def __repr__(self) -> str:
            return f"Thing(token='abc', at='/s/{TOKEN}')"

    with logged() as stream:
        structlog.get_logger().info(
            "deep",
            headers={"Cookie": "a=b", "accept": "*/*", f"/s/{TOKEN}": 1},
            tried=[f"/s/{TOKEN}", 7],
            thing=Thing(),
        )

    (line,) = lines(stream)

    assert {"Cookie": "***", "accept": "*/*", "/s/***": 1} == line["headers"]

    assert ["/s/***", 7] == line["tried"]

    assert "Thing(token=***, at='/s/***')" == line["thing"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_masked(form: str) -> None:
    """The text of an exception and of its cause is masked; the places in the code stay."""
    with logged(form=form) as stream:
        try:
            try:
                raise KeyError(f"/s/{TOKEN}")
            except KeyError as cause:
                raise ValueError("postgresql://exshare:hunter2@db/x") from cause
        except ValueError:
            structlog.get_logger().exception("broke")

    written = stream.getvalue()

    assert not [secret for secret in (TOKEN, "hunter2") if secret in written]

    assert "test_logs.py" in written


def test_a_librarys_log_passes_the_same_masks() -> None:
    """What comes through the standard logging, arguments and exceptions included, is a masked line of JSON."""
    with logged() as stream:
        try:
            raise ValueError(f"/s/{TOKEN}")
        except ValueError:
            logging.getLogger("uvicorn.error").exception(
                "GET %s with %s", f"/s/{TOKEN}", {"authorization": "Bearer xyz"}
            )

    (line,) = lines(stream)

    assert ("GET /s/*** with {'authorization': ***}", "error") == (line["event"], line["level"])

    assert TOKEN not in stream.getvalue()

    assert "ValueError" in line["exception"]


def test_a_record_that_cannot_be_formatted_gives_nothing_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Python would print such a record with its arguments; here only where it came from is told."""
    with logged() as stream:
        logging.getLogger("library").error("%d tries", f"/s/{TOKEN}")

    (line,) = lines(stream)

    assert ("a log record could not be written", "library", "TypeError") == (
        line["event"],
        line["logger"],
        line["failure"],
    )

    assert ("", "") == capsys.readouterr()


def test_a_task_that_nobody_waited_for_is_masked() -> None:
    """What the event loop itself reports passes the masks."""

    async def forgotten() -> None:
        raise ValueError(f"/s/{TOKEN}")

    async def work() -> None:
        task = asyncio.create_task(forgotten())
        await asyncio.wait([task])
        del task

    with logged() as stream:
        asyncio.run(work())

    assert "Task exception was never retrieved" in stream.getvalue()

    assert TOKEN not in stream.getvalue()


def test_levels_are_obeyed() -> None:
    """Events below the level are not written; libraries never come below information."""
    with logged("warning") as stream:
        structlog.get_logger().info("small")
        logging.getLogger("library").info("small")
        structlog.get_logger().warning("large")

    assert ["large"] == [line["event"] for line in lines(stream)]

    with logged("debug") as stream:
        logging.getLogger("library").debug("tiny")
        logging.getLogger("aiohttp.client").info("GET https://acme.atlassian.net")
        structlog.get_logger().debug("ours")

    assert ["ours"] == [line["event"] for line in lines(stream)]


def test_a_text_line_holds_nothing_that_a_terminal_obeys() -> None:
    """In the text form an event stays on its line, and escape sequences are shown as question marks."""
    with logged(form="text") as stream:
        structlog.get_logger().info("one\ntwo\x1b[2J", name="a\x1b]0;b\x07")

    (line,) = stream.getvalue().splitlines()

    assert "one?two?[2J" in line

    assert "\x1b" not in line


# --- requests --------------------------------------------------------------------------------------------------------


def test_a_request_is_logged_by_its_route() -> None:
    """The template, the method, the status and the time; nothing of the address, the query or the headers."""

    async def answer(request: Request) -> PlainTextResponse:
        if request.path_params.get("segment") == "breaks":
            raise RuntimeError("broke")
        return PlainTextResponse("ok")

    app = Starlette(
        routes=[Route("/s/{segment}/p/{page}", answer), Mount("/static", Starlette())],
        middleware=[Middleware(RequestLog)],
    )
    client = TestClient(app, raise_server_exceptions=False, headers={"authorization": "Bearer xyz"})
    with logged() as stream:
        for path in (f"/s/{TOKEN}/p/12?visitor=abc", "/s/breaks/p/1", f"/{TOKEN}", "/static/none.css"):
            client.get(path)

    found = [line for line in lines(stream) if line["event"] == "request"]

    assert [("/s/{segment}/p/{page}", 200), ("/s/{segment}/p/{page}", 0), ("none", 404), ("/static", 404)] == [
        (line["route"], line["status"]) for line in found
    ]

    assert {"event", "level", "method", "milliseconds", "route", "status", "timestamp"} == set(found[0])

    assert not [secret for secret in (TOKEN, "xyz", "abc") if secret in stream.getvalue()]
