"""The composition root: the only module that knows adapters, the registry and the container library.

`opened` turns settings into running use cases: it opens every adapter on one exit stack, hands the opened objects to
the containers, and closes everything when it ends. The command line uses the same function as the service, so that
there is no second wiring.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import attrs
from attrs import evolve, frozen
from dependency_injector import containers, providers
from platformdirs import user_data_path

from exshare_adapters import registry
from exshare_adapters.argon2_passwords import Argon2Hasher, Argon2Settings
from exshare_adapters.joserfc_visitors.keys import Host, host_of
from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens
from exshare_adapters.peppers import fitting, load_peppers, parted
from exshare_adapters.system import SystemClock, SystemTokens
from exshare_adapters.totp import Totp
from exshare_adapters.vault import AesGcmVault, load_or_create_key
from exshare_core.departing import Departing, Gateway
from exshare_core.differences import unanswerable_demands
from exshare_core.dispatching import Dispatching
from exshare_core.elsewhere import Elsewhere
from exshare_core.errors import AdapterFailed, Broken, InvalidValue, InvalidValues
from exshare_core.explaining import unanswerable
from exshare_core.factors import Demand
from exshare_core.gates import Method
from exshare_core.governing import Governing
from exshare_core.joining import Joining
from exshare_core.keying import Keying
from exshare_core.leaving import Leaving
from exshare_core.links import LinkState
from exshare_core.membership import Membership
from exshare_core.policy import Policy
from exshare_core.ports import (
    AuthenticatorCodes,
    Checked,
    Clock,
    Content,
    IdentityProvider,
    Mailer,
    PasswordHasher,
    Storage,
    TokenGenerator,
    Vault,
    VisitorTokens,
)
from exshare_core.sharing import Sharing
from exshare_core.values import SiteId
from exshare_core.visiting import Visiting
from exshare_web import settings as configuration
from exshare_web.host_settings import HostSettings
from exshare_web.sections import Section
from exshare_web.services import Services
from exshare_web.settings import Settings, SiteSettings
from exshare_web.ways import Ways, callback_url, ways_of


class RegisteredAdapters:
    """The adapters that are installed, as the configuration asks for them."""

    def installed(self, section: str) -> Collection[str]:
        """See `settings.Adapters.installed`."""
        return registry.installed(section)

    def keys(self, section: str, use: str) -> Collection[str]:
        """See `settings.Adapters.keys`."""
        return registry.keys_of(section, use)

    def check(self, section: str, use: str, values: Mapping[str, object], *, at: str, base: Path) -> None:
        """See `settings.Adapters.check`."""
        registry.choose(section, use, values, at=at, base=base)

    def check_passwords(self, passwords: configuration.Passwords) -> None:
        """See `settings.Adapters.check_passwords`."""
        _argon2(passwords)

    def check_host(self, host: HostSettings) -> None:
        """See `settings.Adapters.check_host`."""
        _host(host)


def default_data_dir() -> Path:
    """The user's data folder, where `serve` keeps what it must make itself."""
    return user_data_path("exshare", appauthor=False)


def load_settings(file: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `file` and `environ` (the process's own if None), checked without opening anything."""
    given = os.environ if environ is None else environ
    return configuration.load(file, given, RegisteredAdapters(), default_data_dir=default_data_dir())


def make_data_dir(folder: Path) -> None:
    """Make the data folder for its owner only, where there is none; raises InvalidValue when that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidValue("data_dir", f"`{folder}` cannot be made: {error.strerror}") from error


@frozen
class _Chosen:
    """The adapters of one deployment, found and with their settings checked."""

    storage: registry.Chosen
    mail: registry.Chosen
    contents: Mapping[SiteId, registry.Chosen]
    mails: Mapping[SiteId, registry.Chosen]
    """The mail systems of those sites that have their own."""
    providers: Mapping[tuple[SiteId, str], registry.Chosen]
    """Where people sign in, by site and name."""
    passwords: Argon2Settings

    @classmethod
    def of(cls, settings: Settings) -> _Chosen:
        """Raises InvalidValues with every fault of every section."""
        failures: list[InvalidValue] = []

        def choose(section: str, chosen: Section, at: str) -> registry.Chosen | None:
            try:
                return registry.choose(section, chosen.use, chosen.values, at=at, base=settings.base)
            except InvalidValues as error:
                failures.extend(error.failures)
            except InvalidValue as error:
                failures.append(InvalidValue(f"{at}.use", error.rule))
            return None

        storage, mail = choose("storage", settings.storage, "storage"), choose("mail", settings.mail, "mail")
        contents = {one.name: choose("content", one.content, f"sites.{one.name}.content") for one in settings.sites}
        own_mail = [(one.name, one.mail) for one in settings.sites if one.mail is not None]
        mails = {name: choose("mail", section, f"sites.{name}.mail") for name, section in own_mail}
        sign_ins = [(one.name, provider) for one in settings.sites for provider in one.sign_in]
        found = {
            (site, one.name): choose("sign_in", one.provider, f"sites.{site}.sign_in.{one.name}")
            for site, one in sign_ins
        }
        if failures or storage is None or mail is None:
            raise InvalidValues(tuple(failures))
        return cls(
            storage,
            mail,
            {site: one for site, one in contents.items() if one is not None},
            {site: one for site, one in mails.items() if one is not None},
            {key: one for key, one in found.items() if one is not None},
            _argon2(settings.passwords),
        )


def _host(host: HostSettings) -> Host:
    """Raises InvalidValue for keys that will not do."""
    return host_of(
        host.issuer, keys=host.keys, keys_file=host.keys_file, secret=host.secret, secret_file=host.secret_file
    )


def _argon2(passwords: configuration.Passwords) -> Argon2Settings:
    """Raises InvalidValue for a parameter below the floor and for a file that holds no pepper; what is not configured is
    the adapter's default.
    """
    given = attrs.asdict(passwords, filter=lambda _, value: value is not None)
    file = given.pop("pepper_file", None)
    return Argon2Settings(**given, peppers=() if file is None else load_peppers(file))


class Deployment(containers.DeclarativeContainer):
    """What all sites share. Adapters come in opened; use cases are made once."""

    storage: providers.Dependency[Storage] = providers.Dependency()
    contents: providers.Dependency[Mapping[SiteId, Content]] = providers.Dependency()
    mailer: providers.Dependency[Callable[[SiteId], Mailer]] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()
    tokens: providers.Dependency[TokenGenerator] = providers.Dependency()
    hasher: providers.Dependency[PasswordHasher] = providers.Dependency()
    vault: providers.Dependency[Vault] = providers.Dependency()
    authenticator: providers.Dependency[AuthenticatorCodes] = providers.Dependency()
    demand: providers.Dependency[Demand] = providers.Dependency()
    issuer: providers.Dependency[str] = providers.Dependency()
    visitor_tokens: providers.Dependency[VisitorTokens] = providers.Dependency()

    visiting = providers.Singleton(
        Visiting,
        storage=storage,
        contents=contents,
        clock=clock,
        tokens=tokens,
        hasher=hasher,
        vault=vault,
        visitor_tokens=visitor_tokens,
    )
    gateways: providers.Dependency[Mapping[SiteId, Sequence[Gateway]]] = providers.Dependency()
    callback_of: providers.Dependency[Callable[[SiteId, str], str]] = providers.Dependency()

    membership = providers.Singleton(
        Membership,
        storage=storage,
        clock=clock,
        tokens=tokens,
        hasher=hasher,
        vault=vault,
        codes=authenticator,
        demand=demand,
        issuer=issuer,
    )
    account_url: providers.Dependency[Callable[[SiteId], str]] = providers.Dependency()
    joining = providers.Singleton(
        Joining,
        storage=storage,
        contents=contents,
        clock=clock,
        tokens=tokens,
        hasher=hasher,
        vault=vault,
        codes=authenticator,
        account_url=account_url,
        issuer=issuer,
        proving=visiting,
    )
    departing = providers.Singleton(
        Departing, storage=storage, clock=clock, tokens=tokens, vault=vault, callback_of=callback_of
    )
    elsewhere = providers.Singleton(
        Elsewhere, visiting=visiting, membership=membership, departing=departing, gateways=gateways
    )
    keying = providers.Singleton(Keying, storage=storage, clock=clock, tokens=tokens, vault=vault)
    dispatching = providers.Singleton(
        Dispatching, outbox=storage.provided.outbox, mailer=mailer, vault=vault, clock=clock
    )


class SiteContainer(containers.DeclarativeContainer):
    """What one site has of its own; nothing of another site is reachable from here."""

    site = providers.Dependency(instance_of=str)
    content: providers.Dependency[Content] = providers.Dependency()
    url_of: providers.Dependency[Callable[[str], str]] = providers.Dependency()
    methods: providers.Dependency[frozenset[Method]] = providers.Dependency()
    deployment = providers.DependenciesContainer()

    sharing = providers.Singleton(
        Sharing,
        site=site,
        storage=deployment.storage,
        content=content,
        clock=deployment.clock,
        tokens=deployment.tokens,
        hasher=deployment.hasher,
        vault=deployment.vault,
        url_of=url_of,
    )
    governing = providers.Singleton(
        Governing, site=site, storage=deployment.storage, content=content, clock=deployment.clock, methods=methods
    )
    leaving = providers.Singleton(
        Leaving, site=site, storage=deployment.storage, content=content, clock=deployment.clock
    )


@frozen
class Opened:
    """A deployment whose adapters are open."""

    services: Services
    dispatching: Dispatching
    storage: Storage
    contents: Mapping[SiteId, Content]
    now: Callable[[], datetime]

    async def upkeep(self) -> None:
        """Forget what can no longer count for anything, letters that expired included."""
        now = self.now()
        await self.storage.prune(now)
        await self.storage.outbox.purge(now)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """Everything that `settings` names, opened and wired; closed in the reverse order when the context ends.

    Raises InvalidValues for settings that an adapter refuses, and AdapterFailed when one cannot be opened.
    """
    chosen = _Chosen.of(settings)
    make_data_dir(settings.data_dir)
    async with AsyncExitStack() as stack:
        vault = AesGcmVault(load_or_create_key(settings.key_file))
        storage: Storage = await stack.enter_async_context(chosen.storage.open())
        mailer: Mailer = await stack.enter_async_context(chosen.mail.open())
        mailers = {site: await stack.enter_async_context(one.open()) for site, one in chosen.mails.items()}
        contents = {site: await stack.enter_async_context(one.open()) for site, one in chosen.contents.items()}
        opened_providers = {key: await stack.enter_async_context(one.open()) for key, one in chosen.providers.items()}
        gateways = {one.name: _gateways(one, opened_providers) for one in settings.sites}
        for site in contents:
            await storage.policies.ensure_site(site)
        hasher = await stack.enter_async_context(Argon2Hasher.opened(chosen.passwords))
        yield _wired(settings, storage, contents, lambda site: mailers.get(site, mailer), vault, hasher, gateways)


def _gateways(site: SiteSettings, opened: Mapping[tuple[SiteId, str], IdentityProvider]) -> tuple[Gateway, ...]:
    return tuple(
        Gateway(
            site.name,
            one.name,
            one.title,
            opened[site.name, one.name],
            one.domains,
            visitors=one.visitors,
            members=one.members,
            admin_groups=one.admin_groups,
            groups_from_claims=one.groups_from_claims,
        )
        for one in site.sign_in
    )


def _ways(site: SiteSettings) -> Ways:
    """How visitors of a site can sign in."""
    return evolve(ways_of(site.sign_in), signed=bool(site.signed_visitors))


def _wired(
    settings: Settings,
    storage: Storage,
    contents: Mapping[SiteId, Content],
    mailer: Callable[[SiteId], Mailer],
    vault: AesGcmVault,
    hasher: Argon2Hasher,
    gateways: Mapping[SiteId, Sequence[Gateway]],
) -> Opened:
    clock = SystemClock()
    deployment = Deployment(
        storage=providers.Object(storage),
        contents=providers.Object(contents),
        mailer=providers.Object(mailer),
        clock=providers.Object(clock),
        tokens=providers.Object(SystemTokens()),
        hasher=providers.Object(hasher),
        vault=providers.Object(vault),
        gateways=providers.Object(gateways),
        callback_of=providers.Object(partial(callback_url, settings.base_url)),
        account_url=providers.Object(partial("{}/account/{}/sign-in".format, settings.base_url)),
        authenticator=providers.Object(Totp()),
        demand=providers.Object(settings.totp),
        issuer=providers.Object(f"exshare at {urlsplit(settings.base_url).netloc}"),
        visitor_tokens=providers.Object(
            JoserfcVisitorTokens({site.name: [_host(one) for one in site.signed_visitors] for site in settings.sites})
        ),
    )
    url_of = partial("{}/s/{}".format, settings.base_url)
    ways = {site.name: _ways(site) for site in settings.sites}
    sites = {
        site: SiteContainer(
            site=providers.Object(site),
            content=providers.Object(content),
            url_of=providers.Object(url_of),
            methods=providers.Object(ways[site].methods),
            deployment=deployment,
        )
        for site, content in contents.items()
    }
    services = Services(
        base_url=settings.base_url,
        visiting=deployment.visiting(),
        membership=deployment.membership(),
        joining=deployment.joining(),
        sharing={site: one.sharing() for site, one in sites.items()},
        governing={site: one.governing() for site, one in sites.items()},
        leaving={site: one.leaving() for site, one in sites.items()},
        keying=deployment.keying(),
        elsewhere=deployment.elsewhere(),
        tokens=deployment.tokens(),
        ready=storage.ping,
        ways=ways,
        contacts={site.name: site.contact for site in settings.sites if site.contact},
    )
    return Opened(services, deployment.dispatching(), storage, contents, clock.now)


# --- trying every connection -----------------------------------------------------------------------------------------


LOOKED_AT = 10_000
"""Links of a site whose hashes are looked at, for each site."""


@frozen
class Finding:
    """What came of trying one connection: nothing wrong, or sentences that say what is and how to mend it."""

    what: str
    wrong: tuple[str, ...]


async def check(settings: Settings) -> tuple[Finding, ...]:
    """Try the key, the storage, the mail and each site, each by itself, so that one fault does not hide another."""
    chosen = _Chosen.of(settings)
    mails = [("mail", chosen.mail), *((f"sites.{site}.mail", one) for site, one in chosen.mails.items())]
    return (
        await _tried("secrets.key_file", partial(_try_key, settings)),
        await _tried("storage", partial(_try_storage, chosen)),
        *([] if settings.secure else [await _tried("base_url", partial(_try_frames, settings, chosen))]),
        *[await _tried(what, partial(_try_mail, one)) for what, one in mails],
        *[await _tried(f"sites.{site}", partial(_try_content, one)) for site, one in chosen.contents.items()],
        *[await _tried(f"sites.{one.name}.sign_in", partial(_try_demands, chosen, one)) for one in settings.sites],
        *[
            await _tried(f"sites.{site}.sign_in.{name}", partial(_try_provider, one))
            for (site, name), one in chosen.providers.items()
        ],
    )


async def _tried(what: str, attempt: Callable[[], Awaitable[tuple[str, ...]]]) -> Finding:
    try:
        return Finding(what, await attempt())
    except (InvalidValue, AdapterFailed) as error:
        return Finding(what, (str(error),))
    except Exception as error:
        # An adapter may be a stranger's; what it does not foresee must not hide the other findings.
        return Finding(what, (f"the adapter failed with {type(error).__name__}",))


async def _try_key(settings: Settings) -> tuple[str, ...]:
    make_data_dir(settings.data_dir)
    load_or_create_key(settings.key_file)
    return ()


async def _try_storage(chosen: _Chosen) -> tuple[str, ...]:
    async with chosen.storage.open() as storage:
        await storage.ping()
        return await _lost_peppers(chosen, storage)


async def _lost_peppers(chosen: _Chosen, storage: Storage) -> tuple[str, ...]:
    """Stored hashes that name a pepper which is not there: nobody could bring their passwords any more."""
    hashes = [member.password_hash for member in await storage.members.list(None)]
    for site in chosen.contents:
        hashes += [one.password_hash for one in await storage.accounts.list(site)]
        hashes += [one.link.wish.password_hash for one in await storage.links.sweep(site, limit=LOOKED_AT)]
    wrong = []
    for name in {parted(one)[0] for one in hashes if one is not None}:
        try:
            fitting(chosen.passwords.peppers, name)
        except Broken as error:
            wrong.append(f"{error}; put its line back into the file that `pepper_file` in [passwords] names")
    return tuple(sorted(wrong))


async def _try_frames(settings: Settings, chosen: _Chosen) -> tuple[str, ...]:
    """Links for frames of other hosts than an http address has, whose sites only a browser can tell apart (spec G10)."""
    wrong, own = [], urlsplit(settings.base_url).hostname
    async with chosen.storage.open() as storage:
        for site in chosen.contents:
            swept = await storage.links.sweep(site, limit=LOOKED_AT)
            listed = {origin for one in swept for origin in one.link.wish.frame_origins}
            if other := sorted(origin for origin in listed if urlsplit(origin).hostname != own):
                what = f"links of `{site}` are for frames in pages of `{other[0]}`"
                wrong.append(f"{what}: over http browsers keep sessions in frames of one site only; serve over https")
    return tuple(wrong)


async def _try_demands(chosen: _Chosen, site: SiteSettings) -> tuple[str, ...]:
    """Demands to sign in that nobody can meet, of layers and of links."""
    methods, mend = _ways(site).methods, "add a way in a table [[sites.sign_in]], or take the demand back"
    async with chosen.storage.open() as storage:
        policy = await storage.policies.policy(site.name)
        wrong = [] if policy is None else [f"{one}: {mend}" for one in unanswerable_demands(policy, methods)]
        swept = await storage.links.sweep(site.name, limit=LOOKED_AT)
        own = (one.link for one in swept if one.link.state is LinkState.ACTIVE)
        closed = sum(unanswerable(Policy(link.wish.limits, {}, ()), methods) != "" for link in own)
        if closed:
            wrong.append(f"{closed} of its links demand signing in as nobody can: {mend}")
    return tuple(wrong)


async def _try_mail(chosen: registry.Chosen) -> tuple[str, ...]:
    async with chosen.open() as mailer:
        return await mailer.check() if isinstance(mailer, Checked) else ()


async def _try_provider(chosen: registry.Chosen) -> tuple[str, ...]:
    async with chosen.open() as provider:
        wrong: tuple[str, ...] = await provider.check()
        return wrong


async def _try_content(chosen: registry.Chosen) -> tuple[str, ...]:
    async with chosen.open() as content:
        wrong: tuple[str, ...] = await content.access.check()
        return wrong
