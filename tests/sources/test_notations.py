"""Coordinates, totals and containers as offices write them: read right, or refused with the reason."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import zipfile

import numpy as np
import pytest
from pyproj import Transformer

from sharemap.errors import InputError, SiteFileError
from sharemap.sources.files.archives import _references
from sharemap.sources.sites import read_sites

HEADER = ["도서관명", "도서관유형", "열람좌석수", "소재지도로명주소", "위도", "경도"]
AT = [(37.5601, 126.9702), (37.6125, 127.0031)]
TO_METRIC = Transformer.from_crs(4326, 5179, always_xy=True)


def listed(tmp_path, pairs, *, header=HEADER, more=(), suffix=".csv"):
    rows = [
        [f"가온{i}도서관", "작은도서관", "5", f"중구 을지로 {i + 1}", *pair] for i, pair in enumerate(pairs)
    ]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows, *more])
    path = tmp_path / f"a{suffix}"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def sexagesimal(value, marks):
    degrees, rest = divmod(value * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{degrees:.0f}{marks[0]}{minutes:.0f}{marks[1]}{seconds:.4f}{marks[2]}"


@pytest.mark.parametrize(
    "written",
    [
        lambda lat, lon: (f"{lat}°", f"{lon}°"),
        lambda lat, lon: (f"N{lat}", f"{lon} E"),
        lambda lat, lon: (f"북위 {lat}도", f"동경 {lon}도"),
        lambda lat, lon: (sexagesimal(lat, "°'\""), sexagesimal(lon, "°'\"")),
        lambda lat, lon: (sexagesimal(lat, "°′″"), sexagesimal(lon, "°′″")),
        lambda lat, lon: (sexagesimal(lat, ("도 ", "분 ", "초")), sexagesimal(lon, ("도 ", "분 ", "초"))),
    ],
)
def test_degrees_as_people_write_them(tmp_path, written):
    rows = read_sites(listed(tmp_path, [written(*pair) for pair in AT]), layer="library")
    assert rows.frame["reason"].tolist() == ["", ""]
    truth = np.array([TO_METRIC.transform(lon, lat) for lat, lon in AT])
    assert np.abs(rows.frame[["x", "y"]].to_numpy() - truth).max() < 0.05


@pytest.mark.parametrize("text", ["37°65'10\"", "37°30'75\"", "37 30 12", "약 37도", "37.5°126.9°"])
def test_what_only_looks_like_degrees_is_set_aside(tmp_path, text):
    rows = read_sites(listed(tmp_path, [(text, "126.97"), ("37.56", "126.97")]), layer="library")
    assert rows.frame["reason"].tolist() == ["bad_coordinates", ""]


@pytest.mark.parametrize("between", [", ", ",", " / "])
@pytest.mark.parametrize("name", ["좌표", "위도,경도"])
def test_both_coordinates_in_one_column_are_no_missing_coordinates(tmp_path, name, between):
    pairs = [(f"{lat}{between}{lon}",) for lat, lon in AT]
    with pytest.raises(SiteFileError, match="no column for the lat"):
        read_sites(listed(tmp_path, pairs, header=[*HEADER[:4], name]), layer="library")


@pytest.mark.parametrize(
    ("crs", "told"), [(2097, 5174), (5174, 5174), (5181, 5174), (5186, 5186), (5179, 5179)]
)
def test_plane_coordinates_under_a_name_that_is_not_known_are_no_missing_coordinates(tmp_path, crs, told):
    to = Transformer.from_crs(4326, crs, always_xy=True)
    pairs = [tuple(f"{value:.3f}" for value in to.transform(lon, lat)) for lat, lon in AT]
    with pytest.raises(SiteFileError, match=rf"no column for the lat.*what could be EPSG:{told}"):
        read_sites(listed(tmp_path, pairs, header=[*HEADER[:4], "횡좌표", "종좌표"]), layer="library")


def test_totals_and_headers_between_the_rows_are_no_sites(tmp_path):
    more = [
        HEADER,
        ["합 계", "", "12", "", "", ""],
        ["소　계", "", "3", "", "", ""],
        ["※ 2026년 기준"],
        ["자료: 각 구"],
    ]
    pairs = [(str(lat), str(lon)) for lat, lon in AT]
    rows = read_sites(listed(tmp_path, pairs, more=more), layer="library")
    assert rows.frame["reason"].tolist() == ["", "", *["not_a_site"] * 5]


def test_a_zipped_table_is_refused_by_what_it_holds(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("도서관.csv", "a,b")
    with pytest.raises(SiteFileError, match=r"no map file: '도서관\.csv'.*unpack"):
        read_sites(path, layer="library")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json", ".shp", ".zip"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    os.mkfifo(path)
    with pytest.raises(SiteFileError, match="no ordinary file"):
        read_sites(path, layer="library")


@pytest.mark.parametrize("path", ["/dev/zero", "a" * 300 + ".csv", "a\0b.csv"])
def test_names_that_are_no_file(path):
    with pytest.raises(InputError) as caught:
        read_sites(path, layer="library")
    assert caught.value.exit_code == 3


def test_references_of_cells_are_those_that_a_pattern_finds():
    rng = random.Random(2)  # noqa: S311
    pattern = re.compile(rb"\sr=[\"']([A-Z]{1,3})?(\d{1,9})[\"']")

    def number(letters):
        found = 0
        for letter in letters:
            found = found * 26 + letter - 64
        return found

    for _ in range(100):
        parts = [
            rng.choice(
                [
                    b'<c r="%s%d" s="1">'
                    % (
                        bytes(rng.choices(b"ABCXYZ", k=rng.randint(1, 3))),
                        rng.randint(1, 10 ** rng.randint(1, 9) - 1),
                    ),
                    b"<row\tr='%d'>" % rng.randint(1, 99_999),
                    b'<t>xr="Q7"</t>',
                    b" r=",
                ]
            )
            for _ in range(20)
        ]
        text = b"".join(parts)
        rows, columns = _references(text)
        found = [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if row]
        assert found == [(int(digits), number(letters)) for letters, digits in pattern.findall(text)]
    assert [len(_references(text)[0]) for text in (b"", b"r", b' r="')] == [0, 0, 0]


def test_half_a_pair_of_surrogates_in_json_is_a_sign_and_a_whole_pair_stays(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        '{"DATA": [{"도서관명": "\\ud800가 \\ud83d\\ude00", "위도": "37.56", "경도": "126.97"}]}',
        encoding="utf-8",
    )
    (name,) = read_sites(path, layer="library").frame["name"]
    assert name == "\ufffd가 😀"
