"""The README is true: its Python runs, its files exist, its commands are there."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


def test_the_eight_lines_of_python_run_and_print_walks(readme, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 8
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "cost_m" in done.stdout


def test_links_and_pictures_exist(readme, root):
    for target in re.findall(r"\]\(([^)]+)\)", readme):
        assert (root / target).exists(), target


def test_the_files_it_names_are_the_contract(readme):
    import contract

    for name in contract.FILES:
        assert name in readme, name


def test_no_registry_no_machine_and_no_key_is_named(root):
    names = ("pypi" + ".org", "python" + "hosted", "deb" + "ian.org", "/" + "work/main", "/" + "root/")
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, tracked):
        path = root / name
        if path.suffix in {".png", ".pbf", ".xlsx"} or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        assert not [word for word in names if word in text], name
