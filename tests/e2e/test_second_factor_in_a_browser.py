"""A second factor in a real browser, without any script: set up, asked for, replaced by a recovery code, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from attrs import define
from playwright.sync_api import Browser, Page, expect

from exshare_core.testing import AuthenticatorApp
from tests.e2e import browsing
from tests.e2e.running import Demo, answer_of, demo, free_port

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 1280), ("light", 375))
STEP = timedelta(seconds=30)


@define
class House:
    """The demonstration running, a browser beside it, and the telephone of its one member."""

    home: Path
    running: Demo
    browser: Browser
    app: AuthenticatorApp | None = None
    shown: int = -2

    @property
    def origin(self) -> str:
        """Where the service answers."""
        return self.running.printed["manage_url"].partition("/manage")[0]

    def sign_in(self, page: Page) -> None:
        """Give name and password."""
        page.goto("/manage/sign-in")
        page.get_by_label("Name").fill(self.running.printed["manage_user"])
        page.get_by_label("Password").fill(self.running.printed["manage_password"])
        page.get_by_role("button", name="Sign in", exact=True).click()

    def set_up(self, page: Page) -> list[str]:
        """Set up an app on the member's account; the recovery codes."""
        page.get_by_role("link", name="Your account").click()
        page.get_by_role("link", name="Set up an authenticator app").click()
        page.get_by_text("It cannot be scanned").click()
        uri = page.get_by_role("link", name="Or open it in an app on this device").get_attribute("href")
        assert uri is not None
        self.app = AuthenticatorApp.scan(uri)
        page.get_by_role("textbox", name="Code", exact=True).fill(self.code())
        page.get_by_role("button", name="Set it up").click()
        return page.get_by_role("listitem").all_inner_texts()

    def code(self) -> str:
        """A code that was not used before: of the step before the present one, of that one, or of the one after."""
        assert self.app is not None
        self.shown += 1
        assert self.shown <= 1
        return self.app.code(datetime.now(UTC) + self.shown * STEP)

    def reset(self) -> None:
        """Take the second factor away, as the operator."""
        answer_of(
            "member", "reset-totp", self.running.printed["manage_user"], "--config", self.running.config, "--json",
            home=self.home,
        )  # fmt: skip
        self.app, self.shown = None, -2


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One demonstration for all tests of this module."""
    home = tmp_path_factory.mktemp("factor")
    with demo(home, home / "data", free_port()) as running, browsing.started() as browser:
        yield House(home, running, browser)


@pytest.fixture
def house(demonstration: House) -> House:
    """The demonstration, whose member has no second factor yet."""
    demonstration.reset()
    return demonstration


def test_a_member_sets_up_an_app_and_signs_in_with_it(house: House) -> None:
    """M1: picture, key, first code, recovery codes; then the code is asked for, and a recovery code stands in for it."""
    with browsing.window(house.browser, house.origin, script=False) as window:
        page = window.page
        house.sign_in(page)
        recovery = house.set_up(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Keep these recovery codes")
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("10 of 10 recovery codes are left.")).to_be_visible()
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("You are signed out.")

        house.sign_in(page)
        expect(page.get_by_role("textbox", name="Code", exact=True)).to_be_focused()
        page.get_by_role("textbox", name="Code", exact=True).fill("000000")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("That was not right.")
        page.get_by_role("textbox", name="Code", exact=True).fill(house.code())
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()

        page.get_by_role("button", name="Sign out", exact=True).click()
        house.sign_in(page)
        page.get_by_role("link", name="use a recovery code").click()
        page.get_by_label("Recovery code").fill(recovery[4].upper())
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Your account").click()
        expect(page.get_by_text("9 of 10 recovery codes are left.")).to_be_visible()

        house.reset()
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to share pages")
        house.sign_in(page)
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()

        assert [] == window.faults


def test_the_picture_is_a_whole_code_in_any_look(house: House) -> None:
    """Cameras read dark on light: black modules, a white ground with its margin, at night as well, and large enough."""
    for scheme, width in LOOKS:
        with browsing.window(house.browser, house.origin, scheme=scheme, width=width) as window:
            house.sign_in(window.page)
            window.page.get_by_role("link", name="Your account").click()
            window.page.get_by_role("link", name="Set up an authenticator app").click()
            window.page.get_by_role("heading", level=1).wait_for()
            window.page.wait_for_load_state("load")
            picture = window.page.get_by_role("img", name="QR code for your authenticator app")
            box = picture.bounding_box()
            drawn = picture.locator("path").evaluate_all(
                "all => all.map(it => [getComputedStyle(it).fill, getComputedStyle(it).stroke])"
            )

            assert box is not None
            assert box["width"] >= 180
            assert abs(box["width"] - box["height"]) < 2
            assert [["rgb(255, 255, 255)", "none"], "rgb(0, 0, 0)"] == [drawn[0], drawn[1][1]]
            assert [] == window.faults + window.alarms()


HEADINGS = {
    "sign-in": "Sign in to share pages",
    "recovery-codes": "Keep these recovery codes",
    "account": "Your account",
    "refused": "Your account",
    "factor": "Another authenticator app",
    "confirm": "Is it you?",
    "code": "One more step, demo",
    "recovery": "One more step, demo",
}
"""The pages of signing in and of the account, by their headings."""


def _walked(house: House, page: Page) -> Iterator[str]:
    """Every page of signing in and of the account, one after the other, by its name."""
    page.goto("/manage/sign-in")
    yield "sign-in"
    house.sign_in(page)
    recovery = house.set_up(page)
    yield "recovery-codes"
    page.get_by_role("link", name="I have kept them").click()
    yield "account"
    page.get_by_label("Password now").fill("not this one, surely")
    page.get_by_label("New password").fill("a common password")
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("alert").first.wait_for()
    yield "refused"
    page.get_by_role("link", name="Use another app").click()
    yield "factor"
    account = page.url.rpartition("/")[0]
    page.goto(f"{account}/confirm")
    yield "confirm"
    page.get_by_role("button", name="Sign out", exact=True).click()
    house.sign_in(page)
    yield "code"
    page.get_by_role("link", name="use a recovery code").click()
    page.get_by_label("Recovery code").wait_for()
    yield "recovery"
    page.get_by_label("Recovery code").fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page_is_for_everyone(house: House, scheme: Literal["light", "dark"], width: int) -> None:
    """V8: axe finds nothing on any page, by day and by night, and none is wider than a telephone."""
    with browsing.window(house.browser, house.origin, scheme=scheme, width=width) as window:
        seen = []
        for name in _walked(house, window.page):
            seen.append(name)
            expect(window.page.get_by_role("heading", level=1)).to_have_text(HEADINGS[name])
            window.page.wait_for_load_state()
            wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert window.page.evaluate(wider) <= 0, name
            assert [] == browsing.axe(window.page), name

        assert set(HEADINGS) == set(seen)
        assert [] == window.faults + window.alarms()
