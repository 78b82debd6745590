"""The exact HTML of constructs whose drawing is more than a class: tables of contents, code, surfaces, galleries (V2)."""

from __future__ import annotations

import re

import pytest

from exshare_core.content import MacroUse
from exshare_core.ports import View
from exshare_core.values import AttachmentId
from tests.integration.rendering import FILES, PAGE, render

_REL = ' rel="noopener noreferrer nofollow"'
_REGION = '<div class="ex-table" role="group" aria-label="Table" tabindex="0"><table><tbody>'
_TOC = ' role="group" aria-label="Contents">'

EXACT: dict[str, tuple[str, str]] = {
    "numbers of a table of contents are kept": (
        "<div class='toc-macro rbtoc1'><ul class='toc-indentation'><li><span class='TOCOutline'>1</span> "
        "<a href='#P-Aim'>Aim</a></li></ul></div>",
        f'<div class="ex-toc ex-outline"{_TOC}<ul><li><span>1</span> <a href="#P-Aim"{_REL}>Aim</a></li></ul></div>',
    ),
    "a table of contents without entries is not there": (
        '<div class="toc-macro client-side-toc-macro conf-macro output-block" data-macro-name="toc"> </div><p>x</p>',
        "<p>x</p>",
    ),
    "code that a script would have drawn": (
        '<div class="code panel pdl"><div class="codeContent panelContent pdl"><script type="syntaxhighlighter" '
        'class="brush: java; gutter: false"><![CDATA[int a = "]]]]><![CDATA[>";]]></script></div></div>',
        '<div class="ex-plain"><div><pre class="ex-code" tabindex="0"><span class="ex-c-keyword">int</span> a = '
        '<span class="ex-c-string">"]]&gt;"</span>;</pre></div></div>',
    ),
    "code of an old editor": (
        '<pre class="brush: py; gutter: false; theme: Confluence">if a:</pre>',
        '<pre class="ex-code" tabindex="0"><span class="ex-c-keyword">if</span> a:</pre>',
    ),
    "lines are counted from where the author begins, and a colour goes on": (
        '<pre data-syntaxhighlighter-params="brush: java; gutter: true; first-line: 7">/* a\nb */ int c;</pre>',
        '<pre class="ex-code ex-numbered" tabindex="0"><span class="ex-line" style="counter-set:ex-line 7">'
        '<span class="ex-c-comment">/* a</span></span>\n<span class="ex-line"><span class="ex-c-comment">b */</span> '
        '<span class="ex-c-keyword">int</span> c;</span></pre>',
    ),
    "folded code opens on a click, without what a script unfolds it with": (
        '<div class="code panel pdl"><div class="codeHeader panelHeader pdl hide-border-bottom"><b>a.txt</b>'
        '<span class="collapse-source expand-control" style="display:none;"><span class="expand-control-text">Expand '
        'source</span></span><span class="collapse-spinner-wrapper"></span></div><div class="codeContent panelContent">'
        '<pre data-syntaxhighlighter-params="brush: text; collapse: true">x</pre></div></div>',
        '<details class="ex-expand"><summary>a.txt</summary><div class="ex-plain"><div><pre class="ex-code" tabindex="0">x'
        "</pre></div></div></details>",
    ),
    "a row's colour is that of its cells": (
        '<table><tr style="background-color: #fffae6"><td style="text-align: right">a</td></tr></table>',
        f'{_REGION}<tr style="--ex-ground:#fffae6"><td style="text-align:right;--ex-ground:#fffae6" class="ex-tinted">a'
        "</td></tr></tbody></table></div>",
    ),
    "a colour that only a class names": (
        '<table><tr><td class="highlight-red confluenceTd">a</td><td class="highlight-#deebff">b</td></tr></table>',
        f'{_REGION}<tr><td class="ex-tinted" style="--ex-ground:#ffebe6">a</td><td class="ex-tinted" '
        'style="--ex-ground:#deebff">b</td></tr></tbody></table></div>',
    ),
    "a light grey is the page's own": (
        '<table><tr><th data-highlight-colour="#f4f5f7" style="text-align: center">a</th><td data-highlight-colour='
        '"#dfe1e6">b</td></tr></table>',
        f'{_REGION}<tr><th style="text-align:center" class="ex-grey">a</th><td style="--ex-ground:#dfe1e6" '
        'class="ex-tinted">b</td></tr></tbody></table></div>',
    ),
    "boxes of the first editors": (
        '<div class="panelMacro"><table class="tipMacro"><tr><td><img src="/images/icons/emoticons/check.gif" alt=""></td>'
        "<td><b>Do</b><br>this</td></tr></table></div>",
        '<div><div class="ex-box ex-tip" role="note" aria-label="Tip"><b>Do</b><br>this</div></div>',
    ),
    "messages of the interface": (
        '<div class="aui-message aui-message-warning"><p class="title"><strong>T</strong></p><p>b</p></div>',
        '<div class="ex-box ex-warning" role="note" aria-label="Warning"><p class="ex-box-title"><strong>T</strong></p>'
        "<p>b</p></div>",
    ),
    "a gallery is a grid of pictures with their words": (
        '<div class="gallery"><table class="gallery"><caption>All</caption><tr><td><table><tr><td><img src='
        '"/wiki/download/attachments/100/one.png" alt="one"></td></tr><tr><td>one.png</td></tr></table></td><td><img src='
        '"/wiki/download/attachments/100/two.png" alt="two"><br>two</td></tr></table></div>',
        f'<div><p class="ex-caption">All</p><div class="ex-gallery"><div><div><img src="{FILES}att3" alt="one" '
        'loading="lazy"></div><div>one.png</div></div><div><div><span class="ex-placeholder">(picture not shown)</span>'
        "<br>two</div></div></div></div>",
    ),
    "a list of files has no buttons": (
        '<table class="attachments aui"><tr data-attachment-id="31"><td><a class="attachment-summary-toggle" href="#">'
        '<span class="icon">&nbsp;</span></a></td><td><a class="filename" href="/wiki/download/attachments/100/a.pdf">a.pdf'
        '</a></td></tr><tr class="attachment-summary-31"><td colspan="2">No labels</td></tr></table>',
        f'{_REGION}<tr><td></td><td><a href="{FILES}att31"{_REL}>a.pdf</a></td></tr></tbody></table></div>',
    ),
    "the corner of a table heads nothing": (
        '<table><tr><th class="confluenceTh" colspan="2"><p><br></p></th><th data-highlight-colour="#deebff"></th><th>a</th>'
        "</tr></table>",
        f'{_REGION}<tr><td class="ex-grey" colspan="2"><p><br></p></td><td class="ex-grey ex-tinted" style='
        '"--ex-ground:#deebff"></td><th>a</th></tr></tbody></table></div>',
    ),
    "tasks below a task stand in it": (
        '<ul class="inline-task-list"><li>a</li><ul class="inline-task-list"><li class="checked">b</li></ul></ul>',
        '<ul class="ex-tasks"><li class="ex-task"><span class="ex-sr">Open: </span>a<ul class="ex-tasks"><li class="ex-task '
        'ex-done"><span class="ex-sr">Done: </span>b</li></ul></li></ul>',
    ),
    "a picture that is a link has words": (
        '<a href="https://example.org/"><img data-linked-resource-id="3" data-linked-resource-type="attachment" src="x"></a>',
        f'<a href="https://example.org/"{_REL}><img src="{FILES}att3" alt="linked page" loading="lazy"></a>',
    ),
    "a picture that an old editor centres": (
        '<p><span class="image-wrap" style="display: block; text-align: center"><img src="/wiki/download/attachments/100/'
        'one.png" alt="one"></span></p>',
        f'<p><span class="ex-figure ex-center" style="text-align:center"><img src="{FILES}att3" alt="one" loading="lazy">'
        "</span></p>",
    ),
    "code from a script is text": (
        '<p>a</p><script type="syntaxhighlighter" class="brush: none"><![CDATA[<img src=x onerror=alert(1)> &lt;b&gt;]]>'
        "</script>",
        '<p>a</p><pre class="ex-code" tabindex="0">&lt;img src=x onerror=alert(1)&gt; &amp;lt;b&amp;gt;</pre>',
    ),
    "a card that leads elsewhere": (
        '<p><a href="https://example.org/film" data-card-appearance="embed">https://example.org/film</a></p>',
        f'<p><a href="https://example.org/film" class="ex-card"{_REL}>https://example.org/film</a></p>',
    ),
    "a person is named once": (
        '<p><a class="userLogoLink confluence-userlink" data-username="ada" href="/display/~ada"><img class="userLogo" '
        'src="/a.png" alt="User icon: ada"></a><a class="confluence-userlink" data-username="ada" href="/display/~ada">Ada'
        "</a></p>",
        '<p><span class="ex-mention">Ada</span></p>',
    ),
}
"""By what is promised: what Confluence sends, and what a visitor gets who may see names and files."""


@pytest.mark.parametrize("promise", EXACT)
def test_constructs_are_drawn_exactly_so(promise: str) -> None:
    """What comes out is written out in full; rendered once more, it stays as it is."""
    body, expected = EXACT[promise]
    view, files = View(FILES, names=True, attachments=True), {(PAGE, "one.png"): AttachmentId("att3")}
    html = render(body, view=view, files=files).html

    assert expected == html
    assert expected == render(html, view=view, files=files).html


def test_a_table_of_contents_left_to_the_browser_is_written() -> None:
    """Of the levels that its macro asks for, nested and numbered as it asks (Data Center's form `view`)."""
    macro = (
        '<div class="toc-macro client-side-toc-macro" data-headerelements="H1,H2,H3" data-numberedoutline="true"></div>'
    )
    html = render(f'{macro}<h1 id="P-A">A</h1><h3 id="P-B">B b</h3><h2 id="P-C">C</h2><h1>50 %</h1><h4>no</h4>').html

    assert (
        f'<div class="ex-toc ex-outline"{_TOC}<ul><li><span>1</span> <a href="#P-A"{_REL}>A</a><ul><li><span>1.1</span> <a href="#P-B"{_REL}>B b</a>'
        f'</li><li><span>1.2</span> <a href="#P-C"{_REL}>C</a></li></ul></li><li><span>2</span> <a href="#50-%25"{_REL}>50 %</a></li></ul></div>'
        == html[: html.index("<h1")]
    )


def test_a_flat_table_of_contents_is_one_line() -> None:
    """The structure `flat` of the macro."""
    html = render(
        '<div class="toc-macro client-side-toc-macro" data-structure="flat"></div><h2 id="A">A</h2><h2 id="B">B</h2>'
    ).html

    assert (
        f'<div class="ex-toc"{_TOC}<a href="#A"{_REL}>A</a> · <a href="#B"{_REL}>B</a></div>'
        == html[: html.index("<h2")]
    )


def test_a_table_of_contents_does_not_name_what_is_held_back() -> None:
    """The heading of an excluded part stands nowhere, not even as an entry (spec L8); what lies below it still does."""
    excluded = MacroUse("excerpt", "m1", 0, excluded=True)
    body = (
        "<div class='toc-macro rbtoc1'><ul><li><a href='#P-Open'>Open</a></li><li><span class='TOCOutline'>2</span> "
        "<a href='#P-Secret'>Secret</a></li><li><a href='#P-Hidden'>Hidden</a><ul><li><a href='#P-Below'>Below</a></li>"
        '</ul></li></ul></div><h1 id="P-Open">Open</h1><div class="conf-macro output-block" data-macro-name="excerpt" '
        'data-macro-id="m1"><h1 id="P-Secret">Secret</h1><h1 id="P-Hidden">Hidden</h1></div><h2 id="P-Below">Below</h2>'
    )
    html = render(body, macros=(excluded,), without=(excluded,)).html

    assert (
        f'<div class="ex-toc"{_TOC}<ul><li><a href="#P-Open"{_REL}>Open</a></li><li><ul><li><a href="#P-Below"{_REL}>Below'
        "</a></li></ul></li></ul></div>" == html[: html.index("<h1")]
    )
    assert not [word for word in ("Secret", "Hidden") if word in html]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p><font color="red">x</font></p>', '<p><span style="--ex-ink:red">x</span></p>'),
        ('<p><font color="#00F" face="Arial">x</font></p>', '<p><span style="--ex-ink:#00f">x</span></p>'),
        ('<p><font color="url(//x)">x</font></p>', "<p><span>x</span></p>"),
        ('<p><font size="7">x</font></p>', "<p>x</p>"),
        (
            '<div class="panel" style="border-color: #0052CC;border-width: 1px;"><div class="panelContent" '
            'style="background-color: #deebff;">x</div></div>',
            '<div class="ex-box ex-panel ex-tinted" style="--ex-edge:#0052cc;--ex-ground:#deebff">'
            '<div class="ex-tinted" style="--ex-ground:#deebff">x</div></div>',
        ),
        (
            '<div class="panel" style="border-color: url(//x);"><div class="panelContent">x</div></div>',
            '<div class="ex-box ex-panel"><div>x</div></div>',
        ),
    ],
)
def test_old_words_and_borders_keep_their_colours(body: str, expected: str) -> None:
    """What the oldest pages colour by an element, and the border of a panel, pass as judged colours; rendered twice too."""
    html = render(body).html

    assert expected == html
    assert expected == render(html).html


def _beside_a_secret(entries: str) -> str:
    """What is left of a table of contents when the part with the headings Secret and Hidden is held back."""
    excluded = MacroUse("excerpt", "m1", 0, excluded=True)
    body = (
        f"<div class='toc-macro rbtoc1'>{entries}</div><h1 id=\"P-Open\">Open</h1>"
        '<div class="conf-macro output-block" data-macro-name="excerpt" data-macro-id="m1"><h1 id="P-Secret">Secret</h1>'
        '<h1 id="P-Hidden">Hidden</h1></div><h2 id="P-Below">Below</h2><h1 id="P-Last">Last</h1>'
    )
    html = render(body, macros=(excluded,), without=(excluded,)).html
    return html[: html.index("<h1")]


def test_the_numbers_of_contents_do_not_tell_what_is_held_back() -> None:
    """Entries are numbered as if what is not shown had never been; what lay below it stands in its place (spec L8)."""

    def entry(number: str, name: str, below: str = "") -> str:
        return f"<li><span class='TOCOutline'>{number}</span> <a href='#P-{name}'>{name}</a>{below}</li>"

    below = f"<ul>{entry('3.1', 'Below')}</ul>"
    html = _beside_a_secret(
        f"<ul>{entry('1', 'Open')}{entry('2', 'Secret')}{entry('3', 'Hidden', below)}{entry('4', 'Last')}</ul>"
    )

    assert [("1", "Open"), ("2", "Below"), ("3", "Last")] == re.findall(r"<span>([0-9.]*)</span> <a [^>]*>(\w+)", html)
    assert 3 == html.count("<span>")


def test_contents_in_a_line_keep_no_marks_around_what_is_held_back() -> None:
    """Entries between brackets or bars close ranks when one of them goes (spec L8)."""
    html = _beside_a_secret(
        "[&nbsp;<a href='#P-Open'>Open</a>&nbsp;] [&nbsp;<a href='#P-Secret'>Secret</a>&nbsp;] [&nbsp;<a href='#P-Last'>Last</a>&nbsp;]"
    )

    assert f'<div class="ex-toc"{_TOC}<a href="#P-Open"{_REL}>Open</a> · <a href="#P-Last"{_REL}>Last</a></div>' == html
