"""The proof of a mailbox (spec G2): a code by mail that tells nobody who is on the list."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from starlette.testclient import TestClient

from exshare_core.dispatching import Fate
from exshare_core.values import People, Sealed
from tests.integration.shell import PASSWORD, SITE, Made, Shell, run
from tests.integration.test_visitor_gates import gate, kinds

LISTED = "ada@example.com"
UNLISTED = "eve@example.com"


def mailed(**form: Any) -> tuple[Shell, Made]:
    """A link for one mailbox and one domain."""
    shell = Shell()
    return shell, shell.make_link(people=People.parse([LISTED, "example.org"]), **form)


def ask(client: TestClient, made: Made, address: str = LISTED) -> Any:
    """The answer to an address that asks for a code."""
    return client.post(made.path, data={"address": address})


def bring(client: TestClient, made: Made, code: str, address: str = LISTED) -> Any:
    """The answer to a code."""
    return client.post(made.path, data={"address": address, "code": code})


def latest_code(shell: Shell) -> str:
    """The code in the letter that was sent last."""
    shell.send_letters()
    return next(word for word in shell.mailer.sent[-1].text.split() if word.isdigit() and len(word) == 8)


def other_than(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 10**8:08d}"


@pytest.mark.parametrize("address", [LISTED, "ADA@Example.COM", "anyone@example.org"])
@pytest.mark.parametrize("shape", ["{}", " {} ", "{:.4} {:.4}"])
def test_a_code_from_the_mailbox_opens_the_link(address: str, shape: str) -> None:
    """The code that arrives opens the link, however it is spaced and the address is written."""
    shell, made = mailed()
    client = shell.client()
    asked = ask(client, made, address)
    code = latest_code(shell)
    typed = f"{code[:4]} {code[4:]}" if "." in shape else shape.format(code)
    answer = bring(client, made, typed, address)

    assert (200, "code") == (asked.status_code, gate(asked.text))
    assert (303, made.path) == (answer.status_code, answer.headers["location"])
    assert "page" == gate(client.get(made.path).text)
    assert 1 == len(shell.mailer.sent)


def test_listed_and_unlisted_addresses_cannot_be_told_apart() -> None:
    """Both get the same bytes, the same calls of the storage, and leave the same rows; only the worker knows."""
    told = []
    for address in (LISTED, UNLISTED):
        shell, made = mailed()
        client = shell.client()
        shell.recorder.calls.clear()
        answer = ask(client, made, address)
        state = shell.storage.state
        rows = (len(state.codes), len(state.letters), len(state.tallies), kinds(shell, made))
        wrong = bring(client, made, "00000000", address)
        pages = [one.text.replace(address, "…") for one in (answer, wrong)]
        told.append((answer.status_code, wrong.status_code, pages, dict(shell.recorder.calls), rows))

    assert told[0] == told[1]
    assert (1, 1, 3, ["code asked"]) == told[0][4]


def test_the_letter_of_an_unlisted_address_is_dropped() -> None:
    """An unlisted address gets no mail, and its letter is erased like one that was sent."""
    shell, made = mailed()
    ask(shell.client(), made, UNLISTED)
    fates = [one.fate for one in shell.send_letters()]

    assert [Fate.DROPPED] == fates
    assert ([], {}) == (shell.mailer.sent, shell.storage.state.letters)


def test_a_letter_holds_nothing_in_clear() -> None:
    """Neither the address nor the code can be read in what rests in the outbox or beside the link (spec S1)."""
    shell, made = mailed()
    ask(shell.client(), made)
    resting = repr(shell.storage.state.codes) + "".join(str(one.sealed) for one in shell.storage.state.letters.values())
    code = latest_code(shell)

    assert [] == [word for word in (LISTED, "ada", code) if word in resting]


def test_a_letter_is_not_sent_after_its_code_has_expired() -> None:
    """A code that could not be sent for ten minutes is given up (spec N1)."""
    shell, made = mailed()
    ask(shell.client(), made)
    shell.clock.forward(minutes=10)

    assert () == shell.send_letters()
    assert [] == shell.mailer.sent


def test_all_wrong_codes_are_one_answer_after_equal_work() -> None:
    """A wrong code, no code asked for, an unlisted address and one that is none cost and answer alike (spec G8)."""
    shell, made = mailed()
    asked = shell.client("192.0.2.1")
    ask(asked, made)
    code = latest_code(shell)
    answers, costs = [], []
    for client, address, typed in (
        (asked, LISTED, other_than(code)),
        (asked, LISTED, ""),
        (asked, LISTED, "no digits at all"),
        (shell.client("192.0.2.2"), LISTED, code),
        (shell.client("192.0.2.3"), UNLISTED, code),
        (shell.client("192.0.2.4"), "no address", code),
    ):
        shell.recorder.calls.clear()
        answer = bring(client, made, typed, address)
        costs.append(dict(shell.recorder.calls))
        answers.append((answer.status_code, answer.text.replace(address, "…")))

    assert 1 == len(set(answers))
    assert 403 == answers[0][0]
    assert [costs[0]] * 6 == costs
    assert ["code asked", *["wrong code"] * 6] == kinds(shell, made)


@pytest.mark.parametrize(
    "text", ["", "ada", "ada@", "@example.com", "ada@example", "a b@example.com", "x" * 900 + "@a.example"]
)
def test_what_is_no_address_is_said_so(text: str) -> None:
    """A malformed address is answered beside the field, counts nothing and sends nothing."""
    shell, made = mailed()
    answer = ask(shell.client(), made, text)

    assert (403, "address") == (answer.status_code, gate(answer.text))
    assert "looks like name@example.com" in answer.text
    assert ({}, {}) == (shell.storage.state.letters, shell.storage.state.tallies)


def test_a_code_is_good_for_ten_minutes() -> None:
    """A code opens the link until ten minutes after it was asked for, and not at that instant (spec G2)."""
    statuses = []
    for microseconds in (-1, 0):
        shell, made = mailed()
        client = shell.client()
        ask(client, made)
        code = latest_code(shell)
        shell.clock.forward(minutes=10, microseconds=microseconds)
        statuses.append(bring(client, made, code).status_code)

    assert [303, 403] == statuses


def test_a_code_works_once() -> None:
    """After it was used, the same code is wrong for the same browser (ASVS 6.5.1)."""
    shell, made = mailed(password=PASSWORD)
    client = shell.client()
    ask(client, made)
    code = latest_code(shell)
    used = bring(client, made, code).status_code
    shell.edit_link(made, people=People.parse([LISTED, UNLISTED]), keep_password=True)
    again = bring(client, made, code).status_code

    assert (303, 403) == (used, again)


def test_a_code_is_for_the_browser_and_the_address_that_asked() -> None:
    """In another browser, with another listed address, and at another link the code is wrong."""
    shell, made = mailed()
    twin = shell.make_link(people=People.parse([LISTED]))
    client, other = shell.client(), shell.client("192.0.2.8")
    ask(client, made)
    code = latest_code(shell)
    ask(other, made)
    ask(client, twin)

    assert 403 == bring(other, made, code).status_code
    assert 403 == bring(client, made, code, "anyone@example.org").status_code
    assert 403 == bring(client, twin, code).status_code
    assert 303 == bring(client, made, code).status_code


def test_five_wrong_tries_end_a_code() -> None:
    """After five wrong tries the right code is wrong as well, from wherever they came (spec G2)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    code = latest_code(shell)
    for _ in range(5):
        bring(client, made, other_than(code))
        shell.clock.forward(seconds=40)
    shell.clock.forward(seconds=40)

    assert 403 == bring(client, made, code).status_code


def test_a_new_code_does_not_reset_the_count() -> None:
    """Asking again within ten minutes gives a new code with the tries that were left (SP 800-63B)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    for _ in range(4):
        bring(client, made, other_than(latest_code(shell)))
    ask(client, made)
    fresh = latest_code(shell)
    bring(client, made, other_than(fresh))
    shell.clock.forward(minutes=1)

    assert 403 == bring(client, made, fresh).status_code


def test_a_new_code_replaces_the_old_one() -> None:
    """Of two codes for one browser only the later opens the link."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    old = latest_code(shell)
    ask(client, made)
    new = latest_code(shell)

    assert old != new
    assert (403, 303) == (bring(client, made, old).status_code, bring(client, made, new).status_code)


def test_reading_the_page_uses_no_code() -> None:
    """GET and HEAD, with the code in the query too, consume nothing: mail filters look at everything (spec G2)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    code = latest_code(shell)
    for _ in range(6):
        client.get(f"{made.path}?address={LISTED}&code={code}")
        client.head(made.path)

    assert "address" == gate(client.get(made.path).text)
    assert 303 == bring(client, made, code).status_code


def test_asking_for_codes_has_a_counter_of_its_own() -> None:
    """Nobody can flood a mailbox: requests wait per network and per address, whoever asks, listed or not."""
    seen = {}
    for address in (LISTED, UNLISTED):
        shell, made = mailed()
        same_network = [ask(shell.client("192.0.2.1"), made, address).status_code for _ in range(4)]
        elsewhere = ask(shell.client("198.51.100.1"), shell.make_link(people=People.parse([LISTED])), address)
        other_address = ask(shell.client("198.51.100.1"), made, "anyone@example.org").status_code
        seen[address] = (same_network, elsewhere.status_code, elsewhere.headers.get("retry-after"), other_address)

    assert ([200] * 3 + [429], 429, "3600", 200) == seen[LISTED]
    assert seen[LISTED] == seen[UNLISTED]


def test_no_mailbox_is_flooded() -> None:
    """Of a thousand requests from as many networks three an hour and ten a day at most reach a listed mailbox, and none
    an unlisted one (threat T15).
    """
    shell, made = mailed()
    sent = []
    for number in range(1000):
        ask(shell.client(f"203.0.{number // 250}.{number % 250}"), made, (LISTED, UNLISTED)[number % 2])
        shell.send_letters()
        sent.append(len(shell.mailer.sent))
        shell.clock.forward(seconds=86.4)
    in_an_hour = [later - sooner for sooner, later in zip([0, *sent], sent[41:], strict=False)]

    assert 3 == sent[41] == max(in_an_hour)
    assert 3 < sent[-1] <= 10
    assert {LISTED} == {str(letter.recipient) for letter in shell.mailer.sent}


def test_twenty_codes_at_one_link_then_one_in_half_a_minute() -> None:
    """Whoever asks and for whomever, a link sends no burst of codes; a browser with a proof does not wait for others."""
    shell, made = mailed(password=PASSWORD)
    known = shell.client("198.51.100.7")
    ask(known, made)
    bring(known, made, latest_code(shell))
    shell.edit_link(made, people=People.parse([LISTED, "example.org"]), password="another sentence of words")
    burst = [
        ask(shell.client(f"203.0.113.{number}"), made, f"a{number}@example.org").status_code for number in range(22)
    ]
    waiting = ask(shell.client("198.51.100.1"), made, "late@example.org")
    inside = ask(known, made).status_code
    shell.clock.forward(seconds=30)
    after = ask(shell.client("198.51.100.1"), made, "late@example.org").status_code

    assert [200] * 20 + [429] * 2 == burst
    assert (429, "30") == (waiting.status_code, waiting.headers["retry-after"])
    assert (200, 200) == (inside, after)


@pytest.mark.parametrize("address", [LISTED, UNLISTED])
def test_ten_wrong_codes_a_day_in_one_browser(address: str) -> None:
    """A browser tries the codes of a mailbox ten times a day at one link, listed or not (T12)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made, address)
    statuses = []
    for _ in range(12):
        statuses.append(bring(client, made, "00000000", address).status_code)
        shell.clock.forward(hours=1)
    late = bring(client, made, "00000000", address)
    other = bring(client, made, "00000000", "else@example.org").status_code
    shell.clock.forward(hours=24)
    next_day = bring(client, made, "00000000", address).status_code

    assert [403] * 10 + [429] * 2 == statuses
    assert (429, 403, 403) == (late.status_code, other, next_day)
    assert 20 * 3600 < int(late.headers["retry-after"]) < 24 * 3600


def test_nobody_is_shut_out_by_what_other_browsers_try() -> None:
    """Only a browser that asked for a code can guess at one: blind tries from everywhere keep its owner from nothing."""
    shell, made = mailed()
    for number in range(30):
        bring(shell.client(f"203.0.113.{number}"), made, "00000000")
    client = shell.client()
    ask(client, made)

    assert 303 == bring(client, made, latest_code(shell)).status_code


def test_a_code_that_opens_begins_every_count_anew() -> None:
    """Who uses the codes of their mailbox can have as many as they need: nothing stays counted after one was right."""
    shell, made = mailed()
    statuses = []
    for _ in range(12):
        client = shell.client()
        ask(client, made)
        statuses.append(bring(client, made, latest_code(shell)).status_code)

    assert [303] * 12 == statuses
    assert {} == shell.storage.state.tallies


def test_a_person_taken_off_the_list_is_out_at_once() -> None:
    """Changing the list ends the proof of who is no longer on it, and of everybody else too (spec G9)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    bring(client, made, latest_code(shell))
    shell.edit_link(made, people=People.parse(["grace@example.com"]))

    assert "address" == gate(client.get(made.path).text)


def test_a_layer_that_shortens_the_list_reaches_who_is_inside() -> None:
    """A proof counts only while the lists in force admit its mailbox (spec G3, P3)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    bring(client, made, latest_code(shell))
    shell.limit(people=People.parse(["example.org"]))

    assert "address" == gate(client.get(made.path).text)


def test_an_empty_list_admits_nobody() -> None:
    """A list that is on and empty sends no code to anyone (spec G2)."""
    shell = Shell()
    made = shell.make_link(people=People())
    client = shell.client()
    ask(client, made)

    assert [Fate.DROPPED] == [one.fate for one in shell.send_letters()]
    assert "address" == gate(client.get(made.path).text)


@pytest.mark.parametrize("mailbox", [None, "ada@example.123"])
def test_a_proof_that_cannot_be_read_proves_nothing(mailbox: str | None) -> None:
    """A mailbox that does not open, or that rules of today refuse, leads back to the gate and breaks nothing."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    bring(client, made, latest_code(shell))
    ((key, proof),) = shell.storage.state.proofs.items()
    sealed = Sealed(b"broken") if mailbox is None else run(shell.vault.seal(mailbox.encode(), "proof", SITE, made.id))
    shell.storage.state.proofs[key] = evolve(proof, address=sealed)

    assert "address" == gate(client.get(made.path).text)


def test_a_proved_address_is_sealed_where_it_rests() -> None:
    """The proof's row names no mailbox in clear, and the vault opens it for this link only (spec S1)."""
    shell, made = mailed()
    client = shell.client()
    ask(client, made)
    bring(client, made, latest_code(shell))
    (proof,) = shell.storage.state.proofs.values()
    assert proof.address is not None

    assert b"ada" not in bytes(proof.address)
    assert LISTED.encode() == run(shell.vault.open(proof.address, "proof", shell.site, made.id))
