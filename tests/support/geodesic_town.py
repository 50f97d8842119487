"""A town of straight streets anywhere on the globe, laid out on the ground: its lengths are geodesics."""

from __future__ import annotations

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pyproj
from shapely.geometry import box

GEOD = pyproj.Geod(ellps="WGS84")
#: Name -> longitude and latitude of the middle, and the CRS in which it is measured.
TOWNS = {
    "antimeridian": (180.0, -16.8, "EPSG:32701"),
    "zone border": (12.0, 48.2, "EPSG:32633"),
    "southern": (-51.2, -30.03, "EPSG:32722"),
    "arctic": (25.47, 65.01, "EPSG:32635"),
    "equator": (32.58, 0.3, "EPSG:32636"),
    "seoul": (127.0, 37.55, "EPSG:5179"),
}
SIDE, STEP_M = 9, 150.0


class GeodesicTown:
    """A square grid of streets on the ground, its corners at geodesic distances from the middle."""

    def __init__(self, folder, lon, lat):
        steps = (np.arange(SIDE) - SIDE // 2) * STEP_M
        self.places = [self._at(lon, lat, east, north) for north in steps for east in steps]
        number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
        self.ways = [list(line) for line in (*number, *number.T)]
        self.path = folder / "town.osm.pbf"
        with osmium.SimpleWriter(str(self.path)) as out:
            for node, place in enumerate(self.places):
                out.add_node(osmium.osm.mutable.Node(id=node + 1, location=place))
            for way, nodes in enumerate(self.ways):
                named = {"highway": "residential", "name": f"Street {way}"}
                out.add_way(osmium.osm.mutable.Way(id=way + 1, nodes=[int(n) + 1 for n in nodes], tags=named))

    @staticmethod
    def _at(lon, lat, east, north):
        east_lon, east_lat, _ = GEOD.fwd(lon, lat, 90.0, east)
        lon, lat, _ = GEOD.fwd(east_lon, east_lat, 0.0, north)
        return round(lon, 7), round(lat, 7)

    def area(self):
        """The town with 100 m around it, as boundary files draw it: cut at the antimeridian."""
        lon, lat = np.array(self.places).T
        lon = np.where(lon < lon.max() - 180, lon + 360, lon) if lon.max() - lon.min() > 180 else lon
        west, east, south, north = lon.min() - 0.001, lon.max() + 0.001, lat.min() - 0.001, lat.max() + 0.001
        if east <= 180:
            return gpd.GeoSeries([box(west, south, east, north)], crs=4326)
        return gpd.GeoSeries([box(west, south, 180, north), box(-180, south, east - 360, north)], crs=4326)

    def geodesic_m(self, a, b):
        return GEOD.inv(*self.places[a], *self.places[b])[2]

    @property
    def length_m(self):
        pairs = [pair for way in self.ways for pair in itertools.pairwise(way)]
        return sum(self.geodesic_m(a, b) for a, b in pairs)

    def graph(self):
        graph = nx.Graph()
        for way in self.ways:
            graph.add_weighted_edges_from((a, b, self.geodesic_m(a, b)) for a, b in itertools.pairwise(way))
        return graph
