"""``exshare doctor``, ``migrate`` and ``key`` on an installation: what is wrong, what was done, and keys for programs."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_demo.serving import Addresses, standing
from exshare_demo.site import demo_site
from tests.e2e.configured import MIRA, port_of, postgres_section, site_section, sqlite_section, written
from tests.e2e.running import answer_of, exshare, service


@pytest.fixture(scope="module")
def confluence() -> Iterator[Addresses]:
    """The stand-in."""
    with standing(demo_site()) as addresses:
        yield addresses


@pytest.fixture
def config(tmp_path: Path, confluence: Addresses) -> Path:
    """An installation as it should be, over SQLite."""
    file = written(tmp_path, sqlite_section(tmp_path), site_section("acme", confluence))
    file.chmod(0o600)
    return file


def findings(config: Path, home: Path) -> dict[str, list[str]]:
    """What the doctor says is wrong, by what was looked at."""
    ended = exshare("doctor", "--config", config, home=home)
    found: dict[str, list[str]] = {}
    for line in ended.stdout.splitlines():
        state, what = line[:5].strip(), line[7:]
        if state:
            found[what] = []
        else:
            found[[*found][-1]].append(what)
    assert ended.returncode == (1 if any(found.values()) else 0)
    return found


def test_a_sound_installation_is_told_so(config: Path, tmp_path: Path) -> None:
    """Everything is looked at, and nothing is wrong."""
    exshare("migrate", "--config", config, home=tmp_path)
    found = findings(config, tmp_path)

    assert {"config", "secrets.key_file", "storage", "storage.schema", "storage.clock", "mail", "sites.acme"} < set(
        found
    )
    assert {"sites.acme.work", "sites.acme.letters"} < set(found)
    assert [] == [what for what, wrong in found.items() if wrong]


def test_what_is_wrong_is_told_and_how_to_mend_it(config: Path, tmp_path: Path) -> None:
    """Files that others may read, work that nobody does and letters that failed; no secret is in it."""
    exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=tmp_path)
    key_file, minute = tmp_path / "key", int(time.time()) // 60 * 60 * 1_000_000
    for path, mode in ((config, 0o644), (key_file, 0o640), (tmp_path / "data", 0o755)):
        path.chmod(mode)
    with closing(sqlite3.connect(tmp_path / "exshare.db")) as database, database:
        database.execute("update activity set at = at - 600000000")
        database.execute("insert into failures values ('acme', ?, 'mail', 'send', 'refused', 3)", [minute])
    found = findings(config, tmp_path)

    assert "others, who act as operators then; run `chmod 600" in found["config"][0]
    assert "may be looked into by others; run `chmod 700" in found["data_dir"][0]
    assert "may be read by others; run `chmod 600" in found["secrets.key_file"][0]
    assert "what happened waits for its seal since" in found["sites.acme.work"][0]
    assert "no service runs, or its log says what stops it" in found["sites.acme.work"][0]
    assert "3 letters failed within a day" in found["sites.acme.letters"][0]
    assert key_file.read_text().strip() not in str(found)


def test_a_configuration_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    """Each fault by its key, instead of an end without a word on the rest."""
    file = tmp_path / "exshare.toml"
    file.write_text('base_url = "nowhere"\n')
    found = findings(file, tmp_path)

    assert ["`nowhere` is not an address such as https://share.example.com"] == found["base_url"]
    assert {"base_url", "storage.use", "mail.use", "sites"} == set(found)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_the_schema_is_brought_up_once(
    store: str, tmp_path: Path, confluence: Addresses, request: pytest.FixtureRequest
) -> None:
    """O1: what is done at the first time is left to do at no second one; every step is remembered."""
    section = (
        sqlite_section(tmp_path) if store == "sqlite" else postgres_section(request.getfixturevalue("postgres_dsn"))
    )
    config = written(tmp_path, section, site_section("acme", confluence))
    looked = answer_of("migrate", "--config", config, "--dry-run", "--json", home=tmp_path)
    first, second = (answer_of("migrate", "--config", config, "--json", home=tmp_path) for _ in range(2))
    said = exshare("migrate", "--config", config, home=tmp_path).stdout

    assert "0001_first" == first["taken"][0]
    assert {**first, "dry_run": True} == looked
    assert (first["taken"], []) == (first["steps"], second["taken"])
    assert first["steps"] == second["steps"]
    assert "nothing was left to do\n" == said


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_an_old_schema_is_looked_at_and_left_alone(
    store: str, tmp_path: Path, confluence: Addresses, request: pytest.FixtureRequest
) -> None:
    """O1, A4: before the first step and below the last, what only looks ends with 3 or is refused, says which steps wait,
    and takes none; so does `serve` where the configuration says that it takes none.
    """
    section = (
        sqlite_section(tmp_path) if store == "sqlite" else postgres_section(request.getfixturevalue("postgres_dsn"))
    )
    config = written(tmp_path, section, site_section("acme", confluence))
    config.chmod(0o600)
    to = ("--config", config)
    empty = exshare("check", *to, home=tmp_path)
    nothing = exshare("activity", "list", *to, home=tmp_path)
    made = (tmp_path / "exshare.db").exists()
    steps = answer_of("migrate", *to, "--json", home=tmp_path)["steps"]
    undone = answer_of("migrate", "--to", "0010", *to, "--json", home=tmp_path)
    examined = exshare("doctor", *to, "--json", home=tmp_path)
    refused = exshare("key", "list", *to, home=tmp_path)
    config.write_text(config.read_text().replace("[storage]", "[storage]\nmigrate = false"))
    stopped = exshare("serve", *to, "--port", str(port_of(config)), home=tmp_path)
    left = answer_of("migrate", "--dry-run", *to, "--json", home=tmp_path)
    waiting = {one["what"] for one in json.loads(examined.stdout) if one["waits"]}
    behind = "exshare: the schema of the database stands at `0010_lists`, pending: `0011_activity`"

    assert (3, 1, False) == (empty.returncode, nothing.returncode, made)
    assert (
        f"waits  storage\n       the database has no schema yet, {len(steps)} steps are pending; `exshare migrate` "
        in (empty.stdout)
    )
    assert "exshare: the database has no schema yet" in nothing.stderr
    assert (steps[:10], steps[:9:-1], []) == tuple(undone[one] for one in ("steps", "undone", "taken"))
    assert (3, {"storage", "storage.schema"}) == (examined.returncode, {"storage", "storage.schema"} & waiting)
    assert (1, behind) == (refused.returncode, refused.stderr[: len(behind)])
    assert (1, behind) == (stopped.returncode, stopped.stderr[: len(behind)])
    assert steps[10:] == left["taken"]


def test_going_back_names_what_would_be_lost(config: Path, tmp_path: Path) -> None:
    """O1: a look names the rows, going without `--lose` is refused, and a program that is older than the database says so."""
    to = ("--config", config)
    exshare("member", "add", "ada", "--identity", MIRA, *to, home=tmp_path)
    looked = exshare("migrate", "--to", "0010", "--dry-run", *to, home=tmp_path)
    refused = exshare("migrate", "--to", "0010", *to, home=tmp_path)
    nowhere = exshare("migrate", "--to", "77", *to, home=tmp_path)
    with closing(sqlite3.connect(tmp_path / "exshare.db")) as database, database:
        database.execute("insert into exshare_migrations values ('9999_later', '', '', '')")
    newer = exshare("member", "list", *to, home=tmp_path)
    wrong = findings(config, tmp_path)["storage.schema"]

    assert "would be undone: 0011_activity\n" in looked.stdout
    assert "would be dropped: table `activity_unsealed`, 1 row\n" in looked.stdout
    assert (1, True) == (refused.returncode, "exshare: to: rows would be lost: " in refused.stderr)
    assert (1, True) == (nowhere.returncode, "exshare: to: there is no step `77`; taken: 0001_first" in nowhere.stderr)
    assert (1, True) == (newer.returncode, "newer than this code: it has the migration `9999_later`" in newer.stderr)
    assert ["go back with `exshare migrate --to`"] == [one[-35:] for one in wrong]


def test_a_key_is_made_used_and_revoked(config: Path, tmp_path: Path) -> None:
    """A2: the operator makes one for a member, who can do no more than they can; its text is printed once."""
    common = ("--config", config, "--json")
    member = answer_of("member", "add", "ada", "--identity", MIRA, *common, home=tmp_path)
    made = answer_of(
        "key", "make", "nightly", "--member", "ada", "--allow", "links:read", "--networks", "127.0.0.0/8", *common,
        home=tmp_path,
    )  # fmt: skip
    wrong = exshare("key", "make", "x", "--member", "ada", "--allow", "links:fly", "--config", config, home=tmp_path)
    with service(tmp_path, config, port_of(config)):
        before = _asked(config, made)
        revoked = answer_of("key", "revoke", made["id"], *common, home=tmp_path)
        after = _asked(config, made)
    (listed,) = answer_of("key", "list", "--member", "ada", *common, home=tmp_path)

    assert (member["id"], "nightly", ["links:read"]) == tuple(made[one] for one in ("member", "name", "operations"))
    assert (1, True) == (wrong.returncode, "allow: there is no operation `links:fly`" in wrong.stderr)
    assert (200, 401) == (before, after)
    assert made["id"] == revoked["id"] == listed["id"]
    assert "text" not in listed
    assert listed["revoked"] is not None


def _asked(config: Path, key: Any) -> int:
    """What the API answers to a key."""
    headers = {"authorization": f"Bearer {key['text']}"}
    return httpx2.get(f"http://127.0.0.1:{port_of(config)}/api/v1/sites/acme/links", headers=headers).status_code


def test_what_happened_is_listed_exported_and_verified(config: Path, tmp_path: Path) -> None:
    """M4: what the operator did is there; once it is sealed, the chain is whole up to its head, and a row that was changed
    is named, with 1 as the end; a head that is none is refused.
    """
    to = ("--config", config)
    exshare("member", "add", "ada", "--identity", MIRA, *to, home=tmp_path)
    before = answer_of("activity", "head", *to, "--json", home=tmp_path)
    _seal(tmp_path / "exshare.db")
    head = exshare("activity", "head", *to, home=tmp_path).stdout.strip()
    listed = answer_of("activity", "list", *to, "--what", "administration", "--json", home=tmp_path)
    exported = exshare("activity", "export", *to, "--format", "csv", "--what", "administration", home=tmp_path)
    sound = answer_of("activity", "verify", *to, "--head", head, "--json", home=tmp_path)
    with closing(sqlite3.connect(tmp_path / "exshare.db")) as database, database:
        database.execute("update activity set detail = 'another' where seq = (select min(seq) from activity)")
    tampered = exshare("activity", "verify", *to, home=tmp_path)
    refused = exshare("activity", "verify", *to, "--head", "nonsense", home=tmp_path)
    rows = list(csv.DictReader(io.StringIO(exported.stdout.removeprefix("\ufeff"))))

    assert {"site": "acme", "head": None} == before
    assert head.startswith(f"acme/{sound['rows']}/")
    assert [(1, "member added", "operator")] == [(one["number"], one["kind"], one["actor"]) for one in listed]
    assert [("1", "member added", "operator")] == [(one["number"], one["kind"], one["actor"]) for one in rows]
    assert (True, head, 0, None) == tuple(sound[one] for one in ("whole", "head", "unsealed", "broken_row"))
    assert (1, True) == (tampered.returncode, "row 1 is the first that does not fit: changed" in tampered.stdout)
    assert (1, True) == (refused.returncode, "`nonsense` is not a head" in refused.stderr)


def _seal(file: Path) -> None:
    """What a service does within a second."""

    async def work() -> None:
        async with asynccontextmanager(open_sqlite)(SqliteSettings(file)) as storage:
            for site in await storage.chain.waiting():
                await storage.chain.seal(site)

    asyncio.run(work())
