"""The report says the same in HTML and PDF, and what it says is what the run says."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import contract
from sharemap import exports, maps, pipeline
from sharemap.errors import MissingFileError, OutputError
from sharemap.exports import Document, Grid, Heading, Picture, Points, Text
from sharemap.findings import Run, Summary

HOSTILE = '<img src=x onerror=alert(1)></script>"&'
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"
)


def document(text: str = HOSTILE) -> Document:
    return Document(
        title=text,
        subtitle=text,
        warning=text,
        foot=text,
        made="2026-01-01",
        parts=[
            Heading(text=text),
            Text(text=text, look="lead"),
            Points(texts=[text, "둘"]),
            Grid(caption=text, headers=[text, "수"], rows=[[text, "1,234"]] * 90, right=frozenset({1})),
            Picture(png=PIXEL, caption=text),
        ],
    )


class Page(HTMLParser):
    """Tags and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def words_of(pdf: bytes, folder) -> str:
    (folder / "a.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", folder / "a.pdf", "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_hostile_texts_are_texts():
    page = Page(exports.document_html(document()))
    assert {tag for tag, _ in page.tags} <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "h1",
            "h2",
            "p",
            "nav",
            "ol",
            "li",
            "a",
            "main",
        ),
        *(
            "ul",
            "div",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "figure",
            "img",
            "figcaption",
            "footer",
        ),
    }
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(images) == 1
    assert images[0]["src"].startswith("data:image/png;base64,")
    assert images[0]["alt"] == HOSTILE
    assert page.texts.count(HOSTILE) >= 7


def test_nothing_is_loaded_from_anywhere():
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!data:|#)""", exports.document_html(document("글")))
    assert "url(" not in exports.document_html(document("글"))


def test_the_same_document_gives_the_same_pdf():
    assert exports.document_pdf(document()) == exports.document_pdf(document())


@pdftotext
def test_the_pdf_holds_hangul_and_every_row(tmp_path):
    text = words_of(exports.document_pdf(document("가온구 작은도서관 😀")), tmp_path)
    assert text.count("1,234") == 90
    assert "가온구 작은도서관 □" in text


@pdftotext
def test_a_text_longer_than_a_page_is_printed_whole(tmp_path):
    long = "가" * 6_000
    grid = Grid(
        caption="표", headers=["좁은 열", "b"], rows=[["앞", "1"], [long, "2"], ["뒤", "3"]], widths=(1, 9)
    )
    made = Document(
        title="글", subtitle="", parts=[Text(text="나" * 6_000), Points(texts=["다" * 6_000]), grid]
    )
    text = words_of(exports.document_pdf(made), tmp_path)
    assert [text.count(sign) for sign in "가나다"] == [6_000, 6_000, 6_000]
    assert text.index("앞") < text.index("뒤")


@pytest.fixture(scope="module")
def run(sample_run):
    return sample_run


def test_the_numbers_are_those_of_the_summary(run):
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    text = " ".join(page.texts)
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    promise, rows = summary["all_groups"], summary["rows"]
    assert (
        f"주민 {summary['residents']:,}명 중 {contract.printed(promise['covered'])}명({100 * promise['share']:.1f}%)"
        in text
    )
    assert f"읽은 {rows['rows_read']:,}행은 시설 {rows['sites']:,}곳" in text
    for group in summary["groups"]:
        assert contract.printed(group["covered"]) in page.texts
    for layer in summary["layers"]:
        assert layer["name_ko"] in page.texts
        assert contract.printed(layer["covered"]) in page.texts
    villages = pipeline.RunFolder(run).table("villages")
    for row in villages.itertuples():
        assert f"{row.rank}. {row.name}" in page.texts
        assert row.sentence_ko in page.texts
    assert "가상 자료" in text


def test_who_is_not_served_is_told_by_walker_and_by_place(run):
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    text = " ".join(page.texts)
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    source = pipeline.RunFolder(run)
    gaps = source.table("gaps")
    own = gaps.loc[(gaps["key"] == "all_groups") & (gaps["profile"] == summary["profile"])]
    reached = contract.printed(own["people"].sum())
    assert f"하나씩 찾은 소외지역은 {len(own):,}곳이고, 모두 {reached}명이 닿게 됩니다" in text
    for row in own.itertuples():
        assert contract.printed(row.people) in page.texts
        assert any(f"{row.new_dong_name} {row.new_streets} 교차점" in text for text in page.texts)
        assert any(text.startswith(row.nearest_name) for text in page.texts)
    for item in summary["unserved"]:
        assert contract.printed(item["reached"]) in page.texts
    lost = source.table("profile_gap").query("age_band == 'all' and kind != 'layer'")
    for (_, key), number in lost.groupby(["profile", "key"])["only_study_profile"].sum().items():
        assert contract.printed(number) in page.texts, key
    worst = lost.loc[lost["key"] == "all_groups", "only_study_profile"].sum()
    assert f"휠체어이면 닿지 못하는 주민은 {contract.printed(worst)}명" in text


def test_only_dongs_with_somebody_left_out_are_listed(run):
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    rows = pipeline.RunFolder(run).table("coverage_dong").query("age_band == 'all' and key == 'all_groups'")
    some, none = rows.loc[rows["uncovered"] > 0], rows.loc[rows["uncovered"] == 0]
    assert len(some)
    assert len(none)
    start = next(at for at, text in enumerate(page.texts) if text.startswith("닿지 못하는 주민이 많은 동"))
    listed = page.texts[start : start + 8 + 6 * len(some)]
    assert set(some["dong_name"]) <= set(listed)
    assert not set(none["dong_name"]) & set(listed)


def test_villages_are_compared_at_a_glance(run):
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    for row in pipeline.RunFolder(run).table("villages").itertuples():
        at = page.texts.index(row.name)
        shown = page.texts[at : at + 6]
        low, high = int(row.rank_low), int(row.rank_high)
        assert shown == [
            row.name, f"{row.places}곳", f"{row.services}종", contract.printed(row.residents_15min),
            f"{100 * row.stability:.1f}%", f"{low}위" if low == high else f"{low}~{high}위",
        ]  # fmt: skip


def test_signs_that_html_forbids_or_that_turn_the_reading_show_as_replaced():
    page = exports.document_html(document("널\x00 제어\x08\x85 글\u202egnp.exe\u202c 옛한글 ᄒᆞᆫ 뷁 😀"))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert "널\ufffd 제어\ufffd\ufffd 글\ufffdgnp.exe\ufffd 옛한글 ᄒᆞᆫ 뷁 😀" in page
    assert exports.document_pdf(document("널\x00 ᄒᆞᆫ 😀 \u202e" + "가" * 500)).startswith(b"%PDF")


@pdftotext
def test_the_foot_of_a_page_leaves_room_for_its_number_and_minus_is_printed(tmp_path):
    made = document("값은 \N{MINUS SIGN}2.6점")
    long = exports.Document(title="글", subtitle="", parts=made.parts, foot="출처 " * 80)
    lines = words_of(exports.document_pdf(long), tmp_path).splitlines()
    feet = [line for line in lines if line.strip().startswith("출처 출처")]
    assert [line.split("…")[1].strip() for line in feet] == [str(n) for n in range(1, len(feet) + 1)]
    assert any("-2.6점" in line for line in lines)


def grey(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png)).convert("L"), dtype=float)


def coarse(picture: np.ndarray) -> np.ndarray:
    """Means of squares of 15 dots, which half a dot of displacement hardly changes."""
    high, wide = (side // 15 for side in picture.shape)
    return picture[: high * 15, : wide * 15].reshape(high, 15, wide, 15).mean(axis=(1, 3))


def test_the_report_shows_the_map_the_gap_the_unserved_areas_and_the_curve_of_cutoffs(run):
    images = [
        attrs for tag, attrs in Page((run / "report.html").read_text(encoding="utf-8")).tags if tag == "img"
    ]
    pictures = [base64.b64decode(attrs["src"].split(",", 1)[1]) for attrs in images]
    assert pictures[0] == (run / "map.png").read_bytes()
    source = pipeline.RunFolder(run)
    told = source.finished()
    assert pictures[3:] == [maps.sensitivity_curve(told)]
    drawn = maps.Prints(told)
    for shown, key in zip(pictures[1:3], ("gap", "unserved"), strict=True):
        whole = grey(drawn.page(key, form="png", dpi=150))
        picture = grey(shown)
        left, top = (round(mm / 25.4 * 150) for mm in (13, 31))
        high, wide = picture.shape
        assert whole.shape[0] * 0.5 < high < whole.shape[0] * 0.75  # the map, no table and no foot
        part = whole[top : top + high, left : left + wide]
        assert np.abs(coarse(picture) - coarse(part)).mean() < 3, key
        assert (picture[:40] < 128).any(), "who is shown is said above the map"
        assert (picture[-8:] > 250).all(), "nothing of the table that follows"
    none = Run({"sensitivity": source.table("sensitivity").iloc[:0]}, told.summary)
    assert maps.sensitivity_curve(none).startswith(b"\x89PNG")


@pdftotext
def test_the_pdf_says_what_the_page_says(run, tmp_path):
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    text = words_of((run / "report.pdf").read_bytes(), tmp_path)
    numbers = {word for part in page.texts for word in re.findall(r"\d{1,3}(?:,\d{3})+", part)}
    assert numbers
    assert {number for number in numbers if number not in text} == set()


def test_a_run_stays_a_finished_run_with_its_report(run, tmp_path):
    assert (run / "provenance.json").is_file()  # the report was written into the run itself
    again = pipeline.report(run, out=tmp_path / "elsewhere")
    assert [path.read_bytes() for path in again] == [(run / path.name).read_bytes() for path in again]
    shown = {path.name for path in (tmp_path / "elsewhere").iterdir() if not path.name.startswith(".")}
    assert shown == {"report.html", "report.pdf"}


def test_what_a_run_does_not_have_is_said(run):
    source = pipeline.RunFolder(run)
    summary = Summary.from_json(source.json("summary.json"))
    none = tuple(
        replace(one, unserved=0.0, areas=0, reached=0.0, rest=0.0, next_reached=0.0)
        for one in summary.unserved
    )
    summary = replace(summary, all_groups=None, groups_without_data=("goods",), unserved=none)
    tables = {"villages": pd.DataFrame(), "one_short": pd.DataFrame(), "gaps": source.table("gaps").iloc[:0]}
    text = exports.document_html(exports.report(Run(tables, summary), {}))
    assert "자료가 없는 분야(물건)" in text
    assert "이 실행에는 해당 산출물이 없습니다" in text
    assert "15분 안에 닿지 못하는 주민이 없습니다" in text  # examined, and nobody is left out
    assert "한 곳이 더 있으면 후보지가 되는 쌍이 없습니다" in text


def test_pictures_stand_in_the_section_they_belong_to(run):
    source = pipeline.RunFolder(run)
    names = ("coverage_profiles_ward", "profile_gap", "gaps", "villages", "village_places")
    pictures = {"gap": PIXEL, "unserved": PIXEL + b"2", "unknown": PIXEL}
    told = Run({name: source.table(name) for name in names}, Summary.from_json(source.json("summary.json")))
    made = exports.report(told, pictures)
    section, found = "", []
    for part in made.parts:
        section = part.text if isinstance(part, Heading) and part.level == 1 else section
        found += [(section, part.png)] if isinstance(part, Picture) else []
    assert found == [("누구나인가: 걷는 힘에 따른 격차", PIXEL), ("소외지역", PIXEL + b"2")]


def test_a_folder_that_is_no_run_is_an_error(tmp_path):
    with pytest.raises(MissingFileError, match="finished run"):
        pipeline.report(tmp_path)


def test_a_report_that_cannot_be_written_is_an_error(run, tmp_path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutputError):
        pipeline.report(run, out=tmp_path / "file")
