"""Visitors whom an embedding host names (spec G11): whom a token lets in, where, once, and what is seen of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog
from attrs import define, evolve, field
from joserfc import jwk, jwt
from starlette.testclient import TestClient

from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValue
from exshare_core.testing import MemoryVisitorTokens
from exshare_core.testing.samples import after
from exshare_core.testing.visitor_tokens import INTRANET, NEIGHBOUR, a_visitor
from exshare_core.values import Address, People, SiteId
from exshare_core.visiting import Caller
from exshare_web import container, logs
from tests.integration.shell import PASSWORD, PICTURE, SITE, UNKNOWN_TOKEN, Made, Shell
from tests.integration.test_visitor_frames import ALONE, names
from tests.integration.test_visitor_gates import gate, kinds
from tests.unit.test_sign_in_settings import BEGINNING

ADA = People.parse(["ada.lovelace@example.com"])
CROSS = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
"""What a browser says of a frame in another site's page."""


@define
class Hosted:
    """The shell of a site with a host that signs."""

    tokens: MemoryVisitorTokens = field(
        factory=lambda: MemoryVisitorTokens({SITE: (INTRANET,), SiteId("beta"): (NEIGHBOUR,)})
    )
    shell: Shell = field(factory=Shell)

    def __attrs_post_init__(self) -> None:
        self.shell.use(evolve(self.shell.services.visiting, visitor_tokens=self.tokens))

    def token(self, made: Made, *, by: str = INTRANET, **changes: Any) -> str:
        """A token for a link, signed now."""
        now = self.shell.clock.now()
        said = {"audience": made.id, "issued_at": now, "expires_at": now + timedelta(minutes=5), **changes}
        return self.tokens.sign(a_visitor(**said), by=by)

    def address(self, made: Made, **changes: Any) -> str:
        """The address that a host gives its visitor."""
        return f"{made.path}?{urlencode({'visitor': self.token(made, **changes)})}"


def going_on(client: TestClient, address: str, **headers: str) -> Any:
    """The answer to the button."""
    return client.post(address, data={"signed": "1"}, headers=headers)


# --- whom it lets in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", [{"people": ADA}, {"sign_in": True}, {"sign_in": True, "people": ADA}], ids=["listed", "sign-in", "both"]
)
def test_who_is_named_goes_on_without_signing_in(form: dict[str, Any]) -> None:
    """The address shows whom it names and a button; the button leads to the clean address and the page."""
    hosted = Hosted()
    made = hosted.shell.make_link(**form)
    client, address = hosted.shell.client(), hosted.address(made)
    asked = client.get(address)
    answer = going_on(client, address)

    assert (200, 2) == (asked.status_code, asked.text.count("Continue as ada.lovelace@example.com"))
    assert (303, made.path) == (answer.status_code, answer.headers["location"])
    assert "page" == gate(client.get(made.path).text)
    assert ["sign-in signed"] == [event.detail for event in hosted.shell.events(made) if event.kind.value == "proved"]


def test_a_token_passes_no_other_gate() -> None:
    """Who somebody is says nothing of the password, the terms or the opens (spec G11)."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, password=PASSWORD, max_opens=1)
    client, address = hosted.shell.client(), hosted.address(made)
    going_on(client, address)

    assert "password" == gate(client.get(made.path).text)
    assert 0 == hosted.shell.record(made).opens


def test_a_demand_for_an_organisation_stands() -> None:
    """A host is no organisation: where that is demanded, a token lets nobody in."""
    hosted = Hosted()
    made = hosted.shell.make_link(sso=True)
    client, address = hosted.shell.client(), hosted.address(made)

    assert (303, made.path) == (client.get(address).status_code, client.get(address).headers["location"])
    assert (303, []) == (going_on(client, address).status_code, names(client))


def test_getting_uses_nothing_up() -> None:
    """However often the address is fetched, by whatever scans it, the token is there for the visitor (spec L14)."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    client, address = hosted.shell.client(), hosted.address(made)
    seen = [hosted.shell.client().get(address), client.head(address), client.get(address, headers=ALONE)]

    assert [200, 200, 200] == [answer.status_code for answer in seen]
    assert not [answer for answer in seen if "set-cookie" in answer.headers]
    assert ([], []) == (kinds(hosted.shell, made), [*hosted.shell.storage.state.used_tokens])
    assert 303 == going_on(client, address).status_code
    assert "page" == gate(client.get(made.path).text)


def test_a_token_is_good_once() -> None:
    """A second browser that brings it stands before the gate."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    first, second, address = hosted.shell.client(), hosted.shell.client(), hosted.address(made)
    going_on(first, address)
    going_on(second, address)

    assert ("page", "address") == tuple(gate(one.get(made.path).text) for one in (first, second))
    assert 303 == second.get(address).status_code


def test_of_many_at_once_one_is_let_in() -> None:
    """A token that is brought by twenty browsers at the same moment lets one in."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    token, visiting = hosted.token(made), hosted.shell.services.visiting

    async def all_at_once() -> list[bool]:
        callers = [Caller(None, None, bytes([number]) * 32) for number in range(20)]
        return [
            one.fresh for one in await asyncio.gather(*(visiting.redeem(made.token, who, token) for who in callers))
        ]

    assert 1 == sum(asyncio.run(all_at_once()))


def test_who_has_signed_in_before_goes_straight_on() -> None:
    """For whom the gate is open already, the address is cleaned and the token is left as it is."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    client = hosted.shell.client()
    going_on(client, hosted.address(made))
    again = client.get(hosted.address(made))

    assert (303, made.path) == (again.status_code, again.headers["location"])
    assert 1 == len(hosted.shell.storage.state.used_tokens)


def test_a_session_is_renewed_with_what_it_had() -> None:
    """Being named is a proof like any other: another session id, and what was proved elsewhere goes with it (G10)."""
    hosted = Hosted()
    other, made = hosted.shell.make_link(password=PASSWORD), hosted.shell.make_link(people=ADA)
    client = hosted.shell.client()
    client.post(other.path, data={"password": PASSWORD})
    before = dict(client.cookies)
    going_on(client, hosted.address(made))

    assert before != dict(client.cookies)
    assert ["page", "page"] == [gate(client.get(one.path).text) for one in (other, made)]


def test_a_link_that_asks_nobody_who_they_are_cleans_the_address() -> None:
    """Without such a gate a token means nothing."""
    hosted = Hosted()
    made = hosted.shell.make_link()
    answer = hosted.shell.client().get(hosted.address(made))

    assert (303, made.path) == (answer.status_code, answer.headers["location"])


# --- whom it does not -------------------------------------------------------------------------------------------------

BAD: dict[str, Any] = {
    "expired": {"expires_at": after(minutes=-2), "issued_at": after(minutes=-6)},
    "too long": {"expires_at": after(minutes=6)},
    "not yet": {"issued_at": after(minutes=2), "expires_at": after(minutes=3)},
    "for another link": {"audience": "another-link"},
    "of a neighbour": {"issuer": NEIGHBOUR, "by": NEIGHBOUR},
    "in another's name": {"by": NEIGHBOUR},
    "not listed": {"address": Address.parse("eve@example.com")},
}


def test_every_token_that_is_not_good_is_as_none() -> None:
    """Bad, expired, used, somebody else's or nonsense: equal to the byte, and as without any (spec G8, G11)."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    used = hosted.address(made)
    going_on(hosted.shell.client(), used)
    addresses = [hosted.address(made, **one) for one in BAD.values()]
    addresses += [used, f"{made.path}?visitor=", f"{made.path}?visitor=nonsense", f"{made.path}?visitor={'x' * 9000}"]
    clients = [hosted.shell.client() for _ in addresses]
    got = [client.get(address) for client, address in zip(clients, addresses, strict=True)]
    posted = [going_on(client, address) for client, address in zip(clients, addresses, strict=True)]

    for answers in (got, posted):
        assert 1 == len({(one.status_code, tuple(one.headers.multi_items()), one.content) for one in answers})
        assert (303, made.path) == (answers[0].status_code, answers[0].headers["location"])
    assert [[]] * len(clients) == [names(client) for client in clients]
    assert 1 == len({client.get(made.path).content for client in clients})


@pytest.mark.parametrize("headers", [ALONE, CROSS], ids=["alone", "in a frame"])
@pytest.mark.parametrize("bring", [going_on, TestClient.get], ids=["button", "address"])
def test_only_the_activity_says_why(bring: Callable[..., Any], headers: dict[str, str]) -> None:
    """Whoever manages the link can see what was wrong with a token, and nothing of the token."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, frame_origins=(INTRANET,))
    used = hosted.address(made)
    going_on(hosted.shell.client(), used)
    for address in (*(hosted.address(made, **one) for one in BAD.values()), used):
        bring(hosted.shell.client(headers={**headers, "sec-fetch-site": "same-origin"}), address)
    expected = [
        "signed: the token has expired",
        "signed: the token is good for more than 5 minutes",
        "signed: the token is not good yet",
        "signed: the token is for another link",
        "signed: no host of this site signed the token",
        "signed: no host of this site signed the token",
        "signed: the link does not let this visitor in",
        "signed: the token has been used",
    ]

    assert expected == [event.detail for event in hosted.shell.events(made) if event.kind.value == "sign-in refused"]


def test_where_there_is_no_way_in_a_token_makes_none() -> None:
    """Dead and closed links answer with a token as without one, headers included."""
    hosted = Hosted()
    late = hosted.shell.make_link(people=ADA, starts_at=after(days=1))
    deleted = hosted.shell.make_link(people=ADA)
    hosted.shell.alter_link(deleted, state=hosted.shell.link(deleted).deleted(hosted.shell.clock.now()).state)
    client = hosted.shell.client()
    for made, status in ((late, 403), (deleted, 404), (Made(deleted.id, UNKNOWN_TOKEN), 404)):
        bare, brought = client.get(made.path), client.get(hosted.address(made))
        posted = going_on(client, hosted.address(made))

        assert status == bare.status_code
        assert 1 == len(
            {(one.status_code, tuple(one.headers.multi_items()), one.content) for one in (bare, brought, posted)}
        )
    assert {} == hosted.shell.storage.state.used_tokens


def test_a_site_without_hosts_knows_no_token() -> None:
    """Where none is configured nobody is named."""
    shell = Shell()
    made = shell.make_link(people=ADA)
    answer = shell.client().get(f"{made.path}?visitor=anything")

    assert (303, made.path) == (answer.status_code, answer.headers["location"])


def test_a_form_of_another_page_uses_no_token() -> None:
    """The button counts on our own page only."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    address = hosted.address(made)
    answer = going_on(hosted.shell.client(), address, **{"sec-fetch-site": "cross-site"})

    assert (403, {}) == (answer.status_code, hosted.shell.storage.state.used_tokens)


# --- in a frame -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("referer", [None, f"{INTRANET}/", f"{INTRANET}/wiki/page?x=1", INTRANET.upper()])
def test_in_a_frame_of_a_listed_page_it_goes_without_saying(referer: str | None) -> None:
    """The first request of the frame uses the token and leads to the clean address with a session of the frame's own."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, frame_origins=(INTRANET,), allow=Capabilities.parse(["attachments=view"]))
    headers = CROSS if referer is None else {**CROSS, "referer": referer}
    client = hosted.shell.client(headers=headers)
    answer = client.get(hosted.address(made))

    assert (303, made.path, ["frame"]) == (answer.status_code, answer.headers["location"], names(client))
    assert "page" == gate(client.get(made.path).text)
    assert 200 == client.get(made.file(PICTURE), headers={"sec-fetch-dest": "image"}).status_code
    assert "address" == gate(client.get(made.path, headers=ALONE).text)


@pytest.mark.parametrize("referer", ["https://evil.example/", f"{INTRANET}.evil.example/", "https://[", ""])
def test_a_frame_of_another_page_uses_no_token(referer: str) -> None:
    """A page that the link does not list cannot make a browser use one by framing it."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, frame_origins=(INTRANET,))
    answer = hosted.shell.client().get(hosted.address(made), headers={**CROSS, "referer": referer})

    assert (200, True) == (answer.status_code, "Continue as" in answer.text)
    assert {} == hosted.shell.storage.state.used_tokens


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", ALONE), ("GET", {}), ("GET", {"sec-fetch-dest": "image"}), ("HEAD", CROSS)],
)
def test_nothing_but_a_frames_page_uses_a_token_by_getting(method: str, headers: dict[str, str]) -> None:
    """Windows, pictures, programs and looks at the headers alone use nothing up."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, frame_origins=(INTRANET,))
    answer = hosted.shell.client().request(method, hosted.address(made), headers=headers)

    assert (200, {}) == (answer.status_code, hosted.shell.storage.state.used_tokens)


def test_a_frame_that_nobody_allows_uses_no_token() -> None:
    """Where the link lists no origin, a token in a frame is as none."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA)
    client = hosted.shell.client(headers=CROSS)
    answer = client.get(hosted.address(made))

    assert (303, [], {}) == (answer.status_code, names(client), hosted.shell.storage.state.used_tokens)


def test_a_bad_token_in_a_frame_leads_to_the_gate() -> None:
    """As in a window, whatever is wrong with it."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, frame_origins=(INTRANET,))
    used = hosted.address(made)
    hosted.shell.client(headers=CROSS).get(used)
    addresses = [used, *(hosted.address(made, **one) for one in BAD.values())]
    answers = [hosted.shell.client(headers=CROSS).get(address) for address in addresses]

    assert 1 == len({(one.status_code, tuple(one.headers.multi_items()), one.content) for one in answers})
    assert (303, made.path) == (answers[0].status_code, answers[0].headers["location"])


# --- what is seen of it -----------------------------------------------------------------------------------------------


def test_a_token_is_never_shown_again() -> None:
    """It stands in no page, header, log or store (spec G11, S1)."""
    hosted = Hosted()
    made = hosted.shell.make_link(people=ADA, frame_origins=(INTRANET,))
    address = hosted.address(made)
    token = address.partition("=")[2]
    client = hosted.shell.client()
    with structlog.testing.capture_logs() as logged:
        answers = [client.get(address), going_on(client, address), client.get(address)]
        answers += [hosted.shell.client(headers=CROSS).get(hosted.address(made))]

    assert [200, 303, 303, 303] == [answer.status_code for answer in answers]
    assert not [answer for answer in answers if token in answer.text or token in str(answer.headers)]
    assert not [one for one in (logged, hosted.shell.storage.state) if token in repr(one)]
    assert "no-referrer" == answers[0].headers["referrer-policy"]


@pytest.mark.parametrize(
    "line",
    [
        'GET /s/x?visitor={} HTTP/1.1" 200',
        "https://share.example.com/s/x?a=b&visitor={}&c=d",
        "{{'visitor': '{}'}}",
        "visitor: {}",
        "visitor%3D{}",
    ],
)
def test_what_others_log_is_masked(line: str) -> None:
    """An address with a token in it, whoever logs it through us, is masked: that of every server library, too."""
    token = "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoidmlzaXRvcitqd3QifQ.eyJpc3MiOiJhIn0.JRxOFCH4FR9dBZ_qGxwg7bVvzBoakulW7dt"
    said = logs.masked(line.format(token))

    assert [] == [part for part in token.split(".") if part in said]


def test_the_hosts_that_are_configured_are_those_that_are_read(tmp_path: Path) -> None:
    """A deployment that is opened from its configuration reads a token of each site's own host and of no other."""
    key = jwk.ECKey.generate_key("P-256")
    (tmp_path / "intranet.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    host = '[[sites.signed_visitors]]\nname = "intranet"\nissuer = "intranet"\nkeys_file = "intranet.json"\n'
    other = '[[sites]]\nname = "beta"\n[sites.content]\nuse = "confluence-cloud"\nurl = "https://b.example/wiki"\nbearer = "b"\n'
    file = tmp_path / "exshare.toml"
    file.write_text(f'data_dir = "data"\n{BEGINNING}{host}{other}', encoding="utf-8")
    claims = {"iss": "intranet", "aud": "l", "jti": "j", "email": "ada@example.com", "iat": 1, "exp": 2}
    token = jwt.encode({"alg": "ES256", "typ": "visitor+jwt"}, claims, key, algorithms=["ES256"])

    async def read() -> tuple[str, str]:
        async with container.opened(container.load_settings(file, {})) as deployment:
            tokens = deployment.services.visiting.visitor_tokens
            with pytest.raises(InvalidValue) as refused:
                tokens.read(SiteId("beta"), token)
            return str(tokens.read(SiteId("acme"), token).address), refused.value.rule

    assert ("ada@example.com", "the token's issuer is no host of this site") == asyncio.run(read())
