"""Requests as transports take them, whose addresses are not read again after we have written them.

httpx reads the address of each request letter by letter, which is two fifths of what a small request costs. Addresses
of the usual letters mean the same before that as after it; they are taken as they are, and read only where somebody
looks at `url`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx

Params = Mapping[str, str | int | Sequence[str]]

_USUAL = re.compile(r"https?://[a-z0-9.:-]+/(?:[A-Za-z0-9_~/?&=:@,+!$()*;.-]|%[0-9A-F]{2})*\Z")
_UNREAD = httpx.URL()


class Asked(httpx.Request):
    """A request to `address`, for which `headers` name the host."""

    def __init__(self, method: str, address: str, **given: Any) -> None:
        self.address = address
        super().__init__(method, _UNREAD, **given)

    @property
    def url(self) -> httpx.URL:
        """The address as httpx reads it."""
        return httpx.URL(self.address)

    @url.setter
    def url(self, unread: httpx.URL) -> None:
        """Does nothing: what httpx sets is what it was given, not the address."""


def addressed(url: str, params: Params | None) -> str | None:
    """The address that httpx would read from `url` and `params`; None where it may write it in another way."""
    if params:
        if "?" in url:
            return None
        url = f"{url}?{urlencode(params, doseq=True)}"
    return url if _USUAL.match(url) and "/." not in url else None


def address_of(request: httpx.Request) -> str:
    """Where a request goes."""
    return request.address if isinstance(request, Asked) else str(request.url)
