"""Whatever is done to what is set, to members, keys and switches, admins see who did it and when (spec M7)."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from exshare_core.api_keys import KeyForm, Operation
from exshare_core.policy import Limits
from exshare_core.schemes import Granted, Grantees, Scheme
from exshare_core.values import Subject
from exshare_web.api.declaring import ROOT as API
from tests.integration.admins import HISTORY, TEAM, a_member, policy_of
from tests.integration.members import an_admin, another_member, words_of
from tests.integration.shell import SITE, Shell, run
from tests.integration.test_api import Program

AUDIT = f"/manage/{SITE}/activity?what=administration"


def _work(shell: Shell) -> None:
    """What an admin and the operator can do to a site, once each."""
    it, boss = shell.services, run(shell.services.membership.named("boss", SITE))
    governing = it.governing[SITE]
    run(governing.change(boss, evolve(policy_of(shell), limits=Limits(opens=5))))
    shell.clock.forward(minutes=1)
    everyone = Scheme({Granted.CREATE: Grantees(everyone=True)})
    run(governing.change(boss, evolve(policy_of(shell), scheme=everyone)))
    run(governing.change_space(boss, TEAM, policy_of(shell).version, Limits(password_demanded=True)))
    run(governing.switch(boss, TEAM, False))
    run(governing.switch(boss, TEAM, True))
    eve = a_member(shell, "eve")
    run(it.membership.tie(eve.id, Subject("https://login.example.com", "eve-1")))
    eve = run(it.membership.lock_out(boss, SITE, eve.id, 2))
    run(it.membership.let_in(boss, SITE, eve.id, 3))
    key, _ = run(it.keying.make(boss, SITE, KeyForm("all", frozenset(Operation))))
    run(it.keying.revoke(None, SITE, key.id))


DONE = [
    ("policy changed", "member", "boss"),
    ("policy changed", "member", "boss"),
    ("policy changed", "member", "boss"),
    ("sharing stopped", "member", "boss"),
    ("sharing resumed", "member", "boss"),
    ("member added", "operator", "eve"),
    ("member tied", "operator", "eve"),
    ("member disabled", "member", "boss"),
    ("member enabled", "member", "boss"),
    ("api key made", "member", "boss"),
    ("api key revoked", "operator", None),
]
"""What happened, by whom; for what the operator does, to whom."""


def _told(events: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(one["kind"], one["actor"], one.get("member")) for one in events]


def test_everything_that_was_done_is_told_with_who_and_when() -> None:
    """Over the API, oldest first here: every act, its instant, and who did it."""
    shell = Shell()
    an_admin(shell)
    _work(shell)
    program = Program(shell, run(shell.services.membership.named("boss", SITE)))
    found = program.client.get(f"{API}/sites/{SITE}/activity", params={"what": "administration", "limit": "100"})
    events = list(reversed(found.json()["events"]))
    done = [one for one in events if one["at"] >= events[0]["at"]][-len(DONE) - 1 : -1]

    assert DONE == _told(done)
    assert done[0]["at"] < done[1]["at"]


CHANGES = (
    "12:31 UTC , boss space TEAM: a password is demanded not set → became yes",
    "12:31 UTC , boss site: permission scheme not there → became there site: who may make links not set → became everyone",
    "12:30 UTC , boss site: most opens not set → became 5",
)
"""What the history says of the changes, newest first, without markup."""


def test_what_was_set_is_told_from_what_to_what() -> None:
    """The history names each restriction, right and space, with the old and the new; and leads on to the rest."""
    shell = Shell()
    boss = an_admin(shell)
    _work(shell)
    page = boss.get(HISTORY)
    words = words_of(page)

    assert [] == [one for one in CHANGES if one not in words]
    assert f'href="{AUDIT}"' in page.text
    assert 200 == boss.get(AUDIT).status_code
    assert "member disabled" in words_of(boss.get(AUDIT)).lower()


def test_it_is_for_admins_alone() -> None:
    """R3: a plain member learns nothing of it."""
    shell = Shell()
    bob = another_member(shell)

    assert [403, 403] == [bob.get(path).status_code for path in (HISTORY, AUDIT)]
