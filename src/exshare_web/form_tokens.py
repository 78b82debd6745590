"""Tokens that show a form to be of our own page, in the very browser that it is sent from (ASVS 3.5.1).

Each is a keyed digest of what the form is for, under the random id that the browser keeps in a cookie: of its session,
or, before there is one, of its way in. Whoever cannot read our pages cannot make one, and a token tells nothing of the
id. What the browser says of the form's origin is asked besides, by `origins`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

FIELD = "csrf"


def form_token(secret: str, purpose: str) -> str:
    """What every form for `purpose` in the browser with this id carries: 64 hexadecimal digits."""
    return hmac.digest(secret.encode("ascii"), f"form: {purpose}".encode(), sha256).hex()


def fits(fields: Mapping[str, str], secret: str, purpose: str) -> bool:
    """Whether the fields of a form hold its token."""
    given = fields.get(FIELD, "").encode()
    return hmac.compare_digest(given, form_token(secret, purpose).encode())
