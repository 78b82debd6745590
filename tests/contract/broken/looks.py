"""Storages that keep how sites look, and readers of style sheets, each wrong in one way."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve

from exshare_adapters.tinycss2_styles import Tinycss2Styles
from exshare_core.branding import Branding, Picture
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.testing.brandings import StyleSheetsContract
from exshare_core.testing.fakes.brandings import MemoryBrandings
from tests.contract.broken.rows import row, stored


class MixesLooks(MemoryBrandings):
    """A site that never said anything looks like another."""

    async def of_site(self, site: Any) -> Branding:
        return self.state.brandings.get(site) or next(iter(self.state.brandings.values()), Branding(site))


class LosesTheIcon(MemoryBrandings):
    """An icon is not kept."""

    async def replace(self, branding: Any, events: Any) -> None:
        await super().replace(evolve(branding, icon=None), events)


class KeepsTheOldLogo(MemoryBrandings):
    """A logo that was taken away stays."""

    async def replace(self, branding: Any, events: Any) -> None:
        before = await self.of_site(branding.site)
        await super().replace(evolve(branding, logo=branding.logo or before.logo), events)


class TakesLateLooks(MemoryBrandings):
    """Whoever comes last is right."""

    async def replace(self, branding: Any, events: Any) -> None:
        self.state.brandings[branding.site] = branding
        self.state.record(events)


class LooksThenPaints(MemoryBrandings):
    """Between the look at the version and the write, others come in."""

    async def replace(self, branding: Any, events: Any) -> None:
        stored = await self.of_site(branding.site)
        await asyncio.sleep(0)
        self.state.brandings.pop(branding.site, None)
        if stored.version:
            self.state.brandings[branding.site] = stored
        await super().replace(branding, events)


class PaintsInSilence(MemoryBrandings):
    """What was done is not written down."""

    async def replace(self, branding: Any, events: Any) -> None:
        await super().replace(branding, [])


class KnowsLogosOnly(MemoryBrandings):
    """An icon is not found."""

    async def picture(self, digest: str) -> Picture | None:
        logos = (one.logo for one in self.state.brandings.values())
        return next((logo for logo in logos if logo is not None and logo.digest == digest), None)


class GivesAnyPicture(MemoryBrandings):
    """Some picture, whatever is asked for."""

    async def picture(self, digest: str) -> Picture | None:
        shown = (one.logo for one in self.state.brandings.values())
        return await super().picture(digest) or next(iter(shown), None)


class ForgetsSharedPictures(MemoryBrandings):
    """What one site shows no more, nobody shows."""

    async def replace(self, branding: Any, events: Any) -> None:
        before = await self.of_site(branding.site)
        await super().replace(branding, events)
        for site, other in self.state.brandings.items():
            if site != branding.site and before.logo not in (None, branding.logo) and other.logo == before.logo:
                self.state.brandings[site] = evolve(other, logo=None)


class GivesEmptySheets(MemoryBrandings):
    """A site without a sheet has one that says nothing."""

    async def styles(self, digest: str) -> str | None:
        return await super().styles(digest) if digest else ""


class LetsThrough(Tinycss2Styles):
    """Whatever is written is right."""

    def checked(self, styles: str) -> str:
        return styles


class ForgetsEverything(Tinycss2Styles):
    """No sheet says anything."""

    def checked(self, styles: str) -> str:
        super().checked(styles)
        return ""


class TellsTheFirstOnly(Tinycss2Styles):
    """One failure hides the others."""

    def checked(self, styles: str) -> str:
        try:
            return super().checked(styles)
        except InvalidValues as error:
            raise InvalidValues(error.failures[:1]) from None


class NamesNoLine(Tinycss2Styles):
    """It is wrong somewhere."""

    def checked(self, styles: str) -> str:
        try:
            return super().checked(styles)
        except InvalidValues as error:
            raise InvalidValues(tuple(InvalidValue("styles", "not allowed") for _ in error.failures)) from None


ROWS = [
    stored("brandings", MixesLooks, "a_site_that_never_said_anything_says_nothing"),
    stored("brandings", LosesTheIcon, "every_part_of_a_branding_survives", "a_picture_is_there_while_it_is_shown"),
    stored("brandings", KeepsTheOldLogo, "every_part_of_a_branding_survives"),
    stored("brandings", TakesLateLooks, "a_stale_branding_changes_nothing", "of_two_brandings_at_once_one_wins"),
    stored("brandings", LooksThenPaints, "of_two_brandings_at_once_one_wins"),
    stored("brandings", PaintsInSilence, "a_branding_is_stored_with_its_events"),
    stored("brandings", KnowsLogosOnly, "a_picture_is_there_while_it_is_shown"),
    stored("brandings", GivesAnyPicture, "a_picture_is_there_while_it_is_shown"),
    stored("brandings", GivesEmptySheets, "a_sheet_is_there_while_it_is_shown"),
    stored("brandings", ForgetsSharedPictures, "two_sites_may_show_one_picture"),
    row(
        StyleSheetsContract,
        LetsThrough,
        "a_sheet_that_reaches_elsewhere_is_refused",
        "a_sheet_that_moves_over_others_is_refused",
        "what_cannot_be_read_is_refused",
        "a_sheet_ends_no_element_that_holds_it",
    ),
    row(StyleSheetsContract, ForgetsEverything, "a_good_sheet_says_what_it_said"),
    row(StyleSheetsContract, TellsTheFirstOnly, "every_failure_names_its_line"),
    row(StyleSheetsContract, NamesNoLine, "every_failure_names_its_line"),
]
"""Adapters with one thing wrong each, and the contract tests that must catch them."""
