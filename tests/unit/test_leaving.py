"""What becomes of links when their owner leaves (spec L15)."""

from __future__ import annotations

import pytest
from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.errors import NotFound, Refused
from exshare_core.events import Kind
from exshare_core.governance import Leavers
from exshare_core.governing.leaving import Leaving, Settlement
from exshare_core.links import ShareLink
from exshare_core.ports import LinkRecord
from exshare_core.sharing.standing import standing
from exshare_core.values import MemberId
from tests.unit.office import ACME, ADA_ACCOUNT, BOB_ACCOUNT, CONNECTOR, Office, run


def leaving(office: Office) -> Leaving:
    """The use case over the office's ports."""
    return Leaving(ACME, office.storage, office.content.content(), office.clock)


def left(office: Office, member: Member | None = None) -> Settlement:
    """Somebody is locked out, and their links are settled."""
    member = member or office.ada
    run(office.membership.disable(member.id))
    return run(leaving(office).settle(member.id))


def owners(office: Office, *links: ShareLink) -> list[tuple[MemberId, str, bool]]:
    """Whose each link is, and whose access bounds it."""
    stored = [office.record(link).link for link in links]
    return [(one.owner, one.acts_as, one.service_identity) for one in stored]


def state(office: Office, record: LinkRecord) -> tuple[str, str]:
    """How a link stands, with the reason."""
    shown = standing(record, office.clock.now())
    return shown.state, shown.reason


def test_links_stop_with_their_owner_unless_a_site_has_chosen_otherwise() -> None:
    """The default: every link is suspended at once, nothing of it is changed, and it goes on when its owner is back."""
    office = Office()
    one, bobs = office.create().link, office.create(office.bob).link
    settlement = left(office)
    stopped = state(office, office.record(one))
    run(office.membership.enable(office.ada.id))

    assert Settlement(ACME, Leavers.STOP, (one.id,)) == settlement
    assert ("suspended", "its owner has left") == stopped
    assert [one, bobs] == [office.record(link).link for link in (one, bobs)]
    assert ["active", "active"] == [state(office, office.record(link))[0] for link in (one, bobs)]


def test_links_can_go_to_another_member() -> None:
    """Transfer: all of them, disabled ones too, get the new owner and what that member may read; each is logged."""
    office = Office()
    office.govern(leavers=Leavers.TRANSFER, heir=office.bob.id)
    first, second, deleted = (office.create().link for _ in range(3))
    run(office.sharing.disable(office.ada, second.id))
    run(office.sharing.delete(office.ada, deleted.id))
    before = office.record(deleted).link
    settlement = left(office)
    logged = [one for one in run(office.storage.activity.of_link(ACME, first.id)) if one.kind is Kind.LINK_HANDED_OVER]

    assert {first.id, second.id} == set(settlement.links)
    assert (Leavers.TRANSFER, office.bob.id) == (settlement.choice, settlement.heir and settlement.heir.id)
    assert [(office.bob.id, BOB_ACCOUNT, False)] * 2 == owners(office, first, second)
    assert before == office.record(deleted).link
    assert [("active", ""), ("disabled", "")] == [state(office, office.record(link)) for link in (first, second)]
    assert [office.bob.id] == [one.member for one in logged]


def test_links_can_go_on_under_the_service_identity() -> None:
    """Keep: the connector's own account bounds them from now on, which the link says of itself, under a new owner."""
    office = Office()
    office.govern(leavers=Leavers.KEEP, heir=office.boss.id)
    one = office.create().link
    left(office)

    assert [(office.boss.id, CONNECTOR, True)] == owners(office, one)
    assert one.security_version == office.record(one).link.security_version


def test_nothing_is_handed_over_while_the_owner_may_still_act() -> None:
    """Only who is locked out has left; an unknown member owns nothing that could be handed over."""
    office = Office()
    office.govern(leavers=Leavers.TRANSFER, heir=office.bob.id)
    one = office.create().link
    with pytest.raises(Refused, match="Ada has not left"):
        run(leaving(office).settle(office.ada.id))
    with pytest.raises(NotFound):
        run(leaving(office).settle(MemberId("nobody")))

    assert [(office.ada.id, ADA_ACCOUNT, False)] == owners(office, one)


@pytest.mark.parametrize("heir", ["gone", "without an identity", "elsewhere"])
def test_links_stay_stopped_when_nobody_can_take_them_over(heir: str) -> None:
    """A new owner who has left, belongs to another site or is tied to no identity gets nothing, and nobody else does."""
    office = Office()
    chosen = {
        "gone": lambda: run(office.membership.disable(office.bob.id)),
        "without an identity": lambda: office.member("Eve"),
        "elsewhere": lambda: office.member("Eve", site="beta"),
    }[heir]()
    office.govern(leavers=Leavers.TRANSFER, heir=chosen.id)
    one = office.create().link
    with pytest.raises(Refused):
        left(office)

    assert [(office.ada.id, ADA_ACCOUNT, False)] == owners(office, one)
    assert ("suspended", "its owner has left") == state(office, office.record(one))


def test_settling_again_finds_nothing_to_do() -> None:
    """What was handed over is the new owner's own, whatever is settled of the leaver later."""
    office = Office()
    office.govern(leavers=Leavers.TRANSFER, heir=office.bob.id)
    one = office.create().link
    left(office)
    again = run(leaving(office).settle(office.ada.id))

    assert () == again.links
    assert [(office.bob.id, BOB_ACCOUNT, False)] == owners(office, one)


def test_an_edit_at_the_same_moment_is_not_lost() -> None:
    """A link that an admin changes while it is handed over keeps the change and gets the new owner."""
    office = Office()
    office.govern(leavers=Leavers.TRANSFER, heir=office.bob.id)
    one = office.create().link
    stale = evolve(one)
    office.alter(one, name="changed meanwhile")
    run(office.membership.disable(office.ada.id))
    run(leaving(office)._hand_over(stale, office.bob, BOB_ACCOUNT, service=False))
    now = office.record(one).link

    assert ("changed meanwhile", office.bob.id) == (now.name, now.owner)
