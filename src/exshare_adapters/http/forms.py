"""How addresses and forms are written on the wire: percent-encoded, or in parts where files go along (RFC 7578)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from exshare_core.errors import Broken

Params = Mapping[str, str | int | Sequence[str]]
FormFields = Mapping[str, str | Sequence[str]]
FileParts = Sequence[tuple[str, tuple[str, bytes, str]]]
"""Parts of a multipart form: field name, then file name, content and media type."""

_SENDABLE = re.compile(r"[!#-;=?-\[\]_a-z~]+\Z")
_AS_THEY_ARE = "!#$%&'()*+,/:;=?@[]~"
_NAME = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def address(url: str, params: Params | None = None) -> str:
    """`url` with `params` added to its query, in printable ASCII; raises Broken for a host that cannot be written so.

    What is encoded already stays as it is.
    """
    if params:
        url = f"{url}{'&' if '?' in url else '?'}{urlencode(list(_pairs(params)))}"
    if _SENDABLE.match(url):
        return url
    parts = urlsplit(url)
    try:
        host = parts.netloc.encode("idna").decode("ascii")
    except UnicodeError:
        raise Broken("an address names no host that there can be") from None
    return quote(urlunsplit(parts._replace(netloc=host)), safe=_AS_THEY_ARE)


def form(fields: FormFields, files: FileParts = ()) -> tuple[bytes, str]:
    """The body of a form, and its media type."""
    if not files:
        return urlencode(list(_pairs(fields))).encode(), "application/x-www-form-urlencoded"
    boundary = secrets.token_hex(16)
    parts = [_part(f'name="{name.translate(_NAME)}"', value.encode()) for name, value in _pairs(fields)]
    for name, (file, content, kind) in files:
        named = f'name="{name.translate(_NAME)}"; filename="{file.translate(_NAME)}"'
        parts.append(_part(f"{named}\r\nContent-Type: {kind}", content))
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary}"


def _part(described: str, content: bytes) -> bytes:
    return f"Content-Disposition: form-data; {described}\r\n\r\n".encode() + content


def _pairs(values: Mapping[str, str | int | Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Every name with its value, or with each of its values."""
    for name, value in values.items():
        for one in [str(value)] if isinstance(value, (str, int)) else value:
            yield name, one
