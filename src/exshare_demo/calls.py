"""One authenticated call to Cloud: who asks, what for, and the checks that come before any answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exshare_demo.answers import Json, give, tomcat, v1_bad, v2_error
from exshare_demo.model import Credential, Node, User

if TYPE_CHECKING:
    from exshare_demo.site import Site

Host = Literal["site", "gateway"]

ENDING = {
    "deprecation": "Wed, 1 Mar 2023 00:00:00 GMT",
    "link": '<https://developer.atlassian.com/cloud/confluence/changelog/#CHANGE-864>; rel="deprecation"',
    "warning": '299 - "This resource will be removed"',
}
"""What answers of dropped operations carry."""


@frozen
class Hosting:
    """Where a Cloud application stands: which host, and the addresses it names."""

    host: Host
    site_origin: str
    media_origin: str

    @property
    def base(self) -> str:
        """The base of links for people."""
        return self.site_origin + "/wiki"


@frozen
class Call:
    """A request that passed the door."""

    site: Site
    hosting: Hosting
    request: Request
    user: User
    suffix: str
    body: Json = None

    def path(self, name: str = "id") -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.request.query_params.get(name, default)

    def queries(self, name: str) -> list[str]:
        """A repeatable parameter: repeated, or joined by commas."""
        values = self.request.query_params.getlist(name)
        return [v for value in values for v in value.split(",") if v]

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no parameter."""
        return self.query(name, "true" if default else "false").lower() == "true"

    def node(self, name: str = "id") -> Node | None:
        """The node of that id, if the caller may see it."""
        raw = self.path(name)
        node = self.site.nodes.get(int(raw)) if _is_long(raw) else None
        return node if node is not None and self.site.may_view(self.user, node) else None


Endpoint = Callable[[Call], Response]


@frozen
class Operation:
    """A line of a route table: what is served, and the scopes that scoped credentials need for it.

    All of `scopes` are needed, named without their ending `:confluence`, or, in v1, all of `classic` instead,
    named in full. `dropped` operations of v1 are no longer documented: they are gone for gateway callers, and
    announce their end to others.
    """

    method: str
    path: str
    endpoint: Endpoint
    scopes: tuple[str, ...]
    classic: tuple[str, ...] = ()
    dropped: bool = False

    @property
    def v2(self) -> bool:
        """Whether it belongs to the v2 interface."""
        return self.path.startswith("/api/v2")

    def open_to(self, credential: Credential) -> bool:
        """Whether the scopes of the credential suffice; one without scopes may do everything."""
        if credential.scopes is None:
            return True
        sets = [frozenset(f"{scope}:confluence" for scope in self.scopes), frozenset(self.classic)]
        return any(named and named <= credential.scopes for named in sets)


def routes(operations: list[Operation], site: Site, hosting: Hosting) -> list[Route]:
    """The table as routes."""
    return [Route(o.path, _door(o, site, hosting), methods=[o.method]) for o in operations]


def _door(operation: Operation, site: Site, hosting: Hosting) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        found = identify(site, hosting, request, operation.v2)
        if isinstance(found, Response):
            return found
        refusal = _refusal(operation, site, hosting, request, found)
        if refusal is not None:
            return refusal
        body: Json = None
        if operation.method == "POST":
            try:
                body = json.loads(await request.body())
            except ValueError:
                words = "Request body is not valid JSON"
                return v2_error(400, "INVALID_REQUEST_BODY", words) if operation.v2 else v1_bad(words)
        path = request.url.path
        suffix = path[path.index("/wiki/") + len("/wiki") :]
        response = operation.endpoint(Call(site, hosting, request, site.users[found.user], suffix, body))
        if operation.dropped:
            response.headers.update(ENDING)
        return response

    return endpoint


def _refusal(
    operation: Operation, site: Site, hosting: Hosting, request: Request, shown: Credential
) -> Response | None:
    """What a known credential gets in place of an answer; nothing if the operation may go on."""
    if operation.dropped and hosting.host == "gateway":
        return give({"statusCode": 410, "message": "GoneException: This deprecated endpoint has been removed"}, 410)
    if not operation.open_to(shown):
        return give({"code": 401, "message": "Unauthorized; scope does not match"}, 401)
    if not site.may_use(site.users[shown.user]):
        return _rejected(operation.v2, request)
    for name, value in request.path_params.items():
        if operation.v2 and name != "attachment_id" and not _is_long(str(value)):
            text = f"Provided value {{{value}}} for '{name}' is not the correct type. Expected type is long"
            return v2_error(400, "INVALID_REQUEST_PARAMETER", text)
    return None


def _is_long(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 1 << 63


def identify(site: Site, hosting: Hosting, request: Request, v2: bool) -> Credential | Response:
    """The credential shown, or the answer that its kind of trouble gets on this host and interface."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = site.holder(value, ["bearer"])
        if hosting.host == "site":
            return tomcat(hosting.base)
        return found or give({"code": 401, "message": "Unauthorized"}, 401)
    if scheme.lower() != "basic":
        return _rejected(v2, request)
    pair = _pair(value)
    if pair is None:
        return tomcat(hosting.base)
    name, secret = pair
    found = site.holder(secret, ["classic", "scoped"], name)
    if found is None:
        return _rejected(v2, request)
    return tomcat(hosting.base) if found.kind == "scoped" and hosting.host == "site" else found


def _pair(value: str) -> tuple[str, str] | None:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, colon, secret = text.partition(":")
    return (name, secret) if colon and name and secret and ":" not in secret else None


def _rejected(v2: bool, request: Request) -> Response:
    """What a refused credential gets: a bare 404 in v2, a 403 in v1 with words that differ for search."""
    if v2:
        return v2_error(404, "NOT_FOUND", "Not Found")
    if request.url.path.endswith("/rest/api/search"):
        return give({"message": "Current user not permitted to use Confluence", "statusCode": 403}, 403)
    text = '403 FORBIDDEN "Request rejected because caller cannot access Confluence"'
    kind = "com.atlassian.confluence.mvc.rest.common.exception.StacklessResponseStatusException"
    return give({"statusCode": 403, "message": f"{kind}: {text}"}, 403)
