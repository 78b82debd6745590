"""Use cases of admins who say how their site presents itself to visitors (spec V9)."""

from __future__ import annotations

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.branding import LONGEST_STYLES, Branding, Picture, check_branding
from exshare_core.errors import InvalidValue, InvalidValues, StaleBranding
from exshare_core.events import Actor, Event, Kind
from exshare_core.permissions import check_admin
from exshare_core.ports import Clock, Storage, StyleSheets
from exshare_core.values import SiteId


@frozen
class Presenting:
    """How one site presents itself. What visitors are shown of it is nobody's secret and asks for no right."""

    site: SiteId
    storage: Storage
    styles: StyleSheets
    clock: Clock

    async def shown(self) -> Branding:
        """How the site presents itself now."""
        return await self.storage.brandings.of_site(self.site)

    async def picture(self, digest: str) -> Picture | None:
        """A picture that some site of the deployment shows, by the digest that stands in its address."""
        return await self.storage.brandings.picture(digest)

    async def sheet(self, digest: str) -> str | None:
        """A style sheet that some site shows, likewise."""
        return await self.storage.brandings.styles(digest)

    async def branding(self, member: Member | None) -> Branding:
        """What is set, for admins of the site; raises Refused for everybody else."""
        check_admin(member, self.site)
        return await self.shown()

    async def change(self, member: Member | None, wanted: Branding) -> Branding:
        """Store how the site presents itself; the version of `wanted` is the one that was seen. Gives what is stored.

        Raises Refused for who is no admin of the site, InvalidValues with everything that may not be said, and
        StaleBranding when somebody else was first. Where nothing is different, nothing is stored.
        """
        new, seen = await self._judged(member, wanted)
        if new == seen:
            return seen
        new = evolve(new, version=seen.version + 1)
        await self.storage.brandings.replace(new, [self._event(member)])
        return new

    async def dry_run(self, member: Member | None, wanted: Branding) -> Branding:
        """What `change` would store, at the version that was seen; raises as it does, and stores nothing."""
        new, _ = await self._judged(member, wanted)
        return new

    async def _judged(self, member: Member | None, wanted: Branding) -> tuple[Branding, Branding]:
        """What would be stored, and what is."""
        check_admin(member, self.site)
        new = self._checked(evolve(wanted, site=self.site))
        seen = await self.shown()
        if seen.version != wanted.version:
            raise StaleBranding(seen.version)
        return new, seen

    def _checked(self, wanted: Branding) -> Branding:
        failures: list[InvalidValue] = []
        try:
            check_branding(wanted)
        except InvalidValues as error:
            failures += error.failures
        styles = wanted.styles
        if all(one.field != "styles" for one in failures):
            try:
                styles = self._written(wanted.styles)
            except InvalidValues as error:
                failures += error.failures
        if failures:
            raise InvalidValues(tuple(failures))
        return evolve(wanted, styles=styles)

    def _written(self, styles: str) -> str:
        """The sheet as browsers are given it, which must fit the bound as well: it comes back in the form and is sent again."""
        written = self.styles.checked(styles)
        if len(written) > LONGEST_STYLES:
            said = f"at most {LONGEST_STYLES} characters with each rule on a line of its own; these would be {len(written)}"
            raise InvalidValues((InvalidValue("styles", said),))
        return written

    def _event(self, member: Member | None) -> Event:
        actor = Actor.OPERATOR if member is None else Actor.MEMBER
        return Event(
            Kind.BRANDING_CHANGED, self.site, self.clock.now(), actor, member=None if member is None else member.id
        )
