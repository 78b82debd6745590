"""A look-up by digest costs one statement and one exchange with the database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from typing import Any

import psycopg
import pytest
from attrs import evolve

from exshare_core.governance import Held
from exshare_core.links import LinkAddress, ShareLink, Switches
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Found, Storage
from exshare_core.testing.restricting import a_change, following, restrict
from exshare_core.testing.samples import NOW, SPACE, a_link, a_proof, a_visit, an_address, fresh_site
from exshare_core.values import Sealed
from tests.integration.stores import Store


def _counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Watch the driver from now on; the function gives the number of statements or exchanges since."""
    seen: list[object] = []
    if store.product == "sqlite":
        connect = sqlite3.connect

        def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, **options)
            connection.set_trace_callback(noted)
            return connection

        def noted(statement: str) -> None:
            """What a thread says to its connection when it opens it is no part of a question."""
            if not statement.lower().startswith("pragma"):
                seen.append(statement)

        monkeypatch.setattr(sqlite3, "connect", watched)
    else:
        wait = psycopg.AsyncConnection.wait

        def exchanging(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            """The driver's own steps; those that reach the network are seen once."""
            try:
                ready = next(steps)
                seen.append(steps)
                while True:
                    ready = steps.send((yield ready))
            except StopIteration as end:
                return end.value

        async def waited(self: Any, steps: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
            return await wait(self, exchanging(steps), *arguments, **options)

        monkeypatch.setattr(psycopg.AsyncConnection, "wait", waited)

    def count() -> int:
        number = len(seen)
        seen.clear()
        return number

    return count


async def _kept(storage: Storage) -> tuple[ShareLink, LinkAddress]:
    link = a_link(fresh_site())
    address = an_address(link)
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, address, [])
    return link, address


def test_everything_that_judges_an_attempt_comes_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Link, address, layers, switches, opens, proofs and visit are read with one statement."""
    count = _counted(store, monkeypatch)

    async def scenario() -> tuple[Found | None, Found, list[int]]:
        async with store.open() as storage:
            link, address = await _kept(storage)
            visit = a_visit(link)
            proofs = (a_proof(link, visit.session, kind="address", address=Sealed(b"\x00mailbox")),)
            layer = Layer(f"space {SPACE}", Limits(children=False))
            policy = await restrict(storage, link.site, layer.name, layer.limits)
            was = Held("site", Limits(opens=9), NOW)
            held = following(evolve(policy, held=(was,)))
            await storage.policies.replace(held, [], a_change(held))
            await storage.policies.switch(link.site, SPACE, False, [])
            await storage.links.admit(visit, proofs, 3, [])
            expected = Found(
                link=link,
                address=address,
                layers=(Layer("site"), Layer("site", was.limits, NOW), Layer("configuration default"), layer),
                switches=Switches(site_on=True, space_on=False),
                opens=1,
                proofs=proofs,
                visit=visit,
            )
            counts = []
            for _ in range(12):
                found = await storage.links.find(address.digest, visit.session)
                counts.append(count())
            return found, expected, counts

    found, expected, counts = asyncio.run(scenario())

    assert expected == found
    assert [1] * 6 == counts[-6:]
