"""Use cases of a member who sees a link as its visitors do: look at a preview that they were granted, and begin it (M2).

From there on a preview is the visitor's own path: `Entrance` knows it by what the browser was given to keep, and every
page and file of it passes `decide()` and `reach()` like any other.
"""

from __future__ import annotations

from attrs import frozen

from exshare_core.decisions import Answer, Verdict
from exshare_core.events import Kind
from exshare_core.gates import decide
from exshare_core.ports import Found
from exshare_core.previews import ASKED, KEPT, Grant, asked, sealed, unsealed
from exshare_core.values import Token
from exshare_core.visiting.entrance import Caller, Entrance


@frozen(slots=True)
class Offered:
    """A preview that can be begun, and what its visitors would meet."""

    grant: Grant
    answer: Answer
    """Where whoever is previewed would stand, having done all that they can."""
    asked: tuple[Verdict, ...]
    """What a visitor would be asked for, in the order of the gates."""


@frozen
class Trying(Entrance):
    """A member's acts at an address that only they were given."""

    async def offered(self, segment: str, caller: Caller, text: str) -> Offered | None:
        """What the preview in `text` would show; None where it is none that can be begun here."""
        granted = await self._asked_for(segment, caller, text)
        if granted is None:
            return None
        grant, found, caller = granted
        now = self.clock.now()
        prepared = await self._prepared(found, now)
        answer = decide(prepared, await self._attempt(found, prepared, caller, now)).strangers_face()
        gates = () if prepared is None else asked(prepared, found.opens, caller.network, now)
        return Offered(grant, answer, gates)

    async def begin_preview(self, segment: str, caller: Caller, text: str) -> str | None:
        """Begin a preview, once: what this browser, and no other, keeps of it from now on. None where there is none."""
        granted = await self._asked_for(segment, caller, text)
        if granted is None:
            return None
        grant, found, as_previewed = granted
        token = Token.parse(segment)
        assert token is not None
        if not await self.storage.used_tokens.use(grant.site, await self._preview_digest(grant, token), grant.until):
            return None
        who = "as somebody unknown" if grant.visitor is None else "as somebody named"
        what = ", with settings that were not saved" if grant.planned else ""
        await self._note(Kind.PREVIEWED, found, as_previewed, self.clock.now(), detail=f"{who}{what}")
        return await sealed(self.vault, grant, KEPT, token)

    async def _asked_for(self, segment: str, caller: Caller, text: str) -> tuple[Grant, Found, Caller] | None:
        """The grant in `text` with its link and who calls then, if it is good and was not used."""
        token, now = Token.parse(segment), self.clock.now()
        grant = None if token is None else await unsealed(self.vault, text, ASKED, token, now)
        if grant is None or token is None:
            return None
        if await self.storage.used_tokens.used(grant.site, await self._preview_digest(grant, token)):
            return None
        found, as_previewed = await self._granted(grant, caller, now)
        return None if found is None else (grant, found, as_previewed)

    async def _preview_digest(self, grant: Grant, token: Token) -> bytes:
        return await self.vault.keyed_digest(token.digest, "preview", grant.site)
