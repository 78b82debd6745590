"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

pytest.register_assert_rewrite("tests.e2e.running")

from tests.postgres_server import postgres_server
from tests.requirements import demanded


def pytest_configure() -> None:
    """Refuse a misspelt demand before anything runs; a slow machine fails no law, and each run tries other values."""
    demanded()
    settings.register_profile("exshare", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("exshare")


@pytest.fixture(scope="session")
def postgres_admin() -> Iterator[str]:
    """The address of a server where databases can be made: the one that is named, or one of our own."""
    named = os.environ.get("EXSHARE_TEST_DATABASE_URL")
    if named:
        yield named
        return
    with postgres_server() as address:
        yield address


@pytest.fixture
def postgres_dsn(postgres_admin: str) -> Iterator[str]:
    """The address of an empty database that only this test has."""
    name = f"exshare_test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield make_conninfo(postgres_admin, dbname=name)
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
