"""Why a link answers as it does."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class GateSaid:
    """What one gate says of an attempt."""

    stage: str = about("Which gate.")
    effect: Literal["allow", "ask", "deny"] = about("What it comes to.")
    rule: str = about("The rule, in words.")
    layers: list[str] = about("Who set it, outermost first.")
    remedy: str = about("What would satisfy it.", default="")


@frozen(kw_only=True)
class ValueInForce:
    """One restriction in force."""

    restriction: str = about("Which.")
    value: str = about("What it is, in words.")
    layers: list[str] = about("Who made it so, outermost first.")


@frozen(kw_only=True)
class Explanation:
    """Why an attempt would be let in or not."""

    effect: Literal["allow", "ask", "deny"] = about("What it would come to.")
    gates: list[GateSaid] = about("Every gate, in the order in which they are asked.")
    values: list[ValueInForce] = about("Every restriction that some layer sets.")
