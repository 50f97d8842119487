"""What the card of a village candidate says beyond its name: loop, services, residents, stability, doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.maps.drawn import records

if TYPE_CHECKING:
    from sharemap.maps.drawn import Study
    from sharemap.maps.geometry import Packer

__all__ = ["AGE_BANDS", "cards"]

#: Ages that a card tells apart: key -> first and last year, the last open.
AGE_BANDS: dict[str, tuple[int, int]] = {
    "0_9": (0, 9),
    "10_19": (10, 19),
    "20_39": (20, 39),
    "40_64": (40, 64),
    "65_over": (65, 999),
}
_OBSTACLES = ("steps_m", "tunnel_m", "bridge_m", "crossing_m", "unmarked_crossings")
_LOOP_TOLERANCE_M = 0.5


def cards(study: Study, packer: Packer, *, lang: str) -> dict[str, dict[str, Any]]:
    """Return what is known of each village, by its id; a part that the run has no table for is left out."""
    villages = study.table("villages")
    parts = {name: _by_village(study.table(f"village_{name}")) for name in ("loops", "services", "residents", "scores", "values")}  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    for row in records(villages):
        key = row.village_id
        card = _standing(row, lang)
        if key in parts["loops"]:
            card["loop"] = _loop(parts["loops"][key], packer, lang)
        if key in parts["services"]:
            card["services"] = _services(parts["services"][key])
        if key in parts["residents"]:
            card["ages"] = _ages(parts["residents"][key])
        if key in parts["scores"]:
            card["scores"] = _scores(parts["scores"][key])
        if key in parts["values"] and lang == "ko":
            card["values"] = _values(parts["values"][key])
        found[key] = card
    return found


def _by_village(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {} if frame.empty else {str(key): part for key, part in frame.groupby("village_id", sort=True)}


def _standing(row: Any, lang: str) -> dict[str, Any]:  # noqa: ANN401  a named tuple
    """Return why a village ranks where it does and how far that can be trusted."""
    known = {
        "why": getattr(row, f"why_{lang}", None),
        "score": getattr(row, "score", None),
        "exact": getattr(row, "loop_exact", None),
        "doubtful": bool(getattr(row, "doubtful", False)),
        "doubt": row.doubt_ko if lang == "ko" and getattr(row, "doubt_ko", None) else "",
        "merged": getattr(row, "places_if_merged", None),
        "stable": getattr(row, "stable", None),
        "stability": getattr(row, "stability", None),
        "ranks": [getattr(row, "rank_low", None), getattr(row, "rank_high", None)],
        "closures": [getattr(row, "closures_survived", None), getattr(row, "closures", None)],
        "next": [
            getattr(row, "next_block_id", None),
            getattr(row, "next_longest_walk_m", None),
            getattr(row, "next_residents_added", None),
        ],
    }
    return {key: _plain(value) for key, value in known.items()}


def _loop(frame: pd.DataFrame, packer: Packer, lang: str) -> dict[str, Any]:
    row = records(frame)[0]
    return {
        "lines": packer.lines(np.asarray(frame.geometry), tolerance=_LOOP_TOLERANCE_M),
        "length": _plain(row.length_m),
        "obstacles": [_plain(getattr(row, name)) for name in _OBSTACLES],
        "barriers": row.barriers_ko if lang == "ko" else "",
    }


def _services(frame: pd.DataFrame) -> dict[str, list[list[Any]]]:
    """Return the published services of each place: layer, name, hours, capacity, telephone, operator, address."""
    frame = frame.sort_values(["place_id", "layer", "site_id"], kind="stable")
    found: dict[str, list[list[Any]]] = {}
    columns = ("layer", "name", "hours", "capacity", "phone", "operator", "address")
    for row in records(frame):
        found.setdefault(row.place_id, []).append([_plain(getattr(row, name)) for name in columns])
    return found


def _ages(frame: pd.DataFrame) -> list[list[int]]:
    """Return residents by minutes: the minutes, everyone, and the age bands of :data:`AGE_BANDS`."""
    first_year = {band: int(band.split("_")[1]) for band in frame["age_band"].unique() if band != "all"}
    listed = []
    for minutes, part in frame.groupby("minutes", sort=True):
        people = dict(zip(part["age_band"], part["residents"].tolist(), strict=True))
        bands = [
            sum(people[band] for band, year in first_year.items() if low <= year <= high and band in people)
            for low, high in AGE_BANDS.values()
        ]
        listed.append([int(str(minutes)), int(people.get("all", sum(bands))), *map(int, bands)])
    return listed


def _scores(frame: pd.DataFrame) -> list[list[Any]]:
    return [[row.component, row.name_ko, _plain(row.value), _plain(row.weight), _plain(row.points)] for row in records(frame)]  # fmt: skip


def _values(frame: pd.DataFrame) -> list[list[Any]]:
    return [[row.name_ko, _plain(row.value), row.unit, row.limits_ko] for row in records(frame)]


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell of any kind, ready for JSON
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if pd.isna(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, str):
        return value
    return round(float(value), 4)
