"""Repositories of policies that store, give or refuse what is set on a site wrongly."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from attrs import evolve

from exshare_core.errors import NotFound, StalePolicy
from exshare_core.governance import Permissions, SitePolicy
from exshare_core.policy import Layer, Limits
from exshare_core.schemes import Scheme
from exshare_core.testing.fakes.policies import MemoryPolicies
from exshare_core.values import Networks, People
from tests.contract.broken.rows import stored


class KnowsEverySite(MemoryPolicies):
    """A site that was never made has a policy."""

    async def policy(self, site: Any) -> Any:
        return await super().policy(site) or SitePolicy(site)


class StartsWithoutConfiguration(MemoryPolicies):
    """A new site has its own layer only."""

    async def ensure_site(self, site: Any) -> None:
        self.state.policies.setdefault(site, SitePolicy(site, configurations={}))


class MakesSitesAnew(MemoryPolicies):
    """Starting again opens what was locked."""

    async def ensure_site(self, site: Any) -> None:
        self.state.policies[site] = SitePolicy(site)


class KeepsOldSpaces(MemoryPolicies):
    """A space that has no rules any more keeps those that it had."""

    async def replace(self, policy: Any, *given: Any) -> None:
        old = self.state.policies.get(policy.site, policy)
        await super().replace(evolve(policy, spaces={**old.spaces, **policy.spaces}), *given)


class LosesTheLifetime(MemoryPolicies):
    """One restriction is not stored."""

    async def replace(self, policy: Any, *given: Any) -> None:
        await super().replace(evolve(policy, limits=evolve(policy.limits, lifetime=None)), *given)


class TakesAbsentForEmpty(MemoryPolicies):
    """No list of people is stored as an empty one: everyone becomes nobody."""

    async def replace(self, policy: Any, *given: Any) -> None:
        limits = evolve(policy.limits, people=policy.limits.people or People())
        await super().replace(evolve(policy, limits=limits), *given)


class TakesEmptyForAbsent(MemoryPolicies):
    """An empty list is stored as none: nobody becomes everyone."""

    async def replace(self, policy: Any, *given: Any) -> None:
        kept = {name: value for name, value in policy.limits.given if value not in (People(), Networks())}
        await super().replace(evolve(policy, limits=Limits(**kept)), *given)


class DropsEmptySchemes(MemoryPolicies):
    """A scheme that grants nothing is stored as none, which grants much."""

    async def replace(self, policy: Any, *given: Any) -> None:
        await super().replace(evolve(policy, scheme=None if policy.scheme == Scheme() else policy.scheme), *given)


class SharesOnePolicy(MemoryPolicies):
    """Whoever stored last has set it for every site."""

    async def policy(self, site: Any) -> Any:
        last = list(self.state.policies.values())[-1]
        return max(self.state.policies.values(), key=lambda one: one.version, default=last)


class LetsTheLastAdminWin(MemoryPolicies):
    """Versions are not compared."""

    async def replace(self, policy: Any, *given: Any) -> None:
        if policy.site in self.state.policies:
            old = self.state.policies[policy.site]
            self.state.policies[policy.site] = evolve(old, version=policy.version - 1)
        await super().replace(policy, *given)


class TellsTheWrongVersion(MemoryPolicies):
    """The error names the version that was sent."""

    async def replace(self, policy: Any, *given: Any) -> None:
        try:
            await super().replace(policy, *given)
        except StalePolicy:
            raise StalePolicy(policy.version) from None


class RecordsStaleChanges(MemoryPolicies):
    """The events of a refused change are kept."""

    async def replace(self, policy: Any, events: Any, change: Any) -> None:
        self.state.record(events)
        await super().replace(policy, [], change)


class ComparesThenWrites(MemoryPolicies):
    """Between comparing the version and writing, others may come in."""

    async def replace(self, policy: Any, *given: Any) -> None:
        seen = self.state.policies.get(policy.site)
        await asyncio.sleep(0)
        if seen is not None:
            self.state.policies[policy.site] = seen
        await super().replace(policy, *given)


class MakesSitesOnTheWay(MemoryPolicies):
    """A site that was never made is made by what is set on it."""

    async def replace(self, policy: Any, *given: Any) -> None:
        self.state.policies.setdefault(policy.site, evolve(policy, version=policy.version - 1))
        await super().replace(policy, *given)


class ChangesWithoutEvents(MemoryPolicies):
    """A change leaves no trace in the activity."""

    async def replace(self, policy: Any, events: Any, change: Any) -> None:
        await super().replace(policy, [], change)


class ChangesWithoutTransaction(MemoryPolicies):
    """When an event cannot be stored, the policy is there already."""

    async def replace(self, policy: Any, events: Any, change: Any) -> None:
        await super().replace(policy, [], change)
        if any(not event.detail.isprintable() for event in events):
            raise NotFound("an event could not be stored")
        self.state.record(events)


class ChangesTurnSharingOn(MemoryPolicies):
    """What was stopped goes on when something else is set."""

    async def replace(self, policy: Any, *given: Any) -> None:
        await super().replace(policy, *given)
        self.state.switches.clear()


class ForgetsWhatWas(MemoryPolicies):
    """The history says what was set, and not what stood there before."""

    async def history(self, *given: Any, **more: Any) -> Any:
        return tuple(
            evolve(one, changes=tuple(evolve(other, old="") for other in one.changes))
            for one in await super().history(*given, **more)
        )


class OrdersByTime(MemoryPolicies):
    """The history follows the clocks of those who changed something."""

    async def history(self, *given: Any, **more: Any) -> Any:
        return tuple(sorted(await super().history(*given, **more), key=lambda one: one.at, reverse=True))


class OrdersAsText(MemoryPolicies):
    """Version 10 comes before version 9."""

    async def history(self, *given: Any, **more: Any) -> Any:
        found = await super().history(*given, **more)
        return tuple(sorted(found, key=lambda one: str(one.version), reverse=True))


class RepeatsTheLastOfAPage(MemoryPolicies):
    """A page begins with the last row of the page before."""

    async def history(self, site: Any, *, before: Any = None, limit: int = 50) -> Any:
        return await super().history(site, before=before and before + 1, limit=limit)


class MixesHistories(MemoryPolicies):
    """Everybody sees every change."""

    async def history(self, *given: Any, **more: Any) -> Any:
        return tuple(self.state.changes.values())


class AllowsUnknownSites(MemoryPolicies):
    """A site that was never made has an open layer."""

    async def layers(self, *given: Any) -> Any:
        return await super().layers(*given) or (Layer("site"),)


class GivesLayersInnermostFirst(MemoryPolicies):
    """The order is turned round."""

    async def layers(self, *given: Any) -> Any:
        return (await super().layers(*given))[::-1]


class ForgetsWhatIsHeld(MemoryPolicies):
    """A loosened layer is loose for every link."""

    async def layers(self, *given: Any) -> Any:
        return tuple(one for one in await super().layers(*given) if one.before is None)


class LosesAMoment(MemoryPolicies):
    """What a layer was holds until a moment too early."""

    async def layers(self, *given: Any) -> Any:
        earlier = timedelta(microseconds=1)
        return tuple(
            one if one.before is None else evolve(one, before=one.before - earlier)
            for one in await super().layers(*given)
        )


class IgnoresAssignments(MemoryPolicies):
    """The default configuration is above every space."""

    async def layers(self, site: Any, space: Any) -> Any:
        policy = await self.policy(site)
        if policy is None:
            return ()
        spaces = {key: evolve(rules, configuration=None) for key, rules in policy.spaces.items()}
        return evolve(policy, spaces=spaces).layers(space)


class GivesEmptyLayers(MemoryPolicies):
    """A space that restricts nothing has a layer nevertheless."""

    async def layers(self, site: Any, space: Any) -> Any:
        layers = await super().layers(site, space)
        return layers if any(one.name.startswith("space ") for one in layers) else (*layers, Layer(f"space {space}"))


class DropsEmptyLayers(MemoryPolicies):
    """A site that restricts nothing has no layers, as if it had never been made."""

    async def layers(self, *given: Any) -> Any:
        return tuple(one for one in await super().layers(*given) if one.limits != Limits())


class ComparesKeysAsWritten(MemoryPolicies):
    """A space is another one when its key is written in lower case."""

    async def permissions(self, site: Any, space: Any) -> Any:
        found = await super().permissions(site, space)
        return found if space == space.upper() else Permissions(found.scheme)


class PermitsOnUnknownSites(MemoryPolicies):
    """A site that was never made is like one without a scheme."""

    async def permissions(self, site: Any, space: Any) -> Any:
        return await super().permissions(site, space) if site in self.state.policies else Permissions()


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

    async def switch(self, site: Any, space: Any, *given: Any) -> None:
        await super().switch(site, None, *given)


class SwitchesOffOnly(MemoryPolicies):
    """What was turned off stays off."""

    async def switch(self, site: Any, space: Any, on: bool, events: Any) -> None:
        await super().switch(site, space, on and self.state.switches.get((site, space), True), events)


class NamesWhatWasEverSwitched(MemoryPolicies):
    """What was turned on again is still named as off."""

    async def stopped(self, site: Any) -> Any:
        return frozenset(space for home, space in self.state.switches if home == site)


class SwitchesInSilence(MemoryPolicies):
    """A stop leaves no trace in the activity."""

    async def switch(self, site: Any, space: Any, on: bool, events: Any) -> None:
        await super().switch(site, space, on, [])


ROWS = [
    stored("policies", KnowsEverySite, "a_site_that_was_never_made_has_no_policy"),
    stored("policies", StartsWithoutConfiguration, "ensure_site_makes_a_policy_with_nothing_set"),
    stored("policies", MakesSitesAnew, "ensure_site_leaves_what_is_there"),
    stored("policies", KeepsOldSpaces, "every_part_of_a_policy_survives"),
    stored("policies", LosesTheLifetime, "every_part_of_a_policy_survives"),
    stored("policies", TakesAbsentForEmpty, "absent_stays_apart_from_empty"),
    stored("policies", TakesEmptyForAbsent, "absent_stays_apart_from_empty"),
    stored("policies", DropsEmptySchemes, "no_scheme_stays_apart_from_an_empty_one"),
    stored("policies", SharesOnePolicy, "a_policy_is_of_one_site"),
    stored("policies", LetsTheLastAdminWin, "a_stale_policy_is_refused"),
    stored("policies", TellsTheWrongVersion, "a_stale_policy_is_refused"),
    stored("policies", RecordsStaleChanges, "a_stale_policy_changes_nothing"),
    stored("policies", ComparesThenWrites, "of_two_policies_at_once_one_wins"),
    stored("policies", MakesSitesOnTheWay, "a_policy_of_an_unknown_site_is_refused"),
    stored("policies", ChangesWithoutEvents, "a_policy_is_stored_with_its_events"),
    stored("policies", ChangesWithoutTransaction, "a_policy_that_fails_half_way_stores_nothing"),
    stored("policies", ChangesTurnSharingOn, "replace_leaves_the_switches_alone"),
    stored("policies", ForgetsWhatWas, "a_change_comes_back_whole"),
    stored("policies", OrdersByTime, "the_history_is_newest_first"),
    stored("policies", OrdersAsText, "the_history_is_newest_first"),
    stored("policies", RepeatsTheLastOfAPage, "the_history_is_read_in_pages"),
    stored("policies", MixesHistories, "the_history_is_of_one_site"),
    stored("policies", AllowsUnknownSites, "a_site_that_was_never_made_has_no_layers"),
    stored("policies", GivesLayersInnermostFirst, "layers_come_outermost_first"),
    stored("policies", ForgetsWhatIsHeld, "layers_come_outermost_first", "layers_are_those_of_the_policy"),
    stored("policies", LosesAMoment, "layers_come_outermost_first"),
    stored("policies", IgnoresAssignments, "layers_come_outermost_first"),
    stored("policies", GivesEmptyLayers, "a_space_without_rules_has_two_layers"),
    stored("policies", DropsEmptyLayers, "a_space_without_rules_has_two_layers"),
    stored("policies", ComparesKeysAsWritten, "permissions_are_those_of_the_space"),
    stored("policies", PermitsOnUnknownSites, "a_site_that_was_never_made_permits_nothing"),
    stored("policies", IsOffAtFirst, "switches_are_on_at_first"),
    stored("policies", IgnoresTheSwitchOfASite, "the_switch_of_a_site_stops_all_its_spaces"),
    stored("policies", StopsTheWholeSite, "the_switch_of_a_space_stops_that_space_only"),
    stored("policies", SwitchesOffOnly, "a_switch_can_be_turned_on_again"),
    stored("policies", NamesWhatWasEverSwitched, "everything_that_is_off_is_named"),
    stored("policies", SwitchesInSilence, "a_switch_is_stored_with_its_events"),
]
