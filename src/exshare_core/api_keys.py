"""API keys as values: programs that act for a member, within fewer operations, a span of time and some networks (spec A2).

A key is shown once, when it is made; only a digest of it is stored. It acts as its member and can do no more than that
member can, and no more than its own operations; when the member is locked out, it is worth nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from enum import Enum

from attrs import evolve, field, frozen

from exshare_core.errors import InvalidValue, InvalidValues, Refused, printable, unknown
from exshare_core.links import checked_name
from exshare_core.values import ApiKeyId, IPAddress, MemberId, Networks, SiteId, Token

PREFIX = "exshare_"
"""How every key begins, so that scanners of code and logs recognise one that leaked."""
MOST_PER_MEMBER = 50
A_MINUTE = 600
"""How many requests a key may make within a minute."""

_KEY = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{43}})\Z")


class Operation(Enum):
    """What a key may be used for; what its member may not do, it cannot do either."""

    LINKS_READ = "links:read"
    LINKS_CREATE = "links:create"
    LINKS_EDIT = "links:edit"
    LINKS_DELETE = "links:delete"
    LINKS_SEND = "links:send"
    ACTIVITY_READ = "activity:read"
    POLICY_READ = "policy:read"
    POLICY_CHANGE = "policy:change"
    MEMBERS_READ = "members:read"
    MEMBERS_CHANGE = "members:change"
    KEYS_MANAGE = "keys:manage"


@frozen(slots=True)
class ApiKey:
    """A key of one member for one site, as it is stored."""

    id: ApiKeyId
    site: SiteId
    member: MemberId
    name: str
    digest: bytes = field(repr=False)
    """SHA-256 of the secret part."""
    operations: frozenset[Operation]
    created_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    networks: Networks | None = None
    """Where it may be used from; None is everywhere."""
    uses: int = 0
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def check(self, at: datetime, network: IPAddress | None) -> None:
        """Raise Refused unless the key is good at `at` from `network`; the sentence is for who holds the key."""
        if self.revoked_at is not None:
            raise Refused("the key is revoked")
        if self.valid_from is not None and at < self.valid_from:
            raise Refused("the key is not valid yet")
        if self.valid_until is not None and at >= self.valid_until:
            raise Refused("the key is not valid any more")
        if self.networks is not None and (network is None or not self.networks.admits(network)):
            raise Refused("the key may not be used from this network")

    def allow(self, operation: Operation) -> None:
        """Raise Refused unless the key may be used for `operation`."""
        if operation not in self.operations:
            raise Refused(f"the key may not be used for {operation.value}")

    def revoked(self, at: datetime) -> ApiKey:
        """The key without any worth from `at` on."""
        return self if self.revoked_at is not None else evolve(self, revoked_at=at)


@frozen(slots=True)
class KeyForm:
    """What a member asks of a new key."""

    name: str
    operations: frozenset[Operation]
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    networks: Networks | None = None


def secret_of(text: str) -> Token | None:
    """The secret part of a key as it is sent; None for what cannot be one."""
    found = _KEY.match(text.strip())
    return None if found is None else Token(found[1])


def operations_of(words: Collection[str], name: str = "operations") -> frozenset[Operation]:
    """Operations by their words; raises InvalidValue, with `name` as the field, for one that is none."""
    known = {one.value: one for one in Operation}
    for word in words:
        if word not in known:
            raise InvalidValue(name, unknown("operation", printable(word[:60]), known))
    return frozenset(known[word] for word in words)


def check_within(form: KeyForm, key: ApiKey) -> None:
    """Raise InvalidValues for a form of a new key that could do more than `key`, or go on for longer, or elsewhere.

    A program that makes keys can only pass on what it has.
    """
    faults = []
    if beyond := sorted(one.value for one in form.operations - key.operations):
        faults.append(InvalidValue("operations", f"this key may not be used for {', '.join(beyond)} itself"))
    if key.valid_until is not None and (form.valid_until is None or form.valid_until > key.valid_until):
        faults.append(InvalidValue("valid_until", f"this key itself ends at {key.valid_until.isoformat()}"))
    if key.networks is not None and not _inside(form.networks, key.networks):
        faults.append(
            InvalidValue("networks", "this key itself may not be used from everywhere: name a part of its own")
        )
    if faults:
        raise InvalidValues(tuple(faults))


def _inside(networks: Networks | None, outer: Networks) -> bool:
    return networks is not None and networks.ranges <= networks.meet(outer).ranges


def check_key(form: KeyForm, now: datetime) -> None:
    """Raise InvalidValue for a form that names nothing, allows nothing or is never good."""
    if not checked_name(form.name):
        raise InvalidValue("name", "a key needs a name, so that you know it when you see its last use")
    if not form.operations:
        raise InvalidValue("operations", "choose at least one")
    if form.valid_until is not None and form.valid_until <= max(now, form.valid_from or now):
        raise InvalidValue("valid_until", "must be later than now, and than the beginning")
