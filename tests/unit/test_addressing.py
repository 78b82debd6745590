"""Addresses of people's own at one share: made all or none, sent each to its own, withdrawn one by one (spec M5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from exshare_core.errors import InvalidValue, InvalidValues, NotFound, Refused
from exshare_core.events import Kind
from exshare_core.links import ShareLink
from exshare_core.schemes import Granted, Grantees, Scheme
from exshare_core.sharing import MAX_PERSONAL, Personal
from exshare_core.values import Address, LinkId, People
from tests.unit.office import Office, run

EVE, MAX, ZOE = (Address.parse(f"{name}@example.com") for name in ("eve", "max", "zoe"))


def added(office: Office, link: LinkId, *recipients: Address, **more: Any) -> Sequence[tuple[Personal, str]]:
    """Addresses that Ada makes."""
    return run(office.sharing.add_personal(office.ada, link, recipients, **more))


def test_each_gets_an_address_of_their_own() -> None:
    """Every recipient gets another address, all of which lead to the link beside the one it has; none proves anything."""
    office = Office()
    shown = office.create()
    made = added(office, shown.link.id, EVE, MAX)
    urls = [url for _, url in made]

    assert [EVE, MAX] == [one.recipient for one, _ in made]
    assert 2 == len({*urls, run(office.sharing.reveal(office.ada, shown.link.id))} - {None}) - 1
    assert all(map(office.leads_to_it, urls))
    assert shown.link.security_version == office.record(shown.link).link.security_version
    assert [EVE, MAX] == sorted(
        (one.recipient for one in run(office.sharing.personal(office.ada, shown.link.id)) if one.recipient), key=str
    )


def test_whose_an_address_is_rests_sealed() -> None:
    """No mailbox rests in clear in what is stored of an address, nor in what is written down of it."""
    office = Office()
    link = office.create().link
    added(office, link.id, EVE)
    stored = [one for one in office.record(link).addresses if one.recipient]

    assert [False] == ["eve" in (one.recipient or "") for one in stored]
    assert [stored[0].id] == [event.detail for event in office.events() if event.kind is Kind.ADDRESS_ADDED]
    assert not any("eve" in str(event) for event in office.events())


@pytest.mark.parametrize("fault", ["outside", "twice", "none", "many", "past"])
def test_all_are_made_or_none(fault: str) -> None:
    """Whoever the link would not let in, has an address already, or is one too many, stops all of them."""
    office = Office()
    link = office.create(people=People.parse(["example.com"])).link
    recipients: Sequence[Address] = (EVE, MAX)
    more: dict[str, Any] = {}
    if fault == "outside":
        recipients = (EVE, Address.parse("mallory@example.net"), MAX)
    elif fault == "twice":
        added(office, link.id, MAX)
    elif fault == "none":
        recipients = ()
    elif fault == "many":
        recipients = [Address.parse(f"n{number}@example.com") for number in range(51)]
    else:
        more = {"valid_until": office.clock.now()}
    before = office.record(link)

    with pytest.raises((InvalidValue, InvalidValues)):
        added(office, link.id, *recipients, **more)

    assert before == office.record(link)


def test_one_is_withdrawn_and_the_others_go_on() -> None:
    """A withdrawn address leads nowhere at once, to be given anew only as another; withdrawing twice changes nothing."""
    office = Office()
    link = office.create().link
    (eve, eve_url), (_, max_url) = added(office, link.id, EVE, MAX)
    gone = run(office.sharing.revoke_personal(office.ada, link.id, eve.id))
    again = run(office.sharing.revoke_personal(office.ada, link.id, eve.id))
    ((_, another),) = added(office, link.id, EVE)

    assert (False, EVE) == (gone.lives, gone.recipient)
    assert gone.address == again.address
    assert [False, True, True] == [office.leads_to_it(url) for url in (eve_url, max_url, another)]
    assert 1 == [event.kind for event in office.events()].count(Kind.ADDRESS_REVOKED)


def test_an_address_ends_when_it_was_said_to() -> None:
    """An address with an end leads nowhere from that very instant on."""
    office = Office()
    link = office.create().link
    end = office.clock.now() + timedelta(hours=1)
    ((_, url),) = added(office, link.id, EVE, valid_until=end)
    before = office.leads_to_it(url)
    office.clock.set(end)

    assert (True, False) == (before, office.leads_to_it(url))


def test_each_letter_holds_its_own_address() -> None:
    """Sending makes an address for who has none and uses the one that somebody has; no letter holds another's."""
    office = Office()
    link = office.create().link
    ((_, eve_url),) = added(office, link.id, EVE)
    number = run(office.sharing.send_personal(office.ada, link.id, [EVE, MAX], "Here it is."))
    sent = {str(letter.recipient): letter.text for letter in office.letters()}
    urls = {
        str(one.recipient): run(office.sharing.reveal_personal(office.ada, link.id, one.id))[1]
        for one in run(office.sharing.personal(office.ada, link.id))
    }

    assert 2 == number == len(sent)
    assert eve_url == urls[str(EVE)]
    for whose, url in urls.items():
        assert [whose] == [one for one, text in sent.items() if url in text]


def test_rights_and_read_access_are_asked() -> None:
    """Adding and sending new ones need the right to edit; withdrawing needs no read access; a stranger sees nothing."""
    office = Office()
    link = office.create().link
    ((eve, _),) = added(office, link.id, EVE)
    acts = (
        lambda: office.sharing.personal(office.bob, link.id),
        lambda: office.sharing.add_personal(office.bob, link.id, [MAX]),
        lambda: office.sharing.send_personal(office.bob, link.id, [MAX]),
        lambda: office.sharing.revoke_personal(office.bob, link.id, eve.id),
        lambda: office.sharing.reveal_personal(office.bob, link.id, eve.id),
        lambda: office.sharing.revoke_personal(office.ada, link.id, "0" * 16),
    )
    for act in acts:
        with pytest.raises(NotFound):
            run(act())
    office.content.accounts.clear()
    with pytest.raises((Refused, InvalidValue)):
        added(office, link.id, MAX)

    assert not run(office.sharing.revoke_personal(office.ada, link.id, eve.id)).lives


def test_sending_alone_gives_nobody_a_new_address() -> None:
    """Who may send and not edit can send the addresses that there are, and no new ones."""
    office = Office()
    everyone, nobody = Grantees(everyone=True), Grantees()
    grants = {
        granted: nobody if granted in (Granted.EDIT_OWN, Granted.EDIT_OTHERS) else everyone for granted in Granted
    }
    link = office.create().link
    added(office, link.id, EVE)
    office.govern(scheme=Scheme(grants))

    assert 1 == run(office.sharing.send_personal(office.ada, link.id, [EVE]))
    with pytest.raises(Refused):
        run(office.sharing.send_personal(office.ada, link.id, [EVE, MAX]))


def test_a_link_has_so_many_and_no_more() -> None:
    """The number of living addresses of people's own is bounded; withdrawn ones make room."""
    office = Office()
    link = office.create().link
    for start in range(0, MAX_PERSONAL, 50):
        added(office, link.id, *(Address.parse(f"n{start + number}@example.com") for number in range(50)))
    with pytest.raises(InvalidValue):
        added(office, link.id, ZOE)
    first = run(office.sharing.personal(office.ada, link.id))[0]
    run(office.sharing.revoke_personal(office.ada, link.id, first.id))

    assert 1 == len(added(office, link.id, ZOE))


def test_a_link_is_switched_on_under_a_new_address_alone() -> None:
    """Switching on anew is one act: the link is on, the old addresses, personal ones too, stay dead (spec L4)."""
    office = Office()
    link: ShareLink = office.create().link
    old = run(office.sharing.reveal(office.ada, link.id))
    ((_, eve_url),) = added(office, link.id, EVE)
    run(office.sharing.disable(office.ada, link.id))
    shown, url = run(office.sharing.enable_anew(office.ada, link.id))

    assert old is not None
    assert "active" == shown.state
    assert [True, False, False] == [office.leads_to_it(one) for one in (url, old, eve_url)]
    assert link.security_version < shown.link.security_version
