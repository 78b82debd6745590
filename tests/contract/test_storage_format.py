"""The inventory of storage format names every reading macro, every excluded part and every file (spec L8, L17)."""

from __future__ import annotations

import pytest

from exshare_adapters.confluence.inventory import FileRef, Inventory, StorageMacro
from exshare_adapters.confluence.media import MediaFile
from exshare_adapters.confluence.storage_format import inventory
from exshare_core.errors import Broken
from exshare_core.values import PageId


def macro(name: str, inside: str = "", id: str = "") -> str:
    """A macro in storage format."""
    given = f' ac:macro-id="{id}"' if id else ""
    return f'<ac:structured-macro ac:name="{name}"{given} ac:schema-version="1">{inside}</ac:structured-macro>'


def parameter(name: str, value: str) -> str:
    """A parameter of a macro."""
    return f'<ac:parameter ac:name="{name}">{value}</ac:parameter>'


def body(inside: str) -> str:
    """The rich body of a macro."""
    return f"<ac:rich-text-body>{inside}</ac:rich-text-body>"


def image(name: str, inside: str = "") -> str:
    """A picture of a file."""
    return f'<ac:image><ri:attachment ri:filename="{name}">{inside}</ri:attachment></ac:image>'


def node(key: str, parameters: str = "", inside: str = "") -> str:
    """A node of the newer editor that is an extension, with its parameters and what else is in it."""
    return (
        f'<ac:adf-node type="extension"><ac:adf-attribute key="extension-key">{key}</ac:adf-attribute>'
        '<ac:adf-attribute key="extension-type">com.atlassian.confluence.macro.core</ac:adf-attribute>'
        f'<ac:adf-attribute key="parameters">{parameters}</ac:adf-attribute>{inside}</ac:adf-node>'
    )


def given(name: str, value: str, id: str = "") -> str:
    """Macro parameters as a node of the newer editor has them."""
    inner = f'<ac:adf-parameter key="value">{value}</ac:adf-parameter>'
    metadata = (
        f'<ac:adf-parameter key="macro-id"><ac:adf-parameter key="value">{id}</ac:adf-parameter></ac:adf-parameter>'
    )
    return (
        f'<ac:adf-parameter key="macro-params"><ac:adf-parameter key="{name}">{inner}</ac:adf-parameter></ac:adf-parameter>'
        f'<ac:adf-parameter key="macro-metadata">{metadata}'
        '<ac:adf-parameter key="title">Include</ac:adf-parameter></ac:adf-parameter>'
    )


def extension(nodes: str, fallback: str = "") -> str:
    """An extension of the newer editor with its fallback."""
    return f"<ac:adf-extension>{nodes}<ac:adf-fallback>{fallback}</ac:adf-fallback></ac:adf-extension>"


PAGE = '<ac:link><ri:page ri:content-title="Salaries" ri:space-key="HR"/></ac:link>'
EXCLUDED = parameter("title", "exshare-exclude")
MEDIA = "1a2b3c4d-1111-4222-8333-444455556666"
BLOB = f"blob:https://acme.atlassian.net/x#media-blob-url=true&amp;id={MEDIA}&amp;collection=contentId-7"

# (storage, the inventory)
ROWS: list[tuple[str, Inventory]] = [
    ("<p>a&nbsp;b &eacute; &amp; <br/></p>", Inventory()),
    (
        macro("include", parameter("", PAGE), "m1"),
        Inventory((StorageMacro("include", "m1", 0, False, "Salaries", "HR"),)),
    ),
    (
        macro("excerpt-include", parameter("default-parameter", "x") + parameter("", "HR:Salaries")),
        Inventory((StorageMacro("excerpt-include", "", 0, False, "Salaries", "HR"),)),
    ),
    (
        macro("include", parameter("", '<ri:content-entity ri:content-id="77"/>')),
        Inventory((StorageMacro("include", "", 0, False, None, None, "77"),)),
    ),
    (
        macro(
            "include",
            parameter("", '<ac:link><ri:blog-post ri:content-title="News" ri:posting-day="2026/01/02"/></ac:link>'),
        ),
        Inventory((StorageMacro("include", "", 0),)),
    ),
    (
        image("a.png", '<ri:content-entity ri:content-id="77"/>') + macro("panel", EXCLUDED + body(image("a.png"))),
        Inventory(
            (StorageMacro("panel", "", 0, True),),
            frozenset({FileRef("a.png", "#77")}),
            frozenset({FileRef("a.png")}),
        ),
    ),
    (
        macro("children") + macro("children", parameter("all", "true")),
        Inventory(
            (StorageMacro("children", "", 0, title="@self"), StorageMacro("children", "", 1, title="@self")),
        ),
    ),
    (
        macro("children", parameter("page", PAGE)) + macro("children", parameter("page", "HR:Salaries")),
        Inventory(
            (
                StorageMacro("children", "", 0, title="Salaries", space="HR"),
                StorageMacro("children", "", 1, title="Salaries", space="HR"),
            ),
        ),
    ),
    (
        macro("children", parameter("page", '<ri:blog-post ri:content-title="News"/>'))
        + macro("children", parameter("page", "<ri:space/>")),
        Inventory((StorageMacro("children", "", 0), StorageMacro("children", "", 1))),
    ),
    (
        macro("pagetree")
        + macro("pagetree", parameter("root", "@parent"))
        + macro("pagetree", parameter("root", PAGE)),
        Inventory(
            (
                StorageMacro("pagetree", "", 0, title="@home"),
                StorageMacro("pagetree", "", 1, title="@parent"),
                StorageMacro("pagetree", "", 2, title="Salaries", space="HR"),
            ),
        ),
    ),
    (macro("jira", parameter("key", "KEY-1"), "j"), Inventory((StorageMacro("jira", "j", 0),))),
    (macro("info", body(macro("jirachart"))), Inventory((StorageMacro("jirachart", "", 0),))),
    (macro("gallery") + macro("attachments") + macro("code"), Inventory()),
    (
        macro("attachments", id="a") + macro("panel", EXCLUDED + body(image("a.png")), "p"),
        Inventory(
            (StorageMacro("attachments", "a", 0), StorageMacro("panel", "p", 0, True)),
            hidden_files=frozenset({FileRef("a.png")}),
        ),
    ),
    (
        macro("gallery", parameter("page", PAGE)),
        Inventory((StorageMacro("gallery", "", 0, False, "Salaries", "HR"),)),
    ),
    (
        macro("panel") + macro("panel", EXCLUDED + body(image("a.png") + image("b.png")), "p") + image("b.png"),
        Inventory(
            (StorageMacro("panel", "p", 1, True),),
            frozenset({FileRef("b.png")}),
            frozenset({FileRef("a.png")}),
        ),
    ),
    (
        macro("panel", body(image("a.png")) + EXCLUDED),
        Inventory((StorageMacro("panel", "", 0, True),), hidden_files=frozenset({FileRef("a.png")})),
    ),
    (
        macro(
            "excerpt",
            parameter("name", "Exshare-Exclude") + body(macro("include", parameter("", "T"), "i")),
            "e",
        ),
        Inventory((StorageMacro("excerpt", "e", 0, True), StorageMacro("include", "i", 0, False, "T"))),
    ),
    (macro("excerpt", parameter("name", "daily") + body("x")), Inventory()),
    (
        image("cafe\u0301.png", '<ri:page ri:content-title="Other" ri:space-key="S"/>'),
        Inventory(shown_files=frozenset({FileRef("caf\u00e9.png", "Other", "S")})),
    ),
    (
        macro("drawio", parameter("diagramName", "beam")),
        Inventory(shown_files=frozenset({FileRef("beam"), FileRef("beam.png")})),
    ),
    (
        '<ac:adf-extension><ac:adf-node><ac:adf-attribute key="parameters"><ac:adf-parameter key="guest-params">'
        '<ac:adf-parameter key="diagram-name">d</ac:adf-parameter></ac:adf-parameter></ac:adf-attribute></ac:adf-node>'
        "</ac:adf-extension>",
        Inventory(shown_files=frozenset({FileRef("d"), FileRef("d.png")})),
    ),
    (
        extension(node("include", given("", "HR:Salaries", "m1")), "<p>80</p>"),
        Inventory((StorageMacro("include", "m1", 0, False, "Salaries", "HR"),)),
    ),
    (
        macro("include", parameter("", PAGE), "m1")
        + extension(node("Excerpt-Include"), "<p>80</p>")
        + extension(node("include", '<ac:adf-parameter key="macroParams">{}</ac:adf-parameter>')),
        Inventory(
            (
                StorageMacro("include", "m1", 0, False, "Salaries", "HR"),
                StorageMacro("excerpt-include", "", 0),
                StorageMacro("include", "", 1),
            ),
        ),
    ),
    (
        extension(node("include", given("", "T", "m1")), macro("include", parameter("", PAGE), "m2")),
        Inventory((StorageMacro("include", "m2", 0, False, "Salaries", "HR"),)),
    ),
    (
        extension(node("include", given("", "T")), macro("include", parameter("", PAGE), "m2") + "<p>80</p>"),
        Inventory(
            (
                StorageMacro("include", "", 1, False, "T"),
                StorageMacro("include", "m2", 0, False, "Salaries", "HR"),
            ),
        ),
    ),
    (
        extension(
            '<ac:adf-node type="panel"><ac:adf-content>'
            + node("include", given("", "T"))
            + "</ac:adf-content></ac:adf-node>",
            "<div>80</div>" + node("include", given("", "T")),
        ),
        Inventory((StorageMacro("include", "", 0, False, "T"),)),
    ),
    (
        extension(node("excerpt", given("name", "exshare-exclude", "m1")), "<p>80</p>" + image("a.png")),
        Inventory((StorageMacro("excerpt", "m1", 0, True),), hidden_files=frozenset({FileRef("a.png")})),
    ),
    (
        extension(
            '<ac:adf-node type="media-single"><ac:adf-node type="media"><ac:adf-attribute key="id">'
            f"{MEDIA.upper()}</ac:adf-attribute></ac:adf-node></ac:adf-node>"
        )
        + macro("panel", EXCLUDED + body(f'<ac:image><ri:url ri:value="{BLOB}&amp;name=b.png" /></ac:image>'), "p")
        + '<ac:image><ri:url ri:value="https://example.org/a.png" /></ac:image>',
        Inventory(
            (StorageMacro("panel", "p", 0, True),),
            frozenset({FileRef("", media=MediaFile(MEDIA))}),
            frozenset({FileRef("", media=MediaFile(MEDIA, PageId("7"), "b.png"))}),
        ),
    ),
    (extension(node("ari:cloud:ecosystem::extension/a/b/static/include")), Inventory()),
    (extension(node("toc"), "<p>80</p>"), Inventory()),
    (
        macro("viewpdf", parameter("name", '<ri:attachment ri:filename="a.pdf"/>')),
        Inventory(shown_files=frozenset({FileRef("a.pdf")})),
    ),
    (
        macro(
            "code",
            "<ac:plain-text-body><![CDATA[<ac:structured-macro ac:name='include'/> &nbsp; &x;]]></ac:plain-text-body>",
        ),
        Inventory(),
    ),
    (
        '<p xmlns:x="urn:ac"><x:structured-macro x:name="include"/></p>',
        Inventory((StorageMacro("include", "", 0),)),
    ),
    ("<p>about ac:structured-macro and ri:attachment</p>" + "<p>" * 600 + "</p>" * 600, Inventory()),
]


@pytest.mark.parametrize(("storage", "expected"), ROWS)
def test_inventories_are_those_of_the_table(storage: str, expected: Inventory) -> None:
    """Written by hand from the storage format's rules (api.md 9.5)."""
    assert expected == inventory(storage)


BROKEN = {
    "unclosed": "<p>",
    "out of the root": "</page><p/>",
    "document type": "<!DOCTYPE a [<!ENTITY x 'y'>]><p>&x;</p>",
    "unknown entity": "<p>&nosuch;</p>",
    "too deep": f"<ac:link>{'<p>' * 600}{'</p>' * 600}</ac:link>",
    "unknown prefix": "<zz:p/>",
    "control character": "<p>\x01</p>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_unreadable_storage_is_broken(name: str) -> None:
    """Without an inventory nothing may be shown, so nothing is guessed."""
    with pytest.raises(Broken):
        inventory(BROKEN[name])


def test_macros_to_find_ask_for_the_form_that_names_them() -> None:
    """A page without them can be read in any form."""
    assert (False, True) == (inventory("<p/>").locate, inventory(macro("children")).locate)
