"""What one place is can be set: in the room, in the study file, and it is told wherever the run tells of itself."""

from __future__ import annotations

import shutil

import pytest

from sharemap import sites
from sharemap.errors import StudyError
from sharemap.pipeline import fingerprints, provenance, read_study
from sharemap.sites.rules import FOLDS
from sharemap.sources.around import MARGIN_M
from two_dongs import AREA, read, row

SAME, OTHER = "가온구 나래로 12", "가온구 한울길 7"


def places_of(folder, gap, addresses, **rules):
    rows = [
        row(name, east, 500, address=text)
        for name, east, text in zip("가나", (100, 100 + gap), addresses, strict=True)
    ]
    built = sites.build([read(folder, rows)], AREA, surroundings_m=0.0, rules=sites.PlaceRules(**rules))
    assert len(built.sites) == 2
    return len(built.places)


@pytest.mark.parametrize(
    ("gap", "addresses", "rules", "places"),
    [
        (24, (SAME, OTHER), {}, 1),
        (26, (SAME, OTHER), {}, 2),
        (26, (SAME, OTHER), {"near_m": 27}, 1),
        (24, (SAME, OTHER), {"near_m": 23}, 2),
        (149, (SAME, SAME), {}, 1),
        (151, (SAME, SAME), {}, 2),
        (151, (SAME, SAME), {"same_address_m": 152}, 1),
        (26, (SAME, SAME), {"same_address_m": 0}, 2),
        (24, (SAME, SAME), {"same_address_m": 0}, 1),
    ],
)
def test_two_sites_are_one_place_up_to_the_distances_of_the_rules(tmp_path, gap, addresses, rules, places):
    assert places_of(tmp_path, gap, addresses, **rules) == places


@pytest.mark.parametrize("name", ["near_m", "same_address_m"])
@pytest.mark.parametrize("value", [-1.0, 1_001.0, float("nan"), float("inf")])
def test_a_distance_that_no_building_has_is_refused(name, value):
    with pytest.raises(StudyError, match=rf"\[places\] {name}: .* -> "):
        sites.PlaceRules(**{name: value})


@pytest.fixture
def with_places(root, tmp_path):
    """Return a function that reads the study of the sample ward with a table [places]."""

    def study(table):
        folder = tmp_path / "ward"
        shutil.copytree(root / "data/raw/sample", folder, dirs_exist_ok=True, ignore=lambda *_: ["truth"])
        with (folder / "study.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{table}\n")
        return read_study(folder / "study.toml")

    return study


def test_a_study_sets_what_a_place_is_and_the_run_says_so(with_places):
    usual, own = with_places(""), with_places("[places]\nnear_m = 40")
    assert usual.places == sites.PlaceRules()
    assert own.places == sites.PlaceRules(near_m=40.0)
    told = provenance.provenance(own, {}, crs="EPSG:5179")["parameters"]["places"]
    assert told == {"near_m": 40.0, "same_address_m": 150.0}
    before, after = fingerprints.fingerprints(usual), fingerprints.fingerprints(own)
    changed = {stage for stage in before if before[stage] != after[stage]}
    assert changed == set(before) - {"network"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("near = 40", "unknown key: 'near' -> did you mean 'near_m'"),
        ("near_m = '40'", "a value of the wrong type: '40' -> write a number"),
        ("near_m = -1", r"study.toml, column \[places\] near_m: .*: -1.0 -> for example 25"),
    ],
)
def test_what_is_wrong_with_places_is_named(with_places, table, said):
    with pytest.raises(StudyError, match=said):
        with_places(f"[places]\n{table}")


def test_readers_keep_all_rows_that_could_fold_into_a_site_of_the_surroundings():
    """Save those that share a code, of which the near one stays."""
    assert max(limit for limit, _ in FOLDS.values() if limit < float("inf")) <= MARGIN_M
