"""Generated towns of which everything is known, few and seeded; the many are in benchmarks/CALIBRATION.md.

The towns, their lists and their truth share no code with the package (`benchmarks/calibration_town.py`).
"""

from __future__ import annotations

import importlib

import pandas as pd
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def calibration(root):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "benchmarks"))
        yield importlib.import_module("calibration")


def test_without_errors_shares_and_villages_are_the_true_ones(calibration):
    candidates, shares = calibration.examined(3, 1e-6, 2.0)
    assert len(shares) > 50
    for row in shares:
        assert row["share"] == pytest.approx(row["truth"], abs=1e-12)
        assert row["low"] == pytest.approx(row["truth"], abs=1e-12)
        assert row["high"] == pytest.approx(row["truth"], abs=1e-12)
    # only the threshold of the town differs from that of the study, and the door steps
    sure = [row for row in candidates if row["stability"] == 1.0]
    assert sure
    assert all(row["true"] for row in sure)


def test_with_the_measured_errors_intervals_and_stability_hold(calibration):
    told = [calibration.examined(seed, 1.0, 3.0) for seed in range(900, 904)]
    shares = pd.DataFrame([row for _, found in told for row in found]).query("level == 'ward'")
    held = (shares["truth"] >= shares["low"] - 1e-9) & (shares["truth"] <= shares["high"] + 1e-9)
    assert held.mean() > 0.75
    candidates = pd.DataFrame([row for found, _ in told for row in found])
    assert len(candidates) > 40
    assert candidates["true"].mean() == pytest.approx(candidates["stability"].mean(), abs=0.2)
