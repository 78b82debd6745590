"""The configuration file: what starts, what is refused, by which name, and that all faults are told at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.values import SiteId
from exshare_web.container import RegisteredAdapters
from exshare_web.settings import Passwords, Settings, SiteSettings, load
from exshare_web.settings.sections import Section
from tests.requirements import need

DATA = Path("/var/lib/exshare")

SMALLEST = """
base_url = "https://share.example.com"

[storage]
use = "sqlite"
path = "exshare.db"

[mail]
use = "file"
path = "mail"

[[sites]]
name = "acme"
[sites.content]
use = "confluence-cloud"
url = "https://acme.atlassian.net/wiki"
email = "connector@example.com"
token = "t0k3n-of-acme"
"""


def loaded(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in a file of this text."""
    file = folder / "exshare.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ or {}, RegisteredAdapters(), default_data_dir=DATA)


def faults(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each fault by its key."""
    with pytest.raises(InvalidValues) as raised:
        loaded(folder, text, environ)
    return {one.field: one.rule for one in raised.value.failures}


# --- what starts -----------------------------------------------------------------------------------------------------


def test_everything_but_the_connections_has_a_default(tmp_path: Path) -> None:
    """An address, a storage, a mail system and a site are enough; the key lies in the data folder."""
    assert Settings(
        base_url="https://share.example.com",
        data_dir=DATA,
        key_file=DATA / "exshare.key",
        storage=Section("sqlite", {"path": "exshare.db"}),
        mail=Section("file", {"path": "mail"}),
        sites=(
            SiteSettings(
                "acme",  # type: ignore[arg-type]
                Section(
                    "confluence-cloud",
                    {
                        "url": "https://acme.atlassian.net/wiki",
                        "email": "connector@example.com",
                        "token": "t0k3n-of-acme",
                    },
                ),
            ),
        ),
        base=tmp_path,
    ) == loaded(tmp_path, SMALLEST)


STORAGES = {
    "sqlite": 'use = "sqlite"\npath = "exshare.db"',
    "postgres": 'use = "postgres"\ndsn = "postgresql://exshare@db/exshare"',
}
MAILS = {
    "smtp": 'use = "smtp"\nhost = "mail.example.com"\nport = 587\nsecurity = "starttls"\nuser = "share"\n'
    'password = "p4ss"\nsender = "Shared pages <share@example.com>"',
    "smtp over tls": 'use = "smtp"\nhost = "mail.example.com"\nsecurity = "tls"\nsender = "share@example.com"',
    "smtp in clear": 'use = "smtp"\nhost = "127.0.0.1"\nport = 1025\nsecurity = "none"\nsender = "share@example.com"',
    "mailgun": 'use = "mailgun"\ndomain = "mg.example.com"\napi_key = "key-1"\nregion = "eu"\nsender = "share@example.com"',
    "mailgun elsewhere": 'use = "mailgun"\ndomain = "mg.example.com"\napi_key = "key-1"\nregion = "us"\n'
    'api_url = "https://gateway.example.com"\nsender = "share@example.com"',
    "file": 'use = "file"\npath = "mail"\nsender = "share@example.com"',
}
CONTENTS = {
    "cloud by token": 'use = "confluence-cloud"\nurl = "https://acme.atlassian.net/wiki"\n'
    'api_url = "https://api.example.com/ex/confluence/1"\nemail = "bot@example.com"\ntoken = "t"\nmedia_hosts = []\n'
    "insecure = false",
    "cloud by bearer": 'use = "confluence-cloud"\nurl = "https://acme.atlassian.net/wiki"\nbearer = "b"\n'
    'media_hosts = ["media.example.com"]',
    "data center by token": 'use = "confluence-data-center"\nurl = "https://wiki.example.com/confluence"\ntoken = "t"',
    "data center by password": 'use = "confluence-data-center"\nurl = "http://127.0.0.1:8090"\nuser = "bot"\n'
    'password = "p"\ninsecure = true',
}


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("content", CONTENTS)
def test_the_promised_keys_start(tmp_path: Path, storage: str, mail: str, content: str) -> None:
    """Every adapter takes the keys that operators were promised."""
    made = loaded(
        tmp_path,
        f'base_url = "https://share.example.com"\ndata_dir = "data"\n[secrets]\nkey_file = "keys/exshare.key"\n'
        f'[storage]\n{STORAGES[storage]}\n[mail]\n{MAILS[mail]}\n[[sites]]\nname = "acme"\n'
        f"[sites.content]\n{CONTENTS[content]}\n",
    )

    assert (tmp_path / "data", tmp_path / "keys/exshare.key") == (made.data_dir, made.key_file)


def test_every_other_key_is_read(tmp_path: Path) -> None:
    """Passwords, proxies, logs and what belongs to a site."""
    made = loaded(
        tmp_path,
        SMALLEST
        + '[sites.mail]\nuse = "file"\npath = "acme"\n'
        + "[passwords]\nmemory_kib = 65536\ntime_cost = 2\nparallelism = 1\n"
        + '[server]\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8", "::1"]\n[log]\nlevel = "debug"\nform = "text"\n',
    )

    assert Passwords(65536, 2, 1) == made.passwords

    assert ("127.0.0.1/32", "10.0.0.0/8", "::1/128") == made.trusted_proxies

    assert ("debug", "text") == (made.log_level, made.log_form)

    assert Section("file", {"path": "acme"}) == made.sites[0].mail


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Some editors begin a file with one."""
    assert "https://share.example.com" == loaded(tmp_path, "\ufeff" + SMALLEST).base_url


# --- what is refused -------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """A misspelt key, a missing one, an unknown adapter, a bad value and a bad variable come in one refusal."""
    found = faults(
        tmp_path,
        """
base_ur = "https://share.example.com"
[storage]
use = "sqlight"
[mail]
use = "smtp"
hots = "mail.example.com"
[log]
level = "loud"
[passwords]
memory_kib = 64
[[sites]]
name = "acme"
contact = 5
[sites.content]
use = "confluence-cloud"
url = "https://acme.atlassian.net/wiki"
email = "bot@example.com"
""",
        {"EXSHARE_LOG_LEVLE": "info"},
    )

    assert {
        "base_ur": "there is no key `base_ur`; known: activity, base_url, data_dir, insecure, language, log, mail, manage_url, "
        "members, passwords, secrets, server, sites, storage; did you mean `base_url`?",
        "base_url": "is missing: the address at which visitors reach this deployment",
        "storage.use": "there is no adapter `sqlight`; installed: postgres, sqlite; did you mean `sqlite`?",
        "mail.hots": "there is no key `hots`; known: ca_file, host, password, port, security, sender, timeout, user; "
        "did you mean `host`?",
        "mail.host": "is missing",
        "mail.sender": "is missing",
        "log.level": "must be one of debug, info, warning, error",
        "passwords.memory_kib": "from 47104 to 1048576 with a `time_cost` of 1; the floor is 47104 (46 MiB), or 19456 "
        "(19 MiB) from a `time_cost` of 2 on",
        "sites.acme.contact": "must be a text of at most 200 characters",
        "sites.acme.content.token": "give `email` and `token`, or `bearer`",
        "EXSHARE_LOG_LEVLE": "there is no such variable; did you mean `EXSHARE_LOG_LEVEL`?",
    } == found


def test_an_empty_file_names_all_that_is_needed(tmp_path: Path) -> None:
    """Whoever begins with nothing is told what to write, with the installed names."""
    assert {
        "base_url": "is missing: the address at which visitors reach this deployment",
        "storage.use": "is missing: the name of an adapter; installed: postgres, sqlite",
        "mail.use": "is missing: the name of an adapter; installed: file, mailgun, smtp",
        "sites": "is missing: write a table [[sites]] for each Confluence",
    } == faults(tmp_path, "")


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("[storage]", "[[storage]]", "storage", "write it as a table [storage]"),
        ("[[sites]]", "[sites]", "sites", "write each site as a table [[sites]]"),
        ('use = "file"', "use = 5", "mail.use", "must be a text in quotes"),
        ('use = "file"', 'use = ""', "mail.use", "there is no adapter ``; installed: file, mailgun, smtp"),
        ('name = "acme"', 'name = "Acme!"', "sites.Acme!.name", "`Acme!` is not a site name: use 1 to 40 of a-z, 0-9 and inner hyphens"),
        ('name = "acme"', "", "sites[1].name", "is missing: a short name for the site, such as acme"),
        ('name = "acme"', 'name = "acme"\ntoken = "x"', "sites.acme.token", "there is no key `token`; known: activity_days, contact, content, language, mail, name, own_url, sign_in, signed_visitors"),
        ("[sites.content]", "content = 5\n[other]", "sites.acme.content", "write it as a table [sites.content]"),
        ("[storage]", "[secrets]\nkey_file = 5\n[storage]", "secrets.key_file", "must be a path in quotes"),
        ("[storage]", '[secrets]\nkey_fil = ""\n[storage]', "secrets.key_fil", "there is no key `key_fil`; known: key_file; did you mean `key_file`?"),
        ("[storage]", '[server]\ntrusted_proxies = ["*"]\n[storage]', "server.trusted_proxies", "`*` is not an address or a network such as 10.0.0.0/8"),
        ("[storage]", '[server]\ntrusted_proxies = ["10.0.0.1/8"]\n[storage]', "server.trusted_proxies", "`10.0.0.1/8` is not an address or a network such as 10.0.0.0/8"),
        ("[storage]", '[server]\ntrusted_proxies = ["::/0"]\n[storage]', "server.trusted_proxies", "`::/0` is everyone, whose headers cannot be trusted"),
        ("[storage]", "[server]\ntrusted_proxies = 5\n[storage]", "server.trusted_proxies", "must be a list of addresses and networks"),
        ("[storage]", "[passwords]\ntime_cost = true\n[storage]", "passwords.time_cost", "must be a whole number"),
        ("[storage]", '[log]\nform = "xml"\n[storage]', "log.form", "must be one of json, text"),
        ("base_url", 'data_dir = "a\\u0000b"\nbase_url', "data_dir", "must be a path in quotes"),
        ("base_url", 'insecure = "perhaps"\nbase_url', "insecure", "must be true or false"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_its_key(tmp_path: Path, old: str, new: str, key: str, said: str) -> None:
    """Wrong shapes and wrong values are refused under the name that the operator wrote."""
    found = faults(tmp_path, SMALLEST.replace(old, new, 1))

    assert said == found[key]


def test_two_sites_never_share_a_name(tmp_path: Path) -> None:
    """A second site of the same name is refused."""
    second = SMALLEST[SMALLEST.index("[[sites]]") :]

    assert {"sites.acme.name": "another site has this name"} == faults(tmp_path, SMALLEST + second)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base_url = ", "is not TOML: Invalid value (at end of document)"),
        ("a = " + "9" * 5000, "is not TOML: "),
        ("a = " + "[" * 5000, "is not TOML: "),
    ],
    ids=["half a line", "a number without end", "lists without end"],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The refusal names the file and the place."""
    assert faults(tmp_path, text)["config"].startswith(f"`{tmp_path}/exshare.toml` {said}")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder and a file in another encoding are named."""
    (tmp_path / "latin.toml").write_bytes(b'base_url = "\xe9"')
    reasons = {}
    for name in ("missing.toml", ".", "latin.toml"):
        with pytest.raises(InvalidValues) as raised:
            load(tmp_path / name, {}, RegisteredAdapters(), default_data_dir=DATA)
        reasons[name] = raised.value.failures[0].rule.removeprefix(f"`{tmp_path / name}` ")

    assert {
        "missing.toml": "cannot be read: No such file or directory",
        ".": "cannot be read: Is a directory",
        "latin.toml": "is not UTF-8 text",
    } == reasons


# --- the base address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://share.example.com/", "https://share.example.com"),
        (" HTTPS://Share.Example.com:443 ", "https://share.example.com"),
        ("https://share.example.com:8443", "https://share.example.com:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://share.localhost", "http://share.localhost"),
    ],
)
def test_a_base_address_has_one_form(tmp_path: Path, given: str, normal: str) -> None:
    """Scheme and host in small letters, no usual port, no slash; http for this very machine."""
    assert normal == loaded(tmp_path, SMALLEST.replace("https://share.example.com", given)).base_url


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("share.example.com", "`share.example.com` is not an address such as https://share.example.com"),
        ("ftp://share.example.com", "`ftp://share.example.com` is not an address such as https://share.example.com"),
        ("https://", "`https://` is not an address such as https://share.example.com"),
        ("https://a b", "`https://a b` is not an address such as https://share.example.com"),
        ("https://bücher.example", "`https://bücher.example` is not an address such as https://share.example.com"),
        ("https://a:99999", "is not an address such as https://share.example.com"),
        ("https://[::1", "is not an address such as https://share.example.com"),
        ("https://ada:p4ssw0rd@a.example", "must not hold a user or a password"),
        ("https://a.example/wiki", "`https://a.example/wiki` must be scheme and host only, without a path"),
        ("https://a.example?x", "`https://a.example?x` must be scheme and host only, without a path"),
        ("http://a.example", "`http://a.example` must be https; set `insecure = true` to serve others over http"),
        ("http://10.0.0.1", "`http://10.0.0.1` must be https; set `insecure = true` to serve others over http"),
    ],
)
def test_a_base_address_that_will_not_do_is_refused(tmp_path: Path, given: str, said: str) -> None:
    """Over http nobody but this machine is served unless the operator insists; a password is never repeated."""
    assert {"base_url": said} == faults(tmp_path, SMALLEST.replace("https://share.example.com", given))


def test_http_for_others_must_be_asked_for(tmp_path: Path) -> None:
    """`insecure = true` lets the operator serve others over http, and then cookies are not marked secure (spec G10)."""
    made = loaded(tmp_path, "insecure = true\n" + SMALLEST.replace("https://share", "http://share"))

    assert ("http://share.example.com", False) == (made.base_url, made.secure)

    assert loaded(tmp_path, SMALLEST.replace("https", "HTTPS", 1)).secure


# --- secrets and naughty input ---------------------------------------------------------------------------------------


def test_settings_never_show_a_secret(tmp_path: Path) -> None:
    """The repr of the settings holds no value of an adapter's section."""
    made = loaded(tmp_path, SMALLEST.replace('use = "sqlite"\npath = "exshare.db"', STORAGES["postgres"]))

    assert not [secret for secret in ("t0k3n-of-acme", "postgresql://") if secret in repr(made)]


def test_no_fault_shows_a_secret(tmp_path: Path) -> None:
    """Every credential beside a fault of its own section stays untold."""
    text = SMALLEST.replace("acme.atlassian.net", "[").replace(
        'use = "sqlite"\npath = "exshare.db"', 'use = "postgres"\ndsn = "password=s3cr3t-dsn"\npool_size = 0'
    )
    with pytest.raises(InvalidValues) as raised:
        loaded(tmp_path, text)

    assert {"storage.pool_size", "sites.acme.content.url"} == {one.field for one in raised.value.failures}

    assert not [secret for secret in ("t0k3n-of-acme", "s3cr3t-dsn") if secret in str(raised.value)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://share.example.com:8443", "must be another host than `base_url`; leave it out to have both on one"),
        ("http://localhost", "must begin as `base_url` does, both with https"),
        (
            "http://manage.example.com",
            "`http://manage.example.com` must be https; set `insecure = true` to serve others over http",
        ),
        ("https://manage.example.com/x", "`https://manage.example.com/x` must be scheme and host only, without a path"),
        ("manage.example.com", "`manage.example.com` is not an address such as https://share.example.com"),
    ],
)
def test_a_host_for_members_that_will_not_do_is_refused(tmp_path: Path, given: str, said: str) -> None:
    """M11: of a host of its own, as safe as the other."""
    assert {"manage_url": said} == faults(tmp_path, f'manage_url = "{given}"\n{SMALLEST}')


def test_members_are_where_visitors_are_unless_they_have_a_host(tmp_path: Path) -> None:
    """M11: the setting is optional, and is read in the normal form of addresses."""
    one = loaded(tmp_path, SMALLEST)
    other = loaded(tmp_path, f'manage_url = "https://Manage.Example.com:443/"\n{SMALLEST}')

    assert ("https://share.example.com", "https://manage.example.com") == (one.members_url, other.members_url)


KEYS = {
    "base_url": ["base_url"],
    "data_dir": ["data_dir"],
    "key_file": ["secrets", "key_file"],
    "storage": ["storage", "use"],
    "path": ["storage", "path"],
    "mail": ["mail", "use"],
    "sender": ["mail", "sender"],
    "site": ["sites", "name"],
    "contact": ["sites", "contact"],
    "url": ["sites", "content", "url"],
    "token": ["sites", "content", "token"],
    "proxies": ["server", "trusted_proxies"],
    "level": ["log", "level"],
    "memory": ["passwords", "memory_kib"],
}


def _toml(path: list[str], text: str) -> str:
    """The smallest file with `text` as the value of one key."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    table, key = ".".join(path[:-1]), path[-1]
    lines = [
        line for line in SMALLEST.splitlines() if not (line.startswith(f"{key} =") and key in ("base_url", "name"))
    ]
    lines = [line for line in lines if not (key in ("url", "token") and line.startswith(f"{key} ="))]
    if table in ("storage", "mail"):
        at = lines.index(f"[{table}]")
        drop = next((n for n in range(at, at + 3) if lines[n].startswith(f"{key} =")), None)
        lines = [line for number, line in enumerate(lines) if number != drop]
    header = {"": "", "sites": "[[sites]]", "sites.content": "[sites.content]"}.get(table, f"[{table}]")
    if header in lines:
        lines.insert(lines.index(header) + 1, f"{key} = {quoted}")
        return "\n".join(lines)
    if not header:
        return f"{key} = {quoted}\n" + "\n".join(lines)
    return "\n".join([*lines, header, f"{key} = {quoted}"])


def _refusals(text: str) -> tuple[InvalidValue, ...]:
    """What is wrong with a file of this text; nothing when it gives settings."""
    with TemporaryDirectory() as folder:
        try:
            loaded(Path(folder), text)
        except InvalidValues as error:
            return error.failures
    return ()


def _unprintable(text: str) -> list[InvalidValue]:
    """The refusals of a file that a terminal could not show, or would obey."""
    return [one for one in _refusals(text) if not (one.field + one.rule).isprintable()]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(KEYS)), st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_taken_or_refused(key: str, text: str) -> None:
    """Whatever text stands at a key, it gives settings or a refusal, and nothing else."""
    assert [] == _unprintable(_toml(KEYS[key], text))


def test_naughty_texts_are_taken_or_refused() -> None:
    """The same for texts that have broken other programs."""
    folder = Path(need("reference"), "security", "corpora", "naughty-strings")
    texts = [
        json.loads(line)["input"] for line in (folder / "items.jsonl").read_text(encoding="utf-8").split("\n") if line
    ]
    keys = sorted(KEYS)

    assert len(texts) > 100

    assert [] == [text for place, text in enumerate(texts) if _unprintable(_toml(KEYS[keys[place % len(keys)]], text))]


# --- what is kept of what happened -----------------------------------------------------------------------------------


def test_what_happened_is_kept_for_sixty_days_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    """M4: the days of the deployment, those of a site, and those of what concerns no single site; no file of heads."""
    acme, moment = SiteId("acme"), timedelta(days=1)
    plain = loaded(tmp_path, SMALLEST).activity
    said = f"{SMALLEST}[activity]\ndays = 30\nheads_file = 'heads'\n"
    own = loaded(tmp_path, said.replace('name = "acme"', 'name = "acme"\nactivity_days = 7')).activity
    variables = {"EXSHARE_ACTIVITY_DAYS": "90", "EXSHARE_SITE_ACME_ACTIVITY_DAYS": "80"}
    overlaid = loaded(tmp_path, SMALLEST, variables).activity

    assert (60 * moment, None) == (plain.of(acme), plain.heads_file)
    assert {"-": 30 * moment, "acme": 7 * moment} == own.retentions([acme])
    assert tmp_path / "heads" == own.heads_file
    assert {"-": 90 * moment, "acme": 80 * moment} == overlaid.retentions([acme])


@pytest.mark.parametrize("days", ["0", "3651", "1.5", '"many"', "true"])
def test_a_retention_is_a_number_of_days(tmp_path: Path, days: str) -> None:
    """Anything but a whole number from 1 to 3650 is refused by name, of the deployment and of a site."""
    text = SMALLEST.replace('name = "acme"', f'name = "acme"\nactivity_days = {days}') + f"[activity]\ndays = {days}\n"
    said = "must be a whole number of days from 1 to 3650"

    assert {"activity.days": said, "sites.acme.activity_days": said} == faults(tmp_path, text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://share.example.com", "must be a host that neither `base_url` nor `manage_url` nor another site has"),
        (
            "https://SHARE.example.com:8443",
            "must be a host that neither `base_url` nor `manage_url` nor another site has",
        ),
        ("http://localhost", "must begin as `base_url` does, both with https"),
        ("https://acme.example/pages", "`https://acme.example/pages` must be scheme and host only, without a path"),
        ("acme.example", "`acme.example` is not an address such as https://share.example.com"),
    ],
)
def test_a_host_of_a_site_that_will_not_do_is_told(tmp_path: Path, given: str, said: str) -> None:
    """V9, G10: by it browsers keep sites apart, and cookies are as safe as elsewhere."""
    config = SMALLEST.replace('name = "acme"', f'name = "acme"\nown_url = "{given}"')

    assert {"sites.acme.own_url": said} == faults(tmp_path, config)


def test_a_site_speaks_its_own_language_or_that_of_the_deployment(tmp_path: Path) -> None:
    """V8: what stands in the configuration of the site, else above all sites."""
    config = SMALLEST.replace('name = "acme"', 'name = "acme"\nlanguage = "pl"')
    settings = evolve(loaded(tmp_path, config), language="de")

    assert ("pl", "de") == (settings.language_of(SiteId("acme")), settings.language_of(SiteId("other")))


def test_a_site_may_have_a_host_of_its_own(tmp_path: Path) -> None:
    """V9: its links are there, those of other sites where all are."""
    config = SMALLEST.replace('name = "acme"', 'name = "acme"\nown_url = "https://Handbook.Acme.example/"')
    settings = loaded(tmp_path, config)

    assert "https://handbook.acme.example" == settings.url_of(SiteId("acme"))
    assert "https://share.example.com" == settings.url_of(SiteId("other"))
