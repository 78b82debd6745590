"""Commands of exshare as processes of their own that need not import everything anew.

A keeper imports the command line once and forks for every command. What a fork runs is what the installed script runs,
with its own arguments, environment, standard streams, signals and exit code; only the second that Python takes to read
our libraries is spent once instead of hundreds of times.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import IO

LONGEST = 1_000_000
"""Bytes that the arguments and the environment of a command may take together."""
STREAMS = 4
"""Descriptors that come with a command: input, output, errors, and where its process and its end are told."""


class Forked:
    """A running command; the part of ``subprocess.Popen`` that the tests use."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], *streams: IO[str]) -> None:
        self._told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            asked = json.dumps([list(arguments), dict(environment)]).encode()
            descriptors = [*(stream.fileno() for stream in streams), theirs.fileno()]
            socket.send_fds(_keeper(), [asked], descriptors)
        self.pid = int(self._word(None))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal; raises TimeoutError after `timeout` seconds."""
        if self.returncode is None:
            self.returncode = int(self._word(timeout))
            self._told.close()
        return self.returncode

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        try:
            return self.wait(0)
        except TimeoutError:
            return None

    def _word(self, timeout: float | None) -> bytes:
        """What the process's watch tells next; each of its two words is a message."""
        if not select.select([self._told], [], [], timeout)[0]:
            raise TimeoutError(f"process {self.pid} goes on")
        return self._told.recv(100)

    def send_signal(self, sent: signal.Signals) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@cache
def _keeper() -> socket.socket:
    """The way to this process's keeper, which ends when this process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def keep(asked: socket.socket) -> None:
    """Fork for each command that is asked for, until nobody can ask any more."""
    import exshare_web.demonstration  # noqa: F401 - which needs every part of the shell

    for group in ("storage", "mail", "content", "sign_in"):
        for adapter in entry_points(group=f"exshare.{group}"):
            adapter.load()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        data, streams, _, _ = socket.recv_fds(asked, LONGEST, STREAMS)
        if not data:
            return
        if os.fork() == 0:
            asked.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(*json.loads(data), *streams)
        for stream in streams:
            os.close(stream)


def _watch(arguments: list[str], environment: dict[str, str], *streams: int) -> None:
    """Run the command in a process of its own; tell which it is, and at its end how it ended."""
    *standard, told = streams
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _become(arguments, environment, standard)
    for stream in standard:
        os.close(stream)
    os.write(told, str(pid).encode())
    _, status = os.waitpid(pid, 0)
    os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(arguments: list[str], environment: dict[str, str], standard: list[int]) -> None:
    """Be the installed script from here on."""
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.simplefilter("error", ResourceWarning)
    sys.argv = ["exshare", *arguments]
    from exshare_web.cli import main

    main()
    raise SystemExit(0)


if __name__ == "__main__":
    keep(socket.socket(fileno=int(sys.argv[1])))
