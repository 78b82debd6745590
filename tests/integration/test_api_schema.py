"""The API keeps what its description promises: generated requests of each role, without an error of ours (spec A1).

For every operation requests are drawn from the OpenAPI document, and also such as break it; every answer must be of a
status, a media type and a shape that the document names, and no answer may be an error of the server.
"""

from __future__ import annotations

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
from tests.integration.shell import SITE, Shell
from tests.integration.test_api import Program, an_admin

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 6


@schemathesis.serializer("application/toml")
def as_text(context: object, value: object) -> bytes:
    """A document is sent as it was drawn."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.mark.parametrize("role", ["member", "admin"])
@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_every_answer_is_as_described(one: Any, role: str) -> None:
    """Whatever is asked, the answer is one that the document names."""
    shell = Shell()
    program = Program(shell, an_admin(shell) if role == "admin" else shell.owner)
    made = program.make(owner="ada")["id"]
    document = schemathesis.openapi.from_asgi(f"{API}/openapi.json", shell.app)
    operation = document[one.address][one.method]
    sane, odd = (operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode)

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], derandomize=True, suppress_health_check=list(HealthCheck))
    @given(sane | odd, st.sampled_from([made, None]))
    def ask(case: Any, link: str | None) -> None:
        if "site" in case.path_parameters:
            case.path_parameters["site"] = SITE
        if link is not None and "link" in case.path_parameters:
            case.path_parameters["link"] = link
        headers = {"Authorization": f"Bearer {program.key}"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
