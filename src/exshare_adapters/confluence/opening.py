"""Puts the parts of a Confluence connection together and takes them apart again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from exshare_adapters.confluence.body import ConfluenceRenderer
from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.cloud_access import CloudAccess
from exshare_adapters.confluence.cloud_discussions import CloudDiscussions
from exshare_adapters.confluence.cloud_files import CloudFiles
from exshare_adapters.confluence.cloud_finder import CloudFinder
from exshare_adapters.confluence.cloud_histories import CloudHistories
from exshare_adapters.confluence.cloud_pages import CloudPages
from exshare_adapters.confluence.datacenter import DataCenter
from exshare_adapters.confluence.datacenter_access import DataCenterAccess
from exshare_adapters.confluence.datacenter_discussions import DataCenterDiscussions
from exshare_adapters.confluence.datacenter_files import DataCenterFiles
from exshare_adapters.confluence.datacenter_finder import DataCenterFinder
from exshare_adapters.confluence.datacenter_histories import DataCenterHistories
from exshare_adapters.confluence.datacenter_pages import DataCenterPages
from exshare_adapters.confluence.datacenter_rights import Rights
from exshare_adapters.confluence.directory import CLOUD, DATA_CENTER, KEPT, ConfluenceDirectory
from exshare_adapters.confluence.files import MEDIA_HOSTS, MediaHosts
from exshare_adapters.confluence.neutral import Neutral, NeutralFiles, NeutralFinder, NeutralPages
from exshare_adapters.confluence.searching import ConfluenceSearch
from exshare_adapters.confluence.settings import CloudSettings, DataCenterSettings
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Client, Transport, open_client
from exshare_core.ports import Content


@asynccontextmanager
async def cloud(settings: CloudSettings, transport: Transport | None = None) -> AsyncIterator[Content]:
    """The content ports of a Cloud site. The client for media hosts is another one and carries no
    credential.
    """
    async with (
        _api(settings, transport) as api,
        _media(settings, transport) as media,
        _kept() as kept,
    ):
        site, neutral = Cloud(api), Neutral(settings.site)
        hosts = MediaHosts((*MEDIA_HOSTS, *settings.site.hosts, *settings.media_hosts), settings.insecure)
        yield Content(
            pages=NeutralPages(CloudPages(site), neutral),
            finder=NeutralFinder(CloudFinder(site), neutral),
            files=NeutralFiles(CloudFiles(site, media, hosts), neutral),
            access=CloudAccess(site),
            directory=ConfluenceDirectory(api, CLOUD, kept),
            renderer=ConfluenceRenderer(settings.site),
            search=ConfluenceSearch(api),
            discussions=CloudDiscussions(site),
            histories=CloudHistories(site),
            origins=settings.site.origins,
        )


@asynccontextmanager
async def data_center(settings: DataCenterSettings, transport: Transport | None = None) -> AsyncIterator[Content]:
    """The content ports of a Data Center site; a second client as for Cloud, for hosts that the settings name."""
    async with _api(settings, transport) as api, _media(settings, transport) as media, _kept() as kept:
        site, rights, neutral = DataCenter(api), Rights(api), Neutral(settings.site)
        hosts = MediaHosts(settings.media_hosts, settings.insecure)
        yield Content(
            pages=NeutralPages(DataCenterPages(site, rights, settings.export_view), neutral),
            finder=NeutralFinder(DataCenterFinder(site), neutral),
            files=NeutralFiles(DataCenterFiles(site, media, hosts), neutral),
            access=DataCenterAccess(site, rights),
            directory=ConfluenceDirectory(api, DATA_CENTER, kept),
            renderer=ConfluenceRenderer(settings.site),
            search=ConfluenceSearch(api),
            discussions=DataCenterDiscussions(site),
            histories=DataCenterHistories(site, settings.export_view),
            origins=settings.site.origins,
        )


def _media(
    settings: CloudSettings | DataCenterSettings, transport: Transport | None
) -> AbstractAsyncContextManager[Client]:
    """A client without any credential."""
    return open_client(insecure=settings.insecure, ca_file=settings.ca_file, transport=transport)


@asynccontextmanager
async def _kept() -> AsyncIterator[SingleFlight]:
    """What is remembered of people's groups, in memory only."""
    shared = SingleFlight(KEPT)
    try:
        yield shared
    finally:
        await shared.close()


@asynccontextmanager
async def _api(settings: CloudSettings | DataCenterSettings, transport: Transport | None) -> AsyncIterator[Api]:
    headers = {"authorization": settings.authorization}
    async with open_client(
        base=settings.base,
        headers=headers,
        insecure=settings.insecure,
        ca_file=settings.ca_file,
        transport=transport,
    ) as http:
        shared = SingleFlight()
        try:
            yield Api(http, settings.base, settings.site, shared)
        finally:
            await shared.close()
