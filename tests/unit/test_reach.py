"""`reach()`, `redact()` and `may_serve()` answer as the specification says, by tables written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from exshare_core.capabilities import Capabilities
from exshare_core.content import (
    Attachment,
    Draft,
    MacroUse,
    MayRead,
    NodeKind,
    PageFacts,
    may_serve,
    reach,
    redact,
)
from exshare_core.decisions import Answer
from exshare_core.links import LabelFilter, LabelMode, Scope, Wish
from exshare_core.policy import Layer, Limits, Policy, effective
from exshare_core.values import AttachmentId, PageId, SpaceKey

FINE, ABSENT, BUSY = Answer.ALLOW, Answer.ABSENT, Answer.BUSY
ROOT, CHILD, DEEP = PageId("10"), PageId("20"), PageId("30")

SPACE: dict[str, Any] = {"children": True, "whole_space": True}

# (requirement, scope, limits of the site, facts of the page, elsewhere, the answer)
ROWS: list[tuple[str, dict[str, Any], Limits, dict[str, Any], bool, Answer]] = [
    ("L1 the root", {}, Limits(), {"page": ROOT, "ancestors": ("1",)}, False, FINE),
    ("L1 a page link reaches no child", {}, Limits(), {"page": CHILD, "ancestors": ("1", "10")}, False, ABSENT),
    ("L6 a child of a tree link", {"children": True}, Limits(), {"page": CHILD, "ancestors": ("1", "10")}, False, FINE),
    ("L6 deep below", {"children": True}, Limits(), {"page": DEEP, "ancestors": ("1", "10", "20")}, False, FINE),
    ("B66 above the root", {"children": True}, Limits(), {"page": PageId("1")}, False, ABSENT),
    ("B66 a sibling", {"children": True}, Limits(), {"page": PageId("11"), "ancestors": ("1",)}, False, ABSENT),
    (
        "B38 moved to another space",
        {"children": True},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "space": "HR"},
        False,
        ABSENT,
    ),
    ("L6 the root moved to another space", {}, Limits(), {"page": ROOT, "space": "HR"}, False, ABSENT),
    (
        "P2 children forbidden by a layer",
        {"children": True},
        Limits(children=False),
        {"page": CHILD, "ancestors": ("10",)},
        False,
        ABSENT,
    ),
    ("P2 that leaves the root alone", {"children": True}, Limits(children=False), {"page": ROOT}, False, FINE),
    (
        "L6 carved out itself",
        {"children": True, "carve_outs": frozenset({CHILD})},
        Limits(),
        {"page": CHILD, "ancestors": ("10",)},
        False,
        ABSENT,
    ),
    (
        "L6 below a carve-out",
        {"children": True, "carve_outs": frozenset({CHILD})},
        Limits(),
        {"page": DEEP, "ancestors": ("10", "20")},
        False,
        ABSENT,
    ),
    (
        "L6 there when the link was limited to what is there",
        {"children": True, "present": frozenset({CHILD})},
        Limits(),
        {"page": CHILD, "ancestors": ("10",)},
        False,
        FINE,
    ),
    (
        "L6 a page that came later",
        {"children": True, "present": frozenset({CHILD})},
        Limits(),
        {"page": DEEP, "ancestors": ("10", "20")},
        False,
        ABSENT,
    ),
    ("L6 nothing below was there", {"children": True, "present": frozenset()}, Limits(), {"page": ROOT}, False, FINE),
    (
        "L6 a page that was there and has left the tree",
        {"children": True, "present": frozenset({CHILD})},
        Limits(),
        {"page": CHILD, "ancestors": ("1",)},
        False,
        ABSENT,
    ),
    (
        "L17 a source that came later",
        {"children": True, "present": frozenset({CHILD})},
        Limits(),
        {"page": DEEP, "ancestors": ("10", "20")},
        True,
        FINE,
    ),
    ("L1 a whole space: beside the home page", {**SPACE}, Limits(), {"page": CHILD, "ancestors": ("1",)}, False, FINE),
    ("L1 a whole space: at the top of it", {**SPACE}, Limits(), {"page": PageId("1")}, False, FINE),
    (
        "L1 a whole space: below the home page",
        {**SPACE},
        Limits(),
        {"page": DEEP, "ancestors": ("10", "20")},
        False,
        FINE,
    ),
    (
        "L1 a whole space: a blog post",
        {**SPACE},
        Limits(),
        {"page": PageId("77"), "kind": NodeKind.BLOG_POST},
        False,
        FINE,
    ),
    ("L1 a whole space is one space", {**SPACE}, Limits(), {"page": CHILD, "space": "HR"}, False, ABSENT),
    ("L1 a whole space: its home page moved away", {**SPACE}, Limits(), {"page": ROOT, "space": "HR"}, False, ABSENT),
    (
        "L1 a tree has no blog posts",
        {"children": True},
        Limits(),
        {"page": PageId("77"), "kind": NodeKind.BLOG_POST},
        False,
        ABSENT,
    ),
    ("L1 a blog post alone", {}, Limits(), {"page": ROOT, "kind": NodeKind.BLOG_POST}, False, FINE),
    (
        "L1 a whole space without pages below is its home page",
        {"whole_space": True},
        Limits(),
        {"page": CHILD, "ancestors": ("10",)},
        False,
        ABSENT,
    ),
    (
        "P2 a whole space is forbidden with child pages",
        {**SPACE},
        Limits(children=False),
        {"page": CHILD, "ancestors": ("10",)},
        False,
        ABSENT,
    ),
    (
        "L6 a whole space: carved out",
        {**SPACE, "carve_outs": frozenset({CHILD})},
        Limits(),
        {"page": CHILD},
        False,
        ABSENT,
    ),
    (
        "L6 a whole space: below a carve-out at the top",
        {**SPACE, "carve_outs": frozenset({CHILD})},
        Limits(),
        {"page": DEEP, "ancestors": ("20",)},
        False,
        ABSENT,
    ),
    (
        "L6 a whole space: the filter",
        {**SPACE, "labels": LabelFilter(LabelMode.ANY, frozenset({"a"}))},
        Limits(),
        {"page": CHILD},
        False,
        ABSENT,
    ),
    ("L6 a whole space: restrictions", {**SPACE}, Limits(), {"page": CHILD, "restricted": ("20",)}, False, ABSENT),
    (
        "L15 a whole space: the owner's right",
        {**SPACE},
        Limits(),
        {"page": CHILD, "may_read": MayRead.NO},
        False,
        ABSENT,
    ),
    (
        "L6 restricted itself",
        {"children": True},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "restricted": ("20",)},
        False,
        ABSENT,
    ),
    (
        "L6 restriction inherited",
        {"children": True},
        Limits(),
        {"page": DEEP, "ancestors": ("10", "20"), "restricted": ("20",)},
        False,
        ABSENT,
    ),
    (
        "L6 restriction inherited from above the root",
        {},
        Limits(),
        {"page": ROOT, "ancestors": ("1",), "restricted": ("1",)},
        False,
        ABSENT,
    ),
    (
        "L6 restricted pages chosen",
        {"children": True, "restricted_pages": True},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "restricted": ("20",)},
        False,
        FINE,
    ),
    (
        "L6 chosen, but policy forbids",
        {"restricted_pages": True},
        Limits(restricted_pages=False),
        {"page": ROOT, "restricted": ("10",)},
        False,
        ABSENT,
    ),
    (
        "P2 a forbidden label",
        {},
        Limits(forbidden_labels=frozenset({"internal"})),
        {"page": ROOT, "labels": ("internal",)},
        False,
        ABSENT,
    ),
    (
        "P2 a demanded label is there",
        {},
        Limits(demanded_labels=frozenset({"public"})),
        {"page": ROOT, "labels": ("public", "x")},
        False,
        FINE,
    ),
    (
        "P2 a demanded label is missing",
        {},
        Limits(demanded_labels=frozenset({"public"})),
        {"page": ROOT},
        False,
        ABSENT,
    ),
    (
        "L6 filter with any",
        {"children": True, "labels": LabelFilter(LabelMode.ANY, frozenset({"a", "b"}))},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "labels": ("b",)},
        False,
        FINE,
    ),
    (
        "L6 filter with any fails",
        {"children": True, "labels": LabelFilter(LabelMode.ANY, frozenset({"a"}))},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "labels": ("b",)},
        False,
        ABSENT,
    ),
    (
        "L6 filter with all fails",
        {"children": True, "labels": LabelFilter(LabelMode.ALL, frozenset({"a", "b"}))},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "labels": ("b",)},
        False,
        ABSENT,
    ),
    (
        "L6 filter without",
        {"children": True, "labels": LabelFilter(LabelMode.NONE, frozenset({"a"}))},
        Limits(),
        {"page": CHILD, "ancestors": ("10",), "labels": ("b",)},
        False,
        FINE,
    ),
    (
        "L6 the filter is for children only",
        {"children": True, "labels": LabelFilter(LabelMode.ANY, frozenset({"a"}))},
        Limits(),
        {"page": ROOT},
        False,
        FINE,
    ),
    ("L15 the owner may not read it", {}, Limits(), {"page": ROOT, "may_read": MayRead.NO}, False, ABSENT),
    ("L15 unknown is busy", {}, Limits(), {"page": ROOT, "may_read": MayRead.UNKNOWN}, False, BUSY),
    (
        "L15 what is out of scope anyway is not busy",
        {},
        Limits(),
        {"page": CHILD, "may_read": MayRead.UNKNOWN},
        False,
        ABSENT,
    ),
    ("L17 elsewhere: the scope is not asked", {}, Limits(), {"page": PageId("77"), "space": "HR"}, True, FINE),
    ("L17 elsewhere: restrictions are", {}, Limits(), {"page": PageId("77"), "restricted": ("77",)}, True, ABSENT),
    (
        "L17 elsewhere: even with restricted pages chosen",
        {"restricted_pages": True},
        Limits(),
        {"page": PageId("77"), "restricted": ("77",)},
        True,
        ABSENT,
    ),
    (
        "L17 elsewhere: the owner's right is asked",
        {},
        Limits(),
        {"page": PageId("77"), "may_read": MayRead.NO},
        True,
        ABSENT,
    ),
    (
        "L17 elsewhere: labels are",
        {},
        Limits(forbidden_labels=frozenset({"internal"})),
        {"page": PageId("77"), "labels": ("internal",)},
        True,
        ABSENT,
    ),
]


def policy(limits: Limits = Limits(), allow: tuple[str, ...] = ()) -> Policy:
    """The policy of a site with `limits` and a link that allows `allow`."""
    made = effective([Layer("site", limits), Layer("link", Wish(Capabilities.parse(allow)).limits)])
    assert made is not None
    return made


def facts(given: dict[str, Any]) -> PageFacts:
    """A current page that its owner may read, but for what the row says."""
    return PageFacts(
        page=given["page"],
        space=SpaceKey(given.get("space", "DEV")),
        kind=given.get("kind", NodeKind.PAGE),
        ancestors=tuple(PageId(one) for one in given.get("ancestors", ())),
        labels=frozenset(given.get("labels", ())),
        restricted=frozenset(PageId(one) for one in given.get("restricted", ())),
        may_read=given.get("may_read", MayRead.YES),
    )


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_table_holds(row: tuple[Any, ...]) -> None:
    """A page is in reach exactly as the table says."""
    _, scope, limits, given, elsewhere, expected = row
    decision = reach(Scope(ROOT, SpaceKey("DEV"), **scope), policy(limits), facts(given), elsewhere=elsewhere)

    assert expected == decision.strangers_face()


OWN = MacroUse("include", "m1", 0, source=PageId("20"))
HIDDEN = MacroUse("excerpt", "m2", 0, excluded=True)
UNKNOWN_SOURCE = MacroUse("contentbylabel", "m3", 0)


def test_redaction_cuts_all_but_reached_sources() -> None:
    """Excluded parts, unknown sources and sources that are not reached are cut (L8, L17)."""
    draft = Draft(ROOT, "title", "body", macros=(OWN, HIDDEN, UNKNOWN_SOURCE))

    assert {HIDDEN, UNKNOWN_SOURCE} == redact(draft, {PageId("20"): True})
    assert {OWN, HIDDEN, UNKNOWN_SOURCE} == redact(draft, {PageId("20"): False})
    assert {OWN, HIDDEN, UNKNOWN_SOURCE} == redact(draft, {})


FILES = [
    ("V5 an image the page shows", "shown.png", "image/png", (), True),
    ("L5 another file without the capability", "report.pdf", "application/pdf", (), False),
    ("L5 another file with it", "report.pdf", "application/pdf", ("attachments=view",), True),
    ("L5 an image the page does not show", "other.png", "image/png", (), False),
    ("L8 a file of excluded parts only", "secret.png", "image/png", ("attachments=view",), False),
    ("V5 a shown file that is no image", "shown.pdf", "application/pdf", (), False),
]


@pytest.mark.parametrize("row", FILES, ids=[row[0] for row in FILES])
def test_a_file_leaves_only_as_the_link_allows(row: tuple[Any, ...]) -> None:
    """Images that are part of the page leave with it; other files need the capability (L5, L8, V5)."""
    _, name, media_type, allow, expected = row
    draft = Draft(
        ROOT, "title", "body", shown_files=frozenset({"shown.png", "shown.pdf"}), hidden_files=frozenset({"secret.png"})
    )
    file = Attachment(AttachmentId("att1"), ROOT, name, media_type, 5)

    assert expected == may_serve(draft, file, policy(allow=allow)).allowed
