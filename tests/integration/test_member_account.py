"""A member's own account at a browser: the second step of a sign-in, an app set up, a password changed, sessions ended."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define, field
from starlette.testclient import TestClient

from exshare_core.factors import Demand
from exshare_core.testing import AuthenticatorApp
from tests.integration.members import COOKIE, LINKS, SIGN_IN, Page, Seat, an_admin, forms_of, sign_in, words_of
from tests.integration.shell import MEMBER_PASSWORD, SITE, Shell, run

ACCOUNT = f"/manage/{SITE}/account"
FACTOR, CONFIRM, SESSIONS = f"{ACCOUNT}/second-factor", f"{ACCOUNT}/confirm", f"{ACCOUNT}/sessions"
CODE, ENROLMENT = f"{SIGN_IN}/code", f"{SIGN_IN}/second-factor"
NEW_PASSWORD = "three unrelated words"


@pytest.fixture
def shell() -> Shell:
    """The service with Ada, a member of its one site."""
    return Shell()


@define
class Phone:
    """A telephone with an authenticator app, and the paper with the recovery codes."""

    shell: Shell
    app: AuthenticatorApp
    recovery: tuple[str, ...] = field(default=())

    @classmethod
    def scan(cls, shell: Shell, page: Page) -> Phone:
        """The telephone after its app was opened by the address on the page."""
        (uri,) = [part.split('"')[0] for part in page.text.split('href="')[1:] if part.startswith("otpauth:")]
        return cls(shell, AuthenticatorApp.scan(uri.replace("&amp;", "&")))

    @property
    def code(self) -> str:
        """What the app shows, which it has not shown before."""
        self.shell.clock.forward(seconds=30)
        return self.app.code(self.shell.clock.now())


def codes_of(page: Page) -> tuple[str, ...]:
    """The recovery codes on a page."""
    return tuple(part.split("<")[0] for part in page.text.split("<code>")[1:])


def with_phone(seat: Seat) -> Phone:
    """Set up an app in a browser in which somebody has signed in just now."""
    page = seat.get(FACTOR)
    phone = Phone.scan(seat.shell, page)
    done = seat.submit(page, FACTOR, code=phone.code)
    assert done.status_code == 200, done.text
    phone.recovery = codes_of(done)
    return phone


def brought(client: TestClient, code: str, page: str = CODE) -> Page:
    """The answer to a code, sent by the form of the second step."""
    return client.post(CODE, data={**forms_of(client.get(page))[CODE], "code": code})


# --- the second step -------------------------------------------------------------------------------------------------


def test_a_member_signs_in_with_a_code(shell: Shell) -> None:
    """M1: after the password a page asks for the code, and only then there is a session."""
    phone = with_phone(Seat.of(shell))
    client = shell.client()
    first = sign_in(client)
    asked = client.get(first.headers["location"])
    between = client.get(LINKS)
    answer = brought(client, phone.code)

    assert (303, CODE) == (first.status_code, first.headers["location"])
    assert "six digits" in words_of(asked)
    assert 'autocomplete="one-time-code"' in asked.text
    assert 'inputmode="numeric"' in asked.text
    assert (303, SIGN_IN) == (between.status_code, between.headers["location"])
    assert (303, LINKS) == (answer.status_code, answer.headers["location"])
    assert 200 == client.get(LINKS).status_code


def test_between_the_steps_there_is_no_session(shell: Shell) -> None:
    """ASVS 7.2.4: the cookie is another kind and another id at each step, and opens no page of members."""
    phone = with_phone(Seat.of(shell))
    client = shell.client()
    client.get(SIGN_IN)
    entry = client.cookies["__Host-exshare-entry"]
    sign_in(client)
    step = client.cookies["__Host-exshare-entry"]
    thief = shell.client()
    thief.cookies.set(COOKIE, step)

    assert COOKIE not in client.cookies
    assert entry != step
    assert SIGN_IN == thief.get(LINKS).headers["location"]
    brought(client, phone.code)
    assert client.cookies[COOKIE] not in (entry, step)
    assert "__Host-exshare-entry" not in client.cookies


def test_a_wrong_code_is_said_beside_the_field(shell: Shell) -> None:
    """The form stays, without what was typed; the right code is still right."""
    phone = with_phone(Seat.of(shell))
    client = shell.client()
    sign_in(client)
    wrong = brought(client, "000000")

    assert 403 == wrong.status_code
    assert "That was not right." in words_of(wrong)
    assert 'aria-invalid="true"' in wrong.text
    assert "000000" not in wrong.text
    assert 303 == client.post(CODE, data={**forms_of(wrong)[CODE], "code": phone.code}).status_code


def test_a_recovery_code_stands_in_for_the_app(shell: Shell) -> None:
    """By a page of its own, where a field takes letters; once."""
    phone = with_phone(Seat.of(shell))
    client = shell.client()
    sign_in(client)
    assert f'href="{CODE}?recovery"' in client.get(CODE).text
    page = client.get(f"{CODE}?recovery")
    wrong = client.post(CODE, data={**forms_of(page)[CODE], "code": "aaaa-aaaa-aaaa-aaaa"})
    right = client.post(CODE, data={**forms_of(wrong)[CODE], "code": phone.recovery[0]})
    again = shell.client()
    sign_in(again)

    assert "none of your recovery codes" in words_of(wrong)
    assert (303, LINKS) == (right.status_code, right.headers["location"])
    assert 403 == brought(again, phone.recovery[0], f"{CODE}?recovery").status_code


@pytest.mark.parametrize("why", ["late", "wrong too often", "signed in"])
def test_a_step_that_is_over_leads_back_to_the_beginning(shell: Shell, why: str) -> None:
    """Five minutes, five codes, or done: the sign-in begins again and says why."""
    phone = with_phone(Seat.of(shell))
    client = shell.client()
    sign_in(client)
    form = forms_of(client.get(CODE))[CODE]
    if why == "late":
        shell.clock.forward(minutes=5)
    elif why == "wrong too often":
        for _ in range(5):
            client.post(CODE, data={**form, "code": "000000"})
    else:
        step = client.cookies["__Host-exshare-entry"]
        client.post(CODE, data={**form, "code": phone.code})
        client.cookies.set("__Host-exshare-entry", step, domain="share.example.com")
    answer = client.post(CODE, data={**form, "code": phone.code})

    assert (303, f"{SIGN_IN}?late") == (answer.status_code, answer.headers["location"])
    assert f"{SIGN_IN}?late" == client.get(CODE).headers["location"]
    assert "Please begin again." in words_of(client.get(answer.headers["location"]))


def test_the_second_step_belongs_to_its_browser(shell: Shell) -> None:
    """ASVS 6.6.2: a code is of no use in a browser that has not given the password."""
    phone = with_phone(Seat.of(shell))
    client, other = shell.client(), shell.client()
    sign_in(client)
    form = forms_of(client.get(CODE))[CODE]
    other.get(SIGN_IN)
    answer = other.post(CODE, data={**form, "code": phone.code})

    assert 403 == answer.status_code
    assert COOKIE not in other.cookies
    assert f"{SIGN_IN}?late" == other.get(CODE).headers["location"]


def test_wrong_codes_wait(shell: Shell) -> None:
    """G7: the account waits, in a browser that is not known, and says for how long."""
    with_phone(Seat.of(shell))
    for _ in range(5):
        client = shell.client()
        sign_in(client)
        brought(client, "000000")
    client = shell.client(network="198.51.100.9")
    sign_in(client)
    answer = brought(client, "000000")

    assert (429, "60") == (answer.status_code, answer.headers["retry-after"])


# --- a second factor that is demanded --------------------------------------------------------------------------------


def test_a_second_factor_that_is_owed_is_set_up_in_the_sign_in() -> None:
    """M1: nothing else is reached before; recovery codes are shown once, and the sign-in is done."""
    shell = Shell(demand=Demand.ALL)
    client = shell.client()
    sign_in(client)
    asked = client.get(client.get(CODE).headers["location"])
    phone = Phone.scan(shell, asked)
    between = client.get(LINKS)
    wrong = client.post(ENROLMENT, data={**forms_of(asked)[ENROLMENT], "code": "000000"})
    done = client.post(ENROLMENT, data={**forms_of(wrong)[ENROLMENT], "code": phone.code})

    assert "A password alone is not enough here." in words_of(asked)
    assert SIGN_IN == between.headers["location"]
    assert (403, phone.app) == (wrong.status_code, Phone.scan(shell, wrong).app)
    assert (200, 10) == (done.status_code, len(set(codes_of(done))))
    assert f'href="{LINKS}"' in done.text
    assert 200 == client.get(LINKS).status_code
    other = shell.client()
    sign_in(other)
    assert (303, LINKS) == ((answer := brought(other, phone.code)).status_code, answer.headers["location"])


def test_an_enrolment_that_is_over_leads_back(shell: Shell) -> None:
    """Without a step, after a quarter of an hour, or for whoever has a second factor."""
    assert f"{SIGN_IN}?late" == shell.client().get(ENROLMENT).headers["location"]
    with_phone(Seat.of(shell))
    client = shell.client()
    sign_in(client)
    assert f"{SIGN_IN}?late" == client.get(ENROLMENT).headers["location"]
    strict = Shell(demand=Demand.ALL)
    slow = strict.client()
    sign_in(slow)
    form = forms_of(slow.get(ENROLMENT))[ENROLMENT]
    strict.clock.forward(minutes=15)
    answer = slow.post(ENROLMENT, data={**form, "code": "000000"})

    assert (303, f"{SIGN_IN}?late") == (answer.status_code, answer.headers["location"])


# --- setting up, and showing who one is ------------------------------------------------------------------------------


def test_a_member_sets_up_an_app(shell: Shell) -> None:
    """The picture and the key say the same; the page that shows the recovery codes is stored nowhere."""
    seat = Seat.of(shell)
    page = seat.get(FACTOR)
    phone = Phone.scan(shell, page)
    before = seat.client.cookies[COOKIE]
    done = seat.submit(page, FACTOR, code=phone.code)

    assert "ada" == phone.app.account
    assert '<div class="qr" role="img" aria-label="QR code for your authenticator app"><svg' in page.text
    assert "data:" not in page.text
    assert 10 == len(set(codes_of(done)))
    assert "no-store" == done.headers["cache-control"]
    assert before != seat.client.cookies[COOKIE]
    assert "10 of 10" in words_of(seat.get(ACCOUNT))
    assert not [code for code in codes_of(done) if code in seat.get(ACCOUNT).text]


def test_the_key_can_be_typed(shell: Shell) -> None:
    """Where nothing can be scanned: base32 in groups of four, the same secret as in the address."""
    page = Seat.of(shell).get(FACTOR)
    key = page.text.split('id="key">')[1].split("<")[0]

    assert 39 == len(key)
    assert f"secret={key.replace(' ', '')}" in page.text


def test_a_wrong_first_code_shows_the_same_picture(shell: Shell) -> None:
    """So that nothing has to be scanned again; what is not one of our tickets begins anew."""
    seat = Seat.of(shell)
    page = seat.get(FACTOR)
    wrong = seat.submit(page, FACTOR, code="000000")
    forged = seat.submit(page, FACTOR, code="000000", ticket="x")

    assert (403, Phone.scan(shell, page).app) == (wrong.status_code, Phone.scan(shell, wrong).app)
    assert "That was not right." in words_of(wrong)
    assert (303, FACTOR) == (forged.status_code, forged.headers["location"])


@pytest.mark.parametrize("path", ["/second-factor", "/second-factor/remove", "/recovery-codes"])
def test_changes_ask_again_who_one_is(shell: Shell, path: str) -> None:
    """ASVS 7.5.1: after ten minutes; the page of the second factor is gone on to by itself."""
    seat = Seat.of(shell)
    phone = with_phone(seat)
    shell.clock.forward(minutes=10)
    answer = seat.post(f"{ACCOUNT}{path}")

    assert answer.headers["location"].startswith(CONFIRM)
    confirming = seat.get(seat.get(FACTOR).headers["location"])
    assert "show once more who you are" in words_of(confirming)
    wrong = seat.submit(confirming, CONFIRM, password="a wrong pass phrase")
    assert (403, True) == (wrong.status_code, "That was not right." in words_of(wrong))
    right = seat.submit(wrong, CONFIRM, password=MEMBER_PASSWORD)
    assert (303, FACTOR) == (right.status_code, right.headers["location"])
    assert 200 == seat.get(FACTOR).status_code
    shell.clock.forward(minutes=10)
    by_code = seat.submit(seat.get(CONFIRM), CONFIRM, code=phone.code)
    assert (303, f"{ACCOUNT}?confirmed") == (by_code.status_code, by_code.headers["location"])


def test_the_page_of_keys_asks_again_who_one_is(shell: Shell) -> None:
    """ASVS 7.5.1: a key acts for its member elsewhere, so that an open browser is not enough to make one."""
    seat = Seat.of(shell)
    keys = f"/manage/{SITE}/keys"
    assert 200 == seat.get(keys).status_code
    shell.clock.forward(minutes=10)
    answers = [seat.get(keys), seat.post(keys, name="mine")]
    right = seat.submit(seat.get(f"{CONFIRM}?for=keys"), CONFIRM, password=MEMBER_PASSWORD)

    assert [(303, f"{CONFIRM}?for=keys")] * 2 == [(one.status_code, one.headers["location"]) for one in answers]
    assert (303, keys) == (right.status_code, right.headers["location"])
    assert 200 == seat.get(keys).status_code


def test_guessing_at_an_open_browser_waits(shell: Shell) -> None:
    """G7: as everywhere else."""
    seat = Seat.of(shell)
    for _ in range(5):
        seat.post(CONFIRM, password="a wrong pass phrase")

    assert (429, "60") == (
        (answer := seat.post(CONFIRM, password=MEMBER_PASSWORD)).status_code,
        answer.headers["retry-after"],
    )


def test_nothing_says_where_to_go_next(shell: Shell) -> None:
    """Security reference 1.5: the page after showing who one is, is one of ours."""
    seat = Seat.of(shell)
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "second-factor/../../../x"):
        page = seat.get(f"{CONFIRM}?for={target}")
        answer = seat.submit(page, CONFIRM, password=MEMBER_PASSWORD, **{"for": target})
        assert (303, f"{ACCOUNT}?confirmed") == (answer.status_code, answer.headers["location"])


def test_new_recovery_codes_and_removal(shell: Shell) -> None:
    """Both by forms on the account's page."""
    seat = Seat.of(shell)
    phone = with_phone(seat)
    renewed = seat.submit(seat.get(ACCOUNT), f"{ACCOUNT}/recovery-codes")
    removed = seat.submit(seat.get(ACCOUNT), f"{FACTOR}/remove")

    assert (10, 0) == (len(codes_of(renewed)), len({*codes_of(renewed)} & {*phone.recovery}))
    assert (303, f"{ACCOUNT}?removed") == (removed.status_code, removed.headers["location"])
    assert "Set up an authenticator app" in words_of(seat.get(ACCOUNT))
    assert 303 == sign_in(shell.client()).status_code


def test_a_second_factor_that_is_demanded_has_no_way_out() -> None:
    """M1: the page offers to replace it and not to remove it, and the form is refused with the reason."""
    shell = Shell(demand=Demand.ALL)
    seat = Seat(shell, shell.client())
    sign_in(seat.client)
    asked = seat.get(ENROLMENT)
    phone = Phone.scan(shell, asked)
    assert 200 == seat.submit(asked, ENROLMENT, code=phone.code).status_code
    page = seat.get(ACCOUNT)
    refused = seat.post(f"{FACTOR}/remove")

    assert f"{FACTOR}/remove" not in forms_of(page)
    assert "it can be replaced but not removed" in words_of(page)
    assert (403, 1) == (refused.status_code, refused.text.count('role="alert"'))
    assert "A second factor is demanded here; you can replace yours, but not go without one." in words_of(refused)
    assert shell.storage.state.members[shell.owner.id].factor is not None


def test_few_recovery_codes_are_told(shell: Shell) -> None:
    """Before the last one is needed."""
    seat = Seat.of(shell)
    phone = with_phone(seat)
    for code in phone.recovery[:7]:
        client = shell.client()
        sign_in(client)
        assert 303 == brought(client, code).status_code

    assert "3 of 10 recovery codes are left. Few recovery codes are left." in words_of(seat.get(ACCOUNT))


# --- password --------------------------------------------------------------------------------------------------------


def _changed(seat: Seat, **fields: Any) -> Page:
    form = {"old": MEMBER_PASSWORD, "new": NEW_PASSWORD, **fields}
    return seat.submit(seat.get(ACCOUNT), f"{ACCOUNT}/password", **form)


def test_a_member_changes_their_password(shell: Shell) -> None:
    """ASVS 6.2.2: other browsers are out, this one stays with a new id."""
    seat, other = Seat.of(shell), Seat.of(shell)
    before = seat.client.cookies[COOKIE]
    answer = _changed(seat)

    assert (303, f"{ACCOUNT}?password") == (answer.status_code, answer.headers["location"])
    assert "Your password is changed." in words_of(seat.get(answer.headers["location"]))
    assert before != seat.client.cookies[COOKIE]
    assert SIGN_IN == other.get(LINKS).headers["location"]
    assert 403 == sign_in(shell.client()).status_code
    assert LINKS == sign_in(shell.client(), password=NEW_PASSWORD).headers["location"]


def test_other_browsers_stay_if_wished(shell: Shell) -> None:
    """ASVS 7.4.3: it is offered and not imposed."""
    seat, other = Seat.of(shell), Seat.of(shell)
    _changed(seat, end_others=None)

    assert 200 == other.get(LINKS).status_code


def test_every_broken_rule_is_said_beside_its_field(shell: Shell) -> None:
    """ASVS 6.2.3: the old one is demanded; neither is sent back, and nothing is changed."""
    seat = Seat.of(shell)
    answer = _changed(seat, old="a wrong pass phrase", new="Passw0rd")
    words = words_of(answer)

    assert 400 == answer.status_code
    assert "Not accepted: that is not your password." in words
    assert "Not accepted: at least 15 characters; commonly used; choose one that is hard to guess." in words
    assert not [typed for typed in ("a wrong pass phrase", "Passw0rd") if typed in answer.text]
    assert {"old-error", "new-error"} == {name for name in ("old-error", "new-error") if f'id="{name}"' in answer.text}
    assert LINKS == sign_in(shell.client()).headers["location"]


def test_password_managers_know_the_fields(shell: Shell) -> None:
    """ASVS 6.2.7: current and new password, and whose they are; the address for notices comes after them."""
    page = Seat.of(shell).get(ACCOUNT).text

    assert ["username", "current-password", "new-password", "email"] == [
        part.split('"')[0] for part in page.split('autocomplete="')[1:]
    ]
    assert 'name="username" value="ada"' in page


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_member_sees_and_ends_their_sessions(shell: Shell) -> None:
    """ASVS 7.5.2: when and from where each was used; one, all others, or all are ended."""
    here, there, far = Seat.of(shell), Seat.of(shell, network="198.51.100.9"), Seat.of(shell, network="2001:db8::7")
    page = here.get(ACCOUNT)
    words = words_of(page)
    ends = page.text.count('name="end"') - 2
    name = [value for value in forms_of(page)[SESSIONS]["end"] if value not in ("others", "everywhere")]
    ended = here.post(SESSIONS, end=name[0])

    assert (2, 2) == (ends, len(name))
    for network in ("192.0.2.7", "198.51.100.9", "2001:db8::7"):
        assert network in words
    assert f"{ACCOUNT}?ended" == ended.headers["location"]
    assert 1 == sum(seat.get(LINKS).status_code == 303 for seat in (here, there, far))
    assert f"{ACCOUNT}?others" == here.post(SESSIONS, end="others").headers["location"]
    assert [200, 303, 303] == [seat.get(LINKS).status_code for seat in (here, there, far)]


def test_a_member_signs_out_everywhere(shell: Shell) -> None:
    """ASVS 7.4.1, 14.3.1: here as well; the browser forgets our pages."""
    here, there, boss = Seat.of(shell), Seat.of(shell), an_admin(shell)
    answer = here.post(SESSIONS, end="everywhere")

    assert (303, f"{SIGN_IN}?signed-out") == (answer.status_code, answer.headers["location"])
    assert '"cache", "storage"' == answer.headers["clear-site-data"]
    assert COOKIE not in here.client.cookies
    assert [303, 303, 200] == [seat.get(LINKS).status_code for seat in (here, there, boss)]


def test_nobody_ends_anothers_session(shell: Shell) -> None:
    """ASVS 8.2.2: a name that is not one's own leads nowhere."""
    boss, ada = an_admin(shell), Seat.of(shell)
    run(shell.storage.members.list(None))
    (name,) = {one.name for one in shell.storage.state.sessions.values() if one.member != shell.owner.id}
    ada.post(SESSIONS, end=name)

    assert 200 == boss.get(LINKS).status_code


def test_a_browser_that_is_known_does_not_wait(shell: Shell) -> None:
    """G7: whoever guesses at a name elsewhere does not keep its owner from their own browser."""
    seat = Seat.of(shell)
    for number in range(12):
        sign_in(shell.client(network=f"203.0.113.{number}"), password="a wrong pass phrase")

    assert 429 == sign_in(shell.client(network="198.51.100.9")).status_code
    assert LINKS == sign_in(seat.client).headers["location"]


def test_every_page_leads_to_the_account(shell: Shell) -> None:
    """By the member's name, on every page of theirs."""
    seat = Seat.of(shell)

    assert f'href="{ACCOUNT}"' in seat.get(LINKS).text
    assert 'role="alert"' not in seat.get(ACCOUNT).text
    assert 'aria-current="page"' in seat.get(ACCOUNT).text.split('class="who"')[1].split(">")[0]
