"""Data Center: addresses that people open in a browser: pages by title, id and short code, and the sign-in form."""

from __future__ import annotations

import base64
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from exshare_demo.answers import html, traced
from exshare_demo.canaries import FORM_TOKEN
from exshare_demo.datacenter_calls import Call, Centre, Endpoint, to_login
from exshare_demo.datacenter_content import page
from exshare_demo.model import Node
from exshare_demo.site import Site


def by_id(call: Call) -> Response:
    """GET pages/viewpage.action: by `pageId`, or by `spaceKey` and `title`."""
    raw = call.query("pageId")
    if raw:
        return _shown(call, page(call, int(raw)) if raw.isdigit() else None)
    return _shown(call, titled(call, call.query("spaceKey"), call.query("title")))


def by_path(call: Call) -> Response:
    """GET spaces/{key}/pages/{id} with or without a title, which may be out of date."""
    raw = call.path("page")
    return _shown(call, page(call, int(raw)) if raw.isdigit() else None)


def by_title(call: Call) -> Response:
    """GET display/{key}[/{title}]: `+` stands for a space; a post has its day first; no title is the home page."""
    key, title = call.path("key"), str(call.request.path_params.get("title", ""))
    space = call.site.spaces.get(key)
    if not title:
        return _shown(call, page(call, space.homepage) if space is not None else None)
    pieces = title.split("/", 3)
    posted = len(pieces) == 4 and all(piece.isdigit() for piece in pieces[:3])
    return _shown(call, titled(call, key, (pieces[3] if posted else title).replace("+", " ")))


def by_code(call: Call) -> Response:
    """GET x/{code}: the id in eight little-endian bytes, without the zeros at its end."""
    text = call.path("code").replace("-", "/").replace("_", "+")
    try:
        number = int.from_bytes(base64.b64decode(text.ljust(11, "A") + "=", validate=True)[:8], "little")
    except ValueError:
        return _shown(call, None)
    if page(call, number) is None:
        return _shown(call, None)
    address = call.url(f"/pages/viewpage.action?pageId={number}")
    return Response(status_code=302, headers=traced({"location": address}))


def nothing(call: Call) -> Response:
    """Anything else a browser may ask for."""
    return _shown(call, None)


def titled(call: Call, key: str, title: str) -> Node | None:
    """The page of a title in a space, in any case."""
    nodes = [n for n in call.site.nodes.values() if n.space.casefold() == key.casefold() and n.status == "current"]
    found = next((n for n in nodes if n.title.casefold() == title.casefold()), None)
    return None if found is None else page(call, found.id)


def _shown(call: Call, node: Node | None) -> Response:
    if node is None or node.status != "current":
        if call.user is None:
            return to_login(call)
        return html("<!DOCTYPE html><html><title>Page Not Found</title><h1>Page Not Found</h1></html>", 404)
    body = call.site.draw(node, "view", "data-center", call.centre.base, call.centre.context, call.user)
    head = f'<meta name="ajs-page-id" content="{node.id}"><meta name="ajs-atl-token" content="{FORM_TOKEN}">'
    return html(f"<!DOCTYPE html><html><title>{escape(node.title)}</title>{head}<main>{body}</main></html>", 200)


def login(call: Call) -> Response:
    """GET login.action: a form, with a status that promises an answer."""
    action = f"{call.centre.context}/dologin.action"
    fields = '<input name="os_username"><input type="password" name="os_password">'
    form = f'<form action="{action}" method="post" name="loginform">{fields}<input type="submit" value="Log in"></form>'
    return html(f"<!DOCTYPE html><html><title>Log In - Lantern Works</title>{form}</html>", 200)


async def sign_in(site: Site, centre: Centre, request: Request) -> Response:
    """POST dologin.action: a person who signs in by hand clears the wrong passwords of before."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    name, secret = (fields.get(key, [""])[0] for key in ("os_username", "os_password"))
    found = site.holder(secret, ["password"], name)
    if found is None or found.user in site.left:
        return Response(status_code=302, headers={"location": centre.base + "/login.action"})
    centre.failures.pop(name.lower(), None)
    return Response(status_code=302, headers={"location": centre.base + "/"})


SCREENS: tuple[tuple[str, Endpoint], ...] = (
    ("/pages/viewpage.action", by_id),
    ("/spaces/{key}/pages/{page}", by_path),
    ("/spaces/{key}/pages/{page}/{title:path}", by_path),
    ("/display/{key}", by_title),
    ("/display/{key}/{title:path}", by_title),
    ("/x/{code}", by_code),
)
"""What people open, and who answers."""
