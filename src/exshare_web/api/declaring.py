"""What an operation of the API is: one declaration, from which its route, its checks and its description follow.

To add one, write its handler in the module of its subject and declare it in that module's ``OPERATIONS``; a module that
is new is named in `operations`::

    async def turn(call: Call, wanted: models.Switch) -> models.Switch | models.DryRun:
        \"\"\"Stop sharing at once, or let it go on.\"\"\"

    OPERATIONS = (
        Done(
            method="PUT",
            path="/switch",
            summary="Stop sharing or let it go on",
            needs=Operation.POLICY_CHANGE,
            handler=turn,
            parameters=(SPACE, DRY_RUN),
        ),
    )

What the handler takes after the call is the model that is read from the body, and what it gives is written as JSON: both
are read off its annotations, so that nothing is said twice. A model with a ``version`` is answered with an ``ETag``;
``None`` is an answer without a body. A handler that gives a `Response` of its own says in ``takes`` and ``gives`` what
is in it. The docstring of the handler and the ``about`` of the models' fields are the documentation, and the tables of
``tests/integration/test_roles.py`` say who may: a new operation without a row there fails.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from attrs import frozen
from starlette.middleware import Middleware
from starlette.responses import Response

from exshare_core.api_keys import Operation

ROOT = "/api/v1"
SITE = f"{ROOT}/sites/{{site}}"
"""Where every operation of a site begins; a `Done.path` goes on from there."""

Handler = Callable[..., Awaitable[Any]]
"""Takes a `Call`, and the model of its body where there is one."""


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
    """Below the site; from `ROOT` on for those that are of no site."""
    summary: str
    needs: Operation | None
    """None for what any good key may ask."""
    handler: Handler
    takes: type | str | None = None
    """A model, or the media type of a text; read off the handler where it takes a model."""
    gives: tuple[type, ...] | str = ()
    """Models, or the media type of a text; read off the handler where it gives models. Nothing is an empty answer."""
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    conditional: bool = False
    """Whether ``If-Match`` is demanded; what it says is `Call.version`."""
    repeatable: bool = False
    """Whether ``Idempotency-Key`` is taken."""
    middleware: tuple[Middleware, ...] = ()
    """What stands before this operation alone, such as a larger limit of its body."""

    @property
    def name(self) -> str:
        """What programs that are made from the document call it."""
        return f"{self.handler.__module__.rpartition('.')[2]}_{self.summary.split('.')[0].lower().replace(' ', '_')}"

    @property
    def address(self) -> str:
        """The whole path, with places in braces."""
        return self.path if self.path.startswith(ROOT) else f"{SITE}{self.path}"

    @property
    def read_as(self) -> type | None:
        """The model that the body is read as, and that the handler takes; None where it takes none."""
        hints = get_type_hints(self.handler)
        return next((kind for name, kind in hints.items() if name not in ("call", "return")), None)

    @property
    def content(self) -> type | str | None:
        """What is sent: a model, the media type of a text, or nothing."""
        return self.takes or self.read_as

    @property
    def models(self) -> tuple[type, ...]:
        """What is given, where it is JSON; the first of several is the usual answer."""
        if self.gives:
            return () if isinstance(self.gives, str) else self.gives
        given = get_type_hints(self.handler)["return"]
        kinds = get_args(given) if isinstance(given, UnionType) else (given,)
        return tuple(one for one in kinds if one not in (NoneType, Response))

    @property
    def media(self) -> str | None:
        """The media type of a text that is given; None for JSON and for nothing."""
        return self.gives if isinstance(self.gives, str) else None

    @property
    def versioned(self) -> bool:
        """Whether the answer carries a version, as its ETag."""
        return self.media is not None or any("version" in get_type_hints(one) for one in self.models[:1])


AFTER = Parameter("after", "What `next` of the page before said.")
LIMIT = Parameter("limit", "How many, from 1 to 200; 50 if left out.", int)
SPACE = Parameter("space", "The key of a space; the whole site if left out.")
DRY_RUN = Parameter("dry_run", "`true` says what would happen and changes nothing.", bool)
