"""From strands to streets: strands meet, get names, bend, and become pieces between junctions."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point

from tools.ward import plan
from tools.ward.fills import Block, fill
from tools.ward.shapes import bend, noise, smooth
from tools.ward.skeleton import GROUND, Skeleton, Strand, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["Streets", "Town", "lay_streets", "plan_town", "walkable"]

_GRID = 0.01
_CRUMB = 0.4  # shorter ends stick out where a lane was drawn a little beyond the street it meets
_LEAST_NAMED = 48.0
_REACH = 0.08
_NAMED = ("residential", "living_street", "unclassified", "tertiary", "pedestrian")
_LETTERS = "가나다라마바사아자차카타파하"


@dataclass(frozen=True)
class Town:
    """The flat plan: everything before it bends."""

    frame: Skeleton
    strands: list[Strand]
    blocks: list[Block]


@dataclass(frozen=True)
class Streets:
    """Pieces of way between junctions, EPSG:5179.

    Attributes
    ----------
    lines
        One LineString a piece, from node ``u`` to node ``v``.
    tags
        OSM tags of each piece.
    way
        Number of the strand that each piece is part of; pieces of one strand make up OSM ways.
    u, v
        int64, numbers of the end nodes.
    nodes
        float64[n, 2], their coordinates.
    """

    lines: list[LineString]
    tags: list[Mapping[str, str]]
    way: NDArray[np.int64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    nodes: NDArray[np.float64]


def plan_town(seed: int) -> Town:
    """Draw the flat plan."""
    frame = skeleton()
    strands, blocks = list(frame.strands), []
    for number, face in enumerate(frame.faces):
        for item in fill(face, noise(seed, 1_000 + number)):
            if isinstance(item, Block):
                blocks.append(item)
            else:
                strands.append(Strand(_longer(item.line), item.tags, item.level))
    return Town(frame, _named(strands), blocks)


def lay_streets(town: Town) -> Streets:
    """Let the strands meet, drop crumbs and stray bits, and bend the rest into EPSG:5179."""
    pieces, owner = _pieces(town.strands)
    kept = _tidy(pieces, owner, town.strands)
    pieces, owner = [pieces[i] for i in kept], owner[kept]
    # vertices first: pieces that share an end in the flat frame share it after the bend, to the last bit
    bent = [LineString(shapely.get_coordinates(line.simplify(0.35))) for line in bend(pieces)]
    nodes, u, v = _ends(pieces)
    order = np.argsort(u, kind="stable")
    place = np.full((len(nodes), 2), np.nan)
    for i in order:
        xy = shapely.get_coordinates(bent[i])
        place[u[i]], place[v[i]] = xy[0], xy[-1]
    return Streets(bent, [town.strands[way].tags for way in owner], owner, u, v, place)


def walkable(tags: Mapping[str, str]) -> bool:
    """Whether people walk there: the rules of the analyser, said again for what is made here."""
    highway = tags.get("highway", "")
    if not highway or highway.startswith(("motorway", "trunk")):
        return False
    return tags.get("foot") != "no" and tags.get("access") not in ("private", "no")


def _longer(line: LineString) -> LineString:
    """Return a line a few centimetres longer at both ends, so that it surely meets the street it ends on."""
    xy = shapely.get_coordinates(line)
    if line.is_closed:
        return line
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    xy[0] += _REACH * first / np.hypot(*first)
    xy[-1] += _REACH * last / np.hypot(*last)
    return LineString(np.round(xy, 2))


def _named(strands: Iterable[Strand]) -> list[Strand]:
    """Name side streets as Korean addresses do: the road they leave, and how far along it."""
    bases = [(road.name, smooth(road.points)) for road in plan.ARTERIALS]
    tree = shapely.STRtree([line for _, line in bases])
    used: Counter[str] = Counter()
    named = []
    for strand in strands:
        long = strand.line.length > _LEAST_NAMED
        if "name" in strand.tags or strand.tags.get("highway") not in _NAMED or not long:
            named.append(strand)
            continue
        ends = [Point(strand.line.coords[0]), Point(strand.line.coords[-1])]
        near = [int(tree.nearest(end)) for end in ends]
        which = 0 if bases[near[0]][1].distance(ends[0]) <= bases[near[1]][1].distance(ends[1]) else 1
        name, base = bases[near[which]]
        number = 2 * int(base.project(ends[which]) // 20) + _side(base, strand.line)
        text = f"{name}{number}"
        letter = used[text]
        used[text] += 1
        suffix = "길" if letter == 0 else f"{_LETTERS[(letter - 1) % len(_LETTERS)]}길"
        named.append(Strand(strand.line, {**strand.tags, "name": text + suffix}, strand.level))
    return named


def _side(base: LineString, line: LineString) -> int:
    """1 on the left of a road, 2 on its right."""
    middle = line.interpolate(0.5, normalized=True)
    at = base.project(middle)
    a, b = base.interpolate(max(at - 5, 0)), base.interpolate(at + 5)
    cross = (b.x - a.x) * (middle.y - a.y) - (b.y - a.y) * (middle.x - a.x)
    return 1 if cross > 0 else 2


def _pieces(strands: list[Strand]) -> tuple[list[LineString], NDArray[np.int64]]:
    """Cut the strands of the ground where they meet; the others stay whole."""
    ground = [i for i, strand in enumerate(strands) if strand.level == GROUND]
    noded = shapely.get_parts(shapely.union_all([strands[i].line for i in ground], grid_size=_GRID))
    tree = shapely.STRtree([strands[i].line for i in ground])
    middles = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    piece, near = tree.query(middles, predicate="dwithin", distance=0.05)
    # where two strands run on top of each other the first one, the larger road, gives the tags
    order = np.lexsort((near, piece))
    _, first = np.unique(piece[order], return_index=True)
    owner = np.asarray(ground)[near[order][first]]
    pieces = [_along(line, strands[way].line) for line, way in zip(noded, owner, strict=True)]
    rest = [i for i, strand in enumerate(strands) if strand.level != GROUND]
    whole = [shapely.set_precision(strands[i].line, _GRID) for i in rest]
    order = np.lexsort((*_keys(pieces), owner))
    return [*(pieces[i] for i in order), *whole], np.concatenate([owner[order], rest]).astype(np.int64)


def _along(piece: LineString, strand: LineString) -> LineString:
    """Return the piece, running the way its strand does."""
    # inner points: the ends of a closed strand are one and the same
    early, late = (strand.project(piece.interpolate(share, normalized=True)) for share in (0.4, 0.6))
    return piece if early <= late else piece.reverse()


def _keys(pieces: list[LineString]) -> NDArray[np.float64]:
    return np.array([piece.interpolate(0.5, normalized=True).coords[0] for piece in pieces]).T


def _ends(pieces: list[LineString]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    ends = np.array([[piece.coords[0], piece.coords[-1]] for piece in pieces])
    keys = np.rint(ends.reshape(-1, 2) / _GRID).astype(np.int64)
    nodes, number = np.unique(keys, axis=0, return_inverse=True)
    u, v = number.reshape(-1, 2).T
    return nodes, u.astype(np.int64), v.astype(np.int64)


def _tidy(pieces: list[LineString], owner: NDArray[np.int64], strands: list[Strand]) -> NDArray[np.int64]:
    """Positions of the pieces to keep: no crumbs, nothing unconnected but the island that is planned."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes, u, v = _ends(pieces)
    degree = np.bincount(np.concatenate([u, v]), minlength=len(nodes))
    length = np.array([piece.length for piece in pieces])
    crumb = (length < _CRUMB) & ((degree[u] == 1) | (degree[v] == 1))
    street = np.array(["highway" in strands[way].tags for way in owner])
    foot = np.array([walkable(strands[way].tags) for way in owner]) & ~crumb
    graph = coo_array((np.ones(foot.sum()), (u[foot], v[foot])), shape=(len(nodes), len(nodes)))
    _, part = connected_components(graph, directed=False)
    sizes: dict[int, float] = defaultdict(float)
    for label, metres in zip(part[u[foot]], length[foot], strict=True):
        sizes[int(label)] += float(metres)
    main = max(sizes, key=lambda label: sizes[label])
    planned = np.array([strands[way].tags.get("name") == "차량기지길" for way in owner])
    stray = foot & (part[u] != main) & ~planned
    return np.flatnonzero(~crumb & ~stray & (street | ~foot))
