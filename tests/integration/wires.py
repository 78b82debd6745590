"""A scripted network in place of the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TypeVar

import httpx

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Client, Limits, open_client

T = TypeVar("T")

BASE = "https://acme.atlassian.net/wiki"
AT_ONCE = Limits(pause=0.0)
SECRET = "Basic c2VjcmV0"

Handler = Callable[[httpx.Request], httpx.Response]


def run(work: Coroutine[object, object, T]) -> T:
    """Drive one coroutine."""
    with asyncio.Runner() as runner:
        return runner.run(work)


class Wire:
    """Answers requests from a script and remembers them."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def network(wire: Handler) -> httpx.MockTransport:
    """A transport whose answers are yet to be read, as those of a real network are."""

    def answer(request: httpx.Request) -> httpx.Response:
        made = wire(request)
        if not made.is_stream_consumed:
            return made
        return httpx.Response(made.status_code, headers=made.headers, content=pieces(made.content))

    return httpx.MockTransport(answer)


def asked(wire: Handler, work: Callable[[Client], Coroutine[object, object, T]], limits: Limits = AT_ONCE) -> T:
    """What `work` makes of a client with a credential whose network is `wire`."""

    async def go() -> T:
        async with open_client(
            base=BASE, headers={"authorization": SECRET}, limits=limits, transport=network(wire)
        ) as client:
            return await work(client)

    return run(go())


def api_asked(wire: Handler, work: Callable[[Api], Coroutine[object, object, T]]) -> T:
    """The same for the REST interface of a Cloud site."""
    site = SiteAddresses.of(Flavour.CLOUD, BASE)
    return asked(wire, lambda client: work(Api(client, BASE, site, SingleFlight())))
