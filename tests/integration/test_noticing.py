"""Ports under watch: what failed is noted by port, operation and kind, and nothing of what it was about (M9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
from structlog.testing import capture_logs

from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected, InvalidValue, MailRefused
from exshare_core.events import Kind
from exshare_core.failures import Failure, outcome
from exshare_core.governing.auditing import Keeping
from exshare_core.ports import Content
from exshare_core.testing import FakeClock, MemorySite, MemoryStorage
from exshare_core.testing.samples import NOW, a_link, after, an_event
from exshare_core.values import SiteId
from exshare_web.background import Archive
from exshare_web.container.noticing import Notebook, watched, watched_content

T = TypeVar("T")

ACME = SiteId("acme")
MINUTE = NOW.replace(second=0, microsecond=0)
SECRET = "GET https://wiki.example/The-figures said no to ada@example.com"


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


class Failing:
    """A port that fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def read(self, page: str) -> str:
        """What was asked for, or the failure."""
        if self.error is not None:
            raise self.error
        return page

    @asynccontextmanager
    async def stream(self, name: str) -> AsyncIterator[str]:
        """The same, in a context."""
        yield name
        if self.error is not None:
            raise self.error

    def plain(self) -> str:
        """What asks nobody."""
        return "plain"


def failed(error: Exception, operation: str = "read") -> Notebook:
    """A notebook after one failure, which was raised as it is."""
    notebook = Notebook(FakeClock())
    port = watched(Failing(error), ACME, "pages", notebook)

    async def ask() -> None:
        if operation == "read":
            await port.read("10")
            return
        async with port.stream("10"):
            pass

    with pytest.raises(type(error)) as raised:
        run(ask())

    assert error is raised.value
    return notebook


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


OUTCOMES = [
    (Busy(SECRET), "busy"),
    (_caused(Busy(SECRET), TimeoutError()), "timed out"),
    (Broken(SECRET), "broken"),
    (CredentialRejected(SECRET), "credential rejected"),
    (MailRefused(SECRET), "refused"),
    (OSError(SECRET), "OSError"),
]


@pytest.mark.parametrize(("error", "word"), OUTCOMES)
def test_a_failure_is_noted_by_its_kind(error: Exception, word: str) -> None:
    """The minute, the port, the operation and the kind; not a word of what was asked or answered."""
    assert (Failure(ACME, MINUTE, "pages", "read", word),) == failed(error).waiting
    assert word == outcome(error)


def test_a_failure_says_where_it_happened() -> None:
    """The error that is answered knows its port, for the log."""
    error = Busy("later")
    failed(error)

    assert "pages.read" == error.port
    assert "" == AdapterFailed("somewhere").port


def test_a_stream_is_under_watch_to_its_end() -> None:
    """What breaks while a file flows is noted, too."""
    assert ["stream"] == [one.operation for one in failed(Broken("cut"), "stream").waiting]


def test_what_works_or_was_asked_wrongly_is_no_failure() -> None:
    """Answers pass untouched; a rule that the caller broke is not the other side's fault."""
    notebook = Notebook(FakeClock())
    port = watched(Failing(), ACME, "pages", notebook)

    assert ("10", "plain") == (run(port.read("10")), port.plain())
    assert () == notebook.waiting
    assert () == failed(InvalidValue("page", "is none")).waiting


def test_every_port_of_content_is_under_watch() -> None:
    """Whatever port of a site's content fails, it is noted under that port's name."""
    notebook, content = Notebook(FakeClock()), MemorySite().content()
    names = [one.name for one in attrs.fields(Content) if not isinstance(getattr(content, one.name), tuple)]
    ports: dict[str, Any] = dict.fromkeys(names, Failing(Busy("later")))
    failing = attrs.evolve(content, **ports)
    under_watch = watched_content(failing, ACME, notebook)
    for name in names:
        with pytest.raises(Busy):
            run(getattr(under_watch, name).read("10"))

    assert names == [one.port for one in notebook.waiting]


def test_an_outage_is_one_row_a_minute() -> None:
    """Thousands of failures of one kind are one count; they are written once, and nothing is lost when that fails."""
    storage, clock = MemoryStorage(), FakeClock()
    notebook = Notebook(clock)
    for _ in range(2000):
        notebook.note(ACME, "pages", "read", Busy("later"))

    class Lost:
        async def note(self, failures: object) -> None:
            raise Busy("the database does not answer")

    with pytest.raises(Busy):
        run(notebook.write(Lost()))  # type: ignore[arg-type]
    clock.forward(minutes=1)
    notebook.note(ACME, "pages", "read", Busy("later"))
    run(notebook.write(storage.failures))
    run(notebook.write(storage.failures))

    assert [1, 2000] == [one.count for one in run(storage.failures.list(ACME))]


# --- what keeps the activity -----------------------------------------------------------------------------------------


def test_heads_are_said_where_they_outlive_the_database(tmp_path: Path) -> None:
    """Each head that has moved is one line in the log and one in the file; one that has not is not said again."""
    storage, file = MemoryStorage(), tmp_path / "heads"
    archive = Archive(
        Keeping(storage, FakeClock(), {ACME: timedelta(days=60)}), lambda: storage.failures.note(()), file
    )

    async def work() -> list[bool]:
        said = [await archive.say_heads()]
        await storage.activity.append([an_event(a_link(ACME), Kind.VIEWED)])
        said.append(await archive.seal())
        said += [await archive.say_heads(), await archive.say_heads(), await archive.seal()]
        return said

    with capture_logs() as logs:
        turns = run(work())
    head = run(storage.chain.stands(ACME)).head

    assert [False, True, False, False, False] == turns
    assert f"{head}\n" == file.read_text(encoding="ascii")
    assert 0o640 == file.stat().st_mode & 0o777
    assert [("activity head", "acme", 1)] == [(one["event"], one["site"], one["number"]) for one in logs]


def test_of_several_processes_the_one_that_sealed_says_the_head() -> None:
    """Each head is said once; who begins later says what they find, since whoever sealed it may have ended."""
    storage = MemoryStorage()
    keeping = Keeping(storage, FakeClock(), {ACME: timedelta(days=60)})
    one, other = (Archive(keeping, lambda: storage.failures.note(())) for _ in range(2))

    async def work() -> None:
        for archive in (one, other, one, other):
            await archive.say_heads()
            await storage.activity.append([an_event(a_link(ACME), Kind.VIEWED)])
            await archive.seal()
        for archive in (one, other, one, other, Archive(keeping, lambda: storage.failures.note(()))):
            await archive.say_heads()

    with capture_logs() as logs:
        run(work())

    assert [1, 1, 2, 3, 4, 4] == [line["number"] for line in logs if line["event"] == "activity head"]


def test_old_rows_leave_by_themselves() -> None:
    """A round takes them out, and says how many."""
    storage, clock = MemoryStorage(), FakeClock(after(days=60))
    run(storage.activity.append([an_event(a_link(ACME), Kind.VIEWED)]))
    archive = Archive(Keeping(storage, clock, {ACME: timedelta(days=60)}), lambda: storage.failures.note(()))
    with capture_logs() as logs:
        run(archive.forget())

    assert {} == storage.state.events
    assert [("old activity removed", 1)] == [(one["event"], one["rows"]) for one in logs]
