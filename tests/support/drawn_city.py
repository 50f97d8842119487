"""Small cities for the village finder, and every rule of it again in the plainest way; no test by itself."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from shapely.geometry import Point, box

from sharemap import villages
from sharemap.reach import PointCosts
from sharemap.schema import AGE_BANDS, check
from sharemap.units import STANDARD, THOUSANDTHS

# --- cities ---------------------------------------------------------------------------------------------------


def walks_of(rows):
    return pd.DataFrame(
        {
            "a": pd.Series([row[0] for row in rows], dtype="str"),
            "b": pd.Series([row[1] for row in rows], dtype="str"),
            "walk_m": pd.Series([row[2] for row in rows], dtype="float64"),
        }
    )


def places_of(rows):
    """Rows of (place_id, x, y, layers) and, where it matters, other columns."""
    rest = [row[4] if len(row) > 4 else {} for row in rows]
    frame = gpd.GeoDataFrame(
        {
            "place_id": pd.Series([row[0] for row in rows], dtype="str"),
            "name": pd.Series([f"{row[0]}방" for row in rows], dtype="str"),
            "address": pd.Series([None] * len(rows), dtype="str"),
            "layers": pd.Series([row[3] for row in rows], dtype="str"),
            "sites": pd.Series([1 + row[3].count(";") for row in rows], dtype="int64"),
            "shared_space": pd.Series([more.get("shared_space", True) for more in rest], dtype="bool"),
            "evidence": pd.Series(["single"] * len(rows), dtype="str"),
            "in_area": pd.Series([more.get("in_area", True) for more in rest], dtype="bool"),
            "ward_name": pd.Series(["가온구"] * len(rows), dtype="str"),
            "dong_code": pd.Series([more.get("dong", "9901051000") for more in rest], dtype="str"),
            "dong_name": pd.Series(
                [{"9901052000": "한울2동"}.get(more.get("dong"), "한울1동") for more in rest], dtype="str"
            ),
        },
        geometry=[Point(row[1], row[2]) for row in rows],
        crs=5179,
    )
    return check(frame, "places")


def demand_of(rows):
    """Rows of (residents, of these 70 years old), as the table of demand has them: in thousandths."""
    rows = [(residents * THOUSANDTHS, old * THOUSANDTHS) for residents, old in rows]
    bands = {band: [row[1] if band == "age_70_74" else 0 for row in rows] for band in AGE_BANDS}
    bands["age_60_64"] = [row[0] - row[1] for row in rows]
    return pd.DataFrame({"residents": [row[0] for row in rows], **bands})


def costs_of(rows, *, points, site_ids, cutoff_m=1125.0, profile=STANDARD):
    """Rows of (point, place, metres)."""
    ids = np.asarray(site_ids, dtype=object)
    at = {place: position for position, place in enumerate(site_ids)}
    rows = sorted((point, at[place], metres) for point, place, metres in rows)
    return PointCosts(
        cutoff_m=cutoff_m,
        profile=profile,
        n_points=points,
        site_ids=ids,
        point=np.array([row[0] for row in rows], dtype=np.int32),
        site=np.array([row[1] for row in rows], dtype=np.int32),
        cost_m=np.array([row[2] for row in rows], dtype=np.float64),
    )


def nobody(places):
    return villages.Surroundings(
        place_costs=costs_of([], points=0, site_ids=places["place_id"].tolist()), demand=demand_of([])
    )


def blocks_of(rows):
    """Rows of (block_id, residents, box) and, where it matters, the kind."""
    frame = gpd.GeoDataFrame(
        {
            "block_id": pd.Series([row[0] for row in rows], dtype="str"),
            "kind": pd.Series([row[3] if len(row) > 3 else "block" for row in rows], dtype="str"),
            "dong_code": pd.Series(["9901051000"] * len(rows), dtype="str"),
            "dong_name": pd.Series(["한울1동"] * len(rows), dtype="str"),
            "area_m2": pd.Series([1.0] * len(rows), dtype="float64"),
            "residents": pd.Series([row[1] for row in rows], dtype="float64"),
            "streets": pd.Series([""] * len(rows), dtype="str"),
        },
        geometry=[box(*row[2]) for row in rows],
        crs=5179,
    )
    return check(frame, "blocks", said=False)


# A drawn city. Walks follow the grid of streets (|dx| + |dy|), adjacent within 400 m; 1 mm is 1 m here, but the
# numbers are in the table below.
#
#   y=300   d---------c            e: only d, c, b and a are all within 400 m of each other? a-c is 500, so no.
#           |         |
#   y=0     a---------b----e            p----q                     x----y       lonely z
#         x=0       200  300          2000 2250                  4000  4300         6000
#
#   a-b 200, b-c 300, c-d 200, d-a 300, a-c 500, b-d 500, b-e 100, a-e 300, c-e 400, d-e 600
#   maximal sets: {a,b,e} (600 m in sum) and {b,c,e} (800 m); the first wins, c is left over.
DRAWN = (
    ("a", 0, 0, "library;tool"),
    ("b", 200, 0, "library"),
    ("c", 200, 300, "toy"),
    ("d", 0, 300, "toy"),
    ("e", 300, 0, "kitchen;wifi"),
    ("p", 2000, 0, "toy"),
    ("q", 2250, 0, "tool"),
    ("x", 4000, 0, "tool"),
    ("y", 4300, 0, "tool"),
    ("z", 6000, 0, "tool"),
    ("bike", 100, 0, "bike", {"shared_space": False}),
    ("beyond", 100, 10, "tool", {"in_area": False}),
)


def grid_walks(rows, cutoff_m=2000.0):
    found = []
    for (a, xa, ya, *_), (b, xb, yb, *_) in combinations(rows, 2):
        metres = float(abs(xa - xb) + abs(ya - yb))
        if metres <= cutoff_m:
            found.append((a, b, metres))
    return walks_of(found)


def drawn_surroundings(**more):
    # point 0: 100 people (40 elderly) at a; 1: between; 2: 15 minutes off to the centimetre; 3: near p only;
    # 4: near p and q; 5: near x, a little too far from y
    people = demand_of([(100, 40), (30, 3), (7, 7), (50, 0), (20, 20), (60, 1)])
    costs = costs_of(
        [
            *((0, "a", 10.0), (0, "b", 210.0), (0, "e", 310.0)),
            *((1, "a", 900.0), (1, "b", 700.0), (1, "e", 750.0)),
            *((2, "e", 1125.0), (2, "c", 200.0)),
            *((3, "p", 300.0), (4, "p", 1000.0), (4, "q", 500.0)),
            *((5, "x", 1100.0),),
        ],
        points=6,
        site_ids=[row[0] for row in DRAWN],
        cutoff_m=1200.0,
    )
    return villages.Surroundings(place_costs=costs, demand=people, **more)


def shuffled(frame, seed):
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


# --- the oracle: every rule again, in the plainest way ----------------------------------------------------------


def naive_cliques(ids, near, least):
    """All subsets, largest first; kept when no kept one holds it."""
    kept = []
    for size in range(len(ids), least - 1, -1):
        for chosen in combinations(sorted(ids), size):
            if all(pair in near for pair in combinations(chosen, 2)) and not any(
                set(chosen) < set(one) for one in kept
            ):
                kept.append(chosen)
    return sorted(kept)


def naive_resolution(ids, near, least, building=None):
    """Search everything again after each village is taken out; places of one building count once."""
    first = naive_cliques(ids, near, least)
    left, taken = set(ids), []

    def buildings(places):
        return len({(building or {}).get(place, place) for place in places})

    def turn(one):
        return -buildings(one), -len(one), sum(round(near[pair] * 1000) for pair in combinations(one, 2)), one

    while found := [one for one in naive_cliques(left, near, least) if buildings(one) >= least]:
        best = min(found, key=turn)
        taken.append(best)
        left -= set(best)
    beside = []
    for village in taken:
        touching = [set(clique) for clique in first if set(clique) & set(village)]
        beside.append(tuple(sorted(set().union(*touching) & left)))
    return taken, beside


@st.composite
def cities(draw):
    """Up to nine places on a coarse grid: many ties on purpose."""
    spots = draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=9))
    names = draw(st.permutations([f"P{n}" for n in range(len(spots))]))
    return [(name, 100 * x, 100 * y, "tool") for name, (x, y) in zip(names, spots, strict=True)]


@st.composite
def graphs(draw):
    """Any graph of up to nine nodes, with walks that repeat."""
    count = draw(st.integers(0, 9))
    edges = list(combinations([f"N{n}" for n in range(count)], 2))
    walks = draw(
        st.lists(
            st.sampled_from([None, None, 100.0, 200.0, 200.001]), min_size=len(edges), max_size=len(edges)
        )
    )
    return [f"N{n}" for n in range(count)], [
        (*edge, walk) for edge, walk in zip(edges, walks, strict=True) if walk
    ]
