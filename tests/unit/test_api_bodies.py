"""What the API reads from JSON: each field of its own type and no other, and every fault at once (spec A1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from attrs import frozen

from exshare_core.errors import InvalidValue, InvalidValues
from exshare_web.api import bodies
from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class Order:
    """A model with a field of each kind."""

    text: str = about("A text.")
    number: int = about("A number.", default=0)
    switch: bool = about("A switch.", default=False)
    word: Literal["one", "two"] = about("A word.", default="one")
    many: list[str] = about("A list.", factory=list)
    at: datetime | None = about("An instant.", default=None)


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ({}, {"text": "is missing"}),
        ({"text": None}, {"text": "must be a text"}),
        ({"text": "\ud800"}, {"text": "must be a text"}),
        ({"text": "", "number": True}, {"number": "must be a whole number"}),
        ({"text": "", "number": 2**53}, {"number": "must be a whole number"}),
        ({"text": "", "number": 1.5}, {"number": "must be a whole number"}),
        ({"text": "", "switch": 1}, {"switch": "must be true or false"}),
        ({"text": "", "word": "three"}, {"word": "must be one of one, two"}),
        ({"text": "", "word": ["one"]}, {"word": "must be one of one, two"}),
        ({"text": "", "many": "a"}, {"many": "must be a list of texts"}),
        ({"text": "", "many": ["a", 1]}, {"many": "must be a list of texts"}),
        ({"text": "", "at": "2026-12-31"}, {"at": "must be an instant such as 2026-12-31T23:00:00Z or null"}),
        ({"text": "", "at": "2026-12-31T23:00:00"}, {"at": "must be an instant such as 2026-12-31T23:00:00Z or null"}),
        ({"text": "", "txet": ""}, {"txet": "there is no field `txet`; known: at, many, number, switch, text, word; did you mean `text`?"}),
        ({"number": "1", "switch": "no"}, {"number": "must be a whole number", "switch": "must be true or false", "text": "is missing"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(given: dict[str, Any], rules: dict[str, str]) -> None:
    """Unknown fields, missing ones and wrong types, all at once, each with its rule."""
    with pytest.raises(InvalidValues) as raised:
        bodies.read(Order, given)

    assert rules == {one.field: one.rule for one in raised.value.failures}


def test_what_fits_is_read_and_written() -> None:
    """Instants come in with any zone and go out in UTC; what is absent is left out."""
    read = bodies.read(Order, {"text": "a", "word": "two", "at": "2027-01-01T01:00:00+02:00"})

    assert Order(text="a", word="two", at=datetime(2026, 12, 31, 23, tzinfo=UTC)) == read
    assert bodies.written(read) == (
        b'{"text":"a","number":0,"switch":false,"word":"two","many":[],"at":"2026-12-31T23:00:00Z"}'
    )
    assert b'"at"' not in bodies.written(Order(text="a"))


@pytest.mark.parametrize("text", [b"{", b"[]", b"1", b"null", b"\xff", b'{"a": NaN}'])
def test_a_body_is_an_object_in_json(text: bytes) -> None:
    """Anything else is refused as a whole; nothing at all is an empty object."""
    with pytest.raises(InvalidValue) as raised:
        bodies.parsed(text)

    assert "body" == raised.value.field
    assert {} == bodies.parsed(b"  ")
