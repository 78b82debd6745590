"""The demonstration: the service on embedded defaults over the bundled Confluence stand-in, ready to be clicked.

Everything that it makes lies in one data folder: configuration, key, database, letters, and the credentials that are
shown again at the next start (mode 0600). Deleting the folder starts afresh.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import attrs
from attrs import frozen

from exshare_core.accounts import Member
from exshare_core.capabilities import Capabilities
from exshare_core.errors import NotFound
from exshare_core.sharing import LinkForm, Sharing
from exshare_core.values import AccountId, LinkId, SiteId
from exshare_demo import pages
from exshare_demo.canaries import CLASSIC_TOKEN
from exshare_demo.serving import Addresses, standing
from exshare_demo.site import EMAIL, demo_site
from exshare_web import logs
from exshare_web.container import Opened, load_settings, make_data_dir
from exshare_web.serving import listening, serve_here

HOST = "127.0.0.1"
SITE = SiteId("demo")
USER = "demo"

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@frozen
class Ready:
    """What a person needs to look around."""

    open_link: str
    password_link: str
    password: str
    manage_url: str
    manage_user: str
    manage_password: str
    config: str


@frozen
class _Kept:
    """What the credentials file keeps between two starts."""

    password: str
    manage_password: str
    open_link: str = ""
    password_link: str = ""


def run(data: Path, port: int, announce: Callable[[Ready], None]) -> None:
    """Serve the demonstration from the folder `data` at `port` until asked to stop.

    `announce` is called once everything can be clicked. Raises InvalidValue when the port is taken.
    """
    make_data_dir(data)
    logs.configure("warning", "text")
    with listening(HOST, port) as bound, standing(demo_site()) as confluence:
        config = _configured(data, f"http://{HOST}:{port}", confluence)

        async def on_open(deployment: Opened) -> Callable[[], None]:
            ready = await _prepared(deployment, data, config)
            return lambda: announce(ready)

        # What the environment says is meant for a deployment, and must not reach into the demonstration.
        asyncio.run(serve_here(load_settings(config, {}), bound, on_open))


def _configured(data: Path, base_url: str, confluence: Addresses) -> Path:
    """Write the configuration, anew at each start since the stand-in's port changes."""
    text = f"""\
# The configuration of the demonstration, written anew each time it starts.
base_url = {_toml(base_url)}
data_dir = {_toml(str(data))}

[storage]
use = "sqlite"
path = {_toml(str(data / "exshare.db"))}

[mail]
use = "file"
path = {_toml(str(data / "mail"))}
sender = "Shared pages <share@lantern-works.example>"

[[sites]]
name = "{SITE}"

[sites.content]
use = "confluence-cloud"
url = {_toml(confluence.site)}
email = {_toml(EMAIL)}
token = {_toml(CLASSIC_TOKEN)}
media_hosts = [{_toml(confluence.media.removeprefix("http://"))}]
insecure = true
"""
    return _written(data / "exshare.toml", text)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _written(file: Path, text: str) -> Path:
    """Write for this user's eyes only, whole or not at all."""
    half = file.with_suffix(".new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as target:
        target.write(text)
    return half.replace(file)


async def _prepared(deployment: Opened, data: Path, config: Path) -> Ready:
    """The demonstration's member and links: those of the last start, or new ones."""
    file = data / "credentials.json"
    kept = _read(file)
    sharing = deployment.services.sharing[SITE]
    member = await _member(deployment, kept)
    allow = Capabilities.parse(
        [
            "comments=view",
            "attachments=view",
            "labels",
            "status",
            "history=view",
            "old-versions",
            "search",
            "pdf",
            "names",
        ]
    )
    guide = LinkForm(name="The whole guide", children=True, allow=allow)
    warranty = LinkForm(name="Behind a password", password=kept.password)
    open_link, open_url = await _link(sharing, member, kept.open_link, pages.HOME, guide)
    password_link, password_url = await _link(sharing, member, kept.password_link, pages.CARE, warranty)
    kept = attrs.evolve(kept, open_link=open_link, password_link=password_link)
    _written(file, json.dumps(attrs.asdict(kept), indent=1) + "\n")
    manage_url = f"{deployment.services.manage_url}/manage"
    return Ready(open_url, password_url, kept.password, manage_url, USER, kept.manage_password, str(config))


def _read(file: Path) -> _Kept:
    try:
        return _Kept(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return _Kept(password=_password(), manage_password=_password())


def _password() -> str:
    """Four groups of four letters that cannot be mistaken for one another: 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


async def _member(deployment: Opened, kept: _Kept) -> Member:
    membership = deployment.services.membership
    try:
        return await membership.named(USER, SITE)
    except NotFound:
        identity = AccountId(demo_site().users[pages.MIRA].account_id)
        made, _ = await membership.add(USER, site=SITE, admin=True, identity=identity, password=kept.manage_password)
        return made


async def _link(sharing: Sharing, owner: Member, kept: str, page: int, form: LinkForm) -> tuple[LinkId, str]:
    """The link of the last start under its own address, unless it was deleted meanwhile."""
    if kept:
        try:
            shown = await sharing.show(None, LinkId(kept))
        except NotFound:
            shown = None
        if shown is not None and (url := await sharing.url(shown.record)) is not None and shown.state == "active":
            return shown.link.id, url
    shown, url = await sharing.create(None, owner, str(page), form)
    return shown.link.id, url
