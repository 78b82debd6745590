"""How a site looks, over the API (spec V9, A1)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from exshare_core.branding import Branding, Picture
from exshare_core.testing.printing import png
from tests.integration.shell import SITE, Shell, run
from tests.integration.test_api import Program, an_admin

PNG = png()
LOOK = f"/api/v1/sites/{SITE}/branding"
WANTED = {
    "name": "Acme",
    "accent": "#7a1fa2",
    "dark": False,
    "styles": "h1{color:red}",
    "logo": base64.b64encode(PNG).decode(),
}


def a_program() -> Program:
    """A program of the admin of the site."""
    shell = Shell()
    return Program(shell, an_admin(shell))


def put(program: Program, wanted: dict[str, Any], seen: int | None, path: str = LOOK) -> Any:
    """The answer to a look that was made on what was seen."""
    headers = {} if seen is None else {"if-match": f'"{seen}"'}
    return program.client.put(path, json=wanted, headers=headers)


def stored(shell: Shell) -> Branding:
    """How the site looks."""
    return run(shell.storage.brandings.of_site(SITE))


def test_a_look_is_replaced_as_a_whole() -> None:
    """V9, A1: what is left out is gone; the answer is what is stored, with its version as ETag."""
    program = a_program()
    first = put(program, WANTED, seen=0)

    assert (200, '"1"') == (first.status_code, first.headers["etag"])
    assert Picture(PNG, "image/png") == stored(program.shell).logo
    assert "h1 { color: red; }\n" == stored(program.shell).styles
    assert first.json() == program.client.get(LOOK).json()

    second = put(program, {"name": "Acme"}, seen=1)

    assert (2, None, True, "") == tuple(second.json().get(one) for one in ("version", "logo", "dark", "styles"))


def test_a_dry_run_says_what_would_be_stored() -> None:
    """P6: nothing is stored."""
    program = a_program()
    answer = put(program, WANTED, 0, f"{LOOK}?dry_run=true")

    assert (200, "#7a1fa2") == (answer.status_code, answer.json()["accent"])
    assert Branding(SITE) == stored(program.shell)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accent": "#ffff00"}, "accent"),
        ({"accent": "red"}, "accent"),
        ({"styles": "@import 'x';"}, "styles"),
        ({"logo": "%%%"}, "logo"),
        ({"logo": base64.b64encode(b"<svg/>").decode()}, "logo"),
        ({"icon": base64.b64encode(PNG.ljust(70_000)).decode()}, "icon"),
        ({"name": "x" * 61}, "name"),
        ({"site": "other"}, "site"),
    ],
)
def test_what_may_not_be_said_is_named(change: dict[str, Any], field: str) -> None:
    """A1: by its field, and nothing is stored."""
    program = a_program()
    answer = put(program, {**WANTED, **change}, seen=0)

    assert 422 == answer.status_code
    assert field in [one["field"] for one in answer.json()["errors"]]
    assert Branding(SITE) == stored(program.shell)


def test_a_look_of_an_old_version_is_refused() -> None:
    """L12: with the version in force, and only with If-Match at all."""
    program = a_program()
    put(program, WANTED, seen=0)
    late = put(program, {"name": "late"}, seen=0)

    assert (412, 1) == (late.status_code, late.json()["current"])
    assert 428 == put(program, {"name": "late"}, seen=None).status_code
