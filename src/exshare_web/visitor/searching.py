"""Looking for words inside a share: a page with a form, and what it found.

The form is sent by POST, so that the words stand in no address: not in the browser's history, nor in the log of a
proxy, nor in what another page is told about where its visitor comes from. They are logged and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.finding import MOST_CHARACTERS
from exshare_core.visiting import Admission, Hits
from exshare_core.visiting.searching import labelled
from exshare_web import languages
from exshare_web.answers import FORGED
from exshare_web.fields import text_fields
from exshare_web.headers import framed
from exshare_web.origins import same_origin
from exshare_web.visitor.pages import led_to_the_gate, not_given
from exshare_web.visitor.previews import banner
from exshare_web.visitor.request import link_path, opened, shell

_log = structlog.get_logger()

MOST_FIELDS = 5
LONGEST = 2500
"""Characters of a field that are read: enough to tell that there are too many, and for all pages that were shown."""


async def ask(request: Request) -> Response:
    """``GET /s/{segment}/find``: the form."""
    return await _answered(request, None)


async def answer(request: Request) -> Response:
    """``POST /s/{segment}/find``: what was found. It changes nothing, but costs much: no other page may send it."""
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    return await _answered(request, dict(await text_fields(request, most=MOST_FIELDS, longest=LONGEST)))


async def _answered(request: Request, fields: Mapping[str, str] | None) -> Response:
    it = shell(request)
    opening = await opened(request, looks=True)
    admission = opening.admission
    if admission is None:
        return led_to_the_gate(request, opening)
    try:
        response = await (_form(request, admission) if fields is None else _found(request, admission, fields))
    except AdapterFailed as error:
        _log.warning("search failed", failure=type(error).__name__, link=admission.link.id)
        response = it.answers.failure(error)
    return framed(response, admission.frames)


async def _form(request: Request, admission: Admission) -> Response:
    answer = await shell(request).services.visiting.may_search(admission)
    return _page(request, admission, {}) if answer is Answer.ALLOW else not_given(request, answer)


async def _found(request: Request, admission: Admission, fields: Mapping[str, str]) -> Response:
    it = shell(request)
    try:
        async with it.searches.one():
            found = await it.services.visiting.search(
                admission,
                fields.get("words", ""),
                label=fields.get("label", ""),
                further=fields.get("further", ""),
                language=languages.current().code,
            )
    except InvalidValue as error:
        return _page(request, admission, fields, error=error)
    return not_given(request, found) if isinstance(found, Answer) else _page(request, admission, fields, found)


def _page(
    request: Request,
    admission: Admission,
    fields: Mapping[str, str],
    found: Hits | None = None,
    error: InvalidValue | None = None,
) -> Response:
    path = link_path(request)
    return shell(request).pages.answer(
        "search.html",
        400 if error is not None else 200,
        path=path,
        words=fields.get("words", "")[:MOST_CHARACTERS],
        label=fields.get("label", "")[:MOST_CHARACTERS],
        longest=MOST_CHARACTERS,
        labelled=labelled(admission),
        found=found,
        error=error,
        going_on=bool(fields.get("further")),
        preview=banner(admission.preview),
    )
