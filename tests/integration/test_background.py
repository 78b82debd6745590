"""The loops beside the answers: letters leave by themselves, nothing stops a loop but the end of its context."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

import pytest
from attrs import define, field, frozen
from structlog.testing import capture_logs

from exshare_core.dispatching import Dispatching, seal_letter
from exshare_core.errors import Broken, Busy, CredentialRejected, ExshareError, InvalidValue
from exshare_core.letters import Letter, LetterKind, SealedLetter
from exshare_core.testing import CollectingMailer, FakeClock, FakeVault, MemoryStorage
from exshare_core.testing.fakes.queues import MemoryOutbox
from exshare_core.testing.samples import after
from exshare_core.values import Address, SiteId
from exshare_web.background import Pauses, background

T = TypeVar("T")

SITE = SiteId("acme")
AT_ONCE = Pauses(mail=0, upkeep=0, failure=0)
"""Loops that take the next turn as soon as everything else had its own."""
ONCE = Pauses(mail=3600, upkeep=3600, failure=3600)
"""Loops that take one turn, and another only at once after it."""


@frozen
class Outbox(MemoryOutbox):
    """An outbox in memory whose first claims fail as `failures` say."""

    failures: list[Exception]

    async def claim(self, now: datetime, lease: float, limit: int) -> tuple[SealedLetter, ...]:
        """See `Outbox.claim`."""
        if self.failures:
            raise self.failures.pop(0)
        return await super().claim(now, lease, limit)


@define
class Works:
    """What the loops work on, and how far they came."""

    storage: MemoryStorage = field(factory=MemoryStorage)
    mailer: CollectingMailer = field(factory=CollectingMailer)
    clock: FakeClock = field(factory=FakeClock)
    vault: FakeVault = field(factory=FakeVault)
    failures: Sequence[Exception] = ()
    """What the first claims of letters raise."""
    broken_rounds: list[Exception] = field(factory=list)
    """What the first rounds of upkeep raise."""
    rounds: int = 0

    def dispatching(self) -> Dispatching:
        """The letters' way out."""
        return Dispatching(
            Outbox(self.storage.state, list(self.failures)), lambda _: self.mailer, self.vault, self.clock
        )

    async def upkeep(self) -> None:
        """One round of forgetting."""
        self.rounds += 1
        if self.broken_rounds:
            raise self.broken_rounds.pop(0)
        await self.storage.prune(self.clock.now())

    async def put(self, *ids: str) -> None:
        """Put letters into the outbox."""
        address, now = Address.parse("ada@example.com"), self.clock.now()
        for one in ids:
            letter = Letter(one, SITE, LetterKind.CODE, address, {"code": "12345678"})
            await self.storage.outbox.put([await seal_letter(self.vault, letter, now, after(minutes=10))], [])

    def sent(self) -> list[str]:
        """The ids of what was sent."""
        return [message.id for message in self.mailer.sent]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine, which has ten seconds."""
    return asyncio.run(asyncio.wait_for(work, 10))


async def until(reached: Callable[[], bool]) -> None:
    """Let the loops take turns until something is so."""
    while not reached():  # noqa: ASYNC110 - what is awaited has no event of its own
        await asyncio.sleep(0)


# --- what the loops do -----------------------------------------------------------------------------------------------


def test_letters_leave_by_themselves() -> None:
    """What is in the outbox when the context begins, and what comes later, is sent and erased."""
    works = Works()

    async def work() -> None:
        await works.put("first")
        async with background(works.dispatching(), works.upkeep, AT_ONCE):
            await until(lambda: works.sent() == ["first"])
            await works.put("second")
            await until(lambda: works.sent() == ["first", "second"])
            await until(lambda: not works.storage.state.letters)

    run(work())

    assert ["first", "second"] == works.sent()


def test_a_full_outbox_is_emptied_without_a_pause() -> None:
    """While a turn found letters the next follows at once, however long the pause at an empty outbox is."""
    works = Works()
    ids = [f"letter{number}" for number in range(45)]

    async def work() -> None:
        await works.put(*ids)
        async with background(works.dispatching(), works.upkeep, ONCE):
            await until(lambda: len(works.sent()) == len(ids))

    run(work())

    assert sorted(ids) == sorted(works.sent())


def test_what_is_over_is_forgotten_again_and_again() -> None:
    """The first round is taken at once, and others follow."""
    works = Works()

    async def work() -> None:
        async with background(works.dispatching(), works.upkeep, AT_ONCE):
            await until(lambda: works.rounds >= 3)

    run(work())

    assert works.rounds >= 3


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [Busy("the database does not answer"), Broken("it made no sense"), KeyError("secret-of-ada"), TimeoutError()],
)
def test_a_loop_outlives_every_failure(failure: Exception) -> None:
    """Whatever the storage raises, the letter is sent later, the other loop goes on, and only the kind is logged."""
    works = Works(failures=[failure, failure], broken_rounds=[failure])

    async def work() -> None:
        await works.put("letter")
        async with background(works.dispatching(), works.upkeep, AT_ONCE):
            await until(lambda: works.sent() == ["letter"] and works.rounds > 1)

    with capture_logs() as entries:
        run(work())
    level = "warning" if isinstance(failure, ExshareError) else "error"
    event = "background work failed" if isinstance(failure, ExshareError) else "background work broke"

    assert [
        {"event": event, "failure": type(failure).__name__, "log_level": level, "work": work}
        for work in ("mail", "mail", "upkeep")
    ] == sorted((entry for entry in entries if "work" in entry), key=lambda entry: str(entry["work"]))

    assert "secret-of-ada" not in str(entries)


def test_the_fate_of_each_letter_is_logged_without_its_words() -> None:
    """A letter that was sent, and one that must wait, are told by id; no address and no text."""
    works = Works()

    async def work() -> None:
        await works.put("sent")
        async with background(works.dispatching(), works.upkeep, AT_ONCE):
            await until(lambda: works.sent() == ["sent"])
            works.mailer.failure = CredentialRejected("the mail server does not accept the password")
            await works.put("waits")
            await until(lambda: works.storage.state.letters["waits"].due > works.clock.now())

    with capture_logs() as entries:
        run(work())

    assert [
        {"event": "letter sent", "log_level": "info", "site": "acme", "letter": "sent"},
        {
            "event": "letter not sent",
            "log_level": "warning",
            "site": "acme",
            "letter": "waits",
            "fate": "put off",
            "reason": "the mail server does not accept the password",
        },
    ] == entries


# --- the end ---------------------------------------------------------------------------------------------------------


def test_the_loops_end_with_their_context() -> None:
    """A turn that would never end is cancelled, and no task is left behind."""
    works = Works()
    begun = asyncio.Event()

    async def for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def work() -> bool:
        before = asyncio.all_tasks()
        async with background(works.dispatching(), for_ever, ONCE):
            await begun.wait()
        return before == asyncio.all_tasks()

    assert run(work())


def test_what_the_body_raises_arrives_as_it_is() -> None:
    """The caller's own error is neither wrapped nor lost, so that a command can say it in one line."""
    works = Works()

    async def work() -> None:
        async with background(works.dispatching(), works.upkeep, ONCE):
            raise InvalidValue("port", "8000 cannot be used")

    with pytest.raises(InvalidValue, match="port: 8000 cannot be used"):
        run(work())


def test_a_cancelled_body_ends_the_loops() -> None:
    """When the service itself is cancelled the loops go with it."""
    works = Works()

    async def work() -> bool:
        inside = asyncio.Event()

        async def serve() -> None:
            async with background(works.dispatching(), works.upkeep, ONCE):
                inside.set()
                await asyncio.Event().wait()

        before = asyncio.all_tasks()
        served = asyncio.create_task(serve())
        await inside.wait()
        served.cancel()
        await asyncio.wait([served])
        return served.cancelled() and before == asyncio.all_tasks()

    assert run(work())
