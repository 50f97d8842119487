"""Who may walk where: the foot access rules, applied to OSM tags as arrays.

The rules are osmnx's ``walk`` filter with the changes of the project's design, because Seoul needs them:

- motorways and their links are out; trunk roads and their links only with a sidewalk tag or
  ``foot=yes|designated`` (in Seoul nearly all trunk is urban expressway, such as 올림픽대로);
- cycleways are in unless ``foot=no`` (the paths along the Han river are tagged so and walked by everybody);
- ``foot=no`` and ``access=private|no`` are out unless ``foot`` says otherwise;
- squares (``area=yes``, closed pedestrian rings) are in: people walk along their edge;
- tunnels and bridges are in, but nobody is snapped onto one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from sharemap.sources.osm import Ways

__all__ = ["WalkRules", "verdict"]

_NEVER = (
    "abandoned",
    "bus_guideway",
    "busway",
    "construction",
    "demolished",
    "disused",
    "motorway",
    "motorway_link",
    "no",
    "planned",
    "platform",
    "proposed",
    "raceway",
    "razed",
    "rest_area",
    "services",
)
_TRUNK = ("trunk", "trunk_link")
_FOOT_YES = ("yes", "designated", "permissive", "official")
_SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_SIDEWALK_YES = ("yes", "both", "left", "right")


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
    included = highway.isin(rules.include_highway) | name.isin(rules.include_names)
    excluded = highway.isin(rules.exclude_highway) | name.isin(rules.exclude_names)
    reason = np.where(included & (highway != ""), "", reason)
    return np.where(excluded & (highway != ""), "study", reason).astype(str)


def _by_tags(ways: Ways, highway: pd.Series[str]) -> npt.NDArray[np.str_]:
    foot, access = ways.column("foot"), ways.column("access")
    foot_yes = foot.isin(_FOOT_YES)
    sidewalks = pd.DataFrame({key: ways.column(key) for key in _SIDEWALK_KEYS})
    has_sidewalk = sidewalks.isin(_SIDEWALK_YES).any(axis=1)
    separate = sidewalks.isin(["separate"]).any(axis=1) & ~highway.isin(
        ("footway", "path", "pedestrian", "steps")
    )
    closed = access.isin(("private", "no")) | ways.column("service").eq("private")
    return np.select(
        [
            highway == "",
            highway.isin(_NEVER),
            foot.eq("no") | foot.eq("private"),
            highway.isin(_TRUNK) & ~has_sidewalk & ~foot_yes,
            closed & ~foot_yes,
            separate & ~foot_yes,
        ],
        ["not_a_street", "class", "foot_no", "expressway", "private", "separate_sidewalk"],
        default="",
    ).astype(str)
