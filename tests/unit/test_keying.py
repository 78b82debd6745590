"""API keys: who makes them, and who is recognised by one (spec A2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exshare_core.accounts import Member
from exshare_core.api_keys import A_MINUTE, MOST_PER_MEMBER, ApiKey, KeyForm, Operation, operations_of, secret_of
from exshare_core.errors import InvalidValue, NotFound, Refused
from exshare_core.events import Kind
from exshare_core.guessing import FREE_UNKNOWN
from exshare_core.membership.keying import Keying, Recognised, TooMany
from exshare_core.values import ApiKeyId, IPAddress, Networks, Token, network_address
from tests.unit.office import ACME, BETA, DAY, MINUTE, Office, run

READ = frozenset({Operation.LINKS_READ})
HOME = network_address("192.0.2.7")
AWAY = network_address("198.51.100.1")


def keying(office: Office) -> Keying:
    """The use case over the office's ports."""
    return Keying(office.storage, office.clock, office.tokens, office.vault)


def make(office: Office, member: Member | None = None, **form: Any) -> tuple[ApiKey, str]:
    """A key of Ada, or of another member."""
    form = {"name": "our script", "operations": READ, **form}
    return run(keying(office).make(member or office.ada, ACME, KeyForm(**form)))


def come(office: Office, text: str, network: IPAddress | None = HOME) -> Recognised | TooMany | None:
    """A program comes with a key."""
    return run(keying(office).recognise(text, network))


def test_a_key_acts_as_its_member() -> None:
    """Whoever sends it is recognised as the member with the key's operations; its uses are counted."""
    office = Office()
    key, text = make(office)
    first, second = come(office, text), come(office, f"  {text} ")

    assert isinstance(first, Recognised)
    assert isinstance(second, Recognised)
    assert (office.ada, READ) == (first.member, first.key.operations)
    assert [A_MINUTE - 1, A_MINUTE - 2] == [first.left, second.left]
    assert 2 == run(keying(office).list(office.ada, ACME))[0].uses
    assert key.id == first.key.id


def test_the_text_of_a_key_rests_nowhere() -> None:
    """Only a digest is stored (spec A2); the key that is listed cannot give it either."""
    office = Office()
    key, text = make(office)
    secret = secret_of(text)

    assert secret is not None
    assert Token(text.removeprefix("exshare_")).digest == key.digest == secret.digest
    assert text.removeprefix("exshare_") not in repr(office.storage.state)


@pytest.mark.parametrize(
    ("form", "network", "at"),
    [
        ({"valid_from": DAY}, HOME, timedelta()),
        ({"valid_until": DAY}, HOME, DAY),
        ({"networks": Networks.parse(["192.0.2.0/24"])}, AWAY, timedelta()),
        ({"networks": Networks.parse(["192.0.2.0/24"])}, None, timedelta()),
        ({"networks": Networks()}, HOME, timedelta()),
    ],
)
def test_a_key_is_good_for_a_while_and_from_some_networks(form: dict[str, Any], network: Any, at: timedelta) -> None:
    """Before its beginning, at its end and from elsewhere it is nobody's, like one that never was."""
    office = Office()
    now = office.clock.now()
    given: dict[str, Any] = {name: now + one if isinstance(one, timedelta) else one for name, one in form.items()}
    _, text = make(office, **given)
    office.clock.forward(seconds=at.total_seconds())

    assert come(office, text, network) is None


def test_a_key_that_may_be_used_is() -> None:
    """Inside its span and networks it is good."""
    office = Office()
    now = office.clock.now()
    _, text = make(office, valid_from=now, valid_until=now + DAY, networks=Networks.parse(["192.0.2.0/24"]))

    assert isinstance(come(office, text), Recognised)


def test_a_revoked_key_is_worth_nothing() -> None:
    """From the moment on at which its member, or an admin, takes it back; that is logged once."""
    office = Office()
    (first, one), (second, two) = make(office), make(office)
    run(keying(office).revoke(office.ada, ACME, first.id))
    run(keying(office).revoke(office.ada, ACME, first.id))
    run(keying(office).revoke(office.boss, ACME, second.id))
    revoked = [one for one in office.storage.state.events.values() if one.kind is Kind.KEY_REVOKED]

    assert [None, None] == [come(office, text) for text in (one, two)]
    assert [office.ada.id, office.boss.id] == [one.member for one in revoked]


def test_a_key_dies_with_its_member() -> None:
    """Who is locked out cannot act through a program either."""
    office = Office()
    _, text = make(office)
    run(office.membership.disable(office.ada.id))

    assert come(office, text) is None


def test_nobody_revokes_the_keys_of_others() -> None:
    """For another member, and on another site, there is no such key."""
    office = Office()
    key, text = make(office)
    for member, site, id in ((office.bob, ACME, key.id), (office.boss, ACME, ApiKeyId("unknown"))):
        with pytest.raises(NotFound):
            run(keying(office).revoke(member, site, id))
    with pytest.raises(Refused):
        run(keying(office).revoke(office.ada, BETA, key.id))

    assert isinstance(come(office, text), Recognised)


def test_keys_are_made_on_ones_own_site_only() -> None:
    """A member of one site has no keys of another."""
    office = Office()
    with pytest.raises(Refused):
        run(keying(office).make(office.ada, BETA, KeyForm("x", READ)))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\x07"}, "name"),
        ({"operations": frozenset()}, "operations"),
        ({"valid_until": timedelta()}, "valid_until"),
        ({"valid_from": 2 * DAY, "valid_until": DAY}, "valid_until"),
    ],
)
def test_a_key_that_will_not_do_is_not_made(form: dict[str, Any], field: str) -> None:
    """What names nothing, allows nothing or is never good is refused by its field, and nothing is stored."""
    office = Office()
    now = office.clock.now()
    given: dict[str, Any] = {name: now + one if isinstance(one, timedelta) else one for name, one in form.items()}
    with pytest.raises(InvalidValue) as caught:
        make(office, **given)

    assert field == caught.value.field
    assert () == run(keying(office).list(office.ada, ACME))


def test_nobody_has_keys_without_number() -> None:
    """Fifty are enough; a revoked one makes way for another."""
    office = Office()
    made = [make(office)[0] for _ in range(MOST_PER_MEMBER)]
    with pytest.raises(Refused, match="50 keys"):
        make(office)
    run(keying(office).revoke(office.ada, ACME, made[0].id))

    assert make(office)[0].id not in {one.id for one in made}


def test_a_program_has_so_many_requests_a_minute() -> None:
    """The next one waits for the next minute; another key is not kept waiting."""
    office = Office()
    (_, text), (_, other) = make(office), make(office)
    for _ in range(A_MINUTE):
        come(office, text)
    late = come(office, text)

    assert isinstance(late, TooMany)
    assert timedelta() < late.wait <= MINUTE
    assert isinstance(come(office, other), Recognised)
    office.clock.forward(seconds=late.wait.total_seconds())
    assert isinstance(come(office, text), Recognised)


@pytest.mark.parametrize("text", ["", "exshare_", "exshare_" + "A" * 43, "A" * 43, "exshare_" + "ä" * 43])
def test_who_tries_many_keys_waits(text: str) -> None:
    """Keys that lead nowhere are counted by network, whatever they look like; a good one goes on working."""
    office = Office()
    _, good = make(office)
    for _ in range(FREE_UNKNOWN):
        assert come(office, text) is None
    waiting = come(office, text)

    assert isinstance(waiting, TooMany)
    assert isinstance(come(office, good), Recognised)
    assert come(office, text, AWAY) is None


def test_operations_are_known_by_their_words() -> None:
    """An unknown one is refused with those that there are."""
    assert READ == operations_of(["links:read"])
    with pytest.raises(InvalidValue, match="did you mean `links:read`"):
        operations_of(["link:read"])
