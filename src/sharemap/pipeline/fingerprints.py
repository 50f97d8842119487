"""What each stage was made from, in one hash, so that a folder never mixes two studies in silence."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sharemap.errors import InputError
from sharemap.pipeline.provenance import inputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sharemap.pipeline.study import Study

__all__ = ["NEEDS", "check_needs", "fingerprints"]

#: The stages whose results a stage reads.
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "network": (),
        "sites": ("network",),
        "reach": ("sites",),
        "isochrones": ("reach",),  # for the slopes
        "coverage": ("reach",),
        "villages": ("coverage",),
        "deliver": ("isochrones", "villages"),
    }
)


#: What of [geocoding] decides nothing: its files are known by their hashes.
_UNDECIDING = ("address_tables", "cache", "ref_date", "licence")


def fingerprints(study: Study) -> dict[str, str]:
    """Return the hash of everything that decides the result of each stage of a study."""
    facts = _facts(study)
    found: dict[str, str] = {}
    for stage, needs in NEEDS.items():
        content = json.dumps([facts[stage], [found[need] for need in needs]], sort_keys=True, default=str)
        found[stage] = hashlib.sha256(content.encode()).hexdigest()[:16]
    return found


def check_needs(stage: str, wanted: Mapping[str, str], done: Mapping[str, Any], out: Path) -> None:
    """Refuse to go on from results that another study, or the same with other parameters, left in the folder.

    Raises
    ------
    InputError
        If a stage that this one needs was made from something else.
    """
    for need in NEEDS[stage]:
        if need in done and done[need].get("fingerprint") != wanted[need]:
            msg = f"the folder holds the stage '{need}' of another study, or of this one with other inputs or parameters"
            remedy = (
                f"run `sharemap {need}` with this study first, or `sharemap run`, or choose another --out"
            )
            raise InputError(msg, file=out, remedy=remedy)
        check_needs(need, wanted, done, out)


def _facts(study: Study) -> dict[str, Any]:
    hashes = {(item["role"], item["file"]): item["sha256"] for item in inputs_of(study)}
    area_and_streets = {
        key: value for key, value in hashes.items() if key[0] in {"boundaries", "streets", "official_streets"}
    }
    people = {
        key: value
        for key, value in hashes.items()
        if key[0].startswith("population") or key[0] == "output_areas"
    }
    heights = {key: value for key, value in hashes.items() if key[0] == "elevation"}
    published = [
        (dataclasses.asdict(entry), hashes["sites:" + entry.layer, _named(study, entry.file)])
        for entry in study.sites
    ]
    tables = {key: value for key, value in hashes.items() if key[0] == "geocoding"}
    asked = {
        key: value for key, value in dataclasses.asdict(study.geocoding).items() if key not in _UNDECIDING
    }
    parameters = study.parameters
    return {
        "network": [
            sorted(map(str, area_and_streets.items())),
            [study.area.wards, study.area.dongs, study.streets.place],
            dataclasses.asdict(study.streets.rules),
            [dataclasses.asdict(study.profile), study.surroundings_m],
        ],
        "sites": [
            *(published, parameters.max_snap_m, [layer.key for layer in study.catalog]),
            dataclasses.asdict(study.places),
        ]
        + ([asked, sorted(map(str, tables.items()))] if study.geocoding.active else []),
        "reach": [study.cutoff_m, sorted(map(str, heights.items())), study.elevation.min_known],
        "isochrones": [parameters.minutes, parameters.isochrone_half_width_m],
        "coverage": [
            sorted(map(str, people.items())),
            [study.population.sheet, study.population.max_unplaced],
            [dataclasses.asdict(profile) for profile in study.profiles],
            [parameters.sensitivity_m, parameters.gap_link_m, parameters.times],
        ],
        "villages": [
            [parameters.adjacent_m, parameters.min_places],
            [dataclasses.asdict(study.villages), dataclasses.asdict(study.village_weights)],
            sorted(value for (role, _), value in hashes.items() if role in {"own_blocks", "idle_spaces"}),
        ],
        "deliver": [study.title, study.fictional],
    }


def _named(study: Study, file: str) -> str:
    path = study.file(file)
    return str(path.relative_to(study.path.parent) if path.is_relative_to(study.path.parent) else path.name)
