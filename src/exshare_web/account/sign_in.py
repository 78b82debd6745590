"""Signing in with an account and out again, and going on to the link that somebody came from."""

from __future__ import annotations

from attrs import evolve
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.joining.recognising import Entered, Recognised
from exshare_core.limiting import KNOWN_LIFE
from exshare_core.visiting import Submission
from exshare_web import cookies
from exshare_web.account.place import Place, base
from exshare_web.answers import TOO_MANY
from exshare_web.languages import msg
from exshare_web.visitor.request import GATES, link_path, shell

NOTES = {
    "late": msg("That took too long. Please sign in once more."),
    "gone": msg("Your account is deleted, and everything that was stored of it."),
    "out": msg("You are signed out."),
}
"""What the page may say above the form, by the word that its address ends in."""


async def show(request: Request, place: Place) -> Response:
    """``GET /account/{site}/sign-in``; who is signed in goes to their shares."""
    if await shell(request).services.joining.recognised(place.site, place.caller) is not None:
        return RedirectResponse(base(request, place.site), 303)
    return form(request, place)


def form(request: Request, place: Place, status: int = 200, *, wrong: bool = False, address: str = "") -> Response:
    """The form to sign in with."""
    note = next((text for word, text in NOTES.items() if word in request.query_params), "")
    return place.page(request, "external_sign_in.html", status, wrong=wrong, address=address, note=note)


async def submit(request: Request, place: Place) -> Response:
    """``POST /account/{site}/sign-in``: every refusal is the same refusal."""
    address, password = place.fields.get("address", ""), place.fields.get("password", "")
    outcome = await shell(request).services.joining.sign_in(
        place.site, place.caller, address, password, _known(request)
    )
    if outcome.account is None and not outcome.owes_code and not outcome.wait:
        return form(request, place, 403, wrong=True, address=address[:254])
    return await went_on(request, place, outcome)


async def show_code(request: Request, place: Place) -> Response:
    """``GET /account/{site}/sign-in/code``: asks for the second factor that is owed."""
    if not await shell(request).services.joining.owes_code(place.site, place.caller):
        return _anew(request, place)
    return place.page(request, "external_code.html", wrong=False)


async def submit_code(request: Request, place: Place) -> Response:
    """``POST /account/{site}/sign-in/code``: a code of the app, or a recovery code."""
    typed = place.fields.get("code") or place.fields.get("recovery", "")
    outcome = await shell(request).services.joining.bring_code(place.site, place.caller, typed[:100], _known(request))
    if outcome.owes_code:
        return place.page(request, "external_code.html", 403, wrong=True)
    return await went_on(request, place, outcome)


async def went_on(request: Request, place: Place, outcome: Entered) -> Response:
    """What follows a step that was not refused: a wait, a code, the beginning, or the link and the shares."""
    if outcome.wait:
        return shell(request).answers.neutral(TOO_MANY, outcome.wait.total_seconds())
    if outcome.owes_code:
        return place.page(request, "external_code.html", wrong=False)
    if outcome.account is None:
        return _anew(request, place)
    response = await _onward(request, place)
    if outcome.browser is not None:
        secure, seconds = shell(request).services.secure, int(KNOWN_LIFE.total_seconds())
        cookies.write(response, cookies.KNOWN_VISITOR, outcome.browser, secure=secure, seconds=seconds)
    return place.renewed(request, response)


async def _onward(request: Request, place: Place) -> Response:
    """To the link that they came from, with the sign-in that has just been made, or to their shares."""
    if not place.at:
        return RedirectResponse(base(request, place.site), 303)
    joining = shell(request).services.joining
    who = evolve(place.caller, session=place.caller.fresh, fresh=None)
    here = await joining.recognised(place.site, who)
    if here is None:
        return _anew(request, place)
    return _at_link(request, place, here, await joining.go_on(place.at, who, here))


async def go_on(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/go-on``: to the gate of a link as who is signed in."""
    submission = await shell(request).services.joining.go_on(place.at, place.caller, here)
    response = _at_link(request, place, here, submission)
    return place.renewed(request, response) if submission.fresh else response


def _at_link(request: Request, place: Place, here: Recognised, submission: Submission) -> Response:
    """The link itself says what comes next, unless it does not let this account in."""
    answers = shell(request).answers
    if submission.wait:
        return answers.neutral(TOO_MANY, submission.wait.total_seconds())
    if submission.answer is not Answer.ALLOW and submission.answer not in GATES:
        return answers.stranger(submission.answer)
    if submission.wrong:
        return place.page(request, "external_refused.html", 403, address=str(here.address))
    return RedirectResponse(link_path(request, place.at), 303)


async def sign_out(request: Request, place: Place) -> Response:
    """``POST /account/{site}/sign-out``: ends what was opened by signing in, too. From a gate it leads back to it."""
    await shell(request).services.joining.sign_out(place.site, place.caller)
    if place.at:
        return form(request, place)
    return RedirectResponse(f"{base(request, place.site)}/sign-in?out", 303)


def _anew(request: Request, place: Place) -> Response:
    return RedirectResponse(f"{base(request, place.site)}/sign-in?late", 303)


def _known(request: Request) -> str | None:
    """What an earlier sign-in gave this browser to keep."""
    return cookies.kept(request, cookies.KNOWN_VISITOR, secure=shell(request).services.secure)
