"""What an account is for: the shares that it has opened, to be opened again with one press (spec V11)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.joining.recognising import Recognised
from exshare_core.values import LinkId
from exshare_web.account.place import Place, base
from exshare_web.visitor.request import shell


async def show(request: Request, place: Place, here: Recognised) -> Response:
    """``GET /account/{site}``: nothing of what is in the shares, only the way to them."""
    shares = await shell(request).services.joining.shares(here)
    return place.page(request, "external_home.html", address=str(here.address), shares=shares)


async def forget(request: Request, place: Place, here: Recognised) -> Response:
    """``POST /account/{site}/forget``: take a share off the list."""
    await shell(request).services.joining.forget_share(here, LinkId(place.fields.get("link", "")))
    return RedirectResponse(base(request, place.site), 303)
