"""Members sign in, out and up: sessions, cookies, forgery, one-time links, and nothing that tells who exists."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.routing import Route

from exshare_core.values import SiteId
from exshare_web.manager.routes import manager_routes
from tests.integration.members import (
    COOKIE,
    LINKS,
    NEW,
    SIGN_IN,
    Page,
    Places,
    Seat,
    an_admin,
    forms_of,
    set_up,
    sign_in,
    words_of,
)
from tests.integration.shell import MEMBER_PASSWORD, OWNER, SITE, Shell, run

CREDENTIALS = {"name": "ada", "password": MEMBER_PASSWORD}


@pytest.fixture
def shell() -> Shell:
    """The service with Ada, a member of its one site."""
    return Shell()


def _cookies(answer: Page) -> list[str]:
    return answer.headers.get_list("set-cookie")


# --- signing in ------------------------------------------------------------------------------------------------


def test_a_member_signs_in_and_reaches_their_links(shell: Shell) -> None:
    """M1: the one way in, ending at the member's list."""
    client = shell.client()
    answer = sign_in(client)

    assert (303, LINKS) == (answer.status_code, answer.headers["location"])
    assert 200 == client.get(LINKS).status_code


def test_the_cookie_is_as_strict_as_browsers_allow(shell: Shell) -> None:
    """G10: of this host only, unseen by scripts, never sent by other sites' forms; the session's is gone with the
    browser, and so is what the browser had before it.
    """
    session, known, entry = _cookies(sign_in(shell.client()))
    strict = {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}

    assert session.startswith(f"{COOKIE}=")
    assert strict == set(session.split("; ")[1:])
    assert known.startswith("__Host-exshare-known=")
    assert {*strict, "Max-Age=15552000"} == {flag for flag in known.split("; ")[1:] if not flag.startswith("expires")}
    assert entry.startswith("__Host-exshare-entry=")
    assert "Max-Age=0" in entry


def test_without_https_the_cookie_has_no_prefix_and_no_secure() -> None:
    """G10: an http base address gets a cookie that browsers will send back, and pages without HSTS."""
    shell = Shell(base_url="http://127.0.0.1:8080")
    client = shell.client()
    answer = sign_in(client)
    given = _cookies(answer)

    assert given[0].startswith("exshare-member=")
    assert all("secure" not in one.lower() for one in given)
    assert "strict-transport-security" not in answer.headers
    assert 200 == client.get(LINKS).status_code


def test_pages_before_the_sign_in_begin_no_session(shell: Shell) -> None:
    """ASVS 7.6.2: a session begins by the member's act alone; the form's own cookie is given once and opens nothing."""
    client = shell.client()
    given = [_cookies(client.get(path)) for path in (SIGN_IN, SIGN_IN, "/manage", LINKS)]

    assert [1, 0, 0, 0] == [len(one) for one in given]
    assert given[0][0].startswith("__Host-exshare-entry=")
    assert "Max-Age" not in given[0][0]
    assert {} == shell.storage.state.sessions


def test_every_refusal_is_the_same_page(shell: Shell) -> None:
    """M1: wrong password, unknown name, no password yet, disabled: byte for byte alike but for the typed name."""
    run(shell.services.membership.add("eve", site=SITE))
    bob, _ = run(shell.services.membership.add("bob", site=SITE, password=MEMBER_PASSWORD, identity=OWNER))
    run(shell.services.membership.disable(bob.id))
    tried = [("ada", "a wrong pass phrase"), ("nobody", "x"), ("eve", "x"), ("bob", MEMBER_PASSWORD)]
    answers = [
        sign_in(shell.client(network=f"192.0.2.{number}"), name, password)
        for number, (name, password) in enumerate(tried, 1)
    ]
    bodies = {
        answer.text.replace(f'value="{name}"', "").replace(forms_of(answer)[SIGN_IN]["csrf"][0], "")
        for answer, (name, _) in zip(answers, tried, strict=True)
    }

    assert [403] * 4 == [answer.status_code for answer in answers]
    assert 1 == len(bodies)
    assert "Name and password do not fit together." in bodies.pop()
    assert [[]] * 4 == [_cookies(answer) for answer in answers]


def test_every_refusal_asks_the_storage_the_same_questions(shell: Shell) -> None:
    """M1, G7: an unknown name does the work that a known one does."""
    asked = []
    for name in ("ada", "nobody"):
        shell.recorder.calls.clear()
        sign_in(shell.client(), name, "a wrong pass phrase")
        asked.append(dict(shell.recorder.calls))

    assert asked[0] == asked[1]


def test_a_password_is_never_sent_back(shell: Shell) -> None:
    """A refused sign-in keeps the name in the form, not the password."""
    answer = sign_in(shell.client(), 'a"da<', "a wrong pass phrase")

    assert "a wrong pass phrase" not in answer.text
    assert ['a"da<'] == forms_of(answer)[SIGN_IN]["name"]
    assert "a&#34;da&lt;" in answer.text


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_guessing_is_slowed_down_alike_for_every_name(shell: Shell, name: str) -> None:
    """G7: the sixth try in a row waits, says for how long, and does not say whether the name exists."""
    client = shell.client()
    for _ in range(5):
        sign_in(client, name, "a wrong pass phrase")
    answer = sign_in(client, name)

    assert (429, "60", []) == (answer.status_code, answer.headers["retry-after"], _cookies(answer))
    assert 303 == sign_in(shell.client(network="198.51.100.9")).status_code


def test_a_site_that_does_not_exist_is_a_wrong_sign_in(shell: Shell) -> None:
    """M1: no site is told by its answer."""
    for site in ("nowhere", "-", "x" * 999, "\x00"):
        assert 403 == sign_in(shell.client(), site=site).status_code


def test_the_session_id_is_new_at_every_sign_in(shell: Shell) -> None:
    """Security reference 1.5: no fixation; a planted id is never adopted, and the earlier session ends."""
    client = shell.client()
    client.cookies.set(COOKIE, "N" * 43, domain="share.example.com")
    sign_in(client)
    first = client.cookies[COOKIE]
    sign_in(client)
    second = client.cookies[COOKIE]
    old = shell.client()
    old.cookies.set(COOKIE, first)

    assert 3 == len({"N" * 43, first, second})
    assert SIGN_IN == old.get(LINKS).headers["location"]
    assert 200 == client.get(LINKS).status_code


def test_nothing_in_the_address_says_where_to_go_next(shell: Shell) -> None:
    """Security reference 1.5: no parameter leads a member to another host after signing in."""
    client = shell.client()
    for name in ("next", "url", "return_to", "redirect", "continue", "site"):
        for target in ("https://evil.example/", "//evil.example", "/\\evil.example"):
            fields = {**CREDENTIALS, **({} if name == "site" else {name: target})}
            form = forms_of(client.get(f"{SIGN_IN}?{name}={target}"))[SIGN_IN]
            answer = client.post(f"{SIGN_IN}?{name}={target}", data={**form, **fields})
            assert (303, LINKS) == (answer.status_code, answer.headers["location"])
            assert LINKS == client.get(f"/manage?{name}={target}").headers["location"]


# --- sessions --------------------------------------------------------------------------------------------------


def _routes() -> Iterator[tuple[str, str]]:
    for route in manager_routes():
        assert isinstance(route, Route)
        path = route.path.format_map(Places(site=SITE, link="nolink", act="disable", setup="N" * 43))
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, path


BEFORE = (
    SIGN_IN,
    f"{SIGN_IN}/code",
    f"{SIGN_IN}/second-factor",
    f"{SIGN_IN}/with/{SITE}/none",
    "/manage/setup/" + "N" * 43,
)
OPEN = {(method, path) for method in ("GET", "POST") for path in BEFORE} | {("POST", "/manage/sign-out")}
"""The routes that need no session: those to begin one, to end one, and to become able to."""


@pytest.mark.parametrize(("method", "path"), sorted(set(_routes()) - OPEN))
def test_every_other_route_asks_for_a_session(shell: Shell, method: str, path: str) -> None:
    """M1: walked over the table itself, so that a new route is guarded or fails here."""
    for session in (None, "N" * 43, "short", "x" * 5000):
        client = shell.client()
        if session is not None:
            client.cookies.set(COOKIE, session)
        answer = client.request(method, path)
        assert (303, SIGN_IN) == (answer.status_code, answer.headers["location"])


def test_a_visitors_session_is_no_members(shell: Shell) -> None:
    """G10: the two cookies have nothing to do with each other."""
    client = shell.client()
    sign_in(client)
    other = shell.client()
    other.cookies.set("__Host-exshare-visitor", client.cookies[COOKIE])
    other.cookies.set("exshare-member", client.cookies[COOKIE])

    assert SIGN_IN == other.get(LINKS).headers["location"]


def test_an_idle_session_ends(shell: Shell) -> None:
    """Security reference 1.5: 30 minutes without use; the form then leads back to the sign-in and changes nothing."""
    seat = Seat.of(shell)
    form = seat.new_form("10")
    shell.clock.forward(minutes=30)
    answer = seat.submit(form, NEW)

    assert (303, SIGN_IN) == (answer.status_code, answer.headers["location"])
    assert {} == shell.storage.state.links


def test_signing_out_ends_the_session_on_the_server(shell: Shell) -> None:
    """ASVS 7.4.1: a copy of the cookie is worth nothing afterwards."""
    seat = Seat.of(shell)
    copy = seat.client.cookies[COOKIE]
    answer = seat.submit(seat.get(LINKS), "/manage/sign-out")
    thief = shell.client()
    thief.cookies.set(COOKIE, copy)

    assert (303, f"{SIGN_IN}?signed-out") == (answer.status_code, answer.headers["location"])
    assert "You are signed out." in words_of(seat.get(answer.headers["location"]))
    assert '"cache", "storage"' == answer.headers["clear-site-data"]
    assert "Max-Age=0" in _cookies(answer)[0]
    assert SIGN_IN == thief.get(LINKS).headers["location"]


def test_signing_out_without_a_session_is_fine(shell: Shell) -> None:
    """A second press of the button does no harm."""
    assert 303 == shell.client().post("/manage/sign-out").status_code


def test_a_locked_out_member_is_out_at_the_next_click(shell: Shell) -> None:
    """ASVS 7.4.2: disabling ends running sessions."""
    seat = Seat.of(shell)
    run(shell.services.membership.disable(shell.owner.id))

    assert SIGN_IN == seat.get(LINKS).headers["location"]


def test_a_member_of_one_site_finds_nothing_at_another(shell: Shell) -> None:
    """Glossary: other sites answer as if they did not exist, like sites that do not."""
    seat = Seat.of(shell)
    answers = [seat.get(f"/manage/{site}/links") for site in ("beta", "no-such-site", "..", "A", "x" * 60)]

    assert {404} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})


# --- forgery ---------------------------------------------------------------------------------------------------

POSTS = sorted(path for method, path in set(_routes()) if method == "POST")
OF_A_SESSION = sorted(set(POSTS) - {path for _, path in OPEN} | {"/manage/sign-out"})


@pytest.mark.parametrize("path", OF_A_SESSION)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä", "N" * 43])
def test_every_form_of_a_session_needs_its_token(shell: Shell, path: str, token: str | None) -> None:
    """ASVS 3.5.1: walked over the route table; without the session's own token nothing happens."""
    seat = Seat.of(shell)
    answer = seat.client.post(path, data={} if token is None else {"csrf": token})

    assert 403 == answer.status_code
    assert "came from somewhere else" in answer.text
    assert 200 == seat.get(LINKS).status_code


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://share.example.com"},
        {"origin": "https://share.example.com:8443"},
    ],
)
def test_every_form_must_come_from_a_page_of_ours(shell: Shell, path: str, headers: dict[str, str]) -> None:
    """ASVS 3.5.1: even with the right token, and for the forms before a session, by what the browser itself says."""
    seat = Seat.of(shell)
    answer = seat.client.post(path, data={"csrf": seat.csrf, **CREDENTIALS}, headers=headers)

    assert 403 == answer.status_code
    assert "came from somewhere else" in answer.text
    assert [] == _cookies(answer)


def test_a_token_of_another_session_is_none(shell: Shell) -> None:
    """ASVS 3.5.1: the token belongs to one session, also among sessions of one member."""
    first, second = Seat.of(shell), Seat.of(shell)

    assert 403 == first.client.post(NEW, data={"csrf": second.csrf, "page": "10"}).status_code


def test_no_get_changes_anything(shell: Shell) -> None:
    """Security reference 1.5: the addresses of acts do not answer to GET at all."""
    seat = Seat.of(shell)
    made = shell.make_link()
    before = shell.link(made)
    for act in ("disable", "enable", "rotate", "delete", "send"):
        assert 404 == seat.get(f"{LINKS}/{made.id}/{act}").status_code
    assert 404 == seat.get("/manage/sign-out").status_code

    assert before == shell.link(made)
    assert 200 == seat.get(LINKS).status_code


def test_a_token_tells_nothing_of_the_session(shell: Shell) -> None:
    """ASVS 3.3.4: the session's id stands in the cookie and in no page."""
    seat = Seat.of(shell)

    assert seat.client.cookies[COOKIE] not in seat.get(LINKS).text + seat.get(NEW).text


def test_members_pages_are_stored_and_framed_nowhere(shell: Shell) -> None:
    """V1: the headers of every page of a member; no script may run on it."""
    seat = Seat.of(shell)
    made = shell.make_link()
    for path in (LINKS, NEW, f"{LINKS}/{made.id}", SIGN_IN):
        headers = seat.get(path).headers
        assert "no-store" == headers["cache-control"]
        assert "no-referrer" == headers["referrer-policy"]
        assert "DENY" == headers["x-frame-options"]
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "script-src" not in policy
        assert "form-action 'self'" in policy


# --- the set-up link -------------------------------------------------------------------------------------------


def _setup(shell: Shell, name: str = "eve") -> str:
    _, setup = run(shell.services.membership.add(name, site=SITE, identity=OWNER))
    return f"/manage/setup/{setup}"


def test_a_set_up_link_is_used_by_the_post_alone(shell: Shell) -> None:
    """M1, B73: looked at any number of times, it is still good; then it works once, and the sign-in with it."""
    path = _setup(shell)
    client = shell.client()
    looks = [client.request(method, path) for method in ("GET", "HEAD", "GET")]
    answer = set_up(client, path, "three unrelated words")

    assert [200, 200, 200] == [look.status_code for look in looks]
    assert "Welcome, eve" in looks[0].text
    assert (303, f"{SIGN_IN}?password-set") == (answer.status_code, answer.headers["location"])
    assert "Your password is set." in client.get(answer.headers["location"]).text
    assert [404, 404] == [client.get(path).status_code, client.post(path, data={"password": "x"}).status_code]
    assert LINKS == sign_in(client, "eve", "three unrelated words").headers["location"]


def test_a_password_set_opens_no_session_by_itself(shell: Shell) -> None:
    """Security reference 1.5: no sign-in without typing the password."""
    answer = set_up(shell.client(), _setup(shell), "three unrelated words")

    assert (303, []) == (answer.status_code, _cookies(answer))
    assert {} == shell.storage.state.sessions


def test_every_rule_that_a_password_breaks_is_named(shell: Shell) -> None:
    """G1: all of them at once, beside the field; the link is still good and the password is not sent back."""
    path = _setup(shell)
    answer = set_up(shell.client(), path, "Passw0rd")

    assert 400 == answer.status_code
    assert "Not accepted: at least 15 characters; commonly used; choose one that is hard to guess." in words_of(answer)
    assert "Passw0rd" not in answer.text
    assert 200 == shell.client().get(path).status_code


@pytest.mark.parametrize("setup", ["N" * 43, "short", "x" * 500, "%00", "ada"])
def test_an_unknown_set_up_link_is_an_unknown_address(shell: Shell, setup: str) -> None:
    """M1: unknown, malformed and used up answer alike, and alike to any other unknown address."""
    client = shell.client()
    unknown = client.get("/manage/no-such-page")
    answer = client.get(f"/manage/setup/{setup}")

    assert (404, unknown.text) == (answer.status_code, answer.text)


def test_a_set_up_link_ends_after_72_hours(shell: Shell) -> None:
    """M1: then the operator makes a new one."""
    path = _setup(shell)
    shell.clock.forward(hours=72)

    assert 404 == shell.client().get(path).status_code
    assert 404 == shell.client().post(path, data={"password": "three unrelated words"}).status_code


def test_a_new_password_signs_out_everywhere(shell: Shell) -> None:
    """Security reference 1.5: other browsers of the member are out at the next click; other members are not."""
    seat, boss = Seat.of(shell), an_admin(shell)
    _, setup = run(shell.services.membership.invite(shell.owner.id))
    set_up(shell.client(), f"/manage/setup/{setup}", "three unrelated words")

    assert SIGN_IN == seat.get(LINKS).headers["location"]
    assert 200 == boss.get(LINKS).status_code


def test_an_admin_of_all_sites_may_go_to_each(shell: Shell) -> None:
    """R6: signed in at one site, they are a member of every one; a single site needs no choice."""
    seat = an_admin(shell, "chief")
    assert "Sites" not in seat.get(LINKS).text
    shell.services.sharing[SiteId("beta")] = shell.sharing  # type: ignore[index]
    shell.services.governing[SiteId("beta")] = shell.services.governing[SITE]  # type: ignore[index]
    shell.services.auditing[SiteId("beta")] = shell.services.auditing[SITE]  # type: ignore[index]
    run(shell.services.membership.add("root", site=None, admin=True, password=MEMBER_PASSWORD, identity=OWNER))
    root = Seat.of(shell, "root")

    assert 'href="/manage/beta/links"' in root.get(LINKS).text
    assert 200 == root.get("/manage/beta/links").status_code
    assert 404 == seat.get("/manage/beta/links").status_code
    assert 'href="/manage/beta/links"' not in seat.get(LINKS).text
