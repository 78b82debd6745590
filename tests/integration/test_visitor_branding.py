"""How a site's pages are dressed (spec V9), and that strangers cannot tell by it which site an address is of (G8)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from starlette.testclient import TestClient

from exshare_core.branding import Branding, Colour, Picture
from exshare_core.capabilities import Capabilities
from exshare_core.errors import Busy
from exshare_core.governing.presenting import Presenting
from exshare_core.values import People, SiteId
from exshare_web.app import create_app
from tests.integration.shell import PASSWORD, PNG, ROOT, SITE, UNKNOWN_TOKEN, Made, Shell, run

LOGO, ICON = Picture(PNG, "image/png"), Picture(PNG + b"icon", "image/png")
LOOK = Branding(
    SITE,
    1,
    name="Acme <Handbooks>",
    footer="Acme Ltd\nWarsaw",
    gate="Ask in the office for the password.\n\nWe never mail it.",
    accent=Colour.parse("#7a1fa2"),
    dark=False,
    styles=".ex-body h1 { color: #7a1fa2; }\n",
    logo=LOGO,
    icon=ICON,
)


def dressed(**changes: Any) -> Shell:
    """A deployment whose one site looks like `LOOK`."""
    shell = Shell()
    run(shell.storage.brandings.replace(evolve(LOOK, **changes), []))
    return shell


def got(shell: Shell, path: str, client: TestClient | None = None) -> Any:
    return (client or shell.client()).get(path)


def test_a_gate_is_dressed_and_has_no_style_sheet_of_the_site() -> None:
    """V9: name, logo, icon, colours, gate text and footer; the site's own CSS is never on a gate."""
    shell = dressed()
    page = got(shell, shell.make_link(password=PASSWORD).path).text

    assert "<span>Acme &lt;Handbooks&gt;</span>" in page
    assert f'<img src="/brand/{LOGO.digest}" alt="">' in page
    assert f'<link rel="icon" href="/brand/{ICON.digest}">' in page
    assert '<link rel="stylesheet" href="/brand/7a1fa2.css">' in page
    assert '<p class="site-says">Ask in the office for the password.</p>' in page
    assert '<p class="site-says">We never mail it.</p>' in page
    assert "<p>Acme Ltd</p>\n<p>Warsaw</p>" in page
    assert " data-day>" in page
    assert '<meta name="color-scheme" content="light">' in page
    assert f"/brand/{LOOK.styles_digest}.css" not in page


@pytest.mark.parametrize(
    "form",
    [
        {"password": PASSWORD},
        {"people": People.parse(["ada@example.com"])},
        {"sign_in": True},
        {"terms": "Keep it to yourself."},
        {"max_opens": 1},
        {"password": PASSWORD, "terms": "Keep it to yourself."},
    ],
)
def test_no_gate_has_the_style_sheet_of_its_site(form: dict[str, Any]) -> None:
    """V9: what is asked, and what answers a wrong proof, is dressed by us alone; so is whatever is no shared page."""
    shell = dressed()
    client, path = shell.client(), shell.make_link(**form).path
    answers = [client.get(path), client.post(path, data={"password": "x", "address": "x", "code": "1"})]
    answers += [
        client.get(one) for one in ("/nothing", "/manage/sign-in", f"/account/{SITE}/sign-in", "/sso/x/y/callback")
    ]
    asked = answers[0].text

    assert "Acme &lt;Handbooks&gt;" in asked
    assert "Ask in the office for the password." in asked
    assert [] == [answer.url for answer in answers if LOOK.styles_digest in answer.text]
    assert [] == [answer.url for answer in answers if "<style" in answer.text]


def test_searching_and_saving_are_dressed_as_the_pages_are() -> None:
    """V9: the name stands at the head of every page, also of those that are no pages of Confluence."""
    shell = dressed()
    link = shell.make_link(children=True, allow=Capabilities.parse(["search", "pdf"]))
    pages = [got(shell, f"{link.path}{way}") for way in ("/find", f"/p/{ROOT}/pdf")]

    assert [200, 200] == [page.status_code for page in pages]
    assert [1, 1] == [page.text.count("<span>Acme &lt;Handbooks&gt;</span>") for page in pages]


def test_a_shared_page_has_the_style_sheet_of_its_site() -> None:
    """V9: after all others, so that it stands over them."""
    shell = dressed()
    page = got(shell, shell.make_link().path).text
    sheets = [part.partition('"')[0] for part in page.split('<link rel="stylesheet" href="')[1:]]

    assert [
        "/static/exshare.css",
        "/brand/7a1fa2.css",
        "/static/content.css",
        f"/brand/{LOOK.styles_digest}.css",
    ] == sheets
    assert "<p>Acme Ltd</p>" in page


@pytest.mark.parametrize(
    ("file", "media_type", "content"),
    [
        (LOGO.digest, "image/png", LOGO.data),
        (ICON.digest, "image/png", ICON.data),
        (f"{LOOK.styles_digest}.css", "text/css; charset=utf-8", LOOK.styles.encode()),
    ],
)
def test_what_a_site_shows_is_served_by_its_digest(file: str, media_type: str, content: bytes) -> None:
    """V9: the bytes as they are, kept by browsers, with all headers that every answer has."""
    answer = got(dressed(), f"/brand/{file}")

    assert content == answer.content
    assert media_type == answer.headers["content-type"]
    assert "public, max-age=31536000, immutable" == answer.headers["cache-control"]
    assert "nosniff" == answer.headers["x-content-type-options"]


def test_the_colours_of_a_site_are_a_sheet_of_their_own() -> None:
    """V9: light and dark, derived from the one colour."""
    answer = got(dressed(), "/brand/7a1fa2.css")

    assert "text/css; charset=utf-8" == answer.headers["content-type"]
    assert ":root { --ex-brand: #7a1fa2;" in answer.text
    assert ":root:not([data-day]) { --ex-brand: #" in answer.text


@pytest.mark.parametrize(
    "file",
    [
        "ffff00.css",
        "7A1FA2.css",
        "7a1fa2",
        "7a1fa2.css.css",
        "0" * 64,
        f"{'0' * 64}.css",
        "..%2fexshare.css",
        "x",
        "x.svg",
    ],
)
def test_what_no_site_shows_is_as_if_nothing_were_there(file: str) -> None:
    """G8: one body, as for an address that was never given; a colour that cannot be read is no colour of a site."""
    shell = dressed()

    assert 404 == got(shell, f"/brand/{file}").status_code
    assert got(shell, f"/s/{UNKNOWN_TOKEN}").content == got(shell, f"/brand/{file}").content


def test_strangers_see_the_look_of_the_only_site() -> None:
    """V10: what is not there looks like the rest of the deployment, to the byte for every reason."""
    shell = dressed()
    made = shell.make_link()
    run(shell.sharing.disable(None, made.id))
    unknown, disabled = got(shell, f"/s/{UNKNOWN_TOKEN}"), got(shell, made.path)

    assert "Acme &lt;Handbooks&gt;" in unknown.text
    assert unknown.content == disabled.content


def with_another_site(shell: Shell) -> None:
    other = Presenting(
        SiteId("rival"), shell.storage, next(iter(shell.services.presenting.values())).styles, shell.clock
    )
    shell.app = create_app(evolve(shell.services, presenting={**shell.services.presenting, SiteId("rival"): other}))


@pytest.mark.parametrize("expired", [False, True])
def test_with_several_sites_strangers_see_the_look_of_none(expired: bool) -> None:
    """G8: neither what is not there nor what is closed tells by its look of which site it is; a gate does."""
    shell = dressed()
    made = shell.make_link(password=PASSWORD)
    with_another_site(shell)

    assert "Acme" in got(shell, made.path).text

    closed(shell, made, expired=expired)

    assert "Acme" not in got(shell, made.path).text
    assert "Acme" not in got(shell, f"/s/{UNKNOWN_TOKEN}").text


def closed(shell: Shell, made: Made, *, expired: bool) -> None:
    if expired:
        run(shell.storage.policies.switch(shell.site, None, False, []))
    else:
        run(shell.sharing.disable(None, made.id))


def test_a_silent_storage_leaves_the_look_alone() -> None:
    """V10: while nothing can be read, pages are dressed as before, or plain; nobody is refused for it."""
    shell = dressed()
    shell.recorder.failure = Busy("gone")
    answer = got(shell, "/robots.txt")

    assert 200 == answer.status_code
    assert 503 == got(shell, f"/s/{UNKNOWN_TOKEN}").status_code
    assert "Acme" not in got(shell, f"/s/{UNKNOWN_TOKEN}").text


def test_a_look_that_says_nothing_changes_nothing() -> None:
    """V9: without a branding there is no bar, no footer, and both times of day."""
    shell = Shell()
    page = got(shell, shell.make_link(password=PASSWORD).path).text

    assert "brand-bar" not in page
    assert "/brand/" not in page
    assert "data-day" not in page
    assert '<meta name="color-scheme" content="light dark">' in page
