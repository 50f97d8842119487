"""What is true of the sample. Only tests read it."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from tools.ward import plan
from tools.ward.places import ALONE, NEAR, NOT_NEAR, VILLAGES_APART, Board
from tools.ward.services import SPACES, Place, Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ward.files import Published

__all__ = ["ingest_json", "sites_json", "villages_json"]


def villages_json(board: Board, places: Sequence[Place], sites: Sequence[Site]) -> str:
    """Planted villages, and the traps that must not become one."""
    groups: dict[str, list[int]] = {}
    for place in places:
        if place.group:
            groups.setdefault(place.group, []).append(place.number)
    described = [_group(board, name, numbers, sites) for name, numbers in groups.items()]
    alone = [
        _place(place.number, sites) for place in places if not place.group and set(place.layers) & set(SPACES)
    ]
    document = {
        "_note": "가상 자료의 정답. 시험만 읽는다. Truth of the fictional sample; only tests read it.",
        "adjacent_m": 400,
        "rules": {
            "villages": f"members walk at most {NEAR:.0f} m to each other; villages are at least {VILLAGES_APART:.0f} m apart",
            "others": f"any other shared space walks at least {ALONE:.0f} m to a member of a village or trap",
            "no_other": f"of any three other shared spaces two walk at least {NOT_NEAR:.0f} m to each other",
        },
        "villages": [group for group in described if str(group["name"]).startswith("village")],
        "traps": [group for group in described if not str(group["name"]).startswith("village")],
        "single_places": alone,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _group(board: Board, name: str, numbers: Sequence[int], sites: Sequence[Site]) -> dict[str, object]:
    seats = [board.seats[number] for number in numbers]
    walks = np.array([[board.ground.walks_from(a.spot)[b.spot] for b in seats] for a in seats])
    pairs = [
        {"a": a, "b": b, "walk_m": round(float(walks[a, b]), 1) if np.isfinite(walks[a, b]) else None}
        for a in range(len(seats))
        for b in range(a + 1, len(seats))
    ]
    return {"name": name, "places": [_place(number, sites) for number in numbers], "walks": pairs}


def _place(number: int, sites: Sequence[Site]) -> dict[str, object]:
    held = [site for site in sites if site.place == number]
    return {
        "address": held[0].address,
        "lon": held[0].lon,
        "lat": held[0].lat,
        "sites": [{"layer": site.layer, "name": unicodedata.normalize("NFC", site.name)} for site in held],
    }


def sites_json(sites: Sequence[Site]) -> str:
    """Every site as it truly is: layer, degrees, and whether it stands in the ward; one a line."""
    lines = [
        json.dumps({"layer": site.layer, "lon": site.lon, "lat": site.lat, "in_area": site.ward == plan.WARD})
        for site in sites
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def ingest_json(files: Sequence[Published]) -> str:
    """Rows, sites, folded rows and rows set aside of each file."""
    document = {
        item.file: {
            "layer": item.layer,
            "rows_read": item.ledger.rows,
            "sites": item.ledger.sites,
            "folded": item.ledger.rows - item.ledger.sites - sum(item.ledger.set_aside.values()),
            "set_aside": dict(item.ledger.set_aside),
            "defects": dict(item.ledger.defects),
        }
        for item in files
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
