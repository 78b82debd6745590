"""Outgoing HTTP for every adapter, with the walls that foreign servers need: the one module that knows httpx.

Names are resolved once for each connection, every address found is judged, and the connection goes to a judged address
itself, so that a name cannot change its meaning between check and use; TLS always checks the certificate against the
name. See `client` for what is sent and repeated, `asking` for how it is addressed, `places` for how much of it is under
way at once, `transport` and `network` for where it may go, `answers` for what comes back.
"""

from __future__ import annotations

from exshare_adapters.http.answers import Answer, Limits, media_type, origin_of, retry_after
from exshare_adapters.http.asking import Params
from exshare_adapters.http.client import Arriving, Client, FileParts, FormFields, Transport, open_client
from exshare_adapters.http.network import is_public

__all__ = [
    "Answer",
    "Arriving",
    "Client",
    "FileParts",
    "FormFields",
    "Limits",
    "Params",
    "Transport",
    "is_public",
    "media_type",
    "open_client",
    "origin_of",
    "retry_after",
]
