"""Samples of a look: a gate and a shared page as visitors would meet them, drawn in frames on the admin's page (spec V9).

A frame holds its whole document, so that nothing is stored, nothing is fetched anew, and what the site's own sheet says
reaches the sample and never the page around it. No script is needed, and none could run.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from hashlib import sha256

from attrs import evolve, frozen
from starlette.responses import Response

from exshare_core.branding import DARK, LIGHT, Branding, by_day, by_night, told_contrast
from exshare_web.brand import brand_of, wearing
from exshare_web.headers import PAGE_POLICY
from exshare_web.rendering import Pages


@frozen
class Sample:
    """One document in a frame."""

    title: str
    night: bool
    document: str


@frozen
class _Asked:
    """The one step of a gate that asks for nothing else."""

    step: int = 1
    steps: int = 1


def samples(pages: Pages, look: Branding) -> Iterator[Sample]:
    """A gate and a shared page by day and, where the site is ever dark, by night. The sheet of `look` has been checked."""
    for night in (False, True) if look.dark else (False,):
        when = "by night" if night else "by day"
        with wearing(brand_of(evolve(look, dark=night))):
            # A browser that takes the focus into a frame takes it out of the form
            gate = pages.text("gate_password.html", ask=_Asked(), wrong=False).replace(" autofocus", "")
            page = pages.text("sample_page.html", styles=look.styles)
        yield Sample(f"A gate {when}", night, gate)
        yield Sample(f"A shared page {when}", night, page)


def contrasts(look: Branding) -> str:
    """How well the colour of a look is read, in a sentence; empty where it has none."""
    if look.accent is None:
        return ""
    by = f"By day {look.accent} has a contrast of {told_contrast(by_day(look.accent).brand, LIGHT)} with the page"
    if not look.dark:
        return f"{by}."
    night = by_night(look.accent).brand
    return f"{by}, by night {night} one of {told_contrast(night, DARK)}."


def allow(response: Response, look: Branding) -> Response:
    """The answer with leave for the very sheet of `look` to stand in its frames, which have the policy of their page."""
    if look.styles:
        named = base64.b64encode(sha256(look.styles.encode()).digest()).decode("ascii")
        policy = PAGE_POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{named}'")
        response.headers["content-security-policy"] = policy
    return response
