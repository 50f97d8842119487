"""Do candidates stand on positions that other sites contradict? Asked of the exported files of a finished run alone.

    python benchmarks/candidates_and_positions.py OUT

Shares no code with the package: addresses are read by two patterns, distances are those of coordinates in metres. For each
shared space of a candidate it prints the farthest other site of the same ward with its address (road and number), or with
its name and kind, where that is farther than 500 m; and ends with exit code 1 when a place has no other shared space that
stands there.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np

FAR_M = 500.0
ROAD = re.compile(
    r"([가-힣A-Za-z0-9.·]*(?:[가-힣](?:로|길)|\d[가-힣]?길))\s*(?:지하)?\s*(\d+(?:-\d+)?)(?![\d가-힣]*(?:로|길))"
)
WARD = re.compile(r"([가-힣]{1,4}구)(?=[\s가-힣])")


def keys(site) -> list[tuple[str, ...]]:
    """Return what a site shares with others that should stand where it stands."""
    text = re.sub(r"(?<=[로길])\s+(?=\d+[가-힣]?길)", "", re.sub(r"\(.*?\)", " ", str(site.address)))
    ward, road = WARD.search(text), ROAD.search(text)
    found = []
    if ward and road:
        found.append(("address", ward[1], *road.groups()))
    if ward:
        found.append(("name", ward[1], site.layer, re.sub(r"[\W_]+", "", site.name.lower())))
    return found


def main() -> int:
    out = Path(sys.argv[1])
    sites = gpd.read_parquet(out / "sites.parquet")
    members = gpd.read_file(out / "villages.gpkg", layer="village_places")
    members = members.loc[members["role"] == "member"]
    xy = np.column_stack([sites.geometry.x, sites.geometry.y])
    rows = list(sites[["address", "layer", "name", "place_id"]].itertuples(index=False))
    groups = defaultdict(list)
    for number, site in enumerate(rows):
        for key in keys(site):
            groups[key].append(number)
    spaces = {"library", "open_facility", "tool_library", "toy_library"}
    places = dict(zip(members["place_id"], members["village_id"], strict=True))
    wrong, sound = defaultdict(list), set()
    for number, site in enumerate(rows):
        if site.place_id not in places or site.layer not in spaces:
            continue
        far = [text for key in keys(site) if (text := _far(number, key, groups, rows, xy))]
        if far:
            wrong[site.place_id] += far
        else:
            sound.add(site.place_id)
    for place, texts in wrong.items():
        told = "another space of the place stands there" if place in sound else "CONTRADICTED"
        print(*(f"{places[place]}: {text}: {told}" for text in texts), sep="\n")
    left = set(wrong) - sound
    print(
        f"{len(set(places.values()))} candidates, {len(places)} shared spaces, {len(left)} contradicted over {FAR_M:g} m"
    )
    return 1 if left else 0


def _far(number, key, groups, rows, xy) -> str:
    apart = np.hypot(*(xy[groups[key]] - xy[number]).T)
    if apart.max() <= FAR_M:
        return ""
    site, other = rows[number], rows[groups[key][int(apart.argmax())]]
    return f"{site.name} ({site.address}) {apart.max():,.0f} m from {other.name} [{other.layer}] by {key[0]}"


if __name__ == "__main__":
    sys.exit(main())
