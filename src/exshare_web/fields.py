"""The text fields of a posted form, in characters that every part of us can write."""

from __future__ import annotations

from starlette.requests import Request

FORM = "application/x-www-form-urlencoded"
"""What browsers send our forms as. Nothing else is read: whole parsers with their own character sets stay unused."""


async def text_fields(request: Request, *, most: int, longest: int) -> list[tuple[str, str]]:
    """The fields of a form in their order, each cut to `longest` characters; none for a body that is no form of ours.

    Raises HTTPException 400 for more than `most` fields and 413 for a body that is too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return []
    async with request.form(max_files=0, max_fields=most) as form:
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return [(name, value[:longest].encode("utf-8", "replace").decode("utf-8")) for name, value in fields]
