"""The wards of which the files of a service tell nothing, or are doubted: maps hatch them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings.run import ALL_GROUPS

if TYPE_CHECKING:
    from sharemap.findings.run import Run

__all__ = ["doubted_wards"]


def doubted_wards(run: Run) -> dict[str, list[str]]:
    """Return service -> codes of the wards of which the files of some of its layers say nothing, or are doubted."""
    rows = run.table("evidence")
    if rows.empty:
        return {}
    rows = rows[rows["open"] & (rows["about"] == "layer_ward")]
    groups = {entry.layer: entry.group for entry in run.summary.layers}
    found: dict[str, set[str]] = {}
    for layer, ward in zip(rows["layer"], rows["ward_code"], strict=True):
        for key in (layer, groups.get(layer), ALL_GROUPS):
            if key in run.service_keys:
                found.setdefault(key, set()).add(ward)
    return {key: sorted(found[key]) for key in run.service_keys if key in found}
