from __future__ import annotations

import pytest

from sharemap.errors import MissingFileError, StudyError
from sharemap.pipeline import read_study, starter

GOOD = """
[study]
title = "시험"
[area]
boundaries = "a.geojson"
wards = ["중구"]
[streets]
extract = "s.osm.pbf"
[population]
table = "p.tsv"
[[sites]]
layer = "library"
file = "l.csv"
"""


def study(tmp_path, text, *, missing=()):
    for name in ("a.geojson", "s.osm.pbf", "p.tsv", "l.csv", "g.graphml"):
        if name not in missing:
            (tmp_path / name).write_text("x")
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_study_has_the_defaults_of_the_design(tmp_path):
    got = read_study(study(tmp_path, GOOD))
    assert got.title == "시험"
    assert (got.cutoff_m, got.surroundings_m) == (1125.0, 1275.0)
    assert got.parameters.minutes == (5.0, 10.0, 15.0)
    assert (got.parameters.adjacent_m, got.parameters.min_places) == (400.0, 3)
    assert got.file(got.streets.extract) == tmp_path / "s.osm.pbf"


def test_a_study_may_say_nothing_of_residents(tmp_path):
    text = GOOD.replace('[population]\ntable = "p.tsv"\n', "")
    assert "population" not in text
    got = read_study(study(tmp_path, text))
    assert not got.population.given
    assert read_study(study(tmp_path, GOOD)).population.given
    assert not any(item.role.startswith("population") for item in got.inputs)


def test_a_byte_order_mark_of_windows_editors_is_no_error(tmp_path):
    path = study(tmp_path, GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_study(path).title == "시험"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("boundaries", "boundary", r"\[area\] has an unknown key: 'boundary' -> did you mean 'boundaries'"),
        ("[streets]", "[street]", r"unknown key: 'street' -> did you mean 'streets'"),
        ('extract = "s.osm.pbf"', 'graphml = "g.graphml"\nofficial = "g.graphml"', "without an extract"),
        ('layer = "library"', 'layer = "libary"', "unknown layer: 'libary'"),
        ('layer = "library"', 'layer = "home_sharing"', "home_sharing"),
        (
            'wards = ["중구"]',
            'wards = "중구"',
            r"\[area\] wards: a value of the wrong type: '중구' -> write a list of texts",
        ),
        ('table = "p.tsv"', "", r"\[population\] lacks a key: 'table'"),
        ('extract = "s.osm.pbf"', "", "exactly one of extract, graphml, lines and place"),
        ('extract = "s.osm.pbf"', 'extract = "s.osm.pbf"\ngraphml = "g.graphml"', "exactly one of"),
        ('file = "l.csv"', "", "must name exactly one of file and osm"),
        ('file = "l.csv"', 'file = "l.csv"\nosm = true', "must name exactly one of file and osm"),
        ('file = "l.csv"', 'osm = true\nsource = "library_seoul"', "have one source: 'library_seoul'"),
        ('file = "l.csv"', 'osm = "amenity=library"', r"osm: a value of the wrong type: .*a list of texts"),
        ('file = "l.csv"', 'osm = ["library"]', r"study.toml.*cannot be read: 'library'"),
        ('layer = "library"\nfile = "l.csv"', 'layer = "sharing_org"\nosm = true', "no tags.*'sharing_org'"),
        (
            'extract = "s.osm.pbf"\n[population]\ntable = "p.tsv"\n[[sites]]\nlayer = "library"\nfile = "l.csv"',
            'graphml = "g.graphml"\n[population]\ntable = "p.tsv"\n[[sites]]\nlayer = "library"\nosm = true',
            "sites from OpenStreetMap without an extract",
        ),
        ('boundaries = "a.geojson"', "", r"\[area\] must name exactly one of boundaries, place and osm"),
        ('boundaries = "a.geojson"', 'place = "Seoul"', r"keys of a boundary file beside place: \['wards'\]"),
        ('wards = ["중구"]', 'place = "Seoul"', "must name exactly one of"),
        (
            'boundaries = "a.geojson"\nwards = ["중구"]\n[streets]\nextract = "s.osm.pbf"',
            'osm = ["boundary=administrative"]\n[streets]\ngraphml = "g.graphml"',
            "an area from OpenStreetMap without an extract",
        ),
        ('title = "시험"', 'title = "시험', "no valid TOML"),
        ("[[sites]]", "[sites]", "names no site files"),
        ("[study]", '[parameters]\nprofile = "fast"\n[study]', "unknown walking profile"),
        ("[study]", "[parameters]\nminutes = []\n[study]", "minutes must be"),
        ("[study]", "[parameters]\nminutes = [0]\n[study]", "minutes must be"),
        (
            "[study]",
            "[parameters]\nadjacent_m = -5\n[study]",
            r"adjacent_m: a distance must be a number of metres above 0",
        ),
        (
            "[study]",
            "[parameters]\nadjacent_m = nan\n[study]",
            r"a distance must be a number of metres above 0",
        ),
        ("[study]", "[parameters]\nmin_places = 1\n[study]", "at least two places"),
        ("[study]", "[parameters]\nmin_places = 10000000000000000000000\n[study]", "at most 1,000"),
        ("[study]", "[parameters]\nmax_snap_m = 1e300\n[study]", "at most 10,000"),
        ("[study]", "[parameters]\nadjacent_m = 1e12\n[study]", "at most 10,000"),
        ("[study]", "[villages]\nstability_runs = 1000000000\n[study]", "0 to 100,000"),
        ("[study]", "[villages]\nseed = 99999999999999999999999\n[study]", "0 to 9,223,372,036,854,775,807"),
        ("[study]", "[village_weights]\nplaces = 1e308\n[study]", "0 to 1,000,000"),
        (
            "[study]",
            "[profiles.x]\nspeed_kmh = 1e308\n[parameters]\nprofile = 'x'\n[study]",
            "0.1 to 30 km/h",
        ),
        (
            "[study]",
            "[profiles.x]\nspeed_kmh = 4\nsteps_factor = 1e9\n[parameters]\nprofile = 'x'\n[study]",
            "1.0 to 100",
        ),
        ("[study]", "[parameters]\nmin_places = " + "9" * 5000 + "\n[study]", "cannot be read"),
        ("[study]", "x = " + "[" * 5000 + "]" * 5000 + "\n[study]", "cannot be read"),
        ("[study]", "[parameters]\nmin_places = 3.5\n[study]", "write a whole number"),
        (
            "[study]",
            '[layers.x]\nname_ko = "x"\ngroup = "fun"\nrole = "space"\n[study]',
            r"an unknown group: 'fun'",
        ),
        (
            "[study]",
            "[profiles.me]\nspeed_kmh = 0\n[parameters]\nprofile = 'me'\n[study]",
            "0.1 to 30 km/h",
        ),
        (
            "[study]",
            "[profiles.me]\nspeed_kmh = 5\nwheels = 'skates'\n[parameters]\nprofile = 'me'\n[study]",
            "wheels that no street is asked about",
        ),
    ],
)
def test_what_is_wrong_with_a_study_is_named_with_the_file_and_a_remedy(tmp_path, old, new, said):
    path = study(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(StudyError, match=said) as caught:
        read_study(path)
    assert "study.toml" in str(caught.value)
    assert "->" in str(caught.value)


@pytest.mark.parametrize("name", ["a.geojson", "s.osm.pbf", "p.tsv", "l.csv"])
def test_a_missing_input_is_named(tmp_path, name):
    with pytest.raises(MissingFileError, match=name):
        read_study(study(tmp_path, GOOD, missing=(name,)))


OTHERS = {
    "output_areas": ("o.csv", "2016-06", "SGIS"),
    "points": ("h.csv", "2025-01", "ours"),
    "blocks": ("b.gpkg", "2024", "the ward"),
    "idle_spaces": ("i.csv", "2026-10", "the ward too"),
}


def with_others(*, dated):
    """The good study with own homes, output areas, blocks and idle spaces, with or without dates of their own."""

    def lines(*keys):
        for key in keys:
            file, date, licence = OTHERS[key]
            name = "homes" if key == "points" else key
            yield f'{key} = "{file}"'
            if dated:
                yield f'{name}_ref_date = "{date}"\n{name}_licence = "{licence}"'

    people = "\n".join(['table = "p.tsv"\nref_date = "2020-06"', *lines("output_areas", "points")])
    return GOOD.replace('table = "p.tsv"', people) + "\n".join(
        ["[villages]", *lines("blocks", "idle_spaces")]
    )


def read_with_others(tmp_path, *, dated):
    for file, _, _ in OTHERS.values():
        (tmp_path / file).write_text("x")
    return read_study(study(tmp_path, with_others(dated=dated)))


def test_every_input_is_listed_once_with_its_own_date_and_licence(tmp_path):
    got = read_with_others(tmp_path, dated=True)
    listed = {item.role: (item.file, item.ref_date, item.licence) for item in got.inputs}
    assert list(listed) == [
        *("boundaries", "streets", "population", "population_points", "output_areas"),
        *("own_blocks", "idle_spaces", "sites:library"),
    ]
    assert listed["population"] == ("p.tsv", "2020-06", "")
    roles = ("output_areas", "population_points", "own_blocks", "idle_spaces")
    assert [listed[role] for role in roles] == list(OTHERS.values())
    # what a study does not date has no date: not that of another file
    undated = {item.role: item.ref_date for item in read_with_others(tmp_path, dated=False).inputs}
    assert [undated[role] for role in roles] == [""] * 4
    # own homes without a table are the population
    alone = GOOD.replace('table = "p.tsv"', 'points = "h.csv"\nref_date = "2020-06"')
    assert {item.role: item.ref_date for item in read_study(study(tmp_path, alone)).inputs}[
        "population_points"
    ] == "2020-06"


def test_every_input_is_printed_and_accounted_for(tmp_path):
    from sharemap.pipeline.provenance import inputs_of
    from sharemap.pipeline.summary import attribution, sources_of

    got = read_with_others(tmp_path, dated=True)
    files = [item.file for item in got.inputs]
    assert [source.file for source in sources_of(got)] == files
    assert [item["file"] for item in inputs_of(got)] == files
    for _, _, licence in OTHERS.values():
        assert licence in attribution(got).split(" · ")


@pytest.mark.parametrize("name", [file for file, _, _ in OTHERS.values()])
def test_a_missing_input_of_any_kind_is_named(tmp_path, name):
    read_with_others(tmp_path, dated=False)
    (tmp_path / name).unlink()
    with pytest.raises(MissingFileError, match=name):
        read_study(tmp_path / "study.toml")


def test_a_missing_study_is_named(tmp_path):
    with pytest.raises(MissingFileError, match=r"none\.toml.*sharemap init"):
        read_study(tmp_path / "none.toml")


def test_own_profiles_and_layers(tmp_path):
    own = """
[parameters]
profile = "child"
[profiles.child]
speed_kmh = 3.6
steps = false
wheels = "stroller"
[layers.garden]
name_ko = "공유텃밭"
group = "space"
role = "space"
"""
    got = read_study(study(tmp_path, GOOD.replace('layer = "library"', 'layer = "garden"') + own))
    assert (got.profile.speed_kmh, got.profile.steps_factor, got.cutoff_m) == (3.6, None, 900.0)
    assert got.profile.wheels == "stroller"
    assert got.catalog.layer("garden").name_ko == "공유텃밭"


def test_the_starter_study_reads_once_its_files_are_there(tmp_path):
    text = starter()
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    for name in ("dong.geojson", "seoul.osm.pbf", "population.tsv", "bike_station.csv", "library.csv"):
        (tmp_path / name).write_text("x")
    got = read_study(path)
    assert [entry.layer for entry in got.sites] == ["bike_station", "library"]
    # what is switched off in comments is valid too
    on = (
        text.replace("# dongs", "dongs")
        .replace("# [layers.garden] ", "[layers.garden] ")
        .replace("# name_ko", "name_ko")
    )
    on = on.replace("# group", "group").replace("# role", "role").replace("# [profiles", "[profiles")
    on = (
        on.replace("# speed_kmh", "speed_kmh")
        .replace("# steps", "steps")
        .replace("# exclude_names", "exclude_names")
    )
    path.write_text(on, encoding="utf-8")
    assert read_study(path).catalog.layer("garden").role == "space"


def test_a_study_may_say_which_layers_make_a_group(tmp_path):
    def groups(text):
        got = read_study(study(tmp_path, GOOD + text))
        return {layer.key: layer.group for layer in got.catalog}, got.own_groups

    plain, own = groups("")
    assert (plain["library"], own) == ("information", False)
    mine, own = groups('[groups]\ninformation = ["public_wifi"]\nspace = ["library", "shared_space"]\n')
    assert own
    assert (mine["public_wifi"], mine["library"], mine["shared_space"]) == ("information", "space", "space")
    # who was in a named group and is in no list is in none; other groups stay
    gone = {key for key, group in plain.items() if group in {"information", "space"}}
    assert {key for key, group in mine.items() if not group} == gone - {
        "public_wifi",
        "library",
        "shared_space",
    }
    assert all(mine[key] == group for key, group in plain.items() if group in {"goods", "mobility"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fun = ["library"]', r"\[groups\] has an unknown key: 'fun'"),
        ('goods = ["libary"]', r"did you mean 'library'"),
        ('goods = ["library"]\nspace = ["library"]', "a layer in two groups: 'library'"),
        ('goods = "library"', "a group must be a list of layers"),
        ("goods = []", "a group must be a list of layers"),
    ],
)
def test_what_is_wrong_with_groups_is_named(tmp_path, text, said):
    with pytest.raises(StudyError, match=said):
        read_study(study(tmp_path, f"{GOOD}[groups]\n{text}\n"))


def test_sites_and_an_area_from_the_extract_have_its_date_and_licence(tmp_path):
    text = GOOD.replace('boundaries = "a.geojson"\nwards = ["중구"]', 'osm = ["boundary=administrative"]')
    text = text.replace('extract = "s.osm.pbf"', 'extract = "s.osm.pbf"\nref_date = "2021-08"')
    got = read_study(study(tmp_path, text.replace('file = "l.csv"', "osm = true")))
    told = {
        item.role: (item.file, item.ref_date, item.licence)
        for item in got.inputs
        if item.role != "population"
    }
    assert set(told) == {"boundaries", "streets", "sites:library"}
    assert set(told.values()) == {("s.osm.pbf", "2021-08", "© OpenStreetMap contributors, ODbL")}
    assert [rule.text for rule in got.sites[0].tags_of(got.catalog.layer("library"))] == [
        "amenity=library & access!=private;no"
    ]


def test_a_place_is_no_file(tmp_path):
    text = GOOD.replace('boundaries = "a.geojson"\nwards = ["중구"]', 'place = "Heidelberg, Germany"')
    got = read_study(study(tmp_path, text, missing=("a.geojson",)))
    (place,) = (item for item in got.inputs if item.role == "boundaries")
    assert (place.file, place.is_file) == ("Heidelberg, Germany", False)
    assert place.licence == "© OpenStreetMap contributors, ODbL"


def test_columns_of_a_boundary_file(tmp_path):
    keys = (
        'name_column = "Stadtteil"\nward_column = "Kreis"\nname = "Heidelberg"\nboundaries_crs = "EPSG:25832"'
    )
    got = read_study(study(tmp_path, GOOD.replace('wards = ["중구"]', keys))).area.columns
    assert (got.name, got.code, got.ward, got.title) == ("Stadtteil", "", "Kreis", "Heidelberg")
    assert got.crs == "EPSG:25832"


def test_which_rows_of_a_list_are_meant(tmp_path):
    keys = 'only = {"구분" = "작은도서관", kind = ["a", "b"]}\ncrs = "EPSG:5174"\nsheet = "현황"\n'
    entry = read_study(study(tmp_path, GOOD + keys)).sites[0]
    assert entry.only == {"구분": ("작은도서관",), "kind": ("a", "b")}
    assert (entry.crs, entry.sheet, entry.gpkg_layer) == ("EPSG:5174", "현황", "")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('only = {구분 = "작은도서관"}', r'no valid TOML.*stand in quotes.*only = \{"구분" ='),
        ("only = {a = 1}", r"only: a value of the wrong type.*columns and their values"),
        ("only = {a = []}", r"only: a value of the wrong type.*columns and their values"),
        ('only = "작은도서관"', r"only: a value of the wrong type.*columns and their values"),
        ('sheet = "a"\ngpkg_layer = "b"', r"names both a sheet and a layer"),
    ],
)
def test_what_is_wrong_with_a_choice_of_rows_is_named(tmp_path, keys, said):
    with pytest.raises(StudyError, match=said):
        read_study(study(tmp_path, GOOD + keys))
