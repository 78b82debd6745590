"""How a site looks does nothing in a browser, whoever sets it: texts, pictures and style sheets that are meant to (spec V9).

The service answers in this process; the browser's requests are handed to it, and every other one is noted.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from attrs import evolve
from playwright.sync_api import Browser, Route
from starlette.testclient import TestClient

from exshare_adapters.tinycss2_styles import FUNCTIONS, PROPERTIES, Tinycss2Styles
from exshare_core.branding import LARGEST_LOGO, Branding, Colour, Picture
from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValues
from exshare_web.app import create_app
from tests.e2e import browsing
from tests.e2e.browsing import Window
from tests.e2e.test_live_payloads import TOUCH, live
from tests.integration.admins import BRANDING
from tests.integration.members import an_admin
from tests.integration.shell import BASE_URL, PASSWORD, ROOT, SITE, Shell, run
from tests.requirements import need
from tests.unit.test_style_sheets import BACKWARDS, FETCHES, HIDES, KEPT, UNREADABLE

T = TypeVar("T")

OWN = "https://handbook.acme.example"
EVIL = (
    "html { font-size: 0; color: transparent; } "
    "body { width: 0; line-height: 0; letter-spacing: 99px; text-indent: 999px; color: transparent; } "
    ".share aside.preview-banner, .preview-banner * { color: transparent !important; font-size: 0 !important; "
    "background: none !important; max-width: 0 !important; width: 0 !important; } "
    "main a { padding: 500px 900px; background: #fff; font-size: 20px; }"
)
"""A sheet that may be, and does its worst to the line that tells members what they look at."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    need("browser")
    with browsing.started() as browser:
        yield browser


def beside(work: Callable[[], T]) -> T:
    """What `work` gives in a thread of its own: in this one the loop of the browser is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def looking(shell: Shell, look: Branding, contact: str = "") -> Shell:
    """The site looks like this from now on: what admins may set is set as they do it."""
    presenting = shell.services.presenting[SITE]

    async def change() -> None:
        await presenting.change(None, evolve(look, version=(await presenting.shown()).version))

    beside(lambda: run(change()))
    shell.app = create_app(evolve(shell.services, contacts={SITE: contact}))
    return shell


def a_shell() -> Shell:
    """A deployment whose site has a host of its own."""
    return Shell(own_url=OWN)


def handed(window: Window, client: TestClient) -> None:
    """Whatever the window asks our host for is answered by the service behind `client`."""

    def answer(route: Route) -> None:
        if not route.request.url.startswith(f"{window.origin}/"):
            route.fallback()
            return
        given = client.get(route.request.url)
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.content)

    window.page.route("**/*", answer)


def shown(window: Window, path: str, status: int = 200) -> None:
    """Go there and touch everything."""
    answer = window.page.goto(path)

    assert answer is not None
    assert (path, status) == (path, answer.status)

    window.page.evaluate("document.addEventListener('submit', event => event.preventDefault(), true)")

    assert [] == window.page.evaluate(TOUCH)

    window.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert (f"{window.origin}{path}", [], []) == (window.page.url, window.faults, window.alarms())


def test_no_text_of_a_look_does_anything(browser: Browser) -> None:
    """V9: name, words on gates, at the foot and on the front page, and the contact: text on every page that shows them."""
    need("reference")
    shell = beside(a_shell)
    gate = beside(lambda: shell.make_link(password=PASSWORD))
    page = beside(lambda: shell.make_link(children=True, allow=Capabilities.parse(["search", "pdf"])))
    admin = beside(lambda: an_admin(shell))
    texts = ["".join(char for char in one.text if char.isprintable()) for one in live()]
    with (
        browsing.window(browser, OWN, policy=False) as naked,
        browsing.window(browser, BASE_URL, policy=False) as members,
    ):
        for number, batch in enumerate(batches(texts, 4900)):
            home, short = "\n\n".join(batch), sorted(batch, key=len)
            look = Branding(
                SITE, name=short[len(short) // 3][:60], footer=home[-500:], gate=home[:1000], home=home,
                styles=" ".join(sheet for sheet, _ in KEPT if sheet.isprintable()),
            )  # fmt: skip
            looking(shell, evolve(look, accent=Colour.parse("#7a1fa2")), contact=home[1000:1200])
            handed(naked, shell.client())
            shown(naked, "/")
            if not number % 8:
                shown(naked, gate.path)
                shown(naked, "/nothing", 404)
                for path in ("", "/find", f"/p/{ROOT}/pdf"):
                    shown(naked, f"{page.path}{path}")
                handed(members, admin.client)
                members.page.goto(BRANDING)

                assert (f"{BASE_URL}{BRANDING}", [], []) == (members.page.url, members.faults, members.alarms())
                assert look.home == members.page.locator("#home").input_value()

    assert 1300 < len(texts)


def batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """The texts in order, as many together as have room with a blank line between them."""
    batch: list[str] = []
    for text in texts:
        if batch and sum(map(len, batch)) + 2 * len(batch) + len(text) > most:
            yield batch
            batch = []
        batch.append(text[: most // 2])
    yield batch


DRAWN = """async kind => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 20});
  canvas.getContext('2d').fillRect(3, 3, 30, 9);
  return canvas.toDataURL(kind).split(',')[1];
}"""


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/webp"])
def test_a_picture_of_any_kind_is_a_picture_and_nothing_else(browser: Browser, kind: str) -> None:
    """V9: as the browser itself draws it, with a document behind it; by its own address as well."""
    with browsing.window(browser, OWN, policy=False) as window:
        data = base64.b64decode(window.page.evaluate(DRAWN, kind)) + b"<script>alert(1)</script>"
        picture = Picture.read(data, LARGEST_LOGO, "logo")
        handed(window, looking(beside(a_shell), Branding(SITE, logo=picture, icon=picture)).client())
        shown(window, "/")
        wide = window.page.locator(".brand-bar img").evaluate("one => [one.naturalWidth, one.naturalHeight]")
        shown(window, f"/brand/{picture.digest}")
        document = window.page.evaluate("[document.contentType, document.scripts.length]")

    assert (kind, [40, 20], [kind, 0]) == (picture.media_type, wide, document)


HOSTILE = (
    "url(//evil.example/a)", "url('//evil.example/b')", "u\\72l(//evil.example/c)", "\\75 rl(//evil.example/d)",
    "image-set('//evil.example/e' 1x)", "src('//evil.example/f')", "'//evil.example/g'", "@import '//evil.example/h';",
    "@font-face { font-family: x; src: url(//evil.example/i) }", "/**/", "/*", "*/", "url", "rl(", "u", "(", ")", "{",
    "}", ";", ":", "\\", "\\9", "\n", "-", "--x", "1px", "-1px", "red", "var(--x)", "calc(", "<!--", "-->", "!", ",",
    "a", "*", "@media all", "[href]", "important", "\ufeff", "\0", "'", "#x",
)  # fmt: skip
"""What sheets are put together from, so that something slips through."""


def sheets() -> Iterator[str]:
    """Every sheet of the tables, and many that are put together by chance, the same each time."""
    yield from (sheet for sheet, _ in (*FETCHES, *HIDES, *BACKWARDS, *UNREADABLE, *KEPT))
    dice, names = random.Random(9), (*sorted(PROPERTIES), "--x", "content", "-webkit-mask", "cursor", "src")
    calls = sorted(FUNCTIONS)
    for _ in range(3000):
        parts = dice.choices(HOSTILE, k=dice.randrange(1, 6))
        value, name = " ".join(parts) if dice.random() < 0.5 else "".join(parts), dice.choice(names)
        yield dice.choice(
            (
                f"* {{ {name}: {value} }}",
                f"* {{ {name}: {dice.choice(calls)}({value}) }}",
                f"* {{ --x: {value}; {name}: var(--x) }}",
                f"{value} {{ {name}: red }}",
                f"@media {value} {{ * {{ {name}: red }} }}",
                f"{value} * {{ color: red }}",
            )
        )


APPLIED = """async sheets => {
  const holder = document.head.appendChild(document.createElement('style'));
  for (const sheet of sheets) {
    holder.textContent = sheet;
    document.body.offsetHeight;
    getComputedStyle(document.querySelector('a')).backgroundImage;
  }
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def asked(browser: Browser, sheets: Sequence[str]) -> list[str]:
    """What a page asks for that has each of these sheets, one after another."""
    html = "<!doctype html><ul><li><a href=#>x</a> <input value=a></ul><p title=x>y</p>"
    requests: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == f"{OWN}/page":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            requests.append(route.request.url)
            route.abort()

    with browsing.window(browser, OWN, policy=False) as window:
        window.page.route("**/*", answer)
        window.page.goto("/page")
        window.page.evaluate(APPLIED, list(sheets))
        return requests


def taken(sheet: str) -> str | None:
    """What browsers are given of a sheet; None for one that is refused."""
    try:
        return Tinycss2Styles().checked(sheet)
    except InvalidValues:
        return None


def test_no_sheet_that_is_taken_asks_for_anything(browser: Browser) -> None:
    """V9: whatever is let through fetches nothing, from nowhere; the same sheets as they were sent would have."""
    sent = list(sheets())
    kept = [sheet for sheet in map(taken, sent) if sheet]

    assert len(KEPT) + 50 < len(kept) < len(sent) / 2
    assert [] == asked(browser, kept)
    assert {f"{OWN}/x", f"{OWN}/a", "https://x/a"} <= set(asked(browser, [sheet for sheet, _ in FETCHES]))


def test_no_sheet_takes_away_the_line_above_a_preview(browser: Browser) -> None:
    """M2: that one looks at a preview is there to be read, in front of everything, whatever the site's own sheet says."""
    shell = looking(beside(Shell), Branding(SITE, styles=EVIL))
    made = beside(shell.make_link)
    client = shell.client()
    begun = client.post(beside(lambda: run(shell.sharing.preview(shell.owner, made.id, None))))
    with browsing.window(browser, BASE_URL) as window:
        handed(window, client)
        window.page.goto(begun.headers["location"])
        found = window.page.locator(".preview-banner p").evaluate(
            """one => {
              const place = one.getBoundingClientRect(), style = getComputedStyle(one);
              const top = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2);
              return [place.width >= 190, parseFloat(style.fontSize), style.color, one.contains(top)];
            }"""
        )

    assert [True, 15, "rgb(122, 77, 0)", True] == found


def test_samples_are_by_day_and_by_night_whatever_it_is_outside(browser: Browser) -> None:
    """V9: each frame of the admin's page shows the look with the site's own sheet on its page, and the page around has none."""
    shell = looking(
        beside(Shell), Branding(SITE, name="Acme", accent=Colour.parse("#7a1fa2"), styles="h1 { color: #7a1fa2; }")
    )
    admin = beside(lambda: an_admin(shell))
    with browsing.window(browser, BASE_URL, policy=True) as window:
        window.page.emulate_media(color_scheme="null")
        handed(window, admin.client)
        window.page.goto(BRANDING)
        frames = [frame for frame in window.page.frames if frame is not window.page.main_frame]
        grounds = [frame.evaluate("getComputedStyle(document.body).backgroundColor") for frame in frames]
        headings = [
            frame.evaluate("getComputedStyle(document.querySelector('h1')).color") for frame in window.page.frames
        ]

        assert ["rgb(245, 246, 248)", "rgb(255, 255, 255)", "rgb(29, 33, 39)", "rgb(22, 25, 30)"] == grounds
        assert [False, False, True, False, True] == [colour == "rgb(122, 31, 162)" for colour in headings]
        assert ([], []) == (window.faults, window.alarms())
        assert [] == browsing.axe(window.page)
