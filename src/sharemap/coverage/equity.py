r"""How evenly access is shared out: Gini, Palma ratio and concentration index, weighted by persons.

Symbols: persons :math:`i` with access :math:`x_i`, mean :math:`\mu`; values in ascending order with weights
:math:`w_i` (persons), :math:`W = \sum w_i`, :math:`S_i = \sum_{j \le i} w_j x_j`.

Gini
    :math:`G = 1 - \sum_i w_i (S_{i-1} + S_i) / (W S_n)`: twice the area between the Lorenz curve and equality
    (Lerman and Yitzhaki 1989, *J. Econometrics* 42, for weights).
Palma
    :math:`(1 - L(0.9)) / L(0.4)`: the access of the best tenth over that of the worst four tenths, with
    :math:`L` the Lorenz curve (Palma 2011, *Development and Change* 42; Cobham and Sumner 2013).
Concentration index
    The same area, persons in the order of another variable (Kakwani, Wagstaff and van Doorslaer 1997,
    *J. Econometrics* 77); here dongs in the order of their share of residents of 65 and over. Above 0: access
    is concentrated where more old people live; below 0: where fewer do.

PySAL's ``inequality`` has these for areas that count alike, not for persons; the tests compare with it, person by
person. The residents of a city are all there, not a sample, so no figure has an interval of confidence. Beside it stand
the lowest and the highest that it is when any one dong is left out: how much it hangs on single dongs.

Residents whose access is unknown are not compared: those whose home meets no street, and those of a ward that has no
data of some layer, all of them, because who of them is known is no fair choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.coverage.by_unit import summed, thousandths_of, units_of
from sharemap.coverage.points import Dense
from sharemap.coverage.services import AGES
from sharemap.coverage.standing import Blind
from sharemap.schema import check
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sharemap.coverage.services import Services
    from sharemap.units import WalkProfile

__all__ = ["concentration", "equity", "gini", "palma"]

Floats = Any  # float64 arrays of one or two dimensions

_WORST, _BEST = 0.4, 0.9

_NOTHING = dict.fromkeys(("value", "low", "high"), float("nan"))


def gini(values: Floats, weights: Floats) -> Floats:
    """Return the Gini coefficient of values held by so many persons each; NaN where nobody has anything.

    `weights` may have a leading axis of cases; then one figure a case is returned.

    Examples
    --------
    Three persons with nothing and one with all:

    >>> float(gini(np.array([0.0, 5.0]), np.array([3, 1])))
    0.75
    """
    values, weights = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    return _area(values[order], weights[..., order])


def concentration(values: Floats, weights: Floats, rank_by: Floats) -> Floats:
    """Return the concentration index of values held by persons in the order of another variable.

    Persons with the same rank share it. Arguments and cases as in :func:`gini`.

    Examples
    --------
    All access where the share of the old is highest:

    >>> float(concentration(np.array([0.0, 5.0]), np.array([3, 1]), np.array([0.1, 0.3])))
    0.75
    """
    values, weights = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    _, rank = np.unique(np.asarray(rank_by, dtype=np.float64), return_inverse=True)
    same = np.eye(rank.max() + 1)[rank] if len(rank) else np.zeros((0, 0))
    people, held = weights @ same, (weights * values) @ same
    mean = np.divide(held, people, out=np.zeros_like(held), where=people > 0)
    return _area(mean, people)


def palma(values: Floats, weights: Floats) -> Floats:
    """Return the access of the best tenth over that of the worst four tenths; NaN where those have nothing.

    Persons are divided where a tenth ends between them. Arguments and cases as in :func:`gini`.

    Examples
    --------
    >>> float(palma(np.array([1.0, 4.0]), np.array([90, 10])).round(3))
    1.0
    """
    values, weights = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    rows = np.atleast_2d(weights[..., order])
    found = np.array([_palma(values[order], row) for row in rows])
    return found.reshape(weights.shape[:-1])[()]


def equity(
    served: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    services: Services,
    profile: WalkProfile,
) -> pd.DataFrame:
    """Measure how evenly layers and sites in reach are shared out (schema ``equity``).

    Parameters
    ----------
    served
        Result of :func:`at_points`.
    demand
        Demand points, as for :func:`by_dong`.
    services, profile
        The services, and the profile of the walks.

    Returns
    -------
    Figures between persons, between dongs (means of their residents) and between ages (means of theirs), by age
    where that makes sense, each with its extremes without any one dong. Kinds of service are too few for a Palma ratio,
    which is of sites only. There is no figure by income: no published table has it by dong, and the row that would hold
    it says so.
    """
    dense = Dense.of(served, len(demand), services)
    units, unit = units_of(demand[["dong_code"]], demand)
    everybody, blind = thousandths_of(demand), Blind.of(demand, services)
    lived = np.where((blind.no_street | blind.no_data.any(axis=1))[:, None], 0, everybody)
    access = {"layers": np.isfinite(dense.walk).sum(axis=1), "sites": dense.sites.sum(axis=1)}
    rows = [
        {"measure": measure, **row}
        for measure, many in access.items()
        for row in _figures(_Spread.of(many, unit, lived, len(units)))
        if (measure, row["figure"]) != ("layers", "palma")
    ]
    rows.append(_without_income(persons(int(lived[:, 0].sum()))))
    table = pd.DataFrame(rows).assign(profile=profile.name, profile_ko=profile.name_ko)
    unknown = pd.Series(
        persons(everybody.sum(axis=0) - lived.sum(axis=0)), index=list(AGES)[: everybody.shape[1]]
    )
    table["unknown"] = table["age_band"].map(unknown)
    return check(table, "equity", said=False)


@dataclass(frozen=True)
class _Spread:
    """Residents, in thousandths, by dong and value of access, for each age."""

    levels: NDArray[np.float64]
    lived: NDArray[np.float64]  # ages x dongs x values

    @classmethod
    def of(
        cls, many: NDArray[np.int64], unit: NDArray[np.intp], everybody: NDArray[np.int64], n_units: int
    ) -> _Spread:
        values, code = np.unique(many, return_inverse=True)
        key, size = unit * len(values) + code, n_units * len(values)
        counts = [summed(lived, key, size).reshape(n_units, len(values)) for lived in everybody.T]
        return cls(values.astype(np.float64), np.array(counts, dtype=np.float64))

    def by_dong(self, age: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean access and residents of each dong."""
        residents = self.lived[age].sum(axis=1)
        return _ratio(self.lived[age] @ self.levels, residents), residents


def _figures(spread: _Spread) -> Iterator[dict[str, Any]]:
    left_out = _without_each(spread.lived[0].sum(axis=1))
    ages = list(AGES)[: len(spread.lived)]  # all residents only, where their ages are not known
    share_old = _ratio(spread.by_dong(len(ages) - 1)[1], spread.by_dong(0)[1])
    for age, band in enumerate(ages):
        mean, residents = spread.by_dong(age)
        once, fewer = spread.lived[age].sum(axis=0), left_out @ spread.lived[age]
        common = {"age_band": band, "residents": persons(int(residents.sum()))}
        for name, figure in (("gini", gini), ("palma", palma)):
            told = _extremes(figure(spread.levels, once), figure(spread.levels, fewer))
            yield {"level": "person", **common, "figure": name, **told}
        weights = left_out * residents
        for name, figure in (("gini", gini), ("palma", palma)):
            told = _extremes(figure(mean, residents), figure(mean, weights))
            yield {"level": "dong", **common, "figure": name, **told}
        lean = [concentration(mean, some, share_old) for some in (residents, weights)]
        told = _extremes(*lean) if len(ages) > 1 else _NOTHING
        yield {"level": "dong", **common, "figure": "concentration_65_over", **told}
    yield from _between_ages(spread, left_out)


def _between_ages(spread: _Spread, left_out: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    bands = spread.lived[1:]  # all ages together are no band
    if not len(bands):
        everyone = persons(int(spread.lived[0].sum()))
        yield {"level": "age", "age_band": "all", "residents": everyone, "figure": "gini", **_NOTHING}
        return
    people = bands.sum(axis=2)  # ages x dongs
    held = bands @ spread.levels
    whole = _gini_of_means(held.sum(axis=1)[None], people.sum(axis=1)[None])[0]
    fewer = _gini_of_means(left_out @ held.T, left_out @ people.T)
    yield {
        "level": "age",
        "age_band": "all",
        "residents": persons(int(people.sum())),
        "figure": "gini",
        **_extremes(whole, fewer),
    }


def _gini_of_means(held: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([gini(_ratio(have, lived), lived) for have, lived in zip(held, people, strict=True)])


def _without_each(residents: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which dongs (columns) are there when one that somebody lives in is left out (rows)."""
    lived_in = np.flatnonzero(residents > 0)
    if len(lived_in) < 2:  # noqa: PLR2004  one dong says nothing about how much the figure hangs on it
        return np.zeros((0, len(residents)), dtype=np.int64)
    return 1 - np.eye(len(residents), dtype=np.int64)[lived_in]


def _extremes(value: Floats, fewer: Floats) -> dict[str, float]:
    fewer = fewer[np.isfinite(fewer)]
    known = len(fewer) and np.isfinite(value)
    low, high = (fewer.min(), fewer.max()) if known else (np.nan, np.nan)
    return {"value": float(value), "low": float(low), "high": float(high)}


def _area(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Floats:
    held = np.cumsum(weights * values, axis=-1)
    before = held - weights * values
    total, people = weights.sum(axis=-1), held[..., -1] if values.size else weights.sum(axis=-1) * 0.0
    twice = (weights * (before + held)).sum(axis=-1)
    return 1.0 - _ratio(twice, total * people, fill=np.nan)


def _palma(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    held = np.concatenate([[0.0], np.cumsum(weights * values)])
    people = np.concatenate([[0.0], np.cumsum(weights)])
    if people[-1] == 0:
        return float("nan")
    worst, nine = np.interp([_WORST * people[-1], _BEST * people[-1]], people, held)
    return float((held[-1] - nine) / worst) if worst > 0 else float("nan")


def _ratio(above: Floats, below: Floats, fill: float = 0.0) -> Floats:
    above, below = np.broadcast_arrays(
        np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    )
    return np.divide(above, below, out=np.full(below.shape, fill), where=below != 0)[()]


def _without_income(residents: float) -> dict[str, Any]:
    return {
        "measure": "layers",
        "level": "dong",
        "age_band": "all",
        "residents": residents,
        "figure": "concentration_income",
        **_NOTHING,
    }
