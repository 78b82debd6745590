"""Outgoing HTTP survives foreign servers and sends its credential nowhere else (F18 to F25, F67)."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Coroutine

import httpx
import pytest

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.failures import (
    Forbidden,
    Gone,
    Invalid,
    NoInterface,
    RateLimited,
    ScopeMissing,
    Unavailable,
    UnexpectedAnswer,
)
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Client, Limits, open_client, retry_after
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected
from tests.integration.wires import (
    AT_ONCE,
    BASE,
    SECRET,
    Wire,
    api_asked,
    asked,
    network,
    pieces,
    run,
)


def test_redirects_are_not_followed() -> None:
    """F25: a redirect is an answer like any other, and no REST answer may be one."""
    wire = Wire(httpx.Response(302, headers={"location": "https://evil.example/"}))
    with pytest.raises(Broken):
        api_asked(wire, lambda api: api.get("/rest/api/user/current"))

    assert [f"{BASE}/rest/api/user/current"] == [str(request.url) for request in wire.seen]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/wiki/x",
        "http://acme.atlassian.net/wiki",
        "https://acme.atlassian.net:444/",
        "/wiki",
    ],
)
def test_a_credential_never_leaves_its_origin(url: str) -> None:
    """F25: another host, scheme or port is refused before anything is sent."""
    wire = Wire(httpx.Response(200))
    with pytest.raises(Broken):
        asked(wire, lambda client: client.request("GET", url))

    assert wire.seen == []


def test_cookies_are_not_kept() -> None:
    """What a server sets is not sent back: answers belong to nobody's session."""
    wire = Wire(httpx.Response(200, json={}, headers={"set-cookie": "JSESSIONID=1; Path=/"}))

    async def twice(client: Client) -> None:
        await client.request("GET", f"{BASE}/a")
        await client.request("GET", f"{BASE}/b")

    asked(wire, twice)

    assert [request.headers.get("cookie") for request in wire.seen] == [None, None]


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        ("GET", 503, 3),
        ("GET", 502, 3),
        ("GET", 504, 3),
        ("GET", 429, 3),
        ("POST", 429, 3),
        ("POST", 503, 1),
        ("GET", 500, 1),
    ],
)
def test_only_what_is_safe_is_repeated(method: str, status: int, expected: int) -> None:
    """F18, F19: 429 for every method, 502 to 504 for GET only, twice at most."""
    wire = Wire(httpx.Response(status))
    answer = asked(wire, lambda client: client.request(method, f"{BASE}/a"))

    assert (status, expected) == (answer.status, len(wire.seen))


def test_other_failures_are_repeated_when_a_time_is_named() -> None:
    """api.md 3.3: a 500 alone says nothing, with ``Retry-After`` it asks to come back."""
    wire = Wire(httpx.Response(500, headers={"retry-after": "0"}), httpx.Response(200, json={"a": 1}))
    answer = asked(wire, lambda client: client.request("GET", f"{BASE}/a"))

    assert answer.json() == {"a": 1}


def test_a_repetition_that_succeeds_is_the_answer() -> None:
    """F19: one bad answer does not show."""
    wire = Wire(httpx.Response(503), httpx.Response(200, json={"a": 1}))
    answer = asked(wire, lambda client: client.request("GET", f"{BASE}/a"))

    assert answer.json() == {"a": 1}


@pytest.mark.parametrize("value", ["86400", "3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_an_absurd_retry_after_is_not_waited_for(value: str) -> None:
    """F18: the request ends at once and carries the hint on."""
    wire = Wire(httpx.Response(429, headers={"retry-after": value}))
    with pytest.raises(Busy) as raised:
        api_asked(wire, lambda api: api.get("/api/v2/pages/1"))

    assert (len(wire.seen), (raised.value.retry_after or 0) > 3000) == (1, True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("7", 7.0),
        ("-1", None),
        ("soon", None),
        ("9" * 30, 86_400.0),
        ("Sat, 01 Jan 2000 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_with_care(value: str | None, expected: float | None) -> None:
    """F18: seconds, dates, missing and absurd values."""
    actual = retry_after(value)

    assert expected == actual


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError])
def test_network_failures_become_our_own(failure: type[httpx.TransportError]) -> None:
    """F20, F21: GET is tried thrice, POST once, and no text of the library comes out."""
    calls: list[str] = []

    def wire(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise failure(f"{SECRET} {request.url}")

    for method in ("GET", "POST"):
        with pytest.raises(AdapterFailed) as raised:
            asked(wire, lambda client, method=method: client.request(method, f"{BASE}/a"))  # type: ignore[misc]
        assert "acme" not in str(raised.value) and SECRET not in str(raised.value)

    assert calls == ["GET", "GET", "GET", "POST"]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"x" * 2001, "identity"),
        (gzip.compress(b"x" * 5_000_000), "gzip"),
        (gzip.compress(b"hello world")[:-4], "gzip"),
        (b"no gzip", "gzip"),
        (b"x", "br"),
    ],
    ids=["too large", "bomb", "cut off", "no gzip", "not asked for"],
)
def test_bodies_are_bounded_after_decompression(content: bytes, encoding: str) -> None:
    """F23: what is larger than allowed, or cannot be unpacked, is refused."""
    wire = Wire(httpx.Response(200, content=pieces(content), headers={"content-encoding": encoding}))
    with pytest.raises(Broken):
        asked(wire, lambda client: client.request("GET", f"{BASE}/a"), Limits(body=2000))


def test_gzip_is_unpacked() -> None:
    """A compressed answer is the same answer."""
    content = pieces(gzip.compress(b'{"a": "b"}'))
    headers = {"content-encoding": "gzip", "content-type": "application/json; charset=utf-8"}
    answer = asked(
        Wire(httpx.Response(200, content=content, headers=headers)),
        lambda client: client.request("GET", f"{BASE}/a"),
    )

    assert answer.json() == {"a": "b"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html>", "text/html"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[]", "application/json"),
        (b"{}", ""),
    ],
)
def test_garbage_is_refused(content: bytes, kind: str) -> None:
    """F22: another type, broken, too deep, not UTF-8, another shape."""
    wire = Wire(httpx.Response(200, content=content, headers={"content-type": kind}))
    with pytest.raises(Broken):
        api_asked(wire, lambda api: api.get("/api/v2/pages/1"))


def test_a_bare_not_found_is_a_refused_credential() -> None:
    """api.md 3.2: v2 answers a bad credential with a bare 404; v1's user/current says which it is."""

    def wire(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/user/current"):
            return httpx.Response(403, json={"message": "403 FORBIDDEN caller cannot access Confluence"})
        return httpx.Response(404, json={"errors": [{"status": 404, "title": "Not Found"}]})

    with pytest.raises(CredentialRejected):
        api_asked(wire, lambda api: api.get("/api/v2/pages/1"))


def test_lists_go_on_below_our_own_base() -> None:
    """The next part is asked of the request base, whatever host the answer names."""
    wire = Wire(
        httpx.Response(
            200,
            json={
                "results": [{"id": "1"}],
                "_links": {"next": "https://evil.example/wiki/api/v2/pages?cursor=c"},
            },
        ),
        httpx.Response(200, json={"results": [{"id": "2"}], "_links": {}}),
    )
    found = api_asked(wire, lambda api: api.every("/api/v2/pages", {"limit": 1}))

    assert [one["id"] for one in found] == ["1", "2"]

    assert f"{BASE}/api/v2/pages?cursor=c" == str(wire.seen[1].url)


@pytest.mark.parametrize(
    "following",
    [
        "/wiki/rest/api/search?next=true&cursor=c%2Bd",
        "/rest/api/search?next=true&cursor=c%2Bd",
        "https://acme.atlassian.net/wiki/rest/api/search?next=true&cursor=c%2Bd",
    ],
    ids=["with the context", "below the context", "whole"],
)
def test_lists_go_on_through_the_gateway(following: str) -> None:
    """api.md 3.1: the gateway's prefix is kept, whichever form the address of the next part has."""
    gateway = "https://api.atlassian.com/ex/confluence/c1/wiki"
    wire = Wire(
        httpx.Response(200, json={"results": [{}], "_links": {"next": following}}),
        httpx.Response(200, json={"results": [{}], "_links": {}}),
    )

    async def go() -> None:
        async with open_client(base=gateway, limits=AT_ONCE, transport=network(wire)) as client:
            api = Api(client, gateway, SiteAddresses.of(Flavour.CLOUD, BASE, gateway), SingleFlight())
            await api.every("/rest/api/search", {"cql": "x"})

    run(go())

    assert f"{gateway}/rest/api/search?next=true&cursor=c%2Bd" == str(wire.seen[1].url)


@pytest.mark.parametrize(
    "following",
    [
        "/wiki/api/v2/pages/2/footer-comments?cursor=c",
        "/wiki/api/v2/pages/1/footer-comments/2?cursor=c",
        "https://evil.example/wiki/api/v2/blogposts/att1/footer-comments",
        "/wiki/api/v2/footer-comments?cursor=c",
        "/wiki/api/v2/pages/1/../2/footer-comments",
    ],
)
def test_a_list_goes_on_about_what_it_began_with(following: str) -> None:
    """A next part that is of another page, or of none, is refused: its entries would be taken for those of the first."""
    wire = Wire(httpx.Response(200, json={"results": [{}], "_links": {"next": following}}))
    with pytest.raises(Broken, match="leads elsewhere"):
        api_asked(wire, lambda api: api.every("/api/v2/pages/1/footer-comments", {}))

    assert len(wire.seen) == 1


def test_a_list_without_end_is_refused() -> None:
    """F22: a cursor that repeats itself keeps nobody busy."""
    wire = Wire(httpx.Response(200, json={"results": [{}], "_links": {"next": "/wiki/api/v2/pages?cursor=c"}}))
    with pytest.raises(Broken):
        api_asked(wire, lambda api: api.every("/api/v2/pages", {"limit": 1}))

    assert len(wire.seen) == 2


def test_a_bare_not_found_is_never_taken_for_a_missing_page() -> None:
    """api.md 3.2: where the credential holds, or nobody says so, the site is asked again later."""
    bare = httpx.Response(404, json={"errors": [{"status": "404", "title": "Not Found"}]})
    answers = {
        "known": httpx.Response(200, json={"type": "known"}),
        "no scope": httpx.Response(401, json={"code": 401, "message": "Unauthorized; scope does not match"}),
        "nowhere": httpx.Response(404, json={"statusCode": 404, "message": "NotFoundException"}),
    }
    raised = {}
    for name, answer in answers.items():

        def wire(request: httpx.Request, answer: httpx.Response = answer) -> httpx.Response:
            return answer if request.url.path.endswith("/user/current") else bare

        with pytest.raises(AdapterFailed) as caught:
            api_asked(wire, lambda api: api.get("/api/v2/pages/1"))
        raised[name] = caught.type.__name__

    assert raised == {"known": "Unavailable", "no scope": "Unavailable", "nowhere": "NoInterface"}


REFUSALS: list[tuple[str, httpx.Response, type[AdapterFailed]]] = [
    ("tomcat's page", httpx.Response(401, html="<html>HTTP Status 401"), CredentialRejected),
    (
        "no scope",
        httpx.Response(401, json={"code": 401, "message": "Unauthorized; scope does not match"}),
        ScopeMissing,
    ),
    (
        "v1 refuses the credential",
        httpx.Response(403, json={"statusCode": 403, "message": "Current user not permitted to use Confluence"}),
        CredentialRejected,
    ),
    ("forbidden", httpx.Response(403, json={"reason": "Forbidden"}), Forbidden),
    ("taken out", httpx.Response(410, json={"message": "GoneException"}), Gone),
    ("not understood", httpx.Response(400, json={"errors": []}), Invalid),
    ("no such interface", httpx.Response(404, html="<html>Oops"), NoInterface),
    ("maintenance", httpx.Response(503, html="<html>Upgrading", headers={"retry-after": "600"}), Unavailable),
    ("too many", httpx.Response(429, headers={"retry-after": "600"}), RateLimited),
    ("a page to sign in", httpx.Response(200, html="<html>Log in"), UnexpectedAnswer),
    ("sent to sign in", httpx.Response(302, headers={"location": "https://id.example/"}), UnexpectedAnswer),
]


@pytest.mark.parametrize(("answer", "expected"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_refusals_are_told_apart(answer: httpx.Response, expected: type[AdapterFailed]) -> None:
    """api.md 3.2, 10: one exception each, and nothing of the site's own text in it."""
    with pytest.raises(AdapterFailed) as raised:
        api_asked(Wire(answer), lambda api: api.get("/rest/api/content/1"))

    assert expected is raised.type


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"x-ausername": "anonymous"}, "anonymous"),
        ({"x-ausername": "bot", "x-seraph-loginreason": "AUTHENTICATION_DENIED"}, "CAPTCHA"),
    ],
)
def test_a_connector_that_data_center_does_not_recognise_is_refused(headers: dict[str, str], words: str) -> None:
    """api.md 6.3: a credential that counts for nothing shows in a header, even where anybody may read."""
    wire = Wire(httpx.Response(200, json={"id": "1"}, headers=headers))
    site = SiteAddresses.of(Flavour.DATA_CENTER, BASE)

    def get(client: Client) -> Coroutine[object, object, object]:
        return Api(client, BASE, site, SingleFlight()).get("/rest/api/content/1")

    with pytest.raises(CredentialRejected, match=words):
        asked(wire, get)


def test_equal_questions_are_asked_once() -> None:
    """F67: many callers at one time share one request."""
    wire = Wire(httpx.Response(200, json={"id": "1"}))

    async def many(api: Api) -> list[object]:
        return list(await asyncio.gather(*(api.get("/api/v2/pages/1") for _ in range(50))))

    answers = api_asked(wire, many)

    assert (len(answers), len(wire.seen)) == (50, 1)


def test_an_old_answer_is_not_shared() -> None:
    """Spec L16: what is older than the allowed time is asked again."""
    calls: list[int] = []

    async def fetch() -> int:
        calls.append(1)
        return len(calls)

    async def go() -> tuple[int, int]:
        flights = SingleFlight(fresh=-1.0)
        return await flights.share("a", fetch), await flights.share("a", fetch)

    actual = run(go())

    assert actual == (1, 2)


def test_a_request_that_nobody_waits_for_is_cancelled() -> None:
    """F30: a visitor who leaves takes the upstream request along, unless others wait for it."""
    ended: list[str] = []

    async def fetch() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def go() -> tuple[list[str], list[str]]:
        flights = SingleFlight()
        waiters = [asyncio.create_task(flights.share("a", fetch)) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiters[0].cancel()
        await asyncio.gather(waiters[0], return_exceptions=True)
        before = list(ended)
        waiters[1].cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
        await flights.close()
        await asyncio.sleep(0)
        return before, ended

    before, after = run(go())

    assert (before, after) == ([], ["cancelled"])
