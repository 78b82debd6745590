"""Runs exshare as a person would: the installed command in processes of its own, in an environment of its own."""

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
from typing import Any

import httpx2
from attrs import frozen

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
    """What a command that ends well prints as JSON."""
    ended = exshare(*arguments, home=home, stdin=stdin, **more)

    assert (0, "") == (ended.returncode, ended.stderr)

    return json.loads(ended.stdout)


class Program:
    """A command that goes on until it is stopped."""

    def __init__(self, arguments: Sequence[str | Path], home: Path, **more: str) -> None:
        self.log = home / "stderr.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [str(EXSHARE), *map(str, arguments)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment(home, **more),
            )

    def first_line(self) -> str:
        """The first line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def stop(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sent)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """End it however it is."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


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
def service(home: Path, config: Path, port: int, *options: str, **more: str) -> Iterator[Program]:
    """``exshare serve``, ready to answer."""
    program = Program(["serve", "--config", config, "--port", str(port), *options], home, **more)
    try:
        _await_ready(program, port)
        yield program
    finally:
        program.close()


def _await_ready(program: Program, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and program.process.poll() is None:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"not ready: {program.log.read_text()}")


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden fields of the forms in a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
