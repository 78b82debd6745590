"""PDF documents by Typst, set in a process of its own that can be ended at any time."""

from __future__ import annotations

from exshare_adapters.typst_pdf.printer import TypstPrinter

__all__ = ["TypstPrinter"]
