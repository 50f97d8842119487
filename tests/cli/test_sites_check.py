"""``sharemap sites check``: one file explained; the stage ``sharemap sites`` goes on working beside it."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
import xlsxwriter
from typer.testing import CliRunner

from page_loads import leftovers
from sharemap import pipeline
from sharemap.cli import app
from sharemap.errors import OutputError, SiteFileError, StudyError
from sharemap.findings.checked import explained
from sharemap.sites.checking import check_file

TEXT = """연번,도서관명,도서관유형,열람좌석수,소재지도로명주소,위도,경도,비고
1,가온도서관,공공도서관,20,중구 을지로 1,37.5665,126.9780,
2,가온도서관,공공도서관,20,중구 을지로 1,37.5665,126.9780,
3,누리도서관,작은도서관,10,중구 을지로 2,126.9790,37.5670,
4,다솜도서관,작은도서관,10,중구 을지로 3,0,0,
5,라온도서관,작은도서관,10,부산 중구 중앙대로 1,35.1,129.03,
6,마루도서관(개관 예정),작은도서관,10,중구 을지로 5,37.5680,126.9800,
"""


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "목록.csv"
    path.write_bytes(TEXT.encode("cp949"))
    return path


def call(*args):
    return CliRunner().invoke(app, ["sites", "check", *map(str, args)])


def test_a_file_is_explained_in_korean(listed):
    result = call(listed)
    assert result.exit_code == 0
    for said in (
        "인코딩: cp949", "머리글 행: 1", "도서관·작은도서관 (library), 자동 판별", "전국도서관표준데이터",
        "위도 ← 위도", "쓰지 않은 열: 연번, 비고", "좌표계: EPSG:4326", "읽은 행 6 = 시설 2 + 묶인 행 1 + 제외 3",
        "좌표 없음(주소 좌표변환 대기): 1행", "5행 다솜도서관: 0, 0", "7행 마루도서관(개관 예정)",
        "위도와 경도가 바뀌어 바로잡음: 1행", "4행 누리도서관", "서울과 그 언저리 밖(서울의 어느 연구에서나 제외됨): 1행", "6행 라온도서관",
    ):  # fmt: skip
        assert said in result.output, said


def test_the_states_of_positions_are_counted_within_the_file(tmp_path):
    """Six doors of one road in the order of their numbers, and one that stands a kilometre from its number."""
    head = "연번,도서관명,도서관유형,열람좌석수,소재지도로명주소,위도,경도\n"
    rows = [(n, f"서울 중구 을지로 {n}", 37.5665, 126.98 + n / 8837.0) for n in range(10, 130, 20)]
    rows.append((30, "서울 중구 을지로 31", 37.5565, 126.98))
    text = head + "".join(
        f"{n},도서관{n}{lat},공공도서관,20,{address},{lat},{lon:.7f}\n" for n, address, lat, lon in rows
    )
    path = tmp_path / "도서관.csv"
    path.write_bytes(text.encode("cp949"))
    found = json.loads(call(path, "--layer", "library", "--json").output)
    assert found["positions"] == {"confirmed": 0, "plausible": 6, "contradicted": 1, "unverifiable": 0}
    assert sum(found["positions"].values()) == found["sites"]
    assert (
        "위치: 위치 확인됨 0 · 위치 타당 6 · 위치 의심 1 · 위치 미상 0"
        in call(path, "--layer", "library").output
    )


def test_json_says_the_same_and_adds_up(listed):
    result = call(listed, "--json")
    found = json.loads(result.output)
    assert (found["encoding"], found["header_rows"]) == ("cp949", [1])
    assert (found["layer"]["key"], found["source"], found["detected"]) == (
        "library",
        "library_standard",
        True,
    )
    assert found["rows_read"] == found["sites"] + found["folded"] + found["set_aside"] == 6
    assert sum(one["rows"] for one in found["problems"]) == found["set_aside"]
    assert {one["reason"]: one["examples"][0]["row"] for one in found["problems"]} == {
        "no_coordinates": 5,
        "not_operating": 7,
        "outside_area": 6,
    }
    assert found["matched"]["capacity"] == ["열람좌석수"]
    assert found["unmatched"] == ["연번", "비고"]
    assert found["candidates"][0]["layer"] == "library"
    assert found["error"] is None


def test_english_and_a_named_layer(listed):
    result = call(listed, "--lang", "en", "--layer", "library")
    assert "6 rows read = 2 sites + 1 folded + 3 set aside" in result.output
    assert "Library (library), as named" in result.output
    assert not re.search("[가-힣]", result.output.splitlines()[1])


def test_what_cannot_be_told_is_explained_and_fails(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("명칭,주소,위도,경도\n가온,을지로 1,37.5,127.0\n", encoding="utf-8")
    result = call(path)
    assert isinstance(result.exception, SiteFileError)
    assert result.exception.exit_code == 3
    assert "인코딩: utf-8" in result.output
    assert "공유서비스: 알 수 없음" in result.output
    assert call(path, "--layer", "bookshop").exit_code == 0


def test_what_cannot_be_read_fails_in_json_too(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"PK\x03\x04rest")
    result = call(path, "--json")
    assert result.exception.exit_code == 3
    assert "zip archive" in json.loads(result.output)["error"]


def test_a_layer_without_places_is_refused(listed):
    result = call(listed, "--layer", "home_sharing")
    assert isinstance(result.exception, StudyError)
    assert "has no places" in str(result.exception)


def test_sheets_are_named(tmp_path):
    path = tmp_path / "a.xlsx"
    header = ["도서관명", "도서관유형", "열람좌석수", "소재지도로명주소", "위도", "경도"]
    with xlsxwriter.Workbook(path) as book:
        for ward, latitude in (("중구", 37.56), ("동대문구", 0)):
            book.add_worksheet(ward).write_column(0, 0, [])
            sheet = book.get_worksheet_by_name(ward)
            sheet.write_row(0, 0, header)
            sheet.write_row(
                1,
                0,
                [f"{ward}도서관", "공공도서관", 5, f"{ward} 을지로 1", latitude, 126.9 if latitude else 0],
            )
        book.add_worksheet("안내 사항").write_row(0, 0, ["이 표는", "해마다 바뀝니다"])
    found = check_file(path)
    assert found.problems[0].examples[0].file == "a.xlsx#동대문구"
    assert found.points["file"].tolist() == ["a.xlsx#중구"]
    assert found.left_out == (("안내 사항", 1),)
    assert "a.xlsx#동대문구 2행 동대문구도서관" in "\n".join(explained(found))
    assert "제외한 시트·레이어: 안내 사항 (1행)" in "\n".join(explained(found))


HOSTILE = TEXT.replace("가온도서관", "<script>alert(1)</script>").replace("누리도서관", "누리\x1b[31m도서관")


def test_the_page_is_whole_escaped_and_loads_nothing(tmp_path):
    path = tmp_path / "목록.csv"
    path.write_text(HOSTILE, encoding="utf-8")
    chart = tmp_path / "map.html"
    result = call(path, "--map", chart)
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    page = chart.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert leftovers(page) == []
    drawing = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])  # noqa: S314  our own page
    assert len(drawing.findall("g")) == 2
    assert len(drawing.findall("g/path")) == 1  # the repaired one is a diamond
    assert sorted(tmp_path.iterdir()) == sorted([path, chart])


def test_the_picture_is_a_picture(listed, tmp_path):
    chart = tmp_path / "map.png"
    assert call(listed, "--map", chart).exit_code == 0
    assert chart.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["map.pdf", "none/map.html"])
def test_a_map_that_cannot_be_written(listed, tmp_path, name):
    result = call(listed, "--map", tmp_path / name)
    assert isinstance(result.exception, OutputError)
    assert sorted(tmp_path.iterdir()) == [listed]


def test_without_a_position_there_is_no_map(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("책방명,주소\n가온책방,을지로 1\n", encoding="utf-8")
    found = check_file(path)
    assert (found.rows_read, found.sites, found.set_aside) == (1, 0, 1)
    with pytest.raises(OutputError, match="nothing to draw"):
        pipeline.write_map(found, tmp_path / "a.html")


def test_the_stage_goes_on_working_beside_it(tmp_path):
    runner = CliRunner()
    assert "check" in runner.invoke(app, ["--help"]).output
    assert "study" in runner.invoke(app, ["sites", "--help"]).output.lower()
    out = str(tmp_path / "out")
    assert runner.invoke(app, ["network", "--out", out, "--quiet"]).exit_code == 0
    assert runner.invoke(app, ["sites", "--out", out, "--quiet"]).exit_code == 0
    assert len(pd.read_parquet(tmp_path / "out" / "sites.parquet"))
