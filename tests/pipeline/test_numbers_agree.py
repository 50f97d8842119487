"""One number wherever it is shown: map, workbook, CSV, GeoPackage, report and ``summary.json`` of one run, compared exactly.

Shares are shown with one decimal of a per cent, half up, persons as whole ones, half up; the map has thousandths of a
person, and everything else is compared as it stands.
"""

from __future__ import annotations

import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import contract
from sharemap import pipeline
from untold import LAYER, WARD, untold

#: A workbook holds sixteen digits of a number, one less than a float may need.
_SHEET = 1e-15


def thousandths(persons: float) -> int:
    """Persons as the whole thousandths that they are counted in."""
    found = round(persons * 1000)
    assert abs(found / 1000 - persons) < 1e-6
    return found


def counted(persons: pd.DataFrame | pd.Series) -> np.ndarray:
    """Persons of a table as the whole thousandths that they are counted in."""
    return np.rint(persons.to_numpy(dtype=float) * 1000).astype(int)


def printed(persons: float) -> str:
    """Persons as every output writes them: whole, half up."""
    return f"{math.floor(thousandths(persons) / 1000 + 0.5):,}"


def per_cent(part: float, whole: float) -> str:
    """A share as every output shows it, from whole numbers, without a float on the way."""
    share = Decimal(1000 * thousandths(part)) / Decimal(thousandths(whole))
    return f"{share.quantize(Decimal(1), ROUND_HALF_UP) / 10:.1f}%"


class Tables(HTMLParser):
    """The rows of each table of the map, by the section it stands in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self._section, self._cell = "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "section":
            self._section = dict(attrs).get("id") or ""
            self.rows.setdefault(self._section, [])
        elif tag == "tr":
            self.rows.setdefault(self._section, []).append([])
        elif tag in {"td", "th"}:
            self._cell = True
            self.rows[self._section][-1].append("")

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self._cell = False

    def handle_data(self, data):
        if self._cell:
            self.rows[self._section][-1][-1] += data


class Report(HTMLParser):
    """Tables of the report by their captions, and all its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.text, self._into, self._caption = "", "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        del attrs
        self._into = tag if tag in {"caption", "td", "th"} else ""
        if tag == "tr":
            self.tables[self._caption].append([])
        if tag in {"td", "th"}:
            self.tables[self._caption][-1].append("")

    def handle_endtag(self, tag):
        if tag in {"caption", "td", "th"}:
            self._into = ""

    def handle_data(self, data):
        self.text += data
        if self._into == "caption":
            self._caption = data
            self.tables[data] = []
        elif self._into:
            self.tables[self._caption][-1][-1] += data

    def table(self, caption: str) -> list[dict[str, str]]:
        found = next(rows for name, rows in self.tables.items() if caption in name)
        return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


@pytest.fixture(scope="module", params=["all is told", "not all is told"])
def sample_run(request, root, tmp_path_factory, sample_run):
    """The sample ward as it is, and where homes, a ward and positions are not all known."""
    if request.param == "all is told":
        return sample_run
    folder = tmp_path_factory.mktemp("untold")
    study = pipeline.read_study(untold(root / "data" / "raw" / "sample", folder / "input"))
    pipeline.run(study, folder / "out")
    pipeline.report(folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def summary(sample_run):
    return json.loads((sample_run / "summary.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(sample_run):
    text = (sample_run / "map.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="sharemap-data">(.*?)</script>', text, re.DOTALL).group(1))


@pytest.fixture(scope="module")
def report(sample_run):
    return Report((sample_run / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def book(sample_run):
    """Sheet -> its rows, as a reader of workbooks that is not ours gives them."""
    found = CalamineWorkbook.from_path(str(sample_run / "villages.xlsx"))
    return {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}


def table_of(book, sheet: str) -> list[dict]:
    head, *rows = book[sheet]
    return [dict(zip(head, row, strict=True)) for row in rows if isinstance(row[0], float)]


def read_csv(sample_run, name: str) -> pd.DataFrame:
    return pd.read_csv(
        sample_run / f"{name}.csv", encoding="utf-8-sig", dtype={"ward_code": str, "dong_code": str}
    )


def titled(book, title: str) -> list[dict]:
    """A table of the first sheet that stands under a title."""
    rows = book["요약"]
    start = next(at for at, row in enumerate(rows) if row[0] == title) + 1
    head = [text for text in rows[start] if text]
    found = []
    for row in rows[start + 1 :]:
        if not isinstance(row[0], float):
            break
        found.append(dict(zip(head, row, strict=False)))
    return found


def three(residents, served) -> list[str]:
    """Served, not served and unknown as every text has them: whole persons that add up."""
    first, last = math.floor(served["covered"] + 0.5), math.ceil(served["unknown"] - 0.5)
    return [f"{count:,}" for count in (first, residents - first - last, last)]


def shares(residents, served) -> list[str]:
    """The share as filed, at least and at most, as every output shows them, from the people."""
    return [per_cent(served["covered"], residents), *(f"{100 * served[key] + 1e-9:.1f}%" for key in _BOUNDS)]


_BOUNDS = ("share_at_least", "share_at_most")


def test_the_three_parts_are_the_same_everywhere(sample_run, summary, page, report, book):
    people, promise = summary["residents"], summary["all_groups"]
    ward = read_csv(sample_run, "coverage_ward").query("age_band == 'all'").groupby("key")
    sums = pd.DataFrame(
        {
            name: (ward[name].sum() * 1000).round().astype(int)
            for name in ("covered", "uncovered", "unknown", "undoubted")
        }
    )
    assert (sums[["covered", "uncovered", "unknown"]].sum(axis=1) == people * 1000).all()
    entries = {one["layer"]: one for one in summary["layers"]} | {
        one["group"]: one for one in summary["groups"]
    }
    entries["all_groups"] = promise
    themes = {theme["key"]: theme for theme in page["themes"]}
    for key, row in sums.iterrows():
        entry = entries[key]
        for part in ("covered", "uncovered", "unknown"):
            assert thousandths(entry[part]) == row[part]
        assert (themes[key]["covered"], themes[key]["unknown"]) == (row["covered"], row["unknown"])
        assert entry["share_at_least"] == pytest.approx(row["undoubted"] / people / 1000, abs=5e-7)
        assert entry["share_at_most"] == pytest.approx(
            (row["covered"] + row["unknown"]) / people / 1000, abs=5e-7
        )
        assert entry["share_at_least"] <= entry["share"] <= entry["share_at_most"]
    # one sentence: at the head of the map, in the workbook and in the report
    served, unserved, unknown = three(people, promise)
    filed, least, most = shares(people, promise)
    told = f"닿음 {served}명 · 닿지 못함 {unserved}명 · 미상 {unknown}명: 자료대로 {filed}, 적어도 {least}, 많아야 {most}"
    facts = {row[0]: row[2] for row in book["요약"]}
    text = (sample_run / "map.html").read_text(encoding="utf-8")
    untold_of = any(promise[key] != promise["share"] for key in _BOUNDS)
    assert (told in text) == (told in report.text) == untold_of
    assert facts.get("세 갈래") == (told if untold_of else None)
    # the same counts and shares in the tables of the map, the workbook and the report
    names = {one["name_ko"]: one for one in (*summary["layers"], *summary["groups"])}
    in_report = {row["서비스"]: row for row in report.table("서비스별 15분 도달 주민")}
    in_report |= {row["분야"]: row for row in report.table("분야별 15분 도달 주민")}
    in_book = {row["공유서비스"]: row for row in titled(book, "서비스별 현황")}
    in_book |= {row["분야"]: row for row in titled(book, "분야별 15분 도달")}
    in_map = {(row[0] if row[1] == "분야별" else row[1]): row for row in Tables(text).rows["table-coverage"]}
    for name, one in names.items():
        written = [*three(people, one), *shares(people, one)]
        row = in_report[name]
        assert [row.get("도달 주민"), *(row[head] for head in _HEADS)] == written
        assert in_map[name][4:] == written
        shown = [in_book[name][head] for head in ("도달 주민수", "미도달 주민수", "미상 주민")]
        assert shown == pytest.approx([one[part] for part in ("covered", "uncovered", "unknown")], rel=_SHEET)
        assert [in_book[name][head] for head in ("적어도", "많아야")] == pytest.approx(
            [one[key] for key in _BOUNDS], rel=_SHEET
        )
    # who is unknown is in no gap: neither unserved areas, nor between walkers, nor between ages
    for name, part in (("profile_gap", "neither"), ("variety", "groups_0"), ("sensitivity", "uncovered")):
        frame = read_csv(sample_run, name)
        heads = [head for head in frame if head in _COUNTED[name]]
        assert (counted(frame[heads]).sum(axis=1) == counted(frame["residents"])).all(), part
    own = read_csv(sample_run, "sensitivity").query("own and profile == @summary['profile']").set_index("key")
    when = read_csv(sample_run, "coverage_when")
    equity = read_csv(sample_run, "equity").query("age_band == 'all' and profile == @summary['profile']")
    for key, row in sums.iterrows():
        assert (counted(own.loc[key, ["covered", "unknown"]]) == row[["covered", "unknown"]]).all()
    parts = counted(when[["covered_maybe", "uncovered", "unknown"]]).sum(axis=1)
    assert (parts == people * 1000).all()
    assert (when["share_open"].fillna(0) <= when["share_maybe"]).all()
    assert (when["share_maybe"] <= when["share_at_most"]).all()
    assert (counted(equity["residents"]) + counted(equity["unknown"]) == people * 1000).all()


def test_what_is_not_told_is_said_in_words(sample_run, summary, page, report, book):
    wards = {one["name_ko"]: list(one["wards_without_data"].values()) for one in summary["layers"]}
    wards = {name: named for name, named in wards.items() if named}
    text = (sample_run / "map.html").read_text(encoding="utf-8")
    facts = {row[0]: row[2] for row in book["요약"]}
    told = "; ".join(f"{name}: {', '.join(named)}" for name, named in wards.items())
    assert ("자료가 없는 자치구" in facts) == bool(wards)
    if not wards:
        assert summary["residents_without_street"] == 0
        assert all(
            not one["unknown"] for one in (*summary["layers"], *summary["groups"], summary["all_groups"])
        )
        return
    assert LAYER in {one["layer"] for one in summary["layers"] if WARD[0] in one["wards_without_data"]}
    assert facts["자료가 없는 자치구"].startswith(told)
    assert told in text
    assert told in report.text
    completeness = read_csv(sample_run, "completeness").query("status in ('no_data', 'waiting')")
    assert set(zip(completeness["layer"], completeness["ward_code"], strict=True)) == {
        (one["layer"], code) for one in summary["layers"] for code in one["wards_without_data"]
    }
    # nobody of that ward is known not to be served by that layer
    ward = (
        read_csv(sample_run, "coverage_ward")
        .query("age_band == 'all' and ward_code == @WARD[0]")
        .set_index("key")
    )
    assert ward.loc[LAYER, "uncovered"] == 0 < ward.loc[LAYER, "unknown"]
    # the page colours no dong by a share of whom most are unknown, and says how many they are
    dongs = (
        read_csv(sample_run, "coverage_dong")
        .query("age_band == 'all' and key == 'all_groups'")
        .set_index("dong_code")
    )
    at = [theme["key"] for theme in page["themes"]].index("all_groups")
    for dong in page["dongs"]:
        shown = dong["unknown"].get(summary["profile"], [0] * len(page["themes"]))[at]
        assert shown == thousandths(dongs.loc[dong["code"], "unknown"])
    # blocks: who lives there is in three parts too
    near, keys = page["blocks"]["near"], [theme["key"] for theme in page["themes"]]
    flat = near["by"][summary["profile"]][keys.index("all_groups")]["unknown"]
    assert sum(flat[1::2]) == thousandths(summary["all_groups"]["unknown"])


_HEADS = ("미도달", "미상 주민", "도달률", "적어도", "많아야")
_COUNTED = {
    "profile_gap": {"both", "only_study_profile", "only_this_profile", "neither", "unknown"},
    "variety": {*(f"groups_{number}" for number in range(5)), "unknown"},
    "sensitivity": {"covered", "uncovered", "unknown"},
}


def test_the_headline_is_one_number_everywhere(sample_run, summary, page, report, book):
    people, promise = summary["residents"], summary["all_groups"]["covered"]
    ward = read_csv(sample_run, "coverage_ward").query("kind == 'promise' and age_band == 'all'")
    assert (ward["residents"].sum(), thousandths(ward["covered"].sum())) == (people, thousandths(promise))
    demand = pd.read_parquet(sample_run / "demand.parquet")
    assert demand["residents"].sum() == people * 1000 == page["residents"]
    theme = next(theme for theme in page["themes"] if theme["key"] == "all_groups")
    assert theme["covered"] == thousandths(promise)
    said = per_cent(promise, people)
    assert theme["share"] == pytest.approx(promise / people, abs=5e-7)
    facts = {row[0]: row[2] for row in book["요약"]}
    assert facts["전체 분야 15분 도달"] == f"주민 {people:,}명 중 {printed(promise)}명 ({said})"
    assert (
        f"주민 {people:,}명 중 {printed(promise)}명({said})이 15분 안에 네 분야 모두에 닿습니다"
        in report.text
    )
    # the parts that are written add up
    _, unserved, _ = three(people, summary["all_groups"])
    assert f"적어도 한 분야에 닿지 못하는 주민은 {unserved}명입니다" in report.text
    # who is not served is in an unserved area, or is said to be in none of them
    gaps = gpd.read_file(sample_run / "gaps.gpkg", layer="gaps").query("basis == 'known'")
    own = gaps.loc[(gaps["key"] == "all_groups") & (gaps["profile"] == summary["profile"]), "people"]
    lacking = summary["all_groups"]["uncovered"]
    left = thousandths(lacking) - thousandths(own.sum())
    assert left >= 0
    rest = math.floor(lacking + 0.5) - math.floor(own.sum() + 0.5)
    assert facts["소외지역"] == (
        f"{len(own)}곳, 주민 {printed(own.sum())}명, 나머지 {rest:,}명 (일반 성인, 전체 분야)"
    )
    assert (
        f"하나씩 찾은 소외지역은 {len(own)}곳이고, 모두 {printed(own.sum())}명이 닿게 됩니다" in report.text
    )
    said = f"이 밖에 닿지 못하는 주민 {rest:,}명은 이 가운데 어느 곳에서도 닿지 않습니다"
    filed = next(
        (
            one
            for one in summary["unserved"]
            if (one["profile"], one["key"], one["basis"]) == (summary["profile"], "all_groups", "as_filed")
        ),
        None,
    )
    assert left or filed  # each of the two runs has something to say
    untold = (
        ""
        if filed is None
        else f"{printed(filed['unserved'] - lacking)}명은 자료에 한 줄도 없는 자치구에 살아"
    )
    for sentence in (said if rest else "", untold):
        assert sentence in report.text
        assert sentence in page["rests"][summary["profile"]]["all_groups"]
        assert any(sentence in str(row[0]) for row in book["소외지역"])
    drawn = [
        gap["people"]
        for gap in page["gaps"]
        if (gap["key"], gap["profile"]) == ("all_groups", summary["profile"])
    ]
    assert sum(drawn) == thousandths(own.sum())


def test_services_and_groups_have_the_same_numbers(sample_run, summary, page, report, book):
    ward = read_csv(sample_run, "coverage_ward").query("age_band == 'all'").groupby("key")["covered"].sum()
    themes = {theme["key"]: theme["covered"] for theme in page["themes"]}
    in_book = {row["공유서비스"]: row for row in titled(book, "서비스별 현황")}
    in_report = {row["서비스"]: row for row in report.table("서비스별 15분 도달 주민")}
    rows_of = {row["서비스"]: row for row in report.table("서비스별 행과 시설")}
    layers = {layer["key"]: layer["sites"] for layer in page["layers"]}
    aside = read_csv(sample_run, "set_aside")["layer"].value_counts()
    for layer in summary["layers"]:
        key, name = layer["layer"], layer["name_ko"]
        assert in_book[name]["도달 주민수"] == pytest.approx(layer["covered"], rel=_SHEET)
        assert thousandths(ward[key]) == themes[key] == thousandths(layer["covered"])
        said = per_cent(layer["covered"], summary["residents"])
        assert (in_report[name]["도달 주민"], in_report[name]["도달률"]) == (printed(layer["covered"]), said)
        assert layers[key] == in_book[name]["시설 (주변 포함)"] == layer["sites"]
        assert aside.get(key, 0) == in_book[name]["제외"] == layer["set_aside"]
        shown = [rows_of[name][column] for column in ("읽은 행", "시설", "묶임", "제외", "구역 안 시설")]
        assert shown == [
            f"{layer[column]:,}" for column in ("rows_read", "sites", "folded", "set_aside", "sites_in_area")
        ]
    groups = {row["분야"]: row["도달 주민수"] for row in titled(book, "분야별 15분 도달")}
    in_report = {row["분야"]: row["도달 주민"] for row in report.table("분야별 15분 도달 주민")}
    for group in summary["groups"]:
        name = group["name_ko"]
        assert groups[name] == pytest.approx(group["covered"], rel=_SHEET)
        assert thousandths(ward[group["group"]]) == themes[group["group"]] == thousandths(group["covered"])
        assert in_report[name] == printed(group["covered"])


def test_dongs_have_the_same_numbers(sample_run, page, report, book):
    rows = read_csv(sample_run, "coverage_dong").query("age_band == 'all'").set_index(["dong_code", "key"])
    promise = rows.xs("all_groups", level="key")
    in_book = {row["행정동코드"]: row for row in table_of(book, "동별 커버리지")}
    in_report = {row["행정동"]: row for row in report.table("닿지 못하는 주민이 많은 동")}
    assert set(in_book) == {dong["code"] for dong in page["dongs"]} == set(promise.index)
    for dong in page["dongs"]:
        code, wanted = dong["code"], promise.loc[dong["code"]]
        assert in_book[code]["주민수"] == wanted["residents"]
        assert dong["residents"] == thousandths(wanted["residents"])
        for key, (covered, share) in dong["shares"].items():
            assert covered == thousandths(rows.loc[(code, key), "covered"])
            assert share == round(rows.loc[(code, key), "share"], 6)
        share = wanted["covered"] / wanted["residents"]
        assert in_book[code]["전체 분야"] == pytest.approx(share, rel=_SHEET)
        if wanted["uncovered"] > 0:
            shown = in_report[wanted["dong_name"]]
            assert shown["주민"] == printed(wanted["residents"])
            assert shown["도달"] == printed(wanted["covered"])
            _, left, unknown = three(math.floor(wanted["residents"] + 0.5), wanted)
            assert (shown["미도달"], shown["미상 주민"]) == (left, unknown)
            told = contract.share_in_dong(sample_run, code, wanted["covered"], wanted["residents"])
            assert shown["도달률"] == told
    gap = read_csv(sample_run, "profile_gap").query("age_band == 'all' and kind != 'layer'")
    gap = gap.set_index(["dong_code", "key"])["only_study_profile"]
    goods = [theme["key"] for theme in page["themes"]].index("goods")
    walkers = {row["행정동코드"]: row for row in table_of(book, "보행유형별 격차")}
    for dong in page["dongs"]:
        lost = gap[dong["code"], "goods"]
        assert walkers[dong["code"]]["물건 격차 주민수"] == pytest.approx(lost, rel=_SHEET)
        assert dong["gap"]["wheelchair"][goods] == thousandths(lost)


def test_walkers_have_the_same_numbers(sample_run, summary, report, book):
    ward = read_csv(sample_run, "coverage_profiles_ward").query("age_band == 'all' and kind == 'promise'")
    ward = ward.groupby("profile")["covered"].sum()
    in_book = {row["보행유형"]: row for row in titled(book, "보행유형별 전체 분야 15분 도달")}
    in_report = {row["보행유형"]: row for row in report.table("보행유형별 15분 도달 주민")}
    lost = {
        (row["보행유형"], row["분야"]): row["격차 주민"]
        for row in report.table("그 보행자는 닿지 못하는 주민")
    }
    names = {group["group"]: group["name_ko"] for group in summary["groups"]}
    for entry in summary["profiles"]:
        name, covered = entry["profile_ko"], entry["all_groups"]["covered"]
        assert in_book[name]["도달 주민수"] == pytest.approx(covered, rel=_SHEET)
        assert thousandths(ward[entry["profile"]]) == thousandths(covered)
        assert in_report[name]["도달"] == printed(covered)
        assert in_report[name]["도달률"] == per_cent(covered, summary["residents"])
        for key, gap in entry["gap"].items():
            if key in names:
                assert lost[name, names[key]] == printed(gap["residents"])


def test_villages_have_the_same_numbers(sample_run, summary, page, report, book):
    frame = gpd.read_file(sample_run / "villages.gpkg", layer="villages").set_index("village_id")
    in_book = {row["후보번호"]: row for row in table_of(book, "후보지 목록")}
    in_report = {row["후보지"]: row for row in report.table("후보지 한눈에")}
    assert (
        len(frame) == len(in_book) == len(in_report) == len(page["villages"]) == summary["villages"]["count"]
    )
    columns = (
        ("places", "공유공간수"), ("services", "서비스 종류수"), ("longest_walk_m", "최장 보행(m)"),
        ("mean_walk_m", "평균 보행(m)"), ("loop_m", "일상동선(m)"), ("residents_5min", "주민수 5분"),
        ("residents_10min", "주민수 10분"), ("residents_15min", "주민수 15분"),
        ("residents_65_over_15min", "65세 이상 15분"), ("support_sites", "지원시설수"), ("neighbours", "이웃장소수"),
    )  # fmt: skip
    for village in page["villages"]:
        wanted = frame.loc[village["id"]]
        assert (village["rank"], village["name"]) == (wanted["rank"], wanted["name"])
        shown = [in_book[village["id"]][header] for _, header in columns]
        assert shown == pytest.approx([wanted[name] for name, _ in columns], rel=_SHEET)
        assert village["facts"] == [
            thousandths(wanted[name]) if name.startswith("residents") else round(float(wanted[name]), 6)
            for name, _ in columns
        ]
        assert in_book[village["id"]]["안정도"] == pytest.approx(wanted["stability"], rel=_SHEET)
        shown = in_report[wanted["name"]]
        assert shown["15분 안 주민"] == printed(wanted["residents_15min"])
        assert shown["안정도"] == f"{100 * wanted['stability']:.1f}%"
        assert shown["공유공간"] == f"{wanted['places']}곳"
    members = gpd.read_file(sample_run / "villages.gpkg", layer="village_places")
    services = read_csv(sample_run, "village_services")
    listed = table_of(book, "후보지별 시설")
    assert {row["장소번호"] for row in listed} == set(members["place_id"])
    assert len(listed) == len(services)
    assert sum(len(village["places"]) for village in page["villages"]) == len(members)
    values = read_csv(sample_run, "village_values").dropna(subset="value")
    shown = {row["후보지명"]: row for row in table_of(book, "후보지별 지표")}
    for row in values.itertuples():
        assert shown[frame.loc[row.village_id, "name"]][f"{row.name_ko} ({row.unit_ko})"] == pytest.approx(
            row.value, rel=_SHEET
        )


def test_pairs_and_gaps_have_the_same_numbers(sample_run, summary, page, report, book):
    short = gpd.read_file(sample_run / "villages.gpkg", layer="one_short").set_index("rank")
    in_book = {row["순위"]: row for row in table_of(book, "하나 모자란 곳")}
    in_report = {row["순위"]: row for row in report.table("후보지가 되는 쌍")}
    assert len(short) == len(in_book) == len(page["short"]) == summary["villages"]["one_short"]
    for pair in page["short"]:
        wanted = short.loc[pair["rank"]]
        shown = in_book[pair["rank"]]
        assert (shown["공유공간 1"], shown["공유공간 2"]) == (wanted["name_a"], wanted["name_b"])
        assert pair["walk"] == shown["보행거리(m)"] == wanted["walk_m"]
        assert shown["주민수 15분"] == pytest.approx(wanted["residents_15min"], rel=_SHEET)
        assert pair["residents"] == thousandths(wanted["residents_15min"])
        if str(pair["rank"]) in in_report:
            assert in_report[str(pair["rank"])]["15분 안 주민"] == printed(wanted["residents_15min"])
    gaps = gpd.read_file(sample_run / "gaps.gpkg", layer="gaps").set_index("gap_id")
    listed = {row["소외지역번호"]: row for row in table_of(book, "소외지역")}
    assert set(listed) == set(gaps.index)
    drawn = {(gap["profile"], gap["key"], gap["rank"]): gap for gap in page["gaps"]}
    for key, wanted in gaps.iterrows():
        assert listed[key]["닿게 될 사람 수"] == pytest.approx(wanted["people"], rel=_SHEET)
        assert listed[key]["미도달 주민수"] == pytest.approx(wanted["residents"], rel=_SHEET)
        counted = wanted["residents" if wanted["age_band"] == "all" else f"residents_{wanted['age_band']}"]
        assert wanted["people"] == counted
        if wanted["basis"] != "known":  # the map draws who is known not to be served
            assert listed[key]["판단 기준"] == "자료 없는 구 포함"
            continue
        on_map = drawn[wanted["profile"], wanted["key"], wanted["rank"]]
        assert on_map["people"] == thousandths(wanted["people"])
        assert on_map["residents"] == thousandths(wanted["residents"])
        assert on_map["site"] == listed[key]["새 시설 자리"]
        if not pd.isna(wanted["walk_m"]):
            assert listed[key]["보행거리 (m)"] == wanted["walk_m"]
            assert on_map["walk"][0] == round(wanted["walk_m"], 3)
    ward = read_csv(sample_run, "coverage_profiles_ward")
    for item in summary["unserved"]:
        names = ["profile", "key", "basis"]
        own = gaps[(gaps[names] == [item[name] for name in names]).all(axis=1)].sort_values("rank")
        assert len(own) == item["areas"]
        assert own["people"].is_monotonic_decreasing
        assert thousandths(own["people"].sum()) == thousandths(item["reached"])
        mine = ward[(ward["profile"] == item["profile"]) & (ward["key"] == item["key"])]
        known, unknown = mine.loc[mine["age_band"] == item["age_band"], ["uncovered", "unknown"]].sum()
        assert thousandths(item["reached"] + item["rest"]) == thousandths(item["unserved"])
        if item["basis"] == "known":
            assert thousandths(item["unserved"]) == thousandths(known)
        else:  # as filed, whom the files do not tell of counts too; whose home meets no street never does
            assert thousandths(known) < thousandths(item["unserved"]) <= thousandths(known + unknown)
    told = {row["순위"]: row for row in report.table("사람이 많은 소외지역")}
    known = gaps[gaps["basis"] == "known"]
    own = known[(known["key"] == "all_groups") & (known["profile"] == summary["profile"])].set_index("rank")
    assert {rank: row["닿게 될 주민"] for rank, row in told.items()} == {
        str(rank): printed(people) for rank, people in own["people"].head(15).items()
    }
