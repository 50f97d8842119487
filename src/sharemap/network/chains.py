"""Contraction of degree-2 chains: way segments in, edges between junctions out.

::

    segments   o--o--o--X--o--o--X        X  junction: degree other than 2, or the street changes there
    edges      O========X========X        o  shape point, kept in the geometry of the edge
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Chains", "contract"]

log = logging.getLogger(__name__)

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chains:
    """Edges as runs of points: chain ``i`` has the nodes ``nodes[offsets[i]:offsets[i + 1]]``.

    ``segments`` are those between them, one less for each chain; all of a chain are streets of the same kind.
    """

    offsets: Int64
    nodes: Int32
    segments: Int32


def contract(tails: Int32, heads: Int32, kind: Int32, *, n_nodes: int) -> Chains:
    """Join segments that meet at shape points into chains between junctions.

    Parameters
    ----------
    tails, heads
        Ends of each segment, node numbers below `n_nodes`.
    kind
        What must stay the same along a chain; a node where it changes becomes a junction.
    n_nodes
        Number of nodes.

    Returns
    -------
    Chains
        Every segment is in exactly one chain. A closed ring without a junction becomes one loop at its
        lowest node.
    """
    ends = np.concatenate([tails, heads])
    order = np.argsort(ends, kind="stable")
    indptr = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=n_nodes), out=indptr[1:])
    half_segment = (order % len(tails)).astype(np.int32)
    degree = np.diff(indptr)
    junction = degree != 2  # noqa: PLR2004  two ends meet at a shape point
    two = np.flatnonzero(~junction)
    first, second = half_segment[indptr[two]], half_segment[indptr[two] + 1]
    junction[two] = (kind[first] != kind[second]) | (first == second)
    offsets, nodes, segments = _compiled()(tails, heads, indptr, half_segment, junction)
    return Chains(offsets=offsets, nodes=nodes, segments=segments)


@cache
def _compiled() -> Callable[..., tuple[Int64, Int32, Int32]]:
    """Return :func:`_follow` compiled, or as it is where nothing can be compiled: slower, the same result."""
    try:
        import numba

        compiled = numba.njit(cache=True, nogil=True)(_follow)
        nothing = np.zeros(0, dtype=np.int32)
        compiled(nothing, nothing, np.zeros(1, dtype=np.int64), nothing, np.zeros(0, dtype=np.bool_))
    except Exception as error:  # noqa: BLE001  numba, LLVM and the linker fail in many ways
        log.warning("streets are joined without compiled code, slowly (%s: %s)", type(error).__name__, error)
        return _follow
    return compiled


def _follow(
    tails: Int32,
    heads: Int32,
    indptr: Int64,
    half_segment: Int32,
    junction: npt.NDArray[np.bool_],
) -> tuple[Int64, Int32, Int32]:
    """Walk along the segments from junction to junction; compiled where that is possible."""
    n_segments = len(tails)
    used = np.zeros(n_segments, dtype=np.bool_)
    offsets = np.zeros(n_segments + 1, dtype=np.int64)
    nodes = np.empty(2 * n_segments, dtype=np.int32)
    segments = np.empty(n_segments, dtype=np.int32)
    n_chains = 0
    filled = 0
    # junctions first; what is left afterwards are rings without one, and each node of a ring may start it
    for rings in range(2):
        for start in range(len(indptr) - 1):
            if junction[start] == (rings == 1):
                continue
            for position in range(indptr[start], indptr[start + 1]):
                current = half_segment[position]
                if used[current]:
                    continue
                node = start
                nodes[filled] = node
                filled += 1
                while True:
                    used[current] = True
                    segments[filled - n_chains - 1] = current
                    node = heads[current] if tails[current] == node else tails[current]
                    nodes[filled] = node
                    filled += 1
                    if junction[node] or node == start:
                        break
                    low = indptr[node]
                    current = half_segment[low] if half_segment[low + 1] == current else half_segment[low + 1]
                n_chains += 1
                offsets[n_chains] = filled
    return offsets[: n_chains + 1], nodes[:filled], segments[: filled - n_chains]
