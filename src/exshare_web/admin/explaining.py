"""Why a link lets somebody in or not: every gate and every value in force, with its layer and its remedy (spec P9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.attempts import Method
from exshare_core.decisions import Effect, Stage
from exshare_core.errors import InvalidValue
from exshare_core.values import Address, IPAddress, LinkId, network_address
from exshare_web.admin.words import TITLES
from exshare_web.manager.forms import Filled, Reading, errors_of
from exshare_web.manager.pages import framed
from exshare_web.manager.session import Desk

STAGES: Mapping[Stage, str] = {
    Stage.EXISTS: "Link",
    Stage.POLICY: "Layers",
    Stage.TIME: "Time",
    Stage.NETWORK: "Network",
    Stage.PEOPLE: "People",
    Stage.PASSWORD: "Password",
    Stage.TERMS: "Terms",
    Stage.USES: "Opens",
    Stage.CONTENT: "Page",
}
"""The gates in the words that members read."""

EFFECTS: Mapping[Effect, tuple[str, str]] = {
    Effect.ALLOW: ("passes", "Would be let in."),
    Effect.ASK: ("asks", "Would be asked for something first."),
    Effect.DENY: ("stops", "Would not be let in."),
}
"""What a gate does, and what comes of all gates together."""

METHODS: Mapping[Method, str] = {
    Method.ACCOUNT: "an account here",
    Method.SSO: "an organisation",
    Method.SIGNED: "a page that shows it in a frame",
}
"""How somebody signed in, in the words that follow "with"."""

FIELDS = ("as", "signed_in", "from", "at")


@frozen
class Attempt:
    """Who comes, from where, and when."""

    address: Address | None
    signed_in: Method | None
    network: IPAddress | None
    at: datetime | None


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links/{link}/explain``: of an attempt as the address describes it; it changes nothing."""
    link = LinkId(str(request.path_params["link"])[:60])
    typed = {name: request.query_params.get(name, "")[:300] for name in FIELDS}
    attempt, errors = _read(typed)
    explanation = await desk.governing.explain(
        desk.member,
        link,
        address=attempt.address,
        network=attempt.network,
        at=attempt.at,
        signed_in=attempt.signed_in,
    )
    shown = (await desk.sharing.show(desk.member, link)).link
    return await framed(
        request,
        desk,
        "admin_explain.html",
        400 if errors else 200,
        link=shown,
        filled=Filled(typed, errors, frozenset(FIELDS)),
        explanation=None if errors else explanation,
        gates=tuple(dict.fromkeys(explanation.gates)),
        methods=METHODS,
        stages=STAGES,
        effects=EFFECTS,
        titles=TITLES,
    )


def _read(typed: Mapping[str, str]) -> tuple[Attempt, Mapping[str, str]]:
    """The attempt, and what could not be read of it by field."""
    failures: dict[str, str] = {}
    reading = Reading({"at": typed["at"]})
    address = None
    if typed["as"].strip():
        try:
            address = Address.parse(typed["as"])
        except InvalidValue as error:
            failures["as"] = error.rule
    methods = {one.value: one for one in Method}
    signed_in = methods.get(typed["signed_in"])
    if typed["signed_in"] and signed_in is None:
        failures["signed_in"] = "choose one of the options"
    network = network_address(typed["from"].strip()) if typed["from"].strip() else None
    if typed["from"].strip() and network is None:
        failures["from"] = "write an IP address such as 192.0.2.7"
    at = reading.moment("at", None)
    for failure in reading.failures:
        failures |= errors_of(failure)
    return Attempt(address, signed_in, network, at), failures
