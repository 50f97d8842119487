"""Drawings of sites: nothing else than what the rules say, whatever the order of the rows, by hand and by counting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sharemap.errors import GeometryError, StudyError
from sharemap.perturbed import DrawingRules, Errors, LayerErrors, PositionErrors, draw

SURE = PositionErrors((1.0,), (0.0,))


def errors(position=SURE, closed=0.0, missing=0.0):
    return Errors(default=LayerErrors(position=position, closed=closed, missing=missing))


def sites_of(rows):
    """Rows of (place, layer, x, y) and, where it matters, whether it makes a shared space."""
    return pd.DataFrame(
        {
            "site_id": [f"s{at:03d}" for at in range(len(rows))],
            "place_id": [row[0] for row in rows],
            "layer": [row[1] for row in rows],
            "source": [f"{row[1]}.csv" for row in rows],
            "space": [row[4] if len(row) > 4 else True for row in rows],
            "x": [float(row[2]) for row in rows],
            "y": [float(row[3]) for row in rows],
        }
    )


def even(count, seed=0, layer="room", side=5000):
    xy = np.random.default_rng(seed).uniform(0, side, (count, 2))
    return sites_of([(f"p{at:03d}", layer, *point) for at, point in enumerate(xy)])


def apart(drawing, sites):
    """Metres between where each site is drawn and where it is published."""
    at = drawing.stands_at()[:, : len(sites)]
    where = drawing.positions[["x", "y"]].to_numpy()[at]
    return np.hypot(*(where - sites[["x", "y"]].to_numpy()).transpose(2, 0, 1))


def test_lists_without_errors_are_drawn_as_they_are():
    sites = even(30)
    drawing = draw(sites, DrawingRules(runs=20, errors=errors()))
    assert drawing.present.all()
    assert drawing.sites["published"].all()
    assert (apart(drawing, sites) == 0).all()


def test_closures_and_missing_sites_come_as_often_as_the_rules_say():
    drawing = draw(even(200), DrawingRules(runs=2000, errors=errors(closed=0.1, missing=0.2)))
    listed = drawing.sites["published"].to_numpy()
    assert drawing.present[:, listed].mean() == pytest.approx(0.9, abs=0.005)
    missing = drawing.present[:, ~listed].sum(axis=1)
    # of what there is a fifth is missing, and 180 rows are left: as often as in a negative binomial of 181
    expected = stats.nbinom(181, 0.8)
    assert missing.mean() == pytest.approx(expected.mean(), rel=0.02)
    assert missing.std() == pytest.approx(expected.std(), rel=0.05)


def test_sites_that_stand_like_rain_move_as_often_as_their_lists_err():
    sites = even(300, seed=3, side=40_000)
    rules = DrawingRules(runs=200, errors=errors(PositionErrors((0.8, 0.2), (0.0, 100.0))), together=0.0)
    moved = apart(draw(sites, rules), sites) > 0
    assert moved.mean() == pytest.approx(0.2, abs=0.02)


def test_a_site_beside_others_is_likelier_where_it_is_published():
    around = np.random.default_rng(5).normal(0, 60, (40, 2))
    lonely = np.random.default_rng(6).uniform(-30_000, 30_000, (40, 2))
    rows = [(f"p{at:03d}", "room", *xy) for at, xy in enumerate(np.vstack([around, lonely]))]
    sites = sites_of(rows)
    rules = DrawingRules(runs=300, errors=errors(PositionErrors((0.8, 0.2), (0.0, 2000.0))), together=0.0)
    moved = (apart(draw(sites, rules), sites) > 0).mean(axis=0)
    assert moved[:40].mean() < 0.05 < moved[40:].mean()


def test_what_several_lists_publish_at_one_position_moves_only_if_all_of_them_err():
    rows = [(f"p{at:03d}", "room", 400 * at, 0) for at in range(100)]
    rows += [(f"p{at:03d}", "tool", 400 * at, 0) for at in range(50)]
    sites = sites_of(rows)
    rules = DrawingRules(runs=300, errors=errors(PositionErrors((0.7, 0.3), (0.0, 150.0))), together=0.0)
    moved = (apart(draw(sites, rules), sites) > 0).mean(axis=0)
    assert moved[50:100].mean() == pytest.approx(0.3, abs=0.05)
    assert moved[:50].mean() == pytest.approx(0.09, abs=0.03)
    # both sites of a building move together
    assert moved[:50].tolist() == moved[100:].tolist()


def test_nothing_stands_where_nothing_can():
    sites = even(60)
    rules = DrawingRules(runs=50, errors=errors(PositionErrors((0.5, 0.5), (0.0, 3000.0)), missing=0.2))
    drawing = draw(sites, rules, stands=lambda xy: xy[:, 0] >= 0)
    used = np.unique(drawing.position[:, : len(sites)])
    assert (drawing.positions["x"].to_numpy()[used] >= 0).all()
    unlisted = drawing.positions[drawing.positions["building"] >= len(sites)]
    assert (unlisted["x"] >= 0).all()


def test_a_wrong_position_may_be_another_building_but_not_one_with_the_same_service():
    rows = [("a", "room", 0, 0), ("b", "tool", 80, 0), ("c", "room", 80, 40)]
    rows += [(f"z{at:02d}", "kitchen", 9000 + 500 * at, 0) for at in range(20)]
    position = PositionErrors((0.7, 0.3), (0.0, 80.0))
    drawing = draw(sites_of(rows), DrawingRules(runs=400, errors=errors(position), together=0.5))
    a, b, c = (drawing.building_of_site[at] for at in range(3))
    lead = drawing.leader
    assert 0.05 < (lead[:, a] == lead[:, b]).mean() < 0.95
    assert (lead[:, a] != lead[:, c]).any()
    direct = (lead[:, a] == c) | (lead[:, c] == a)
    assert not (direct & (lead[:, b] == b) & (lead[:, a] != b)).any()
    with_b = drawing.position[np.arange(400)[lead[:, a] == b], b]
    assert (drawing.stands_at()[lead[:, a] == b, 0] == with_b).all()


@given(st.integers(0, 2**31), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_the_seed_decides_and_every_leader_leads_itself(seed, count):
    sites = even(count, seed=seed % 100)
    rules = DrawingRules(runs=7, seed=seed, together=0.6)
    first = draw(sites, rules)
    again = draw(sites.sample(frac=1, random_state=1), rules)
    assert (first.present == again.present).all()
    assert (first.position == again.position).all()
    pd.testing.assert_frame_equal(first.positions, again.positions)
    rows = np.arange(7)[:, None]
    assert (first.leader[rows, first.leader] == first.leader).all()
    building = first.positions["building"].to_numpy()
    assert (building[first.position] == np.arange(first.position.shape[1])).all()


def test_the_number_of_positions_is_bounded_however_many_runs_there_are():
    sites = even(50)
    few, many = (
        draw(sites, DrawingRules(runs=runs, errors=errors(PositionErrors((0.5, 0.5), (0.0, 9.0)))))
        for runs in (5, 500)
    )
    assert len(few.positions) == len(many.positions) == 50 * (1 + 6)


def test_sites_that_cannot_be_drawn_are_named():
    with pytest.raises(GeometryError, match="source"):
        draw(even(3).drop(columns="source"), DrawingRules())
    with pytest.raises(GeometryError, match="row 2"):
        draw(even(3).assign(x=[0.0, np.nan, 1.0]), DrawingRules())
    for wrong in ({"runs": -1}, {"alternatives": 0}, {"together": 1.5}):
        with pytest.raises(StudyError):
            DrawingRules(**wrong)
