"""Signing in elsewhere: a browser is sent to an identity provider from a gate or the members' door, and comes back.

A form begins it, since a GET begins nothing; a page of ours then sends the browser on. A redirect would not do: browsers
hold `form-action` against every redirect that follows a form, and where a provider redirects to cannot be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from attrs import frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.elsewhere import Arrived, SentAway
from exshare_core.errors import AdapterFailed, Broken, Busy, InvalidValue
from exshare_core.values import SiteId, site_id
from exshare_core.visiting import Submission
from exshare_web import cookies, languages
from exshare_web.answers import FORGED, TOO_MANY
from exshare_web.brand import own_site
from exshare_web.languages import msg
from exshare_web.manager import entry
from exshare_web.manager.session import posted
from exshare_web.manager.sign_in import PURPOSE
from exshare_web.origins import same_origin
from exshare_web.visitor.request import GATES, caller, fresh_caller, in_frame, keep_session, link_path, network, shell

_log = structlog.get_logger()


async def leave_link(request: Request) -> Response:
    """``POST /s/{segment}/sign-in/{provider}``: from a gate to a provider of the link's site.

    In a tab of its own, never in a frame: no provider lets itself be framed (spec G4).
    """
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    if in_frame(request):
        return RedirectResponse(link_path(request), 303)
    segment, name = request.path_params["segment"], request.path_params["provider"]
    browser = _browser(request) or it.services.tokens.token()
    sent = await it.services.elsewhere.leave_link(segment, caller(request), browser, name)
    if sent.anew_at is not None:
        return _at_its_own_host(request, sent.anew_at)
    if sent.opening is None:
        return _sent(request, sent, browser, back=link_path(request))
    if sent.opening.admission is not None or sent.opening.answer in GATES:
        return RedirectResponse(link_path(request), 303)
    return it.answers.closed(sent.opening)


async def by_address(request: Request, address: str) -> Response | None:
    """The way to the provider that knows the domain of an address typed at a gate; None where there is none.

    None as well in a frame and while that provider cannot be asked: a mailbox can then be proved by a code, if that is
    what is asked.
    """
    it, segment = shell(request), request.path_params["segment"]
    if in_frame(request) or not it.services.elsewhere.knows(address):
        return None
    browser = _browser(request) or it.services.tokens.token()
    sent = await it.services.elsewhere.leave_by_address(segment, caller(request), browser, address)
    if sent.anew_at is not None:
        return _at_its_own_host(request, sent.anew_at)
    if sent.failure is not None:
        _noted(sent.failure)
    if sent.opening is not None and not sent.opening.answer.asks and sent.opening.admission is None:
        # It has been looked up, judged and counted: a second look would count twice
        return it.answers.closed(sent.opening)
    if sent.url is None and not sent.wait:
        return None
    return _sent(request, sent, browser, back=link_path(request))


async def leave_as_member(request: Request) -> Response:
    """``POST /manage/sign-in/with/{site}/{provider}``: from the members' door to a provider of the site."""
    it = shell(request)
    if not entry.from_our_page(request):
        return it.answers.neutral(FORGED)
    if not entry.from_this_browser(request, await posted(request), PURPOSE):
        return entry.anew(request, "late")
    site, browser = _site(request), _browser(request) or it.services.tokens.token()
    if site is None:
        return it.answers.stranger(Answer.UNKNOWN)
    name = request.path_params["provider"]
    sent = await it.services.elsewhere.leave_as_member(site, name, network(request), browser)
    if not sent.title:
        return it.answers.stranger(Answer.UNKNOWN)
    return _sent(request, sent, browser, back=request.url_for("sign-in").path)


async def arrive(request: Request) -> Response:
    """``GET /sso/{site}/{provider}/callback``: takes what the browser brings, once, and goes on without it.

    A link's own gates judge who came; whatever is not provably the provider's answer to this very browser signs nobody
    in and changes nothing.
    """
    it, site = shell(request), _site(request)
    answer, browser = _answer(request), _browser(request)
    if in_frame(request) or answer is None or browser is None or site is None:
        return _problem(request, 403, LATE)
    who, secret = fresh_caller(request)
    arrived = await it.services.elsewhere.come_back(site, request.path_params["provider"], who, browser, answer)
    if arrived is None:
        return _problem(request, 403, LATE)
    if arrived.signed_in is not None:
        return await entry.come_in(request, arrived.signed_in)
    if arrived.submission is not None and not arrived.submission.wrong:
        return _at_gate(request, arrived, arrived.submission, secret)
    return _not_in(request, arrived)


@frozen
class Said:
    """What a person is told who was not signed in."""

    heading: str
    text: str
    again: str = msg("Try again")


LATE = Said(
    msg("This sign-in did not come through"),
    msg(
        "It took longer than ten minutes, was used before, or was begun in another browser. Open the page again from your "
        "link, or begin again where you signed in."
    ),
)
NOT_ADMITTED = Said(
    msg("With this sign-in the page cannot be opened"),
    msg("You are signed in, but this page is for others. If you have another account, sign in with that one."),
    msg("Back to the page"),
)
UNREACHABLE = Said(
    msg("{title} cannot be reached just now"),
    msg(
        "Nothing is wrong on your side. Please try again in a moment, or use another way to sign in where there is one."
    ),
    msg("Back"),
)
UNUSABLE = Said(
    msg("Signing in with {title} did not work"),
    msg(
        "What came back could not be used, so nobody was signed in. If it happens again, please tell the people who run "
        "this service."
    ),
    msg("Back"),
)
DECLINED = Said(msg("You are not signed in"), msg("{title} has not signed you in."), msg("Back"))
STRANGER = Said(
    msg("You are no member here"),
    msg(
        "{title} has signed you in, but nobody here is known by that name, or not any more. Ask the people who run this "
        "service to let you in, and tell them these two lines:"
    ),
    msg("Back"),
)


def _at_its_own_host(request: Request, site: SiteId) -> Response:
    """On to the same gate at the host of the link's site, where the provider will send the browser back to."""
    it = shell(request)
    own = it.services.own_urls[site]
    return it.pages.answer("leaving.html", url=f"{own}/s/{request.path_params['segment']}", title=urlsplit(own).netloc)


def _sent(request: Request, sent: SentAway, browser: str, *, back: str) -> Response:
    """The page that sends a browser on, with the cookie by which it will be known again; or why it stays here."""
    it = shell(request)
    if sent.wait:
        return it.answers.neutral(TOO_MANY, sent.wait.total_seconds())
    if sent.url is None:
        assert sent.failure is not None
        _noted(sent.failure)
        return _failed(request, sent.failure, sent.title, back)
    response: Response = it.pages.answer("leaving.html", url=sent.url, title=sent.title)
    cookies.write(response, cookies.AWAY, browser, secure=it.services.secure)
    return response


def _at_gate(request: Request, arrived: Arrived, submission: Submission, secret: str) -> Response:
    """On to the link, with its clean address: to the next gate, or to the page."""
    if submission.answer is not Answer.ALLOW and submission.answer not in GATES:
        return shell(request).answers.stranger(submission.answer)
    response = RedirectResponse(link_path(request, arrived.segment), 303)
    if submission.fresh:
        keep_session(request, response, secret)
    return response


def _not_in(request: Request, arrived: Arrived) -> Response:
    back = request.url_for("sign-in").path if arrived.segment is None else link_path(request, arrived.segment)
    if arrived.failure is not None:
        _noted(arrived.failure)
        return _failed(request, arrived.failure, arrived.title, back)
    if arrived.declined is not None:
        return _problem(request, 403, DECLINED, arrived.title, back, words=arrived.declined.words)
    if arrived.stranger is not None:
        lines = (arrived.stranger.issuer, arrived.stranger.name)
        return _problem(request, 403, STRANGER, arrived.title, back, lines=lines)
    return _problem(request, 403, NOT_ADMITTED, arrived.title, back)


def _failed(request: Request, failure: AdapterFailed, title: str, back: str) -> Response:
    busy = isinstance(failure, Busy)
    return _problem(request, 503 if busy else 502, UNREACHABLE if busy else UNUSABLE, title, back)


def _problem(
    request: Request,
    status: int,
    said: Said,
    title: str = "",
    back: str = "",
    *,
    words: str = "",
    lines: tuple[str, ...] = (),
) -> Response:
    it, say = shell(request), languages.current().say
    return it.pages.answer(
        "not_signed_in.html",
        status,
        heading=say(said.heading).format(title=title),
        text=say(said.text).format(title=title),
        again=say(said.again),
        back=back,
        words=words,
        lines=lines,
        contact=it.services.contact,
    )


def _noted(failure: AdapterFailed) -> None:
    """For the operator: the adapter's sentence says what is wrong with the provider, and repeats nothing secret."""
    said = _log.warning if isinstance(failure, Broken) else _log.info
    said("sign-in elsewhere failed", failure=type(failure).__name__, reason=str(failure))


def _browser(request: Request) -> str | None:
    """The random id by which this browser is known while it is away."""
    return cookies.read(request, cookies.AWAY, secure=shell(request).services.secure)


def _answer(request: Request) -> Mapping[str, str] | None:
    """What the browser brought; None where something is said twice (RFC 6749 3.1)."""
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


def _site(request: Request) -> SiteId | None:
    """The site that the path names; None for no site, and at the own host of another."""
    try:
        site = site_id(request.path_params["site"])
    except InvalidValue:
        return None
    return site if own_site(request.scope) in (None, site) else None
