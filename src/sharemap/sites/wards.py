"""Rows of files by ward: what a list says of a ward at all, before anybody asks what of it can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.addresses import parse
from sharemap.sites.rules import TOUCHING_M
from sharemap.sources.reasons import WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sharemap.sites.folding import Folded
    from sharemap.sources.sites import LayerRows

__all__ = ["rows_by_ward"]

_ELSEWHERE = ""
_SEOUL = "11"
# a total or a note is about no ward; what is not chosen or not read is about another service
_SAYS_NOTHING = frozenset({"not_a_site", "not_chosen", "other_table"})
_COUNTED = ["layer", "file", "ward_code", "rows", "waiting", "oldest", "newest"]


def rows_by_ward(
    rows: Sequence[LayerRows], folded: Sequence[Folded], groups: pd.DataFrame, area: pd.DataFrame
) -> pd.DataFrame:
    """Count the rows of each file by the ward that they are about.

    Parameters
    ----------
    rows, folded
        The files, and their rows with the site that each belongs to.
    groups
        The sites of each file before two files are merged: ``order`` of the file, ``group``, ``dong`` (position of the
        nearest one in `area`) and metres ``apart`` from it.
    area
        Dongs with ``ward_code`` and ``ward_name``.

    Returns
    -------
    DataFrame
        ``layer``, ``file``, ``ward_code`` (``""`` stands for all other wards together), ``rows`` of the file that are
        about the ward: those of its sites, and by their address those that became none, closed ones and those of
        another service too; ``waiting``, those of them that lack a position; and ``oldest`` and ``newest`` date that
        rows state.
    """
    names = dict(zip(area["ward_name"].str.replace(" ", ""), area["ward_code"], strict=True))
    codes = area["ward_code"].to_numpy(dtype=object)
    parts = []
    for number, (one, done) in enumerate(zip(rows, folded, strict=True)):
        own = groups.loc[groups["order"] == number].set_index("group")
        inside = (own["apart"] <= TOUCHING_M).to_numpy()
        ward = np.where(inside, codes[own["dong"].to_numpy(dtype=np.int64)], _ELSEWHERE)
        by_site = pd.Series(ward, index=own.index, dtype="str")
        whole = pd.concat(list(_wards(one, done, by_site, names)), ignore_index=True)
        parts.append(_counted(whole).assign(layer=one.layer.key, file=one.file))
    return pd.concat(parts, ignore_index=True)[_COUNTED] if parts else pd.DataFrame(columns=_COUNTED)


def _wards(
    one: LayerRows, done: Folded, by_site: pd.Series[str], names: Mapping[str, str]
) -> Iterator[pd.DataFrame]:
    """Yield ``ward_code``, ``ref_date`` and ``waiting`` of the rows of a file, in pieces."""
    held = done.rows.loc[~done.rows["reason"].isin(_SAYS_NOTHING)]
    at_site = held["group"].map(by_site).astype("str")
    named = _named(held.loc[at_site.isna()], names)
    yield pd.DataFrame(
        {
            "ward_code": at_site.fillna(named),
            "ref_date": held["ref_date"],
            "waiting": at_site.isna() & held["reason"].isin(WAITING),
        }
    )
    for piece in one.aside.parts():
        said = piece.loc[~piece["reason"].isin(_SAYS_NOTHING)]
        waits = said["reason"].isin(WAITING)
        yield pd.DataFrame({"ward_code": _named(said, names), "ref_date": None, "waiting": waits})


def _named(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.Series[str]:
    """Return the wards that addresses name; a row whose position is known to be elsewhere is not asked."""
    asked = rows["address"].astype("str").mask(rows["reason"] == "outside_area")
    known = {text: _ward(text, names) for text in asked.dropna().unique()}
    return pd.Series([known.get(text, _ELSEWHERE) for text in asked], index=rows.index, dtype="str")


def _ward(text: str, names: Mapping[str, str]) -> str:
    """Return the code of the ward that an address names; Busan has a 강서구 too."""
    address = parse(text)
    code = names.get(address.ward.replace(" ", ""), _ELSEWHERE)
    same_city = not address.sido or address.in_seoul == code.startswith(_SEOUL)
    return code if same_city else _ELSEWHERE


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    by = rows.assign(ref_date=rows["ref_date"].astype("str")).groupby("ward_code")
    counted = by.agg(rows=("waiting", "size"), waiting=("waiting", "sum"))
    dates = by["ref_date"].agg(["min", "max"]).rename(columns={"min": "oldest", "max": "newest"})
    return counted.join(dates).reset_index()
