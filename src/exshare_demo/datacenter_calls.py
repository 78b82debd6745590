"""One call to Data Center: who asks, by token or password, and what the door says before anything is answered."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import Factory, define, frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_demo.answers import Json, dc_error, give, html
from exshare_demo.model import User

if TYPE_CHECKING:
    from exshare_demo.model import Node
    from exshare_demo.site import Site

TRIES = 3
"""Wrong passwords for one name before the door asks for a picture puzzle, which no program can solve."""

BUCKET = {
    "x-ratelimit-limit": "300",
    "x-ratelimit-remaining": "299",
    "x-ratelimit-interval-seconds": "60",
    "x-ratelimit-fillrate": "300",
    "retry-after": "0",
}
"""Rate limiting as every answer tells it: `retry-after` is there, and 0, while tokens remain."""


@frozen
class Expand:
    """What `expand=` names, as a tree: `a.b,c` opens `a` with `b` in it, and `c`."""

    inside: dict[str, Expand] = Factory(dict)

    @classmethod
    def parse(cls, text: str) -> Expand:
        """The tree of a parameter; unknown names do no harm."""
        made = cls()
        for path in text.split(","):
            at = made
            for name in filter(None, path.strip().split(".")):
                at = at.inside.setdefault(name, cls())
        return made

    def __contains__(self, name: str) -> bool:
        """Whether `name` is opened."""
        return name in self.inside

    def __getitem__(self, name: str) -> Expand:
        """What is opened within `name`; nothing when it is not opened itself."""
        return self.inside.get(name, Expand())


@define
class Centre:
    """Where a Data Center site stands, and whose passwords were wrong too often."""

    origin: str
    context: str
    failures: dict[str, int] = Factory(dict)

    @property
    def base(self) -> str:
        """The base of links, which is the base of calls too."""
        return self.origin + self.context


@frozen
class Call:
    """A request that passed the door; nobody in particular asks when `user` is None."""

    site: Site
    centre: Centre
    request: Request
    user: User | None
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

    def expand(self, default: str = "") -> Expand:
        """The expansions asked for, or those of the operation when none are."""
        return Expand.parse(self.query("expand") or default)

    def sees(self, node: Node) -> bool:
        """Whether the caller may view that page."""
        return self.site.may_view(self.user, node)

    @property
    def may_ask(self) -> bool:
        """Whether the caller may ask what others may do: the connector, while it is an administrator."""
        return (
            self.user is not None
            and "exshare-connectors" in self.user.groups
            and self.site.switches.may_check_permissions
        )

    def url(self, path: str) -> str:
        """The absolute address of a path below the context."""
        return self.centre.base + path


Endpoint = Callable[[Call], Response]
Route = Callable[[Request], Awaitable[Response]]


def rest(endpoint: Endpoint, site: Site, centre: Centre) -> Route:
    """The endpoint behind the door, for programs."""

    async def served(request: Request) -> Response:
        found = identify(site, centre, request)
        if isinstance(found, Response):
            return found
        body: Json = None
        if request.method == "POST":
            try:
                body = json.loads(await request.body())
            except ValueError:
                return stamped(dc_error(400, "The body is not JSON", "Bad Request"), found)
        return stamped(endpoint(Call(site, centre, request, found.user, body)), found)

    return served


def screen(endpoint: Endpoint, site: Site, centre: Centre) -> Route:
    """The endpoint behind the door, for browsers: a sign-in system in front lets nobody else pass."""

    async def served(request: Request) -> Response:
        if site.switches.login_redirect is not None:
            return Response(status_code=302, headers={"location": site.switches.login_redirect})
        found = identify(site, centre, request)
        if isinstance(found, Response):
            return found
        return stamped(endpoint(Call(site, centre, request, found.user)), found)

    return served


@frozen
class Caller:
    """Who was recognised, and how the door puts it in `X-Seraph-LoginReason`."""

    user: User | None = None
    reason: str | None = None


def stamped(response: Response, caller: Caller) -> Response:
    """The answer with the headers that tell who was recognised."""
    response.headers["x-ausername"] = caller.user.name if caller.user else "anonymous"
    if caller.reason is not None:
        response.headers["x-seraph-loginreason"] = caller.reason
    for name, value in BUCKET.items():
        response.headers.setdefault(name, value)
    return response


def identify(site: Site, centre: Centre, request: Request) -> Caller | Response:
    """Who calls, or the answer that a credential of that kind of trouble gets."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(site, value)
    if scheme.lower() == "basic":
        return _by_password(site, centre, value)
    if request.query_params.get("os_authType") == "basic":
        return html(_page(401, "Unauthorized"), 401, {"www-authenticate": 'Basic realm="protected-area"'})
    return Caller()


def _by_token(site: Site, secret: str) -> Caller | Response:
    found = site.holder(secret, ["pat"])
    if found is not None and found.user not in site.left:
        return Caller(site.users[found.user], "OK")
    if site.switches.bad_pat == "anonymous":
        return Caller(reason="AUTHENTICATED_FAILED")
    return stamped(dc_error(401, "Client must be authenticated to access this resource.", "Unauthorized"), _REFUSED)


def _by_password(site: Site, centre: Centre, value: str) -> Caller | Response:
    if site.switches.basic_disabled:
        return stamped(give({"message": "Basic Authentication has been disabled on this instance."}, 403), Caller())
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return _refused(401, "AUTHENTICATED_FAILED")
    if centre.failures.get(name.lower(), 0) >= TRIES:
        return _refused(403, "AUTHENTICATION_DENIED")
    found = site.holder(secret, ["password"], name)
    if found is None or found.user in site.left:
        centre.failures[name.lower()] = centre.failures.get(name.lower(), 0) + 1
        return _refused(401, "AUTHENTICATED_FAILED")
    centre.failures.pop(name.lower(), None)
    return Caller(site.users[found.user], "OK")


_REFUSED = Caller(reason="AUTHENTICATED_FAILED")


def _refused(status: int, reason: str) -> Response:
    text = _page(status, f"Basic Authentication Failure - Reason : {reason}")
    return stamped(html(text, status), Caller(reason=reason))


def _page(status: int, message: str) -> str:
    title = f"HTTP Status {status} – {'Unauthorized' if status == 401 else 'Forbidden'}"
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p><b>Message</b> {message}</p></body></html>"
    )


def to_login(call: Call) -> Response:
    """Off to the sign-in form, as a browser without a session is sent."""
    wanted = call.request.url.path + (f"?{call.request.url.query}" if call.request.url.query else "")
    address = f"{call.centre.context}/login.action?os_destination={quote(wanted, safe='')}&permissionViolation=true"
    return Response(status_code=302, headers={"location": call.centre.origin + address})
