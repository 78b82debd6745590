"""The command line on a running deployment, over each store: what operators do, and what they are told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from exshare_core.attempts import Method
from exshare_demo import pages
from exshare_demo.canaries import CLASSIC_TOKEN
from exshare_demo.serving import Addresses, standing
from exshare_demo.site import demo_site
from tests.e2e.configured import MIRA, TOVE, port_of, postgres_section, site_section, sqlite_section, written
from tests.e2e.running import answer_of, exshare, installed, service


@pytest.fixture
def confluence() -> Iterator[Addresses]:
    """The stand-in."""
    with standing(demo_site()) as addresses:
        yield addresses


@pytest.fixture(params=["sqlite", "postgres"])
def config(request: pytest.FixtureRequest, tmp_path: Path, confluence: Addresses) -> Path:
    """A configuration for each store; nothing but one section differs."""
    if request.param == "sqlite":
        storage = sqlite_section(tmp_path)
    else:
        storage = postgres_section(request.getfixturevalue("postgres_dsn"))
    return written(tmp_path, storage, site_section("acme", confluence))


def test_a_link_from_creation_to_deletion(config: Path, tmp_path: Path) -> None:
    """Each act shows in the link's JSON and at its address, at once."""
    added = answer_of("member", "add", "ada", "--identity", MIRA, "--config", config, "--json", home=tmp_path)
    created = answer_of(
        "link", "create", "acme", str(pages.CARE), "--owner", "ada", "--name", "Care", "--config", config, "--json",
        home=tmp_path,
    )  # fmt: skip
    url = created["url"]
    with service(tmp_path, config, port_of(config)), httpx2.Client() as visitor:
        seen = [visitor.get(url).status_code]
        for act in ("disable", "enable", "rotate", "delete"):
            changed = answer_of("link", act, created["id"], "--config", config, "--json", home=tmp_path)
            seen.append(visitor.get(url).status_code)
            if act == "rotate":
                seen.append(visitor.get(changed["url"]).status_code)
                seen += _readdressed(config, tmp_path, visitor, changed)
    listed = answer_of("link", "list", "--config", config, "--json", home=tmp_path)
    spaces = [
        answer_of("link", "list", "--space", key, "--config", config, "--json", home=tmp_path)
        for key in ("guide", "nowhere")
    ]

    assert {"id", "url", "site", "page", "state", "owner", "opens"} <= created.keys()
    assert ("ada", "acme", str(pages.CARE), "active", 0) == tuple(
        created[key] for key in ("owner", "site", "page", "state", "opens")
    )
    assert [200, 404, 200, 404, 200, 200, 200, 404, 200, 404] == seen
    assert [(created["id"], "deleted")] == [(one["id"], one["state"]) for one in listed]
    assert [listed, []] == spaces
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/manage/setup/[\w-]{43}", added["setup_url"])


def _readdressed(config: Path, home: Path, visitor: httpx2.Client, link: dict[str, str]) -> list[int]:
    """What the addresses answer after one that leaves the old one some time, and after a return under a new one alone."""
    later = answer_of("link", "rotate", link["id"], "--grace", "1 hour", "--config", config, "--json", home=home)
    seen = [visitor.get(one["url"]).status_code for one in (link, later)]
    answer_of("link", "disable", link["id"], "--config", config, "--json", home=home)
    back = answer_of("link", "enable", link["id"], "--new-address", "--config", config, "--json", home=home)
    wrong = exshare("link", "rotate", link["id"], "--grace", "soon", "--config", config, home=home)

    assert (1, True) == (wrong.returncode, "`soon` is not a span of time" in wrong.stderr)

    return [*seen, *(visitor.get(one["url"]).status_code for one in (later, back))]


def test_people_get_addresses_of_their_own(config: Path, tmp_path: Path) -> None:
    """Each is made, listed as whose it is, and withdrawn by its id; what the link reaches is counted beside them."""
    answer_of("member", "add", "ada", "--identity", MIRA, "--config", config, "--json", home=tmp_path)
    link = answer_of("link", "create", "acme", str(pages.CARE), "--owner", "ada", "--config", config, "--json",
                     home=tmp_path)["id"]  # fmt: skip
    made = answer_of("link", "address", "add", link, "eve@example.com", "max@example.com", "--config", config, "--json",
                     home=tmp_path)  # fmt: skip
    with service(tmp_path, config, port_of(config)), httpx2.Client() as visitor:
        before = [visitor.get(one["url"]).status_code for one in made]
        answer_of("link", "address", "revoke", link, made[0]["id"], "--config", config, "--json", home=tmp_path)
        after = [visitor.get(one["url"]).status_code for one in made]
    listed = answer_of("link", "address", "list", link, "--config", config, "--json", home=tmp_path)
    reached = answer_of("link", "reach", link, "--config", config, "--json", home=tmp_path)

    assert [200, 200] == before
    assert [404, 200] == after
    assert [("max@example.com", True), ("eve@example.com", False)] == [
        (one["recipient"], one["alive"]) for one in listed
    ]
    assert (1, True) == (reached["pages"], reached["all_pages"])


def test_a_link_is_found_by_its_address(config: Path, tmp_path: Path) -> None:
    """LINK may be an id or a whole address."""
    installed("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    created = answer_of(
        "link", "create", "acme", str(pages.CARE), "--owner", "ada", "--config", config, "--json", home=tmp_path
    )
    shown = installed("link", "show", created["url"], "--config", config, "--json", home=tmp_path)

    assert created == json.loads(shown.stdout)


ASKED = (
    "people", "networks", "expires", "max_opens", "children", "slug", "labels", "carve_outs", "password", "allow",
    "present_only", "sign_in", "sso", "terms", "frame_origins",
)  # fmt: skip
"""What a link says of itself that it was asked for."""


def test_every_option_of_a_link(config: Path, tmp_path: Path) -> None:
    """What is asked for is what the link has; the password comes by standard input and is shown nowhere."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    terms = tmp_path / "terms.txt"
    terms.write_text("Be kind.\n\nKeep it to yourself.\n", encoding="utf-8")
    made = answer_of(
        "link", "create", "acme", str(pages.HOME), "--owner", "ada", "--password-stdin",
        "--people", "ada@example.com,example.org,*.example.net", "--networks", "127.0.0.0/8,2001:db8::/32",
        "--expires", "2099-12-31T23:00:00Z", "--max-opens", "7", "--children", "--present-only",
        "--slug", "spring-fair", "--labels", "without: draft, Internal", "--carve-out", str(pages.CARE),
        "--allow", "attachments=view", "--allow", "labels", "--sso", "--terms-file", terms,
        "--frame-origins", "https://b.example.com, https://a.example.com", "--config", config, "--json",
        home=tmp_path, stdin="staple horse battery\n",
    )  # fmt: skip

    assert {
        "people": ["ada@example.com", "example.org", "*.example.net"],
        "networks": ["127.0.0.0/8", "2001:db8::/32"],
        "expires": "2099-12-31T23:00:00+00:00",
        "max_opens": 7,
        "children": True,
        "slug": "spring-fair",
        "labels": "without: draft, internal",
        "carve_outs": [str(pages.CARE)],
        "present_only": True,
        "password": True,
        "allow": ["attachments=view", "labels"],
        "sign_in": True,
        "sso": True,
        "terms": "Be kind.\n\nKeep it to yourself.",
        "frame_origins": ["https://a.example.com", "https://b.example.com"],
    } == {key: made[key] for key in ASKED}
    assert ["visitors must sign in with an organisation, and none is set up"] == made["warnings"]
    assert "staple" not in str(made)


REFUSED = [
    (["--allow", "everything"], "allow: `everything` is not a capability"),
    (["--allow", "edit"], "allow: `edit` is not available in this version"),
    (["--expires", "2001-01-01T00:00:00Z"], "expires: must lie in the future"),
    (["--expires", "2099-01-01T00:00:00"], "expires: `2099-01-01T00:00:00` has no time zone"),
    (["--max-opens", "0"], "max_opens: from 1 to 1000000"),
    (["--people", "not an address@"], "people: `not an address@` is not a mail address"),
    (["--networks", "192.0.2.1/24"], "networks: `192.0.2.1/24` is not a network"),
    (["--space", "--carve-out", "the plan"], "carve_outs: `the plan` is neither a page id nor an address of this site"),
    (["--children", "--labels", "some: a"], "labels: `some: a` does not begin with `any:`, `all:` or `without:`"),
    (["--labels", "any: a"], "labels: without the pages below there is nothing to choose by labels"),
    (["--space", "--present-only"], "present_only: a whole space is shared as it grows"),
    (["--children", "--carve-out", str(pages.HOME)], "carve_outs: page"),
    (["--indexing", "--max-opens", "3"], "indexing: search engines find only links without a password"),
    (["--slug", "Spring"], "slug: at most 80 of a-z, 0-9 and hyphens between them"),
    (["--terms", "a", "--terms-file", "b"], "terms: give either a text or a file"),
    (["--terms-file", "no-such-file"], "terms: `no-such-file` cannot be read: No such file or directory"),
    (["--terms-file", "-", "--password-stdin"], "terms: standard input holds the password already: give a file"),
    (["--terms", "x" * 20_001], "terms: at most 20000 characters"),
    (["--frame-origins", "intranet"], "frame_origins: "),
    (["--indexing", "--sign-in"], "indexing: search engines find only links without a password"),
    (["--name", "x" * 201], "name: at most 200 characters"),
]


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_what_is_refused_leaves_no_link(config: Path, tmp_path: Path) -> None:
    """Each broken rule is named by its option, ends the command with 1 and leaves nothing behind."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    told = []
    create = ["link", "create", "acme", str(pages.HOME), "--owner", "ada", "--config", str(config)]
    for options, rule in REFUSED:
        ended = exshare(*create, *options, home=tmp_path)
        told.append((ended.returncode, ended.stdout, ended.stderr.startswith(f"exshare: {rule}")))

    assert [(1, "", True)] * len(REFUSED) == told
    assert [] == answer_of("link", "list", "--config", config, "--json", home=tmp_path)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_whole_space_and_a_blog_post_are_shared(config: Path, tmp_path: Path, confluence: Addresses) -> None:
    """L1: a space by its key, a blog post by its address; the space's link leads to the post, which stands alone as well."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    common = ["--owner", "ada", "--config", str(config), "--json"]
    blog = f"{confluence.site}/spaces/GUIDE/blog/2026/01/01/{pages.BLOG_POST}/The+new+Heron+is+here"
    space = answer_of("link", "create", "acme", "guide", "--space", *common, home=tmp_path)
    post = answer_of("link", "create", "acme", blog, *common, home=tmp_path)
    with service(tmp_path, config, port_of(config)), httpx2.Client() as visitor:
        texts = [visitor.get(url).text for url in (f"{space['url']}/p/{pages.BLOG_POST}", post["url"])]
        outside = visitor.get(f"{space['url']}/p/{pages.TEAM_HOME}").status_code

    assert (str(pages.HOME), True, str(pages.BLOG_POST), False) == (
        space["page"], space["whole_space"], post["page"], post["whole_space"],
    )  # fmt: skip
    assert ["<h1>The new Heron is here</h1>" in text for text in texts] == [True, True]
    assert 404 == outside


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_link_leads_on_to_another(config: Path, tmp_path: Path) -> None:
    """L10: links are named by id or address and told by id; none that is not there is taken, and no address repeated."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    create = ["link", "create", "acme", str(pages.HOME), "--owner", "ada", "--config", str(config), "--json"]
    first, second = (answer_of(*create, home=tmp_path) for _ in range(2))
    leading = answer_of(*create, "--leads-to", f"{first['id']},{second['url']}", home=tmp_path)
    refused = exshare(*create, "--leads-to", "http://127.0.0.1/s/" + "Z" * 43, home=tmp_path)

    assert sorted([first["id"], second["id"]]) == leading["leads_to"]
    assert (1, "exshare: leads_to: entry 1 is no link whose address you can see\n") == (
        refused.returncode,
        refused.stderr,
    )


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_page_that_the_owner_cannot_read_is_refused(config: Path, tmp_path: Path) -> None:
    """A restricted page, a trashed one and one of nobody give no link (spec R5)."""
    exshare("member", "add", "ada", "--identity", TOVE, "--config", config, home=tmp_path)
    codes = [
        exshare("link", "create", "acme", str(page), "--owner", "ada", "--config", config, home=tmp_path).returncode
        for page in (pages.RESTRICTED_PAGE, pages.TRASHED_PAGE, 99999999)
    ]

    assert [1, 1, 1] == codes
    assert [] == answer_of("link", "list", "--config", config, "--json", home=tmp_path)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_check_says_what_is_wrong_and_how_to_mend_it(config: Path, tmp_path: Path) -> None:
    """All well ends with 0; a wrong token ends with 1 and a sentence about that site, without the token."""
    answer_of("migrate", "--config", config, "--json", home=tmp_path)
    well = answer_of("check", "--config", config, "--json", home=tmp_path)
    config.write_text(config.read_text().replace(CLASSIC_TOKEN, "wrong-token-of-ours"))
    ended = installed("check", "--config", config, home=tmp_path)

    assert {True} == {one["ok"] for one in well}
    assert 1 == ended.returncode
    assert "wrong  sites.acme" in ended.stdout
    assert "token" in ended.stdout.split("sites.acme", 1)[1]
    assert "wrong-token-of-ours" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_members_notices_go_where_the_operator_says(config: Path, tmp_path: Path) -> None:
    """G7: an address is given with the member or later, and taken away; one that is none is refused."""
    common = ("--config", config, "--json")
    added = answer_of("member", "add", "ada", "--address", "Ada@Example.com", *common, home=tmp_path)
    moved = answer_of("member", "notices", "ada", "--address", "ada@example.org", *common, home=tmp_path)
    refused = exshare("member", "notices", "ada", "--address", "ada", "--config", config, home=tmp_path)
    said = exshare("member", "notices", "ada", "--config", config, home=tmp_path)
    (listed,) = answer_of("member", "list", *common, home=tmp_path)

    assert ("Ada@example.com", "ada@example.org") == (added["address"], moved["address"])
    assert (1, "exshare: address: `ada` is not a mail address\n") == (refused.returncode, refused.stderr)
    assert "notices for ada go nowhere\n" == said.stdout
    assert listed["address"] is None


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_member_is_tied_to_an_identity_provider(config: Path, tmp_path: Path) -> None:
    """R5: the operator says who a member is elsewhere, and takes it back; one without the other is refused."""
    common = ("--config", config, "--json")
    answer_of("member", "add", "ada", "--identity", MIRA, *common, home=tmp_path)
    who = ("--issuer", "https://login.example.com", "--subject", "ada-1")
    tied = answer_of("member", "tie", "ada", *who, *common, home=tmp_path)
    halved = exshare("member", "tie", "ada", *who[:2], "--config", config, home=tmp_path)
    untied = answer_of("member", "tie", "ada", *common, home=tmp_path)

    assert {"issuer": "https://login.example.com", "subject": "ada-1"} == tied["elsewhere"]
    assert (1, "exshare: subject: give both `--issuer` and `--subject`, or neither\n") == (
        halved.returncode,
        halved.stderr,
    )
    assert untied["elsewhere"] is None


def test_a_member_is_signed_out_and_a_lost_factor_is_taken_away(config: Path, tmp_path: Path) -> None:
    """What the operator can do for whoever lost a telephone; the answers say how things are now."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    out = answer_of("member", "sign-out", "ada", "--config", config, "--json", home=tmp_path)
    said = exshare("member", "sign-out", "ada", "--config", config, home=tmp_path)
    reset = answer_of("member", "reset-totp", "ada", "--config", config, "--json", home=tmp_path)
    unknown = exshare("member", "reset-totp", "bob", "--config", config, home=tmp_path)

    assert ("ada", 0, False) == (out["name"], out["ended"], out["second_factor"])
    assert "ada is signed out everywhere: 0 sessions ended\n" == said.stdout
    assert ("ada", False) == (reset["name"], reset["second_factor"])
    assert (1, "exshare: there is no member `bob`\n") == (unknown.returncode, unknown.stderr)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_check_finds_demands_that_nobody_can_meet(config: Path, tmp_path: Path) -> None:
    """G4: a link or a layer that wants visitors to sign in, on a site without a way to: both are named, and how to mend it."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    create = ("link", "create", "acme", str(pages.CARE), "--owner", "ada", "--config", config)
    told = exshare(*create, "--sso", home=tmp_path).stdout
    document = tmp_path / "policy.toml"
    document.write_text("[site]\nsso_demanded = true\n[configurations.default]\n")
    rehearsed = exshare("policy", "import", "--dry-run", document, "--config", config, home=tmp_path).stdout
    exshare("policy", "import", document, "--config", config, home=tmp_path)
    ended = exshare("check", "--config", config, home=tmp_path)

    assert "mind: visitors must sign in with an organisation, and none is set up\n" in told
    assert "mind: on this site, visitors must sign in with an organisation, and none is set up\n" in rehearsed
    assert 1 == ended.returncode
    assert "wrong  sites.acme.sign_in" in ended.stdout
    assert "on this site, visitors must sign in with an organisation, and none is set up: add a way" in ended.stdout
    assert "1 of its links demand signing in as nobody can: add a way" in ended.stdout


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_an_explanation_can_be_of_who_has_signed_in(config: Path, tmp_path: Path) -> None:
    """P9: `--signed-in` says how; every way there is can be named, and no other."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    link = answer_of(
        "link",
        "create",
        "acme",
        str(pages.CARE),
        "--owner",
        "ada",
        "--sso",
        "--config",
        config,
        "--json",
        home=tmp_path,
    )
    people = {}
    for method in Method:
        said = answer_of(
            "policy", "explain", link["id"], "--signed-in", method.value, "--config", config, "--json", home=tmp_path
        )
        people[method] = next(one["effect"] for one in said["gates"] if one["stage"] == "people")
    unknown = exshare("policy", "explain", link["id"], "--signed-in", "magic", "--config", config, home=tmp_path)

    assert {Method.ACCOUNT: "ask", Method.SSO: "allow", Method.SIGNED: "ask"} == people
    assert 2 == unknown.returncode


def test_a_member_is_invited_again_locked_out_and_let_in(config: Path, tmp_path: Path) -> None:
    """Locking out ends a set-up link too; who is locked out owns no new link until let in again, and is invited anew."""
    common = ["--config", str(config), "--json"]
    added = answer_of("member", "add", "ada", "--identity", MIRA, *common, home=tmp_path)
    locked = answer_of("member", "disable", "ada", *common, home=tmp_path)
    refused = exshare("link", "create", "acme", str(pages.CARE), "--owner", "ada", "--config", config, home=tmp_path)
    let_in = answer_of("member", "enable", added["id"], *common, home=tmp_path)
    created = answer_of("link", "create", "acme", str(pages.CARE), "--owner", "ada", *common, home=tmp_path)
    invited = answer_of("member", "invite", "ADA", *common, home=tmp_path)
    with service(tmp_path, config, port_of(config)):
        old, new = (httpx2.get(one["setup_url"]).status_code for one in (added, invited))

    assert (True, False) == (locked["disabled"], let_in["disabled"])
    assert [{"site": "acme", "became": "stop", "links": [], "owner": None}] == locked["links"]
    assert (1, "exshare: there is no member `ada` on this site\n") == (refused.returncode, refused.stderr)
    assert "active" == created["state"]
    assert (404, 200) == (old, new)
