"""A layer restricts the space that it names, however the key is written; none is stored that nobody reads."""

from __future__ import annotations

import asyncio

import pytest

from exshare_core.errors import InvalidValue
from exshare_core.links import Scope, Switches
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Found
from exshare_core.testing.samples import a_link, an_address, fresh_site
from exshare_core.values import PageId, SpaceKey
from tests.integration.stores import Store


def test_space_keys_compare_without_case(store: Store) -> None:
    """A layer and a switch of `Team` are above a link of `tEAM`, whose own spelling is kept."""
    link = a_link(fresh_site(), scope=Scope(PageId("1"), SpaceKey("tEAM")))
    address = an_address(link)
    limits = Limits(opens=3)

    async def scenario() -> Found | None:
        async with store.open() as storage:
            await storage.policies.save(link.site, Layer("space Team", limits))
            await storage.policies.switch(link.site, SpaceKey("Team"), False)
            await storage.links.add(link, address, [])
            return await storage.links.find(address.digest, None)

    found = asyncio.run(scenario())

    assert found is not None
    assert (link, Switches(True, False)) == (found.link, found.switches)
    assert (Layer("site"), Layer("configuration default"), Layer("space TEAM", limits)) == found.layers


@pytest.mark.parametrize("name", ["", "link", "Site", "configuration", "configuration other", "team"])
def test_a_layer_that_nobody_reads_is_refused(store: Store, name: str) -> None:
    """A layer under a name that is above no link would be a restriction that does not restrict."""

    async def scenario() -> None:
        async with store.open() as storage:
            await storage.policies.save(fresh_site(), Layer(name, Limits(opens=3)))

    with pytest.raises(InvalidValue, match="layer: `.*` is neither the site"):
        asyncio.run(scenario())
