"""A page that is talked about by people who mean harm, from the stand-in's wire to the visitor's page, on both flavours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.sharing import LinkForm, Sharing
from exshare_core.values import AccountId
from exshare_core.visiting import Visiting
from exshare_demo import canaries, pages
from exshare_demo.boxes import excerpt, expand, panel
from exshare_demo.content import FOUNDED
from exshare_demo.model import Comment
from exshare_demo.readers import include
from exshare_demo.site import Site, demo_site
from exshare_demo.writing import marked, p
from tests.contract import test_confluence_cloud as cloud
from tests.contract import test_confluence_datacenter as centre
from tests.integration.shell import SITE, Shell

PAGE = 42000001
SHOWN, EXCLUDED, BOXED, BOTH, FOLDED = (f"8b0d1e47-900{number}-4d3c-890f-0994b2181443" for number in range(5))
INCLUDE = (
    '<ac:structured-macro ac:name="include"{id}><ac:parameter ac:name=""><ac:link>'
    '<ri:page ri:content-title="{title}"/></ac:link></ac:parameter></ac:structured-macro>'
)
BOX = (
    '<ac:structured-macro ac:name="panel"><ac:parameter ac:name="title">exshare-exclude</ac:parameter>'
    "<ac:rich-text-body><p>hush</p></ac:rich-text-body></ac:structured-macro><p>after it</p>"
)
SECRETS = re.compile(r"hush|canary-(?:acc|user|restricted)|canarykey|alert\(|8b0d1e47|127\.0\.0\.1", re.IGNORECASE)
"""What no page may hold: excluded words, identities, what a restricted page says, scripts, markers, the site's host."""

Opened = Callable[[Site], AbstractAsyncContextManager[Any]]


def _in_cloud(site: Site) -> AbstractAsyncContextManager[Any]:
    return cloud.opened(site, canaries.CLASSIC_TOKEN)


FLAVOURS = [
    pytest.param(_in_cloud, cloud.READER, id="cloud"),
    pytest.param(centre.opened, centre.READER, id="data center"),
]


def _site() -> Site:
    """The stand-in with a page that has excluded parts now, and had a secret before, with all that is said about it."""
    site = demo_site()
    site.add_page(pages.START, "Hostile", p("The first hush."), page_id=PAGE)
    parts = (
        p("The ", marked("lamp of twelve", SHOWN), " shines."),
        excerpt("exshare-exclude", p(marked("hush in an excerpt", EXCLUDED))),
        panel(p(marked("hush in a box", BOXED)), title="ExShare-Exclude"),
        p(marked("half", BOTH)),
        excerpt("exshare-exclude", p(marked("hush of a half", BOTH))),
        include(pages.RESTRICTED_PAGE),
        expand("More", p(marked("within the fold", FOLDED))),
    )
    site.edit(PAGE, *parts, author=pages.TOVE, message="Shortened")
    site.edit(PAGE, *parts, p("Newest."))
    site.comments |= {comment.id: comment for comment in _said(site.nodes[pages.RESTRICTED_PAGE].title)}
    site.reindex()
    return site


def _said(restricted: str) -> list[Comment]:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("on an excerpt hush", {"marker": EXCLUDED, "selection": "hush in an excerpt"}),
        ("on a box hush", {"marker": BOXED, "selection": "hush in a box"}),
        ("on both hush", {"marker": BOTH, "selection": "half hush"}),
        ("on nothing hush", {"marker": "gone", "selection": "hush"}),
        ("an answer hush", {"parent": 43000001}),
        ("1 on words that were changed", {"marker": SHOWN, "selection": "hush lamp"}),
        ("2 on words", {"marker": SHOWN, "selection": "lamp of twelve"}),
        ("3 in a fold", {"marker": FOLDED, "selection": "within the fold"}),
        (
            '4 <div data-macro-id="mac-1" data-macro-name="include">hush</div>',
            {"stored": "<p>4</p>" + INCLUDE.format(id=' ac:macro-id="mac-1"', title=restricted)},
        ),
        (
            '<div class="conf-macro output-block">hush</div>',
            {"stored": "<p/>" + INCLUDE.format(id="", title=restricted)},
        ),
        (
            '5 <div class="panel"><div class="panelHeader">exshare-exclude</div><div class="panelContent">hush</div></div>after it',
            {"stored": BOX},
        ),
        (
            '6 <a class="confluence-userlink user-mention" data-username="canary-user" '
            'data-account-id="712020:canary-acc-x" href="/wiki/people/712020:canary-acc-x">@hush</a>',
            {},
        ),
        (f'7 <a href="/wiki/spaces/GUIDE/pages/{pages.RESTRICTED_PAGE}/x">there</a>', {}),
        (
            '8 <script>alert(1)</script><img src="/wiki/download/attachments/1/x.png" onerror="alert(2)">',
            {"stored": "<p>8</p>"},
        ),
        ("hush", {"stored": "<p>hush <b></p>"}),
        ("9 an answer to what cannot be read", {"parent": 43000015}),
        ("hush", {"stored": '<!DOCTYPE p [<!ENTITY a "hush">]><p>&a;</p>'}),
    ]
    begun = FOUNDED + timedelta(days=300)
    return [
        Comment(43000001 + place, PAGE, pages.LENA, begun + timedelta(minutes=place), words, **more)
        for place, (words, more) in enumerate(rows)
    ]


@pytest.mark.parametrize(("opened", "reader"), FLAVOURS)
def test_nothing_said_about_a_page_tells_more_than_the_page(opened: Opened, reader: AccountId) -> None:
    """Comments on excluded words are nowhere, with their answers; what others say is cut, cleaned and quoted as the page
    shows it; what cannot be read spoils no other; no version and no comparison has an excluded part.
    """
    shell = Shell()

    async def work() -> dict[str, httpx.Response]:
        async with opened(_site()) as made:
            ports = (shell.clock, shell.tokens, shell.hasher, shell.vault)
            shell.use(Visiting(shell.storage, {SITE: made.content}, *ports))
            sharing = Sharing(SITE, shell.storage, made.content, *ports, url_of=shell._url_of)
            allowed = Capabilities.parse(["comments=view", "history=view"])
            owner = evolve(shell.owner, identity=reader)
            _, url = await sharing.create(None, owner, str(PAGE), LinkForm(allow=allowed))
            transport = httpx.ASGITransport(app=shell.app)
            async with httpx.AsyncClient(transport=transport, base_url=shell.base_url) as visitor:
                beside = ("", "/comments", "/history", "/history/2", "/history/3", "/compare", "/compare?from=2&to=3")
                return {one: await visitor.get(f"{url}/p/{PAGE}{one}") for one in beside}

    answers = asyncio.run(work())
    said = " ".join(unescape(re.sub(r"<[^>]*>", " ", answers["/comments"].text)).split())
    told = re.findall(r"UTC (\d .*?) (?=A member|About these|Shared with)", said)

    assert {200} == {answer.status_code for answer in answers.values()}
    assert {one: [] for one in answers} == {one: SECRETS.findall(answer.text) for one, answer in answers.items()}
    assert [
        "1 on words that were changed",
        "2 on words",
        "3 in a fold",
        "4 This part of the page cannot be shown here.",
        "5 after it",
        "6 someone",
        "7 there",
        "8 (picture not shown)",
        "9 an answer to what cannot be read",
    ] == told
    assert ["lamp of twelve", "within the fold"] == re.findall(
        r"About these words: (lamp of twelve|within the fold)", said
    )
    assert 2 == said.count("This comment cannot be shown.")
