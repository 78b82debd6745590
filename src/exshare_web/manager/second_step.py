"""Between the password and the session: a code, or the setting up of a second factor that is owed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.authenticating import Proposal
from exshare_web.answers import FORGED, TOO_MANY
from exshare_web.manager import entry
from exshare_web.manager.session import posted
from exshare_web.qr import picture
from exshare_web.visitor.request import network, shell

CODE = "code"
ENROLMENT = "second factor"


async def show(request: Request) -> Response:
    """``GET /manage/sign-in/code``: asks for a code, or leads to where one can be had."""
    owed = await shell(request).services.membership.owed(entry.held(request))
    if owed is None:
        return entry.anew(request, "late")
    if owed.enrols:
        return RedirectResponse(request.url_for("enrolment").path, 303)
    return _form(request, owed.member.name, recovery="recovery" in request.query_params)


def _form(request: Request, name: str, status: int = 200, *, recovery: bool, wrong: bool = False) -> Response:
    return entry.asked(request, CODE, "second_step.html", status, name=name, recovery=recovery, wrong=wrong)


async def submit(request: Request) -> Response:
    """``POST /manage/sign-in/code``: a code of the app or a recovery code, each good once."""
    it = shell(request)
    fields = await posted(request)
    if not entry.from_our_page(request) or not entry.from_this_browser(request, fields, CODE):
        return it.answers.neutral(FORGED)
    owed = await it.services.membership.owed(entry.held(request))
    if owed is None:
        return entry.anew(request, "late")
    typed = fields.get("code", "")[:100]
    outcome = await it.services.membership.bring_code(
        entry.held(request), typed, network(request), entry.known(request)
    )
    if outcome.wait:
        return it.answers.neutral(TOO_MANY, outcome.wait.total_seconds())
    if outcome.over:
        return entry.anew(request, "late")
    if outcome.session is None:
        return _form(request, owed.member.name, 403, recovery="recovery" in fields, wrong=True)
    return await entry.come_in(request, outcome)


async def show_enrolment(request: Request) -> Response:
    """``GET /manage/sign-in/second-factor``: a fresh secret to scan; nothing of it is stored."""
    proposal = await shell(request).services.membership.proposal(entry.held(request))
    return entry.anew(request, "late") if proposal is None else _enrolment(request, proposal)


def _enrolment(request: Request, proposal: Proposal, *, wrong: bool = False) -> Response:
    status = 403 if wrong else 200
    return entry.asked(
        request, ENROLMENT, "enrolment.html", status, proposal=proposal, qr=picture(proposal.uri), wrong=wrong
    )


async def submit_enrolment(request: Request) -> Response:
    """``POST /manage/sign-in/second-factor``: a first code of the app sets it up, and signs in."""
    it, step = shell(request), entry.held(request)
    fields = await posted(request)
    if not entry.from_our_page(request) or not entry.from_this_browser(request, fields, ENROLMENT):
        return it.answers.neutral(FORGED)
    ticket, code = fields.get("ticket", "")[:1000], fields.get("code", "")[:100]
    outcome = await it.services.membership.enrol(step, ticket, code, network(request))
    if outcome.session is not None:
        onward = request.url_for("links", site=outcome.site).path
        page = it.pages.answer("recovery_codes.html", codes=outcome.recovery, onward=onward)
        return await entry.come_in(request, outcome, page)
    proposal = await it.services.membership.proposal(step, ticket)
    return entry.anew(request, "late") if proposal is None else _enrolment(request, proposal, wrong=True)
