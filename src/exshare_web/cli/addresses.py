"""``exshare link address`` and ``exshare link reach``: addresses of people's own, and what a link reaches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from exshare_web.cli import options
from exshare_web.cli.links import found_link, link
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.sharing import Personal
    from exshare_web.container import Opened

ADDRESS = Shape(
    {
        "id": "What names the address; the activity says it of whoever came by it.",
        "recipient": "Whose it is; null where that can no longer be read.",
        "created": "When it was made.",
        "valid_until": "When it ends by itself; null is with the link.",
        "revoked": "When it was withdrawn; null where it was not.",
        "opens": "How often the link was opened by it, within the time for which the activity is kept.",
        "used": "When it was opened by it last, within that time; null where it was not.",
        "alive": "Whether it leads to the link now.",
    }
)

REACH = Shape(
    {
        "pages": "How many pages.",
        "files": "How many files of them may leave.",
        "restricted": "How many pages are left out for their view restrictions alone.",
        "unknown": "Of how many it could not be found out.",
        "all_pages": "Whether every page was looked at; else the number is the least there is.",
        "all_files": "The same of the files.",
    }
)


@link.group()
def address() -> None:
    """Addresses of people's own at one link: add, list, revoke. An address proves no mailbox."""


@address.command(epilog=example("exshare link address add 3f9c2a ada@example.com max@example.com"))
@click.argument("reference", metavar="LINK")
@click.argument("recipients", metavar="RECIPIENT", nargs=-1, required=True)
@options.config
@click.option("--until", metavar="INSTANT", help="When they end, such as 2026-12-31T23:00:00Z; else with the link.")
@options.json_of(ADDRESS.wider(url="The full address.").listed())
def add(reference: str, recipients: tuple[str, ...], config_file: Path, until: str | None, as_json: bool) -> None:
    """Give each RECIPIENT, a mail address, an address of their own to LINK; all of them or none. Nothing is sent."""
    from exshare_core.values import Address, instant

    people = [Address.parse(one) for one in recipients]
    end = None if until is None else instant(until, "until")

    async def work(deployment: Opened) -> list[dict[str, Any]]:
        sharing, found = await found_link(deployment, reference)
        made = await sharing.add_personal(None, found.link.id, people, end)
        return [{**_described(one), "url": url} for one, url in made]

    made = options.with_deployment(config_file, work)
    options.printed(made, as_json, lambda: "\n".join(f"{one['id']}  {one['recipient']}  {one['url']}" for one in made))


@address.command("list", epilog=example("exshare link address list 3f9c2a"))
@click.argument("reference", metavar="LINK")
@options.config
@options.json_of(ADDRESS.listed())
def list_addresses(reference: str, config_file: Path, as_json: bool) -> None:
    """List the addresses of LINK that are somebody's own, living ones first."""

    async def work(deployment: Opened) -> list[dict[str, Any]]:
        sharing, found = await found_link(deployment, reference)
        return [_described(one) for one in await sharing.personal(None, found.link.id)]

    found = options.with_deployment(config_file, work, looking=True)
    options.printed(found, as_json, lambda: "\n".join(map(_line, found)))


@address.command(epilog=example("exshare link address revoke 3f9c2a 10a2c504353796dc"))
@click.argument("reference", metavar="LINK")
@click.argument("address_id", metavar="ADDRESS")
@options.config
@options.json_of(ADDRESS)
def revoke(reference: str, address_id: str, config_file: Path, as_json: bool) -> None:
    """Withdraw ADDRESS, which `list` names by its id: it leads nowhere at once, and the others go on."""

    async def work(deployment: Opened) -> dict[str, Any]:
        sharing, found = await found_link(deployment, reference)
        return _described(await sharing.revoke_personal(None, found.link.id, address_id[:60]))

    gone = options.with_deployment(config_file, work)
    options.printed(gone, as_json, lambda: _line(gone))


@link.command(epilog=example("exshare link reach 3f9c2a"))
@click.argument("reference", metavar="LINK")
@options.config
@options.json_of(REACH)
def reach(reference: str, config_file: Path, as_json: bool) -> None:
    """Count the pages and files that LINK reaches now; past 200 pages the number is the least there is."""
    from exshare_web.manager.words import reached

    async def work(deployment: Opened) -> Any:
        sharing, found = await found_link(deployment, reference)
        return await sharing.reach(None, found.link.id)

    counted = options.with_deployment(config_file, work, looking=True)
    said = reached(counted)
    options.printed(attrs.asdict(counted), as_json, lambda: "\n".join((said.numbers, *said.more)))


def _described(one: Personal) -> dict[str, Any]:
    """An address as JSON; nothing that opens it."""
    it = one.address
    return {
        "id": one.id,
        "recipient": None if one.recipient is None else str(one.recipient),
        "created": it.created_at.isoformat(),
        "valid_until": None if it.valid_until is None else it.valid_until.isoformat(),
        "revoked": None if it.revoked_at is None else it.revoked_at.isoformat(),
        "opens": one.opens,
        "used": None if one.used_at is None else one.used_at.isoformat(),
        "alive": one.lives,
    }


def _line(one: dict[str, Any]) -> str:
    return "  ".join((one["id"], one["recipient"] or "-", "alive" if one["alive"] else "dead"))
