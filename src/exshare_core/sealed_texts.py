"""Words that are sealed and carried as text: in a column, in an address, in a cookie or, for a time, in a form."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from exshare_core.errors import CannotUnseal
from exshare_core.ports import Vault
from exshare_core.values import Sealed, SiteId


async def shut(vault: Vault, words: str, purpose: str, site: SiteId, id: str) -> str:
    """`words` sealed for purpose, site and id, in ``A-Z a-z 0-9 _ -``."""
    return base64.urlsafe_b64encode(await vault.seal(words.encode(), purpose, site, id)).decode("ascii").rstrip("=")


async def opened(vault: Vault, text: str, purpose: str, site: SiteId, id: str) -> str:
    """The words in what `shut` gave; raises CannotUnseal for anything else, whoever wrote it."""
    try:
        shut = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return (await vault.open(Sealed(shut), purpose, site, id)).decode()
    except (binascii.Error, ValueError) as error:
        raise CannotUnseal("the text was not sealed here") from error


async def shut_until(vault: Vault, words: str, purpose: str, site: SiteId, id: str, until: datetime) -> str:
    """`words` sealed as by `shut`, to be opened before `until` only."""
    return await shut(vault, f"{until.isoformat()} {words}", purpose, site, id)


async def opened_before(vault: Vault, text: str, purpose: str, site: SiteId, id: str, now: datetime) -> str:
    """The words in what `shut_until` gave; raises CannotUnseal for anything else, and when their time is over at `now`."""
    until, _, words = (await opened(vault, text, purpose, site, id)).partition(" ")
    if now >= datetime.fromisoformat(until):
        raise CannotUnseal("its time is over")
    return words
