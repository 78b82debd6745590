"""One cheap look at a body's bytes: which steps does it need, if any? It may err towards yes, and guards nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from exshare_adapters.confluence.links import SiteAddresses
from exshare_adapters.confluence.media import HOSTS

_TEXT = bytes(byte for byte in range(256) if byte not in b"<>")
_TAG = re.compile(rb"<([a-z][a-z0-9:-]*[\s/]?)")
_CLASS = re.compile(rb'class="([^"]*)"')
_PLAIN_CLASSES = frozenset(
    {
        b"external-link", b"confluencetable", b"confluencetd", b"confluenceth", b"table-wrap", b"wrapped",
        b"auto-cursor-target", b"ex-anchor", b"ex-table", b"relative-table", b"fixed-table",
    }
)  # fmt: skip
"""Class words that the tree has nothing to do for."""
_PLAIN_TAGS = frozenset(
    b"a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li"
    b" mark ol p q s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
_PLAIN_DATA = (
    b"data-local-id=",
    b"data-layout=",
    b"data-table-width=",
    b"data-table-display-mode=",
    b"data-hasbody=",
)
_REGIONS = (b'<div class="table-wrap">', b'<div class="ex-table" ')
"""What stands around a table that needs no region made."""
SHELL_IDS = frozenset(["main", "tree", "files", "files-heading", "top", "search", "comments", "header", "footer"])
"""Ids of the page around the body, which knows case; a body may not catch links to them."""
_SHELL_ID = re.compile(rf"id\s*=\s*[\"']?(?:{'|'.join(sorted(SHELL_IDS))})[\"'\s>]".encode())
_PLAIN_LINK = re.compile(rb'href="(?:/(?!/)|#|https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)[/"?#])')
_UPSTREAM = tuple(host.encode() for host in HOSTS)
_REFERENCE = re.compile(rb"&(?:#|period;)")
"""Ways to write a letter or a full stop of a host's name otherwise."""
_FORMATTING = frozenset(b"b big code em font i s small strike strong tt u".split())


class Scan:
    """What stands in one body, in UTF-8 with ASCII letters in lower case."""

    def __init__(self, low: bytes, site: SiteAddresses) -> None:
        self.low = low
        self.markup = _markup(low)
        """Every tag, comment and the like without its brackets, in order; None where one may stand in a value or text."""
        self._counts = None if self.markup is None else Counter(self.markup)
        self.marks = low if self._counts is None else b"<" + b"><".join(self._counts) + b">"
        """Every different tag, once; all of it where a bracket may stand in a value or in text."""
        self.elements = len(_TAG.findall(low)) if self.markup is None else len(self.markup) - self._count(b"</")
        """How many tags begin; never fewer than there are elements in it."""
        kinds = frozenset(_TAG.findall(self.marks))
        self.attributed_formatting = any(kind[:-1] in _FORMATTING for kind in kinds)
        self.tags = frozenset(kind.rstrip(b" \t\n\r\f\v/") for kind in kinds)
        values = _CLASS.findall(self.marks)
        self._odd = self.marks.count(b"class") != len(values)
        self.classes: frozenset[bytes] = frozenset(b" ".join(set(values)).split())
        self._class_words = b" ".join(self.classes)
        self.names_site = _REFERENCE.search(low) is not None or any(name.encode() in low for name in site.host_names)
        """Whether a host of the site may stand anywhere in it."""

    @property
    def distinct(self) -> Collection[bytes]:
        """Each of `markup` once; only where that is not None."""
        return self._counts or ()

    def has(self, *marks: bytes) -> bool:
        """Whether one of the marks stands in its tags."""
        return any(mark in self.marks for mark in marks)

    def tagged(self, *names: bytes) -> bool:
        """Whether there may be an element of one of the names."""
        return not self.tags.isdisjoint(names)

    def classed(self, *words: bytes) -> bool:
        """Whether a class word contains one of `words`."""
        return self._odd or any(word in self._class_words for word in words)

    def _count(self, beginning: bytes) -> int:
        """How often `beginning`, which starts with ``<``, stands in it."""
        if self._counts is None:
            return self.low.count(beginning)
        if beginning.endswith(b">"):
            return self._counts[beginning[1:-1]]
        begun = beginning[1:]
        return sum([times for tag, times in self._counts.items() if tag.startswith(begun)])

    @property
    def plain_links(self) -> bool:
        """Whether every link is relative or leads to a plain host that is neither the site's nor Confluence's own.

        Only asked where `needs_tree` is False: then no host of the site stands anywhere in it.
        """
        marks = self.marks
        if b"title=" in marks or _SHELL_ID.search(marks) is not None:
            return False
        hosts = _PLAIN_LINK.findall(marks)
        return len(hosts) == marks.count(b"href") and not any(host.endswith(_UPSTREAM) for host in set(hosts))

    @property
    def needs_tree(self) -> bool:
        """Whether anything in it is more than text, headings, lists, plain tables and links."""
        if self._odd or not self.classes <= _PLAIN_CLASSES or not self.tags <= _PLAIN_TAGS or self.names_site:
            return True
        marks = self.marks
        if b"style=" in marks or b"<!-" in marks or b"mailto" in marks:
            return True
        if b"a" in self.tags and self._count(b"<a ") != self._count(b"</a>"):
            return True
        if b"table" in self.tags and self._count(b"<table") > sum(map(self._count, _REGIONS)):
            return True
        data = marks.count(b"data-")
        return data > 0 and data != sum(marks.count(name) for name in _PLAIN_DATA)


def _markup(low: bytes) -> Sequence[bytes] | None:
    """What stands between brackets, where each that opens is closed before the next."""
    brackets = low.translate(None, _TEXT)
    if brackets != b"<>" * (len(brackets) // 2):
        return None
    return low.replace(b">", b"<").split(b"<")[1::2]
