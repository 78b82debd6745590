# /// script
# requires-python = ">=3.11"
# dependencies = ["nox[uv]>=2025.5.1"]
# ///
"""Every task of exshare. Needs only Python 3.11 or newer with its venv module (or pip); nox comes by itself.

python3 noxfile.py -s demo      # set up and serve shared pages from a demonstration Confluence
python3 noxfile.py              # install and run every test
python3 noxfile.py -l           # list the other tasks
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOX = "nox[uv]>=2025.5.1"

os.environ.setdefault("UV_SYSTEM_CERTS", "1")  # trust what the system trusts, such as a company's proxy
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")  # use the Pythons that are here
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):  # the tests start hundreds of processes: none should compile anew
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(HERE / ".nox" / "_bytecode"))


def bootstrap() -> None:
    """Install nox below this folder and start again with it."""
    home = HERE / ".nox" / "_bootstrap"
    python, stamp = home / "bin" / "python", home / ".ready"
    if not stamp.exists():
        shutil.rmtree(home, ignore_errors=True)
        print("exshare: first run, setting up nox below .nox", file=sys.stderr, flush=True)
        if not _with_venv(home, python):
            _with_pip(home, python)
        stamp.touch()
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.chdir(HERE)
    os.execv(python, [str(python), str(HERE / "noxfile.py"), *sys.argv[1:]])


def _with_venv(home: Path, python: Path) -> bool:
    """Whether Python's own venv module could do it; Debian ships it as a package of its own."""
    made = subprocess.run([sys.executable, "-m", "venv", home], capture_output=True, check=False)
    if made.returncode != 0:
        shutil.rmtree(home, ignore_errors=True)
        return False
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*pip, NOX], check=False).returncode == 0 or sys.exit("exshare: nox could not be installed")


def _with_pip(home: Path, python: Path) -> None:
    """Without the venv module: pip may fill a folder of ours with uv, which makes environments by itself."""
    tools = HERE / ".nox" / "_tools"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    if subprocess.run([*pip, "--target", tools, "uv"], check=False).returncode != 0:
        sys.exit("exshare needs Python's venv module (Debian, Ubuntu: apt install python3-venv) or pip")
    uv = tools / "bin" / "uv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, home], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, NOX], check=True)


if sys.version_info < (3, 11):
    sys.exit(f"exshare needs Python 3.11 or newer; this is {sys.version.split()[0]}")
try:
    import nox
except ModuleNotFoundError:
    bootstrap()

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests"]

PROJECT = nox.project.load_toml("pyproject.toml")


def _group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(PROJECT, name))


@nox.session
def tests(session: nox.Session) -> None:
    """Install everything and run every test; further arguments go to pytest."""
    session.install("-e", ".[web]", *_group("test"))
    workers = (os.cpu_count() or 1) + 1  # they often wait for a browser or a server
    session.run("pytest", "-n", str(workers), "--dist", "worksteal", *session.posargs)


@nox.session
def canary(session: nox.Session) -> None:
    """Whole journeys with planted words; then every byte that was sent or left behind is searched for them."""
    session.install("-e", ".[web]", *_group("test"))
    session.run("pytest", "tests/e2e/test_canary.py", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Serve shared pages from a demonstration Confluence; further arguments go to `exshare demo`."""
    session.install("-e", ".[web]")
    session.run("exshare", "demo", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, likely mistakes, and the rules on who may import whom."""
    session.install("-e", ".[web]", *_group("test"), *_group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.install("-e", ".[web]", *_group("types"))
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Write the page on the command line anew, and bring the catalogues up to what pages say."""
    session.install("-e", ".[web]", *_group("test"))
    with Path("docs", "cli.md").open("w", encoding="utf-8") as page:
        session.run("exshare", "reference", stdout=page)
    session.run("python", "-m", "tools.messages")


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines and branches the tests run."""
    session.install("-e", ".[web]", *_group("test"))
    session.run("coverage", "run", "-m", "pytest", "-q", *session.posargs)
    session.run("coverage", "report", "--skip-covered", "--show-missing")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the hot paths beside their rivals and floors; ratios of one run."""
    session.install("-e", ".[web]", *_group("bench"))
    for name in session.posargs or sorted(file.stem for file in Path("benchmarks").glob("[a-z]*.py")):
        session.run("python", "-m", f"benchmarks.{name}")


if __name__ == "__main__":
    nox.main()
