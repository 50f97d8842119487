"""Shapefiles as they are found, packed and not: what holds for a file holds for the same file in an archive."""

from __future__ import annotations

import shutil
import zipfile

import geopandas as gpd
import pytest
from shapely.geometry import Point

from sharemap.errors import SiteFileError
from sharemap.sources.boundaries import read_area
from sharemap.sources.files.packed import member_name
from sharemap.sources.published import read_table
from sharemap.sources.sites import read_sites
from two_dongs import AREA

NAMES = ["가온작은도서관", "나래작은도서관", "다솜작은도서관"]
ROADS = ["서울특별시 중구 세종대로 1", "서울특별시 중구 을지로 2", "서울특별시 중구 명동길 3"]
SPOTS = [(126.9779, 37.5663), (126.985, 37.5665), (126.986, 37.5635)]
LIBRARIES = gpd.GeoDataFrame(
    {"도서관명": NAMES, "도로명주소": ROADS}, geometry=[Point(spot) for spot in SPOTS], crs=4326
)
BESIDE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def shapefile(folder, frame, encoding="cp949", *, stem="a", cpg=None):
    """Write a shapefile as other software does: names cut at ten bytes, wherever that is, and any `.cpg` or none."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}.shp"
    names = [name for name in frame.columns if name != "geometry"]
    plain = {name: f"F{number}" for number, name in enumerate(names)}
    latin = frame.rename(columns=plain)
    for name in plain.values():
        latin[name] = [text.encode(encoding).decode("latin-1") for text in latin[name]]
    latin.to_file(path, encoding="ISO-8859-1", engine="pyogrio")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    for number, name in enumerate(names):
        table[32 + 32 * number : 43 + 32 * number] = name.encode(encoding)[:10].ljust(11, b"\0")
    path.with_suffix(".dbf").write_bytes(bytes(table))
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def packed(path, target, *, inside="", rename=None):
    with zipfile.ZipFile(target, "a") as archive:
        for suffix in BESIDE:
            if path.with_suffix(suffix).exists():
                archive.write(path.with_suffix(suffix), f"{inside}{rename or path.stem}{suffix}")
    return target


def sites_of(path):
    rows = read_sites(path, layer="library")
    assert (rows.frame["reason"] == "").all()
    return rows.frame[["row", "name", "address", "x", "y"]].round(3).values.tolist()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "a.geojson"
    LIBRARIES.to_file(path)
    return path


CASES = ["shp_cp949_nocpg.zip", "shp_in_folder.zip", "shp_utf8_fieldnames/a.shp"]


@pytest.mark.parametrize("case", CASES)
def test_a_packed_or_cut_shapefile_gives_the_sites_of_the_plain_file(cases, plain, case):
    assert sites_of(cases / case) == sites_of(plain)
    assert list(read_table(cases / case).columns) == ["도서관명", "도로명주소"]


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
@pytest.mark.parametrize("inside", ["", "자료/", "a/b/"])
@pytest.mark.parametrize("stem", ["a", "도서관"])
def test_archives_of_either_encoding_with_folders_and_korean_names(tmp_path, plain, encoding, inside, stem):
    cpg = None if encoding == "cp949" else "UTF-8"
    path = shapefile(tmp_path / "s", LIBRARIES, encoding, cpg=cpg)
    assert sites_of(packed(path, tmp_path / "a.zip", inside=inside, rename=stem)) == sites_of(plain)


def test_names_of_members_in_cp949_and_what_a_mac_leaves(tmp_path, plain):
    """A packer of Windows writes names in cp949 and says nothing; one of a Mac adds files that are none."""
    path = shapefile(tmp_path / "s", LIBRARIES)
    target = packed(path, tmp_path / "a.zip", rename="xxxxxx")
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("__MACOSX/._xxxxxx.shp", b"\0")
        archive.writestr("._xxxxxx.shp", b"\0")
    target.write_bytes(target.read_bytes().replace(b"xxxxxx", "도서관".encode("cp949")))
    with zipfile.ZipFile(target) as archive:
        assert "도서관.shp" in map(member_name, archive.infolist())
    assert sites_of(target) == sites_of(plain)


@pytest.mark.parametrize("suffix", [".SHP", ".Shp"])
def test_endings_in_capitals(tmp_path, plain, suffix):
    path = shapefile(tmp_path / "s", LIBRARIES)
    target = tmp_path / "a.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(path, f"A{suffix}")
        for other in (".SHX", ".DBF", ".PRJ"):
            archive.write(path.with_suffix(other.lower()), f"A{other}")
    assert sites_of(target) == sites_of(plain)


def test_values_that_end_inside_a_letter(tmp_path):
    path = shapefile(tmp_path / "s", LIBRARIES, "utf-8", cpg="UTF-8")
    table = path.with_suffix(".dbf").read_bytes()
    name = NAMES[0].encode()
    path.with_suffix(".dbf").write_bytes(table.replace(name, name[:-1] + b" "))
    assert read_table(path).frame["도서관명"].tolist() == ["가온작은도서", *NAMES[1:]]


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("cp949", "ISO-8859-1"), ("cp949", "UTF-8"), ("utf-8", "949"), ("utf-8", None), ("cp949", "nonsense")],
)
def test_a_code_page_that_is_not_true_is_found_out_and_said(tmp_path, plain, encoding, cpg, caplog):
    path = shapefile(tmp_path / "s", LIBRARIES, encoding, cpg=cpg)
    assert sites_of(path) == sites_of(plain)
    assert ("its .cpg says" in caplog.text) == (cpg in {"ISO-8859-1", "UTF-8", "949"})


def test_western_text_stays_western(tmp_path, caplog):
    bruecke = (
        LIBRARIES.iloc[:1]
        .assign(도서관명="x", 도로명주소="Brücke Straße")
        .rename(columns={"도서관명": "name", "도로명주소": "address"})
    )
    path = shapefile(tmp_path / "s", bruecke, "latin-1", cpg="ISO-8859-1")
    assert read_table(path).frame["address"].tolist() == ["Brücke Straße"]
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


def test_a_cut_name_is_completed_only_when_one_known_header_begins_so(tmp_path):
    frame = LIBRARIES.rename(columns={"도서관명": "소재지도로명주소", "도로명주소": "소재지도로명주소상세"})
    path = shapefile(tmp_path / "s", frame, "cp949")
    table = read_table(path)
    # both are cut to the same five letters; of known headers only one begins so
    assert list(table.columns) == ["소재지도로명주소", "소재지도로명주소_2"]
    assert table.frame.iloc[:, 0].tolist() == NAMES
    assert table.frame.iloc[:, 1].tolist() == ROADS


def test_layers_with_the_same_columns_are_one_list_and_others_are_named(tmp_path, caplog):
    packed(shapefile(tmp_path / "s", LIBRARIES, stem="a"), tmp_path / "a.zip")
    packed(shapefile(tmp_path / "s", LIBRARIES.iloc[:1], stem="b"), tmp_path / "a.zip")
    parks = LIBRARIES.rename(columns={"도서관명": "공원"}).drop(columns="도로명주소")
    packed(shapefile(tmp_path / "s", parks, stem="c"), tmp_path / "a.zip")
    table = read_table(tmp_path / "a.zip")
    assert (table.sheet, table.left_out, len(table.frame)) == ("a, b", (("c", 3),), 4)
    assert "'c' with 3 features is left out" in caplog.text


def test_an_archive_without_a_map_and_one_that_is_damaged_are_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "명칭\n")
    with pytest.raises(SiteFileError, match=r"holds no map file.*a\.csv.*unpack it"):
        read_table(tmp_path / "a.zip")
    path = shapefile(tmp_path / "s", LIBRARIES)
    path.with_suffix(".shx").unlink()
    path.with_suffix(".dbf").unlink()
    with pytest.raises(SiteFileError, match=r"b\.zip: the file is no map file that can be read"):
        read_table(packed(path, tmp_path / "b.zip"))


DONGS = AREA.to_crs(4326).rename(
    columns={
        "dong_code": "행정동코드",
        "dong_name": "행정동명",
        "ward_code": "자치구코드",
        "ward_name": "자치구명",
    }
)


@pytest.mark.parametrize(("encoding", "cpg"), [("cp949", None), ("utf-8", "UTF-8"), ("cp949", "ISO-8859-1")])
@pytest.mark.parametrize("inside", [None, "", "경계/"])
def test_boundaries_are_the_same_packed_and_cut(tmp_path, encoding, cpg, inside):
    path = shapefile(tmp_path / "s", DONGS, encoding, cpg=cpg)
    if inside is not None:
        path = packed(path, tmp_path / "경계.zip", inside=inside)
        shutil.rmtree(tmp_path / "s")
    found = read_area(path)
    columns = ["ward_code", "ward_name", "dong_code", "dong_name"]
    assert found[columns].values.tolist() == AREA[columns].values.tolist()
    assert (found.geometry.symmetric_difference(AREA.geometry).area < 50).all()
