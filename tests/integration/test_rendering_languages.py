"""The few words that the renderer adds are said in the visitor's language (spec V8), and are let through in each."""

from __future__ import annotations

import pytest

from exshare_adapters.confluence.rendering.words import WORDS, in_every_language
from exshare_core.content import MacroUse
from exshare_core.ports import View
from exshare_web.languages import NAMES
from tests.integration.rendering import FILES, render

BODY = (
    '<div class="table-wrap"><table><tbody><tr><td>1</td></tr></tbody></table></div>'
    '<div class="confluence-information-macro confluence-information-macro-tip"><div class="confluence-information-macro-body">x</div></div>'
    '<ul class="inline-task-list"><li class="checked" data-inline-task-id="1">y</li></ul>'
)


def shown(language: str, body: str = BODY, **more: object) -> str:
    """The body as a visitor of that language gets it."""
    return render(body, view=View(FILES, language=language), **more).html  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "table", "tip", "done"),
    [
        ("en", "Table", "Tip", "Done:"),
        ("de", "Tabelle", "Tipp", "Erledigt:"),
        ("pl", "Tabela", "Wskazówka", "Zrobione:"),
        ("xx", "Table", "Tip", "Done:"),
    ],
)
def test_labels_are_said_in_the_language_of_the_view(language: str, table: str, tip: str, done: str) -> None:
    """V8: for those who hear a page as well; a language that there is not is English."""
    html = shown(language)

    assert f'aria-label="{table}"' in html
    assert f'aria-label="{tip}"' in html
    assert f"{done} " in html


def test_a_placeholder_is_said_in_the_language_of_the_view() -> None:
    """L7, V8: what is not shown is said so."""
    macro = MacroUse("include", "m1", 0)

    assert '<p class="ex-placeholder">Diese Seite kann hier nicht gezeigt werden.</p>' == shown(
        "de", "<p>a</p>", macros=(macro,), without=(macro,)
    )


@pytest.mark.parametrize("language", NAMES)
def test_a_second_rendering_changes_nothing_in_any_language(language: str) -> None:
    """S(S(x)) = S(x)."""
    once = shown(language)

    assert once == shown(language, once)


def test_every_language_of_pages_has_every_word() -> None:
    """V8: a page does not change its language halfway."""
    assert set(NAMES) == set(WORDS)
    assert 1 == len({frozenset(words) for words in WORDS.values()})
    assert {"Table", "Tabelle", "Tabela"} == in_every_language("table")
