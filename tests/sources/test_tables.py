"""Published files of every kind and defect -> raw tables, or a clear refusal."""

from __future__ import annotations

import json
import time
import unicodedata

import geopandas as gpd
import pandas as pd
import pytest
import xlsxwriter
from shapely.geometry import Point, box

from sharemap.errors import MissingFileError, SiteFileError
from sharemap.sources.published import read_table

KNOWN = ("명칭", "주소", "위도", "경도", "대여소번호", "상세주소", "거치대수", "보관소(대여소)명")
PLAIN = "명칭,주소,위도,경도\n가,중구 을지로 1,37.5,127.0\n나,중구 을지로 2,37.6,127.1\n"


def write(folder, name, content, encoding="utf-8"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp949", "cp949"), ("utf-16", "utf-16")],
)
def test_encodings_are_found_and_reported(tmp_path, encoding, reported):
    table = read_table(write(tmp_path, "a.csv", PLAIN, encoding), known=KNOWN)
    assert table.encoding == reported
    assert table.frame.to_dict("list")["명칭"] == ["가", "나"]
    assert table.rows.tolist() == [2, 3]
    assert table.header_rows == (1,)


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_delimiters_are_found(tmp_path, mark):
    table = read_table(write(tmp_path, "a.txt", PLAIN.replace(",", mark)), known=KNOWN)
    assert list(table.frame) == ["명칭", "주소", "위도", "경도"]


def test_cells_stay_as_published_and_rows_count_like_a_spreadsheet(tmp_path):
    text = '명칭,주소,위도,경도\n 가 ,"을지로 1\n2층",037.50,127\n\n,,,\n나,"a,b",0,"1,234"\n'
    table = read_table(write(tmp_path, "a.csv", text), known=KNOWN)
    assert table.frame.iloc[0].tolist() == [" 가 ", "을지로 1\n2층", "037.50", "127"]
    assert table.frame.iloc[1].tolist() == ["나", "a,b", "0", "1,234"]
    assert table.rows.tolist() == [
        2,
        5,
    ]  # the line break in a cell makes no row, blank rows keep their number


def test_trailing_commas_duplicate_and_decomposed_headers(tmp_path):
    header = unicodedata.normalize("NFD", "명칭,위도,경도,비고,비고,")
    table = read_table(write(tmp_path, "a.csv", f"{header}\n가,37,127,x,y,\n나,37,127,x,y,\n"), known=KNOWN)
    names = [unicodedata.normalize("NFC", name) for name in table.frame]
    assert names == ["명칭", "위도", "경도", "비고", "비고 (2)"]
    assert table.frame.iloc[0].tolist()[-2:] == ["x", "y"]


def test_more_cells_than_headers_are_kept_not_lost(tmp_path):
    table = read_table(write(tmp_path, "a.csv", "명칭,위도\n가,37,넘침\n"), known=KNOWN)
    assert table.frame.iloc[0].tolist() == ["가", "37", "넘침"]


MERGED = [
    [
        "대여소\n번호",
        "보관소(대여소)명",
        "소재지(위치)",
        "",
        "",
        "",
        "설치\n시기",
        "설치형태",
        "",
        "운영\n방식",
    ],
    ["", "", "자치구", "상세주소", "위도", "경도", "", "LCD", "QR", ""],
    ["", "", "", "", "", "", "", "거치\n대수", "거치\n대수", ""],
    ["", "", "", "", "", "", "", "", "", ""],
    ["", "", "", "", "", "", "", "", "", ""],
    ["301", "경복궁역", "종로구", "사직로 130", "37.575794", "126.97145", "2015-10-07", "20", "", "LCD"],
    ["302", "광화문역", "종로구", "세종로 1", "37.571769", "126.97466", "2015-10-07", "", "8", "QR"],
]
MERGED_NAMES = [
    "대여소 번호", "보관소(대여소)명", "자치구", "상세주소", "위도", "경도", "설치 시기", "LCD 거치 대수", "QR 거치 대수", "운영 방식",
]  # fmt: skip


def test_five_merged_header_rows_of_a_csv(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame(MERGED).to_csv(path, header=False, index=False, encoding="cp949")
    table = read_table(path)
    assert list(table.frame) == MERGED_NAMES
    assert table.rows.tolist() == [6, 7]


def test_five_merged_header_rows_of_a_workbook_below_another_sheet(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("안내").write_row(0, 0, ["이 파일은", "안내문이다"])
        sheet = book.add_worksheet("대여소현황")
        for number, row in enumerate(MERGED):
            sheet.write_row(
                number, 0, [float(cell) if cell.replace(".", "").isdigit() else cell for cell in row]
            )
    table = read_table(path)
    assert (table.sheet, table.encoding) == ("대여소현황", "binary")
    assert list(table.frame) == MERGED_NAMES
    assert table.rows.tolist() == [6, 7]
    assert table.frame["대여소 번호"].tolist() == ["301", "302"]  # whole numbers are not published as 301.0


def test_titles_above_and_api_codes_below_the_header(tmp_path):
    text = "2026년 현황\n\n관리번호,명칭,위도,경도\nmng_no,bplc_nm,lat,lot\nA1,가,37.5,127.0\n"
    table = read_table(write(tmp_path, "a.csv", text), known=("관리번호", *KNOWN))
    assert table.frame.to_dict("records") == [
        {"관리번호": "A1", "명칭": "가", "위도": "37.5", "경도": "127.0"}
    ]
    assert table.header_rows == (3, 4)
    assert table.rows.tolist() == [5]


def test_a_row_of_flags_is_no_header(tmp_path):
    text = "명칭,주소,개방\n사직동 공구함,중구 을지로,Y\n교남동 공구함,중구 퇴계로,N\n"
    assert len(read_table(write(tmp_path, "a.csv", text)).frame) == 2


ONE = {"명칭": "가", "위도": 37.5}
SHAPES = {
    "seoul": {
        "svc": {"list_total_count": 1, "RESULT": {"CODE": "INFO-000", "MESSAGE": "정상"}, "row": [ONE]}
    },
    "seoul, one row as an object": {"svc": {"RESULT": {"CODE": "INFO-000"}, "row": ONE}},
    "old seoul dump": {"DESCRIPTION": {"명칭": "이름"}, "DATA": [ONE]},
    "data.go.kr list": {
        "response": {"header": {"resultCode": "00"}, "body": {"items": [ONE], "totalCount": "1"}}
    },
    "data.go.kr item list": {
        "response": {"header": {"resultCode": "00"}, "body": {"items": {"item": [ONE]}}}
    },
    "data.go.kr one item": {"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": ONE}}}},
    "eshare": {"resultCode": "00", "data": [ONE]},
    "plain": [ONE],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_json_envelope_gives_its_records(tmp_path, shape):
    table = read_table(write(tmp_path, "a.json", json.dumps(SHAPES[shape], ensure_ascii=False)))
    assert table.frame.to_dict("records") == [{"명칭": "가", "위도": "37.5"}]
    assert table.rows.tolist() == [1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"svc": {"RESULT": {"CODE": "INFO-200", "MESSAGE": "없음"}}}', "INFO-200"),
        ('{"RESULT": {"CODE": "INFO-100", "MESSAGE": "인증키"}}', "INFO-100"),
        ('{"CODE": "ERROR-336", "MESSAGE": "1000"}', "ERROR-336"),
        ('{"response": {"header": {"resultCode": "03", "resultMsg": "NODATA"}, "body": null}}', "NODATA"),
        ("<RESULT><CODE>INFO-100</CODE></RESULT>", "XML"),
        ('{"svc": ', "no JSON"),
        ("[]", "no records"),
        ('{"svc": {"row": []}}', "no records"),
    ],
)
def test_errors_that_come_as_data_are_errors(tmp_path, content, said):
    with pytest.raises(SiteFileError, match=said):
        read_table(write(tmp_path, "a.json", content))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b" \r\n ", "empty"),
        ("a.csv", b"PK\x03\x04rest", "zip archive or an Excel"),
        ("a.csv", b"\x89PNG\r\n\x00\x00", "binary"),
        ("a.csv", "명칭,위도\n가,".encode() + b"\xff\xff\n", "row 2.*cp949|cp949"),
        (
            "a.csv",
            ("명칭,주소\n" + "가나다라마바사,아자차카타파하\n" * 40).encode() + b"\xea\xb0\n",
            "row 42.*utf-8",
        ),
        ("a.csv", "명칭,위도,경도\n", "no rows"),
        ("a.csv", '명칭,위도\n"가,37\n' + "나,37\n" * 200, "quotation mark"),
        ("a.xlsx", b"PK\x03\x04no workbook", "workbook"),
        ("a.geojson", "{}", "map file"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, name, content, said):
    path = write(tmp_path, name, content)
    with pytest.raises(SiteFileError, match=said) as caught:
        read_table(path, known=KNOWN)
    assert caught.value.file == str(path)
    assert caught.value.remedy


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(MissingFileError, match="does not exist"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(SiteFileError, match="cannot be read"):
        read_table(tmp_path)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
def test_map_files_give_longitudes_and_latitudes(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    shapes = [Point(127.0, 37.5), box(126.9, 37.4, 127.1, 37.6)]
    frame = gpd.GeoDataFrame({"name": ["가", "나"], "n": [1, None]}, geometry=shapes[:1] * 2, crs=4326)
    if suffix == "geojson":
        frame = frame.set_geometry(shapes, crs=4326)
    elif suffix != "geojson":
        frame = frame.to_crs(5179)
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    table = read_table(path)
    assert table.frame["name"].tolist() == ["가", "나"]
    assert table.frame["n"].tolist()[1] == ""
    assert table.lonlat["lon"].between(126.99, 127.01).all()
    assert table.lonlat["lat"].between(37.49, 37.51).all()


def test_a_shapefile_without_its_crs_says_so(tmp_path):
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"name": ["가"]}, geometry=[Point(1, 2)], crs=5179).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(SiteFileError, match="prj"):
        read_table(path)


def test_fifty_thousand_rows_in_seconds(tmp_path):
    path = tmp_path / "a.csv"
    row = ",".join(["명칭가나다", "서울특별시 중구 을지로 12", "37.5665", "126.978", *["값"] * 16])
    header = "명칭,주소,위도,경도," + ",".join(f"열린{i}" for i in range(16))
    path.write_text(header + "\n" + (row + "\n") * 50_000, encoding="cp949")
    start = time.perf_counter()
    assert len(read_table(path).frame) == 50_000
    assert time.perf_counter() - start < 10  # 2 s when alone on the machine


# ---------------------------------------------------------------------- marks that are never closed


def _sixty(broken_row=None, broken="", header="명칭,주소,위도,경도"):
    rows = [f"도서관{i},중구 을지로 {i},37.5,127.0" for i in range(61)]
    if broken_row is not None:
        rows[broken_row] = broken
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (_sixty(10, '"도서관10,중구 을지로 10,37.5,127.0'), 12),  # open to the end of the file
        (_sixty(60, '도서관60,중구 을지로 60,37.5,"127.0'), 62),  # in the last row: swallows only a break
        (_sixty(60, '도서관60,중구 을지로 60,37.5,"127.0').rstrip("\n"), 62),
        (
            _sixty(10, '"도서관10,중구 을지로 10,37.5,127.0').replace("도서관20,", '"도서관20, 분관",'),
            12,
        ),  # closed by the mark that opens a later cell
        (
            _sixty(10, '"도서관10,중구 을지로 10,37.5,127.0').replace("도서관11,", '"도서관11",'),
            12,
        ),  # the very next row
        (_sixty(10, '"도서관10,중구').replace("도서관20,", '도서관20",'), 12),  # closed where a cell ends
        (_sixty(10, '"도서관10,중구').replace("\n", "\r\n"), 12),
        (_sixty(10, '"두\n줄","을지로 10",37.5,"127.0'), 12),  # a good cell on two lines stands before it
        (_sixty(header='"명칭,주소,위도,경도'), 1),
    ],
)
def test_a_mark_that_swallows_rows_is_refused_with_its_row(tmp_path, text, row):
    path = write(tmp_path, "a.csv", text)
    with pytest.raises(SiteFileError, match="quotation mark") as caught:
        read_table(path, known=KNOWN)
    assert (caught.value.row, caught.value.file) == (row, str(path))
    assert "close the quotation mark" in caught.value.remedy


@pytest.mark.parametrize(
    "cell",
    [
        '"을지로 10\n(공원, 앞)"',
        '"첫째\n둘째\n셋째\n넷째\n다섯째\n여섯째"',
        '"평일 9시, 주말 10시\n월, 화 쉼\n책, 장난감\n공구, 우산\n끝"',
        '"그는 ""열린 문"" 이라 한다\n\n\n\n\n끝"',
        '"한 줄, 쉼표"',
        '21" 화면',
    ],
)
def test_cells_with_line_breaks_commas_and_marks_are_fine(tmp_path, cell):
    text = _sixty(10, f"도서관10,{cell},37.5,127.0")
    table = read_table(write(tmp_path, "a.csv", text), known=KNOWN)
    expected = cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
    assert len(table.frame) == 61
    assert table.frame["주소"][10] == expected
    assert table.rows.tolist() == list(range(2, 63))


@pytest.mark.real
def test_published_addresses_on_two_lines_are_read(shared_data):
    table = read_table(shared_data / "sites" / "bike_station__202306.csv")
    assert sum(table.frame[name].str.contains("\n").sum() for name in table.frame) == 10


# ---------------------------------------------------------------------- several sheets


def _book(path, sheets):
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


HEAD = ["명칭", "주소", "위도", "경도"]


def test_all_sheets_with_the_same_header_are_read_and_others_named(tmp_path, caplog):
    path = _book(
        tmp_path / "a.xlsx",
        {
            "안내": [["이 파일은"], ["안내문이다"]],
            "중구": [HEAD, ["가", "을지로 1", 37.5, 127.0], [], ["나", "을지로 2", 37.6, 127.1]],
            "빈 것": [],
            "종로구": [
                ["종로구 현황"],
                ["명 칭", "경도", "위도", "주소", "비고"],
                ["다", 126.9, 37.7, "사직로 3", "새"],
            ],
            "서식": [HEAD],
            "옛것": [["명칭", "주소"], ["라", "을지로 4"]],
        },
    )
    table = read_table(path, known=KNOWN)
    assert table.frame.to_dict("list") == {
        "명칭": ["가", "나", "다"],
        "주소": ["을지로 1", "을지로 2", "사직로 3"],
        "위도": ["37.5", "37.6", "37.7"],
        "경도": ["127", "127.1", "126.9"],
        "비고": ["", "", "새"],
    }
    assert table.rows.tolist() == [2, 4, 3]  # as each sheet shows them
    assert table.sheet == "중구, 종로구"
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warned) == 2
    assert "'안내' with 2 rows" in warned[0]
    assert "'옛것' with 2 rows" in warned[1]


def test_one_sheet_can_be_asked_for(tmp_path, caplog):
    sheets = {name: [HEAD, [name, "을지로", 37.5, 127.0]] for name in ("가", "나")}
    table = read_table(_book(tmp_path / "a.xlsx", sheets), known=KNOWN, sheet="나")
    assert (table.sheet, table.frame["명칭"].tolist()) == ("나", ["나"])
    assert not caplog.records


def test_sheets_without_known_headers_are_one_table_only_when_alike(tmp_path, caplog):
    sheets = {"가": [["p", "q"], ["1", "2"]], "나": [["p", "q"], ["3", "4"]], "다": [["p", "r"], ["5", "6"]]}
    table = read_table(_book(tmp_path / "a.xlsx", sheets), known=KNOWN)
    assert table.frame["q"].tolist() == ["2", "4"]
    assert "'다' with 2 rows" in caplog.text


# ---------------------------------------------------------------------- titles that look like JSON or XML


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
@pytest.mark.parametrize(
    "title", ["[붙임1] 도서관 현황,,", "<도서관 현황>", "{서식 2} 현황,,,", "<Libraries>,,"]
)
def test_titles_in_brackets_are_titles(tmp_path, title, suffix, encoding):
    table = read_table(write(tmp_path, f"a.{suffix}", f"{title}\n{PLAIN}", encoding), known=KNOWN)
    assert table.frame["명칭"].tolist() == ["가", "나"]
    assert table.rows.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"RESULT": {"CODE": "INFO-100", "MESSAGE": "인증키"}}', "INFO-100"),
        ("<RESULT><CODE>INFO-100</CODE></RESULT>", "XML"),
        ('<?xml version="1.0"?>\n<OpenAPI_ServiceResponse></OpenAPI_ServiceResponse>', "XML"),
        ("<!DOCTYPE html><html></html>", "XML"),
        ('{"svc": {"row": [', "no JSON"),
        ('[{"명칭": ', "no JSON"),
        ("[]", "no records"),
    ],
)
def test_answers_saved_as_csv_are_still_answers(tmp_path, content, said):
    with pytest.raises(SiteFileError, match=said):
        read_table(write(tmp_path, "a.csv", content), known=KNOWN)


def test_records_saved_as_csv_are_still_records(tmp_path):
    table = read_table(write(tmp_path, "a.csv", json.dumps({"DATA": [ONE]})), known=KNOWN)
    assert table.frame.to_dict("records") == [{"명칭": "가", "위도": "37.5"}]


@pytest.mark.parametrize(
    "answer",
    [
        {"DATA": [ONE, "bad", 5, None, ONE]},
        [ONE, None],
        {"svc": {"row": [ONE, [ONE]]}},
        {"response": {"body": {"items": {"item": [ONE, 5]}}}},
    ],
)
def test_a_json_record_that_is_no_object_is_refused_by_number(tmp_path, answer):
    with pytest.raises(SiteFileError, match="no object") as caught:
        read_table(write(tmp_path, "a.json", json.dumps(answer)))
    assert caught.value.row == 2
    assert caught.value.remedy


def test_lists_of_other_things_beside_the_records_are_no_records(tmp_path):
    answer = {"fields": ["명칭", "위도"], "places": [ONE]}
    assert len(read_table(write(tmp_path, "a.json", json.dumps(answer))).frame) == 1
