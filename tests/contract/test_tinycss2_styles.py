"""Style sheets read by tinycss2 keep every promise of StyleSheets."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from exshare_adapters.tinycss2_styles import Tinycss2Styles
from exshare_core.ports import StyleSheets
from exshare_core.testing import StyleSheetsContract


class TestTinycss2(StyleSheetsContract):
    """The adapter that a deployment has."""

    def open(self) -> AbstractAsyncContextManager[StyleSheets]:
        """It needs no opening."""
        return nullcontext(Tinycss2Styles())
