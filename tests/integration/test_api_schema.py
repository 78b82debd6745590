"""The API keeps what its description promises: generated requests of each role, without an error of ours (spec A1).

For every operation requests are drawn from the OpenAPI document, and also such as break it; every answer must be of a
status, a media type and a shape that the document names, and no answer may be an error of the server.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from exshare_web.api.declaring import ROOT as API
from exshare_web.api.operations import OPERATIONS
from tests.integration.roles import ROLES, Row, World
from tests.integration.shell import ROOT, SITE

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 8
"""For each operation; every one of them by some role."""
FEW = "an admin whose key may be used for everything else"


@schemathesis.serializer("application/toml")
def as_text(context: object, value: object) -> bytes:
    """A document is sent as it was drawn."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@cache
def world() -> World:
    """One service for all operations."""
    return World()


@cache
def document() -> Any:
    """The description, read as programs read it."""
    return schemathesis.openapi.from_asgi(f"{API}/openapi.json", world().shell.app)


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_every_answer_is_as_described(one: Any) -> None:
    """Whatever is asked and whoever asks, the answer is one that the document names."""
    it = world()
    it.shell.clock.forward(minutes=1)
    operation = document()[one.address][one.method]
    sane, odd = (operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode)
    places = {"site": SITE, "link": it.a_link(), "member": it.a_member(), "page": ROOT, "space": "TEAM"}

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], derandomize=True, suppress_health_check=list(HealthCheck))
    @given(sane | odd, st.sampled_from([*ROLES, FEW]), st.booleans())
    def ask(case: Any, role: str, known: bool) -> None:
        named = {name: value for name, value in places.items() if name in case.path_parameters}
        case.path_parameters.update({name: value for name, value in named.items() if known or name == "site"})
        row = Row(one.method, one.address, ())
        key = it.key_without(row) if role == FEW else it.keys.get(role)
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
