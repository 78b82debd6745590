"""The promises of Outbox. Letters are claimed across sites,
so each scenario begins by emptying the outbox.
"""

from __future__ import annotations

import asyncio

from attrs import evolve

from exshare_core.errors import ExshareError
from exshare_core.letters import SealedLetter
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import (
    FAR,
    NOW,
    a_letter,
    a_link,
    after,
    an_address,
    an_event,
    fresh_id,
    fresh_site,
)
from exshare_core.values import SiteId

LEASE = 60.0


async def _emptied(storage: Storage) -> SiteId:
    site = fresh_site()
    await storage.policies.ensure_site(site)
    await storage.outbox.purge(FAR)
    return site


async def _put(storage: Storage, *letters: SealedLetter) -> None:
    await storage.outbox.put(letters, [])


def _ids(letters: tuple[SealedLetter, ...]) -> list[str]:
    return [letter.id for letter in letters]


class OutboxContract(Contract[Storage]):
    """A letter is handed to one claimer at a time, most urgent first,
    and is gone once it is settled or expired.
    """

    @law(strategies.sealed_letters())
    async def test_every_field_of_a_letter_survives(self, storage: Storage, value: SealedLetter) -> None:
        """A claimed letter is as it was put, with this try counted."""
        site = await _emptied(storage)
        letter = evolve(
            value,
            id=fresh_id(),
            site=site,
            due=min(value.due, NOW),
            expires=max(value.expires, after(days=1)),
        )
        await _put(storage, letter)

        assert (evolve(letter, tries=1),) == await storage.outbox.claim(NOW, LEASE, 10)

    @promise
    async def test_put_stores_letters_and_events_together(self, storage: Storage) -> None:
        """After `put`, letters and events are all there."""
        link = a_link(await _emptied(storage))
        await storage.links.add(link, an_address(link), [])
        letters, event = [a_letter(link.site), a_letter(link.site)], an_event(link)
        await storage.outbox.put(letters, [event])

        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert {one.id for one in letters} == set(_ids(await storage.outbox.claim(NOW, LEASE, 10)))

    @promise
    async def test_put_that_fails_half_way_stores_nothing(self, storage: Storage) -> None:
        """Two letters with one id cannot both be kept: then all of the write is there, or nothing."""
        link = a_link(await _emptied(storage))
        await storage.links.add(link, an_address(link), [])
        letter = a_letter(link.site)
        try:
            await storage.outbox.put([a_letter(link.site), letter, letter], [an_event(link)])
            expected = 2, 1
        except ExshareError:
            expected = 0, 0
        letters = await storage.outbox.claim(NOW, LEASE, 10)

        assert expected == (len(letters), len(await storage.activity.of_link(link.site, link.id)))

    @promise
    async def test_the_most_urgent_letters_come_first(self, storage: Storage) -> None:
        """Letters of a smaller priority are handed out first, however long the others have waited."""
        site = await _emptied(storage)
        notice = a_letter(site, priority=5, due=after(hours=-2))
        code = a_letter(site, priority=0)
        invitation = a_letter(site, priority=1, due=after(hours=-1))
        await _put(storage, notice, code, invitation)
        claimed = [_ids(await storage.outbox.claim(NOW, LEASE, 1)) for _ in range(3)]

        assert [[code.id], [invitation.id], [notice.id]] == claimed

    @promise
    async def test_no_more_than_limit_are_claimed(self, storage: Storage) -> None:
        """`limit` bounds what one claim takes; the rest stays for the next."""
        site = await _emptied(storage)
        await _put(storage, *(a_letter(site) for _ in range(5)))
        counts = [len(await storage.outbox.claim(NOW, LEASE, 2)) for _ in range(4)]

        assert [2, 2, 1, 0] == counts

    @promise
    async def test_letters_wait_until_they_are_due(self, storage: Storage) -> None:
        """A letter is not handed out before it is due, and is at that instant."""
        site = await _emptied(storage)
        await _put(storage, letter := a_letter(site, due=after(minutes=5)))

        assert () == await storage.outbox.claim(after(minutes=5, microseconds=-1), LEASE, 10)
        assert [letter.id] == _ids(await storage.outbox.claim(after(minutes=5), LEASE, 10))

    @promise
    async def test_expired_letters_are_not_handed_out(self, storage: Storage) -> None:
        """A letter is handed out just before its expiry, and not at the instant of it."""
        site = await _emptied(storage)
        letters = [
            a_letter(site, expires=after(hours=1)),
            a_letter(site, expires=after(hours=1, microseconds=1)),
        ]
        await _put(storage, *letters)

        assert [letters[1].id] == _ids(await storage.outbox.claim(after(hours=1), LEASE, 10))

    @promise
    async def test_a_letter_is_never_handed_out_twice_within_its_lease(self, storage: Storage) -> None:
        """A claimed letter stays with its claimer for the whole lease, and can be claimed again after it."""
        site = await _emptied(storage)
        await _put(storage, letter := a_letter(site))
        await storage.outbox.claim(NOW, LEASE, 10)

        assert () == await storage.outbox.claim(NOW, LEASE, 10)
        assert () == await storage.outbox.claim(after(seconds=59), LEASE, 10)
        assert [letter.id] == _ids(await storage.outbox.claim(after(seconds=61), LEASE, 10))

    @promise
    async def test_claims_at_once_share_no_letter(self, storage: Storage) -> None:
        """Workers who claim at the same moment get different letters, and together all of them."""
        site = await _emptied(storage)
        letters = [a_letter(site) for _ in range(12)]
        await _put(storage, *letters)
        claims = await asyncio.gather(*(storage.outbox.claim(NOW, LEASE, 3) for _ in range(6)))
        claims.append(await storage.outbox.claim(NOW, LEASE, 12))
        claimed = [id for claim in claims for id in _ids(claim)]

        assert sorted(letter.id for letter in letters) == sorted(claimed)

    @promise
    async def test_every_try_is_counted(self, storage: Storage) -> None:
        """`tries` of a claimed letter holds all claims so far, this one included."""
        site = await _emptied(storage)
        await _put(storage, a_letter(site))
        tries = [(await storage.outbox.claim(after(minutes=5 * n), LEASE, 1))[0].tries for n in range(3)]

        assert [1, 2, 3] == tries

    @promise
    async def test_a_settled_letter_is_erased(self, storage: Storage) -> None:
        """After `settle` a letter is never handed out again and nothing of it is left to purge."""
        site = await _emptied(storage)
        await _put(storage, letter := a_letter(site))
        await storage.outbox.claim(NOW, LEASE, 10)
        await storage.outbox.settle(letter.id)

        assert () == await storage.outbox.claim(after(hours=1), LEASE, 10)
        assert 0 == await storage.outbox.purge(FAR)

    @promise
    async def test_settling_an_unknown_letter_is_fine(self, storage: Storage) -> None:
        """`settle` of a letter that is not there changes nothing."""
        site = await _emptied(storage)
        await _put(storage, letter := a_letter(site))
        await storage.outbox.settle(fresh_id())

        assert [letter.id] == _ids(await storage.outbox.claim(NOW, LEASE, 10))

    @promise
    async def test_a_letter_that_is_put_off_is_due_again_then(self, storage: Storage) -> None:
        """After `put_off` a letter rests until the new instant and is handed out at it, whatever its lease was;
        other letters do not wait.
        """
        site = await _emptied(storage)
        await _put(storage, letter := a_letter(site))
        await storage.outbox.claim(NOW, 3600.0, 10)
        await _put(storage, other := a_letter(site, expires=after(minutes=10)))
        await storage.outbox.put_off(letter.id, after(minutes=10))

        assert [other.id] == _ids(await storage.outbox.claim(after(minutes=9), 3600.0, 10))
        assert () == await storage.outbox.claim(after(minutes=10, microseconds=-1), LEASE, 10)
        assert [evolve(letter, due=after(minutes=10), tries=2)] == list(
            await storage.outbox.claim(after(minutes=10), LEASE, 10)
        )

    @promise
    async def test_putting_off_an_unknown_letter_is_fine(self, storage: Storage) -> None:
        """`put_off` of a letter that another worker has settled, or that has expired, brings nothing back."""
        site = await _emptied(storage)
        await _put(storage, letter := a_letter(site))
        await storage.outbox.settle(letter.id)
        await storage.outbox.put_off(letter.id, after(minutes=10))

        assert () == await storage.outbox.claim(after(minutes=10), LEASE, 10)

    @promise
    async def test_purge_erases_expired_letters_and_counts_them(self, storage: Storage) -> None:
        """`purge` erases what has expired, claimed or not, says how many that were, and leaves the rest."""
        site = await _emptied(storage)
        kept = a_letter(site, expires=after(hours=1, microseconds=1))
        await _put(storage, kept, a_letter(site, expires=after(hours=1)), a_letter(site, expires=after(minutes=5)))
        await storage.outbox.claim(NOW, LEASE, 10)

        assert [2, 0] == [await storage.outbox.purge(after(hours=1)) for _ in range(2)]
        assert [kept.id] == _ids(await storage.outbox.claim(after(minutes=50), LEASE, 10))
