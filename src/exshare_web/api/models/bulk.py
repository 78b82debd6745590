"""One thing done to many links, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from attrs import frozen

from exshare_web.api.models.fields import about


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
