"""Other vintages of the published files, hostile files, and the layer found from the content."""

from __future__ import annotations

import io
import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import xlsxwriter
from pyproj import Transformer
from shapely.geometry import Point
from typer.testing import CliRunner

from sharemap.cli import app
from sharemap.errors import SiteFileError
from sharemap.sites.folding import fold
from sharemap.sources.detection import detect, rank
from sharemap.sources.sites import read_sites
from sharemap.sources.tables import read_table

# file: (layer, rows of PROVENANCE.md)
REAL = {
    "bike_station__202306.csv": ("bike_station", 2749),
    "bike_station_derived__202604.csv": ("bike_station", 2799),
    "bike_station_master__202509.csv": ("bike_station", 3385),
    "bike_station_openapi__201711.json": ("bike_station", 446),
    "car_share__2017.json": ("car_share", 1777),
    "library_standard__202607.csv": ("library", 3555),
    "public_library__202604.csv": ("library", 215),
    "open_facility_standard__202010.csv": ("open_facility", 6643),
    "parking_public__202506.csv": ("parking_public", 8503),
    "parking_standard__202301.csv": ("parking_public", 14651),
    "public_wifi_standard__2022.csv": ("public_wifi", 14828),
    "tool_library__2019.csv": ("tool_library", 166),
    "toy_library__2014.csv": ("toy_library", 41),
}


def adds_up(rows):
    group = fold(rows).rows["group"]
    sites = group[group >= 0].nunique()
    folded = int((group >= 0).sum()) - sites
    aside = rows.frame.loc[group.to_numpy() < 0]
    assert rows.rows_read == sites + folded + len(aside)
    assert (aside["reason"] != "").all()
    return sites, folded, len(aside)


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_every_real_file_is_recognised_and_adds_up(shared_data, name):
    layer, count = REAL[name]
    rows = read_sites(shared_data / "sites" / name)
    assert (rows.layer.key, rows.rows_read) == (layer, count)
    sites, _, _ = adds_up(rows)
    assert sites > 0


@pytest.mark.real
def test_the_damaged_sample_of_the_walking_network_is_no_layer(shared_data):
    with pytest.raises(SiteFileError, match="do not tell which shared service"):
        read_sites(shared_data / "sites" / "walk_network_official_sample__202408.csv")


# Published schemas (research/data_sources.md): layer, record; one record of each publication.
LL = ("37.5665", "126.9780")
HERE = tuple(map(round, Transformer.from_crs(4326, 5179, always_xy=True).transform(126.978, 37.5665)))
SCHEMAS = {
    "tbCycleStationInfo": ("bike_station", {"STA_LOC": "중구", "RENT_ID": "ST-10", "RENT_NO": "00108", "RENT_NM": "시청", "RENT_ID_NM": "108. 시청", "HOLD_NUM": "10", "STA_ADD1": "중구 세종대로 110", "STA_ADD2": "", "STA_LAT": LL[0], "STA_LONG": LL[1]}),
    "bikeList": ("bike_station", {"rackTotCnt": "10", "stationName": "108. 시청", "parkingBikeTotCnt": "3", "shared": "30", "stationLatitude": LL[0], "stationLongitude": LL[1], "stationId": "ST-10"}),
    "master, older": ("bike_station", {"LENDPLACE_ID": "ST-10", "STATN_ADDR1": "중구 세종대로 110", "STATN_ADDR2": "시청", "STATN_LAT": LL[0], "STATN_LNT": LL[1]}),
    "NanumcarSpotList": ("car_share", {"ENTRPS": "그린카", "LA": LL[0], "LO": LL[1], "POSITN_CD": "1841", "ELCTYVHCLE_AT": "GA", "ADRES": "중구 태평로1가 31", "POSITN_NM": "시청"}),
    "resident parking": ("parking_resident", {"거주자우선주차구획번호": "1", "거주자우선주차구역명": "시청앞", "거주자우선주차구획위도": LL[0], "거주자우선주차구획경도": LL[1], "소재지도로명주소": "중구 세종대로 110", "운영형태": "전일", "사용시간대정보": "전일", "관리기관명": "중구"}),
    "GetParkInfo": ("parking_public", {"PKLT_NM": "시청 공영주차장", "ADDR": "중구 태평로1가 31", "PKLT_CD": "171721", "PKLT_KND": "NW", "OPER_SE": "1", "OPER_SE_NM": "시간제 주차장", "TELNO": "", "TPKCT": "1,260", "WD_OPER_BGNG_TM": "0", "WD_OPER_END_TM": "2400", "LAT": LL[0], "LOT": LL[1]}),
    "GetParkInfo, older": ("parking_public", {"PARKING_NAME": "시청 공영주차장", "ADDR": "중구 태평로1가 31", "PARKING_CODE": "171721", "CAPACITY": 12, "WEEKDAY_BEGIN_TIME": "0900", "WEEKDAY_END_TIME": "1800", "LAT": LL[0], "LNG": LL[1]}),
    "car parks, standard API": ("parking_public", {"prkplceNo": "1", "prkplceNm": "시청 공영주차장", "prkplceSe": "공영", "prkplceType": "노외", "rdnmadr": "서울특별시 중구 세종대로 110", "lnmadr": "", "prkcmprt": "12", "weekdayOperOpenHhmm": "09:00", "weekdayOperColseHhmm": "18:00", "latitude": LL[0], "longitude": LL[1]}),
    "car parks, annexed": ("parking_annexed", {"prkplceNo": "1", "prkplceNm": "빌딩", "prkplceSe": "공영", "prkplceType": "부설", "rdnmadr": "서울특별시 중구 세종대로 110", "lnmadr": "", "prkcmprt": "12", "latitude": LL[0], "longitude": LL[1]}),
    "open facilities, API": ("open_facility", {"openFcltyNm": "회의실", "openLcNm": "시민청", "openFcltyType": "회의실", "weekdayOperOpenHhmm": "0900", "weekdayOperColseHhmm": "1800", "aceptncPosblCo": "20", "rdnmadr": "서울특별시 중구 세종대로 110", "institutionNm": "서울시", "latitude": LL[0], "longitude": LL[1]}),
    "reservations": ("open_facility", {"GUBUN": "자체", "SVCID": "S1", "MAXCLASSNM": "공간시설", "MINCLASSNM": "회의실", "SVCSTATNM": "접수중", "SVCNM": "<b>회의실</b>", "PLACENM": "시민청", "X": LL[1], "Y": LL[0], "AREANM": "중구", "TELNO": ""}),
    "TbPublicWifiInfo": ("public_wifi", {"X_SWIFI_MGR_NO": "W1", "X_SWIFI_WRDOFC": "중구", "X_SWIFI_MAIN_NM": "시청", "X_SWIFI_ADRES1": "세종대로 110", "X_SWIFI_INSTL_TY": "3-1. 공공시설", "X_SWIFI_SVC_SE": "공공WiFi", "LAT": LL[1], "LNT": LL[0], "WORK_DTTM": "2023-01-01"}),
    "wifi file": ("public_wifi", {"관리번호": "W1", "자치구": "중구", "와이파이명": "시청", "도로명주소": "세종대로 110", "상세주소": "", "설치유형": "공공", "설치기관": "서울시", "서비스구분": "공공WiFi", "X좌표": LL[1], "Y좌표": LL[0], "작업일자": "2023-01-01"}),
    "bookshops": ("bookshop", {"STORE_SEQ_NO": 2283.0, "STORE_NAME": "새책방", "GU_CODE": "1", "CODE_VALUE": "중구", "ADRES": "중구 세종대로 110", "TEL_NO": "", "STORE_TYPE_NAME": "새책방      ", "XCNTS": LL[0], "YDNTS": LL[1]}),
    "libraries of Seoul": ("library", {"LBRRY_SEQ_NO": "1935", "LBRRY_NAME": "서울도서관", "GU_CODE": "1", "CODE_VALUE": "중구", "ADRES": "중구 세종대로 110", "TEL_NO": "", "OP_TIME": "09:00~21:00", "LBRRY_SE_NAME": "공공도서관", "XCNTS": LL[0], "YDNTS": LL[1]}),
    "libraries, standard API": ("library", {"lbrryNm": "서울도서관", "ctprvnNm": "서울특별시", "signguNm": "중구", "lbrrySe": "공공도서관", "seatCo": "1,000", "rdnmadr": "서울특별시 중구 세종대로 110", "phoneNumber": "", "latitude": LL[0], "longitude": LL[1], "referenceDate": "2026-01-01"}),
}  # fmt: skip


def upper_snake(name):
    """Spell a camelCase name as the portal's dumps do."""
    if name.isupper() or not name.isascii() or "_" in name:
        return name
    return "".join(f"_{mark}" if mark.isupper() else mark.upper() for mark in name)


def as_answer(path, record):
    answer = {"svc": {"list_total_count": "1", "RESULT": {"CODE": "INFO-000"}, "row": [record]}}
    path.with_suffix(".json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return path.with_suffix(".json")


def as_cp949(path, record):
    pd.DataFrame([record])[list(reversed(record))].to_csv(
        path.with_suffix(".csv"), index=False, encoding="cp949"
    )
    return path.with_suffix(".csv")


def as_dump(path, record):
    renamed = {upper_snake(name): value for name, value in record.items()}
    path.with_suffix(".json").write_text(json.dumps([renamed], ensure_ascii=False), encoding="utf-8-sig")
    return path.with_suffix(".json")


def as_workbook(path, record):
    with xlsxwriter.Workbook(path.with_suffix(".xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, len(record) - 1, "2026년 현황")
        sheet.write_row(2, 0, list(record))
        sheet.write_row(3, 0, list(record.values()))
    return path.with_suffix(".xlsx")


def as_geopackage(path, record):
    at = Point(float(LL[1]), float(LL[0]))
    gpd.GeoDataFrame([record], geometry=[at], crs=4326).to_crs(5186).to_file(path.with_suffix(".gpkg"))
    return path.with_suffix(".gpkg")


@pytest.mark.parametrize("write", [as_answer, as_cp949, as_dump, as_workbook, as_geopackage])
@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_published_schema_goes_in_in_every_form(tmp_path, schema, write):
    layer, record = SCHEMAS[schema]
    path = write(tmp_path / "file", record)
    named, detected = read_sites(path, layer=layer), read_sites(path)
    assert detected.layer.key == layer
    for rows in (named, detected):
        (one,) = rows.frame.to_dict("records")
        assert (one["reason"], round(one["x"]), round(one["y"])) == ("", *HERE)
    assert named.source.key == detected.source.key


def test_a_layer_is_not_guessed_without_evidence(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("명칭,주소,위도,경도\n가,중구 세종대로 110,37.5665,126.978\n", encoding="utf-8")
    with pytest.raises(SiteFileError, match="do not tell"):
        read_sites(path)
    assert read_sites(path, layer="shared_asset").rows_read == 1


def test_equal_evidence_names_the_candidates(tmp_path):
    record = SCHEMAS["car parks, standard API"][1] | {"prkplceNm": "빌딩"}
    path = tmp_path / "a.csv"
    pd.DataFrame([record, record | {"prkplceType": "부설"}]).to_csv(path, index=False)
    raw = read_table(path)
    kept = {one.layer.key: one.kept for one in rank(raw)}
    assert kept["parking_annexed"] == kept["parking_public"] == 0.5
    with pytest.raises(
        SiteFileError, match=r"parking_public \(.*parking_annexed \(|parking_annexed \(.*parking_public \("
    ):
        detect(raw)


def test_the_wrong_layer_is_refused_with_the_right_one(tmp_path):
    path = as_cp949(tmp_path / "a", SCHEMAS["NanumcarSpotList"][1] | {"name": "x"})
    with pytest.raises(SiteFileError, match="car_share"):
        read_sites(path, layer="shared_asset")


# ------------------------------------------------------------------------------- hostile files


def bomb(path, *, lie=False):
    """Write a workbook whose only sheet unpacks to 600 MB of zeros, small on the disk."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        block = bytes(2**24)
        for _ in range(38):
            member.write(block)
    if lie:
        data = bytearray(path.read_bytes())
        at = data.rindex(b"PK\x01\x02") + 24
        data[at : at + 4] = (1000).to_bytes(4, "little")
        path.write_bytes(data)
    return path


def locked(path):
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(99))
    return path


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def empty_book(path):
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    return path


def renamed_book(path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write_row(0, 0, ["명칭", "위도", "경도"])
    return written(path, buffer.getvalue())


HEAD = "명칭,주소,위도,경도\n"
HOSTILE = {
    "bomb": (lambda f: bomb(f / "a.xlsx"), "unpacks to more than"),
    "bomb that lies": (lambda f: bomb(f / "a.xlsx", lie=True), "unpacks to more than"),
    "password": (lambda f: locked(f / "a.xls"), "password"),
    "long cell": (
        lambda f: written(f / "a.csv", HEAD + "가," + "x" * 10_000_000 + ",37.5,127\n"),
        "field larger",
    ),
    "long cell in JSON": (
        lambda f: written(f / "a.json", json.dumps([{"명칭": "x" * 10_000_000}])),
        "1,000,000",
    ),
    "wide": (lambda f: written(f / "a.csv", ",".join(map(str, range(1_000_000))) + "\n1\n"), "4,000 columns"),
    "deep": (lambda f: written(f / "a.json", "[" * 200_000 + "]" * 200_000), "too deeply"),
    "renamed workbook": (lambda f: renamed_book(f / "a.csv"), "Excel workbook"),
    "empty workbook": (lambda f: empty_book(f / "a.xlsx"), "empty"),
    "binary": (lambda f: written(f / "a.csv", bytes(range(256)) * 100), "binary"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_one_clear_error(tmp_path, kind):
    make, said = HOSTILE[kind]
    path = make(tmp_path)
    with pytest.raises(SiteFileError, match=said) as caught:
        read_sites(path, layer="library")
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


# ------------------------------------------------------------------------------- sharemap sites check


def test_check_explains_a_file_in_both_spellings(tmp_path):
    record = SCHEMAS["TbPublicWifiInfo"][1]
    path = tmp_path / "a.csv"
    bad = record | {
        "X_SWIFI_MAIN_NM": "<script>x</script>",
        "X_SWIFI_ADRES1": "세종대로 9",
        "LAT": "0",
        "LNT": "0",
    }
    pd.DataFrame([record, record, bad]).to_csv(path, index=False, encoding="cp949")
    page = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["sites", "check", str(path), "--json", "--map", str(page)])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert [facts[key] for key in ("rows_read", "sites", "folded", "set_aside")] == [3, 1, 1, 1]
    assert (facts["layer"], facts["detected"], facts["encoding"]) == ("public_wifi", True, "cp949")
    assert facts["fixes"] == {"swapped": 2}
    assert facts["columns_matched"]["lat"] == ["LAT"]
    found = {one["problem"]: one for one in facts["problems"]}
    assert found["no_coordinates"]["examples"][0]["row"] == 4
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text
    korean = CliRunner().invoke(app, ["check", str(path)]).stdout
    assert "읽은 3행 = 시설 1 + 묶인 1 + 제외 1" in korean
    assert "3 rows read = 1 sites" in CliRunner().invoke(app, ["check", str(path), "--lang", "en"]).stdout


def test_check_of_nothing_readable_writes_nothing(tmp_path):
    path = written(tmp_path / "a.csv", b"")
    page = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["sites", "check", str(path), "--map", str(page)])
    assert isinstance(done.exception, SiteFileError)
    assert done.exception.exit_code == 3
    assert not page.exists()


def test_the_stage_called_sites_still_is_one():
    assert "Stage: sites and places" in CliRunner().invoke(app, ["sites", "--help"]).stdout
