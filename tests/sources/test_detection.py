"""Which layer a file is of: found from its headers and rows, never guessed; every published file goes in."""

from __future__ import annotations

import pandas as pd
import pytest

from sharemap import sites
from sharemap.catalog import Layer, Source, load
from sharemap.errors import SiteFileError, StudyError
from sharemap.sources.sites import detect, read_sites
from two_dongs import AREA, add_up

REAL = {
    "bike_station__202306.csv": ("bike_station", "bike_station_list", 2749),
    "bike_station_derived__202604.csv": ("bike_station", "bike_station_list", 2799),
    "bike_station_master__202509.csv": ("bike_station", "bike_station_master", 3385),
    "bike_station_openapi__201711.json": ("bike_station", "bike_station_list", 446),
    "car_share__2017.json": ("car_share", "car_share_spots", 1777),
    "library_standard__202607.csv": ("library", "library_standard", 3555),
    "open_facility_standard__202010.csv": ("open_facility", "open_facility_standard", 6643),
    "parking_public__202506.csv": ("parking_public", "parking_public_seoul", 8503),
    "parking_standard__202301.csv": ("parking_public", "parking_standard", 14651),
    "public_library__202604.csv": ("library", "library_seoul", 215),
    "public_wifi_standard__2022.csv": ("public_wifi", "public_wifi_standard", 14828),
    "tool_library__2019.csv": ("tool_library", "tool_library_derived", 166),
    "toy_library__2014.csv": ("toy_library", "toy_library_seoul", 41),
}


def table(folder, header, *rows, name="a.csv"):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_every_published_file_goes_in_by_layer_and_detected(shared_data, name):
    layer, source, rows = REAL[name]
    path = shared_data / "sites" / name
    named, found = read_sites(path, layer=layer), read_sites(path)
    assert (found.layer.key, found.source.key, found.rows_read) == (layer, source, rows)
    assert (named.source.key, named.rows_read) == (source, rows)
    pd.testing.assert_frame_equal(named.frame, found.frame)
    counts = add_up(sites.build([found], AREA, surroundings_m=1e7)).counts.iloc[0]
    assert counts["rows_read"] == rows
    assert counts["sites"] > 0


@pytest.mark.real
def test_every_published_file_is_named_in_the_table_above(shared_data):
    names = {path.name for path in (shared_data / "sites").iterdir()}
    assert names - set(REAL) == {"walk_network_official_sample__202408.csv"}  # a network, no sites


@pytest.mark.real
def test_the_official_network_is_no_list_of_sites(shared_data):
    with pytest.raises(SiteFileError, match=r"fit no shared service|cannot be told"):
        read_sites(shared_data / "sites" / "walk_network_official_sample__202408.csv")


def test_every_file_of_the_sample_is_told_or_its_candidates_are_named(root):
    import tomllib

    folder = root / "data" / "raw" / "sample"
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    found = {entry["file"]: detect(folder / entry["file"]).layer.key for entry in study["sites"]}
    assert found == {entry["file"]: entry["layer"] for entry in study["sites"]}


def test_words_in_the_names_tell_a_plain_list(tmp_path):
    rows = [
        f"{name},중구 을지로 {i},37.5,127.0" for i, name in enumerate(["가동 공구도서관", "나동 공구대여소"])
    ]
    found = detect(table(tmp_path, "명칭,주소,위도,경도", *rows))
    assert (found.layer.key, found.words) == ("tool_library", 1.0)


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("명칭,주소,위도,경도", "가온,을지로 1,37.5,127.0", "cannot be told.*name the layer"),
        (
            "rsrcNo,rsrcNm,addr,lot,lat",
            "1,가온,을지로 1,127.0,37.5",
            "several layers fit.*parking_annexed.*shared_space",
        ),
        ("a,b,c,d", "1,2,3,4", "fit no shared service.*a, b, c, d"),
        ("대여소번호,거치대수", "1,20", "fit no shared service"),
    ],
)
def test_weak_and_even_evidence_names_the_candidates(tmp_path, header, row, said):
    path = table(tmp_path, header, row)
    with pytest.raises(SiteFileError, match=said) as caught:
        read_sites(path)
    assert caught.value.file == str(path)
    assert "\n" not in str(caught.value)


def test_the_rows_decide_between_two_services_of_one_publication(tmp_path):
    header = "주차장관리번호,주차장명,주차장구분,주차장유형,소재지도로명주소,주차구획수,위도,경도"
    kerb = ["1,가온주차장,공영,노상,을지로 1,10,37.5,127.0"] * 5
    annexed = ["2,누리빌딩,민영,부설,을지로 2,10,37.5,127.0"] * 5
    assert detect(table(tmp_path, header, *kerb, annexed[0])).layer.key == "parking_public"
    assert detect(table(tmp_path, header, kerb[0], *annexed)).layer.key == "parking_annexed"


# ------------------------------------------------------------------------------- the wrong layer

STANDARD = (
    "도서관명,도서관유형,열람좌석수,소재지도로명주소,운영기관명,도서관전화번호,위도,경도,데이터기준일자"
)
LIBRARY = "가온도서관,작은도서관,20,중구 을지로 1,중구청,02-1,37.5,127.0,2026-01-01"


def test_a_layer_without_its_columns_names_the_one_that_fits(tmp_path):
    path = table(tmp_path, STANDARD, LIBRARY)
    with pytest.raises(
        SiteFileError, match=r"no column for the name of the layer bike_station.*도서관명.*대여소명"
    ) as caught:
        read_sites(path, layer="bike_station")
    assert "the layer library, which fits" in caught.value.remedy


def test_another_publication_is_refused_even_when_columns_of_its_name_are_there(tmp_path):
    path = table(tmp_path, STANDARD, LIBRARY)
    with pytest.raises(SiteFileError, match="전국도서관표준데이터, not of the layer toy_library") as caught:
        read_sites(path, layer="toy_library")
    assert 'use the layer library; if it is right as it is, name source = "toy_library_seoul"' in str(
        caught.value
    )
    assert read_sites(path, layer="toy_library", source="toy_library_seoul").rows_read == 1


def test_a_layer_of_the_study_may_read_any_publication(tmp_path):
    own = Layer(
        key="reading_room", name_ko="독서실", name_en="Reading room", group="space", role="space", colour="#112233",
        symbol="독", task="", sources=(Source(key="own", name_ko="목록", columns={"name": ("도서관명",), "lat": ("위도",), "lon": ("경도",)}),),
    )  # fmt: skip
    assert read_sites(table(tmp_path, STANDARD, LIBRARY), layer=own).rows_read == 1


def test_a_layer_of_the_study_can_be_detected_too(tmp_path):
    source = Source(
        key="own", name_ko="목록", columns={"name": ("독서실명",), "lat": ("위도",), "lon": ("경도",)}
    )
    own = Layer(
        key="reading_room", name_ko="독서실", name_en="Reading room", group="space", role="space", colour="#112233",
        symbol="독", task="", sources=(source,),
    )  # fmt: skip
    path = table(tmp_path, "독서실명,위도,경도", "가온,37.5,127.0")
    assert read_sites(path, catalog=load().with_layer(own)).layer.key == "reading_room"


def test_a_detected_layer_and_an_unknown_source(tmp_path):
    with pytest.raises(StudyError, match="no such source"):
        read_sites(table(tmp_path, STANDARD, LIBRARY), source="none")
    found = read_sites(table(tmp_path, STANDARD, LIBRARY), source="library_standard")
    assert found.source.key == "library_standard"
