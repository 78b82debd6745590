"""What goes with a request over HTTP and what comes back, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import orjson
from attrs import field, frozen

from exshare_core.errors import Broken

MEBIBYTE = 1024 * 1024


@frozen
class Limits:
    """How long and how much a client waits for, reads and repeats."""

    connect: float = 3.0
    silence: float = 10.0
    """The longest wait for the first byte and between bytes."""
    total: float = 15.0
    """The longest time for one request with all its repetitions."""
    body: int = 10 * MEBIBYTE
    """The most bytes of an answer, counted after decompression."""
    retries: int = 2
    pause: float = 0.3
    """The wait before the first repetition, doubled for the next, give or take a third."""
    longest_pause: float = 3.0
    """The longest wait that a ``Retry-After`` is honoured with; longer ones end the request."""
    at_once: int = 8
    waiting: int = 1_000
    queue: float = 10.0
    """The longest wait for one of the `at_once` places."""
    streams: int = 32
    slowest: float = 8 * 1024
    """The fewest bytes per second that a file may come with, on the whole and after `total` seconds of grace."""


@frozen
class Answer:
    """A whole answer: its status, headers with lower-case names, and decompressed body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The ``Content-Type`` in lower case, without parameters; empty when there is none."""
        return media_type(self.headers)

    @property
    def retry_after(self) -> float | None:
        """Seconds that ``Retry-After`` asks for, as number or date; None when missing or absurd."""
        return retry_after(self.headers.get("retry-after"))

    def json(self) -> object:
        """The body as JSON; raises Broken when it says to be something else, is malformed or nested too
        deeply.
        """
        if self.media_type != "application/json" and not self.media_type.endswith("+json"):
            raise Broken(f"an answer with status {self.status} is not JSON")
        try:
            parsed: object = orjson.loads(self.body)
        except (orjson.JSONDecodeError, RecursionError):
            raise Broken(f"an answer with status {self.status} is not well-formed JSON") from None
        return parsed


def media_type(headers: Mapping[str, str]) -> str:
    """The media type that `headers` declare, lower case, without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def retry_after(value: str | None) -> float | None:
    """The seconds in a ``Retry-After`` value; None for a missing, malformed or negative one, a day at
    most.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(seconds, 86_400.0) if seconds >= 0 else None


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host in lower case and port of an absolute address; raises Broken for anything else."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if (
        host is None
        or parts.scheme not in ("http", "https")
        or parts.username is not None
        or parts.password is not None
    ):
        raise Broken("an address is not an absolute http or https address")
    return parts.scheme, host.lower(), port or (443 if parts.scheme == "https" else 80)
