"""Who reaches which page of admins: every route by every role, and no form but our own (spec R3, M7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.routing import Route

from exshare_core.policy import Limits
from exshare_core.values import SpaceKey
from tests.integration.admins import (
    BRANDING,
    DEFAULT_FORM,
    DOCUMENT,
    HISTORY,
    POLICY,
    SCHEME,
    SITE_FORM,
    SWITCH,
    TEAM,
    TEAM_FORM,
    TEAM_PAGE,
    an_admin_of,
    an_admin_of_another_site,
    policy_of,
)
from tests.integration.members import LINKS, Seat, an_admin, another_member, forms_of, words_of
from tests.integration.shell import SITE, Made, Shell

ROLES = ("anonymous", "member", "admin of another space", "admin of the space", "admin", "admin of another site")

GET: Mapping[str, tuple[int, ...]] = {
    POLICY: (303, 403, 200, 200, 200, 404),
    SITE_FORM: (303, 403, 403, 403, 200, 404),
    f"{SITE_FORM}&group=leads": (303, 403, 403, 403, 200, 404),
    DEFAULT_FORM: (303, 403, 403, 403, 200, 404),
    TEAM_FORM: (303, 403, 403, 200, 200, 404),
    f"{TEAM_FORM}&group=leads": (303, 403, 403, 200, 200, 404),
    TEAM_PAGE: (303, 403, 403, 200, 200, 404),
    SCHEME: (303, 403, 403, 403, 200, 404),
    f"{SCHEME}?key=TEAM": (303, 403, 403, 403, 200, 404),
    SWITCH: (303, 403, 403, 403, 200, 404),
    f"{SWITCH}?key=TEAM": (303, 403, 403, 200, 200, 404),
    HISTORY: (303, 403, 403, 403, 200, 404),
    DOCUMENT: (303, 403, 403, 403, 200, 404),
    BRANDING: (303, 403, 403, 403, 200, 404),
    f"{DOCUMENT}.toml": (303, 403, 403, 403, 200, 404),
    f"{LINKS}/{{link}}/explain": (303, 404, 404, 200, 200, 404),
    f"{POLICY}/layer?of=configuration+none": (303, 403, 403, 403, 404, 404),
    f"{POLICY}/layer": (303, 404, 404, 404, 404, 404),
    f"{POLICY}/space?key=": (303, 404, 404, 404, 404, 404),
}
"""What each page answers to each of `ROLES`; the link is somebody else's, in the space TEAM."""

_LEFT = {"do": "edit"}
POST: Mapping[str, tuple[Mapping[str, str], tuple[int, ...]]] = {
    SITE_FORM: (_LEFT, (303, 403, 403, 403, 200, 404)),
    f"{SITE_FORM}&group=leads": (_LEFT, (303, 403, 403, 403, 200, 404)),
    DEFAULT_FORM: (_LEFT, (303, 403, 403, 403, 200, 404)),
    TEAM_FORM: (_LEFT, (303, 403, 403, 200, 200, 404)),
    f"{TEAM_FORM}&group=leads": (_LEFT, (303, 403, 403, 200, 200, 404)),
    TEAM_PAGE: ({"do": "save"}, (303, 403, 403, 403, 412, 404)),
    SCHEME: (_LEFT, (303, 403, 403, 403, 200, 404)),
    f"{SCHEME}?key=TEAM": (_LEFT, (303, 403, 403, 403, 200, 404)),
    SWITCH: ({"turn_choice": "off"}, (303, 403, 403, 403, 303, 404)),
    f"{SWITCH}?key=TEAM": ({"turn_choice": "off"}, (303, 403, 403, 303, 303, 404)),
    DOCUMENT: (_LEFT, (303, 403, 403, 403, 200, 404)),
    BRANDING: ({"do": "preview", "version": "0"}, (303, 403, 403, 403, 200, 404)),
    f"{BRANDING}/pictures": ({"version": "1"}, (303, 403, 403, 403, 412, 404)),
    f"{POLICY}/loosening": (_LEFT, (303, 403, 403, 403, 200, 404)),
    f"{POLICY}/leavers": (_LEFT, (303, 403, 403, 403, 200, 404)),
    f"{POLICY}/configurations": ({"name": "other"}, (303, 403, 403, 403, 412, 404)),
    f"{POLICY}/configurations/remove": ({"name": "default"}, (303, 403, 403, 403, 403, 404)),
}
"""The same for what is sent, with fields that reach the judgement of who sends them."""


@pytest.fixture(scope="module")
def shell() -> Shell:
    """One service for the whole table; nothing in it changes anything but the switches."""
    return Shell()


@pytest.fixture(scope="module")
def made(shell: Shell) -> Made:
    """A link of Ada's in the space TEAM."""
    return shell.make_link()


@pytest.fixture(scope="module")
def seats(shell: Shell) -> Mapping[str, Seat]:
    """A browser for each role."""
    return {
        "anonymous": Seat(shell, shell.client()),
        "member": another_member(shell),
        "admin of another space": an_admin_of(shell, SpaceKey("OTHER"), "otto"),
        "admin of the space": an_admin_of(shell, TEAM, "tina"),
        "admin": an_admin(shell),
        "admin of another site": an_admin_of_another_site(shell),
    }


def _token(seat: Seat) -> str:
    """The token of the session's own forms, whatever site it is of."""
    home = seat.client.get("/manage")
    if home.status_code != 303 or "sign-in" in home.headers["location"]:
        return ""
    page = seat.client.get(home.headers["location"])
    return "" if page.status_code != 200 else forms_of(page)["/manage/sign-out"]["csrf"][0]


def _sent(seat: Seat, path: str, token: str, fields: Mapping[str, Any]) -> int:
    return seat.client.post(path, data={"csrf": token, **fields}).status_code


@pytest.mark.parametrize("path", GET)
def test_every_page_opens_to_those_who_govern_it_only(shell: Shell, made: Made, seats: Any, path: str) -> None:
    """R3, M7: admins of the site everything, admins of a space their own; another site is not there at all."""
    answers = tuple(seats[role].client.get(path.format(link=made.id)).status_code for role in ROLES)

    assert GET[path] == answers


@pytest.mark.parametrize("path", POST)
def test_every_form_is_taken_from_those_who_govern_it_only(shell: Shell, seats: Any, path: str) -> None:
    """R3: the same for what is sent, with the right token of each session."""
    fields, expected = POST[path]

    assert expected == tuple(_sent(seats[role], path, _token(seats[role]), fields) for role in ROLES)


def test_the_table_leaves_no_route_out(shell: Shell) -> None:
    """Every route of admins stands in the tables above, so that a new one is judged as well."""
    ours = f"/manage/{SITE}/"
    walked = {("GET", path) for path in GET} | {("POST", path) for path in POST}
    tabled = {(method, path.partition("?")[0].format(link="{link}")) for method, path in walked}
    routes = {
        (method, route.path.replace("/manage/{site}/", ours))
        for route in shell.app.routes
        if isinstance(route, Route)
        if route.path.startswith("/manage/") and ("/policy" in route.path or route.path.endswith("/explain"))
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert routes == tabled


@pytest.mark.parametrize("path", POST)
def test_no_form_of_another_page_is_taken(path: str) -> None:
    """ASVS 3.5.1: without the session's token, or from another origin, nothing is done, whoever is signed in."""
    shell = Shell()
    boss = an_admin(shell)
    fields, before = {**POST[path][0], "do": "save", "version": "1"}, policy_of(shell)
    forged = [
        boss.client.post(path, data=fields),
        boss.client.post(path, data={**fields, "csrf": "0" * 64}),
        boss.client.post(path, data={**fields, "csrf": boss.csrf}, headers={"sec-fetch-site": "cross-site"}),
        boss.client.post(path, data={**fields, "csrf": boss.csrf}, headers={"origin": "https://stranger.example"}),
    ]

    assert [403] * 4 == [answer.status_code for answer in forged]
    assert all("This form came from somewhere else" in answer.text for answer in forged)
    assert before == policy_of(shell)
    assert frozenset() == _stopped(shell)


def _stopped(shell: Shell) -> frozenset[Any]:
    return frozenset(space for (_, space), on in shell.storage.state.switches.items() if not on)


def test_the_way_there_is_shown_to_those_who_govern(shell: Shell, seats: Any) -> None:
    """M7: admins of the site and of spaces find their pages from every other; a plain member sees no way there."""
    shown = [f'href="{POLICY}"' in seats[role].get(LINKS).text for role in ROLES[1:5]]

    assert [False, True, True, True] == shown


def test_a_refusal_is_a_page_that_says_why(seats: Any) -> None:
    """P5: and it tells nothing of what is set."""
    page = seats["member"].get(SITE_FORM)

    assert "Only admins of the site may do this." in words_of(page)
    assert "Back to the links" in words_of(page)


def test_an_admin_of_a_space_sees_their_spaces_only(shell: Shell, seats: Any) -> None:
    """R3: neither other spaces nor the site's history or documents are on their page."""
    words = words_of(seats["admin of the space"].get(POLICY))

    assert "Your spaces" in words
    assert " TEAM" in words
    assert "OTHER" not in words


def test_visitors_are_told_nothing_of_it() -> None:
    """G8, P9: a link that a layer stops answers as one body, with no layer, rule, space or admin in it."""
    shell = Shell()
    made, other = shell.make_link(name="secret name"), shell.make_link()
    shell.limit("configuration default", password_demanded=True)
    stopped = shell.client().get(made.path)
    shell.limit("configuration default", people_demanded=True)
    again = shell.client().get(other.path)

    assert (403, stopped.content) == (again.status_code, again.content)
    for word in ("configuration", "default", "layer", "TEAM", "password", "policy", "admin", "ada", "secret name"):
        assert word.lower() not in words_of(stopped).lower()
    for path in (POLICY, SITE_FORM, HISTORY, f"{DOCUMENT}.toml", f"{LINKS}/{made.id}/explain"):
        answer = shell.client().get(path)
        assert (303, "/manage/sign-in", b"") == (answer.status_code, answer.headers["location"], answer.content)


def test_limits_stay_what_they_were_when_nobody_may_change_them(shell: Shell, seats: Any) -> None:
    """R3: an admin of one space cannot set the layer of another, also not with a right version and token."""
    otto = seats["admin of another space"]
    token, version = _token(otto), str(policy_of(shell).version)
    answer = otto.client.post(TEAM_FORM, data={"csrf": token, "version": version, "do": "save", "opens": "1"})

    assert 403 == answer.status_code
    assert Limits() == policy_of(shell).rules(TEAM).limits
