"""``exshare account``: the accounts that visitors have made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.values import SiteId
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.external_accounts import ExternalAccount
    from exshare_core.joining import Joining, Listed
    from exshare_web.container import Opened

ACCOUNT = Shape(
    {
        "id": "What the account is called here.",
        "site": "Its site.",
        "address": "Its mail address; null when that cannot be unsealed.",
        "created_at": "When it was made.",
        "disabled": "Whether it is locked out.",
        "second_factor": "Whether it has a second factor.",
    }
)
GONE = Shape({"id": "The account that was.", "deleted": "Always true."})

Act = Callable[["Joining", SiteId, "Listed"], Awaitable["ExternalAccount"]]


@click.group()
def account() -> None:
    """The accounts that visitors have made to sign in with."""


@account.command("list", epilog=example("exshare account list --site acme"))
@options.config
@options.site
@options.json_of(ACCOUNT.listed())
def list_accounts(config_file: Path, site: str | None, as_json: bool) -> None:
    """List the accounts of a site, in the order in which they were made."""

    async def work(deployment: Opened) -> tuple[Listed, ...]:
        return await deployment.services.joining.accounts(options.site_of(site, deployment.services.sharing))

    found = options.with_deployment(config_file, work, looking=True)
    if as_json:
        options.print_json([described(one) for one in found])
        return
    for one in found:
        marks = [
            *(["locked out"] if one.account.disabled else []),
            *(["second factor"] if one.account.factor is not None else []),
        ]
        click.echo("  ".join([_name(one), one.account.id, f"{one.account.created_at:%Y-%m-%d}", *marks]))


@account.command(epilog=example("exshare account disable eva@example.com"))
@click.argument("address")
@options.config
@options.site
@options.json_of(ACCOUNT)
def disable(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Lock an account out at once, in every browser, with all that it opened. ADDRESS is its mail address or its id."""
    _changed(address, config_file, site, as_json, lambda it, at, one: it.disable(at, one.account.id), "is locked out")


@account.command(epilog=example("exshare account enable eva@example.com"))
@click.argument("address")
@options.config
@options.site
@options.json_of(ACCOUNT)
def enable(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Let an account sign in again with the password that it had."""
    _changed(
        address, config_file, site, as_json, lambda it, at, one: it.enable(at, one.account.id), "may sign in again"
    )


@account.command("reset-factor", epilog=example("exshare account reset-factor eva@example.com"))
@click.argument("address")
@options.config
@options.site
@options.json_of(ACCOUNT)
def reset_factor(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Take away a second factor that was lost, and sign the account out everywhere. Be sure who asks for it."""
    _changed(
        address, config_file, site, as_json, lambda it, at, one: it.reset_factor(at, one.account.id),
        "has no second factor now",
    )  # fmt: skip


@account.command(epilog=example("exshare account delete eva@example.com"))
@click.argument("address")
@options.config
@options.site
@options.json_of(GONE)
def delete(address: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Delete an account with everything that is stored of it."""

    async def work(deployment: Opened) -> Listed:
        where, joining = options.site_of(site, deployment.services.sharing), deployment.services.joining
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
        where, joining = options.site_of(site, deployment.services.sharing), deployment.services.joining
        named = await joining.named(where, address)
        return Listed(await act(joining, where, named), named.address)

    changed = options.with_deployment(config_file, work)
    if as_json:
        options.print_json(described(changed))
        return
    click.echo(f"{_name(changed)} {said}")


def _name(one: Listed) -> str:
    return one.account.id if one.address is None else str(one.address)
