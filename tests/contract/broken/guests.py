"""Repositories of external accounts that break a promise."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from attrs import evolve

from exshare_core.errors import Taken
from exshare_core.testing.fakes.accounts import MemoryAccounts
from exshare_core.testing.fakes.links import MemoryLinks
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.samples import NOW
from exshare_core.testing.storage import StorageContract
from tests.contract.broken.rows import row, stored


class LosesTheFactor(MemoryAccounts):
    """One column is missing."""

    async def add(self, account: Any, *given: Any, **more: Any) -> None:
        await super().add(evolve(account, factor=None, disabled=False), *given, **more)


class FindsOnEverySite(MemoryAccounts):
    """The site is not asked."""

    async def get(self, site: Any, account: Any) -> Any:
        return next((one for one in self.state.accounts.values() if one.id == account), None)


class FindsSomebody(MemoryAccounts):
    """An unknown mailbox finds the first account of the site."""

    async def by_digest(self, site: Any, digest: bytes) -> Any:
        return await super().by_digest(site, digest) or next(iter(await self.list(site)), None)


class TakesEveryMailbox(MemoryAccounts):
    """A mailbox may have two accounts."""

    def _check_digest(self, account: Any) -> None:
        return None


class LooksThenAdds(MemoryAccounts):
    """Between looking and adding, others may come in."""

    async def add(self, account: Any, events: Any, letters: Any = ()) -> None:
        self._check_digest(account)
        await asyncio.sleep(0)
        self.state.accounts[account.site, account.id] = account


class TellsBeforeItAdds(MemoryAccounts):
    """An account that is refused leaves its events and letters."""

    async def add(self, account: Any, events: Any, letters: Any = ()) -> None:
        self.state.record(events, letters)
        await super().add(account, [])


class ListsTheLatestFirst(MemoryAccounts):
    """Accounts come in the wrong order."""

    async def list(self, site: Any) -> Any:
        return (await super().list(site))[::-1]


class ReplacesThePasswordOnly(MemoryAccounts):
    """A changed mailbox is not stored."""

    async def replace(self, account: Any, *given: Any, **more: Any) -> None:
        old = self.state.accounts[account.site, account.id]
        changed = evolve(old, password_hash=account.password_hash, version=account.version)
        await super().replace(changed, *given, **more)


class LetsTheLastWin(MemoryAccounts):
    """Versions are not compared."""

    async def replace(self, account: Any, *given: Any, **more: Any) -> None:
        self.state.accounts[account.site, account.id] = account


class EndsBeforeItLooks(MemoryAccounts):
    """A stale change signs everybody out."""

    async def replace(self, account: Any, *given: Any, **more: Any) -> None:
        if more.get("ends"):
            await self.close_sessions(account.site, account.id, [])
        await super().replace(account, *given, **more)


class LooksThenReplaces(MemoryAccounts):
    """Between looking and replacing, others may come in."""

    async def replace(self, account: Any, *given: Any, **more: Any) -> None:
        if self.state.accounts[account.site, account.id].version != account.version - 1:
            raise Taken("the account has changed meanwhile")
        await asyncio.sleep(0)
        self.state.accounts[account.site, account.id] = account


class SendsNoLetters(MemoryAccounts):
    """Letters of a change are lost."""

    async def replace(self, account: Any, events: Any, letters: Any = (), **more: Any) -> None:
        await super().replace(account, events, **more)


class LosesTheNetwork(MemoryAccounts):
    """One column is missing."""

    async def open_session(self, session: Any, *given: Any) -> None:
        await super().open_session(evolve(session, network=None), *given)


class OneSiteAtATime(MemoryAccounts):
    """A browser that signs in at a site is signed out of all others."""

    async def open_session(self, session: Any, *given: Any) -> None:
        sessions = self.state.account_sessions
        self.state.account_sessions = {key: one for key, one in sessions.items() if one.session != session.session}
        await super().open_session(session, *given)


class ListsTheOldestFirst(MemoryAccounts):
    """Sessions come as they were opened."""

    async def sessions(self, site: Any, account: Any) -> Any:
        return (await super().sessions(site, account))[::-1]


class RenewsNothing(MemoryAccounts):
    """The former session keeps what it had."""

    async def open_session(self, session: Any, events: Any, renews: Any = None) -> None:
        await super().open_session(session, events)


class KeepsTheStep(MemoryAccounts):
    """Who has signed in still owes a code."""

    async def open_session(self, session: Any, events: Any, renews: Any = None) -> None:
        self.state.renew(renews, session.session)
        steps = dict(self.state.account_steps)
        await super().open_session(session, events)
        self.state.account_steps = steps


class LeavesWhoIsSignedIn(MemoryLinks):
    """A proof renews everything but who is signed in."""

    async def prove(self, proofs: Any, events: Any, renews: Any = None) -> None:
        sessions = dict(self.state.account_sessions)
        await super().prove(proofs, events, renews)
        self.state.account_sessions = sessions


class MovesSessionsBackwards(MemoryAccounts):
    """The last call wins, not the latest moment."""

    async def touch_session(self, session: Any) -> None:
        self.state.account_sessions[session.site, session.session] = session


class LeavesProofs(MemoryAccounts):
    """Who signs out keeps what they proved."""

    def _forget_proofs(self, *given: Any) -> None:
        return None


class SignsOutOfEverySite(MemoryAccounts):
    """A browser is signed out wherever it is signed in."""

    async def close_session(self, site: Any, session: bytes, events: Any) -> None:
        await super().close_session(site, session, events)
        for key in [key for key in self.state.account_sessions if key[1] == session]:
            del self.state.account_sessions[key]


class ForgetsEverybodysProofs(MemoryAccounts):
    """The account is not asked."""

    def _forget_proofs(self, site: Any, account: Any, of: Any) -> None:
        self.state.proofs = {key: one for key, one in self.state.proofs.items() if not of(one.session)}


class LeavesSteps(MemoryAccounts):
    """Who owed a second factor can still bring it."""

    async def close_sessions(self, *given: Any, **more: Any) -> None:
        steps = dict(self.state.account_steps)
        await super().close_sessions(*given, **more)
        self.state.account_steps = steps


class SparesNobody(MemoryAccounts):
    """The session that was to be left is ended, too."""

    async def close_sessions(self, site: Any, account: Any, events: Any, **more: Any) -> None:
        await super().close_sessions(site, account, events, name=more.get("name"))


class EndsAllWhenOneIsNamed(MemoryAccounts):
    """The name is not asked."""

    async def close_sessions(self, site: Any, account: Any, events: Any, **more: Any) -> None:
        await super().close_sessions(site, account, events, but=more.get("but"))


class EndsNothing(MemoryAccounts):
    """A new password leaves everybody signed in."""

    async def replace(self, *given: Any, **more: Any) -> None:
        await super().replace(*given)


class JudgesSteps(MemoryAccounts):
    """Old steps are not found."""

    async def step(self, site: Any, session: bytes) -> Any:
        found = await super().step(site, session)
        return found if found is None or found.began_at > NOW - timedelta(days=1) else None


class ClosesStepsTwice(MemoryAccounts):
    """Everybody who closes a step is told that it was them."""

    async def close_step(self, site: Any, session: bytes) -> bool:
        await super().close_step(site, session)
        return True


class KeepsTheFirstWay(MemoryAccounts):
    """A share keeps the address by which it was opened first."""

    async def keep_share(self, share: Any) -> None:
        self.state.shares.setdefault((share.site, share.account, share.link), share)


class ForgetsForEverybody(MemoryAccounts):
    """A share is taken off every account's list."""

    async def forget_share(self, site: Any, account: Any, link: Any) -> None:
        self.state.shares = {key: one for key, one in self.state.shares.items() if key[2] != link}


class GivesProofsOfTheSite(MemoryAccounts):
    """The account is not asked."""

    async def proofs(self, site: Any, account: Any) -> Any:
        return tuple(one for one in self.state.proofs.values() if one.site == site)


class DeletesTheRowOnly(MemoryAccounts):
    """What belongs to an account stays."""

    async def delete(self, site: Any, account: Any, events: Any, letters: Any = ()) -> None:
        if self.state.accounts.pop((site, account), None):
            self.state.record(events, letters)


class TellsOfNothingDeleted(MemoryAccounts):
    """Deleting what is not there leaves an event."""

    async def delete(self, site: Any, account: Any, events: Any, letters: Any = ()) -> None:
        await super().delete(site, account, [], letters)
        self.state.record(events)


class PrunesNoAccounts(MemoryStorage):
    """Sessions and shares of accounts stay."""

    async def prune(self, now: Any) -> None:
        kept = dict(self.state.account_sessions), dict(self.state.shares)
        await super().prune(now)
        self.state.account_sessions, self.state.shares = kept


ROWS = [
    stored("accounts", LosesTheFactor, "every_field_of_an_account_survives"),
    stored("accounts", FindsOnEverySite, "an_account_is_of_one_site"),
    stored("accounts", FindsSomebody, "unknown_accounts_are_none"),
    stored("accounts", TakesEveryMailbox, "a_mailbox_is_taken", "an_account_cannot_take_a_mailbox_in_use"),
    stored("accounts", TellsBeforeItAdds, "a_mailbox_is_taken"),
    stored("accounts", LooksThenAdds, "of_accounts_of_one_mailbox_at_once_one_is_added"),
    stored("accounts", ListsTheLatestFirst, "accounts_are_listed_as_they_were_made"),
    stored("accounts", ReplacesThePasswordOnly, "replace_stores_every_field_of_an_account"),
    stored("accounts", LetsTheLastWin, "a_stale_account_is_refused"),
    stored("accounts", EndsBeforeItLooks, "a_stale_account_is_refused"),
    stored("accounts", LooksThenReplaces, "of_two_changes_of_an_account_at_once_one_wins"),
    stored("accounts", SendsNoLetters, "writes_of_accounts_store_events_and_letters"),
    stored("accounts", LosesTheNetwork, "every_field_of_an_account_session_survives"),
    stored("accounts", OneSiteAtATime, "a_browser_is_signed_in_site_by_site"),
    stored("accounts", ListsTheOldestFirst, "account_sessions_are_listed_by_their_last_use"),
    stored("accounts", RenewsNothing, "opening_a_session_renews_the_browser"),
    stored("accounts", KeepsTheStep, "opening_a_session_renews_the_browser"),
    stored("links", LeavesWhoIsSignedIn, "a_proof_renews_who_is_signed_in"),
    stored("accounts", MovesSessionsBackwards, "touching_an_account_session_moves_it_forward_only"),
    stored("accounts", LeavesProofs, "signing_out_ends_what_was_proved_by_it"),
    stored("accounts", SignsOutOfEverySite, "signing_out_ends_what_was_proved_by_it"),
    stored("accounts", ForgetsEverybodysProofs, "signing_out_everywhere_is_of_one_account"),
    stored("accounts", LeavesSteps, "signing_out_everywhere_is_of_one_account"),
    stored("accounts", SparesNobody, "one_account_session_can_be_ended_or_spared"),
    stored("accounts", EndsAllWhenOneIsNamed, "one_account_session_can_be_ended_or_spared"),
    stored("accounts", EndsNothing, "a_change_ends_sessions_where_it_says_so"),
    stored("accounts", JudgesSteps, "an_account_step_is_good_once"),
    stored("accounts", ClosesStepsTwice, "an_account_step_is_good_once"),
    stored("accounts", KeepsTheFirstWay, "a_kept_share_comes_back"),
    stored("accounts", ForgetsForEverybody, "a_share_is_forgotten_by_its_account"),
    stored("accounts", GivesProofsOfTheSite, "proofs_are_of_one_account"),
    stored("accounts", DeletesTheRowOnly, "a_deleted_account_leaves_nothing_but_what_happened"),
    stored("accounts", TellsOfNothingDeleted, "a_deleted_account_leaves_nothing_but_what_happened"),
    row(StorageContract, PrunesNoAccounts, "prune_forgets_what_accounts_cannot_use_any_more"),
]
