"""Signing in elsewhere, as browsers live it: from a gate or the members' door to a provider, and back."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from attrs import evolve
from starlette.testclient import TestClient

from exshare_core.accounts import Member
from exshare_core.departing import Gateway
from exshare_core.errors import AdapterFailed, Broken, Busy
from exshare_core.events import Event, Kind
from exshare_core.testing.fakes.identities import MemoryIdentityProvider
from exshare_core.testing.identities import ADA, GRACE, UNSURE
from exshare_core.values import AccountId, People, SiteId, Subject
from tests.corpora import inputs
from tests.integration.members import LINKS, SIGN_IN, Page, forms_of, words_of
from tests.integration.shell import OWNER, ROOT, SITE, Made, Shell, run

CALLBACK = f"/sso/{SITE}/staff/callback"
AWAY = "__Host-exshare-away"
VISITOR = "__Host-exshare-visitor"
MEMBER = "__Host-exshare-member"


class Office:
    """A deployment with a provider called ``staff`` and one called ``partners``."""

    def __init__(self, **changes: Any) -> None:
        self.staff = MemoryIdentityProvider()
        self.partners = MemoryIdentityProvider("https://partners.example.net")
        self.shell = Shell(
            gateways=(
                evolve(Gateway(SITE, "staff", "Example staff", self.staff, People.parse(["example.com"])), **changes),
                Gateway(SITE, "partners", "Partner portal", self.partners, members=False),
            )
        )

    def link(self, **form: Any) -> Made:
        """A link that demands a sign-in with an organisation, unless `form` says otherwise."""
        return self.shell.make_link(ROOT, **{"sso": True, **form})

    def events(self, *kinds: Kind) -> list[Event]:
        """What happened of these kinds."""
        state = self.shell.storage.state
        return [event for row in state.events if (event := state.event(row)).kind in kinds]

    def members(self) -> list[Member]:
        """All members but the one that every shell has."""
        return [one for one in run(self.shell.storage.members.list(SITE)) if one.id != self.shell.owner.id]


def left(page: Page) -> str:
    """The address that a page sends the browser on to, by itself and by its link."""
    assert 200 == page.status_code
    (by_itself,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]*)"', page.text)
    assert f'href="{by_itself}"' in page.text
    return html.unescape(by_itself)


def leave(client: TestClient, made: Made, provider: str = "staff") -> str:
    """From the gate of a link to a provider."""
    return left(client.post(f"{made.path}/sign-in/{provider}"))


def come_back(client: TestClient, answer: Mapping[str, str], callback: str = CALLBACK) -> Page:
    """What the callback answers to a browser that brings `answer`."""
    return client.get(f"{callback}?{urlencode(answer)}", headers={"sec-fetch-site": "cross-site"})


def signed_in(office: Office, client: TestClient, made: Made, subject: str = ADA.subject) -> Page:
    """The whole way of a visitor: away, and back."""
    return come_back(client, office.staff.signed_in(leave(client, made), subject))


# --- visitors --------------------------------------------------------------------------------------------------------


def test_a_visitor_signs_in_with_their_organisation() -> None:
    """G4: the gate offers the providers, the way back leads to the clean address, and the page is there."""
    office = Office()
    made, client = office.link(), office.shell.client()
    gate = client.get(made.path)
    back = signed_in(office, client, made)
    page = client.get(made.path)

    assert "Continue with Example staff" in words_of(gate)
    assert "Continue with Partner portal" in words_of(gate)
    assert (303, made.path) == (back.status_code, back.headers["location"])
    assert 200 == page.status_code
    assert "How we work" in words_of(page)
    assert ["sign-in sso"] == [one.detail for one in office.shell.events(made) if one.kind is Kind.PROVED]


def test_nothing_of_the_page_is_told_before() -> None:
    """G8: neither the gate, nor the page that sends away, nor what stands in the provider's way tells of the share."""
    office = Office()
    made, client = office.link(name="Secret plans"), office.shell.client()
    gate, away = client.get(made.path), client.post(f"{made.path}/sign-in/staff")
    office.staff.failure = Busy("down")
    down = client.post(f"{made.path}/sign-in/staff")

    for page in (gate, away, down):
        assert "Handbook" not in page.text
        assert "Secret plans" not in page.text
        assert "ada" not in page.text


def test_the_address_of_the_provider_holds_nothing_of_the_link() -> None:
    """Neither the token, nor the browser's id, nor the verifier go to the provider; none of them rests in clear."""
    office = Office()
    made, client = office.link(), office.shell.client()
    url = leave(client, made)
    (pending,) = office.shell.storage.state.departures.values()

    assert made.token not in url
    assert client.cookies[AWAY] not in url
    assert made.token.encode() not in bytes(pending.kept)
    assert parse_qs(urlsplit(url).query)["nonce"][0].encode() not in bytes(pending.kept)


def test_every_sign_in_gives_a_new_session_and_ends_the_old() -> None:
    """G10: a proof renews the id, so that nobody is waiting in a session that they have planted."""
    office = Office()
    made, client = office.link(), office.shell.client()
    signed_in(office, client, made)
    first = client.cookies[VISITOR]
    other = office.link()
    signed_in(office, client, other)
    planted = office.shell.client()
    planted.cookies.set(VISITOR, first)

    assert first != client.cookies[VISITOR]
    assert "Please sign in" in words_of(planted.get(other.path))


def test_the_cookie_of_the_way_is_strict() -> None:
    """G10: a random id, for this host, over https, out of reach of scripts, and not sent along by other pages' forms."""
    office = Office()
    answer = office.shell.client().post(f"{office.link().path}/sign-in/staff")
    (cookie,) = answer.headers.get_list("set-cookie")

    assert cookie.startswith(f"{AWAY}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} == set(cookie.split("; ")[1:])


def test_a_list_is_satisfied_by_a_confirmed_mailbox_alone() -> None:
    """R29: who is on the list by a verified address is let in, who is on it by another is not."""
    office = Office()
    made = office.link(sso=False, people=People.parse([ADA.address, UNSURE.address]))
    pages = []
    for subject in (ADA.subject, UNSURE.subject, GRACE.subject):
        client = office.shell.client()
        pages.append(signed_in(office, client, made, subject))

    assert [303, 403, 403] == [page.status_code for page in pages]
    assert pages[1].content == pages[2].content
    assert "With this sign-in the page cannot be opened" in words_of(pages[2])
    assert ["sso", "sso"] == [one.detail for one in office.shell.events(made) if one.kind is Kind.SIGN_IN_REFUSED]


def test_an_address_leads_to_the_provider_of_its_domain() -> None:
    """G4: whoever types an address is sent where it belongs, with the address as a hint; others get a code."""
    office = Office()
    made, client = office.link(sso=False, people=People.parse(["example.com", "example.org"])), office.shell.client()
    away = client.post(made.path, data={"address": "someone@EXAMPLE.com"})
    code = client.post(made.path, data={"address": "someone@example.org"})

    assert ["someone@example.com"] == parse_qs(urlsplit(left(away)).query)["hint"]
    assert "code" in words_of(code)
    assert 1 == len(office.events(Kind.CODE_ASKED))


def test_an_address_of_no_provider_is_said_where_signing_in_is_demanded() -> None:
    """An address that leads nowhere is answered beside the field, whoever is or is not on a list."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = client.post(made.path, data={"address": "someone@example.org"})

    assert 403 == answer.status_code
    assert "With this address nobody can sign in here." in words_of(answer)
    assert [] == office.events(Kind.CODE_ASKED)


def test_who_need_not_sign_in_is_led_to_the_link() -> None:
    """A link that asks for nothing, or for something else, sends nobody away."""
    office = Office()
    opened, locked = office.shell.make_link(), office.shell.make_link(password="five words nobody would guess")
    for made in (opened, locked):
        answer = office.shell.client().post(f"{made.path}/sign-in/staff")
        assert (303, made.path) == (answer.status_code, answer.headers["location"])
    assert {} == office.shell.storage.state.departures


@pytest.mark.parametrize("provider", ["nobody", "STAFF", "staff%2f..", "x" * 5000])
def test_an_unknown_provider_sends_nobody_away(provider: str) -> None:
    """Only the providers of the link's own site are there."""
    office = Office()
    made = office.link()
    answer = office.shell.client().post(f"{made.path}/sign-in/{provider}")

    assert answer.status_code in {303, 404}
    assert {} == office.shell.storage.state.departures


def test_a_provider_for_members_alone_is_no_way_for_visitors() -> None:
    """`for` is heeded on the page and behind it."""
    office = Office(visitors=False)
    made, client = office.link(), office.shell.client()

    assert "Example staff" not in words_of(client.get(made.path))
    assert 303 == client.post(f"{made.path}/sign-in/staff").status_code
    assert {} == office.shell.storage.state.departures


def test_a_form_of_another_site_sends_nobody_away() -> None:
    """ASVS 3.5.1: a departure begins on a page of ours."""
    office = Office()
    answer = office.shell.client().post(f"{office.link().path}/sign-in/staff", headers={"sec-fetch-site": "cross-site"})

    assert 403 == answer.status_code
    assert {} == office.shell.storage.state.departures


def test_the_gates_after_it_are_asked_as_ever() -> None:
    """A sign-in is one gate: the password is asked next, and what a link asks beside is not skipped."""
    office = Office()
    made, client = office.link(password="five words nobody would guess"), office.shell.client()
    back = signed_in(office, client, made)

    assert (303, made.path) == (back.status_code, back.headers["location"])
    assert "Password" in words_of(client.get(made.path))


def test_a_link_that_ended_meanwhile_is_closed() -> None:
    """What happened to the link while the browser was away counts."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    run(office.shell.sharing.delete(None, made.id))

    assert 404 == come_back(client, answer).status_code


# --- what does not come through --------------------------------------------------------------------------------------


def test_an_answer_is_taken_once() -> None:
    """R23: the same address a second time signs nobody in and changes nothing."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    come_back(client, answer)
    before = client.cookies[VISITOR]
    again = come_back(client, answer)

    assert 403 == again.status_code
    assert "This sign-in did not come through" in words_of(again)
    assert before == client.cookies[VISITOR]
    assert 1 == len(office.events(Kind.PROVED))


@pytest.mark.parametrize(
    "change",
    [
        {"state": None},
        {"state": ""},
        {"state": "N" * 43},
        {"state": "short"},
        {"state": "x" * 20_000},
        {"state": "decoration-" + "N" * 43},
        {"state": "ü" * 43},
    ],
    ids=["missing", "empty", "unknown", "short", "long", "decorated", "not ASCII"],
)
def test_an_answer_without_its_state_is_refused(change: Mapping[str, str | None]) -> None:
    """R23: without the very state that the browser left with, nobody is signed in."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer: dict[str, str | None] = {**office.staff.signed_in(leave(client, made), ADA.subject), **change}
    page = come_back(client, {name: value for name, value in answer.items() if value is not None})

    assert 403 == page.status_code
    assert VISITOR not in client.cookies
    assert [] == office.events(Kind.PROVED)


def test_an_answer_in_another_browser_is_refused() -> None:
    """R24: whoever lures somebody to the address of their own return signs nobody in, and loses nothing by it."""
    office = Office()
    made, attacker, victim = office.link(), office.shell.client(), office.shell.client()
    answer = office.staff.signed_in(leave(attacker, made), ADA.subject)
    without = come_back(victim, answer)
    leave(victim, made)
    with_its_own = come_back(victim, answer)

    assert [403, 403] == [without.status_code, with_its_own.status_code]
    assert VISITOR not in victim.cookies
    assert 303 == come_back(attacker, answer).status_code


def test_an_answer_that_comes_late_is_refused() -> None:
    """Ten minutes are the most that a browser may be away."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    office.shell.clock.forward(minutes=10)

    assert 403 == come_back(client, answer).status_code
    assert [] == office.events(Kind.PROVED)


def test_one_providers_answer_is_not_anothers() -> None:
    """R27: each provider has a callback of its own, and what was begun with one is not finished with another."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    mixed = come_back(client, answer, f"/sso/{SITE}/partners/callback")

    assert 403 == mixed.status_code
    assert [] == office.events(Kind.PROVED)
    assert [CALLBACK, f"/sso/{SITE}/partners/callback"] == [
        urlsplit(parse_qs(urlsplit(leave(client, made, name)).query)["callback"][0]).path
        for name in ("staff", "partners")
    ]


@pytest.mark.parametrize("path", [f"/sso/{SITE}/nobody/callback", "/sso/other/staff/callback", "/sso/B@d/x/callback"])
def test_a_callback_of_nobody_is_refused(path: str) -> None:
    """Where there is no provider nothing comes through."""
    office = Office()
    client = office.shell.client()
    leave(client, office.link())

    assert 403 == come_back(client, {"state": "N" * 43, "code": "x"}, path).status_code


def test_no_text_breaks_the_way_back() -> None:
    """Whatever a browser brings, under whatever name, it is refused and nothing breaks."""
    office = Office()
    client = office.shell.client()
    leave(client, office.link())
    for text in inputs("naughty-strings"):
        page = come_back(client, {"state": text, "code": text, "error": text, "iss": text, text: text})
        assert 403 == page.status_code


def test_what_is_said_twice_is_refused() -> None:
    """RFC 6749 3.1: a parameter that comes twice makes the whole answer worthless."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    page = client.get(f"{CALLBACK}?{urlencode(answer)}&code=another")

    assert 403 == page.status_code
    assert [] == office.events(Kind.PROVED)


def test_a_network_that_only_leaves_is_slowed_down() -> None:
    """Departures that nobody comes back from are bounded per network; one that comes back starts the count again."""
    office = Office()
    made, client = office.link(), office.shell.client()
    path = f"{made.path}/sign-in/staff"
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    first = [client.post(path).status_code for _ in range(299)]
    refused, elsewhere = client.post(path), office.shell.client("198.51.100.7").post(path)
    by_address = client.post(made.path, data={"address": ADA.address})
    come_back(client, answer)
    again = office.shell.client().post(path)

    assert {200} == set(first)
    assert [429, 429] == [refused.status_code, by_address.status_code]
    assert "2" == refused.headers["retry-after"]
    assert [200, 200] == [elsewhere.status_code, again.status_code]


def test_nobody_leaves_in_a_frame() -> None:
    """G4: a frame is never sent to a provider; an address is proved there by a code, and a button opens a tab."""
    office = Office()
    frames = ("https://intranet.example.org",)
    made = office.link(sso=False, people=People.parse(["example.com"]), frame_origins=frames)
    client, framed = office.shell.client(), {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"}
    gate = client.get(made.path, headers={**framed, "sec-fetch-site": "cross-site"})
    code = client.post(made.path, data={"address": ADA.address}, headers=framed)
    button = client.post(f"{made.path}/sign-in/staff", headers=framed)

    assert f'action="{made.path}/sign-in/staff" class="gate" target="_blank"' in gate.text
    assert (200, 303) == (code.status_code, button.status_code)
    assert "code" in words_of(code)
    assert {} == office.shell.storage.state.departures


def test_a_callback_in_a_frame_is_refused() -> None:
    """A browser that comes back does so in a window of its own."""
    office = Office()
    made, client = office.link(), office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    page = client.get(f"{CALLBACK}?{urlencode(answer)}", headers={"sec-fetch-dest": "iframe"})

    assert 403 == page.status_code
    assert [] == office.events(Kind.PROVED)


def test_a_refusal_of_the_provider_is_shown_harmless_and_short() -> None:
    """R32: its words are escaped and few, and the way back leads to the link."""
    office = Office()
    made, client = office.link(), office.shell.client()
    state = parse_qs(urlsplit(leave(client, made)).query)["state"][0]
    noise = "<script>alert(1)</script>" + "x" * 20_000
    page = come_back(client, {"state": state, "error": "access_denied", "error_description": noise})

    assert 403 == page.status_code
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "x" * 201 not in page.text
    assert f'href="{made.path}"' in page.text
    assert ["staff: declined"] == [one.detail for one in office.events(Kind.SIGN_IN_FAILED)]


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (Busy("down"), 503, "Example staff cannot be reached just now"),
        (Broken("mistaken"), 502, "Signing in with Example staff did not work"),
    ],
)
def test_a_provider_that_is_down_stands_in_nobodys_way(failure: AdapterFailed, status: int, words: str) -> None:
    """R38: that gate says so; other providers, codes and links go on."""
    office = Office()
    made, listed = office.link(), office.link(sso=False, people=People.parse(["example.com"]))
    client = office.shell.client()
    answer = office.staff.signed_in(leave(client, made), ADA.subject)
    office.staff.failure = failure
    leaving = client.post(f"{made.path}/sign-in/staff")
    returning = come_back(client, answer)
    other = client.post(f"{made.path}/sign-in/partners")
    code = client.post(listed.path, data={"address": ADA.address})

    assert [status, status, 200, 200] == [page.status_code for page in (leaving, returning, other, code)]
    assert words in words_of(leaving)
    assert words in words_of(returning)
    assert "code" in words_of(code)
    assert 200 == office.shell.client().get(office.shell.make_link().path).status_code


def test_nothing_tells_where_to_go_after_signing_in() -> None:
    """R33: whatever stands in an address, and in any corpus of it, the way back leads to the link that was left."""
    office = Office()
    made, client = office.link(), office.shell.client()
    targets = [*inputs("open-redirect"), "https://evil.example/", "//evil.example", "/\\evil.example"]
    for target in targets:
        names = dict.fromkeys(("next", "url", "return_to", "redirect_uri", "continue", "RelayState"), target)
        away = left(client.post(f"{made.path}/sign-in/staff?{urlencode(names)}", data=names))
        answer = {**names, **office.staff.signed_in(away, ADA.subject)}
        back = come_back(client, answer)
        assert (303, made.path) == (back.status_code, back.headers["location"])
        office.shell.clock.forward(hours=13)


def test_there_is_no_door_for_log_out_tokens() -> None:
    """R39: nothing that a provider, or somebody in its name, posts ends or begins a session."""
    office = Office()
    made, client = office.link(), office.shell.client()
    signed_in(office, client, made)
    for path in (CALLBACK, f"/sso/{SITE}/staff/logout", f"/sso/{SITE}/staff/backchannel-logout"):
        answer = office.shell.client().post(path, data={"logout_token": "e30.e30.x"})
        assert 404 == answer.status_code
    assert 200 == client.get(made.path).status_code


def test_a_proof_ends_when_its_time_is_over() -> None:
    """R40: a provider is not asked again; twelve hours after the sign-in it is worth nothing."""
    office = Office()
    made, client = office.link(), office.shell.client()
    signed_in(office, client, made)
    office.shell.clock.forward(hours=12)

    assert "Please sign in" in words_of(client.get(made.path))


# --- members ---------------------------------------------------------------------------------------------------------

IDENTITY = AccountId("557058:somebody")


def knock(client: TestClient, provider: str = "staff") -> Page:
    """From the members' door to a provider, by its form."""
    action = f"/manage/sign-in/with/{SITE}/{provider}"
    return client.post(action, data=forms_of(client.get(SIGN_IN))[action])


def arrive(office: Office, client: TestClient, subject: str = ADA.subject, **claims: Any) -> Page:
    """The whole way of a member; `claims` are what the provider says of them this time."""
    office.staff.people[subject] = evolve(office.staff.people[subject], **claims)
    return come_back(client, office.staff.signed_in(left(knock(client)), subject))


def test_a_member_is_made_at_the_first_sign_in() -> None:
    """M1, R5: whom a claim ties to Confluence becomes a member of the site, and the same one every time."""
    office = Office()
    first, again = office.shell.client(), office.shell.client()
    back = arrive(office, first, account=IDENTITY)
    arrive(office, again)
    (member,) = office.members()

    assert (303, LINKS) == (back.status_code, back.headers["location"])
    assert [200, 200] == [client.get(LINKS).status_code for client in (first, again)]
    assert (ADA.name, IDENTITY, SITE, False) == (member.name, member.identity, member.site, member.admin)
    assert Subject("https://login.example.com", ADA.subject) == member.subject
    assert 1 == len([one for one in office.events(Kind.MEMBER_ADDED) if one.member == member.id])
    assert ["sso", "sso"] == [one.detail for one in office.events(Kind.SIGNED_IN)]


def test_a_member_of_the_same_identity_is_met() -> None:
    """R5: whom the operator has tied to the Confluence identity signs in elsewhere from then on, too."""
    office = Office()
    arrive(office, office.shell.client(), account=OWNER)
    owner = run(office.shell.storage.members.get(office.shell.owner.id))

    assert [] == office.members()
    assert owner is not None
    assert Subject("https://login.example.com", ADA.subject) == owner.subject
    assert office.shell.owner.password_hash == owner.password_hash
    assert ["staff"] == [one.detail for one in office.events(Kind.MEMBER_TIED)]


def test_who_is_tied_to_no_identity_is_nobody() -> None:
    """R5: without a claim and without the operator's word nobody becomes a member, and is told what to ask for."""
    office = Office()
    client = office.shell.client()
    page = arrive(office, client)

    assert 403 == page.status_code
    assert "You are no member here" in words_of(page)
    assert ADA.subject in words_of(page)
    assert [] == office.members()
    assert MEMBER not in client.cookies
    assert ["staff: no member"] == [one.detail for one in office.events(Kind.SIGN_IN_FAILED)]


def test_a_mailbox_or_a_name_makes_nobody_a_member() -> None:
    """A member is known by what the provider calls them alone: names and mailboxes pass from one to another."""
    office = Office()
    page = arrive(office, office.shell.client(), name=office.shell.owner.name)

    assert 403 == page.status_code
    assert 303 == arrive(office, office.shell.client(), name=office.shell.owner.name, account=IDENTITY).status_code
    assert [str(ADA.address)] == [one.name for one in office.members()]


def test_the_operator_ties_a_member_to_a_provider() -> None:
    """R5: whom the operator has tied is met without any claim, and is nobody again when untied."""
    office = Office()
    tied = Subject("https://login.example.com", ADA.subject)
    run(office.shell.services.membership.tie(office.shell.owner.id, tied))
    client = office.shell.client()

    assert 303 == arrive(office, client).status_code

    run(office.shell.services.membership.tie(office.shell.owner.id, None))

    assert 303 == client.get(LINKS).status_code
    assert 403 == arrive(office, office.shell.client()).status_code


def test_who_is_locked_out_here_stays_so() -> None:
    """Whatever a provider says, a disabled member is let in neither again nor under another name."""
    office = Office()
    client = office.shell.client()
    arrive(office, client, account=IDENTITY)
    (member,) = office.members()
    run(office.shell.services.membership.disable(member.id))
    page = arrive(office, office.shell.client())

    assert 303 == client.get(LINKS).status_code
    assert 403 == page.status_code
    assert [member.id] == [one.id for one in office.members()]


def test_who_was_locked_out_before_is_not_met() -> None:
    """A disabled member of the same identity is not let in by way of a provider."""
    office = Office()
    run(office.shell.services.membership.disable(office.shell.owner.id))

    assert 403 == arrive(office, office.shell.client(), account=OWNER).status_code
    assert [] == office.members()


def test_a_group_makes_an_admin_and_its_absence_none() -> None:
    """M1: at each sign-in the provider's groups decide, and every change is written down."""
    office = Office(admin_groups=frozenset({"wiki-admins"}))
    client = office.shell.client()
    arrive(office, client, account=IDENTITY, groups=frozenset({"wiki-admins", "all"}))
    policy = client.get(f"/manage/{SITE}/policy")
    arrive(office, client, groups=frozenset({"all"}))

    assert 200 == policy.status_code
    assert [False] == [one.admin for one in office.members()]
    assert 403 == client.get(f"/manage/{SITE}/policy").status_code
    assert 1 == len(office.events(Kind.ADMIN_TAKEN))


def test_without_admin_groups_nobody_is_made_or_unmade() -> None:
    """Groups alone change nothing; an admin whom the operator made stays one."""
    office = Office()
    boss, _ = run(
        office.shell.services.membership.add(
            "boss", site=SITE, admin=True, identity=IDENTITY, password="six words for the boss to know"
        )
    )
    arrive(office, office.shell.client(), account=IDENTITY, groups=frozenset({"wiki-admins"}))
    (found,) = office.members()

    assert (boss.id, True) == (found.id, found.admin)


def test_groups_of_claims_count_where_the_configuration_says_so() -> None:
    """R4: the provider's groups are the member's, those of the last sign-in; else Confluence is asked."""
    theirs = Office(groups_from_claims=True)
    arrive(theirs, theirs.shell.client(), account=IDENTITY, groups=frozenset({"writers"}))
    arrive(theirs, theirs.shell.client(), groups=frozenset({"readers"}))
    confluence = Office()
    arrive(confluence, confluence.shell.client(), account=IDENTITY, groups=frozenset({"writers"}))

    assert [frozenset({"readers"})] == [one.claimed_groups for one in theirs.members()]
    assert [None] == [one.claimed_groups for one in confluence.members()]


def test_a_provider_that_says_nothing_of_groups_puts_nobody_into_any() -> None:
    """R4: where claims have the word, their absence is no reason to ask Confluence instead."""
    office = Office(groups_from_claims=True)
    arrive(office, office.shell.client(), account=IDENTITY)

    assert [frozenset()] == [one.claimed_groups for one in office.members()]


def test_a_members_session_is_new_and_the_old_one_ends() -> None:
    """ASVS 7.2.4: signing in again gives another id, and the former is worth nothing."""
    office = Office()
    client, other = office.shell.client(), office.shell.client()
    arrive(office, client, account=IDENTITY)
    first = client.cookies[MEMBER]
    arrive(office, client)
    other.cookies.set(MEMBER, first)

    assert first != client.cookies[MEMBER]
    assert 303 == other.get(LINKS).status_code


def test_a_members_session_ends_at_the_documented_time() -> None:
    """R40: twelve hours after the sign-in, whatever was done since."""
    office = Office()
    client = office.shell.client()
    arrive(office, client, account=IDENTITY)
    for _ in range(24):
        office.shell.clock.forward(minutes=29)
        assert 200 == client.get(LINKS).status_code
    office.shell.clock.forward(minutes=24)

    assert 303 == client.get(LINKS).status_code


def test_the_members_door_offers_its_providers_and_no_others() -> None:
    """`for` is heeded on the page and behind it."""
    office = Office()
    client = office.shell.client()
    page = client.get(SIGN_IN)
    form = forms_of(page)[f"/manage/sign-in/with/{SITE}/staff"]
    refused = client.post(f"/manage/sign-in/with/{SITE}/partners", data=form)

    assert "Continue with Example staff" in words_of(page)
    assert "Partner portal" not in words_of(page)
    assert 404 == refused.status_code
    assert {} == office.shell.storage.state.departures


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {}], ids=["from elsewhere", "without a token"])
def test_nobody_is_sent_away_by_another_page(headers: dict[str, str]) -> None:
    """ASVS 3.5.1: the members' door is opened by its own form in its own browser alone."""
    office = Office()
    answer = office.shell.client().post(f"/manage/sign-in/with/{SITE}/staff", headers=headers)

    assert answer.status_code in {303, 403}
    assert {} == office.shell.storage.state.departures


def test_a_members_answer_is_bound_like_a_visitors() -> None:
    """R23, R24: once, in time, in the same browser."""
    office = Office()
    office.staff.people[ADA.subject] = evolve(office.staff.people[ADA.subject], account=IDENTITY)
    client, victim = office.shell.client(), office.shell.client()
    answer = office.staff.signed_in(left(knock(client)), ADA.subject)
    stolen = come_back(victim, answer)
    first, again = come_back(client, answer), come_back(client, answer)

    assert [403, 303, 403] == [page.status_code for page in (stolen, first, again)]
    assert MEMBER not in victim.cookies


def test_a_provider_that_is_down_leaves_the_password() -> None:
    """R38: the members' door says so and leads back to where a password can be given."""
    office = Office()
    office.staff.failure = Busy("down")
    page = knock(office.shell.client())

    assert 503 == page.status_code
    assert f'href="{SIGN_IN}"' in page.text


def test_a_sites_provider_makes_members_of_that_site_alone() -> None:
    """Nothing of one site is reachable through another."""
    office = Office()
    client = office.shell.client()
    arrive(office, client, account=IDENTITY)
    (member,) = office.members()

    assert not member.belongs_to(SiteId("other"))


def test_a_layer_demands_an_organisation_of_every_link() -> None:
    """G4: a link that wished for nothing asks for the sign-in once a layer does, and lets in who has signed in."""
    office = Office()
    made, client = office.shell.make_link(), office.shell.client()
    office.shell.limit(sso_demanded=True)
    gate = client.get(made.path)
    signed_in(office, client, made)

    assert "sign in with their organisation" in words_of(gate)
    assert "How we work" in words_of(client.get(made.path))
