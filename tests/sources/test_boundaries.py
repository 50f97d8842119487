"""Boundary files in the spellings of their publishers -> one table of dongs."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from sharemap.errors import AreaError, MissingFileError
from sharemap.sources.boundaries import read_area, read_output_areas

SQUARES = [box(x, 1_950_000, x + 1000, 1_951_000) for x in (953_000, 954_000, 955_000)]
ADMDONGKOR = {
    "adm_nm": ["서울특별시 중구 소공동", "서울특별시 중구 회현동", "서울특별시 관악구 신사동"],
    "adm_cd": ["1102052", "1102054", "1121068"],
    "adm_cd2": ["1114052000", "1114054000", "1162068500"],
    "sgg": ["11140", "11140", "11620"],
    "sggnm": ["중구", "중구", "관악구"],
}


def save(folder, columns, shapes=None, name="dong.geojson", crs=5179):
    path = folder / name
    frame = gpd.GeoDataFrame(columns, geometry=SQUARES if shapes is None else shapes, crs=crs)
    (frame.to_crs(4326) if name.endswith("geojson") else frame).to_file(path)
    return path


def test_admdongkor(tmp_path):
    area = read_area(save(tmp_path, ADMDONGKOR))
    assert area.drop(columns="geometry").to_numpy().tolist() == [
        ["11140", "중구", "1114052000", "소공동", "11", "서울특별시"],
        ["11140", "중구", "1114054000", "회현동", "11", "서울특별시"],
        ["11620", "관악구", "1162068500", "신사동", "11", "서울특별시"],
    ]
    assert area.crs.to_epsg() == 5179
    assert area.geometry.iloc[0].hausdorff_distance(SQUARES[0]) < 0.01


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        (  # juso: official codes, names without the ward
            {
                "EMD_CD": ["1114052000", "1114054000", "1162068500"],
                "EMD_KOR_NM": ["소공동", "회현동", "신사동"],
            },
            ["1114052000", "1114054000", "1162068500"],
        ),
        (  # SGIS: statistics codes, which share numbers with the official ones
            {"ADM_CD": [1102052, 1102054, 1121068], "ADM_NM": ["소공동", "회현동", "신사동"]},
            ["1102052", "1102054", "1121068"],
        ),
        (
            {"ADM_DR_CD": ["11020520", "11020540", "11210680"], "ADM_DR_NM": ["소공동", "회현동", "신사동"]},
            ["11020520", "11020540", "11210680"],
        ),
    ],
)
def test_other_publishers(tmp_path, columns, codes):
    area = read_area(save(tmp_path, columns, name="dong.shp"))
    assert area["dong_code"].tolist() == codes
    assert area["ward_code"].tolist() == ["11140", "11140", "11620"]
    assert area["ward_name"].tolist() == ["중구", "중구", "관악구"]
    assert area["dong_name"].tolist() == ["소공동", "회현동", "신사동"]


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({"wards": ["중구"]}, ["소공동", "회현동"]),
        ({"wards": ["서울특별시 중구"]}, ["소공동", "회현동"]),
        ({"wards": ["11140"]}, ["소공동", "회현동"]),
        ({"wards": ["1162000000", "중구"]}, ["소공동", "회현동", "신사동"]),
        ({"dongs": ["신사동"]}, ["신사동"]),
        ({"dongs": ["중구 회현동", "1162068500"]}, ["회현동", "신사동"]),
        ({"wards": ["중구"], "dongs": ["소공동"]}, ["소공동"]),
    ],
)
def test_wards_and_dongs_by_name_and_code(tmp_path, chosen, names):
    area = read_area(save(tmp_path, ADMDONGKOR), **chosen)
    assert area["dong_name"].tolist() == names
    assert area.index.tolist() == list(range(len(names)))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"wards": ["중규"]}, "중규.*did you mean 중구"),
        ({"wards": ["11020"]}, "11020.*관악구, 중구"),  # the statistics code of a ward is no official one
        ({"dongs": ["소곤동"]}, "did you mean 소공동"),
        ({"wards": ["중구"], "dongs": ["신사동"]}, "no dong"),
    ],
)
def test_nothing_matched_names_what_there_is(tmp_path, chosen, said):
    with pytest.raises(AreaError, match=said):
        read_area(save(tmp_path, ADMDONGKOR), **chosen)


def test_one_name_in_two_wards_must_be_told_apart(tmp_path):
    columns = ADMDONGKOR | {"adm_nm": ["서울특별시 중구 신사동", *ADMDONGKOR["adm_nm"][1:]]}
    path = save(tmp_path, columns)
    with pytest.raises(AreaError, match="관악구 신사동, 중구 신사동"):
        read_area(path, dongs=["신사동"])
    assert len(read_area(path, dongs=["관악구 신사동"])) == 1


def test_a_bow_tie_is_repaired_and_parts_of_a_dong_are_one(tmp_path):
    bow = Polygon([(953_000, 1_950_000), (954_000, 1_951_000), (954_000, 1_950_000), (953_000, 1_951_000)])
    columns = {key: [*values[:2], values[1]] for key, values in ADMDONGKOR.items()}
    area = read_area(save(tmp_path, columns, [bow, *SQUARES[1:]]))
    assert area.geometry.is_valid.all()
    assert area.geometry.area.round(-2).tolist() == [500_000, 2_000_000]


def test_overlong_shapes_keep_their_polygons_only(tmp_path):
    spike = Polygon(
        [
            (953_000, 1_950_000),
            (954_000, 1_950_000),
            (955_000, 1_950_000),
            (954_000, 1_950_000),
            (953_500, 1_951_000),
        ]
    )
    area = read_area(save(tmp_path, ADMDONGKOR, [spike, MultiPolygon(SQUARES[1:2]), SQUARES[2]]))
    assert set(area.geom_type) <= {"Polygon", "MultiPolygon"}
    assert area.geometry.is_valid.all()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: save(folder, ADMDONGKOR | {"sggnm": ["중구", None, "관악구"]}, name="a.gpkg"), None),
        (
            lambda folder: save(folder, ADMDONGKOR | {"adm_cd2": ["1", None, "2"]}, name="a.gpkg"),
            "without its code",
        ),
        (
            lambda folder: save(
                folder, ADMDONGKOR, [LineString([(953_000, 1_950_000), (953_001, 1_950_001)]), *SQUARES[1:]]
            ),
            "no polygon: '소공동: linestring'",
        ),
        (lambda folder: save(folder, {"a": []}, [], name="a.gpkg"), "holds no districts"),
    ],
)
def test_files_that_are_no_map_of_dongs(tmp_path, make, said):
    path = make(tmp_path)
    if said is None:  # the ward's name follows from its code
        assert read_area(path)["ward_name"].tolist() == ["중구", "중구", "관악구"]
        return
    with pytest.raises(AreaError, match=said):
        read_area(path)


def test_missing_broken_and_unprojected_files(tmp_path, caplog):
    with pytest.raises(MissingFileError):
        read_area(tmp_path / "none.geojson")
    text = tmp_path / "a.geojson"
    text.write_text("이것은 지도가 아니다", encoding="utf-8")
    with pytest.raises(AreaError, match="no map file"):
        read_area(text)
    path = save(tmp_path, ADMDONGKOR, name="dong.shp")
    known = read_area(path)
    path.with_suffix(".prj").unlink()
    assert read_area(path).geometry.equals(known.geometry)
    assert "names no coordinate system; its numbers fit EPSG:5179 only" in caplog.text
    tm = gpd.GeoSeries(SQUARES, crs=5179).to_crs(5186)
    ambiguous = save(tmp_path, ADMDONGKOR, list(tm), name="tm.shp", crs=5186)
    ambiguous.with_suffix(".prj").unlink()
    with pytest.raises(AreaError, match="prj"):
        read_area(ambiguous)


def test_output_areas_from_centroids_and_polygons(tmp_path):
    csv = tmp_path / "oa.csv"
    csv.write_text(
        "X,Y,ADM_DR_CD,TOT_OA_CD\n126.98,37.56,1102052,1102052010002 \n126.97,37.55,1102052,1102052010001 \n"
    )
    points = read_output_areas(csv, crs="EPSG:5179")
    assert points["oa_code"].tolist() == ["1102052010001", "1102052010002"]
    assert points.to_crs(4326).geometry.x.round(6).tolist() == [126.97, 126.98]
    declared = save(tmp_path, {"TOT_REG_CD": ["2", "1", "3"]}, name="oa.gpkg")
    inside = read_output_areas(declared, crs="EPSG:5179")
    assert inside["oa_code"].tolist() == ["1", "2", "3"]
    assert [
        shape.contains(point)
        for shape, point in zip((SQUARES[1], SQUARES[0], SQUARES[2]), inside.geometry, strict=True)
    ]
    assert inside.geometry.iloc[0].within(SQUARES[1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("X,Y,N\n1,2,3\n", "code of an output area"),
        ("TOT_OA_CD,Z\n1,2\n", "coordinates"),
        ("X,Y,TOT_OA_CD\n가,2,1\n", "row 2.*no number"),
    ],
)
def test_bad_output_areas(tmp_path, text, said):
    path = tmp_path / "oa.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AreaError, match=said):
        read_output_areas(path, crs="EPSG:5179")


@pytest.mark.real
def test_seoul(shared_data):
    folder = shared_data / "boundaries"
    area = read_area(folder / "dong__202104.geojson")
    assert len(area) == 425
    assert area.geometry.area.sum() / 1e6 == pytest.approx(606.97, abs=0.01)
    wards = pd.read_csv(shared_data / "wards.csv", dtype=str)
    counts = area.groupby("ward_code").size()
    assert counts.to_dict() == dict(zip(wards["ward_code"], wards["dong_count"].astype(int), strict=True))
    assert len(read_area(folder / "dong__202104.geojson", wards=["중구"])) == 15
    assert len(read_output_areas(folder / "output_area_centroid__2016.csv", crs="EPSG:5179")) == 19_445
    for name, count in (("mapo", 818), ("jung", 254)):  # one in metres, one in degrees, both declared
        points = read_output_areas(folder / f"output_area_{name}__2017.geojson", crs="EPSG:5179")
        assert len(points) == count
        assert points.geometry.x.between(930_000, 975_000).all()
