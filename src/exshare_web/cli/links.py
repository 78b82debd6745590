"""``exshare link``: share links from the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exshare_core.errors import InvalidValue, NotFound
from exshare_web.cli import options
from exshare_web.cli.options import Shape, example

if TYPE_CHECKING:
    from exshare_core.sharing import LinkForm, Sharing, Shown
    from exshare_web.container import Opened

FILTER_HELP = (
    "Narrow it; several narrow together: space, page, name, state, protection, people, owner, creator, modifier, "
    "never_opened, owner_inactive, expires_from, expires_before, created_from or created_before."
)
SORT_HELP = "created, changed, expires, name, last-opened or opens; a minus before it puts the last first. [-created]"

LINK = Shape(
    {
        "id": "What the link is called here.",
        "url": "Its full address; null where it can no longer be shown.",
        "site": "Its site.",
        "page": "The id of the page that it begins with.",
        "state": "active, disabled, deleted, suspended, not started, expired or used up.",
        "reason": "Why it cannot be opened now.",
        "owner": "The owner's name.",
        "opens": "How often it was opened.",
        "name": "Its name, for members only.",
        "slug": "The words in its address.",
        "children": "Whether the pages below are shared as well.",
        "whole_space": "Whether the whole space is.",
        "labels": "Which of them, by label; null is all.",
        "carve_outs": "The pages that are left out with all below, by id.",
        "present_only": "Whether pages made later are left out.",
        "password": "Whether it has a password.",
        "people": "Who may open it; null is everyone.",
        "networks": "From where; null is everywhere.",
        "starts": "When it opens; null is at once.",
        "expires": "When it ends; null is never.",
        "max_opens": "How often it may be opened; null is without end.",
        "sign_in": "Whether visitors must sign in.",
        "sso": "Whether with an organisation.",
        "terms": "What visitors must accept.",
        "frame_origins": "The sites that may show it in a frame.",
        "indexing": "Whether search engines may find it.",
        "leads_to": "The links that links in its pages may lead to, by id.",
        "allow": "What visitors may do.",
        "created": "When it was made.",
        "warnings": "What a person should know of it.",
    }
)


@click.group()
def link() -> None:
    """Share links: make, list, show, change and end them, and what they reach. LINK is an id or an address."""


_FILE = click.Path(path_type=Path, allow_dash=True)


@link.command(
    epilog=example(
        "exshare link create acme 123456 --owner ada --people ada@example.com --expires 2026-12-31T23:00:00Z"
    )
)
@click.argument("site")
@click.argument("page")
@options.config
@click.option("--owner", required=True, metavar="MEMBER", help="Whose access in Confluence bounds the link.")
@click.option("--name", default="", metavar="TEXT", help="A name, seen by members only.")
@click.option("--description", default="", metavar="TEXT", help="A description, seen by members only.")
@click.option("--slug", default="", metavar="WORDS", help="Words in the address, seen by visitors: spring-fair")
@options.password_stdin
@click.option("--people", metavar="LIST", help="Who may open it: ada@example.com,example.com,*.example.com")
@click.option("--sign-in", is_flag=True, help="Visitors must sign in, with an account here or with an organisation.")
@click.option("--sso", is_flag=True, help="Visitors must sign in with an organisation.")
@click.option("--terms", metavar="TEXT", help="What visitors must accept before they see anything.")
@click.option("--terms-file", type=_FILE, metavar="FILE", help="The same from a file, or - for standard input.")
@click.option("--networks", metavar="LIST", help="From where it may be opened: 192.0.2.0/24,2001:db8::/32")
@click.option("--starts", metavar="INSTANT", help="When it opens, such as 2026-12-01T08:00:00Z.")
@click.option("--expires", metavar="INSTANT", help="When it ends, such as 2026-12-31T23:00:00Z.")
@click.option("--max-opens", type=int, metavar="N", help="How often it may be opened.")
@click.option("--children", is_flag=True, help="Share the pages below it as well.")
@click.option("--present-only", is_flag=True, help="Of those below, the ones that are there now: no later ones.")
@click.option("--space", "whole_space", is_flag=True, help="Share the whole space: PAGE is its key, or any page of it.")
@click.option("--labels", metavar="FILTER", help="Which of them, such as 'any: a, b', 'all: a, b' or 'without: a, b'.")
@click.option("--carve-out", metavar="LIST", help="Pages to leave out with all below: ids or addresses.")
@click.option("--restricted-pages", is_flag=True, help="Include pages with view restrictions that the owner may read.")
@click.option("--frame-origins", metavar="LIST", help="Sites whose pages may show it in a frame: https://example.com")
@click.option("--indexing", is_flag=True, help="Let search engines find it; only where nothing stands before it.")
@click.option("--leads-to", metavar="LIST", help="Other links that links in its pages may lead to: ids or addresses.")
@click.option("--allow", multiple=True, metavar="CAPABILITY", help="What visitors may do; may be given several times.")
@options.json_of(LINK)
def create(
    site: str, page: str, config_file: Path, owner: str, as_json: bool, password_stdin: bool, **fields: Any
) -> None:
    """Share PAGE (an id or an address) of SITE; prints the link's id and address."""
    if password_stdin and str(fields["terms_file"]) == "-":
        raise InvalidValue("terms", "standard input holds the password already: give a file")
    form = _form(options.given_password(password_stdin), **fields)

    async def work(deployment: Opened) -> dict[str, Any]:
        sharing = sharing_of(deployment, site)
        member = await deployment.services.membership.named(owner, sharing.site)
        shown, url = await sharing.create(None, member, page, form)
        return {**await described(deployment, sharing, shown), "url": url}

    printed(options.with_deployment(config_file, work), as_json)


@link.command("list", epilog=example("exshare link list --site acme --space TEAM"))
@options.config
@click.option("--site", metavar="SITE", help="Only links of this site.")
@click.option("--space", metavar="KEY", help="Only links of the space with this key.")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help=FILTER_HELP)
@click.option("--sort", default="", metavar="ORDER", help=SORT_HELP)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV that no spreadsheet takes for formulas.")
@options.json_of(LINK.listed())
def list_links(
    config_file: Path,
    site: str | None,
    space: str | None,
    filters: tuple[str, ...],
    sort: str,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List the links, newest first; deleted ones are shown as deleted."""
    if as_csv and as_json:
        raise InvalidValue("csv", "print either JSON or CSV")
    texts = {**filter_texts(filters), "sort": sort, **({} if space is None else {"space": space})}

    async def work(deployment: Opened) -> list[dict[str, Any]]:
        sites = tuple(deployment.services.sharing) if site is None else (sharing_of(deployment, site).site,)
        return [
            await described(deployment, deployment.services.sharing[one], shown)
            for one in sites
            async for shown in every(deployment.services.sharing[one], texts)
        ]

    found = options.with_deployment(config_file, work, looking=True)
    if as_csv:
        from exshare_web import csv_cells

        names = ("id", "site", "page", "state", "reason", "owner", "opens", "name", "expires", "created")
        click.echo(csv_cells.BEGINNING + csv_cells.line(names), nl=False)
        for one in found:
            click.echo(csv_cells.line(one[name] for name in names), nl=False)
        return
    if as_json:
        options.print_json(list(found))
        return
    for one in found:
        click.echo(
            "  ".join(
                [one["id"], one["site"], f"page {one['page']}", one["state"], f"{one['opens']} opens", one["name"]]
            )
        )


Act = Callable[..., Awaitable["Shown"]]
"""What a command does to one link, with what its own options say; gives the link as it is afterwards."""


def _of_one_link(act: Act, more: Sequence[Callable[[Any], Any]] = (), given: str = "") -> click.Command:
    """A command that does `act` to the link that is named, and shows it; called and described as the function is."""

    def asked(command: Any) -> Any:
        for option in reversed(more):
            command = option(command)
        return command

    @link.command(act.__name__, help=act.__doc__, epilog=example(f"exshare link {act.__name__} 3f9c2a{given}"))
    @click.argument("reference", metavar="LINK")
    @options.config
    @asked
    @options.json_of(LINK)
    def command(reference: str, config_file: Path, as_json: bool, **said: Any) -> None:
        async def work(deployment: Opened) -> dict[str, Any]:
            sharing, found = await found_link(deployment, reference)
            return await described(deployment, sharing, await act(sharing, found, **said))

        printed(options.with_deployment(config_file, work, looking=act is show), as_json)

    return command


@_of_one_link
async def show(sharing: Sharing, found: Shown) -> Shown:
    """Show a link, its address and its state."""
    return found


@_of_one_link
async def disable(sharing: Sharing, found: Shown) -> Shown:
    """Switch a link off; its settings are kept."""
    return await sharing.disable(None, found.link.id)


@partial(
    _of_one_link,
    more=(click.option("--new-address", is_flag=True, help="Under a new address alone; the old one stays dead."),),
    given=" --new-address",
)
async def enable(sharing: Sharing, found: Shown, *, new_address: bool) -> Shown:
    """Switch a link on again, under the address it had or a new one."""
    if not new_address:
        return await sharing.enable(None, found.link.id)
    shown, _ = await sharing.enable_anew(None, found.link.id)
    return shown


@partial(
    _of_one_link,
    more=(click.option("--grace", metavar="SPAN", help="How long the old one goes on, such as '1 day'."),),
    given=" --grace '1 day'",
)
async def rotate(sharing: Sharing, found: Shown, *, grace: str | None) -> Shown:
    """Give a link a new address; the old one ends at once, or after some time, of 30 days at most."""
    from exshare_core.spans import span

    wait = timedelta() if grace is None else span(grace, "grace")
    shown, _ = await sharing.rotate(None, found.link.id, wait)
    return shown


@_of_one_link
async def renew(sharing: Sharing, found: Shown) -> Shown:
    """Count the longest life that layers allow a link anew from now."""
    return await sharing.renew(None, found.link.id)


@_of_one_link
async def confirm(sharing: Sharing, found: Shown) -> Shown:
    """Agree to a link's settings, so that what layers were loosened since comes into force for it."""
    return await sharing.confirm(None, found.link.id)


@_of_one_link
async def delete(sharing: Sharing, found: Shown) -> Shown:
    """Delete a link for good."""
    return await sharing.delete(None, found.link.id)


async def found_link(deployment: Opened, reference: str) -> tuple[Sharing, Shown]:
    """The link with this id or address, on whichever site, and what members do there; raises NotFound."""
    for sharing in deployment.services.sharing.values():
        try:
            return sharing, await sharing.find(None, reference)
        except NotFound:
            continue
    raise NotFound("there is no such link; give its id or its whole address")


async def every(sharing: Sharing, texts: Mapping[str, str]) -> AsyncIterator[Shown]:
    """Every link that the filters find, in their order, as the operator."""
    from exshare_web.list_queries import asked

    wanted = await asked(texts, sharing, None)
    after = None
    while True:
        listed = await sharing.search(None, wanted.wanted, wanted.order, after=after, limit=200)
        for shown in listed.shown:
            yield shown
        if (after := listed.after) is None:
            return


def filter_texts(filters: Iterable[str]) -> dict[str, str]:
    """The filters of a command by name; raises InvalidValue for one that is none."""
    from exshare_core.errors import unknown
    from exshare_web.list_queries import FILTERS

    texts: dict[str, str] = {}
    for one in filters:
        name, equals, text = one.partition("=")
        if name not in FILTERS or not equals or not text.strip():
            raise InvalidValue(
                "filter", unknown("filter", name[:60], FILTERS) if name not in FILTERS else f"`{name}` needs a value"
            )
        texts[name] = text
    return texts


def sharing_of(deployment: Opened, site: str) -> Sharing:
    """What members do on the site; raises InvalidValue with those that are configured."""
    sites = deployment.services.sharing
    return sites[options.site_of(site, sites)]


def _form(
    password: str | None,
    *,
    people: str | None,
    networks: str | None,
    starts: str | None,
    expires: str | None,
    allow: tuple[str, ...],
    labels: str | None,
    carve_out: str | None,
    leads_to: str | None,
    terms: str | None,
    terms_file: Path | None,
    frame_origins: str | None,
    **plain: Any,
) -> LinkForm:
    from exshare_core.capabilities import Capabilities
    from exshare_core.links import LabelFilter
    from exshare_core.sharing import LinkForm
    from exshare_core.values import Networks, People, instant

    return LinkForm(
        password=password,
        people=None if people is None else People.parse(_entries(people)),
        networks=None if networks is None else Networks.parse(_entries(networks)),
        starts_at=None if starts is None else instant(starts, "starts"),
        expires_at=None if expires is None else instant(expires, "expires"),
        allow=Capabilities.parse(allow),
        labels=None if labels is None else LabelFilter.parse(labels),
        carve_outs=tuple(_entries(carve_out or "")),
        leads_to=tuple(_entries(leads_to or "")),
        terms=_terms(terms, terms_file),
        frame_origins=tuple(_entries(frame_origins or "")),
        **plain,
    )


def _terms(text: str | None, file: Path | None) -> str:
    from exshare_core.links import MAX_TERMS

    if file is None:
        return text or ""
    if text is not None:
        raise InvalidValue("terms", "give either a text or a file")
    return options.read_text(file, "terms", most=MAX_TERMS)


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


async def described(deployment: Opened, sharing: Sharing, shown: Shown) -> dict[str, Any]:
    """A link as JSON: its settings, its state now and its address; no hash, no digest."""
    from exshare_web.manager.words import warnings

    one, wish = shown.link, shown.link.wish
    owner = await deployment.storage.members.get(one.owner)
    return {
        "id": one.id,
        "url": await sharing.url(shown.record),
        "site": one.site,
        "page": one.scope.root,
        "state": shown.state,
        "reason": shown.reason,
        "owner": one.owner if owner is None else owner.name,
        "opens": shown.record.opens,
        "name": one.name,
        "slug": shown.record.slug,
        "children": one.scope.children,
        "whole_space": one.scope.whole_space,
        "labels": None if one.scope.labels is None else one.scope.labels.words,
        "carve_outs": sorted(one.scope.carve_outs),
        "present_only": one.scope.present is not None,
        "password": wish.password_hash is not None,
        "people": None if wish.people is None else list(wish.people.entries()),
        "networks": None if wish.networks is None else list(wish.networks.entries()),
        "starts": None if wish.starts_at is None else wish.starts_at.isoformat(),
        "expires": None if wish.expires_at is None else wish.expires_at.isoformat(),
        "max_opens": wish.max_opens,
        "sign_in": wish.sign_in,
        "sso": wish.sso,
        "terms": wish.terms,
        "frame_origins": sorted(wish.frame_origins),
        "indexing": wish.indexing,
        "leads_to": sorted(wish.leads_to),
        "allow": list(wish.capabilities.words()),
        "created": one.created_at.isoformat(),
        "warnings": [*warnings(shown, deployment.services.ways_of(one.site).methods)],
    }


def printed(one: dict[str, Any], as_json: bool) -> None:
    """Print a link as a person or a program reads it."""
    if as_json:
        options.print_json(one)
        return
    reason = f" ({one['reason']})" if one["reason"] and one["state"] != "active" else ""
    click.echo(f"{one['id']}\n{one['url'] or 'the address can no longer be shown'}\n{one['state']}{reason}")
    for sentence in one["warnings"]:
        click.echo(f"mind: {sentence}")
