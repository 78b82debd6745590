"""The link itself: ``GET`` judges and shows the next gate or the page, ``POST`` brings a proof or opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import evolve
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.visiting import Caller, Opening, Submission
from exshare_web import elsewhere
from exshare_web.account import at_gate
from exshare_web.answers import FORGED, TOO_MANY
from exshare_web.fields import text_fields
from exshare_web.headers import framed
from exshare_web.origins import comes_from, same_origin
from exshare_web.visitor import previews
from exshare_web.visitor.pages import show_page
from exshare_web.visitor.request import GATES, caller, fresh_caller, in_frame, keep_session, link_path, opened, shell

MAX_FIELD = 1000
"""Characters of a field that are read; no password, address or code is longer."""
MOST_FIELDS = 10
SIGN_IN = (Answer.ASK_SIGN_IN, Answer.ASK_SSO)
WHO = (Answer.ASK_ADDRESS, Answer.ASK_SIGN_IN)
"""What an account here can answer."""
TOKEN = "visitor"
"""The parameter of an address by which another host names its visitor (spec G11)."""


async def show_link(request: Request) -> Response:
    """``GET /s/{segment}``: the next gate, or the root of the share. Uses nothing up but a token in its host's frame."""
    token = request.query_params.get(TOKEN)
    if token is not None:
        return await _introduced(request, token)
    if previews.GRANT in request.query_params and (preview := await previews.show(request)) is not None:
        return preview
    opening = await opened(request)
    response = await _shown(request, opening)
    if opening.answer is Answer.ASK_OPEN and opening.ask is not None:
        # Whoever presses the Open button twice must be the same visitor both times.
        who, secret = fresh_caller(request)
        if who.session is None and (opening.ask.frames or not who.framed):
            keep_session(request, response, secret)
    return response


async def submit(request: Request) -> Response:
    """``POST /s/{segment}``: a password, an address, a code, terms, a token in the address, or the Open button."""
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    if previews.GRANT in request.query_params and (preview := await previews.begin(request)) is not None:
        return preview
    fields = dict(await text_fields(request, most=MOST_FIELDS, longest=MAX_FIELD))
    if "way" in fields:
        return await _other_way(request, fields["way"])
    if "address" in fields and not {"password", "code"} & fields.keys():
        away = await elsewhere.by_address(request, fields["address"])
        if away is not None:
            return away
    return await _brought(request, fields)


async def _other_way(request: Request, way: str) -> Response:
    """To an account, or through with one, if that is what the gate asks; else what a GET would answer."""
    opening = await opened(request)
    answer = await at_gate.chosen(request, opening, way) if opening.answer in WHO else None
    return await _shown(request, opening) if answer is None else answer


async def _introduced(request: Request, token: str) -> Response:
    """Ask whom another host names whether they wish to go on as that; in a frame of that host they have said so.

    A token that lets nobody in leads to where its bearer stands without it. None is ever shown again.
    """
    segment = request.path_params["segment"]
    met = await shell(request).services.visiting.introduced(segment, caller(request), token)
    ask = met.submission.ask
    if met.address is None or ask is None:
        return await _answered(request, met.submission, "")
    if request.method == "GET" and in_frame(request) and comes_from(request, ask.frames):
        return await _brought(request, {"signed": "1"})
    page = shell(request).pages.answer(
        "gate_signed.html", ask=ask, wrong=False, address=str(met.address), here=link_path(request)
    )
    return framed(page, ask.frames)


async def _brought(request: Request, fields: Mapping[str, str]) -> Response:
    who, secret = fresh_caller(request)
    submission = await _submitted(request, who, fields)
    if submission is None:
        return await show_link(request)
    response = await _answered(request, submission, fields.get("address", ""))
    if submission.fresh:
        keep_session(request, response, secret)
    return response


async def _submitted(request: Request, who: Caller, fields: Mapping[str, str]) -> Submission | None:
    """What came of the form; None for one that is none of ours, and brings nothing."""
    visiting = shell(request).services.visiting
    segment = request.path_params["segment"]
    if "password" in fields:
        return await visiting.try_password(segment, who, fields["password"])
    if "code" in fields:
        return await visiting.try_code(segment, who, fields.get("address", ""), fields["code"])
    if "address" in fields:
        asked = await visiting.ask_code(segment, who, fields["address"])
        # Where signing in is what is asked, an address can only have been meant to say where
        return evolve(asked, malformed=True) if asked.answer in SIGN_IN else asked
    if "terms" in fields:
        return await visiting.accept_terms(segment, who, fields["terms"])
    if "signed" in fields:
        return await visiting.redeem(segment, who, request.query_params.get(TOKEN, ""))
    if "open" in fields:
        return await visiting.begin(segment, who)
    return None


async def _answered(request: Request, submission: Submission, address: str) -> Response:
    it = shell(request)
    if submission.wait > timedelta():
        too_many = it.answers.neutral(TOO_MANY, submission.wait.total_seconds())
        return too_many if submission.ask is None else framed(too_many, submission.ask.frames)
    if submission.answer is not Answer.ALLOW and submission.answer not in GATES:
        return it.answers.stranger(submission.answer)
    if submission.wrong or submission.malformed or submission.code_sent:
        return await _gate(request, submission, address)
    return RedirectResponse(link_path(request), 303)


async def _shown(request: Request, opening: Opening) -> Response:
    if opening.admission is not None:
        return await show_page(request, opening.admission, None)
    if opening.answer in GATES:
        return await _gate(
            request, Submission(opening.answer, ask=opening.ask), preview=previews.banner(opening.preview)
        )
    return shell(request).answers.closed(opening)


async def _gate(
    request: Request, submission: Submission, address: str = "", preview: previews.Banner | None = None
) -> Response:
    """One gate's page. A wrong proof is answered 403 with the same bytes, whatever was wrong with it (spec G8)."""
    it, ask = shell(request), submission.ask
    assert ask is not None
    await it.speak_for(ask.site)
    code = submission.answer is Answer.ASK_ADDRESS and submission.code_sent
    asks_who = submission.answer in WHO
    ways = it.services.ways_of(ask.site).past(submission.answer)
    page = it.pages.answer(
        "gate_code.html" if code else GATES[submission.answer],
        403 if submission.wrong or submission.malformed else 200,
        ask=ask,
        answer=submission.answer.value,
        wrong=submission.wrong,
        malformed=submission.malformed,
        address=address,
        here=link_path(request),
        ways=evolve(ways, new_tab=in_frame(request)),
        signed_in_as=await at_gate.signed_in_as(request, ask.site) if ways.accounts and asks_who and not code else "",
        contact=it.services.contacts.get(ask.site, ""),
        preview=preview,
    )
    return framed(page, ask.frames)
