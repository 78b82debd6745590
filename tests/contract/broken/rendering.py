"""Renderers that break a promise."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from attrs import evolve

from exshare_core.content import Rendered
from exshare_core.ports import NO_LISTS, NO_TITLES
from exshare_core.testing.fakes.prepared import MemoryRendererSetting
from exshare_core.testing.fakes.rendering import MemoryRenderer
from exshare_core.testing.renderer import BodyRendererContract
from tests.contract.broken.rows import Row, row


class ShowsBodies(MemoryRenderer):
    """The body goes out as it came."""

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        return Rendered(draft.body)


class CutsScriptsOnly(MemoryRenderer):
    """Script elements are cut by a pattern, and everything else stays."""

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        return Rendered(re.sub(r"(?is)<script.*?</script>", "", draft.body))


class ShowsNothing(MemoryRenderer):
    """What is not shown can do no harm."""

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        return Rendered("")


class _ChangesTheWay(MemoryRenderer):
    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, pages, view

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        return await super().render(*self.changed(draft, without, pages, view), lists, titles)


class LinksNoPage(_ChangesTheWay):
    """Links to pages are all taken out."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, {}, view


class LinksEveryPage(MemoryRenderer):
    """Pages outside the share are linked at an address of ours as well."""

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        found = {id: f"/s/token/p/{id}" for id in re.findall(r"/pages/([0-9]+)", draft.body)}
        return await super().render(draft, without, found, view, lists, titles)


class ForgetsFiles(MemoryRenderer):
    """What files a page shows is not told."""

    async def render(self, *given: Any, **named: Any) -> Rendered:
        return evolve(await super().render(*given, **named), files=frozenset())


class LinksEveryFile(_ChangesTheWay):
    """Files are linked though attachments are not shared."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, pages, evolve(view, attachments=True)


class KnowsNoHost(MemoryRenderer):
    """The site's own host is a host like any other."""

    async def render(self, *given: Any, **named: Any) -> Rendered:
        return await MemoryRenderer(("unknown.example",)).render(*given, **named)


class LinksConfluenceAlways(_ChangesTheWay):
    """Addresses of the site are emitted without being wished for."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, pages, evolve(view, confluence_links=True)


class TellsWhereFrom(MemoryRenderer):
    """Other sites learn the address of the share."""

    async def render(self, *given: Any, **named: Any) -> Rendered:
        rendered = await super().render(*given, **named)
        return evolve(rendered, html=rendered.html.replace("noreferrer", ""))


class LinksEverywhere(_ChangesTheWay):
    """Links to other sites stay though they may not."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, pages, evolve(view, external_links=True)


class LeadsNowhere(_ChangesTheWay):
    """Pages outside the share are never linked."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, pages, evolve(view, onward="")


class NamesEverybody(_ChangesTheWay):
    """Names of people are shown without being wished for."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, without, pages, evolve(view, names=True)


class CutsNothing(_ChangesTheWay):
    """The output of every macro stays."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, (), pages, view


class CutsWhatItFinds(_ChangesTheWay):
    """A macro that cannot be told in the body is let be."""

    def changed(self, draft: Any, without: Any, pages: Any, view: Any) -> tuple[Any, Any, Any, Any]:
        return draft, [one for one in without if one.id], pages, view


class CutsEveryMacro(MemoryRenderer):
    """Macros that may be shown are cut as well."""

    async def render(self, draft: Any, *given: Any, **named: Any) -> Rendered:
        return await super().render(evolve(draft, body=re.sub(r"(?s)<div.*</div>", "", draft.body)), *given, **named)


class ListsNothing(MemoryRenderer):
    """Lists of ours are passed over."""

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        return await super().render(draft, without, pages, view, titles=titles)


class ListsMarkup(MemoryRenderer):
    """Titles are put into the page as they are."""

    async def render(self, *given: Any, **named: Any) -> Rendered:
        rendered = await super().render(*given, **named)
        return evolve(rendered, html=unescape(rendered.html))


class ListsAnyway(MemoryRenderer):
    """A list whose macro is nowhere comes at the end."""

    async def render(
        self, draft: Any, without: Any, pages: Any, view: Any, lists: Any = NO_LISTS, titles: Any = NO_TITLES
    ) -> Rendered:
        rendered = await super().render(draft, without, pages, view, lists, titles)
        titles = " ".join(node.title for nodes in lists.values() for node in nodes)
        return evolve(rendered, html=f"{rendered.html}<p>{titles}</p>")


class TellsNoTitle(MemoryRenderer):
    """A link without words is always told with neutral ones."""

    async def render(self, *given: Any, titles: Any = NO_TITLES) -> Rendered:
        return await super().render(*given)


class TitlesAsMarkup(MemoryRenderer):
    """The title of a link is put into the page as it is."""

    async def render(self, *given: Any, **named: Any) -> Rendered:
        rendered = await super().render(*given, **named)
        return evolve(
            rendered, html=re.sub(r"(<a [^>]*>)(.*?)(?=</a>)", lambda m: m[1] + unescape(m[2]), rendered.html)
        )


class SaysAddresses(MemoryRenderer):
    """A link without words keeps its address as its words."""

    async def render(self, draft: Any, *given: Any, **named: Any) -> Rendered:
        return await super().render(evolve(draft, body=draft.body.replace("data-bare", "")), *given, **named)


def by(broken: type[MemoryRenderer], *tests: str) -> Row:
    """A row for a broken renderer."""

    def opened() -> MemoryRendererSetting:
        return MemoryRendererSetting(broken())

    opened.__name__ = broken.__name__
    return row(BodyRendererContract, opened, *tests)


ROWS = [
    by(
        ShowsBodies,
        "no_element_that_runs_or_loads_comes_through",
        "addresses_are_ours_or_plain_web_addresses",
    ),
    by(CutsScriptsOnly, "no_event_attribute_comes_through", "nothing_is_loaded_from_elsewhere"),
    by(ShowsNothing, "words_come_through"),
    by(LinksNoPage, "a_page_in_the_share_is_linked_at_our_address"),
    by(LinksEveryPage, "a_page_outside_the_share_is_not_linked"),
    by(TellsNoTitle, "a_link_without_words_says_the_title_of_a_page_in_the_share"),
    by(TitlesAsMarkup, "a_link_without_words_says_the_title_of_a_page_in_the_share"),
    by(SaysAddresses, "a_link_without_words_tells_nothing_of_a_page_outside"),
    by(ForgetsFiles, "images_come_from_our_files"),
    by(LinksEveryFile, "files_are_linked_only_when_they_are_shared"),
    by(KnowsNoHost, "no_host_of_the_site_comes_through"),
    by(
        LinksConfluenceAlways,
        "links_to_confluence_show_only_when_wished",
        "no_host_of_the_site_comes_through",
    ),
    by(TellsWhereFrom, "other_links_stay_and_tell_nothing"),
    by(LinksEverywhere, "other_links_are_words_where_they_may_not_stay"),
    by(LeadsNowhere, "a_page_outside_the_share_leads_on_where_it_may"),
    by(NamesEverybody, "no_identity_comes_through"),
    by(CutsNothing, "a_macro_in_without_is_cut"),
    by(CutsWhatItFinds, "what_cannot_be_cut_with_certainty_is_a_placeholder"),
    by(ListsNothing, "a_list_stands_in_the_place_of_its_macro", "an_empty_list_leaves_nothing"),
    by(ListsMarkup, "titles_in_a_list_are_plain_words"),
    by(ListsAnyway, "a_list_whose_place_is_doubtful_is_not_shown"),
    by(CutsEveryMacro, "a_macro_that_is_not_in_without_stays"),
]
