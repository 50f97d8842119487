"""Rows of one file -> the sites they are rows of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.addresses import address_key
from sharemap.sites.keys import code_key, name_key
from sharemap.sites.rules import FOLDS
from sharemap.sources.reasons import WAITING
from sharemap.sources.sites import GEOCODED

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sharemap.sources.sites import LayerRows

__all__ = ["Folded", "fold", "waiting"]

_JOINED = ("operator_kind", "fee", "kind")
# hours hold commas of their own: "평일 09:00~18:00, 주말 10:00~17:00"
_BETWEEN_HOURS = "; "
_CONTENT = ["name", "address", "code", "x", "y", "hours", "phone", "operator", "ref_date", "capacity"]
_USED = [*_CONTENT, *_JOINED, *GEOCODED, "coord_fix", "repeated", "file", "row", "reason", "part"]


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Rows with the site they belong to, and the sites.

    Attributes
    ----------
    rows
        The rows of the file, in its order, with ``group``: position of the site, -1 when set aside.
    sites
        One row a group: the columns of a site, and ``key``, what its id is made of.
    """

    rows: pd.DataFrame
    sites: pd.DataFrame


def fold(rows: LayerRows) -> Folded:
    """Fold the rows of a file that can be sites; a group without any position is not a site.

    The result depends on what the rows say, not on their order.
    """
    frame = rows.frame.reset_index(drop=True)
    if "file" not in frame:
        frame["file"] = rows.file
    if "part" not in frame:
        frame["part"] = 0
    able = frame.loc[frame["reason"].isin(["", *WAITING]), _USED].sort_values(_CONTENT, kind="stable")
    known = able["reason"] == ""
    able = able.assign(x=able["x"].where(known), y=able["y"].where(known))
    able["group"] = _components(able, rows.source.fold)
    located = able.groupby("group")["x"].transform("count") > 0
    kept = able if located.all() else able.loc[located]
    del able
    kept["key"] = _id_keys(kept, by_code="code" in rows.source.fold)
    sites = _summaries(kept, rows)
    number = pd.Series(np.arange(len(sites)), index=sites.index)
    groups = kept["group"].map(number).reindex(frame.index).fillna(-1).astype("int64")
    return Folded(rows=frame.assign(group=groups), sites=sites.reset_index(drop=True))


def waiting(rows: LayerRows) -> NDArray[np.bool_]:
    """Return which rows of a file need a position: they lack nothing else, and fold into no site that has one."""
    found = fold(rows).rows
    return np.asarray(found["reason"].isin(WAITING) & (found["group"] < 0), dtype=bool)


def _components(able: pd.DataFrame, kinds: tuple[str, ...]) -> NDArray[np.int32]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = [_stars(able, kind) for kind in (*kinds, "exact")]
    first, second = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(len(able), len(able)))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def _stars(able: pd.DataFrame, kind: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (row, anchor): the first row of each key holds all others that are near enough to it."""
    limit, waiting_join = FOLDS.get(kind, (np.inf, True))
    position = np.arange(len(able))
    # the points of one feature are places of their own, whatever it is called
    keys = _key(able, kind) + ("|" + able["part"].astype("str")).where(able["part"] > 0, "")
    left = pd.DataFrame({"key": keys.to_numpy(), "position": position})
    left["x"], left["y"] = able["x"].to_numpy(), able["y"].to_numpy()
    left = left.loc[left["key"].notna() & (waiting_join | left["x"].notna())]
    left["group"] = pd.factorize(left["key"])[0]
    left = left.sort_values(
        "x", key=lambda x: x.isna(), kind="stable"
    )  # the anchor has a position if any row has
    rows, anchors = [position[:0]], [position[:0]]
    while len(left):
        anchor = left.drop_duplicates("group").set_index("group").loc[left["group"]]
        apart = np.hypot(
            left["x"].to_numpy() - anchor["x"].to_numpy(), left["y"].to_numpy() - anchor["y"].to_numpy()
        )
        near = ~(apart > limit)
        rows.append(left["position"].to_numpy()[near])
        anchors.append(anchor["position"].to_numpy()[near])
        left = left.loc[~near]
    return np.concatenate(rows), np.concatenate(anchors)


def _key(able: pd.DataFrame, kind: str) -> pd.Series:
    def name() -> pd.Series:
        return name_key(able["name"])

    parts: dict[str, Callable[[], pd.Series]] = {
        "code": lambda: code_key(able["code"]) + "|" + name(),
        "name_address": lambda: name() + "|" + address_key(able["address"], region=True),
        "name_address_near": lambda: name() + "|" + address_key(able["address"], region=True),
        "name_near": name,
        "name_point": lambda: name() + "|" + _point(able),
        "address": lambda: address_key(able["address"], region=True),
        "point": lambda: _point(able),
        "exact": lambda: _exact(able),
    }
    return parts[kind]()


def _point(able: pd.DataFrame) -> pd.Series:
    x, y = (able[name].round().astype("Int64").astype("str") for name in ("x", "y"))
    return (x + " " + y).mask(able["x"].isna())


def _exact(able: pd.DataFrame) -> pd.Series:
    """Rows that say the same in every field are one, whatever the source folds by."""
    return able.groupby(_CONTENT, dropna=False, sort=False).ngroup().astype("str")


def _id_keys(kept: pd.DataFrame, *, by_code: bool) -> pd.Series:
    name = name_key(kept["name"])
    point = kept["x"].round(0).astype("str") + "," + kept["y"].round(0).astype("str")
    where = address_key(kept["address"], region=True).fillna(kept["address"]).fillna(point)
    if by_code:
        where = code_key(kept["code"]).fillna(where)
    return name + "|" + where


def _summaries(kept: pd.DataFrame, rows: LayerRows) -> pd.DataFrame:
    """One row a group, sorted by key; text from the row in the middle, blanks filled from the others."""
    groups = kept.groupby("group")
    middle = kept.loc[_middle(kept)].set_index("group")
    fields = ["address", "phone", "operator", "code"]
    sites = middle[fields].combine_first(groups[fields].first())[fields]
    where = ["x", "y", "coord_fix", *GEOCODED]
    sites[where] = middle[where]
    for field in _JOINED:
        sites[field] = _joined(kept, field, ", ")
    sites["hours"] = _joined(kept, "hours", _BETWEEN_HOURS)
    sites["name"] = _commonest(kept)
    sites["key"] = groups["key"].min()
    sites["ref_date"] = groups["ref_date"].max()
    sites["capacity"] = _capacity(kept, rows.source.capacity)
    first = kept.sort_index().drop_duplicates("group").set_index("group")
    sites[["file", "row"]] = first[["file", "row"]]
    sites["rows"] = groups.size()
    sites["layer"], sites["source"] = rows.layer.key, rows.source.key
    return sites.sort_values(["key", "x", "y"])


def _joined(kept: pd.DataFrame, field: str, between: str) -> pd.Series:
    """Return what the rows of each group say, each thing once: a building with free and charged rooms says both."""
    said = kept.loc[kept[field].notna(), ["group", field]].drop_duplicates().sort_values(["group", field])
    several = said["group"].duplicated(keep=False)
    joined = said.loc[several].groupby("group")[field].agg(between.join)
    return pd.concat([said.loc[~several].set_index("group")[field], joined]).astype("str")


def _middle(kept: pd.DataFrame) -> pd.Index:
    """In each group the row nearest to the median position: a published position, robust to a stray one.

    Geocoded positions count where a group has no published one.
    """
    located = kept.loc[kept["x"].notna()]
    published = located["geocoded_by"] == ""
    located = located.loc[published | ~published.groupby(located["group"]).transform("any")]
    centre = located.groupby("group")[["x", "y"]].transform("median")
    apart = np.hypot(located["x"] - centre["x"], located["y"] - centre["y"]).round(3)
    return (
        located.assign(apart=apart)
        .sort_values(["group", "apart"], kind="stable")
        .drop_duplicates("group")
        .index
    )


def _commonest(kept: pd.DataFrame) -> pd.Series:
    """Return the commonest name of each group; of equals the shortest, then the first of the alphabet."""
    names = kept.groupby(["group", "name"]).size().rename("count").reset_index()
    names["length"] = names["name"].str.len()
    names = names.sort_values(["group", "count", "length", "name"], ascending=[True, False, True, True])
    return names.drop_duplicates("group").set_index("group")["name"]


def _capacity(kept: pd.DataFrame, how: str) -> pd.Series:
    if how == "max":
        return kept.groupby("group")["capacity"].max()
    distinct = kept.loc[~kept["repeated"]]
    values = distinct["capacity"].fillna(1.0) if how == "rows" else distinct["capacity"]
    if how != "bays":
        return values.groupby(distinct["group"]).sum(min_count=1)
    whole = values.groupby(distinct["group"]).max()
    bays = values.where(values <= 1).groupby(distinct["group"]).sum(min_count=1)
    return pd.concat([whole, bays], axis=1).max(axis=1)
