"""Laws over whole corpora: pages of real sites lose no words and leak nothing; hostile markup does nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from exshare_adapters.confluence.rendering.scan import Scan
from exshare_core.content import MacroUse
from exshare_core.ports import View
from tests.integration.rendering import CLOUD, FILES, HOST, PAGE, render
from tests.requirements import need

_UPSTREAM = re.compile(r"atlassian\.net|api\.media|media-cdn|atl-paas|token=|contextJwt|eyJ[A-Za-z0-9]", re.IGNORECASE)
_TAGS = re.compile(
    r"<(?:script|style|svg|math|iframe|object|embed|form|input|button|meta|link|base|template)\b",
    re.IGNORECASE,
)
_CUT = (
    "script, style, iframe, form, fieldset, .ap-container, .wysiwyg-unknown-macro, .emoticon, .user-mention, .vcard, [data-datasource],"
    " .profile-macro, .jira-issue, .confluence-jim-macro, .metadata-summary-macro, .content-by-label, .childpages-macro, .error, .jira-table,"
    " .confluence-userlink, .recently-updated, [data-card-appearance], .confluence-embedded-file, .plugin_pagetree, button, .gadget,"
    " .jiraWorkItemMacroListViewTable"
)
_READERS = [
    "include",
    "excerpt-include",
    "children",
    "widget",
    "pagetree",
    "profile",
    "jira",
    "detailssummary",
    "contentbylabel",
]


def fixtures() -> Iterator[tuple[str, str]]:
    """Every page of the reference folder, by name."""
    folder = Path(need("reference")) / "confluence" / "fixtures"
    for kind in ("cloud-view-html", "cloud-html-export", "composed"):
        for path in sorted((folder / kind).glob("*.html")):
            text = re.sub(r"(?:example|test)\.atlassian\.net", HOST, path.read_text(encoding="utf-8"))
            main = LexborHTMLParser(text).css_first("#main-content")
            yield path.name, text if main is None else main.html or ""


def payloads() -> Iterator[tuple[str, str]]:
    """Every hostile piece of markup of the reference folder, by id."""
    folder = Path(need("reference")) / "security" / "corpora"
    for corpus in sorted((*folder.glob("xss-*"), *folder.glob("mxss-*"))):
        for line in (corpus / "items.jsonl").read_text(encoding="utf-8").strip("\n").split("\n"):
            item = json.loads(line)
            yield item["id"], item["input"]
    for path in sorted((folder / "hostile-attachments").rglob("*.*")):
        if path.suffix in (".html", ".svg", ".xml", ".xhtml"):
            yield path.name, path.read_text(encoding="utf-8", errors="replace")


def elements(html: str) -> Iterator[tuple[str, str, str]]:
    """Each attribute in the rendering, with its element."""
    for node in LexborHTMLParser(html).css("body *"):
        for name, value in node.attributes.items():
            yield node.tag or "", name, value or ""


def objections(html: str) -> list[str]:
    """What a rendering has that it may not have."""
    found = list(_TAGS.findall(html))
    for tag, name, value in elements(html):
        inside = name in ("href", "src") and value.startswith(("#", "/s/T/"))
        outside = (
            tag == "a" and name == "href" and value.lower().startswith(("https:", "http:", "mailto:", "tel:", "//"))
        )
        if name.startswith(("on", "data-", "xmlns")) or (
            name in ("href", "src", "srcset", "action") and not inside and not outside
        ):
            found.append(f"{tag} {name}={value[:80]}")
        if _UPSTREAM.search(value):
            found.append(f"{tag} {name}={value[:80]}")
        if name == "style" and re.search(r"url|expression|position|@|\\", value):
            found.append(value)
    return found


def test_pages_leak_nothing() -> None:
    """No upstream host, token, script, event, data attribute or address outside the list, with everything allowed."""
    for name, body in fixtures():
        html = render(body, view=View(FILES, names=True, attachments=True)).html

        assert (name, []) == (name, objections(html))
        assert (name, False) == (name, HOST in html)


def test_pages_lose_no_words() -> None:
    """The visible words before, minus what must go, are all there afterwards."""
    for name, body in fixtures():
        tree = LexborHTMLParser(body)
        for node in list(tree.css(_CUT)) + [
            n for n in tree.css("[data-macro-name]") if n.attributes["data-macro-name"] in _READERS
        ]:
            node.replace_with(" ")
        before = tree.body.text(separator=" ").split() if tree.body is not None else []
        rendered = LexborHTMLParser(render(body, view=View(FILES, names=True)).html)
        after = "".join(rendered.text().split())
        lost = [
            word
            for word in before
            if word not in after and "atlassian" not in word and "$" not in word and "://" not in word
        ]

        assert (name, []) == (name, lost[:10])


@pytest.mark.parametrize("around", ["{}", '<p class="panel">{}</p>', '<div title="{}">x</div>', "<pre>{}</pre>"])
def test_hostile_markup_does_nothing(around: str) -> None:
    """For every payload, in text and in attributes: nothing of the forbidden list is in the rendering."""
    for id, payload in payloads():
        assert (id, []) == (id, objections(render(around.replace("{}", payload)).html))


def test_rendering_twice_changes_nothing() -> None:
    """S(S(x)) = S(x) over every payload and page."""
    view = View(FILES, names=True, attachments=True)
    for id, body in (*payloads(), *fixtures()):
        once = render(body, view=view).html

        assert (id, once) == (id, render(once, view=view).html)


def test_what_needs_no_tree_looks_the_same_without_it() -> None:
    """The look at the bytes errs towards the tree only: wherever it says no, the tree would have changed nothing."""
    view = View(FILES, names=True, attachments=True)
    kept = MacroUse("toc", "", 0, page=PAGE)
    seen = 0
    for id, body in (*payloads(), *fixtures()):
        if Scan(body.encode("utf-8", "replace").lower(), CLOUD).needs_tree:
            continue
        seen += 1
        without, through = render(body, view=view).html, render(body, view=view, macros=(kept,)).html

        assert (id, list(parsed(through))) == (id, list(parsed(without)))
    assert seen > 1000


def parsed(html: str) -> Iterator[tuple[str, dict[str, str | None], str]]:
    """Every element with its attributes, in any order, and the text below it."""
    for node in LexborHTMLParser(f"<body>{html}").css("body, body *"):
        yield node.tag or "", dict(node.attributes), node.text()
