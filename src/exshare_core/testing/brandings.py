"""The promises of BrandingRepository and of StyleSheets."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve
from hypothesis import strategies as st

from exshare_core.branding import Branding, Colour, Picture
from exshare_core.errors import InvalidValues, StaleBranding
from exshare_core.events import Actor, Event, Kind
from exshare_core.ports import Storage, StyleSheets
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import NOW, a_link, an_event, fresh_site
from exshare_core.values import SiteId

_PNG = b"\x89PNG\r\n\x1a\n"

_texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60)
_pictures = st.builds(lambda data: Picture(_PNG + data, "image/png"), st.binary(max_size=40))
_brandings = st.builds(
    Branding,
    st.builds(fresh_site),
    name=_texts,
    footer=_texts,
    gate=_texts,
    home=_texts,
    accent=st.none() | st.builds(Colour, *[st.integers(0, 255)] * 3),
    dark=st.booleans(),
    styles=_texts,
    logo=st.none() | _pictures,
    icon=st.none() | _pictures,
)


def a_branding(site: SiteId, version: int = 1, *, logo: bytes = b"logo", icon: bytes = b"icon") -> Branding:
    """How a site may look, with both pictures."""
    return Branding(
        site,
        version,
        name="Acme",
        accent=Colour(31, 95, 191),
        styles="h1 { color: red }",
        logo=Picture(_PNG + logo, "image/png"),
        icon=Picture(_PNG + icon, "image/png"),
    )


def _changed(site: SiteId) -> Event:
    return Event(Kind.BRANDING_CHANGED, site, NOW, Actor.MEMBER)


class BrandingRepositoryContract(Contract[Storage]):
    """How a site looks is stored whole, one version after the other."""

    @promise
    async def test_a_site_that_never_said_anything_says_nothing(self, storage: Storage) -> None:
        """`of_site` is the empty branding at version 0, whatever other sites say."""
        await storage.brandings.replace(a_branding(fresh_site()), [])
        site = fresh_site()

        assert Branding(site) == await storage.brandings.of_site(site)

    @law(st.lists(_brandings, min_size=2, max_size=2))
    async def test_every_part_of_a_branding_survives(self, storage: Storage, value: list[Branding]) -> None:
        """A branding comes back as it was stored, and storing another leaves nothing of the earlier one."""
        site = fresh_site()
        for version, branding in enumerate(value, 1):
            stored = evolve(branding, site=site, version=version)
            await storage.brandings.replace(stored, [])

            assert stored == await storage.brandings.of_site(site)

    @promise
    async def test_a_stale_branding_changes_nothing(self, storage: Storage) -> None:
        """`replace` raises StaleBranding with the version in force, unless it follows on that; no event is stored."""
        branding = a_branding(fresh_site())
        await storage.brandings.replace(branding, [])
        link = a_link(branding.site)
        for version in (0, 1, 3):
            with pytest.raises(StaleBranding) as raised:
                await storage.brandings.replace(evolve(branding, version=version, name="late"), [an_event(link)])

            assert 1 == raised.value.current
        assert branding == await storage.brandings.of_site(branding.site)
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_of_two_brandings_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored whole and all others are refused."""
        for version in (1, 2):
            site = fresh_site()
            if version == 2:
                await storage.brandings.replace(a_branding(site), [])
            given = [a_branding(site, version, logo=bytes([number]), icon=bytes([number])) for number in range(4)]
            results = await asyncio.gather(
                *(storage.brandings.replace(one, []) for one in given), return_exceptions=True
            )
            winners = [one for one, result in zip(given, results, strict=True) if result is None]

            assert [StaleBranding] * 3 == [type(result) for result in results if result is not None]
            assert winners == [await storage.brandings.of_site(site)]

    @promise
    async def test_a_branding_is_stored_with_its_events(self, storage: Storage) -> None:
        """After `replace`, the branding and its events are there."""
        branding = a_branding(fresh_site())
        link = a_link(branding.site)
        event = an_event(link, Kind.BRANDING_CHANGED)
        await storage.brandings.replace(branding, [event])

        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_picture_is_there_while_it_is_shown(self, storage: Storage) -> None:
        """`picture` gives logos and icons that are shown now, byte for byte, and None for those of before and for others."""
        first = a_branding(fresh_site(), logo=b"first logo", icon=b"first icon")
        assert first.logo is not None
        assert first.icon is not None
        assert await storage.brandings.picture(first.logo.digest) is None
        await storage.brandings.replace(first, [])

        assert first.logo == await storage.brandings.picture(first.logo.digest)
        assert first.icon == await storage.brandings.picture(first.icon.digest)

        second = evolve(first, version=2, logo=Picture(_PNG + b"second", "image/webp"), icon=None)
        await storage.brandings.replace(second, [])
        assert second.logo is not None

        assert second.logo == await storage.brandings.picture(second.logo.digest)
        assert await storage.brandings.picture(first.logo.digest) is None
        assert await storage.brandings.picture(first.icon.digest) is None
        assert await storage.brandings.picture("") is None

    @promise
    async def test_a_sheet_is_there_while_it_is_shown(self, storage: Storage) -> None:
        """`styles` gives a sheet that is shown now, and None for one of before and for that of sites without one."""
        first = evolve(a_branding(fresh_site()), styles=f"/* {fresh_site()} */")
        await storage.brandings.replace(first, [])

        assert first.styles == await storage.brandings.styles(first.styles_digest)

        await storage.brandings.replace(evolve(first, version=2, styles=""), [])

        assert await storage.brandings.styles(first.styles_digest) is None
        assert await storage.brandings.styles("") is None

    @promise
    async def test_two_sites_may_show_one_picture(self, storage: Storage) -> None:
        """What one site shows no more is there as long as another shows it."""
        first, second = (a_branding(fresh_site(), logo=b"shared") for _ in range(2))
        for one in (first, second):
            await storage.brandings.replace(one, [])
        await storage.brandings.replace(evolve(first, version=2, logo=None), [])
        assert second.logo is not None

        assert second.logo == await storage.brandings.picture(second.logo.digest)


REACHES = (
    "a { background: url(https://example.com/x) }",
    "a { background: url('x') }",
    "a { background: URL(x) }",
    "a { background: u\\72l(x) }",
    "a { background: \\75rl(x) }",
    "a { background: image-set('x' 1x) }",
    "a { background: -webkit-image-set(url(x) 1x) }",
    "a { background: src('x') }",
    "a { background: image('x') }",
    "a { background: element(#main) }",
    "a { background: paint(x) }",
    "a { width: expression(alert(1)) }",
    "a { -moz-binding: url(x) }",
    "a { behavior: url(x) }",
    "@import 'x';",
    "@import url(x);",
    "@\\69mport 'x';",
    "@font-face { font-family: x; src: url(x) }",
    "@namespace svg url(http://www.w3.org/2000/svg);",
    "@charset 'utf-8'; a { color: red }",
    "@media screen { a { background: url(x) } }",
    "a { --x: url(x) }",
    "a { color: red; background: url(x",
)
"""Sheets that would fetch something, or might in some browser."""

MOVES = (
    "a { position: fixed }",
    "a { POSITION: absolute }",
    "a { po\\73ition: fixed }",
    "a { z-index: 9 }",
    "a { inset: 0 }",
    "a { top: 0 }",
    "a { transform: scale(99) }",
    "a { translate: 0 -99px }",
    "a { margin-top: -900px }",
    "a { margin: 0 0 -1px }",
    "a { margin: calc(0px - 900px) }",
    "a { margin: calc(1px * -infinity) }",
    "a { text-indent: calc(-\\69nfinity * 1px) }",
    "a { margin: calc(1px / -0) }",
    "a { margin: calc(-pi * 99px) }",
    "li { list-style-type: 'paid' }",
    "li { --x: 'paid'; list-style: var(--x) }",
    "a { content: 'paid' }",
    "a { animation: x 1s }",
    "a { opacity: 0 }",
    "a { visibility: hidden }",
    "a { float: left }",
    "@media print { a { position: fixed } }",
    "@media print { @media screen { a { z-index: 1 } } }",
)
"""Sheets that would put something over, or hide, what the site has not written."""

UNREADABLE = (
    "a {",
    "a { color }",
    "a { color: }",
    "} a { color: red }",
    "a { color: red; } b",
    "<!-- a { color: red }",
    "a { color: red }</style>",
    "a; @import 'x'; b { color: red }",
    "a { font-family: '\\d800' }",
    "a { --x: --/**/> }",
    "<!/**/-- a { color: red }",
    "a { color: #fff\\9 }",
    f"a {{ --x: {'(' * 4000}{')' * 4000} }}",
    f"a {{ --x: {'{' * 900}{'}' * 900} }}",
    f"a{':is(' * 2000}b{')' * 2000} {{ color: red }}",
)
"""What is no sheet, or only in part, no text, or nested until a reader gives up."""

GOOD = (
    "",
    "h1 { color: #15b; }",
    ".ex-body p { font-family: Georgia, serif; line-height: 1.6; }",
    "@media (min-width: 40rem) { main { max-width: 60rem; padding: 1rem 2rem; } }",
    "blockquote { border-left: 3px solid rgb(31 95 191 / 50%); background: linear-gradient(#fff, #f5f6f8); }",
    ".ex-body { --wide: min(100%, 60rem); max-width: var(--wide); margin: 0 auto; }",
    "a:hover, a:focus-visible { text-decoration: underline; }",
)
"""Sheets that say how things look and nothing else."""


class StyleSheetsContract(Contract[StyleSheets]):
    """A sheet says how a page looks, reaches nothing, and moves over nothing."""

    @promise
    async def test_a_sheet_that_reaches_elsewhere_is_refused(self, styles: StyleSheets) -> None:
        """Whatever fetches, in every way of writing it."""
        for sheet in REACHES:
            with pytest.raises(InvalidValues):
                styles.checked(sheet)

    @promise
    async def test_a_sheet_that_moves_over_others_is_refused(self, styles: StyleSheets) -> None:
        """Whatever takes something from its place, hides it, or writes in its stead."""
        for sheet in MOVES:
            with pytest.raises(InvalidValues):
                styles.checked(sheet)

    @promise
    async def test_what_cannot_be_read_is_refused(self, styles: StyleSheets) -> None:
        """What browsers would repair in their own way is not given to them."""
        for sheet in UNREADABLE:
            with pytest.raises(InvalidValues):
                styles.checked(sheet)

    @promise
    async def test_every_failure_names_its_line(self, styles: StyleSheets) -> None:
        """All of them are told at once."""
        with pytest.raises(InvalidValues) as raised:
            styles.checked("h1 { color: red }\n\na { position: fixed;\n background: url(x) }")

        assert ["line 3", "line 4"] == [one.rule.partition(":")[0] for one in raised.value.failures]
        assert {"styles"} == {one.field for one in raised.value.failures}

    @promise
    async def test_a_good_sheet_says_what_it_said(self, styles: StyleSheets) -> None:
        """Each is given back with its selectors, properties and values, and comes out the same a second time."""
        for sheet in GOOD:
            checked = styles.checked(sheet)

            assert _squeezed(sheet) == _squeezed(checked)
            assert checked == styles.checked(checked)

    @promise
    async def test_a_sheet_ends_no_element_that_holds_it(self, styles: StyleSheets) -> None:
        """No result holds what would end a <style>, whatever stands in comments and strings."""
        for sheet in ("/* </style> */ h1 { color: red }", "h1 { font-family: '</style><script>' }"):
            try:
                checked = styles.checked(sheet)
            except InvalidValues:
                continue

            assert "</" not in checked


def _squeezed(sheet: str) -> str:
    return "".join(sheet.split()).replace(";}", "}")
