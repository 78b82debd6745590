"""Confluence as a source of content: Cloud and Data Center, opened from their settings."""

from __future__ import annotations

from collections.abc import AsyncIterator

from exshare_adapters.confluence.settings import CloudSettings, DataCenterSettings
from exshare_core.ports import Content

__all__ = ["CloudSettings", "DataCenterSettings", "open_cloud", "open_data_center"]


async def open_cloud(settings: CloudSettings, /) -> AsyncIterator[Content]:
    """The content ports of a Confluence Cloud site, until the generator is closed."""
    from exshare_adapters.confluence.opening import cloud

    async with cloud(settings) as content:
        yield content


async def open_data_center(settings: DataCenterSettings, /) -> AsyncIterator[Content]:
    """The content ports of a Confluence Data Center site, until the generator is closed."""
    from exshare_adapters.confluence.opening import data_center

    async with data_center(settings) as content:
        yield content
