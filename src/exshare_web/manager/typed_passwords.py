"""Carries the password of a link's form over pages on which it was not stored: sealed in a hidden field, not for long.

It rests nowhere. Only the vault opens it, for the session and the form of the page or link that it was typed in.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from exshare_core.errors import CannotUnseal
from exshare_core.passwords import MOST
from exshare_core.sealed_texts import opened_before, shut_until
from exshare_web.form_tokens import form_token
from exshare_web.manager.forms import Filled
from exshare_web.manager.session import Desk

FIELD = "held"

HELD_FOR = timedelta(minutes=15)
"""How long a typed password can be taken up again."""

LONGEST_HELD = 4096
"""Characters of a sealed password at most."""

_PURPOSE = "typed password"


async def recalled(desk: Desk, place: str) -> Desk:
    """The desk with the form as it was meant: a password that was typed on the page before, and not anew, is in it.

    `place` is the page or the link that the form is of.
    """
    fields = {name: value for name, value in desk.fields.items() if name != FIELD}
    if FIELD in desk.fields and fields.get("password_choice") == "new" and not fields.get("password"):
        fields["password"] = await _taken_up(desk, desk.fields[FIELD][:LONGEST_HELD], place)
    return evolve(desk, fields=fields)


async def keeping(desk: Desk, filled: Filled, place: str) -> Filled:
    """The form to be shown again, with its password sealed into it unless that itself was refused."""
    password = filled.get("password")
    if filled.get("password_choice") != "new" or filled.error("password") or not 0 < len(password) <= MOST:
        return filled
    until = desk.sharing.clock.now() + HELD_FOR
    held = await shut_until(desk.sharing.vault, password, _PURPOSE, desk.site, _bound(desk, place), until)
    return evolve(filled, held=held)


async def _taken_up(desk: Desk, text: str, place: str) -> str:
    """The password in `text`; none where it was sealed for another place or its time is over: it is typed again then."""
    now = desk.sharing.clock.now()
    try:
        return await opened_before(desk.sharing.vault, text, _PURPOSE, desk.site, _bound(desk, place), now)
    except CannotUnseal:
        return ""


def _bound(desk: Desk, place: str) -> str:
    """This session's form of one page or link."""
    return form_token(desk.secret, f"typed password {place}")
