"""What rendering a body costs, beside a bare pass of nh3 over the same body, in one run.

Two kinds of page: one of text, headings, lists, plain tables and links, which needs no tree, and one with boxes, code,
pictures, mentions and lozenges, which does. Rounds are interleaved, so that the machine's mood hits all alike; medians
of CPU time are printed, with their ratio to the bare pass, which is what counts: at most 1.8 without the tree, 2.5
with it. The growth of both from 10 kB to 1 MB shows whether it is linear.
"""

from __future__ import annotations

from collections.abc import Callable
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
MOST_PLAIN, MOST_WITH_TREE = 1.8, 2.5

PLAIN = """<h2 id="Handbook-Part{n}">Part {n}</h2>
<p>The lamp is lit at dusk &amp; put out at dawn; who keeps it writes the hour into the <strong>book</strong>, with the
weather and the ships that passed. See <a href="/wiki/spaces/TEAM/pages/{page}/Page+{n}">the page about ships</a>,
<a href="https://keepers.example/log?part={n}" class="external-link" rel="nofollow">the keepers' log</a> and the rules.</p>
<ul><li><p>Trim the wick of lamp {n}</p></li><li><p>Polish the <em>upper</em> lens</p></li><li><p>Wind the clock</p></li></ul>
<div class="table-wrap"><table class="confluenceTable"><tbody><tr><th class="confluenceTh"><p>Lamp</p></th>
<th class="confluenceTh"><p>Range</p></th></tr><tr><td class="confluenceTd"><p>Heron {n}</p></td><td class="confluenceTd">
<p>{n} sea miles in clear weather</p></td></tr></tbody></table></div>
"""

RICH = """<h2 id="Handbook-Part{n}">Part {n}</h2>
<p>The lamp is lit at dusk &amp; put out at dawn, says <a class="confluence-userlink user-mention" data-account-id="5b{n}"
href="https://acme.atlassian.net/wiki/people/5b{n}">Ada</a>; see <a href="/wiki/spaces/TEAM/pages/{page}/Page+{n}">the page
about ships</a> <span class="status-macro aui-lozenge aui-lozenge-success conf-macro output-inline">DONE</span>. What the
keeper sees in the night is written down in the morning, with the hour, the wind and the state of the sea, and is read
again by nobody until a ship is missed.</p>
<div class="confluence-information-macro confluence-information-macro-note"><p class="title">Mind the step</p><div
class="confluence-information-macro-body"><p>The seventh step is loose, and has been loose since the tower was built. Every
keeper knows it, and every visitor learns it; nobody has ever thought of mending it, for it keeps thieves awake.</p></div></div>
<span class="confluence-embedded-file-wrapper image-center-wrapper"><img class="confluence-embedded-image" width="468"
alt="Lamp {n}" src="/wiki/download/thumbnails/100/lamp{n}.png?api=v2" data-image-src="/wiki/download/attachments/100/lamp{n}.png"
data-linked-resource-id="{page}" data-linked-resource-type="attachment" data-linked-resource-container-id="100"></span>
<div class="table-wrap"><table class="confluenceTable"><tbody><tr><td class="confluenceTd" data-highlight-colour="#deebff">
<p>Heron {n}</p></td><td class="confluenceTd"><p>{n} sea miles in clear weather, half of that in rain</p></td></tr></tbody></table></div>
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
    """Print the table; fails when a page of 100 kB costs more than its budget."""
    print(f"{'what':22} {'size':>9} {'bare nh3':>10} {'rendering':>10} {'ratio':>6} {'ms per 100 kB':>14}")
    over: list[str] = []
    for name, pattern, most in (("text only", PLAIN, MOST_PLAIN), ("with constructs", RICH, MOST_WITH_TREE)):
        for size in SIZES:
            html = body(pattern, size)
            render, bare = rendering(html), (lambda html=html: nh3.clean(html))
            pairs = [(timed(bare), timed(render)) for _ in range(ROUNDS)]
            floor, ours = median(one for one, _ in pairs), median(other for _, other in pairs)
            ratio = median(other / one for one, other in pairs)
            share = ours * 1e3 * 1e5 / len(html)
            print(f"{name:22} {len(html):9} {floor * 1e3:7.2f} ms {ours * 1e3:7.2f} ms {ratio:6.2f} {share:14.2f}")
            if size == 100_000 and ratio > most:
                over.append(f"{name}: {ratio:.2f} is over {most}")
    if over:
        raise SystemExit("; ".join(over))


if __name__ == "__main__":
    main()
