"""Inputs with gross gaps: another place's streets, rows without positions, no site. They stop a run, or are told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sharemap import network, sites
from sharemap.errors import ExtractError, InputError, SiteFileError
from sharemap.findings import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from sharemap.pipeline.folder import RunFolder
    from sharemap.study import Study

__all__ = ["check_complete"]

log = logging.getLogger(__name__)

_LEAST_KNOWN = 0.9
_WITHOUT_COORDINATES, _GROSS = 0.2, 0.9
_GO_ON = "or go on with --allow-incomplete"


@dataclass(frozen=True)
class _Gap:
    """A gross gap: the error, and the term and facts of the warning in its place."""

    error: InputError
    term: str
    facts: Mapping[str, Any]


def check_complete(stage: str, study: Study, folder: RunFolder, *, allowed: bool) -> None:
    """Look for gross gaps in what a stage has just made.

    Parameters
    ----------
    allowed
        Warn of them and go on.

    Raises
    ------
    ExtractError, SiteFileError
        If there are gross gaps that are not allowed.
    """
    for gap in _FIND[stage](study, folder) if stage in _FIND else ():
        if not allowed:
            raise gap.error
        said = f"{gap.facts['file']}: {gap.error.problem}" if "file" in gap.facts else gap.error.problem
        log.warning("%(said)s", {"said": said, **gap.facts}, extra={"term": gap.term, "gross": True})


def _streets(study: Study, folder: RunFolder) -> Iterator[_Gap]:
    barriers = folder.table("barriers")
    water = barriers.loc[(barriers["kind"] == "water") & (barriers.area > 0)]  # where no street can be
    ground = np.concatenate([np.asarray(part.geometry) for part in (folder.table("edges"), water)])
    share = network.known_share(folder.table("area"), ground)
    if share >= _LEAST_KNOWN:
        return
    streets = study.streets
    file = next(
        name
        for name in (streets.official, streets.extract, streets.graphml, streets.lines, streets.place)
        if name
    )
    msg = f"its streets cover {percent(share)} of the study area, and less than {percent(_LEAST_KNOWN)} is no ground for numbers"
    remedy = f"name streets of this area in [streets], check [area], {_GO_ON}"
    error = ExtractError(msg, file=file, remedy=remedy)
    yield _Gap(error, "warn_streets_missing", {"share": percent(share), "file": Path(file).name})


def _sites(study: Study, folder: RunFolder) -> Iterator[_Gap]:
    counts, aside = folder.table("ingest"), folder.table("set_aside")
    lacking: Any = sites.without_coordinates(counts, aside).to_dict("records")
    for facts in lacking:
        rows, waiting = facts["rows"], facts["waiting"]
        msg = f"{waiting:,} of {rows:,} rows of the layer '{facts['layer']}' have no usable coordinates"
        if waiting >= _GROSS * rows > 0:
            remedy = f"add coordinates, name address tables in [geocoding], {_GO_ON}"
            yield _Gap(
                SiteFileError(msg, file=facts["file"], remedy=remedy), "warn_without_coordinates", facts
            )
        elif waiting > _WITHOUT_COORDINATES * rows:
            log.warning(
                "%(file)s: %(said)s", {"said": msg, **facts}, extra={"term": "warn_without_coordinates"}
            )
    if not folder.table("sites")["in_area"].any():
        names = {layer.key: layer.name_ko for layer in study.catalog}
        why = _counted(aside["layer"] + ": " + aside["reason"])
        why_ko = _counted(aside["layer"].map(names) + ": " + aside["reason_ko"])
        msg = f"no usable site in the study area; rows set aside: {why}"
        remedy = f"check [area] and the files of [[sites]], {_GO_ON}"
        yield _Gap(SiteFileError(msg, remedy=remedy), "warn_no_site", {"why": why_ko})
    else:
        _warn_of_silence(folder.table("completeness"))


def _warn_of_silence(lists: pd.DataFrame) -> None:
    """Warn of layers of whose files no row is about the area; no gross gap, for its residents are counted as unknown."""
    for layer, rows in lists.groupby("layer", sort=False):
        if (rows["status"] == "no_data").all():
            facts = {"layer": str(layer), "wards": ", ".join(rows["ward_name"])}
            msg = f"the layer '{layer}' has no row of {facts['wards']}, but rows of other wards: nobody knows what is there"
            log.warning("%(said)s", {"said": msg, **facts}, extra={"term": "warn_no_data"})


def _counted(texts: pd.Series[str]) -> str:
    return ", ".join(f"{text} {count:,}" for text, count in texts.value_counts().sort_index().items())


_FIND = {"network": _streets, "sites": _sites}
