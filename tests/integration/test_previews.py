"""A member sees a link as its visitors do, by the visitors' own path, and gets nothing past it (spec M2, L18)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from starlette.routing import Route
from starlette.testclient import TestClient

from exshare_core.accounts import Member
from exshare_core.capabilities import Capabilities
from exshare_core.errors import Busy, NotFound, Refused
from exshare_core.events import Actor, Kind
from exshare_core.sharing import LinkForm
from exshare_core.sharing.bulk import form_of
from exshare_core.values import Address, Networks, People
from exshare_core.visiting import Caller, Visiting
from tests.integration.shell import (
    BOSS,
    CHILD,
    INSIDE,
    MEMBER_PASSWORD,
    OWNER,
    PASSWORD,
    PLAN,
    ROOT,
    SECRET,
    SITE,
    UNKNOWN_TOKEN,
    Made,
    Shell,
    run,
)
from tests.integration.test_visitor_routes import OF_LINKS, TO_THE_LINK, Closed, Unreached

ADA = Address.parse("ada@example.com")
COOKIE = "__Host-exshare-preview"
BANNER = "Preview as"


def everything(shell: Shell, **more: Any) -> Made:
    """A link to the tree with its files."""
    return shell.make_link(children=True, allow=Capabilities.parse(["attachments=view"]), **more)


def granted(shell: Shell, made: Made, visitor: Address | None = None, member: Member | None = None) -> str:
    """The path at which a member begins a preview."""
    url = run(shell.sharing.preview(member or shell.owner, made.id, visitor))
    return url.removeprefix(shell.base_url)


def begun(shell: Shell, made: Made, visitor: Address | None = None, member: Member | None = None) -> tuple[Any, str]:
    """A browser in which a preview was begun, and the path of its pages."""
    path, client = granted(shell, made, visitor, member), shell.client()
    answer = client.post(path)
    assert 303 == answer.status_code
    return client, str(answer.headers["location"])


def boss(shell: Shell) -> Member:
    """An admin with an account of their own."""
    added, _ = run(
        shell.services.membership.add("boss", site=SITE, admin=True, identity=BOSS, password=MEMBER_PASSWORD)
    )
    return added


def test_a_preview_says_first_what_visitors_would_be_asked() -> None:
    """Before it begins, a preview names the gates in their order and shows nothing of the page; looking uses nothing up."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, terms="Keep it to yourself.", max_opens=1)
    path, client = granted(shell, made), shell.client()
    pages = [client.get(path) for _ in range(2)]
    places = [pages[0].text.index(words) for words in ("enter the password", "accept the terms", "press Open")]

    assert [200, 200] == [page.status_code for page in pages]
    assert sorted(places) == places
    assert "Handbook" not in pages[0].text
    assert 303 == client.post(path).status_code


def test_a_preview_shows_what_visitors_see_under_a_banner() -> None:
    """Pages, files and the tree come as they would to visitors, each page with a banner that no visitor gets."""
    shell = Shell()
    made = everything(shell, password=PASSWORD)
    client, path = begun(shell, made)
    page, child = client.get(path), client.get(f"{path}/p/{CHILD}")

    assert (200, 200) == (page.status_code, child.status_code)
    assert BANNER in page.text
    assert BANNER in child.text
    assert f"{path}/a/{PLAN}" in page.text
    assert 200 == client.get(f"{path}/a/{PLAN}").status_code
    assert 404 == client.get(f"{path}/p/{SECRET}").status_code
    open_to_all = everything(shell)
    assert BANNER not in shell.client().get(open_to_all.path).text


@pytest.mark.parametrize("visitor", [None, ADA])
def test_a_preview_of_settings_that_are_not_saved_says_so(visitor: Address | None) -> None:
    """Before it begins and on every page it is told that visitors do not meet these settings; of saved ones that is not."""
    shell = Shell()
    made = everything(shell)
    form = LinkForm(children=True, allow=Capabilities.parse(["search", "comments=view"]))
    said = {}
    for planned in (form, form_of(shell.link(made), "")):
        version = shell.link(made).version
        url = run(shell.sharing.preview_change(shell.owner, made.id, version, planned, visitor))
        client, way = shell.client(), url.removeprefix(shell.base_url)
        offered = client.get(way).text
        path = client.post(way).headers["location"]
        page = client.get(path).text
        said[planned is form] = (
            "This shows settings that are not saved." in offered,
            "Preview of settings that are not saved, as" in page,
            "Visitors go on meeting the link as it was saved." in page,
        )

    assert {True: (True, True, True), False: (False, False, False)} == said


def test_words_are_looked_for_in_a_preview_as_visitors_would() -> None:
    """A search changes nothing: in a preview it is made with its settings, under its banner, and counts as no view."""
    shell = Shell()
    made = everything(shell)
    form = LinkForm(children=True, allow=Capabilities.parse(["search"]))
    url = run(shell.sharing.preview_change(shell.owner, made.id, shell.link(made).version, form))
    client = shell.client()
    path = client.post(url.removeprefix(shell.base_url)).headers["location"]
    found = client.post(f"{path}/find", data={"words": "first"})

    assert 200 == found.status_code
    assert f"{path}/p/{CHILD}" in found.text
    assert "Preview of settings that are not saved" in found.text
    assert [] == shell.events(made)
    assert 404 == shell.client().post(f"{made.path}/find", data={"words": "first"}).status_code


def test_a_preview_burns_no_open_and_leaves_no_proof() -> None:
    """What is previewed is no open, no visit and no proof, and is written down as previewed by its member alone."""
    shell = Shell()
    made = everything(shell, password=PASSWORD, max_opens=1)
    client, path = begun(shell, made)
    client.get(path)
    client.get(f"{path}/a/{PLAN}")
    state = shell.storage.state
    noted = [event for event in state.events.values() if event.kind is not Kind.LINK_CREATED and event.link == made.id]

    assert 0 == shell.record(made).opens
    assert not state.visits
    assert not state.proofs
    assert {(Kind.PREVIEWED, Actor.MEMBER, shell.owner.id)} == {(one.kind, one.actor, one.member) for one in noted}
    assert ["as somebody unknown", "viewed", "file fetched"] == [one.detail for one in noted]
    assert [] == shell.events(made)


def test_a_preview_as_somebody_named_passes_where_the_list_admits_them() -> None:
    """Somebody unknown stays before the list; somebody on it sees the page; somebody else does not."""
    shell = Shell()
    made = everything(shell, people=People.parse(["example.com"]))
    answers = []
    for visitor in (None, ADA, Address.parse("eve@example.net")):
        client, path = begun(shell, made, visitor)
        page = client.get(path)
        answers.append((page.status_code, "How we work." in page.text, BANNER in page.text))

    assert [(200, False, True), (200, True, True), (200, False, True)] == answers


@pytest.mark.parametrize("ended", ["disabled", "expired", "used up", "suspended", "network"])
def test_what_no_visitor_can_pass_no_preview_passes(ended: str) -> None:
    """A preview of a link that nobody can open shows what visitors are told, and nothing of the page."""
    shell = Shell()
    ends: dict[str, dict[str, Any]] = {
        "expired": {"expires_at": shell.clock.now() + timedelta(minutes=1)},
        "used up": {"max_opens": 1},
    }
    made = everything(shell, **ends.get(ended, {}))
    if ended == "disabled":
        run(shell.sharing.disable(None, made.id))
    elif ended == "expired":
        shell.clock.forward(minutes=2)
    elif ended == "used up":
        visitor = shell.client()
        visitor.get(made.path)
        assert 303 == visitor.post(made.path, data={"open": "1"}).status_code
    elif ended == "suspended":
        shell.limit(password_demanded=True)
    else:
        shell.limit(networks=Networks.parse(["198.51.100.0/24"]))
    client, path = begun(shell, made)
    page = client.get(path)

    assert (404 if ended == "disabled" else 403) == page.status_code
    assert "How we work." not in page.text


def test_a_preview_is_good_once_in_one_browser() -> None:
    """The address begins one preview; what it gave another browser, or nobody, leads nowhere, like no address at all."""
    shell = Shell()
    made = everything(shell)
    path = granted(shell, made)
    client, thief = shell.client(), shell.client()
    place = client.post(path).headers["location"]
    nowhere = thief.get(f"/s/{UNKNOWN_TOKEN}")
    again = [thief.post(path), thief.get(path), thief.get(place)]
    thief.cookies.set(COOKIE, path.partition("preview=")[2])

    assert 200 == client.get(place).status_code
    assert {(404, nowhere.content)} == {(one.status_code, one.content) for one in (*again, thief.get(place))}


@pytest.mark.parametrize("text", ["", "acme.", "acme.AAAA", "acme.!!", "nowhere.AAAA", "é", "x" * 5000])
def test_what_was_not_sealed_for_this_address_begins_nothing(text: str) -> None:
    """A grant that is broken, another's, or for another address is answered like an address that leads nowhere."""
    shell = Shell()
    made = everything(shell)
    other = granted(shell, made).partition("?preview=")[2]
    client = shell.client()
    with_it = [client.request(method, f"/s/{UNKNOWN_TOKEN}", params={"preview": text}) for method in ("GET", "POST")]
    without = client.get(f"/s/{UNKNOWN_TOKEN}")
    moved = [client.post(path, params={"preview": other}) for path in (f"/s/{UNKNOWN_TOKEN}", made.path)]

    assert {(404, without.content)} == {(one.status_code, one.content) for one in (*with_it, moved[0])}
    assert (200, False) == (moved[1].status_code, BANNER in moved[1].text)
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    "loss", ["time", "edit", "rotation", "deletion", "lock-out", "right", "read access", "unknown"]
)
def test_a_preview_ends_with_what_it_hangs_on(loss: str) -> None:
    """A preview is over when its time is, the link changes, or its member is locked out, loses the right or the page."""
    shell = Shell()
    made = everything(shell)
    member = boss(shell)
    client, path = begun(shell, made, member=member)
    assert 200 == client.get(path).status_code
    if loss == "time":
        shell.clock.forward(minutes=15)
    elif loss == "edit":
        shell.edit_link(made, children=True, name="another")
    elif loss == "rotation":
        run(shell.sharing.rotate(None, made.id))
    elif loss == "deletion":
        run(shell.sharing.delete(None, made.id))
    elif loss == "lock-out":
        run(shell.services.membership.disable(member.id))
    elif loss == "right":
        stored = run(shell.storage.members.get(member.id))
        assert stored is not None
        run(shell.storage.members.replace(evolve(stored, admin=False, version=stored.version + 1), []))
    elif loss == "read access":
        shell.content.accounts.discard(BOSS)
    else:
        shell.content.access_unknown = True
    expected = {"read access": 403, "unknown": 503}.get(loss, 404)

    assert {expected} == {client.get(place).status_code for place in (path, f"{path}/p/{CHILD}", f"{path}/a/{PLAN}")}


@pytest.mark.parametrize("changed", [False, True])
def test_what_is_on_its_way_in_a_preview_ends_with_it(changed: bool) -> None:
    """A running stream asks again as for a visitor: it goes on while the preview does, and ends when the link changes."""
    shell = Shell()
    made = everything(shell)
    client, path = begun(shell, made)
    who = Caller(None, kept=client.cookies[COOKIE])
    segment = path.rsplit("/", 1)[1]
    admission = run(shell.services.visiting.open(segment, who)).admission
    assert admission is not None
    if changed:
        shell.edit_link(made, children=True, name="another")
    again = run(shell.services.visiting.again(segment, admission))

    assert changed == (again is None)


def test_a_member_sees_no_page_that_they_cannot_read() -> None:
    """Of a link with restricted pages, a preview shows its member those that both its owner and they may read (L18)."""
    shell = Shell()
    made = everything(shell, restricted_pages=True)
    mine, my_path = begun(shell, made)
    theirs, their_path = begun(shell, made, member=boss(shell))

    assert 200 == mine.get(f"{my_path}/p/{SECRET}").status_code
    assert "Salaries" in mine.get(my_path).text
    assert 404 == theirs.get(f"{their_path}/p/{SECRET}").status_code
    assert "Salaries" not in theirs.get(their_path).text


@pytest.mark.parametrize("reader", ["both", "owner only", "member only", "neither", "unknown"])
def test_a_preview_is_given_to_whom_both_may_read(reader: str) -> None:
    """A preview is made only while the acting member and the owner may both read the page now (spec L18)."""
    shell = Shell()
    made = everything(shell)
    member = boss(shell)
    readers = {"owner only": {OWNER}, "member only": {BOSS}, "neither": set()}.get(reader)
    if readers is not None:
        page = shell.content.pages[ROOT]
        shell.content.pages[ROOT] = evolve(page, readers=frozenset(readers))
    shell.content.access_unknown = reader == "unknown"
    if reader == "both":
        assert granted(shell, made, member=member)
        return
    expected = {"unknown": Busy, "owner only": Refused}.get(reader, Exception)

    with pytest.raises(expected):
        granted(shell, made, member=member)


def test_a_preview_needs_the_right_to_see_the_link() -> None:
    """To a member who may not see the link there is no such link."""
    shell = Shell()
    made = everything(shell)
    stranger, _ = run(shell.services.membership.add("bob", site=SITE, identity=BOSS, password=MEMBER_PASSWORD))

    with pytest.raises(NotFound):
        granted(shell, made, member=stranger)


@pytest.mark.parametrize(("double", "expected"), [(Closed, {404}), (Unreached, {403, 404}), (Visiting, {200, 303})])
def test_every_route_judges_previews_too(double: type[Visiting], expected: set[int]) -> None:
    """Each route of links asks `decide()` and `reach()` of a preview as of a visit; without them nothing is given."""
    shell = Shell()
    made = everything(shell)
    client, path = begun(shell, made)
    visiting = shell.services.visiting
    shell.use(double(visiting.storage, visiting.contents, shell.clock, shell.tokens, shell.hasher, shell.vault))
    client = _same_browser(shell, client)
    given = {"page": CHILD, "attachment": PLAN, "provider": "nobody"}
    found = {}
    for route in shell.app.routes:
        if isinstance(route, Route) and route.path.startswith(OF_LINKS):
            place = route.path.format(
                **{**dict.fromkeys(route.param_convertors, INSIDE), **given, "segment": path.rsplit("/", 1)[1]}
            )
            for method in {"GET", "HEAD"} & set(route.methods or ()):
                found[method, route.path] = client.request(method, place).status_code

    assert found
    assert set(found.values()) <= expected | ({404} if double is Visiting else set())
    if double is Visiting:
        assert 200 == found["GET", "/s/{segment}/p/{page}"]
    assert TO_THE_LINK not in found


def test_nothing_can_be_done_in_a_preview() -> None:
    """A preview looks: whatever is sent to its address is answered like an address that leads nowhere, words to look for
    too where the link has no search.
    """
    shell = Shell()
    made = everything(shell, max_opens=3)
    client, path = begun(shell, made)
    posted = [client.post(path, data={"open": "1"})]
    for route in shell.app.routes:
        if isinstance(route, Route) and route.path.startswith(OF_LINKS) and "POST" in (route.methods or ()):
            there = {**dict.fromkeys(route.param_convertors, CHILD), "segment": path.rsplit("/", 1)[1]}
            posted.append(client.post(route.path.format(**there)))

    assert {404} == {one.status_code for one in posted}
    assert 0 == shell.record(made).opens


def test_a_preview_leads_on_to_no_other_share() -> None:
    """A link to another share leads nowhere in a preview: its address may be more than the member can see."""
    shell = Shell()
    partner = shell.make_link("30")
    made = everything(shell, leads_to=(partner.id,))
    client, path = begun(shell, made)
    visitor = shell.client()

    assert 303 == visitor.get(f"{made.path}/to/30").status_code
    assert 404 == client.get(f"{path}/to/30").status_code


def test_search_engines_are_kept_from_previews() -> None:
    """A page that search engines may find is kept from them in a preview."""
    shell = Shell()
    made = shell.make_link(indexing=True)
    client, path = begun(shell, made)

    assert "noindex" in client.get(path).headers["x-robots-tag"]
    assert "noindex" not in shell.client().get(made.path).headers["x-robots-tag"]


def _same_browser(shell: Shell, client: TestClient) -> TestClient:
    """The same browser at the application as it is now."""
    other = shell.client()
    for cookie in client.cookies.jar:
        other.cookies.set(cookie.name, cookie.value or "")
    return other
