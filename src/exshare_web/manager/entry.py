"""A member's browser on its way in: the cookie that it has before a session, and the answer that gives it one.

Forms before a session carry a token as all others do, of that cookie: so nobody signs another's browser in as somebody
they chose (ASVS 3.5.1, login CSRF).
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.limiting import KNOWN_LIFE
from exshare_core.membership.signing_in import SignedIn
from exshare_web import cookies, languages
from exshare_web.form_tokens import fits, form_token
from exshare_web.origins import same_origin
from exshare_web.visitor.request import shell


def held(request: Request) -> str | None:
    """The random id of this browser's way in, where it has one: also the secret of the step that it has reached."""
    return cookies.read(request, cookies.ENTRY, secure=shell(request).services.secure)


def known(request: Request) -> str | None:
    """What an earlier sign-in gave this browser to keep."""
    return cookies.kept(request, cookies.KNOWN, secure=shell(request).services.secure)


def asked(request: Request, purpose: str, template: str, status: int = 200, **values: object) -> Response:
    """The page of a form for `purpose`, with the token and, in a browser that has none yet, the cookie behind it."""
    languages.settle(languages.ENGLISH)
    it, before = shell(request), held(request)
    secret = before or it.services.tokens.token()
    response = it.pages.answer(template, status, csrf=form_token(secret, purpose), **values)
    if before is None:
        cookies.write(response, cookies.ENTRY, secret, secure=it.services.secure)
    return response


def from_our_page(request: Request) -> bool:
    """Whether the browser says that the form was on a page of ours."""
    return same_origin(request, shell(request).services.manage_url)


def from_this_browser(request: Request, fields: Mapping[str, str], purpose: str) -> bool:
    """Whether the form was made for this very browser."""
    secret = held(request)
    return secret is not None and fits(fields, secret, purpose)


async def come_in(request: Request, outcome: SignedIn, response: Response | None = None) -> Response:
    """Give the browser its session: always a new id, and the session that it had before ends.

    `response` is the page that says so; without one, it is sent to the links of the site.
    """
    assert outcome.session is not None
    it, secure = shell(request), shell(request).services.secure
    before = cookies.read(request, cookies.MEMBER, secure=secure)
    if before is not None:
        await it.services.membership.sign_out(before)
    if response is None:
        response = RedirectResponse(request.url_for("links", site=outcome.site).path, 303)
    cookies.write(response, cookies.MEMBER, outcome.session, secure=secure)
    if outcome.browser is not None:
        seconds = int(KNOWN_LIFE.total_seconds())
        cookies.write(response, cookies.KNOWN, outcome.browser, secure=secure, seconds=seconds)
    cookies.clear(response, cookies.ENTRY, secure=secure)
    return response


def anew(request: Request, why: str) -> Response:
    """Back to the first page of the sign-in, which says why: ``late`` for a step that is over."""
    return RedirectResponse(f"{request.url_for('sign-in').path}?{why}", 303)
