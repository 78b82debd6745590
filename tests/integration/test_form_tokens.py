"""Every form that changes something carries a token of its own browser: walked over the route table (ASVS 3.5.1, T44).

Each unsafe route of members and admins, and of their sign-in, is tried with no token, a made-up one, one of another
session and one of the way in, from our own page and from others; each time it is refused, and nothing has changed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Route

from exshare_web.form_tokens import form_token
from tests.integration.members import COOKIE, LINKS, SIGN_IN, Page, Places, Seat, an_admin, forms_of, sign_in
from tests.integration.shell import BASE_URL, MEMBER_PASSWORD, SITE, Shell, run

ENTRY = "__Host-exshare-entry"
SAFE = {"GET", "HEAD"}

EXEMPT = {
    "/s/": "gates of visitors: G8 wants bodies without a token; where the form is said to be by the browser, and cookies "
    "that other sites' forms do not send, are the defence",
    "/account/": "external accounts: their own tests walk them",
    "/api/": "keys come in a header, which no form of another site can send; no session opens anything there, see below",
}
"""Unsafe routes that are none of members, by how they begin, each with the reason why they are not walked here."""


def _unsafe(shell: Shell) -> Iterator[str]:
    for route in shell.app.routes:
        if isinstance(route, Route) and not (route.methods or set()) <= SAFE:
            yield route.path


def _walked() -> list[str]:
    return sorted({path for path in _unsafe(Shell()) if not path.startswith(tuple(EXEMPT))})


WALKED = _walked()
BEFORE = [path for path in WALKED if path.startswith((SIGN_IN, "/manage/setup"))]
OF_SESSIONS = [path for path in WALKED if path not in BEFORE]


def test_every_unsafe_route_is_walked_or_argued() -> None:
    """A new route that changes something is walked by the tests below, or is named here with a reason."""
    assert [] == [path for path in WALKED if not path.startswith("/manage/")]
    assert {"/manage/sign-in", "/manage/sign-out", "/manage/{site}/account/password", "/manage/{site}/new"} < set(
        WALKED
    )


def _state(shell: Shell) -> dict[str, Any]:
    """Everything that is stored but for what is noted of refusals, and of when a session was used last."""
    state = {
        name: copy.copy(getattr(shell.storage.state, name)) for name in shell.storage.state.__slots__ if name[0] != "_"
    }
    state["sessions"] = set(state["sessions"])
    return {name: table for name, table in state.items() if name not in ("events", "tallies")}


def _filled(shell: Shell, path: str) -> tuple[str, dict[str, str]]:
    """The address of a route, and fields that would change something if the form were ours."""
    made = shell.make_link()
    _, setup = run(shell.services.membership.add("eve", site=SITE))
    assert setup is not None
    address = path.format_map(Places(site=SITE, link=made.id, act="disable", setup=setup))
    fields = {
        "name": "ada", "password": MEMBER_PASSWORD, "page": "10", "password_choice": "none", "people_choice": "everyone",
        "networks_choice": "everywhere", "labels_choice": "every", "sign_in_choice": "none", "version": "1", "do": "save",
        "turn_choice": "off", "old": MEMBER_PASSWORD, "new": "three unrelated words", "code": "000000", "end": "everywhere",
    }  # fmt: skip
    return address, fields


def _is_refused(answer: Page) -> bool:
    """Whether an answer lets nobody any further: refused, or back to the beginning of the sign-in."""
    location = answer.headers.get("location", "")
    return answer.status_code == 403 or (answer.status_code == 303 and location.startswith(SIGN_IN))


@pytest.mark.parametrize("path", OF_SESSIONS)
def test_no_form_of_a_session_is_taken_without_its_token(path: str) -> None:
    """Missing, empty, made up, of another session, of the same member elsewhere, or of the way in: all the same page."""
    shell = Shell()
    boss, other, twin = an_admin(shell), Seat.of(shell), Seat.of(shell, "boss")
    address, fields = _filled(shell, path)
    secret = boss.client.cookies[COOKIE]
    tokens = [None, "", "0" * 64, "ä", other.csrf, twin.csrf, form_token(secret, "sign-in"), form_token(secret, "code")]
    before = _state(shell)
    answers = [
        boss.client.post(address, data=fields if token is None else {**fields, "csrf": token}) for token in tokens
    ]

    assert [403] * len(tokens) == [answer.status_code for answer in answers]
    assert 1 == len({answer.text for answer in answers})
    assert "This form came from somewhere else" in answers[0].text
    assert [[]] * len(tokens) == [answer.headers.get_list("set-cookie") for answer in answers]
    assert before == _state(shell)
    assert 200 == boss.get(LINKS).status_code


ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": BASE_URL.replace("https", "http")},
]


@pytest.mark.parametrize("path", OF_SESSIONS)
def test_no_form_of_a_session_is_taken_from_another_page(path: str) -> None:
    """Even with the right token: what the browser says of the form's origin is asked besides."""
    shell = Shell()
    boss = an_admin(shell)
    address, fields = _filled(shell, path)
    token, before = boss.csrf, _state(shell)
    answers = [boss.client.post(address, data={**fields, "csrf": token}, headers=one) for one in ELSEWHERE]

    assert [403] * len(ELSEWHERE) == [answer.status_code for answer in answers]
    assert before == _state(shell)


@pytest.mark.parametrize("path", BEFORE)
def test_no_form_before_a_session_is_taken_without_its_token(path: str) -> None:
    """The sign-in, its second step and set-up links: another browser's token and cookie, or none, lead nowhere."""
    shell = Shell()
    address, fields = _filled(shell, path)
    client, other = shell.client(), shell.client()
    client.get(SIGN_IN)
    theirs = forms_of(other.get(SIGN_IN))[SIGN_IN]["csrf"][0]
    secret, before = client.cookies[ENTRY], _state(shell)
    foreign = [
        None,
        "",
        "0" * 64,
        "ä",
        theirs,
        form_token(secret, "members"),
        form_token(other.cookies[ENTRY], "set-up"),
    ]
    answers = [client.post(address, data=fields if one is None else {**fields, "csrf": one}) for one in foreign]
    answers.append(shell.client().post(address, data={**fields, "csrf": theirs}))

    assert [] == [answer.status_code for answer in answers if not _is_refused(answer)]
    assert before == _state(shell)
    assert COOKIE not in client.cookies


@pytest.mark.parametrize("path", BEFORE)
def test_no_form_before_a_session_is_taken_from_another_page(path: str) -> None:
    """Nobody signs another's browser in as somebody they chose (login CSRF), also with the browser's own cookie."""
    shell = Shell()
    address, fields = _filled(shell, path)
    client = shell.client()
    client.get(SIGN_IN)
    secret, before = client.cookies[ENTRY], _state(shell)
    for purpose in ("sign-in", "set-up", "code", "second factor"):
        data = {**fields, "csrf": form_token(secret, purpose)}
        answers = [client.post(address, data=data, headers=one) for one in ELSEWHERE]
        assert [403] * len(ELSEWHERE) == [answer.status_code for answer in answers]

    assert before == _state(shell)


def test_no_session_opens_the_api() -> None:
    """A2: with the cookie and the token of a session, and no key, every route of the API that changes something is shut."""
    shell = Shell()
    boss = an_admin(shell)
    made, before = shell.make_link(), _state(shell)
    routes = [one for one in shell.app.routes if isinstance(one, Route) and one.path.startswith("/api/")]
    answers = [
        boss.client.request(
            method, route.path.format_map(Places(site=SITE, link=made.id)), headers={"x-csrf": boss.csrf}
        )
        for route in routes
        for method in sorted((route.methods or set()) - SAFE)
    ]

    assert {401} >= {answer.status_code for answer in answers}
    assert before["links"] == _state(shell)["links"]


def test_the_same_forms_are_taken_from_our_own_page() -> None:
    """The tests above would pass for a service that refuses everything: this one would not."""
    shell = Shell()
    client = shell.client()
    form = forms_of(client.get(SIGN_IN))[SIGN_IN]
    answer = client.post(
        SIGN_IN,
        data={**form, "name": "ada", "password": MEMBER_PASSWORD},
        headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
    )

    assert (303, LINKS) == (answer.status_code, answer.headers["location"])


def test_a_form_that_lost_its_cookie_says_so_and_works_again() -> None:
    """A page that stood open for long is no dead end: the form is shown again, with a token that is good."""
    shell = Shell()
    client = shell.client()
    client.get(SIGN_IN)
    client.cookies.clear()
    answer = client.post(SIGN_IN, data={"csrf": "0" * 64, "name": "ada", "password": MEMBER_PASSWORD})
    form = forms_of(answer)[SIGN_IN]

    assert 403 == answer.status_code
    assert "open for too long" in answer.text
    assert MEMBER_PASSWORD not in answer.text
    assert 303 == client.post(SIGN_IN, data={**form, "password": MEMBER_PASSWORD}).status_code


def test_tokens_tell_nothing_and_differ() -> None:
    """ASVS 3.3.4: by session and by purpose; the ids behind them stand in no page."""
    shell = Shell()
    client = shell.client()
    page = client.get(SIGN_IN)
    before = forms_of(page)[SIGN_IN]["csrf"][0]
    entry = client.cookies[ENTRY]
    sign_in(client)
    seat = Seat(shell, client)

    assert entry not in page.text
    assert client.cookies[COOKIE] not in seat.get(LINKS).text
    assert 4 == len({before, seat.csrf, Seat.of(shell).csrf, form_token(entry, "code")})
