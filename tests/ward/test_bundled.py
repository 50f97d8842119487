"""The sample that comes with the package: all that a study needs, and nothing of how it is made."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import pytest

from sharemap import sample
from sharemap.errors import MissingFileError, OutputError


def test_the_bundled_copy_is_found():
    assert (sample.folder() / "study.toml").is_file()


def test_a_copy_holds_what_is_bundled_but_the_truth(root, tmp_path):
    bundled = root / "data" / "raw" / "sample"
    sample.write(tmp_path / "made" / "copy")
    copied = {path.name: path.read_bytes() for path in (tmp_path / "made" / "copy").iterdir()}
    assert copied == {path.name: path.read_bytes() for path in bundled.iterdir() if path.is_file()}
    assert copied.keys() >= {"study.toml", "gaon.osm.pbf"}
    assert "truth" not in copied


def test_a_copy_onto_itself_changes_nothing(tmp_path, monkeypatch):
    sample.write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(sample, "folder", lambda: tmp_path)
    sample.write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_missing_copy_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(sample, "__file__", str(tmp_path / "a" / "b" / "c" / "d.py"))
    monkeypatch.setattr(sample.importlib.resources, "files", lambda _: tmp_path)
    with pytest.raises(MissingFileError, match="install sharemap again"):
        sample.folder()


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="choose a folder"):
        sample.write(tmp_path / "file" / "sample")


def test_a_wheel_has_the_sample_and_neither_its_generator_nor_its_truth(root, tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sharemap"}
    bundled = {name.rpartition("/")[2] for name in names if name.startswith("sharemap/_sample/")}
    assert bundled == {path.name for path in (root / "data" / "raw" / "sample").iterdir() if path.is_file()}
    assert not [name for name in names if "truth" in name]
    package = {name.removeprefix("sharemap/") for name in names if name.startswith("sharemap/")}
    own = root / "src" / "sharemap"
    source = [path for path in own.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert package - {f"_sample/{name}" for name in bundled} == {
        path.relative_to(own).as_posix() for path in source
    }
    asked = "from sharemap import pipeline, sample; f = sample.folder(); pipeline.read_study(f / 'study.toml'); print(f)"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == str(tmp_path / "site" / "sharemap" / "_sample")
