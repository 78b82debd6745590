"""What goes over the wire to Mailgun, and what is made of its answers (spec N1)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from exshare_adapters.mailgun_mail import MailgunSettings, open_mailgun
from exshare_adapters.mailgun_mail.mailer import MailgunMailer, opened
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected, InvalidValue, MailRefused
from exshare_core.testing.mailer import a_message
from tests.mail_servers import Mailgun

T = TypeVar("T")

FINE: dict[str, Any] = {
    "domain": "mg.example.com",
    "api_key": "key-of-the-account",
    "sender": "Share & Co <share@mg.example.com>",
}


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def talked(work: Callable[[MailgunMailer], Awaitable[T]], mailgun: Mailgun, **settings: Any) -> T:
    """What `work` makes of a mailer for this stand-in."""

    async def go() -> T:
        async with opened(MailgunSettings(**{**FINE, **settings}), mailgun.transport) as mailer:
            return await work(mailer)

    return run(go())


async def send(mailer: MailgunMailer) -> None:
    """Send one message."""
    await mailer.send(a_message())


async def check(mailer: MailgunMailer) -> tuple[str, ...]:
    """Try the connection."""
    return await mailer.check()


@pytest.mark.parametrize(("region", "host"), [("us", "https://api.mailgun.net"), ("eu", "https://api.eu.mailgun.net")])
def test_a_letter_goes_to_its_region_once(region: str, host: str) -> None:
    """One request to the sending domain in the region where it was made."""
    mailgun = Mailgun()
    talked(send, mailgun, region=region)

    assert [f"POST {host}/v3/mg.example.com/messages.mime"] == mailgun.requests


def test_nothing_is_tracked() -> None:
    """Every letter says that neither clicks nor opens are tracked, and names one recipient."""
    mailgun = Mailgun()
    talked(send, mailgun)

    assert [
        {
            "to": ["ada.lovelace@example.com"],
            "o:tracking": ["no"],
            "o:tracking-clicks": ["no"],
            "o:tracking-opens": ["no"],
            "message": [],
        }
    ] == mailgun.forms


STATUSES: list[tuple[int, type[AdapterFailed], str]] = [
    (400, MailRefused, "Mailgun answered 400: it does not take this letter"),
    (402, Broken, "Mailgun answered 402; see the state of the account and of the domain"),
    (403, CredentialRejected, "Mailgun answered 403: it does not accept the key; see `api_key` and `region`"),
    (404, Broken, "Mailgun answered 404: it does not know the domain; see `domain` and `region`"),
    (413, MailRefused, "Mailgun answered 413: it does not take this letter"),
    (500, Busy, "Mailgun answered 500: not now"),
    (503, Busy, "Mailgun answered 503: not now"),
]


@pytest.mark.parametrize(("status", "expected", "reason"), STATUSES)
def test_each_status_is_taken_for_what_it_means(status: int, expected: type[AdapterFailed], reason: str) -> None:
    """The letter is offered once, and the error repeats nothing that Mailgun says, which quotes addresses."""
    mailgun = Mailgun(refusal=status)
    with pytest.raises(expected) as caught:
        talked(send, mailgun)

    assert (expected, reason) == (type(caught.value), str(caught.value))
    assert 1 == len(mailgun.requests)


def test_a_wrong_key_is_the_operators_business() -> None:
    """A key that is not accepted raises CredentialRejected, which does not hold it."""
    with pytest.raises(CredentialRejected) as caught:
        talked(send, Mailgun(), api_key="another-key")

    assert "another-key" not in str(caught.value)


def test_a_letter_that_comes_too_soon_waits_as_long_as_it_is_told() -> None:
    """After 429 with a long wait the letter is left, and the hint is passed on."""
    mailgun = Mailgun(refusal=429, headers={"retry-after": "120"})
    with pytest.raises(Busy) as caught:
        talked(send, mailgun)

    assert (120.0, 1) == (caught.value.retry_after, len(mailgun.requests))


NOT_MAILGUN: dict[str, Response] = {
    "a page": PlainTextResponse("<html>welcome to the hotel</html>"),
    "no id": JSONResponse({"message": "fine"}),
    "a list": JSONResponse([]),
    "a redirect": RedirectResponse("https://elsewhere.example"),
}


@pytest.mark.parametrize("name", NOT_MAILGUN)
def test_only_mailguns_own_answer_counts_as_sent(name: str) -> None:
    """A letter that some gateway swallowed with a friendly page was not sent."""
    with pytest.raises(Broken):
        talked(send, Mailgun(answer=NOT_MAILGUN[name]))


def test_an_address_that_nobody_answers_is_busy(unused_port: int) -> None:
    """`api_url` is used as it is written, on the real network; when nobody listens the letter waits."""
    settings = MailgunSettings(**FINE, api_url=f"http://127.0.0.1:{unused_port}/")

    async def go() -> None:
        async with asynccontextmanager(open_mailgun)(settings) as mailer:
            await mailer.send(a_message())

    with pytest.raises(Busy, match="the host cannot be reached"):
        run(go())


# --- trying it -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["key-of-the-account", "key-that-only-sends"])
def test_a_check_that_finds_nothing_is_empty_and_sends_nothing(key: str) -> None:
    """A key of the account and one that may only send are both found good."""
    mailgun = Mailgun()

    assert ((), []) == (talked(check, mailgun, api_key=key), mailgun.mails)


WRONG: list[tuple[Mailgun, dict[str, str], str]] = [
    (
        Mailgun(),
        {"api_key": "another-key"},
        "Mailgun domain `mg.example.com`: Mailgun answered 401: it does not accept the key; see `api_key` and `region`",
    ),
    (
        Mailgun(),
        {"domain": "other.example.com"},
        (
            "Mailgun domain `other.example.com`: Mailgun answered 404: it does not know the domain; "
            "see `domain` and `region`"
        ),
    ),
    (
        Mailgun(state="unverified"),
        {},
        "Mailgun domain `mg.example.com`: its state is `unverified`; make it active in Mailgun",
    ),
    (
        Mailgun(answer=JSONResponse({"hello": "world"})),
        {},
        "Mailgun domain `mg.example.com`: the answer about the domain was not Mailgun's; see `api_url`",
    ),
]


@pytest.mark.parametrize(("mailgun", "given", "sentence"), WRONG)
def test_a_check_says_what_is_wrong_and_how_to_mend_it(mailgun: Mailgun, given: dict[str, str], sentence: str) -> None:
    """Each fault has a sentence that names the domain and the keys to look at."""
    assert (sentence,) == talked(check, mailgun, **given)


# --- settings --------------------------------------------------------------------------------------------------------


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"domain": "mg"}, "domain"),
    ({"domain": "mg.example.com/../other"}, "domain"),
    ({"api_key": ""}, "api_key"),
    ({"api_key": "two words"}, "api_key"),
    ({"api_key": "line\nbreak"}, "api_key"),
    ({"sender": "nobody"}, "sender"),
    ({"region": "mars"}, "region"),
    ({"timeout": 0.5}, "timeout"),
    ({"timeout": 61.0}, "timeout"),
    ({"api_url": "http://mail.example.com"}, "api_url"),
    ({"api_url": "http://192.0.2.1"}, "api_url"),
    ({"api_url": "https://user:secret@mail.example.com"}, "api_url"),
    ({"api_url": "https://mail.example.com/?a=b"}, "api_url"),
    ({"api_url": "https://[broken"}, "api_url"),
    ({"api_url": "https://"}, "api_url"),
    ({"api_url": "mail.example.com"}, "api_url"),
]


@pytest.mark.parametrize(("given", "name"), REFUSED)
def test_wrong_settings_are_refused_by_name(given: dict[str, Any], name: str) -> None:
    """The key to mend is named, and no secret stands in the error."""
    with pytest.raises(InvalidValue) as caught:
        MailgunSettings(**{**FINE, **given})

    assert name == caught.value.field
    assert "secret" not in str(caught.value)


def test_the_key_does_not_show() -> None:
    """Printing the settings shows no key."""
    assert "key-of-the-account" not in repr(MailgunSettings(**FINE))
