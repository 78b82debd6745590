"""An admin's way in a real browser, without any script: set a layer, see what it does, stop everything, read why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page, expect

from tests.e2e import browsing
from tests.e2e.running import demo, free_port


@frozen
class Stage:
    """The demonstration running, and a browser beside it."""

    browser: Browser
    printed: Mapping[str, str]

    def page(self, *, script: bool = False, width: int = 1100, scheme: Literal["light", "dark"] = "light") -> Page:
        """A page of a fresh browser profile."""
        viewport = {"width": width, "height": 800}
        context = self.browser.new_context(java_script_enabled=script, viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        return context.new_page()

    def signed_in(self, **more: object) -> Page:
        """The admin of the demonstration at the policy of its site."""
        page = self.page(**more)  # type: ignore[arg-type]
        page.goto(self.printed["manage_url"])
        page.get_by_label("Name").fill(self.printed["manage_user"])
        page.get_by_label("Password").fill(self.printed["manage_password"])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Policy").click()
        page.get_by_role("heading", level=1, name="Policy").wait_for()
        return page


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One demonstration for all tests of this module; each sets back what it set."""
    folder = tmp_path_factory.mktemp("admins")
    with browsing.started() as browser, demo(folder, folder / "data", free_port()) as running:
        yield Stage(browser, running.printed)


def _saved(page: Page) -> str:
    """Preview what is filled in and save it; what the preview said."""
    page.get_by_role("button", name="Preview the change").first.click()
    said = page.locator("main").inner_text()
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    return said


def _shared(page: Page, words: str) -> str:
    """Make a link by clicks; the address that its page shows."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Share a page").click()
    page.get_by_label("Address, id or words of the page").fill(words)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("list").get_by_role("link").first.click()
    page.get_by_role("button", name="Create the link").click()
    return page.locator("code.address").inner_text()


def _status(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def test_a_layer_is_set_after_its_preview_and_reaches_a_link(stage: Stage) -> None:
    """P3, P6: by clicks and keys alone; the preview counts the link, which then answers as suspended, and comes back."""
    page = stage.signed_in()
    policy = page.url
    address = _shared(page, "lenses")
    visitor = stage.page()
    met = [_status(visitor, address)]
    page.goto(policy)
    page.get_by_role("link", name="Edit the layer of the site").click()
    page.get_by_label("Demand a list of allowed people").check()
    said = _saved(page)
    met.append(_status(visitor, address))
    page.get_by_role("link", name="Edit the layer of the site").click()
    page.get_by_label("Demand a list of allowed people").uncheck()
    _saved(page)
    page.get_by_label("It comes back by itself").check()
    _saved(page)
    met.append(_status(visitor, address))
    page.get_by_role("link", name="History").click()

    assert "a list of allowed people is demanded" in said
    assert [200, 403, 200] == met
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.get_by_text("site: a list of allowed people is demanded")).to_have_count(2)


def test_a_fault_is_shown_where_it_was_made_and_nothing_is_lost(stage: Stage) -> None:
    """M7: beside its field, with everything typed; mended, it goes on to the preview and back to the form."""
    page = stage.signed_in()
    page.get_by_role("link", name="Edit the configuration default").click()
    page.get_by_label("Longest life").fill("soon")
    page.get_by_label("Only these").first.check()
    page.locator("#people").fill("example.com")
    page.get_by_role("button", name="Preview the change").click()
    expect(page.get_by_text("Not accepted: `soon` is not a span of time")).to_be_visible()
    page.get_by_label("Longest life").fill("30 days")
    page.get_by_role("button", name="Preview the change").click()
    expect(page.get_by_role("heading", name="What this would do")).to_be_visible()
    page.get_by_role("button", name="Change it further").click()

    assert ("30 days", "example.com") == (
        page.get_by_label("Longest life").input_value(),
        page.locator("#people").input_value(),
    )
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1, name="Policy")).to_be_visible()
    expect(page.get_by_text("30 days")).to_have_count(0)


def test_all_sharing_stops_and_goes_on(stage: Stage) -> None:
    """P7: two clicks, the second after reading what will happen."""
    page = stage.signed_in()
    policy = page.url
    address = _shared(page, "lenses")
    visitor = stage.page()
    met = [_status(visitor, address)]
    page.goto(policy)
    page.get_by_role("link", name="Stop all sharing…").click()
    expect(page.get_by_text("can be opened now will stop at once")).to_be_visible()
    page.get_by_role("button", name="Stop it now").click()
    met.append(_status(visitor, address))
    page.get_by_role("link", name="Let sharing go on…").last.click()
    page.get_by_role("button", name="Let it go on").click()
    met.append(_status(visitor, address))

    assert [200, 403, 200] == met


def test_a_link_explains_itself(stage: Stage) -> None:
    """P9: from the link's page, for somebody who comes from a network at a time."""
    page = stage.signed_in()
    _shared(page, "lenses")
    page.get_by_role("link", name="Spaces").click()
    page.get_by_role("link", name="Why it opens or not, for whom").click()
    page.get_by_label("from the network").fill("192.0.2.7")
    page.get_by_role("button", name="Explain").click()

    expect(page.get_by_role("status")).to_have_text("Would be let in.")
    assert "192.0.2.7" == page.get_by_label("from the network").input_value()


PAGES = (
    "",
    "/layer?of=site",
    "/layer?of=configuration+default",
    "/layer?of=space+TEAM&group=leads",
    "/space?key=TEAM",
    "/scheme",
    "/switch",
    "/history",
    "/document",
    "/../links?space=TEAM",
    "/../links?space=%00",
    "/../activity?what=visits",
    "/../activity/chain",
    "/../failures",
)
"""Every page of admins that has an address of its own, the list of a space, also with a problem, and what happened."""


def _walk(page: Page) -> Iterator[str]:
    """Each page in turn, then a preview, a faulty form, a refusal and an explanation."""
    policy = page.url.partition("?")[0]
    for part in PAGES:
        page.goto(f"{policy}{part}")
        yield part
    page.goto(f"{policy}/layer?of=site")
    page.get_by_label("Demand a password").check()
    page.get_by_label("Most opens").fill("3")
    page.get_by_role("button", name="Preview the change").first.click()
    page.wait_for_load_state()
    yield "preview"
    page.goto(f"{policy}/layer?of=site")
    page.get_by_label("Longest life").fill("soon")
    page.locator("#blocked_people").fill("@")
    page.get_by_role("button", name="Preview the change").first.click()
    page.wait_for_load_state()
    yield "faults"
    page.goto(f"{policy}/scheme")
    page.get_by_label("This one.").check()
    page.get_by_label("Everyone: Who may make links").uncheck()
    page.get_by_role("button", name="Preview the change").first.click()
    page.wait_for_load_state()
    yield "rights"
    _shared(page, "lenses")
    page.wait_for_load_state()
    yield "link"
    page.goto(f"{page.url.partition('?')[0]}/explain?from=192.0.2.7")
    yield "explanation"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_object_to(stage: Stage, scheme: Literal["light", "dark"]) -> None:
    """V8: by day and by night every rule of axe-core holds on every page of admins."""
    page = stage.signed_in(script=True, scheme=scheme)
    objections = {part: browsing.axe(page) for part in _walk(page)}

    assert {} == {part: found for part, found in objections.items() if found}
    assert len(PAGES) + 5 == len(objections)


@pytest.mark.parametrize("width", [320, 1100])
def test_no_page_of_admins_is_wider_than_the_screen(stage: Stage, width: int) -> None:
    """WCAG 2.2, 1.4.10: down to 320 pixels nothing is cut off or scrolls sideways; no page reports an error."""
    page = stage.signed_in(script=True, width=width)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    assert {} == {part: over for part in _walk(page) if (over := page.evaluate(wider)) > 0}
    assert [] == [text for text in errors if "responded with a status of" not in text]


SIDE = """it => {
    const box = (it.labels?.[0]?.contains(it) ? it.labels[0] : it).getBoundingClientRect();
    return Math.min(box.width, box.height);
}"""
IN_TEXT = "it => it.tagName == 'A' && ['P', 'TD'].includes(it.parentElement.tagName)"


def test_every_control_is_large_enough(stage: Stage) -> None:
    """WCAG 2.2, 2.5.8: none but links in running text is smaller than 24 pixels."""
    page = stage.signed_in(script=True, width=390)
    small, seen = [], 0
    for part in _walk(page):
        for one in page.locator("a, button, summary, input, textarea, select").all():
            if one.is_visible() and not one.evaluate(IN_TEXT):
                seen += 1
                if one.evaluate(SIDE) < 24:
                    small.append((part, one.evaluate("it => it.outerHTML")))

    assert [] == small
    assert seen >= 150
