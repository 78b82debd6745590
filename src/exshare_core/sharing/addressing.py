"""Use cases of a member who gives people addresses of their own at one share, each withdrawn without the others (M5).

Whose an address is rests sealed. An address proves no mailbox: it may be passed on, and what it tells is only by which
way somebody came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.errors import CannotUnseal, InvalidValue, InvalidValues, NotFound, Refused
from exshare_core.events import Kind
from exshare_core.gates import admits
from exshare_core.links import ADDRESS_PURPOSE, RECIPIENT_PURPOSE, LinkAddress, ShareLink, segment
from exshare_core.permissions import Right
from exshare_core.policy import Policy
from exshare_core.ports import LinkRecord, Tallied
from exshare_core.sealed_texts import opened, shut
from exshare_core.sharing.sending import MAX_RECIPIENTS, Sending
from exshare_core.values import Address, LinkId, Token

MAX_PERSONAL = 200
"""Living addresses of people's own that one link can have."""


@frozen(slots=True)
class Personal:
    """An address of somebody's own, as the link's members see it."""

    address: LinkAddress
    recipient: Address | None
    """Whose it is; None where that can no longer be read."""
    lives: bool
    opens: int = 0
    """How often the link was opened by it, within the time for which the activity is kept."""
    used_at: datetime | None = None
    """When it was opened by it last; None where it was not within that time."""

    @property
    def id(self) -> str:
        """What names it; opens nothing."""
        return self.address.id


@frozen
class Addressing(Sending):
    """A member's acts on addresses that are somebody's own."""

    async def personal(self, member: Member | None, link: LinkId) -> tuple[Personal, ...]:
        """The addresses of a link that are somebody's own, living ones first, then the newest."""
        return await self._personal(await self._record(member, Right.VIEW, link))

    async def add_personal(
        self,
        member: Member | None,
        link: LinkId,
        recipients: Sequence[Address],
        valid_until: datetime | None = None,
    ) -> tuple[tuple[Personal, str], ...]:
        """Give each recipient an address of their own, all of them or none; gives each with its full address.

        Raises InvalidValues naming everyone whom the link would not let in or who has one already, and InvalidValue for
        too many and for an end that is past. Needs what revealing an address needs (spec L18).
        """
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        now = self.clock.now()
        if valid_until is not None and valid_until <= now:
            raise InvalidValue("valid_until", "must lie in the future")
        unique = tuple({one.key: one for one in recipients}.values())
        _check_number(unique, "recipients")
        living = await self._living(record)
        shown = await self._shown(record, now)
        _check_each(unique, living, shown.policy)
        _check_room(len(living) + len(unique))
        new = self._by(member, record.link.readdressed(now))
        made = [(await self._own_address(new, one, record.slug, now, valid_until), one) for one in unique]
        events = [self._event(Kind.ADDRESS_ADDED, now, member, new, address.id) for (address, _), _ in made]
        await self.storage.links.replace(new, events, addresses=[address for (address, _), _ in made])
        return tuple((Personal(address, one, True), self.url_of(token)) for (address, token), one in made)

    async def send_personal(self, member: Member, link: LinkId, recipients: Sequence[Address], note: str = "") -> int:
        """As `send`, but each letter holds an address of its recipient's own: the one they have, else a new one.

        Letters, addresses and what is written down of them are stored together. Giving somebody a new address needs the
        right to edit as well.
        """
        record = await self._record(member, Right.SEND, link)
        now = self.clock.now()
        unique = await self._sendable(member, record, recipients, now)
        living = await self._living(record)
        fresh = [one for one in unique if one.key not in living]
        if fresh:
            record = await self._record(member, Right.EDIT, link)
            _check_room(len(living) + len(fresh))
        new, urls, made = self._by(member, record.link.readdressed(now)), dict[str, str](), list[LinkAddress]()
        for one in unique:
            if one.key in living:
                urls[one.key] = await self._url_of_own(record, living[one.key].address)
            else:
                address, token = await self._own_address(new, one, record.slug, now, None)
                made.append(address)
                urls[one.key] = self.url_of(token)
        letters = [await self._invitation(member, one, urls[one.key], note, now) for one in unique]
        events = [self._event(Kind.ADDRESS_ADDED, now, member, new, one.id) for one in made]
        events.append(self._sent(member, record.link, len(letters), now))
        if made:
            await self.storage.links.replace(new, events, letters, made)
        else:
            await self.storage.outbox.put(letters, events)
        return len(letters)

    async def revoke_personal(self, member: Member | None, link: LinkId, address: str) -> Personal:
        """Withdraw one address of somebody's own: from now on it leads nowhere, and the others go on.

        Takes something away only, and so needs no read access (spec L18). Raises NotFound for an address that is not
        somebody's own at this link; one that is withdrawn stays as it is.
        """
        record = await self._record(member, Right.EDIT, link)
        found, now = _named(record, address), self.clock.now()
        if found.revoked_at is not None:
            return await self._one(record, found, now)
        new, gone = self._by(member, record.link.readdressed(now)), found.revoked(now)
        await self.storage.links.replace(
            new, [self._event(Kind.ADDRESS_REVOKED, now, member, new, found.id)], addresses=[gone]
        )
        return await self._one(record, gone, now)

    async def reveal_personal(self, member: Member | None, link: LinkId, address: str) -> tuple[Personal, str]:
        """One address of somebody's own with its full address, for who may see it and can read the page (L2, L18)."""
        record = await self._record(member, Right.VIEW, link)
        found, now = _named(record, address), self.clock.now()
        if member is not None:
            await self._both_read(member, record.link)
        return await self._one(record, found, now), await self._url_of_own(record, found)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _personal(self, record: LinkRecord) -> tuple[Personal, ...]:
        now, link = self.clock.now(), record.link
        own = [one for one in record.addresses if one.recipient is not None]
        if not own:
            return ()
        counted = await self.storage.activity.details(self.site, link.id, Kind.OPENED)
        found = [_counted(await self._one(record, one, now), counted.get(one.mark)) for one in own]
        newest = sorted(found, key=lambda one: one.address.created_at, reverse=True)
        return tuple(sorted(newest, key=lambda one: not one.lives))

    async def _one(self, record: LinkRecord, address: LinkAddress, now: datetime) -> Personal:
        try:
            words = await opened(self.vault, address.recipient or "", RECIPIENT_PURPOSE, self.site, record.link.id)
            recipient = Address.parse(words)
        except (CannotUnseal, InvalidValue):
            recipient = None
        return Personal(address, recipient, address.lives(now))

    async def _living(self, record: LinkRecord) -> Mapping[str, Personal]:
        """The living ones by whose they are."""
        now = self.clock.now()
        own = [await self._one(record, one, now) for one in record.addresses if one.recipient and one.lives(now)]
        return {own_one.recipient.key if own_one.recipient else own_one.id: own_one for own_one in own}

    async def _own_address(
        self, link: ShareLink, recipient: Address, slug: str, now: datetime, valid_until: datetime | None
    ) -> tuple[LinkAddress, str]:
        address, token = await self._new_address(link, now, slug)
        whose = await shut(self.vault, str(recipient), RECIPIENT_PURPOSE, self.site, link.id)
        return evolve(address, recipient=whose, valid_until=valid_until), token

    async def _new_address(self, link: ShareLink, now: datetime, slug: str) -> tuple[LinkAddress, str]:
        """A new address, and the path segment that visitors use."""
        text = self.tokens.token()
        sealed = await self.vault.seal(text.encode("ascii"), ADDRESS_PURPOSE, self.site, link.id)
        return LinkAddress(link.id, self.site, Token(text).digest, sealed, now, slug=slug), segment(slug, text)

    async def _url_of_own(self, record: LinkRecord, address: LinkAddress) -> str:
        try:
            if address.sealed is None:
                raise CannotUnseal("the address was shown once")
            token = await self.vault.open(address.sealed, ADDRESS_PURPOSE, self.site, record.link.id)
        except CannotUnseal:
            raise Refused("the address can no longer be shown: withdraw it and make a new one") from None
        return self.url_of(segment(address.slug, token.decode("ascii")))


def _counted(one: Personal, opens: Tallied | None) -> Personal:
    return one if opens is None else evolve(one, opens=opens.count, used_at=opens.last)


def _named(record: LinkRecord, id: str) -> LinkAddress:
    for one in record.addresses:
        if one.recipient is not None and one.id == id:
            return one
    raise NotFound("there is no such personal address at this link")


def _check_number(recipients: Sequence[Address], field: str) -> None:
    if not 1 <= len(recipients) <= MAX_RECIPIENTS:
        raise InvalidValue(field, f"from 1 to {MAX_RECIPIENTS} addresses")


def _check_room(number: int) -> None:
    if number > MAX_PERSONAL:
        raise InvalidValue("recipients", f"a link has at most {MAX_PERSONAL} personal addresses")


def _check_each(recipients: Sequence[Address], living: Mapping[str, Personal], policy: Policy | None) -> None:
    """Every one whom the link would not let in, and every one who has an address already."""
    failures = [
        InvalidValue("recipients", f"`{one}` is not among the people who may open the link")
        for one in recipients
        if policy is not None and not admits(policy, one)
    ]
    failures += [
        InvalidValue("recipients", f"`{one}` has an address already") for one in recipients if one.key in living
    ]
    if failures:
        raise InvalidValues(tuple(failures))
