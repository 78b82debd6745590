"""The folder of letters keeps every promise of Mailer that a folder can."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from attrs import frozen

from exshare_adapters.file_mail import FileMailSettings, open_file
from exshare_core.ports import Checked, Mailer
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.mailer import MailerContract, MailSystem, ReceivedMail
from tests.mail_servers import as_checked, mail_of


@frozen
class Folder:
    """A mailer and the folder that it writes to; whom a file names is whom it is for."""

    mailer: Mailer
    path: Path

    async def received(self) -> list[ReceivedMail]:
        """The letters in the folder, by name."""
        if not self.path.exists():
            return []
        return [_read(file) for file in sorted(self.path.glob("*.eml"))]

    async def refuse_for_good(self) -> None:
        """A folder cannot."""
        raise AssertionError("declared in `cannot`")

    async def refuse_for_now(self) -> None:
        """The folder is gone."""
        shutil.rmtree(self.path)


def _read(file: Path) -> ReceivedMail:
    raw = file.read_bytes()
    named = message_from_bytes(raw, policy=policy.default).get_all("To", [])
    return mail_of(raw, tuple(address for _, address in getaddresses([str(one) for one in named])))


class TestFileMail(MailerContract):
    """A folder of this test's own."""

    cannot: ClassVar[Mapping[str, str]] = {
        "refuse_for_good": "a folder that takes no file takes it once it is mended; it refuses no letter for good"
    }
    path: Path

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "mail"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MailSystem]:
        """The folder, which is made."""
        async with asynccontextmanager(open_file)(FileMailSettings(path=self.path)) as mailer:
            yield Folder(mailer, self.path)


class TestFileMailChecked(CheckedContract):
    """The folder as it is tried."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Checked]:
        """A folder that takes letters."""
        with TemporaryDirectory() as folder:
            async with asynccontextmanager(open_file)(FileMailSettings(path=Path(folder, "mail"))) as mailer:
                yield as_checked(mailer)

    @asynccontextmanager
    async def open_faulty(self) -> AsyncIterator[Checked]:
        """A folder that is gone."""
        with TemporaryDirectory() as folder:
            path = Path(folder, "mail")
            async with asynccontextmanager(open_file)(FileMailSettings(path=path)) as mailer:
                path.rmdir()
                yield as_checked(mailer)
