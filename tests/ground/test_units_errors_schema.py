from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharemap import errors, schema, units


def test_fifteen_minutes_of_each_profile_are_the_metres_of_the_design():
    metres = {name: round(profile.metres(15), 6) for name, profile in units.PROFILES.items()}
    assert metres == {"standard": 1125.0, "elderly": 720.0, "stroller": 1125.0, "wheelchair": 720.0}


@given(st.floats(0.1, 60), st.sampled_from(sorted(units.PROFILES)))
def test_minutes_and_metres_are_inverse(minutes, name):
    profile = units.PROFILES[name]
    assert profile.minutes(profile.metres(minutes)) == pytest.approx(minutes)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_that_is_no_speed_is_refused(speed):
    with pytest.raises(errors.StudyError, match="walking speed"):
        units.WalkProfile(name="x", name_ko="x", name_en="x", speed_kmh=speed, steps_factor=1.0, source="")


def test_an_unknown_profile_lists_the_known_ones():
    with pytest.raises(
        errors.StudyError, match=r"'granny' -> use one of standard, elderly, stroller, wheelchair"
    ):
        units.profile_named("granny")


def test_every_error_is_also_a_builtin_and_has_an_exit_code_of_its_own_kind():
    kinds = [getattr(errors, name) for name in errors.__all__]
    for kind in kinds:
        assert issubclass(kind, errors.SharemapError)
        if issubclass(kind, errors.InputError):
            assert issubclass(kind, ValueError)
            assert kind.exit_code == 3
    assert issubclass(errors.MissingFileError, FileNotFoundError)
    assert issubclass(errors.OutputError, OSError)
    assert errors.OutputError.exit_code == 4


def test_an_error_prints_one_line_with_place_value_and_remedy():
    error = errors.SiteFileError(
        "no\nlatitude", file="a.csv", row=7, column="위도", value="x" * 500, remedy="add it"
    )
    text = str(error)
    assert "\n" not in text
    assert text.startswith("a.csv, row 7, column 위도: no latitude: 'xxx")
    assert text.endswith("… -> add it")
    assert len(text) < 250


def test_check_keeps_only_described_columns_in_their_order_and_the_index():
    frame = pd.DataFrame({"extra": [1], "cost_m": [2.5], "node_id": [3], "site_id": ["a"]}, index=[9])
    checked = schema.check(frame, "reach")
    assert list(checked.columns) == ["site_id", "node_id", "cost_m"]
    assert list(checked.index) == [9]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"site_id": ["a"], "node_id": [3]}, r"lacks columns: \['cost_m'\]"),
        ({"site_id": [5], "node_id": [3], "cost_m": [1.0]}, "not text"),
        ({"site_id": ["a"], "node_id": [3.5], "cost_m": [1.0]}, "not whole numbers"),
        ({"site_id": [None], "node_id": [3], "cost_m": [1.0]}, "not_nullable"),
    ],
)
def test_check_names_what_is_wrong_with_a_table(columns, said):
    with pytest.raises(errors.GeometryError, match=said):
        schema.check(pd.DataFrame(columns), "reach")


def test_check_refuses_degrees():
    frame = gpd.GeoDataFrame(
        {"node_id": [0], "osm_id": [1]}, geometry=gpd.points_from_xy([127], [37]), crs=4326
    )
    with pytest.raises(errors.GeometryError, match="must be in a projected CRS in metres"):
        schema.check(frame, "nodes")


def test_the_dictionary_describes_every_column_in_korean_and_english():
    table = schema.dictionary()
    assert not table.isna().any().any()
    assert (table["meaning_ko"].str.len() > 0).all()
    assert set(table["table"]) == set(schema.TABLES)
