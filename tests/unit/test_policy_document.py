"""Policy as data: one document of all that is set, exact in both directions, and refused in words when it is wrong (P10)."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from exshare_core import spans
from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.governance import (
    DEFAULT,
    Configuration,
    Defaults,
    Held,
    Leavers,
    Loosening,
    SitePolicy,
    SpaceRules,
    check_policy,
)
from exshare_core.policy import MEETS, GroupRule, Limits
from exshare_core.policy_document import LARGEST_DOCUMENT, MOST_FAULTS, read_policy, write_policy
from exshare_core.policy_keys import GRANTS, LIMITS
from exshare_core.schemes import EVERYONE, NOBODY, Granted, Grantees, Scheme
from exshare_core.testing import strategies
from exshare_core.testing.samples import NOW
from exshare_core.values import MemberId, Networks, People, SiteId, SpaceKey

EMPTY = SitePolicy(SiteId("acme"), version=7)

DOCUMENT = """\
loosening = "restore"
leavers = "transfer"
heir = "m7"

[site]
capabilities = ["attachments=view", "comments=off", "labels"]
password_demanded = true
lifetime = "30 days"
opens = 100
people = ["ADA@Example.com", "example.org", "*.example.net"]
networks = ["192.0.2.0/24"]
forbidden_labels = ["Internal"]
frame_origins = ["https://intranet.example.com"]

[[site.group_rules]]
group = "contractors"
lifetime = "1 week"

[scheme]
create = ["group:leads", "member:ada"]
view-own-on-page = ["everyone"]
delete-others = []

[configurations.default]
children = false

[configurations.default.defaults]
name = "{space}: {page}"
capabilities = ["labels"]
days = 14
children = true

[configurations."for partners"]

[spaces.team]
configuration = "for partners"
admins = ["group:leads"]
password_length = 15

[spaces.team.scheme]
create = ["everyone"]
"""

MEANT = SitePolicy(
    SiteId("acme"),
    version=7,
    limits=Limits(
        capabilities={"attachments": 1, "comments": 0, "labels": 1},
        password_demanded=True,
        lifetime=timedelta(days=30),
        opens=100,
        people=People.parse(["ada@example.com", "example.org", "*.example.net"]),
        networks=Networks.parse(["192.0.2.0/24"]),
        forbidden_labels=frozenset({"internal"}),
        frame_origins=frozenset({"https://intranet.example.com"}),
        group_rules=frozenset({GroupRule("contractors", Limits(lifetime=timedelta(days=7)))}),
    ),
    configurations={
        DEFAULT: Configuration(
            Limits(children=False),
            Defaults("{space}: {page}", Capabilities((("labels", 1),)), 14, children=True),
        ),
        "for partners": Configuration(),
    },
    spaces={
        SpaceKey("TEAM"): SpaceRules(
            "for partners",
            Limits(password_length=15),
            Grantees(groups=frozenset({"leads"})),
            Scheme({Granted.CREATE: EVERYONE}),
        )
    },
    scheme=Scheme(
        {
            Granted.CREATE: Grantees(False, frozenset({"leads"}), frozenset({MemberId("ada")})),
            Granted.VIEW_OWN: EVERYONE,
            Granted.DELETE_OTHERS: NOBODY,
        }
    ),
    loosening=Loosening.RESTORE,
    leavers=Leavers.TRANSFER,
    heir=MemberId("m7"),
)


def failures(document: str) -> list[str]:
    """What is said of a document, line by line."""
    with pytest.raises(InvalidValue) as refused:
        read_policy(document, EMPTY)
    error = refused.value
    return [str(one) for one in (error.failures if isinstance(error, InvalidValues) else (error,))]


# --- both directions -------------------------------------------------------------------------------------------


def test_a_document_means_what_a_person_would_read_in_it() -> None:
    """P10: values are written as people write them, and mean the values of the core."""
    assert MEANT == read_policy(DOCUMENT, EMPTY)


def test_a_policy_written_and_read_is_itself() -> None:
    """P10: nothing is lost on the way out and back."""
    assert MEANT == read_policy(write_policy(MEANT), EMPTY)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(strategies.site_policies())
@example(MEANT)
@example(EMPTY)
def test_export_import_export_is_the_identity(policy: SitePolicy) -> None:
    """P10: reading what was written gives the same policy, and writing that the same bytes."""
    check_policy(policy)
    written = write_policy(policy)
    again = read_policy(written, policy)

    assert policy == again
    assert written == write_policy(again)


def test_the_order_in_which_things_were_set_does_not_show() -> None:
    """P10: equal policies give equal bytes, however their mappings and lists came about."""
    backwards = evolve(
        MEANT,
        configurations=dict(reversed(list(MEANT.configurations.items()))),
        scheme=Scheme(dict(reversed(list(MEANT.scheme.grants.items())))) if MEANT.scheme else None,
        limits=evolve(MEANT.limits, capabilities=dict(reversed(list((MEANT.limits.capabilities or {}).items())))),
    )

    assert write_policy(MEANT) == write_policy(backwards)


def test_version_and_what_is_held_back_are_no_part_of_it() -> None:
    """P4, P10: they follow from changes; a document neither shows nor sets them."""
    held = (Held("site", Limits(opens=1), NOW),)
    other = evolve(MEANT, version=9, held=held)

    assert write_policy(MEANT) == write_policy(other)
    assert (9, held) == (read_policy(DOCUMENT, other).version, read_policy(DOCUMENT, other).held)


def test_every_key_that_is_written_says_what_it_does() -> None:
    """P10: the line before each key is a comment."""
    lines = write_policy(MEANT).splitlines()
    keys = [at for at, line in enumerate(lines) if " = " in line and not line.startswith(("#", " "))]

    assert keys
    assert all(lines[at - 1].startswith("# ") for at in keys)


def test_every_restriction_and_every_right_has_a_key() -> None:
    """P10: what can be set can be written; rules for groups are tables."""
    assert [*(key.name for key in LIMITS), "group_rules"] == list(MEETS)
    assert [one.value for one in Granted] == [key.name for key in GRANTS]


def test_an_absent_scheme_and_an_empty_one_stay_apart() -> None:
    """R1, R2: an empty table of rights is nobody; no table is the rule without a scheme."""
    assert read_policy("", EMPTY).scheme is None
    assert Scheme() == read_policy("[scheme]", EMPTY).scheme


def test_an_absent_list_and_an_empty_one_stay_apart() -> None:
    """P1: an empty list is nobody, an absent one everybody."""
    assert People() == read_policy("[site]\npeople = []", EMPTY).limits.people
    assert read_policy("[site]", EMPTY).limits.people is None


def test_an_empty_document_sets_nothing_at_all() -> None:
    """P10: a document replaces everything; what it does not name is not set."""
    assert EMPTY == read_policy("", evolve(MEANT, loosening=Loosening.CONFIRM))


@pytest.mark.parametrize("text", ['leavers = "keep"', 'heir = "m7"', 'leavers = "stop"\nheir = "m7"'])
def test_links_that_go_on_have_a_new_owner_and_only_those(text: str) -> None:
    """L15: a choice without the member that it needs, or a member that nothing needs, is refused."""
    with pytest.raises(InvalidValue, match="need a new one, and only those do"):
        read_policy(text, EMPTY)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
@example('"; drop = "table')
@example("\u202egnp.exe")
@example("a\nb = 1")
@example("\x00\x1b[31m\x7f\u2028")
@example("𐏿\U000e0001")
def test_no_name_breaks_out_of_its_quotation_marks(name: str) -> None:
    """P10: any group name comes back as it is, and nothing of it is shown that could turn the line around."""
    policy = evolve(EMPTY, scheme=Scheme({Granted.CREATE: Grantees(groups=frozenset({name}))}))
    assume(name.strip())
    written = write_policy(policy)

    assert [f"group:{name}"] == tomllib.loads(written)["scheme"]["create"]
    assert all(char.isprintable() or char == "\n" for char in written)


def test_a_broken_character_cannot_be_written() -> None:
    """P10: half a character has no form in any document; that is said instead of writing it wrong."""
    policy = evolve(EMPTY, scheme=Scheme({Granted.CREATE: Grantees(groups=frozenset({"\ud800"}))}))
    with pytest.raises(InvalidValue, match="broken characters"):
        write_policy(policy)


# --- what is wrong with a document -----------------------------------------------------------------------------

WRONG: list[tuple[str, list[str]]] = [
    ("lossening = 'x'", ["lossening: there is no key `lossening`; known: configurations, heir, leavers, loosening, scheme, site, spaces; did you mean `loosening`?"]),
    ("loosening = 'maybe'", ["loosening: there is no way of loosening `maybe`; known: confirm, restore"]),
    ("leavers = 'gone'", ["leavers: there is no choice for leavers `gone`; known: keep, stop, transfer"]),
    ("heir = 3", ["heir: must be a text in quotation marks"]),
    ("loosening = 3", ["loosening: must be a text in quotation marks"]),
    ("site = 3", ["site: must be a table: [site]"]),
    ("[[site]]", ["site: must be a table: [site]"]),
    ("configurations = []", ["configurations: must be a table: [configurations]"]),
    ("[site]\npassword_demanded = 1", ["site.password_demanded: must be `true` or `false`"]),
    ("[site]\npassword_demanded = 'yes'", ["site.password_demanded: must be `true` or `false`"]),
    ("[site]\nopens = true", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nopens = 1.0", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nopens = nan", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nopens = inf", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nopens = -1", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nopens = 99999999999999999999", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nopens = 2026-01-01", ["site.opens: must be a whole number from 0 to 1000000"]),
    ("[site]\nlifetime = 30", ["site.lifetime: must be a text in quotation marks"]),
    ("[site]\nlifetime = '30'", ["site.lifetime: `30` is not a span of time such as `30 days` or `1 day 12 hours`"]),
    ("[site]\nlifetime = '-1 day'", ["site.lifetime: `-1 day` is not a span of time such as `30 days` or `1 day 12 hours`"]),
    ("[site]\nlifetime = '999999 days'", ["site.lifetime: `999999 days` is longer than a hundred years"]),
    ("[site]\npeople = 'example.com'", ["site.people: must be a list of texts in square brackets"]),
    ("[site]\npeople = [1]", ["site.people: must be a text in quotation marks"]),
    ("[site]\npeople = [['a.example']]", ["site.people: must be a text in quotation marks"]),
    ("[site]\npeople = ['not a domain']", ["site.people: `not a domain` is not a full domain name"]),
    ("[site]\nnetworks = ['192.0.2.1/24']", ["site.networks: `192.0.2.1/24` is not a network such as 192.0.2.0/24"]),
    ("[site]\nblocked_networks = ['here']", ["site.blocked_networks: `here` is not a network such as 192.0.2.0/24"]),
    ("[site]\nforbidden_labels = ['two words']", ["site.forbidden_labels: `two words` is not a label"]),
    ("[site]\nframe_origins = ['javascript:alert(1)']", ["site.frame_origins: `javascript:alert(1)` is not an origin such as https://intranet.example.com"]),
    ("[site]\ncapabilities = ['fly']", ["site.capabilities: there is no capability `fly`; known: attachments, comments, confluence-links, edit, history, includes, labels, names, old-versions, pdf, search, status, watch"]),
    ("[site]\ncapabilities = ['comments=shout']", ["site.capabilities: `comments=shout`: comments takes off, view, add"]),
    ("[site]\ncapabilities = ['comments']", ["site.capabilities: `comments`: comments takes off, view, add"]),
    ("[site]\ncapabilities = ['edit=off', 'edit=on']", ["site.capabilities: edit is named twice"]),
    ("[scheme]\ncreate = ['leads']", ["scheme.create: `leads` means nobody; write `everyone`, `group:…` or `member:…`"]),
    ("[scheme]\ncreate = ['group:']", ["scheme.create: `group:` means nobody; write `everyone`, `group:…` or `member:…`"]),
    ("[scheme]\ncraete = []", ["scheme.craete: there is no key `craete`; known: create, delete-others, delete-own, edit-others, edit-own, send-others, send-own, view-all-in-space, view-all-on-page, view-own-on-page; did you mean `create`?"]),
    ("site.group_rules = 'x'", ["site.group_rules: must be tables: [[site.group_rules]]"]),
    ("[[site.group_rules]]\nopens = 1", ["site.group_rules.group: must be a text in quotation marks", "site.group_rules.group: a rule needs the name of a group"]),
    ("[configurations.default.defaults]\ndays = 0", ["configurations.default.defaults.days: must be a number of days from 1 to 36525"]),
    ("[configurations.default]\n[spaces.team]\n[spaces.TEAM]", ["spaces.TEAM: this space is named twice"]),
    ("[configurations.default]\n[spaces.TEAM]\nconfiguration = 'gone'", ["spaces: the space TEAM is assigned to the configuration `gone`, which is not there"]),
    ("[configurations.default]\n[site]\npassword_length = 300", ["site: password_length: from 1 to 256"]),
    ("[configurations.default]\n[site]\nforbidden_labels = ['a']\ndemanded_labels = ['a']", ["site: labels: `a` is both forbidden and demanded"]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "said"), WRONG)
def test_what_is_wrong_is_said_at_its_key(document: str, said: list[str]) -> None:
    """P10: a document of wrong keys, types or values is refused in words, by the place where they stand."""
    assert said == failures(document)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """P10: who mends a document learns of every fault of it in one go."""
    document = "[site]\nopens = 'x'\npeeple = []\n[scheme]\ncreate = 1\n[spaces.TEAM]\nchildren = 0"

    assert ["site.opens", "site.peeple", "scheme.create", "spaces.TEAM.children"] == sorted(
        (line.partition(":")[0] for line in failures(document)),
        key=["site.opens", "site.peeple", "scheme.create", "spaces.TEAM.children"].index,
    )


HOSTILE = {
    "no TOML": "]]]]",
    "nested lists": "x = " + "[" * 100_000,
    "nested tables": "x = " + "{a=" * 50_000,
    "dotted keys": "a" + ".a" * 100_000 + " = 1",
    "dotted keys in quotation marks": "a" + ' . "a"' * 100_000 + " = 1",
    "a dotted table": "[a" + ".'a'" * 100_000 + "]",
    "many unknown keys": "\n".join(f"a{number} = 1" for number in range(50_000)),
    "a number without end": "x = " + "9" * 100_000,
    "a byte order mark": "\ufeff[site]",
    "nul": "[site]\npeople = ['\x00']",
    "a key twice": "[site]\nopens = 1\nopens = 2",
    "a table twice": "[site]\n[site]",
    "too large": "#" * (LARGEST_DOCUMENT + 1),
    "a long text": "[scheme]\ncreate = ['group:" + "x" * 501 + "']",
    "a long list": "[site]\npeople = [" + "'a.example'," * 10_001 + "]",
    "an escape of a terminal": "[site]\n'\\u001b[2J' = 1",
    "an escape in a key": '[site]\n"\\u001b[2J" = 1',
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents_are_refused_in_words(document: str) -> None:
    """P10: depth, size, broken syntax and control characters end in a short sentence that a terminal can show."""
    lines = failures(document)

    assert len(lines) <= MOST_FAULTS
    for line in lines:
        assert len(line) < 700
        assert line.isprintable()


@settings(max_examples=300)
@given(st.text(max_size=300) | st.lists(st.sampled_from(DOCUMENT.split()), max_size=40).map(" ".join))
def test_no_document_does_worse_than_being_refused(document: str) -> None:
    """P10: whatever comes in is a policy that may be stored, or InvalidValue."""
    try:
        policy = read_policy(document, EMPTY)
    except InvalidValue:
        return
    check_policy(policy)


# --- spans of time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30 days", timedelta(days=30)),
        ("1 day", timedelta(days=1)),
        ("2 weeks", timedelta(days=14)),
        ("1 day 12 hours", timedelta(hours=36)),
        ("90 minutes", timedelta(minutes=90)),
        ("0.5 seconds", timedelta(milliseconds=500)),
        ("  3days  ", timedelta(days=3)),
    ],
)
def test_spans_are_read_as_people_write_them(text: str, span: timedelta) -> None:
    """P10: days, hours, minutes, seconds and weeks, alone or together."""
    assert span == spans.span(text)


@pytest.mark.parametrize(
    "text", ["", "days", "1", "1 month", "1 day,", "1e3 days", "١ day", "-1 day", "1 day 12", "P30D"]
)
def test_other_spans_are_refused(text: str) -> None:
    """P10: what could be read in two ways is not read at all."""
    with pytest.raises(InvalidValue, match="is not a span of time"):
        spans.span(text)


@given(st.timedeltas(timedelta(0), timedelta(days=36525)))
def test_a_span_comes_back_exactly(span: timedelta) -> None:
    """P10: to the microsecond."""
    assert span == spans.span(spans.written(span))


# --- the page about it -----------------------------------------------------------------------------------------


def test_the_page_on_policy_documents_every_key_as_it_is() -> None:
    """P10: the tables of the page hold each key with its value and its sentence, and its example is a document."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    rows = [f"| `{key.name}` | {key.kind} | {key.says} |" for key in LIMITS]
    rows += [f"| `{key.name}` | {key.says} |" for key in GRANTS]
    example_of_page = page.partition("```toml\n")[2].partition("```")[0]

    assert [] == [row for row in rows if row not in page.splitlines()]
    assert {SpaceKey("TEAM")} == set(read_policy(example_of_page, EMPTY).spaces)
