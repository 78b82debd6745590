"""Hypothesis strategies for the core's values: valid ones,
including those that stores and codecs like to spoil.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from exshare_core.accounts import Member, MemberSession, Way
from exshare_core.api_keys import ApiKey, Operation
from exshare_core.capabilities import LADDERS, Capabilities
from exshare_core.events import Actor, Event, Kind
from exshare_core.external_accounts import AccountSession, ExternalAccount
from exshare_core.factors import SecondFactor
from exshare_core.governance import (
    DEFAULT,
    SITE_LAYER,
    Configuration,
    Defaults,
    Held,
    Leavers,
    Loosening,
    SitePolicy,
    SpaceRules,
    configuration_layer,
    space_layer,
)
from exshare_core.letters import Letter, LetterKind, SealedLetter
from exshare_core.links import (
    LabelFilter,
    LabelMode,
    LinkAddress,
    LinkState,
    Scope,
    ShareLink,
    Switches,
    Wish,
)
from exshare_core.policy import GroupRule, Layer, Limits
from exshare_core.schemes import Granted, Grantees, Scheme
from exshare_core.values import (
    AccountId,
    Address,
    ApiKeyId,
    ExternalAccountId,
    LinkId,
    MemberId,
    Networks,
    PageId,
    People,
    Sealed,
    SiteId,
    SpaceKey,
    Subject,
)

_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]


def instants() -> SearchStrategy[datetime]:
    """Instants in UTC, to the microsecond."""
    return st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))


def ids() -> SearchStrategy[str]:
    """Ids of our own making."""
    return st.text(_ID_LETTERS, min_size=20, max_size=40)


def site_ids() -> SearchStrategy[SiteId]:
    """Names of sites."""
    return st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).map(SiteId)


def page_ids() -> SearchStrategy[PageId]:
    """Ids of pages, the longest included."""
    return st.integers(0, 9_999_999_999_999_999_999).map(str).map(PageId)


def space_keys() -> SearchStrategy[SpaceKey]:
    """Keys of spaces in upper case, personal ones included."""
    return st.from_regex(r"~?[A-Z0-9]{1,30}", fullmatch=True).map(SpaceKey)


def account_ids() -> SearchStrategy[AccountId]:
    """Account ids of Cloud and user keys of Data Center."""
    return st.text("0123456789abcdef:-", min_size=1, max_size=128).map(AccountId)


def lines(most: int = 200) -> SearchStrategy[str]:
    """One-line texts as `checked_name` lets them pass: any script, no control characters."""
    characters = st.characters(exclude_categories=["Cs"], exclude_characters=_CONTROLS)
    return st.text(characters, max_size=most).map(str.strip)


def texts(most: int = 400) -> SearchStrategy[str]:
    """Texts of several lines as `checked_description` lets them pass."""
    return st.lists(lines(most // 4), max_size=4).map("\r\n".join).map(str.strip)


def labels() -> SearchStrategy[frozenset[str]]:
    """Sets of labels in lower case."""
    return st.frozensets(st.sampled_from(["internal", "public", "draft", "größe", "a-b_c"]), max_size=4)


DOMAINS = (
    "example.com",
    "sub.example.com",
    "deep.sub.example.com",
    "example.org",
    "bücher.example",
    "xn--strae-oqa.example",
)


def addresses() -> SearchStrategy[Address]:
    """Mail addresses in few domains, so that lists meet."""
    locals_ = st.sampled_from(["ada", "Ada", "grace.hopper", "o'neil", "a+b", "x_y"])
    return st.builds("{}@{}".format, locals_, st.sampled_from(DOMAINS)).map(Address.parse)


def people_entries() -> SearchStrategy[list[str]]:
    """Lists as a person writes them: addresses, domains, domains with all below."""
    domain = st.sampled_from(DOMAINS)
    return st.lists(addresses().map(str) | domain | domain.map("*.{}".format), max_size=6)


def people() -> SearchStrategy[People]:
    """Lists of allowed people, the empty one included."""
    return people_entries().map(People.parse)


ORIGINS = ("https://a.example", "https://b.example")
"""Sites that frame links, in the form in which they are stored."""

NETWORKS = (
    "0.0.0.0/0", "192.0.2.0/24", "192.0.2.0/28", "192.0.2.7/32", "198.51.100.0/24", "203.0.113.128/25",
    "::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8::1/128", "::ffff:192.0.2.0/120",
)  # fmt: skip


def networks() -> SearchStrategy[Networks]:
    """Lists of networks that often contain one another, the empty one included."""
    return st.lists(st.sampled_from(NETWORKS), max_size=5).map(Networks.parse)


def any_networks() -> SearchStrategy[Networks]:
    """Lists of any networks."""
    single = st.ip_addresses().map(ip_network).map(str)
    return st.lists(single | st.sampled_from(NETWORKS), max_size=5).map(Networks.parse)


def _rungs() -> SearchStrategy[dict[str, int]]:
    pairs = st.sampled_from(sorted(LADDERS)).flatmap(
        lambda name: st.tuples(st.just(name), st.integers(0, len(LADDERS[name]) - 1))
    )
    return st.lists(pairs, max_size=6).map(dict)


def capabilities() -> SearchStrategy[Capabilities]:
    """Wishes for any rung of any capability."""
    return _rungs().map(lambda rungs: Capabilities(tuple(sorted((n, r) for n, r in rungs.items() if r))))


def scopes() -> SearchStrategy[Scope]:
    """What a link reaches."""
    return st.builds(
        Scope,
        root=page_ids(),
        space=space_keys(),
        children=st.booleans(),
        labels=st.none() | st.builds(LabelFilter, st.sampled_from(LabelMode), labels()),
        carve_outs=st.frozensets(page_ids(), max_size=4),
        restricted_pages=st.booleans(),
        whole_space=st.booleans(),
        present=st.none() | st.frozensets(page_ids(), max_size=4),
    )


def wishes() -> SearchStrategy[Wish]:
    """What a member asks for; absent lists and empty ones both."""
    return st.builds(
        Wish,
        capabilities=capabilities(),
        people=st.none() | people(),
        networks=st.none() | any_networks(),
        starts_at=st.none() | instants(),
        expires_at=st.none() | instants(),
        max_opens=st.none() | st.integers(1, 1_000_000),
        sign_in=st.booleans(),
        sso=st.booleans(),
        terms=st.just("") | texts(),
        frame_origins=st.frozensets(st.sampled_from(ORIGINS), max_size=2),
        indexing=st.booleans(),
        leads_to=st.frozensets(ids().map(LinkId), max_size=3),
        password_hash=st.none() | st.text("abcXYZ019$+/=,", min_size=1, max_size=120),
    )


def share_links(site: SearchStrategy[SiteId] | None = None) -> SearchStrategy[ShareLink]:
    """Share links in any state, at any version."""
    return st.builds(
        ShareLink,
        id=ids().map(LinkId),
        site=site if site is not None else site_ids(),
        scope=scopes(),
        wish=wishes(),
        owner=ids().map(MemberId),
        acts_as=account_ids(),
        created_by=ids().map(MemberId),
        created_at=instants(),
        renewed_at=instants(),
        changed_at=instants(),
        name=lines(),
        description=texts(),
        service_identity=st.booleans(),
        state=st.sampled_from(LinkState),
        version=st.integers(1, 1000),
        security_version=st.integers(1, 1000),
        renewals=st.integers(0, 100),
        confirmed_at=instants(),
    )


def sealed() -> SearchStrategy[Sealed]:
    """Sealed bytes: any bytes at all."""
    return st.binary(min_size=1, max_size=200).map(Sealed)


def link_addresses() -> SearchStrategy[LinkAddress]:
    """Addresses of links; `link` and `site` are those of nobody."""
    return st.builds(
        LinkAddress,
        link=ids().map(LinkId),
        site=site_ids(),
        digest=st.binary(min_size=32, max_size=32),
        sealed=st.none() | sealed(),
        created_at=instants(),
        recipient=st.none() | addresses().map(str),
        slug=st.just("") | st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True),
        valid_until=st.none() | instants(),
        revoked_at=st.none() | instants(),
    )


@frozen
class Stored:
    """A link with one of its addresses."""

    link: ShareLink
    address: LinkAddress


def links_with_address() -> SearchStrategy[Stored]:
    """Links together with an address that is theirs."""
    return st.builds(
        lambda link, address: Stored(link, evolve(address, link=link.id, site=link.site)),
        share_links(),
        link_addresses(),
    )


def limits() -> SearchStrategy[Limits]:
    """What a layer restricts: any restriction may be absent, and lists may be empty."""
    rules = st.builds(GroupRule, st.sampled_from(["contractors", "interns", "büro"]), _plain_limits())
    return st.builds(_with_rules, _plain_limits(), st.none() | st.frozensets(rules, max_size=2))


def few_limits() -> SearchStrategy[Limits]:
    """Limits that often restrict nothing at all: cheap to draw where many are needed."""
    return st.just(Limits()) | limits()


def _with_rules(plain: Limits, rules: frozenset[GroupRule] | None) -> Limits:
    return evolve(plain, group_rules=rules)


def _plain_limits() -> SearchStrategy[Limits]:
    def maybe(strategy: SearchStrategy[object]) -> SearchStrategy[object]:
        return st.none() | strategy

    entries = st.frozensets(st.sampled_from(["example.com", "*.example.org", "ada@example.com"]), max_size=3)
    return st.builds(
        Limits,
        capabilities=maybe(_rungs()),
        password_demanded=maybe(st.booleans()),
        expiry_demanded=maybe(st.booleans()),
        people_demanded=maybe(st.booleans()),
        sign_in_demanded=maybe(st.booleans()),
        sso_demanded=maybe(st.booleans()),
        terms=maybe(st.frozensets(st.sampled_from(["Keep it to yourself.", "Regeln:\n\n1. keine"]), max_size=2)),
        password_length=maybe(st.integers(1, 64)),
        lifetime=maybe(st.timedeltas(timedelta(seconds=1), timedelta(days=3650))),
        opens=maybe(st.integers(1, 1000)),
        people=maybe(people()),
        networks=maybe(networks()),
        blocked_people=maybe(entries),
        blocked_networks=maybe(st.frozensets(st.sampled_from(NETWORKS), max_size=3)),
        forbidden_labels=maybe(st.frozensets(st.sampled_from(["internal", "draft", "größe"]))),
        demanded_labels=maybe(st.frozensets(st.sampled_from(["public", "a-b_c"]))),
        restricted_pages=maybe(st.booleans()),
        children=maybe(st.booleans()),
        password_by_mail=maybe(st.booleans()),
        renewals=maybe(st.integers(0, 20)),
        frame_origins=maybe(st.frozensets(st.sampled_from(ORIGINS), max_size=2)),
        indexing=maybe(st.booleans()),
        external_links=maybe(st.booleans()),
        excluded_names=maybe(labels()),
    )


def layers() -> SearchStrategy[Layer]:
    """Layers under the names that the hosted service has."""
    names = st.sampled_from(["site", "configuration default", "space TEAM", "link"])
    return st.builds(Layer, names, limits())


def _names() -> SearchStrategy[str]:
    """Names of configurations, those of layers among them."""
    characters = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs"])
    return st.sampled_from(["strict", "default 2", "site", "space TEAM", "größe"]) | st.text(
        characters, min_size=1, max_size=60
    ).filter(str.isprintable)


def grantees() -> SearchStrategy[Grantees]:
    """Everyone, nobody, and anything between."""
    groups = st.frozensets(st.sampled_from(["leads", "confluence-users", "büro", "A b"]), max_size=3)
    return st.builds(
        Grantees,
        everyone=st.booleans(),
        groups=groups,
        members=st.frozensets(ids().map(MemberId), max_size=2),
    )


def schemes() -> SearchStrategy[Scheme]:
    """Schemes that grant nothing, something to nobody, or more."""
    return st.builds(Scheme, st.dictionaries(st.sampled_from(Granted), grantees(), max_size=5))


def defaults() -> SearchStrategy[Defaults]:
    """What a new link's form is filled with."""
    return st.builds(
        Defaults,
        name=st.sampled_from(["", "{space}: {page}"]) | lines(60),
        capabilities=capabilities(),
        days=st.none() | st.integers(1, 3650),
        children=st.booleans(),
    )


def site_policies(site: SearchStrategy[SiteId] | None = None) -> SearchStrategy[SitePolicy]:
    """Everything that admins can set on a site, as `check_policy` lets it pass, with layers held back."""
    names = st.frozensets(_names(), max_size=2).map(lambda more: sorted({DEFAULT, *more}))
    spaces = st.frozensets(st.sampled_from(["TEAM", "DEV"]).map(SpaceKey) | space_keys(), max_size=3).map(sorted)
    homes = site if site is not None else site_ids()
    return st.tuples(homes, names, spaces).flatmap(lambda drawn: _site_policies(*drawn))


def _site_policies(site: SiteId, configurations: list[str], spaces: list[SpaceKey]) -> SearchStrategy[SitePolicy]:
    layers = [SITE_LAYER, *map(configuration_layer, configurations), *map(space_layer, spaces)]
    late = st.frozensets(st.sampled_from(spaces or [SpaceKey("TEAM")]), max_size=1)
    anywhere = st.builds(Held, st.sampled_from(layers), few_limits(), instants(), without=late)
    somewhere = st.builds(
        Held,
        st.sampled_from([configuration_layer("gone"), configuration_layer(DEFAULT)]),
        few_limits(),
        instants(),
        st.sampled_from(spaces or [SpaceKey("TEAM")]),
    )
    rules = st.builds(
        SpaceRules,
        configuration=st.none() | st.sampled_from(configurations),
        limits=few_limits(),
        admins=grantees(),
        scheme=st.none() | schemes(),
    )
    return st.builds(
        SitePolicy,
        site=st.just(site),
        version=st.integers(1, 1000),
        limits=few_limits(),
        configurations=st.fixed_dictionaries(
            dict.fromkeys(configurations, st.builds(Configuration, few_limits(), defaults()))
        ),
        spaces=st.fixed_dictionaries(dict.fromkeys(spaces, rules)),
        scheme=st.none() | schemes(),
        loosening=st.sampled_from(Loosening),
        held=st.lists(anywhere | somewhere, max_size=3).map(tuple),
    ).flatmap(_with_leavers)


def _with_leavers(policy: SitePolicy) -> SearchStrategy[SitePolicy]:
    """The same with any choice for leavers; links that do not stop have a new owner."""
    going_on = st.builds(
        evolve,
        st.just(policy),
        leavers=st.sampled_from([Leavers.KEEP, Leavers.TRANSFER]),
        heir=ids().map(MemberId),
    )
    return st.just(policy) | going_on


def switches() -> SearchStrategy[Switches]:
    """Kill switches."""
    return st.builds(Switches, st.booleans(), st.booleans())


def members() -> SearchStrategy[Member]:
    """Members of some site, or of all."""
    return st.builds(
        Member,
        id=ids().map(MemberId),
        name=lines(100).filter(bool),
        site=st.none() | site_ids(),
        admin=st.booleans(),
        identity=st.none() | account_ids(),
        password_hash=st.none() | st.text("abcXYZ019$+/=,", min_size=1, max_size=120),
        setup_digest=st.none() | st.binary(min_size=32, max_size=32),
        setup_expires=st.none() | instants(),
        created_at=st.none() | instants(),
        disabled=st.booleans(),
        version=st.integers(1, 1000),
        factor=st.none() | second_factors(),
        subject=st.none() | st.builds(Subject, lines(200).filter(bool), lines(255).filter(bool)),
        claimed_groups=st.none() | st.frozensets(lines(100).filter(bool), max_size=4),
        address=st.none() | addresses(),
    )


def second_factors() -> SearchStrategy[SecondFactor]:
    """Second factors with some recovery codes left, or none."""
    return st.builds(
        SecondFactor,
        secret=st.binary(min_size=1, max_size=100).map(Sealed),
        step=st.integers(0, 2**33),
        recovery=st.lists(st.binary(min_size=32, max_size=32), max_size=10).map(tuple),
        since=instants(),
    )


def member_sessions() -> SearchStrategy[MemberSession]:
    """Sessions of members, alive or not."""
    return st.builds(
        MemberSession,
        digest=st.binary(min_size=32, max_size=32),
        member=ids().map(MemberId),
        began_at=instants(),
        seen_at=instants(),
        name=st.just("") | ids(),
        way=st.sampled_from(Way),
        confirmed_at=st.none() | instants(),
        network=st.none() | st.sampled_from(["192.0.2.7", "2001:db8::1"]),
    )


def external_accounts() -> SearchStrategy[ExternalAccount]:
    """External accounts, disabled or not."""
    return st.builds(
        ExternalAccount,
        id=ids().map(ExternalAccountId),
        site=site_ids(),
        digest=st.binary(min_size=32, max_size=32),
        address=sealed(),
        password_hash=st.text("abc$=,+/09", min_size=1, max_size=60),
        created_at=instants(),
        confirmed_at=instants(),
        disabled=st.booleans(),
        version=st.integers(1, 10**6),
        factor=st.none() | second_factors(),
    )


def account_sessions() -> SearchStrategy[AccountSession]:
    """Sessions of external accounts, alive or not."""
    return st.builds(
        AccountSession,
        session=st.binary(min_size=32, max_size=32),
        site=site_ids(),
        account=ids().map(ExternalAccountId),
        name=ids(),
        began_at=instants(),
        seen_at=instants(),
        network=st.none() | st.sampled_from(["192.0.2.7", "2001:db8::1"]),
    )


def events() -> SearchStrategy[Event]:
    """Events of any kind."""
    return st.builds(
        Event,
        kind=st.sampled_from(Kind),
        site=site_ids(),
        at=instants(),
        actor=st.sampled_from(Actor),
        link=st.none() | ids().map(LinkId),
        member=st.none() | ids().map(MemberId),
        page=st.none() | page_ids() | st.integers(1, 10**12).map("att{}".format),
        detail=st.sampled_from(["", "password", "address", "2 letters", "service identity"]),
        network=st.none() | st.ip_addresses().map(str),
        address=st.none() | addresses().map(str),
        account=st.none() | ids().map(ExternalAccountId),
        space=st.none() | space_keys(),
    )


def letters() -> SearchStrategy[Letter]:
    """Letters with the variables that their kind needs."""
    return st.builds(
        Letter,
        id=ids(),
        site=site_ids(),
        kind=st.sampled_from(LetterKind),
        recipient=addresses(),
        variables=st.fixed_dictionaries(
            {
                "code": st.from_regex(r"[0-9]{8}", fullmatch=True),
                "sender": lines(60).filter(lambda text: "=?" not in text),
                "link": st.just("https://share.example.com/s/token"),
                "note": texts(),
            }
        ),
        deliver=st.booleans(),
    )


def sealed_letters() -> SearchStrategy[SealedLetter]:
    """Letters as they rest in the outbox."""
    return st.builds(
        SealedLetter,
        id=ids(),
        site=site_ids(),
        sealed=sealed(),
        priority=st.integers(0, 9),
        due=instants(),
        expires=instants(),
    )


def api_keys() -> SearchStrategy[ApiKey]:
    """API keys; `site` is nobody's."""
    return st.builds(
        ApiKey,
        id=ids().map(ApiKeyId),
        site=site_ids(),
        member=ids().map(MemberId),
        name=lines(),
        digest=st.binary(min_size=32, max_size=32),
        operations=st.frozensets(st.sampled_from(Operation), max_size=4),
        created_at=instants(),
        valid_from=st.none() | instants(),
        valid_until=st.none() | instants(),
        networks=st.none() | any_networks(),
        uses=st.integers(0, 1000),
        last_used_at=st.none() | instants(),
        revoked_at=st.none() | instants(),
    )
