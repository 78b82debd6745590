"""Words that are sealed into text open where they belong and nowhere else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from exshare_core.errors import CannotUnseal
from exshare_core.sealed_texts import opened, opened_before, shut, shut_until
from exshare_core.testing import FakeVault
from exshare_core.testing.samples import NOW
from exshare_core.values import SiteId
from tests.unit.office import run

ACME, BETA = SiteId("acme"), SiteId("beta")


def test_what_is_shut_opens_with_the_same_purpose_site_and_id() -> None:
    """The words come back, and the text fits into an address and a cookie."""
    vault = FakeVault()
    text = run(shut(vault, "grüße@example.com", "one", ACME, "link"))

    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert "grüße@example.com" == run(opened(vault, text, "one", ACME, "link"))


@pytest.mark.parametrize(
    ("purpose", "site", "id"), [("other", ACME, "link"), ("one", BETA, "link"), ("one", ACME, "x")]
)
def test_it_opens_nowhere_else(purpose: str, site: SiteId, id: str) -> None:
    """Another purpose, site or id opens nothing."""
    vault = FakeVault()
    text = run(shut(vault, "words", "one", ACME, "link"))

    with pytest.raises(CannotUnseal):
        run(opened(vault, text, purpose, site, id))


@pytest.mark.parametrize("text", ["", "A", "====", "ä", "a b", "AAAA", "A" * 5000, "\udc80"])
def test_what_nobody_shut_is_refused_alike(text: str) -> None:
    """Whoever wrote it: broken, too short and foreign texts end in the one error."""
    with pytest.raises(CannotUnseal):
        run(opened(FakeVault(), text, "one", ACME, "link"))


def test_what_is_shut_for_a_time_opens_before_its_end_only() -> None:
    """The last moment counts; at the end itself it is over."""
    vault, moment = FakeVault(), timedelta(microseconds=1)
    text = run(shut_until(vault, "two words ", "one", ACME, "link", NOW))

    assert "two words " == run(opened_before(vault, text, "one", ACME, "link", NOW - moment))
    with pytest.raises(CannotUnseal, match="over"):
        run(opened_before(vault, text, "one", ACME, "link", NOW))
