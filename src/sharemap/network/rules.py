"""Who may walk where: the foot access rules, applied to OSM tags as arrays.

What each tag says stands in ``walking.toml`` and on the page of walking rules in the documents; here is the order in
which the tags are asked. Beside that, squares (``area=yes``, closed pedestrian rings) are walked along their edge, and
tunnels and bridges are in, but nobody is snapped onto one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap.network.walking import WHEELS, values_of, wheels_of

if TYPE_CHECKING:
    from sharemap.sources.osm import Ways

__all__ = ["WalkRules", "demanding", "ends_only", "one_way", "verdict", "wheels"]

Bools = npt.NDArray[np.bool_]

_SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_FOR_WALKERS = ("footway", "path", "pedestrian", "steps")
_RAMPS = ("ramp", "ramp:wheelchair", "ramp:stroller")
_DEMANDING = (
    "demanding_mountain_hiking",
    "alpine_hiking",
    "demanding_alpine_hiking",
    "difficult_alpine_hiking",
)


@dataclass(frozen=True, kw_only=True)
class WalkRules:
    """What a study changes in the rules.

    Attributes
    ----------
    include_highway, exclude_highway
        OSM classes to take in or leave out whatever the rules say.
    include_names, exclude_names
        Street names, compared exactly, to take in or leave out. An exclusion wins over an inclusion.
    """

    include_highway: tuple[str, ...] = field(default=())
    exclude_highway: tuple[str, ...] = field(default=())
    include_names: tuple[str, ...] = field(default=())
    exclude_names: tuple[str, ...] = field(default=())


def verdict(ways: Ways, rules: WalkRules) -> npt.NDArray[np.str_]:
    """Say for each way why it is not walkable, in one word; empty text when it is.

    Returns
    -------
    ndarray of str, shape (n_ways,)
        ``''`` (walkable), ``'not_a_street'``, ``'class'``, ``'expressway'``, ``'foot_no'``, ``'private'``,
        ``'separate_sidewalk'`` or ``'study'`` (left out by the study).
    """
    highway, name = ways.column("highway"), ways.column("name")
    reason = _by_tags(ways, highway)
    excluded = highway.isin(rules.exclude_highway) | name.isin(rules.exclude_names)
    reason = np.where(_included(ways, rules), "", reason)
    return np.where(excluded & (highway != ""), "study", reason).astype(str)


def ends_only(ways: Ways, rules: WalkRules) -> Bools:
    """Say of each way whether it is open only for walks that begin or end there.

    Such a way is walkable (:func:`verdict`); :mod:`sharemap.network.passing` tells how nobody walks through.
    """
    foot, access = ways.column("foot"), ways.column("access")
    by_foot = foot.isin(values_of("foot", "ends"))
    by_access = access.isin(values_of("access", "ends")) & ~foot.isin(values_of("foot", "open"))
    return np.asarray((by_foot | by_access) & ~_included(ways, rules))


def _included(ways: Ways, rules: WalkRules) -> Bools:
    highway, name = ways.column("highway"), ways.column("name")
    included = highway.isin(rules.include_highway) | name.isin(rules.include_names)
    return np.asarray(included & (highway != ""))


def _by_tags(ways: Ways, highway: pd.Series[str]) -> npt.NDArray[np.str_]:
    foot, access = ways.column("foot"), ways.column("access")
    foot_open = foot.isin((*values_of("foot", "open"), *values_of("foot", "ends")))
    sidewalks = pd.DataFrame({key: ways.column(key) for key in _SIDEWALK_KEYS})
    has_sidewalk = sidewalks.isin(values_of("sidewalk", "open")).any(axis=1)
    separate = sidewalks.isin(values_of("sidewalk", "shut")).any(axis=1) & ~highway.isin(_FOR_WALKERS)
    closed = access.isin(values_of("access", "shut")) | ways.column("service").isin(
        values_of("service", "shut")
    )
    trunk = values_of("highway", "shut", reason="expressway")
    for_cars = highway.isin(trunk) | ways.column("motorroad").isin(values_of("motorroad", "shut"))
    return np.select(
        [
            highway == "",
            ~highway.isin((*values_of("highway", "open"), *trunk)),
            foot.isin(values_of("foot", "shut", reason="foot_no")),
            foot.isin(values_of("foot", "shut", reason="separate_sidewalk")),
            for_cars & ~has_sidewalk & ~foot_open,
            closed & ~foot_open,
            separate & ~foot_open,
        ],
        [
            *("not_a_street", "class", "foot_no", "separate_sidewalk"),
            *("expressway", "private", "separate_sidewalk"),
        ],
        default="",
    ).astype(str)


def wheels(ways: Ways) -> pd.DataFrame:
    """Say of each way what its tags tell of strollers and wheelchairs.

    Returns
    -------
    DataFrame
        Columns ``stroller`` and ``wheelchair``: ``'yes'``, ``'limited'``, ``'no'`` or, where nothing is said, empty
        text. ``'yes'`` and ``'limited'`` of steps are told apart by the price: only a ramp or a plain yes opens them.
    """
    return pd.DataFrame({one: _wheel(ways, one) for one in WHEELS})


def _wheel(ways: Ways, one: str) -> npt.NDArray[np.object_]:
    """Ask what was said of these wheels themselves first, then what hinders all wheels, then the ramps of steps."""
    told = {key: ways.column(key).map(said).fillna("") for key, said in wheels_of(one).items()}
    steps = ways.column("highway").eq("steps")
    hindered = pd.Series("", index=steps.index, dtype=object)
    for key in ("sac_scale", "smoothness"):
        hindered = hindered.where(hindered != "", told[key])
    ramp = pd.Series("", index=steps.index, dtype=object)
    for key in _RAMPS:
        ramp = ramp.where(ramp != "", told[key].where(steps, "")) if key in told else ramp
    found = told[one]
    others = [told[key] for key in WHEELS if key in told and key != one]
    for other in (*others, hindered, ramp):
        found = found.where(found != "", other)
    return found.to_numpy(dtype=object)


def one_way(ways: Ways) -> Bools:
    """Say of each way whether people may walk on it in one direction only, which the network does not know."""
    one = ways.column("oneway:foot").isin(("yes", "1", "-1", "true"))
    for key in ("foot:forward", "foot:backward"):
        one |= ways.column(key).eq("no")
    return np.asarray(one)


def demanding(ways: Ways) -> Bools:
    """Say of each way whether it is a mountain path that needs a sure foot or more."""
    return np.asarray(ways.column("sac_scale").isin(_DEMANDING))
