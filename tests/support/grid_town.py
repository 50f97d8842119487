"""A town of a grid of streets with sites and homes on them, drawn by hypothesis; no test by itself."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from shapely import LineString, box

from sharemap import coverage, network
from sharemap.coverage import Services, Walker
from sharemap.schema import AGE_BANDS
from sharemap.units import THOUSANDTHS

LAYERS = {"bike": "mobility", "tool": "goods"}
SERVICES = Services(
    layers=LAYERS, groups={"mobility": "이동", "goods": "물건"}, names={"bike": "따릉이", "tool": "공구"}
)
NAMES = ["ward_code", "ward_name", "dong_code", "dong_name"]
SIDE = 250.0  # of a block: 16 streets reach beyond every cutoff


def area(n=2):
    rows = [("11110", "종로구", f"111105{i}000", f"{i}동") for i in range(n)]
    return gpd.GeoDataFrame(rows, columns=NAMES, geometry=[box(i, 0, i + 1, 1) for i in range(n)], crs=5179)


def grid(kept, kinds):
    """Streets of a grid of 4 x 4 corners, some left out, some of them steps."""
    ends = [((x, y), (x + 1, y)) for x in range(3) for y in range(4)]
    ends += [((x, y), (x, y + 1)) for x in range(4) for y in range(3)]
    lines = [LineString([(a * SIDE, b * SIDE) for a, b in end]) for end in ends]
    rows = [(line, kind) for line, keep, kind in zip(lines, kept, kinds, strict=True) if keep]
    frame = gpd.GeoDataFrame(
        {"highway": [kind for _, kind in rows]}, geometry=[line for line, _ in rows], crs=5179
    )
    return network.from_lines(frame)


@st.composite
def towns(draw):
    kept = draw(st.lists(st.booleans(), min_size=24, max_size=24).filter(any))
    kinds = draw(st.lists(st.sampled_from(["residential", "steps"]), min_size=24, max_size=24))
    streets = grid(kept, kinds)
    spot = st.tuples(st.integers(0, len(streets.edges) - 1), st.integers(0, 25000), st.integers(0, 5000))
    sites = draw(st.lists(st.tuples(spot, st.sampled_from(list(LAYERS))), min_size=1, max_size=6))
    homes = draw(st.lists(spot, min_size=1, max_size=6))
    return (
        streets,
        stops_of(streets, sites),
        homes_of(streets, homes, draw(st.randoms(use_true_random=False))),
    )


def on_edges(streets, spots):
    longest = streets.edge_length_cm
    edge = [edge for edge, _, _ in spots]
    return pd.DataFrame(
        {
            "edge_id": pd.array(edge, dtype="Int64"),
            "offset_m": [min(at, int(longest[e])) / 100 for e, at, _ in spots],
            "snap_m": [leg / 100 for _, _, leg in spots],
            "status": "ok",
        }
    )


def stops_of(streets, sites):
    table = on_edges(streets, [spot for spot, _ in sites])
    return table.assign(site_id=[f"s{i}" for i in range(len(sites))], layer=[layer for _, layer in sites])


def homes_of(streets, homes, random):
    table = on_edges(streets, homes)
    dong = [random.randrange(2) for _ in homes]
    names = area().drop(columns="geometry").iloc[dong].reset_index(drop=True)
    persons = np.array([[random.randrange(3 * THOUSANDTHS) for _ in AGE_BANDS] for _ in homes])
    bands = pd.DataFrame(persons, columns=list(AGE_BANDS))
    lines = streets.edges.geometry.iloc[table["edge_id"].astype(int)]
    at = [line.interpolate(m) for line, m in zip(lines, table["offset_m"], strict=True)]
    return gpd.GeoDataFrame(
        pd.concat([names, bands, table], axis=1).assign(
            residents=bands.sum(axis=1), demand_id=[f"h{i}" for i in range(len(homes))]
        ),
        geometry=at,
        crs=5179,
    )


def served_by(streets, stops, homes, minutes=15):
    return coverage.walks_at_points(
        streets, stops, homes, stops.set_index("site_id")["layer"], minutes=minutes
    )


def walker_of(streets, stops, homes, minutes=15):
    """A walker who meets the street where the homes and stops say."""
    served = served_by(streets, stops, homes, minutes=minutes)
    return Walker(profile=streets.profile, homes=homes, served=served)


def by_layer(stops):
    return {key: rows.reset_index(drop=True) for key, rows in stops.groupby("layer")}
