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
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from sharemap.study import Study

SEED, TRUE, OF_A_KIND, SHARED = 15, 5_000, 100, 20
KINDS = ("another ward", "another dong", "swapped", "1 km off", "shared point")
ONE_SITE = ["file", "layer", "name", "address"]


def main() -> None:
    shared = Path(os.environ.get("SHAREMAP_SHARED_DATA", ROOT.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as folder:
        city = City(shared, Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "out")
    started = time.perf_counter()
    found = judged(city.claims, city.ground)
    print(f"{len(found):,} rows judged in {time.perf_counter() - started:.1f} s\n")
    told = city.told(found)
    print("All services of the files, rows of one name and address counted once:")
    print(shares(told["layer"], told["status"]).to_string(), "\n")
    told = city.true_ones(found)
    print(
        f"{TRUE:,} of {int((city.first & (city.why != '')).sum()):,} services whose position is taken to be true:"
    )
    _print(told, "why", "contradicted")
    for title, able in (("checkable", city.checkable), ("lot, for comparison", city.lot)):
        print(
            f"{OF_A_KIND * len(KINDS)} errors planted at once on services with this kind of address: {title}"
        )
        _print(city.planted(able), "kind", "confirmed", "plausible", "unverifiable")


def _print(told: pd.DataFrame, by: str, *listed: str) -> None:
    for column in (by, "layer"):
        print(shares(told[column], told["status"]).to_string(), "\n")
    columns = [by, "layer", "name", "address", "status", "by", "road_m", "number_m", "dong_m", "against_m"]
    print(told.loc[told["status"].isin(listed), columns].to_string(), "\n")


def shares(by: pd.Series, status: pd.Series) -> pd.DataFrame:
    """Return how many are of each status, and how many in a hundred are contradicted or unverifiable."""
    table = pd.crosstab(by, status, margins=True, margins_name="all")
    table = table.reindex(columns=[*STATUSES, "all"], fill_value=0)
    for name in ("contradicted", "unverifiable"):
        table[f"{name} %"] = (100 * table[name] / table["all"]).round(2)
    return table


class City:
    """All published rows of Seoul with a position, what is known of them, and a place to plant errors.

    Attributes
    ----------
    why
        Why a position can be taken to be true, of :func:`positions_truth.truth`.
    first
        The first row of each service.
    checkable, lot
        Services that are true and have an address with ward, road and number, the road being one of the extract; and
        with a lot in a ward.
    """

    def __init__(self, shared: Path, out: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            study = _study(shared, Path(folder))
            if not (out / "network").exists():
                pipeline.run(study, out, only=("network",))
            run = RunFolder(out)
            near = Around(run.table("area"), study.surroundings_m)
            self.claims = claims_of([_rows(study, entry.file, entry.layer, near) for entry in study.sites])
            self.ground = ground_of(study, run)
        self.why = truth(self.claims, self.ground.streets, shared)
        self.first = ~self.claims.duplicated(ONE_SITE)
        self.wards = wards_2017(shared)
        self.xy = self.claims[["x", "y"]].to_numpy()
        self.site = self.claims.groupby(ONE_SITE, dropna=False, sort=False).ngroup().to_numpy()
        self.ward, road, number = read(self.claims["address"])
        inside = self.first & np.isin(self.ward, self.wards["ward"])
        streets = self.ground.streets["name"].str.replace(" ", "")
        known = inside & np.isin(road, streets.unique()) & (number > 0)
        self.checkable = known & self.why.isin(["list", "address"])
        self.lot = inside & (self.why == "lot")

    def told(self, found: pd.DataFrame) -> pd.DataFrame:
        """Return the services with what was found of them."""
        return self.claims[ONE_SITE].join(found).assign(why=self.why).loc[self.first]

    def true_ones(self, found: pd.DataFrame) -> pd.DataFrame:
        """Return 5,000 services whose position is taken to be true, with what was found of them."""
        told = self.told(found)
        return told.loc[told["why"] != ""].sample(TRUE, random_state=SEED)

    def planted(self, able: pd.Series) -> pd.DataFrame:
        """Plant as many errors of each kind, all at once, and return what is found of them."""
        rng, pool = np.random.default_rng(SEED), np.flatnonzero(able.to_numpy())
        chosen = rng.choice(pool, OF_A_KIND * len(KINDS), replace=False)
        moved = self.xy.copy()
        for kind, rows in zip(KINDS, np.split(chosen, len(KINDS)), strict=True):
            for row, at in zip(rows, self._moved(kind, rows, pool, rng), strict=True):
                moved[self.site == self.site[row]] = at
        found = judged(self.claims.assign(x=moved[:, 0], y=moved[:, 1]), self.ground).iloc[chosen]
        return self.claims[ONE_SITE].iloc[chosen].join(found).assign(kind=np.repeat(KINDS, OF_A_KIND))

    def _moved(self, kind: str, rows: np.ndarray, pool: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if kind == "1 km off":
            angle = rng.uniform(0, 2 * np.pi, len(rows))
            return self.xy[rows] + 1_000.0 * np.column_stack([np.cos(angle), np.sin(angle)])
        if kind == "shared point":
            return np.repeat(self.xy[rng.choice(pool, len(rows) // SHARED)], SHARED, axis=0)
        if kind == "swapped":
            same = [pool[(self.ward[pool] == self.ward[row]) & (pool != row)] for row in rows]
            return np.array([self.xy[rng.choice(one)] for one in same])
        others = [self._other_ward(row) if kind == "another ward" else self._other_dong(row) for row in rows]
        return np.array([_inside(one[rng.integers(len(one))], rng) for one in others])

    def _other_ward(self, row: int) -> np.ndarray:
        return self.wards.geometry[self.wards["ward"] != self.ward[row]].to_numpy()

    def _other_dong(self, row: int) -> np.ndarray:
        dongs = self.ground.dongs
        inside = dongs.loc[dongs["ward_name"] == self.ward[row]].geometry
        return inside.loc[~inside.contains(shapely.Point(self.xy[row]))].to_numpy()


def _inside(shape: shapely.Geometry, rng: np.random.Generator) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    while True:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(shape, x, y):
            return x, y


def _study(shared: Path, folder: Path) -> Study:
    with (shared / "wards.csv").open(encoding="utf-8") as file:
        wards = [row["name_ko"] for row in csv.DictReader(file)]
    return study_of(shared, folder, extract="seoul", wards=wards, minutes=[15])


def _rows(study: Study, file: str, layer: str, near: Around) -> site_files.LayerRows:
    return site_files.read_sites(study.file(file), layer=study.catalog.layer(layer), near=near)


if __name__ == "__main__":
    main()
