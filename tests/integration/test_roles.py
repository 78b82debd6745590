"""Every route of members, of admins and of the API, by every role, and with what nobody should send (spec R1-R6, A2)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest
from starlette.routing import Route

from exshare_web.api.operations import OPERATIONS
from tests.corpora import inputs
from tests.integration.admins import BETA, policy_of
from tests.integration.roles import API, BODIES, PAGES, ROLES, Row, World, rows
from tests.integration.shell import Shell

OF_PAGES, OF_API = rows(PAGES), rows(API)


@pytest.fixture(scope="module")
def world() -> World:
    """One service for all rows."""
    return World()


def named(row: Row) -> str:
    """What a row is called."""
    return f"{row.method} {row.path}"


@pytest.mark.parametrize("row", OF_PAGES, ids=named)
def test_a_page_answers_each_role_as_the_table_says(world: World, row: Row) -> None:
    """R1-R3: what a member may not see is not there; what they may see and not do is refused."""
    assert row.expected == tuple(world.browse(row, role).status_code for role in ROLES)


@pytest.mark.parametrize("row", OF_API, ids=named)
def test_an_operation_answers_each_role_as_the_table_says(world: World, row: Row) -> None:
    """A2: a key acts as its member within its operations, and is worth nothing when the member is locked out."""
    keys = [*(world.keys.get(role) for role in ROLES), world.key_without(row)]

    assert row.expected == tuple(world.call(row, key).status_code for key in keys)


def test_the_tables_leave_no_route_out() -> None:
    """A new route of members, admins or the API has a row, or this fails."""
    routes = {
        f"{method} {route.path}"
        for route in Shell().app.routes
        if isinstance(route, Route) and route.path.startswith(("/manage", "/api"))
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert routes == {row.route for row in (*OF_PAGES, *OF_API)}


# --- what is not theirs ----------------------------------------------------------------------------------------------

MAKERS = {"{link}": World.a_link, "{key}": World.a_key, "{member}": World.a_member}
"""The places of addresses that name something of a site, and what makes one."""


def told(answer: Any) -> tuple[int, bytes]:
    """What an answer tells."""
    return answer.status_code, answer.content


@pytest.mark.parametrize(
    "row", [row for row in (*OF_PAGES, *OF_API) if any(place in row.path for place in MAKERS)], ids=named
)
def test_what_is_of_another_site_is_like_what_is_nowhere(world: World, row: Row) -> None:
    """Not even an admin of this site can tell from the answer whether it exists elsewhere."""
    place = next(place for place in MAKERS if place in row.path)
    name, theirs = place[1:-1], MAKERS[place](world, BETA)

    def ask(id: str) -> Any:
        if row in OF_PAGES:
            return world.browse(row, "admin", {}, **{name: id})
        return world.call(row, world.keys["admin"], **{name: id})

    answers = [told(ask(id)) for id in (theirs, "nothing9")]

    assert 404 == answers[0][0]
    assert answers[0] == (answers[1][0], answers[1][1].replace(b"nothing9", theirs.encode()))


@pytest.mark.parametrize("row", [row for row in (*OF_PAGES, *OF_API) if "{link}" in row.path], ids=named)
def test_a_link_that_may_not_be_seen_is_like_one_that_is_nowhere(world: World, row: Row) -> None:
    """The same for a plain member and a link of somebody else on the same site."""

    def ask(id: str) -> Any:
        return world.browse(row, "plain", link=id) if row in OF_PAGES else world.call(row, world.keys["plain"], link=id)

    assert told(ask("nothing9")) == told(ask(world.a_link()))


# --- what nobody should send -----------------------------------------------------------------------------------------

WRITING = [row for row in OF_API if row.method != "GET"]
READING_JSON = [row for row in WRITING if isinstance(BODIES.get(row.route), dict)]
CONDITIONAL = [
    row for row in OF_API if row.route in {f"{one.method} {one.address}" for one in OPERATIONS if one.conditional}
]
FORMS = [row for row in OF_PAGES if row.method == "POST"]
TAKING_ANYTHING = {
    "/manage/sign-in", "/manage/sign-in/with/{site}/{provider}", "/manage/sign-in/code", "/manage/sign-in/second-factor",
    "/manage/sign-out", "/manage/setup/{setup}", "/manage/{site}/account/password", "/manage/{site}/account/notices",
    "/manage/{site}/account/confirm", "/manage/{site}/account/second-factor",
    "/manage/{site}/account/second-factor/remove", "/manage/{site}/account/recovery-codes",
    "/manage/{site}/account/sessions", "/manage/{site}/activity/chain", "/manage/{site}/keys/{key}/revoke", "/manage/{site}/links/{link}/{act}",
    "/manage/{site}/links/{link}/addresses/{address}/revoke",
}  # fmt: skip
"""Forms of which each field is read by name and nothing is copied: a field too many has nowhere to go."""


@pytest.mark.parametrize("row", READING_JSON, ids=named)
def test_a_field_too_many_is_refused_by_name(world: World, row: Row) -> None:
    """Mass assignment: nothing is set that is not of the form, and the field is named."""
    body = {**BODIES[row.route], "unheard_of": 1}
    answer = world.call(row, world.keys["admin"], body=body)

    assert (422, ["unheard_of"]) == (answer.status_code, [one["field"] for one in answer.json()["errors"]])


@pytest.mark.parametrize("row", [row for row in FORMS if row.path not in TAKING_ANYTHING], ids=named)
def test_a_form_with_a_field_too_many_is_refused(world: World, row: Row) -> None:
    """The same for the forms that hold settings."""
    version = "1" if "{link}" in row.path else str(policy_of(world.shell).version)
    fields = {"do": "preview", "version": version, "page": "10"}
    sent = {name: value for name, value in fields.items() if name in READ_BY.get(row.path.partition("?")[0], fields)}
    answer = world.browse(row, "admin", {**sent, "unheard_of": "1"})

    assert answer.status_code in (400, 403, 404, 422)


READ_BY = {
    "/manage/{site}/new": ("page",),
    "/manage/{site}/keys": (),
    "/manage/{site}/links/{link}": ("version",),
    "/manage/{site}/policy/switch": (),
}
"""Which of the fields that most forms have are known to these, beside those that the test adds."""


@pytest.mark.parametrize("row", CONDITIONAL, ids=named)
def test_a_version_that_is_not_in_force_is_refused(world: World, row: Row) -> None:
    """L12: the answer to a stale one names the one in force, and without any nothing is done."""
    stale = world.call(row, world.keys["admin"], seen="987654")
    blind = world.client.request(
        row.method, world.path(row), headers={"authorization": f"Bearer {world.keys['admin']}"}
    )

    assert (412, 428) == (stale.status_code, blind.status_code)
    assert 987654 > stale.json()["current"]


@pytest.mark.parametrize("row", [*WRITING, *FORMS], ids=named)
def test_a_body_without_end_is_refused(world: World, row: Row) -> None:
    """Whoever sends it: more than the largest form of ours is not read."""
    if row in FORMS:
        answer = world.seats["admin"].client.post(world.path(row), content=HUGE, headers={"content-type": FORM})
    else:
        answer = world.call(row, world.keys["admin"], body=HUGE)

    assert 413 == answer.status_code


FORM = "application/x-www-form-urlencoded"
HUGE = b"a=" + b"x" * (5 * 1024 * 1024)

HOSTILE = (
    "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "${7*7}", "a\r\nset-cookie: a=b",
    "\x00", "\x1b[31m", "\u202egnp.exe", "\u2066\u2069\ufeff", "\U000e0041", "\u0130\u0131\ufb01", "../../etc/passwd",
    "=HYPERLINK(1)", "javascript:alert(1)", "'; drop table links; --", "x" * 70_000, "\ud7ff\uffff", "-1", "1e309", "",
)  # fmt: skip


TEXTS = (
    "name",
    "description",
    "note",
    "slug",
    "address",
    "page",
    "version",
    "do",
    "end",
    "like",
    "password",
    "document",
)
"""Fields of forms that hold a text."""


def filled(body: Any, text: str) -> Any:
    """A body with `text` for every text in it."""
    if isinstance(body, dict):
        return {name: filled(value, text) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, text) for value in body]
    return text if isinstance(body, str) else body


@pytest.mark.parametrize("row", READING_JSON, ids=named)
def test_hostile_texts_are_refused_or_come_back_as_they_are(world: World, row: Row) -> None:
    """Over the API: never an error of ours; what is taken is given back to the letter."""
    for text in HOSTILE:
        answer = world.call(row, world.keys["admin"], body=filled(BODIES[row.route], text))

        assert answer.status_code in (200, 201, 413, 422), text
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")
        assert "set-cookie" not in answer.headers


def shown_as_text(world: World, texts: Iterable[str]) -> list[str]:
    """Those of `texts` that a link can be called, each of which is on its page as text and in the API to the letter."""
    row, taken = Row("POST", "/api/v1/sites/{site}/links", ()), []
    for text in texts:
        answer = world.call(row, world.keys["admin"], body={"page": "10", "name": text, "description": text})
        assert answer.status_code in (201, 413, 422), text
        if answer.status_code == 201:
            taken.append(text)
            made = answer.json()
            page = world.seats["admin"].get(f"/manage/acme/links/{made['id']}").text
            assert [] == [one for one in ("<script>alert", "<img src=x", "onerror=alert(1)>") if one in page], text
            assert made["settings"]["name"] in text
    return taken


def test_a_hostile_name_is_text_wherever_it_is_shown(world: World) -> None:
    """Ours: markup and templates are names like others; what cannot be shown is refused."""
    taken = shown_as_text(world, HOSTILE)

    assert {"<script>alert(1)</script>", "{{ 7 * 7 }}", "=HYPERLINK(1)"} < set(taken)
    assert {"\x00", "\x1b[31m", "x" * 70_000}.isdisjoint(taken)


@pytest.mark.parametrize("corpus", ["naughty-strings", "unicode-control-fuzzdb"])
def test_names_of_a_corpus_are_text_wherever_they_are_shown(world: World, corpus: str) -> None:
    """One of each dozen of the collections."""
    assert shown_as_text(world, islice(inputs(corpus), 0, 480, 12))


@pytest.mark.parametrize("row", FORMS, ids=named)
def test_hostile_texts_in_forms_are_refused_or_inert(world: World, row: Row) -> None:
    """Never an error of ours, never markup, never a header."""
    for text in HOSTILE:
        answer = world.browse(row, "admin", {} if row.path == "/manage/sign-out" else dict.fromkeys(TEXTS, text))

        assert answer.status_code < 500, text
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert [] == [one for one in answer.headers.get_list("set-cookie") if one.startswith("a=b")]
