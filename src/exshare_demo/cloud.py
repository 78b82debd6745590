"""Confluence Cloud: the table of what is served, the site host, the gateway, and addresses meant for people."""

from __future__ import annotations

from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from exshare_demo import (
    cloud_access,
    cloud_content,
    cloud_conversion,
    cloud_media,
    cloud_pages,
    cloud_policies,
    cloud_search,
    cloud_tree,
)
from exshare_demo.answers import give, html, tomcat, traced
from exshare_demo.calls import Endpoint, Hosting, Operation, identify, routes
from exshare_demo.site import Site
from exshare_demo.wire import Wire

V1 = "/rest/api"
V2 = "/api/v2"
CONTENT = f"{V1}/content/{{id}}"
MACRO = f"{CONTENT}/history/{{version}}/macro/id/{{macro_id}}"


def _get(path: str, endpoint: Endpoint, *scopes: str, classic: tuple[str, ...] = ()) -> Operation:
    return Operation("GET", path, endpoint, scopes, classic)


def _post(path: str, endpoint: Endpoint, *scopes: str, classic: tuple[str, ...] = ()) -> Operation:
    return Operation("POST", path, endpoint, scopes, classic)


def _dropped(path: str, endpoint: Endpoint, classic: str) -> Operation:
    return Operation("GET", path, endpoint, (), (classic,), dropped=True)


def _pages() -> list[Operation]:
    made: list[Operation] = []
    for kind in ("pages", "blogposts"):
        stem = f"{V2}/{kind}"
        made += [
            _get(stem, cloud_pages.many, "read:page"),
            _get(f"{stem}/{{id}}", cloud_pages.one, "read:page"),
            _get(f"{stem}/{{id}}/labels", cloud_pages.labels, "read:page"),
            _get(f"{stem}/{{id}}/operations", cloud_pages.operations, "read:page"),
            _get(f"{stem}/{{page_id}}/properties", cloud_pages.page_properties, "read:page"),
            _get(f"{stem}/{{id}}/versions", cloud_pages.versions, "read:page"),
            _get(f"{stem}/{{page_id}}/versions/{{number}}", cloud_pages.version_detail, "read:page"),
            _get(f"{stem}/{{id}}/attachments", cloud_tree.attachments, "read:attachment"),
            _get(f"{stem}/{{id}}/footer-comments", cloud_pages.comments, "read:comment"),
            _get(f"{stem}/{{id}}/inline-comments", cloud_pages.comments, "read:comment"),
            _get(f"{V2}/spaces/{{space_id}}/{kind}", cloud_pages.many, "read:page"),
        ]
    return made


def _comments() -> list[Operation]:
    made: list[Operation] = []
    for kind in ("footer-comments", "inline-comments"):
        made += [
            _get(f"{V2}/{kind}/{{id}}", cloud_pages.comment, "read:comment"),
            _get(f"{V2}/{kind}/{{id}}/children", cloud_pages.comment, "read:comment"),
        ]
    return made


def _tree() -> list[Operation]:
    made = [_get(f"{V2}/pages/{{id}}/children", cloud_tree.page_children, "read:page")]
    for kind, one in cloud_tree.KINDS.items():
        stem = f"{V2}/{kind}/{{id}}"
        made += [
            _get(f"{stem}/ancestors", cloud_tree.ancestors, "read:content.metadata"),
            _get(f"{stem}/descendants", cloud_tree.descendants, "read:hierarchical-content"),
            _get(f"{stem}/direct-children", cloud_tree.direct_children, "read:hierarchical-content"),
        ]
        if one != "page":
            made.append(_get(stem, cloud_tree.tree_node, f"read:{one}"))
    return made


def _beside() -> list[Operation]:
    """The rest of v2."""
    return [
        _get(f"{V2}/spaces", cloud_tree.spaces, "read:space"),
        _get(f"{V2}/spaces/{{id}}", cloud_tree.space, "read:space"),
        _get(f"{V2}/attachments/{{attachment_id}}", cloud_tree.attachment, "read:attachment"),
        _get(f"{V2}/attachments/{{attachment_id}}/thumbnail/download", cloud_media.thumbnail, "read:attachment"),
        _post(f"{V2}/content/convert-ids-to-types", cloud_tree.convert_ids, "read:content.metadata"),
        _post(f"{V2}/users-bulk", cloud_tree.users_bulk, "read:user"),
        _get(f"{V2}/data-policies/metadata", cloud_policies.metadata, "read:configuration"),
        _get(f"{V2}/data-policies/spaces", cloud_policies.spaces, "read:space"),
    ]


def _access() -> list[Operation]:
    details, permission = "read:content-details", "read:content.permission"
    whole, people, groups = ("read:confluence-content.all",), ("read:confluence-user",), ("read:confluence-groups",)
    return [
        _get(f"{V1}/user/current", cloud_access.current_user, details, classic=people),
        _get(f"{V1}/user/bulk", cloud_access.users, details, classic=people),
        _get(f"{V1}/user/memberof", cloud_access.member_of, "read:group", "read:user", classic=people),
        _get(f"{V1}/user", cloud_access.user, details, classic=people),
        _get(f"{V1}/group", cloud_access.groups, "read:group", classic=groups),
        _get(f"{V1}/group/by-id", cloud_access.group, "read:group", classic=groups),
        _get(
            f"{V1}/group/{{group_id}}/membersByGroupId",
            cloud_access.group_members,
            "read:group",
            "read:user",
            classic=groups,
        ),
        _get(f"{CONTENT}/restriction", cloud_access.restrictions, details, classic=whole),
        _get(f"{CONTENT}/restriction/byOperation", cloud_access.restrictions_by_operation, details, classic=whole),
        _get(f"{CONTENT}/restriction/byOperation/{{operation}}", cloud_access.restriction, details, classic=whole),
        _post(
            f"{CONTENT}/permission/check",
            cloud_access.permission,
            permission,
            classic=("read:confluence-content.permission",),
        ),
    ]


def _reading() -> list[Operation]:
    """What else v1 still documents."""
    details, about, whole = "read:content-details", "read:content.metadata", ("read:confluence-content.all",)
    bytes_of = f"{CONTENT}/child/attachment/{{attachment_id}}/download"
    convert = f"{V1}/contentbody/convert/async"
    return [
        _get(f"{CONTENT}/state", cloud_access.state, details, classic=("read:confluence-content.summary",)),
        _get(f"{V1}/search", cloud_search.search, details, classic=("search:confluence",)),
        _get(f"{V1}/content/search", cloud_search.search_content, details, classic=("search:confluence",)),
        _get(bytes_of, cloud_media.download, "readonly:content.attachment", "read:attachment"),
        _get(MACRO, cloud_conversion.macro, about, classic=whole),
        _get(f"{MACRO}/convert/async/{{to}}", cloud_conversion.macro_task, about, classic=whole),
        _get(f"{MACRO}/convert/{{to}}", cloud_conversion.macro_body, about, classic=whole),
        _post(f"{convert}/{{to}}", cloud_conversion.convert, about, classic=whole),
        _get(f"{convert}/{{task_id}}", cloud_conversion.converted, about, classic=whole),
    ]


def _no_longer() -> list[Operation]:
    """What v1 no longer documents."""
    pages, spaces = "read:confluence-content.summary", "read:confluence-space.summary"
    return [
        _dropped(f"{V1}/content", cloud_content.contents, pages),
        _dropped(CONTENT, cloud_content.content, pages),
        _dropped(f"{CONTENT}/child/page", cloud_content.children, pages),
        _dropped(f"{CONTENT}/child/attachment", cloud_content.files, pages),
        _dropped(f"{CONTENT}/child/comment", cloud_content.comments, pages),
        _dropped(f"{CONTENT}/label", cloud_content.labels, pages),
        _dropped(f"{CONTENT}/history", cloud_content.history, pages),
        _dropped(f"{V1}/space", cloud_content.spaces, spaces),
        _dropped(f"{V1}/space/{{key}}", cloud_content.space, spaces),
    ]


def operations() -> list[Operation]:
    """Everything that is served, more particular paths first."""
    return [*_pages(), *_comments(), *_tree(), *_beside(), *_access(), *_reading(), *_no_longer()]


def _for_people(site: Site, hosting: Hosting) -> list[BaseRoute]:
    """Addresses that a browser with a session would open; here nobody ever has one.

    Files by their old paths refuse the credentials of programs; anything else leads to the sign-in page.
    """

    async def old_file(request: Request) -> Response:
        if "authorization" in request.headers:
            found = identify(site, hosting, request, v2=False)
            return found if isinstance(found, Response) else tomcat(hosting.base)
        return await page(request)

    async def page(request: Request) -> Response:
        login = site.switches.login_redirect or f"{hosting.site_origin}/login"
        back = quote(f"{hosting.site_origin}{request.url.path}", safe="")
        return Response(b"", 302, traced({"location": f"{login}?continue={back}"}))

    async def none(request: Request) -> Response:
        return html("<!DOCTYPE html><html><title>Not found</title><h1>Page not found</h1></html>", 404)

    return [
        Route("/download/attachments/{page_id}/{name:path}", old_file),
        Route("/download/thumbnails/{page_id}/{name:path}", old_file),
        Route("/rest/{rest:path}", none, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/api/{rest:path}", none, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/{rest:path}", page),
    ]


def site_app(site: Site, hosting: Hosting) -> ASGIApp:
    """The site host: the interface and the addresses for people below `/wiki`, beside it the id of the cloud."""

    async def tenant(request: Request) -> Response:
        return give({"cloudId": site.cloud_id})

    async def login(request: Request) -> Response:
        return html("<!DOCTYPE html><html><title>Log in to continue</title><form method='post'></form></html>", 200)

    wiki = [*routes(operations(), site, hosting), *_for_people(site, hosting)]
    table = [Route("/_edge/tenant_info", tenant), Route("/login", login), Mount("/wiki", routes=wiki)]
    return Wire(Starlette(routes=table), "site", site.faults, site.log)


def gateway_app(site: Site, hosting: Hosting) -> ASGIApp:
    """The gateway: the interface of one cloud below its id, and the sites that a bearer of a token may reach."""

    async def resources(request: Request) -> Response:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        found = site.holder(secret, ["bearer"]) if scheme.lower() == "bearer" else None
        if found is None:
            return give({"code": 401, "message": "Unauthorized"}, 401)
        scopes = sorted(found.scopes or ())
        return give(
            [{"id": site.cloud_id, "name": "lantern-works", "url": hosting.site_origin, "scopes": list(scopes)}]
        )

    async def none(request: Request) -> Response:
        return give({"code": 404, "message": "Not Found"}, 404)

    table = [
        Route("/oauth/token/accessible-resources", resources),
        Mount(f"/ex/confluence/{site.cloud_id}/wiki", routes=routes(operations(), site, hosting)),
        Route("/{rest:path}", none, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
    return Wire(Starlette(routes=table), "gateway", site.faults, site.log)


def media_app(site: Site) -> ASGIApp:
    """The media host."""
    return Wire(cloud_media.media_app(site), "media", site.faults, site.log)
