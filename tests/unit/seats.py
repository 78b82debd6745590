"""Members at their browsers, without any web: they sign in, with an authenticator app where they have one."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from attrs import define, field

from exshare_core.accounts import Member
from exshare_core.authenticating import Proposal
from exshare_core.membership.attending import Presence
from exshare_core.membership.signing_in import SignedIn
from exshare_core.testing import AuthenticatorApp
from tests.unit.office import ACME, PASSWORD, Office, run

HOME = ip_address("192.0.2.7")


@define
class Browser:
    """One browser of a member."""

    office: Office
    name: str = "Ada"
    session: str | None = None
    kept: str | None = None
    """What a sign-in gave it to keep."""
    app: AuthenticatorApp | None = None
    recovery: tuple[str, ...] = field(default=())

    def sign_in(self, password: str = PASSWORD, **more: Any) -> SignedIn:
        """The first step."""
        more.setdefault("network", HOME)
        more.setdefault("browser", self.kept)
        return self.took(run(self.office.membership.sign_in(ACME, self.name, password, **more)))

    def bring(self, step: str | None, code: str, **more: Any) -> SignedIn:
        """The second step."""
        more.setdefault("network", HOME)
        more.setdefault("browser", self.kept)
        return self.took(run(self.office.membership.bring_code(step, code, **more)))

    def took(self, outcome: SignedIn) -> SignedIn:
        """Keep what the outcome gives."""
        self.session, self.kept = outcome.session or self.session, outcome.browser or self.kept
        return outcome

    @property
    def present(self) -> Presence:
        """Who is signed in here now."""
        present = run(self.office.membership.present(self.session))
        assert present is not None
        return present

    @property
    def code(self) -> str:
        """What the app shows now."""
        assert self.app is not None
        return self.app.code(self.office.clock.now())

    def next_code(self) -> str:
        """What the app shows after half a minute."""
        self.office.clock.forward(seconds=30)
        return self.code

    def scan(self, proposal: Proposal | None) -> str:
        """Scan what is proposed; the first code of the app."""
        assert proposal is not None
        self.app = AuthenticatorApp.scan(proposal.uri)
        return self.code


def signed_in(office: Office, name: str = "Ada") -> Browser:
    """A browser in which a member without a second factor has signed in."""
    browser = Browser(office, name)
    assert browser.sign_in().session is not None
    return browser


def with_app(office: Office, name: str = "Ada") -> Browser:
    """A browser in which a member has signed in and set up an authenticator app; half a minute later."""
    browser = signed_in(office, name)
    proposal = run(office.membership.factor_proposal(browser.present))
    code = browser.scan(proposal)
    assert proposal is not None
    done = run(office.membership.set_factor(browser.present, proposal.ticket, code, end_others=False))
    assert done.session is not None
    browser.session, browser.recovery = done.session, done.recovery
    office.clock.forward(seconds=30)
    return browser


def stored(office: Office, member: Member) -> Member:
    """The member as they are stored now."""
    found = run(office.storage.members.get(member.id))
    assert found is not None
    return found
