"""The everyday loop as a line along the streets, and what is in its way.

The walks were found in whole centimetres, so a shortest one can be read back from the costs alone: from the door of
the one place step to any neighbour whose cost is smaller by exactly the length of the step, until the door of the
other is reached. Nothing is searched twice and nothing is approximate.

On slopes the line is the walk in the order of the loop, from each place to the next. The other way round may be
quicker or slower, and so may its streets be others: ``loop_m``, by which the order was chosen, counts the longer way
of each walk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from sharemap.errors import GeometryError
from sharemap.reach.costs import anchors_of, seeds_of
from sharemap.reach.yards import way_out
from sharemap.villages.typed import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from sharemap.reach.costs import Anchors
    from sharemap.villages.rules import Ground

__all__ = ["Walked", "loop_table", "walked"]

_CM = 100.0
_BOTH = 2  # sides of a road, and arms that a road has where it is crossed
_MAIN = frozenset(name + suffix for name in ("trunk", "primary", "secondary") for suffix in ("", "_link"))
_AHEAD_M = 8.0  # where a street goes from a crossing: far enough not to see its rounded corner


@dataclass
class Walked:
    """A walk along the streets.

    Attributes
    ----------
    xy
        Its corners.
    parts
        Edges walked and metres of each, in their order.
    nodes
        For each node passed: the edge before, the node, the edge after.
    access_m
        Straight legs between doors and streets.
    """

    xy: list[tuple[float, float]] = field(default_factory=list)
    parts: list[tuple[int, float]] = field(default_factory=list)
    nodes: list[tuple[int, int, int]] = field(default_factory=list)
    access_m: float = 0.0


def walked(ground: Ground, doors: gpd.GeoSeries, order: Sequence[str], *, closed: bool = True) -> Walked:
    """Return the walk from place to place in an order, and back to the first when it is `closed`.

    Parameters
    ----------
    ground
        Streets, stops and reach of the places.
    doors
        Points of the places, indexed by place id.
    order
        Place ids; each walk must be within the cutoff of the reach.

    Raises
    ------
    GeometryError
        If two places that follow each other do not reach each other within the cutoff.
    """
    trace = _Trace(ground)
    whole = Walked()
    ends = [*order[1:], order[0]] if closed else order[1:]
    for one, other in zip(order, ends, strict=False):
        trace.leg(whole, (one, doors[one]), (other, doors[other]))
    return whole


class _Trace:
    """Reads walks back from the reach of the places."""

    def __init__(self, ground: Ground) -> None:
        self.streets, self.reached, self.turned = ground.streets, ground.reached, ground.streets.reversed()
        self.anchors: Anchors = anchors_of(ground.streets, ground.stops)
        self.begins = seeds_of(ground.streets, self.anchors)
        self.row = {place: row for row, place in enumerate(ground.stops["site_id"])}
        self.shapes: NDArray[Any] = ground.streets.edges.geometry.to_numpy()

    def leg(self, into: Walked, start: tuple[str, Any], end: tuple[str, Any]) -> None:
        """Append the shortest walk between two places."""
        a, b = self.row[start[0]], self.row[end[0]]
        at, to = self._on_street(a), self._on_street(b)
        pieces = self._pieces(a, b)
        into.access_m += (int(self.anchors.access[a]) + int(self.anchors.access[b])) / _CM
        into.xy += [(start[1].x, start[1].y), (at.x, at.y)]
        for edge, line, metres in pieces:
            into.xy += list(line.coords)
            into.parts.append((edge, metres))
        into.xy += [(to.x, to.y), (end[1].x, end[1].y)]
        passed = [edge for edge, _, _ in pieces]
        into.nodes += [(before, self._shared(before, after), after) for before, after in pairwise(passed)]

    def _on_street(self, row: int) -> Any:  # noqa: ANN401  a point
        edge = int(self.anchors.edge[row])
        return shapely.line_interpolate_point(self.shapes[edge], self._share(row), normalized=True)

    def _share(self, row: int) -> float:
        length = int(self.streets.edge_length_cm[self.anchors.edge[row]])
        return int(self.anchors.at[row]) / length if length else 0.0  # noqa: PD008  no pandas

    def _shared(self, before: int, after: int) -> int:
        """Return the node between two edges; where edges without length lie between, the one on the open street."""
        streets, seen = self.streets, dict[int, None]()
        onward = {int(streets.edge_u[after]), int(streets.edge_v[after])}
        here = {int(streets.edge_u[before]), int(streets.edge_v[before])}
        while here and not here & onward:
            seen |= dict.fromkeys(sorted(here))
            at = [self._entries(node) for node in here]
            beside = {int(streets.indices[entry]) for part in at for entry in part if self._is_short(entry)}
            here = beside - seen.keys()
        met = sorted(here & onward)
        return next((node for node in (*met, *seen) if not self._only(node).all()), met[0])

    def _pieces(self, a: int, b: int) -> list[tuple[int, Any, float]]:
        """Return edge, line and metres of each piece between two stops, in the order of the walk."""
        cost = self._costs(a)
        through = [
            (cost[node] + int(self.anchors.arrive[b, side]) + int(self.anchors.access[b]), side, node)
            for side, node in enumerate(self._ends(b))
            if node in cost and self.anchors.arrive[b, side] >= 0
        ]
        direct = self._direct(a, b)
        if direct is not None and (not through or direct <= min(through)[0]):
            edge, (one, other) = int(self.anchors.edge[a]), (self._share(a), self._share(b))
            return [self._piece(edge, one, other)]
        if not through:
            msg = "two places of a loop do not reach each other"
            raise GeometryError(
                msg,
                value=(self.reached.site_ids[a], self.reached.site_ids[b]),
                remedy="compute the reach to the adjacency at least",
            )
        _, side, node = min(through)
        steps, seed = self._back(a, node, cost)
        first, last = int(self.anchors.edge[a]), int(self.anchors.edge[b])
        pieces = [self._piece(first, self._share(a), float(seed))]
        pieces += [self._piece(edge, *((0.0, 1.0) if forward else (1.0, 0.0))) for edge, forward in steps]
        pieces.append(self._piece(last, float(side), self._share(b)))
        return [piece for piece in pieces if piece[2] > 0]

    def _direct(self, a: int, b: int) -> int | None:
        if self.anchors.edge[a] != self.anchors.edge[b]:
            return None
        # column 0 is walked away from the beginning of the edge, column 1 towards it
        along = self.anchors.at
        way = int(along[b] < along[a])
        ends = int(self.anchors.along[a, way]), int(self.anchors.along[b, way])
        if min(ends) < 0:
            return None
        return abs(ends[0] - ends[1]) + int(self.anchors.access[a]) + int(self.anchors.access[b])

    def _costs(self, row: int) -> dict[int, int]:
        part = slice(self.reached.indptr[row], self.reached.indptr[row + 1])
        return dict(zip(self.reached.node[part].tolist(), self.reached.cost_cm[part].tolist(), strict=True))

    def _ends(self, row: int) -> tuple[int, int]:
        edge = int(self.anchors.edge[row])
        return int(self.streets.edge_u[edge]), int(self.streets.edge_v[edge])

    def _back(self, a: int, node: int, cost: dict[int, int]) -> tuple[list[tuple[int, bool]], int]:
        """Return the edges from the door of a stop to a node, whether each is walked forward, and the side left by."""
        doors = {
            end: side
            for side, end in reversed(list(enumerate(self._ends(a))))
            if cost.get(end) == int(self.anchors.leave[a, side]) + int(self.anchors.access[a])
        }
        ways_out = dict(zip(*(part[a, _BOTH:].tolist() for part in self.begins), strict=True))
        came: dict[int, tuple[int, int]] = {}
        stack, seen = [node], {node}  # a stack, because edges of no length can lead in circles
        while stack:
            here = stack.pop()
            if here in doors:
                return self._steps(here, node, came), doors[here]
            if here in ways_out and cost[here] == ways_out[here]:
                out, side = self._out_of_the_yard(a, here, cost[here])
                return [*out, *self._steps(here, node, came)], side
            for neighbour, edge, step in self._steps_to(here):
                if neighbour not in seen and cost.get(neighbour, -1) + step == cost[here]:
                    seen.add(neighbour)
                    came[neighbour] = (here, edge)
                    stack.append(neighbour)
        msg = "a walk cannot be traced; the reach is of another network"
        raise GeometryError(msg, value=self.reached.site_ids[a], remedy="run the stage 'reach' again")

    def _out_of_the_yard(self, a: int, door: int, cost: int) -> tuple[list[tuple[int, bool]], int]:
        """Return the edges from a stop in a yard to a door of it, and the side left by."""
        for side, end in enumerate(self._ends(a)):
            leave = int(self.anchors.leave[a, side])
            if leave >= 0 and self._only(end).all():
                steps = way_out(self.streets, end, door)
                ways = (
                    self.streets.edge_forward_cm if on else self.streets.edge_backward_cm for _, on in steps
                )
                out = sum(int(way[edge]) for (edge, _), way in zip(steps, ways, strict=True))
                if leave + int(self.anchors.access[a]) + out == cost:
                    return steps, side
        msg = "a walk out of a yard cannot be traced; the reach is of another network"
        raise GeometryError(msg, value=self.reached.site_ids[a], remedy="run the stage 'reach' again")

    def _entries(self, node: int) -> range:
        return range(int(self.streets.indptr[node]), int(self.streets.indptr[node + 1]))

    def _is_short(self, entry: int) -> bool:
        return not self.streets.edge_length_cm[self.streets.csr_edge[entry]]

    def _only(self, node: int) -> NDArray[np.bool_]:
        """Whether each edge at a node is open only for walks that begin or end there."""
        return np.asarray(self.streets.edge_ends_only[self.streets.csr_edge[self._entries(node)]])

    def _steps_to(self, node: int) -> Iterator[tuple[int, int, int]]:
        """Yield neighbour, edge and cost of the step from each neighbour to a node."""
        part = slice(int(self.streets.indptr[node]), int(self.streets.indptr[node + 1]))
        neighbour, edge = self.streets.indices[part], self.streets.csr_edge[part]
        cost = self.turned.csr_cost_cm[part]
        only = self._only(node)
        # out of a yard nobody comes who went in
        taken = (cost >= 0) & ~(only & ~only.all())
        return zip(neighbour[taken].tolist(), edge[taken].tolist(), cost[taken].tolist(), strict=True)

    def _steps(self, here: int, node: int, came: dict[int, tuple[int, int]]) -> list[tuple[int, bool]]:
        steps = []
        while here != node:
            onward, edge = came[here]
            steps.append((edge, int(self.streets.edge_u[edge]) == here))
            here = onward
        return steps

    def _piece(self, edge: int, start: float, end: float) -> tuple[int, Any, float]:
        line = substring(self.shapes[edge], start, end, normalized=True)
        return edge, line, abs(end - start) * int(self.streets.edge_length_cm[edge]) / _CM


def loop_table(loops: Sequence[tuple[str, float, Walked]], ground: Ground) -> gpd.GeoDataFrame:
    """Return the table 'village_loops'.

    Parameters
    ----------
    loops
        Village id, cost of the loop in metres, and the loop as it is walked.
    ground
        The streets.
    """
    edges = ground.streets.edges
    kinds = {name: edges[name].to_numpy(dtype=bool) for name in ("steps", "tunnel", "bridge", "crossing")}
    tells = bool(kinds["crossing"].any())
    crossings = _Crossings(ground) if tells else None
    rows = []
    for village, loop_m, way in loops:
        edge = np.array([part for part, _ in way.parts], dtype=np.int64)
        metres = np.array([length for _, length in way.parts])
        on = {name: float(metres[kind[edge]].sum()) for name, kind in kinds.items()}
        row = {
            "village_id": village,
            "loop_m": loop_m,
            "length_m": float(metres.sum()) + way.access_m,
            "access_m": way.access_m,
            **{f"{name}_m": on[name] for name in ("steps", "tunnel", "bridge")},
            "crossing_m": on["crossing"] if tells else None,
            "unmarked_crossings": None if crossings is None else crossings.unmarked(way),
            "signals": "no_data",
            "geometry": shapely.remove_repeated_points(shapely.LineString(way.xy)),
        }
        rows.append(row)
    if not rows:
        return table_of("village_loops", crs=ground.streets.crs)
    return table_of("village_loops", pd.DataFrame(rows), crs=ground.streets.crs)


class _Crossings:
    """Where a walk passes from one side of a main road to the other."""

    def __init__(self, ground: Ground) -> None:
        self.streets = ground.streets
        edges = ground.streets.edges
        self.main = edges["highway"].isin(_MAIN).to_numpy(dtype=bool)
        self.marked = edges["crossing"].to_numpy(dtype=bool)
        self.shapes = edges.geometry.to_numpy()

    def unmarked(self, way: Walked) -> int:
        """How many main roads are crossed where neither the way before nor the way after is a marked crossing."""
        return sum(
            not (self.marked[before] or self.marked[after]) and self._crosses(before, node, after)
            for before, node, after in way.nodes
            if not (self.main[before] or self.main[after])
        )

    def _crosses(self, before: int, node: int, after: int) -> bool:
        """Whether two arms of a main road lie on different sides of the way."""
        streets = self.streets
        here = streets.csr_edge[int(streets.indptr[node]) : int(streets.indptr[node + 1])]
        arms = [int(edge) for edge in here if self.main[edge]]
        if len(arms) < _BOTH:
            return False
        coming, going = self._bearing(before, node), self._bearing(after, node)
        turn = (going - coming) % math.tau
        sides = {((self._bearing(edge, node) - coming) % math.tau) < turn for edge in arms}
        return len(sides) == _BOTH

    def _bearing(self, edge: int, node: int) -> float:
        line = self.shapes[edge]
        ahead = min(_AHEAD_M, line.length)
        ends = int(self.streets.edge_u[edge]), int(self.streets.edge_v[edge])
        forward = ends[0] == node or (ends[1] != node and self._begins_at(edge, node))
        start = line.interpolate(0 if forward else line.length)
        point = line.interpolate(ahead if forward else line.length - ahead)
        return math.atan2(point.y - start.y, point.x - start.x)

    def _begins_at(self, edge: int, node: int) -> bool:
        """Whether an edge begins at the place of a node that is another than its own two."""
        line, place = self.shapes[edge], self.streets.nodes.geometry.iloc[node]
        return bool(place.distance(line.interpolate(0)) <= place.distance(line.interpolate(line.length)))
