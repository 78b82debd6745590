"""``exshare activity``: what happened, whether it is what was written down, and what failed lately."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.values import EVERYWHERE
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.governing.auditing import Auditing
    from exshare_core.sealing import Head, Verdict
    from exshare_web.activity.asking import Asked
    from exshare_web.container import Opened

EVENT = Shape(
    {
        "number": "Its place in the chain of the site; null while it is not sealed.",
        "at": "When it happened.",
        "kind": "What happened.",
        "actor": "visitor, member, operator or system.",
        "member": "The member, by name.",
        "link": "The link.",
        "space": "The space, by key.",
        "page": "The page or file.",
        "detail": "More, in short words.",
        "network": "From which address of the network.",
        "address": "The mail address that the visitor had proved.",
        "account": "The account of the visitor.",
    }
)
VERDICT = Shape(
    {
        "site": "The site.",
        "whole": "Whether nothing is wrong.",
        "rows": "How many rows are as they were sealed.",
        "without_personal": "Of how many of them the personal fields were removed.",
        "unsealed": "How many rows wait for a seal.",
        "unsealed_since": "When the oldest of them happened.",
        "strays": "How many rows were put in past the service.",
        "broken_row": "The number of the first row that does not fit; null where there is none.",
        "fault": "What is wrong with it.",
        "head": "The head up to which all is whole.",
    }
)
HEAD = Shape({"site": "The site.", "head": "The head of its chain; null where nothing is sealed yet."})
FAILURE = Shape(
    {
        "minute": "The beginning of the minute.",
        "port": "What was asked.",
        "operation": "For what.",
        "outcome": "How it failed.",
        "count": "How often within the minute.",
    }
)


@click.group()
def activity() -> None:
    """What happened, and whether it is what was written down. The site `-` is what concerned no single one."""


_FILTERS = (
    click.option("--link", metavar="ID", help="Only what happened to this link."),
    click.option("--space", metavar="KEY", help="Only what happened in this space."),
    click.option("--page", metavar="ID", help="Only what concerns this page or file."),
    click.option(
        "--what",
        metavar="KIND",
        help="Only this kind, such as 'opened', or a topic: visits, gates, changes, sign-ins or administration.",
    ),
    click.option("--actor", metavar="WHO", help="Only what a visitor, a member, the operator or the system did."),
    click.option("--member", metavar="NAME", help="Only what this member did or was subject to."),
    click.option("--visitor", metavar="WHO", help="Only what was done with this account or whole mail address."),
    click.option("--network", metavar="IP", help="Only what was done from this IP address."),
    click.option("--since", metavar="TIME", help="From this day or time in UTC on."),
    click.option("--until", metavar="TIME", help="Before this time in UTC, or up to the end of this day."),
)


def _filtered(command: Any) -> Any:
    for one in reversed(_FILTERS):
        command = one(command)
    return command


@activity.command("list", epilog=example("exshare activity list --what gates --since 2026-11-01"))
@options.config
@options.site
@_filtered
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@options.json_of(EVENT.listed())
def list_events(config_file: Path, site: str | None, limit: int, as_json: bool, **filters: str | None) -> None:
    """List what happened, newest first."""

    async def work(deployment: Opened) -> list[dict[str, Any]]:
        from exshare_web.activity.exports import described

        auditing = _of(deployment, site)
        wanted, names = await _asked(auditing, filters), await auditing.names(None)
        found = []
        async for one in auditing.every(None, wanted.sought):
            found.append(described(one, names))
            if len(found) == limit:
                break
        return found

    events = options.with_deployment(config_file, work, looking=True)
    options.printed(events, as_json, lambda: "\n".join(map(_line, events)) or "nothing has happened")


@activity.command(epilog=example("exshare activity export --format csv --since 2026-11-01 > activity.csv"))
@options.config
@options.site
@_filtered
@click.option(
    "--format", "form", type=click.Choice(("csv", "json")), default="csv", show_default=True, help="The form."
)
def export(config_file: Path, site: str | None, form: str, **filters: str | None) -> None:
    """Write everything that fits to standard output, newest first, however much it is."""

    async def work(deployment: Opened) -> None:
        from exshare_web.activity.exports import as_csv, as_json

        auditing = _of(deployment, site)
        wanted, names = await _asked(auditing, filters), await auditing.names(None)
        write = as_csv if form == "csv" else as_json
        await _written(write(auditing.every(None, wanted.sought), names))

    options.with_deployment(config_file, work, looking=True)


@activity.command(
    epilog=example("exshare activity verify --site acme --head acme/1234/2026-11-26T21:00:00.000000Z/9f86…")
)
@options.config
@options.site
@click.option("--head", "head", metavar="HEAD", help="A head that was kept elsewhere, to hold the chain against.")
@options.json_of(VERDICT)
def verify(config_file: Path, site: str | None, head: str | None, as_json: bool) -> None:
    """Walk along the whole chain of a site. Ends with 1 when it is not what was written down."""
    from exshare_core.sealing import Head

    kept = None if head is None else Head.parse(head)

    async def work(deployment: Opened) -> Verdict:
        auditing = _of(deployment, site if kept is None or site is not None else kept.site)
        return await _verified(auditing, kept)

    verdict = options.with_deployment(config_file, work, looking=True)
    options.printed(_described(verdict), as_json, lambda: _said(verdict))
    if not verdict.whole:
        sys.exit(1)


@activity.command(epilog=example("exshare activity head --site acme >> /media/usb/heads.txt"))
@options.config
@options.site
@options.json_of(HEAD)
def head(config_file: Path, site: str | None, as_json: bool) -> None:
    """Print the head of a site's chain, to be kept where nobody could change it together with the database."""

    async def work(deployment: Opened) -> tuple[str, Head | None]:
        auditing = _of(deployment, site)
        return auditing.site, (await auditing.stands(None)).head

    name, found = options.with_deployment(config_file, work, looking=True)
    value = {"site": name, "head": None if found is None else str(found)}
    options.printed(value, as_json, lambda: "nothing is sealed yet" if found is None else str(found))


@activity.command(epilog=example("exshare activity failures --site acme"))
@options.config
@options.site
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@options.json_of(FAILURE.listed())
def failures(config_file: Path, site: str | None, limit: int, as_json: bool) -> None:
    """List what failed towards Confluence or mail lately, newest first."""

    async def work(deployment: Opened) -> list[dict[str, Any]]:
        found = await _of(deployment, site).failures(None, limit)
        return [
            {
                "minute": one.minute.isoformat(),
                "port": one.port,
                "operation": one.operation,
                "outcome": one.outcome,
                "count": one.count,
            }
            for one in found
        ]

    found = options.with_deployment(config_file, work, looking=True)
    lines = (
        f"{one['minute'][:16]}  {one['port']}.{one['operation']}  {one['outcome']}  {one['count']}" for one in found
    )
    options.printed(found, as_json, lambda: "\n".join(lines) or "nothing has failed")


def _of(deployment: Opened, site: str | None) -> Auditing:
    services = deployment.services
    return services.auditing[EVERYWHERE if site == EVERYWHERE else options.site_of(site, services.sharing)]


async def _asked(auditing: Auditing, filters: Mapping[str, str | None]) -> Asked:
    from exshare_web.activity.asking import asked

    given = {name: word for name, word in filters.items() if word is not None}
    return await asked(given, lambda text: auditing.named(None, text), auditing.mailbox)


async def _verified(auditing: Auditing, kept: Head | None) -> Verdict:
    stands = await auditing.stands(None)
    begins, ends = (0 if one is None else one.number for one in (stands.anchor, stands.head))
    with options.progress("Verifying", max(1, ends - begins)) as step:
        reached = begins

        def told(number: int) -> None:
            nonlocal reached
            step(max(0, number - reached))
            reached = number

        return await auditing.verify(None, kept, told)


async def _written(lines: AsyncIterator[str] | AsyncIterator[bytes]) -> None:
    async for line in lines:
        sys.stdout.buffer.write(line.encode() if isinstance(line, str) else line)
    sys.stdout.buffer.flush()


def _described(verdict: Verdict) -> dict[str, Any]:
    broken, since = verdict.broken, verdict.unsealed_since
    return {
        "site": verdict.site,
        "whole": verdict.whole,
        "rows": verdict.rows,
        "without_personal": verdict.without_personal,
        "unsealed": verdict.unsealed,
        "unsealed_since": None if since is None else since.isoformat(),
        "strays": verdict.strays,
        "broken_row": None if broken is None else broken.number,
        "fault": None if broken is None else broken.fault.value,
        "head": None if verdict.last is None else str(verdict.last),
    }


def _said(verdict: Verdict) -> str:
    lines = [f"{verdict.rows} rows are as they were sealed"]
    if verdict.without_personal:
        lines.append(f"of {verdict.without_personal} of them the personal fields were removed")
    if verdict.anchor is not None:
        lines.append(f"rows up to {verdict.anchor.number} were removed with age")
    if verdict.unsealed:
        lines.append(f"{verdict.unsealed} rows wait for a seal, since {verdict.unsealed_since:%Y-%m-%d %H:%M:%S} UTC")
    if verdict.last is not None:
        lines.append(f"head: {verdict.last}")
    if verdict.broken is not None:
        lines.append(
            f"NOT WHOLE: row {verdict.broken.number} is the first that does not fit: {verdict.broken.fault.value}"
        )
    elif verdict.strays:
        lines.append(f"NOT WHOLE: {verdict.strays} rows were put in past the service")
    else:
        lines.append("whole")
    return "\n".join(lines)


def _line(event: Mapping[str, Any]) -> str:
    who = event["member"] or event["address"] or event["account"] or event["actor"]
    parts = (event["at"][:19], event["kind"], event["detail"], who, event["link"], event["page"], event["network"])
    return "  ".join(str(one) for one in parts if one)
