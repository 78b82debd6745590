"""The canary run: visitors see exactly what their link shows, and nothing of a page or a secret rests with us (spec S1).

The stand-in plants unique words in everything that it holds. Whole journeys go through the real service; then every
byte that was sent, and every byte that is left in database, logs and folders, is searched for them.
"""

from __future__ import annotations

import stat
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from attrs import frozen
from psycopg import sql

from exshare_demo import pages
from tests.e2e import canary_run, configured
from tests.e2e.canary_run import MATTERS, SOUGHT, SOUGHT_BY_VISITORS, STRANGER, Run, found
from tests.e2e.canary_table import (
    DATABASE,
    FEW,
    GATED,
    MEMBER_PASSWORD,
    MEMBERS,
    OPTIONS,
    PASSWORD,
    READER,
    SEEN,
    TREES,
    UNKNOWN,
    WORDS,
    look_of,
)

WHOLE = frozenset({"children", "everything"})
"""Links of which every page that Confluence has is asked for."""


@frozen
class Ended:
    """What is left of a run that has ended."""

    run: Run
    log: bytes
    database: bytes


@pytest.fixture(params=["sqlite", "postgres"])
def ended(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ended]:
    """Every journey over one store: all links of one site, and those that differ most of the other kinds of site."""
    if request.param == "sqlite":
        storage = configured.sqlite_section(tmp_path)
        sites = {"cloud": tuple(OPTIONS), "gateway": FEW, "centre": FEW}
    else:
        dsn = request.getfixturevalue("postgres_dsn")
        storage = configured.postgres_section(dsn)
        sites = {"cloud": FEW, "centre": FEW}
    with canary_run.deployed(tmp_path, storage, sites) as (run, program):
        for site, options in sites.items():
            canary_run.admins_way(run, site)
            canary_run.members_way(run, site, options)
            for name in options:
                canary_run.visitors_way(run, site, name, *_asked(run, site, name))
            canary_run.troubles_way(run, site)
            canary_run.operators_way(run, site)
        if request.param == "sqlite":
            database = b"".join(file.read_bytes() for file in sorted(tmp_path.glob("exshare.db*")))
        else:
            database = _dumped(request.getfixturevalue("postgres_dsn"))
        program.stop()
        yield Ended(run, program.log.read_bytes(), database)


def _asked(run: Run, site: str, name: str) -> tuple[Iterable[int], Iterable[int]]:
    """The pages and the files that a visitor of this link asks for."""
    if name not in TREES:
        return (pages.START, pages.PAYROLL), (pages.LIGHTHOUSE_PNG, pages.MANUAL_PDF)
    walked = tuple(run.site.nodes) if site == "cloud" and name in WHOLE else MATTERS
    return walked, tuple(run.site.attachments) if name in (*WHOLE, "attachments") else (pages.LIGHTHOUSE_PNG,)


def _dumped(dsn: str) -> bytes:
    """Every row of every table, as text."""
    whole = b""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("copy {}.{} to stdout").format(sql.Identifier(schema), sql.Identifier(table))
            with connection.cursor().copy(query) as rows:
                whole += b"".join(bytes(row) for row in rows)

    assert tables

    return whole


def test_visitors_see_what_their_link_shows_and_nothing_rests(ended: Ended) -> None:
    """The table of `canary_table`, held against every byte: for visitors, members, operators, and what is left."""
    run = ended.run
    links = {(site, link) for site, link in run.links}
    expected = {(site, link, kind) for site, link in links for kind, seen in SEEN.items() if link in seen}
    expected = {one for one in expected if one[2] not in UNKNOWN.get(one[0], ())}
    words = {**WORDS, "confluence": _addresses(run), **{site: (look_of(site),) for site, _ in links}}
    dressed = {(site, link, site) for site, link in links}
    expected |= dressed

    assert expected == _seen(run, words, "inside")
    assert {one for one in dressed if one[1] in GATED} == _seen(run, words, "gate")
    assert set() == _seen(run, words, "fault") - expected
    assert {} == _told(run)
    assert {} == _resting(ended)
    assert [] == _letters(run)


def _addresses(run: Run) -> tuple[str, ...]:
    """Where the stand-in is: what a visitor of a real site would see as its hosts."""
    places = (run.confluence.site, run.confluence.gateway, run.confluence.media, run.confluence.datacenter)
    return tuple(place.split("/")[2] for place in places)


def _seen(run: Run, words: Mapping[str, Iterable[str]], stage: str) -> set[tuple[str, str, str]]:
    """What visitors saw at a stage: site, link and kind."""
    told: defaultdict[tuple[str, str], bytes] = defaultdict(bytes)
    for record in run.records:
        if record.stage == stage and (record.site, record.link) in run.links:
            told[record.site, record.link] += record.data
    return {(*who, kind) for who, data in told.items() for kind, some in words.items() if found(some, data)}


def _told(run: Run) -> Mapping[str, list[str]]:
    """What members' and admins' pages and the operator's commands told beyond what they may."""
    told = {}
    for who, allowed in (("member", MEMBERS), ("admin", {"hidden by an admin"}), ("operator", DATABASE)):
        data = b"".join(record.data for record in run.records if record.link == who)
        words = [word for kind, some in WORDS.items() if kind not in allowed for word in some]
        if wrong := found([*words, PASSWORD, MEMBER_PASSWORD], data):
            told[who] = wrong
    return told


def _resting(ended: Ended) -> Mapping[str, list[str]]:
    """What rests where it must not."""
    run = ended.run
    nodes, files = run.site.nodes.values(), run.site.attachments.values()
    of_pages = {node.title for node in nodes} | {unicodedata.normalize("NFC", file.title) for file in files}
    words = (
        {word for word in of_pages if len(word) > 5}
        | {PASSWORD, MEMBER_PASSWORD, SOUGHT, SOUGHT_BY_VISITORS[0], STRANGER}
        | run.secrets
    )
    words |= {word for kind, some in WORDS.items() if kind not in DATABASE for word in some}
    people = {READER} | {word for kind in DATABASE for word in WORDS[kind]} | {look_of(site) for site, _ in run.links}
    places = {"database": (ended.database, words), "log": (ended.log, words | people)}
    for folder in ("temporary", "data", "home"):
        whole = b"".join(file.read_bytes() for file in sorted((run.folder / folder).rglob("*")) if file.is_file())
        places[folder] = (whole, words | people)

    known = ("exshare.toml", "exshare.db", "exshare.db-shm", "exshare.db-wal", "key", "stderr.log")
    other = [one.name for one in run.folder.iterdir() if one.name not in (*known, "mail", "temporary", "data", "home")]

    assert ended.database
    assert ended.log
    assert [] == other
    assert found([look_of(next(iter(run.links))[0])], ended.database)

    return {place: wrong for place, (data, some) in places.items() if (wrong := found(sorted(some), data))}


def _letters(run: Run) -> list[str]:
    """What is wrong with the letters that the file backend keeps: for the owner's eyes only, and nothing of a page."""
    letters = sorted((run.folder / "mail").iterdir())
    private = [*letters, run.folder / "mail", run.folder / "key"]
    wrong = [f"others may read {file.name}" for file in private if stat.S_IMODE(file.stat().st_mode) & 0o077]
    whole = b"".join(letter.read_bytes() for letter in letters)
    planted = [word for some in WORDS.values() for word in some]

    assert letters

    planted += [look_of(site) for site, _ in run.links]

    return wrong + found([*planted, PASSWORD, STRANGER, "Lantern Works Guide"], whole)
