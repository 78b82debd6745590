"""Cloud v2: the tree: children, descendants, ancestors, folders and boards, spaces, files, people, kinds of ids."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from exshare_demo.answers import Json, Obj, give, v2_error, v2_missing, when
from exshare_demo.calls import Call
from exshare_demo.cloud_pages import child_json, version_json
from exshare_demo.forms import node_path
from exshare_demo.model import Attachment, Node, Space
from exshare_demo.paging import listed

KINDS = {"pages": "page", "folders": "folder", "whiteboards": "whiteboard", "databases": "database", "embeds": "embed"}


def _kind(call: Call) -> str:
    return KINDS[call.suffix.split("/")[3]]


def _missing(call: Call, kind: str) -> Response:
    raw = call.path()
    return v2_missing(
        f"Cannot find a page with id [{raw}]" if kind == "page" else f"Content with id: [{raw}] not found"
    )


def _node(call: Call) -> Node | Response:
    kind, node = _kind(call), call.node()
    return node if node is not None and node.kind == kind else _missing(call, kind)


def direct_children(call: Call) -> Response:
    """All kinds, archived ones too; not in the order of their positions."""
    node = _node(call)
    if isinstance(node, Response):
        return node
    rows = sorted(call.site.children(node.id), key=lambda n: n.id)
    return listed(call, rows, lambda n: child_json(call, n), lambda n: call.site.may_view(call.user, n))


def page_children(call: Call) -> Response:
    """The deprecated list: pages only; folders and what lies in them are left out without a word."""
    node = _node(call)
    if isinstance(node, Response):
        return node
    rows = [n for n in call.site.children(node.id) if n.kind == "page"]

    def show(child: Node) -> Json:
        return {k: v for k, v in child_json(call, child).items() if k != "type"}

    return listed(call, rows, show, lambda n: call.site.may_view(call.user, n))


def descendants(call: Call) -> Response:
    """Down to `depth`, two by default."""
    node = _node(call)
    if isinstance(node, Response):
        return node
    text = call.query("depth", "2")
    if not text.isdigit() or not 1 <= int(text) <= 10:
        return v2_error(400, "INVALID_REQUEST_PARAMETER", f"Provided value {{{text}}} for 'depth' must be from 1 to 10")

    def show(row: tuple[Node, int]) -> Json:
        found, depth = row
        made: Obj = {
            "id": str(found.id),
            "status": found.status,
            "title": found.title,
            "type": found.kind,
            "parentId": str(found.parent),
            "depth": depth,
            "childPosition": found.position,
            "lastModified": when(found.latest.at),
        }
        return made

    rows = call.site.below(node.id, int(text))
    return listed(call, rows, show, lambda r: call.site.may_view(call.user, r[0]))


def ancestors(call: Call) -> Response:
    """Root first; asks only for "can use", so it answers for nodes the caller cannot open. No cursor."""
    raw = call.site.nodes.get(int(call.path()))
    if raw is None or raw.status == "deleted" or raw.kind != _kind(call):
        return _missing(call, _kind(call))
    limit = call.query("limit", "25")
    if not limit.isdigit() or not 1 <= int(limit) <= 250:
        return v2_error(
            400, "INVALID_REQUEST_PARAMETER", f"Provided value {{{limit}}} for 'limit' must be from 1 to 250"
        )
    above = call.site.ancestors(raw) if raw.status != "trashed" else []
    chain = above[-int(limit) :] + ([raw] if call.site.switches.ancestors_include_self else [])
    results: list[Json] = [{"id": str(n.id), "type": n.kind} for n in chain]
    return give({"results": results, "_links": {"base": call.hosting.base}})


def tree_node(call: Call) -> Response:
    """GET folders|whiteboards|databases|embeds/{id}: metadata, never content."""
    node = _node(call)
    if isinstance(node, Response):
        return node
    parent = call.site.nodes.get(node.parent) if node.parent is not None else None
    account = call.site.users[node.author].account_id
    made: Obj = {
        "id": str(node.id),
        "type": node.kind,
        "status": node.status,
        "title": node.title,
        "parentId": str(parent.id) if parent else None,
        "parentType": parent.kind if parent else None,
        "position": node.position,
        "authorId": account,
        "ownerId": account,
        "createdAt": when(node.created),
        "spaceId": str(call.site.spaces[node.space].id),
        "version": version_json(call, node.latest),
        "_links": {"webui": node_path(node), "base": call.hosting.base},
    }
    if node.embed_url:
        made["embedUrl"] = node.embed_url
    return give(made)


def space_json(call: Call, space: Space) -> Obj:
    """A space; ids are strings here."""
    return {
        "id": str(space.id),
        "key": space.key,
        "name": space.name,
        "type": space.type,
        "status": space.status,
        "authorId": call.user.account_id,
        "currentActiveAlias": space.key,
        "homepageId": str(space.homepage),
        "createdAt": when(call.site.nodes[space.homepage].created),
        "_links": {"webui": f"/spaces/{space.key}"},
    }


def spaces(call: Call) -> Response:
    """GET spaces?keys=&ids=: keys in any case."""
    keys, ids = [k.casefold() for k in call.queries("keys")], call.queries("ids")
    rows = [
        s for s in call.site.spaces.values() if (not keys or s.key.casefold() in keys) and (not ids or str(s.id) in ids)
    ]
    return listed(call, rows, lambda s: space_json(call, s), lambda s: call.site.may_enter(call.user, s.key))


def space(call: Call) -> Response:
    """GET spaces/{id}."""
    found = next((s for s in call.site.spaces.values() if str(s.id) == call.path()), None)
    if found is None or not call.site.may_enter(call.user, found.key):
        return v2_missing(f"Space with id [{call.path()}] not found")
    made = space_json(call, found)
    made["_links"] = {"webui": f"/spaces/{found.key}", "base": call.hosting.base}
    return give(made)


def attachment_json(call: Call, file: Attachment, single: bool = False) -> Obj:
    """A file; its links are relative to the context, which they do not name."""
    owner = call.site.nodes[file.page]
    download = f"/rest/api/content/{file.page}/child/attachment/{file.id}/download"
    preview = quote(f"/{file.page}/{file.number}/{file.title}", safe="")
    webui = f"/pages/viewpageattachments.action?pageId={file.page}&preview={preview}"
    account = call.site.users[file.author].account_id
    made: Obj = {
        "id": file.id,
        "status": file.status,
        "title": file.title,
        "createdAt": when(file.created),
        "mediaType": file.media_type,
        "mediaTypeDescription": None,
        "comment": file.comment,
        "fileId": file.file_id,
        "fileSize": file.content.size,
        "webuiLink": webui,
        "downloadLink": download,
        "version": {
            "number": file.version,
            "message": "",
            "minorEdit": False,
            "authorId": account,
            "createdAt": when(file.created),
        },
        "_links": {"webui": webui, "download": download},
    }
    made["blogPostId" if owner.kind == "blogpost" else "pageId"] = str(file.page)
    if single:
        made["_links"] = {"webui": webui, "download": download, "base": call.hosting.base}
    return made


def attachments(call: Call) -> Response:
    """GET pages/{id}/attachments; the file name is compared letter by letter, composed or not."""
    node = call.node()
    if node is None or node.kind not in ("page", "blogpost"):
        return v2_missing(f"Cannot find a page with id [{call.path()}]")
    name, media, statuses = call.query("filename"), call.query("mediaType"), call.queries("status") or ["current"]
    rows = [
        a
        for a in call.site.attachments.values()
        if a.page == node.id and a.status in statuses and name in ("", a.title) and media in ("", a.media_type)
    ]
    return listed(call, rows, lambda a: attachment_json(call, a), default=50)


def attachment(call: Call) -> Response:
    """GET attachments/{id}, with or without `att` before the number."""
    raw = call.path("attachment_id").removeprefix("att")
    file = call.site.attachments.get(int(raw)) if raw.isdigit() else None
    owner = call.site.nodes.get(file.page) if file else None
    if file is None or owner is None or file.status == "deleted" or not call.site.may_view(call.user, owner):
        return v2_missing(f"Cannot find an attachment with id [{call.path('attachment_id')}]")
    return give(attachment_json(call, file, single=True))


def convert_ids(call: Call) -> Response:
    """POST content/convert-ids-to-types: null for what is unknown or not visible."""
    ids = call.body.get("contentIds") if isinstance(call.body, dict) else None
    if not isinstance(ids, list):
        return v2_error(400, "INVALID_REQUEST_BODY", "contentIds must be a list")
    results: Obj = {}
    for raw in ids:
        text = str(raw)
        file = call.site.attachments.get(int(text[3:])) if text[:3] == "att" and text[3:].isdigit() else None
        node = call.site.nodes.get(file.page if file else int(text)) if file or text.isdigit() else None
        seen = node is not None and call.site.may_view(call.user, node)
        results[text] = ("attachment" if file else node.kind) if seen and node else None
    return give({"results": results})


def users_bulk(call: Call) -> Response:
    """POST users-bulk: unknown ids are simply missing, mail addresses are hidden."""
    ids = call.body.get("accountIds") if isinstance(call.body, dict) else None
    if not isinstance(ids, list):
        return v2_error(400, "INVALID_REQUEST_BODY", "accountIds must be a list")
    rows: list[Json] = []
    for user in call.site.users.values():
        if user.account_id in ids:
            closed = user.name in call.site.left
            rows.append(
                {
                    "accountId": user.account_id,
                    "accountType": user.account_type,
                    "accountStatus": "closed" if closed else "active",
                    "displayName": "Former user" if closed else user.display_name,
                    "publicName": "Former user" if closed else user.display_name.lower(),
                    "email": "",
                    "timeZone": None,
                    "personalSpaceId": None,
                    "isExternalCollaborator": False,
                    "profilePicture": None
                    if closed
                    else {"path": f"/wiki/aa-avatar/{user.account_id}", "isDefault": False},
                }
            )
    return give({"results": rows, "_links": {"base": call.hosting.base}})
