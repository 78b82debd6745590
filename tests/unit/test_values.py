"""Tokens, addresses, lists of people and of networks take what is valid and refuse everything else."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue
from exshare_core.links import checked_name
from exshare_core.testing import strategies
from exshare_core.values import (
    Address,
    Domain,
    IPAddress,
    Networks,
    People,
    Token,
    attachment_id,
    instant,
    network_address,
    page_id,
    site_id,
    unwrapped,
)

TOKEN = "Abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE"


@pytest.mark.parametrize(
    "segment", [TOKEN, f"release-plan-{TOKEN}", f"-{TOKEN}", f"a_b-{TOKEN}", f"{'x' * 118}-{TOKEN}"]
)
def test_a_token_is_the_end_of_its_segment(segment: str) -> None:
    """L2: what stands before the last 43 characters, ending in a hyphen, is decoration."""
    assert Token(TOKEN) == Token.parse(segment)


@pytest.mark.parametrize(
    "segment",
    [
        "",
        TOKEN[:-1],
        f"x{TOKEN}",
        f"x_{TOKEN}",
        f"{TOKEN}\n",
        f"{TOKEN} ",
        f"ü-{TOKEN}",
        TOKEN.replace("b", "ä"),
        TOKEN.replace("b", "%"),
        f"a/{TOKEN}",
        f"{'x' * 200}-{TOKEN}",
        TOKEN.replace("0", "٠"),
        f"a.b-{TOKEN}",
    ],
)
def test_a_malformed_token_is_unknown(segment: str) -> None:
    """L2: malformed means unknown, never an error."""
    assert Token.parse(segment) is None


def test_a_token_is_kept_as_its_digest() -> None:
    """L2: the digest is the SHA-256 of the token as it is; the token is never shown by `repr`."""
    token = Token(TOKEN)

    assert sha256(TOKEN.encode()).digest() == token.digest
    assert token.digest != Token(TOKEN.swapcase()).digest
    assert TOKEN not in repr(token)


@given(st.text(max_size=60))
def test_what_is_parsed_as_a_token_is_one(text: str) -> None:
    """Whatever is taken for a token has 43 characters of the alphabet and is parsed to itself."""
    token = Token.parse(text)

    assert token is None or (len(token.text) == 43 and Token.parse(token.text) == token)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        (" example.com ", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("strasse.example", "strasse.example"),
        ("例え.example", "xn--r8jz45g.example"),
        ("3com.example", "3com.example"),
    ],
)
def test_a_domain_has_one_form(text: str, expected: str) -> None:
    """G2: domains are compared in their A-label form, in lower case; ß stays ß and never becomes ss."""
    assert expected == Domain.parse(text).name


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "example",
        "example..com",
        ".example.com",
        "example.com..",
        "-a.example",
        "a-.example",
        "a_b.example",
        "ab--cd.example",
        "a b.example",
        "a\x00b.example",
        "a\nb.example",
        "xn--.example",
        "xn--a.example",
        "xn--80ak6.example-",
        "xn--strasse-.example",
        "exam\u200bple.com",
        "exam\u00adple.com",
        "example\u3002com",
        "ｅxample.com",
        "ﬁ.example",
        "\u0301a.example",
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        "ex@mple.com",
        "[192.0.2.1]",
        "♥.example",
        "xn--BCHER-KVA\u200d.example",
        "192.0.2.1:25",
        "*.example.com",
    ],
)
def test_a_malformed_domain_is_refused(text: str) -> None:
    """Empty parts, invisible and look-alike characters, broken xn-- parts and over-long names are refused."""
    with pytest.raises(InvalidValue):
        Domain.parse(text)


@given(st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=12))
def test_an_encoded_domain_is_the_domain(label: str) -> None:
    """A domain that is accepted is accepted in its xn-- form and is the same."""
    try:
        domain = Domain.parse(f"{label}.example")
    except InvalidValue:
        return

    assert domain == Domain.parse(domain.name)
    assert domain.name.isascii()


def test_look_alike_domains_are_different() -> None:
    """A Cyrillic а is not a Latin a."""
    assert Domain.parse("аpple.example") != Domain.parse("apple.example")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada@Example.COM", "ada@example.com"),
        ("ada.lovelace+x@example.com", "ada.lovelace+x@example.com"),
        ("o'neil@bücher.example", "o'neil@xn--bcher-kva.example"),
        (" ada@example.com\t", "ada@example.com"),
    ],
)
def test_an_address_has_one_key(text: str, key: str) -> None:
    """Lists compare the domain exactly and the local part without case."""
    assert key == Address.parse(text).key


def test_an_address_keeps_its_spelling() -> None:
    """A letter goes to the local part as it was written."""
    assert "Ada@xn--bcher-kva.example" == str(Address.parse("Ada@BÜCHER.example"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "a@b@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        '"ada"@example.com',
        "ada @example.com",
        "ada@exa mple.com",
        "ada@example.com\r\nBcc: x@y.example",
        "ada\r\n@example.com",
        "ada\x00@example.com",
        "ädä@example.com",
        "ada(comment)@example.com",
        "ada@[192.0.2.1]",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "ada@example.com,eve@example.com",
        "a" * 65 + "@example.com",
        "ada@" + ".".join(["a" * 60] * 4) + ".example",
        "аdа@example.com",
        "ada@example.com;eve@example.com",
    ],
)
def test_a_malformed_address_is_refused(text: str) -> None:
    """Quotes, comments, literals, line breaks,
    lists and non-ASCII local parts are refused by the field's name.
    """
    with pytest.raises(InvalidValue) as raised:
        Address.parse(text)

    assert "address" == raised.value.field


@pytest.mark.parametrize(
    ("entries", "address", "expected"),
    [
        (["ada@example.com"], "ADA@example.com", True),
        (["ada@example.com"], "eve@example.com", False),
        (["example.com"], "eve@example.com", True),
        (["@example.com"], "eve@example.com", True),
        (["example.com"], "eve@sub.example.com", False),
        (["*.example.com"], "eve@sub.example.com", True),
        (["*.example.com"], "eve@deep.sub.example.com", True),
        (["*.example.com"], "eve@example.com", True),
        (["*.example.com"], "eve@badexample.com", False),
        (["example.com"], "eve@example.com.evil.example", False),
        (["*.com.example"], "eve@example.com", False),
        (["straße.example"], "eve@strasse.example", False),
        (["bücher.example"], "eve@xn--bcher-kva.example", True),
        ([], "ada@example.com", False),
    ],
)
def test_people_admit_whom_they_name(entries: list[str], address: str, expected: bool) -> None:
    """G2: addresses and domains match exactly, sub-domains only when asked,
    and an empty list admits nobody.
    """
    assert expected == People.parse(entries).admits(Address.parse(address))


@pytest.mark.parametrize(
    "entry", ["", "*", "*.", "@", "ada", "*.ada@example.com", "ada@@example.com", "**.example.com"]
)
def test_a_malformed_entry_is_refused(entry: str) -> None:
    """An entry that is neither an address nor a domain is refused by the name of the list."""
    with pytest.raises(InvalidValue) as raised:
        People.parse(["example.com", entry], "allowed")

    assert "allowed" == raised.value.field


@given(strategies.people(), strategies.people(), strategies.addresses())
def test_people_meet_in_whom_both_admit(one: People, other: People, address: Address) -> None:
    """G3: the meet admits exactly whom both lists admit."""
    assert (one.admits(address) and other.admits(address)) == one.meet(other).admits(address)


@given(strategies.people(), strategies.people(), strategies.people())
def test_the_meet_of_people_is_a_meet(one: People, two: People, three: People) -> None:
    """P1: associative, commutative and idempotent, whoever is asked about."""
    assert one.meet(two) == two.meet(one)
    assert one.meet(two).meet(three) == one.meet(two.meet(three))
    assert one.meet(two) == one.meet(two).meet(two)
    assert People() == one.meet(People())


@given(strategies.people())
def test_people_are_written_as_they_are_read(people: People) -> None:
    """The entries of a list make the same list again."""
    assert people == People.parse(people.entries())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2002:c000:207::1", "192.0.2.7"),
        ("64:ff9b::c000:207", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("::1", "::1"),
    ],
)
def test_mapped_addresses_are_unwrapped(text: str, plain: str) -> None:
    """G5: an IPv4 address inside an IPv6 one is judged as what it is."""
    assert ip_address(plain) == unwrapped(ip_address(text))


@pytest.mark.parametrize(
    ("entries", "address", "expected"),
    [
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.0/24"], "::ffff:192.0.2.1", True),
        (["::ffff:192.0.2.0/120"], "192.0.2.1", True),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "192.0.2.8", False),
        (["2001:db8::/32"], "2001:db8:ffff::1", True),
        (["::/0"], "192.0.2.1", False),
        (["0.0.0.0/0"], "2001:db8::1", False),
        ([], "192.0.2.1", False),
    ],
)
def test_networks_admit_what_they_hold(entries: list[str], address: str, expected: bool) -> None:
    """G5: CIDR lists of both families; an empty list admits nobody."""
    assert expected == Networks.parse(entries).admits(ip_address(address))


@pytest.mark.parametrize(
    "entry", ["", "192.0.2.1/24", "192.0.2.0/33", "192.0.2", "example.com", "192.0.2.0/24 ,", "::/129"]
)
def test_a_malformed_network_is_refused(entry: str) -> None:
    """A network with host bits set, or that is none, is refused."""
    with pytest.raises(InvalidValue):
        Networks.parse([entry])


_PLACES: st.SearchStrategy[IPAddress] = (
    st.sampled_from(
        [
            "192.0.2.7",
            "192.0.2.5",
            "192.0.2.99",
            "198.51.100.3",
            "203.0.113.130",
            "2001:db8::1",
            "2001:db8:1::9",
            "::ffff:192.0.2.7",
        ]
    ).map(ip_address)
    | st.ip_addresses()
)


@given(strategies.any_networks(), strategies.any_networks(), _PLACES)
def test_networks_meet_in_what_both_hold(one: Networks, other: Networks, address: IPAddress) -> None:
    """P1: the meet admits exactly what both lists admit."""
    assert (one.admits(address) and other.admits(address)) == one.meet(other).admits(address)


@given(strategies.networks(), strategies.networks(), strategies.networks())
def test_the_meet_of_networks_is_a_meet(one: Networks, two: Networks, three: Networks) -> None:
    """P1: associative, commutative and idempotent."""
    assert one.meet(two) == two.meet(one)
    assert one.meet(two).meet(three) == one.meet(two.meet(three))
    assert one.meet(two) == one.meet(two).meet(two)
    assert Networks() == one.meet(Networks())


@given(strategies.any_networks())
def test_networks_are_written_as_they_are_read(networks: Networks) -> None:
    """The entries of a list make the same list again."""
    assert networks == Networks.parse(networks.entries())


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "fe80::1"])
def test_a_visitors_address_is_read(text: str) -> None:
    """The address as a server sees it."""
    assert ip_address(text) == network_address(text)


@pytest.mark.parametrize("text", ["", "unix:", "localhost", "192.0.2.1:80", "fe80::1%eth0", "192.0.2.01", "%"])
def test_what_is_no_network_address_is_none(text: str) -> None:
    """A visitor whose address is not known has none."""
    assert network_address(text) is None


@pytest.mark.parametrize("text", ["acme", "a", "a-1", "0", "a" * 40])
def test_a_site_is_named(text: str) -> None:
    """1 to 40 of a-z, 0-9 and inner hyphens."""
    assert text == site_id(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a" * 41, "a_b", "a.b", "a\n", "ä", "-"])
def test_a_malformed_site_is_refused(text: str) -> None:
    """Everything else is refused."""
    with pytest.raises(InvalidValue):
        site_id(text)


def test_ids_of_confluence_are_ascii_digits() -> None:
    """Page ids are digits, attachment ids are ``att`` and digits."""
    assert ("123", "att123") == (page_id("123"), attachment_id("att123"))
    for text in ("", "12a", "-1", "1\n", "٣", "1" * 20, " 1"):
        with pytest.raises(InvalidValue):
            page_id(text)
    for text in ("", "123", "att", "att1x", "ATT1", "att1\n"):
        with pytest.raises(InvalidValue):
            attachment_id(text)


@pytest.mark.parametrize("text", ["2026-12-31T23:00:00Z", "2027-01-01T00:00:00+01:00", " 2026-12-31T23:00:00+00:00 "])
def test_an_instant_is_read_in_utc(text: str) -> None:
    """L14: instants are UTC whatever the zone they were written in."""
    assert datetime(2026, 12, 31, 23, tzinfo=UTC) == instant(text)
    assert UTC is instant(text).tzinfo


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-12-31",
        "2026-12-31T23:00:00",
        "2026-13-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """A time without a zone names no instant, and what is no time is none."""
    with pytest.raises(InvalidValue):
        instant(text)


@pytest.mark.parametrize(
    ("entries", "everywhere"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["0.0.0.0/1"], False),
        (["192.0.2.0/24", "2001:db8::/32"], False),
        ([], False),
    ],
)
def test_a_list_of_every_address_is_known_as_one(entries: list[str], everywhere: bool) -> None:
    """G1, G5: what admits all addresses of a version, in one range or in halves, keeps nobody out."""
    assert everywhere is Networks.parse(entries).everywhere


@pytest.mark.parametrize("name", ["\u202egnp.exe", "spring \u2066fair", "fair\u202c"])
def test_a_name_turns_no_direction_of_writing(name: str) -> None:
    """The name of a link stands in sentences among other words; what is quoted of it in errors turns nothing either."""
    with pytest.raises(InvalidValue) as told:
        checked_name(name)

    assert "none of the characters that turn the direction of writing" == told.value.rule
    assert "`?gnp` is no key" == InvalidValue("space", "`\u202egnp` is no key").rule
