"""Admins at their browsers: who they are, where their pages are, and a change by way of its preview."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.governance import SitePolicy, SpaceRules, assign
from exshare_core.schemes import Grantees
from exshare_core.values import MemberId, SiteId, SpaceKey
from tests.integration.members import Page, Seat, sign_in
from tests.integration.shell import BOSS, MEMBER_PASSWORD, SITE, Shell, run

POLICY = f"/manage/{SITE}/policy"
HISTORY, DOCUMENT, SCHEME, SWITCH = (f"{POLICY}/{part}" for part in ("history", "document", "scheme", "switch"))
BRANDING = f"{POLICY}/branding"
SITE_FORM = f"{POLICY}/layer?of=site"
DEFAULT_FORM = f"{POLICY}/layer?of=configuration+default"
TEAM_FORM = f"{POLICY}/layer?of=space+TEAM"
TEAM_PAGE = f"{POLICY}/space?key=TEAM"
TEAM = SpaceKey("TEAM")
"""The space of every page of the shell's site."""

BETA = SiteId("beta")


def policy_of(shell: Shell) -> SitePolicy:
    """Everything that is set on the site."""
    policy = run(shell.storage.policies.policy(SITE))
    assert policy is not None
    return policy


def store(shell: Shell, policy: SitePolicy) -> None:
    """Set all of it, as the operator."""
    run(shell.services.governing[SITE].change(None, evolve(policy, version=policy_of(shell).version)))


def a_member(shell: Shell, name: str, **more: Any) -> Member:
    """One more member of the site, who signs in with the one password of all tests."""
    more.setdefault("identity", BOSS)
    return run(shell.services.membership.add(name, site=SITE, password=MEMBER_PASSWORD, **more))[0]


def an_admin_of(shell: Shell, space: SpaceKey, name: str) -> Seat:
    """A plain member who governs one space, signed in."""
    member = a_member(shell, name)
    old = policy_of(shell)
    admins = Grantees(members=frozenset({MemberId(member.id)}))
    rules: SpaceRules = evolve(old.rules(space), admins=admins)
    store(shell, assign(old, space, rules))
    return Seat.of(shell, name)


def an_admin_of_another_site(shell: Shell) -> Seat:
    """Somebody who governs everything on the site `BETA`, which the deployment serves as well, signed in there."""
    run(shell.storage.policies.ensure_site(BETA))
    shell.services.sharing[BETA] = evolve(shell.sharing, site=BETA)  # type: ignore[index]
    shell.services.governing[BETA] = evolve(shell.services.governing[SITE], site=BETA)  # type: ignore[index]
    run(shell.services.membership.add("far", site=BETA, admin=True, password=MEMBER_PASSWORD))
    seat = Seat(shell, shell.client(), "far")
    answer = sign_in(seat.client, "far", site=BETA)
    assert answer.status_code == 303, answer.text
    return seat


def previewed(seat: Seat, form: str, **changes: Any) -> Page:
    """What a change of a form would do: its preview."""
    return seat.submit(seat.get(form.partition("#")[0]), form, do="preview", **changes)


def saved(seat: Seat, form: str, **changes: Any) -> Page:
    """The answer to saving a change after its preview."""
    preview = previewed(seat, form, **changes)
    assert preview.status_code == 200, preview.text
    return seat.submit(preview, form, do="save")
