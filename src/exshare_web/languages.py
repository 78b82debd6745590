"""In which language a page speaks (spec V8): chosen for each request, before anything is known of what it asks for.

The catalogues are the ``.po`` files in ``locale``, read as they are; English is what stands in the source. A language is
chosen by the browser's own list, or by what somebody picked at the foot of a page, and never by a link that exists: so
no answer tells more in one language than in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from importlib import resources
from io import BytesIO

from attrs import evolve, field, frozen
from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exshare_web import cookies

ENGLISH = "en"

NAMES: Mapping[str, str] = {ENGLISH: "English", "de": "Deutsch", "pl": "Polski"}
"""The languages that there are, each by the name that its speakers give it."""

PICKED = "lang"
"""The parameter of an address by which somebody picks a language."""

KEPT_FOR = 365 * 24 * 3600
"""Seconds for which a browser keeps what was picked."""

_REGIONS: Mapping[str, str] = {ENGLISH: "en_GB"}
"""Dates of the bare language would be those of another country than the words are."""


def msg(text: str) -> str:
    """Marks a sentence that a page will say in its language; gives it back as it is."""
    return text


@frozen
class Language:
    """One language with its words, and how it writes dates and numbers."""

    code: str
    locale: Locale = field(eq=False)
    words: NullTranslations = field(eq=False, repr=False)

    def say(self, text: str) -> str:
        """A sentence of ours in this language; one that has no translation stays English."""
        return str(self.words.gettext(text)) if text else ""

    def say_rule(self, rules: str) -> str:
        """Rules of the core in this language: numbers and what stands between backticks are taken over."""
        return "; ".join(self._said(rule) for rule in rules.split("; "))

    def _said(self, rule: str) -> str:
        taken: list[str] = _VALUES.findall(rule)
        said = self.say(_VALUES.sub("{}", rule))
        return said.format(*taken) if said.count("{}") == len(taken) else rule

    def day(self, moment: datetime) -> str:
        """A date such as 26 November 2026."""
        return str(format_date(moment, "long", locale=self.locale))

    def moment(self, moment: datetime | None) -> str:
        """A date and a time such as 26 Nov 2026, 21:43 UTC; nothing for none."""
        if moment is None:
            return ""
        time = format_time(moment, "HH:mm", locale=self.locale)
        return f"{format_date(moment, 'medium', locale=self.locale)}, {time} UTC"

    def size(self, number: int) -> str:
        """Bytes as people read them, such as 1.2 MB."""
        if number < 1000:
            return str(self.words.ngettext("%(num)s byte", "%(num)s bytes", number)) % {"num": number}
        amount, units = number / 1000, iter(("kB", "MB", "GB"))
        unit = next(units)
        while amount >= 1000 and unit != "GB":
            amount, unit = amount / 1000, next(units)
        return f"{format_decimal(amount, '#,##0.0', locale=self.locale)} {unit}"


_VALUES = re.compile(r"`[^`]*`|[0-9]+")


@cache
def language(code: str) -> Language:
    """The language of that code; its catalogue is read once. Raises KeyError for a language that there is not."""
    if code not in NAMES:
        raise KeyError(code)
    locale = Locale.parse(_REGIONS.get(code, code))
    if code == ENGLISH:
        return Language(code, locale, NullTranslations())
    with (resources.files("exshare_web") / "locale" / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(code, locale, Translations(compiled))


# --- which one -------------------------------------------------------------------------------------------------------


@frozen
class Spoken:
    """The language of the request in hand, and whether the one who asks wished for it."""

    code: str = ENGLISH
    wished: bool = False
    settled: bool = False
    """The page is in no other language."""


_UNASKED = Spoken()
_spoken: ContextVar[Spoken] = ContextVar("spoken", default=_UNASKED)


def current() -> Language:
    """The language in which the answer in hand speaks."""
    return language(_spoken.get().code)


def wish() -> str | None:
    """The code of the language that the one who asks wished for; None where a site or the deployment decides."""
    spoken = _spoken.get()
    return spoken.code if spoken.wished else None


def prefer(code: str | None) -> None:
    """Speak this language from here on, unless the one who asks wished for one: a site's own, once the site is known."""
    spoken = _spoken.get()
    if code is not None and code in NAMES and not spoken.wished and not spoken.settled:
        _spoken.set(evolve(spoken, code=code))


def settle(code: str) -> None:
    """Speak this language from here on, whatever was wished for: on pages that are in no other, so that they say which
    they are in (WCAG 3.1.1) and no part of them speaks another.
    """
    _spoken.set(Spoken(code, settled=True))


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for what is rendered ahead of every request."""
    token = _spoken.set(Spoken(code))
    try:
        yield
    finally:
        _spoken.reset(token)


def wished(header: str) -> str | None:
    """The language of ours that an ``Accept-Language`` header asks for most, or None (RFC 9110 section 12.5.4)."""
    ranges = [_RANGE.fullmatch(one.strip()) for one in header[:500].split(",")]
    weighed = [(float(found["q"] or 1), found["tag"].lower()) for found in ranges if found]
    best = sorted((one for one in weighed if one[0] > 0), key=lambda one: -one[0])
    return next((tag for _, tag in best if tag in NAMES), None)


_RANGE = re.compile(
    r"(?P<tag>[A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q=(?P<q>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)


def others() -> Sequence[tuple[str, str]]:
    """The codes and names of the other languages that a page is in, for the choice at its foot."""
    spoken = _spoken.get()
    return [] if spoken.settled else [(other, name) for other, name in NAMES.items() if other != spoken.code]


class Speaking:
    """Chooses the language of each answer: picked now, picked before, the browser's own, else the deployment's.

    What is picked is kept by the browser alone, and only with a page that was shown: refusals set no cookie (spec G8).
    """

    def __init__(self, app: ASGIApp, *, default: str = ENGLISH, secure: bool) -> None:
        self.app = app
        self.default = default
        self.cookie = cookies.name(cookies.LANGUAGE, secure=secure)
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its language, and say in the answer which that is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        picked = self._picked(asked)
        code = picked or self._kept(asked) or wished(asked.headers.get("accept-language", ""))
        token = _spoken.set(Spoken(code or self.default, wished=code is not None))

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_page(message):
                answer = MutableHeaders(scope=message)
                answer.setdefault("content-language", _spoken.get().code)
                if picked and scope["method"] == "GET" and message["status"] == 200:
                    answer.append("set-cookie", self._cookie(asked, picked))
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            _spoken.reset(token)

    @staticmethod
    def _is_page(message: Message) -> bool:
        return any(name == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"])

    @staticmethod
    def _picked(asked: HTTPConnection) -> str | None:
        if PICKED.encode() not in asked.scope["query_string"]:
            return None
        code = asked.query_params.get(PICKED)
        return code if code in NAMES else None

    def _kept(self, asked: HTTPConnection) -> str | None:
        if self.cookie not in asked.headers.get("cookie", ""):
            return None
        code = asked.cookies.get(self.cookie)
        return code if code in NAMES else None

    def _cookie(self, asked: HTTPConnection, code: str) -> str:
        """Over https a frame has it in a jar of the page around it, as it has its session (spec G10)."""
        framed = asked.headers.get("sec-fetch-dest") in ("iframe", "frame") and self.secure
        flags = "SameSite=None; Secure; Partitioned" if framed else "SameSite=Lax" + "; Secure" * self.secure
        return f"{self.cookie}={code}; Max-Age={KEPT_FOR}; HttpOnly; Path=/; {flags}"
