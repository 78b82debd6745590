"""How a list of files shows what each of them is: pictures as a small picture, all others by a sign of their type."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

from exshare_core.content import Attachment
from exshare_web.visitor.files import PICTURES

LARGEST_PREVIEW = 4_000_000
"""Bytes of the largest picture that a list shows: there is no smaller copy, what is shown is the file itself."""

_ENDING = re.compile(r"[^.]\.(?=[0-9]{0,4}[A-Za-z])([A-Za-z0-9]{1,5})\Z")

_TYPES: Mapping[str, str] = {
    "application/pdf": "PDF",
    "application/zip": "ZIP",
    "application/json": "JSON",
    "application/xml": "XML",
    "application/msword": "DOC",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.ms-powerpoint": "PPT",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.oasis.opendocument.presentation": "ODP",
    "audio/mpeg": "MP3",
    "audio/ogg": "OGG",
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/svg+xml": "SVG",
    "image/webp": "WEBP",
    "text/csv": "CSV",
    "text/html": "HTML",
    "text/markdown": "MD",
    "text/plain": "TXT",
    "video/mp4": "MP4",
    "video/webm": "WEBM",
}
"""What files of a type are called where their name does not end in it."""

_TONES: Mapping[str, frozenset[str]] = {
    "red": frozenset({"PDF", "PS", "EPS"}),
    "blue": frozenset({"DOC", "DOCX", "ODT", "RTF", "TXT", "MD", "PAGES"}),
    "green": frozenset({"XLS", "XLSX", "XLSM", "ODS", "CSV", "TSV"}),
    "yellow": frozenset({"PPT", "PPTX", "ODP", "KEY"}),
    "purple": frozenset({"MP3", "MP4", "MOV", "AVI", "MKV", "OGG", "WAV", "FLAC", "WEBM", "M4A", "M4V"}),
}
"""The colours of signs; a sign is told by its letters alone as well."""


@frozen
class Sign:
    """What stands before a file in a list."""

    letters: str
    """The type in capitals, as the file's name ends or else as Confluence says; empty when neither can be told."""
    tone: str = ""
    picture: bool = False
    """Whether the file itself is shown, small."""


def sign_of(file: Attachment) -> Sign:
    """The sign of a file. The end of its name goes first, since by that a visitor's machine will open it."""
    ending = _ENDING.search(file.name)
    letters = ending[1].upper() if ending else _TYPES.get(file.media_type, "")
    tone = next((tone for tone, known in _TONES.items() if letters in known), "")
    return Sign(letters, tone, picture=file.media_type in PICTURES and 0 < file.size <= LARGEST_PREVIEW)
