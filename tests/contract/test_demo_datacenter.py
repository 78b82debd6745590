"""The stand-in's Data Center answers every operation of a reader in the shape that readers expect."""

from __future__ import annotations

import httpx2
import pytest

from exshare_demo import pages
from exshare_demo.canaries import PAT
from tests.demo_centre import BASE, CONNECTOR, Centre, bearer, ids, keepers


@pytest.fixture
def centre() -> Centre:
    """A fresh one."""
    return Centre()


def test_a_page(centre: Centre) -> None:
    """A page has id, kind, status, title, place and links; everything else is named under `_expandable`."""
    made = centre.page(pages.UNPACK, "nothing")
    stem = f"/rest/api/content/{pages.UNPACK}"

    assert {
        "id": "40010003",
        "type": "page",
        "status": "current",
        "title": "Unpacking a lamp",
        "position": 1000,
        "extensions": {"position": 1000},
        "_links": {
            "webui": "/display/GUIDE/Unpacking+a+lamp",
            "edit": "/pages/resumedraft.action?draftId=40010003",
            "tinyui": "/x/E4FiAg",
            "collection": "/rest/api/content",
            "base": BASE,
            "context": "/wiki",
            "self": BASE + stem,
        },
        "_expandable": {
            "container": "/rest/api/space/GUIDE",
            "metadata": "",
            "operations": "",
            "children": f"{stem}/child",
            "restrictions": f"{stem}/restriction/byOperation",
            "history": f"{stem}/history",
            "ancestors": "",
            "body": "",
            "version": "",
            "descendants": f"{stem}/descendant",
            "space": "/rest/api/space/GUIDE",
            "relevantViewRestrictions": f"{stem}/restriction/relevantViewRestrictions",
        },
    } == made


def test_an_opened_page(centre: Centre) -> None:
    """Every part a reader needs comes in one answer when it is opened."""
    expand = (
        "body.storage,version,space,ancestors,metadata.labels,restrictions.read.restrictions.user,"
        "restrictions.read.restrictions.group,children.page,children.attachment,history"
    )
    made = centre.page(pages.RESTRICTED_PAGE, expand)
    read = made["restrictions"]["read"]["restrictions"]

    assert ("storage", True) == (
        made["body"]["storage"]["representation"],
        "canary-restricted" in made["body"]["storage"]["value"],
    )
    assert {"editor", "view", "export_view", "styled_view", "anonymous_export_view"} == made["body"][
        "_expandable"
    ].keys()
    assert (1, "mira", "Mira Demo") == (
        made["version"]["number"],
        made["version"]["by"]["username"],
        made["version"]["by"]["displayName"],
    )
    assert (39223300, "GUIDE", "global") == tuple(made["space"][key] for key in ("id", "key", "type"))
    assert [("40010001", "Lantern Works Guide"), ("40010012", "Catalogue 2026/27")] == [
        (above["id"], above["title"]) for above in made["ancestors"]
    ]
    assert [("global", "internal")] == [(x["prefix"], x["name"]) for x in made["metadata"]["labels"]["results"]]
    assert ([CONNECTOR], [keepers("price-keepers")]) == (read["user"]["results"], read["group"]["results"])
    assert [pages.BELOW_RESTRICTED_PAGE] == ids(made["children"]["page"])
    assert ["prices.pdf"] == [file["title"] for file in made["children"]["attachment"]["results"]]
    assert (True, "mira") == (made["history"]["latest"], made["history"]["createdBy"]["username"])


def test_a_list(centre: Centre) -> None:
    """A list says where it is, how long it may be, how long it is and where it goes on."""
    path = f"/rest/api/content/{pages.START}/child/page"
    made = centre.get(path, limit=1)

    assert [pages.UNPACK] == ids(made) or [pages.FIRST_NIGHT] == ids(made)
    assert (0, 1, 1) == (made["start"], made["limit"], made["size"])
    assert {
        "self": BASE + path,
        "base": BASE,
        "context": "/wiki",
        "next": f"{path}?limit=1&start=1",
    } == made["_links"]
    assert "next" not in centre.get(path, limit=1, start=1)["_links"]


def test_a_file(centre: Centre) -> None:
    """A file has its size and type in `extensions`, and its only address for bytes among the links."""
    path = f"/rest/api/content/{pages.START}/child/attachment"
    (made,) = centre.get(path, filename="Manual (short).pdf", expand="version")["results"]
    stamp = int(centre.site.attachments[pages.MANUAL_PDF].created.timestamp() * 1000)

    assert ("att40050004", "attachment", "current", "Manual (short).pdf", 1) == (
        made["id"],
        made["type"],
        made["status"],
        made["title"],
        made["version"]["number"],
    )
    assert {"mediaType": "application/pdf", "comment": "", "fileSize": 554} == made["extensions"]
    assert (
        f"/download/attachments/40010002/Manual%20%28short%29.pdf?version=1&modificationDate={stamp}&cacheVersion=1&api=v2"
        == made["_links"]["download"]
    )


def test_comments(centre: Centre) -> None:
    """Comments say where they hang; what they hang on and their replies only when asked for."""
    path = f"/rest/api/content/{pages.WARRANTY}/child/comment"
    opened = "body.view,version,ancestors,extensions.inlineProperties,extensions.resolution"
    every = centre.get(path, depth="all", expand=opened)["results"]
    (inline,) = centre.get(path, location="inline", expand=opened)["results"]

    assert ["footer", "footer", "footer", "inline", "resolved"] == [c["extensions"]["location"] for c in every]
    assert ["40070001"] == [above["id"] for above in every[1]["ancestors"]]
    assert ("five years", {"status": "open"}) == (
        inline["extensions"]["inlineProperties"]["originalSelection"],
        inline["extensions"]["resolution"],
    )
    assert 4 == len(centre.get(path)["results"])
    assert {"location": "inline"} == centre.get(path, location="inline")["results"][0]["extensions"]


def test_labels(centre: Centre) -> None:
    """Labels have a prefix, by which they can be chosen."""
    path = f"/rest/api/content/{pages.GALLERY}/label"
    every = centre.get(path)

    assert {"global", "my", "team"} == {label["prefix"] for label in every["results"]}
    assert ["favourite"] == [label["name"] for label in centre.get(path, prefix="my")["results"]]


@pytest.mark.parametrize("shape", ["document", "flat"])
def test_restrictions_by_operation(centre: Centre, shape: str) -> None:
    """Read and update with the people and groups, inside `restrictions` as documented or beside it."""
    centre.site.switches.restriction_shape = "flat" if shape == "flat" else "document"
    made = centre.get(f"/rest/api/content/{pages.CARE}/restriction/byOperation")
    found = made if shape == "flat" else made["restrictions"]

    assert [] == found["read"]["restrictions"]["user"]["results"]
    assert ["mira"] == [user["username"] for user in found["update"]["restrictions"]["user"]["results"]]
    assert [] == found["update"]["restrictions"]["group"]["results"]


def test_the_levels_that_count_for_viewing(centre: Centre) -> None:
    """Every level is an entry of its own, with people, groups, and the page it is set on."""
    path = f"/rest/api/content/{pages.BELOW_RESTRICTED_PAGE}/restriction/relevantViewRestrictions"
    made = centre.get(path)["viewContentRestrictions"]
    (level,) = made["results"]

    assert (0, 50, 1) == (made["start"], made["limit"], made["size"])
    assert "read" == level["operation"]
    assert [CONNECTOR] == level["restrictions"]["user"]["results"]
    assert [keepers("price-keepers")] == level["restrictions"]["group"]["results"]
    assert {"content": f"/rest/api/content/{pages.RESTRICTED_PAGE}"} == level["_expandable"]
    (opened,) = centre.get(path, expand="content")["viewContentRestrictions"]["results"]
    assert str(pages.RESTRICTED_PAGE) == opened["content"]["id"]


def test_a_space(centre: Centre) -> None:
    """A space is found by its key, with its home page when that is opened."""
    made = centre.get("/rest/api/space/guide", expand="homepage")

    assert (39223300, "GUIDE", "Lantern Works Guide", "global", "current") == tuple(
        made[key] for key in ("id", "key", "name", "type", "status")
    )
    assert (str(pages.HOME), "/display/GUIDE") == (made["homepage"]["id"], made["_links"]["webui"])
    assert ["GUIDE", "TEAM"] == [space["key"] for space in centre.get("/rest/api/space")["results"]]


def test_permissions_of_a_space(centre: Centre) -> None:
    """A plain array of operations and those who may; `read` of `space` is the right to view."""
    made = centre.get("/rest/api/space/TEAM/permissions")
    readers = [row["subject"] for row in made if row["operation"] == {"targetType": "space", "operationKey": "read"}]

    assert [keepers("lamp-makers"), CONNECTOR] == readers
    assert {("TEAM", 39223400)} == {(row["spaceKey"], row["spaceId"]) for row in made}


def test_permissions_of_the_site(centre: Centre) -> None:
    """A plain array; `use` of `application` is the right to use the site at all."""
    made = centre.get("/rest/api/permissions")
    using = [row["subject"] for row in made if row["operation"] == {"targetType": "application", "operationKey": "use"}]

    assert [keepers("confluence-users")] == using
    assert [] == centre.get("/rest/api/permissions/anonymous")
    assert 2 == len(centre.get("/rest/api/permissions/group/confluence-users"))


def test_people_and_groups(centre: Centre) -> None:
    """People are found by key and by name, and their groups and members in lists."""
    by_key = centre.get("/rest/api/user", key="canarykey00connector")
    everybody = centre.get("/rest/api/group/confluence-users/member")["results"]

    assert CONNECTOR | {"_links": by_key["_links"]} == by_key
    assert by_key == centre.get("/rest/api/user", username="svc.exshare")
    assert ["confluence-users", "exshare-connectors"] == [
        group["name"] for group in centre.get("/rest/api/user/memberof", key="canarykey00connector")["results"]
    ]
    assert ["svc.exshare", "mira", "tove", "lena"] == [person["username"] for person in everybody]
    assert 404 == centre.ask("/rest/api/user", key="nobody").status_code
    assert 404 == centre.ask("/rest/api/user/memberof", username="nobody").status_code


def test_a_search(centre: Centre) -> None:
    """A hit has content, a marked title and excerpt, its container and its time; the list has a total."""
    made = centre.get("/rest/api/search", cql='siteSearch ~ "warranty" and type = page')
    hit = next(hit for hit in made["results"] if hit["content"]["id"] == str(pages.WARRANTY))

    assert (made["size"], 'siteSearch ~ "warranty" and type = page') == (made["totalSize"], made["cqlQuery"])
    assert ("Warranty", "@@@hl@@@Warranty@@@endhl@@@", "/display/GUIDE/Warranty", "content") == (
        hit["content"]["title"],
        hit["title"],
        hit["url"],
        hit["entityType"],
    )
    assert {"title": "Lantern Works Guide", "displayUrl": "/display/GUIDE"} == hit["resultGlobalContainer"]


def test_the_server(centre: Centre) -> None:
    """The version stands in two places, the access mode is a bare string."""
    made = centre.get("/rest/api/server-information")

    assert (BASE, "10.0.3") == (made["baseUrl"], made["version"])
    assert "<version>10.0.3</version>" in centre.ask("/rest/applinks/1.0/manifest", {}).text
    assert "READ_WRITE" == centre.get("/rest/api/accessmode")
    centre.site.switches.access_mode = "READ_ONLY"
    assert "READ_ONLY" == centre.get("/rest/api/accessmode")


def test_a_conversion(centre: Centre) -> None:
    """A stored body is drawn at once, unless it needs more than the stand-in has."""

    def asked(to: str, value: str) -> httpx2.Response:
        body = {"value": value, "representation": "storage"}
        return centre.client.post(f"/wiki/rest/api/contentbody/convert/{to}", json=body, headers=bearer(PAT))

    made = asked("view", "<p>Wipe the lens.</p>")

    assert ("<p>Wipe the lens.</p>", "view") == (made.json()["value"], made.json()["representation"])
    assert 400 == asked("braille", "<p>Wipe the lens.</p>").status_code
    assert 400 == asked("view", "<ac:link />").status_code
