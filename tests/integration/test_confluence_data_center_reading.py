"""A Data Center page is read with everything `reach()` needs, and who may read it is worked out (spec
L15).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
import pytest

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.datacenter import DataCenter
from exshare_adapters.confluence.datacenter_access import DataCenterAccess
from exshare_adapters.confluence.datacenter_files import DataCenterFiles
from exshare_adapters.confluence.datacenter_pages import DataCenterPages
from exshare_adapters.confluence.datacenter_rights import Level, Rights, read_levels
from exshare_adapters.confluence.files import MediaHosts
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Limits, open_client
from exshare_core.content import Absence, Absent, Attachment, MayRead, NodeKind, PageFacts, Reading
from exshare_core.errors import AdapterFailed, Broken, CredentialRejected
from exshare_core.values import AccountId, AttachmentId, PageId

T = TypeVar("T")

BASE = "https://wiki.example.com/confluence"
JO = AccountId("8a7f01")


def content(number: int, **changes: object) -> dict[str, object]:
    """A page as REST describes it."""
    made: dict[str, object] = {
        "id": str(number),
        "type": "page",
        "status": "current",
        "title": f"Page {number}",
        "space": {"id": 98306, "key": "DEV", "type": "global"},
        "version": {"by": {"displayName": "John Smith"}, "when": "2025-01-09T10:24:14.910Z", "number": 9},
        "ancestors": [{"id": "10", "type": "page", "title": "Home"}],
        "metadata": {
            "labels": {
                "results": [{"prefix": "global", "name": "Public"}],
                "start": 0,
                "limit": 200,
                "size": 1,
            }
        },
        "body": {"view": {"value": "<p>Hello</p>"}, "storage": {"value": "<p>Hello</p>"}},
        "_links": {"base": BASE, "context": "/confluence"},
    }
    return made | changes


def grant(kind: str, name: str, operation: tuple[str, str] = ("space", "read")) -> dict[str, object]:
    """One permission granted to a person or a group."""
    subject = {"type": "known", "userKey": name} if kind == "user" else {"type": kind, "name": name}
    return {"operation": {"targetType": operation[0], "operationKey": operation[1]}, "subject": subject}


USE = ("application", "use")


def level(number: int, users: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> dict[str, object]:
    """The view restrictions of one page."""
    return {
        "operation": "read",
        "content": {"id": str(number), "type": "page"},
        "restrictions": {
            "user": {"results": [{"userKey": user} for user in users], "size": len(users)},
            "group": {"results": [{"type": "group", "name": group} for group in groups], "size": len(groups)},
        },
    }


class Site:
    """A scripted Data Center site."""

    def __init__(self) -> None:
        restrictions = "GET /rest/api/content/1/restriction/relevantViewRestrictions"
        self.routes: dict[str, object] = {
            "GET /rest/api/user/current": {"type": "known", "username": "bot", "userKey": "8a7f99"},
            "GET /rest/api/content/1": content(1),
            restrictions: {"results": [], "start": 0, "limit": 50, "size": 0},
            "GET /rest/api/user": {
                "type": "known",
                "username": "jo",
                "userKey": "8a7f01",
                "status": "current",
            },
            "GET /rest/api/user/memberof": {"results": [{"type": "group", "name": "staff"}], "_links": {}},
            "GET /rest/api/permissions": [grant("group", "staff", USE)],
            "GET /rest/api/space/DEV/permissions": [grant("group", "staff")],
        }
        self.seen: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/confluence")
        self.seen.append(str(request.url))
        found = self.routes.get(f"{request.method} {path}")
        status, body, kind = 200, b"", "application/json"
        if isinstance(found, httpx.Response):
            status, body, kind = found.status_code, found.content, found.headers.get("content-type", "")
        elif found is None:
            status, body = (
                404,
                json.dumps({"statusCode": 404, "message": "NotFoundException", "reason": "Not Found"}).encode(),
            )
        else:
            body = json.dumps(found).encode()

        async def stream() -> object:
            yield body

        return httpx.Response(status, content=stream(), headers={"content-type": kind})  # type: ignore[arg-type]


def asked(site: Site, work: Callable[[DataCenter, Rights], Coroutine[object, object, T]]) -> T:
    """What `work` makes of the scripted site."""

    async def go() -> T:
        async with open_client(
            base=BASE,
            headers={"authorization": "Bearer b"},
            limits=Limits(pause=0),
            transport=httpx.MockTransport(site),
        ) as client:
            api = Api(client, BASE, SiteAddresses.of(Flavour.DATA_CENTER, BASE), SingleFlight())
            return await work(DataCenter(api), Rights(api))

    with asyncio.Runner() as runner:
        return runner.run(go())


def read(site: Site) -> Reading | Absent:
    """Page 1 read for Jo."""
    return asked(site, lambda center, rights: DataCenterPages(center, rights).read(PageId("1"), JO))


def test_a_page_comes_with_its_facts() -> None:
    """Body, facts, levels of restrictions and the right of the person."""
    site = Site()
    site.routes["GET /rest/api/content/1/restriction/relevantViewRestrictions"] = {
        "results": [level(10, users=("8a7f01",)), level(1)]
    }
    reading = read(site)
    assert isinstance(reading, Reading)

    assert (
        PageFacts(
            page=PageId("1"),
            space="DEV",  # type: ignore[arg-type]
            kind=NodeKind.PAGE,
            ancestors=(PageId("10"),),
            labels=frozenset({"public"}),
            restricted=frozenset({PageId("10")}),
            may_read=MayRead.YES,
            title="Page 1",
        )
        == reading.facts
    )

    assert (
        reading.draft.title,
        reading.draft.body,
        reading.draft.version,
        reading.draft.author,
    ) == ("Page 1", "<p>Hello</p>", 9, "John Smith")


LEVELS = "GET /rest/api/content/1/restriction/relevantViewRestrictions"
SPACE = "GET /rest/api/space/DEV/permissions"
GLOBAL = "GET /rest/api/permissions"
FORBIDDEN = httpx.Response(403, json={"reason": "Forbidden"})

RIGHTS: tuple[tuple[str, Mapping[str, object], MayRead], ...] = (
    ("a group gives all", {}, MayRead.YES),
    (
        "the person gives all",
        {GLOBAL: [grant("user", "8a7f01", USE)], SPACE: [grant("user", "8a7f01")]},
        MayRead.YES,
    ),
    ("no can use", {GLOBAL: [grant("group", "others", USE)]}, MayRead.NO),
    ("another operation", {GLOBAL: [grant("group", "staff", ("application", "administer"))]}, MayRead.NO),
    ("no view of the space", {SPACE: [grant("group", "staff", ("space", "administer"))]}, MayRead.NO),
    ("an anonymous grant", {SPACE: [grant("anonymous", "")]}, MayRead.NO),
    ("a level admits the person", {LEVELS: {"results": [level(1, users=("8a7f01",))]}}, MayRead.YES),
    ("a level admits a group", {LEVELS: {"results": [level(1, groups=("staff",))]}}, MayRead.YES),
    (
        "a level admits others",
        {LEVELS: {"results": [level(1, users=("8a7f02",), groups=("others",))]}},
        MayRead.NO,
    ),
    (
        "one of two levels does not",
        {LEVELS: {"results": [level(1, groups=("staff",)), level(10, users=("x",))]}},
        MayRead.NO,
    ),
    ("no such person", {"GET /rest/api/user": None}, MayRead.NO),
    (
        "a leaver",
        {"GET /rest/api/user": {"type": "known", "userKey": "8a7f01", "status": "deactivated"}},
        MayRead.NO,
    ),
    ("somebody deleted", {"GET /rest/api/user": {"type": "unknown", "userKey": "8a7f01"}}, MayRead.NO),
    (
        "a status in an unknown shape",
        {"GET /rest/api/user": {"type": "known", "userKey": "8a7f01", "status": {"active": False}}},
        MayRead.UNKNOWN,
    ),
    ("groups not told", {"GET /rest/api/user/memberof": FORBIDDEN}, MayRead.UNKNOWN),
    ("space permissions not told", {SPACE: FORBIDDEN}, MayRead.UNKNOWN),
    ("global permissions not told", {GLOBAL: FORBIDDEN}, MayRead.UNKNOWN),
    ("permissions in an unknown shape", {GLOBAL: {"permissions": []}}, MayRead.UNKNOWN),
    (
        "lists not offered",
        {
            GLOBAL: None,
            "GET /rest/api/permissions/user/8a7f01": [],
            "GET /rest/api/permissions/group/staff": [grant("group", "staff", USE)],
        },
        MayRead.YES,
    ),
    (
        "people by display name only",
        {
            SPACE: [
                {
                    "operation": {"targetType": "space", "operationKey": "read"},
                    "subject": {"displayName": "Jo"},
                }
            ],
            "GET /rest/api/space/DEV/permissions/user/8a7f01": [grant("user", "8a7f01")],
            "GET /rest/api/space/DEV/permissions/group/staff": [],
        },
        MayRead.YES,
    ),
)


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in RIGHTS], ids=[row[0] for row in RIGHTS])
def test_who_may_read_is_worked_out(changes: Mapping[str, object], expected: MayRead) -> None:
    """Spec L15: can use, view of the space, and every level of restrictions; what is not answered is
    unknown.
    """
    site = Site()
    site.routes.update(changes)
    reading = read(site)
    assert isinstance(reading, Reading)

    assert expected is reading.facts.may_read

    as_bool = asked(site, lambda center, rights: DataCenterAccess(center, rights).may_read([PageId("1")], JO))
    assert {PageId("1"): {MayRead.YES: True, MayRead.NO: False, MayRead.UNKNOWN: None}[expected]} == dict(as_bool)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"results": [{"content": {"id": "1"}}]},
        {"results": [{"content": {"id": "1"}, "restrictions": {}}]},
        {"results": [{"restrictions": {"user": {"results": [], "size": 3}}}]},
        {"relevantViewRestrictions": "none"},
    ],
)
def test_restrictions_in_an_unknown_shape_are_refused(broken: dict[str, object]) -> None:
    """What cannot be read is never taken for "none"."""
    site = Site()
    site.routes[LEVELS] = broken
    with pytest.raises(Broken):
        read(site)


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [level(1, users=("a",))]},
        {"relevantViewRestrictions": [level(1, users=("a",))]},
        {"relevantViewRestrictions": {"results": [level(1, users=("a",))]}},
        {"read": level(1, users=("a",))},
        {"restrictions": level(1, users=("a",))["restrictions"]},
        {"restrictions": {"read": level(1, users=("a",)), "update": {}}},
    ],
)
def test_levels_are_read_in_every_shape_that_is_known(answer: dict[str, object]) -> None:
    """The published description leaves the shape open."""
    expected = (Level(PageId("1"), frozenset({"a"}), frozenset(), frozenset(), restricts=True),)
    actual = read_levels(answer, PageId("1"))

    assert expected == actual


def grouped(users: tuple[str, ...]) -> dict[str, object]:
    """All view restrictions of page 1 by operation, as the published description has them."""
    return {"restrictions": {"read": level(1, users=users), "update": level(1)}}


def test_a_sum_of_restrictions_that_is_empty_restricts_nobody() -> None:
    """Grouped by operation the levels cannot be told apart, but nobody is kept out by any."""
    site = Site()
    site.routes[LEVELS] = grouped(())
    reading = read(site)
    assert isinstance(reading, Reading)

    assert (frozenset(), MayRead.YES) == (reading.facts.restricted, reading.facts.may_read)


def test_a_sum_of_restrictions_is_taken_apart() -> None:
    """Jo passes the level above and is in the sum, but not at the page itself: each level is asked for."""
    site = Site()
    site.routes[LEVELS] = grouped(("8a7f01", "8a7f02"))
    for number, user in ((1, "8a7f02"), (10, "8a7f01")):
        own = level(number, users=(user,))
        site.routes[f"GET /rest/api/content/{number}/restriction/byOperation"] = {"read": own}
    reading = read(site)
    assert isinstance(reading, Reading)

    assert (frozenset({"1", "10"}), MayRead.NO) == (reading.facts.restricted, reading.facts.may_read)


def test_people_without_a_known_name_still_restrict() -> None:
    """A level that names somebody we cannot tell keeps everybody out rather than nobody."""
    answer = {"results": [{"restrictions": {"user": {"results": [{"displayName": "Jo"}]}, "group": {"results": []}}}]}
    actual = read_levels(answer, PageId("1"))

    assert [one.restricts for one in actual] == [True]


@pytest.mark.parametrize("page", [None, httpx.Response(404, text="<html>", headers={"content-type": "text/html"})])
def test_levels_are_asked_singly_where_all_at_once_is_not_offered(page: object) -> None:
    """Older versions answer with a 404, some of them with a page: each page's own restrictions, up the way."""
    site = Site()
    site.routes[LEVELS] = page
    for number in (1, 10):
        own = level(number, groups=("staff",) if number == 10 else ())
        site.routes[f"GET /rest/api/content/{number}/restriction/byOperation"] = {"read": own}
    reading = read(site)
    assert isinstance(reading, Reading)

    assert (frozenset({PageId("10")}), MayRead.YES) == (reading.facts.restricted, reading.facts.may_read)


def test_an_anonymous_connector_is_a_refused_credential() -> None:
    """api.md 6.3: a bad token may silently count for nothing; then pages turn missing."""
    site = Site()
    del site.routes["GET /rest/api/content/1"]

    assert Absent(PageId("1"), Absence.MISSING) == read(site)

    site.routes["GET /rest/api/user/current"] = {"type": "anonymous"}
    with pytest.raises(CredentialRejected):
        read(site)


@pytest.mark.parametrize("changes", [{"status": "trashed"}, {"type": "comment"}])
def test_only_current_pages_are_there(changes: dict[str, object]) -> None:
    """Trashed pages and content that is no page."""
    site = Site()
    site.routes["GET /rest/api/content/1"] = content(1, **changes)

    assert isinstance(read(site), Absent)


def test_a_personal_space_is_asked_for_as_it_is_spelt() -> None:
    """Facts hold keys in upper case; addresses keep the site's own spelling."""
    site = Site()
    site.routes["GET /rest/api/content/1"] = content(1, space={"key": "~jsmith", "type": "personal"})
    site.routes["GET /rest/api/space/~jsmith/permissions"] = site.routes.pop(SPACE)
    reading = read(site)
    assert isinstance(reading, Reading)

    assert ("~JSMITH", MayRead.YES) == (reading.facts.space, reading.facts.may_read)


@pytest.mark.parametrize("number", ["9223372036854775808", "007"])
def test_an_id_that_cannot_be_is_a_page_that_is_not_there(number: str) -> None:
    """A visitor must see no difference from any other missing page."""
    site = Site()
    found = asked(site, lambda center, rights: DataCenterPages(center, rights).read(PageId(number), JO))

    assert (Absent(PageId(number), Absence.MISSING), [f"{BASE}/rest/api/user/current"]) == (found, site.seen)


def test_another_page_than_the_one_asked_for_is_refused() -> None:
    """F27: the id of the answer is checked."""
    site = Site()
    site.routes["GET /rest/api/content/1"] = content(2)
    with pytest.raises(Broken):
        read(site)


def stored(download: str) -> dict[str, object]:
    """A file as REST describes it."""
    return {
        "id": "att9",
        "type": "attachment",
        "status": "current",
        "title": "e\u0301.png",
        "container": {"id": "1", "type": "page"},
        "version": {"number": 2, "when": "2025-01-09T10:24:14.910Z"},
        "extensions": {"mediaType": "image/PNG; x=y", "fileSize": 3},
        "_links": {"download": download},
    }


FILE = Attachment(AttachmentId("att9"), PageId("1"), "é.png", "image/png", 3)


@asynccontextmanager
async def filed(center: DataCenter) -> AsyncIterator[DataCenterFiles]:
    """The files of the site, with no other host named."""
    async with open_client(limits=Limits(pause=0)) as media:
        yield DataCenterFiles(center, media, MediaHosts((), insecure=False))


def fetched(site: Site) -> bytes:
    """The bytes of the file."""

    async def go(center: DataCenter, rights: Rights) -> bytes:
        async with filed(center) as files, files.stream(FILE, None) as flow:
            return b"".join([chunk async for chunk in flow.chunks()])

    return asked(site, go)


@pytest.mark.parametrize("context", ["", "/confluence"])
def test_a_file_comes_from_the_address_that_rest_names(context: str) -> None:
    """api.md 6.2: relative to the base, with or without the context path."""
    site = Site()
    site.routes["GET /rest/api/content/att9"] = stored(f"{context}/download/attachments/1/x.png?version=2&api=v2")
    site.routes["GET /download/attachments/1/x.png"] = httpx.Response(
        200, content=b"abc", headers={"content-type": "image/png"}
    )

    assert fetched(site) == b"abc"

    assert f"{BASE}/download/attachments/1/x.png?version=2&api=v2" == site.seen[-1]

    async def one(center: DataCenter, rights: Rights) -> Attachment | None:
        async with filed(center) as files:
            return await files.attachment(AttachmentId("att9"))

    listed = asked(site, one)
    assert listed is not None and (
        listed.name,
        listed.media_type,
        listed.version,
    ) == ("é.png", "image/png", 2)


@pytest.mark.parametrize(
    ("download", "answer"),
    [
        ("https://evil.example/x", httpx.Response(200)),
        ("//evil.example/x", httpx.Response(200)),
        ("x", httpx.Response(200)),
        ("/download/x", httpx.Response(302, headers={"location": "https://sso.example/"})),
        ("/download/x", httpx.Response(200, text="<html>", headers={"content-type": "text/html"})),
    ],
    ids=["off host", "protocol relative", "no path", "sign-in elsewhere", "sign-in page"],
)
def test_a_file_never_leads_off_the_host(download: str, answer: httpx.Response) -> None:
    """api.md 6.2: redirects lead to sign-in pages and are refused; so are pages in place of files."""
    site = Site()
    site.routes["GET /rest/api/content/att9"] = stored(download)
    site.routes["GET /download/x"] = answer
    with pytest.raises(AdapterFailed):
        fetched(site)

    assert all(url.startswith(f"{BASE}/") for url in site.seen)


def test_a_complete_connection_has_nothing_to_mend() -> None:
    """`check()` tries each call that a person's right rests on."""
    site = Site()
    site.routes["GET /rest/api/content"] = {"results": [content(1)]}
    site.routes["GET /rest/api/user/current"] = site.routes["GET /rest/api/user"]
    fine = asked(site, lambda center, rights: DataCenterAccess(center, rights).check())
    site.routes[GLOBAL] = FORBIDDEN
    refused = asked(site, lambda center, rights: DataCenterAccess(center, rights).check())

    assert (fine, "may not ask" in refused[0]) == ((), True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401, text="<html>AUTHENTICATED_FAILED", headers={"content-type": "text/html"}), "as `token`"),
        (httpx.Response(403, json={"message": "Basic Authentication has been disabled on this instance."}), "token"),
        (httpx.Response(404, text="<html>", headers={"content-type": "text/html"}), "context path"),
        (None, "context path"),
        ({"type": "anonymous"}, "anonymous"),
        (httpx.Response(503), "maintenance"),
    ],
    ids=["token as password", "no passwords", "another program", "no user", "anonymous", "maintenance"],
)
def test_what_is_wrong_with_a_connection_is_said_with_its_remedy(answer: object, words: str) -> None:
    """api.md 6.3: `check()` never raises; each sentence says how to mend it."""
    site = Site()
    site.routes["GET /rest/api/user/current"] = answer
    (sentence,) = asked(site, lambda center, rights: DataCenterAccess(center, rights).check())

    assert words in sentence
