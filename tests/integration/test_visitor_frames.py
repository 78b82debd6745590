"""A share in a frame of another page (spec G10): who may frame it, and the session that a frame has of its own."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import pytest
from attrs import evolve
from starlette.testclient import TestClient

from exshare_core.capabilities import Capabilities
from exshare_core.errors import Broken, Busy
from exshare_core.testing.samples import after
from exshare_core.values import People
from exshare_web.services import Services
from exshare_web.ways import Organisation, Ways
from tests.integration.shell import (
    BASE_URL,
    CHILD,
    HIDDEN,
    PASSWORD,
    PICTURE,
    PLAN,
    SITE,
    UNKNOWN_TOKEN,
    Made,
    Shell,
)
from tests.integration.test_visitor_codes import latest_code
from tests.integration.test_visitor_gates import gate

INTRANET, PORTAL = "https://intranet.example.com", "https://portal.example.org:8443"
BOTH = (INTRANET, PORTAL)
IN_FRAME = {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"}
ALONE = {"sec-fetch-dest": "document", "sec-fetch-site": "none"}
FILES = Capabilities.parse(["attachments=view"])


def ancestors(answer: Any) -> str:
    """Who may frame an answer."""
    policy: str = answer.headers["content-security-policy"]
    directives = [words.strip() for words in policy.split(";")]
    (found,) = [words for words in directives if words.startswith("frame-ancestors")]
    return found.removeprefix("frame-ancestors ")


def older_header(answer: Any) -> str | None:
    """What browsers of old are told."""
    found: str | None = answer.headers.get("x-frame-options")
    return found


def framed(shell: Shell, **more: Any) -> TestClient:
    """A browser that shows everything in a frame."""
    return shell.client(headers=IN_FRAME, **more)


def names(client: TestClient) -> list[str]:
    """The cookies that a browser has, by the kind of their names."""
    return sorted(name.removeprefix("__Host-exshare-").split("-")[0] for name in client.cookies)


# --- who may frame it ------------------------------------------------------------------------------------------------


def test_the_origins_that_a_link_lists_may_frame_all_of_it() -> None:
    """Gates, pages, files, their parts and what is missing among them name the link's origins and no others."""
    shell = Shell()
    open_to_all = shell.make_link(children=True, allow=FILES, frame_origins=BOTH)
    gated = shell.make_link(password=PASSWORD, terms="Be kind.", frame_origins=BOTH)
    mailed = shell.make_link(people=People.parse(["ada@example.com"]), frame_origins=BOTH)
    limited, signed = (shell.make_link(frame_origins=BOTH, **one) for one in ({"max_opens": 1}, {"sign_in": True}))
    client = framed(shell)
    answers = {
        "page": client.get(open_to_all.path),
        "head": client.head(open_to_all.path),
        "sub-page": client.get(open_to_all.page(CHILD)),
        "image": client.get(open_to_all.file(PICTURE)),
        "part": client.get(open_to_all.file(PICTURE), headers={"range": "bytes=0-1"}),
        "beyond": client.get(open_to_all.file(PICTURE), headers={"range": "bytes=99999-"}),
        "pdf": client.get(open_to_all.file(PLAN)),
        "absent file": client.get(open_to_all.file(HIDDEN)),
        "absent page": client.get(open_to_all.page(PLAN)),  # type: ignore[arg-type]
        "absent way on": client.get(f"{open_to_all.path}/to/nothing"),
        "password": client.get(gated.path),
        "wrong": client.post(gated.path, data={"password": "x"}),
        "address": client.get(mailed.path),
        "no address": client.post(mailed.path, data={"address": "x"}),
        "code": client.post(mailed.path, data={"address": "ada@example.com"}),
        "open": client.get(limited.path),
        "sign-in": client.get(signed.path),
    }
    client.post(gated.path, data={"password": PASSWORD})
    answers["terms"] = client.get(gated.path)
    shell.content.failure = Busy("slow down")
    answers["busy"] = client.get(open_to_all.path)
    shell.content.failure = Broken("nonsense")
    answers["broken"] = client.get(open_to_all.file(PICTURE))

    assert {200, 206, 403, 404, 416, 502, 503} == {answer.status_code for answer in answers.values()}
    assert dict.fromkeys(answers, f"{INTRANET} {PORTAL}") == {kind: ancestors(one) for kind, one in answers.items()}
    assert dict.fromkeys(answers) == {kind: older_header(one) for kind, one in answers.items()}


def test_too_many_tries_are_said_in_the_frame() -> None:
    """Who has to wait reads so where they typed."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    answers = [framed(shell).post(made.path, data={"password": "x"}) for _ in range(8)]

    assert 429 == answers[-1].status_code
    assert f"{INTRANET} {PORTAL}" == ancestors(answers[-1])


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, f"{INTRANET} {PORTAL}"),
        ({"frame_origins": frozenset({PORTAL})}, PORTAL),
        ({"frame_origins": frozenset({PORTAL, "https://other.example"})}, PORTAL),
        ({"frame_origins": frozenset({"https://other.example"})}, "'none'"),
        ({"frame_origins": frozenset()}, "'none'"),
    ],
)
def test_layers_narrow_who_may_frame(limits: dict[str, Any], expected: str) -> None:
    """What frames a link is what it lists and every layer allows, from the next request on (spec P3)."""
    shell = Shell()
    made = shell.make_link(frame_origins=BOTH)
    shell.limit(**limits)
    answer = framed(shell).get(made.path)

    assert (expected, "DENY" if expected == "'none'" else None) == (ancestors(answer), older_header(answer))


def test_a_link_that_lists_nobody_is_framed_by_nobody() -> None:
    """A layer that allows origins gives none to a link that does not ask for any."""
    shell = Shell()
    made = shell.make_link()
    shell.limit(frame_origins=frozenset(BOTH))
    answer = framed(shell).get(made.path)

    assert ("'none'", "DENY") == (ancestors(answer), older_header(answer))


@pytest.mark.parametrize("dest", ["document", "iframe"])
def test_refusals_are_framed_by_nobody(dest: str) -> None:
    """What nobody may tell apart is equal to the byte, headers included, whatever the link lists (spec G8)."""
    shell = Shell()
    client = shell.client(headers={"sec-fetch-dest": dest})
    deleted, disabled = (shell.make_link(frame_origins=BOTH) for _ in range(2))
    gated = shell.make_link(password=PASSWORD, frame_origins=BOTH, allow=FILES)
    late, plain = shell.make_link(starts_at=after(days=1), frame_origins=BOTH), shell.make_link(starts_at=after(days=1))
    shell.alter_link(deleted, state=evolve(shell.link(deleted).deleted(shell.clock.now())).state)
    shell.alter_link(disabled, state=shell.link(disabled).disabled(shell.clock.now()).state)
    unknown = [client.get(path) for path in (f"/s/{UNKNOWN_TOKEN}", deleted.path, disabled.path, gated.file(PICTURE))]
    unavailable = [client.get(made.path) for made in (late, plain)]

    assert {404} == {answer.status_code for answer in unknown}
    assert {403} == {answer.status_code for answer in unavailable}
    for answers in (unknown, unavailable):
        assert 1 == len({(tuple(answer.headers.multi_items()), answer.content) for answer in answers})
        assert ("'none'", "DENY") == (ancestors(answers[0]), older_header(answers[0]))


def test_forms_from_elsewhere_are_refused_in_frames_too() -> None:
    """A frame's own form comes from our origin; any other is refused before anything is looked up."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    headers = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site", "origin": INTRANET}
    answer = shell.client().post(made.path, data={"password": PASSWORD}, headers=headers)

    assert (403, "'none'") == (answer.status_code, ancestors(answer))


# --- the session of a frame ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base_url", "prefix", "place"),
    [
        (BASE_URL, "__Host-exshare-frame-", "SameSite=None; Secure; Partitioned"),
        ("http://127.0.0.1:8000", "exshare-frame-", "SameSite=lax"),
    ],
)
def test_a_frame_has_a_cookie_of_its_own(base_url: str, prefix: str, place: str) -> None:
    """A cookie in the jar of the page around it: 43 random characters, for the whole host, unreadable to scripts."""
    shell = Shell(base_url=base_url)
    made = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    client = framed(shell)
    answer = client.post(made.path, data={"password": PASSWORD})
    (header,) = answer.headers.get_list("set-cookie")
    (morsel,) = SimpleCookie(header.replace("; Partitioned", "")).values()

    assert 303 == answer.status_code
    assert header == f"{morsel.key}={morsel.value}; HttpOnly; Path=/; {place}"
    assert (prefix, 43) == (morsel.key[:-16], len(morsel.value))
    assert "page" == gate(client.get(made.path).text)


@pytest.mark.parametrize("form", [{"password": PASSWORD}, {"code": "1"}, {"address": "ada@example.com"}])
def test_a_link_that_nobody_frames_gives_frames_nothing(form: dict[str, str]) -> None:
    """Where the link lists no origin, a form in a frame proves nothing, begins nothing and gets no cookie."""
    shell = Shell()
    asking = {"password": PASSWORD} if "password" in form else {"people": People.parse(["ada@example.com"])}
    made = shell.make_link(**asking)
    client = framed(shell)
    answer = client.post(made.path, data=form)

    assert (303, [], []) == (answer.status_code, names(client), shell.events(made))
    assert shell.send_letters() == ()


def test_an_open_in_a_frame_that_nobody_allows_is_not_counted() -> None:
    """The Open button in such a frame uses nothing up, and its page begins no session."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    client = framed(shell)
    client.get(made.path)
    client.post(made.path, data={"open": "1"})

    assert (0, []) == (shell.record(made).opens, names(client))


def test_password_code_terms_and_open_work_in_place() -> None:
    """All gates that need no other page are passed in the frame, one after the other (spec G4)."""
    shell = Shell()
    people = People.parse(["ada@example.com"])
    made = shell.make_link(people=people, password=PASSWORD, terms="Be kind.", max_opens=1, frame_origins=BOTH)
    client = framed(shell)
    shown = [gate(client.post(made.path, data={"address": "ada@example.com"}).text)]
    client.post(made.path, data={"address": "ada@example.com", "code": latest_code(shell)})
    shown.append(gate(client.get(made.path).text))
    client.post(made.path, data={"password": PASSWORD})
    version = client.get(made.path).text.partition('name="terms" value="')[2][:64]
    client.post(made.path, data={"terms": version})
    shown.append(gate(client.get(made.path).text))
    client.post(made.path, data={"open": "1"})
    shown.append(gate(client.get(made.path).text))

    assert ["code", "password", "open", "page"] == shown
    assert ["frame"] == names(client)
    assert 1 == shell.record(made).opens


def test_a_frames_session_is_never_a_windows() -> None:
    """What was proved in a frame counts in no window of its own, and the other way round, even in one jar."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    client = shell.client()
    client.post(made.path, data={"password": PASSWORD}, headers=IN_FRAME)

    assert ("page", "password") == tuple(gate(client.get(made.path, headers=one).text) for one in (IN_FRAME, ALONE))

    other = shell.client()
    other.post(made.path, data={"password": PASSWORD}, headers=ALONE)

    assert ("password", "page") == tuple(gate(other.get(made.path, headers=one).text) for one in (IN_FRAME, ALONE))


def test_a_frames_id_under_another_name_is_worth_nothing() -> None:
    """The secret of a frame opens nothing as a window's cookie, nor as the cookie of another link's frame."""
    shell = Shell()
    made, other = (shell.make_link(password=PASSWORD, frame_origins=BOTH) for _ in range(2))
    client, elsewhere = framed(shell), framed(shell)
    client.post(made.path, data={"password": PASSWORD})
    elsewhere.post(other.path, data={"password": PASSWORD})
    ((name, secret),), ((other_name, other_secret),) = client.cookies.items(), elsewhere.cookies.items()

    def shown(at: Made, cookie: str, **headers: str) -> str:
        return gate(shell.client().get(at.path, headers={**headers, "cookie": cookie}).text)

    assert name != other_name
    assert "page" == shown(made, f"{name}={secret}", **IN_FRAME)
    assert "password" == shown(made, f"__Host-exshare-visitor={secret}", **ALONE)
    assert "password" == shown(made, f"{name}={other_secret}", **IN_FRAME)
    assert "password" == shown(other, f"{other_name}={secret}", **IN_FRAME)
    assert "password" == shown(other, f"{name}={secret}", **IN_FRAME)


def test_several_frames_on_one_page_do_not_disturb_one_another() -> None:
    """Each link has a cookie of its own, so that proofs at one leave those at another as they are."""
    shell = Shell()
    links = [shell.make_link(password=PASSWORD, frame_origins=BOTH) for _ in range(3)]
    client = framed(shell)
    for made in links:
        client.post(made.path, data={"password": PASSWORD})

    assert ["page"] * 3 == [gate(client.get(made.path).text) for made in links]
    assert ["frame"] * 3 == names(client)


def test_every_proof_in_a_frame_renews_its_session() -> None:
    """The id that a frame had before a proof is worth nothing afterwards."""
    shell = Shell()
    made = shell.make_link(people=People.parse(["ada@example.com"]), password=PASSWORD, frame_origins=BOTH)
    client = framed(shell)
    client.post(made.path, data={"address": "ada@example.com"})
    client.post(made.path, data={"address": "ada@example.com", "code": latest_code(shell)})
    before = dict(client.cookies)
    client.post(made.path, data={"password": PASSWORD})
    old = framed(shell)
    old.cookies.update(before)

    assert ("page", "address") == (gate(client.get(made.path).text), gate(old.get(made.path).text))


def test_a_session_of_a_frame_ends_when_nobody_may_frame_it_any_more() -> None:
    """When a layer takes the origins away, what was proved in frames counts for nothing, and again when they return."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    client = framed(shell)
    client.post(made.path, data={"password": PASSWORD})
    shown = []
    for origins in (frozenset[str](), frozenset(BOTH)):
        shell.limit(frame_origins=origins)
        shown.append(gate(client.get(made.path).text))

    assert ["password", "page"] == shown


@pytest.mark.parametrize("dest", ["image", "video", "empty", "embed"])
@pytest.mark.parametrize("proved", [IN_FRAME, ALONE], ids=["in a frame", "alone"])
def test_pictures_come_wherever_their_page_is(proved: dict[str, str], dest: str) -> None:
    """A picture is shown in a frame and outside one, also in a browser that has sessions of both kinds."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, allow=FILES, frame_origins=BOTH)
    other = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    client = shell.client()
    client.post(other.path, data={"password": PASSWORD}, headers=ALONE)
    client.post(made.path, data={"password": PASSWORD}, headers=proved)
    answer = client.get(made.file(PICTURE), headers={"sec-fetch-dest": dest, "sec-fetch-site": "same-origin"})

    assert (200, "image/png") == (answer.status_code, answer.headers["content-type"])


def test_a_picture_is_asked_for_once_where_there_is_one_session() -> None:
    """A second session is looked at only where there are two and the first stands before a gate."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, allow=FILES, frame_origins=BOTH)
    client = framed(shell)
    client.post(made.path, data={"password": PASSWORD})
    shell.recorder.calls.clear()
    client.get(made.file(PICTURE), headers={"sec-fetch-dest": "image"})

    assert 1 == shell.recorder.calls["links.find"]


@pytest.mark.parametrize("dest", ["document", "image", None])
def test_a_cookie_is_partitioned_for_frames_only(dest: str | None) -> None:
    """Whatever is not said to be for a frame gets the cookie of a window, also where the link lists origins."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, frame_origins=BOTH)
    client = shell.client()
    client.post(made.path, data={"password": PASSWORD}, headers={} if dest is None else {"sec-fetch-dest": dest})

    assert ["visitor"] == names(client)


@pytest.mark.parametrize(("headers", "opens"), [(IN_FRAME, True), (ALONE, False)])
def test_signing_in_from_a_frame_opens_a_tab(headers: dict[str, str], opens: bool) -> None:
    """An organisation's page is never framed: from a frame the way there leads into a tab of its own (spec G4)."""
    shell = Shell()
    ways = Ways((Organisation("staff", "Example staff"),))
    services: Services = evolve(shell.services, ways={SITE: ways})
    shell.app.state.shell = evolve(shell.app.state.shell, services=services)
    made = shell.make_link(sign_in=True, frame_origins=BOTH)
    text = shell.client().get(made.path, headers=headers).text

    assert opens is ('target="_blank"' in text)
    assert opens is ("opens a new tab" in text)


@pytest.mark.parametrize(("headers", "offered"), [(IN_FRAME, 1), (ALONE, 0)])
@pytest.mark.parametrize("asking", [{"password": PASSWORD}, {"terms": "Be kind."}, {"sign_in": True}])
def test_every_gate_in_a_frame_leads_out_of_it(asking: dict[str, Any], headers: dict[str, str], offered: int) -> None:
    """A browser that keeps no session for the frame can open the link in a tab, which does not know its opener."""
    shell = Shell()
    made = shell.make_link(frame_origins=BOTH, **asking)
    text = shell.client().get(made.path, headers=headers).text

    assert offered == text.count('<a href="" target="_blank" rel="noopener">')
