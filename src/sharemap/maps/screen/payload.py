"""The data that the page carries, as :mod:`sharemap.maps.screen.contract` describes it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from sharemap import palette
from sharemap.catalog import source_titles
from sharemap.maps.drawn import records
from sharemap.maps.geometry import BITS, LETTERS, STEP, Packer, clean_union
from sharemap.maps.ground import background, street_labels
from sharemap.maps.isochrones import themes_areas
from sharemap.maps.profiles import dong_counts, profiles
from sharemap.maps.screen.around import around
from sharemap.maps.screen.contract import (
    ColourClass,
    Colours,
    GapWalk,
    Letters,
    PageData,
    Percent,
    RowNames,
    ShareOf,
    ShownBlocks,
    ShownDong,
    ShownGround,
    ShownLayer,
    ShownPair,
    ShownProfile,
    ShownSites,
    ShownTheme,
    StreetNames,
)
from sharemap.maps.screen.contract_villages import Facts
from sharemap.maps.screen.gaps import gaps
from sharemap.maps.screen.symbols import symbols
from sharemap.maps.screen.villages import AGE_BANDS, villages
from sharemap.maps.words import number, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.maps.drawn import Study
    from sharemap.maps.screen.contract_villages import Polygons

__all__ = ["payload"]

_SITE_TEXTS = (
    "name", "address", "hours", "phone", "operator", "ref_date", "source", "place_id", "dong_name",
)  # fmt: skip


def payload(study: Study, *, lang: str) -> PageData:
    """Return everything the browser draws and says.

    Parameters
    ----------
    study
        The tables and the summary.
    lang
        ``"ko"`` or ``"en"``.
    """
    packer = Packer.around(study.area)
    return PageData(
        say=words(lang),
        colours=_colours(),
        percent=Percent(steps=1000, decimals=1),
        ages=list(AGE_BANDS),
        row_names=RowNames(facts=Facts._fields, shares=ShareOf._fields, walk=GapWalk._fields),
        letters=Letters(
            lon=packer.lon, lat=packer.lat, step=STEP, alphabet=LETTERS.tobytes().decode("ascii"), bits=BITS
        ),
        wide=study.wide,
        cutoff=number(study.summary["cutoff_min"]),
        minutes=_minutes(study),
        residents=int(study.summary["residents"]),
        profile=study.summary["profile"],
        least_mobile=str(study.summary.get("least_mobile") or ""),
        profiles=[ShownProfile(**one) for one in profiles(study, lang=lang)],
        themes=_themes(study, lang),
        layers=_layers(study, lang),
        background=ShownGround(**background(study, packer)),
        labels=_street_names(study, packer),
        dongs=_dongs(study, packer),
        outline=packer.polygons(study.outline, tolerance=study.tolerance),
        wards=packer.lines(_ward_borders(study), tolerance=study.tolerance),
        areas=_areas(study, packer),
        villages=villages(study, packer, lang=lang),
        short=_short(study, packer),
        sites=_sites(study, packer, lang),
        places=_shared_places(study),
        gaps=gaps(study, packer, lang=lang),
        blocks=_blocks(study, packer),
        others=[],
    )


def _colours() -> Colours:
    return Colours(
        ink=palette.INK,
        area=palette.AREA,
        loop=palette.ACCENT,
        village=palette.VILLAGE,
        short=palette.SHORT,
        gap=palette.UNSERVED,
        water=palette.WATER,
        no_share=palette.NO_SHARE,
        classes=[ColourClass(low=low, colour=colour) for low, colour in palette.CLASSES],
        gap_classes=[ColourClass(low=low, colour=colour) for low, colour in palette.GAP_CLASSES],
    )


def _areas(study: Study, packer: Packer) -> dict[str, dict[str, Polygons]]:
    return {
        theme: {
            f"{minutes:g}": packer.polygons(shape, tolerance=0.0) for minutes, shape in by_minutes.items()
        }
        for theme, by_minutes in themes_areas(study).items()
    }


def _street_names(study: Study, packer: Packer) -> StreetNames:
    names = [field.name for field in fields(StreetNames)]
    rows = [dict(zip(names, row, strict=True)) for row in street_labels(study, packer)]
    return StreetNames(**{name: [row[name] for row in rows] for name in names})


def _minutes(study: Study) -> list[float]:
    frame = study.table("isochrones")
    return [] if frame.empty else sorted({float(minutes) for minutes in frame["minutes"]})


def _themes(study: Study, lang: str) -> list[ShownTheme]:
    name = f"name_{lang}"
    promise, groups, layers = (study.summary[key] for key in ("all_groups", "groups", "layers"))
    themes = [] if promise is None else [_theme("all_groups", "promise", "", promise)]
    themes += [_theme(entry["group"], "group", entry[name], entry) for entry in groups]
    return themes + [_theme(entry["layer"], "layer", entry[name], entry) for entry in layers]


def _theme(
    key: str, kind: Literal["promise", "group", "layer"], name: str, entry: Mapping[str, Any]
) -> ShownTheme:
    return ShownTheme(
        key=key, kind=kind, name=name, covered=_whole(entry["covered"]), share=_number(entry["share"])
    )


def _layers(study: Study, lang: str) -> list[ShownLayer]:
    signs = symbols(study, lang=lang)
    return [
        ShownLayer(
            key=entry["layer"],
            name=entry[f"name_{lang}"],
            group=entry["group"],
            role=entry["role"],
            colour=study.colours[entry["layer"]][0],
            symbol=signs[entry["layer"]],
            sites=int(entry["sites"]),
        )
        for entry in study.summary["layers"]
    ]


def _dongs(study: Study, packer: Packer) -> list[ShownDong]:
    simple = shapely.coverage_simplify(np.asarray(study.area.geometry), study.tolerance)
    x, y = packer.points(simple)
    shares = _shares(study)
    people = (
        {}
        if study.shares.empty
        else dict(zip(study.shares["dong_code"], study.shares["residents"], strict=True))
    )
    others = dong_counts(study, table="coverage_profiles_dong", column="covered")
    gap = dong_counts(study, table="profile_gap", column="only_study_profile")
    return [
        ShownDong(
            code=row.dong_code,
            name=row.dong_name,
            ward=row.ward_name,
            residents=_whole(people.get(row.dong_code)),
            shares=shares.get(row.dong_code, {}),
            by=others.get(row.dong_code, {}),
            gap=gap.get(row.dong_code, {}),
            shape=packer.polygons(simple[at], tolerance=0.0),
            at=(x[at], y[at]),
        )
        for at, row in enumerate(records(study.area))
    ]


def _shares(study: Study) -> dict[str, dict[str, ShareOf]]:
    by_dong: dict[str, dict[str, ShareOf]] = {}
    for row in records(study.shares):
        by_dong.setdefault(row.dong_code, {})[row.key] = ShareOf(int(row.covered), _number(row.share))
    return by_dong


def _ward_borders(study: Study) -> Any:  # noqa: ANN401  array of geometry
    wards = [clean_union(np.asarray(part.geometry)) for _, part in study.area.groupby("ward_code", sort=True)]
    return shapely.get_parts(shapely.union_all(shapely.boundary(np.array(wards, dtype=object))))


def _short(study: Study, packer: Packer) -> list[ShownPair]:
    frame = study.table("one_short")
    if frame.empty:
        return []
    frame = frame.sort_values("rank", kind="stable")
    places = study.table("places")
    ends = packer.points(np.asarray(places.geometry))
    at = dict(zip(places["place_id"], zip(*ends, strict=True), strict=True))
    return [
        ShownPair(
            rank=int(row.rank),
            names=(row.name_a, row.name_b),
            ends=[at[key] for key in (row.place_a, row.place_b) if key in at],
            dong=_text(row.dong_name),
            walk=float(row.walk_m),
            block=_text(row.block_id),
            residents=int(row.residents_15min),
        )
        for row in records(frame)
    ]


def _sites(study: Study, packer: Packer, lang: str) -> ShownSites:
    frame = study.table("sites")
    if frame.empty:
        return ShownSites(**{field.name: [] for field in fields(ShownSites)})
    titles = source_titles() if lang == "ko" else {}
    frame = frame.assign(source=frame["source"].map(lambda key: titles.get(key, key)))
    keys = {entry["layer"]: position for position, entry in enumerate(study.summary["layers"])}
    frame = frame[frame["layer"].isin(list(keys))].sort_values(["layer", "site_id"], kind="stable")
    stops = study.table("stops")
    status = {} if stops.empty else dict(zip(stops["site_id"], stops["status"], strict=True))
    x, y = packer.points(np.asarray(frame.geometry))
    texts = {name: [_text(value) for value in frame[name]] for name in _SITE_TEXTS}
    return ShownSites(
        **texts,
        layer=[keys[key] for key in frame["layer"]],
        capacity=[_number(value) for value in frame["capacity"]],
        x=x,
        y=y,
        swapped=[int(value == "swapped") for value in frame["coord_fix"]],
        in_area=[int(value) for value in frame["in_area"]],
        loose=[int(status.get(key, "ok") != "ok") for key in frame["site_id"]],
    )


def _shared_places(study: Study) -> dict[str, str]:
    """Return the names of the places with more than one site; any other place is called as its site."""
    frame = study.table("places")
    if frame.empty:
        return {}
    several = frame[frame["sites"] > 1].sort_values("place_id", kind="stable")
    return dict(zip(several["place_id"], map(_text, several["name"]), strict=True))


def _blocks(study: Study, packer: Packer) -> ShownBlocks:
    """Return the blocks with what is within reach of them; where the run cannot tell, only those mentioned if wide."""
    frame = study.table("blocks")
    if frame.empty:
        return ShownBlocks(id=[], streets=[], dong=[], residents=[], shape=[], near=None)
    shown = (frame["kind"] == "block") | (frame["residents"] > 0)
    frame = frame[shown].sort_values("block_id", kind="stable", ignore_index=True)
    mentioned = _mentioned(study)
    near = around(study, frame)
    if study.wide and near is None:
        frame = frame[frame["block_id"].isin(mentioned)]
    told = [not study.wide or key in mentioned for key in frame["block_id"]]
    streets = frame["streets"].str.replace(";", ", ")
    return ShownBlocks(
        id=frame["block_id"].tolist(),
        streets=[text if tell else "" for tell, text in zip(told, streets, strict=True)],
        dong=[_text(value) if tell else "" for tell, value in zip(told, frame["dong_name"], strict=True)],
        residents=[int(value) for value in frame["residents"]],
        shape=packer.shapes(np.asarray(frame.geometry), tolerance=_block_tolerance(study, told)),
        near=near,
    )


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
