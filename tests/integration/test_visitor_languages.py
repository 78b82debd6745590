"""In which language visitors are spoken to (spec V8), and that no answer tells more in one than in another (spec G8)."""

from __future__ import annotations

import pytest
from attrs import evolve

from exshare_core.values import People
from exshare_web.app import create_app
from exshare_web.languages import NAMES
from tests.integration.guests import Guest
from tests.integration.members import Seat
from tests.integration.shell import PASSWORD, UNKNOWN_TOKEN, Shell, run

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
QUESTION = {
    "en": "This page is protected by a password",
    "de": "Diese Seite ist durch ein Passwort geschützt",
    "pl": "Ta strona jest chroniona hasłem",
}
COOKIE = "__Host-exshare-language"


def spoken(text: str) -> str:
    """The language that a page says it is in."""
    return text.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize("code", NAMES)
def test_a_gate_speaks_as_the_browser_wishes(code: str) -> None:
    """V8: the page, its language and the header say the same."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    answer = shell.client().get(made.path, headers={"accept-language": code})

    assert QUESTION[code] in answer.text
    assert code == spoken(answer.text)
    assert code == answer.headers["content-language"]


def test_who_wishes_for_none_of_ours_is_spoken_to_as_the_site_says() -> None:
    """V8: the site's language, else the deployment's; a wish stands over both, and strangers hear no site's."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    shell.app = create_app(evolve(shell.services, language="pl", languages={shell.site: "de"}))
    french = shell.client(headers={"accept-language": "fr"})

    assert "de" == spoken(french.get(made.path).text)
    assert "pl" == spoken(french.get(f"/s/{UNKNOWN_TOKEN}").text)
    assert "en" == spoken(french.get(made.path, headers={"accept-language": "en"}).text)


@pytest.mark.parametrize("path", ["/manage/{site}/links", "/manage/{site}/account", "/manage/sign-in", "/api/v1"])
def test_pages_for_members_say_that_they_are_in_english(path: str) -> None:
    """V8, WCAG 3.1.1: whatever the browser wishes or the site speaks; and no other language is offered there."""
    shell = Shell()
    shell.app = create_app(evolve(shell.services, language="pl", languages={shell.site: "de"}))
    page = Seat.of(shell).client.get(path.format(site=shell.site), headers=GERMAN)

    assert ("en", "en") == (spoken(page.text), page.headers["content-language"])
    assert "?lang=" not in page.text


LETTERS = {"en": "Your code: ", "de": "Ihr Code: ", "pl": "Twój kod: "}


@pytest.mark.parametrize(("header", "code"), [("en", "en"), ("pl", "pl"), ("fr", "de")])
def test_a_code_is_written_in_the_language_of_its_gate(header: str, code: str) -> None:
    """V8: as the browser wishes, else as the site speaks; and so does the page that waits for the code."""
    shell = Shell()
    shell.use(evolve(shell.services.visiting, language_of={shell.site: "de"}.__getitem__))
    shell.app = create_app(evolve(shell.services, languages={shell.site: "de"}))
    made = shell.make_link(people=People.parse(["ada@example.com"]))
    client = shell.client(headers={"accept-language": header})
    page = client.post(made.path, data={"address": "ada@example.com"})
    shell.send_letters()

    assert code == spoken(page.text)
    assert shell.mailer.sent[-1].subject.startswith(LETTERS[code])


@pytest.mark.parametrize("code", NAMES)
def test_a_code_for_an_account_is_written_in_the_language_of_its_page(code: str) -> None:
    """V8: what was picked at the foot of a page counts for the letter that is asked for there."""
    shell = Shell()
    made = shell.make_link(people=People.parse(["ada@example.com"]))
    guest = Guest(shell)
    guest.client.cookies.set(COOKIE, code)
    guest.choose(made, "join")
    guest.ask("ada@example.com")
    shell.send_letters()

    assert [LETTERS[code]] == [one.subject[: -len("12345678")] for one in shell.mailer.sent]


def test_what_was_picked_is_kept_by_the_browser() -> None:
    """V8: picked at the foot of a page, over what the browser wishes for, until something else is picked."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    client = shell.client(headers=GERMAN)
    picked = client.get(f"{made.path}?lang=pl")

    assert "pl" == spoken(picked.text)
    assert f"{COOKIE}=pl; Max-Age=31536000; HttpOnly; Path=/; SameSite=Lax; Secure" in picked.headers["set-cookie"]
    assert "pl" == spoken(client.get(made.path).text)
    assert "en" == spoken(client.get(f"{made.path}?lang=en").text)
    assert "en" == spoken(client.get(made.path).text)


def test_a_frame_keeps_it_in_the_jar_of_the_page_around() -> None:
    """G10: other sites' pages have jars of their own."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, frame_origins=("https://intranet.example",))
    answer = shell.client().get(f"{made.path}?lang=de", headers={"sec-fetch-dest": "iframe"})

    assert f"{COOKIE}=de; Max-Age=31536000; HttpOnly; Path=/; SameSite=None; Secure; Partitioned" in (
        answer.headers.get_list("set-cookie")
    )


@pytest.mark.parametrize("wish", ["xx", "DE", "", "de%00", "../de", "de&lang=zz"])
def test_a_language_that_there_is_not_is_no_wish(wish: str) -> None:
    """V8: what is none of ours is as if nothing had been picked, and is not kept."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    answer = shell.client(headers=GERMAN, cookies={COOKIE: "zz"}).get(f"{made.path}?lang={wish}")

    assert "de" == spoken(answer.text)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("code", NAMES)
def test_strangers_cannot_tell_more_in_any_language(code: str) -> None:
    """G8: unknown and disabled are one body and one set of headers, and set no cookie, though a language was picked."""
    shell = Shell()
    made = shell.make_link()
    run(shell.sharing.disable(None, made.id))
    client = shell.client()
    answers = [client.get(f"{path}?lang={code}") for path in (made.path, f"/s/{UNKNOWN_TOKEN}", "/nowhere")]

    assert 1 == len({answer.content for answer in answers})
    assert [404] * 3 == [answer.status_code for answer in answers]
    assert 1 == len({tuple(sorted(answer.headers.items())) for answer in answers})
    assert "set-cookie" not in answers[0].headers
    assert code == spoken(answers[0].text)


def test_a_wrong_proof_is_answered_in_the_language_in_hand() -> None:
    """V8: forms keep the language that was picked, with or without the cookie."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    wrong = shell.client().post(f"{made.path}?lang=de", data={"password": "wrong"})

    assert 403 == wrong.status_code
    assert "Das war nicht richtig." in wrong.text


def test_what_is_no_page_names_no_language() -> None:
    """A style sheet or a way on to another page is in none."""
    shell = Shell()

    assert "content-language" not in shell.client(headers=GERMAN).get("/static/exshare.css").headers
    assert "content-language" not in shell.client(headers=GERMAN).get("/healthz").headers
