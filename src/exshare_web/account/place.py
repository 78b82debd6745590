"""Somebody's browser at the account pages of a site: which site, which browser, and whether a form is really theirs.

The one cookie is the visitor's (spec G10). Who comes without it is given one with the first page, so that every form can
carry a token of this very browser (ASVS 3.5.1, login CSRF); who signs in is given a fresh one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from attrs import frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.errors import InvalidValue
from exshare_core.joining.recognising import Recognised
from exshare_core.values import SiteId, Token, site_id
from exshare_core.visiting import Caller
from exshare_web import cookies, languages
from exshare_web.answers import FORGED
from exshare_web.brand import own_site
from exshare_web.fields import text_fields
from exshare_web.form_tokens import fits, form_token
from exshare_web.origins import same_origin
from exshare_web.visitor.request import network, shell

MOST_FIELDS = 12
LONGEST_FIELD = 2000
"""Characters of a field that are read; a sealed ticket is the longest."""


@frozen
class Place:
    """A browser at the account pages of a site."""

    site: SiteId
    caller: Caller
    secret: str
    """The random id that the browser keeps, or is given with this answer."""
    fresh: str
    """The one that it is given if it signs in."""
    fields: Mapping[str, str]
    """The posted form; empty for a GET."""

    @property
    def at(self) -> str:
        """The last part of the address of the link that they came from; empty without one, and for whatever is none."""
        given = self.fields.get("at", "")
        return "" if Token.parse(given) is None else given

    @property
    def csrf(self) -> str:
        """The token of every form on these pages of the site in this browser."""
        return form_token(self.secret, _purpose(self.site))

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        """A page of ours for this browser, which keeps the link that they came from."""
        return shell(request).pages.answer(
            template, status, csrf=self.csrf, at=self.at, site=self.site, base=base(request, self.site), **values
        )

    def renewed(self, request: Request, response: Response) -> Response:
        """The answer with the browser's fresh id."""
        cookies.write(response, cookies.VISITOR, self.fresh, secure=shell(request).services.secure)
        return response


Endpoint = Callable[[Request, Place], Awaitable[Response]]
OwnEndpoint = Callable[[Request, Place, Recognised], Awaitable[Response]]


def base(request: Request, site: SiteId) -> str:
    """The path below which the account pages of a site are."""
    return f"{request.scope.get('root_path', '')}{request.app.url_path_for('external-account', site=site)}"


def at_site(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Let `endpoint` answer at a site that is there, and only to forms of our own page in this very browser."""

    async def guarded(request: Request) -> Response:
        it, site = shell(request), _site(request)
        if site is None:
            return it.answers.stranger(Answer.UNKNOWN)
        await it.speak_for(site)
        fields: Mapping[str, str] = {}
        secret = cookies.read(request, cookies.VISITOR, secure=it.services.secure)
        if request.method == "POST":
            fields = await posted(request)
            if secret is None or not fits(fields, secret, _purpose(site)) or not from_our_page(request):
                return it.answers.neutral(FORGED)
        place, kept = place_of(request, site, fields)
        return kept(await endpoint(request, place))

    return guarded


def signed_in(endpoint: OwnEndpoint) -> Callable[[Request], Awaitable[Response]]:
    """As `at_site`, for who is signed in at the site; everybody else is asked to."""

    async def own(request: Request, place: Place) -> Response:
        here = await shell(request).services.joining.recognised(place.site, place.caller)
        if here is None:
            return RedirectResponse(f"{base(request, place.site)}/sign-in", 303)
        return await endpoint(request, place, here)

    return at_site(own)


def place_of(request: Request, site: SiteId, fields: Mapping[str, str]) -> tuple[Place, Callable[[Response], Response]]:
    """The browser that a request came from, and what gives it its cookie with an answer where it has none yet."""
    secure, tokens = shell(request).services.secure, shell(request).services.tokens
    secret = cookies.read(request, cookies.VISITOR, secure=secure)
    fresh = tokens.token()
    session = None if secret is None else Token(secret).digest
    where, own, language = network(request), own_site(request.scope), languages.wish()
    caller = Caller(where, session, Token(fresh).digest, site=own, language=language)
    place = Place(site, caller, secret or tokens.token(), fresh, fields)

    def kept(response: Response) -> Response:
        if secret is None:
            cookies.write(response, cookies.VISITOR, place.secret, secure=secure)
        return response

    return place, kept


def from_our_page(request: Request) -> bool:
    """Whether the browser says that a form was on a page of ours."""
    return same_origin(request, shell(request).services.base_url)


async def posted(request: Request) -> dict[str, str]:
    """The text fields of a form."""
    return dict(await text_fields(request, most=MOST_FIELDS, longest=LONGEST_FIELD))


def _purpose(site: SiteId) -> str:
    return f"account at {site}"


def _site(request: Request) -> SiteId | None:
    try:
        site = site_id(request.path_params["site"])
    except InvalidValue:
        return None
    known = site in shell(request).services.sharing and own_site(request.scope) in (None, site)
    return site if known else None
