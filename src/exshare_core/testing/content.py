"""The promises of AccessChecker, and all promises of content over one prepared site."""

from __future__ import annotations

from exshare_core.testing.contract import promise
from exshare_core.testing.directory import DirectoryContract
from exshare_core.testing.files import FileSourceContract
from exshare_core.testing.pages import PageFinderContract, PageSourceContract
from exshare_core.testing.prepared import ContentAbilities, PreparedSite
from exshare_core.testing.searching import SearchContract
from exshare_core.values import AccountId


class AccessCheckerContract(ContentAbilities):
    """Who may read what is Confluence's answer, or none."""

    @promise
    async def test_every_page_gets_an_answer(self, site: PreparedSite) -> None:
        """`may_read` is True for what the identity may read, False for what not,
        and never True for absent pages.
        """
        prepared = site.prepared
        asked = [prepared.page, prepared.restricted, prepared.forbidden, *prepared.absent]
        answers = await site.content.access.may_read(asked, prepared.reader)

        assert set(asked) == set(answers)
        assert (True, True, False) == tuple(answers[page] for page in asked[:3])
        assert True not in [answers[page] for page in prepared.absent]

    @promise
    async def test_an_unknown_identity_may_read_nothing(self, site: PreparedSite) -> None:
        """An account that Confluence does not know gets no True."""
        page = site.prepared.page
        answers = await site.content.access.may_read([page], AccountId("nobody:0000"))

        assert answers[page] is not True

    @promise
    async def test_what_cannot_be_found_out_is_none(self, site: PreparedSite) -> None:
        """`may_read` is None where the other side does not answer: neither allowed nor lost."""
        self.needs("stop_access_checks")
        await site.stop_access_checks()
        page = site.prepared.page

        assert {page: None} == dict(await site.content.access.may_read([page], site.prepared.reader))

    @promise
    async def test_the_service_identity_is_the_connectors_own(self, site: PreparedSite) -> None:
        """`service_identity` is the account of the connector."""
        assert site.prepared.service == await site.content.access.service_identity()

    @promise
    async def test_a_good_connection_passes_the_check(self, site: PreparedSite) -> None:
        """`check` finds nothing wrong with a good connection."""
        assert () == await site.content.access.check()

    @promise
    async def test_a_rejected_credential_fails_the_check(self, site: PreparedSite) -> None:
        """`check` says in a sentence what is wrong when the credential is rejected."""
        self.needs("reject_credential")
        await site.reject_credential()
        found = await site.content.access.check()

        assert found
        assert all(len(sentence.split()) > 2 for sentence in found)

    @promise
    async def test_the_check_proves_that_the_connector_may_ask(self, site: PreparedSite) -> None:
        """`check` says what is wrong when others' rights cannot be asked for."""
        self.needs("stop_access_checks")
        await site.stop_access_checks()

        assert await site.content.access.check()


class ContentContract(
    PageSourceContract,
    PageFinderContract,
    SearchContract,
    FileSourceContract,
    AccessCheckerContract,
    DirectoryContract,
):
    """All promises of content but rendering, over one prepared site."""
