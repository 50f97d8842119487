"""What a stage warns of, heard from the log, so that it travels with the numbers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sharemap.findings.warned import warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sharemap.catalog import Catalog
    from sharemap.findings.summary import RunWarning

__all__ = ["hearing"]


class _Heard(logging.Handler):
    """Collects each different warning of a stage.

    A warning that readers get in Korean is logged with its facts by name and ``extra={"term": ...}``, the key of its
    sentence; a fact called ``layer`` is the key of a layer, and ``extra={"gross": True}`` says that it is.

    Attributes
    ----------
    found
        What was warned of, in its order.
    """

    def __init__(self, stage: str, catalog: Catalog) -> None:
        super().__init__(logging.WARNING)
        self.found: list[RunWarning] = []
        self._stage, self._catalog = stage, catalog

    def emit(self, record: logging.LogRecord) -> None:
        """Take a warning down."""
        facts = dict(record.args) if isinstance(record.args, Mapping) else {}
        if "layer" in facts:
            facts["layer"] = self._catalog.layer(str(facts["layer"])).name_ko
        known = {name: vars(record)[name] for name in ("term", "gross") if name in vars(record)}
        one = warned(self._stage, record.getMessage(), facts=facts, **known)
        if one not in self.found:
            self.found.append(one)


@contextmanager
def hearing(stage: str, catalog: Catalog) -> Iterator[list[RunWarning]]:
    """Listen to all of sharemap while a stage runs."""
    heard, log = _Heard(stage, catalog), logging.getLogger("sharemap")
    log.addHandler(heard)
    try:
        yield heard.found
    finally:
        log.removeHandler(heard)
