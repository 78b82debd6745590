"""What the stand-in for Cloud answers conforms to the official descriptions of the interfaces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exshare_demo import pages
from exshare_demo.calls import Operation
from exshare_demo.cloud import operations
from tests.demo_calls import Cloud
from tests.requirements import need

Document = dict[str, Any]

PAGES = (
    pages.HOME, pages.START, pages.UNPACK, pages.FIRST_NIGHT, pages.GALLERY, pages.GALLERY_APPS, pages.GALLERY_LINKS,
    pages.GALLERY_EDITOR, pages.CARE, pages.REPAIR, pages.REPAIR_DIMMER, pages.KESTREL_ONE, pages.CATALOGUE, pages.HERON, pages.KESTREL,
    pages.RESTRICTED_PAGE, pages.BELOW_RESTRICTED_PAGE, pages.ARCHIVED_PAGE, pages.INCLUDER, pages.WARRANTY,
    pages.EXCLUDED_PAGE, pages.TRASHED_PAGE, pages.NUMBERS, pages.UNICODE, pages.MOVED_PAGE, pages.NIGHT_SHIFT,
    pages.SKETCH_NOTES, pages.TEAM_HOME, pages.PAYROLL, pages.SHIPPING,
)  # fmt: skip
"""Every page that the connector may read."""

NODES = {
    "folders": pages.HANDBOOKS_FOLDER,
    "whiteboards": pages.WHITEBOARD,
    "databases": pages.DATABASE,
    "embeds": pages.EMBED,
}


def _examples(operation: Operation) -> list[str]:
    """The paths that an operation is tried with: all pages, and one of everything else."""
    path = operation.path
    kind = path.split("/")[3]
    ids: tuple[object, ...] = PAGES
    if kind == "blogposts":
        ids = (pages.BLOG_POST,)
    elif kind in NODES:
        ids = (NODES[kind],)
    elif kind == "footer-comments":
        ids = (40070001, 40070002)
    elif kind == "inline-comments":
        ids = (40070004,)
    elif kind == "spaces":
        ids = (pages.GUIDE_ID,)
    queries = QUERIES.get(path, ("",))
    made = []
    for one in ids if "{id}" in path or "{page_id}" in path else ("",):
        file = f"att{pages.LIGHTHOUSE_PNG}"
        filled = path.format(
            id=pages.GALLERY if "{attachment_id}" in path or "{macro_id}" in path else one,
            page_id=one, number=1, space_id=pages.GUIDE_ID, attachment_id=file, operation="read",
            group_id="{group}", macro_id="{macro}", version=0, to="{to}", task_id="{task}", key="guide",
        )  # fmt: skip
        made += [filled + query for query in queries]
    return list(dict.fromkeys(made))


BODIES = tuple(
    f"?body-format={form}"
    for form in ("storage", "view", "export_view", "anonymous_export_view", "atlas_doc_format", "styled_view")
)
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/api/v2/pages/{id}": ("", *BODIES, "?include-labels=true&include-versions=true&include-operations=true"),
    "/api/v2/pages": ("", "?body-format=storage&limit=5", "?title=warranty"),
    "/api/v2/spaces": ("", "?keys=guide"),
    "/rest/api/user": ("?accountId=712020:canary-acc-mira",),
    "/rest/api/user/bulk": ("?accountId=712020:canary-acc-mira&accountId=712020:canary-acc-ivo",),
    "/rest/api/user/memberof": ("?accountId=712020:canary-acc-mira",),
    "/rest/api/group/by-id": ("?id={group}",),
    "/rest/api/search": ('?cql=siteSearch~"lamp"', "?cql=type=page+order+by+title&limit=3&excerpt=none"),
    "/rest/api/content/search": ('?cql=label="lamp"&expand=body.view,version,space',),
    "/rest/api/content/{id}": (
        "?status=any",
        "?expand=body.storage,version,space,ancestors,history,metadata.labels&status=any",
    ),
}
POSTED: Mapping[str, object] = {
    "/api/v2/content/convert-ids-to-types": {"contentIds": ["40010001", "40020001", "1"]},
    "/api/v2/users-bulk": {"accountIds": ["712020:canary-acc-mira", "712020:canary-acc-ivo"]},
    "/rest/api/content/{id}/permission/check": {
        "subject": {"type": "user", "identifier": "712020:canary-acc-tove"},
        "operation": "read",
    },
    "/rest/api/contentbody/convert/async/{to}": {"value": "<p>a</p>", "representation": "storage"},
}


def _filled(cloud: Cloud, path: str) -> str:
    """The path with what only the site itself can tell: the id of a group, of a macro, of a task."""
    if "{task}" in path:
        posted = cloud.ask(
            "/rest/api/contentbody/convert/async/view", method="POST", json={"value": "a", "representation": "storage"}
        )
        return path.replace("{task}", posted.json()["asyncId"])
    if "{macro}" in path:
        drawn = cloud.ask(f"/api/v2/pages/{pages.GALLERY}?body-format=view").json()["body"]["view"]["value"]
        path = path.replace("{macro}", re.findall(r'data-macro-name="code" data-macro-id="([^"]*)"', drawn)[0])
    if "{group}" in path:
        path = path.replace("{group}", cloud.ask("/rest/api/group").json()["results"][0]["id"])
    return path.replace("{to}", "export_view")


def _loosened(schema: object) -> object:
    """A schema of OpenAPI 3.0 in the words of JSON Schema: null is a type of its own there."""
    if isinstance(schema, list):
        return [_loosened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: _loosened(value) for key, value in schema.items() if key not in ("nullable", "example", "discriminator")
    }
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


@cache
def _document(name: str) -> Document:
    folder = Path(need("reference")) / "confluence" / "specs"
    read: Document = json.loads((folder / f"confluence-cloud-{name}.openapi.json").read_bytes())
    return read


@cache
def _components(name: str) -> object:
    return _loosened(_document(name)["components"])


DESCRIBED_AS = {"/rest/api/content/{id}/child/page": "/rest/api/content/{id}/child/{type}"}
"""Paths that are a case of what is described."""

NULLS = {
    "parentId": "trashed pages and first pages have lost it",
    "parentType": "the same",
    "position": "the same, and pages that were never ordered",
    "childPosition": "the same in lists of children",
    "lastOwnerId": "null for pages that never changed hands",
    "message": "null for a version without one",
    "mediaTypeDescription": "null in answers for files",
    "timeZone": "null when hidden",
    "personalSpaceId": "null without a personal space",
    "profilePicture": "null for closed accounts",
    "results": "ids of which nothing is known are null in the answer of convert-ids-to-types",
}
"""Fields that real sites leave null where the documents do not say so, each with the case in which it was seen."""


def _described(operation: Operation) -> tuple[str, Document]:
    """The document in which an operation is described, and how."""
    name = "v2" if operation.v2 else "v1-2022" if operation.dropped else "v1"
    path = DESCRIBED_AS.get(operation.path, operation.path)
    path = path.removeprefix("/api/v2") if operation.v2 else "/wiki" + path
    wanted = re.sub(r"\{[^}]*\}", "{}", path)
    for template, methods in _document(name)["paths"].items():
        if re.sub(r"\{[^}]*\}", "{}", template) == wanted and operation.method.lower() in methods:
            found: Document = methods[operation.method.lower()]
            return name, found
    raise LookupError(f"{name} does not describe {operation.path}")


def _faults(operation: Operation, answer: object) -> Iterator[str]:
    name, described = _described(operation)
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {"allOf": [_loosened(schema)], "components": _components(name)}
    for error in Draft202012Validator(whole).iter_errors(answer):
        where = [str(step) for step in error.absolute_path]
        if error.instance is None and not NULLS.keys().isdisjoint(where[-2:]):
            continue
        yield f"{'/'.join(where)}: {error.message[:200]}"


@pytest.mark.parametrize("operation", operations(), ids=lambda o: f"{o.method} {o.path}")
def test_every_operation_answers_as_it_is_described(operation: Operation) -> None:
    """Every operation, for every page of the site, conforms to the schema of its answer."""
    need("reference")
    cloud = Cloud()
    found = []
    for path in _examples(operation):
        response = cloud.ask(_filled(cloud, path), method=operation.method, json=POSTED.get(operation.path))
        if "302" in _described(operation)[1]["responses"]:
            found += [] if response.status_code == 302 else [f"{path} is no redirect"]
        elif response.status_code == 200:
            found += [f"{path} {fault}" for fault in _faults(operation, response.json())]
        else:
            found.append(f"{path} {response.status_code}")

    assert [] == found


@pytest.mark.parametrize("operation", operations(), ids=lambda o: f"{o.method} {o.path}")
def test_every_operation_asks_for_the_scopes_that_are_described(operation: Operation) -> None:
    """Each set of scopes that opens an operation is put together from those the documents name."""
    need("reference")
    described = _described(operation)[1]
    named = [frozenset(one["scopes"]) for one in described.get("x-atlassian-oauth2-scopes", [])]
    named += [frozenset(scopes) for one in described.get("security", []) for scopes in one.values()]
    asked = [frozenset(f"{scope}:confluence" for scope in operation.scopes), frozenset(operation.classic)]
    explained = [frozenset[str]().union(*(one for one in named if one <= wanted)) for wanted in asked]

    assert asked == explained


def test_every_operation_of_the_table_is_tried_with_an_answer() -> None:
    """No operation is left out for want of an example."""
    assert [] == [o.path for o in operations() if not _examples(o)]
