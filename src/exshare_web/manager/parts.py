"""The fields of a link's form: in which tab each stands, what it is called, and how two versions of it compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

GENERAL, SECURITY, CUSTOMISE = "general", "security", "customise"

_GENERAL: Mapping[str, str] = {
    "name": "Name",
    "description": "Description",
    "children": "The pages below",
    "present_only": "Only those that are there now",
    "whole_space": "The whole space",
    "labels": "Labels",
    "carve_outs": "Left out",
    "starts": "Opens at (UTC)",
    "expires": "Ends at (UTC)",
    "max_opens": "Opens at most",
}
_SECURITY: Mapping[str, str] = {
    "password": "Password",
    "people": "People",
    "sign_in": "Signing in",
    "networks": "Networks",
    "terms": "Terms",
    "restricted_pages": "Pages with view restrictions",
    "frame_origins": "Sites that may frame it",
    "indexing": "Search engines",
}
_CUSTOMISE: Mapping[str, str] = {
    "allow": "What they may do",
    "leads_to": "On to these shares",
    "slug": "Words in the address",
}

CALLED: Mapping[str, str] = {**_GENERAL, **_SECURITY, **_CUSTOMISE}
"""What each field is called, in the order of the form."""

TABS: Mapping[str, str] = {
    **dict.fromkeys(_GENERAL, GENERAL),
    **dict.fromkeys(_SECURITY, SECURITY),
    **dict.fromkeys(_CUSTOMISE, CUSTOMISE),
}
"""The tab of each field."""

_BOXES = frozenset({"children", "present_only", "whole_space", "sign_in", "restricted_pages", "indexing", "allow"})
"""Fields that are no single control: what is wrong with them is what there is to go to."""

_CHOICES: Mapping[str, Mapping[str, str]] = {
    "password": {"none": "none", "keep": "the one it has", "new": "a new one"},
    "people": {"everyone": "everyone with the link"},
    "sign_in": {"none": "not needed", "any": "needed", "sso": "needed, with an organisation"},
    "networks": {"everywhere": "everywhere"},
    "labels": {"every": "all pages", "any": "any of", "all": "all of", "without": "without"},
}
"""Choices in words; a choice that is not here is said by what is typed beside it."""


@frozen
class Difference:
    """One field of which two versions of a form say different things."""

    called: str
    theirs: str
    yours: str


def place(name: str) -> str:
    """The id of what to go to for a field with something wrong."""
    return f"{name}-error" if name in _BOXES else name


def compared(theirs: Mapping[str, str], yours: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every field in which the form of the link as it is differs from what somebody typed, in the order of the form."""
    pairs = ((called, _said(name, theirs), _said(name, yours)) for name, called in CALLED.items())
    return tuple(Difference(called, one, other) for called, one, other in pairs if one != other)


def _said(name: str, fields: Mapping[str, str]) -> str:
    """What a form says of a field, in one line; never a password."""
    typed = ", ".join(_lines(fields.get(name, ""), ordered=name not in ("terms", "description")))
    choices = _CHOICES.get(name)
    if choices is None:
        return {"on": "yes"}.get(typed, typed) or "–"
    chosen = fields.get(f"{name}_choice", "")
    if name == "labels" and chosen in ("any", "all", "without"):
        return f"{choices[chosen]} {typed}"
    return choices.get(chosen) or typed or "nobody"


def _lines(text: str, *, ordered: bool) -> Iterable[str]:
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    return sorted(lines) if ordered else lines
