"""Planted villages of generated cities, from published rows on: all and only, whatever is done to the rows."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import box

from drawn_city import nobody, walks_of
from sharemap import catalog, sites, villages
from sharemap.catalog import Layer
from sharemap.sources.sites import read_sites

EAST, NORTH = 954_000, 1_951_000
KINDS = ("own_a", "own_b", "own_c")
AREA = gpd.GeoDataFrame(
    {"ward_code": ["99010"], "ward_name": ["가온구"], "dong_code": ["9901051000"], "dong_name": ["한울1동"]},
    geometry=[box(EAST - 500, NORTH - 500, EAST + 9000, NORTH + 9000)],
    crs=5179,
)


def layers():
    known = catalog.load()
    for key in KINDS:
        known = known.with_layer(
            Layer(
                key=key,
                name_ko=key,
                name_en=key,
                group="space",
                role="space",
                colour="#5b5b5b",
                symbol="＋",
                task="2-5",
            )
        )
    return [known.layer(key) for key in KINDS]


@st.composite
def planted(draw):
    """Groups of 1 to 5 buildings 130 m apart in a row or corner, 2 km between groups; 1 to 3 services a building."""
    groups = []
    for number, size in enumerate(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))):
        x, y = EAST + 2000 * (number % 2), NORTH + 2000 * (number // 2)
        groups.append(
            [(x + 130 * (at % 2), y + 130 * (at // 2), draw(st.integers(1, 3))) for at in range(size)]
        )
    return groups


def published(groups, chance, folder):
    """One file a layer: services of one building up to 10 m apart, some rows twice, rows in any order."""
    to_degrees = Transformer.from_crs(5179, 4326, always_xy=True).transform
    rows = {key: [] for key in KINDS}
    for group, buildings in enumerate(groups):
        for at, (x, y, services) in enumerate(buildings):
            for key in KINDS[:services]:
                lon, lat = to_degrees(x + chance.uniform(0, 7), y + chance.uniform(0, 7))
                row = (
                    f"{key}-{group}-{at} 나눔방",
                    f"가온구 {'가나다라'[group]}람로 {10 + at}",
                    f"{lat:.7f}",
                    f"{lon:.7f}",
                )
                rows[key] += [row] * int(chance.integers(1, 3))
    tables = []
    for layer in layers():
        if not rows[layer.key]:
            continue
        order = chance.permutation(len(rows[layer.key]))
        frame = pd.DataFrame([rows[layer.key][at] for at in order], columns=["명칭", "주소", "위도", "경도"])
        path = folder / f"{layer.key}.csv"
        frame.to_csv(path, index=False, encoding="utf-8")
        tables.append(read_sites(path, layer=layer))
    return [tables[at] for at in chance.permutation(len(tables))]


@example(  # a place that the seven decimals of a published degree put some millimetres before its corner
    [
        [(954000, 1951000, 3), (954130, 1951000, 3), (954000, 1951130, 2)],
        [(956000, 1951000, 1)],
        [(954000, 1953000, 3), (954130, 1953000, 1), (954000, 1953130, 1), (954130, 1953130, 3)],
    ],
    90,
)
@given(planted(), st.integers(0, 999))
@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_planted_villages_are_found_all_and_only(tmp_path_factory, groups, seed):
    chance = np.random.default_rng(seed)
    rows = published(groups, chance, tmp_path_factory.mktemp("planted"))
    places = sites.build(rows, AREA, surroundings_m=500).places
    assert len(places) == sum(map(len, groups))  # co-located services and repeated rows make no places
    spots = dict(zip(places["place_id"], places.geometry, strict=True))
    walks = walks_of(
        [
            (a, b, abs(spots[a].x - spots[b].x) + abs(spots[a].y - spots[b].y))
            for a, b in combinations(sorted(spots), 2)
        ]
    )
    places = places.assign(shared_space=True)
    found = villages.find(places, walks, around=nobody(places)).villages
    truth = sorted(
        tuple(sorted((x, y) for x, y, _ in buildings)) for buildings in groups if len(buildings) >= 3
    )
    seen = sorted(
        tuple(sorted((_grid(spots[one].x, EAST), _grid(spots[one].y, NORTH)) for one in ids.split(";")))
        for ids in found["place_ids"]
    )
    assert seen == truth


def _grid(value, origin):
    """Return the planted coordinate that a place stands at, up to 10 m after it or a centimetre of rounding before."""
    group, inside = divmod(value - origin + 0.01, 2000)
    return origin + 2000 * int(group) + 130 * int(inside // 130)


@pytest.mark.real
@pytest.mark.slow
def test_a_ward_of_real_seoul_keeps_every_clique(shared_data, tmp_path):
    from real_study import study_of
    from sharemap import pipeline

    study = study_of(shared_data, tmp_path, extract="seoul", wards=["은평구"], minutes=[15])
    pipeline.run(study, tmp_path / "out", only=("network", "sites", "reach", "coverage", "villages"))
    folder = tmp_path / "out"
    counts = pd.read_csv(folder / "village_thresholds.csv")
    cards = gpd.read_file(folder / "villages.gpkg", layer="villages")
    at_400 = counts.set_index("threshold_m").loc[400]
    assert len(cards) == at_400["villages"] <= at_400["cliques"]
    assert at_400["villages_unfolded"] >= 2 * at_400["villages"]
    members = gpd.read_file(folder / "villages.gpkg", layer="village_places").query("role == 'member'")
    assert members["place_id"].is_unique
    loops = gpd.read_file(folder / "villages.gpkg", layer="village_loops")
    assert (loops.geometry.length - loops["loop_m"]).abs().max() < 0.1
