"""Is a published position true? It is held against its own address, other files and the streets, and says by what.

A position is *contradicted* when something that is known cannot be true together with it, *confirmed* when another file,
or its road and its building number both, have it there, *plausible* when what could have contradicted it does not, and
*unverifiable* when nothing could.

Why each distance is that long stands in ``positions.toml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from sharemap.errors import StudyError
from sharemap.evidence.positions_checks import (
    KnownGround,
    addresses_at,
    dong_check,
    number_m,
    road_m,
    step_m,
    ward_m,
)
from sharemap.evidence.positions_links import linked, votes
from sharemap.evidence.positions_rules import PositionRules, usual
from sharemap.evidence.positions_stated import stated
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    #: Name of a check, where it decides, how far it says, and the row that it names (-1: none).
    Checks = tuple[tuple[str, pd.Series, pd.Series, "pd.Series | int"], ...]

__all__ = ["STATUSES", "contradicted", "judged", "of_one_file"]

#: What a position can be.
STATUSES = ("confirmed", "plausible", "contradicted", "unverifiable")

_NEEDED = ("file", "layer", "name", "address", "other_address", "published", "indoors", "x", "y")
_SHARED = 3  # roads at one point: a corner has two
_FEW = 3  # neighbours along a road whose word counts alone
_AGREE = 2  # two against one


def judged(claims: pd.DataFrame, ground: KnownGround, *, rules: PositionRules | None = None) -> pd.DataFrame:
    """Return what is known of each published position.

    Parameters
    ----------
    claims
        Published rows with a position: ``file``, ``layer``, ``name``, ``address``, ``other_address`` (may be missing), ``x``
        and ``y`` in the CRS of the ground; ``published``: the position is the file's own, not found by its address; ``indoors``: it is a service in a building, not
        one on a plot or a street. Rows of all files of a study, also such as become no site of their own: they are the
        witnesses. Exact copies of a row count once.
    ground
        Wards, dongs and streets.
    rules
        The distances that decide; those of ``positions.toml`` if not given.

    Returns
    -------
    With the index of `claims`: ``status`` (:data:`STATUSES`), ``by`` (the check that decides: ``ward``, ``road``, ``number``,
    ``dong``, ``address``, ``facility``, ``shared``, ``coarse``; ``""`` when unverifiable) and ``apart_m``, how far it says; each check's own
    figure, empty where it cannot be asked: ``ward_m``, ``road_m``, ``number_m``, ``dong_m``, ``agrees_m`` and ``differs_m`` (the nearest row
    of another file that agrees, and the best that does not), ``addresses`` at the very point, ``step_m``; ``other``: position
    in `claims` of the row that decides, -1 where none does; ``used_x`` and ``used_y``: where the agreed position is, else
    the published one.

    Raises
    ------
    StudyError
        If a column is missing or a position is not finite.
    """
    rules = rules or usual()
    _refuse(claims)
    # in the order of what they say: nothing depends on the order of rows
    _, first, distinct = np.unique(_identity(claims), return_index=True, return_inverse=True)
    once = claims.iloc[first].reset_index(drop=True)
    found = _judged(once, ground, rules)
    found["other"] = np.append(first, -1)[found["other"]]
    return found.iloc[distinct].set_index(claims.index)


def of_one_file(points: gpd.GeoDataFrame, *, layer: str, indoors: bool) -> pd.Series:
    """Return the statuses of the sites of one file, by what it says itself: no boundary, no street, no other file.

    Parameters
    ----------
    points
        ``name``, ``address``, ``file`` and geometry in a metric CRS.
    layer
        Key of its layer.
    indoors
        Whether it is a service in a building.
    """
    told = pd.DataFrame(points[["name", "address", "file"]]).assign(x=points.geometry.x, y=points.geometry.y)
    told = told.assign(layer=layer, other_address=None, published=True, indoors=indoors)
    return judged(told, KnownGround.nothing(points.crs))["status"]


def contradicted(positions: pd.DataFrame) -> pd.Series:
    """Return which positions of table ``positions`` are contradicted and not put right by an agreed one.

    Examples
    --------
    >>> contradicted(pd.DataFrame({"status": ["contradicted", "contradicted", "plausible"], "moved_m": [0.0, 900.0, 0.0]})).tolist()
    [True, False, False]
    """
    return (positions["status"] == "contradicted") & (positions["moved_m"] == 0)


def _refuse(claims: pd.DataFrame) -> None:
    for name in _NEEDED:
        if name not in claims:
            msg = "positions cannot be judged without a column"
            raise StudyError(msg, column=name, remedy="give it, empty where nothing is known")
    if not np.isfinite(claims[["x", "y"]].to_numpy(dtype=np.float64)).all():
        msg = "a position to be judged is no number"
        raise StudyError(msg, column="x, y", remedy="leave out rows without coordinates")


def _identity(claims: pd.DataFrame) -> NDArray[np.object_]:
    """Return what each row says, as a text: exact copies have the same."""
    texts = [claims[name].fillna("") for name in ("file", "layer", "name", "address", "other_address")]
    points = [claims[name].map("{:.2f}".format) for name in ("x", "y")]
    return np.array(["\x1f".join(said) for said in zip(*texts, *points, strict=True)], dtype=object)


def _judged(claims: pd.DataFrame, ground: KnownGround, rules: PositionRules) -> pd.DataFrame:
    xy = claims[["x", "y"]].to_numpy(dtype=np.float64)
    points = np.asarray(shapely.points(xy), dtype=object)
    said = stated(claims, ground.dongs)
    found = pd.DataFrame(index=claims.index)
    found["ward_m"] = ward_m(said, points, ground)
    found["road_m"] = road_m(said, points, ground, rules)
    found["number_m"], found["neighbours"] = number_m(said, xy, found["road_m"].to_numpy(), rules)
    found = found.join(dong_check(said, xy, ground, rules))
    found["addresses"] = addresses_at(said, xy)
    found["step_m"] = step_m(*_degrees(xy, ground.dongs.crs))
    found["own"] = _own(found, rules)
    links = linked(claims, said, xy, rules)
    found = found.join(votes(claims, links, found["own"].to_numpy(dtype=np.int64)))
    indoors = claims["indoors"].to_numpy(dtype=bool)
    found["lost"] = _lost(found, indoors, rules)
    return _used(_decided(found, rules), xy, indoors)


def _degrees(xy: NDArray[np.float64], crs: CRS) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, CRS_WGS84, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return np.asarray(lon), np.asarray(lat)


def _own(found: pd.DataFrame, rules: PositionRules) -> pd.Series:
    """Return what the address of each row itself says for its position, less what it says against it."""
    near, off = found["road_m"] <= rules.road_near_m, found["number_m"] > rules.number_slack_m
    speaks = near.astype(int) - (found["road_m"] > rules.road_strained_m)
    speaks += (near & (found["number_m"] <= rules.road_near_m)).astype(int) - off.astype(int)
    return speaks - 2 * (found["ward_m"] > rules.ward_m).astype(int) - found["dong_far"].astype(int)


def _decided(found: pd.DataFrame, rules: PositionRules) -> pd.DataFrame:
    """Add ``status``, ``by``, ``apart_m`` and ``other``; of several checks the first of the list decides."""
    coarse = found["step_m"] > rules.coarse_m
    told = found.assign(status="unverifiable", by="", apart_m=np.nan, other=-1)
    for status, checks in (
        ("plausible", _possible(found)),
        ("confirmed", _agreements(found, rules)),
    ):
        for by, holds, metres, other in reversed(checks):
            _put(told, holds & ~coarse, status=status, by=by, apart_m=metres, other=other)
    _put(told, coarse, by="coarse", apart_m=found["step_m"])
    for by, holds, metres, other in reversed(_contradictions(found, rules)):
        _put(told, holds, status="contradicted", by=by, apart_m=metres, other=other)
    return told


def _put(told: pd.DataFrame, where: pd.Series, **values: object) -> None:
    for name, value in values.items():
        told[name] = told[name].mask(where, value)


def _possible(found: pd.DataFrame) -> Checks:
    """Return what could have contradicted a position, and does not."""
    return (
        ("road", found["road_m"].notna(), found["road_m"], -1),
        ("number", found["number_m"].notna(), found["number_m"].clip(lower=0.0), -1),
        ("dong", found["dong_near"], found["dong_m"], -1),
    )


def _agreements(found: pd.DataFrame, rules: PositionRules) -> Checks:
    near = found["road_m"] <= rules.road_near_m
    return (
        ("address", found["with_by"] == "address", found["with_m"], found["with_row"]),
        ("facility", found["with_by"] == "facility", found["with_m"], found["with_row"]),
        ("number", near & (found["number_m"] <= rules.road_near_m), found["road_m"], -1),
    )


def _contradictions(found: pd.DataFrame, rules: PositionRules) -> Checks:
    road, number = found["road_m"], found["number_m"]
    # two files that agree are more than a map of streets, but not more than the ward that both of them name
    single = found["files"] == 0
    against = [found["lost"] & (found["against_by"] == by) for by in ("address", "facility")]
    off = number > rules.number_slack_m
    strained = (road > rules.road_strained_m) & (off | found["dong_far"])
    # on the right road, but at the wrong end of it
    alone = off & (found["neighbours"] >= _FEW) & ~(road <= rules.road_near_m / 2)
    alone |= (number > rules.conflict_m) & ((found["neighbours"] >= _FEW) | ~(road <= rules.road_near_m))
    shared = (found["addresses"] >= _SHARED) & (road > rules.road_near_m)
    return (
        ("ward", found["ward_m"] > rules.ward_m, found["ward_m"], -1),
        ("address", against[0], found["against_m"], found["against_row"]),
        ("facility", against[1], found["against_m"], found["against_row"]),
        ("road", single & ((road > rules.road_far_m) | strained), road, -1),
        ("number", single & alone, number, -1),
        ("dong", single & found["dong_far"], found["dong_m"], -1),
        ("shared", single & shared, road, -1),
    )


def _lost(found: pd.DataFrame, indoors: NDArray[np.bool_], rules: PositionRules) -> pd.Series:
    """Return which positions lose against another one that should be the same.

    A shared space stands in a building; a station, a car park and an access point stand anywhere on a plot, so theirs
    is only wrong where its own address says so too. Between two that are worth the same nobody can decide, but far apart
    they cannot both be true.
    """
    far, own = found["against_m"] > rules.conflict_m, found["own"]
    weaker = (found["against_row"] >= 0) & (found["votes"] < found["against_votes"])
    tied = (found["against_row"] >= 0) & (found["votes"] == found["against_votes"]) & far
    return pd.Series(np.where(indoors, (weaker & (far | (own <= 0))) | tied, weaker & (own < 0)), found.index)


def _used(told: pd.DataFrame, xy: NDArray[np.float64], indoors: NDArray[np.bool_]) -> pd.DataFrame:
    """Add ``used_x`` and ``used_y``: the position on which two agree against that of a building, else the published one."""
    best = told["against_row"].to_numpy()
    sound = (told["status"] != "contradicted").to_numpy()[best]
    sound &= indoors[best] | (told["files"].to_numpy()[best] > 0)
    agreed = (told["against_votes"] >= _AGREE) & (told["votes"] < told["against_votes"])
    moved = told["lost"].to_numpy() & indoors & agreed.to_numpy() & sound
    used = np.where(moved[:, None], xy[best], xy)
    return told.assign(used_x=used[:, 0], used_y=used[:, 1])
