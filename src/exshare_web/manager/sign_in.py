"""Signing in and out, and setting the first password by a one-time link."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.errors import InvalidValue, NotFound
from exshare_core.values import SiteId
from exshare_web import cookies
from exshare_web.answers import FORGED, TOO_MANY
from exshare_web.manager.forms import errors_of
from exshare_web.manager.session import genuine, posted
from exshare_web.origins import same_origin
from exshare_web.visitor.request import network, shell


async def home(request: Request) -> Response:
    """``GET /manage``: to the member's links, or to the sign-in. Nothing in the request says where to go next."""
    it = shell(request)
    secret = cookies.read(request, cookies.MEMBER, secure=it.services.secure)
    member = await it.services.membership.session(secret)
    if member is None:
        return RedirectResponse(request.url_for("sign-in").path, 303)
    site = member.site or next(iter(it.services.sharing))
    return RedirectResponse(request.url_for("links", site=site).path, 303)


async def show(request: Request) -> Response:
    """``GET /manage/sign-in``."""
    return _form(request, 200, ready="password-set" in request.query_params)


def _form(
    request: Request, status: int, *, wrong: bool = False, ready: bool = False, name: str = "", site: str = ""
) -> Response:
    it = shell(request)
    return it.pages.answer(
        "sign_in.html", status, sites=tuple(it.services.sharing), wrong=wrong, ready=ready, name=name, chosen=site
    )


async def submit(request: Request) -> Response:
    """``POST /manage/sign-in``: every refusal is the same refusal.

    There is no session yet whose token a form could carry: what the browser says of the form's origin is the defence
    against a sign-in that somebody else has prepared. The id is always a new one; an old session ends.
    """
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    fields = await posted(request)
    site = SiteId(fields.get("site") or next(iter(it.services.sharing)))
    name, password = fields.get("name", "")[:200], fields.get("password", "")[:1000]
    if site not in it.services.sharing:
        return _form(request, 403, wrong=True, name=name)
    outcome = await it.services.membership.sign_in(site, name, password, network(request))
    if outcome.wait:
        return it.answers.neutral(TOO_MANY, outcome.wait.total_seconds())
    if outcome.session is None:
        return _form(request, 403, wrong=True, name=name, site=site)
    before = cookies.read(request, cookies.MEMBER, secure=it.services.secure)
    if before is not None:
        await it.services.membership.sign_out(before)
    response = RedirectResponse(request.url_for("links", site=site).path, 303)
    cookies.write(response, cookies.MEMBER, outcome.session, secure=it.services.secure)
    return response


async def sign_out(request: Request) -> Response:
    """``POST /manage/sign-out``: ends the session here and in the browser."""
    it = shell(request)
    secret = cookies.read(request, cookies.MEMBER, secure=it.services.secure)
    if secret is not None:
        if not genuine(request, await posted(request), secret):
            return it.answers.neutral(FORGED)
        await it.services.membership.sign_out(secret)
    response = RedirectResponse(request.url_for("sign-in").path, 303)
    response.headers["clear-site-data"] = '"cache", "storage"'
    cookies.clear(response, cookies.MEMBER, secure=it.services.secure)
    return response


async def show_setup(request: Request) -> Response:
    """``GET /manage/setup/{setup}``: the form to choose a password; opening it uses nothing up."""
    it = shell(request)
    member = await it.services.membership.invited(request.path_params["setup"])
    if member is None:
        return it.answers.stranger(Answer.UNKNOWN)
    return it.pages.answer("setup.html", name=member.name, error="")


async def submit_setup(request: Request) -> Response:
    """``POST /manage/setup/{setup}``: set the password; the link is used up by it.

    The secret in the address is what no other page can know; the form needs no further token.
    """
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    setup = request.path_params["setup"]
    fields = await posted(request)
    try:
        await it.services.membership.set_up(setup, fields.get("password", ""))
    except InvalidValue as error:
        member = await it.services.membership.invited(setup)
        name = "" if member is None else member.name
        return it.pages.answer("setup.html", 400, name=name, error=errors_of(error).get("password", error.rule))
    except NotFound:
        return it.answers.stranger(Answer.UNKNOWN)
    return RedirectResponse(f"{request.url_for('sign-in').path}?password-set", 303)
