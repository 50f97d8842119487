"""The sample ward as two wards of which not everything is told: what is known, known not to be, and unknown.

Three dongs are a ward of their own, the list of tool libraries has no row of it, and homes meet streets near by only.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LAYER", "WARD", "WITHOUT", "untold"]

WARD, WITHOUT, LAYER = ("11991", "노을구"), ("아침동", "남들1동", "남들2동"), "tool_library"
_NEAR_M = 20


def untold(sample: Path, folder: Path) -> Path:
    """Write the study into a folder and return its file."""
    shutil.copytree(sample, folder)
    dongs = json.loads((folder / "dong.geojson").read_text(encoding="utf-8"))
    for one in (feature["properties"] for feature in dongs["features"]):
        if one["adm_nm"].split()[-1] in WITHOUT:
            one["sgg"], one["sggnm"] = WARD
            one["adm_nm"] = one["adm_nm"].replace("가온구", WARD[1])
            one["adm_cd"], one["adm_cd2"] = (
                one[key].replace("11990", WARD[0], 1) for key in ("adm_cd", "adm_cd2")
            )
    (folder / "dong.geojson").write_text(json.dumps(dongs, ensure_ascii=False), encoding="utf-8")
    _lines(folder / "population.tsv", lambda line: _moved(line.split("\t")))
    _lines(
        folder / "tool_library.csv", lambda line: "" if any(f"({dong})" in line for dong in WITHOUT) else line
    )
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    text = text.replace('wards = ["가온구"]', f'wards = ["가온구", "{WARD[1]}"]')
    text = text.replace("max_snap_m = 150", f"max_snap_m = {_NEAR_M}")
    study.write_text(text, encoding="utf-8")
    return study


def _moved(cells: list[str]) -> str:
    if len(cells) > 2 and cells[2] in WITHOUT:
        cells[1] = WARD[1]
    return "\t".join(cells)


def _lines(file: Path, change) -> None:
    lines = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    file.write_text("".join(map(change, lines)), encoding="utf-8")
