"""What stands in an output folder, stage by stage, and from what it was made.

So nothing is made twice, and nothing of two studies or of two versions of the code is mixed in silence.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sharemap.errors import InputError
from sharemap.pipeline.fingerprints import code_version, digest
from sharemap.schema import STAGES, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sharemap.findings.summary import RunWarning
    from sharemap.pipeline.folder import RunFolder
    from sharemap.pipeline.stages import Counts

__all__ = ["Account"]


class Account:
    """The stages of a folder: what made them, and which files hold them.

    Parameters
    ----------
    folder
        The open folder.
    wanted
        Fingerprint of each stage of the study that is run on it.
    entries
        What an earlier run entered.
    """

    def __init__(self, folder: RunFolder, wanted: Mapping[str, str], entries: Mapping[str, Any]) -> None:
        self._folder, self._wanted, self._entries = folder, wanted, dict(entries)
        self._digests: dict[str, str] = {}

    def check_needs(self, stage: str) -> None:
        """Refuse to go on from results of another study, of other parameters or of other code.

        Raises
        ------
        InputError
            If a stage that this one needs was made from something else, or nobody knows from what.
        """
        for need in STAGES[stage].before:
            entry = self._entries.get(need)
            if entry is None:
                if any(self._folder.has(table.file) for table in tables_of(need)):
                    self._refuse(need, f"tables of the stage '{need}', and no account of what made them")
            elif entry["code"] != code_version():
                self._refuse(need, f"the stage '{need}' of another version of sharemap or of its libraries")
            elif entry["fingerprint"] != self._wanted[need]:
                said = f"the stage '{need}' of another study, or of this one with other inputs or parameters"
                self._refuse(need, said)

    def keeps(self, stage: str, *, incomplete: bool) -> bool:
        """Return whether a stage stands in the folder as this study makes it, it and all that it was made from.

        What was gone on with although it is `incomplete` is kept only for who goes on again.
        """
        entry = self._entries.get(stage)
        return (
            entry is not None
            and (incomplete or not any(one["gross"] for one in entry["warnings"]))
            and entry["fingerprint"] == self._wanted[stage]
            and entry["made_from"] == self._made_from(stage)
            and all(self._digest(file) == content for file, content in entry["files"].items())
        )

    def enter(
        self,
        stage: str,
        counts: Counts,
        *,
        seconds: float,
        files: Iterable[str],
        warnings: Iterable[RunWarning],
    ) -> None:
        """Note that a stage has been made, which files it wrote and what it warned of."""
        self._digests |= {file: self._folder.digest(file) for file in files}
        self._entries[stage] = {
            "fingerprint": self._wanted[stage],
            "code": code_version(),
            "made_from": self._made_from(stage),
            "rows_in": counts.rows_in,
            "rows_out": counts.rows_out,
            "set_aside": counts.set_aside,
            "seconds": seconds,
            "warnings": [dataclasses.asdict(one) for one in warnings],
            "files": {file: self._digests[file] for file in sorted(files)},
        }

    def stages(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the entries of this study, and those that other inputs, parameters or code left in the folder."""
        own = {name: entry for name in STAGES if (entry := self._entries.get(name)) and self._is_own(name)}
        return own, {
            name: self._entries[name] for name in STAGES if name in self._entries.keys() - own.keys()
        }

    def _is_own(self, stage: str) -> bool:
        return bool(self._entries[stage]["fingerprint"] == self._wanted[stage])

    def _made_from(self, stage: str) -> str:
        """Return a hash of what a stage stands on as it is now, whoever wrote it, and of what was warned of."""
        entries = [self._entries.get(name, {"files": (), "warnings": ()}) for name in STAGES[stage].before]
        files = [(file, self._digest(file)) for entry in entries for file in entry["files"]]
        return digest([files, [entry["warnings"] for entry in entries]])

    def _digest(self, file: str) -> str:
        if file not in self._digests:
            self._digests[file] = self._folder.digest(file)
        return self._digests[file]

    def _refuse(self, stage: str, holds: str) -> None:
        msg = f"the folder holds {holds}"
        remedy = f"run `sharemap {stage}` with this study first, or `sharemap run`, or choose another --out"
        raise InputError(msg, file=self._folder.path, remedy=remedy)
