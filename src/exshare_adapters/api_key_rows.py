"""API keys to and from database rows: one mapping for every SQL store."""

from __future__ import annotations

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, Row, blob, maybe_moment, moment
from exshare_core.api_keys import ApiKey, Operation
from exshare_core.values import ApiKeyId, MemberId, Networks, SiteId


def key_params(codec: Codec, key: ApiKey) -> Params:
    """Every field of a key."""
    return {
        "site": key.site,
        "id": key.id,
        "member": key.member,
        "name": key.name,
        "digest": key.digest,
        "operations": codec.dump(key.operations),
        "networks": None if key.networks is None else codec.dump(key.networks),
        "created_at": key.created_at,
        "valid_from": key.valid_from,
        "valid_until": key.valid_until,
        "revoked_at": key.revoked_at,
        "uses": key.uses,
        "last_used_at": key.last_used_at,
    }


def key_of(codec: Codec, row: Row) -> ApiKey:
    """The key in a row."""
    return ApiKey(
        id=ApiKeyId(row["id"]),
        site=SiteId(row["site"]),
        member=MemberId(row["member"]),
        name=row["name"],
        digest=blob(row["digest"]),
        operations=codec.load(row["operations"], frozenset[Operation]),
        created_at=moment(row["created_at"]),
        valid_from=maybe_moment(row["valid_from"]),
        valid_until=maybe_moment(row["valid_until"]),
        networks=None if row["networks"] is None else codec.load(row["networks"], Networks),
        uses=row["uses"],
        last_used_at=maybe_moment(row["last_used_at"]),
        revoked_at=maybe_moment(row["revoked_at"]),
    )
