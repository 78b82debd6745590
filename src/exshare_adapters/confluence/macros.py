"""Which of Confluence's macros read elsewhere, preview files or draw diagrams (spec L8, L17)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EXCLUDE = "exshare-exclude"
"""The name of an excerpt, or the title of a box, that marks an excluded part (spec L8)."""

READERS = frozenset(
    {
        "include", "include-page", "excerpt-include", "multiexcerpt-include", "multiexcerpt-include-macro",
        "html-include", "children", "pagetree", "pagetreesearch", "contentbylabel", "content-report-table",
        "detailssummary", "recently-updated", "recently-updated-dashboard", "blog-posts", "blog-post-list", "index",
        "navmap", "livesearch", "search", "searchresults", "search-box", "rss", "widget", "profile", "profile-picture",
        "userlister", "user-lister", "contributors", "contributors-summary", "change-history", "favpages",
        "global-reports", "network", "im", "listlabels", "popular-labels", "recently-used-labels", "related-labels",
        "tasks-report-macro", "tasks-report", "task-report", "spaces-list", "space-list", "space-details",
        "space-attachments", "space-jump", "spacegraph", "gadget", "calendar", "team-calendar", "decisionreport", "jim",
        "inc-drawio", "iframe", "web-panel", "blueprint-listing", "pages-with-label", "content-by-user", "roadmap",
        "table-from-jira", "junitreport",
    }
)  # fmt: skip
"""Macros whose output comes from other pages, people, sites or Jira."""

ARCHIVES = frozenset({"gallery", "attachments", "viewfile", "view-file", "viewpdf", "viewdoc", "viewxls", "viewppt"})
"""Macros that show files: of their own page unless a parameter names another."""

LISTS_OF_FILES = frozenset({"gallery", "attachments"})
"""Macros that show every file that a page has."""

INCLUDES = frozenset(
    {"include", "include-page", "excerpt-include", "multiexcerpt-include", "multiexcerpt-include-macro"}
)
"""Macros that show the text of another page, with the macros in it."""

OF_ONE_PAGE = INCLUDES | (ARCHIVES - LISTS_OF_FILES) | {"inc-drawio"}
"""Macros that show something of the one page that they name. All others among `READERS` list what is in many: the
page that they name says nothing of who may see what they show. Lists of another page's files are of that page too,
where its storage format says that none of its files belongs to an excluded part."""

LISTS: Mapping[str, str] = MappingProxyType({"children": "@self", "pagetree": "@home"})
"""Macros that list the pages below one page, and the page that they mean when they name none. They can be drawn
anew from the tree."""

REPORTS = frozenset({"detailssummary"})
"""Macros that show a table with a row for every page that a search finds, and what the page says of itself."""

OUTCOMES = REPORTS | {
    "contentbylabel", "content-report-table", "recently-updated", "recently-updated-dashboard", "blog-posts",
}  # fmt: skip
"""Macros that list the pages that a search finds, made with the connector's eyes: each is judged by itself, and those
in reach are listed anew by their titles. What else such lists hold (excerpts, people, times) is left out: it is of
pages too, and nobody has looked at it. Lists of people, labels, tasks, spaces and issues name no page to judge."""

PREVIEWS = frozenset(
    {
        "viewfile",
        "view-file",
        "viewpdf",
        "viewdoc",
        "viewxls",
        "viewppt",
        "multimedia",
        "office-excel",
        "office-word",
    }
)
"""Macros that name one file by a parameter."""

DIAGRAMS = frozenset({"drawio", "drawio-sketch", "drawio-board", "inc-drawio", "gliffy", "lucidchart"})
"""Macros whose diagram lies beside its picture ``{name}.png`` among the page's files (api.md 9.2)."""

MARKED_BOXES = frozenset({"panel", "info", "note", "tip", "warning", "success", "error", "expand"})
"""Macros with a title, which marks an excluded part when it is `EXCLUDE`."""


def reads_elsewhere(name: str) -> bool:
    """Whether a macro of this name, in lower case, shows what is not in its own page."""
    return name in READERS or name.startswith("jira")
