"""The Data Center adapter keeps the promises of content against the stand-in, with a token and with a password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeVar

import pytest
from attrs import field, frozen

from exshare_adapters.confluence import DataCenterSettings, open_data_center
from exshare_core.content import Absence, Absent, NodeKind, Reading
from exshare_core.errors import AdapterFailed, Busy, CredentialRejected
from exshare_core.ports import Content
from exshare_core.testing.content import ContentContract
from exshare_core.testing.discussing import DiscussionsContract, HistoriesContract
from exshare_core.testing.prepared import Preparation, PreparedSite
from exshare_core.values import AccountId, AttachmentId, PageId, SpaceKey
from exshare_demo import pages
from exshare_demo.canaries import PASSWORD, PAT
from exshare_demo.datacenter_troubles import maintenance, rate_limit
from exshare_demo.files import generated
from exshare_demo.links import tiny
from exshare_demo.serving import standing
from exshare_demo.site import USER, Site, demo_site
from exshare_demo.writing import p
from tests.contract.talk import REVISED, VERSIONS, discussion, revise

T = TypeVar("T")

CONTEXT = "/wiki"
READER = AccountId("canarykey00lena")
PLAN = 41000001
STEPS = (41000002, 41000003, 41000004)
DROPPED, BOARD_ONLY = 41000005, 41000006
GROUPS = frozenset({pages.EVERYBODY, pages.LAMP_MAKERS, pages.PRICE_KEEPERS})
FILES = {"empty.bin": b"", "notes (1).txt": b"Wipe the lens.\n", "print.bin": generated(400_000, 5).read(0, 400_000)}


def prepared_site() -> Site:
    """The demo site with a plan of three steps, a dropped one, files, and a page for the connector alone."""
    site = demo_site()
    site.add_page(pages.START, "Foghorn plan", p("All about the foghorn."), page_id=PLAN)
    for number, title in zip((*STEPS, DROPPED), ("Zero", "First foghorn", "Last", "Dropped"), strict=True):
        site.add_page(PLAN, title, p("Sound the foghorn.") if title == "Last" else "", page_id=number)
    site.add_page(pages.HOME, "Nobody else", page_id=BOARD_ONLY)
    site.trash(DROPPED)
    site.restrict(BOARD_ONLY, pages.CONNECTOR)
    for label in ("public", "plan"):
        site.add_label(PLAN, label)
    site.add_label(PLAN, "favourite", "my")
    for name, data in FILES.items():
        site.add_file(PLAN, name, "application/octet-stream", data)
    revise(site)
    site.reindex()
    return site


def preparation(base: str) -> Preparation:
    """What `prepared_site` holds, at the address where it stands."""
    page = PageId(str(PLAN))
    forms = (
        f"/pages/viewpage.action?pageId={PLAN}",
        "/pages/viewpage.action?spaceKey=GUIDE&title=Foghorn+plan",
        "/display/GUIDE/Foghorn+plan",
        f"/spaces/GUIDE/pages/{PLAN}/Foghorn+plan",
        f"/spaces/GUIDE/pages/{PLAN}",
        f"/x/{tiny(PLAN)}",
    )
    return Preparation(
        space=SpaceKey("GUIDE"),
        reader=READER,
        page=page,
        title="Foghorn plan",
        labels=frozenset({"public", "plan"}),
        ancestors=(PageId(str(pages.HOME)), PageId(str(pages.START))),
        home=PageId(str(pages.HOME)),
        level=tuple((PageId(str(step)), NodeKind.PAGE) for step in STEPS),
        restricted=PageId(str(pages.RESTRICTED_PAGE)),
        below_restricted=PageId(str(pages.BELOW_RESTRICTED_PAGE)),
        forbidden=PageId(str(BOARD_ONLY)),
        absent={PageId(str(number)): Absence.MISSING for number in (99999999, DROPPED, pages.HIDDEN_PAGE)},
        locations={str(PLAN): page, **{base + form: page for form in forms}},
        foreign=(f"https://evil.example{CONTEXT}/display/GUIDE/Foghorn+plan", "file:///etc/passwd", "foghorn", ""),
        words="foghorn",
        named=PageId(str(STEPS[1])),
        telling=PageId(str(STEPS[2])),
        files=FILES,
        service=AccountId("canarykey00connector"),
        groups=GROUPS,
        discussed=PageId(str(pages.CARE)),
        discussion=discussion(former="Ivo Former"),
        revised=PageId(str(REVISED)),
        versions=VERSIONS,
        statuses={page: None},
    )


@frozen
class CentreSite:
    """A PreparedSite: the adapter over a stand-in that can be disturbed."""

    site: Site
    content: Content
    prepared: Preparation
    secret: str = field(repr=False)

    async def retitle(self, page: PageId, title: str) -> None:
        """Rename a page, and wait until no earlier answer is shared any more."""
        self.site.rename(int(page), title)
        await asyncio.sleep(1.05)

    async def answer_with_another_page(self, page: PageId) -> None:
        """Answer with the first step instead."""
        self.site.faults.other_page(f"/content/{page}", STEPS[0])

    async def stop_answering(self) -> None:
        """Nothing but errors of a proxy."""
        self.site.faults.fail("", times=None)

    async def stop_access_checks(self) -> None:
        """The connector is no administrator any more."""
        self.site.switches.may_check_permissions = False

    async def answer_nonsense(self) -> None:
        """JSON that is none."""
        self.site.faults.garbage_json("")

    async def reject_credential(self) -> None:
        """The credential is revoked."""
        self.site.revoke(self.secret)

    async def shorten_files(self) -> None:
        """Cut the line before the end."""
        self.site.faults.truncate("/download/", 70_000)

    async def lengthen_files(self) -> None:
        """Send a mebibyte without a declared length, though REST says how much less the file has."""
        self.site.faults.flood("/download/", 1)


@asynccontextmanager
async def opened(site: Site, secret: str = PAT, *, password: bool = False) -> AsyncIterator[CentreSite]:
    """The adapter over the site, with a token or a password."""
    with standing(site, context=CONTEXT) as at:
        base = at.datacenter
        if password:
            settings = DataCenterSettings(url=base, user=USER, password=secret, insecure=True)
        else:
            settings = DataCenterSettings(url=base, token=secret, insecure=True)
        async with asynccontextmanager(open_data_center)(settings) as content:
            yield CentreSite(site, content, preparation(base), secret)


class TestDataCenterWithAToken(ContentContract):
    """The adapter with a personal access token."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        async with opened(prepared_site()) as made:
            yield made


class TestTalkOnDataCenter(DiscussionsContract, HistoriesContract):
    """What was said and what was before, at a site that lists little at once."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        site = prepared_site()
        site.switches.page_cap = 2
        async with opened(site) as made:
            yield made


class TestDataCenterWithAPassword(ContentContract):
    """The adapter with a user name and a password, at a site that does otherwise whatever may be otherwise.

    It lists two entries at once, tells restrictions in one heap, gives files plain ids and ignores ranges.
    """

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        site = prepared_site()
        site.switches.page_cap = 2
        site.switches.relevant_shape = "merged"
        site.switches.restriction_shape = "flat"
        site.switches.server_information = False
        site.switches.attachment_prefix = ""
        site.switches.download_ranges = False
        async with opened(site, PASSWORD, password=True) as made:
            yield made


def asked(site: Site, question: Callable[[CentreSite], Awaitable[T]], *, password: bool = False) -> T:
    """What the adapter answers over the site as it was left."""

    async def go() -> T:
        async with opened(site, PASSWORD if password else PAT, password=password) as made:
            return await question(made)

    with asyncio.Runner() as runner:
        return runner.run(go())


def may_read(page: int, reader: AccountId = READER) -> Callable[[CentreSite], Awaitable[bool | None]]:
    """The question whether a person may read a page."""

    async def question(at: CentreSite) -> bool | None:
        found = await at.content.access.may_read([PageId(str(page))], reader)
        return found[PageId(str(page))]

    return question


def read(page: int) -> Callable[[CentreSite], Awaitable[Reading | Absent]]:
    """The question what a page holds."""

    async def question(at: CentreSite) -> Reading | Absent:
        return await at.content.pages.read(PageId(str(page)), READER)

    return question


async def manual(at: CentreSite) -> bytes:
    """The bytes of a file of the plan."""
    file = next(f for f in await at.content.files.attachments(at.prepared.page) if f.name == "notes (1).txt")
    async with at.content.files.stream(file, None) as stream:
        return b"".join([chunk async for chunk in stream.chunks()])


@pytest.mark.parametrize("shape", ["levels", "merged"])
def test_a_reader_must_pass_every_level(shape: Literal["levels", "merged"]) -> None:
    """Who passes one of two levels may not read the page, whichever shape tells the levels (spec L15)."""
    site = prepared_site()
    site.switches.relevant_shape = shape

    assert True is asked(site, may_read(pages.BELOW_RESTRICTED_PAGE))
    site.restrict(pages.CATALOGUE, pages.CONNECTOR, pages.MIRA)
    assert False is asked(site, may_read(pages.BELOW_RESTRICTED_PAGE))


def test_levels_beyond_one_answer_count() -> None:
    """A level that does not fit into the first answer keeps people out all the same."""
    site = prepared_site()
    site.switches.relevant_page = 1
    site.restrict(pages.CATALOGUE, pages.CONNECTOR, pages.LENA)
    site.restrict(pages.RESTRICTED_PAGE, pages.CONNECTOR, pages.MIRA)

    assert False is asked(site, may_read(pages.BELOW_RESTRICTED_PAGE))


def test_levels_come_in_one_call_with_their_pages() -> None:
    """An ancestor's restriction is told with that ancestor, without asking for each level (spec L6)."""
    site = prepared_site()
    reading = asked(site, read(pages.BELOW_RESTRICTED_PAGE))

    assert isinstance(reading, Reading)
    assert frozenset({PageId(str(pages.RESTRICTED_PAGE))}) == reading.facts.restricted
    assert [] == site.log.of("data-center", "byOperation")


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.leave(pages.LENA),
        lambda site: site.quit_group(pages.LENA, pages.EVERYBODY),
        lambda site: site.restrict(PLAN, pages.CONNECTOR),
        lambda site: site.move(PLAN, pages.TEAM_HOME) or site.quit_group(pages.LENA, pages.LAMP_MAKERS),
    ],
    ids=["left", "may not use the site", "restricted", "another space"],
)
def test_a_right_that_is_lost_is_lost_at_once(change: Callable[[Site], None]) -> None:
    """Whoever left, may not use the site, is not named or may not view the space, may not read (spec L15)."""
    site = prepared_site()

    assert True is asked(site, may_read(PLAN))
    change(site)
    assert False is asked(site, may_read(PLAN))


def test_a_token_that_counts_for_nobody_is_rejected() -> None:
    """A token that silently passes as anonymous makes no page look missing."""
    site = prepared_site()
    site.switches.bad_pat = "anonymous"
    site.revoke(PAT)
    with pytest.raises(CredentialRejected):
        asked(site, read(PLAN))


def test_passwords_that_are_switched_off_are_told() -> None:
    """The check says what is wrong where Basic is switched off."""
    site = prepared_site()
    site.switches.basic_disabled = True

    async def check(at: CentreSite) -> tuple[str, ...]:
        return await at.content.access.check()

    assert asked(site, check, password=True)
    with pytest.raises(CredentialRejected):
        asked(site, read(PLAN), password=True)


def test_a_sign_in_system_is_no_file() -> None:
    """Neither a redirect to another host nor a form that is a 200 passes for a file, and nothing is sent there."""
    site = prepared_site()

    assert FILES["notes (1).txt"] == asked(site, manual)
    site.switches.login_redirect = "https://sso.canary-lamps.example/start"
    with pytest.raises(AdapterFailed):
        asked(site, manual)
    site.switches.login_redirect = None
    site.faults.login_page("/download/")
    with pytest.raises(AdapterFailed):
        asked(site, manual)


def test_a_maintenance_page_is_no_page() -> None:
    """A page for people with status 200 in place of JSON is a failure, not an absence."""
    site = prepared_site()
    maintenance(site.faults, "/rest/", 200)
    with pytest.raises(AdapterFailed):
        asked(site, read(PLAN))


def test_a_rate_limit_is_busy_for_as_long_as_it_says() -> None:
    """A 429 with Data Center's headers makes the site busy for the seconds it names."""
    site = prepared_site()
    rate_limit(site.faults, "/rest/api/content/", 57, times=None)
    with pytest.raises(Busy) as caught:
        asked(site, read(PLAN))

    assert 57 == caught.value.retry_after


def test_the_credential_stays_on_the_site() -> None:
    """Every request goes to Data Center, below its context, with the credential."""
    site = prepared_site()
    asked(site, read(pages.GALLERY_APPS))

    assert {"data-center"} == {seen.host for seen in site.log.of()}
    assert {True} == {seen.with_credential and seen.path.startswith(CONTEXT + "/") for seen in site.log.of()}


def test_an_image_named_by_title_only_is_found() -> None:
    """In `export_view` an image names its page by title, slashes included; its file is found without a session."""
    site = prepared_site()

    async def question(base: str) -> Reading | Absent:
        settings = DataCenterSettings(url=base, token=PAT, insecure=True, export_view=True)
        async with asynccontextmanager(open_data_center)(settings) as content:
            return await content.pages.read(PageId(str(pages.CATALOGUE)), READER)

    with standing(site, context=CONTEXT) as at:
        reading = asyncio.run(question(at.datacenter))

    assert isinstance(reading, Reading)
    assert AttachmentId(f"att{pages.CATALOGUE_PNG}") == reading.draft.files[PageId(str(pages.CATALOGUE)), "cover.png"]
    assert "data-macro-name" not in reading.draft.body
    assert [] == site.log.of("data-center", "embedded-page|login")
