"""``exshare account``: the accounts that visitors have made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.errors import InvalidValue, printable
from exshare_core.values import SiteId
from exshare_web.cli import options

if TYPE_CHECKING:
    from exshare_core.external_accounts import ExternalAccount
    from exshare_core.joining import Joining, Listed
    from exshare_web.container import Opened

Act = Callable[["Joining", SiteId, "Listed"], Awaitable["ExternalAccount"]]


@click.group()
def account() -> None:
    """The accounts that visitors have made to sign in with."""


_site = click.option("--site", metavar="SITE", help="The account's site; may be left out where there is one only.")


@account.command("list")
@options.config
@_site
@options.as_json
def list_accounts(config_file: Path, site: str | None, as_json: bool) -> None:
    """List the accounts of a site, in the order in which they were made."""

    async def work(deployment: Opened) -> tuple[Listed, ...]:
        return await deployment.services.joining.accounts(_known(site, deployment))

    found = options.with_deployment(config_file, work)
    if as_json:
        options.print_json([described(one) for one in found])
        return
    for one in found:
        marks = [
            *(["locked out"] if one.account.disabled else []),
            *(["second factor"] if one.account.factor is not None else []),
        ]
        click.echo("  ".join([_name(one), one.account.id, f"{one.account.created_at:%Y-%m-%d}", *marks]))


@account.command()
@click.argument("address")
@options.config
@_site
@options.as_json
def disable(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Lock an account out at once, in every browser, with all that it opened. ADDRESS is its mail address or its id."""
    _changed(address, config_file, site, as_json, lambda it, at, one: it.disable(at, one.account.id), "is locked out")


@account.command()
@click.argument("address")
@options.config
@_site
@options.as_json
def enable(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Let an account sign in again with the password that it had."""
    _changed(
        address, config_file, site, as_json, lambda it, at, one: it.enable(at, one.account.id), "may sign in again"
    )


@account.command("reset-factor")
@click.argument("address")
@options.config
@_site
@options.as_json
def reset_factor(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Take away a second factor that was lost, and sign the account out everywhere. Be sure who asks for it."""
    _changed(
        address, config_file, site, as_json, lambda it, at, one: it.reset_factor(at, one.account.id),
        "has no second factor now",
    )  # fmt: skip


@account.command()
@click.argument("address")
@options.config
@_site
@options.as_json
def delete(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Delete an account with everything that is stored of it."""

    async def work(deployment: Opened) -> Listed:
        where, joining = _known(site, deployment), deployment.services.joining
        named = await joining.named(where, address)
        await joining.remove(where, named.account.id)
        return named

    gone = options.with_deployment(config_file, work)
    if as_json:
        options.print_json({"id": gone.account.id, "deleted": True})
        return
    click.echo(f"{_name(gone)} is deleted")


def described(one: Listed) -> dict[str, Any]:
    """An account as JSON; no hash, no digest."""
    return {
        "id": one.account.id,
        "site": one.account.site,
        "address": None if one.address is None else str(one.address),
        "created_at": one.account.created_at.isoformat(),
        "disabled": one.account.disabled,
        "second_factor": one.account.factor is not None,
    }


def _changed(address: str, config_file: Path, site: str | None, as_json: bool, act: Act, said: str) -> None:
    from exshare_core.joining import Listed

    async def work(deployment: Opened) -> Listed:
        where, joining = _known(site, deployment), deployment.services.joining
        named = await joining.named(where, address)
        return Listed(await act(joining, where, named), named.address)

    changed = options.with_deployment(config_file, work)
    if as_json:
        options.print_json(described(changed))
        return
    click.echo(f"{_name(changed)} {said}")


def _name(one: Listed) -> str:
    return one.account.id if one.address is None else str(one.address)


def _known(named: str | None, deployment: Opened) -> SiteId:
    sites = tuple(deployment.services.sharing)
    if named is None and len(sites) == 1:
        return sites[0]
    if named not in sites:
        rule = "name one" if named is None else f"there is no site `{printable(named[:60])}`"
        raise InvalidValue("site", f"{rule}; configured: {', '.join(sites)}")
    return SiteId(named)
