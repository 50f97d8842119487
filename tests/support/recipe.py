"""A copy of the sources in which a recipe is followed: what is touched is counted, and what is made is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Copy:
    """A copy of the package and of the README."""

    def __init__(self, root: Path, folder: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / "src" / "sharemap", folder / "src" / "sharemap", ignore=ignored)
        shutil.copy(root / "README.md", folder / "README.md")
        self.folder = folder
        self.touched: set[str] = set()

    def add(self, file: str, text: str) -> None:
        """Write a new file."""
        assert not (self.folder / file).exists(), file
        (self.folder / file).write_text(text, encoding="utf-8")
        self.touched.add(file)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, (file, old)
        (self.folder / file).write_text(text.replace(old, new), encoding="utf-8")
        self.touched.add(file)

    def sharemap(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run the command line of the copy."""
        return subprocess.run(
            [sys.executable, "-m", "sharemap", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src"), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
