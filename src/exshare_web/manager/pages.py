"""The frame of every page of members, and what is said and answered when something is refused or fails."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import AdapterFailed, Busy, ExshareError, InvalidValue, Stale
from exshare_web.manager.forms import errors_of
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell


async def framed(request: Request, desk: Desk, template: str, status: int = 200, **values: object) -> Response:
    """The rendered template in the frame: who is signed in, on which site, and where they can go from here."""
    it = shell(request)
    return it.pages.answer(
        template,
        status,
        member=desk.member,
        site=desk.site,
        sites=[one for one in it.services.sharing if desk.member.belongs_to(one)],
        csrf=desk.csrf,
        base=base(request, desk),
        governs=desk.member.admin or bool(await desk.governing.spaces(desk.member)),
        **values,
    )


def base(request: Request, desk: Desk) -> str:
    """The path below which all pages of the site are."""
    return request.url_for("links", site=desk.site).path.removesuffix("/links")


def errors_by_field(error: ExshareError) -> Mapping[str, str]:
    """What was wrong, by field; a refusal concerns the form as a whole."""
    return errors_of(error) if isinstance(error, InvalidValue) else {"": said(error)}


def said(error: ExshareError) -> str:
    """The error as a sentence."""
    if isinstance(error, AdapterFailed):
        return "Confluence cannot be asked right now. Nothing was changed; please try again in a moment."
    text = error.said if isinstance(error, InvalidValue) else str(error)
    return f"{text[:1].upper()}{text[1:]}."


def status_of(error: ExshareError) -> int:
    """The HTTP status of the page that shows the error."""
    if isinstance(error, AdapterFailed):
        return 503 if isinstance(error, Busy) else 502
    if isinstance(error, Stale):
        return 412
    return 400 if isinstance(error, InvalidValue) else 403
