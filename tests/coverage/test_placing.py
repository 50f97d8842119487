"""What the placing of residents decides, counted home by home."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap.coverage import Nearest, Placement, Services, placing
from sharemap.findings.placing import worded

AREA = pd.DataFrame(
    {
        "ward_code": "11110",
        "ward_name": "종로구",
        "dong_code": ["1111051500", "1111051600", "1111051700"],
        "dong_name": ["가동", "나동", "다동"],
    }
)
SERVICES = Services(
    layers={"bike": "mobility", "tool": "goods"},
    groups={"mobility": "이동", "goods": "물건"},
    names={"bike": "따릉이", "tool": "공구"},
)
HOMES = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),  # nobody lives in the third dong
        st.integers(1, 9999),
        st.floats(0, 2000),
        st.floats(0, 2000),
    ),
    min_size=1,
    max_size=30,
)


def placed(homes, method):
    dong, residents, bike, tool = zip(*homes, strict=True)
    frame = pd.DataFrame(
        {"dong_code": AREA["dong_code"].to_numpy()[list(dong)], "residents": residents, "method": method}
    )
    cost = np.column_stack([bike, tool]).astype(float)
    return Placement(frame, Nearest(cost, np.full(cost.shape, "s", dtype=object)))


def share(homes, dong, limits):
    """Share of the promise home by home: both walks within the cutoff."""
    lived = [(n, max(bike, tool)) for at, n, bike, tool in homes if at == dong]
    total = sum(n for n, _ in lived)
    return sum(n for n, walk in lived if walk <= limits) / total if total else np.nan


@settings(max_examples=40, deadline=None)
@given(HOMES, HOMES)
def test_the_share_of_both_methods_is_counted_home_by_home(own, other):
    table = placing(
        placed(own, "output_areas"), placed(other, "streets"), AREA, services=SERVICES, cutoff_m=1125.0
    )
    assert set(table["key"]) == {"all_groups"}
    rows = table.set_index("dong_code")
    for at, code in enumerate(AREA["dong_code"]):
        row, homes = rows.loc[code], [one for one in own if one[0] == at]
        assert row["points"] == len(homes)
        assert row["residents"] == pytest.approx(sum(one[1] for one in homes) / 1000)
        assert row["share"] == pytest.approx(share(own, at, 1125.0), nan_ok=True)
        assert row["share_otherwise"] == pytest.approx(share(other, at, 1125.0), nan_ok=True)
        wanted = share(other, at, 1125.0) - share(own, at, 1125.0)
        assert row["difference"] == pytest.approx(wanted, nan_ok=True)
        assert pd.isna(row["method"]) == (not homes)
    known = table["difference"].abs().dropna()
    assert known.is_monotonic_decreasing


def test_without_another_method_nothing_is_said_of_one():
    homes = [(0, 1000, 10.0, 20.0), (1, 500, 10.0, 5000.0)]
    table = worded(placing(placed(homes, "streets"), None, AREA, services=SERVICES, cutoff_m=1125.0))
    rows = table.set_index("dong_name")
    assert rows.loc[["가동", "나동"], "share"].tolist() == [1.0, 0.0]
    assert rows.loc[["가동", "나동"], "method_ko"].tolist() == ["도로 길이"] * 2
    assert (
        table[["method_otherwise", "method_otherwise_ko", "share_otherwise", "difference"]]
        .isna()
        .all(axis=None)
    )


def test_where_the_promise_cannot_be_judged_it_is_about_the_first_group():
    services = Services(
        layers={"bike": "mobility", "tool": "goods"},
        groups={"mobility": "이동", "goods": "물건", "space": "공간"},
        names=SERVICES.names,
    )
    homes = [(0, 1000, 10.0, 5000.0)]
    table = placing(placed(homes, "streets"), None, AREA, services=services, cutoff_m=1125.0)
    assert set(table["key"]) == {"mobility"}
    assert table.set_index("dong_name").loc["가동", "share"] == 1.0
