"""Share links to and from database rows: one mapping for every SQL store.

What differs from link to link has columns of its own; what many links have in common rests as JSON, whose text is then
the same on all of them and is read once: a walk over every link of a site reads a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, Row, flag, maybe_moment, moment, word
from exshare_adapters.policy_rows import space_key
from exshare_core.capabilities import Capabilities
from exshare_core.links import LabelFilter, LinkState, Scope, ShareLink, Wish
from exshare_core.listings import Gate, gates_of, name_key, name_starts
from exshare_core.ports import Swept
from exshare_core.values import AccountId, LinkId, MemberId, Networks, PageId, People, SiteId, SpaceKey

PERSON, NAME = "person", "name"
"""The kinds of words that a link is found by."""


@frozen(slots=True)
class StoredScope:
    """What of a scope rests as JSON: all but the root."""

    space: SpaceKey
    """As it was written; the column beside it holds the form that compares."""
    children: bool = False
    labels: LabelFilter | None = None
    carve_outs: frozenset[PageId] = frozenset()
    restricted_pages: bool = False
    whole_space: bool = False
    present: frozenset[PageId] | None = None


@frozen(slots=True)
class StoredWish:
    """What of a wish rests as JSON: all but its instants, its number of opens and its password's hash."""

    capabilities: Capabilities = Capabilities()
    people: People | None = None
    networks: Networks | None = None
    indexing: bool = False
    leads_to: frozenset[LinkId] = frozenset()
    sign_in: bool = False
    sso: bool = False
    terms: str = ""
    frame_origins: frozenset[str] = frozenset()


def link_params(codec: Codec, link: ShareLink) -> Params:
    """Every field of a link."""
    scope, wish = link.scope, link.wish
    stored = StoredScope(
        space=scope.space,
        children=scope.children,
        labels=scope.labels,
        carve_outs=scope.carve_outs,
        restricted_pages=scope.restricted_pages,
        whole_space=scope.whole_space,
        present=scope.present,
    )
    return {
        "site": link.site,
        "id": link.id,
        "page": scope.root,
        "space": space_key(scope.space),
        "owner": link.owner,
        "state": link.state.value,
        "name": link.name,
        "description": link.description,
        "acts_as": link.acts_as,
        "service_identity": link.service_identity,
        "created_by": link.created_by,
        "created_at": link.created_at,
        "renewed_at": link.renewed_at,
        "renewals": link.renewals,
        "confirmed_at": link.confirmed_at,
        "changed_at": link.changed_at,
        "version": link.version,
        "security_version": link.security_version,
        "starts_at": wish.starts_at,
        "expires_at": wish.expires_at,
        "max_opens": wish.max_opens,
        "password_hash": wish.password_hash,
        "scope": codec.dump(stored),
        "wish": codec.dump(_stored(wish)),
        "changed_by": link.changed_by,
        **list_params(link),
    }


def list_params(link: ShareLink) -> Params:
    """What lists compare of a link and nobody else reads."""
    gates = gate_bits(gates_of(link.wish))
    return {"site": link.site, "id": link.id, "name_key": name_key(link.name), "gates": gates}


def term_params(link: ShareLink) -> tuple[Params, ...]:
    """The words that a link is found by: the entries of its list of people, and its name from each word on."""
    people = () if link.wish.people is None else link.wish.people.entries()
    terms = [*((PERSON, one) for one in people), *((NAME, one) for one in name_starts(name_key(link.name)))]
    return tuple({"site": link.site, "link": link.id, "kind": kind, "term": term} for kind, term in terms)


def gate_bits(gates: Collection[Gate]) -> int:
    """Gates as a column has them: a bit for each; nothing for none."""
    return sum(_BITS[gate] for gate in gates)


_BITS = {
    Gate.NONE: 0,
    Gate.PASSWORD: 1,
    Gate.PEOPLE: 2,
    Gate.SIGN_IN: 4,
    Gate.SSO: 8,
    Gate.TERMS: 16,
    Gate.NETWORKS: 32,
}
"""INVARIANT: stored; a gate keeps its bit for ever."""

ALL_GATES = range(64)


def _stored(wish: Wish) -> StoredWish:
    return StoredWish(
        wish.capabilities,
        wish.people,
        wish.networks,
        wish.indexing,
        wish.leads_to,
        wish.sign_in,
        wish.sso,
        wish.terms,
        wish.frame_origins,
    )


def link_of(codec: Codec, row: Row) -> ShareLink:
    """The link in a row."""
    return ShareLink(
        id=LinkId(row["id"]),
        site=SiteId(row["site"]),
        scope=_scope_of(codec, row),
        wish=_wish_of(codec, row),
        owner=MemberId(row["owner"]),
        acts_as=AccountId(row["acts_as"]),
        created_by=MemberId(row["created_by"]),
        created_at=moment(row["created_at"]),
        renewed_at=moment(row["renewed_at"]),
        renewals=row["renewals"],
        confirmed_at=moment(row["confirmed_at"]),
        changed_at=moment(row["changed_at"]),
        name=row["name"],
        description=row["description"],
        service_identity=flag(row["service_identity"]),
        state=word(LinkState, row["state"]),
        version=row["version"],
        security_version=row["security_version"],
        changed_by=None if row["changed_by"] is None else MemberId(row["changed_by"]),
    )


def _scope_of(codec: Codec, row: Row) -> Scope:
    stored = codec.shared(row["scope"], StoredScope)
    return Scope(
        root=PageId(row["page"]),
        space=stored.space,
        children=stored.children,
        labels=stored.labels,
        carve_outs=stored.carve_outs,
        restricted_pages=stored.restricted_pages,
        whole_space=stored.whole_space,
        present=stored.present,
    )


def _wish_of(codec: Codec, row: Row) -> Wish:
    stored = codec.shared(row["wish"], StoredWish)
    return Wish(
        capabilities=stored.capabilities,
        people=stored.people,
        networks=stored.networks,
        starts_at=maybe_moment(row["starts_at"]),
        expires_at=maybe_moment(row["expires_at"]),
        max_opens=row["max_opens"],
        password_hash=row["password_hash"],
        sign_in=stored.sign_in,
        sso=stored.sso,
        terms=stored.terms,
        frame_origins=stored.frame_origins,
        indexing=stored.indexing,
        leads_to=stored.leads_to,
    )


def visit_id(row: Row | None) -> str:
    """The id of the visit in a row, or nothing where there is none."""
    return "" if row is None else str(row["id"])


def swept_of(codec: Codec, row: Row) -> Swept:
    """A link as a walk over all of them sees it."""
    return Swept(link_of(codec, row), row["opens"], not flag(row["owner_out"]))
