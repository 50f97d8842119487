"""The generator of the sample ward, a fictional ward of Seoul, with the defects of the real portals.

:func:`write` makes all of it, always the same; ``make sample`` writes the committed copy in ``data/raw/sample``.
Rooms inside: ``plan`` (drawn by hand), ``shapes``, ``skeleton``, ``fills``, ``streets``, ``buildings`` (the town in
a flat frame, then bent into EPSG:5179), ``osm``, ``people``, ``walks``, ``places``, ``siting``, ``services`` (what stands where),
``files``, ``mobility``, ``neighbourhood``, ``information``, ``headers`` (the portals' formats with their defects), ``truth`` and ``papers``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

__all__ = ["SEED", "write"]

if TYPE_CHECKING:
    from pathlib import Path

    from tools.ward.files import Published
    from tools.ward.services import Site

log = logging.getLogger(__name__)

SEED = 20260104


def write(folder: Path, *, seed: int = SEED) -> None:
    """Write the sample ward: an extract, boundaries, population, site files, a study file, and the truth.

    Parameters
    ----------
    folder
        Where to; it is made when it does not exist, and files of the same names are replaced.
    seed
        Another seed draws another ward with the same plan; the committed one has the default.

    Raises
    ------
    OSError
        If the folder cannot be written.
    ValueError
        If a seed other than the default leaves no room for what is planted.
    """
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    _write(folder, seed)


def _write(folder: Path, seed: int) -> None:
    from tools.ward.buildings import build
    from tools.ward.osm import write_extract
    from tools.ward.papers import readme, study
    from tools.ward.people import divide, dong_geojson, population_table
    from tools.ward.places import Board
    from tools.ward.services import settle
    from tools.ward.shapes import bend, noise
    from tools.ward.streets import lay_streets, plan_town
    from tools.ward.truth import ingest_json, sites_json, villages_json
    from tools.ward.walks import ground

    town = plan_town(seed)
    streets = lay_streets(town)
    buildings, land = build(town, seed)
    dongs = divide(town.frame)
    (ward,) = bend([town.frame.ward])
    board = Board(ground(streets, buildings, ward, noise(seed, 4)), noise(seed, 5))
    places, sites = settle(board, dongs)
    files = _published(sites, seed)
    write_extract(folder / "gaon.osm.pbf", town, streets, [*land, *buildings])
    texts = {
        "dong.geojson": dong_geojson(dongs),
        "population.tsv": population_table(dongs, buildings, seed),
        "study.toml": study(files),
        "README.md": readme(files),
        "truth/villages.json": villages_json(board, places, sites),
        "truth/sites.json": sites_json(sites),
        "truth/ingest.json": ingest_json(files),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    for item in files:
        (folder / item.file).write_bytes(item.content)
    log.info(
        "sample ward: %d pieces of street, %d buildings, %d sites",
        len(streets.lines),
        len(buildings),
        len(sites),
    )


def _published(sites: list[Site], seed: int) -> list[Published]:
    from tools.ward import information, mobility, neighbourhood
    from tools.ward.shapes import noise

    makers = (
        mobility.bike_station,
        mobility.car_share,
        mobility.parking_public,
        mobility.parking_resident,
        mobility.parking_annexed,
        neighbourhood.open_facility,
        information.library,
        information.bookshop,
        neighbourhood.toy_library,
        neighbourhood.tool_library,
        information.public_wifi,
    )
    made = [
        make([site for site in sites if site.layer == make.__name__], noise(seed, 100 + number))
        for number, make in enumerate(makers)
    ]
    return [*made, *neighbourhood.team_lists(sites)]
