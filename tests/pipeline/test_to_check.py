"""The questions of a run in every output, and answers that the next run obeys."""

from __future__ import annotations

import dataclasses
import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

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
    with pytest.raises(StudyError, match="'place-0' -> copy the ids of the pair from to_check"):
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
        StudyError, match=r"study.toml, column \[\[confirmed\]\] answer: .* -> use one of same, different"
    ):
        pipeline.read_study(study)
