"""Signing in with name and password, and out again."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.values import SiteId
from exshare_web import cookies
from exshare_web.answers import FORGED, TOO_MANY
from exshare_web.manager import entry
from exshare_web.manager.session import genuine, posted
from exshare_web.visitor.request import network, shell

PURPOSE = "sign-in"

NOTES = {
    "password-set": "Your password is set. Sign in with it.",
    "signed-out": "You are signed out.",
    "late": "That took too long, or there were too many wrong codes. Please begin again.",
}
"""What the page may say above its form, by the word that the address ends in."""


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
    note = next((text for word, text in NOTES.items() if word in request.query_params), "")
    return _form(request, 200, note=note)


def _form(
    request: Request, status: int, *, error: str = "", note: str = "", name: str = "", site: str = ""
) -> Response:
    return entry.asked(
        request,
        PURPOSE,
        "sign_in.html",
        status,
        sites=tuple(shell(request).services.sharing),
        providers=shell(request).services.elsewhere.every_for_members(),
        error=error,
        note=note,
        name=name,
        chosen=site,
    )


WRONG = "Name and password do not fit together."
LOST = "This page was open for too long, or your browser keeps no cookies of ours. Please try again."


async def submit(request: Request) -> Response:
    """``POST /manage/sign-in``: every refusal is the same refusal. The id is always a new one; an old session ends."""
    it = shell(request)
    if not entry.from_our_page(request):
        return it.answers.neutral(FORGED)
    fields = await posted(request)
    site = SiteId(fields.get("site") or next(iter(it.services.sharing)))
    name, password = fields.get("name", "")[:200], fields.get("password", "")[:1000]
    if not entry.from_this_browser(request, fields, PURPOSE):
        return _form(request, 403, error=LOST, name=name)
    if site not in it.services.sharing:
        return _form(request, 403, error=WRONG, name=name)
    outcome = await it.services.membership.sign_in(site, name, password, network(request), entry.known(request))
    if outcome.wait:
        return it.answers.neutral(TOO_MANY, outcome.wait.total_seconds())
    if outcome.step is not None:
        response = RedirectResponse(request.url_for("second-step").path, 303)
        cookies.write(response, cookies.ENTRY, outcome.step, secure=it.services.secure)
        return response
    if outcome.session is None:
        return _form(request, 403, error=WRONG, name=name, site=site)
    return await entry.come_in(request, outcome)


async def sign_out(request: Request) -> Response:
    """``POST /manage/sign-out``: ends the session here and in the browser."""
    it = shell(request)
    secret = cookies.read(request, cookies.MEMBER, secure=it.services.secure)
    if secret is not None:
        if not genuine(request, await posted(request), secret):
            return it.answers.neutral(FORGED)
        await it.services.membership.sign_out(secret)
    return signed_out(request)


def signed_out(request: Request) -> Response:
    """The answer to whoever has no session any more: the browser forgets what it kept of our pages (ASVS 14.3.1)."""
    response = entry.anew(request, "signed-out")
    response.headers["clear-site-data"] = '"cache", "storage"'
    cookies.clear(response, cookies.MEMBER, secure=shell(request).services.secure)
    return response
