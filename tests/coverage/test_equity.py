"""Figures of equity against PySAL and plain Python, person by person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from inequality.gini import Gini

from sharemap.coverage import AGES, Services, equity
from sharemap.coverage.equity import concentration, gini, palma
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
    demand = bands.assign(dong_code=code, ward_code="11110", residents=bands.sum(axis=1), status="ok")
    rows = [(point, layer, 5.0, 1 + point % 3, 0) for point in range(n) for layer in ("bike", "tool")]
    served = pd.DataFrame(rows, columns=["point", "layer", "walk_min", "sites", "doubted"])
    keep = rng.random(len(served)) < 0.6
    return served[keep].reset_index(drop=True), demand


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_the_table_is_that_of_the_persons(seed):
    served, demand = homes(5, seed)
    table = equity(served, demand, services=SERVICES, profile=STANDARD)
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


def test_the_extremes_are_those_without_one_dong():
    served, demand = homes(6)
    first = equity(served, demand, services=SERVICES, profile=STANDARD)
    keys = ["measure", "level", "age_band", "figure"]
    without = []
    for dong in sorted(set(demand["dong_code"])):
        kept = np.flatnonzero(demand["dong_code"] != dong)
        rows = served[served["point"].isin(kept)]
        rows = rows.assign(point=np.searchsorted(kept, rows["point"]))
        others = demand.iloc[kept].reset_index(drop=True)
        without.append(equity(rows, others, services=SERVICES, profile=STANDARD).set_index(keys)["value"])
    several = pd.concat(without, axis=1)
    table = first.set_index(keys)
    np.testing.assert_allclose(table["low"], several.min(axis=1))
    np.testing.assert_allclose(table["high"], several.max(axis=1))
    assert not table.xs("palma", level="figure").index.get_level_values("measure").isin(["layers"]).any()
    alone = equity(*homes(1), services=SERVICES, profile=STANDARD)
    assert alone["low"].isna().all()
    assert alone["value"].notna().any()
    income = worded(first).query("figure == 'concentration_income'").iloc[0]
    assert np.isnan(income["value"])
    assert "자료 없음" in income["sentence_ko"]
    nobody = equity(served.iloc[:0], demand, services=SERVICES, profile=STANDARD)
    assert nobody["value"].isna().all()
    assert worded(nobody)["sentence_ko"].str.contains("없").all()


def test_who_is_unknown_is_not_compared():
    served, demand = homes(6)
    no_street = demand.assign(status=["too_far" if i % 5 == 0 else "ok" for i in range(len(demand))])
    no_street["ward_code"] = ["11110" if i < 12 else "11140" for i in range(len(demand))]
    services = Services(
        layers=SERVICES.layers,
        groups=SERVICES.groups,
        names=SERVICES.names,
        no_data=frozenset({("tool", "11140")}),
    )
    found = equity(served, no_street, services=services, profile=STANDARD)
    kept = np.flatnonzero((no_street["status"] == "ok") & (no_street["ward_code"] == "11110"))
    rows = served[served["point"].isin(kept)]
    known = no_street.iloc[kept].reset_index(drop=True)
    alone = equity(
        rows.assign(point=np.searchsorted(kept, rows["point"])), known, services=SERVICES, profile=STANDARD
    )
    columns = ["residents", "value", "low", "high"]
    pd.testing.assert_frame_equal(found[columns], alone[columns], check_dtype=False)
    everybody = [demand[list(AGES[band])].to_numpy().sum() / THOUSANDTHS for band in found["age_band"]]
    assert (found["residents"] + found["unknown"]).tolist() == everybody
    assert (alone["unknown"] == 0).all()
