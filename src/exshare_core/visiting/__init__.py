"""Use cases of a visitor: open a link, prove what it asks, begin a visit, see a page, look for words, fetch a file.

Every way in starts with `Visiting.open`, which judges by `decide()` alone. What an open link leads to is behind the
`Admission` it gives, and everything of a page goes through `reach()`. The gates are in `proving`, and in `introducing` for
those whom another host names; the content is in `browsing` and `searching`, the way in that both share in `entrance`.
"""

from __future__ import annotations

from attrs import frozen

from exshare_core.visiting.browsing import Addresses, Entry, PageView, Sidebar
from exshare_core.visiting.discussing import Discussing, Discussion, From, Remark, Thread
from exshare_core.visiting.entrance import Admission, Caller, Opening
from exshare_core.visiting.fetching import Cut
from exshare_core.visiting.introducing import Introducing, Introduction
from exshare_core.visiting.leading import Leading, Onward
from exshare_core.visiting.printing import Ahead, Printable, Printed, Printing, Sayings, Step
from exshare_core.visiting.proving import Submission
from exshare_core.visiting.recalling import Comparison, History, OldPage, Recalling
from exshare_core.visiting.searching import Hit, Hits, Searching
from exshare_core.visiting.trying import Offered, Trying

__all__ = [
    "Addresses",
    "Admission",
    "Ahead",
    "Caller",
    "Comparison",
    "Cut",
    "Discussion",
    "Entry",
    "From",
    "History",
    "Hit",
    "Hits",
    "Introduction",
    "Offered",
    "OldPage",
    "Onward",
    "Opening",
    "PageView",
    "Printable",
    "Printed",
    "Remark",
    "Sayings",
    "Sidebar",
    "Step",
    "Submission",
    "Thread",
    "Visiting",
]


@frozen
class Visiting(Introducing, Leading, Trying, Discussing, Recalling, Searching, Printing):
    """A visitor's acts on all sites of one deployment."""
