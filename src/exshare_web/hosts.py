"""Which host answers what, where members have a host of their own (spec M11).

Shared pages are hostile content; the browser keeps what it knows of one host from another. So members' and admins' pages
and the API are on the members' host and on no other, links and visitors' accounts on the visitors'. What is asked of the
wrong host, or of one that is not ours, is answered as an address where nothing is.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from exshare_core.decisions import Answer
from exshare_web.answers import Answers

OF_VISITORS = ("/s", "/account")
OF_MEMBERS = ("/manage", "/api", "/badge")
OF_BOTH = ("/static", "/brand", "/sso", "/robots.txt")
"""Where paths begin that one host answers, the other, or both: an identity provider sends back to where people left."""

OF_ALL = ("/healthz", "/readyz")
"""What is asked by whoever watches over the machines, by whatever name."""


class Hosts:
    """Answers on each host what belongs there. Without a host of the members' own, every host answers everything."""

    def __init__(self, app: ASGIApp, *, answers: Answers, visitors: str, members: str) -> None:
        self.app = app
        self.answers = answers
        self.apart = visitors != members
        self.paths: dict[str, tuple[str, ...]] = {
            urlsplit(visitors).netloc: (*OF_VISITORS, *OF_BOTH),
            urlsplit(members).netloc: (*OF_MEMBERS, *OF_BOTH),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what belongs to the host that is asked."""
        if self.apart and scope["type"] == "http" and not self._belongs(scope):
            await self.answers.stranger(Answer.UNKNOWN)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _belongs(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "").lower()
        usual = host.removesuffix(":443").removesuffix(":80")
        here = self.paths.get(host) or self.paths.get(usual, ())
        return _below(scope["path"], (*here, *OF_ALL))


def _below(path: str, begins: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in begins)
