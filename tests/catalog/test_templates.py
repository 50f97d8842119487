"""Templates: every layer's workbook goes out, is filled in, and comes back with nothing lost."""

from __future__ import annotations

import io
import json
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from typer.testing import CliRunner

from sharemap import catalog, exports
from sharemap.cli import app
from sharemap.errors import OutputError, SiteFileError, StudyError
from sharemap.sites import build
from sharemap.sources.sites import read_sites

LAYERS = [*(layer for layer in catalog.load() if layer.points), catalog.idle_space()]
KEYS = [layer.key for layer in LAYERS]
ENTRY = "작성표"
HEADER = 4


@pytest.fixture(scope="module")
def area():
    geometry = gpd.GeoSeries([box(126.9, 37.5, 127.1, 37.6)], crs="EPSG:4326").to_crs("EPSG:5179")
    codes = {"ward_code": "11990", "ward_name": "가온구", "dong_code": "1199051000", "dong_name": "가람동"}
    return gpd.GeoDataFrame({name: [text] for name, text in codes.items()}, geometry=geometry)


def _layer(key):
    return LAYERS[KEYS.index(key)]


def _filled(layer, path, records):
    """Fill the template as an officer would: cells below the header, by header."""
    exports.write_template(catalog.template(layer), path)
    book = openpyxl.load_workbook(path)
    sheet = book[ENTRY]
    headers = [sheet.cell(HEADER, at).value for at in range(1, sheet.max_column + 1)]
    _enter(sheet, headers, records)
    book.save(path)
    return path


def _plain(layer, path, records, *, needs=("required", "coordinates", "optional")):
    """The same sheet without its looks, some columns deleted: fast to write."""
    book = openpyxl.Workbook()
    book.active.cell(1, 1).value = catalog.template(layer).title_ko
    headers = [column.header for column in catalog.template(layer).columns if column.need in needs]
    for at, header in enumerate(headers, start=1):
        book.active.cell(HEADER, at).value = header
    _enter(book.active, headers, records)
    book.save(path)
    return path


def _enter(sheet, headers, records):
    columns = {header.replace(" ", ""): at for at, header in enumerate(headers, start=1)}
    for number, record in enumerate(records, start=HEADER + 1):
        for header, value in record.items():
            if header in columns:
                cell = sheet.cell(number, columns[header])
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # openpyxl would make a formula of "=..."


def _site(number, **cells):
    record = {
        "명칭": f"가온 {number}호점", "도로명주소": f"서울특별시 가온구 나래로 {number * 10}",
        "위도": 37.55 + number / 500, "경도": 127.0 + number / 500,
    }  # fmt: skip
    return {**record, **cells}


def _added_up(tables):
    counts = tables.counts.iloc[0]
    assert counts["rows_read"] == counts["sites"] + counts["folded"] + counts["set_aside"]
    assert len(tables.set_aside) == counts["set_aside"]
    assert tables.sites["rows"].sum() == counts["sites"] + counts["folded"]
    return tuple(int(counts[name]) for name in ("rows_read", "sites", "folded", "set_aside"))


@pytest.mark.parametrize("key", KEYS)
def test_every_layers_template_comes_back_without_an_option(key, tmp_path, area):
    layer = _layer(key)
    form = catalog.template(layer)
    state = next(column for column in form.columns if column.key == "status")
    full = {
        "관리번호": "007", "세부유형": _kind(form), "규모": 12, "면적": 12,
        "평일운영시작시각": "09:00", "평일운영종료시각": "18:30", "일·공휴일운영시작시각": "10:00",
        "일·공휴일운영종료시각": "24:00", "이용요금": "무료", "운영기관": "=SUM(가온구청)", "소유기관": "가온구청",
        "운영주체구분": "주민", "소유구분": "주민", "전화번호": "02-000-0000", "기준일자": "2026-01-31",
        "운영상태": state.choices[0], "사용상태": state.choices[0], "비고": "1시간 2,000원",
    }  # fmt: skip
    records = [
        _site(1, **full),
        _site(2, 위도=127.004, 경도=37.554),  # swapped
        _site(3, 위도=None, 경도=None),  # waits for geocoding
        _site(4, 위도=0, 경도=0),
        _site(5, **{state.header: state.choices[-1]}),  # not operating
        {},
        _site(1, **full),  # entered twice
        _site(6, 위도=35.1, 경도=129.0),  # Busan
        {"명칭": "합계", "규모": 99, "면적": 99},
        _site(7),
    ]
    path = _filled(layer, tmp_path / "filled.xlsx", records)
    rows = read_sites(path, layer=layer if key == "idle_space" else key)
    assert rows.rows_read == 9
    tables = build([rows], area, surroundings_m=1000)
    assert _added_up(tables) == (9, 3, 1, 5)
    reasons = tables.set_aside.set_index("row")["reason"].to_dict()
    assert reasons[HEADER + 3] == reasons[HEADER + 4] == "no_coordinates"
    assert reasons[HEADER + 5] == "not_operating"
    assert reasons[HEADER + 8] in {"outside_area", "bad_coordinates"}
    assert reasons[HEADER + 9] == "not_a_site"
    _check_first(tables.sites.sort_values("row").iloc[0], form)
    swapped = tables.sites.loc[tables.sites["row"] == HEADER + 2].iloc[0]
    assert swapped["coord_fix"] == "swapped"


def _kind(form):
    """The first kind of the drop-down; a layer need not have one."""
    return next(
        iter(next(column.choices for column in form.columns if column.key == "kind")), "자치구가 정한 종류"
    )


def _check_first(site, form):
    """What was typed is what the table holds, field by field."""
    fields = {column.field for column in form.columns}
    assert (site["row"], site["rows"]) == (HEADER + 1, 2)
    assert site["kind"] == _kind(form)
    assert site["operator_kind"] == "주민"
    assert site["phone"] == "02-000-0000"
    assert site["ref_date"] == "2026-01-31"
    assert site["capacity"] == 12
    assert site["file"] == "filled.xlsx"
    assert site["operator"] in {"=SUM(가온구청)", "가온구청"}
    if "fee" in fields:
        assert site["fee"] == "무료"
    if "hours" in fields:
        assert site["hours"] == "평일 09:00~18:30, 일요일 10:00~24:00, 공휴일 10:00~24:00"


@pytest.mark.parametrize("key", KEYS)
def test_optional_columns_may_be_deleted(key, tmp_path):
    layer = _layer(key)
    path = _plain(layer, tmp_path / "short.xlsx", [_site(1), _site(2)], needs=("required", "coordinates"))
    frame = read_sites(path, layer=layer).frame
    assert frame["name"].tolist() == ["가온 1호점", "가온 2호점"]
    assert (frame["reason"] == "").all()


@pytest.mark.parametrize("key", ["shared_asset", "idle_space"])
def test_an_empty_template_says_so_and_its_examples_are_no_data(key, tmp_path):
    path = tmp_path / "empty.xlsx"
    exports.write_template(catalog.template(_layer(key)), path)
    with pytest.raises(SiteFileError, match="no rows"):
        read_sites(path, layer=_layer(key))


def test_even_a_renamed_guide_sheet_is_no_data(tmp_path):
    path = _filled(_layer("shared_asset"), tmp_path / "renamed.xlsx", [_site(1)])
    book = openpyxl.load_workbook(path)
    book[catalog.GUIDE_SHEET].title = "설명"
    book.save(path)
    read = read_sites(path, layer="shared_asset")
    assert len(read.frame) == 1
    # its rows are told of: whoever renames a sheet may have meant another list
    assert read.rows_read == read.counted > 1


def test_the_guide_may_carry_who_made_it(tmp_path):
    path = _filled(_layer("shared_asset"), tmp_path / "signed.xlsx", [_site(1)])
    book = openpyxl.load_workbook(path)
    guide = book[catalog.GUIDE_SHEET]
    label = next(row[0].row for row in guide.iter_rows() if row[0].value == "작성일")
    guide.cell(label, 3).value = "2026-01-31"
    book.save(path)
    assert read_sites(path, layer="shared_asset").rows_read == 1


def test_times_and_dates_typed_as_excel_values_are_read(tmp_path):
    import datetime as dt

    record = _site(
        1, 평일운영시작시각=dt.time(9, 30), 평일운영종료시각=dt.time(18), 기준일자=dt.date(2026, 1, 31)
    )
    path = _filled(_layer("shared_kitchen"), tmp_path / "typed.xlsx", [record])
    row = read_sites(path, layer="shared_kitchen").frame.iloc[0]
    assert (row["hours"], row["ref_date"]) == ("평일 09:30~18:00", "2026-01-31")


def test_asset_kinds_are_those_of_the_plan_and_rows_keep_them(tmp_path):
    kinds = next(c.choices for c in catalog.template(_layer("shared_asset")).columns if c.key == "kind")
    assert kinds == ("사람", "공간", "문화", "자연", "조직")
    records = [_site(number, 세부유형=kind) for number, kind in enumerate(kinds, start=1)]
    path = _filled(_layer("shared_asset"), tmp_path / "kinds.xlsx", records)
    assert read_sites(path, layer="shared_asset").frame["kind"].tolist() == list(kinds)


def test_fees_and_kinds_of_folded_rows_are_all_said(tmp_path, area):
    records = [
        {**_site(1), "이용요금": fee, "운영주체구분": "공공", "세부유형": kind}
        for fee, kind in (("유료", "강당"), ("무료", "회의실"), ("무료", None))
    ]
    path = _filled(_layer("open_facility"), tmp_path / "rooms.xlsx", records)
    tables = build([read_sites(path, layer="open_facility")], area, surroundings_m=0)
    site = tables.sites.iloc[0]
    assert (site["rows"], site["fee"], site["kind"], site["operator_kind"]) == (
        3,
        "무료, 유료",
        "강당, 회의실",
        "공공",
    )


_TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
_COORDINATES = st.sampled_from([37.55, 127.0, 0, None, "", "37.55", "없음", -1, 37.58, 127.02])
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "명칭": st.one_of(st.none(), _TEXTS, st.sampled_from(["가온", "합계", "=1+1"])),
            "도로명주소": st.one_of(
                st.none(), st.sampled_from(["서울특별시 가온구 나래로 1", "나래로 1 (개소예정)"])
            ),
            "위도": _COORDINATES,
            "경도": _COORDINATES,
            "운영상태": st.sampled_from([None, "운영중", "운영종료", "휴업"]),
            "이용요금": st.one_of(st.none(), _TEXTS),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=_ROWS, key=st.sampled_from(["shared_asset", "shared_kitchen", "repair_shop", "library"]))
def test_whatever_is_entered_adds_up(records, key, tmp_path_factory, area):
    path = _plain(_layer(key), tmp_path_factory.mktemp("any") / "any.xlsx", records)
    filled = sum(any(str(value).strip() for value in row.values() if value is not None) for row in records)
    if not filled:
        with pytest.raises(SiteFileError):
            read_sites(path, layer=key)
        return
    rows = read_sites(path, layer=key)
    assert rows.rows_read == filled
    _added_up(build([rows], area, surroundings_m=500))


@pytest.mark.real
def test_published_fees_and_kinds_come_with_the_real_files(shared_data):
    """Counted with pandas from the files themselves."""
    rooms = shared_data / "sites" / "open_facility_standard__202010.csv"
    published = pd.read_csv(rooms, encoding="cp949", dtype=str)["유료사용여부"].str.strip().str.upper()
    frame = read_sites(rooms, layer="open_facility").frame
    assert (frame["fee"] == "유료").sum() == (published == "Y").sum() == 3716
    assert (frame["fee"] == "무료").sum() == (published == "N").sum() == 2927
    lots = shared_data / "sites" / "parking_public__202506.csv"
    published = pd.read_csv(lots, encoding="cp949", dtype=str)
    frame = read_sites(lots, layer="parking_public").frame
    assert frame["fee"].value_counts().to_dict() == published["유무료구분명"].value_counts().to_dict()
    assert frame["kind"].value_counts().to_dict() == published["주차장 종류명"].value_counts().to_dict()


def test_a_letter_means_what_its_column_asks(tmp_path):
    path = tmp_path / "rooms.csv"
    path.write_text(
        "개방장소명,위도,경도,유료사용여부\n가,37.55,127.0,Y\n나,37.55,127.01,n\n다,37.55,127.02,\n라,37.55,127.03,조건부\n"
    )
    fees = read_sites(path, layer="open_facility").frame["fee"]
    assert fees.fillna("").tolist() == ["유료", "무료", "", "조건부"]


# ------------------------------------------------------------------------------------------- the workbook


@pytest.mark.parametrize("key", KEYS)
def test_the_workbook_holds_checks_and_no_formula(key):
    form = catalog.template(_layer(key))
    book = openpyxl.load_workbook(io.BytesIO(exports.template_workbook(form)))
    assert book.sheetnames == [ENTRY, catalog.GUIDE_SHEET]
    sheet = book[ENTRY]
    headers = [sheet.cell(HEADER, at).value for at in range(1, sheet.max_column + 1)]
    assert headers == [column.header for column in form.columns]
    assert sheet.freeze_panes == "C5"
    assert not any(cell.data_type == "f" for one in book for row in one.iter_rows() for cell in row)
    lists = {
        str(check.sqref).split(":")[0].rstrip("0123456789"): check
        for check in sheet.data_validations.dataValidation
    }
    for at, column in enumerate(form.columns, start=1):
        letter = openpyxl.utils.get_column_letter(at)
        check = lists[letter]
        if column.choices:
            assert check.formula1.strip('"').split(",") == list(column.choices)
        if column.look in {"lat", "lon"}:
            assert check.type == "decimal"
            assert float(check.formula1) < column.examples[0] < float(check.formula2)
        if column.look in {"code", "time"}:
            assert sheet.cell(HEADER + 1, at).number_format == "@"
    required = [
        sheet.cell(HEADER, headers.index(name) + 1).fill.start_color.rgb for name in ("명칭", "도로명주소")
    ]
    optional = sheet.cell(HEADER, headers.index("비고") + 1).fill.start_color.rgb
    assert len(set(required)) == 1
    assert optional not in required
    assert sheet.cell(HEADER - 1, headers.index("명칭") + 1).value == "필수"


def test_choices_fit_into_what_excel_allows_and_hold_no_comma():
    for layer in LAYERS:
        for column in catalog.template(layer).columns:
            assert len(",".join(column.choices)) <= 255
            assert not any("," in choice for choice in column.choices)
            assert len(column.examples) == 2


def test_every_column_that_is_read_is_an_alias_of_its_field():
    for layer in LAYERS:
        known = {name: set() for name in catalog.FIELDS}
        for source in (layer.sources[0], layer.sources[-1]):
            for field, aliases in source.columns.items():
                known[field] |= set(map(catalog.normalised_header, aliases))
        spans = {
            catalog.normalised_header(alias)
            for span in layer.sources[-1].hours_spans
            for alias in (*span.opens, *span.closes)
        }
        for column in catalog.template(layer).columns:
            header = catalog.normalised_header(column.header)
            if column.field == "hours":
                assert header in spans
            elif column.field:
                assert header in known[column.field], (layer.key, column.header)


def test_the_guide_explains_every_column_and_what_becomes_of_rows():
    form = catalog.template(_layer("idle_space"))
    book = openpyxl.load_workbook(io.BytesIO(exports.template_workbook(form)))
    said = [str(cell.value) for row in book[catalog.GUIDE_SHEET].iter_rows() for cell in row if cell.value]
    for column in form.columns:
        assert column.header in said
    text = " ".join(said)
    for word in ("set_aside.csv", "지오코딩", "읽은 행 = 시설 + 묶인 행 + 제외한 행", "이용조건", "휴대전화"):
        assert word in text


def test_the_same_layer_gives_the_same_bytes():
    form = catalog.template(_layer("bookshop"))
    assert exports.template_workbook(form) == exports.template_workbook(form)
    with zipfile.ZipFile(io.BytesIO(exports.template_workbook(form))) as packed:
        assert packed.testzip() is None


def test_a_layer_of_a_study_has_a_template_too(tmp_path):
    own = catalog.Layer(
        key="garden", name_ko="공유텃밭", name_en="Garden", group="space", role="space", colour="#336633",
        symbol="텃", task="",
    )  # fmt: skip
    layer = catalog.load().with_layer(own).layer("garden")
    path = _filled(layer, tmp_path / "garden.xlsx", [_site(1, 세부유형="옥상")])
    rows = read_sites(path, layer=layer)
    assert rows.frame["kind"].tolist() == ["옥상"]


def test_home_sharing_has_no_places_and_no_template():
    with pytest.raises(StudyError, match="area only"):
        catalog.template(catalog.layer("home_sharing"))


def test_a_template_that_cannot_be_written_leaves_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(OutputError):
        exports.write_template(catalog.template(_layer("library")), blocked / "t.xlsx")
    folder = tmp_path / "taken.xlsx"
    folder.mkdir()
    with pytest.raises(OutputError):
        exports.write_template(catalog.template(_layer("library")), folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "taken.xlsx"]


# ------------------------------------------------------------------------------------------- commands


def _run(*args):
    return CliRunner().invoke(app, list(args))


def test_template_command_writes_once_and_never_over_a_filled_one(tmp_path):
    path = tmp_path / "공유부엌.xlsx"
    done = _run("template", "shared_kitchen", "--out", str(path))
    assert done.exit_code == 0
    assert 'layer = "shared_kitchen"' in done.output
    before = path.read_bytes()
    again = _run("template", "공유주방", "--out", str(path))
    assert isinstance(again.exception, OutputError)
    assert path.read_bytes() == before
    assert isinstance(_run("template", "library", "--out", str(tmp_path / "a.csv")).exception, OutputError)


def test_template_command_lists_and_names_what_it_has():
    listed = _run("template", "--list")
    assert [line.split()[0] for line in listed.output.splitlines()] == KEYS
    assert _run("template").exit_code == 2
    with pytest.raises(StudyError, match=r"kitchin.*shared_kitchen"):
        raise _run("template", "kitchin").exception
    with pytest.raises(StudyError, match="area only"):
        raise _run("template", "home_sharing").exception


def test_catalog_command_prints_tables_json_and_csv():
    overview = _run("catalog").output
    for word in ("따릉이 대여소", "지역단위 공유 네트워크 구축", "비예산", "8,341", "2-3"):
        assert word in overview
    assert "Sharing villages" in _run("catalog", "tasks", "--lang", "en").output
    everything = json.loads(_run("catalog", "--json").output)
    assert set(everything) == set(catalog.TABLES)
    tasks = json.loads(_run("catalog", "tasks", "--json").output)
    assert next(task for task in tasks if task["task"] == "2-4")["budget_2021"] is None
    text = _run("catalog", "targets", "--csv").output
    assert len(text.splitlines()) == 1 + len(catalog.frame("targets"))


def test_catalog_command_refuses_what_it_does_not_know():
    assert _run("catalog", "colours").exit_code == 2
    assert _run("catalog", "--csv").exit_code == 2
    assert _run("catalog", "--lang", "fr").exit_code == 2
