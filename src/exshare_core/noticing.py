"""The owner of a link is told when somebody guesses at it: by mail once a day at most, and beside the link itself (G7).

Nothing has to be done about it, since a guesser waits longer and longer; but an owner may know who it is, or would
rather have a longer password. What counts is a burst: many wrong proofs in a row, and another try that was refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from exshare_core.dispatching import seal_letter
from exshare_core.events import Actor, Event, Kind
from exshare_core.guessing import BURST
from exshare_core.letters import Letter, LetterKind
from exshare_core.links import ShareLink
from exshare_core.ports import GuessCounter, Storage, TokenGenerator, Vault
from exshare_core.values import LinkId, SiteId

NOTICE_LIFE = timedelta(days=1)
"""How long the letter is tried before it is given up; by then there may be another."""


async def notice_burst(
    storage: Storage, vault: Vault, tokens: TokenGenerator, link: ShareLink, failures: int, at: datetime, language: str
) -> None:
    """Tell the owner that a try was refused after `failures` wrong ones, unless that is few or they were told today.

    The letter is written in `language`, the code of one such as `de`: members have none of their own (spec V8).
    Of any number of processes that notice it at the same moment, one tells.
    """
    if failures < BURST:
        return
    key = await _key(vault, link.site, link.id)
    (told,) = await storage.guesses.tally([key], at)
    if told.failures or await storage.guesses.wrong([key], at) != (1,):
        return
    owner = await storage.members.get(link.owner)
    letters = []
    if owner is not None and owner.address is not None and not owner.disabled:
        words = {"link": f"{link.name} ({link.id})" if link.name else link.id, "failures": str(failures)}
        letter = Letter(tokens.id(), link.site, LetterKind.GUESSING, owner.address, words, language=language)
        letters.append(await seal_letter(vault, letter, at, at + NOTICE_LIFE))
    detail = f"{failures} in a row; {'owner told by mail' if letters else 'no address to tell the owner'}"
    scope = link.scope
    event = Event(
        Kind.GUESSING, link.site, at, Actor.SYSTEM, link.id, page=scope.root, detail=detail, space=scope.space
    )
    await storage.outbox.put(letters, [event])


async def guessed_at(
    guesses: GuessCounter, vault: Vault, site: SiteId, links: Collection[LinkId], at: datetime
) -> Mapping[LinkId, datetime]:
    """Of these links those at which a burst was noticed within the last day, and when."""
    wanted = tuple(links)
    tallies = await guesses.tally([await _key(vault, site, link) for link in wanted], at)
    return {link: one.last_at for link, one in zip(wanted, tallies, strict=True) if one.last_at is not None}


async def _key(vault: Vault, site: SiteId, link: LinkId) -> bytes:
    return await vault.keyed_digest(link.encode(), "guessing noticed", site)
