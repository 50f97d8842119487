"""A copy of the sources in which a recipe of CONTRIBUTING is followed word for word, and what is made is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STEP = re.compile(
    r"^\*\*\d+\.\*\* `(?P<file>[^`]+)`, (?P<where>new|at the end|before|after|instead of)(?: `(?P<mark>[^`]+)`)?"
    r"(?:(?!```|\*\*\d).)*?:\n\n```\w*\n(?P<text>.*?)```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Step:
    """One step of a recipe: a text, and where in which file it goes."""

    file: str
    where: str
    mark: str
    text: str

    @property
    def path(self) -> str:
        return self.file if self.file == "README.md" else f"src/sharemap/{self.file}"

    def done_in(self, told: str) -> str:
        """Return the content of the file with the step done; what a step names stands there once."""
        if self.where == "new":
            assert not told, self.file
            return self.text
        if self.where == "at the end":
            return f"{told}\n{self.text}"
        assert told.count(self.mark) == 1, (self.file, self.mark)
        if self.where == "instead of":
            return told.replace(self.mark, self.text.rstrip("\n"))
        lines = told.splitlines(keepends=True)
        (row,) = [row for row, line in enumerate(lines) if self.mark in line]
        row += self.where == "after"
        return "".join([*lines[:row], self.text, *lines[row:]])


def steps(root: Path, title: str) -> list[Step]:
    """Return the steps of a recipe of CONTRIBUTING."""
    told = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^### {re.escape(title)}\n(.*?)(?=^##|\Z)", told, re.DOTALL | re.MULTILINE)
    found = [
        Step(**{name: part or "" for name, part in one.groupdict().items()}) for one in STEP.finditer(section)
    ]
    assert len(found) == len(re.findall(r"^\*\*\d+\.\*\*", section, re.MULTILINE)), title
    return found


class Copy:
    """A copy of the package and the README in which a recipe has been followed; ``files`` are those that changed."""

    def __init__(self, root: Path, folder: Path, title: str) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / "src" / "sharemap", folder / "src" / "sharemap", ignore=ignored)
        shutil.copy(root / "README.md", folder / "README.md")
        self.folder = folder
        for step in steps(root, title):
            path = folder / step.path
            told = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(step.done_in(told), encoding="utf-8")
        self.files = {step.path for step in steps(root, title)}

    def python(self, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Python with the copy in front of the sources of the checkout."""
        own = {"PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=self.folder,
            env=os.environ | own | environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def sharemap(self, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command line of the copy."""
        return self.python("-m", "sharemap", *words, **environment)
