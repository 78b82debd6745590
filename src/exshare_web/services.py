"""What the web shell is given: use cases and a few facts. The container makes one; tests make their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from attrs import field, frozen

from exshare_core.elsewhere import Elsewhere
from exshare_core.governing import Governing
from exshare_core.governing.auditing import Auditing
from exshare_core.governing.leaving import Leaving
from exshare_core.governing.presenting import Presenting
from exshare_core.joining import Joining
from exshare_core.membership import Membership
from exshare_core.membership.keying import Keying
from exshare_core.ports import PdfPrinter, TokenGenerator
from exshare_core.sharing import Sharing
from exshare_core.values import SiteId
from exshare_core.visiting import Visiting
from exshare_web.languages import ENGLISH
from exshare_web.ways import Ways

_NO_WAY = Ways()


@frozen
class Services:
    """Everything that an endpoint may call."""

    base_url: str
    """Where visitors reach this deployment, without a slash at the end."""
    visiting: Visiting
    membership: Membership
    joining: Joining
    sharing: Mapping[SiteId, Sharing]
    governing: Mapping[SiteId, Governing]
    leaving: Mapping[SiteId, Leaving]
    auditing: Mapping[SiteId, Auditing]
    presenting: Mapping[SiteId, Presenting]
    keying: Keying
    elsewhere: Elsewhere
    tokens: TokenGenerator
    ready: Callable[[], Awaitable[None]]
    """Returns when the storage answers, raises Busy when it does not."""
    printer: PdfPrinter | None = None
    """What makes documents; None where there are none."""
    contacts: Mapping[SiteId, str] = field(factory=dict)
    """Whom a visitor may turn to, by site, in words."""
    own_urls: Mapping[SiteId, str] = field(factory=dict)
    """Where the links of a site are that has a host of its own (spec V9)."""
    language: str = ENGLISH
    """What is spoken to who wishes for no language of ours."""
    languages: Mapping[SiteId, str] = field(factory=dict)
    """The same for the pages of a site that has its own."""
    ways: Mapping[SiteId, Ways] = field(factory=dict)
    """How visitors of a site can sign in; a site that is not named has no way."""
    manage_url: str = field()
    """Where members and programs reach it; where visitors do, unless it has a host of its own (spec M11)."""

    @manage_url.default
    def _where_visitors_do(self) -> str:
        return self.base_url

    def ways_of(self, site: SiteId) -> Ways:
        """How visitors of the site can sign in."""
        return self.ways.get(site, _NO_WAY)

    @property
    def contact(self) -> str:
        """Whom visitors may turn to; empty unless all sites name the same, since no answer may tell of one site."""
        named = {self.contacts.get(site, "") for site in self.sharing}
        return named.pop() if len(named) == 1 else ""

    @property
    def secure(self) -> bool:
        """Whether cookies may demand https (spec G10)."""
        return self.base_url.startswith("https://")
