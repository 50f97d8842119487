r"""Streets that are open only for walks that begin or end there: nobody walks through.

Such streets form yards, which meet the general streets at doors. In a network, an edge of a yard is never left towards
a general node, so that nobody comes out of a yard who went in; who begins in one starts at its doors
(:mod:`sharemap.reach.yards`). So that a yard which touches a general street is still one yard, its edges meet beside
the door, at a node of their own::

        |                    |
    o===D===o            o===H===o         D  door, H  hub at the same place, joined by an edge without length
        |                    |  \
                             |   D         =  only for walks that begin or end there
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sharemap.network.segments import Segments

__all__ = ["with_hubs"]


def with_hubs(segments: Segments) -> Segments:
    """Let the streets of a yard meet beside the doors of the yard.

    Parameters
    ----------
    segments
        All walkable streets; ``ends_only`` of ``segments.ways`` says which are open only for walks that begin or end
        there.

    Returns
    -------
    Segments
        The same streets, with edges without length. Nothing gets longer or shorter.
    """
    only = segments.ways["ends_only"].to_numpy(dtype=bool)[segments.way]
    general = np.zeros(len(segments.xy), dtype=bool)
    general[segments.tails[~only]] = general[segments.heads[~only]] = True
    both = np.concatenate([segments.tails, segments.heads])
    half = np.flatnonzero(np.tile(only, 2) & general[both])
    doors, first, door, ends = np.unique(
        both[half], return_index=True, return_inverse=True, return_counts=True
    )
    wide = np.flatnonzero(ends > 1)
    hub = np.full(len(doors), -1, dtype=np.int64)
    hub[wide] = len(segments.xy) + np.arange(len(wide))
    moved = hub[door] >= 0
    both[half[moved]] = hub[door[moved]]
    link = np.tile(segments.way, 2)[half[first[wide]]]
    return replace(
        segments,
        tails=np.concatenate([both[: len(only)], hub[wide]]).astype(np.int32),
        heads=np.concatenate([both[len(only) :], doors[wide]]).astype(np.int32),
        way=np.concatenate([segments.way, link]),
        xy=np.concatenate([segments.xy, segments.xy[doors[wide]]]),
        osm_id=np.concatenate([segments.osm_id, segments.osm_id[doors[wide]]]),
    )
