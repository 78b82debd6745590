"""Mail that goes nowhere: each letter becomes one file in a folder, for trying things out and for demonstrations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from attrs import frozen

from exshare_adapters.mail_message import Sender, id_of, mail_bytes
from exshare_adapters.system import SystemClock
from exshare_core.errors import Busy
from exshare_core.letters import Message
from exshare_core.ports import Clock, Mailer


@frozen(kw_only=True)
class FileMailSettings:
    """Where the files go. Rendered letters rest there, with codes and addresses of links in clear (spec S1)."""

    path: Path
    """The folder; it is made with mode 0700 when it is not there."""
    sender: str = "exshare <exshare@localhost.localdomain>"

    def __attrs_post_init__(self) -> None:
        Sender.parse(self.sender)


async def open_file(settings: FileMailSettings, /) -> AsyncIterator[Mailer]:
    """Make the folder and yield the mailer; raises Busy when the folder cannot be made."""
    mailer = FileMailer(settings, SystemClock())
    await asyncio.to_thread(mailer.prepare)
    yield mailer


class FileMailer:
    """A Mailer that writes ``<time>-<id>.eml``, so that names sort by time, and Checked."""

    def __init__(self, settings: FileMailSettings, clock: Clock) -> None:
        self._folder = settings.path
        self._sender = Sender.parse(settings.sender)
        self._clock = clock

    def prepare(self) -> None:
        """Make the folder; raises Busy when that is impossible."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Busy(f"the folder `{self._folder}` cannot be made: {error.strerror}") from error

    async def send(self, message: Message) -> None:
        """See `Mailer.send`: the file has mode 0600 and appears whole. A folder never refuses a letter for good."""
        now = self._clock.now()
        mail = mail_bytes(message, self._sender, now)
        await asyncio.to_thread(self._write, _name(id_of(message), now), mail)

    async def check(self) -> tuple[str, ...]:
        """See `Checked.check`: whether files can be made in the folder."""
        if await asyncio.to_thread(os.access, self._folder, os.W_OK | os.X_OK):
            return ()
        return (f"mail folder `{self._folder}`: no files can be made in it; make it, or give this user the right to",)

    def _write(self, name: str, mail: bytes) -> None:
        draft = self._folder / f".{name}.part"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(mail)
            draft.rename(self._folder / name)
        except OSError as error:
            raise Busy(f"the letter cannot be written to `{self._folder}`: {error.strerror}") from error


def _name(id: str, at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S.%fZ}-{id}.eml"
