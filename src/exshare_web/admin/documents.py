"""Everything that is set as one document: taken away to be reviewed, brought back to be applied (spec P10)."""

from __future__ import annotations

from functools import partial

from attrs import evolve
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from exshare_core.errors import InvalidValues
from exshare_core.policy_document import read_policy, write_policy
from exshare_web.admin.proposals import STEPS, Form, Wanted, Whole, submitted, version
from exshare_web.manager.forms import Filled, Reading
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/document``: the document as it is, in a field where it can be changed."""
    return await _page(request, desk, None, 200)


async def download(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/document.toml``: the same as a file."""
    policy = await desk.governing.policy(desk.member)
    disposition = f'attachment; filename="exshare-{desk.site}.toml"'
    return PlainTextResponse(
        write_policy(policy), headers={"content-disposition": disposition}, media_type="application/toml"
    )


async def submit(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/document``: preview what the document would change, or apply all of it."""
    path = f"{base(request, desk)}/policy"
    return await submitted(
        request,
        desk,
        Form(
            heading="The document",
            action=f"{path}/document",
            back=path,
            done=f"{path}?done=applied",
            read=partial(_read, desk),
            show=partial(_page, request, desk),
        ),
    )


async def _page(request: Request, desk: Desk, filled: Filled | None, status: int) -> Response:
    policy = await desk.governing.policy(desk.member)
    saved = {"version": str(policy.version), "document": write_policy(policy)}
    places = frozenset({"document"})
    return await framed(
        request,
        desk,
        "admin_document.html",
        status,
        filled=evolve(filled or Filled(saved), places=places),
        saved=saved["document"] if status == 412 else "",
    )


async def _read(desk: Desk) -> Wanted:
    policy = await desk.governing.policy(desk.member)
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | {"document"})
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    # Browsers end the lines of a field in their own way.
    document = desk.fields.get("document", "").replace("\r\n", "\n")
    return Whole(desk, evolve(read_policy(document, policy), version=version(desk)))
