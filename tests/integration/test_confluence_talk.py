"""Comments, versions and statuses are never taken for others: what Confluence answers is held against what was asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

import pytest

from exshare_adapters.confluence.cloud_discussions import CloudDiscussions
from exshare_adapters.confluence.cloud_histories import CloudHistories
from exshare_adapters.confluence.cloud_pages import CloudPages
from exshare_adapters.confluence.datacenter import DataCenter
from exshare_adapters.confluence.datacenter_discussions import DataCenterDiscussions
from exshare_adapters.confluence.datacenter_histories import DataCenterHistories
from exshare_adapters.confluence.storage_format import inventory
from exshare_adapters.confluence.tones import tone_of
from exshare_core.content import PageStatus, Tone
from exshare_core.discussion import Anchor, Comment, CommentId
from exshare_core.errors import Broken
from exshare_core.history import Past
from exshare_core.values import PageId
from tests.integration import test_confluence_cloud_reading as cloud
from tests.integration import test_confluence_data_center_reading as centre

T = TypeVar("T")
ONE = PageId("1")


def comment(number: int, **changes: object) -> dict[str, object]:
    """A comment as v2 lists it."""
    body = {"storage": {"representation": "storage", "value": "<p>stored</p>"}}
    body["export_view"] = {"representation": "export_view", "value": "<p>shown</p>"}
    version = {"number": 2, "authorId": "557058:bob", "createdAt": "2026-07-04T08:00:00.000Z"}
    made: dict[str, object] = {"id": str(number), "status": "current", "pageId": "1", "version": version, "body": body}
    return made | changes


def talked() -> cloud.Site:
    """A Cloud page with an empty discussion."""
    site = cloud.Site()
    site.put(1)
    for place in ("footer-comments", "inline-comments"):
        site.routes[f"GET /api/v2/pages/1/{place}?body-format=storage"] = {"results": []}
    return site


def threads(site: cloud.Site, names: bool = False) -> tuple[Comment, ...]:
    """The threads on the page."""
    return cloud.asked(site, lambda one: CloudDiscussions(one).threads(ONE, names=names))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"inlineMarkerRef": "m", "inlineOriginalSelection": "words"}, Anchor("m", "words")),
        ({"inline-marker-ref": "m", "inline-original-selection": "words"}, Anchor("m", "words")),
        ({"inlineMarkerRef": None}, Anchor("", "")),
        (None, Anchor("", "")),
    ],
)
def test_both_spellings_of_a_place_are_read(properties: object, expected: Anchor) -> None:
    """An inline comment without a marker hangs nowhere, and is never one on the whole page (api.md 2.5)."""
    site = talked()
    listed = {"results": [comment(7, properties=properties, resolutionStatus="open")]}
    site.routes["GET /api/v2/pages/1/inline-comments?body-format=storage"] = listed

    assert [expected] == [one.anchor for one in threads(site)]


@pytest.mark.parametrize("status", ["trashed", "deleted", "draft", "historical"])
def test_only_current_comments_are_told(status: str) -> None:
    """A comment that is not current is not there."""
    site = talked()
    listed = {"results": [comment(7, status=status), comment(8)]}
    site.routes["GET /api/v2/pages/1/footer-comments?body-format=storage"] = listed

    assert ["8"] == [one.id for one in threads(site)]


def test_a_comment_on_another_page_is_refused() -> None:
    """A list that has a comment on another page is broken."""
    site = talked()
    site.routes["GET /api/v2/pages/1/footer-comments?body-format=storage"] = {"results": [comment(7, pageId="2")]}
    with pytest.raises(Broken, match="on another page"):
        threads(site)


def test_names_are_not_even_asked_for_where_they_are_not_shown() -> None:
    """Without `names` no question about people goes out."""
    site = talked()
    site.routes["GET /api/v2/pages/1/footer-comments?body-format=storage"] = {"results": [comment(7)]}

    assert [None] == [one.author for one in threads(site)]
    assert "POST /api/v2/users-bulk" not in site.seen
    assert ["Bob"] == [one.author for one in threads(site, names=True)]


def test_answers_that_go_round_in_circles_come_to_an_end() -> None:
    """Two comments that are said to answer each other are told once each."""
    site = talked()
    first, second = comment(8), comment(9)
    site.routes["GET /api/v2/footer-comments/7/children?body-format=storage"] = {"results": [first]}
    site.routes["GET /api/v2/footer-comments/8/children?body-format=storage"] = {"results": [second]}
    site.routes["GET /api/v2/footer-comments/9/children?body-format=storage"] = {"results": [first, comment(7)]}
    thread = Comment(CommentId("7"), ONE, 2)
    found = cloud.asked(site, lambda one: CloudDiscussions(one).replies([thread], names=False))

    assert ["8", "9"] == [one.id for one in found[thread.id]]


@pytest.mark.parametrize(
    ("answered", "left"),
    [(comment(7), True), (comment(7, status="trashed"), False), (comment(7, version={"number": 3}), False)],
    ids=["as it was", "gone", "changed"],
)
def test_a_comment_is_rendered_as_it_was_listed(answered: dict[str, object], left: bool) -> None:
    """Storage and rendering of a comment are of one version, or it is left out: what is cut by one must fit the other."""
    site = talked()
    site.routes["GET /api/v2/footer-comments/7?body-format=export_view"] = answered
    listed = Comment(CommentId("7"), ONE, 2, storage="<p>stored</p>")
    found = cloud.asked(site, lambda one: CloudDiscussions(one).drafts([listed]))

    assert ({"7": "<p>shown</p>"} if left else {}) == {id: draft and draft.body for id, draft in found.items()}


def test_another_comment_than_the_one_asked_for_is_refused() -> None:
    """A comment that comes under another's address is broken."""
    site = talked()
    site.routes["GET /api/v2/footer-comments/7?body-format=export_view"] = comment(8)
    listed = Comment(CommentId("7"), ONE, 2, storage="<p>stored</p>")
    with pytest.raises(Broken, match="another comment"):
        cloud.asked(site, lambda one: CloudDiscussions(one).drafts([listed]))


def recalled(site: cloud.Site, version: int) -> Past | None:
    """A version of the Cloud page."""
    return cloud.asked(site, lambda one: CloudHistories(one).read(ONE, version, names=False))


def test_a_version_is_read_with_its_own_bodies() -> None:
    """The version that was asked for comes where both bodies are of it."""
    past = recalled(talked(), 4)

    assert past is not None
    assert past.draft is not None
    assert (4, "<p></p>") == (past.version.number, past.draft.body)


@pytest.mark.parametrize("body_format", ["storage", "export_view"])
def test_another_version_than_the_one_asked_for_is_refused(body_format: str) -> None:
    """A body of another version is broken, be it the one that is cut by or the one that is shown: a part that only the
    other version excludes would be shown.
    """
    site = talked()
    address = f"GET /api/v2/pages/1?body-format={body_format}"
    site.routes[address] = {**site.routes[address], "version": {"number": 5}}  # type: ignore[dict-item]
    with pytest.raises(Broken, match="another version"):
        recalled(site, 4)


@pytest.mark.parametrize("status", ["trashed", "archived", "draft", "deleted"])
def test_a_page_that_is_gone_has_no_versions(status: str) -> None:
    """Neither are versions of it listed, nor is one read."""
    site = talked()
    site.put(1, status=status)
    site.routes["GET /api/v2/pages/1/versions"] = {"results": [{"number": 4}]}

    assert recalled(site, 4) is None
    assert ((), False) == cloud.asked(site, lambda one: CloudHistories(one).versions(ONE, 5, names=False))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"name": "Rough draft", "color": "#ffc400", "id": 1}, PageStatus("Rough draft", Tone.YELLOW)),
        ({"name": " Ready ", "color": "?", "id": 1}, PageStatus("Ready", Tone.NEUTRAL)),
        ({"name": "", "color": "#ffc400"}, None),
        (None, None),
    ],
)
def test_a_status_is_what_is_said_of_the_page(state: object, expected: PageStatus | None) -> None:
    """A status has a name, or there is none; a colour that cannot be read is no colour."""
    site = talked()
    site.routes["GET /rest/api/content/1/state"] = {"contentState": state, "lastUpdated": "2026-07-04T08:00:00.000Z"}

    assert expected == cloud.asked(site, lambda one: CloudPages(one).status(ONE))


@pytest.mark.parametrize(
    ("colour", "tone"),
    [
        ("#2684ff", Tone.BLUE), ("#57d9a3", Tone.GREEN), ("#ffc400", Tone.YELLOW), ("#ff7452", Tone.RED),
        ("#8777d9", Tone.PURPLE), ("#ff0033", Tone.RED), ("#808080", Tone.NEUTRAL), ("#ffffff", Tone.NEUTRAL),
        ("green", Tone.GREEN), ("RED", Tone.RED), ("", Tone.NEUTRAL), ("url(x)", Tone.NEUTRAL), ("#12", Tone.NEUTRAL),
    ],
)  # fmt: skip
def test_a_colour_becomes_the_nearest_tone(colour: str, tone: Tone) -> None:
    """Whatever colour a site has chosen, the page shows one of ours, whose words can be read."""
    assert tone is tone_of(colour)


def marked(ref: str) -> str:
    """A paragraph with a marker of an inline comment."""
    return f'<p><ac:inline-comment-marker ac:ref="{ref}">words</ac:inline-comment-marker></p>'


def boxed(body: str, title: str = "exshare-exclude", name: str = "panel") -> str:
    """A box with a title."""
    return (
        f'<ac:structured-macro ac:name="{name}"><ac:parameter ac:name="title">{title}</ac:parameter>'
        f"<ac:rich-text-body>{body}</ac:rich-text-body></ac:structured-macro>"
    )


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        (marked("a") + marked("b"), {"a", "b"}),
        (marked("a") + boxed(marked("b")), {"a"}),
        (marked("a") + boxed(marked("a")), set()),
        (boxed(boxed(marked("a"), "Note")), set()),
        (boxed(boxed(marked("a")), "Note"), set()),
        (boxed(marked("a"), "Note"), {"a"}),
        (boxed(marked("a"), name="expand"), set()),
        (marked(""), set()),
    ],
    ids=["shown", "beside", "both", "box in excluded", "excluded in box", "in a box", "expand", "without a name"],
)
def test_markers_in_excluded_parts_are_none(storage: str, expected: set[str]) -> None:
    """L8: a marker any part of which stands in an excluded part is not told."""
    assert expected == inventory(storage).marks


def said(number: int, *above: int, **changes: object) -> dict[str, object]:
    """A comment as Data Center lists it."""
    made: dict[str, object] = {
        "id": str(number),
        "type": "comment",
        "status": "current",
        "version": {"number": 1, "when": f"2026-07-04T08:00:00.{number:03d}Z", "by": {"displayName": "Bob"}},
        "ancestors": [{"id": str(one)} for one in above],
        "extensions": {"location": "footer"},
        "body": {"storage": {"value": "<p>stored</p>"}, "view": {"value": "<p>shown</p>"}},
    }
    return made | changes


def in_centre(work: Callable[[DataCenter], Coroutine[object, object, T]], *listed: dict[str, object]) -> T:
    """What `work` makes of a scripted Data Center site with these comments on its page."""
    site = centre.Site()
    site.routes["GET /rest/api/content/1/child/comment"] = {"results": [*listed], "_links": {}}
    return centre.asked(site, lambda one, _: work(one))


@pytest.mark.parametrize("whole", [True, False], ids=["every comment above", "the one right above"])
def test_a_thread_is_known_by_either_way_to_name_what_is_above(whole: bool) -> None:
    """An answer to an answer belongs to the thread, whether all comments above it are named or only the nearest."""
    listed = (said(7), said(8, 7), said(9, 7, 8) if whole else said(9, 8))

    async def work(one: DataCenter) -> Sequence[str]:
        discussions = DataCenterDiscussions(one)
        threads = await discussions.threads(ONE, names=False)
        answers = await discussions.replies(threads, names=False)
        return [thread.id for thread in threads] + [one.id for some in answers.values() for one in some]

    assert ["7", "8", "9"] == in_centre(work, *listed)


def test_an_inline_comment_without_a_place_hangs_nowhere() -> None:
    """Where Data Center says that a comment is inline and not where, it is no comment on the whole page."""
    bare = said(6, extensions={"location": "inline"})
    settled = said(7, extensions={"location": "resolved"})
    placed = said(
        8, extensions={"location": "resolved", "inlineProperties": {"markerRef": "m", "originalSelection": "x"}}
    )
    found = in_centre(lambda one: DataCenterDiscussions(one).threads(ONE, names=False), bare, settled, placed)

    assert [(Anchor("", ""), False), (Anchor("", ""), True), (Anchor("m", "x"), True)] == [
        (one.anchor, one.resolved) for one in found
    ]


def test_another_version_is_refused_by_data_center_too() -> None:
    """Data Center's page is at version 9 whatever is asked for: no other version is read from it."""
    with pytest.raises(Broken, match="another version"):
        in_centre(lambda one: DataCenterHistories(one).read(ONE, 4, names=False))

    past = in_centre(lambda one: DataCenterHistories(one).read(ONE, 9, names=True))

    assert past is not None
    assert (9, "John Smith") == (past.version.number, past.version.author)
