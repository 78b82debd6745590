"""The chain over the activity: what is hashed, to the byte, and what a walk along it finds out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.errors import InvalidValue
from exshare_core.events import Mailbox
from exshare_core.sealing import (
    NOTHING_BEFORE,
    Broken,
    Fault,
    Head,
    Link,
    Personal,
    Row,
    Seal,
    Verdict,
    begun,
    chained,
    commitment,
    digest,
    ended,
    sealed,
    step,
)
from exshare_core.values import Sealed, SiteId

SITE = SiteId("acme")
AT = datetime(2026, 5, 15, 12, 30, 15, 123456, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=60)

SALT = bytes(range(32))
PERSONAL = Personal(SALT, "192.0.2.7", "ada@example.com", None)
OPENED = Row("acme", AT, "opened", "visitor", "k3v9", "TEAM", None, "123456", "")
LATER = datetime(2026, 5, 15, 12, 30, 16, tzinfo=UTC)
CHANGED = Row("acme", LATER, "link changed", "member", "k3v9", "TEAM", "m7", "123456", "Zürich")

# Worked out by hand with sha256sum and openssl from the bytes that docs/activity.md shows.
COMMITMENT = "1b383664c0d84668f07186d0738194f1403b1f969cabdfbf2fa175184dc7c6d6"
DIGEST = "d881f2b7f44751a4d19682a07ed89f6095af5c3aa4b4b1ea07d9facd1a41e36d"
FIRST_HASH = "c7a2757e087d50b1d2722862c196245589f82a18dce2f2f046ad1190ca169439"
SECOND_DIGEST = "c18d037c028c4624e6394d47d7d9a7900567bde01fdb87d43a321fa6f85d5cc8"
WITH_MAILBOX = Personal(SALT, "192.0.2.7", None, None, Mailbox(Sealed(b"\x5e\xa1\xed"), b"\xab" * 32))
COMMITMENT_WITH_MAILBOX = "5b99020cc71754fb59ad04542402f99e7e3d883bfa8ecd625e5ee1302881a781"
SECOND_HASH = "fec1c22b749a2f16a1957c6f6ac31a8f5903568a7f23d55130e0c4af84cc9a63"


def test_the_written_form_is_kept_to_the_byte() -> None:
    """Commitment, digests and hashes of the documented example are those that anybody works out from its bytes."""
    committed = commitment(PERSONAL)
    first = digest(OPENED, committed)
    hash_of_first = chained(NOTHING_BEFORE, "acme", 1, AT, first)
    second = digest(CHANGED, None)

    assert COMMITMENT_WITH_MAILBOX == commitment(WITH_MAILBOX).hex()
    assert [COMMITMENT, DIGEST, FIRST_HASH] == [one.hex() for one in (committed, first, hash_of_first)]
    assert [SECOND_DIGEST, SECOND_HASH] == [second.hex(), chained(hash_of_first, "acme", 2, LATER, second).hex()]


def test_a_commitment_is_of_every_personal_field() -> None:
    """Another network, mailbox, digest, account or salt, and an absent one, has another commitment."""
    mailbox = Mailbox(Sealed(b"\x5e\xa1\xed"), b"\xab" * 32)
    others = [
        WITH_MAILBOX,
        evolve(WITH_MAILBOX, network=None),
        evolve(WITH_MAILBOX, mailbox=None),
        evolve(WITH_MAILBOX, mailbox=evolve(mailbox, sealed=Sealed(b"\x5e\xa1"))),
        evolve(WITH_MAILBOX, mailbox=evolve(mailbox, digest=b"\xac" * 32)),
        evolve(WITH_MAILBOX, account="a1"),
        evolve(WITH_MAILBOX, salt=bytes(32)),
        evolve(WITH_MAILBOX, mailbox=None, address="5ea1ed"),
    ]

    assert len(others) == len({commitment(one) for one in others})


def test_rows_are_sealed_in_their_order() -> None:
    """Seals are numbered on from the head, and each covers the one before it."""
    seals = sealed(SITE, None, [(OPENED, PERSONAL), (CHANGED, None)])
    one_by_one = sealed(SITE, seals[0].head, [(CHANGED, None)])

    assert [(1, FIRST_HASH), (2, SECOND_HASH)] == [(one.number, one.hash.hex()) for one in seals]
    assert seals[1:] == one_by_one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (evolve(OPENED, link="ab", space="c"), evolve(OPENED, link="a", space="bc")),
        (evolve(OPENED, member=None), evolve(OPENED, member="")),
        (evolve(OPENED, member="-;"), evolve(OPENED, member=None, page="-;")),
        (evolve(OPENED, page="1;1:2"), evolve(OPENED, page="1", detail="2")),
    ],
    ids=["moved over", "absent and empty", "looks absent", "looks like two"],
)
def test_different_rows_have_different_bytes(one: Row, other: Row) -> None:
    """No text can be written so that it reads as other fields."""
    assert digest(one, None) != digest(other, None)


# --- what is found out -----------------------------------------------------------------------------------------------


def _chain(count: int = 5, after: Head | None = None) -> list[Link]:
    """A whole chain of rows a minute apart, each with personal fields."""
    rows = [evolve(OPENED, at=AT + timedelta(minutes=number), page=str(number)) for number in range(count)]
    seals = sealed(SITE, after, [(row, PERSONAL) for row in rows])
    return [Link(seal, row, PERSONAL) for seal, row in zip(seals, rows, strict=True)]


def _walked(
    links: Sequence[Link], batch: int = 100, kept: Head | None = None, gone_until: datetime = LONG_AGO
) -> Verdict:
    verdict = begun(SITE, None)
    for start in range(0, len(links), batch):
        if verdict.broken is None:
            verdict = step(verdict, links[start : start + batch], gone_until, kept)
    return ended(verdict, gone_until, kept)


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_a_whole_chain_is_whole(batch: int) -> None:
    """Nothing is wrong with a chain as it was sealed, whatever the batches."""
    links = _chain()
    verdict = _walked(links, batch)

    assert verdict.whole
    assert (5, links[-1].seal.head) == (verdict.rows, verdict.last)


def _replaced(links: list[Link], place: int, link: Link) -> list[Link]:
    return [*links[:place], link, *links[place + 1 :]]


def _row(links: list[Link], place: int, **changes: Any) -> list[Link]:
    row = links[place].row
    assert row is not None
    return _replaced(links, place, evolve(links[place], row=evolve(row, **changes)))


def _seal(links: list[Link], place: int, **changes: Any) -> list[Link]:
    return _replaced(links, place, evolve(links[place], seal=evolve(links[place].seal, **changes)))


def _swapped(links: list[Link]) -> list[Link]:
    """Two rows have changed places under their seals."""
    one, other = links[1], links[2]
    return [links[0], evolve(one, row=other.row), evolve(other, row=one.row), *links[3:]]


def _resealed(links: list[Link]) -> list[Link]:
    """A row was changed and its own seal made anew, but not those after it."""
    assert links[1].row is not None
    row = evolve(links[1].row, detail="nothing to see")
    (seal,) = sealed(SITE, links[0].seal.head, [(row, PERSONAL)])
    return _replaced(links, 1, Link(seal, row, PERSONAL))


TAMPERED = {
    "a word of a row": (lambda links: _row(links, 2, kind="viewed"), 3, Fault.CHANGED),
    "the page": (lambda links: _row(links, 4, page="9"), 5, Fault.CHANGED),
    "the instant, by a microsecond": (
        lambda links: _row(links, 0, at=AT + timedelta(microseconds=1)),
        1,
        Fault.CHANGED,
    ),
    "the digest": (lambda links: _seal(links, 2, digest=bytes(32)), 3, Fault.CHANGED),
    "the commitment": (lambda links: _seal(links, 2, commitment=bytes(32)), 3, Fault.CHANGED),
    "a row is gone": (lambda links: _replaced(links, 2, evolve(links[2], row=None, personal=None)), 3, Fault.MISSING),
    "a row is gone with its seal": (lambda links: [*links[:2], *links[3:]], 3, Fault.MISSING),
    "the first is gone with its seal": (lambda links: links[1:], 1, Fault.MISSING),
    "two rows are swapped": (_swapped, 2, Fault.REORDERED),
    "one seal was made anew": (_resealed, 3, Fault.REORDERED),
    "a network": (
        lambda links: _replaced(links, 3, evolve(links[3], personal=evolve(PERSONAL, network="192.0.2.8"))),
        4,
        Fault.PERSONAL,
    ),
    "a salt": (
        lambda links: _replaced(links, 3, evolve(links[3], personal=evolve(PERSONAL, salt=bytes(32)))),
        4,
        Fault.PERSONAL,
    ),
}


@pytest.mark.parametrize(("tamper", "number", "fault"), TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_is_found_out(tamper: Callable[[list[Link]], list[Link]], number: int, fault: Fault) -> None:
    """The first broken row is named, by its number and by what is wrong with it."""
    verdict = _walked(tamper(_chain()))

    assert Broken(number, fault) == verdict.broken
    assert not verdict.whole


def test_personal_fields_may_go() -> None:
    """Where the personal fields of a row were removed, the chain is whole, and it is said of how many."""
    links = _chain()
    verdict = _walked(_replaced(links, 1, evolve(links[1], personal=None)))

    assert verdict.whole
    assert (5, 1) == (verdict.rows, verdict.without_personal)


def test_personal_fields_cannot_be_added() -> None:
    """A row that was sealed without personal fields cannot have any."""
    (seal,) = sealed(SITE, None, [(CHANGED, None)])

    assert Broken(1, Fault.PERSONAL) == _walked([Link(seal, CHANGED, PERSONAL)]).broken


def test_a_row_may_go_when_it_is_old_enough_and_not_before() -> None:
    """A row that is gone out of turn is right when it happened at the boundary or before, and missing a microsecond later."""
    links = _chain()
    at = links[2].seal.at
    gone = _replaced(links, 2, evolve(links[2], row=None, personal=None))

    assert _walked(gone, gone_until=at).whole
    assert Broken(3, Fault.MISSING) == _walked(gone, gone_until=at - timedelta(microseconds=1)).broken


# --- a head that was kept elsewhere ----------------------------------------------------------------------------------


def test_a_kept_head_lies_on_the_chain() -> None:
    """A chain that has gone on since is whole against the head that it had."""
    links = _chain()

    assert _walked(links, kept=links[2].seal.head).whole


def test_a_cut_tail_is_found_out_by_a_kept_head() -> None:
    """Where the end was cut off, the first missing number is named; without a kept head nobody could tell."""
    links = _chain()

    assert _walked(links[:3]).whole
    assert Broken(4, Fault.MISSING) == _walked(links[:3], kept=links[4].seal.head).broken


def test_a_chain_that_was_made_anew_is_found_out_by_a_kept_head() -> None:
    """A chain that is whole in itself but is another one is not what the head says."""
    anew = _walked(_chain(), kept=Head(SITE, 3, AT, bytes(32)))

    assert Broken(3, Fault.NOT_THE_HEAD) == anew.broken


def test_rows_that_went_before_their_time_are_found_out_by_a_kept_head() -> None:
    """A kept head that the anchor has passed is right when its row was old enough to go, and no anchor can hide more."""
    links = _chain()
    anchor, kept = links[2].seal.head, links[1].seal.head
    rest = step(begun(SITE, anchor), links[3:], LONG_AGO, kept)

    assert ended(rest, kept.at, kept).whole
    assert Broken(2, Fault.TOO_EARLY) == ended(rest, kept.at - timedelta(microseconds=1), kept).broken
    assert Broken(3, Fault.NOT_THE_HEAD) == ended(rest, AT, evolve(anchor, hash=bytes(32))).broken


def test_strays_are_wrong() -> None:
    """Rows that nobody of ours has written make the activity unsound, though the chain is whole."""
    assert not Verdict(SITE, strays=1).whole


def test_a_head_is_one_word() -> None:
    """A head is printed and read as site, number, instant and hash; anything else is refused."""
    head = Seal(SITE, 7, AT, None, bytes(32), bytes(range(32))).head
    word = f"acme/7/2026-05-15T12:30:15.123456Z/{bytes(range(32)).hex()}"

    assert word == str(head)
    assert head == Head.parse(f" {word}\n")
    for wrong in (
        "",
        "acme/7",
        word[:-1],
        word.replace("acme", "A C"),
        word.replace("/7/", "/x/"),
        word.replace("Z", ""),
    ):
        with pytest.raises(InvalidValue, match="head|site"):
            Head.parse(wrong)
