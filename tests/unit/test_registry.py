"""Adapters are found by section and name, ours and strangers' alike, and whatever is wrong is refused by name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_adapters import registry
from exshare_adapters.confluence.settings import CloudSettings
from exshare_adapters.postgres import PostgresSettings
from exshare_adapters.sqlite import SqliteSettings
from exshare_core.errors import InvalidValue, InvalidValues
from tests.unit.strangers import installed

BASE = Path("/etc/exshare")

PIGEONS = """
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from attrs import field, frozen, validators

LIFE = []


@frozen
class PigeonSettings:
    loft: Path
    pigeons: int = field(default=2, validator=validators.ge(1))
    rest: float = 1.5
    homing: bool = True
    breed: Literal["homer", "tippler"] = "homer"
    names: tuple[str, ...] = ()
    rings: tuple[int, ...] = ()
    motto: str | None = None
    seed: str = field(default="millet", repr=False, validator=validators.matches_re("[a-z]+"))


async def open_pigeons(settings: PigeonSettings, /) -> AsyncIterator[str]:
    LIFE.append("opened")
    yield f"loft at {settings.loft}"
    LIFE.append("closed")


def not_a_generator(settings: PigeonSettings):
    return None


async def no_annotation(settings):
    yield None


async def plain_dict(settings: dict):
    yield None


async def two_arguments(settings: PigeonSettings, more: int):
    yield None


async def unknown_annotation(settings: Nowhere):
    yield None
"""


@pytest.fixture
def pigeons(tmp_path: Path) -> Iterator[None]:
    """A stranger's package with one mail adapter, and some that are not quite one."""
    entries = {
        "pigeon": "pigeon_post:open_pigeons",
        "broken": "broken_post:open_it",
        "gone": "pigeon_post:open_gone",
        "plain": "pigeon_post:not_a_generator",
    }
    with installed(
        tmp_path,
        "pigeon-post",
        {"exshare.mail": entries},
        pigeon_post=PIGEONS,
        broken_post="import no_such_module_at_all",
    ):
        yield


def faults(section: str, use: str, values: Mapping[str, object]) -> dict[str, str]:
    """Each fault of the settings by its key."""
    with pytest.raises(InvalidValue) as raised:
        registry.choose(section, use, values, at="mail", base=BASE)
    error = raised.value
    found = error.failures if isinstance(error, InvalidValues) else (error,)
    return {one.field: one.rule for one in found}


def rule(use: str) -> str:
    """Why the adapter is refused."""
    return faults("mail", use, {})["mail.use"]


# --- finding ---------------------------------------------------------------------------------------------------------


def test_our_own_adapters_are_found_as_a_strangers_are() -> None:
    """Every section lists our adapters by the names that the configuration uses."""
    assert ("postgres", "sqlite") == registry.installed("storage")

    assert ("file", "mailgun", "smtp") == registry.installed("mail")

    assert ("confluence-cloud", "confluence-data-center") == registry.installed("content")


def test_each_of_our_adapters_has_keys() -> None:
    """Every entry point of ours can be imported and names an attrs class."""
    named = [(section, use) for section in ("storage", "mail", "content") for use in registry.installed(section)]

    assert [] == [use for section, use in named if not registry.keys_of(section, use)]


def test_settings_are_made_of_the_adapters_own_class() -> None:
    """The keys of a section become the fields of the adapter's class."""
    chosen = registry.choose("storage", "postgres", {"dsn": "dbname=x", "pool_size": 3}, at="storage", base=BASE)

    assert PostgresSettings("dbname=x", 3) == chosen.settings


@pytest.mark.usefixtures("pigeons")
def test_who_only_looks_asks_a_storage_to_take_no_step() -> None:
    """The key `migrate` is set for once, whatever the configuration says; an adapter without it stays as it is."""
    storage = registry.choose("storage", "postgres", {"dsn": "dbname=x", "migrate": True}, at="storage", base=BASE)
    stranger = registry.choose("mail", "pigeon", {"loft": "roof"}, at="mail", base=BASE)
    looking = storage.migrating(False)

    assert PostgresSettings("dbname=x", migrate=False) == looking.settings
    assert storage == looking.migrating(True)
    assert stranger is stranger.migrating(False)


@pytest.mark.usefixtures("pigeons")
def test_a_strangers_adapter_is_opened_and_closed() -> None:
    """An entry point of another package is listed, opened with its settings, and closed when the context ends."""
    chosen = registry.choose("mail", "pigeon", {"loft": "roof"}, at="mail", base=BASE)

    async def live() -> tuple[str, list[str]]:
        from pigeon_post import LIFE  # type: ignore[import-not-found]

        async with chosen.open() as opened:
            assert ["opened"] == LIFE

        return opened, LIFE

    assert ("loft at /etc/exshare/roof", ["opened", "closed"]) == asyncio.run(live())

    assert "pigeon" in registry.installed("mail")


@pytest.mark.usefixtures("pigeons")
def test_a_function_may_be_named_without_an_entry_point() -> None:
    """`use = "package.module:function"` finds what no package has announced."""
    chosen = registry.choose("mail", "pigeon_post:open_pigeons", {"loft": "/roof"}, at="mail", base=BASE)

    assert "/roof" == str(chosen.settings.loft)  # type: ignore[attr-defined]


def test_an_unknown_adapter_is_refused_with_those_installed() -> None:
    """The refusal lists the installed names and the nearest one."""
    assert "there is no adapter `smpt`; installed: file, mailgun, smtp; did you mean `smtp`?" == rule("smpt")

    assert "there is no adapter `carrier`; installed: file, mailgun, smtp" == rule("carrier")


def test_a_name_that_two_packages_claim_is_refused(tmp_path: Path) -> None:
    """Both packages are named, and neither is opened."""
    with (
        installed(tmp_path / "a", "first-post", {"exshare.mail": {"pigeon": "first_post:open_it"}}),
        installed(tmp_path / "b", "second-post", {"exshare.mail": {"pigeon": "second_post:open_it"}}),
    ):
        refusal = rule("pigeon")

    assert (
        "`pigeon` is claimed by `first-post` (first_post:open_it) and `second-post` (second_post:open_it); "
        "remove one, or write `use` as module:function"
    ) == refusal


@pytest.mark.usefixtures("pigeons")
@pytest.mark.parametrize(
    ("use", "said"),
    [
        (
            "broken",
            "`broken` of `pigeon-post` (broken_post:open_it) cannot be imported: ModuleNotFoundError: No module",
        ),
        ("gone", "`gone` of `pigeon-post` (pigeon_post:open_gone) cannot be imported: AttributeError: "),
        ("plain", "`plain` is no async generator function that opens an adapter"),
        ("no_such_module:open_it", "`no_such_module:open_it` cannot be imported: ModuleNotFoundError: "),
        ("pigeon_post:nothing", "`pigeon_post:nothing` cannot be imported: AttributeError: "),
        ("pigeon_post:LIFE", "`pigeon_post:LIFE` is no async generator function that opens an adapter"),
        (":", "`:` cannot be imported: ValueError: Empty module name"),
        ("..up:open_it", "`..up:open_it` cannot be imported: TypeError: "),
        (
            "pigeon_post:no_annotation",
            "the argument of `pigeon_post:no_annotation` is not annotated with an attrs class",
        ),
        ("pigeon_post:plain_dict", "the argument of `pigeon_post:plain_dict` is not annotated with an attrs class"),
        ("pigeon_post:two_arguments", "`pigeon_post:two_arguments` must take one annotated argument: TypeError: "),
        (
            "pigeon_post:unknown_annotation",
            "`pigeon_post:unknown_annotation` must take one annotated argument: NameError",
        ),
    ],
)
def test_what_opens_no_adapter_is_refused_by_name(use: str, said: str) -> None:
    """A module that cannot be imported, and a function that cannot open anything, are named with the reason."""
    assert rule(use).startswith(said)


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("pigeons")
def test_every_fault_of_a_section_is_told_at_once() -> None:
    """Unknown, missing and unfitting keys come together, each under its full name."""
    found = faults("mail", "pigeon", {"pigeon": 2, "rest": "long", "homing": "maybe", "breed": "dove", "names": 5})

    assert {
        "mail.pigeon": "there is no key `pigeon`; known: breed, homing, loft, motto, names, pigeons, rest, rings, seed; "
        "did you mean `pigeons`?",
        "mail.loft": "is missing",
        "mail.rest": "must be a number",
        "mail.homing": "must be true or false",
        "mail.breed": "must be one of homer, tippler",
        "mail.names": "must be a list",
    } == found


@pytest.mark.usefixtures("pigeons")
@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("loft", 5, "must be a text in quotes"),
        ("loft", "", "must be a path"),
        ("loft", "a\0b", "must be a path"),
        ("loft", "~nobody-of-that-name/x", "begins with the home of a user who is not known here"),
        ("pigeons", True, "must be a whole number"),
        ("pigeons", 1.0, "must be a whole number"),
        ("pigeons", "1_0", "must be a whole number"),
        ("pigeons", "９", "must be a whole number"),
        ("pigeons", "9" * 5000, "must be a whole number"),
        ("pigeons", 0, "must be >= 1: 0"),
        ("rest", float("inf"), "must be a number"),
        ("rest", 10**400, "must be a number"),
        ("rest", "nan", "must be a number"),
        ("homing", 1, "must be true or false"),
        ("names", ["a", 5], "must be a text in quotes"),
        ("names", {"a": "b"}, "must be a list"),
        ("rings", ["one"], "must be a whole number"),
        ("motto", ["home"], "must be a text in quotes"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: object, said: str) -> None:
    """The refusal says what the key takes."""
    assert {f"mail.{key}": said} == faults("mail", "pigeon", {"loft": "roof", key: value})


@pytest.mark.usefixtures("pigeons")
@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("pigeons", "20", 20),
        ("rest", "0.5", 0.5),
        ("homing", "False", False),
        ("breed", "tippler", "tippler"),
        ("names", "Ada, Grace ,", ["Ada", "Grace"]),
        ("rings", "1,2", [1, 2]),
        ("motto", "home", "home"),
        ("loft", "roof", "/etc/exshare/roof"),
    ],
)
def test_a_text_stands_for_what_the_file_would_say(key: str, text: str, value: object) -> None:
    """The environment has nothing but texts: a number, a truth or a list in one is what it would be in the file."""
    one, other = (
        registry.choose("mail", "pigeon", {"loft": "roof", key: given}, at="mail", base=BASE) for given in (text, value)
    )

    assert one.settings == other.settings


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("pigeons")
def test_a_validators_own_words_never_repeat_a_secret() -> None:
    """The validators of attrs quote the value; for a field that is hidden from the repr this is not passed on."""
    assert {"mail.seed": "is not accepted"} == faults("mail", "pigeon", {"loft": "roof", "seed": "Hunter-2-Hunter-2"})


def test_a_chosen_adapter_never_shows_its_settings() -> None:
    """Neither the repr of what was chosen nor that of the settings holds a secret."""
    values = {"url": "https://acme.atlassian.net/wiki", "email": "bot@acme.example", "token": "t0k3n-of-acme"}
    chosen = registry.choose("content", "confluence-cloud", values, at="sites.acme.content", base=BASE)

    assert isinstance(chosen.settings, CloudSettings)

    assert "t0k3n-of-acme" not in repr(chosen) + repr(chosen.settings)


SECRET = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60).map("¤{}¤".format)


@settings(deadline=None, max_examples=30)
@given(SECRET)
def test_no_secret_is_in_any_error(secret: str) -> None:
    """Whatever a credential looks like, the refusal of the section that holds it does not hold it."""
    for section, use, values in (
        ("mail", "smtp", {"host": "mail.example.com", "sender": "a@example.com", "password": secret}),
        ("content", "confluence-cloud", {"url": "http://x", "email": "a@b.example", "token": secret}),
        ("content", "confluence-data-center", {"url": f"https://x:{secret}@[", "token": secret}),
        ("storage", "postgres", {"dsn": secret, "pool_size": "none"}),
    ):
        with pytest.raises(InvalidValue) as raised:
            registry.choose(section, use, values, at=section, base=BASE)

        assert secret not in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["path", "Path", "x\x1b[2J", ""]), JSON))
def test_values_are_taken_or_refused_and_nothing_else(values: dict[str, object]) -> None:
    """Whatever a file may hold, a section gives settings or InvalidValues, printable throughout."""
    try:
        said: object = registry.choose("storage", "sqlite", values, at="storage", base=BASE).settings
    except InvalidValues as error:
        said = str(error)

    assert isinstance(said, SqliteSettings) or (isinstance(said, str) and said.isprintable())
