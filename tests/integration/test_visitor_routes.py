"""Every route of the service is either judged or stands in the written list of those that need not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from attrs import frozen
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from exshare_core.capabilities import Capabilities, offered
from exshare_core.decisions import NOTHING_JUDGED, Answer, Decision, Effect, Stage, Verdict
from exshare_core.gates import Prepared
from exshare_core.ports import Found
from exshare_core.visiting import Caller, Opening, Visiting
from exshare_web.routes import UNGUARDED
from tests.integration import talk
from tests.integration.shell import CHILD, PLAN, Made, Shell

OF_LINKS = "/s/"
TO_THE_LINK = ("POST", "/s/{segment}/sign-in/{provider}")
"""Who need not sign in is led to the link itself."""


@frozen
class Closed(Visiting):
    """A Visiting for which no link is there: whoever asks `decide()` through it hears no."""

    async def _look(self, segment: str, caller: Caller) -> tuple[Opening, Found | None, Prepared | None]:
        return Opening(Answer.UNKNOWN, Decision(Effect.DENY, (NOTHING_JUDGED,))), None, None


@frozen
class Unreached(Visiting):
    """A Visiting for which no page is in reach: whoever asks `reach()` through it hears no."""

    def _reach(self, *args: Any, **more: Any) -> Decision:
        return Decision(Effect.DENY, (Verdict(Stage.CONTENT, Effect.DENY, "for the test", Answer.ABSENT),))


def path_of(route: BaseRoute) -> str:
    """The path of a route or a mount, as it is written in the table."""
    assert isinstance(route, Route | Mount)
    return route.path


def uncovered(routes: Iterable[BaseRoute]) -> set[str]:
    """The paths outside ``/s/`` that no entry of `UNGUARDED` covers."""
    others = {path for path in map(path_of, routes) if not path.startswith(OF_LINKS)}
    return {path for path in others if not any(path == own or path.startswith(f"{own}/") for own in UNGUARDED)}


def answers(shell: Shell, made: Made) -> dict[tuple[str, str], Any]:
    """What each route under ``/s/`` answers to each of its methods, for an open link and things that it shares."""
    talk.furnish(shell)
    given = {"segment": made.token, "page": CHILD, "attachment": PLAN, "provider": "nobody", "version": 2}
    found = {}
    for route in shell.app.routes:
        if isinstance(route, Route) and route.path.startswith(OF_LINKS):
            path = route.path.format(**given)
            for method in sorted(route.methods or ()):
                data = {"words": "begin"} if method == "POST" else None
                found[method, route.path] = shell.client().request(method, path, data=data)
    return found


async def leak(request: Request) -> Response:
    """An endpoint that asks nobody."""
    return PlainTextResponse("all of it")


def shared(shell: Shell) -> Made:
    """A link that is open to everyone and shares everything."""
    return shell.make_link(children=True, allow=Capabilities.parse(offered()))


def test_every_route_outside_links_is_listed_with_its_reason() -> None:
    """Each route outside ``/s/`` stands in `UNGUARDED`, each entry of which is a route and gives a reason."""
    routes = Shell().app.routes
    paths = {path_of(route) for route in routes}

    assert set() == uncovered(routes)
    assert all(any(path == own or path.startswith(f"{own}/") for path in paths) for own in UNGUARDED)
    assert all(UNGUARDED.values())


def test_a_route_that_nobody_listed_is_found() -> None:
    """A new route outside ``/s/`` fails the walk above, also when its name begins like a listed one."""
    routes = [*Shell().app.routes, Route("/debug", leak), Route("/statics", leak)]

    assert {"/debug", "/statics"} == uncovered(routes)


def test_no_two_routes_answer_one_question() -> None:
    """No method of an address is answered twice: the second of two would never be reached, whatever it asks for."""
    answered = Counter(
        (method, path_of(route))
        for route in Shell().app.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    )

    assert [] == [one for one, times in answered.items() if times > 1]


def test_every_route_of_links_asks_whether_the_link_opens() -> None:
    """When `decide()` says that there is no such link, no route under ``/s/`` answers anything but the one 404."""
    closed = Shell(visiting=Closed)
    bodies = {(answer.status_code, answer.content) for answer in answers(closed, shared(closed)).values()}
    one = closed.client().get("/s/nothing")
    heads = {(404, b"")}

    assert bodies == {(404, one.content)} | heads


def test_every_content_route_asks_for_reach() -> None:
    """When `reach()` says no to every page, no route of an open link gives anything of a page or a file."""
    shell = Shell(visiting=Unreached)
    statuses = {key: answer.status_code for key, answer in answers(shell, shared(shell)).items()}
    back = statuses.pop(TO_THE_LINK)

    assert {403} == set(statuses.values())
    assert 303 == back


def test_the_walk_reaches_content_when_it_is_in_reach() -> None:
    """The same walk over an untouched application gives content, so that the two walks above prove something."""
    shell = Shell()
    statuses = {key: answer.status_code for key, answer in answers(shell, shared(shell)).items()}
    onward = {statuses.pop((method, "/s/{segment}/to/{page}")) for method in ("GET", "HEAD")}
    onward.add(statuses.pop(TO_THE_LINK))

    assert {200} == set(statuses.values())
    assert {303} == onward


@pytest.mark.parametrize("double", [Closed, Unreached])
def test_a_route_of_links_that_asks_nobody_is_found(double: type[Visiting]) -> None:
    """A new route under ``/s/`` that neither opens the link nor asks for reach fails both walks."""
    shell = Shell(visiting=double)
    shell.app.router.routes.append(Route("/s/{segment}/all", leak))

    assert 200 == answers(shell, shared(shell))["GET", "/s/{segment}/all"].status_code


@pytest.mark.parametrize("path", ["/s/x/", "/manage/", "//evil.example/s/x", "/static", "/healthz/", "//evil.example"])
def test_no_path_is_mended_by_a_redirect(path: str) -> None:
    """A path with a slash too many answers the one 404; a redirect would repeat the host that the request named."""
    answer = Shell().client().get(path, headers={"host": "evil.example"})

    assert (404, None) == (answer.status_code, answer.headers.get("location"))
