"""The whole way from rows to sites and places, with the counts that add up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import catalog
from sharemap.crs import name_of
from sharemap.errors import GeometryError, StudyError
from sharemap.schema import TABLES, check
from sharemap.sites.confirmed import Confirmed, answers, refuse_one_place, relocated
from sharemap.sites.folding import Folded, fold
from sharemap.sites.keys import stable_id
from sharemap.sites.merging import merge_files
from sharemap.sites.places import group_into_places
from sharemap.sites.rules import TOUCHING_M, PlaceRules
from sharemap.sites.wards import rows_by_ward
from sharemap.sources.reasons import REASONS
from sharemap.sources.sites import GEOCODED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.sources.sites import LayerRows

__all__ = ["SiteTables", "build"]

_AS_USUAL = PlaceRules()
_LISTED = ["at", "file", "row", "name", "address", "reason", "value"]
_DONG = ("ward_name", "dong_code", "dong_name")


@dataclass(frozen=True, kw_only=True)
class RowsAside:
    """The rows of one file that were set aside: those settled while it was read, and others."""

    rows: LayerRows
    others: pd.DataFrame

    def __len__(self) -> int:
        return len(self.rows.aside) + len(self.others)

    def pieces(self) -> Iterator[pd.DataFrame]:
        """Return them in the order of the file, as the table ``set_aside``."""
        done = 0
        for part in self.rows.aside.parts():
            upto = int(self.others["at"].searchsorted(part["at"].iloc[-1]))
            both = [frame for frame in (part, self.others.iloc[done:upto]) if len(frame)]
            yield self._described(pd.concat(both).sort_values("at"))
            done = upto
        if done < len(self.others):
            yield self._described(self.others.iloc[done:])

    def _described(self, rows: pd.DataFrame) -> pd.DataFrame:
        described = rows.reset_index(drop=True)
        described["reason_ko"] = described["reason"].map({key: reason.ko for key, reason in REASONS.items()})
        described["reason_en"] = described["reason"].map({key: reason.en for key, reason in REASONS.items()})
        described["layer"], described["source"] = self.rows.layer.key, self.rows.source.key
        return described[TABLES["set_aside"].names]


@dataclass(frozen=True, kw_only=True)
class SiteTables:
    """Sites, places and what was set aside.

    Attributes
    ----------
    sites, places
        Tables ``sites`` and ``places`` of :mod:`sharemap.schema`, sorted by id, in the CRS of the area.
    parts
        For each file what its part of the table ``set_aside`` is made of.
    counts
        One row a layer and file: ``layer``, ``source``, ``file``, ``rows_read`` = ``sites`` + ``folded`` +
        ``set_aside``, ``counted``, the rows of the file counted by another way, ``geocoded``, the sites whose position is not a published one, and ``places``, the number of places that hold the layer.
    wards
        The rows of each file by ward, see :func:`sharemap.sites.wards.rows_by_ward`.
    confirmed
        Table ``confirmed`` but for the words, in the order of the study; ``x`` and ``y``: where its site was published.
    """

    sites: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    parts: tuple[RowsAside, ...]
    counts: pd.DataFrame
    wards: pd.DataFrame
    confirmed: pd.DataFrame

    @cached_property
    def set_aside(self) -> pd.DataFrame:
        """Table ``set_aside``, in the order of layers, files and rows."""
        return check(_stack(list(self.set_aside_in_pieces()), TABLES["set_aside"].names), "set_aside")

    def set_aside_in_pieces(self) -> Iterator[pd.DataFrame]:
        """Return the table ``set_aside`` piece by piece: it may be far larger than memory."""
        for part in self.parts:
            for piece in part.pieces():
                yield check(piece, "set_aside")


def build(
    rows: Sequence[LayerRows],
    area: gpd.GeoDataFrame,
    *,
    surroundings_m: float,
    rules: PlaceRules = _AS_USUAL,
    confirmed: Sequence[Confirmed] = (),
) -> SiteTables:
    """Fold rows into sites, sites into places, and set aside what lies too far away.

    Parameters
    ----------
    rows
        Files read by :func:`sharemap.sources.sites.read_sites`, in the order of the study: of two files of
        one layer the later one wins where both publish a site.
    area
        Dongs of the study area, table ``area`` of the schema.
    surroundings_m
        Sites up to this far outside the area stay, with ``in_area`` False: they serve residents near the
        border.
    rules
        When sites are one place.
    confirmed
        Which of them are, or are not, whatever the rules say.

    Raises
    ------
    StudyError
        If an answer is about no place, or contradicts the rules or other answers.
    GeometryError
        If the area is not as the schema describes it, `surroundings_m` is negative, or a file was read for another
        area only, or into another CRS.
    """
    if not surroundings_m >= 0:
        msg = "the surroundings must be a distance in metres"
        raise GeometryError(msg, column="surroundings_m", value=surroundings_m, remedy="use 0 or more")
    area = check(area, "area").sort_values("dong_code").reset_index(drop=True)
    _refuse_other_area(rows, area, surroundings_m)
    rows = sorted(rows, key=_Order([one.layer for one in rows]))
    folded = [fold(one) for one in rows]
    groups = _gather(folded, area)
    near = groups.loc[groups["apart"] <= surroundings_m].reset_index(drop=True)
    any_name = frozenset(one.layer.key for one in rows if one.layer.merge_any_name)
    merged = merge_files(near, any_name=any_name)
    sites = _with_ids(merged.loc[merged["into"] == merged.index])
    places, sites, asked = _with_places(sites, area, rows, _Rules(rules, surroundings_m, confirmed))
    parts = tuple(
        RowsAside(rows=one, others=_set_aside(done, groups, number, surroundings_m))
        for number, (one, done) in enumerate(zip(rows, folded, strict=True))
    )
    return SiteTables(
        sites=check(sites, "sites"),
        places=check(places, "places"),
        parts=parts,
        counts=_counts(rows, sites, places, parts),
        wards=rows_by_ward(rows, folded, groups, area),
        confirmed=asked,
    )


def _refuse_other_area(rows: Sequence[LayerRows], area: gpd.GeoDataFrame, surroundings_m: float) -> None:
    for one in rows:
        if one.crs != area.crs:
            msg = f"the positions of the rows are in {name_of(one.crs)}, the area is in {name_of(area.crs)}"
            raise GeometryError(msg, file=one.file, remedy="read the file again with near= of this area")
        if one.near is not None and not one.near.covers(area, surroundings_m):
            msg = "the rows were read for another area; those near this one may not be held"
            raise GeometryError(msg, file=one.file, remedy="read the file again for this area")


class _Order:
    """Files by layer (catalogue first, then the study's own by key), then as the study lists them."""

    def __init__(self, layers: Sequence[catalog.Layer]) -> None:
        self.keys = _layer_order(layers)

    def __call__(self, rows: LayerRows) -> int:
        return self.keys.index(rows.layer.key)


def _layer_order(layers: Sequence[catalog.Layer]) -> list[str]:
    known = catalog.load().keys
    return [*known, *sorted({layer.key for layer in layers} - set(known))]


def _gather(folded: Sequence[Folded], area: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sites of all files, with the distance to the area and the position of the nearest dong."""
    columns = [
        "key",
        "x",
        "y",
        "layer",
        "name",
        "address",
        "rows",
        "row",
        "hours",
        "phone",
        "operator",
        "operator_kind",
        "fee",
        "kind",
        "ref_date",
    ]
    columns += ["capacity", "source", "file", "coord_fix", *GEOCODED]
    frames = [done.sites.assign(order=number, group=done.sites.index) for number, done in enumerate(folded)]
    groups = _stack(frames, [*columns, "order", "group"])
    groups["apart"], groups["dong"] = _nearest_dong(groups, area)
    return groups


def _stack(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return _empty(columns)
    return pd.concat(filled, ignore_index=True)


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    kinds = {"x": "float64", "y": "float64", "capacity": "float64", "row": "int64", "rows": "int64"}
    kinds |= {"order": "int64", "group": "int64"}
    return pd.DataFrame({name: pd.Series([], dtype=kinds.get(name, "str")) for name in columns})


def _nearest_dong(
    groups: pd.DataFrame, area: gpd.GeoDataFrame
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to the nearest dong and its position; of several at the border the first by code."""
    import shapely

    points = shapely.points(groups["x"].to_numpy(dtype="float64"), groups["y"].to_numpy(dtype="float64"))
    tree = shapely.STRtree(area.geometry.to_numpy())
    (point, dong), apart = tree.query_nearest(points, return_distance=True)
    found = pd.DataFrame({"point": point, "dong": dong, "apart": apart}).sort_values(["point", "dong"])
    found = found.drop_duplicates("point")
    return found["apart"].to_numpy(), found["dong"].to_numpy()


def _with_ids(sites: pd.DataFrame) -> pd.DataFrame:
    """Sites with ids from their keys; equal keys are told apart by position, then by number."""
    spot = (
        sites["x"].round().astype("int64").astype("str")
        + ","
        + sites["y"].round().astype("int64").astype("str")
    )
    key = sites["key"].astype("str")
    key = key.mask(sites.assign(key=key).duplicated(["layer", "key"], keep=False), key + "|" + spot)
    ordered = sites.assign(key=key).sort_values(["layer", "key", "x", "y", "name", "file", "row"])
    number = ordered.groupby(["layer", "key"]).cumcount().astype("str").reindex(sites.index)
    key = key.mask(number != "0", key + "|" + number)
    ids = [stable_id(layer, [text]) for layer, text in zip(sites["layer"], key, strict=True)]
    return sites.assign(site_id=pd.Series(ids, index=sites.index, dtype="str")).sort_values(
        "site_id", ignore_index=True
    )


@dataclass(frozen=True)
class _Rules:
    """What decides where sites stand and which of them are one place."""

    places: PlaceRules
    surroundings_m: float
    confirmed: Sequence[Confirmed]

    def moved(self, sites: pd.DataFrame, area: gpd.GeoDataFrame) -> pd.DataFrame:
        """Return the sites where somebody has confirmed them to be, the others where they were."""
        there = relocated(sites, self.confirmed, crs=area.crs)
        if there.empty:
            return sites
        there["apart"], there["dong"] = _nearest_dong(there, area)
        far = there.loc[there["apart"] > self.surroundings_m]
        if len(far):
            msg = "a confirmed position lies outside the area and its surroundings"
            remedy = "check lon and lat (longitude is near 127 in Seoul, latitude near 37.5)"
            value = sites.loc[far["site"].iloc[0], "site_id"]
            raise StudyError(msg, column="[[confirmed]] lon, lat", value=value, remedy=remedy)
        done = sites.copy()
        for column in ("x", "y", "apart", "dong"):
            done.loc[there["site"], column] = there[column].to_numpy()
        done.loc[there["site"], "coord_fix"] = "answered"
        return done


def _with_places(
    sites: pd.DataFrame, area: gpd.GeoDataFrame, rows: Sequence[LayerRows], rules: _Rules
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    import geopandas as gpd

    layers = {one.layer.key: one.layer for one in rows}
    space = (
        sites["layer"].map({key: layer.role == "space" for key, layer in layers.items()}).to_numpy(dtype=bool)
    )
    grouped = partial(
        group_into_places, space=space, layer_order=_layer_order(list(layers.values())), rules=rules.places
    )
    published, sites = sites, rules.moved(sites, area)
    ways = [grouped(sites)] if published is sites else [grouped(sites), grouped(published)]
    described, place_id = ways[0]
    asked = answers(rules.confirmed, sites, ways)
    same = asked.loc[asked["answer"] == "same", ["a", "b"]]
    if len(same):
        described, place_id = grouped(sites, together=list(same.itertuples(index=False, name=None)))
        refuse_one_place(asked, place_id, rules.confirmed)
    asked = _described_answers(asked, published, place_id)
    inside = (sites["apart"] <= TOUCHING_M).to_numpy()
    sites = sites.assign(place_id=pd.Series(place_id, dtype="str"), in_area=inside)
    for column in _DONG:
        values = area[column].to_numpy(dtype=object)[sites["dong"].to_numpy(dtype="int64")]
        sites[column] = pd.Series(np.where(inside, values, np.nan), index=sites.index).astype("str")
    located = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["x"], sites["y"]), crs=area.crs)
    lead = located.iloc[described["lead"].to_numpy()].reset_index(drop=True)
    taken = lead[["name", "address", "in_area", *_DONG, "geometry"]]
    places = gpd.GeoDataFrame(described.join(taken), geometry="geometry", crs=area.crs)
    return places, located, asked


def _described_answers(
    asked: pd.DataFrame, published: pd.DataFrame, place_id: NDArray[np.object_]
) -> pd.DataFrame:
    """Return the answers with their places; those about a position with the site and where it was, and no second place."""
    one = asked["a"] == asked["b"]
    before = published.loc[asked["a"], ["site_id", "x", "y"]].reset_index(drop=True)
    return asked.assign(
        place_a=place_id[asked["a"]],
        place_b=pd.Series(place_id[asked["b"]], dtype="str").mask(one),
        name_b=asked["name_b"].mask(one),
        site_id=before["site_id"].where(one),
        x=before["x"],
        y=before["y"],
        **{key: asked[key].where(one) for key in ("lon", "lat")},
    )


def _set_aside(done: Folded, groups: pd.DataFrame, number: int, surroundings_m: float) -> pd.DataFrame:
    """Rows of one file that were held and became no site, with the reason."""
    frame = done.rows
    own = groups.loc[groups["order"] == number].set_index("group")["apart"]
    apart = frame["group"].map(own)
    far = apart > surroundings_m
    aside = frame.loc[far | (frame["group"] < 0), _LISTED].copy()
    aside["reason"] = aside["reason"].mask(far.loc[aside.index], "outside_area")
    metres = apart.loc[aside.index].round().astype("Int64").astype("str") + " m"
    aside["value"] = aside["value"].mask(far.loc[aside.index], metres)
    return aside


def _counts(
    rows: Sequence[LayerRows], sites: pd.DataFrame, places: pd.DataFrame, parts: Sequence[RowsAside]
) -> pd.DataFrame:
    kept = sites.groupby("order").size()
    geocoded = sites.loc[sites["geocoded_by"] != ""].groupby("order").size()
    held = places["layers"].str.split(";").explode().value_counts()
    counts = pd.DataFrame(
        {
            "layer": [one.layer.key for one in rows],
            "source": [one.source.key for one in rows],
            "file": [one.file for one in rows],
            "rows_read": [one.rows_read for one in rows],
            "counted": pd.array([one.counted for one in rows], dtype="Int64"),
            "sites": [int(kept.get(number, 0)) for number in range(len(rows))],
            "geocoded": [int(geocoded.get(number, 0)) for number in range(len(rows))],
            "set_aside": [len(part) for part in parts],
            "places": [int(held.get(one.layer.key, 0)) for one in rows],
        }
    )
    counts.insert(
        counts.columns.tolist().index("set_aside"),
        "folded",
        counts["rows_read"] - counts["sites"] - counts["set_aside"],
    )
    return counts
