"""Talks to one Confluence over REST: paging, refusals, and one upstream request for many callers (api.md 3,
6.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import urlsplit

import structlog
from attrs import frozen

from exshare_adapters.confluence.failures import (
    Forbidden,
    Gone,
    Invalid,
    Missing,
    NoInterface,
    RateLimited,
    ScopeMissing,
    Unavailable,
    UnexpectedAnswer,
)
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.shapes import Json, as_object, entries, optional_part, optional_text
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Answer, Client, Params
from exshare_core.errors import Broken, CredentialRejected

_log = structlog.get_logger()

MOST_PAGES = 100
"""The most answers that one list may be spread over."""

_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}\Z")
_NEXT = re.compile(r"<([^<>]*)>\s*;\s*rel=\"next\"")
_PERSON = re.compile(r"/(user|group)/[^/]+")
_ID = re.compile(r"/((?:att)?[0-9]+)(?![^/])")
"""What a path names by its id."""
_API = re.compile(r"/(?:api/v2|rest)/")


@frozen
class Api:
    """The REST interface of one site, as the connector."""

    http: Client
    base: str
    """Where requests go, with the context path, without a slash at the end."""
    site: SiteAddresses
    shared: SingleFlight

    async def get(self, path: str, params: Params | None = None) -> Json:
        """The JSON object at `path`; raises Missing for what is not there. Callers must not change it."""
        _, body = await self._got(f"{self.base}{path}", params)
        return as_object(body)

    async def get_any(self, path: str, params: Params | None = None) -> object:
        """The same for an answer that need not be an object."""
        _, body = await self._got(f"{self.base}{path}", params)
        return body

    async def post(self, path: str, question: object) -> Json:
        """The answer to a question that changes nothing but is asked by POST."""

        async def ask() -> Json:
            answer = await self.http.request("POST", f"{self.base}{path}", json=question, safe=True)
            return as_object(await self._read(answer, path))

        return await self.shared.share(("POST", path, repr(question)), ask)

    async def every(self, path: str, params: Params, most: int | None = None) -> Sequence[Json]:
        """All entries of a list, however many answers it is spread over, or the first `most`.

        Only a missing ``next`` ends a list: short answers do not. Raises Broken for a list without end.
        """
        found: list[Json] = []
        answer, body = await self._got(f"{self.base}{path}", params)
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = as_object(body)
            found.extend(entries(page))
            following = self._next(answer, page, path)
            if following is None or (most is not None and len(found) >= most):
                return found[:most]
            if following in seen:
                break
            seen.add(following)
            answer, body = await self._got(following, None)
        raise UnexpectedAnswer("a list does not end")

    async def credential_holds(self) -> bool:
        """Whether Confluence knows the connector, asked of the one place that says so (api.md 3.2, 6.3)."""
        try:
            user = await who(self)
        except ScopeMissing:
            # A token is known before its scopes are looked at
            return True
        except CredentialRejected:
            return False
        return user.get("type") != "anonymous"

    async def _got(self, url: str, params: Params | None) -> tuple[Answer, object]:
        async def fetch() -> tuple[Answer, object]:
            answer = await self.http.request("GET", url, params=params)
            return answer, await self._read(answer, url.removeprefix(self.base).partition("?")[0])

        key = ("GET", url, None if params is None else repr(sorted(params.items())))
        return await self.shared.share(key, fetch)

    def _next(self, answer: Answer, page: Json, path: str) -> str | None:
        """The address of the next part of the list at `path`, always below our own request base, whatever host it names.

        Raises Broken for one that leads to a list of another page, comment or file.
        """
        following = optional_text(optional_part(page, "_links"), "next")
        if following is None:
            linked = _NEXT.search(answer.headers.get("link", ""))
            following = linked[1] if linked else None
        if not following:
            return None
        try:
            parts = urlsplit(following)
        except ValueError:
            raise UnexpectedAnswer("the address of a list's next part cannot be read") from None
        start = _API.search(parts.path)
        if start is None or ".." in parts.path or _ID.findall(parts.path[start.start() :]) != _ID.findall(path):
            raise UnexpectedAnswer("the address of a list's next part leads elsewhere")
        return f"{self.base}{parts.path[start.start() :]}?{parts.query}"

    async def _read(self, answer: Answer, path: str) -> object:
        if self.site.flavour is Flavour.DATA_CENTER:
            _recognised(answer)
        # Data Center's own description gives 201 for a list of files
        if answer.status in (200, 201):
            if answer.media_type == "text/html":
                raise UnexpectedAnswer(
                    "the site answered with a web page, as it does when it wants a browser to sign in"
                )
            return answer.json()
        request = answer.headers.get("atl-request-id", "")
        _log.info(
            "confluence refused",
            status=answer.status,
            path=_PERSON.sub(r"/\1/…", path),
            request=request if _REQUEST_ID.match(request) else None,
        )
        if answer.status == 404:
            await self._missing(answer, path)
        _raise_for(answer)

    async def _missing(self, answer: Answer, path: str) -> NoReturn:
        if answer.media_type != "application/json":
            raise NoInterface("there is no Confluence REST interface at this address")
        if self.site.flavour is Flavour.CLOUD and path.startswith("/api/v2/") and _bare(answer):
            if not await self.credential_holds():
                raise CredentialRejected("the site does not accept the connector's credential any more")
            raise Unavailable("the site did not say what is missing")
        raise Missing


async def who(api: Api) -> Json:
    """What Confluence says of the connector. Where nothing is said there is no Confluence."""
    try:
        return await api.get("/rest/api/user/current")
    except Missing:
        raise NoInterface("there is no Confluence REST interface at this address") from None


def _recognised(answer: Answer) -> None:
    """Data Center says in headers whom it took the connector for (api.md 6.3); raises CredentialRejected for
    nobody.
    """
    if answer.headers.get("x-seraph-loginreason", "").strip().upper() == "AUTHENTICATION_DENIED":
        raise CredentialRejected(
            "the site wants a CAPTCHA solved after failed sign-ins: sign in as the connector with a browser once"
        )
    if answer.headers.get("x-ausername", "").strip().lower() == "anonymous":
        raise CredentialRejected("the site answers the connector as an anonymous visitor")


def _bare(answer: Answer) -> bool:
    """Whether a 404 of v2 has the bare title by which Cloud refuses a credential (api.md 3.2)."""
    try:
        body = as_object(answer.json())
        return any(one.get("title") == "Not Found" for one in entries(body, "errors"))
    except Broken:
        return False


def _message(answer: Answer) -> str:
    try:
        return optional_text(as_object(answer.json()), "message") or ""
    except Broken:
        return ""


def _raise_for(answer: Answer) -> NoReturn:
    status = answer.status
    if status == 401:
        if "scope" in _message(answer).lower():
            raise ScopeMissing("the connector's token lacks a scope that this needs")
        raise CredentialRejected("the site does not accept the connector's credential")
    if status == 403:
        message = _message(answer)
        if "cannot access Confluence" in message or "not permitted to use Confluence" in message:
            raise CredentialRejected("the site does not accept the connector's credential")
        if "Basic Authentication has been disabled" in message:
            raise CredentialRejected("the site has switched sign-in by user and password off; use a token")
        raise Forbidden("the connector has not the right to ask this")
    if status == 429:
        raise RateLimited("the site asks for fewer requests", answer.retry_after)
    if status == 410:
        raise Gone("the site does not offer this operation any more")
    if 300 <= status < 400:
        raise UnexpectedAnswer("the site answered with a redirect, as it does when it wants a browser to sign in")
    if status >= 500:
        raise Unavailable(f"the site answered with status {status}", answer.retry_after)
    raise Invalid(f"the site refused a request with status {status}")
