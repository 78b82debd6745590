"""What the pages say is so: every key is written down, every link leads somewhere, every example runs."""

from __future__ import annotations

import asyncio
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from joserfc import jwk

from exshare_adapters import registry
from exshare_adapters.joserfc_visitors.keys import Host, public_keys
from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens
from exshare_core import ports, visiting
from exshare_core.errors import Busy, InvalidValue
from exshare_core.testing.mailer import a_message
from exshare_core.values import LinkId, SiteId
from exshare_web.container import RegisteredAdapters
from exshare_web.settings import CHOSEN, PLAIN, SITE, TOP, load
from exshare_web.settings.environment import variable
from exshare_web.settings.hosts import KEYS as HOST_KEYS
from exshare_web.settings.sign_in import KEYS
from tests.unit.strangers import installed

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "docs" / "configuration.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

Row = tuple[str, str, bool]
"""A key, its variable as the page writes it, and whether it is required."""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def documented() -> dict[str, list[Row]]:
    """The table of keys below each heading of the page on configuration that has one."""
    found: dict[str, list[Row]] = {}
    heading = ""
    for line in CONFIGURATION.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            heading = line.removeprefix("### ").replace("`", "")
        if row := re.match(r"\| `(\w+)` \| (?:`([A-Z_<>]+)`)? ?\| (.*?) \|", line):
            found.setdefault(heading, []).append((row[1], row[2] or "", row[3] == "required"))
    return {heading: sorted(rows) for heading, rows in found.items()}


def known() -> dict[str, list[Row]]:
    """The same from the code."""
    found = {"The top of the file": [(key, variable(key), key == "base_url") for key in TOP]}
    for section, keys in PLAIN.items():
        found[f"[{section}]"] = [(key, variable(section, key), False) for key in keys]
    plain = [key for key in SITE if key not in ("content", "mail", "sign_in", "signed_visitors")]
    found["[[sites]]"] = [
        (key, "" if key == "name" else f"EXSHARE_SITE_<NAME>_{key.upper()}", key == "name") for key in plain
    ]
    of_provider = "EXSHARE_SITE_<NAME>_SIGN_IN_<PROVIDER>_"
    found["[[sites.sign_in]]"] = [
        (key, "" if key == "name" else of_provider + key.upper(), key == "name") for key in KEYS if key != "use"
    ]
    found["[[sites.signed_visitors]]"] = [
        (
            key,
            "" if key in ("name", "keys") else f"EXSHARE_SITE_<NAME>_SIGNED_VISITORS_<HOST>_{key.upper()}",
            key in ("name", "issuer"),
        )
        for key in HOST_KEYS
    ]
    stems = {
        **{one: f"EXSHARE_{one.upper()}_" for one in CHOSEN},
        "content": "EXSHARE_SITE_<NAME>_",
        "sign_in": of_provider,
    }
    tables = {**{one: f"[{one}]" for one in CHOSEN}, "content": "[sites.content]", "sign_in": "[[sites.sign_in]]"}
    for section, stem in stems.items():
        for use in registry.installed(section):
            table = tables[section]
            found[f'{table} with use = "{use}"'] = [
                (name, stem + name.upper(), key.default is attrs.NOTHING)
                for name, key in registry.keys_of(section, use).items()
            ]
    return {heading: sorted(rows) for heading, rows in found.items()}


def test_every_key_is_written_down_and_nothing_else() -> None:
    """Each key that the code knows stands in the page with its variable and whether it is required, and the reverse."""
    assert known() == documented()


def test_defaults_in_the_page_are_those_of_the_code() -> None:
    """A default is written as the value that the adapter has; where it has none, the page gives no value either."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    said, true = {}, {}
    for section in (*CHOSEN, "content", "sign_in"):
        for use in registry.installed(section):
            part = text.split(f'with `use = "{use}"`', 1)[1].split("\n### ", 1)[0]
            keys = registry.keys_of(section, use)
            for name, value in re.findall(r"^\| `(\w+)` \| `[\w<>]+` \| `([^`]+)` \|", part, re.MULTILINE):
                if value not in keys:  # such as `url`, which another key falls back to
                    said[f"{use}.{name}"] = value
            for name, key in keys.items():
                if key.default not in (attrs.NOTHING, None, ()):
                    true[f"{use}.{name}"] = _written(key.default)

    assert true == said


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ", ".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """The target of a link is in the project, and its heading on that page."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    broken = []
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            broken.append(target)

    assert [] == broken


def _anchors(page: Path) -> set[str]:
    """Headings as the addresses that hosting sites make of them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def toml_blocks() -> Iterator[tuple[str, str]]:
    """Every example of a configuration, with where it stands."""
    for page in (ROOT / "README.md", CONFIGURATION):
        for number, block in enumerate(blocks(page, "toml"), 1):
            yield f"{page.name} {number}", block


EXAMPLES = dict(toml_blocks())


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_a_configuration_loads(tmp_path: Path, example: str) -> None:
    """With its placeholders filled it is taken as it stands."""
    file = tmp_path / "exshare.toml"
    file.write_text(EXAMPLES[example].replace("…", "placeholder"), encoding="utf-8")

    assert load(file, {}, RegisteredAdapters(), default_data_dir=tmp_path).sites


def test_both_pages_have_an_example() -> None:
    """There is something for the test above to try."""
    assert {"README.md 1", "configuration.md 1", "configuration.md 2"} <= set(EXAMPLES)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_every_table_stands_in_the_page_on_privacy(store: str) -> None:
    """What is stored is written down table by table, and no table that is gone."""
    migrations = sorted((ROOT / "src" / "exshare_adapters" / store / "migrations").glob("*.sql"))
    schema = "".join(file.read_text("utf-8").split("\n-- down", 1)[0] for file in migrations)
    tables = {*re.findall(r"^create table (\w+)", schema, re.MULTILINE), "exshare_migrations"}
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", (ROOT / "docs" / "privacy.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(tables) == sorted(name for row in rows for name in re.findall(r"`(\w+)`", row))


def test_every_function_in_the_story_of_a_request_exists() -> None:
    """What the page says to judge or to refuse is a function, a class or a module of ours."""
    names = re.findall(
        r"`(exshare_\w+(?:\.\w+)+|[A-Z]\w+\.\w+)`", (ROOT / "docs" / "one-request.md").read_text("utf-8")
    )

    assert len(names) > 15

    assert [] == [name for name in names if not _exists(name)]


def _exists(name: str) -> bool:
    if not name.startswith("exshare_"):
        owner, _, method = name.partition(".")
        return any(hasattr(getattr(module, owner, None), method) for module in (ports, visiting))
    try:
        return pkgutil.resolve_name(name) is not None
    except (ImportError, AttributeError):
        return False


# --- the adapter of docs/adapters.md ---------------------------------------------------------------------------------


def adapter_files() -> Mapping[str, str]:
    """The files of the example, by the name in their first line."""
    found = blocks(ROOT / "docs" / "adapters.md", "python") + blocks(ROOT / "docs" / "adapters.md", "toml")
    return {first.removeprefix("# "): block for block in found if (first := block.split("\n", 1)[0]).startswith("# ")}


def test_the_example_of_an_adapter_opens_through_the_registry(tmp_path: Path) -> None:
    """Installed as its own package, it is found by its name, takes its keys, sends, and refuses what it should."""
    files = adapter_files()
    entry = re.search(r'"exshare\.mail"\]\n(\w+) = "([\w:]+)"', files["pyproject.toml"])

    assert entry is not None

    async def sent(path: str) -> list[str]:
        chosen = registry.choose("mail", entry[1], {"path": path}, at="mail", base=tmp_path)
        async with chosen.open() as mailer:
            await mailer.send(a_message())
        return (tmp_path / path).read_text(encoding="utf-8").splitlines()

    modules = {"exshare_jsonl": files["exshare_jsonl.py"]}
    with installed(tmp_path / "site", "exshare-jsonl", {"exshare.mail": {entry[1]: entry[2]}}, **modules):
        assert 1 == len(asyncio.run(sent("letters.jsonl")))

        with pytest.raises(InvalidValue, match="did you mean `path`"):
            registry.choose("mail", entry[1], {"pth": "x"}, at="mail", base=tmp_path)

        with pytest.raises(Busy):
            asyncio.run(sent("."))


def test_the_example_of_an_adapter_keeps_the_contract(tmp_path: Path) -> None:
    """Its own test file, run by pytest as its author would, passes; it says of itself what it cannot and does not."""
    for name, text in adapter_files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "test_exshare_jsonl.py",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert re.search(r"^\d+ passed, 1 skipped, 1 xfailed", done.stdout, re.MULTILINE), done.stdout


def test_the_example_of_a_host_signs_what_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """The key that is made and the token that is signed in the page on embedding are such as a site takes."""
    made, signing = blocks(ROOT / "docs" / "embedding.md", "python")
    names: dict[str, Any] = {}
    exec(compile(made, "embedding.md", "exec"), names)
    private, public = map(json.loads, capsys.readouterr().out.splitlines())
    exec(compile(signing, "embedding.md", "exec"), names)
    key = jwk.OKPKey.import_key(private)
    token = names["signed_address"]("https://share.example.com/s/x", "link-1", "ada@example.com", key).partition("=")[2]
    site = SiteId("acme")
    host = Host("https://intranet.example.com", public_keys(public["keys"]))
    visitor = JoserfcVisitorTokens({site: [host]}).read(site, token)

    assert ("ada@example.com", None) == (str(visitor.address), visitor.fault(LinkId("link-1"), datetime.now(UTC)))


def test_the_example_of_the_core_says_what_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """The example in the README runs on the core alone, and each line that it prints is the one in its comment."""
    (example,) = blocks(ROOT / "README.md", "python")
    exec(compile(example, "README.md", "exec"), {})
    said = re.findall(r"^print\(.*\) +# ([^:\n]+)", example, re.MULTILINE)

    assert said == capsys.readouterr().out.splitlines()
    assert said
