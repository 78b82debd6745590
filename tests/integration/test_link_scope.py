"""What of a tree or a space a link reaches, set by a member and met by a visitor: addresses, lists and files agree."""

from __future__ import annotations

from typing import Any

import pytest

from exshare_core.capabilities import Capabilities
from exshare_core.links import LabelFilter
from tests.integration.members import LINKS, Seat, words_of
from tests.integration.shell import CHILD, FOLDER, INSIDE, OF_CHILD, ROOT, Shell


def statuses(shell: Shell, *addresses: str) -> list[int]:
    """What a new visitor is answered at each address."""
    return [shell.client().get(address).status_code for address in addresses]


CHOICES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [200, 200, 200]),
    ({"labels": LabelFilter.parse("any: Public")}, [200, 404, 404]),
    ({"labels": LabelFilter.parse("without: public")}, [404, 200, 200]),
    ({"labels": LabelFilter.parse("all: public, final")}, [404, 404, 404]),
    ({"carve_outs": (CHILD,)}, [404, 200, 200]),
    ({"carve_outs": (FOLDER,)}, [200, 404, 404]),
    ({"carve_outs": (INSIDE,)}, [200, 200, 404]),
]


@pytest.mark.parametrize(("form", "expected"), CHOICES, ids=[str(sorted(form)) for form, _ in CHOICES])
def test_pages_below_are_reached_as_chosen(form: dict[str, Any], expected: list[int]) -> None:
    """L6: a page that is not chosen answers as one that does not exist, and stands in no list; the root always opens."""
    shell = Shell()
    made = shell.make_link(children=True, **form)
    root = shell.client().get(made.path)

    assert expected == statuses(shell, made.page(CHILD), made.page(FOLDER), made.page(INSIDE))
    assert ["First steps" in root.text, "Chapters" in root.text] == [status == 200 for status in expected[:2]]
    assert 200 == root.status_code


def test_files_of_a_page_that_is_left_out_stay_there() -> None:
    """L6, V5: a carve-out leaves out the files as well, at once, and through an address that was known before."""
    shell = Shell()
    files = Capabilities.parse(["attachments=view"])
    made = shell.make_link(children=True, allow=files)
    before = statuses(shell, made.file(OF_CHILD))
    shell.edit_link(made, children=True, allow=files, carve_outs=(CHILD,))

    assert [200, 404] == before + statuses(shell, made.file(OF_CHILD))


def test_the_link_page_says_what_is_left_out() -> None:
    """M2, L6: labels and carve-outs are told in words where the link is shown."""
    shell = Shell()
    made = shell.make_link(children=True, labels=LabelFilter.parse("without: draft, internal"), carve_outs=(CHILD,))
    words = words_of(Seat.of(shell).get(f"{LINKS}/{made.id}"))

    assert "this page and those below without the labels draft, internal" in words
    assert f"leaving out {CHILD} and what is below" in words


def test_a_carve_out_at_an_address_of_the_root_is_no_way_around() -> None:
    """L6: the page is refused under every spelling of its address, and by every method."""
    shell = Shell()
    made = shell.make_link(ROOT, children=True, carve_outs=(CHILD,))
    client = shell.client()

    assert [404, 404, 404] == [
        client.get(f"{made.page(CHILD)}?from=0").status_code,
        client.head(made.page(CHILD)).status_code,
        client.get(f"/s/some-words-{made.token}/p/{CHILD}").status_code,
    ]
