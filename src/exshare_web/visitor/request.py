"""From a request to what the use cases take: who calls, from where, with which session."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from attrs import evolve, field, frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.decisions import Answer
from exshare_core.values import IPAddress, SiteId, Token, network_address
from exshare_core.visiting import Caller, Opening
from exshare_web import cookies, languages
from exshare_web.answers import Answers
from exshare_web.brand import Wardrobe, own_site, wear
from exshare_web.rendering import Pages
from exshare_web.services import Services
from exshare_web.turns import Pace, Turns

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
    wardrobe: Wardrobe
    searches: Turns = field(factory=lambda: Turns(at_once=4, waiting=16))
    prints: Turns = field(factory=lambda: Turns(at_once=2, waiting=6))
    pace: Pace = field(factory=lambda: Pace(every=0.05))
    """Of what is read for documents, all of them together."""

    async def speak_for(self, site: SiteId) -> None:
        """Answer as a page of this site: in its language, unless another is wished for, and dressed as it is."""
        languages.prefer(self.services.languages.get(site))
        await wear(self.wardrobe, site)


def shell(request: Request) -> Shell:
    """The shell of the application that this request came to."""
    it = request.app.state.shell
    assert isinstance(it, Shell)
    return it


async def opened(request: Request, *, looks: bool = False) -> Opening:
    """The link that a request is about, judged for who asks. What an open one answers is dressed as its site's.

    With `looks` it changes nothing, whatever its method is, and may be part of a preview.
    """
    it = shell(request)
    who = caller(request)
    if looks and not who.framed:
        who = evolve(who, kept=_kept(request))
    opening = await it.services.visiting.open(request.path_params["segment"], who)
    if opening.admission is not None:
        await it.speak_for(opening.admission.link.site)
    return opening


def link_path(request: Request, segment: str | None = None) -> str:
    """The path of the link that a request is about, or of the one that `segment` names.

    Of the host that a request names nothing is ever repeated.
    """
    path = request.app.url_path_for("link", segment=segment or request.path_params["segment"])
    return f"{request.scope.get('root_path', '')}{path}"


def network(request: Request) -> IPAddress | None:
    """The visitor's address; forwarded headers count only where the server was told to trust the proxy (spec G5)."""
    return None if request.client is None else network_address(request.client.host)


def in_frame(request: Request) -> bool:
    """Whether what is asked for will be shown in a frame, as browsers say it of pages (Fetch Metadata)."""
    return request.headers.get(_DESTINATION) in ("iframe", "frame")


def caller(request: Request) -> Caller:
    """Who asks, with the session that this browser already has: in a frame one of the frame's own (spec G10)."""
    return _within(request) if in_frame(request) else _above(request)


def callers(request: Request) -> tuple[Caller, ...]:
    """Who may be asking: two where a picture or a file does not say whether the page that shows it is in a frame."""
    first, within = caller(request), _within(request)
    if first.framed or within.session is None or request.headers.get(_DESTINATION) in _PAGES:
        return (first,)
    return (within,) if first.session is None else (first, within)


def fresh_caller(request: Request) -> tuple[Caller, str]:
    """The same for a request that may prove something, with the session id that the browser gets if it does."""
    secret = shell(request).services.tokens.token()
    who = caller(request)
    return evolve(who, fresh=_framed_digest(request, secret) if who.framed else Token(secret).digest), secret


def keep_session(request: Request, response: Response, secret: str) -> None:
    """Give the browser the session id that `fresh_caller` gave for this request."""
    secure = shell(request).services.secure
    if in_frame(request):
        cookies.write_framed(response, _frames_cookie(request), secret, secure=secure)
    else:
        cookies.write(response, cookies.VISITOR, secret, secure=secure)


_DESTINATION = "sec-fetch-dest"
_PAGES = (None, "document")
"""What is said of a page in a window of its own; browsers that say nothing keep no sessions for frames either."""


def _above(request: Request) -> Caller:
    secret = cookies.read(request, cookies.VISITOR, secure=shell(request).services.secure)
    session = None if secret is None else Token(secret).digest
    site, language = own_site(request.scope), languages.wish()
    return Caller(network(request), session, kept=_preview(request), site=site, language=language)


def _preview(request: Request) -> str | None:
    """What a member's browser keeps of a preview. It looks, and so counts for nothing in a request that could change."""
    return _kept(request) if request.method in ("GET", "HEAD") else None


def _kept(request: Request) -> str | None:
    secure = shell(request).services.secure
    return cookies.kept(request, cookies.PREVIEW, secure=secure, longest=cookies.LONGEST_PREVIEW)


def _within(request: Request) -> Caller:
    secret = cookies.read(request, _frames_cookie(request), secure=shell(request).services.secure)
    session = None if secret is None else _framed_digest(request, secret)
    site, language = own_site(request.scope), languages.wish()
    return Caller(network(request), session, framed=True, site=site, language=language)


def _frames_cookie(request: Request) -> str:
    """The name of the cookie that a frame of this link has. The digest in it leads to nothing."""
    return f"{cookies.FRAME}-{hashlib.sha256(b'frame cookie' + _link_digest(request)).hexdigest()[:16]}"


def _framed_digest(request: Request, secret: str) -> bytes:
    """The digest of a frame's session id: no other link's and no window's own is ever the same."""
    return hashlib.sha256(b"frame session" + _link_digest(request) + secret.encode()).digest()


def _link_digest(request: Request) -> bytes:
    token = Token.parse(request.path_params["segment"])
    return b"" if token is None else token.digest
