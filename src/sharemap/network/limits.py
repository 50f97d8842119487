"""Where a walkable street is not open to everybody or both ways: cut there, or said."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sharemap.network import gates
from sharemap.network.rules import WalkRules, demanding, ends_only, one_way

if TYPE_CHECKING:
    import numpy.typing as npt

    from sharemap.network.segments import Segments
    from sharemap.sources.osm import Ways

__all__ = ["limited"]

log = logging.getLogger(__name__)

_M_PER_KM = 1000.0
_WORTH_SAYING_KM = 0.05  # of what is printed with one decimal


def limited(segments: Segments, ways: Ways, rules: WalkRules) -> tuple[Segments, dict[str, Any]]:
    """Cut walkable streets at gates and kerbs, mark where nobody may pass through, say what a network cannot hold.

    Parameters
    ----------
    segments
        Walkable streets; their ways are the rows of `ways`.
    ways
        The ways of the extract.
    rules
        What the study changes.

    Returns
    -------
    segments
        The same streets, parted.
    report
        ``gates``, and the kilometres of streets that are open only for walks that begin or end there
        (``ends_only_km``), that people may walk in one direction only (``one_way_km``, walked both ways here), and of
        demanding mountain paths (``demanding_km``).
    """
    only = ends_only(ways, rules)
    said = {
        "ends_only_km": _km(segments, only),
        "one_way_km": _km(segments, one_way(ways)),
        "demanding_km": _km(segments, demanding(ways)),
    }
    if said["one_way_km"] >= _WORTH_SAYING_KM:
        log.warning(
            "%(km).1f km of streets may be walked in one direction only (oneway:foot); here they are walked both ways",
            {"km": said["one_way_km"]},
            extra={"term": "warn_one_way"},
        )
    if said["demanding_km"] >= _WORTH_SAYING_KM:
        log.warning(
            "%(km).1f km of streets are mountain paths that need a sure foot (sac_scale); they are walked like others",
            {"km": said["demanding_km"]},
            extra={"term": "warn_demanding"},
        )
    # as a column, because the gates add ways that are like those they stand on
    marked = replace(segments, ways=segments.ways.assign(ends_only=only))
    parted, about_gates = gates.cut(marked, ways)
    return parted, {**about_gates, **said}


def _km(segments: Segments, chosen: npt.NDArray[np.bool_]) -> float:
    on = chosen[segments.way]
    lengths = np.hypot(*(segments.xy[segments.heads[on]] - segments.xy[segments.tails[on]]).T)
    return round(math.fsum(lengths) / _M_PER_KM, 3)
