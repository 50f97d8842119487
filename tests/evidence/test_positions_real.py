"""Wrong positions are told from true ones on Seoul's published files: the figures of benchmarks/POSITIONS.md."""

from __future__ import annotations

import sys

import pytest

from sharemap.evidence.positions import judged


@pytest.fixture(scope="module")
def measured(root, shared_data, tmp_path_factory):
    sys.path.insert(0, str(root / "benchmarks"))
    try:
        import positions
    finally:
        sys.path.remove(str(root / "benchmarks"))
    return positions, positions.City(shared_data, tmp_path_factory.mktemp("seoul") / "out")


@pytest.mark.real
@pytest.mark.slow
def test_planted_errors_are_contradicted_and_true_positions_are_not(measured):
    positions, city = measured
    true_ones = city.true_ones(judged(city.claims, city.ground))["status"]
    assert len(true_ones) == 5_000
    assert (true_ones == "contradicted").mean() <= 0.01
    assert (true_ones == "unverifiable").mean() <= 0.20
    planted = city.planted(city.checkable)
    assert len(planted) == 500
    caught = planted["status"] == "contradicted"
    assert caught.mean() >= 0.95
    kinds = caught.groupby(planted["kind"]).mean()
    assert set(kinds.index) == set(positions.KINDS)
    assert kinds.min() >= 0.90
    assert kinds["another ward"] == 1


@pytest.mark.real
@pytest.mark.slow
def test_known_errors_are_found_and_put_right(measured):
    """What a review found by hand: a library 5.6 km and community centres up to 8.9 km off, and forty rooms at one point."""
    _, city = measured
    found = city.claims.join(judged(city.claims, city.ground))
    moved = found.loc[found["used_x"].ne(found["x"]) | found["used_y"].ne(found["y"])]
    assert {
        "궁동어린이도서관",
        "구로꿈나무도서관",
        "서초구 잠원동주민센터",
        "쌍문2동 노해마을 공구대여점",
    } <= set(moved["name"])
    assert not moved["layer"].isin(["bike_station", "car_share", "parking_public", "public_wifi"]).any()
    rooms = found.loc[(found["layer"] == "open_facility") & found["address"].str.contains("성북구", na=False)]
    centres = rooms.loc[rooms["name"].str.contains("자치회관")]
    assert (centres["status"] == "contradicted").sum() >= 30
