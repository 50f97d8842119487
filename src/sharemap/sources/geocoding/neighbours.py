"""Published coordinates of rows that have the identical full address."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.addresses import SAME_ADDRESS_M, SAME_BUILDING_M, parse
from sharemap.sources.geocoding.answers import Answer, Miss, of_several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.addresses import Address
    from sharemap.sources.geocoding.answers import Confidence
    from sharemap.sources.sites import LayerRows

__all__ = ["Neighbours"]

_ADDRESSES = ("address", "other_address")
_COLUMNS = ["address", "x", "y", "row"]


class Neighbours:
    """Rows with published coordinates, by ward, road or dong, and number.

    Parameters
    ----------
    rows
        All files of the study.
    """

    def __init__(self, rows: Sequence[LayerRows]) -> None:
        self._places: dict[tuple[str, str], list[tuple[float, float, str, int]]] = defaultdict(list)
        known: dict[str, Address] = {}
        for one in rows:
            placed = one.frame.loc[(one.frame["reason"] == "") & (one.frame["geocoded_by"] == "")]
            both = [placed[[name, "x", "y", "row"]].set_axis(_COLUMNS, axis=1) for name in _ADDRESSES]
            written = pd.concat(both).dropna(subset="address")
            known |= {text: parse(text) for text in written["address"].unique() if text not in known}
            for text, x, y, row in written.itertuples(index=False):
                address = known[text]
                if address.kind and address.ward and address.in_seoul:
                    self._places[address.ward, address.key].append((x, y, one.file, row))

    def find(self, address: Address, *, besides: str = "") -> Answer | Miss:
        """Return the published position nearest to the middle of all at this address.

        Several positions must lie within 150 m of it; of those of two files or more, all within 25 m give high
        confidence. An address without its ward is not full, and not looked up. The file `besides` does not count:
        two kerbside car parks of one list may share the lot number of a road that is a kilometre long.
        """
        same = self._places.get((address.ward, address.key), []) if address.ward else []
        found = [place for place in same if place[2] != besides]
        if not found:
            return Miss(reason="address_not_found", value=address.text)
        points = np.array([(x, y) for x, y, _, _ in found])
        apart = np.hypot(*(points - np.median(points, axis=0)).T).round(3)
        chosen = min(range(len(found)), key=lambda i: (apart[i], *found[i][2:]))
        spread = np.hypot(*(points - points[chosen]).T).max()
        x, y, file, row = found[chosen]
        if spread > SAME_ADDRESS_M:
            return Miss(reason="address_ambiguous", value=f"{address.text}: {file} 등, {spread:.0f} m")
        agree = len({file for _, _, file, _ in found}) > 1 and spread <= SAME_BUILDING_M
        confidence: Confidence = "high" if agree else "medium"
        answer = Answer(
            x=x, y=y, by="same_address", confidence=confidence, match=f"{file} {row}행: {address.text}"
        )
        return of_several(answer) if address.several else answer
