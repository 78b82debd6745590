"""Packages of strangers, installed in a folder on the import path for the time of one test."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path


@contextmanager
def installed(folder: Path, package: str, entries: Mapping[str, Mapping[str, str]], **modules: str) -> Iterator[None]:
    """The distribution `package` with its entry points (group, then name) and the text of its modules."""
    metadata = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    groups = (f"[{group}]\n" + "".join(f"{n} = {v}\n" for n, v in found.items()) for group, found in entries.items())
    (metadata / "entry_points.txt").write_text("\n".join(groups))
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in modules:
            sys.modules.pop(name, None)
        invalidate_caches()
