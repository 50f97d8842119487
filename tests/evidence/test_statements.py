"""Statements: what is doubted, what it changes, and in which order it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sharemap import catalog, evidence
from sharemap.findings import LANGUAGES
from sharemap.findings import evidence as in_words
from sharemap.schema import TABLES
from sharemap.sources.answers import no_answers

WARDS = {"11680": "강남구", "11590": "동작구", "11230": "동대문구"}


@dataclass(frozen=True)
class Counted:
    """People as if they had been counted: each answer another number, so that none can stand in for another."""

    layers: tuple[str, ...] = ("tool_library", "library", "public_wifi")
    as_filed: int = 100_000
    if_all_on_street: int = 100_250

    def everywhere(self, layer, wards=None):
        return self.as_filed + 1000 * (1 + self.layers.index(layer)) * (5 if wards is None else len(wards))

    def hosted(self, layer):
        return self.as_filed + 7000 + self.layers.index(layer)

    def without(self, layer):
        return self.as_filed - 3000 * (1 + self.layers.index(layer))

    def without_site(self, site_id, layer):
        return self.as_filed - len(site_id) - self.layers.index(layer)


def listed(layer, ward, status="listed", **more):
    known = {
        "rows": 5, "rows_elsewhere": 9, "waiting": 0, "sites": 5, "silent_files": None, "oldest": "2019", "newest": "2020",
        "host": None, "hosts": None, "plan_count": None, "plan_year": None, "plan_found": None,
    }  # fmt: skip
    return {"layer": layer, "ward_code": ward, "ward_name": WARDS[ward], "status": status, **known, **more}


def lists(*rows):
    return pd.DataFrame(rows).astype({"plan_count": "float64", "plan_found": "float64", "hosts": "Int64"})


def told(made):
    table = evidence.answered(evidence.statements(made), no_answers()).assign(checked_on="2026-11-29")
    return in_words.worded(table, catalog.load())


def test_a_list_short_of_the_plan_is_doubted_and_its_hosts_say_what_it_may_lack():
    plan = {
        "plan_count": 393.0,
        "plan_year": 2020,
        "plan_found": 165.0,
        "hosts": 161,
        "host": "community_centre",
    }
    table = lists(listed("tool_library", "11680", **plan), listed("tool_library", "11590", **plan))
    (row,) = told(evidence.of_lists(table, catalog.load(), Counted())).to_dict("records")
    assert (row["status"], row["status_ko"], row["case"]) == ("doubtful", "의심", "plan_short_hosted")
    assert (row["value"], row["expected"], row["expected_year"], row["hosts"]) == (165.0, 393.0, 2020, 322)
    assert (row["people_if_true"], row["people_if_false"], row["people_difference"]) == (100.0, 107.0, 7.0)
    assert "42.0%" in row["finding_ko"]
    assert "393개소" in row["expected_source"]
    assert "322곳" in row["question_ko"]


@pytest.mark.parametrize(
    ("found", "status", "case", "false"),
    [
        (74.0, "doubtful", "plan_short", 115.0),
        (75.0, "plausible", "plan_near", None),
        (130.0, "plausible", "plan_near", None),
    ],
)
def test_three_quarters_of_the_plan_are_plausible(found, status, case, false):
    plan = {"plan_count": 100.0, "plan_year": 2021, "plan_found": found}
    (row,) = told(
        evidence.of_lists(lists(listed("public_wifi", "11680", **plan)), catalog.load(), Counted())
    ).to_dict("records")
    assert (row["status"], row["case"]) == (status, case)
    assert row["people_if_false"] == false or (false is None and np.isnan(row["people_if_false"]))
    assert row["open"] == (status == "doubtful")


def test_a_list_that_nothing_can_be_held_against_is_unknown_and_so_are_its_people():
    (row,) = told(evidence.of_lists(lists(listed("library", "11680")), catalog.load(), Counted())).to_dict(
        "records"
    )
    assert (row["status_ko"], row["case"], row["method"]) == ("미상", "plan_none", "none")
    assert np.isnan(row["people_if_false"])
    assert row["people_ko"].startswith("미상")


def test_wards_without_rows_are_asked_about_and_those_with_rows_are_not():
    table = lists(
        listed("tool_library", "11680", "no_data", rows=0, sites=0, silent_files="tools.csv"),
        listed("library", "11680", "waiting", waiting=3, sites=0),
        listed("library", "11230", silent_files="standard.csv"),
        listed("library", "11590", "closed", sites=0),
        listed("public_wifi", "11590"),
        listed(
            "bookshop", "11590", "no_data", rows=0, sites=0, silent_files="books.csv"
        ),  # counts as no data at all
    )
    rows = told(evidence.of_wards(table, Counted())).set_index("about_id")
    assert rows["case"].to_dict() == {
        "library:11680": "waiting", "library:11230": "file_silent", "tool_library:11680": "no_data",
        "bookshop:11590": "no_data", "library:11590": "closed",
    }  # fmt: skip
    assert rows["people_if_false"].dropna().to_dict() == {
        "library:11680": 102.0, "library:11230": 102.0, "tool_library:11680": 101.0
    }  # fmt: skip
    assert rows.loc["library:11590", "open"] == np.False_
    assert "정말 없습니까" in rows.loc["tool_library:11680", "question_ko"]
    assert "3개" in rows.loc["library:11680", "finding_ko"]


@pytest.mark.parametrize(
    ("ref_date", "months", "status", "case"),
    [
        ("2026-11", 0, "plausible", "up_to_date"),
        ("2024-11-30", 24, "plausible", "up_to_date"),
        ("2024-10", 25, "plausible", "ageing"),
        ("2022-11", 48, "plausible", "ageing"),
        ("2022", 47, "plausible", "ageing"),  # its end
        ("202210", 49, "doubtful", "out_of_date"),
        ("2014", 143, "doubtful", "out_of_date"),
        ("", None, "unknown", "undated"),
        ("지난달", None, "unknown", "undated"),
    ],
)
def test_lists_are_doubted_when_they_are_out_of_date(ref_date, months, status, case):
    one = evidence.DatedInput(kind="sites", layer="library", file="a.csv", ref_date=ref_date)
    (row,) = told(evidence.of_ages([one], date(2026, 11, 29), Counted())).to_dict("records")
    assert (row["status"], row["case"]) == (status, case)
    assert row["value"] == months or (months is None and np.isnan(row["value"]))
    assert row["people_if_false"] == 94.0 if status == "doubtful" else np.isnan(row["people_if_false"])


def test_streets_age_slower_than_lists():
    made = [
        evidence.DatedInput(kind=kind, layer="", file=f"{kind}.csv", ref_date="2021-08")
        for kind in ("sites", "streets")
    ]
    rows = told(evidence.of_ages(made, date(2026, 11, 29), Counted())).set_index("name")["status"]
    assert rows.to_dict() == {"sites.csv": "doubtful", "streets.csv": "plausible"}


def test_homes_hours_and_missing_groups():
    demand = pd.DataFrame({"status": ["ok", "too_far"], "method": ["output_areas", "streets"]})
    sites = pd.DataFrame(
        {"layer": ["library"] * 4 + ["tool_library"], "in_area": True, "hours": ["9", "9", "9", None, None]}
    )
    rows = told(
        [
            *evidence.of_homes(demand, Counted()),
            *evidence.of_hours(sites, ["library", "tool_library", "bookshop"]),
            *evidence.of_groups(["goods"]),
        ]
    ).set_index("case")
    assert rows.loc["no_street", ["people_if_true", "people_if_false"]].tolist() == [100.0, 100.25]
    assert rows["status"].drop("no_street").to_dict() == {
        "hours_known": "plausible", "hours_unknown": "unknown", "placed": "plausible", "placed_roughly": "doubtful",
        "group_missing": "unknown",
    }  # fmt: skip
    assert rows.loc["hours_known", "value"] == 0.75
    assert "물건" in rows.loc["group_missing", "finding_ko"]


def test_what_changes_most_people_is_checked_first_and_what_nobody_can_say_after_it():
    def one(name, status, true=None, false=None):
        return evidence.Statement(
            about="layer", about_id=name, dimension="complete", case="plan_none", status=status, layer="library", value=1.0,
            if_true=true, if_false=false,
        )  # fmt: skip

    made = [
        one("small", "doubtful", 1000, 1500), one("sure", "plausible", 0, 9_000_000), one("unsaid", "unknown"),
        one("less", "unknown", 5000, 1000), one("more", "doubtful", 1000, 9000), one("alike", "doubtful", 1000, 9000),
    ]  # fmt: skip
    table = told(made)
    assert table["about_id"].tolist() == ["alike", "more", "less", "small", "unsaid", "sure"]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert told(reversed(made))["evidence_id"].tolist() == table["evidence_id"].tolist()


def test_no_statement_says_unknown_with_a_dash_or_a_blank():
    table = lists(
        listed("library", "11680"), listed("tool_library", "11680", "no_data", silent_files="a.csv")
    )
    rows = told([*evidence.of_lists(table, catalog.load(), Counted()), *evidence.of_wards(table, Counted())])
    for column in (
        "status_ko",
        *(f"{word}_{lang}" for word in ("finding", "people", "question") for lang in LANGUAGES),
    ):
        assert not rows[column].str.strip().isin(["", "-", "–"]).any(), column


def test_without_statements_there_is_an_empty_table():
    table = told([])
    assert table.empty
    assert table.columns.tolist() == TABLES["evidence"].names


def position(site, status, **more):
    known = {"layer": "library", "name": f"도서관 {site}", "file": "a.csv", "apart_m": 700.0, "moved_m": 0.0}
    return {"site_id": site, "status": status, **known, **more}


def test_each_contradicted_position_is_asked_about_and_the_others_are_counted():
    table = pd.DataFrame(
        [
            position("abc", "contradicted"), position("abcdef", "contradicted", moved_m=650.0),
            position("e", "contradicted", layer="bookshop"), position("f", "confirmed"), position("g", "unverifiable"),
            position("h", "unverifiable"), position("i", "plausible", layer="tool_library"),
        ]
    )  # fmt: skip
    rows = told(evidence.of_positions(table, Counted())).set_index("about_id")
    assert rows["status"].to_dict() == {
        "abc": "doubtful", "e": "doubtful", "abcdef": "plausible", "library:confirmed": "confirmed",
        "library:unverifiable": "unknown", "tool_library:plausible": "plausible",
    }  # fmt: skip
    assert rows.loc["abc", ["people_if_true", "people_if_false", "value"]].tolist() == [100.0, 99.996, 700.0]
    assert rows["people_if_false"].count() == 1
    assert rows.loc["library:unverifiable", "value"] == 2
    assert "650 m" in rows.loc["abcdef", "finding_ko"]


def test_a_pair_that_several_sets_hang_on_is_asked_once_for_the_set_with_most_residents():
    pair = {
        "ward_name": "강남구",
        "name_a": "가",
        "name_b": "나",
        "place_a": "P-1",
        "place_b": "P-2",
        "apart_m": 30.0,
    }
    table = pd.DataFrame(
        [
            {**pair, "rank": 1, "residents_15min": 1000.5},
            {**pair, "rank": 2, "residents_15min": 2000.25},
            {**pair, "rank": 3, "residents_15min": 10.0, "place_b": "P-3", "ward_name": None},
        ]
    )
    rows = told(evidence.of_pairs(table))
    assert rows["about_id"].tolist() == ["P-1:P-2", "P-1:P-3"]
    assert rows["people_if_true"].tolist() == [2000.25, 10.0]
    assert rows["people_if_false"].tolist() == [0.0, 0.0]
    assert rows["affects"].unique().tolist() == ["villages"]
    assert rows["question_ko"][0] == "‘가 · 나’: 서로 다른 건물입니까?"


def test_answers_that_the_run_has_obeyed_say_who_has_looked():
    common = {"who": "김주무", "date": "2026-11-29", "name_a": "가", "place_a": "P-1"}
    table = pd.DataFrame(
        [
            {**common, "answer": "same", "name_b": "나", "place_b": "P-1", "site_id": None},
            {**common, "answer": "different", "name_b": "다", "place_b": "P-3", "site_id": None, "who": None},
            {**common, "answer": "position", "name_b": None, "place_b": None, "site_id": "S-1"},
        ]
    )
    rows = told(evidence.of_confirmed(table)).set_index("about_id")
    assert set(rows["status_ko"]) == {"확인"}
    assert not rows["open"].any()
    assert rows["case"].to_dict() == {
        "P-1:P-1": "confirmed_same", "P-1:P-3": "confirmed_different", "S-1": "confirmed_position",
    }  # fmt: skip
    assert rows.loc["S-1", ["answered_by", "answered_on"]].tolist() == ["김주무", "2026-11-29"]
    assert pd.isna(rows.loc["P-1:P-3", "answered_by"])
    assert rows.loc["P-1:P-3", "finding_ko"] == "‘가 · 다’: 서로 다른 건물로 확인됨"
