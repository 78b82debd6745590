"""A visitor's account on a running deployment, over each store: made, used, looked after, deleted; and nothing of it is
ever at rest in clear (spec S1).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from attrs import define, field

from exshare_core.testing import AuthenticatorApp
from exshare_demo import pages
from exshare_demo.serving import standing
from exshare_demo.site import demo_site
from tests.e2e.configured import MIRA, port_of, postgres_section, site_section, sqlite_section, written
from tests.e2e.running import PATIENCE, answer_of, exshare, hidden_fields, installed, service
from tests.e2e.test_canary import _dumped as dumped

ADDRESS, MOVED = "canary.grackle@partner.example", "canary.heron@partner.example"
SECRET, OTHER = "canary copper lantern bridges", "canary nineteen blue herons"


@define
class Browser:
    """Somebody at the running service."""

    base: str
    mail: Path
    client: httpx2.Client
    page: httpx2.Response = field(init=False)
    ids: set[str] = field(factory=set)
    """Every value of a cookie that it was ever given."""

    def get(self, path: str) -> httpx2.Response:
        """Go to an address."""
        return self._seen(self.client.get(path))

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of the page on the screen."""
        return self._seen(self.client.post(path, data={**hidden_fields(self.page.text), **fields}))

    def code(self, number: int) -> str:
        """The code in the letter that came as the `number`th, from 1."""
        return next(word for word in self.letter(number).split() if re.fullmatch(r"[0-9]{8}", word))

    def letter(self, number: int) -> str:
        """The words of the letter that came as the `number`th; waits for it."""
        deadline = time.monotonic() + PATIENCE
        while len(files := sorted(self.mail.glob("*.eml"))) < number and time.monotonic() < deadline:
            time.sleep(0.05)
        message = message_from_bytes(files[number - 1].read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def _seen(self, answer: httpx2.Response) -> httpx2.Response:
        self.page = answer
        self.ids |= {cookie.value for cookie in self.client.cookies.jar if cookie.value}
        return answer


@define
class Deployment:
    """A deployment with one link for the visitor's domain."""

    config: Path
    folder: Path
    dsn: str
    """Of PostgreSQL; empty for SQLite."""
    link: str
    """The path of the link."""

    def at_rest(self) -> bytes:
        """The whole database."""
        if self.dsn:
            return dumped(self.dsn)
        return b"".join(file.read_bytes() for file in sorted(self.folder.glob("exshare.db*")))

    def accounts(self) -> list[dict[str, object]]:
        """What the operator is told."""
        listed: list[dict[str, object]] = answer_of(
            "account", "list", "--config", self.config, "--json", home=self.folder
        )
        return listed


@pytest.fixture(params=["sqlite", "postgres"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """One for each store."""
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""
    storage = postgres_section(dsn) if dsn else sqlite_section(tmp_path)
    with standing(demo_site()) as confluence:
        config = written(tmp_path, storage, site_section("acme", confluence))
        answer_of("member", "add", "ada", "--identity", MIRA, "--config", config, "--json", home=tmp_path)
        created = answer_of(
            "link", "create", "acme", str(pages.CARE), "--owner", "ada", "--people", "partner.example",
            "--config", config, "--json", home=tmp_path,
        )  # fmt: skip
        yield Deployment(config, tmp_path, dsn, urlsplit(created["url"]).path)


def test_an_account_from_its_making_to_its_end(deployment: Deployment) -> None:
    """Register, confirm, open, sign out, sign in with a second factor, move to another mailbox, delete; operators see it
    and can lock it out; and what people typed is nowhere at rest, nor in a log.
    """
    port = port_of(deployment.config)
    base = f"http://127.0.0.1:{port}"
    with (
        service(deployment.folder, deployment.config, port) as program,
        httpx2.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client,
    ):
        me = Browser(base, deployment.folder / "mail", client)
        me.get(deployment.link)
        me.send(deployment.link, way="join")
        me.send("/account/acme/join", address=ADDRESS)
        codes = [me.code(1)]
        joined = me.send("/account/acme/join/code", code=codes[0], password=SECRET)
        opened = me.get(deployment.link)
        made = deployment.accounts()

        me.get("/account/acme/settings")
        me.send("/account/acme/second-factor", password=SECRET)
        found = re.search(r'href="(otpauth:[^"]+)"', me.page.text)
        assert found is not None
        app = AuthenticatorApp.scan(found[1].replace("&amp;", "&"))
        me.send("/account/acme/second-factor/set", code=_code(app))
        recovery = re.findall(r"<code>([a-z2-7-]{19})</code>", me.page.text)
        me.get("/account/acme")
        me.send("/account/acme/sign-out")
        closed = me.get(deployment.link)

        me.send(deployment.link, way="sign-in")
        owing = me.send("/account/acme/sign-in", address=ADDRESS, password=SECRET)
        back = me.send("/account/acme/sign-in/code", recovery=recovery[0])
        me.get("/account/acme/settings")
        me.send("/account/acme/address", address=MOVED, password=SECRET)
        codes.append(me.code(2))
        me.send("/account/acme/address/code", code=codes[1])
        notice = me.letter(3)
        me.get("/account/acme/settings")
        me.send("/account/acme/password", old=SECRET, new=OTHER)
        me.get("/account/acme/settings")
        data = json.loads(me.send("/account/acme/data").text)
        resting = deployment.at_rest()

        locked = exshare("account", "disable", MOVED, "--config", deployment.config, home=deployment.folder)
        out = me.get("/account/acme")
        answer_of("account", "enable", MOVED, "--config", deployment.config, "--json", home=deployment.folder)
        answer_of("account", "reset-factor", MOVED, "--config", deployment.config, "--json", home=deployment.folder)
        me.get("/account/acme/sign-in")
        me.send("/account/acme/sign-in", address=MOVED, password=OTHER)
        me.get("/account/acme/settings")
        gone = me.send("/account/acme/delete", password=OTHER)
        empty = deployment.accounts()
        program.stop()
        left = deployment.at_rest()
        log = program.log.read_bytes()

    assert (303, deployment.link, 200) == (joined.status_code, joined.headers["location"], opened.status_code)
    assert [(ADDRESS, False, False)] == [(one["address"], one["disabled"], one["second_factor"]) for one in made]
    assert ("Who are you?" in closed.text, "One more step" in owing.text) == (True, True)
    assert (303, deployment.link) == (back.status_code, back.headers["location"])
    assert "another mail address" in notice
    assert (MOVED, f"{base}{deployment.link}") == (data["account"]["address"], data["shares"][0]["address"])
    assert (0, f"{MOVED} is locked out\n") == (locked.returncode, locked.stdout)
    assert "/account/acme/sign-in" == out.headers["location"]
    assert ("/account/acme/sign-in?gone", []) == (gone.headers["location"], empty)

    words = (ADDRESS, MOVED, "canary.grackle", "canary.heron", SECRET, OTHER, *codes, *recovery, *me.ids)
    token = deployment.link.removeprefix("/s/")
    assert [] == [word for word in (*words, token) if word.encode() in resting]
    assert [] == [word for word in (*words, token) if word.encode() in left]
    assert [] == [word for word in (*words, token) if word.encode() in log]
    assert str(made[0]["id"]).encode() in left


def _code(app: AuthenticatorApp) -> str:
    return app.code(datetime.now(UTC))


def test_an_operator_names_an_account_that_is_there(deployment: Deployment) -> None:
    """What is not there is said to be not there, and a site that is none is named."""
    unknown = installed(
        "account", "disable", "nobody@example.com", "--config", deployment.config, home=deployment.folder
    )
    nowhere = exshare("account", "list", "--site", "nowhere", "--config", deployment.config, home=deployment.folder)

    assert (1, "exshare: there is no account `nobody@example.com` on this site\n") == (
        unknown.returncode,
        unknown.stderr,
    )
    assert (1, "exshare: site: there is no site `nowhere`; configured: acme\n") == (nowhere.returncode, nowhere.stderr)
