"""From a request to what the use cases take: who calls, from where, with which session."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from attrs import evolve, frozen
from starlette.requests import Request

from exshare_core.decisions import Answer
from exshare_core.values import IPAddress, Token, network_address
from exshare_core.visiting import Caller
from exshare_web import cookies
from exshare_web.answers import Answers
from exshare_web.rendering import Pages
from exshare_web.services import Services

GATES: Mapping[Answer, str] = {
    Answer.ASK_PASSWORD: "gate_password.html",
    Answer.ASK_ADDRESS: "gate_address.html",
    Answer.ASK_SIGN_IN: "gate_sign_in.html",
    Answer.ASK_SSO: "gate_sign_in.html",
    Answer.ASK_TERMS: "gate_terms.html",
    Answer.ASK_OPEN: "gate_open.html",
}
"""What a visitor can be asked for, and the page that asks it."""


@frozen
class Shell:
    """What the endpoints share; it lies on the application's state."""

    services: Services
    pages: Pages
    answers: Answers


def shell(request: Request) -> Shell:
    """The shell of the application that this request came to."""
    it = request.app.state.shell
    assert isinstance(it, Shell)
    return it


def link_path(request: Request, segment: str | None = None) -> str:
    """The path of the link that a request is about, or of the one that `segment` names.

    Of the host that a request names nothing is ever repeated, and of what stands before the token nothing is obeyed.
    """
    path = request.app.url_path_for("link", segment=segment or request.path_params["segment"])
    return quote(f"{request.scope.get('root_path', '')}{path}")


def network(request: Request) -> IPAddress | None:
    """The visitor's address; forwarded headers count only where the server was told to trust the proxy (spec G5)."""
    return None if request.client is None else network_address(request.client.host)


def caller(request: Request) -> Caller:
    """Who asks, with the session this browser already has."""
    secret = cookies.read(request, cookies.VISITOR, secure=shell(request).services.secure)
    return Caller(network(request), None if secret is None else Token(secret).digest)


def fresh_caller(request: Request) -> tuple[Caller, str]:
    """The same for a request that may prove something, with the session id that the browser gets if it does."""
    secret = shell(request).services.tokens.token()
    return evolve(caller(request), fresh=Token(secret).digest), secret
