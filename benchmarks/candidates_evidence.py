"""Whether the candidates of a run stand on three separate spaces, as far as its own published rows say.

    sharemap export OUT --format csv --table sites --table positions --out CSV
    python benchmarks/candidates_evidence.py OUT CSV

Shares no code with the package: it reads what other programs read, ``villages.gpkg``, ``village_services.csv`` and the CSV
files of the export, takes addresses and names apart by rules of its own, and measures on a sphere. It says every
candidate that

1. has two places with services of one address (road or lot, and number),
2. has two places with services of one institution's name in one dong: the same but for brackets, blanks and
   punctuation, the centre of a dong under any of its words and with any room behind it,
3. has a member of which every shared space stands more than 500 m from another row of its own address, or of its name
   and kind, in the ward. Where only some do, the others hold it there, and it is noted,

and ends with exit code 1 if there is one. The questions of ``to_check`` are counted beside them.
"""

from __future__ import annotations

import csv
import math
import re
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from itertools import combinations
from pathlib import Path

FAR_M = 500.0
EARTH_M = 6_371_000.0
SPACES = {
    "open_facility", "toy_library", "tool_library", "shared_space", "library", "bookshop", "shared_kitchen",
    "shared_storage", "repair_shop", "community_centre",
}  # fmt: skip
ROAD = re.compile(
    r"(?<![가-힣\d])([가-힣][가-힣A-Za-z0-9.·]*?(?:로|길)(?:\s*\d+[가-힣]?길)?)\s*(지하)?\s*(\d+(?:-\d+)?)(?!\d|\s*[가-힣]?길)"
)
LOT = re.compile(
    r"(?<![가-힣\d])([가-힣][가-힣0-9·.]*?(?:동|가|리))\s*(산?\s*\d+(?:-\d+)?)(?:번지)?(?![\d가-힣])"
)
CENTRE = re.compile(
    r"^(?:서울(?:특별)?시?)?(?:[가-힣]{1,4}구)?([가-힣]+?\d*(?:가동|동|가))"
    r"(?:주민자치센터|주민자치회관|자치회관|자치센터|주민센터|행정복지센터|복합청사|동사무소|사무소|청사)"
)


def address_of(text: str) -> str:
    """Return road and number, or dong and lot, of an address as published; '' without a number."""
    plain = unicodedata.normalize("NFKC", text or "")
    plain = re.sub(r"\([^)]*\)|\[[^]]*\]|[(\[].*$", " ", plain).split(",")[0]
    plain = re.sub(r"^\s*(?:서울(?:특별)?시?)\s*", "", plain)
    plain = re.sub(r"^(?:[가-힣]{1,3}구)\s+", "", plain)
    for rule in (ROAD, LOT):
        found = rule.search(plain)
        if found:
            return " ".join(re.sub(r"\s", "", part) for part in found.groups() if part)
    return ""


def institution_of(name: str) -> str:
    """Return the institution that bears a name."""
    plain = re.sub(r"\([^)]*\)|\[[^]]*\]", "", unicodedata.normalize("NFKC", name or ""))
    plain = re.sub(r"[\W_]+", "", plain).lower()
    centre = CENTRE.match(plain)
    return f"{centre[1]} centre" if centre else plain


def metres(one: dict, other: dict) -> float:
    """Measure along a great circle, between two rows with lon and lat."""
    a, b = ((math.radians(float(row["lat"])), math.radians(float(row["lon"]))) for row in (one, other))
    half = (
        math.sin((a[0] - b[0]) / 2) ** 2 + math.cos(a[0]) * math.cos(b[0]) * math.sin((a[1] - b[1]) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(half))


def rows_of(path: Path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def layer_of(path: Path, name: str) -> list[dict]:
    with sqlite3.connect(path) as base:
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute(f'select * from "{name}"')]  # noqa: S608  names of this file


def read(out: Path, exported: Path) -> tuple[list[dict], dict[str, list[dict]]]:
    """Return candidates with their places, and the sites of each place where they are used."""
    sites = rows_of(exported / "sites.csv")
    positions = {row["site_id"]: row for row in rows_of(exported / "positions.csv")}
    for site in sites:
        at = positions[site["site_id"]]
        site["lon"], site["lat"] = at["used_lon"], at["used_lat"]
        site["key"], site["institution"] = address_of(site["address"]), institution_of(site["name"])
    of_place = defaultdict(list)
    for site in sites:
        of_place[site["place_id"]].append(site)
    return layer_of(out / "villages.gpkg", "villages"), of_place


def of_one_address(one: list[dict], other: list[dict]) -> set[str]:
    return ({site["key"] for site in one} & {site["key"] for site in other}) - {""}


def of_one_institution(one: list[dict], other: list[dict]) -> set[str]:
    named = (
        {(row["institution"], row["dong_name"]) for row in rows if row["layer"] in SPACES}
        for rows in (one, other)
    )
    return {name for name, _ in set.intersection(*named)}


class Others:
    """All rows, by address, and by name and kind, each in its ward."""

    def __init__(self, of_place: dict[str, list[dict]]) -> None:
        self.by = defaultdict(list)
        for rows in of_place.values():
            for site in rows:
                for key in keys_of(site):
                    self.by[key].append(site)

    def far(self, site: dict) -> dict | None:
        """Return the first row of the same thing that stands far away."""
        for key in keys_of(site):
            for other in self.by[key]:
                if other["site_id"] != site["site_id"] and metres(site, other) > FAR_M:
                    return other
        return None


def keys_of(site: dict) -> list[tuple[str, ...]]:
    keys = [("name", site["layer"], re.sub(r"[\W_]+", "", site["name"]), site["ward_name"])]
    return [*keys, ("address", site["key"], site["ward_name"])] if site["key"] else keys


def faults_of(village: dict, of_place: dict[str, list[dict]], others: Others) -> tuple[list[str], list[str]]:
    """Return what is wrong with a candidate, and what is noted."""
    places = village["place_ids"].split(";")
    found, noted = [], []
    for one, other in combinations(places, 2):
        a, b = of_place[one], of_place[other]
        found += [f"two places of one address: {key}" for key in of_one_address(a, b)]
        found += [f"two places of one institution: {name}" for name in of_one_institution(a, b)]
    for place in places:
        spaces = [site for site in of_place[place] if site["layer"] in SPACES]
        far = [(site, others.far(site)) for site in spaces]
        told = [
            f"{site['name']} ({site['address']}) stands {metres(site, other):,.0f} m from {other['name']} ({other['address']})"
            for site, other in far
            if other
        ]
        (found if len(told) == len(spaces) else noted).extend(told)
    return found, noted


def main() -> int:
    out, exported = Path(sys.argv[1]), Path(sys.argv[2])
    villages, of_place = read(out, exported)
    others = Others(of_place)
    wrong = 0
    for village in sorted(villages, key=lambda row: row["rank"]):
        faults, notes = faults_of(village, of_place, others)
        wrong += bool(faults)
        for said, told in (("FAULT", faults), ("noted", notes)):
            for text in told:
                print(f"{said}: {village['rank']}. {village['name']}: {text}")
    asked = layer_of(out / "villages.gpkg", "to_check")
    kinds = sorted({(row["target"], row["question"]) for row in asked})
    counted = ", ".join(
        f"{sum((row['target'], row['question']) == kind for row in asked)} {' '.join(kind)}" for kind in kinds
    )
    print(f"{len(villages)} candidates, {wrong} of them with a fault; questions: {counted or 'none'}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
