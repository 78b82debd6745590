"""What some tests need beyond Python packages: found by name, skipped by name, or demanded by name.

``EXSHARE_REQUIRE=browser,nginx,netns,reference`` and the like turns the skip of a named need into a failure, so that a
machine that should have everything cannot pass by having less.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import pytest


def _browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _netns() -> str | None:
    """`unshare`, when this user may make a network namespace of their own with it."""
    program = shutil.which("unshare")
    if program is None:
        return None
    tried = subprocess.run([program, "--map-root-user", "--net", "true"], capture_output=True, check=False)
    return program if tried.returncode == 0 else None


def _reference() -> str | None:
    """The folder of third-party reference data, which no clone of the project has."""
    folder = os.environ.get("EXSHARE_REFERENCE", "")
    return folder if folder and Path(folder, "confluence").is_dir() else None


def _cjk_font() -> str | None:
    """The name of a font of this machine with Chinese letters, such as Debian's fonts-droid-fallback brings."""
    from typst import Fonts

    families = Fonts(include_system_fonts=True).families()
    return next((name for name in families if any(part in name for part in ("Fallback", "WenQuanYi", "CJK"))), None)


def _oidc_provider() -> str | None:
    """The folder in which ``npm install oidc-provider@9`` was run, as EXSHARE_TEST_OIDC_PROVIDER names it."""
    folder = os.environ.get("EXSHARE_TEST_OIDC_PROVIDER", "")
    there = Path(folder, "node_modules", "oidc-provider").is_dir()
    return folder if folder and there and shutil.which("node") else None


FINDERS: Mapping[str, Callable[[], str | None]] = {
    "browser": _browser,
    "nginx": _nginx,
    "netns": _netns,
    "oidc-provider": _oidc_provider,
    "reference": _reference,
    "cjk-font": _cjk_font,
    **{shell: partial(shutil.which, shell) for shell in ("bash", "zsh", "fish")},
}
"""Each need by its name, and how it is found: a program or a folder, or None."""


@cache
def _found(name: str) -> str | None:
    return FINDERS[name]()


def demanded() -> frozenset[str]:
    """The needs whose absence is a failure; raises ValueError for a name that is none."""
    names = frozenset(name.strip() for name in os.environ.get("EXSHARE_REQUIRE", "").split(",") if name.strip())
    if unknown := names - FINDERS.keys():
        raise ValueError(f"EXSHARE_REQUIRE: `{min(unknown)}` is none of {', '.join(FINDERS)}")
    return names


def need(name: str) -> str:
    """Where the need is; without it the test is skipped by name, or fails if the need is demanded."""
    found = _found(name)
    if found is not None:
        return found
    if name in demanded():
        pytest.fail(f"{name}: demanded by EXSHARE_REQUIRE and not found", pytrace=False)
    pytest.skip(f"{name}: not found on this machine")
