"""No title that crosses the ports names a host of the site; what it says otherwise stays (spec V3)."""

from __future__ import annotations

import asyncio

import pytest

from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.neutral import Neutral, NeutralFiles, NeutralFinder, NeutralPages
from exshare_core.content import Attachment, PageStatus, Reading
from exshare_core.testing.fakes.content import MemoryFiles, MemoryFinder, MemoryPage, MemoryPages, MemorySite
from exshare_core.values import AccountId, AttachmentId, PageId

NEUTRAL = Neutral(SiteAddresses.of(Flavour.CLOUD, "https://acme.atlassian.net/wiki"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Lamps", "Lamps"),
        ("", ""),
        ("Moved to acme.atlassian.net", "Moved to (internal link)"),
        ("See https://ACME.atlassian.net/wiki/x/Ab today", "See (internal link) today"),
        ("//acme.atlassian.net:443/a b", "(internal link) b"),
        ("acme.atlassian.net and acme.atlassian.net", "(internal link) and (internal link)"),
        ("Rules of acme.atlassian.network", "Rules of acme.atlassian.network"),
        ("<acme.atlassian.net> & İ", "<(internal link)> & İ"),
    ],
)
def test_hosts_are_neutral_words(written: str, told: str) -> None:
    """A host, with the address that it begins, becomes words; another that only looks like it stays."""
    assert told == NEUTRAL.text(written)


def test_every_title_is_neutral() -> None:
    """A page, its facts, its place among others, its status and the links to it say the same neutral title."""
    ada, top, page = AccountId("557058:ada"), PageId("1"), PageId("2")
    site = MemorySite(accounts={ada}, statuses={page: PageStatus("Copied to acme.atlassian.net")})
    site.pages = {top: MemoryPage(top, "Lamps"), page: MemoryPage(page, "acme.atlassian.net: rules", parent=top)}
    pages, finder = NeutralPages(MemoryPages(site), NEUTRAL), NeutralFinder(MemoryFinder(site), NEUTRAL)

    async def titles() -> list[str]:
        reading, (many,) = await pages.read(page, ada), (await pages.readings([page], ada)).values()
        (facts,), (nodes, _) = (await pages.facts([page], ada)).values(), await pages.level(top, 10)
        (linked,), status = (await finder.titles([page])).values(), await pages.status(page)
        assert isinstance(reading, Reading)
        assert isinstance(many, Reading)
        assert isinstance(status, PageStatus)
        read = [reading.draft.title, reading.facts.title, many.draft.title, getattr(facts, "title", "")]
        return [*read, nodes[0].title, linked, status.name]

    assert [*["(internal link): rules"] * 6, "Copied to (internal link)"] == asyncio.run(titles())


def test_a_file_is_told_under_a_neutral_name_and_judged_by_its_own() -> None:
    """In a list and by itself a file is told without the host; what is cut and fetched goes by what it is called."""
    page, file = PageId("2"), AttachmentId("att7")
    site = MemorySite()
    site.add(MemoryPage(page, "Lamps"))
    site.attach(Attachment(file, page, "of acme.atlassian.net", "text/plain", 2), b"on")
    files = NeutralFiles(MemoryFiles(site), NEUTRAL)

    async def names() -> list[tuple[str, str]]:
        single, listed = await files.attachment(file), await files.attachments(page)
        return [(one.name, one.told) for one in (single, *listed) if one is not None]

    assert [("of acme.atlassian.net", "of (internal link)")] * 2 == asyncio.run(names())
