"""One body from bytes to safe HTML: caps, cuts, structure, links, and the sanitiser last (architecture section 7)."""

from __future__ import annotations

import re

from exshare_adapters.confluence.rendering import caps, contents, listings, people, pictures, structures
from exshare_adapters.confluence.rendering.addresses import Addresses
from exshare_adapters.confluence.rendering.anchors import add_anchors
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.linking import links, without_hosts
from exshare_adapters.confluence.rendering.redaction import NotLocated, redact
from exshare_adapters.confluence.rendering.sanitising import clean, clean_plain, clean_written
from exshare_adapters.confluence.rendering.scan import Scan
from exshare_adapters.confluence.rendering.tree import Tree
from exshare_adapters.confluence.rendering.words import placeholder, speaking, word
from exshare_core.content import Rendered

_RETURN = re.compile(r"&#(?:0*13|[xX]0*[dD])(?:;|(?![0-9a-fA-F]))")
_SECTION_TAGS = tuple(
    b"marquee center article aside nav main header footer hgroup dir menu listing search address".split()
)
_SECTIONS = re.compile(rf"<(/?)(?:{b'|'.join(_SECTION_TAGS).decode()})(?=[\s/>])", re.IGNORECASE)
"""Elements of no use here that parsers nest differently than what is left without them."""
_BLANK = "\t\n\f\r "
_TEMPLATES = re.compile(r"\$itemRenderedUrl|\$\{xsrfTokenGenerator[^}]{0,200}\}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PRE = re.compile(r"(<pre[^>]*>)\n+")
_GONE = tuple(
    b"script style template svg math noscript form input button select textarea fieldset title xmp noembed noframes"
    b" plaintext".split()
)
_READING = tuple(
    b"macro jira by-label recently blog vcard profile pagetree report rss embeddedobject gadget panel expand result".split()
)
"""What class words of reading macros and of boxes, which may be excluded, contain."""


def produce(job: Job) -> Rendered:
    """Render one body; what costs too much, or cannot be cut with certainty, becomes one placeholder."""
    with speaking(job.view.language):
        try:
            return _produce(job)
        except caps.TooMuch:
            return Rendered(placeholder("large"))
        except NotLocated:
            return Rendered(placeholder("page"))


def _produce(job: Job) -> Rendered:
    html = _normal(job.body)
    try:
        low = html.encode().lower()
    except UnicodeEncodeError:
        html = _SURROGATE.sub("\ufffd", html)
        low = html.encode().lower()
    if len(low) > caps.MOST_BYTES:
        raise caps.TooMuch
    scan = Scan(low, job.site)
    if scan.tagged(*_SECTION_TAGS):
        html = _SECTIONS.sub(r"<\1div", html)
    with_tree = bool(job.macros or job.without) or scan.needs_tree
    caps.check(scan, for_tree=with_tree)
    addresses = Addresses(job)
    if with_tree:
        html = _through_tree(html, job, scan, addresses)
    else:
        table = f'<div class="ex-table" role="group" aria-label="{word("table")}" tabindex="0">'
        html = html.replace('<div class="table-wrap">', table)
    if "$" in html:
        html = _TEMPLATES.sub("", html)
    plain = job.view.external_links and scan.plain_links
    cleaned = clean_written if with_tree else clean_plain if plain else clean
    html = cleaned(add_anchors(html, job.title), addresses).lstrip(_BLANK)
    return Rendered(html, frozenset(addresses.files))


def _normal(body: str) -> str:
    """Begun and ended as the sanitiser writes them, so that a second rendering changes nothing."""
    html = body.lstrip(_BLANK)
    if "\r" in html or "\x00" in html:
        html = html.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    # One character is found, or not, many times faster than two
    return _RETURN.sub("\n", html) if "#" in html and "&#" in html else html


def _through_tree(html: str, job: Job, scan: Scan, addresses: Addresses) -> str:
    tree = Tree(html)
    if scan.tagged(b"script"):
        listings.scripted(tree)
    if scan.tagged(*_GONE):
        if scan.classed(b"ap-container", b"gediagram"):
            pictures.keep_diagram_names(tree)
        if scan.has(b"data-colorid"):
            structures.inks(tree)
        if scan.tagged(b"math"):
            pictures.formulas(tree)
        for node in tree.find(", ".join(name.decode() for name in _GONE)):
            tree.cut(node)
    if job.macros or job.without or scan.has(b"data-macro", b"data-datasource") or scan.classed(*_READING):
        redact(tree, job, scan)
    _structure(tree, job, scan, addresses)
    links(tree, job, scan, addresses)
    out = tree.html()
    if scan.names_site:
        out = without_hosts(out, job.site)
    return _PRE.sub(r"\1", out) if "<pre" in out else out


def _structure(tree: Tree, job: Job, scan: Scan, addresses: Addresses) -> None:
    classed, names = scan.classed, job.view.names
    if classed(
        b"ap-container", b"unknown-macro", b"error", b"gediagram", b"chart", b"media-viewer", b"pagetree"
    ) or scan.tagged(b"iframe", b"object", b"embed"):
        pictures.apps(tree, job)
    if classed(b"emoticon") or scan.has(b"data-emoji"):
        people.emoji(tree)
    if classed(b"profile", b"vcard"):
        people.profiles(tree, names)
    if classed(b"userlink", b"mention") or scan.has(b"data-account-id", b"data-username"):
        people.mentions(tree, names)
    if classed(b"jira"):
        people.issues(tree)
    if classed(b"embedded-file", b"media-group") or scan.has(b"data-attachment-id"):
        pictures.cards(tree, job, addresses)
    if scan.tagged(b"video", b"audio"):
        pictures.films(tree, job, addresses)
    if scan.tagged(b"img", b"image"):
        pictures.pictures(tree, job, addresses)
    if classed(b"caption"):
        pictures.captions(tree)
    for words, step in _STEPS:
        if classed(*words):
            step(tree)
    if classed(b"toc"):
        contents.contents(tree, whole=not (job.without or tree.find(".ex-placeholder")))
    if classed(b"gallery"):
        pictures.galleries(tree)
    if scan.tagged(b"pre", b"script"):
        listings.code(tree)
    if scan.tagged(b"table") or classed(b"table"):
        structures.tables(tree)
    if scan.tagged(b"font"):
        structures.fonts(tree)
    if scan.has(b"style=", b"data-highlight", b"data-colorid") or scan.classed(b"highlight-") or scan.tagged(b"font"):
        structures.colour(tree)


_STEPS = (
    ((b"expand",), structures.expands),
    ((b"panelmacro",), structures.old_notices),
    ((b"information-macro", b"panelmacro", b"aui-message"), structures.notices),
    ((b"panel",), structures.panels),
    ((b"lozenge", b"status-macro"), structures.statuses),
    ((b"task", b"decision"), structures.tasks),
    ((b"layout", b"section"), structures.layouts),
    ((b"date-past",), structures.dates),
    ((b"tabmeta",), structures.properties),
)
