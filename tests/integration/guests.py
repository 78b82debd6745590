"""External people in their browsers: they read the forms of our pages and send them, as people do."""

from __future__ import annotations

import re
from typing import Any

from attrs import define, field
from starlette.testclient import TestClient

from exshare_core.testing import AuthenticatorApp
from exshare_core.values import People
from tests.integration.shell import Made, Shell
from tests.integration.test_visitor_codes import latest_code

ADA, EVE = "ada@example.com", "eve@example.net"
SECRET = "copper lantern under seven bridges"
"""A password that people choose here."""
OTHER = "nineteen blue herons by the canal"


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the forms of a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def heading(html: str) -> str:
    """What a page is about."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return "" if found is None else re.sub(r"<[^>]+>", "", found[1]).strip()


@define
class Guest:
    """Somebody in a browser of their own."""

    shell: Shell
    network: str = "192.0.2.7"
    client: TestClient = field(init=False)
    page: Any = field(init=False, default=None)
    """The answer that is on the screen."""

    def __attrs_post_init__(self) -> None:
        self.client = self.shell.client(self.network)

    @property
    def base(self) -> str:
        """The path of the account pages."""
        return f"/account/{self.shell.site}"

    def get(self, path: str) -> Any:
        """Go to an address."""
        self.page = self.client.get(path)
        return self.page

    def send(self, path: str, **fields: str) -> Any:
        """Send a form of the page on the screen, with its hidden fields."""
        self.page = self.client.post(path, data={**hidden(self.page.text), **fields})
        return self.page

    def follow(self) -> Any:
        """Where the answer leads to."""
        return self.get(self.page.headers["location"])

    def choose(self, made: Made, way: str) -> Any:
        """Take one of the ways at the gate of a link."""
        self.get(made.path)
        self.page = self.client.post(made.path, data={"way": way})
        return self.page

    def ask(self, address: str) -> Any:
        """Ask for a code, from the page that asks for the address."""
        return self.send(f"{self.base}/join", address=address)

    def enrol(self, code: str, password: str = SECRET) -> Any:
        """Bring the code with a password."""
        return self.send(f"{self.base}/join/code", code=code, password=password)

    def join(self, made: Made, address: str = ADA, password: str = SECRET) -> Any:
        """Make an account by a link, or a new password for it."""
        self.choose(made, "join")
        self.ask(address)
        return self.enrol(latest_code(self.shell), password)

    def sign_in(self, address: str = ADA, password: str = SECRET) -> Any:
        """Sign in on the page that is for that."""
        self.get(f"{self.base}/sign-in")
        return self.send(f"{self.base}/sign-in", address=address, password=password)

    def settings(self) -> Any:
        """Go to the account."""
        return self.get(f"{self.base}/settings")

    def act(self, act: str, **fields: str) -> Any:
        """Send one of the forms of the account."""
        self.settings()
        return self.send(f"{self.base}/{act}", **fields)

    def set_factor(self, password: str = SECRET) -> tuple[AuthenticatorApp, list[str]]:
        """Set up an authenticator app; the app, and the recovery codes that were shown."""
        self.act("second-factor", password=password)
        found = re.search(r'href="(otpauth:[^"]+)"', self.page.text)
        assert found is not None
        app = AuthenticatorApp.scan(found[1].replace("&amp;", "&"))
        self.send(f"{self.base}/second-factor/set", code=app.code(self.shell.clock.now()))
        return app, re.findall(r"<code>([a-z2-7-]{19})</code>", self.page.text)

    @property
    def inside(self) -> bool:
        """Whether somebody is signed in in this browser."""
        return bool(self.client.get(self.base).status_code == 200)


def shared(**form: Any) -> tuple[Shell, Made]:
    """A link for Ada's mailbox and one domain."""
    shell = Shell()
    return shell, shell.make_link(people=People.parse([ADA, "example.org"]), **form)


def joined(**form: Any) -> tuple[Shell, Made, Guest]:
    """The same with Ada signed in, who has made her account by it."""
    shell, made = shared(**form)
    guest = Guest(shell)
    guest.join(made)
    return shell, made, guest
