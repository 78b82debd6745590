"""Every payload of the reference collections that did something in a browser does nothing through the visitor's view."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from attrs import frozen
from playwright.sync_api import Browser

from exshare_demo import pages
from exshare_demo.boxes import code
from exshare_demo.forms import Part, raw
from exshare_demo.model import Comment, State
from exshare_demo.site import Site
from tests.e2e import browsing, canary_run, configured
from tests.e2e.browsing import Window
from tests.e2e.canary_run import Run
from tests.requirements import need

BATCH, FEW = 40, 5
"""Payloads in one page, and of those that hold foreign elements, of which the renderer takes small pages only."""
_FOREIGN = re.compile(r"<(?:svg|math|noscript|plaintext|template|select|frameset)", re.IGNORECASE)
FIRST, WORDED = 47000001, 48000001
MANY, SOUGHT_PAGES = 300, 60
"""Payloads that are words of one page, and pages that are looked for."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_CLOSED = re.sub(
    r"(\S+)\s*",
    r"</\1>",
    "style script title textarea xmp noscript noembed noframes iframe template select svg math table object video audio "
    "form button details marquee a b i u s em font big code strong small strike tt nobr p div span li ul ol h1 h2 p",
)
"""Ends whatever a payload may have begun."""

TOUCH = """() => {
  const plain = one => ['http:', 'https:', 'mailto:', 'tel:'].includes(one.protocol);
  document.addEventListener('click', event => {
    const link = event.target.closest('a');
    if (link && plain(link)) event.preventDefault();
  }, true);
  for (const one of document.querySelectorAll('body *')) {
    for (const name of ['pointerover', 'mouseover', 'mouseenter', 'mousemove', 'mousedown', 'mouseup', 'focus', 'focusin',
                        'toggle', 'keydown', 'input', 'wheel', 'scroll', 'copy', 'drag', 'contextmenu', 'animationend'])
      one.dispatchEvent(new Event(name, {bubbles: true}));
    if (one.focus) one.focus();
    if (one.click) one.click();
  }
  return [...document.querySelectorAll('[href], [src], [action], [formaction], [xlink\\\\:href]')]
    .filter(one => !plain(one.protocol ? one : new URL(one.src || one.action || one.href || '', location)))
    .map(one => one.outerHTML.slice(0, 200));
}"""
"""Does to every element what a visitor could but for leaving; gives the elements whose addresses are no plain ones."""


@frozen
class Payload:
    """A string that did something when a browser met it as it is."""

    id: str
    text: str


def live() -> Iterator[Payload]:
    """Those that ran a script or asked for something, of every collection."""
    for folder in sorted(Path(need("reference"), "security", "corpora").glob("*xss-*")):
        lines = (folder / "potency.jsonl").read_text("utf-8").splitlines()
        effects = {item["id"]: item["effect"] for item in map(json.loads, lines)}
        for line in (folder / "items.jsonl").read_text("utf-8").strip("\n").split("\n"):
            item = json.loads(line)
            if effects[item["id"]] != "inert":
                yield Payload(item["id"], item["input"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The service over the stand-in, with a link for everything."""
    need("browser"), need("reference")
    folder = tmp_path_factory.mktemp("payloads")
    with canary_run.deployed(folder, configured.sqlite_section(folder), ["cloud"]) as (run, _):
        canary_run.members_way(run, "cloud", ["everything"])
        yield run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with browsing.started() as browser:
        yield browser


def furnish(site: Site, number: int, batch: Sequence[Payload]) -> None:
    """A page with the payloads wherever people can write in Confluence, or of a few in its body only."""
    texts = [_CONTROLS.sub("", one.text) for one in batch]
    if len(batch) <= FEW:
        site.add_page(
            pages.HOME, "Few", raw("".join(_places(*one) for one in enumerate(texts)), "<p></p>"), page_id=number
        )
        return
    together = " ".join(texts)
    body = "".join(_places(place, text) for place, text in enumerate(texts))
    typed = [code("html", text) for text in texts]
    site.add_page(pages.HOME, together[:1000], raw(body, "<p></p>"), *typed, page_id=number)
    site.users[pages.MIRA] = attrs.evolve(site.users[pages.MIRA], display_name=together[:500])
    for place, text in enumerate(texts):
        site.add_label(number, f"{text[:200]}-{place}")
        site.add_file(number, f"{text[:200]}-{place}", "text/html", text.encode(), number * 100 + place)
    site.add_page(number, together[-1000:], page_id=number + 1)
    site.comments |= {
        number * 100 + 50 + place: Comment(
            number * 100 + 50 + place,
            number,
            pages.MIRA,
            site.nodes[number].created,
            f"{text}<!-- -->{_CLOSED}",
            stored="<p></p>",
        )
        for place, text in enumerate(texts)
    }
    site.nodes[number].state = State(1, together[:100], together[:40])
    site.edit(number, *site.nodes[number].latest.parts, message=together[:2000])


def _places(place: int, text: str) -> str:
    """A payload as content, in attributes as it is and quoted, in a cell, in a box and as code."""
    inside = (
        text,
        f'<p title="{text}">1</p>',
        f"<a href='{text}'>2</a><a href=\"{html.escape(text)}\">3</a>",
        f'<img alt="{text}" src="{html.escape(text)}"/>',
        f"<table><tr><td style=\"{text}\" class='{html.escape(text)}'>4</td></tr></table>",
        f'<div class="panel" style="{html.escape(text)}"><div class="panelHeader">{text}</div></div>',
        f'<pre data-syntaxhighlighter-params="brush: {html.escape(text)}">{text}</pre>',
    )
    return "".join(f"{one}<!-- -->{_CLOSED}" for one in inside) + f"<p>end-{place}-</p>"


def show(run: Run, number: int, batch: Sequence[Payload], naked: Window, guarded: Window) -> list[Payload]:
    """Look at a page of payloads without and with the page's policy; gives those that an earlier one has covered up."""
    furnish(run.site, number, batch)
    path = f"{run.links['cloud', 'everything']}/p/{number}"
    answer = naked.page.goto(path)
    assert answer is not None
    document, headers = answer.body(), answer.headers

    assert (number, 200) == (number, answer.status)

    guarded.page.route(f"**{path}", lambda route: route.fulfill(body=document, headers=headers))
    guarded.page.goto(path)
    odd = naked.page.evaluate(TOUCH)
    text = naked.page.locator(".ex-body").text_content() or ""

    assert [] == odd
    _nothing_happened(f"{run.base}{path}", naked, guarded)
    if len(batch) > FEW:
        _beside(run, path, naked)
    return [one for place, one in enumerate(batch) if f"end-{place}-" not in text]


def _beside(run: Run, path: str, naked: Window) -> None:
    """Look at the same payloads in comments, and in what was written about versions, without a policy."""
    for beside in ("comments", "comments?from=25.0", "history"):
        shown = naked.page.goto(f"{path}/{beside}")

        assert shown is not None
        assert (beside, 200) == (beside, shown.status)

        if beside != "history":  # which has a form of its own to send
            assert [] == naked.page.evaluate(TOUCH)
        _nothing_happened(f"{run.base}{path}/{beside}", naked)


def _nothing_happened(address: str, *windows: Window) -> None:
    """No window went away, did anything or was kept from doing something."""
    for window in windows:
        window.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

        assert (address, [], []) == (window.page.url.partition("#")[0], window.faults, window.alarms())


def test_no_live_payload_does_anything(run: Run, browser: Browser) -> None:
    """No script, request, window, dialog, navigation or odd address: by the sanitiser alone, and with the policy."""
    payloads = list(live())
    with (
        browsing.window(browser, run.base, policy=False) as naked,
        browsing.window(browser, run.base) as guarded,
    ):
        foreign = [one for one in payloads if _FOREIGN.search(one.text)]
        number, left = FIRST, [one for one in payloads if one not in foreign]
        for size in (BATCH, FEW, 1):
            covered: list[Payload] = []
            for start in range(0, len(left), size):
                covered += show(run, number, left[start : start + size], naked, guarded)
                number += 2
            left = covered + foreign
            foreign = []

    assert 1300 < len(payloads)
    assert len(left) < 20  # some swallow all that follows them in their own page


def test_no_live_payload_does_anything_as_words(run: Run, browser: Browser) -> None:
    """Words that read like markup stay words where we take pages apart: in excerpts, in what changed, in old versions."""
    words = [_CONTROLS.sub("", one.text)[:400] for one in live()]
    short = [one for one in words if len(one) <= 70]
    for number, start in enumerate(range(0, len(words), MANY), WORDED):
        batch = words[start : start + MANY]
        run.site.add_page(pages.HOME, "Words", _paragraphs(batch), page_id=number)
        run.site.edit(number, _paragraphs([f"{one} {other}" for one, other in pairwise(batch)]))
    for at in range(0, len(short), len(short) // SOUGHT_PAGES):
        run.site.add_page(
            WORDED, f"{short[at][:60]} lodestone", _paragraphs([f"{one} lodestone" for one in short[at : at + 3]])
        )
    run.site.reindex()
    path = run.links["cloud", "everything"]
    with browsing.window(browser, run.base, policy=False) as naked:
        for number in range(WORDED, WORDED - (-len(words) // MANY)):
            for beside in ("", "/history/1", "/compare?from=1&to=2"):
                _shown(run, naked, f"{path}/p/{number}{beside}")
        found = _sought(run, naked, path)

    assert 1300 < len(words)
    assert SOUGHT_PAGES <= found


def _paragraphs(words: Sequence[str]) -> Part:
    """Words as an editor keeps them: escaped, so that nothing of them is markup."""
    return raw("".join(f"<p>{html.escape(one)}</p>" for one in words))


def _shown(run: Run, naked: Window, path: str) -> None:
    answer = naked.page.goto(path)

    assert answer is not None
    assert (path, 200) == (path, answer.status)

    _nothing_happened(f"{run.base}{path}", naked)


def _sought(run: Run, naked: Window, path: str) -> int:
    """Look for the word that all of them have, as a visitor does; how many were found."""
    found = 0
    naked.page.goto(f"{path}/find")
    naked.page.fill("#words", "lodestone")
    more = naked.page.locator(".search button")
    while more.count():
        with naked.page.expect_navigation():
            more.first.click()
        _nothing_happened(f"{run.base}{path}/find", naked)
        found += naked.page.locator(".hits > li").count()
        more = naked.page.locator("#results form button")
    return found


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<div onmouseover=alert(1)>x</div>",
        "<img src='http://elsewhere.example/x'>",
        "<form action='javascript:alert(1)'><button>x</button></form>",
    ],
)
def test_what_does_something_is_noticed(browser: Browser, markup: str) -> None:
    """The watch bites: the same payloads without a sanitiser leave a trace."""
    with browsing.window(browser, "http://localhost:9", policy=False) as window:
        window.page.route("**/page", lambda route: route.fulfill(body=markup, content_type="text/html"))
        window.page.goto("/page")
        odd = window.page.evaluate(TOUCH)

        assert [] != window.faults + window.alarms() + odd
