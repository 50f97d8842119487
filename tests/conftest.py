"""What several test files share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chromium import Browser

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def cases(root: Path) -> Path:
    """Small inputs that once went wrong, each a kind of fault."""
    return root / "tests" / "cases"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real Seoul data beside the checkout; tests that need it skip, saying so, where it is not there."""
    folder = Path(os.environ.get("SHAREMAP_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "PROVENANCE.md").is_file():
        pytest.skip("the real Seoul data (../shared/data) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def sample_run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of one run of the sample ward with its report; read only: copy it before you change it."""
    from sharemap import pipeline

    folder = tmp_path_factory.mktemp("sample") / "made" / "on the way"
    pipeline.run(pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml"), folder)
    pipeline.report(folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium with no network, one for all tests; they skip, saying so, where there is none."""
    from chromium import PROGRAM, Browser

    if PROGRAM is None:
        pytest.skip("there is no Chromium on this machine")
    started = Browser()
    yield started
    started.close()
