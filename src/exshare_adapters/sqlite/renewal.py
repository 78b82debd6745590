"""Sessions of visitors whose ids are renewed: all that they have goes along (spec G10)."""

from __future__ import annotations

from exshare_adapters.sqlite.connection import Statements

_RENEWALS = (
    "links.renew_proofs",
    "links.renew_visits",
    "links.renew_codes",
    "accounts.renew_sessions",
    "accounts.renew_steps",
)


def renew(db: Statements, former: bytes | None, session: bytes) -> None:
    """Give everything that the session `former` has to `session`, which is a fresh one."""
    if former is not None:
        for query in _RENEWALS:
            db.run(query, {"session": session, "renews": former})
