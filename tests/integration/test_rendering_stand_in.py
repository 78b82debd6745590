"""Every page of the stand-in, in every form and flavour: nothing of the site's leaves, nothing readable is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

import exshare_web
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.rendering.highlighting import CODE_CLASSES
from exshare_adapters.confluence.rendering.sanitising import CLASSES
from exshare_core.ports import View
from exshare_core.values import AttachmentId, PageId
from exshare_demo import forms, pages
from exshare_demo.canaries import CANARIES, CLIENT_ID, CLOUD_ID
from exshare_demo.site import demo_site
from tests.integration.rendering import FILES, render
from tests.integration.test_rendering_laws import objections

BASES: dict[forms.Flavour, tuple[str, str, Flavour]] = {
    "cloud": ("https://lantern-works.atlassian.net/wiki", "/wiki", Flavour.CLOUD),
    "data-center": ("https://wiki.lantern-works.example", "", Flavour.DATA_CENTER),
}
SECRET = [word for kind in ("token", "account", "user-key", "email", "host") for word in CANARIES[kind]]
SECRET += [CLIENT_ID, CLOUD_ID, "lantern-works.atlassian.net", "wiki.lantern-works.example"]
CUT = (
    "script, style, iframe, form, fieldset, object, embed, .ap-container, .wysiwyg-unknown-macro, .error, "
    "[data-datasource], img, .profile-macro, .jira-issue, .jira-table, .childpages-macro, "
    ".content-by-label, .metadata-summary-macro, .recently-updated, .blog-post-list, .plugin_pagetree, "
    ".gadget, .embeddedObject, [data-card-appearance], .collapse-source, [data-macro-name=include], "
    "[data-macro-name=excerpt-include], [data-macro-name=widget], .confluence-embedded-file"
)
"""What must go, or becomes other words."""


def drawn(flavour: forms.Flavour, form: forms.Form) -> Iterator[tuple[str, str, PageId]]:
    """The title, the body and the id of every page."""
    site = demo_site()
    base, context, _ = BASES[flavour]
    reader = None if form == "anonymous_export_view" else site.users[pages.CONNECTOR]
    for node in site.nodes.values():
        if node.revisions and node.kind in ("page", "blogpost"):
            yield node.title, site.draw(node, form, flavour, base, context, reader), PageId(str(node.id))


def shown(body: str, flavour: forms.Flavour) -> str:
    """The body as a visitor gets it who may see names and files."""
    base, _, kind = BASES[flavour]
    files = {
        (PageId(str(file.page)), file.title): AttachmentId(f"att{file.number}")
        for file in demo_site().attachments.values()
    }
    view = View(FILES, names=True, attachments=True)
    return render(body, site=SiteAddresses.of(kind, base), files=files, view=view).html


@pytest.mark.parametrize("flavour", BASES)
@pytest.mark.parametrize("form", ["view", "export_view", "anonymous_export_view"])
def test_no_page_leaks_what_is_the_sites(flavour: forms.Flavour, form: forms.Form) -> None:
    """No token, account, mail address or host, and nothing outside the sanitiser's list."""
    for title, body, _ in drawn(flavour, form):
        html = shown(body, flavour)

        assert (title, []) == (title, [word for word in SECRET if word.lower() in html.lower()])
        assert (title, []) == (title, objections(html))


@pytest.mark.parametrize("flavour", BASES)
@pytest.mark.parametrize("form", ["view", "export_view", "anonymous_export_view"])
def test_no_page_loses_words(flavour: forms.Flavour, form: forms.Form) -> None:
    """The visible words before, minus what must go, are all there afterwards, in their order."""
    for title, body, id in drawn(flavour, form):
        if id == str(pages.EXCLUDED_PAGE):
            continue
        tree = LexborHTMLParser(f"<body>{body}")
        for node in tree.css(CUT):
            node.replace_with(" ")
        before = tree.body.text(separator=" ").split() if tree.body is not None else []
        after = "".join(LexborHTMLParser(f"<body>{shown(body, flavour)}").text().split())
        at, lost = 0, []
        for word in before:
            if "$" in word or "://" in word:
                continue
            found = after.find(word, at)
            if found < 0:
                lost.append(word)
            else:
                at = found

        assert (title, []) == (title, lost)


@pytest.mark.parametrize("flavour", BASES)
def test_rendering_a_page_twice_changes_nothing(flavour: forms.Flavour) -> None:
    """S(S(x)) = S(x)."""
    for title, body, _ in drawn(flavour, "view"):
        once = shown(body, flavour)

        assert (title, once) == (title, shown(once, flavour))


def test_the_style_sheet_speaks_of_classes_that_pass() -> None:
    """Every class that content.css draws can come out of the sanitiser."""
    sheet = Path(str(exshare_web.__file__)).parent / "static" / "content.css"
    named = set(re.findall(r"\.(ex-[a-z-]+)", sheet.read_text(encoding="utf-8")))

    assert {"ex-body"} == named - CLASSES - CODE_CLASSES
