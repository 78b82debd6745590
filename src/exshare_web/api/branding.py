"""How the site looks to its visitors, over the API: seen and replaced as a whole, pictures included (spec V9)."""

from __future__ import annotations

import base64
import binascii

from attrs import evolve
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from exshare_core.api_keys import Operation
from exshare_core.branding import LARGEST_ICON, LARGEST_LOGO, Branding, Colour, Picture
from exshare_core.errors import InvalidValue
from exshare_core.governing.presenting import Presenting
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import DRY_RUN, Done
from exshare_web.visitor.request import shell

_LARGE = (Middleware(RequestBodyLimitMiddleware, max_body_size=2 * (LARGEST_LOGO + LARGEST_ICON)),)
"""Both pictures at their largest take a third more in Base64, and the texts stand beside them."""


async def show(call: Call) -> models.SiteLook:
    """How the site presents itself to its visitors now."""
    return _told(await _presenting(call).branding(call.member))


async def replace(call: Call, wanted: models.SiteLook) -> models.SiteLook:
    """Replace how the site presents itself, or only say what would be stored."""
    presenting = _presenting(call)
    saved = await presenting.branding(call.member)
    branding = evolve(
        saved,
        version=call.version,
        name=wanted.name,
        footer=wanted.footer,
        gate=wanted.gate,
        home=wanted.home,
        styles=wanted.styles,
        accent=None if wanted.accent is None else Colour.parse(wanted.accent, "accent"),
        dark=wanted.dark,
        logo=_picture(wanted.logo, LARGEST_LOGO, "logo"),
        icon=_picture(wanted.icon, LARGEST_ICON, "icon"),
    )
    if call.flag("dry_run"):
        return _told(await presenting.dry_run(call.member, branding))
    return _told(await presenting.change(call.member, branding))


def _presenting(call: Call) -> Presenting:
    return shell(call.request).services.presenting[call.site]


def _picture(text: str | None, most: int, field: str) -> Picture | None:
    if text is None:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValue(field, "is not Base64") from None
    return Picture.read(data, most, field)


def _told(branding: Branding) -> models.SiteLook:
    return models.SiteLook(
        version=branding.version,
        name=branding.name,
        footer=branding.footer,
        gate=branding.gate,
        home=branding.home,
        accent=None if branding.accent is None else str(branding.accent),
        dark=branding.dark,
        styles=branding.styles,
        logo=_encoded(branding.logo),
        icon=_encoded(branding.icon),
    )


def _encoded(picture: Picture | None) -> str | None:
    return None if picture is None else base64.b64encode(picture.data).decode("ascii")


OPERATIONS: tuple[Done, ...] = (
    Done(
        method="GET",
        path="/branding",
        summary="See how the site looks",
        needs=Operation.POLICY_READ,
        handler=show,
    ),
    Done(
        method="PUT",
        path="/branding",
        summary="Replace how the site looks",
        needs=Operation.POLICY_CHANGE,
        handler=replace,
        parameters=(DRY_RUN,),
        conditional=True,
        middleware=_LARGE,
    ),
)
