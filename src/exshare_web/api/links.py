"""Links over the API: list, make, see, change, switch, rotate, renew, confirm, send, delete and explain."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from starlette.responses import Response

from exshare_core.accounts import Member
from exshare_core.api_keys import Operation
from exshare_core.attempts import Method
from exshare_core.capabilities import Capabilities
from exshare_core.errors import AdapterFailed, InvalidValue, InvalidValues, NotFound, Refused, Taken
from exshare_core.links import LabelFilter, ShareLink
from exshare_core.sharing import LinkForm
from exshare_core.sharing.standing import Shown
from exshare_core.values import (
    Address,
    LinkId,
    MemberId,
    Networks,
    People,
    network_address,
)
from exshare_web.api import bodies, models
from exshare_web.api.calls import Call, told
from exshare_web.api.declaring import AFTER, LIMIT, Done, Parameter
from exshare_web.list_queries import FILTERS, ORDER, asked
from exshare_web.visitor.request import shell

MOST = 200
"""Links or events in one answer."""

_LINK_ID = re.compile(r"[a-z0-9]{1,60}\Z")


Act = Callable[[Call, LinkId], Awaitable[Shown]]


# --- seeing ----------------------------------------------------------------------------------------------------------


async def list_links(call: Call) -> models.Links:
    """The links that the filters find, of all that the member may list; newest first unless another order is asked for."""
    wanted = await asked(filters_of(call), call.sharing, call.member)
    listed = await call.sharing.search(
        call.member, wanted.wanted, wanted.order, after=wanted.after, limit=call.number("limit", 50, MOST)
    )
    names = await call.sharing.names(call.member, {one.link.owner for one in listed.shown})
    return models.Links(links=[link_of(one, names) for one in listed.shown], next=listed.next)


async def show(call: Call) -> models.Link:
    """One link, with what Confluence says of its page now, and its address for who may see it."""
    shown = await call.sharing.look(call.member, link_named(call))
    return await _answer(call, shown, await _address(call, shown.link.id))


async def explain(call: Call) -> models.Explanation:
    """Why somebody would be let in or not (spec P9)."""
    query = call.query
    found = await call.governing.explain(
        call.member,
        link_named(call),
        address=Address.parse(query["as"]) if "as" in query else None,
        network=_network(query["from"]) if "from" in query else None,
        at=_instant(query["at"]) if "at" in query else None,
        signed_in=_method(query["signed_in"]) if "signed_in" in query else None,
    )
    gates = [
        models.GateSaid(
            stage=one.stage.name.lower(),
            effect=one.effect.name.lower(),  # type: ignore[arg-type]
            rule=one.rule,
            layers=list(one.layers),
            remedy=one.remedy,
        )
        for one in found.gates
    ]
    values = [
        models.ValueInForce(restriction=one.restriction, value=one.value, layers=list(one.layers))
        for one in found.values
    ]
    effect = found.effect.name.lower()
    return models.Explanation(effect=effect, gates=gates, values=values)  # type: ignore[arg-type]


# --- making and changing ---------------------------------------------------------------------------------------------


async def create(call: Call, wanted: models.NewLink) -> Response:
    """Make a link. With an ``Idempotency-Key``, a repeat of the same request gives the same link."""
    repeated = await call.repeated_as()
    id = None if repeated is None else LinkId(repeated)
    owner = await owner_of(call, wanted)
    try:
        shown, url = await call.sharing.create(call.member, owner, wanted.page, form_of(wanted), id=id)
    except Taken:
        if id is None:
            raise
        shown = await call.sharing.look(call.member, id)
        return _tagged(await _answer(call, shown, await _address(call, id)))
    return _tagged(await _answer(call, shown, url), 201, location=f"/api/v1/sites/{call.site}/links/{shown.link.id}")


async def owner_of(call: Call, wanted: models.NewLink) -> Member:
    """The member whose a new link is to be."""
    membership = shell(call.request).services.membership
    return call.member if wanted.owner is None else await membership.named(wanted.owner, call.site)


async def change(call: Call, changes: models.LinkChange) -> models.Link:
    """Change the settings that are sent, and leave the others as they are (RFC 7396)."""
    link, form = await changed(call, changes)
    return await _answer(call, await call.sharing.change(call.member, link, call.version, form), None)


async def changed(call: Call, changes: models.LinkChange) -> tuple[LinkId, LinkForm]:
    """The link that is named, and its form with the settings that are sent in the place of its own."""
    given = await call.body()
    known = await call.sharing.show(call.member, link_named(call))
    settings = settings_of(known.link, known.record.slug)
    now = attrs.asdict(settings)
    wanted = bodies.read(models.LinkSettings, _plain({**now, **{k: v for k, v in given.items() if k != "no_password"}}))
    has_password = known.link.wish.password_hash is not None
    keeps = has_password and wanted.password is None and not changes.no_password
    return known.link.id, attrs.evolve(form_of(wanted), keep_password=keeps)


async def enable(call: Call, wanted: models.Revival) -> models.Link:
    """Switch a link on again, under the address it had or, as one act, under a new one alone."""
    if not wanted.new_address:
        return await _answer(call, await call.sharing.enable(call.member, link_named(call)), None)
    shown, url = await call.sharing.enable_anew(call.member, link_named(call))
    return await _answer(call, shown, url)


async def rotate(call: Call, wanted: models.Rotation) -> models.Link:
    """Give a link a new address."""
    grace = timedelta(seconds=min(max(wanted.grace_seconds, -1), 10**9))
    shown, url = await call.sharing.rotate(call.member, link_named(call), grace)
    return await _answer(call, shown, url)


async def send(call: Call, wanted: models.Letter) -> models.Sent:
    """Send a link by mail, one letter each."""
    recipients = each("to", wanted.to, Address.parse)
    send = call.sharing.send_personal if wanted.personal else call.sharing.send
    letters = await send(call.member, link_named(call), recipients, wanted.note)
    return models.Sent(letters=letters)


def acting(act: Act) -> Callable[[Call], Awaitable[models.Link]]:
    """An act that takes nothing but the link, and gives it as it is afterwards."""

    async def handler(call: Call) -> models.Link:
        return await _answer(call, await act(call, link_named(call)), None)

    return handler


async def delete(call: Call) -> None:
    """Revoke a link for good."""
    await call.sharing.delete(call.member, link_named(call))


# --- from models to the core, and back -------------------------------------------------------------------------------


def form_of(settings: models.LinkSettings) -> LinkForm:
    """The form behind settings; what cannot be read is named in its `unread`."""
    unread: list[InvalidValue] = []

    def tried(read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except InvalidValues as error:
            unread.extend(error.failures)
        except InvalidValue as error:
            unread.append(error)
        return otherwise

    people, networks, labels = settings.people, settings.networks, settings.labels
    return LinkForm(
        name=settings.name,
        description=settings.description,
        slug=settings.slug,
        password=settings.password,
        people=None if people is None else tried(lambda: People.parse(people), People()),
        networks=None if networks is None else tried(lambda: Networks.parse(networks), Networks()),
        sign_in=settings.sign_in,
        sso=settings.sso,
        terms=settings.terms,
        starts_at=settings.starts_at,
        expires_at=settings.expires_at,
        max_opens=settings.max_opens,
        children=settings.children,
        whole_space=settings.whole_space,
        labels=None if labels is None else tried(lambda: LabelFilter.parse(labels), None),
        carve_outs=tuple(settings.carve_outs),
        restricted_pages=settings.restricted_pages,
        present_only=settings.present_only,
        indexing=settings.indexing,
        frame_origins=tuple(settings.frame_origins),
        leads_to=tuple(settings.leads_to),
        allow=tried(lambda: Capabilities.parse(settings.allow), Capabilities()),
        unread=tuple(unread),  # the last to be evaluated: every field above is read by now
    )


def settings_of(link: ShareLink, slug: str) -> models.LinkSettings:
    """What was asked of a link; its password is nowhere."""
    wish, scope = link.wish, link.scope
    return models.LinkSettings(
        name=link.name,
        description=link.description,
        slug=slug,
        people=None if wish.people is None else list(wish.people.entries()),
        networks=None if wish.networks is None else list(wish.networks.entries()),
        sign_in=wish.sign_in,
        sso=wish.sso,
        terms=wish.terms,
        starts_at=wish.starts_at,
        expires_at=wish.expires_at,
        max_opens=wish.max_opens,
        children=scope.children,
        whole_space=scope.whole_space,
        labels=None if scope.labels is None else scope.labels.words,
        carve_outs=sorted(scope.carve_outs),
        restricted_pages=scope.restricted_pages,
        present_only=scope.present is not None,
        indexing=wish.indexing,
        frame_origins=sorted(wish.frame_origins),
        leads_to=sorted(wish.leads_to),
        allow=list(wish.capabilities.words()),
    )


def link_of(shown: Shown, names: Mapping[MemberId, str], url: str | None = None) -> models.Link:
    """A link with its state now."""
    link = shown.link
    return models.Link(
        id=link.id,
        version=link.version,
        url=url,
        site=link.site,
        page=link.scope.root,
        space=link.scope.space,
        owner=names.get(link.owner, link.owner),
        state=shown.state,
        reason=shown.reason,
        layers=list(shown.layers),
        opens=shown.record.opens,
        ends_at=shown.ends_at,
        created_at=link.created_at,
        last_opened_at=shown.record.last_opened_at,
        changed_at=link.changed_at,
        service_identity=link.service_identity,
        has_password=link.wish.password_hash is not None,
        settings=settings_of(link, shown.record.slug),
    )


async def _address(call: Call, link: LinkId) -> str | None:
    """The full address, or None where it is not shown to this member now (spec L18)."""
    try:
        return await call.sharing.reveal(call.member, link)
    except (Refused, InvalidValue, AdapterFailed):
        return None


async def _answer(call: Call, shown: Shown, url: str | None) -> models.Link:
    names = await call.sharing.names(call.member, {shown.link.owner})
    return link_of(shown, names, url)


def _tagged(link: models.Link, status: int = 200, **headers: str) -> Response:
    return told(link, status, {"etag": f'"{link.version}"', **headers})


def link_named(call: Call) -> LinkId:
    """The link that the address names; raises NotFound for what can be no id."""
    text = call.path("link")
    if not _LINK_ID.match(text):
        raise NotFound("there is no such link on this site")
    return LinkId(text)


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as JSON has them."""
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in settings.items()}


def each(name: str, entries: Sequence[str], parse: Callable[[str], Any]) -> tuple[Any, ...]:
    """Every entry, read; raises InvalidValues with every one that cannot be."""
    good, failures = [], []
    for entry in entries:
        try:
            good.append(parse(entry))
        except InvalidValue as error:
            failures.append(InvalidValue(name, error.rule))
    if failures:
        raise InvalidValues(tuple(failures))
    return tuple(good)


def _network(text: str) -> Any:
    found = network_address(text)
    if found is None:
        raise InvalidValue("from", "must be an IP address")
    return found


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidValue("at", "must be an instant such as 2026-12-31T23:00:00Z")
    return found.astimezone(UTC)


def _method(text: str) -> Method:
    known = {one.value: one for one in Method}
    if text not in known:
        raise InvalidValue("signed_in", f"must be one of {', '.join(sorted(known))}")
    return known[text]


_EXPLAINED = (
    Parameter("as", "A mail address that the visitor has proved."),
    Parameter("signed_in", "How the visitor signed in: account, sso or signed."),
    Parameter("from", "The visitor's IP address."),
    Parameter("at", "When they come, such as 2026-12-31T23:00:00Z; now if left out."),
)


def filters_of(call: Call) -> Mapping[str, str]:
    """What the address narrows a list to; raises InvalidValues for what is there and says nothing."""
    empty = [InvalidValue(name, "is empty: leave it out") for name in FILTERS if call.query.get(name, "x") == ""]
    if empty:
        raise InvalidValues(tuple(empty))
    return call.query


async def shown_again(call: Call, shown: Shown) -> models.Link:
    """A link as it is after an act, without its address."""
    return await _answer(call, shown, None)


OPERATIONS: tuple[Done, ...] = (
    Done(
        method="GET",
        path="/links",
        summary="List links",
        needs=Operation.LINKS_READ,
        handler=list_links,
        parameters=(
            *(Parameter(name, about) for name, about in FILTERS.items()),
            Parameter("sort", ORDER),
            AFTER,
            LIMIT,
        ),
    ),
    Done(
        method="POST",
        path="/links",
        summary="Make a link",
        needs=Operation.LINKS_CREATE,
        handler=create,
        gives=(models.Link,),
        status=201,
        repeatable=True,
    ),
    Done(method="GET", path="/links/{link}", summary="See a link", needs=Operation.LINKS_READ, handler=show),
    Done(
        method="PATCH",
        path="/links/{link}",
        summary="Change a link",
        needs=Operation.LINKS_EDIT,
        handler=change,
        conditional=True,
    ),
    Done(
        method="DELETE",
        path="/links/{link}",
        summary="Delete a link",
        needs=Operation.LINKS_DELETE,
        handler=delete,
        status=204,
    ),
    *(
        Done(
            method="POST",
            path=f"/links/{{link}}/{act}",
            summary=summary,
            needs=Operation.LINKS_EDIT,
            handler=acting(handler),
        )
        for act, summary, handler in (
            ("disable", "Switch a link off", lambda call, link: call.sharing.disable(call.member, link)),
            ("renew", "Renew a link", lambda call, link: call.sharing.renew(call.member, link)),
            ("confirm", "Confirm the settings of a link", lambda call, link: call.sharing.confirm(call.member, link)),
        )
    ),
    Done(
        method="POST",
        path="/links/{link}/enable",
        summary="Switch a link on",
        needs=Operation.LINKS_EDIT,
        handler=enable,
    ),
    Done(
        method="POST",
        path="/links/{link}/rotate",
        summary="Give a link a new address",
        needs=Operation.LINKS_EDIT,
        handler=rotate,
    ),
    Done(
        method="POST",
        path="/links/{link}/send",
        summary="Send a link by mail",
        needs=Operation.LINKS_SEND,
        handler=send,
        status=202,
    ),
    Done(
        method="GET",
        path="/links/{link}/explanation",
        summary="Explain who may open a link",
        needs=Operation.LINKS_READ,
        handler=explain,
        parameters=_EXPLAINED,
    ),
)
