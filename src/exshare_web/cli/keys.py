"""``exshare key``: the keys with which programs act for members."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.errors import NotFound
from exshare_core.events import Actor
from exshare_core.values import ApiKeyId, Networks
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.api_keys import ApiKey
    from exshare_web.container import Opened

KEY = Shape(
    {
        "id": "What the key is called here.",
        "site": "Its site.",
        "member": "The id of the member that it acts as.",
        "name": "What it is for.",
        "operations": "What it may be used for.",
        "networks": "From where; null is everywhere.",
        "created": "When it was made.",
        "from": "From when on it is good; null is at once.",
        "until": "Until when; null is without end.",
        "uses": "How often it was used.",
        "last_used": "When it was used last; null is never.",
        "revoked": "When it was revoked; null is not.",
    }
)
MADE = KEY.wider(text="The key itself, which nobody can be shown again.")


@click.group()
def key() -> None:
    """The keys with which programs act for members."""


@key.command(epilog=example("exshare key make nightly --member ada --allow links:read --until 2027-12-31T00:00:00Z"))
@click.argument("name")
@options.config
@options.site
@click.option("--member", "owner", required=True, metavar="MEMBER", help="Whom it acts as, by name or id.")
@click.option(
    "--allow", multiple=True, required=True, metavar="OPERATION", help="What for; may be given several times."
)
@click.option("--networks", metavar="LIST", help="From where: 192.0.2.0/24,2001:db8::/32; without it, from everywhere.")
@click.option("--from", "since", metavar="INSTANT", help="From when on, such as 2026-12-01T08:00:00Z.")
@click.option("--until", metavar="INSTANT", help="Until when; without it, without end.")
@options.json_of(MADE)
def make(
    name: str,
    config_file: Path,
    site: str | None,
    owner: str,
    allow: tuple[str, ...],
    networks: str | None,
    since: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    """Make a key for a member; it is printed this once, and can do no more than they can."""
    from exshare_core.api_keys import KeyForm, operations_of
    from exshare_core.values import instant

    form = KeyForm(
        name,
        operations_of(allow, "allow"),
        None if since is None else instant(since, "from"),
        None if until is None else instant(until, "until"),
        None if networks is None else Networks.parse([one.strip() for one in networks.split(",") if one.strip()]),
    )

    async def work(deployment: Opened) -> tuple[ApiKey, str]:
        services = deployment.services
        where = options.site_of(site, services.sharing)
        member = await services.membership.named(owner, where)
        return await services.keying.make(member, where, form, actor=Actor.OPERATOR)

    made, text = options.with_deployment(config_file, work)
    options.printed({**described(made), "text": text}, as_json, lambda: text)


@key.command("list", epilog=example("exshare key list --site acme --member ada"))
@options.config
@options.site
@click.option("--member", "owner", metavar="MEMBER", help="Only keys of this member, by name or id.")
@options.json_of(KEY.listed())
def list_keys(config_file: Path, site: str | None, owner: str | None, as_json: bool) -> None:
    """List the keys of a site, by member and newest first; revoked ones among them."""

    async def work(deployment: Opened) -> list[tuple[str, ApiKey]]:
        where, storage = options.site_of(site, deployment.services.sharing), deployment.storage
        meant = [one for one in await storage.members.list(where) if owner is None or owner in (one.id, one.name)]
        if owner is not None and not meant:
            raise NotFound(f"there is no member `{owner[:100]}` on this site")
        return [(one.name, it) for one in meant for it in await storage.api_keys.list(where, one.id)]

    found = options.with_deployment(config_file, work, looking=True)
    options.printed([described(one) for _, one in found], as_json, lambda: "\n".join(_line(*one) for one in found))


@key.command(epilog=example("exshare key revoke 3f9c2a --site acme"))
@click.argument("id")
@options.config
@options.site
@options.json_of(KEY)
def revoke(id: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Take all worth from a key at once. ID is what `exshare key list` calls it."""

    async def work(deployment: Opened) -> ApiKey:
        where = options.site_of(site, deployment.services.sharing)
        return await deployment.services.keying.revoke(None, where, ApiKeyId(id[:60]))

    gone = options.with_deployment(config_file, work)
    options.printed(described(gone), as_json, lambda: f"{gone.name} is revoked")


def described(one: ApiKey) -> dict[str, Any]:
    """A key as JSON; nothing of its secret."""
    return {
        "id": one.id,
        "site": one.site,
        "member": one.member,
        "name": one.name,
        "operations": sorted(it.value for it in one.operations),
        "networks": None if one.networks is None else list(one.networks.entries()),
        "created": _when(one.created_at),
        "from": _when(one.valid_from),
        "until": _when(one.valid_until),
        "uses": one.uses,
        "last_used": _when(one.last_used_at),
        "revoked": _when(one.revoked_at),
    }


def _when(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _line(member: str, one: ApiKey) -> str:
    used = "never used" if one.last_used_at is None else f"used {one.uses} times, last {one.last_used_at:%Y-%m-%d}"
    marks = ["revoked"] if one.revoked_at is not None else []
    return "  ".join([one.id, member, one.name, ",".join(sorted(it.value for it in one.operations)), used, *marks])
