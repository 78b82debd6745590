"""The address at which visitors reach a deployment, checked and in one normal form.

Whether cookies are marked secure, which forms count as our own, and what stands in letters all hang on it.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from exshare_core.errors import InvalidValue, printable

_AUTHORITY = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?\Z")
_USUAL_PORT = {"http": ":80", "https": ":443"}


def checked_base_url(value: object, *, insecure: bool, key: str = "base_url") -> str:
    """The base address in its normal form; raises InvalidValue with `key` as the field.

    Over http everyone on the way reads what is shared, so that it is taken for this very machine only, unless the
    operator says so with ``insecure = true`` (spec G10).
    """
    if not isinstance(value, str):
        raise InvalidValue(key, "must be a text in quotes")
    try:
        parts = urlsplit(value.strip().rstrip("/"))
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidValue(key, "is not an address such as https://share.example.com") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidValue(key, "must not hold a user or a password")
    shown = printable(value[:80])
    authority = parts.netloc.lower().removesuffix(_USUAL_PORT.get(parts.scheme, ":"))
    if parts.scheme not in _USUAL_PORT or not _AUTHORITY.match(authority):
        raise InvalidValue(key, f"`{shown}` is not an address such as https://share.example.com")
    if parts.path or parts.query or parts.fragment:
        raise InvalidValue(key, f"`{shown}` must be scheme and host only, without a path")
    if parts.scheme == "http" and not insecure and not _is_loopback(host):
        raise InvalidValue(key, f"`{shown}` must be https; set `insecure = true` to serve others over http")
    return f"{parts.scheme}://{authority}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
