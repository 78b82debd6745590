"""Calls to the stand-in for Confluence Data Center without a network."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import httpx2
from starlette.testclient import TestClient

from exshare_demo.canaries import PAT
from exshare_demo.datacenter import datacenter_app
from exshare_demo.site import Site, demo_site

ORIGIN = "http://centre.example"
BASE = f"{ORIGIN}/wiki"
TOVES = "canary-tove-pat"
PICTURE = {"path": "/images/icons/profilepics/default.svg", "width": 48, "height": 48, "isDefault": True}
CONNECTOR = {
    "type": "known",
    "username": "svc.exshare",
    "userKey": "canarykey00connector",
    "profilePicture": PICTURE,
    "displayName": "Exshare Connector",
    "_links": {"self": f"{BASE}/rest/api/user?key=canarykey00connector"},
    "_expandable": {"status": ""},
}


def keepers(name: str) -> dict[str, object]:
    """A group as REST describes it."""
    return {"type": "group", "name": name, "_links": {"self": f"{BASE}/rest/api/group/{name}"}}


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of a password."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def bearer(secret: str) -> dict[str, str]:
    """The header of a token."""
    return {"authorization": f"Bearer {secret}"}


class Centre:
    """A Data Center below `/wiki`, and a caller with the connector's token."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.site: Site = demo_site()
        self.client = TestClient(datacenter_app(self.site, ORIGIN, "/wiki"), ORIGIN, follow_redirects=False)

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", **query: str | int
    ) -> httpx2.Response:
        """The answer to a path below the context; as nobody with empty headers."""
        sent = bearer(PAT) if headers is None else headers
        return self.client.request(method, "/wiki" + path, headers=dict(sent), params=query or None)

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON of a successful answer."""
        found = self.ask(path, None, "GET", **query)

        assert (200, "application/json;charset=UTF-8") == (found.status_code, found.headers["content-type"])

        return found.json()

    def page(self, number: int, expand: str = "", **query: str) -> Any:
        """One page."""
        return self.get(f"/rest/api/content/{number}", expand=expand, **query)


def ids(answer: Mapping[str, Any]) -> list[int]:
    """The ids of a list, in order."""
    return [int(row["id"]) for row in answer["results"]]
