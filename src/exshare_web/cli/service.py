"""``exshare serve``, and what looks after a service: ``check``, ``doctor`` and ``migrate``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exshare_core.errors import InvalidValues
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_web.container import Finding, Opened, Trial

FINDING = Shape(
    {
        "what": "What was tried.",
        "ok": "Whether nothing is wrong.",
        "wrong": "What is wrong and how to mend it, in sentences.",
    },
    many=True,
)
SCHEMA = Shape({"taken": "The steps that were taken now.", "steps": "All that were ever taken, oldest first."})


@click.command(epilog=example("exshare serve --config exshare.toml --port 8000 --workers 2"))
@options.config
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes serve.")
def serve(config_file: Path, host: str, port: int, workers: int) -> None:
    """Run the service until it is stopped. Makes or upgrades the schema first."""
    from exshare_web import serving

    serving.serve(config_file, host, port, workers)


@click.command(epilog=example("exshare check --config exshare.toml"))
@options.config
@options.json_of(FINDING)
def check(config_file: Path, as_json: bool) -> None:
    """Try every connection and say what is wrong and how to mend it."""
    from exshare_web.container import load_settings, trials

    _tell(_tried(trials(load_settings(config_file)), "Trying"), as_json)


@click.command(epilog=example("exshare doctor --config exshare.toml"))
@options.config
@options.json_of(FINDING)
def doctor(config_file: Path, as_json: bool) -> None:
    """Say what is wrong with an installation: files, schema, clock, connections, mail, and whether the work is done."""
    from exshare_web.container import Finding, examinations, load_settings

    try:
        found = _tried(examinations(load_settings(config_file), config_file), "Looking")
    except InvalidValues as error:
        found = [Finding(one.field, (one.rule,)) for one in error.failures]
    _tell(found, as_json)


@click.command(epilog=example("exshare migrate --config exshare.toml"))
@options.config
@options.json_of(SCHEMA)
def migrate(config_file: Path, as_json: bool) -> None:
    """Bring the schema of the database up to date, as `serve` does when it starts, and say what was done."""

    async def work(deployment: Opened) -> dict[str, list[str]]:
        from exshare_core.ports import Migrated

        storage = deployment.storage
        if not isinstance(storage, Migrated):
            return {"taken": [], "steps": []}
        return {"taken": list(storage.brought_up), "steps": list(await storage.steps())}

    done = options.with_deployment(config_file, work)
    options.printed(done, as_json, lambda: "\n".join(done["taken"]) or "nothing was left to do")


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
    """Say it all; ends with 1 where something is wrong."""
    if as_json:
        options.print_json([{"what": one.what, "ok": not one.wrong, "wrong": list(one.wrong)} for one in findings])
    else:
        for one in findings:
            click.echo(f"{'ok   ' if not one.wrong else 'wrong'}  {one.what}")
            for sentence in one.wrong:
                click.echo(f"       {sentence}")
    if any(one.wrong for one in findings):
        sys.exit(1)
