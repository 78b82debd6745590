"""Mail systems on this machine for tests: a server that speaks SMTP, and one that answers as Mailgun does.

Each keeps what arrives in memory, and refuses when it is told to. Both are real servers on loopback, or take requests
as they come off the wire.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from attrs import define, field
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exshare_core.ports import Checked, Mailer
from exshare_core.testing.mailer import ReceivedMail

HOST = "127.0.0.1"


def as_checked(mailer: Mailer) -> Checked:
    """The mailer as one that tries its connection."""
    assert isinstance(mailer, Checked)

    return mailer


def mail_of(raw: bytes, recipients: tuple[str, ...]) -> ReceivedMail:
    """A mail as the contract wants to see it, from the bytes of it."""
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    plain = parsed.get_body(("plain",))
    assert plain is not None

    return ReceivedMail(recipients, raw.partition(b"\r\n\r\n")[0], plain.get_content())


# --- SMTP ------------------------------------------------------------------------------------------------------------


@define
class SmtpServer:
    """A mail server: what it answers to each command, who may sign in, and what has arrived."""

    port: int = 0
    user: str | None = None
    password: str | None = None
    answers: dict[str, str] = field(factory=dict)
    """What it answers instead of taking the command, by the command: ``MAIL``, ``RCPT``, ``DATA``, ``QUIT``."""
    commands: list[str] = field(factory=list)
    """The commands of sessions in clear and encrypted, in order."""
    mails: list[ReceivedMail] = field(factory=list)
    encrypted: list[bool] = field(factory=list)
    """For each mail whether it came over TLS."""
    senders: list[str] = field(factory=list)
    signed_in: list[str] = field(factory=list)

    # Names and arguments of the hooks are aiosmtpd's.
    # ruff: noqa: N802

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what was switched on."""
        self.commands.append("EHLO")
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender."""
        self.commands.append("MAIL")
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        self.commands.append("RCPT")
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail."""
        self.commands.append("DATA")
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(mail_of(content, tuple(envelope.rcpt_tos)))
        self.senders.append(envelope.mail_from or "")
        self.encrypted.append(_encrypted(server))
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Say good-bye."""
        return self.answers.get("QUIT", "221 Bye")

    def authenticated(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        """Whether the password is right; the server itself answers 535 when it is not."""
        assert isinstance(given, LoginPassword)
        right = (given.login, given.password) == ((self.user or "").encode(), (self.password or "").encode())
        if right:
            self.signed_in.append(given.login.decode())
        return AuthResult(success=right, handled=False)


def _encrypted(server: SMTP) -> bool:
    return server.transport is not None and server.transport.get_extra_info("sslcontext") is not None


@asynccontextmanager
async def smtp_server(
    server: SmtpServer, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[SmtpServer]:
    """The server, listening on loopback in this very event loop."""
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        made = SMTP(
            server,
            hostname="mail.example.com",
            tls_context=starttls,
            authenticator=server.authenticated if server.user else None,
            auth_require_tls=server.user is None or starttls is not None,
            auth_required=server.user is not None and starttls is not None,
            loop=loop,
        )
        sessions.append(made)
        return made

    listener = await loop.create_server(session, HOST, 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0)


# --- Mailgun ---------------------------------------------------------------------------------------------------------


@define
class Mailgun:
    """What answers as Mailgun's interface does: whom it knows, what it refuses, and what has arrived."""

    domain: str = "mg.example.com"
    key: str = "key-of-the-account"
    sending_key: str = "key-that-only-sends"
    state: str = "active"
    refusal: int | None = None
    """A status with which every letter is answered from now on."""
    headers: Mapping[str, str] = field(factory=dict)
    """Headers of refusals."""
    answer: Response | None = None
    """What every request is answered with instead."""
    mails: list[ReceivedMail] = field(factory=list)
    forms: list[dict[str, list[str]]] = field(factory=list)
    """The fields of each form that came, files left out."""
    requests: list[str] = field(factory=list)
    """Method and address of each request."""

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        """The network that leads here and nowhere else."""
        routes = [
            Route("/v3/{domain}/messages.mime", self._messages, methods=["POST"]),
            Route("/v4/domains/{domain}", self._domain),
        ]
        return httpx.ASGITransport(Starlette(routes=routes))

    async def _messages(self, request: Request) -> Response:
        if (refused := self._refused(request, self.key, self.sending_key)) is not None:
            return refused
        async with request.form() as form:
            names = dict.fromkeys(name for name, _ in form.multi_items())
            values = {name: form.getlist(name) for name in names}
            self.forms.append({name: [one for one in given if isinstance(one, str)] for name, given in values.items()})
            files = [one for one in values.get("message", []) if isinstance(one, UploadFile)]
            recipients = self.forms[-1].get("to", [])
            if not recipients or len(files) != 1:
                return JSONResponse({"message": "to parameter is missing"}, 400)
            if self.refusal is not None:
                return JSONResponse({"message": f"{recipients[0]} is refused"}, self.refusal, self.headers)
            self.mails.append(mail_of(await files[0].read(), tuple(recipients)))
        return JSONResponse({"id": "<queued@mg.example.com>", "message": "Queued. Thank you."})

    async def _domain(self, request: Request) -> Response:
        refused = self._refused(request, self.key)
        return refused or JSONResponse({"domain": {"name": self.domain, "state": self.state}})

    def _refused(self, request: Request, *keys: str) -> Response | None:
        self.requests.append(f"{request.method} {request.url}")
        if self.answer is not None:
            return self.answer
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(given).decode() not in [f"api:{key}" for key in keys]:
            return Response("Forbidden", 401)
        if request.path_params["domain"] != self.domain:
            return JSONResponse({"message": "domain not found"}, 404)
        return None
