"""The service as it runs in production: several processes, several sites, letters leaving by themselves."""

from __future__ import annotations

import email
import email.policy
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from exshare_demo import pages
from exshare_demo.serving import Addresses, standing
from exshare_demo.site import Site, demo_site
from tests.e2e.configured import MIRA, port_of, postgres_section, site_section, sqlite_section, written
from tests.e2e.running import PATIENCE, answer_of, exshare, service


@pytest.fixture
def confluence() -> Iterator[Addresses]:
    """A stand-in."""
    with standing(demo_site()) as addresses:
        yield addresses


def created(config: Path, home: Path, site: str, page: int, *options: str, stdin: str = "") -> str:
    """The address of a new link."""
    made = answer_of(
        "link",
        "create",
        site,
        str(page),
        "--owner",
        "ada",
        "--config",
        config,
        "--json",
        *options,
        home=home,
        stdin=stdin,
    )
    return str(made["url"])


def code_for(folder: Path, address: str) -> str:
    """The code in the letter that arrives for `address`."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for file in folder.glob("*.eml"):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if letter["To"] == address:
                found = re.search(r"\b\d{8}\b", letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
                assert found is not None
                return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no letter for {address}")


def test_allowed_people_prove_their_mailbox_by_a_code(tmp_path: Path, confluence: Addresses) -> None:
    """The letter leaves by itself, its code opens the page in that browser; nobody else gets a letter."""
    config = written(tmp_path, sqlite_section(tmp_path), site_section("acme", confluence))
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    url = created(config, tmp_path, "acme", pages.CARE, "--people", "grace@example.com")
    with service(tmp_path, config, port_of(config)), httpx2.Client() as visitor, httpx2.Client() as other:
        unlisted = other.post(url, data={"address": "eve@example.com"})
        listed = visitor.post(url, data={"address": "grace@example.com"})
        code = code_for(tmp_path / "mail", "grace@example.com")
        elsewhere = other.post(url, data={"address": "grace@example.com", "code": code})
        proved = visitor.post(url, data={"address": "grace@example.com", "code": code})
        shown = visitor.get(url)

    assert (200, 200) == (unlisted.status_code, listed.status_code)
    assert unlisted.text.replace("eve@", "") == listed.text.replace("grace@", "")
    assert (403, 303, 200) == (elsewhere.status_code, proved.status_code, shown.status_code)
    assert "Caring for lenses" in shown.text
    assert 1 == len(list((tmp_path / "mail").glob("*.eml")))


def test_nothing_crosses_between_two_sites(tmp_path: Path) -> None:
    """Two sites of one deployment: each link shows its own site's page; members and ids of one mean nothing at the other."""
    second: Site = demo_site()
    second.rename(pages.CARE, "Caring for the other site")
    with standing(demo_site()) as one, standing(second) as two:
        config = written(tmp_path, sqlite_section(tmp_path), site_section("acme", one), site_section("globex", two))
        for site in ("acme", "globex"):
            exshare(
                "member", "add", f"{site}-ada", "--site", site, "--identity", MIRA, "--config", config, home=tmp_path
            )
        common = ["--config", str(config), "--json"]
        links = {
            site: answer_of("link", "create", site, str(pages.CARE), "--owner", f"{site}-ada", *common, home=tmp_path)
            for site in ("acme", "globex")
        }
        foreign = exshare(
            "link", "create", "globex", str(pages.CARE), "--owner", "acme-ada", "--config", config, home=tmp_path
        )
        with service(tmp_path, config, port_of(config)):
            shown = {site: httpx2.get(link["url"]).text for site, link in links.items()}
            exshare("link", "disable", links["acme"]["id"], "--config", config, home=tmp_path)
            after = {site: httpx2.get(link["url"]).status_code for site, link in links.items()}

    assert 1 == foreign.returncode
    assert "exshare: there is no member `acme-ada` on this site\n" == foreign.stderr
    assert (True, False) == tuple("Caring for lenses" in shown[site] for site in ("acme", "globex"))
    assert (False, True) == tuple("Caring for the other site" in shown[site] for site in ("acme", "globex"))
    assert {"acme": 404, "globex": 200} == after


def test_several_processes_share_one_port(tmp_path: Path, confluence: Addresses, postgres_dsn: str) -> None:
    """Two workers answer, count opens exactly between them, and stop together when asked."""
    config = written(tmp_path, postgres_section(postgres_dsn), site_section("acme", confluence))
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    url = created(config, tmp_path, "acme", pages.CARE, "--max-opens", "3")
    with service(tmp_path, config, port_of(config), "--workers", "2", script=True) as program:
        answers = [httpx2.post(url, data={"open": "1"}).status_code for _ in range(6)]
        ended = program.stop(signal.SIGTERM)
    shown = answer_of("link", "show", url, "--config", config, "--json", home=tmp_path)

    assert [303, 303, 303, 403, 403, 403] == answers
    assert 0 == ended
    assert (3, "used up") == (shown["opens"], shown["state"])


def test_a_taken_port_ends_the_service_with_one_line(tmp_path: Path, confluence: Addresses) -> None:
    """No stack, no half-started service."""
    config = written(tmp_path, sqlite_section(tmp_path), site_section("acme", confluence))
    port = port_of(config)
    with service(tmp_path, config, port):
        ended = exshare("serve", "--config", config, "--port", str(port), home=tmp_path)

    assert 1 == ended.returncode
    assert 1 == len(ended.stderr.splitlines())
    assert ended.stderr.startswith(f"exshare: port: {port} of 127.0.0.1 cannot be used")


def test_logs_hold_no_token_and_no_address(tmp_path: Path, confluence: Addresses) -> None:
    """Requests are logged by the template of their route; tokens, passwords and codes never."""
    config = written(tmp_path, sqlite_section(tmp_path), site_section("acme", confluence))
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    url = created(config, tmp_path, "acme", pages.CARE, "--password-stdin", stdin="staple horse battery\n")
    with service(tmp_path, config, port_of(config)) as program, httpx2.Client() as visitor:
        visitor.get(f"{url}?utm=campaign-word")
        visitor.post(url, data={"password": "staple horse battery"})
        visitor.get(url)
        visitor.get(f"{url}/p/123")
        program.stop()
    log = program.log.read_text()

    assert '"route": "/s/{segment}"' in log
    assert '"route": "/s/{segment}/p/{page}"' in log
    assert [] == [
        word for word in (url.rsplit("/", 1)[1], "staple", "campaign-word", "canary-classic", "Caring") if word in log
    ]
