"""Positions in doubt where people read them: the sheet that goes back to publishers, the card of a site, the corrected rows."""

from __future__ import annotations

import io
import json
import re

import openpyxl
import pandas as pd
import pytest

from runs import run_of
from sharemap import exports, maps
from sharemap.findings.positions import reason
from town import town

ANSWERS = ["[답] 맞는 위도", "[답] 맞는 경도", "[답] 맞는 주소", "[답] 의견"]


@pytest.fixture(scope="module")
def told():
    """A town of which two sites are contradicted: one stays where it is, one is put where others agree."""
    tables, summary = town()
    sites = tables["sites"]
    rows = sites[["site_id", "layer", "name", "address", "file", "row"]].copy()
    rows = rows.assign(
        status="plausible", by="road", apart_m=12.0, moved_m=0.0, other_file=None, other_row=pd.NA, other_name=None,
        published_lon=126.9, published_lat=37.5, used_lon=126.9, used_lat=37.5, addresses=1, step_m=0.0,
    )  # fmt: skip
    rows.loc[0, ["status", "apart_m"]] = "contradicted", 1234.0
    rows.loc[1, ["status", "by", "apart_m", "moved_m"]] = "contradicted", "address", 5633.0, 5600.0
    rows.loc[1, ["other_file", "other_row", "other_name", "used_lon"]] = (
        "다른 자료.csv",
        7,
        "=HYPERLINK(1)<b>",
        126.95,
    )
    rows.loc[2, ["status", "by", "apart_m"]] = "unverifiable", "", float("nan")
    tables = {**tables, "positions": rows}
    tables["sites"] = sites.assign(coord_fix=["", "agreed", *sites["coord_fix"][2:]])
    return tables, summary


def sheet_of(told, lang, title):
    tables, summary = told
    book = openpyxl.load_workbook(io.BytesIO(exports.workbook(run_of(tables, summary, lang))))
    head, *body = book[title].iter_rows(values_only=True)
    return book, [dict(zip(head, row, strict=True)) for row in body if isinstance(row[0], int)]


def test_a_publisher_reads_what_contradicts_which_position_and_has_room_to_answer(told):
    book, rows = sheet_of(told, "ko", "위치 확인 요청")
    ids = told[0]["positions"]["site_id"]
    assert len(rows) == 2
    by_metres = {row["차이 (m)"]: row for row in rows}
    assert set(by_metres) == {1234.0, 5633.0}
    stays, moved = by_metres[1234.0], by_metres[5633.0]
    assert stays["맞지 않는 점"] == "주소의 도로명과 같은 길에서 1,234 m 떨어짐"
    assert "다른 자료.csv 7행" in moved["맞지 않는 점"]
    assert moved["맞지 않는 점"].endswith("둘 이상이 일치하는 위치로 5,600 m 옮겨 씀")
    assert (stays["쓴 경도"], moved["쓴 경도"], moved["공표 경도"]) == (None, 126.95, 126.9)
    assert all(row[answer] is None for row in rows for answer in ANSWERS)
    assert ids[0] not in {cell for row in rows for cell in row.values()}
    assert not any(cell.data_type == "f" for line in book["위치 확인 요청"].iter_rows() for cell in line)


def test_the_sheet_speaks_english_too(told):
    _, rows = sheet_of(told, "en", "Positions to check")
    assert {row["What contradicts it"][:7] for row in rows} == {"1,234 m", "5,633 m"}


def test_a_run_without_doubts_says_so(told):
    tables, summary = told
    clear = {**tables, "positions": tables["positions"].assign(status="plausible", by="road", moved_m=0.0)}
    book, rows = sheet_of((clear, summary), "ko", "위치 확인 요청")
    assert rows == []
    assert book["위치 확인 요청"]["A2"].value == "해당 없음"


def test_what_was_put_elsewhere_is_among_the_corrected_rows(told):
    _, rows = sheet_of(told, "ko", "제외·보정")
    assert any("일치하는 위치를 씀" in str(row["사유"]) for row in rows)


@pytest.mark.parametrize(("lang", "word"), [("ko", "위치 의심"), ("en", "position in doubt")])
def test_the_card_of_a_site_knows_its_state_and_what_contradicts_it(told, lang, word):
    page = maps.interactive(run_of(*told, lang))
    data = json.loads(re.search(r'id="sharemap-data">(.*?)</script>', page, re.DOTALL).group(1))
    states = dict(zip(range(len(data["sites"]["name"])), data["sites"]["position"], strict=True))
    doubts = [at for at, text in enumerate(data["sites"]["doubt"]) if text]
    assert len(doubts) == 2
    assert {data["positions"][states[at]] for at in doubts} == {word}
    assert sorted(set(states.values())) == [1, 2, 3]
    assert "<b>" not in page.partition('id="sharemap-data">')[2].partition("</script>")[0]


def test_a_reason_is_said_for_every_way_to_decide():
    row = {
        "apart_m": 12.4,
        "moved_m": 0.0,
        "other_name": "가",
        "other_file": "b.csv",
        "other_row": 3,
        "addresses": 4,
    }
    against = ("ward", "road", "number", "dong", "address", "facility", "shared")
    for_it = ("road", "number", "dong", "address", "facility", "coarse", "answer")
    for status, ways in (("contradicted", against), ("plausible", for_it)):
        for lang in ("ko", "en"):
            said = [reason({**row, "status": status, "by": by}, lang) for by in ways]
            assert len(set(said)) == len(ways)
            assert all("12 m" in text for text in said)
    assert reason({**row, "status": "unverifiable", "by": ""}, "ko") == ""
