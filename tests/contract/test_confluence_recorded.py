"""The adapters read answers that were recorded from real sites."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.cloud_access import CloudAccess
from exshare_adapters.confluence.cloud_finder import CloudFinder
from exshare_adapters.confluence.datacenter import DataCenter
from exshare_adapters.confluence.datacenter_access import DataCenterAccess
from exshare_adapters.confluence.datacenter_rights import Rights
from exshare_adapters.confluence.failures import Missing, ScopeMissing
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.http import Limits, open_client
from exshare_core.content import Node, NodeKind
from exshare_core.errors import CredentialRejected
from exshare_core.values import AccountId, PageId
from tests.requirements import need

T = TypeVar("T")

BASE = "https://example.atlassian.net/wiki"


def recorded(name: str) -> bytes:
    """One recorded answer."""
    folder = Path(need("reference")) / "confluence" / "fixtures" / "rest-json"
    return (folder / f"{name}.json").read_bytes()


def asked(name: str, work: Callable[[Api], Coroutine[object, object, T]], flavour: Flavour = Flavour.CLOUD) -> T:
    """What `work` makes of a site that answers everything with the recorded answer `name`."""
    status = int(name.rpartition(".")[2]) if name.rpartition(".")[2].isdigit() else 200
    body = recorded(name)

    def wire(request: httpx.Request) -> httpx.Response:
        async def stream() -> object:
            yield body

        headers = {"content-type": "application/json"}
        return httpx.Response(status, content=stream(), headers=headers)  # type: ignore[arg-type]

    async def go() -> T:
        async with open_client(base=BASE, limits=Limits(retries=0), transport=httpx.MockTransport(wire)) as client:
            return await work(Api(client, BASE, SiteAddresses.of(flavour, BASE), SingleFlight()))

    with asyncio.Runner() as runner:
        return runner.run(go())


def test_children() -> None:
    """A level of the tree."""
    parent = PageId("40108040")
    found = asked("cloud-v2-page-direct-children.200", lambda api: Cloud(api).children(parent, NodeKind.PAGE))

    assert [
        Node(PageId("40697857"), "Coverage Child A", NodeKind.PAGE, parent),
        Node(PageId("40435747"), "Coverage Child B", NodeKind.PAGE, parent),
    ] == list(found)


def test_ancestors() -> None:
    """The way to a page, whose own id may be its last entry."""
    page = PageId("40697857")
    found = asked("cloud-v2-page-ancestors.200", lambda api: Cloud(api).ancestors(page, NodeKind.PAGE))

    assert ((PageId("39223464"), NodeKind.PAGE), (PageId("40108040"), NodeKind.PAGE)) == found


def test_labels_and_restrictions() -> None:
    """Global labels; no restrictions in the list form."""
    page = PageId("1")
    labels = asked("cloud-v2-labels.200", lambda api: Cloud(api).labels(page, NodeKind.PAGE))
    closed = asked("cloud-v1-restrictions-none.200", lambda api: Cloud(api).restricted(page, NodeKind.PAGE))

    assert (frozenset({"cov-label"}), False) == (labels, closed)


def test_a_space_by_its_key() -> None:
    """Keys compare without case."""
    found = asked("cloud-v2-spaces-by-key.200", lambda api: Cloud(api).home("team"))

    assert PageId("39223464") == found


def test_a_search() -> None:
    """Hits with titles of the content."""
    found = asked("cloud-v1-cql_search_response", lambda api: CloudFinder(Cloud(api)).search("meeting", 5))

    assert (Node(PageId("123456789"), "2024-01-01: Team Progress Meeting 01", NodeKind.PAGE),) == found


def test_the_connector_on_cloud_and_data_center() -> None:
    """An account id there, a user key here."""
    cloud = asked("cloud-v1-user-current.200", lambda api: CloudAccess(Cloud(api)).service_identity())
    center = asked(
        "dc-user-current.200",
        lambda api: DataCenterAccess(DataCenter(api), Rights(api)).service_identity(),
        Flavour.DATA_CENTER,
    )

    assert (
        AccountId("557058:00000000-0000-4000-8000-000000000001"),
        AccountId("9e7f0000000000000000000000000001"),
    ) == (cloud, center)


@pytest.mark.parametrize(
    ("name", "path", "error"),
    [
        ("cloud-v2-page-missing.404", "/api/v2/pages/1", Missing),
        ("cloud-v2-folder-missing.404", "/api/v2/folders/1", Missing),
        ("cloud-v1-content-missing.404", "/rest/api/content/1", Missing),
        ("cloud-v1-restriction-missing.404", "/rest/api/content/1/restriction/byOperation", Missing),
        ("cloud-v1-rejected-credential.403", "/rest/api/user/current", CredentialRejected),
        ("cloud-v1-search-rejected-credential.403", "/rest/api/search", CredentialRejected),
        ("cloud-gateway-scope-mismatch.401", "/api/v2/pages/1", ScopeMissing),
        ("dc-basic-disabled.403", "/rest/api/content/1", CredentialRejected),
    ],
)
def test_refusals(name: str, path: str, error: type[Exception]) -> None:
    """Each recorded refusal means what api.md 3.2 says."""
    with pytest.raises(error):
        asked(name, lambda api: api.get(path))
