"""Letters in a folder are the owner's alone, whole, and in order."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar

import pytest

from exshare_adapters.file_mail import FileMailer, FileMailSettings, open_file
from exshare_core.errors import Busy, InvalidValue
from exshare_core.testing.fakes.system import FakeClock
from exshare_core.testing.mailer import a_message

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def used(path: Path, work: Callable[[FileMailer], Awaitable[T]]) -> T:
    """What `work` makes of an opened mailer for this folder."""

    async def go() -> T:
        async with asynccontextmanager(open_file)(FileMailSettings(path=path)) as mailer:
            assert isinstance(mailer, FileMailer)
            return await work(mailer)

    return run(go())


def test_file_and_folder_are_the_owners_alone(tmp_path: Path) -> None:
    """A letter holds codes and links: its file has mode 0600, a folder that is made 0700, and nothing else is left."""
    folder = tmp_path / "in" / "mail"
    used(folder, lambda mailer: mailer.send(a_message()))
    files = list(folder.iterdir())

    assert ([0o600], 0o700) == (
        [stat.S_IMODE(file.stat().st_mode) for file in files],
        stat.S_IMODE(folder.stat().st_mode),
    )


def test_names_tell_time_and_letter(tmp_path: Path) -> None:
    """Names sort by the time of sending and end in the letter's id; one letter sent twice is two files."""
    clock = FakeClock()
    mailer = FileMailer(FileMailSettings(path=tmp_path), clock)
    message = a_message(id="a" * 32)
    for _ in range(2):
        run(mailer.send(message))
        clock.forward(microseconds=1)
    expected = [f"{at:%Y%m%dT%H%M%S}.{at:%f}Z-{'a' * 32}.eml" for at in _last_two(clock)]

    assert expected == sorted(file.name for file in tmp_path.iterdir())


def _last_two(clock: FakeClock) -> list[Any]:
    back = FakeClock(clock.now())
    back.forward(microseconds=-2)
    first = back.now()
    back.forward(microseconds=1)
    return [first, back.now()]


def test_the_file_is_the_mail_that_others_would_send(tmp_path: Path) -> None:
    """A mail reader opens it and shows both parts."""
    used(tmp_path, lambda mailer: mailer.send(a_message(text="Grüße!", html="<p>Grüße!</p>")))
    (file,) = tmp_path.iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]

    assert ["Grüße!", "<p>Grüße!</p>"] == [body.get_content().strip() for body in bodies if body is not None]


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    """An id that is no id is refused before anything is written."""
    with pytest.raises(InvalidValue, match=r"^id: "):
        used(tmp_path / "mail", lambda mailer: mailer.send(a_message(id="../../outside")))

    assert [] == list((tmp_path / "mail").iterdir())


def test_a_place_that_cannot_be_a_folder_is_busy(tmp_path: Path) -> None:
    """A file in the folder's place is named, and may be taken away."""
    (tmp_path / "mail").write_text("")
    with pytest.raises(Busy, match=r"mail` cannot be made: File exists"):
        used(tmp_path / "mail", lambda mailer: mailer.send(a_message()))


def test_a_check_says_whether_letters_can_be_written(tmp_path: Path) -> None:
    """Empty while the folder is there; a sentence that names it when it is gone."""
    folder = tmp_path / "mail"
    well = used(folder, lambda mailer: mailer.check())
    folder.rmdir()
    gone = run(FileMailer(FileMailSettings(path=folder), FakeClock()).check())

    assert () == well
    assert (f"mail folder `{folder}`: no files can be made in it; make it, or give this user the right to",) == gone
