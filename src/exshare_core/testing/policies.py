"""The promises of PolicyRepository."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from exshare_core.links import Switches
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import SPACE, fresh_site
from exshare_core.values import Networks, People, SiteId, SpaceKey

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
)
_EVERYTHING_OFF = Limits(
    capabilities={"attachments": 0},
    password_demanded=False,
    expiry_demanded=False,
    people_demanded=False,
    password_length=0,
    lifetime=timedelta(microseconds=1),
    restricted_pages=False,
    children=False,
    password_by_mail=False,
)


async def _made(storage: Storage) -> SiteId:
    site = fresh_site()
    await storage.policies.ensure_site(site)
    return site


class PolicyRepositoryContract(Contract[Storage]):
    """Layers come outermost first and as they were saved;
    switches stop at once what they should, and no more.
    """

    @promise
    async def test_a_site_that_was_never_made_has_no_layers(self, storage: Storage) -> None:
        """`layers` is empty for an unknown site, which means that nothing is allowed there."""
        assert () == await storage.policies.layers(fresh_site(), SPACE)

    @promise
    async def test_ensure_site_makes_two_empty_layers(self, storage: Storage) -> None:
        """A new site has its own layer and its default configuration, both without any restriction."""
        site = await _made(storage)

        assert (Layer(SITE_LAYER), Layer(DEFAULT_LAYER)) == await storage.policies.layers(site, SPACE)

    @promise
    async def test_ensure_site_leaves_what_is_there(self, storage: Storage) -> None:
        """Making a site again changes neither its layers nor its switches."""
        site = await _made(storage)
        layer = Layer(SITE_LAYER, Limits(opens=3))
        await storage.policies.save(site, layer)
        await storage.policies.switch(site, None, False)
        await storage.policies.ensure_site(site)

        assert layer == (await storage.policies.layers(site, SPACE))[0]
        assert Switches(site_on=False) == await storage.policies.switches(site, SPACE)

    @promise
    async def test_layers_come_outermost_first(self, storage: Storage) -> None:
        """Site, then configuration, then space, in whatever order they were saved."""
        site = await _made(storage)
        for name in (SPACE_LAYER, SITE_LAYER, DEFAULT_LAYER):
            await storage.policies.save(site, Layer(name, Limits(opens=7)))
        names = [layer.name for layer in await storage.policies.layers(site, SPACE)]

        assert [SITE_LAYER, DEFAULT_LAYER, SPACE_LAYER] == names

    @promise
    async def test_a_layer_of_a_space_is_above_that_space_only(self, storage: Storage) -> None:
        """The layer of one space is not above the links of another space, nor of another site."""
        site, foreign = await _made(storage), await _made(storage)
        await storage.policies.save(site, Layer(SPACE_LAYER, Limits(children=False)))
        await storage.policies.save(site, Layer(SITE_LAYER, Limits(opens=7)))

        assert [SITE_LAYER, DEFAULT_LAYER] == [one.name for one in await storage.policies.layers(site, OTHER)]
        assert (Layer(SITE_LAYER), Layer(DEFAULT_LAYER)) == await storage.policies.layers(foreign, SPACE)

    @promise
    async def test_a_space_has_one_configuration(self, storage: Storage) -> None:
        """However often its default configuration is saved, there is one above a space: the last."""
        site = await _made(storage)
        for opens in (1, 2, 3):
            await storage.policies.save(site, Layer(DEFAULT_LAYER, Limits(opens=opens)))
        layers = await storage.policies.layers(site, SPACE)

        assert [Limits(opens=3)] == [layer.limits for layer in layers if layer.name == DEFAULT_LAYER]

    @law(st.tuples(strategies.limits(), strategies.limits()))
    async def test_every_restriction_survives(self, storage: Storage, value: tuple[Limits, Limits]) -> None:
        """A layer comes back as it was saved, and saving it again leaves nothing of the earlier one."""
        site = await _made(storage)
        for limits in value:
            await storage.policies.save(site, Layer(SPACE_LAYER, limits))

            assert Layer(SPACE_LAYER, limits) == (await storage.policies.layers(site, SPACE))[-1]

    @promise
    async def test_absent_stays_apart_from_empty(self, storage: Storage) -> None:
        """Nobody is not everyone: empty lists, zeros and False come back as such,
        and absent ones as absent.
        """
        site = await _made(storage)
        for limits in (_EVERYTHING_EMPTY, _EVERYTHING_OFF, Limits()):
            await storage.policies.save(site, Layer(SITE_LAYER, limits))

            assert limits == (await storage.policies.layers(site, SPACE))[0].limits

    @promise
    async def test_switches_are_on_at_first(self, storage: Storage) -> None:
        """A new site and its spaces are on."""
        site = await _made(storage)

        assert Switches(True, True) == await storage.policies.switches(site, SPACE)

    @promise
    async def test_the_switch_of_a_site_stops_all_its_spaces(self, storage: Storage) -> None:
        """A site that is off is off in every space, and no other site is."""
        site, foreign = await _made(storage), await _made(storage)
        await storage.policies.switch(site, None, False)

        assert Switches(False, True) == await storage.policies.switches(site, SPACE)
        assert Switches(False, True) == await storage.policies.switches(site, OTHER)
        assert Switches(True, True) == await storage.policies.switches(foreign, SPACE)

    @promise
    async def test_the_switch_of_a_space_stops_that_space_only(self, storage: Storage) -> None:
        """A space that is off leaves the site and the site's other spaces on,
        and the same key on another site.
        """
        site, foreign = await _made(storage), await _made(storage)
        await storage.policies.switch(site, SPACE, False)

        assert Switches(True, False) == await storage.policies.switches(site, SPACE)
        assert Switches(True, True) == await storage.policies.switches(site, OTHER)
        assert Switches(True, True) == await storage.policies.switches(foreign, SPACE)

    @promise
    async def test_a_switch_can_be_turned_on_again(self, storage: Storage) -> None:
        """Turning on restores, and turning one switch leaves the other as it was."""
        site = await _made(storage)
        await storage.policies.switch(site, None, False)
        await storage.policies.switch(site, SPACE, False)
        await storage.policies.switch(site, None, True)

        assert Switches(True, False) == await storage.policies.switches(site, SPACE)
        await storage.policies.switch(site, SPACE, True)
        assert Switches(True, True) == await storage.policies.switches(site, SPACE)
