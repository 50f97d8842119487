"""The main job on the whole city, once; the first file of the suite, because it takes longest."""

from __future__ import annotations

import csv
import resource

import pytest

import contract
import village_contract
from real_study import study_of
from sharemap import pipeline


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
    village_contract.check_blocks(tmp_path / "out")
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    assert gigabytes < 24
