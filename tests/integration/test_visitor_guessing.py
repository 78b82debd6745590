"""Guess protection (spec G7): a guesser waits, and nobody can close a link to others by guessing at it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from exshare_core.events import Kind
from exshare_core.values import Address, People, network_address
from tests.integration.members import Seat, forms_of
from tests.integration.shell import PASSWORD, ROOT, SITE, UNKNOWN_TOKEN, Made, Shell, run
from tests.integration.test_visitor_codes import ask, bring, latest_code
from tests.integration.test_visitor_gates import enter, gate, kinds


def guess(shell: Shell, made: Made, network: str, times: int) -> list[int]:
    """The statuses of wrong passwords from one network, each from a fresh browser."""
    return [enter(shell.client(network), made, password="wrong") for _ in range(times)]


def retry_after(shell: Shell, made: Made, network: str) -> str | None:
    """How long a right password would have to wait."""
    answer = shell.client(network).post(made.path, data={"password": PASSWORD})
    return answer.headers.get("retry-after") if answer.status_code == 429 else None


def test_waits_of_a_network_double_up_to_an_hour() -> None:
    """After five wrong proofs each costs twice the wait of the one before, from a minute to an hour."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    guess(shell, made, "192.0.2.7", 5)
    waits = []
    for _ in range(8):
        waited = retry_after(shell, made, "192.0.2.7")
        waits.append(waited)
        shell.clock.forward(seconds=float(waited or 0))
        guess(shell, made, "192.0.2.7", 1)

    assert ["60", "120", "240", "480", "960", "1920", "3600", "3600"] == waits


def test_too_many_tries_are_refused_before_they_are_looked_at() -> None:
    """Within the wait the right password is not verified: 429 with a hint, no cookie, and one word in the activity."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    guess(shell, made, "192.0.2.7", 5)
    answer = shell.client().post(made.path, data={"password": PASSWORD})

    assert (429, "60", False) == (answer.status_code, answer.headers["retry-after"], "set-cookie" in answer.headers)
    assert ["wrong password"] * 5 + ["too many tries"] == kinds(shell, made)


def test_another_network_does_not_wait() -> None:
    """One network's guesses keep no other network waiting until there are many."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    guess(shell, made, "192.0.2.7", 6)

    assert (None, "60") == (retry_after(shell, made, "198.51.100.1"), retry_after(shell, made, "192.0.2.7"))


def test_one_ipv6_subscriber_is_one_network() -> None:
    """Guesses from ever new addresses of one /64 count together; the next /64 is another network."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    for number in range(5):
        guess(shell, made, f"2001:db8::{number:x}:1", 1)

    assert ("60", None) == (retry_after(shell, made, "2001:db8::ffff"), retry_after(shell, made, "2001:db8:0:1::1"))


def test_one_ipv6_subscriber_is_one_network_to_members_as_well() -> None:
    """Guesses at a member's password from ever new addresses of one /64 count together."""
    shell = Shell()
    waits = [
        run(
            shell.services.membership.sign_in(shell.site, "ada", "wrong", network_address(f"2001:db8::{number}:1"))
        ).wait
        for number in range(6)
    ]

    assert [timedelta()] * 5 + [timedelta(minutes=1)] == waits


def test_a_mapped_address_is_the_address_in_it() -> None:
    """An IPv4 address written as IPv6 counts as itself."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    guess(shell, made, "::ffff:192.0.2.7", 5)

    assert "60" == retry_after(shell, made, "192.0.2.7")


def test_a_guessed_at_link_keeps_strangers_waiting_for_half_a_minute_at_most() -> None:
    """However many networks guess, a stranger waits 30 seconds at most: the link cannot be killed."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    for number in range(50):
        guess(shell, made, f"203.0.113.{number}", 1)
    first = retry_after(shell, made, "198.51.100.1")
    for number in range(12):
        shell.clock.forward(seconds=30)
        guess(shell, made, f"198.51.100.{number + 10}", 1)

    assert ("1", "30") == (first, retry_after(shell, made, "198.51.100.1"))


def test_a_browser_with_a_proof_does_not_wait_for_others() -> None:
    """Who has proved something at this link before is not kept waiting by guesses from elsewhere."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    known = shell.client("198.51.100.1")
    enter(known, made, password=PASSWORD)
    shell.edit_link(made, password="a sentence that is new here")
    for number in range(60):
        guess(shell, made, f"203.0.113.{number}", 1)

    assert 429 == enter(shell.client("198.51.100.1"), made, password="a sentence that is new here")
    assert 303 == enter(known, made, password="a sentence that is new here")


def test_right_passwords_keep_nobody_waiting() -> None:
    """A link that a hundred people open is not slower for the next one."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)

    assert {303} == {enter(shell.client(f"203.0.113.{number}"), made, password=PASSWORD) for number in range(100)}


def test_one_gate_has_one_counter_and_each_gate_its_own() -> None:
    """Wrong codes do not use up the tries of the password, nor does a right code give them back."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, people=People.parse(["ada@example.com"]))
    client = shell.client()
    ask(client, made)
    bring(client, made, latest_code(shell))
    guess_there = [client.post(made.path, data={"password": "wrong"}).status_code for _ in range(5)]
    other = shell.client()
    ask(other, made)
    right_code = bring(other, made, latest_code(shell)).status_code

    assert [403] * 5 == guess_there
    assert 303 == right_code
    assert 429 == enter(other, made, password=PASSWORD)


def test_parallel_guesses_all_count() -> None:
    """A guess is counted before it is verified, so that a thousand at once are a thousand (spec G7)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    shell.recorder.calls.clear()
    guess(shell, made, "192.0.2.7", 1)

    order = list(shell.recorder.calls)
    assert order.index("guesses.wrong") < order.index("activity.append")


def test_counters_are_forgotten_after_a_day() -> None:
    """A network that guessed nothing for 24 hours starts again."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    guess(shell, made, "192.0.2.7", 5)
    shell.clock.forward(hours=24)

    assert None is retry_after(shell, made, "192.0.2.7")


# --- addresses that lead nowhere -------------------------------------------------------------------------------------


def unknown(number: int) -> str:
    """A token that nobody was ever given."""
    return f"/s/{number:043d}"


@pytest.mark.parametrize("below", ["", "/p/10", "/a/att500"])
def test_addresses_that_lead_nowhere_are_counted_per_network(below: str) -> None:
    """Thirty are answered 404, then the network waits: at each address of a link, by each method (spec G7, B61)."""
    shell = Shell()
    client = shell.client()
    statuses = [client.get(unknown(number) + below).status_code for number in range(31)]
    headed = client.head(unknown(1) + below).status_code
    elsewhere = shell.client("198.51.100.1").get(unknown(1) + below).status_code

    assert [404] * 30 + [429] == statuses
    assert (429, 404) == (headed, elsewhere)
    assert "2" == client.get(unknown(1) + below).headers["retry-after"]


def test_a_living_link_opens_for_a_network_that_guesses() -> None:
    """Whoever guesses behind the same address, links that are there go on opening, gates included."""
    shell = Shell()
    made, gated = shell.make_link(), shell.make_link(password=PASSWORD)
    client = shell.client()
    for number in range(101):
        client.get(unknown(number))

    assert 429 == client.get(unknown(1)).status_code
    assert ("page", "password") == (gate(client.get(made.path).text), gate(client.get(gated.path).text))
    assert 303 == enter(client, gated, password=PASSWORD)


def test_a_dead_link_and_an_unknown_token_wait_alike() -> None:
    """After too many, a deleted link is answered 429 like a token that never was: the wait is no oracle either."""
    shell = Shell()
    made = shell.make_link()
    run(shell.sharing.delete(None, made.id))
    client = shell.client()
    before = [client.get(path).content for path in (made.path, f"/s/{UNKNOWN_TOKEN}")]
    for number in range(100):
        client.get(unknown(number))
    shell.recorder.calls.clear()
    answers = [client.get(made.path), client.post(made.path), client.get(made.page(ROOT))]
    costs = dict(shell.recorder.calls)
    lost = [client.get(f"/s/{UNKNOWN_TOKEN}"), client.get("/s/short")]

    assert before[0] == before[1]
    assert {(429, answers[0].content)} == {(one.status_code, one.content) for one in [*answers, *lost]}
    assert {"links.find": 3, "guesses.tally": 3} == costs


def test_unknown_tokens_leave_no_trace_of_the_visitor() -> None:
    """The count is kept under a keyed digest: neither network nor token can be read where it rests (spec S1)."""
    shell = Shell()
    shell.client("192.0.2.7").get(f"/s/{UNKNOWN_TOKEN}")

    assert "192.0.2.7" not in repr(shell.storage.state.tallies)
    assert 1 == len(shell.storage.state.tallies)


# --- the owner is told -----------------------------------------------------------------------------------------------


def noticed(shell: Shell, made: Made) -> list[str]:
    """What was written down of bursts at a link."""
    events = run(shell.storage.activity.of_link(shell.site, made.id, 10_000))
    return [event.detail for event in reversed(events) if event.kind is Kind.GUESSING]


def burst(shell: Shell, made: Made, network: str = "192.0.2.7") -> None:
    """Ten wrong passwords from one network as soon as each may be tried, and one more that is refused."""
    for number in range(10):
        guess(shell, made, network, 1)
        shell.clock.forward(seconds=0 if number < 4 else float(retry_after(shell, made, network) or 0))
    shell.clock.forward(seconds=-1)
    guess(shell, made, network, 1)


def told(shell: Shell) -> list[tuple[str, str]]:
    """The letters that were sent: to whom, and about what."""
    shell.send_letters()
    return [(str(letter.recipient), letter.subject) for letter in shell.mailer.sent]


SUBJECT = "Somebody is guessing at one of your links"


def test_the_owner_is_told_of_a_burst() -> None:
    """After ten wrong passwords in a row and a refused one the owner gets a letter, with the link's name and id (G7)."""
    shell = Shell()
    run(shell.services.membership.send_notices(shell.owner.id, Address.parse("ada@example.com")))
    made = shell.make_link(password=PASSWORD, name="Offer <b>")
    burst(shell, made)

    assert [("ada@example.com", SUBJECT)] == told(shell)
    assert f"to your link Offer <b> ({made.id})" in shell.mailer.sent[0].text.replace("\n", " ")
    assert "<b>" not in shell.mailer.sent[0].html
    assert ["10 in a row; owner told by mail"] == noticed(shell, made)


def test_the_owner_is_told_in_the_language_of_the_site() -> None:
    """V8: members have said no language; a link without a name goes by its id."""
    shell = Shell()
    shell.use(evolve(shell.services.visiting, language_of={shell.site: "de"}.__getitem__))
    run(shell.services.membership.send_notices(shell.owner.id, Address.parse("ada@example.com")))
    made = shell.make_link(password=PASSWORD)
    burst(shell, made)

    assert [("ada@example.com", "Jemand versucht, einen Ihrer Links zu erraten")] == told(shell)
    assert f"An Ihrem Link {made.id} wurden" in shell.mailer.sent[0].text


def test_the_owner_is_told_once_a_day() -> None:
    """However long somebody goes on, and from however many networks, there is one letter a day for each link."""
    shell = Shell()
    run(shell.services.membership.send_notices(shell.owner.id, Address.parse("ada@example.com")))
    made, other = shell.make_link(password=PASSWORD), shell.make_link(password=PASSWORD)
    for network in ("192.0.2.7", "198.51.100.1", "203.0.113.9"):
        burst(shell, made, network)
    first = len(told(shell))
    burst(shell, other)
    second = len(told(shell))
    shell.clock.forward(hours=24)
    burst(shell, made)

    assert (1, 2, 3) == (first, second, len(told(shell)))


def test_an_owner_without_an_address_sees_it_beside_the_link() -> None:
    """There is no letter then, and the activity says why; the link and the list of links say when."""
    shell = Shell()
    made, quiet = shell.make_link(password=PASSWORD), shell.make_link(password=PASSWORD)
    burst(shell, made)
    at = run(shell.sharing.guessed_at([made.id, quiet.id]))
    shell.clock.forward(hours=24)

    assert [] == told(shell)
    assert ["10 in a row; no address to tell the owner"] == noticed(shell, made)
    assert [made.id] == [*at]
    assert {} == run(shell.sharing.guessed_at([made.id, quiet.id]))


def test_mistypes_are_no_burst() -> None:
    """Nobody is told of a few wrong passwords, nor of many before which somebody was right."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    for _ in range(3):
        guess(shell, made, "192.0.2.7", 5)
        assert 429 == enter(shell.client(), made, password="wrong")
        shell.clock.forward(minutes=1)
        assert 303 == enter(shell.client(), made, password=PASSWORD)

    assert [] == noticed(shell, made)


def test_a_burst_of_codes_is_told_as_well() -> None:
    """Wrong codes are guesses like wrong passwords; codes that are only asked for are none."""
    shell = Shell()
    made = shell.make_link(people=People.parse(["ada@example.com"]))
    for number in range(25):
        ask(shell.client(f"203.0.113.{number}"), made, f"a{number}@example.com")
    asked = noticed(shell, made)
    for number in range(51):
        bring(shell.client(f"198.51.100.{number}"), made, "00000000")

    assert [] == asked
    assert ["50 in a row; no address to tell the owner"] == noticed(shell, made)


def test_members_see_which_of_their_links_are_guessed_at() -> None:
    """The list marks the link, and its page says what happened and what may be done; a day later neither does."""
    shell = Shell()
    made, quiet = shell.make_link(password=PASSWORD), shell.make_link(password=PASSWORD)
    burst(shell, made)

    def said() -> list[int]:
        seat = Seat.of(shell)
        pages = [seat.get(f"/manage/{SITE}/links{below}").text for below in ("", f"/{made.id}", f"/{quiet.id}")]
        return [page.count("guessed at since") + page.count("Somebody brought many wrong") for page in pages]

    first = said()
    shell.clock.forward(hours=24)

    assert ([1, 1, 0], [0, 0, 0]) == (first, said())


def test_members_say_where_their_notices_go() -> None:
    """The account's page takes an address and gives it up again; what is none is said so, and kept in the field."""
    shell = Shell()
    seat = Seat.of(shell)
    page, action = f"/manage/{SITE}/account", f"/manage/{SITE}/account/notices"
    saved = seat.submit(seat.get(page), action, address=" Ada@Example.com ")
    first = run(shell.storage.members.get(shell.owner.id))
    refused = seat.submit(seat.get(page), action, address="ada@<b>")
    emptied = seat.submit(seat.get(page), action, address="")
    last = run(shell.storage.members.get(shell.owner.id))
    assert first is not None
    assert last is not None

    assert (303, f"{page}?notices") == (saved.status_code, saved.headers["location"])
    assert "Your notices go where you said." in seat.get(f"{page}?notices").text
    assert (Address.parse("Ada@example.com"), None) == (first.address, last.address)
    assert (400, ["ada@<b>"]) == (refused.status_code, forms_of(refused)[action]["address"])
    assert 303 == emptied.status_code
