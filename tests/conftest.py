"""What several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


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
