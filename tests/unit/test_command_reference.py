"""The command line describes itself: help, examples, shapes, exit codes and completion of every command (spec A4)."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from exshare_core.errors import Busy, InvalidValue, InvalidValues, Refused
from exshare_web import cli
from exshare_web.api.documents import described
from exshare_web.api.operations import OPERATIONS
from exshare_web.cli import options
from exshare_web.cli.describing import SHELLS, commands_of, example_of, reference_of, shape_of

ROOT = Path(__file__).resolve().parents[2]
LEAVES = {words: one for words, one in commands_of(cli.exshare) if not isinstance(one, click.Group)}

SAYS_NOTHING = {
    "exshare serve": "runs until it is stopped",
    "exshare activity export": "writes the form that is asked for, line by line",
    "exshare openapi": "prints JSON and nothing else",
    "exshare completion": "prints a script for a shell",
    "exshare reference": "prints a page",
}
"""Commands without ``--json``, each with the reason."""

HEAVY = ("aiohttp", "argon2", "cryptography", "httpx", "jinja2", "psycopg", "starlette", "structlog", "uvicorn")


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_says_what_it_does_and_how_it_looks(words: str) -> None:
    """A sentence of help, and an example that the command itself understands."""
    command = LEAVES[words]
    lines = example_of(command)

    assert (command.help or "").strip().endswith((".", ").")), words
    assert lines
    for line in lines:
        found = re.search(rf"{words}( [^)|>]*)?", line)
        assert found is not None, line
        arguments = shlex.split(found[1] or "")
        assert command.make_context(words, arguments).command is command


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_that_prints_data_prints_json_of_a_written_shape(words: str) -> None:
    """``--json`` is on every command but those that are argued for, and every option has its words."""
    shape = shape_of(LEAVES[words])

    assert (words in SAYS_NOTHING) == (shape is None)
    assert all(shape.fields.values()) if shape else True
    assert [] == [one.name for one in LEAVES[words].params if isinstance(one, click.Option) and not one.help]


def test_the_page_is_what_the_commands_say() -> None:
    """``docs/cli.md`` is made by ``exshare reference``; after a change it is made anew."""
    assert reference_of(cli.exshare) == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_help_loads_nothing_heavy() -> None:
    """Whoever asks for help waits for no adapter, server or template."""
    asked = f"import sys, exshare_web.cli; print([one for one in {HEAVY!r} if one in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert "[]\n" == ended.stdout


def _stop() -> None:
    raise KeyboardInterrupt


def _refuse(error: Exception) -> click.Command:
    def raised() -> None:
        raise error

    return click.Command("try", callback=raised)


@pytest.mark.parametrize(
    ("arguments", "command", "code", "told"),
    [
        (["--help"], None, 0, ""),
        (["--version"], None, 0, ""),
        (["nothing"], None, 2, "No such command 'nothing'"),
        (["link", "list", "--nothing"], None, 2, "No such option"),
        (["policy", "switch", "perhaps"], None, 2, "is not one of 'on', 'off'"),
        (["check", "--config", "/nowhere.toml"], None, 1, "exshare: config: `/nowhere.toml` cannot be read"),
        (["try"], click.Command("try", callback=lambda: None), 0, ""),
        (["try"], _refuse(Refused("not now", "space TEAM")), 1, "exshare: not now (set by space TEAM)\n"),
        (["try"], _refuse(Busy("try later")), 1, "exshare: try later\n"),
        (
            ["try"],
            _refuse(InvalidValues((InvalidValue("a", "is wrong"), InvalidValue("b", "too")))),
            1,
            "exshare: a: is wrong\nexshare: b: too\n",
        ),
        (["try"], click.Command("try", callback=_stop), 130, ""),
    ],
)
def test_a_command_ends_with_what_the_page_says(
    arguments: list[str],
    command: click.Command | None,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """0 for well, 1 for refused or failed, 2 for misunderstood, 130 for interrupted; why is said on standard error."""
    monkeypatch.setattr("sys.argv", ["exshare", *arguments])
    if command is not None:
        monkeypatch.setitem(cli.exshare.commands, "try", command)
    ended: object = 0
    try:
        cli.main()
    except SystemExit as end:
        ended = end.code

    assert code == ended
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_learns_to_complete(shell: str) -> None:
    """The script is for that shell, and what it asks back is answered with commands and options."""
    printed = CliRunner().invoke(cli.exshare, ["completion", shell])
    asked = {"_EXSHARE_COMPLETE": f"{shell}_complete", "COMP_WORDS": "exshare link cr", "COMP_CWORD": "2"}
    asked_fish = {**asked, "COMP_CWORD": "cr"} if shell == "fish" else asked
    answered = CliRunner().invoke(cli.exshare, [], env=asked_fish, prog_name="exshare")

    assert 0 == printed.exit_code
    assert f"{shell}_complete" in printed.stdout
    assert "create" in answered.stdout
    assert "rotate" not in answered.stdout


def test_the_description_of_the_api_is_printed() -> None:
    """What ``exshare openapi`` prints is what the service serves."""
    printed = CliRunner().invoke(cli.exshare, ["openapi"])

    assert described(OPERATIONS) == json.loads(printed.stdout)


@pytest.mark.parametrize("watched", [False, True])
def test_a_bar_is_for_who_looks_at_it(
    watched: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, where that is a terminal; a program that calls reads nothing of it."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched)
    with options.progress("Looking", 2) as step:
        step(1)
        step(1)
    told = capsys.readouterr()

    assert (watched, "") == ("Looking" in told.err, told.out)
    assert watched or "" == told.err
