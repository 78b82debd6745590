"""The tables ``[[sites.sign_in]]``: where people of a site may sign in, and what that means here (spec G4, M1, R4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import frozen

from exshare_core.errors import InvalidValue, printable
from exshare_core.values import People
from exshare_web.settings.sections import Reading, Section

KEYS = ("name", "title", "use", "domains", "for", "admin_groups", "groups_from")
"""The keys that are the same whatever adapter is chosen."""

WHOM = ("visitors", "members")
GROUPS_FROM = ("confluence", "claims")
CLAIM = "groups_claim"
"""The key by which adapters are told where groups stand."""
LONGEST_TITLE = 60


@frozen
class SignInSettings:
    """One identity provider of a site."""

    name: str
    """Names the provider in addresses, in variables and in the activity."""
    title: str
    """The words on its button."""
    provider: Section
    domains: People = People()
    """Whose visitors are sent there when they type their address."""
    visitors: bool = True
    members: bool = True
    admin_groups: frozenset[str] = frozenset()
    """The groups whose members are admins of the site; without any, signing in makes nobody an admin."""
    groups_from_claims: bool = False
    """Whether members' groups are what the provider says, and not what Confluence says."""


def keep_known(tables: Mapping[str, Any], at: str, reading: Reading) -> list[dict[str, Any]]:
    """The tables of a site that can be read at all; what is none is noted. Their keys are left to the adapters."""
    found = tables.get("sign_in", [])
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    reading.fault(f"{at}.sign_in", "write each provider as a table [[sites.sign_in]]")
    return []


def called(table: Mapping[str, Any], place: int, at: str) -> str:
    """What a table is called in errors: by the provider's name, or by its place where it has none."""
    name = table.get("name")
    return f"{at}.sign_in.{name[:40]}" if isinstance(name, str) and name else f"{at}.sign_in[{place}]"


def made(tables: Collection[Mapping[str, Any]], at: str, reading: Reading) -> tuple[SignInSettings, ...]:
    """The providers of a site, in the order of the file."""
    providers: list[SignInSettings] = []
    for place, table in enumerate(tables, 1):
        here = called(table, place, at)
        name = reading.name(table.get("name"), here, [one.name for one in providers], what="provider", such_as="staff")
        own = {key: value for key, value in table.items() if key not in KEYS or key == "use"}
        provider = reading.section("sign_in", own, here)
        title = _title(table.get("title", ""), here, reading) or (name or "")
        whom = reading.texts(table.get("for", [*WHOM]), f"{here}.for")
        if not whom or not set(whom) <= set(WHOM):
            reading.fault(f"{here}.for", f"must name {' or '.join(WHOM)}, or both")
        groups = reading.texts(table.get("admin_groups", []), f"{here}.admin_groups")
        source = reading.one_of(table.get("groups_from", GROUPS_FROM[0]), GROUPS_FROM, f"{here}.groups_from")
        if source == "claims" and provider is not None and not _tells_groups(provider, reading):
            reading.fault(f"{here}.groups_from", f"`claims` needs {CLAIM}: the claim that lists a person's groups")
        domains = _domains(table.get("domains", []), here, reading)
        if name is not None and provider is not None:
            visitors, members = (one in whom for one in WHOM)
            providers.append(
                SignInSettings(name, title, provider, domains, visitors, members, frozenset(groups), source == "claims")
            )
    return tuple(providers)


def _tells_groups(provider: Section, reading: Reading) -> bool:
    """Whether the adapter is told which claim holds groups; one that takes no such key knows by itself."""
    return CLAIM not in reading.adapters.keys("sign_in", provider.use) or bool(provider.values.get(CLAIM))


def _title(value: object, at: str, reading: Reading) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TITLE or not value.isprintable():
        reading.fault(f"{at}.title", f"must be a text of at most {LONGEST_TITLE} characters")
        return ""
    return value.strip()


def _domains(value: object, at: str, reading: Reading) -> People:
    entries = reading.texts(value, f"{at}.domains")
    try:
        people = People.parse(entries, f"{at}.domains")
    except InvalidValue as error:
        reading.fault(error.field, printable(error.rule))
        return People()
    if people.addresses:
        reading.fault(f"{at}.domains", f"`{min(people.addresses)}` is an address; give its domain")
    return people
