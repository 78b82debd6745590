"""Cloud v2: which spaces keep their content from apps; here none does."""

from __future__ import annotations

from starlette.responses import Response

from exshare_demo.answers import Json, give
from exshare_demo.calls import Call
from exshare_demo.model import Space
from exshare_demo.paging import listed


def metadata(call: Call) -> Response:
    """GET data-policies/metadata."""
    return give({"anyContentBlocked": False})


def spaces(call: Call) -> Response:
    """GET data-policies/spaces?ids=&keys=."""
    keys, ids = [k.casefold() for k in call.queries("keys")], call.queries("ids")

    def show(space: Space) -> Json:
        return {
            "id": str(space.id),
            "key": space.key,
            "name": space.name,
            "dataPolicy": {"anyContentBlocked": False},
            "_links": {"webui": f"/spaces/{space.key}"},
        }

    rows = [
        s for s in call.site.spaces.values() if (not keys or s.key.casefold() in keys) and (not ids or str(s.id) in ids)
    ]
    return listed(call, rows, show, lambda s: call.site.may_enter(call.user, s.key))
