"""Boundaries as they come: any polygons, national files, legal dongs, outlines that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from sharemap.errors import AreaError
from sharemap.sources.boundaries import BoundaryColumns, read_area
from sharemap.sources.korea import FROM_STATISTICS, PROVINCES, SEOUL_WARDS
from sharemap.sources.outlines import repaired
from sharemap.sources.sites import read_sites

CASES = Path(__file__).parent / "cases"
X, Y = 953_000.0, 1_950_000.0
SQUARES = [box(X + dx, Y, X + dx + 1000, Y + 1000) for dx in (0, 1000, 2000)]


def save(folder, columns, shapes=SQUARES, name="city.gpkg", crs="EPSG:5179"):
    path = folder / name
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(path)
    return path


def geojson(folder, *rings, name="city.geojson", **properties):
    """Write polygons as they are typed: GeoJSON does not ask whether they are right."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"구역{number}", **properties},
            "geometry": {"type": "Polygon", "coordinates": ring},
        }
        for number, ring in enumerate(rings, 1)
    ]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------- national files


@pytest.mark.parametrize(
    ("ward", "province"),
    [
        ("서울특별시 중구", "서울특별시"),
        ("서울 중구", "서울특별시"),
        ("서울시중구", "서울특별시"),
        ("부산 중구", "부산광역시"),
        ("대구광역시  중구", "대구광역시"),
        ("11140", "서울특별시"),
        ("2611000000", "부산광역시"),
        ("송파구", "서울특별시"),
        ("경기 수원시 장안구", "경기도"),
        ("수원시장안구", "경기도"),
        ("세종 세종시", "세종특별자치시"),
    ],
)
def test_the_qualifier_decides_which_ward(ward, province):
    area = read_area(CASES / "national.geojson", wards=[ward])
    assert area["province_name"].tolist() == [province]


def test_a_bare_name_of_several_wards_is_refused_with_the_choices():
    with pytest.raises(AreaError, match=r"several wards.*대구광역시 중구, 부산광역시 중구, 서울특별시 중구"):
        read_area(CASES / "national.geojson", wards=["중구"])
    with pytest.raises(AreaError, match=r"no ward.*광주 중구"):
        read_area(CASES / "national.geojson", wards=["광주 중구"])
    assert len(read_area(CASES / "national.geojson", wards=["서울 중구", "부산 중구"])) == 2


@pytest.mark.parametrize("dong", ["서울 중구 소공동", "중구 소공동", "소공동", "서울특별시 소공동"])
def test_a_dong_of_a_national_file(dong):
    assert read_area(CASES / "national.geojson", dongs=[dong])["dong_code"].tolist() == ["1114052000"]


def test_a_dong_name_in_wards_of_one_name_asks_for_the_province(tmp_path):
    names = ["서울특별시 중구 중앙동", "부산광역시 중구 중앙동", "경기도 중구 중앙동"]
    codes = ["1114052000", "2611051000", "4111156000"]
    path = save(tmp_path, {"adm_nm": names, "adm_cd2": codes})
    with pytest.raises(AreaError, match="경기도 중구 중앙동, 부산광역시 중구 중앙동, 서울특별시 중구 중앙동"):
        read_area(path, dongs=["중구 중앙동"])
    assert read_area(path, dongs=["부산 중구 중앙동"])["dong_code"].tolist() == ["2611051000"]


def test_provinces_have_one_code_in_each_system():
    assert len(FROM_STATISTICS) == 17
    assert set(FROM_STATISTICS.values()) <= set(PROVINCES)
    assert {code[:2] for code in SEOUL_WARDS} == {"11"}


# ------------------------------------------------------------------------------------------- legal dongs


@pytest.mark.parametrize(
    ("ward", "dongs"),
    [
        ("중구", ["무교동", "다동"]),
        ("마포구", ["아현동", "공덕동"]),
        ("종로구", ["청운동"]),
        ("성동구", ["상왕십리동"]),
    ],
)
def test_legal_dongs_have_their_own_wards(caplog, ward, dongs):
    area = read_area(CASES / "legal_dong_8digit.geojson", wards=[ward])
    assert area["dong_name"].tolist() == dongs
    assert "6 of 6 areas are legal dongs (법정동)" in caplog.text


def test_legal_dongs_by_another_header_and_eight_digits_of_the_statistics(tmp_path, caplog):
    legal = {"dong_code": ["11140101", "11440101", "11110101"], "dong_name": ["무교동", "아현동", "청운동"]}
    assert read_area(save(tmp_path, legal))["ward_name"].tolist() == ["종로구", "중구", "마포구"]
    caplog.clear()
    # 11140520 of the statistics lies in Mapo; a township (읍) has numbers as legal dongs have
    counted = {"ADM_CD": ["11140520", "11020520", "21310110"], "ADM_NM": ["공덕동", "소공동", "기장읍"]}
    area = read_area(save(tmp_path, counted, name="counted.gpkg"))
    assert area.set_index("dong_name")["ward_name"].to_dict() == {
        "공덕동": "마포구",
        "소공동": "중구",
        "기장읍": "21310",
    }
    assert area.set_index("dong_name")["province_name"]["기장읍"] == "부산광역시"
    assert "legal" not in caplog.text


# ------------------------------------------------------------------------------------------- any polygons


def test_polygons_with_nothing_but_a_shape(tmp_path, caplog):
    path = save(tmp_path, {"colour": ["red", "red", "blue"]}, SQUARES[::-1], name="heidelberg.gpkg")
    area = read_area(path)
    assert area[["dong_code", "dong_name", "ward_code", "ward_name"]].to_numpy().tolist() == [
        [number, number, "0", "heidelberg"] for number in "123"
    ]
    # the numbers do not depend on the order of the rows: from north to south, then from west to east
    assert area.geometry.iloc[0].centroid.distance(SQUARES[0].centroid) < 0.01
    for said in ("no column tells the names", "no column tells the codes", "no column tells wards; all 3"):
        assert said in caplog.text


@given(order=st.permutations(range(3)))
@settings(max_examples=10, deadline=None)
def test_made_up_codes_do_not_depend_on_the_order_of_rows(tmp_path_factory, order):
    names = ["Altstadt", "Bergheim", "Neuenheim"]
    path = save(
        tmp_path_factory.mktemp("order"), {"name": [names[at] for at in order]}, [SQUARES[at] for at in order]
    )
    area = read_area(path)
    assert dict(zip(area["dong_name"], area["dong_code"], strict=True)) == dict(
        zip(names, "123", strict=True)
    )
    for name, shape in zip(area["dong_name"], area.geometry, strict=True):
        assert shape.centroid.distance(SQUARES[names.index(name)].centroid) < 0.01


def test_names_of_several_words_codes_and_parents(tmp_path):
    columns = {
        "Stadtteil": ["Alt Stadt", "Berg heim", "Neu Ost"],
        "nr": ["S1", "S2", "S3"],
        "kreis": ["Mitte", "Mitte", "Ost"],
    }
    path = save(tmp_path, columns)
    asked = BoundaryColumns(code="nr", ward="kreis", title="ignored")
    area = read_area(path, columns=asked)
    assert area[["ward_code", "ward_name", "dong_code", "dong_name"]].to_numpy().tolist() == [
        ["1", "Mitte", "S1", "Alt Stadt"],
        ["1", "Mitte", "S2", "Berg heim"],
        ["2", "Ost", "S3", "Neu Ost"],
    ]
    assert read_area(path, columns=asked, wards=["Mitte"])["dong_code"].tolist() == ["S1", "S2"]
    assert read_area(path, columns=asked, dongs=["Neu Ost", "S1"])["dong_code"].tolist() == ["S1", "S3"]
    titled = read_area(path, columns=BoundaryColumns(title="Heidelberg"))
    assert set(titled["ward_name"]) == {"Heidelberg"}
    with pytest.raises(AreaError, match=r"no such column: 'nummer'.*Stadtteil, nr, kreis"):
        read_area(path, columns=BoundaryColumns(code="nummer"))


def test_one_polygon_is_an_area(tmp_path):
    area = read_area(save(tmp_path, {"name": ["Porto"]}, SQUARES[:1]))
    assert area[["dong_code", "dong_name", "ward_name"]].to_numpy().tolist() == [["1", "Porto", "city"]]


def test_a_map_of_wards_is_one_district_each(tmp_path):
    columns = {"SIG_CD": ["11140", "26110", "11620"], "SIG_KOR_NM": ["중구", "중구", "관악구"]}
    path = save(tmp_path, columns)
    area = read_area(path)
    assert area["ward_code"].tolist() == area["dong_code"].tolist() == ["11140", "11620", "26110"]
    assert area["province_code"].tolist() == ["11", "11", "26"]
    with pytest.raises(AreaError, match="several wards"):
        read_area(path, wards=["중구"])


def test_a_code_that_is_none_for_everybody_is_not_taken(tmp_path):
    path = save(tmp_path, {"id": [7, 7, 8], "name": ["C", "B", "A"]})
    assert read_area(path)["dong_code"].tolist() == ["1", "2", "3"]
    assert read_area(save(tmp_path, {"id": [9, 7, 8]}, name="ids.gpkg"))["dong_name"].tolist() == [
        "7",
        "8",
        "9",
    ]


def test_two_names_under_one_code_are_refused(tmp_path):
    columns = {"adm_nm": ["서울특별시 중구 소공동", "서울특별시 중구 명동", "서울특별시 중구 필동"]}
    path = save(tmp_path, columns | {"adm_cd2": ["1114052000", "1114052000", "1114058000"]})
    with pytest.raises(AreaError, match=r"one code has several names \(소공동, 명동\).*1114052000"):
        read_area(path)


# ------------------------------------------------------------------------------------------- outlines


def test_an_unclosed_ring_is_closed_and_said(tmp_path, caplog):
    path = geojson(tmp_path, [[[127, 37], [127.01, 37], [127.01, 37.01], [127, 37.01]]])
    (shape,) = read_area(path).geometry
    assert shape.is_valid
    assert shape.area == pytest.approx(888.0 * 1110.0, rel=0.01)
    assert "outlines that are not closed are closed" in caplog.text


def test_a_hole_outside_of_its_shell_is_no_part_and_said_with_both_areas(tmp_path, caplog):
    hole = box(X + 5000, Y, X + 5500, Y + 1000)
    wrong = Polygon(SQUARES[0].exterior, [hole.exterior])
    (shape,) = read_area(save(tmp_path, {"name": ["가"]}, [wrong])).geometry
    assert shape.equals(SQUARES[0])
    assert "가 had 0.500 km2 as it is drawn and has 1.000 km2 after the repair" in caplog.text


def test_a_hole_half_outside_takes_only_what_lies_in_the_shell(tmp_path):
    hole = box(X + 500, Y + 250, X + 1500, Y + 750)
    wrong = Polygon(SQUARES[0].exterior, [hole.exterior])
    (shape,) = read_area(save(tmp_path, {"name": ["가"]}, [wrong])).geometry
    assert shape.area == pytest.approx(SQUARES[0].difference(hole).area)


def test_a_spike_is_cut_off_and_said(tmp_path, caplog):
    corners = [(X, Y), (X + 1000, Y), (X + 1000, Y + 500), (X + 9000, Y + 500), (X + 1000, Y + 501)]
    spiked = Polygon([*corners, (X + 1000, Y + 1000), (X, Y + 1000)])
    assert spiked.is_valid
    (shape,) = read_area(save(tmp_path, {"name": ["가"]}, [spiked])).geometry
    assert shape.bounds == pytest.approx(SQUARES[0].bounds)
    assert shape.area == pytest.approx(1_000_000)
    assert "1 polygons had spikes, which are cut off: 가" in caplog.text


def test_a_spike_inwards_and_one_of_no_width(tmp_path):
    inwards = [(X, Y), (X + 500, Y), (X + 500, Y + 700), (X + 500.5, Y), (X + 1000, Y), (X + 1000, Y + 1000)]
    flat = [(X + 1000, Y), (X + 2000, Y), (X + 2000, Y + 1000), (X + 2000, Y + 4000), (X + 2000, Y + 1000)]
    shapes = [Polygon([*inwards, (X, Y + 1000)]), Polygon([*flat, (X + 1000, Y + 1000)])]
    area = read_area(save(tmp_path, {"name": ["가", "나"]}, shapes))
    assert area.geometry.area.tolist() == pytest.approx([1e6, 1e6])
    assert area.total_bounds == pytest.approx([X, Y, X + 2000, Y + 1000])


def test_sound_outlines_stay_as_they_are(caplog):
    town = [SQUARES[0].difference(box(X + 100, Y + 100, X + 300, Y + 300)), MultiPolygon(SQUARES[::2])]
    done = repaired(np.array(town, dtype=object), pd.Series(["가", "나"]), Path("a.gpkg"))
    assert all(shapely.equals_identical(done, np.array(town, dtype=object)))
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


@given(
    corners=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=7, unique=True),
    hole=st.tuples(st.integers(-20, 60), st.integers(-20, 60), st.integers(1, 30)),
)
@settings(max_examples=100, deadline=None)
def test_whatever_is_drawn_becomes_a_valid_surface_without_its_holes(corners, hole):
    x, y, size = hole
    drawn = shapely.transform(
        Polygon(corners, [box(x, y, x + size, y + size).exterior]), lambda xy: xy * 100.0
    )
    outline = shapely.make_valid(Polygon(shapely.get_coordinates(drawn.exterior)))
    if outline.area == 0:
        return
    try:
        (done,) = repaired(np.array([drawn], dtype=object), pd.Series(["가"]), Path("a.gpkg"))
    except AreaError:  # the hole takes everything, or nothing is left but a spike
        return
    assert done.is_valid
    assert shapely.get_dimensions(done) == 2
    assert done.area <= outline.area * 1.05 + 1


# ------------------------------------------------------------------------------------------- overlaps


def test_districts_that_overlap_are_refused_with_what_they_share(tmp_path):
    over = box(X + 500, Y, X + 1500, Y + 1000)
    path = save(tmp_path, {"name": ["가", "나", "다"]}, [SQUARES[0], over, SQUARES[2]])
    with pytest.raises(AreaError, match=r"city 가 and city 나 share 0.500 km2"):
        read_area(path)
    assert len(read_area(path, dongs=["가", "다"])) == 2  # those that are chosen do not
    city = box(X, Y, X + 3000, Y + 1000)
    nested = save(tmp_path, {"name": ["도시", "가", "나"]}, [city, *SQUARES[:2]], name="nested.gpkg")
    with pytest.raises(AreaError, match=r"and so do 1 more pairs.*districts of one level"):
        read_area(nested)


def test_a_sliver_goes_to_the_first_by_code_and_is_said(tmp_path, caplog):
    wide = box(X + 995, Y, X + 2000, Y + 1000)
    area = read_area(save(tmp_path, {"id": [1, 2, 3]}, [SQUARES[0], wide, SQUARES[2]]))
    assert area.geometry.area.tolist() == pytest.approx([1e6, 1e6, 1e6])
    assert shapely.union_all(area.geometry).area == pytest.approx(area.geometry.area.sum())
    assert "1 pairs of districts share slivers of 5000 m2" in caplog.text


# ------------------------------------------------------------------------------------------- coordinates


def test_metres_that_are_said_to_be_degrees_are_recognised(caplog):
    area = read_area(CASES / "dong_metres_nocrs.geojson")
    assert area.total_bounds == pytest.approx([955_000, 1_950_000, 956_000, 1_951_000])
    assert "has no degrees, as it says; its numbers fit EPSG:5179 only" in caplog.text


def test_metres_that_fit_several_systems_are_refused_with_what_they_look_like(tmp_path):
    ring = [[200_000, 552_000], [201_000, 552_000], [201_000, 553_000], [200_000, 552_000]]
    path = geojson(tmp_path, [ring])
    with pytest.raises(AreaError, match=r"its numbers are none: 'x 200500, y 552500'.*EPSG:5186, EPSG:5181"):
        read_area(path)
    area = read_area(path, columns=BoundaryColumns(crs="EPSG:5186"))
    lon, lat = area.to_crs(4326).geometry.iloc[0].centroid.coords[0]
    assert (lon, lat) == pytest.approx((127.0, 37.57), abs=0.01)
    with pytest.raises(AreaError, match="nobody knows: 'EPSG:1'"):
        read_area(path, columns=BoundaryColumns(crs="EPSG:1"))


def test_swapped_axes_are_exchanged_and_said(tmp_path, caplog):
    straight = geojson(tmp_path, [[[127, 37], [127.01, 37], [127.01, 37.01], [127, 37]]], name="a.geojson")
    swapped = geojson(tmp_path, [[[37, 127], [37, 127.01], [37.01, 127.01], [37, 127]]], name="b.geojson")
    assert read_area(swapped).geometry.iloc[0].equals(read_area(straight).geometry.iloc[0])
    assert "stand as latitude, longitude; they are exchanged" in caplog.text


def test_a_place_on_both_sides_of_the_180th_meridian_is_one(tmp_path):
    across = [[[179.99, -17.0], [-179.98, -17.0], [-179.98, -17.02], [179.99, -17.02], [179.99, -17.0]]]
    area = read_area(geojson(tmp_path, across))
    (shape,) = area.geometry
    geodesic = area.crs.get_geod().geometry_area_perimeter(box(179.99, -17.02, 180.02, -17.0))[0]
    assert shape.area == pytest.approx(abs(geodesic), rel=0.002)
    parts = MultiPolygon([box(179.99, -17.02, 180, -17.0), box(-180, -17.02, -179.98, -17.0)])
    (joined,) = read_area(save(tmp_path, {"name": ["Taveuni"]}, [parts], crs=4326)).geometry
    assert joined.area == pytest.approx(shape.area, rel=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"), [(8.69, 49.41, 32632), (-51.22, -30.03, 32722), (25.7, 65.0, 32635)]
)
def test_cities_elsewhere_are_read_in_their_zone(tmp_path, lon, lat, crs):
    path = save(tmp_path, {"name": ["A", "B"]}, [box(lon, lat, lon + 0.01, lat + 0.01), box(lon + 0.01, lat, lon + 0.02, lat + 0.01)], crs=4326)  # fmt: skip
    area = read_area(path)
    assert area.crs.to_epsg() == crs
    geod = area.crs.get_geod()
    for shape, degrees in zip(area.geometry, area.to_crs(4326).geometry, strict=True):
        assert shape.area == pytest.approx(abs(geod.geometry_area_perimeter(degrees)[0]), rel=0.002)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latlon_swapped", "stand as latitude, longitude; they are exchanged"),
        ("m5179_nocrs", "has no degrees, as it says; its numbers fit EPSG:5179 only"),
    ],
)
def test_lists_of_sites_with_such_coordinates_are_read_where_they_are(caplog, name, said):
    rows = read_sites(CASES / f"{name}.geojson", layer="library")
    assert rows.frame["reason"].tolist() == ["", "", ""]
    assert rows.frame[["x", "y"]].round(1).to_numpy().tolist() == [
        [953892.2, 1952009.9],
        [954519.4, 1952028.7],
        [954605.8, 1951695.4],
    ]
    assert said in caplog.text


def test_one_bad_row_of_a_list_does_not_condemn_the_file(tmp_path):
    points = [Point(126.98, 37.56), Point(37.56, 126.98), Point(950_000, 1_950_000)]
    path = tmp_path / "list.geojson"
    gpd.GeoDataFrame({"name": ["가", "나", "다"]}, geometry=points, crs=4326).to_file(path)
    rows = read_sites(path, layer="library")
    assert rows.frame["reason"].iloc[0] == ""
    assert rows.rows_read == 3


def test_a_shapefile_without_its_crs_says_what_to_write(tmp_path):
    path = save(
        tmp_path, {"name": ["A"]}, [box(477_000, 5_472_000, 478_000, 5_473_000)], name="a.shp", crs=25832
    )
    path.with_suffix(".prj").unlink()
    with pytest.raises(AreaError, match=r"x 477500, y 5472500.*\[area\] boundaries_crs = \"EPSG:...\""):
        read_area(path)
    assert read_area(path, columns=BoundaryColumns(crs="EPSG:25832")).crs.to_epsg() == 32632
