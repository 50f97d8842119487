"""What is about one group counts its people, and what nobody knows is said apart: report, workbook, map, summary."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

from runs import run_of
from sharemap.exports.report import people
from sharemap.exports.report.content import IllustratedRun
from sharemap.exports.workbook import unserved
from sharemap.findings.figures import Figures
from sharemap.maps.screen.profiles import people_counted, profiles
from sharemap.maps.screen.tables import headline
from sharemap.units import ELDERLY, PROFILES, STANDARD

TOWN = runpy.run_path(str(Path(__file__).parents[1] / "support" / "town.py"))
WALKERS = {one.name: one for one in (STANDARD, ELDERLY, PROFILES["wheelchair"])}


def entry(walker):
    gap = {} if walker is STANDARD else {"all_groups": {"residents": 1, "share": 0.1}}
    return {
        "profile": walker.name, "profile_ko": walker.name_ko, "profile_en": walker.name_en, "speed_kmh": walker.speed_kmh,
        "steps_factor": walker.steps_factor, "cutoff_m": walker.metres(15), "age_band": walker.age_band, "groups": {},
        "all_groups": {"covered": 1, "share": 0.1}, "gap": gap,
    }  # fmt: skip


@pytest.fixture(scope="module")
def run():
    tables = TOWN["tables"]()
    named = [
        {"profile": walker.name, "profile_ko": walker.name_ko, "slower": slower}
        for slower, walker in enumerate(WALKERS.values())
    ]
    for unit in ("dong", "ward"):
        parts = [tables[f"coverage_{unit}"].assign(**one) for one in named]
        frame = pd.concat(parts, ignore_index=True)
        frame["covered"] = frame["covered"] // (1 + frame["slower"])
        frame["share"] = frame["covered"] / frame["residents"]
        tables[f"coverage_profiles_{unit}"] = frame
    rows = tables["coverage_profiles_dong"].query("slower > 0")
    # as many are lost as are still reached: a half by one walker, a third by the other
    tables["profile_gap"] = rows.assign(only_study_profile=rows["covered"], share=rows["share"])
    tables["coverage_dong"] = tables["coverage_dong"].assign(
        unknown=[7, 0] * (len(tables["coverage_dong"]) // 2)
    )
    summary = TOWN["summary"](tables)
    pace = {"groups": {}, "all_groups": {"covered": 4321, "share": 0.4321}}
    pace["groups"] = {one["group"]: pace["all_groups"] for one in summary["groups"]}
    summary |= {
        "profiles": [entry(walker) for walker in WALKERS.values()], "residents_without_street": 28, "least_mobile": "wheelchair",
        "own_pace": {"profile": "elderly", "age_band": "65_over", **pace},
    }  # fmt: skip
    homes = {
        "demand_id": ["0", "1"],
        "edge_id": [0, 1],
        "residents": [3000, 4000],
        "status": ["ok", "too_far"],
    }
    tables["demand"] = pd.DataFrame(homes | {"geometry": None})
    tables["doors"] = pd.DataFrame({"profile": ["wheelchair"], "demand_id": ["1"], "status": ["ok"]})
    return run_of(tables, summary)


def lost(run, walker, age):
    gap = run.tables["profile_gap"]
    rows = gap[(gap["profile"] == walker) & (gap["age_band"] == age) & (gap["key"] == "all_groups")]
    return int(rows["only_study_profile"].sum())


def test_the_report_counts_older_adults_in_people_of_65_and_over(run):
    told = [
        part.text
        for part in people.profiles(IllustratedRun(run.tables, run.summary, pictures={}))
        if hasattr(part, "text")
    ]
    assert lost(run, "elderly", "65_over") != lost(run, "elderly", "all")
    old, chairs = lost(run, "elderly", "65_over"), lost(run, "wheelchair", "all")
    assert any(f"고령자이면 닿지 못하는 65세 이상 주민은 {old:,}명" in text for text in told)
    (chair,) = [text for text in told if f"휠체어이면 닿지 못하는 주민은 {chairs:,}명" in text]
    assert "주소지 기준 가정: 휠체어 이용자 수는 자료가 없어" in chair
    assert any("4,321명 (43.2%)" in text and "제 걸음" in text for text in told)
    assert f"{lost(run, 'elderly', 'all'):,}명" not in " ".join(told)


def test_the_summary_counts_the_gap_in_people_of_the_age(run):
    found = Figures(run.table).profiles(WALKERS.values(), cutoff_min=15)
    assert [one.age_band for one in found] == ["all", "65_over", "all"]
    assert found[1].gap["all_groups"].residents == lost(run, "elderly", "65_over")
    assert found[2].gap["all_groups"].residents == lost(run, "wheelchair", "all")
    assert found[0].gap == {}
    assert [one.residents_without_street for one in found] == [4, 4, 0]
    assert [one.residents_by_other_door for one in found] == [0, 0, 4]


def test_the_workbook_says_whom_it_counts(run):
    fields = {field.header: list(field.cells) for field in unserved.walkers(run).fields}
    rows = pd.DataFrame(
        {name: fields[name] for name in ("보행유형", "센 주민", "주민수", "전체 분야 격차 주민수")}
    )
    by_walker = rows.groupby("보행유형")
    assert by_walker["센 주민"].unique().explode().to_dict() == {"고령자": "65세 이상 주민", "휠체어": "주민"}
    assert by_walker["주민수"].sum().to_dict() == {"고령자": 2500, "휠체어": 10_000}
    assert by_walker["전체 분야 격차 주민수"].sum().to_dict() == {
        "고령자": lost(run, "elderly", "65_over"), "휠체어": lost(run, "wheelchair", "all"),
    }  # fmt: skip
    coverage = {field.header: field for field in unserved.coverage(run).fields}
    assert coverage[run.unknown_head].total == 28
    assert "미상" in run.unknown_head


def test_the_map_counts_people_of_the_age_and_says_what_is_assumed(run):
    shown = {one.key: one for one in profiles(run)}
    at = run.service_keys.index("all_groups")
    assert shown["elderly"].residents[at] == 2_500_000
    assert shown["elderly"].gap[at] == 1000 * lost(run, "elderly", "65_over")
    assert (shown["elderly"].counted, shown["elderly"].note) == ("65세 이상 주민", "")
    assert shown["wheelchair"].residents[at] == 10_000_000
    assert "가정" in shown["wheelchair"].note
    assert people_counted(run)["1199051000"] == {
        "standard": 4_000_000, "elderly": 1_000_000, "wheelchair": 4_000_000,
    }  # fmt: skip
    text = headline(run)
    assert "주민 10,000명 중 4,321명 (43.2%)" in text
    assert "주민 28명은" in text
