"""`exshare check` says where links are for frames in which browsers would keep no session (spec G10)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from exshare_core.links import Wish
from exshare_core.testing.samples import a_link, an_address
from exshare_core.values import SiteId
from exshare_web import container
from exshare_web.container import Finding, load_settings
from exshare_web.settings import Settings

CONFIG = """
base_url = "{}"
insecure = true
data_dir = "data"
[storage]
use = "sqlite"
path = "exshare.db"
[mail]
use = "file"
path = "mail"
[[sites]]
name = "acme"
[sites.content]
use = "confluence-cloud"
url = "http://127.0.0.1:9/wiki"
bearer = "b"
insecure = true
"""


def settings(folder: Path, base_url: str) -> Settings:
    """A deployment at this address."""
    file = folder / "exshare.toml"
    file.write_text(CONFIG.format(base_url), encoding="utf-8")
    return load_settings(file, {})


def found(folder: Path, base_url: str, *origins: str) -> list[Finding]:
    """What the check says of the base address, where a link lists these origins."""
    chosen = settings(folder, base_url)

    async def work() -> list[Finding]:
        async with container.opened(chosen) as deployment:
            link = a_link(SiteId("acme"), wish=Wish(frame_origins=frozenset(origins)))
            await deployment.storage.links.add(link, an_address(link), [])
        return [one for one in await container.check(chosen) if one.what == "base_url"]

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("base_url", "origins", "wrong"),
    [
        ("http://share.example.com", ("https://intranet.example.com",), 1),
        ("http://127.0.0.1:8000", ("http://localhost:9000",), 1),
        ("http://127.0.0.1:8000", ("http://127.0.0.1:9000",), 0),
        ("http://share.example.com", (), 0),
    ],
)
def test_frames_of_other_hosts_need_https(tmp_path: Path, base_url: str, origins: tuple[str, ...], wrong: int) -> None:
    """Over http the check names the site and such an origin; pages of the same host, and no frames at all, are fine."""
    (finding,) = found(tmp_path, base_url, *origins)

    assert wrong == len(finding.wrong)
    assert [True] * wrong == ["`acme`" in said and f"`{origins[0]}`" in said for said in finding.wrong]


def test_over_https_nothing_is_said(tmp_path: Path) -> None:
    """Where cookies can be marked, there is nothing to look for."""
    assert [] == found(tmp_path, "https://share.example.com", "https://intranet.example.com")
