"""``exshare demo``: everything on this machine, with a link to click."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_web.demonstration import Ready

READY = Shape(
    {
        "open_link": "A link that is open to everyone.",
        "password_link": "A link behind a password.",
        "password": "That password.",
        "manage_url": "Where members share pages.",
        "manage_user": "Who can sign in there.",
        "manage_password": "With which password.",
        "config": "The configuration file.",
    }
)


@click.command(epilog=example("exshare demo --port 8000"))
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen at.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the demonstration keeps its data; by default a folder of its own in the user's data folder.",
)
@options.json_of(READY)
def demo(port: int, data: Path | None, as_json: bool) -> None:
    """Run the service over a demonstration Confluence and print links to click. Stop it with Ctrl-C."""
    from exshare_web.container import default_data_dir
    from exshare_web.demonstration import run

    folder = default_data_dir() / "demo" if data is None else data.resolve()
    run(folder, port, _print_json if as_json else _print_text)


def _print_json(ready: Ready) -> None:
    import attrs

    options.print_json(attrs.asdict(ready))


def _print_text(ready: Ready) -> None:
    click.echo(
        f"""
  A page and everything below it, open to everyone who has the link:
    {ready.open_link}

  A page behind a password ({ready.password}):
    {ready.password_link}

  Where members share pages; sign in as {ready.manage_user} with {ready.manage_password}:
    {ready.manage_url}

  Letters, the database and the configuration are in {Path(ready.config).parent}
  Stop with Ctrl-C; the links stay the same at the next start.
"""
    )
