"""What the headline rests on, in a few numbers: their types, and filling them from the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  pydantic reads the annotations
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.findings.numbers import percent, whole
from sharemap.findings.words import words

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.catalog import Catalog

__all__ = ["EvidenceFigures", "HostedFigure", "evidence_figures", "evidence_line"]

_DIGITS = 6
_STATUSES = ("confirmed", "plausible", "doubtful", "unknown", "not_applicable")


@dataclass(frozen=True, kw_only=True)
class HostedFigure:
    """Who would reach all groups with data if the published hosts of a layer ran it too, as the plan says they do."""

    layer: str
    layer_ko: str
    layer_en: str
    host_ko: str
    host_en: str
    hosts: int
    covered: float
    share: float | None


@dataclass(frozen=True, kw_only=True)
class EvidenceFigures:
    """What the headline rests on: statements by how sure they are, how many are to check, and what hosts would change."""

    by_status: Mapping[str, int]
    open: int
    hosted: tuple[HostedFigure, ...]


def evidence_figures(evidence: pd.DataFrame, *, catalog: Catalog, residents: float) -> EvidenceFigures:
    """Return what the headline rests on.

    Parameters
    ----------
    evidence
        The table of this name.
    catalog
        The catalogue of the study.
    residents
        Of whom shares are taken.
    """
    hosted: Any = evidence.loc[(evidence["method"] == "walked") & (evidence["dimension"] == "complete")]
    return EvidenceFigures(
        by_status={status: int((evidence["status"] == status).sum()) for status in _STATUSES},
        open=int(evidence["open"].sum()),
        hosted=tuple(_hosted(row, catalog, residents) for row in hosted.to_dict("records")),
    )


def _hosted(row: dict[str, Any], catalog: Catalog, residents: float) -> HostedFigure:
    layer, covered = catalog.layer(row["layer"]), float(row["people_if_false"])
    host = catalog.layer(layer.host.layer) if layer.host else layer
    return HostedFigure(
        layer=layer.key,
        layer_ko=layer.name_ko,
        layer_en=layer.name_en,
        host_ko=host.name_ko,
        host_en=host.name_en,
        hosts=int(row["hosts"]),
        covered=covered,
        share=round(covered / residents, _DIGITS) if residents else None,
    )


def evidence_line(found: EvidenceFigures, lang: str, *, judged: bool, share: float | None) -> str:
    """Say what the promise rests on: as filed, if the plan's hosts ran the service, how much is to check.

    Parameters
    ----------
    found
        What the headline rests on.
    lang
        ``"ko"`` or ``"en"``.
    judged, share
        Whether the promise can be judged, and the share who reach it.
    """
    say = words(lang)
    if not found.open:
        return ""
    if not judged:
        return say["evidence_line_open"].format(n=whole(found.open))
    hosted = [
        say["evidence_line_hosted"].format(
            layer=getattr(one, f"layer_{lang}"),
            host=getattr(one, f"host_{lang}"),
            hosts=whole(one.hosts),
            share=percent(one.share),
        )
        for one in found.hosted
    ]
    told = {"share": percent(share), "n": whole(found.open)}
    if not hosted:
        return say["evidence_line_plain"].format(**told)
    return say["evidence_line"].format(hosted="; ".join(hosted), **told)
