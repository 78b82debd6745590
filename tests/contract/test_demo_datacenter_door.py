"""The stand-in's Data Center springs the traps of credentials, limits and maintenance."""

from __future__ import annotations

import pytest

from exshare_demo import pages
from exshare_demo.canaries import PASSWORD, PAT
from exshare_demo.datacenter_troubles import maintenance, rate_limit
from tests.demo_centre import BASE, Centre, basic, bearer


@pytest.fixture
def centre() -> Centre:
    """A fresh one."""
    return Centre()


def test_trap_nobody_gets_an_answer_too(centre: Centre) -> None:
    """Without a credential nothing is refused: the caller is anonymous, and everything is missing."""
    me = centre.ask("/rest/api/user/current", {})

    assert (200, "anonymous", "anonymous") == (me.status_code, me.json()["type"], me.headers["x-ausername"])
    assert 404 == centre.ask(f"/rest/api/content/{pages.HOME}", {}).status_code
    assert 404 == centre.ask(f"/rest/api/content/{pages.HOME}", {"cookie": "JSESSIONID=5521"}).status_code
    assert 401 == centre.ask("/rest/api/server-information", {}).status_code


def test_trap_a_bad_token_may_pass_as_nobody(centre: Centre) -> None:
    """A token that does not hold is refused, or, on some sites, silently no credential at all."""
    centre.site.revoke(PAT)
    refused = centre.ask("/rest/api/user/current")
    centre.site.switches.bad_pat = "anonymous"
    silent = centre.ask("/rest/api/user/current")

    assert (401, "AUTHENTICATED_FAILED") == (refused.status_code, refused.headers["x-seraph-loginreason"])
    assert (200, "anonymous") == (silent.status_code, silent.json()["type"])
    assert 404 == centre.ask(f"/rest/api/content/{pages.HOME}").status_code


def test_trap_a_token_is_no_password(centre: Centre) -> None:
    """A personal access token sent as a password is refused with a page for people."""
    found = centre.ask("/rest/api/user/current", basic("svc.exshare", PAT))

    assert (401, "text/html;charset=utf-8") == (found.status_code, found.headers["content-type"])
    assert "Basic Authentication Failure - Reason : AUTHENTICATED_FAILED" in found.text
    assert 401 == centre.ask("/rest/api/user/current", bearer(PASSWORD)).status_code


def test_trap_passwords_may_be_switched_off(centre: Centre) -> None:
    """Where Basic is switched off, a right password gets a 403 that says so; tokens go on working."""
    assert 200 == centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD)).status_code
    centre.site.switches.basic_disabled = True
    found = centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD))

    assert (403, {"message": "Basic Authentication has been disabled on this instance."}) == (
        found.status_code,
        found.json(),
    )
    assert "known" == centre.get("/rest/api/user/current")["type"]


def test_trap_wrong_passwords_lock_the_door(centre: Centre) -> None:
    """After three wrong passwords the right one is denied too, until a person signs in by hand."""
    for _ in range(3):
        centre.ask("/rest/api/user/current", basic("svc.exshare", "guess"))
    denied = centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD))
    form = {"os_username": "svc.exshare", "os_password": PASSWORD}
    by_hand = centre.client.post("/wiki/dologin.action", data=form)

    assert (403, "AUTHENTICATION_DENIED") == (denied.status_code, denied.headers["x-seraph-loginreason"])
    assert (302, f"{BASE}/") == (by_hand.status_code, by_hand.headers["location"])
    assert 200 == centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD)).status_code


def test_trap_a_challenge_must_be_asked_for(centre: Centre) -> None:
    """Only `os_authType=basic` makes the door ask for a password instead of taking the caller for nobody."""
    found = centre.ask("/rest/api/user/current", {}, os_authType="basic")

    assert (401, 'Basic realm="protected-area"') == (found.status_code, found.headers["www-authenticate"])


def test_trap_retry_after_comes_while_tokens_remain(centre: Centre) -> None:
    """Every answer tells how the bucket stands; `retry-after` of a success is 0."""
    found = centre.ask(f"/rest/api/content/{pages.HOME}")

    assert ("300", "299", "60", "300", "0") == tuple(
        found.headers[name]
        for name in (
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-interval-seconds",
            "x-ratelimit-fillrate",
            "retry-after",
        )
    )
    assert ("svc.exshare", "OK") == (found.headers["x-ausername"], found.headers["x-seraph-loginreason"])


def test_trap_an_empty_bucket(centre: Centre) -> None:
    """When no tokens remain, the answer is a 429 that says when there will be some."""
    rate_limit(centre.site.faults, "/rest/", 7)
    found = centre.ask(f"/rest/api/content/{pages.HOME}")

    assert (429, "0", "7") == (
        found.status_code,
        found.headers["x-ratelimit-remaining"],
        found.headers["retry-after"],
    )
    assert 200 == centre.ask(f"/rest/api/content/{pages.HOME}").status_code


def test_trap_maintenance_may_be_a_success(centre: Centre) -> None:
    """A page for people comes in place of JSON, with a 503 or, from some proxies, with a 200."""
    for status in (503, 200):
        order = maintenance(centre.site.faults, "/rest/", status, times=1)
        found = centre.ask(f"/rest/api/content/{pages.HOME}")
        assert (status, "text/html;charset=UTF-8", 0) == (found.status_code, found.headers["content-type"], order.left)
