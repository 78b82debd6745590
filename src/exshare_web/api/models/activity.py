"""What happened, how it is held together, and what failed lately."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_web.api.models.fields import about


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
