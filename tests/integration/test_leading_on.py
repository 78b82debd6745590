"""A link in a page that leads to a page of another share: who may enter there is asked at the click, and nothing told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attrs import evolve

from exshare_core.content import Draft
from exshare_core.errors import Busy, InvalidValues
from exshare_core.links import LinkState, lasting
from exshare_core.sharing import LinkForm
from exshare_core.testing import MemoryPage
from exshare_core.values import Networks, PageId, People
from tests.integration.members import NEW, Seat, another_member, words_of
from tests.integration.shell import BASE_URL, CHILD, ELSEWHERE, OWNER, PASSWORD, ROOT, SECRET, Made, Shell, run

OWN = {"origin": BASE_URL}
NOWHERE = PageId("4711")


@pytest.fixture
def shell() -> Shell:
    """A shell whose root links to a child, a page elsewhere, a restricted page and one that is not there."""
    shell = Shell()
    targets = (CHILD, ELSEWHERE, SECRET, NOWHERE)
    body = "".join(f'<p><a href="https://confluence.example/pages/{page}">words</a></p>' for page in targets)
    draft = Draft(ROOT, "", "", links=frozenset(targets))
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], body=body, draft=draft)
    return shell


def onward(made: Made, page: PageId) -> str:
    """The address of a page outside a share, within it."""
    return f"{made.path}/to/{page}"


def led(shell: Shell, address: str, **more: Any) -> tuple[int, str | None]:
    """What a new visitor is answered at an address, and where it leads."""
    answer = shell.client(**more).get(address)
    return answer.status_code, answer.headers.get("location")


def test_only_a_link_with_partners_leads_on(shell: Shell) -> None:
    """L10, V3: without partners the words stay alone; with them every page outside has an address of ours, there or not."""
    partner = shell.make_link(ELSEWHERE)
    alone, leading = shell.make_link(), shell.make_link(leads_to=(partner.id,))
    texts = [shell.client().get(made.path).text for made in (alone, leading)]

    assert [[], [CHILD, ELSEWHERE, SECRET, NOWHERE]] == [re.findall(r"/to/(\d+)", text) for text in texts]
    assert [4, 4] == [text.count("words") for text in texts]
    assert all(partner.token not in text and partner.id not in text for text in texts)


def test_who_may_enter_a_partner_is_led_to_the_page_there(shell: Shell) -> None:
    """L10: to the partner's own newest address, with its words; what the partner does not reach is nowhere."""
    partner = shell.make_link(ELSEWHERE, slug="elsewhere")
    made = shell.make_link(leads_to=(partner.id,))
    run(shell.sharing.rotate(None, partner.id))
    newest = str(run(shell.sharing.url(shell.record(partner)))).removeprefix(BASE_URL)

    assert (303, f"{newest}/p/{ELSEWHERE}") == led(shell, onward(made, ELSEWHERE))
    assert newest.startswith("/s/elsewhere-") and newest != partner.path
    assert [404, 404] == [led(shell, onward(made, page))[0] for page in (SECRET, NOWHERE)]


def test_a_page_of_the_share_itself_is_shown_there(shell: Shell) -> None:
    """L10: a page that has come into the share since is no page of another one."""
    made = shell.make_link(children=True, leads_to=(shell.make_link(CHILD).id,))

    assert (303, made.page(CHILD)) == led(shell, onward(made, CHILD))


def test_the_first_partner_that_reaches_the_page_is_taken(shell: Shell) -> None:
    """L10: in the order of their ids; one that cannot be entered is passed over."""
    partners = [shell.make_link(ELSEWHERE) for _ in range(3)]
    made = shell.make_link(leads_to=tuple(one.id for one in partners))
    first, second, _ = sorted(partners, key=lambda one: one.id)
    before = led(shell, onward(made, ELSEWHERE))
    run(shell.sharing.disable(None, first.id))

    assert (303, first.page(ELSEWHERE)) == before
    assert (303, second.page(ELSEWHERE)) == led(shell, onward(made, ELSEWHERE))


GATES: list[dict[str, Any]] = [
    {"password": PASSWORD},
    {"people": People.parse(["example.com"])},
    {"networks": Networks.parse(["198.51.100.0/24"])},
    {"max_opens": 1},
]


@pytest.mark.parametrize("gate", GATES, ids=[next(iter(gate)) for gate in GATES])
def test_who_may_not_enter_is_told_what_everybody_is_told(shell: Shell, gate: dict[str, Any]) -> None:
    """L10, G8: a closed partner, a page of no partner and a page that is not there answer with the same bytes."""
    made = shell.make_link(leads_to=(shell.make_link(ELSEWHERE, **gate).id,))
    shell.recorder.calls.clear()
    answers = [shell.client().get(onward(made, page)) for page in (ELSEWHERE, SECRET, NOWHERE)]
    absent = shell.client().get(made.page(NOWHERE))

    assert {(404, absent.content)} == {(answer.status_code, answer.content) for answer in answers}
    assert [dict(absent.headers)] * 3 == [dict(answer.headers) for answer in answers]


def test_every_page_costs_the_same_questions(shell: Shell) -> None:
    """G8: before a partner's gates nothing tells whether it has the page, not even the work that is done."""
    made = shell.make_link(leads_to=(shell.make_link(ELSEWHERE, password=PASSWORD).id,))
    costs = []
    for page in (ELSEWHERE, SECRET, NOWHERE):
        shell.recorder.calls.clear()
        shell.client().get(onward(made, page))
        costs.append(dict(shell.recorder.calls))

    assert [costs[0]] * 3 == costs


def test_a_proof_in_the_same_browser_opens_the_way(shell: Shell) -> None:
    """L10, G9: it is judged at the click by what this browser has proved to the partner, and ends with that."""
    partner = shell.make_link(ELSEWHERE, password=PASSWORD)
    made = shell.make_link(leads_to=(partner.id,))
    client = shell.client()
    before = client.get(onward(made, ELSEWHERE)).status_code
    client.post(partner.path, data={"password": PASSWORD}, headers=OWN)
    proved = client.get(onward(made, ELSEWHERE)).headers.get("location")
    shell.edit_link(partner, password="another sentence that nobody knows")

    assert (404, partner.page(ELSEWHERE), 404) == (before, proved, client.get(onward(made, ELSEWHERE)).status_code)


def test_a_way_on_uses_nothing_up_and_sets_no_cookie(shell: Shell) -> None:
    """L14: following a link is a GET: no open of the partner is spent, nothing is noted at it."""
    partner = shell.make_link(ELSEWHERE)
    made = shell.make_link(leads_to=(partner.id,))
    answer = shell.client().get(onward(made, ELSEWHERE))

    assert (0, [], None) == (shell.record(partner).opens, shell.events(partner), answer.headers.get("set-cookie"))


def test_the_gates_of_the_share_itself_come_first(shell: Shell) -> None:
    """G8: before the last gate a way on leads to the gate, and from a closed link nowhere."""
    made = shell.make_link(password=PASSWORD, leads_to=(shell.make_link(ELSEWHERE).id,))
    gated = led(shell, onward(made, ELSEWHERE))
    run(shell.sharing.delete(None, made.id))

    assert (303, made.path) == gated
    assert 404 == led(shell, onward(made, ELSEWHERE))[0]


def test_what_stops_a_partner_stops_the_way_to_it(shell: Shell) -> None:
    """L15, P7: a deleted partner, one whose root its owner has lost, and one in a space that is switched off."""
    partner = shell.make_link(ELSEWHERE)
    made = shell.make_link(leads_to=(partner.id,))
    shell.content.pages[ELSEWHERE] = evolve(shell.content.pages[ELSEWHERE], readers=frozenset())
    lost = led(shell, onward(made, ELSEWHERE))[0]
    shell.content.pages[ELSEWHERE] = evolve(shell.content.pages[ELSEWHERE], readers=None)
    shell.alter_link(partner, state=LinkState.DELETED)

    assert (404, 404) == (lost, led(shell, onward(made, ELSEWHERE))[0])


def test_a_busy_confluence_is_told_as_busy(shell: Shell) -> None:
    """L15: never as "not there"."""
    made = shell.make_link(leads_to=(shell.make_link(ELSEWHERE).id,))
    shell.content.failure = Busy("later")

    assert 503 == led(shell, onward(made, ELSEWHERE))[0]


@pytest.mark.parametrize("page", ["x", "1e3", "-1", "9" * 20, "%2e%2e"])
def test_what_is_no_page_is_nowhere(shell: Shell, page: str) -> None:
    """V1: addresses carry ids only."""
    made = shell.make_link(leads_to=(shell.make_link(ELSEWHERE).id,))

    assert 404 == led(shell, f"{made.path}/to/{page}")[0]


# --- whom a member may name --------------------------------------------------------------------------------------


def test_a_link_is_named_by_id_or_address_and_kept_by_id(shell: Shell) -> None:
    """L10: an address is never stored or shown in its place."""
    one, other = shell.make_link(ELSEWHERE), shell.make_link(CHILD)
    seat = Seat.of(shell)
    made = seat.submit(seat.new_form(ROOT), NEW, leads_to=f"{one.id}\r\n{BASE_URL}{other.path}")
    page = seat.get(made.headers["location"])
    (stored,) = [link for link in shell.storage.state.links.values() if link.wish.leads_to]

    assert {one.id, other.id} == stored.wish.leads_to
    assert other.token not in page.text
    assert one.id in words_of(page)


def test_nobody_names_a_link_that_they_cannot_see(shell: Shell) -> None:
    """R1, L18: a link of another member, one for a page they cannot read, and none at all are refused alike and unrepeated."""
    bob = another_member(shell)
    hers = shell.make_link(ELSEWHERE)
    told = [
        words_of(bob.submit(bob.new_form(ROOT), NEW, leads_to=text))
        for text in (hers.id, f"{BASE_URL}{hers.path}", "nothing")
    ]

    assert all("entry 1 is no link whose address you can see" in words for words in told)
    assert not any(link.wish.leads_to for link in shell.storage.state.links.values())


def test_an_address_in_a_refused_form_is_in_no_message(shell: Shell) -> None:
    """S1: a rule that is broken never repeats the secret part of an address."""
    stranger = "Z" * 43
    with pytest.raises(InvalidValues) as caught:
        shell.make_link(leads_to=(f"{BASE_URL}/s/{stranger}",))

    assert ["leads_to"] == [failure.field for failure in caught.value.failures]
    assert stranger not in str(caught.value)


def test_a_link_leads_not_to_itself_nor_to_more_than_twenty(shell: Shell) -> None:
    """L10, L13: both are refused at the field."""
    made = shell.make_link()
    for leads_to in ((made.id,), (made.id,) * 21):
        with pytest.raises(InvalidValues) as caught:
            run(shell.sharing.change(None, made.id, 1, LinkForm(leads_to=leads_to)))
        assert {"leads_to"} == {failure.field for failure in caught.value.failures}


def test_a_partner_that_was_named_before_is_kept_whoever_sees_it_now(shell: Shell) -> None:
    """P4: a change of the name costs no setting; nobody is asked about what stays."""
    hidden = PageId("70")
    shell.content.add(MemoryPage(hidden, "Plans", parent=PageId("1"), readers=frozenset({OWNER})))
    partner = shell.make_link(hidden, restricted_pages=True)
    made = shell.make_link(leads_to=(partner.id,))
    shell.content.pages[hidden] = evolve(shell.content.pages[hidden], readers=frozenset())
    shell.edit_link(made, leads_to=(partner.id,), name="kept")

    assert ("kept", {partner.id}) == (shell.link(made).name, set(shell.link(made).wish.leads_to))


def test_the_lasting_address_is_the_newest_that_goes_on(shell: Shell) -> None:
    """L2, L4: an address with an end is shown only where none goes on without one; one that has ended never."""
    made = shell.make_link()
    (first,) = shell.record(made).addresses
    now = shell.clock.now()
    dying = evolve(first, digest=b"2" * 32, valid_until=now.replace(year=now.year + 1))
    own = evolve(first, digest=b"3" * 32, recipient="ada@example.com")

    assert first == lasting([dying, own, first], now)
    assert dying == lasting([dying, own], now)
    assert lasting([own, first.revoked(now)], now) is None
