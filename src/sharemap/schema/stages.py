"""The stages of a study, in the order in which they run; what they are is written in ``stages.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.schema.facts import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STAGES", "Stage"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage: its name, what it makes, and the stages whose results it reads."""

    name: str
    title: str
    needs: tuple[str, ...]

    @property
    def before(self) -> tuple[str, ...]:
        """All stages whose results it stands on, near and far, in the order in which they run."""
        found = set(self.needs).union(*(STAGES[need].before for need in self.needs))
        return tuple(name for name in STAGES if name in found)


STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        name: Stage(name=name, title=fact["title"], needs=tuple(fact["needs"]))
        for name, fact in facts("stages.toml").items()
    }
)
