"""Towns with known truth: roads with numbered doors, several lists of the same buildings, errors planted in them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sharemap.evidence.positions import judged
from sharemap.evidence.positions_checks import KnownGround

CRS_METRIC = "EPSG:5179"

SIDE, APART = 6_000, 500
LISTS = ("library", "tool_library", "bike_station", "public_wifi")


def town(rng):
    """Return doors (road, number, position, ward) and the ground: roads every 500 m, wards as quarters."""
    corner = np.array([955_000.0, 1_950_000.0])
    quarters = [(x, y) for x in (0, SIDE // 2) for y in (0, SIDE // 2)]
    wards = gpd.GeoDataFrame(
        {
            "ward_code": [f"11{n}10" for n in range(1, 5)],
            "ward_name": ["종로구", "중구", "용산구", "성동구"],
            "dong_name": ["사직동", "명동", "후암동", "왕십리동"],
        },
        geometry=[shapely.box(*(corner + xy), *(corner + xy + SIDE / 2)) for xy in quarters],
        crs=CRS_METRIC,
    )
    roads, doors = {}, []
    for n, offset in enumerate(range(APART // 2, SIDE, APART)):
        for name, along in ((f"동서{n}로", 0), (f"남북{n}로", 1)):
            ends = np.full((2, 2), float(offset))
            ends[:, along] = 0, SIDE
            roads[name] = shapely.LineString(corner + ends)
            for metres in rng.uniform(0, SIDE, 25):
                side = rng.choice([-1, 1])
                at = np.full(2, float(offset))
                at[along], at[1 - along] = metres, offset + side * rng.uniform(5, 40)
                doors.append((name, 2 * int(metres // 20) + (1 if side < 0 else 2), *(corner + at)))
    frame = pd.DataFrame(doors, columns=["road", "number", "x", "y"]).drop_duplicates(["road", "number"])
    points = gpd.GeoSeries(gpd.points_from_xy(frame["x"], frame["y"]), index=frame.index)
    frame["ward"] = [wards["ward_name"][wards.contains(point)].iloc[0] for point in points]
    streets = gpd.GeoDataFrame({"name": list(roads)}, geometry=list(roads.values()), crs=CRS_METRIC)
    return frame, KnownGround(wards, streets, shapely.box(*(corner - SIDE), *(corner + 2 * SIDE)))


def published(doors, rng):
    """Return the rows of four lists: each holds half of the doors, up to ten metres from where they are."""
    parts = []
    for layer in LISTS:
        part = doors.sample(frac=0.5, random_state=rng)
        parts.append(
            pd.DataFrame(
                {
                    "file": f"{layer}.csv",
                    "layer": layer,
                    "name": layer + part["road"] + part["number"].astype(str),
                    "address": part["ward"] + " " + part["road"] + " " + part["number"].astype(str),
                    "other_address": None,
                    "published": True,
                    "indoors": layer.endswith("library"),
                    "x": part["x"] + rng.uniform(-7, 7, len(part)),
                    "y": part["y"] + rng.uniform(-7, 7, len(part)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("seed", range(3))
def test_errors_planted_in_a_town_are_found_and_nothing_else(seed):
    rng = np.random.default_rng(seed)
    doors, known = town(rng)
    rows = published(doors, rng)
    wrong = rng.choice(len(rows), 60, replace=False)
    angle = rng.uniform(0, 2 * np.pi, 20)
    moved = rows[["x", "y"]].to_numpy().copy()
    moved[wrong[:20]] += 1_000 * np.column_stack([np.cos(angle), np.sin(angle)])
    moved[wrong[20:40]] = moved[rng.permutation(wrong[20:40])]
    moved[wrong[40:]] = moved[rng.integers(len(rows))]
    off = np.hypot(*(moved - rows[["x", "y"]].to_numpy()).T)
    found = judged(rows.assign(x=moved[:, 0], y=moved[:, 1]), known)
    contradicted = (found["status"] == "contradicted").to_numpy()
    assert contradicted[off > 600].mean() >= 0.95
    assert contradicted[off == 0].mean() <= 0.01
    assert (found["status"][off == 0] == "unverifiable").mean() == 0
    used = found[["used_x", "used_y"]].to_numpy()
    put = np.flatnonzero((used != moved).any(axis=1))
    assert len(put)
    assert rows["indoors"].to_numpy()[put].all()
    # what is put elsewhere is put where it is, but for the error of the other list
    assert (np.hypot(*(used[put] - rows[["x", "y"]].to_numpy()[put]).T) < 150).mean() >= 0.95
