"""How long a decision takes, beside two policy engines on an equivalent policy, in one run.

The question is the same for all three: a link that is active, not expired, opened from an allowed network, with its
password proved and by a person on its list. Rounds are interleaved, so that the machine's mood hits all alike; medians
of the rounds are printed, and their ratios, which is what counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from statistics import median
from time import process_time

from exshare_core.attempts import Attempt, Proof, ProofKind, Visit
from exshare_core.gates import decide, prepare
from exshare_core.links import LinkAddress, Scope, ShareLink, Switches, Wish
from exshare_core.policy import Layer, Limits, outer
from exshare_core.values import AccountId, Address, LinkId, MemberId, Networks, PageId, People, SiteId, SpaceKey

NOW = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
ROUNDS = 15

LAYERS = (
    Layer("site", Limits(password_demanded=True, lifetime=timedelta(days=90), people=People.parse(["example.com"]))),
    Layer("configuration default", Limits(capabilities={"attachments": 1, "comments": 0}, opens=1000)),
    Layer("space DEV", Limits(networks=Networks.parse(["203.0.113.0/24"]), forbidden_labels=frozenset({"internal"}))),
)

CEDAR = """
permit(principal, action == Action::"open", resource)
when { resource.active && context.at < resource.expires && context.network.isInRange(ip("203.0.113.0/24"))
  && context.password && context.people.contains("ada@example.com") && resource.opens < 1000 };
forbid(principal, action, resource) when { !resource.site_on };
forbid(principal, action, resource) when { !resource.space_on };
"""

CASBIN_MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.obj.active && r.sub.at < r.obj.expires && ipMatch(r.sub.network, "203.0.113.0/24") && r.sub.password && r.sub.person == "ada@example.com" && r.obj.opens < 1000 && r.obj.site_on && r.obj.space_on
"""


def our_link() -> ShareLink:
    """A link with every gate of this version."""
    return ShareLink(
        id=LinkId("link"),
        site=SiteId("acme"),
        scope=Scope(PageId("1"), SpaceKey("DEV")),
        wish=Wish(people=People.parse(["ada@example.com"]), max_opens=500, password_hash="$argon2id$"),
        owner=MemberId("owner"),
        acts_as=AccountId("account"),
        created_by=MemberId("owner"),
        created_at=NOW,
        renewed_at=NOW,
        changed_at=NOW,
    )


def ours() -> tuple[Callable[[], object], Callable[[], object], Callable[[], object]]:
    """Deciding on a prepared policy, preparing it below layers that were met before, and below layers that were not."""
    link = our_link()
    address = LinkAddress(link.id, link.site, b"digest", None, NOW)
    prepared = prepare(link, address, LAYERS, Switches())
    proofs = (
        Proof(ProofKind.PASSWORD, link.id, 1, NOW),
        Proof(ProofKind.ADDRESS, link.id, 1, NOW, Address.parse("ada@example.com")),
    )
    visit = Visit("visit", link.site, link.id, b"session", 1, NOW, NOW)
    attempt = Attempt(NOW, ip_address("203.0.113.7"), proofs, visit)

    def for_the_first_time() -> object:
        outer.cache_clear()
        return prepare(link, address, LAYERS, Switches())

    return lambda: decide(prepared, attempt), lambda: prepare(link, address, LAYERS, Switches()), for_the_first_time


def cedar() -> Callable[[], object]:
    """The same question to cedarpy, with everything prepared that it lets one prepare."""
    import cedarpy

    request = {
        "principal": 'User::"visitor"',
        "action": 'Action::"open"',
        "resource": 'Link::"link"',
        "context": {
            "at": 5,
            "network": {"__extn": {"fn": "ip", "arg": "203.0.113.7"}},
            "password": True,
            "people": ["ada@example.com"],
        },
    }
    attributes = {"active": True, "expires": 9, "opens": 1, "site_on": True, "space_on": True}
    known = [{"uid": {"type": "Link", "id": "link"}, "attrs": attributes, "parents": []}]
    entities = cedarpy.Entities.from_json_str(json.dumps(known))
    policies = cedarpy.PolicySet.from_str(CEDAR)
    answer = cedarpy.is_authorized(request, policies, entities)
    assert answer.allowed, answer.diagnostics.errors
    return lambda: cedarpy.is_authorized(request, policies, entities)


def casbin() -> Callable[[], object]:
    """The same question to casbin."""
    import casbin as engine

    class Facts:
        def __init__(self, **values: object) -> None:
            self.__dict__.update(values)

    model = engine.Model()
    model.load_model_from_text(CASBIN_MODEL)
    enforcer = engine.Enforcer(model)
    enforcer.add_policy("visitor", "link", "open")
    who = Facts(at=5, network="203.0.113.7", password=True, person="ada@example.com")
    what = Facts(active=True, expires=9, opens=1, site_on=True, space_on=True)
    assert enforcer.enforce(who, what, "open")
    return lambda: enforcer.enforce(who, what, "open")


def timed(call: Callable[[], object], times: int) -> float:
    """Seconds of processor time for one call, over `times` calls."""
    start = process_time()
    for _ in range(times):
        call()
    return (process_time() - start) / times


def main() -> None:
    """Print the table."""
    deciding, preparing, preparing_first = ours()
    contenders = [
        ("decide() on a prepared policy", deciding, 3000),
        ("prepare(), the outer layers met before", preparing, 1000),
        ("prepare(), all layers met anew", preparing_first, 500),
        ("cedarpy", cedar(), 200),
        ("casbin", casbin(), 100),
    ]
    rounds: dict[str, list[float]] = {name: [] for name, _, _ in contenders}
    for _ in range(ROUNDS):
        for name, call, times in contenders:
            rounds[name].append(timed(call, times))
    first = median(rounds["decide() on a prepared policy"])
    print(f"{'what':40} {'median':>10} {'to decide()':>12}")
    for name, figures in rounds.items():
        print(f"{name:40} {median(figures) * 1e6:8.2f} µs {median(figures) / first:11.1f}×")


if __name__ == "__main__":
    main()
