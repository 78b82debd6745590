"""Making an account, or choosing a new password for it: one way for both, so that nobody learns which it was (G2)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import InvalidValue
from exshare_web.account import sign_in
from exshare_web.account.place import Place
from exshare_web.answers import TOO_MANY
from exshare_web.manager.forms import errors_of
from exshare_web.visitor.request import shell


async def show(request: Request, place: Place) -> Response:
    """``GET /account/{site}/join``."""
    return form(request, place)


def form(request: Request, place: Place, status: int = 200, *, malformed: bool = False) -> Response:
    """The form for the mail address."""
    return place.page(request, "external_join.html", status, malformed=malformed)


async def ask(request: Request, place: Place) -> Response:
    """``POST /account/{site}/join``: sends a code, if the address may have one; the page says the same of all.

    Without an address it only asks for one: so the way to it from a page of ours keeps the link that they came from.
    """
    address = place.fields.get("address")
    if address is None:
        return form(request, place)
    asked = await shell(request).services.joining.ask_code(place.site, place.caller, place.at, address)
    if asked.wait:
        return shell(request).answers.neutral(TOO_MANY, asked.wait.total_seconds())
    if asked.malformed:
        return form(request, place, 403, malformed=True)
    return _code(request, place, address)


async def enrol(request: Request, place: Place) -> Response:
    """``POST /account/{site}/join/code``: a code and a password; what is wrong with the password uses up no code."""
    fields = place.fields
    address, code, password = fields.get("address", ""), fields.get("code", ""), fields.get("password", "")
    joining = shell(request).services.joining
    try:
        outcome = await joining.enrol(place.site, place.caller, place.at, address, code[:100], password)
    except InvalidValue as error:
        return _code(request, place, address, 400, errors=errors_of(error), code=code[:12])
    if outcome.account is None and not outcome.owes_code and not outcome.wait:
        return _code(request, place, address, 403, wrong=True)
    return await sign_in.went_on(request, place, outcome)


def _code(
    request: Request,
    place: Place,
    address: str,
    status: int = 200,
    *,
    wrong: bool = False,
    errors: Mapping[str, str] | None = None,
    code: str = "",
) -> Response:
    said = {"address": address[:254], "wrong": wrong, "errors": errors or {}, "code": code}
    return place.page(request, "external_join_code.html", status, **said)
