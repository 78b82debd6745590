"""``exshare serve``, and what looks after a service: ``check``, ``doctor`` and ``migrate``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.errors import InvalidValues
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_web.container import Finding, Migrating, Trial

FINDING = Shape(
    {
        "what": "What was tried.",
        "ok": "Whether nothing is wrong and nothing waits.",
        "wrong": "What is wrong and how to mend it, in sentences.",
        "waits": "What is not wrong and waits for you: steps of the schema that were not taken yet.",
    },
    many=True,
)
SCHEMA = Shape(
    {
        "taken": "The steps that were taken now, or would be.",
        "undone": "The steps that were undone now, or would be, newest first.",
        "dropped": "What holds rows and was dropped with them, or would be: `what` and `rows`.",
        "steps": "All steps that stand after it, oldest first.",
        "dry_run": "Whether nothing was changed.",
    }
)

WAITS = 3
"""With what `check` and `doctor` end where nothing is wrong, and steps of the schema wait to be taken."""


@click.command(epilog=example("exshare serve --config exshare.toml --port 8000 --workers 2"))
@options.config
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes serve.")
def serve(config_file: Path, host: str, port: int, workers: int) -> None:
    """Run the service until it is stopped. Makes or upgrades the schema first, unless `migrate` in [storage] is false."""
    from exshare_web import serving

    serving.serve(config_file, host, port, workers)


@click.command(epilog=example("exshare check --config exshare.toml"))
@options.config
@options.json_of(FINDING)
def check(config_file: Path, as_json: bool) -> None:
    """Try every connection and say what is wrong and how to mend it; changes nothing in the database. Ends with 1 where
    anything is wrong, and with 3 where nothing is and steps of the schema wait for `migrate`.
    """
    from exshare_web.container import load_settings, trials

    _tell(_tried(trials(load_settings(config_file)), "Trying"), as_json)


@click.command(epilog=example("exshare doctor --config exshare.toml"))
@options.config
@options.json_of(FINDING)
def doctor(config_file: Path, as_json: bool) -> None:
    """Say what is wrong with an installation: files, schema, clock, connections, mail, and whether the work is done.
    Changes nothing, and ends as `check` does.
    """
    from exshare_web.container import Finding, examinations, load_settings

    try:
        found = _tried(examinations(load_settings(config_file), config_file), "Looking")
    except InvalidValues as error:
        found = [Finding(one.field, (one.rule,)) for one in error.failures]
    _tell(found, as_json)


@click.command(epilog=example("exshare migrate --config exshare.toml", "exshare migrate --to 0011 --dry-run"))
@options.config
@click.option("--to", metavar="STEP", help="Go back: undo every step after this one, by its name or its number.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and dropped, and change nothing.")
@click.option("--lose", is_flag=True, help="With --to: lose the rows that --dry-run names.")
@options.json_of(SCHEMA)
def migrate(config_file: Path, to: str | None, dry_run: bool, lose: bool, as_json: bool) -> None:
    """Bring the schema of the database up to date, as `serve` does when it starts, or back to an earlier step, for an
    earlier program. Stop every service before going back; what would lose rows is refused without `--lose`.
    """
    from exshare_web import logs
    from exshare_web.container import Migration, load_settings, migrated

    settings = load_settings(config_file)
    logs.configure("warning", "text")
    done = asyncio.run(migrated(settings, Migration(to, rehearse=dry_run, lose=lose)))
    described = {
        "taken": list(done.taken),
        "undone": list(done.undone),
        "dropped": [{"what": one.what, "rows": one.rows} for one in done.dropped],
        "steps": list(done.steps),
        "dry_run": dry_run,
    }
    options.printed(described, as_json, lambda: "\n".join(_said(done, "would be " if dry_run else "")))


def _said(done: Migrating, how: str) -> Iterator[str]:
    if not (done.taken or done.undone):
        yield "nothing was left to do"
    yield from (f"{how}taken: {one}" if how else one for one in done.taken)
    yield from (f"{how}undone: {one}" for one in done.undone)
    yield from (f"{how}dropped: {one.what}, {one.rows} {'row' if one.rows == 1 else 'rows'}" for one in done.dropped)


def _tried(todo: Sequence[Trial], label: str) -> list[Finding]:
    """What came of each, with a bar meanwhile."""
    from exshare_web import logs
    from exshare_web.container import tried

    async def work() -> list[Finding]:
        findings = []
        with options.progress(label, len(todo)) as step:
            for one in todo:
                findings.append(await tried(one))
                step(1)
        return findings

    logs.configure("error", "text")
    return asyncio.run(work())


def _tell(findings: Sequence[Finding], as_json: bool) -> None:
    """Say it all; ends with 1 where something is wrong, and else with 3 where something waits."""
    if as_json:
        options.print_json([_described(one) for one in findings])
    else:
        for one in findings:
            click.echo(f"{'wrong' if one.wrong else 'waits' if one.waits else 'ok   '}  {one.what}")
            for sentence in (*one.wrong, *one.waits):
                click.echo(f"       {sentence}")
    if any(one.wrong for one in findings):
        sys.exit(1)
    if any(one.waits for one in findings):
        sys.exit(WAITS)


def _described(one: Finding) -> dict[str, Any]:
    ok = not (one.wrong or one.waits)
    return {"what": one.what, "ok": ok, "wrong": list(one.wrong), "waits": list(one.waits)}
