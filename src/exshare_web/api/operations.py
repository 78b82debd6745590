"""Every operation of the API as one table: its address, what it needs, takes and gives. Routes and document follow it."""

from __future__ import annotations

from attrs import frozen
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exshare_core.api_keys import Operation
from exshare_core.policy_document import LARGEST_DOCUMENT
from exshare_web.api import bodies, documents, links, models, policy
from exshare_web.api.calls import Call, Handler, called

ROOT = "/api/v1"
_LARGE = (Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_DOCUMENT),)
"""A policy document may be larger than any other body."""
_SITE = f"{ROOT}/sites/{{site}}"
_LINK = f"{_SITE}/links/{{link}}"


@frozen
class Parameter:
    """One parameter of the query."""

    name: str
    about: str
    kind: type = str


@frozen(kw_only=True)
class Done:
    """One operation."""

    method: str
    path: str
    summary: str
    needs: Operation | None
    handler: Handler
    takes: type | str | None = None
    """A model, or the media type of a text."""
    gives: type | str | None = None
    tried: type | None = None
    """What a dry run gives instead."""
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    conditional: bool = False
    """Whether ``If-Match`` is demanded."""
    repeatable: bool = False
    """Whether ``Idempotency-Key`` is taken."""

    @property
    def name(self) -> str:
        """What programs that are made from the document call it."""
        return f"{self.handler.__module__.rpartition('.')[2]}_{self.summary.split('.')[0].lower().replace(' ', '_')}"


async def who_am_i(call: Call) -> Response:
    """The key that the request came with."""
    key = call.key
    found = models.WhoAmI(
        site=key.site,
        member=call.member.name,
        name=key.name,
        operations=sorted(one.value for one in key.operations),
        valid_until=key.valid_until,
        uses=key.uses,
    )
    return Response(bodies.written(found), media_type="application/json")


_LIMIT = Parameter("limit", "How many, from 1 to 200; 50 if left out.", int)
_SPACE = Parameter("space", "The key of a space; the whole site if left out.")
_DRY_RUN = Parameter("dry_run", "`true` says what would happen and changes nothing.", bool)
_EXPLAINED = (
    Parameter("as", "A mail address that the visitor has proved."),
    Parameter("signed_in", "How the visitor signed in: account, sso or signed."),
    Parameter("from", "The visitor's IP address."),
    Parameter("at", "When they come, such as 2026-12-31T23:00:00Z; now if left out."),
)

OPERATIONS: tuple[Done, ...] = (
    Done(method="GET", path=f"{ROOT}/key", summary="See the key", needs=None, handler=who_am_i, gives=models.WhoAmI),
    Done(
        method="GET",
        path=f"{_SITE}/links",
        summary="List links",
        needs=Operation.LINKS_READ,
        handler=links.list_links,
        gives=models.Links,
        parameters=(
            Parameter("page", "Only links that begin with this page, by id."),
            Parameter("space", "Only links of this space, by key."),
            Parameter("after", "What `next` of the page before said."),
            _LIMIT,
        ),
    ),
    Done(
        method="POST",
        path=f"{_SITE}/links",
        summary="Make a link",
        needs=Operation.LINKS_CREATE,
        handler=links.create,
        takes=models.NewLink,
        gives=models.Link,
        status=201,
        repeatable=True,
    ),
    Done(
        method="GET",
        path=_LINK,
        summary="See a link",
        needs=Operation.LINKS_READ,
        handler=links.show,
        gives=models.Link,
    ),
    Done(
        method="PATCH",
        path=_LINK,
        summary="Change a link",
        needs=Operation.LINKS_EDIT,
        handler=links.change,
        takes=models.LinkChange,
        gives=models.Link,
        conditional=True,
    ),
    Done(
        method="DELETE",
        path=_LINK,
        summary="Delete a link",
        needs=Operation.LINKS_DELETE,
        handler=links.delete,
        status=204,
    ),
    *(
        Done(
            method="POST",
            path=f"{_LINK}/{act}",
            summary=summary,
            needs=Operation.LINKS_EDIT,
            handler=handler,
            gives=models.Link,
        )
        for act, summary, handler in (
            ("disable", "Switch a link off", links.acting(lambda call, link: call.sharing.disable(call.member, link))),
            ("enable", "Switch a link on", links.acting(lambda call, link: call.sharing.enable(call.member, link))),
            ("renew", "Renew a link", links.acting(lambda call, link: call.sharing.renew(call.member, link))),
            (
                "confirm",
                "Confirm the settings of a link",
                links.acting(lambda call, link: call.sharing.confirm(call.member, link)),
            ),
        )
    ),
    Done(
        method="POST",
        path=f"{_LINK}/rotate",
        summary="Give a link a new address",
        needs=Operation.LINKS_EDIT,
        handler=links.rotate,
        takes=models.Rotation,
        gives=models.Link,
    ),
    Done(
        method="POST",
        path=f"{_LINK}/send",
        summary="Send a link by mail",
        needs=Operation.LINKS_SEND,
        handler=links.send,
        takes=models.Letter,
        gives=models.Sent,
        status=202,
    ),
    Done(
        method="GET",
        path=f"{_LINK}/activity",
        summary="See what happened to a link",
        needs=Operation.ACTIVITY_READ,
        handler=links.activity,
        gives=models.Activity,
        parameters=(_LIMIT,),
    ),
    Done(
        method="GET",
        path=f"{_LINK}/explanation",
        summary="Explain who may open a link",
        needs=Operation.LINKS_READ,
        handler=links.explain,
        gives=models.Explanation,
        parameters=_EXPLAINED,
    ),
    Done(
        method="GET",
        path=f"{_SITE}/policy",
        summary="See everything that is set",
        needs=Operation.POLICY_READ,
        handler=policy.show,
        gives=policy.TOML,
    ),
    Done(
        method="PUT",
        path=f"{_SITE}/policy",
        summary="Replace everything that is set",
        needs=Operation.POLICY_CHANGE,
        handler=policy.replace,
        takes=policy.TOML,
        gives=models.PolicyVersion,
        tried=models.DryRun,
        parameters=(_DRY_RUN,),
        conditional=True,
    ),
    Done(
        method="GET",
        path=f"{_SITE}/switch",
        summary="See whether sharing is on",
        needs=Operation.POLICY_READ,
        handler=policy.switch,
        gives=models.Switch,
        parameters=(_SPACE,),
    ),
    Done(
        method="PUT",
        path=f"{_SITE}/switch",
        summary="Stop sharing or let it go on",
        needs=Operation.POLICY_CHANGE,
        handler=policy.turn,
        takes=models.Switch,
        gives=models.Switch,
        tried=models.DryRun,
        parameters=(_SPACE, _DRY_RUN),
    ),
)


def api_routes() -> list[BaseRoute]:
    """The routes of the API, its document and its page."""
    return [
        *(
            Route(
                one.path,
                called(one.handler, one.needs, tuple(parameter.name for parameter in one.parameters)),
                methods=[one.method],
                middleware=_LARGE if one.takes == policy.TOML else None,
                name=f"api {one.summary}",
            )
            for one in OPERATIONS
        ),
        Route(f"{ROOT}/openapi.json", _document, methods=["GET"], name="openapi"),
        Route(ROOT, _page, methods=["GET"], name="api"),
    ]


async def _document(request: Request) -> Response:
    return documents.document(OPERATIONS)


async def _page(request: Request) -> Response:
    return documents.page(request, OPERATIONS)
