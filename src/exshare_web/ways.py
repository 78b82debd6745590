"""How somebody can sign in at a gate of a site: what the gate's page offers, whoever provides it."""

from __future__ import annotations

from attrs import evolve, frozen

from exshare_core.decisions import Answer


@frozen
class Organisation:
    """An identity provider with which visitors of a site can sign in (spec G4)."""

    name: str
    """Names it in addresses."""
    title: str
    """The words on its button."""


@frozen
class Ways:
    """The ways to sign in that a gate's page offers, in the order in which it shows them."""

    organisations: tuple[Organisation, ...] = ()
    accounts: bool = False
    """Whether people can sign in with an account here."""
    new_tab: bool = False
    """Whether an organisation's page needs a tab of its own, because ours is shown in a frame (spec G4)."""

    def __bool__(self) -> bool:
        """Whether there is any way."""
        return bool(self.organisations) or self.accounts

    def past(self, answer: Answer) -> Ways:
        """Those of them that get past the gate that gave `answer`."""
        return evolve(self, accounts=False) if answer is Answer.ASK_SSO else self
