"""Cloud v2: pages and blog posts, one by one and in lists, their labels, versions, comments and operations."""

from __future__ import annotations

from starlette.responses import Response

from exshare_demo.answers import Json, Obj, give, v2_error, v2_missing, when
from exshare_demo.calls import Call
from exshare_demo.forms import FORMS, Form, node_path
from exshare_demo.links import tiny
from exshare_demo.model import Comment, Node, Revision
from exshare_demo.paging import embedded, listed
from exshare_demo.plain import document_of

SINGLE = (*FORMS, "atlas_doc_format", "styled_view", "editor")


def _account(call: Call, name: str) -> str:
    return call.site.users[name].account_id


def version_json(call: Call, revision: Revision) -> Obj:
    """A version as v2 shows it, with a key that no document mentions."""
    return {
        "number": revision.number,
        "message": revision.message if revision.number > 1 else None,
        "minorEdit": revision.minor,
        "authorId": _account(call, revision.author),
        "createdAt": when(revision.at),
        "ncsStepVersion": "1",
    }


def body_json(call: Call, node: Node, fmt: str, version: int | None = None) -> Obj:
    """The body in the one format asked for, empty for none."""
    if not fmt:
        return {}

    def drawn(form: Form) -> str:
        return call.site.draw(node, form, "cloud", call.hosting.base, "/wiki", call.user, version)

    if fmt == "atlas_doc_format":
        value = document_of(drawn("storage"))
    elif fmt == "styled_view":
        value = (
            f'<!DOCTYPE html><html><head><base href="{call.hosting.base}"></head><body>{drawn("view")}</body></html>'
        )
    else:
        value = drawn(next((f for f in FORMS if f == fmt), "storage"))
    return {fmt: {"representation": fmt, "value": value}}


def page_json(call: Call, node: Node, fmt: str = "", version: int | None = None, bulk: bool = False) -> Obj:
    """A page or blog post; trashed pages have lost their place in the tree."""
    revision = node.revision(version) or node.latest
    parent = call.site.nodes.get(node.parent) if node.parent is not None and node.status != "trashed" else None
    links: Obj = {
        "webui": node_path(node),
        "editui": f"/pages/resumedraft.action?draftId={node.id}",
        "edituiv2": f"/spaces/{node.space}/pages/edit-v2/{node.id}",
        "tinyui": f"/x/{tiny(node.id)}",
    }
    if not bulk:
        links |= {"base": call.hosting.base, "context": "/wiki", "self": f"{call.hosting.base}/api/v2/pages/{node.id}"}
    made: Obj = {
        "id": str(node.id),
        "status": node.status if version in (None, node.latest.number) else "historical",
        "title": node.title,
        "spaceId": str(call.site.spaces[node.space].id),
        "authorId": _account(call, node.author),
        "createdAt": when(node.created),
        "version": version_json(call, revision),
        "body": body_json(call, node, fmt, version),
        "contributorIds": [_account(call, node.author)],
        "_links": links,
    }
    if node.kind == "page":
        made |= {
            "parentId": str(parent.id) if parent else None,
            "parentType": parent.kind if parent else None,
            "position": node.position if parent else None,
            "ownerId": _account(call, node.author),
            "lastOwnerId": None,
        }
    return made


def label_json(node: Node, label: tuple[str, str]) -> Obj:
    """A label; its id is only good for this stand-in."""
    number = sum(label[1].encode()) + 39583000
    return {"id": str(number), "name": label[1], "prefix": label[0]}


def _wanted(call: Call, kind: str) -> Node | Response:
    node = call.node()
    if node is None or node.kind != kind:
        name = "page" if kind == "page" else "blog post"
        return v2_missing(f"Cannot find a {name} with id [{call.path()}]")
    return node


def one(call: Call) -> Response:
    """GET pages/{id} and blogposts/{id}."""
    kind = "page" if "/pages/" in call.suffix else "blogpost"
    node = _wanted(call, kind)
    if isinstance(node, Response):
        return node
    fmt = call.query("body-format")
    if fmt and fmt not in SINGLE:
        return v2_error(400, "INVALID_REQUEST_PARAMETER", f"Provided value {{{fmt}}} for 'body-format' is not valid")
    statuses, version = call.queries("status"), call.query("version")
    known = node.revision(int(version)) if version.isdigit() else node.latest
    if (statuses and node.status not in statuses and "historical" not in statuses) or known is None:
        return v2_missing(f"Cannot find a {kind} with id [{node.id}]")
    made = page_json(call, node, fmt, known.number if version else None)
    if not call.flag("include-version", True):
        del made["version"]
    stem = f"/api/v2/{kind}s/{node.id}"
    if call.flag("include-labels"):
        made["labels"] = embedded(call, [label_json(node, la) for la in node.labels], f"{stem}/labels")
    if call.flag("include-operations"):
        made["operations"] = embedded(call, _operations(node), f"{stem}/operations")
    if call.flag("include-versions"):
        made["versions"] = embedded(call, [version_json(call, r) for r in reversed(node.revisions)], f"{stem}/versions")
    if call.flag("include-direct-children"):
        rows: list[Json] = [
            child_json(call, c) for c in call.site.children(node.id) if call.site.may_view(call.user, c)
        ]
        made["directChildren"] = embedded(call, rows, f"{stem}/direct-children")
    return give(made)


def child_json(call: Call, node: Node) -> Obj:
    """A node in a list of children."""
    return {
        "id": str(node.id),
        "status": node.status,
        "title": node.title,
        "type": node.kind,
        "spaceId": str(call.site.spaces[node.space].id),
        "childPosition": node.position,
    }


def many(call: Call) -> Response:
    """GET pages and blogposts: by ids, space, title and status; bodies only in the editor's own formats."""
    kind = "page" if call.suffix.endswith("/pages") else "blogpost"
    fmt, ids, statuses = call.query("body-format"), call.queries("id"), call.queries("status")
    if fmt and fmt not in ("storage", "atlas_doc_format"):
        return v2_error(400, "INVALID_REQUEST_PARAMETER", f"Provided value {{{fmt}}} for 'body-format' is not valid")
    if len(ids) > 250 or any(not i.isdigit() for i in ids) or "draft" in statuses:
        return v2_error(400, "INVALID_REQUEST_PARAMETER", "Provided value for 'id' or 'status' is not valid")
    spaces = call.queries("space-id")
    if "space_id" in call.request.path_params:
        spaces = [call.path("space_id")]
    title = call.query("title").casefold()
    rows = [
        n
        for n in call.site.nodes.values()
        if n.kind == kind
        and n.status in (statuses or ("current", "archived"))
        and (not ids or str(n.id) in ids)
        and (not spaces or str(call.site.spaces[n.space].id) in spaces)
        and (not title or n.title.casefold() == title)
    ]
    return listed(call, rows, lambda n: page_json(call, n, fmt, bulk=True), lambda n: call.site.may_view(call.user, n))


def labels(call: Call) -> Response:
    """GET pages/{id}/labels."""
    node = call.node()
    if node is None or node.kind not in ("page", "blogpost"):
        return v2_missing(f"Cannot find a page with id [{call.path()}]")
    prefix = call.query("prefix")
    return listed(call, [la for la in node.labels if prefix in ("", la[0])], lambda la: label_json(node, la))


def _operations(node: Node) -> list[Json]:
    return [{"operation": "read", "targetType": node.kind}, {"operation": "create", "targetType": "comment"}]


def operations(call: Call) -> Response:
    """GET pages/{id}/operations: what the calling credential may do."""
    node = _wanted(call, "page" if "/pages/" in call.suffix else "blogpost")
    return node if isinstance(node, Response) else give({"operations": _operations(node)})


def page_properties(call: Call) -> Response:
    """GET pages/{id}/properties: title emoji and width."""
    node = call.node("page_id")
    if node is None:
        return v2_missing(f"Cannot find a page with id [{call.path('page_id')}]")
    have = {"content-appearance-published": "default"} | ({"emoji-title-published": node.emoji} if node.emoji else {})
    wanted = call.query("key")
    rows = [(k, v) for k, v in have.items() if wanted in ("", k)]
    return listed(call, rows, lambda r: {"id": f"{node.id}1", "key": r[0], "value": r[1], "version": {"number": 1}})


def versions(call: Call) -> Response:
    """GET pages/{id}/versions, newest first."""
    node = call.node()
    if node is None:
        return v2_missing(f"Cannot find a page with id [{call.path()}]")
    fmt = call.query("body-format")

    def show(revision: Revision) -> Json:
        body = body_json(call, node, fmt, revision.number)
        return version_json(call, revision) | {"page": {"id": str(node.id), "title": node.title, "body": body}}

    return listed(call, node.revisions[::-1], show)


def version_detail(call: Call) -> Response:
    """GET pages/{id}/versions/{n}."""
    node = call.node("page_id")
    revision = node.revision(int(call.path("number"))) if node else None
    if node is None or revision is None:
        return v2_missing(f"Cannot find a page with id [{call.path('page_id')}]")
    detail = version_json(call, revision) | {
        "contentTypeModified": False,
        "collaborators": [_account(call, revision.author)],
    }
    detail |= {"prevVersion": revision.number - 1} if revision.number > 1 else {}
    detail |= {"nextVersion": revision.number + 1} if revision.number < node.latest.number else {}
    return give(detail)


def comment_json(call: Call, comment: Comment, fmt: str) -> Obj:
    """A comment; its words stand in one paragraph."""
    page = call.site.nodes[comment.page]
    body: Obj = {fmt: {"representation": fmt, "value": comment.body(fmt)}} if fmt else {}
    made: Obj = {
        "id": str(comment.id),
        "status": "current",
        "title": f"Re: {page.title}",
        "version": {
            "number": 1,
            "message": "",
            "minorEdit": False,
            "authorId": _account(call, comment.author),
            "createdAt": when(comment.at),
        },
        "body": body,
        "resolutionStatus": comment.resolution,
        "_links": {"webui": f"{node_path(page)}?focusedCommentId={comment.id}"},
    }
    made |= {"parentCommentId": str(comment.parent)} if comment.parent else {"pageId": str(page.id)}
    if comment.inline:
        made["properties"] = {
            "inlineMarkerRef": comment.marker,
            "inlineOriginalSelection": comment.selection,
            "inline-marker-ref": comment.marker,
            "inline-original-selection": comment.selection,
        }
    return made


def comments(call: Call) -> Response:
    """GET pages/{id}/footer-comments and inline-comments."""
    node = call.node()
    if node is None:
        return v2_missing(f"Cannot find a page with id [{call.path()}]")
    wanted = call.queries("resolution-status")
    rows = [c for c in call.site.comments_of(node.id, "inline" in call.suffix) if not wanted or c.resolution in wanted]
    return listed(call, rows, lambda c: comment_json(call, c, call.query("body-format")))


def comment(call: Call) -> Response:
    """GET footer-comments/{id}, inline-comments/{id} and their children."""
    found = call.site.comments.get(int(call.path()))
    page = call.site.nodes[found.page] if found else None
    if found is None or page is None or not call.site.may_view(call.user, page):
        return v2_missing(f"Cannot find a comment with id [{call.path()}]")
    fmt = call.query("body-format")
    if call.suffix.endswith("/children"):
        replies = [c for c in call.site.comments.values() if c.parent == found.id]
        return listed(call, replies, lambda c: comment_json(call, c, fmt))
    return give(comment_json(call, found, fmt))
