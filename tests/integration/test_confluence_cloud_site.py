"""The Cloud adapter reads the whole demonstration site over real connections, and meets what may go wrong there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import TypeVar
from unicodedata import is_normalized

import pytest
from attrs import frozen

from exshare_adapters.confluence import CloudSettings, open_cloud
from exshare_core.content import Absence, Absent, MayRead, NodeKind, Reading, redact
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected
from exshare_core.ports import Content, View
from exshare_core.values import AccountId, AttachmentId, PageId, SpaceKey
from exshare_demo import canaries, pages
from exshare_demo.canaries import BEARER_TOKEN, CLASSIC_TOKEN, SCOPED_TOKEN
from exshare_demo.serving import serving
from exshare_demo.site import EMAIL, Site, demo_site
from exshare_demo.wire import SEEN_HEADERS
from tests.integration.wires import run

T = TypeVar("T")

MIRA, TOVE, LENA = (AccountId(f"712020:canary-acc-{name}") for name in ("mira", "tove", "lena"))
FILES = "/s/T/a/"


def _id(number: int) -> PageId:
    return PageId(str(number))


@frozen
class Open:
    """The stand-in and the adapter over it."""

    site: Site
    content: Content


@asynccontextmanager
async def _open(site: Site, secret: str) -> AsyncIterator[Open]:
    async with serving(site) as at:
        bearer = secret if secret == BEARER_TOKEN else None
        settings = CloudSettings(
            url=at.site,
            api_url=None if secret == CLASSIC_TOKEN else at.gateway,
            email=None if bearer else EMAIL,
            token=None if bearer else secret,
            bearer=bearer,
            media_hosts=(at.media.removeprefix("http://"),),
            insecure=True,
        )
        async with asynccontextmanager(open_cloud)(settings) as content:
            yield Open(site, content)


def over(work: Callable[[Open], Awaitable[T]], secret: str = CLASSIC_TOKEN, site: Site | None = None) -> T:
    """What the work makes of a fresh site."""

    async def go() -> T:
        async with _open(site or demo_site(), secret) as opened:
            return await work(opened)

    return run(go())


async def _reading(opened: Open, page: int, identity: AccountId = LENA) -> Reading:
    found = await opened.content.pages.read(_id(page), identity)

    assert isinstance(found, Reading)

    return found


ABSENT = {
    pages.HIDDEN_PAGE: Absence.MISSING,
    pages.TRASHED_PAGE: Absence.TRASHED,
    pages.ARCHIVED_PAGE: Absence.ARCHIVED,
}


@pytest.mark.parametrize("secret", [CLASSIC_TOKEN, SCOPED_TOKEN, BEARER_TOKEN], ids=["classic", "scoped", "bearer"])
def test_every_page_and_post_is_read_and_none_that_is_absent(secret: str) -> None:
    """Each by its own title, on the site host and through the gateway."""

    async def work(opened: Open) -> dict[int, object]:
        found: dict[int, object] = {}
        for node in opened.site.nodes.values():
            if node.kind in ("page", "blogpost"):
                read = await opened.content.pages.read(_id(node.id), LENA)
                found[node.id] = read.draft.title if isinstance(read, Reading) else read.why
        return found

    nodes = demo_site().nodes.values()
    titles: dict[int, object] = {n.id: n.title for n in nodes if n.kind in ("page", "blogpost")}

    assert titles | ABSENT == over(work, secret)


@pytest.mark.parametrize("kind", ["folder", "whiteboard", "database", "embed"])
def test_what_has_no_body_is_no_page(kind: str) -> None:
    """It is absent when it is read as one, and has facts as an entry of the tree."""

    async def work(opened: Open) -> tuple[object, object]:
        node = next(n for n in opened.site.nodes.values() if n.kind == kind)
        read = await opened.content.pages.read(_id(node.id), LENA)
        facts = (await opened.content.pages.facts([_id(node.id)], LENA))[_id(node.id)]
        return (read.why if isinstance(read, Absent) else read), facts.kind if not isinstance(facts, Absent) else facts

    assert (Absence.MISSING, NodeKind(kind)) == over(work)


def test_the_whole_tree_is_walked_through_folders_and_boards() -> None:
    """In Confluence's order, without archived, trashed and hidden entries."""

    async def below(opened: Open, parent: PageId) -> list[str]:
        nodes, more = await opened.content.pages.level(parent, 100)

        assert not more

        found = []
        for node in nodes:
            found += [node.title, *(f"  {title}" for title in await below(opened, node.id))]
        return found

    found = over(lambda opened: below(opened, _id(pages.HOME)))

    assert [
        "Getting started",
        "  Unpacking a lamp",
        "  The first night",
        "Handbooks",
        "  Repair handbook",
        "    Dimmer relay",
        "  Older models",
        "    Kestrel I",
        "  Caring for lenses",
        "Catalogue 2026/27",
        "  Kestrel 12 lamp",
        "  Heron 9 lamp",
        "  Kestrel price list",
        "    Kestrel discounts",
        "Offer for harbour masters",
        "Warranty",
        "Supplier notes",
        "(2026) Numbers & measures",
        "Überblick – ランプ",
        "Gallery of everything",
        "  Gallery: apps and readers",
        "  Gallery: links",
        "  Gallery: newer editor",
        "Night shift rota",
        "Beam sketches",
        "  Notes on the sketches",
        "Lamp register",
        "Harbour map",
    ] == found


def test_a_page_in_a_folder_in_a_folder_knows_its_way() -> None:
    """Folders are ancestors like any other."""
    facts = over(lambda opened: _reading(opened, pages.KESTREL_ONE)).facts

    assert tuple(_id(n) for n in (pages.HOME, pages.HANDBOOKS_FOLDER, pages.OLD_MODELS_FOLDER)) == facts.ancestors


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (pages.RESTRICTED_PAGE, {pages.RESTRICTED_PAGE}),
        (pages.BELOW_RESTRICTED_PAGE, {pages.RESTRICTED_PAGE}),
        (pages.CARE, set()),
        (pages.NIGHT_SHIFT, {pages.NIGHT_SHIFT}),
    ],
)
def test_view_restrictions_are_found_on_the_page_and_above(page: int, expected: set[int]) -> None:
    """Restrictions on editing are none."""
    assert {_id(n) for n in expected} == over(lambda opened: _reading(opened, page)).facts.restricted


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (MIRA, [MayRead.YES, MayRead.NO, MayRead.NO, MayRead.YES, MayRead.YES]),
        (TOVE, [MayRead.YES, MayRead.NO, MayRead.NO, MayRead.NO, MayRead.NO]),
        (LENA, [MayRead.YES, MayRead.YES, MayRead.YES, MayRead.YES, MayRead.YES]),
        (AccountId("712020:canary-acc-ivo"), [MayRead.NO] * 5),
    ],
)
def test_rights_are_those_of_the_person(identity: AccountId, expected: list[MayRead]) -> None:
    """Whatever the connector may; who has left may nothing."""

    async def work(opened: Open) -> list[MayRead]:
        asked = (
            pages.UNPACK, pages.RESTRICTED_PAGE, pages.BELOW_RESTRICTED_PAGE, pages.NIGHT_SHIFT, pages.PAYROLL,
        )  # fmt: skip
        return [(await _reading(opened, page, identity)).facts.may_read for page in asked]

    assert expected == over(work)


def test_changes_of_the_tree_are_seen_at_once() -> None:
    """A page that moved to another space tells it, and one that was restricted above tells that."""

    async def work(opened: Open) -> tuple[object, ...]:
        opened.site.move(pages.WARRANTY, pages.TEAM_HOME)
        opened.site.restrict(pages.HANDBOOKS_FOLDER, pages.CONNECTOR, pages.LENA)
        moved = (await _reading(opened, pages.WARRANTY)).facts
        restricted = (await _reading(opened, pages.KESTREL_ONE)).facts
        return moved.space, moved.ancestors, restricted.restricted

    assert (
        SpaceKey("TEAM"),
        (_id(pages.TEAM_HOME),),
        frozenset({_id(pages.HANDBOOKS_FOLDER)}),
    ) == over(work)


def test_macros_name_the_pages_that_they_read() -> None:
    """So that what a link does not reach can be cut."""
    draft = over(lambda opened: _reading(opened, pages.INCLUDER)).draft

    assert [
        ("include", _id(pages.RESTRICTED_PAGE)),
        ("excerpt-include", _id(pages.RESTRICTED_PAGE)),
        ("excerpt-include", _id(pages.CARE)),
        ("include", _id(pages.SHIPPING)),
    ] == [(macro.name, macro.source) for macro in draft.macros if macro.page in (None, draft.page)]


NEVER = ("token", "credential", "account", "user-key", "email", "host", "hidden", "trashed", "archived", "excluded")
"""Kinds of canaries that no rendered page may hold."""


def test_no_rendered_page_holds_what_must_not_leave() -> None:
    """Every page of the guide, cut for a link that reaches no other page, is free of every canary."""
    words = {word for kind in NEVER for word in canaries.CANARIES[kind]}
    foreign = {canaries.RESTRICTED, canaries.BELOW_RESTRICTED, canaries.OUTSIDE}

    async def work(opened: Open) -> dict[str, list[str]]:
        found = {}
        for node in [n for n in opened.site.nodes.values() if n.kind == "page" and n.status == "current"]:
            if node.id in (pages.HIDDEN_PAGE, pages.RESTRICTED_PAGE, pages.BELOW_RESTRICTED_PAGE, pages.PAYROLL):
                continue
            draft = (await _reading(opened, node.id)).draft
            made = await opened.content.renderer.render(draft, redact(draft, {}), {}, View(FILES))
            found[node.title] = sorted(word for word in words | foreign if word in made.html)
        return found

    found = over(work)

    assert 23 < len(found)
    assert {title: [] for title in found} == found


def test_a_search_finds_words_of_any_alphabet_and_says_what_the_index_knew() -> None:
    """Hits are to be judged again: the index lags behind."""

    async def work(opened: Open) -> list[list[str]]:
        async def titles(words: str) -> list[str]:
            return [node.title for node in await opened.content.finder.search(words, 10)]

        before = await titles("überblick")
        opened.site.rename(pages.UNICODE, "Rundblick")
        late = await titles("überblick")
        opened.site.reindex()
        return [before, late, await titles("rundblick"), await titles("seagulls")]

    assert [["Überblick – ランプ"], ["Überblick – ランプ"], ["Rundblick"], ["Warranty"]] == over(work)


async def _bytes(opened: Open, number: int) -> tuple[str, bytes]:
    file = await opened.content.files.attachment(AttachmentId(f"att{number}"))

    assert file is not None

    async with opened.content.files.stream(file, None) as stream:
        return file.name, b"".join([chunk async for chunk in stream.chunks()])


def test_every_file_comes_byte_for_byte_under_a_composed_name() -> None:
    """From the smallest to the one of 24 MiB."""

    async def work(opened: Open) -> list[int]:
        wrong = []
        for number, file in opened.site.attachments.items():
            name, data = await _bytes(opened, number)
            right = data == file.content.read(0, file.content.size) and is_normalized("NFC", name)
            wrong += [] if right else [number]
        return wrong

    assert [] == over(work)


@pytest.mark.parametrize("secret", [CLASSIC_TOKEN, SCOPED_TOKEN, BEARER_TOKEN], ids=["classic", "scoped", "bearer"])
def test_only_confluence_sees_the_credential(secret: str) -> None:
    """Each request to it carries the credential and no cookie; none to the media host carries anything."""

    async def work(opened: Open) -> None:
        await _reading(opened, pages.GALLERY)
        await _bytes(opened, pages.LIGHTHOUSE_PNG)

    site = demo_site()
    over(work, secret, site)
    host = "site" if secret == CLASSIC_TOKEN else "gateway"

    assert {host, "media"} == {seen.host for seen in site.log.of()}
    assert {True} == {"authorization" in seen.headers for seen in site.log.of(host)}
    assert {False} == {"cookie" in seen.headers for seen in site.log.of()}
    assert {False} == {"authorization" in seen.headers for seen in site.log.of("media")}
    assert {"authorization", "cookie"} < set(SEEN_HEADERS)


def test_old_file_addresses_and_people_pages_are_never_asked_for() -> None:
    """Though the bodies are full of them."""
    site = demo_site()
    over(lambda opened: _reading(opened, pages.GALLERY_LINKS), site=site)
    over(lambda opened: _reading(opened, pages.GALLERY), site=site)

    assert [] == [
        seen.path for seen in site.log.of("site") if not seen.path.startswith(("/wiki/api/v2/", "/wiki/rest/api/"))
    ]


def test_a_media_address_that_has_run_out_is_asked_for_anew() -> None:
    """Once; a host that keeps refusing is a passing failure."""

    async def work(opened: Open) -> int:
        opened.site.faults.answer("/file/", 403, b"{}", {"content-type": "application/json"}, times=1)
        return len((await _bytes(opened, pages.LIGHTHOUSE_PNG))[1])

    site = demo_site()

    assert site.attachments[pages.LIGHTHOUSE_PNG].content.size == over(work, site=site)
    assert [2, 2] == [len(site.log.of("site", "/download$")), len(site.log.of("media"))]


def test_a_file_that_leads_to_a_strange_host_is_not_followed() -> None:
    """Whatever the address."""

    async def work(opened: Open) -> object:
        opened.site.faults.redirect("/download$", "http://198.51.100.7/steal")
        with pytest.raises(Broken) as caught:
            await _bytes(opened, pages.LIGHTHOUSE_PNG)
        return "198.51.100.7" in str(caught.value)

    assert over(work) is False


def test_a_revoked_credential_is_no_missing_page() -> None:
    """Though v2 answers 404 to both."""

    async def work(opened: Open) -> None:
        opened.site.revoke(CLASSIC_TOKEN)
        with pytest.raises(CredentialRejected):
            await opened.content.pages.read(_id(pages.UNPACK), LENA)

    over(work)


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        ("read:page:confluence", "read:page"),
        ("read:content-details:confluence", "read:content-details"),
        ("read:content.permission:confluence", "read:content.permission"),
        ("read:hierarchical-content:confluence", "read:hierarchical-content"),
        ("read:content.metadata:confluence", "read:content.metadata"),
        ("read:attachment:confluence", "read:attachment"),
        ("readonly:content.attachment:confluence", "readonly:content.attachment"),
        ("read:space:confluence", "read:space"),
        ("read:folder:confluence", "read:folder"),
        ("read:comment:confluence", "read:comment"),
    ],
)
def test_the_check_names_a_missing_scope(scope: str, named: str) -> None:
    """So that whoever made the token knows what to add."""

    async def work(opened: Open) -> str:
        opened.site.drop_scope(scope)
        return " ".join(await opened.content.access.check())

    assert named in over(work, SCOPED_TOKEN)


@pytest.mark.parametrize("secret", [CLASSIC_TOKEN, SCOPED_TOKEN, BEARER_TOKEN], ids=["classic", "scoped", "bearer"])
def test_the_check_of_a_good_connection_finds_nothing(secret: str) -> None:
    """With exactly the scopes that a reader needs."""
    assert () == over(lambda opened: opened.content.access.check(), secret)


def test_a_short_limit_on_requests_is_waited_out() -> None:
    """A second later the page is there."""

    async def work(opened: Open) -> str:
        opened.site.faults.rate_limit(f"/pages/{pages.UNPACK}", retry_after="0", times=1)
        return (await _reading(opened, pages.UNPACK)).draft.title

    assert "Unpacking a lamp" == over(work)


TROUBLES: dict[str, tuple[Callable[[Site], object], type[AdapterFailed]]] = {
    "a long limit": (lambda site: site.faults.rate_limit("/pages/", retry_after="3600", times=None), Busy),
    "errors of a proxy": (lambda site: site.faults.fail("/pages/", times=None), Busy),
    "a sign-in page": (lambda site: site.faults.login_page("/pages/"), Broken),
    "half an object": (lambda site: site.faults.garbage_json("/pages/"), Broken),
    "a redirect": (lambda site: site.faults.redirect("/pages/", "http://198.51.100.7/"), AdapterFailed),
    "another type": (lambda site: site.faults.retype("/pages/", "text/html"), Broken),
    "a cut line": (lambda site: site.faults.truncate("/pages/", 20), AdapterFailed),
    "a bomb": (lambda site: site.faults.gzip_bomb("/pages/", 64), AdapterFailed),
    "a flood": (lambda site: site.faults.flood("/pages/", 64), AdapterFailed),
    "another page": (lambda site: site.faults.other_page(f"/pages/{pages.UNPACK}", pages.HERON), Broken),
}
"""What may come in place of an answer, and how a reader is told."""


@pytest.mark.parametrize("name", TROUBLES)
def test_no_trouble_is_taken_for_an_absent_page(name: str) -> None:
    """Each is an error of the adapter, never a page and never an absence."""
    order, expected = TROUBLES[name]

    async def work(opened: Open) -> None:
        order(opened.site)
        with pytest.raises(expected):
            await opened.content.pages.read(_id(pages.UNPACK), LENA)

    over(work)


async def _asked(opened: Open, pages_: Collection[int], identity: AccountId) -> list[bool | None]:
    wanted = [_id(number) for number in pages_]
    answers = await opened.content.access.may_read(wanted, identity)
    return [answers[page] for page in wanted]


def test_nobody_may_read_what_is_archived_trashed_or_gone() -> None:
    """Whatever rights are left on it; entries without a body count as what they are."""

    async def work(opened: Open) -> list[bool | None]:
        opened.site.purge(pages.WARRANTY)
        asked = (
            pages.UNPACK, pages.BLOG_POST, pages.HANDBOOKS_FOLDER, pages.ARCHIVED_PAGE, pages.TRASHED_PAGE,
            pages.WARRANTY, pages.HIDDEN_PAGE,
        )  # fmt: skip
        return await _asked(opened, asked, LENA)

    assert [True, True, True, False, False, False, False] == over(work)


def test_a_right_is_open_where_the_state_of_the_page_cannot_be_found_out() -> None:
    """A yes alone is not enough."""

    async def work(opened: Open) -> list[bool | None]:
        opened.site.faults.fail("/api/v2/", times=None)
        return await _asked(opened, (pages.UNPACK,), LENA)

    assert [None] == over(work)
