"""What describes the program itself: ``exshare openapi``, ``exshare completion``, and the reference of all commands."""

from __future__ import annotations

from collections.abc import Iterator

import click

from exshare_web.cli.options import JsonFlag, Shape, example

SHELLS = ("bash", "zsh", "fish")

SHARED = ("config_file", "as_json")
"""Options that the page explains once for all commands."""

_BEFORE = """\
# The command line

`exshare` acts as *operator*: whoever may read the configuration file. Every command says with `--help` what it does;
this page is the same in one place, made from the commands themselves by `exshare reference > docs/cli.md`.

## What holds everywhere

- `--config FILE` names the configuration; without it, `EXSHARE_CONFIG` does, and else it is `exshare.toml` here.
- `--json` prints one line of JSON on standard output, of the shape that stands below the command, and nothing else.
  Instants are in ISO 8601 with their offset.
- Passwords come by standard input and never as an argument, which others on the machine can see.
- What only looks, such as `list`, `show`, `activity`, `check` and every `--dry-run`, leaves the schema of the database
  as it is. Where that is older or newer than the program it is refused, and says so: `exshare migrate` brings it up to date.
- Long work shows a bar on standard error where that is a terminal.
- `exshare completion bash` (or `zsh`, `fish`) prints what teaches a shell to complete commands and options.

| a command ends with | when |
|---|---|
| 0 | all is well |
| 1 | something was refused, was not found, failed, or is wrong with the installation; standard error says what |
| 2 | the command was not understood |
| 3 | `check` and `doctor` found nothing wrong, and steps of the schema wait for `exshare migrate` |
| 130 | it was interrupted |
"""


@click.command(epilog=example("exshare openapi > openapi.json"))
def openapi() -> None:
    """Print the description of the REST API, an OpenAPI 3.1 document in JSON."""
    import orjson

    from exshare_web.api.documents import described
    from exshare_web.api.operations import OPERATIONS

    click.echo(orjson.dumps(described(OPERATIONS), option=orjson.OPT_INDENT_2))


@click.command(
    epilog=example(
        'eval "$(exshare completion bash)"', "exshare completion fish > ~/.config/fish/completions/exshare.fish"
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what teaches a shell to complete the commands and options of exshare."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "exshare", "_EXSHARE_COMPLETE").source())


@click.command(hidden=True, epilog=example("exshare reference > docs/cli.md"))
@click.pass_context
def reference(context: click.Context) -> None:
    """Print the reference of all commands, in Markdown."""
    root = context.find_root().command
    assert isinstance(root, click.Group)
    click.echo(reference_of(root), nl=False)


def reference_of(root: click.Group) -> str:
    """The page on all commands that are not hidden, in Markdown."""
    sections = (_section(words, command) for words, command in commands_of(root) if not command.hidden)
    return "\n".join([_BEFORE, *sections])


def commands_of(group: click.Group, words: tuple[str, ...] = ("exshare",)) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with the words that call it; a group stands before its own."""
    for name in sorted(group.commands):
        command, called = group.commands[name], (*words, name)
        yield " ".join(called), command
        if isinstance(command, click.Group):
            yield from commands_of(command, called)


def example_of(command: click.Command) -> tuple[str, ...]:
    """The lines of a command's example."""
    return tuple(line.strip() for line in (command.epilog or "").split("\n")[2:])


def shape_of(command: click.Command) -> Shape | None:
    """What the command prints as JSON; None where it has no such option."""
    return next((one.shape for one in command.params if isinstance(one, JsonFlag)), None)


def _section(words: str, command: click.Command) -> str:
    about = " ".join((command.help or "").split())
    if isinstance(command, click.Group):
        return f"## `{words}`\n\n{about}\n"
    level = "###" if words.count(" ") > 1 else "##"
    arguments = "".join(
        f" {one.make_metavar(click.Context(command))}" for one in command.params if isinstance(one, click.Argument)
    )
    parts = [f"{level} `{words}{arguments}`", about, "```sh\n" + "\n".join(example_of(command)) + "\n```"]
    if options := [_option(one) for one in command.params if isinstance(one, click.Option) and one.name not in SHARED]:
        parts.append("| option | what it means |\n|---|---|\n" + "\n".join(options))
    if shape := shape_of(command):
        intro = "A list of objects" if shape.many else "An object"
        fields = "\n".join(f"| `{name}` | {_cell(says)} |" for name, says in shape.fields.items())
        parts.append(f"{intro} with `--json`:\n\n| field | what it is |\n|---|---|\n{fields}")
    return "\n\n".join(parts) + "\n"


def _option(option: click.Option) -> str:
    metavar = "" if option.is_flag else f" {option.metavar or option.type.name.upper()}"
    needed = " Needed." if option.required else ""
    return f"| `{', '.join(option.opts)}{_cell(metavar)}` | {_cell(option.help or '')}{needed} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
