"""Rows whose end is settled while a file is read: kept on disk, in order, and counted."""

from __future__ import annotations

import tempfile
import weakref
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

from sharemap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

__all__ = ["Aside"]

_SCHEMA = pa.schema(
    [
        *((name, pa.int64()) for name in ("at", "row")),
        *((name, pa.large_string()) for name in ("file", "name", "address", "reason", "value")),
    ]
)
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Aside:
    """Rows that are set aside whatever the other rows of their file say.

    They go to a file without a name, which is gone when the program ends: a whole country's rows outside the study
    area take no memory.

    Examples
    --------
    >>> import pandas as pd
    >>> aside = Aside()
    >>> row = {"at": 0, "row": 2, "file": "a.csv", "name": "가", "address": None, "reason": "not_a_site", "value": ""}
    >>> aside.add(pd.DataFrame([row]))
    >>> len(aside), dict(aside.reasons), [part["name"].tolist() for part in aside.parts()]
    (1, {'not_a_site': 1}, [['가']])
    """

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self._file: BinaryIO | None = None
        self._starts: list[int] = []

    def __len__(self) -> int:
        return self.reasons.total()

    def add(self, rows: pd.DataFrame) -> None:
        """Put rows below those that are there.

        Parameters
        ----------
        rows
            Columns ``at`` (which of the rows read it is, from 0), ``row``, ``file``, ``name``, ``address``, ``reason``
            and ``value``.

        Raises
        ------
        OutputError
            If the folder for temporary files is full.
        """
        if rows.empty:
            return
        table = pa.Table.from_pandas(rows[_SCHEMA.names], schema=_SCHEMA, preserve_index=False)
        try:
            if self._file is None:
                self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="sharemap-"))  # noqa: SIM115  kept open
                weakref.finalize(self, self._file.close)
            self._starts.append(self._file.seek(0, 2))
            with pa.ipc.new_stream(self._file, _SCHEMA, options=_OPTIONS) as stream:
                stream.write_table(table)
        except OSError as error:
            msg = f"rows cannot be kept for the list of rows set aside ({error.strerror or error})"
            remedy = "free some space in the folder for temporary files, or name another one in TMPDIR"
            raise OutputError(msg, file=tempfile.gettempdir(), remedy=remedy) from error
        self.reasons.update(rows["reason"])

    def parts(self) -> Iterator[pd.DataFrame]:
        """Return the rows as they were added."""
        if self._file is None:
            return
        for start in self._starts:
            self._file.seek(start)
            with pa.ipc.open_stream(self._file) as stream:
                yield stream.read_all().to_pandas()
