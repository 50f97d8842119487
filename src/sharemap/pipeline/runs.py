"""Running stages: in order, logged, timed, all or nothing."""

from __future__ import annotations

import logging
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sharemap.pipeline import stages
from sharemap.pipeline.deliver import deliver
from sharemap.pipeline.fingerprints import check_needs, fingerprints
from sharemap.pipeline.folder import RunFolder
from sharemap.pipeline.provenance import provenance
from sharemap.pipeline.stages import Counts, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from sharemap.pipeline.study import Study

__all__ = ["STAGES", "run"]

log = logging.getLogger(__name__)

STAGES: Mapping[str, str] = MappingProxyType(
    {
        **{name: stage.title for name, stage in stages.STAGES.items()},
        "deliver": "maps, workbook and headline numbers",
    }
)


def run(
    study: Study,
    out: Path | str,
    *,
    only: Iterable[str] = tuple(STAGES),
    lang: str = "ko",
    before: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Run stages of a study and put their results into a folder, all or nothing.

    Parameters
    ----------
    study
        From :func:`sharemap.pipeline.read_study`.
    out
        Output folder.
    only
        Stages to run, keys of :data:`STAGES`, in their order; what they need from earlier ones must be in the
        folder.
    lang
        ``"ko"`` or ``"en"``: the language of what people open.
    before
        Called with the name of each stage before it begins, for progress bars.

    Returns
    -------
    dict
        The content of ``summary.json``; empty when the stage 'deliver' was not among those run.

    Raises
    ------
    SharemapError
        On wrong input, when the folder holds earlier stages of another study, or when it cannot be written; the
        folder is then as it was.
    """
    with RunFolder(out) as folder:
        before_now = folder.json("provenance.json")
        done = {**before_now.get("stale_stages", {}), **before_now.get("stages", {})}
        wanted = fingerprints(study)
        for name in only:
            before(name)
            check_needs(name, wanted, done, folder.path)
            begun = time.perf_counter()
            counts = _stage(name, lang).run(study, folder)
            seconds = round(time.perf_counter() - begun, 2)
            done[name] = {
                "fingerprint": wanted[name],
                "rows_in": counts.rows_in,
                "rows_out": counts.rows_out,
                "set_aside": counts.set_aside,
                "seconds": seconds,
            }
            log.info(
                "stage %s: %d rows in, %d out, %d set aside, %.2f s",
                *(name, counts.rows_in, counts.rows_out, counts.set_aside, seconds),
            )
        # what other inputs or parameters left here is no part of this study any more
        current = {name for name in done if done[name].get("fingerprint") == wanted[name]}
        made = {name: done[name] for name in STAGES if name in current}
        stale = {name: done[name] for name in STAGES if name in done and name not in current}
        folder.put_json("provenance.json", {**provenance(study, made), "stale_stages": stale})
        return folder.json("summary.json") if "deliver" in only else {}


def _stage(name: str, lang: str) -> Stage:
    if name != "deliver":
        return stages.STAGES[name]

    def with_language(study: Study, folder: RunFolder) -> Counts:
        return deliver(study, folder, lang=lang)

    return Stage("deliver", STAGES["deliver"], with_language)
