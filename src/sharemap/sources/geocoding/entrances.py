"""Entrances of buildings by address: an index of the government's address tables, asked offline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sharemap.sources.geocoding.address_tables import place_name
from sharemap.sources.geocoding.answers import Answer, Miss, of_several

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from sharemap.addresses import Address
    from sharemap.sources.geocoding.answers import Confidence

__all__ = ["EntranceIndex"]

_ALL_WARDS = 25
_SPREAD_M = 150.0
_BY_ROAD = "SELECT ward, dong, admin, x, y FROM entrance WHERE road=? AND under=? AND main=? AND sub=?"
_BY_LOT = """
SELECT DISTINCT e.x, e.y, e.ward, e.road, e.under, e.main, e.sub, l.registered FROM lot l JOIN entrance e
ON e.code=l.code AND e.under=l.under AND e.main=l.building AND e.sub=l.building_sub
WHERE l.dong=? AND l.hill=? AND l.main=? AND l.sub=? AND l.ward=?
ORDER BY l.registered DESC, e.road, e.under, e.main, e.sub
"""


class EntranceIndex:
    """Entrances by address. Use :func:`~sharemap.sources.geocoding.indexing.open_index`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        wards = self._db.execute("SELECT DISTINCT ward FROM dong").fetchall()
        self.wards = frozenset(name for (name,) in wards)
        self.has_lots = self._db.execute("SELECT 1 FROM lot LIMIT 1").fetchone() is not None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def find(self, address: Address) -> Answer | Miss:
        """Return the entrance of an address.

        A road address is matched exactly by ward, road, above or below ground, main and sub-number; when the
        sub-number is not known, by the main number with low confidence. An address without its ward is matched when
        only one entrance of Seoul can be meant. A lot address is matched through the tables of lots, a lot of an
        administrative dong through the legal dongs in it.
        """
        found = self._road(address) if address.kind == "road" else self._lot(address, address.dong)
        if (
            isinstance(found, Miss) and address.kind == "road"
        ):  # 세종로 1-68 is a lot of the legal dong 세종로
            lot = self._lot(address, address.road)
            found = lot if isinstance(lot, Answer) else found
        return of_several(found) if isinstance(found, Answer) and address.several else found

    def _road(self, address: Address) -> Answer | Miss:
        number = (address.road, int(address.underground), address.main, address.sub)
        rows = self._db.execute(_BY_ROAD, number).fetchall()
        if not address.ward:
            return self._without_ward(address, rows)
        confidence: Confidence = "high"
        rows = [row for row in rows if row[0] == address.ward]
        if not rows and address.sub:
            rows = self._db.execute(_BY_ROAD, (*number[:3], 0)).fetchall()
            rows, confidence = [row for row in rows if row[0] == address.ward], "low"
        if not rows:
            return Miss(reason="address_not_found", value=address.text)
        sub = address.sub if confidence == "high" else 0
        return _answer(rows[0][3:], (address.ward, address.road, *number[1:3], sub), confidence)

    def _without_ward(self, address: Address, rows: list[Any]) -> Answer | Miss:
        dong = place_name(address.dong)
        beside = [row for row in rows if dong and dong in row[1:3]]
        sure = len(beside) == 1 or len(self.wards) >= _ALL_WARDS
        rows = beside or rows
        if len(rows) == 1 and sure:
            number = (int(address.underground), address.main, address.sub)
            return _answer(rows[0][3:], (rows[0][0], address.road, *number), "medium")
        reason = "address_ambiguous" if rows else "address_not_found"
        return Miss(reason=reason, value=f"{address.text}: " + ", ".join(row[0] for row in rows))

    def _lot(self, address: Address, name: str) -> Answer | Miss:
        if not self.has_lots:
            return Miss(reason="lot_table_missing", value=address.text)
        dong = place_name(name)
        wards = [address.ward] if address.ward else sorted(self.wards)
        number = (int(address.mountain), address.main, address.sub)
        rows = [row for ward in wards for row in self._db.execute(_BY_LOT, (dong, *number, ward))]
        legal = bool(rows)
        if not rows:
            pairs = [(ward, inner) for ward in wards for inner in self._legal_dongs(ward, dong)]
            rows = [row for ward, inner in pairs for row in self._db.execute(_BY_LOT, (inner, *number, ward))]
        if not rows:
            return Miss(reason="address_not_found", value=address.text)
        first = rows[0]
        if any(math.dist(first[:2], row[:2]) > _SPREAD_M for row in rows):
            roads = {f"{row[3]} {row[5]}" for row in rows}
            return Miss(reason="address_ambiguous", value=f"{address.text}: {', '.join(sorted(roads)[:3])}")
        sure = legal and bool(address.ward) and len({row[2:7] for row in rows}) == 1
        return _answer(first[:2], first[2:7], "high" if sure else "medium")

    def _legal_dongs(self, ward: str, admin: str) -> list[str]:
        query = "SELECT dong FROM dong WHERE ward=? AND admin=? AND dong<>admin ORDER BY dong"
        return [name for (name,) in self._db.execute(query, (ward, admin))]


def _answer(position: Sequence[float], building: Sequence[Any], confidence: Confidence) -> Answer:
    ward, road, under, main, sub = building
    number = ("지하" if under else "") + f"{main}" + (f"-{sub}" if sub else "")
    match = f"{ward} {road} {number}"
    return Answer(x=position[0], y=position[1], by="entrance_db", confidence=confidence, match=match)
