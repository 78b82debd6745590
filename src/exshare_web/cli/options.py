"""What every command is made of: shared options, an example, the shape of its JSON, and how it reaches the use cases.

A new command stands in the module of its subject and looks like this::

    COLOUR = Shape({"name": "What it is called.", "hex": "Its six digits."})

    @paint.command("list", epilog=example("exshare paint list --site acme"), help="List the colours of a site.")
    @options.config
    @options.site
    @options.json_of(COLOUR.listed())
    def list_colours(config_file: Path, site: str | None, as_json: bool) -> None:
        found = options.with_deployment(config_file, work)
        options.printed([described(one) for one in found], as_json, lambda: "red, green, blue")

The help may be a docstring; the epilog is the example, the shape what ``--json`` prints. The reference in ``docs/cli.md``
is made from these, and tests hold every command to them. Nothing heavy is imported before a command runs. A command ends with 0, or raises: an `ExshareError` ends with 1 and is told in one line on standard error.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve, frozen

from exshare_core.errors import InvalidValue, printable
from exshare_core.values import SiteId

if TYPE_CHECKING:
    from exshare_core.governing import Governing
    from exshare_core.sharing import Sharing
    from exshare_web.container import Opened

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

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

site = click.option("--site", metavar="SITE", help="The site; may be left out where there is one only.")


@frozen
class Shape:
    """What a command prints as JSON: an object with these fields, each with what it means, or a list of them."""

    fields: Mapping[str, str]
    many: bool = False

    def listed(self) -> Shape:
        """A list of these."""
        return evolve(self, many=True)

    def wider(self, **fields: str) -> Shape:
        """The same with further fields."""
        return evolve(self, fields={**self.fields, **fields})


class JsonFlag(click.Option):
    """``--json``, which knows what is printed then."""

    def __init__(self, *args: Any, shape: Shape | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.shape = shape


def json_of(shape: Shape) -> Callable[[F], F]:
    """``--json`` for a command that prints this."""
    return click.option(
        "--json", "as_json", cls=JsonFlag, shape=shape, is_flag=True, help="Print JSON on one line, for programs."
    )


def example(*lines: str) -> str:
    """The end of a command's help: what it may look like."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


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


def with_deployment(config_file: Path, work: Callable[[Opened], Awaitable[T]], *, looking: bool = False) -> T:
    """What `work` gives on the opened deployment of `config_file`; the schema is brought up to date first.

    A command that is only `looking` leaves the schema as it is, and is refused where that is not up to date.
    """
    from exshare_web import logs
    from exshare_web.container import load_settings, opened

    settings = load_settings(config_file)
    logs.configure("warning", "text")

    async def run() -> T:
        async with opened(settings, looking=looking) as deployment:
            return await work(deployment)

    return asyncio.run(run())


def on_site(config_file: Path, site: str | None, work: Callable[[Sharing, Governing], Awaitable[T]]) -> T:
    """What `work` gives with the use cases of the site that is named, or of the only one."""

    async def there(deployment: Opened) -> T:
        named = site_of(site, deployment.services.sharing)
        return await work(deployment.services.sharing[named], deployment.services.governing[named])

    return with_deployment(config_file, there)


def site_of(named: str | None, sites: Collection[SiteId]) -> SiteId:
    """The site that is named, or the only one; raises InvalidValue, with those that are configured, for any other."""
    found = next(iter(sites)) if named is None and len(sites) == 1 else SiteId(named or "")
    if found not in sites:
        rule = "name one" if named is None else f"there is no site `{printable(named[:60])}`"
        raise InvalidValue("site", f"{rule}; configured: {', '.join(sites)}")
    return found


def printed(value: Mapping[str, Any] | Sequence[Mapping[str, Any]], as_json: bool, text: Callable[[], str]) -> None:
    """Print what a command found: as JSON, or as the text for people; no text is no line."""
    if as_json:
        print_json(value)
    elif said := text():
        click.echo(said)


def print_json(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """One line of JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error for work of so many steps, where a person looks at it; call what it gives with steps done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update
