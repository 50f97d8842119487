"""Which services make which group of the plan, in words: it is a reading of the plan's sentence, and decides the promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sharemap.findings.run import Run

__all__ = ["groups_are"]


def groups_are(run: Run) -> str:
    """Return which services make which group, as the study or sharemap reads the plan's sentence."""
    say, layers = run.say, run.summary.layers
    groups = "; ".join(
        say["group_is"].format(
            group=name, services=", ".join(run.named(one) for one in layers if one.group == key)
        )
        for key, name in run.group_names.items()
    )
    return say["groups_are_own" if run.summary.own_groups else "groups_are"].format(groups=groups)
