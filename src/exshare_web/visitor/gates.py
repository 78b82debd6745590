"""The link itself: ``GET`` judges and shows the next gate or the page, ``POST`` brings a proof or opens."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.visiting import Submission
from exshare_web import cookies
from exshare_web.answers import FORGED, TOO_MANY
from exshare_web.origins import same_origin
from exshare_web.visitor.pages import show_page
from exshare_web.visitor.request import caller, fresh_caller, shell

GATES = {Answer.ASK_PASSWORD: "gate_password.html", Answer.ASK_ADDRESS: "gate_address.html", Answer.ASK_OPEN: "gate_open.html"}
MAX_FIELD = 1000


async def show_link(request: Request) -> Response:
    """``GET /s/{segment}``: the next gate, or the root of the share. Uses nothing up."""
    it = shell(request)
    segment = request.path_params["segment"]
    opening = await it.services.visiting.open(segment, caller(request))
    if opening.admission is not None:
        return await show_page(request, opening.admission, None)
    if opening.answer in GATES:
        return _gate(request, opening.answer, Submission(opening.answer))
    return it.answers.stranger(opening.answer)


async def submit(request: Request) -> Response:
    """``POST /s/{segment}``: a password, an address, a code, or the Open button."""
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    segment = request.path_params["segment"]
    async with request.form(max_files=0, max_fields=10) as form:
        fields = {key: value[:MAX_FIELD] for key, value in form.items() if isinstance(value, str)}
    who, secret = fresh_caller(request)
    visiting = it.services.visiting
    if "password" in fields:
        submission = await visiting.try_password(segment, who, fields["password"])
    elif "code" in fields:
        submission = await visiting.try_code(segment, who, fields.get("address", ""), fields["code"])
    elif "address" in fields:
        submission = await visiting.ask_code(segment, who, fields["address"])
    else:
        submission = await visiting.begin(segment, who)
    return _answered(request, submission, fields.get("address", ""), secret)


def _answered(request: Request, submission: Submission, address: str, secret: str) -> Response:
    it = shell(request)
    if submission.wait > timedelta():
        return it.answers.neutral(TOO_MANY, submission.wait.total_seconds())
    response: Response
    if submission.answer is Answer.ALLOW or (submission.answer in GATES and _passed(submission)):
        response = RedirectResponse(request.url_for("link", segment=request.path_params["segment"]).path, 303)
    elif submission.answer in GATES:
        response = _gate(request, submission.answer, submission, address)
    else:
        return it.answers.stranger(submission.answer)
    cookies.write(response, cookies.VISITOR, secret, secure=it.services.secure)
    return response


def _passed(submission: Submission) -> bool:
    return not (submission.wrong or submission.malformed or submission.code_sent)


def _gate(request: Request, answer: Answer, submission: Submission, address: str = "") -> HTMLResponse:
    """One gate's page. A wrong proof is answered 403 with the same bytes, whatever was wrong with it (spec G8)."""
    status = 403 if submission.wrong or submission.malformed else 200
    template = GATES[answer]
    if answer is Answer.ASK_ADDRESS and submission.code_sent:
        return shell(request).pages.answer("gate_code.html", status, address=address, wrong=submission.wrong)
    return shell(request).pages.answer(
        template, status, wrong=submission.wrong, malformed=submission.malformed
    )
