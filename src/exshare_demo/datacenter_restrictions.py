"""Data Center: who may view or edit a page: what is set on the page itself, and every level that counts for viewing."""

from __future__ import annotations

from exshare_demo.answers import Json, Obj
from exshare_demo.datacenter_calls import Call, Expand
from exshare_demo.datacenter_people import group_json, person_json
from exshare_demo.model import Node, Restriction


def _subjects(rows: list[Json], limit: int = 200) -> Obj:
    return {"results": rows[:limit], "start": 0, "limit": limit, "size": len(rows[:limit])}


def _users(call: Call, by: Restriction) -> Obj:
    return _subjects([person_json(call, call.site.users[name]) for name in sorted(by.users)])


def _groups(call: Call, by: Restriction) -> Obj:
    return _subjects([group_json(call, name) for name in sorted(by.groups)])


def operation_json(call: Call, node: Node, operation: str, expand: Expand) -> Obj:
    """One operation's own restrictions; who they name only when opened. Nobody named: none set on this page."""
    by = node.read if operation == "read" else node.update
    opened: Obj = {}
    if "user" in expand["restrictions"]:
        opened["user"] = _users(call, by)
    if "group" in expand["restrictions"]:
        opened["group"] = _groups(call, by)
    closed: Obj = {kind: "" for kind in ("user", "group") if kind not in opened}
    stem = f"/rest/api/content/{node.id}"
    made: Obj = {"operation": operation, "_links": {"self": call.url(f"{stem}/restriction/byOperation/{operation}")}}
    if "restrictions" in expand:
        return made | {"restrictions": opened | {"_expandable": closed}, "_expandable": {"content": stem}}
    return made | {"_expandable": {"content": stem, "restrictions": ""}}


def by_operation_json(call: Call, node: Node, expand: Expand) -> Obj:
    """Read and update, those that were opened."""
    stem = f"/rest/api/content/{node.id}/restriction/byOperation"
    opened: Obj = {o: operation_json(call, node, o, expand[o]) for o in ("read", "update") if o in expand}
    closed: Obj = {o: f"{stem}/{o}" for o in ("read", "update") if o not in opened}
    return opened | {"_links": {"self": call.url(stem)}, "_expandable": closed}


def levels(call: Call, node: Node) -> list[Node]:
    """The pages, root first, whose view restrictions count for this one, its own among them."""
    return [n for n in call.site.levels(node) if n.kind in ("page", "blogpost")]


def level_json(call: Call, node: Node, content: Obj | None) -> Obj:
    """One level; the page it is set on is whole or only named, under `_expandable`."""
    made: Obj = {
        "operation": "read",
        "restrictions": {"user": _users(call, node.read), "group": _groups(call, node.read)},
        "_links": {"self": call.url(f"/rest/api/content/{node.id}/restriction/byOperation/read")},
    }
    if content is not None:
        return made | {"content": content, "_expandable": {}}
    return made | {"_expandable": {"content": f"/rest/api/content/{node.id}"}}


def merged_json(call: Call, found: list[Node]) -> Obj:
    """All levels in one heap, as the document has it: who passes one cannot be told from who passes all."""
    everyone = Restriction()
    for node in found:
        everyone.users |= node.read.users
        everyone.groups |= node.read.groups
    heap: Obj = {
        "operation": "read",
        "restrictions": {"user": _users(call, everyone), "group": _groups(call, everyone)},
    }
    return {"restrictions": {"read": heap}}
