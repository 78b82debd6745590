"""Hosts that may name visitors, in the configuration: which start, which are refused and by which name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from exshare_core.errors import InvalidValues
from exshare_web.container import RegisteredAdapters
from exshare_web.settings import load
from exshare_web.settings.hosts import HostSettings
from tests.unit.test_sign_in_settings import BEGINNING

ISSUER = "https://intranet.example.com"
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
WRITTEN = '{ kty = "OKP", crv = "Ed25519", x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }'
SECRET = "correct-horse-battery-staple-secret"


def a_host(name: str = "intranet", issuer: str = ISSUER, rest: str = f"keys = [{WRITTEN}]") -> str:
    """The table of a host."""
    return f'[[sites.signed_visitors]]\nname = "{name}"\nissuer = "{issuer}"\n{rest}\n'


def loaded(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[HostSettings, ...]:
    """The hosts of the one site in a file of this text."""
    file = folder / "exshare.toml"
    file.write_text(BEGINNING + text, encoding="utf-8")
    return load(file, environ or {}, RegisteredAdapters(), default_data_dir=folder).sites[0].signed_visitors


def faults(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each fault by its key."""
    with pytest.raises(InvalidValues) as raised:
        loaded(folder, text, environ)
    return {one.field: one.rule for one in raised.value.failures}


def test_without_a_table_nobody_names_visitors(tmp_path: Path) -> None:
    """A site has no host unless one is configured."""
    assert () == loaded(tmp_path, "")


def test_hosts_have_keys_or_secrets_in_place_or_in_files(tmp_path: Path) -> None:
    """Each of the four ways is one, and paths start at the folder of the configuration."""
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [KEY]}))
    (tmp_path / "portal.secret").write_text(SECRET)
    text = (
        a_host()
        + a_host("wiki", "wiki", 'keys_file = "keys.json"')
        + a_host("portal", "portal", 'secret_file = "portal.secret"')
        + a_host("old-portal", "old portal", f'secret = "{SECRET}"')
    )
    expected = (
        HostSettings("intranet", ISSUER, keys=(KEY,)),
        HostSettings("wiki", "wiki", keys_file=tmp_path / "keys.json"),
        HostSettings("portal", "portal", secret_file=tmp_path / "portal.secret"),
        HostSettings("old-portal", "old portal", secret=SECRET),
    )

    assert expected == loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (a_host(rest=""), {"intranet.keys": "is missing: give `keys`, `keys_file`, `secret` or `secret_file`"}),
        (a_host(rest='keys = "k"'), {"intranet.keys": "must be a list of keys"}),
        (a_host(rest="keys = [1]"), {"intranet.keys": "key 1 is not a JWK"}),
        (a_host(rest="secret = 1"), {"intranet.secret": "must be a text in quotes"}),
        (a_host(rest='secret = "short"'), {"intranet.secret": "must have at least 32 bytes; make it with a generator of random secrets"}),
        (a_host(rest='keys_file = "no.json"'), {"intranet.keys_file": "names a file that cannot be read: No such file or directory"}),
        (a_host(rest="secret_file = 7"), {"intranet.secret_file": "must be a path in quotes"}),
        (a_host(rest=f'keys = [{WRITTEN}]\nkey = "x"'), {"intranet.key": "there is no key `key`; known: issuer, keys, keys_file, name, secret, secret_file; did you mean `keys`?"}),
        (a_host(name="In tranet"), {"In tranet.name": "`In tranet` is not a name: use 1 to 40 of a-z, 0-9 and inner hyphens"}),
        (a_host(issuer=" portal"), {"intranet.issuer": "must be at most 200 printable characters without blanks around them"}),
        (a_host(issuer=""), {"intranet.issuer": "is missing: the name that the host signs with, such as https://intranet.example.com"}),
        (a_host() + a_host(issuer="b"), {"intranet.name": "another host of the site has this name"}),
        (a_host() + a_host("other"), {"other.issuer": "another host of the site signs with this name; give all of its keys to one"}),
    ],
)  # fmt: skip
def test_a_host_that_will_not_do_is_named(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    """Every fault is told by the host's name and the key, before anything is opened."""
    assert {f"sites.acme.signed_visitors.{key}": rule for key, rule in expected.items()} == faults(tmp_path, text)


def test_a_host_without_a_name_is_told_by_its_place(tmp_path: Path) -> None:
    """As are tables that are none."""
    assert "sites.acme.signed_visitors[1].name" in faults(tmp_path, f"[[sites.signed_visitors]]\nkeys = [{WRITTEN}]")
    assert "sites.acme.signed_visitors" in faults(tmp_path, "[sites.signed_visitors]\nname = 'intranet'")


def test_every_key_but_the_list_has_a_variable(tmp_path: Path) -> None:
    """A secret can come from the environment, or from a file that a variable names."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    prefix = "EXSHARE_SITE_ACME_SIGNED_VISITORS_INTRANET_"
    (by_value,) = loaded(tmp_path, a_host(rest=""), {f"{prefix}SECRET": SECRET})
    (by_file,) = loaded(tmp_path, a_host(rest=""), {f"{prefix}SECRET_FILE": "secret"})
    (by_name,) = loaded(tmp_path, a_host(), {f"{prefix}ISSUER": "portal"})

    assert (SECRET, tmp_path / "secret", "portal") == (by_value.secret, by_file.secret_file, by_name.issuer)


def test_a_secret_is_not_printed(tmp_path: Path) -> None:
    """Settings can be printed by a programmer without telling the secret."""
    assert SECRET not in repr(loaded(tmp_path, a_host(rest=f'secret = "{SECRET}"')))
