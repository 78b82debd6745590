"""Files as Cloud's media host knows them: by ids of its own, in addresses that carry a token (api.md 2.4, 9.1).

Nothing is ever fetched from such an address, and none is shown: an id is only looked up among a page's files.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

from attrs import field, frozen

from exshare_core.values import PageId

HOSTS = ("media.atlassian.com", "media-cdn.atlassian.com", "atl-paas.net", "confluence-data.com")
"""Hosts that Confluence itself serves files and pictures from, with tokens in the address."""
_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_PATH = re.compile(r"/file/([^/]+)(?:/|\Z)")
_OWNER = re.compile(r"contentId-([0-9]{1,19})\Z")
_LONGEST = 4_000


@frozen
class MediaFile:
    """A file that the media host has."""

    id: str
    """In lower case."""
    page: PageId | None = None
    """The page whose files it is among, where the address says so."""
    name: str | None = field(default=None, repr=False)
    """Its name in Unicode NFC, where the address says so."""


def media_file(id: str) -> MediaFile | None:
    """The file with this id alone."""
    return MediaFile(id.lower()) if _ID.match(id) else None


def media_link(address: str) -> MediaFile | None:
    """The file that an address of the media host names, or one of the editor's own ``blob:`` addresses."""
    if len(address) > _LONGEST or not ("/file/" in address or address[:5].lower() == "blob:"):
        return None
    try:
        parts = urlsplit(address)
        if parts.scheme.lower() == "blob":
            fields = parse_qs(parts.fragment or parts.query, max_num_fields=50)
            id = fields.get("id", [""])[0]
        else:
            fields = parse_qs(parts.query, max_num_fields=50)
            path = _PATH.match(parts.path) if (parts.hostname or "").rstrip(".").endswith(HOSTS) else None
            id = "" if path is None else path[1]
    except ValueError:
        return None
    if not _ID.match(id):
        return None
    owner = _OWNER.match(fields.get("collection", [""])[0])
    name = fields.get("name", [""])[0]
    page = None if owner is None else PageId(str(int(owner[1])))
    return MediaFile(id.lower(), page, unicodedata.normalize("NFC", name) or None)
