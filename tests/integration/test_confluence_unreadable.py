"""One thing that cannot be read spoils no other: comments, versions, hits of a search and labels that make no sense."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from exshare_adapters.confluence.cloud_discussions import CloudDiscussions
from exshare_adapters.confluence.cloud_histories import CloudHistories
from exshare_adapters.confluence.datacenter_discussions import DataCenterDiscussions
from exshare_adapters.confluence.datacenter_histories import DataCenterHistories
from exshare_adapters.confluence.searching import ConfluenceSearch
from exshare_adapters.confluence.shapes import label_names
from exshare_core.content import UNREADABLE, Draft
from exshare_core.discussion import Anchor, Comment, CommentId
from exshare_core.errors import Broken
from exshare_core.ports import Place
from exshare_core.values import PageId
from tests.integration import test_confluence_cloud_reading as cloud
from tests.integration import test_confluence_data_center_reading as centre
from tests.integration.test_confluence_talk import ONE, comment, in_centre, said, talked, threads

TORN = "<p>torn <b>words</p>"
"""No XML."""


def listed(**changes: object) -> dict[str, object]:
    """A Cloud comment with these changes, between two that are well."""
    return {"results": [comment(6), comment(7) | changes, comment(8)]}


@pytest.mark.parametrize(
    "changes",
    [
        {"body": None},
        {"body": {}},
        {"body": {"storage": {"value": 7}}},
        {"version": "two"},
        {"version": {"number": -1}},
    ],
)
def test_a_comment_that_cannot_be_read_keeps_its_place(changes: Mapping[str, object]) -> None:
    """It is listed beside the others, with nothing to be read; asked for what it says, that is nothing."""
    site = talked()
    site.routes["GET /api/v2/pages/1/footer-comments?body-format=storage"] = listed(**changes)
    site.routes |= {f"GET /api/v2/footer-comments/{one}?body-format=export_view": comment(one) for one in (6, 7, 8)}
    found = threads(site)
    drafts = cloud.asked(site, lambda one: CloudDiscussions(one).drafts(found))

    assert {"6": True, "7": False, "8": True} == {id: draft is not None for id, draft in drafts.items()}


def test_what_has_no_id_and_what_hangs_nobody_knows_where_is_not_told() -> None:
    """A comment without an id is left out; an inline one whose place cannot be read hangs nowhere, as L8 asks for."""
    site = talked()
    site.routes["GET /api/v2/pages/1/footer-comments?body-format=storage"] = listed(id="seven")
    site.routes["GET /api/v2/pages/1/inline-comments?body-format=storage"] = {"results": [comment(9, properties=5)]}

    assert [("6", None), ("8", None), ("9", Anchor(""))] == sorted((str(one.id), one.anchor) for one in threads(site))


@pytest.mark.parametrize("rendered", [comment(7, body={}), comment(7, body={"export_view": "<p>"}), {"id": "x"}])
def test_a_rendering_that_cannot_be_read_is_none(rendered: dict[str, object]) -> None:
    """The comment is there, and what it says is not."""
    site = talked()
    site.routes["GET /api/v2/footer-comments/7?body-format=export_view"] = rendered
    one = Comment(CommentId("7"), ONE, 2, storage="<p>stored</p>")

    assert {"7": None} == cloud.asked(site, lambda it: CloudDiscussions(it).drafts([one]))


def test_what_is_no_xml_is_none() -> None:
    """L8: what cannot be looked through for excluded parts is never shown, on either flavour."""
    site = talked()
    one = Comment(CommentId("7"), ONE, 1, storage=TORN)
    torn = said(7, body={"storage": {"value": TORN}, "view": {"value": "<p>shown</p>"}})

    async def in_data_center(it: object) -> Mapping[CommentId, Draft | None]:
        discussions = DataCenterDiscussions(it)  # type: ignore[arg-type]
        return await discussions.drafts(await discussions.threads(ONE, names=False))

    assert {"7": None} == cloud.asked(site, lambda it: CloudDiscussions(it).drafts([one]))
    assert {"7": False, "8": True} == {
        id: draft is not None for id, draft in in_centre(in_data_center, torn, said(8)).items()
    }


@pytest.mark.parametrize(
    "changes",
    [{"body": None}, {"version": 3}, {"body": {"storage": {"value": "<p/>"}}}],
    ids=["no body", "a strange version", "no rendering"],
)
def test_data_center_has_the_place_too(changes: dict[str, object]) -> None:
    """A thread whose own comment cannot be read still has its answers."""

    async def work(it: object) -> object:
        discussions = DataCenterDiscussions(it)  # type: ignore[arg-type]
        found = await discussions.threads(ONE, names=False)
        answers = await discussions.replies(found, names=False)
        drafts = await discussions.drafts(found)
        return [one.id for some in answers.values() for one in some], drafts.get(CommentId("7"), "left out")

    assert (["8"], None) == in_centre(work, said(7) | changes, said(8, 7))


def test_an_answer_to_another_comment_is_refused() -> None:
    """A list of answers that leads into another thread, or onto another page, is broken."""
    site = talked()
    site.routes["GET /api/v2/footer-comments/7/children?body-format=storage"] = {
        "results": [comment(8, parentCommentId="6")]
    }
    thread = Comment(CommentId("7"), ONE, 2)
    with pytest.raises(Broken, match="another comment"):
        cloud.asked(site, lambda one: CloudDiscussions(one).replies([thread], names=False))

    foreign = said(7, _expandable={"container": "/rest/api/content/2"})
    with pytest.raises(Broken, match="another page"):
        in_centre(lambda one: DataCenterDiscussions(one).threads(ONE, names=False), foreign)


@pytest.mark.parametrize(("kind", "name"), [("known", "Bob"), ("unknown", None), ("anonymous", None)])
def test_who_has_left_has_no_name_in_data_center(kind: str, name: str | None) -> None:
    """Data Center calls them by user name or key, which are identities and no names (spec V3)."""
    by = {"type": kind, "displayName": "Bob" if kind == "known" else "Unknown User (bob)"}
    found = in_centre(
        lambda one: DataCenterDiscussions(one).threads(ONE, names=True), said(7, version={"number": 1, "by": by})
    )

    assert [name] == [one.author for one in found]


def test_a_version_without_a_number_is_left_out() -> None:
    """The others are listed in their order."""
    site = talked()
    rows = [{"number": 4}, {"number": "3"}, {"message": "no number"}, {"number": 2, "message": 7}]
    site.routes["GET /api/v2/pages/1/versions"] = {"results": rows}
    versions, more = cloud.asked(site, lambda one: CloudHistories(one).versions(ONE, 5, names=False))

    assert ([(4, ""), (2, "")], False) == ([(one.number, one.message) for one in versions], more)


@pytest.mark.parametrize(
    ("body", "known"), [({"storage": {"value": TORN}}, True), ({"storage": None}, False)], ids=["torn", "no body"]
)
def test_a_version_that_cannot_be_read_has_no_words(body: dict[str, object], known: bool) -> None:
    """It is there, with its time where that can be told: of unknown age otherwise, and so older than any link."""
    site = talked()
    address = "GET /api/v2/pages/1?body-format=storage"
    site.routes[address] = {**site.routes[address], "body": body}  # type: ignore[dict-item]
    past = cloud.asked(site, lambda one: CloudHistories(one).read(ONE, 4, names=False))

    assert past is not None
    assert (4, known, None) == (past.version.number, past.version.made_at is not None, past.draft)

    scripted = centre.Site()
    scripted.routes["GET /rest/api/content/1"] = centre.content(1, body={**body, "view": {"value": "<p/>"}})
    past = centre.asked(scripted, lambda one, _: DataCenterHistories(one).read(ONE, 9, names=False))

    assert past is not None
    assert (9, known, None) == (past.version.number, past.version.made_at is not None, past.draft)


def test_a_hit_that_cannot_be_read_is_left_out() -> None:
    """Whatever else a list of hits has in it, pages among them are looked at."""
    site = talked()
    hits: list[object] = [
        {"content": {"id": "12", "type": "page"}},
        {"content": "a page"},
        {"content": {"id": "../9", "type": "page"}},
        {"content": {"id": "13", "type": "attachment"}},
        {"content": {"id": "14", "type": "comment", "container": {"id": "15"}}},
        {"content": {"id": "16", "type": "page", "status": "trashed"}},
        {},
        {"content": {"id": "17", "type": "blogpost"}},
    ]
    site.routes["GET /rest/api/search"] = {"results": hits}
    place = Place(PageId("1"))

    assert ("12", "17") == cloud.asked(site, lambda one: ConfluenceSearch(one.api).candidates(["word"], place, 9))


def test_a_label_that_cannot_be_read_is_known_to_be_there() -> None:
    """The others are told; that there is one more is told too, since it may be one that forbids sharing."""
    rows: list[dict[str, object]] = [{"name": "Plan"}, {"name": None}, {"name": 7}, {"prefix": "my", "name": "own"}]

    assert frozenset({"plan", UNREADABLE}) == label_names(rows)
