"""Each line of the page of walking rules, walked in a toy; and what OpenStreetMap means where tags meet."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sharemap import network, reach
from sharemap.errors import StudyError
from sharemap.network import walking
from sharemap.sources import osm
from sharemap.units import PROFILES, WalkProfile
from toy_ways import X0, Y0, streets_of, ways_of

CRS_METRIC = "EPSG:5179"

WALKERS = ("standard", "elderly", "stroller", "wheelchair")
STREET = {"highway": "residential"}
SHORT_M, LONG_M, STUB_M = 200.0, 800.0, 10.0
FAR_M = 1_500.0


@dataclass(frozen=True)
class Toy:
    """A tag of one line of the page, and what the line says of each walker."""

    of: str
    tag: tuple[str, str]
    on: tuple[tuple[str, str], ...]
    says: tuple[str, ...]


def toys_of(page):
    found = []
    for of, head in (("way", "## Streets"), ("node", "## What stands on a street")):
        (section,) = re.findall(rf"^{head}\n(.*?)(?=^## )", page, re.DOTALL | re.MULTILINE)
        for row in re.findall(r"^\| `.*$", section, re.MULTILINE):
            told, on, *says, _why = [cell.strip() for cell in row.strip("|").split(" | ")]
            keys, values = told.split(" = ")
            base = tuple(tuple(tag.split("=")) for tag in re.findall("`([^`]+)`", on))
            found += [
                Toy(of, (key, value), base, tuple(says))
                for key in re.findall("`([^`]+)`", keys)
                for value in values.split(", ")
            ]
    return found


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "walking_rules.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def toys(page):
    return toys_of(page)


@pytest.fixture(scope="module")
def walked(toys):
    """For each walker, the costs through the short street of each toy, and from its middle to both ends.

    ::

        -A--x--B-    200 m, with the tags; x is its node
         |     |
         o-----o     800 m
    """
    ways, nodes, pairs = [], [], []
    for number, toy in enumerate(toys):
        x, y = 1000 * (number % 20), 1000 * (number // 20)
        a, middle, b = (x, y), (x + 100, y), (x + 200, y)
        tags = dict(toy.on) | dict([toy.tag])
        if toy.of == "way":
            ways.append((STREET | tags, [a, middle, b]))
        else:
            ways.append(({"highway": "footway"}, [a, middle, b]))
            nodes.append((middle, tags))
        ways.append((STREET, [a, (x, y - 300), (x + 200, y - 300), b]))
        ways += [
            ({"highway": "track"}, [(x - STUB_M, y), a]),
            ({"highway": "track"}, [b, (x + 200 + STUB_M, y)]),
        ]
        pairs.append((a, b))
    streets = streets_of(*ways, nodes=nodes)
    costs = {name: _through(streets.with_profile(PROFILES[name]), pairs) for name in WALKERS}
    half = {
        name: set(_short_edges(streets.with_profile(PROFILES[name]), [a for a, _ in pairs]))
        for name in WALKERS
    }
    return costs, half


def _through(streets, pairs):
    """Metres of the walk from A to B of each toy: between the middles of the stubs, without these."""
    middles = [(x + X0 + off, y + Y0) for (x, y), _ in pairs for off in (-STUB_M / 2, SHORT_M + STUB_M / 2)]
    stubs = streets.edges.loc[streets.edges["highway"] == "track"]
    _, near = shapely.STRtree(stubs.geometry.to_numpy()).query_nearest(shapely.points(middles))
    stops = pd.DataFrame(
        {
            "site_id": [f"s{number}" for number in range(len(middles))],
            "edge_id": stubs["edge_id"].to_numpy()[near],
            "offset_m": STUB_M / 2,
            "snap_m": 0.0,
        }
    )
    reached = reach.within(streets, stops[::2], minutes=streets.profile.minutes(FAR_M))
    found = reach.to_points(streets, reached, stops[::2], stops[1::2])
    costs = np.full((len(pairs), len(pairs)), np.inf)
    costs[found.site, found.point] = found.cost_m
    return costs.diagonal() - STUB_M


def _short_edges(streets, corners):
    """Numbers of the toys whose short street can be entered from its first end."""
    begins = np.array([(x + X0 + 50, y + Y0) for x, y in corners])
    open_edges = streets.edges.loc[streets.edges["cost_m"].notna()]
    lines = open_edges.geometry.to_numpy()
    near, which = shapely.STRtree(lines).query(shapely.points(begins), predicate="dwithin", distance=1.0)
    return near[shapely.length(lines[which]) > 0].tolist()


def test_the_page_is_printed_from_the_rules(root, page):
    told = subprocess.run(
        [sys.executable, "-c", "from tools.walking import page; print(page(), end='')"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert page == told, "make docs"


def test_each_value_of_the_rules_is_a_toy(toys):
    said = {(one.of, (key, value)) for one in walking.lines() for key in one.keys for value in one.values}  # noqa: PD011  no pandas
    assert {(toy.of, toy.tag) for toy in toys} == said
    assert len(toys) == len(said) > 200


@pytest.mark.parametrize("walker", WALKERS)
def test_each_line_of_the_page_is_walked_so(toys, walked, walker):
    costs, entered = walked[0][walker], walked[1][walker]
    wrong = {}
    for number, toy in enumerate(toys):
        says = toy.says[WALKERS.index(walker)]
        steps = ("highway", "steps") in (*toy.on, toy.tag)
        through = SHORT_M * (2 if steps and walker == "elderly" else 1) if says == "open" else LONG_M
        # a gate shuts the street, not the two dead ends before it
        enters = says != "shut" or toy.of == "node"
        if costs[number] != pytest.approx(through, abs=0.2) or (number in entered) != enters:
            wrong[toy] = (says, costs[number], number in entered)
    assert wrong == {}


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "trunk", "foot": "destination"}, ""),
        ({"highway": "motorway", "foot": "yes"}, "class"),
        ({"highway": "escape", "foot": "yes"}, "class"),
        ({"highway": "a class that is new"}, "class"),
        ({"highway": "primary", "motorroad": "yes", "sidewalk": "right"}, ""),
        ({"highway": "primary", "motorroad": "yes", "foot": "yes"}, ""),
        ({"highway": "primary", "motorroad": "yes", "sidewalk": "no"}, "expressway"),
        ({"highway": "primary", "motorroad": "no"}, ""),
        ({"highway": "service", "access": "no", "foot": "no"}, "foot_no"),
        ({"highway": "service", "access": "yes", "foot": "no"}, "foot_no"),
        ({"highway": "service", "access": "private", "foot": "nobody knows"}, "private"),
        ({"highway": "service", "access": "nobody knows"}, ""),
        ({"highway": "primary", "sidewalk": "separate", "foot": "yes"}, ""),
        ({"highway": "primary", "foot": "use_sidepath", "sidewalk": "both"}, "separate_sidewalk"),
        ({"highway": "footway", "sidewalk": "separate"}, ""),
        ({"highway": "service", "service": "private", "foot": "customers"}, ""),
    ],
)
def test_of_two_tags_the_stronger_decides(tags, reason):
    ways = ways_of((tags, [(0, 0), (100, 0)]))
    assert network.verdict(ways, network.WalkRules()).tolist() == [reason]


@pytest.mark.parametrize(
    ("tags", "stroller", "wheelchair"),
    [
        ({"highway": "steps", "ramp": "yes"}, False, False),
        ({"highway": "steps", "wheelchair": "limited"}, False, False),
        ({"highway": "steps", "ramp:wheelchair": "yes", "wheelchair": "no"}, True, False),
        ({"highway": "steps", "ramp:stroller": "no", "ramp:wheelchair": "no"}, False, False),
        ({"highway": "path", "sac_scale": "mountain_hiking", "wheelchair": "yes"}, True, True),
        ({"highway": "path", "sac_scale": "hiking"}, True, True),
        ({"highway": "track", "smoothness": "horrible", "stroller": "yes"}, True, False),
        ({"highway": "footway", "ramp:wheelchair": "no"}, True, True),
    ],
)
def test_what_was_said_of_wheels_themselves_comes_first(tags, stroller, wheelchair):
    streets = streets_of((tags, [(0, 0), (100, 0)]), (STREET, [(100, 0), (200, 0)]))
    for name, goes in (("stroller", stroller), ("wheelchair", wheelchair)):
        edges = streets.with_profile(PROFILES[name]).edges
        assert edges.loc[edges["highway"] != "residential", "cost_m"].notna().tolist() == [goes], name


def test_a_walker_of_a_study_goes_by_steps_alone_unless_it_says_what_it_rolls_on():
    ramp = ({"highway": "steps", "ramp:wheelchair": "yes"}, [(0, 0), (100, 0)])
    barred = ({"highway": "footway", "wheelchair": "no"}, [(100, 0), (200, 0)])
    streets = streets_of(ramp, barred)
    said = {"name": "own", "name_ko": "own", "name_en": "own", "speed_kmh": 4.0, "source": "a test"}
    for wheels, factor, costs in (
        ("", None, {"steps": np.nan, "footway": 100.0}),
        ("", 3.0, {"steps": 300.0, "footway": 100.0}),
        ("wheelchair", None, {"steps": 100.0, "footway": np.nan}),
        ("stroller", 3.0, {"steps": 100.0, "footway": 100.0}),
    ):
        edges = streets.with_profile(WalkProfile(steps_factor=factor, wheels=wheels, **said)).edges
        found = edges.set_index("highway")["cost_m"].to_dict()
        assert found == pytest.approx(costs, abs=0.2, nan_ok=True), (wheels, factor)
    with pytest.raises(StudyError, match="wheels"):
        WalkProfile(steps_factor=None, wheels="skates", **said)


def test_a_rule_that_nobody_knows_and_one_said_twice_are_named(monkeypatch, tmp_path):
    with pytest.raises(StudyError, match="nobody knows"):
        walking.Line(keys=("foot",), values=("yes",), why="", walk="perhaps")
    twice = tmp_path / "walking.toml"
    line = '[[line]]\nkeys = ["foot"]\nvalues = ["yes"]\nwalk = "open"\nwhy = ""\n'
    twice.write_text(line + line, encoding="utf-8")
    monkeypatch.setattr(walking, "_FILE", twice)
    walking.lines.cache_clear()
    try:
        with pytest.raises(StudyError, match="two lines"):
            walking.lines()
    finally:
        walking.lines.cache_clear()


@pytest.mark.parametrize(
    ("tags", "key", "said"),
    [
        (
            {"highway": "footway", "oneway:foot": "yes"},
            "one_way_km",
            "0.1 km of streets may be walked in one direction",
        ),
        ({"highway": "steps", "oneway:foot": "-1"}, "one_way_km", "in one direction only"),
        ({"highway": "path", "foot:backward": "no"}, "one_way_km", "in one direction only"),
        (
            {"highway": "path", "sac_scale": "alpine_hiking"},
            "demanding_km",
            "0.1 km of streets are mountain paths",
        ),
        ({"highway": "path", "sac_scale": "mountain_hiking"}, "", ""),
        ({"highway": "residential", "oneway": "yes"}, "", ""),
    ],
)
def test_what_a_network_cannot_hold_is_counted_and_said(tags, key, said, caplog):
    streets = streets_of((tags, [(0, 0), (100, 0)]), (STREET, [(100, 0), (200, 0)]))
    counted = {name: streets.report[name] for name in ("one_way_km", "demanding_km")}
    assert counted == {name: pytest.approx(0.1 if name == key else 0.0, abs=1e-3) for name in counted}
    assert [said in record.getMessage() for record in caplog.records] == ([True] if said else [])
    assert streets.edges["cost_m"].notna().all()


# --- the inputs that went wrong ------------------------------------------------------------------------------------


def read_case(root, name):
    ways = osm.read_ways(root / "tests" / "network" / "walking" / f"{name}.osm")
    xy = gpd.GeoSeries.from_xy(*ways.lonlat.T, crs=4326).to_crs(CRS_METRIC)
    place = dict(zip(ways.refs.tolist(), xy, strict=True))
    streets = network.from_ways(ways, gpd.GeoSeries([xy.union_all().buffer(200)], crs=CRS_METRIC))
    return streets, place


def walk(streets, begin, end):
    """Metres from one point to the other, the legs to the street left out."""
    points = gpd.GeoDataFrame({"site_id": ["begin", "end"]}, geometry=[begin, end], crs=CRS_METRIC)
    stops = points.join(network.snap(streets, points))
    assert stops["status"].tolist() == ["ok", "ok"]
    found = reach.between(streets, stops, cutoff_m=5000.0)
    return found["walk_m"].tolist()


@pytest.mark.parametrize(
    ("name", "ends", "metres"),
    [
        ("motorroad", (1, 2), 1300.0),
        ("gate_foot_no", (1, 3), 800.0),
        ("gate_wall", (1, 3), 800.0),
    ],
)
def test_nobody_walks_on_a_motor_road_or_through_what_is_shut(root, name, ends, metres):
    import networkx as nx

    streets, place = read_case(root, name)
    a, b = (int(streets.nodes.distance(place[ref]).argmin()) for ref in ends)
    assert nx.shortest_path_length(streets.to_networkx(), a, b, weight="cost_m") == pytest.approx(
        metres, abs=0.1
    )


def test_nobody_is_snapped_onto_a_motor_road(root):
    streets, place = read_case(root, "motorroad")
    middle = gpd.GeoSeries([shapely.LineString([place[1], place[2]]).centroid], crs=CRS_METRIC)
    assert network.snap(streets, middle)["status"].tolist() == ["too_far"]
    assert streets.report["dropped_km"] == [{"highway": "primary", "reason": "expressway", "km": 0.5}]


@pytest.mark.parametrize(
    ("name", "metres"),
    [
        *((f"arcade_{name}", 1020.0) for name in ("level", "level1", "multi", "covered_level")),
        *((f"arcade_{name}", 1020.0) for name in ("layer", "indoor", "location", "area=no")),
        ("arcade_level0", 380.0),
    ],
)
def test_a_square_on_another_level_is_not_joined_to_the_street_above(root, name, metres):
    """::

      2-----20     a site on the northern side of the arcade, 160 m east of the street, and one at the
      |     s      southern end of the street; steps (s) lead down to the arcade's eastern end
    +-|-----12
    +-|------+
      1
    """
    streets, place = read_case(root, name)
    site = shapely.Point(place[1].x + 160, place[1].y + 220)
    assert walk(streets, place[1], site)[0] == pytest.approx(metres, abs=0.3)
    assert streets.report["squares"]["rings"] == (1 if name == "arcade_level0" else 0)
