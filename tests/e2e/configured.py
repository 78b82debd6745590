"""Configuration files for the tests, with exactly the documented keys."""

from __future__ import annotations

import re
from pathlib import Path

from exshare_demo.canaries import CLASSIC_TOKEN
from exshare_demo.serving import Addresses
from exshare_demo.site import EMAIL
from tests.e2e.running import free_port

MIRA = "712020:canary-acc-mira"
TOVE = "712020:canary-acc-tove"


def site_section(name: str, confluence: Addresses) -> str:
    """One site over a stand-in of Confluence Cloud."""
    return f"""\
[[sites]]
name = "{name}"
[sites.content]
use = "confluence-cloud"
url = "{confluence.site}"
email = "{EMAIL}"
token = "{CLASSIC_TOKEN}"
media_hosts = ["{confluence.media.removeprefix("http://")}"]
insecure = true
"""


def sqlite_section(folder: Path) -> str:
    """The storage in one file."""
    return f'use = "sqlite"\npath = "{folder / "exshare.db"}"'


def postgres_section(dsn: str) -> str:
    """The storage in a database server."""
    return f'use = "postgres"\ndsn = "{dsn}"'


def written(folder: Path, storage: str, *sites: str, mail: str = "") -> Path:
    """The configuration file; letters go to files unless `mail` says otherwise."""
    to_files = f'use = "file"\npath = "{folder / "mail"}"\nsender = "Shared pages <share@example.com>"'
    file = folder / "exshare.toml"
    file.write_text(
        f"""\
base_url = "http://127.0.0.1:{free_port()}"
data_dir = "{folder / "data"}"
[secrets]
key_file = "{folder / "key"}"
[storage]
{storage}
[mail]
{mail or to_files}
{"".join(sites)}"""
    )
    return file


def port_of(config: Path) -> int:
    """The port that the configuration's base address names."""
    found = re.search(r'base_url = "http://127.0.0.1:(\d+)"', config.read_text())
    assert found is not None
    return int(found[1])
