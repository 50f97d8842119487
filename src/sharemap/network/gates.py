"""What stands on a street, as a node of it: gates and walls that nobody passes, kerbs and stiles that wheels do not.

A street is cut at a gate that is shut: its two sides end at two vertices of one place. At a kerb the two vertices are
joined by an edge without length, which is shut for wheels::

    o-----o  o-----o        o-----o==o-----o        ==  0 m, wheelchair "no"
          shut gate               kerb

Where a street runs on past others that end at the node, what stands there stands on those that end. A kerb lies
between the ways for walkers and the carriageway that they meet, and does not cut the carriageway.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sharemap.network.walking import WHEELS, values_of, wheels_of

if TYPE_CHECKING:
    from sharemap.network.segments import Segments
    from sharemap.sources.osm import Ways

__all__ = ["cut", "passable"]

Bools = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]

_FOR_WALKERS = ("footway", "path", "pedestrian", "steps", "cycleway", "corridor", "crossing", "bridleway")


def passable(nodes: pd.DataFrame) -> pd.DataFrame:
    """Say of each node whether people pass it, and whether on wheels.

    Parameters
    ----------
    nodes
        Tags of nodes as text, as :attr:`sharemap.sources.osm.Ways.nodes` has them; absent is ``None``.

    Returns
    -------
    DataFrame
        Indexed like `nodes`: ``open``, and ``stroller`` and ``wheelchair`` with ``'yes'``, ``'limited'``, ``'no'`` or
        empty text.

    Examples
    --------
    >>> passable(pd.DataFrame({"barrier": ["gate", "gate", "wall"], "foot": [None, "no", "yes"]}))["open"].tolist()
    [True, False, True]
    """

    def told(key: str) -> pd.Series[str]:
        found = nodes[key] if key in nodes.columns else pd.Series("", index=nodes.index)
        return found.astype(object).where(found.notna(), "").astype(str)

    def says(key: str, walk: Any) -> Bools:  # noqa: ANN401  a literal
        return np.asarray(told(key).isin(values_of(key, walk, of="node")))

    kind = told("barrier").eq("").to_numpy() | says("barrier", "open")
    asked = [(key, walk) for key in ("foot", "access") for walk in ("open", "shut")]
    conditions = [says(key, walk) for key, walk in asked] + [says("locked", "shut")]
    is_open = np.select(conditions, [*(walk == "open" for _, walk in asked), False], default=kind)
    return pd.DataFrame(
        {"open": is_open.astype(bool), **{one: _wheel(told, one, nodes.index) for one in WHEELS}},
        index=nodes.index,
    )


def _wheel(told: Any, one: str, index: pd.Index) -> npt.NDArray[np.object_]:  # noqa: ANN401  a local function
    lines = wheels_of(one, of="node")
    found = pd.Series("", index=index, dtype=object)
    for key in (one, *(other for other in WHEELS if other != one), "kerb", "barrier"):
        if key in lines:
            found = found.where(found != "", told(key).map(lines[key]).fillna(""))
    return found.to_numpy(dtype=object)


def cut(segments: Segments, ways: Ways) -> tuple[Segments, dict[str, Any]]:
    """Cut streets at what stands on them.

    Parameters
    ----------
    segments
        Walkable streets; their ways are the rows of `ways`.
    ways
        The ways of the extract, with the tags of their nodes.

    Returns
    -------
    segments
        The same streets, with more vertices. Nothing gets longer or shorter.
    report
        ``gates``: how many nodes on walkable streets shut them, and how many stop wheels only.
    """
    about = passable(ways.nodes).assign(ref=ways.nodes["ref"].to_numpy(dtype=np.int64))
    for_all = np.logical_and.reduce([about[one].ne("no") for one in WHEELS])
    stops = about.loc[~(about["open"].to_numpy() & for_all)]
    ends = _ends_at(segments, stops)
    shut = ~stops["open"].to_numpy()[ends["stop"]]
    ends = _sides(ends, shut, segments, ways, stops)
    new = len(segments.xy) + np.arange(len(ends))
    half = ends["half"].to_numpy()
    both = np.concatenate([segments.tails, segments.heads])
    from_node = both[half].astype(np.int64)
    both[half] = new
    parted = replace(
        segments,
        tails=both[: len(segments.tails)],
        heads=both[len(segments.tails) :],
        xy=np.concatenate([segments.xy, segments.xy[from_node]]),
        osm_id=np.concatenate([segments.osm_id, segments.osm_id[from_node]]),
    )
    for_wheels = np.flatnonzero(~ends["shut"].to_numpy())
    linked = _linked(parted, from_node[for_wheels], new[for_wheels], ends.iloc[for_wheels], stops)
    met = ends.groupby("shut")["stop"].nunique()
    report = {"shut": int(met.get(True, 0)), "shut_for_wheels": int(met.get(False, 0))}
    return linked, {"gates": report}


def _ends_at(segments: Segments, stops: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of segments at nodes where something stands: which end, which node, which row of `stops`."""
    refs = stops["ref"].to_numpy()
    order = np.argsort(refs)
    node = np.concatenate([segments.tails, segments.heads])
    if not len(refs):
        return pd.DataFrame({"half": node[:0], "node": node[:0], "stop": node[:0].astype(np.intp)})
    # by the number of the point first: there are fewer points than ends
    at = np.searchsorted(refs[order], segments.osm_id).clip(max=len(refs) - 1)
    stands = refs[order][at] == segments.osm_id
    half = np.flatnonzero(stands[node])
    return pd.DataFrame({"half": half, "node": node[half], "stop": order[at[node[half]]]})


def _sides(
    ends: pd.DataFrame, shut: Bools, segments: Segments, ways: Ways, stops: pd.DataFrame
) -> pd.DataFrame:
    """Return the ends that get a vertex of their own; of each node one side keeps the old one."""
    way = np.tile(segments.way, 2)[ends["half"].to_numpy()]
    on_foot = ways.column("highway").isin(_FOR_WALKERS).to_numpy()[way]
    through = _through(ways, stops["ref"].to_numpy())[ends["stop"].to_numpy()]
    here = pd.DataFrame({"stop": ends["stop"], "on_foot": on_foot}).groupby("stop")["on_foot"]
    mixed = ~shut & (here.transform("any") & ~here.transform("all")).to_numpy()
    # a carriageway keeps its vertex where a kerb lies beside it, and so does what runs on past others
    stays = np.where(mixed, ~on_foot, way == through)
    found = ends.assign(way=way, shut=shut, stays=stays)
    found = found.sort_values(["stop", "stays", "half"], ascending=[True, False, True], kind="stable")
    first = ~found.duplicated("stop").to_numpy()
    return found.loc[~found["stays"].to_numpy(dtype=bool) & ~first]


def _through(ways: Ways, refs: Int64) -> Int64:
    """Return for each node the one way that runs on there while others end; -1 where there is none."""
    counts = np.diff(ways.offsets)
    owner = np.repeat(np.arange(len(counts)), counts)
    street = ways.column("highway").ne("").to_numpy()
    here = np.flatnonzero(np.isin(ways.refs, refs) & street[owner])
    inner = (here > ways.offsets[owner[here]]) & (here < ways.offsets[owner[here] + 1] - 1)
    met = pd.DataFrame({"ref": ways.refs[here], "way": owner[here], "inner": inner})
    met = met.groupby(["ref", "way"])["inner"].any().reset_index()
    meeting = met.groupby("ref")["way"].transform("size").to_numpy() > 1
    on = met.loc[met["inner"].to_numpy(dtype=bool) & meeting]
    alone = on.loc[~on["ref"].duplicated(keep=False)].set_index("ref")["way"]
    return alone.reindex(refs).fillna(-1).to_numpy(dtype=np.int64)


def _linked(
    segments: Segments, old: Int64, new: npt.NDArray[np.int64], ends: pd.DataFrame, stops: pd.DataFrame
) -> Segments:
    """Join the two vertices of what stops wheels only by an edge without length that is shut for them."""
    if not len(ends):
        return segments
    stop = stops.iloc[ends["stop"].to_numpy()]
    about = segments.ways.iloc[ends["way"].to_numpy()].assign(steps=False, crossing=False)
    about = about.assign(**{one: stop[one].to_numpy() for one in WHEELS})
    return replace(
        segments,
        tails=np.concatenate([segments.tails, old]).astype(np.int32),
        heads=np.concatenate([segments.heads, new]).astype(np.int32),
        way=np.concatenate([segments.way, len(segments.ways) + np.arange(len(ends))]),
        ways=pd.concat([segments.ways, about], ignore_index=True),
    )
