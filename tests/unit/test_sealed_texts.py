"""Words that are sealed into text open where they belong and nowhere else."""

from __future__ import annotations

import re

import pytest

from exshare_core.errors import CannotUnseal
from exshare_core.sealed_texts import opened, shut
from exshare_core.testing import FakeVault
from exshare_core.values import SiteId
from tests.unit.office import run

ACME, BETA = SiteId("acme"), SiteId("beta")


def test_what_is_shut_opens_with_the_same_purpose_site_and_id() -> None:
    """The words come back, and the text fits into an address and a cookie."""
    vault = FakeVault()
    text = run(shut(vault, "grüße@example.com", "one", ACME, "link"))

    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert "grüße@example.com" == run(opened(vault, text, "one", ACME, "link"))


@pytest.mark.parametrize(("purpose", "site", "id"), [("other", ACME, "link"), ("one", BETA, "link"), ("one", ACME, "x")])
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
