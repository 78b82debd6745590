"""Repositories of codes, layers and wrong proofs that break a promise."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve

from exshare_core.guessing import Tally
from exshare_core.policy import Layer, Limits
from exshare_core.testing.fakes.codes import MemoryCodes
from exshare_core.testing.fakes.policies import MemoryPolicies
from exshare_core.testing.fakes.queues import MemoryGuesses
from exshare_core.values import Networks, People
from tests.contract.broken.rows import stored


class KeepsUsedCodes(MemoryCodes):
    """A code that was used fits again."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        found = await super().attempt(site, link, session, *given)
        if found is not None:
            self.state.codes[(site, link), session] = found
        return found


class AcceptsAnyCode(MemoryCodes):
    """The digest is not compared."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, *given: Any) -> Any:
        code = self.state.codes.get(((site, link), session))
        return await super().attempt(
            site, link, session, digest if code is None else code.code_digest, *given
        )


class CountsNoTries(MemoryCodes):
    """Wrong tries cost nothing."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        before = self.state.codes.get(((site, link), session))
        found = await super().attempt(site, link, session, *given)
        if found is None and before is not None:
            self.state.codes[(site, link), session] = before
        return found


class AllowsOneTryLess(MemoryCodes):
    """The limit is compared with the wrong sign."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, most: int, at: Any) -> Any:
        return await super().attempt(site, link, session, digest, most - 1, at)


class TriesInTwoSteps(MemoryCodes):
    """Between reading a code and writing it, others may come in."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        before = self.state.codes.get(((site, link), session))
        await asyncio.sleep(0)
        if before is not None:
            self.state.codes[(site, link), session] = before
        return await super().attempt(site, link, session, *given)


class AcceptsExpiredCodes(MemoryCodes):
    """A code fits at the instant of its expiry."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, most: Any, at: Any) -> Any:
        code = self.state.codes.get(((site, link), session))
        return await super().attempt(
            site, link, session, digest, most, min(at, code.expires_at.replace(year=2020)) if code else at
        )


class IgnoresTheSession(MemoryCodes):
    """A code that was sent to one browser fits in another."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        owners = [owner for key, owner in self.state.codes if key == (site, link)]
        return await super().attempt(site, link, owners[0] if owners else session, *given)


class KeepsTheFirstCode(MemoryCodes):
    """A second code is sent and not stored."""

    async def ask(self, code: Any, *given: Any) -> int:
        key = (code.site, code.link), code.session
        first = self.state.codes.get(key)
        tries = await super().ask(code, *given)
        self.state.codes[key] = first or code
        return tries


class ANewCodeResetsTheCount(MemoryCodes):
    """Whoever asks again may try again."""

    async def ask(self, code: Any, *given: Any) -> int:
        self.state.codes.pop(((code.site, code.link), code.session), None)
        return await super().ask(code, *given)


class ExpiredCodesHandOnTheirCount(MemoryCodes):
    """The count lives for ever."""

    async def ask(self, code: Any, at: Any, *given: Any) -> int:
        return await super().ask(code, at.replace(year=2020), *given)


class AsksWithoutLetters(MemoryCodes):
    """A code is stored and not sent."""

    async def ask(self, code: Any, at: Any, events: Any, letters: Any) -> int:
        return await super().ask(code, at, events, [])


class AsksWithoutTransaction(MemoryCodes):
    """When the letters fail, the code is there already."""

    async def ask(self, code: Any, at: Any, events: Any, letters: Any) -> int:
        tries = await super().ask(code, at, events, [])
        self.state.record([], letters)
        return tries


class AllowsUnknownSites(MemoryPolicies):
    """A site that was never made has an open layer."""

    async def layers(self, *given: Any) -> Any:
        return await super().layers(*given) or (Layer("site"),)


class MakesNoConfiguration(MemoryPolicies):
    """A new site has its own layer only."""

    async def ensure_site(self, site: Any) -> None:
        self.state.layers.setdefault((site, "site"), Layer("site"))


class MakesSitesAnew(MemoryPolicies):
    """Starting again opens what was locked."""

    async def ensure_site(self, site: Any) -> None:
        self.state.layers.pop((site, "site"), None)
        await super().ensure_site(site)


class GivesLayersInnermostFirst(MemoryPolicies):
    """The order is turned round."""

    async def layers(self, *given: Any) -> Any:
        return (await super().layers(*given))[::-1]


class PutsSpaceLayersAboveAll(MemoryPolicies):
    """The layer of one space is above every space."""

    async def layers(self, site: Any, space: Any) -> Any:
        spaces = [
            layer for (home, name), layer in self.state.layers.items() if home == site and name[:5] == "space"
        ]
        return (*(await super().layers(site, space))[:2], *spaces)


class KeepsOldConfigurations(MemoryPolicies):
    """Saving adds, and replaces nothing."""

    async def layers(self, site: Any, space: Any) -> Any:
        site_layer, *others = await super().layers(site, space)
        return (site_layer, Layer("configuration default"), *others)


class LosesTheLifetime(MemoryPolicies):
    """One restriction is not stored."""

    async def save(self, site: Any, layer: Any) -> None:
        await super().save(site, Layer(layer.name, evolve(layer.limits, lifetime=None)))


class TakesAbsentForEmpty(MemoryPolicies):
    """No list of people is stored as an empty one: everyone becomes nobody."""

    async def save(self, site: Any, layer: Any) -> None:
        people, networks = layer.limits.people or People(), layer.limits.networks or Networks()
        await super().save(site, Layer(layer.name, evolve(layer.limits, people=people, networks=networks)))


class TakesEmptyForAbsent(MemoryPolicies):
    """An empty list is stored as none: nobody becomes everyone."""

    async def save(self, site: Any, layer: Any) -> None:
        limits = Limits(
            **{name: value for name, value in layer.limits.given if value not in (People(), Networks())}
        )
        await super().save(site, Layer(layer.name, limits))


class IsOffAtFirst(MemoryPolicies):
    """A new site has to be turned on."""

    async def switches(self, *given: Any) -> Any:
        found = await super().switches(*given)
        return found if self.state.switches else evolve(found, site_on=False)


class IgnoresTheSwitchOfASite(MemoryPolicies):
    """Turning a site off stops nothing."""

    async def switches(self, *given: Any) -> Any:
        return evolve(await super().switches(*given), site_on=True)


class StopsTheWholeSite(MemoryPolicies):
    """Turning one space off stops all."""

    async def switch(self, site: Any, space: Any, on: bool) -> None:
        await super().switch(site, None, on)


class SwitchesOffOnly(MemoryPolicies):
    """What was turned off stays off."""

    async def switch(self, site: Any, space: Any, on: bool) -> None:
        await super().switch(site, space, on and self.state.switches.get((site, space), True))


class StartsAtOne(MemoryGuesses):
    """Who has tried nothing has failed once."""

    async def tally(self, keys: Any, now: Any) -> Any:
        return tuple(one if one.failures else Tally(1, now) for one in await super().tally(keys, now))


class CountsTheFirstKeyOnly(MemoryGuesses):
    """Only the network is counted, not the link."""

    async def wrong(self, keys: Any, now: Any) -> None:
        await super().wrong(keys[:1], now)


class AnswersInStoredOrder(MemoryGuesses):
    """Tallies come in the order of their keys' bytes."""

    async def tally(self, keys: Any, now: Any) -> Any:
        return await super().tally(sorted(keys), now)


class LosesACount(MemoryGuesses):
    """Between reading a tally and writing it, others may come in."""

    async def wrong(self, keys: Any, now: Any) -> None:
        before = {key: self.state.tallies.get(key, Tally()) for key in keys}
        await asyncio.sleep(0)
        self.state.tallies.update({key: Tally(one.failures + 1, now) for key, one in before.items()})


class ForgivesNothing(MemoryGuesses):
    """A right proof leaves the tallies."""

    async def right(self, keys: Any) -> None:
        return None


class ForgetsNothing(MemoryGuesses):
    """A tally lives for ever."""

    async def tally(self, keys: Any, now: Any) -> Any:
        return tuple(self.state.tallies.get(key, Tally()) for key in keys)


ROWS = [
    stored("codes", KeepsUsedCodes, "the_right_code_is_given_once"),
    stored("codes", AcceptsAnyCode, "a_wrong_code_is_refused"),
    stored("codes", CountsNoTries, "every_wrong_try_counts", "a_new_code_keeps_the_count_of_wrong_tries"),
    stored("codes", AllowsOneTryLess, "the_last_try_may_be_right"),
    stored("codes", TriesInTwoSteps, "wrong_tries_at_once_all_count", "of_right_tries_at_once_one_succeeds"),
    stored("codes", AcceptsExpiredCodes, "an_expired_code_is_refused"),
    stored("codes", IgnoresTheSession, "a_code_is_of_one_session_link_and_site"),
    stored("codes", KeepsTheFirstCode, "a_new_code_replaces_the_earlier"),
    stored("codes", ANewCodeResetsTheCount, "a_new_code_keeps_the_count_of_wrong_tries"),
    stored("codes", ExpiredCodesHandOnTheirCount, "an_expired_code_hands_on_no_count"),
    stored("codes", AsksWithoutLetters, "ask_stores_code_events_and_letters_together"),
    stored("codes", AsksWithoutTransaction, "ask_that_fails_half_way_stores_nothing"),
    stored("policies", AllowsUnknownSites, "a_site_that_was_never_made_has_no_layers"),
    stored("policies", MakesNoConfiguration, "ensure_site_makes_two_empty_layers"),
    stored("policies", MakesSitesAnew, "ensure_site_leaves_what_is_there"),
    stored("policies", GivesLayersInnermostFirst, "layers_come_outermost_first"),
    stored("policies", PutsSpaceLayersAboveAll, "a_layer_of_a_space_is_above_that_space_only"),
    stored("policies", KeepsOldConfigurations, "a_space_has_one_configuration"),
    stored("policies", LosesTheLifetime, "every_restriction_survives"),
    stored("policies", TakesAbsentForEmpty, "absent_stays_apart_from_empty"),
    stored("policies", TakesEmptyForAbsent, "absent_stays_apart_from_empty"),
    stored("policies", IsOffAtFirst, "switches_are_on_at_first"),
    stored("policies", IgnoresTheSwitchOfASite, "the_switch_of_a_site_stops_all_its_spaces"),
    stored("policies", StopsTheWholeSite, "the_switch_of_a_space_stops_that_space_only"),
    stored("policies", SwitchesOffOnly, "a_switch_can_be_turned_on_again"),
    stored("guesses", StartsAtOne, "an_unknown_key_has_an_empty_tally"),
    stored("guesses", CountsTheFirstKeyOnly, "every_wrong_proof_counts_for_every_key"),
    stored("guesses", AnswersInStoredOrder, "tallies_come_in_the_order_of_their_keys"),
    stored("guesses", LosesACount, "parallel_wrong_proofs_all_count"),
    stored("guesses", ForgivesNothing, "a_right_proof_starts_its_keys_again"),
    stored("guesses", ForgetsNothing, "a_tally_is_forgotten_after_a_day"),
]
