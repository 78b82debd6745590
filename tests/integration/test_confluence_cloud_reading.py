"""A Cloud page is read with everything `reach()` needs, whatever traps the interface holds (api.md 2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import TypeVar

import httpx
import pytest

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.cloud_access import CloudAccess
from exshare_adapters.confluence.cloud_finder import CloudFinder
from exshare_adapters.confluence.cloud_pages import CloudPages
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Limits, open_client
from exshare_core.content import Absence, Absent, MayRead, Node, NodeKind, PageFacts, Reading
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected
from exshare_core.values import AccountId, AttachmentId, PageId
from tests.integration.wires import AT_ONCE, Wire, api_asked, network, run

T = TypeVar("T")

BASE = "https://api.atlassian.com/ex/confluence/c1/wiki"
URL = "https://acme.atlassian.net/wiki"
ADA = AccountId("557058:ada")

OPEN: dict[str, object] = {
    "read": {"restrictions": {"user": {"results": [], "size": 0}, "group": {"results": [], "size": 0}}}
}
CLOSED: dict[str, object] = {
    "read": {
        "restrictions": {
            "user": {"results": [{"accountId": "x"}], "size": 1},
            "group": {"results": [], "size": 0},
        }
    }
}
ABSENT = {"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Cannot find a page with id [1]", "detail": None}]}
BARE = {"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": None}]}


NO_SCOPE = httpx.Response(401, json={"code": 401, "message": "Unauthorized; scope does not match"})


def page(number: int, **changes: object) -> dict[str, object]:
    """A page as v2 describes it."""
    made: dict[str, object] = {
        "id": str(number),
        "status": "current",
        "title": f"Page {number}",
        "spaceId": "900",
        "parentId": "10",
        "parentType": "page",
        "position": 1,
        "authorId": "557058:bob",
        "ownerId": None,
        "createdAt": "2026-07-03T13:48:15.974Z",
        "version": {
            "number": 4,
            "message": None,
            "authorId": "557058:bob",
            "createdAt": "2026-07-04T08:00:00.000Z",
        },
        "_links": {"webui": f"/spaces/TEAM/pages/{number}", "edituiv2": "…"},
    }
    return made | changes


class Site:
    """A scripted Cloud site: routes by path and query, everything else a 404 of the right shape."""

    def __init__(self) -> None:
        self.routes: dict[str, object] = {
            "GET /rest/api/user/current": {"type": "known", "accountId": "557058:connector"},
            "GET /api/v2/spaces/900": {"id": "900", "key": "team"},
            "GET /api/v2/spaces": {"results": [{"id": "900", "key": "TEAM", "homepageId": "10"}]},
            "POST /api/v2/users-bulk": {"results": [{"accountId": "557058:bob", "displayName": "Bob"}]},
            "POST /api/v2/content/convert-ids-to-types": {"results": {}},
        }
        self.absent: object = ABSENT
        self.seen: list[str] = []

    def put(self, number: int, storage: str = "<p/>", shown: str = "<p></p>", **changes: object) -> None:
        """A current, open page that everybody may read."""
        for name, value in (("storage", storage), ("export_view", shown), ("view", shown)):
            body = {name: {"representation": name, "value": value}}
            self.routes[f"GET /api/v2/pages/{number}?body-format={name}"] = page(number, body=body, **changes)
        self.routes[f"GET /api/v2/pages/{number}"] = page(number, **changes)
        self.routes[f"GET /api/v2/pages/{number}/ancestors"] = {"results": [{"id": "10", "type": "page"}]}
        self.routes[f"GET /api/v2/pages/{number}/labels"] = {"results": [{"prefix": "global", "name": "Public"}]}
        self.routes[f"GET /rest/api/content/{number}/restriction/byOperation"] = OPEN
        self.routes[f"POST /rest/api/content/{number}/permission/check"] = {
            "hasPermission": True,
            "errors": [],
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/ex/confluence/c1/wiki")
        wanted = f"{request.method} {path}"
        body_format = request.url.params.get("body-format")
        self.seen.append(wanted)
        found = self.routes.get(f"{wanted}?body-format={body_format}" if body_format else wanted)
        if found is None and wanted == "GET /api/v2/pages" and "id" in request.url.params:
            asked_for = [self.routes.get(f"{wanted}/{one}") for one in request.url.params["id"].split(",")]
            found = {"results": [one for one in asked_for if isinstance(one, dict)]}
        if isinstance(found, httpx.Response):
            return _fresh(found.status_code, found.content, found.headers.get("content-type", ""))
        if found is None:
            v1 = {"statusCode": 404, "message": "com.atlassian…NotFoundException: No content found"}
            return _fresh(404, json.dumps(v1 if path.startswith("/rest") else self.absent).encode())
        return _fresh(200, json.dumps(found).encode())


def _fresh(status: int, content: bytes, kind: str = "application/json") -> httpx.Response:
    async def stream() -> object:
        yield content

    return httpx.Response(status, content=stream(), headers={"content-type": kind})  # type: ignore[arg-type]


def asked(site: Site, work: Callable[[Cloud], Coroutine[object, object, T]]) -> T:
    """What `work` makes of the scripted site, asked through the gateway."""

    async def go() -> T:
        async with open_client(
            base=BASE,
            headers={"authorization": "Bearer b"},
            limits=Limits(pause=0),
            transport=httpx.MockTransport(site),
        ) as client:
            return await work(Cloud(Api(client, BASE, SiteAddresses.of(Flavour.CLOUD, URL, BASE), SingleFlight())))

    with asyncio.Runner() as runner:
        return runner.run(go())


def read(site: Site, number: int = 1) -> Reading | Absent:
    """Page `number` read for Ada."""
    return asked(site, lambda cloud: CloudPages(cloud).read(PageId(str(number)), ADA))


def facts(site: Site, *numbers: int) -> dict[PageId, PageFacts | Absent]:
    """Facts of pages for Ada."""
    pages = [PageId(str(number)) for number in numbers]
    return dict(asked(site, lambda cloud: CloudPages(cloud).facts(pages, ADA)))


def stocked() -> Site:
    """A site with page 1 below page 10."""
    site = Site()
    site.put(10, parentId=None, parentType=None)
    site.routes["GET /api/v2/pages/10/ancestors"] = {"results": []}
    site.put(1)
    return site


@pytest.mark.parametrize(
    ("more", "expected", "asked_again"),
    [
        ({"hasMore": False}, frozenset({"internal"}), False),
        ({"hasMore": True, "cursor": "c"}, frozenset({"public"}), True),
        ({}, frozenset({"public"}), True),
    ],
)
def test_labels_that_come_whole_with_the_page_are_not_asked_for(
    more: dict[str, object], expected: frozenset[str], asked_again: bool
) -> None:
    """api.md 2.1: lists within an answer are cut at fifty, and say so; only a whole one is believed."""
    site = stocked()
    listed = [{"prefix": "global", "name": "Internal"}, {"prefix": "my", "name": "favourite"}]
    site.put(1, labels={"results": listed, "meta": more, "_links": {"self": "/wiki/api/v2/pages/1/labels"}})
    reading = read(site)
    assert isinstance(reading, Reading)

    assert (expected, asked_again) == (reading.facts.labels, "GET /api/v2/pages/1/labels" in site.seen)


def test_a_page_comes_with_its_facts() -> None:
    """Body, version, author's name, space key, way, labels, restrictions and the right of the identity."""
    site = stocked()
    site.put(1, shown="<p>Hello</p>")
    reading = read(site)
    assert isinstance(reading, Reading)

    assert (
        PageFacts(
            page=PageId("1"),
            space="TEAM",  # type: ignore[arg-type]
            kind=NodeKind.PAGE,
            ancestors=(PageId("10"),),
            labels=frozenset({"public"}),
            restricted=frozenset(),
            may_read=MayRead.YES,
            title="Page 1",
        )
        == reading.facts
    )

    draft = reading.draft
    assert (draft.title, draft.body, draft.version, draft.author) == ("Page 1", "<p>Hello</p>", 4, "Bob")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("trashed", Absence.TRASHED),
        ("deleted", Absence.TRASHED),
        ("archived", Absence.ARCHIVED),
        ("draft", Absence.DRAFT),
        ("something new", Absence.MISSING),
    ],
)
def test_only_current_pages_are_there(status: str, why: Absence) -> None:
    """api.md 4.1: a trashed page answers 200, with its place in the tree gone."""
    site = stocked()
    site.put(1, status=status, parentId=None, parentType=None, position=None)

    assert Absent(PageId("1"), why) == read(site)

    assert {PageId("1"): Absent(PageId("1"), why)} == facts(site, 1)


def test_a_missing_page_is_absent_and_a_refused_credential_is_not() -> None:
    """api.md 3.2: a 404 that names the page, and the bare one of a bad credential."""
    missing = read(Site())
    refused = Site()
    refused.routes = {
        "GET /rest/api/user/current": httpx.Response(403, json={"message": "caller cannot access Confluence"})
    }
    refused.absent = BARE

    assert Absent(PageId("1"), Absence.MISSING) == missing

    with pytest.raises(CredentialRejected):
        read(refused)


def test_another_page_than_the_one_asked_for_is_refused() -> None:
    """F27: the id of the answer is checked."""
    site = stocked()
    for key, found in list(site.routes.items()):
        if key.startswith("GET /api/v2/pages/1?") and isinstance(found, dict):
            site.routes[key] = found | {"id": "2"}
    with pytest.raises(Broken):
        read(site)


def test_restrictions_are_read_for_every_ancestor() -> None:
    """api.md 2.6: inherited ones are not reported; each level is asked."""
    site = stocked()
    site.routes["GET /rest/api/content/10/restriction/byOperation"] = CLOSED
    reading = read(site)
    assert isinstance(reading, Reading)

    assert frozenset({PageId("10")}) == reading.facts.restricted


@pytest.mark.parametrize("broken", [{}, {"read": {}}, {"read": {"restrictions": {"user": {}}}}, {"results": []}])
def test_restrictions_in_an_unknown_shape_are_refused(broken: object) -> None:
    """What cannot be read is never taken for "none"."""
    site = stocked()
    site.routes["GET /rest/api/content/10/restriction/byOperation"] = broken
    with pytest.raises(Broken):
        read(site)


def test_the_way_is_continued_above_what_one_answer_holds() -> None:
    """api.md 2.3: long ways are asked for again from their first entry, and the own id is dropped."""
    site = stocked()
    near = [{"id": str(number), "type": "folder" if number == 30 else "page"} for number in range(30, 55)]
    site.routes["GET /api/v2/pages/1/ancestors"] = {"results": [*near, {"id": "1", "type": "page"}]}
    site.routes["GET /api/v2/folders/30/ancestors"] = {"results": [{"id": "10", "type": "page"}]}
    way = asked(site, lambda cloud: cloud.ancestors(PageId("1"), NodeKind.PAGE))

    assert ("10", *(str(number) for number in range(30, 55))) == tuple(one for one, _ in way)


def chained(site: Site, *numbers: int) -> None:
    """Pages each below the one before, told by themselves and by the lists of ancestors."""
    for place, number in enumerate(numbers):
        above = str(numbers[place - 1]) if place else None
        site.put(number, parentId=above, parentType="page" if above else None)
        way = [{"id": str(one), "type": "page"} for one in numbers[:place]]
        site.routes[f"GET /api/v2/pages/{number}/ancestors"] = {"results": way}


def test_a_page_that_was_moved_stands_where_it_says_itself() -> None:
    """api.md 5.3, 5.12: lists of ancestors lag behind a move, and the page must leave the share at once."""
    site = Site()
    chained(site, 10, 20, 1)
    chained(site, 30, 40)
    site.put(1, parentId="40", parentType="page")
    site.routes["GET /api/v2/pages/1/ancestors"] = {
        "results": [{"id": "10", "type": "page"}, {"id": "20", "type": "page"}]
    }
    site.routes["GET /rest/api/content/30/restriction/byOperation"] = CLOSED
    reading, (fact,) = read(site), facts(site, 1).values()
    assert isinstance(reading, Reading) and isinstance(fact, PageFacts)

    assert (("30", "40"), frozenset({"30"})) == (reading.facts.ancestors, reading.facts.restricted)

    assert (("30", "40"), frozenset({"30"})) == (fact.ancestors, fact.restricted)


def test_a_page_below_one_that_was_moved_moves_along() -> None:
    """The same for an ancestor: its own word counts, for a folder in between as well."""
    site = Site()
    chained(site, 10, 20, 1)
    chained(site, 30)
    site.put(20, parentId="30", parentType="page")
    reading = read(site)
    assert isinstance(reading, Reading)

    assert ("30", "20") == reading.facts.ancestors

    chained(site, 20, 1)
    site.routes["GET /api/v2/pages/1/ancestors"] = {
        "results": [{"id": "10", "type": "page"}, {"id": "20", "type": "page"}]
    }
    to_the_top = read(site)
    assert isinstance(to_the_top, Reading)

    assert to_the_top.facts.ancestors == ("20",)


def test_a_tree_that_does_not_settle_is_busy() -> None:
    """Two pages that name each other as parent: nothing is guessed, and nothing runs for ever."""
    site = Site()
    chained(site, 10, 20, 1)
    site.put(10, parentId="20", parentType="page")
    with pytest.raises(Busy):
        read(site)


def test_the_requests_for_a_page_grow_with_its_depth_only() -> None:
    """api.md 5.4: one for each level, and each once, however many ask together."""
    counts = []
    for depth in (2, 12):
        site = Site()
        chained(site, *range(100, 100 + depth), 1)

        async def twice(cloud: Cloud) -> None:
            pages = CloudPages(cloud)
            await asyncio.gather(pages.read(PageId("1"), ADA), pages.read(PageId("1"), ADA))

        asked(site, twice)
        counts.append(len(site.seen))

    assert 10 == counts[1] - counts[0]


@pytest.mark.parametrize("number", ["9223372036854775808", "9999999999999999999", "007"])
def test_an_id_that_cannot_be_is_a_page_that_is_not_there(number: str) -> None:
    """The site would call it malformed; a visitor must see no difference from any other missing page."""
    site = Site()
    absent = Absent(PageId(number), Absence.MISSING)
    read_one = asked(site, lambda cloud: CloudPages(cloud).read(PageId(number), ADA))
    of_two = asked(site, lambda cloud: CloudPages(cloud).facts([PageId(number), PageId("1")], ADA))
    below = asked(site, lambda cloud: CloudPages(cloud).level(PageId(number), 50))

    assert (absent, absent, ((), False)) == (read_one, of_two[PageId(number)], below)

    assert not any(number in path for path in site.seen)


def test_ids_may_be_numbers() -> None:
    """api.md 2.1: strings of digits as a rule; what is written as a number is the same id."""
    site = stocked()
    site.put(1, spaceId=900, parentId=10)
    site.routes["GET /api/v2/spaces/900"] = {"id": 900, "key": "TEAM"}
    site.routes["GET /api/v2/pages/1/ancestors"] = {"results": [{"id": 10, "type": "page"}]}
    reading = read(site)
    assert isinstance(reading, Reading)

    assert ("TEAM", ("10",)) == (reading.facts.space, reading.facts.ancestors)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"hasPermission": True}, MayRead.YES),
        ({"hasPermission": False, "errors": [{}]}, MayRead.NO),
        ({"hasPermission": "yes"}, MayRead.UNKNOWN),
        ({}, MayRead.UNKNOWN),
        (None, MayRead.NO),
        (httpx.Response(403, json={"message": "no"}), MayRead.UNKNOWN),
        (httpx.Response(401, json={"message": "Unauthorized; scope does not match"}), MayRead.UNKNOWN),
        (httpx.Response(500), MayRead.UNKNOWN),
    ],
    ids=["yes", "denied", "odd", "empty", "no such page", "forbidden", "scope", "error"],
)
def test_what_is_not_answered_about_a_right_stays_unknown(answer: object, expected: MayRead) -> None:
    """Spec L15: a denial is a 200; everything else leaves the question open."""
    site = stocked()
    site.routes["POST /rest/api/content/1/permission/check"] = answer
    reading = read(site)
    assert isinstance(reading, Reading)

    assert expected is reading.facts.may_read

    as_bool = asked(site, lambda cloud: CloudAccess(cloud).may_read([PageId("1")], ADA))
    assert {PageId("1"): {MayRead.YES: True, MayRead.NO: False, MayRead.UNKNOWN: None}[expected]} == dict(as_bool)


def test_facts_of_many_pages_have_an_entry_each() -> None:
    """Pages listed at once, a folder, a blog post and an unknown one."""
    site = stocked()
    site.put(2)
    site.routes["GET /api/v2/pages"] = {"results": [page(1), page(2)]}
    site.routes["POST /api/v2/content/convert-ids-to-types"] = {"results": {"3": "folder", "4": None}}
    site.routes["GET /api/v2/folders/3"] = page(3, title="A folder")
    site.routes["GET /api/v2/folders/3/ancestors"] = {"results": [{"id": "10", "type": "page"}]}
    site.routes["POST /rest/api/content/3/permission/check"] = {"hasPermission": True}
    found = facts(site, 1, 2, 3, 4)
    kinds = {one: (fact.kind if isinstance(fact, PageFacts) else fact.why) for one, fact in found.items()}

    assert kinds == {"1": NodeKind.PAGE, "2": NodeKind.PAGE, "3": NodeKind.FOLDER, "4": Absence.MISSING}

    ways = {fact.ancestors for fact in found.values() if isinstance(fact, PageFacts)}
    assert {(PageId("10"),)} == ways


def test_a_level_keeps_the_order_and_leaves_archived_out() -> None:
    """api.md 2.3: by position, then by answer order; of a folder when the id is one; complete over
    cursors.
    """
    site = Site()
    site.routes["POST /api/v2/content/convert-ids-to-types"] = {"results": {"3": "folder"}}
    site.routes["GET /api/v2/folders/3/direct-children"] = {
        "results": [
            {"id": "5", "status": "current", "title": "last", "type": "page", "childPosition": None},
            {"id": "6", "status": "current", "title": "second", "type": "whiteboard", "childPosition": 20},
            {"id": "7", "status": "archived", "title": "gone", "type": "page", "childPosition": 1},
            {"id": "8", "status": "current", "title": "first", "type": "folder", "childPosition": 10},
            {"id": "9", "status": "current", "title": "of a new kind", "type": "canvas", "childPosition": 5},
        ],
        "_links": {},
    }
    folder = PageId("3")
    whole = asked(site, lambda cloud: CloudPages(cloud).level(folder, 50))
    part = asked(site, lambda cloud: CloudPages(cloud).level(folder, 1, 1))

    assert (
        (
            Node(PageId("8"), "first", NodeKind.FOLDER, folder),
            Node(PageId("6"), "second", NodeKind.WHITEBOARD, folder),
            Node(PageId("5"), "last", NodeKind.PAGE, folder),
        ),
        False,
    ) == whole

    assert ((Node(PageId("6"), "second", NodeKind.WHITEBOARD, folder),), True) == part


INCLUDE = (
    '<ac:structured-macro ac:name="include" ac:macro-id="m{number}"><ac:parameter ac:name="">'
    '<ac:link><ri:page ri:content-title="{title}" /></ac:link></ac:parameter></ac:structured-macro>'
)


def test_included_pages_are_resolved_through_their_own_includes() -> None:
    """Spec L17: 1 includes 2 includes 3 includes 1: the circle's last source is unknown; unknown titles
    too.
    """
    site = stocked()
    for number, titles in ((1, ["Page 2", "Nowhere"]), (2, ["Page 3"]), (3, ["Page 1"])):
        storage = "".join(INCLUDE.format(number=f"{number}{place}", title=title) for place, title in enumerate(titles))
        site.put(number, storage=storage)
    site.routes["GET /api/v2/pages"] = {"results": [page(1), page(2), page(3)]}
    reading = read(site)
    assert isinstance(reading, Reading)

    assert {("1", "m10", "2"), ("1", "m11", None), ("2", "m20", "3"), ("3", "m30", None)} == {
        (macro.page, macro.id, macro.source) for macro in reading.draft.macros
    }

    assert "GET /api/v2/pages/1?body-format=view" not in site.seen


@pytest.mark.parametrize(
    "name", ["children", "pagetree", "contentbylabel", "detailssummary", "recently-updated", "attachments", "gallery"]
)
def test_a_list_of_pages_has_no_one_source(name: str) -> None:
    """Spec L17: the page that a list is of says nothing of what may be seen in it; its source is unknown."""
    site = stocked()
    link = '<ac:link><ri:page ri:content-title="Page 2" /></ac:link>'
    storage = "".join(
        f'<ac:structured-macro ac:name="{one}"><ac:parameter ac:name="page">{link}</ac:parameter></ac:structured-macro>'
        for one in (name, "viewfile")
    )
    site.put(1, storage=storage)
    site.routes["GET /api/v2/pages"] = {"results": [page(2)]}
    reading = read(site)
    assert isinstance(reading, Reading)

    assert {(name, None), ("viewfile", "2")} == {(macro.name, macro.source) for macro in reading.draft.macros}


def test_links_and_files_of_a_body_get_ids() -> None:
    """Links by title become links by id; files named without an id are looked up in their page's list."""
    site = stocked()
    shown = (
        '<a href="/wiki/spaces/TEAM/pages/21/x">a</a><a href="https://acme.atlassian.net/wiki/x/AYBfAg">b</a>'
        '<a data-linked-resource-id="22" data-linked-resource-type="page" href="#">c</a>'
        '<a class="x" href="/wiki/display/TEAM/Page+2#There">d</a><a href="/wiki/display/TEAM/Nowhere">e</a>'
        '<img src="/wiki/download/attachments/1/a%20b.png?version=1&amp;api=v2">'
        '<a href="https://evil.example/wiki/spaces/TEAM/pages/99">f</a>'
    )
    site.put(1, shown=shown)
    site.routes["GET /api/v2/pages"] = {"results": [page(2)]}
    site.routes["GET /api/v2/pages/1/attachments"] = {
        "results": [
            {
                "id": "att7",
                "status": "current",
                "title": "a b.png",
                "pageId": "1",
                "mediaType": "image/png",
                "fileSize": 3,
            }
        ]
    }
    reading = read(site)
    assert isinstance(reading, Reading)
    draft = reading.draft

    assert {"21", "22", "39813121", "2"} == set(draft.links)

    assert {(PageId("1"), "a b.png"): AttachmentId("att7")} == dict(draft.files)

    assert '<a class="x" href="/wiki/pages/viewpage.action?pageId=2#There">' in draft.body

    assert '<a href="/wiki/display/TEAM/Nowhere">' in draft.body


def test_files_of_a_blog_post_get_ids() -> None:
    """A blog post has files like a page, at another address."""
    site = Site()
    site.routes["POST /api/v2/content/convert-ids-to-types"] = {"results": {"5": "blogpost"}}
    for name in ("storage", "export_view"):
        shown = '<img src="/wiki/download/attachments/5/e%CC%81.png">' if name == "export_view" else "<p/>"
        made = page(5, parentId=None, parentType=None, body={name: {"value": shown}})
        site.routes[f"GET /api/v2/blogposts/5?body-format={name}"] = made
    site.routes["GET /api/v2/blogposts/5/labels"] = {"results": []}
    site.routes["GET /rest/api/content/5/restriction/byOperation"] = OPEN
    site.routes["GET /api/v2/blogposts/5/attachments"] = {
        "results": [{"id": 7, "status": "current", "title": "\u00e9.png", "blogPostId": "5", "fileSize": 3}]
    }
    reading = read(site, 5)
    assert isinstance(reading, Reading)

    assert {(PageId("5"), "\u00e9.png"): AttachmentId("att7")} == dict(reading.draft.files)


def test_a_page_that_changes_while_it_is_read_is_busy() -> None:
    """Storage and rendering must be of one version, or parts could not be cut with certainty."""
    site = stocked()
    changed = site.routes["GET /api/v2/pages/1?body-format=export_view"]
    assert isinstance(changed, dict)
    site.routes["GET /api/v2/pages/1?body-format=export_view"] = changed | {"version": {"number": 5}}
    with pytest.raises(Busy):
        read(site)


@pytest.mark.parametrize("missing", ["id", "status", "title", "spaceId", "body"])
def test_a_page_without_a_needed_field_is_refused(missing: str) -> None:
    """F22: what is missing is named, nothing is guessed."""
    site = stocked()
    for key, found in list(site.routes.items()):
        if key.startswith("GET /api/v2/pages/1?") and isinstance(found, dict):
            site.routes[key] = {name: value for name, value in found.items() if name != missing}
    with pytest.raises(AdapterFailed, match=missing):
        read(site)


def test_a_search_is_quoted_and_takes_titles_from_the_content() -> None:
    """api.md 2.7: the title beside the content is marked and escaped."""
    site = Site()
    site.routes["GET /rest/api/search"] = {
        "results": [
            {
                "content": {"id": "1", "type": "page", "status": "current", "title": "A & B"},
                "title": "@@@hl@@@A@@@endhl@@@ &amp; B",
            },
            {"content": {"id": "2", "type": "attachment", "status": "current", "title": "x"}, "title": "x"},
            {"title": "a space"},
        ],
        "_links": {},
    }
    found = asked(site, lambda cloud: CloudFinder(cloud).search('say "hi" \\', 10))
    nothing = asked(site, lambda cloud: CloudFinder(cloud).search(' "" ', 10))

    assert (Node(PageId("1"), "A & B", NodeKind.PAGE),) == found

    assert nothing == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1"),
        (f"{URL}/spaces/TEAM/pages/21/x", "21"),
        (f"{URL}/display/TEAM/page+2", "2"),
        (f"{URL}/spaces/TEAM", "10"),
        ("https://evil.example/wiki/spaces/TEAM/pages/21", None),
        (f"{URL}/l/cp/abc", None),
        ("Page 2", None),
        ("9" * 30, None),
    ],
)
def test_a_page_is_located_by_id_or_address(text: str, expected: str | None) -> None:
    """Any form of api.md 9.4 that names one page of this site."""
    site = Site()
    site.routes["GET /api/v2/pages"] = {"results": [page(2)]}
    found = asked(site, lambda cloud: CloudFinder(cloud).locate(text))

    assert expected == found


def test_a_complete_connection_has_nothing_to_mend() -> None:
    """`check()` reads, and asks for the right of somebody else."""
    site = stocked()
    site.routes["GET /api/v2/pages"] = {"results": [page(1)]}

    assert asked(site, lambda cloud: CloudAccess(cloud).check()) == ()


@pytest.mark.parametrize(
    ("route", "answer", "words"),
    [
        ("GET /rest/api/user/current", httpx.Response(401), "token"),
        ("GET /rest/api/user/current", {"type": "anonymous"}, "anonymous"),
        ("GET /rest/api/user/current", httpx.Response(200, text="<html>"), "base addresses"),
        ("GET /rest/api/user/current", httpx.Response(503), "maintenance"),
        ("GET /rest/api/user/current", httpx.Response(429), "later"),
        ("GET /rest/api/user/current", None, "base addresses"),
        ("GET /rest/api/user/current", NO_SCOPE, "read:content-details:confluence"),
        ("GET /api/v2/pages", NO_SCOPE, "read:page:confluence"),
        ("GET /api/v2/spaces", NO_SCOPE, "read:space:confluence"),
        ("GET /api/v2/pages/1/ancestors", NO_SCOPE, "read:content.metadata:confluence"),
        ("GET /api/v2/pages/1/direct-children", NO_SCOPE, "read:hierarchical-content:confluence"),
        ("GET /api/v2/pages/1/attachments", NO_SCOPE, "read:attachment:confluence"),
        (
            "GET /rest/api/content/1/child/attachment/att1/download",
            NO_SCOPE,
            "readonly:content.attachment:confluence",
        ),
        ("GET /api/v2/folders/1", NO_SCOPE, "read:folder:confluence"),
        ("POST /api/v2/users-bulk", NO_SCOPE, "read:user:confluence"),
        ("GET /rest/api/search", NO_SCOPE, "search:confluence"),
        ("GET /api/v2/pages", {"results": []}, "view rights"),
        (
            "POST /rest/api/content/1/permission/check",
            httpx.Response(403, json={}),
            "Confluence Administrator",
        ),
        (
            "POST /rest/api/content/1/permission/check",
            NO_SCOPE,
            "read:content.permission:confluence",
        ),
        ("POST /rest/api/content/1/permission/check", None, "may not ask"),
    ],
)
def test_what_is_wrong_with_a_connection_is_said_with_its_remedy(route: str, answer: object, words: str) -> None:
    """`check()` never raises; each sentence says how to mend it."""
    site = stocked()
    site.routes["GET /api/v2/pages"] = {"results": [page(1)]}
    site.routes[route] = answer
    sentences = asked(site, lambda cloud: CloudAccess(cloud).check())

    assert [words in sentence for sentence in sentences] == [True]


def test_every_scope_that_is_lacking_is_named_at_once() -> None:
    """One new token mends them all."""
    site = stocked()
    for route in list(site.routes):
        site.routes[route] = NO_SCOPE
    site.routes["GET /api/v2/pages"] = NO_SCOPE
    (sentence,) = asked(site, lambda cloud: CloudAccess(cloud).check())

    assert {"read:content-details", "read:page", "read:space", "read:user", "read:content.permission"} <= {
        word.removesuffix(":confluence") for word in sentence.replace(",", " ").split()
    }


REMEDIES = [
    ("https://acme.atlassian.net", httpx.Response(404, html="<html>"), "end in /wiki"),
    ("https://acme.atlassian.net", httpx.Response(401, html="<html>"), "end in /wiki"),
    ("https://acme.atlassian.net/wiki", httpx.Response(401, html="<html>Tomcat"), "ex/confluence/CLOUD-ID/wiki"),
    ("https://acme.atlassian.net/wiki", httpx.Response(302, headers={"location": "/login"}), "context path"),
    ("https://acme.atlassian.net/wiki", httpx.Response(410, json={}), "context path"),
]


@pytest.mark.parametrize(("base", "answer", "words"), REMEDIES)
def test_an_address_or_token_of_the_wrong_kind_is_said(base: str, answer: httpx.Response, words: str) -> None:
    """api.md 1: the context path on Cloud, and the gateway that tokens with scopes need."""

    async def go() -> tuple[str, ...]:
        async with open_client(base=base, limits=AT_ONCE, transport=network(Wire(answer))) as client:
            api = Api(client, base, SiteAddresses.of(Flavour.CLOUD, base), SingleFlight())
            return await CloudAccess(Cloud(api)).check()

    (sentence,) = run(go())

    assert words in sentence


@pytest.mark.parametrize(
    ("failure", "words"),
    [(httpx.ConnectError("x"), "name service"), (httpx.ConnectTimeout("x"), "name service")],
)
def test_an_unreachable_site_is_said(failure: httpx.TransportError, words: str) -> None:
    """Nothing of the library's own words comes along."""

    def wire(request: httpx.Request) -> httpx.Response:
        raise failure

    (sentence,) = api_asked(wire, lambda api: CloudAccess(Cloud(api)).check())

    assert words in sentence
