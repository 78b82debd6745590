"""Links and all that goes with them, to and from database rows: one mapping for every SQL store.

``…_params`` gives the parameters that store every field of a value, ``…_of`` reads the value back from a row
or from a JSON object with the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, Row, blob, maybe_moment, moment, sealed, tree
from exshare_adapters.link_rows import link_of
from exshare_adapters.policy_rows import layers_of, switches_of
from exshare_core.attempts import Visit
from exshare_core.guessing import FORGOTTEN_AFTER, Tally
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress
from exshare_core.listings import NEVER
from exshare_core.ports import Found, LinkRecord, PendingCode, PendingDeparture, StoredProof
from exshare_core.values import ExternalAccountId, LinkId, Sealed, SiteId

# --- links ---


def address_params(address: LinkAddress) -> Params:
    """Every field of an address."""
    return {
        "digest": address.digest,
        "site": address.site,
        "link": address.link,
        "sealed": address.sealed,
        "created_at": address.created_at,
        "recipient": address.recipient,
        "slug": address.slug,
        "valid_until": address.valid_until,
        "revoked_at": address.revoked_at,
    }


def address_of(row: Row) -> LinkAddress:
    """The address in a row or a JSON object."""
    return LinkAddress(
        link=LinkId(row["link"]),
        site=SiteId(row["site"]),
        digest=blob(row["digest"]),
        sealed=sealed(row["sealed"]),
        created_at=moment(row["created_at"]),
        recipient=row["recipient"],
        slug=row["slug"],
        valid_until=maybe_moment(row["valid_until"]),
        revoked_at=maybe_moment(row["revoked_at"]),
    )


def visit_params(visit: Visit) -> Params:
    """Every field of a visit."""
    return {
        "site": visit.site,
        "id": visit.id,
        "link": visit.link,
        "session": visit.session,
        "security_version": visit.security_version,
        "began_at": visit.began_at,
        "seen_at": visit.seen_at,
    }


def visit_of(row: Row) -> Visit:
    """The visit in a row or a JSON object."""
    return Visit(
        id=row["id"],
        site=SiteId(row["site"]),
        link=LinkId(row["link"]),
        session=blob(row["session"]),
        security_version=row["security_version"],
        began_at=moment(row["began_at"]),
        seen_at=moment(row["seen_at"]),
    )


def proof_params(proof: StoredProof) -> Params:
    """Every field of a proof."""
    return {
        "site": proof.site,
        "link": proof.link,
        "session": proof.session,
        "kind": proof.kind,
        "security_version": proof.security_version,
        "proved_at": proof.proved_at,
        "address": proof.address,
        "detail": proof.detail,
        "account": proof.account,
    }


def proof_of(row: Row) -> StoredProof:
    """The proof in a row or a JSON object."""
    return StoredProof(
        kind=row["kind"],
        site=SiteId(row["site"]),
        link=LinkId(row["link"]),
        session=blob(row["session"]),
        security_version=row["security_version"],
        proved_at=moment(row["proved_at"]),
        address=sealed(row["address"]),
        detail=row["detail"],
        account=None if row["account"] is None else ExternalAccountId(row["account"]),
    )


def found_of(codec: Codec, row: Row) -> Found:
    """What one look-up by digest found."""
    visit = tree(row["visit"])
    return Found(
        link=link_of(codec, row),
        address=address_of(tree(row["address"])),
        layers=layers_of(codec, row),
        switches=switches_of(row),
        opens=row["opens"],
        proofs=tuple(proof_of(proof) for proof in tree(row["proofs"])),
        visit=None if visit is None else visit_of(visit),
    )


def found_in_order(
    codec: Codec, wanted: Sequence[tuple[bytes, bytes | None]], rows: Mapping[tuple[bytes, bytes | None], Row | None]
) -> Sequence[Found | None]:
    """What the look-ups of a batch found, in their order; each row is read once."""
    found = {key: None if row is None else found_of(codec, row) for key, row in rows.items()}
    return [found[key] for key in wanted]


def record_of(codec: Codec, row: Row) -> LinkRecord:
    """A link as its members see it, its addresses in the order in which they were stored."""
    addresses = sorted(tree(row["addresses"]), key=lambda address: int(address["seq"]))
    return LinkRecord(
        link=link_of(codec, row),
        addresses=tuple(address_of(address) for address in addresses),
        opens=row["opens"],
        layers=layers_of(codec, row),
        switches=switches_of(row),
        last_opened_at=None if (last := moment(row["last_opened_at"])) == NEVER else last,
    )


# --- departures, codes, outbox, guesses ---


def departure_params(departure: PendingDeparture) -> Params:
    """Every field of a pending departure."""
    return {
        "digest": departure.digest,
        "site": departure.site,
        "browser": departure.browser,
        "provider": departure.provider,
        "kept": departure.kept,
        "expires_at": departure.expires_at,
    }


def departure_of(row: Row) -> PendingDeparture:
    """The pending departure in a row."""
    return PendingDeparture(
        digest=blob(row["digest"]),
        site=SiteId(row["site"]),
        browser=blob(row["browser"]),
        provider=row["provider"],
        kept=Sealed(blob(row["kept"])),
        expires_at=moment(row["expires_at"]),
    )


def code_params(code: PendingCode) -> Params:
    """Every field of a pending code."""
    return {
        "site": code.site,
        "link": code.link,
        "session": code.session,
        "address_digest": code.address_digest,
        "code_digest": code.code_digest,
        "tries": code.tries,
        "expires_at": code.expires_at,
    }


def code_of(row: Row) -> PendingCode:
    """The pending code in a row."""
    return PendingCode(
        site=SiteId(row["site"]),
        link=LinkId(row["link"]),
        session=blob(row["session"]),
        address_digest=blob(row["address_digest"]),
        code_digest=blob(row["code_digest"]),
        tries=row["tries"],
        expires_at=moment(row["expires_at"]),
    )


def letter_params(letter: SealedLetter) -> Params:
    """Every field of a resting letter."""
    return {
        "id": letter.id,
        "site": letter.site,
        "sealed": letter.sealed,
        "priority": letter.priority,
        "due": letter.due,
        "expires": letter.expires,
        "tries": letter.tries,
    }


def letter_of(row: Row) -> SealedLetter:
    """The resting letter in a row."""
    return SealedLetter(
        id=row["id"],
        site=SiteId(row["site"]),
        sealed=Sealed(blob(row["sealed"])),
        priority=row["priority"],
        due=moment(row["due"]),
        expires=moment(row["expires"]),
        tries=row["tries"],
    )


def claimed(rows: Iterable[Row]) -> tuple[SealedLetter, ...]:
    """Claimed letters, most urgent first, then in the order in which they were due."""
    ordered = sorted(rows, key=lambda row: (row["priority"], moment(row["due"]), row["seq"]))
    return tuple(letter_of(row) for row in ordered)


def tally_of(row: Row | None, now: datetime) -> Tally:
    """The tally in a row; empty for none, and for one whose last wrong proof is forgotten at `now`."""
    if row is None or moment(row["last_at"]) + FORGOTTEN_AFTER <= now:
        return Tally()
    return Tally(row["failures"], moment(row["last_at"]))
