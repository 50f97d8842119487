"""The catalogue against the plan, and against itself."""

from __future__ import annotations

import dataclasses
import re

import pytest

from sharemap import catalog
from sharemap.catalog.entries import facts
from sharemap.errors import StudyError

SPACE = {
    "open_facility", "toy_library", "tool_library", "library", "bookshop", "shared_kitchen", "shared_storage",
    "repair_shop", "shared_space", "shared_asset", "community_centre",
}  # fmt: skip
SUPPORT = {
    "bike_station", "car_share", "parking_resident", "parking_annexed", "parking_public", "public_wifi",
    "sharing_org", "home_sharing",
}  # fmt: skip


def test_every_service_is_there_once():
    keys = catalog.load().keys
    assert len(set(keys)) == len(keys)
    sources = [source.key for layer in catalog.load() for source in layer.sources[:-1]]
    assert len(set(sources)) == len(sources)


def test_services_that_the_plan_names_have_the_roles_of_the_design():
    named = {key for task in facts("plan.toml")["task"] for key in task.get("layers", ())}
    assert named == SPACE | SUPPORT
    assert {layer.key for layer in catalog.load() if layer.role == "space"} & named == SPACE


@pytest.mark.parametrize(
    ("key", "unit", "y2021", "y2025"),
    [
        ("bike_station", "대", 40500, 50000),
        ("parking_resident", "면", 40000, 90000),
        ("parking_annexed", "면", 1700, 3000),
        ("open_facility", "건", 17000, 644000),
        ("home_sharing", "건", 200, 1000),
        ("toy_library", "건", 25000, 27000),
        ("tool_library", "개소", 430, 530),
        ("public_wifi", "대", 12000, 23000),
        ("shared_space", "개소", 4, 15),
        ("shared_asset", "개", 10, 60),
        ("sharing_org", "개 사업", 13, 65),
    ],
)
def test_targets_are_the_plans_own(key, unit, y2021, y2025):
    first = catalog.layer(key).targets[0]
    assert (first.unit, first.y2021, first.y2025) == (unit, y2021, y2025)


def test_colours_and_symbols_tell_layers_apart():
    layers = tuple(catalog.load())
    assert all(re.fullmatch(r"#[0-9a-f]{6}", layer.colour) for layer in layers)
    assert len({layer.colour for layer in layers}) == len(layers)
    assert len({layer.symbol for layer in layers}) == len(layers)
    assert all(len(layer.symbol) == 1 for layer in layers)


def _luminance(colour):
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_stand_out_from_white_paper():
    for layer in (*catalog.load(), catalog.idle_space()):
        assert 1.05 / (_luminance(layer.colour) + 0.05) >= 3.0, layer.key


def test_sources_name_their_licence_and_what_wards_make_has_none_of_a_portal():
    for layer in catalog.load():
        for source in layer.sources:
            assert source.licence
            assert ("사용자" in source.credit_ko) == (source.licence == "자료를 낸 기관이 정한 조건"), (
                source.key
            )


def test_published_words_for_fee_and_kind_are_known_where_portals_publish_them():
    fees = {source.key for layer in catalog.load() for source in layer.sources if "fee" in source.columns}
    assert {"open_facility_standard", "parking_public_seoul", "parking_standard", "reservation"} <= fees
    charged = catalog.layer("open_facility").source("open_facility_standard").meanings["fee"]
    free = catalog.layer("shared_space").source("eshare_rooms").meanings["fee"]
    assert (charged["Y"], free["Y"]) == ("유료", "무료")  # one column asks "charged?", the other "free?"


def test_an_idle_space_is_no_service():
    idle = catalog.idle_space()
    assert idle.key not in catalog.load().keys
    assert idle.symbol not in {layer.symbol for layer in catalog.load()}
    with pytest.raises(StudyError):
        catalog.layer("idle_space")


def test_each_group_has_a_layer_and_each_layer_a_group():
    assert {layer.group for layer in catalog.load()} == set(catalog.GROUPS)
    assert list(catalog.GROUPS) == ["mobility", "space", "goods", "information"]


def test_a_layer_with_points_can_be_read_and_one_without_cannot():
    for layer in catalog.load():
        assert bool(layer.sources) == layer.points
        for source in layer.sources:
            assert {"name", "lat", "lon", "address"} <= set(source.columns)
            assert source.credit_ko.startswith("출처: ")
    assert not catalog.layer("home_sharing").points


def test_an_unknown_layer_names_the_known_ones():
    with pytest.raises(StudyError, match=r"bike_statoin.*bike_station"):
        catalog.layer("bike_statoin")


def test_a_study_may_add_and_replace_layers_without_touching_the_catalogue():
    base = catalog.load()
    own = dataclasses.replace(base.layer("bookshop"), key="compost", name_ko="퇴비함", sources=())
    more = base.with_layer(own)
    assert more.layer("compost").sources == (base.generic,)
    assert len(more.layers) == len(base.layers) + 1
    assert "compost" not in base.keys
    replaced = more.with_layer(dataclasses.replace(own, name_ko="공동 퇴비함"))
    assert len(replaced.layers) == len(more.layers)
    assert replaced.layer("compost").name_ko == "공동 퇴비함"


def test_bad_layers_and_sources_are_refused():
    base = catalog.layer("bookshop")
    with pytest.raises(StudyError, match="group"):
        dataclasses.replace(base, group="food")
    with pytest.raises(StudyError, match="role"):
        dataclasses.replace(base, role="hero")
    with pytest.raises(StudyError, match="task"):
        dataclasses.replace(base, task="9-9")
    with pytest.raises(StudyError, match="capacity"):
        dataclasses.replace(base.sources[0], capacity="much")
    with pytest.raises(StudyError, match="fold"):
        dataclasses.replace(base.sources[0], fold=("colour",))
    with pytest.raises(StudyError, match="field"):
        dataclasses.replace(base.sources[0], columns={"price": ("값",)})
    with pytest.raises(StudyError, match=r"source.*bookshop_seoul"):
        base.source("nothing")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("weekdayOperColseHhmm", "WEEKDAY_OPER_COLSE_HHMM"),
        ("대여소\n번호", "\ufeff대여소 번호"),
        ("위\u3000도", "위도"),
    ],
)
def test_three_spellings_of_a_header_are_one(one, other):
    assert catalog.normalised_header(one) == catalog.normalised_header(other)


def test_decomposed_hangul_headers_are_composed():
    import unicodedata

    assert catalog.normalised_header(unicodedata.normalize("NFD", "위도")) == "위도"
