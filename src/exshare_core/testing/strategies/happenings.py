"""Strategies for what happened and for what is to be sent."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from exshare_core.events import Actor, Event, Kind, Mailbox
from exshare_core.letter_texts import TEXTS
from exshare_core.letters import Letter, LetterKind, SealedLetter
from exshare_core.testing.strategies.words import (
    addresses,
    ids,
    instants,
    lines,
    page_ids,
    sealed,
    site_ids,
    space_keys,
    texts,
)
from exshare_core.values import ExternalAccountId, LinkId, MemberId


@cache
def events() -> SearchStrategy[Event]:
    """Events of any kind."""
    return st.builds(
        Event,
        kind=st.sampled_from(Kind),
        site=site_ids(),
        at=instants(),
        actor=st.sampled_from(Actor),
        link=st.none() | ids().map(LinkId),
        member=st.none() | ids().map(MemberId),
        page=st.none() | page_ids() | st.integers(1, 10**12).map("att{}".format),
        detail=st.sampled_from(["", "password", "address", "2 letters", "service identity"]),
        network=st.none() | st.ip_addresses().map(str),
        mailbox=st.none() | st.builds(Mailbox, sealed=sealed(), digest=st.binary(min_size=32, max_size=32)),
        account=st.none() | ids().map(ExternalAccountId),
        space=st.none() | space_keys(),
    )


@cache
def letters() -> SearchStrategy[Letter]:
    """Letters with the variables that their kind needs, in every language."""
    return st.builds(
        Letter,
        id=ids(),
        site=site_ids(),
        kind=st.sampled_from(LetterKind),
        recipient=addresses(),
        variables=st.fixed_dictionaries(
            {
                "code": st.from_regex(r"[0-9]{8}", fullmatch=True),
                "sender": lines(60).filter(lambda text: "=?" not in text),
                "link": st.just("https://share.example.com/s/token"),
                "note": texts(),
                "failures": st.integers(1, 10**6).map(str),
            }
        ),
        deliver=st.booleans(),
        language=st.sampled_from(sorted(TEXTS)),
    )


@cache
def sealed_letters() -> SearchStrategy[SealedLetter]:
    """Letters as they rest in the outbox."""
    return st.builds(
        SealedLetter,
        id=ids(),
        site=site_ids(),
        sealed=sealed(),
        priority=st.integers(0, 9),
        due=instants(),
        expires=instants(),
    )
