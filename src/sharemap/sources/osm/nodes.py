"""What stands on the streets of an extract: the tags of those nodes of its ways that are a barrier or a kerb."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

__all__ = ["NODE_KEYS", "no_nodes", "read_nodes"]

#: Tags of nodes that are read.
NODE_KEYS = ("barrier", "kerb", "foot", "access", "locked", "wheelchair", "stroller")
_STANDS = ("barrier", "kerb")
_BATCH = 20_000  # nodes held before those of other ways are forgotten


def no_nodes() -> pd.DataFrame:
    """Return the table of nodes of an extract in which nothing stands on a street."""
    return pd.DataFrame(
        {"ref": np.empty(0, dtype=np.int64)} | dict.fromkeys(NODE_KEYS, np.empty(0, dtype=object))
    )


def read_nodes(name: str, refs: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Read the tags of barriers and kerbs among some nodes, a batch at a time: most of a country's stand elsewhere.

    Parameters
    ----------
    name
        The extract.
    refs
        OSM ids of the nodes that are wanted, in any order.

    Returns
    -------
    DataFrame
        ``ref`` and a column a key of :data:`NODE_KEYS`, in the order of the file; absent tags are ``None``.
    """
    wanted, found = np.unique(refs), [no_nodes()]
    nodes = _standing(name)
    while batch := list(islice(nodes, _BATCH)):
        rows = pd.DataFrame(batch, columns=["ref", *NODE_KEYS]).astype(dict.fromkeys(NODE_KEYS, object))
        found.append(rows.loc[np.isin(rows["ref"].to_numpy(), wanted)])
    return pd.concat(found[1:] or found, ignore_index=True)


def _standing(name: str) -> Iterator[tuple[int | str | None, ...]]:
    import osmium

    nodes = osmium.FileProcessor(name, osmium.osm.NODE).with_filter(osmium.filter.KeyFilter(*_STANDS))
    for node in nodes:
        yield node.id, *map(node.tags.get, NODE_KEYS)
