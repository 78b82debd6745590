"""A change on its way: first what it would do, then, on purpose, the change itself (spec P6).

Every form of admins goes one way. It is sent for a preview, which shows the dry run and carries the whole form; from
there it is saved, or taken back to the form with everything that was typed. Who was overtaken by somebody else is shown
what is in force beside what they typed (spec L12).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.errors import InvalidValue, StalePolicy
from exshare_core.governance import SitePolicy
from exshare_core.governing import DryRun
from exshare_core.impact import Consequence
from exshare_core.permissions import Shift
from exshare_core.policy import Limits
from exshare_core.values import SpaceKey
from exshare_web.admin import restrictions, words
from exshare_web.manager import forms
from exshare_web.manager.forms import Filled
from exshare_web.manager.pages import framed
from exshare_web.manager.session import Desk

SHOWN = 200
"""How many links a preview names."""

STEPS = frozenset({"csrf", "version", "do"})
"""The fields that every form of admins has."""

STALE = (
    "Somebody changed what is set here while you were editing. Your entries are kept and not saved yet: "
    "compare them with what is saved now, then preview them again."
)


class Wanted(Protocol):
    """A change that could be made."""

    async def dry_run(self) -> DryRun:
        """What it would do; raises InvalidValue and StalePolicy."""

    async def change(self) -> SitePolicy:
        """Make it; raises as `dry_run`."""

    async def shifts(self) -> tuple[tuple[Shift, ...], int]:
        """The rights of members that it moves, and the number of members for whom that cannot be said."""


@frozen
class Whole:
    """A change of anything that is set on the site, made on what was seen."""

    desk: Desk
    policy: SitePolicy
    """With the version that was seen."""

    async def dry_run(self) -> DryRun:
        """See `Wanted.dry_run`."""
        return await self.desk.governing.dry_run(self.desk.member, self.policy)

    async def change(self) -> SitePolicy:
        """See `Wanted.change`."""
        return await self.desk.governing.change(self.desk.member, self.policy)

    async def shifts(self) -> tuple[tuple[Shift, ...], int]:
        """See `Wanted.shifts`; a scheme's own form knows more."""
        return (), 0


@frozen
class OfSpace:
    """A change of one space's limits, which its own admins may make."""

    desk: Desk
    space: SpaceKey
    version: int
    limits: Limits

    async def dry_run(self) -> DryRun:
        """See `Wanted.dry_run`."""
        return await self.desk.governing.dry_run_space(self.desk.member, self.space, self.version, self.limits)

    async def change(self) -> SitePolicy:
        """See `Wanted.change`."""
        return await self.desk.governing.change_space(self.desk.member, self.space, self.version, self.limits)

    async def shifts(self) -> tuple[tuple[Shift, ...], int]:
        """See `Wanted.shifts`: limits move none."""
        return (), 0


@frozen
class Form:
    """One form of admins: where it is, how it is read, and how it is shown again."""

    heading: str
    """What would be changed, as the preview names it."""
    action: str
    """Where the form is sent to."""
    back: str
    """Where cancelling leads."""
    done: str
    """Where saving leads."""
    read: Callable[[], Awaitable[Wanted]]
    """Raises InvalidValue with everything that is wrong."""
    show: Callable[[Filled, int], Awaitable[Response]]


async def submitted(request: Request, desk: Desk, form: Form) -> Response:
    """Preview what was sent, save it, or show its form again, as the button says that was pressed."""
    step, typed = desk.fields.get("do", ""), Filled(desk.fields)
    if step == "edit":
        return await form.show(typed, 200)
    try:
        wanted = await form.read()
        if step == "save":
            await wanted.change()
            return RedirectResponse(form.done, 303)
        found = await wanted.dry_run()
    except StalePolicy as error:
        fresh = {**desk.fields, "version": str(error.current)}
        return await form.show(Filled(fresh, {"": STALE}), 412)
    except InvalidValue as error:
        named: dict[str, str] = {}
        for name, rule in forms.errors_of(error).items():
            place = restrictions.field_of(name)
            named[place] = f"{named[place]}; {rule}" if place in named else rule
        return await form.show(evolve(typed, errors=named), 400)
    return await _preview(request, desk, form, found, await wanted.shifts())


async def _preview(
    request: Request, desk: Desk, form: Form, found: DryRun, moved: tuple[tuple[Shift, ...], int]
) -> Response:
    carried = {name: value for name, value in desk.fields.items() if name not in ("csrf", "do")}
    owners = await desk.sharing.names(desk.member, {one.owner for one in found.impacts[:SHOWN]})
    return await framed(
        request,
        desk,
        "admin_preview.html",
        form=form,
        found=found,
        counts=counts(found),
        impacts=found.impacts[:SHOWN],
        more=max(0, len(found.impacts) - SHOWN),
        owners=owners,
        carried=carried,
        shifts=moved[0],
        untold=moved[1],
        rights=words.RIGHTS,
        what=words.what,
        reasons=words.reasons,
    )


def counts(found: DryRun) -> Mapping[str, int]:
    """How many links would be suspended, cut and restored."""
    return {one.value: found.count(one) for one in Consequence}


def version(desk: Desk) -> int:
    """The version of the policy that the form was made from."""
    return forms.version(desk.fields)
