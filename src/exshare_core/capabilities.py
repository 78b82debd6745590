"""What a visitor may do through a link, each capability a ladder of rungs (spec L5).

A rung is an ``int``; 0 is off and a higher rung implies all lower ones, so that layers combine by taking the minimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from exshare_core.errors import InvalidValue

LADDERS: Mapping[str, tuple[str, ...]] = {
    "comments": ("off", "view", "add"),
    "attachments": ("off", "view", "add", "private"),
    "labels": ("off", "on"),
    "status": ("off", "on"),
    "history": ("off", "view", "restore", "delete"),
    "old-versions": ("off", "on"),
    "edit": ("off", "on"),
    "search": ("off", "on"),
    "pdf": ("off", "on"),
    "watch": ("off", "on"),
    "names": ("off", "on"),
    "confluence-links": ("off", "on"),
    "includes": ("off", "on"),
}
"""Every capability of spec L5 with its rungs, lowest first. Child pages are part of a link's scope.

``old-versions`` adds to ``history`` what was saved before the link was made (spec L8).
"""

BUILT: Mapping[str, int] = {
    "comments": 1,
    "attachments": 1,
    "labels": 1,
    "status": 1,
    "history": 1,
    "old-versions": 1,
    "search": 1,
    "pdf": 1,
    "names": 1,
    "confluence-links": 1,
    "includes": 1,
}
"""The highest rung of each capability that this version can do; nothing above it is offered or accepted."""


@frozen(slots=True)
class Capabilities:
    """The rungs that a link wishes for; whatever is not named is off."""

    rungs: tuple[tuple[str, int], ...] = ()

    @classmethod
    def parse(cls, words: Iterable[str]) -> Capabilities:
        """From words ``comments=view``, ``labels`` …; raises InvalidValue for an unknown or not yet built one."""
        rungs: dict[str, int] = {}
        for word in words:
            name, equals, rung = word.strip().partition("=")
            ladder = LADDERS.get(name)
            if ladder is None:
                raise InvalidValue("allow", f"`{word[:60]}` is not a capability; known: {', '.join(offered())}")
            if not equals and len(ladder) == 2:
                rung = "on"
            if rung not in ladder[1:]:
                raise InvalidValue("allow", f"`{word[:60]}`: {name} takes {' or '.join(ladder[1:])}")
            if ladder.index(rung) > BUILT.get(name, 0):
                raise InvalidValue(
                    "allow", f"`{word[:60]}` is not available in this version; available: {', '.join(offered())}"
                )
            rungs[name] = max(ladder.index(rung), rungs.get(name, 0))
        return cls(tuple(sorted(rungs.items())))

    def rung(self, name: str) -> int:
        """How far up the ladder of `name` this wish reaches; 0 is off."""
        return dict(self.rungs).get(name, 0)

    def words(self) -> tuple[str, ...]:
        """The wish as a person would write it, sorted."""
        return tuple(name if len(LADDERS[name]) == 2 else f"{name}={LADDERS[name][rung]}" for name, rung in self.rungs)


def offered() -> tuple[str, ...]:
    """The words that this version accepts, in the order of spec L5."""
    return tuple(
        name if len(ladder) == 2 else f"{name}={ladder[rung]}"
        for name, ladder in LADDERS.items()
        for rung in range(1, BUILT.get(name, 0) + 1)
    )
