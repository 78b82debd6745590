"""How somebody can sign in at a gate of a site: what the gate's page offers, whoever provides it."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from exshare_core.attempts import Method
from exshare_core.decisions import Answer
from exshare_core.departing import Gateway
from exshare_core.values import SiteId
from exshare_web.settings import SiteSettings
from exshare_web.settings.sign_in import SignInSettings


@frozen
class Organisation:
    """An identity provider with which visitors of a site can sign in (spec G4)."""

    name: str
    """Names it in addresses."""
    title: str
    """The words on its button."""


@frozen
class Ways:
    """The ways to sign in that a gate's page offers, in the order in which it shows them."""

    organisations: tuple[Organisation, ...] = ()
    addresses: bool = False
    """Whether a mail address says with which of them to sign in."""
    accounts: bool = False
    """Whether people can sign in with an account here."""
    signed: bool = False
    """Whether a page that frames the share can name its visitors (spec G11); nobody has to choose that here."""
    new_tab: bool = False
    """Whether an organisation's page needs a tab of its own, because ours is shown in a frame (spec G4)."""

    def __bool__(self) -> bool:
        """Whether there is any way to offer."""
        return bool(self.organisations) or self.accounts

    @property
    def methods(self) -> frozenset[Method]:
        """What they amount to for whoever judges."""
        there = ((Method.SSO, self.organisations), (Method.ACCOUNT, self.accounts), (Method.SIGNED, self.signed))
        return frozenset(method for method, offered in there if offered)

    def past(self, answer: Answer) -> Ways:
        """Those of them that get past the gate that gave `answer`."""
        return evolve(self, accounts=False) if answer is Answer.ASK_SSO else self


def ways_of(gateways: Sequence[Gateway | SignInSettings]) -> Ways:
    """What a site with these identity providers has: those of them that are open to visitors, and accounts here."""
    open_to_visitors = [one for one in gateways if one.visitors]
    organisations = tuple(Organisation(one.name, one.title) for one in open_to_visitors)
    return Ways(organisations, addresses=any(one.domains.entries() for one in open_to_visitors), accounts=True)


def ways_at(site: SiteSettings) -> Ways:
    """How visitors of a site can sign in, as it is configured."""
    return evolve(ways_of(site.sign_in), signed=bool(site.signed_visitors))


def callback_url(base_url: str, site: SiteId, provider: str) -> str:
    """The address at which browsers come back from a provider; it is registered there to the letter."""
    return f"{base_url}/sso/{site}/{provider}/callback"
