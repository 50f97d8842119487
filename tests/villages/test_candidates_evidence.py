"""The script that holds candidates against exported rows finds what is planted, and shares no code with the package."""

from __future__ import annotations

import csv
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "candidates_evidence.py"

# site, place, layer, name, address, east in metres
TOWN = (
    ("s1", "p", "library", "나눔도서관", "서울특별시 가온구 나래로 12 (한울동)", 0),
    ("s2", "q", "tool_library", "공구방", "가온구 한울길 7", 200),
    ("s3", "r", "open_facility", "한울동 주민센터 다목적실", "가온구 한울길 20", 350),
    ("s4", "r", "public_wifi", "나눔도서관", "가온구 한울길 20", 350),
    ("s5", "-", "library", "먼도서관", "가온구 먼길 1", 5000),
)
FAULTS = {
    "address": ("s6", "q", "public_wifi", "무선", "가온구 나래로12 2층", 200),
    "institution": ("s6", "q", "open_facility", "가온구 한울동 자치회관 2층", "가온구 한울길 7", 200),
    "own address": ("s6", "-", "bike_station", "대여소", "가온구 한울길 7", 1200),
    "name and kind": ("s6", "-", "library", "나눔 도서관", "가온구 새길 1", 900),
}


def told(folder, rows):
    with sqlite3.connect(folder / "villages.gpkg") as base:
        base.execute("create table villages (rank integer, name text, place_ids text)")
        base.execute("insert into villages values (1, '한울동 일대', 'p;q;r')")
        base.execute("create table to_check (target text, question text)")
        base.execute("insert into to_check values ('pair', 'building')")
    with (folder / "sites.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["site_id", "place_id", "layer", "name", "address", "ward_name", "dong_name"])
        table.writerows([*row[:5], "가온구", "한울동"] for row in rows)
    with (folder / "positions.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["site_id", "used_lon", "used_lat"])
        table.writerows([row[0], 127 + row[5] / 88_000, 37.5] for row in rows)
    command = [sys.executable, str(SCRIPT), str(folder), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_three_separate_spaces_have_no_fault(tmp_path):
    done = told(tmp_path, TOWN)
    assert done.stdout == "1 candidates, 0 of them with a fault; questions: 1 pair building\n", done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("address", "two places of one address: 나래로 12"),
        ("institution", "two places of one institution: 한울동 centre"),
        ("own address", r"공구방 \(가온구 한울길 7\) stands (99\d|1,00\d) m from 대여소"),
        ("name and kind", r"나눔도서관 .* stands (89\d|90\d) m from 나눔 도서관"),
    ],
)
def test_each_fault_is_found(tmp_path, fault, said):
    done = told(tmp_path, (*TOWN, FAULTS[fault]))
    assert re.search(f"FAULT: 1. 한울동 일대: {said}", done.stdout), done.stdout + done.stderr
    assert done.returncode == 1


def test_a_place_that_another_service_holds_is_noted(tmp_path):
    beside = ("s7", "p", "toy_library", "장난감방", "가온구 새골목 3", 10)
    done = told(tmp_path, (*TOWN, FAULTS["name and kind"], beside))
    assert "noted: 1. 한울동 일대: 나눔도서관" in done.stdout
    assert done.returncode == 0


def test_it_shares_no_code_with_the_package():
    assert "sharemap" not in re.findall(
        r"^\s*(?:from|import) (\w+)", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("서울특별시 중구 다산로 32길 5(중구육아종합지원센터 1층)", "다산로32길 5"),
        ("서울 구로구 새말로 111", "새말로 111"),
        ("서울특별시 은평구 연서로41길 13-3 부림교회", "연서로41길 13-3"),
        ("서울특별시 은평구 은평구 진관4로 48-51 상림마을 742동 1층", "진관4로 48-51"),
        ("서울시 은평구 녹번동 87-1", "녹번동 87-1"),
        ("서울특별시 종로구 사직로 지하130", "사직로 지하 130"),
        ("강남구 강남대로 102길", ""),
        ("", ""),
    ],
)
def test_addresses_are_taken_apart(text, address):
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        from candidates_evidence import address_of
    finally:
        sys.path.remove(str(SCRIPT.parent))
    assert address_of(text) == address
