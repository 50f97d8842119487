"""All of Seoul, all layers, four profiles: the time and memory of each stage.

    python benchmarks/seoul_profiles.py [--all-stages] [OUT]

Needs the real data beside the checkout (../shared/data). Without ``--all-stages`` only what the coverage stage needs
is run: network, sites, coverage.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import logging
import os
import resource
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from real_study import study_of  # noqa: E402  the study of the tests
from sharemap import pipeline  # noqa: E402
from sharemap.units import PROFILES  # noqa: E402

_SHORT = ("network", "sites", "coverage")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    arguments = [item for item in sys.argv[1:] if item != "--all-stages"]
    stages = tuple(pipeline.STAGES) if "--all-stages" in sys.argv else _SHORT
    shared = Path(os.environ.get("SHAREMAP_SHARED_DATA", ROOT.parent / "shared" / "data"))
    with (shared / "wards.csv").open(encoding="utf-8") as file:
        wards = [row["name_ko"] for row in csv.DictReader(file)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(arguments[0]) if arguments else Path(folder) / "out"
        study = study_of(shared, Path(folder), extract="seoul", wards=wards, minutes=[15])
        study = dataclasses.replace(study, profiles=tuple(PROFILES.values()))
        for stage in stages:
            pipeline.run(study, out, only=(stage,))
            print(f"after {stage}: peak {_peak_gb():.2f} GB", flush=True)
        done = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["stages"]
        print(f"\n{len(wards)} wards, {len(study.profiles)} profiles, {os.cpu_count()} cores")
        for name, facts in done.items():
            print(f"{name:<12}{facts['rows_in']:>12,}{facts['rows_out']:>14,}{facts['seconds']:>9.1f} s")


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
