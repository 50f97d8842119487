"""Elevation rasters: slopes by hand, other coordinate systems, holes, and walks that differ by direction."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import LineString

from sharemap import network, reach
from sharemap.errors import ElevationError, MissingFileError
from sharemap.sources.elevation import read_slopes, tobler
from sharemap.units import PROFILES, STANDARD

WEST, SOUTH = 950_000.0, 1_950_000.0
NODATA = -9999.0


def streets_of(*lines, **columns):
    shapes = [LineString([(WEST + x, SOUTH + y) for x, y in line]) for line in lines]
    return network.from_lines(gpd.GeoDataFrame(columns, geometry=shapes, crs=5179))


def raster(folder, height_of, *, cell=10.0, size=200, hole=None, crs="EPSG:5179", **options):
    """Heights at the centres of the cells of 2 km x 2 km, from 500 m south-west of the origin."""
    at = (np.arange(size) + 0.5) * cell - 500
    x, y = np.meshgrid(at, at[::-1])
    grid = height_of(x, y).astype("float32")
    if hole is not None:
        grid[hole(x, y)] = NODATA
    path = folder / "dem.tif"
    transform = from_origin(WEST - 500, SOUTH - 500 + size * cell, cell, cell)
    settings = {"driver": "GTiff", "height": size, "width": size, "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", **settings, crs=crs, transform=transform, nodata=NODATA, **options) as file:
        file.write(grid, 1)
    return path


def plane(x, _):
    return 50 + 0.1 * x


def test_tobler_by_hand():
    # 6 exp(-3.5 |S + 0.05|) km/h: flat 5.0367, 10 % up 3.5493, 10 % down 5.0367, 5 % down 6
    speed = {slope: 6 * np.exp(-3.5 * abs(slope + 0.05)) for slope in (0.0, 0.1, -0.1, -0.05)}
    assert speed[0.1] == pytest.approx(3.5493, abs=1e-4)
    found = tobler(np.array(list(speed)))
    assert found == pytest.approx([speed[0.0] / value for value in speed.values()])


def test_a_ten_percent_slope_costs_more_up_than_down(tmp_path):
    streets = streets_of([(0, 0), (400, 0)], [(0, 0), (0, 300)], [(0, 0), (0, -300)])
    table = read_slopes(raster(tmp_path, plane), streets.edges)
    assert table["known"].all()
    assert table.attrs["known_share"] == 1
    east = int(streets.edges.geometry.bounds["maxx"].argmax())
    level = [edge for edge in range(3) if edge != east]
    line = streets.edges.geometry[east].coords
    up, down = ("forward", "backward") if line[0][0] < line[-1][0] else ("backward", "forward")
    assert table.loc[east, ["climb_m", "descent_m"]].sum() == pytest.approx(40.0, abs=1e-3)
    assert table.loc[east, up] == pytest.approx(np.exp(0.35), rel=1e-5)
    assert table.loc[east, down] == pytest.approx(1.0, rel=1e-5)  # 10 % down is as quick as flat
    assert table.loc[level, ["forward", "backward"]].to_numpy() == pytest.approx(1.0)
    hilly = streets.with_profile(STANDARD, table)
    assert getattr(hilly, f"edge_{up}_cm")[east] == pytest.approx(40_000 * np.exp(0.35), abs=1)
    assert getattr(hilly, f"edge_{down}_cm")[east] == pytest.approx(40_000, abs=1)
    assert hilly.edge_forward_cm[level].tolist() == [30_000, 30_000]
    assert hilly.reversed().edge_forward_cm.tolist() == hilly.edge_backward_cm.tolist()


def test_walks_to_a_site_uphill_are_longer_than_walks_down(tmp_path):
    streets = streets_of([(0, 0), (1000, 0)])
    table = read_slopes(raster(tmp_path, plane), streets.edges)
    stops = pd.DataFrame(
        {"edge_id": pd.array([0, 0], dtype="Int64"), "offset_m": [1000.0, 0.0], "snap_m": 0.0}
    )
    stops = stops.assign(site_id=["top", "foot"], status="ok")
    towards = streets.with_profile(STANDARD, table).reversed()
    reached = reach.within(towards, stops, minutes=30)
    walks = reach.to_points(towards, reached, stops, stops)
    found = {
        (reached.site_ids[s], p): m for p, s, m in zip(walks.point, walks.site, walks.cost_m, strict=True)
    }
    assert found["top", 1] == pytest.approx(1000 * np.exp(0.35), abs=0.01)  # from the foot to the top
    assert found["foot", 0] == pytest.approx(1000, abs=0.01)


def test_steeper_is_dearer_and_a_flat_raster_changes_nothing(tmp_path):
    streets = streets_of([(0, 0), (500, 0)])
    factors = []
    for rise in (0.0, 0.05, 0.1, 0.2, 0.4):
        table = read_slopes(raster(tmp_path, lambda x, _, rise=rise: rise * x), streets.edges)
        factors.append(table["forward"].iloc[0])
        if rise == 0:
            level = streets.with_profile(STANDARD, table)
            assert level.edge_forward_cm.tolist() == streets.edge_cost_cm.tolist()
    assert factors == sorted(factors)
    assert len(set(factors)) == len(factors)


def test_slower_profiles_stay_slower_on_slopes(tmp_path):
    streets = streets_of(
        [(0, 0), (400, 0)],
        [(0, 0), (0, 300)],
        [(400, 0), (400, 300)],
        highway=["residential", "steps", "steps"],
    )
    table = read_slopes(raster(tmp_path, lambda x, y: 0.3 * x + 0.2 * y), streets.edges)
    costs = {name: streets.with_profile(one, table) for name, one in PROFILES.items()}
    for way in ("edge_forward_cm", "edge_backward_cm"):
        standard, elderly, wheels = (
            getattr(costs[name], way) for name in ("standard", "elderly", "wheelchair")
        )
        assert (elderly >= standard).all()
        steps = streets.edges["steps"].to_numpy(dtype=bool)
        assert (wheels[steps] == -1).all()
        assert (wheels[~steps] == standard[~steps]).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:5186", "EPSG:32652"])
def test_a_raster_in_another_coordinate_system_gives_the_same_slopes(tmp_path, crs):
    from rasterio.warp import Resampling, calculate_default_transform, reproject

    streets = streets_of([(0, 0), (600, 0)], [(0, 0), (0, 600)])
    path = raster(tmp_path, plane)
    own = read_slopes(path, streets.edges)
    other = tmp_path / "other.tif"
    with rasterio.open(path) as source:
        transform, width, height = calculate_default_transform(
            source.crs, crs, source.width, source.height, *source.bounds
        )
        profile = {**source.profile, "crs": crs, "transform": transform, "width": width, "height": height}
        with rasterio.open(other, "w", **profile) as target:
            reproject(rasterio.band(source, 1), rasterio.band(target, 1), resampling=Resampling.bilinear)
    moved = read_slopes(other, streets.edges)
    assert moved["known"].all()
    assert np.allclose(moved[["forward", "backward"]], own[["forward", "backward"]], rtol=0.01)


def test_holes_are_flat_marked_and_counted_or_refused(tmp_path, caplog):
    # the third street of four lies over a hole
    streets = streets_of(*[[(0, 100 * k), (300, 100 * k)] for k in range(4)], [(0, 0), (0, 300)])
    path = raster(tmp_path, plane, hole=lambda x, y: (x > 100) & (x < 150) & (abs(y - 200) < 30))
    with pytest.raises(ElevationError, match="min_known"):
        read_slopes(path, streets.edges, min_known=0.95)
    table = read_slopes(path, streets.edges, min_known=0.5)
    lost = table[~table["known"]]
    length = streets.edges["length_m"]
    assert len(lost) == 1
    assert lost[["forward", "backward"]].to_numpy().tolist() == [[1.0, 1.0]]
    assert lost["climb_m"].isna().all()
    assert table.attrs["known_share"] == pytest.approx(1 - length[lost.index].sum() / length.sum())
    assert "have no height" in caplog.text


def test_bridges_and_tunnels_run_straight_between_their_ends(tmp_path):
    lines = [[(0, 0), (300, 0)], [(0, 50), (300, 50)]]
    streets = streets_of(*lines, bridge=[True, False])
    valley = raster(tmp_path, lambda x, _: np.abs(x - 150) / 5)
    table = read_slopes(valley, streets.edges)
    assert table["climb_m"].tolist() == pytest.approx([0.0, 30.0], abs=1.0)


def test_what_is_no_elevation_raster_is_refused(tmp_path):
    streets = streets_of([(0, 0), (300, 0)])
    with pytest.raises(MissingFileError):
        read_slopes(tmp_path / "none.tif", streets.edges)
    text = tmp_path / "text.tif"
    text.write_text("no raster", encoding="utf-8")
    with pytest.raises(ElevationError, match="no raster"):
        read_slopes(text, streets.edges)
    with pytest.raises(ElevationError, match="coordinate system"):
        read_slopes(raster(tmp_path, plane, crs=None), streets.edges)
    far = streets_of([(90_000, 0), (90_300, 0)])
    with pytest.raises(ElevationError, match=r"covers 0\.0 %"):
        read_slopes(raster(tmp_path, plane), far.edges)
    feet = raster(tmp_path, plane)
    with rasterio.open(feet, "r+") as file:
        file.units = ("ft",)
    with pytest.raises(ElevationError, match="metres"):
        read_slopes(feet, streets.edges)
