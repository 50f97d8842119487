"""Kilometres by class in three cities against OSMnx's walk filter, each difference by the tag that makes it."""

from __future__ import annotations

import re

import numpy as np
import osmium
import pandas as pd
import pyproj
import pytest

from sharemap import network
from sharemap.network import walking
from sharemap.sources import osm

pytestmark = pytest.mark.real

#: Kilometres that we walk and OSMnx does not, or (below zero) it and we do not, by the tag that decides.
DIFFERENCES = {
    "heidelberg": {
        "highway=cycleway": 26.1,
        "area=yes": 21.4,
        "access=private": 2.1,  # with foot=yes and the like, or destination
        "access=no": -15.6,
        "highway=trunk": -11.5,
        "access=agricultural": -10.0,
        "motorroad=yes": -7.1,
        "highway=trunk_link": -5.3,
        "foot=private": -1.2,
        "access=psv": -0.6,
        "highway=access_ramp": -0.5,
        "access=delivery": -0.1,
        "access=restricted": -0.1,
    },
    "porto": {
        "area=yes": 220.2,
        "highway=cycleway": 52.5,
        "access=private": 0.7,
        "highway=trunk": -52.3,
        "highway=trunk_link": -20.1,
        "access=no": -19.1,
        "access=delivery": -0.8,
        "highway=unclassified;tertiary": -0.6,
        "access=agricultural": -0.5,
    },
    "spo": {
        "highway=cycleway": 16.1,
        "area=yes": 2.5,
        "access=private": 0.3,
        "access=no": -10.0,
        "highway=trunk": -7.6,
        "highway=trunk_link": -6.3,
        "access=bus": -1.3,
        "highway=bus_stop": -0.2,
    },
}


def osmnx_filter():
    """Key and pattern of each clause of OSMnx's own walk filter: a way that matches one is left out."""
    from osmnx import _overpass

    told = _overpass._get_network_filter("walk")
    clauses = re.findall(r'\["([^"]+)"!~"([^"]+)"\]', told)
    assert '["highway"]' in told
    assert {key for key, _ in clauses} >= {"highway", "foot", "access", "area", "service", "sidewalk"}
    return [(key, re.compile(pattern)) for key, pattern in clauses]


def streets_by_osmium(path):
    """Every highway of a file with all its tags, its geodesic length in km, and what shuts it for OSMnx."""
    geod, clauses, rows = pyproj.Geod(ellps="WGS84"), osmnx_filter(), []
    for way in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        if not way.is_way() or "highway" not in way.tags:
            continue
        if len(way.nodes) < 2 or not all(node.location.valid() for node in way.nodes):
            continue
        tags = {tag.k: tag.v for tag in way.tags}
        places = [(node.lon, node.lat) for node in way.nodes]
        shut = next((key for key, pattern in clauses if pattern.search(tags.get(key, ""))), "")
        rows.append((str(way.id), tags, geod.line_length(*zip(*places, strict=True)) / 1000, shut))
    return pd.DataFrame(rows, columns=["way_id", "tags", "km", "osmnx"]).set_index("way_id")


def by_the_page(tags, *, ours, osmnx):
    """The tag of the page of walking rules that explains why one of the two walks a street and the other does not."""

    def says(key, walk):
        return tags.get(key, "") in walking.values_of(key, walk)

    if osmnx:
        # we walk, OSMnx does not: its clause must be one that the page contradicts
        overruled = says("foot", "open") or says("foot", "ends")
        holds = {
            "highway": tags["highway"] == "cycleway",
            "area": tags.get("area") == "yes",
            "access": overruled,
            "service": overruled,
            "sidewalk": overruled or tags["highway"] in ("footway", "path", "pedestrian", "steps"),
        }
        assert holds.get(osmnx), (osmnx, tags)
        return f"{osmnx}={tags[osmnx]}"
    keys = {"class": "highway", "foot_no": "foot", "private": "access", "expressway": "highway"}
    key = "motorroad" if says("motorroad", "shut") else keys[ours]
    assert tags[key] not in walking.values_of(key, "open"), (ours, tags)
    return f"{key}={tags[key]}"


@pytest.mark.parametrize("city", DIFFERENCES)
def test_the_length_by_class_is_that_of_osmnx_except_where_the_page_says_so(shared_data, city):
    path = shared_data / "cities" / f"{city}.osm.pbf"
    theirs = streets_by_osmium(path)
    ways = osm.read_ways(path)
    ours = pd.Series(network.verdict(ways, network.WalkRules()), index=ways.tags["way_id"]).reindex(
        theirs.index
    )
    assert ours.notna().all()
    streets = theirs.assign(ours=ours, highway=[tags["highway"] for tags in theirs["tags"]])
    # outlines of squares that are relations have no tag of a street; OSMnx never sees them
    apart = streets.loc[(streets["ours"] == "") != (streets["osmnx"] == "")]
    why = [by_the_page(row.tags, ours=row.ours, osmnx=row.osmnx) for row in apart.itertuples()]
    sign = np.where(apart["ours"] == "", 1.0, -1.0)
    found = (apart["km"] * sign).groupby(why).sum().round(1)
    assert found[found != 0].to_dict() == DIFFERENCES[city]

    walked = pd.DataFrame(
        {name: streets.loc[streets[name] == ""].groupby("highway")["km"].sum() for name in ("ours", "osmnx")}
    ).fillna(0.0)
    by_class = (apart["km"] * sign).groupby(apart["highway"]).sum().reindex(walked.index).fillna(0.0)
    assert (walked["ours"] - walked["osmnx"]).to_numpy() == pytest.approx(by_class.to_numpy(), abs=1e-9)
    assert walked["osmnx"].sum() > 100
