"""Choosing a password by a one-time link."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.decisions import Answer
from exshare_core.errors import InvalidValue, NotFound
from exshare_web.answers import FORGED
from exshare_web.manager import entry
from exshare_web.manager.forms import errors_of
from exshare_web.manager.session import posted
from exshare_web.manager.sign_in import LOST
from exshare_web.visitor.request import shell

PURPOSE = "set-up"


async def show(request: Request) -> Response:
    """``GET /manage/setup/{setup}``: the form to choose a password; opening it uses nothing up."""
    return await _form(request, 200)


async def _form(request: Request, status: int, error: str = "") -> Response:
    member = await shell(request).services.membership.invited(request.path_params["setup"])
    if member is None:
        return shell(request).answers.stranger(Answer.UNKNOWN)
    return entry.asked(request, PURPOSE, "setup.html", status, name=member.name, error=error)


async def submit(request: Request) -> Response:
    """``POST /manage/setup/{setup}``: set the password; the link is used up by it. A second factor stays as it is."""
    it = shell(request)
    if not entry.from_our_page(request):
        return it.answers.neutral(FORGED)
    fields = await posted(request)
    if not entry.from_this_browser(request, fields, PURPOSE):
        return await _form(request, 403, LOST)
    try:
        await it.services.membership.set_up(request.path_params["setup"], fields.get("password", ""))
    except InvalidValue as error:
        return await _form(request, 400, f"Not accepted: {errors_of(error).get('password', error.rule)}.")
    except NotFound:
        return it.answers.stranger(Answer.UNKNOWN)
    return entry.anew(request, "password-set")
