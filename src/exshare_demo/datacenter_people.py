"""Data Center: people, groups, and the permissions that hold for the whole site and for each space."""

from __future__ import annotations

from starlette.responses import Response

from exshare_demo.answers import NOT_FOUND, Json, Obj, dc_error, give
from exshare_demo.datacenter_calls import Call, Expand
from exshare_demo.datacenter_lists import listed
from exshare_demo.model import Space, User
from exshare_demo.pages import EVERYBODY

PICTURE: Obj = {"path": "/images/icons/profilepics/default.svg", "width": 48, "height": 48, "isDefault": True}


def person_json(call: Call, user: User, expand: Expand | None = None) -> Obj:
    """A person: user name and key, no account id; whether the account is live only when `status` is opened."""
    made: Obj = {
        "type": "known",
        "username": user.name,
        "userKey": user.user_key,
        "profilePicture": PICTURE,
        "displayName": user.display_name,
        "_links": {"self": call.url(f"/rest/api/user?key={user.user_key}")},
    }
    if expand is not None and "status" in expand:
        return made | {"status": "deactivated" if user.name in call.site.left else "current"}
    return made | {"_expandable": {"status": ""}}


def anonymous_json(call: Call) -> Obj:
    """Nobody in particular."""
    links: Obj = {
        "base": call.centre.base,
        "context": call.centre.context,
        "self": call.url("/rest/api/user/anonymous"),
    }
    return {"type": "anonymous", "profilePicture": PICTURE, "displayName": "Anonymous", "_links": links}


def group_json(call: Call, name: str) -> Obj:
    """A group."""
    return {"type": "group", "name": name, "_links": {"self": call.url(f"/rest/api/group/{name}")}}


def _single(call: Call, made: Obj) -> Response:
    links = made["_links"] if isinstance(made["_links"], dict) else {}
    return give(made | {"_links": {**links, "base": call.centre.base, "context": call.centre.context}})


def _forbidden(sentence: str = "Not permitted to use confluence") -> Response:
    kind = "com.atlassian.confluence.api.service.exceptions.PermissionException"
    return dc_error(403, f"{kind}: {sentence}", "Forbidden")


def _unauthenticated() -> Response:
    return dc_error(401, "Client must be authenticated to access this resource.", "Unauthorized")


def _found(call: Call) -> User | None:
    key, name = call.query("key"), call.query("username")
    users = call.site.users.values()
    return next((u for u in users if (key and u.user_key == key) or (name and u.name == name.lower())), None)


def _no_user(call: Call) -> Response:
    asked = call.query("key") or call.query("username")
    return dc_error(404, f"{NOT_FOUND}: No user found with key or name: {asked}", "Not Found")


def current(call: Call) -> Response:
    """GET user/current: `anonymous` where the credential was not used, whatever was sent."""
    if call.user is None:
        return give(anonymous_json(call))
    if not call.site.may_use(call.user):
        return _forbidden()
    return _single(call, person_json(call, call.user, call.expand()))


def anonymous(call: Call) -> Response:
    """GET user/anonymous."""
    return give(anonymous_json(call))


def user(call: Call) -> Response:
    """GET user?key= or ?username=: people who left are still known."""
    if not call.site.may_use(call.user):
        return _forbidden("Not permitted to view users")
    found = _found(call)
    return _no_user(call) if found is None else _single(call, person_json(call, found, call.expand()))


def users(call: Call) -> Response:
    """GET user/list: everybody registered, those who left too."""
    if not call.site.may_use(call.user):
        return _forbidden("Not permitted to view users")
    rows = list(call.site.users.values())
    return listed(call, rows, lambda u: person_json(call, u, call.expand()), default=100)


def member_of(call: Call) -> Response:
    """GET user/memberof: the groups of a person; an account that is closed keeps them."""
    if not call.site.may_use(call.user):
        return _forbidden()
    found = _found(call)
    if found is None:
        return _no_user(call)
    return listed(call, sorted(found.groups), lambda g: group_json(call, g), default=200)


def _groups(call: Call) -> list[str]:
    named = {g for u in call.site.users.values() for g in u.groups}
    return sorted(named.union(*(s.viewer_groups for s in call.site.spaces.values())))


def groups(call: Call) -> Response:
    """GET group."""
    if not call.site.may_use(call.user):
        return _forbidden("Not permitted to view groups")
    return listed(call, _groups(call), lambda g: group_json(call, g), default=200)


def _no_group(name: str) -> Response:
    return dc_error(404, f"{NOT_FOUND}: No group found with name: {name}", "Not Found")


def group(call: Call) -> Response:
    """GET group/{name}."""
    if not call.site.may_use(call.user):
        return _forbidden("Not permitted to view groups")
    name = call.path("group")
    return _single(call, group_json(call, name)) if name in _groups(call) else _no_group(name)


def members(call: Call) -> Response:
    """GET group/{name}/member: for administrators only."""
    if not call.may_ask:
        return _forbidden("Not permitted to view groups")
    name = call.path("group")
    if name not in _groups(call):
        return _no_group(name)
    rows = [u for u in call.site.users.values() if name in u.groups]
    return listed(call, rows, lambda u: person_json(call, u, call.expand()), default=200)


def kin(call: Call) -> Response:
    """GET group/{name}/groupmember, groupparent and groupancestor: no group of this site is in another."""
    if not call.may_ask:
        return _forbidden("Not permitted to view groups")
    name = call.path("group")
    none: list[str] = []
    return listed(call, none, lambda g: group_json(call, g), default=200) if name in _groups(call) else _no_group(name)


Grant = tuple[str, str, Obj]
"""Target type, operation key, and who has it."""


def _site_grants(call: Call) -> list[Grant]:
    return [
        ("application", "use", group_json(call, EVERYBODY)),
        ("space", "create", group_json(call, EVERYBODY)),
        ("application", "administer", group_json(call, "exshare-connectors")),
        ("system", "administer", group_json(call, "confluence-administrators")),
    ]


def _space_grants(call: Call, space: Space) -> list[Grant]:
    made: list[Grant] = [("space", "read", group_json(call, name)) for name in sorted(space.viewer_groups)]
    for name in sorted(space.viewers):
        subject = anonymous_json(call) if name == "anonymous" else person_json(call, call.site.users[name])
        made.append(("space", "read", subject))
    writer = group_json(call, "confluence-administrators")
    return [*made, ("page", "create", writer), ("space", "administer", writer)]


def _given(grants: list[Grant], space: Space | None = None) -> Response:
    rows: list[Json] = []
    for target, key, subject in grants:
        row: Obj = {"operation": {"targetType": target, "operationKey": key}, "subject": subject}
        rows.append(row if space is None else row | {"spaceKey": space.key, "spaceId": space.id})
    return give(rows)


def _of(call: Call, grants: list[Grant]) -> list[Grant] | Response:
    """Those granted to the very subject the address names; what its groups have is not among them."""
    kind = call.request.scope["path"].rpartition("/permissions")[2].strip("/").partition("/")[0]
    name = str(call.request.path_params.get("subject", ""))
    if not kind:
        return grants
    if kind in ("anonymous", "unlicensed"):
        return [g for g in grants if g[2]["type"] == kind]
    if kind == "group":
        known = name in _groups(call) or any(g[2].get("name") == name for g in grants)
        return [g for g in grants if g[2].get("name") == name] if known else _no_group(name)
    found = next((u for u in call.site.users.values() if name in (u.user_key, u.name)), None)
    if found is None:
        return dc_error(404, f"{NOT_FOUND}: No user found with key: {name}", "Not Found")
    return [g for g in grants if g[2].get("userKey") == found.user_key]


def site_permissions(call: Call) -> Response:
    """GET permissions and below it: a plain array, for administrators only; *can use* is `use` of `application`."""
    if call.user is None:
        return _unauthenticated()
    if not call.may_ask:
        return _forbidden("Only administrators may view global permissions")
    found = _of(call, _site_grants(call))
    return found if isinstance(found, Response) else _given(found)


def space_permissions(call: Call) -> Response:
    """GET space/{key}/permissions and below it: a plain array, for administrators of the space only."""
    if call.user is None:
        return _unauthenticated()
    space = call.site.spaces.get(call.path("key"))
    if space is None or not call.site.may_enter(call.user, space.key):
        return dc_error(404, f"{NOT_FOUND}: No space found with key : {call.path('key')}", "Not Found")
    if not call.may_ask:
        return _forbidden("Only administrators of the space may view its permissions")
    found = _of(call, _space_grants(call, space))
    return found if isinstance(found, Response) else _given(found, space)
