"""What every SQL store forgets in time, and when.

The lives are the core's: a row goes only when no judgement of the core could count it any more.
"""

from __future__ import annotations

from datetime import datetime

from exshare_adapters.columns import Params
from exshare_core.accounts import ENROLMENT_LIFE, SESSION_IDLE, SESSION_LIFE
from exshare_core.attempts import PROOF_LIFE, VISIT_IDLE, VISIT_LIFE
from exshare_core.external_accounts import ACCOUNT_IDLE, ACCOUNT_LIFE, ACCOUNT_STEP_LIFE, SHARE_LIFE
from exshare_core.guessing import FORGOTTEN_AFTER

PRUNINGS = (
    "upkeep.prune_visits",
    "upkeep.prune_proofs",
    "upkeep.prune_codes",
    "upkeep.prune_departures",
    "upkeep.prune_used_tokens",
    "upkeep.prune_sessions",
    "upkeep.prune_steps",
    "upkeep.prune_account_sessions",
    "upkeep.prune_account_steps",
    "upkeep.prune_account_shares",
    "upkeep.prune_api_requests",
    "upkeep.prune_guesses",
)
"""The statements that forget what can no longer count for anything."""


def prune_params(now: datetime) -> Params:
    """The instants before which a row can no longer count, by the lives that the core gives each value."""
    return {
        "now": now,
        "visit_began": now - VISIT_LIFE,
        "visit_seen": now - VISIT_IDLE,
        "proved": now - PROOF_LIFE,
        "session_began": now - SESSION_LIFE,
        "session_seen": now - SESSION_IDLE,
        "step_began": now - ENROLMENT_LIFE,
        "account_began": now - ACCOUNT_LIFE,
        "account_seen": now - ACCOUNT_IDLE,
        "account_step_began": now - ACCOUNT_STEP_LIFE,
        "share_opened": now - SHARE_LIFE,
        "forgotten": now - FORGOTTEN_AFTER,
    }
