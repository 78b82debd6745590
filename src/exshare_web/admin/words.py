"""What is set on a site in the words of admins: restrictions, rights, differences and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from exshare_core.policy_keys import GRANTS
from exshare_core.schemes import Granted
from exshare_web.admin.restrictions import SETTINGS

TITLES: Mapping[str, str] = {
    **{setting.name: setting.label.lower() for setting in SETTINGS},
    "people_demanded": "a list of allowed people is demanded",
    "sign_in_demanded": "signing in is demanded",
    "sso_demanded": "signing in with an organisation is demanded",
    "password_demanded": "a password is demanded",
    "expiry_demanded": "an expiry is demanded",
    "children": "pages below",
    "leavers": "links of leavers",
    "heir": "new owner of links of leavers",
    "restricted_pages": "pages with view restrictions",
    "password_by_mail": "passwords by mail",
    "indexing": "search engines",
    "external_links": "links to other sites",
    "capabilities": "how far links may go",
    "group_rules": "rules for groups",
}
"""What each restriction is called where its value stands beside it."""

RIGHTS: Mapping[Granted, str] = {Granted(key.name): key.says.rstrip(".") for key in GRANTS}
"""What each right of a scheme is, as the beginning of a sentence."""

_CHANGED: Mapping[str, str] = {
    **TITLES,
    **{right.value: f"{says[:1].lower()}{says[1:]}" for right, says in RIGHTS.items()},
}


def what(name: str) -> str:
    """What changed, in words: a difference names a layer and a restriction or a right of it."""
    layer, colon, changed = name.rpartition(": ")
    return f"{layer}{colon}{_CHANGED.get(changed, changed)}"


def reasons(names: Iterable[str]) -> str:
    """Why a link is affected, in words; a rule is left as it is."""
    return ", ".join(TITLES.get(name, name) for name in names)
