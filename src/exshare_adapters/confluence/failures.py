"""What Confluence's refusals mean, one exception each (api.md 10).

All but `Missing` are failures that the ports know, so that they leave the adapter as they are; `Missing` is
an answer and never leaves it.
"""

from __future__ import annotations

from exshare_core.errors import Broken, Busy, CredentialRejected


class Missing(Exception):
    """There is no such thing, or it is hidden from the connector: Confluence does not say which."""


class ScopeMissing(CredentialRejected):
    """The token is accepted but lacks a scope."""


class Forbidden(CredentialRejected):
    """The connector is known but has not the right to ask this."""


class Gone(Broken):
    """The operation was taken out of Confluence."""


class Invalid(Broken):
    """Confluence does not accept the request."""


class RateLimited(Busy):
    """Too many requests."""


class Unavailable(Busy):
    """Confluence cannot answer now."""


class UnexpectedAnswer(Broken):
    """The answer has not the shape that is documented."""


class Malformed(UnexpectedAnswer):
    """One thing that Confluence told cannot be read, be it an entry or what was written; others beside it may be well."""


class NoInterface(UnexpectedAnswer):
    """Nothing of Confluence's REST interface is at the address: another version, or another program."""
