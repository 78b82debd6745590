"""The article goes out before anybody asks for what lies around it: a slow tree keeps no reader waiting."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve, field, frozen

from exshare_core.capabilities import Capabilities
from exshare_core.content import Attachment, Node
from exshare_core.testing.fakes.content import MemoryFiles, MemoryPages
from exshare_core.values import PageId
from tests.integration.shell import Shell

PATIENCE = 10.0
"""Seconds after which something that waits for ever is given up."""


@frozen
class LatePages(MemoryPages):
    """Tells nothing of the tree until the article has been sent."""

    sent: asyncio.Event = field(factory=asyncio.Event, kw_only=True)

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """The level, late."""
        await self.sent.wait()
        return await super().level(parent, limit, offset)


@frozen
class LateFiles(MemoryFiles):
    """Lists no files until the article has been sent."""

    sent: asyncio.Event = field(factory=asyncio.Event, kw_only=True)

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """The list, late."""
        await self.sent.wait()
        return await super().attachments(page)


def test_the_article_comes_before_the_tree_and_the_files_are_known() -> None:
    """Confluence answers for tree and files only after the article has arrived; then they arrive too (spec V1, V4)."""
    shell = Shell()
    made = shell.make_link(children=True, allow=Capabilities.parse(["attachments=view"]))
    arrived: list[str] = []

    async def visit() -> None:
        sent = asyncio.Event()
        content = shell.content.content()
        late = evolve(content, pages=LatePages(shell.content, sent=sent), files=LateFiles(shell.content, sent=sent))
        shell.use(evolve(shell.services.visiting, contents={shell.site: late}))

        async def receive() -> dict[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Any) -> None:
            arrived.append(message.get("body", b"").decode())
            if "How we work." in arrived[-1]:
                sent.set()

        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
            "scheme": "https", "path": made.path, "raw_path": made.path.encode(), "root_path": "", "query_string": b"",
            "headers": [(b"host", b"share.example.com")], "client": ("192.0.2.7", 1), "server": ("share.example.com", 443),
        }  # fmt: skip
        await asyncio.wait_for(shell.app(scope, receive, send), PATIENCE)

    asyncio.run(visit())
    places = [
        next(n for n, part in enumerate(arrived) if word in part)
        for word in ("How we work.", "plan.pdf", "First steps")
    ]

    assert places == sorted(places)
    assert places[0] < places[1] < places[2]
