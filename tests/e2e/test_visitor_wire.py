"""The visitor's pages over a real connection: what only a server and a socket can show."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import uvicorn
from attrs import frozen

from exshare_core.capabilities import Capabilities
from tests.e2e.running import PATIENCE, free_port
from tests.integration.shell import PLAN, UNKNOWN_TOKEN, Made, Shell
from tests.integration.test_visitor_files import flowing


@frozen
class Wire:
    """A running service and a way to send it bytes as they stand."""

    shell: Shell
    made: Made
    port: int

    def ask(self, request: bytes) -> bytes:
        """Everything that comes back until the connection ends."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def get(self, target: bytes, *lines: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
        """The status line, the headers and the body of the answer to a GET."""
        head = [b"GET " + target + b" HTTP/1.1", *(lines or (b"Host: x",)), b"Connection: close"]
        before, _, body = self.ask(b"\r\n".join(head) + b"\r\n\r\n").partition(b"\r\n\r\n")
        status, *headers = before.split(b"\r\n")
        return status, {name.lower(): value for name, _, value in (line.partition(b": ") for line in headers)}, body


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    """The service on a port of its own, with a link whose file ends when its link is deleted on the way."""
    port = free_port()
    shell = Shell(base_url=f"http://127.0.0.1:{port}")
    made = shell.make_link(allow=Capabilities.parse(["attachments=view"]))

    async def parts() -> AsyncIterator[bytes]:
        for number in range(10):
            if number == 2:
                link = shell.storage.state.links[shell.site, made.id]
                await shell.storage.links.replace(link.deleted(shell.clock.now()), [])
                shell.clock.forward(seconds=1)
            yield bytes(1000)

    flowing(shell, 10_000, parts)
    config = uvicorn.Config(shell.app, "127.0.0.1", port, log_config=None, lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    yield Wire(shell, made, port)
    server.should_exit = True
    thread.join()


TARGETS = {
    "not UTF-8": b"/s/%ff%fe",
    "a null byte": b"/s/" + b"N" * 43 + b"%00",
    "a line break": b"/s/" + b"N" * 43 + b"%0d%0aSet-Cookie:%20a=b",
    "dots": b"/s/../../etc/passwd",
    "encoded dots": b"/static/%2e%2e/%2e%2e/app.py",
    "a whole address": b"http://evil.example/s/x",
    "two slashes": b"//evil.example/s/x",
    "a slash too many": b"/s/" + b"N" * 43 + b"/",
    "very long": b"/s/" + b"a" * 20_000,
    "a fragment": b"/s/x#y",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
@pytest.mark.parametrize("host", [b"127.0.0.1", b"evil.example", b"[", b"a b"])
def test_a_hostile_target_is_answered_404(wire: Wire, target: bytes, host: bytes) -> None:
    """Whatever the request line and the host say, the answer is the one 404, and repeats nothing of them."""
    _, _, expected = wire.get(b"/s/" + UNKNOWN_TOKEN.encode())
    wire.shell.clock.forward(days=2)
    status, headers, body = wire.get(target, b"Host: " + host)

    assert (b"HTTP/1.1 404 Not Found", expected) == (status, body)
    assert not {b"location", b"set-cookie", b"server"} & set(headers)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /s/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        b"GET\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(wire: Wire, request_bytes: bytes) -> None:
    """Bytes that are no request are refused by the server, and the next request is answered."""
    answer = wire.ask(request_bytes)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert wire.get(b"/healthz")[0].endswith(b"200 OK")


def test_a_file_whose_link_closes_breaks_off(wire: Wire) -> None:
    """The connection ends short of the length that was told, so that no browser takes the part for the whole (G9)."""
    status, headers, body = wire.get(wire.made.file(PLAN).encode())

    assert (b"HTTP/1.1 200 OK", b"10000") == (status, headers[b"content-length"])
    assert 2000 == len(body)
