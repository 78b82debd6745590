"""A site with a host of its own (spec V9): its links and its front page are there, and nothing of another site (G8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from starlette.testclient import TestClient
from starlette.types import Message

from exshare_core.branding import Branding
from exshare_core.departing import Gateway
from exshare_core.identities import Identity
from exshare_core.testing.fakes.identities import MemoryIdentityProvider
from exshare_core.values import Address, People, SiteId
from exshare_web.app import create_app
from tests.integration.guests import ADA, Guest
from tests.integration.shell import BASE_URL, PASSWORD, SITE, UNKNOWN_TOKEN, Shell, run

OWN_HOST = "handbook.acme.example"
OWN = f"https://{OWN_HOST}"
RIVAL_HOST = "https://pages.rival.example"
RIVAL = SiteId("rival")


def at(shell: Shell, url: str, **more: Any) -> TestClient:
    """A browser that goes to this address."""
    client = shell.client(**more)
    client.base_url = url
    return client


def two_sites(**more: Any) -> Shell:
    """A deployment in which another site has a host of its own as well."""
    shell = Shell(own_url=OWN, contact="the wiki team", **more)
    run(shell.storage.brandings.replace(Branding(SITE, 1, name="Acme", home="Welcome.\n\nAsk us for links."), []))
    services, other = shell.services, next(iter(shell.services.presenting.values()))
    shell.app = create_app(
        evolve(
            services,
            own_urls={**services.own_urls, RIVAL: RIVAL_HOST},
            presenting={**services.presenting, RIVAL: evolve(other, site=RIVAL)},
            sharing={**services.sharing, RIVAL: next(iter(services.sharing.values()))},
            languages={SITE: "pl"},
        )
    )
    return shell


def test_a_link_is_at_the_host_of_its_site() -> None:
    """V9: its address names that host; at the deployment's own it opens as before, at another site's it is not there."""
    shell = two_sites()
    made = shell.make_link()

    assert f"{OWN}{made.path}" == run(shell.sharing.reveal(None, made.id))
    assert [200, 200, 404] == [at(shell, host).get(made.path).status_code for host in (OWN, BASE_URL, RIVAL_HOST)]


def test_at_a_foreign_host_a_link_is_as_if_it_had_never_been() -> None:
    """G8: the same bytes, headers and calls as for a token that nobody was given; a wrong try is counted."""
    shell = two_sites()
    made = shell.make_link(password=PASSWORD)
    found = []
    for path in (made.path, f"/s/{UNKNOWN_TOKEN}"):
        shell.recorder.calls.clear()
        answer = at(shell, RIVAL_HOST).get(path)
        found.append((answer.status_code, answer.content, sorted(answer.headers.items()), dict(shell.recorder.calls)))

    assert found[0] == found[1]
    assert 404 == found[0][0]
    assert {"links.find": 1, "guesses.tally": 1, "guesses.wrong": 1} == found[0][3]


def test_no_proof_is_taken_at_a_foreign_host() -> None:
    """G8: the right password opens nothing there."""
    shell = two_sites()
    made = shell.make_link(password=PASSWORD)

    assert 404 == at(shell, RIVAL_HOST).post(made.path, data={"password": PASSWORD}).status_code
    assert 303 == at(shell, OWN).post(made.path, data={"password": PASSWORD}).status_code


def test_the_front_page_says_what_the_site_says() -> None:
    """V9: its own words in its own language, and whom to turn to; nothing of any link."""
    page = at(two_sites(), OWN).get("/", headers={"accept-language": "fr"})

    assert 200 == page.status_code
    assert '<html lang="pl"' in page.text
    assert "<h1>Acme</h1>" in page.text
    assert '<p class="site-says">Ask us for links.</p>' in page.text
    assert "the wiki team" in page.text


@pytest.mark.parametrize("host", [BASE_URL, "https://stranger.example"])
def test_other_hosts_have_no_front_page(host: str) -> None:
    """G8: it is an address where nothing is, to the byte."""
    client = at(two_sites(), host)

    assert (404, client.get("/nothing").content) == (client.get("/").status_code, client.get("/").content)


def test_a_front_page_without_words_says_how_links_open() -> None:
    """V9: a site that has set nothing has a front page all the same."""
    page = at(two_sites(), RIVAL_HOST).get("/")

    assert (200, True) == (page.status_code, "Pages that were shared with you open by their own links." in page.text)


def test_what_is_not_there_looks_like_the_site_whose_host_is_asked() -> None:
    """G8: strangers are answered by the host, and by nothing that is or is not behind the address."""
    shell = two_sites()
    own, rival, common = (at(shell, host).get("/nothing").text for host in (OWN, RIVAL_HOST, BASE_URL))

    assert "Acme" in own
    assert "the wiki team" in own
    assert "Acme" not in rival
    assert "the wiki team" not in rival
    assert "Acme" not in common


@pytest.mark.parametrize("path", ["/manage", "/manage/sign-in", "/api/v1", "/api/v1/key", f"/account/{RIVAL}/sign-in"])
def test_a_sites_host_has_nothing_of_members_and_of_other_sites(path: str) -> None:
    """M11, V9: members are let in elsewhere, and accounts are of their own site."""
    client = at(two_sites(), OWN)

    assert (404, client.get("/nothing").content) == (client.get(path).status_code, client.get(path).content)


def test_accounts_of_the_site_are_at_its_host() -> None:
    """V9: where its gates send visitors."""
    assert 200 == at(two_sites(), OWN).get(f"/account/{SITE}/sign-in").status_code


def test_a_deployment_is_plain_to_who_does_not_know_its_names() -> None:
    """G8: who tries addresses by their numbers alone is not told whose deployment answers there, even where it is one site's."""
    shell = Shell(own_url=OWN)
    run(shell.storage.brandings.replace(Branding(SITE, 1, name="Acme"), []))
    foreign, ours = (at(shell, host).get("/nothing").text for host in ("https://192.0.2.1", BASE_URL))

    assert ("Acme" in foreign, "Acme" in ours) == (False, True)


ASKED = [
    ([OWN_HOST], 200),
    (["HANDBOOK.Acme.example:443"], 200),
    ([RIVAL_HOST.removeprefix("https://")], 404),
    ([OWN_HOST, RIVAL_HOST.removeprefix("https://")], 404),
    ([RIVAL_HOST.removeprefix("https://"), OWN_HOST], 404),
    ([OWN_HOST, OWN_HOST], 404),
    ([f"{OWN_HOST}, pages.rival.example"], 404),
    ([f"{OWN_HOST}."], 404),
    ([f"{OWN_HOST}:8443"], 404),
    ([f"{OWN_HOST}:0443"], 404),
    ([f"{OWN_HOST}:443:80"], 404),
    ([f"x.{OWN_HOST}"], 404),
    ([f"ada@{OWN_HOST}"], 404),
    ([f"{OWN_HOST}/s"], 404),
    ([f"{OWN_HOST}\t"], 404),
    (["xn--handbook-.acme.example"], 404),
    (["handboo\u212a.acme.example"], 404),
    (["[::1]"], 404),
    ([""], 404),
    ([], 404),
]
"""What a request may name as its host, and whether the link of the site is there."""


@pytest.mark.parametrize(("hosts", "status"), ASKED, ids=map(str, range(len(ASKED))))
def test_a_host_is_ours_by_its_one_name_alone(hosts: list[str], status: int) -> None:
    """V9, RFC 9112 3.2: what proxies say beside it counts for nothing, and of two hosts none is meant."""
    shell = two_sites()
    made = shell.make_link()
    more = [(b"x-forwarded-host", OWN_HOST.encode()), (b"forwarded", f"host={OWN_HOST}".encode())]

    assert status == asked(shell, made.path, [(b"host", one.encode()) for one in hosts] + more)


@pytest.mark.parametrize("target", [f"{OWN}/", "//handbook.acme.example/", "//", "/./", "/%2e/", "/s/.."])
def test_a_path_names_no_host(target: str) -> None:
    """V9: what a request asks for in another form than a path of ours is not there."""
    assert 404 == asked(two_sites(), target, [(b"host", OWN_HOST.encode())])


def asked(shell: Shell, path: str, headers: list[tuple[bytes, bytes]]) -> int:
    """The status of the answer to a request with these very headers."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": headers,
        "client": ("192.0.2.7", 50000), "server": ("192.0.2.1", 443),
    }  # fmt: skip
    run(shell.app(scope, receive, send))
    return int(sent[0]["status"])


def test_nothing_leads_away_from_the_host_of_a_site() -> None:
    """V9: no answer names a host or gives a cookie to another one, and what goes wrong there looks like the site."""
    shell = two_sites()
    made = shell.make_link(password=PASSWORD)
    visitor, next_one = at(shell, OWN), at(shell, OWN)
    answers = [
        visitor.get(made.path),
        visitor.post(made.path, data={"password": PASSWORD}),
        visitor.get(made.path),
        visitor.get(made.path, params={"lang": "de"}),
        visitor.get(f"/account/{SITE}"),
        visitor.get("/robots.txt"),
    ]
    wrong = [
        next_one.post(made.path, data={"password": "not this one"}),
        next_one.post(made.path, data={"password": PASSWORD}, headers={"origin": RIVAL_HOST}),
        next_one.post(made.path, content=b"x" * 70_000, headers={"content-type": "application/x-www-form-urlencoded"}),
        next_one.get("/favicon.ico"),
        next_one.get(f"/sso/{SITE}/staff/callback"),
    ]
    places = [answer.headers["location"] for answer in answers if "location" in answer.headers]
    cookies = [cookie.lower() for answer in answers for cookie in answer.headers.get_list("set-cookie")]

    assert [True] * len(places) == [place.startswith("/") and place[1:2] != "/" for place in places]
    assert [True] * len(cookies) == ["domain" not in cookie and cookie.startswith("__host-") for cookie in cookies]
    assert (2, 1) <= (len(places), len(cookies))
    assert [403, 403, 413, 404, 403] == [answer.status_code for answer in wrong]
    assert [True] * len(wrong) == ["Acme" in answer.text for answer in wrong]


def test_people_are_told_the_addresses_at_the_host_of_the_site() -> None:
    """V11: in the file of what is stored of their account as well."""
    shell = Shell(own_url=OWN)
    made = shell.make_link(people=People.parse([ADA]))
    guest = Guest(shell)
    guest.client.base_url = OWN
    guest.join(made)

    assert [f"{OWN}{made.path}"] == [one["address"] for one in guest.act("data").json()["shares"]]


@pytest.mark.parametrize(
    "host", ["", "handbook.acme.example.", "handbook.acme.example:8443", "x.handbook.acme.example"]
)
def test_a_host_that_is_nobodys_is_told_nothing(host: str) -> None:
    """G8: but that the machine is well."""
    shell = two_sites()
    made = shell.make_link()
    client = at(shell, OWN)

    assert 404 == client.get(made.path, headers={"host": host}).status_code
    assert 200 == client.get("/healthz", headers={"host": host}).status_code


def test_signing_in_begins_and_ends_at_the_host_of_the_site() -> None:
    """G4: who starts at another host of ours is led to the same gate there first, since cookies do not cross hosts."""
    provider = MemoryIdentityProvider()
    provider.people["1"] = Identity(provider.issuer, "1", "Eva", Address.parse("eva@example.com"))
    shell = Shell(own_url=OWN, gateways=(Gateway(SITE, "staff", "Example staff", provider),))
    made = shell.make_link(sign_in=True)
    moved = at(shell, BASE_URL).post(f"{made.path}/sign-in/staff")

    assert f'content="0; url={OWN}{made.path}"' in moved.text
    assert "set-cookie" not in moved.headers

    browser = at(shell, OWN)
    left = browser.post(f"{made.path}/sign-in/staff")
    url = left.text.partition('content="0; url=')[2].partition('"')[0].replace("&amp;", "&")
    back = browser.get(f"/sso/{SITE}/staff/callback", params=provider.signed_in(url, "1"))

    assert (303, made.path) == (back.status_code, urlsplit(back.headers["location"]).path)
