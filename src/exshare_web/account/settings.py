"""Somebody's own account: mail address, password, second factor, where they are signed in, their data, and its end."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.authenticating import Proposal
from exshare_core.errors import InvalidValue, NotFound
from exshare_core.factors import RECOVERY_CODES
from exshare_core.joining.recognising import Recognised
from exshare_core.joining.tending import Tended
from exshare_web.account.place import Place, base
from exshare_web.answers import TOO_MANY
from exshare_web.languages import msg
from exshare_web.manager.forms import errors_of
from exshare_web.qr import picture
from exshare_web.visitor.request import shell

NOTES = {
    "password": msg("Your password is changed. Everywhere else you are signed out."),
    "address": msg("Your mail address is changed. Everywhere else you are signed out."),
    "removed": msg("You sign in with your password alone from now on."),
    "ended": msg("That browser is signed out."),
    "others": msg("You are signed out everywhere else."),
    "again": msg("Somebody changed the account at the same moment, so nothing was changed now. Please try again."),
}
"""What the page may say above everything, by the word that its address ends in."""

NOT_YOURS = "that is not your password"


async def show(request: Request, place: Place, here: Recognised) -> Response:
    """``GET /account/{site}/settings``."""
    return await _page(request, place, here)


async def _page(
    request: Request, place: Place, here: Recognised, status: int = 200, errors: Mapping[str, str] | None = None
) -> Response:
    """The page, with what was wrong by field; `of` says which form it was where several have a field of that name."""
    joining = shell(request).services.joining
    return place.page(
        request,
        "external_settings.html",
        status,
        address=str(here.address),
        account=here.account,
        of_codes=RECOVERY_CODES,
        sessions=await joining.sessions(here),
        errors=errors or {},
        note=next((text for word, text in NOTES.items() if word in request.query_params), ""),
    )


async def change_password(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/password``."""
    old, new = place.fields.get("old", ""), place.fields.get("new", "")
    try:
        done = await shell(request).services.joining.change_password(here, place.caller, old, new)
    except InvalidValue as error:
        return await _page(request, place, here, 400, errors_of(error))
    return _went_on(request, place, done, "?password")


async def ask_address(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/address``: sends a code to the new mailbox."""
    text, password = place.fields.get("address", ""), place.fields.get("password", "")
    asked = await shell(request).services.joining.ask_address(here, place.caller, text, password)
    if asked.wait:
        return shell(request).answers.neutral(TOO_MANY, asked.wait.total_seconds())
    if asked.malformed:
        rule = "that is not a mail address; it looks like name@example.com"
        return await _page(request, place, here, 400, {"address": rule})
    if asked.wrong:
        return await _page(request, place, here, 403, {"address-password": NOT_YOURS})
    return _address_code(request, place, here, text)


async def change_address(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/address/code``: the code shows that the new mailbox is theirs."""
    text, code = place.fields.get("address", ""), place.fields.get("code", "")[:100]
    done = await shell(request).services.joining.change_address(here, place.caller, text, code)
    if not done.done and not done.wait:
        return _address_code(request, place, here, text, wrong=True)
    return _went_on(request, place, done, "?address")


def _address_code(request: Request, place: Place, here: Recognised, text: str, *, wrong: bool = False) -> Response:
    said = {"address": str(here.address), "new": text[:254], "wrong": wrong}
    return place.page(request, "external_address_code.html", 403 if wrong else 200, **said)


# --- the second factor ------------------------------------------------------------------------------------------------


async def propose_factor(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/second-factor``: a fresh secret to scan, for who brings the password."""
    offered = await shell(request).services.joining.propose_factor(here, place.caller, place.fields.get("password", ""))
    if isinstance(offered, Tended):
        return await _refused(request, place, here, offered, "factor-password")
    return _factor(request, place, here, offered)


async def set_factor(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/second-factor/set``: a first code of the app sets it up."""
    joining, ticket = shell(request).services.joining, place.fields.get("ticket", "")
    done = await joining.set_factor(here, place.caller, ticket, place.fields.get("code", "")[:100])
    if done.done:
        return _recovery(request, place, here, done)
    proposal = await joining.proposed_factor(here, ticket)
    if proposal is None:
        return RedirectResponse(f"{base(request, place.site)}/settings?again", 303)
    return _factor(request, place, here, proposal, wrong=True)


async def new_recovery_codes(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/recovery-codes``: shown this once."""
    password = place.fields.get("password", "")
    try:
        done = await shell(request).services.joining.new_recovery_codes(here, place.caller, password)
    except NotFound:
        return RedirectResponse(f"{base(request, place.site)}/settings?again", 303)
    if not done.done:
        return await _refused(request, place, here, done, "recovery-password")
    return _recovery(request, place, here, done)


async def remove_factor(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/second-factor/remove``."""
    done = await shell(request).services.joining.remove_factor(here, place.caller, place.fields.get("password", ""))
    if not done.done:
        return await _refused(request, place, here, done, "remove-password")
    return _went_on(request, place, done, "?removed")


def _factor(request: Request, place: Place, here: Recognised, proposal: Proposal, *, wrong: bool = False) -> Response:
    said = {"address": str(here.address), "account": here.account, "wrong": wrong}
    status = 403 if wrong else 200
    return place.page(request, "external_factor.html", status, proposal=proposal, qr=picture(proposal.uri), **said)


def _recovery(request: Request, place: Place, here: Recognised, done: Tended) -> Response:
    onward = f"{base(request, place.site)}/settings"
    page = shell(request).pages.answer("recovery_codes.html", codes=done.recovery, onward=onward)
    return place.renewed(request, page) if done.renewed else page


# --- sessions, data, the end ------------------------------------------------------------------------------------------


async def end_sessions(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/sessions``: one of them, all others, or all."""
    joining, which = shell(request).services.joining, place.fields.get("end", "")
    if which == "everywhere":
        await joining.end_all_sessions(here, place.caller)
        return RedirectResponse(f"{base(request, place.site)}/sign-in?out", 303)
    if which == "others":
        await joining.end_other_sessions(here, place.caller)
    else:
        await joining.end_session(here, place.caller, which)
    note = "others" if which == "others" else "ended"
    return RedirectResponse(f"{base(request, place.site)}/settings?{note}", 303)


async def data(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/data``: all that is stored of the account, as a file of JSON."""
    it = shell(request)
    links_at = it.services.own_urls.get(place.site, it.services.base_url)
    told = await it.services.joining.data(here, place.caller, lambda last: f"{links_at}/s/{last}")
    headers = {"content-disposition": 'attachment; filename="my-data.json"'}
    return Response(json.dumps(told, indent=2, ensure_ascii=False), media_type="application/json", headers=headers)


async def delete(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/delete``."""
    done = await shell(request).services.joining.delete(here, place.caller, place.fields.get("password", ""))
    if not done.done:
        return await _refused(request, place, here, done, "delete-password")
    return RedirectResponse(f"{base(request, place.site)}/sign-in?gone", 303)


async def _refused(request: Request, place: Place, here: Recognised, done: Tended, field: str) -> Response:
    """The password that was to confirm it was not right, which is said beside it."""
    if done.wait:
        return shell(request).answers.neutral(TOO_MANY, done.wait.total_seconds())
    return await _page(request, place, here, 403, {field: NOT_YOURS})


def _went_on(request: Request, place: Place, done: Tended, note: str) -> Response:
    """Back to the page with a note, under the browser's fresh id where it has one."""
    if done.wait:
        return shell(request).answers.neutral(TOO_MANY, done.wait.total_seconds())
    response = RedirectResponse(f"{base(request, place.site)}/settings{note if done.done else '?again'}", 303)
    return place.renewed(request, response) if done.renewed else response
