"""What a run will read is looked at before its first stage, and what a stage does not read is not asked for."""

from __future__ import annotations

import dataclasses
import logging
import shutil

import pytest
from typer.testing import CliRunner

from sharemap import pipeline
from sharemap.cli import app
from sharemap.errors import (
    ElevationError,
    GeometryError,
    MissingFileError,
    PopulationError,
    SharemapError,
    SiteFileError,
)
from sharemap.study.parts import ElevationInput, PopulationInput


@pytest.fixture(scope="module")
def sample(root):
    return pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")


@pytest.fixture
def damaged(sample, tmp_path):
    table = sample.file(sample.population.table).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    texts = {
        "lacking.tsv": "".join(line for line in table if "은행동" not in line),
        "headless.tsv": "".join(table).replace("5~9세", "몇 살"),
        "homes.csv": "lon,lat,who\n127,37.5,me\n",
        "masses.csv": "lon,lat,residents\n127.0,37.54,many\n",
        "dem.tif": "no raster",
        "blocks.gpkg": "no map",
        "idle.csv": "무엇\n이것\n",
        "centroids.csv": "name\na\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _with(study, folder, part, **keys):
    kinds = {"population": PopulationInput, "elevation": ElevationInput}
    paths = {key: str(folder / value) for key, value in keys.items()}
    if part in kinds:
        return dataclasses.replace(study, **{part: kinds[part](**paths)})
    return dataclasses.replace(study, **{part: dataclasses.replace(getattr(study, part), **paths)})


@pytest.mark.parametrize(
    ("part", "keys", "error", "said"),
    [
        ("population", {"table": "lacking.tsv"}, PopulationError, "은행동"),
        ("population", {"table": "headless.tsv"}, PopulationError, "no columns for some ages.*age_05_09"),
        ("population", {"table": "gone.tsv"}, MissingFileError, "gone.tsv"),
        ("population", {"points": "homes.csv"}, PopulationError, "no column for the number of residents"),
        ("population", {"points": "masses.csv"}, PopulationError, "many"),
        ("elevation", {"raster": "dem.tif"}, ElevationError, "no raster"),
        ("villages", {"blocks": "blocks.gpkg"}, GeometryError, "blocks.gpkg"),
        ("villages", {"idle_spaces": "idle.csv"}, SiteFileError, "idle.csv"),
    ],
)
def test_a_bad_input_of_a_late_stage_is_found_before_the_first(  # noqa: PLR0917
    sample, damaged, tmp_path, part, keys, error, said
):
    begun = []
    with pytest.raises(error, match=said):
        pipeline.run(_with(sample, damaged, part, **keys), tmp_path / "out", before=begun.append)
    assert begun == []
    assert not (tmp_path / "out").exists()


def test_bad_output_areas_beside_a_good_table_are_found_too(sample, damaged, tmp_path):
    population = dataclasses.replace(sample.population, output_areas=str(damaged / "centroids.csv"))
    begun = []
    with pytest.raises(SharemapError, match=r"centroids\.csv"):
        pipeline.run(
            dataclasses.replace(sample, population=population), tmp_path / "out", before=begun.append
        )
    assert begun == []


def test_only_what_the_chosen_stages_read_is_looked_at(sample, damaged, tmp_path, caplog):
    study = _with(sample, damaged, "population", table="lacking.tsv")
    pipeline.run(study, tmp_path / "out", only=("network",))
    assert (tmp_path / "out/network/edges.parquet").is_file()
    before = logging.root.manager.disable
    caplog.clear()
    with pytest.raises(PopulationError), caplog.at_level(logging.INFO, logger="sharemap"):
        pipeline.run(study, tmp_path / "out")
    assert logging.root.manager.disable == before
    assert not caplog.records  # what is read again is not told twice


def test_files_that_a_command_does_not_read_need_not_be_there(root, tmp_path):
    folder = root / "data" / "raw" / "sample"
    for name in ("study.toml", "dong.geojson", "gaon.osm.pbf"):
        shutil.copy(folder / name, tmp_path / name)
    with pytest.raises(MissingFileError, match="does not exist"):
        pipeline.read_study(tmp_path / "study.toml")
    with pytest.raises(MissingFileError, match="does not exist"):
        pipeline.read_study(tmp_path / "study.toml", only=("coverage",))
    assert pipeline.read_study(tmp_path / "study.toml", only=("network",)).title
    done = CliRunner().invoke(app, ["network", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out/network/nodes.parquet").is_file()
    refused = CliRunner().invoke(app, ["sites", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out")])
    assert refused.exit_code != 0
