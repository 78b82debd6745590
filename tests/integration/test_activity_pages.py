"""The pages of what happened: filters, charts, exports, verification and failures, in a browser without scripts (M4, M9)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exshare_core.errors import Busy
from exshare_core.events import Actor, Kind
from exshare_core.failures import failure
from exshare_core.links import LinkState
from exshare_core.mailboxes import kept
from exshare_core.ports import Sought
from exshare_core.testing.samples import an_event
from exshare_core.values import Address, MemberId
from tests.integration.guests import ADA, joined
from tests.integration.members import LINKS, Seat, an_admin, forms_of, words_of
from tests.integration.shell import SITE, Made, Shell, run

ACTIVITY = f"/manage/{SITE}/activity"
NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)
EVE = "eve@partner.example"


class Past:
    """A service with two links and a few things that happened to them."""

    def __init__(self) -> None:
        self.shell = Shell()
        self.shell.clock.set(NOW)
        self.first, self.second = self.shell.make_link(name="For partners"), self.shell.make_link(name="=1+1")
        self.admin, self.owner = an_admin(self.shell), Seat.of(self.shell)
        self.happened(self.first, Kind.OPENED, hours=1, network="192.0.2.7", who=EVE)
        self.happened(self.first, Kind.VIEWED, hours=2, network="192.0.2.7")
        self.happened(self.first, Kind.WRONG_PASSWORD, days=3, network="2001:db8::9")
        self.happened(self.second, Kind.VIEWED, days=1, page="20")

    def happened(self, made: Made, kind: Kind, page: str = "10", **more: Any) -> None:
        """Something that a visitor did some time ago."""
        ago = timedelta(**{name: more.pop(name) for name in ("days", "hours") if name in more})
        record = run(self.shell.storage.links.get(SITE, made.id))
        assert record is not None
        if who := more.pop("who", None):
            more["mailbox"] = run(kept(self.shell.vault, Address.parse(who), SITE, made.id))
        event = an_event(
            record.link, kind, at=NOW - ago, actor=Actor.VISITOR, page=page, space="TEAM", **{"member": None, **more}
        )
        run(self.shell.storage.activity.append([event]))

    def states(self) -> list[LinkState | None]:
        """How the two links are now."""
        records = [run(self.shell.storage.links.get(SITE, one.id)) for one in (self.first, self.second)]
        return [None if one is None else one.link.state for one in records]

    def rows(self, query: str = "", seat: Seat | None = None) -> list[str]:
        """The kinds that a page lists, newest first, of those that visitors bring about."""
        page = (seat or self.admin).client.get(f"{ACTIVITY}?{query}")
        assert page.status_code == 200, page.text
        kinds = re.findall(r'data-label="What"><span>([^<]+?)(?: <|<)', page.text)
        return [kind for kind in kinds if kind in ("opened", "viewed", "wrong password")]


@pytest.fixture(scope="module")
def past() -> Past:
    """One past for all tests; none of them changes it."""
    return Past()


FILTERS = [
    ("", ["opened", "viewed", "viewed", "wrong password"]),
    ("visitor=EVE%40Partner.Example", ["opened"]),
    ("visitor=ve%40partner.example", []),
    ("what=visits", ["opened", "viewed", "viewed"]),
    ("what=wrong+password", ["wrong password"]),
    ("actor=visitor", ["opened", "viewed", "viewed", "wrong password"]),
    ("actor=operator", []),
    ("network=192.0.2.7", ["opened", "viewed"]),
    ("network=2001:0db8:0:0::9", ["wrong password"]),
    (f"visitor={EVE}", ["opened"]),
    ("page=20", ["viewed"]),
    ("space=team", ["opened", "viewed", "viewed", "wrong password"]),
    ("space=OTHER", []),
    ("since=2026-05-15", ["opened", "viewed"]),
    ("since=2026-05-15T11:00", ["opened"]),
    ("until=2026-05-14", ["viewed", "wrong password"]),
    ("until=0001-01-01", []),
    ("since=9999-12-31T23:59&until=0001-01-05", []),
    ("until=9999-12-31T23:59", ["opened", "viewed", "viewed", "wrong password"]),
    ("until=2026-05-15T11:00&what=visits", ["viewed", "viewed"]),
    ("member=nobody+of+this+name", None),
    ("link={first}", ["opened", "viewed", "wrong password"]),
    ("link={first}&what=gates", ["wrong password"]),
]


@pytest.mark.parametrize(("query", "expected"), [one for one in FILTERS if one[1] is not None])
def test_the_list_is_narrowed_by_everything_that_is_asked(past: Past, query: str, expected: list[str]) -> None:
    """M4: by kind, topic, actor, network, visitor, page, space, link and time in UTC, without a script."""
    assert expected == past.rows(query.format(first=past.first.id))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("what=nonsense", "what"),
        ("member=nobody+of+this+name", "member"),
        ("network=home", "network"),
        ("visitor=a%40", "visitor"),
        ("since=yesterday", "since"),
        ("page=../1", "page"),
        ("actor=god", "actor"),
        ("after=x", "after"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(past: Past, query: str, field: str) -> None:
    """The page says so with status 400, keeps what was typed, and shows the rest unfiltered."""
    page = past.admin.client.get(f"{ACTIVITY}?{query}")

    assert 400 == page.status_code
    assert "makes no sense" in page.text
    assert field == "after" or f'id="{field}-error"' in page.text or field in ("what", "actor")


def test_an_owner_sees_who_and_not_from_where(past: Past) -> None:
    """The mailbox that opened their link is shown to them; networks are for admins, and cannot be asked for."""
    query = f"link={past.first.id}"
    page = past.owner.client.get(f"{ACTIVITY}?{query}")

    assert 200 == page.status_code
    assert EVE in page.text
    assert "192.0.2.7" not in page.text
    assert 403 == past.owner.client.get(f"{ACTIVITY}?{query}&network=192.0.2.7").status_code
    assert "192.0.2.7" in past.admin.client.get(f"{ACTIVITY}?{query}").text


def test_members_are_told_by_name() -> None:
    """Who did it and whom it concerned stand there by name; one who is not known any more by id, with a word."""
    past = Past()
    gone = MemberId("fedcba9876543210fedcba9876543210")
    owner = past.shell.owner.id
    for member, detail in ((owner, f"owner {owner}"), (gone, f"owner {gone}")):
        past.happened(past.first, Kind.LINK_HANDED_OVER, member=member, detail=detail)
    page = words_of(past.admin.client.get(f"{ACTIVITY}?what=link+handed+over"))
    beside = words_of(past.admin.client.get(f"{LINKS}/{past.first.id}"))
    rows = past.admin.client.get(f"{ACTIVITY}.json?what=link+handed+over").json()

    assert "link handed over owner ada ada" in page
    assert f"link handed over owner {gone} {gone} (gone)" in page
    assert "owner ada" in beside
    assert {("ada", f"owner {owner}"), (gone, f"owner {gone}")} == {(one["member"], one["detail"]) for one in rows}


def test_the_page_of_a_link_leads_to_its_activity(past: Past) -> None:
    """The last events stand on the link's page, without networks for its owner, and all of it is a click away."""
    page = past.owner.client.get(f"{LINKS}/{past.first.id}")

    assert f'href="{ACTIVITY}?link={past.first.id}"' in page.text
    assert "192.0.2.7" not in page.text
    assert 'data-label="From"' not in page.text
    assert ">From</th>" not in page.text
    assert 'data-label="From">192.0.2.7' in past.admin.client.get(f"{LINKS}/{past.first.id}").text


def test_the_links_that_served_a_page_are_switched_off_together() -> None:
    """M8: from who was served a page, a button leads to what would come of switching all these links off, and on to it;
    admins of the site are given the head of the chain beside the export.
    """
    past = Past()
    past.happened(past.second, Kind.VIEWED, hours=3)
    while run(past.shell.storage.chain.seal(SITE)):
        pass
    page = past.admin.client.get(f"{ACTIVITY}?what=visits&page=10")
    form = {name: values[0] for name, values in forms_of(page)[f"/manage/{SITE}/bulk"].items()}
    rehearsed = past.admin.client.post(f"/manage/{SITE}/bulk", data=form)
    before = past.states()
    done = past.admin.client.post(f"/manage/{SITE}/bulk/do", data=form)

    assert {past.first.id, past.second.id} == set(form["link"].split())
    assert str(run(past.shell.storage.chain.stands(SITE)).head) in words_of(page)
    assert "2 links served this page as asked." in words_of(page)
    assert (200, 200) == (rehearsed.status_code, done.status_code)
    assert [LinkState.ACTIVE] * 2 == before
    assert [LinkState.DISABLED] * 2 == past.states()
    assert "/bulk" not in past.admin.client.get(f"{ACTIVITY}?what=visits").text


def test_charts_are_pictures_with_words_and_a_table(past: Past) -> None:
    """A picture has a title, a description and labels; a table has the same numbers; no style stands inline (AA, V1)."""
    page = past.admin.client.get(f"{ACTIVITY}?days=7")
    words = words_of(page)

    assert re.search(r'<svg[^>]* role="img" aria-labelledby="chart-title chart-description"', page.text)
    assert "From 9 May to 15 May: once opened, 2 pages shown. The busiest day was 15 May" in words
    assert "2026-05-15 1 1" in words
    assert "For partners 1 1" in words
    assert "style=" not in page.text


def test_older_events_are_a_click_away() -> None:
    """Pages of fifty lead on with the same filters, and back to the newest."""
    past = Past()
    for _ in range(60):
        past.happened(past.first, Kind.VIEWED, days=2)
    page = past.admin.client.get(f"{ACTIVITY}?what=visits")
    older = re.search(r'href="([^"]+after=[^"]+)">Older', page.text)
    assert older is not None
    second = past.admin.client.get(older[1].replace("&amp;", "&"))

    assert 50 == page.text.count('data-label="What"')
    assert 13 == second.text.count('data-label="What"')
    assert "Older</a>" not in second.text


def test_the_same_leaves_as_csv_and_json(past: Past) -> None:
    """Exports hold what the filters show, all fields, and nothing that a spreadsheet would run."""
    query = "what=visits&page=10"
    table = past.admin.client.get(f"{ACTIVITY}.csv?{query}")
    listed = past.admin.client.get(f"{ACTIVITY}.json?{query}")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))

    assert "text/csv; charset=utf-8" == table.headers["content-type"]
    assert f'attachment; filename="activity-{SITE}.csv"' == table.headers["content-disposition"]
    assert [("opened", EVE, "192.0.2.7"), ("viewed", "", "192.0.2.7")] == [
        (one["kind"], one["address"], one["network"]) for one in rows
    ]
    assert ["opened", "viewed"] == [one["kind"] for one in listed.json()]
    assert "2026-05-15T11:00:00.000000Z" == listed.json()[0]["at"]
    assert [] == json.loads(past.admin.client.get(f"{ACTIVITY}.json?space=NONE").text)


def test_an_export_is_refused_before_its_first_byte(past: Past) -> None:
    """Who may not see it gets no beginning of it, and a filter that makes no sense is told."""
    assert 403 == past.owner.client.get(f"{ACTIVITY}.csv").status_code
    assert 404 == past.owner.client.get(f"{ACTIVITY}.csv?link=nothing9").status_code
    assert 400 == past.admin.client.get(f"{ACTIVITY}.json?since=never").status_code


def test_an_admin_verifies_with_one_button() -> None:
    """M4: the page says where the chain stands and what waits; the button says whether all is whole, against a kept head
    as well, and what is not.
    """
    past = Past()
    before = words_of(past.admin.client.get(f"{ACTIVITY}/chain"))
    while run(past.shell.storage.chain.seal(SITE)):
        pass
    head = str(run(past.shell.storage.chain.stands(SITE)).head)
    form = forms_of(past.admin.client.get(f"{ACTIVITY}/chain"))[f"{ACTIVITY}/chain"]
    token = {"csrf": form["csrf"][0]}
    whole = past.admin.client.post(f"{ACTIVITY}/chain", data={**token, "head": head})
    wrong = past.admin.client.post(f"{ACTIVITY}/chain", data={**token, "head": "nonsense"})
    first = next(iter(past.shell.storage.state.seals))
    del past.shell.storage.state.seals[first]
    broken = past.admin.client.post(f"{ACTIVITY}/chain", data=token)

    assert "Rows have been waiting for a seal" in before
    assert "The activity is whole" in words_of(whole)
    assert "the head that you kept lies on the chain" in words_of(whole)
    assert 400 == wrong.status_code
    assert "is not a head as" in words_of(wrong)
    assert "Row 1 is the first that does not fit: missing" in words_of(broken)


def test_failures_are_told_without_what_they_were_about() -> None:
    """M9: the minute, what was asked for, how it failed and how often."""
    past = Past()
    error = Busy("https://secret.example/wiki said `The figures` to ada@example.com")
    run(past.shell.storage.failures.note([failure(SITE, NOW, "pages", "read", error)] * 3))
    page = past.admin.client.get(f"/manage/{SITE}/failures")

    assert "2026-05-15 12:00 UTC Confluence: a page pages.read busy, or cannot be reached 3" in words_of(page)
    assert not re.search(r"secret|figures|ada@", page.text)


def test_a_visit_says_who_proved_what() -> None:
    """M8: the mailbox that was proved, and the account, stand beside *proved* and *opened*, with the space of the link."""
    shell, made, guest = joined()
    trail = run(shell.services.auditing[SITE].look(None, Sought(link=made.id)))
    by_kind = {one.event.kind: one for one in trail.events}
    account = next(iter(shell.storage.state.accounts.values()))

    assert guest.inside
    assert [(ADA, account.id, "TEAM")] * 2 == [
        (one.address, one.event.account, one.event.space) for one in (by_kind[Kind.PROVED], by_kind[Kind.OPENED])
    ]
    assert ADA not in repr(shell.storage.state.personal)
