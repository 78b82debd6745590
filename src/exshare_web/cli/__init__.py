"""The command line of operators: every command, and with what a program that calls one is told that it went wrong.

Commands call the same use cases as the pages, as *operator*: whoever may read the configuration file. The modules of
this package import nothing heavy until a command runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys

import click

from exshare_core import __version__
from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, InvalidValues
from exshare_web.cli import addresses as _addresses  # noqa: F401 - its commands are below `exshare link`
from exshare_web.cli import bulk as _bulk  # noqa: F401 - its commands are below `exshare link` too
from exshare_web.cli.accounts import account
from exshare_web.cli.activity import activity
from exshare_web.cli.demo import demo
from exshare_web.cli.describing import completion, openapi, reference
from exshare_web.cli.keys import key
from exshare_web.cli.links import link
from exshare_web.cli.members import member
from exshare_web.cli.policy import policy
from exshare_web.cli.service import check, doctor, migrate, serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="exshare")
def exshare() -> None:
    """Share Confluence pages with people outside your organisation."""


for _command in (
    serve,
    check,
    doctor,
    migrate,
    member,
    account,
    key,
    link,
    policy,
    activity,
    demo,
    openapi,
    completion,
    reference,
):
    exshare.add_command(_command)


def main() -> None:
    """Run the command line; ends with 0 when all is well, 1 when something was refused or failed, 2 for wrong usage."""
    try:
        exshare(prog_name="exshare", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except ExshareError as error:
        for line in explained(error):
            click.echo(f"exshare: {line}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def explained(error: ExshareError) -> tuple[str, ...]:
    """What went wrong, a line for each broken rule; nothing of a stack, nothing secret."""
    if isinstance(error, InvalidValues):
        return tuple(f"{one.field}: {one.rule}" for one in error.failures)
    if isinstance(error, (InvalidValue, AdapterFailed)):
        return (str(error),)
    return (str(error) or type(error).__name__,)
