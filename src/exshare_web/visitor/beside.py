"""What stands beside a page of a share, on pages of its own: they open as the page does, and fail as it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.values import PageId, page_id
from exshare_core.visiting import Addresses, Admission, Visiting
from exshare_web.headers import PAGE_POLICY, framed
from exshare_web.visitor.pages import addresses_of, led_to_the_gate, not_given
from exshare_web.visitor.previews import banner
from exshare_web.visitor.request import Shell, opened, shell

_log = structlog.get_logger()

T = TypeVar("T")


@frozen
class Asked:
    """A request for something beside a page, once the link is open."""

    request: Request
    shell: Shell
    admission: Admission
    page: PageId
    addresses: Addresses

    @property
    def visiting(self) -> Visiting:
        """The use cases of visitors."""
        return self.shell.services.visiting

    @property
    def shown(self) -> bool:
        """Whether anything of the answer will be seen."""
        return self.request.method != "HEAD"

    @property
    def home(self) -> str:
        """The address of the page itself."""
        return f"{self.addresses.pages}{self.page}"

    def number(self, name: str) -> int | None:
        """The number that the address asks for under a name; None when it is missing or no number."""
        return number_of(self.request.query_params.get(name, ""))


def number_of(text: str) -> int | None:
    """A small number as people write it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


async def beside(
    request: Request,
    template: str,
    look: Callable[[Asked], Awaitable[T | Answer]],
    show: Callable[[Asked, T], dict[str, Any]],
    policy: str = PAGE_POLICY,
) -> Response:
    """The page that a template makes of what `look` gives; what an Answer or a failure is answered by is always the same."""
    opening = await opened(request)
    admission = opening.admission
    if admission is None:
        return led_to_the_gate(request, opening)
    return framed(await _answered(request, admission, template, look, show, policy), admission.frames)


async def _answered(
    request: Request,
    admission: Admission,
    template: str,
    look: Callable[[Asked], Awaitable[T | Answer]],
    show: Callable[[Asked, T], dict[str, Any]],
    policy: str,
) -> Response:
    it = shell(request)
    try:
        asked = Asked(request, it, admission, page_id(request.path_params["page"]), addresses_of(request))
    except InvalidValue:
        return not_given(request, Answer.ABSENT)
    try:
        found = await look(asked)
    except AdapterFailed as error:
        _log.warning("page not fetched", failure=type(error).__name__, link=admission.link.id)
        return it.answers.failure(error)
    if isinstance(found, Answer):
        return not_given(request, found)
    values = show(asked, found)
    response = it.pages.answer(template, home=asked.home, preview=banner(admission.preview), **values)
    response.headers["content-security-policy"] = policy
    return response
