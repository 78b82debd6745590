"""The stand-in of either kind with the adapter over it, for tests that look at both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exshare_adapters.confluence import CloudSettings, DataCenterSettings, open_cloud, open_data_center
from exshare_core.ports import Content
from exshare_core.values import AccountId
from exshare_demo.canaries import CLASSIC_TOKEN, PAT
from exshare_demo.serving import serving
from exshare_demo.site import EMAIL, Site

READERS = {"cloud": AccountId("712020:canary-acc-mira"), "data-center": AccountId("canarykey00mira")}
"""A person who may read all but what is hidden, by kind of Confluence."""


@asynccontextmanager
async def opened(kind: str, site: Site) -> AsyncIterator[Content]:
    """The adapter over the site."""
    async with serving(site) as addresses:
        if kind == "cloud":
            media = (addresses.media.removeprefix("http://"),)
            cloud = CloudSettings(
                url=addresses.site, token=CLASSIC_TOKEN, email=EMAIL, media_hosts=media, insecure=True
            )
            async with asynccontextmanager(open_cloud)(cloud) as content:
                yield content
        else:
            centre = DataCenterSettings(url=addresses.datacenter, token=PAT, insecure=True)
            async with asynccontextmanager(open_data_center)(centre) as content:
                yield content
