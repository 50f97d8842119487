"""The headline numbers of a run, under keys that people script against."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sharemap.pipeline.served_summary import served_summary

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.study import Study

__all__ = ["generated_at", "summary"]

_M2_PER_KM2 = 1e6
_SHARE_DIGITS = 6


def generated_at() -> datetime:
    """Return when this run is made; ``SOURCE_DATE_EPOCH`` (seconds) fixes it for reproducible outputs."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)


def summary(study: Study, folder: RunFolder) -> dict[str, Any]:
    """Return the content of ``summary.json`` from the tables of a run.

    Shares are between 0 and 1. ``all_groups`` is the promise of the plan, residents who reach all of its groups;
    it is ``None`` when the study has no layer of some group, because it then cannot be judged.
    """
    area, people = folder.table("area"), folder.table("demand")
    ward = folder.table("coverage_ward")
    everyone = ward.loc[ward["age_band"] == "all"]
    report = folder.json("network/report.json")
    promise = folder.json("promise.json")
    return {
        "title": study.title,
        "fictional": study.fictional,
        "generated": generated_at().date().isoformat(),
        "profile": study.profile.name,
        "profile_ko": study.profile.name_ko,
        "speed_kmh": study.profile.speed_kmh,
        "cutoff_min": study.parameters.cutoff_min,
        "cutoff_m": study.cutoff_m,
        "minutes": list(study.parameters.minutes),
        "adjacent_m": study.parameters.adjacent_m,
        "min_places": study.parameters.min_places,
        "max_snap_m": study.parameters.max_snap_m,
        "area": {
            "wards": area["ward_name"].drop_duplicates().tolist(),
            "dongs": len(area),
            "area_km2": round(float(area.area.sum()) / _M2_PER_KM2, 3),
        },
        "residents": int(people["residents"].sum()),
        "residents_without_street": int(people.loc[people["status"] != "ok", "residents"].sum()),
        "residents_by_method": {k: int(v) for k, v in people.groupby("method")["residents"].sum().items()},
        "network": {
            "nodes": len(folder.table("nodes")),
            "edges": len(folder.table("edges")),
            **{
                key: report.get(key)
                for key in ("length_km", "main_length_km", "islands", "islands_length_km")
            },
            "dropped_km": report.get("dropped_km", []),
        },
        "rows": _rows(folder),
        "geocoded": _geocoded(folder),
        "layers": _layers(study, folder, everyone),
        "groups": _groups(everyone),
        "all_groups": _promise(everyone),
        "groups_without_data": promise.get("groups_without_data", []),
        **served_summary(study, folder),
        "villages": {
            "count": len(folder.table("villages")),
            "one_short": len(folder.table("one_short")),
            "places_in_villages": int(folder.table("villages")["places"].sum()),
            "note": folder.json("villages_note.json").get("note", ""),
            "note_ko": folder.json("villages_note.json").get("note_ko", ""),
        },
        "sources": _sources(study),
        "attribution": attribution(study),
    }


def _rows(folder: RunFolder) -> dict[str, int]:
    ingest, sites, places = (folder.table(name) for name in ("ingest", "sites", "places"))
    return {
        **{name: int(ingest[name].sum()) for name in ("rows_read", "sites", "folded", "set_aside")},
        "sites_in_area": int(sites["in_area"].sum()),
        "places": len(places),
        "places_in_area": int(places["in_area"].sum()),
    }


def _geocoded(folder: RunFolder) -> dict[str, int]:
    """Sites whose position is not a published one, by the way it was found; empty when there are none."""
    by = folder.table("sites")["geocoded_by"]
    return {str(way): int(count) for way, count in by.loc[by != ""].value_counts().sort_index().items()}


def _covered(everyone: pd.DataFrame, kind: str) -> pd.DataFrame:
    chosen = everyone.loc[everyone["kind"] == kind]
    return chosen.groupby("key", sort=False)[["residents", "covered"]].sum()


def _share(covered: int, residents: int) -> float | None:
    return round(covered / residents, _SHARE_DIGITS) if residents else None


def _layers(study: Study, folder: RunFolder, everyone: pd.DataFrame) -> list[dict[str, Any]]:
    covered = _covered(everyone, "layer")
    counts = folder.table("ingest").groupby("layer")[["rows_read", "sites", "folded", "set_aside"]].sum()
    places = folder.table("ingest").groupby("layer")["places"].max()
    site_layer = folder.table("sites").set_index("site_id")["layer"]
    stops = folder.table("stops")
    missed = site_layer.reindex(stops.loc[stops["status"] != "ok", "site_id"]).value_counts()
    inside = folder.table("sites").loc[lambda sites: sites["in_area"]].groupby("layer")
    inside = inside.agg(sites=("site_id", "size"), places=("place_id", "nunique"))
    rows = []
    for layer in study.catalog:
        if layer.key not in counts.index:
            continue
        known = layer.key in covered.index
        people = (
            (int(covered["covered"][layer.key]), int(covered["residents"][layer.key])) if known else (0, 0)
        )
        rows.append(
            {
                "layer": layer.key,
                "name_ko": layer.name_ko,
                "name_en": layer.name_en,
                "group": layer.group,
                "role": layer.role,
                "colour": layer.colour,
                "symbol": layer.symbol,
                **{
                    name: int(counts[name][layer.key])
                    for name in ("rows_read", "sites", "folded", "set_aside")
                },
                "places": int(places[layer.key]),
                "sites_in_area": int(inside["sites"].get(layer.key, 0)),
                "places_in_area": int(inside["places"].get(layer.key, 0)),
                "unsnapped": int(missed.get(layer.key, 0)),
                "covered": people[0] if known else None,
                "share": _share(*people),
            }
        )
    return rows


def _groups(everyone: pd.DataFrame) -> list[dict[str, Any]]:
    from sharemap.catalog import GROUPS

    covered = _covered(everyone, "group")
    return [
        {
            "group": key,
            "name_ko": GROUPS[key],
            "name_en": key.capitalize(),
            "covered": int(covered["covered"][key]),
            "share": _share(int(covered["covered"][key]), int(covered["residents"][key])),
        }
        for key in map(str, covered.index)
    ]


def _promise(everyone: pd.DataFrame) -> dict[str, Any] | None:
    promise = _covered(everyone, "promise")
    if promise.empty:
        return None
    covered, residents = int(promise["covered"].iloc[0]), int(promise["residents"].iloc[0])
    return {"covered": covered, "share": _share(covered, residents)}


def _sources(study: Study) -> list[dict[str, str]]:
    streets = study.streets.extract or study.streets.graphml or study.streets.place
    rows: list[tuple[tuple[str, str], str, Any]] = [
        (("행정동 경계", "dong boundaries"), study.area.boundaries, study.area),
        (("보행망", "streets"), streets, study.streets),
    ]
    if study.streets.official:
        official = study.streets.published_official
        rows.append((("공식 보행망", "official walking network"), study.streets.official, official))
    own = study.population
    rows += [(("인구", "population"), file, own) for file in (own.table, own.points, own.grid) if file]
    if study.elevation.raster:
        rows.append((("표고", "elevation"), study.elevation.raster, study.elevation))
    if study.population.output_areas:
        rows.append((("집계구", "output areas"), study.population.output_areas, study.population))
    rows += [
        (("주소 좌표", "address positions"), file, study.geocoding) for file in study.geocoding.address_tables
    ]
    for entry in study.sites:
        layer = study.catalog.layer(entry.layer)
        rows.append(((layer.name_ko, layer.name_en), entry.file, entry))
    return [
        {
            "name": names[0],
            "name_en": names[1],
            "file": study.file(file).name,
            "ref_date": item.ref_date,
            "licence": item.licence,
        }
        for names, file, item in rows
    ]


def attribution(study: Study) -> str:
    """Return the line of sources that every map prints."""
    licences = [item["licence"] for item in _sources(study) if item["licence"]]
    return " · ".join(dict.fromkeys(licences))
