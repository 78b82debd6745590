"""The gates in a real browser: every order by keyboard alone, with and without scripts, and pages that all can read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import product
from typing import Any, Literal

import pytest
import uvicorn
from attrs import evolve, frozen
from playwright.sync_api import Browser, Page, expect

from exshare_core.departing import Gateway
from exshare_core.testing.fakes.identities import MemoryIdentityProvider
from exshare_core.testing.samples import after
from exshare_core.values import People
from exshare_web.app import create_app
from tests.e2e import browsing
from tests.e2e.running import free_port
from tests.e2e.test_visitor_browser import CONTRAST, SMALL, SOUND, STRUCTURE
from tests.integration.shell import PASSWORD, SITE, Made, Shell

ADDRESS = "ada@example.com"
SHORT = "You may read this page for the fair only.\n\n- Do not copy it.\n- Do not pass it on."
LONG = "\n\n".join(
    [
        "Terms of the spring fair",
        *(f"{number}. {'You keep what you read here to yourself. ' * 5}" for number in range(1, 12)),
        "one_word_that_is_far_too_long_for_a_telephone_" * 3,
        "The last sentence.",
    ]
)

GATES = ("address", "password", "terms", "open")
ORDERS = [
    tuple(gate for gate, there in zip(GATES, chosen, strict=True) if there)
    for chosen in product((False, True), repeat=len(GATES))
    if any(chosen)
]


@contextmanager
def serving(shell: Shell) -> Iterator[Shell]:
    """The service at its port while the context lasts."""
    port = int(shell.base_url.rpartition(":")[2])
    server = uvicorn.Server(uvicorn.Config(shell.app, "127.0.0.1", port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield shell
    finally:
        server.should_exit = True
        thread.join()


@frozen
class Site:
    """Two services, one with ways to sign in and one without, links behind all sorts of gates, and a browser."""

    plain: Shell
    joined: Shell
    browser: Browser
    links: dict[str, tuple[Shell, Made]]

    def address(self, link: str) -> str:
        """Where a link is."""
        shell, made = self.links[link]
        return f"{shell.base_url}{made.path}"

    @contextmanager
    def window(self, link: str, **look: Any) -> Iterator[Page]:
        """A fresh window at a link; whatever it complains of fails the test."""
        shell, _ = self.links[link]
        with browsing.window(self.browser, shell.base_url, **look) as window:
            window.page.goto(self.address(link))
            yield window.page

            assert [] == window.faults


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Both services and the browser."""
    plain, joined = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    gateways = tuple(
        Gateway(SITE, name, title, MemoryIdentityProvider(f"https://{name}.example.net"))
        for name, title in (("acme", "Acme Lamps"), ("guild", "The Guild of Lamp Makers and Wick Trimmers"))
    )
    without = Shell(base_url=plain, contact="Write to sharing@example.com")
    without.services = evolve(without.services, ways={})
    without.app = create_app(without.services)
    with_ways = Shell(base_url=joined, gateways=gateways)
    people = People.parse([ADDRESS])
    links = {
        "password": (without, without.make_link(password=PASSWORD)),
        "first of two": (without, without.make_link(password=PASSWORD, terms=SHORT)),
        "address": (without, without.make_link(people=people)),
        "address or sign-in": (with_ways, with_ways.make_link(people=people, password=PASSWORD, terms=SHORT)),
        "terms": (without, without.make_link(terms=SHORT)),
        "long terms": (without, without.make_link(terms=LONG)),
        "open": (without, without.make_link(max_opens=1000)),
        "sign-in": (with_ways, with_ways.make_link(sign_in=True)),
        "organisation": (with_ways, with_ways.make_link(sso=True, terms=SHORT)),
        "no way to sign in": (without, without.make_link(sign_in=True)),
        "no organisation": (without, without.make_link(sso=True)),
        "closed": (without, without.make_link(starts_at=after(days=1))),
        **{" ".join(order): (without, behind(without, order)) for order in ORDERS},
    }
    with ExitStack() as stack:
        stack.enter_context(serving(without))
        stack.enter_context(serving(with_ways))
        yield Site(without, with_ways, stack.enter_context(browsing.started()), links)


def behind(shell: Shell, order: tuple[str, ...]) -> Made:
    """A link with these gates."""
    return shell.make_link(
        people=People.parse([ADDRESS]) if "address" in order else None,
        password=PASSWORD if "password" in order else None,
        terms=SHORT if "terms" in order else "",
        max_opens=1000 if "open" in order else None,
    )


def code_of(shell: Shell) -> str:
    """The code that was sent last."""
    with ThreadPoolExecutor(1) as aside:  # this thread has the browser's loop
        aside.submit(shell.send_letters).result()
    text = shell.mailer.sent[-1].text
    return next(word for word in text.split() if word.isdigit() and len(word) == 8)


# --- every order, by keyboard alone ----------------------------------------------------------------------------------

TITLES = {"address": "Your mail address", "password": "Password needed", "terms": "Please agree first"}
NAMES = {"address": "Mail address", "password": "Password", "terms": "I agree", "open": "Open the page"}
"""What has the focus when a gate is shown, or gets it by one press of the tabulator, by its accessible name."""


@pytest.mark.parametrize(
    ("order", "script"),
    [*((order, False) for order in ORDERS), (max(ORDERS, key=len), True)],
    ids=[*map(" ".join, ORDERS), "with scripts"],
)
def test_every_order_of_gates_is_walked_by_keyboard(site: Site, order: tuple[str, ...], script: bool) -> None:
    """G8, V8: each gate is passed with keys alone; its title tells the step; the last one leads to the page."""
    shell, made = site.links[" ".join(order)]
    shell.clock.forward(days=2)
    steps = [gate for gate in order if gate != "open"]
    with browsing.window(site.browser, shell.base_url, script=script) as window:
        page = window.page
        page.goto(made.path)
        for gate in order:
            step = f" (step {steps.index(gate) + 1} of {len(steps)})" if gate in steps and len(steps) > 1 else ""
            expect(page).to_have_title(f"{TITLES.get(gate, 'Open the page')}{step}")
            if gate == "terms":
                page.keyboard.press("Tab")
            expect(page.locator(":focus")).to_have_accessible_name(NAMES[gate])
            pass_by_keys(page, shell, gate)
        expect(page.get_by_text("How we work.")).to_be_visible()

        assert [] == window.faults


def pass_by_keys(page: Page, shell: Shell, gate: str) -> None:
    """What somebody types and presses who sees where the focus is."""
    if gate == "address":
        page.keyboard.type(ADDRESS)
        page.keyboard.press("Enter")
        expect(page.locator(":focus")).to_have_accessible_name("Code")
        page.keyboard.type(code_of(shell))
    if gate == "password":
        page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_a_long_text_is_read_by_keyboard(site: Site) -> None:
    """V8: the first stop is the text, which the arrow keys and the End key move; the next is the button."""
    with site.window("long terms", width=375) as page:
        page.keyboard.press("Tab")
        region = page.get_by_role("region", name="What you agree to")
        expect(region).to_be_focused()
        before = region.evaluate("one => one.scrollTop")
        page.keyboard.press("End")
        expect(page.get_by_text("The last sentence.")).to_be_in_viewport()
        page.keyboard.press("Tab")

        assert before == 0
        expect(page.locator(":focus")).to_have_accessible_name("I agree")


def test_what_was_wrong_is_said_where_it_was_typed(site: Site) -> None:
    """V8, V10: after a wrong password the field has the focus, is marked, and is described by what was wrong."""
    site.plain.clock.forward(days=2)
    with site.window("first of two") as page:
        page.keyboard.type("not it")
        page.keyboard.press("Enter")
        field = page.get_by_label("Password", exact=True)
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(
            "That was not right. Please try again. The person who shared it with you knows the password."
        )
        expect(page).to_have_title("Not right: Password needed (step 1 of 2)")


def test_password_managers_fill_the_password(site: Site) -> None:
    """The one field that is asked for says what it is, and nothing in the page tells two links apart (reference B03)."""
    with site.window("password") as page:
        expect(page.get_by_label("Password", exact=True)).to_have_attribute("autocomplete", "current-password")

        assert site.links["password"][1].token[-6:] not in page.content()


def test_the_ways_to_sign_in_come_after_the_code(site: Site) -> None:
    """G2, G4: where a mailbox can be proved here, that is offered first and has the focus; other ways come below it."""
    with site.window("address or sign-in") as page:
        expect(page.get_by_label("Mail address")).to_be_focused()
        buttons = page.get_by_role("button").all_inner_texts()

        assert [
            "Send me a code",
            "Continue with Acme Lamps",
            "Continue with The Guild of Lamp Makers and Wick Trimmers",
            "Sign in with your account",
        ] == buttons[:4]


@pytest.mark.parametrize("link", ["no way to sign in", "no organisation"])
def test_where_nobody_can_sign_in_it_is_said_with_whom_to_ask(site: Site, link: str) -> None:
    """V10: the page does not pretend; it says that the link is not to blame, and whom to turn to."""
    with site.window(link) as page:
        expect(page.get_by_text("signing in is not set up here yet")).to_be_visible()
        expect(page.get_by_text("Need help? Write to sharing@example.com")).to_be_visible()

        assert 0 == page.get_by_role("button").count()


# --- who can read them -----------------------------------------------------------------------------------------------

STATES = (
    "password", "first of two", "wrong password", "address", "no address", "code", "wrong code", "address or sign-in",
    "terms", "long terms", "other terms", "open", "sign-in", "organisation", "no way to sign in", "no organisation",
    "too many", "closed",
)  # fmt: skip
"""Every kind of page that a visitor can meet before the page itself."""

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 320), ("dark", 1280))


@contextmanager
def shown(site: Site, state: str, **look: Any) -> Iterator[Page]:
    """A window with one of the pages."""
    site.plain.clock.forward(days=2)
    link = {
        "wrong password": "first of two",
        "no address": "address",
        "code": "address",
        "wrong code": "address",
        "other terms": "terms",
        "too many": "password",
    }.get(state, state)
    with site.window(link, **look) as page:
        match state:
            case "wrong password":
                page.get_by_label("Password", exact=True).fill("wrong")
                page.keyboard.press("Enter")
            case "no address":
                page.get_by_label("Mail address").fill("ada@localhost")
                page.keyboard.press("Enter")
            case "code" | "wrong code":
                page.get_by_label("Mail address").fill(ADDRESS)
                page.keyboard.press("Enter")
                page.get_by_label("Code").wait_for()
                if state == "wrong code":
                    page.get_by_label("Code").fill("12345678")
                    page.keyboard.press("Enter")
            case "other terms":
                page.evaluate("document.querySelector('[name=terms]').value = '0'.repeat(64)")
                page.get_by_role("button", name="I agree").click()
            case "too many":
                for _ in range(6):
                    page.get_by_label("Password", exact=True).fill("wrong")
                    page.keyboard.press("Enter")
                    page.wait_for_load_state("networkidle")
                page.get_by_text("Please try again in a minute.").wait_for()
        page.wait_for_load_state("networkidle")
        yield page


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_every_gate_can_be_read_by_all(site: Site, state: str, scheme: Any, width: int) -> None:
    """V8: axe finds nothing, texts stand out, the page fits its window, and everything can be hit with a finger."""
    with shown(site, state, scheme=scheme, width=width) as page:
        assert [] == browsing.axe(page)
        assert [] == page.evaluate(CONTRAST)
        assert [] == page.evaluate(SMALL)
        assert SOUND == page.evaluate(STRUCTURE)
        assert width == page.evaluate("document.documentElement.scrollWidth")
