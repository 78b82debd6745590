"""The account's pages in a real browser: the whole way without a script, and pages that everybody can read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page

from exshare_core.testing import AuthenticatorApp
from exshare_core.values import People
from tests.e2e import browsing
from tests.e2e.running import free_port
from tests.e2e.test_gates_in_a_browser import serving
from tests.e2e.test_visitor_browser import CONTRAST, SMALL, SOUND, STRUCTURE
from tests.integration.shell import Made, Shell

T = TypeVar("T")

ADA = "ada.with.a.rather.long.name@partner-organisation.example"
SECRET, OTHER = "copper lantern under seven bridges", "nineteen blue herons by the canal"


@frozen
class Place:
    """A running service with a link for Ada's organisation, and a browser."""

    shell: Shell
    browser: Browser
    made: Made
    signing: Made
    """A link that asks for a sign-in and nothing else."""

    @contextmanager
    def window(self, **look: Any) -> Iterator[Page]:
        """A fresh window; whatever it complains of fails the test."""
        self.shell.clock.forward(days=2)
        with browsing.window(self.browser, self.shell.base_url, **look) as window:
            yield window.page

            assert [] == window.faults

    def code(self) -> str:
        """The code in the letter that was sent last."""
        aside(self.shell.send_letters)
        return next(word for word in self.shell.mailer.sent[-1].text.split() if re.fullmatch(r"[0-9]{8}", word))


def aside(work: Callable[[], T]) -> T:
    """What `work` gives; this thread has the browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """The service, over the fakes."""
    shell = Shell(base_url=f"http://127.0.0.1:{free_port()}")
    made = shell.make_link(people=People.parse(["partner-organisation.example"]), slug="spring-fair")
    signing = shell.make_link(sign_in=True)
    with serving(shell), browsing.started() as browser:
        yield Place(shell, browser, made, signing)


def join(place: Place, page: Page, password: str = SECRET) -> None:
    """Make Ada's account, or give it this password; ends on the shared page."""
    page.goto(place.made.path)
    page.get_by_role("button", name="Create an account, or choose a new password").click()
    page.get_by_label("Mail address").fill(ADA)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code", exact=True).fill(place.code())
    page.get_by_label("New password").fill(password)
    page.get_by_role("button", name="Save the password and sign in").click()


def test_the_whole_way_with_an_account(place: Place) -> None:
    """Register, read, set up an app, sign out, sign in with it, find the share again, delete; all without a script."""
    with place.window(script=False) as page:
        join(place, page)
        page.get_by_text("How we work.").wait_for()
        page.goto(f"/account/{place.shell.site}/settings")
        page.get_by_text("Set up an authenticator app").click()
        page.locator("#factor-password").fill(SECRET)
        page.get_by_role("button", name="Go on").click()
        uri = page.locator('a[href^="otpauth:"]').get_attribute("href")
        assert uri is not None
        app = AuthenticatorApp.scan(uri)
        page.get_by_label("Code", exact=True).fill(app.code(place.shell.clock.now()))
        page.get_by_role("button", name="Set it up").click()
        recovery = page.locator("ol.codes code").all_inner_texts()
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_role("button", name="Sign out", exact=True).click()
        out = page.get_by_role("status").inner_text()

        page.goto(place.made.path)
        page.get_by_role("button", name="Sign in with your account").click()
        page.get_by_label("Mail address").fill(ADA)
        page.get_by_label("Password").fill(SECRET)
        page.keyboard.press("Enter")
        aside(lambda: place.shell.clock.forward(minutes=1))
        page.get_by_label("Code", exact=True).fill(app.code(place.shell.clock.now()))
        page.keyboard.press("Enter")
        page.get_by_text("How we work.").wait_for()

        page.goto(f"/account/{place.shell.site}")
        listed = page.locator("ul.sessions strong").all_inner_texts()
        page.get_by_role("button", name=re.compile("^Open")).first.click()
        page.get_by_text("How we work.").wait_for()
        page.goto(f"/account/{place.shell.site}/settings")
        page.get_by_text("Delete it").click()
        page.locator("#delete-password").fill(SECRET)
        page.get_by_role("button", name="Delete my account for good").click()
        gone = page.get_by_role("status").inner_text()
        page.goto(place.made.path)

        assert ("You are signed out.", 10, ["spring fair"]) == (out, len(recovery), listed)
        assert "Your account is deleted, and everything that was stored of it." == gone
        assert page.get_by_role("heading", name="Who are you?").is_visible()


def test_password_managers_find_their_fields(place: Place) -> None:
    """Every field that they fill says what it is: the address, the password, the new one, the code of a letter or app."""
    with place.window(script=False) as page:
        page.goto(f"/account/{place.shell.site}/sign-in")
        sign_in = fields(page)
        join_page = page.goto(f"/account/{place.shell.site}/join")
        page.get_by_label("Mail address").fill(ADA)
        page.get_by_role("button", name="Send me a code").click()

        assert join_page is not None
        assert ["username", "current-password"] == sign_in
        assert ["username", "one-time-code", "new-password"] == fields(page)


def fields(page: Page) -> list[str]:
    """What the fields of a page are said to be."""
    found = page.locator("input[autocomplete]").evaluate_all("all => all.map(one => one.autocomplete)")
    return [str(one) for one in found]


STATES = (
    "gate",
    "sign in",
    "wrong sign in",
    "join",
    "code",
    "wrong password",
    "gate signed in",
    "refused",
    "shares",
    "no shares",
    "account",
    "wrong account",
    "address code",
    "app",
    "second step",
)


def show(place: Place, page: Page, state: str) -> None:
    """Bring a window to one of the things that people with an account see."""
    base = f"/account/{place.shell.site}"
    match state:
        case "gate":
            page.goto(place.signing.path)
        case "sign in" | "wrong sign in":
            page.goto(f"{base}/sign-in")
            if state == "wrong sign in":
                page.get_by_label("Mail address").fill(ADA)
                page.get_by_label("Password").fill("wrong")
                page.get_by_role("button", name="Sign in").click()
        case "join" | "code" | "wrong password":
            page.goto(place.made.path)
            page.get_by_role("button", name="Create an account").click()
            if state != "join":
                page.get_by_label("Mail address").fill(ADA)
                page.get_by_role("button", name="Send me a code").click()
            if state == "wrong password":
                page.get_by_label("Code", exact=True).fill("12345678")
                page.get_by_label("New password").fill("password123password123")
                page.get_by_role("button", name="Save the password").click()
        case _:
            join(place, page)
            _inside(place, page, state, base)
    page.wait_for_load_state("networkidle")


def _inside(place: Place, page: Page, state: str, base: str) -> None:
    match state:
        case "gate signed in":
            page.goto(place.signing.path)
        case "refused":
            other = aside(lambda: place.shell.make_link(people=People.parse(["grace@example.org"])))
            page.goto(other.path)
            page.get_by_role("button", name="Continue as").click()
        case "shares":
            page.goto(base)
        case "no shares":
            page.goto(base)
            for _ in range(page.get_by_role("button", name="Take off").count()):
                page.get_by_role("button", name="Take off").first.click()
        case "account" | "app" | "second step":
            page.goto(f"{base}/settings")
            if state != "account":
                page.get_by_text("Set up an authenticator app").click()
                page.locator("#factor-password").fill(SECRET)
                page.get_by_role("button", name="Go on").click()
            if state == "second step":
                _owing(place, page, base)
        case "wrong account":
            page.goto(f"{base}/settings")
            page.get_by_label("Password now").fill("wrong")
            page.get_by_label("New password").fill("password123password123")
            page.get_by_role("button", name="Change the password").click()
        case "address code":
            page.goto(f"{base}/settings")
            page.get_by_text("Use another address").click()
            page.get_by_label("New mail address").fill("ada@example.org")
            page.locator("#address-password").fill(SECRET)
            page.get_by_role("button", name="Send a code to it").click()


def _owing(place: Place, page: Page, base: str) -> None:
    """Set up the app that is shown, and come back to its code; the app is taken away again for the next."""
    uri = page.locator('a[href^="otpauth:"]').get_attribute("href")
    assert uri is not None
    page.get_by_label("Code", exact=True).fill(AuthenticatorApp.scan(uri).code(place.shell.clock.now()))
    page.get_by_role("button", name="Set it up").click()
    page.goto(base)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("Mail address").fill(ADA)
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Sign in").click()
    joining, site = place.shell.services.joining, place.shell.site

    async def taken() -> None:
        await joining.reset_factor(site, (await joining.named(site, ADA)).account.id)

    aside(lambda: asyncio.run(taken()))


@pytest.mark.parametrize("state", STATES)
def test_an_account_page_is_sound(place: Place, state: str) -> None:
    """Language, title, one heading, labels and described fields, and nothing for axe to object to (WCAG 2.2 AA)."""
    with place.window() as page:
        show(place, page, state)

        assert SOUND == page.evaluate(STRUCTURE)
        assert [] == browsing.axe(page)


@pytest.mark.parametrize("state", STATES)
def test_an_account_page_can_be_read_by_night_and_on_a_telephone(place: Place, state: str) -> None:
    """Every text stands out in the dark, nothing is scrolled sideways at 320 pixels, and everything can be hit."""
    with place.window(scheme="dark", width=320) as page:
        show(place, page, state)

        assert [] == page.evaluate(CONTRAST)
        assert 320 == page.evaluate("document.documentElement.scrollWidth")
        assert [] == page.evaluate(SMALL)
