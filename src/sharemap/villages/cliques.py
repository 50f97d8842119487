"""Walks -> adjacent pairs -> maximal cliques -> disjoint villages. Exact, and independent of the input's order."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse

from sharemap.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "Resolution",
    "TooManyCliquesError",
    "adjacency",
    "buildings",
    "cliques",
    "cliques_of_rows",
    "disjoint",
    "in_millimetres",
    "resolve",
    "whole_mm",
]

Clique = tuple[str, ...]
Place = TypeVar("Place", str, int)
_NO_DOUBT: Mapping[Any, Any] = MappingProxyType({})


class TooManyCliquesError(GeometryError):
    """The graph has more maximal cliques than were asked for."""


def adjacency(walks: pd.DataFrame, *, adjacent_m: float) -> pd.DataFrame:
    """Return the pairs of places at most `adjacent_m` of walking apart, the limit included.

    Parameters
    ----------
    walks
        ``a``, ``b`` (place ids, either way round) and ``walk_m`` (access legs included). A pair that is not
        in it is not adjacent. Of repeated pairs the shortest walk counts; a place is not adjacent to itself.
    adjacent_m
        Metres of walking.

    Returns
    -------
    ``a``, ``b``, ``walk_m`` with ``a < b``, each pair once, sorted.

    Raises
    ------
    GeometryError
        If a column is missing or a walk is empty, negative or not finite.

    Examples
    --------
    >>> walks = pd.DataFrame({"a": ["q", "p", "p"], "b": ["p", "r", "q"], "walk_m": [400.0, 401.0, 405.0]})
    >>> adjacency(walks, adjacent_m=400).values.tolist()
    [['p', 'q', 400.0]]
    """
    missing = [name for name in ("a", "b", "walk_m") if name not in walks.columns]
    if missing:
        msg = "the walks lack columns"
        raise GeometryError(msg, value=missing, remedy="they need a, b and walk_m")
    walk_m = walks["walk_m"].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(walk_m) & (walk_m >= 0)) | walks["a"].isna() | walks["b"].isna())
    if len(wrong):
        msg = "a walk needs two places and a length of 0 m or more"
        raise GeometryError(msg, row=int(wrong[0]) + 1, column="walk_m", value=walks.iloc[wrong[0]].to_dict())
    a, b = walks["a"].to_numpy(dtype=object), walks["b"].to_numpy(dtype=object)
    forward = np.asarray(a <= b, dtype=bool)
    pairs = pd.DataFrame(
        {
            "a": pd.Series(np.where(forward, a, b), dtype="str"),
            "b": pd.Series(np.where(forward, b, a), dtype="str"),
            "walk_m": walk_m,
        }
    )
    near = pairs[(pairs["walk_m"] <= adjacent_m) & (pairs["a"] != pairs["b"])]
    return near.groupby(["a", "b"], sort=True)["walk_m"].min().reset_index()


def cliques(pairs: pd.DataFrame, *, min_places: int = 3, at_most: int | None = None) -> list[Clique]:
    """Return every maximal set of mutually adjacent places that has at least `min_places` of them.

    Bron and Kerbosch (1973) with the pivot of Tomita, Tanaka and Takahashi (2006), for each connected
    component, on bit sets. The number of maximal cliques, and so the time, can grow exponentially for
    arbitrary graphs; among places on a map it stays near their number.

    Parameters
    ----------
    pairs
        ``a`` and ``b``, as :func:`adjacency` gives them.
    min_places
        Smaller cliques are left out. At least 2, since a pair is the smallest thing in `pairs`.
    at_most
        Stop when there are more; ``None`` for never.

    Returns
    -------
    Cliques as sorted tuples of place ids, in sorted order.

    Raises
    ------
    TooManyCliquesError
        If there are more than `at_most`.

    Examples
    --------
    >>> cliques(pd.DataFrame({"a": ["p", "p", "q", "r"], "b": ["q", "r", "r", "s"]}))
    [('p', 'q', 'r')]
    """
    if not len(pairs):
        return []
    ids = np.array(sorted({*pairs["a"], *pairs["b"]}), dtype=object)
    position = pd.Series(np.arange(len(ids)), index=ids)
    a, b = (position[pairs[name]].to_numpy() for name in ("a", "b"))
    found = cliques_of_rows(a, b, len(ids), min_places=min_places, at_most=at_most)
    names = ids.tolist()
    return [tuple(names[row] for row in clique) for clique in found]


def cliques_of_rows(
    a: NDArray[np.int64], b: NDArray[np.int64], count: int, *, min_places: int, at_most: int | None = None
) -> list[tuple[int, ...]]:
    """Do what :func:`cliques` does for places that are numbered 0 to `count` - 1.

    Examples
    --------
    >>> cliques_of_rows(np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3]), 4, min_places=3)
    [(0, 1, 2)]
    """
    graph = sparse.coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    _, component = sparse.csgraph.connected_components(graph, directed=False)
    by_component = np.argsort(component[a], kind="stable")
    a, b = a[by_component], b[by_component]
    size = np.bincount(component)
    last, pairs_to = np.cumsum(size), np.cumsum(np.bincount(component[a], minlength=len(size)))
    # positions are sorted within each component, so that bits count in the order of the ids
    grouped = np.argsort(component, kind="stable")
    found: list[tuple[int, ...]] = []
    for one in np.flatnonzero(size >= min_places).tolist():
        nodes = grouped[last[one] - size[one] : last[one]]
        here = slice(pairs_to[one - 1] if one else 0, pairs_to[one])
        neighbours = _bit_sets(len(nodes), np.searchsorted(nodes, a[here]), np.searchsorted(nodes, b[here]))
        for clique in _maximal(neighbours, min_places):
            found.append(tuple(nodes[list(_bits(clique))].tolist()))
            if at_most is not None and len(found) > at_most:
                msg = f"there are more than {at_most:,} sets of mutually adjacent places"
                raise TooManyCliquesError(
                    msg, remedy="use a smaller threshold, or fold services into places first"
                )
    return sorted(found)


def _bit_sets(count: int, a: np.ndarray, b: np.ndarray) -> list[int]:
    neighbours = [0] * count
    for one, other in zip(a.tolist(), b.tolist(), strict=True):
        if one != other:
            neighbours[one] |= 1 << other
            neighbours[other] |= 1 << one
    return neighbours


def _bits(chosen: int) -> Iterator[int]:
    while chosen:
        lowest = chosen & -chosen
        yield lowest.bit_length() - 1
        chosen ^= lowest


def _maximal(neighbours: Sequence[int], at_least: int) -> Iterator[int]:
    """Yield maximal cliques as bit sets; a stack instead of recursion, so that no clique is too deep."""
    stack = [(0, (1 << len(neighbours)) - 1, 0)]
    while stack:
        clique, candidates, excluded = stack.pop()
        if not candidates:
            if not excluded and clique.bit_count() >= at_least:
                yield clique
            continue
        if clique.bit_count() + candidates.bit_count() < at_least:
            continue
        pivot = max(
            _bits(candidates | excluded), key=lambda node: (candidates & neighbours[node]).bit_count()
        )
        for node in _bits(candidates & ~neighbours[pivot]):
            bit = 1 << node
            stack.append((clique | bit, candidates & neighbours[node], excluded & neighbours[node]))
            candidates ^= bit
            excluded |= bit


@dataclass(frozen=True)
class Resolution:
    """Disjoint villages, and who is left over.

    Attributes
    ----------
    villages
        Sorted tuples of place ids, in the order in which they were taken.
    neighbours
        For each village, the sorted places left over that shared a clique with one of its places.
    """

    villages: tuple[Clique, ...]
    neighbours: tuple[Clique, ...]


def buildings(places: Sequence[Place], building: Mapping[Place, Place | None]) -> int:
    """Count places, those that may be one building once, and those that may stand elsewhere (None) not at all.

    Examples
    --------
    >>> buildings(["p", "q", "r", "s"], {"p": "p", "r": "p", "s": None})
    2
    """
    return len({building.get(place, place) for place in places} - {None})


def resolve(
    found: Sequence[Clique],
    pairs: pd.DataFrame,
    *,
    min_places: int = 3,
    building: Mapping[str, str | None] = _NO_DOUBT,
) -> Resolution:
    """Make overlapping cliques into disjoint villages.

    The rule: take the best clique; remove its places; what remains of the others counts again while it has
    at least `min_places` buildings; until none has. Best is (1) most buildings, (2) most places, (3) smallest sum
    of the walks between them, in whole millimetres, (4) smallest place ids in alphabetical order. Since what
    remains of a clique is never better than it was, the queue looks at a clique again only when its turn comes.

    Every place of every clique is either a member of one village or a neighbour: of each village that took
    a place from a clique it was in.

    Parameters
    ----------
    found
        Maximal cliques, as :func:`cliques` gives them.
    pairs
        ``a``, ``b``, ``walk_m``, as :func:`adjacency` gives them.
    min_places
        Places that make a village.
    building
        The same value for all places that may be one building, None for one that may stand elsewhere; what is not in
        it is one by itself.

    Examples
    --------
    >>> pairs = pd.DataFrame(
    ...     {"a": list("ppqqr"), "b": list("qrrss"), "walk_m": [100.0, 100.0, 100.0, 90.0, 90.0]})
    >>> resolve(cliques(pairs), pairs)
    Resolution(villages=(('q', 'r', 's'),), neighbours=(('p',),))
    >>> resolve(cliques(pairs), pairs, building={"r": "r", "s": "r"})
    Resolution(villages=(('p', 'q', 'r'),), neighbours=(('s',),))
    """
    villages = disjoint(found, in_millimetres(pairs), min_places=min_places, building=building)
    village_of = {place: at for at, village in enumerate(villages) for place in village}
    beside: list[set[str]] = [set() for _ in villages]
    for clique in found:
        over = [place for place in clique if place not in village_of]
        for place in clique:
            if place in village_of:
                beside[village_of[place]].update(over)
    return Resolution(tuple(villages), tuple(tuple(sorted(places)) for places in beside))


def disjoint(
    found: Sequence[tuple[Place, ...]],
    walk_mm: Mapping[tuple[Place, Place], int],
    *,
    min_places: int,
    building: Mapping[Place, Place | None] = _NO_DOUBT,
) -> list[tuple[Place, ...]]:
    """Return the villages of :func:`resolve`, of places that have ids or numbers in the same order.

    Parameters
    ----------
    found
        Maximal cliques.
    walk_mm
        Whole millimetres by pair of places, the smaller first.
    min_places, building
        As there.
    """
    queue = [_turn(tuple(sorted(clique)), walk_mm, building) for clique in found]
    heapq.heapify(queue)
    taken: set[Place] = set()
    villages: list[tuple[Place, ...]] = []
    while queue:
        *_, clique = heapq.heappop(queue)
        rest = tuple(place for place in clique if place not in taken)
        if buildings(rest, building) < min_places:
            continue
        if rest != clique:
            heapq.heappush(queue, _turn(rest, walk_mm, building))
            continue
        taken.update(clique)
        villages.append(clique)
    return villages


def in_millimetres(pairs: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Whole millimetres by pair of places: sums of whole numbers do not depend on their order."""
    whole = whole_mm(pairs["walk_m"].to_numpy(dtype=np.float64))
    return dict(zip(zip(pairs["a"], pairs["b"], strict=True), whole.tolist(), strict=True))


def whole_mm(metres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole millimetres."""
    return np.rint(metres * 1000.0).astype(np.int64)


def _turn(
    clique: tuple[Place, ...],
    walk_mm: Mapping[tuple[Place, Place], int],
    building: Mapping[Place, Place | None],
) -> tuple[int, int, int, tuple[Place, ...]]:
    return (
        -buildings(clique, building),
        -len(clique),
        sum(walk_mm[pair] for pair in combinations(clique, 2)),
        clique,
    )
