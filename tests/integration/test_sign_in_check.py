"""``exshare check`` tries every identity provider by itself, whatever else is wrong (spec A4)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from exshare_web.container import check, load_settings
from tests.e2e.running import free_port
from tests.foreign_provider import foreign_provider


def provider(name: str, issuer: str, *more: str) -> str:
    """One table of a provider."""
    keys = "\n".join(more)
    return (
        f'[[sites.sign_in]]\nname = "{name}"\nuse = "oidc"\nissuer = "{issuer}"\n'
        f'client_id = "exshare"\nclient_secret = "any"\ninsecure = true\n{keys}\n'
    )


def test_each_provider_is_tried_by_itself(tmp_path: Path) -> None:
    """One that answers, one that must be vouched for and one that is down are told apart, beside a wiki that is down."""
    nobody = f"http://127.0.0.1:{free_port()}"
    with foreign_provider() as issuer:
        file = tmp_path / "exshare.toml"
        file.write_text(
            f'base_url = "http://127.0.0.1:8000"\ndata_dir = "{tmp_path / "data"}"\n'
            '[storage]\nuse = "sqlite"\npath = "exshare.db"\n[mail]\nuse = "file"\npath = "mail"\n'
            f'[[sites]]\nname = "acme"\n[sites.content]\nuse = "confluence-cloud"\nurl = "{nobody}/wiki"\n'
            'bearer = "b"\ninsecure = true\n'
            + provider("staff", issuer, "announces_pkce = false")
            + provider("partners", issuer)
            + provider("gone", nobody),
            encoding="utf-8",
        )
        found = {one.what: one.wrong for one in asyncio.run(check(load_settings(file, {})))}

    assert () == found["sites.acme.sign_in.staff"]
    assert (
        f"provider `{issuer}`: the provider does not say that it keeps to PKCE with S256 (RFC 7636): update it, or set "
        "`announces_pkce = false` where its maker says that it does",
    ) == found["sites.acme.sign_in.partners"]
    assert (f"provider `{nobody}`: the host cannot be reached",) == found["sites.acme.sign_in.gone"]
    assert found["sites.acme"]
