"""The promises of BodyRenderer: what it gives is safe to show to strangers and names nothing of the site."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Protocol

from attrs import frozen

from exshare_core.comparing import Fate, Sort
from exshare_core.content import Draft, MacroUse, Node, NodeKind, Rendered
from exshare_core.ports import BodyRenderer, View
from exshare_core.testing.contract import Contract, promise
from exshare_core.values import AttachmentId, PageId

FORBIDDEN = frozenset(
    {
        "script",
        "style",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "form",
        "input",
        "button",
        "textarea",
        "select",
        "base",
        "link",
        "meta",
        "svg",
        "math",
        "template",
        "noscript",
        "portal",
        "dialog",
    }
)
OURS = "/s/token/p/"
VIEW = View(files="/s/token/a/")
NEAR, FAR_AWAY = PageId("4711"), PageId("4712")
PAGES = {NEAR: f"{OURS}{NEAR}"}
LIST = MacroUse("children", "5e1f7a90-44c2", 0)

ATTACKS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<p onclick='alert(1)'>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data=x></object>",
    "<embed src=x>",
    "<form action=/s><input name=password><button>go</button></form>",
    "<base href='//evil.example'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>body{background:url(//evil.example)}</style>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<p style='background:url(https://evil.example/x)'>x</p>",
    "<p style='position:fixed;top:0'>x</p>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img srcset='https://evil.example/pixel.gif 2x'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<a href='https://ok.example' target=_top ping='https://evil.example'>x</a>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<x-custom is=y onfocus=alert(1)>x</x-custom>",
    "<table background='https://evil.example/x'><tr><td>x</td></tr></table>",
    "<video poster='https://evil.example/x'></video>",
)
"""Fragments that have gone through careless sanitisers."""


class RendererSetting(Protocol):
    """The renderer under test, and drafts in the form that it reads."""

    @property
    def renderer(self) -> BodyRenderer:
        """The renderer."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The site's own hosts."""

    @property
    def identities(self) -> tuple[str, ...]:
        """Account ids and mail addresses that a draft's markup carries, outside of what an author typed."""

    def draft(self, html: str) -> Draft:
        """A draft whose body has `html` in it as Confluence would have sent it."""

    def draft_with_macro(self, macro: MacroUse, output: str) -> Draft:
        """A draft with `output` as the output of `macro`, between the paragraphs ``before`` and ``after``."""

    def page_link(self, page: PageId, words: str) -> str:
        """The markup of a link to a page of the site."""

    def bare_link(self, page: PageId) -> str:
        """The markup of a link to a page of the site whose only words are its address."""

    def file_link(self, file: AttachmentId, words: str) -> str:
        """The markup of a link to a file of the draft's page."""

    def image(self, file: AttachmentId) -> str:
        """The markup of an image that is a file of the draft's page."""

    def mention(self, identity: str, name: str) -> str:
        """The markup of a mention."""


@frozen
class Element:
    """A start tag of what was rendered."""

    tag: str
    attributes: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _elements(rendered: Rendered) -> list[Element]:
    reader = _Reader()
    reader.feed(rendered.html)
    reader.close()
    return reader.elements


def _text(rendered: Rendered) -> str:
    reader = _Reader()
    reader.feed(rendered.html)
    reader.close()
    return " ".join(" ".join(reader.words).split())


def _addresses(rendered: Rendered) -> list[str]:
    names = ("href", "src", "srcset", "poster", "data", "action", "background", "ping", "formaction", "cite")
    return [value for one in _elements(rendered) for name, value in one.attributes.items() if name in names]


async def _rendered(setting: RendererSetting, html: str, view: View = VIEW) -> Rendered:
    return await setting.renderer.render(setting.draft(html), (), PAGES, view)


class BodyRendererContract(Contract[RendererSetting]):
    """Nothing that runs, loads or names the site comes through; what an author wrote does."""

    @promise
    async def test_no_element_that_runs_or_loads_comes_through(self, setting: RendererSetting) -> None:
        """No script, style, frame, object, form, base, meta, svg or math element, whatever the body has."""
        for attack in (*ATTACKS, "".join(ATTACKS)):
            tags = {one.tag for one in _elements(await _rendered(setting, attack))}

            assert set() == tags & FORBIDDEN

    @promise
    async def test_no_event_attribute_comes_through(self, setting: RendererSetting) -> None:
        """No attribute whose name begins with ``on``."""
        for attack in (*ATTACKS, "".join(ATTACKS)):
            names = {name for one in _elements(await _rendered(setting, attack)) for name in one.attributes}

            assert [] == [name for name in names if name.startswith("on") or name in ("ping", "srcdoc", "background")]

    @promise
    async def test_addresses_are_ours_or_plain_web_addresses(self, setting: RendererSetting) -> None:
        """Every address is of our pages or files, within the page, or http,
        https or mailto; no other scheme.
        """
        for attack in ATTACKS:
            for address in _addresses(await _rendered(setting, attack)):
                plain = "".join(address.split()).lower()

                assert plain.startswith((OURS, VIEW.files, "#", "https://", "http://", "mailto:"))

    @promise
    async def test_nothing_is_loaded_from_elsewhere(self, setting: RendererSetting) -> None:
        """Images and media come from our files only, and no style loads or covers anything."""
        for attack in ATTACKS:
            for one in _elements(await _rendered(setting, attack)):
                sources = [one.attributes.get(name, VIEW.files) for name in ("src", "poster", "srcset", "data")]

                assert all(source.startswith(VIEW.files) for source in sources)
                assert not {"url(", "position"} & {
                    word for word in ("url(", "position") if word in one.attributes.get("style", "").lower()
                }

    @promise
    async def test_words_come_through(self, setting: RendererSetting) -> None:
        """What an author typed is there, in its order, with its structure."""
        html = "<h2>Plan</h2><p>Grüße &amp; <strong>5 &lt; 6</strong></p><ul><li>one</li><li>two</li></ul>"
        rendered = await _rendered(setting, html)

        assert "Plan Grüße & 5 < 6 one two" in _text(rendered)
        assert ["h2", "p", "strong", "ul", "li", "li"] == [
            one.tag for one in _elements(rendered) if one.tag in ("h2", "p", "strong", "ul", "li")
        ]

    @promise
    async def test_a_page_in_the_share_is_linked_at_our_address(self, setting: RendererSetting) -> None:
        """A link to a page in `pages` leads to the address given there."""
        rendered = await _rendered(setting, f"<p>{setting.page_link(NEAR, 'next door')}</p>")

        assert [PAGES[NEAR]] == _addresses(rendered)
        assert "next door" in _text(rendered)

    @promise
    async def test_a_page_outside_the_share_is_not_linked(self, setting: RendererSetting) -> None:
        """A link to any other page of the site keeps its words and leads nowhere."""
        rendered = await _rendered(setting, f"<p>{setting.page_link(FAR_AWAY, 'elsewhere')}</p>")

        assert [] == _addresses(rendered)
        assert "elsewhere" in _text(rendered)
        assert FAR_AWAY not in rendered.html

    @promise
    async def test_a_page_outside_the_share_leads_on_where_it_may(self, setting: RendererSetting) -> None:
        """With `onward` a link to another page of the site leads there by its id, and those in `pages` do as before."""
        html = f"<p>{setting.page_link(FAR_AWAY, 'elsewhere')} {setting.page_link(NEAR, 'next door')}</p>"
        rendered = await _rendered(setting, html, View(files=VIEW.files, onward="/s/token/to/"))

        assert [f"/s/token/to/{FAR_AWAY}", PAGES[NEAR]] == _addresses(rendered)
        assert "elsewhere next door" == _text(rendered)

    @promise
    async def test_a_link_without_words_says_the_title_of_a_page_in_the_share(self, setting: RendererSetting) -> None:
        """The title that `titles` has is the link's words, as they are written and without running anything."""
        for title in ("Next door", "<b>5 < 6</b> & more", "</a><script>alert(1)</script>"):
            draft = setting.draft(f"<p>see {setting.bare_link(NEAR)}.</p>")
            rendered = await setting.renderer.render(draft, (), PAGES, VIEW, titles={NEAR: title})

            assert f"see {title}." == _text(rendered).replace(" .", ".")
            assert [PAGES[NEAR]] == _addresses(rendered)

    @promise
    async def test_a_link_without_words_tells_nothing_of_a_page_outside(self, setting: RendererSetting) -> None:
        """Neutral words stand in place of its address; they are the same for every page."""
        texts = set()
        for page in (FAR_AWAY, PageId("4713")):
            draft = setting.draft(f"<p>see {setting.bare_link(page)}.</p>")
            rendered = await setting.renderer.render(draft, (), PAGES, VIEW, titles={NEAR: "Next door"})
            texts.add(_text(rendered))

            assert page not in rendered.html
            assert not any(host in rendered.html for host in setting.hosts)

        assert 1 == len(texts)
        assert "see ." not in texts

    @promise
    async def test_images_come_from_our_files(self, setting: RendererSetting) -> None:
        """An image that is a file of the page is shown from `view.files`, and is among `files`."""
        file = AttachmentId("att815")
        rendered = await _rendered(setting, f"<p>{setting.image(file)}</p>")

        assert [f"{VIEW.files}{file}"] == _addresses(rendered)
        assert frozenset({file}) == rendered.files

    @promise
    async def test_a_file_that_is_withheld_is_neither_shown_nor_linked(self, setting: RendererSetting) -> None:
        """Nothing leads to a file in `view.withheld`, and other files are shown as ever."""
        file, other = AttachmentId("att817"), AttachmentId("att818")
        html = f"<p>{setting.image(file)}{setting.file_link(file, 'the contract')}{setting.image(other)}</p>"
        view = View(files=VIEW.files, attachments=True, withheld=frozenset({file}))
        rendered = await _rendered(setting, html, view)

        assert [f"{VIEW.files}{other}"] == _addresses(rendered)
        assert frozenset({other}) == rendered.files
        assert "the contract" in _text(rendered)

    @promise
    async def test_files_are_linked_only_when_they_are_shared(self, setting: RendererSetting) -> None:
        """A link to a file leads to `view.files` when attachments are shared, and nowhere otherwise."""
        file = AttachmentId("att816")
        html = f"<p>{setting.file_link(file, 'the contract')}</p>"
        shared = await _rendered(setting, html, View(files=VIEW.files, attachments=True))
        unshared = await _rendered(setting, html)

        assert [f"{VIEW.files}{file}"] == _addresses(shared)
        assert [] == _addresses(unshared)
        assert "the contract" in _text(shared)

    @promise
    async def test_no_host_of_the_site_comes_through(self, setting: RendererSetting) -> None:
        """The site's hosts stand nowhere: not in attributes, and not in text that an author typed."""
        for host in setting.hosts:
            html = (
                f"<p>see https://{host}/wiki/x or {host.upper()}"
                f"<a href='https://{host}/x' title='{host}'>here</a>"
                f"<img src='https://{host}/x.png' alt='{host}'><span data-base-url='https://{host}'>x</span></p>"
            )
            rendered = await _rendered(setting, html + setting.page_link(FAR_AWAY, "words"))

            assert host.lower() not in rendered.html.lower()

    @promise
    async def test_links_to_confluence_show_only_when_wished(self, setting: RendererSetting) -> None:
        """An address on the site's hosts is emitted only with `confluence_links`,
        and then by anchors only.
        """
        host = setting.hosts[0]
        html = f"<p>{setting.page_link(FAR_AWAY, 'there')}<img src='https://{host}/wiki/x.png'></p>"
        shown = await _rendered(setting, html, View(files=VIEW.files, confluence_links=True))

        assert [True] == [address.startswith(f"https://{host}/") for address in _addresses(shown)]
        assert ["a"] == [one.tag for one in _elements(shown) if {"href", "src"} & one.attributes.keys()]
        assert [] == _addresses(await _rendered(setting, html))

    @promise
    async def test_other_links_stay_and_tell_nothing(self, setting: RendererSetting) -> None:
        """A link to another web site stays, with ``noreferrer``, ``noopener`` and ``nofollow``."""
        rendered = await _rendered(setting, "<p><a href='https://elsewhere.example/x'>there</a></p>")
        anchor = next(one for one in _elements(rendered) if one.tag == "a")

        assert "https://elsewhere.example/x" == anchor.attributes["href"]
        assert {"noreferrer", "noopener", "nofollow"} <= set(anchor.attributes["rel"].split())

    @promise
    async def test_other_links_are_words_where_they_may_not_stay(self, setting: RendererSetting) -> None:
        """Without `external_links` no address of another host is left, however it is written; all words are, and so
        are links to pages in the share.
        """
        hrefs = (
            "https://elsewhere.example/x",
            "HTTP://elsewhere.example",
            "//elsewhere.example/y",
            "https://[2001:db8::1]/",
        )
        html = "".join(f"<p><a href='{href}'>word{number}</a></p>" for number, href in enumerate(hrefs))
        html += f"<p>{setting.page_link(NEAR, 'next door')}</p>"
        rendered = await _rendered(setting, html, View(files=VIEW.files, external_links=False))

        assert [PAGES[NEAR]] == _addresses(rendered)
        assert "word0 word1 word2 word3 next door" == _text(rendered)

    @promise
    async def test_no_identity_comes_through(self, setting: RendererSetting) -> None:
        """Account ids and mail addresses in the markup of mentions never show; names only with `names`."""
        for identity in setting.identities:
            html = f"<p>ask {setting.mention(identity, 'Ada Lovelace')}</p>"
            hidden = await _rendered(setting, html)
            named = await _rendered(setting, html, View(files=VIEW.files, names=True))

            assert identity not in hidden.html + named.html
            assert "Ada Lovelace" not in hidden.html
            assert "Ada Lovelace" in _text(named)

    @promise
    async def test_a_macro_in_without_is_cut(self, setting: RendererSetting) -> None:
        """Nothing of the output of a macro in `without` is there; what stands around it is."""
        macro = MacroUse("include", "2b7d3a5e-9c0f", 0)
        draft = setting.draft_with_macro(macro, "<p>quite <em>confidential</em></p>")
        rendered = await setting.renderer.render(draft, [macro], PAGES, VIEW)

        assert "confidential" not in rendered.html
        assert _text(rendered).startswith("before")
        assert _text(rendered).endswith("after")

    @promise
    async def test_what_cannot_be_cut_with_certainty_is_a_placeholder(self, setting: RendererSetting) -> None:
        """A macro in `without` that cannot be told in the body takes everything doubtful with it."""
        macro = MacroUse("include", "2b7d3a5e-9c0f", 0)
        draft = setting.draft_with_macro(macro, "<p>quite confidential</p>")
        doubtful = MacroUse("include", "", 7)
        rendered = await setting.renderer.render(draft, [doubtful], PAGES, VIEW)

        assert "confidential" not in rendered.html

    @promise
    async def test_a_macro_that_is_not_in_without_stays(self, setting: RendererSetting) -> None:
        """The output of a macro that may be shown is there."""
        draft = setting.draft_with_macro(MacroUse("include", "2b7d3a5e-9c0f", 0), "<p>quite public</p>")
        rendered = await setting.renderer.render(draft, (), PAGES, VIEW)

        assert "before quite public after" == _text(rendered)

    @promise
    async def test_a_list_stands_in_the_place_of_its_macro(self, setting: RendererSetting) -> None:
        """The entries that `lists` has for a macro stand where its output was, in order, linked where `pages` knows
        them; nothing of the output is left.
        """
        draft = setting.draft_with_macro(LIST, "<p>quite confidential</p>")
        entries = (Node(NEAR, "Near by", NodeKind.PAGE), Node(FAR_AWAY, "A board", NodeKind.WHITEBOARD))
        rendered = await setting.renderer.render(draft, [LIST], PAGES, VIEW, {LIST: entries})

        assert "before Near by A board after" == _text(rendered)
        assert [PAGES[NEAR]] == _addresses(rendered)

    @promise
    async def test_an_empty_list_leaves_nothing(self, setting: RendererSetting) -> None:
        """Of no entries nothing stands in the macro's place: not even that something was cut."""
        draft = setting.draft_with_macro(LIST, "<p>quite confidential</p>")
        rendered = await setting.renderer.render(draft, [LIST], PAGES, VIEW, {LIST: ()})

        assert "before after" == _text(rendered)

    @promise
    async def test_titles_in_a_list_are_plain_words(self, setting: RendererSetting) -> None:
        """What looks like markup in a title is shown as it is written, and runs nothing."""
        draft = setting.draft_with_macro(LIST, "")
        for title in (
            "<b>5 < 6</b> & more",
            "</li></ul><script>alert(1)</script>",
            "&lt;img src=x onerror=alert(1)&gt;",
        ):
            given = {LIST: (Node(NEAR, title, NodeKind.PAGE),)}
            rendered = await setting.renderer.render(draft, [LIST], PAGES, VIEW, given)

            assert f"before {title} after" == _text(rendered)

    @promise
    async def test_a_list_whose_place_is_doubtful_is_not_shown(self, setting: RendererSetting) -> None:
        """Where a macro cannot be told in the body, neither its output nor the list for it is there."""
        draft = setting.draft_with_macro(LIST, "<p>quite confidential</p>")
        doubtful = MacroUse("children", "", 7)
        given = {doubtful: (Node(NEAR, "Near by", NodeKind.PAGE),)}
        rendered = await setting.renderer.render(draft, [doubtful], PAGES, VIEW, given)

        assert "confidential" not in rendered.html
        assert "Near by" not in rendered.html

    @promise
    async def test_a_rendering_can_be_read_block_by_block(self, setting: RendererSetting) -> None:
        """`passages` has the words of headings, paragraphs, items and cells in order, each with its kind, and no others."""
        html = "<h2>Before <em>dawn</em></h2><p>Rise &amp; shine.</p><ul><li>tea</li><li>toast</li></ul><p> </p>"
        html += "<table><tr><td>6</td><td>7</td></tr></table><script>let it = be</script>"
        passages = await setting.renderer.passages(await _rendered(setting, html))

        assert [
            (Sort.HEADING, "Before dawn"),
            (Sort.TEXT, "Rise & shine."),
            (Sort.ITEM, "tea"),
            (Sort.ITEM, "toast"),
            (Sort.CELL, "6"),
            (Sort.CELL, "7"),
        ] == [(one.sort, one.words) for one in passages]

    @promise
    async def test_the_rows_of_a_table_can_be_told(self, setting: RendererSetting) -> None:
        """`passages` says of each row with which cell it begins; one without words is passed over."""
        rows = ("<td>6</td><td>7</td>", "<td></td><td>8</td>", "<td>9</td>")
        html = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table><p>end</p>"
        passages = await setting.renderer.passages(await _rendered(setting, html))

        assert [("6", True), ("7", False), ("8", True), ("9", True), ("end", False)] == [
            (one.words, one.begins) for one in passages
        ]

    @promise
    async def test_two_renderings_are_compared(self, setting: RendererSetting) -> None:
        """`compare` tells word by word what became of the passages."""
        before = await _rendered(setting, "<p>Rise at six and wash.</p><p>Work.</p>")
        after = await _rendered(setting, "<p>Rise at seven and wash.</p><p>Work.</p><p>Sleep.</p>")
        changes = await setting.renderer.compare(before, after)

        assert changes is not None
        assert [
            [(Fate.SAME, "Rise at "), (Fate.REMOVED, "six"), (Fate.ADDED, "seven"), (Fate.SAME, " and wash.")],
            [(Fate.SAME, "Work.")],
            [(Fate.ADDED, "Sleep.")],
        ] == [[(run.fate, run.words) for run in change.runs] for change in changes]

    @promise
    async def test_what_differs_in_too_much_is_not_compared(self, setting: RendererSetting) -> None:
        """`compare` is None for thousands of passages of which none stayed."""
        before = await _rendered(setting, "".join(f"<p>a{number}</p>" for number in range(2000)))
        after = await _rendered(setting, "".join(f"<p>b{number}</p>" for number in range(2000)))

        assert await setting.renderer.compare(before, after) is None
