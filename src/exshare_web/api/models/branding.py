"""How a site looks."""

from __future__ import annotations

from attrs import frozen

from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class SiteLook:
    """How a site presents itself to its visitors. What is left out says or shows nothing."""

    version: int = about(
        "Counts changes. What is sent here is not read: `If-Match` says what you have seen.", default=0
    )
    name: str = about("Stands at the head of every page.", default="")
    footer: str = about("Stands at the foot of every page, line by line.", default="")
    gate: str = about("Stands above what a gate asks.", default="")
    home: str = about("What the front page of the site's own host says.", default="")
    accent: str | None = about("The colour of links and buttons, such as `#1f5fbf`.", default=None)
    dark: bool = about("Whether pages are dark for those who wish it.", default=True)
    styles: str = about("CSS for shared pages, never for gates.", default="")
    logo: str | None = about("A PNG, JPEG or WebP picture in Base64, at most 256 KiB.", default=None, repr=False)
    icon: str | None = about("The same for the browser's tab, at most 64 KiB.", default=None, repr=False)
