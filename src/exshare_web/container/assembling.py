"""Use cases over opened adapters: the one module that knows the container library.

It receives objects that are open already and makes each use case once, with one small container for each site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from attrs import frozen
from dependency_injector import containers, providers

from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens
from exshare_adapters.system import SystemClock, SystemTokens
from exshare_adapters.tinycss2_styles import Tinycss2Styles
from exshare_adapters.totp import Totp
from exshare_adapters.typst_pdf import TypstPrinter
from exshare_core.attempts import Method
from exshare_core.departing import Departing, Gateway
from exshare_core.dispatching import Dispatching
from exshare_core.elsewhere import Elsewhere
from exshare_core.factors import Demand
from exshare_core.governing import Governing
from exshare_core.governing.auditing import Auditing, Keeping
from exshare_core.governing.leaving import Leaving
from exshare_core.governing.presenting import Presenting
from exshare_core.joining import Joining
from exshare_core.membership import Membership
from exshare_core.membership.keying import Keying
from exshare_core.ports import (
    AuthenticatorCodes,
    Clock,
    Content,
    Mailer,
    PasswordHasher,
    Storage,
    StyleSheets,
    TokenGenerator,
    Vault,
    VisitorTokens,
)
from exshare_core.sharing import Sharing
from exshare_core.values import EVERYWHERE, SiteId
from exshare_core.visiting import Visiting
from exshare_web.background import Archive
from exshare_web.container.choosing import configured_host
from exshare_web.container.noticing import Notebook, watched_content, watched_mailer
from exshare_web.services import Services
from exshare_web.settings import Settings
from exshare_web.ways import callback_url, ways_at


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
    styles: providers.Dependency[StyleSheets] = providers.Dependency()
    demand: providers.Dependency[Demand] = providers.Dependency()
    issuer: providers.Dependency[str] = providers.Dependency()
    visitor_tokens: providers.Dependency[VisitorTokens] = providers.Dependency()
    language_of: providers.Dependency[Callable[[SiteId], str]] = providers.Dependency()

    visiting = providers.Singleton(
        Visiting,
        storage=storage,
        contents=contents,
        clock=clock,
        tokens=tokens,
        hasher=hasher,
        vault=vault,
        visitor_tokens=visitor_tokens,
        language_of=language_of,
    )
    with_own_hosts: providers.Dependency[frozenset[SiteId]] = providers.Dependency()
    gateways: providers.Dependency[Mapping[SiteId, Sequence[Gateway]]] = providers.Dependency()
    callback_of: providers.Dependency[Callable[[SiteId, str], str]] = providers.Dependency()
    members_callback_of: providers.Dependency[Callable[[SiteId, str], str]] = providers.Dependency()

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
        language_of=language_of,
    )
    departing = providers.Singleton(
        Departing,
        storage=storage,
        clock=clock,
        tokens=tokens,
        vault=vault,
        callback_of=callback_of,
        members_callback_of=members_callback_of,
    )
    elsewhere = providers.Singleton(
        Elsewhere,
        visiting=visiting,
        membership=membership,
        departing=departing,
        gateways=gateways,
        with_own_hosts=with_own_hosts,
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
    language = providers.Dependency(instance_of=str)
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
        language=language,
    )
    governing = providers.Singleton(
        Governing, site=site, storage=deployment.storage, content=content, clock=deployment.clock, methods=methods
    )
    retention: providers.Dependency[timedelta] = providers.Dependency()
    auditing = providers.Singleton(
        Auditing,
        site=site,
        storage=deployment.storage,
        content=content,
        clock=deployment.clock,
        vault=deployment.vault,
        retention=retention,
    )
    presenting = providers.Singleton(
        Presenting, site=site, storage=deployment.storage, styles=deployment.styles, clock=deployment.clock
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
    archive: Archive
    """What keeps the activity."""

    async def upkeep(self) -> None:
        """Forget what can no longer count for anything, letters that expired included."""
        now = self.now()
        await self.storage.prune(now)
        await self.storage.outbox.purge(now)


def _everywhere(
    settings: Settings, storage: Storage, contents: Mapping[SiteId, Content], vault: Vault
) -> Mapping[SiteId, Auditing]:
    """What concerned no single site, which only the operator can look back at; no content is asked for it."""
    content = next(iter(contents.values()))
    return {EVERYWHERE: Auditing(EVERYWHERE, storage, content, SystemClock(), vault, settings.activity.retention)}


def assembled(
    settings: Settings,
    storage: Storage,
    contents: Mapping[SiteId, Content],
    mailer: Callable[[SiteId], Mailer],
    vault: Vault,
    hasher: PasswordHasher,
    gateways: Mapping[SiteId, Sequence[Gateway]],
) -> Opened:
    """The deployment over these adapters; those that need no opening are made here."""
    clock = SystemClock()
    notebook = Notebook(clock)
    contents = {site: watched_content(content, site, notebook) for site, content in contents.items()}
    deployment = Deployment(
        storage=providers.Object(storage),
        contents=providers.Object(contents),
        mailer=providers.Object(lambda site: watched_mailer(mailer(site), site, notebook)),
        clock=providers.Object(clock),
        tokens=providers.Object(SystemTokens()),
        hasher=providers.Object(hasher),
        vault=providers.Object(vault),
        gateways=providers.Object(gateways),
        with_own_hosts=providers.Object(frozenset(one.name for one in settings.sites if one.own_url)),
        callback_of=providers.Object(lambda site, name: callback_url(settings.url_of(site), site, name)),
        members_callback_of=providers.Object(partial(callback_url, settings.members_url)),
        language_of=providers.Object(settings.language_of),
        account_url=providers.Object(lambda site: f"{settings.url_of(site)}/account/{site}/sign-in"),
        authenticator=providers.Object(Totp()),
        styles=providers.Object(Tinycss2Styles()),
        demand=providers.Object(settings.totp),
        issuer=providers.Object(f"exshare at {urlsplit(settings.base_url).netloc}"),
        visitor_tokens=providers.Object(
            JoserfcVisitorTokens(
                {site.name: [configured_host(one) for one in site.signed_visitors] for site in settings.sites}
            )
        ),
    )
    sites = _sites(settings, contents, deployment)
    services = _services(settings, storage, contents, deployment, sites)
    keeping = Keeping(storage, clock, settings.activity.retentions(contents))
    archive = Archive(keeping, partial(notebook.write, storage.failures), settings.activity.heads_file)
    return Opened(services, deployment.dispatching(), storage, contents, clock.now, archive)


def _sites(
    settings: Settings, contents: Mapping[SiteId, Content], deployment: Deployment
) -> Mapping[SiteId, SiteContainer]:
    """What each site has of its own."""
    ways = {site.name: ways_at(site) for site in settings.sites}
    return {
        site: SiteContainer(
            site=providers.Object(site),
            content=providers.Object(content),
            url_of=providers.Object(partial("{}/s/{}".format, settings.url_of(site))),
            language=providers.Object(settings.language_of(site)),
            methods=providers.Object(ways[site].methods),
            retention=providers.Object(settings.activity.of(site)),
            deployment=deployment,
        )
        for site, content in contents.items()
    }


def _services(
    settings: Settings,
    storage: Storage,
    contents: Mapping[SiteId, Content],
    deployment: Deployment,
    sites: Mapping[SiteId, SiteContainer],
) -> Services:
    """Everything that an endpoint may call, and the facts that it needs of the configuration."""
    return Services(
        base_url=settings.base_url,
        manage_url=settings.members_url,
        visiting=deployment.visiting(),
        membership=deployment.membership(),
        joining=deployment.joining(),
        sharing={site: one.sharing() for site, one in sites.items()},
        governing={site: one.governing() for site, one in sites.items()},
        leaving={site: one.leaving() for site, one in sites.items()},
        auditing={
            **{site: one.auditing() for site, one in sites.items()},
            **_everywhere(settings, storage, contents, deployment.vault()),
        },
        presenting={site: one.presenting() for site, one in sites.items()},
        keying=deployment.keying(),
        elsewhere=deployment.elsewhere(),
        tokens=deployment.tokens(),
        ready=storage.ping,
        printer=TypstPrinter(),
        ways={site.name: ways_at(site) for site in settings.sites},
        contacts={site.name: site.contact for site in settings.sites if site.contact},
        own_urls={site.name: site.own_url for site in settings.sites if site.own_url},
        language=settings.language,
        languages={site.name: site.language for site in settings.sites if site.language},
    )
