"""AES-GCM under a key file keeps every promise of Vault."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

import pytest

from exshare_adapters.vault import AesGcmVault, load_or_create_key
from exshare_core.ports import Vault
from exshare_core.testing.vault import VaultContract


class TestAesGcmVault(VaultContract):
    """Vaults whose keys lie in this test's folder."""

    folder: Path

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def open(self) -> AbstractAsyncContextManager[Vault]:
        """A vault under one key."""
        return nullcontext(AesGcmVault(load_or_create_key(self.folder / "one.key")))

    def open_with_another_key(self) -> AbstractAsyncContextManager[Vault]:
        """A vault under another."""
        return nullcontext(AesGcmVault(load_or_create_key(self.folder / "another.key")))
