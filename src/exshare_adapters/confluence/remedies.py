"""Says what is wrong with a connection to Confluence, in one sentence that says how to mend it."""

from __future__ import annotations

from collections.abc import Collection

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.failures import Forbidden, RateLimited, ScopeMissing, Unavailable
from exshare_adapters.confluence.links import Flavour
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected

GATEWAY = "https://api.atlassian.com/ex/confluence/"
"""Where tokens with scopes work; it is followed by the site's cloud id and ``/wiki`` (api.md 1)."""


def explained(error: AdapterFailed, api: Api) -> str:
    """A failure of the connection with its remedy."""
    return f"{error}: {_remedy(error, api)}"


def lacking(scopes: Collection[str]) -> str:
    """That the token lacks `scopes`."""
    named = " and ".join(f"{scope}:confluence" for scope in dict.fromkeys(scopes))
    return f"the connector's token lacks scopes: make a token with {named} as well"


def _remedy(error: AdapterFailed, api: Api) -> str:
    cloud = api.site.flavour is Flavour.CLOUD
    if isinstance(error, RateLimited):
        return "wait and try again later"
    if isinstance(error, Unavailable):
        return "the site is reached but cannot answer now, as in maintenance; try again later"
    if isinstance(error, Busy):
        return "check `url` and `api_url`, the network and the name service, then try again"
    if isinstance(error, Broken) and "not public" in str(error):
        return "set `insecure = true` for this site if it is meant to be inside your network"
    if isinstance(error, Broken) and "certificate" in str(error):
        return "mend the certificate, or name the file of its authority as `ca_file`"
    if cloud and not api.base.endswith("/wiki"):
        return "base addresses of Confluence Cloud end in /wiki; add it to `url`, and to `api_url` where that is set"
    if isinstance(error, ScopeMissing):
        return "make a token with the scopes that the documentation lists"
    if isinstance(error, Forbidden):
        return "give the connector's account the rights that the documentation lists"
    if isinstance(error, CredentialRejected):
        return _credential(cloud, api.base)
    return "check that `url` and `api_url` are base addresses of Confluence, with their context path"


def _credential(cloud: bool, base: str) -> str:
    general = "make a new token and set it, and check that the account may use Confluence"
    if not cloud:
        return f"{general}; a personal access token is set as `token`, never as `password`"
    if base.lower().startswith(GATEWAY):
        return general
    return f"{general}; a token with scopes works only with `api_url` = {GATEWAY}CLOUD-ID/wiki"
