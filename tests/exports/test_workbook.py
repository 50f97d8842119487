"""The workbook of a whole run: unserved areas, other walkers, how sure a candidate is, and links that lead somewhere."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from runs import run_of
from sharemap import exports, pipeline
from sharemap.exports.workbook import sheet as sheets
from sharemap.schema import shown_tables

NO_DATA = "자료 없음"


@pytest.fixture(scope="module")
def tables(sample_run):
    folder = pipeline.RunFolder(sample_run)
    return folder.told()


@pytest.fixture(scope="module")
def summary(sample_run):
    return json.loads((sample_run / "summary.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def book(sample_run):
    return openpyxl.load_workbook(sample_run / "villages.xlsx")


@pytest.fixture(scope="module")
def page(sample_run):
    """What the map beside the workbook knows."""
    text = (sample_run / "map.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="sharemap-data">(.*?)</script>', text, re.DOTALL).group(1))


def made(tables, summary, lang="ko"):
    return openpyxl.load_workbook(io.BytesIO(exports.workbook(run_of(tables, summary, lang=lang))))


def rows_of(sheet) -> list[dict]:
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body if isinstance(row[0], int)]


def links_of(sheet) -> dict[str, list[tuple[object, object, str]]]:
    """Header -> (row of the sheet, cell, address with its fragment) of each link."""
    found: dict[str, list[tuple[object, object, str]]] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink is not None:
                place = f"#{cell.hyperlink.location}" if cell.hyperlink.location else ""
                head = sheet.cell(row=1, column=cell.column).value
                found.setdefault(head, []).append((cell.row, cell.value, f"{cell.hyperlink.target}{place}"))
    return found


# --------------------------------------------------------------------------------------------------- links


def test_every_link_leads_to_the_map_beside_the_workbook_or_to_the_public_map(book):
    every = [link for sheet in book for links in links_of(sheet).values() for *_, link in links]
    assert len(every) > 100
    ours = re.compile(r"map\.html(#(village|place|gap|dong|pair)=[A-Za-z0-9_.%-]+)?")
    public = re.compile(r"https://map\.kakao\.com/link/map/([A-Za-z0-9_.~%-]+,)?37\.\d{6},12[67]\.\d{6}")
    assert [link for link in every if not (ours.fullmatch(link) or public.fullmatch(link))] == []


def test_a_link_opens_what_its_row_is_about_and_the_map_knows_it(book, page, tables):
    villages = {village["id"]: village["name"] for village in page["villages"]}
    for _, name, link in links_of(book["후보지 목록"])["후보지명"]:
        assert villages[link.removeprefix("map.html#village=")] == name
    places = set(page["sites"]["place_id"])
    names = tables["places"].set_index("place_id")["name"]
    sheets = (("후보지별 시설", "장소명"), ("하나 모자란 곳", "공유공간 1"), ("하나 모자란 곳", "공유공간 2"))
    for sheet, header in sheets:
        listed = links_of(book[sheet])[header]
        assert len(listed) == len(rows_of(book[sheet]))
        for _, name, link in listed:
            key = link.removeprefix("map.html#place=")
            assert key in places
            assert names[key] == name
    dongs = {dong["code"]: dong["name"] for dong in page["dongs"]}
    for sheet in ("동별 커버리지", "보행유형별 격차"):
        for _, name, link in links_of(book[sheet])["행정동"]:
            assert dongs[link.removeprefix("map.html#dong=")] == name
    gaps = tables["gaps"].set_index("gap_id")
    listed = links_of(book["소외지역"])["새 시설 자리"]
    assert len(listed) == len(gaps)
    for _, name, link in listed:
        area = gaps.loc[link.removeprefix("map.html#gap=")]
        assert name.startswith(f"{area['new_ward_name']} {area['new_dong_name']} ")
        assert not isinstance(area["new_streets"], str) or f"{area['new_streets']} 교차점" in name
    assert all(
        dongs[link.removeprefix("map.html#dong=")] == name
        for _, name, link in links_of(book["소외지역"])["행정동"]
    )
    pairs = {str(pair["rank"]): pair["names"] for pair in page["short"]}
    rows = rows_of(book["하나 모자란 곳"])
    for number, _, link in links_of(book["하나 모자란 곳"])["제안 위치 (블록)"]:
        row = rows[number - 2]
        assert pairs[link.removeprefix("map.html#pair=")] == [row["공유공간 1"], row["공유공간 2"]]
    nearest = set(tables["gaps"]["nearest_name"].dropna())
    assert {name for _, name, _ in links_of(book["소외지역"])["가장 가까운 시설"]} == nearest


@pytest.mark.parametrize(("km2", "cards"), [(15.0, 100), (600.0, 25)], ids=["ward", "city"])
def test_an_area_that_the_map_does_not_draw_opens_its_dong(tables, summary, page, km2, cards):
    told = {**summary, "area": {**summary["area"], "area_km2": km2}}
    drawn = made({**tables, "gaps": tables["gaps"].assign(rank=cards)}, told)["소외지역"]
    assert all("#gap=" in link for _, _, link in links_of(drawn)["새 시설 자리"])
    gaps = tables["gaps"].assign(rank=tables["gaps"]["rank"] + cards)
    sheet = made({**tables, "gaps": gaps}, told)["소외지역"]
    dongs = {dong["code"]: dong["name"] for dong in page["dongs"]}
    listed = [link.removeprefix("map.html#dong=") for _, _, link in links_of(sheet)["새 시설 자리"]]
    assert len(listed) == len(gaps)
    assert [dongs[code] for code in listed] == [row["행정동"] for row in rows_of(sheet)]


def test_what_is_as_filed_is_listed_after_what_is_known_and_marked(tables, summary):
    gaps = tables["gaps"]
    filed = gaps.assign(
        basis="as_filed", gap_id=gaps["gap_id"] + "-filed", residents_no_data=gaps["residents"]
    )
    one = next(one for one in summary["unserved"] if one["key"] == "all_groups")
    told = {
        **summary,
        "unserved": [*summary["unserved"], {**one, "basis": "as_filed", "unserved": one["unserved"] + 500}],
    }
    sheet = made({**tables, "gaps": pd.concat([filed, gaps], ignore_index=True)}, told)["소외지역"]
    rows = rows_of(sheet)
    assert [row["판단 기준"] for row in rows] == ["확인된 미도달"] * len(gaps) + ["자료 없는 구 포함"] * len(
        gaps
    )
    for row in rows:
        assert row["자료 없는 구 주민수"] == (
            row["미도달 주민수"] if row["판단 기준"] != "확인된 미도달" else 0
        )
    links = [link for _, _, link in links_of(sheet)["새 시설 자리"]]
    assert all("#gap=" in link for link in links[: len(gaps)])
    assert all("#dong=" in link for link in links[len(gaps) :])
    assert "주민 500명은 자료에 한 줄도 없는 자치구에 살아" in " ".join(
        str(cell.value) for cell in sheet["A"]
    )


def test_the_public_map_is_asked_for_the_place_and_its_position(book):
    sheet = book["후보지별 시설"]
    rows = dict(enumerate(rows_of(sheet), start=2))
    links = links_of(sheet)["카카오맵"]
    assert [number for number, *_ in links] == list(rows)
    for number, _, link in links:
        *name, lat, lon = unquote(link.removeprefix("https://map.kakao.com/link/map/")).split(",")
        row = rows[number]
        assert (float(lat), float(lon)) == pytest.approx((row["위도"], row["경도"]), abs=6e-7)
        assert len(name) == 1  # no comma of a name takes the place of a coordinate
        assert row["장소명"].replace(",", " ").split()[0][:8] in name[0]


def test_links_stand_in_the_file_as_targets_and_places_not_as_formulas(sample_run):
    with zipfile.ZipFile(sample_run / "villages.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(part)  # noqa: S314  our own file
    rels = b"".join(part for name, part in parts.items() if "worksheets/_rels" in name).decode()
    targets = set(re.findall(r'Target="([^"]*)"', rels))
    assert "map.html" in targets  # relative: it moves with the folder
    assert {target for target in targets if not target.startswith("https://map.kakao.com/")} == {"map.html"}
    sheets = b"".join(part for name, part in parts.items() if "worksheets/sheet" in name).decode()
    assert 'location="village=' in sheets
    assert "HYPERLINK" not in sheets
    assert "<f" not in re.sub(r"<formula1>.*?</formula1>|<f[io][a-z]+", "", sheets)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_another_office_program_finds_the_same_links(sample_run, tmp_path):
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    made = [
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "out"),
        str(sample_run / "villages.xlsx"),
    ]
    subprocess.run(["soffice", home, *made], check=True, capture_output=True, timeout=180)
    found = openpyxl.load_workbook(tmp_path / "out" / "villages.xlsx")
    ours = openpyxl.load_workbook(sample_run / "villages.xlsx")

    def where(link: str) -> tuple[str, str]:
        """A file and the place in it; LibreOffice writes the way to the file from where it saves."""
        path, _, place = unquote(link).partition("#")
        away = path.startswith("http")
        return (path if away else str((tmp_path / "out" / path).resolve())), place

    beside = str((sample_run / "map.html").resolve())
    for sheet in ours.sheetnames:
        mine, theirs = links_of(ours[sheet]), links_of(found[sheet])
        assert list(mine) == list(theirs)
        for header, links in mine.items():
            for (row, text, link), (their_row, their_text, theirs_leads) in zip(
                links, theirs[header], strict=True
            ):
                assert (row, text) == (their_row, their_text)
                path, place = where(link)
                assert where(theirs_leads) == (path if path.startswith("http") else beside, place)


def test_links_beyond_what_excel_holds_are_counted_in_the_sheet(tables, summary, monkeypatch):
    monkeypatch.setattr(sheets, "_MOST_LINKS", 3)
    book = made(tables, summary)
    rows = rows_of(book["후보지 목록"])
    assert len(rows) == 5
    assert sum(map(len, links_of(book["후보지 목록"]).values())) == 3
    assert [row["후보지명"] for row in rows] == tables["villages"].sort_values("rank")["name"].tolist()
    last = [cell.value for cell in book["후보지 목록"]["A"]][-1]
    assert last.startswith("링크 7개는 엑셀의 한도")  # five names and five points, less three


def test_an_address_that_excel_would_refuse_is_no_link(tables, summary):
    long = "P" * 3_000
    places = tables["village_places"].assign(place_id=long, village_id=tables["villages"]["village_id"][0])
    sheet = made({**tables, "village_places": places}, summary)["후보지별 시설"]
    assert "장소명" not in links_of(sheet)
    assert rows_of(sheet)[0]["장소명"]
    assert f"링크 {len(places)}개" in [cell.value for cell in sheet["A"]][-1]


# ------------------------------------------------------------------------------------------ the newer results


def without_way(tables):
    """The tables, with no way on foot out of the last unserved area."""
    gaps, last = tables["gaps"], tables["gaps"].index == tables["gaps"].index[-1]
    none = gaps.assign(
        walk_is=gaps["walk_is"].mask(last, "none"),
        walk_m=gaps["walk_m"].mask(last),
        walk_min=gaps["walk_min"].mask(last),
    )
    return {**tables, "gaps": none}


def test_unserved_areas_are_those_of_the_run_the_promise_first(book, tables, summary):
    rows, gaps = rows_of(book["소외지역"]), tables["gaps"]
    assert len(rows) == len(gaps)
    heads = ("닿게 될 사람 수", "미도달 주민수", "행정동코드")
    told = {
        (row["보행유형"], row["닿지 못하는 분야"], row["순위"]): tuple(row[head] for head in heads)
        for row in rows
    }
    groups = {"all_groups": "전체 분야", **{g["group"]: g["name_ko"] for g in summary["groups"]}}
    assert told == {
        (row.profile_ko, groups[row.key], row.rank): (row.people, row.residents, row.dong_code)
        for row in gaps.itertuples()
    }
    assert (rows[0]["보행유형"], rows[0]["닿지 못하는 분야"], rows[0]["순위"]) == (
        "일반 성인",
        "전체 분야",
        1,
    )
    ages = ("0~9세", "10~19세", "20~39세", "40~64세", "65세 이상")
    assert all(sum(row[age] for age in ages) == pytest.approx(row["미도달 주민수"]) for row in rows)
    first = sum(
        row["미도달 주민수"]
        for row in rows
        if row["닿지 못하는 분야"] == "전체 분야" and row["보행유형"] == "일반 성인"
    )
    own = next(one for one in summary["unserved"] if one["key"] == "all_groups")
    assert first == pytest.approx(own["reached"])
    assert own["unserved"] == pytest.approx(summary["all_groups"]["uncovered"])
    ways = {
        row["시간 구분"]: row["보행거리 (m)"]
        for row in rows_of(made(without_way(tables), summary)["소외지역"])
    }
    assert ways["길 없음"] == "해당 없음"  # where there is no way on foot there is no walk of zero metres
    assert ways["정확"] > summary["cutoff_m"] / 3


def test_where_there_is_no_way_on_foot_there_is_no_walk_of_zero_metres(tables, summary):
    gaps = tables["gaps"].assign(walk_is="none", walk_m=float("nan"), walk_min=float("nan"))
    rows = rows_of(made({**tables, "gaps": gaps}, summary)["소외지역"])
    assert {(row["시간 구분"], row["보행거리 (m)"]) for row in rows} == {("길 없음", "해당 없음")}


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_title_of_every_shown_table_fits_a_sheet(lang):
    assert [one.name for one in shown_tables() if len(one.title(lang)) > 31] == []


def test_the_gap_between_walkers_adds_up_to_the_summary(book, tables, summary):
    rows = rows_of(book["보행유형별 격차"])
    wheelchair = next(entry for entry in summary["profiles"] if entry["profile"] == "wheelchair")
    names = {"전체 분야": "all_groups", **{g["name_ko"]: g["group"] for g in summary["groups"]}}
    for name, key in names.items():
        found = sum(row[f"{name} 격차 주민수"] for row in rows)
        assert found == pytest.approx(wheelchair["gap"][key]["residents"])
    by_dong = tables["coverage_profiles_dong"].query("age_band == 'all' and key == 'goods'")
    by_dong = by_dong.set_index(["profile", "dong_code"])["share"]
    for row in rows:
        code = row["행정동코드"]
        assert row["물건 기준 보행자 도달률"] == pytest.approx(by_dong["standard", code])
        assert row["물건 이 보행자 도달률"] == pytest.approx(by_dong["wheelchair", code])
    old = (
        tables["profile_gap"]
        .query("age_band == '65_over' and key == 'all_groups'")["only_study_profile"]
        .sum()
    )
    assert sum(row["65세 이상 격차 주민수 (전체 분야)"] for row in rows) == pytest.approx(old)


def test_what_is_not_known_is_said_and_never_zero(tables, summary):
    villages = tables["villages"].assign(
        stable="not_examined", stability=float("nan"), rank_low=pd.NA, rank_high=pd.NA, closures=pd.NA
    )
    values = tables["village_values"].assign(value=float("nan"))
    book = made({**tables, "villages": villages, "village_values": values}, summary)
    for row in rows_of(book["후보지 목록"]):
        assert [row[name] for name in ("안정성", "안정도", "순위 범위", "폐쇄 견딤")] == [NO_DATA] * 4
        assert row["현장 확인"] == "해당 없음"
    indicators = [name for name in rows_of(book["후보지별 지표"])[0] if name.endswith(("명)", "율)", "(m)"))]
    assert len(indicators) > 5
    assert all(row[name] == NO_DATA for row in rows_of(book["후보지별 지표"]) for name in indicators)
    few = {name: frame for name, frame in tables.items() if name not in ("gaps", "village_values")}
    book = made(few, summary)
    assert book["소외지역"]["A2"].value == book["후보지별 지표"]["A2"].value == "해당 없음"


def test_doubts_and_stability_are_those_of_the_run(tables, summary):
    villages = tables["villages"].assign(
        doubtful=[True, *[False] * 4], doubt_ko=["=두 곳이 한 건물", *[""] * 4]
    )
    rows = rows_of(made({**tables, "villages": villages}, summary)["후보지 목록"])
    told = dict(zip(villages["village_id"], villages.to_dict("records"), strict=True))
    for row in rows:
        wanted = told[row["후보번호"]]
        assert row["안정도"] == pytest.approx(wanted["stability"])
        low, high = int(wanted["rank_low"]), int(wanted["rank_high"])
        assert row["순위 범위"] == (f"{low}" if low == high else f"{low}~{high}")
        assert row["현장 확인"] == ("=두 곳이 한 건물" if wanted["doubtful"] else "해당 없음")


def test_indicators_are_numbers_with_their_unit_and_formula(book, tables):
    values = tables["village_values"]
    wide = values.pivot_table(index="village_id", columns="indicator", values="value", dropna=False)
    named = values.drop_duplicates("indicator").set_index("indicator")
    ids = {row["후보지명"]: row["후보번호"] for row in rows_of(book["후보지 목록"])}
    for row in rows_of(book["후보지별 지표"]):
        for key, told in named.iterrows():
            value = wide.loc[ids[row["후보지명"]], key]
            shown = row[f"{told['name_ko']} ({told['unit_ko']})"]
            assert shown == NO_DATA if pd.isna(value) else shown == pytest.approx(value)
    cells = {cell for row in book["산출기준·출처"].iter_rows(values_only=True) for cell in row}
    assert set(named["formula_ko"]) <= cells


def test_the_english_workbook_says_the_newer_results_in_english(tables, summary):
    book = made(without_way(tables), summary, lang="en")
    heads = [cell.value for sheet in book.worksheets[1:] for cell in sheet[1] if cell.value] + book.sheetnames
    ours = [text for text in heads if text != "Kind"]
    assert not [text for text in ours if re.search("[가-힣]", text) and "가상" not in text]
    assert rows_of(book["Unserved areas"])[0]["Walking profile"] == "Adult"
    assert {"exact", "at most", "no way on foot"} == {
        row["Walk is"] for row in rows_of(book["Unserved areas"])
    }


def test_a_row_is_as_high_as_its_longest_text(tables, summary):
    places = tables["village_places"].assign(name="가나다라 " * 40)
    sheet = made({**tables, "village_places": places}, summary)["후보지별 시설"]
    other = made(tables, summary)["하나 모자란 곳"]
    assert sheet.row_dimensions[2].height > 4 * other.row_dimensions[2].height
    assert sheet.row_dimensions[2].height <= 409  # Excel's most


# --------------------------------------------------------------------------------------------- hostile names

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script>",
    "]]>",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "탭\t과 줄\n바꿈",
    "널\x00과 제어\x01\x08\x0b\x1f문자",
    "홑\ud800대용",
    "이모지 📚👨\u200d👩\u200d👧",
    "가" * 500,
    "뷁 옛한글 ᄒᆞᆫ글",
    "글 \u202egnp.exe\u202c",
    "\ufffe_x0041_&amp;",
    "https://evil.example/",
    "external:C:\\Windows\\calc.exe",
    "internal:'요약'!A1",
    "mailto:a@example.org",
]
#: What XML cannot hold, and so no cell.
NO_SIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\ud800]")


def test_hostile_names_are_texts_in_every_sheet_and_the_file_is_well_formed(tables, summary):
    members = tables["village_places"]
    assert len(members) == len(HOSTILE)
    names = pd.Series(HOSTILE, dtype=object)
    short = tables["one_short"].iloc[: len(HOSTILE)].reset_index(drop=True)
    villages = tables["villages"].reset_index(drop=True)
    spoilt = {
        **tables,
        "village_places": members.reset_index(drop=True).assign(name=names),
        "one_short": short.assign(name_a=names, name_b=names),
        "villages": villages.assign(
            name=names.iloc[: len(villages)], sentence_ko=names.iloc[-len(villages) :].to_numpy()
        ),
        "gaps": tables["gaps"]
        .iloc[: len(HOSTILE)]
        .reset_index(drop=True)
        .assign(nearest_name=names, dong_name=names),
        "set_aside": tables["set_aside"]
        .iloc[: len(HOSTILE)]
        .reset_index(drop=True)
        .assign(name=names, reason="x"),
    }
    title = "&P & <b>]]>\x01" + "가" * 300
    content = exports.workbook(run_of(spoilt, {**summary, "title": title, "attribution": "&A" * 200}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            ET.fromstring(archive.read(name))  # noqa: S314  our own file
        assert not any("calcChain" in name or "vba" in name for name in archive.namelist())
    wanted = {NO_SIGN.sub("", name) for name in HOSTILE}
    book = openpyxl.load_workbook(io.BytesIO(content))
    other = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet, header in (
        ("후보지별 시설", "장소명"), ("하나 모자란 곳", "공유공간 1"), ("하나 모자란 곳", "공유공간 2"),
        ("소외지역", "행정동"), ("제외·보정", "명칭"),
    ):  # fmt: skip
        at = [cell.value for cell in book[sheet][1]].index(header)
        column = [row[at] for row in book[sheet].iter_rows(min_row=2)]
        assert wanted <= {cell.value for cell in column}, sheet
        assert {cell.data_type for cell in column if cell.value} == {"s"}
        assert wanted <= {row[at] for row in other.get_sheet_by_name(sheet).to_python()}, sheet
    every = [link for sheet in book for links in links_of(sheet).values() for *_, link in links]
    assert every
    assert all(link.startswith(("map.html", "https://map.kakao.com/link/map/")) for link in every)
    assert all(link.isascii() and len(link) < 600 and " " not in link for link in every)
    for sheet in book:
        text = f"{sheet.oddHeader.left.text}{sheet.oddFooter.left.text}"
        assert len(text) < 500
        assert "&P" not in text.replace("&&", "")  # a title is no code for the page number


def test_sources_are_called_by_their_published_titles(book, page):
    from sharemap import catalog

    titles = {source.name_ko for layer in catalog.load() for source in layer.sources}
    shown = {row["자료출처"] for row in rows_of(book["후보지별 시설"])} - {None}
    assert shown
    assert shown <= titles
    assert set(page["sites"]["source"]) <= titles
