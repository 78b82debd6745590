"""Use cases of a member who does one thing to many links, and of one who first wants to know what would come of it.

Every link is judged singly, by the same use case as the single act: its rights, its layers, its page. A rehearsal is
that very use case over a storage that keeps nothing. A link that has changed since it was seen is left alone (spec L12).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, cast

from attrs import evolve, field, frozen

from exshare_core.accounts import Member
from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, InvalidValues, NotFound, Refused, StaleLink
from exshare_core.events import Event
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress, LinkState, ShareLink
from exshare_core.listings import NEWEST, Place, Wanted, narrowed
from exshare_core.ports import LinkRecord, LinkRepository, Storage
from exshare_core.sharing.changing import Sharing
from exshare_core.sharing.standing import Shown
from exshare_core.values import LinkId, MemberId, PageId, SiteId
from exshare_core.wishes import LinkForm

BATCH = 25
"""Links that are judged together."""
MOST_NAMED = 1000
"""Links that may be named singly, to be meant or to be left out."""


class Deed(Enum):
    """What can be done to many links at once."""

    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"
    TRANSFER = "transfer"
    EXPIRE = "expire"
    RENEW = "renew"


@frozen(slots=True)
class Errand:
    """What is to be done to each of the links."""

    deed: Deed
    heir: MemberId | None = None
    """Whose they become, for a transfer."""
    expires_at: datetime | None = None
    """When they end from now on; None takes the end away. For a change of the end."""

    def check(self) -> None:
        """Raise InvalidValue for what cannot be meant."""
        if (self.heir is not None) != (self.deed is Deed.TRANSFER):
            raise InvalidValue("owner", "a new owner is named for a transfer, and for nothing else")
        if self.expires_at is not None and self.deed is not Deed.EXPIRE:
            raise InvalidValue("expires", "an end is named for a change of the end, and for nothing else")


@frozen(slots=True)
class Chosen:
    """Which links are meant: those that are named, or all that a list finds but those."""

    links: Mapping[LinkId, int | None] = field(factory=dict)
    """Each with the version that was seen, where one was."""
    wanted: Wanted | None = None

    def check(self) -> None:
        """Raise InvalidValue for a choice that means nothing, or too much to name."""
        if len(self.links) > MOST_NAMED:
            raise InvalidValue("links", f"name at most {MOST_NAMED}")
        if self.wanted is None and not self.links:
            raise InvalidValue("links", "choose at least one link")


class Fate(Enum):
    """What became of one link, or would."""

    DONE = "done"
    AS_IT_WAS = "as it was"
    REFUSED = "refused"
    CHANGED = "changed meanwhile"
    UNANSWERED = "not answered"


@frozen(slots=True)
class Outcome:
    """What became of one link, with the rule behind a refusal and the layer that set it."""

    link: LinkId
    fate: Fate
    name: str = ""
    page: PageId | None = None
    rule: str = ""
    layer: str | None = None


@frozen(slots=True)
class Batch:
    """What became of a few of the links, and where the rest begins; None behind the last."""

    outcomes: tuple[Outcome, ...]
    after: Place | None


@frozen
class Bulk:
    """One thing done to many links of one site."""

    sharing: Sharing

    async def batch(
        self,
        member: Member | None,
        errand: Errand,
        chosen: Chosen,
        *,
        seen_at: datetime,
        after: Place | None = None,
        rehearse: bool = False,
        limit: int = BATCH,
    ) -> Batch:
        """Do it to the next few of the links; with `rehearse`, find out what would come of it and change nothing.

        Of a list, links that were made or changed after `seen_at` are left out or alone. What is done stays done
        whatever happens later: a link that is so already is passed, so that the whole may be done again. Raises
        InvalidValue for an errand or a choice that means nothing, and Refused for a list that `member` may not see.
        """
        errand.check()
        chosen.check()
        if chosen.wanted is None:
            return await self._named(member, errand, chosen.links, after, limit, rehearse=rehearse)
        listed = await self.sharing.search(member, narrowed(chosen.wanted, seen_at), NEWEST, after=after, limit=limit)
        outcomes = [
            _outcome(one, Fate.CHANGED)
            if one.link.changed_at > seen_at
            else await self._done(member, errand, one, one.link.version, rehearse=rehearse)
            for one in listed.shown
            if one.link.id not in chosen.links
        ]
        return Batch(tuple(outcomes), listed.after)

    async def _named(
        self,
        member: Member | None,
        errand: Errand,
        links: Mapping[LinkId, int | None],
        after: Place | None,
        limit: int,
        *,
        rehearse: bool,
    ) -> Batch:
        waiting = sorted(link for link in links if after is None or link > after.link)
        outcomes = []
        for link in waiting[:limit]:
            try:
                shown = await self.sharing.show(member, link)
            except NotFound as error:
                outcomes.append(Outcome(link, Fate.REFUSED, rule=str(error)))
                continue
            version = links[link]
            seen = shown.link.version if version is None else version
            outcomes.append(await self._done(member, errand, shown, seen, rehearse=rehearse))
        more = len(waiting) > limit
        return Batch(tuple(outcomes), Place(0, waiting[limit - 1]) if more else None)

    async def _done(
        self, member: Member | None, errand: Errand, shown: Shown, version: int, *, rehearse: bool
    ) -> Outcome:
        if shown.link.version != version:
            return _outcome(shown, Fate.CHANGED)
        if _is_so(errand, shown.link):
            return _outcome(shown, Fate.AS_IT_WAS)
        storage = cast("Storage", _Watched(self.sharing.storage, version, keeps=not rehearse))
        try:
            await _act(evolve(self.sharing, storage=storage), member, errand, shown)
        except StaleLink:
            return _outcome(shown, Fate.CHANGED)
        except AdapterFailed as error:
            return _outcome(shown, Fate.UNANSWERED, str(error))
        except (Refused, InvalidValue) as error:
            return _outcome(shown, Fate.REFUSED, *_reason(error))
        except NotFound as error:
            return _outcome(shown, Fate.REFUSED, str(error))
        return _outcome(shown, Fate.DONE)


def form_of(link: ShareLink, slug: str) -> LinkForm:
    """The form that leaves a link as it is."""
    wish, scope = link.wish, link.scope
    return LinkForm(
        name=link.name,
        description=link.description,
        slug=slug,
        keep_password=wish.password_hash is not None,
        people=wish.people,
        networks=wish.networks,
        starts_at=wish.starts_at,
        expires_at=wish.expires_at,
        max_opens=wish.max_opens,
        children=scope.children,
        whole_space=scope.whole_space,
        labels=scope.labels,
        carve_outs=tuple(sorted(scope.carve_outs)),
        restricted_pages=scope.restricted_pages,
        present_only=scope.present is not None,
        sign_in=wish.sign_in,
        sso=wish.sso,
        terms=wish.terms,
        frame_origins=tuple(sorted(wish.frame_origins)),
        indexing=wish.indexing,
        leads_to=tuple(sorted(wish.leads_to)),
        allow=wish.capabilities,
    )


async def _act(sharing: Sharing, member: Member | None, errand: Errand, shown: Shown) -> None:
    link = shown.link
    match errand.deed:
        case Deed.DISABLE:
            await sharing.disable(member, link.id)
        case Deed.ENABLE:
            await sharing.enable(member, link.id)
        case Deed.DELETE:
            await sharing.delete(member, link.id)
        case Deed.RENEW:
            await sharing.renew(member, link.id)
        case Deed.TRANSFER:
            assert errand.heir is not None
            await sharing.transfer(member, link.id, errand.heir)
        case Deed.EXPIRE:
            form = evolve(form_of(link, shown.record.slug), expires_at=errand.expires_at)
            await sharing.change(member, link.id, link.version, form)


def _is_so(errand: Errand, link: ShareLink) -> bool:
    """Whether there is nothing to do."""
    return {
        Deed.DISABLE: link.state is LinkState.DISABLED,
        Deed.ENABLE: link.state is LinkState.ACTIVE,
        Deed.DELETE: link.state is LinkState.DELETED,
        Deed.TRANSFER: link.owner == errand.heir,
        Deed.EXPIRE: link.wish.expires_at == errand.expires_at and link.state is not LinkState.DELETED,
        Deed.RENEW: False,
    }[errand.deed]


def _outcome(shown: Shown, fate: Fate, rule: str = "", layer: str | None = None) -> Outcome:
    return Outcome(shown.link.id, fate, shown.link.name, shown.link.scope.root, rule, layer)


def _reason(error: ExshareError) -> tuple[str, str | None]:
    if isinstance(error, Refused):
        return error.rule, error.layer
    failures = (
        error.failures if isinstance(error, InvalidValues) else (error,) if isinstance(error, InvalidValue) else ()
    )
    layers = dict.fromkeys(one.layer for one in failures if one.layer is not None)
    return "; ".join(one.rule for one in failures) or str(error), ", ".join(layers) or None


class _WatchedLinks:
    """Links of which one is seen in one version only, and nothing is kept where that is so wanted."""

    def __init__(self, links: LinkRepository, version: int, *, keeps: bool) -> None:
        self._links, self._version, self._keeps = links, version, keeps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._links, name)

    async def replace(
        self,
        link: ShareLink,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        addresses: Sequence[LinkAddress] = (),
    ) -> None:
        """Store the link, or find out whether it could be stored."""
        if link.version != self._version + 1:
            raise StaleLink(link.version - 1)
        if self._keeps:
            await self._links.replace(link, events, letters, addresses)
            return
        record = await self.get(link.site, link.id)
        if record is None or record.link.version != self._version:
            raise StaleLink(0 if record is None else record.link.version)

    async def get(self, site: SiteId, link: LinkId) -> LinkRecord | None:
        """The link as it is."""
        return await self._links.get(site, link)


class _Watched:
    """A storage whose links are watched; nothing else of it is written to by what is done to many links."""

    def __init__(self, storage: Storage, version: int, *, keeps: bool) -> None:
        self._storage = storage
        self.links = _WatchedLinks(storage.links, version, keeps=keeps)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)
