"""Data Center: the read operations on content and spaces."""

from __future__ import annotations

import re

from starlette.responses import Response

from exshare_demo.answers import BAD_REQUEST, NOT_FOUND, Json, Obj, dc_error, dc_missing, give
from exshare_demo.datacenter_calls import Call
from exshare_demo.datacenter_content import (
    ancestors,
    children,
    children_json,
    comment_json,
    comments,
    descendants_json,
    file_json,
    find,
    history_json,
    known,
    label_json,
    location_of,
    node_json,
    space_json,
    thing_json,
    version_json,
)
from exshare_demo.datacenter_lists import listed, page_of
from exshare_demo.datacenter_restrictions import by_operation_json, level_json, levels, merged_json, operation_json
from exshare_demo.forms import FORMS
from exshare_demo.model import Attachment, Comment, Node, Space


def _statuses(call: Call) -> list[str]:
    return call.queries("status") or ["current"]


def content(call: Call) -> Response:
    """GET content/{id}: of live content unless another status is asked for; an old version needs `historical`."""
    thing = find(call, call.path())
    if thing is None:
        return dc_missing(call.path())
    wanted, text = _statuses(call), call.query("version")
    if text and not text.isdigit():
        return Response(status_code=404)
    expand = call.expand("history,space,version")
    if not isinstance(thing, Node):
        return give(thing_json(call, thing, expand))
    number = int(text) if text else thing.latest.number
    status = thing.status if number == thing.latest.number else "historical"
    if thing.revision(number) is None or not {status, "any"} & set(wanted):
        return dc_missing(call.path())
    return give(thing_json(call, thing, expand, number))


def contents(call: Call) -> Response:
    """GET content: by space, title (any case), type, status and ids."""
    kind, key, title = call.query("type", "page"), call.query("spaceKey"), call.query("title").casefold()
    ids, day = call.queries("ids"), call.query("postingDay")
    if kind == "blogpost" and title and not day and not key:
        return dc_error(400, f"{BAD_REQUEST}: a title needs a spaceKey", "Bad Request")
    rows = [
        n
        for n in call.site.nodes.values()
        if known(n)
        and n.kind == kind
        and (n.status in _statuses(call) or "any" in _statuses(call))
        and (not key or n.space.casefold() == key.casefold())
        and (not title or n.title.casefold() == title)
        and (not ids or str(n.id) in ids)
        and (not day or f"{n.created:%Y-%m-%d}" == day)
    ]
    return listed(call, rows, lambda n: node_json(call, n, call.expand()), call.sees)


def scan(call: Call) -> Response:
    """GET content/scan: pages of a space in the order of their ids, by cursor."""
    start = call.query("cursor").rpartition(":")[2] or "0"
    limit = call.query("limit", "25")
    if not start.isdigit() or not limit.isdigit() or int(limit) < 1:
        return dc_error(400, f"{BAD_REQUEST}: invalid cursor or limit", "Bad Request")
    key = call.query("spaceKey")
    rows = sorted(
        (n for n in call.site.nodes.values() if n.kind == "page" and n.status == "current" and key in ("", n.space)),
        key=lambda n: n.id,
    )
    rest = [n for n in rows if n.id > int(start) and call.sees(n)]
    cut = rest[: min(int(limit), call.site.switches.page_cap)]
    links: Obj = {"self": call.url("/rest/api/content/scan"), "base": call.centre.base, "context": call.centre.context}
    made: Obj = {"results": [node_json(call, n, call.expand()) for n in cut], "limit": len(cut) or 1, "size": len(cut)}
    if len(cut) < len(rest):
        made["nextCursor"] = f"content:false:{cut[-1].id}"
        links["next"] = f"/rest/api/content/scan?cursor=content:false:{cut[-1].id}&limit={limit}&spaceKey={key}"
    return give(made | {"cursor": f"content:false:{start}", "_links": links})


def _page(call: Call) -> Node | Response:
    """The live page or post whose id the address has."""
    thing = find(call, call.path())
    return thing if isinstance(thing, Node) and thing.status == "current" else dc_missing(call.path())


def history(call: Call) -> Response:
    """GET content/{id}/history."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    return give(history_json(call, node, call.expand("previousVersion,nextVersion,lastUpdated")))


def child_map(call: Call) -> Response:
    """GET content/{id}/child."""
    node = _page(call)
    return node if isinstance(node, Response) else give(children_json(call, node, call.expand()))


def child_pages(call: Call) -> Response:
    """GET content/{id}/child/page: in the order of the tree."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    return listed(call, children(call, node), lambda n: node_json(call, n, call.expand()), call.sees)


def attachments(call: Call) -> Response:
    """GET content/{id}/child/attachment: the file name is compared letter by letter, composed or not."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    name, media = call.query("filename"), call.query("mediaType")
    rows = [a for a in call.site.files_of(node.id) if name in ("", a.title) and media in ("", a.media_type)]
    return listed(call, rows, lambda a: file_json(call, a, call.expand()), default=50)


def child_comments(call: Call) -> Response:
    """GET content/{id}/child/comment: of all places or those named; replies with `depth=all`."""
    thing = find(call, call.path())
    if thing is None or isinstance(thing, Attachment):
        return dc_missing(call.path())
    places = call.queries("location")
    rows = comments(call, thing, call.query("depth") == "all") if isinstance(thing, Node) else _replies(call, thing)
    rows = [c for c in rows if not places or location_of(c) in places]
    return listed(call, rows, lambda c: comment_json(call, c, call.expand()))


def _replies(call: Call, comment: Comment) -> list[Comment]:
    return [c for c in call.site.comments.values() if c.parent == comment.id]


def child_of_kind(call: Call) -> Response:
    """GET content/{id}/child/{type} for the kinds that Data Center does not have."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    return dc_error(400, f"{BAD_REQUEST}: Unsupported child type: {call.path('kind')}", "Bad Request")


def descendant_map(call: Call) -> Response:
    """GET content/{id}/descendant."""
    node = _page(call)
    return node if isinstance(node, Response) else give(descendants_json(call, node, call.expand()))


def descendants(call: Call) -> Response:
    """GET content/{id}/descendant/page and comment."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    if call.path("kind") == "comment":
        return listed(call, comments(call, node, True), lambda c: comment_json(call, c, call.expand()))
    if call.path("kind") != "page":
        return dc_error(400, f"{BAD_REQUEST}: Unsupported descendant type: {call.path('kind')}", "Bad Request")
    rows = [n for n, _ in call.site.below(node.id) if known(n) and n.kind == "page"]
    return listed(call, rows, lambda n: node_json(call, n, call.expand()), call.sees)


def labels(call: Call) -> Response:
    """GET content/{id}/label."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    prefix = call.query("prefix")
    return listed(call, [x for x in node.labels if prefix in ("", x[0])], label_json, default=200)


def restrictions(call: Call) -> Response:
    """GET content/{id}/restriction/byOperation: what is set on this page itself, nothing that is inherited."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    everything = ",".join(f"{o}.restrictions.{kind}" for o in ("read", "update") for kind in ("user", "group"))
    made = by_operation_json(call, node, call.expand(everything))
    if call.site.switches.restriction_shape == "flat":
        return give(made)
    operations: Obj = {name: made[name] for name in ("read", "update") if name in made}
    return give({"restrictions": operations, "_links": made["_links"], "_expandable": made["_expandable"]})


def restriction(call: Call) -> Response:
    """GET content/{id}/restriction/byOperation/{operation}."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    operation = call.path("operation")
    if operation not in ("read", "update"):
        return dc_error(400, f"{BAD_REQUEST}: Unknown operation: {operation}", "Bad Request")
    expand = call.expand("restrictions.user,restrictions.group")
    return give(operation_json(call, node, operation, expand))


def relevant_restrictions(call: Call) -> Response:
    """GET content/{id}/restriction/relevantViewRestrictions: direct and inherited, at most 50 levels a page."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    found = levels(call, node)
    if call.site.switches.relevant_shape == "merged":
        return give(merged_json(call, found))
    expand = call.expand()
    opened = expand["viewContentRestrictions"]["results"] if "viewContentRestrictions" in expand else expand

    def show(level: Node) -> Json:
        return level_json(call, level, node_json(call, level, opened["content"]) if "content" in opened else None)

    most = call.site.switches.relevant_page
    made = page_of(call, found, show, default=most, cap=most)
    return made if isinstance(made, Response) else give({"viewContentRestrictions": made})


def versions(call: Call) -> Response:
    """GET /rest/experimental/content/{id}/version, which only 7.x and 8.x have."""
    node = _page(call)
    if isinstance(node, Response):
        return node
    return listed(call, node.revisions[::-1], lambda r: version_json(call, node, r))


def _no_space(call: Call) -> Response:
    return dc_error(404, f"{NOT_FOUND}: No space found with key : {call.path('key')}", "Not Found")


def _space(call: Call) -> Space | None:
    key = call.path("key").casefold()
    found = next((s for s in call.site.spaces.values() if s.key.casefold() == key), None)
    return found if found is not None and call.site.may_enter(call.user, found.key) else None


def spaces(call: Call) -> Response:
    """GET space: by keys, type and status."""
    keys = [k.casefold() for k in (*call.queries("spaceKey"), *call.queries("spaceKeys"))]
    kind, status = call.query("type"), call.query("status")
    rows = [
        s
        for s in call.site.spaces.values()
        if (not keys or s.key.casefold() in keys) and kind in ("", "global") and status in ("", s.status)
    ]
    keep = {s.key for s in rows if call.site.may_enter(call.user, s.key)}
    return listed(call, rows, lambda s: space_json(call, s, call.expand()), lambda s: s.key in keep)


def space(call: Call) -> Response:
    """GET space/{key}: the key in any case."""
    found = _space(call)
    return _no_space(call) if found is None else give(space_json(call, found, call.expand(), single=True))


def space_content(call: Call) -> Response:
    """GET space/{key}/content/{type}: `depth=root` gives the pages with nothing above."""
    found = _space(call)
    if found is None:
        return _no_space(call)
    kind = call.path("kind")
    rows = [n for n in call.site.nodes.values() if n.space == found.key and n.kind == kind and n.status == "current"]
    if call.query("depth") == "root":
        rows = [n for n in rows if not ancestors(call, n)]
    return listed(call, rows, lambda n: node_json(call, n, call.expand()), call.sees)


def space_labels(call: Call) -> Response:
    """GET space/{key}/labels: those that its visible pages bear."""
    found = _space(call)
    if found is None:
        return _no_space(call)
    nodes = [n for n in call.site.nodes.values() if n.space == found.key and known(n) and call.sees(n)]
    rows = sorted({label for n in nodes for label in n.labels})
    return listed(call, rows, label_json)


def convert(call: Call) -> Response:
    """POST contentbody/convert/{to}: at once, but only of bodies without macros and links of the editor."""
    body = call.body if isinstance(call.body, dict) else {}
    value, form = body.get("value"), call.path("to")
    if body.get("representation") != "storage" or form not in FORMS or not isinstance(value, str):
        return dc_error(
            400, f"{BAD_REQUEST}: Cannot convert from {body.get('representation')} to {form}", "Bad Request"
        )
    if re.search(r"<(?:ac|ri):", value):
        return dc_error(400, f"{BAD_REQUEST}: Cannot render this body", "Bad Request")
    return give({"value": value, "representation": form, "_expandable": {"webresource": "", "content": ""}})
