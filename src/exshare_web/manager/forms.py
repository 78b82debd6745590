"""A member's form to and from values. Unknown fields are refused; every broken rule is named beside its field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from attrs import field, frozen

from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.links import LABEL_WORDS, LabelFilter, ShareLink
from exshare_core.values import Address, Networks, People, instant, label_names
from exshare_core.wishes import LinkForm
from exshare_web.manager.parts import CALLED, GENERAL, TABS, place

T = TypeVar("T")

_CHOICES = {"password_choice", "sign_in_choice", "people_choice", "networks_choice", "labels_choice"}

SETTINGS = frozenset(
    {
        "name",
        "description",
        "slug",
        "password",
        "people",
        "networks",
        "terms",
        "frame_origins",
        "starts",
        "expires",
        "max_opens",
        "children",
        "whole_space",
        "labels",
        "carve_outs",
        "restricted_pages",
        "present_only",
        "indexing",
        "leads_to",
        "allow",
        *_CHOICES,
    }
)
"""Every field of a link's form but those that carry the page, the version and the session's token."""

PLACES = SETTINGS - _CHOICES | {"sign_in", "recipients", "note", "visitor", "preview_as"}
"""The fields that have a place for what is wrong with them, those of a letter among them."""


@frozen
class Filled:
    """A form as it was filled in: shown again when something was wrong, so that nothing typed is lost."""

    fields: Mapping[str, str]
    errors: Mapping[str, str] = field(factory=dict)
    places: Collection[str] = PLACES
    """The fields beside which there is a place for what is wrong with them."""
    checked: bool = False
    """Whether it was looked at and not sent to be stored."""
    held: str = ""
    """The password that was typed, sealed, where it need not be typed again."""

    def get(self, name: str) -> str:
        """What stands in the field."""
        return self.fields.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with the field, or nothing."""
        return self.errors.get(name, "")

    @property
    def general(self) -> tuple[str, ...]:
        """What is wrong with fields that are not shown, or with the form as a whole."""
        return tuple(
            f"{name}: {rule}" if name else rule for name, rule in self.errors.items() if name not in self.places
        )

    @property
    def faults(self) -> Mapping[str, str]:
        """What is wrong in the tabs of a link, by field, in the order of the form."""
        return {name: f"{CALLED[name]}: {self.errors[name]}" for name in CALLED if name in self.errors}

    @property
    def faults_by_tab(self) -> Mapping[str, int]:
        """How many fields of each tab have something wrong."""
        return Counter(TABS[name] for name in self.faults)

    @property
    def first(self) -> str:
        """The tab to begin with: the first in which something is wrong."""
        return next((TABS[name] for name in self.faults), GENERAL)

    @property
    def retype(self) -> bool:
        """Whether a password was typed that the page does not keep."""
        return self.get("password_choice") == "new" and not self.held and (self.checked or bool(self.errors))

    def place(self, name: str) -> str:
        """Where on the page a field with something wrong is."""
        return place(name)

    def allows(self, word: str) -> bool:
        """Whether the capability `word` is ticked."""
        return word in self.get("allow").split()


def empty() -> Filled:
    """The form of a new link: least privilege, nothing ticked (security reference B10)."""
    choices = {
        "password_choice": "none",
        "sign_in_choice": "none",
        "people_choice": "everyone",
        "networks_choice": "everywhere",
    }
    return Filled(choices)


def prefilled(form: LinkForm) -> Filled:
    """The form of a new link with what the configuration of its space fills in (spec L9)."""
    fields = {
        "name": form.name,
        "expires": _local(form.expires_at),
        "children": "on" if form.children else "",
        "allow": "\n".join(form.allow.words()),
    }
    return Filled({**empty().fields, **fields})


def of_link(link: ShareLink, slug: str = "") -> Filled:
    """The form of a link as it is, with the words in its address; its password is never shown."""
    wish = link.wish
    fields = {
        "version": str(link.version),
        "name": link.name,
        "description": link.description,
        "slug": slug,
        "password_choice": "none" if wish.password_hash is None else "keep",
        "sign_in_choice": "sso" if wish.sso else "any" if wish.sign_in else "none",
        "people_choice": "everyone" if wish.people is None else "listed",
        "people": _lines(wish.people),
        "networks_choice": "everywhere" if wish.networks is None else "listed",
        "networks": _lines(wish.networks),
        "terms": wish.terms,
        "frame_origins": "\n".join(sorted(wish.frame_origins)),
        "starts": _local(wish.starts_at),
        "expires": _local(wish.expires_at),
        "max_opens": "" if wish.max_opens is None else str(wish.max_opens),
        "children": "on" if link.scope.children else "",
        "whole_space": "on" if link.scope.whole_space else "",
        "labels_choice": "every" if link.scope.labels is None else link.scope.labels.word,
        "labels": "" if link.scope.labels is None else "\n".join(sorted(link.scope.labels.labels)),
        "carve_outs": "\n".join(sorted(link.scope.carve_outs)),
        "restricted_pages": "on" if link.scope.restricted_pages else "",
        "present_only": "on" if link.scope.present is not None else "",
        "leads_to": "\n".join(sorted(wish.leads_to)),
        "indexing": "on" if wish.indexing else "",
        "allow": "\n".join(wish.capabilities.words()),
    }
    return Filled(fields)


def read(fields: Mapping[str, str], old: ShareLink | None = None) -> LinkForm:
    """The form as a wish, for a new link or a change of `old`; what could not be read is named in its `unread`.

    A choice that is missing or unknown is refused, never read as the open one. What was typed beside a choice that
    does not use it is refused too, since one of the two is a mistake; only what `old` has may be left standing there.
    """
    reading = Reading(fields, () if old is None else _values_of(old))
    reading.refuse_unknown(SETTINGS | {"csrf", *(("page",) if old is None else ("version", "preview_as"))})
    password = reading.chosen("password", ("none", "keep", "new"))
    signing_in = reading.chosen("sign_in", ("none", "any", "sso"))
    people = reading.chosen("people", ("everyone", "listed"))
    networks = reading.chosen("networks", ("everywhere", "listed"))
    labels = reading.chosen("labels", ("every", *LABEL_WORDS), unused=1)
    return LinkForm(
        name=fields.get("name", ""),
        description=fields.get("description", ""),
        slug=fields.get("slug", "").strip(),
        password=fields.get("password", "") if password == "new" else None,
        keep_password=password == "keep",
        sign_in=signing_in == "any",
        sso=signing_in == "sso",
        people=reading.entries("people", People.parse, People()) if people == "listed" else None,
        networks=reading.entries("networks", Networks.parse, Networks()) if networks == "listed" else None,
        terms=fields.get("terms", ""),
        frame_origins=tuple(_entries(fields.get("frame_origins", ""))),
        starts_at=reading.moment("starts", None if old is None else old.wish.starts_at),
        expires_at=reading.moment("expires", None if old is None else old.wish.expires_at),
        max_opens=reading.number("max_opens"),
        children=reading.ticked("children"),
        whole_space=reading.ticked("whole_space"),
        labels=LabelFilter(LABEL_WORDS[labels], reading.labels()) if labels in LABEL_WORDS else None,
        carve_outs=tuple(_entries(fields.get("carve_outs", ""))),
        restricted_pages=reading.ticked("restricted_pages"),
        present_only=reading.ticked("present_only"),
        indexing=reading.ticked("indexing"),
        leads_to=tuple(_entries(fields.get("leads_to", ""))),
        allow=reading.tried(lambda: Capabilities.parse(fields.get("allow", "").split()), Capabilities()),
        unread=tuple(reading.failures),  # the last to be evaluated: every field above is read by now
    )


def version(fields: Mapping[str, str]) -> int:
    """The version that the form was made from; 0, which no link has, for anything else."""
    text = fields.get("version", "")
    return int(text) if _is_number(text) else 0


def previewed_as(fields: Mapping[str, str]) -> Address | None:
    """As whom settings are previewed before they are saved; None is somebody unknown. Raises InvalidValue."""
    text = fields.get("preview_as", "").strip()
    try:
        return Address.parse(text) if text else None
    except InvalidValue as error:
        raise InvalidValue("preview_as", error.rule) from None


def recipients(text: str) -> tuple[Address, ...]:
    """The addresses of a letter, one a line or separated by commas; raises InvalidValues naming every wrong one."""
    entries = [entry for entry in text.replace(",", "\n").replace(";", "\n").splitlines() if entry.strip()]
    good: list[Address] = []
    failures: list[InvalidValue] = []
    for entry in entries:
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
        named[failure.field] = f"{named[failure.field]}; {failure.said}" if failure.field in named else failure.said
    return named


@frozen
class Reading:
    """Fields being read, and what was wrong with them so far."""

    fields: Mapping[str, str]
    standing: Iterable[tuple[str, str]] = ()
    """Fields as the form of the old link shows them."""
    failures: list[InvalidValue] = field(factory=list)

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """Nothing is set by a field that nobody sees."""
        unknown = (name for name in self.fields if name not in known)
        self.failures.extend(InvalidValue(name[:40], "there is no such field") for name in unknown)

    def tried(self, make: Callable[[], T], fallback: T) -> T:
        """What `make` gives; `fallback` where it could not be read, which is noted."""
        try:
            return make()
        except InvalidValues as error:
            self.failures.extend(error.failures)
        except InvalidValue as error:
            self.failures.append(error)
        return fallback

    def chosen(self, name: str, options: tuple[str, ...], unused: int = -1) -> str:
        """The option chosen for a field; all but the first `unused` of `options` use what is typed in it."""
        choice = self.fields.get(f"{name}_choice", "")
        if choice not in options:
            self.failures.append(InvalidValue(name, "choose one of the options"))
            return ""
        typed = _unwrapped(self.fields.get(name, ""))
        if choice in options[:unused] and typed and (name, typed) not in self.standing:
            rule = "something is typed here that the option above does not use: choose another, or clear this"
            self.failures.append(InvalidValue(name, rule))
        return choice

    def entries(self, name: str, parse: Callable[[Iterable[str]], T], fallback: T) -> T:
        """A list, one entry a line; every wrong entry is named."""
        typed = _entries(self.fields.get(name, ""))
        good = [entry for entry in typed if self.tried(partial(parse, [entry]), None) is not None]
        return parse(good) if good else fallback

    def labels(self) -> frozenset[str]:
        return self.entries("labels", label_names, frozenset[str]())

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        value = self.fields.get(name, "")
        if value not in ("", "on"):
            self.failures.append(InvalidValue(name, "tick it or leave it"))
        return value == "on"

    def moment(self, name: str, old: datetime | None) -> datetime | None:
        """A time, read as UTC where it names no zone. One that was not touched keeps its seconds."""
        text = self.fields.get(name, "").strip()
        if not text or text == _local(old):
            return old if text else None
        zoned = text if text.endswith("Z") or "+" in text else f"{text}+00:00"
        try:
            return instant(zoned, name)
        except InvalidValue:
            self.failures.append(InvalidValue(name, "write a date and a time such as 2026-12-31 23:00"))
            return None

    def number(self, name: str) -> int | None:
        """A whole number, or None for an empty field."""
        text = self.fields.get(name, "").strip()
        if text and not _is_number(text):
            self.failures.append(InvalidValue(name, "write a whole number"))
        return int(text) if _is_number(text) else None


def _values_of(old: ShareLink) -> tuple[tuple[str, str], ...]:
    return tuple((name, _unwrapped(value)) for name, value in of_link(old).fields.items())


def _entries(text: str) -> list[str]:
    """What is typed one a line, or separated by commas."""
    return [entry for line in text.replace(",", "\n").splitlines() if (entry := line.strip())]


def _lines(listed: People | Networks | None) -> str:
    return "" if listed is None else "\n".join(listed.entries())


def _unwrapped(text: str) -> str:
    """The text as it was before a browser sent it: with single line ends and nothing around it."""
    return text.replace("\r\n", "\n").strip()


def _local(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
