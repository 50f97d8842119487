"""What is kept of an earlier run, what is made again, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import shutil

import pandas as pd
import pytest

from sharemap import pipeline
from sharemap.errors import InputError, MissingFileError
from sharemap.pipeline import account as accounts
from sharemap.pipeline import fingerprints
from sharemap.pipeline.fingerprints import fingerprints as fingerprints_of
from sharemap.pipeline.stages import RUN
from sharemap.schema import FORMAT, STAGES, TABLES, tables_of
from sharemap.sites import PlaceRules
from sharemap.study.parts import ElevationInput, VillagesInput

ALL = tuple(STAGES)
#: Keys of the study file that name files, and those of [streets] that make up its rules.
FILES = {
    "boundaries",
    "extract",
    "official",
    "graphml",
    "lines",
    "table",
    "output_areas",
    "points",
    "grid",
    "homes",
}
FILES |= {"raster", "address_tables", "blocks", "idle_spaces"}
WALK_RULES = ("include_highway", "exclude_highway", "include_names", "exclude_names")
FROM_VILLAGES = ("villages", "evidence", "deliver")
FROM_COVERAGE = ("coverage", "doubt", *FROM_VILLAGES)


@pytest.fixture(scope="module")
def whole(root):
    return pipeline.read_study(root / "data" / "raw" / "sample" / "study.toml")


@pytest.fixture(scope="module")
def small(whole):
    few = [entry for entry in whole.sites if entry.layer in {"library", "tool_library", "bookshop"}]
    return dataclasses.replace(whole, sites=tuple(few))


@pytest.fixture(scope="module", autouse=True)
def same_day():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767225600")
        yield


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "out"
    pipeline.run(small, folder)
    return folder


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def account(folder):
    return json.loads((folder / "provenance.json").read_text(encoding="utf-8"))


def content(folder):
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != "provenance.json"}


def made_again(caplog, study, folder, **how):
    """Run a study, and return the stages that were made; all others of it were kept, and said so."""
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="sharemap.pipeline.runs"):
        pipeline.run(study, folder, **how)
    lines = [record.getMessage() for record in caplog.records if record.name == "sharemap.pipeline.runs"]
    said = [re.match(r"stage (\w+): (kept)?", line).groups() for line in lines]
    assert [name for name, _ in said] == list(how.get("only", ALL))
    return tuple(name for name, kept in said if not kept)


def parameters(**changed):
    return lambda study: dataclasses.replace(
        study, parameters=dataclasses.replace(study.parameters, **changed)
    )


def first_file(**changed):
    def change(study):
        first, *others = study.sites
        return dataclasses.replace(study, sites=(dataclasses.replace(first, **changed), *others))

    return change


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        (parameters(adjacent_m=350.0), FROM_VILLAGES),
        (parameters(min_places=4), FROM_VILLAGES),
        (parameters(isochrone_half_width_m=20.0), ("isochrones", "deliver")),
        (parameters(unserved_areas=3), FROM_COVERAGE),
        (parameters(unserved_people=500), FROM_COVERAGE),
        (parameters(times=("평일 낮 수 14:00",)), FROM_COVERAGE),
        (parameters(minutes=(5.0, 15.0)), ("isochrones", *FROM_COVERAGE)),
        (parameters(max_snap_m=100.0), ALL[1:]),
        (parameters(max_snap_m=300.0), ALL),  # streets and sites farther around matter
        (first_file(ref_date="2020"), ALL[1:]),
        (lambda study: dataclasses.replace(study, places=PlaceRules(near_m=30.0)), ALL[1:]),
        (first_file(licence="another"), ("evidence", "deliver")),
        (lambda study: dataclasses.replace(study, title="another"), ("deliver",)),
        (lambda study: dataclasses.replace(study, lang="en"), ("deliver",)),
        (lambda study: dataclasses.replace(study, profiles=study.profiles[:1]), FROM_COVERAGE),
        (
            lambda study: dataclasses.replace(study, elevation=ElevationInput(min_known=0.5)),
            ("reach", "isochrones", *FROM_COVERAGE),
        ),
        (
            lambda study: dataclasses.replace(study, villages=VillagesInput(seed=1)),
            ("doubt", *FROM_VILLAGES),
        ),
        (lambda study: study, ()),
    ],
)
def test_what_is_changed_in_a_study_decides_exactly_the_stages_that_depend_on_it(whole, change, stages):
    before, after = fingerprints_of(whole), fingerprints_of(change(whole))
    assert tuple(name for name in ALL if before[name] != after[name]) == stages


@pytest.mark.slow
def test_a_second_run_keeps_everything_and_says_so(small, made, copy, caplog):
    assert made_again(caplog, small, copy) == ()
    assert content(copy) == content(made)
    assert account(copy) == account(made)  # seconds are those of the run that made it
    assert set(made_again(caplog, small, copy, only=("network",), anew=True)) == {"network"}
    assert made_again(caplog, small, copy) == ()  # the same bytes came out


@pytest.mark.slow
def test_what_is_kept_and_made_again_is_what_a_new_folder_holds(small, copy, tmp_path, caplog):
    other = parameters(adjacent_m=350.0)(small)
    assert made_again(caplog, other, copy, lang="en") == FROM_VILLAGES
    pipeline.run(other, tmp_path / "new", lang="en")
    assert content(copy) == content(tmp_path / "new")
    kept, new = account(copy), account(tmp_path / "new")
    for entry in (*kept["stages"].values(), *new["stages"].values()):
        entry.pop("seconds")
    assert kept == new


@pytest.mark.slow
def test_a_file_that_somebody_changed_is_made_again_with_what_stands_on_it(small, copy, caplog):
    whole = content(copy)
    sites = pd.read_parquet(copy / "stops.parquet")
    sites.iloc[:-1].to_parquet(copy / "stops.parquet")
    # a stage alone takes the table as it is
    assert made_again(caplog, small, copy, only=("reach",)) == ("reach",)
    assert content(copy)["reach.parquet"] != whole["reach.parquet"]
    # and the study makes both again: the walks were made from another table
    assert made_again(caplog, small, copy, only=ALL[:3]) == ("sites", "reach")
    assert content(copy) == whole
    (copy / "map.html").unlink()
    assert made_again(caplog, small, copy) == ("deliver",)
    assert content(copy) == whole


def test_single_stages_refuse_what_other_code_made_and_a_run_makes_it_again(small, copy, monkeypatch, caplog):
    for module in (fingerprints, accounts):
        monkeypatch.setattr(module, "code_version", lambda: "another")
    before = content(copy)
    with pytest.raises(InputError, match=r"'network' of another version of sharemap.*`sharemap network`"):
        pipeline.run(small, copy, only=("villages",))
    assert content(copy) == before
    assert made_again(caplog, small, copy, only=("network", "sites")) == ("network", "sites")
    assert list(account(copy)["stages"]) == ["network", "sites"]
    assert list(account(copy)["stale_stages"]) == list(ALL[2:])


def test_every_source_file_and_every_library_is_part_of_the_version_of_the_code(monkeypatch):
    named = {path for path, _ in fingerprints._code_of(fingerprints.resources.files("sharemap"))}
    assert {"reach/kernel.py", "schema/tables.toml", "maps/screen/app/card.js", "__init__.py"} <= named
    now = fingerprints.code_version()
    fingerprints.code_version.cache_clear()
    monkeypatch.setattr(fingerprints, "versions", lambda: {"numpy": "0"})
    assert fingerprints.code_version() != now
    fingerprints.code_version.cache_clear()


def test_tables_that_nobody_accounts_for_are_refused(small, copy):
    (copy / "provenance.json").unlink()
    with pytest.raises(InputError, match=r"no account of what made them.*sharemap run"):
        pipeline.run(small, copy, only=("villages",))


@pytest.mark.parametrize("found", [{"format": FORMAT - 1}, {"format": FORMAT + 1}, {}])
def test_a_folder_of_another_format_is_refused_at_every_door_with_what_to_do(small, copy, tmp_path, found):
    others = {key: value for key, value in account(copy).items() if key != "format"}
    (copy / "provenance.json").write_text(json.dumps(found | others), encoding="utf-8")
    before = content(copy)
    for door in (
        lambda: pipeline.report(copy),
        lambda: pipeline.export(copy, tmp_path / "export", formats=("csv",)),
        lambda: pipeline.print_pages(copy),
        lambda: pipeline.compare(copy, copy),
        lambda: pipeline.run(small, copy, only=("network",)),
    ):
        with pytest.raises(InputError, match=r"another version of sharemap.*anew with `sharemap run`"):
            door()
    assert content(copy) == before
    assert not (tmp_path / "export").exists()


def test_a_damaged_account_is_named(small, copy):
    (copy / "provenance.json").write_text("{", encoding="utf-8")
    for door in (lambda: pipeline.report(copy), lambda: pipeline.run(small, copy)):
        with pytest.raises(InputError, match=r"provenance\.json: the file is damaged"):
            door()


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(MissingFileError, match="finished run"):
        pipeline.print_pages(tmp_path)


# --- stages and tables say everything of themselves -----------------------------------------------------------


def test_every_stage_that_there_is_is_run_and_follows_what_it_needs():
    assert list(RUN) == list(STAGES)
    for name, stage in STAGES.items():
        assert all(ALL.index(need) < ALL.index(name) for need in stage.needs)


def test_everything_that_a_study_says_decides_some_stage(whole):
    """No key of the study file is forgotten: a stage names it, or what follows from it."""
    decides = {path for stage in STAGES.values() for path in stage.study}
    roles = {role for stage in STAGES.values() for role in stage.files}
    assert {item.role.partition(":")[0] for item in whole.inputs} <= roles
    # what of a table names, dates and licenses files, and what it means by other names
    told = {"ref_date", "licence", *(f"{file}_{key}" for file in FILES for key in ("ref_date", "licence"))}
    follows = {"parameters": {"profile", "profiles"}, "streets": set(WALK_RULES), "geocoding": {"cache"}}
    for name in ("area", "streets", "population", "elevation", "geocoding", "parameters", "villages"):
        for field in dataclasses.fields(getattr(whole, name)):
            known = FILES | told | follows.get(name, set())
            assert field.name in known or f"{name}.{field.name}" in decides, (name, field.name)
    assert decides >= {"profile", "profiles", "streets.rules", "village_weights", "places", "inputs"}


def test_every_stage_writes_its_own_tables_and_no_others(made):
    for name, entry in account(made)["stages"].items():
        own = {table.file for table in tables_of(name) if not table.optional}
        of_others = {table.file for table in TABLES.values()} - {table.file for table in tables_of(name)}
        assert own <= set(entry["files"]), name
        assert not of_others & set(entry["files"]), name


def test_the_readme_names_the_stages_in_their_order(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    assert f"`sharemap {' | '.join(STAGES)} [STUDY.toml] --out result`" in text
