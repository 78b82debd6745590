"""The keys of a Confluence site are checked before anything is opened, and each refusal names its key."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from exshare_adapters.confluence.settings import CloudSettings, DataCenterSettings
from exshare_core.errors import InvalidValue

CLOUD: Mapping[str, object] = {
    "url": "https://acme.atlassian.net/wiki",
    "email": "bot@acme.example",
    "token": "t0ken",
}
DATA_CENTER: Mapping[str, object] = {"url": "https://wiki.example.com/confluence", "token": "t0ken"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"url": "http://acme.atlassian.net/wiki"}, "url"),
        ({"url": "acme.atlassian.net"}, "url"),
        ({"url": "https://10.0.0.1/wiki"}, "url"),
        ({"url": "https://localhost/wiki"}, "url"),
        ({"url": "https://user:pw@acme.atlassian.net/wiki"}, "url"),
        ({"url": "https://acme.atlassian.net/wiki?x=1"}, "url"),
        ({"url": "https://acme.atlassian.net:99999/wiki"}, "url"),
        ({"api_url": "http://api.atlassian.com"}, "api_url"),
        ({"email": None}, "email"),
        ({"token": None}, "token"),
        ({"token": "with space"}, "token"),
        ({"token": "new\nline"}, "token"),
        ({"token": ""}, "token"),
        ({"email": "a:b@acme.example"}, "email"),
        ({"bearer": "b"}, "bearer"),
        ({"media_hosts": ("https://media.example",)}, "media_hosts"),
    ],
)
def test_a_cloud_site_is_refused_by_name(changes: Mapping[str, object], key: str) -> None:
    """Https and public hosts unless insecure, exactly one form of credential, nothing that breaks a
    header.
    """
    with pytest.raises(InvalidValue) as raised:
        CloudSettings(**{**CLOUD, **changes})  # type: ignore[arg-type]

    assert key == raised.value.field

    assert "t0ken" not in str(raised.value) and "pw@" not in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"url": "http://wiki.example.com"}, "url"),
        ({"token": None}, "user"),
        ({"token": None, "user": "jo"}, "password"),
        ({"user": "jo", "password": "pw"}, "token"),
        ({"token": None, "user": "j:o", "password": "pw"}, "user"),
    ],
)
def test_a_data_center_site_is_refused_by_name(changes: Mapping[str, object], key: str) -> None:
    """The same for Data Center."""
    with pytest.raises(InvalidValue) as raised:
        DataCenterSettings(**{**DATA_CENTER, **changes})  # type: ignore[arg-type]

    assert key == raised.value.field


def test_credentials_take_the_form_that_the_site_wants() -> None:
    """Basic for e-mail and token or user and password, Bearer for the others; a secret never shows in a
    repr.
    """
    basic = CloudSettings(**CLOUD)  # type: ignore[arg-type]
    bearer = CloudSettings(url="https://acme.atlassian.net/wiki", bearer="b34rer")
    pat = DataCenterSettings(**DATA_CENTER)  # type: ignore[arg-type]
    password = DataCenterSettings(url="https://wiki.example.com", user="jo", password="pässword")

    assert [basic.authorization, bearer.authorization, pat.authorization, password.authorization] == [
        "Basic Ym90QGFjbWUuZXhhbXBsZTp0MGtlbg==",
        "Bearer b34rer",
        "Bearer t0ken",
        "Basic am86cMOkc3N3b3Jk",
    ]

    assert not any(secret in repr((basic, bearer, pat, password)) for secret in ("t0ken", "b34rer", "pässword"))


def test_an_insecure_site_may_be_on_this_machine() -> None:
    """`insecure = true` allows http and loopback for this one site."""
    site = CloudSettings(url="http://127.0.0.1:8080/wiki/", email="a@b.example", token="t", insecure=True)

    assert ("http://127.0.0.1:8080/wiki", frozenset({"127.0.0.1:8080"})) == (site.base, site.site.hosts)
