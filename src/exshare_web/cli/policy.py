"""``exshare policy``: what is set on a site, from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from exshare_core.errors import InvalidValue, StalePolicy
from exshare_web.cli import options
from exshare_web.cli.links import found_link
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.events import Actor
    from exshare_core.explaining import Explanation
    from exshare_core.governance import PolicyChange
    from exshare_core.governing import DryRun, Governing
    from exshare_core.values import IPAddress
    from exshare_web.container import Opened

T = TypeVar("T")

SHOWN = 20
"""How many links a dry run names on the screen; ``--json`` has all of them."""

METHODS = ("account", "sso", "signed")
"""The values of `gates.Method`, written out so that no command has to load the gates to know its options."""

dry = click.option("--dry-run", is_flag=True, help="Only say what would become of the links.")
of_space = click.option("--space", metavar="KEY", help="Only this space.")

DOCUMENT = Shape({"version": "The version in force.", "document": "Everything that is set, as TOML."})
DRY_RUN = Shape(
    {
        "applied": "Whether it was done, and not only tried.",
        "version": "The version that it was tried on.",
        "differences": "What becomes different: `what`, `old` and `new`.",
        "links": "How many links were looked at.",
        "counts": "How many of them are suspended, cut and restored.",
        "impacts": "Those: `link`, `page`, `owner`, `name`, `consequence`, `reasons` and `layers`.",
        "decided_live": "Rules that only Confluence can answer, when a visitor comes.",
        "warnings": "What is shut that was open.",
    }
)
CHANGE = Shape(
    {
        "version": "The version that it made.",
        "at": "When.",
        "actor": "member or operator.",
        "member": "Who; null for the operator.",
        "changes": "What: `what`, `old` and `new`.",
    }
)
EXPLANATION = Shape(
    {
        "effect": "What it comes to: allow, ask or deny.",
        "gates": "Every gate: `stage`, `effect`, `rule`, `layers` and `remedy`.",
        "expires": "When the link ends; null is never.",
        "values": "Every value in force: `restriction`, `value`, `layers` and `contributions`.",
    }
)


@click.group()
def policy() -> None:
    """What is set on a site: export and import it, see what a change would do, stop sharing, explain a link."""


@policy.command(epilog=example("exshare policy export --site acme > policy.toml"))
@options.config
@options.site
@options.json_of(DOCUMENT)
def export(config_file: Path, site: str | None, as_json: bool) -> None:
    """Print everything that is set, as one TOML document."""
    from exshare_core.policy_document import write_policy

    async def work(governing: Governing) -> tuple[int, str]:
        policy = await governing.policy(None)
        return policy.version, write_policy(policy)

    version, document = _governed(config_file, site, work, looking=True)
    if as_json:
        options.print_json({"version": version, "document": document})
        return
    click.echo(document, nl=False)


@policy.command("import", epilog=example("exshare policy import policy.toml --site acme --dry-run"))
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@options.config
@options.site
@dry
@click.option("--on", "version", type=int, metavar="VERSION", help="Refuse unless this version is still in force.")
@options.json_of(DRY_RUN)
def import_document(
    file: Path, config_file: Path, site: str | None, dry_run: bool, version: int | None, as_json: bool
) -> None:
    """Set everything as FILE says, or - for standard input; all of it or, when anything is wrong, nothing."""
    from exshare_core.policy_document import read_policy

    document = _read(file)

    async def work(governing: Governing) -> DryRun:
        before = await governing.policy(None)
        if version is not None and version != before.version:
            raise StalePolicy(before.version)
        wanted = read_policy(document, before)
        found = await governing.dry_run(None, wanted)
        if not dry_run:
            await governing.change(None, wanted)
        return found

    _show(_governed(config_file, site, work, looking=dry_run), as_json, done="" if dry_run else "applied")


@policy.command(epilog=example("exshare policy history --site acme --limit 5"))
@options.config
@options.site
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="How many of the newest."
)
@options.json_of(CHANGE.listed())
def history(config_file: Path, site: str | None, limit: int, as_json: bool) -> None:
    """Who changed what, newest first."""

    async def work(governing: Governing) -> tuple[PolicyChange, ...]:
        return await governing.history(None, limit=limit)

    changes = _governed(config_file, site, work, looking=True)
    if as_json:
        options.print_json([_row(one) for one in changes])
        return
    for one in changes:
        click.echo(f"version {one.version}  {one.at:%Y-%m-%d %H:%M} UTC  {_who(one.actor, one.member)}")
        for difference in one.changes:
            click.echo(f"    {difference.what}: {difference.old} → {difference.new}")


@policy.command(epilog=example("exshare policy switch off --site acme --space TEAM"))
@click.argument("position", type=click.Choice(["on", "off"]))
@options.config
@options.site
@of_space
@dry
@options.json_of(DRY_RUN)
def switch(position: str, config_file: Path, site: str | None, space: str | None, dry_run: bool, as_json: bool) -> None:
    """Stop sharing at once, or let it go on as before, on the site or in one space. Links keep their settings."""
    from exshare_core.values import space_key

    async def work(governing: Governing) -> DryRun:
        key = None if space is None else space_key(space)
        found = await governing.dry_run_switch(None, key, position == "on")
        if not dry_run:
            await governing.switch(None, key, position == "on")
        return found

    _show(_governed(config_file, site, work, looking=dry_run), as_json, done="" if dry_run else f"switched {position}")


@policy.command(epilog=example("exshare policy explain 3f9c2a --as ada@example.com --from 192.0.2.7"))
@click.argument("reference", metavar="LINK")
@options.config
@click.option("--as", "address", metavar="ADDRESS", help="A visitor who has proved this mail address.")
@click.option("--signed-in", type=click.Choice(METHODS), help="Who has signed in: here, elsewhere, or named by a host.")
@click.option("--from", "network", metavar="NETWORK", help="Where they come from; without it no list admits them.")
@click.option("--at", "at", metavar="INSTANT", help="When they come, such as 2026-12-31T23:00:00Z; now by default.")
@options.json_of(EXPLANATION)
def explain(
    reference: str,
    config_file: Path,
    address: str | None,
    signed_in: str | None,
    network: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Say why LINK (an id or an address) lets a visitor in or not: every gate, every value in force, and whose it is."""
    from exshare_core.attempts import Method
    from exshare_core.values import Address, instant

    who = None if address is None else Address.parse(address)
    where = None if network is None else _address(network)
    when = None if at is None else instant(at, "at")
    how = None if signed_in is None else Method(signed_in)

    async def work(deployment: Opened) -> Explanation:
        sharing, found = await found_link(deployment, reference)
        governing = deployment.services.governing[sharing.site]
        return await governing.explain(None, found.link.id, address=who, network=where, at=when, signed_in=how)

    explanation = options.with_deployment(config_file, work, looking=True)
    if as_json:
        options.print_json(_explained(explanation))
        return
    click.echo("\n".join(_told(explanation)))


# --- reaching the use cases --------------------------------------------------------------------------------------


def _governed(
    config_file: Path, site: str | None, work: Callable[[Governing], Awaitable[T]], *, looking: bool = False
) -> T:
    async def on_site(deployment: Opened) -> T:
        sites = deployment.services.governing
        return await work(sites[options.site_of(site, sites)])

    return options.with_deployment(config_file, on_site, looking=looking)


def _read(file: Path) -> str:
    from exshare_core.policy_document import LARGEST_DOCUMENT

    return options.read_text(file, "document", most=LARGEST_DOCUMENT)


def _address(text: str) -> IPAddress:
    from exshare_core.values import network_address

    found = network_address(text.strip())
    if found is None:
        raise InvalidValue("from", f"`{text[:60]}` is not an IP address")
    return found


# --- showing -----------------------------------------------------------------------------------------------------


def _show(found: DryRun, as_json: bool, *, done: str) -> None:
    if as_json:
        options.print_json(_dry_run(found, applied=bool(done)))
        return
    for difference in found.differences:
        click.echo(f"{difference.what}: {difference.old} → {difference.new}")
    click.echo("\n".join(_consequences(found)))
    if done:
        click.echo(done)


def _consequences(found: DryRun) -> Iterable[str]:
    from exshare_core.impact import Consequence

    counted = [f"{found.count(one)} {one.value}" for one in Consequence]
    yield f"of {found.links} links: {', '.join(counted)}"
    for one in found.impacts[:SHOWN]:
        layers = f" (set by {', '.join(one.layers)})" if one.layers else ""
        yield f"    {one.link}  page {one.page}  {one.consequence.value}: {', '.join(one.reasons)}{layers}"
    if len(found.impacts) > SHOWN:
        yield f"    … and {len(found.impacts) - SHOWN} more"
    for rule in found.decided_live:
        yield f"decided live, when a visitor comes: {rule}"
    for sentence in found.warnings:
        yield f"mind: {sentence}"


def _dry_run(found: DryRun, *, applied: bool) -> dict[str, Any]:
    from exshare_core.impact import Consequence

    return {
        "applied": applied,
        "version": found.version,
        "differences": [{"what": one.what, "old": one.old, "new": one.new} for one in found.differences],
        "links": found.links,
        "counts": {one.value: found.count(one) for one in Consequence},
        "impacts": [
            {
                "link": one.link,
                "page": one.page,
                "owner": one.owner,
                "name": one.name,
                "consequence": one.consequence.value,
                "reasons": list(one.reasons),
                "layers": list(one.layers),
            }
            for one in found.impacts
        ],
        "decided_live": list(found.decided_live),
        "warnings": list(found.warnings),
    }


def _row(change: PolicyChange) -> dict[str, Any]:
    return {
        "version": change.version,
        "at": change.at.isoformat(),
        "actor": change.actor.value,
        "member": change.member,
        "changes": [{"what": one.what, "old": one.old, "new": one.new} for one in change.changes],
    }


def _who(actor: Actor, member: str | None) -> str:
    return actor.value if member is None else f"{actor.value} {member}"


def _told(explanation: Explanation) -> Iterable[str]:
    yield explanation.effect.name.lower()
    for said in explanation.gates:
        layers = f" (set by {', '.join(said.layers)})" if said.layers else ""
        remedy = f"; to pass: {said.remedy}" if said.remedy else ""
        yield f"  {said.stage.name.lower():9} {said.effect.name.lower():5}  {said.rule}{layers}{remedy}"
    if explanation.expires_at is not None:
        yield f"expires at {explanation.expires_at:%Y-%m-%d %H:%M} UTC"
    for value in explanation.values:
        yield f"  {value.restriction}: {value.value} (set by {', '.join(value.layers)})"
        if len(value.contributions) > 1:
            yield from (f"      {layer}: {words}" for layer, words in value.contributions)


def _explained(explanation: Explanation) -> dict[str, Any]:
    ends = explanation.expires_at
    return {
        "effect": explanation.effect.name.lower(),
        "gates": [
            {
                "stage": said.stage.name.lower(),
                "effect": said.effect.name.lower(),
                "rule": said.rule,
                "layers": list(said.layers),
                "remedy": said.remedy,
            }
            for said in explanation.gates
        ],
        "expires": None if ends is None else ends.isoformat(),
        "values": [
            {
                "restriction": one.restriction,
                "value": one.value,
                "layers": list(one.layers),
                "contributions": [{"layer": layer, "value": words} for layer, words in one.contributions],
            }
            for one in explanation.values
        ],
    }
