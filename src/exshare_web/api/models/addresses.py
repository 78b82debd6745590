"""Addresses of a link, what it reaches, and previews of it."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_web.api.models.fields import about


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
    opens: int = about("How often the link was opened by it, within the time for which the activity is kept.")
    used_at: datetime | None = about("When it was opened by it last, within that time.", default=None)
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
