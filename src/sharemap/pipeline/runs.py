"""Running stages: in order, logged, timed, all or nothing; what is as it would be made is kept."""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import TYPE_CHECKING, Any

from sharemap.crs import name_of
from sharemap.findings import Summary
from sharemap.pipeline.account import Account
from sharemap.pipeline.completeness import check_complete
from sharemap.pipeline.fingerprints import fingerprints
from sharemap.pipeline.folder import RunFolder
from sharemap.pipeline.hearing import hearing
from sharemap.pipeline.opening import check_inputs
from sharemap.pipeline.provenance import provenance
from sharemap.pipeline.stages import RUN
from sharemap.schema import FORMAT, STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sharemap.study import Study

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(  # noqa: PLR0913  the one door to a run
    study: Study,
    out: Path | str,
    *,
    only: Iterable[str] = tuple(STAGES),
    lang: str = "ko",
    anew: bool = False,
    allow_incomplete: bool = False,
    before: Callable[[str], None] = lambda _: None,
) -> Summary | None:
    """Run stages of a study and put their results into a folder, all or nothing.

    A stage is kept as it stands in the folder when its inputs, parameters and code are those that made it, and
    nobody has changed its files or those that it was made from.

    Parameters
    ----------
    study
        From :func:`sharemap.pipeline.read_study`.
    out
        Output folder.
    only
        Stages to run, keys of :data:`sharemap.schema.STAGES`, in their order; what they need from earlier ones must
        be in the folder.
    lang
        ``"ko"`` or ``"en"``: the language of what people open.
    anew
        Run them also when they could be kept.
    allow_incomplete
        Go on, with a warning in every output, where streets cover less than 90 % of the area, a file of sites has
        coordinates for less than 10 % of its rows, or the area has no site at all; without it these are errors.
    before
        Called with the name of each stage before it begins, for progress bars.

    Returns
    -------
    Summary
        The headline numbers; nothing when the stage 'deliver' was not among those run.

    Raises
    ------
    SharemapError
        On wrong input, when the folder holds earlier stages of another study or of another version of sharemap, or
        when it cannot be written; the folder is then as it was.
    """
    asked, names = dataclasses.replace(study, lang=lang), tuple(only)
    with RunFolder(out) as folder:
        account = Account(folder, fingerprints(asked), _earlier(folder, names))
        check_inputs(
            asked, [name for name in names if anew or not account.keeps(name, incomplete=allow_incomplete)]
        )
        for name in names:
            before(name)
            account.check_needs(name)
            if not anew and account.keeps(name, incomplete=allow_incomplete):
                log.info("stage %s: kept, its inputs, parameters and code have not changed", name)
            else:
                folder.put_json(
                    "provenance.json", {"stages": account.stages()[0]}
                )  # so far: with its warnings
                _make(name, asked, folder, account, allow_incomplete=allow_incomplete)
        own, stale = account.stages()
        crs = name_of(folder.table("area").crs)
        folder.put_json("provenance.json", {**provenance(asked, own, crs=crs), "stale_stages": stale})
        return Summary.from_json(folder.json("summary.json")) if "deliver" in names else None


def _earlier(folder: RunFolder, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what earlier runs entered; those of another format are no start for single stages."""
    known = folder.json("provenance.json")
    if known.get("format") == FORMAT:
        return {**known.get("stale_stages", {}), **known.get("stages", {})}
    if known and set(names) != set(STAGES):
        folder.check_finished()
    return {}


def _make(name: str, study: Study, folder: RunFolder, account: Account, *, allow_incomplete: bool) -> None:
    there, begun = folder.written(), time.perf_counter()
    with hearing(name, study.catalog) as warnings:
        counts = RUN[name](study, folder)
        check_complete(name, study, folder, allowed=allow_incomplete)
    seconds = round(time.perf_counter() - begun, 2)
    account.enter(name, counts, seconds=seconds, files=folder.written() - there, warnings=warnings)
    log.info(
        "stage %s: %d rows in, %d out, %d set aside, %.2f s",
        *(name, counts.rows_in, counts.rows_out, counts.set_aside, seconds),
    )
