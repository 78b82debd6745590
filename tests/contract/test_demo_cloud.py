"""The stand-in for Cloud gives a reader the fields that real sites give."""

from __future__ import annotations

import pytest

from exshare_demo import canaries, pages
from tests.demo_calls import MEDIA, SITE, Cloud

MIRA = "712020:canary-acc-mira"
TOVE = "712020:canary-acc-tove"
CONNECTOR = "712020:canary-acc-connector"


@pytest.fixture
def cloud() -> Cloud:
    """A fresh site."""
    return Cloud()


def test_a_page(cloud: Cloud) -> None:
    """A page tells its place, state, version and addresses, with ids as strings of digits."""
    page = cloud.ask(f"/api/v2/pages/{pages.UNPACK}").json()

    assert {
        "id": "40010003",
        "status": "current",
        "title": "Unpacking a lamp",
        "spaceId": "39223300",
        "parentId": "40010002",
        "parentType": "page",
        "position": 1000,
        "authorId": MIRA,
        "createdAt": "2026-01-05T10:30:00.974Z",
    } == {
        k: page[k] for k in page if k not in ("version", "_links", "body", "contributorIds", "ownerId", "lastOwnerId")
    }
    assert (1, None) == (page["version"]["number"], page["version"]["message"])
    assert {} == page["body"]
    assert (f"{SITE}/wiki", "/spaces/GUIDE/pages/40010003/Unpacking+a+lamp", "/x/E4FiAg") == (
        page["_links"]["base"],
        page["_links"]["webui"],
        page["_links"]["tinyui"],
    )


@pytest.mark.parametrize("form", ["storage", "view", "export_view", "anonymous_export_view", "styled_view"])
def test_a_body(cloud: Cloud, form: str) -> None:
    """One format is given per question, under its own name."""
    body = cloud.ask(f"/api/v2/pages/{pages.UNPACK}?body-format={form}").json()["body"]

    assert [form] == list(body)
    assert form == body[form]["representation"]
    assert "Cut the straps, never the rope" in body[form]["value"]


def test_an_earlier_version(cloud: Cloud) -> None:
    """The body of an earlier version comes with its number; the title is the current one."""
    page = cloud.ask(f"/api/v2/pages/{pages.WARRANTY}?version=1&body-format=storage").json()

    assert (1, "historical", "Warranty") == (page["version"]["number"], page["status"], page["title"])
    assert canaries.OLD_VERSION in page["body"]["storage"]["value"]


def test_versions(cloud: Cloud) -> None:
    """The newest version comes first."""
    found = cloud.ask(f"/api/v2/pages/{pages.WARRANTY}/versions").json()["results"]

    assert [3, 2, 1] == [one["number"] for one in found]


def test_labels(cloud: Cloud) -> None:
    """Labels carry their prefix, by which they can be filtered."""
    found = cloud.ask(f"/api/v2/pages/{pages.GALLERY}/labels?prefix=global").json()["results"]

    assert [("global", "public"), ("global", canaries.INTERNAL_LABEL)] == [(la["prefix"], la["name"]) for la in found]


def test_children(cloud: Cloud) -> None:
    """Children of every kind tell kind, state and place, from which a reader has to make the order."""
    found = cloud.ask(f"/api/v2/pages/{pages.HANDBOOKS_FOLDER}/direct-children").status_code
    below = cloud.ask(f"/api/v2/folders/{pages.HANDBOOKS_FOLDER}/direct-children").json()["results"]

    assert 404 == found
    assert [
        ("40010008", "page", "current", "Caring for lenses", None),
        ("40010009", "page", "current", "Repair handbook", 1010),
        ("40020002", "folder", "current", "Older models", 1020),
    ] == [(c["id"], c["type"], c["status"], c["title"], c["childPosition"]) for c in below]


def test_ancestors(cloud: Cloud) -> None:
    """The way to a page begins at the root and names kinds, no titles."""
    cloud.site.switches.ancestors_include_self = False
    found = cloud.ask(f"/api/v2/pages/{pages.KESTREL_ONE}/ancestors").json()["results"]

    assert [
        {"id": "40010001", "type": "page"},
        {"id": "40020001", "type": "folder"},
        {"id": "40020002", "type": "folder"},
    ] == found


@pytest.mark.parametrize(
    ("path", "kind", "parent"),
    [
        (f"folders/{pages.OLD_MODELS_FOLDER}", "folder", "40020001"),
        (f"whiteboards/{pages.WHITEBOARD}", "whiteboard", "40010001"),
        (f"databases/{pages.DATABASE}", "database", "40010001"),
        (f"embeds/{pages.EMBED}", "embed", "40010001"),
    ],
)
def test_tree_objects(cloud: Cloud, path: str, kind: str, parent: str) -> None:
    """Folders, boards, databases and embeds have metadata and no content."""
    found = cloud.ask(f"/api/v2/{path}").json()

    assert (kind, parent) == (found["type"], found["parentId"])
    assert "body" not in found


def test_descendants(cloud: Cloud) -> None:
    """Two levels are given unless more are asked for."""
    usual = cloud.ask(f"/api/v2/pages/{pages.CATALOGUE}/descendants").json()["results"]
    one = cloud.ask(f"/api/v2/pages/{pages.CATALOGUE}/descendants?depth=1").json()["results"]

    assert ("40010016", 2, "40010015") in [(d["id"], d["depth"], d["parentId"]) for d in usual]
    assert {1} == {d["depth"] for d in one}


def test_a_space(cloud: Cloud) -> None:
    """A space is found by its key in any case and names its first page."""
    found = cloud.ask("/api/v2/spaces?keys=guide").json()["results"]

    assert [("39223300", "GUIDE", "40010001")] == [(s["id"], s["key"], s["homepageId"]) for s in found]


def test_attachments(cloud: Cloud) -> None:
    """A file tells its name, kind, size, and where to download it, relative to the context."""
    found = cloud.ask(f"/api/v2/pages/{pages.START}/attachments").json()["results"]

    assert [
        (
            "att40050004",
            "Manual (short).pdf",
            "application/pdf",
            "40010002",
            cloud.site.attachments[pages.MANUAL_PDF].content.size,
            "/rest/api/content/40010002/child/attachment/att40050004/download",
        )
    ] == [(f["id"], f["title"], f["mediaType"], f["pageId"], f["fileSize"], f["downloadLink"]) for f in found]


def test_kinds_of_ids(cloud: Cloud) -> None:
    """Ids are told apart by kind; null stands for unknown or not visible."""
    asked = {"contentIds": ["40010001", "40020001", str(pages.HIDDEN_PAGE), "7"]}
    found = cloud.ask("/api/v2/content/convert-ids-to-types", method="POST", json=asked).json()

    assert {"results": {"40010001": "page", "40020001": "folder", "40010021": None, "7": None}} == found


def test_people_in_bulk(cloud: Cloud) -> None:
    """Mail addresses are hidden, unknown ids are missing, and closed accounts have lost their name."""
    ids = {"accountIds": [MIRA, "712020:canary-acc-ivo", "nobody"]}
    found = cloud.ask("/api/v2/users-bulk", method="POST", json=ids).json()["results"]

    assert [("Mira Demo", "active", ""), ("Former user", "closed", "")] == [
        (u["displayName"], u["accountStatus"], u["email"]) for u in found
    ]


def test_comments(cloud: Cloud) -> None:
    """Footer comments come without replies, inline ones with the place they hang on."""
    footer = cloud.ask(f"/api/v2/pages/{pages.WARRANTY}/footer-comments?body-format=storage").json()["results"]
    inline = cloud.ask(f"/api/v2/pages/{pages.WARRANTY}/inline-comments?resolution-status=open").json()["results"]
    replies = cloud.ask("/api/v2/footer-comments/40070001/children").json()["results"]

    assert ["40070001", "40070003"] == [c["id"] for c in footer]
    assert f"<p>{canaries.FOOTER_COMMENT}</p>" == footer[0]["body"]["storage"]["value"]
    assert [("40070004", "five years")] == [(c["id"], c["properties"]["inlineOriginalSelection"]) for c in inline]
    assert [("40070002", "40070001")] == [(c["id"], c["parentCommentId"]) for c in replies]


def test_the_connector_itself(cloud: Cloud) -> None:
    """The account behind the credential."""
    found = cloud.ask("/rest/api/user/current").json()

    assert ("known", CONNECTOR, "app", "") == (
        found["type"],
        found["accountId"],
        found["accountType"],
        found["email"],
    )


def test_groups(cloud: Cloud) -> None:
    """The groups of a person and the persons of a group."""
    groups = cloud.ask(f"/rest/api/user/memberof?accountId={MIRA}").json()["results"]
    makers = next(g["id"] for g in groups if g["name"] == "lamp-makers")
    members = cloud.ask(f"/rest/api/group/{makers}/membersByGroupId").json()["results"]

    assert ["confluence-users", "lamp-makers"] == [g["name"] for g in groups]
    assert ["Mira Demo", "Lena Keeper"] == [u["displayName"] for u in members]


def test_restrictions(cloud: Cloud) -> None:
    """Who may read and update, set on the page itself; nobody named means no restriction."""
    listed = cloud.ask(f"/rest/api/content/{pages.RESTRICTED_PAGE}/restriction").json()
    keyed = cloud.ask(f"/rest/api/content/{pages.RESTRICTED_PAGE}/restriction/byOperation").json()
    one = cloud.ask(f"/rest/api/content/{pages.RESTRICTED_PAGE}/restriction/byOperation/read").json()

    assert ["read", "update"] == [r["operation"] for r in listed["results"]]
    for read in (listed["results"][0], keyed["read"], one):
        assert [CONNECTOR] == [u["accountId"] for u in read["restrictions"]["user"]["results"]]
        assert ["price-keepers"] == [g["name"] for g in read["restrictions"]["group"]["results"]]
    assert (0, 0) == tuple(keyed["update"]["restrictions"][kind]["size"] for kind in ("user", "group"))


def test_a_permission(cloud: Cloud) -> None:
    """Yes and no are both a 200."""

    def may(page: int, account: str) -> object:
        asked = {"subject": {"type": "user", "identifier": account}, "operation": "read"}
        return cloud.ask(f"/rest/api/content/{page}/permission/check", method="POST", json=asked).json()[
            "hasPermission"
        ]

    assert (True, False) == (may(pages.UNPACK, TOVE), may(pages.RESTRICTED_PAGE, TOVE))


def test_a_search(cloud: Cloud) -> None:
    """A hit names the content, its address and the words around it."""
    found = cloud.ask('/rest/api/search?cql=title = "Warranty" and type = page&excerpt=none').json()

    assert [("40010019", "page", "current", "Warranty", "/spaces/GUIDE/pages/40010019/Warranty", "")] == [
        (*(r["content"][k] for k in ("id", "type", "status", "title")), r["url"], r["excerpt"])
        for r in found["results"]
    ]


def test_a_download(cloud: Cloud) -> None:
    """The bytes lie on another host; the way there is a redirect whose query is the credential."""
    path = f"/rest/api/content/{pages.START}/child/attachment/att{pages.MANUAL_PDF}/download"
    moved = cloud.ask(path)
    there = cloud.ask(moved.headers["location"].removeprefix(MEDIA), host="media", credential=None)

    assert 302 == moved.status_code
    assert (200, "application/pdf") == (there.status_code, there.headers["content-type"])
    assert b"%PDF-" == there.content[:5]


def test_a_thumbnail(cloud: Cloud) -> None:
    """Pictures have thumbnails, other files do not."""
    picture = cloud.ask(f"/api/v2/attachments/att{pages.LIGHTHOUSE_PNG}/thumbnail/download?width=100")
    paper = cloud.ask(f"/api/v2/attachments/att{pages.MANUAL_PDF}/thumbnail/download")

    assert (302, 404) == (picture.status_code, paper.status_code)
    assert picture.headers["location"].startswith(f"{MEDIA}/file/")


def test_a_macro(cloud: Cloud) -> None:
    """A macro is found by the id that the view form gives it, with its parameters and body."""
    view = cloud.ask(f"/api/v2/pages/{pages.REPAIR_DIMMER}?body-format=view").json()["body"]["view"]["value"]
    number = view.partition('data-macro-id="')[2].partition('"')[0]
    stem = f"/rest/api/content/{pages.REPAIR_DIMMER}/history/0/macro/id/{number}"
    stored, drawn = cloud.ask(stem).json(), cloud.ask(f"{stem}/convert/export_view").json()

    assert ("code", {"language": {"value": "python"}, "title": {"value": "thaw.py"}}) == (
        stored["name"],
        {k: v for k, v in stored["parameters"].items() if k in ("language", "title")},
    )
    assert "relay.stuck" in stored["body"]
    assert "relay.stuck" in drawn["value"]


def test_a_conversion(cloud: Cloud) -> None:
    """A body is converted by a task that is asked for its result."""
    asked = {"value": "<p>Lit.</p>", "representation": "storage"}
    task = cloud.ask("/rest/api/contentbody/convert/async/export_view", method="POST", json=asked).json()["asyncId"]
    states = [cloud.ask(f"/rest/api/contentbody/convert/async/{task}").json() for _ in range(2)]

    assert ["WORKING", "COMPLETED"] == [state["status"] for state in states]
    assert ("<p>Lit.</p>", "export_view") == (states[1]["value"], states[1]["representation"])


def test_the_older_interface(cloud: Cloud) -> None:
    """What v1 no longer documents still answers on the site host."""
    page = cloud.ask(f"/rest/api/content/{pages.UNPACK}?expand=ancestors,space,version,body.view").json()

    assert ["Lantern Works Guide", "Getting started"] == [a["title"] for a in page["ancestors"]]
    assert ("GUIDE", 39223300, 1) == (page["space"]["key"], page["space"]["id"], page["version"]["number"])
    assert "Cut the straps" in page["body"]["view"]["value"]


def test_the_id_of_the_cloud(cloud: Cloud) -> None:
    """Anyone may ask for it."""
    assert {"cloudId": canaries.CLOUD_ID} == cloud.ask_outside("/_edge/tenant_info").json()


def test_the_sites_of_a_token(cloud: Cloud) -> None:
    """The bearer of a token learns which sites it opens."""
    headers = {"authorization": f"Bearer {canaries.BEARER_TOKEN}"}
    found = cloud.ask_outside("/oauth/token/accessible-resources", host="gateway", headers=headers).json()

    assert [(canaries.CLOUD_ID, SITE)] == [(one["id"], one["url"]) for one in found]


def test_data_policies(cloud: Cloud) -> None:
    """No space keeps its content from apps."""
    found = cloud.ask("/api/v2/data-policies/spaces?keys=guide").json()["results"]

    assert {"anyContentBlocked": False} == cloud.ask("/api/v2/data-policies/metadata").json()
    assert [("GUIDE", {"anyContentBlocked": False})] == [(s["key"], s["dataPolicy"]) for s in found]
