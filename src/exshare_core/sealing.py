"""The chain over the activity of a site, so that whoever changes, removes or reorders what happened is found out.

Rows are numbered and sealed in the order in which the sealer found them, and each seal covers the one before it. What is
hashed is documented, byte by byte and with an example, in ``docs/activity.md``; it is a stored form and never changes
without another version in its first line. Of personal fields there are two forms: a mailbox is covered as it rests,
sealed and with its digest, by the second; those without one, and rows that were sealed while mailboxes rested in clear,
by the first. Personal fields stand apart from their row, beside a random salt; the seal
holds a commitment to them under that salt, so that they can be removed and the chain stays whole. A row that has grown
too old is removed and its seal stays until all before it have gone; the last of those that went is the anchor.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum

from attrs import evolve, frozen

from exshare_core.errors import InvalidValue, printable
from exshare_core.events import Mailbox
from exshare_core.values import SiteId, instant, site_id

VERSION = b"1"
WITH_MAILBOX = b"2"
"""The version of personal fields with a sealed mailbox."""
NOTHING_BEFORE = bytes(32)
"""Stands where the first seal of a site has none before it."""

SALT_BYTES = 32

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH = re.compile(r"[0-9a-f]{64}\Z")


@frozen(slots=True)
class Personal:
    """What of an event can tell of a person, in the words that are stored, with the salt of their commitment."""

    salt: bytes
    network: str | None = None
    address: str | None = None
    """In clear, as it once rested: only to hold it against a seal of that time."""
    account: str | None = None
    mailbox: Mailbox | None = None


@frozen(slots=True)
class Row:
    """An event in the words that are stored, whether or not this version knows them."""

    site: str
    at: datetime
    kind: str
    actor: str
    link: str | None = None
    space: str | None = None
    member: str | None = None
    page: str | None = None
    detail: str = ""


@frozen(slots=True)
class Seal:
    """The number of a row in the chain of its site, and what holds it there."""

    site: SiteId
    number: int
    """From 1, without gaps."""
    at: datetime
    """When the row says that it happened."""
    commitment: bytes | None
    """To the row's personal fields; None for a row that never had any."""
    digest: bytes
    """Of the row and its commitment."""
    hash: bytes
    """Of the seal before, the number, the instant and the digest."""

    @property
    def head(self) -> Head:
        """What has to be known of it to hold the rest of the chain against it."""
        return Head(self.site, self.number, self.at, self.hash)


@frozen(slots=True)
class Head:
    """The end of a chain at some moment, to be kept where nobody who could change the database can change it."""

    site: SiteId
    number: int
    at: datetime
    hash: bytes

    def __str__(self) -> str:
        """In one word: site, number, instant and hash with slashes between."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return f"{self.site}/{self.number}/{at}/{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head behind its word; raises InvalidValue for anything else."""
        parts = text.strip().split("/")
        if len(parts) != 4 or not re.fullmatch(r"[0-9]{1,18}", parts[1]) or not _HASH.match(parts[3]):
            raise InvalidValue("head", f"`{printable(text[:60])}` is not a head as `exshare activity head` prints it")
        name = parts[0] if parts[0] == "-" else site_id(parts[0])
        return cls(SiteId(name), int(parts[1]), instant(parts[2], "head"), bytes.fromhex(parts[3]))


# --- what is hashed --------------------------------------------------------------------------------------------------


def commitment(personal: Personal) -> bytes:
    """The keyed commitment to personal fields."""
    if personal.mailbox is None:
        fields = _encoded(b"personal", personal.network, personal.address, personal.account)
    else:
        sealed, digest = personal.mailbox.sealed.hex(), personal.mailbox.digest.hex()
        fields = _encoded(b"personal", personal.network, sealed, digest, personal.account, version=WITH_MAILBOX)
    return hmac.digest(personal.salt, fields, "sha256")


def digest(row: Row, committed: bytes | None) -> bytes:
    """The digest of a row and the commitment to its personal fields."""
    return hashlib.sha256(
        _encoded(
            b"row",
            row.site,
            str(_microseconds(row.at)),
            row.kind,
            row.actor,
            row.link,
            row.space,
            row.member,
            row.page,
            row.detail,
            None if committed is None else committed.hex(),
        )
    ).digest()


def chained(before: bytes, site: str, number: int, at: datetime, of_row: bytes) -> bytes:
    """The hash of a seal after the one with the hash `before`."""
    fields = (site, str(number), str(_microseconds(at)), before.hex(), of_row.hex())
    return hashlib.sha256(_encoded(b"seal", *fields)).digest()


def _encoded(what: bytes, *fields: str | None, version: bytes = VERSION) -> bytes:
    """A first line that names what it is and the version; then each field with the number of its bytes, or ``-``."""
    parts = [b"exshare activity " + what + b" " + version + b"\n"]
    for one in fields:
        text = b"" if one is None else one.encode("utf-8")
        parts.append(b"-;" if one is None else b"%d:%b;" % (len(text), text))
    return b"".join(parts)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def sealed(site: SiteId, head: Head | None, rows: Sequence[tuple[Row, Personal | None]]) -> tuple[Seal, ...]:
    """The seals of `rows`, in their order, that follow `head`; None is a chain that has not begun."""
    number, before = (0, NOTHING_BEFORE) if head is None else (head.number, head.hash)
    seals = []
    for row, personal in rows:
        committed = None if personal is None else commitment(personal)
        of_row = digest(row, committed)
        number += 1
        before = chained(before, site, number, row.at, of_row)
        seals.append(Seal(site, number, row.at, committed, of_row, before))
    return tuple(seals)


# --- what is found out -----------------------------------------------------------------------------------------------


class Fault(Enum):
    """What is wrong with a row of the activity."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    PERSONAL = "personal field changed"
    NOT_THE_HEAD = "not what the head says"
    TOO_EARLY = "removed before its time"


@frozen(slots=True)
class Broken:
    """The first row at which a chain is not whole."""

    number: int
    fault: Fault


@frozen(slots=True)
class Link:
    """A seal with what it was made of, as far as that is still there."""

    seal: Seal
    row: Row | None
    personal: Personal | None


@frozen(slots=True)
class Verdict:
    """What a walk along the chain of one site has found until now."""

    site: SiteId
    anchor: Head | None = None
    """The last row that has gone with all before it."""
    last: Head | None = None
    """Up to where the chain is whole."""
    rows: int = 0
    """How many rows were there and as they were sealed."""
    without_personal: int = 0
    """Of how many of them the personal fields were removed."""
    broken: Broken | None = None
    unsealed: int = 0
    """How many rows wait for a seal."""
    unsealed_since: datetime | None = None
    """When the oldest of them happened."""
    strays: int = 0
    """How many rows have no seal and do not wait for one: nobody of ours has written them."""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None and not self.strays


def begun(site: SiteId, anchor: Head | None, unsealed: int = 0, unsealed_since: datetime | None = None) -> Verdict:
    """The verdict before the first step."""
    return Verdict(site, anchor, anchor, unsealed=unsealed, unsealed_since=unsealed_since)


def step(verdict: Verdict, links: Sequence[Link], gone_until: datetime, kept: Head | None = None) -> Verdict:
    """The verdict after the next links, in the order of their numbers; ends at the first that is broken.

    A row may be gone if it happened at `gone_until` or before. `kept` is a head that was kept elsewhere.
    """
    digests = {one.seal.digest for one in links}
    number, before = (0, NOTHING_BEFORE) if verdict.last is None else (verdict.last.number, verdict.last.hash)
    rows, without, last = verdict.rows, verdict.without_personal, verdict.last
    broken: Broken | None = None
    for one in links:
        number += 1
        fault = _fault(one, number, before, gone_until, digests) or _against(one.seal.head, kept)
        if fault is not None:
            broken = Broken(number, fault)
            break
        before, last = one.seal.hash, one.seal.head
        rows += one.row is not None
        without += one.row is not None and one.seal.commitment is not None and one.personal is None
    return evolve(verdict, last=last, rows=rows, without_personal=without, broken=broken)


def ended(verdict: Verdict, gone_until: datetime, kept: Head | None = None) -> Verdict:
    """The verdict after the last link: a head that was kept must lie on the chain, or have grown old with it."""
    if verdict.broken is not None or kept is None:
        return verdict
    number = 0 if verdict.last is None else verdict.last.number
    if kept.number > number:
        return evolve(verdict, broken=Broken(number + 1, Fault.MISSING))
    if verdict.anchor is not None and kept.number <= verdict.anchor.number:
        fault = _against(verdict.anchor, kept)
        if fault is None and kept.at > gone_until:
            fault = Fault.TOO_EARLY
        return verdict if fault is None else evolve(verdict, broken=Broken(kept.number, fault))
    return verdict


def _fault(one: Link, number: int, before: bytes, gone_until: datetime, digests: set[bytes]) -> Fault | None:
    seal = one.seal
    if seal.number != number:
        return Fault.MISSING
    if seal.hash != chained(before, seal.site, number, seal.at, seal.digest):
        return (
            Fault.REORDERED
            if one.row is not None and digest(one.row, seal.commitment) == seal.digest
            else Fault.CHANGED
        )
    if one.row is None:
        return Fault.MISSING if seal.at > gone_until else None
    if digest(one.row, seal.commitment) != seal.digest or one.row.at != seal.at:
        return Fault.REORDERED if _own_digest(one.row, one.personal) in digests - {seal.digest} else Fault.CHANGED
    if one.personal is not None and (seal.commitment is None or commitment(one.personal) != seal.commitment):
        return Fault.PERSONAL
    return None


def _own_digest(row: Row, personal: Personal | None) -> bytes:
    """What a row was sealed as, wherever it stood then."""
    return digest(row, None if personal is None else commitment(personal))


def _against(head: Head, kept: Head | None) -> Fault | None:
    if kept is None or head.number != kept.number or head.hash == kept.hash:
        return None
    return Fault.NOT_THE_HEAD
