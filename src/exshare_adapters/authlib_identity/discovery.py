"""What a provider says of itself, and its keys: fetched when first needed, kept in memory for a while.

Everything fetched is bounded in time and size, and comes from the very address that was asked, since no redirect is
followed. A description is believed only if it names the provider exactly as the configuration does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from attrs import field, frozen
from authlib.oidc.discovery import get_well_known_url

from exshare_adapters.authlib_identity import OidcSettings
from exshare_adapters.authlib_identity.keys import Key, key_for, usable_keys
from exshare_adapters.http import Answer, Client, origin_of
from exshare_core.errors import AdapterFailed, Broken, Busy
from exshare_core.ports import Clock

T = TypeVar("T")

KEPT_FOR = timedelta(hours=1)
"""The time for which a provider's word about itself, and its keys, are believed without being asked for again."""

KEYS_ANEW = timedelta(minutes=1)
"""The time before which keys are not fetched again for the sake of one that is not among them: forged tokens shall not
make us ask again and again."""


FAILED_FOR = timedelta(seconds=5)
"""The time for which a provider that did not answer, or not well, is not asked for its description again: whoever comes
meanwhile is told at once."""


@frozen
class Metadata:
    """The parts of a provider's description that are in use (OpenID Connect Discovery 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    client_auth: Sequence[str] = ("client_secret_basic",)
    """How a client may show its secret, by the protocol's words."""
    names_itself: bool = False
    """Whether every answer carries the issuer (RFC 9207)."""
    pkce: Sequence[str] = ()
    """The ways of PKCE that it says it knows."""
    algorithms: Sequence[str] = ("RS256",)
    """What it says that it signs ID tokens with."""


@frozen
class _Fetched(Generic[T]):
    """Something that a provider said, and when."""

    value: T = field(repr=False)
    at: datetime

    def within(self, time: timedelta, now: datetime) -> bool:
        """Whether it was said less than `time` ago; not when the clock was put back since."""
        return self.at <= now < self.at + time


class Discovery:
    """The provider's description and keys. Callers at the same time share one fetch."""

    def __init__(self, settings: OidcSettings, http: Client, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._described: _Fetched[Metadata] | None = None
        self._failure: _Fetched[AdapterFailed] | None = None
        self._keys: _Fetched[tuple[Key, ...]] | None = None

    async def metadata(self) -> Metadata:
        """The provider's description; raises Busy when it cannot be asked and Broken when it is not the provider's."""
        async with self._lock:
            kept, failure, now = self._described, self._failure, self._clock.now()
            if kept is not None and kept.within(KEPT_FOR, now):
                return kept.value
            if failure is not None and failure.within(FAILED_FOR, now):
                raise failure.value.with_traceback(None)
            try:
                url = get_well_known_url(self._settings.issuer, external=True)
                found = _described(await self._object(url, "description"), self._settings)
            except AdapterFailed as error:
                self._failure = _Fetched(error, self._clock.now())
                raise
            self._described = _Fetched(found, self._clock.now())
            return found

    async def key(self, kid: str | None, algorithm: str) -> Key | None:
        """The key that checks a signature, or None; one that is not among the kept keys is looked for once more."""
        metadata = await self.metadata()
        async with self._lock:
            kept, now = self._keys, self._clock.now()
            if kept is not None and kept.within(KEPT_FOR, now):
                found = key_for(kept.value, kid, algorithm)
                if found is not None or kept.within(KEYS_ANEW, now):
                    return found
            return key_for(await self._fetched_keys(metadata), kid, algorithm)

    async def keys(self) -> tuple[Key, ...]:
        """All keys that may check signatures, fetched now."""
        metadata = await self.metadata()
        async with self._lock:
            return await self._fetched_keys(metadata)

    async def _fetched_keys(self, metadata: Metadata) -> tuple[Key, ...]:
        keys = usable_keys(await self._object(metadata.jwks_uri, "set of keys"))
        self._keys = _Fetched(keys, self._clock.now())
        return keys

    async def _object(self, url: str, what: str) -> Mapping[str, object]:
        return object_of(await self._http.request("GET", url), what)


def object_of(answer: Answer, what: str) -> Mapping[str, object]:
    """The JSON object in an answer with status 200; raises Busy or Broken for any other answer."""
    if answer.status == 429 or answer.status >= 500:
        raise Busy(f"the provider answered {answer.status} when asked for its {what}", answer.retry_after)
    if answer.status != 200:
        raise Broken(f"the provider answered {answer.status} when asked for its {what}")
    found = answer.json()
    if not isinstance(found, dict):
        raise Broken(f"the provider's {what} is not an object")
    return found


def _described(found: Mapping[str, object], settings: OidcSettings) -> Metadata:
    if found.get("issuer") != settings.issuer:
        raise Broken("the provider names itself otherwise than `issuer` in the configuration does, to the letter")
    userinfo = found.get("userinfo_endpoint")
    made = Metadata(
        _endpoint(found, "authorization_endpoint", settings),
        _endpoint(found, "token_endpoint", settings),
        _endpoint(found, "jwks_uri", settings),
        None if userinfo is None else _endpoint(found, "userinfo_endpoint", settings),
        _texts(found, "token_endpoint_auth_methods_supported", ("client_secret_basic",)),
        found.get("authorization_response_iss_parameter_supported") is True,
        _texts(found, "code_challenge_methods_supported", ()),
        _texts(found, "id_token_signing_alg_values_supported", ("RS256",)),
    )
    if settings.announces_pkce and "S256" not in made.pkce:
        raise Broken(
            "the provider does not say that it keeps to PKCE with S256 (RFC 7636): update it, or set "
            "`announces_pkce = false` where its maker says that it does"
        )
    return made


def _endpoint(found: Mapping[str, object], name: str, settings: OidcSettings) -> str:
    url = found.get(name)
    if not isinstance(url, str) or len(url) > 2000 or not url.isascii() or not url.isprintable() or " " in url:
        raise Broken(f"the provider's description has no usable `{name}`")
    if origin_of(url)[0] != "https" and not settings.insecure:
        raise Broken(f"the provider's `{name}` is not https")
    return url


def _texts(found: Mapping[str, object], name: str, absent: Sequence[str]) -> Sequence[str]:
    value = found.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else absent
