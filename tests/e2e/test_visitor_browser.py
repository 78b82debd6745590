"""The visitor's pages in a real browser: they work without a script, fit a phone, and can be read and reached by all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from attrs import evolve, frozen
from playwright.sync_api import Browser, Page, sync_playwright

from exshare_core.capabilities import Capabilities
from exshare_core.testing import MemoryPage
from exshare_core.testing.samples import NOW, after
from exshare_core.values import PageId, People
from tests.e2e.running import free_port
from tests.integration.shell import INSIDE, PASSWORD, PICTURE, PLAN, ROOT, Made, Shell
from tests.requirements import need

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@frozen
class Site:
    """A running service with a link of each kind, and a browser to look at it."""

    shell: Shell
    browser: Browser
    links: dict[str, Made]

    @contextmanager
    def page(self, *, width: int = 1280, scheme: Any = "light", script: bool = False) -> Iterator[Page]:
        """A fresh browser window; whatever it complains of fails the test."""
        window = self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=script,
            base_url=self.shell.base_url,
        )
        page = window.new_page()
        errors: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        yield page
        window.close()

        assert [] == [error for error in errors if "responded with a status of" not in error]
        assert [] == [url for url in asked if not url.startswith(f"{self.shell.base_url}/")]

    def open(self, page: Page, link: str, below: str = "") -> None:
        """Go to a link."""
        page.goto(self.links[link].path + below)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The service on a port of its own, over the fakes, and a browser."""
    program = need("browser")
    port = free_port()
    shell = Shell(base_url=f"http://127.0.0.1:{port}", contact="Write to sharing@example.com")
    furnish(shell)
    everything = Capabilities.parse(["attachments=view", "labels", "names"])
    links = {
        "tree": shell.make_link(children=True, allow=everything),
        "page": shell.make_link(allow=everything),
        "password": shell.make_link(password=PASSWORD),
        "address": shell.make_link(people=People.parse(["ada@example.com"])),
        "open": shell.make_link(max_opens=1000),
        "closed": shell.make_link(starts_at=after(days=1)),
    }
    server = uvicorn.Server(uvicorn.Config(shell.app, "127.0.0.1", port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            yield Site(shell, browser, links)
            browser.close()
    finally:
        server.should_exit = True
        thread.join()


def furnish(shell: Shell) -> None:
    """Long titles, many children and files with long names: what strains a layout."""
    pages, files = shell.content.pages, shell.content.files
    root = pages[ROOT]
    assert root.draft is not None
    draft = evolve(root.draft, author="Ada Lovelace", changed_at=NOW)
    title = "Site visits: how we prepare, travel and report, with_one_word_that_is_far_too_long_for_a_telephone"
    pages[ROOT] = evolve(root, title=title, draft=draft, labels=frozenset({"how-to"}))
    shell.content.add(*(MemoryPage(PageId(str(1000 + n)), f"Reading {n}", "<p>x</p>", INSIDE) for n in range(60)))
    file, data = files[PLAN]
    files[PLAN] = evolve(file, name=f"{'a_very_long_name_' * 8}.pdf", created_at=NOW), data


STATES = (
    "password",
    "wrong password",
    "address",
    "code",
    "wrong code",
    "open",
    "closed",
    "unknown",
    "tree",
    "long",
    "page",
)

BEHIND = ("closed", "unknown", "tree", "long", "page")
"""Those that are no gates, whose looks `test_gates_in_a_browser` judges."""


def await_focus(page: Page) -> None:
    """Until the page has put the focus where a visitor is to type or to press."""
    page.locator("input:focus, button:focus").wait_for()


def show(site: Site, page: Page, state: str) -> None:
    """Bring a window to one of the things that visitors see."""
    match state:
        case "wrong password":
            site.shell.clock.forward(days=2)
            site.open(page, "password")
            page.get_by_label("Password").fill("wrong")
            page.get_by_role("button", name="Open the page").click()
        case "code" | "wrong code":
            site.shell.clock.forward(days=2)
            site.open(page, "address")
            page.get_by_label("Mail address").fill("ada@example.com")
            page.get_by_role("button", name="Send me a code").click()
            if state == "wrong code":
                page.get_by_label("Code").fill("12345678")
                page.get_by_role("button", name="Open the page").click()
        case "unknown":
            page.goto("/s/nothing")
        case "long":
            site.open(page, "tree", f"/p/{INSIDE}")
        case _:
            site.open(page, state)
    page.wait_for_load_state("networkidle")


# --- what works ------------------------------------------------------------------------------------------------------


def test_a_password_opens_the_page(site: Site) -> None:
    """The keyboard alone is enough: the field has the focus, Enter sends, a wrong word can be mended."""
    with site.page() as page:
        show(site, page, "wrong password")
        wrong = page.get_by_role("alert").inner_text()
        await_focus(page)
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_text("How we work.").wait_for()

        assert "That was not right. Please try again." == wrong
        assert page.url.endswith(site.links["password"].path)


def test_a_code_opens_the_page(site: Site) -> None:
    """The code from the mailbox, typed where the focus is, leads to the page."""
    with site.page() as page:
        show(site, page, "code")
        with ThreadPoolExecutor(1) as aside:  # this thread has the browser's loop
            aside.submit(site.shell.send_letters).result()
        text = site.shell.mailer.sent[-1].text
        await_focus(page)
        page.keyboard.type(next(word for word in text.split() if word.isdigit() and len(word) == 8))
        page.keyboard.press("Enter")
        page.get_by_text("How we work.").wait_for()


def test_the_open_button_opens_the_page(site: Site) -> None:
    """One press of the button begins the visit, and reloading does not ask again."""
    with site.page() as page:
        site.open(page, "open")
        await_focus(page)
        page.keyboard.press("Enter")
        page.get_by_text("How we work.").wait_for()
        page.reload()

        assert page.get_by_text("How we work.").is_visible()


def test_a_visitor_finds_the_way_around(site: Site) -> None:
    """From the root into the tree, on to the next page, and back by the way above; in it and in the tree the current page is marked."""
    with site.page() as page:
        site.open(page, "tree")
        page.get_by_role("navigation", name="Pages in this share").get_by_role("link", name="First steps").click()
        page.get_by_role("navigation", name="Previous and next page").get_by_role("link", name="Next").click()
        heading = page.get_by_role("heading", level=1).inner_text()
        current = page.locator("[aria-current=page]").all_inner_texts()
        page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Site visits").click()

        assert ("Chapters", ["Chapters", "Chapters"]) == (heading, current)
        assert page.get_by_role("heading", level=1).inner_text().startswith("Site visits")


def test_a_pdf_and_a_picture_arrive(site: Site) -> None:
    """A browser of its own gets the very bytes, under our name and type."""
    with site.page() as page:
        for file in (PICTURE, PLAN):
            answer = page.request.get(site.links["page"].file(file))

            assert (200, site.shell.content.files[file][1]) == (answer.status, answer.body())


# --- who can read it -------------------------------------------------------------------------------------------------

CONTRAST = """() => {
  const rgb = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = one => { for (; one; one = one.parentElement) {
    const c = rgb(getComputedStyle(one).backgroundColor);
    if (c.length < 4 || c[3] > 0.99) return c; }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]; };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const texts = [...document.querySelectorAll('body *')].filter(one => one.offsetParent !== null &&
    [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  return texts.map(one => [one.tagName + ' ' + one.textContent.trim().slice(0, 40),
    ratio(light(rgb(getComputedStyle(one).color)), light(behind(one)))]).filter(([, found]) => found < 4.5);
}"""
"""Texts whose contrast with what is behind them is less than 4.5 (WCAG 1.4.3)."""

SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')]
  .filter(one => one.offsetParent !== null && !one.closest('p, .ex-body'))
  .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 24 || box.width < 24).map(([name]) => name)"""
"""Targets that are smaller than 24 by 24 pixels and stand in no sentence (WCAG 2.5.8)."""

STRUCTURE = """() => ({
  language: document.documentElement.lang,
  title: document.title.trim() !== '',
  headings: document.querySelectorAll('h1').length,
  mains: document.querySelectorAll('main').length,
  unlabelled: [...document.querySelectorAll('input:not([type=hidden])')].filter(one => !one.labels.length).length,
  undescribed: [...document.querySelectorAll('[aria-describedby], [aria-labelledby]')].flatMap(one =>
    ['aria-describedby', 'aria-labelledby'].flatMap(name => (one.getAttribute(name) || '').split(' ')))
    .filter(id => id && !document.getElementById(id)),
  repeated: [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, i, all) => all.indexOf(id) !== i),
  unnamed: [...document.querySelectorAll('a, button')].filter(one => !one.textContent.trim()).length,
  scripts: document.querySelectorAll('script').length,
})"""

SOUND = {
    "language": "en", "title": True, "headings": 1, "mains": 1, "unlabelled": 0, "undescribed": [], "repeated": [],
    "unnamed": 0, "scripts": 0,
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_a_page_is_sound(site: Site, state: str) -> None:
    """Each page names its language, title, one heading and one main part; fields have labels, ids are one (WCAG)."""
    with site.page(script=True) as page:
        show(site, page, state)

        assert SOUND == page.evaluate(STRUCTURE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", BEHIND)
def test_every_text_stands_out(site: Site, state: str, scheme: str) -> None:
    """All texts keep a contrast of 4.5 to what is behind them, by day and by night (WCAG 1.4.3)."""
    with site.page(scheme=scheme, script=True) as page:
        show(site, page, state)

        assert [] == page.evaluate(CONTRAST)


@pytest.mark.parametrize("state", BEHIND)
def test_a_page_fits_the_narrowest_window(site: Site, state: str) -> None:
    """At 320 pixels nothing has to be scrolled sideways, and everything can be hit with a finger (WCAG 1.4.10, 2.5.8)."""
    with site.page(width=320, script=True) as page:
        show(site, page, state)

        assert 320 == page.evaluate("document.documentElement.scrollWidth")
        assert [] == page.evaluate(SMALL)


def test_the_keyboard_reaches_everything_in_order(site: Site) -> None:
    """The first stops skip to the page and to the tree; each stop can be seen (WCAG 2.4.1, 2.4.7, 2.4.11)."""
    with site.page(script=True) as page:
        site.open(page, "tree")
        stops = []
        for _ in range(3):
            page.keyboard.press("Tab")
            stops.append(
                page.evaluate("""() => { const one = document.activeElement, box = one.getBoundingClientRect();
                return [one.textContent.trim(), getComputedStyle(one).outlineStyle, box.top >= 0 && box.left >= 0]; }""")
            )

        assert ["Skip to the page", "solid", True] == stops[0]
        assert ["Pages in this share", "solid", True] == stops[1]
        assert ["solid", True] == stops[2][1:]


def test_nothing_moves_for_those_who_want_no_motion(site: Site) -> None:
    """No page has an animation or a transition at all (WCAG 2.3.3)."""
    with site.page(script=True) as page:
        site.open(page, "tree")
        moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter(one => { const s = getComputedStyle(one);
            return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0; }).length""")

        assert 0 == moving


def test_a_printed_page_is_the_article(site: Site) -> None:
    """On paper the tree, the skip links and the ways on are left out (spec V7)."""
    with site.page(script=True) as page:
        site.open(page, "tree")
        page.emulate_media(media="print")

        assert [False, False, True] == [page.locator(one).first.is_visible() for one in (".tree", ".skip", "article")]
