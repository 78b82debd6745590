"""What goes with every answer (spec V1, G10): headers, cookies, and whose forms are taken."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import pytest

from exshare_core.capabilities import Capabilities
from exshare_core.errors import Broken, Busy
from exshare_core.values import Networks, People
from exshare_web.origins import same_origin
from tests.integration import talk
from tests.integration.shell import BASE_URL, CHILD, PASSWORD, PICTURE, PLAN, UNKNOWN_TOKEN, Shell
from tests.integration.test_visitor_gates import gate

ALWAYS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def every_kind(shell: Shell) -> dict[str, Any]:
    """One answer of each kind that the service gives."""
    talk.furnish(shell)
    allow = Capabilities.parse(["attachments=view", "comments=view", "history=view", "search", "pdf"])
    made, gated = shell.make_link(children=True, allow=allow), shell.make_link(password=PASSWORD)
    mailed, limited = shell.make_link(people=People.parse(["a@example.com"])), shell.make_link(max_opens=1)
    client = shell.client()
    answers = {
        "page": client.get(made.path),
        "sub-page": client.get(made.page(CHILD)),
        "search": client.get(f"{made.path}/find"),
        "found": client.post(f"{made.path}/find", data={"words": "begin"}),
        "not to be found": client.post(f"{made.path}/find", data={"words": ""}),
        "to be saved": client.get(f"{made.page(CHILD)}/pdf"),
        "document": client.post(f"{made.page(CHILD)}/pdf", data={"what": "page"}),
        "documents": client.post(f"{made.page(CHILD)}/pdf", data={"what": "below"}),
        "comments": client.get(f"{made.page(CHILD)}/comments"),
        "history": client.get(f"{made.page(CHILD)}/history"),
        "version": client.get(f"{made.page(CHILD)}/history/2"),
        "changes": client.get(f"{made.page(CHILD)}/compare"),
        "image": client.get(made.file(PICTURE)),
        "pdf": client.get(made.file(PLAN)),
        "part": client.get(made.file(PICTURE), headers={"range": "bytes=0-1"}),
        "beyond": client.get(made.file(PICTURE), headers={"range": "bytes=99999-"}),
        "password": client.get(gated.path),
        "wrong": client.post(gated.path, data={"password": "x"}),
        "right": client.post(gated.path, data={"password": PASSWORD}),
        "address": client.get(mailed.path),
        "code": client.post(mailed.path, data={"address": "a@example.com"}),
        "open": client.get(limited.path),
        "to the gate": client.get(limited.page(CHILD)),
        "forged": client.post(gated.path, headers={"origin": "https://evil.example"}),
        "unknown": client.get(f"/s/{UNKNOWN_TOKEN}"),
        "absent": client.get(made.page(PLAN)),  # type: ignore[arg-type]
        "no route": client.get("/nothing"),
        "no method": client.put(made.path),
        "style": client.get("/static/exshare.css"),
        "no style": client.get("/static/nothing.css"),
        "unmodified": client.get("/static/exshare.css", headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
        "too large": client.post(gated.path, content=b"x" * 70_000),
        "unreadable": client.post(gated.path, data={f"field{number}": "x" for number in range(50)}),
        "live": client.get("/healthz"),
        "ready": client.get("/readyz"),
        "robots": client.get("/robots.txt"),
        "sign-in": client.get("/manage/sign-in"),
        "manage": client.get("/manage"),
    }
    for _ in range(6):
        answers["too many"] = client.post(gated.path, data={"password": "x"}, headers={"cookie": ""})
        client.cookies.clear()
    shell.content.failure = Busy("slow down")
    answers["busy"] = client.get(made.path)
    shell.content.failure = Broken("nonsense")
    answers["broken"] = client.get(made.path)
    shell.recorder.failure = RuntimeError("a mistake of ours")  # type: ignore[assignment]
    answers["failed"] = client.get(made.path)
    return answers


def test_every_answer_carries_the_headers() -> None:
    """Pages, gates, files, styles, errors: nothing is stored, referred, indexed, sniffed or framed (spec V1)."""
    answers = every_kind(Shell())
    statuses = {answer.status_code for answer in answers.values()}
    lacking = {
        kind: [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]
        for kind, answer in answers.items()
    }

    assert {200, 206, 303, 304, 400, 403, 404, 413, 416, 429, 500, 502, 503} == statuses
    assert {kind: [] for kind in answers} == lacking


def test_no_policy_lets_a_script_run() -> None:
    """Each answer has a policy that begins with nothing, names no source of scripts, no frame and no wildcard."""
    for kind, answer in every_kind(Shell()).items():
        policy = answer.headers["content-security-policy"]
        directives = {words.split()[0]: words.split()[1:] for words in policy.split(";") if words.strip()}

        assert ["'none'"] == directives["default-src"], kind
        assert ["'none'"] == directives["frame-ancestors"], kind
        assert not [name for name in directives if name.startswith(("script", "worker", "frame-src", "connect"))], kind
        assert not [word for word in ("*", "http", "data:", "blob:") if word in policy], kind
        assert "'unsafe-inline'" not in directives.get("style-src", []) or kind == "pdf", kind


def test_nothing_says_what_we_are_made_of() -> None:
    """No answer names a program, a version, a request id or the connector (ASVS 13.4.6)."""
    telling = {"server", "x-powered-by", "x-request-id", "via"}
    for kind, answer in every_kind(Shell()).items():
        assert not telling & {name.lower() for name in answer.headers}, kind
        assert "confluence.example" not in f"{answer.headers}{answer.content!r}", kind


@pytest.mark.parametrize(
    ("base_url", "expected"), [(BASE_URL, "max-age=31536000; includeSubDomains"), ("http://127.0.0.1:8000", None)]
)
def test_https_is_demanded_where_there_is_https(base_url: str, expected: str | None) -> None:
    """Behind https browsers are told to stay there; a demonstration on loopback cannot be (ASVS 3.4.1)."""
    assert expected == Shell(base_url=base_url).client().get("/healthz").headers.get("strict-transport-security")


# --- cookies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [(BASE_URL, "__Host-exshare-visitor", True), ("http://127.0.0.1:8000", "exshare-visitor", False)],
)
def test_a_session_is_a_random_id_with_the_strictest_flags(base_url: str, name: str, secure: bool) -> None:
    """One cookie: 43 random characters, for the whole host, unreadable to scripts, gone with the browser (spec G10)."""
    shell = Shell(base_url=base_url)
    made = shell.make_link(password=PASSWORD)
    first, second = (shell.client().post(made.path, data={"password": PASSWORD}) for _ in range(2))
    (morsel,) = SimpleCookie(first.headers["set-cookie"]).values()

    assert (name, 43) == (morsel.key, len(morsel.value))
    assert (secure, True, "lax", "/", "", "", "") == (
        bool(morsel["secure"]), morsel["httponly"], morsel["samesite"].lower(), morsel["path"], morsel["domain"],
        morsel["max-age"], morsel["expires"],
    )  # fmt: skip
    assert first.headers["set-cookie"] != second.headers["set-cookie"]


def test_cookies_are_given_at_a_gate_only() -> None:
    """Only a form that a gate took gives a session; no page, file, refusal or GET does (spec G8). The members' sign-in
    gives its browser what its form is told by, which is no session.
    """
    giving = {kind for kind, answer in every_kind(Shell()).items() if "set-cookie" in answer.headers}
    shell = Shell()
    mailed = shell.make_link(people=People.parse(["a@example.com"]))

    assert {"right", "sign-in"} == giving
    assert "set-cookie" in shell.client().post(mailed.path, data={"address": "a@example.com"}).headers


def test_wrong_proofs_are_equal_to_the_byte() -> None:
    """Two browsers with different wrong passwords get the same answer, headers included (spec G8)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    first, second = (shell.client().post(made.path, data={"password": word}) for word in ("wrong", "x" * 200))

    assert 403 == first.status_code
    assert (first.headers.multi_items(), first.content) == (second.headers.multi_items(), second.content)


def test_every_proof_renews_the_session() -> None:
    """A second proof gives another session id with all that the first had, and the first is worth nothing (spec G10)."""
    shell = Shell()
    one, another = (shell.make_link(password=PASSWORD) for _ in range(2))
    client = shell.client()
    client.post(one.path, data={"password": PASSWORD})
    before = dict(client.cookies)
    client.post(another.path, data={"password": PASSWORD})

    old = shell.client()
    old.cookies.update(before)

    assert 1 == len(before) == len(client.cookies)
    assert before != dict(client.cookies)
    assert ["page", "page"] == [gate(client.get(made.path).text) for made in (one, another)]
    assert ["password", "password"] == [gate(old.get(made.path).text) for made in (one, another)]


def test_opening_and_asking_for_a_code_leave_the_session() -> None:
    """Nothing is proved by the Open button or by asking for a code: the browser keeps the id that it has."""
    shell = Shell()
    gated, limited = shell.make_link(password=PASSWORD), shell.make_link(max_opens=1)
    mailed = shell.make_link(people=People.parse(["a@example.com"]))
    client = shell.client()
    client.post(gated.path, data={"password": PASSWORD})
    before = dict(client.cookies)
    answers = [client.post(limited.path, data={"open": "1"}), client.post(mailed.path, data={"address": "a@b.example"})]

    assert [False, False] == ["set-cookie" in answer.headers for answer in answers]
    assert before == dict(client.cookies)
    assert "page" == gate(client.get(limited.path).text)


def test_the_session_itself_rests_nowhere() -> None:
    """The storage knows the digest of a session id, never the id (ASVS 3.3.4)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    client = shell.client()
    client.post(made.path, data={"password": PASSWORD})
    (secret,) = client.cookies.values()

    assert secret not in repr(shell.storage.state)
    assert secret not in client.get(made.path).text


@pytest.mark.parametrize("base_url", [BASE_URL, "http://127.0.0.1:8000"])
def test_a_cookie_of_the_other_kind_is_not_read(base_url: str) -> None:
    """Behind https a cookie without the prefix, which any neighbour could set, counts for nothing, and the reverse."""
    shell = Shell(base_url=base_url)
    made = shell.make_link(password=PASSWORD)
    client = shell.client()
    client.post(made.path, data={"password": PASSWORD})
    ((name, secret),) = client.cookies.items()
    other = name.removeprefix("__Host-") if name.startswith("__Host-") else f"__Host-{name}"

    assert "password" == gate(shell.client().get(made.path, headers={"cookie": f"{other}={secret}"}).text)
    assert "page" == gate(shell.client().get(made.path, headers={"cookie": f"{name}={secret}"}).text)


# --- whose forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin", "origin": BASE_URL}, True),
        ({"origin": BASE_URL}, True),
        ({"origin": BASE_URL.upper()}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": ""}, False),
        ({"sec-fetch-site": "cross-site", "origin": BASE_URL}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "http://share.example.com"}, False),
        ({"origin": "https://share.example.com:8443"}, False),
        ({"origin": "https://share.example.com.evil.example"}, False),
        ({"origin": "https://evil.example/https://share.example.com"}, False),
        ({"origin": f"{BASE_URL}/"}, False),
        ({"origin": f"{BASE_URL}@evil.example"}, False),
        ({"origin": "https://["}, False),
    ],
)
def test_forms_of_other_origins_are_refused(headers: dict[str, str], taken: bool) -> None:
    """A form is taken from our own page or from no page at all; another's burns no open (ASVS 3.5.1)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    answer = shell.client().post(made.path, data={"open": "1"}, headers=headers)

    assert (303 if taken else 403) == answer.status_code
    assert (1 if taken else 0) == shell.record(made).opens


def test_a_refused_form_tells_nothing_of_the_link() -> None:
    """A forged form is refused alike at links that are there and that are not, before anything is looked up."""
    shell = Shell()
    made = shell.make_link()
    shell.recorder.calls.clear()
    answers = [shell.client().post(path, headers={"origin": "null"}) for path in (made.path, f"/s/{UNKNOWN_TOKEN}")]

    assert 1 == len({(answer.status_code, answer.content) for answer in answers})
    assert {} == dict(shell.recorder.calls)


def test_no_get_changes_anything() -> None:
    """Every unsafe act is a POST: there is no other way to bring a proof or to open (ASVS 3.5.3)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, max_opens=1)
    client = shell.client()
    client.get(f"{made.path}?password={PASSWORD}&open=1")

    assert ([], 0) == (shell.events(made), shell.record(made).opens)
    assert callable(same_origin)


# --- who asks --------------------------------------------------------------------------------------------------------

FORWARDED = {
    "x-forwarded-for": "198.51.100.1",
    "x-real-ip": "198.51.100.1",
    "forwarded": "for=198.51.100.1;host=evil.example;proto=https",
    "cf-connecting-ip": "198.51.100.1",
    "true-client-ip": "198.51.100.1",
    "x-forwarded-host": "evil.example",
    "x-original-url": "/s/other",
    "x-http-method-override": "POST",
}


@pytest.mark.parametrize("header", FORWARDED)
def test_nobody_names_their_own_network(header: str) -> None:
    """Headers that proxies set are no evidence by themselves: the connection's address counts (spec G5)."""
    shell = Shell()
    made = shell.make_link(networks=Networks.parse(["198.51.100.0/24"]))
    headers = {header: FORWARDED[header]}

    assert 403 == shell.client("192.0.2.7").get(made.path, headers=headers).status_code
    assert 200 == shell.client("198.51.100.9").get(made.path).status_code


@pytest.mark.parametrize("peer", ["unix", "", "testclient"])
def test_a_visitor_without_an_address_is_in_no_network(peer: str) -> None:
    """Where the connection has no address a list of networks admits nobody; a link without one opens (spec G5)."""
    shell = Shell()
    closed, opened = shell.make_link(networks=Networks.parse(["0.0.0.0/0", "::/0"])), shell.make_link()

    assert (403, 200) == (
        shell.client(peer).get(closed.path).status_code,
        shell.client(peer).get(opened.path).status_code,
    )


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "[", "share.example.com@evil.example", "a b", ""])
def test_no_answer_repeats_the_host_of_a_request(host: str) -> None:
    """Whatever host a request names, redirects and pages lead to paths of ours and break on nothing (ASVS 3.7.2)."""
    shell = Shell()
    gated, opened = shell.make_link(password=PASSWORD, children=True), shell.make_link(children=True)
    client = shell.client(headers={"host": host})
    answers = [
        client.get(gated.page(CHILD)),
        client.post(gated.path, data={"password": PASSWORD}),
        client.post(gated.path, data={"password": PASSWORD}, headers={"origin": "https://x"}),
        client.get(opened.path),
        client.get(f"{opened.path}/"),
        client.get("/manage"),
    ]

    assert [303, 303, 403, 200, 404, 303] == [answer.status_code for answer in answers]
    assert [gated.path, gated.path] == [answer.headers["location"] for answer in answers[:2]]
    assert not [answer for answer in answers if "evil" in f"{answer.headers}{answer.text}"]


def test_a_large_form_is_refused() -> None:
    """Nothing beyond 64 KiB is read of a form, whether its length is told or not."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    form = {"content-type": "application/x-www-form-urlencoded"}

    def endless() -> Any:
        for _ in range(100):
            yield b"password=" + b"x" * 10_000

    told = shell.client().post(made.path, content=b"password=" + b"x" * 70_000, headers=form)
    untold = shell.client().post(made.path, content=endless(), headers=form)

    assert (413, 413) == (told.status_code, untold.status_code)
    assert [] == shell.events(made)


def test_a_form_that_makes_no_sense_is_said_so() -> None:
    """A form of fifty fields is none of ours: 400 with a page of ours, at every link alike, and nothing is tried."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    fields = {"password": PASSWORD, **{f"field{number}": "x" for number in range(50)}}
    answers = [shell.client().post(path, data=fields) for path in (made.path, f"/s/{UNKNOWN_TOKEN}")]

    assert [400, 400] == [answer.status_code for answer in answers]
    assert answers[0].content == answers[1].content
    assert "could not be read" in answers[0].text
    assert [] == shell.events(made)


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "text/plain", "application/json", "", ";"])
def test_a_body_that_is_no_form_brings_nothing(content_type: str) -> None:
    """Only what browsers send our forms as is read; anything else meets the gate as a GET does."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    body = f'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{PASSWORD}\r\n--x--\r\n'
    answer = shell.client().post(made.path, content=body, headers={"content-type": content_type})

    assert (200, "password") == (answer.status_code, gate(answer.text))
    assert [] == shell.events(made)
