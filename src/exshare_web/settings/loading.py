"""One TOML file and the environment over it; all faults are told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from exshare_core.errors import InvalidValue, InvalidValues
from exshare_web.settings import activity
from exshare_web.settings.known import keep_known, sites_at
from exshare_web.settings.making import made
from exshare_web.settings.overlay import overlay
from exshare_web.settings.sections import Adapters, Reading
from exshare_web.settings.values import Settings


def load(file: Path, environ: Mapping[str, str], adapters: Adapters, *, default_data_dir: Path) -> Settings:
    """The settings in `file` with `environ` over them; raises InvalidValues with everything that is wrong."""
    tables = _read(file)
    reading = Reading(adapters, file.absolute().parent)
    keep_known(tables, reading)
    overlay(tables, environ, reading)
    settings = made(tables, default_data_dir, reading)
    kept = activity.made(tables, sites_at(tables), reading)
    if reading.faults or settings is None:
        raise InvalidValues(tuple(reading.faults))
    return evolve(settings, activity=kept)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidValues((InvalidValue("config", f"`{file}` cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError:
        raise InvalidValues((InvalidValue("config", f"`{file}` is not UTF-8 text"),)) from None
    except (ValueError, RecursionError) as error:
        raise InvalidValues((InvalidValue("config", f"`{file}` is not TOML: {error}"),)) from None
