"""The main job on the whole city, once; the first file of the suite, because it takes longest."""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

import contract
import village_contract
from real_study import study_of
from sharemap import pipeline

# no three separate spaces, as a review of 2026 found, and what must be asked about each
REVIEWED = {
    **dict.fromkeys(("신사1동", "녹번동", "청구동", "신사2동"), "building"),
    **dict.fromkeys(("쌍문1동", "구로5동"), "position"),
}


def check_candidates(out, exported):
    """What must be asked is asked, and rows of the exported files contradict no candidate."""
    asked = gpd.read_file(out / "villages.gpkg", layer="to_check")
    for dong, question in REVIEWED.items():
        assert question in set(asked.loc[asked["dong_name"] == dong, "question"]), dong
    (pair,) = asked.loc[
        asked["dong_name"] == "신사1동", "target"
    ]  # what is left when its tool library is folded
    assert pair == "pair"
    tables = [word for name in ("sites", "positions") for word in ("--table", name)]
    export = ["-m", "sharemap", "export", str(out), "--format", "csv", *tables, "--out", str(exported)]
    subprocess.run([sys.executable, *export], check=True)
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "candidates_evidence.py"
    done = subprocess.run(
        [sys.executable, str(script), str(out), str(exported)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.real
@pytest.mark.slow
def test_all_of_seoul_finishes_in_memory(shared_data, tmp_path):
    # one cutoff instead of three: drawing is what takes long, and wards draw all three
    with (shared_data / "wards.csv").open(encoding="utf-8") as file:
        names = [row["name_ko"] for row in csv.DictReader(file)]
    study = study_of(shared_data, tmp_path, extract="seoul", wards=names, minutes=[15])
    summary = pipeline.run(study, tmp_path / "out")
    contract.check_files(tmp_path / "out")
    contract.check_rows_add_up(tmp_path / "out")
    contract.check_people(tmp_path / "out")
    contract.check_reach(tmp_path / "out", most_sites=60)
    assert summary.residents == 9_985_652
    assert summary.area.dongs == 425
    assert summary.area.area_km2 == pytest.approx(606.971, abs=0.01)
    assert summary.villages.count >= 5
    village_contract.check_cliques(study, tmp_path / "out")
    check_candidates(tmp_path / "out", tmp_path / "csv")
    village_contract.check_blocks(tmp_path / "out")
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    assert gigabytes < 24
