"""A state machine that plays with a LinkRepository in any order and compares every answer with a model."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

import hypothesis
from attrs import define, evolve, field
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from exshare_core.attempts import Visit
from exshare_core.errors import NotFound, StaleLink, Taken
from exshare_core.events import Event
from exshare_core.links import LinkAddress, ShareLink
from exshare_core.ports import Storage, StoredProof
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, Opened
from exshare_core.testing.samples import (
    NOW,
    a_link,
    a_proof,
    a_visit,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import LinkId, SiteId

R = TypeVar("R")


@define
class ModelLink:
    """What the model remembers of one link."""

    link: ShareLink
    addresses: dict[bytes, LinkAddress]
    opens: int = 0
    visits: dict[bytes, Visit] = field(factory=dict)
    proofs: dict[tuple[str, bytes], StoredProof] = field(factory=dict)
    events: list[Event] = field(factory=list)


def newest_first(events: Sequence[Event]) -> tuple[Event, ...]:
    """Events as the activity shows them: by their instant, and of one instant the later stored first."""
    oldest_first = sorted(events, key=lambda event: event.at)
    return tuple(oldest_first[::-1])


class LinkMachine(RuleBasedStateMachine):
    """Adds, changes, opens and finds links;
    two browsers and four moments are enough to get in each other's way.
    """

    known = Bundle("known")
    sessions = st.integers(0, 1)
    moments = st.integers(0, 3).map(lambda minutes: after(minutes=minutes))

    def __init__(self, opened: Opened[Storage]) -> None:
        super().__init__()
        self._opened = opened
        self._storage = opened.subject
        self._site: SiteId = fresh_site()
        self._browsers = (fresh_digest(), fresh_digest())
        self._model: dict[LinkId, ModelLink] = {}
        self._run(self._storage.policies.ensure_site(self._site))

    def _run(self, scenario: Coroutine[Any, Any, R]) -> R:
        return self._opened.run(scenario)

    def _raised(self, kind: type[Exception], scenario: Coroutine[Any, Any, object]) -> Exception:
        try:
            self._run(scenario)
        except kind as error:
            return error
        raise AssertionError(f"{kind.__name__} was not raised")

    @rule(target=known, drawn=strategies.share_links())
    def add(self, drawn: ShareLink) -> LinkId:
        """A new link is stored as it is."""
        link = evolve(drawn, id=LinkId(fresh_id()), site=self._site, created_at=NOW)
        address, event = an_address(link), an_event(link)
        self._run(self._storage.links.add(link, address, [event]))
        self._model[link.id] = ModelLink(link, {address.digest: address}, events=[event])
        return link.id

    @rule(one=known)
    def add_again(self, one: LinkId) -> None:
        """A taken digest is refused."""
        digest = next(iter(self._model[one].addresses))
        late = a_link(self._site)
        self._raised(Taken, self._storage.links.add(late, an_address(late, digest=digest), [an_event(late)]))

        assert self._run(self._storage.links.get(self._site, late.id)) is None

    @rule(one=known, drawn=strategies.share_links())
    def replace(self, one: LinkId, drawn: ShareLink) -> None:
        """A change of the version in force is stored as it is."""
        known = self._model[one]
        changed = evolve(drawn, id=one, site=self._site, created_at=NOW, version=known.link.version + 1)
        event = an_event(changed)
        self._run(self._storage.links.replace(changed, [event]))
        known.link = changed
        known.events.append(event)

    @rule(one=known, at=moments)
    def rotate(self, one: LinkId, at: datetime) -> None:
        """A rotation revokes the old addresses and adds one."""
        known = self._model[one]
        changed = evolve(known.link, version=known.link.version + 1, security_version=known.link.security_version + 1)
        addresses = [*(old.revoked(at) for old in known.addresses.values()), an_address(changed)]
        self._run(self._storage.links.replace(changed, [], addresses=addresses))
        known.link = changed
        known.addresses = {address.digest: address for address in addresses}

    @rule(one=known, step=st.sampled_from([-1, 0, 2, 5]))
    def replace_stale(self, one: LinkId, step: int) -> None:
        """A change of any other version is refused with the version in force."""
        link = self._model[one].link
        late = evolve(link, name="late", version=link.version + step)
        error = self._raised(StaleLink, self._storage.links.replace(late, [an_event(late)], [], [an_address(late)]))

        assert isinstance(error, StaleLink)
        assert link.version == error.current

    @rule()
    def replace_unknown(self) -> None:
        """A link that is not stored cannot be changed."""
        self._raised(NotFound, self._storage.links.replace(a_link(self._site, version=2), []))

    @rule(one=known, session=sessions, most=st.none() | st.integers(1, 3), at=moments, stale=st.booleans())
    def admit(self, one: LinkId, session: int, most: int | None, at: datetime, stale: bool) -> None:
        """An open is counted while there are opens left and the security version fits."""
        known = self._model[one]
        browser = self._browsers[session]
        security = known.link.security_version + int(stale)
        visit = a_visit(known.link, browser, began_at=at, seen_at=at, security_version=security)
        proof = a_proof(known.link, browser, proved_at=at)
        event = an_event(known.link, at=at)
        expected = not stale and (most is None or known.opens < most)

        assert expected == self._run(self._storage.links.admit(visit, [proof], most, [event]))

        if expected:
            known.opens += 1
            known.visits[browser] = visit
            known.proofs["password", browser] = proof
            known.events.append(event)

    @rule(one=known, session=sessions)
    def give_back(self, one: LinkId, session: int) -> None:
        """An open is given back once, and never when something was seen after it."""
        known, browser = self._model[one], self._browsers[session]
        visit = known.visits.get(browser, a_visit(known.link, browser))
        self._run(self._storage.links.give_back(visit, []))
        self._run(self._storage.links.give_back(visit, []))
        if browser in known.visits and visit.seen_at == visit.began_at:
            del known.visits[browser]
            known.opens -= 1

    @rule(one=known, session=sessions, at=moments)
    def touch(self, one: LinkId, session: int, at: datetime) -> None:
        """A visit moves forward only."""
        known = self._model[one]
        browser = self._browsers[session]
        visit = known.visits.get(browser)
        if visit is not None:
            self._run(self._storage.links.touch(evolve(visit, seen_at=at)))
            known.visits[browser] = evolve(visit, seen_at=max(at, visit.seen_at))

    @rule(one=known, session=sessions, kind=st.sampled_from(["password", "address"]), at=moments)
    def prove(self, one: LinkId, session: int, kind: str, at: datetime) -> None:
        """The last proof of a kind is kept."""
        known = self._model[one]
        proof = a_proof(known.link, self._browsers[session], kind=kind, proved_at=at)
        self._run(self._storage.links.prove([proof], []))
        known.proofs[kind, self._browsers[session]] = proof

    @rule(one=known, session=sessions)
    def find(self, one: LinkId, session: int) -> None:
        """A link is found by each of its addresses, with what belongs to this browser."""
        known, browser = self._model[one], self._browsers[session]
        proofs = {proof for (_, owner), proof in known.proofs.items() if owner == browser}
        for digest, address in known.addresses.items():
            found = self._run(self._storage.links.find(digest, browser))

            assert found is not None
            assert (known.link, address, known.opens) == (found.link, found.address, found.opens)
            assert (known.visits.get(browser), proofs) == (found.visit, set(found.proofs))

    @rule(one=known)
    def get(self, one: LinkId) -> None:
        """A link has all of its addresses and events."""
        known = self._model[one]
        record = self._run(self._storage.links.get(self._site, one))

        assert record is not None
        assert (known.link, known.opens) == (record.link, record.opens)
        assert set(known.addresses.values()) == set(record.addresses)
        assert newest_first(known.events) == self._run(self._storage.activity.of_link(self._site, one))

    @invariant()
    def lists_every_link(self) -> None:
        """The list of the site holds every link once, whatever happened."""
        listed = [record.link.id for record in self._run(self._storage.links.list(self._site, limit=1000))]

        assert len(self._model) == len(listed)
        assert set(self._model) == set(listed)


class MachineContract(Contract[Storage]):
    """Whatever is done to links, in any order, they behave as the model says."""

    steps = 25
    """How many calls one play of the machine makes."""

    def test_links_behave_like_the_model(self) -> None:
        """Random plays of adding, changing, opening, proving,
        giving back and finding agree with a model of dicts.
        """
        with self.opened() as opened:

            class Machine(LinkMachine):
                def __init__(self) -> None:
                    super().__init__(opened)

            settings = hypothesis.settings(self.settings(), stateful_step_count=self.steps)
            run_state_machine_as_test(Machine, settings=settings)
