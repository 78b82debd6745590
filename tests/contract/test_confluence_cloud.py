"""The Cloud adapter keeps the promises of content against the stand-in, on the site host and through the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import field, frozen

from exshare_adapters.confluence import CloudSettings, open_cloud
from exshare_core.content import Absence, NodeKind, PageStatus, Tone
from exshare_core.ports import Content
from exshare_core.testing.content import ContentContract
from exshare_core.testing.discussing import DiscussionsContract, HistoriesContract
from exshare_core.testing.prepared import Preparation, PreparedSite
from exshare_core.values import AccountId, PageId, SpaceKey
from exshare_demo import pages
from exshare_demo.canaries import BEARER_TOKEN, CLASSIC_TOKEN, SCOPED_TOKEN, STATUS
from exshare_demo.files import generated
from exshare_demo.links import tiny
from exshare_demo.serving import Addresses, serving
from exshare_demo.site import EMAIL, Site, demo_site
from exshare_demo.writing import p
from tests.contract.talk import REVISED, VERSIONS, discussion, revise

READER = AccountId("712020:canary-acc-lena")
PLAN = 41000001
FIRST, DRAWINGS, BOARD, LAST, DROPPED, OLD, CONNECTOR_ONLY = range(41000002, 41000009)
GROUPS = frozenset({pages.EVERYBODY, pages.LAMP_MAKERS, pages.PRICE_KEEPERS})
FILES = {"empty.bin": b"", "notes (1).txt": b"Wipe the lens.\n", "print.bin": generated(400_000, 5).read(0, 400_000)}


def prepared_site() -> Site:
    """The demo site with a plan below a folder, entries of several kinds below it, files, and a page for few."""
    site = demo_site()
    site.add_page(pages.HANDBOOKS_FOLDER, "Foghorn plan", p("All about the foghorn."), page_id=PLAN)
    site.add_page(PLAN, "Last step", p("Sound the foghorn."), page_id=LAST, position=40)
    site.add_page(PLAN, "Drawings", page_id=DRAWINGS, kind="folder", position=20)
    site.add_page(PLAN, "Board", page_id=BOARD, kind="whiteboard", position=30)
    site.add_page(PLAN, "First step to a foghorn", page_id=FIRST, position=10)
    site.add_page(PLAN, "Dropped", page_id=DROPPED, position=15)
    site.add_page(PLAN, "Old step", page_id=OLD, position=25)
    site.add_page(pages.HOME, "Nobody else", page_id=CONNECTOR_ONLY)
    site.trash(DROPPED)
    site.archive(OLD)
    site.restrict(CONNECTOR_ONLY, pages.CONNECTOR)
    for label in ("public", "plan"):
        site.add_label(PLAN, label)
    site.add_label(PLAN, "favourite", "my")
    for name, data in FILES.items():
        site.add_file(PLAN, name, "application/octet-stream", data)
    for credential in site.credentials:
        if credential.scopes is not None:
            # Needed beside the usual ones where rules or schemes name groups
            credential.scopes = credential.scopes | {"read:group:confluence"}
    revise(site)
    site.reindex()
    return site


def _id(number: int) -> PageId:
    return PageId(str(number))


def preparation(base: str) -> Preparation:
    """What `prepared_site` holds, at the address where it stands."""
    forms = (
        f"/spaces/GUIDE/pages/{PLAN}/Foghorn+plan",
        f"/spaces/GUIDE/pages/{PLAN}",
        f"/spaces/GUIDE/pages/edit-v2/{PLAN}",
        f"/pages/viewpage.action?pageId={PLAN}",
        "/pages/viewpage.action?spaceKey=GUIDE&title=Foghorn+plan",
        "/display/GUIDE/Foghorn+plan",
        f"/x/{tiny(PLAN)}",
    )
    return Preparation(
        space=SpaceKey("GUIDE"),
        reader=READER,
        page=_id(PLAN),
        title="Foghorn plan",
        labels=frozenset({"public", "plan"}),
        ancestors=(_id(pages.HOME), _id(pages.HANDBOOKS_FOLDER)),
        home=_id(pages.HOME),
        level=(
            (_id(FIRST), NodeKind.PAGE),
            (_id(DRAWINGS), NodeKind.FOLDER),
            (_id(BOARD), NodeKind.WHITEBOARD),
            (_id(LAST), NodeKind.PAGE),
        ),
        restricted=_id(pages.RESTRICTED_PAGE),
        below_restricted=_id(pages.BELOW_RESTRICTED_PAGE),
        forbidden=_id(CONNECTOR_ONLY),
        absent={
            PageId("99999999"): Absence.MISSING,
            _id(pages.HIDDEN_PAGE): Absence.MISSING,
            _id(DROPPED): Absence.TRASHED,
            _id(OLD): Absence.ARCHIVED,
        },
        locations={str(PLAN): _id(PLAN), **{base + form: _id(PLAN) for form in forms}},
        foreign=("https://evil.example/wiki/display/GUIDE/Foghorn+plan", "file:///etc/passwd", "foghorn", ""),
        words="foghorn",
        named=_id(FIRST),
        telling=_id(LAST),
        files=FILES,
        service=AccountId("712020:canary-acc-connector"),
        groups=GROUPS,
        discussed=_id(pages.CARE),
        discussion=discussion(former="Former user"),
        revised=_id(REVISED),
        versions=VERSIONS,
        statuses={
            _id(pages.CARE): PageStatus("Rough draft", Tone.YELLOW),
            _id(pages.WARRANTY): PageStatus(STATUS, Tone.GREEN),
            _id(PLAN): None,
            PageId("99999999"): None,
        },
    )


@frozen
class CloudSite:
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
        self.site.faults.other_page(f"/pages/{page}", FIRST)

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
        self.site.faults.truncate("/download$|/file/", 70_000)

    async def lengthen_files(self) -> None:
        """Send three bytes more than the interface says the file has."""
        self.site.faults.lengthen("/download$|/file/", b"xyz")


def _settings(at: Addresses, secret: str) -> CloudSettings:
    """How each kind of token is used: the classic one on the site host, the others through the gateway."""
    media = (at.media.removeprefix("http://"),)
    if secret == CLASSIC_TOKEN:
        return CloudSettings(url=at.site, email=EMAIL, token=secret, media_hosts=media, insecure=True)
    if secret == SCOPED_TOKEN:
        return CloudSettings(
            url=at.site, api_url=at.gateway, email=EMAIL, token=secret, media_hosts=media, insecure=True
        )
    return CloudSettings(url=at.site, api_url=at.gateway, bearer=secret, media_hosts=media, insecure=True)


@asynccontextmanager
async def opened(site: Site, secret: str) -> AsyncIterator[CloudSite]:
    """The adapter over the site, with one of its tokens."""
    async with (
        serving(site) as at,
        asynccontextmanager(open_cloud)(_settings(at, secret)) as content,
    ):
        yield CloudSite(site, content, preparation(at.site), secret)


class TestCloudOnTheSiteHost(ContentContract):
    """The adapter with a classic token."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        async with opened(prepared_site(), CLASSIC_TOKEN) as made:
            yield made


class TestCloudThroughTheGatewayWithAScopedToken(ContentContract):
    """The adapter with a scoped token, at a site that lists little at once and gives bytes without a redirect."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        site = prepared_site()
        site.switches.page_cap = 2
        site.switches.media_hops = 0
        async with opened(site, SCOPED_TOKEN) as made:
            yield made


class TestCloudThroughTheGatewayWithABearer(ContentContract):
    """The adapter with a bearer, at a site whose ancestors are without the page and whose files move twice."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        site = prepared_site()
        site.switches.ancestors_include_self = False
        site.switches.media_hops = 2
        async with opened(site, BEARER_TOKEN) as made:
            yield made


class TestTalkOnCloud(DiscussionsContract, HistoriesContract):
    """What was said and what was before, at a site that lists little at once, with a scoped token."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PreparedSite]:
        """A fresh site."""
        site = prepared_site()
        site.switches.page_cap = 2
        async with opened(site, SCOPED_TOKEN) as made:
            yield made
