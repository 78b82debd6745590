"""Cloud v1: content and spaces as the older interface shows them, no longer documented but still answering."""

from __future__ import annotations

from starlette.responses import Response

from exshare_demo.answers import Json, Obj, give, v1_bad, v1_missing, when
from exshare_demo.calls import Call
from exshare_demo.cloud_access import OPERATIONS, restriction_json, user_json
from exshare_demo.cloud_pages import body_json
from exshare_demo.cloud_tree import attachment_json
from exshare_demo.forms import FORMS, node_path
from exshare_demo.links import tiny
from exshare_demo.model import Attachment, Comment, Node, Revision, Space
from exshare_demo.paging import numbered

EXPANDABLE = (
    "container",
    "metadata",
    "extensions",
    "operations",
    "children",
    "history",
    "ancestors",
    "body",
    "version",
)


def version_json(call: Call, revision: Revision) -> Obj:
    """A version with the person who made it."""
    return {
        "by": user_json(call, call.site.users[revision.author]),
        "when": when(revision.at),
        "friendlyWhen": f"{revision.at:%b %d, %Y}",
        "message": revision.message,
        "number": revision.number,
        "minorEdit": revision.minor,
        "contentTypeModified": False,
        "_expandable": {"collaborators": ""},
        "_links": {},
    }


def space_json(call: Call, space: Space) -> Obj:
    """A space; its id is a number here."""
    return {
        "id": space.id,
        "key": space.key,
        "alias": space.key,
        "name": space.name,
        "type": space.type,
        "status": space.status,
        "_expandable": {"homepage": f"/rest/api/content/{space.homepage}", "description": "", "permissions": ""},
        "_links": {"webui": f"/spaces/{space.key}", "self": f"{call.hosting.base}/rest/api/space/{space.key}"},
    }


def label_json(label: tuple[str, str]) -> Obj:
    """A label, with its name twice."""
    number = sum(label[1].encode()) + 39583000
    return {"prefix": label[0], "name": label[1], "id": str(number), "label": label[1]}


def content_json(call: Call, node: Node, expand: list[str] | None = None, version: int | None = None) -> Obj:
    """A page or other node with what `expand` names; the rest is named under `_expandable`."""
    asked = {e.split(".")[0] for e in expand or []}
    links: Obj = {
        "webui": node_path(node),
        "self": f"{call.hosting.base}/rest/api/content/{node.id}",
        "tinyui": f"/x/{tiny(node.id)}",
    }
    made: Obj = {
        "id": str(node.id),
        "type": node.kind,
        "status": node.status,
        "title": node.title,
        "macroRenderedOutput": {},
        "extensions": {"position": node.position},
        "_expandable": {name: "" for name in EXPANDABLE if name not in asked},
        "_links": links,
    }
    shown = node.revision(version) or node.latest
    if "version" in asked:
        made["version"] = version_json(call, shown)
    if "space" in asked:
        made["space"] = space_json(call, call.site.spaces[node.space])
    if "ancestors" in asked:
        above = [n for n in call.site.ancestors(node) if call.site.may_view(call.user, n)]
        made["ancestors"] = [content_json(call, n) for n in above]
    if "history" in asked:
        made["history"] = history_json(call, node)
    return made | _expanded(call, node, expand or [], shown.number)


def _expanded(call: Call, node: Node, expand: list[str], version: int) -> Obj:
    """The parts that are named with dots."""
    made: Obj = {}
    bodies: Obj = {}
    for form in FORMS:
        if f"body.{form}" in expand:
            bodies |= body_json(call, node, form, version)
    if bodies:
        made["body"] = bodies
    if "metadata.labels" in expand:
        rows: list[Json] = [label_json(la) for la in node.labels]
        made["metadata"] = {"labels": {"results": rows, "start": 0, "limit": 200, "size": len(rows)}}
    if any(e.startswith("restrictions") for e in expand):
        pairs = zip(OPERATIONS, (node.read, node.update), strict=True)
        made["restrictions"] = {o: restriction_json(call, node, o, by) for o, by in pairs}
    return made


def history_json(call: Call, node: Node) -> Obj:
    """How a page came to be."""
    return {
        "latest": True,
        "createdBy": user_json(call, call.site.users[node.author]),
        "createdDate": when(node.created),
        "lastUpdated": version_json(call, node.latest),
        "_expandable": {"contributors": ""},
        "_links": {"self": f"{call.hosting.base}/rest/api/content/{node.id}/history"},
    }


def content(call: Call) -> Response:
    """GET content/{id}: trashed ones only when their status is asked for."""
    node = call.node()
    statuses = call.queries("status") or ["current", "archived"]
    version = call.query("version")
    known = node.revision(int(version)) if node and version.isdigit() else node.latest if node else None
    if node is None or known is None or (node.status not in statuses and "any" not in statuses and not version):
        return v1_missing(f"No content found with id : {call.path()}")
    return give(content_json(call, node, call.queries("expand") or ["space", "history", "version"], known.number))


def contents(call: Call) -> Response:
    """GET content?spaceKey=&title=&type=."""
    kind, key, title = call.query("type", "page"), call.query("spaceKey").casefold(), call.query("title").casefold()
    rows = [
        n
        for n in call.site.nodes.values()
        if n.kind == kind
        and n.status in (call.queries("status") or ["current"])
        and key in ("", n.space.casefold())
        and title in ("", n.title.casefold())
        and call.site.may_view(call.user, n)
    ]
    return numbered(call, rows, lambda n: content_json(call, n, call.queries("expand")), cap=1000)


def children(call: Call) -> Response:
    """GET content/{id}/child/page: pages only; what lies in folders is left out without a word."""
    node = call.node()
    if node is None:
        sentence = f"No parent or not permitted to view content with id : ContentId{{id={call.path()}}}"
        return v1_missing(sentence, authorized=True)
    rows = [n for n in call.site.children(node.id) if n.kind == "page" and call.site.may_view(call.user, n)]
    return numbered(call, rows, lambda n: content_json(call, n, call.queries("expand")))


def file_json(call: Call, file: Attachment) -> Obj:
    """A file as v1 shows it."""
    shown = attachment_json(call, file)
    return {
        "id": file.id,
        "type": "attachment",
        "status": file.status,
        "title": file.title,
        "macroRenderedOutput": {},
        "metadata": {"comment": file.comment, "mediaType": file.media_type},
        "extensions": {
            "mediaType": file.media_type,
            "fileSize": file.content.size,
            "comment": file.comment,
            "mediaTypeDescription": None,
            "fileId": file.file_id,
        },
        "_expandable": {"container": f"/rest/api/content/{file.page}", "version": "", "space": ""},
        "_links": {
            "webui": shown["webuiLink"],
            "download": shown["downloadLink"],
            "self": f"{call.hosting.base}/rest/api/content/{file.id}",
        },
    }


def files(call: Call) -> Response:
    """GET content/{id}/child/attachment?filename=&mediaType=."""
    node = call.node()
    if node is None:
        return v1_missing(f"No content found with id: ContentId{{id={call.path()}}}", authorized=True)
    name, media = call.query("filename"), call.query("mediaType")
    rows = [f for f in call.site.files_of(node.id) if name in ("", f.title) and media in ("", f.media_type)]
    return numbered(call, rows, lambda f: file_json(call, f), default=50)


def comment_json(call: Call, comment: Comment) -> Obj:
    """A comment as v1 shows it."""
    page = call.site.nodes[comment.page]
    body: Obj = {}
    for form in FORMS:
        if f"body.{form}" in call.queries("expand"):
            body[form] = {"representation": form, "value": comment.body(form)}
    made: Obj = {
        "id": str(comment.id),
        "type": "comment",
        "status": "current",
        "title": f"Re: {page.title}",
        "macroRenderedOutput": {},
        "extensions": {
            "location": "inline" if comment.inline else "footer",
            "resolution": {"status": comment.resolution},
        },
        "_expandable": {"container": f"/rest/api/content/{page.id}"},
        "_links": {
            "webui": f"{node_path(page)}?focusedCommentId={comment.id}",
            "self": f"{call.hosting.base}/rest/api/content/{comment.id}",
        },
    }
    return made | ({"body": body} if body else {})


def comments(call: Call) -> Response:
    """GET content/{id}/child/comment?location=&depth=: first comments, or with `depth=all` replies too."""
    node = call.node()
    if node is None:
        return v1_missing(f"No content found with id: ContentId{{id={call.path()}}}", authorized=True)
    places, everything = call.queries("location"), call.query("depth") == "all"
    rows = [
        c
        for c in call.site.comments.values()
        if c.page == node.id
        and (everything or c.parent is None)
        and (not places or ("inline" if c.inline else "footer") in places)
    ]
    return numbered(call, rows, lambda c: comment_json(call, c), cap=1000)


def labels(call: Call) -> Response:
    """GET content/{id}/label?prefix=."""
    node, prefix = call.node(), call.query("prefix")
    if node is None:
        return v1_missing(f"No content found with id : {call.path()}")
    if call.query("limit") == "0":
        return v1_bad("limit must be greater than zero")
    return numbered(call, [la for la in node.labels if prefix in ("", la[0])], label_json, default=200, cap=200)


def history(call: Call) -> Response:
    """GET content/{id}/history."""
    node = call.node()
    return give(history_json(call, node)) if node else v1_missing(f"No content found with id : {call.path()}")


def spaces(call: Call) -> Response:
    """GET space?spaceKey=."""
    keys = [k.casefold() for k in call.queries("spaceKey")]
    rows = [
        s
        for s in call.site.spaces.values()
        if (not keys or s.key.casefold() in keys) and call.site.may_enter(call.user, s.key)
    ]
    return numbered(call, rows, lambda s: space_json(call, s), cap=1000)


def space(call: Call) -> Response:
    """GET space/{spaceKey}: keys in any case."""
    key = call.path("key")
    found = next((s for s in call.site.spaces.values() if s.key.casefold() == key.casefold()), None)
    if found is None or not call.site.may_enter(call.user, found.key):
        words = f'404 NOT_FOUND "No space found with key : {key}"'
        return give(
            {"statusCode": 404, "message": f"org.springframework.web.server.ResponseStatusException: {words}"}, 404
        )
    return give(space_json(call, found))
