"""Figures of equity against PySAL and plain Python, person by person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from inequality.gini import Gini

from sharemap.coverage import Bootstrap, Services, equity
from sharemap.coverage.equity import concentration, gini, palma
from sharemap.errors import GeometryError
from sharemap.findings.equity import worded
from sharemap.schema import AGE_BANDS
from sharemap.units import STANDARD, THOUSANDTHS

people = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), min_size=1, max_size=12)


def expanded(rows):
    return np.array([value for value, persons in rows for _ in range(persons)], dtype=float)


def columns(rows):
    values, weights = zip(*rows, strict=True)
    return np.array(values, dtype=float), np.array(weights, dtype=float)


@given(people)
def test_gini_is_that_of_pysal_person_by_person(rows):
    persons = expanded(rows)
    assume(persons.sum() > 0)
    assert gini(*columns(rows)) == pytest.approx(Gini(persons).g, abs=1e-12)


@given(people)
def test_palma_takes_the_best_tenth_and_the_worst_four(rows):
    # ten copies of everybody: tenths end between persons
    persons = np.sort(np.repeat(expanded(rows), 10))
    n = len(persons)
    worst, best = persons[: n * 4 // 10].sum(), persons[n - n // 10 :].sum()
    found = palma(*columns(rows))
    if worst == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(best / worst)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6), st.integers(0, 4)), min_size=1, max_size=12))
def test_concentration_is_twice_the_covariance_with_the_rank(rows):
    values, weights, rank_by = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    persons, order = np.repeat(values, weights.astype(int)), np.repeat(rank_by, weights.astype(int))
    assume(persons.sum() > 0)
    rank = (pd.Series(order).rank() - 0.5).to_numpy() / len(order)  # ties share the middle
    covariance = (persons * rank).mean() - persons.mean() * rank.mean()
    assert concentration(values, weights, rank_by) == pytest.approx(2 * covariance / persons.mean(), abs=1e-9)


def test_nobody_and_nothing_have_no_figure():
    assert np.isnan(gini(np.array([0.0, 0.0]), np.array([3, 4])))
    assert np.isnan(gini(np.array([1.0]), np.array([0])))
    assert np.isnan(palma(np.array([0.0, 1.0]), np.array([9, 1])))
    assert np.isnan(concentration(np.array([0.0]), np.array([1]), np.array([0.5])))
    assert gini(np.array([3.0]), np.array([8])) == 0
    with pytest.raises(GeometryError, match="bootstrap"):
        Bootstrap(resamples=0)


SERVICES = Services(
    layers={"bike": "mobility", "tool": "goods"},
    groups={"mobility": "이동", "goods": "물건"},
    names={"bike": "따릉이", "tool": "공구"},
)


def homes(n_dongs, seed=5):
    rng = np.random.default_rng(seed)
    n = n_dongs * 4
    bands = pd.DataFrame(rng.integers(0, 9, (n, 21)) * THOUSANDTHS, columns=list(AGE_BANDS))
    code = [f"111105{i // 4}000" for i in range(n)]
    demand = bands.assign(dong_code=code, residents=bands.sum(axis=1))
    rows = [(point, layer, 5.0, 1 + point % 3) for point in range(n) for layer in ("bike", "tool")]
    served = pd.DataFrame(rows, columns=["point", "layer", "walk_min", "sites"])
    keep = rng.random(len(served)) < 0.6
    return served[keep].reset_index(drop=True), demand


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_the_table_is_that_of_the_persons(seed):
    served, demand = homes(5, seed)
    table = equity(served, demand, services=SERVICES, profile=STANDARD, bootstrap=Bootstrap(resamples=50))
    reached = served.groupby("point").size().reindex(range(len(demand)), fill_value=0).to_numpy()
    old = demand[list(AGE_BANDS[13:])].sum(axis=1).to_numpy() // THOUSANDTHS
    rows = table.set_index(["measure", "level", "age_band", "figure"])
    persons = np.repeat(reached, old)
    assert rows.loc[("layers", "person", "65_over", "gini"), "value"] == pytest.approx(Gini(persons).g)
    mean = pd.Series(persons).groupby(np.repeat(demand["dong_code"].to_numpy(), old)).mean()
    by_dong = np.repeat(mean.to_numpy(), np.bincount(np.arange(len(old)) // 4, old).astype(int))
    assert rows.loc[("layers", "dong", "65_over", "gini"), "value"] == pytest.approx(Gini(by_dong).g)
    some = table.dropna(subset=["low"])
    assert (some["low"] <= some["high"]).all()
    assert worded(table)["sentence_ko"].str.endswith((".", ")")).all()


def test_intervals_are_seeded_hold_the_figure_and_need_two_dongs():
    served, demand = homes(6)
    first, second = (equity(served, demand, services=SERVICES, profile=STANDARD) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    person = first.query("level == 'person' and age_band == 'all'")
    assert person["low"].le(person["value"]).all()
    assert person["high"].ge(person["value"]).all()
    other = equity(served, demand, services=SERVICES, profile=STANDARD, bootstrap=Bootstrap(seed=1))
    assert not other["low"].equals(first["low"])
    alone = equity(*homes(1), services=SERVICES, profile=STANDARD)
    assert alone["low"].isna().all()
    assert alone["value"].notna().any()
    income = worded(first).query("figure == 'concentration_income'").iloc[0]
    assert np.isnan(income["value"])
    assert "자료 없음" in income["sentence_ko"]
    nobody = equity(served.iloc[:0], demand, services=SERVICES, profile=STANDARD)
    assert nobody["value"].isna().all()
    assert worded(nobody)["sentence_ko"].str.contains("없").all()
