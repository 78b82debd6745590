"""The stand-in's Data Center answers in the schemas of the official description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exshare_demo import pages
from tests.demo_centre import Centre
from tests.requirements import need


@pytest.fixture
def centre() -> Centre:
    """A fresh one."""
    return Centre()


EVERYTHING = (
    "history.lastUpdated,space.homepage,version,ancestors,body.view,metadata.labels,children.page,restrictions.read"
)
DOCUMENTED: tuple[tuple[str, dict[str, str]], ...] = (
    ("/rest/api/content/{id}", {"id": str(pages.WARRANTY), "expand": EVERYTHING}),
    ("/rest/api/content", {"spaceKey": "GUIDE", "title": "Warranty", "expand": "version"}),
    ("/rest/api/content/scan", {"spaceKey": "GUIDE", "limit": "3"}),
    ("/rest/api/content/search", {"cql": 'text ~ "lamp"', "expand": "space"}),
    ("/rest/api/content/{id}/history", {"id": str(pages.WARRANTY)}),
    ("/rest/api/content/{id}/child", {"id": str(pages.HOME), "expand": "page"}),
    ("/rest/api/content/{id}/child/attachment", {"id": str(pages.GALLERY), "expand": "version,container"}),
    ("/rest/api/content/{id}/child/comment", {"id": str(pages.WARRANTY), "expand": "body.view,version"}),
    ("/rest/api/content/{id}/descendant", {"id": str(pages.WARRANTY), "expand": "comment"}),
    ("/rest/api/content/{id}/label", {"id": str(pages.GALLERY)}),
    ("/rest/api/content/{id}/restriction/byOperation", {"id": str(pages.RESTRICTED_PAGE)}),
    ("/rest/api/search", {"cql": 'siteSearch ~ "lamp"'}),
    ("/rest/api/server-information", {}),
    ("/rest/api/space", {}),
    ("/rest/api/space/{spaceKey}", {"spaceKey": "GUIDE", "expand": "homepage"}),
    ("/rest/api/space/{spaceKey}/labels", {"spaceKey": "GUIDE"}),
    ("/rest/api/space/{spaceKey}/permissions", {"spaceKey": "TEAM"}),
    ("/rest/api/permissions", {}),
    ("/rest/api/user", {"key": "canarykey00mira"}),
    ("/rest/api/user/current", {}),
    ("/rest/api/user/anonymous", {}),
    ("/rest/api/user/list", {}),
    ("/rest/api/user/memberof", {"key": "canarykey00mira"}),
    ("/rest/api/group", {}),
    ("/rest/api/group/{groupName}", {"groupName": "lamp-makers"}),
    ("/rest/api/group/{groupName}/member", {"groupName": "lamp-makers"}),
)


def differences(answer: object, schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Where an answer differs from a schema of the document."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


@pytest.fixture
def document() -> Any:
    """The official description of Data Center's REST interface."""
    path = Path(need("reference"), "confluence/specs/confluence-dc-10.0.3.openapi.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("path", "values"), DOCUMENTED, ids=[path for path, _ in DOCUMENTED])
def test_answers_conform_to_the_official_document(
    centre: Centre, document: Any, path: str, values: dict[str, str]
) -> None:
    """Each operation answers in the schema that the official description of Data Center gives it."""
    answers = document["paths"][path]["get"]["responses"]
    documented = next(answers[status] for status in ("200", "201") if status in answers)
    query = {name: value for name, value in values.items() if "{" + name + "}" not in path}
    answer = centre.get(path.format(**values), **query)

    assert [] == differences(answer, documented["content"]["application/json"]["schema"], document)


def test_refusals_conform_to_the_official_document(centre: Centre, document: Any) -> None:
    """An error has status, data, message and reason.

    The document calls the errors in `data` an object; every answer that was recorded has a list there.
    """
    made = centre.ask("/rest/api/content/1").json()
    found = differences(made, {"$ref": "#/components/schemas/RestError"}, document)

    assert ["$.data.errors: [] is not of type 'object'"] == found
    assert {"statusCode", "data", "message", "reason"} == made.keys()
