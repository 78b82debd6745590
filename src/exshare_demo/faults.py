"""Troubles on demand: what a test may order the stand-in to do to matching requests, and for how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from attrs import Factory, define, frozen

Act = Literal[
    "slow-headers",
    "slow-bytes",
    "truncate",
    "wrong-length",
    "lengthen",
    "answer",
    "gzip-bomb",
    "flood",
    "other-page",
    "retype",
]


@frozen
class Trouble:
    """One thing to do; only the fields its act needs are read."""

    act: Act
    seconds: float = 0.0
    count: int = 0
    status: int = 200
    headers: Mapping[str, str] = Factory(dict)
    body: bytes = b""
    text: str = ""


@define
class Order:
    """A trouble with the requests it strikes: path pattern, hosts, methods and how often (None: for ever)."""

    trouble: Trouble
    pattern: re.Pattern[str]
    hosts: frozenset[str]
    methods: frozenset[str]
    left: int | None

    def strikes(self, host: str, method: str, path: str) -> bool:
        """Whether this order is for that request; does not use it up."""
        if self.left == 0 or (self.hosts and host not in self.hosts):
            return False
        return (not self.methods or method in self.methods) and self.pattern.search(path) is not None


@define
class Faults:
    """The orders in force. Each method takes a regular expression searched in path and query, and `times`."""

    orders: list[Order] = Factory(list)

    def order(
        self,
        trouble: Trouble,
        pattern: str,
        *,
        times: int | None = None,
        hosts: tuple[str, ...] = (),
        methods: tuple[str, ...] = (),
    ) -> Order:
        """Put any trouble in force; hosts are `site`, `gateway`, `media`, `data-center`."""
        made = Order(trouble, re.compile(pattern), frozenset(hosts), frozenset(methods), times)
        self.orders.append(made)
        return made

    def clear(self) -> None:
        """Everything works again."""
        self.orders.clear()

    def take(self, host: str, method: str, path: str) -> Trouble | None:
        """The first trouble for that request, used up by one."""
        for order in self.orders:
            if order.strikes(host, method, path):
                if order.left is not None:
                    order.left -= 1
                return order.trouble
        return None

    def slow_headers(self, pattern: str, seconds: float, times: int | None = None) -> Order:
        """Wait before the answer begins."""
        return self.order(Trouble("slow-headers", seconds=seconds), pattern, times=times)

    def slow_bytes(self, pattern: str, seconds: float, chunk: int = 64, times: int | None = None) -> Order:
        """Send the body in small chunks with a pause after each."""
        return self.order(Trouble("slow-bytes", seconds=seconds, count=chunk), pattern, times=times)

    def truncate(self, pattern: str, keep: int, times: int | None = None) -> Order:
        """Promise the whole length, send only the first `keep` bytes and cut the line."""
        return self.order(Trouble("truncate", count=keep), pattern, times=times)

    def wrong_length(self, pattern: str, length: int, times: int | None = None) -> Order:
        """Declare `length` bytes whatever the body has."""
        return self.order(Trouble("wrong-length", count=length), pattern, times=times)

    def lengthen(self, pattern: str, more: bytes, times: int | None = None) -> Order:
        """Send more bytes after the true ones, without a declared length."""
        return self.order(Trouble("lengthen", body=more), pattern, times=times)

    def retype(self, pattern: str, content_type: str, times: int | None = None) -> Order:
        """Send the true answer under another content type."""
        return self.order(Trouble("retype", text=content_type), pattern, times=times)

    def answer(
        self,
        pattern: str,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> Order:
        """Answer that, without asking the site at all."""
        return self.order(Trouble("answer", status=status, body=body, headers=headers or {}), pattern, times=times)

    def garbage_json(self, pattern: str, times: int | None = None) -> Order:
        """A 200 of type JSON whose body is not JSON."""
        return self.answer(pattern, 200, b'{"id": "1", "title": ', {"content-type": "application/json"}, times)

    def login_page(self, pattern: str, times: int | None = None) -> Order:
        """A 200 with the HTML of a sign-in form."""
        html = b"<!DOCTYPE html><html><title>Log in</title><form action='/dologin.action'></form></html>"
        return self.answer(pattern, 200, html, {"content-type": "text/html;charset=UTF-8"}, times)

    def redirect(self, pattern: str, to: str, times: int | None = None) -> Order:
        """A 302 to any address, such as a foreign host."""
        return self.answer(pattern, 302, b"", {"location": to}, times)

    def rate_limit(self, pattern: str, retry_after: str | None = "1", times: int | None = 1) -> Order:
        """A 429; `retry_after` is sent as given: seconds, absurd, words, or not at all for None."""
        headers = {
            "content-type": "application/json",
            "x-ratelimit-limit": "65000",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "2026-10-01T12:00:00Z",
            "x-ratelimit-nearlimit": "true",
            "ratelimit-reason": "confluence-burst-based",
        }
        if retry_after is not None:
            headers["retry-after"] = retry_after
        return self.answer(pattern, 429, b'{"message":"Too many requests"}', headers, times)

    def fail(self, pattern: str, status: int = 503, times: int | None = 1, retry_after: str | None = None) -> Order:
        """An HTML error page of that status, as proxies in front of Confluence send."""
        headers = {"content-type": "text/html"} | ({"retry-after": retry_after} if retry_after else {})
        return self.answer(pattern, status, b"<html><h1>upstream trouble</h1></html>", headers, times)

    def gzip_bomb(self, pattern: str, megabytes: int = 64, times: int | None = None) -> Order:
        """A small gzip body that unpacks to that many MiB of spaces."""
        return self.order(Trouble("gzip-bomb", count=megabytes), pattern, times=times)

    def flood(self, pattern: str, megabytes: int = 64, times: int | None = None) -> Order:
        """A body of that many MiB without a declared length."""
        return self.order(Trouble("flood", count=megabytes), pattern, times=times)

    def other_page(self, pattern: str, page: int, times: int | None = None) -> Order:
        """Answer what the same request for `page` would get."""
        return self.order(Trouble("other-page", count=page), pattern, times=times)
