"""The text fields of a posted form, in characters that every part of us can write."""

from __future__ import annotations

from starlette.requests import Request

FORM = "application/x-www-form-urlencoded"
"""What browsers send our forms as. But for forms with files nothing else is read: other parsers stay unused."""

WITH_FILES = "multipart/form-data"
"""The same for a form from which a file can be sent."""


async def text_fields(request: Request, *, most: int, longest: int) -> list[tuple[str, str]]:
    """The fields of a form in their order, each cut to `longest` characters; none for a body that is no form of ours.

    Raises HTTPException 400 for more than `most` fields and 413 for a body that is too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return []
    async with request.form(max_files=0, max_fields=most) as form:
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return [(name, _plain(value[:longest])) for name, value in fields]


async def fields_and_files(
    request: Request, *, most: int, longest: int, largest: int
) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """The text fields of a form with files, and the bytes of each file that was chosen, cut to one more than `largest`.

    What a file is called and said to be is not read. Nothing of it touches a disk: the route's limit of bodies is below
    what is held in memory. Raises as `text_fields` does; a form without files is read as by that.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != WITH_FILES:
        return await text_fields(request, most=most, longest=longest), {}
    async with request.form(max_files=most, max_fields=most, max_part_size=longest) as form:
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        files = [
            (name, await value.read(largest + 1)) for name, value in form.multi_items() if not isinstance(value, str)
        ]
    return [(name, _plain(value)) for name, value in fields], {name: data for name, data in files if data}


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
