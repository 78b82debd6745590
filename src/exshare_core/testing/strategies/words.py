"""Strategies for the plain values that all others are made of: ids, texts, addresses, networks."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from exshare_core.values import AccountId, Address, Networks, PageId, People, Sealed, SiteId, SpaceKey

_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]


DOMAINS = (
    "example.com",
    "sub.example.com",
    "deep.sub.example.com",
    "example.org",
    "bücher.example",
    "xn--strae-oqa.example",
)

ORIGINS = ("https://a.example", "https://b.example")
"""Sites that frame links, in the form in which they are stored."""

NETWORKS = (
    "0.0.0.0/0", "192.0.2.0/24", "192.0.2.0/28", "192.0.2.7/32", "198.51.100.0/24", "203.0.113.128/25",
    "::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8::1/128", "::ffff:192.0.2.0/120",
)  # fmt: skip


@cache
def instants() -> SearchStrategy[datetime]:
    """Instants in UTC, to the microsecond."""
    return st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))


@cache
def ids() -> SearchStrategy[str]:
    """Ids of our own making."""
    return st.text(_ID_LETTERS, min_size=20, max_size=40)


@cache
def site_ids() -> SearchStrategy[SiteId]:
    """Names of sites."""
    return st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).map(SiteId)


@cache
def page_ids() -> SearchStrategy[PageId]:
    """Ids of pages, the longest included."""
    return st.integers(0, 9_999_999_999_999_999_999).map(str).map(PageId)


@cache
def space_keys() -> SearchStrategy[SpaceKey]:
    """Keys of spaces in upper case, personal ones included."""
    return st.from_regex(r"~?[A-Z0-9]{1,30}", fullmatch=True).map(SpaceKey)


@cache
def account_ids() -> SearchStrategy[AccountId]:
    """Account ids of Cloud and user keys of Data Center."""
    return st.text("0123456789abcdef:-", min_size=1, max_size=128).map(AccountId)


@cache
def lines(most: int = 200) -> SearchStrategy[str]:
    """One-line texts as `checked_name` lets them pass: any script, no control characters."""
    characters = st.characters(exclude_categories=["Cs"], exclude_characters=_CONTROLS)
    return st.text(characters, max_size=most).map(str.strip)


@cache
def texts(most: int = 400) -> SearchStrategy[str]:
    """Texts of several lines as `checked_description` lets them pass."""
    return st.lists(lines(most // 4), max_size=4).map("\r\n".join).map(str.strip)


@cache
def labels() -> SearchStrategy[frozenset[str]]:
    """Sets of labels in lower case."""
    return st.frozensets(st.sampled_from(["internal", "public", "draft", "größe", "a-b_c"]), max_size=4)


@cache
def addresses() -> SearchStrategy[Address]:
    """Mail addresses in few domains, so that lists meet."""
    locals_ = st.sampled_from(["ada", "Ada", "grace.hopper", "o'neil", "a+b", "x_y"])
    return st.builds("{}@{}".format, locals_, st.sampled_from(DOMAINS)).map(Address.parse)


@cache
def people_entries() -> SearchStrategy[list[str]]:
    """Lists as a person writes them: addresses, domains, domains with all below."""
    domain = st.sampled_from(DOMAINS)
    return st.lists(addresses().map(str) | domain | domain.map("*.{}".format), max_size=6)


@cache
def people() -> SearchStrategy[People]:
    """Lists of allowed people, the empty one included."""
    return people_entries().map(People.parse)


@cache
def networks() -> SearchStrategy[Networks]:
    """Lists of networks that often contain one another, the empty one included."""
    return st.lists(st.sampled_from(NETWORKS), max_size=5).map(Networks.parse)


@cache
def any_networks() -> SearchStrategy[Networks]:
    """Lists of any networks."""
    single = st.ip_addresses().map(ip_network).map(str)
    return st.lists(single | st.sampled_from(NETWORKS), max_size=5).map(Networks.parse)


@cache
def sealed() -> SearchStrategy[Sealed]:
    """Sealed bytes: any bytes at all."""
    return st.binary(min_size=1, max_size=200).map(Sealed)
