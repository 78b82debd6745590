"""When a host's token is good: for one link, for five minutes, from now on (spec G11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from exshare_core.signed_visitors import SignedVisitor
from exshare_core.testing.samples import NOW, after
from exshare_core.values import Address, LinkId

LINK = LinkId("link-1")
MOMENT = timedelta(microseconds=1)


def a_visitor(**changes: Any) -> SignedVisitor:
    """A visitor who was named at `NOW` for five minutes."""
    said: dict[str, Any] = {
        "issuer": "https://intranet.example.com",
        "id": "token-1",
        "address": Address.parse("ada@example.com"),
        "audience": LINK,
        "issued_at": NOW,
        "expires_at": after(minutes=5),
    }
    return SignedVisitor(**{**said, **changes})


@pytest.mark.parametrize(
    ("changes", "at", "fault"),
    [
        ({}, NOW, None),
        ({}, after(minutes=5) - MOMENT, None),
        ({}, after(minutes=5), "the token has expired"),
        ({}, after(days=1), "the token has expired"),
        ({}, after(minutes=-1), None),
        ({}, after(minutes=-1) - MOMENT, "the token is not good yet"),
        ({"expires_at": after(seconds=1)}, NOW, None),
        ({"expires_at": NOW}, NOW, "the token has expired"),
        ({"expires_at": after(minutes=-1)}, NOW, "the token has expired"),
        ({"expires_at": after(minutes=5) + MOMENT}, NOW, "the token is good for more than 5 minutes"),
        ({"expires_at": after(days=365)}, after(days=2), "the token is good for more than 5 minutes"),
        ({"not_before": after(minutes=2)}, NOW, "the token is not good yet"),
        ({"not_before": after(minutes=2)}, after(minutes=1), None),
        ({"not_before": after(minutes=-9)}, after(minutes=-2), "the token is not good yet"),
        ({"audience": "link-2"}, NOW, "the token is for another link"),
        ({"audience": ""}, NOW, "the token is for another link"),
        ({"audience": "LINK-1"}, NOW, "the token is for another link"),
    ],
)
def test_a_token_is_good_for_one_link_and_five_minutes(changes: Any, at: datetime, fault: str | None) -> None:
    """A host's clock may be a minute ahead; after its end a token is good for nobody."""
    assert fault == a_visitor(**changes).fault(LINK, at)


def test_a_used_token_is_remembered_longer_than_it_is_good() -> None:
    """While any clock of ours that is a minute slow takes it, its use is not forgotten."""
    visitor = a_visitor()

    assert visitor.fault(LINK, visitor.forgotten_at - timedelta(minutes=1)) is not None


def test_who_is_named_is_not_printed() -> None:
    """Neither the visitor's mailbox nor the token's id stands in what is printed for a programmer."""
    printed = repr(a_visitor(id="secret-id"))

    assert [] == [word for word in ("ada", "secret-id") if word in printed]
