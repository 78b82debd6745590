"""``exshare link bulk`` and ``exshare link transfer``: one thing done to many links, and a link for somebody else."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.errors import InvalidValue
from exshare_web.cli import options
from exshare_web.cli.links import FILTER_HELP, LINK, described, filter_texts, found_link, link, printed, sharing_of
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.sharing.bulk import Chosen, Errand
    from exshare_web.container import Opened

DEEDS = ("disable", "enable", "delete", "transfer", "expire", "renew")
BULK = Shape(
    {
        "done": "To how many links it was done, or would be.",
        "as_it_was": "How many are so already.",
        "refused": "For how many it is not allowed.",
        "changed_meanwhile": "How many had changed since the command began.",
        "not_answered": "For how many Confluence did not say.",
        "links": "Each of those of which nothing came: its id, fate, rule and layer.",
        "dry_run": "Whether nothing was changed.",
    }
)


@link.command("transfer", epilog=example("exshare link transfer 3f9c2a --to bob"))
@click.argument("reference", metavar="LINK")
@options.config
@click.option("--to", "heir", required=True, metavar="MEMBER", help="The new owner, who must read its page now.")
@options.json_of(LINK)
def transfer(reference: str, config_file: Path, heir: str, as_json: bool) -> None:
    """Give a link to another member, whose access in Confluence bounds it from then on."""

    async def work(deployment: Opened) -> dict[str, Any]:
        sharing, found = await found_link(deployment, reference)
        owner = await sharing.member_named(None, heir)
        return await described(deployment, sharing, await sharing.transfer(None, found.link.id, owner))

    printed(options.with_deployment(config_file, work), as_json)


@link.command("bulk", epilog=example("exshare link bulk disable --site acme --filter state=active --dry-run"))
@click.argument("deed", type=click.Choice(DEEDS))
@click.option("--site", required=True, metavar="SITE", help="The site whose links are meant.")
@click.option("--link", "links", multiple=True, metavar="LINK", help="A link by its id; may be given several times.")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help=FILTER_HELP)
@click.option(
    "--all", "everything", is_flag=True, help="Everything that the filters find, but the links that are named."
)
@click.option("--owner", metavar="MEMBER", help="The new owner, to transfer.")
@click.option("--expires", metavar="INSTANT", help="The new end, to change it; without one, the end is taken away.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing.")
@options.config
@options.json_of(BULK)
def bulk(
    deed: str,
    site: str,
    links: tuple[str, ...],
    filters: tuple[str, ...],
    everything: bool,
    owner: str | None,
    expires: str | None,
    dry_run: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Do one thing to many links; each is judged singly, and what changed meanwhile is left alone."""
    if filters and not everything:
        raise InvalidValue("all", "filters are for --all; without it links are named with --link")
    texts = filter_texts(filters)

    async def work(deployment: Opened) -> dict[str, Any]:
        from exshare_core.sharing.bulk import Bulk

        sharing = sharing_of(deployment, site)
        errand = await _errand(deployment, site, deed, owner, expires)
        chosen = await _chosen(deployment, site, links, texts if everything else None)
        begun, after, report = deployment.now(), None, list[dict[str, Any]]()
        counted: Counter[str] = Counter()
        while True:
            batch = await Bulk(sharing).batch(None, errand, chosen, seen_at=begun, after=after, rehearse=dry_run)
            counted.update(one.fate.value for one in batch.outcomes)
            report += [
                {"link": one.link, "fate": one.fate.value, "rule": one.rule, "layer": one.layer}
                for one in batch.outcomes
                if one.fate.value not in ("done", "as it was")
            ]
            _so_far(counted.total())
            if (after := batch.after) is None:
                break
        fates = ("done", "as it was", "refused", "changed meanwhile", "not answered")
        return {**{one.replace(" ", "_"): counted[one] for one in fates}, "links": report, "dry_run": dry_run}

    found = options.with_deployment(config_file, work, looking=dry_run)
    if as_json:
        options.print_json(found)
        return
    click.echo(
        f"{'would be done' if dry_run else 'done'}: {found['done']}; are so already: {found['as_it_was']}; "
        f"refused: {found['refused']}; changed meanwhile: {found['changed_meanwhile']}; "
        f"not answered: {found['not_answered']}"
    )
    for one in found["links"]:
        layer = f" (set by {one['layer']})" if one["layer"] else ""
        click.echo(f"{one['link']}  {one['fate']}  {one['rule']}{layer}".rstrip())


def _so_far(links: int) -> None:
    """Say how far the work has come where a person looks at it; how many there are, nobody has counted."""
    if sys.stderr.isatty():
        click.echo(f"\r{links} links", err=True, nl=False)


async def _errand(deployment: Opened, site: str, deed: str, owner: str | None, expires: str | None) -> Errand:
    from exshare_core.sharing.bulk import Deed, Errand
    from exshare_web.list_queries import moment

    heir = None if owner is None else await sharing_of(deployment, site).member_named(None, owner)
    return Errand(Deed(deed), heir, None if expires is None else moment(expires))


async def _chosen(deployment: Opened, site: str, links: tuple[str, ...], texts: dict[str, str] | None) -> Chosen:
    from exshare_core.sharing.bulk import Chosen
    from exshare_web.list_queries import asked, link_id

    named = dict.fromkeys(map(link_id, links))
    wanted = None if texts is None else (await asked(texts, sharing_of(deployment, site), None)).wanted
    return Chosen(named, wanted)
