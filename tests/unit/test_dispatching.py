"""Letters rest sealed, are sent once each and most urgent first, and are given up only for a reason (N1, G2, S1)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from attrs import evolve, field, frozen

from exshare_core.dispatching import Dispatched, Dispatching, Fate, open_letter, pause_after, seal_letter
from exshare_core.errors import (
    Broken,
    Busy,
    CannotUnseal,
    CredentialRejected,
    ExshareError,
    InvalidValue,
    MailRefused,
    NotFound,
)
from exshare_core.letter_texts import TEXTS
from exshare_core.letters import Letter, LetterKind, Message
from exshare_core.ports import Mailer
from exshare_core.testing.fakes.mailer import CollectingMailer
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.fakes.system import FakeClock
from exshare_core.testing.fakes.vault import FakeVault
from exshare_core.testing.samples import FAR, NOW, after, fresh_id
from exshare_core.values import Address, Sealed, SiteId

T = TypeVar("T")

SITE = SiteId("acme")
SOON = after(minutes=10)
ADA = Address.parse("ada@example.com")
CODE = {"code": "12345678"}
INVITATION = {"sender": "Grace", "link": "https://share.example.com/s/x", "note": "Look!"}


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def a_code(**changes: Any) -> Letter:
    """A letter with a code."""
    return evolve(Letter(fresh_id(), SITE, LetterKind.CODE, ADA, CODE), **changes)


def an_invitation(**changes: Any) -> Letter:
    """A letter with an invitation."""
    return a_code(**{"kind": LetterKind.INVITATION, "variables": INVITATION, **changes})


@frozen
class Post:
    """An outbox with a mailer and all that goes with them."""

    storage: MemoryStorage = field(factory=MemoryStorage)
    mailer: CollectingMailer = field(factory=CollectingMailer)
    vault: FakeVault = field(factory=FakeVault)
    clock: FakeClock = field(factory=FakeClock)

    def write(self, *letters: Letter, expires: datetime = SOON) -> None:
        """Put letters into the outbox."""

        async def put() -> None:
            sealed = [await seal_letter(self.vault, one, self.clock.now(), expires) for one in letters]
            await self.storage.outbox.put(sealed, [])

        run(put())

    def dispatching(self, **changes: Any) -> Dispatching:
        """The use case over this post."""
        return evolve(Dispatching(self.storage.outbox, lambda _: self.mailer, self.vault, self.clock), **changes)

    def batch(self, **changes: Any) -> tuple[Dispatched, ...]:
        """Send what is due."""
        return run(self.dispatching(**changes).batch())

    def fates(self, **changes: Any) -> list[Fate]:
        """What became of what is due."""
        return [one.fate for one in self.batch(**changes)]

    @property
    def left(self) -> int:
        """How many letters are in the outbox still."""
        return len(self.storage.state.letters)


# --- at rest ---------------------------------------------------------------------------------------------------------


def test_a_letter_opens_as_it_was_written() -> None:
    """Kind, recipient, variables, language and whether it is to be delivered come back from rest."""
    vault = FakeVault()
    for letter in (a_code(), an_invitation(), a_code(deliver=False), a_code(language="de")):
        assert letter == run(open_letter(vault, run(seal_letter(vault, letter, NOW, FAR))))


def test_a_letter_of_an_earlier_version_is_english() -> None:
    """What rested before letters had a language opens as it was meant."""
    vault, letter = FakeVault(), a_code(id="id")
    content = b'{"kind": "code", "recipient": "ada@example.com", "variables": {"code": "12345678"}, "deliver": true}'
    sealed = evolve(run(seal_letter(vault, letter, NOW, FAR)), sealed=run(_in_form(vault, content)))

    assert letter == run(open_letter(vault, sealed))
    assert "en" == letter.language


def test_a_letter_in_any_language_rests_in_as_many_bytes() -> None:
    """G2: what rests says nothing of who asked, in which language, or whether the address is listed."""
    vault = FakeVault()
    letters = [a_code(language=language) for language in TEXTS]

    assert 1 == len({len(run(seal_letter(vault, one, NOW, FAR)).sealed) for one in letters})


def test_a_letter_rests_without_its_words_and_its_address() -> None:
    """Nothing but what the queue needs can be read from a letter at rest."""
    sealed = run(seal_letter(FakeVault(), a_code(id="x" * 32), NOW, after(minutes=10)))

    assert ("x" * 32, SITE, 0, NOW, after(minutes=10), 0) == (
        sealed.id,
        sealed.site,
        sealed.priority,
        sealed.due,
        sealed.expires,
        sealed.tries,
    )
    assert [-1, -1, -1, -1] == [sealed.sealed.find(word) for word in (b"ada", b"example.com", b"12345678", b"code")]


@pytest.mark.parametrize("change", [{"id": "another"}, {"site": SiteId("globex")}], ids=["id", "site"])
def test_a_letter_opens_under_its_own_name_only(change: dict[str, Any]) -> None:
    """What was sealed for one letter cannot be put in the place of another."""
    vault = FakeVault()
    sealed = run(seal_letter(vault, a_code(), NOW, FAR))

    with pytest.raises(CannotUnseal):
        run(open_letter(vault, evolve(sealed, **change)))


UNKNOWN_FORMS = [
    b"not json",
    b"[]",
    b"{}",
    b'{"kind": "smoke signal", "recipient": "a@b.de", "variables": {}, "deliver": true}',
    b'{"kind": "code", "recipient": "nobody", "variables": {}, "deliver": true}',
    b'{"kind": "code", "recipient": 7, "variables": {}, "deliver": true}',
    b'{"kind": "code", "recipient": "a@b.de", "variables": [], "deliver": true}',
    b"\xff\xfe",
]


async def _in_form(vault: FakeVault, content: bytes) -> Sealed:
    return await vault.seal(content, "letter", SITE, "id")


@pytest.mark.parametrize("content", UNKNOWN_FORMS)
def test_an_unknown_form_is_broken(content: bytes) -> None:
    """A letter that another version wrote is not guessed at, and nothing of it stands in the error or its cause."""
    vault = FakeVault()
    sealed = evolve(run(seal_letter(vault, a_code(id="id"), NOW, FAR)), sealed=run(_in_form(vault, content)))

    with pytest.raises(Broken, match="does not have the form that this version knows") as caught:
        run(open_letter(vault, sealed))

    assert (None, True) == (caught.value.__cause__, caught.value.__suppress_context__)


# --- on the way ------------------------------------------------------------------------------------------------------


def test_a_letter_is_sent_once_and_erased() -> None:
    """A sent letter leaves nothing behind and is not sent again."""
    post, letter = Post(), an_invitation()
    post.write(letter)

    assert (Dispatched(letter.id, SITE, Fate.SENT),) == post.batch()
    assert () == post.batch()
    assert 0 == post.left
    assert [(letter.id, ADA, "Grace shared a page with you")] == [
        (one.id, one.recipient, one.subject) for one in post.mailer.sent
    ]


def test_codes_overtake_notices() -> None:
    """Whatever was written first, codes go first."""
    post = Post()
    first, code = an_invitation(), a_code()
    post.write(first)
    post.write(code)
    post.batch()

    assert [code.id, first.id] == [one.id for one in post.mailer.sent]


def test_a_code_overtakes_notices_that_are_being_sent() -> None:
    """A code that is written while a batch is on its way is sent before what is left of the batch."""
    post, code = Post(), a_code()

    class WritesACode(CollectingMailer):
        async def send(self, message: Message) -> None:
            await super().send(message)
            if len(self.sent) == 1:
                sealed = await seal_letter(post.vault, code, NOW, FAR)
                await post.storage.outbox.put([sealed], [])

    mailer = WritesACode()
    post.write(an_invitation(), an_invitation())
    post.batch(mailer=lambda _: mailer)

    assert [False, True, False] == [one.id == code.id for one in mailer.sent]


def test_a_slow_mail_system_does_not_outlast_a_lease() -> None:
    """However long a batch takes, another process that claims meanwhile gets other letters (N1: sent once)."""
    post, elsewhere = Post(), list[str]()

    class TakesAMinute(CollectingMailer):
        async def send(self, message: Message) -> None:
            post.clock.forward(minutes=1)
            claimed = await post.storage.outbox.claim(post.clock.now(), 3600.0, 1)
            elsewhere.extend(one.id for one in claimed)
            await super().send(message)

    mailer = TakesAMinute()
    post.write(*(an_invitation() for _ in range(6)), expires=FAR)
    post.batch(mailer=lambda _: mailer)
    here = [one.id for one in mailer.sent]

    assert (3, 3, 6) == (len(here), len(elsewhere), len({*here, *elsewhere}))


def test_a_batch_is_bounded() -> None:
    """No more letters than the size of a batch are sent before the caller hears of them."""
    post = Post()
    post.write(*(an_invitation() for _ in range(5)))

    assert [2, 2, 1, 0] == [len(post.batch(batch_size=2)) for _ in range(4)]


def test_each_site_has_its_own_mailer() -> None:
    """A letter goes through the mailer of its site."""
    post, mailers = Post(), {SITE: CollectingMailer(), SiteId("globex"): CollectingMailer()}
    post.write(ours := a_code(), theirs := a_code(site=SiteId("globex")))
    post.batch(mailer=mailers.__getitem__)

    assert [[ours.id], [theirs.id]] == [[one.id for one in mailer.sent] for mailer in mailers.values()]


# --- given up --------------------------------------------------------------------------------------------------------


def test_a_letter_to_an_unlisted_address_is_dropped() -> None:
    """It is opened and rendered like any other, never reaches the mailer, and is erased (G2)."""
    post, letter = Post(), a_code(deliver=False)
    post.write(letter)

    assert (Dispatched(letter.id, SITE, Fate.DROPPED),) == post.batch()
    assert ([], 0) == (post.mailer.sent, post.left)


REFUSED: list[tuple[ExshareError, str]] = [
    (MailRefused("the mail server answered 550"), "the mail server answered 550"),
    (InvalidValue("recipient", "`ada@example.com` breaks a header"), "its recipient cannot be sent"),
]


class Failing(CollectingMailer):
    """A mailer that raises one error whatever it is given."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def send(self, _: Message) -> None:
        """Raise the error."""
        raise self.error


@pytest.mark.parametrize(("error", "reason"), REFUSED)
def test_what_is_refused_for_good_is_given_up(error: ExshareError, reason: str) -> None:
    """The letter is erased, and the reason holds nothing of it."""
    post, letter = Post(), a_code()
    post.write(letter)

    assert (Dispatched(letter.id, SITE, Fate.REFUSED, reason),) == post.batch(mailer=lambda _: Failing(error))
    assert 0 == post.left


def test_a_letter_that_breaks_a_header_is_given_up() -> None:
    """A letter that cannot be rendered never reaches the mailer."""
    post = Post()
    post.write(an_invitation(variables={**INVITATION, "sender": "Eve\r\nBcc: all@example.com"}))

    assert [(Fate.REFUSED, "its subject cannot be sent")] == [(one.fate, one.reason) for one in post.batch()]
    assert ([], 0) == (post.mailer.sent, post.left)


def test_an_expired_letter_is_not_sent() -> None:
    """A letter that expires between claim and sending is erased; one that expired before is never claimed (N1)."""
    post = Post()

    class SlowVault(FakeVault):
        async def open(self, *given: Any) -> bytes:
            post.clock.set(after(minutes=10))
            return await super().open(*given)

    post.write(a_code())

    assert [Fate.EXPIRED] == post.fates(vault=SlowVault())
    assert ([], 0) == (post.mailer.sent, post.left)


# --- tried again -----------------------------------------------------------------------------------------------------


PUT_OFF: list[tuple[Exception, str]] = [
    (Busy("the mail server answered 451: not now"), "the mail server answered 451: not now"),
    (Broken("its certificate is not trusted"), "its certificate is not trusted"),
    (CredentialRejected("the mail server answered 535"), "the mail server answered 535"),
    (KeyError("ada@example.com"), "the mailer failed with KeyError"),
]


@pytest.mark.parametrize(("error", "reason"), PUT_OFF)
def test_what_an_operator_may_mend_is_tried_again(error: Exception, reason: str) -> None:
    """The letter stays, is not due for 5 seconds, and is sent when the mail system is well again."""
    post, letter = Post(), a_code()
    post.write(letter)

    assert (Dispatched(letter.id, SITE, Fate.PUT_OFF, reason),) == post.batch(mailer=lambda _: Failing(error))

    post.clock.forward(seconds=4.9)

    assert [] == post.fates()

    post.clock.forward(seconds=0.1)

    assert [Fate.SENT] == post.fates()
    assert [letter.id] == [one.id for one in post.mailer.sent]


def _no_such_site(_: SiteId) -> Mailer:
    raise NotFound("this process does not serve the site")


UNABLE: dict[str, dict[str, Any]] = {
    "another key": {"vault": FakeVault(b"another key")},
    "a site that is not served here": {"mailer": _no_such_site},
}


@pytest.mark.parametrize("name", UNABLE)
def test_what_this_process_cannot_send_is_left_to_others(name: str) -> None:
    """A process with the wrong key or without the site erases nothing that another process could send."""
    post = Post()
    post.write(a_code())

    assert [Fate.PUT_OFF] == post.fates(**UNABLE[name])

    post.clock.forward(seconds=5)

    assert [Fate.SENT] == post.fates()


def test_one_bad_letter_does_not_hold_up_the_others() -> None:
    """A mailer that fails in an unforeseen way on one letter sends the rest of the batch all the same."""
    post, bad = Post(), an_invitation()

    class Stumbles(CollectingMailer):
        async def send(self, message: Message) -> None:
            if message.id == bad.id:
                raise RuntimeError("unforeseen")
            await super().send(message)

    mailer = Stumbles()
    post.write(bad, an_invitation(), an_invitation())

    assert [Fate.PUT_OFF, Fate.SENT, Fate.SENT] == post.fates(mailer=lambda _: mailer)


def test_pauses_grow() -> None:
    """5 seconds, twice as long each time, and never more than half an hour."""
    seconds = [pause_after(tries).total_seconds() for tries in (1, 2, 3, 4, 9, 10, 11, 10_000)]

    assert [5, 10, 20, 40, 1280, 1800, 1800, 1800] == seconds


@pytest.mark.parametrize(("hint", "seconds"), [(None, 5), (-1.0, 5), (3.0, 5), (60.0, 60), (90_000.0, 1800)])
def test_a_mail_system_may_ask_for_a_longer_pause(hint: float | None, seconds: int) -> None:
    """A hint makes a pause longer, up to half an hour, and never shorter."""
    assert timedelta(seconds=seconds) == pause_after(1, hint)


def test_the_hint_of_a_busy_mail_system_is_kept_to() -> None:
    """A letter is due again when the mail system said, and not before."""
    post = Post()
    post.write(a_code())
    post.batch(mailer=lambda _: Failing(Busy("greylisted", retry_after=300.0)))
    post.clock.forward(seconds=299)

    assert [] == post.fates()

    post.clock.forward(seconds=1)

    assert [Fate.SENT] == post.fates()


def test_a_letter_is_given_up_when_the_next_try_would_come_too_late() -> None:
    """A code that cannot be sent is tried after 0, 5, 15, 35, 75, 155 and 315 seconds, and then erased (N1)."""
    post, tried = Post(), list[tuple[int, Fate]]()
    post.write(a_code())
    for second in range(601):
        tried += [(second, fate) for fate in post.fates(mailer=lambda _: Failing(Busy("down")))]
        post.clock.forward(seconds=1)

    assert [0, 5, 15, 35, 75, 155, 315] == [second for second, _ in tried]
    assert [Fate.PUT_OFF] * 6 + [Fate.EXPIRED] == [fate for _, fate in tried]
    assert 0 == post.left


def test_a_failing_outbox_is_raised() -> None:
    """When the outbox cannot be reached the caller is told, since nothing is known of any letter."""
    post = Post()
    post.write(a_code())

    class Unreachable:
        def __getattr__(self, name: str) -> Any:
            raise Busy("the database cannot be reached")

    with pytest.raises(Busy, match="the database cannot be reached"):
        post.batch(outbox=Unreachable())
