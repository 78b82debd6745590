"""One reading of the configuration: what its parts are judged by, what was found wrong so far, and how a part is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import define, field, frozen

from exshare_core.errors import InvalidValue, InvalidValues, printable

if TYPE_CHECKING:
    from exshare_web.settings.hosts import HostSettings
    from exshare_web.settings.values import Passwords

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")


class Adapters(Protocol):
    """Which adapters there are, which keys each takes, and whether it takes these values."""

    def installed(self, section: str) -> Collection[str]:
        """The names that `use` may have in the section."""

    def keys(self, section: str, use: str) -> Collection[str]:
        """The keys of the adapter; raises InvalidValue, naming those installed, when there is none."""

    def check(self, section: str, use: str, values: Mapping[str, object], *, at: str, base: Path) -> None:
        """Raises InvalidValues with every key, named below `at`, that the adapter does not take as it is."""

    def check_passwords(self, passwords: Passwords) -> None:
        """Raises InvalidValue for a parameter or a file that the hasher refuses."""

    def check_host(self, host: HostSettings) -> None:
        """Raises InvalidValue, with the key as its field, for keys of a host that will not do."""


@frozen
class Section:
    """The choice of an adapter and its own keys."""

    use: str
    values: Mapping[str, object] = field(factory=dict, repr=False)


@define
class Reading:
    """One reading of the configuration: what it is judged by, and what was found wrong so far."""

    adapters: Adapters
    base: Path
    faults: list[InvalidValue] = field(factory=list)

    def fault(self, name: str, rule: str) -> None:
        """Note a broken rule, so that a person can mend all of them at once."""
        self.faults.append(InvalidValue(printable(name[:120]), rule))

    def section(self, section: str, table: Mapping[str, object], at: str) -> Section | None:
        """The adapter that a table chooses, with its keys judged by the adapter; None where none is chosen."""
        use, values = table.get("use"), {key: value for key, value in table.items() if key != "use"}
        if use is None:
            names = ", ".join(sorted(self.adapters.installed(section))) or "none"
            self.fault(f"{at}.use", f"is missing: the name of an adapter; installed: {names}")
        elif not isinstance(use, str):
            self.fault(f"{at}.use", "must be a text in quotes")
        else:
            try:
                self.adapters.check(section, use, values, at=at, base=self.base)
            except InvalidValues as error:
                self.faults += error.failures
            except InvalidValue as error:
                self.fault(f"{at}.use", error.rule)
            return Section(use, values)
        return None

    def one_of(self, value: object, known: tuple[str, ...], at: str) -> str:
        """The value if it is among those known, else the first of them and a fault."""
        if value in known:
            return str(value)
        self.fault(at, f"must be one of {', '.join(known)}")
        return known[0]

    def name(self, value: object, at: str, taken: Collection[str], *, what: str, such_as: str) -> str | None:
        """The short name of one of several things of a site, else None and a fault; `taken` are those before it."""
        if not isinstance(value, str):
            self.fault(f"{at}.name", f"is missing: a short name for the {what}, such as {such_as}")
            return None
        if not _NAME.match(value):
            shown = printable(value[:60])
            self.fault(f"{at}.name", f"`{shown}` is not a name: use 1 to 40 of a-z, 0-9 and inner hyphens")
            return None
        if value in taken:
            self.fault(f"{at}.name", f"another {what} of the site has this name")
        return value

    def texts(self, value: object, at: str) -> tuple[str, ...]:
        """A list of texts, or a text with commas as the environment has it."""
        entries = value.split(",") if isinstance(value, str) else value
        if not isinstance(entries, list) or not all(isinstance(one, str) for one in entries):
            self.fault(at, "must be a list of texts")
            return ()
        return tuple(filter(None, (one.strip() for one in entries)))
