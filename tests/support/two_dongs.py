"""A study area of two dongs, with files of sites in it as people write and damage them.

The dongs are 1 km wide, side by side::

    y+1000 +---------+---------+
           |  가동   |  나동   |
    y      +---------+---------+
           x       x+1000    x+2000        (x, y) = (955000, 1950000), EPSG:5179, in Seoul
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import box

from sharemap import sites
from sharemap.sources.sites import read_sites

__all__ = ["AREA", "SITES", "TO_WGS84", "X", "Y", "add_up", "build", "damaged", "read", "row"]

X, Y = 955_000.0, 1_950_000.0
TO_WGS84 = Transformer.from_crs(5179, 4326, always_xy=True)
AREA = gpd.GeoDataFrame(
    {
        "ward_code": ["11990"] * 2,
        "ward_name": ["가온구"] * 2,
        "dong_code": ["1199051000", "1199052000"],
        "dong_name": ["가동", "나동"],
    },
    geometry=[box(X, Y, X + 1000, Y + 1000), box(X + 1000, Y, X + 2000, Y + 1000)],
    crs=5179,
)


def row(name, east=0.0, north=0.0, *, address="", capacity="", code=""):
    lon, lat = TO_WGS84.transform(X + east, Y + north)
    return {
        "코드": code, "명칭": name, "주소": address, "위도": f"{lat:.7f}", "경도": f"{lon:.7f}", "규모": str(capacity),
    }  # fmt: skip


def read(folder, rows, *, layer="library", name="a.csv", **options):
    path = folder / name
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_sites(path, layer=layer, **options)


def build(*files, surroundings_m=500.0):
    return sites.build(files, AREA, surroundings_m=surroundings_m)


def add_up(tables):
    counts = tables.counts
    assert (counts["rows_read"] == counts["sites"] + counts["folded"] + counts["set_aside"]).all()
    assert (counts[["rows_read", "sites", "folded", "set_aside"]] >= 0).all().all()
    assert counts["sites"].sum() == len(tables.sites)
    assert counts["set_aside"].sum() == len(tables.set_aside)
    assert tables.sites["rows"].sum() + len(tables.set_aside) == counts["rows_read"].sum()
    assert set(tables.sites["place_id"]) == set(tables.places["place_id"])
    assert tables.places["sites"].sum() == len(tables.sites)
    return tables


DEFECTS = st.sampled_from(["", "", "copy", "swap", "zero", "blank", "twice", "text", "closed", "far"])
SITES = st.lists(
    st.tuples(
        st.integers(0, 12), st.integers(-600, 2600), st.integers(-300, 1300), st.integers(0, 3), DEFECTS
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


def damaged(name, east, north, address, defect):
    one = row(f"시설{name}", east, north, address=f"을지로 {address}" if address else "", code=str(name))
    lat, lon = one["위도"], one["경도"]
    changed = {
        "swap": {"위도": lon, "경도": lat},
        "zero": {"위도": "0.0", "경도": "0"},
        "blank": {"위도": "", "경도": ""},
        "twice": {"경도": lat},
        "text": {"위도": "모름"},
        "closed": {"명칭": "시설 미운영"},
        "far": {"위도": "35.1", "경도": "129.0"},
    }.get(defect, {})
    return [one | changed] * (2 if defect == "copy" else 1)
