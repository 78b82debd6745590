"""httpx's ways of answering without a network, as the network of our own client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Self

import httpx

from exshare_adapters.http import Incoming, Lost, Outgoing
from exshare_core.errors import Broken, Busy


class Scripted:
    """Implements `Transport` over one of httpx: `httpx.MockTransport`, `httpx.ASGITransport`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def __aenter__(self) -> Self:
        """Nothing is opened."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close what httpx has opened."""
        await self._inner.aclose()

    async def send(self, request: Outgoing) -> Incoming:
        """See `Transport.send`; an error of httpx is what it would be on a real network."""
        made = httpx.Request(request.method, request.url, headers=dict(request.headers), content=request.body)
        try:
            return _Scripted(await self._inner.handle_async_request(made))
        except httpx.TimeoutException as error:
            raise Lost(Busy("no answer in time"), again=not isinstance(error, httpx.ReadTimeout)) from None
        except httpx.NetworkError:
            raise Lost(Busy("the host cannot be reached"), again=True) from None
        except httpx.TransportError:
            raise Lost(Broken("the answer broke the rules of HTTP"), again=True) from None


class _Scripted:
    """One answer."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        """Its status."""
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""
        return {name.lower(): value for name, value in self._response.headers.items()}

    def pieces(self) -> AsyncIterator[bytes]:
        """Its body, not decompressed."""
        assert isinstance(self._response.stream, httpx.AsyncByteStream)
        return aiter(self._response.stream)

    def close(self) -> None:
        """There is no connection."""
