"""A member's own account: password, second factor, and where they are signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.authenticating import Proposal
from exshare_core.errors import InvalidValue, Refused, Taken, Unconfirmed
from exshare_core.events import Actor
from exshare_core.factors import RECOVERY_CODES
from exshare_core.membership.securing import Secured
from exshare_core.values import Address
from exshare_web import cookies
from exshare_web.answers import TOO_MANY
from exshare_web.manager import sign_in
from exshare_web.manager.forms import errors_of
from exshare_web.manager.pages import base, framed, said
from exshare_web.manager.session import Desk, Endpoint, signed_in
from exshare_web.qr import picture
from exshare_web.visitor.request import shell

FEW_CODES = 3
"""Recovery codes that are left when the page advises to make new ones."""

ONWARD = {"second-factor": "/account/second-factor", "keys": "/keys"}
"""The pages that are gone on to after showing again who one is, by how their addresses end."""

NOTES = {
    "password": "Your password is changed.",
    "notices": "Your notices go where you said.",
    "removed": "You sign in with your password alone from now on.",
    "ended": "The session is ended.",
    "others": "You are signed out everywhere else.",
    "confirmed": "Thank you. You can go on for 10 minutes.",
    "again": "Somebody changed the account at the same moment, so nothing was changed now. Please try again.",
}
"""What the page may say above everything, by the word that the address ends in."""


def own(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """As `signed_in`; who must show again who they are is asked to, and what is refused is said on the page."""

    async def guarded(request: Request, desk: Desk) -> Response:
        try:
            return await endpoint(request, desk)
        except Unconfirmed:
            wanted = request.url.path.rpartition("/")[2]
            query = f"?for={wanted}" if wanted in ONWARD else ""
            return RedirectResponse(f"{base(request, desk)}/account/confirm{query}", 303)
        except Refused as error:
            return await _page(request, desk, 403, problem=said(error))

    return signed_in(guarded)


def confirmed(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """As `own`, only for members who have shown within ten minutes who they are (ASVS 7.5.1)."""

    async def checked(request: Request, desk: Desk) -> Response:
        shell(request).services.membership.check_confirmed(desk.present)
        return await endpoint(request, desk)

    return own(checked)


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/account``."""
    return await _page(request, desk, 200)


async def _page(
    request: Request,
    desk: Desk,
    status: int,
    *,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    typed: str | None = None,
) -> Response:
    membership, factor = shell(request).services.membership, desk.member.factor
    return await framed(
        request,
        desk,
        "account.html",
        status,
        sessions=await membership.sessions(desk.present),
        demanded=membership.demand.meant_for(admin=desk.member.admin),
        few=factor is not None and len(factor.recovery) <= FEW_CODES,
        of_codes=RECOVERY_CODES,
        errors=errors or {},
        problem=problem,
        address=(desk.member.address or "") if typed is None else typed,
        note=next((text for word, text in NOTES.items() if word in request.query_params), ""),
    )


async def change_password(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/password``."""
    membership, fields = shell(request).services.membership, desk.fields
    old, new = fields.get("old", "")[:1000], fields.get("new", "")
    try:
        done = await membership.change_password(desk.present, old, new, end_others="end_others" in fields)
    except InvalidValue as error:
        return await _page(request, desk, 400, errors=errors_of(error))
    return _went_on(request, desk, done, "/account?password")


async def send_notices(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/notices``: the mailbox that gets them, or none."""
    typed = desk.fields.get("address", "").strip()
    try:
        address = Address.parse(typed[:400]) if typed else None
        await shell(request).services.membership.send_notices(desk.member.id, address, Actor.MEMBER)
    except InvalidValue as error:
        return await _page(request, desk, 400, errors={"address": error.rule}, typed=typed[:400])
    except Taken:
        return RedirectResponse(f"{base(request, desk)}/account?again", 303)
    return RedirectResponse(f"{base(request, desk)}/account?notices", 303)


async def show_confirm(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/account/confirm``: asks again for the password or a code."""
    return await framed(request, desk, "confirm.html", wrong=False, wanted=_wanted(request.query_params))


async def confirm(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/confirm``."""
    typed = desk.fields.get("password") or desk.fields.get("code", "")
    done = await shell(request).services.membership.confirm(desk.present, typed[:1000])
    wanted = _wanted(desk.fields)
    if done.session is None and not done.wait:
        return await framed(request, desk, "confirm.html", 403, wrong=True, wanted=wanted)
    return _went_on(request, desk, done, ONWARD.get(wanted, "/account?confirmed"))


def _wanted(named: Mapping[str, str]) -> str:
    """The page to go on to; nothing for whatever is no page of ours."""
    return named["for"] if named.get("for") in ONWARD else ""


async def show_factor(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/account/second-factor``: a fresh secret to scan; nothing of it is stored."""
    proposal = await shell(request).services.membership.factor_proposal(desk.present)
    assert proposal is not None
    return await _factor_page(request, desk, proposal)


async def _factor_page(request: Request, desk: Desk, proposal: Proposal, *, wrong: bool = False) -> Response:
    status = 403 if wrong else 200
    return await framed(request, desk, "factor.html", status, proposal=proposal, qr=picture(proposal.uri), wrong=wrong)


async def set_factor(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/second-factor``: a first code of the app sets it up."""
    membership, fields = shell(request).services.membership, desk.fields
    ticket, code = fields.get("ticket", "")[:1000], fields.get("code", "")[:100]
    done = await membership.set_factor(desk.present, ticket, code, end_others="end_others" in fields)
    if done.session is not None:
        return _recovery_page(request, desk, done)
    proposal = await membership.factor_proposal(desk.present, ticket)
    if proposal is None:
        return RedirectResponse(f"{base(request, desk)}/account/second-factor", 303)
    return await _factor_page(request, desk, proposal, wrong=True)


async def remove_factor(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/second-factor/remove``."""
    done = await shell(request).services.membership.remove_factor(desk.present)
    return _went_on(request, desk, done, "/account?removed")


async def new_recovery_codes(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/recovery-codes``: shown this once."""
    done = await shell(request).services.membership.new_recovery_codes(desk.present)
    return _went_on(request, desk, done, "") if done.session is None else _recovery_page(request, desk, done)


async def end_sessions(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/account/sessions``: one of them, all others, or all."""
    membership, which = shell(request).services.membership, desk.fields.get("end", "")
    if which == "everywhere":
        await membership.end_all_sessions(desk.member.id)
        return sign_in.signed_out(request)
    if which == "others":
        await membership.end_other_sessions(desk.present)
    else:
        await membership.end_session(desk.present, which)
    note = "others" if which == "others" else "ended"
    return RedirectResponse(f"{base(request, desk)}/account?{note}", 303)


def _recovery_page(request: Request, desk: Desk, done: Secured) -> Response:
    onward = f"{base(request, desk)}/account"
    page = shell(request).pages.answer("recovery_codes.html", codes=done.recovery, onward=onward)
    return _with_session(request, page, done)


def _went_on(request: Request, desk: Desk, done: Secured, onward: str) -> Response:
    """On to another page, or back to the account with a note; the session has a new id."""
    if done.wait:
        return shell(request).answers.neutral(TOO_MANY, done.wait.total_seconds())
    onward = "/account?again" if done.session is None else onward
    return _with_session(request, RedirectResponse(f"{base(request, desk)}{onward}", 303), done)


def _with_session(request: Request, response: Response, done: Secured) -> Response:
    if done.session is not None:
        cookies.write(response, cookies.MEMBER, done.session, secure=shell(request).services.secure)
    return response
