"""What somebody has looked at on site: two places are one building, or two; a site stands where it is said to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.errors import StudyError
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["Confirmed", "answers", "refuse_one_place", "relocated"]

_OF_PAIRS = ("same", "different")
_POSITION = "position"
_ANSWERS = (*_OF_PAIRS, _POSITION)
_TWO = 2
_TOLD = ("answer", "lon", "lat", "who", "date", "note")


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """``[[confirmed]]``: an answer to a question of the table 'to_check'.

    Attributes
    ----------
    answer
        ``"same"``: the two of `pair` are one place; ``"different"``: they are two, whatever makes them look like one;
        ``"position"``: `site` stands at `lon` and `lat`, whatever is published or speaks against it.
    pair
        Two ids of places, as they are printed there, or of sites; or two names that no other place has.
    site
        Id of the site, as it is printed there.
    lon, lat
        Where it stands, in degrees.
    who, date, note
        Who has looked, when, and what was found.

    Raises
    ------
    StudyError
        If the answer is another one, or lacks what it is about.
    """

    answer: str
    pair: tuple[str, ...] = ()
    site: str = ""
    lon: float = 0.0
    lat: float = 0.0
    who: str = ""
    date: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.answer not in _ANSWERS:
            msg, remedy = "an unknown answer", f"use one of {', '.join(_ANSWERS)}"
            raise StudyError(msg, column="[[confirmed]] answer", value=self.answer, remedy=remedy)
        if self.answer == _POSITION:
            self._check_position()
        elif len(set(self.pair)) != _TWO or len(self.pair) != _TWO or self.site:
            msg = "an answer is about two places"
            remedy = 'write pair = ["ID", "ID"] with the two ids of to_check'
            raise StudyError(msg, column="[[confirmed]] pair", value=list(self.pair), remedy=remedy)

    def _check_position(self) -> None:
        if not self.site or self.pair:
            msg, remedy = "a position is that of one site", 'write site = "ID" with the id of to_check'
            raise StudyError(msg, column="[[confirmed]] site", value=self.site, remedy=remedy)
        if not (0 < abs(self.lon) <= 180 and 0 < abs(self.lat) <= 90):  # noqa: PLR2004  degrees of the globe
            msg, remedy = (
                "a position needs longitude and latitude",
                "for example lon = 126.9780, lat = 37.5665",
            )
            raise StudyError(msg, column="[[confirmed]] lon, lat", value=(self.lon, self.lat), remedy=remedy)

    @property
    def asked(self) -> tuple[str, ...]:
        """The ids or names that it is about."""
        return self.pair or (self.site,)


def relocated(sites: pd.DataFrame, confirmed: Sequence[Confirmed], *, crs: CRS) -> pd.DataFrame:
    """Return the sites of which somebody has confirmed where they stand: ``site`` (row), ``x``, ``y`` in a CRS.

    Raises
    ------
    StudyError
        If no site has the id, or two answers are about one.
    """
    from pyproj import Transformer

    told: dict[str, Confirmed] = {}
    for one in confirmed:
        if one.answer != _POSITION:
            continue
        if one.site in told:
            msg, remedy = "two answers say where one site stands", "keep the right one"
            raise StudyError(msg, column="[[confirmed]] site", value=one.site, remedy=remedy)
        told[one.site] = one
    row_of = dict(zip(sites["site_id"], sites.index, strict=True))
    rows = [_row_of(key, row_of) for key in told]
    into = Transformer.from_crs(CRS_WGS84, crs, always_xy=True)
    x, y = into.transform([one.lon for one in told.values()], [one.lat for one in told.values()])
    return pd.DataFrame({"site": np.array(rows, dtype=np.int64), "x": x, "y": y})


def answers(
    confirmed: Sequence[Confirmed],
    sites: pd.DataFrame,
    grouped: Sequence[tuple[pd.DataFrame, NDArray[np.object_]]],
) -> pd.DataFrame:
    """Return the answers with the rows of the sites that they are about.

    Parameters
    ----------
    confirmed
        The entries of the study.
    sites
        ``site_id`` and ``name``, RangeIndex.
    grouped
        Places (``place_id``, ``lead``) and the place of each site as the rules alone make them, with the positions
        that are used, and as published: so an id stays good when the answers are obeyed.

    Returns
    -------
    ``a``, ``b`` (rows of `sites`; the same of a position), ``name_a``, ``name_b`` and the other columns of an entry.

    Raises
    ------
    StudyError
        If an id is unknown, a name is not that of one place, or both are of one place.
    """
    rows: dict[str, object] = {}
    for places, _ in reversed(grouped):
        lead = places["lead"].to_numpy()
        rows |= {
            **_only_once(sites["name"].iloc[lead], lead),
            **dict(zip(places["place_id"], lead, strict=True)),
        }
    rows |= dict(zip(sites["site_id"], sites.index, strict=True))
    found = [[_row_of(text, rows) for text in (*one.asked, *one.asked)[:_TWO]] for one in confirmed]
    table = pd.DataFrame(found, columns=["a", "b"], dtype="int64")
    refuse_one_place(table, grouped[0][1], confirmed)
    names = {f"name_{side}": sites["name"].iloc[table[side]].to_numpy() for side in ("a", "b")}
    return table.assign(**names, **{key: [getattr(one, key) for one in confirmed] for key in _TOLD})


def _only_once(names: pd.Series[str], lead: NDArray[np.object_]) -> dict[str, object]:
    once = ~names.duplicated(keep=False).to_numpy()
    return dict(zip(names[once], lead[once], strict=True))


def _row_of(text: str, rows: dict[str, object]) -> object:
    if text in rows:
        return rows[text]
    msg = "no place or site of this run has that id, and not exactly one place that name"
    remedy = "copy the ids from to_check (or place_id, site_id of places, sites), or take the entry out"
    raise StudyError(msg, column="[[confirmed]]", value=text, remedy=remedy)


def refuse_one_place(
    table: pd.DataFrame, place_id: NDArray[np.object_], confirmed: Sequence[Confirmed]
) -> None:
    """Refuse 'different' of two sites that are one place: by the rules, or by other answers.

    Raises
    ------
    StudyError
        If there is one.
    """
    for a, b, one in zip(table["a"], table["b"], confirmed, strict=True):
        if one.answer == "different" and place_id[a] == place_id[b]:
            msg = "these two are one place, by the distances of [places] or by other answers"
            remedy = "correct the answers, or set near_m or same_address_m of [places]"
            raise StudyError(msg, column="[[confirmed]] pair", value=list(one.pair), remedy=remedy)
