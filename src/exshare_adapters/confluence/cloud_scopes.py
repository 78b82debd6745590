"""Finds out which scopes a Cloud token lacks, by asking each interface that reading rests on once (api.md 7.1).

A scope is looked at before anything else, so that a question about what does not exist tells as much as any other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.failures import Missing, ScopeMissing
from exshare_adapters.confluence.together import together
from exshare_core.errors import Broken
from exshare_core.values import PageId

DETAILS = "read:content-details"
"""Who the connector is, and restrictions."""
PAGES = "read:page"


async def lacked(api: Api, page: PageId) -> tuple[str, ...]:
    """The scopes, beyond those above and ``read:content.permission``, that the token lacks.

    `page` need not exist. Raises Busy and CredentialRejected as they come.
    """
    async with together() as requests:
        results = [(scope, requests.start(partial(_lacks, ask))) for scope, ask in _questions(api, page)]
    return tuple(scope for scope, result in results if result.value)


def _questions(api: Api, page: PageId) -> Sequence[tuple[str, Callable[[], Awaitable[object]]]]:
    below, one = f"/api/v2/pages/{page}", {"limit": 1}
    file = f"/rest/api/content/{page}/child/attachment/att{page}/download"
    return (
        ("read:space", partial(api.get, "/api/v2/spaces", one)),
        ("read:content.metadata", partial(api.get, f"{below}/ancestors", one)),
        ("read:hierarchical-content", partial(api.get, f"{below}/direct-children", one)),
        ("read:attachment", partial(api.get, f"{below}/attachments", one)),
        ("read:comment", partial(api.get, f"{below}/footer-comments", one)),
        ("readonly:content.attachment", partial(api.get, file)),
        ("read:user", partial(api.post, "/api/v2/users-bulk", {"accountIds": ["0"]})),
        ("search", partial(api.get, "/rest/api/search", {"cql": "type = page", "limit": 1})),
        ("read:folder", partial(api.get, f"/api/v2/folders/{page}")),
        ("read:whiteboard", partial(api.get, f"/api/v2/whiteboards/{page}")),
        ("read:database", partial(api.get, f"/api/v2/databases/{page}")),
        ("read:embed", partial(api.get, f"/api/v2/embeds/{page}")),
    )


async def _lacks(ask: Callable[[], Awaitable[object]]) -> bool:
    try:
        await ask()
    except ScopeMissing:
        return True
    except (Missing, Broken):
        # Whatever was wrong with the question, the scope was there
        return False
    return False
