"""The admins' routes. Every one asks for a signed-in member of the site by itself, and the use case for the right."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Route

from exshare_core.branding import LARGEST_ICON, LARGEST_LOGO
from exshare_web.admin import (
    branding,
    configurations,
    documents,
    explaining,
    history,
    layers,
    overview,
    schemes,
    spaces,
    switches,
)
from exshare_web.admin.guard import governed
from exshare_web.manager.routes import SETTINGS_BODY

LARGEST_DOCUMENT_BODY = 4 * 1024 * 1024
"""Bytes of a form that holds a document; browsers write some of its characters with three bytes, a line end with six."""

_PICTURES = (Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_LOGO + LARGEST_ICON + 64 * 1024),)
"""Both pictures at their largest, and what a form says around them."""

_LARGE = (Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_DOCUMENT_BODY),)


def admin_routes() -> list[BaseRoute]:
    """What admins meet, and the explanation of a link, which whoever may see the link can ask for."""
    policy = "/manage/{site}/policy"
    return [
        Route(policy, governed(overview.show), methods=["GET"], name="policy"),
        Route(f"{policy}/loosening", governed(overview.submit_loosening), methods=["POST"]),
        Route(f"{policy}/leavers", governed(overview.submit_leavers), methods=["POST"]),
        Route(f"{policy}/configurations", governed(configurations.create), methods=["POST"]),
        Route(f"{policy}/configurations/remove", governed(configurations.remove), methods=["POST"]),
        Route(f"{policy}/layer", governed(layers.show), methods=["GET"]),
        Route(f"{policy}/layer", governed(layers.submit), methods=["POST"], middleware=SETTINGS_BODY),
        Route(f"{policy}/space", governed(spaces.show), methods=["GET"]),
        Route(f"{policy}/space", governed(spaces.submit), methods=["POST"]),
        Route(f"{policy}/scheme", governed(schemes.show), methods=["GET"]),
        Route(f"{policy}/scheme", governed(schemes.submit), methods=["POST"]),
        Route(f"{policy}/switch", governed(switches.show), methods=["GET"]),
        Route(f"{policy}/switch", governed(switches.turn), methods=["POST"]),
        Route(f"{policy}/history", governed(history.show), methods=["GET"]),
        Route(f"{policy}/document", governed(documents.show), methods=["GET"]),
        Route(f"{policy}/document", governed(documents.submit), methods=["POST"], middleware=_LARGE),
        Route(f"{policy}/document.toml", governed(documents.download), methods=["GET"]),
        Route(f"{policy}/branding", governed(branding.show), methods=["GET"]),
        Route(f"{policy}/branding", governed(branding.submit), methods=["POST"], middleware=SETTINGS_BODY),
        Route(
            f"{policy}/branding/pictures",
            governed(branding.submit_pictures, largest_file=LARGEST_LOGO),
            methods=["POST"],
            middleware=_PICTURES,
        ),
        Route("/manage/{site}/links/{link}/explain", governed(explaining.show), methods=["GET"]),
    ]
