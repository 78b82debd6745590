"""Variables that stand over the keys of the configuration file: ``EXSHARE_STORAGE_DSN`` over ``dsn`` in ``[storage]``.

``…_FILE`` reads the value from the file that it names, as secrets are handed to services and containers. A variable of
ours that sets nothing is refused by name, since a misspelt one would be missed by nobody until it matters. Which keys
there are is not known here: whoever reads the environment brings the places.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import frozen

from exshare_core.errors import InvalidValue, printable

PREFIX = "EXSHARE_"
FROM_FILE = "_FILE"

NO_SETTINGS = frozenset({"EXSHARE_CONFIG", "EXSHARE_REFERENCE", "EXSHARE_REQUIRE"})
"""Variables that programs of ours know and that set nothing; so do those beginning with EXSHARE_TEST_."""

LONGEST_VALUE = 64 * 1024
"""Bytes of a file that holds one value."""


@frozen
class Place:
    """One key that a variable may set."""

    table: dict[str, Any]
    key: str
    at: str
    """How the key is called in errors, as in ``sites.acme.content.token``."""


Places = Mapping[str, Sequence[Place]]
"""Each variable with the keys that it could mean: more than one where names of sites and keys run together."""


def variable(*words: str) -> str:
    """The variable for a section and a key, or for a site and a key: ``EXSHARE_SITE_ACME_TOKEN``."""
    return PREFIX + "_".join(words).upper().replace("-", "_")


class Variables:
    """What the environment says, until it is taken. Relative paths start at `base`, like those of the file."""

    def __init__(self, environ: Mapping[str, str], base: Path) -> None:
        self._base = base
        self._given = {
            name: value
            for name, value in environ.items()
            if name.startswith(PREFIX) and name not in NO_SETTINGS and not name.startswith("EXSHARE_TEST_")
        }

    def take(self, places: Places) -> list[InvalidValue]:
        """Put every value that `places` has a key for over what stands there; what was wrong with any."""
        faults = []
        for name, claims in places.items():
            try:
                value = self._taken(name, claims, places)
            except InvalidValue as error:
                faults.append(error)
                continue
            if value is not None:
                claims[0].table[claims[0].key] = value
        return faults

    def left(self, places: Places, unjudged: Collection[str]) -> list[InvalidValue]:
        """A fault for each variable that sets nothing, but for those whose name begins with one of `unjudged`."""
        names = [name for name in sorted(self._given) if not name.startswith(tuple(unjudged))]
        return [InvalidValue(printable(name[:80]), _unknown(name, places)) for name in names]

    def _taken(self, name: str, claims: Sequence[Place], places: Places) -> str | None:
        value, file = self._given.pop(name, None), None
        if _may_lie_in_a_file(name, places):
            file = self._given.pop(name + FROM_FILE, None)
        if value is not None and file is not None:
            raise InvalidValue(name, f"is set with and without `{FROM_FILE}`; keep one")
        if file is not None:
            value = self._read(name + FROM_FILE, file)
        if value is not None and len(claims) > 1:
            keys = " and ".join(f"`{place.at}`" for place in claims)
            raise InvalidValue(name, f"could mean {keys}; write the value in the configuration file")
        return value

    def _read(self, name: str, file: str) -> str:
        """The text of a file without the line break at its end. No path is shown: it may be the secret itself."""
        try:
            with (self._base / file).open("rb") as opened:
                content = opened.read(LONGEST_VALUE + 1)
            if len(content) > LONGEST_VALUE:
                raise InvalidValue(name, f"names a file of more than {LONGEST_VALUE} bytes")
            return content.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise InvalidValue(name, "names a file that is not UTF-8 text") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "that is no path"
            raise InvalidValue(name, f"names a file that cannot be read: {reason}") from None


def _may_lie_in_a_file(name: str, places: Places) -> bool:
    """Not where the key names a file itself: then the variable's own name ends in `_FILE`, and once is enough."""
    return name + FROM_FILE not in places and not all(place.key.endswith("_file") for place in places[name])


def _unknown(name: str, places: Places) -> str:
    known = [*places, *(one + FROM_FILE for one in places if _may_lie_in_a_file(one, places))]
    tails = [one.removeprefix(PREFIX) for one in known]
    near = get_close_matches(name.removeprefix(PREFIX)[:80], tails, n=1, cutoff=0.6)
    return f"there is no such variable{f'; did you mean `{PREFIX}{near[0]}`?' if near else ''}"
