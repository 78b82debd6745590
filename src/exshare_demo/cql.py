"""The query language of Confluence's search: from text to a tree of clauses, and whether an indexed page matches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

from attrs import field, frozen

from exshare_demo.plain import folded

Kind = Literal["word", "text", "sign", "mark"]
OPERATORS = ("!~", "!=", ">=", "<=", "=", "~", ">", "<")
USER_FIELDS = ("user", "user.fullname", "user.accountid", "user.userkey")
_TOKEN = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(!~|!=|>=|<=|[=~<>])|([(),])|([^\s"'(),=~!<>]+))""")


class NotCql(ValueError):
    """The text is not a query; says where it went wrong."""


@frozen
class Indexed:
    """A page or blog post as the search index knows it, which may be out of date."""

    id: int
    kind: str
    title: str
    text: str = field(repr=False)
    space: str
    parent: int | None
    ancestors: tuple[int, ...]
    labels: frozenset[str]
    creator: str
    created: datetime
    modified: datetime


@frozen
class Clause:
    """A field compared with one value or, for `in`, with several."""

    field: str
    operator: str
    values: tuple[str, ...]


@frozen
class Junction:
    """Several queries that must all hold, or of which one must."""

    every: bool
    parts: tuple[Query, ...]


@frozen
class Inverse:
    """A query that must not hold."""

    part: Query


Query = Clause | Junction | Inverse


@frozen
class Sort:
    """One field to order by."""

    field: str
    descending: bool


@frozen
class Search:
    """A whole query: what must hold, and in which order hits come."""

    query: Query
    order: tuple[Sort, ...] = ()

    def clauses(self) -> Iterator[Clause]:
        """Every clause, from left to right."""
        yield from _clauses(self.query)


@frozen
class _Token:
    kind: Kind
    value: str


def _clauses(query: Query) -> Iterator[Clause]:
    match query:
        case Clause():
            yield query
        case Inverse():
            yield from _clauses(query.part)
        case Junction():
            for part in query.parts:
                yield from _clauses(part)


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotCql(f"unexpected character at {at}")
        quoted, sign, mark, word = match.groups()
        if quoted is not None:
            found.append(_Token("text", re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL)))
        elif sign is not None:
            found.append(_Token("sign", sign))
        else:
            found.append(_Token("mark", mark) if mark else _Token("word", word))
        at = match.end()
    return found


class _Reader:
    """Goes through the tokens of one query."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def word(self) -> str:
        """The next token, in lower case, if it is an unquoted word or mark; else nothing."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token.value.lower() if token is not None and token.kind in ("word", "mark") else ""

    def next(self, *kinds: Kind) -> str:
        """The next token, which must be of one of these kinds."""
        if self.at >= len(self.tokens):
            raise NotCql("unexpected end")
        token = self.tokens[self.at]
        if token.kind not in kinds:
            raise NotCql(f"unexpected `{token.value}`")
        self.at += 1
        return token.value

    def takes(self, *words: str) -> bool:
        """Whether the next token is one of these words or marks; goes past it if so."""
        found = self.word() in words
        self.at += found
        return found

    def search(self) -> Search:
        """Everything there is."""
        query = self.junction(every=False)
        order: list[Sort] = []
        if self.takes("order"):
            if not self.takes("by"):
                raise NotCql("expected `by`")
            order.append(self.sort())
            while self.takes(","):
                order.append(self.sort())
        if self.at < len(self.tokens):
            raise NotCql(f"unexpected `{self.tokens[self.at].value}`")
        return Search(query, tuple(order))

    def sort(self) -> Sort:
        """One field with its direction."""
        name = self.next("word").lower()
        if self.takes("desc"):
            return Sort(name, descending=True)
        self.takes("asc")
        return Sort(name, descending=False)

    def junction(self, *, every: bool) -> Query:
        """Parts joined by `or`, each of them parts joined by `and`."""
        inner: Callable[[], Query] = self.single if every else lambda: self.junction(every=True)
        parts = [inner()]
        while self.takes("and" if every else "or"):
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Junction(every, tuple(parts))

    def single(self) -> Query:
        """A clause, a bracket or the opposite of one."""
        if self.takes("not"):
            return Inverse(self.single())
        if self.takes("("):
            inner = self.junction(every=False)
            if not self.takes(")"):
                raise NotCql("expected `)`")
            return inner
        return self.clause()

    def clause(self) -> Query:
        """A field, an operator and what it is compared with."""
        name = self.next("word").lower()
        if self.takes("in"):
            return Clause(name, "in", self.several())
        if self.takes("not"):
            if not self.takes("in"):
                raise NotCql("expected `in`")
            return Inverse(Clause(name, "in", self.several()))
        sign = self.next("sign")
        value = self.value()
        return Inverse(Clause(name, sign[1], (value,))) if sign in ("!=", "!~") else Clause(name, sign, (value,))

    def several(self) -> tuple[str, ...]:
        """Values in brackets."""
        if not self.takes("("):
            raise NotCql("expected `(`")
        values = [self.value()]
        while self.takes(","):
            values.append(self.value())
        if not self.takes(")"):
            raise NotCql("expected `)`")
        return tuple(values)

    def value(self) -> str:
        """One value, quoted or not."""
        return self.next("text", "word")


def parse(text: str) -> Search:
    """The query that the text stands for; raises `NotCql`."""
    return _Reader(text).search()


def _words(value: str) -> list[str]:
    """The words looked for: a phrase in quotes is one of them."""
    found = re.findall(r'"([^"]*)"|(\S+)', folded(value))
    return [phrase or word for phrase, word in found if phrase or word]


def _contains(haystack: str, value: str) -> bool:
    """Whether every word of the value stands in the text, a `*` at its end meaning any ending."""
    text = folded(haystack)
    return all(re.search(_pattern(word), text) for word in _words(value))


def _pattern(word: str) -> str:
    body = r"\W+".join(re.escape(part) for part in re.split(r"[^\w*]+", word) if part)
    return r"(?<!\w)" + body.replace(r"\*", r"\w*") + r"(?!\w)"


def _is_id(one: int | None, value: str) -> bool:
    return str(one) == value


Test = Callable[[Indexed, str], bool]
EQUALS: Mapping[str, Test] = {
    "id": lambda page, value: _is_id(page.id, value),
    "content": lambda page, value: _is_id(page.id, value),
    "type": lambda page, value: page.kind == value.lower(),
    "space": lambda page, value: page.space.casefold() == value.casefold(),
    "space.key": lambda page, value: page.space.casefold() == value.casefold(),
    "title": lambda page, value: folded(page.title) == folded(value),
    "ancestor": lambda page, value: value in {str(a) for a in page.ancestors},
    "parent": lambda page, value: _is_id(page.parent, value),
    "label": lambda page, value: value.lower() in page.labels,
    "creator": lambda page, value: page.creator == value,
}
CONTAINS: Mapping[str, Test] = {
    "title": lambda page, value: _contains(page.title, value),
    "text": lambda page, value: _contains(f"{page.title} {page.text}", value),
    "sitesearch": lambda page, value: _contains(f"{page.title} {page.text}", value),
}
DATES: Mapping[str, Callable[[Indexed], datetime]] = {
    "created": lambda page: page.created,
    "lastmodified": lambda page: page.modified,
}


def _dated(clause: Clause, page: Indexed) -> bool:
    try:
        asked = datetime.fromisoformat(clause.values[0].replace("/", "-")).replace(tzinfo=UTC)
    except ValueError:
        raise NotCql(f"`{clause.values[0]}` is no date") from None
    have = DATES[clause.field](page)
    match clause.operator:
        case ">":
            return have > asked
        case ">=":
            return have >= asked
        case "<":
            return have < asked
        case "<=":
            return have <= asked
        case _:
            return have.date() == asked.date()


def _holds(clause: Clause, page: Indexed) -> bool:
    if clause.field in DATES:
        return _dated(clause, page)
    test = (CONTAINS if clause.operator == "~" else EQUALS).get(clause.field)
    if test is None or clause.operator in ("<", ">", "<=", ">="):
        raise NotCql(f"the field `{clause.field}` does not support `{clause.operator}`")
    return any(test(page, value) for value in clause.values)


def matches(query: Query, page: Indexed) -> bool:
    """Whether the page is a hit; raises `NotCql` for fields and operators that do not exist.

    Every part is judged, so that a query that makes no sense is refused whatever the page.
    """
    match query:
        case Clause():
            return _holds(query, page)
        case Inverse():
            return not matches(query.part, page)
        case Junction():
            answers = [matches(part, page) for part in query.parts]
            return all(answers) if query.every else any(answers)


def relevance(search: Search, page: Indexed) -> int:
    """How well the page fits what `siteSearch` looks for: words in the title count most; 0 without such a clause."""
    looked = [c.values[0] for c in search.clauses() if c.field == "sitesearch"]
    return sum(10 * _contains(page.title, value) + _contains(page.text, value) for value in looked)


SORTS: Mapping[str, Callable[[Indexed], str]] = {
    "title": lambda page: page.title.casefold(),
    "id": lambda page: f"{page.id:020}",
    "type": lambda page: page.kind,
    "space": lambda page: page.space,
    "created": lambda page: page.created.isoformat(),
    "lastmodified": lambda page: page.modified.isoformat(),
}


def ordered(search: Search, pages: list[Indexed]) -> list[Indexed]:
    """Hits in the order asked for, else by relevance, else by id; raises `NotCql` for unknown fields."""
    found = sorted(pages, key=lambda page: (-relevance(search, page), page.id))
    for sort in reversed(search.order):
        if sort.field not in SORTS:
            raise NotCql(f"cannot order by `{sort.field}`")
        found = sorted(found, key=SORTS[sort.field], reverse=sort.descending)
    return found
