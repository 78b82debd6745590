"""``exshare member``: the people who may share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.errors import InvalidValue, NotFound, printable
from exshare_core.events import Actor
from exshare_core.governance import Leavers
from exshare_core.values import AccountId, Address, SiteId, Subject
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.accounts import Member
    from exshare_core.governing.leaving import Settlement
    from exshare_web.container import Opened

MEMBER = Shape(
    {
        "id": "What the member is called here.",
        "name": "The name to sign in with.",
        "site": "The member's site; null is all of them.",
        "admin": "Whether an admin of it.",
        "identity": "The account id or user key in Confluence; null without one.",
        "second_factor": "Whether there is a second factor.",
        "disabled": "Whether locked out.",
        "address": "Where notices go; null is nowhere.",
        "elsewhere": "Who the member is at an identity provider: `issuer` and `subject`; null without one.",
    }
)
INVITED = MEMBER.wider(setup_url="The one-time address at which a password is chosen; null where there is one already.")
LOCKED_OUT = MEMBER.wider(
    links="What became of the links, by site: `site`, `became`, the ids in `links`, and the new `owner`."
)
SIGNED_OUT = MEMBER.wider(ended="How many sessions ended.")


@click.group()
def member() -> None:
    """The members who may share pages."""


@member.command("add", epilog=example("exshare member add ada --site acme --identity 557058:4f5c"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The site the member belongs to; may be left out where there is one only.")
@click.option("--identity", metavar="ACCOUNT", help="The member's account id (Cloud) or user key (Data Center).")
@click.option("--admin", is_flag=True, help="An admin of the site; without --site, of all sites.")
@click.option(
    "--address", metavar="MAIL", help="Where notices go, such as that somebody guesses at one of their links."
)
@options.password_stdin
@options.json_of(INVITED)
def add(
    name: str,
    config_file: Path,
    site: str | None,
    identity: str | None,
    admin: bool,
    address: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add a member; without a password, print a one-time link at which they choose one."""
    password = options.given_password(password_stdin)
    mailbox = None if address is None else Address.parse(address)

    async def work(deployment: Opened) -> tuple[Member, str | None]:
        services = deployment.services
        where = _site(site, admin, tuple(services.sharing))
        account = None if identity is None else AccountId(identity)
        made, setup = await services.membership.add(
            name, site=where, admin=admin, identity=account, password=password, address=mailbox
        )
        return made, None if setup is None else f"{services.manage_url}/manage/setup/{setup}"

    made, link = options.with_deployment(config_file, work)
    if as_json:
        options.print_json({**described(made), "setup_url": link})
        return
    place = f"of {made.site}" if made.site else "of all sites"
    click.echo(f"{'admin' if made.admin else 'member'} {made.name} {place} added")
    if link is not None:
        click.echo(f"They choose a password at this address; it works once, within 72 hours:\n{link}")


@member.command(epilog=example("exshare member invite ada"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@options.json_of(INVITED)
def invite(name: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Print a new one-time link at which a member chooses a password; an earlier one ends."""

    async def work(deployment: Opened) -> tuple[Member, str]:
        known = await _found(deployment, name, site)
        invited, setup = await deployment.services.membership.invite(known.id)
        return invited, f"{deployment.services.manage_url}/manage/setup/{setup}"

    invited, link = options.with_deployment(config_file, work)
    if as_json:
        options.print_json({**described(invited), "setup_url": link})
        return
    click.echo(f"{invited.name} chooses a password at this address; it works once, within 72 hours:\n{link}")


@member.command(epilog=example("exshare member disable ada"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@options.json_of(LOCKED_OUT)
def disable(name: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Lock a member out at once, in every browser. What becomes of their links is the choice of each site's policy."""

    async def work(deployment: Opened) -> tuple[Member, list[Settlement]]:
        known = await _found(deployment, name, site)
        changed = await deployment.services.membership.disable(known.id)
        sites = [one for at, one in deployment.services.leaving.items() if changed.site in (None, at)]
        return changed, [await one.settle(changed.id) for one in sites]

    changed, settlements = options.with_deployment(config_file, work)
    if as_json:
        options.print_json({**described(changed), "links": [_settled(one) for one in settlements]})
        return
    click.echo(f"{changed.name} is locked out")
    for one in settlements:
        if one.links:
            click.echo(f"{one.site}: {len(one.links)} links {_became(one)}")


@member.command(epilog=example("exshare member enable ada"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@options.json_of(MEMBER)
def enable(name: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Let a member sign in again with the password they had; links that are still theirs go on."""

    async def work(deployment: Opened) -> Member:
        known = await _found(deployment, name, site)
        return await deployment.services.membership.enable(known.id)

    changed = options.with_deployment(config_file, work)
    if as_json:
        options.print_json(described(changed))
        return
    click.echo(f"{changed.name} may sign in again")


def _settled(settlement: Settlement) -> dict[str, Any]:
    heir = None if settlement.heir is None else settlement.heir.name
    return {"site": settlement.site, "became": settlement.choice.value, "links": list(settlement.links), "owner": heir}


def _became(settlement: Settlement) -> str:
    """What became of the links, as the end of a sentence."""
    if settlement.heir is None:
        return "are suspended until the member is enabled again"
    how = " under the service identity" if settlement.choice is Leavers.KEEP else ""
    return f"go on{how}, owned by {settlement.heir.name}"


@member.command(epilog=example("exshare member tie ada --issuer https://login.example.com --subject ada-1"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@click.option("--issuer", metavar="URL", help="The identity provider, as `issuer` in the configuration names it.")
@click.option("--subject", metavar="TEXT", help="What the provider calls the person; shown to whoever is turned away.")
@options.json_of(MEMBER)
def tie(name: str, config_file: Path, site: str | None, issuer: str | None, subject: str | None, as_json: bool) -> None:
    """Let a member sign in as somebody whom an identity provider knows; with neither option, as nobody any more."""
    if (issuer is None) != (subject is None):
        raise InvalidValue(
            "subject" if subject is None else "issuer", "give both `--issuer` and `--subject`, or neither"
        )
    wanted = None if issuer is None or subject is None else Subject(issuer, subject)

    async def work(deployment: Opened) -> Member:
        known = await _found(deployment, name, site)
        return await deployment.services.membership.tie(known.id, wanted)

    changed = options.with_deployment(config_file, work)
    if as_json:
        options.print_json(described(changed))
        return
    how = "as nobody elsewhere" if wanted is None else f"as {wanted.name} of {wanted.issuer}"
    click.echo(f"{changed.name} signs in {how}")


@member.command("reset-totp", epilog=example("exshare member reset-totp ada"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@options.json_of(MEMBER)
def reset_totp(name: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Take away a second factor that was lost, and sign the member out everywhere.

    Make sure that it is the member who asks. Where a second factor is demanded, they set up a new one when they sign in
    next; a new password does not take it away.
    """

    async def work(deployment: Opened) -> Member:
        known = await _found(deployment, name, site)
        return await deployment.services.membership.reset_factor(known.id)

    changed = options.with_deployment(config_file, work)
    if as_json:
        options.print_json(described(changed))
        return
    click.echo(f"{changed.name} has no second factor any more, and is signed out everywhere")


@member.command("sign-out", epilog=example("exshare member sign-out ada"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@options.json_of(SIGNED_OUT)
def sign_out(name: str, config_file: Path, site: str | None, as_json: bool) -> None:
    """Sign a member out in every browser; they may sign in again."""

    async def work(deployment: Opened) -> tuple[Member, int]:
        known = await _found(deployment, name, site)
        return known, await deployment.services.membership.end_all_sessions(known.id, Actor.OPERATOR)

    known, ended = options.with_deployment(config_file, work)
    if as_json:
        options.print_json({**described(known), "ended": ended})
        return
    click.echo(f"{known.name} is signed out everywhere: {ended} {'session' if ended == 1 else 'sessions'} ended")


@member.command(epilog=example("exshare member notices ada --address ada@example.com"))
@click.argument("name")
@options.config
@click.option("--site", metavar="SITE", help="The member's site, where several have one of that name.")
@click.option("--address", metavar="MAIL", help="Where they go; without it, nowhere.")
@options.json_of(MEMBER)
def notices(name: str, config_file: Path, site: str | None, address: str | None, as_json: bool) -> None:
    """Choose where a member's notices go: that somebody guesses at one of their links, for one."""
    mailbox = None if address is None else Address.parse(address)

    async def work(deployment: Opened) -> Member:
        known = await _found(deployment, name, site)
        return await deployment.services.membership.send_notices(known.id, mailbox)

    changed = options.with_deployment(config_file, work)
    if as_json:
        options.print_json(described(changed))
        return
    click.echo(f"notices for {changed.name} go {'nowhere' if mailbox is None else f'to {mailbox}'}")


@member.command("list", epilog=example("exshare member list --site acme"))
@options.config
@click.option("--site", metavar="SITE", help="Only members of this site and of all sites.")
@options.json_of(MEMBER.listed())
def list_members(config_file: Path, site: str | None, as_json: bool) -> None:
    """List the members."""

    async def work(deployment: Opened) -> tuple[Member, ...]:
        where = None if site is None else options.site_of(site, deployment.services.sharing)
        return await deployment.storage.members.list(where)

    found = options.with_deployment(config_file, work, looking=True)
    if as_json:
        options.print_json([described(one) for one in found])
        return
    for one in found:
        marks = [
            *(["admin"] if one.admin else []),
            *(["second factor"] if one.factor else []),
            *(["locked out"] if one.disabled else []),
        ]
        click.echo("  ".join([one.name, one.site or "all sites", *marks]))


def described(one: Member) -> dict[str, Any]:
    """A member as JSON; no hash, no digest."""
    return {
        "id": one.id,
        "name": one.name,
        "site": one.site,
        "admin": one.admin,
        "identity": one.identity,
        "second_factor": one.factor is not None,
        "disabled": one.disabled,
        "address": None if one.address is None else str(one.address),
        "elsewhere": None if one.subject is None else {"issuer": one.subject.issuer, "subject": one.subject.name},
    }


async def _found(deployment: Opened, name: str, site: str | None) -> Member:
    """The member with this name or id, locked out or not; raises NotFound, and InvalidValue where several are meant."""
    where = None if site is None else options.site_of(site, deployment.services.sharing)
    listed = await deployment.storage.members.list(where)
    meant = [one for one in listed if one.id == name or one.name.casefold() == name.strip().casefold()]
    if not meant:
        raise NotFound(f"there is no member `{printable(name[:100])}`")
    if len(meant) > 1:
        sites = ", ".join(str(one.site or "all sites") for one in meant)
        raise InvalidValue("site", f"there are several of that name ({sites}); name the site")
    return meant[0]


def _site(named: str | None, admin: bool, sites: tuple[SiteId, ...]) -> SiteId | None:
    """The member's site. Only an admin can be without one (spec R6); where there is one site, it need not be named."""
    if named is not None:
        return options.site_of(named, sites)
    return sites[0] if not admin and len(sites) == 1 else None
