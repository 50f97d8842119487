"""The facts of this room that stand in TOML files beside it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["facts"]


@cache
def facts(file: str) -> Mapping[str, Any]:
    """Return the content of a TOML file of this room."""
    text = resources.files("sharemap.schema").joinpath(file).read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
