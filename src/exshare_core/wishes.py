"""What a member may ask of a link under the layers above it: every broken rule is named at once (spec G1, L13, P5).

What a link has from before is left alone even where a layer has locked it since: the wish and what comes of it are
kept apart (spec P4), and a change of the name must not cost a wish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from attrs import field, frozen
from attrs.converters import optional

from exshare_core.capabilities import LADDERS, Capabilities
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.governance import Defaults
from exshare_core.links import (
    MAX_CARVE_OUTS,
    MAX_LEADS,
    MAX_NAME,
    MAX_ORIGINS,
    LabelFilter,
    ShareLink,
    Wish,
    checked_description,
    checked_filter,
    checked_name,
    checked_opens,
    checked_slug,
    checked_terms,
    checked_times,
)
from exshare_core.passwords import LEAST, LEAST_AS_ONLY_GATE, check_password, normalised
from exshare_core.policy import Policy
from exshare_core.values import Networks, PageId, People, SpaceKey, origins, utc


@frozen(slots=True)
class LinkForm:
    """What a member fills in to make or change a link. None means "not asked for", except as `keep_password` says.

    A time without a zone is refused with InvalidValue, since it names no instant.
    """

    name: str = ""
    description: str = ""
    slug: str = ""
    """Words that stand in the address: the one thing here that every visitor sees (spec L3)."""
    password: str | None = field(default=None, repr=False)
    keep_password: bool = False
    """When changing a link: leave its password as it is; `password` must then be None."""
    people: People | None = None
    networks: Networks | None = None
    starts_at: datetime | None = field(default=None, converter=optional(utc))
    expires_at: datetime | None = field(default=None, converter=optional(utc))
    max_opens: int | None = None
    children: bool = False
    whole_space: bool = False
    """Everything in the page's space, with its home page as the root; the pages below are a part of that."""
    labels: LabelFilter | None = None
    carve_outs: tuple[str, ...] = ()
    """Ids or addresses of pages below the root that are left out, with everything below them."""
    restricted_pages: bool = False
    present_only: bool = False
    """Of the pages below, those that are there when this is chosen: what comes later stays out (spec L6)."""
    sign_in: bool = False
    """Whether visitors must sign in (spec G4)."""
    sso: bool = False
    """Whether they must sign in with an organisation; that they must sign in at all goes without saying then."""
    terms: str = ""
    """A text that visitors must accept (spec G6)."""
    frame_origins: tuple[str, ...] = ()
    """The sites whose pages may show the share in a frame, such as https://intranet.example.com (spec G10)."""
    indexing: bool = False
    """Whether search engines may find the pages; only for a link that opens for everyone, from everywhere, always."""
    leads_to: tuple[str, ...] = ()
    """Ids or addresses of other links that links in its pages may lead to (spec L10)."""
    allow: Capabilities = field(factory=Capabilities)
    unread: tuple[InvalidValue, ...] = ()
    """What could not be read of a field, by whoever read them; refused together with every other broken rule."""

    @property
    def below(self) -> bool:
        """Whether pages other than the root are asked for."""
        return self.children or self.whole_space

    def wish(self, password_hash: str | None) -> Wish:
        """The form as a link's wish, with the hash of its password."""
        return Wish(
            capabilities=self.allow,
            people=self.people,
            networks=self.networks,
            starts_at=self.starts_at,
            expires_at=self.expires_at,
            max_opens=self.max_opens,
            password_hash=password_hash,
            sign_in=self.sign_in or self.sso,
            sso=self.sso,
            terms=checked_terms(self.terms),
            frame_origins=origins(self.frame_origins),
            indexing=self.indexing,
        )


def check_form(
    form: LinkForm, outer: Policy, now: datetime, old: ShareLink | None = None, known: Iterable[str] = ()
) -> None:
    """Raise InvalidValues with every rule that `form` breaks under the layers above a link; `old` is being changed.

    `known` are further words that count for nothing in its password, such as the site's name.
    """
    broken = (
        *_tried(lambda: checked_name(form.name)),
        *_tried(lambda: checked_description(form.description)),
        *_tried(lambda: checked_slug(form.slug)),
        *_tried(lambda: checked_terms(form.terms)),
        *_password(form, outer, old, (form.name, form.slug, *known)),
        *_times(form, outer, now, old),
        *_opens(form, outer, old),
        *_below(form),
        *_frames(form, outer, old),
        *_indexing(form, outer, old),
        *_locked(form, outer, old),
        *_demanded(form, outer),
    )
    # A field that could not be read is empty here; what is said of its emptiness would only mislead.
    unread = {failure.field for failure in form.unread}
    if failures := (*form.unread, *(failure for failure in broken if failure.field not in unread)):
        raise InvalidValues(failures)


def prefilled(defaults: Defaults, outer: Policy, page: PageId, space: SpaceKey, now: datetime) -> LinkForm:
    """The form of a new link as a configuration fills it in, within what the layers allow (spec L9).

    It enforces nothing: who makes the link may empty every field of it.
    """
    limits = outer.limits
    highest = limits.capabilities or {}
    rungs = ((name, min(rung, highest.get(name, rung))) for name, rung in defaults.capabilities.rungs)
    span = None if defaults.days is None else timedelta(days=defaults.days)
    if span is not None and limits.lifetime is not None:
        span = min(span, limits.lifetime)
    named = {"space": space, "page": page, "date": f"{now:%Y-%m-%d}"}
    return LinkForm(
        name=_PLACE.sub(lambda found: named[found[1]], defaults.name)[:MAX_NAME].strip(),
        expires_at=None if span is None else now + span,
        children=defaults.children and limits.children is not False,
        allow=Capabilities(tuple((name, rung) for name, rung in rungs if rung)),
    )


_PLACE = re.compile(r"\{(space|page|date)\}")
"""What is filled into a pattern of names."""


def least_length(form: LinkForm, outer: Policy) -> int:
    """How many characters a new password must have: 15 where it is the only gate, else 8, or what a layer demands."""
    return max(_least(form), outer.limits.password_length or 0)


def setters(policy: Policy, restriction: str) -> str:
    """The layers behind a restriction, as a sentence names them."""
    return ", ".join(policy.set_by(restriction))


def _least(form: LinkForm) -> int:
    return LEAST_AS_ONLY_GATE if _only_gate(form) else LEAST


def _only_gate(asked: LinkForm | Wish) -> bool:
    """Whether a password would be all that keeps strangers out."""
    from_everywhere = asked.networks is None or asked.networks.everywhere
    return asked.people is None and from_everywhere and not (asked.sign_in or asked.sso)


def _tried(check: Callable[[], object]) -> tuple[InvalidValue, ...]:
    try:
        check()
    except InvalidValues as error:
        return error.failures
    except InvalidValue as error:
        return (error,)
    return ()


def _password(form: LinkForm, outer: Policy, old: ShareLink | None, known: Iterable[str]) -> Iterator[InvalidValue]:
    if form.password is not None:
        if form.keep_password:
            yield InvalidValue("password", "either keep the old one or set a new one")
        yield from _tried(lambda: check_password(form.password or "", _least(form), words=known))
        demanded = outer.limits.password_length or 0
        if _least(form) < demanded and len(normalised(form.password)) < demanded:
            yield InvalidValue("password", f"at least {demanded} characters", setters(outer, "password_length"))
    elif form.keep_password:
        if old is None or old.wish.password_hash is None:
            yield InvalidValue("password", "there is none that could be kept")
        elif _only_gate(form) and not _only_gate(old.wish):
            # It may have been accepted at 8 characters, which was enough beside another gate and no longer is.
            rule = f"it becomes the only gate: set a new one of at least {least_length(form, outer)} characters"
            yield InvalidValue("password", rule)


def _times(form: LinkForm, outer: Policy, now: datetime, old: ShareLink | None) -> Iterator[InvalidValue]:
    if old is not None and (form.starts_at, form.expires_at) == (old.wish.starts_at, old.wish.expires_at):
        return
    yield from _tried(lambda: checked_times(form.starts_at, form.expires_at, now))
    if outer.limits.lifetime is not None and form.expires_at is not None:
        latest = (now if old is None else old.renewed_at) + outer.limits.lifetime
        if form.expires_at > latest:
            rule = f"at the latest {latest:%Y-%m-%d %H:%M} UTC"
            yield InvalidValue("expires", rule, setters(outer, "lifetime"))


def _opens(form: LinkForm, outer: Policy, old: ShareLink | None) -> Iterator[InvalidValue]:
    if old is not None and form.max_opens == old.wish.max_opens:
        return
    yield from _tried(lambda: checked_opens(form.max_opens))
    most = outer.limits.opens
    if most is not None and form.max_opens is not None and form.max_opens > most:
        yield InvalidValue("max_opens", f"at most {most}", setters(outer, "opens"))


def _below(form: LinkForm) -> Iterator[InvalidValue]:
    """What says which of the pages below are meant needs pages below (spec L6)."""
    yield from _tried(lambda: checked_filter(form.labels))
    if len(form.carve_outs) > MAX_CARVE_OUTS:
        yield InvalidValue("carve_outs", f"at most {MAX_CARVE_OUTS} pages")
    if len(form.leads_to) > MAX_LEADS:
        yield InvalidValue("leads_to", f"at most {MAX_LEADS} links")
    if not form.below:
        if form.labels is not None:
            yield InvalidValue("labels", "without the pages below there is nothing to choose by labels")
        if form.carve_outs:
            yield InvalidValue("carve_outs", "without the pages below there is nothing to leave out")
        if form.present_only:
            yield InvalidValue("present_only", "without the pages below there is nothing that could come")
    elif form.present_only and form.whole_space:
        yield InvalidValue("present_only", "a whole space is shared as it grows: share the pages below its home page")


def _frames(form: LinkForm, outer: Policy, old: ShareLink | None) -> Iterator[InvalidValue]:
    """A link lists origins that every layer above lets frame it, or that it listed before (spec G10, P4)."""
    if len(form.frame_origins) > MAX_ORIGINS:
        yield InvalidValue("frame_origins", f"at most {MAX_ORIGINS} sites")
    if broken := tuple(_tried(lambda: origins(form.frame_origins))):
        yield from broken
        return
    allowed = outer.limits.frame_origins
    before = frozenset() if old is None else old.wish.frame_origins
    for origin in sorted(origins(form.frame_origins) - before):
        if allowed is not None and origin not in allowed:
            rule = f"{origin} may not frame links"
            yield InvalidValue("frame_origins", rule, setters(outer, "frame_origins"))


def _indexing(form: LinkForm, outer: Policy, old: ShareLink | None) -> Iterator[InvalidValue]:
    """Search engines find only what nothing stands before (spec V1)."""
    if not form.indexing:
        return
    gates = (form.people, form.networks, form.password, form.starts_at, form.expires_at, form.max_opens)
    asked = form.keep_password or form.sign_in or form.sso or form.terms
    if asked or any(gate is not None for gate in gates):
        yield InvalidValue("indexing", "search engines find only links without a password, a list, a time or a limit")
    elif not (old and old.wish.indexing):
        if outer.limits.indexing is False:
            yield InvalidValue("indexing", "search engines may not find links", setters(outer, "indexing"))
        for gate in _GATES_OF_LAYERS:
            if getattr(outer.limits, gate) not in _NO_GATE:
                yield InvalidValue("indexing", "search engines find only links without gates", setters(outer, gate))


_GATES_OF_LAYERS = ("people", "sign_in_demanded", "sso_demanded", "terms", "networks", "blocked_networks", "lifetime",
                    "opens")  # fmt: skip
"""What a layer can put before every link below it, or after it, without the link's doing."""
_NO_GATE: tuple[object, ...] = (None, False, frozenset())


def _locked(form: LinkForm, outer: Policy, old: ShareLink | None) -> Iterator[InvalidValue]:
    """What an outer layer has locked and the link did not have before (spec P4, P5)."""
    highest = outer.limits.capabilities or {}
    for name, rung in form.allow.rungs:
        before = 0 if old is None else old.wish.capabilities.rung(name)
        if rung > max(highest.get(name, rung), before):
            rule = f"{name} is limited to {LADDERS[name][highest[name]]}"
            yield InvalidValue("allow", rule, setters(outer, "capabilities"))
    if form.below and outer.limits.children is False and not (old and old.scope.children):
        name = "whole_space" if form.whole_space else "children"
        yield InvalidValue(name, "child pages are not allowed", setters(outer, "children"))
    if form.restricted_pages and outer.limits.restricted_pages is False and not (old and old.scope.restricted_pages):
        rule = "restricted pages are not allowed"
        yield InvalidValue("restricted_pages", rule, setters(outer, "restricted_pages"))


def _demanded(form: LinkForm, outer: Policy) -> Iterator[InvalidValue]:
    """What a link must have, or it would be suspended from its first moment (spec L13, P3)."""
    limits = outer.limits
    if limits.password_demanded and form.password is None and not form.keep_password:
        yield InvalidValue("password", "a password is demanded", setters(outer, "password_demanded"))
    if limits.expiry_demanded and form.expires_at is None and limits.lifetime is None:
        yield InvalidValue("expires", "an expiry is demanded", setters(outer, "expiry_demanded"))
    if limits.people_demanded and form.people is None and limits.people is None:
        yield InvalidValue("people", "a list of allowed people is demanded", setters(outer, "people_demanded"))
