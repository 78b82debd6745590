"""Use cases of external people: making an account, signing in, going on to shares, and all that they do with it.

An account belongs to one site, and nothing of it is reachable from another. How people sign in is `entering`'s business,
how they prove their mailbox `enrolling`'s, how they look after the account `tending`'s; what operators do is here.
"""

from __future__ import annotations

from attrs import evolve, field, frozen

from exshare_core.attempts import Method
from exshare_core.decisions import Answer
from exshare_core.errors import CannotUnseal, NotFound, printable
from exshare_core.events import Actor, Kind
from exshare_core.external_accounts import ExternalAccount, KeptShare
from exshare_core.joining.entering import Entering
from exshare_core.joining.recognising import Recognised, typed_address
from exshare_core.joining.tending import SHARE_PURPOSE, Tending, share_bound
from exshare_core.links import LinkAddress, segment
from exshare_core.values import Address, ExternalAccountId, SiteId, Token
from exshare_core.visiting.entrance import Caller
from exshare_core.visiting.proving import Proving, SignIn, Submission


@frozen(slots=True)
class Listed:
    """An account as operators see it."""

    account: ExternalAccount
    address: Address | None
    """None where it was sealed under another key."""


@frozen
class Joining(Entering, Tending):
    """The external accounts of one deployment: what their owners do, and what operators do with them."""

    proving: Proving = field(kw_only=True)
    """Brings a sign-in to the gate of a link."""

    async def go_on(self, place: str, caller: Caller, here: Recognised) -> Submission:
        """Bring a sign-in to the gate of the link that the path segment `place` names, a link of the account's own site.

        Who gets through finds the share again in their account. To a link of another site nothing is brought, and it answers what it answers.
        """
        token = Token.parse(place)
        found = None if token is None else await self.storage.links.find(token.digest, None)
        if token is None or found is None or found.link.site != here.account.site:
            opening = await self.open(place, caller)
            return Submission(opening.answer, wait=opening.wait, ask=opening.ask)
        who = SignIn(Method.ACCOUNT, here.address, here.account.id)
        submission = await self.proving.sign_in(place, caller, who)
        if submission.fresh or submission.answer is Answer.ALLOW:
            await self._keep(found.address, token, here.account)
        return submission

    # --- what operators do --------------------------------------------------------------------------------------------

    async def accounts(self, site: SiteId) -> tuple[Listed, ...]:
        """All accounts of a site, in the order in which they were made."""
        return tuple([Listed(one, await self._shown(one)) for one in await self.storage.accounts.list(site)])

    async def named(self, site: SiteId, name: str) -> Listed:
        """The account of `site` with this mail address, or with this id; raises NotFound."""
        address = typed_address(name)
        found = await self.storage.accounts.get(site, ExternalAccountId(name.strip()))
        if address is not None:
            found = await self.storage.accounts.by_digest(site, await self._digest(site, address))
        if found is None:
            raise NotFound(f"there is no account `{printable(name[:100])}` on this site")
        return Listed(found, await self._shown(found))

    async def disable(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount:
        """Lock an account out at once, in every browser, with all that it proved. Raises NotFound and Taken.

        To strangers it is then as if it were not there.
        """
        known = await self._known(site, account)
        changed = evolve(known, disabled=True, version=known.version + 1)
        event = self._event(Kind.ACCOUNT_DISABLED, site, account, None, actor=Actor.OPERATOR)
        await self.storage.accounts.replace(changed, [event], ends=True)
        return changed

    async def enable(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount:
        """Let an account sign in again with the password that it had. Raises NotFound and Taken."""
        known = await self._known(site, account)
        changed = evolve(known, disabled=False, version=known.version + 1)
        event = self._event(Kind.ACCOUNT_ENABLED, site, account, None, actor=Actor.OPERATOR)
        await self.storage.accounts.replace(changed, [event])
        return changed

    async def reset_factor(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount:
        """Take away a second factor that was lost, and sign the account out everywhere. Raises NotFound and Taken.

        For this alone the operator is needed: a new password never takes a second factor away (ASVS 6.4.3).
        """
        known = await self._known(site, account)
        changed = self._with_factor(known, None)
        event = self._event(Kind.FACTOR_REMOVED, site, account, None, actor=Actor.OPERATOR)
        await self.storage.accounts.replace(changed, [event], ends=True)
        return changed

    async def remove(self, site: SiteId, account: ExternalAccountId) -> None:
        """Delete an account with everything that is stored of it. Raises NotFound."""
        known = await self._known(site, account)
        event = self._event(Kind.ACCOUNT_DELETED, site, account, None, actor=Actor.OPERATOR)
        await self.storage.accounts.delete(site, known.id, [event])

    # --- the steps ----------------------------------------------------------------------------------------------------

    async def _keep(self, address: LinkAddress, token: Token, account: ExternalAccount) -> None:
        """Keep the way to a share, unless its site keeps no tokens (spec L2)."""
        if address.sealed is None:
            return
        last = segment(address.slug, token.text).encode("ascii")
        sealed = await self.vault.seal(last, SHARE_PURPOSE, account.site, share_bound(account.id, address.link))
        kept = KeptShare(account.site, account.id, address.link, sealed, self.clock.now())
        await self.storage.accounts.keep_share(kept)

    async def _shown(self, account: ExternalAccount) -> Address | None:
        try:
            return await self._address_of(account)
        except CannotUnseal:
            return None

    async def _known(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount:
        known = await self.storage.accounts.get(site, account)
        if known is None:
            raise NotFound(f"there is no account `{printable(account[:60])}` on this site")
        return known
