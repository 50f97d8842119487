"""The stages of a study, in the order in which they run; what they are is written in ``stages.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.schema.entries import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STAGES", "Stage"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage.

    Attributes
    ----------
    name, title
        Its key, and what it makes.
    needs
        The stages whose results it reads.
    files, study
        What decides its result: roles of inputs, and dotted names of what a study says.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    files: tuple[str, ...]
    study: tuple[str, ...]

    @property
    def before(self) -> tuple[str, ...]:
        """All stages whose results it stands on, near and far, in the order in which they run."""
        found = set(self.needs).union(*(STAGES[need].before for need in self.needs))
        return tuple(name for name in STAGES if name in found)


STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        name: Stage(
            name=name, title=fact["title"], **{key: tuple(fact[key]) for key in ("needs", "files", "study")}
        )
        for name, fact in facts("stages.toml").items()
    }
)
