"""Members list links, hand them over and do one thing to many: nobody reaches further than link by link (M3, L15, L18)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.errors import Busy, InvalidValue, NotFound, Refused
from exshare_core.events import Kind
from exshare_core.links import LinkState, ShareLink
from exshare_core.listings import (
    NEWEST,
    Condition,
    Order,
    Place,
    Sort,
    Wanted,
    name_key,
    name_starts,
    read,
    searched_name,
    searched_people,
    written,
)
from exshare_core.schemes import EVERYONE, NOBODY, WITHOUT, Granted, Scheme
from exshare_core.sharing.bulk import Bulk, Chosen, Deed, Errand, Fate, Outcome
from exshare_core.testing.samples import NOW
from exshare_core.values import LinkId, MemberId, SpaceKey
from tests.unit.office import DAY, GUIDE, PLAN, SECRET, Office, run

HOSTILE = (
    "=1+1",
    "<b>x</b>",
    "a\u200fb",
    "\u0130\ufb01",
    "\U0001f469\u200d\U0001f4bb",
    "x" * 200,
    "Robert'); drop--",
    "ß",
)
"""Names that have broken lists elsewhere."""


@pytest.fixture
def office() -> Office:
    """One site with its people."""
    return Office()


def _found(office: Office, member: Any, wanted: Wanted | None = None, **more: Any) -> list[LinkId]:
    return [one.link.id for one in run(office.sharing.search(member, wanted, **more)).shown]


# --- names, people and places as lists read them -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  Spring   FAIR ", "spring fair"),
        ("Q3/2026: draft", "q3 2026 draft"),
        ("Straße", "strasse"),
        ("\uff26\uff21\uff29\uff32", "fair"),
        ("a\u200db\u202ec", "abc"),
        ("x\x00y", "x y"),
        ("=1+1", "=1+1"),
        ("\U0001f600", "\U0001f600"),
        ("...", ""),
        ("é" * 300, "é" * 200),
    ],
)
def test_names_compare_without_case_and_ornament(text: str, key: str) -> None:
    """M3: one form for every spelling; what shows nothing hides nothing."""
    assert key == name_key(text)


def test_a_name_is_found_from_each_of_its_words() -> None:
    """M3: a search begins at a word, and may go on over several."""
    assert ("spring fair 2026", "fair 2026", "2026") == name_starts(name_key("Spring fair 2026"))
    assert () == name_starts("")


@pytest.mark.parametrize("text", ["", "   ", "...", "\u202e\u200d", "\x00", "!?" * 5000])
def test_a_search_for_nothing_is_refused(text: str) -> None:
    """M3: what has no letter, digit or sign to compare would find everything."""
    with pytest.raises(InvalidValue, match="has no letter"):
        searched_name(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_found_by_itself(office: Office, name: str) -> None:
    """M3: whatever a link is called, its own name finds it, and it stands in the order of names."""
    made = office.create(name=name).link
    office.create(name="another")

    assert [made.id] == _found(office, office.ada, Wanted(name=searched_name(name)))
    assert 2 == len(_found(office, office.ada, order=Order(Sort.NAME, falling=False)))


def test_people_are_sought_as_they_are_admitted() -> None:
    """M3, G2: an address by itself, its domain and every `*.` above it; a domain without the address."""
    assert {"ada@a.example.com", "a.example.com", "*.a.example.com", "*.example.com", "*.com"} == searched_people(
        "ADA@a.example.com"
    )
    assert {"example.com", "*.example.com", "*.com"} == searched_people("@Example.com")
    assert {"*.example.com"} == searched_people("*.example.com")
    for text in ("", "nobody", "a@b@c", "%", "x" * 400):
        with pytest.raises(InvalidValue):
            searched_people(text)


BAD_PLACES = [
    "", "x", "nolink", "🙂", "W10", "e30", "bnVsbA", "A" * 5000,
    "WyJjcmVhdGVkIixmYWxzZSwxLCJ4Il0",
    "WyJuYW1lIix0cnVlLDEsIngiXQ",
    "WyJjcmVhdGVkIix0cnVlLCJ4IiwieCJd",
    "WyJjcmVhdGVkIix0cnVlLDEsIi4uL3giXQ",
    "WyJjcmVhdGVkIix0cnVlLDFlMzA4LCJ4Il0",
    "WyJjcmVhdGVkIix0cnVlLHRydWUsIngiXQ",
    "WyJjcmVhdGVkIix0cnVlLDEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwLCJ4Il0",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD_PLACES)
def test_a_place_that_is_none_is_refused_by_name(text: str) -> None:
    """M3: broken base64, other shapes, other orders, foreign types and numbers without end."""
    with pytest.raises(InvalidValue) as refused:
        read(NEWEST, text)

    assert "after" == refused.value.field


@pytest.mark.parametrize(
    ("sort", "value"),
    [(Sort.CREATED, NOW), (Sort.CHANGED, NOW), (Sort.EXPIRES, NOW), (Sort.NAME, "ss über"), (Sort.OPENS, 7)],
)
def test_a_place_is_read_as_it_was_written(sort: Sort, value: Any) -> None:
    """M3: exactly, in its own order and in no other."""
    order, place = Order(sort), Place(value, LinkId("link-1"))

    assert place == read(order, written(order, place))
    with pytest.raises(InvalidValue):
        read(evolve(order, falling=False), written(order, place))


# --- who sees what -------------------------------------------------------------------------------------------------


def test_a_list_is_of_ones_own_links_or_of_all(office: Office) -> None:
    """R1, R3: a member's own, whatever the filter; all for an admin and the operator; none of another site."""
    mine, theirs = office.create().link.id, office.create(office.bob).link.id

    assert [mine] == _found(office, office.ada)
    assert {mine, theirs} == {*_found(office, office.boss)} == {*_found(office, None)}
    assert [theirs] == _found(office, office.boss, Wanted(owner=office.bob.id))
    assert [] == [one.link.id for one in run(office.beta.search(None)).shown]
    with pytest.raises(Refused, match="links of others only"):
        run(office.sharing.search(office.ada, Wanted(owner=office.bob.id)))


def test_a_list_of_pages_shows_what_may_be_viewed_there(office: Office) -> None:
    """R1: others' links of a page only with the right to view them; nothing by way of a search for titles."""
    mine, theirs = office.create().link.id, office.create(office.bob).link.id
    pages = Wanted(pages=frozenset({GUIDE, PLAN}))

    assert [mine] == _found(office, office.ada, pages)

    office.govern(scheme=Scheme({**WITHOUT.grants, Granted.VIEW_PAGE: EVERYONE}))
    assert {mine, theirs} == {*_found(office, office.ada, pages)}


def test_a_list_of_a_space_is_whole_or_refused(office: Office) -> None:
    """R1, R3."""
    office.create(office.bob)
    with pytest.raises(Refused, match="all links of this space"):
        run(office.sharing.search(office.ada, Wanted(space=SpaceKey("TEAM"))))


def test_titles_find_pages_that_the_member_reads(office: Office) -> None:
    """M3, L18: by id and address without asking, by words only where they may read; the operator by all."""
    ask = office.sharing.pages_named

    assert {GUIDE} == run(ask(office.ada, GUIDE))
    assert {SECRET} == run(ask(office.ada, "figures"))
    assert frozenset() == run(ask(office.bob, "figures"))
    assert {SECRET} == run(ask(None, "figures"))
    for text in ("", " ", "x" * 501, "a\x00b"):
        with pytest.raises(InvalidValue):
            run(ask(office.ada, text))
    office.content.access_unknown = True
    with pytest.raises(Busy):
        run(ask(office.bob, "figures"))


def test_a_link_that_a_rule_holds_is_suspended_and_not_active(office: Office) -> None:
    """L4: worked out with the rows, never stored."""
    open_one = office.create().link.id
    held = office.create(page=PLAN).link.id
    office.alter(office.record(held).link, wish=evolve(office.record(held).link.wish, password_hash="$x$"))
    office.limit(password_demanded=True)

    assert [held] == _found(office, office.ada, Wanted(condition=Condition.ACTIVE))
    assert [open_one] == _found(office, office.ada, Wanted(condition=Condition.SUSPENDED))


def test_who_changed_a_link_last_is_known(office: Office) -> None:
    """M3: the member, or nobody for the operator."""
    link = office.create().link.id
    run(office.sharing.disable(office.boss, link))

    assert [link] == _found(office, office.boss, Wanted(modifier=office.boss.id))

    run(office.sharing.enable(None, link))
    assert [] == _found(office, office.boss, Wanted(modifier=office.boss.id))


# --- handing over --------------------------------------------------------------------------------------------------


def test_a_link_is_given_to_another_member(office: Office) -> None:
    """L15, L18: theirs at once, as their identity, logged; its address goes on."""
    made = office.create()
    shown = run(office.sharing.transfer(office.ada, made.link.id, office.bob.id))
    link = office.record(made.link.id).link

    assert shown.link == link
    assert (office.bob.id, office.bob.identity, False) == (link.owner, link.acts_as, link.service_identity)
    assert (office.ada.id, made.link.security_version) == (link.changed_by, link.security_version)
    assert (Kind.LINK_HANDED_OVER, office.ada.id) == (office.events()[-1].kind, office.events()[-1].member)


def test_a_link_is_given_to_nobody_who_cannot_have_it(office: Office) -> None:
    """L18: to no stranger, to nobody who may not read the page or may not create there; nothing changes."""
    link = office.create(page=SECRET, restricted_pages=True).link
    open_link = office.create().link

    def refused(kind: type[Exception], member: Any, given: ShareLink, heir: MemberId) -> str:
        with pytest.raises(kind) as error:
            run(office.sharing.transfer(member, given.id, heir))
        return str(error.value)

    assert "cannot read the page" in refused(Refused, office.ada, link, office.bob.id)
    assert "no such member" in refused(InvalidValue, office.ada, link, MemberId("nobody"))
    refused(NotFound, office.bob, link, office.bob.id)
    office.govern(scheme=Scheme({**WITHOUT.grants, Granted.CREATE: NOBODY}))
    assert "may not create links" in refused(Refused, office.ada, open_link, office.bob.id)
    assert link == office.record(link).link
    assert open_link == office.record(open_link).link


def test_an_unanswered_question_hands_nothing_over(office: Office) -> None:
    """L15: busy, never refused and never done."""
    link = office.create().link
    office.content.access_unknown = True
    with pytest.raises(Busy):
        run(office.sharing.transfer(office.ada, link.id, office.bob.id))

    assert link == office.record(link).link


# --- many at once --------------------------------------------------------------------------------------------------


def _batch(office: Office, member: Any, errand: Errand, chosen: Chosen, **more: Any) -> tuple[Outcome, ...]:
    more.setdefault("seen_at", office.clock.now())
    outcomes: tuple[Outcome, ...] = ()
    after = None
    while True:
        batch = run(Bulk(office.sharing).batch(member, errand, chosen, after=after, limit=2, **more))
        outcomes += batch.outcomes
        if (after := batch.after) is None:
            return outcomes


def _named(*links: ShareLink) -> Chosen:
    return Chosen({link.id: link.version for link in links})


def _fates(outcomes: tuple[Outcome, ...]) -> list[Fate]:
    return [one.fate for one in outcomes]


ERRANDS = [
    (Errand(Deed.DISABLE), lambda link: link.state is LinkState.DISABLED),
    (Errand(Deed.DELETE), lambda link: link.state is LinkState.DELETED),
    (Errand(Deed.EXPIRE, expires_at=NOW + 9 * DAY), lambda link: link.wish.expires_at == NOW + 9 * DAY),
]


@pytest.mark.parametrize(("errand", "is_done"), ERRANDS)
def test_a_rehearsal_changes_nothing_and_says_what_the_act_does(office: Office, errand: Errand, is_done: Any) -> None:
    """M3: the same outcomes; nothing stored and nothing logged by the first, everything by the second."""
    links = [office.create(name=f"link {number}").link for number in range(5)]
    before, logged = dict(office.storage.state.links), len(office.events())
    tried = _batch(office, office.ada, errand, _named(*links), rehearse=True)

    assert (before, logged) == (office.storage.state.links, len(office.events()))

    done = _batch(office, office.ada, errand, _named(*links))
    assert [Fate.DONE] * 5 == _fates(tried) == _fates(done)
    assert all(is_done(office.record(link).link) for link in links)
    assert [Fate.AS_IT_WAS] * 5 == _fates(_batch(office, office.ada, errand, Chosen({one.id: None for one in links})))


def test_everything_that_is_found_but_some(office: Office) -> None:
    """M3: also when the act itself takes links out of the filter; what is made meanwhile is left alone."""
    links = []
    for number in range(5):
        links.append(office.create(name=f"link {number}").link)
        office.clock.forward(seconds=1)
    seen_at = office.clock.now()
    office.clock.forward(seconds=1)
    late = office.create(name="late").link
    office.clock.forward(seconds=1)
    wanted = Wanted(condition=Condition.ACTIVE)
    chosen = Chosen({links[2].id: None}, wanted)
    outcomes = _batch(office, office.ada, Errand(Deed.DISABLE), chosen, seen_at=seen_at)

    assert [Fate.DONE] * 4 == _fates(outcomes)
    assert {links[2].id, late.id} == {*_found(office, office.ada, wanted)}


def test_what_changed_meanwhile_is_left_alone(office: Office) -> None:
    """L12: by version where one was seen, by time where a list was."""
    one, other = office.create(name="one").link, office.create(name="other").link
    office.clock.forward(seconds=1)
    seen_at = office.clock.now()
    office.clock.forward(seconds=1)
    changed = office.alter(one, name="renamed", changed_at=office.clock.now())

    assert [Fate.CHANGED] == _fates(_batch(office, office.ada, Errand(Deed.DELETE), _named(one)))
    by_list = _batch(office, office.ada, Errand(Deed.DELETE), Chosen(wanted=Wanted()), seen_at=seen_at)
    assert {one.id: Fate.CHANGED, other.id: Fate.DONE} == {found.link: found.fate for found in by_list}
    assert changed == office.record(one).link


def test_every_link_is_judged_by_itself(office: Office) -> None:
    """R1, P5: others' links are none, a refusal names its rule and layer, and the rest is done."""
    mine, theirs = office.create().link, office.create(office.bob).link
    gone = office.create().link
    run(office.sharing.delete(office.ada, gone.id))
    foreign = LinkId("elsewhere")
    chosen = Chosen(dict.fromkeys((mine.id, theirs.id, gone.id, foreign)))
    found = {one.link: one for one in _batch(office, office.ada, Errand(Deed.DISABLE), chosen)}

    assert Fate.DONE is found[mine.id].fate
    assert {"there is no such link on this site"} == {found[theirs.id].rule, found[foreign].rule}
    assert "a deleted link cannot be changed" == found[gone.id].rule
    assert LinkState.ACTIVE is office.record(theirs).link.state

    office.limit(lifetime=timedelta(days=2))
    late = _batch(office, office.ada, Errand(Deed.EXPIRE, expires_at=NOW - DAY), Chosen({mine.id: None}))
    assert [Fate.REFUSED] == _fates(late)


def test_an_unanswered_question_is_told_for_its_link(office: Office) -> None:
    """L15: neither done nor refused."""
    link = office.create().link
    office.content.access_unknown = True
    outcomes = _batch(office, office.ada, Errand(Deed.TRANSFER, heir=office.bob.id), _named(link))

    assert [Fate.UNANSWERED] == _fates(outcomes)
    assert link == office.record(link).link


@pytest.mark.parametrize(
    ("errand", "chosen"),
    [
        (Errand(Deed.TRANSFER), Chosen(wanted=Wanted())),
        (Errand(Deed.DISABLE, heir=MemberId("x")), Chosen(wanted=Wanted())),
        (Errand(Deed.DELETE, expires_at=NOW), Chosen(wanted=Wanted())),
        (Errand(Deed.DELETE), Chosen()),
        (Errand(Deed.DELETE), Chosen({LinkId(f"l{number}"): None for number in range(1001)})),
    ],
)
def test_an_order_that_means_nothing_is_refused(office: Office, errand: Errand, chosen: Chosen) -> None:
    """M3: before any link is looked at."""
    office.create()
    with pytest.raises(InvalidValue):
        _batch(office, office.ada, errand, chosen)

    assert [LinkState.ACTIVE] == [link.state for link in office.storage.state.links.values()]


def test_a_change_of_the_end_keeps_everything_else(office: Office) -> None:
    """M3, L12: password, people, scope and words stay; only the end moves."""
    made = office.create(
        name="Ours", description="words", password="a lamp, some oil and a wick", children=True, carve_outs=(PLAN,)
    )
    before = made.link
    _batch(office, office.ada, Errand(Deed.EXPIRE, expires_at=NOW + DAY), _named(before))
    after = office.record(before).link

    assert before.wish == evolve(after.wish, expires_at=None)
    assert (before.scope, before.name, before.description, before.security_version) == (
        after.scope, after.name, after.description, after.security_version,
    )  # fmt: skip
