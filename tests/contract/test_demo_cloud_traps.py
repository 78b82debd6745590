"""The stand-in for Cloud springs every trap that real sites hold for a reader."""

from __future__ import annotations

import pytest

from exshare_demo import canaries, pages
from tests.demo_calls import BEARER, CLASSIC, SCOPED, SITE, Cloud, basic

MIRA = "712020:canary-acc-mira"
TOVE = "712020:canary-acc-tove"
IVO = "712020:canary-acc-ivo"
PAGE = f"/api/v2/pages/{pages.UNPACK}"
WRONG = basic("canary-svc@lantern-works.example", "wrong")


@pytest.fixture
def cloud() -> Cloud:
    """A fresh site."""
    return Cloud()


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
        seen += cloud.ask(f"/rest/api/content/{page}/state").text
    unseen = {word for words in canaries.CANARIES.values() for word in words if word not in seen}
    never = {word for kind in ("credential", "user-key", "hidden") for word in canaries.CANARIES[kind]}
    elsewhere = {canaries.COOKIE_VALUE, *canaries.CANARIES["email"]}

    assert never == unseen & never
    assert set() == unseen - never - elsewhere
