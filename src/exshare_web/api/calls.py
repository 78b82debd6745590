"""A request with an API key, from its headers to the use case: who acts, for which operation, on what they have seen.

Where each refusal is made: the key in `Keying.recognise`, another site than the key's in `_Call.of`, the operation in
`ApiKey.allow`, everything else by the use case that is called.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.accounts import Member
from exshare_core.api_keys import A_MINUTE, ApiKey
from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, NotFound
from exshare_core.governing import Governing
from exshare_core.governing.auditing import Auditing
from exshare_core.membership.keying import TooMany
from exshare_core.sharing import Sharing
from exshare_core.values import SiteId, SpaceKey, space_key
from exshare_web.api import bodies, problems
from exshare_web.api.declaring import Done
from exshare_web.visitor.request import network, shell

REPEATS = timedelta(hours=24)
"""How long a repeat of a request is known by its ``Idempotency-Key``."""
MAX_IDEMPOTENCY_KEY = 255

_BEARER = re.compile(r"Bearer +([A-Za-z0-9_-]{1,200})\Z", re.IGNORECASE)
_VERSION = re.compile(r'"([0-9]{1,9})"\Z')
_JSON = ("application/json", "application/merge-patch+json")

_log = structlog.get_logger()


@frozen
class Call:
    """A program that acts as a member at one site."""

    request: Request
    key: ApiKey
    member: Member
    site: SiteId
    sharing: Sharing
    governing: Governing
    auditing: Auditing
    query: Mapping[str, str]

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    async def body(self) -> dict[str, object]:
        """The object that was sent; raises InvalidValue for anything else."""
        return bodies.parsed(await self.request.body())

    def seen(self) -> int | None:
        """The version that the program has seen, as ``If-Match`` says; None where it says nothing.

        Raises InvalidValue for what names no version of ours.
        """
        given = self.request.headers.get("if-match")
        if given is None:
            return None
        found = _VERSION.match(given.strip())
        if found is None:
            raise InvalidValue("If-Match", 'must be one version in quotation marks, such as "3"')
        return int(found[1])

    @property
    def version(self) -> int:
        """The same for an operation that demands it."""
        seen = self.seen()
        assert seen is not None
        return seen

    async def repeated_as(self) -> str | None:
        """The id of what this request makes, however often it is sent; None where a repeat is not to be known.

        Raises InvalidValue for a name that was given to another request within a day.
        """
        name = self.request.headers.get("idempotency-key")
        if name is None:
            return None
        if not 1 <= len(name) <= MAX_IDEMPOTENCY_KEY or not name.isascii() or not name.isprintable():
            raise InvalidValue("Idempotency-Key", f"from 1 to {MAX_IDEMPOTENCY_KEY} printable characters")
        keying = shell(self.request).services.keying
        asked = b"%s\n%s" % (self.request.url.path.encode(), bodies.canonical(await self.body()))
        fingerprint = hashlib.sha256(asked).digest()
        if not await keying.first(self.key, name, fingerprint, REPEATS):
            raise InvalidValue("Idempotency-Key", "was given to another request already")
        return await keying.id_of(self.key, name, fingerprint)

    def number(self, name: str, default: int, most: int) -> int:
        """A number from the query; raises InvalidValue unless it is from 1 to `most`."""
        text = self.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
            raise InvalidValue(name, f"must be a whole number from 1 to {most}")
        return int(text)

    def flag(self, name: str) -> bool:
        """Whether the query says ``true``; raises InvalidValue for anything but that and ``false``."""
        text = self.query.get(name, "false")
        if text not in ("true", "false"):
            raise InvalidValue(name, "must be true or false")
        return text == "true"

    def space(self) -> SpaceKey | None:
        """The space that the query names, if any; raises InvalidValue for what can be no key of one."""
        return None if "space" not in self.query else space_key(self.query["space"])


def told(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A model as an answer."""
    return Response(bodies.written(value), status, dict(headers or {}), media_type="application/json")


def called(done: Done) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: the operation's handler, for programs whose key may be used for it."""
    model, versioned, names = done.read_as, done.versioned, tuple(one.name for one in done.parameters)

    async def act(call: Call) -> Response:
        if done.conditional and call.seen() is None:
            return problems.answer(problems.UNCONDITIONAL, "send If-Match with the version that you have seen")
        if done.content is None and await call.body():
            raise InvalidValue("body", "nothing can be sent with this")
        given = () if model is None else (bodies.read(model, await call.body()),)
        return _answered(await done.handler(call, *given), done.status, versioned)

    async def endpoint(request: Request) -> Response:
        try:
            found = await shell(request).services.keying.recognise(_secret(request), network(request))
        except AdapterFailed as error:
            return _failed(request, error)
        if isinstance(found, TooMany):
            wait = {"retry-after": str(max(1, round(found.wait.total_seconds())))}
            return problems.answer(problems.TOO_MANY, "wait, as retry-after says", wait)
        if found is None:
            challenge = {"www-authenticate": 'Bearer realm="exshare"'}
            return problems.answer(problems.UNAUTHENTICATED, "send a good key as `Authorization: Bearer …`", challenge)
        try:
            call = _call(request, found.key, found.member, names)
            if done.needs is not None:
                found.key.allow(done.needs)
            answer = await act(call)
        except AdapterFailed as error:
            answer = _failed(request, error)
        except ExshareError as error:
            answer = problems.of_error(error)
        answer.headers.update(_limits(found.left, found.until, found.key.last_used_at or found.until))
        return answer

    return endpoint


def _answered(found: Any, status: int, versioned: bool) -> Response:
    """What a handler gave, as an answer: with an ETag where it has a version that can be sent back."""
    if isinstance(found, Response):
        return found
    if found is None:
        return Response(status_code=status)
    return told(found, status, {"etag": f'"{found.version}"'} if versioned else {})


def _failed(request: Request, error: AdapterFailed) -> Response:
    """What a program is told when the world behind a port failed, which is noted."""
    _log.warning("request failed", failure=type(error).__name__, port=error.port, route=request.scope["route"].path)
    return problems.of_error(error)


def _secret(request: Request) -> str:
    found = _BEARER.match(request.headers.get("authorization", ""))
    return "" if found is None else found[1]


def _call(request: Request, key: ApiKey, member: Member, parameters: tuple[str, ...]) -> Call:
    """Raises NotFound for any site but the key's, and InvalidValue for what the operation does not take."""
    services = shell(request).services
    asked = request.path_params.get("site", key.site)
    if asked != key.site or key.site not in services.sharing:
        raise NotFound("there is no such site for this key")
    for name in request.query_params:
        if name not in parameters:
            raise InvalidValue(name[:60], f"there is no such parameter; known: {', '.join(parameters) or 'none'}")
    if len(request.query_params.multi_items()) != len(request.query_params):
        raise InvalidValue("query", "each parameter may be given once")
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in ("POST", "PATCH") and media not in ("", *_JSON):
        raise InvalidValue("Content-Type", "must be application/json")
    site = key.site
    sharing, governing, auditing = services.sharing[site], services.governing[site], services.auditing[site]
    return Call(request, key, member, site, sharing, governing, auditing, dict(request.query_params))


def _limits(left: int, until: datetime, now: datetime) -> Mapping[str, str]:
    """How much of the minute is left, in the fields that programs know."""
    seconds = max(0, round((until - now).total_seconds()))
    return {
        "ratelimit-limit": str(A_MINUTE),
        "ratelimit-remaining": str(left),
        "ratelimit-reset": str(seconds),
    }
