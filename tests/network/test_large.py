"""What is large and cannot be walked: dropped and said, not kept and not fatal."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sharemap import network
from sharemap.errors import ExtractError
from sharemap.sources import osm

CRS_METRIC = "EPSG:5179"

MILLION = 1_000_000


@pytest.mark.slow
def test_a_component_of_a_million_nodes_of_motorway_is_left_out():
    angle = np.linspace(0, 400 * np.pi, MILLION)
    motorway = np.column_stack([127 + 1e-4 * angle * np.cos(angle), 37.55 + 1e-4 * angle * np.sin(angle)])
    street = np.array([[127.0, 37.56], [127.001, 37.56]])
    area = gpd.GeoSeries([shapely.Point(127, 37.55)], crs=4326).to_crs(CRS_METRIC).buffer(3000)

    def ways(*parts):
        return osm.Ways(
            tags=pd.DataFrame({"highway": [name for name, _ in parts]}),
            offsets=np.cumsum([0, *(len(lonlat) for _, lonlat in parts)]),
            refs=np.arange(sum(len(lonlat) for _, lonlat in parts)),
            lonlat=np.concatenate([lonlat for _, lonlat in parts]),
        )

    streets = network.from_ways(ways(("motorway", motorway), ("residential", street)), area)
    assert len(streets.edges) == 1
    assert streets.report["dropped_km"][0]["highway"] == "motorway"
    with pytest.raises(ExtractError, match="no walkable street"):
        network.from_ways(ways(("motorway", motorway)), area)
