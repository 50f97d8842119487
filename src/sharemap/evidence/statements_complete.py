"""Statements about lists: whether a layer's files hold all that there is, in the city and in each ward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.catalog import yardsticks
from sharemap.evidence.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from sharemap.catalog import Catalog, Layer
    from sharemap.evidence.statements import PeopleIf, Status

__all__ = ["of_lists", "of_wards"]

#: Status of a ward -> how sure it is that the ward has nothing of the layer.
_SILENT: dict[str, Status] = {
    "no_data": "unknown",
    "none": "unknown",
    "waiting": "unknown",
    "closed": "plausible",
}

_CASES = {"none": "no_data"}  # somebody has answered the question


def of_lists(completeness: pd.DataFrame, catalog: Catalog, difference: PeopleIf) -> Iterator[Statement]:
    """Make a statement for each layer: its list is complete.

    If a list that is short of the plan's count is not, its hosts lend it too, where the plan names hosts and some are
    published; else the most that it can lack is that everybody has the layer in reach. Of a list that nothing can be
    held against nobody can say what it lacks.

    Parameters
    ----------
    completeness
        Table of :func:`sharemap.evidence.completeness`.
    """
    for layer, rows in completeness.groupby("layer", sort=False):
        key, first, dates = str(layer), rows.iloc[0], rows["newest"].dropna()
        hosts = int(rows["hosts"].fillna(0).sum())
        status, case = _plausible(first, hosted=hosts > 0)
        told: dict[str, Any] = {}
        if case == "plan_short" and key in difference.layers:
            told = {"method": "all_served", "if_false": difference.everywhere(key)}
        elif status != "plausible" and hosts and key in difference.layers:
            told = {"method": "walked", "if_false": difference.hosted(key)}
        yield Statement(
            about="layer",
            about_id=key,
            dimension="complete",
            case=case,
            status=status,
            layer=key,
            source_date=str(dates.max()) if len(dates) else None,
            hosts=hosts or None,
            if_true=difference.as_filed if told else None,
            **_planned(first, catalog.layer(key), sites=float(rows["sites"].sum())),
            **told,
        )


def of_wards(completeness: pd.DataFrame, difference: PeopleIf) -> Iterator[Statement]:
    """Make a statement for each layer and ward whose files have no usable row of it: there is none.

    If it is not so, the most that can be is that everybody of the ward has the layer in reach. A file that is silent
    about a ward of which another file of the layer has rows is asked about too.
    """
    for row in completeness.to_dict("records"):
        status, silent = str(row["status"]), row["silent_files"]
        if status in _SILENT:
            case, sure, found = _CASES.get(status, status), _SILENT[status], row["waiting"]
        elif status == "listed" and isinstance(silent, str):
            case, sure, found = "file_silent", "doubtful", row["sites"]
        else:
            continue
        asked = sure != "plausible" and row["layer"] in difference.layers
        yield Statement(
            about="layer_ward",
            about_id=f"{row['layer']}:{row['ward_code']}",
            dimension="complete",
            case=case,
            status=sure,
            layer=str(row["layer"]),
            ward_code=str(row["ward_code"]),
            ward_name=str(row["ward_name"]),
            value=float(found),
            source_file=silent if isinstance(silent, str) else None,
            method="all_served" if asked else "none",
            if_true=difference.as_filed if asked else None,
            if_false=difference.everywhere(str(row["layer"]), [str(row["ward_code"])]) if asked else None,
        )


def _plausible(row: pd.Series[Any], *, hosted: bool) -> tuple[Status, str]:
    """Hold what the files have against the plan's count."""
    if not row["plan_count"] > 0:
        return "unknown", "plan_none_hosted" if hosted else "plan_none"
    if row["plan_found"] >= yardsticks().complete * row["plan_count"]:
        return "plausible", "plan_near"
    return "doubtful", "plan_short_hosted" if hosted else "plan_short"


def _planned(row: pd.Series[Any], layer: Layer, *, sites: float) -> dict[str, Any]:
    """Return what the plan counts, what the files have of it, and the plan's words or where in the plan they stand."""
    says = layer.host.says if layer.host else None
    if not row["plan_count"] > 0:
        return {"value": sites, "expected_source": says}
    return {
        "value": float(row["plan_found"]),
        "expected": float(row["plan_count"]),
        "expected_year": int(row["plan_year"]),
        "expected_source": says or f"Ⅳ. {layer.task}",
    }
