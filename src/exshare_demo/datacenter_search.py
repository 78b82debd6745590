"""Data Center: the two searches, over an index that lags behind the pages."""

from __future__ import annotations

import re
from html import escape

import attrs
from attrs import frozen
from starlette.responses import Response

from exshare_demo.answers import BAD_REQUEST, Json, Obj, dc_error, give
from exshare_demo.cql import USER_FIELDS, Indexed, NotCql, Search, matches, ordered, parse
from exshare_demo.datacenter_calls import Call
from exshare_demo.datacenter_content import known, node_json, stamp
from exshare_demo.datacenter_lists import listed, page_of
from exshare_demo.forms import display_path
from exshare_demo.model import Node


@frozen
class Found:
    """What a query found, best first, and the query itself."""

    search: Search
    hits: list[Indexed]


def _entries(call: Call) -> list[Indexed]:
    """What is indexed and may be viewed; pages that went into the trash since are still in it, their places too."""
    made = []
    for entry in call.site.index.values():
        node = call.site.nodes[entry.id]
        if known(node) and call.sees(node):
            above = tuple(n for n in entry.ancestors if known(call.site.nodes[n]))
            made.append(attrs.evolve(entry, ancestors=above, parent=above[-1] if above else None))
    return made


def _parsed(query: str) -> Search:
    search = parse(query)
    if any(clause.field in USER_FIELDS for clause in search.clauses()):
        raise NotCql("people are not searched here")
    return search


def _found(call: Call, invalid: int) -> Found | Response:
    """The hits, or the answer to a query that is missing or makes no sense, which has the status `invalid`."""
    query, reason = call.query("cql"), "Bad Request" if invalid == 400 else "Not Found"
    if not query.strip():
        return dc_error(invalid, f"{BAD_REQUEST}: cql query parameter is required", reason)
    try:
        search = _parsed(query)
        if any(c.field == "sitesearch" and not c.values[0].strip() for c in search.clauses()):
            return dc_error(500, "java.lang.NullPointerException", "Internal Server Error")
        return Found(search, ordered(search, [e for e in _entries(call) if matches(search.query, e)]))
    except NotCql as error:
        return dc_error(invalid, f"{BAD_REQUEST}: Could not parse cql : {query} ({error})", reason)


def _marked(text: str, search: Search) -> str:
    """The text with marks around what was looked for, and the rest escaped."""
    looked = [c.values[0] for c in search.clauses() if c.field in ("sitesearch", "text", "title")]
    wanted = {word.casefold() for value in looked for word in re.findall(r"\w+", value)}

    def mark(match: re.Match[str]) -> str:
        return f"@@@hl@@@{match[0]}@@@endhl@@@" if match[0].casefold() in wanted else match[0]

    return re.sub(r"\w+", mark, escape(text))


def _hit_json(call: Call, entry: Indexed, node: Node, search: Search) -> Obj:
    """One hit: its own title is escaped and marked, that of its content is as written."""
    home = call.site.spaces[node.space]
    return {
        "content": node_json(call, node, call.expand()["content"]) | {"title": entry.title},
        "title": _marked(entry.title, search),
        "excerpt": "" if call.query("excerpt") == "none" else _marked(entry.text[:200], search),
        "url": display_path(node),
        "resultGlobalContainer": {"title": home.name, "displayUrl": f"/display/{home.key}"},
        "entityType": "content",
        "iconCssClass": f"aui-icon content-type-{node.kind}",
        "lastModified": stamp(node.latest.at),
        "friendlyLastModified": f"{node.latest.at:%b %d, %Y}",
        "timestamp": int(node.latest.at.timestamp() * 1000),
    }


def search(call: Call) -> Response:
    """GET search: start and limit position the page; the total counts everything that matched."""
    found = _found(call, 400)
    if isinstance(found, Response):
        return found

    def show(entry: Indexed) -> Json:
        return _hit_json(call, entry, call.site.nodes[entry.id], found.search)

    made = page_of(call, found.hits, show)
    if isinstance(made, Response):
        return made
    about: Obj = {"totalSize": len(found.hits), "cqlQuery": call.query("cql"), "searchDuration": 7}
    return give(made | about)


def content_search(call: Call) -> Response:
    """GET content/search: the content itself; a query that is missing or wrong is a 404 here, as documented."""
    found = _found(call, 404)
    if isinstance(found, Response):
        return found
    return listed(call, found.hits, lambda entry: node_json(call, call.site.nodes[entry.id], call.expand()))
