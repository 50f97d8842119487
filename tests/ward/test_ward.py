"""The sample ward: made by the code, always the same, and true to what it plants.

The walks are checked on the written extract alone, with networkx and shapely: nothing of sharemap.network, sites
or reach is used, and nothing of the generator beside the files it wrote.
"""

from __future__ import annotations

import json
import tomllib
import zipfile
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from tools import ward

if TYPE_CHECKING:
    from pathlib import Path

TO_METRIC = Transformer.from_crs("EPSG:4326", "EPSG:5179", always_xy=True)
SPACES = {
    "open_facility", "toy_library", "tool_library", "library", "bookshop", "shared_kitchen", "shared_storage",
    "repair_shop", "shared_space", "shared_asset", "community_centre",
}  # fmt: skip
GROUPS = {
    "mobility": {"bike_station", "car_share"},
    "space": {
        "parking_public", "parking_resident", "parking_annexed", "community_centre", "shared_space",
        "shared_asset", "open_facility", "shared_kitchen",
    },
    "goods": {"toy_library", "tool_library", "shared_storage", "repair_shop"},
    "information": {"library", "bookshop", "public_wifi", "sharing_org"},
}  # fmt: skip


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    ward.write(folder)
    return folder


@pytest.fixture(scope="module")
def ways(fresh):
    """Ways of the extract: tags, node ids, coordinates in EPSG:5179."""
    found = []
    for way in osmium.FileProcessor(str(fresh / "gaon.osm.pbf")).with_locations():
        if way.is_way():
            lonlat = np.array([(node.lon, node.lat) for node in way.nodes])
            xy = np.column_stack(TO_METRIC.transform(lonlat[:, 0], lonlat[:, 1]))
            found.append((dict(way.tags), [node.ref for node in way.nodes], xy))
    return found


@pytest.fixture(scope="module")
def dongs(fresh):
    return gpd.read_file(fresh / "dong.geojson").to_crs("EPSG:5179")


def walkable(tags) -> bool:
    highway = tags.get("highway", "")
    return (
        bool(highway)
        and not highway.startswith(("trunk", "motorway"))
        and tags.get("foot") != "no"
        and tags.get("access") != "private"
    )


class Walks:
    """Shortest walks between points with straight access legs, on segments between OSM nodes."""

    def __init__(self, ways) -> None:
        self.graph = nx.Graph()
        self.ends, lines, self.open = [], [], []
        for tags, nodes, xy in ways:
            if not walkable(tags):
                continue
            for k in range(len(nodes) - 1):
                length = float(np.hypot(*(xy[k + 1] - xy[k])))
                self.graph.add_edge(nodes[k], nodes[k + 1], weight=length)
                self.ends.append((nodes[k], nodes[k + 1]))
                lines.append(shapely.LineString(xy[k : k + 2]))
                self.open.append(not {"bridge", "tunnel"} & set(tags))
        parts = sorted(nx.connected_components(self.graph), key=len)
        self.main = parts[-1]
        self.islands = parts[:-1]
        self.lines = np.array(lines, dtype=object)
        self.open = np.array(self.open) & np.array([u in self.main for u, _ in self.ends])
        self.tree = shapely.STRtree(self.lines[self.open])
        self.usable = np.flatnonzero(self.open)
        self.closed = shapely.STRtree(
            self.lines[
                [not is_open and u in self.main for is_open, (u, _) in zip(self.open, self.ends, strict=True)]
            ]
        )

    def join(self, name, lon, lat):
        """Add a point to the graph by its access leg; returns the leg's length and the lead over a bridge or tunnel."""
        point = shapely.Point(TO_METRIC.transform(lon, lat))
        edge = self.usable[self.tree.nearest(point)]
        line, (u, v) = self.lines[edge], self.ends[edge]
        leg, along = point.distance(line), line.project(point)
        self.graph.add_edge(name, u, weight=leg + along)
        self.graph.add_edge(name, v, weight=leg + line.length - along)
        return leg, point.distance(self.closed.geometries[self.closed.nearest(point)]) - leg

    def from_point(self, name, cutoff=1_100.0):
        return nx.single_source_dijkstra_path_length(self.graph, name, cutoff=cutoff)


@pytest.fixture(scope="module")
def truth(fresh):
    return json.loads((fresh / "truth" / "villages.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def surveyed(ways, truth):
    """All shared spaces: group and position, and walks between them."""
    walks = Walks(ways)
    places = [
        (group["name"], place) for group in [*truth["villages"], *truth["traps"]] for place in group["places"]
    ]
    places = [
        (group, place) for group, place in places if SPACES & {site["layer"] for site in place["sites"]}
    ]
    places += [("", place) for place in truth["single_places"]]
    names = [f"place {k}" for k in range(len(places))]
    legs = np.array(
        [walks.join(name, place["lon"], place["lat"]) for name, (_, place) in zip(names, places, strict=True)]
    )
    # same-segment neighbours may also walk along the segment; the graph overstates that, so it is left out here
    matrix = np.full((len(places), len(places)), np.inf)
    for a, name in enumerate(names):
        reached = walks.from_point(name)
        matrix[a] = [reached.get(other, np.inf) for other in names]
    np.fill_diagonal(matrix, 0.0)
    xy = np.array([TO_METRIC.transform(place["lon"], place["lat"]) for _, place in places])
    return places, matrix, legs, xy


def test_a_second_run_writes_the_same_bytes_and_so_does_the_committed_copy(fresh, root):
    committed = root / "data" / "raw" / "sample"
    names = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
    assert names == sorted(
        path.relative_to(committed).as_posix() for path in committed.rglob("*") if path.is_file()
    )
    different = [name for name in names if (fresh / name).read_bytes() != (committed / name).read_bytes()]
    assert different == [], "run `make sample` and commit the result"


def test_the_last_bit_of_another_processor_changes_no_byte(fresh, tmp_path, monkeypatch):
    """Vector units differ in the last bit of sines, exponentials and angles."""
    from tools.ward import shapes, steady

    class Other:
        def __getattr__(self, name):
            function = getattr(np, name)
            if name not in {"sin", "cos", "exp", "arctan2"}:
                return function
            return lambda *values: np.nextafter(function(*values), np.inf)

    monkeypatch.setattr(steady, "np", Other())
    monkeypatch.setattr(shapes, "np", Other())
    ward.write(tmp_path)
    names = [path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()]
    assert [name for name in names if (fresh / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_another_seed_draws_another_ward():
    from tools.ward.streets import plan_town

    one, other = plan_town(ward.SEED), plan_town(7)
    assert [strand.line.wkb for strand in one.strands] != [strand.line.wkb for strand in other.strands]
    assert len(other.blocks) == pytest.approx(len(one.blocks), rel=0.1)


def test_the_sample_is_small(fresh):
    assert sum(path.stat().st_size for path in fresh.rglob("*") if path.is_file()) < 3_000_000


def test_fourteen_dongs_tile_the_ward(dongs):
    assert len(dongs) == 14
    assert dongs.geometry.is_valid.all()
    assert dongs["adm_cd2"].str.fullmatch(r"11990\d{5}").all()
    assert dongs["adm_cd2"].is_unique
    whole = shapely.union_all(dongs.geometry)
    assert shapely.coverage_is_valid(dongs.to_crs("EPSG:4326").geometry)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert whole.area == pytest.approx(dongs.area.sum(), rel=1e-9)
    assert 14e6 < whole.area < 16e6


def test_streets_are_those_of_a_dense_ward(ways, dongs):
    walks = Walks(ways)
    whole = shapely.union_all(dongs.geometry)
    junctions = sum(degree != 2 for _, degree in walks.graph.degree)
    assert 5_000 < junctions < 7_500
    assert len(walks.islands) == 1
    assert 5 < len(walks.islands[0]) < 60
    highways = {tags["highway"] for tags, _, _ in ways if "highway" in tags}
    assert highways >= {
        "primary",
        "secondary",
        "tertiary",
        "trunk",
        "trunk_link",
        "residential",
        "service",
        "footway",
        "steps",
        "path",
        "cycleway",
        "pedestrian",
    }
    bridges = {tags["bridge:name"] for tags, _, _ in ways if "bridge:name" in tags}
    assert len(bridges) == 3
    assert any(tags.get("tunnel") == "yes" and "highway" in tags for tags, _, _ in ways)
    assert any(tags.get("foot") == "no" for tags, _, _ in ways)
    assert any(tags.get("access") == "private" for tags, _, _ in ways)
    square = next((nodes, xy) for tags, nodes, xy in ways if tags.get("area") == "yes")
    assert square[0][0] == square[0][-1]
    river = shapely.union_all([shapely.Polygon(xy) for tags, _, xy in ways if tags.get("natural") == "water"])
    north_south = whole.difference(river)
    assert north_south.geom_type == "MultiPolygon", "the river divides the ward"


def test_nobody_crosses_the_river_but_on_bridges(ways):
    river = shapely.union_all(
        [shapely.Polygon(xy) for tags, _, xy in ways if tags.get("natural") == "water"]
    ).buffer(-5)
    on_foot = [(tags, shapely.LineString(xy)) for tags, _, xy in ways if walkable(tags)]
    wet = {tags.get("bridge:name") for tags, line in on_foot if line.intersects(river)}
    assert wet == {"누리교", "가온교", "해오름교"}


def test_population_is_told_by_dong_and_adds_up(fresh, dongs):
    text = (fresh / "population.tsv").read_bytes().decode("utf-8")
    assert "\r\n" in text
    table = pd.DataFrame(
        [line.split("\t") for line in text.split("\r\n")[1:]], columns=text.split("\r\n")[0].split("\t")
    )
    numbers = table.iloc[:, 4:].replace("-", "0").replace(",", "", regex=True).astype(int)
    assert (numbers["계"] == numbers.iloc[:, 1:].sum(axis=1)).all()
    own = (table["구분"] == "계") & ~table["동"].isin(["합계", "소계"])
    total = numbers.loc[(table["구분"] == "계") & (table["동"] == "소계"), "계"].item()
    assert numbers.loc[own, "계"].sum() == total
    assert 220_000 < total < 240_000
    names = dongs["adm_nm"].str.split().str[-1]
    assert set(names.str.replace("·", ".")) == set(table.loc[own, "동"])
    assert names.str.contains("·").any()
    assert (table.iloc[:, 4:] == "-").to_numpy().any()


def test_people_have_somewhere_to_live_in_every_dong(ways, dongs):
    homes = [
        shapely.Polygon(xy).centroid
        for tags, _, xy in ways
        if tags.get("building") in ("apartments", "house", "residential")
    ]
    tree = shapely.STRtree(homes)
    assert min(len(tree.query(dong, predicate="intersects")) for dong in dongs.geometry) >= 20


def test_planted_villages_are_close_and_far_from_all_others(surveyed, truth):
    places, walks, _, _ = surveyed
    assert [len(village["places"]) for village in truth["villages"]] == [4, 3, 5, 3, 4]
    groups = np.array([group for group, _ in places])
    for village in truth["villages"]:
        members = np.flatnonzero(groups == village["name"])
        others = np.flatnonzero(groups != village["name"])
        rivals = [k for k in others if groups[k].startswith("village")]
        assert walks[np.ix_(members, members)].max() <= 330, village["name"]
        assert walks[np.ix_(members, others)].min() >= 480, village["name"]
        assert walks[np.ix_(members, rivals)].min() > 900, village["name"]


def test_no_other_three_shared_spaces_are_near_each_other(surveyed):
    places, walks, _, _ = surveyed
    near = nx.Graph()
    near.add_nodes_from(range(len(places)))
    near.add_edges_from((a, b) for a, b in combinations(range(len(places)), 2) if walks[a, b] < 480)
    cliques = [set(clique) for clique in nx.find_cliques(near) if len(clique) >= 3]
    assert len(cliques) == 5
    assert {places[min(clique)][0] for clique in cliques} == {f"village {k}" for k in range(1, 6)}


def test_walks_are_clearly_shorter_or_longer_than_400_m(surveyed):
    _, walks, _, _ = surveyed
    pairs = walks[np.triu_indices(len(walks), 1)]
    # no planted pair is in doubt; pairs of single places may be, since a pair makes no village
    planted = np.array([bool(group) for group, _ in surveyed[0]])
    both = walks[np.ix_(planted, planted)]
    assert not ((both > 335) & (both < 480)).any()
    assert (pairs > 45).all()


def test_traps_are_what_they_say(surveyed):
    places, walks, _, xy = surveyed
    groups = np.array([group for group, _ in places])
    crow = np.hypot(*(xy[:, None] - xy[None]).T)

    def of(name):
        return np.flatnonzero(groups == name)

    for name in ("barrier river", "barrier railway"):
        a, b, c = of(name)
        assert max(crow[a, b], crow[a, c], crow[b, c]) < 400
        assert min(walks[a, c], walks[b, c]) >= 480
    for name in ("pair 1", "pair 2", "pair 3"):
        a, b = of(name)
        assert walks[a, b] <= 330
    for name in ("chain 1", "chain 2"):
        a, b, c = of(name)
        assert max(walks[a, b], walks[b, c]) <= 330
        assert walks[a, c] >= 480
    (alone,) = of("co-located")
    layers = {site["layer"] for site in places[alone][1]["sites"]}
    assert layers >= {"community_centre", "tool_library", "library", "open_facility"}
    assert np.delete(walks[alone], alone).min() >= 480


def test_the_support_trap_holds_no_shared_space(truth):
    trap = next(trap for trap in truth["traps"] if trap["name"] == "support only")
    assert [[site["layer"] for site in place["sites"]] for place in trap["places"]] == [["bike_station"]] * 3


def test_places_stand_at_open_streets(surveyed):
    _, _, legs, _ = surveyed
    assert legs[:, 0].max() <= 60
    assert legs[:, 1].min() > 10, "nearer to a bridge or tunnel than the snapping can tell"


def test_distinct_places_are_never_one_building(surveyed):
    places, _, _, xy = surveyed
    crow = np.hypot(*(xy[:, None] - xy[None]).T)
    np.fill_diagonal(crow, np.inf)
    assert crow.min() >= 45
    addresses = [place["address"] for _, place in places]
    assert len(set(addresses)) == len(addresses)


def test_the_study_names_every_file_and_every_file_has_its_ledger(fresh):
    study = tomllib.loads((fresh / "study.toml").read_text(encoding="utf-8"))
    ledger = json.loads((fresh / "truth" / "ingest.json").read_text(encoding="utf-8"))
    assert study["study"]["fictional"] is True
    assert "가상" in study["study"]["title"]
    assert {entry["file"]: entry["layer"] for entry in study["sites"]} == {
        file: item["layer"] for file, item in ledger.items()
    }
    assert all((fresh / entry["file"]).is_file() for entry in study["sites"])
    assert 400 < sum(item["sites"] for item in ledger.values()) < 500
    for file, item in ledger.items():
        assert item["rows_read"] == item["sites"] + item["folded"] + sum(item["set_aside"].values()), file
        assert min(item["folded"], item["sites"]) >= 0, file
    readme = (fresh / "README.md").read_text(encoding="utf-8")
    assert all(f"`{file}`" in readme for file in ledger)


@pytest.mark.parametrize(
    ("file", "encoding", "first"),
    [
        ("parking_public.csv", "cp949", '"주차장코드","주차장명","주소","주차장 종류"'),
        ("open_facility.csv", "cp949", "개방시설명,개방장소명,개방시설유형구분,휴관일"),
        ("library.csv", "cp949", "도서관명,시도명,시군구명,도서관유형"),
        ("toy_library.csv", "cp949", '"연번","기관명","이름","시","구","도로명","도로명 번호"'),
        ("parking_resident.csv", "utf-8-sig", "거주자우선주차구획번호,거주자우선주차구역명"),
        ("bike_station.csv", "cp949", '"대여소\n번호",보관소(대여소)명'),
    ],
)
def test_files_are_in_the_portals_formats(fresh, file, encoding, first):
    content = (fresh / file).read_bytes()
    assert content.decode(encoding).startswith(first)
    if encoding == "cp949":
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "real"),
    [
        ("parking_public.csv", "parking_public__202506.csv"),
        ("open_facility.csv", "open_facility_standard__202010.csv"),
        ("library.csv", "library_standard__202607.csv"),
        ("toy_library.csv", "toy_library__2014.csv"),
    ],
)
def test_headers_are_those_of_the_published_files(fresh, shared_data, file, real):
    own = pd.read_csv(fresh / file, encoding="cp949", dtype=str)
    published = pd.read_csv(shared_data / "sites" / real, encoding="cp949", dtype=str, nrows=5)
    assert list(own.columns) == list(published.columns)


def test_hostile_names_reach_the_files_as_they_are(fresh):
    everything = "".join(
        (fresh / file).read_bytes().decode(encoding)
        for file, encoding in (
            ("bookshop.json", "utf-8"),
            ("shared_storage.csv", "cp949"),
            ("shared_space.csv", "utf-8"),
            ("shared_asset.csv", "utf-8"),
        )
    )
    assert "<img src=x onerror=alert(1)>" in everything
    assert '=HYPERLINK(""http://x"",""y"")' in everything
    assert "@누리" in everything
    assert "📚" in everything
    assert "\u1112\u1161\u11ab" in everything


def test_workbooks_have_a_merged_title_and_no_time_of_writing(fresh):
    from python_calamine import CalamineWorkbook

    for file in ("community_centre.xlsx", "sharing_org.xlsx"):
        sheet = CalamineWorkbook.from_path(fresh / file).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        assert "가상 자료" in rows[0][0]
        assert rows[2][:5] == ["연번", "명칭", "도로명주소", "위도", "경도"]
        assert sheet.merged_cell_ranges == [((0, 0), (0, 6))]
        with zipfile.ZipFile(fresh / file) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {2026}


def test_the_extract_is_sorted_and_has_a_box(fresh, dongs):
    path = str(fresh / "gaon.osm.pbf")
    with osmium.io.Reader(path) as reader:
        box = reader.header().box()
    west, _south, _east, north = dongs.to_crs("EPSG:4326").total_bounds
    assert box.bottom_left.lon < west
    assert box.top_right.lat > north
    assert (
        (box.bottom_left.lon > 126.70)
        & (box.top_right.lon < 127.25)
        & (box.bottom_left.lat > 37.40)
        & (box.top_right.lat < 37.72)
    )
    ids: dict[str, list[int]] = {"n": [], "w": []}
    for item in osmium.FileProcessor(path):
        ids["n" if item.is_node() else "w"].append(item.id)
    for kind in ids.values():
        assert kind[0] > 0
        assert all(a < b for a, b in pairwise(kind))


@pytest.fixture(scope="module")
def true_sites(fresh):
    return json.loads((fresh / "truth" / "sites.json").read_text(encoding="utf-8"))


def test_every_site_of_the_ledger_has_its_true_position(fresh, true_sites):
    ledger = json.loads((fresh / "truth" / "ingest.json").read_text(encoding="utf-8"))
    counted = pd.Series([site["layer"] for site in true_sites]).value_counts().to_dict()
    assert counted == {item["layer"]: item["sites"] for item in ledger.values()}


def test_a_few_support_sites_stand_beyond_the_border_where_people_walk(true_sites, ways, dongs):
    whole = shapely.union_all(dongs.geometry)
    away = np.array(
        [whole.distance(shapely.Point(TO_METRIC.transform(site["lon"], site["lat"]))) for site in true_sites]
    )
    inside = np.array([site["in_area"] for site in true_sites])
    assert away[inside].max() == 0
    assert (~inside).sum() == 10
    assert away[~inside].min() > 80
    assert away[~inside].max() < 1_000
    walks = Walks(ways)
    outer = [site for site in true_sites if not site["in_area"]]
    assert {site["layer"] for site in outer} == {"bike_station", "car_share", "parking_public", "public_wifi"}
    legs = [walks.join(f"outer {k}", site["lon"], site["lat"])[0] for k, site in enumerate(outer)]
    assert max(legs) < 20


def test_streets_go_on_beyond_the_border(ways, dongs):
    ring = shapely.union_all(dongs.geometry)
    lines = [shapely.LineString(xy) for tags, _, xy in ways if walkable(tags)]
    beyond = sum(line.difference(ring).length for line in lines if not ring.contains(line))
    assert 25_000 < beyond < 90_000


def test_services_are_as_uneven_as_in_a_real_ward(true_sites, ways, dongs):
    """Share of homes within 15 minutes of each group, by floor area; the walks are those of this file."""
    walks = Walks(ways)
    for k, site in enumerate(true_sites):
        walks.join(f"site {k}", site["lon"], site["lat"])
    homes = [
        (shapely.Polygon(xy), float(tags.get("building:levels", "2")))
        for tags, _, xy in ways
        if tags.get("building") in ("apartments", "house", "residential")
    ]
    floor = np.array([body.area * levels for body, levels in homes])
    middles = np.array([body.centroid for body, _ in homes], dtype=object)
    edge = walks.usable[walks.tree.nearest(middles)]
    ends = np.array(walks.ends)[edge]
    along = shapely.line_locate_point(walks.lines[edge], middles)
    leg = shapely.distance(walks.lines[edge], middles)
    rest = shapely.length(walks.lines[edge]) - along
    met, shares = np.ones(len(homes), dtype=bool), {}
    for group, layers in GROUPS.items():
        starts = {f"site {k}" for k, site in enumerate(true_sites) if site["layer"] in layers}
        reach = nx.multi_source_dijkstra_path_length(walks.graph, starts, cutoff=1_125.0)
        first, last = (np.array([reach.get(int(node), np.inf) for node in column]) for column in ends.T)
        near = np.minimum(first + along, last + rest) + leg <= 1_125.0
        shares[group] = floor[near].sum() / floor.sum()
        met &= near
    assert 0.92 < shares["mobility"] < 0.97
    assert 0.90 < shares["space"] < 0.97
    assert 0.70 < shares["goods"] < 0.82
    assert 0.88 < shares["information"] < 0.96
    assert 0.62 < floor[met].sum() / floor.sum() < 0.78
    within = shapely.STRtree(middles)
    share = {
        name.split()[-1]: floor[inside][met[inside]].sum() / floor[inside].sum()
        for name, dong in zip(dongs["adm_nm"], dongs.geometry, strict=True)
        for inside in [within.query(dong, predicate="intersects")]
    }
    assert max(share["달마루동"], share["남들2동"], share["아침동"]) < 0.5
    assert sum(value > 0.95 for value in share.values()) >= 5
