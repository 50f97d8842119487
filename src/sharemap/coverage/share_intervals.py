"""How sure the shares are: intervals of coverage, and of the rank of a ward, over drawings of the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from sharemap.coverage.by_unit import units_of
from sharemap.errors import GeometryError
from sharemap.schema import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.coverage.in_draws import DrawnServed

__all__ = ["intervals", "of_wards"]

# In generated towns the middle 90 % of the drawings hold the truth of a whole town in only 82 to 85 %, and the middle
# 95 % in about 90 % (benchmarks/CALIBRATION.md): what is given as the 90 % interval is what holds it so often.
_LOW, _MIDDLE, _HIGH = 2.5, 50.0, 97.5
_POINTS = 50_000  # homes counted at a time
_DIGITS = 12  # shares that differ by less are equal
_KEYS = ["ward_code", "ward_name", "dong_code", "dong_name"]


def intervals(served: DrawnServed, demand: pd.DataFrame, area: pd.DataFrame) -> pd.DataFrame:
    """Return the interval of each share (schema ``coverage_interval``).

    Parameters
    ----------
    served
        In which drawings each home is served.
    demand
        The demand points that it was made for (schema ``demand``).
    area
        The dongs of the study (schema ``area``).

    Returns
    -------
    One row for each unit (the whole area, wards, dongs), and service (layers, groups, promise): ``share`` and ``rank``
    as the sites are published, the median of the share over all drawings, and the 90 % intervals of the share and of the
    rank among the units of its kind. Equal shares have the same, better rank. Where nobody lives there is no share and
    no rank.

    Raises
    ------
    GeometryError
        If the tables do not belong together.
    """
    if len(demand) != len(served.sets):
        msg = "the homes are not those that the walks lead to"
        raise GeometryError(msg, value=len(demand), remedy=f"pass the {len(served.sets)} demand points")
    dongs, unit = units_of(area[_KEYS], demand)
    lived = np.rint(np.bincount(unit, demand["residents"], minlength=len(dongs))).astype(np.int64)
    levels = _levels(dongs)
    parts = []
    for order, (kind, key, name, sets) in enumerate(served.rows()):
        covered = _covered(served, sets, demand["residents"].to_numpy(dtype=np.float64), (unit, len(dongs)))
        for units, of_dong in levels:
            figures = _figures(of_dong @ covered, of_dong @ lived)
            parts.append(units.assign(kind=kind, key=key, key_ko=name, order=order, **figures))
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(["level", "ward_code", "dong_code", "order"], ignore_index=True)
    return check(table, "coverage_interval")


def of_wards(table: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals of the promise of each ward (schema ``ward_interval``), by rank; none without a promise."""
    rows = table[(table["level"] == "ward") & (table["kind"] == "promise")]
    return check(rows.sort_values(["rank", "ward_code"], ignore_index=True), "ward_interval")


def _levels(dongs: pd.DataFrame) -> list[tuple[pd.DataFrame, sparse.csr_array]]:
    """Return the units of the whole, the wards and the dongs, and which dongs each of them is made of."""
    code, wards = pd.factorize(dongs["ward_code"], sort=True)
    named = dongs.drop_duplicates("ward_code").set_index("ward_code")["ward_name"].reindex(wards)
    empty = {"ward_code": "", "ward_name": "", "dong_code": "", "dong_name": ""}
    by_ward = pd.DataFrame({**empty, "ward_code": wards, "ward_name": named.to_numpy(), "level": "ward"})
    return [
        (pd.DataFrame({**empty, "level": ["area"]}), _sums(np.zeros(len(dongs), dtype=np.intp), 1)),
        (by_ward, _sums(code, len(wards))),
        (dongs[_KEYS].assign(level="dong"), _sums(np.arange(len(dongs)), len(dongs))),
    ]


def _sums(unit: NDArray[np.intp], count: int) -> sparse.csr_array:
    at = np.arange(len(unit))
    return sparse.csr_array((np.ones(len(unit), dtype=np.int64), (unit, at)), shape=(count, len(unit)))


def _covered(
    served: DrawnServed,
    sets: NDArray[np.uint64],
    residents: NDArray[np.float64],
    of: tuple[NDArray[np.intp], int],
) -> NDArray[np.int64]:
    """Return the residents served, ``int64[dongs, runs + 1]``; floats are exact up to 2^53."""
    unit, count = of
    found = np.zeros((count, served.runs + 1))
    for low in range(0, len(sets), _POINTS):
        part = slice(low, low + _POINTS)
        weights = sparse.csr_array(
            (residents[part], (unit[part], np.arange(len(residents[part])))),
            shape=(count, len(residents[part])),
        )
        found += weights @ served.spread(sets[part]).astype(np.float64)
    return np.rint(found).astype(np.int64)


def _figures(covered: NDArray[np.int64], lived: NDArray[np.int64]) -> dict[str, Any]:
    some = lived > 0
    share = np.full(covered.shape, np.nan)
    share[some] = covered[some] / lived[some, None]
    rank = _ranks(share)
    low, middle, high = _percentiles(share[:, :-1], (_LOW, _MIDDLE, _HIGH))
    rank_low, rank_high = _percentiles(rank[:, :-1], (_LOW, _HIGH))
    return {
        "share": share[:, -1],
        "share_low": low,
        "share_middle": middle,
        "share_high": high,
        "rank": _whole(rank[:, -1]),
        "rank_low": _whole(rank_low),
        "rank_high": _whole(rank_high),
    }


def _whole(values: NDArray[np.float64]) -> pd.Series[Any]:
    return pd.Series(values).astype("Int64")


def _percentiles(drawn: NDArray[np.float64], percents: tuple[float, ...]) -> NDArray[np.float64]:
    """Return percentiles of each row that are values of it; nothing where nothing was drawn."""
    if not drawn.shape[1]:
        return np.full((len(percents), len(drawn)), np.nan)
    found: NDArray[np.float64] = np.percentile(drawn, percents, axis=1, method="inverted_cdf")
    return found


def _ranks(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each unit in each drawing, 1 for the largest share."""
    rounded = np.round(share, _DIGITS)
    ranked: NDArray[np.float64] = (
        pd.DataFrame(rounded).rank(axis=0, ascending=False, method="min").to_numpy(dtype=np.float64)
    )
    return ranked
