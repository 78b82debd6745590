"""A layer restricts the space that it names, however the key is written; none is stored above which nothing stands."""

from __future__ import annotations

import asyncio

import pytest

from exshare_core.errors import Broken
from exshare_core.governance import SitePolicy, SpaceRules
from exshare_core.links import Scope, Switches
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Found
from exshare_core.testing.restricting import a_change, restrict
from exshare_core.testing.samples import SPACE, a_link, an_address, fresh_site
from exshare_core.values import PageId, SpaceKey
from tests.integration.stores import Store


def test_space_keys_compare_without_case(store: Store) -> None:
    """A layer and a switch of `Team` are above a link of `tEAM`, whose own spelling is kept."""
    link = a_link(fresh_site(), scope=Scope(PageId("1"), SpaceKey("tEAM")))
    address = an_address(link)
    limits = Limits(opens=3)

    async def scenario() -> Found | None:
        async with store.open() as storage:
            await storage.policies.ensure_site(link.site)
            await restrict(storage, link.site, "space Team", limits)
            await storage.policies.switch(link.site, SpaceKey("Team"), False, [])
            await storage.links.add(link, address, [])
            return await storage.links.find(address.digest, None)

    found = asyncio.run(scenario())

    assert found is not None
    assert (link, Switches(True, False)) == (found.link, found.switches)
    assert (Layer("site"), Layer("configuration default"), Layer("space TEAM", limits)) == found.layers


def test_a_configuration_that_is_not_there_is_refused(store: Store) -> None:
    """A space under a configuration that nobody stored would have no restriction of it: nothing is changed."""
    policy = SitePolicy(fresh_site(), 2, limits=Limits(opens=1), spaces={SPACE: SpaceRules("missing")})

    async def scenario() -> SitePolicy | None:
        async with store.open() as storage:
            await storage.policies.ensure_site(policy.site)
            with pytest.raises(Broken):
                await storage.policies.replace(policy, [], a_change(policy))
            return await storage.policies.policy(policy.site)

    assert SitePolicy(policy.site) == asyncio.run(scenario())
