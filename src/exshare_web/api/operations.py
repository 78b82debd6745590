"""Every operation of the API, gathered from the modules that declare them, and the routes that follow from them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exshare_web.api import activity, addresses, branding, bulk, documents, keys, links, members, pages, policy, spaces
from exshare_web.api.calls import called
from exshare_web.api.declaring import ROOT, Done

OPERATIONS: tuple[Done, ...] = (
    *keys.OPERATIONS,
    *links.OPERATIONS,
    *bulk.OPERATIONS,
    *addresses.OPERATIONS,
    *policy.OPERATIONS,
    *branding.OPERATIONS,
    *spaces.OPERATIONS,
    *pages.OPERATIONS,
    *members.OPERATIONS,
    *activity.OPERATIONS,
)


def api_routes() -> list[BaseRoute]:
    """The routes of the API, its document and its page."""
    return [
        *(
            Route(one.address, called(one), methods=[one.method], middleware=one.middleware, name=f"api {one.summary}")
            for one in OPERATIONS
        ),
        Route(f"{ROOT}/openapi.json", _document, methods=["GET"], name="openapi"),
        Route(ROOT, _page, methods=["GET"], name="api"),
    ]


async def _document(request: Request) -> Response:
    return documents.document(OPERATIONS)


async def _page(request: Request) -> Response:
    return documents.page(request, OPERATIONS)
