"""What members are called in the activity and the history."""

from __future__ import annotations

import pytest

from exshare_core.values import MemberId
from exshare_web.member_names import called, with_names

ADA, GONE = MemberId("0123456789abcdef0123456789abcdef"), MemberId("fedcba9876543210fedcba9876543210")
NAMES = {ADA: "ada", MemberId("version"): "eve"}


def test_a_member_goes_by_name_and_one_who_is_gone_by_id() -> None:
    """The name where it is known; else the id, and a word that says why."""
    assert ("ada", f"{GONE} (gone)") == (called(NAMES, ADA), called(NAMES, GONE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ADA, "ada"),
        (f"owner {ADA}", "owner ada"),
        (f"group staff, member {ADA}, member {GONE}", f"group staff, member ada, member {GONE}"),
        ("version 3", "version 3"),
        (f"terms {ADA}{ADA}", f"terms {ADA}{ADA}"),
        (f"X{ADA}", f"X{ADA}"),
        ("", ""),
    ],
)
def test_ids_of_members_in_a_text_become_names(text: str, expected: str) -> None:
    """Whole ids of members who are known, and nothing else: no word that is somebody's name by chance, no digest."""
    assert expected == with_names(NAMES, text)
