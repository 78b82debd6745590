"""Every kind of shared page in a real browser: read by all, at any size, on paper, by keyboard, without a script.

The pages are those of the demonstration, which hold whatever Confluence can draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page

from exshare_demo import pages
from tests.e2e import browsing
from tests.e2e.browsing import Window
from tests.e2e.running import Demo, demo, free_port
from tests.requirements import need

KINDS: Mapping[str, str] = {
    "home": "{open}",
    "short": f"{{open}}/p/{pages.START}",
    "constructs": f"{{open}}/p/{pages.GALLERY}",
    "apps": f"{{open}}/p/{pages.GALLERY_APPS}",
    "links": f"{{open}}/p/{pages.GALLERY_LINKS}",
    "editor": f"{{open}}/p/{pages.GALLERY_EDITOR}",
    "files": f"{{open}}/p/{pages.CATALOGUE}",
    "placeholders": f"{{open}}/p/{pages.INCLUDER}",
    "alphabets": f"{{open}}/p/{pages.UNICODE}",
    "numbers": f"{{open}}/p/{pages.NUMBERS}",
    "folder": f"{{open}}/p/{pages.HANDBOOKS_FOLDER}",
    "status": f"{{open}}/p/{pages.CARE}",
    "comments": f"{{open}}/p/{pages.CARE}/comments",
    "history": f"{{open}}/p/{pages.CARE}/history",
    "version": f"{{open}}/p/{pages.CARE}/history/1",
    "comparison": f"{{open}}/p/{pages.CARE}/compare?from=1&to=3",
    "password": "{password}",
    "not in the share": f"{{open}}/p/{pages.PAYROLL}",
    "nowhere": "{open}x",
}
"""Each kind of page and where one is, below the open link or the one with a password."""
BESIDE = ("comments", "history", "version", "comparison")
ARTICLES = tuple(kind for kind in KINDS if kind not in ("password", "not in the share", "nowhere", *BESIDE))
WIDTHS = (320, 375, 640, 768, 1024, 1280, 1920, 3840)
"""From the narrowest that WCAG asks for to 4K; 640 is an ordinary window at 200 %."""


@frozen
class Place:
    """The demonstration, and a browser."""

    demo: Demo
    browser: Browser

    @property
    def origin(self) -> str:
        """Where it is."""
        return re.sub(r"/s/.*", "", self.demo.printed["open_link"])

    def address(self, kind: str) -> str:
        """Where a kind of page is."""
        printed = self.demo.printed
        return KINDS[kind].format(open=printed["open_link"], password=printed["password_link"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Both, once."""
    need("browser")
    home = tmp_path_factory.mktemp("demo")
    with demo(home, home / "data", free_port()) as running, browsing.started() as browser:
        yield Place(running, browser)


def opened(place: Place, window: Window, kind: str) -> Page:
    """A kind of page in a window."""
    window.page.goto(place.address(kind))
    return window.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_has_nothing_to_object_to(place: Place, kind: str, scheme: Literal["light", "dark"]) -> None:
    """By day and by night, every rule of axe-core holds, and the page asks nobody else for anything (spec V1, V8)."""
    with browsing.window(place.browser, place.origin, scheme=scheme) as window:
        page = opened(place, window, kind)

        assert [] == browsing.axe(page)
        assert ([], []) == (window.faults, window.alarms())


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_scrolls_sideways(place: Place, kind: str) -> None:
    """From 320 pixels to 4K, and at 200 %: only tables and code scroll, each in its own box (spec V8)."""
    with browsing.window(place.browser, place.origin) as window:
        page = opened(place, window, kind)
        wide = {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate("document.documentElement.scrollWidth")
            if found > width:
                wide[width] = found

        assert {} == wide


@pytest.mark.parametrize("kind", ARTICLES)
def test_text_can_be_spaced_out(place: Place, kind: str) -> None:
    """With the spacing of WCAG 1.4.12 no line of text is cut off, and nothing scrolls sideways."""
    with browsing.window(place.browser, place.origin, width=640) as window:
        page = opened(place, window, kind)
        page.evaluate("""() => { const sheet = new CSSStyleSheet();
          sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; ' +
            'word-spacing: 0.16em !important } p { margin-bottom: 2em !important }');
          document.adoptedStyleSheets = [sheet]; }""")
        cut = page.evaluate("""() => [...document.querySelectorAll('main p, main li, main h1, main h2, nav a')]
          .filter(one => ['hidden', 'clip'].includes(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1
            && !one.closest('.ex-sr, .sr')).map(one => one.textContent.slice(0, 60))""")

        assert [] == cut
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("kind", ["home", "constructs"])
def test_paper_shows_the_article_alone(place: Place, kind: str) -> None:
    """In print the tree, skip links and ways on are gone, ink is dark and paper white, also by night (spec V7)."""
    with browsing.window(place.browser, place.origin, scheme="dark") as window:
        page = opened(place, window, kind)
        page.emulate_media(media="print", color_scheme="dark")
        seen = [page.locator(one).first.is_visible() for one in ("#tree", ".skip", ".turns", "article h1")]
        ink, paper = page.evaluate("""() => [getComputedStyle(document.querySelector('.ex-body')).color,
          getComputedStyle(document.body).backgroundColor].map(text => text.match(/[0-9.]+/g).slice(0, 3)
          .reduce((sum, part) => sum + Number(part), 0) / 3)""")

        assert [False, False, False, True] == seen
        assert ink < 80
        assert paper > 240 or paper == 0


STOPS = """() => { const all = [...document.querySelectorAll('*')];
  return all.filter(one => one.matches('a[href], button, input:not([type=hidden]), summary, [tabindex="0"]') &&
    one.checkVisibility() && !one.closest('details:not([open]) > :not(summary)')).map(one => all.indexOf(one)); }"""
"""The places in the document of everything that can be used."""
STOP = """() => { const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const place = one === document.body ? 0 : [...document.querySelectorAll('*')].indexOf(one);
  return [place, one.tagName === 'VIDEO' || (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0),
    box.width > 0 && box.bottom > 0 && box.top < innerHeight, one.outerHTML.slice(0, 120)]; }"""
"""The element that has the focus: its place in the document, whether its outline and itself can be seen. The controls
of a film are the browser's own, and so is their outline."""
SETTLED = f"""async () => {{ const stop = {STOP};
  for (let frame = 0; frame < 30; frame++) {{ await new Promise(requestAnimationFrame); if (stop()[2]) break; }}
  return stop(); }}"""
"""The same once the browser has scrolled to it, for which it takes some frames."""
PICTURES = """async () => { const all = [...document.images]; all.forEach(one => { one.loading = 'eager'; });
  await Promise.all(all.map(one => one.decode().catch(() => null))); }"""
"""Waits for every picture: one that arrives late moves what has the focus, and the browser scrolls for a key alone."""


@pytest.mark.parametrize("kind", ["home", "constructs", "files"])
def test_the_keyboard_reaches_everything_in_order(place: Place, kind: str) -> None:
    """Each stop can be seen with its outline, in the order of the document, and none is a trap (WCAG 2.1.2, 2.4.3, 2.4.7)."""
    with browsing.window(place.browser, place.origin) as window:
        page = opened(place, window, kind)
        page.evaluate(PICTURES)
        wanted = page.evaluate(STOPS)
        stops = []
        for _ in range(3 * len(wanted)):
            page.keyboard.press("Tab")
            stop = page.evaluate(SETTLED)
            if stop[0] == 0:
                break
            stops.append(stop)
        places = [stop[0] for stop in stops]

        assert set(wanted) <= set(places)
        assert places == sorted(places)
        assert [] == [stop for stop in stops if not stop[1] or not stop[2]]


def test_the_skip_links_lead_where_they_say(place: Place) -> None:
    """The first goes to the page, the second to the tree; the next stop is inside (WCAG 2.4.1)."""
    inside = {}
    with browsing.window(place.browser, place.origin) as window:
        for number, target in ((1, "#main"), (2, "#tree")):
            page = opened(place, window, "home")
            for key in ["Tab"] * number + ["Enter", "Tab"]:
                page.keyboard.press(key)
            inside[target] = page.evaluate(f"document.querySelector('{target}').contains(document.activeElement)")

    assert {"#main": True, "#tree": True} == inside


def test_an_expand_opens_by_keyboard(place: Place) -> None:
    """With the focus on its title, Enter shows what is inside, without any script."""
    with browsing.window(place.browser, place.origin) as window:
        page = opened(place, window, "constructs")
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")

        assert page.locator("details").first.evaluate("one => one.open")


def test_everything_works_without_a_script(place: Place) -> None:
    """Password, page, list of child pages, tree, expand and files: HTML alone is enough (spec V2)."""
    with browsing.window(place.browser, place.origin, script=False, accept_downloads=False) as window:
        page = opened(place, window, "password")
        page.get_by_label("Password").fill(place.demo.printed["password"])
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name="Caring for lenses").wait_for()
        page.goto(place.address("home"))
        page.locator(".ex-children").get_by_role("link", name="Getting started").click()
        tree = page.get_by_role("navigation", name="Pages in this share")
        tree.get_by_role("link", name="Unpacking a lamp").click()
        heading = page.get_by_role("heading", level=1).inner_text()
        page.goto(place.address("short"))
        file = page.get_by_role("link", name="Manual (short).pdf").last.get_attribute("href")
        assert file is not None
        answer = page.request.get(file)

        assert "Unpacking a lamp" == heading
        assert (200, b"%PDF-") == (answer.status, answer.body()[:5])
        assert [] == window.faults


def test_words_are_looked_for_by_keyboard_alone(place: Place) -> None:
    """From the field beside the tree to the results, which have the focus then, to a page that has the words: none of them
    in the address, nothing that axe objects to.
    """
    with browsing.window(place.browser, place.origin, scheme="dark", width=320) as window:
        page = opened(place, window, "short")
        page.focus("#words")
        page.keyboard.type("lens COTTON")
        page.keyboard.press("Enter")
        page.wait_for_url("**/find#results")

        assert "results" == page.evaluate("document.activeElement.id")
        assert "Unpacking a lamp" in page.inner_text(".hits")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert [] == browsing.axe(page)

        first = page.locator(".hits a").first
        title = first.inner_text()
        first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/p/*")

        assert title == page.inner_text("h1")
        assert ([], []) == (window.faults, window.alarms())


def test_what_stands_beside_a_page_is_read_without_a_script(place: Place) -> None:
    """From a page to its comments and back, to its history, to a version, and to what changed between two (spec V6)."""
    with browsing.window(place.browser, place.origin, script=False) as window:
        page = opened(place, window, "status")
        page.get_by_role("link", name="Comments").click()
        resolved = page.locator("summary")
        hidden = page.get_by_text("Not any more.").is_visible()
        resolved.click()
        shown = page.get_by_text("Not any more.").is_visible()
        page.get_by_role("link", name="Caring for lenses").click()
        page.get_by_role("link", name="History").click()
        page.get_by_label("From").select_option("1")
        page.get_by_role("button", name="Compare").click()
        changed = page.locator("ins").last.inner_text()
        page.get_by_role("link", name="version 1").click()

        assert [False, True] == [hidden, shown]
        assert "Have the mounting measured. Autumn" in changed
        assert "Two drops of oil for the carriage" in page.locator("article").inner_text()
        assert ([], []) == (window.faults, window.alarms())


def test_a_tree_is_saved_without_a_script(place: Place) -> None:
    """From a page to the document of it and those below it: the window says that it is ready, and the link saves it."""
    with browsing.window(place.browser, place.origin, scheme="dark", width=320, script=False) as window:
        page = opened(place, window, "short")
        page.click("text=Save as PDF")
        page.click("button[value=below]")
        page.wait_for_selector("a.button")

        assert ["The document is ready."] == [
            one.inner_text() for one in page.locator(".steps p").all() if one.is_visible()
        ]

        with page.expect_download() as saving:
            page.click("a.button")

        assert "Getting started.pdf" == saving.value.suggested_filename
        assert saving.value.path().read_bytes().startswith(b"%PDF-")
