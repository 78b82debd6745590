"""Fixtures of the integration tests."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.integration.stores import Store


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A fresh database of each product in turn."""
    if request.param == "sqlite":
        return Store("sqlite", str(tmp_path / "exshare.db"))
    return Store("postgres", request.getfixturevalue("postgres_dsn"))


@pytest.fixture
def unused_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
