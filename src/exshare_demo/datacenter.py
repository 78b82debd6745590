"""Confluence Data Center: one table of what is served below the context path, for programs and for people."""

from __future__ import annotations

from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from exshare_demo import datacenter_files, datacenter_people, datacenter_reading, datacenter_screens, datacenter_search
from exshare_demo.answers import Obj, dc_error, give, html, traced
from exshare_demo.datacenter_calls import Call, Centre, Endpoint, rest, screen
from exshare_demo.site import Site
from exshare_demo.wire import Wire

VERSION = "10.0.3"
BUILD = 10003


def mode(call: Call) -> Response:
    """GET accessmode."""
    return give(call.site.switches.access_mode)


def server_information(call: Call) -> Response:
    """GET server-information, which older versions do not have."""
    if not call.site.switches.server_information:
        return nowhere(call)
    if call.user is None:
        return dc_error(401, "Client must be authenticated to access this resource.", "Unauthorized")
    made: Obj = {
        "baseUrl": call.centre.base,
        "version": VERSION,
        "buildNumber": BUILD,
        "marketplaceBuildNumber": BUILD,
        "buildDate": "2025-07-14T00:00:00.000+0000",
    }
    return give(made)


def manifest(call: Call) -> Response:
    """GET /rest/applinks/1.0/manifest: the version for everybody, in XML."""
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><manifest>'
        "<id>6f1c0000-0000-4000-8000-00000000dc01</id><name>Lantern Works</name><typeId>confluence</typeId>"
        f"<version>{VERSION}</version><buildNumber>{BUILD}</buildNumber>"
        f"<url>{escape(call.centre.base)}</url></manifest>"
    )
    return Response(text.encode(), 200, traced({"content-type": "application/xml"}))


def nowhere(call: Call) -> Response:
    """Any address of REST that does not exist, Cloud's among them."""
    return give({"message": f"null for uri: {call.centre.origin}{call.request.url.path}", "status-code": 404}, 404)


CONTENT = "/rest/api/content/{id}"
SPACE = "/rest/api/space/{key}"
GROUP = "/rest/api/group/{group}"
PERMISSIONS = ("", "/anonymous", "/group/{subject}", "/user/{subject}")


def operations() -> list[tuple[str, Endpoint]]:
    """Everything that is read by programs, more particular paths first."""
    reading, people, search = datacenter_reading, datacenter_people, datacenter_search
    return [
        ("/rest/api/accessmode", mode),
        ("/rest/api/server-information", server_information),
        ("/rest/applinks/1.0/manifest", manifest),
        ("/rest/api/content", reading.contents),
        ("/rest/api/content/search", search.content_search),
        ("/rest/api/content/scan", reading.scan),
        (CONTENT, reading.content),
        (f"{CONTENT}/history", reading.history),
        (f"{CONTENT}/child", reading.child_map),
        (f"{CONTENT}/child/page", reading.child_pages),
        (f"{CONTENT}/child/attachment", reading.attachments),
        (f"{CONTENT}/child/comment", reading.child_comments),
        (f"{CONTENT}/child/{{kind}}", reading.child_of_kind),
        (f"{CONTENT}/descendant", reading.descendant_map),
        (f"{CONTENT}/descendant/{{kind}}", reading.descendants),
        (f"{CONTENT}/label", reading.labels),
        (f"{CONTENT}/restriction/byOperation", reading.restrictions),
        (f"{CONTENT}/restriction/byOperation/{{operation}}", reading.restriction),
        (f"{CONTENT}/restriction/relevantViewRestrictions", reading.relevant_restrictions),
        ("/rest/api/search", search.search),
        ("/rest/api/space", reading.spaces),
        (SPACE, reading.space),
        (f"{SPACE}/content/{{kind}}", reading.space_content),
        (f"{SPACE}/labels", reading.space_labels),
        *((f"{SPACE}/permissions{path}", people.space_permissions) for path in PERMISSIONS),
        *((f"/rest/api/permissions{path}", people.site_permissions) for path in (*PERMISSIONS, "/unlicensed")),
        ("/rest/api/user", people.user),
        ("/rest/api/user/current", people.current),
        ("/rest/api/user/anonymous", people.anonymous),
        ("/rest/api/user/list", people.users),
        ("/rest/api/user/memberof", people.member_of),
        ("/rest/api/group", people.groups),
        (GROUP, people.group),
        (f"{GROUP}/member", people.members),
        *((f"{GROUP}/{kin}", people.kin) for kin in ("groupmember", "groupparent", "groupancestor")),
        ("/rest/{rest:path}", nowhere),
    ]


FILES: tuple[tuple[str, Endpoint], ...] = (
    ("/download/attachments/embedded-page/{path:path}", datacenter_files.embedded),
    ("/download/attachments/{page}/{name}", datacenter_files.attachment),
    ("/download/thumbnails/{page}/{name}", datacenter_files.thumbnail),
)


def datacenter_app(site: Site, origin: str, context: str = "") -> ASGIApp:
    """The site at `origin` (scheme, host and port) below `context`, which is empty or begins with a slash.

    Wrong passwords are counted per application, as a server does until it is started anew.
    """
    centre = Centre(origin, context)

    async def sign_in(request: Request) -> Response:
        return await datacenter_screens.sign_in(site, centre, request)

    async def beside(_: Request) -> Response:
        return html("<!doctype html><html><head><title>HTTP Status 404 – Not Found</title></head></html>", 404)

    browsed = [*FILES, *datacenter_screens.SCREENS]
    routes = [
        Route(
            f"{context}/rest/api/contentbody/convert/{{to}}",
            rest(datacenter_reading.convert, site, centre),
            methods=["POST"],
        ),
        *(Route(context + path, rest(endpoint, site, centre)) for path, endpoint in operations()),
        *(Route(context + path, screen(endpoint, site, centre)) for path, endpoint in browsed),
        Route(f"{context}/login.action", rest(datacenter_screens.login, site, centre)),
        Route(f"{context}/dologin.action", sign_in, methods=["POST"]),
        Route(f"{context}/{{rest:path}}", screen(datacenter_screens.nothing, site, centre)),
        Route("/{rest:path}", beside),
    ]
    return Wire(Starlette(routes=routes), "data-center", site.faults, site.log)
