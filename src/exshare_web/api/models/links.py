"""Links, their settings, and acts on one of them."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class LinkSettings:
    """What a member can set on a link. What is left out is off: a link without settings shows one page to everybody."""

    name: str = about("A name, seen by members only.", default="")
    description: str = about("A description, seen by members only.", default="")
    slug: str = about("Words in the address, seen by visitors: a-z, 0-9 and hyphens.", default="")
    password: str | None = about(
        "A new password. Left out: none for a new link, and the present one stays when a link is changed.",
        default=None,
        repr=False,
    )
    people: list[str] | None = about(
        "Who may open it: addresses, domains, `*.` before a domain for those below it. An empty list is nobody.",
        default=None,
    )
    networks: list[str] | None = about("From where, in CIDR notation. An empty list is nowhere.", default=None)
    sign_in: bool = about("Whether visitors must sign in.", default=False)
    sso: bool = about("Whether visitors must sign in with an organisation.", default=False)
    terms: str = about("A text that visitors must accept.", default="")
    starts_at: datetime | None = about("When it opens.", default=None)
    expires_at: datetime | None = about("When it ends; closed at that very instant.", default=None)
    max_opens: int | None = about("How often it may be opened.", default=None)
    children: bool = about("Whether the pages below are shared as well.", default=False)
    whole_space: bool = about("Whether the whole space is shared.", default=False)
    labels: str | None = about("Which child pages: `any: a, b`, `all: a, b` or `without: a, b`.", default=None)
    carve_outs: list[str] = about("Pages that are left out with all below: ids or addresses.", factory=list)
    restricted_pages: bool = about("Whether pages with view restrictions are included.", default=False)
    present_only: bool = about("Whether of the pages below only those that are there now are shared.", default=False)
    indexing: bool = about("Whether search engines may find it.", default=False)
    frame_origins: list[str] = about("Sites that may show it in a frame, such as https://example.com.", factory=list)
    leads_to: list[str] = about("Other links that links in its pages may lead to: ids or addresses.", factory=list)
    allow: list[str] = about("What visitors may do, such as `attachments=view`.", factory=list)


@frozen(kw_only=True)
class NewLink(LinkSettings):
    """A link to make."""

    page: str = about("The page to share: its id or address, or a space's key with `whole_space`.")
    owner: str | None = about("Whose access bounds the link; only an admin may name another member.", default=None)


@frozen(kw_only=True)
class LinkChange(LinkSettings):
    """Settings to change; what is left out stays as it is, and `null` takes away what may be absent."""

    no_password: bool = about("Take the password away.", default=False)


@frozen(kw_only=True)
class Link:
    """A link as its members see it."""

    id: str = about("What the link is called in the API.")
    version: int = about("Rises with every change; the ETag.")
    url: str | None = about("The full address; absent where it cannot be shown, and in lists.", default=None)
    site: str = about("The site.")
    page: str = about("The id of the page that it begins with.")
    space: str = about("The key of the page's space.")
    owner: str = about("The owner's name.")
    state: str = about("active, disabled, deleted, suspended, not started, expired or used up.")
    reason: str = about("Why it cannot be opened now.", default="")
    layers: list[str] = about("The layers behind the reason, outermost first.", factory=list)
    opens: int = about("How often it was opened.")
    ends_at: datetime | None = about("The end in force: its own, or that of the longest life.", default=None)
    created_at: datetime = about("When it was made.")
    last_opened_at: datetime | None = about("When the last counted open began.", default=None)
    changed_at: datetime = about("When it was changed last.")
    service_identity: bool = about("Whether it acts as the connector's own account.")
    has_password: bool = about("Whether it has a password; the password itself is nowhere.")
    settings: LinkSettings = about("What was asked for; what of it is in force is the layers' business.")


@frozen(kw_only=True)
class Links:
    """One page of a list."""

    links: list[Link] = about("In their order; fewer than `limit` where what is sought is rare.")
    next: str | None = about("Give it back as `after` for the links that follow; absent at the end.", default=None)


@frozen(kw_only=True)
class NewOwner:
    """Who owns a link from now on."""

    owner: str = about("A member by name or id.")


@frozen(kw_only=True)
class Rotation:
    """How a link gets a new address."""

    grace_seconds: int = about("How long the old addresses go on, at most 30 days.", default=0)


@frozen(kw_only=True)
class Revival:
    """How a link comes back."""

    new_address: bool = about(
        "Under a new address alone: the old one, and every personal one, stays dead.", default=False
    )


@frozen(kw_only=True)
class Letter:
    """Whom to send a link to."""

    to: list[str] = about("Mail addresses; each gets a letter of their own.")
    note: str = about("Your own words in it.", default="")
    personal: bool = about(
        "Whether each gets an address of their own, which can be withdrawn by itself.", default=False
    )


@frozen(kw_only=True)
class Sent:
    """What became of a letter."""

    letters: int = about("How many letters are on their way.")
