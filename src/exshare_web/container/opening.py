"""Opens what was chosen: every adapter on one exit stack, closed in the reverse order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from exshare_adapters.argon2_passwords import Argon2Hasher
from exshare_adapters.vault import AesGcmVault, load_or_create_key
from exshare_core.departing import Gateway
from exshare_core.errors import Broken, OldSchema
from exshare_core.mailboxes import check_sealed, seal_all
from exshare_core.ports import IdentityProvider, Mailer, Migrated, Storage
from exshare_core.values import SiteId
from exshare_web.container.assembling import Opened, assembled
from exshare_web.container.choosing import Chosen, make_data_dir
from exshare_web.settings import Settings, SiteSettings


@asynccontextmanager
async def opened(settings: Settings, *, looking: bool = False) -> AsyncIterator[Opened]:
    """Everything that `settings` names, opened and wired; closed in the reverse order when the context ends.

    Who is only `looking` leaves the schema of the storage as it is. Raises InvalidValues for settings that an adapter
    refuses, OldSchema where the schema is not brought up to date, and AdapterFailed when anything cannot be opened.
    """
    chosen = Chosen.of(settings)
    chosen_storage = chosen.storage.migrating(False) if looking else chosen.storage
    make_data_dir(settings.data_dir)
    async with AsyncExitStack() as stack:
        vault = AesGcmVault(load_or_create_key(settings.key_file))
        storage: Storage = await stack.enter_async_context(chosen_storage.open())
        await check_schema(storage)
        await (check_sealed(storage.activity) if looking else seal_all(storage.activity, vault))
        mailer: Mailer = await stack.enter_async_context(chosen.mail.open())
        mailers = {site: await stack.enter_async_context(one.open()) for site, one in chosen.mails.items()}
        contents = {site: await stack.enter_async_context(one.open()) for site, one in chosen.contents.items()}
        opened_providers = {key: await stack.enter_async_context(one.open()) for key, one in chosen.providers.items()}
        gateways = {one.name: _gateways(one, opened_providers) for one in settings.sites}
        for site in contents:
            await storage.policies.ensure_site(site)
        hasher = await stack.enter_async_context(Argon2Hasher.opened(chosen.passwords))
        yield assembled(settings, storage, contents, lambda site: mailers.get(site, mailer), vault, hasher, gateways)


async def check_schema(storage: object) -> None:
    """Raises OldSchema for a storage whose schema waits to be brought up to date, and Broken for one that cannot be."""
    if isinstance(storage, Migrated):
        schema = await storage.schema()
        if schema.fault:
            raise Broken(schema.fault)
        if schema.pending:
            raise OldSchema(schema.stands, schema.pending)


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
