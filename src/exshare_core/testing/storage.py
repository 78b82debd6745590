"""The promises of Storage: those of all its ports, joined, and its own."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import ClassVar

import pytest

from exshare_core.accounts import ENROLMENT_LIFE, SESSION_IDLE, SESSION_LIFE
from exshare_core.attempts import PROOF_LIFE, VISIT_IDLE, VISIT_LIFE
from exshare_core.errors import Busy
from exshare_core.guessing import FORGOTTEN_AFTER, Tally
from exshare_core.ports import Storage
from exshare_core.testing.accounts import AccountRepositoryContract
from exshare_core.testing.activity import ActivityLogContract
from exshare_core.testing.api_keys import ApiKeyRepositoryContract
from exshare_core.testing.brandings import BrandingRepositoryContract
from exshare_core.testing.chain import ActivityChainContract, FailureLogContract
from exshare_core.testing.codes import CodeRepositoryContract
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.departures import DepartureRepositoryContract
from exshare_core.testing.guesses import GuessCounterContract
from exshare_core.testing.links import LinkRepositoryContract
from exshare_core.testing.members import MemberRepositoryContract
from exshare_core.testing.outbox import OutboxContract
from exshare_core.testing.policies import PolicyRepositoryContract
from exshare_core.testing.samples import (
    FAR,
    NOW,
    a_code,
    a_departure,
    a_letter,
    a_link,
    a_member,
    a_proof,
    a_session,
    a_step,
    a_visit,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_site,
)
from exshare_core.testing.used_tokens import UsedTokensContract


class DatabaseContract(Contract[Storage]):
    """A database says when it is out of reach and forgets what no longer counts."""

    abilities: ClassVar[frozenset[str]] = frozenset({"open_unreachable"})

    def open_unreachable(self) -> AbstractAsyncContextManager[Storage]:
        """Open the storage over a database that does not answer,
        or declare in `cannot` why that is impossible.
        """
        raise AssertionError("write `open_unreachable`, or name it in `cannot` with a reason")

    @promise
    async def test_ping_returns_when_the_database_answers(self, storage: Storage) -> None:
        """`ping` returns."""
        await storage.ping()

    @promise
    async def test_ping_is_busy_when_the_database_does_not_answer(self, storage: Storage) -> None:
        """`ping` raises Busy when the database is out of reach."""
        self.needs("open_unreachable")
        async with self.open_unreachable() as unreachable:
            with pytest.raises(Busy):
                await unreachable.ping()

    @promise
    async def test_prune_forgets_what_cannot_count_any_more(self, storage: Storage) -> None:
        """Visits and sessions that rested too long or lasted too long, proofs, codes and tallies whose time is over are
        forgotten; links and their opens stay.
        """
        link = a_link(fresh_site())
        address, member, key = an_address(link), a_member(link.site), fresh_digest()
        rested = a_visit(link, began_at=NOW - VISIT_IDLE, seen_at=NOW - VISIT_IDLE)
        lasted = a_visit(link, began_at=NOW - VISIT_LIFE, seen_at=NOW)
        sessions = [
            a_session(member, began_at=NOW - SESSION_IDLE, seen_at=NOW - SESSION_IDLE),
            a_session(member, began_at=NOW - SESSION_LIFE, seen_at=NOW),
        ]
        code = a_code(link, rested.session, expires_at=NOW)
        await storage.policies.ensure_site(link.site)
        await storage.links.add(link, address, [])
        await storage.links.admit(rested, [a_proof(link, rested.session, proved_at=NOW - PROOF_LIFE)], None, [])
        await storage.links.admit(lasted, [], None, [])
        await storage.members.add(member, [])
        for session in sessions:
            await storage.members.open_session(session, [])
        await storage.members.open_step(step := a_step(member, began_at=NOW - ENROLMENT_LIFE))
        await storage.guesses.wrong([key], failed := NOW - FORGOTTEN_AFTER)
        await storage.codes.ask(code, failed, [], [])
        await storage.departures.add(left := a_departure(link.site, expires_at=NOW))
        await storage.used_tokens.use(link.site, key, NOW)
        await storage.prune(NOW)

        for visit in (rested, lasted):
            found = await storage.links.find(address.digest, visit.session)
            assert found is not None
            assert (link, 2, None, ()) == (found.link, found.opens, found.visit, found.proofs)
        assert [None, None] == [await storage.members.session(session.digest) for session in sessions]
        assert await storage.members.step(step.digest) is None
        assert member == await storage.members.get(member.id)
        assert (Tally(),) == await storage.guesses.tally([key], failed)
        assert await storage.codes.attempt(code.site, code.link, code.session, code.code_digest, 5, failed) is None
        assert await storage.departures.take(left.digest, left.browser, failed) is None
        assert not await storage.used_tokens.used(link.site, key)

    @promise
    async def test_prune_leaves_what_still_counts(self, storage: Storage) -> None:
        """Visits, proofs, codes, sessions and tallies are kept to the last moment at which they count; letters that
        wait and what has happened are not its business.
        """
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        address, member, key = an_address(link), a_member(link.site), fresh_digest()
        moment = timedelta(microseconds=1)
        await storage.policies.ensure_site(link.site)
        await storage.links.add(link, address, [event := an_event(link)], [letter := a_letter(link.site)])
        await storage.members.add(member, [])

        visit = a_visit(link, seen_at=NOW - VISIT_IDLE + moment, began_at=NOW - VISIT_LIFE + moment)
        proof = a_proof(link, visit.session, proved_at=NOW - PROOF_LIFE + moment)
        session = a_session(member, seen_at=NOW - SESSION_IDLE + moment, began_at=NOW - SESSION_LIFE + moment)
        code = a_code(link, visit.session, expires_at=NOW + moment)
        await storage.links.admit(visit, [proof], None, [])
        await storage.members.open_session(session, [])
        await storage.members.open_step(step := a_step(member, began_at=NOW - ENROLMENT_LIFE + moment))
        await storage.codes.ask(code, after(hours=-1), [], [])
        await storage.departures.add(left := a_departure(link.site, expires_at=NOW + moment))
        await storage.used_tokens.use(link.site, key, NOW + moment)
        await storage.guesses.wrong([key], failed := NOW - FORGOTTEN_AFTER + moment)
        await storage.prune(NOW)
        found = await storage.links.find(address.digest, visit.session)

        assert found is not None
        assert (1, visit, (proof,)) == (found.opens, found.visit, found.proofs)
        assert session == await storage.members.session(session.digest)
        assert step == await storage.members.step(step.digest)
        assert (Tally(1, failed),) == await storage.guesses.tally([key], NOW)
        assert code == await storage.codes.attempt(code.site, code.link, code.session, code.code_digest, 5, NOW)
        assert left == await storage.departures.take(left.digest, left.browser, NOW)
        assert await storage.used_tokens.used(link.site, key)
        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert [letter.id] == [one.id for one in await storage.outbox.claim(NOW, 1.0, 10)]


class StorageContract(
    LinkRepositoryContract,
    CodeRepositoryContract,
    DepartureRepositoryContract,
    UsedTokensContract,
    PolicyRepositoryContract,
    BrandingRepositoryContract,
    MemberRepositoryContract,
    AccountRepositoryContract,
    ApiKeyRepositoryContract,
    ActivityLogContract,
    ActivityChainContract,
    FailureLogContract,
    OutboxContract,
    GuessCounterContract,
    DatabaseContract,
):
    """All promises of a storage adapter. The factory may open a shared database: sites, ids and digests are
    fresh.

    Outbox and pruning know no site, so workers that run tests in parallel need a database each.
    """
