"""Variables stand over the file, ``…_FILE`` reads a value from a file, and one that sets nothing is refused by name."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue, InvalidValues
from exshare_web.container import RegisteredAdapters
from exshare_web.settings import Settings, load

DATA = Path("/var/lib/exshare")

FILE = """
base_url = "https://share.example.com"
[storage]
use = "postgres"
dsn = "dbname=from_file"
[mail]
use = "smtp"
host = "mail.example.com"
sender = "share@example.com"
[[sites]]
name = "acme"
[sites.content]
use = "confluence-cloud"
url = "https://acme.atlassian.net/wiki"
email = "bot@example.com"
token = "from-file"
[sites.mail]
use = "file"
path = "acme"
[[sites]]
name = "north-pole"
[sites.content]
use = "confluence-data-center"
url = "https://wiki.example.com"
token = "from-file"
"""


def loaded(folder: Path, environ: Mapping[str, str], text: str = FILE) -> Settings:
    """The settings with these variables over a file of this text."""
    file = folder / "exshare.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ, RegisteredAdapters(), default_data_dir=DATA)


def faults(folder: Path, environ: Mapping[str, str], text: str = FILE) -> dict[str, str]:
    """Each fault by its key or variable."""
    with pytest.raises(InvalidValues) as raised:
        loaded(folder, environ, text)
    return {one.field: one.rule for one in raised.value.failures}


@frozen
class Lookalike:
    """A stranger's content adapter whose key runs together with that of a site's mail."""

    path: str


async def open_lookalike(settings: Lookalike) -> AsyncIterator[str]:
    """Open nothing."""
    yield settings.path


# --- which variable sets which key -----------------------------------------------------------------------------------


def test_a_variable_is_made_of_section_and_key(tmp_path: Path) -> None:
    """Keys of every section, of both kinds of sites' tables and of the top can be set; the file has the rest."""
    made = loaded(
        tmp_path,
        {
            "EXSHARE_BASE_URL": "https://pages.example.com",
            "EXSHARE_DATA_DIR": "/srv/exshare",
            "EXSHARE_SECRETS_KEY_FILE": "/run/keys/exshare",
            "EXSHARE_STORAGE_DSN": "dbname=from_variable",
            "EXSHARE_MAIL_PORT": "2525",
            "EXSHARE_PASSWORDS_MEMORY_KIB": "65536",
            "EXSHARE_SERVER_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
            "EXSHARE_LOG_FORM": "text",
            "EXSHARE_SITE_ACME_TOKEN": "acme-from-variable",
            "EXSHARE_SITE_ACME_CONTACT": "help@example.com",
            "EXSHARE_SITE_ACME_MAIL_PATH": "/srv/mail",
            "EXSHARE_SITE_NORTH_POLE_TOKEN": "north-from-variable",
        },
    )

    assert ("https://pages.example.com", Path("/srv/exshare"), Path("/run/keys/exshare")) == (
        made.base_url,
        made.data_dir,
        made.key_file,
    )

    assert {"dsn": "dbname=from_variable"} == made.storage.values

    assert {"host": "mail.example.com", "sender": "share@example.com", "port": "2525"} == made.mail.values

    assert (65536, ("127.0.0.1/32", "10.0.0.0/8"), "text") == (
        made.passwords.memory_kib,
        made.trusted_proxies,
        made.log_form,
    )

    assert ["acme-from-variable", "north-from-variable"] == [site.content.values["token"] for site in made.sites]

    assert ("help@example.com", {"path": "/srv/mail"}) == (
        made.sites[0].contact,
        None if made.sites[0].mail is None else made.sites[0].mail.values,
    )


def test_a_variable_may_choose_the_adapter(tmp_path: Path) -> None:
    """`…_USE` is read before everything else, so that the other variables are those of the adapter it names."""
    text = FILE.replace('use = "postgres"\ndsn = "dbname=from_file"', "").replace(
        'use = "confluence-data-center"\n', ""
    )
    made = loaded(
        tmp_path,
        {
            "EXSHARE_STORAGE_USE": "sqlite",
            "EXSHARE_STORAGE_PATH": "exshare.db",
            "EXSHARE_SITE_NORTH_POLE_USE": "confluence-data-center",
        },
        text,
    )

    assert ("sqlite", {"path": "exshare.db"}) == (made.storage.use, made.storage.values)

    assert "confluence-data-center" == made.sites[1].content.use


def test_a_whole_section_may_come_from_the_environment(tmp_path: Path) -> None:
    """A table that is not in the file at all is made by its variables."""
    made = loaded(
        tmp_path,
        {"EXSHARE_MAIL_USE": "file", "EXSHARE_MAIL_PATH": "letters"},
        FILE.replace('[mail]\nuse = "smtp"\nhost = "mail.example.com"\nsender = "share@example.com"\n', ""),
    )

    assert ("file", {"path": "letters"}) == (made.mail.use, made.mail.values)


@pytest.mark.parametrize(
    "name",
    [
        "EXSHARE_CONFIG",
        "EXSHARE_REFERENCE",
        "EXSHARE_REQUIRE",
        "EXSHARE_TEST_DATABASE_URL",
        "PATH",
        "EXSHARES_X",
        "exshare_log",
    ],
)
def test_other_programs_variables_set_nothing(tmp_path: Path, name: str) -> None:
    """Variables that are no settings change nothing and are no fault."""
    assert loaded(tmp_path, {}) == loaded(tmp_path, {name: "whatever"})


# --- values from files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["none", "lf", "crlf"])
def test_a_value_may_lie_in_a_file(tmp_path: Path, end: str) -> None:
    """`…_FILE` names a file whose text is the value, without the line break at its end; a relative path will do."""
    (tmp_path / "token.txt").write_bytes(f" t0k€n ohne Punkt{end}".encode())
    (tmp_path / "use").write_bytes(f"postgres{end}".encode())
    made = loaded(
        tmp_path, {"EXSHARE_STORAGE_DSN_FILE": "token.txt", "EXSHARE_STORAGE_USE_FILE": str(tmp_path / "use")}
    )

    assert ("postgres", " t0k€n ohne Punkt") == (made.storage.use, made.storage.values["dsn"])


def test_a_key_that_names_a_file_is_never_read_from_one(tmp_path: Path) -> None:
    """`key_file` and `ca_file` are paths: their variables end in `_FILE` once, and set the path itself."""
    made = loaded(tmp_path, {"EXSHARE_MAIL_CA_FILE": "roots.pem"})

    assert "roots.pem" == made.mail.values["ca_file"]

    assert {
        "EXSHARE_MAIL_CA_FILE_FILE": "there is no such variable; did you mean `EXSHARE_MAIL_CA_FILE`?",
        "EXSHARE_SECRETS_KEY_FILE_FILE": "there is no such variable; did you mean `EXSHARE_SECRETS_KEY_FILE`?",
    } == faults(tmp_path, {"EXSHARE_MAIL_CA_FILE_FILE": "x", "EXSHARE_SECRETS_KEY_FILE_FILE": "x"})


def test_a_file_that_gives_no_value_is_refused_without_its_name(tmp_path: Path) -> None:
    """Whoever puts the secret itself where its file should be named does not find it in the refusal."""
    (tmp_path / "latin").write_bytes(b"\xe9")
    (tmp_path / "large").write_bytes(b"x" * (64 * 1024 + 1))
    found = faults(
        tmp_path,
        {
            "EXSHARE_SITE_ACME_TOKEN_FILE": "ATATT-the-token-itself",
            "EXSHARE_SITE_NORTH_POLE_TOKEN_FILE": "latin",
            "EXSHARE_STORAGE_DSN_FILE": "large",
            "EXSHARE_MAIL_USER_FILE": "a\0b",
        },
    )

    assert {
        "EXSHARE_SITE_ACME_TOKEN_FILE": "names a file that cannot be read: No such file or directory",
        "EXSHARE_SITE_NORTH_POLE_TOKEN_FILE": "names a file that is not UTF-8 text",
        "EXSHARE_STORAGE_DSN_FILE": "names a file of more than 65536 bytes",
        "EXSHARE_MAIL_USER_FILE": "names a file that cannot be read: that is no path",
    } == found


def test_a_value_is_given_once(tmp_path: Path) -> None:
    """A variable and its `_FILE` together are refused, as nobody can tell which was meant."""
    both = {"EXSHARE_STORAGE_DSN": "dbname=x", "EXSHARE_STORAGE_DSN_FILE": "dsn.txt"}

    assert {"EXSHARE_STORAGE_DSN": "is set with and without `_FILE`; keep one"} == faults(tmp_path, both)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("EXSHARE_STORAGE_DNS", "there is no such variable; did you mean `EXSHARE_STORAGE_DSN`?"),
        ("EXSHARE_SITE_ACNE_TOKEN", "there is no such variable; did you mean `EXSHARE_SITE_ACME_TOKEN`?"),
        ("EXSHARE_BASEURL", "there is no such variable; did you mean `EXSHARE_BASE_URL`?"),
        ("EXSHARE_STORAGE_DNS_FILE", "there is no such variable; did you mean `EXSHARE_STORAGE_DSN_FILE`?"),
        ("EXSHARE_", "there is no such variable"),
        ("EXSHARE_\x1b[2J", "there is no such variable"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest(tmp_path: Path, name: str, said: str) -> None:
    """A variable that would set nothing stops the start."""
    assert {name.replace("\x1b", "?"): said} == faults(tmp_path, {name: "x"})


def test_a_section_without_adapter_is_the_only_fault(tmp_path: Path) -> None:
    """While nobody knows which adapter was meant, the variables of its keys are not judged."""
    text = FILE.replace('use = "postgres"', 'use = "postgers"').replace('use = "confluence-data-center"\n', "")
    found = faults(tmp_path, {"EXSHARE_STORAGE_DSN": "x", "EXSHARE_SITE_NORTH_POLE_TOKEN": "x"}, text)

    assert {"storage.use", "sites.north-pole.content.use"} == set(found)


def test_a_variable_with_two_meanings_is_refused(tmp_path: Path) -> None:
    """Where names of sites and keys run together, nothing is guessed; the file can say it."""
    text = (
        FILE
        + """
[[sites]]
name = "acme-mail"
[sites.content]
use = "tests.unit.test_environment:open_lookalike"
path = "there"
"""
    )

    assert {
        "EXSHARE_SITE_ACME_MAIL_PATH": "could mean `sites.acme.mail.path` and `sites.acme-mail.content.path`; "
        "write the value in the configuration file"
    } == faults(tmp_path, {"EXSHARE_SITE_ACME_MAIL_PATH": "x"}, text)


def test_no_fault_shows_the_value_of_a_variable(tmp_path: Path) -> None:
    """Neither a misspelt variable nor a wrong value repeats what was given."""
    secret = "hunter-two-hunter-two"
    environ = {"EXSHARE_SITE_ACME_TOKN": secret, "EXSHARE_SITE_NORTH_POLE_TOKEN": f"{secret} {secret}"}
    with pytest.raises(InvalidValues) as raised:
        loaded(tmp_path, environ)

    assert {"EXSHARE_SITE_ACME_TOKN", "sites.north-pole.content.token"} == {one.field for one in raised.value.failures}

    assert secret not in str(raised.value)


# --- laws ------------------------------------------------------------------------------------------------------------

VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=40)
PLACES = {
    "EXSHARE_STORAGE_DSN": 'dsn = "dbname=from_file"',
    "EXSHARE_MAIL_SENDER": 'sender = "share@example.com"',
    "EXSHARE_SITE_ACME_EMAIL": 'email = "bot@example.com"',
    "EXSHARE_SITE_ACME_URL": 'url = "https://acme.atlassian.net/wiki"',
    "EXSHARE_BASE_URL": 'base_url = "https://share.example.com"',
}


def _outcome(folder: Path, environ: Mapping[str, str], text: str) -> object:
    try:
        made = loaded(folder, environ, text)
    except InvalidValue as error:
        return str(error)
    return made, made.storage.values, made.mail.values, [site.content.values for site in made.sites]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(sorted(PLACES)), VALUE)
def test_a_variable_a_file_and_the_configuration_say_the_same(name: str, value: str) -> None:
    """A value is taken or refused alike, in the same words, wherever it stands."""
    with TemporaryDirectory() as folder:
        where = Path(folder)
        line = PLACES[name]
        quoted = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        written = FILE.replace(line, f"{line.split(' = ', maxsplit=1)[0]} = {quoted}", 1)
        (where / "value").write_bytes(value.encode() + b"\n")
        in_file = _outcome(where, {}, written)
        in_variable = _outcome(where, {name: value}, FILE)
        in_its_own = _outcome(where, {f"{name}_FILE": "value"}, FILE)

    assert in_file == in_variable

    assert in_file == in_its_own


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.text(max_size=20).map("EXSHARE_{}".format) | st.sampled_from(sorted(PLACES)), st.text(max_size=20)
    )
)
def test_any_environment_is_taken_or_refused(environ: dict[str, str]) -> None:
    """Whatever the environment holds, it gives settings or a refusal that names each variable."""
    with TemporaryDirectory() as folder:
        said = _outcome(Path(folder), environ, FILE)

    assert not isinstance(said, str) or said.isprintable()
