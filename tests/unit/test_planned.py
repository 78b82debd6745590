"""Settings that are not saved, in words: what they say comes back, and nothing secret is in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import asdict, evolve

from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValue
from exshare_core.links import LabelFilter, Scope, ShareLink, Wish
from exshare_core.planned import MOST, applied, written
from exshare_core.testing.samples import NOW, a_link
from exshare_core.values import LinkId, Networks, PageId, People, SiteId

OLD = evolve(a_link(SiteId("acme")), wish=Wish())
WISH = Wish(
    capabilities=Capabilities.parse(["attachments=view"]),
    people=People.parse(["ada@example.com", "*.example.org"]),
    networks=Networks.parse(["192.0.2.0/24", "2001:db8::/32"]),
    starts_at=NOW,
    expires_at=NOW + timedelta(days=3),
    max_opens=7,
    sign_in=True,
    sso=True,
    frame_origins=frozenset({"https://intranet.example.com"}),
    indexing=True,
    leads_to=frozenset({LinkId("other")}),
)
SCOPE = evolve(
    OLD.scope,
    children=True,
    labels=LabelFilter.parse("any: a, b"),
    carve_outs=frozenset({PageId("12")}),
    restricted_pages=True,
    whole_space=True,
    present=frozenset({PageId("13"), PageId("14")}),
)


def saved(old: ShareLink, wish: Wish, scope: Scope | None = None) -> ShareLink:
    """The link had this been saved a day later."""
    at = NOW + timedelta(days=1)
    return old.edited(at, wish=wish, scope=scope or old.scope, name=old.name, description=old.description)


def test_a_planned_link_is_what_saving_would_make_of_it() -> None:
    """Every field of wish and scope, taken up and taken away again."""
    new = saved(OLD, WISH, SCOPE)

    assert new == applied(OLD, written(OLD, new), NOW + timedelta(days=1))
    assert saved(new, OLD.wish, OLD.scope) == applied(
        new, written(new, saved(new, OLD.wish, OLD.scope)), NOW + timedelta(days=1)
    )


def test_every_field_is_told() -> None:
    """Whatever a link may ask for has its words here, but what a link never changes: its root and space."""
    known = {*written.__globals__["_WISH"], *written.__globals__["_SCOPE"]}

    assert {*asdict(WISH), *asdict(SCOPE)} - {"root", "space"} == known


def test_no_secret_and_no_long_text_is_in_the_words() -> None:
    """That a password and terms are asked for is told, and not which."""
    new = saved(OLD, Wish(password_hash="$hash$of$it", terms="Keep it to yourself."))
    words = written(OLD, new)
    planned = applied(OLD, words, NOW).wish

    assert "hash$of" not in words
    assert "yourself" not in words
    assert (True, True) == (planned.password_hash is not None, bool(planned.terms))


def test_more_than_a_browser_carries_is_refused() -> None:
    """A long list has to be saved first; one that was saved before and is not changed costs nothing."""
    many = People.parse(f"somebody{number}@example.com" for number in range(MOST // 10))
    listed = saved(OLD, Wish(people=many))

    with pytest.raises(InvalidValue, match="too long to be previewed"):
        written(OLD, listed)
    assert written(listed, saved(listed, evolve(listed.wish, max_opens=2)))
