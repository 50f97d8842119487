"""The tool that runs the sample under every Python: what it calls the same, different, and not run."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from tools import everywhere


def test_the_lowest_versions_are_the_floors_of_all_dependencies(root):
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    floors = everywhere.lowest(root / "pyproject.toml")
    assert len(floors) == len(told)
    assert all(one.startswith(floor.replace("==", ">=")) for one, floor in zip(told, floors, strict=True))


def test_a_dependency_without_a_floor_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["numpy>=2.0", "momepy<2"]\n', encoding="utf-8"
    )
    with pytest.raises(SystemExit, match=r"without a floor.*momepy"):
        everywhere.lowest(tmp_path / "pyproject.toml")


def test_every_difference_is_named_by_its_place():
    ours = {"sites": 451, "layers": [{"key": "library", "served": 0.5}], "same": [1, None]}
    theirs = {"sites": 450, "layers": [{"key": "library", "served": 0.25}], "same": [1, None], "more": 1}
    assert list(everywhere.differences(ours, ours)) == []
    assert list(everywhere.differences(ours, theirs)) == [
        "layers[0].served: 0.5 here, 0.25 there",
        "more: None here, 1 there",
        "sites: 451 here, 450 there",
    ]
    assert list(everywhere.differences([1, 2], [1])) == [": [1, 2] here, [1] there"]


def test_a_crash_is_called_by_its_signal():
    killed = subprocess.run(
        [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"], check=False
    )
    assert everywhere.ending(killed.returncode) == "crash: SIGSEGV"
    assert everywhere.ending(4) == "exit code 4"


def test_no_index_is_said_and_versions_that_exclude_each_other_fail():
    no_index = "WARNING: Retrying\nERROR: No matching distribution found for numba>=0.61"
    assert everywhere.uninstalled(no_index) == (
        "not run: cannot be installed here (No matching distribution found for numba>=0.61)",
        False,
    )
    conflict = "ERROR: Cannot install a\nERROR: ResolutionImpossible: for help visit"
    assert everywhere.uninstalled(conflict) == ("the allowed versions exclude each other", True)


def test_this_python_is_found_and_one_that_is_nowhere_is_not():
    assert everywhere.interpreter(f"{sys.version_info.major}.{sys.version_info.minor}") is not None
    assert everywhere.interpreter("3.99") is None
