"""The sections of the report about villages: the candidates, and the pairs that are one short."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharemap.exports.report.content import MOST_ROWS, IllustratedRun, rows_of
from sharemap.exports.report.document import Grid, Heading, Part, Points, Text
from sharemap.findings import percent, whole

__all__ = ["one_short", "villages"]


def villages(run: IllustratedRun) -> list[Part]:
    """Return the candidates: at a glance, then each with its places."""
    say, rows = run.say, run.table("villages")
    parts: list[Part] = [run.heading("villages_n")]
    if rows.empty:
        return [*parts, Text(text=run.summary.villages.note_ko or say["report_no_village"])]
    rows = rows.sort_values("rank")
    parts.append(_at_a_glance(run, rows))
    for row in rows_of(rows):
        title = say["report_village"].format(rank=row.rank, name=row.name)
        parts += [Heading(text=title, level=2), *_village(run, row)]
    thresholds = run.table("village_thresholds")
    if not thresholds.empty:
        parts.append(
            run.grid(
                say["report_thresholds"],
                dict.fromkeys(("adjacency", "village", "report_unfolded"), ">"),
                [
                    (f"{item.threshold_m:,} m", whole(item.villages), whole(item.villages_unfolded))
                    for item in rows_of(thresholds)
                ],
            )
        )
    return parts


def _at_a_glance(run: IllustratedRun, rows: pd.DataFrame) -> Grid:
    say = run.say
    counts = ("places_short", "services_short", "residents_15", "stability_share", "rank_range")
    return run.grid(
        say["report_at_a_glance"],
        {"order": ">", "village": "", **dict.fromkeys(counts, ">")},
        [
            (
                str(row.rank),
                row.name,
                say["count_of"].format(n=whole(row.places)),
                say["kinds"].format(n=whole(row.services)),
                whole(row.residents_15min),
                percent(row.stability, none=say["no_data"]),
                _ranks(run, row),
            )
            for row in rows_of(rows)
        ],
        (0.6, 3, 0.9, 0.8, 1.2, 1, 1),
    )


def _ranks(run: IllustratedRun, row: Any) -> str:  # noqa: ANN401  a row of 'villages'
    if pd.isna(row.rank_low) or pd.isna(row.rank_high):
        return run.say["no_data"]
    term = "rank_one" if row.rank_low == row.rank_high else "rank_value"
    return run.say[term].format(low=whole(row.rank_low), high=whole(row.rank_high))


def _village(run: IllustratedRun, row: Any) -> list[Part]:  # noqa: ANN401  a row of 'villages'
    say = run.say
    facts = [row.sentence_ko, *(text for text in (row.why_ko, row.doubt_ko) if text)]
    if not pd.isna(row.stability):
        judged = say["is_stable" if row.stable == "stable" else "is_unstable"]
        facts.append(
            say["report_stays"].format(share=percent(row.stability), judged=judged, ranks=_ranks(run, row))
        )
    places = run.table("village_places")
    members = places.loc[(places["village_id"] == row.village_id) & (places["role"] == "member")]
    return [
        Points(texts=facts),
        run.grid(
            say["report_places_of"].format(name=row.name),
            dict.fromkeys(("kind_place", "address", "services_short"), ""),
            [
                (
                    place.name,
                    say["report_no_address"] if pd.isna(place.address) else place.address,
                    ", ".join(run.layer_names.get(key, key) for key in place.layers.split(";")),
                )
                for place in rows_of(members.sort_values("loop_order"))
            ],
            (2, 3, 2),
        ),
    ]


def one_short(run: IllustratedRun) -> list[Part]:
    """Return the pairs that one more shared space would make a village."""
    say, rows = run.say, run.table("one_short")
    if rows.empty:
        return [run.heading("one_short_n"), run.text("report_no_pair")]
    listed = rows.sort_values("rank").head(MOST_ROWS)
    return [
        run.heading("one_short_n"),
        run.grid(
            say["report_pairs"].format(pairs=whole(len(rows)), shown=len(listed)),
            {
                "order": ">",
                "report_place_a": "",
                "report_place_b": "",
                "report_walk_m": ">",
                "report_block_dong": "",
                "residents_15": ">",
            },
            [
                (
                    str(row.rank),
                    row.name_a,
                    row.name_b,
                    f"{row.walk_m:,.0f} m",
                    say["report_nowhere"] if pd.isna(row.dong_name) else row.dong_name,
                    whole(row.residents_15min),
                )
                for row in rows_of(listed)
            ],
            (0.7, 2.4, 2.4, 1.1, 1.5, 1.3),
        ),
    ]
