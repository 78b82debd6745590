"""Cuts what must not leave: macros that read what is not reached, and excluded parts (spec L8, L17).

A macro is found by the id that storage and rendering share, else by its place among the macros of its name when both
sides count the same number. What is not found with certainty makes the whole body a placeholder. Whatever looks like
the output of a reading macro and belongs to no macro that may stay is cut too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.macros import EXCLUDE, MARKED_BOXES, REPORTS, reads_elsewhere
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.lists import put_list, put_report
from exshare_adapters.confluence.rendering.scan import Scan
from exshare_adapters.confluence.rendering.tree import Tree, attribute, classes, words
from exshare_adapters.confluence.rendering.words import word
from exshare_core.content import MacroUse

_MACROS = "[data-macro-name], [data-macro-id]"
_BOXES = ".panel, .confluence-information-macro, .expand-container"
_TITLES = ".panelHeader, .title, .expand-control-text"

_OUTPUTS: dict[str, tuple[str, ...]] = {
    "childpages-macro": ("children",),
    "children-macro": ("children",),
    "plugin_pagetree": ("pagetree",),
    "plugin-pagetree": ("pagetree",),
    "plugin_pagetreesearch": ("pagetreesearch",),
    "content-by-label": ("contentbylabel",),
    "contentbylabel": ("contentbylabel",),
    "metadata-summary-macro": ("detailssummary",),
    "recently-updated": ("recently-updated", "recently-updated-dashboard"),
    "blog-post-list": ("blog-posts",),
    "blogHeading": ("blog-posts",),
    "profile-macro": ("profile", "profile-picture"),
    "profile-full": ("profile",),
    "vcard": ("profile",),
    "confluence-jim-macro": ("jira", "jiraissues"),
    "jira-issue": ("jira", "jiraissues"),
    "jira-table": ("jira", "jiraissues"),
    "jira-issues": ("jira", "jiraissues"),
    "jira-status": ("jira",),
    "jiraWorkItemMacroListViewTable": ("jira",),
    "tasks-report": ("tasks-report-macro", "tasks-report"),
    "task-report": ("tasks-report-macro", "tasks-report"),
    "rssMacro": ("rss",),
    "embeddedObject": ("widget",),
    "gadget": ("gadget",),
}
"""What reading macros leave where the rendering does not name them, and the names they may have in storage."""
_BLOCKS = frozenset({"ul", "ol", "div", "section", "nav", "table"})
"""Elements in whose place a list may stand."""
_UNNAMED = ", ".join([*(f".{word}" for word in _OUTPUTS), "[data-datasource]"])
_FAILED = re.compile(r"Error rendering macro '([^']{1,100})'")
"""What Confluence writes in the place of a macro that it could not draw, such as an include of a page that is gone."""
_OUTPUT_WORDS = tuple(word.lower().encode() for word in _OUTPUTS)


class NotLocated(Exception):
    """Something that must be cut cannot be found with certainty."""


def redact(tree: Tree, job: Job, scan: Scan) -> None:
    """Cut all that must go; raises NotLocated."""
    plan = _Plan(tree, job, scan)
    for node, macro in plan.doomed():
        if macro is not None and macro.excluded:
            tree.cut(node)
        elif macro is not None and macro in job.lists and node.tag in _BLOCKS:
            if macro.name in REPORTS:
                put_report(tree, node, macro, job.lists[macro], job)
            else:
                put_list(tree, node, job.lists[macro], job)
        else:
            hide(tree, node)


def hide(tree: Tree, node: LexborNode) -> None:
    """Put the neutral words in the place of an element (spec L7)."""
    if node.tag in ("span", "a", "img", "em", "strong") or "output-inline" in classes(node):
        tree.replace(node, tree.new("span", "ex-placeholder", word("inline")))
    elif node.tag in ("li", "td", "th", "tr", "tbody", "thead"):
        for child in list(node.iter(include_text=True)):
            tree.cut(child)
    else:
        tree.replace(node, tree.new("p", "ex-placeholder", word("part")))


class _Plan:
    """Who is where in one body."""

    def __init__(self, tree: Tree, job: Job, scan: Scan) -> None:
        self._tree, self._job = tree, job
        self._by_id: dict[str, list[LexborNode]] = defaultdict(list)
        self._by_name: dict[str, list[LexborNode]] = defaultdict(list)
        for node in tree.find(_MACROS):
            if id := attribute(node, "data-macro-id"):
                self._by_id[id].append(node)
            if name := attribute(node, "data-macro-name").strip().lower():
                self._by_name[name].append(node)
        unnamed = scan.classed(*_OUTPUT_WORDS) or scan.has(b"data-datasource")
        self._unnamed = tree.find(_UNNAMED) if unnamed else []
        self._marked = self._marked_boxes()
        self._errors = self._error_boxes(scan)

    def doomed(self) -> list[tuple[LexborNode, MacroUse | None]]:
        """Every element to cut, with its macro when known; raises NotLocated."""
        found: dict[int, tuple[LexborNode, MacroUse | None]] = {}
        kept: set[int] = set()
        for macro in self._job.macros:
            nodes = self._locate(macro)
            if macro not in self._job.without:
                kept.update(node.mem_id for node in nodes)
                continue
            if not nodes and not self._gone_with_its_page(macro) and not self._failed(macro):
                raise NotLocated
            for node in nodes:
                found[node.mem_id] = (node, macro)
        for macro in self._job.without - set(self._job.macros):
            nodes = self._locate(macro)
            if not nodes:
                raise NotLocated
            found.update({node.mem_id: (node, macro) for node in nodes})
        for node in self._suspects(kept):
            found.setdefault(node.mem_id, (node, None))
        for node in self._marked:
            found[node.mem_id] = (node, MacroUse("panel", "", 0, excluded=True))
        return list(found.values())

    def _locate(self, macro: MacroUse) -> list[LexborNode]:
        if macro.id and (nodes := self._by_id.get(macro.id)):
            return nodes
        if macro.excluded:
            return self._box(macro)
        if macro.page not in (None, self._job.page):
            return []
        uses = [use for use in self._job.macros if use.name == macro.name and not use.excluded]
        own = [use for use in uses if use.page in (None, self._job.page)]
        nodes = self._by_name.get(macro.name.lower()) or self._of_class(macro.name.lower())
        if macro.id and any(attribute(node, "data-macro-id") for node in nodes):
            return []
        if macro not in own or len(own) != len(uses) or len(nodes) != len(own) or self._nested(nodes):
            return []
        if [use.ordinal for use in own] != list(range(len(own))):
            return []
        return [nodes[macro.ordinal]]

    def _of_class(self, name: str) -> list[LexborNode]:
        wanted = {word for word, names in _OUTPUTS.items() if name in names}
        return [
            node
            for node in self._unnamed
            if not attribute(node, "data-macro-name") and not wanted.isdisjoint(classes(node))
        ]

    def _box(self, macro: MacroUse) -> list[LexborNode]:
        """Excluded boxes without an id: all boxes of that title, when there are as many as storage says."""
        uses = [use for use in self._job.macros if use.excluded and use.name in MARKED_BOXES]
        if macro.name in MARKED_BOXES and len(uses) == len(self._marked):
            return self._marked
        return []

    def _marked_boxes(self) -> list[LexborNode]:
        marked: list[LexborNode] = []
        if EXCLUDE not in self._tree.body.text().lower():
            return marked
        for box in self._tree.find(_BOXES):
            title = next((node for node in box.css(_TITLES) if node.mem_id != box.mem_id), None)
            if title is not None and words(title).lower() == EXCLUDE:
                marked.append(box)
        return marked

    def _error_boxes(self, scan: Scan) -> Counter[str]:
        """How many macros of each name Confluence could not draw; their boxes go with all that is in them."""
        found: Counter[str] = Counter()
        if scan.classed(b"error"):
            for box in self._tree.find("div.error"):
                if (failed := _FAILED.match(words(box))) is not None:
                    found[failed[1].lower()] += 1
        return found

    def _failed(self, macro: MacroUse) -> bool:
        """Whether a macro that is nowhere to be found failed: there is a box for each of its name that is not there."""
        lost = [use for use in self._job.macros if use.name == macro.name and not (use.id and self._by_id.get(use.id))]
        return not macro.excluded and bool(lost) and len(lost) == self._errors[macro.name]

    def _gone_with_its_page(self, macro: MacroUse) -> bool:
        """Whether the macro stands in an included page all of whose inclusions are cut themselves."""
        if macro.page in (None, self._job.page):
            return False
        around = [use for use in self._job.macros if use.source == macro.page]
        return bool(around) and all(use in self._job.without for use in around)

    @staticmethod
    def _nested(nodes: Iterable[LexborNode]) -> bool:
        """Whether one lies in another: then places in storage and rendering need not agree."""
        ids = {node.mem_id for node in nodes}
        for node in nodes:
            above = node.parent
            while above is not None:
                if above.mem_id in ids:
                    return True
                above = above.parent
        return False

    def _suspects(self, kept: set[int]) -> list[LexborNode]:
        named = [node for name, nodes in self._by_name.items() if reads_elsewhere(name) for node in nodes]
        return [node for node in (*named, *self._unnamed) if not _within(node, kept)]


def _within(node: LexborNode, kept: set[int]) -> bool:
    """Whether an element is, or stands for, the output of a macro that may stay."""
    name = attribute(node, "data-macro-name")
    above: LexborNode | None = node
    while above is not None:
        if above.mem_id in kept:
            return above.mem_id == node.mem_id or not name
        above = above.parent
    return False
