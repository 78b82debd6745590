"""How the site looks to its visitors: a form that shows a sample of what it would be, and the pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.branding import LARGEST_ICON, LARGEST_LOGO, Branding, Colour, Picture
from exshare_core.errors import InvalidValue, InvalidValues, StaleBranding
from exshare_core.governing.presenting import Presenting
from exshare_web.admin.samples import allow, contrasts, samples
from exshare_web.manager import forms
from exshare_web.manager.forms import Filled, Reading, errors_of
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

TEXTS = ("name", "footer", "gate", "home", "styles")
FIELDS = frozenset({"csrf", "version", "do", "accent", "dark", *TEXTS})
PICTURES: Mapping[str, int] = {"logo": LARGEST_LOGO, "icon": LARGEST_ICON}
"""The pictures of a site, and the bytes that each may have."""

STALE = (
    "Somebody changed the look while you were editing. Your entries are kept and not saved yet: look at them once more."
)
DONE: Mapping[str, str] = {"saved": "Saved. Pages look like this from now on.", "pictures": "The pictures are saved."}


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/branding``: how the site looks now, as a form."""
    branding = await _presenting(request, desk).branding(desk.member)
    return await _page(request, desk, branding, Filled(_typed(branding)))


async def submit(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/branding``: show a sample of what was typed or of a look that says nothing, or save it."""
    presenting = _presenting(request, desk)
    saved = await presenting.branding(desk.member)
    if desk.fields.get("do") == "reset":
        plain = Branding(desk.site, saved.version, logo=saved.logo, icon=saved.icon)
        return await _page(request, desk, plain, Filled({**_typed(plain), "do": "preview"}))
    typed = Filled(desk.fields)
    try:
        wanted = evolve(_read(desk, saved), version=forms.version(desk.fields))
        if desk.fields.get("do") == "save":
            await presenting.change(desk.member, wanted)
            return RedirectResponse(f"{_path(request, desk)}?done=saved", 303)
        wanted = await presenting.dry_run(desk.member, wanted)
    except StaleBranding as error:
        fresh = {**desk.fields, "version": str(error.current)}
        return await _page(request, desk, saved, Filled(fresh, {"": STALE}), 412)
    except InvalidValue as error:
        return await _page(request, desk, saved, evolve(typed, errors=errors_of(error), places=FIELDS), 400)
    return await _page(request, desk, wanted, typed)


async def submit_pictures(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/branding/pictures``: put pictures in the place of those that are shown, or take them away."""
    presenting = _presenting(request, desk)
    saved = await presenting.branding(desk.member)
    try:
        wanted = evolve(_pictured(desk, saved), version=forms.version(desk.fields))
        await presenting.change(desk.member, wanted)
    except StaleBranding:
        return await _page(request, desk, saved, Filled(_typed(saved), {"": STALE}), 412)
    except InvalidValue as error:
        return await _page(
            request, desk, saved, Filled(_typed(saved), errors_of(error), places=frozenset(PICTURES)), 400
        )
    return RedirectResponse(f"{_path(request, desk)}?done=pictures", 303)


def _presenting(request: Request, desk: Desk) -> Presenting:
    return shell(request).services.presenting[desk.site]


def _path(request: Request, desk: Desk) -> str:
    return f"{base(request, desk)}/policy/branding"


def _read(desk: Desk, saved: Branding) -> Branding:
    """What the form says, with the pictures that are there; raises InvalidValues with every field that cannot be read."""
    reading = Reading(desk.fields)
    reading.refuse_unknown(FIELDS)
    accent = desk.fields.get("accent", "").strip()
    colour = reading.tried(lambda: Colour.parse(accent, "accent"), None) if accent else None
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    name, footer, gate, home, styles = (_text(desk.fields.get(one, "")) for one in TEXTS)
    return evolve(
        saved,
        name=name,
        footer=footer,
        gate=gate,
        home=home,
        styles=styles,
        accent=colour,
        dark=reading.ticked("dark"),
    )


def _pictured(desk: Desk, saved: Branding) -> Branding:
    """The look with the pictures that were sent, without those that were ticked; raises InvalidValues for what is none."""
    reading = Reading(desk.fields)
    reading.refuse_unknown(frozenset({"csrf", "version", *(f"remove_{name}" for name in PICTURES)}))
    logo, icon = _picture(desk, reading, "logo", saved.logo), _picture(desk, reading, "icon", saved.icon)
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    return evolve(saved, logo=logo, icon=icon)


def _picture(desk: Desk, reading: Reading, name: str, saved: Picture | None) -> Picture | None:
    if name in desk.files:
        return reading.tried(lambda: Picture.read(desk.files[name], PICTURES[name], name), saved)
    return None if reading.ticked(f"remove_{name}") else saved


def _text(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def _typed(branding: Branding) -> dict[str, str]:
    """The form of a look as it is."""
    return {
        "version": str(branding.version),
        "accent": "" if branding.accent is None else str(branding.accent),
        "dark": "on" if branding.dark else "",
        **{name: getattr(branding, name) for name in TEXTS},
    }


async def _page(request: Request, desk: Desk, shown: Branding, filled: Filled, status: int = 200) -> Response:
    """The form, with samples of what `shown` makes of the pages of visitors."""
    sample = filled.get("do") == "preview" and status == 200
    response = await framed(
        request,
        desk,
        "admin_branding.html",
        status,
        filled=filled,
        version=filled.get("version"),
        branding=shown,
        sample=sample,
        samples=list(samples(shell(request).pages, shown)),
        contrasts=contrasts(shown),
        done=DONE.get(request.query_params.get("done", ""), "") if request.method == "GET" else "",
    )
    return allow(response, shown)
