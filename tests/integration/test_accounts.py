"""External accounts in the pages: made by a link, used at gates, looked after, and deleted (spec G2, G4, V11)."""

from __future__ import annotations

import json

import pytest

from exshare_core.dispatching import Fate
from exshare_core.events import Kind
from exshare_core.values import People
from tests.integration.guests import ADA, EVE, OTHER, SECRET, Guest, heading, hidden, joined, shared
from tests.integration.shell import PASSWORD, Made, Shell, run
from tests.integration.test_visitor_codes import latest_code, other_than
from tests.integration.test_visitor_gates import gate


def told(shell: Shell) -> list[Kind]:
    """What happened with accounts, in order."""
    state = shell.storage.state
    return [event.kind for row in state.events if (event := state.event(row)).account is not None]


def subjects(shell: Shell) -> list[str]:
    """The subjects of all letters that were sent."""
    shell.send_letters()
    return [one.subject for one in shell.mailer.sent]


# --- making one -------------------------------------------------------------------------------------------------------


def test_an_account_is_made_by_a_link_and_opens_it() -> None:
    """From the gate: an address, its code and a password make the account and open the link, in one go."""
    shell, made = shared()
    guest = Guest(shell)
    guest.choose(made, "join")
    asked = guest.ask("Ada@Example.com").status_code
    done = guest.enrol(latest_code(shell))

    assert (200, 303, made.path) == (asked, done.status_code, done.headers["location"])
    assert "page" == gate(guest.follow().text)
    assert [Kind.ACCOUNT_MADE, Kind.SIGNED_IN, Kind.PROVED, Kind.OPENED] == told(shell)
    assert ["sign-in"] == [proof.kind for proof in shell.storage.state.proofs.values()]


def test_any_address_may_join_where_signing_in_is_all_that_is_asked() -> None:
    """A link that demands a sign-in and has no list admits every address; blocked people never (spec G2)."""
    shell = Shell()
    made = shell.make_link(sign_in=True)
    shell.limit(blocked_people=frozenset({"blocked.example"}))
    guest = Guest(shell)
    answer = guest.join(made, EVE)
    other = Guest(shell, "192.0.2.8")
    other.choose(made, "join")
    other.ask("eve@blocked.example")

    assert made.path == answer.headers["location"]
    assert [Fate.DROPPED] == [one.fate for one in shell.send_letters()]


@pytest.mark.parametrize("way", ["unlisted", "no link", "open link", "organisation", "dead link"])
def test_nobody_joins_but_by_a_link_that_lets_them(way: str) -> None:
    """Without a link, by one that asks nobody who they are, by one that an account does not open, and by a dead one no
    letter is sent (spec G2).
    """
    shell, made = shared()
    guest = Guest(shell)
    guest.choose(made, "join")
    if way == "no link":
        guest.get(f"{guest.base}/join")
    elif way == "open link":
        made = shell.make_link(password=PASSWORD)
    elif way == "organisation":
        made = shell.make_link(sso=True)
    elif way == "dead link":
        shell.alter_link(made, security_version=2)
        shell.limit(password_demanded=True)
    fields = {"at": made.token} if way in ("open link", "organisation") else {}
    guest.send(f"{guest.base}/join", address=EVE if way == "unlisted" else ADA, **fields)

    assert "Look into your mailbox" == heading(guest.page.text)
    assert [Fate.DROPPED] == [one.fate for one in shell.send_letters()]


def test_every_broken_rule_of_a_password_is_named_and_nothing_is_lost() -> None:
    """A password that will not do uses up no code: what is wrong stands beside it, and the code in its field."""
    shell, made = shared()
    guest = Guest(shell)
    guest.choose(made, "join")
    guest.ask(ADA)
    code = latest_code(shell)
    short = guest.enrol(code, "short")
    known = guest.enrol(code, "acme.example.acme")

    assert (400, 400) == (short.status_code, known.status_code)
    assert "at least 15 characters" in short.text
    assert "which others know" in known.text
    assert f'value="{code}"' in known.text
    assert "short" not in short.text.replace("shorter", "")
    assert 303 == guest.enrol(code).status_code


def test_a_code_for_an_account_is_good_once_in_its_browser_for_its_address() -> None:
    """A wrong code, another browser's, another address's and one that was used are refused alike."""
    shell, made = shared()
    guest, other = Guest(shell), Guest(shell, "192.0.2.8")
    codes = []
    for one in (guest, other):
        one.choose(made, "join")
        one.ask(ADA)
        codes.append(latest_code(shell))
    statuses = [
        other.enrol(codes[0]).status_code,
        guest.enrol(other_than(codes[0])).status_code,
        guest.send(f"{guest.base}/join/code", code=codes[0], password=SECRET, address="ann@example.org").status_code,
        guest.send(f"{guest.base}/join/code", code=codes[0], password=SECRET, address=ADA).status_code,
    ]
    guest.get(f"{guest.base}/join")
    again = guest.send(f"{guest.base}/join/code", code=codes[0], password=SECRET, address=ADA).status_code

    assert ([403, 403, 403, 303], 403) == (statuses, again)


def test_a_code_for_an_account_lasts_ten_minutes() -> None:
    """A code is good until ten minutes after it was asked for, and not at that instant."""
    statuses = []
    for microseconds in (-1, 0):
        shell, made = shared()
        guest = Guest(shell)
        guest.choose(made, "join")
        guest.ask(ADA)
        code = latest_code(shell)
        shell.clock.forward(minutes=10, microseconds=microseconds)
        statuses.append(guest.enrol(code).status_code)

    assert [303, 403] == statuses


def test_five_wrong_codes_end_a_code_for_an_account() -> None:
    """After five wrong tries the right code is wrong as well, whatever waits there were."""
    shell, made = shared()
    guest = Guest(shell)
    guest.choose(made, "join")
    guest.ask(ADA)
    code = latest_code(shell)
    for _ in range(5):
        guest.enrol(other_than(code))
        shell.clock.forward(seconds=61)

    assert 403 == guest.enrol(code).status_code


def test_a_new_password_is_chosen_without_any_link() -> None:
    """Who has an account and has forgotten its password gets a code from the sign-in page as well, and is told by mail."""
    shell, _, guest = joined()
    other = Guest(shell, "192.0.2.8")
    other.get(f"{other.base}/join")
    other.ask(ADA)
    other.enrol(latest_code(shell), OTHER)

    assert f"{other.base}" == other.page.headers["location"]
    assert (False, True) == (guest.inside, other.inside)
    assert "Your password was changed" == subjects(shell)[-1]
    assert 403 == guest.sign_in(password=SECRET).status_code
    assert 303 == guest.sign_in(password=OTHER).status_code


def test_a_new_password_ends_what_the_old_one_opened() -> None:
    """Every other browser is signed out, and what it opened by signing in is closed (ASVS 7.4.3)."""
    shell, made, guest = joined()
    before = gate(guest.get(made.path).text)
    Guest(shell, "192.0.2.8").join(made, password=OTHER)

    assert ("page", "address") == (before, gate(guest.get(made.path).text))


def test_a_new_password_leaves_the_second_factor() -> None:
    """Who brings a code from the mailbox still owes the code of the app (ASVS 6.4.3)."""
    shell, made, guest = joined()
    app, _ = guest.set_factor()
    shell.clock.forward(minutes=1)
    other = Guest(shell, "192.0.2.8")
    answer = other.join(made, password=OTHER)

    assert (200, "One more step", False) == (answer.status_code, heading(answer.text), other.inside)
    done = other.send(f"{other.base}/sign-in/code", code=app.code(shell.clock.now()))
    assert (303, made.path, True) == (done.status_code, done.headers["location"], other.inside)


# --- signing in -------------------------------------------------------------------------------------------------------


def test_signing_in_at_the_gate_opens_the_link() -> None:
    """From the gate to the sign-in and straight back, through it."""
    shell, made, _ = joined()
    other = Guest(shell, "192.0.2.8")
    other.choose(made, "sign-in")
    done = other.send(f"{other.base}/sign-in", address="ADA@example.com", password=SECRET)

    assert (303, made.path) == (done.status_code, done.headers["location"])
    assert "page" == gate(other.follow().text)


def test_every_sign_in_gives_the_browser_another_id() -> None:
    """The former id is worth nothing, and what it had moves on (spec G10, ASVS 7.2.4)."""
    shell, _, _ = joined()
    secret = shell.make_link(password=PASSWORD)
    other = Guest(shell, "192.0.2.8")
    other.client.post(secret.path, data={"password": PASSWORD})
    before = dict(other.client.cookies)
    other.sign_in()
    thief = Guest(shell, "192.0.2.9")
    thief.client.cookies.update(before)

    assert before["__Host-exshare-visitor"] != other.client.cookies["__Host-exshare-visitor"]
    assert ("page", "password") == (gate(other.get(secret.path).text), gate(thief.get(secret.path).text))
    assert (True, False) == (other.inside, thief.inside)


def test_who_is_signed_in_goes_on_at_another_gate_with_one_press() -> None:
    """The gate of another link of the site says as whom, and one press opens it; a link that does not admit them says so
    and leads to another sign-in.
    """
    shell, made, guest = joined()
    mine = shell.make_link(people=People.parse(["example.com"]))
    theirs = shell.make_link(people=People.parse([EVE]))
    offered = guest.get(mine.path).text
    pressed = guest.choose(mine, "go-on")
    refused = guest.choose(theirs, "go-on")

    assert f"Continue as {ADA}" in offered
    assert (303, "page") == (pressed.status_code, gate(guest.client.get(mine.path).text))
    assert (403, "This page cannot be opened with this account") == (refused.status_code, heading(refused.text))
    again = guest.send(f"{guest.base}/sign-out")
    assert ("Sign in to see shared pages", False) == (heading(again.text), guest.inside)
    assert "address" == gate(guest.get(made.path).text)


def test_a_gate_that_asks_for_nobody_offers_no_account() -> None:
    """A password gate, and one that demands an organisation, offer no account and take none."""
    for form in ({"password": PASSWORD}, {"sso": True}):
        shell = Shell()
        made = shell.make_link(**form)
        guest = Guest(shell)
        page = guest.get(made.path).text
        kinds = [gate(guest.choose(made, way).text) for way in ("sign-in", "join", "go-on")]

        assert "account" not in page
        assert [gate(page)] * 3 == kinds


def test_another_person_in_the_same_browser_has_nothing_of_the_first() -> None:
    """Signing in as somebody else ends what the first had proved in that browser."""
    shell, made, guest = joined()
    Guest(shell, "192.0.2.8").join(made, "grace@example.org", OTHER)
    theirs = shell.make_link(people=People.parse([ADA]))
    guest.choose(theirs, "go-on")
    before = gate(guest.get(theirs.path).text)
    guest.choose(shell.make_link(people=People.parse(["grace@example.org"])), "sign-in")
    guest.send(f"{guest.base}/sign-in", address="grace@example.org", password=OTHER)

    assert ("page", "address") == (before, gate(guest.get(theirs.path).text))
    assert "Continue as grace@example.org" in guest.page.text


def test_a_session_ends_by_itself() -> None:
    """Half an hour without use, or twelve hours in all, and the password is asked for again (spec G10)."""
    shell, _, guest = joined()
    seen = []
    for minutes in (29, 29, 30):
        shell.clock.forward(minutes=minutes)
        seen.append(guest.inside)
    guest.sign_in()
    for _ in range(25):
        shell.clock.forward(minutes=28, seconds=48)
        seen.append(guest.inside)

    assert [True, True, False, *[True] * 24, False] == seen


def test_the_second_factor_is_a_second_step_in_the_same_browser() -> None:
    """After the password nobody is in yet: a code of the app is asked for, good once, in that browser, for 5 minutes."""
    shell, _, guest = joined()
    app, _ = guest.set_factor()
    other, thief = Guest(shell, "192.0.2.8"), Guest(shell, "192.0.2.9")
    shell.clock.forward(minutes=1)
    asked = other.sign_in()
    thief.get(f"{thief.base}/sign-in")
    code = app.code(shell.clock.now())
    elsewhere = thief.send(f"{thief.base}/sign-in/code", code=code)
    wrong = other.send(f"{other.base}/sign-in/code", code="000000")
    right = other.send(f"{other.base}/sign-in/code", code=code)

    assert (200, "One more step") == (asked.status_code, heading(asked.text))
    assert (f"{thief.base}/sign-in?late", 403, 303) == (
        elsewhere.headers["location"],
        wrong.status_code,
        right.status_code,
    )
    assert other.inside
    late = Guest(shell, "192.0.2.10")
    late.sign_in()
    replayed = late.send(f"{late.base}/sign-in/code", code=code).status_code
    shell.clock.forward(minutes=5)
    over = late.send(f"{late.base}/sign-in/code", code=app.code(shell.clock.now()))
    assert (403, f"{late.base}/sign-in?late") == (replayed, over.headers["location"])


def test_a_recovery_code_works_once() -> None:
    """When the app is lost, one of the codes that were shown signs in, and never again."""
    shell, _, guest = joined()
    _, recovery = guest.set_factor()
    statuses = []
    for network in ("192.0.2.8", "192.0.2.9"):
        other = Guest(shell, network)
        other.sign_in()
        statuses.append(other.send(f"{other.base}/sign-in/code", recovery=f" {recovery[3].upper()} ").status_code)

    assert (10, [303, 403]) == (len(recovery), statuses)
    assert told(shell).count(Kind.RECOVERY_CODE_USED) == 1


def test_five_wrong_second_factors_end_the_step() -> None:
    """Then the password is asked for again, and the right code of the app does nothing."""
    shell, _, guest = joined()
    app, _ = guest.set_factor()
    shell.clock.forward(minutes=1)
    other = Guest(shell, "192.0.2.8")
    other.sign_in()
    codes = [other.send(f"{other.base}/sign-in/code", code="000000").status_code for _ in range(5)]
    other.get(f"{other.base}/sign-in")
    after = other.send(f"{other.base}/sign-in/code", code=app.code(shell.clock.now()))

    assert [403, 403, 403, 403, 303] == codes
    assert (f"{other.base}/sign-in?late", False) == (after.headers["location"], other.inside)


# --- the shares -------------------------------------------------------------------------------------------------------


def test_shares_are_found_again_and_opened_with_one_press() -> None:
    """What was opened with the account is listed in every browser it signs in to, by the words of its address or none;
    one press opens it; what is taken off the list stays off.
    """
    shell, _, guest = joined(slug="spring-fair")
    shell.clock.forward(minutes=1)
    plain = shell.make_link(people=People.parse([ADA]))
    guest.choose(plain, "go-on")
    other = Guest(shell, "192.0.2.8")
    other.sign_in()
    listed = other.follow().text
    pressed = other.client.post(f"{other.base}/go-on", data=first_form(listed, "go-on"))
    other.client.post(f"{other.base}/forget", data=first_form(other.get(other.base).text, "forget"))

    assert listed.index("Shared page") < listed.index("spring fair")
    assert (303, plain.path) == (pressed.status_code, pressed.headers["location"])
    assert "page" == gate(other.client.get(plain.path).text)
    left = other.get(other.base).text
    assert (False, True) == ("Shared page<" in left, "spring fair" in left)


def first_form(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form with this action."""
    start = html.index(f'/{action}">')
    return hidden(html[start : html.index("</form>", start)])


def test_a_share_that_is_no_more_answers_like_any_other() -> None:
    """The list says nothing of what became of a link; opening it gets the one neutral answer (spec G8)."""
    shell, made, guest = joined()
    form = first_form(guest.get(guest.base).text, "go-on")
    run_delete(shell, made)
    gone = guest.client.post(f"{guest.base}/go-on", data=form)
    unknown = guest.client.get(f"/s/{'N' * 43}")

    assert (404, unknown.content) == (gone.status_code, gone.content)


def run_delete(shell: Shell, made: Made) -> None:
    """Its owner deletes the link."""
    run(shell.sharing.delete(shell.owner, made.id))


def test_nothing_of_a_page_is_kept_with_an_account() -> None:
    """No title, no text and no name of a link is on the pages of an account, nor in what is stored (spec L3, S1)."""
    shell, made, guest = joined(name="For the board only")
    guest.client.get(made.path)
    pages = guest.get(guest.base).text + guest.settings().text
    stored = repr([getattr(shell.storage.state, table) for table in ("accounts", "account_sessions", "shares")])

    assert [] == [word for word in ("Handbook", "How we work", "For the board only") if word in pages + stored]
    assert [] == [word for word in (ADA, "ada", SECRET, made.token) if word in stored]


# --- looking after it -------------------------------------------------------------------------------------------------


def test_a_password_is_changed_by_who_knows_it() -> None:
    """The old one is asked for, every rule that the new one breaks is named, and all other browsers are signed out."""
    shell, _, guest = joined()
    other = Guest(shell, "192.0.2.8")
    other.sign_in()
    wrong = guest.act("password", old="not this one at all", new="short")
    same = guest.act("password", old=SECRET, new=SECRET)
    before = guest.client.cookies["__Host-exshare-visitor"]
    right = guest.act("password", old=SECRET, new=OTHER)

    assert (400, 400, 303) == (wrong.status_code, same.status_code, right.status_code)
    assert "that is not your password" in wrong.text
    assert "at least 15 characters" in wrong.text
    assert "that is the password you have" in same.text
    assert (True, False) == (guest.inside, other.inside)
    assert before != guest.client.cookies["__Host-exshare-visitor"]
    assert "Your password was changed" == subjects(shell)[-1]


def test_a_mail_address_is_changed_by_a_code_to_the_new_one() -> None:
    """The password and a code to the new mailbox are needed; the old mailbox is told; lists judge by the new one."""
    shell, made, guest = joined()
    wrong = guest.act("address", address="ada@example.org", password="not this one at all")
    asked = guest.act("address", address="ada@example.org", password=SECRET)
    code = latest_code(shell)
    to = shell.mailer.sent[-1].recipient
    refused = guest.send(f"{guest.base}/address/code", code=other_than(code))
    done = guest.send(f"{guest.base}/address/code", code=code)
    notices = subjects(shell)

    assert (403, 200, 403, 303) == tuple(one.status_code for one in (wrong, asked, refused, done))
    assert "ada@example.org" == str(to)
    assert ("Your account has another mail address now", ADA) == (notices[-1], str(shell.mailer.sent[-1].recipient))
    assert "address" == gate(guest.get(made.path).text)
    assert "Continue as ada@example.org" in guest.page.text
    other = Guest(shell, "192.0.2.8")
    assert (403, 303) == (other.sign_in().status_code, other.sign_in("ada@example.org").status_code)


def test_a_mailbox_that_has_an_account_cannot_be_taken() -> None:
    """The answer is the same to the byte as for a free one, and no code is sent."""
    shell, made, guest = joined()
    Guest(shell, "192.0.2.8").join(made, "grace@example.org", OTHER)
    pages = []
    for address in ("grace@example.org", "green@example.org"):
        shell.recorder.calls.clear()
        page = guest.act("address", address=address, password=SECRET)
        pages.append((page.status_code, page.text.replace(address, "…"), dict(shell.recorder.calls)))
        fates = [one.fate for one in shell.send_letters()]

        assert [Fate.DROPPED if address.startswith("grace") else Fate.SENT] == fates
    assert pages[0] == pages[1]


def test_a_second_factor_needs_the_password_and_a_first_code() -> None:
    """Neither an open browser nor the password alone sets one up or takes one away."""
    shell, _, guest = joined()
    wrong = guest.act("second-factor", password="not this one at all")
    asked = guest.act("second-factor", password=SECRET)
    early = guest.send(f"{guest.base}/second-factor/set", code="000000")
    app, recovery = guest.set_factor()
    stays = guest.act("second-factor/remove", password="not this one at all")
    fresh = guest.act("recovery-codes", password=SECRET)
    gone = guest.act("second-factor/remove", password=SECRET)

    assert (403, 200, 403, 403, 200, 303) == tuple(one.status_code for one in (wrong, asked, early, stays, fresh, gone))
    assert "Set up an authenticator app" == heading(early.text)
    assert [] == [code for code in recovery if code in fresh.text]
    assert 303 == Guest(shell, "192.0.2.8").sign_in().status_code
    assert ADA == app.account


def test_browsers_are_signed_out_one_by_one_and_everywhere() -> None:
    """A person sees where they are signed in, and ends one, all others, or all, with what was opened there."""
    shell, made, guest = joined()
    others = [Guest(shell, f"192.0.2.{number}") for number in (8, 9, 10)]
    for other in others:
        shell.clock.forward(minutes=1)
        other.sign_in()
        other.choose(made, "go-on")
    page = guest.settings().text
    names = [line.split('value="')[1].split('"')[0] for line in page.split("<input") if 'name="end"' in line]
    guest.act("sessions", end=names[0])
    first = [other.inside for other in others]
    opened = [gate(other.get(made.path).text) for other in others]
    guest.act("sessions", end="others")
    second = [other.inside for other in others]
    guest.act("sessions", end="everywhere")

    assert all(f"192.0.2.{number}" in page for number in (7, 8, 9, 10))
    assert ([True, True, False], ["page", "page", "address"]) == (first, opened)
    assert ([False] * 3, False) == (second, guest.inside)
    assert "address" == gate(guest.get(made.path).text)


def test_signing_out_closes_what_the_sign_in_opened() -> None:
    """In that browser alone; what was proved otherwise stays."""
    shell, made, guest = joined()
    secret = shell.make_link(password=PASSWORD)
    guest.client.post(secret.path, data={"password": PASSWORD})
    guest.get(guest.base)
    guest.send(f"{guest.base}/sign-out")

    assert ("address", "page") == (gate(guest.get(made.path).text), gate(guest.get(secret.path).text))
    assert not guest.inside


def test_people_get_their_own_data() -> None:
    """A file of JSON with the account, its sessions, proofs and shares, and with no hash, secret or session id."""
    shell, made, guest = joined()
    guest.set_factor()
    answer = guest.act("data")
    data = json.loads(answer.text)

    assert 'attachment; filename="my-data.json"' == answer.headers["content-disposition"]
    assert (ADA, "acme", 10) == (
        data["account"]["address"],
        data["account"]["site"],
        data["account"]["recovery_codes_left"],
    )
    assert [f"{shell.base_url}{made.path}"] == [one["address"] for one in data["shares"]]
    assert [("sign-in", made.id)] == [(one["kind"], one["link"]) for one in data["proofs"]]
    assert ["192.0.2.7"] == [one["network"] for one in data["sessions"]]
    assert [] == [word for word in ("hash", "digest", "factor_secret") if word in answer.text]


def test_a_deleted_account_leaves_nothing_but_that_it_happened() -> None:
    """The password is needed; sessions, proofs and shares go with it, the mailbox is told and may join again."""
    shell, made, guest = joined()
    guest.set_factor()
    other = Guest(shell, "192.0.2.8")
    wrong = guest.act("delete", password="not this one at all")
    done = guest.act("delete", password=SECRET)
    state = shell.storage.state
    left = [state.accounts, state.account_sessions, state.account_steps, state.shares]

    assert (403, f"{guest.base}/sign-in?gone") == (wrong.status_code, done.headers["location"])
    assert [{}] * 4 == left
    assert [] == [proof for proof in state.proofs.values() if proof.account is not None]
    assert "address" == gate(guest.get(made.path).text)
    assert ("Your account was deleted", Kind.ACCOUNT_DELETED) == (subjects(shell)[-1], told(shell)[-1])
    assert 403 == other.sign_in().status_code
    assert 303 == other.join(made).status_code


# --- sites ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/sign-in", "/join", "/settings", "/sign-in/code"])
@pytest.mark.parametrize("site", ["nowhere", "ACME", "-", "a.b", "acme%2f.."])
def test_the_pages_of_a_site_that_is_not_there_are_the_one_404(path: str, site: str) -> None:
    """Whoever asks learns of no site's name; the answer is that of an unknown link, and gives no cookie (spec G8)."""
    client = Shell().client()
    answer = client.get(f"/account/{site}{path}")
    unknown = client.get(f"/s/{'N' * 43}")

    assert (404, unknown.content, None) == (answer.status_code, answer.content, answer.headers.get("set-cookie"))
