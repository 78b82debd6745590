"""The stand-in's Data Center springs the traps of content, lists, rights and search."""

from __future__ import annotations

import pytest

from exshare_demo import pages
from exshare_demo.canaries import PAT
from tests.demo_centre import BASE, TOVES, Centre, bearer, ids


@pytest.fixture
def centre() -> Centre:
    """A fresh one."""
    return Centre()


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
