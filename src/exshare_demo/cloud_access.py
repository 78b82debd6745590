"""Cloud v1: who somebody is, which groups they are in, who may read what."""

from __future__ import annotations

import uuid

from starlette.responses import Response

from exshare_demo.answers import NOT_FOUND, Json, Obj, give, v1_bad, v1_missing, when
from exshare_demo.calls import Call
from exshare_demo.model import Node, Restriction, User
from exshare_demo.paging import numbered

OPERATIONS = ("read", "update")


def group_id(name: str) -> str:
    """The id of a group."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"group {name}"))


def user_json(call: Call, user: User) -> Obj:
    """A person as v1 shows them: mail addresses are hidden, closed accounts have lost their name."""
    closed = user.name in call.site.left
    shown = "Former user" if closed else user.display_name
    return {
        "type": "known",
        "accountId": user.account_id,
        "accountType": "" if closed else user.account_type,
        "email": "",
        "publicName": shown if closed else shown.lower(),
        "displayName": shown,
        "timeZone": None,
        "isExternalCollaborator": False,
        "isGuest": False,
        "profilePicture": {
            "path": f"/wiki/aa-avatar/{user.account_id}",
            "width": 48,
            "height": 48,
            "isDefault": closed,
        },
        "_expandable": {"operations": "", "personalSpace": ""},
        "_links": {"self": f"{call.hosting.base}/rest/api/user?accountId={user.account_id}"},
    }


def group_json(call: Call, name: str) -> Obj:
    """A group."""
    self_link = f"{call.hosting.base}/rest/api/group/by-id?id={group_id(name)}"
    return {"type": "group", "name": name, "id": group_id(name), "_links": {"self": self_link}}


def current_user(call: Call) -> Response:
    """GET user/current: the account of the credential."""
    return give(user_json(call, call.user))


def _account(call: Call, account_id: str) -> User | None:
    return next((u for u in call.site.users.values() if u.account_id == account_id), None)


def _no_user(account_id: str) -> Response:
    return give({"statusCode": 404, "message": f"{NOT_FOUND}: No user found with account id: {account_id}"}, 404)


def user(call: Call) -> Response:
    """GET user?accountId=."""
    asked = call.query("accountId")
    if not asked:
        return v1_bad("accountId is required")
    found = _account(call, asked)
    return give(user_json(call, found)) if found else _no_user(asked)


def users(call: Call) -> Response:
    """GET user/bulk?accountId=: unknown ids are left out."""
    asked = call.queries("accountId")
    found = [u for u in call.site.users.values() if u.account_id in asked]
    return numbered(call, found, lambda u: user_json(call, u), default=200)


def member_of(call: Call) -> Response:
    """GET user/memberof?accountId=."""
    found = _account(call, call.query("accountId"))
    if found is None:
        return _no_user(call.query("accountId"))
    return numbered(call, sorted(found.groups), lambda name: group_json(call, name), default=200)


def _groups(call: Call) -> list[str]:
    return sorted({name for u in call.site.users.values() for name in u.groups})


def groups(call: Call) -> Response:
    """GET group."""
    return numbered(call, _groups(call), lambda name: group_json(call, name), default=200)


def group(call: Call) -> Response:
    """GET group/by-id?id=."""
    name = next((n for n in _groups(call) if group_id(n) == call.query("id")), None)
    return give(group_json(call, name)) if name else v1_missing(f"No group found with id: {call.query('id')}")


def group_members(call: Call) -> Response:
    """GET group/{groupId}/membersByGroupId; those who left are not among them."""
    name = next((n for n in _groups(call) if group_id(n) == call.path("group_id")), None)
    if name is None:
        return v1_missing(f"No group found with id: {call.path('group_id')}")
    people = [u for u in call.site.users.values() if name in u.groups and u.name not in call.site.left]
    return numbered(call, people, lambda u: user_json(call, u), default=200)


def _restricted(call: Call) -> Node | Response:
    found = call.node()
    return found or v1_missing(f"No content with id <ContentId{{id={call.path()}}}> can be found")


def _expands(call: Call) -> bool:
    """Whether those named are shown; they are unless something else is expanded."""
    asked = call.queries("expand")
    return not asked or any("restrictions" in e for e in asked)


def restriction_json(call: Call, node: Node, operation: str, by: Restriction) -> Obj:
    """Who may do one operation, set on this node itself; what it inherits is not told."""
    stem = f"/rest/api/content/{node.id}"
    made: Obj = {
        "operation": operation,
        "_expandable": {"content": stem},
        "_links": {"self": f"{call.hosting.base}{stem}/restriction/byOperation/{operation}"},
    }
    if not _expands(call):
        made["_expandable"] = {"content": stem, "restrictions": ""}
        return made
    people: list[Json] = [user_json(call, call.site.users[name]) for name in sorted(by.users)]
    named: list[Json] = [group_json(call, name) for name in sorted(by.groups)]
    made["restrictions"] = {
        "user": {"results": people, "start": 0, "limit": 100, "size": len(people)},
        "group": {"results": named, "start": 0, "limit": 100, "size": len(named)},
        "_expandable": {},
    }
    return made


def _of(node: Node, operation: str) -> Restriction:
    return node.read if operation == "read" else node.update


def restrictions(call: Call) -> Response:
    """GET content/{id}/restriction: a list of operations."""
    node = _restricted(call)
    if isinstance(node, Response):
        return node
    return numbered(
        call, OPERATIONS, lambda o: restriction_json(call, node, o, _of(node, o)), default=100, restrictionsHash=""
    )


def restrictions_by_operation(call: Call) -> Response:
    """GET content/{id}/restriction/byOperation: operations as keys."""
    node = _restricted(call)
    if isinstance(node, Response):
        return node
    links: Obj = {"self": f"{call.hosting.base}{call.suffix}", "base": call.hosting.base, "context": "/wiki"}
    made: Obj = {o: restriction_json(call, node, o, _of(node, o)) for o in OPERATIONS}
    return give(made | {"_links": links})


def restriction(call: Call) -> Response:
    """GET content/{id}/restriction/byOperation/{operationKey}."""
    node, operation = _restricted(call), call.path("operation")
    if isinstance(node, Response):
        return node
    if operation not in OPERATIONS:
        return v1_bad(f"Invalid operation key: {operation}")
    return give(restriction_json(call, node, operation, _of(node, operation)))


def _denials(call: Call, node: Node, who: User | None, operation: str) -> list[str]:
    """Why somebody may not, from the outside to the inside; the first reason is the only one given."""
    name = "User" if who else "Anonymous user"
    if not call.site.may_use(who):
        return [
            f"{name} is not allowed to use Confluence" if who else "Anonymous users are not allowed to use Confluence"
        ]
    if not call.site.may_enter(who, node.space):
        return [f"{name} does not have permission to the space"]
    admitted = call.site.may_view(who, node) and (operation == "read" or call.site.admitted(who, node.update))
    return [] if admitted else [f"{name} does not have permission to the content"]


def permission(call: Call) -> Response:
    """POST content/{id}/permission/check: a denial is a 200 that says so; asking for others takes an administrator."""
    body = call.body if isinstance(call.body, dict) else {}
    subject, operation = body.get("subject"), body.get("operation")
    if not isinstance(subject, dict) or operation not in ("read", "update", "delete"):
        return v1_bad("subject and operation are required")
    identifier, kind = str(subject.get("identifier")), subject.get("type")
    who = _account(call, identifier)
    if kind != "user" or (who is None and identifier != "anonymous"):
        return v1_bad(f"Invalid subject: {identifier}")
    if who != call.user and not call.site.switches.may_check_permissions:
        return give({"statusCode": 403, "message": "Only an administrator may check the permissions of others"}, 403)
    node = call.node()
    if node is None:
        return v1_missing(f"No content found with id : {call.path()}")
    reasons = _denials(call, node, who, str(operation))
    errors: list[Json] = [{"translation": reason, "args": []} for reason in reasons]
    return give(
        {"hasPermission": not errors, "errors": errors, "_links": {"base": call.hosting.base, "context": "/wiki"}}
    )


def state(call: Call) -> Response:
    """GET content/{id}/state: what the page is said to be; nothing of the kind stands in the answer where nothing is."""
    node = call.node()
    if node is None:
        return v1_missing(f"No content found with id : {call.path()}")
    said = node.state
    made: Obj = {"lastUpdated": when(node.latest.at)}
    if said is not None:
        made["contentState"] = {"id": said.id, "name": said.name, "color": said.color}
    return give(made)
