"""The application: routes, middleware and the error table, as plain lists."""

from __future__ import annotations

from importlib import resources

import structlog
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed
from exshare_web.account.routes import account_routes
from exshare_web.activity.routes import activity_routes
from exshare_web.admin.routes import admin_routes
from exshare_web.answers import FAILED, UNREADABLE, Answers
from exshare_web.api import problems
from exshare_web.api.declaring import ROOT
from exshare_web.api.operations import api_routes
from exshare_web.badges import badge_routes
from exshare_web.brand import Dressing, Wardrobe
from exshare_web.headers import SecurityHeaders
from exshare_web.hosts import Hosts, Names
from exshare_web.languages import Speaking
from exshare_web.logs import RequestLog
from exshare_web.manager.routes import manager_routes
from exshare_web.rendering import Pages
from exshare_web.routes import plain_routes, visitor_routes
from exshare_web.services import Services
from exshare_web.visitor.request import Shell, shell

MAX_BODY = 64 * 1024
"""Bytes of a form; those of members that hold whole texts may be larger."""

_log = structlog.get_logger()


def create_app(services: Services) -> Starlette:
    """The service over `services`. Nothing is opened here; whoever made the services closes them."""
    pages = Pages()
    answers, wardrobe = Answers(pages, services.contact), Wardrobe(services.presenting)
    names = Names(services.base_url, services.manage_url, services.own_urls)
    static = StaticFiles(directory=str(resources.files("exshare_web") / "static"))
    app = Starlette(
        routes=[
            *visitor_routes(),
            *plain_routes(Mount("/static", static, name="static")),
            *account_routes(),
            *admin_routes(),
            *activity_routes(),
            *manager_routes(),
            *badge_routes(),
            *api_routes(),
        ],
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders, secure=services.secure),
            Middleware(Speaking, default=services.language, secure=services.secure),
            Middleware(
                Dressing,
                wardrobe=wardrobe,
                site_of=names.site_of,
                languages=services.languages,
                contacts=services.contacts,
            ),
            Middleware(LastResort, answers=answers),
            Middleware(Hosts, answers=answers, names=names),
            Middleware(InOurWords, answers=answers),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY),
        ],
        exception_handlers={
            HTTPException: _refused,
            AdapterFailed: _failed,
        },
    )
    # A redirect to a path without its slash would name the host that the request named.
    app.router.redirect_slashes = False
    app.state.shell = Shell(services, pages, answers, wardrobe)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    """No such route, or not by this method: the same page as for no such link. Else a form that made no sense."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _refusal(request.url.path, status, shell(request).answers)


def _refusal(path: str, status: int, answers: Answers) -> Response:
    if path.startswith(f"{ROOT}/"):
        return problems.of_status(status)
    if status in (404, 405):
        return answers.stranger(Answer.UNKNOWN)
    answer = answers.neutral(UNREADABLE)
    answer.status_code = status
    return answer


async def _failed(request: Request, error: Exception) -> Response:
    """The world behind a port failed where no endpoint expected it."""
    assert isinstance(error, AdapterFailed)
    _log.warning("request failed", failure=type(error).__name__, port=error.port, route=_route(request))
    return shell(request).answers.failure(error)


class InOurWords:
    """Says in our own words what the limit of bodies says in its own: to programs a problem, to browsers a page."""

    def __init__(self, app: ASGIApp, *, answers: Answers) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; another answer takes the place of the limit's."""
        replaced = False

        async def said(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == 413 and _is_plain(message):
                replaced = True
                await _refusal(scope["path"], 413, self.answers)(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, said)


def _is_plain(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")


class LastResort:
    """Catches what nothing else did: noted with its place in the code, never with values, never shown (ASVS 16.5.4).

    An answer that has begun cannot be mended; the connection is broken off, so that it never looks whole.
    """

    def __init__(self, app: ASGIApp, *, answers: Answers) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 if nothing was answered."""
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noticed)
        except Exception as caught:
            error = _behind(caught)
            if begun and isinstance(error, AdapterFailed):
                _log.warning("answer broken off", failure=type(error).__name__, port=error.port)
                return
            _log.error("request broke", failure=type(error).__name__, at=_place(error), answered=begun)
            if scope["type"] == "http" and not begun:
                await self.answers.neutral(FAILED)(scope, receive, send)


def _behind(error: Exception) -> BaseException:
    """What happened, where Starlette wraps it because the answer had begun."""
    return error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ is not None else error


def _route(request: Request) -> str:
    return getattr(request.scope.get("route"), "path", "none")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "unknown" if trace is None else f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
