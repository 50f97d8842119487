"""How many candidates each adjacency threshold gives, with and without folding services into places.

Run a study first, then::

    python benchmarks/villages.py result

It prints the table ``village_thresholds.csv`` of the output folder and how long the stage 'villages' took.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

HEADS = ("metres", "sets", "villages", "sets, services as places", "villages, services as places")


def main(folder: Path) -> None:
    table = pd.read_csv(folder / "village_thresholds.csv", encoding="utf-8-sig")
    print("|", " | ".join(HEADS), "|")
    print("|", " | ".join(["--:"] * len(HEADS)), "|")
    for row in table.itertuples(index=False):
        print("|", " | ".join("too many" if pd.isna(value) else f"{value:,.0f}" for value in row), "|")
    stage = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["stages"]["villages"]
    print(f"\nstage 'villages': {stage['rows_in']:,} shared spaces, {stage['seconds']:.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "maps/result"))
