"""The network itself: which addresses are connected to, silence, broken answers, certificates, places (F20 to
F30, F63).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from exshare_adapters.http import Limits, is_public, open_client
from exshare_core.errors import AdapterFailed, Broken, Busy, InvalidValue
from tests.integration.wires import (
    AT_ONCE,
    run,
)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.100.100.200", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("nonsense", False),
    ],
)
def test_public_addresses_are_told_from_others(address: str, expected: bool) -> None:
    """F63: mapped, 6to4 and NAT64 forms are seen through."""
    actual = is_public(address)

    assert expected is actual


Served = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[object, object, None]]


def against(serve: Served, *, insecure: bool = True, limits: Limits = AT_ONCE, host: str = "127.0.0.1") -> object:
    """What a GET of a real server on this machine gives: the answer's body or the error."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def go() -> object:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with (
            server,
            open_client(base=f"http://{host}:{port}", insecure=insecure, limits=limits) as client,
        ):
            try:
                answer = await client.request("GET", f"http://{host}:{port}/")
            except AdapterFailed as error:
                return type(error)
            return answer.body

    return run(go())


async def _hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    await writer.drain()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
    await writer.drain()


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello")
    await writer.drain()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _trickling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
    await writer.drain()
    await reader.read()


def test_a_real_server_on_loopback_needs_the_site_to_be_insecure() -> None:
    """The wall stands in the real transport: with `insecure` the address is used, by name too."""
    allowed = [against(_hello), against(_hello, host="localhost")]

    assert allowed == [b"hello", b"hello"]


def test_a_loopback_address_is_refused_before_a_connection() -> None:
    """F63: a name that leads inside is refused; nothing is connected to."""
    connected: list[int] = []

    async def go() -> type[AdapterFailed] | None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.append(1)
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, open_client(base=f"https://localhost:{port}") as client:
            try:
                await client.request("GET", f"https://localhost:{port}/")
            except AdapterFailed as error:
                return type(error)
        return None

    actual = run(go())

    assert (Broken, []) == (actual, connected)


def test_answers_that_end_early_or_break_the_rules_are_refused() -> None:
    """F21: nothing is shown as if it were whole."""
    actual = [against(_cut), against(_nonsense)]

    assert [Broken, Broken] == actual


def test_only_what_is_safe_is_tried_again_on_the_real_network() -> None:
    """F20, F21: where a connection breaks before the answer, GET is tried again in bounds, and POST never."""
    heads: list[bytes] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).partition(b" ")[0])
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, open_client(base=base, insecure=True, limits=AT_ONCE) as client:
            for method in ("GET", "POST"):
                with pytest.raises(AdapterFailed):
                    await client.request(method, f"{base}/", json={} if method == "POST" else None)

    run(go())

    assert (1, True) == (heads.count(b"POST"), 3 <= heads.count(b"GET") <= 6)


def test_where_nobody_listens_is_busy() -> None:
    """F20: a host that cannot be reached may be reached a moment later."""

    async def go() -> type[AdapterFailed] | None:
        server = await asyncio.start_server(_hello, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close()
        await server.wait_closed()
        async with open_client(base=base, insecure=True, limits=AT_ONCE) as client:
            try:
                await client.request("GET", f"{base}/")
            except AdapterFailed as error:
                return type(error)
        return None

    actual = run(go())

    assert Busy is actual


@pytest.mark.parametrize("serve", [_silent, _trickling], ids=["before headers", "between bytes"])
def test_silence_is_bounded(serve: Served) -> None:
    """F20: before headers and between bytes."""
    actual = against(serve, limits=Limits(silence=0.05, total=0.5, pause=0.0))

    assert Busy is actual


def _self_signed(folder: Path, name: str) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def over_tls(
    context: ssl.SSLContext,
    trusted: Path | None,
    monkeypatch: pytest.MonkeyPatch,
    ca_file: Path | None = None,
) -> object:
    """What a GET of ``https://localhost`` gives: the body, or whether the certificate is said to be wrong."""
    if trusted is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await _hello(reader, writer)
        writer.close()

    async def go() -> object:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
        base = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        client_of = open_client(base=base, insecure=True, ca_file=ca_file, limits=AT_ONCE)
        async with server, client_of as client:
            try:
                return (await client.request("GET", f"{base}/")).body
            except Broken as error:
                return "certificate" in str(error)

    return run(go())


def test_certificates_are_checked_even_on_an_insecure_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F26: nobody vouches for it, or it names another host: refused. A trusted one for the name passes."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    unknown = over_tls(_self_signed(first, "localhost"), None, monkeypatch)
    known = over_tls(_self_signed(first, "localhost"), first / "server.pem", monkeypatch)
    other = over_tls(_self_signed(second, "other.example"), second / "server.pem", monkeypatch)

    assert (unknown, known, other) == (True, b"hello", True)


def test_a_site_may_have_authorities_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """api.md 12: a bundle makes a self-signed host known, and verification is never off."""
    pem = tmp_path / "server.pem"
    known = over_tls(_self_signed(tmp_path, "localhost"), None, monkeypatch, pem)
    other = over_tls(_self_signed(tmp_path, "other.example"), None, monkeypatch, pem)

    assert (known, other) == (b"hello", True)


def test_a_bundle_without_certificates_is_refused_by_name(tmp_path: Path) -> None:
    """A wrong path or another file is said at the start, not at the first request."""
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")

    async def opened(path: Path) -> None:
        async with open_client(ca_file=path):
            pass

    for path in (tmp_path / "nowhere.pem", empty):
        with pytest.raises(InvalidValue, match="ca_file"):
            run(opened(path))


def test_a_visitor_who_leaves_releases_the_connection() -> None:
    """F30: the end of the context is the end of the upstream connection, however much is still to come."""

    async def go() -> bool:
        gone = asyncio.Event()

        async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            try:
                while True:
                    writer.write(b"x" * 65536)
                    await writer.drain()
            except ConnectionError:
                gone.set()
            finally:
                writer.close()

        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, open_client(base=base, insecure=True, limits=AT_ONCE) as client:
            for _ in range(3):
                gone.clear()
                async with client.stream(f"{base}/big") as arriving:
                    first = await anext(arriving.chunks())
                    assert 0 < len(first) <= 256 * 1024
                async with asyncio.timeout(5):
                    await gone.wait()
        return gone.is_set()

    assert run(go())


def test_requests_wait_for_a_place_and_are_refused_when_too_many_do() -> None:
    """F67: no more than the agreed number at once; the queue is bounded in length."""
    most = 0
    now = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most, now
        await reader.readuntil(b"\r\n\r\n")
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def go() -> list[object]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        limits = Limits(at_once=2, waiting=3, pause=0.0)
        async with server, open_client(base=base, insecure=True, limits=limits) as client:
            calls = (client.request("GET", f"{base}/{number}") for number in range(20))
            return list(await asyncio.gather(*calls, return_exceptions=True))

    answers = run(go())
    refused = [answer for answer in answers if isinstance(answer, Busy)]

    assert (most <= 2, 0 < len(refused) < 20) == (True, True)
