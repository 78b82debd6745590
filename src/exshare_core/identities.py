"""Signing in elsewhere, as values: what goes with a browser to an identity provider, and what comes back with it.

A browser that leaves carries an errand; the provider's word about the person comes back as an identity, or as a refusal
of the provider's own. Whether an identity may pass a gate, or is a member, is judged elsewhere and never by a provider.
"""

from __future__ import annotations

from attrs import field, frozen

from exshare_core.errors import printable
from exshare_core.values import AccountId, Address, Subject

MOST_WORDS = 200
"""Characters of a provider's own words that are kept."""

MOST_SUBJECT = 255
"""Characters of the name that a provider has for a person (OpenID Connect Core 2)."""


@frozen(slots=True)
class Errand:
    """What one departure is known by. Each of its secrets is fresh from a `TokenGenerator`, 256 bits each."""

    state: str = field(repr=False)
    """Comes back as it went; ties the answer to this errand."""
    nonce: str = field(repr=False)
    """Comes back inside what the provider signs."""
    verifier: str = field(repr=False)
    """Never goes along; proves at the end that whoever left has returned (RFC 7636)."""
    callback: str
    """The full address that the browser comes back to."""


@frozen(slots=True)
class Identity:
    """Whom a provider says that the person is."""

    issuer: str
    """The provider, by the name that it signs with."""
    subject: str
    """The person, by a name that the provider gives to nobody else, ever."""
    name: str = ""
    """What the person is called, in printable words; empty when the provider does not say."""
    address: Address | None = None
    """The person's mailbox, only where the provider says that it made sure of it (security reference R29)."""
    groups: frozenset[str] | None = None
    """The groups that the provider counts the person in; None where it is not asked for them."""
    account: AccountId | None = None
    """Who the person is to Confluence, where the provider is asked for that (spec R5)."""

    @property
    def who(self) -> Subject:
        """The person, as long as the provider is the same."""
        return Subject(self.issuer, self.subject)


@frozen(slots=True)
class Declined:
    """The provider sent the browser back without signing anybody in."""

    code: str
    """The provider's word for it, such as ``access_denied``: letters, digits and ``_`` only."""
    words: str = ""
    """What the provider adds for people: printable, at most `MOST_WORDS` characters, and still foreign text."""

    @classmethod
    def of(cls, code: str, words: str = "") -> Declined:
        """From what came back, whatever that is (security reference R32)."""
        plain = "".join(char for char in code[:40] if char.isascii() and (char.isalnum() or char == "_"))
        return cls(plain or "unknown", printable(words[:MOST_WORDS]).strip())
