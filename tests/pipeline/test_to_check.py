"""The questions of a run in every output, and answers that the next run obeys."""

from __future__ import annotations

import dataclasses
import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from python_calamine import CalamineWorkbook

from real_study import study_of
from sharemap import pipeline
from sharemap.errors import StudyError
from sharemap.sites import Confirmed, PlaceRules

TO_VILLAGES = ("network", "sites", "reach", "coverage", "villages")
SPACES = {"library", "tool_library", "toy_library", "open_facility", "bookshop"}


@pytest.fixture(scope="module")
def asking(root):
    """The sample ward with every door a place of its own: most of what it finds must be checked."""
    whole = pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")
    few = tuple(entry for entry in whole.sites if entry.layer in SPACES)
    alone = dataclasses.replace(whole.villages, stability_runs=0, idle_spaces="")
    return dataclasses.replace(
        whole, sites=few, places=PlaceRules(near_m=1.0, same_address_m=0.0), villages=alone
    )


@pytest.fixture(scope="module")
def out(asking, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asking") / "out"
    pipeline.run(asking, folder)
    return folder


def layer(folder, name):
    return gpd.read_file(folder / "villages.gpkg", layer=name)


@pytest.mark.slow
def test_questions_stand_in_every_output_and_answers_are_obeyed(asking, out, tmp_path):
    asked = layer(out, "to_check")
    count = asked["rank"].nunique()
    assert set(asked["target"]) == {"village", "pair"}
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))["villages"]
    assert summary["to_check"] == count > 0
    assert summary["count"] == len(layer(out, "villages"))
    card = asked.drop_duplicates("rank").groupby("target")["residents_15min"]
    assert card.apply(lambda people: people.is_monotonic_decreasing).all()
    sheet = CalamineWorkbook.from_path(out / "villages.xlsx").get_sheet_by_name("확인 필요").to_python()
    told = {str(cell) for row in sheet for cell in row}
    assert set(asked["question_ko"]) | set(asked["place_a"]) | set(asked["place_b"]) <= told
    assert "to_check" in (out / "map.html").read_text(encoding="utf-8")
    html, _ = pipeline.report(out, out=tmp_path / "report")
    said = html.read_text(encoding="utf-8")
    assert "확인 필요" in said
    assert f"따로 {count}곳입니다." in said

    first, merged = asked[asked["rank"] == 1], asked[asked["target"] == "pair"].iloc[0]
    answers = [
        Confirmed(pair=(row.place_a, row.place_b), answer="different", who="공유도시팀")
        for row in first.itertuples()
    ]
    answers.append(Confirmed(pair=(merged["place_a"], merged["place_b"]), answer="same", note="별관"))
    pipeline.run(dataclasses.replace(asking, confirmed=tuple(answers)), tmp_path / "told", only=TO_VILLAGES)
    now = layer(tmp_path / "told", "to_check")
    pairs = set(zip(now["place_a"], now["place_b"], strict=True))
    assert not pairs & set(zip(first["place_a"], first["place_b"], strict=True))
    assert first["place_ids"].iloc[0] in set(layer(tmp_path / "told", "villages")["place_ids"])
    before, after = (gpd.read_parquet(folder / "places.parquet") for folder in (out, tmp_path / "told"))
    assert len(after) == len(before) - 1
    obeyed = pd.read_csv(tmp_path / "told" / "confirmed.csv")
    assert obeyed["answer_ko"].tolist() == [*["서로 다른 건물"] * len(first), "한 건물"]


@pytest.mark.slow
def test_an_answer_about_a_place_that_there_is_not_stops_the_run(asking, out):
    wrong = dataclasses.replace(asking, confirmed=(Confirmed(pair=("place-0", "place-1"), answer="same"),))
    with pytest.raises(StudyError, match="'place-0' -> copy the ids from to_check"):
        pipeline.run(wrong, out, only=("network", "sites"))


def test_a_study_file_names_its_answers(root, tmp_path):
    shutil.copytree(root / "data" / "raw" / "sample", tmp_path / "ward", ignore=lambda *_: ["truth"])
    study = tmp_path / "ward" / "study.toml"
    text = study.read_text(encoding="utf-8")
    entry = '\n[[confirmed]]\npair = ["p", "q"]\nanswer = "{}"\nwho = "팀"\n'
    study.write_text(text + entry.format("same"), encoding="utf-8")
    assert pipeline.read_study(study).confirmed == (Confirmed(pair=("p", "q"), answer="same", who="팀"),)
    study.write_text(text + entry.format("perhaps"), encoding="utf-8")
    with pytest.raises(
        StudyError,
        match=r"study.toml, column \[\[confirmed\]\] answer: .* -> use one of same, different, position",
    ):
        pipeline.read_study(study)


# --- real wards -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ward(shared_data, tmp_path_factory):
    """Dobong on the published files, without perturbed runs; all of Seoul is asked in its own test."""
    study = study_of(
        shared_data, tmp_path_factory.mktemp("ward"), extract="seoul", wards=["도봉구"], minutes=[15]
    )
    return dataclasses.replace(study, villages=dataclasses.replace(study.villages, stability_runs=0))


@pytest.fixture(scope="module")
def found(ward, tmp_path_factory):
    folder = tmp_path_factory.mktemp("found") / "out"
    pipeline.run(ward, folder, only=TO_VILLAGES)
    return folder


@pytest.mark.real
@pytest.mark.slow
def test_a_position_that_other_files_contradict_is_asked_about(found):
    asked, candidates = layer(found, "to_check"), layer(found, "villages")
    assert "쌍문1동" not in set(
        candidates["dong_name"]
    )  # a review of all of Seoul found it to be no three spaces
    moved = asked[asked["question"] == "position"].set_index("name_a").loc["쌍문2동 노해마을 공구대여점"]
    assert (moved["target"], moved["dong_name"]) == ("village", "쌍문1동")
    assert moved["apart_m"] == pytest.approx(1343, abs=1)
    assert "주소가 같은 '쌍문2동 공립 작은도서관'" in moved["question_ko"]
    both = shapely.points(moved[["lon_a", "lon_b"]].astype(float), moved[["lat_a", "lat_b"]].astype(float))
    ends = gpd.GeoSeries(both, crs=4326).to_crs(5179)
    assert ends.iloc[0].distance(ends.iloc[1]) == pytest.approx(1343, abs=1)
    assert moved["geometry"].distance(ends.iloc[1]) < 1  # the map joins the two positions


@pytest.mark.real
@pytest.mark.slow
def test_answers_of_an_officer_bring_a_candidate_back(ward, found, tmp_path):
    asked = layer(found, "to_check")
    sets = asked[(asked["dong_name"] == "쌍문1동") & (asked["target"] == "village")]
    answers = [
        Confirmed(answer="position", site=row.site_id, lon=row.lon_a, lat=row.lat_a, who="공유도시팀")
        if row.question == "position"
        else Confirmed(answer="different", pair=(row.place_a, row.place_b), who="공유도시팀")
        for row in sets.itertuples()
    ]
    assert [answer.answer for answer in answers] == ["different", "position"]
    pipeline.run(dataclasses.replace(ward, confirmed=tuple(answers)), tmp_path / "out", only=TO_VILLAGES)
    before, now = layer(found, "villages"), layer(tmp_path / "out", "villages")
    assert len(now) == len(before) + 1
    assert "쌍문1동" in set(now["dong_name"])
    left = layer(tmp_path / "out", "to_check")
    assert "쌍문1동" not in set(left.loc[left["target"] == "village", "dong_name"])
    positions = pd.read_csv(tmp_path / "out" / "positions.csv").set_index("site_id")
    (site,) = sets["site_id"].dropna()
    assert (positions.loc[site, "status"], positions.loc[site, "by"]) == ("confirmed", "answer")
    told = pd.read_csv(tmp_path / "out" / "confirmed.csv")
    assert told["who"].tolist() == ["공유도시팀"] * 2
    assert told["answer_ko"].tolist() == ["서로 다른 건물", "확인한 위치"]
