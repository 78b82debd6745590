"""The stand-in's Data Center answers in the documented shapes, and springs every trap that real sites have."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from exshare_demo import files, pages
from exshare_demo.canaries import PASSWORD, PAT
from exshare_demo.datacenter import datacenter_app
from exshare_demo.datacenter_troubles import maintenance, rate_limit
from exshare_demo.site import Site, demo_site
from tests.requirements import need

ORIGIN = "http://centre.example"
BASE = f"{ORIGIN}/wiki"
TOVES = "canary-tove-pat"
PICTURE = {"path": "/images/icons/profilepics/default.svg", "width": 48, "height": 48, "isDefault": True}
CONNECTOR = {
    "type": "known",
    "username": "svc.exshare",
    "userKey": "canarykey00connector",
    "profilePicture": PICTURE,
    "displayName": "Exshare Connector",
    "_links": {"self": f"{BASE}/rest/api/user?key=canarykey00connector"},
    "_expandable": {"status": ""},
}


def keepers(name: str) -> dict[str, object]:
    """A group as REST describes it."""
    return {"type": "group", "name": name, "_links": {"self": f"{BASE}/rest/api/group/{name}"}}


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of a password."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def bearer(secret: str) -> dict[str, str]:
    """The header of a token."""
    return {"authorization": f"Bearer {secret}"}


class Centre:
    """A Data Center below `/wiki`, and a caller with the connector's token."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.site: Site = demo_site()
        self.client = TestClient(datacenter_app(self.site, ORIGIN, "/wiki"), ORIGIN, follow_redirects=False)

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", **query: str | int
    ) -> httpx2.Response:
        """The answer to a path below the context; as nobody with empty headers."""
        sent = bearer(PAT) if headers is None else headers
        return self.client.request(method, "/wiki" + path, headers=dict(sent), params=query or None)

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON of a successful answer."""
        found = self.ask(path, None, "GET", **query)

        assert (200, "application/json;charset=UTF-8") == (found.status_code, found.headers["content-type"])

        return found.json()

    def page(self, number: int, expand: str = "", **query: str) -> Any:
        """One page."""
        return self.get(f"/rest/api/content/{number}", expand=expand, **query)


@pytest.fixture
def centre() -> Centre:
    """A fresh one."""
    return Centre()


def ids(answer: Mapping[str, Any]) -> list[int]:
    """The ids of a list, in order."""
    return [int(row["id"]) for row in answer["results"]]


# --- shapes ----------------------------------------------------------------------------------------------------


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


EVERYTHING = (
    "history.lastUpdated,space.homepage,version,ancestors,body.view,metadata.labels,children.page,restrictions.read"
)
DOCUMENTED: tuple[tuple[str, dict[str, str]], ...] = (
    ("/rest/api/content/{id}", {"id": str(pages.WARRANTY), "expand": EVERYTHING}),
    ("/rest/api/content", {"spaceKey": "GUIDE", "title": "Warranty", "expand": "version"}),
    ("/rest/api/content/scan", {"spaceKey": "GUIDE", "limit": "3"}),
    ("/rest/api/content/search", {"cql": 'text ~ "lamp"', "expand": "space"}),
    ("/rest/api/content/{id}/history", {"id": str(pages.WARRANTY)}),
    ("/rest/api/content/{id}/child", {"id": str(pages.HOME), "expand": "page"}),
    ("/rest/api/content/{id}/child/attachment", {"id": str(pages.GALLERY), "expand": "version,container"}),
    ("/rest/api/content/{id}/child/comment", {"id": str(pages.WARRANTY), "expand": "body.view,version"}),
    ("/rest/api/content/{id}/descendant", {"id": str(pages.WARRANTY), "expand": "comment"}),
    ("/rest/api/content/{id}/label", {"id": str(pages.GALLERY)}),
    ("/rest/api/content/{id}/restriction/byOperation", {"id": str(pages.RESTRICTED_PAGE)}),
    ("/rest/api/search", {"cql": 'siteSearch ~ "lamp"'}),
    ("/rest/api/server-information", {}),
    ("/rest/api/space", {}),
    ("/rest/api/space/{spaceKey}", {"spaceKey": "GUIDE", "expand": "homepage"}),
    ("/rest/api/space/{spaceKey}/labels", {"spaceKey": "GUIDE"}),
    ("/rest/api/space/{spaceKey}/permissions", {"spaceKey": "TEAM"}),
    ("/rest/api/permissions", {}),
    ("/rest/api/user", {"key": "canarykey00mira"}),
    ("/rest/api/user/current", {}),
    ("/rest/api/user/anonymous", {}),
    ("/rest/api/user/list", {}),
    ("/rest/api/user/memberof", {"key": "canarykey00mira"}),
    ("/rest/api/group", {}),
    ("/rest/api/group/{groupName}", {"groupName": "lamp-makers"}),
    ("/rest/api/group/{groupName}/member", {"groupName": "lamp-makers"}),
)


def differences(answer: object, schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Where an answer differs from a schema of the document."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


@pytest.fixture
def document() -> Any:
    """The official description of Data Center's REST interface."""
    path = Path(need("reference"), "confluence/specs/confluence-dc-10.0.3.openapi.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("path", "values"), DOCUMENTED, ids=[path for path, _ in DOCUMENTED])
def test_answers_conform_to_the_official_document(
    centre: Centre, document: Any, path: str, values: dict[str, str]
) -> None:
    """Each operation answers in the schema that the official description of Data Center gives it."""
    answers = document["paths"][path]["get"]["responses"]
    documented = next(answers[status] for status in ("200", "201") if status in answers)
    query = {name: value for name, value in values.items() if "{" + name + "}" not in path}
    answer = centre.get(path.format(**values), **query)

    assert [] == differences(answer, documented["content"]["application/json"]["schema"], document)


def test_refusals_conform_to_the_official_document(centre: Centre, document: Any) -> None:
    """An error has status, data, message and reason.

    The document calls the errors in `data` an object; every answer that was recorded has a list there.
    """
    made = centre.ask("/rest/api/content/1").json()
    found = differences(made, {"$ref": "#/components/schemas/RestError"}, document)

    assert ["$.data.errors: [] is not of type 'object'"] == found
    assert {"statusCode", "data", "message", "reason"} == made.keys()


# --- traps: what is there --------------------------------------------------------------------------------------


def test_trap_missing_and_hidden_look_the_same(centre: Centre) -> None:
    """A page that is not there and one that the caller may not view get the same answer but for the id."""
    hidden, missing = centre.ask(f"/rest/api/content/{pages.HIDDEN_PAGE}"), centre.ask("/rest/api/content/99999999")

    assert (404, 404) == (hidden.status_code, missing.status_code)
    assert missing.text.replace("99999999", str(pages.HIDDEN_PAGE)) == hidden.text


def test_trap_nothing_comes_unopened(centre: Centre) -> None:
    """Without `expand` there are history, space and version; with it only what it names, and `body` has none."""
    plain, opened = centre.get(f"/rest/api/content/{pages.HOME}"), centre.page(pages.HOME, "body,restrictions")

    assert {"history", "space", "version"} <= plain.keys()
    assert "body" not in plain
    assert {"_expandable"} == opened["body"].keys()
    assert {"_links", "_expandable"} == opened["restrictions"].keys()
    assert "space" not in opened


def test_trap_there_are_pages_only(centre: Centre) -> None:
    """Folders and boards do not exist: their pages hang right below the next page, and nothing names them."""
    made = centre.page(pages.KESTREL_ONE, "ancestors")
    level = ids(centre.get(f"/rest/api/content/{pages.HOME}/child/page", limit=100))

    assert [str(pages.HOME)] == [above["id"] for above in made["ancestors"]]
    assert {pages.CARE, pages.REPAIR, pages.KESTREL_ONE, pages.SKETCH_NOTES} <= set(level)
    for number in (pages.HANDBOOKS_FOLDER, pages.WHITEBOARD, pages.DATABASE, pages.EMBED):
        assert 404 == centre.ask(f"/rest/api/content/{number}").status_code
    assert 400 == centre.ask(f"/rest/api/content/{pages.HOME}/child/folder").status_code


def test_trap_the_trash_is_another_status(centre: Centre) -> None:
    """A page in the trash is missing unless its status is asked for, and has lost its place; no page is archived."""
    number = pages.TRASHED_PAGE

    assert 404 == centre.ask(f"/rest/api/content/{number}").status_code
    for status in ("trashed", "any"):
        made = centre.page(number, "ancestors", status=status)
        assert ("trashed", []) == (made["status"], made["ancestors"])
    assert 404 == centre.ask(f"/rest/api/content/{pages.ARCHIVED_PAGE}", status="any").status_code
    assert 404 == centre.ask(f"/rest/api/content/{number}/child/page").status_code


def test_trap_old_versions_need_a_status(centre: Centre) -> None:
    """An old version comes with `status=historical` only."""
    number = pages.WARRANTY
    old = centre.page(number, "body.view,version", status="historical", version="1")

    assert 404 == centre.ask(f"/rest/api/content/{number}", version=1).status_code
    assert ("historical", 1, True) == (
        old["status"],
        old["version"]["number"],
        "canary-old-version" in old["body"]["view"]["value"],
    )
    assert 404 == centre.ask(f"/rest/api/content/{number}", version=9, status="historical").status_code
    assert 404 == centre.ask(f"/rest/experimental/content/{number}/version").status_code


def test_trap_ids_are_texts_and_numbers(centre: Centre) -> None:
    """Ids of content are texts, ids of spaces numbers; those of files may have a prefix, which the body never has."""
    made = centre.page(pages.GALLERY, "space,body.view,children.attachment")
    centre.site.switches.attachment_prefix = ""
    newer = centre.page(pages.GALLERY, "children.attachment")

    assert ("40010005", 39223300) == (made["id"], made["space"]["id"])
    assert "att40050001" == made["children"]["attachment"]["results"][0]["id"]
    assert 'data-linked-resource-id="40050001"' in made["body"]["view"]["value"]
    assert "40050001" == newer["children"]["attachment"]["results"][0]["id"]


def test_trap_times_are_in_the_zone_of_the_server(centre: Centre) -> None:
    """Times carry the offset of the server."""
    assert "2026-01-05T12:30:00.974+02:00" == centre.page(pages.UNPACK, "version")["version"]["when"]


def test_trap_a_place_may_be_a_word(centre: Centre) -> None:
    """A page without a place has none in `extensions`, where others have a number."""
    assert {"position": "none"} == centre.page(pages.CARE)["extensions"]


def test_trap_names_are_compared_letter_by_letter(centre: Centre) -> None:
    """A file name that was saved decomposed is not found composed."""
    path = f"/rest/api/content/{pages.UNICODE}/child/attachment"
    saved = centre.site.attachments[pages.NFD_PNG].title

    assert 1 == centre.get(path, filename=saved)["size"]
    assert 0 == centre.get(path, filename="Leuchttürme & Möwen.png")["size"]


def test_trap_titles_are_found_in_any_case(centre: Centre) -> None:
    """Asked for by title, a page comes whatever the case, and of the live ones only."""
    found = centre.get("/rest/api/content", spaceKey="GUIDE", title="WARRANTY")

    assert [pages.WARRANTY] == ids(found)
    assert [] == ids(centre.get("/rest/api/content", spaceKey="GUIDE", title="Oil lamp recall"))
    assert [] == ids(centre.get("/rest/api/content", spaceKey="GUIDE", title="Winter schedule"))
    assert [pages.BLOG_POST] == ids(
        centre.get("/rest/api/content", type="blogpost", spaceKey="GUIDE", title="The new Heron is here")
    )


# --- traps: lists ----------------------------------------------------------------------------------------------


def test_trap_a_short_page_is_not_the_end(centre: Centre) -> None:
    """Lists are cut before they are judged: one page may be empty and yet go on."""
    path, start, seen, sizes = f"/rest/api/content/{pages.HOME}/child/page", 0, list[int](), list[int]()
    while True:
        made = centre.get(path, limit=1, start=start)
        seen += ids(made)
        sizes.append(made["size"])
        if "next" not in made["_links"]:
            break
        start += 1

    assert 0 in sizes[:-1]
    assert seen == ids(centre.get(path, limit=100))
    assert pages.HIDDEN_PAGE not in seen


def test_trap_the_next_link_does_not_name_the_context(centre: Centre) -> None:
    """`next` is a path below `base`, with everything that was asked for."""
    made = centre.get(f"/rest/api/content/{pages.HOME}/child/page", limit=2, expand="version,space")
    following = made["_links"]["next"]

    assert f"/rest/api/content/{pages.HOME}/child/page?expand=version%2Cspace&limit=2&start=2" == following
    assert ids(centre.get(f"/rest/api/content/{pages.HOME}/child/page", limit=2, start=2)) == ids(centre.get(following))


def test_trap_long_lists_are_cut(centre: Centre) -> None:
    """A list is no longer than the site allows, shorter still with bodies, and `limit` tells what holds."""
    for number in range(30):
        centre.site.add_page(pages.UNPACK, f"Step {number}")
    path = f"/rest/api/content/{pages.UNPACK}/child/page"

    assert (30, 25) == (centre.get(path, limit=500)["size"], centre.get(path, limit=500, expand="body.view")["limit"])
    centre.site.switches.page_cap = 4
    made = centre.get(path, limit=500)
    assert (4, 4, f"{path}?limit=4&start=4") == (made["limit"], made["size"], made["_links"]["next"])
    inside = centre.page(pages.UNPACK, "children.page")["children"]["page"]
    assert (25, f"{path}?limit=25&start=25") == (inside["size"], inside["_links"]["next"])


def test_trap_a_limit_that_is_no_number_is_a_bare_404(centre: Centre) -> None:
    """Nonsense as a limit looks like something missing, and has no body; a negative one is refused."""
    path = f"/rest/api/content/{pages.HOME}/child/page"
    found = centre.ask(path, limit="many")

    assert (404, b"") == (found.status_code, found.content)
    assert 400 == centre.ask(path, limit=-1).status_code


# --- traps: who may --------------------------------------------------------------------------------------------


def test_trap_inherited_restrictions_are_not_those_of_the_page(centre: Centre) -> None:
    """A page below a restricted one has no restrictions of its own; only the relevant ones tell."""
    path = f"/rest/api/content/{pages.BELOW_RESTRICTED_PAGE}/restriction"
    own = centre.get(f"{path}/byOperation/read")["restrictions"]

    assert ([], []) == (own["user"]["results"], own["group"]["results"])
    assert 1 == centre.get(f"{path}/relevantViewRestrictions")["viewContentRestrictions"]["size"]


def test_trap_levels_come_in_pages(centre: Centre) -> None:
    """No more levels come at once than the site allows, whatever limit is asked for."""
    centre.site.restrict(pages.CATALOGUE, pages.CONNECTOR, pages.MIRA)
    centre.site.switches.relevant_page = 1
    path = f"/rest/api/content/{pages.BELOW_RESTRICTED_PAGE}/restriction/relevantViewRestrictions"
    first = centre.get(path, limit=200)["viewContentRestrictions"]
    second = centre.get(path, limit=1, start=1)["viewContentRestrictions"]

    assert (1, 1, f"{path}?limit=1&start=1") == (first["size"], first["limit"], first["_links"]["next"])
    assert ["mira", "svc.exshare"] == [u["username"] for u in first["results"][0]["restrictions"]["user"]["results"]]
    assert (1, False) == (second["size"], "next" in second["_links"])


def test_trap_levels_in_one_heap(centre: Centre) -> None:
    """The shape the document gives mixes the levels: who passes one of them looks as if they passed all."""
    centre.site.restrict(pages.CATALOGUE, pages.CONNECTOR, pages.MIRA)
    centre.site.switches.relevant_shape = "merged"
    made = centre.get(f"/rest/api/content/{pages.RESTRICTED_PAGE}/restriction/relevantViewRestrictions")

    assert {"restrictions"} == made.keys()
    assert ["mira", "svc.exshare"] == [
        user["username"] for user in made["restrictions"]["read"]["restrictions"]["user"]["results"]
    ]


@pytest.mark.parametrize(
    "path", ["/rest/api/permissions", "/rest/api/space/GUIDE/permissions", "/rest/api/group/confluence-users/member"]
)
def test_trap_only_administrators_may_ask_about_others(centre: Centre, path: str) -> None:
    """Permissions and members are for administrators; a connector that is none gets a 403."""
    assert 403 == centre.ask(path, bearer(TOVES)).status_code
    assert (403 if "group" in path else 401) == centre.ask(path, {}).status_code
    assert 200 == centre.ask(path).status_code
    centre.site.switches.may_check_permissions = False
    assert 403 == centre.ask(path).status_code


def test_trap_grants_of_a_person_leave_out_those_of_groups(centre: Centre) -> None:
    """What a person may through a group is not among that person's own permissions."""
    assert [] == centre.get("/rest/api/permissions/user/canarykey00mira")
    assert [] == centre.get("/rest/api/space/TEAM/permissions/user/canarykey00mira")
    assert 1 == len(centre.get("/rest/api/space/TEAM/permissions/user/canarykey00connector"))
    assert 404 == centre.ask("/rest/api/space/TEAM/permissions/user/nobody").status_code


def test_trap_who_left_is_still_known(centre: Centre) -> None:
    """A closed account is found and keeps its groups; only its status, which must be opened, tells."""
    centre.site.leave(pages.MIRA)
    plain = centre.get("/rest/api/user", key="canarykey00mira")
    opened = centre.get("/rest/api/user", key="canarykey00mira", expand="status")
    groups = centre.get("/rest/api/user/memberof", key="canarykey00mira")

    assert ("known", {"status": ""}) == (plain["type"], plain["_expandable"])
    assert "deactivated" == opened["status"]
    assert ["confluence-users", "lamp-makers"] == [group["name"] for group in groups["results"]]


# --- traps: credentials ----------------------------------------------------------------------------------------


def test_trap_nobody_gets_an_answer_too(centre: Centre) -> None:
    """Without a credential nothing is refused: the caller is anonymous, and everything is missing."""
    me = centre.ask("/rest/api/user/current", {})

    assert (200, "anonymous", "anonymous") == (me.status_code, me.json()["type"], me.headers["x-ausername"])
    assert 404 == centre.ask(f"/rest/api/content/{pages.HOME}", {}).status_code
    assert 404 == centre.ask(f"/rest/api/content/{pages.HOME}", {"cookie": "JSESSIONID=5521"}).status_code
    assert 401 == centre.ask("/rest/api/server-information", {}).status_code


def test_trap_a_bad_token_may_pass_as_nobody(centre: Centre) -> None:
    """A token that does not hold is refused, or, on some sites, silently no credential at all."""
    centre.site.revoke(PAT)
    refused = centre.ask("/rest/api/user/current")
    centre.site.switches.bad_pat = "anonymous"
    silent = centre.ask("/rest/api/user/current")

    assert (401, "AUTHENTICATED_FAILED") == (refused.status_code, refused.headers["x-seraph-loginreason"])
    assert (200, "anonymous") == (silent.status_code, silent.json()["type"])
    assert 404 == centre.ask(f"/rest/api/content/{pages.HOME}").status_code


def test_trap_a_token_is_no_password(centre: Centre) -> None:
    """A personal access token sent as a password is refused with a page for people."""
    found = centre.ask("/rest/api/user/current", basic("svc.exshare", PAT))

    assert (401, "text/html;charset=utf-8") == (found.status_code, found.headers["content-type"])
    assert "Basic Authentication Failure - Reason : AUTHENTICATED_FAILED" in found.text
    assert 401 == centre.ask("/rest/api/user/current", bearer(PASSWORD)).status_code


def test_trap_passwords_may_be_switched_off(centre: Centre) -> None:
    """Where Basic is switched off, a right password gets a 403 that says so; tokens go on working."""
    assert 200 == centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD)).status_code
    centre.site.switches.basic_disabled = True
    found = centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD))

    assert (403, {"message": "Basic Authentication has been disabled on this instance."}) == (
        found.status_code,
        found.json(),
    )
    assert "known" == centre.get("/rest/api/user/current")["type"]


def test_trap_wrong_passwords_lock_the_door(centre: Centre) -> None:
    """After three wrong passwords the right one is denied too, until a person signs in by hand."""
    for _ in range(3):
        centre.ask("/rest/api/user/current", basic("svc.exshare", "guess"))
    denied = centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD))
    form = {"os_username": "svc.exshare", "os_password": PASSWORD}
    by_hand = centre.client.post("/wiki/dologin.action", data=form)

    assert (403, "AUTHENTICATION_DENIED") == (denied.status_code, denied.headers["x-seraph-loginreason"])
    assert (302, f"{BASE}/") == (by_hand.status_code, by_hand.headers["location"])
    assert 200 == centre.ask("/rest/api/user/current", basic("svc.exshare", PASSWORD)).status_code


def test_trap_a_challenge_must_be_asked_for(centre: Centre) -> None:
    """Only `os_authType=basic` makes the door ask for a password instead of taking the caller for nobody."""
    found = centre.ask("/rest/api/user/current", {}, os_authType="basic")

    assert (401, 'Basic realm="protected-area"') == (found.status_code, found.headers["www-authenticate"])


def test_trap_retry_after_comes_while_tokens_remain(centre: Centre) -> None:
    """Every answer tells how the bucket stands; `retry-after` of a success is 0."""
    found = centre.ask(f"/rest/api/content/{pages.HOME}")

    assert ("300", "299", "60", "300", "0") == tuple(
        found.headers[name]
        for name in (
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-interval-seconds",
            "x-ratelimit-fillrate",
            "retry-after",
        )
    )
    assert ("svc.exshare", "OK") == (found.headers["x-ausername"], found.headers["x-seraph-loginreason"])


def test_trap_an_empty_bucket(centre: Centre) -> None:
    """When no tokens remain, the answer is a 429 that says when there will be some."""
    rate_limit(centre.site.faults, "/rest/", 7)
    found = centre.ask(f"/rest/api/content/{pages.HOME}")

    assert (429, "0", "7") == (
        found.status_code,
        found.headers["x-ratelimit-remaining"],
        found.headers["retry-after"],
    )
    assert 200 == centre.ask(f"/rest/api/content/{pages.HOME}").status_code


def test_trap_maintenance_may_be_a_success(centre: Centre) -> None:
    """A page for people comes in place of JSON, with a 503 or, from some proxies, with a 200."""
    for status in (503, 200):
        order = maintenance(centre.site.faults, "/rest/", status, times=1)
        found = centre.ask(f"/rest/api/content/{pages.HOME}")
        assert (status, "text/html;charset=UTF-8", 0) == (found.status_code, found.headers["content-type"], order.left)


# --- traps: bodies and files -----------------------------------------------------------------------------------


def test_trap_view_is_relative_and_export_view_has_no_ids(centre: Centre) -> None:
    """`view` has addresses below the context and ids; `export_view` has whole addresses and images by title only."""
    body = centre.page(pages.GALLERY, "body.view,body.export_view")["body"]

    assert 'src="/wiki/download/attachments/40010005/lighthouse.png?version=1' in body["view"]["value"]
    assert 'data-linked-resource-container-id="40010005"' in body["view"]["value"]
    assert (
        f'src="{BASE}/download/attachments/embedded-page/GUIDE/Gallery%20of%20everything/lighthouse.png?api=v2"'
        in body["export_view"]["value"]
    )
    assert "data-macro-name" not in body["export_view"]["value"]


def test_trap_a_slash_in_a_title_adds_a_segment(centre: Centre) -> None:
    """In `export_view` the title of a page may take several segments between space and file."""
    value = centre.page(pages.CATALOGUE, "body.export_view")["body"]["export_view"]["value"]

    assert "/download/attachments/embedded-page/GUIDE/Catalogue%202026/27/cover.png?api=v2" in value


def test_trap_embedded_addresses_need_a_session(centre: Centre) -> None:
    """The addresses of `export_view` refuse the credentials of programs: they lead to the sign-in form."""
    found = centre.ask("/download/attachments/embedded-page/GUIDE/Catalogue%202026/27/cover.png", api="v2")

    assert 302 == found.status_code
    assert found.headers["location"].startswith(f"{BASE}/login.action?os_destination=%2Fwiki%2Fdownload")


def test_trap_macros_read_with_the_rights_of_the_connector(centre: Centre) -> None:
    """What an included page holds comes along as plain content; as nobody it does not."""
    body = centre.page(pages.INCLUDER, "body.view,body.anonymous_export_view")["body"]

    assert "arrives smelling of salt" in body["view"]["value"]
    assert "arrives smelling of salt" not in body["anonymous_export_view"]["value"]


def test_trap_identities_stand_in_the_body(centre: Centre) -> None:
    """Mentions carry user names and profile addresses; there are no account ids."""
    value = centre.page(pages.GALLERY_APPS, "body.view")["body"]["view"]["value"]

    assert 'data-username="mira"' in value
    assert 'href="/wiki/display/~mira"' in value
    assert "data-account-id" not in value


DOWNLOAD = f"/download/attachments/{pages.START}/Manual%20(short).pdf"


def test_a_file_is_sent(centre: Centre) -> None:
    """The bytes come with their length, their name in two forms, and no redirect."""
    found = centre.ask(DOWNLOAD, version=1, api="v2")
    head = centre.ask(DOWNLOAD, method="HEAD")

    assert (200, "application/pdf", b"%PDF") == (found.status_code, found.headers["content-type"], found.content[:4])
    assert (
        "attachment; filename=\"Manual (short).pdf\"; filename*=UTF-8''Manual%20%28short%29.pdf"
        == found.headers["content-disposition"]
    )
    assert (200, "554", b"") == (head.status_code, head.headers["content-length"], head.content)


@pytest.mark.parametrize(
    ("asked", "status", "expected", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-9999", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
    ],
)
def test_a_part_of_a_file_is_sent(centre: Centre, asked: str, status: int, expected: bytes, told: str) -> None:
    """One range is sent as a part; a range outside the file is refused with its size."""
    centre.site.add_file(pages.START, "ten.bin", "application/octet-stream", b"0123456789")
    found = centre.ask(f"/download/attachments/{pages.START}/ten.bin", bearer(PAT) | {"range": asked})

    assert (status, expected, told) == (found.status_code, found.content, found.headers["content-range"])


def test_trap_ranges_may_be_ignored(centre: Centre) -> None:
    """Some sites answer a range with the whole file and a 200."""
    centre.site.switches.download_ranges = False
    centre.site.add_file(pages.START, "ten.bin", "application/octet-stream", b"0123456789")
    found = centre.ask(f"/download/attachments/{pages.START}/ten.bin", bearer(PAT) | {"range": "bytes=0-3"})

    assert (200, b"0123456789") == (found.status_code, found.content)
    assert {"content-range", "accept-ranges"}.isdisjoint(found.headers)


def test_trap_there_is_no_download_in_rest(centre: Centre) -> None:
    """The address for bytes that Cloud has does not exist, nor does anything else of Cloud."""
    path = f"/rest/api/content/{pages.START}/child/attachment/att{pages.MANUAL_PDF}/download"

    for address in (path, "/api/v2/spaces", f"/rest/api/content/{pages.START}/permission/check"):
        assert 404 == centre.ask(address).status_code


def test_trap_old_and_removed_files_are_missing(centre: Centre) -> None:
    """A version that is no more, a file in the trash and a file of a hidden page are all a page for people."""
    assert 404 == centre.ask(DOWNLOAD, version=2).status_code
    centre.site.remove_file(pages.MANUAL_PDF)
    assert (404, "text/html;charset=utf-8") == (
        centre.ask(DOWNLOAD).status_code,
        centre.ask(DOWNLOAD).headers["content-type"],
    )
    assert 404 == centre.ask(f"/rest/api/content/att{pages.MANUAL_PDF}").status_code
    hidden = f"/download/attachments/{pages.RESTRICTED_PAGE}/prices.pdf"
    assert (404, 200) == (centre.ask(hidden, bearer(TOVES)).status_code, centre.ask(hidden).status_code)


def test_trap_files_are_what_their_author_says(centre: Centre) -> None:
    """A page for browsers is sent as such, under the type that was stored; only pictures are shown in place."""
    html = centre.ask(f"/download/attachments/{pages.GALLERY}/report.html")
    picture = centre.ask(f"/download/attachments/{pages.GALLERY}/lighthouse.png")

    assert ("text/html;charset=UTF-8", True) == (html.headers["content-type"], b"<script>" in html.content)
    assert html.headers["content-disposition"].startswith("attachment;")
    assert picture.headers["content-disposition"].startswith("inline;")


def test_thumbnails_are_of_pictures(centre: Centre) -> None:
    """A picture has a small one; a document has none."""
    small = centre.ask(f"/download/thumbnails/{pages.GALLERY}/lighthouse.png", api="v2")

    assert (200, "image/png") == (small.status_code, small.headers["content-type"])
    assert 404 == centre.ask(f"/download/thumbnails/{pages.START}/Manual%20(short).pdf").status_code


def test_trap_a_sign_in_system_stands_before_files(centre: Centre) -> None:
    """Files and pages for people may lead to another host, while REST answers."""
    centre.site.switches.login_redirect = "https://sso.canary-lamps.example/start"
    found = centre.ask(DOWNLOAD)

    assert (302, "https://sso.canary-lamps.example/start") == (found.status_code, found.headers["location"])
    assert 200 == centre.ask(f"/rest/api/content/{pages.START}").status_code


def test_trap_the_sign_in_form_promises_an_answer(centre: Centre) -> None:
    """Without a credential a file leads to a form that is a 200."""
    away = centre.ask(DOWNLOAD, {})
    form = centre.client.get(away.headers["location"])

    assert 302 == away.status_code
    assert (200, "text/html;charset=utf-8") == (form.status_code, form.headers["content-type"])
    assert "os_password" in form.text


def test_a_file_of_any_size_is_sent(centre: Centre) -> None:
    """Bytes are made while they are read."""
    centre.site.add_file(pages.START, "big.bin", "application/octet-stream", 5 << 20)
    found = centre.ask(f"/download/attachments/{pages.START}/big.bin", bearer(PAT) | {"range": "bytes=-70000"})

    assert files.generated(5 << 20).read((5 << 20) - 70000, 5 << 20) == found.content


# --- traps: search and addresses -------------------------------------------------------------------------------


def test_search_goes_by_start_and_limit(centre: Centre) -> None:
    """Unlike Cloud, `start` positions the page, and the total counts what may be seen."""
    query = 'type = page and text ~ "lamp"'
    whole = centre.get("/rest/api/search", cql=query, limit=100)
    parts = [centre.get("/rest/api/search", cql=query, limit=1, start=at) for at in range(whole["totalSize"])]

    assert whole["size"] == whole["totalSize"] > 3
    assert [hit["content"]["id"] for hit in whole["results"]] == [part["results"][0]["content"]["id"] for part in parts]
    assert "next" not in parts[-1]["_links"]


def test_trap_search_finds_what_is_gone(centre: Centre) -> None:
    """The index lags: a page in the trash is found until it catches up, a new one is not."""
    number = centre.site.add_page(pages.HOME, "Fresh wicks").id
    centre.site.trash(pages.WARRANTY)

    assert [pages.WARRANTY] == ids(centre.get("/rest/api/content/search", cql="title = Warranty"))
    assert [] == ids(centre.get("/rest/api/content/search", cql='title = "Fresh wicks"'))
    centre.site.reindex()
    assert [] == ids(centre.get("/rest/api/content/search", cql="title = Warranty"))
    assert [number] == ids(centre.get("/rest/api/content/search", cql='title = "Fresh wicks"'))


def test_trap_titles_of_hits_are_escaped_and_marked(centre: Centre) -> None:
    """The title of a hit is markup; that of its content is what the author wrote."""
    (hit,) = centre.get("/rest/api/search", cql='title ~ "measures"')["results"]

    assert "(2026) Numbers &amp; @@@hl@@@measures@@@endhl@@@" == hit["title"]
    assert "(2026) Numbers & measures" == hit["content"]["title"]


def test_trap_a_bad_query_is_a_400_or_a_404(centre: Centre) -> None:
    """The two searches refuse a query in different ways, and an empty site search is a failure of theirs."""
    for query in ("", "title ==", 'user = "mira"', '"unended'):
        found = [centre.ask(path, cql=query).status_code for path in ("/rest/api/search", "/rest/api/content/search")]
        assert [400, 404] == found
    assert 500 == centre.ask("/rest/api/search", cql='siteSearch ~ " "').status_code


def test_search_keeps_to_what_the_caller_may_view(centre: Centre) -> None:
    """Hidden pages are no hits; the tree that search knows has pages only."""
    below = f"ancestor = {pages.CATALOGUE}"

    assert pages.RESTRICTED_PAGE in ids(centre.get("/rest/api/content/search", cql=below))
    found = centre.ask("/rest/api/content/search", bearer(TOVES), cql=below).json()
    assert {pages.HERON, pages.KESTREL} == set(ids(found))
    assert [] == ids(centre.get("/rest/api/content/search", cql=f"ancestor = {pages.HANDBOOKS_FOLDER}"))
    assert [] == ids(centre.get("/rest/api/content/search", cql="title = 'Board minutes'"))


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/pages/viewpage.action?pageId=40010003", "Unpacking a lamp"),
        ("/pages/viewpage.action?spaceKey=GUIDE&title=Unpacking+a+lamp", "Unpacking a lamp"),
        ("/display/GUIDE/Unpacking+a+lamp", "Unpacking a lamp"),
        ("/display/GUIDE/UNPACKING+A+LAMP", "Unpacking a lamp"),
        ("/display/GUIDE", "Lantern Works Guide"),
        ("/display/GUIDE/2026/03/01/The+new+Heron+is+here", "The new Heron is here"),
        ("/spaces/GUIDE/pages/40010003/Another+title", "Unpacking a lamp"),
        ("/spaces/GUIDE/pages/40010003", "Unpacking a lamp"),
    ],
)
def test_people_open_pages(centre: Centre, address: str, title: str) -> None:
    """Every form of address shows its page to a caller with a credential, and the sign-in form to others."""
    shown, away = centre.ask(address), centre.ask(address, {})

    assert (200, True) == (shown.status_code, f"<title>{title}</title>" in shown.text)
    assert (302, True) == (away.status_code, "/login.action?" in away.headers["location"])


def test_short_addresses_lead_on(centre: Centre) -> None:
    """A short address leads to the page by id, or nowhere."""
    found = centre.ask("/x/E4FiAg")

    assert (302, f"{BASE}/pages/viewpage.action?pageId=40010003") == (found.status_code, found.headers["location"])
    assert [404, 404] == [centre.ask(f"/x/{code}").status_code for code in ("AAAA", "!!")]


def test_trap_the_version_may_be_told_by_the_manifest_only(centre: Centre) -> None:
    """Older sites have no server information; what does not exist in REST says so in JSON."""
    centre.site.switches.server_information = False
    found = centre.ask("/rest/api/server-information")

    assert (404, {"message": f"null for uri: {BASE}/rest/api/server-information", "status-code": 404}) == (
        found.status_code,
        found.json(),
    )
    assert 200 == centre.ask("/rest/applinks/1.0/manifest").status_code


def test_trap_beside_the_context_is_another_server(centre: Centre) -> None:
    """Outside the context path there is no Confluence."""
    found = centre.client.get("/rest/api/user/current", headers=bearer(PAT))

    assert (404, "text/html;charset=utf-8") == (found.status_code, found.headers["content-type"])
    assert "x-ausername" not in found.headers
