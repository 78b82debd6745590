"""What a member chooses of the pages below a link's root: labels and sub-trees left out, each found and readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from exshare_core.content import Absence, NodeKind
from exshare_core.errors import Busy, InvalidValue, InvalidValues
from exshare_core.links import LABEL_WORDS, MAX_PRESENT, LabelFilter, LabelMode, ShareLink
from exshare_core.sharing import LinkForm
from exshare_core.testing import MemoryPage
from exshare_core.values import PageId, SpaceKey, label_names
from tests.unit.office import ADA_ACCOUNT, BOB_ACCOUNT, BOSS_ACCOUNT, GUIDE, PLAN, SECRET, Office, run

DRAFTS, NOTES, PRIVATE, FOREIGN = map(PageId, ("110", "111", "112", "113"))


@pytest.fixture
def office() -> Office:
    """The office with more pages below the guide: one of them Bob cannot read, and one lies in another space."""
    office = Office()
    office.content.add(
        MemoryPage(DRAFTS, "Drafts", parent=GUIDE, kind=NodeKind.FOLDER),
        MemoryPage(NOTES, "Notes", parent=DRAFTS),
        MemoryPage(PRIVATE, "Private", parent=GUIDE, readers=frozenset({ADA_ACCOUNT, BOSS_ACCOUNT})),
        MemoryPage(FOREIGN, "Foreign", parent=GUIDE, space=SpaceKey("HR")),
    )
    return office


def rules(act: Callable[[], object]) -> list[tuple[str, str]]:
    """What the act is refused with, by field."""
    with pytest.raises(InvalidValues) as caught:
        act()
    return [(failure.field, failure.rule) for failure in caught.value.failures]


def changed(office: Office, link: ShareLink, **form: Any) -> ShareLink:
    """The link after Ada has changed it."""
    return run(office.sharing.change(office.ada, link.id, link.version, LinkForm(**form))).link


# --- labels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mode", "labels"),
    [
        ("any: a, b", LabelMode.ANY, {"a", "b"}),
        ("ALL:Public", LabelMode.ALL, {"public"}),
        (" without : größe ,", LabelMode.NONE, {"größe"}),
        ("any:", LabelMode.ANY, set()),
    ],
)
def test_a_label_filter_is_read_from_words(text: str, mode: LabelMode, labels: set[str]) -> None:
    """L6: *with any*, *with all* and *without*; labels compare in lower case."""
    assert LabelFilter(mode, frozenset(labels)) == LabelFilter.parse(text)


@pytest.mark.parametrize("text", ["", "a, b", "none: a", "any a", "any: two words", "any: a\x00"])
def test_what_is_no_label_filter_is_refused(text: str) -> None:
    """L6: a filter that cannot be read is refused with its field, never read as "all pages"."""
    with pytest.raises(InvalidValue) as caught:
        LabelFilter.parse(text)

    assert "labels" == caught.value.field


@pytest.mark.parametrize("word", LABEL_WORDS)
def test_a_label_filter_is_written_as_it_is_read(word: str) -> None:
    """L6: what is shown can be typed again."""
    assert f"{word}: a, b" == LabelFilter.parse(f"{word}: b, a").words


def test_a_label_of_any_length_that_confluence_knows_is_one() -> None:
    """api.md: a label has up to 255 characters."""
    assert frozenset({"x" * 255}) == label_names(["x" * 255])
    with pytest.raises(InvalidValue):
        label_names(["x" * 256])


def test_a_label_filter_is_kept_with_the_link(office: Office) -> None:
    """L6: what the form says is what the link has, in lower case."""
    chosen = LabelFilter(LabelMode.ALL, frozenset({"Public", "final"}))
    link = office.create(children=True, labels=chosen).link

    assert LabelFilter(LabelMode.ALL, frozenset({"public", "final"})) == office.record(link).link.scope.labels


REFUSED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("L6 no label at all", {"children": True, "labels": LabelFilter(LabelMode.ANY, frozenset())}, ["labels"]),
    (
        "L6 too many labels",
        {"children": True, "labels": LabelFilter(LabelMode.ANY, frozenset(map(str, range(51))))},
        ["labels"],
    ),
    ("L6 no label", {"children": True, "labels": LabelFilter(LabelMode.ANY, frozenset({"a b"}))}, ["labels"]),
    ("L6 labels without pages below", {"labels": LabelFilter(LabelMode.ANY, frozenset({"a"}))}, ["labels"]),
    ("L6 carve-outs without pages below", {"carve_outs": (PLAN,)}, ["carve_outs"]),
    ("L6 a limit without pages below", {"present_only": True}, ["present_only"]),
    ("L6 a limit of a whole space", {"whole_space": True, "present_only": True}, ["present_only"]),
    ("L6 too many carve-outs", {"children": True, "carve_outs": (PLAN,) * 101}, ["carve_outs"]),
    (
        "L13 with all other rules",
        {"children": True, "carve_outs": ("nowhere",), "max_opens": 0},
        ["carve_outs", "max_opens"],
    ),
]


@pytest.mark.parametrize(("requirement", "form", "fields"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_choice_that_means_nothing_is_refused(
    office: Office, requirement: str, form: dict[str, Any], fields: list[str]
) -> None:
    """L6, L13: it is named by its field together with every other broken rule, and leaves no link behind."""
    assert fields == [field for field, _ in rules(lambda: office.create(**form))], requirement
    assert office.nothing_was_stored()


# --- a whole space ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["TEAM", " team ", GUIDE, NOTES, f"https://confluence.example/pages/{PLAN}"])
def test_a_space_is_named_by_its_key_or_by_any_page_of_it(office: Office, page: str) -> None:
    """L1: the link begins with the space's home page, whatever named the space."""
    scope = office.create(page=page, whole_space=True).link.scope

    assert (GUIDE, "TEAM", True, True) == (scope.root, scope.space, scope.whole_space, scope.children)


@pytest.mark.parametrize("page", ["NOWHERE", "", "HR"])
def test_a_space_that_is_not_there_cannot_be_shared(office: Office, page: str) -> None:
    """R5: nor one without a home page; nothing is stored."""
    with pytest.raises(InvalidValue) as caught:
        office.create(page=page, whole_space=True)

    assert "page" == caught.value.field
    assert office.nothing_was_stored()


def test_a_page_hidden_from_the_member_names_no_space(office: Office) -> None:
    """R5: else the answer would tell in which space it is."""
    with pytest.raises(InvalidValue, match="there is no page 112"):
        office.create(office.bob, page=PRIVATE, whole_space=True)


def test_a_home_page_hidden_from_the_member_is_not_shared(office: Office) -> None:
    """R5: the owner must be able to read the page with which the link begins."""
    office.content.pages[GUIDE] = evolve(office.content.pages[GUIDE], readers=frozenset({ADA_ACCOUNT}))
    with pytest.raises(InvalidValue, match="there is no page 100"):
        office.create(office.bob, page="TEAM", whole_space=True)


def test_a_layer_that_forbids_child_pages_forbids_spaces(office: Office) -> None:
    """P2, P5: it is refused at its own field, with the layer."""
    office.limit(children=False)

    assert [("whole_space", "child pages are not allowed")] == rules(lambda: office.create(whole_space=True))


def test_only_a_link_for_a_home_page_becomes_one_for_the_space(office: Office) -> None:
    """L1: a link keeps its root, so that nobody's address leads to another page than it did."""
    home, plan = office.create().link, office.create(page=PLAN).link

    assert changed(office, home, whole_space=True).scope.whole_space
    assert ["whole_space"] == [field for field, _ in rules(lambda: changed(office, plan, whole_space=True))]
    assert plan == office.record(plan).link


def test_of_a_space_any_page_but_its_home_can_be_left_out(office: Office) -> None:
    """L6: also one that is not below the home page."""
    assert {SECRET, PLAN} == office.create(whole_space=True, carve_outs=(SECRET, PLAN)).link.scope.carve_outs
    assert ["carve_outs"] == [field for field, _ in rules(lambda: office.create(whole_space=True, carve_outs=(GUIDE,)))]


# --- carve-outs ------------------------------------------------------------------------------------------------


def test_pages_are_left_out_by_id_and_by_address(office: Office) -> None:
    """L6: both name the same page; a folder can be left out as well."""
    address = f" https://confluence.example/pages/{PLAN} "

    assert {PLAN, DRAFTS} == office.create(children=True, carve_outs=(address, PLAN, DRAFTS)).link.scope.carve_outs


OUTSIDE = [
    ("the root itself", GUIDE, "page 100 is not below the page that is shared"),
    ("a page beside it", SECRET, "page 102 is not below the page that is shared"),
    ("a page of another space", FOREIGN, "page 113 is not below the page that is shared"),
    ("no page", "999", "there is no page 999 that you and the link's owner can read"),
    ("no address", "the plan", "`the plan` is neither a page id nor an address of this site"),
]


@pytest.mark.parametrize(("what", "text", "rule"), OUTSIDE, ids=[row[0] for row in OUTSIDE])
def test_only_a_page_below_the_root_can_be_left_out(office: Office, what: str, text: str, rule: str) -> None:
    """L6: anything else is a mistake, and would leave in what was meant to stay out."""
    assert [("carve_outs", rule)] == rules(lambda: office.create(children=True, carve_outs=(text,))), what


def test_a_page_that_its_owner_cannot_read_is_like_none(office: Office) -> None:
    """R5, L18: nothing is told of it, not even that it is there."""
    owner = office.bob
    told = rules(lambda: office.create(owner, children=True, carve_outs=(PRIVATE, "999")))

    assert [
        ("carve_outs", "there is no page 112 that you and the link's owner can read"),
        ("carve_outs", "there is no page 999 that you and the link's owner can read"),
    ] == told


def test_who_takes_a_page_in_again_must_be_able_to_read_it(office: Office) -> None:
    """L18: dropping a carve-out widens the link; the owner's right alone is not enough, and keeping it needs none."""
    link = office.create(children=True, carve_outs=(PRIVATE,)).link
    office.boss = evolve(office.boss, identity=BOB_ACCOUNT)
    dropping = LinkForm(children=True)
    keeping = LinkForm(children=True, carve_outs=(PRIVATE,), name="kept")

    assert [("carve_outs", "there is no page 112 that you and the link's owner can read")] == rules(
        lambda: run(office.sharing.change(office.boss, link.id, 1, dropping))
    )
    kept = run(office.sharing.change(office.boss, link.id, 1, keeping)).link
    assert ("kept", frozenset({PRIVATE})) == (kept.name, kept.scope.carve_outs)
    assert frozenset() == changed(office, kept, children=True).scope.carve_outs


def test_the_pages_below_can_be_given_up_whatever_was_left_out(office: Office) -> None:
    """L18: a link that reaches less concerns nobody's right to the pages that it had left out."""
    link = office.create(children=True, carve_outs=(PRIVATE,)).link
    office.content.pages[PRIVATE] = evolve(office.content.pages[PRIVATE], readers=frozenset())

    assert (False, frozenset()) == ((now := changed(office, link).scope).children, now.carve_outs)


@pytest.mark.parametrize(
    ("absent", "dropped"), [(Absence.MISSING, True), (Absence.TRASHED, False), (Absence.ARCHIVED, False)]
)
def test_only_what_is_gone_for_good_is_dropped_without_asking(office: Office, absent: Absence, dropped: bool) -> None:
    """L18: a page in the bin may come back, and with it what nobody was asked about."""
    link = office.create(children=True, carve_outs=(PLAN,)).link
    office.content.pages[PLAN] = evolve(office.content.pages[PLAN], absent=absent)
    if dropped:
        assert frozenset() == changed(office, link, children=True).scope.carve_outs
    else:
        assert ["carve_outs"] == [field for field, _ in rules(lambda: changed(office, link, children=True))]


def test_an_unknown_right_leaves_the_link_as_it_was(office: Office) -> None:
    """L15: never read as allowed, and never as lost."""
    link = office.create(children=True).link
    office.content.access_unknown = True
    with pytest.raises(Busy):
        changed(office, link, children=True, carve_outs=(PLAN,))

    assert link == office.record(link).link


def test_a_change_of_the_name_asks_nobody_about_pages(office: Office) -> None:
    """L18: who cannot read a page may still manage what does not concern it."""
    link = office.create(children=True, carve_outs=(PLAN,)).link
    office.content.access_unknown = True

    assert "new" == changed(office, link, children=True, carve_outs=(PLAN,), name="new").name


# --- what is there ---------------------------------------------------------------------------------------------


def present(office: Office, link: ShareLink) -> set[PageId] | None:
    """The pages that the stored link is limited to."""
    found = office.record(link).link.scope.present
    return None if found is None else set(found)


def test_a_link_is_limited_to_what_is_there(office: Office) -> None:
    """L6: everything below its page, of every kind, whoever may read it: what is shown of it is judged at each view."""
    limited = office.create(children=True, present_only=True).link
    growing = office.create(children=True).link

    assert {PLAN, DRAFTS, NOTES, PRIVATE, FOREIGN} <= (present(office, limited) or set())
    assert present(office, growing) is None


def test_the_limit_stays_as_it_was_when_a_link_is_changed(office: Office) -> None:
    """L6: it is about the moment when it was chosen; taken off and chosen again, it is about another."""
    link = office.create(children=True, present_only=True).link
    before = present(office, link)
    office.content.add(MemoryPage(PageId("120"), "Later", parent=GUIDE))
    kept = changed(office, link, name="new", children=True, present_only=True)
    same = present(office, kept)
    off = changed(office, kept, children=True)
    grown = present(office, off)
    again = changed(office, off, children=True, present_only=True)

    assert (before, None) == (same, grown)
    assert {PageId("120")} == (present(office, again) or set()) - (before or set())


def test_more_pages_than_can_be_noted_are_refused(office: Office) -> None:
    """L6, L13: nothing is shared with a part of them."""
    office.content.add(*(MemoryPage(PageId(str(1000 + n)), "Page", parent=GUIDE) for n in range(MAX_PRESENT)))

    assert [("present_only", "there are more than 2000 pages below: leave this off, or share a smaller part")] == rules(
        lambda: office.create(children=True, present_only=True)
    )
    assert office.nothing_was_stored()
