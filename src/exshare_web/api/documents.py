"""The API's own description: an OpenAPI 3.1 document, and the same as a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import orjson
from starlette.requests import Request
from starlette.responses import Response

from exshare_core import __version__
from exshare_core.api_keys import Operation
from exshare_web import languages
from exshare_web.api import models, problems
from exshare_web.api.declaring import Done
from exshare_web.api.schemas import components, schema_of
from exshare_web.visitor.request import shell

Json = dict[str, Any]

_ABOUT = (
    "Everything that a member can do with links, for programs. A program sends an API key, which a member makes on their "
    "account's page, and acts as that member within the key's operations. Instants are UTC. Errors are problem details "
    "(RFC 9457) that name every broken rule and its layer."
)
_ALWAYS = (problems.INVALID, problems.UNAUTHENTICATED, problems.REFUSED, problems.NOT_FOUND, problems.TOO_MANY,
           problems.BROKEN, problems.BUSY)  # fmt: skip
_LIMITS: Json = {
    "ratelimit-limit": {"description": "Requests a minute.", "schema": {"type": "integer"}},
    "ratelimit-remaining": {"description": "How many of them are left.", "schema": {"type": "integer"}},
    "ratelimit-reset": {"description": "Seconds until the next minute.", "schema": {"type": "integer"}},
}
_ETAG: Json = {"etag": {"description": "The version, in quotation marks.", "schema": {"type": "string"}}}
_ID = r"^[a-z0-9]{1,60}$"
_PATTERNS = {"site": r"^[a-z0-9-]{1,60}$", "space": r"^[~A-Za-z0-9._-]{1,255}$", "page": r"^[0-9]{1,19}$"}
"""What stands in the places of addresses; an id in those that are not named."""


def document(operations: Sequence[Done]) -> Response:
    """``GET /api/v1/openapi.json``."""
    return Response(orjson.dumps(described(operations)), media_type="application/json")


def page(request: Request, operations: Sequence[Done]) -> Response:
    """``GET /api/v1``: the document as a page."""
    seen = {one.__name__: one for one in _models(operations) if one is not models.Problem}
    languages.settle(languages.ENGLISH)
    return shell(request).pages.answer(
        "api.html",
        operations=operations,
        about=_ABOUT,
        models=[(name, (model.__doc__ or "").strip(), _fields(model)) for name, model in seen.items()],
        rights=[one.value for one in Operation],
        problems=problems.KINDS,
    )


def described(operations: Sequence[Done]) -> Json:
    """The OpenAPI document."""
    paths: dict[str, Json] = {}
    for one in operations:
        paths.setdefault(one.address, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "exshare", "version": __version__, "description": _ABOUT, "license": {"name": "Apache-2.0"}},
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": components(_models(operations)),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {one.name: _problem(one) for one in problems.KINDS},
        },
    }


def _operation(one: Done) -> Json:
    needs = "Any good key." if one.needs is None else f"Needs `{one.needs.value}`."
    made: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"{(one.handler.__doc__ or one.summary).strip()} {needs}",
        "parameters": _parameters(one),
        "responses": {str(one.status): _answer(one), **_problems(one)},
    }
    if one.repeatable and one.gives:
        made["responses"]["200"] = {**_answer(one), "description": "What this request has made already."}
    if one.content is not None:
        made["requestBody"] = {"required": True, "content": _content(one.content)}
    return made


def _parameters(one: Done) -> list[Json]:
    names = [part[1:-1] for part in one.address.split("/") if part.startswith("{")]
    found: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": _PATTERNS.get(name, _ID)},
        }
        for name in names
    ]
    found += [
        {"name": it.name, "in": "query", "description": it.about, "schema": schema_of(it.kind)} for it in one.parameters
    ]
    if one.conditional:
        found.append(_header("If-Match", "The version that you have seen, as its ETag.", required=True))
    if one.repeatable:
        found.append(_header("Idempotency-Key", "A name of yours: a repeat within a day makes nothing a second time."))
    return found


def _header(name: str, about: str, *, required: bool = False) -> Json:
    return {"name": name, "in": "header", "required": required, "description": about, "schema": {"type": "string"}}


def _answer(one: Done) -> Json:
    said: Json = {"description": one.summary, "headers": {**_LIMITS, **(_ETAG if one.versioned else {})}}
    if one.media is not None:
        said["content"] = _content(one.media)
    elif one.models:
        schemas = [schema_of(model) for model in one.models]
        said["content"] = {"application/json": {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}
    return said


def _content(kind: type | str) -> Json:
    return (
        {kind: {"schema": {"type": "string"}}}
        if isinstance(kind, str)
        else {"application/json": {"schema": schema_of(kind)}}
    )


def _problems(one: Done) -> Json:
    kinds = [*_ALWAYS, problems.TAKEN, problems.STALE, problems.TOO_LARGE]
    if one.conditional:
        kinds.append(problems.UNCONDITIONAL)
    return {str(kind.status): {"$ref": f"#/components/responses/{kind.name}"} for kind in kinds}


def _problem(kind: problems.Kind) -> Json:
    return {"description": kind.title, "content": {problems.MEDIA: {"schema": schema_of(models.Problem)}}}


def _models(operations: Sequence[Done]) -> list[type]:
    found = [kind for one in operations for kind in (one.content, *one.models) if isinstance(kind, type)]
    return [*dict.fromkeys(found), models.Problem]


def _fields(model: type) -> list[tuple[str, str, bool]]:
    """Name, meaning and whether it must be given, of every field."""
    return [(one.name, one.metadata["about"], one.default is attrs.NOTHING) for one in attrs.fields(model)]
