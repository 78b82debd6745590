"""The promises of PolicyRepository: what is set on a site as a whole, its history, what is above a space, switches."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import strategies as st

from exshare_core.errors import ExshareError, NotFound, StalePolicy
from exshare_core.events import Actor, Kind
from exshare_core.governance import (
    NO_PERMISSIONS,
    Difference,
    Held,
    Permissions,
    PolicyChange,
    SitePolicy,
    SpaceRules,
)
from exshare_core.links import Switches
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Storage
from exshare_core.schemes import EVERYONE, Granted, Grantees, Scheme
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.restricting import a_change, a_policy, following, restrict
from exshare_core.testing.samples import NOW, SPACE, a_link, after, an_event, fresh_id, fresh_site
from exshare_core.values import MemberId, Networks, People, SiteId, SpaceKey

SITE_LAYER = "site"
DEFAULT_LAYER = "configuration default"
SPACE_LAYER = f"space {SPACE}"
OTHER = SpaceKey("OTHER")

_EVERYTHING_EMPTY = Limits(
    capabilities={},
    people=People(),
    networks=Networks(),
    blocked_people=frozenset(),
    blocked_networks=frozenset(),
    forbidden_labels=frozenset(),
    demanded_labels=frozenset(),
    frame_origins=frozenset(),
    terms=frozenset(),
    excluded_names=frozenset(),
    group_rules=frozenset(),
)
_EVERYTHING_OFF = Limits(
    capabilities={"attachments": 0},
    password_demanded=False,
    expiry_demanded=False,
    people_demanded=False,
    sign_in_demanded=False,
    sso_demanded=False,
    password_length=0,
    lifetime=timedelta(microseconds=1),
    restricted_pages=False,
    children=False,
    password_by_mail=False,
    renewals=0,
    indexing=False,
    external_links=False,
)


async def _made(storage: Storage) -> SiteId:
    site = fresh_site()
    await storage.policies.ensure_site(site)
    return site


async def _kept(storage: Storage, policy: SitePolicy) -> SitePolicy:
    """Store `policy` as the next version of its site, whatever version it has."""
    stored = await storage.policies.policy(policy.site)

    assert stored is not None

    policy = evolve(policy, version=stored.version + 1)
    await storage.policies.replace(policy, [], a_change(policy))
    return policy


class DocumentContract(Contract[Storage]):
    """All that is set on a site is stored whole, and only by who saw the last version."""

    @promise
    async def test_a_site_that_was_never_made_has_no_policy(self, storage: Storage) -> None:
        """`policy` is None for an unknown site, whatever other sites there are."""
        await _made(storage)

        assert await storage.policies.policy(fresh_site()) is None

    @promise
    async def test_ensure_site_makes_a_policy_with_nothing_set(self, storage: Storage) -> None:
        """A new site is at version 1, has a default configuration, and restricts nothing."""
        site = await _made(storage)

        assert SitePolicy(site) == await storage.policies.policy(site)
        assert () == await storage.policies.history(site)

    @promise
    async def test_ensure_site_leaves_what_is_there(self, storage: Storage) -> None:
        """Making a site again changes neither its policy nor its switches."""
        policy = await _kept(storage, a_policy(await _made(storage)))
        await storage.policies.switch(policy.site, None, False, [])
        await storage.policies.ensure_site(policy.site)

        assert policy == await storage.policies.policy(policy.site)
        assert Switches(site_on=False) == await storage.policies.switches(policy.site, SPACE)

    @law(st.tuples(strategies.site_policies(), strategies.site_policies()))
    async def test_every_part_of_a_policy_survives(
        self, storage: Storage, value: tuple[SitePolicy, SitePolicy]
    ) -> None:
        """A policy comes back as it was stored, and storing another leaves nothing of the earlier one."""
        site = await _made(storage)
        for policy in value:
            kept = await _kept(storage, evolve(policy, site=site))

            assert kept == await storage.policies.policy(site)

    @promise
    async def test_absent_stays_apart_from_empty(self, storage: Storage) -> None:
        """Nobody is not everyone: empty lists, zeros and False come back as such, and absent ones as absent."""
        site = await _made(storage)
        for limits in (_EVERYTHING_EMPTY, _EVERYTHING_OFF, Limits()):
            await restrict(storage, site, SITE_LAYER, limits)
            stored = await storage.policies.policy(site)

            assert stored is not None
            assert limits == stored.limits
            assert limits == (await storage.policies.layers(site, SPACE))[0].limits

    @promise
    async def test_no_scheme_stays_apart_from_an_empty_one(self, storage: Storage) -> None:
        """A scheme that grants nothing is not the absence of a scheme, on the site and in a space."""
        site = await _made(storage)
        for scheme in (Scheme(), None, Scheme({Granted.CREATE: Grantees()})):
            spaces = {SPACE: SpaceRules(scheme=scheme)}
            kept = await _kept(storage, SitePolicy(site, scheme=scheme, spaces=spaces))

            assert kept == await storage.policies.policy(site)
            assert Permissions(scheme, scheme) == await storage.policies.permissions(site, SPACE)

    @promise
    async def test_a_policy_is_of_one_site(self, storage: Storage) -> None:
        """What is set on one site is not set on another."""
        policy, foreign = await _kept(storage, a_policy(await _made(storage))), await _made(storage)

        assert SitePolicy(foreign) == await storage.policies.policy(foreign)
        assert policy == await storage.policies.policy(policy.site)

    @promise
    async def test_a_stale_policy_is_refused(self, storage: Storage) -> None:
        """`replace` raises StalePolicy with the version in force, unless it follows on that."""
        policy = await _kept(storage, a_policy(await _made(storage)))
        for version in (1, 2, 4):
            late = SitePolicy(policy.site, version)
            with pytest.raises(StalePolicy) as raised:
                await storage.policies.replace(late, [], a_change(late))

            assert 2 == raised.value.current
        assert policy == await storage.policies.policy(policy.site)

    @promise
    async def test_a_stale_policy_changes_nothing(self, storage: Storage) -> None:
        """A refused `replace` stores no event and no row of the history, and leaves every layer."""
        policy = await _kept(storage, a_policy(await _made(storage)))
        layers, link = await storage.policies.layers(policy.site, SPACE), a_link(policy.site)
        history = await storage.policies.history(policy.site)
        late = SitePolicy(policy.site, 2)
        with pytest.raises(StalePolicy):
            await storage.policies.replace(late, [an_event(link)], a_change(late))

        assert layers == await storage.policies.layers(policy.site, SPACE)
        assert history == await storage.policies.history(policy.site)
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_of_two_policies_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored whole and all others are refused."""
        site = await _made(storage)
        changes = [
            evolve(a_policy(site), limits=Limits(opens=number), held=(Held(SITE_LAYER, Limits(opens=number), NOW),))
            for number in range(1, 6)
        ]
        results = await asyncio.gather(
            *(storage.policies.replace(change, [], a_change(change)) for change in changes), return_exceptions=True
        )
        winners = [change for change, result in zip(changes, results, strict=True) if result is None]

        assert [StalePolicy] * 4 == [type(result) for result in results if result is not None]
        assert winners == [await storage.policies.policy(site)]
        assert [2] == [change.version for change in await storage.policies.history(site)]

    @promise
    async def test_a_policy_of_an_unknown_site_is_refused(self, storage: Storage) -> None:
        """`replace` raises NotFound for a site that was never made, and does not make it."""
        await _made(storage)
        for version in (1, 2):
            policy = evolve(a_policy(fresh_site()), version=version)
            with pytest.raises(NotFound):
                await storage.policies.replace(policy, [], a_change(policy))

            assert await storage.policies.policy(policy.site) is None

    @promise
    async def test_a_policy_is_stored_with_its_events(self, storage: Storage) -> None:
        """After `replace`, the policy and its events are there."""
        site = await _made(storage)
        event = an_event(link := a_link(site), Kind.POLICY_CHANGED)
        policy = a_policy(site)
        await storage.policies.replace(policy, [event], a_change(policy))

        assert policy == await storage.policies.policy(site)
        assert (event,) == await storage.activity.of_link(site, link.id)

    @promise
    async def test_a_policy_that_fails_half_way_stores_nothing(self, storage: Storage) -> None:
        """An event that cannot be stored takes the policy and its row of the history with it."""
        site = await _made(storage)
        link, policy = a_link(site), a_policy(site)
        unwritable = an_event(link, detail="\ud800")
        try:
            await storage.policies.replace(policy, [an_event(link), unwritable], a_change(policy))
            whole = True
        except ExshareError:
            whole = False

        assert (policy if whole else SitePolicy(site)) == await storage.policies.policy(site)
        assert whole == bool(await storage.policies.history(site))
        assert whole == bool(await storage.activity.of_link(site, link.id))

    @promise
    async def test_replace_leaves_the_switches_alone(self, storage: Storage) -> None:
        """What was stopped stays stopped, whatever is set."""
        site = await _made(storage)
        await storage.policies.switch(site, None, False, [])
        await storage.policies.switch(site, SPACE, False, [])
        await _kept(storage, a_policy(site))

        assert Switches(False, False) == await storage.policies.switches(site, SPACE)


class HistoryContract(Contract[Storage]):
    """The history says who changed what, newest first."""

    @promise
    async def test_a_change_comes_back_whole(self, storage: Storage) -> None:
        """Every field of a row of the history is kept, in the order of its differences."""
        policy = a_policy(await _made(storage))
        changes = tuple(
            Difference(what, old, new)
            for what, old, new in (
                ("site: opens", "any number", "9"),
                ("space TEAM: configuration", "default", 'größe\n🙂 "strict"'),
                ("configuration strict", "", "new"),
            )
        )
        change = PolicyChange(policy.site, 2, after(microseconds=1), Actor.MEMBER, MemberId(fresh_id()), changes)
        await storage.policies.replace(policy, [], change)

        assert (change,) == await storage.policies.history(policy.site)

    @promise
    async def test_the_history_is_newest_first(self, storage: Storage) -> None:
        """Changes come in the order of their versions, the newest first, whatever their instants say."""
        site = await _made(storage)
        for version in range(2, 13):
            policy = SitePolicy(site, version)
            await storage.policies.replace(policy, [], evolve(a_change(policy), at=after(minutes=-version)))

        assert [*range(12, 1, -1)] == [change.version for change in await storage.policies.history(site)]

    @promise
    async def test_the_history_is_read_in_pages(self, storage: Storage) -> None:
        """`limit` bounds a page to the newest, and `before` goes on after it."""
        policy = SitePolicy(await _made(storage))
        for _ in range(5):
            policy = following(policy)
            await storage.policies.replace(policy, [], a_change(policy))
        pages, before = [], None
        for _ in range(4):
            page = await storage.policies.history(policy.site, before=before, limit=2)
            pages.append([change.version for change in page])
            before = page[-1].version if page else before

        assert [[6, 5], [4, 3], [2], []] == pages

    @promise
    async def test_the_history_is_of_one_site(self, storage: Storage) -> None:
        """What was changed on one site is not in the history of another."""
        site, foreign = await _made(storage), await _made(storage)
        await _kept(storage, SitePolicy(foreign))

        assert () == await storage.policies.history(site)
        assert () == await storage.policies.history(fresh_site())


class AboveContract(Contract[Storage]):
    """What stands above a space is what the policy says of it."""

    @promise
    async def test_a_site_that_was_never_made_has_no_layers(self, storage: Storage) -> None:
        """`layers` is empty for an unknown site, which means that nothing is allowed there."""
        assert () == await storage.policies.layers(fresh_site(), SPACE)

    @promise
    async def test_layers_come_outermost_first(self, storage: Storage) -> None:
        """Site, then the configuration that the space is assigned to, then the space, each with what it was before."""
        policy = await _kept(storage, a_policy(await _made(storage)))
        expected = (
            Layer(SITE_LAYER, Limits(opens=9)),
            Layer(SITE_LAYER, Limits(opens=1), after(hours=1)),
            Layer("configuration strict", Limits(opens=2)),
            Layer("configuration strict", Limits(opens=4), after(hours=3)),
            Layer(SPACE_LAYER, Limits(children=False)),
            Layer(SPACE_LAYER, Limits(opens=6), after(hours=4)),
            Layer(DEFAULT_LAYER, Limits(opens=7), after(hours=5)),
        )

        assert expected == await storage.policies.layers(policy.site, SPACE)

    @promise
    async def test_a_space_without_rules_has_two_layers(self, storage: Storage) -> None:
        """A space that sets nothing has the site and the default configuration above it, also when they are empty."""
        site, foreign = await _made(storage), await _made(storage)
        await _kept(storage, evolve(a_policy(site), held=()))
        lone = SpaceKey("LONE")

        assert [SITE_LAYER, DEFAULT_LAYER] == [one.name for one in await storage.policies.layers(site, lone)]
        assert (Layer(SITE_LAYER), Layer(DEFAULT_LAYER)) == await storage.policies.layers(foreign, SPACE)

    @law(strategies.site_policies())
    async def test_layers_are_those_of_the_policy(self, storage: Storage, policy: SitePolicy) -> None:
        """For every space, named or not and however its key is written, the layers are what the policy says."""
        policy = await _kept(storage, evolve(policy, site=await _made(storage)))
        for space in (*policy.spaces, SpaceKey("~nobody")):
            for spelling in (space, SpaceKey(space.lower())):
                assert policy.layers(space) == await storage.policies.layers(policy.site, spelling)

    @promise
    async def test_permissions_are_those_of_the_space(self, storage: Storage) -> None:
        """Schemes and admins are those of the site and of this space, however its key is written."""
        policy = await _kept(storage, a_policy(await _made(storage)))
        leads = Grantees(groups=frozenset({"leads"}))
        expected = Permissions(Scheme({Granted.CREATE: EVERYONE}), Scheme(), leads)

        assert expected == await storage.policies.permissions(policy.site, SPACE)
        assert expected == await storage.policies.permissions(policy.site, SpaceKey(SPACE.lower()))
        assert Permissions(expected.scheme) == await storage.policies.permissions(policy.site, OTHER)

    @promise
    async def test_a_site_that_was_never_made_permits_nothing(self, storage: Storage) -> None:
        """An unknown site grants no right to anybody, unlike one without a scheme."""
        site = await _made(storage)

        assert NO_PERMISSIONS == await storage.policies.permissions(fresh_site(), SPACE)
        assert Permissions() == await storage.policies.permissions(site, SPACE)


class SwitchesContract(Contract[Storage]):
    """Switches stop at once what they should, and no more."""

    @promise
    async def test_switches_are_on_at_first(self, storage: Storage) -> None:
        """A new site and its spaces are on."""
        site = await _made(storage)

        assert Switches(True, True) == await storage.policies.switches(site, SPACE)

    @promise
    async def test_the_switch_of_a_site_stops_all_its_spaces(self, storage: Storage) -> None:
        """A site that is off is off in every space, and no other site is."""
        site, foreign = await _made(storage), await _made(storage)
        await storage.policies.switch(site, None, False, [])

        assert Switches(False, True) == await storage.policies.switches(site, SPACE)
        assert Switches(False, True) == await storage.policies.switches(site, OTHER)
        assert Switches(True, True) == await storage.policies.switches(foreign, SPACE)

    @promise
    async def test_the_switch_of_a_space_stops_that_space_only(self, storage: Storage) -> None:
        """A space that is off leaves the site and the site's other spaces on, and the same key on another site."""
        site, foreign = await _made(storage), await _made(storage)
        await storage.policies.switch(site, SPACE, False, [])

        assert Switches(True, False) == await storage.policies.switches(site, SPACE)
        assert Switches(True, False) == await storage.policies.switches(site, SpaceKey(SPACE.lower()))
        assert Switches(True, True) == await storage.policies.switches(site, OTHER)
        assert Switches(True, True) == await storage.policies.switches(foreign, SPACE)

    @promise
    async def test_a_switch_can_be_turned_on_again(self, storage: Storage) -> None:
        """Turning on restores, and turning one switch leaves the other as it was."""
        site = await _made(storage)
        await storage.policies.switch(site, None, False, [])
        await storage.policies.switch(site, SPACE, False, [])
        await storage.policies.switch(site, None, True, [])

        assert Switches(True, False) == await storage.policies.switches(site, SPACE)
        await storage.policies.switch(site, SPACE, True, [])
        assert Switches(True, True) == await storage.policies.switches(site, SPACE)

    @promise
    async def test_everything_that_is_off_is_named(self, storage: Storage) -> None:
        """`stopped` gives the spaces that are off by key in upper case, None for the site, and nothing of another."""
        site, foreign = await _made(storage), await _made(storage)
        await storage.policies.switch(site, None, False, [])
        await storage.policies.switch(site, SpaceKey("tEAM"), False, [])
        await storage.policies.switch(site, OTHER, False, [])
        await storage.policies.switch(site, OTHER, True, [])

        assert frozenset({None, SpaceKey("TEAM")}) == await storage.policies.stopped(site)
        assert frozenset() == await storage.policies.stopped(foreign)

    @promise
    async def test_a_switch_is_stored_with_its_events(self, storage: Storage) -> None:
        """After `switch`, its events are there."""
        site = await _made(storage)
        event = an_event(link := a_link(site), Kind.SHARING_STOPPED)
        await storage.policies.switch(site, SPACE, False, [event])

        assert (event,) == await storage.activity.of_link(site, link.id)


class PolicyRepositoryContract(DocumentContract, HistoryContract, AboveContract, SwitchesContract):
    """All promises of PolicyRepository."""
