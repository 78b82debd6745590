"""Use cases of people who sign in elsewhere: visitors whom a gate asks who they are, and members (spec G4, M1).

Nothing is judged here: `gates.decide` says whether an identity passes a gate, `welcoming` says who is a member. A
provider that is down is told to whoever wanted to go there, and keeps nobody else out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from attrs import frozen

from exshare_core.attempts import Method
from exshare_core.departing import Departing, Gateway
from exshare_core.errors import AdapterFailed, Busy, InvalidValue
from exshare_core.events import Actor, Event, Kind
from exshare_core.guessing import counted_as, departures_wait
from exshare_core.identities import Declined, Identity
from exshare_core.limiting import Limit, charge
from exshare_core.membership import Membership
from exshare_core.membership.signing_in import SignedIn
from exshare_core.values import Address, IPAddress, SiteId, Subject
from exshare_core.visiting import Opening, Visiting
from exshare_core.visiting.entrance import Caller
from exshare_core.visiting.proving import WHO, SignIn, Submission

MEMBERS = "members"
LINK = "link "


@frozen(slots=True)
class SentAway:
    """What came of wanting to sign in elsewhere."""

    opening: Opening | None = None
    """Where the link stops this caller, if nobody was sent away for it."""
    url: str | None = None
    """The address of the provider to go to."""
    title: str = ""
    """What people call the provider."""
    failure: AdapterFailed | None = None
    """The provider cannot be asked, or is not what it should be."""
    wait: timedelta = timedelta()
    """Too many have left from this network and not come back: how long until the next."""
    anew_at: SiteId | None = None
    """The site at whose own host it must be begun: a provider sends back there, to the browser that left from there."""


@frozen(slots=True)
class Arrived:
    """A browser that came back, and what came of it."""

    title: str
    segment: str | None = None
    """The link that it was going to; None for one who wanted to sign in as a member."""
    submission: Submission | None = None
    """What the gate of the link says to the identity."""
    signed_in: SignedIn | None = None
    """A member's session."""
    declined: Declined | None = None
    """The provider said no itself."""
    failure: AdapterFailed | None = None
    """The provider could not be asked, or what it said will not do."""
    stranger: Subject | None = None
    """Who signed in, and is no member who may act here."""


@frozen
class Elsewhere:
    """Signing in at the identity providers of one deployment."""

    visiting: Visiting
    membership: Membership
    departing: Departing
    gateways: Mapping[SiteId, Sequence[Gateway]]
    """The providers of each site, in the order in which they are shown."""
    with_own_hosts: frozenset[SiteId] = frozenset()
    """The sites whose links have a host of their own."""

    def for_visitors(self, site: SiteId) -> tuple[Gateway, ...]:
        """Where visitors of a site may sign in."""
        return tuple(one for one in self.gateways.get(site, ()) if one.visitors)

    def for_members(self, site: SiteId) -> tuple[Gateway, ...]:
        """Where members of a site may sign in."""
        return tuple(one for one in self.gateways.get(site, ()) if one.members)

    def every_for_members(self) -> tuple[Gateway, ...]:
        """Where members of any site may sign in."""
        return tuple(one for gateways in self.gateways.values() for one in gateways if one.members)

    def gateway(self, site: SiteId, name: str) -> Gateway | None:
        """The provider of a site with this name."""
        return next((one for one in self.gateways.get(site, ()) if one.name == name), None)

    def knows(self, text: str) -> bool:
        """Whether some provider knows the domain of an address; asks nobody."""
        address = _address(text)
        every = [one for gateways in self.gateways.values() for one in gateways if one.visitors]
        return address is not None and any(one.domains.admits(address) for one in every)

    # --- visitors -----------------------------------------------------------------------------------------------------

    async def leave_link(self, segment: str, caller: Caller, browser: str, name: str) -> SentAway:
        """Go to the provider called `name`, if that is what the link's next gate can be passed with."""
        opening = await self.visiting.open(segment, caller)
        found = [] if opening.ask is None else self.for_visitors(opening.ask.site)
        gateway = next((one for one in found if one.name == name), None)
        if opening.answer not in WHO or gateway is None:
            return SentAway(opening)
        return await self._leave_gate(gateway, caller, browser, segment)

    async def leave_by_address(self, segment: str, caller: Caller, browser: str, text: str) -> SentAway:
        """Go to the provider that knows the domain of an address, if that is what the next gate can be passed with.

        Depends on the domain alone, so that nothing is learnt of who is on a list (spec G2).
        """
        opening = await self.visiting.open(segment, caller)
        address = _address(text)
        if opening.answer not in WHO or opening.ask is None or address is None:
            return SentAway(opening)
        for gateway in self.for_visitors(opening.ask.site):
            if gateway.domains.admits(address):
                return await self._leave_gate(gateway, caller, browser, segment, address)
        return SentAway(opening)

    async def _leave_gate(
        self, gateway: Gateway, caller: Caller, browser: str, segment: str, hint: Address | None = None
    ) -> SentAway:
        if caller.site is None and gateway.site in self.with_own_hosts:
            return SentAway(anew_at=gateway.site)
        return await self._leave(gateway, caller.network, browser, f"{LINK}{segment}", hint)

    # --- members ------------------------------------------------------------------------------------------------------

    async def leave_as_member(self, site: SiteId, name: str, network: IPAddress | None, browser: str) -> SentAway:
        """Go to the provider called `name` to sign in as a member of `site`."""
        gateway = next((one for one in self.for_members(site) if one.name == name), None)
        return SentAway() if gateway is None else await self._leave(gateway, network, browser, MEMBERS)

    # --- and back -----------------------------------------------------------------------------------------------------

    async def come_back(
        self, site: SiteId, name: str, caller: Caller, browser: str | None, answer: Mapping[str, str]
    ) -> Arrived | None:
        """What came of a browser's return from a provider; None when it has not left from here, or not lately.

        A proof and a session get a new id. Nothing changes for whoever is refused, but a note in the activity.
        """
        gateway = self.gateway(site, name)
        if gateway is None or browser is None:
            return None
        back = await self.departing.come_back(gateway, browser, answer)
        if back is None:
            return None
        await self.departing.storage.guesses.right([(await self._limit(gateway, caller.network)).key])
        segment = back.onward.removeprefix(LINK) if back.onward.startswith(LINK) else None
        if isinstance(back.said, Declined):
            await self._failed(gateway, caller.network, "declined")
            return Arrived(gateway.title, segment, declined=back.said)
        if isinstance(back.said, AdapterFailed):
            await self._failed(gateway, caller.network, type(back.said).__name__.lower())
            return Arrived(gateway.title, segment, failure=back.said)
        if segment is not None:
            who = SignIn(Method.SSO, back.said.address)
            return Arrived(gateway.title, segment, await self.visiting.sign_in(segment, caller, who))
        return await self._member(gateway, back.said, caller.network)

    async def _member(self, gateway: Gateway, identity: Identity, network: IPAddress | None) -> Arrived:
        try:
            member = await self.membership.recognised(gateway, identity)
        except Busy as error:
            return Arrived(gateway.title, failure=error)
        if member is None:
            await self._failed(gateway, network, "no member")
            return Arrived(gateway.title, stranger=identity.who)
        return Arrived(gateway.title, signed_in=await self.membership.welcome(member, gateway.site, network))

    async def _leave(
        self, gateway: Gateway, network: IPAddress | None, browser: str, onward: str, hint: Address | None = None
    ) -> SentAway:
        limits = [await self._limit(gateway, network)]
        charged = await charge(self.departing.storage.guesses, limits, self.departing.clock.now())
        if charged.wait:
            return SentAway(title=gateway.title, wait=charged.wait)
        try:
            url = await self.departing.leave(gateway, browser, onward, hint, member=onward == MEMBERS)
        except AdapterFailed as error:
            return SentAway(title=gateway.title, failure=error)
        return SentAway(url=url, title=gateway.title)

    async def _limit(self, gateway: Gateway, network: IPAddress | None) -> Limit:
        """What bounds the departures that a network may leave open, so that nobody fills the storage with them."""
        where = counted_as(network).encode()
        key = await self.departing.vault.keyed_digest(where, "guess departures network", gateway.site)
        return Limit(key, departures_wait)

    async def _failed(self, gateway: Gateway, network: IPAddress | None, why: str) -> None:
        where = None if network is None else str(network)
        now = self.departing.clock.now()
        detail = f"{gateway.name}: {why}"
        event = Event(Kind.SIGN_IN_FAILED, gateway.site, now, Actor.VISITOR, detail=detail, network=where)
        await self.departing.storage.activity.append([event])


def _address(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except InvalidValue:
        return None
