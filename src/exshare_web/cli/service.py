"""``exshare serve`` and ``exshare check``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

FINDING = Shape(
    {
        "what": "What was tried.",
        "ok": "Whether nothing is wrong.",
        "wrong": "What is wrong and how to mend it, in sentences.",
    },
    many=True,
)


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
    from exshare_web import logs
    from exshare_web.container import check as tried
    from exshare_web.container import load_settings

    settings = load_settings(config_file)
    logs.configure("error", "text")
    findings = asyncio.run(tried(settings))
    if as_json:
        options.print_json([{"what": one.what, "ok": not one.wrong, "wrong": list(one.wrong)} for one in findings])
    else:
        for one in findings:
            click.echo(f"{'ok   ' if not one.wrong else 'wrong'}  {one.what}")
            for sentence in one.wrong:
                click.echo(f"       {sentence}")
    if any(one.wrong for one in findings):
        sys.exit(1)
