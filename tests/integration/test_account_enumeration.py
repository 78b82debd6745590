"""Nobody learns who has an account: equal bytes, equal calls of the storage, equal work for passwords (spec G2, G4, G7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve, frozen

from exshare_core.dispatching import Fate, open_letter
from exshare_core.external_accounts import ExternalAccount
from exshare_core.testing import CheapHasher
from exshare_core.values import People
from tests.integration.guests import ADA, OTHER, SECRET, Guest
from tests.integration.shell import Made, Shell, run
from tests.integration.test_visitor_codes import latest_code, other_than

LISTED, UNLISTED, GONE = "grace@example.org", "eve@example.net", "ann@example.org"
"""May have an account by the link and has none; may not; has one that an operator has disabled."""
WHOSE = (ADA, LISTED, UNLISTED, GONE)


class CountingHasher(CheapHasher):
    """Counts every hash that it works out, for whatever."""

    def __init__(self) -> None:
        super().__init__()
        self.work = 0

    async def verify(self, stored: str, password: str) -> bool:
        """Count, then verify."""
        self.work += 1
        return await super().verify(stored, password)

    async def verify_dummy(self, password: str) -> None:
        """Count, then do the same for nothing."""
        self.work += 1
        await super().verify_dummy(password)

    async def hash(self, password: str) -> str:
        """Count, then hash."""
        self.work += 1
        return await super().hash(password)


@frozen
class Seen:
    """All that somebody outside can tell an answer by, and what it cost."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    calls: Mapping[str, int]
    work: int
    rows: tuple[int, ...]


def world() -> tuple[Shell, Made, CountingHasher]:
    """A link for Ada and a domain; Ada has an account, and so has somebody whose account is disabled."""
    hasher = CountingHasher()
    shell = Shell(hasher=hasher)
    made = shell.make_link(people=People.parse([ADA, "example.org"]))
    for number, address in enumerate((ADA, GONE)):
        Guest(shell, f"198.51.100.{number}").join(made, address)
    joining = shell.services.joining
    run(joining.disable(shell.site, run(joining.named(shell.site, GONE)).account.id))
    shell.clock.forward(days=2)
    run(shell.storage.prune(shell.clock.now()))
    shell.send_letters()
    return shell, made, hasher


def seen(shell: Shell, hasher: CountingHasher, guest: Guest, address: str, path: str, **fields: str) -> Seen:
    """What comes of a form for this address, the address itself left out."""
    state = shell.storage.state
    before = (len(state.codes), len(state.letters), len(state.tallies), len(state.events))
    shell.recorder.calls.clear()
    hasher.work = 0
    answer = guest.send(f"{guest.base}/{path}", address=address, **fields)
    after = (len(state.codes), len(state.letters), len(state.tallies), len(state.events))
    masked = answer.text.replace(address, "…") if address else answer.text
    token = answer.text.partition('name="csrf" value="')[2][:64]
    headers = tuple(pair for pair in answer.headers.multi_items() if pair[0] not in ("set-cookie", "content-length"))
    return Seen(
        answer.status_code,
        masked.replace(token, "token") if token else masked,
        headers,
        dict(shell.recorder.calls),
        hasher.work,
        tuple(now - then for now, then in zip(after, before, strict=True)),
    )


@pytest.mark.parametrize("by_link", [True, False])
def test_asking_for_a_code_tells_nothing(by_link: bool) -> None:
    """Whoever has an account, may have one, may not or is disabled: one answer after one amount of work; only the
    worker that sends letters knows (spec G2).
    """
    told, fates = [], []
    for address in WHOSE:
        shell, made, hasher = world()
        guest = Guest(shell)
        if by_link:
            guest.choose(made, "join")
        else:
            guest.get(f"{guest.base}/join")
        told.append(seen(shell, hasher, guest, address, "join"))
        fates += [one.fate for one in shell.send_letters()]

    assert [told[0]] * len(WHOSE) == told
    assert (200, 0, (1, 1, 2, 1)) == (told[0].status, told[0].work, told[0].rows)
    sent, dropped = Fate.SENT, Fate.DROPPED
    assert [sent, sent if by_link else dropped, dropped, dropped] == fates


def test_a_refused_sign_in_tells_nothing() -> None:
    """A wrong password, no such account, a disabled one with its right password and what is no address are one refusal
    after one amount of work, the hash included.
    """
    told = []
    for address, password in (
        (ADA, OTHER),
        (LISTED, OTHER),
        (UNLISTED, OTHER),
        (GONE, SECRET),
        ("no address", OTHER),
        ("", OTHER),
        ("x" * 1500 + "@example.org", OTHER),
    ):
        shell, _, hasher = world()
        guest = Guest(shell)
        guest.get(f"{guest.base}/sign-in")
        shown = address[:254]
        one = seen(shell, hasher, guest, address, "sign-in", password=password)
        body = one.body.replace(f'value="{shown}"', 'value="…"').replace(" autofocus", "")
        told.append(evolve(one, body=body))

    assert [told[0]] * len(told) == told
    assert (403, 1) == (told[0].status, told[0].work)


def test_a_refused_code_tells_nothing() -> None:
    """A wrong code is one refusal after one amount of work, whoever it is brought for; no hash is worked out for it."""
    told = []
    for address in (*WHOSE, "no address"):
        shell, made, hasher = world()
        guest = Guest(shell)
        guest.choose(made, "join")
        guest.ask(address)
        told.append(seen(shell, hasher, guest, address, "join/code", code="12345678", password=SECRET, at=made.token))

    assert [told[0]] * len(told) == told
    assert (403, 0) == (told[0].status, told[0].work)


def test_who_may_have_no_account_gets_none_with_the_right_code() -> None:
    """A code that was never sent, guessed all the same, makes no account and no new password for a disabled one."""
    for address in (UNLISTED, GONE):
        shell, made, hasher = world()
        guest = Guest(shell)
        guest.choose(made, "join")
        guest.ask(address)
        before = dict(shell.storage.state.accounts)
        right = seen(shell, hasher, guest, address, "join/code", code=_drawn(shell), password=SECRET)

        assert (403, 0, before) == (right.status, right.work, shell.storage.state.accounts)


def _drawn(shell: Shell) -> str:
    """The code that was drawn last, whoever will never get it."""
    (sealed,) = shell.storage.state.letters.values()
    return run(open_letter(shell.vault, sealed)).variables["code"]


def test_a_disabled_account_is_out_at_once() -> None:
    """Its browsers are signed out and what it opened is closed; enabled again, it has the password that it had."""
    shell, made, _ = world()
    guest = Guest(shell)
    guest.join(made, ADA)
    joining, account = shell.services.joining, _account(shell, ADA)
    run(joining.disable(shell.site, account.id))
    inside, page = guest.inside, guest.get(made.path).text
    refused = guest.sign_in(ADA).status_code
    run(joining.enable(shell.site, account.id))

    assert (False, True, 403) == (inside, "Who are you?" in page, refused)
    assert 303 == guest.sign_in(ADA).status_code


def _account(shell: Shell, address: str) -> ExternalAccount:
    return run(shell.services.joining.named(shell.site, address)).account


def test_guesses_wait_alike_whether_or_not_there_is_an_account() -> None:
    """Tries are counted per address and network, per address and per network, and wait the same for any address (G7)."""
    told = []
    for address in (ADA, LISTED, UNLISTED):
        shell, _, _ = world()
        near, spread = [], []
        for _ in range(7):
            guest = Guest(shell, "203.0.113.1")
            near.append(guest.sign_in(address, OTHER))
        spread += [Guest(shell, f"203.0.113.{number + 10}").sign_in(address, OTHER) for number in range(12)]
        told.append([(one.status_code, one.headers.get("retry-after")) for one in (*near, *spread)])

    assert [told[0]] * 3 == told
    assert ([403] * 5 + [429] * 2, [403] * 5 + [429] * 7) == (
        [status for status, _ in told[0][:7]],
        [status for status, _ in told[0][7:]],
    )


def test_one_network_cannot_try_many_accounts() -> None:
    """A network that tries one password on many accounts has to wait (G7)."""
    shell, _, _ = world()
    statuses = [
        Guest(shell, "203.0.113.1").sign_in(f"somebody{number}@example.org", OTHER).status_code for number in range(12)
    ]

    assert [403] * 10 + [429] * 2 == statuses


def test_strangers_guesses_do_not_keep_the_owner_waiting() -> None:
    """A browser in which the owner has signed in before is counted by itself (G7: never a kill switch)."""
    shell, _, _ = world()
    owner = Guest(shell)
    owner.sign_in(ADA)
    owner.get(owner.base)
    owner.send(f"{owner.base}/sign-out")
    for number in range(12):
        Guest(shell, f"203.0.113.{number}").sign_in(ADA, OTHER)
    stranger = Guest(shell, "203.0.113.99").sign_in(ADA).status_code

    assert (429, 303) == (stranger, owner.sign_in(ADA).status_code)


def test_nobody_can_flood_a_mailbox_with_codes() -> None:
    """A mailbox is sent three codes an hour, whoever asks; the wait is the same for one that is sent none."""
    told = []
    for address in (ADA, UNLISTED):
        shell, made, _ = world()
        statuses: list[Any] = []
        for number in range(4):
            guest = Guest(shell, f"203.0.113.{number}")
            guest.choose(made, "join")
            answer = guest.ask(address)
            statuses.append((answer.status_code, answer.headers.get("retry-after")))
        told.append(statuses)

    assert [(200, None)] * 3 + [(429, "3600")] == told[0]
    assert told[0] == told[1]


def test_guessing_at_codes_waits() -> None:
    """Codes for one address wait after ten wrong ones, from however many networks (security reference 3.3)."""
    shell, made, _ = world()
    statuses = []
    for number in range(12):
        guest = Guest(shell, f"203.0.113.{number}")
        guest.choose(made, "join")
        page = guest.send(f"{guest.base}/join/code", address=ADA, code="12345678", password=SECRET)
        statuses.append(page.status_code)

    assert [403] * 10 + [429] * 2 == statuses


def test_a_right_code_clears_the_counters() -> None:
    """Who brings the right code begins anew: the next code is sent without a wait."""
    shell, made, _ = world()
    guest = Guest(shell)
    guest.choose(made, "join")
    for _ in range(3):
        guest.ask(ADA)
    code = latest_code(shell)
    guest.enrol(other_than(code))
    guest.enrol(code)
    guest.get(f"{guest.base}/join")
    guest.act("sessions", end="everywhere")
    guest.get(f"{guest.base}/join")

    assert 200 == guest.ask(ADA).status_code
