"""A member at a browser: signs in, reads forms off pages as a browser does, and sends them back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, TypeAlias

import httpx2
from attrs import define, field
from starlette.testclient import TestClient

from tests.integration.shell import BOSS, MEMBER_PASSWORD, SITE, Shell, run

LINKS = f"/manage/{SITE}/links"
NEW = f"/manage/{SITE}/new"
SIGN_IN = "/manage/sign-in"
COOKIE = "__Host-exshare-member"

Page: TypeAlias = httpx2.Response
"""An answer as the test client gives it."""


class Places(dict[str, str]):
    """What stands in the places of a route's address; ``none`` in those that a test does not know."""

    def __missing__(self, name: str) -> str:
        """Something that is nothing's name."""
        return "none"


class _Forms(HTMLParser):
    """The forms of a page: by action, the fields that a browser would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self.disabled: set[str] = set()
        self._fields: list[tuple[str, str]] = []
        self._area: str | None = None
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field that is on, or the beginning of a text area."""
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.forms.setdefault(at.get("action", ""), [])
        elif tag == "select":
            self._fields.append((at["name"], ""))
            self._chosen = False
        elif tag == "option":
            self._option(at)
        elif tag == "textarea":
            self._area = at["name"]
            self._fields.append((at["name"], ""))
        elif tag == "input" and "name" in at:
            if "disabled" in at:
                self.disabled.add(f"{at['name']}={at.get('value', '')}")
            elif at.get("type") not in ("checkbox", "radio") or "checked" in at:
                self._fields.append((at["name"], at.get("value", "")))

    def _option(self, at: dict[str, str]) -> None:
        """An option of a list: the one that is selected is sent, else the first. Ours all have a value."""
        name, _ = self._fields[-1]
        if "selected" in at or not self._chosen:
            self._fields[-1] = (name, at["value"])
            self._chosen = True

    def handle_data(self, data: str) -> None:
        """Take in what stands in a text area."""
        if self._area is not None:
            name, before = self._fields.pop()
            self._fields.append((name, before + data))

    def handle_endtag(self, tag: str) -> None:
        """End a text area."""
        if tag == "textarea":
            self._area = None


def forms_of(page: Page) -> dict[str, dict[str, list[str]]]:
    """What each form of a page would send if nothing were touched, by the form's action."""
    parser = _Forms()
    parser.feed(page.text)
    found: dict[str, dict[str, list[str]]] = {}
    for action, fields in parser.forms.items():
        found[action] = {}
        for name, value in fields:
            found[action].setdefault(name, []).append(value)
    return found


def locked_options(page: Page) -> set[str]:
    """The options of a page that cannot be chosen, as ``name=value``."""
    parser = _Forms()
    parser.feed(page.text)
    return parser.disabled


class _Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Take in a piece of text."""
        self.parts.append(data)


def words_of(page: Page) -> str:
    """The page's text without markup, in single spaces."""
    parser = _Words()
    parser.feed(page.text)
    return " ".join(" ".join(parser.parts).split())


def sign_in(client: TestClient, name: str = "ada", password: str = MEMBER_PASSWORD, **fields: str) -> Page:
    """The answer to name and password, sent by the form of the sign-in as a browser sends it."""
    form = forms_of(client.get(SIGN_IN))[SIGN_IN]
    return client.post(SIGN_IN, data={**form, "name": name, "password": password, **fields})


def set_up(client: TestClient, path: str, password: str) -> Page:
    """The answer to a password that was chosen at a one-time link, sent by its form."""
    return client.post(path, data={**forms_of(client.get(path)).get("", {}), "password": password})


@define
class Seat:
    """A browser in which a member is signed in."""

    shell: Shell
    client: TestClient
    name: str = field(default="ada")

    @classmethod
    def of(cls, shell: Shell, name: str = "ada", password: str = MEMBER_PASSWORD, **more: Any) -> Seat:
        """A browser of its own in which `name` has signed in."""
        seat = cls(shell, shell.client(**more), name)
        answer = sign_in(seat.client, name, password)
        assert (303, True) == (answer.status_code, COOKIE in seat.client.cookies), answer.text
        return seat

    def get(self, path: str) -> Page:
        """A page."""
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> Page:
        """A form with these fields and the session's token."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})

    def submit(self, page: Page, action: str, **changes: Any) -> Page:
        """Send a form of a page after changing some of its fields; None leaves a field out."""
        fields: dict[str, Any] = {**forms_of(page)[action], **changes}
        return self.client.post(action, data={name: value for name, value in fields.items() if value is not None})

    def new_form(self, page: str) -> Page:
        """The form to share a page."""
        return self.get(f"{NEW}?page={page}")

    @property
    def csrf(self) -> str:
        """The token that every form of this session carries."""
        return forms_of(self.get(NEW))["/manage/sign-out"]["csrf"][0]


def an_admin(shell: Shell, name: str = "boss", **more: Any) -> Seat:
    """An admin of the site, tied to an account of their own, signed in."""
    more.setdefault("identity", BOSS)
    run(shell.services.membership.add(name, site=SITE, admin=True, password=MEMBER_PASSWORD, **more))
    return Seat.of(shell, name)


def another_member(shell: Shell, name: str = "bob", **more: Any) -> Seat:
    """A second plain member, signed in."""
    more.setdefault("identity", BOSS)
    run(shell.services.membership.add(name, site=SITE, password=MEMBER_PASSWORD, **more))
    return Seat.of(shell, name)
