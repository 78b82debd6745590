"""Cloud v1: search, with an index that lags behind the site."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlencode

from starlette.responses import Response

from exshare_demo.answers import Json, Obj, give, traced, v1_bad, when
from exshare_demo.calls import Call
from exshare_demo.cloud_content import content_json
from exshare_demo.cql import USER_FIELDS, Clause, Indexed, Junction, NotCql, Query, Search, matches, ordered, parse
from exshare_demo.model import Node
from exshare_demo.paging import cursor, offset_of, v1_links

SCALE = "com.atlassian.confluence.api.service.exceptions.scale.SSStatusCodeException"
EXCERPTS = ("highlight", "indexed", "none", "highlight_unescaped", "indexed_unescaped")


def _understood(query: Query) -> Query:
    """What the product makes of a query: `siteSearch` between two other clauses is dropped without a word."""
    if not isinstance(query, Junction):
        return query
    last = len(query.parts) - 1
    parts = [
        _understood(part)
        for at, part in enumerate(query.parts)
        if not (query.every and 0 < at < last and isinstance(part, Clause) and part.field == "sitesearch")
    ]
    return Junction(query.every, tuple(parts))


def _allowed(call: Call, found: Indexed) -> bool:
    """Whether the caller may view what the index still holds, which may have been removed since."""
    node, site = call.site.nodes.get(found.id), call.site
    if node is None or node.status == "archived":
        return False
    return site.may_enter(call.user, node.space) and all(site.admitted(call.user, n.read) for n in site.levels(node))


def _hits(call: Call, search: Search) -> list[Indexed]:
    query = _understood(search.query)
    found = [page for page in call.site.index.values() if matches(query, page)]
    return [page for page in ordered(search, found) if _allowed(call, page)]


def _searched(call: Call) -> Search | Response:
    text = call.query("cql")
    if not text.strip():
        return v1_bad("cql query parameter is required")
    try:
        search = parse(text)
        for clause in search.clauses():
            if clause.field in USER_FIELDS:
                return v1_bad(f"User-specific fields are not supported by this endpoint: {clause.field}")
            if clause.field == "sitesearch" and not clause.values[0].strip():
                return give({"statusCode": 500, "message": "java.lang.NullPointerException"}, 500)
        for page in call.site.index.values():
            matches(search.query, page)
        ordered(search, [])
    except NotCql as error:
        return v1_bad(f"Could not parse cql : {text} ({error})")
    return search


def _terms(search: Search) -> list[str]:
    looked = [c.values[0] for c in search.clauses() if c.field in ("sitesearch", "text", "title")]
    return [word for value in looked for word in re.findall(r"\w+", value)]


def _marked(text: str, search: Search) -> str:
    """The words looked for between marks, the rest escaped as HTML."""
    shown = escape(text)
    for word in dict.fromkeys(_terms(search)):
        shown = re.sub(rf"(?<!\w)({re.escape(word)})(?!\w)", r"@@@hl@@@\1@@@endhl@@@", shown, flags=re.IGNORECASE)
    return shown


def _excerpt(page: Indexed, search: Search, kind: str) -> str:
    start = page.text[:160]
    if kind == "none":
        return ""
    if kind == "highlight":
        return _marked(start, search)
    return escape(start) if kind == "indexed" else start


def _result(call: Call, page: Indexed, node: Node, search: Search) -> Obj:
    space = call.site.spaces[node.space]
    content = content_json(call, node) | {"title": page.title, "status": "current"}
    url = f"/spaces/{page.space}/pages/{page.id}/{page.title.replace(' ', '+')}"
    kind = call.query("excerpt", "highlight")
    return {
        "content": content,
        "title": _marked(page.title, search),
        "excerpt": _excerpt(page, search, kind if kind in EXCERPTS else "highlight"),
        "url": url,
        "resultGlobalContainer": {"title": space.name, "displayUrl": f"/spaces/{space.key}"},
        "breadcrumbs": [],
        "entityType": "content",
        "iconCssClass": f"aui-icon content-type-{page.kind}",
        "lastModified": when(page.modified),
        "friendlyLastModified": f"{page.modified:%b %d, %Y}",
        "score": 0.0,
    }


def _page_of_hits(call: Call) -> tuple[Search, list[Indexed], int, int, int] | Response:
    """The query, its hits, where this page of them starts, how many it may hold, and how many it looks at."""
    text = call.query("limit", "25")
    if not (text.isascii() and text.isdigit()):
        return Response(b"", 404, traced())
    search = _searched(call)
    if isinstance(search, Response):
        return search
    at = offset_of(call.query("cursor"), "/rest/api/search") if call.query("cursor") else 0
    if at is None:
        inner = "There was an illegal request passed to XP-Search Aggregator API : HTTP/1.1 400 Bad Request"
        words = "CQL was parsed but the search manager was unable to execute the search. Error message"
        return give({"statusCode": 400, "message": f"{SCALE}: {words}: {SCALE}: {inner}"}, 400)
    limit = max(1, min(int(text), 250))
    return search, _hits(call, search), at, limit, min(limit, call.site.switches.page_cap)


def _links(call: Call, at: int, limit: int, following: int | None) -> Obj:
    """The links: `next` is relative to the context, and has forgotten `excerpt`."""
    links = v1_links(call, 0, limit, None)
    if following is not None:
        pairs = {
            "next": "true",
            "cursor": cursor(following, "/rest/api/search"),
            "limit": limit,
            "start": at + limit,
            "cql": call.query("cql"),
        }
        links["next"] = f"{call.suffix}?{urlencode(pairs)}"
    return links


def search(call: Call) -> Response:
    """GET search?cql=: only the cursor positions a page; `start` is echoed, the total is a guess."""
    found = _page_of_hits(call)
    if isinstance(found, Response):
        return found
    query, hits, at, limit, taken = found
    rows = hits[at : at + taken]
    results: list[Json] = [_result(call, page, call.site.nodes[page.id], query) for page in rows]
    start = call.query("start", "0")
    following = at + taken if at + taken < len(hits) else None
    return give(
        {
            "results": results,
            "start": int(start) if start.isdigit() else 0,
            "limit": limit,
            "size": len(results),
            "totalSize": len(call.site.index),
            "cqlQuery": call.query("cql"),
            "searchDuration": 41,
            "_links": _links(call, at, limit, following),
        }
    )


def search_content(call: Call) -> Response:
    """GET content/search?cql=: the same hits as contents, with what `expand` asks for."""
    found = _page_of_hits(call)
    if isinstance(found, Response):
        return found
    _, hits, at, limit, taken = found
    results: list[Json] = [
        content_json(call, call.site.nodes[page.id], call.queries("expand")) for page in hits[at : at + taken]
    ]
    following = at + taken if at + taken < len(hits) else None
    return give(
        {
            "results": results,
            "start": 0,
            "limit": limit,
            "size": len(results),
            "_links": _links(call, at, limit, following),
        }
    )
