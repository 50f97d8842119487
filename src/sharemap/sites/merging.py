"""Sites of one layer that two files both publish -> one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sharemap.sites.keys import name_key, similar_names
from sharemap.sites.rules import SAME_NAME_M, SAME_SPOT_M

__all__ = ["merge_files"]

_FILLED = ("address", "hours", "phone", "operator", "operator_kind", "fee", "kind", "ref_date", "capacity")


def merge_files(sites: pd.DataFrame, *, any_name: frozenset[str]) -> pd.DataFrame:
    """Return sites with ``into``: position of the site that each one is merged into, itself when it stays.

    Parameters
    ----------
    sites
        Sites of all files, RangeIndex, with ``order`` (place of the file in the study), ``layer``, ``name``,
        ``key``, ``x`` and ``y``.
    any_name
        Layers in which sites of two files within 10 m are one whatever their names.

    Notes
    -----
    Two sites of one layer from different files are one when they have the same name and lie within 100 m, or
    lie within 10 m and have similar names. The file that comes later in the study wins; its site fills its
    blanks from the other. A site joins one winner only, so winners are never joined through a loser.
    """
    pairs = _pairs(sites, any_name)
    pairs = pairs.sort_values(["loser", "order", "apart", "key"], ascending=[True, False, True, True])
    chosen = pairs.drop_duplicates("loser").set_index("loser")["winner"]
    into = np.arange(len(sites))
    into[chosen.index.to_numpy(dtype=np.int64)] = chosen.to_numpy(dtype=np.int64)
    while True:  # a winner may itself have lost to a later file; orders only grow, so this ends
        further = into[into]
        if (further == into).all():
            break
        into = further
    return _fill(sites.assign(into=into))


def _pairs(sites: pd.DataFrame, any_name: frozenset[str]) -> pd.DataFrame:
    import shapely

    points = np.asarray(shapely.points(sites["x"].to_numpy(), sites["y"].to_numpy()))
    loser, winner = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_NAME_M)
    layer, order = sites["layer"].to_numpy(), sites["order"].to_numpy()
    later = (layer[loser] == layer[winner]) & (order[loser] < order[winner])
    loser, winner = loser[later], winner[later]
    apart = np.asarray(shapely.distance(points[loser], points[winner]))
    name = name_key(sites["name"]).to_numpy()
    same = name[loser] == name[winner]
    free = np.isin(layer[loser], sorted(any_name)) & (apart <= SAME_SPOT_M)
    for i in np.flatnonzero(~same & ~free & (apart <= SAME_SPOT_M)):
        same[i] = similar_names(name[loser[i]], name[winner[i]])
    keep = same | free
    found = pd.DataFrame({"loser": loser[keep], "winner": winner[keep], "apart": apart[keep].round(3)})
    found["order"] = order[found["winner"]]
    found["key"] = sites["key"].to_numpy()[found["winner"]]
    return found


def _fill(sites: pd.DataFrame) -> pd.DataFrame:
    """Winners take what they lack from the latest file that has it, and count its rows."""
    merged = sites.loc[sites["into"] != sites.index]
    if merged.empty:
        return sites
    rows = sites.groupby("into")["rows"].sum()
    given = (
        merged.sort_values(["order", "key"], ascending=[False, True]).groupby("into")[list(_FILLED)].first()
    )
    winners = given.index
    filled = sites.copy()
    for column in _FILLED:
        filled.loc[winners, column] = filled.loc[winners, column].fillna(given[column])
    filled.loc[winners, "rows"] = rows.loc[winners]
    return filled
