"""Which host answers what, where members or sites have hosts of their own (spec M11, V9).

Shared pages are hostile content; the browser keeps what it knows of one host from another. So members' and admins' pages
and the API are on the members' host and on no other, links and visitors' accounts on the visitors'. A site's own host
answers what is of that site and nothing of another. What is asked of the wrong host, or of one that is not ours, is
answered as an address where nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from exshare_core.decisions import Answer
from exshare_core.values import SiteId
from exshare_web.answers import Answers
from exshare_web.brand import PLAIN, wearing

OF_VISITORS = ("/s", "/account")
OF_MEMBERS = ("/manage", "/api", "/badge")
OF_BOTH = ("/static", "/brand", "/sso", "/robots.txt")
"""Where paths begin that one host answers, the other, or both: an identity provider sends back to where people left."""

OF_A_SITE = "/"
"""The front page, which a site's own host alone has; that of the members' host leads on to `MEMBERS_HOME`."""

MEMBERS_HOME = "/manage"

OF_ALL = ("/healthz", "/readyz")
"""What is asked by whoever watches over the machines, by whatever name."""


class Names:
    """The hosts by which a deployment is known, and the site that each is of."""

    def __init__(self, visitors: str, members: str, own: Mapping[SiteId, str]) -> None:
        self.apart = visitors != members or bool(own)
        """Whether it matters by which name something is asked; a deployment of one name answers by any."""
        self._paths: dict[str, tuple[str, ...]] = {}
        for url, begins in ((visitors, OF_VISITORS), (members, OF_MEMBERS)):
            host = urlsplit(url).netloc
            self._paths[host] = (*self._paths.get(host, OF_BOTH), *begins)
        self._sites = {urlsplit(url).netloc: site for site, url in own.items()}
        self._members = {urlsplit(members).netloc} - {urlsplit(visitors).netloc}

    def site_of(self, scope: Scope) -> SiteId | None:
        """The site whose own host is asked; None for every other host."""
        return next((self._sites[name] for name in _named(scope) if name in self._sites), None)

    def belongs(self, scope: Scope) -> bool:
        """Whether what is asked for is to be found on the host that is asked."""
        path = scope["path"]
        if _below(path, OF_ALL) or not self.apart:
            return True
        if self.site_of(scope) is not None:
            return path == OF_A_SITE or _below(path, (*OF_VISITORS, *OF_BOTH))
        return any(_below(path, self._paths.get(name, ())) for name in _named(scope))

    def leads_on(self, scope: Scope) -> bool:
        """Whether what is asked for is the front page of a host that members have for themselves."""
        asked = scope["path"] == OF_A_SITE and scope["method"] in ("GET", "HEAD")
        return asked and any(name in self._members for name in _named(scope))

    def knows(self, scope: Scope) -> bool:
        """Whether the host that is asked is one of ours; a deployment of one name knows every host."""
        return not self.apart or any(name in self._paths or name in self._sites for name in _named(scope))


class Hosts:
    """Answers on each host what belongs there. Without any host of its own, every host answers everything."""

    def __init__(self, app: ASGIApp, *, answers: Answers, names: Names) -> None:
        self.app = app
        self.answers = answers
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what belongs to the host that is asked."""
        if scope["type"] != "http" or self.names.belongs(scope):
            await self.app(scope, receive, send)
        elif self.names.leads_on(scope):
            await RedirectResponse(MEMBERS_HOME, 303)(scope, receive, send)
        elif self.names.knows(scope):
            await self.answers.stranger(Answer.UNKNOWN)(scope, receive, send)
        else:
            with wearing(PLAIN):  # who tries addresses by their numbers alone is not told whose they are
                await self.answers.stranger(Answer.UNKNOWN)(scope, receive, send)


def _named(scope: Scope) -> tuple[str, str]:
    """The host as it is named, and without the port that goes without saying; nothing where two are named (RFC 9112 3.2)."""
    hosts = Headers(scope=scope).getlist("host")
    host = hosts[0].lower() if len(hosts) == 1 else ""
    return host, host.removesuffix(":443").removesuffix(":80")


def _below(path: str, begins: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in begins)
