"""Data Center: a page, file or comment as REST describes it; every part of it comes only when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from exshare_demo.answers import Json, Obj
from exshare_demo.datacenter_calls import Call, Expand
from exshare_demo.datacenter_lists import embedded
from exshare_demo.datacenter_people import person_json
from exshare_demo.datacenter_restrictions import by_operation_json
from exshare_demo.forms import FORMS, display_path, file_path
from exshare_demo.links import tiny
from exshare_demo.model import Attachment, Comment, Node, Revision, Space

ZONE = timezone(timedelta(hours=2))
"""The zone of the server, in which it writes its times."""

Thing = Node | Attachment | Comment


def stamp(at: datetime) -> str:
    """A time as Data Center writes it: in the server's own zone."""
    here = at.astimezone(ZONE)
    return here.strftime("%Y-%m-%dT%H:%M:%S.") + f"{here.microsecond // 1000:03d}+02:00"


def id_of(call: Call, thing: Thing) -> str:
    """The id of content; those of files have a prefix or not, as the version has it."""
    return f"{call.site.switches.attachment_prefix}{thing.number}" if isinstance(thing, Attachment) else str(thing.id)


def find(call: Call, raw: str) -> Thing | None:
    """The page, post, file or comment of that id, if the caller may see it."""
    number = int(raw.removeprefix("att")) if raw.removeprefix("att").isdigit() else -1
    thing: Thing | None = call.site.attachments.get(number) or call.site.comments.get(number) or page(call, number)
    if isinstance(thing, Attachment | Comment):
        owner = page(call, thing.page)
        live = isinstance(thing, Comment) or thing.status == "current"
        return thing if live and owner is not None and owner.status == "current" else None
    return thing


def page(call: Call, number: int) -> Node | None:
    """The page or post of that id, if the caller may see it."""
    node = call.site.nodes.get(number)
    return node if node is not None and known(node) and call.sees(node) else None


def known(node: Node) -> bool:
    """Whether Data Center has such a thing: pages and posts, live or in the trash; it archives no single pages."""
    return node.kind in ("page", "blogpost") and node.status in ("current", "trashed")


def ancestors(call: Call, node: Node) -> list[Node]:
    """The pages above, root first; there is nothing else in this tree, and the trash has none."""
    return [n for n in call.site.ancestors(node) if known(n)] if node.status == "current" else []


def children(call: Call, node: Node) -> list[Node]:
    """The pages right below."""
    return [n for n in call.site.page_children(node.id) if known(n)]


def version_json(call: Call, thing: Thing, revision: Revision) -> Obj:
    """One version; who made it and when."""
    stem = f"/rest/experimental/content/{id_of(call, thing)}/version/{revision.number}"
    return {
        "by": person_json(call, call.site.users[revision.author]),
        "when": stamp(revision.at),
        "message": revision.message,
        "number": revision.number,
        "minorEdit": revision.minor,
        "hidden": False,
        "_links": {"self": call.url(stem)},
        "_expandable": {"content": f"/rest/api/content/{id_of(call, thing)}"},
    }


def history_json(call: Call, node: Node, expand: Expand) -> Obj:
    """Who made the page; its versions only when opened."""
    made: Obj = {
        "latest": True,
        "createdBy": person_json(call, call.site.users[node.author]),
        "createdDate": stamp(node.created),
        "_links": {"self": call.url(f"/rest/api/content/{node.id}/history")},
    }
    before = node.revision(node.latest.number - 1)
    parts: dict[str, Revision | None] = {"lastUpdated": node.latest, "previousVersion": before, "nextVersion": None}
    opened: Obj = {k: version_json(call, node, r) for k, r in parts.items() if r is not None and k in expand}
    closed: Obj = {k: "" for k in (*parts, "contributors") if k not in opened}
    return made | opened | {"_expandable": closed}


def space_json(call: Call, space: Space, expand: Expand, single: bool = False) -> Obj:
    """A space; its id is a number."""
    home = call.site.nodes[space.homepage]
    self_url = call.url(f"/rest/api/space/{space.key}")
    links: Obj = {"webui": f"/display/{space.key}", "self": self_url}
    if single:
        links |= {"base": call.centre.base, "context": call.centre.context, "collection": "/rest/api/space"}
    made: Obj = {
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "status": space.status,
        "type": "global" if space.type == "collaboration" else space.type,
        "_links": links,
    }
    closed: Obj = {"metadata": "", "icon": "", "description": "", "retentionPolicy": "", "permissions": ""}
    if "homepage" in expand:
        made["homepage"] = node_json(call, home, expand["homepage"])
    else:
        closed["homepage"] = f"/rest/api/content/{space.homepage}"
    return made | {"_expandable": closed}


def body_json(call: Call, node: Node, expand: Expand, version: int | None = None) -> Obj:
    """The forms of the body that were opened, and the names of those that were not."""
    drawn: Obj = {}
    for form in (*FORMS, "styled_view", "editor"):
        if form not in expand:
            continue
        source = next((f for f in FORMS if f == form), "view" if form == "styled_view" else "storage")
        value = call.site.draw(node, source, "data-center", call.centre.base, call.centre.context, call.user, version)
        if form == "styled_view":
            value = f'<!DOCTYPE html><html><head><base href="{call.centre.base}"></head><body>{value}</body></html>'
        rest: Obj = {"webresource": "", "content": f"/rest/api/content/{node.id}"}
        drawn[form] = {"value": value, "representation": form, "_expandable": rest}
    closed: Obj = dict.fromkeys((*FORMS, "styled_view", "editor"), "")
    return drawn | {"_expandable": {k: v for k, v in closed.items() if k not in drawn}}


def label_json(label: tuple[str, str]) -> Obj:
    """A label; its id is only good for this stand-in."""
    return {"prefix": label[0], "name": label[1], "id": str(sum(label[1].encode()) + 39583000), "label": label[1]}


def _labels(call: Call, node: Node) -> Obj:
    return embedded(call, [label_json(x) for x in node.labels], f"/rest/api/content/{node.id}/label", 200)


def _metadata(call: Call, node: Node, expand: Expand) -> Obj:
    closed: Obj = {"currentuser": "", "properties": "", "frontend": "", "editorHtml": ""}
    if "labels" in expand:
        return {"labels": _labels(call, node), "_expandable": closed}
    return {"_expandable": closed | {"labels": ""}}


def _kin(call: Call, node: Node, expand: Expand, kinds: tuple[str, ...], folder: str) -> Obj:
    rows: dict[str, list[Json]] = {}
    if "page" in expand:
        rows["page"] = [node_json(call, n, expand["page"]) for n in children(call, node) if call.sees(n)]
    if "comment" in expand:
        rows["comment"] = [
            comment_json(call, c, expand["comment"]) for c in comments(call, node, folder == "descendant")
        ]
    if "attachment" in expand:
        rows["attachment"] = [file_json(call, a, expand["attachment"]) for a in call.site.files_of(node.id)]
    stem = f"/rest/api/content/{node.id}/{folder}"
    opened: Obj = {k: embedded(call, rows[k], f"{stem}/{k}") for k in kinds if k in rows}
    closed: Obj = {k: f"{stem}/{k}" for k in kinds if k not in rows}
    return opened | {"_links": {"self": call.url(stem)}, "_expandable": closed}


def children_json(call: Call, node: Node, expand: Expand) -> Obj:
    """The kinds of children, those opened with their first entries."""
    return _kin(call, node, expand, ("attachment", "comment", "page"), "child")


def descendants_json(call: Call, node: Node, expand: Expand) -> Obj:
    """The kinds of things below; only comments are supported."""
    return _kin(call, node, expand, ("comment",), "descendant")


def comments(call: Call, node: Node, deep: bool) -> list[Comment]:
    """The comments of a page, oldest first; replies only when all depths are wanted."""
    return [c for c in call.site.comments.values() if c.page == node.id and (deep or c.parent is None)]


def location_of(comment: Comment) -> str:
    """Where a comment is, as `location=` names it."""
    if not comment.inline:
        return "footer"
    return "inline" if comment.resolution == "open" else "resolved"


def _parts(call: Call, node: Node, version: int | None) -> dict[str, Callable[[Expand], Json]]:
    """How each part of a page is made when it is opened."""
    space = call.site.spaces[node.space]
    shown = node.revision(version) or node.latest
    return {
        "container": lambda e: space_json(call, space, e),
        "space": lambda e: space_json(call, space, e),
        "metadata": lambda e: _metadata(call, node, e),
        "operations": lambda _: [{"operation": "read", "targetType": node.kind}],
        "children": lambda e: children_json(call, node, e),
        "descendants": lambda e: descendants_json(call, node, e),
        "restrictions": lambda e: by_operation_json(call, node, e),
        "history": lambda e: history_json(call, node, e),
        "ancestors": lambda e: [node_json(call, n, e) for n in ancestors(call, node)],
        "body": lambda e: body_json(call, node, e, version),
        "version": lambda _: version_json(call, node, shown),
    }


def _closed(node: Node) -> Obj:
    stem, home = f"/rest/api/content/{node.id}", f"/rest/api/space/{node.space}"
    return {
        "container": home,
        "metadata": "",
        "operations": "",
        "children": f"{stem}/child",
        "restrictions": f"{stem}/restriction/byOperation",
        "history": f"{stem}/history",
        "ancestors": "",
        "body": "",
        "version": "",
        "descendants": f"{stem}/descendant",
        "space": home,
        "relevantViewRestrictions": f"{stem}/restriction/relevantViewRestrictions",
    }


def node_json(call: Call, node: Node, expand: Expand, version: int | None = None, single: bool = False) -> Obj:
    """A page or blog post; what was not opened is only named, under `_expandable`."""
    old = version is not None and version != node.latest.number
    links: Obj = {
        "webui": display_path(node),
        "edit": f"/pages/resumedraft.action?draftId={node.id}",
        "tinyui": f"/x/{tiny(node.id)}",
        "self": call.url(f"/rest/api/content/{node.id}"),
    }
    if single:
        links |= {"collection": "/rest/api/content", "base": call.centre.base, "context": call.centre.context}
    made: Obj = {
        "id": str(node.id),
        "type": node.kind,
        "status": "historical" if old else node.status,
        "title": node.title,
        "_links": links,
    }
    if node.kind == "page":
        placed = node.position is not None
        made |= {
            "position": node.position if placed else -1,
            "extensions": {"position": node.position if placed else "none"},
        }
    parts = _parts(call, node, version)
    opened: Obj = {name: make(expand[name]) for name, make in parts.items() if name in expand}
    return made | opened | {"_expandable": {k: v for k, v in _closed(node).items() if k not in opened}}


def file_json(call: Call, file: Attachment, expand: Expand, single: bool = False) -> Obj:
    """A file; its links are relative to the context, which they do not name."""
    owner = call.site.nodes[file.page]
    number = id_of(call, file)
    preview = f"?preview=%2F{file.page}%2F{file.number}%2F{quote(file.title, safe='')}"
    links: Obj = {
        "webui": display_path(owner) + preview,
        "download": file_path(file),
        "self": call.url(f"/rest/api/content/{number}"),
    }
    if file.media_type.startswith("image/"):
        links["thumbnail"] = file_path(file, "thumbnails")
    if single:
        links |= {"collection": "/rest/api/content", "base": call.centre.base, "context": call.centre.context}
    about: Obj = {"mediaType": file.media_type, "comment": file.comment}
    made: Obj = {
        "id": number,
        "type": "attachment",
        "status": file.status,
        "title": file.title,
        "position": -1,
        "_links": links,
        "metadata": {"mediaType": file.media_type, "_expandable": {"labels": "", "currentuser": "", "properties": ""}},
        "extensions": about | {"fileSize": file.content.size},
    }
    revision = Revision(file.version, file.created, file.author, file.comment, ())
    parts: dict[str, Callable[[Expand], Json]] = {
        "version": lambda _: version_json(call, file, revision),
        "container": lambda e: node_json(call, owner, e),
        "space": lambda e: space_json(call, call.site.spaces[owner.space], e),
    }
    opened: Obj = {name: make(expand[name]) for name, make in parts.items() if name in expand}
    closed: Obj = {
        "container": f"/rest/api/content/{file.page}",
        "version": "",
        "space": f"/rest/api/space/{owner.space}",
    }
    return made | opened | {"_expandable": {k: v for k, v in closed.items() if k not in opened}}


def comment_json(call: Call, comment: Comment, expand: Expand, single: bool = False) -> Obj:
    """A comment; its words stand in one paragraph, and where it hangs only when opened."""
    owner = call.site.nodes[comment.page]
    links: Obj = {
        "webui": f"{display_path(owner)}?focusedCommentId={comment.id}#comment-{comment.id}",
        "self": call.url(f"/rest/api/content/{comment.id}"),
    }
    if single:
        links |= {"collection": "/rest/api/content", "base": call.centre.base, "context": call.centre.context}
    extensions: Obj = {"location": location_of(comment)}
    closed: Obj = {}
    if comment.inline and "inlineProperties" in expand["extensions"]:
        extensions["inlineProperties"] = {"markerRef": comment.marker, "originalSelection": comment.selection}
    if "resolution" in expand["extensions"]:
        extensions["resolution"] = {"status": comment.resolution if comment.inline else ""}
    made: Obj = {
        "id": str(comment.id),
        "type": "comment",
        "status": "current",
        "title": f"Re: {owner.title}",
        "position": -1,
        "extensions": extensions,
        "_links": links,
    }
    shown = [f for f in (*FORMS, "styled_view") if f in expand["body"]]
    above = call.site.comments.get(comment.parent) if comment.parent else None
    revision = Revision(1, comment.at, comment.author, "", ())
    parts: dict[str, Callable[[Expand], Json]] = {
        "body": lambda _: {f: {"value": comment.body(f), "representation": f} for f in shown},
        "version": lambda _: version_json(call, comment, revision),
        "container": lambda e: node_json(call, owner, e),
        "ancestors": lambda e: [comment_json(call, above, e)] if above else [],
    }
    opened: Obj = {name: make(expand[name]) for name, make in parts.items() if name in expand}
    closed = {"container": f"/rest/api/content/{comment.page}", "body": "", "version": "", "ancestors": ""}
    return made | opened | {"_expandable": {k: v for k, v in closed.items() if k not in opened}}


def thing_json(call: Call, thing: Thing, expand: Expand, version: int | None = None) -> Obj:
    """Whatever it is, as a whole answer."""
    if isinstance(thing, Attachment):
        return file_json(call, thing, expand, single=True)
    if isinstance(thing, Comment):
        return comment_json(call, thing, expand, single=True)
    return node_json(call, thing, expand, version, single=True)
