"""An OpenID Connect provider of another's making, as a server on loopback."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from exshare_core.testing.identities import PEOPLE, Person

with warnings.catch_warnings(record=True):
    # It imports what Authlib will give up, and Authlib says so whatever the filters are.
    from oidc_provider_mock import User, run_server_in_thread


@contextmanager
def foreign_provider(**claims: dict[str, object]) -> Iterator[str]:
    """Run a fresh one that knows `PEOPLE`, and give its issuer; `claims` are further ones by the name of the claim, and
    there by subject.
    """
    with run_server_in_thread(user_claims=[_user(person, claims) for person in PEOPLE]) as server:
        yield f"http://localhost:{server.server_port}"


def _user(person: Person, claims: dict[str, dict[str, object]]) -> User:
    own = {name: values[person.subject] for name, values in claims.items() if person.subject in values}
    known = {"name": person.name, "email": person.address, "email_verified": person.verified}
    return User(sub=person.subject, claims={**known, **own})
