"""What the API takes and gives, as attrs classes: the one source of its JSON, its checks and its documentation.

A field's metadata says what it means; a field with a default may be left out. Instants are UTC in the form of RFC 3339.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from attrs import field, frozen


def about(text: str, **more: Any) -> Any:
    """A field with what it means in words."""
    return field(metadata={"about": text}, **more)


# --- links -----------------------------------------------------------------------------------------------------------


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
class BulkOrder:
    """One thing to do to many links."""

    deed: Literal["disable", "enable", "delete", "transfer", "expire", "renew"] = about("What to do to each of them.")
    links: list[str] = about(
        "The links, by id, or those left out with `all`; `id.3` leaves one alone that is not in version 3 any more.",
        factory=list,
    )
    all: bool = about("Everything that the filters in the address find, but the links that are named.", default=False)
    owner: str | None = about("The new owner, by name or id, for `transfer`.", default=None)
    expires_at: datetime | None = about("The new end, for `expire`; left out takes the end away.", default=None)
    seen_at: datetime | None = about(
        "With `all`: what was made or changed later is left alone. Now, if left out.", default=None
    )


@frozen(kw_only=True)
class BulkOutcome:
    """What became of one link."""

    link: str = about("The link's id.")
    fate: Literal["done", "as it was", "refused", "changed meanwhile", "not answered"] = about("What became of it.")
    rule: str = about("Why nothing was done.", default="")
    layer: str | None = about("The layer that forbids it.", default=None)


@frozen(kw_only=True)
class BulkDone:
    """What became of the links that one call looked at; with `dry_run`, what would."""

    done: int = about("To how many it was done.")
    as_it_was: int = about("How many were so already.")
    refused: int = about("For how many it is not allowed.")
    changed_meanwhile: int = about("How many had changed since they were seen.")
    not_answered: int = about("For how many Confluence did not say whether it is allowed.")
    links: list[BulkOutcome] = about("Each of them.")
    seen_at: datetime = about("Send it with the calls for the rest.")
    next: str | None = about("Give it back as `after` for the links that follow; absent at the end.", default=None)


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


@frozen(kw_only=True)
class NewAddresses:
    """Addresses of people's own to make: all of them, or none."""

    recipients: list[str] = about("For whom: mail addresses. Nothing is sent.")
    valid_until: datetime | None = about("When they end; as long as the link, if left out.", default=None)


@frozen(kw_only=True)
class PersonalAddress:
    """An address of somebody's own. It proves no mailbox: it can be passed on."""

    id: str = about("What names it; the activity says it of whoever came by it.")
    recipient: str | None = about("Whose it is; absent where that can no longer be read.", default=None)
    created_at: datetime = about("When it was made.")
    valid_until: datetime | None = about("When it ends by itself.", default=None)
    revoked_at: datetime | None = about("When it was withdrawn.", default=None)
    used_at: datetime | None = about("Its last use among the link's latest events.", default=None)
    alive: bool = about("Whether it leads to the link now.")
    url: str | None = about("The full address, where it was asked for alone or has just been made.", default=None)


@frozen(kw_only=True)
class PersonalAddresses:
    """All addresses of a link that are somebody's own."""

    addresses: list[PersonalAddress] = about("Living ones first, then the newest.")


@frozen(kw_only=True)
class Reach:
    """What a link reaches now, by the judgement that visitors meet."""

    pages: int = about("How many pages.")
    files: int = about("How many files of them may leave.")
    restricted: int = about("How many pages are left out for their view restrictions alone.")
    unknown: int = about("Of how many it could not be found out.")
    all_pages: bool = about("Whether every page was looked at; else `pages` is the least there is.")
    all_files: bool = about("The same of `files`.")


@frozen(kw_only=True)
class Reaches:
    """What a link reaches before and after a change."""

    now: Reach = about("As it is.")
    after: Reach = about("As it would be.")


@frozen(kw_only=True)
class PreviewAs:
    """As whom to see a link."""

    visitor: str | None = about("A mail address; somebody unknown, if left out.", default=None)


@frozen(kw_only=True)
class Preview:
    """Where a preview can be begun, by a person in a browser."""

    url: str = about("Good once, for 15 minutes, while the link stays as it is.")


@frozen(kw_only=True)
class Happened:
    """One thing that happened. Of persons it holds what the member of the key may see."""

    number: int | None = about("Its place in the chain of the site; absent while it is not sealed.", default=None)
    kind: str = about("What happened.")
    at: datetime = about("When.")
    actor: str = about("visitor, member, operator or system.")
    member: str | None = about("The member, by name.", default=None)
    link: str | None = about("The link.", default=None)
    space: str | None = about("The space, by key.", default=None)
    page: str | None = about("The page or file.", default=None)
    detail: str = about("More, in short words.", default="")
    network: str | None = about("From where.", default=None)
    address: str | None = about("The mail address that the visitor had proved.", default=None)
    account: str | None = about("The account of the visitor.", default=None)


@frozen(kw_only=True)
class Activity:
    """One page of what happened."""

    events: list[Happened] = about("Newest first.")
    next: str | None = about("Give it back as `after` for what happened before; absent at the end.", default=None)


@frozen(kw_only=True)
class Chain:
    """Where the chain over the activity of a site stands."""

    head: str | None = about("The last sealed row in one word: site, number, instant and hash.", default=None)
    removed_up_to: int = about("The number up to which rows were removed with age; 0 for none.")
    unsealed: int = about("How many rows wait for a seal.")
    unsealed_since: datetime | None = about("When the oldest of them happened.", default=None)
    kept_days: int = about("How many days what happened is kept.")


@frozen(kw_only=True)
class Verification:
    """Whether the activity is what was written down."""

    whole: bool = about("Whether nothing is wrong.")
    rows: int = about("How many rows are as they were sealed.")
    without_personal: int = about("Of how many of them the personal fields were removed.")
    unsealed: int = about("How many rows wait for a seal.")
    strays: int = about("How many rows were put in past the service.")
    broken_row: int | None = about("The number of the first row that does not fit.", default=None)
    fault: str | None = about("What is wrong with it.", default=None)
    head: str | None = about("The head up to which all is whole.", default=None)


@frozen(kw_only=True)
class FailureCount:
    """Equal failures within one minute."""

    minute: datetime = about("The beginning of the minute.")
    port: str = about("What was asked: pages, files, access, mail and so on.")
    operation: str = about("For what.")
    outcome: str = about("busy, timed out, broken, refused, credential rejected, or the class of an unforeseen error.")
    count: int = about("How often.")


@frozen(kw_only=True)
class Failures:
    """What failed lately."""

    failures: list[FailureCount] = about("Newest first.")


@frozen(kw_only=True)
class GateSaid:
    """What one gate says of an attempt."""

    stage: str = about("Which gate.")
    effect: Literal["allow", "ask", "deny"] = about("What it comes to.")
    rule: str = about("The rule, in words.")
    layers: list[str] = about("Who set it, outermost first.")
    remedy: str = about("What would satisfy it.", default="")


@frozen(kw_only=True)
class ValueInForce:
    """One restriction in force."""

    restriction: str = about("Which.")
    value: str = about("What it is, in words.")
    layers: list[str] = about("Who made it so, outermost first.")


@frozen(kw_only=True)
class Explanation:
    """Why an attempt would be let in or not."""

    effect: Literal["allow", "ask", "deny"] = about("What it would come to.")
    gates: list[GateSaid] = about("Every gate, in the order in which they are asked.")
    values: list[ValueInForce] = about("Every restriction that some layer sets.")


# --- policy ----------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Affected:
    """A link that a change would suspend, cut or restore."""

    link: str = about("The link's id.")
    page: str = about("Its page.")
    consequence: Literal["suspended", "cut", "restored"] = about("What would become of it.")
    reasons: list[str] = about("Why.")
    layers: list[str] = about("The layers behind it.")


@frozen(kw_only=True)
class Changed:
    """One thing that a change makes different."""

    what: str = about("The layer and the restriction, or the right.")
    old: str = about("What it was.")
    new: str = about("What it becomes.")


@frozen(kw_only=True)
class DryRun:
    """What a change would do; nothing is stored by it."""

    version: int = about("The version that it was tried on.")
    differences: list[Changed] = about("What would become different.")
    looked_at: int = about("How many links were looked at.")
    suspended: int = about("How many would be suspended.")
    cut: int = about("How many would lose something.")
    restored: int = about("How many would get something back.")
    links: list[Affected] = about("Those links.")
    decided_live: list[str] = about("Rules that only Confluence can answer, when a visitor comes.")
    warnings: list[str] = about("What the change would shut that was open.")


@frozen(kw_only=True)
class PolicyVersion:
    """What is set on a site, by number."""

    version: int = about("The version in force; the ETag.")


@frozen(kw_only=True)
class Switch:
    """A kill switch."""

    on: bool = about("Whether links may open.")


@frozen(kw_only=True)
class PolicyChanged:
    """One change of what is set on a site."""

    version: int = about("The version that it made.")
    at: datetime = about("When.")
    actor: str = about("member or operator.")
    member: str | None = about("The member, by name.", default=None)
    changes: list[Changed] = about("What became different.")


@frozen(kw_only=True)
class PolicyHistory:
    """Changes of what is set on a site."""

    changes: list[PolicyChanged] = about("Newest first.")
    next: str | None = about("Give it back as `after` for the changes before these; absent at the end.", default=None)


@frozen(kw_only=True)
class Space:
    """What is set for one space."""

    key: str = about("The key of the space.")
    version: int = about("The version of everything that is set on the site; the ETag.")
    configuration: str = about("The configuration above the space.")
    limits: str = about("The space's own restrictions, in TOML as in the document of the site.")
    above: list[ValueInForce] = about("What the layers above restrict already.")
    admins: list[str] = about("Who governs it besides admins of the site, as `group:…` and `member:…`.")
    on: bool = about("Whether links of the space may open, as far as the switches say.")


@frozen(kw_only=True)
class Spaces:
    """Spaces for which something is set."""

    spaces: list[str] = about("Their keys: those that the member governs.")


@frozen(kw_only=True)
class SpaceLimits:
    """The restrictions of one space, all of them."""

    limits: str = about("In TOML as in the document of the site; an empty text restricts nothing.")


@frozen(kw_only=True)
class Found:
    """A page that was found."""

    id: str = about("Its id.")
    title: str = about("Its title now.")


@frozen(kw_only=True)
class Pages:
    """Pages that can be shared."""

    pages: list[Found] = about("Those that the member may read now; the best first.")


@frozen(kw_only=True)
class LinksInState:
    """How many links stand in one way."""

    state: str = about("active, disabled, suspended, not started, expired or used up.")
    links: int = about("How many.")


@frozen(kw_only=True)
class Shared:
    """Whether a page is shared, as far as the member may see."""

    page: str = about("The id of the page.")
    shared: bool = about("Whether it can be opened by a link now, or will be by itself.")
    links: list[LinksInState] = about("The links that begin with the page or reach it, by how they stand.")
    more: bool = about("Whether there are more than were looked at.")


@frozen(kw_only=True)
class NewBadge:
    """A badge to make."""

    seconds: int = about("How long its address is good: from 60 to 2592000, which is 30 days.", default=3600)


@frozen(kw_only=True)
class Badge:
    """A badge."""

    url: str = about("The address for a frame. Whoever has it sees what it tells.")
    valid_until: datetime = about("When it ends.")


# --- people ----------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Member:
    """A member of the site."""

    id: str = about("What the member is called in the API.")
    version: int = about("Rises with every change; the ETag.")
    name: str = about("The name to sign in with.")
    admin: bool = about("Whether an admin.")
    all_sites: bool = about("Whether of all sites; then only the operator may change anything.")
    identity: str | None = about("The account id or user key in Confluence.", default=None)
    second_factor: bool = about("Whether there is a second factor.")
    disabled: bool = about("Whether locked out.")


@frozen(kw_only=True)
class Members:
    """Members of the site."""

    members: list[Member] = about("By name.")
    next: str | None = about("Give it back as `after` for those that follow; absent at the end.", default=None)


@frozen(kw_only=True)
class LockedOut:
    """A member who was locked out, and what became of their links."""

    version: int = about("The member's version now; the ETag.")
    became: str = about("What the site does with the links of leavers: stop, keep or transfer.")
    links: list[str] = about("Those links, by id.")
    owner: str | None = about("Who owns them now, by name; absent where they stop.", default=None)


@frozen(kw_only=True)
class NewKey:
    """A key to make; it can do no more than the key that makes it."""

    name: str = about("What it is for.")
    operations: list[str] = about("What it may be used for.")
    valid_from: datetime | None = about("From when on.", default=None)
    valid_until: datetime | None = about("Until when; without end if left out.", default=None)
    networks: list[str] | None = about("From where, in CIDR notation; from everywhere if left out.", default=None)


@frozen(kw_only=True)
class Key:
    """A key of the member."""

    id: str = about("What the key is called in the API.")
    name: str = about("What it is for.")
    operations: list[str] = about("What it may be used for.")
    created_at: datetime = about("When it was made.")
    valid_from: datetime | None = about("From when on.", default=None)
    valid_until: datetime | None = about("Until when.", default=None)
    networks: list[str] | None = about("From where.", default=None)
    uses: int = about("How often it was used.")
    last_used_at: datetime | None = about("When it was used last.", default=None)
    revoked_at: datetime | None = about("When it was revoked.", default=None)
    text: str | None = about("The key itself: only in the answer to its making, and never again.", default=None)


@frozen(kw_only=True)
class Keys:
    """The keys of the member."""

    keys: list[Key] = about("Newest first.")


@frozen(kw_only=True)
class WhoAmI:
    """The key that a request came with."""

    site: str = about("The site that it is for.")
    member: str = about("The member that it acts as, by name.")
    name: str = about("What the key is called.")
    operations: list[str] = about("What it may be used for.")
    valid_until: datetime | None = about("When it ends.", default=None)
    uses: int = about("How often it was used, this request included.")


# --- how the site looks ----------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class SiteLook:
    """How a site presents itself to its visitors. What is left out says or shows nothing."""

    version: int = about(
        "Counts changes. What is sent here is not read: `If-Match` says what you have seen.", default=0
    )
    name: str = about("Stands at the head of every page.", default="")
    footer: str = about("Stands at the foot of every page, line by line.", default="")
    gate: str = about("Stands above what a gate asks.", default="")
    home: str = about("What the front page of the site's own host says.", default="")
    accent: str | None = about("The colour of links and buttons, such as `#1f5fbf`.", default=None)
    dark: bool = about("Whether pages are dark for those who wish it.", default=True)
    styles: str = about("CSS for shared pages, never for gates.", default="")
    logo: str | None = about("A PNG, JPEG or WebP picture in Base64, at most 256 KiB.", default=None, repr=False)
    icon: str | None = about("The same for the browser's tab, at most 64 KiB.", default=None, repr=False)


# --- what went wrong -------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Fault:
    """One rule that was broken."""

    field: str = about("The field, as it was written.")
    rule: str = about("The rule, in words.")
    layer: str | None = about("The layer that set it.", default=None)


@frozen(kw_only=True)
class Problem:
    """What went wrong, as RFC 9457 has it."""

    type: str = about("A name for this kind of problem that does not change.")
    title: str = about("The kind, in words.")
    status: int = about("The status of the answer.")
    detail: str = about("What happened, in words.", default="")
    errors: list[Fault] = about("Every rule that was broken.", factory=list)
    layer: str | None = about("The layer that forbids it.", default=None)
    current: int | None = about("The version in force, where yours was stale.", default=None)
