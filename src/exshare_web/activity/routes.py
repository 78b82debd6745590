"""The routes of the activity. Every one asks for a signed-in member of the site by itself, and the use case for the right."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from exshare_web.activity import chain, pages
from exshare_web.admin.guard import governed


def activity_routes() -> list[BaseRoute]:
    """What members see of what happened: of their links, and admins of more."""
    activity = "/manage/{site}/activity"
    return [
        Route(activity, governed(pages.show), methods=["GET"], name="activity"),
        Route(f"{activity}.csv", governed(pages.export("csv")), methods=["GET"]),
        Route(f"{activity}.json", governed(pages.export("json")), methods=["GET"]),
        Route(f"{activity}/chain", governed(chain.show), methods=["GET"]),
        Route(f"{activity}/chain", governed(chain.verify), methods=["POST"]),
        Route("/manage/{site}/failures", governed(chain.show_failures), methods=["GET"]),
    ]
