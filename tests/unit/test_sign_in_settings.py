"""Identity providers in the configuration: which start, which are refused and by which name, and their variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from exshare_core.errors import InvalidValues
from exshare_core.values import Address, People
from exshare_web.container import RegisteredAdapters
from exshare_web.settings import load
from exshare_web.settings.sections import Section
from exshare_web.settings.sign_in import SignInSettings

BEGINNING = """
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
bearer = "b"
"""

STAFF = """
[[sites.sign_in]]
name = "staff"
use = "oidc"
issuer = "https://login.example.com"
client_id = "exshare"
client_secret = "s3cret-of-the-client"
"""

OIDC = {"issuer": "https://login.example.com", "client_id": "exshare", "client_secret": "s3cret-of-the-client"}


def loaded(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[SignInSettings, ...]:
    """The providers of the one site in a file of this text."""
    file = folder / "exshare.toml"
    file.write_text(BEGINNING + text, encoding="utf-8")
    return load(file, environ or {}, RegisteredAdapters(), default_data_dir=folder).sites[0].sign_in


def faults(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each fault by its key."""
    with pytest.raises(InvalidValues) as raised:
        loaded(folder, text, environ)
    return {one.field: one.rule for one in raised.value.failures}


def test_a_provider_needs_no_more_than_its_client(tmp_path: Path) -> None:
    """By default it is for everybody, goes by its name, makes nobody an admin, and leaves groups to Confluence."""
    assert (SignInSettings("staff", "staff", Section("oidc", OIDC)),) == loaded(tmp_path, STAFF)


def test_a_site_without_providers_has_none(tmp_path: Path) -> None:
    """Nothing is made up."""
    assert () == loaded(tmp_path, "")


def test_every_key_of_a_provider_is_read(tmp_path: Path) -> None:
    """Several providers keep the order of the file, and each its own keys."""
    partners = STAFF.replace('"staff"', '"partners"') + (
        'title = "Partner portal"\nfor = ["visitors"]\ndomains = ["partner.example", "*.partner.org"]\n'
    )
    staff = STAFF + 'for = ["members"]\nadmin_groups = ["wiki-admins"]\ngroups_from = "claims"\n'
    staff += 'groups_claim = "teams"\n'
    first, second = loaded(tmp_path, staff + partners)

    assert (
        SignInSettings(
            "staff",
            "staff",
            Section("oidc", {**OIDC, "groups_claim": "teams"}),
            visitors=False,
            admin_groups=frozenset({"wiki-admins"}),
            groups_from_claims=True,
        )
        == first
    )
    assert (
        SignInSettings(
            "partners",
            "Partner portal",
            Section("oidc", OIDC),
            People.parse(["partner.example", "*.partner.org"]),
            members=False,
        )
        == second
    )
    assert [True, True, False] == [
        second.domains.admits(Address.parse(one)) for one in ("a@partner.example", "a@it.partner.org", "a@example.com")
    ]


def test_a_variable_names_site_provider_and_key(tmp_path: Path) -> None:
    """Keys of the adapter and of every provider come from variables, from files too; the file names the provider."""
    (tmp_path / "secret").write_text("s3cret-of-the-client\n", encoding="utf-8")
    (found,) = loaded(
        tmp_path,
        '[[sites.sign_in]]\nname = "our-staff"\n',
        {
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_USE": "oidc",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_ISSUER": "https://login.example.com",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_CLIENT_ID": "exshare",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_CLIENT_SECRET_FILE": "secret",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_TITLE": "Our staff",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_FOR": "members",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_DOMAINS": "example.com, *.example.org",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_ADMIN_GROUPS": "admins,owners",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_GROUPS_FROM": "claims",
            "EXSHARE_SITE_ACME_SIGN_IN_OUR_STAFF_GROUPS_CLAIM": "teams",
        },
    )

    assert (
        SignInSettings(
            "our-staff",
            "Our staff",
            Section("oidc", {**OIDC, "groups_claim": "teams"}),
            People.parse(["example.com", "*.example.org"]),
            visitors=False,
            admin_groups=frozenset({"admins", "owners"}),
            groups_from_claims=True,
        )
        == found
    )


REFUSED: list[tuple[str, str, str]] = [
    (STAFF.replace('name = "staff"\n', ""), "sites.acme.sign_in[1].name", "is missing: a short name for the provider, such as staff"),
    (STAFF.replace('"staff"', '"Our Staff"'), "sites.acme.sign_in.Our Staff.name", "`Our Staff` is not a name: use 1 to 40 of a-z, 0-9 and inner hyphens"),
    (STAFF + STAFF, "sites.acme.sign_in.staff.name", "another provider of the site has this name"),
    (STAFF + f'title = "{"x" * 61}"', "sites.acme.sign_in.staff.title", "must be a text of at most 60 characters"),
    (STAFF + 'title = "a\\nb"', "sites.acme.sign_in.staff.title", "must be a text of at most 60 characters"),
    (STAFF + 'for = ["guests"]', "sites.acme.sign_in.staff.for", "must name visitors or members, or both"),
    (STAFF + "for = []", "sites.acme.sign_in.staff.for", "must name visitors or members, or both"),
    (STAFF + "domains = 5", "sites.acme.sign_in.staff.domains", "must be a list of texts"),
    (STAFF + 'domains = ["example"]', "sites.acme.sign_in.staff.domains", "`example` is not a full domain name"),
    (STAFF + 'domains = ["ada@example.com"]', "sites.acme.sign_in.staff.domains", "`ada@example.com` is an address; give its domain"),
    (STAFF + "admin_groups = [1]", "sites.acme.sign_in.staff.admin_groups", "must be a list of texts"),
    (STAFF + 'groups_from = "ldap"', "sites.acme.sign_in.staff.groups_from", "must be one of confluence, claims"),
    (STAFF + 'groups_from = "claims"', "sites.acme.sign_in.staff.groups_from", "`claims` needs groups_claim: the claim that lists a person's groups"),
    (STAFF.replace('"oidc"', '"oidk"'), "sites.acme.sign_in.staff.use", "there is no adapter `oidk`; installed: oidc; did you mean `oidc`?"),
    (STAFF.replace('use = "oidc"', ""), "sites.acme.sign_in.staff.use", "is missing: the name of an adapter; installed: oidc"),
    (STAFF + "issuerr = 1", "sites.acme.sign_in.staff.issuerr", "there is no key `issuerr`; known: algorithms, announces_pkce, ca_file, client_auth, client_id, client_secret, groups_claim, identity_claim, insecure, issuer, scopes, timeout; did you mean `issuer`?"),
    (STAFF.replace("https:", "http:"), "sites.acme.sign_in.staff.issuer", "`http://login.example.com` must be https"),
    (STAFF + 'algorithms = ["none"]', "sites.acme.sign_in.staff.algorithms", "there is no algorithm `none`; accepted: ES256, ES384, ES512, Ed25519, PS256, PS384, PS512, RS256, RS384, RS512"),
    ("[sites.sign_in]\nname = 1", "sites.acme.sign_in", "write each provider as a table [[sites.sign_in]]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "said"), REFUSED)
def test_a_fault_of_a_provider_is_told_by_its_key(tmp_path: Path, text: str, key: str, said: str) -> None:
    """Wrong keys and values are refused under the name that the operator wrote, and no secret is shown."""
    found = faults(tmp_path, text)

    assert said == found[key]
    assert "s3cret-of-the-client" not in str(found)


def test_a_misspelt_variable_of_a_provider_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """What sets nothing is never missed."""
    name = "EXSHARE_SITE_ACME_SIGN_IN_STAFF_CLIENT_SECRETT"

    assert {name: "there is no such variable; did you mean `EXSHARE_SITE_ACME_SIGN_IN_STAFF_CLIENT_SECRET`?"} == faults(
        tmp_path, STAFF, {name: "x"}
    )


def test_a_variable_of_a_provider_with_two_meanings_is_refused(tmp_path: Path) -> None:
    """Where names of sites and providers run together, the file must say it."""
    name = "EXSHARE_SITE_ACME_SIGN_IN_STAFF_INSECURE"
    content = BEGINNING[BEGINNING.index("[sites.content]") :]
    found = faults(tmp_path, f'{STAFF}[[sites]]\nname = "acme-sign-in-staff"\n{content}', {name: "true"})

    assert {
        name: "could mean `sites.acme.sign_in.staff.insecure` and `sites.acme-sign-in-staff.content.insecure`; "
        "write the value in the configuration file"
    } == found
