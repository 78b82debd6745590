"""How the page in hand is dressed: by the site that it is of, else as strangers see this deployment (spec V9).

What a site shows is read at most once a second and kept in memory alone. Strangers see a site's look only where there is
one site: with several, how a page looks would tell which site an address is of (spec G8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from attrs import define, evolve, field, frozen
from starlette.types import ASGIApp, Receive, Scope, Send

from exshare_core.branding import LIGHT, READABLE, Branding, Colour, by_day, by_night
from exshare_core.errors import AdapterFailed
from exshare_core.governing.presenting import Presenting
from exshare_core.values import SiteId
from exshare_web.languages import prefer

PATH = "/brand"
FRESH = 1.0
"""Seconds for which a look is kept: the longest that any cache of settings may live."""


@frozen
class Brand:
    """What templates show of a site."""

    name: str = ""
    footer: tuple[str, ...] = ()
    gate: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    logo: str = ""
    """Its address, as that of the others; empty without one."""
    icon: str = ""
    colours: str = ""
    styles: str = ""
    dark: bool = True
    contact: str = ""
    """Whom to turn to, where the host that is asked tells which site that is."""


PLAIN = Brand()
"""How a deployment looks that says nothing of itself."""

_worn: ContextVar[Brand] = ContextVar("worn", default=PLAIN)


def current() -> Brand:
    """How the answer in hand is dressed."""
    return _worn.get()


@contextmanager
def wearing(brand: Brand) -> Iterator[None]:
    """Dress what is rendered within."""
    token = _worn.set(brand)
    try:
        yield
    finally:
        _worn.reset(token)


def brand_of(branding: Branding) -> Brand:
    """What templates show of what a site has set."""
    return Brand(
        name=branding.name,
        footer=_lines(branding.footer),
        gate=_paragraphs(branding.gate),
        home=_paragraphs(branding.home),
        logo="" if branding.logo is None else f"{PATH}/{branding.logo.digest}",
        icon="" if branding.icon is None else f"{PATH}/{branding.icon.digest}",
        colours="" if branding.accent is None else f"{PATH}/{str(branding.accent)[1:]}.css",
        styles=f"{PATH}/{branding.styles_digest}.css" if branding.styles else "",
        dark=branding.dark,
    )


def colours(accent: Colour) -> str | None:
    """The style sheet of a colour; None for one that no site can have, since it cannot be read."""
    if min(accent.contrast(ground) for ground in LIGHT) < READABLE:
        return None
    day, night = by_day(accent), by_night(accent)
    return (
        f":root {{ --ex-brand: {day.brand}; --ex-brand-strong: {day.strong}; --ex-on-brand: {day.on_brand};"
        f" --ex-link: {day.brand}; --ex-focus: {day.brand}; }}\n"
        "@media screen and (prefers-color-scheme: dark) { :root:not([data-day]) {"
        f" --ex-brand: {night.brand}; --ex-brand-strong: {night.strong}; --ex-on-brand: {night.on_brand};"
        f" --ex-link: {night.brand}; --ex-focus: {night.brand}; }} }}\n"
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in text.replace("\r\n", "\n").split("\n\n"))))


@define
class Wardrobe:
    """The looks of all sites of a deployment, each read when it is needed and at most once a second."""

    presenting: Mapping[SiteId, Presenting]
    _kept: dict[SiteId, tuple[float, Brand]] = field(factory=dict, init=False)
    _one_reads: dict[SiteId, asyncio.Lock] = field(factory=dict, init=False)

    async def of(self, site: SiteId) -> Brand:
        """How the site looks now. While the storage is silent, as it looked before."""
        if site not in self.presenting:
            return PLAIN
        now = asyncio.get_running_loop().time()
        until, brand = self._kept.get(site, (0.0, PLAIN))
        if now < until:
            return brand
        async with self._one_reads.setdefault(site, asyncio.Lock()):
            until, brand = self._kept.get(site, (0.0, PLAIN))
            if now >= until:
                with suppress(AdapterFailed):
                    brand = brand_of(await self.presenting[site].shown())
                self._kept[site] = now + FRESH, brand
        return brand

    async def of_strangers(self) -> Brand:
        """How an address looks that may be of any site."""
        return await self.of(next(iter(self.presenting))) if len(self.presenting) == 1 else PLAIN


class Dressing:
    """Dresses every answer as strangers see it; what is known to be of a site is dressed again, by `wear`.

    On a site's own host everything is the site's: its look, its language and whom to turn to. Which site that is stands in
    the scope for whatever comes after (see `own_site`).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        wardrobe: Wardrobe,
        site_of: Callable[[Scope], SiteId | None],
        languages: Mapping[SiteId, str],
        contacts: Mapping[SiteId, str],
    ) -> None:
        self.app = app
        self.wardrobe = wardrobe
        self.site_of = site_of
        self.languages = languages
        self.contacts = contacts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, dressed."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        scope[_OWN_SITE] = site = self.site_of(scope)
        if site is None:
            brand = await self.wardrobe.of_strangers()
        else:
            prefer(self.languages.get(site))
            brand = evolve(await self.wardrobe.of(site), contact=self.contacts.get(site, ""))
        with wearing(brand):
            await self.app(scope, receive, send)


_OWN_SITE = "exshare.site"


def own_site(scope: Scope) -> SiteId | None:
    """The site whose own host is asked; None on a host that is of no one site."""
    site: SiteId | None = scope.get(_OWN_SITE)
    return site


async def wear(wardrobe: Wardrobe, site: SiteId) -> None:
    """Dress the answer in hand as a page of this site."""
    _worn.set(await wardrobe.of(site))
