"""The contract kit bites: every test of it catches at least one adapter that is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import Phase

from exshare_core.errors import ExshareError
from exshare_core.ports import Clock
from exshare_core.testing.authenticator import AuthenticatorCodesContract
from exshare_core.testing.brandings import StyleSheetsContract
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.clocks import ClockContract
from exshare_core.testing.content import ContentContract
from exshare_core.testing.contract import Contract
from exshare_core.testing.discussing import DiscussionsContract, HistoriesContract
from exshare_core.testing.fakes.mailer import MemoryMailSystem
from exshare_core.testing.fakes.system import FakeClock
from exshare_core.testing.identities import IdentityProviderContract
from exshare_core.testing.mailer import MailerContract
from exshare_core.testing.passwords import PasswordHasherContract
from exshare_core.testing.printing import PdfPrinterContract
from exshare_core.testing.renderer import BodyRendererContract
from exshare_core.testing.storage import StorageContract
from exshare_core.testing.tokens import TokenGeneratorContract
from exshare_core.testing.vault import VaultContract
from exshare_core.testing.visitor_tokens import VisitorTokensContract
from tests.contract.broken import (
    activities,
    apps,
    chances,
    content,
    departures,
    gates,
    guests,
    identities,
    keys,
    letters,
    links,
    lists,
    looks,
    neighbours,
    people,
    policies,
    printing,
    rendering,
    searching,
    secrets,
    silence,
    talk,
    tokens,
    visits,
)
from tests.contract.broken.rows import Row

ROWS: list[Row] = [
    row
    for module in (
        links,
        lists,
        visits,
        gates,
        neighbours,
        policies,
        looks,
        people,
        activities,
        guests,
        keys,
        secrets,
        apps,
        chances,
        letters,
        departures,
        identities,
        tokens,
        content,
        silence,
        searching,
        printing,
        rendering,
        talk,
    )
    for row in module.ROWS
]

CONTRACTS: list[Any] = [
    StorageContract,
    VaultContract,
    PasswordHasherContract,
    AuthenticatorCodesContract,
    MailerContract,
    IdentityProviderContract,
    ClockContract,
    TokenGeneratorContract,
    VisitorTokensContract,
    ContentContract,
    DiscussionsContract,
    StyleSheetsContract,
    HistoriesContract,
    CheckedContract,
    BodyRendererContract,
    PdfPrinterContract,
]

WITHOUT_A_BROKEN_ADAPTER: Mapping[str, str] = {}
"""Contract tests that no broken adapter fails, each with the reason why there can be none."""

CAUGHT = (AssertionError, pytest.fail.Exception, ExshareError)
"""How a broken adapter fails: by an assertion, by not raising what it must, or by raising what it must not.
"""


def _contract(row: Row) -> Contract[Any]:
    """The contract over a broken adapter, without shrinking, with few examples and with the same ones each time."""
    members = {
        "open": lambda self: row.opened(),
        "phases": (Phase.generate,),
        "examples": 25,
        "derandomized": True,
        "patience": 10.0,
        **dict(row.hooks),
    }
    made: Contract[Any] = type(f"Over{row.name}", (row.contract,), members)()
    return made


def _runs(test: Callable[..., None]) -> Iterator[Callable[[], None]]:
    """The test with each of its parameters."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    if not marks:
        yield test
    for mark in marks:
        for values in mark.args[1]:
            yield partial(test, *(values if isinstance(values, tuple) else (values,)))


@pytest.mark.parametrize(
    ("row", "name"), [pytest.param(row, test, id=f"{row.name}-{test}") for row in ROWS for test in row.tests]
)
def test_a_broken_adapter_is_caught(row: Row, name: str) -> None:
    """The named test fails over this broken adapter."""
    test = getattr(_contract(row), name)
    caught = []
    for run in _runs(test):
        try:
            run()
        except CAUGHT as error:
            caught.append(error)

    assert caught, f"{name} lets {row.name} pass"


def test_every_contract_test_has_a_broken_adapter() -> None:
    """No test of the kit is without an adapter that it catches, but for those argued here."""
    promised = {name for contract in CONTRACTS for name in dir(contract) if name.startswith("test_")}
    bitten = {name for row in ROWS for name in row.tests}

    assert promised == bitten | set(WITHOUT_A_BROKEN_ADAPTER)
    assert set() == bitten & set(WITHOUT_A_BROKEN_ADAPTER)


def test_every_contract_test_states_its_promise() -> None:
    """Every test of the kit has a docstring of its own."""
    silent = [
        f"{contract.__name__}.{name}"
        for contract in CONTRACTS
        for name in dir(contract)
        if name.startswith("test_") and not getattr(contract, name).__doc__
    ]

    assert [] == silent


class _ClockUnderTest(ClockContract):
    def open(self) -> AbstractAsyncContextManager[Clock]:
        return nullcontext(FakeClock())


@pytest.mark.parametrize("hiding", [None, lambda self: None], ids=["deleted", "overridden"])
def test_a_contract_test_cannot_be_hidden(hiding: object) -> None:
    """A class that deletes or overrides a contract test cannot be made."""
    with pytest.raises(TypeError, match="hides the contract test `test_now_is_in_utc`"):
        type("Hiding", (_ClockUnderTest,), {"test_now_is_in_utc": hiding})


def test_a_mixin_cannot_hide_a_contract_test() -> None:
    """Nor can a class be made whose other parents hide one."""
    mixin = type("Mixin", (), {"test_now_has_a_zone": lambda self: None})
    with pytest.raises(TypeError, match="hides the contract test `test_now_has_a_zone`"):
        type("Hiding", (mixin, _ClockUnderTest), {})


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_contract_test_is_not_excused_without_a_reason(reason: str | None) -> None:
    """An expected failure without a reason hides the test, too."""

    @pytest.mark.xfail(reason=reason)  # type: ignore[arg-type]
    def excused(self: object) -> None: ...

    with pytest.raises(TypeError, match="hides the contract test"):
        type("Hiding", (_ClockUnderTest,), {"test_now_is_in_utc": excused})


def test_a_contract_test_is_excused_with_a_reason() -> None:
    """An expected failure with a reason may take the place of a contract test."""

    @pytest.mark.xfail(reason="this clock is local on purpose")
    def excused(self: object) -> None: ...

    made = type("Excused", (_ClockUnderTest,), {"test_now_is_in_utc": excused})

    assert made.__dict__["test_now_is_in_utc"] is excused


@pytest.mark.parametrize("cannot", [{"fly": "no wings"}, {"refuse_for_now": ""}], ids=["unknown", "no reason"])
def test_what_an_author_cannot_do_needs_a_name_and_a_reason(cannot: dict[str, str]) -> None:
    """`cannot` takes known abilities with a reason only."""
    with pytest.raises(TypeError, match="needs a reason and must be one of: refuse_for_good, refuse_for_now"):
        type("Careless", (MailerContract,), {"cannot": cannot})


def test_what_an_author_cannot_do_shows_as_an_expected_failure() -> None:
    """A test whose ability is declared away with a reason ends as an expected failure and not as passed."""

    class CannotWait(MailerContract):
        cannot: ClassVar[Mapping[str, str]] = {"refuse_for_now": "files never refuse"}

        def open(self) -> AbstractAsyncContextManager[Any]:
            return nullcontext(MemoryMailSystem())

    with pytest.raises(pytest.xfail.Exception, match="files never refuse"):
        CannotWait().test_a_refusal_for_now_is_raised()
