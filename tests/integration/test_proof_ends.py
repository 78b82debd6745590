"""What ends a visitor's proofs ends them within a second, over each store: for pages, files, parts and running streams.

Every case is one visitor who has passed all gates and reads, and one act of a member or an admin (spec G9, P3, P7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve, frozen

from exshare_core.attempts import Method
from exshare_core.content import Attachment, ByteRange
from exshare_core.decisions import Answer
from exshare_core.external_accounts import AccountSession
from exshare_core.links import ShareLink
from exshare_core.policy import Limits
from exshare_core.sharing import LinkForm
from exshare_core.testing.samples import an_account, fresh_digest
from exshare_core.values import Address, ExternalAccountId, Networks, People
from exshare_core.visiting.fetching import Cut
from exshare_core.visiting.proving import SignIn
from tests.integration.stores import Store
from tests.integration.test_governing_visitors import BYTES, FILE, GUIDE, House, house

PASSWORD, OTHER_PASSWORD = "five words nobody would guess", "six words that nobody would guess"
ADA, EVE = "ada@example.com", "eve@example.com"
SIGNED_IN: Mapping[Answer, Method] = {
    Answer.ASK_ADDRESS: Method.ACCOUNT,
    Answer.ASK_SIGN_IN: Method.ACCOUNT,
    Answer.ASK_SSO: Method.SSO,
}
"""How the visitor signs in at each gate that asks who they are."""

Act = Callable[[House, ShareLink], Awaitable[object]]


def edited(**form: Any) -> Act:
    """The owner saves the link with these settings."""

    async def act(it: House, link: ShareLink) -> None:
        await it.sharing.change(it.ada, link.id, link.version, LinkForm(**form))

    return act


def layered(**limits: Any) -> Act:
    """An admin gives the site's layer these limits."""

    async def act(it: House, link: ShareLink) -> None:
        policy = await it.governing.policy(it.boss)
        await it.governing.change(it.boss, evolve(policy, limits=Limits(**limits)))

    return act


async def ended(it: House, link: ShareLink) -> None:
    """The owner lets the link end in a second."""
    soon = it.clock.now() + timedelta(seconds=1)
    await it.sharing.change(it.ada, link.id, link.version, LinkForm(expires_at=soon))


@frozen
class Case:
    """A link as the visitor has entered it, what happens then, and what the visitor is answered next."""

    form: Mapping[str, Any]
    act: Act
    then: Answer
    above: Mapping[str, Any] = {}
    """The limits of the site while the visitor enters."""


KEPT = {"keep_password": True}
LISTED = {"people": People.parse([ADA, EVE])}

CASES: Mapping[str, Case] = {
    "another password": Case({"password": PASSWORD}, edited(password=OTHER_PASSWORD), Answer.ASK_PASSWORD),
    "a password for the first time": Case({}, edited(password=PASSWORD), Answer.ASK_PASSWORD),
    "other people": Case(LISTED, edited(people=People.parse([EVE])), Answer.ASK_ADDRESS),
    "people who still are on the list": Case(LISTED, edited(people=People.parse([ADA])), Answer.ASK_ADDRESS),
    "people, of a link with a password": Case({"password": PASSWORD}, edited(**KEPT, **LISTED), Answer.ASK_ADDRESS),
    "no people any more": Case({"password": PASSWORD, **LISTED}, edited(password=PASSWORD), Answer.ASK_PASSWORD),
    "signing in": Case(LISTED, edited(**LISTED, sign_in=True), Answer.ASK_SIGN_IN),
    "signing in with an organisation": Case({"sign_in": True}, edited(sso=True), Answer.ASK_SSO),
    "no signing in any more": Case(
        {"password": PASSWORD, "sign_in": True}, edited(password=PASSWORD), Answer.ASK_PASSWORD
    ),
    "terms": Case({"password": PASSWORD}, edited(**KEPT, terms="Be kind."), Answer.ASK_PASSWORD),
    "other terms": Case({"terms": "Be kind."}, edited(terms="Be kind, please."), Answer.ASK_TERMS),
    "networks": Case(
        {"password": PASSWORD},
        edited(**KEPT, networks=Networks.parse(["192.0.2.0/24"])),
        Answer.ASK_PASSWORD,
    ),
    "another network": Case({}, edited(networks=Networks.parse(["198.51.100.0/24"])), Answer.UNAVAILABLE),
    "people of a layer": Case(LISTED, layered(people=People.parse([EVE])), Answer.ASK_ADDRESS),
    "a person blocked by a layer": Case(LISTED, layered(blocked_people=frozenset({ADA})), Answer.ASK_ADDRESS),
    "signing in, by a layer": Case({"password": PASSWORD}, layered(sign_in_demanded=True), Answer.ASK_SIGN_IN),
    "an organisation, by a layer": Case({"sign_in": True}, layered(sso_demanded=True), Answer.ASK_SSO),
    "terms of a layer": Case({"password": PASSWORD}, layered(terms=frozenset({"Be kind."})), Answer.ASK_TERMS),
    "other terms of a layer": Case(
        {}, layered(terms=frozenset({"Be kind!"})), Answer.ASK_TERMS, {"terms": frozenset({"Be kind."})}
    ),
    "more terms, by a layer": Case({"terms": "Be kind."}, layered(terms=frozenset({"Be brief."})), Answer.ASK_TERMS),
    "networks of a layer": Case({}, layered(networks=Networks.parse(["198.51.100.0/24"])), Answer.UNAVAILABLE),
    "a network blocked by a layer": Case({}, layered(blocked_networks=frozenset({"192.0.2.0/24"})), Answer.UNAVAILABLE),
    "a password demanded by a layer": Case({}, layered(password_demanded=True), Answer.UNAVAILABLE),
    "a shorter life": Case({}, layered(lifetime=timedelta(seconds=1)), Answer.UNAVAILABLE),
    "an end": Case({}, ended, Answer.UNAVAILABLE),
    "the site's switch": Case({}, lambda it, link: it.governing.switch(it.boss, None, False), Answer.UNAVAILABLE),
    "the space's switch": Case(
        {}, lambda it, link: it.governing.switch(it.boss, link.scope.space, False), Answer.UNAVAILABLE
    ),
    "a new address": Case({}, lambda it, link: it.sharing.rotate(it.ada, link.id), Answer.UNKNOWN),
    "a new address, the old one for a while": Case(
        {"password": PASSWORD},
        lambda it, link: it.sharing.rotate(it.ada, link.id, timedelta(minutes=5)),
        Answer.ASK_PASSWORD,
    ),
    "switching it off": Case({}, lambda it, link: it.sharing.disable(it.ada, link.id), Answer.UNKNOWN),
    "deleting it": Case({}, lambda it, link: it.sharing.delete(it.ada, link.id), Answer.UNKNOWN),
}

HARMLESS: Mapping[str, Case] = {
    "another name": Case({"password": PASSWORD}, edited(**KEPT, name="Two"), Answer.ALLOW),
    "less shown": Case({"password": PASSWORD, "children": True}, edited(**KEPT), Answer.ALLOW),
    "the same terms": Case({"terms": "Be kind."}, edited(terms="Be kind.\r\n", name="Two"), Answer.ALLOW),
    "people of a layer, the visitor among them": Case(LISTED, layered(people=People.parse([ADA])), Answer.ALLOW),
    "the same text in a layer": Case({"terms": "Be kind."}, layered(terms=frozenset({"Be kind."})), Answer.ALLOW),
    "signing in, of who has signed in": Case({"sso": True}, layered(sign_in_demanded=True), Answer.ALLOW),
}
"""What takes no proof away: the visitor reads on, and the streams go to their ends."""


async def enter(it: House, segment: str, account: ExternalAccountId | None = None) -> None:
    """Pass every gate, one after the other; where signing in is asked, with the account if one is given."""
    while (opening := await it.visiting.open(segment, it.caller)).answer is not Answer.ALLOW:
        match opening.answer:
            case Answer.ASK_PASSWORD:
                await it.visiting.try_password(segment, it.caller, PASSWORD)
            case Answer.ASK_TERMS:
                assert opening.ask is not None
                await it.visiting.accept_terms(segment, it.caller, opening.ask.version)
            case Answer.ASK_OPEN:
                await it.visiting.begin(segment, it.caller)
            case asked:
                who = SignIn(SIGNED_IN[asked], Address.parse(ADA), account)
                await it.visiting.sign_in(segment, it.caller, who)


async def lived_through(
    store: Store, case: Case, first: Act | None = None, account: ExternalAccountId | None = None
) -> tuple[Answer, list[str]]:
    """What the visitor is answered a second after the act, and what became of a whole file and a part on their way.

    What is to be done `first` is done while the streams run, too.
    """
    async with house(store) as it, AsyncExitStack() as stack:
        await it.set(limits=Limits(**case.above))
        link, segment = await it.share(**case.form)
        await enter(it, segment, account)
        admission = (await it.visiting.open(segment, it.caller)).admission
        assert admission is not None
        file = Attachment(FILE, GUIDE, "plan.bin", "application/octet-stream", len(BYTES))
        running = []
        for wanted in (None, ByteRange(1, len(BYTES) - 1)):
            stream = await stack.enter_async_context(it.visiting.stream(admission, file, wanted))
            chunks = it.visiting.guarded(segment, admission, stream)
            running.append((chunks, [await anext(chunks)]))
        if first is not None:
            await first(it, link)
        await case.act(it, link)
        it.clock.forward(seconds=1)
        answer = await it.answer(segment)
        became = []
        for chunks, got in running:
            try:
                got += [chunk async for chunk in chunks]
                became.append("whole" if len(b"".join(got)) >= len(BYTES) - 1 else "short")
            except Cut:
                became.append("cut" if len(got) == 1 else "cut late")
        return answer, became


@pytest.mark.parametrize("name", CASES)
def test_proofs_end_within_a_second(store: Store, name: str) -> None:
    """G9: the next request is stopped by the gate that is now in the way, and no running stream gives one byte more."""
    assert (CASES[name].then, ["cut", "cut"]) == asyncio.run(lived_through(store, CASES[name]))


@pytest.mark.parametrize("name", HARMLESS)
def test_what_takes_no_proof_away_disturbs_nobody(store: Store, name: str) -> None:
    """G9: an act that asks nothing new of a visitor leaves them and their streams alone."""
    assert (Answer.ALLOW, ["whole", "whole"]) == asyncio.run(lived_through(store, HARMLESS[name]))


# --- while the visitor's browser gets another session id -------------------------------------------------------------


async def proves_elsewhere(it: House, link: ShareLink) -> None:
    """In another tab of the same browser the visitor passes the gate of another link: the session is renewed."""
    _, segment = await it.share(password=PASSWORD)
    submission = await it.visiting.try_password(segment, evolve(it.caller, fresh=fresh_digest()), PASSWORD)

    assert (Answer.ALLOW, True) == (submission.answer, submission.fresh)


async def nothing(it: House, link: ShareLink) -> None:
    """No act at all."""


ENTERED: Mapping[str, tuple[Mapping[str, Any], Answer]] = {
    "password": ({"password": PASSWORD}, Answer.ASK_PASSWORD),
    "organisation": ({"sso": True}, Answer.ASK_SSO),
    "terms": ({"terms": "Be kind."}, Answer.ASK_TERMS),
    "all of them, and opens": (
        {"sso": True, "password": PASSWORD, "terms": "Be kind.", "max_opens": 3},
        Answer.ASK_SSO,
    ),
}
"""Forms of a link, and what it answers to who comes without the session that proved anything."""


@pytest.mark.parametrize("name", ENTERED)
def test_a_running_stream_outlives_a_session_id(store: Store, name: str) -> None:
    """G9, G10: the old id opens nothing any more, and what was on its way to the visitor arrives."""
    form, answer = ENTERED[name]
    case = Case(form, nothing, answer)

    assert (answer, ["whole", "whole"]) == asyncio.run(lived_through(store, case, proves_elsewhere))


@pytest.mark.parametrize("name", ["another password", "terms of a layer", "the site's switch", "switching it off"])
def test_what_ends_proofs_cuts_such_a_stream_as_well(store: Store, name: str) -> None:
    """G9: the proofs that a stream began with are judged by the link as it is now."""
    _, became = asyncio.run(lived_through(store, CASES[name], proves_elsewhere))

    assert ["cut", "cut"] == became


def test_what_an_account_proved_needs_the_session(store: Store) -> None:
    """G9: such a proof ends with its account, which nothing but the new id can tell: the stream is cut to be safe."""
    case = Case({"sign_in": True}, nothing, Answer.ASK_SIGN_IN)
    lived = lived_through(store, case, proves_elsewhere, ExternalAccountId("ada-1"))

    assert (Answer.ASK_SIGN_IN, ["cut", "cut"]) == asyncio.run(lived)


# --- what ends an account --------------------------------------------------------------------------------------------

ACCOUNT = ExternalAccountId("ada-1")


async def signed_out(it: House, link: ShareLink) -> None:
    """The visitor signs out in this browser."""
    assert it.caller.session is not None
    session = AccountSession(it.caller.session, link.site, ACCOUNT, "name", it.clock.now(), it.clock.now())
    await it.storage.accounts.open_session(session, [])
    await it.storage.accounts.close_session(link.site, it.caller.session, [])


async def changed(it: House, link: ShareLink) -> None:
    """The account gets a new password, or is disabled."""
    account = an_account(link.site, id=ACCOUNT)
    await it.storage.accounts.add(account, [])
    await it.storage.accounts.replace(evolve(account, version=2), [], ends=True)


async def deleted(it: House, link: ShareLink) -> None:
    """Its owner deletes it."""
    await it.storage.accounts.add(an_account(link.site, id=ACCOUNT), [])
    await it.storage.accounts.delete(link.site, ACCOUNT, [])


@pytest.mark.parametrize("act", [signed_out, changed, deleted])
def test_what_ends_an_account_ends_what_it_proved(store: Store, act: Act) -> None:
    """G9: the next request is asked to sign in, and no running stream gives one byte more."""
    case = Case({"sign_in": True}, act, Answer.ASK_SIGN_IN)

    assert (Answer.ASK_SIGN_IN, ["cut", "cut"]) == asyncio.run(lived_through(store, case, account=ACCOUNT))
