"""Signing in with an organisation in a real browser, at a provider of another's making, without any script of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page, expect, sync_playwright

from exshare_core.testing.identities import ADA, GRACE
from exshare_demo import pages
from exshare_demo.serving import standing
from exshare_demo.site import demo_site
from tests.e2e.browsing import FLAGS, axe
from tests.e2e.configured import MIRA, TOVE, port_of, site_section, sqlite_section, written
from tests.e2e.running import answer_of, exshare, service
from tests.foreign_provider import foreign_provider
from tests.requirements import need


def provider_section(issuer: str) -> str:
    """The provider of the site above it."""
    return f"""
[[sites.sign_in]]
name = "staff"
title = "Harbour account"
use = "oidc"
issuer = "{issuer}"
client_id = "exshare"
client_secret = "any"
identity_claim = "confluence"
groups_claim = "groups"
admin_groups = ["keepers"]
domains = ["example.com"]
announces_pkce = false
insecure = true
"""


@frozen
class Harbour:
    """A running service, the provider beside it, and a browser."""

    base: str
    issuer: str
    config: Path
    home: Path
    browser: Browser

    @contextmanager
    def page(self, *, script: bool = False) -> Iterator[Page]:
        """A fresh browser that goes nowhere else; what it complains of on pages of ours fails the test."""
        context = self.browser.new_context(base_url=self.base, java_script_enabled=script)
        context.route(lambda url: not url.startswith((self.base, self.issuer)), lambda route: route.abort())
        page = context.new_page()
        complaints: list[tuple[str, str]] = []
        page.on("console", lambda said: complaints.append((said.type, f"{page.url} {said.text}")))
        yield page
        context.close()

        assert [] == [
            said
            for kind, said in complaints
            if kind == "error" and said.startswith(self.base) and "responded with a status of" not in said
        ]

    def link(self, *options: str) -> str:
        """The address of a new link with these options."""
        created = answer_of(
            "link", "create", "acme", str(pages.CARE), "--owner", "tove", *options, "--config", self.config, "--json",
            home=self.home,
        )  # fmt: skip
        return str(created["url"])


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One service for all tests of this module; each makes links of its own."""
    program, folder = need("browser"), tmp_path_factory.mktemp("sign-in")
    claims: dict[str, dict[str, object]] = {"confluence": {ADA.subject: MIRA}, "groups": {ADA.subject: ["keepers"]}}
    with standing(demo_site()) as confluence, foreign_provider(**claims) as issuer:
        config = written(folder, sqlite_section(folder), site_section("acme", confluence), provider_section(issuer))
        answer_of("member", "add", "tove", "--identity", TOVE, "--config", config, "--json", home=folder)
        port = port_of(config)
        with (
            service(folder, config, port),
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=program, args=list(FLAGS)) as browser,
        ):
            yield Harbour(f"http://127.0.0.1:{port}", issuer, config, folder, browser)


def as_somebody(page: Page, harbour: Harbour, subject: str) -> None:
    """At the provider: be this person."""
    expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()
    assert page.url.startswith(f"{harbour.issuer}/")

    page.get_by_role("button", name=subject, exact=True).click()


def test_the_check_has_nothing_to_mend(harbour: Harbour) -> None:
    """A4: the provider is tried with everything else."""
    ended = exshare("check", "--config", harbour.config, home=harbour.home)

    assert 0 == ended.returncode
    assert "sites.acme.sign_in.staff" in ended.stdout


def test_a_visitor_signs_in_with_their_organisation(harbour: Harbour) -> None:
    """G4: from the gate to the provider and back to the page, at the link's clean address."""
    url = harbour.link("--sso")
    with harbour.page() as page:
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_text("Please sign in")
        page.get_by_role("button", name="Continue with Harbour account").click()
        as_somebody(page, harbour, GRACE.subject)
        expect(page).to_have_title("Caring for lenses")

        assert url == page.url


def test_a_visitor_is_led_by_their_address(harbour: Harbour) -> None:
    """G4: an address of the organisation leads to its provider, which is told whose it is."""
    url = harbour.link("--sso")
    with harbour.page() as page:
        page.goto(url)
        page.get_by_label("Your mail address at work").fill("somebody@example.com")
        page.get_by_role("button", name="Find my sign-in").click()
        expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()

        assert "login_hint=somebody%40example.com" in page.url


def test_who_is_on_no_list_is_told_so(harbour: Harbour) -> None:
    """G8: after the sign-in nothing is told but that it is not enough; the way back leads to the gate."""
    url = harbour.link("--people", "else@example.org")
    with harbour.page(script=True) as page:
        page.goto(url)
        page.get_by_role("button", name="Continue with Harbour account").click()
        as_somebody(page, harbour, GRACE.subject)
        expect(page.get_by_role("heading", level=1)).to_have_text("With this sign-in the page cannot be opened")

        assert [] == axe(page)

        page.get_by_role("link", name="Back to the page").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Who are you?")


def test_a_member_signs_in_with_their_organisation(harbour: Harbour) -> None:
    """M1: from the members' door to the provider and back to the links; the provider's group makes an admin."""
    with harbour.page(script=True) as page:
        page.goto("/manage/sign-in")

        assert [] == axe(page)

        page.get_by_role("button", name="Continue with Harbour account").click()
        as_somebody(page, harbour, ADA.subject)
        expect(page).to_have_url(f"{harbour.base}/manage/acme/links")
        page.goto("/manage/acme/policy")
        expect(page.get_by_role("heading", level=1)).to_have_text("Policy")


def test_somebody_who_is_no_member_is_told_what_to_ask_for(harbour: Harbour) -> None:
    """R5: whom nobody has tied to Confluence is turned away with the words that the operator needs, and then let in."""
    nobody = ("member", "tie", "tove", "--config", harbour.config, "--json")
    answer_of(*nobody, home=harbour.home)
    with harbour.page(script=True) as page:
        page.goto("/manage/sign-in")
        page.get_by_role("button", name="Continue with Harbour account").click()
        as_somebody(page, harbour, GRACE.subject)
        expect(page.get_by_role("heading", level=1)).to_have_text("You are no member here")
        issuer, subject = page.get_by_role("code").all_text_contents()

        assert [] == axe(page)

        answer_of(*nobody, "--issuer", issuer, "--subject", subject, home=harbour.home)
        page.get_by_role("link", name="Back").click()
        page.get_by_role("button", name="Continue with Harbour account").click()
        as_somebody(page, harbour, GRACE.subject)
        expect(page).to_have_url(f"{harbour.base}/manage/acme/links")
