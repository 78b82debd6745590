"""Options that several commands share, and how a command reaches the use cases."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from exshare_core.errors import InvalidValue

if TYPE_CHECKING:
    from exshare_web.container import Opened

T = TypeVar("T")

config = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="EXSHARE_CONFIG",
    default=Path("exshare.toml"),
    show_default=True,
    metavar="FILE",
    help="The configuration file; also EXSHARE_CONFIG.",
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on one line.")

password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, up to the first line break."
)


def given_password(wanted: bool) -> str | None:
    """The password from standard input, or None when none was asked for; never from an argument, which others see."""
    if not wanted:
        return None
    if sys.stdin.isatty():
        entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return entered
    return sys.stdin.readline().rstrip("\r\n")


def read_text(file: Path, what: str, *, most: int) -> str:
    """What `file` holds, or standard input for ``-``; no more of it than a text of `most` characters and one.

    Raises InvalidValue, with `what` as the field, for what cannot be read and for what is not UTF-8.
    """
    longest = 4 * most + 1
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(longest).decode("utf-8")
        with file.open("rb") as opened:
            return opened.read(longest).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidValue(what, "not UTF-8") from None
    except OSError as error:
        raise InvalidValue(what, f"`{file}` cannot be read: {error.strerror}") from None


def with_deployment(config_file: Path, work: Callable[[Opened], Awaitable[T]]) -> T:
    """What `work` gives on the opened deployment of `config_file`; the schema is brought up to date first."""
    from exshare_web import logs
    from exshare_web.container import load_settings, opened

    settings = load_settings(config_file)
    logs.configure("warning", "text")

    async def run() -> T:
        async with opened(settings) as deployment:
            return await work(deployment)

    return asyncio.run(run())


def print_json(value: Mapping[str, Any] | list[Mapping[str, Any]]) -> None:
    """One line of JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))
