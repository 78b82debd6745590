"""Brings a body's links into one form, so that the sanitiser can answer each by its address alone (spec V3)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.links import External, FileLink, Internal, PageLink, SiteAddresses
from exshare_adapters.confluence.rendering.addresses import Addresses, mail_address
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.pictures import canonical, display_path
from exshare_adapters.confluence.rendering.scan import Scan
from exshare_adapters.confluence.rendering.tree import Tree, attribute, children, words
from exshare_adapters.confluence.rendering.words import word
from exshare_core.values import AttachmentId, PageId

_DIGITS = re.compile(r"[0-9]{1,19}\Z")
_REST = re.compile(r"(?![\w-])(?:\.(?!\w))?(?::[0-9]+)?(?:/[^\s<>\"']*)?")
_ADDRESS = re.compile(r"(?:https?:)?//\S+\Z|/\S+\Z")


def links(tree: Tree, job: Job, scan: Scan, addresses: Addresses) -> None:
    """Links that Confluence resolved say so by id; no address of the site stays absolute."""
    if scan.has(b"data-card-appearance"):
        for node in tree.find("a[data-card-appearance]"):
            _smart(tree, node, job, addresses)
    if scan.has(b"data-linked-resource-id"):
        for node in tree.find("a[data-linked-resource-id]"):
            _resolved(node, job, addresses)
    if scan.names_site:
        for node in tree.find("a[href]"):
            href = attribute(node, "href")
            if addresses.names_site(href):
                node.attrs["href"] = _relative(href, job, addresses)
    if scan.has(b"mailto", b"&#"):
        for node in tree.find("a[href]"):
            _mail(node, addresses)
    for node in tree.find("a a"):
        tree.unwrap(node)


def _smart(tree: Tree, node: LexborNode, job: Job, addresses: Addresses) -> None:
    """A smart link: Confluence writes its address, and draws the title of what it leads to by a script."""
    text, href = words(node), attribute(node, "href")
    target = addresses.target(href)
    card = attribute(node, "data-card-appearance") in ("block", "embed")
    if isinstance(target, External):
        if card and addresses.link(href) is not None:
            node.attrs["class"] = "ex-card"
        return
    page = target.id if isinstance(target, PageLink) else None
    if not text or text == href or _ADDRESS.match(text):
        for child in children(node):
            tree.cut(child)
        title = None if page is None else job.titles.get(page)
        node.insert_child(title or word("file" if isinstance(target, FileLink) else "linked"))
    if page in job.pages and card:
        node.attrs["class"] = "ex-card"


def _mail(node: LexborNode, addresses: Addresses) -> None:
    """A mail link stays where its words show the address; elsewhere the words stay alone (spec V3)."""
    href = attribute(node, "href")
    if href[:7].lower() == "mailto:" and (address := mail_address(href)) and address in words(node):
        addresses.mail.add(address)
        node.attrs["href"] = addresses.link(href) or ""


def _resolved(node: LexborNode, job: Job, addresses: Addresses) -> None:
    id, kind = attribute(node, "data-linked-resource-id"), attribute(node, "data-linked-resource-type")
    target = addresses.target(attribute(node, "href"))
    if not _DIGITS.match(id) or isinstance(target, External):
        return
    if kind == "attachment":
        reached = not isinstance(target, FileLink) or addresses.reaches(target.page)
        node.attrs["href"] = canonical(job, AttachmentId(f"att{id}")) if reached else ""
    elif kind in ("page", "blogpost") and (not isinstance(target, PageLink) or target.id is None):
        anchor = target.anchor if isinstance(target, PageLink) else None
        node.attrs["href"] = _page(job, PageId(id), anchor)


def _relative(href: str, job: Job, addresses: Addresses) -> str:
    """The same address without scheme and host; nothing where it is not an address of the site."""
    target = addresses.target(href)
    if isinstance(target, PageLink):
        if target.id is not None:
            return _page(job, target.id, target.anchor)
        if target.space and target.title:
            return display_path(job, target.space, target.title) + _fragment(target.anchor)
    if isinstance(target, FileLink):
        if target.attachment is not None:
            return canonical(job, target.attachment)
        if target.page is not None:
            return f"{job.site.path}/download/attachments/{target.page}/{quote(target.name, safe='')}"
    if isinstance(target, Internal | PageLink):
        try:
            path = urlsplit(href).path
        except ValueError:
            return ""
        return "" if addresses.names_site(path) or path.startswith("//") else path
    return ""


def _page(job: Job, page: PageId, anchor: str | None) -> str:
    return f"{job.site.path}/pages/viewpage.action?pageId={page}{_fragment(anchor)}"


def _fragment(anchor: str | None) -> str:
    return f"#{quote(anchor, safe='')}" if anchor else ""


def without_hosts(html: str, site: SiteAddresses) -> str:
    """The site's own host in text becomes neutral words; no link may hold it any more."""
    for host in sorted(site.host_names, key=len, reverse=True):
        html = _without_host(html, host)
    return html


def _without_host(html: str, host: str) -> str:
    low, done = html.lower(), 0
    parts: list[str] = []
    if len(low) != len(html):
        return re.sub(re.escape(host), word("internal"), html, flags=re.IGNORECASE)
    at = low.find(host)
    while at >= 0:
        after = _REST.match(html, at + len(host))
        if after is None or (at > 0 and (low[at - 1].isalnum() or low[at - 1] in "-_.")):
            at = low.find(host, at + 1)
            continue
        before = html[max(done, at - 8) : at]
        begin = at - len(before) + before.lower().rfind(scheme) if (scheme := _scheme(before.lower())) else at
        parts += (html[done:begin], word("internal"))
        done = after.end()
        at = low.find(host, done)
    return "".join(parts) + html[done:]


def _scheme(before: str) -> str:
    return next((scheme for scheme in ("https://", "http://", "//") if before.endswith(scheme)), "")
