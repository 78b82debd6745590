"""Pages to share, and what Confluence may show of links to them."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_web.api.models.fields import about


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
