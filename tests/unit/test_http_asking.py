"""Requests whose addresses are not read again go exactly where httpx would send them."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_adapters.http.asking import Asked, Params, address_of, addressed

PAGE = "https://acme.atlassian.net/wiki/api/v2/pages/100"

ADDRESSES: list[tuple[str, Params | None, str | None]] = [
    (PAGE, None, PAGE),
    (PAGE, {}, PAGE),
    (PAGE, {"body-format": "storage", "limit": 250}, f"{PAGE}?body-format=storage&limit=250"),
    (PAGE, {"title": "Ships & the weather: ä"}, f"{PAGE}?title=Ships+%26+the+weather%3A+%C3%A4"),
    (PAGE, {"id": ["1", "2"]}, f"{PAGE}?id=1&id=2"),
    (f"{PAGE}?cursor=a%3D", None, f"{PAGE}?cursor=a%3D"),
    (f"{PAGE}?cursor=a", {"limit": 1}, None),
    (f"{PAGE}/../1", None, None),
    (f"{PAGE}/./1", None, None),
    (f"{PAGE}/a b", None, None),
    (f"{PAGE}/ä", None, None),
    (f"{PAGE}/100%", None, None),
    (f"{PAGE}/%c3%a4", None, None),
    (f"{PAGE}#part", None, None),
    ("https://mira@acme.atlassian.net/wiki", None, None),
    ("https://ACME.atlassian.net/wiki", None, None),
    ("/wiki", None, None),
]


@pytest.mark.parametrize(("url", "params", "expected"), ADDRESSES)
def test_usual_addresses_are_taken_as_they_are(url: str, params: Params | None, expected: str | None) -> None:
    """Addresses of usual letters are taken with their parameters; of all others httpx is asked."""
    assert expected == addressed(url, params)


@settings(max_examples=30)
@given(st.text("aZ9/.?&=%:@+-_~ '\"<#äF", max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_httpx_reads_the_same(path: str, params: dict[str, str]) -> None:
    """A law: what is taken unread is what httpx would have read."""
    url = f"http://127.0.0.1:8000/{path}"
    address = addressed(url, params)

    assert address in (None, str(httpx.URL(url, params=params) if params else httpx.URL(url)))


def test_a_request_is_whole_for_who_reads_it() -> None:
    """Its address is where it goes, and reads like that of any request of httpx; no host is added to the one named."""
    request = Asked("GET", PAGE, headers={"host": "acme.atlassian.net", "accept": "text/plain"})
    plain = httpx.Request("GET", PAGE, headers={"accept": "text/plain"})

    assert (PAGE, PAGE) == (address_of(request), address_of(plain))
    assert plain.url == request.url
    assert plain.headers == request.headers
