"""Are wrong positions told from true ones? Errors planted in Seoul's published files, and positions known to be true.

    python benchmarks/positions.py [OUT]

Needs the real data beside the checkout (../shared/data). OUT is a folder with the stage 'network' of all of Seoul; it is
made where it is not given. Prints the tables of ``POSITIONS.md``.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "benchmarks")]

from positions_truth import read, truth, wards_2017  # noqa: E402

from real_study import study_of  # noqa: E402  the study of the tests
from sharemap import pipeline  # noqa: E402
from sharemap.evidence.positions import STATUSES, judged  # noqa: E402
from sharemap.pipeline.folder import RunFolder  # noqa: E402
from sharemap.pipeline.stages.positions import claims_of, ground_of  # noqa: E402
from sharemap.sources import sites as site_files  # noqa: E402
from sharemap.sources.around import Around  # noqa: E402

SEED, TRUE, OF_A_KIND, SHARED = 15, 5_000, 100, 20
KINDS = ("another ward", "another dong", "swapped", "1 km off", "shared point")
ONE_SITE = ["file", "layer", "name", "address"]


def main() -> None:
    shared = Path(os.environ.get("SHAREMAP_SHARED_DATA", ROOT.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "out"
        study = _study(shared, Path(folder))
        if not (out / "network").exists():
            pipeline.run(study, out, only=("network",))
        run = RunFolder(out)
        near = Around(run.table("area"), study.surroundings_m)
        claims = claims_of([_rows(study, entry, near) for entry in study.sites])
        ground = ground_of(study, run)
    why = truth(claims, ground.streets, shared)
    started = time.perf_counter()
    found = judged(claims, ground)
    print(f"{len(claims):,} rows judged in {time.perf_counter() - started:.1f} s\n")
    first = ~claims.duplicated(ONE_SITE)
    _all_sites(claims[first], found[first])
    _true(claims[first], found[first], why[first])
    road = read(claims["address"])
    checkable = (why != "lot") & (why != "") & (road[0] != "") & (road[1] != "") & (road[2] > 0)
    names = set(ground.streets["name"].str.replace(" ", ""))
    checkable &= pd.Series([name in names for name in road[1]], index=claims.index)
    checkable &= pd.Series(road[0], index=claims.index).isin(ground.dongs["ward_name"])
    _planted(
        "with a checkable address (ward, and a road of the extract with a number)",
        claims,
        ground,
        first & checkable,
        shared,
    )
    _planted(
        "with a lot address (for comparison: no road, and legal dongs have no published outline)",
        claims,
        ground,
        first & (why == "lot") & pd.Series(road[0], index=claims.index).isin(ground.dongs["ward_name"]),
        shared,
    )


def _study(shared: Path, folder: Path):
    with (shared / "wards.csv").open(encoding="utf-8") as file:
        wards = [row["name_ko"] for row in csv.DictReader(file)]
    return study_of(shared, folder, extract="seoul", wards=wards, minutes=[15])


def _rows(study, entry, near: Around):
    return site_files.read_sites(
        study.file(entry.file),
        layer=study.catalog.layer(entry.layer),
        source=entry.source or None,
        ref_date=entry.ref_date or None,
        catalog=study.catalog,
        near=near,
    )


def _all_sites(claims: pd.DataFrame, found: pd.DataFrame) -> None:
    print("All services of the files, rows of one name and address counted once:")
    print(pd.crosstab(claims["layer"], found["status"], margins=True).to_string(), "\n")


def _true(claims: pd.DataFrame, found: pd.DataFrame, why: pd.Series) -> None:
    known = np.flatnonzero(why != "")
    chosen = np.random.default_rng(SEED).choice(known, TRUE, replace=False)
    print(f"{TRUE:,} of {len(known):,} rows taken to be true:")
    status = found["status"].iloc[chosen]
    wrong = found.iloc[chosen].join(claims[["layer", "name", "address"]]).assign(why=why)
    wrong = wrong.loc[wrong["status"] == "contradicted"]
    print(
        wrong[
            [
                "why",
                "layer",
                "name",
                "address",
                "by",
                "road_m",
                "number_m",
                "dong_m",
                "ward_m",
                "against_m",
                "files",
            ]
        ].to_string()
    )
    for title, by in (("by layer", claims["layer"]), ("by why they are taken to be true", why)):
        print(title)
        print(_shares(by.iloc[chosen], status).to_string(), "\n")


def _shares(by: pd.Series, status: pd.Series) -> pd.DataFrame:
    table = pd.crosstab(by, status, margins=True, margins_name="all").reindex(
        columns=[*STATUSES, "all"], fill_value=0
    )
    for name in ("contradicted", "unverifiable"):
        table[f"{name} %"] = (100 * table[name] / table["all"]).round(2)
    return table


def _planted(title: str, claims: pd.DataFrame, ground, able: pd.Series, shared: Path) -> None:
    rng = np.random.default_rng(SEED)
    facility = claims.groupby(ONE_SITE, dropna=False, sort=False).ngroup().to_numpy()
    pool = np.flatnonzero(able.to_numpy())
    chosen = rng.choice(pool, OF_A_KIND * len(KINDS), replace=False)
    xy = claims[["x", "y"]].to_numpy()
    moved = xy.copy()
    city = City(xy, read(claims["address"])[0], wards_2017(shared), ground.dongs, pool)
    for number, kind in enumerate(KINDS):
        part = chosen[number * OF_A_KIND : (number + 1) * OF_A_KIND]
        where = _moved(kind, part, city, rng)
        for row, at in zip(part, where, strict=True):
            moved[facility == facility[row]] = at
    wrong = claims.assign(x=moved[:, 0], y=moved[:, 1])
    found = judged(wrong, ground).iloc[chosen]
    kinds = pd.Series(np.repeat(KINDS, OF_A_KIND), index=found.index)
    print(f"{len(chosen)} errors planted at once on rows {title}:")
    for by in (kinds, claims["layer"].iloc[chosen]):
        table = pd.crosstab(by, found["status"], margins=True, margins_name="all").reindex(
            columns=[*STATUSES, "all"], fill_value=0
        )
        table["contradicted %"] = (100 * table["contradicted"] / table["all"]).round(1)
        print(table.to_string(), "\n")
    missed = (
        found.loc[found["status"] != "contradicted"]
        .join(claims[["layer", "name", "address"]])
        .assign(kind=kinds)
    )
    print(
        missed[
            ["kind", "layer", "name", "address", "status", "by", "road_m", "number_m", "dong_m", "files"]
        ].to_string(),
        "\n",
    )


@dataclass(frozen=True)
class City:
    """Where errors are planted: positions and stated wards of all rows, wards and dongs, and the rows that are true."""

    xy: np.ndarray
    ward: np.ndarray
    wards: gpd.GeoDataFrame
    dongs: gpd.GeoDataFrame
    pool: np.ndarray


def _moved(kind: str, rows: np.ndarray, city: City, rng: np.random.Generator) -> np.ndarray:
    if kind == "1 km off":
        angle = rng.uniform(0, 2 * np.pi, len(rows))
        return city.xy[rows] + 1_000.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    if kind == "another ward":
        others = [city.wards.geometry[city.wards["ward"] != city.ward[row]] for row in rows]
        return np.array([_inside(one.iloc[rng.integers(len(one))], rng) for one in others])
    if kind == "another dong":
        return np.array([_inside(_other_dong(city, row, rng), rng) for row in rows])
    if kind == "shared point":
        return np.repeat(city.xy[rng.choice(city.pool, len(rows) // SHARED)], SHARED, axis=0)
    same = [city.pool[(city.ward[city.pool] == city.ward[row]) & (city.pool != row)] for row in rows]
    return np.array([city.xy[rng.choice(one)] for one in same])


def _other_dong(city: City, row: int, rng: np.random.Generator) -> shapely.Geometry:
    inside = city.dongs.loc[city.dongs["ward_name"] == city.ward[row]].geometry
    others = inside.loc[~inside.contains(shapely.Point(city.xy[row]))]
    return others.iloc[rng.integers(len(others))]


def _inside(shape, rng) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    while True:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(shape, x, y):
            return x, y


if __name__ == "__main__":
    main()
