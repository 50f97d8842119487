"""Hostile and odd files: each a clear refusal, quickly, before anything large is opened."""

from __future__ import annotations

import io
import json
import struct
import time
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from sharemap.errors import SiteFileError
from sharemap.sources.files import archives, raw, text
from sharemap.sources.files.decode import encoding_of
from sharemap.sources.published import read_table
from sharemap.sources.sites import read_sites

HEADER = "도서관명,주소,위도,경도\n"
ROW = "가온도서관,중구 을지로 1,37.5,127.0\n"


def refused(path, said, layer="library", seconds=5.0):
    before = sorted(path.parent.iterdir())
    start = time.perf_counter()
    with pytest.raises(SiteFileError, match=said) as caught:
        read_sites(path, layer=layer)
    assert time.perf_counter() - start < seconds
    assert caught.value.file == str(path)
    assert caught.value.remedy
    assert len(str(caught.value)) < 1000
    assert sorted(path.parent.iterdir()) == before
    return caught.value


def workbook(cells):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for (line, column), cell in cells.items():
            sheet.write(line, column, cell)
    return content.getvalue()


def library(**more):
    cells = dict(zip(((0, i) for i in range(4)), HEADER.strip().split(","), strict=True))
    cells |= dict(zip(((1, i) for i in range(4)), ROW.strip().split(","), strict=True))
    return workbook(cells | more.get("cells", {}))


def with_member(content, name, data, **lies):
    """Return a workbook with one more member, whose header may lie about its size."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    raw_bytes = bytearray(out.getvalue())
    if "size" in lies:
        for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            position = raw_bytes.rfind(name.encode())
            position = raw_bytes.rfind(
                signature, 0, raw_bytes.find(name.encode()) if offset == 22 else position
            )
            raw_bytes[position + offset : position + offset + 4] = struct.pack("<I", lies["size"])
    return bytes(raw_bytes)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", library(), "Excel workbook, whatever its name"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "binary"),
        ("a.csv", b"%PDF-1.7 ...", "PDF"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
        ("a.xlsx", HEADER.encode() + ROW.encode(), "workbook cannot be read"),
        ("a.xlsx", b"", "empty"),
        ("a.xlsx", workbook({}), "workbook is empty"),
        ("a.xlsx", library()[:-200], "workbook cannot be read"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook cannot be read"),
        ("a.json", "[" * 100_000 + "]" * 100_000, "nested too deep"),
        ("a.json", '{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deep"),
        ("a.csv", "[" * 100_000 + "]" * 100_000, "nested too deep"),
        ("a.json", '[{"도서관명": ' + "9" * 5000 + "}]", "number without end"),
        ("a.json", '{"a":' * 300 + '[{"b":1}]' + "}" * 300, "no records"),
        ("a.geojson", '{"type":"FeatureCollection","features":' + "[" * 5000, "no map file"),
        ("a.shp", b"\0" * 200, "no map file"),
        ("a.zip", b"PK\x03\x04 no archive", "archive cannot be read"),
        ("a.parquet", b"PAR1" + b"\0" * 50 + b"PAR1", "no map file"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_what_is_no_list_is_refused_by_name(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(path, said)


def test_a_workbook_with_a_password_says_so(tmp_path):
    path = tmp_path / "a.xlsx"
    name = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + name + b"\0" * 1000)
    refused(path, "locked with a password")


def test_a_zip_with_a_password_says_so(tmp_path):
    path = tmp_path / "a.xlsx"
    content = bytearray(library())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    path.write_bytes(content)
    refused(path, "locked with a password")


# ------------------------------------------------------------------------------- bombs


def test_a_member_that_says_it_is_huge_is_never_unpacked(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_member(library(), "xl/media/a.bin", b"\0" * 60_000_000))  # 60 MB in 60 kB
    refused(path, "expands to 5|expands to 6")


def test_a_member_that_lies_about_its_size_is_measured(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_member(library(), "xl/media/a.bin", b"\0" * 20_000_000, size=1000))
    refused(path, "sizes that are not true")


def test_measuring_stops_at_the_limit_and_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_LARGEST", 5_000_000)
    content = with_member(library(), "xl/media/a.bin", b"\0" * 40_000_000, size=1000)
    tracemalloc.start()
    with pytest.raises(SiteFileError, match="expands to"):
        archives.refuse_bomb(content, file=tmp_path / "a.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_overlapping_members_are_a_bomb(tmp_path):
    content = with_member(library(), "xl/media/a.bin", bytes(range(256)) * 40)
    out = bytearray(content)
    position = out.rfind(b"PK\x01\x02")
    out[position + 20 : position + 24] = struct.pack("<I", len(content) + 1)
    path = tmp_path / "a.xlsx"
    path.write_bytes(out)
    refused(path, "expands to|damaged|cannot be read")


def test_far_flung_cells_are_refused_before_room_is_made_for_them(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(library(cells={(1_048_575, 16_383): "끝"}))
    error = refused(path, "spreads over 1,048,576 rows and 16,384 columns")
    assert "far below" in error.remedy


def test_an_honest_workbook_passes(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(library(cells={(40_000, 0): "누리도서관", (40_000, 2): 37.51, (40_000, 3): 127.01}))
    rows = read_sites(path, layer="library")
    assert rows.frame["row"].tolist() == [2, 40_001]


# ------------------------------------------------------------------------------- cells and columns


def test_a_cell_of_ten_million_characters(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + ROW + ROW.replace("을지로", "가" * 10_000_000), encoding="utf-8")
    assert refused(path, "more than 1,000,000 characters").row == 3


@pytest.mark.parametrize("suffix", ["json", "geojson"])
def test_a_long_cell_in_other_formats(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(raw, "LONGEST_CELL", 1000)
    fields = {"도서관명": "가" * 1001, "위도": "37.5", "경도": "127.0"}
    point = {"type": "Point", "coordinates": [127.0, 37.5]}
    feature = {"type": "Feature", "properties": fields, "geometry": point}
    content = (
        [{"도서관명": "가"}, fields]
        if suffix == "json"
        else {"type": "FeatureCollection", "features": [feature]}
    )
    path = tmp_path / f"a.{suffix}"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    error = refused(path, "a cell of more than 1,000 characters")
    assert error.column == "도서관명"
    assert error.row == (2 if suffix == "json" else 1)


def test_a_million_columns(tmp_path):
    path = tmp_path / "a.csv"
    line = ",".join(["1"] * 1_000_000)
    path.write_text(f"{line}\n{line}\n{line}", encoding="utf-8")
    refused(path, "1,000,000 columns")


def test_an_object_with_many_fields(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{f"f{i}": 1 for i in range(20_000)}]), encoding="utf-8")
    refused(path, "20,000 columns")


def test_a_line_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_LONGEST_LINE", 10_000)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "가, " * 10_000, encoding="utf-8")
    assert refused(path, "a line of more than 10,000 characters").row == 2


def test_a_mark_that_swallows_more_than_a_cell_is_named_as_such(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "LONGEST_CELL", 2000)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '"' + ROW * 500, encoding="utf-8")
    assert refused(path, "quotation mark").row == 2


# ------------------------------------------------------------------------------- large files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_pieces_are_joined_as_if_read_at_once(tmp_path, monkeypatch, encoding):
    lines = [f"도서관{i},중구 을지로 {i},37.{i:03d},127.0" for i in range(300)]
    lines[100] += ",넘침"
    lines[200] = '"도서관\n분관",중구 을지로 1,37.5,127.0'
    lines[250] = lines[120] + ","  # a copy, with a trailing delimiter
    lines[260] = ""
    path = tmp_path / "a.csv"
    path.write_bytes((HEADER + "\r\n".join(lines)).encode(encoding))
    whole = read_table(path)
    monkeypatch.setattr(text, "_CELLS_A_PIECE", 28)
    monkeypatch.setattr("sharemap.sources.files.decode._PIECE", 7)
    pieces = read_table(path)
    assert whole.encoding == pieces.encoding == encoding
    assert whole.frame.equals(pieces.frame)
    assert list(whole.frame) == [*HEADER.strip().split(","), "열5"]
    assert whole.frame["열5"].tolist()[100] == "넘침"
    assert whole.rows.tolist() == pieces.rows.tolist() == [*range(2, 262), *range(263, 302)]
    assert whole.repeated.nonzero()[0].tolist() == pieces.repeated.nonzero()[0].tolist() == [250]


def test_only_wanted_columns_are_held_but_all_are_named_and_compared(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "연번,명칭,위도,경도,비고\n1,가,37.5,127,x\n2,가,37.5,127,y\n3,가,37.5,127,x\n", encoding="utf-8"
    )
    table = read_table(path, known=("명칭", "위도", "경도"), keep=("명칭", "위도", "경도"))
    assert list(table.frame) == ["명칭", "위도", "경도"]
    assert table.columns == ("연번", "명칭", "위도", "경도", "비고")
    assert list(table.head) == list(table.columns)
    assert table.repeated.tolist() == [False, False, True]  # the second differs in a column that is not held


def test_memory_does_not_grow_with_the_columns_that_nobody_wants(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_CELLS_A_PIECE", 4_000)
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER.strip() + ",소개\n")
        for i in range(5_000):
            file.write(f"도서관{i},을지로 {i},37.5,127.0,{'가' * 1600}\n")
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    rows = read_table(path, known=("도서관명", "위도", "경도"), keep=("도서관명", "위도", "경도"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows.frame) == 5_000
    assert peak < path.stat().st_size  # a piece and the columns, never the whole as text


def test_a_damaged_file_is_named_by_its_line_wherever_it_is_cut(monkeypatch, tmp_path):
    monkeypatch.setattr("sharemap.sources.files.decode._PIECE", 11)
    content = (HEADER + ROW * 30).encode() + b"\xea\xb0\n"
    with pytest.raises(SiteFileError, match=r"row 32.*utf-8"):
        encoding_of(io.BytesIO(content), file=tmp_path / "a.csv")
