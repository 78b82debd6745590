"""Cloud v1: single macros of a page, and bodies turned from one format into another by tasks."""

from __future__ import annotations

import re
import uuid
from html import unescape

from starlette.responses import Response

from exshare_demo.answers import NOT_FOUND, Obj, give, v1_bad, v1_missing
from exshare_demo.calls import Call
from exshare_demo.forms import FORMS, Form, Sheet, write
from exshare_demo.model import Node, Task

LIFE = 300
"""Seconds that a result can be fetched."""


def _macros(call: Call, node: Node, form: Form, version: int | None) -> dict[str, str]:
    """Each macro of a page as one form draws it, by its id."""
    revision = node.revision(version)
    sheet = Sheet(call.site, node, form, "cloud", call.hosting.base, "/wiki", call.user)
    write(revision.parts if revision else (), sheet)
    return sheet.macros


def _macro(call: Call, form: Form) -> str | Response:
    """The macro that the path names; version 0 is the newest."""
    node, number = call.node(), call.path("version")
    if node is None or not number.isdigit() or node.revision(int(number) or None) is None:
        return v1_missing(f"No content found with id : {call.path()}")
    found = _macros(call, node, form, int(number) or None).get(call.path("macro_id"))
    return found if found is not None else v1_missing(f"No macro found with id : {call.path('macro_id')}")


def macro(call: Call) -> Response:
    """GET content/{id}/history/{version}/macro/id/{macroId}: name, parameters and body as they are stored."""
    stored = _macro(call, "storage")
    if isinstance(stored, Response):
        return stored
    name = re.match(r'<ac:structured-macro ac:name="([^"]*)"', stored)
    head = re.split(r"<ac:(?:rich|plain)-text-body>", stored, maxsplit=1)[0]
    body = re.search(r"<ac:(rich|plain)-text-body>(.*)</ac:\1-text-body>", stored, re.DOTALL)
    parameters: Obj = {
        unescape(key): {"value": unescape(re.sub(r"<[^>]+>", "", value))}
        for key, value in re.findall(r'<ac:parameter ac:name="([^"]*)">(.*?)</ac:parameter>', head, re.DOTALL)
    }
    return give(
        {
            "name": name[1] if name else "",
            "body": body[2] if body else "",
            "parameters": parameters,
            "_links": {"base": call.hosting.base, "context": "/wiki"},
        }
    )


def _form(call: Call) -> Form | None:
    return next((form for form in FORMS if form == call.path("to")), None)


def macro_body(call: Call) -> Response:
    """GET …/macro/id/{macroId}/convert/{to}: the macro drawn."""
    form = _form(call)
    if form is None:
        return v1_bad(f"Cannot convert to {call.path('to')}")
    drawn = _macro(call, form)
    if isinstance(drawn, Response):
        return drawn
    return give({"value": drawn, "representation": form, "_expandable": {"webresource": ""}, "_links": {}})


def _ordered(call: Call, form: str, value: str | None) -> Response:
    number = str(uuid.uuid4())
    call.site.tasks[number] = Task(form, value, call.site.now())
    return give({"asyncId": number})


def macro_task(call: Call) -> Response:
    """GET …/macro/id/{macroId}/convert/async/{to}: the same by a task."""
    form = _form(call)
    drawn = _macro(call, form) if form else v1_bad(f"Cannot convert to {call.path('to')}")
    return drawn if isinstance(drawn, Response) else _ordered(call, str(form), drawn)


def convert(call: Call) -> Response:
    """POST contentbody/convert/async/{to}: a task. Only bodies without macros and links of the editor succeed."""
    body = call.body if isinstance(call.body, dict) else {}
    value, source = body.get("value"), body.get("representation")
    form = _form(call)
    if form is None or source != "storage" or not isinstance(value, str):
        return v1_bad(f"Cannot convert from {source} to {call.path('to')}")
    return _ordered(call, form, None if re.search(r"<(?:ac|ri):", value) else value)


def converted(call: Call) -> Response:
    """GET contentbody/convert/async/{id}: what came of a task; still working when first asked, gone after a while."""
    task = call.site.tasks.get(call.path("task_id"))
    if task is None or call.site.now() > task.at + LIFE:
        sentence = f"{NOT_FOUND}: No task found with id : {call.path('task_id')}"
        return give({"statusCode": 404, "message": sentence}, 404)
    if not task.asked:
        task.asked = True
        return give({"status": "WORKING", "renderTaskId": call.path("task_id")})
    if task.value is None:
        return give({"status": "FAILED", "error": "Cannot render this body", "renderTaskId": call.path("task_id")})
    return give(
        {
            "status": "COMPLETED",
            "value": task.value,
            "representation": task.form,
            "renderTaskId": call.path("task_id"),
            "_links": {"base": call.hosting.base, "context": "/wiki"},
        }
    )
