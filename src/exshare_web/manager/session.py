"""Who is signed in, on which site, and whether a form is really theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from attrs import field, frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.accounts import Member
from exshare_core.decisions import Answer
from exshare_core.errors import InvalidValue, NotFound
from exshare_core.governing import Governing
from exshare_core.governing.auditing import Auditing
from exshare_core.membership.attending import Presence
from exshare_core.sharing import Sharing
from exshare_core.values import SiteId, site_id
from exshare_web import cookies, languages
from exshare_web.answers import FORGED
from exshare_web.fields import fields_and_files, text_fields
from exshare_web.form_tokens import fits, form_token
from exshare_web.origins import same_origin
from exshare_web.visitor.request import network, shell

PURPOSE = "members"
"""What the forms of a session are for: one token for all, since the session may do all of it."""

MOST_FIELDS = 100
LONGEST_FIELD = 1 << 20
"""Characters of one field; more than a body may have, since a list of people that is cut short is another list."""


@frozen
class Desk:
    """A signed-in member at one site."""

    present: Presence
    site: SiteId
    sharing: Sharing
    governing: Governing
    auditing: Auditing
    secret: str
    fields: Mapping[str, str]
    """The posted form; empty for a GET."""
    files: Mapping[str, bytes] = field(factory=dict, repr=False)
    """The files that were sent with it, where the page asks for any."""

    @property
    def member(self) -> Member:
        """Who is signed in."""
        return self.present.member

    @property
    def csrf(self) -> str:
        """The token that every form of this session carries."""
        return form_token(self.secret, PURPOSE)


Endpoint = Callable[[Request, Desk], Awaitable[Response]]


def signed_in(endpoint: Endpoint, *, largest_file: int = 0) -> Callable[[Request], Awaitable[Response]]:
    """Let only a signed-in member of the site in the path reach `endpoint`, and only with a form of our own.

    Files are read only where `largest_file` says how many bytes each may have.
    """

    async def guarded(request: Request) -> Response:
        it = shell(request)
        secret = cookies.read(request, cookies.MEMBER, secure=it.services.secure)
        present = await it.services.membership.present(secret, network(request))
        if present is None or secret is None:
            return RedirectResponse(request.url_for("sign-in").path, 303)
        languages.settle(languages.ENGLISH)
        site = _site(request)
        if site is None or site not in it.services.sharing or not present.member.belongs_to(site):
            return it.answers.stranger(Answer.UNKNOWN)
        fields: Mapping[str, str] = {}
        files: Mapping[str, bytes] = {}
        if request.method == "POST":
            fields, files = await _sent(request, largest_file)
            if not genuine(request, fields, secret):
                return it.answers.neutral(FORGED)
        try:
            sharing, governing = it.services.sharing[site], it.services.governing[site]
            desk = Desk(present, site, sharing, governing, it.services.auditing[site], secret, fields, files)
            return await endpoint(request, desk)
        except NotFound:
            return it.answers.stranger(Answer.UNKNOWN)

    return guarded


def genuine(request: Request, fields: Mapping[str, str], secret: str) -> bool:
    """Whether a form was on a page of ours, in this very session: by its token, and by where the browser says it is."""
    return fits(fields, secret, PURPOSE) and same_origin(request, shell(request).services.manage_url)


async def _sent(request: Request, largest: int) -> tuple[Mapping[str, str], Mapping[str, bytes]]:
    if not largest:
        return await posted(request), {}
    fields, files = await fields_and_files(request, most=MOST_FIELDS, longest=LONGEST_FIELD, largest=largest)
    return dict(fields), files


async def posted(request: Request) -> dict[str, str]:
    """The text fields of a form; several values of one name are joined by line breaks. Nothing is cut."""
    fields: dict[str, str] = {}
    for name, value in await text_fields(request, most=MOST_FIELDS, longest=LONGEST_FIELD):
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields


def _site(request: Request) -> SiteId | None:
    try:
        return site_id(request.path_params["site"])
    except InvalidValue:
        return None
