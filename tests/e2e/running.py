"""Runs exshare as a person would: commands in processes of their own, in an environment of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import click
import httpx2
from attrs import frozen

from exshare_web import cli
from exshare_web.cli.describing import shape_of
from exshare_web.cli.options import Shape
from tests.e2e.forking import Forked

EXSHARE = Path(sys.executable).with_name("exshare")
PATIENCE = 30.0
"""Seconds within which a program has to be ready, on a machine that does much else."""


def free_port() -> int:
    """A port of this machine at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment with an empty home and no setting of this machine's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EXSHARE_", "XDG_"))}
    return {**kept, "HOME": str(home), "PYTHONWARNINGS": "error::ResourceWarning", **more}


def exshare(*arguments: str | Path, home: Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """One command, run to its end."""
    with TemporaryFile("w+") as given, TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        given.write(stdin)
        given.seek(0)
        asked = [str(argument) for argument in arguments]
        process = Forked(asked, environment(home, **more), given, out, err)
        try:
            code = process.wait(PATIENCE)
        finally:
            process.kill()
        out.seek(0), err.seek(0)
        return subprocess.CompletedProcess(asked, code, out.read(), err.read())


def installed(*arguments: str | Path, home: Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """One command by the script that an installation leaves, run to its end."""
    command = [str(EXSHARE), *map(str, arguments)]
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(home, **more),
        timeout=PATIENCE,
        check=False,
    )


def answer_of(*arguments: str | Path, home: Path, stdin: str = "", **more: str) -> Any:
    """What a command that ends well prints as JSON, of the shape that it says in its reference."""
    ended = exshare(*arguments, home=home, stdin=stdin, **more)

    assert (0, "") == (ended.returncode, ended.stderr)

    answer, shape = json.loads(ended.stdout), _shape(arguments)

    assert shape is not None
    assert [] == [one for one in (answer if shape.many else [answer]) if set(shape.fields) != set(one)]

    return answer


def _shape(arguments: Sequence[str | Path]) -> Shape | None:
    """What the command that is called says that it prints."""
    command: click.Command = cli.exshare
    for word in arguments:
        if not isinstance(command, click.Group) or word not in command.commands:
            break
        command = command.commands[str(word)]
    return shape_of(command)


class Program:
    """A command that goes on until it is stopped; with `script`, by the script that an installation leaves."""

    def __init__(self, arguments: Sequence[str | Path], home: Path, *, script: bool = False, **more: str) -> None:
        self.log = home / "stderr.log"
        read, write = os.pipe()
        self.output = os.fdopen(read)
        with self.log.open("w") as log, os.fdopen(write, "w") as output, Path(os.devnull).open() as nothing:
            streams = (nothing, output, log)
            self.process = _started([str(one) for one in arguments], environment(home, **more), streams, script=script)

    def first_line(self) -> str:
        """The first line that it prints."""
        return self.output.readline()

    def stop(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sent)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """End it however it is."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self.output.close()


def _started(
    arguments: Sequence[str], variables: Mapping[str, str], streams: tuple[IO[str], IO[str], IO[str]], *, script: bool
) -> Forked | subprocess.Popen[bytes]:
    if not script:
        return Forked(arguments, variables, *streams)
    given, out, err = streams
    return subprocess.Popen([str(EXSHARE), *arguments], stdin=given, stdout=out, stderr=err, env=variables)


@frozen
class Demo:
    """A running demonstration and what it printed when it was ready."""

    program: Program
    printed: Mapping[str, str]

    @property
    def config(self) -> str:
        """Its configuration file."""
        return self.printed["config"]


@contextmanager
def demo(home: Path, data: Path, port: int) -> Iterator[Demo]:
    """The demonstration, ready."""
    program = Program(["demo", "--json", "--port", str(port), "--data", data], home)
    try:
        yield Demo(program, json.loads(program.first_line()))
    finally:
        program.close()


@contextmanager
def service(home: Path, config: Path, port: int, *options: str, script: bool = False, **more: str) -> Iterator[Program]:
    """``exshare serve``, ready to answer."""
    program = Program(["serve", "--config", config, "--port", str(port), *options], home, script=script, **more)
    try:
        _await_ready(program, port)
        yield program
    finally:
        program.close()


def _await_ready(program: Program, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", verify=False) as client:
        while time.monotonic() < deadline and program.process.poll() is None:
            try:
                if client.get("/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
    raise AssertionError(f"not ready: {program.log.read_text()}")


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden fields of the forms in a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
