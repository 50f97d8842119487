"""From two output folders to what differs between them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharemap import compare as sides
from sharemap.errors import InputError, MissingFileError
from sharemap.findings import compared
from sharemap.pipeline.folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    Attributes
    ----------
    villages
        ``change`` ('appeared', 'vanished', 'moved', 'changed' or 'same'), ``name``, ``village_a``, ``village_b``,
        ``rank_a``, ``rank_b``, ``score_a``, ``score_b``, ``why_ko``, ``why_en``; what changed most stands first.
    inputs
        ``role``, ``file``, ``a``, ``b``: inputs whose content differs, as the first digits of their sha256.
    parameters
        ``name``, ``a``, ``b``: parameters that differ, nested ones with dots.
    notes
        What must be known before anything is concluded: different versions, stale stages.
    """

    villages: pd.DataFrame
    inputs: pd.DataFrame
    parameters: pd.DataFrame
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return everything as one document for JSON."""
        return {
            "villages": json.loads(self.villages.to_json(orient="records", force_ascii=False)),
            "inputs": self.inputs.to_dict("records"),
            "parameters": self.parameters.to_dict("records"),
            "notes": list(self.notes),
        }


def compare(run_a: Path | str, run_b: Path | str) -> Comparison:
    """Compare the village candidates of two output folders.

    Parameters
    ----------
    run_a, run_b
        The earlier and the later run.

    Raises
    ------
    MissingFileError
        If a folder is not there or holds no village candidates.
    InputError
        If a folder holds damaged files, those of another version of sharemap, or villages of an older study.
    """
    folders = [_opened(Path(path)) for path in (run_a, run_b)]
    a, b = made = [folder.json("provenance.json") for folder in folders]
    changes, moves = sides.candidates(
        *(sides.Candidates(folder.table("villages"), folder.table("village_scores")) for folder in folders)
    )
    whys = {f"why_{lang}": compared.whys(changes, moves, lang) for lang in ("ko", "en")}
    return Comparison(
        villages=changes.drop(columns=["places", "came", "went"]).assign(**whys),
        inputs=sides.inputs(a.get("inputs", []), b.get("inputs", [])),
        parameters=sides.parameters(a.get("parameters", {}), b.get("parameters", {})),
        notes=tuple(compared.notes([(str(f.path), one) for f, one in zip(folders, made, strict=True)])),
    )


def _opened(path: Path) -> RunFolder:
    """Return a folder that holds the village candidates of its study."""
    if not path.is_dir():
        msg = "the folder of the run does not exist"
        raise MissingFileError(msg, file=path, remedy="give the --out folders of two runs")
    folder = RunFolder(path)
    folder.check_finished("villages.gpkg", "village_scores.csv")
    if "villages" not in folder.json("provenance.json").get("stages", {}):
        msg = "the villages in the folder are of another study, or of this one with other parameters"
        raise InputError(msg, file=path, remedy="run `sharemap villages` with that --out again")
    return folder
