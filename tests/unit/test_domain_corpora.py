"""Domains against Unicode's own test data, the registries' reference implementation, and every look-alike there is (G2).

Two spellings of one domain match, two domains never do; what is accepted, the libraries that others rely on accept too.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue
from exshare_core.values import Address, Domain, People
from tests.corpora import inputs, items, unescaped

ROOT_DOT = "[A4_2]"
"""What the data calls a dot at the end; here it means the same domain."""


LETTERS = frozenset({"Lu", "Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
"""The categories of what a name is written with."""


def parsed(text: str) -> str | None:
    """The one form of a domain, or None for what is refused."""
    try:
        return Domain.parse(text).name
    except InvalidValue:
        return None


def _is_valid(expect: dict[str, str], text: str) -> bool:
    known = {"", "[]", ROOT_DOT if text.endswith(".") else "[]"}
    return {expect["toUnicodeStatus"], expect["toAsciiNStatus"]} <= known


def _asked(item: dict[str, Any]) -> tuple[str, str, bool]:
    """The text of an item, the A-label form that Unicode gives for it, and whether Unicode finds it valid at all."""
    text, expect = unescaped(item["input"]), item["expect"]
    form = unescaped(expect["toAsciiN"] or expect["toUnicode"] or item["input"])
    return text, form.removesuffix("."), _is_valid(expect, text)


def test_unicodes_domains_get_unicodes_form_or_none() -> None:
    """Of 3,819 domains, none that is invalid by UTS 46 is accepted, and who is accepted has UTS 46's A-label form."""
    asked = [_asked(item) for item in items("idna-unicode")]
    accepted = [(text, form, valid) for text, form, valid in asked if parsed(text) is not None]

    assert [] == [text for text, _, valid in accepted if not valid]
    assert [] == [(text, form) for text, form, _ in accepted if parsed(text) != form]
    assert len(accepted) > 100


def test_two_spellings_match_and_two_domains_never() -> None:
    """Texts that are accepted are one domain exactly when Unicode says that they are."""
    ours, unicodes = defaultdict(set), defaultdict(set)
    for item in items("idna-unicode"):
        text, form, _ = _asked(item)
        if (name := parsed(text)) is not None:
            ours[name].add(text)
            unicodes[form].add(text)

    assert dict(unicodes) == dict(ours)


def test_what_is_valid_and_yet_refused_has_a_reason() -> None:
    """A whole domain that is valid is refused for characters that browsers replace or leave out, for signs, for digits
    of two kinds, for its length or for a digit at its end, and for nothing else.
    """
    asked = [(text, form) for text, form, valid in map(_asked, items("idna-unicode")) if valid and "." in form]

    assert [] == [text for text, form in asked if parsed(text) is None and not _awkward(text, form)]


def _awkward(text: str, form: str) -> bool:
    spelt = unicodedata.normalize("NFC", "".join(idna_parts(text)))
    return (
        bool({unicodedata.category(char) for char in spelt if not char.isascii()} - LETTERS)
        or unicodedata.normalize("NFKC", spelt) != spelt
        or any(char == "\u115f" or "\ufe00" <= char <= "\ufe0f" or char > "\U000e00ff" for char in spelt)
        or len({ord(char) - unicodedata.decimal(char) for char in spelt if char.isdecimal()}) > 1
        or len(form) > 253
        or max(map(len, form.split("."))) > 63
        or not form[-1].isalpha()
    )


def idna_parts(text: str) -> Iterator[str]:
    """The parts of a domain, each in its own script."""
    for part in text.split("."):
        yield part[4:].encode().decode("punycode") if part.lower().startswith("xn--") and part.isascii() else part


def test_every_letter_that_is_accepted_is_accepted_by_the_registries() -> None:
    """Of all assigned code points, each that a domain may have is one that IDNA 2008 lets it have, in the same form."""
    assigned = [chr(number) for number in range(0x80, sys.maxunicode + 1)]
    assigned = [char for char in assigned if unicodedata.category(char) not in ("Cn", "Co", "Cs")]
    names = [(char, parsed(text)) for char in assigned for text in (f"a{char}a.example", f"\u05d0{char}\u05d0.com")]

    assert [] == [f"{ord(char):X}" for char, name in names if name is not None and not _registered(name)]


def _registered(name: str) -> bool:
    try:
        return name == idna.encode(idna.decode(name)).decode()
    except idna.IDNAError:
        return False


@given(st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=3).map(".".join))
def test_any_domain_that_is_accepted_is_what_browsers_make_of_it(text: str) -> None:
    """UTS 46 as browsers apply it gives the same form, and IDNA 2008 finds that form valid."""
    name = parsed(text)

    assert name is None or (name == idna.encode(text.strip(" \t").removesuffix("."), uts46=True).decode())
    assert name is None or _registered(name)


def test_punycode_is_read_and_written_alike() -> None:
    """What decodes to letters alone is the same domain in both its forms; capitals make no difference."""
    pairs = [(item["expect"]["encoded"], item["expect"]["decoded"]) for item in items("punycode")]
    read = [(parsed(f"xn--{encoded}.example"), parsed(f"{decoded}.example")) for encoded, decoded in pairs]

    assert [] == [pair for pair in read if pair[0] != pair[1]]
    assert "xn--bcher-kva.example" in {one for one, _ in read}


def _look_alikes(name: str) -> list[str]:
    """The name with one part of it replaced by each sign that Unicode finds confusable with it."""
    found = []
    for item in items("unicode-confusables"):
        for sign in item["expect"]:
            if (at := name.find(item["input"])) >= 0:
                found.append(name[:at] + sign + name[at + len(item["input"]) :])
            if (at := name.find(sign)) >= 0:
                found.append(name[:at] + item["input"] + name[at + len(sign) :])
    return [one for one in found if one.casefold() != name]


@pytest.mark.parametrize("name", ["example.com", "paypal.example", "rnicrosoft.example", "clover.example"])
def test_no_look_alike_passes_for_the_domain(name: str) -> None:
    """A domain with one letter replaced by any of its look-alikes is another domain, or none."""
    listed = People.parse([name, f"*.{name}"])
    fooled = [one for one in _look_alikes(name) if (parsed(one) or "") and listed.admits(Address.parse(f"a@{one}"))]

    assert len(_look_alikes(name)) > 100
    assert [] == fooled


def test_no_look_alike_of_a_mailbox_is_an_address() -> None:
    """A mailbox with a letter replaced by a look-alike is refused, unless both are plain letters and differ."""
    mailbox = Address.parse("olivia@example.com")
    fooled = []
    for one in _look_alikes("olivia"):
        try:
            fooled += [one] if Address.parse(f"{one}@example.com").key == mailbox.key else []
        except InvalidValue:
            continue

    assert [] == fooled


def test_look_alikes_are_shown_in_the_form_that_tells_them_apart() -> None:
    """A list shows every domain in its A-label form, so that no admin takes one for another."""
    assert ("xn--pple-43d.example",) == People.parse(["\u0430pple.example"]).entries()


def test_throw_away_domains_are_domains() -> None:
    """6,103 real domains are read as they are written, but for those of pictures, which IDNA 2008 has none of; a list of
    them all still admits exactly whom it names.
    """
    names = list(inputs("email-disposable-domains"))
    pictures = [name for name in names if parsed(name) is None]
    listed = People.parse(set(names) - set(pictures))

    assert [] == [name for name in names if parsed(name) not in (name.lower(), None)]
    assert {"So"} == {unicodedata.category(next(idna_parts(name))[0]) for name in pictures}
    assert len(names) - len(pictures) == len(listed.domains)
    assert listed.admits(Address.parse(f"ada@{names[-1]}"))
    assert not listed.admits(Address.parse(f"ada@sub.{names[-1]}"))
