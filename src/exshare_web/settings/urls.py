"""The addresses of a deployment, of its members and of its sites, checked and in one normal form.

Whether cookies are marked secure, which forms count as our own, and what stands in letters all hang on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from exshare_core.errors import InvalidValue, printable
from exshare_web.settings.sections import Reading

_AUTHORITY = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?\Z")
_USUAL_PORT = {"http": ":80", "https": ":443"}


def _insecure(tables: Mapping[str, Any]) -> bool | None:
    return {"true": True, "false": False}.get(str(tables.get("insecure", False)).lower())


def manage_url(tables: Mapping[str, Any], reading: Reading) -> str | None:
    """Where members are let in; of a host of its own, since two ports of one host share their cookies (RFC 6265 8.5)."""
    if "manage_url" not in tables:
        return None
    insecure = _insecure(tables) is not False
    try:
        here = _checked(tables["manage_url"], insecure=insecure, key="manage_url")
        visitors = _checked(tables.get("base_url"), insecure=insecure)
    except InvalidValue as error:
        if error.field == "manage_url":
            reading.fault(error.field, error.rule)
        return None
    if urlsplit(here).hostname == urlsplit(visitors).hostname:
        reading.fault("manage_url", "must be another host than `base_url`; leave it out to have both on one")
    if urlsplit(here).scheme != urlsplit(visitors).scheme:
        reading.fault("manage_url", "must begin as `base_url` does, both with https")
    return here


def base_url(tables: Mapping[str, Any], reading: Reading) -> str | None:
    """Where visitors reach the deployment."""
    insecure = _insecure(tables)
    if insecure is None:
        reading.fault("insecure", "must be true or false")
    if "base_url" not in tables:
        reading.fault("base_url", "is missing: the address at which visitors reach this deployment")
        return None
    try:
        return _checked(tables["base_url"], insecure=insecure is not False)
    except InvalidValue as error:
        reading.fault(error.field, error.rule)
        return None


def own_url(
    tables: Mapping[str, Any], site: Mapping[str, Any], at: str, taken: Iterable[str | None], reading: Reading
) -> str | None:
    """Where a site has a host of its own; a host that is nobody else's, since by it browsers and visitors tell sites apart."""
    if "own_url" not in site:
        return None
    key, insecure = f"{at}.own_url", _insecure(tables) is not False
    try:
        own = _checked(site["own_url"], insecure=insecure, key=key)
    except InvalidValue as error:
        reading.fault(error.field, error.rule)
        return None
    others = [str(tables.get("base_url", "")), str(tables.get("manage_url", "")), *(one for one in taken if one)]
    if urlsplit(own).hostname in {_host(one) for one in others}:
        reading.fault(key, "must be a host that neither `base_url` nor `manage_url` nor another site has")
    if urlsplit(own).scheme != urlsplit(str(tables.get("base_url", ""))).scheme:
        reading.fault(key, "must begin as `base_url` does, both with https")
    return own


def _host(url: str) -> str | None:
    try:
        return urlsplit(url.strip()).hostname
    except ValueError:
        return None


def _checked(value: object, *, insecure: bool, key: str = "base_url") -> str:
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
