"""A member's form to and from values. Unknown fields are refused; every broken rule is named beside its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import TypeVar

from attrs import field, frozen

from exshare_core.capabilities import Capabilities, offered
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.links import ShareLink
from exshare_core.sharing import LinkForm
from exshare_core.values import Address, Networks, People

T = TypeVar("T")

FIELDS = frozenset(
    "csrf page version name description password_choice password people_choice people networks_choice networks "
    "starts expires max_opens children restricted_pages allow".split()
)


@frozen
class Filled:
    """A form as it was filled in: shown again when something was wrong, so that nothing typed is lost."""

    fields: Mapping[str, str]
    errors: Mapping[str, str] = field(factory=dict)

    def get(self, name: str) -> str:
        """What stands in the field."""
        return self.fields.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with the field, or nothing."""
        return self.errors.get(name, "")

    def allows(self, word: str) -> bool:
        """Whether the capability `word` is ticked."""
        return word in self.get("allow").split()


def empty() -> Filled:
    """The form of a new link: least privilege, nothing ticked (security reference B10)."""
    return Filled({"password_choice": "none", "people_choice": "everyone", "networks_choice": "everywhere"})


def of_link(link: ShareLink) -> Filled:
    """The form of a link as it is; its password is never shown."""
    wish = link.wish
    fields = {
        "version": str(link.version),
        "name": link.name,
        "description": link.description,
        "password_choice": "none" if wish.password_hash is None else "keep",
        "people_choice": "everyone" if wish.people is None else "listed",
        "people": "" if wish.people is None else "\n".join(wish.people.entries()),
        "networks_choice": "everywhere" if wish.networks is None else "listed",
        "networks": "" if wish.networks is None else "\n".join(wish.networks.entries()),
        "starts": _local(wish.starts_at),
        "expires": _local(wish.expires_at),
        "max_opens": "" if wish.max_opens is None else str(wish.max_opens),
        "children": "on" if link.scope.children else "",
        "restricted_pages": "on" if link.scope.restricted_pages else "",
        "allow": "\n".join(wish.capabilities.words()),
    }
    return Filled(fields)


def read(fields: Mapping[str, str]) -> LinkForm:
    """The form as a wish; raises InvalidValues with every rule that is broken."""
    failures: list[InvalidValue] = [
        InvalidValue(name[:40], "there is no such field") for name in fields if name not in FIELDS
    ]

    def tried(make: Callable[[], T], fallback: T) -> T:
        try:
            return make()
        except InvalidValues as error:
            failures.extend(error.failures)
        except InvalidValue as error:
            failures.append(error)
        return fallback

    choice = fields.get("password_choice", "none")
    if choice not in ("none", "keep", "new"):
        failures.append(InvalidValue("password", "choose one of the three"))
    listed_people = fields.get("people_choice") == "listed"
    listed_networks = fields.get("networks_choice") == "listed"
    form = LinkForm(
        name=fields.get("name", ""),
        description=fields.get("description", ""),
        password=fields.get("password", "") if choice == "new" else None,
        keep_password=choice == "keep",
        people=tried(lambda: People.parse(_entries(fields, "people")), None) if listed_people else None,
        networks=tried(lambda: Networks.parse(_entries(fields, "networks")), None) if listed_networks else None,
        starts_at=tried(lambda: _instant(fields, "starts"), None),
        expires_at=tried(lambda: _instant(fields, "expires"), None),
        max_opens=tried(lambda: _number(fields, "max_opens"), None),
        children=fields.get("children") == "on",
        restricted_pages=fields.get("restricted_pages") == "on",
        allow=tried(lambda: Capabilities.parse(fields.get("allow", "").split()), Capabilities()),
    )
    if failures:
        raise InvalidValues(tuple(failures))
    return form


def recipients(text: str) -> tuple[Address, ...]:
    """The addresses of a letter, one a line or separated by commas; raises InvalidValues."""
    good, failures = [], []
    for entry in text.replace(",", "\n").replace(";", "\n").splitlines():
        if entry.strip():
            try:
                good.append(Address.parse(entry))
            except InvalidValue as error:
                failures.append(InvalidValue("recipients", error.rule))
    if failures:
        raise InvalidValues(tuple(failures))
    return tuple(good)


def errors_of(error: InvalidValue) -> dict[str, str]:
    """What is wrong, by field; several rules of one field are joined."""
    failures = error.failures if isinstance(error, InvalidValues) else (error,)
    named: dict[str, str] = {}
    for failure in failures:
        named[failure.field] = f"{named[failure.field]}; {failure.rule}" if failure.field in named else failure.rule
    return named


CAPABILITY_WORDS: Mapping[str, str] = {
    "attachments=view": "List and download the page's files",
    "labels": "Show labels",
    "names": "Show the names of people",
    "confluence-links": "Keep links into Confluence",
    "includes": "Show content included from pages outside the share",
}


def choices() -> tuple[tuple[str, str], ...]:
    """What a link can allow in this version, with the words a member reads."""
    return tuple((word, CAPABILITY_WORDS.get(word, word)) for word in offered())


def _entries(fields: Mapping[str, str], name: str) -> list[str]:
    text = fields.get(name, "").replace(",", "\n")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _local(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M")


def _instant(fields: Mapping[str, str], name: str) -> datetime | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(name, "write a date and a time") from None
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _number(fields: Mapping[str, str], name: str) -> int | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidValue(name, "write a whole number")
    return int(text)
