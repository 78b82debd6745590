"""The promises of Directory: which groups a person is in, or that it is not known."""

from __future__ import annotations

from exshare_core.testing.contract import promise
from exshare_core.testing.prepared import ContentAbilities, PreparedSite
from exshare_core.values import AccountId


class DirectoryContract(ContentAbilities):
    """Who is in which group is the organisation's answer, or none."""

    @promise
    async def test_all_groups_of_a_person_are_told(self, site: PreparedSite) -> None:
        """`groups` has every group that the person is in, spelt as it is named, and no other."""
        assert site.prepared.groups == await site.content.directory.groups(site.prepared.reader)

    @promise
    async def test_the_groups_of_an_unknown_person_are_not_known(self, site: PreparedSite) -> None:
        """`groups` is None for somebody who is not there, and not an empty set: every rule for a group must hold."""
        assert await site.content.directory.groups(AccountId("nobody:0000")) is None

    @promise
    async def test_groups_are_none_while_nothing_answers(self, site: PreparedSite) -> None:
        """`groups` is None while the other side is down, and raises nothing."""
        self.needs("stop_answering")
        await site.stop_answering()

        assert await site.content.directory.groups(site.prepared.reader) is None

    @promise
    async def test_groups_are_none_when_the_answer_makes_no_sense(self, site: PreparedSite) -> None:
        """`groups` is None when the other side answers nonsense, and raises nothing."""
        self.needs("answer_nonsense")
        await site.answer_nonsense()

        assert await site.content.directory.groups(site.prepared.reader) is None

    @promise
    async def test_groups_are_none_without_the_right_to_ask(self, site: PreparedSite) -> None:
        """`groups` is None when the connector's credential is rejected, and raises nothing."""
        self.needs("reject_credential")
        await site.reject_credential()

        assert await site.content.directory.groups(site.prepared.reader) is None
