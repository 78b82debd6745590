"""Who tries to sign in waits, and nobody can make another's own browser wait (G7, security reference 3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address

import pytest
from attrs import define, field

from exshare_core.limiting import Door, Knock, KnownBrowsers
from exshare_core.testing import CountingTokens, FakeVault, MemoryStorage
from exshare_core.testing.samples import NOW, after
from exshare_core.values import IPAddress, SiteId
from tests.unit.office import run

SITE = SiteId("acme")
HOME, CAFE = ip_address("192.0.2.7"), ip_address("198.51.100.9")


@define
class House:
    """One door, and those who knock at it."""

    storage: MemoryStorage = field(factory=MemoryStorage)
    vault: FakeVault = field(factory=FakeVault)

    @property
    def door(self) -> Door:
        """The door to the house."""
        return Door(self.storage.guesses, self.vault, SITE, "house")

    @property
    def browsers(self) -> KnownBrowsers:
        """Those that have been let in before."""
        return KnownBrowsers(self.vault, CountingTokens(), SITE, "house")

    def wrong(
        self, who: str, network: IPAddress | None = HOME, at: datetime = NOW, known: str | None = None
    ) -> timedelta:
        """A wrong try; how long it has to wait instead."""
        knock = run(self.door.knock(who, network, at, known))
        if not knock.wait:
            run(self.door.wrong(knock, at))
        return knock.wait


def seconds(number: float) -> timedelta:
    """A wait."""
    return timedelta(seconds=number)


def test_a_name_is_tried_ten_times_from_many_networks() -> None:
    """Ten in five minutes: after ten wrong tries from anywhere, one every 30 seconds; other names do not wait."""
    house = House()
    for number in range(10):
        assert not house.wrong("ada", ip_address(f"203.0.113.{number}"))

    assert seconds(30) == house.wrong("ada", CAFE)
    assert not house.wrong("bob", CAFE)
    assert seconds(10) == house.wrong("ada", CAFE, after(seconds=20))
    assert not house.wrong("ada", CAFE, after(seconds=30))
    assert seconds(30) == house.wrong("ada", CAFE, after(seconds=30))


def test_a_network_tries_ten_names() -> None:
    """One password is not tried on everyone: after ten wrong tries at any names, one every 30 seconds."""
    house = House()
    for number in range(10):
        assert not house.wrong(f"name {number}")

    assert seconds(30) == house.wrong("another")
    assert not house.wrong("another", CAFE)


def test_a_name_from_one_network_waits_ever_longer() -> None:
    """Five free, then a wait of a minute that doubles up to an hour."""
    house, now, waits = House(), NOW, []
    for _ in range(5):
        assert not house.wrong("ada", at=now)
    for _ in range(8):
        waits.append(run(house.door.knock("ada", HOME, now)).wait)
        now += waits[-1]
        assert not house.wrong("ada", at=now)

    assert [1, 2, 4, 8, 16, 32, 60, 60] == [wait / timedelta(minutes=1) for wait in waits]


def test_all_together_try_a_thousand_times() -> None:
    """A thousand in five minutes, by however many networks under however many names: then one every 0.3 seconds."""
    house = House()
    for number in range(1000):
        assert not house.wrong(f"name {number}", ip_address(f"10.0.{number // 250}.{number % 250}"))

    assert seconds(0.3) == house.wrong("another", CAFE)
    assert not house.wrong("another", CAFE, after(milliseconds=300))


def test_waiting_counts_nothing() -> None:
    """Who comes too early does not wait longer for it."""
    house = House()
    for number in range(10):
        house.wrong("ada", ip_address(f"203.0.113.{number}"))
    for _ in range(100):
        assert seconds(30) == house.wrong("ada", CAFE)

    assert not house.wrong("ada", CAFE, after(seconds=30))


def test_a_right_try_begins_anew_for_its_own_counters_only() -> None:
    """Who has an account cannot wash away what their network did to others' names."""
    house = House()
    for number in range(9):
        house.wrong(f"name {number}")
    mine = run(house.door.knock("mallory", HOME, NOW))
    run(house.door.right(mine))
    house.wrong("name 9")

    assert seconds(30) == house.wrong("another")
    assert () != mine.counted


@pytest.mark.parametrize("what", ["name", "network", "anyone"])
def test_nobody_makes_a_known_browser_wait(what: str) -> None:
    """Whatever strangers do to the name, from the same network, and altogether: a known browser is counted by itself."""
    house = House()
    for number in range(1100):
        house.wrong("ada" if what == "name" else f"name {number}", CAFE if what == "anyone" else HOME)

    assert not run(house.door.knock("ada", HOME, NOW, "a browser")).wait


def test_a_known_browser_guesses_no_better() -> None:
    """Whoever steals what it keeps has five tries, then waits that double; other known browsers do not wait for it."""
    house = House()
    for _ in range(5):
        assert not house.wrong("ada", known="stolen")

    assert seconds(60) == house.wrong("ada", known="stolen")
    assert seconds(60) == house.wrong("ada", CAFE, known="stolen")
    assert not house.wrong("ada", known="another")
    assert not house.wrong("bob", known="stolen")


def test_doors_do_not_share_counters() -> None:
    """Wrong passwords do not keep codes waiting, nor one site another."""
    house = House()
    for _ in range(20):
        house.wrong("ada")
    elsewhere = Door(house.storage.guesses, house.vault, SiteId("beta"), "house")
    other = Door(house.storage.guesses, house.vault, SITE, "garden")

    assert [timedelta()] * 2 == [run(one.knock("ada", HOME, NOW)).wait for one in (elsewhere, other)]


def test_a_try_is_counted_before_it_is_checked() -> None:
    """Who is told to go on has been counted already, so that many at once do not all go free."""
    house = House()
    for _ in range(5):
        assert Knock() != run(house.door.knock("ada", HOME, NOW))

    assert seconds(60) == run(house.door.knock("ada", HOME, NOW)).wait


def test_a_browser_is_known_for_its_name_only() -> None:
    """What a sign-in gave the browser counts for that very name, for 180 days, and is another each time."""
    browsers = House().browsers
    token = run(browsers.remember("ada", NOW))

    assert token != run(browsers.remember("ada", NOW))
    assert run(browsers.known(token, "ada", NOW)) is not None
    assert run(browsers.known(token, "ada", after(days=179))) is not None
    assert run(browsers.known(token, "bob", NOW)) is None
    assert run(browsers.known(token, "ada", after(days=180))) is None
    assert run(browsers.known(token, "ada", after(days=-2))) is None


def test_a_token_says_nothing_of_its_name() -> None:
    """It is random but for the day and a digest under a key that the database does not have."""
    assert "ada" not in run(House().browsers.remember("ada", NOW))


@pytest.mark.parametrize(
    "token", [None, "", ".", "..", "a.b.c", "x" * 43, "x" * 10_000, "x.20588." + "0" * 64, "x.²." + "0" * 64, "é.1.2"]
)
def test_what_is_no_token_makes_no_browser_known(token: str | None) -> None:
    """Made-up and malformed ones are as good as none."""
    assert run(House().browsers.known(token, "ada", NOW)) is None


def test_a_changed_token_makes_no_browser_known() -> None:
    """Nor one whose day, digest or random part was changed."""
    browsers = House().browsers
    token = run(browsers.remember("ada", NOW))
    drawn, day, mac = token.split(".")

    for changed in (
        f"{drawn}.{int(day) + 1}.{mac}",
        f"{drawn[:-1]}.{day}.{mac}",
        f"{drawn}.{day}.{mac[:-1]}",
        f"{drawn}.{day}.",
    ):
        assert run(browsers.known(changed, "ada", NOW)) is None
