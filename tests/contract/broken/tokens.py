"""Readers of visitors' tokens, and memories of used ones, that break a promise."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import define, evolve, field

from exshare_core.errors import Broken, InvalidValue
from exshare_core.testing.fakes.used_tokens import MemoryUsedTokens
from exshare_core.testing.fakes.visitor_tokens import MemoryVisitorTokens
from exshare_core.testing.visitor_tokens import (
    INTRANET,
    NEIGHBOUR,
    OTHER_SITE,
    PORTAL,
    SITE,
    VisitorTokensContract,
)
from exshare_core.values import SiteId
from tests.contract.broken.rows import row, stored

HOSTS = {SITE: (INTRANET, PORTAL), OTHER_SITE: (NEIGHBOUR,)}


@define
class Reader(MemoryVisitorTokens):
    """The fake with the hosts of the contract."""

    hosts: Any = field(factory=lambda: HOSTS)


class LosesNotBefore(Reader):
    """One instant is not told."""

    def read(self, site: SiteId, token: str) -> Any:
        return evolve(super().read(site, token), not_before=None)


class ErasesWhatItReads(Reader):
    """A token is gone when it was read."""

    def read(self, site: SiteId, token: str) -> Any:
        visitor = super().read(site, token)
        del self.signed[token]
        return visitor


class JudgesTime(Reader):
    """What is good for no time at all is no token."""

    def read(self, site: SiteId, token: str) -> Any:
        visitor = super().read(site, token)
        if visitor.expires_at <= visitor.issued_at:
            raise InvalidValue("visitor", "the token is over")
        return visitor


class KnowsHostsOfAllSites(Reader):
    """Whose host it is does not matter."""

    def read(self, site: SiteId, token: str) -> Any:
        for one in HOSTS:
            try:
                return super().read(one, token)
            except InvalidValue:
                continue
        raise InvalidValue("visitor", "nobody signed the token")


class BelievesStrangers(Reader):
    """Who signed what they say themselves is believed."""

    def read(self, site: SiteId, token: str) -> Any:
        visitor, by, _ = self.signed.get(token, (None, "", None))
        return visitor if visitor is not None and visitor.issuer == by else super().read(site, token)


class BelievesNames(Reader):
    """Any host of the site may sign for any other."""

    def read(self, site: SiteId, token: str) -> Any:
        visitor, by, _ = self.signed.get(token, (None, "", None))
        known = visitor is not None and {visitor.issuer, by} <= set(HOSTS.get(site, ()))
        return visitor if known else super().read(site, token)


class ReadsOnlyTheBeginning(Reader):
    """The last character does not matter."""

    def read(self, site: SiteId, token: str) -> Any:
        known = next((one for one in self.signed if one[:-1] == token[:-1]), token)
        return super().read(site, known)


class FailsForLongTexts(Reader):
    """What is too long is an error of another kind."""

    def read(self, site: SiteId, token: str) -> Any:
        if len(token) > 10_000:
            raise Broken("the token is too long")
        return super().read(site, token)


class FillsIn(Reader):
    """What a token leaves out is made up."""

    def read(self, site: SiteId, token: str) -> Any:
        if token in self.signed:
            visitor, by, _ = self.signed[token]
            self.signed[token] = (visitor, by, frozenset())
        return super().read(site, token)


class SaysWhatItRead(Reader):
    """A refusal names the token."""

    def read(self, site: SiteId, token: str) -> Any:
        try:
            return super().read(site, token)
        except InvalidValue as error:
            raise InvalidValue("visitor", f"{error.rule}: `{token[-30:]}`") from None


class TakesThemAgain(MemoryUsedTokens):
    """Every time is the first."""

    async def use(self, site: Any, digest: Any, until: Any) -> bool:
        await super().use(site, digest, until)
        return True


class UsesWhatItLooksAt(MemoryUsedTokens):
    """To look is to use."""

    async def used(self, site: Any, digest: Any) -> bool:
        return not await super().use(site, digest, None)  # type: ignore[arg-type]


class KnowsNoSites(MemoryUsedTokens):
    """A digest is a digest."""

    async def use(self, site: Any, digest: Any, until: Any) -> bool:
        return await super().use(SITE, digest, until)

    async def used(self, site: Any, digest: Any) -> bool:
        return await super().used(SITE, digest)


class LooksThenUses(MemoryUsedTokens):
    """Between looking and writing others may come in."""

    async def use(self, site: Any, digest: Any, until: Any) -> bool:
        known = await super().used(site, digest)
        await asyncio.sleep(0)
        await super().use(site, digest, until)
        return not known


ROWS = [
    row(VisitorTokensContract, LosesNotBefore, "a_token_says_what_its_host_signed"),
    row(VisitorTokensContract, ErasesWhatItReads, "reading_uses_nothing_up"),
    row(VisitorTokensContract, JudgesTime, "time_is_not_judged"),
    row(VisitorTokensContract, KnowsHostsOfAllSites, "a_host_speaks_for_its_own_site"),
    row(VisitorTokensContract, BelievesStrangers, "a_strangers_token_is_refused"),
    row(VisitorTokensContract, BelievesNames, "a_host_signs_in_no_other_name"),
    row(VisitorTokensContract, ReadsOnlyTheBeginning, "a_changed_token_is_refused"),
    row(VisitorTokensContract, FailsForLongTexts, "what_is_no_token_is_refused"),
    row(VisitorTokensContract, FillsIn, "a_token_that_leaves_something_out_is_refused"),
    row(VisitorTokensContract, SaysWhatItRead, "a_refusal_holds_nothing_of_the_token"),
    stored("used_tokens", TakesThemAgain, "a_token_is_used_once"),
    stored("used_tokens", UsesWhatItLooksAt, "used_says_what_has_been_used"),
    stored("used_tokens", KnowsNoSites, "tokens_of_another_site_are_others"),
    stored("used_tokens", LooksThenUses, "of_those_who_use_a_token_at_once_one_is_first"),
]
