"""How addresses and forms are written on the wire."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser

import pytest

from exshare_adapters.http.forms import FileParts, address, form
from exshare_core.errors import Broken


@pytest.mark.parametrize(
    ("url", "params", "expected"),
    [
        ("https://a.example/x", None, "https://a.example/x"),
        ("https://a.example/x", {}, "https://a.example/x"),
        ("https://a.example/x", {"q": "a b&c", "n": 25}, "https://a.example/x?q=a+b%26c&n=25"),
        ("https://a.example/x?a=1", {"id": ["1", "2"]}, "https://a.example/x?a=1&id=1&id=2"),
        ("https://a.example/a%2Fb c?s=%2B/é", None, "https://a.example/a%2Fb%20c?s=%2B/%C3%A9"),
        ("https://bücher.example:8443/ü", None, "https://xn--bcher-kva.example:8443/%C3%BC"),
        ("https://a.example/x\r\nHost: b.example", None, "https://a.example/xHost:%20b.example"),
        ("https://a.example/\\b", None, "https://a.example/%5Cb"),
    ],
)
def test_addresses_are_sent_in_printable_ascii(url: str, params: dict[str, str], expected: str) -> None:
    """Parameters are added and encoded; what is encoded already stays; no line can be broken."""
    actual = address(url, params)

    assert expected == actual


def test_a_host_that_cannot_be_is_refused() -> None:
    """A name that no resolver could be asked for is no address."""
    with pytest.raises(Broken):
        address(f"https://{'ü' * 80}.example/")


def test_a_form_without_files_is_percent_encoded() -> None:
    """A field may have several values."""
    actual = form({"to": ["ada@example.com", "bo@example.com"], "o:tag": "a b"})

    assert (b"to=ada%40example.com&to=bo%40example.com&o%3Atag=a+b", "application/x-www-form-urlencoded") == actual


def _parts(fields: dict[str, str], files: FileParts) -> list[Message]:
    """The parts of a form as another library reads them."""
    body, kind = form(fields, files)
    parts = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body).get_payload()
    assert isinstance(parts, list)
    return [part for part in parts if isinstance(part, Message)]


def test_a_form_with_files_comes_in_parts() -> None:
    """Names, types and bytes arrive as they were given, line breaks and all."""
    parts = _parts({"to": "ä"}, [("message", ("message.eml", b"a\r\nb\n", "message/rfc822"))])
    told = [(part.get_param("name", header="content-disposition"), part.get_filename()) for part in parts]

    assert [("to", None), ("message", "message.eml")] == told

    assert "ä".encode() == parts[0].get_payload(decode=True)

    assert b"a\r\nb\n" in form({}, [("message", ("message.eml", b"a\r\nb\n", "message/rfc822"))])[0]


def test_a_name_cannot_end_its_line() -> None:
    """Quotes and line breaks in names are percent-encoded, as browsers do."""
    (part,) = _parts({}, [('a"b', ("x\r\ny: z", b"", "text/plain"))])

    assert ("a%22b", "x%0D%0Ay: z") == (part.get_param("name", header="content-disposition"), part.get_filename())
