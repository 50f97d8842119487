"""The report of a study in Korean: question, data, method in plain words, results, limits.

Every number is taken from ``summary.json`` or from a table of the run; nothing is computed here but sums, order and
rounding for reading. What a run does not have is said to be missing, never left out in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.exports.report import people, villages
from sharemap.exports.report.content import IllustratedRun, of
from sharemap.exports.report.document import Document, Grid, Part, Points, Text
from sharemap.exports.report.others import others
from sharemap.findings import parts, percent, whole
from sharemap.findings.groups import groups_are

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sharemap.findings import Run

__all__ = ["report"]

_FEW, _MOST = 6, 30  # warnings at the beginning, and among the limits
_COUNTS = ("rows_read", "sites", "folded", "set_aside")
_LAYER_COUNTS = {
    "rows_read": "rows_read",
    "sites_n": "sites",
    "report_folded": "folded",
    "set_aside": "set_aside",
    "report_sites_in_area": "sites_in_area",
}


def report(run: Run, pictures: Mapping[str, bytes]) -> Document:
    """Return the report of a run.

    Parameters
    ----------
    run
        The run, in the language of the report.
    pictures
        PNGs, each shown where it is given: ``"map"``, the printed map, ``"gap"``, whom other walkers do not reach,
        ``"unserved"``, the unserved areas, and ``"sensitivity"``, the curve of the cutoffs.
    """
    told, say, summary = (
        IllustratedRun(run.tables, run.summary, run.lang, pictures=pictures),
        run.say,
        run.summary,
    )
    sections: tuple[Callable[[IllustratedRun], Sequence[Part]], ...] = (
        _warnings,
        _question,
        _answer,
        _data,
        _method,
        people.coverage,
        people.profiles,
        people.gaps,
        people.fairness,
        people.when,
        villages.villages,
        villages.one_short,
        others,
        _limits,
    )
    return Document(
        title=say["report_title"].format(title=summary.title),
        subtitle=say["conditions"].format(**run.conditions),
        parts=[part for section in sections for part in section(told)],
        warning=say["report_fictional"] if summary.fictional else "",
        foot=summary.attribution,
        lang=run.lang,
        contents=say["report_contents"],
        made=summary.generated,
    )


def _warnings(run: IllustratedRun) -> list[Part]:
    """Return what must be known before the first number: the age of the data, and the first warnings."""
    told: list[Part] = [Text(text=run.data_age, look="small")] if run.data_age else []
    if run.warnings:
        told += [Text(text=run.say["warnings_head"], look="warning"), Points(texts=run.some_warnings(_FEW))]
    return told


def _question(run: IllustratedRun) -> list[Part]:
    say, summary = run.say, run.summary
    return [
        run.heading("report_question"),
        run.text("report_plan"),
        Points(
            texts=(
                *run.counted(*_asks_of_residents(run)),
                say["report_asks_where"].format(metres=summary.adjacent_m, places=summary.min_places),
            )
        ),
    ]


def _asks_of_residents(run: IllustratedRun) -> tuple[str, str]:
    many = run.say["report_asks_how_many"].format(residents=whole(run.summary.residents), minutes=run.minutes)
    return many, run.say["report_asks_who"]


def _answer(run: IllustratedRun) -> list[Part]:
    say, found = run.say, run.summary.villages
    counts = say["report_villages_are"].format(
        villages=found.count, one_short=found.one_short, to_check=found.to_check
    )
    return [
        run.heading("report_answer"),
        _promise(run),
        *([Text(text=run.evidence)] if run.evidence else []),
        *([run.text("report_own_pace", told=run.own_pace)] if run.own_pace else []),
        *(Text(text=text) for text in (run.interval, _parts(run), run.unknown, run.no_data_wards) if text),
        Text(text=f"{counts} {run.villages_note}".strip()),
        *([Text(text=run.chance)] if run.chance else []),
        *run.picture("map", "report_map", title=run.summary.title),
        *(() if run.uncounted else (_by_group(run),)),
    ]


def _by_group(run: IllustratedRun) -> Grid:
    paced = run.summary.own_pace.groups
    own_pace = {
        ">own_pace_covered": lambda one: whole(paced[one.group].covered),
        ">own_pace_share": lambda one: percent(paced[one.group].share),
    }
    return run.grid(
        run.say["report_by_group"].format(minutes=run.minutes),
        run.summary.groups,
        {
            "group": run.named,
            ">covered": of("covered", whole),
            **run.in_parts(lambda one: one),
            **(own_pace if paced else {}),
        },
    )


def _promise(run: IllustratedRun) -> Text:
    summary, promise = run.summary, run.summary.all_groups
    if run.uncounted:
        return Text(text=run.uncounted, look="lead")
    if promise is None:
        return run.text("report_no_answer", look="lead", missing=run.groups_without_data)
    told = run.written(promise)
    return run.text(
        "report_answer_is",
        look="lead",
        residents=whole(summary.residents),
        covered=told.served,
        share=percent(promise.share),
        minutes=run.minutes,
        uncovered=told.unserved,
    )


def _parts(run: IllustratedRun) -> str:
    """Return the promise in three parts, as a sentence."""
    told = run.parts(run.summary.all_groups)
    return f"{told}." if told else ""


def _data(run: IllustratedRun) -> list[Part]:
    say, summary = run.say, run.summary

    return [
        run.heading("report_data"),
        run.text("report_rows_add_up", **{key: whole(getattr(summary.rows, key)) for key in _COUNTS}),
        *_set_aside(run),
        run.grid(
            say["report_sources"],
            summary.sources,
            {
                "report_data": run.source_name,
                "file": of("file"),
                "ref_date": lambda one: one.ref_date or say["not_told"],
                "report_licence": lambda one: one.licence or say["not_told"],
            },
            (2, 3, 1.2, 3.4),
        ),
        run.grid(
            say["report_layers"],
            summary.layers,
            {
                "services_short": run.named,
                **{f">{head}": of(key, whole) for head, key in _LAYER_COUNTS.items()},
            },
            (2.4, 1, 1, 1, 1, 1.3),
        ),
    ]


def _set_aside(run: IllustratedRun) -> list[Part]:
    rows = run.table("set_aside")
    if rows.empty:
        return []
    reasons = [
        run.say["report_rows_of_reason"].format(reason=reason, rows=whole(count))
        for reason, count in rows[f"reason_{run.lang}"].value_counts().items()
    ]
    return [run.text("report_set_aside", look="small", reasons=", ".join(reasons))]


def _method(run: IllustratedRun) -> list[Part]:
    say, summary = run.say, run.summary
    facts = {
        "crs": run.crs,
        "km": summary.network.length_km,
        "snap": summary.max_snap_m,
        "adjacent": summary.adjacent_m,
        "places": summary.min_places,
        "placed": run.placed_by,
        **run.conditions,
    }
    told = ("streets", "measured", "snap", "speed", "exact", *run.counted("residents"), "places", "village")
    return [
        run.heading("report_method"),
        Points(
            texts=[
                *(say[f"report_method_{key}"].format(**facts) for key in told),
                groups_are(run),
                *filter(None, (run.placed_otherwise,)),
            ]
        ),
    ]


def _limits(run: IllustratedRun) -> list[Part]:
    say, summary = run.say, run.summary
    texts = [say[f"report_limit_{key}"] for key in ("dates", "use", "access", *run.counted("border"))]
    texts += [text for text in (run.uncounted, run.large_blocks) if text]
    if summary.residents_without_street:
        without = parts(summary.residents, 0.0, summary.residents_without_street).unknown
        texts.append(say["report_limit_no_street"].format(residents=without, snap=summary.max_snap_m))
    empty = [run.named(one) for one in summary.layers if one.covered is None and not run.uncounted]
    if empty:
        texts.append(say["report_limit_no_data"].format(services=", ".join(empty)))
    return [run.heading("limits"), Points(texts=[*texts, *run.some_warnings(_MOST)])]
