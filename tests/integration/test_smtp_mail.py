"""SMTP is encrypted or says so, signs in, takes each code for what it means, and repeats nothing it is told (N1)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

from exshare_adapters.smtp_mail import SmtpSettings, open_smtp
from exshare_adapters.smtp_mail.mailer import SmtpMailer
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected, InvalidValue, MailRefused
from exshare_core.letters import Message
from exshare_core.testing.fakes.system import FakeClock
from exshare_core.testing.mailer import a_message
from exshare_core.values import Address, SiteId
from tests.certificates import Authority
from tests.mail_servers import HOST, SmtpServer, smtp_server

T = TypeVar("T")

PASSWORD = "a password that nobody may read"
ON_LOOPBACK: dict[str, Any] = {"host": HOST, "security": "none", "sender": "share@example.com"}


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate authority that only this test knows."""
    return Authority.made(tmp_path)


def talked(
    work: Callable[[SmtpMailer], Awaitable[T]],
    server: SmtpServer,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    **settings: Any,
) -> T:
    """What `work` makes of a mailer for this server."""

    async def go() -> T:
        async with smtp_server(server, starttls=starttls, tls=tls):
            given = {"host": HOST, "port": server.port, "sender": "share@example.com", **settings}
            return await work(SmtpMailer(SmtpSettings(**given), FakeClock()))

    return run(go())


async def send(mailer: SmtpMailer) -> None:
    """Send one message."""
    await mailer.send(a_message())


async def check(mailer: SmtpMailer) -> tuple[str, ...]:
    """Try the connection."""
    return await mailer.check()


# --- encryption ------------------------------------------------------------------------------------------------------


def test_starttls_encrypts_before_anything_is_said(authority: Authority) -> None:
    """With a certificate that is trusted the letter goes over TLS, and nothing of it in clear."""
    server = SmtpServer()
    talked(send, server, starttls=authority.server(HOST), ca_file=authority.file)

    assert ([True], ["EHLO", "EHLO", "MAIL", "RCPT", "DATA"]) == (server.encrypted, server.commands)


def test_tls_encrypts_from_the_first_byte(authority: Authority) -> None:
    """With ``tls`` there is not even a greeting in clear."""
    server = SmtpServer()
    talked(send, server, tls=authority.server(HOST), security="tls", ca_file=authority.file)

    assert [True] == server.encrypted


UNTRUSTED = "its certificate is not trusted, has expired or names another host; see `ca_file` and `host`"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(authority: Authority, security: str) -> None:
    """Without `ca_file` our own authority is a stranger: nothing is sent."""
    server = SmtpServer()
    with pytest.raises(Broken) as caught:
        talked(send, server, **{security: authority.server(HOST)}, security=security)

    assert UNTRUSTED == str(caught.value)
    assert ([], 0) == (server.mails, server.commands.count("MAIL"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_host_is_refused(authority: Authority, security: str) -> None:
    """A certificate counts for the host that it names only: nothing is sent."""
    server = SmtpServer()
    with pytest.raises(Broken) as caught:
        talked(send, server, **{security: authority.server("127.0.0.2")}, security=security, ca_file=authority.file)

    assert UNTRUSTED == str(caught.value)
    assert ([], 0) == (server.mails, server.commands.count("MAIL"))


def test_a_server_without_starttls_gets_nothing() -> None:
    """There is no falling back to a connection in clear."""
    server = SmtpServer()
    with pytest.raises(Broken, match="it offers no STARTTLS, and nothing is sent in clear"):
        talked(send, server)

    assert ["EHLO"] == server.commands


def test_tls_with_a_server_that_speaks_in_clear_is_broken() -> None:
    """The wrong `security` for a port is said, with the keys to look at."""
    with pytest.raises(Broken, match="no encryption could be agreed on; see `security` and `port`"):
        talked(send, SmtpServer(), security="tls")


# --- signing in ------------------------------------------------------------------------------------------------------


def test_user_and_password_sign_in(authority: Authority) -> None:
    """A server that demands a sign-in takes the letter, and sees the password over TLS only."""
    server = SmtpServer(user="share", password=PASSWORD)
    talked(
        send,
        server,
        starttls=authority.server(HOST),
        ca_file=authority.file,
        user="share",
        password=PASSWORD,
    )

    assert (["share"], 1) == (server.signed_in, len(server.mails))


@pytest.mark.parametrize("given", [{"user": "share", "password": "wrong"}, {}], ids=["a wrong password", "no password"])
def test_a_sign_in_that_fails_is_the_operators_business(authority: Authority, given: dict[str, Any]) -> None:
    """A wrong password and a missing one raise CredentialRejected, which holds neither."""
    server = SmtpServer(user="share", password=PASSWORD)
    with pytest.raises(CredentialRejected, match="to the sign-in; see `user` and `password`") as caught:
        talked(send, server, starttls=authority.server(HOST), ca_file=authority.file, **given)

    assert [] == server.mails
    assert "wrong" not in str(caught.value)


def test_a_server_without_sign_in_is_broken() -> None:
    """A password for a server that asks for none is said, and not sent."""
    server = SmtpServer()
    with pytest.raises(Broken, match="it offers no way to sign in that is known here"):
        talked(send, server, security="none", user="share", password=PASSWORD)

    assert ["EHLO"] == server.commands


# --- answers ---------------------------------------------------------------------------------------------------------


CODES: list[tuple[str, str, type[AdapterFailed], str]] = [
    ("MAIL", "451 later", Busy, "the mail server answered 451: not now"),
    (
        "MAIL",
        "550 no",
        Broken,
        "the mail server answered 550 before it heard of any recipient; see `sender` and `host`",
    ),
    (
        "MAIL",
        "530 who are you",
        CredentialRejected,
        "the mail server answered 530 to the sign-in; see `user` and `password`",
    ),
    ("RCPT", "421 closing", Busy, "the mail server answered 421: not now"),
    ("RCPT", "450 greylisted", Busy, "the mail server answered 450: not now"),
    ("RCPT", "452 too many", Busy, "the mail server answered 452: not now"),
    ("RCPT", "550 unknown", MailRefused, "the mail server answered 550: it does not take this letter"),
    ("RCPT", "553 no such name", MailRefused, "the mail server answered 553: it does not take this letter"),
    (
        "RCPT",
        "530 sign in",
        CredentialRejected,
        "the mail server answered 530 to the sign-in; see `user` and `password`",
    ),
    ("DATA", "451 later", Busy, "the mail server answered 451: not now"),
    ("DATA", "554 spam", MailRefused, "the mail server answered 554: it does not take this letter"),
]


@pytest.mark.parametrize(("command", "answer", "expected", "reason"), CODES)
def test_each_code_is_taken_for_what_it_means(
    command: str, answer: str, expected: type[AdapterFailed], reason: str
) -> None:
    """4xx: later. 5xx of recipient or content: never. 5xx of anything else: the operator must look."""
    server = SmtpServer(answers={command: answer})
    with pytest.raises(expected) as caught:
        talked(send, server, security="none")

    assert (expected, reason) == (type(caught.value), str(caught.value))
    assert [] == server.mails


def test_what_a_server_says_is_not_repeated() -> None:
    """Sentences of servers quote addresses: neither the error nor its cause holds one."""
    server = SmtpServer(answers={"RCPT": "550 ada.lovelace@example.com: no such mailbox"})
    with pytest.raises(MailRefused) as caught:
        talked(send, server, security="none")

    assert "ada" not in str(caught.value)
    assert (None, True) == (caught.value.__cause__, caught.value.__suppress_context__)


def test_a_letter_that_was_taken_is_sent_whatever_follows() -> None:
    """A server that stumbles over the farewell has the letter: an error would send it again."""
    server = SmtpServer(answers={"QUIT": "500 what"})
    talked(send, server, security="none")

    assert 1 == len(server.mails)


def test_a_server_that_cannot_be_reached_is_busy(unused_port: int) -> None:
    """Nobody listens: the letter may be sent later."""
    mailer = SmtpMailer(SmtpSettings(**ON_LOOPBACK, port=unused_port), FakeClock())
    with pytest.raises(Busy, match="the mail server cannot be reached"):
        run(send(mailer))


async def sent_to(manners: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
    """Send one message to a server with these manners, which hangs up at their end."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await manners(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        done.set()

    async with await asyncio.start_server(serve, HOST, 0) as listener:
        settings = SmtpSettings(**ON_LOOPBACK, port=listener.sockets[0].getsockname()[1], timeout=1)
        try:
            await send(SmtpMailer(settings, FakeClock()))
        finally:
            await done.wait()


def test_a_server_that_says_nothing_is_busy() -> None:
    """A server that takes the connection and never greets is given up after `timeout`, whatever it does."""

    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(Busy, match="the mail server did not answer in time"):
        run(sent_to(say_nothing))


def test_a_server_that_hangs_up_is_busy() -> None:
    """A connection that ends before the letter was confirmed may be tried again."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        await reader.readline()

    with pytest.raises(Busy, match="the mail server cannot be reached"):
        run(sent_to(hang_up))


def test_the_sender_is_the_settings_own() -> None:
    """The envelope's sender is the plain address of `sender`."""
    server = SmtpServer()
    talked(send, server, security="none", sender="Łódź <share@example.com>")

    assert ["share@example.com"] == server.senders


def test_letters_may_be_sent_side_by_side() -> None:
    """Each letter has a connection of its own, so that one does not wait for another or end up in it."""
    server, messages = SmtpServer(), [a_message(recipient=Address.parse(f"a{n}@example.com")) for n in range(8)]

    async def all_at_once(mailer: SmtpMailer) -> None:
        await asyncio.gather(*(mailer.send(one) for one in messages))

    talked(all_at_once, server, security="none")

    assert sorted(f"a{n}@example.com" for n in range(8)) == sorted(
        one for mail in server.mails for one in mail.envelope_recipients
    )


# --- trying it -------------------------------------------------------------------------------------------------------


def test_a_check_that_finds_nothing_is_empty_and_sends_nothing(authority: Authority) -> None:
    """Connecting, encrypting, signing in and naming the sender are tried; no recipient is."""
    server = SmtpServer(user="share", password=PASSWORD)
    found = talked(
        check,
        server,
        starttls=authority.server(HOST),
        ca_file=authority.file,
        user="share",
        password=PASSWORD,
    )

    assert ((), ["share"], []) == (found, server.signed_in, server.mails)
    assert "RCPT" not in server.commands


def test_a_check_says_what_is_wrong_and_where() -> None:
    """The sentence names the server and the keys to look at."""
    server = SmtpServer()
    found = talked(check, server)
    reason = "it offers no STARTTLS, and nothing is sent in clear; see `security` and `port`"

    assert (f"mail server {HOST}:{server.port}: {reason}",) == found


def test_a_check_tries_the_sender() -> None:
    """A server that does not let us be who we say we are is found before the first letter."""
    server = SmtpServer(answers={"MAIL": "553 not yours"})
    found = talked(check, server, security="none")
    reason = "the mail server answered 553 before it heard of any recipient; see `sender` and `host`"

    assert (f"mail server {HOST}:{server.port}: {reason}",) == found


# --- settings --------------------------------------------------------------------------------------------------------


FINE: dict[str, Any] = {"host": "mail.example.com", "sender": "share@example.com"}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"host": "smtp://mail.example.com"}, "host"),
    ({"host": "mail.example.com:25"}, "host"),
    ({"host": ""}, "host"),
    ({"sender": "nobody"}, "sender"),
    ({"sender": "Eve\r\nBcc: all@example.com <share@example.com>"}, "sender"),
    ({"sender": "=?utf-8?q?x=0aBcc:_a@b.de?= <share@example.com>"}, "sender"),
    ({"sender": f"{'x' * 65} <share@example.com>"}, "sender"),
    ({"security": "ssl"}, "security"),
    ({"port": 0}, "port"),
    ({"port": 65536}, "port"),
    ({"timeout": 0.5}, "timeout"),
    ({"timeout": 61.0}, "timeout"),
    ({"user": "share"}, "password"),
    ({"password": PASSWORD}, "user"),
    ({"user": "", "password": PASSWORD}, "user"),
    ({"user": "share", "password": "a\r\nb"}, "password"),
    ({"user": "share", "password": PASSWORD, "security": "none"}, "security"),
    ({"user": "share", "password": PASSWORD, "security": "none", "host": "192.0.2.1"}, "security"),
]


@pytest.mark.parametrize(("given", "name"), REFUSED)
def test_wrong_settings_are_refused_by_name(given: dict[str, Any], name: str) -> None:
    """The key to mend is named, and no password stands in the error."""
    with pytest.raises(InvalidValue) as caught:
        SmtpSettings(**{**FINE, **given})

    assert name == caught.value.field
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_security_has_its_usual_port(security: str, port: int) -> None:
    """Without `port` the usual one is taken."""
    assert ("mail.example.com", port) == SmtpSettings(**FINE, security=security).at


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_password_may_stay_on_this_machine_in_clear(host: str) -> None:
    """A server on loopback needs no encryption."""
    given = SmtpSettings(host=host, sender="share@example.com", security="none", user="a", password=PASSWORD)

    assert PASSWORD == given.password


def test_the_password_does_not_show() -> None:
    """Printing the settings shows no password."""
    assert PASSWORD not in repr(SmtpSettings(**FINE, user="share", password=PASSWORD))


def test_a_ca_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    """A missing file and one without certificates are found when the mailer is opened."""
    (tmp_path / "empty.pem").write_text("")

    async def opened(file: Path) -> None:
        async with asynccontextmanager(open_smtp)(SmtpSettings(**FINE, ca_file=file)):
            pass

    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(InvalidValue, match=f"^ca_file: .*{name}` holds no certificates that can be read"):
            run(opened(tmp_path / name))


def test_a_message_for_nobody_in_particular_is_refused() -> None:
    """Two recipients in one address are none: nothing is sent."""
    server = SmtpServer()
    two = Address("ada@example.com,grace", Address.parse("a@example.com").domain)
    message = Message("1" * 32, SiteId("acme"), two, "x", "x", "x")
    with pytest.raises(InvalidValue):
        talked(lambda mailer: mailer.send(message), server, security="none")

    assert [] == server.commands
