"""Tries every connection of a deployment, for operators who ask whether it would work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from attrs import frozen

from exshare_adapters import registry
from exshare_adapters.peppers import fitting, parted
from exshare_adapters.vault import load_or_create_key
from exshare_core.differences import unanswerable_demands
from exshare_core.errors import AdapterFailed, Broken, InvalidValue, OldSchema
from exshare_core.explaining import unanswerable
from exshare_core.links import LinkState
from exshare_core.mailboxes import check_sealed
from exshare_core.policy import Policy
from exshare_core.ports import Checked, Storage
from exshare_web.container.choosing import Chosen, make_data_dir
from exshare_web.container.opening import check_schema
from exshare_web.settings import Settings, SiteSettings
from exshare_web.ways import ways_at

LOOKED_AT = 10_000
"""Links of a site whose hashes are looked at, for each site."""


@frozen
class Finding:
    """What came of trying one connection: nothing wrong, or sentences that say what is and how to mend it."""

    what: str
    wrong: tuple[str, ...]
    waits: tuple[str, ...] = ()
    """What is not wrong and waits for the operator: steps of the schema that nobody has taken yet."""


@frozen
class Trial:
    """Something to try: what it is called, and what finds out what is wrong with it."""

    what: str
    attempt: Callable[[], Awaitable[tuple[str, ...]]]


def trials(settings: Settings) -> tuple[Trial, ...]:
    """The key, the storage, the mail and each site. Raises InvalidValues for settings that an adapter refuses."""
    chosen = Chosen.of(settings)
    mails = [("mail", chosen.mail), *((f"sites.{site}.mail", one) for site, one in chosen.mails.items())]
    return (
        Trial("secrets.key_file", partial(_try_key, settings)),
        Trial("storage", partial(_try_storage, chosen)),
        *([] if settings.secure else [Trial("base_url", partial(_try_frames, settings, chosen))]),
        *[Trial(what, partial(_try_mail, one)) for what, one in mails],
        *[Trial(f"sites.{site}", partial(_try_content, one)) for site, one in chosen.contents.items()],
        *[Trial(f"sites.{one.name}.sign_in", partial(_try_demands, chosen, one)) for one in settings.sites],
        *[
            Trial(f"sites.{site}.sign_in.{name}", partial(_try_provider, one))
            for (site, name), one in chosen.providers.items()
        ],
    )


async def check(settings: Settings) -> tuple[Finding, ...]:
    """What came of all of them."""
    return tuple([await tried(one) for one in trials(settings)])


async def tried(trial: Trial) -> Finding:
    """What came of one; each is tried by itself, so that one fault does not hide another."""
    what, attempt = trial.what, trial.attempt
    try:
        return Finding(what, await attempt())
    except OldSchema as error:
        return Finding(what, (), (str(error),))
    except (InvalidValue, AdapterFailed) as error:
        return Finding(what, (str(error),))
    except Exception as error:
        # An adapter may be a stranger's; what it does not foresee must not hide the other findings.
        return Finding(what, (f"the adapter failed with {type(error).__name__}",))


async def _try_key(settings: Settings) -> tuple[str, ...]:
    make_data_dir(settings.data_dir)
    load_or_create_key(settings.key_file)
    return ()


@asynccontextmanager
async def looked_at(chosen: Chosen) -> AsyncIterator[Storage]:
    """The storage as it stands, where its schema is up to date; raises OldSchema or Broken where not. Changes nothing."""
    async with chosen.storage.migrating(False).open() as opened:
        storage: Storage = opened
        await check_schema(storage)
        yield storage


async def _try_storage(chosen: Chosen) -> tuple[str, ...]:
    async with looked_at(chosen) as storage:
        await storage.ping()
        await check_sealed(storage.activity)
        return await _lost_peppers(chosen, storage)


async def _lost_peppers(chosen: Chosen, storage: Storage) -> tuple[str, ...]:
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


async def _try_frames(settings: Settings, chosen: Chosen) -> tuple[str, ...]:
    """Links for frames of other hosts than an http address has, whose sites only a browser can tell apart (spec G10)."""
    wrong, own = [], urlsplit(settings.base_url).hostname
    async with looked_at(chosen) as storage:
        for site in chosen.contents:
            swept = await storage.links.sweep(site, limit=LOOKED_AT)
            listed = {origin for one in swept for origin in one.link.wish.frame_origins}
            if other := sorted(origin for origin in listed if urlsplit(origin).hostname != own):
                what = f"links of `{site}` are for frames in pages of `{other[0]}`"
                wrong.append(f"{what}: over http browsers keep sessions in frames of one site only; serve over https")
    return tuple(wrong)


async def _try_demands(chosen: Chosen, site: SiteSettings) -> tuple[str, ...]:
    """Demands to sign in that nobody can meet, of layers and of links."""
    methods, mend = ways_at(site).methods, "add a way in a table [[sites.sign_in]], or take the demand back"
    async with looked_at(chosen) as storage:
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
