"""The composition root: the only package that knows adapters, the registry and the container library.

`opened` turns settings into running use cases: it opens every adapter on one exit stack, hands the opened objects to
the containers, and closes everything when it ends. The command line uses the same function as the service, so that
there is no second wiring.
"""

from __future__ import annotations

from exshare_web.container.assembling import Deployment, Opened, SiteContainer
from exshare_web.container.choosing import RegisteredAdapters, default_data_dir, load_settings, make_data_dir
from exshare_web.container.doctoring import examinations
from exshare_web.container.migrating import Migrating, Migration, migrated
from exshare_web.container.opening import opened
from exshare_web.container.trying import LOOKED_AT, Finding, Trial, check, trials, tried

__all__ = [
    "LOOKED_AT",
    "Deployment",
    "Finding",
    "Migrating",
    "Migration",
    "Opened",
    "RegisteredAdapters",
    "SiteContainer",
    "Trial",
    "check",
    "default_data_dir",
    "examinations",
    "load_settings",
    "make_data_dir",
    "migrated",
    "opened",
    "trials",
    "tried",
]
