"""The renderer of Confluence's bodies keeps the promises of rendering, for bodies of Cloud and of Data Center."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape

from attrs import frozen

from exshare_adapters.confluence.body import ConfluenceRenderer
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_core.content import Draft, MacroUse
from exshare_core.ports import BodyRenderer
from exshare_core.testing.renderer import BodyRendererContract, RendererSetting
from exshare_core.values import AttachmentId, PageId
from tests.integration.rendering import render

OWN = PageId("10")


@frozen
class ConfluenceSetting:
    """Bodies as Confluence sends them."""

    site: SiteAddresses
    hosts: tuple[str, ...]
    identities: tuple[str, ...]

    @property
    def renderer(self) -> BodyRenderer:
        """The renderer for the site."""
        return ConfluenceRenderer(self.site)

    def draft(self, html: str) -> Draft:
        """The fragment as the whole body."""
        return Draft(OWN, "Release plan", html)

    def draft_with_macro(self, macro: MacroUse, output: str) -> Draft:
        """The output in the element that the form ``view`` has for a macro."""
        name = f'data-macro-name="{macro.name}" data-macro-id="{macro.id}"'
        body = f'<p>before</p><div class="conf-macro output-block" {name}>{output}</div><p>after</p>'
        return Draft(OWN, "Release plan", body, macros=(macro,))

    def page_link(self, page: PageId, words: str) -> str:
        """A link to a page."""
        return f'<a href="{self.site.path}/pages/viewpage.action?pageId={page}">{escape(words)}</a>'

    def bare_link(self, page: PageId) -> str:
        """A smart link."""
        address = f"https://{self.hosts[0]}{self.site.path}/pages/viewpage.action?pageId={page}"
        return f'<a href="{address}" data-card-appearance="inline">{address}</a>'

    def file_link(self, file: AttachmentId, words: str) -> str:
        """A link to a file of the page."""
        number = file.removeprefix("att")
        mark = f'data-linked-resource-id="{number}" data-linked-resource-type="attachment"'
        return f'<a href="{self.site.path}/download/attachments/{OWN}/plan.pdf" {mark}>{escape(words)}</a>'

    def image(self, file: AttachmentId) -> str:
        """A picture of the page."""
        number = file.removeprefix("att")
        mark = f'data-linked-resource-id="{number}" data-linked-resource-type="attachment"'
        return (
            f'<img class="confluence-embedded-image" src="{self.site.path}/download/attachments/{OWN}/plan.png" {mark}>'
        )

    def mention(self, identity: str, name: str) -> str:
        """A mention."""
        mark = f'class="confluence-userlink user-mention" data-account-id="{identity}" data-username="{identity}"'
        return f'<a {mark} href="{self.site.path}/people/{identity}">{escape(name)}</a>'


class TestCloudRenderer(BodyRendererContract):
    """Bodies of Confluence Cloud."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[RendererSetting]:
        """A site on its own host."""
        host = "acme.atlassian.net"
        site = SiteAddresses.of(Flavour.CLOUD, f"https://{host}/wiki", "https://api.atlassian.com/ex/confluence/1/wiki")
        yield ConfluenceSetting(site, (host,), ("557058:0f3c-7a62", "ada@example.com"))


class TestDataCenterRenderer(BodyRendererContract):
    """Bodies of Confluence Data Center."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[RendererSetting]:
        """A site with a context path."""
        site = SiteAddresses.of(Flavour.DATA_CENTER, "https://wiki.example.com/confluence")
        yield ConfluenceSetting(site, ("wiki.example.com",), ("8a8181904f0c", "ada@example.com"))


def test_comments_between_elements_are_passed_over() -> None:
    """In boxes, lists, layouts and tables a comment is neither shown nor taken for an element."""
    inside = "<!-- a --><{0}>one</{0}><!-- b -->"
    for around, child in (
        ('<div class="panel">', "p"),
        ('<div class="confluence-information-macro confluence-information-macro-tip">', "p"),
        ('<div class="columnLayout">', "div"),
        ('<ul class="inline-task-list">', "li"),
        ('<ul class="decision-list">', "li"),
        ('<div class="expand-container">', "div"),
    ):
        assert "one" in render(around + inside.format(child)).html
        assert "<!--" not in render(around + inside.format(child)).html
