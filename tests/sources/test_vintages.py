"""Each published schema in the ways it is really published: header styles, formats and wrappers."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
import xlsxwriter

from sharemap import sites
from sharemap.errors import SiteFileError
from sharemap.sources.sites import read_sites
from two_dongs import AREA, add_up

LAT, LON = "37.5665", "126.978"

#: layer, source, and one row under each of its published headers.
SCHEMAS = {
    "tbCycleStationInfo": ("bike_station", {"STA_LOC": "중구", "RENT_ID": "ST-10", "RENT_NO": "00108", "RENT_NM": "시청", "HOLD_NUM": "20", "STA_ADD1": "을지로 1", "STA_LAT": LAT, "STA_LONG": LON}),
    "bikeList": ("bike_station", {"rackTotCnt": "20", "stationName": "108. 시청", "parkingBikeTotCnt": "3", "stationLatitude": LAT, "stationLongitude": LON, "stationId": "ST-10"}),
    "bikeStationMaster old": ("bike_station", {"LENDPLACE_ID": "ST-10", "STATN_ADDR1": "을지로 1", "STATN_ADDR2": "시청", "STATN_LAT": LAT, "STATN_LNT": LON}),
    "bikeStationMaster new": ("bike_station", {"RNTLS_ID": "ST-10", "ADDR1": "을지로 1", "ADDR2": "시청", "LAT": LAT, "LOT": LON}),
    "NanumcarSpotList": ("car_share", {"LA": LAT, "LO": LON, "POSITN_CD": "1841", "ELCTYVHCLE_AT": "GA", "ADRES": "을지로 1", "POSITN_NM": "시청"}),
    "residnt_prior_parkng": ("parking_resident", {"거주자우선주차구획번호": "1", "거주자우선주차구역명": "가온길", "거주자우선주차구획위도": LAT, "거주자우선주차구획경도": LON, "소재지도로명주소": "중구 을지로 1", "운영형태": "전일"}),
    "GetParkInfo new": ("parking_public", {"PKLT_NM": "시청", "ADDR": "중구 을지로 1", "PKLT_CD": "1", "PKLT_KND_NM": "노외 주차장", "OPER_SE_NM": "시간제 주차장", "TPKCT": 1260.0, "WD_OPER_BGNG_TM": "0900", "WD_OPER_END_TM": "1800", "LAT": LAT, "LOT": LON}),
    "GetParkInfo old": ("parking_public", {"PARKING_NAME": "시청", "ADDR": "중구 을지로 1", "PARKING_CODE": "1", "CAPACITY": "1260", "LAT": LAT, "LNG": LON}),
    "prkplce_info": ("parking_public", {"prkplceNo": "1", "prkplceNm": "시청", "prkplceSe": "공영", "prkplceType": "노외", "rdnmadr": "중구 을지로 1", "lnmadr": "", "prkcmprt": "1,260", "weekdayOperOpenHhmm": "09:00", "weekdayOperColseHhmm": "18:00", "latitude": LAT, "longitude": LON}),
    "pblfclt_opn_info": ("open_facility", {"openFcltyNm": "회의실", "openLcNm": "가온동 주민센터", "openFcltyType": "회의실", "rdnmadr": "중구 을지로 1", "aceptncPosblCo": "30", "pchrgUseYn": "N", "latitude": LAT, "longitude": LON}),
    "ListPublicReservationInstitution": ("open_facility", {"SVCID": "S1", "MINCLASSNM": "강당", "SVCSTATNM": "접수중", "SVCNM": "대관", "PAYATNM": "무료", "PLACENM": "가온회관", "X": LAT, "Y": LON, "AREANM": "중구"}),
    "TbPublicWifiInfo": ("public_wifi", {"X_SWIFI_MGR_NO": "W1", "X_SWIFI_WRDOFC": "중구", "X_SWIFI_MAIN_NM": "시청", "X_SWIFI_ADRES1": "을지로 1", "X_SWIFI_INSTL_TY": "공공시설", "LAT": LON, "LNT": LAT}),
    "wifi file": ("public_wifi", {"관리번호": "W1", "자치구": "중구", "와이파이명": "시청", "도로명주소": "을지로 1", "설치기관": "서울시", "X좌표": LON, "Y좌표": LAT}),
    "wifi standard": ("public_wifi", {"관리번호": "W1", "설치장소명": "시청", "와이파이SSID": "free", "소재지도로명주소": "중구 을지로 1", "(WGS84)위도": LAT, "(WGS84)경도": LON}),
    "getToolRentalInfo": ("tool_library", {"NO": "1", "ATDRC": "중구", "BSNS_NM": "가온동 공구도서관", "POSES_THNG": "드릴", "ADRES": "을지로 1", "OPENTIME": "09:00~18:00"}),
    "TbSlibBookstoreInfo": ("bookshop", {"STORE_SEQ_NO": "2283", "STORE_NAME": "가온책방", "CODE_VALUE": "중구", "ADRES": "을지로 1", "STORE_TYPE_NAME": "새책방      ", "XCNTS": LAT, "YDNTS": LON}),
    "SeoulSmallLibraryInfo": ("library", {"LBRRY_SEQ_NO": "1", "LBRRY_NAME": "가온작은도서관", "ADRES": "을지로 1", "OP_TIME": "09:00~18:00", "XCNTS": LAT, "YDNTS": LON}),
    "public_lbrry": ("library", {"lbrryNm": "가온도서관", "ctprvnNm": "서울특별시", "lbrrySe": "작은도서관", "seatCo": "20", "rdnmadr": "중구 을지로 1", "latitude": LAT, "longitude": LON}),
    "I2857": ("shared_kitchen", {"LCNS_NO": "1", "BSSH_NM": "가온 공유주방", "TELNO": "02-1", "ADDR": "서울특별시 중구 을지로 1"}),
    "ruse_cnter": ("repair_shop", {"ruseCnterNm": "가온재활용센터", "rdnmadr": "중구 을지로 1", "trtmntPrdlst": "가구", "latitude": LAT, "longitude": LON}),
    "eshare list": ("parking_annexed", {"rsrcNo": "R1", "rsrcNm": "가온빌딩 부설주차장", "addr": "중구 을지로 1", "lot": LON, "latl": LAT}),
    "eshare detail": ("parking_annexed", {"rsrcNo": "R1", "rsrcClsNm": "부설주차장", "rsrcNm": "가온빌딩", "addr": "중구 을지로 1", "lot": LON, "lat": LAT, "usePsblYn": "Y", "freeYn": "Y"}),
    "holiPark": ("parking_annexed", {"rsrc_nm": "가온빌딩", "addr": "중구 을지로 1", "park_type": "부설", "lo_val": LON, "la_val": LAT}),
}  # fmt: skip
CASES = {"as": str, "upper": str.upper, "lower": str.lower, "bare": lambda name: name.replace("_", "")}
FORMATS = ("csv", "cp949", "xlsx", "rows", "items", "item", "list")


def written(folder, record, how):
    """Return a file with one record, in one of the ways in which portals publish."""
    path = folder / f"a.{ {'csv': 'csv', 'cp949': 'csv', 'xlsx': 'xlsx'}.get(how, 'json') }"
    if how in {"csv", "cp949"}:
        encoding = "utf-8-sig" if how == "csv" else "cp949"
        pd.DataFrame([record]).to_csv(path, index=False, encoding=encoding, quoting=1)
    elif how == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, list(record))
            sheet.write_row(1, 0, [str(cell) for cell in record.values()])
    else:
        ok = {"RESULT": {"CODE": "INFO-000", "MESSAGE": "정상"}}
        answers = {
            "rows": {"svc": {"list_total_count": "1", **ok, "row": record}},
            "items": {
                "response": {"header": {"resultCode": "00"}, "body": {"items": [record], "totalCount": "1"}}
            },
            "item": {"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": record}}}},
            "list": [record],
        }
        path.write_text(json.dumps(answers[how], ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_in_every_style_is_one(tmp_path, schema):
    layer, record = SCHEMAS[schema]
    styles = [(how, "as") for how in FORMATS] + [("csv", case) for case in CASES]
    frames = []
    for how, case in styles:
        styled = {CASES[case](name): value for name, value in record.items()}
        rows = read_sites(written(tmp_path, styled, how), layer=layer)
        assert rows.rows_read == 1
        frames.append(rows.frame.drop(columns="row"))
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], frame)
    expected = "no_coordinates" if layer in {"tool_library", "shared_kitchen"} else ""
    assert frames[0]["reason"].tolist() == [expected]
    if not expected:
        found = gpd.GeoSeries.from_xy(frames[0]["x"], frames[0]["y"], crs=5179).to_crs(4326)[0]
        assert (found.y, found.x) == pytest.approx((float(LAT), float(LON)), abs=1e-6)


@pytest.mark.parametrize("schema", [name for name in SCHEMAS if not name.startswith("eshare list")])
def test_every_schema_is_detected(tmp_path, schema):
    layer, record = SCHEMAS[schema]
    assert read_sites(written(tmp_path, record, "list")).layer.key == layer


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
@pytest.mark.parametrize("crs", [4326, 5179, 5174, 5181, 5186])
def test_map_files_of_any_crs_with_short_or_cp949_fields(tmp_path, suffix, crs):
    if suffix == "geojson" and crs != 4326:
        pytest.skip("GeoJSON is in WGS84")
    point = gpd.GeoSeries.from_xy([float(LON)], [float(LAT)], crs=4326)
    frame = gpd.GeoDataFrame({"명칭": ["가온도서관"], "주소": ["중구 을지로 1"]}, geometry=point, crs=4326)
    path, frame = tmp_path / f"a.{suffix}", frame.to_crs(crs)
    if suffix == "parquet":
        frame.to_parquet(path)
    elif suffix == "shp":
        frame.to_file(path, encoding="cp949")
        path.with_suffix(".cpg").unlink()
    else:
        frame.to_file(path)
    read = read_sites(path, layer="library").frame
    assert read["name"].tolist() == ["가온도서관"]
    found = gpd.GeoSeries.from_xy(read["x"], read["y"], crs=5179).to_crs(4326)[0]
    assert (found.y, found.x) == pytest.approx((float(LAT), float(LON)), abs=2e-6)


@pytest.mark.parametrize("crs", [4326, 5179])
def test_a_shapefile_without_prj_and_cpg_is_read_when_its_numbers_fit_one_crs_only(tmp_path, crs, caplog):
    path = tmp_path / "a.shp"
    point = gpd.GeoSeries.from_xy([float(LON)], [float(LAT)], crs=4326).to_crs(crs)
    gpd.GeoDataFrame({"명칭": ["가온"]}, geometry=point, crs=crs).to_file(path, encoding="cp949")
    for suffix in (".prj", ".cpg"):
        path.with_suffix(suffix).unlink()
    with caplog.at_level("WARNING", logger="sharemap"):
        read = read_sites(path, layer="library").frame
    found = gpd.GeoSeries.from_xy(read["x"], read["y"], crs=5179).to_crs(4326)[0]
    assert (found.y, found.x) == pytest.approx((float(LAT), float(LON)), abs=2e-6)
    assert read["name"].tolist() == ["가온"]
    assert f"EPSG:{crs}" in caplog.text


def test_a_shapefile_without_prj_is_refused_not_guessed(tmp_path):
    path = tmp_path / "a.shp"
    point = gpd.GeoSeries.from_xy([float(LON)], [float(LAT)], crs=4326).to_crs(5181)
    gpd.GeoDataFrame({"명칭": ["가온"]}, geometry=point, crs=5181).to_file(path, encoding="cp949")
    path.with_suffix(".prj").unlink()
    with pytest.raises(SiteFileError, match="coordinate system"):
        read_sites(path, layer="library")


def test_two_vintages_of_one_file_are_the_same_sites(tmp_path):
    old = {"LBRRY_SEQ_NO": "1", "LBRRY_NAME": "가온도서관", "ADRES": "을지로 1", "XCNTS": LAT, "YDNTS": LON}
    new = {
        "도서관명": "가온도서관",
        "도서관유형": "공공도서관",
        "열람좌석수": "20",
        "소재지도로명주소": "중구 을지로 1",
        "위도": LAT,
        "경도": LON,
    }
    files = []
    for name, record in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        files.append(read_sites(written(tmp_path / name, record, "cp949"), layer="library"))
    area = AREA.set_geometry(AREA.geometry)
    tables = add_up(sites.build(files, area, surroundings_m=1e6))
    assert len(tables.sites) == 1
    assert tables.sites["rows"].item() == 2
    assert tables.counts["folded"].sum() == 1
    assert tables.sites["capacity"].item() == 20.0
