"""A field of a model, with what it means."""

from __future__ import annotations

from typing import Any

from attrs import field


def about(text: str, **more: Any) -> Any:
    """A field with what it means in words."""
    return field(metadata={"about": text}, **more)
