"""A named link: words in its address that a member typed, that mean nothing, and that nothing else ever gives away."""

from __future__ import annotations

import pytest

from exshare_core.errors import InvalidValues
from exshare_core.links import checked_slug
from tests.integration.members import NEW, Seat, words_of
from tests.integration.shell import BASE_URL, ROOT, Made, Shell, run


def url(shell: Shell, made: Made) -> str:
    """The address that members are shown."""
    return str(run(shell.sharing.url(shell.record(made))))


def secret(address: str) -> str:
    """The part of an address that counts."""
    return address[-43:]


@pytest.mark.parametrize("slug", ["a", "spring-fair", "2026", "x" * 80, "a--b"])
def test_words_of_small_letters_digits_and_hyphens_are_taken(slug: str) -> None:
    """L2: up to 80 of them, as the member typed them."""
    assert slug == checked_slug(slug)


@pytest.mark.parametrize("slug", ["-", "-a", "a-", "A", "ä", "a b", "a/b", "a.b", "%41", "x" * 81, "a\n", "a_b"])
def test_other_words_are_refused(slug: str) -> None:
    """L2, L13: nothing is mended silently, and no link is left behind."""
    shell = Shell()
    with pytest.raises(InvalidValues) as caught:
        shell.make_link(slug=slug)

    assert ["slug"] == [failure.field for failure in caught.value.failures]
    assert {} == shell.storage.state.links


def test_the_address_works_with_its_words_without_them_and_with_others() -> None:
    """L2: whatever stands before the last 43 characters is decoration."""
    shell = Shell()
    address = url(shell, shell.make_link(slug="spring-fair"))
    token = secret(address)

    assert f"{BASE_URL}/s/spring-fair-{token}" == address
    assert [200, 200, 200, 404] == [
        shell.client().get(f"/s/{segment}").status_code
        for segment in (f"spring-fair-{token}", token, f"autumn-fair-{token}", f"spring-fair{token}")
    ]


def test_addresses_in_a_page_keep_the_words() -> None:
    """L3, V1: a visitor who came by a named link goes on by it, and no page says anything else of the link."""
    shell = Shell()
    made = shell.make_link(slug="spring-fair", name="For the board", children=True)
    text = shell.client().get(made.path).text

    assert f'href="{made.path}/p/{ROOT}"' in text
    assert "For the board" not in text


def test_a_new_address_keeps_the_words() -> None:
    """L3, L4: rotation changes the secret part alone."""
    shell = Shell()
    made = shell.make_link(slug="spring-fair")
    before = url(shell, made)
    _, after = run(shell.sharing.rotate(None, made.id))

    assert (f"{BASE_URL}/s/spring-fair-", f"{BASE_URL}/s/spring-fair-") == (before[:-43], after[:-43])
    assert secret(before) != secret(after)


def test_changed_words_leave_every_address_as_it_was() -> None:
    """L2, G9: who has the old spelling goes on, and nobody proves anything again."""
    shell = Shell()
    made = shell.make_link(slug="spring-fair")
    version = shell.link(made).security_version
    shell.edit_link(made, slug="autumn-fair")
    renamed = url(shell, made)
    shell.edit_link(made)

    assert (f"{BASE_URL}/s/autumn-fair-", secret(made.token)) == (renamed[:-43], secret(renamed))
    assert f"{BASE_URL}/s/{secret(made.token)}" == url(shell, made)
    assert 200 == shell.client().get(made.path).status_code
    assert version == shell.link(made).security_version


def test_words_are_typed_and_never_taken_from_the_title() -> None:
    """L2: a form that says nothing makes an address without words; the form of a named link shows them."""
    shell = Shell()
    seat = Seat.of(shell)
    plain, named = (seat.submit(seat.new_form(ROOT), NEW, slug=slug) for slug in ("", "spring-fair"))
    pages = [seat.get(answer.headers["location"].partition("?")[0]) for answer in (plain, named)]

    assert [False, True] == [f"{BASE_URL}/s/spring-fair-" in words_of(page) for page in pages]
    assert [False, True] == ['value="spring-fair"' in page.text for page in pages]
    assert ["handbook" in words_of(page).partition("/s/")[2][:60].lower() for page in pages] == [False, False]
