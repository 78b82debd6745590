"""Members make, change, send, switch, rotate and delete links: all or nothing, by right, and on the record."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.capabilities import Capabilities
from exshare_core.errors import (
    Broken,
    Busy,
    ExshareError,
    InvalidValue,
    InvalidValues,
    NotFound,
    Refused,
    StaleLink,
)
from exshare_core.events import Actor, Kind
from exshare_core.governance import SpaceRules
from exshare_core.links import LinkState
from exshare_core.schemes import EVERYONE, WITHOUT, Granted, Grantees, Scheme
from exshare_core.sharing import MAX_RECIPIENTS, LinkForm
from exshare_core.testing.samples import NOW, after
from exshare_core.values import Address, LinkId, Networks, PageId, People, Sealed, SpaceKey, Token
from tests.unit.office import (
    ACME,
    ADA_ACCOUNT,
    BOARD,
    BOSS_ACCOUNT,
    CONNECTOR,
    DAY,
    GONE,
    GUIDE,
    MINUTE,
    PASSWORD,
    PLAN,
    SECRET,
    Office,
    run,
)

TEAM, OTHER_SPACE = SpaceKey("TEAM"), SpaceKey("OTHER")
"""The space of every page here, and one that has none."""


@pytest.fixture
def office() -> Office:
    """A site with Ada, Bob and an admin."""
    return Office()


# --- creation --------------------------------------------------------------------------------------------------


def test_a_link_is_made_with_what_was_asked_for_and_nothing_else(office: Office) -> None:
    """L5, B10: a form that names nothing makes a link that shows the page and no more, open to who has the address."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    link = shown.link

    assert ("active", GUIDE, office.ada.id, ADA_ACCOUNT) == (shown.state, link.scope.root, link.owner, link.acts_as)
    assert (Capabilities(), None, None, False) == (
        link.wish.capabilities,
        link.wish.people,
        link.wish.password_hash,
        link.scope.children,
    )
    assert office.leads_to_it(url)


def test_only_a_digest_of_the_token_rests_in_clear(office: Office) -> None:
    """L2: what is stored of an address is its digest and a sealed value that does not hold the token."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    token = url.rsplit("/", 1)[-1]
    (address,) = office.record(shown.link).addresses
    parsed = Token.parse(token)

    assert parsed is not None
    assert parsed.digest == address.digest
    assert address.sealed is not None
    assert address.sealed.find(token.encode()) < 0
    assert token not in repr(office.storage.state)


def test_the_page_may_be_named_by_its_address(office: Office) -> None:
    """Section 8: an address of the site names the page as well as its id does."""
    assert PLAN == office.create(page=f" https://confluence.example/pages/{PLAN} ").link.scope.root


REFUSED_FORMS = [
    ("G1 a short password", {"password": "short one"}, {}, ["password"]),
    ("G1 a common password", {"password": "correcthorsebatterystaple"}, {}, ["password"]),
    ("G1 eight characters as the only gate", {"password": "eight ch"}, {}, ["password"]),
    (
        "G1 a list of every network is no gate",
        {"password": "eight ch", "networks": Networks.parse(["0.0.0.0/0", "::/0"])},
        {},
        ["password"],
    ),
    ("G1 the link's own name", {"name": "Release plan", "password": "Release-Plan-2026"}, {}, ["password"]),
    ("G1 the site's name", {"password": "acme-2026-acme!"}, {}, ["password"]),
    ("L13 a password to keep where there is none", {"keep_password": True}, {}, ["password"]),
    ("L14 an end that has passed", {"expires_at": NOW}, {}, ["expires"]),
    ("L14 an end before the start", {"starts_at": after(days=2), "expires_at": after(days=1)}, {}, ["expires"]),
    ("L14 no opens at all", {"max_opens": 0}, {}, ["max_opens"]),
    ("a name with a line break", {"name": "a\nb"}, {}, ["name"]),
    (
        "P5 files are locked",
        {"allow": Capabilities((("attachments", 1),))},
        {"capabilities": {"attachments": 0}},
        ["allow"],
    ),
    ("P5 child pages are locked", {"children": True}, {"children": False}, ["children"]),
    ("P5 restricted pages are locked", {"restricted_pages": True}, {"restricted_pages": False}, ["restricted_pages"]),
    ("P5 longer than the longest life", {"expires_at": after(days=9)}, {"lifetime": 8 * DAY}, ["expires"]),
    ("P5 more opens than allowed", {"max_opens": 11}, {"opens": 10}, ["max_opens"]),
    ("P5 a longer password is demanded", {"password": PASSWORD}, {"password_length": 20}, ["password"]),
    ("B11 a password is demanded", {}, {"password_demanded": True}, ["password"]),
    ("P3 an expiry is demanded", {}, {"expiry_demanded": True}, ["expires"]),
    ("P3 people are demanded", {}, {"people_demanded": True}, ["people"]),
    (
        "everything at once",
        {"name": "\x00", "password": "short", "expires_at": NOW, "max_opens": -1, "children": True},
        {"children": False, "people_demanded": True},
        ["name", "password", "expires", "max_opens", "children", "people"],
    ),
]


@pytest.mark.parametrize(("requirement", "form", "limits", "fields"), REFUSED_FORMS)
def test_a_refused_form_leaves_no_link_behind(
    office: Office, requirement: str, form: dict[str, Any], limits: dict[str, Any], fields: list[str]
) -> None:
    """L13, incident 12: each broken rule is named by its field, and neither link, address nor event is stored."""
    office.limit(**limits)

    with pytest.raises(InvalidValues) as caught:
        office.create(**form)

    assert fields == [failure.field for failure in caught.value.failures], requirement
    assert office.nothing_was_stored()


def test_what_could_not_be_read_is_named_with_the_rest(office: Office) -> None:
    """L13: an unreadable field is refused, not taken as empty, and nothing misleading is said of its emptiness."""
    office.limit(expiry_demanded=True)
    form: dict[str, Any] = {"unread": (InvalidValue("expires", "write a date"),), "password": "short"}

    with pytest.raises(InvalidValues) as caught:
        office.create(**form)

    assert [("expires", "write a date"), ("password", "at least 15 characters")] == [
        (failure.field, failure.rule) for failure in caught.value.failures
    ]
    assert office.nothing_was_stored()


def test_a_locked_option_is_refused_with_the_name_of_its_layer(office: Office) -> None:
    """P5: whoever locked it is named, as the form names them."""
    office.limit("space TEAM", children=False)

    with pytest.raises(InvalidValues, match=r"children: child pages are not allowed \(set by space TEAM\)"):
        office.create(children=True)


def test_a_longer_password_is_demanded_in_its_layers_name(office: Office) -> None:
    """G1, P5: the rule of the service and the rule of the layer are told apart, and both are named when broken."""
    office.limit(password_length=20)

    with pytest.raises(InvalidValues) as caught:
        office.create(password="too short")

    assert ["at least 15 characters", "at least 20 characters (set by site)"] == [
        failure.said for failure in caught.value.failures
    ]


def test_admins_obey_policy(office: Office) -> None:
    """R3, B15: the rules that bind members bind admins."""
    office.limit(password_demanded=True)

    with pytest.raises(InvalidValues, match="a password is demanded"):
        office.create(office.boss)


def test_eight_characters_do_beside_another_gate(office: Office) -> None:
    """G1: 15 characters where the password is the only gate, 8 beside a list of people or networks."""
    people = office.create(password="eight ch", people=People.parse(["example.com"]))
    networks = office.create(password="eight ch", networks=Networks.parse(["192.0.2.0/24"]))

    assert ("active", "active") == (people.state, networks.state)


def test_a_page_that_the_owner_cannot_read_is_like_none(office: Office) -> None:
    """R5: what Confluence hides from the owner is not there, so that nobody learns of pages by their ids."""
    with pytest.raises(InvalidValue) as hidden:
        office.create(office.bob, SECRET)
    with pytest.raises(InvalidValue) as gone:
        office.create(office.bob, GONE)

    assert str(gone.value).replace(GONE, "…") == str(hidden.value).replace(SECRET, "…")
    assert office.nothing_was_stored()


def test_an_unanswered_question_of_rights_makes_no_link(office: Office) -> None:
    """R5, L15: the right is checked at the moment; unknown is neither yes nor no."""
    office.content.access_unknown = True

    with pytest.raises(Busy):
        office.create()
    assert office.nothing_was_stored()


def test_the_connector_cannot_read_for_the_owner(office: Office) -> None:
    """R5: the owner's own right counts, even for a page that the connector reads."""
    office.content.accounts.discard(ADA_ACCOUNT)

    with pytest.raises(InvalidValue, match="there is no page"):
        office.create()


def test_a_foreign_address_names_no_page(office: Office) -> None:
    """An address of another host is refused by name and never fetched."""
    with pytest.raises(InvalidValue, match="neither a page id nor an address of this site"):
        office.create(page="https://elsewhere.example/pages/100")


def test_a_whiteboard_cannot_be_shared(office: Office) -> None:
    """V4: what cannot be opened as a page cannot be the root of a link."""
    with pytest.raises(InvalidValue, match="cannot be shared"):
        office.create(page=BOARD)


def test_a_restricted_root_asks_for_the_choice(office: Office) -> None:
    """L6: a restriction on the root must be chosen knowingly at creation; then the owner's right is enough."""
    with pytest.raises(InvalidValue) as caught:
        office.create(page=SECRET)

    assert "restricted_pages" == caught.value.field
    assert office.nothing_was_stored()
    assert "active" == office.create(page=SECRET, restricted_pages=True).state


def test_a_forbidden_label_refuses_with_its_layer(office: Office) -> None:
    """P2: a layer can forbid pages by label; the member is told which and by whom."""
    office.content.pages[GUIDE] = evolve(office.content.pages[GUIDE], labels=frozenset({"internal"}))
    office.limit(forbidden_labels=frozenset({"internal"}))

    with pytest.raises(Refused, match=r"the label internal forbids sharing \(set by site\)"):
        office.create()
    assert office.nothing_was_stored()


def test_without_any_layer_nothing_can_be_shared(office: Office) -> None:
    """P1: no layer means that nobody allowed anything, not even an admin."""
    office.storage.state.policies.clear()

    for owner in (office.ada, office.boss):
        with pytest.raises(Refused):
            office.create(owner)
    assert office.nothing_was_stored()


def test_a_member_without_identity_is_told_why(office: Office) -> None:
    """R5: a local member tied to no Confluence account cannot share, and learns the reason."""
    stray = office.member("Stray")

    with pytest.raises(Refused, match="you are not tied to a Confluence account"):
        office.create(stray)
    assert office.nothing_was_stored()


def test_an_admin_without_identity_shares_as_the_service_and_it_is_logged(office: Office) -> None:
    """R5: the connector's own account, marked on the link and in the activity."""
    chief = office.member("Chief", admin=True)
    link = office.create(chief).link

    assert (CONNECTOR, True) == (link.acts_as, link.service_identity)
    assert "service identity" == office.events()[-1].detail


def test_nobody_shares_in_another_members_name(office: Office) -> None:
    """R2: a member cannot make a link that would carry somebody else's right to read."""
    with pytest.raises(Refused, match="it belongs to somebody else"):
        run(office.sharing.create(office.bob, office.ada, GUIDE, LinkForm()))
    assert office.nothing_was_stored()


def test_an_admin_who_shares_for_another_must_read_the_page_too(office: Office) -> None:
    """L18: the acting member's right counts beside the owner's."""
    form = LinkForm(restricted_pages=True)

    with pytest.raises(Refused, match="you cannot read the page"):
        run(office.sharing.create(office.boss, office.ada, SECRET, form))
    assert office.nothing_was_stored()


def test_the_operator_shares_for_an_owner(office: Office) -> None:
    """Glossary: the operator acts for a member, within that member's right, and is logged as operator."""
    shown, _ = run(office.sharing.create(None, office.ada, GUIDE, LinkForm()))

    assert (office.ada.id, ADA_ACCOUNT) == (shown.link.owner, shown.link.acts_as)
    assert (Kind.LINK_CREATED, Actor.OPERATOR, None) == _last(office)[:3]


def test_the_operator_cannot_lend_the_owner_a_right(office: Office) -> None:
    """R5: an owner who cannot read the page gets no link to it, whoever makes it."""
    with pytest.raises(InvalidValue, match="there is no page"):
        run(office.sharing.create(None, office.bob, SECRET, LinkForm(restricted_pages=True)))


def test_an_owner_of_another_site_is_refused(office: Office) -> None:
    """Glossary: nothing of one site is reachable through another, not even by an operator's mistake."""
    stranger = office.member("Zoe", site="beta", identity=ADA_ACCOUNT)

    with pytest.raises(Refused, match="no member of this site"):
        run(office.sharing.create(None, stranger, GUIDE, LinkForm()))


def test_what_a_member_sees_before_the_form(office: Office) -> None:
    """P5, L6, R5: the title, the layers in force, and whether the page is restricted, before anything is typed."""
    office.limit(children=False)
    plain, restricted = (run(office.sharing.begin(office.ada, page)) for page in (GUIDE, SECRET))

    assert ("The guide", False, False) == (plain.title, plain.restricted, plain.service_identity)
    assert restricted.restricted
    assert ("site",) == plain.policy.set_by("children")


def test_a_page_that_cannot_be_shared_is_refused_before_the_form(office: Office) -> None:
    """R5: nobody fills in a form in vain."""
    with pytest.raises(InvalidValue, match="there is no page"):
        run(office.sharing.begin(office.bob, SECRET))


# --- finding pages ---------------------------------------------------------------------------------------------


def test_pages_are_found_by_id_address_and_words(office: Office) -> None:
    """Section 8: each form finds the page with its title of now."""
    found = [
        run(office.sharing.pages(office.ada, text))
        for text in ("101", "https://confluence.example/pages/101", " plan ")
    ]

    assert [[("101", "The plan")]] * 3 == [[(node.id, node.title) for node in nodes] for nodes in found]


def test_hits_that_the_member_cannot_read_are_left_out(office: Office) -> None:
    """R5: a search shows what the member may read, not what the connector sees."""
    found = {who.name: run(office.sharing.pages(who, "the")) for who in (office.ada, office.bob)}

    assert ["The guide", "The plan", "The figures"] == [node.title for node in found["Ada"]]
    assert ["The guide", "The plan"] == [node.title for node in found["Bob"]]
    assert () == run(office.sharing.pages(office.bob, SECRET))


def test_a_search_whose_rights_are_unknown_is_busy(office: Office) -> None:
    """L15: "could not be found out" is never told as "there is nothing"."""
    office.content.access_unknown = True

    with pytest.raises(Busy):
        run(office.sharing.pages(office.ada, "guide"))


def test_titles_that_a_member_cannot_read_are_not_told(office: Office) -> None:
    """L18: such pages show as their id."""
    assert {GUIDE: "The guide"} == run(office.sharing.titles(office.bob, [GUIDE, SECRET, GONE]))


# --- who may do what -------------------------------------------------------------------------------------------

Act = Callable[[Office, Member | None, LinkId], Coroutine[Any, Any, object]]

ACTS: dict[str, Act] = {
    "show": lambda office, who, link: office.sharing.show(who, link),
    "look": lambda office, who, link: office.sharing.look(who, link),
    "reveal": lambda office, who, link: office.sharing.reveal(who, link),
    "find": lambda office, who, link: office.sharing.find(who, link),
    "change": lambda office, who, link: office.sharing.change(who, link, 1, LinkForm()),
    "disable": lambda office, who, link: office.sharing.disable(who, link),
    "enable": lambda office, who, link: office.sharing.enable(who, link),
    "rotate": lambda office, who, link: office.sharing.rotate(who, link),
    "delete": lambda office, who, link: office.sharing.delete(who, link),
    "send": lambda office, who, link: office.sharing.send(who or office.boss, link, [Address.parse("a@example.com")]),
}


@pytest.mark.parametrize("act", ACTS)
def test_others_links_are_like_none(office: Office, act: str) -> None:
    """Incidents 5 and 6: every act on somebody else's link answers exactly as on one that does not exist."""
    link = office.create(office.boss).link
    before = office.record(link)

    with pytest.raises(NotFound) as others:
        run(ACTS[act](office, office.bob, link.id))
    with pytest.raises(NotFound) as none:
        run(ACTS[act](office, office.bob, LinkId("nolink")))

    assert str(none.value) == str(others.value)
    assert before == office.record(link)


@pytest.mark.parametrize("act", ACTS)
def test_links_of_another_site_are_like_none(office: Office, act: str) -> None:
    """Incident 5: an admin of one site, and even the operator at that site, reach no link of another."""
    zoe = office.member("Zoe", site="beta", identity=ADA_ACCOUNT, admin=True)
    foreign, _ = run(office.beta.create(zoe, zoe, GUIDE, LinkForm()))

    for who in (office.boss, None):
        with pytest.raises(NotFound):
            run(ACTS[act](office, who, foreign.link.id))


@pytest.mark.parametrize("act", ACTS)
def test_admins_may_act_on_every_link_of_their_site(office: Office, act: str) -> None:
    """R3: site admins see, edit, switch, send and delete every link."""
    link = office.create().link
    run(ACTS[act](office, office.boss, link.id))


@pytest.mark.parametrize("act", ACTS)
def test_a_member_who_was_locked_out_may_do_nothing(office: Office, act: str) -> None:
    """A disabled member is no member, whatever they own."""
    link = office.create().link
    locked_out = run(office.membership.disable(office.ada.id))

    with pytest.raises(NotFound):
        run(ACTS[act](office, locked_out, link.id))


def test_members_of_another_site_may_not_even_ask(office: Office) -> None:
    """Glossary: lists, searches, titles and names of a site are for its members."""
    zoe = office.member("Zoe", site="beta", identity=ADA_ACCOUNT, admin=True)
    questions: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: office.sharing.list(zoe),
        lambda: office.sharing.pages(zoe, "guide"),
        lambda: office.sharing.titles(zoe, [GUIDE]),
        lambda: office.sharing.names(zoe, {office.ada.id}),
        lambda: office.sharing.begin(zoe, GUIDE),
        lambda: office.sharing.create(zoe, zoe, GUIDE, LinkForm()),
    ]

    for question in questions:
        with pytest.raises(Refused, match="no member of this site"):
            run(question())


def test_a_list_holds_ones_own_and_an_admins_list_holds_all(office: Office) -> None:
    """R2, R3: newest first; nobody else's, and of no other site."""
    first = office.create().link.id
    office.clock.forward(minutes=1)
    second = office.create(office.bob, PLAN).link.id

    assert [first] == [one.link.id for one in run(office.sharing.list(office.ada))]
    assert [second, first] == [one.link.id for one in run(office.sharing.list(office.boss))]
    assert [second] == [one.link.id for one in run(office.sharing.list(None, page=PLAN))]
    assert () == run(office.beta.list(None))


def test_a_list_of_a_space_is_whole_or_refused(office: Office) -> None:
    """R1, R3: admins of the site and of the space, and who is granted it, see every link of it and of no other."""
    first = office.create().link
    office.clock.forward(minutes=1)
    second = office.create(office.bob, PLAN).link
    elsewhere = office.create().link
    office.alter(elsewhere, scope=evolve(elsewhere.scope, space=OTHER_SPACE))

    def listed(who: Member | None, space: SpaceKey = TEAM, **more: Any) -> list[LinkId]:
        return [one.link.id for one in run(office.sharing.list(who, space=space, **more))]

    assert [second.id, first.id] == listed(None) == listed(office.boss) == listed(None, SpaceKey("team"))
    assert [first.id] == listed(office.boss, page=GUIDE)
    assert [first.id] == listed(office.boss, after=second.id)
    assert [elsewhere.id] == listed(office.boss, OTHER_SPACE)
    with pytest.raises(Refused, match="you may not see all links of this space"):
        listed(office.ada)
    office.govern(spaces={TEAM: SpaceRules(admins=Grantees(members=frozenset({office.ada.id})))})
    assert [second.id, first.id] == listed(office.ada)
    for space in (OTHER_SPACE, SpaceKey("NOWHERE")):
        with pytest.raises(Refused, match="you may not see all links of this space"):
            listed(office.ada, space)


def test_who_is_granted_it_lists_every_space_that_does_not_narrow_it(office: Office) -> None:
    """R1, R2: the right to see all links of a space comes from the site's scheme, and a space may take it back."""
    link = office.create().link
    before = run(office.sharing.lists_spaces(office.bob))
    office.govern(
        scheme=Scheme({**WITHOUT.grants, Granted.VIEW_SPACE: EVERYONE}),
        spaces={OTHER_SPACE: SpaceRules(scheme=Scheme())},
    )

    assert [link.id] == [one.link.id for one in run(office.sharing.list(office.bob, space=TEAM))]
    with pytest.raises(Refused):
        run(office.sharing.list(office.bob, space=OTHER_SPACE))
    assert () == run(office.sharing.list(office.bob))
    assert [False, True, True] == [
        before,
        *(run(office.sharing.lists_spaces(who)) for who in (office.bob, office.boss)),
    ]


def test_a_list_shows_no_secret(office: Office) -> None:
    """Incident 6: what a list gives holds neither an address nor a hash that could be read."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm(password=PASSWORD)))
    listed = repr(run(office.sharing.list(office.boss)))

    assert url.rsplit("/", 1)[-1] not in listed
    assert str(shown.link.wish.password_hash) not in listed


def test_the_operator_finds_a_link_by_id_address_and_token(office: Office) -> None:
    """Command line: whatever a person has at hand names the link, page addresses below it included."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    link, token = shown.link.id, url.rsplit("/", 1)[-1]
    names = [link, url, f"{url}/", f"{url}/p/101?x=1#top", token, f"our-name-{token}", f" {url} "]

    assert [link] * len(names) == [run(office.sharing.find(None, name)).link.id for name in names]
    assert url == run(office.sharing.url(office.record(link)))


def test_an_address_of_somebody_elses_link_finds_nothing(office: Office) -> None:
    """Incident 6: holding an address as a visitor gives no member's view; the answer holds nothing of it."""
    _, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))

    with pytest.raises(NotFound) as held:
        run(office.sharing.find(office.bob, url))
    with pytest.raises(NotFound) as unknown:
        run(office.sharing.find(office.bob, "https://share.example.com/s/" + "N" * 43))

    assert str(unknown.value) == str(held.value)


# --- the address -----------------------------------------------------------------------------------------------


def test_the_address_can_be_shown_again(office: Office) -> None:
    """L2: to its owner and to admins, as long as it lives."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))

    assert [url, url] == [run(office.sharing.reveal(who, shown.link.id)) for who in (office.ada, office.boss)]


def test_an_admin_who_cannot_read_the_page_gets_no_address_but_may_switch_it_off(office: Office) -> None:
    """L18: managing without reading: settings, disabling and deleting yes; address, rotation, sending, scope no."""
    link = office.create(page=SECRET, restricted_pages=True).link
    recipient = [Address.parse("a@example.com")]
    wider = LinkForm(children=True, restricted_pages=True)
    acts: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: office.sharing.reveal(office.boss, link.id),
        lambda: office.sharing.rotate(office.boss, link.id),
        lambda: office.sharing.send(office.boss, link.id, recipient),
        lambda: office.sharing.change(office.boss, link.id, link.version, wider),
    ]

    for act in acts:
        with pytest.raises(Refused, match="you cannot read the page"):
            run(act())
    assert link == office.record(link).link
    renamed = run(office.sharing.change(office.boss, link.id, 1, LinkForm(name="Figures", restricted_pages=True)))
    assert "Figures" == renamed.link.name
    assert "disabled" == run(office.sharing.disable(office.boss, link.id)).state
    assert "deleted" == run(office.sharing.delete(office.boss, link.id)).state


def test_the_owners_lost_right_hides_the_address(office: Office) -> None:
    """L18: the owner's present right is needed as well, even to show an admin the address."""
    link = office.create(page=SECRET, restricted_pages=True).link
    office.content.pages[SECRET] = evolve(office.content.pages[SECRET], readers=frozenset({BOSS_ACCOUNT}))

    with pytest.raises(InvalidValue, match="that the link's owner can read"):
        run(office.sharing.reveal(office.boss, link.id))


def test_the_acting_members_own_account_counts_not_their_name(office: Office) -> None:
    """L18: an owner who has been tied to another account since must be able to read with that one."""
    link = office.create(page=SECRET, restricted_pages=True).link
    moved = evolve(office.ada, identity=office.bob.identity)

    with pytest.raises(Refused, match="you cannot read the page"):
        run(office.sharing.reveal(moved, link.id))


def test_a_link_whose_owner_is_gone_still_asks_for_the_admins_right(office: Office) -> None:
    """L18: that the owner's record is missing opens nothing."""
    link = office.create(page=SECRET, restricted_pages=True).link
    del office.storage.state.members[office.ada.id]

    with pytest.raises(Refused, match="you cannot read the page"):
        run(office.sharing.reveal(office.boss, link.id))


def test_an_address_sealed_under_another_key_is_not_shown(office: Office) -> None:
    """L2: what cannot be unsealed is absent, and a new address can be made."""
    link = office.create().link
    state = office.storage.state
    state.addresses = {key: evolve(one, sealed=Sealed(b"x" * 64)) for key, one in state.addresses.items()}

    assert run(office.sharing.reveal(office.ada, link.id)) is None
    _, url = run(office.sharing.rotate(office.ada, link.id))
    assert url == run(office.sharing.reveal(office.ada, link.id))


def test_rotation_gives_a_new_address_and_ends_old_proofs(office: Office) -> None:
    """L4, G9, C5: the old address ends at once, the settings stay, the security version rises."""
    made, old = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm(name="Ours", max_opens=3)))
    shown, new = run(office.sharing.rotate(office.ada, made.link.id))

    assert (False, True) == (office.leads_to_it(old), office.leads_to_it(new))
    assert (made.link.wish, "Ours") == (shown.link.wish, shown.link.name)
    assert made.link.security_version + 1 == office.record(made.link).link.security_version
    assert (Kind.LINK_ROTATED, Actor.MEMBER, office.ada.id) == _last(office)[:3]


def test_rotation_with_grace_lets_the_old_address_run_out(office: Office) -> None:
    """L4: the old one lives for the grace time and not an instant longer; the new one is shown."""
    made, old = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    _, new = run(office.sharing.rotate(office.ada, made.link.id, DAY))

    assert office.leads_to_it(old)
    assert new == run(office.sharing.reveal(office.ada, made.link.id))
    office.clock.forward(days=1)
    assert (False, True) == (office.leads_to_it(old), office.leads_to_it(new))


def test_a_second_rotation_never_lengthens_the_first_grace(office: Office) -> None:
    """L4: an address that was to end tomorrow ends tomorrow, however often one rotates."""
    made, old = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    run(office.sharing.rotate(office.ada, made.link.id, DAY))
    office.clock.forward(hours=23)
    run(office.sharing.rotate(office.ada, made.link.id, DAY))
    office.clock.forward(hours=1)

    assert not office.leads_to_it(old)


@pytest.mark.parametrize("grace", [-MINUTE, timedelta(days=30, seconds=1)])
def test_a_grace_is_bounded(office: Office, grace: timedelta) -> None:
    """L4: neither into the past nor beyond 30 days; the address stays as it was."""
    made, old = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))

    with pytest.raises(InvalidValue, match="from none to 30 days"):
        run(office.sharing.rotate(office.ada, made.link.id, grace))
    assert office.leads_to_it(old)


# --- states ----------------------------------------------------------------------------------------------------


def test_off_and_on_keep_the_settings(office: Office) -> None:
    """L4: disabling and enabling change the state alone; both are logged."""
    link = office.create(name="Ours", password=PASSWORD, max_opens=4).link
    off = run(office.sharing.disable(office.ada, link.id))
    on = run(office.sharing.enable(office.ada, link.id))

    assert ("disabled", "active") == (off.state, on.state)
    assert (link.wish, link.scope, link.name) == (on.link.wish, on.link.scope, on.link.name)
    assert [Kind.LINK_DISABLED, Kind.LINK_ENABLED] == [event.kind for event in office.events()[-2:]]


def test_deletion_is_final(office: Office) -> None:
    """L4: a deleted link stays listed as deleted and can be neither enabled, changed, rotated nor sent."""
    link = office.create().link
    run(office.sharing.delete(office.ada, link.id))

    for act in ("enable", "disable", "rotate", "delete", "send"):
        with pytest.raises(Refused):
            run(ACTS[act](office, office.ada, link.id))
    with pytest.raises(Refused, match="a deleted link cannot be changed"):
        run(office.sharing.change(office.ada, link.id, 2, LinkForm()))
    assert (LinkState.DELETED, 2) == (office.record(link).link.state, office.record(link).link.version)
    assert ["deleted"] == [one.state for one in run(office.sharing.list(office.ada))]


def test_every_state_is_computed_with_its_reason(office: Office) -> None:
    """L4, P5: not started, expired, used up and suspended are derived now, with the layer where one did it."""
    later = office.create(starts_at=after(hours=1), expires_at=after(hours=2)).link.id
    once = office.create(max_opens=1).link
    plain = office.create().link.id
    office.storage.state.opens[ACME, once.id] = 1

    assert "not started" == run(office.sharing.show(None, later)).state
    assert "used up" == run(office.sharing.show(None, once.id)).state
    office.clock.forward(hours=1)
    assert "active" == run(office.sharing.show(None, later)).state
    office.clock.forward(hours=1)
    assert "expired" == run(office.sharing.show(None, later)).state
    office.limit("space TEAM", password_demanded=True)
    suspended = run(office.sharing.show(None, plain))
    assert ("suspended", "a password is demanded", ("space TEAM",)) == (
        suspended.state,
        suspended.reason,
        suspended.layers,
    )


def test_the_longest_life_of_a_layer_ends_a_link_without_expiry(office: Office) -> None:
    """P3: the end in force is shown, though the link wished for none."""
    office.limit(lifetime=DAY)

    assert after(days=1) == office.create().ends_at


def test_a_closer_look_asks_confluence(office: Office) -> None:
    """L6, L15: a page that is gone, restricted since, or lost to its owner suspends the link, and is told as such."""
    link = office.create().link.id
    office.content.pages[GUIDE] = evolve(office.content.pages[GUIDE], readers=frozenset({ADA_ACCOUNT}))
    restricted = run(office.sharing.look(office.ada, link))
    office.content.pages[GUIDE] = evolve(office.content.pages[GUIDE], readers=frozenset())
    lost = run(office.sharing.look(office.ada, link))
    del office.content.pages[GUIDE]
    gone = run(office.sharing.look(office.ada, link))

    assert [
        ("suspended", "the page has view restrictions"),
        ("suspended", "the page has view restrictions"),
        ("suspended", "the page is missing"),
    ] == [(one.state, one.reason) for one in (restricted, lost, gone)]


def test_a_closer_look_at_a_busy_confluence_shows_what_is_stored(office: Office) -> None:
    """L15: that nothing could be asked is never shown as "lost access"."""
    link = office.create().link.id
    office.content.access_unknown = True
    unknown = run(office.sharing.look(office.ada, link))
    office.content.failure = Broken("no sense")
    broken = run(office.sharing.look(office.ada, link))

    assert ["active", "active"] == [unknown.state, broken.state]


# --- changing --------------------------------------------------------------------------------------------------


def test_a_change_on_a_stale_version_changes_nothing(office: Office) -> None:
    """L12: the second of two editors is told the version now in force; the first change stays."""
    link = office.create(name="One").link
    run(office.sharing.change(office.ada, link.id, 1, LinkForm(name="Two")))

    with pytest.raises(StaleLink) as caught:
        run(office.sharing.change(office.boss, link.id, 1, LinkForm(name="Three")))

    assert (2, "Two") == (caught.value.current, office.record(link).link.name)


def test_a_change_is_logged_with_who_made_it(office: Office) -> None:
    """M4: member and operator are told apart."""
    link = office.create().link
    run(office.sharing.change(office.boss, link.id, 1, LinkForm(name="Two")))
    by_admin = _last(office)
    run(office.sharing.change(None, link.id, 2, LinkForm(name="Three")))

    assert (Kind.LINK_CHANGED, Actor.MEMBER, office.boss.id, link.id) == by_admin
    assert (Kind.LINK_CHANGED, Actor.OPERATOR, None, link.id) == _last(office)


def test_keeping_the_password_keeps_its_proofs(office: Office) -> None:
    """G9: an edit that leaves the gates alone ends nobody's visit."""
    link = office.create(password=PASSWORD).link
    changed = run(office.sharing.change(office.ada, link.id, 1, LinkForm(name="Two", keep_password=True))).link

    assert (link.wish.password_hash, link.security_version) == (changed.wish.password_hash, changed.security_version)


CHANGED_GATES = [
    {"password": "another lamp and wick"},
    {},
    {"keep_password": True, "people": People.parse(["example.com"])},
    {"keep_password": True, "networks": Networks.parse(["192.0.2.0/24"])},
]


@pytest.mark.parametrize("form", CHANGED_GATES)
def test_changed_gates_end_old_proofs(office: Office, form: dict[str, Any]) -> None:
    """G9: another password, none, other people or networks raise the security version."""
    link = office.create(password=PASSWORD).link
    changed = run(office.sharing.change(office.ada, link.id, 1, LinkForm(**form))).link

    assert link.security_version + 1 == changed.security_version


def test_a_refused_change_leaves_the_old_password_in_force(office: Office) -> None:
    """B14, B19: a password that breaks the rules, or none where one is demanded, changes nothing."""
    link = office.create(password=PASSWORD).link
    office.limit(password_demanded=True)

    for form in (LinkForm(password="short"), LinkForm()):
        with pytest.raises(InvalidValues):
            run(office.sharing.change(office.ada, link.id, 1, form))
    assert link == office.record(link).link


def test_a_short_password_cannot_become_the_only_gate(office: Office) -> None:
    """G1: what was enough beside a list of people is not enough when that list goes."""
    people = People.parse(["example.com"])
    link = office.create(password="eight ch", people=people).link

    with pytest.raises(InvalidValues, match="it becomes the only gate"):
        run(office.sharing.change(office.ada, link.id, 1, LinkForm(keep_password=True)))
    kept = LinkForm(keep_password=True, networks=Networks.parse(["192.0.2.0/24"]))
    assert "active" == run(office.sharing.change(office.ada, link.id, 1, kept)).state


def test_a_wish_from_before_survives_a_lock(office: Office) -> None:
    """P4: what a layer takes away stays wished for; a change of the name must not cost it, and nothing new gets in."""
    files = Capabilities((("attachments", 1),))
    link = office.create(allow=files, children=True, max_opens=50, expires_at=after(days=30)).link
    office.limit(capabilities={"attachments": 0, "labels": 0}, children=False, opens=10, lifetime=DAY)
    form = LinkForm(name="Two", allow=files, children=True, max_opens=50, expires_at=after(days=30))
    changed = run(office.sharing.change(office.ada, link.id, 1, form))

    assert ("Two", link.wish, link.scope) == (changed.link.name, changed.link.wish, changed.link.scope)
    assert changed.policy is not None
    assert (0, 10) == (changed.policy.rung("attachments"), changed.policy.limits.opens)
    more = evolve(form, allow=Capabilities((("attachments", 1), ("labels", 1))), max_opens=51)
    with pytest.raises(InvalidValues) as caught:
        run(office.sharing.change(office.ada, link.id, 2, more))
    assert ["max_opens", "allow"] == [failure.field for failure in caught.value.failures]


def test_what_was_loosened_comes_back_when_the_settings_are_saved(office: Office) -> None:
    """P4: a lifted lock holds on for a link until its settings are saved again, and the link says which layer it was."""
    office.limit("space TEAM", capabilities={"labels": 0})
    office.limit(opens=5)
    link = office.create(max_opens=5).link
    office.clock.forward(minutes=1)
    office.limit(opens=9)
    before = run(office.sharing.show(None, link.id))
    after = run(office.sharing.change(office.ada, link.id, 1, LinkForm(max_opens=9)))

    assert (("site",), ()) == (before.held_back_by, after.held_back_by)
    assert before.policy is not None
    assert after.policy is not None
    assert (5, 9) == (before.policy.limits.opens, after.policy.limits.opens)
    assert (before.above, after.above) == (after.above, before.above)


def test_an_expired_link_can_be_renamed(office: Office) -> None:
    """L14: times that are left alone are not judged anew."""
    link = office.create(expires_at=after(hours=1)).link
    office.clock.forward(hours=2)
    renamed = run(office.sharing.change(office.ada, link.id, 1, LinkForm(name="Old", expires_at=after(hours=1))))

    assert ("expired", "Old") == (renamed.state, renamed.link.name)


def test_the_longest_life_counts_from_creation_not_from_the_edit(office: Office) -> None:
    """P3, incident 38: editing again and again extends nothing."""
    office.limit(lifetime=10 * DAY)
    link = office.create().link
    office.clock.forward(days=9)

    with pytest.raises(InvalidValues, match=r"at the latest 2026-05-25 12:30 UTC \(set by site\)"):
        run(office.sharing.change(office.ada, link.id, 1, LinkForm(expires_at=after(days=11))))


def test_a_time_without_a_zone_is_no_instant(office: Office) -> None:
    """L14: times are instants; one without a zone is refused where it comes in."""
    with pytest.raises(InvalidValue, match="has no time zone"):
        LinkForm(expires_at=NOW.replace(tzinfo=None))


# --- sending ---------------------------------------------------------------------------------------------------


def test_one_letter_for_each_recipient(office: Office) -> None:
    """M5, B62: one letter, one recipient, each once however often and however spelt; the link in it opens."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm(password=PASSWORD)))
    people = [Address.parse(text) for text in ("eve@example.com", "Eve@EXAMPLE.com", "dan@example.org")]
    number = run(office.sharing.send(office.ada, shown.link.id, people, "See page 2."))
    letters = office.letters()

    assert (2, {"eve@example.com", "dan@example.org"}) == (number, {one.recipient.key for one in letters})
    for letter in letters:
        assert "Ada shared a page with you" == letter.subject
        assert url in letter.text
        assert "See page 2." in letter.text
        assert PASSWORD not in letter.text + letter.html + letter.subject
    assert (Kind.LINK_SENT, Actor.MEMBER, office.ada.id, shown.link.id) == _last(office)
    assert "2 letters" == office.events()[-1].detail


def test_letters_speak_as_the_site_does(office: Office) -> None:
    """V8: whoever is invited has said no language yet; the site's is the best guess."""
    shown, _ = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    sharing = evolve(office.sharing, language="pl")
    run(sharing.send(office.ada, shown.link.id, [Address.parse("eve@example.com")]))
    (letter,) = office.letters()

    assert "Ada udostępnia Ci stronę" == letter.subject


def test_letters_rest_sealed(office: Office) -> None:
    """S1: neither the address of the link, nor a recipient, nor the words rest readable."""
    shown, url = run(office.sharing.create(office.ada, office.ada, GUIDE, LinkForm()))
    run(office.sharing.send(office.ada, shown.link.id, [Address.parse("eve@example.com")], "our words"))
    (letter,) = office.storage.state.letters.values()

    for secret in (url, "eve@example.com", "our words"):
        assert letter.sealed.find(secret.encode()) < 0


def test_words_cannot_become_markup_or_headers(office: Office) -> None:
    """Incident 37: what a member types into a letter is text in every part of it."""
    link = office.create().link.id
    words = "<b>bold</b>\n$link ${password}\r\nBcc: eve@example.com =?utf-8?q?x?="
    run(office.sharing.send(office.ada, link, [Address.parse("dan@example.com")], words))
    (letter,) = office.letters()

    assert "&lt;b&gt;bold&lt;/b&gt;" in letter.html
    assert "<b>" not in letter.html
    assert "$link ${password}" in letter.text
    assert "Bcc" not in letter.subject


REFUSED_SENDINGS = [
    ([], "", "recipients"),
    ([f"p{number}@example.com" for number in range(MAX_RECIPIENTS + 1)], "", "recipients"),
    (["dan@example.com"], "x" * 2001, "note"),
    (["dan@example.com"], "a\x00b", "note"),
]


@pytest.mark.parametrize(("recipients", "note", "field"), REFUSED_SENDINGS)
def test_refused_sendings_send_nothing(office: Office, recipients: list[str], note: str, field: str) -> None:
    """M5: too few, too many, too long: named by field, and no letter is written."""
    link = office.create().link.id

    with pytest.raises(InvalidValue) as caught:
        run(office.sharing.send(office.ada, link, [Address.parse(one) for one in recipients], note))

    assert (field, []) == (caught.value.field, office.letters())


def test_nobody_is_invited_whom_the_link_would_not_let_in(office: Office) -> None:
    """M5: a recipient outside the lists in force, the link's or a layer's, is named before anything is sent."""
    link = office.create(people=People.parse(["example.com", "example.org"])).link.id
    office.limit(blocked_people=frozenset({"eve@example.com"}), people=People.parse(["example.com"]))

    for outside in ("dan@example.net", "dan@example.org", "eve@example.com"):
        recipients = [Address.parse("dan@example.com"), Address.parse(outside)]
        with pytest.raises(InvalidValue, match=f"`{outside}` is not among the people"):
            run(office.sharing.send(office.ada, link, recipients))
    assert [] == office.letters()
    assert 1 == run(office.sharing.send(office.ada, link, [Address.parse("dan@example.com")]))


@pytest.mark.parametrize("state", ["disabled", "expired", "suspended"])
def test_a_link_that_does_not_open_is_not_sent(office: Office, state: str) -> None:
    """M5: nobody gets an address that leads nowhere."""
    link = office.create(expires_at=after(hours=1)).link
    if state == "disabled":
        run(office.sharing.disable(office.ada, link.id))
    elif state == "expired":
        office.clock.forward(hours=2)
    else:
        run(office.storage.policies.switch(ACME, None, False, []))

    with pytest.raises(Refused, match=f"it is {state}"):
        run(office.sharing.send(office.ada, link.id, [Address.parse("dan@example.com")]))
    assert [] == office.letters()


# --- activity --------------------------------------------------------------------------------------------------


def test_the_activity_tells_what_happened_newest_first(office: Office) -> None:
    """M4: every change of a link stands in its activity, by whom, with no secret in it."""
    shown, url = run(office.sharing.create(None, office.ada, GUIDE, LinkForm(password=PASSWORD)))
    link = shown.link.id
    run(office.sharing.change(office.ada, link, 1, LinkForm(keep_password=True, name="Two")))
    _, newer = run(office.sharing.rotate(office.ada, link))
    run(office.sharing.send(office.ada, link, [Address.parse("dan@example.com")]))
    run(office.sharing.disable(office.boss, link))
    run(office.sharing.enable(office.boss, link))
    run(office.sharing.delete(None, link))
    events = run(office.storage.activity.of_link(ACME, link))

    assert [
        (Kind.LINK_DELETED, Actor.OPERATOR, None),
        (Kind.LINK_ENABLED, Actor.MEMBER, office.boss.id),
        (Kind.LINK_DISABLED, Actor.MEMBER, office.boss.id),
        (Kind.LINK_SENT, Actor.MEMBER, office.ada.id),
        (Kind.LINK_ROTATED, Actor.MEMBER, office.ada.id),
        (Kind.LINK_CHANGED, Actor.MEMBER, office.ada.id),
        (Kind.LINK_CREATED, Actor.OPERATOR, None),
    ] == [(event.kind, event.actor, event.member) for event in events]
    for secret in (url, newer, PASSWORD, "dan@example.com", "The guide"):
        assert secret.rsplit("/", 1)[-1] not in repr(events)


def test_names_are_known_to_those_who_see_the_link(office: Office) -> None:
    """M4: who acted is shown by name; who is gone, or of another site, has none."""
    zoe = office.member("Zoe", site="beta")

    assert {office.ada.id: "Ada", office.boss.id: "Boss"} == run(
        office.sharing.names(office.bob, {office.ada.id, office.boss.id, zoe.id, None})
    )


def _last(office: Office) -> tuple[object, ...]:
    event = office.events()[-1]
    return event.kind, event.actor, event.member, event.link


def test_an_error_of_ours_is_all_that_a_failing_confluence_causes(office: Office) -> None:
    """L13: whatever Confluence does at creation, nothing is left behind."""
    office.content.failure = Broken("no sense")

    with pytest.raises(ExshareError):
        office.create(page=PageId("100"))
    assert office.nothing_was_stored()
