"""The data that the page carries, as :mod:`sharemap.maps.screen.contract` describes it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from sharemap import palette
from sharemap.blocks import LARGE_M2
from sharemap.catalog import source_titles
from sharemap.evidence.positions import STATUSES
from sharemap.findings.doubted import doubted_wards
from sharemap.findings.positions import status_name
from sharemap.findings.run import ALL_GROUPS, FEW, MOST_UNKNOWN
from sharemap.maps.drawn import records
from sharemap.maps.geometry import BITS, LETTERS, STEP, Packer, clean_union
from sharemap.maps.isochrones import themes_areas
from sharemap.maps.screen.blocks import around
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
    ShownLayer,
    ShownPair,
    ShownSites,
    ShownTheme,
)
from sharemap.maps.screen.contract_villages import VillageFacts
from sharemap.maps.screen.gaps import gaps, rests
from sharemap.maps.screen.ground import background, street_names
from sharemap.maps.screen.others import others
from sharemap.maps.screen.profiles import dong_counts, people_counted, profiles
from sharemap.maps.screen.script import said
from sharemap.maps.screen.symbols import symbols
from sharemap.maps.screen.villages import villages
from sharemap.schema import BROAD_AGES
from sharemap.units import thousandths

if TYPE_CHECKING:
    from sharemap.findings import Run
    from sharemap.findings.summary import Served
    from sharemap.maps.drawn import Drawn
    from sharemap.maps.screen.contract_villages import Polygons

__all__ = ["payload"]

_SITE_TEXTS = (
    "name", "address", "hours", "phone", "operator", "ref_date", "source", "place_id", "dong_name",
)  # fmt: skip


def payload(drawn: Drawn) -> PageData:
    """Return everything the browser draws and says."""
    run, packer = drawn.run, Packer.around(drawn.area)
    return PageData(
        say={key: run.say[key] for key in said()},
        colours=_colours(),
        percent=Percent(steps=1000, decimals=1),
        ages=list(BROAD_AGES),
        row_names=RowNames(facts=VillageFacts._fields, shares=ShareOf._fields, walk=GapWalk._fields),
        letters=Letters(
            lon=packer.lon, lat=packer.lat, step=STEP, alphabet=LETTERS.tobytes().decode("ascii"), bits=BITS
        ),
        wide=drawn.wide,
        cutoff=run.minutes,
        minutes=_minutes(drawn),
        residents=_people(run.summary.residents),
        most_unknown=MOST_UNKNOWN,
        few=FEW,
        profile=run.summary.profile,
        least_mobile=run.summary.least_mobile,
        profiles=profiles(run),
        themes=_themes(run),
        doubted=doubted_wards(run),
        layers=_layers(run),
        background=background(drawn, packer),
        labels=street_names(drawn, packer),
        dongs=_dongs(drawn, packer),
        outline=packer.polygons(drawn.outline, tolerance=drawn.tolerance),
        wards=packer.lines(_ward_borders(drawn), tolerance=drawn.tolerance),
        areas=_areas(drawn, packer),
        villages=villages(run, packer),
        short=_short(run, packer),
        sites=_sites(run, packer),
        positions=[status_name(status, run.lang) for status in STATUSES],
        places=_shared_places(run),
        gaps=gaps(drawn, packer),
        rests=rests(run),
        blocks=_blocks(drawn, packer),
        others=others(drawn, packer),
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


def _areas(drawn: Drawn, packer: Packer) -> dict[str, dict[str, Polygons]]:
    return {
        theme: {
            f"{minutes:g}": packer.polygons(shape, tolerance=0.0) for minutes, shape in by_minutes.items()
        }
        for theme, by_minutes in themes_areas(drawn).items()
    }


def _minutes(drawn: Drawn) -> list[float]:
    frame = drawn.table("isochrones")
    return [] if frame.empty else sorted({float(minutes) for minutes in frame["minutes"]})


def _themes(run: Run) -> list[ShownTheme]:
    served: dict[str, Served | None] = dict.fromkeys(run.group_names)
    served |= {one.group: one for one in run.summary.groups}
    served |= {one.layer: one.served for one in run.summary.layers}
    if run.summary.all_groups is not None:
        served[ALL_GROUPS] = run.summary.all_groups
    return [
        ShownTheme(
            key=key,
            kind="promise" if key == ALL_GROUPS else "group" if key in run.group_names else "layer",
            name=run.service_names[key],
            covered=None if (one := served[key]) is None else _people(one.covered),
            unknown=None if one is None else _people(one.unknown),
            share=None if one is None else one.share,
            bounds=run.bounds(one),
        )
        for key in run.service_keys
    ]


def _layers(run: Run) -> list[ShownLayer]:
    signs = symbols(run)
    return [
        ShownLayer(
            key=entry.layer,
            name=run.named(entry),
            group=entry.group,
            role=entry.role,
            colour=entry.colour,
            symbol=signs[entry.layer],
            sites=entry.sites,
        )
        for entry in run.summary.layers
    ]


def _dongs(drawn: Drawn, packer: Packer) -> list[ShownDong]:
    simple = shapely.coverage_simplify(np.asarray(drawn.area.geometry), drawn.tolerance)
    x, y = packer.points(simple)
    shares = _shares(drawn.run)
    people = (
        {}
        if drawn.run.shares.empty
        else dict(zip(drawn.run.shares["dong_code"], drawn.run.shares["residents"], strict=True))
    )
    others = dong_counts(drawn.run, table="coverage_profiles_dong", column="covered")
    unknown = _some_unknown(dong_counts(drawn.run, table="coverage_profiles_dong", column="unknown"))
    gap = dong_counts(drawn.run, table="profile_gap", column="only_study_profile")
    by_walker = people_counted(drawn.run)
    return [
        ShownDong(
            code=row.dong_code,
            name=row.dong_name,
            ward=row.ward_name,
            ward_code=row.ward_code,
            thin=row.dong_code in drawn.run.thin,
            residents=_people(people.get(row.dong_code)),
            shares=shares.get(row.dong_code, {}),
            by=others.get(row.dong_code, {}),
            unknown=unknown.get(row.dong_code, {}),
            gap=gap.get(row.dong_code, {}),
            counted=by_walker.get(row.dong_code, {}),
            shape=packer.polygons(simple[at], tolerance=0.0),
            at=(x[at], y[at]),
        )
        for at, row in enumerate(records(drawn.area))
    ]


def _some_unknown(
    counts: dict[str, dict[str, list[int | None]]],
) -> dict[str, dict[str, list[int | None]]]:
    return {
        dong: some
        for dong, by in counts.items()
        if (some := {profile: people for profile, people in by.items() if any(people)})
    }


def _shares(run: Run) -> dict[str, dict[str, ShareOf]]:
    by_dong: dict[str, dict[str, ShareOf]] = {}
    for row in records(run.shares):
        by_dong.setdefault(row.dong_code, {})[row.key] = ShareOf(_counted(row.covered), _number(row.share))
    return by_dong


def _ward_borders(drawn: Drawn) -> Any:  # noqa: ANN401  array of geometry
    wards = [clean_union(np.asarray(part.geometry)) for _, part in drawn.area.groupby("ward_code", sort=True)]
    return shapely.get_parts(shapely.union_all(shapely.boundary(np.array(wards, dtype=object))))


def _short(run: Run, packer: Packer) -> list[ShownPair]:
    frame = run.table("one_short")
    if frame.empty:
        return []
    frame = frame.sort_values("rank", kind="stable")
    places = run.table("places")
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
            residents=_people(row.residents_15min),
        )
        for row in records(frame)
    ]


def _sites(run: Run, packer: Packer) -> ShownSites:
    frame = run.table("sites")
    if frame.empty:
        return ShownSites(**{field.name: [] for field in fields(ShownSites)})
    titles = source_titles() if run.lang == "ko" else {}
    frame = frame.assign(source=frame["source"].map(lambda key: titles.get(key, key)))
    keys = {entry.layer: position for position, entry in enumerate(run.summary.layers)}
    frame = frame[frame["layer"].isin(list(keys))].sort_values(["layer", "site_id"], kind="stable")
    stops = run.table("stops")
    status = {} if stops.empty else dict(zip(stops["site_id"], stops["status"], strict=True))
    x, y = packer.points(np.asarray(frame.geometry))
    states, doubts = run.positions
    texts = {name: [_text(value) for value in frame[name]] for name in _SITE_TEXTS}
    return ShownSites(
        **texts,
        layer=[keys[key] for key in frame["layer"]],
        capacity=[_number(value) for value in frame["capacity"]],
        x=x,
        y=y,
        swapped=[int(value == "swapped") for value in frame["coord_fix"]],
        position=[STATUSES.index(states[key]) if key in states else -1 for key in frame["site_id"]],
        doubt=[doubts.get(key, "") for key in frame["site_id"]],
        in_area=[int(value) for value in frame["in_area"]],
        loose=[int(status.get(key, "ok") != "ok") for key in frame["site_id"]],
    )


def _shared_places(run: Run) -> dict[str, str]:
    """Return the names of the places with more than one site; any other place is called as its site."""
    frame = run.table("places")
    if frame.empty:
        return {}
    several = frame[frame["sites"] > 1].sort_values("place_id", kind="stable")
    return dict(zip(several["place_id"], map(_text, several["name"]), strict=True))


def _blocks(drawn: Drawn, packer: Packer) -> ShownBlocks:
    """Return the blocks with what is within reach of them; where the run cannot tell, only those mentioned if wide."""
    frame = drawn.table("blocks")
    if frame.empty:
        return ShownBlocks(id=[], streets=[], dong=[], residents=[], large=[], shape=[], near=None)
    shown = (frame["kind"] == "block") | (frame["residents"] > 0)
    frame = frame[shown].sort_values("block_id", kind="stable", ignore_index=True)
    mentioned = _mentioned(drawn.run)
    near = around(drawn, frame)
    if drawn.wide and near is None:
        frame = frame[frame["block_id"].isin(mentioned)]
    told = [not drawn.wide or key in mentioned for key in frame["block_id"]]
    streets = frame["streets"].str.replace(";", ", ")
    return ShownBlocks(
        id=frame["block_id"].tolist(),
        streets=[text if tell else "" for tell, text in zip(told, streets, strict=True)],
        dong=[_text(value) if tell else "" for tell, value in zip(told, frame["dong_name"], strict=True)],
        residents=[_people(value) for value in frame["residents"].tolist()],
        large=np.flatnonzero(frame["area_m2"] > LARGE_M2).tolist(),
        shape=packer.shapes(np.asarray(frame.geometry), tolerance=_block_tolerance(drawn, told)),
        near=near,
    )


def _block_tolerance(drawn: Drawn, told: list[bool]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return how far each block's outline may move, metres: those that are shown close up, less."""
    return np.where(told, 1.5, 15.0) if drawn.wide else np.full(len(told), 1.5)


def _mentioned(run: Run) -> set[str]:
    villages, short = run.table("villages"), run.table("one_short")
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


def _counted(persons: Any) -> int:  # noqa: ANN401  a number
    """Return persons in thousandths: the page adds them up."""
    return int(thousandths(persons))


def _people(value: Any) -> int | None:  # noqa: ANN401  persons, or nothing
    return None if value is None or value != value else _counted(value)  # noqa: PLR0124
