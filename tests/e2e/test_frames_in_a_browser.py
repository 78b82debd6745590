"""A share in a frame of another site's page (spec G10, G11), in a browser that keeps no cookies of third parties."""

from __future__ import annotations

import json
import re
import threading
import uuid
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
import uvicorn
from attrs import evolve, frozen
from joserfc import jwk, jwt
from playwright.sync_api import BrowserContext, Frame, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from exshare_adapters.joserfc_visitors.keys import Host, public_keys
from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens
from exshare_core.capabilities import Capabilities
from exshare_core.values import People
from exshare_web.services import Services
from exshare_web.ways import Organisation, Ways
from tests.certificates import Authority
from tests.e2e.browsing import FLAGS
from tests.e2e.running import free_port
from tests.integration.shell import PASSWORD, PICTURE, PLAN, SITE, Made, Shell
from tests.integration.test_visitor_codes import latest_code
from tests.requirements import need

T = TypeVar("T")

ADA = People.parse(["ada@example.com"])
FILES = Capabilities.parse(["attachments=view"])
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
"""A picture of one pixel."""

NO_THIRD_PARTIES = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
"""What a person sets to keep no cookies of third parties."""


async def host_page(request: Request) -> Response:
    """A page of the intranet with a share in it; what to show is said in the address."""
    frames = "".join(
        f'<iframe src="{src}" width="900" height="500"></iframe>' for src in request.query_params.getlist("src")
    )
    return HTMLResponse(f"<!doctype html><title>Intranet</title><h1>Intranet</h1>{frames}")


async def third_party(request: Request) -> Response:
    """Says which cookies came, and gives two: one that browsers keep for nobody else's frames, and one that they may."""
    answer = HTMLResponse(f"<p>{' '.join(sorted(request.cookies)) or 'none'}</p>")
    answer.headers.append("set-cookie", "plain=1; Path=/; Secure; SameSite=None")
    answer.headers.append("set-cookie", "parted=1; Path=/; Secure; SameSite=None; Partitioned")
    return answer


def beside(work: Callable[[], T]) -> T:
    """What work gives that needs an event loop, in a thread of its own: this one has the browser's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@contextmanager
def serving(app: Starlette, port: int, certificate: Path) -> Iterator[None]:
    """An application over https."""
    config = uvicorn.Config(
        app, "127.0.0.1", port, log_config=None, lifespan="off", ssl_certfile=str(certificate), loop="asyncio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@frozen
class Embedding:
    """A service, an intranet on another site whose pages may frame its links, and a browser with both."""

    shell: Shell
    intranet: str
    elsewhere: str
    """An origin whose pages no link lists."""
    key: jwk.OKPKey
    browser: BrowserContext

    def link(self, **form: Any) -> Made:
        """A link that the intranet may frame."""
        return beside(lambda: self.shell.make_link(frame_origins=(self.intranet,), allow=FILES, **form))

    def url(self, made: Made, **query: str) -> str:
        """The full address of a link."""
        return f"{self.shell.base_url}{made.path}{'?' if query else ''}{urlencode(query)}"

    def shown(self, *urls: str, origin: str | None = None) -> tuple[Page, list[Frame]]:
        """A fresh window with the intranet's page, and the frames in it."""
        page = self.browser.new_page()
        page.goto(f"{origin or self.intranet}/?{urlencode({'src': urls}, doseq=True)}")
        return page, page.frames[1:]

    def token(self, made: Made) -> str:
        """What the intranet signs for its reader."""
        now = self.shell.clock.now()
        claims = {
            "iss": "intranet",
            "aud": made.id,
            "jti": uuid.uuid4().hex,
            "email": "ada@example.com",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=2)).timestamp()),
        }
        return jwt.encode({"alg": "Ed25519", "typ": "visitor+jwt"}, claims, self.key, algorithms=["Ed25519"])


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedding]:
    """Everything, over https with a certificate that nobody signed for the browser, which is told to take it."""
    program, folder = need("browser"), tmp_path_factory.mktemp("embedding")
    port, other = free_port(), free_port()
    Authority.made(folder).server("127.0.0.1")
    certificate = folder / "server.pem"
    key = jwk.OKPKey.generate_key("Ed25519")
    shell = Shell(base_url=f"https://localhost:{port}")
    picture, _ = shell.content.files[PICTURE]
    shell.content.files[PICTURE] = evolve(picture, size=len(PIXEL)), PIXEL
    hosts = JoserfcVisitorTokens({SITE: [Host("intranet", public_keys([key.as_dict(private=False)]))]})
    shell.use(evolve(shell.services.visiting, visitor_tokens=hosts))
    services: Services = evolve(shell.services, ways={SITE: Ways((Organisation("staff", "Example staff"),))})
    shell.app.state.shell = evolve(shell.app.state.shell, services=services)
    pages = Starlette(routes=[Route("/", host_page), Route("/third-party", third_party)])
    profile = folder / "profile"
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(NO_THIRD_PARTIES))
    with serving(shell.app, port, certificate), serving(pages, other, certificate), sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=program, args=[*FLAGS, "--ignore-certificate-errors"], accept_downloads=True
        )
        browser.set_default_timeout(15_000)
        yield Embedding(shell, f"https://127.0.0.1:{other}", f"https://localhost:{other}", key, browser)
        browser.close()


def test_the_browser_keeps_no_cookies_of_third_parties(embedding: Embedding) -> None:
    """What all the others here stand on: a frame of another site keeps a partitioned cookie and no other."""
    url = f"{embedding.elsewhere}/third-party"
    page, (frame,) = embedding.shown(url)
    page.reload()

    expect(page.frame_locator("iframe").locator("p")).to_have_text("parted")
    assert frame.url == url


def test_a_password_is_brought_in_the_frame(embedding: Embedding) -> None:
    """Wrong, then right; the page with its picture is there, and still is when the page around it is loaded again."""
    made = embedding.link(password=PASSWORD)
    page, _ = embedding.shown(embedding.url(made))
    share = page.frame_locator("iframe")
    share.get_by_label("Password", exact=True).fill("not this one")
    share.get_by_role("button").click()
    expect(share.get_by_role("alert")).to_be_visible()
    share.get_by_label("Password", exact=True).fill(PASSWORD)
    share.get_by_role("button").click()
    expect(share.get_by_text("How we work.")).to_be_visible()
    width = page.frames[1].evaluate(WIDTH_OF, made.file(PICTURE))
    page.reload()
    expect(share.get_by_text("How we work.")).to_be_visible()

    assert 1 == width


WIDTH_OF = "src => new Promise(done => { const it = new Image(); it.onload = it.onerror = () => done(it.naturalWidth); it.src = src; })"
"""How wide a picture is, as the frame's own page would show it; 0 for one that does not come."""


def test_what_was_proved_in_a_frame_opens_no_window(embedding: Embedding) -> None:
    """The link in a window of its own asks again, and so does a frame after a window."""
    made = embedding.link(password=PASSWORD)
    page, _ = embedding.shown(embedding.url(made))
    share = page.frame_locator("iframe")
    share.get_by_label("Password", exact=True).fill(PASSWORD)
    share.get_by_role("button").click()
    expect(share.get_by_text("How we work.")).to_be_visible()
    alone = embedding.browser.new_page()
    alone.goto(embedding.url(made))
    expect(alone.get_by_label("Password", exact=True)).to_be_visible()
    other = embedding.link(password=PASSWORD)
    alone.goto(embedding.url(other))
    alone.get_by_label("Password", exact=True).fill(PASSWORD)
    alone.get_by_role("button").click()
    expect(alone.get_by_text("How we work.")).to_be_visible()
    page, _ = embedding.shown(embedding.url(other))

    expect(page.frame_locator("iframe").get_by_label("Password", exact=True)).to_be_visible()


def test_code_terms_and_open_work_in_the_frame(embedding: Embedding) -> None:
    """A mailbox is proved, terms are accepted and a limited link is opened, all in place (spec G4)."""
    made = embedding.link(people=ADA, terms="Be kind.", max_opens=1)
    page, _ = embedding.shown(embedding.url(made))
    share = page.frame_locator("iframe")
    share.get_by_label("Mail address").fill("ada@example.com")
    share.get_by_role("button", name="Send me a code").click()
    share.get_by_label("Code").click()
    share.get_by_label("Code").fill(beside(lambda: latest_code(embedding.shell)))
    share.get_by_label("Code").press("Enter")
    share.get_by_role("button", name="I agree").click()
    share.get_by_role("button", name="Open the page").click()

    expect(share.get_by_text("How we work.")).to_be_visible()
    assert 1 == beside(lambda: embedding.shell.record(made)).opens


def test_frames_beside_one_another_keep_to_themselves(embedding: Embedding) -> None:
    """Two links on one page, each with its own gate: passing one leaves the other as it is."""
    first, second = (embedding.link(password=PASSWORD) for _ in range(2))
    page, _ = embedding.shown(embedding.url(first), embedding.url(second))
    for share in (page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")):
        share.get_by_label("Password", exact=True).fill(PASSWORD)
        share.get_by_role("button").click()
        expect(share.get_by_text("How we work.")).to_be_visible()
    page.reload()
    for place in (0, 1):
        expect(page.frame_locator(f"iframe >> nth={place}").get_by_text("How we work.")).to_be_visible()


def test_a_file_is_fetched_in_the_frame(embedding: Embedding) -> None:
    """A file in the list of a gated link comes with the session of the frame."""
    made = embedding.link(password=PASSWORD)
    file, data = embedding.shell.content.files[PLAN]
    embedding.shell.content.files[PLAN] = evolve(file, media_type="application/zip", name="plan.zip", size=4), b"PK\3\4"
    page, _ = embedding.shown(embedding.url(made))
    share = page.frame_locator("iframe")
    share.get_by_label("Password", exact=True).fill(PASSWORD)
    share.get_by_role("button").click()
    with page.expect_download() as fetched:
        share.get_by_role("link", name=re.compile("plan.zip")).first.click()
    embedding.shell.content.files[PLAN] = file, data

    assert b"PK\3\4" == Path(fetched.value.path()).read_bytes()


def test_a_page_that_is_not_listed_shows_nothing(embedding: Embedding) -> None:
    """The browser itself refuses to show the link in another page's frame."""
    made = embedding.link(password=PASSWORD)
    page, _ = embedding.shown(embedding.url(made), origin=embedding.elsewhere)
    page.wait_for_timeout(500)

    assert 0 == page.frame_locator("iframe").get_by_label("Password", exact=True).count()


def test_signing_in_opens_a_tab_of_its_own(embedding: Embedding) -> None:
    """From the frame, the way to an organisation leads into a new tab, and the frame stays where it is (spec G4)."""
    made = embedding.link(sign_in=True)
    page, (frame,) = embedding.shown(embedding.url(made))
    with embedding.browser.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("button", name="Example staff").click()
    opened.value.wait_for_load_state()

    assert opened.value.main_frame.url.startswith(f"{embedding.shell.base_url}{made.path}")
    assert frame.url == embedding.url(made)


def test_whom_the_intranet_names_sees_the_page_at_once(embedding: Embedding) -> None:
    """A signed frame shows the page without a question, under its clean address (spec G11)."""
    made = embedding.link(people=ADA)
    page, _ = embedding.shown(embedding.url(made, visitor=embedding.token(made)))
    expect(page.frame_locator("iframe").get_by_text("How we work.")).to_be_visible()

    assert embedding.url(made) == page.frames[1].url


def test_several_signed_frames_come_at_once(embedding: Embedding) -> None:
    """Frames that are loaded at the same moment do not take one another's session."""
    links = [embedding.link(people=ADA) for _ in range(4)]
    page, _ = embedding.shown(*(embedding.url(made, visitor=embedding.token(made)) for made in links))
    for place in range(4):
        expect(page.frame_locator(f"iframe >> nth={place}").get_by_text("How we work.")).to_be_visible()


def test_a_signed_address_in_a_window_asks_first(embedding: Embedding) -> None:
    """A window shows whom the token names; the button leads to the page under its clean address."""
    made = embedding.link(sign_in=True)
    page = embedding.browser.new_page()
    page.goto(embedding.url(made, visitor=embedding.token(made)))
    page.get_by_role("button", name="Continue as ada@example.com").click()
    expect(page.get_by_text("How we work.")).to_be_visible()

    assert embedding.url(made) == page.url


def test_a_gate_can_be_opened_in_a_tab(embedding: Embedding) -> None:
    """The link under a gate in a frame leads to the same gate in a tab, which cannot reach the frame that opened it."""
    made = embedding.link(password=PASSWORD)
    page, _ = embedding.shown(embedding.url(made))
    with embedding.browser.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Open it in a new tab instead").click()
    tab = opened.value
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button").click()
    expect(tab.get_by_text("How we work.")).to_be_visible()

    assert (embedding.url(made), True) == (tab.url, tab.evaluate("window.opener === null"))
