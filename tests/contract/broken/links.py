"""Link repositories that store, find or change links wrongly."""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone
from typing import Any

from attrs import evolve

from exshare_core.errors import StaleLink
from exshare_core.links import LinkState, Wish
from exshare_core.policy import Layer
from exshare_core.ports import Swept
from exshare_core.testing.fakes.links import MemoryLinks
from tests.contract.broken.rows import stored


class ForgetsRevocation(MemoryLinks):
    """Addresses come back as if they had never been revoked."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        return found and evolve(found, address=evolve(found.address, revoked_at=None))


class LosesMicroseconds(MemoryLinks):
    """Instants are kept to the second."""

    async def add(self, link: Any, *given: Any) -> None:
        await super().add(evolve(link, created_at=link.created_at.replace(microsecond=0)), *given)


class AnswersInLocalTime(MemoryLinks):
    """Instants are right but not in UTC."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        local = timezone(timedelta(hours=2))
        return found and evolve(found, link=evolve(found.link, created_at=found.link.created_at.astimezone(local)))


class LosesTheDescription(MemoryLinks):
    """One column is missing."""

    async def add(self, link: Any, *given: Any) -> None:
        await super().add(evolve(link, description=""), *given)


class FindsSomething(MemoryLinks):
    """An unknown digest gives the first link there is."""

    async def find(self, digest: bytes, session: Any) -> Any:
        first = next(iter(self.state.addresses))
        return await super().find(digest if digest in self.state.addresses else first, session)


class FoldsCase(MemoryLinks):
    """Digests are compared without case, as some databases compare text."""

    async def find(self, digest: bytes, session: Any) -> Any:
        alike = [one for one in self.state.addresses if one.lower() == digest.lower()]
        return await super().find(alike[0] if alike else digest, session)


class StripsDigests(MemoryLinks):
    """Trailing zeros and blanks of a digest are dropped."""

    async def get_by_digest(self, digest: bytes) -> Any:
        alike = [one for one in self.state.addresses if one.rstrip(b"\x00 ") == digest.rstrip(b"\x00 ")]
        return await super().get_by_digest(alike[0] if alike else digest)


class HidesDeadLinks(MemoryLinks):
    """Storage judges: deleted and disabled links are not found."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        return found if found is None or found.link.state is LinkState.ACTIVE else None


class MixesSites(MemoryLinks):
    """A link is given to whoever knows its id."""

    async def get(self, site: Any, link: Any) -> Any:
        homes = [home for home, id in self.state.links if id == link]
        return await super().get(homes[0] if homes else site, link)


class HasFixedLayers(MemoryLinks):
    """The layers are those of the beginning."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        return found and evolve(found, layers=(Layer("site"), Layer("configuration default")))


class GivesTheDefaultConfiguration(MemoryLinks):
    """A link has the default configuration above it, whatever its space is assigned to."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        if found is None:
            return None
        policy = self.state.policies[found.link.site]
        spaces = {key: evolve(rules, configuration=None) for key, rules in policy.spaces.items()}
        return evolve(found, layers=evolve(policy, spaces=spaces).layers(found.link.scope.space))


class SweepsWithoutWishes(MemoryLinks):
    """A walk over all links does not read what they ask for."""

    async def sweep(self, *given: Any, **more: Any) -> Any:
        return tuple(evolve(one, link=evolve(one.link, wish=Wish())) for one in await super().sweep(*given, **more))


class SweepsActiveLinksOnly(MemoryLinks):
    """Links that are off are not swept."""

    async def sweep(self, *given: Any, **more: Any) -> Any:
        found = await super().sweep(*given, **more)
        return tuple(one for one in found if one.link.state is LinkState.ACTIVE)


class SweepsDeletedLinks(MemoryLinks):
    """Deleted links are swept as well."""

    async def sweep(self, site: Any, **more: Any) -> Any:
        links = sorted(link.id for (home, _), link in self.state.links.items() if home == site)
        return tuple(Swept(self.state.links[site, id], self.state.opens[site, id]) for id in links)


class SweepsInOrderOfCreation(MemoryLinks):
    """Links are swept as they were stored."""

    async def sweep(self, *given: Any, **more: Any) -> Any:
        order = list(self.state.links)
        found = await super().sweep(*given, **more)
        return tuple(sorted(found, key=lambda one: order.index((one.link.site, one.link.id))))


class SweepsByPosition(MemoryLinks):
    """A page begins after as many links as were seen, though some of them are gone."""

    async def sweep(self, site: Any, *, after: Any = None, limit: int = 1000) -> Any:
        everything = await super().sweep(site, limit=10_000)
        seen = next((at for at, one in enumerate(everything, 1) if one.link.id == after), 0)
        return everything[seen : seen + limit]


class SweepsEverySite(MemoryLinks):
    """A walk goes on through the links of every site."""

    async def sweep(self, site: Any, *, after: Any = None, limit: int = 1000) -> Any:
        homes = dict.fromkeys(home for home, _ in self.state.links)
        pages = [await super(SweepsEverySite, self).sweep(home, after=after, limit=limit) for home in homes]
        return tuple(sorted((one for page in pages for one in page), key=lambda one: str(one.link.id)))[:limit]


class AddsWithoutEvents(MemoryLinks):
    """A new link leaves no trace in the activity."""

    async def add(self, link: Any, address: Any, events: Any, letters: Any = ()) -> None:
        await super().add(link, address, [], letters)


class AddsWithoutLetters(MemoryLinks):
    """The letters of a new link are lost."""

    async def add(self, link: Any, address: Any, events: Any, letters: Any = ()) -> None:
        await super().add(link, address, events, [])


class RecordsBeforeItAdds(MemoryLinks):
    """Events are written first, in a transaction of their own."""

    async def add(self, link: Any, address: Any, events: Any, letters: Any = ()) -> None:
        self.state.record(events)
        await super().add(link, address, [], letters)


class AddsWithoutTransaction(MemoryLinks):
    """When the letters fail, the link is there already."""

    async def add(self, link: Any, address: Any, events: Any, letters: Any = ()) -> None:
        await super().add(link, address, events)
        self.state.record([], letters)


class OverwritesLinks(MemoryLinks):
    """A taken id is written over."""

    async def add(self, link: Any, *given: Any) -> None:
        self.state.links.pop((link.site, link.id), None)
        await super().add(link, *given)


class OverwritesDigests(MemoryLinks):
    """A taken digest leads to the newcomer."""

    async def add(self, link: Any, address: Any, *given: Any) -> None:
        self.state.addresses.pop(address.digest, None)
        await super().add(link, address, *given)


class ReplacesThreeColumns(MemoryLinks):
    """Of a change, only name, state and version are stored."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        old = self.state.links.get((link.site, link.id), link)
        kept = evolve(old, name=link.name, state=link.state, version=link.version)
        await super().replace(kept, *given, **more)


class KeepsLinksOfLeavers(MemoryLinks):
    """Whoever owns a link, it goes on."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        return found and evolve(found, switches=evolve(found.switches, owner_in=True))


class SweepsLinksOfLeavers(MemoryLinks):
    """A walk over all links does not say whose owner has left."""

    async def sweep(self, *given: Any, **more: Any) -> Any:
        return tuple(evolve(one, owner_in=True) for one in await super().sweep(*given, **more))


class ForgetsNewAddresses(MemoryLinks):
    """A rotation makes no address."""

    async def replace(self, link: Any, events: Any, letters: Any = (), addresses: Any = ()) -> None:
        await super().replace(link, events, letters)


class StealsDigests(MemoryLinks):
    """A changed link may take the address of another."""

    async def replace(self, link: Any, events: Any, letters: Any = (), addresses: Any = ()) -> None:
        await super().replace(link, events, letters)
        self.state.addresses.update({one.digest: one for one in addresses})


class LetsTheLastWriterWin(MemoryLinks):
    """Versions are not compared."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        key = link.site, link.id
        if key in self.state.links:
            self.state.links[key] = evolve(self.state.links[key], version=link.version - 1)
        await super().replace(link, *given, **more)


class TellsTheWrongVersion(MemoryLinks):
    """The error names the version that was sent."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        try:
            await super().replace(link, *given, **more)
        except StaleLink:
            raise StaleLink(link.version) from None


class AcceptsTheFuture(MemoryLinks):
    """Any later version is taken."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        stored_link = self.state.links[link.site, link.id]
        later = max(stored_link.version, link.version - 1)
        self.state.links[link.site, link.id] = evolve(stored_link, version=later)
        await super().replace(link, *given, **more)


class RecordsStaleChanges(MemoryLinks):
    """The events of a refused change are kept."""

    async def replace(self, link: Any, events: Any, *given: Any, **more: Any) -> None:
        self.state.record(events)
        await super().replace(link, [], *given, **more)


class ComparesThenWrites(MemoryLinks):
    """Between comparing the version and writing, others may come in."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        seen = self.state.links[link.site, link.id]
        await asyncio.sleep(0)
        if seen.version == link.version - 1:
            self.state.links[link.site, link.id] = seen
        await super().replace(link, *given, **more)


class StoresUnknownChanges(MemoryLinks):
    """A link that is not there is made."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        key = link.site, link.id
        if key not in self.state.links:
            self.state.links[key] = evolve(link, version=link.version - 1)
            self.state.opens[key] = 0
        await super().replace(link, *given, **more)


class ReplaceTouchesOpens(MemoryLinks):
    """A change starts the count of opens again."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        await super().replace(link, *given, **more)
        self.state.opens[link.site, link.id] = 0


class ReplacesWithoutLetters(MemoryLinks):
    """The letters of a change are lost."""

    async def replace(self, link: Any, events: Any, letters: Any = (), addresses: Any = ()) -> None:
        await super().replace(link, events, [], addresses)


ROWS = [
    stored("links", ForgetsRevocation, "dead_links_come_back_like_living_ones"),
    stored("links", LosesMicroseconds, "times_stay_utc_to_the_microsecond", "every_field_survives"),
    stored("links", AnswersInLocalTime, "times_stay_utc_to_the_microsecond"),
    stored("links", LosesTheDescription, "every_field_survives", "links_behave_like_the_model"),
    stored("links", FindsSomething, "a_digest_that_was_never_stored_finds_nothing"),
    stored("links", FoldsCase, "a_digest_is_matched_byte_for_byte"),
    stored("links", StripsDigests, "a_digest_is_matched_byte_for_byte"),
    stored("links", HidesDeadLinks, "dead_links_come_back_like_living_ones"),
    stored("links", MixesSites, "a_link_of_another_site_is_not_given"),
    stored("links", HasFixedLayers, "a_link_comes_with_its_layers_and_switches"),
    stored("links", KeepsLinksOfLeavers, "a_link_says_whether_its_owner_has_left"),
    stored("links", SweepsLinksOfLeavers, "a_link_says_whether_its_owner_has_left"),
    stored("links", GivesTheDefaultConfiguration, "a_link_has_the_layers_of_its_space"),
    stored("links", SweepsWithoutWishes, "a_sweep_gives_every_field"),
    stored("links", SweepsActiveLinksOnly, "a_sweep_leaves_out_deleted_links_only"),
    stored("links", SweepsDeletedLinks, "a_sweep_leaves_out_deleted_links_only"),
    stored("links", SweepsInOrderOfCreation, "a_sweep_is_in_the_order_of_ids"),
    stored("links", SweepsByPosition, "a_sweep_is_complete_while_links_come_and_go"),
    stored("links", SweepsEverySite, "a_sweep_is_of_one_site"),
    stored("links", AddsWithoutEvents, "add_stores_link_events_and_letters_together"),
    stored("links", AddsWithoutLetters, "add_stores_link_events_and_letters_together"),
    stored("links", RecordsBeforeItAdds, "add_that_fails_stores_nothing"),
    stored("links", AddsWithoutTransaction, "add_that_fails_half_way_stores_nothing"),
    stored("links", OverwritesLinks, "a_taken_id_is_refused"),
    stored("links", OverwritesDigests, "a_taken_digest_keeps_its_first_holder", "links_behave_like_the_model"),
    stored("links", ReplacesThreeColumns, "replace_stores_every_field", "links_behave_like_the_model"),
    stored("links", ForgetsNewAddresses, "replace_stores_new_and_changed_addresses"),
    stored("links", StealsDigests, "replace_refuses_a_digest_of_another_link"),
    stored("links", LetsTheLastWriterWin, "a_stale_replace_is_refused", "links_behave_like_the_model"),
    stored("links", TellsTheWrongVersion, "a_stale_replace_is_refused"),
    stored("links", AcceptsTheFuture, "a_replace_from_the_future_is_refused"),
    stored("links", RecordsStaleChanges, "a_stale_replace_changes_nothing"),
    stored("links", ComparesThenWrites, "of_two_replaces_at_once_one_wins"),
    stored("links", StoresUnknownChanges, "replace_of_an_unknown_link_is_refused"),
    stored("links", ReplaceTouchesOpens, "replace_leaves_opens_visits_and_proofs_alone"),
    stored("links", ReplacesWithoutLetters, "replace_stores_link_events_and_letters_together"),
]
