"""Where members have a host of their own, each host answers what belongs there and nothing else (spec M11)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from exshare_core.api_keys import KeyForm, Operation
from exshare_core.departing import Gateway
from exshare_core.testing.fakes.identities import MemoryIdentityProvider
from exshare_web.form_tokens import form_token
from exshare_web.hosts import OF_A_SITE, OF_ALL, OF_BOTH, OF_MEMBERS, OF_VISITORS
from exshare_web.manager.session import PURPOSE
from tests.integration.members import COOKIE, LINKS, NEW, Places, forms_of, sign_in
from tests.integration.shell import BASE_URL, SITE, Made, Shell, run

MANAGE_URL = "https://manage.example.com"


@pytest.fixture(scope="module")
def shell() -> Shell:
    """One service with two hosts, and a provider at which both visitors and members sign in."""
    return Shell(manage_url=MANAGE_URL, gateways=(Gateway(SITE, "staff", "Example staff", MemoryIdentityProvider()),))


@pytest.fixture(scope="module")
def made(shell: Shell) -> Made:
    """A link that is open to everybody."""
    return shell.make_link()


@pytest.fixture(scope="module")
def ada(shell: Shell) -> TestClient:
    """A browser on the members' host in which Ada is signed in."""
    client = at(shell, MANAGE_URL)
    sign_in(client)
    return client


def at(shell: Shell, url: str) -> TestClient:
    """A browser that goes to this address."""
    client = shell.client()
    client.base_url = url
    return client


def _routes(shell: Shell) -> Iterator[tuple[str, str]]:
    for route in shell.app.routes:
        assert isinstance(route, (Route, Mount))
        methods = (route.methods or set()) - {"HEAD"} if isinstance(route, Route) else {"GET"}
        yield from ((method, route.path) for method in sorted(methods))


def _begins(path: str, with_one_of: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in with_one_of)


def test_every_route_belongs_to_a_host(shell: Shell) -> None:
    """A new route that belongs nowhere would answer nobody, and is found here."""
    every = (OF_A_SITE, *OF_VISITORS, *OF_MEMBERS, *OF_BOTH, *OF_ALL)

    assert [] == [path for _, path in _routes(shell) if not _begins(path, every)]


@pytest.mark.parametrize(
    ("wrong", "begins"),
    [
        (BASE_URL, OF_MEMBERS),
        (MANAGE_URL, OF_VISITORS),
        ("https://stranger.example", (*OF_MEMBERS, *OF_VISITORS, *OF_BOTH)),
    ],
)
def test_the_wrong_host_answers_as_if_nothing_were_there(
    shell: Shell, made: Made, ada: TestClient, wrong: str, begins: tuple[str, ...]
) -> None:
    """Whoever is signed in and whatever they bring: the one 404, to the byte, without a cookie."""
    _, key = run(shell.services.keying.make(shell.owner, SITE, KeyForm("all", frozenset(Operation))))
    headers = {"authorization": f"Bearer {key}", "cookie": f"{COOKIE}={ada.cookies[COOKIE]}"}
    nothing = at(shell, wrong).get("/nothing")
    client, walked = at(shell, wrong), 0
    for method, path in _routes(shell):
        if _begins(path, begins):
            places = Places(site=SITE, link=made.id, segment=made.token, page="10", act="disable")
            answer = client.request(method, path.format_map(places), headers=headers)
            walked += 1
            assert (404, nothing.content) == (answer.status_code, answer.content), path
            assert "set-cookie" not in answer.headers

    assert walked > 1
    assert 200 == ada.get(LINKS).status_code


def test_the_right_host_answers(shell: Shell, made: Made, ada: TestClient) -> None:
    """The walk above would pass for a service that answers nobody: this one does."""
    _, key = run(shell.services.keying.make(shell.owner, SITE, KeyForm("all", frozenset(Operation))))
    visitor, program = at(shell, BASE_URL), at(shell, MANAGE_URL)
    given = program.get(f"/api/v1/sites/{SITE}/links/{made.id}", headers={"authorization": f"Bearer {key}"}).json()

    assert f"{BASE_URL}/s/{made.token}" == given["url"]
    assert 200 == visitor.get(given["url"]).status_code
    assert 200 == visitor.get(f"/account/{SITE}/sign-in").status_code
    assert [200, 200] == [one.get("/static/exshare.css").status_code for one in (visitor, ada)]
    assert f"{BASE_URL}/s/{made.token}" in ada.get(f"{LINKS}/{made.id}").text


def test_the_front_page_of_the_members_host_leads_on(shell: Shell, ada: TestClient) -> None:
    """Whoever types the host alone comes to where members sign in, or to their list; by no other way of asking."""
    stranger = at(shell, MANAGE_URL)
    first = stranger.get("/", follow_redirects=False)

    assert (303, "/manage") == (first.status_code, first.headers["location"])
    assert "set-cookie" not in first.headers
    assert "/manage/sign-in" == stranger.get("/", follow_redirects=True).url.path
    assert LINKS == ada.get("/", follow_redirects=True).url.path
    assert 404 == stranger.post("/").status_code


@pytest.mark.parametrize("url", [BASE_URL, "https://stranger.example"])
def test_no_other_front_page_leads_on(shell: Shell, url: str) -> None:
    """G8: not that of the visitors' host, and not that of a host that is none of ours: the one 404, to the byte."""
    client = at(shell, url)

    assert (404, client.get("/nothing").content) == (client.get("/").status_code, client.get("/").content)


@pytest.mark.parametrize("host", ["share.example.com:443", "SHARE.example.com", "share.example.com"])
def test_a_host_is_ours_however_it_is_written(shell: Shell, made: Made, host: str) -> None:
    """With the usual port and in capitals it is the same host."""
    assert 200 == at(shell, BASE_URL).get(made.path, headers={"host": host}).status_code


@pytest.mark.parametrize(
    "host", ["", "share.example.com.", "share.example.com:8443", "share.example.com@x", "10.0.0.1"]
)
def test_a_foreign_host_is_told_nothing(shell: Shell, made: Made, host: str) -> None:
    """G8: but that the machine is well, for who watches over it."""
    client = at(shell, BASE_URL)
    answers = [client.get(path, headers={"host": host}) for path in (made.path, "/manage", "/nothing")]

    assert {(404, answers[2].content)} == {(one.status_code, one.content) for one in answers}
    assert [200, 200] == [client.get(path, headers={"host": host}).status_code for path in OF_ALL]


def test_a_form_of_the_visitors_host_is_not_ours(shell: Shell, ada: TestClient) -> None:
    """A shared page cannot act for a member, not even with the right token: it is another origin now."""
    token = form_token(ada.cookies[COOKIE], PURPOSE)
    forged = [
        ada.post(NEW, data={"csrf": token, "page": "10"}, headers=headers)
        for headers in ({"origin": BASE_URL}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site"})
    ]
    ours = ada.post(NEW, data={"csrf": token, "page": "10"}, headers={"origin": MANAGE_URL})

    assert [403, 403, 403] == [one.status_code for one in forged]
    assert 403 != ours.status_code


def test_who_leaves_comes_back_to_the_same_host(shell: Shell) -> None:
    """Members to theirs, visitors to theirs: the cookie that knows the browser again is of that host alone."""
    made = shell.make_link(sso=True)
    visitor, member = at(shell, BASE_URL), at(shell, MANAGE_URL)
    form = forms_of(member.get("/manage/sign-in"))[f"/manage/sign-in/with/{SITE}/staff"]
    away = {
        BASE_URL: visitor.post(f"{made.path}/sign-in/staff").text,
        MANAGE_URL: member.post(f"/manage/sign-in/with/{SITE}/staff", data=form).text,
    }

    assert [] == [
        url
        for url, page in away.items()
        if f"{url}/sso/{SITE}/staff/callback".replace("/", "%2F").replace(":", "%3A") not in page
    ]


def test_without_a_host_of_their_own_members_are_where_visitors_are() -> None:
    """The setting is optional: then every host answers everything, as before."""
    client = Shell().client()

    assert [200, 200] == [client.get("/manage/sign-in", headers={"host": one}).status_code for one in ("a.example", "")]
