"""The promises of CodeRepository."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve

from exshare_core.errors import ExshareError
from exshare_core.events import Kind
from exshare_core.links import ShareLink
from exshare_core.ports import PendingCode, Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import (
    FAR,
    NOW,
    a_code,
    a_letter,
    a_link,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_site,
)

MOST = 5


async def _pending(storage: Storage) -> tuple[ShareLink, PendingCode]:
    """A link and a code for it, asked for at `NOW`."""
    link = a_link(fresh_site())
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, an_address(link), [])
    code = a_code(link, fresh_digest())
    await storage.codes.ask(code, NOW, [], [])
    return link, code


async def _try(storage: Storage, code: PendingCode, **changes: Any) -> PendingCode | None:
    """Try `code`, or what `changes` make of it, a minute after `NOW`."""
    tried = evolve(code, **changes)
    return await storage.codes.attempt(tried.site, tried.link, tried.session, tried.code_digest, MOST, after(minutes=1))


async def _wrong(storage: Storage, code: PendingCode, times: int) -> None:
    for _ in range(times):
        assert await _try(storage, code, code_digest=fresh_digest()) is None


class CodeRepositoryContract(Contract[Storage]):
    """A code is good once, for a while and for a few tries, whoever tries and however fast."""

    @promise
    async def test_the_right_code_is_given_once(self, storage: Storage) -> None:
        """`attempt` gives the pending code for the right digest and erases it."""
        _, code = await _pending(storage)

        assert code == await _try(storage, code)
        assert await _try(storage, code) is None

    @promise
    async def test_a_wrong_code_is_refused(self, storage: Storage) -> None:
        """`attempt` is None for another digest, and the right one still fits afterwards,
        with the try counted.
        """
        _, code = await _pending(storage)
        await _wrong(storage, code, 1)

        assert evolve(code, tries=1) == await _try(storage, code)

    @promise
    async def test_every_wrong_try_counts(self, storage: Storage) -> None:
        """After `most` wrong tries not even the right code fits, and that counts as one more."""
        _, code = await _pending(storage)
        await _wrong(storage, code, MOST)

        assert await _try(storage, code) is None
        assert MOST + 1 == await storage.codes.ask(code, after(minutes=1), [], [])

    @promise
    async def test_the_last_try_may_be_right(self, storage: Storage) -> None:
        """While fewer than `most` tries were wrong the right code fits."""
        _, code = await _pending(storage)
        await _wrong(storage, code, MOST - 1)

        assert evolve(code, tries=MOST - 1) == await _try(storage, code)

    @promise
    async def test_wrong_tries_at_once_all_count(self, storage: Storage) -> None:
        """Wrong tries made at the same moment are counted one by one."""
        _, code = await _pending(storage)
        await asyncio.gather(*(_try(storage, code, code_digest=fresh_digest()) for _ in range(MOST)))

        assert await _try(storage, code) is None

    @promise
    async def test_of_right_tries_at_once_one_succeeds(self, storage: Storage) -> None:
        """A code that is typed in several windows at once is good for one of them."""
        _, code = await _pending(storage)
        results = await asyncio.gather(*(_try(storage, code) for _ in range(4)))

        assert 3 == results.count(None)

    @promise
    async def test_an_expired_code_is_refused(self, storage: Storage) -> None:
        """A code fits just before its expiry and not at the very instant of it."""
        _, code = await _pending(storage)
        _, other = await _pending(storage)
        early, late = after(minutes=10, microseconds=-1), after(minutes=10)

        assert code == await storage.codes.attempt(code.site, code.link, code.session, code.code_digest, MOST, early)
        assert await storage.codes.attempt(other.site, other.link, other.session, other.code_digest, MOST, late) is None

    @promise
    async def test_a_code_is_of_one_session_link_and_site(self, storage: Storage) -> None:
        """The right digest fits for no other session, link or site,
        and their tries cost this code nothing.
        """
        link, code = await _pending(storage)
        other, _ = await _pending(storage)
        for _ in range(MOST):
            assert await _try(storage, code, session=fresh_digest()) is None
            assert await _try(storage, code, link=other.id, site=other.site) is None
            assert await _try(storage, code, site=other.site) is None

        assert code == await _try(storage, code)
        assert link.id == code.link

    @promise
    async def test_every_session_and_link_has_a_code_of_its_own(self, storage: Storage) -> None:
        """A code that another browser asks for, or the same browser at another link, takes no place but its own."""
        link, code = await _pending(storage)
        other, _ = await _pending(storage)
        codes = [code, a_code(link, fresh_digest()), a_code(other, code.session)]
        for later in codes[1:]:
            await storage.codes.ask(later, NOW, [], [])

        assert codes == [await _try(storage, one) for one in codes]

    @promise
    async def test_a_new_code_replaces_the_earlier(self, storage: Storage) -> None:
        """After a second `ask` the first code fits no more, and the second does."""
        _, code = await _pending(storage)
        second = evolve(code, code_digest=fresh_digest(), address_digest=fresh_digest())

        assert 0 == await storage.codes.ask(second, NOW, [], [])
        assert await _try(storage, code) is None
        assert evolve(second, tries=1) == await _try(storage, second)

    @promise
    async def test_a_new_code_keeps_the_count_of_wrong_tries(self, storage: Storage) -> None:
        """`ask` returns the wrong tries of an unexpired earlier code, and they count against the new one."""
        _, code = await _pending(storage)
        await _wrong(storage, code, 3)
        second = evolve(code, code_digest=fresh_digest())

        assert 3 == await storage.codes.ask(second, after(minutes=2), [], [])
        await _wrong(storage, second, 2)
        assert await _try(storage, second) is None

    @promise
    async def test_an_expired_code_hands_on_no_count(self, storage: Storage) -> None:
        """When the earlier code has expired at `at`, or was used, the new one starts at nothing."""
        _, code = await _pending(storage)
        await _wrong(storage, code, 3)
        late = evolve(code, code_digest=fresh_digest(), expires_at=after(minutes=20))

        assert 0 == await storage.codes.ask(late, after(minutes=10), [], [])
        await _wrong(storage, late, 2)
        await _try(storage, late)
        assert 0 == await storage.codes.ask(code, after(minutes=2), [], [])

    @promise
    async def test_ask_stores_code_events_and_letters_together(self, storage: Storage) -> None:
        """After `ask`, the code, its event and its letter are all there."""
        await storage.outbox.purge(FAR)
        link, code = await _pending(storage)
        second = evolve(code, code_digest=fresh_digest())
        event, letter = an_event(link, Kind.CODE_ASKED), a_letter(link.site)
        await storage.codes.ask(second, NOW, [event], [letter])

        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert letter.id in {one.id for one in await storage.outbox.claim(NOW, 1.0, 100)}
        assert second == await _try(storage, second)

    @promise
    async def test_ask_that_fails_half_way_stores_nothing(self, storage: Storage) -> None:
        """Two letters with one id cannot both be kept: then all of the write is there, or nothing."""
        await storage.outbox.purge(FAR)
        link, code = await _pending(storage)
        second, letter = evolve(code, code_digest=fresh_digest()), a_letter(link.site)
        try:
            await storage.codes.ask(second, NOW, [an_event(link)], [letter, letter])
            whole = True
        except ExshareError:
            whole = False
        letters = {one.id for one in await storage.outbox.claim(NOW, 1.0, 100)}

        assert whole == bool(await storage.activity.of_link(link.site, link.id))
        assert whole == (letter.id in letters)
        assert (second if whole else code) == await _try(storage, second if whole else code)
