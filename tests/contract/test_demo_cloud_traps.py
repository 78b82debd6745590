"""The stand-in for Cloud springs every trap that real sites hold for a reader."""

from __future__ import annotations

import pytest

from exshare_demo import canaries, pages
from tests.demo_calls import BEARER, CLASSIC, MEDIA, SCOPED, SITE, Cloud, basic

MIRA = "712020:canary-acc-mira"
TOVE = "712020:canary-acc-tove"
IVO = "712020:canary-acc-ivo"
PAGE = f"/api/v2/pages/{pages.UNPACK}"
DOWNLOAD = f"/rest/api/content/{pages.GALLERY}/child/attachment/att{pages.LIGHTHOUSE_PNG}/download"
WRONG = basic("canary-svc@lantern-works.example", "wrong")


@pytest.fixture
def cloud() -> Cloud:
    """A fresh site."""
    return Cloud()


def _titles(cloud: Cloud, cql: str) -> list[str]:
    answer = cloud.ask("/rest/api/search?limit=50&cql=" + cql.replace('"', "%22")).json()
    return [r["content"]["title"] for r in answer["results"]]


# -- credentials


@pytest.mark.parametrize("credential", [None, WRONG])
def test_a_bad_credential_is_a_bare_404_in_v2_and_a_403_in_v1(cloud: Cloud, credential: str | None) -> None:
    """Only the title tells a bad credential from a page that is not there."""
    v2 = cloud.ask(PAGE, credential=credential)
    v1 = cloud.ask("/rest/api/user/current", credential=credential)
    search = cloud.ask("/rest/api/search?cql=type=page", credential=credential)

    assert (404, "Not Found") == (v2.status_code, v2.json()["errors"][0]["title"])
    assert (403, 403) == (v1.status_code, search.status_code)
    assert "Current user not permitted to use Confluence" == search.json()["message"]
    assert v1.json()["message"].endswith('403 FORBIDDEN "Request rejected because caller cannot access Confluence"')


def test_a_revoked_credential_is_a_bad_one(cloud: Cloud) -> None:
    """What worked a moment ago stops."""
    before = cloud.ask(PAGE).status_code
    cloud.site.revoke(canaries.CLASSIC_TOKEN)

    assert (200, "Not Found") == (before, cloud.ask(PAGE).json()["errors"][0]["title"])


@pytest.mark.parametrize("value", ["Basic !", basic("", "a"), basic("a", ""), basic("a", "b:c"), BEARER, SCOPED])
def test_the_site_host_answers_some_credentials_with_html(cloud: Cloud, value: str) -> None:
    """Unreadable ones, bearers and scoped tokens get the page of the server below."""
    answer = cloud.ask(PAGE, credential=value)

    assert 401 == answer.status_code
    assert answer.headers["content-type"].startswith("text/html")
    assert f'OAuth realm="{SITE.replace(":", "%3A").replace("/", "%2F")}%2Fwiki"' == answer.headers["www-authenticate"]


@pytest.mark.parametrize("credential", [CLASSIC, SCOPED, BEARER])
def test_the_gateway_takes_every_kind_of_credential(cloud: Cloud, credential: str) -> None:
    """Classic tokens work on both hosts."""
    assert 200 == cloud.ask(PAGE, host="gateway", credential=credential).status_code


def test_the_gateway_knows_only_its_own_cloud(cloud: Cloud) -> None:
    """Another id is another site."""
    path = "/ex/confluence/00000000-0000-4000-8000-000000000000/wiki" + PAGE

    assert 404 == cloud.ask_outside(path, host="gateway", headers={"authorization": BEARER}).status_code


def test_a_missing_scope_is_a_401_in_json_before_anything_else(cloud: Cloud) -> None:
    """Even an id that does not exist tells whether the scope is there."""
    there = cloud.ask("/api/v2/pages/1", host="gateway", credential=SCOPED).status_code
    cloud.site.drop_scope("read:page:confluence")
    gone = cloud.ask("/api/v2/pages/1", host="gateway", credential=SCOPED)

    assert (404, 401) == (there, gone.status_code)
    assert {"code": 401, "message": "Unauthorized; scope does not match"} == gone.json()


def test_search_takes_either_of_its_scopes(cloud: Cloud) -> None:
    """The classic scope and the granular one are separate sets."""

    def status() -> int:
        return cloud.ask("/rest/api/search?cql=type=page", host="gateway", credential=SCOPED).status_code

    cloud.site.drop_scope("read:content-details:confluence")
    one = status()
    cloud.site.drop_scope("search:confluence")

    assert (200, 401) == (one, status())


def test_dropped_operations_are_gone_on_the_gateway_and_say_so_on_the_site(cloud: Cloud) -> None:
    """410 there, a header here."""
    path = f"/rest/api/content/{pages.UNPACK}"
    gone, here = cloud.ask(path, host="gateway", credential=BEARER), cloud.ask(path)

    assert (410, 200) == (gone.status_code, here.status_code)
    assert "GoneException" in gone.json()["message"]
    assert here.headers["deprecation"].startswith("Wed, 1 Mar 2023")
    assert here.headers["warning"].startswith("299 ")


# -- pages


@pytest.mark.parametrize("page", [pages.HIDDEN_PAGE, 1])
def test_forbidden_is_told_like_missing(cloud: Cloud, page: int) -> None:
    """There is no 403 for a page."""
    answer = cloud.ask(f"/api/v2/pages/{page}")

    assert (404, f"Cannot find a page with id [{page}]") == (answer.status_code, answer.json()["errors"][0]["title"])


def test_a_trashed_page_still_answers_and_has_lost_its_place(cloud: Cloud) -> None:
    """Only its status tells."""
    page = cloud.ask(f"/api/v2/pages/{pages.TRASHED_PAGE}").json()

    assert ("trashed", None, None, None) == (page["status"], page["parentId"], page["parentType"], page["position"])


def test_an_archived_page_still_answers(cloud: Cloud) -> None:
    """Only its status tells."""
    assert "archived" == cloud.ask(f"/api/v2/pages/{pages.ARCHIVED_PAGE}").json()["status"]


def test_a_folder_is_no_page(cloud: Cloud) -> None:
    """Its id on a page route is a 404, and a page's id on a folder route too."""
    folder = cloud.ask(f"/api/v2/pages/{pages.HANDBOOKS_FOLDER}").status_code
    page = cloud.ask(f"/api/v2/folders/{pages.UNPACK}")

    assert (404, 404) == (folder, page.status_code)
    assert "Content with id: [40010003] not found" == page.json()["errors"][0]["title"]


@pytest.mark.parametrize("page", ["abc", "att1", "99999999999999999999", "%D9%A3"])
def test_an_id_is_a_long_number(cloud: Cloud, page: str) -> None:
    """Anything else is a 400."""
    assert 400 == cloud.ask(f"/api/v2/pages/{page}").status_code


def test_lists_offer_no_drawn_bodies(cloud: Cloud) -> None:
    """Only what the editors save."""
    assert 400 == cloud.ask("/api/v2/pages?body-format=view").status_code
    assert 200 == cloud.ask("/api/v2/pages?body-format=storage").status_code


def test_a_title_is_found_in_any_case(cloud: Cloud) -> None:
    """A reader has to compare titles itself."""
    found = cloud.ask("/api/v2/pages?title=WARRANTY").json()["results"]

    assert ["Warranty"] == [page["title"] for page in found]


def test_unknown_keys_occur(cloud: Cloud) -> None:
    """Parsers must ignore what no document mentions."""
    page = cloud.ask(PAGE).json()

    assert "contributorIds" in page
    assert "ncsStepVersion" in page["version"]
    assert "edituiv2" in page["_links"]


def test_a_body_includes_what_the_connector_may_read(cloud: Cloud) -> None:
    """Macros read with the connector's rights, and export forms do not say where from."""
    path = f"/api/v2/pages/{pages.INCLUDER}?body-format="
    forms = {
        form: cloud.ask(path + form).json()["body"][form]["value"]
        for form in ("storage", "view", "export_view", "anonymous_export_view")
    }
    shown = {form: canaries.RESTRICTED in body for form, body in forms.items()}

    assert {"storage": False, "view": True, "export_view": True, "anonymous_export_view": False} == shown
    assert "data-macro-name" not in forms["export_view"]


# -- the tree


def test_children_come_unordered_and_with_archived_ones(cloud: Cloud) -> None:
    """Order and state are the reader's work."""
    found = cloud.ask(f"/api/v2/pages/{pages.CATALOGUE}/direct-children").json()["results"]
    places = [c["childPosition"] for c in found]

    assert "archived" in {c["status"] for c in found}
    assert sorted(places) != places


def test_the_old_list_of_children_hides_folders_and_what_lies_in_them(cloud: Cloud) -> None:
    """Without a word."""
    old = cloud.ask(f"/api/v2/pages/{pages.HOME}/children?limit=250").json()["results"]
    new = cloud.ask(f"/api/v2/pages/{pages.HOME}/direct-children?limit=250").json()["results"]

    missing = {c["id"] for c in new} - {c["id"] for c in old}
    assert {str(i) for i in (pages.HANDBOOKS_FOLDER, pages.WHITEBOARD, pages.DATABASE, pages.EMBED)} == missing


def test_a_page_of_children_may_be_short_and_not_the_last(cloud: Cloud) -> None:
    """Permissions are applied after paging: only a missing `next` is the end."""
    at, sizes = f"/api/v2/pages/{pages.HOME}/direct-children?limit=3", []
    while at:
        answer = cloud.ask(at).json()
        sizes.append(len(answer["results"]))
        at = answer["_links"].get("next", "").removeprefix("/wiki")

    assert 2 in sizes[:-1]


def test_the_next_page_in_v2_names_the_context(cloud: Cloud) -> None:
    """In the body and in the header; behind the gateway it lacks the gateway's prefix."""
    answer = cloud.ask(f"/api/v2/pages/{pages.HOME}/direct-children?limit=2", host="gateway", credential=BEARER)
    following = answer.json()["_links"]["next"]

    assert following.startswith(f"/wiki/api/v2/pages/{pages.HOME}/direct-children?limit=2&cursor=")
    assert f'<{following}>; rel="next", <{SITE}/wiki>; rel="base"' == answer.headers["link"]


def test_a_cursor_is_good_for_its_own_list_only(cloud: Cloud) -> None:
    """It is opaque."""
    first = cloud.ask(f"/api/v2/pages/{pages.HOME}/direct-children?limit=1").json()["_links"]["next"]
    other = cloud.ask(f"/api/v2/pages/{pages.CATALOGUE}/direct-children?{first.partition('?')[2]}")

    assert 400 == other.status_code


def test_ancestors_may_end_with_the_page_itself_and_have_no_cursor(cloud: Cloud) -> None:
    """More of them are to be asked of the first one."""
    whole = cloud.ask(f"/api/v2/pages/{pages.KESTREL_ONE}/ancestors").json()
    part = cloud.ask(f"/api/v2/pages/{pages.KESTREL_ONE}/ancestors?limit=1").json()

    assert str(pages.KESTREL_ONE) == whole["results"][-1]["id"]
    assert str(pages.OLD_MODELS_FOLDER) == part["results"][0]["id"]
    assert "next" not in part["_links"]


def test_ancestors_are_told_of_pages_that_one_may_not_open(cloud: Cloud) -> None:
    """They ask for the use of the site only."""
    assert 200 == cloud.ask(f"/api/v2/pages/{pages.HIDDEN_PAGE}/ancestors").status_code


# -- restrictions and rights


def test_inherited_restrictions_are_not_reported(cloud: Cloud) -> None:
    """The page below a restricted one looks free."""
    found = cloud.ask(f"/rest/api/content/{pages.BELOW_RESTRICTED_PAGE}/restriction/byOperation/read").json()

    assert (0, 0) == tuple(found["restrictions"][kind]["size"] for kind in ("user", "group"))


def test_restrictions_of_a_missing_page(cloud: Cloud) -> None:
    """A sentence of its own."""
    answer = cloud.ask("/rest/api/content/999999999/restriction/byOperation")

    assert 404 == answer.status_code
    assert answer.json()["message"].endswith("No content with id <ContentId{id=999999999}> can be found")


def _check(cloud: Cloud, page: int, account: str, operation: str = "read") -> tuple[int, object]:
    asked = {"subject": {"type": "user", "identifier": account}, "operation": operation}
    answer = cloud.ask(f"/rest/api/content/{page}/permission/check", method="POST", json=asked)
    return answer.status_code, answer.json().get("hasPermission")


@pytest.mark.parametrize(
    ("page", "account", "expected"),
    [
        (pages.UNPACK, TOVE, (200, True)),
        (pages.RESTRICTED_PAGE, TOVE, (200, False)),
        (pages.BELOW_RESTRICTED_PAGE, TOVE, (200, False)),
        (pages.PAYROLL, TOVE, (200, False)),
        (pages.PAYROLL, MIRA, (200, True)),
        (pages.UNPACK, IVO, (200, False)),
        (pages.UNPACK, "anonymous", (200, False)),
        (pages.UNPACK, "712020:nobody", (400, None)),
        (pages.HIDDEN_PAGE, MIRA, (404, None)),
        (1, MIRA, (404, None)),
    ],
)
def test_a_denial_is_a_200(cloud: Cloud, page: int, account: str, expected: tuple[int, object]) -> None:
    """Restrictions above the page, its space and the site count; unknown accounts and pages are errors."""
    assert expected == _check(cloud, page, account)


def test_only_an_administrator_may_ask_about_others(cloud: Cloud) -> None:
    """Of itself an account may ask."""
    cloud.site.switches.may_check_permissions = False

    assert (403, None) == _check(cloud, pages.UNPACK, MIRA)
    assert (200, True) == _check(cloud, pages.UNPACK, "712020:canary-acc-connector")


# -- search


def test_start_never_positions_a_page_of_hits(cloud: Cloud) -> None:
    """It is echoed; only the cursor counts, and `next` is relative to the context."""
    first = cloud.ask("/rest/api/search?cql=type=page&limit=3&excerpt=none").json()
    again = cloud.ask("/rest/api/search?cql=type=page&limit=3&start=3&excerpt=none").json()
    following = first["_links"]["next"]
    then = cloud.ask(following).json()

    assert (3, first["results"]) == (again["start"], again["results"])
    assert following.startswith("/rest/api/search?next=true&cursor=")
    assert "excerpt" not in following
    assert {r["content"]["id"] for r in first["results"]}.isdisjoint(r["content"]["id"] for r in then["results"])


def test_a_short_page_of_hits_is_not_the_last(cloud: Cloud) -> None:
    """Only a missing `next` is, and the total is a guess."""
    cloud.site.switches.page_cap = 2
    found = cloud.ask("/rest/api/search?cql=type=page&limit=50").json()

    assert (50, 2) == (found["limit"], found["size"])
    assert "next" in found["_links"]
    assert found["totalSize"] > 2


def test_every_hit_is_reached_by_following_next(cloud: Cloud) -> None:
    """None twice, none left out."""
    at, found = "/rest/api/search?cql=type=page&limit=4", []
    while at:
        answer = cloud.ask(at).json()
        found += [r["content"]["id"] for r in answer["results"]]
        at = answer["_links"].get("next", "")

    assert len(found) == len(set(found))
    assert sorted(found) == sorted(
        str(n.id)
        for n in cloud.site.nodes.values()
        if n.kind == "page" and n.status == "current" and n.id != pages.HIDDEN_PAGE
    )


def test_titles_and_excerpts_of_hits_are_marked_and_escaped(cloud: Cloud) -> None:
    """The content's own title is neither."""
    cloud.site.add_page(pages.HOME, "Wicks & <oil>", "The wick burns")
    cloud.site.reindex()
    hit = cloud.ask('/rest/api/search?cql=siteSearch ~ "oil"').json()["results"][0]

    assert "Wicks &amp; &lt;@@@hl@@@oil@@@endhl@@@&gt;" == hit["title"]
    assert "Wicks & <oil>" == hit["content"]["title"]
    assert 0.0 == hit["score"]


def test_site_search_between_two_clauses_is_dropped(cloud: Cloud) -> None:
    """Without a word, so that everything is found; at the front it counts."""
    middle = _titles(cloud, 'type=page and siteSearch ~ "seagulls" and space=GUIDE')
    front = _titles(cloud, 'siteSearch ~ "seagulls" and type=page and space=GUIDE')

    assert ["Warranty"] == front
    assert len(middle) > 20


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "cql query parameter is required"),
        ("?cql=", 400, "cql query parameter is required"),
        ("?cql=title ~ %22open", 400, "Could not parse cql : "),
        ("?cql=nonsense = 1", 400, "Could not parse cql : "),
        ("?cql=type=page&cursor=bad", 400, "XP-Search Aggregator API"),
        ("?cql=siteSearch ~ %22 %22", 500, ""),
        ("?cql=user = %22mira%22", 400, ""),
        ("?cql=type = page and not (user.fullname ~ %22mira%22)", 400, ""),
    ],
)
def test_bad_searches(cloud: Cloud, query: str, status: int, words: str) -> None:
    """Each has its own answer."""
    answer = cloud.ask("/rest/api/search" + query)

    assert status == answer.status_code
    assert words in answer.json()["message"]


def test_a_limit_that_is_no_number_is_a_404_without_a_body(cloud: Cloud) -> None:
    """In search only."""
    answer = cloud.ask("/rest/api/search?cql=type=page&limit=abc")

    assert (404, b"") == (answer.status_code, answer.content)


def test_quotes_and_backslashes_in_a_query_are_escaped(cloud: Cloud) -> None:
    """A quoted string is one value, whatever it holds."""
    cloud.site.add_page(pages.HOME, 'A "lit" lamp \\ wick', "x")
    cloud.site.reindex()

    assert ['A "lit" lamp \\ wick'] == _titles(cloud, 'title = "A \\"lit\\" lamp \\\\ wick"')
    assert [] == _titles(cloud, 'title = "x\\" or type = page"')


@pytest.mark.parametrize(
    ("cql", "expected"),
    [
        ('label = "lamp"', ["Heron 9 lamp", "Kestrel 12 lamp"]),
        ('title ~ "kestrel" and not label = "lamp" and parent != 40010015', ["Kestrel I", "Kestrel price list"]),
        (
            f"(id = {pages.REPAIR} or ancestor = {pages.REPAIR}) and type in (page, blogpost)",
            ["Repair handbook", "Dimmer relay"],
        ),
        ("space = guide and type = blogpost", ["The new Heron is here"]),
        ('space = "NOSUCH"', []),
        ('title ~ "kestr*" and parent = 40010012', ["Kestrel 12 lamp", "Kestrel price list"]),
        ('text ~ "\\"one thursday a month\\""', ["Kestrel I"]),
        ('text ~ "\\"month a thursday\\""', []),
        ("id = 40010003 or id = 40010004 and type = blogpost", ["Unpacking a lamp"]),
        ("title = warranty and lastModified >= 2026-03-01", ["Warranty"]),
        ('title = warranty and created > "2026/03/01"', []),
        ("creator = 712020:canary-acc-mira and title = warranty", ["Warranty"]),
        (
            "ancestor = 40020001 order by title desc",
            ["Repair handbook", "Kestrel I", "Dimmer relay", "Caring for lenses"],
        ),
    ],
)
def test_queries(cloud: Cloud, cql: str, expected: list[str]) -> None:
    """Titles, labels, spaces, kinds and places can be asked for together."""
    assert expected == _titles(cloud, cql)


def test_archived_pages_are_invisible_to_search(cloud: Cloud) -> None:
    """At once, though the index lags otherwise."""
    cloud.site.archive(pages.HERON)

    assert ["Kestrel 12 lamp"] == _titles(cloud, 'label = "lamp"')


def test_the_index_lags_behind_edits_moves_and_deletions(cloud: Cloud) -> None:
    """Hits are to be checked again: until the index catches up they tell what was."""
    cloud.site.rename(pages.HERON, "Bittern")
    cloud.site.move(pages.KESTREL, pages.TEAM_HOME)
    cloud.site.purge(pages.WARRANTY)
    late = [*_titles(cloud, f"ancestor = {pages.CATALOGUE} and label = lamp"), *_titles(cloud, 'title = "Warranty"')]
    cloud.site.reindex()
    then = [*_titles(cloud, f"ancestor = {pages.CATALOGUE} and label = lamp"), *_titles(cloud, 'title = "Warranty"')]

    assert ["Heron 9 lamp", "Kestrel 12 lamp", "Warranty"] == late
    assert ["Bittern"] == then


def test_search_shows_nothing_that_the_connector_may_not_read(cloud: Cloud) -> None:
    """Neither the page nor its words."""
    assert [] == _titles(cloud, 'text ~ "canary-hidden"')


# -- older lists


@pytest.mark.parametrize(
    ("query", "status"),
    [("?limit=-1", 400), ("?limit=abc", 400), ("?start=-1", 400), ("?limit=0", 200), ("?limit=5000", 200)],
)
def test_limits_of_older_lists(cloud: Cloud, query: str, status: int) -> None:
    """Negative numbers and words are refused, large ones cut."""
    assert status == cloud.ask("/rest/api/content" + query).status_code


def test_the_next_page_in_v1_does_not_name_the_context(cloud: Cloud) -> None:
    """It has to be put after the base."""
    links = cloud.ask("/rest/api/content?limit=2").json()["_links"]

    assert "/rest/api/content?next=true&limit=2&start=2" == links["next"]
    assert (f"{SITE}/wiki", "/wiki") == (links["base"], links["context"])


def test_labels_have_a_cap_and_no_limit_of_none(cloud: Cloud) -> None:
    """200 at most, and 0 is refused."""
    path = f"/rest/api/content/{pages.GALLERY}/label"

    assert (200, 200) == (cloud.ask(path).json()["limit"], cloud.ask(f"{path}?limit=900").json()["limit"])
    assert 400 == cloud.ask(f"{path}?limit=0").status_code


# -- files


@pytest.mark.parametrize("folder", ["attachments", "thumbnails"])
def test_old_file_addresses_refuse_tokens_and_send_browsers_to_the_sign_in_page(cloud: Cloud, folder: str) -> None:
    """Bodies are still full of them."""
    path = f"/download/{folder}/{pages.GALLERY}/lighthouse.png?version=1&api=v2"
    token, browser = cloud.ask(path), cloud.ask(path, credential=None)

    assert 401 == token.status_code
    assert token.headers["www-authenticate"].startswith("OAuth ")
    assert (302, f"{SITE}/login") == (browser.status_code, browser.headers["location"].partition("?")[0])


@pytest.mark.parametrize("credential", [CLASSIC, None])
@pytest.mark.parametrize(
    "path",
    [
        "/spaces/GUIDE/pages/40010003/Unpacking",
        "/x/E4FiAg",
        "/l/cp/AbCdEf12",
        "/display/GUIDE/Warranty",
        "/pages/viewpage.action?pageId=1",
    ],
)
def test_addresses_for_people_lead_to_the_sign_in_page(cloud: Cloud, path: str, credential: str | None) -> None:
    """No credential of a program opens them."""
    answer = cloud.ask(path, credential=credential)

    assert (302, f"{SITE}/login") == (answer.status_code, answer.headers["location"].partition("?")[0])


def test_the_sign_in_page_may_be_on_another_host(cloud: Cloud) -> None:
    """Where nobody should follow."""
    cloud.site.switches.login_redirect = "https://id.lantern-works.example/login"

    assert cloud.ask("/spaces/GUIDE").headers["location"].startswith("https://id.lantern-works.example/login?")


def test_download_links_leave_the_context_out(cloud: Cloud) -> None:
    """Put after the bare host they lead nowhere."""
    link = cloud.ask(f"/api/v2/attachments/att{pages.LIGHTHOUSE_PNG}").json()["downloadLink"]

    assert (302, 404) == (cloud.ask(link).status_code, cloud.ask_outside(link).status_code)


@pytest.mark.parametrize(
    "path",
    [
        f"/rest/api/content/{pages.START}/child/attachment/att{pages.LIGHTHOUSE_PNG}/download",
        f"/rest/api/content/{pages.HIDDEN_PAGE}/child/attachment/att{pages.LIGHTHOUSE_PNG}/download",
        f"/rest/api/content/{pages.GALLERY}/child/attachment/att1/download",
    ],
)
def test_a_file_is_found_on_its_own_page_only(cloud: Cloud, path: str) -> None:
    """Elsewhere it is missing."""
    assert 404 == cloud.ask(path).status_code


def test_a_version_that_a_file_does_not_have(cloud: Cloud) -> None:
    """Is a bad request."""
    assert (400, 302) == (
        cloud.ask(f"{DOWNLOAD}?version=2").status_code,
        cloud.ask(f"{DOWNLOAD}?version=1").status_code,
    )


def test_some_sites_give_the_bytes_at_once(cloud: Cloud) -> None:
    """Without a redirect."""
    cloud.site.switches.media_hops = 0
    answer = cloud.ask(DOWNLOAD)

    assert (200, "image/png") == (answer.status_code, answer.headers["content-type"])


def test_a_second_hop_has_a_location_without_a_host(cloud: Cloud) -> None:
    """It leads on on the media host."""
    cloud.site.switches.media_hops = 2
    first = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    second = cloud.ask(first, host="media", credential=None)

    assert 302 == second.status_code
    assert second.headers["location"].startswith("/file/")
    assert b"\x89PNG" == cloud.ask(second.headers["location"], host="media", credential=None).content[:4]


@pytest.mark.parametrize("header", [{"authorization": CLASSIC}, {"authorization": BEARER}, {"cookie": "a=b"}])
def test_the_media_host_refuses_credentials(cloud: Cloud, header: dict[str, str]) -> None:
    """The address is all it takes; whoever sends more has sent it to a stranger, and the log knows."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    answer = cloud.ask(place, host="media", credential=None, headers=header)

    assert 400 == answer.status_code
    assert [True] == [seen.with_credential for seen in cloud.site.log.of("media")]


def test_a_media_address_is_signed_and_ends(cloud: Cloud) -> None:
    """Changed or old, it opens nothing."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    other = place.replace(
        cloud.site.attachments[pages.LIGHTHOUSE_PNG].file_id, cloud.site.attachments[pages.TEAM_PNG].file_id
    )
    fresh = cloud.ask(place, host="media", credential=None).status_code
    changed = cloud.ask(other, host="media", credential=None).status_code
    cloud.site.pass_time(cloud.site.switches.media_seconds + 1)

    assert (200, 403, 403) == (fresh, changed, cloud.ask(place, host="media", credential=None).status_code)


@pytest.mark.parametrize(
    ("header", "status", "content_range", "body"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{}", slice(0, 4)),
        ("bytes=5-", 206, "bytes 5-{last}/{}", slice(5, None)),
        ("bytes=-2", 206, "bytes {last_but_one}-{last}/{}", slice(-2, None)),
        ("bytes=0-1,4-5", 200, None, slice(None)),
        ("lamps=1-2", 200, None, slice(None)),
        ("bytes=9-2", 200, None, slice(None)),
        ("bytes=99999999-", 416, "bytes */{}", slice(0, 0)),
        ("bytes=-0", 416, "bytes */{}", slice(0, 0)),
    ],
)
def test_parts_of_a_file(cloud: Cloud, header: str, status: int, content_range: str | None, body: slice) -> None:
    """One range is served; several, strange and impossible ones as the protocol says."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    whole = cloud.ask(place, host="media", credential=None).content
    part = cloud.ask(place, host="media", credential=None, headers={"range": header})
    size = len(whole)
    named = content_range and content_range.format(size, last=size - 1, last_but_one=size - 2)

    assert (status, named, whole[body]) == (part.status_code, part.headers.get("content-range"), part.content)


def test_a_part_of_a_file_that_has_changed_is_the_whole_file(cloud: Cloud) -> None:
    """`If-Range` is honoured."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    headers = {"range": "bytes=0-3", "if-range": '"other"'}

    assert 200 == cloud.ask(place, host="media", credential=None, headers=headers).status_code


def test_the_head_of_a_file(cloud: Cloud) -> None:
    """The length without the bytes."""
    place = cloud.ask(DOWNLOAD).headers["location"].removeprefix(MEDIA)
    whole = cloud.ask(place, host="media", credential=None)
    head = cloud.ask(place, host="media", credential=None, method="HEAD")

    assert (str(len(whole.content)), b"") == (head.headers["content-length"], head.content)


def test_file_names_arrive_decomposed(cloud: Cloud) -> None:
    """As they were uploaded; the interface compares them letter by letter."""
    path = f"/api/v2/pages/{pages.UNICODE}/attachments"
    name = cloud.ask(path).json()["results"][0]["title"]

    assert "Leuchttu\u0308rme & Mo\u0308wen.png" == name
    assert [] == cloud.ask(f"{path}?filename=Leuchtt%C3%BCrme %26 M%C3%B6wen.png").json()["results"]


# -- answers as such


def test_every_answer_carries_ids_to_log_and_a_cookie_nobody_should_pass_on(cloud: Cloud) -> None:
    """The two ids are one, with and without dashes."""
    answer = cloud.ask(PAGE)

    assert answer.headers["atl-request-id"].replace("-", "") == answer.headers["atl-traceid"]
    assert canaries.COOKIE_VALUE in answer.headers["set-cookie"]


def test_unknown_paths_of_the_interface_are_html(cloud: Cloud) -> None:
    """A reader that expects JSON has to look first."""
    answer = cloud.ask("/rest/api/server-information")

    assert 404 == answer.status_code
    assert answer.headers["content-type"].startswith("text/html")


def test_a_conversion_that_fails_says_so_and_results_do_not_last(cloud: Cloud) -> None:
    """Five minutes, then the task is unknown."""
    asked = {"value": '<ac:structured-macro ac:name="toc" />', "representation": "storage"}
    task = cloud.ask("/rest/api/contentbody/convert/async/view", method="POST", json=asked).json()["asyncId"]
    path = f"/rest/api/contentbody/convert/async/{task}"
    states = [cloud.ask(path).json()["status"] for _ in range(2)]
    cloud.site.pass_time(301)

    assert ["WORKING", "FAILED"] == states
    assert 404 == cloud.ask(path).status_code


def test_every_canary_is_somewhere_in_what_is_answered(cloud: Cloud) -> None:
    """So that a test that looks for them in the product can fail; what nobody may see is nowhere."""
    seen = ""
    for page in sorted(cloud.site.nodes):
        for form in ("storage", "view", "export_view"):
            answer = cloud.ask(f"/api/v2/pages/{page}?body-format={form}")
            seen += answer.json().get("body", {}).get(form, {}).get("value", "")
        for more in ("footer-comments", "inline-comments", "labels", "versions"):
            seen += cloud.ask(f"/api/v2/pages/{page}/{more}?body-format=storage").text
    unseen = {word for words in canaries.CANARIES.values() for word in words if word not in seen}
    never = {word for kind in ("credential", "user-key", "hidden") for word in canaries.CANARIES[kind]}
    elsewhere = {canaries.COOKIE_VALUE, *canaries.CANARIES["email"]}

    assert never == unseen & never
    assert set() == unseen - never - elsewhere
