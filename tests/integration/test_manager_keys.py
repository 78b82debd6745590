"""A member's API keys on their pages: made once, seen with their last use, revoked (spec A2)."""

from __future__ import annotations

import re

from exshare_web.api.declaring import ROOT as API
from tests.integration.members import Seat, another_member, forms_of, words_of
from tests.integration.shell import SITE, Shell

KEYS = f"/manage/{SITE}/keys"


def the_key(text: str) -> str:
    """The key that stands on a page."""
    (found,) = set(re.findall(r"exshare_[A-Za-z0-9_-]{43}", text))
    return str(found)


def test_a_key_is_shown_once_and_works() -> None:
    """It stands on the answer to the form and never again; a program that sends it acts as the member."""
    shell = Shell()
    seat = Seat.of(shell)
    made = seat.submit(seat.get(KEYS), KEYS, name="nightly", operations="links:read")
    key = the_key(made.text)
    used = shell.client().get(f"{API}/key", headers={"authorization": f"Bearer {key}"})
    again = seat.get(KEYS)

    assert (201, 200) == (made.status_code, used.status_code)
    assert ("ada", ["links:read"]) == (used.json()["member"], used.json()["operations"])
    assert key not in again.text
    assert "nightly active" in words_of(again)
    assert "Used 1 times" in words_of(again)


def test_a_revoked_key_stays_listed_and_works_no_more() -> None:
    """Its last use can still be seen."""
    shell = Shell()
    seat = Seat.of(shell)
    key = the_key(seat.submit(seat.get(KEYS), KEYS, name="nightly", operations="links:read").text)
    page = seat.get(KEYS)
    (revoke,) = [action for action in forms_of(page) if action.endswith("/revoke")]
    answer = seat.submit(page, revoke)

    assert (303, f"{KEYS}?done=revoked") == (answer.status_code, answer.headers["location"])
    assert 401 == shell.client().get(f"{API}/key", headers={"authorization": f"Bearer {key}"}).status_code
    assert "nightly revoked" in words_of(seat.get(KEYS))


def test_what_will_not_do_is_named_and_nothing_is_lost() -> None:
    """Every wrong field says so, and what was typed stands there still."""
    seat = Seat.of(Shell())
    answer = seat.submit(seat.get(KEYS), KEYS, name="nightly", networks="here", until="2020-01-01T00:00")

    assert 422 == answer.status_code
    assert "No key was made" in words_of(answer)
    assert ["nightly"] == forms_of(answer)[KEYS]["name"]
    assert ["here"] == forms_of(answer)[KEYS]["networks"]
    assert "You have no key yet." in words_of(seat.get(KEYS))


def test_nobody_sees_or_revokes_the_keys_of_others() -> None:
    """For another member they are not there."""
    shell = Shell()
    ada, bob = Seat.of(shell), another_member(shell)
    ada.submit(ada.get(KEYS), KEYS, name="nightly", operations="links:read")
    (revoke,) = [action for action in forms_of(ada.get(KEYS)) if action.endswith("/revoke")]

    assert "nightly" not in bob.get(KEYS).text
    assert 404 == bob.post(revoke).status_code
    assert "nightly active" in words_of(ada.get(KEYS))
