"""Calls to the stand-in for Confluence without a network."""

from __future__ import annotations

import asyncio
import base64
from typing import Literal

import httpx
from starlette.types import ASGIApp

from exshare_demo.calls import Hosting
from exshare_demo.cloud import gateway_app, media_app, site_app
from exshare_demo.site import BEARER_TOKEN, CLASSIC_TOKEN, EMAIL, SCOPED_TOKEN, Site, demo_site

SITE = "https://lantern-works.example"
MEDIA = "https://media.lantern-works.example"
Host = Literal["site", "gateway", "media"]


def basic(name: str, secret: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


CLASSIC = basic(EMAIL, CLASSIC_TOKEN)
SCOPED = basic(EMAIL, SCOPED_TOKEN)
BEARER = f"Bearer {BEARER_TOKEN}"


class Cloud:
    """A fresh Cloud site, and calls to its hosts; paths begin below `/wiki`."""

    def __init__(self) -> None:
        self.site: Site = demo_site()

    def app(self, host: Host) -> ASGIApp:
        """The application of a host."""
        match host:
            case "site":
                return site_app(self.site, Hosting("site", SITE, MEDIA))
            case "gateway":
                return gateway_app(self.site, Hosting("gateway", SITE, MEDIA))
            case "media":
                return media_app(self.site)

    def ask(
        self,
        path: str,
        *,
        host: Host = "site",
        credential: str | None = CLASSIC,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        json: object = None,
    ) -> httpx.Response:
        """One answer, redirects not followed; no credential for None."""
        below = {"site": "/wiki", "gateway": f"/ex/confluence/{self.site.cloud_id}/wiki", "media": ""}[host]
        return self.ask_outside(
            below + path,
            host=host,
            method=method,
            json=json,
            headers={**(headers or {}), **({"authorization": credential} if credential else {})},
        )

    def ask_outside(
        self,
        path: str,
        *,
        host: Host = "site",
        method: str = "GET",
        headers: dict[str, str] | None = None,
        json: object = None,
    ) -> httpx.Response:
        """The same for a whole path of the host, with nothing but the headers given."""
        origin = MEDIA if host == "media" else SITE

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app(host))
            async with httpx.AsyncClient(transport=transport, base_url=origin) as client:
                return await client.request(method, path, headers=headers, json=json)

        return asyncio.run(go())
