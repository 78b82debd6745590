"""``exshare policy`` and the new acts of ``exshare link`` on a running deployment, over each store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from exshare_demo import pages
from exshare_demo.serving import Addresses, standing
from exshare_demo.site import demo_site
from tests.e2e.configured import MIRA, port_of, postgres_section, site_section, sqlite_section, written
from tests.e2e.running import answer_of, exshare, installed, service

DOCUMENT = """\
loosening = "confirm"

[site]
password_demanded = true

[scheme]
create = ["group:lamp-makers"]
view-own-on-page = ["everyone"]
"""


@pytest.fixture
def confluence() -> Iterator[Addresses]:
    """The stand-in."""
    with standing(demo_site()) as addresses:
        yield addresses


@pytest.fixture(params=["sqlite", "postgres"])
def config(request: pytest.FixtureRequest, tmp_path: Path, confluence: Addresses) -> Path:
    """A configuration for each store."""
    if request.param == "sqlite":
        storage = sqlite_section(tmp_path)
    else:
        storage = postgres_section(request.getfixturevalue("postgres_dsn"))
    file = written(tmp_path, storage, site_section("acme", confluence))
    exshare("migrate", "--config", file, home=tmp_path)
    return file


@pytest.fixture
def link(config: Path, tmp_path: Path) -> Any:
    """A link without any gate."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    return answer_of(
        "link", "create", "acme", str(pages.CARE), "--owner", "ada", "--config", config, "--json", home=tmp_path
    )


def exported(config: Path, home: Path) -> str:
    """What ``policy export`` prints."""
    ended = exshare("policy", "export", "--config", config, home=home)

    assert (0, "") == (ended.returncode, ended.stderr)

    return ended.stdout


def test_a_document_is_rehearsed_applied_and_taken_back(config: Path, tmp_path: Path, link: Any) -> None:
    """P6, P10: a dry run changes nothing, an import reaches the running service at once, an export gives the bytes back."""
    before, file = exported(config, tmp_path), tmp_path / "policy.toml"
    file.write_text(DOCUMENT)
    with service(tmp_path, config, port_of(config)), httpx2.Client() as visitor:
        seen = [visitor.get(link["url"]).status_code]
        rehearsed = answer_of("policy", "import", "--dry-run", file, "--config", config, "--json", home=tmp_path)
        seen.append(visitor.get(link["url"]).status_code)
        unchanged = exported(config, tmp_path)
        applied = answer_of("policy", "import", file, "--config", config, "--json", home=tmp_path)
        seen.append(visitor.get(link["url"]).status_code)
    after = exported(config, tmp_path)
    file.write_text(after)
    again = answer_of("policy", "import", file, "--config", config, "--json", home=tmp_path)

    assert [200, 200, 403] == seen
    assert (before, after) == (unchanged, exported(config, tmp_path))
    assert ({"suspended": 1, "cut": 0, "restored": 0}, False) == (rehearsed["counts"], rehearsed["applied"])
    assert [(link["id"], ["a password is demanded"], ["site"])] == [
        (one["link"], one["reasons"], one["layers"]) for one in rehearsed["impacts"]
    ]
    assert rehearsed["impacts"] == applied["impacts"]
    assert ([], []) == (again["differences"], again["impacts"])


def test_the_history_tells_who_changed_what(config: Path, tmp_path: Path) -> None:
    """M7: each version with its differences, newest first."""
    for number in (5, 9):
        document = f"[site]\nopens = {number}\n"
        ended = installed("policy", "import", "-", "--config", config, home=tmp_path, stdin=document)

        assert (0, "") == (ended.returncode, ended.stderr)
    history = answer_of("policy", "history", "--config", config, "--json", home=tmp_path)

    assert [(3, "operator"), (2, "operator")] == [(one["version"], one["actor"]) for one in history]
    assert [{"what": "site: opens", "old": "5", "new": "9"}] == history[0]["changes"]


def test_the_switch_stops_everything_and_lets_it_go_on(config: Path, tmp_path: Path, link: Any) -> None:
    """P7: a dry run stops nothing; off is off at the next request, and on restores."""
    with service(tmp_path, config, port_of(config)), httpx2.Client() as visitor:
        seen = []
        for arguments in (
            ("off", "--dry-run"),
            ("off",),
            ("on",),
            ("off", "--space", "GUIDE"),
            ("on", "--space", "GUIDE"),
        ):
            answer_of("policy", "switch", *arguments, "--config", config, "--json", home=tmp_path)
            seen.append(visitor.get(link["url"]).status_code)

    assert [200, 403, 200, 403, 200] == seen


def test_a_link_is_explained(config: Path, tmp_path: Path, link: Any) -> None:
    """P9: each gate with its verdict and layer, for a person, a network and a time."""
    document = '[site]\nlifetime = "30 days"\n[configurations.default]\nnetworks = ["192.0.2.0/24"]\n'
    exshare("policy", "import", "-", "--config", config, home=tmp_path, stdin=document)
    given = ("--as", "ada@example.com", "--from", "192.0.2.7", "--config", config, "--json")
    now = answer_of("policy", "explain", link["id"], *given, home=tmp_path)
    later = answer_of("policy", "explain", link["url"], *given, "--at", "2099-01-01T00:00:00Z", home=tmp_path)
    elsewhere = answer_of("policy", "explain", link["id"], "--from", "2001:db8::1", *given[4:], home=tmp_path)
    shown = exshare("policy", "explain", link["id"], *given[:-1], home=tmp_path)

    assert ("allow", "deny", "deny") == (now["effect"], later["effect"], elsewhere["effect"])
    assert [("time", ["site"])] == [(one["stage"], one["layers"]) for one in later["gates"] if one["effect"] == "deny"]
    assert [("network", ["configuration default"])] == [
        (one["stage"], one["layers"]) for one in elsewhere["gates"] if one["effect"] == "deny"
    ]
    assert {"lifetime": "30 days", "networks": "192.0.2.0/24"}.items() <= {
        one["restriction"]: one["value"] for one in now["values"]
    }.items()
    assert "lifetime: 30 days (set by site)" in shown.stdout


def test_a_link_is_renewed_and_confirmed(config: Path, tmp_path: Path, link: Any) -> None:
    """P3, P4: the operator renews a link whose life is limited, and confirms one from which something was held back."""
    for document in ('[site]\nlifetime = "30 days"\npassword_demanded = true\n', '[site]\nlifetime = "30 days"\n'):
        exshare("policy", "import", "-", "--config", config, home=tmp_path, stdin=document)
    held = answer_of("link", "show", link["id"], "--config", config, "--json", home=tmp_path)
    confirmed = answer_of("link", "confirm", link["id"], "--config", config, "--json", home=tmp_path)
    renewed = answer_of("link", "renew", link["id"], "--config", config, "--json", home=tmp_path)

    assert ["suspended", "active", "active"] == [one["state"] for one in (held, confirmed, renewed)]


@pytest.mark.parametrize(
    ("arguments", "document", "said"),
    [
        (("import", "-"), "[site]\nopenss = 3", "did you mean `opens`?"),
        (("import", "-"), "[site]\nopens = nan", "site.opens: must be a whole number"),
        (("import", "-"), "x = " + "[" * 9999, "document: nested too deeply"),
        (("import", "gone.toml"), "", "document: `gone.toml` cannot be read: No such file or directory"),
        (("import", "-", "--on", "7"), "", "the site's policy has changed meanwhile and is now at version 1"),
        (("export", "--site", "beta"), "", "there is no site `beta`; configured: acme"),
        (("explain", "nothing"), "", "there is no such link"),
        (("explain", "nothing", "--from", "here"), "", "from: `here` is not an IP address"),
        (("explain", "nothing", "--at", "noon"), "", "at: `noon` is not an instant"),
        (("explain", "nothing", "--as", "ada"), "", "address: `ada` is not a mail address"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    arguments: tuple[str, ...], document: str, said: str, tmp_path: Path, confluence: Addresses
) -> None:
    """P10: exit code 1, one line for each fault, and no trace."""
    config = written(tmp_path, sqlite_section(tmp_path), site_section("acme", confluence))
    exshare("migrate", "--config", config, home=tmp_path)
    ended = exshare("policy", *arguments, "--config", config, home=tmp_path, stdin=document)

    assert (1, "") == (ended.returncode, ended.stdout)
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_document_changes_nothing(config: Path, tmp_path: Path) -> None:
    """P10: of a document with one fault among much that is right, nothing is applied."""
    before = exported(config, tmp_path)
    ended = exshare(
        "policy", "import", "-", "--config", config, home=tmp_path, stdin=f"{DOCUMENT}\n[spaces.TEAM]\nopens = 0\n"
    )

    assert (1, "exshare: space TEAM: opens: at least 1\n") == (ended.returncode, ended.stderr)
    assert before == exported(config, tmp_path)
