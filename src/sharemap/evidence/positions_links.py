"""Positions against each other: rows of one address, and rows of one facility, in all files of a study."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.texts import contains

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sharemap.evidence.positions_rules import PositionRules

__all__ = ["linked", "votes"]

_SHORTEST_NAME = 4
_MOST_OF_A_NAME = (
    3  # "혜화역" is the name of ten access points; two or three addresses of a name are a facility
)
_CELL_M = 20.0
#: Names of which a dong has one.
_OF_A_DONG = re.compile(r"동(?:주민센터|(?:주민)?자치회관|주민자치센터|행정복지센터|사무소)")


def linked(
    claims: pd.DataFrame, said: pd.DataFrame, xy: NDArray[np.float64], rules: PositionRules
) -> pd.DataFrame:
    """Return which rows of different files or layers should stand at one position.

    Rows of one address (``"address"``): road and building number, or dong and lot, in one ward; and rows of one facility
    (``"facility"``): the same name in one layer and ward. Rows of one file and layer say nothing of each other (the
    stations of a park and the bays of a street share its address), save that a dong has one community centre. A row
    whose position was found by its address (``published`` is False) repeats what others say, and has no say.

    Returns
    -------
    Pairs in both directions: ``a`` and ``b``, positions in `claims`; ``by``; ``apart``, metres; ``agrees``; ``differs``: farther
    apart than can be, where no row of that file agrees either. A lot may be a whole park, so it takes more to differ.
    """
    source = pd.factorize(claims["file"] + "|" + claims["layer"])[0]
    names = claims["layer"] + "|" + said["region"] + "|" + said["name_key"]
    usable = (said["name_key"].str.len() >= _SHORTEST_NAME) & (said["region"] != "")
    usable &= names.map(_addresses_of(names, said)).fillna(0) <= _MOST_OF_A_NAME
    keys = (
        ("address", said["road_key"], rules.agree_m),
        ("facility", names.where(usable, ""), rules.agree_m),
        ("address", said["lot_key"], rules.conflict_m),
    )
    found = [
        _pairs(key.to_numpy(dtype=object), xy, source).assign(by=by, limit=limit) for by, key, limit in keys
    ]
    centre = usable & claims["indoors"].astype(bool) & contains(said["name_key"], _OF_A_DONG)
    twice = _pairs(names.where(centre, "").to_numpy(dtype=object), xy, np.arange(len(claims)))
    found.append(twice.assign(by="facility", limit=rules.conflict_m))
    pairs = pd.concat(found, ignore_index=True).drop_duplicates(["a", "b"])
    published = claims["published"].to_numpy(dtype=bool)
    pairs = pairs.loc[published[pairs["a"]] & published[pairs["b"]]].reset_index(drop=True)
    a, b = pairs["a"].to_numpy(dtype=np.int64), pairs["b"].to_numpy(dtype=np.int64)
    pairs["apart"] = np.hypot(*(xy[a] - xy[b]).T).round(3)
    pairs["source"] = np.where(source[a] == source[b], -1 - b, source[b])
    pairs["agrees"] = pairs["apart"] <= rules.agree_m
    known = pairs["agrees"].groupby([pairs["a"], pairs["source"]]).transform("any")
    pairs["differs"] = (pairs["apart"] > pairs["limit"]) & ~known
    return pairs[["a", "b", "by", "apart", "agrees", "differs"]]


def _addresses_of(names: pd.Series, said: pd.DataFrame) -> pd.Series:
    where = said["road_key"].where(said["road_key"] != "", said["lot_key"])
    return pd.DataFrame({"name": names, "where": where}).drop_duplicates().groupby("name").size()


def _pairs(key: NDArray[np.object_], xy: NDArray[np.float64], source: NDArray[np.int64]) -> pd.DataFrame:
    """Pairs of rows with one key in two sources; of the rows of one source in one spot the first speaks for all."""
    table = pd.DataFrame({"key": key, "row": np.arange(len(key)), "source": source})
    table["cx"], table["cy"] = np.floor(xy[:, 0] / _CELL_M), np.floor(xy[:, 1] / _CELL_M)
    table = table.loc[table["key"] != ""]
    several = table.groupby("key")["source"].transform("nunique") > 1
    table = table.loc[several]
    speak = table.drop_duplicates(["key", "source", "cx", "cy"])[["key", "row", "source"]]
    both = table[["key", "row", "source"]].merge(speak, on="key", suffixes=("", "_other"))
    both = both.loc[both["source"] != both["source_other"]]
    return pd.DataFrame({"a": both["row"], "b": both["row_other"]})


def votes(claims: pd.DataFrame, links: pd.DataFrame, own: NDArray[np.int64]) -> pd.DataFrame:
    """Return how much speaks for each position, and what speaks against it most strongly.

    Parameters
    ----------
    claims
        ``file`` of each row.
    links
        Which rows should stand at one position, of :func:`linked`.
    own
        What its own address says for (positive) or against (negative) each position.

    Returns
    -------
    ``files``: how many other files have it there; ``with_row``, ``with_m``, ``with_by``: the nearest of them; ``votes``: `own`, one for
    the row itself and one for each of these files; ``against_row``, ``against_m``, ``against_by``, ``against_votes``: the best of
    the rows that should stand there and do not. Rows are -1 where there is none.
    """
    file = pd.factorize(claims["file"])[0]
    pairs = links.assign(file=file[links["b"]], other=file[links["a"]] != file[links["b"]])
    agree = pairs.loc[pairs["agrees"] & pairs["other"]]
    files = np.zeros(len(claims), dtype=np.int64)
    counted = agree.drop_duplicates(["a", "file"]).groupby("a").size()
    files[counted.index] = counted.to_numpy()
    found = pd.DataFrame({"files": files, "votes": own + 1 + files}, index=claims.index)
    _best(found, "with", agree.assign(votes=0))
    total = found["votes"].to_numpy()
    against = pairs.loc[pairs["differs"]].assign(votes=lambda frame: total[frame["b"]])
    _best(found, "against", against)
    return found


def _best(found: pd.DataFrame, name: str, pairs: pd.DataFrame) -> None:
    """Put the pair with most votes, the nearest of equals, into the columns that begin with `name`."""
    order = pairs.sort_values(["a", "votes", "apart", "b"], ascending=[True, False, True, True])
    best = order.drop_duplicates("a").set_index("a").reindex(found.index)
    found[f"{name}_row"] = best["b"].fillna(-1).astype(np.int64)
    found[f"{name}_m"] = best["apart"].astype(np.float64)
    found[f"{name}_by"] = best["by"].fillna("").astype(object)
    found[f"{name}_votes"] = best["votes"].fillna(0).astype(np.int64)
