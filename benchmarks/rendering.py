"""What rendering a body costs, beside a bare pass of nh3 over the same body, in one run.

Two kinds of page: one of text, headings, lists, plain tables and links, which needs no tree, and one with boxes, code,
pictures, mentions and lozenges, which does. Rounds are interleaved, so that the machine's mood hits all alike; medians
of CPU time are printed, with their ratio to the bare pass, which is what counts, beside the ratio that is aimed at. The
bare pass does none of the work that makes a page of Confluence readable: it drops classes, styles and addresses. The
growth of both from 10 kB to 1 MB shows whether it is linear.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median
from time import process_time

import nh3

from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.pipeline import produce
from exshare_core.ports import View
from exshare_core.values import PageId

SITE = SiteAddresses.of(Flavour.CLOUD, "https://acme.atlassian.net/wiki")
ROUNDS = 15
SIZES = (10_000, 100_000, 300_000, 1_000_000)
AIM_PLAIN, AIM_WITH_TREE = 1.8, 2.5

PROSE = """<p>The lamp is lit at dusk &amp; put out at dawn; who keeps it writes the hour into the <strong>book</strong>, with the
weather and the ships that passed. What the keeper sees in the night is written down in the morning, with the wind and the
state of the sea, and is read again by nobody until a ship is missed. Then the books of all the towers along the coast are
carried to the harbour, and laid side by side, and somebody reads the hours aloud until they meet.</p>
"""

PLAIN = f"""<h2 id="Handbook-Part{{n}}">Part {{n}}</h2>
{PROSE}<p>See <a href="/wiki/spaces/TEAM/pages/{{page}}/Page+{{n}}">the page about ships</a> and
<a href="https://keepers.example/log?part={{n}}" class="external-link" rel="nofollow">the keepers' log</a>.</p>
{PROSE}<ul><li><p>Trim the wick of lamp {{n}}</p></li><li><p>Polish the <em>upper</em> lens</p></li><li><p>Wind the clock</p></li></ul>
{PROSE}<div class="table-wrap"><table class="confluenceTable"><tbody><tr><th class="confluenceTh"><p>Lamp</p></th>
<th class="confluenceTh"><p>Range</p></th></tr><tr><td class="confluenceTd"><p>Heron {{n}}</p></td><td class="confluenceTd">
<p>{{n}} sea miles in clear weather</p></td></tr></tbody></table></div>
"""

RICH = f"""<h2 id="Handbook-Part{{n}}">Part {{n}}</h2>
{PROSE}<p>Ask <a class="confluence-userlink user-mention" data-account-id="5b{{n}}" href="https://acme.atlassian.net/wiki/people/5b{{n}}"
target="_blank" data-linked-resource-id="90{{n}}" data-linked-resource-version="1" data-linked-resource-type="userinfo"
data-base-url="https://acme.atlassian.net/wiki">Ada</a>, see <a href="/wiki/spaces/TEAM/pages/{{page}}/Page+{{n}}"
data-linked-resource-id="{{page}}" data-linked-resource-type="page">the page about ships</a>: <span class="status-macro aui-lozenge
aui-lozenge-success conf-macro output-inline" data-hasbody="false" data-macro-name="status">DONE</span></p>
<div class="confluence-information-macro confluence-information-macro-note conf-macro output-block" data-hasbody="true"
data-macro-name="note" data-macro-id="11111111-1111-4111-8111-{{page}}"><p class="title">Mind the step</p>
<span class="aui-icon aui-icon-small aui-iconfont-warning confluence-information-macro-icon"></span>
<div class="confluence-information-macro-body">{PROSE}</div></div>
<span class="confluence-embedded-file-wrapper image-center-wrapper confluence-embedded-manual-size"><img
class="confluence-embedded-image image-center" width="468" height="233" loading="lazy" alt="Lamp {{n}}"
src="https://acme.atlassian.net/wiki/download/thumbnails/100/lamp{{n}}.png?version=2&amp;modificationDate=1750000000000&amp;api=v2"
srcset="https://acme.atlassian.net/wiki/download/thumbnails/100/lamp{{n}}.png?version=2&amp;width=936 2x"
data-image-src="https://acme.atlassian.net/wiki/download/attachments/100/lamp{{n}}.png?version=2&amp;api=v2" data-height="640"
data-width="1280" data-unresolved-comment-count="0" data-linked-resource-id="{{page}}" data-linked-resource-version="2"
data-linked-resource-type="attachment" data-linked-resource-default-alias="lamp{{n}}.png"
data-base-url="https://acme.atlassian.net/wiki" data-linked-resource-content-type="image/png"
data-linked-resource-container-id="100" data-linked-resource-container-version="7"
data-media-id="11111111-2222-4333-8444-{{page}}" data-media-type="file"></span>
{PROSE}<div class="table-wrap"><table class="confluenceTable" data-layout="default" data-local-id="22222222-1111-4111-8111-{{page}}">
<tbody><tr><td class="confluenceTd" data-highlight-colour="#deebff"><p>Heron {{n}}</p></td><td class="confluenceTd">
<p>{{n}} sea miles in clear weather, half of that in rain</p></td></tr></tbody></table></div>
"""


def body(pattern: str, size: int) -> str:
    """A page of at least `size` characters made by repeating a pattern with other numbers."""
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(pattern.replace("{n}", str(len(parts))).replace("{page}", str(1000 + len(parts))))
        length += len(parts[-1])
    return "".join(parts)


def rendering(html: str) -> Callable[[], object]:
    """Rendering the whole of it as a visitor gets it, a third of the linked pages being in the share."""
    pages = {PageId(str(number)): f"/s/token/p/{number}" for number in range(1000, 5000, 3)}
    job = Job(PageId("100"), "Handbook", html, (), frozenset(), {}, pages, View("/s/token/a/", names=True), SITE)
    return lambda: produce(job)


def timed(call: Callable[[], object]) -> float:
    """Seconds of CPU for one call."""
    start = process_time()
    call()
    return process_time() - start


def main() -> None:
    """Print the table."""
    print(f"{'what':16} {'size':>9} {'bare nh3':>10} {'rendering':>10} {'ratio':>6} {'aim':>5} {'ms per 100 kB':>14}")
    for name, pattern, aim in (("text only", PLAIN, AIM_PLAIN), ("with constructs", RICH, AIM_WITH_TREE)):
        for size in SIZES:
            html = body(pattern, size)
            render, bare = rendering(html), partial(nh3.clean, html)
            pairs = [(timed(bare), timed(render)) for _ in range(ROUNDS)]
            floor, ours = median(one for one, _ in pairs), median(other for _, other in pairs)
            ratio = median(other / one for one, other in pairs)
            share = ours * 1e3 * 1e5 / len(html)
            figures = f"{floor * 1e3:7.2f} ms {ours * 1e3:7.2f} ms {ratio:6.2f} {aim:5} {share:14.2f}"
            print(f"{name:16} {len(html):9} {figures}")


if __name__ == "__main__":
    main()
