"""Each construct of Confluence's pages is drawn as plain, readable HTML (spec V2)."""

from __future__ import annotations

import pytest

from exshare_core.ports import View
from exshare_core.values import AttachmentId
from tests.integration.rendering import FILES, HIDDEN, PAGE, render

# (construct, what its rendering must hold, what it must not)
ROWS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    (
        '<div class="expand-container"><div class="expand-control"><span class="expand-control-text">More</span></div>'
        '<div class="expand-content"><p>Inside</p></div></div>',
        ('<details class="ex-expand"><summary>More</summary>', "<p>Inside</p>"),
        ("expand-c",),
    ),
    (
        '<div class="code panel"><div class="codeHeader"><b>a.py</b></div><div class="codeContent"><pre '
        'data-syntaxhighlighter-params="brush: py; gutter: false">if a &lt; 1:\n    pass</pre></div></div>',
        (
            '<span class="ex-c-keyword">if</span> a &lt;',
            '<div class="ex-code-title"><b>a.py</b></div>',
            "\n    ",
        ),
        ("brush",),
    ),
    (
        '<pre data-syntaxhighlighter-params="brush: nosuch">a &lt;b&gt; c</pre>',
        ('<pre class="ex-code" tabindex="0">a &lt;b&gt; c</pre>',),
        (),
    ),
    (
        '<span class="status-macro aui-lozenge aui-lozenge-success">DONE</span>',
        ('<span class="ex-lozenge ex-success">DONE</span>',),
        ("aui",),
    ),
    (
        '<ul class="inline-task-list"><li class="checked" data-inline-task-id="1"><span>a</span></li><li>b</li></ul>',
        (
            '<li class="ex-task ex-done"><span class="ex-sr">Done: </span>',
            '<li class="ex-task"><span class="ex-sr">Open: ',
        ),
        ("<input", "data-"),
    ),
    ('<ul class="decision-list"><li>We do</li></ul>', ('<li class="ex-decision">', "We do"), ()),
    (
        '<img class="emoticon" data-emoji-id="1f642" data-emoji-fallback="\\uD83D\\uDE42" src="https://h.example/1.png">',
        ("🙂",),
        ("<img", "h.example"),
    ),
    (
        '<img class="emoticon" data-emoji-fallback=":logo:" data-emoji-shortname=":logo:" src="/x">',
        (":logo:",),
        ("<img",),
    ),
    (
        '<a class="confluence-userlink user-mention" data-account-id="557058:a" href="/wiki/people/557058:a">Ada</a>',
        ("someone",),
        ("Ada", "557058"),
    ),
    (
        '<div class="confluence-information-macro confluence-information-macro-warning"><p class="title">Mind</p>'
        '<div class="confluence-information-macro-body"><p>step</p></div></div>',
        (
            'class="ex-box ex-warning"',
            'role="note"',
            'aria-label="Warning"',
            '<p class="ex-box-title">Mind</p>',
            "step",
        ),
        (),
    ),
    (
        '<div class="panel" style="background-color: #EAE6FF;position:fixed"><div class="panelHeader"><b>T</b></div>'
        '<div class="panelContent"><p>x</p></div></div>',
        ("--ex-ground:#eae6ff", '<div class="ex-box-title"><b>T</b></div>', "<p>x</p>"),
        ("position",),
    ),
    (
        '<div class="columnLayout two-equal"><div class="cell normal"><p>l</p></div><div class="cell aside"><p>r</p></div></div>',
        ('<div class="ex-columns ex-two">', '<div class="ex-column ex-side">'),
        (),
    ),
    (
        '<div class="table-wrap"><table class="confluenceTable"><tbody><tr><td data-highlight-colour="#deebff" rowspan="2">x'
        "</td></tr></tbody></table></div>",
        ('<div class="ex-table"', 'tabindex="0"', 'rowspan="2"', "--ex-ground:#deebff"),
        ("data-",),
    ),
    (
        '<span class="confluence-embedded-file-wrapper image-center-wrapper"><img data-linked-resource-id="5" alt="A &quot;b&quot;"'
        ' width="300" height="20" src="x" srcset="https://h.example/2.png 2x"></span>',
        (f'src="{FILES}att5"', 'alt="A &quot;b&quot;"', 'width="300"', 'loading="lazy"', "ex-center"),
        ("srcset", "h.example"),
    ),
    (
        '<div class="toc-macro rbtoc1"><style>x{}</style><ul><li><a href="#P-A">A</a></li></ul></div>',
        ('href="#P-A"',),
        ("x{}",),
    ),
    (
        '<p><time datetime="2026-04-01" class="date-past">1 Apr</time></p>',
        ('<time datetime="2026-04-01"',),
        (),
    ),
    ('a <ac:inline-comment-marker ac:ref="1">raw</ac:inline-comment-marker> b', ("a raw b",), ("ac:",)),
    (
        '<p>x <span class="inline-comment-marker" data-ref="9">marked</span></p>',
        ("<span>marked</span>",),
        ("data-ref",),
    ),
    ('<img class="wysiwyg-unknown-macro" src="/wiki/plugins/x?name=y">', ("(not shown)",), ("<img",)),
    ('<iframe src="https://h.example/"></iframe><p>after</p>', (HIDDEN, "<p>after</p>"), ("h.example",)),
    (
        "<form action='/x'><input name='atl_token' value='secret'></form><p>after</p>",
        ("<p>after</p>",),
        ("secret", "<form"),
    ),
    ("<p>$itemRenderedUrl ${xsrfTokenGenerator.generateToken(true)}b</p>", ("b</p>",), ("xsrf", "Rendered")),
    (
        '<div class="ap-container" data-macro-name="survey"><script>var t="secret"</script></div>',
        (HIDDEN,),
        ("secret",),
    ),
    (
        '<span class="aui-lozenge aui-lozenge-current">WAIT</span><span class="aui-lozenge aui-lozenge-progress">LATER</span>',
        ('<span class="ex-lozenge ex-moved">WAIT</span>', '<span class="ex-lozenge ex-new">LATER</span>'),
        ("ex-note",),
    ),
    (
        '<p><span data-colorid="a1">red</span></p><style>[data-colorid=a1]{color:#ff5630} html[data-color-mode=dark] '
        "[data-colorid=a1]{color:#cf2600}</style>",
        ('<span style="--ex-ink:#ff5630">red</span>',),
        ("cf2600", "<style"),
    ),
    (
        '<p><span style="color: rgb(0,82,204);">blue</span> <span style="background-color: rgb(254,222,200);">peach</span> '
        '<span style="background-color: navy">deep</span> <span style="background-color: #fff">paper</span></p>',
        (
            '<span style="--ex-ink:rgb(0,82,204)">blue</span>',
            'style="--ex-ground:#fedec8" class="ex-tinted">peach</span>',
            'style="--ex-ground:#000080" class="ex-shaded">deep</span>',
            "<span>paper</span>",
        ),
        (),
    ),
    (
        '<p style="background: url(https://h.example/x); color: expression(1)">x</p>',
        ("<p>x</p>",),
        ("url", "expression", "h.example"),
    ),
    (
        '<div class="table-wrap"><table><tbody><tr><td class="highlight-blue" data-highlight-colour="blue" '
        'style="text-align: right">x</td></tr></tbody></table></div>',
        ('class="ex-tinted"', "--ex-ground:#deebff", "text-align:right"),
        ("highlight",),
    ),
    (
        '<table class="aui"><tbody><tr><td><table><tbody><tr><td>inner</td></tr></tbody></table></td></tr></tbody></table>',
        ('<div class="ex-table" role="group" aria-label="Table" tabindex="0"><table>', "<td><table>"),
        ("aui",),
    ),
    (
        '<div class="columnLayout three-with-sidebars"><div class="cell normal">a</div><div class="cell normal">b</div>'
        '<div class="cell normal">c</div></div>',
        ('<div class="ex-column ex-side">a</div><div class="ex-column">b</div><div class="ex-column ex-side">c</div>',),
        (),
    ),
    (
        '<span class="confluence-embedded-file-wrapper"><img data-linked-resource-id="5" src="x"></span><p class="caption">Low '
        "<b>tide</b></p>",
        ('<p class="ex-caption">Low <b>tide</b></p>',),
        (),
    ),
    (
        '<p><img class="latexmath-img" src="/wiki/plugins/servlet/latexmath?formula=1" alt="E = mc^2"></p>',
        ('<span class="ex-math">E = mc^2</span>',),
        ("<img", "servlet"),
    ),
    (
        '<p><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math></p>',
        ('<p><span class="ex-math">x^2</span></p>',),
        ("<math",),
    ),
    (
        '<p><img class="emoticon" data-emoji-id="atlassian-check_mark" data-emoji-shortname=":check_mark:" '
        'data-emoji-fallback=":check_mark:" src="/x"></p>',
        ("✅",),
        ("check_mark",),
    ),
    (
        '<video poster="https://h.example/p.png" src="https://h.example/v.mp4" autoplay></video><p>after</p>',
        (HIDDEN, "<p>after</p>"),
        ("<video", "h.example"),
    ),
    (
        '<pre>&lt;td class="confluenceTd"&gt; of class="external-link"</pre>',
        ('&lt;td class="confluenceTd"&gt; of class="external-link"',),
        (),
    ),
]


@pytest.mark.parametrize(("body", "holds", "lacks"), ROWS)
def test_constructs_are_drawn_as_the_table_says(body: str, holds: tuple[str, ...], lacks: tuple[str, ...]) -> None:
    """What must be there is there, what must go is gone."""
    html = render(body).html

    assert [] == [part for part in holds if part not in html]
    assert [] == [part for part in lacks if part in html]


def test_names_are_shown_when_the_link_allows_it() -> None:
    """With the capability `names` a mention is the name, still without account and address."""
    body = '<a class="user-mention" data-account-id="557058:a" href="/wiki/people/557058:a">Ada</a>'
    html = render(body, view=View(FILES, names=True)).html

    assert '<span class="ex-mention">Ada</span>' == html


def test_headings_answer_to_every_form_of_anchor() -> None:
    """Confluence's old id stays, its new form and a slug are added; repeated headings are counted."""
    body = '<h2 id="Page-Myfields">My fields</h2><p>x</p><h2 id="Page-Myfields.1">My fields</h2>'
    html = render(body).html

    for id in ("Page-Myfields", "My-fields", "my-fields", "Page-Myfields.1", "My-fields.1", "my-fields.1"):
        assert 1 == html.count(f'id="{id}"')


def test_a_body_cannot_take_the_ids_of_the_page_around_it() -> None:
    """Links of the page's own frame keep their targets, also where a heading has their name."""
    assert "<h2>" in render('<h2 id="main"><br></h2>').html
    assert (
        '<h2 id="Page-Main"><span class="ex-anchor" id="Main"></span>Main</h2>'
        == render('<h2 id="Page-Main">Main</h2>').html
    )


def test_headings_without_an_id_answer_to_the_old_form() -> None:
    """The page's title without spaces, a hyphen, and the heading without spaces (api.md 9.3)."""
    assert 1 == render("<h2>My fields</h2>").html.count('id="Page-Myfields"')


def test_films_play_where_files_may_be_opened() -> None:
    """A film of the page has a player and its card; without the capability its name alone is left."""
    body = (
        '<a class="confluence-embedded-file" data-linked-resource-id="6" data-linked-resource-type="attachment" '
        'data-mime-type="video/mp4" data-linked-resource-default-alias="beam.mp4" href="/x"><img src="/y"></a>'
    )
    opened = render(body, view=View(FILES, attachments=True)).html

    assert f'<video class="ex-video" src="{FILES}att6" controls="" preload="none"></video>' in opened
    assert f'href="{FILES}att6"' in opened
    assert "beam.mp4" in opened
    assert '<a class="ex-file" rel="noopener noreferrer nofollow">beam.mp4</a>' == render(body).html


@pytest.mark.parametrize("script", [r"\"diagramName=beam|\"", ""])
def test_a_diagram_shows_its_picture(script: str) -> None:
    """The picture beside a diagram's source is shown: by the name in the app's data, or when it is the only one."""
    body = f'<div class="ap-container" data-macro-name="drawio"><script>var x = "{script}";</script></div>'
    rendered = render(body, files={(PAGE, "beam.png"): AttachmentId("att3")}, shown_files=("beam", "beam.png"))

    assert f'<p class="ex-figure"><img src="{FILES}att3" alt="beam" loading="lazy"></p>' == rendered.html


def test_the_sites_host_in_text_becomes_neutral_words() -> None:
    """Whatever the letters' case, in text and in alternative texts; look-alike hosts stay."""
    html = render(
        "<p>See https://ACME.atlassian.net/wiki/x?y=1, acme.atlassian.net and notacme.atlassian.net.</p>"
    ).html

    assert "<p>See (internal link) (internal link) and notacme.atlassian.net.</p>" == html
