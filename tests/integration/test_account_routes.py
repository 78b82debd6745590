"""Every route of external people: whom it lets in, which forms it takes, and what it does with anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from exshare_web.account.routes import account_routes
from tests.integration.guests import ADA, SECRET, Guest, heading, hidden, joined
from tests.integration.shell import UNKNOWN_TOKEN, Shell

ROUTES = [
    (method, route.path.removeprefix("/account/{site}"))
    for route in account_routes()
    if isinstance(route, Route)
    for method in sorted((route.methods or set()) - {"HEAD"})
]
"""Every way to ask something of these pages."""

OPEN = {"/sign-in", "/sign-in/code", "/join", "/join/code", "/sign-out"}
"""What people meet who are not signed in."""

FORMS = sorted(path for method, path in ROUTES if method == "POST")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_is_not_signed_in_is_asked_to(method: str, path: str) -> None:
    """Everything that belongs to somebody leads to the sign-in, for a browser of ours that sends a form of ours, too."""
    shell = Shell()
    guest = Guest(shell)
    guest.get(f"{guest.base}/sign-in")
    answer = guest.client.request(method, f"{guest.base}{path}", data=hidden(guest.page.text))
    asked = (303, f"{guest.base}/sign-in") == (answer.status_code, answer.headers.get("location"))

    assert (path not in OPEN) == asked


@pytest.mark.parametrize("path", FORMS)
def test_a_form_from_elsewhere_is_refused(path: str) -> None:
    """Without the token of this very browser, with another's, without a cookie, and from another site's page, a form
    does nothing at all (ASVS 3.5.1, 3.5.3).
    """
    shell, _, guest = joined()
    stranger = Guest(shell, "192.0.2.8")
    stranger.get(f"{stranger.base}/sign-in")
    form = {"password": SECRET, "old": SECRET, "new": "fifteen herons stand in the mist", "address": ADA}
    own = hidden(guest.settings().text)
    before = repr(shell.storage.state)
    answers = [
        guest.client.post(f"{guest.base}{path}", data=form),
        guest.client.post(f"{guest.base}{path}", data={**form, **hidden(stranger.page.text)}),
        guest.client.post(f"{guest.base}{path}", data={**form, **own}, headers={"sec-fetch-site": "cross-site"}),
        guest.client.post(f"{guest.base}{path}", data={**form, **own}, headers={"origin": "https://evil.example"}),
        shell.client().post(f"{guest.base}{path}", data={**form, **own}),
    ]

    assert [(403, "This form came from somewhere else")] * 5 == [
        (one.status_code, heading(one.text)) for one in answers
    ]
    assert before == repr(shell.storage.state)


def test_a_form_of_one_site_is_none_of_another() -> None:
    """The token of a form names its site, so that no page of one site acts at another."""
    shell = Shell()
    guest = Guest(shell)
    guest.get(f"{guest.base}/sign-in")
    token = hidden(guest.page.text)["csrf"]
    other = Shell(site=type(shell.site)("other"), tokens=shell.tokens)
    client = other.client()
    client.cookies.update(dict(guest.client.cookies))

    assert 403 == client.post("/account/other/sign-in", data={"csrf": token}).status_code


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "GET"])
def test_reading_a_page_changes_nothing(path: str) -> None:
    """GET and HEAD use nothing up and end nothing, whatever stands in the query; HEAD has no body (spec L14)."""
    shell, _, guest = joined()
    before = repr(shell.storage.state)
    for method in ("GET", "HEAD"):
        guest.client.request(method, f"{guest.base}{path}?end=everywhere&password={SECRET}&code=12345678")

    assert before == repr(shell.storage.state)


@pytest.mark.parametrize(
    "at",
    [
        "", "//evil.example", "https://evil.example", "/\\evil.example", "../manage", "%2f%2fevil.example", "javascript:1",
        f"{UNKNOWN_TOKEN}/../../manage", f"evil.example/{UNKNOWN_TOKEN}", f"{UNKNOWN_TOKEN}\r\nlocation: https://evil.example",
        f"{UNKNOWN_TOKEN}?next=//evil.example", f"é{UNKNOWN_TOKEN}", "\0", "a" * 500,
    ],
)  # fmt: skip
def test_nobody_is_sent_anywhere_else(at: str) -> None:
    """Where a sign-in leads on to is a path of ours, or the person's own shares (security reference: open redirects)."""
    shell, _, _ = joined()
    other = Guest(shell, "192.0.2.8")
    other.get(f"{other.base}/sign-in")
    answer = other.send(f"{other.base}/sign-in", address=ADA, password=SECRET, at=at)

    assert (303, other.base) == (answer.status_code, answer.headers["location"])


def test_a_link_that_is_not_there_answers_after_the_sign_in_as_ever() -> None:
    """Who signs in on the way to a dead link is signed in, and told what everybody is told (spec G8)."""
    shell, _, _ = joined()
    other = Guest(shell, "192.0.2.8")
    other.get(f"{other.base}/sign-in")
    answer = other.send(f"{other.base}/sign-in", address=ADA, password=SECRET, at=UNKNOWN_TOKEN)
    unknown = shell.client("192.0.2.9").get(f"/s/{UNKNOWN_TOKEN}")

    assert (404, unknown.content, True) == (answer.status_code, answer.content, other.inside)


def test_account_pages_are_shown_in_no_frame() -> None:
    """No page of an account can be framed, whatever link somebody came from; none is kept by a browser or a cache."""
    _, _, guest = joined()
    pages = [guest.get(f"{guest.base}{path}") for path in ("", "/settings", "/join")]

    assert all("frame-ancestors 'none'" in page.headers["content-security-policy"] for page in pages)
    assert ["no-store"] * 3 == [page.headers["cache-control"] for page in pages]


NAMES = ("at", "address", "password", "code", "recovery", "old", "new", "ticket", "end", "link", "way")
VALUES = st.text(max_size=80) | st.sampled_from(
    [ADA, SECRET, UNKNOWN_TOKEN, "everywhere", "0" * 8, "\0", "\ud800", "=?utf-8?q?=0a?="]
)


class World:
    """Somebody who is signed in, made once: what is done with the account is undone by signing in again."""

    def __init__(self) -> None:
        self.shell, self.made, self.guest = joined()


@pytest.fixture(scope="module")
def world() -> World:
    """One for all examples."""
    return World()


@settings(max_examples=50, deadline=None)
@given(path=st.sampled_from(FORMS), fields=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5))
def test_whatever_a_form_holds_a_page_of_ours_answers(world: World, path: str, fields: dict[str, Any]) -> None:
    """No field of any form is answered with an error of ours, and nothing typed is repeated unescaped."""
    world.shell.clock.forward(hours=25)
    guest = Guest(world.shell, "192.0.2.30")
    guest.sign_in()
    guest.follow() if guest.page.status_code == 303 else guest.get(f"{guest.base}/sign-in")
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    answer = guest.client.post(f"{guest.base}{path}", data={**hidden(guest.page.text), **clean})

    assert answer.status_code in {200, 303, 400, 403, 404, 429}
    assert answer.headers.get("location", "/").startswith("/")
    assert "<script" not in answer.text.lower()
