"""The activity, its chain and the failures, to and from database rows: one mapping for every SQL store."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exshare_adapters.columns import EPOCH, Params, Row, blob, moment, word
from exshare_core import sealing
from exshare_core.events import Actor, Event, Kind, Mailbox
from exshare_core.failures import Failure
from exshare_core.ports import ClearMailbox, Recorded, Sought, Spot, Tallied
from exshare_core.sealing import SALT_BYTES, Head, Link, Personal, Seal
from exshare_core.values import ExternalAccountId, LinkId, MemberId, Sealed, SiteId, SpaceKey

LAST_ROW = (1 << 63) - 1
"""No row has a higher number."""


def event_params(event: Event) -> Params:
    """Every field of an event; the salt of its personal fields is fresh, and None where it has none of them."""
    mailbox = event.mailbox
    personal = (event.network, mailbox, event.account) != (None, None, None)
    return {
        "site": event.site,
        "at": event.at,
        "kind": event.kind.value,
        "actor": event.actor.value,
        "link": event.link,
        "space": event.space,
        "member": event.member,
        "page": event.page,
        "detail": event.detail,
        "network": event.network,
        "mailbox": None if mailbox is None else mailbox.sealed,
        "mailbox_digest": None if mailbox is None else mailbox.digest,
        "account": event.account,
        "salt": secrets.token_bytes(SALT_BYTES) if personal else None,
    }


def event_of(row: Row) -> Event:
    """The event in a row."""
    return Event(
        kind=word(Kind, row["kind"]),
        site=SiteId(row["site"]),
        at=moment(row["at"]),
        actor=word(Actor, row["actor"]),
        link=None if row["link"] is None else LinkId(row["link"]),
        member=None if row["member"] is None else MemberId(row["member"]),
        page=row["page"],
        detail=row["detail"],
        network=row["network"],
        mailbox=mailbox_of(row),
        account=None if row["account"] is None else ExternalAccountId(row["account"]),
        space=None if row["space"] is None else SpaceKey(row["space"]),
    )


def mailbox_of(row: Row) -> Mailbox | None:
    """The mailbox in a row, as it rests."""
    if row["mailbox"] is None:
        return None
    return Mailbox(Sealed(blob(row["mailbox"])), blob(row["mailbox_digest"]))


def clear_mailbox_of(row: Row) -> ClearMailbox:
    """A mailbox in clear, and the row that it is of."""
    link = None if row["link"] is None else LinkId(row["link"])
    return ClearMailbox(row["seq"], SiteId(row["site"]), link, row["address"])


def sealed_params(sealed: Mapping[int, Mailbox]) -> list[Params]:
    """The mailboxes that take the place of clear ones, row by row."""
    return [{"seq": row, "mailbox": one.sealed, "mailbox_digest": one.digest} for row, one in sealed.items()]


# --- looking for events ----------------------------------------------------------------------------------------------

_LEADING = ("account", "mailbox", "network", "link", "member", "page")
"""What narrows a search most comes first: its index is walked, and the rest is compared row by row."""


def searches(site: SiteId, sought: Sought, after: Spot | None, limit: int) -> tuple[tuple[str, Params], ...]:
    """The statements that find it, with their parameters; of several, the rows are to be put in order together."""
    params: dict[str, Any] = {
        "site": site,
        **{name: getattr(sought, name) for name in (*_LEADING, "space")},
        "actor": None if sought.actor is None else sought.actor.value,
        "kinds": kinds_listed(sought.kinds),
        "since": sought.since,
        # A row at `before` itself does not count, whatever its number
        "before": sought.before,
        "row": 0,
        "limit": limit,
    }
    if after is not None and after.at < sought.before:
        params |= {"before": after.at, "row": after.row}
    for name in _LEADING:
        if params[name] is not None:
            return ((f"activity.by_{name}", params),)
    if sought.space is not None:
        return (("activity.by_space", params),)
    if sought.kinds:
        kinds = sorted(kind.value for kind in sought.kinds)
        return tuple(("activity.by_kind", {**params, "kind": kind}) for kind in kinds)
    return (("activity.by_site", params),)


def kinds_listed(kinds: Collection[Kind]) -> str | None:
    """The kinds in one text, each between bars; None for any kind."""
    return f"|{'|'.join(sorted(kind.value for kind in kinds))}|" if kinds else None


def recorded(rows: Iterable[Row], limit: int) -> tuple[Recorded, ...]:
    """The events in the rows of one or several statements, newest first."""
    found = [Recorded(event_of(row), Spot(moment(row["at"]), row["seq"]), row["number"]) for row in rows]
    found.sort(key=lambda one: (one.spot.at, one.spot.row), reverse=True)
    return tuple(found[:limit])


def counting(site: SiteId, sought: Sought) -> tuple[str, Params]:
    """What the statements that count it end in, and their parameters but for the kinds."""
    params: dict[str, Any] = {"site": site, "since": sought.since, "before": sought.before}
    if sought.link is not None:
        return "link", {**params, "link": sought.link, "space": sought.space}
    if sought.space is not None:
        return "space", {**params, "space": sought.space}
    return "site", params


def kinds_counted(sought: Sought) -> list[str]:
    """The kinds that are counted: all that there are, where none is named."""
    return sorted(kind.value for kind in sought.kinds or Kind)


def tallied(row: Row) -> tuple[str, Tallied]:
    """A detail, and what was counted of it."""
    return row["detail"], Tallied(row["events"], moment(row["last"]))


def day_of(row: Row) -> tuple[date, Kind, int]:
    """How many events of one kind fell on a day."""
    stored = row["day"]
    day = stored if isinstance(stored, date) else (EPOCH + timedelta(days=stored)).date()
    return day, word(Kind, row["kind"]), row["events"]


# --- the chain -------------------------------------------------------------------------------------------------------


def stored_row(row: Row) -> sealing.Row:
    """The event in the words that are stored."""
    return sealing.Row(
        row["site"],
        moment(row["at"]),
        row["kind"],
        row["actor"],
        row["link"],
        row["space"],
        row["member"],
        row["page"],
        row["detail"],
    )


def stored_personal(row: Row) -> Personal | None:
    """The personal fields beside it, where they are there."""
    if row["salt"] is None:
        return None
    return Personal(blob(row["salt"]), row["network"], None, row["account"], mailbox_of(row))


def seal_params(seal: Seal, row: int) -> Params:
    """Every field of a seal, and the row that it is of."""
    return {
        "site": seal.site,
        "number": seal.number,
        "seq": row,
        "at": seal.at,
        "commitment": seal.commitment,
        "digest": seal.digest,
        "hash": seal.hash,
    }


def head_of(row: Row | None) -> Head | None:
    """The head in a row of seals or anchors."""
    return None if row is None else Head(SiteId(row["site"]), row["number"], moment(row["at"]), blob(row["hash"]))


def head_params(head: Head) -> Params:
    """Every field of a head."""
    return {"site": head.site, "number": head.number, "at": head.at, "hash": head.hash}


def chain_link_of(row: Row) -> Link:
    """A seal with what is left of its row."""
    seal = Seal(
        SiteId(row["seal_site"]),
        row["number"],
        moment(row["seal_at"]),
        None if row["commitment"] is None else blob(row["commitment"]),
        blob(row["digest"]),
        blob(row["hash"]),
    )
    return Link(seal, None if row["seq"] is None else stored_row(row), stored_personal(row))


def strays_of(rows: Collection[Row], limit: int) -> tuple[int, Spot | None]:
    """How many of the rows are strays, and where the next ones begin."""
    last = list(rows)[-1:]
    more = len(rows) == limit
    return sum(bool(row["stray"]) for row in rows), Spot(moment(last[0]["at"]), last[0]["seq"]) if more else None


def stray_params(site: SiteId, after: Spot | None, limit: int) -> Mapping[str, str | int | datetime]:
    """Where to go on looking for strays."""
    at = datetime(1, 1, 1, tzinfo=UTC) if after is None else after.at
    return {"site": site, "at": at, "row": -1 if after is None else after.row, "limit": limit}


# --- failures --------------------------------------------------------------------------------------------------------


def failure_params(one: Failure) -> Params:
    """Every field of a failure."""
    return {
        "site": one.site,
        "minute": one.minute,
        "port": one.port,
        "operation": one.operation,
        "outcome": one.outcome,
        "count": one.count,
    }


def failure_of(row: Row) -> Failure:
    """The failure in a row."""
    site = SiteId(row["site"])
    return Failure(site, moment(row["minute"]), row["port"], row["operation"], row["outcome"], row["count"])
