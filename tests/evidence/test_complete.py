"""Rows by ward, and what follows of a list: counted by hand on a few wards, and by a second reader on files of Seoul."""

from __future__ import annotations

import csv
import re

import geopandas as gpd
import pytest
from shapely.geometry import box

from sharemap import catalog, evidence, sites
from sharemap.sources.sites import read_sites
from two_dongs import AREA, X, Y, read, row

# 가온구 has two dongs; 나온구 lies east of them
WARDS = gpd.GeoDataFrame(
    {
        "ward_code": [*AREA["ward_code"], "11991"],
        "ward_name": [*AREA["ward_name"], "나온구"],
        "dong_code": [*AREA["dong_code"], "1199151000"],
        "dong_name": [*AREA["dong_name"], "다동"],
    },
    geometry=[*AREA.geometry, box(X + 2000, Y, X + 3000, Y + 1000)],
    crs=5179,
)


def complete(*files, area=WARDS, layers=None):
    built = sites.build(files, area, surroundings_m=500.0)
    keys = layers or [one.layer.key for one in files]
    table = evidence.completeness(built.wards, built.sites, area, layers=keys, catalog=catalog.load())
    return table.set_index(["layer", "ward_name"])


def without_position(name, address, **more):
    return {**row(name, address=address, **more), "위도": "", "경도": ""}


def test_a_ward_without_a_row_is_no_data_and_not_zero(tmp_path):
    table = complete(read(tmp_path, [row("가", 10, 10), row("나", 1500, 10)]))
    assert table["status"].to_dict() == {("library", "가온구"): "listed", ("library", "나온구"): "no_data"}
    assert table["rows"].tolist() == [2, 0]
    assert table["rows_elsewhere"].tolist() == [0, 2]
    assert table["sites"].tolist() == [2, 0]
    assert table.loc[("library", "나온구"), "silent_files"] == "a.csv"
    assert table["silent_files"].isna().tolist() == [True, False]


def test_rows_without_a_position_speak_of_the_ward_in_their_address(tmp_path):
    rows = [
        row("가", 10, 10),
        without_position("나", "서울특별시 나온구 새길 5"),
        without_position("다", "부산광역시 나온구 새길 5"),  # of another city
        without_position("라", "새길 5"),
        {**without_position("합계", ""), "명칭": "합계"},
    ]
    table = complete(read(tmp_path, rows))
    assert table.loc[("library", "나온구"), ["status", "rows", "waiting", "sites"]].tolist() == [
        "waiting",
        1,
        1,
        0,
    ]
    assert table["rows_elsewhere"].tolist() == [
        3,
        3,
    ]  # 나, 다 and 라; 가, 다 and 라: a total is no row of anything


def test_a_closed_row_says_that_the_list_knows_the_ward(tmp_path):
    rows = [row("가", 10, 10), row("나 도서관(폐관)", 2500, 10, address="서울 나온구 새길 5")]
    table = complete(read(tmp_path, rows))
    assert table.loc[("library", "나온구"), ["status", "rows", "sites"]].tolist() == ["closed", 1, 0]


def test_one_of_two_files_can_be_silent_while_the_layer_is_listed(tmp_path):
    first = read(tmp_path, [row("가", 10, 10), row("나", 2500, 10)], name="a.csv")
    second = read(tmp_path, [row("다", 500, 500)], name="b.csv")
    table = complete(first, second)
    assert table["status"].tolist() == ["listed", "listed"]
    assert table.loc[("library", "나온구"), "silent_files"] == "b.csv"


def test_a_site_of_two_files_counts_rows_of_both(tmp_path):
    same = row("가온도서관", 10, 10)
    first, second = read(tmp_path, [same], name="a.csv"), read(tmp_path, [same], name="b.csv")
    table = complete(first, second)
    assert table.loc[("library", "가온구"), ["rows", "sites"]].tolist() == [2, 1]


def test_a_list_without_rows_says_so_and_a_ward_alone_has_neighbours_outside(tmp_path):
    empty = read(tmp_path, [{**without_position("합계", ""), "명칭": "합계"}], name="empty.csv")
    assert set(complete(empty)["status"]) == {"no_rows"}
    far = complete(read(tmp_path, [row("가", 10, 10)]), area=WARDS.iloc[2:])
    assert far["status"].tolist() == ["no_data"]


def test_dates_are_the_oldest_and_newest_that_rows_state(tmp_path):
    rows = [{**row(name, 10 + 50 * at, 10), "기준일자": date} for at, (name, date) in enumerate(
        [("가", "2019-03-01"), ("나", "2024-12-31"), ("다", "")]
    )]  # fmt: skip
    table = complete(read(tmp_path, rows))
    assert table.loc[("library", "가온구"), ["oldest", "newest"]].tolist() == ["2019-03-01", "2024-12-31"]
    assert table.loc[("library", "나온구"), ["oldest", "newest"]].isna().all()


def test_hosts_are_the_places_that_the_plan_names_wherever_they_are_published(tmp_path):
    tools = read(tmp_path, [row("공구", 10, 10)], layer="tool_library", name="tools.csv")
    rooms = read(
        tmp_path,
        [row("다동주민센터", 2100, 10), row("체육관", 2500, 10)],
        layer="open_facility",
        name="rooms.csv",
    )
    wifi = read(tmp_path, [row("다동주민센터", 2900, 900)], layer="public_wifi", name="wifi.csv")
    own = read(tmp_path, [row("가동 자치회관", 300, 300)], layer="community_centre", name="own.csv")
    table = complete(tools, rooms, wifi, own).loc["tool_library"]
    assert table["host"].unique().tolist() == ["community_centre"]
    assert table["hosts"].tolist() == [1, 1]
    others = complete(rooms)
    assert others["host"].isna().all()
    assert others["hosts"].isna().all()


def test_the_plans_count_is_of_the_whole_city_and_only_compared_there(tmp_path):
    assert complete(read(tmp_path, [row("가", 10, 10)], layer="tool_library"))["plan_count"].isna().all()
    told = evidence.planned(catalog.layer("tool_library"))
    assert (told.count, told.year, told.measured_by) == (393.0, 2020, "sites")
    wifi = evidence.planned(catalog.layer("public_wifi"))  # a goal, for the plan reports no state
    assert (wifi.count, wifi.year, wifi.measured_by) == (12000.0, 2021, "capacity")


@pytest.mark.real
def test_seoul_lists_are_silent_about_the_wards_that_a_plain_reader_finds(shared_data):
    """The tool libraries of 2019 state the ward in all addresses but four: counted with the csv module alone."""
    from sharemap.sources.boundaries import read_area

    file = shared_data / "sites" / "tool_library__2019.csv"
    with file.open(encoding="utf-8-sig") as text:
        said = [re.match(r"서울\S*\s+(\S+?구)\s", line["address"]) for line in csv.DictReader(text)]
    area = read_area(shared_data / "boundaries" / "dong__202104.geojson")
    table = complete(read_sites(file, layer="tool_library"), area=area).loc["tool_library"]
    assert sum(found is None for found in said) == 4
    silent = set(area["ward_name"]) - {found[1] for found in said if found}
    assert silent == {"강남구", "동작구", "금천구"}
    assert set(table.index[table["status"] == "no_data"]) == silent
    assert table["rows"].sum() == len(said) == 166
    assert table["plan_count"].unique().tolist() == [393.0]
    assert table["plan_found"].unique().tolist() == [165.0]
