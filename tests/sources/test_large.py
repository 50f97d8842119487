"""Files far larger than memory: what a study cannot use is counted and listed, never held."""

from __future__ import annotations

import tracemalloc

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from sharemap import sites
from sharemap.errors import GeometryError
from sharemap.findings.checked import check_json
from sharemap.sites.checking import check_file
from sharemap.sources.around import Around
from sharemap.sources.boundaries import read_area
from sharemap.sources.files import text
from sharemap.sources.published import read_table
from sharemap.sources.sites import read_sites
from two_dongs import AREA, TO_WGS84, X, Y, add_up

HEADER = "관리번호,도서관명,도서관유형,열람좌석수,소재지도로명주소,위도,경도\n"
LON, LAT = TO_WGS84.transform(X + 500, Y + 500)
PLACES = {
    "near": f"가온구 한울로 {{k}},{LAT:.3f}{{k:04d}},{LON:.3f}{{k:04d}}",
    "far": "부산 중구 중앙대로 {k},35.1{k:04d},129.0{k:04d}",
    "waiting": "가온구 한울로 {k},,",
    "abroad": "가온구 한울로 {k},10.5,20.5",
}


def lines(count, *, seed=1):
    """Return rows of all kinds; every tenth is a copy of an earlier one, and names recur near and far."""
    kinds = np.random.default_rng(seed).choice([*PLACES, "planned"], count, p=[0.3, 0.4, 0.1, 0.1, 0.1])
    made = []
    for k, kind in enumerate(kinds):
        if made and k % 10 == 0:
            made.append(made[k // 2])
            continue
        name = f"도서관{k % 40}" + ("(개관 예정)" if kind == "planned" else "")
        where = PLACES.get(kind, PLACES["near"]).format(k=k % 150)
        made.append(f"{k},{name},작은도서관,{k % 7},{where}")
    return made


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "목록.csv"
    path.write_bytes((HEADER + "\n".join(lines(600))).encode("cp949"))
    return path


def around(metres=500.0):
    return Around(AREA, metres)


def in_small_pieces(monkeypatch):
    monkeypatch.setattr(text, "_CELLS_A_PIECE", 350)
    monkeypatch.setattr(text, "_MOST_CELLS", 900)
    monkeypatch.setattr(text, "_HEAD", 10)


def test_a_table_read_again_in_pieces_says_what_the_whole_says(listed, monkeypatch):
    whole = read_table(listed)
    in_small_pieces(monkeypatch)
    headers = HEADER.strip().split(",")
    again = read_table(listed, known=headers, keep=headers, whole=False)
    assert again.again is not None
    assert len(again.frame) < len(whole.frame)
    pieces = list(again.pieces())
    assert len(pieces) > 3
    assert pd.concat([one.frame for one in pieces], ignore_index=True).equals(whole.frame)
    assert np.concatenate([one.rows for one in pieces]).tolist() == whole.rows.tolist()
    assert again.encoding == "cp949"


def test_what_is_settled_early_changes_nothing(listed, monkeypatch):
    plain = add_up(sites.build([read_sites(listed, layer="library")], AREA, surroundings_m=500.0))
    in_small_pieces(monkeypatch)
    rows = read_sites(listed, layer="library", near=around())
    assert rows.rows_read == 600
    assert len(rows.frame) < 400
    tables = add_up(sites.build([rows], AREA, surroundings_m=500.0))
    assert tables.sites.drop(columns="geometry").equals(plain.sites.drop(columns="geometry"))
    assert tables.counts.equals(plain.counts)
    assert tables.set_aside.drop(columns="value").equals(plain.set_aside.drop(columns="value"))
    assert tables.set_aside["row"].is_monotonic_increasing
    metres = [
        frame.loc[frame["reason"] == "outside_area", "value"].str.removesuffix(" m").astype(int)
        for frame in (tables.set_aside, plain.set_aside)
    ]
    # the distance is the row's own, not that of the row in the middle of those of the same name and address
    assert len(metres[0]) > 100
    assert (metres[0] - metres[1]).abs().max() < 2_000


def test_pieces_of_the_set_aside_table_are_the_table(listed, monkeypatch):
    in_small_pieces(monkeypatch)
    rows = read_sites(listed, layer="library", near=around())
    tables = sites.build([rows], AREA, surroundings_m=500.0)
    pieces = list(tables.set_aside_in_pieces())
    assert len(pieces) > 3
    assert pd.concat(pieces, ignore_index=True).equals(tables.set_aside)


def test_rows_read_for_one_area_are_refused_for_another(listed):
    rows = read_sites(listed, layer="library", near=around())
    with pytest.raises(GeometryError, match="another area"):
        sites.build([rows], AREA, surroundings_m=9_000.0)
    moved = AREA.assign(geometry=AREA.geometry.translate(50_000))
    with pytest.raises(GeometryError, match="another area"):
        sites.build([rows], moved, surroundings_m=500.0)


def test_the_check_of_a_large_file_says_what_that_of_a_small_one_says(listed, monkeypatch):
    whole = check_json(check_file(listed))
    in_small_pieces(monkeypatch)
    assert check_json(check_file(listed)) == whole


def test_memory_does_not_grow_with_rows_that_no_study_can_use(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_CELLS_A_PIECE", 3_500)
    monkeypatch.setattr(text, "_MOST_CELLS", 10_500)
    peaks = []
    for count in (4_000, 12_000):
        path = tmp_path / f"{count}.csv"
        far = "".join(
            f"{k},먼도서관,작은도서관,5,부산 중구 중앙대로 {k},35.{k:05d},129.0\n" for k in range(count)
        )
        path.write_text(HEADER + f"1,가온,작은도서관,1,가온구 한울로 1,{LAT},{LON}\n" + far, encoding="utf-8")
        tracemalloc.start()
        rows = read_sites(path, layer="library", near=around())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (len(rows.frame), len(rows.aside), rows.rows_read) == (1, count, count + 1)
    assert peaks[1] < 1.15 * peaks[0]


def test_distances_are_those_to_the_area_itself():
    rng = np.random.default_rng(3)
    shape = box(0, 0, 1_000, 1_000).union(box(3_000, 3_000, 4_000, 9_000)).difference(box(200, 200, 400, 400))
    area = gpd.GeoDataFrame(geometry=[shape], crs="EPSG:5179")
    found = Around(area, 500.0)
    x, y = rng.uniform(-6_000, 12_000, (2, 300))
    apart = gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:5179").distance(shape).to_numpy()
    assert found.far(x, y).tolist() == (apart > 1_500.0).tolist()
    outside = apart > 0
    assert np.allclose(found.apart(x[outside], y[outside]), apart[outside])


def test_real_files_end_as_they_do_when_all_rows_are_held(shared_data):
    city = read_area(shared_data / "boundaries" / "dong__202104.geojson")
    area = city.loc[city["ward_name"] == "중구"].reset_index(drop=True)
    for name, layer in (
        ("public_wifi_standard__2022.csv", "public_wifi"),
        ("bike_station__202306.csv", None),
    ):
        path = shared_data / "sites" / name
        whole, sifted = (
            sites.build([read_sites(path, layer=layer, near=near)], area, surroundings_m=1125.0)
            for near in (None, Around(area, 1125.0))
        )
        assert sifted.counts.equals(whole.counts)
        assert sifted.sites["site_id"].tolist() == whole.sites["site_id"].tolist()
