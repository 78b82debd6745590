"""A member's way in a real browser, without any script: sign in, find a page, share it, change it, end it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.running import demo, free_port
from tests.requirements import need

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that asks nobody but the service under test."""

PASSWORD = "oil for every lamp on the pier"


@frozen
class Stage:
    """The demonstration running, and a browser beside it."""

    browser: Browser
    printed: Mapping[str, str]

    def context(self, *, script: bool = False, width: int = 1100) -> BrowserContext:
        """A browser profile of its own."""
        return self.browser.new_context(java_script_enabled=script, viewport={"width": width, "height": 800})

    def signed_in(self, context: BrowserContext) -> Page:
        """A page at the list of links."""
        page = context.new_page()
        page.goto(self.printed["manage_url"])
        page.get_by_label("Name").fill(self.printed["manage_user"])
        page.get_by_label("Password").fill(self.printed["manage_password"])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1).wait_for()
        return page


@contextmanager
def _stage(folder: Path) -> Iterator[Stage]:
    program = need("browser")
    with (
        demo(folder, folder / "data", free_port()) as running,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=QUIET) as browser,
    ):
        yield Stage(browser, running.printed)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One demonstration for all tests of this module; each makes links of its own."""
    with _stage(tmp_path_factory.mktemp("members")) as made:
        yield made


def _found(page: Page, words: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Share a page").click()
    page.get_by_label("Address, id or words of the page").fill(words)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("list").get_by_role("link").first.click()


def _to_tab(page: Page, name: str) -> None:
    """Go to a tab of the link, as a person does: nothing that was typed is lost on the way, and it is said that it is
    shown now.
    """
    tabs = page.get_by_role("navigation", name="Parts of the link")
    tabs.get_by_role("link", name=name, exact=True).click()
    expect(tabs.get_by_role("link", name="(shown now)")).to_have_accessible_name(f"{name} (shown now)")


def _created(page: Page, words: str = "lenses") -> str:
    """Make a link by clicks; the address that its page shows."""
    _found(page, words)
    page.get_by_role("button", name="Create the link").click()
    address = page.locator("code.address").inner_text()
    assert address.count("/s/") == 1
    return address


def test_a_page_is_shared_and_the_link_asks_for_its_password(stage: Stage) -> None:
    """C1: search, choose, fill in, copy the address; a visitor of another browser meets the gate, then the page."""
    page = stage.signed_in(stage.context())
    _found(page, "lenses")
    _to_tab(page, "Security")
    expect(page.get_by_label("The password")).to_be_hidden()
    page.get_by_label("A password").check()
    page.get_by_label("The password").fill(PASSWORD)
    page.get_by_role("button", name="Create the link").click()
    address = page.locator("code.address").inner_text()
    visitor = stage.context().new_page()
    asked = visitor.goto(address)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button").first.click()
    title = visitor.get_by_role("heading", level=1).first.inner_text()

    assert asked is not None
    assert 200 == asked.status
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_what_was_refused_is_shown_where_it_was_typed(stage: Stage) -> None:
    """L13: the form comes back filled in, the marked field visible though its option is a hidden one otherwise."""
    page = stage.signed_in(stage.context())
    _found(page, "lenses")
    page.get_by_label("Name", exact=True).fill("Ours")
    _to_tab(page, "Security")
    expect(page.get_by_label("Name", exact=True)).to_be_hidden()
    page.get_by_label("A password").check()
    page.get_by_label("The password").fill("short")
    page.get_by_role("button", name="Create the link").click()

    expect(page.get_by_text("Not accepted: at least 15 characters.")).to_be_visible()
    page.get_by_role("navigation", name="Parts of the link").get_by_role("link", name="General").click()
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    assert ("Ours", "") == (
        page.get_by_label("Name", exact=True).input_value(),
        page.get_by_label("The password").input_value(),
    )


def test_a_link_is_counted_made_and_previewed(stage: Stage) -> None:
    """C1, C2: how much it reaches is told before it is made; the preview goes the visitors' way, under a banner."""
    page = stage.signed_in(stage.context())
    _found(page, "lenses")
    _to_tab(page, "Customise")
    page.get_by_label("Words before the secret part").fill("lenses")
    page.get_by_role("button", name="Count what it would reach").click()
    expect(page.get_by_role("status")).to_contain_text("1 page, 0 files")
    page.get_by_role("button", name="Create the link").click()
    address = page.locator("code.address").inner_text()
    page.get_by_text("Preview…").click()
    page.get_by_role("button", name="Preview it").click()
    page.get_by_role("button", name="See it as they do").click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("Preview as somebody unknown.")

    assert "/s/lenses-" in address
    assert "/s/" in page.url
    assert address != page.url
    assert "Preview as" not in _text(stage, address)


def _text(stage: Stage, address: str) -> str:
    """What another browser shows at an address."""
    visitor = stage.context().new_page()
    visitor.goto(address)
    return visitor.locator("body").inner_text()


def test_a_link_is_switched_off_and_ends_for_visitors_at_once(stage: Stage) -> None:
    """C5: after one confirmed click the address answers as if it had never been; on again, it is back."""
    page = stage.signed_in(stage.context())
    address = _created(page)
    visitor = stage.context().new_page()
    states = [_status(visitor, address)]
    page.get_by_text("Switch off…").click()
    page.get_by_role("button", name="Switch it off").click()
    states.append(_status(visitor, address))
    page.get_by_text("Switch on…").click()
    page.get_by_role("button", name="Switch it on").click()
    states.append(_status(visitor, address))
    page.get_by_text("New address…").click()
    page.get_by_role("button", name="Make a new address").click()
    states.append(_status(visitor, address))

    assert [200, 404, 200, 404] == states
    assert 200 == _status(visitor, page.locator("code.address").inner_text())


def test_a_page_of_another_origin_can_change_nothing(stage: Stage) -> None:
    """ASVS 3.5.1: a form that a stranger's page sends in the member's own browser comes to nothing.

    From another site the session's cookie does not go along; from another port of the same host it does, and the
    browser's word for where the form stands is what refuses it, even with the right token.
    """
    context = stage.context(script=True)
    page = stage.signed_in(context)
    address = _created(page)
    target = page.url.partition("?")[0] + "/delete"
    token = page.locator("input[name=csrf]").first.input_value()
    form = f'<form method="post" action="{target}"><input name="csrf" value="{token}"><button>Win</button></form>'
    answers = []
    for origin in ("http://stranger.example", "http://127.0.0.1:1"):
        stranger = context.new_page()
        stranger.route(f"{origin}/", lambda route: route.fulfill(body=form, content_type="text/html"))
        stranger.goto(f"{origin}/")
        with stranger.expect_response(target) as answered:
            stranger.get_by_role("button").click()
        answers.append((answered.value.status, answered.value.headers.get("location", "")))

    assert [(303, "/manage/sign-in"), (403, "")] == answers
    assert 200 == _status(stage.context().new_page(), address)


@pytest.mark.parametrize("width", [320, 1100])
def test_no_page_of_a_member_is_wider_than_the_screen(stage: Stage, width: int) -> None:
    """WCAG 2.2, 1.4.10: down to 320 pixels nothing is cut off or scrolls sideways; no page reports an error."""
    context = stage.context(script=True, width=width)
    errors: list[str] = []
    page = stage.signed_in(context)
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    _created(page)
    shown = page.url
    base = shown.partition("/links/")[0]
    for address in (f"{base}/links", f"{base}/new", f"{base}/new?q=lenses", f"{base}/new?q=no-such-words", shown):
        page.goto(address)
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0, address

    assert [] == errors


NAME = "it => it.innerText || it.labels?.[0]?.innerText || it.ariaLabel"
SIDE = """it => {
    const box = (it.labels?.[0]?.contains(it) ? it.labels[0] : it).getBoundingClientRect();
    return Math.min(box.width, box.height);
}"""


def test_every_control_is_named_and_large_enough(stage: Stage) -> None:
    """WCAG 2.2, 2.5.8 and 4.1.2: each has a name, and none but links in running text is smaller than 24 pixels."""
    page = stage.signed_in(stage.context(script=True, width=390))
    _created(page)
    page.get_by_text("Delete…").click()
    page.wait_for_load_state()
    controls = [one for one in page.locator("a, button, summary, input, textarea").all() if one.is_visible()]
    for control in controls:
        markup = control.evaluate("it => it.outerHTML")
        in_text = control.evaluate("it => it.tagName == 'A' && it.parentElement.tagName == 'P'")
        assert control.evaluate(NAME), markup
        assert in_text or control.evaluate(SIDE) >= 24, markup

    assert 20 <= len(controls)


def _status(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status
