"""What the in-memory storage remembers, and its transactions: all of a write stays, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime

from attrs import define, evolve, field, fields

from exshare_core.accounts import Member, MemberSession, SignInStep
from exshare_core.api_keys import ApiKey
from exshare_core.attempts import Visit
from exshare_core.branding import Branding
from exshare_core.errors import Taken
from exshare_core.events import Event
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.failures import Failure
from exshare_core.governance import PolicyChange, SitePolicy
from exshare_core.guessing import Tally
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress, ShareLink, Switches
from exshare_core.policy import Layer
from exshare_core.ports import PendingCode, PendingDeparture, StoredProof
from exshare_core.sealing import SALT_BYTES, Head, Personal, Seal
from exshare_core.values import ApiKeyId, ExternalAccountId, LinkId, MemberId, SiteId, SpaceKey

LinkKey = tuple[SiteId, LinkId]


@define
class State:
    """Tables of frozen values. A copy of the tables is a copy of everything."""

    links: dict[LinkKey, ShareLink] = field(factory=dict)
    addresses: dict[bytes, LinkAddress] = field(factory=dict)
    opens: dict[LinkKey, int] = field(factory=dict)
    last_opened: dict[LinkKey, datetime] = field(factory=dict)
    """When the last of the counted opens began."""
    visits: dict[tuple[LinkKey, bytes], Visit] = field(factory=dict)
    proofs: dict[tuple[LinkKey, bytes, str], StoredProof] = field(factory=dict)
    codes: dict[tuple[LinkKey, bytes], PendingCode] = field(factory=dict)
    departures: dict[bytes, PendingDeparture] = field(factory=dict)
    used_tokens: dict[tuple[SiteId, bytes], datetime] = field(factory=dict)
    """Until when each is remembered."""
    policies: dict[SiteId, SitePolicy] = field(factory=dict)
    changes: dict[tuple[SiteId, int], PolicyChange] = field(factory=dict)
    switches: dict[tuple[SiteId, SpaceKey | None], bool] = field(factory=dict)
    brandings: dict[SiteId, Branding] = field(factory=dict)
    members: dict[MemberId, Member] = field(factory=dict)
    sessions: dict[bytes, MemberSession] = field(factory=dict)
    steps: dict[bytes, SignInStep] = field(factory=dict)
    accounts: dict[tuple[SiteId, ExternalAccountId], ExternalAccount] = field(factory=dict)
    account_sessions: dict[tuple[SiteId, bytes], AccountSession] = field(factory=dict)
    account_steps: dict[tuple[SiteId, bytes], AccountStep] = field(factory=dict)
    shares: dict[tuple[SiteId, ExternalAccountId, LinkId], KeptShare] = field(factory=dict)
    api_keys: dict[tuple[SiteId, ApiKeyId], ApiKey] = field(factory=dict)
    counted: dict[tuple[SiteId, ApiKeyId], tuple[datetime, int]] = field(factory=dict)
    """How often each key was used since when."""
    requests: dict[tuple[SiteId, ApiKeyId, bytes], tuple[bytes, datetime]] = field(factory=dict)
    """What was asked first under a name that programs give to a request, and until when that is kept."""
    events: dict[int, Event] = field(factory=dict)
    personal: dict[int, Personal] = field(factory=dict)
    """The personal fields of events that have any, apart from them."""
    waiting: dict[int, SiteId] = field(factory=dict)
    """Events that are not sealed."""
    seals: dict[tuple[SiteId, int], Seal] = field(factory=dict)
    sealed: dict[tuple[SiteId, int], int] = field(factory=dict)
    """The event behind each seal."""
    anchors: dict[SiteId, Head] = field(factory=dict)
    failures: dict[tuple[SiteId, datetime, str, str, str], Failure] = field(factory=dict)
    letters: dict[str, SealedLetter] = field(factory=dict)
    leases: dict[str, datetime] = field(factory=dict)
    """Until when a claimed letter belongs to its claimer."""
    tallies: dict[bytes, Tally] = field(factory=dict)

    rows: int = 0
    """How many events there ever were."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo every change when the block raises. Nothing may be awaited inside."""
        before = {one.name: copy(getattr(self, one.name)) for one in fields(State)}
        try:
            yield
        except BaseException:
            for name, table in before.items():
                setattr(self, name, table)
            raise

    def renew(self, former: bytes | None, session: bytes) -> None:
        """Give everything that a visitor's session has to another."""
        if former is None:
            return
        for key, proof in [*self.proofs.items()]:
            if proof.session == former:
                del self.proofs[key]
                self.proofs[key[0], session, key[2]] = evolve(proof, session=session)
        for place, visit in [*self.visits.items()]:
            if visit.session == former:
                del self.visits[place]
                self.visits[place[0], session] = evolve(visit, session=session)
        for place, code in [*self.codes.items()]:
            if code.session == former:
                del self.codes[place]
                self.codes[place[0], session] = evolve(code, session=session)
        for at, signed_in in [*self.account_sessions.items()]:
            if signed_in.session == former:
                del self.account_sessions[at]
                self.account_sessions[at[0], session] = evolve(signed_in, session=session)
        for at, step in [*self.account_steps.items()]:
            if step.session == former:
                del self.account_steps[at]
                self.account_steps[at[0], session] = evolve(step, session=session)

    def record(self, events: Sequence[Event], letters: Sequence[SealedLetter] = ()) -> None:
        """Store the events and letters of a write; raises Taken for a letter's id in use."""
        for event in events:
            row = self.rows = self.rows + 1
            self.events[row], self.waiting[row] = evolve(event, network=None, mailbox=None, account=None), event.site
            if (event.network, event.mailbox, event.account) != (None, None, None):
                salt = row.to_bytes(SALT_BYTES, "big")
                self.personal[row] = Personal(salt, event.network, None, event.account, event.mailbox)
        for letter in letters:
            if letter.id in self.letters:
                raise Taken("the id of a letter is in use")
            self.letters[letter.id] = letter

    def event(self, row: int) -> Event:
        """An event with its personal fields, as far as they are there."""
        event, personal = self.events[row], self.personal.get(row)
        if personal is None:
            return event
        account = None if personal.account is None else ExternalAccountId(personal.account)
        return evolve(event, network=personal.network, mailbox=personal.mailbox, account=account)

    def forget_account(self, site: SiteId, account: ExternalAccountId) -> None:
        """Remove the personal fields of what was done with an account."""
        self.personal = {
            row: one for row, one in self.personal.items() if (self.events[row].site, one.account) != (site, account)
        }

    def layers_above(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """The layers above a link of `space`, outermost first."""
        policy = self.policies.get(site)
        return () if policy is None else policy.layers(space)

    def switches_above(self, site: SiteId, space: SpaceKey) -> Switches:
        """The kill switches above a link of `space`."""
        key = SpaceKey(space.upper())
        return Switches(self.switches.get((site, None), True), self.switches.get((site, key), True))

    def stops(self, link: ShareLink) -> Switches:
        """What stops a link at once without changing it."""
        return evolve(self.switches_above(link.site, link.scope.space), owner_in=self.owner_in(link))

    def owner_in(self, link: ShareLink) -> bool:
        """Whether a link's owner has not left."""
        owner = self.members.get(link.owner)
        return owner is None or not owner.disabled

    def claimed(self, letter: SealedLetter, until: datetime) -> SealedLetter:
        """Give a letter to a claimer and count the try."""
        self.letters[letter.id] = letter = evolve(letter, tries=letter.tries + 1)
        self.leases[letter.id] = until
        return letter
