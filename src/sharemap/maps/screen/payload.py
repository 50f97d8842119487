"""The data that the page carries: plain lists and numbers, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap.catalog import source_titles
from sharemap.findings.villages import stored_name
from sharemap.maps.drawn import records
from sharemap.maps.geometry import Packer, clean_union
from sharemap.maps.ground import background, street_labels
from sharemap.maps.isochrones import themes_areas
from sharemap.maps.profiles import dong_counts, profiles
from sharemap.maps.screen.around import around
from sharemap.maps.screen.cards import cards
from sharemap.maps.screen.gaps import gaps
from sharemap.maps.screen.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.maps.drawn import Study

__all__ = ["payload"]

#: The facts of a village card, in the order that ``app.js`` reads them.
_FACTS = (
    "places",
    "services",
    "longest_walk_m",
    "mean_walk_m",
    "loop_m",
    "residents_5min",
    "residents_10min",
    "residents_15min",
    "residents_65_over_15min",
    "support_sites",
    "neighbours",
)


def payload(study: Study, *, lang: str) -> dict[str, Any]:
    """Return everything the browser draws, as plain data.

    Parameters
    ----------
    study
        The tables and the summary.
    lang
        ``"ko"`` or ``"en"``.
    """
    packer = Packer.around(study.area)
    return {
        "origin": [packer.lon, packer.lat],
        "themes": _themes(study, lang),
        "layers": _layers(study, lang),
        "minutes": _minutes(study),
        "residents": int(study.summary["residents"]),
        "profile": study.summary["profile"],
        "profiles": profiles(study, lang=lang),
        "leastMobile": _least_mobile(study),
        "background": background(study, packer),
        "labels": street_labels(study, packer),
        "dongs": _dongs(study, packer),
        "outline": packer.polygons(study.outline, tolerance=study.tolerance),
        "wards": packer.lines(_ward_borders(study), tolerance=study.tolerance),
        "areas": {
            theme: {
                f"{minutes:g}": packer.polygons(shape, tolerance=0.0) for minutes, shape in by_minutes.items()
            }
            for theme, by_minutes in themes_areas(study).items()
        },
        "villages": _villages(study, packer, lang),
        "short": _short(study, packer),
        "sites": _sites(study, packer, lang),
        "places": _shared_places(study),
        "gaps": gaps(study, packer, lang=lang),
        "blocks": _blocks(study, packer),
    }


def _minutes(study: Study) -> list[float]:
    frame = study.table("isochrones")
    return [] if frame.empty else sorted({float(minutes) for minutes in frame["minutes"]})


def _themes(study: Study, lang: str) -> list[dict[str, Any]]:
    name = f"name_{lang}"
    promise = study.summary["all_groups"]
    first = {"key": "all_groups", "kind": "promise", "name": ""}
    themes = [] if promise is None else [first | _share(promise)]
    themes += [
        {"key": entry["group"], "kind": "group", "name": entry[name], **_share(entry)}
        for entry in study.summary["groups"]
    ]
    themes += [
        {"key": entry["layer"], "kind": "layer", "name": entry[name], **_share(entry)}
        for entry in study.summary["layers"]
    ]
    return themes


def _share(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"covered": _whole(entry["covered"]), "share": _number(entry["share"])}


def _layers(study: Study, lang: str) -> list[dict[str, Any]]:
    signs = symbols(study, lang=lang)
    return [
        {
            "key": entry["layer"],
            "name": entry[f"name_{lang}"],
            "group": entry["group"],
            "role": entry["role"],
            "colour": study.colours[entry["layer"]][0],
            "symbol": signs[entry["layer"]],
            "sites": int(entry["sites"]),
        }
        for entry in study.summary["layers"]
    ]


def _dongs(study: Study, packer: Packer) -> list[dict[str, Any]]:
    simple = shapely.coverage_simplify(np.asarray(study.area.geometry), study.tolerance)
    x, y = packer.points(simple)
    shares = study.shares
    others = dong_counts(study, table="coverage_profiles_dong", column="covered")
    gap = dong_counts(study, table="profile_gap", column="only_study_profile")
    by_dong: dict[str, dict[str, list[Any]]] = {}
    residents: dict[str, int] = {}
    if not shares.empty:
        for code, key, people, covered, share in zip(
            shares["dong_code"],
            shares["key"],
            shares["residents"],
            shares["covered"],
            shares["share"],
            strict=True,
        ):
            by_dong.setdefault(code, {})[key] = [int(covered), _number(share)]
            residents[code] = int(people)
    return [
        {
            "code": code,
            "name": name,
            "ward": ward,
            "residents": residents.get(code),
            "shares": by_dong.get(code, {}),
            "by": others.get(code, {}),
            "gap": gap.get(code, {}),
            "shape": packer.polygons(shape, tolerance=0.0),
            "at": [x[row], y[row]],
        }
        for row, (code, name, ward, shape) in enumerate(
            zip(
                study.area["dong_code"], study.area["dong_name"], study.area["ward_name"], simple, strict=True
            )
        )
    ]


def _least_mobile(study: Study) -> str:
    """Return the profile whose gap is shown first: the least mobile one, where the run tells."""
    told = study.summary.get("least_mobile")
    return str(told.get("profile", "")) if isinstance(told, dict) else str(told or "")


def _ward_borders(study: Study) -> Any:  # noqa: ANN401  array of geometry
    wards = [clean_union(np.asarray(part.geometry)) for _, part in study.area.groupby("ward_code", sort=True)]
    return shapely.get_parts(shapely.union_all(shapely.boundary(np.array(wards, dtype=object))))


def _villages(study: Study, packer: Packer, lang: str) -> list[dict[str, Any]]:
    frame = study.table("villages")
    if frame.empty:
        return []
    frame = frame.sort_values("rank", kind="stable")
    members = _grouped(study.table("village_places"))
    walks = _grouped(study.table("village_walks"))
    known = cards(study, packer, lang=lang)
    x, y = packer.points(np.asarray(frame.geometry))
    listed = []
    for position, row in enumerate(records(frame)):
        listed.append(
            {
                "id": row.village_id,
                "rank": int(row.rank),
                "name": stored_name(row.name, lang=lang),
                "dong": _text(row.dong_name),
                "facts": [_number(getattr(row, name)) for name in _FACTS],
                "sentence": row.sentence_ko if lang == "ko" else "",
                "blocks": row.block_ids.split(";") if row.block_ids else [],
                "shape": packer.polygons(row.geometry, tolerance=1.0),
                "at": [x[position], y[position]],
                "places": _members(members.get(row.village_id), packer),
                "walks": _walks(walks.get(row.village_id)),
                "card": known[row.village_id],
            }
        )
    return listed


def _grouped(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {} if frame.empty else {str(key): part for key, part in frame.groupby("village_id", sort=True)}


def _members(frame: pd.DataFrame | None, packer: Packer) -> list[list[Any]]:
    if frame is None:
        return []
    frame = frame.assign(_late=frame["role"] != "member").sort_values(
        ["_late", "loop_order", "place_id"], kind="stable"
    )
    x, y = packer.points(np.asarray(frame.geometry))
    return [
        [place, role == "member", order, name, _text(address), layers.split(";"), east, north]
        for place, role, order, name, address, layers, east, north in zip(
            frame["place_id"], frame["role"], frame["loop_order"].tolist(), frame["name"], frame["address"],
            frame["layers"], x, y, strict=True,
        )
    ]  # fmt: skip


def _walks(frame: pd.DataFrame | None) -> list[list[Any]]:
    if frame is None:
        return []
    frame = frame.sort_values(["place_a", "place_b"], kind="stable")
    return [
        [a, b, round(metres, 2), round(minutes, 3)]
        for a, b, metres, minutes in zip(
            frame["place_a"],
            frame["place_b"],
            frame["walk_m"].tolist(),
            frame["walk_min"].tolist(),
            strict=True,
        )
    ]


def _short(study: Study, packer: Packer) -> list[dict[str, Any]]:
    frame = study.table("one_short")
    if frame.empty:
        return []
    frame = frame.sort_values("rank", kind="stable")
    places = study.table("places")
    ends = packer.points(np.asarray(places.geometry))
    at = dict(zip(places["place_id"], zip(*ends, strict=True), strict=True))
    return [
        {
            "rank": int(row.rank),
            "names": [row.name_a, row.name_b],
            "ends": [list(at[key]) for key in (row.place_a, row.place_b) if key in at],
            "dong": _text(row.dong_name),
            "walk": float(row.walk_m),
            "block": _text(row.block_id),
            "residents": int(row.residents_15min),
        }
        for row in records(frame)
    ]


def _sites(study: Study, packer: Packer, lang: str) -> dict[str, list[Any]]:
    frame = study.table("sites")
    if frame.empty:
        return {}
    titles = source_titles() if lang == "ko" else {}
    frame = frame.assign(source=frame["source"].map(lambda key: titles.get(key, key)))
    keys = {entry["layer"]: position for position, entry in enumerate(study.summary["layers"])}
    frame = frame[frame["layer"].isin(list(keys))].sort_values(["layer", "site_id"], kind="stable")
    stops = study.table("stops")
    status = {} if stops.empty else dict(zip(stops["site_id"], stops["status"], strict=True))
    x, y = packer.points(np.asarray(frame.geometry))
    texts = {
        name: [_text(value) for value in frame[name]]
        for name in (
            "name",
            "address",
            "hours",
            "phone",
            "operator",
            "ref_date",
            "source",
            "place_id",
            "dong_name",
        )
    }
    return texts | {
        "x": x,
        "y": y,
        "layer": [keys[key] for key in frame["layer"]],
        "capacity": [_number(value) for value in frame["capacity"]],
        "swapped": [int(value == "swapped") for value in frame["coord_fix"]],
        "in_area": [int(value) for value in frame["in_area"]],
        "loose": [int(status.get(key, "ok") != "ok") for key in frame["site_id"]],
    }


def _shared_places(study: Study) -> dict[str, str]:
    """Return the names of the places with more than one site; any other place is called as its site."""
    frame = study.table("places")
    if frame.empty:
        return {}
    several = frame[frame["sites"] > 1].sort_values("place_id", kind="stable")
    return dict(zip(several["place_id"], map(_text, several["name"]), strict=True))


def _blocks(study: Study, packer: Packer) -> dict[str, Any]:
    """Return the blocks with what is within reach of them; where the run cannot tell, only those mentioned if wide."""
    frame = study.table("blocks")
    if frame.empty:
        return {}
    shown = (frame["kind"] == "block") | (frame["residents"] > 0)
    frame = frame[shown].sort_values("block_id", kind="stable", ignore_index=True)
    mentioned = _mentioned(study)
    near = around(study, frame)
    if study.wide and not near:
        frame = frame[frame["block_id"].isin(mentioned)]
    if frame.empty:
        return {}
    told = [not study.wide or key in mentioned for key in frame["block_id"]]
    packed = {
        "id": frame["block_id"].tolist(),
        "streets": [text.replace(";", ", ") if tell else 0 for tell, text in zip(told, frame["streets"], strict=True)],
        "dong": [_text(value) if tell else 0 for tell, value in zip(told, frame["dong_name"], strict=True)],
        "residents": [int(value) for value in frame["residents"]],
        "shape": packer.shapes(np.asarray(frame.geometry), tolerance=_block_tolerance(study, told)),
    }  # fmt: skip
    return packed | ({"near": near} if near else {})


def _block_tolerance(study: Study, told: list[bool]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return how far each block's outline may move, metres: those that are shown close up, less."""
    return np.where(told, 1.5, 15.0) if study.wide else np.full(len(told), 1.5)


def _mentioned(study: Study) -> set[str]:
    villages, short = study.table("villages"), study.table("one_short")
    found: set[str] = set()
    if not villages.empty:
        found |= {key for joined in villages["block_ids"] for key in joined.split(";") if key}
    if not short.empty:
        found |= set(short["block_id"].dropna())
    return found


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124  NaN


def _number(value: Any) -> float | None:  # noqa: ANN401  numpy or Python number
    return None if value is None or value is pd.NA or value != value else round(float(value), 6)  # noqa: PLR0124


def _whole(value: Any) -> int | None:  # noqa: ANN401
    return None if value is None or value != value else int(value)  # noqa: PLR0124
