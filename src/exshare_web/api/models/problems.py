"""What went wrong."""

from __future__ import annotations

from attrs import frozen

from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class Fault:
    """One rule that was broken."""

    field: str = about("The field, as it was written.")
    rule: str = about("The rule, in words.")
    layer: str | None = about("The layer that set it.", default=None)


@frozen(kw_only=True)
class Problem:
    """What went wrong, as RFC 9457 has it."""

    type: str = about("A name for this kind of problem that does not change.")
    title: str = about("The kind, in words.")
    status: int = about("The status of the answer.")
    detail: str = about("What happened, in words.", default="")
    errors: list[Fault] = about("Every rule that was broken.", factory=list)
    layer: str | None = about("The layer that forbids it.", default=None)
    current: int | None = about("The version in force, where yours was stale.", default=None)
