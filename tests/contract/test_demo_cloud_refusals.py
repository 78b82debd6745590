"""The refusals of the stand-in for Cloud are, word for word, those that were recorded from real sites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exshare_demo import pages
from tests.demo_calls import BEARER, CLASSIC, Cloud, basic
from tests.requirements import need

WRONG = basic("canary-svc@lantern-works.example", "wrong")


def _recorded(name: str) -> object:
    folder = Path(need("reference")) / "confluence" / "fixtures" / "rest-json"
    return json.loads((folder / f"{name}.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "path", "credential"),
    [
        ("cloud-v2-rejected-credential.404", f"/api/v2/pages/{pages.HOME}", WRONG),
        ("cloud-v1-rejected-credential.403", "/rest/api/user/current", WRONG),
        ("cloud-v1-search-rejected-credential.403", "/rest/api/search?cql=type=page", WRONG),
        ("cloud-v2-page-missing.404", "/api/v2/pages/999999999999", CLASSIC),
        ("cloud-v2-folder-missing.404", "/api/v2/folders/999999999999", CLASSIC),
        ("cloud-v1-content-missing.404", "/rest/api/content/999999999", CLASSIC),
        ("cloud-v1-child-page-missing.404", "/rest/api/content/999999999/child/page", CLASSIC),
        ("cloud-v1-child-attachment-missing.404", "/rest/api/content/999999999/child/attachment", CLASSIC),
        ("cloud-v1-restriction-missing.404", "/rest/api/content/999999999/restriction", CLASSIC),
        ("cloud-v1-space-missing.404", "/rest/api/space/NOSUCH", CLASSIC),
        ("cloud-v1-limit-not-a-number.400", "/rest/api/content?limit=abc", CLASSIC),
        ("cloud-v1-negative-limit.400", "/rest/api/content?limit=-1", CLASSIC),
        ("cloud-v1-search-cql-required.400", "/rest/api/search", CLASSIC),
        ("cloud-v1-search-bad-cursor.400", "/rest/api/search?cql=type=page&cursor=bad", CLASSIC),
    ],
)
def test_refusals_on_the_site_host(name: str, path: str, credential: str) -> None:
    """The same status and the same body."""
    answer = Cloud().ask(path, credential=credential)

    assert (int(name.rpartition(".")[2]), _recorded(name)) == (answer.status_code, answer.json())


def test_a_scope_that_is_missing() -> None:
    """On the gateway."""
    cloud = Cloud()
    cloud.site.drop_scope("read:page:confluence")
    answer = cloud.ask("/api/v2/pages/1", host="gateway", credential=BEARER)

    assert (401, _recorded("cloud-gateway-scope-mismatch.401")) == (answer.status_code, answer.json())
