"""Use cases of API keys: a member makes and revokes them, and a program is recognised by one (spec A2).

Where each refusal is made: an unknown key, one that is not good and one whose member is locked out in
`Keying.recognise`, and all of them with one sentence; too many requests there as well. What a key may be used for is
`ApiKey.allow`, what its member may do is the use cases' own business.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.api_keys import A_MINUTE, MOST_PER_MEMBER, PREFIX, ApiKey, KeyForm, check_key, secret_of
from exshare_core.errors import NotFound, Refused
from exshare_core.events import Actor, Event, Kind
from exshare_core.guessing import counted_as, unknown_wait
from exshare_core.ports import Clock, Storage, TokenGenerator, Vault
from exshare_core.values import EVERYWHERE, ApiKeyId, IPAddress, MemberId, SiteId, Token


@frozen(slots=True)
class Recognised:
    """A program that may act: its key, the member it acts as, and how many requests are left to it in this minute."""

    key: ApiKey
    member: Member
    left: int
    until: datetime
    """When the minute ends."""


@frozen
class TooMany:
    """No request more for this long."""

    wait: timedelta


@frozen
class Keying:
    """The API keys of one deployment."""

    storage: Storage
    clock: Clock
    tokens: TokenGenerator
    vault: Vault

    async def make(
        self,
        member: Member,
        site: SiteId,
        form: KeyForm,
        id: ApiKeyId | None = None,
        *,
        actor: Actor = Actor.MEMBER,
    ) -> tuple[ApiKey, str]:
        """A new key for `member` on `site`, made by `actor`, and the text of it, which nobody can be shown again.

        Raises InvalidValue for a form that will not do, Refused for a member of another site or with too many keys, and
        Taken for an `id` that is in use.
        """
        permissions.check_membership(member, site)
        now = self.clock.now()
        check_key(form, now)
        if sum(one.revoked_at is None for one in await self.storage.api_keys.list(site, member.id)) >= MOST_PER_MEMBER:
            raise Refused(f"you have {MOST_PER_MEMBER} keys already: revoke one that you do not use any more")
        secret = self.tokens.token()
        key = ApiKey(
            ApiKeyId(self.tokens.id()) if id is None else id,
            site,
            member.id,
            form.name.strip(),
            Token(secret).digest,
            form.operations,
            now,
            form.valid_from,
            form.valid_until,
            form.networks,
        )
        await self.storage.api_keys.add(key, [_event(Kind.KEY_MADE, key, member.id, now, actor)])
        return key, f"{PREFIX}{secret}"

    async def list(self, member: Member, site: SiteId) -> tuple[ApiKey, ...]:
        """The keys of `member`, newest first; revoked ones among them."""
        permissions.check_membership(member, site)
        return await self.storage.api_keys.list(site, member.id)

    async def revoke(self, member: Member | None, site: SiteId, key: ApiKeyId) -> ApiKey:
        """Take all worth from a key at once; an admin and the operator may revoke everybody's. Raises NotFound for others."""
        permissions.check_membership(member, site)
        found = await self.storage.api_keys.get(site, key)
        if found is None or not (member is None or found.member == member.id or member.admin):
            raise NotFound("there is no such key")
        if found.revoked_at is not None:
            return found
        now = self.clock.now()
        revoked = found.revoked(now)
        who = None if member is None else member.id
        actor = Actor.OPERATOR if member is None else Actor.MEMBER
        await self.storage.api_keys.revoke(site, key, now, [_event(Kind.KEY_REVOKED, revoked, who, now, actor)])
        return revoked

    async def recognise(self, text: str, network: IPAddress | None) -> Recognised | TooMany | None:
        """Who a program acts as that sends `text` as its key; None for every key that is not good, whatever is wrong.

        Counts the use, and keys that lead nowhere by their network: who tries many has to wait.
        """
        now = self.clock.now()
        secret = secret_of(text)
        key = None if secret is None else await self.storage.api_keys.by_digest(secret.digest)
        member = None if key is None else await self.storage.members.get(key.member)
        if key is None or member is None or not member.belongs_to(key.site) or not _good(key, now, network):
            return await self._nowhere(now, network)
        minute = now.replace(second=0, microsecond=0)
        used = await self.storage.api_keys.use(key.site, key.id, now, minute)
        if used > A_MINUTE:
            return TooMany(minute + timedelta(minutes=1) - now)
        counted = evolve(key, uses=key.uses + 1, last_used_at=now)
        return Recognised(counted, member, A_MINUTE - used, minute + timedelta(minutes=1))

    async def first(self, key: ApiKey, name: str, fingerprint: bytes, span: timedelta) -> bool:
        """Whether a request that a program calls `name` is the first of that name within `span`, or a repeat of it."""
        now = self.clock.now()
        request = await self.vault.keyed_digest(f"{key.id}\n{name}".encode(), "api request", key.site)
        return fingerprint == await self.storage.api_keys.first(key.site, key.id, request, fingerprint, now, now + span)

    async def id_of(self, key: ApiKey, name: str, fingerprint: bytes) -> str:
        """The id of what a request makes, however often it is sent: 40 hexadecimal digits."""
        asked = f"{key.id}\n{name}\n{fingerprint.hex()}".encode()
        return (await self.vault.keyed_digest(asked, "api link", key.site)).hex()[:40]

    async def _nowhere(self, now: datetime, network: IPAddress | None) -> TooMany | None:
        counter = await self.vault.keyed_digest(counted_as(network).encode(), "guess api keys network", EVERYWHERE)
        (tally,) = await self.storage.guesses.tally([counter], now)
        if wait := unknown_wait(tally, now):
            return TooMany(wait)
        await self.storage.guesses.wrong([counter], now)
        return None


def _good(key: ApiKey, now: datetime, network: IPAddress | None) -> bool:
    try:
        key.check(now, network)
    except Refused:
        return False
    return True


def _event(kind: Kind, key: ApiKey, by: MemberId | None, at: datetime, actor: Actor) -> Event:
    return Event(kind, key.site, at, actor, member=by, detail=key.id)
