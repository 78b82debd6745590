"""Every route of the service as data, and the written list of those that no link guards.

INVARIANT: a route under ``/s/`` passes `Visiting.open` (which judges by `decide()`), a content route also
`Visiting.page`, `Visiting.file`, `Visiting.lead`, `Visiting.search`, `Visiting.printed` or what stands beside a page, such as `Visiting.history` (all judge by
`reach()`). Every other route stands in `UNGUARDED` with its reason.
A test walks this table and proves it.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import BaseRoute, Mount, Route

from exshare_web import elsewhere
from exshare_web.health import live, ready, robots
from exshare_web.visitor import brand_files, discussion, files, gates, history, home, pages, printing, searching

UNGUARDED: Mapping[str, str] = {
    "/": "the front page of a site's own host: what its admins say there, and nothing of any link",
    "/healthz": "says that the process runs, and nothing else",
    "/readyz": "says that the storage answers, and nothing else",
    "/robots.txt": "asks crawlers to stay away from share links",
    "/brand": "colours, pictures and style sheets that sites show, each under a name made of its bytes",
    "/static": "our own style sheets, the same for everyone",
    "/sso": "where browsers come back from a provider: who is signed in there goes on to a link, which judges by itself",
    "/api/v1": "programs' way in: every operation below asks for an API key by itself; its description tells of no site",
    "/account": "pages of external people: they lead to nothing of a link, and who must be signed in is asked for by each",
    "/badge": "a sealed address of one page and one member, which ends; tells how many links that member may see, no more",
    "/manage": "members' pages: every endpoint below asks for a signed-in member by itself",
}
"""The routes outside ``/s/``, each with the reason why no link has to guard it."""


def visitor_routes() -> list[BaseRoute]:
    """What visitors meet. The order matters to nobody: no two of them match one address."""
    return [
        Route("/s/{segment}", gates.show_link, methods=["GET"], name="link"),
        Route("/s/{segment}", gates.submit, methods=["POST"], name="submit"),
        Route("/s/{segment}/sign-in/{provider}", elsewhere.leave_link, methods=["POST"], name="sign-in-at-gate"),
        Route("/s/{segment}/p/{page}", pages.show, methods=["GET"], name="page"),
        Route("/s/{segment}/p/{page}/comments", discussion.show, methods=["GET"], name="comments"),
        Route("/s/{segment}/p/{page}/history", history.show, methods=["GET"], name="history"),
        Route("/s/{segment}/p/{page}/history/{version}", history.show_version, methods=["GET"], name="version"),
        Route("/s/{segment}/p/{page}/compare", history.show_changes, methods=["GET"], name="compare"),
        Route("/s/{segment}/to/{page}", pages.lead, methods=["GET"], name="onward"),
        Route("/s/{segment}/p/{page}/pdf", printing.ask, methods=["GET"], name="print"),
        Route("/s/{segment}/p/{page}/pdf", printing.take, methods=["POST"], name="printed"),
        Route("/s/{segment}/find", searching.ask, methods=["GET"], name="search"),
        Route("/s/{segment}/find", searching.answer, methods=["POST"], name="found"),
        Route("/s/{segment}/a/{attachment}", files.fetch, methods=["GET"], name="file"),
    ]


def plain_routes(static: Mount) -> list[BaseRoute]:
    """The routes that lead to nothing of anybody's."""
    return [
        Route("/sso/{site}/{provider}/callback", elsewhere.arrive, methods=["GET"], name="callback"),
        Route("/healthz", live, methods=["GET"], name="live"),
        Route("/", home.show, methods=["GET"], name="home"),
        Route("/brand/{file}", brand_files.fetch, methods=["GET"], name="brand"),
        Route("/readyz", ready, methods=["GET"], name="ready"),
        Route("/robots.txt", robots, methods=["GET"], name="robots"),
        static,
    ]
