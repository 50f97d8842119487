"""The layer of the recipe in CONTRIBUTING, in a copy of the package: no test changes, and what nobody knows is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recipe import steps

LAYER, TEMPLATE = (f"\n{step.text}" for step in steps(Path(__file__).parents[2], "A layer"))


@pytest.fixture
def edited(root, tmp_path):
    """Return a function that writes a copy of the package with text put after its layers and templates."""

    def write(layer, template=""):
        shutil.copytree(
            root / "src" / "sharemap", tmp_path / "sharemap", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name, text in (("layers.toml", layer), ("templates.toml", template)):
            with (tmp_path / "sharemap" / "catalog" / name).open("a", encoding="utf-8") as file:
                file.write(text)
        return tmp_path

    return write


def _python(folder, *words):
    """Run Python with the copy in front of the package of the checkout."""
    return subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_every_test_of_the_catalogue_holds_with_one_more_layer(edited, root):
    folder = edited(LAYER, TEMPLATE)
    tests = [
        str(path)
        for path in (root / "tests" / "catalog").glob("test_*.py")
        if path.name != "test_new_layer.py"
    ]
    done = _python(folder, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-m", "not real", "-c",
                   str(root / "pyproject.toml"), "--rootdir", str(root), *tests)  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "test_every_layers_template_comes_back_without_an_option[parcel_locker] PASSED" in done.stdout


def test_a_layer_needs_one_file_only_when_its_template_is_the_common_one(edited):
    asked = """
from sharemap import catalog
print(*(column.key for column in catalog.template(catalog.layer("parcel_locker")).columns))
"""
    told = _python(edited(LAYER), "-c", asked)
    assert told.stdout.startswith("code name kind address lat lon capacity"), told.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('task = "2-1"', 'task = "2-9"', "parcel_locker task: unknown task of a layer: '2-9' -> use one of .*2-7"),
        ('"goods"', '"food"', "parcel_locker group: unknown group of a layer: 'food' -> use one of mobility"),
        ('"support"', '"hero"', "parcel_locker role: unknown role of a layer: 'hero' -> use one of space, support"),
        ('symbol = "택"', 'sign = "택"', "layer parcel_locker: unknown key: 'sign' -> use one of .*symbol"),
        ('symbol = "택"', "", "layer parcel_locker: a key is missing: 'symbol' -> write symbol"),
        ('"seoul"', '"busan"', "source parcel_locker_seoul: unknown publisher: 'busan' -> use one of seoul"),
        ('"unknown"', '"mine"', "source parcel_locker_seoul: unknown licence: 'mine' -> use one of kogl1"),
        ('"name_address"', '"colour"', "source parcel_locker_seoul fold: .*'colour' -> use one of code"),
        ("capacity =", "size =", "source parcel_locker_seoul: unknown field .*'size' -> use one of .*capacity"),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_refused_with_file_key_value_and_remedy(edited, old, new, said):
    assert LAYER.count(old) == 1
    told = _python(edited(LAYER.replace(old, new)), "-m", "sharemap", "catalog")
    assert told.returncode == 3, told.stderr
    assert re.search(f"layers.toml, column {said}", told.stderr), told.stderr
