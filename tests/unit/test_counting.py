"""How many pages and files a link reaches is counted by the visitors' own judgement, and never guessed (spec M2)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.content import Attachment, NodeKind
from exshare_core.errors import Busy, InvalidValues, NotFound, Refused, StaleLink
from exshare_core.links import LabelFilter
from exshare_core.sharing import Counted, LinkForm
from exshare_core.testing import MemoryPage
from exshare_core.values import AttachmentId, PageId
from tests.unit.office import ADA_ACCOUNT, BOB_ACCOUNT, BOSS_ACCOUNT, GUIDE, PASSWORD, Office, run

FILES = Capabilities.parse(["attachments=view"])


def an_office() -> Office:
    """Below the guide: a plan, a folder with a chapter, a page of a label, and one that only Ada reads."""
    office = Office()
    office.content.add(
        MemoryPage(PageId("110"), "Chapters", parent=GUIDE, kind=NodeKind.FOLDER),
        MemoryPage(PageId("111"), "Chapter one", parent=PageId("110")),
        MemoryPage(PageId("112"), "Press", parent=GUIDE, labels=frozenset({"public"})),
        MemoryPage(PageId("113"), "Pay", parent=GUIDE, readers=frozenset({ADA_ACCOUNT, BOSS_ACCOUNT})),
    )
    for number, page in enumerate((GUIDE, GUIDE, PageId("113"))):
        file = Attachment(AttachmentId(f"att{number}"), page, f"{number}.txt", "text/plain", 1)
        office.content.attach(file, b"x")
    return office


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, Counted(1, 0, 0, 0, all_pages=True, all_files=True)),
        ({"allow": FILES}, Counted(1, 2, 0, 0, all_pages=True, all_files=True)),
        ({"children": True, "allow": FILES}, Counted(4, 2, 1, 0, all_pages=True, all_files=True)),
        (
            {"children": True, "restricted_pages": True, "allow": FILES},
            Counted(5, 3, 0, 0, all_pages=True, all_files=True),
        ),
        (
            {"children": True, "labels": LabelFilter.parse("any: public")},
            Counted(2, 0, 0, 0, all_pages=True, all_files=True),
        ),
        ({"children": True, "carve_outs": ("110",)}, Counted(3, 0, 1, 0, all_pages=True, all_files=True)),
        ({"children": True, "present_only": True}, Counted(4, 0, 1, 0, all_pages=True, all_files=True)),
        ({"whole_space": True}, Counted(4, 0, 1, 0, all_pages=False, all_files=False)),
    ],
)
def test_a_new_link_is_counted_before_it_is_made(form: dict[str, Any], expected: Counted) -> None:
    """Pages, files and what is left out for its view restrictions are said of each scope, and nothing is stored.

    Of a whole space the number is the least there is, since blog posts stand in no tree.
    """
    office = an_office()
    counted = run(office.sharing.check_new(office.ada, office.ada, GUIDE, LinkForm(**form)))

    assert expected == counted
    assert office.nothing_was_stored()


def test_past_two_hundred_the_number_is_the_least_there_is() -> None:
    """A tree of more entries than are looked at is counted as far as that goes, and says so."""
    office = an_office()
    office.content.add(*(MemoryPage(PageId(str(2000 + n)), f"Page {n}", parent=GUIDE) for n in range(260)))
    counted = run(office.sharing.check_new(office.ada, office.ada, GUIDE, LinkForm(children=True)))

    assert (False, False) == (counted.all_pages, counted.all_files)
    assert 190 <= counted.pages <= 201


def test_an_edit_says_what_is_and_what_would_be() -> None:
    """Before a change is saved both numbers are there, and the link is as it was."""
    office = an_office()
    link = office.create(children=True).link
    form = LinkForm(children=True, carve_outs=("110",))
    before, after = run(office.sharing.check_change(office.ada, link.id, link.version, form))

    assert (4, 3) == (before.pages, after.pages)
    assert link == office.record(link).link
    assert 4 == run(office.sharing.reach(office.ada, link.id)).pages


def test_a_check_refuses_what_saving_would_refuse() -> None:
    """A check names every broken rule as saving does, notices a stale form, and hashes no password."""
    office = an_office()
    link = office.create().link
    weak = LinkForm(password="short", max_opens=0)

    with pytest.raises(InvalidValues) as refused:
        run(office.sharing.check_new(office.ada, office.ada, GUIDE, weak))
    with pytest.raises(StaleLink):
        run(office.sharing.check_change(office.ada, link.id, link.version + 1, LinkForm()))

    assert {"password", "max_opens"} == {failure.field for failure in refused.value.failures}
    assert 1 == run(office.sharing.check_new(office.ada, office.ada, GUIDE, LinkForm(password=PASSWORD))).pages


def test_what_cannot_be_found_out_is_said() -> None:
    """Without an answer about rights nothing is counted as reached, and without Confluence there is no number."""
    office = an_office()
    link = office.create(children=True).link
    office.content.access_unknown = True

    with pytest.raises(Busy):
        run(office.sharing.reach(office.ada, link.id))

    office.content.access_unknown = False
    office.content.failure = Busy("later")
    with pytest.raises(Busy):
        run(office.sharing.reach(office.ada, link.id))


def test_only_who_may_see_the_link_counts_it() -> None:
    """To another member there is no such link."""
    office = an_office()
    link = office.create().link

    with pytest.raises(NotFound):
        run(office.sharing.reach(office.bob, link.id))


ACTS: dict[str, dict[str, Any]] = {
    "widen": {"children": True},
    "carve out": {"children": True, "carve_outs": ("110",)},
    "include restricted": {"children": True, "restricted_pages": True},
}


@pytest.mark.parametrize("act", [*ACTS, "rotate", "reveal", "preview", "enable anew", "add an address", "reach"])
@pytest.mark.parametrize(
    ("actor", "owner", "expected"),
    [
        (True, True, None),
        (False, True, (Refused, InvalidValues)),
        (None, True, Busy),
        (True, False, Exception),
        (False, False, Exception),
        (True, None, Busy),
    ],
)
def test_acts_on_pages_need_both_who_acts_and_who_owns(
    act: str, actor: bool | None, owner: bool | None, expected: Any
) -> None:
    """Changing what a link reaches, showing where it is and seeing it as visitors do need the present read access of the
    acting member and of the owner to its page; unknown is neither yes nor no (spec L18).
    """
    office = an_office()
    link = office.create(children=act != "widen").link
    readers = {BOSS_ACCOUNT: actor, ADA_ACCOUNT: owner, BOB_ACCOUNT: True}
    if None in readers.values():
        office.content.access_unknown = True
    else:
        allowed = frozenset(who for who, may in readers.items() if may)
        page = office.content.pages[GUIDE]
        office.content.pages[GUIDE] = evolve(page, readers=allowed if len(allowed) < 3 else None)

    if expected is None:
        _do(office, act, link.id, link.version)
        return
    with pytest.raises(expected):
        _do(office, act, link.id, link.version)
    assert link == office.record(link).link


@pytest.mark.parametrize(("reads", "expected"), [(True, None), (False, Refused)])
def test_whoever_adds_restricted_pages_reads_each_of_them(reads: bool, expected: type[Exception] | None) -> None:
    """An admin takes restricted pages into a link of somebody else only when they may read each of them (spec L18)."""
    office = an_office()
    readers = {ADA_ACCOUNT, BOSS_ACCOUNT} if reads else {ADA_ACCOUNT}
    office.content.pages[PageId("113")] = evolve(office.content.pages[PageId("113")], readers=frozenset(readers))
    link = office.create(children=True).link
    form = LinkForm(children=True, restricted_pages=True)

    assert office.ada.id == link.owner
    if expected is not None:
        with pytest.raises(expected):
            run(office.sharing.change(office.boss, link.id, link.version, form))
        form = LinkForm(children=True, restricted_pages=True, carve_outs=("113",))
        run(office.sharing.change(office.ada, link.id, link.version, form))
        assert office.record(link).link.scope.restricted_pages
        return
    run(office.sharing.change(office.boss, link.id, link.version, form))
    assert office.record(link).link.scope.restricted_pages


def test_too_many_pages_to_ask_about_are_refused() -> None:
    """Where each restricted page cannot be asked about, only the link's owner includes them."""
    office = an_office()
    office.content.add(*(MemoryPage(PageId(str(2000 + n)), f"Page {n}", parent=GUIDE) for n in range(260)))
    link = office.create(children=True).link
    form = LinkForm(children=True, restricted_pages=True)

    with pytest.raises(Refused):
        run(office.sharing.change(office.boss, link.id, link.version, form))
    run(office.sharing.change(office.ada, link.id, link.version, form))

    assert office.record(link).link.scope.restricted_pages


def _do(office: Office, act: str, link: Any, version: int) -> None:
    sharing, boss = office.sharing, office.boss
    if act in ACTS:
        run(sharing.change(boss, link, version, LinkForm(**ACTS[act])))
    elif act == "rotate":
        run(sharing.rotate(boss, link))
    elif act == "reveal":
        run(sharing.reveal(boss, link))
    elif act == "preview":
        run(sharing.preview(boss, link))
    elif act == "enable anew":
        run(sharing.enable_anew(boss, link))
    elif act == "reach":
        run(sharing.reach(boss, link))
    else:
        from exshare_core.values import Address

        run(sharing.add_personal(boss, link, [Address.parse("eve@example.com")]))
