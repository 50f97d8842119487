"""Whether a layer's list is complete: its rows in a ward against its neighbours, its hosts and the plan's own count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.catalog import city_wards
from sharemap.schema import check

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sharemap.catalog import Catalog, Layer, Target

__all__ = ["UNKNOWN", "Planned", "completeness", "hosts", "planned", "with_known_none"]

#: What of a status says that nobody knows what the layer has in the ward.
UNKNOWN = frozenset({"no_data", "waiting"})
_MEASURED = ("sites", "capacity")
_STATE = 2020  # later figures of the plan are goals
_BY = ["layer", "ward_code"]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What the plan counts of a layer in the whole city.

    Attributes
    ----------
    count, year
        The figure; up to 2020 it is the state that the plan reports, later a goal.
    measured_by
        ``"sites"`` or ``"capacity"`` of the layer.
    """

    count: float
    year: int
    measured_by: str


def planned(layer: Layer) -> Planned | None:
    """Return the plan's own count of a layer that open data can be held against, None where it has none.

    Sites before capacity, and the state that the plan reports before its goals.

    Examples
    --------
    >>> from sharemap.catalog import layer
    >>> planned(layer("tool_library")), planned(layer("toy_library"))
    (Planned(count=393.0, year=2020, measured_by='sites'), None)
    """
    for measured in _MEASURED:
        for target in layer.targets:
            if target.measured_by == measured:
                year = _year(target)
                return Planned(count=target.by_year[year], year=year, measured_by=measured)
    return None


def _year(target: Target) -> int:
    states = [year for year in target.by_year if year <= _STATE]
    return max(states) if states else min(target.by_year)


def hosts(sites: pd.DataFrame, catalog: Catalog) -> dict[str, list[str]]:
    """Return for each layer the published sites in which the plan says it is run.

    They are the sites of the hosting layer and those of other layers of the same task whose name has its words: the
    city's list of open facilities holds the community centres.

    Parameters
    ----------
    sites
        Table ``sites``.
    """
    found = {}
    for layer in catalog:
        if layer.host is None:
            continue
        hosting = catalog.layer(layer.host.layer)
        alike = [other.key for other in catalog if hosting.task and other.task == hosting.task]
        named = sites["name"].str.contains("|".join(hosting.words)) if hosting.words else False
        chosen = (sites["layer"] == hosting.key) | (sites["layer"].isin(alike) & named)
        found[layer.key] = sites.loc[chosen, "site_id"].tolist()
    return found


def completeness(
    rows: pd.DataFrame, sites: pd.DataFrame, area: pd.DataFrame, *, layers: Iterable[str], catalog: Catalog
) -> pd.DataFrame:
    """Return what the files say of each layer in each ward (schema ``completeness``).

    Parameters
    ----------
    rows
        Rows of each file by ward: :attr:`sharemap.sites.SiteTables.wards`.
    sites, area
        The tables of these names.
    layers
        The layers of which the study names a file.

    Notes
    -----
    ``status`` is ``listed`` where there is a site, ``waiting`` where the only rows wait for a position, ``closed``
    where the only rows are closed or of another service, ``no_data`` where there is no row but the files have rows of
    other wards, and ``no_rows`` where they have none at all. Of ``no_data`` and ``waiting`` (:data:`UNKNOWN`) nobody
    knows who is served there.
    """
    inside = sites.loc[sites["in_area"]].merge(area[["dong_code", "ward_code"]], on="dong_code")
    wards = area[["ward_code", "ward_name"]].drop_duplicates("ward_code").sort_values("ward_code")
    grid = pd.DataFrame({"layer": list(dict.fromkeys(layers))}).merge(wards, how="cross")
    whole = grid.assign(
        **_rows(rows, grid),
        sites=_counted(inside, grid),
        **_hosts(inside, grid, catalog),
        **_planned(inside, grid, catalog),
    )
    return check(whole.assign(status=_status(whole)), "completeness")


def with_known_none(table: pd.DataFrame, none: Collection[tuple[str, str]]) -> pd.DataFrame:
    """Return what the files say with what people say: ``none`` in place of ``no_data`` where there is no site.

    Parameters
    ----------
    table
        Result of :func:`completeness`.
    none
        Layers and wards of which somebody has said that there is none.
    """
    said = pd.Series(
        [pair in none for pair in zip(table["layer"], table["ward_code"], strict=True)], dtype=bool
    )
    status = table["status"].mask(said.to_numpy() & (table["status"] == "no_data"), "none")
    return check(table.assign(status=status), "completeness")


def _rows(rows: pd.DataFrame, grid: pd.DataFrame) -> dict[str, Any]:
    """Return counts and dates of rows, and the files that are silent about the ward."""
    by = rows.groupby(_BY).agg(
        rows=("rows", "sum"), waiting=("waiting", "sum"), oldest=("oldest", "min"), newest=("newest", "max")
    )
    keys = pd.MultiIndex.from_frame(grid[_BY])
    own = by.reindex(keys).reset_index(drop=True)
    counted = own[["rows", "waiting"]].fillna(0).astype("int64")
    total = rows.groupby("layer")["rows"].sum().reindex(grid["layer"]).fillna(0).to_numpy(dtype=np.int64)
    files = rows.loc[rows["rows"] > 0].groupby(_BY)["file"].agg(set).to_dict()
    listed = rows.groupby("layer")["file"].agg(lambda names: list(dict.fromkeys(names))).to_dict()
    silent = [
        ";".join(file for file in listed.get(layer, ()) if file not in files.get((layer, ward), ()))
        for layer, ward in keys
    ]
    return {
        "rows": counted["rows"],
        "rows_elsewhere": total - counted["rows"].to_numpy(),
        "waiting": counted["waiting"],
        "silent_files": pd.Series(silent, dtype="str").replace("", None),
        "oldest": own["oldest"].astype("str"),
        "newest": own["newest"].astype("str"),
    }


def _counted(sites: pd.DataFrame, grid: pd.DataFrame) -> pd.Series[int]:
    found = sites.groupby(_BY).size().reindex(pd.MultiIndex.from_frame(grid[_BY])).fillna(0)
    return found.astype("int64").reset_index(drop=True)


def _hosts(inside: pd.DataFrame, grid: pd.DataFrame, catalog: Catalog) -> dict[str, Any]:
    """Return the hosting layer, and how many published hosts stand in the ward; none where the plan names no host."""
    names = {layer.key: layer.host.layer for layer in catalog if layer.host}
    parts = [
        inside.loc[inside["site_id"].isin(ids)].assign(layer=key)
        for key, ids in hosts(inside, catalog).items()
    ]
    places = [rows.drop_duplicates("place_id") for rows in parts]  # two lists may hold one community centre
    counts = _counted(pd.concat(places), grid) if places else pd.Series(0, index=grid.index)
    return {
        "host": grid["layer"].map(names).astype("str"),
        "hosts": counts.astype("Int64").where(grid["layer"].isin(list(names))),
    }


def _planned(inside: pd.DataFrame, grid: pd.DataFrame, catalog: Catalog) -> dict[str, Any]:
    """Return the plan's count and what the files have of it; none where the study is not all of the plan's city."""
    whole_city = grid["ward_code"].nunique() == city_wards()
    plans = {key: planned(catalog.layer(key)) for key in grid["layer"].unique()} if whole_city else {}
    known: Mapping[str, Planned] = {key: plan for key, plan in plans.items() if plan is not None}
    by_layer = inside.groupby("layer")
    measured = {"sites": by_layer.size(), "capacity": by_layer["capacity"].sum()}
    found = {key: float(measured[plan.measured_by].get(key, 0.0)) for key, plan in known.items()}
    return {
        "plan_count": grid["layer"].map({key: plan.count for key, plan in known.items()}).astype("float64"),
        "plan_year": grid["layer"].map({key: plan.year for key, plan in known.items()}).astype("Int64"),
        "plan_found": grid["layer"].map(found).astype("float64"),
    }


def _status(whole: pd.DataFrame) -> pd.Series[str]:
    cases = [
        whole["sites"] > 0,
        (whole["rows"] > 0) & (whole["waiting"] > 0),
        whole["rows"] > 0,
        whole["rows_elsewhere"] > 0,
    ]
    return pd.Series(np.select(cases, ["listed", "waiting", "closed", "no_data"], "no_rows"), dtype="str")
