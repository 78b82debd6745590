"""No body costs more than an honest page: the others are one placeholder."""

from __future__ import annotations

import pytest

from tests.integration.rendering import LARGE, render

N = 100_000
BOMBS: dict[str, str] = {
    "nested": "<div>" * N,
    "nested and closed": "<div>" * N + "</div>" * N,
    "nested lists": "<ul><li>" * 2500,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(N)) + ">x",
    "attributes without values": "<p " + " ".join(f"a{i}" for i in range(N)) + ">x",
    "attributes around quoted ends": "<p " + " ".join(f'a{i}=">"' for i in range(N)) + ">x",
    "open quotes": '<a href="' * 50_000,
    "repeated formatting": "<p>" + "".join(f"<b id={i}>" for i in range(1000)) + "</p>" + "<p>x" * 1000,
    "formatting closed in vain": "<p>"
    + "".join(f"<b id={i}>" for i in range(999))
    + "</p>"
    + "</x>" * 999
    + "<p>x" * 999,
    "false ends in style": ("<div>" * 200 + "<style></div></style>" * 200) * 100,
    "ampersands": "&" * 1_000_000,
    "tables": "<table><tr><td>" * 30_000,
    "size": "x" * (6 * 1024 * 1024),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_become_a_placeholder(name: str) -> None:
    """Whatever a parser is quadratic in never reaches one."""
    assert LARGE == render(BOMBS[name]).html


def test_depth_is_capped_in_small_bodies_that_need_the_tree() -> None:
    """300 elements in each other are more than anybody writes."""
    assert LARGE == render('<div class="panel">' * 300 + "x").html


def test_large_honest_bodies_are_rendered_in_a_worker() -> None:
    """More than half a MiB of plain text comes back as it went."""
    body = "<p>hello</p>" * 60_000

    assert body == render(body).html


def test_half_characters_are_replaced() -> None:
    """Half of a surrogate pair, which no encoding can carry, becomes the replacement character."""
    assert "<p>a\ufffdb</p>" == render("<p>a\ud83db</p>").html
