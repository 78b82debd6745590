"""What must not leave is cut, and where that is not certain nothing of the body leaves (spec L8, L17)."""

from __future__ import annotations

import pytest

from exshare_core.content import MacroUse
from exshare_core.values import PageId
from tests.integration.rendering import HIDDEN, PAGE, WHOLE, render

SOURCE = PageId("300")


def macro(name: str, id: str = "", words: str = "secret") -> str:
    """The output of a macro as the form `view` has it."""
    given = f' data-macro-id="{id}"' if id else ""
    return f'<div class="conf-macro output-block" data-macro-name="{name}"{given}><p>{words}</p></div>'


INCLUDE = MacroUse("include", "m1", 0, source=SOURCE, page=PAGE)
FIRST = MacroUse("include", "", 0, source=SOURCE, page=PAGE)
SECOND = MacroUse("include", "", 1, source=SOURCE, page=PAGE)
NESTED = MacroUse("jira", "m9", 0, page=SOURCE)
EXCERPT = MacroUse("excerpt", "m2", 0, excluded=True, page=PAGE)
OTHER = MacroUse("include", "m3", 1, source=SOURCE, page=PAGE)
ERROR = '<div class="error"><span class="error">Error rendering macro \'{}\'</span> : secret</div>'
PANEL = MacroUse("panel", "", 3, excluded=True, page=PAGE)
BOX = '<div class="panel"><div class="panelHeader"><b>exshare-exclude</b></div><div class="panelContent"><p>secret</p></div></div>'

# (body, macros, without, whether "secret" may be there, whether "kept" is)
ROWS: list[tuple[str, tuple[MacroUse, ...], tuple[MacroUse, ...], bool, bool]] = [
    (macro("include", "m1") + "kept", (INCLUDE,), (INCLUDE,), False, True),
    (macro("include", "m1") + "kept", (INCLUDE,), (), True, True),
    (macro("include", "m7") + "kept", (INCLUDE,), (INCLUDE,), False, False),
    (macro("include", "m7") + macro("include", "m1", "kept"), (INCLUDE,), (), False, True),
    (macro("include", "", "kept") + macro("include"), (FIRST, SECOND), (SECOND,), False, True),
    (macro("include", "", "kept") + macro("include"), (FIRST,), (FIRST,), False, False),
    ("<p>secret</p>kept", (FIRST,), (FIRST,), False, False),
    (ERROR.format("include") + "kept", (INCLUDE,), (INCLUDE,), False, True),
    (macro("include", "m1", "kept") + ERROR.format("include"), (INCLUDE, OTHER), (OTHER,), False, True),
    (ERROR.format("include") + "kept", (INCLUDE, OTHER), (INCLUDE, OTHER), False, False),
    (ERROR.format("include") * 2 + "kept", (INCLUDE,), (INCLUDE,), False, False),
    (ERROR.format("children") + "kept", (INCLUDE,), (INCLUDE,), False, False),
    (ERROR.format("excerpt") + "kept", (EXCERPT,), (EXCERPT,), False, False),
    (macro("children") + "kept", (), (), False, True),
    ('<ul class="childpages-macro"><li>secret</li></ul>kept', (), (), False, True),
    ('<p>kept <span class="jira-issue">secret</span></p>', (), (), False, True),
    (
        '<p>kept</p><table class="aui metadata-summary-macro"><tbody><tr><td>secret</td></tr></tbody></table>',
        (),
        (),
        False,
        True,
    ),
    ('<p>kept</p><a data-datasource="{}" href="/x">secret</a>', (), (), False, True),
    (macro("include", "m1", macro("jira", "m9")) + "kept", (INCLUDE, NESTED), (NESTED,), False, True),
    (macro("include", "m1", "secret") + "kept", (INCLUDE, NESTED), (INCLUDE, NESTED), False, True),
    (macro("include", "m1", "kept"), (INCLUDE, NESTED), (NESTED,), False, False),
    (macro("excerpt", "m2") + "kept", (EXCERPT,), (EXCERPT,), False, True),
    ("<p>secret</p>kept", (EXCERPT,), (EXCERPT,), False, False),
    (BOX + "kept", (PANEL,), (PANEL,), False, True),
    (BOX + "kept", (), (), False, True),
    ("<p>secret</p>kept", (PANEL,), (PANEL,), False, False),
    ("<template>" + macro("include", "m1") + "</template>kept", (INCLUDE,), (INCLUDE,), False, False),
]


@pytest.mark.parametrize(("body", "macros", "without", "secret", "kept"), ROWS)
def test_cuts_follow_the_table(
    body: str, macros: tuple[MacroUse, ...], without: tuple[MacroUse, ...], secret: bool, kept: bool
) -> None:
    """The output of what is not reached never leaves; the rest stays where cutting was certain."""
    html = render(body, macros=macros, without=without).html

    assert (secret, kept) == ("secret" in html, "kept" in html)


def test_an_excluded_part_leaves_no_trace_and_a_macro_leaves_words() -> None:
    """Visitors are told that something is not shown, but never that a part was excluded."""
    excluded = render(macro("excerpt", "m2") + "<p>a</p>", macros=(EXCERPT,), without=(EXCERPT,))
    hidden = render(macro("include", "m1"), macros=(INCLUDE,), without=(INCLUDE,))

    assert "<p>a</p>" == excluded.html
    assert f'<p class="ex-placeholder">{HIDDEN}</p>' == hidden.html


def test_what_cannot_be_found_hides_the_whole_body() -> None:
    """One neutral sentence, whatever the body was."""
    assert WHOLE == render("<p>secret</p>", macros=(INCLUDE,), without=(INCLUDE,)).html
