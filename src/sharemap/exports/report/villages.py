"""The sections of the report about villages: the candidates, and the pairs that are one short."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharemap.exports.report.content import MOST_ROWS, IllustratedRun, of, rows_of
from sharemap.exports.report.document import Grid, Heading, Part, Points, Text
from sharemap.findings import percent, whole

__all__ = ["one_short", "villages"]


def villages(run: IllustratedRun) -> list[Part]:
    """Return the candidates: at a glance, then each with its places."""
    say, rows = run.say, run.villages
    parts: list[Part] = [run.heading("villages_n")]
    if rows.empty:
        return [*parts, Text(text=run.villages_note or say["report_no_village"])]
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
                thresholds,
                {
                    ">adjacency": of("threshold_m", "{:,} m".format),
                    ">village": of("villages", whole),
                    ">report_unfolded": of("villages_unfolded", whole),
                },
            )
        )
    return parts


def _at_a_glance(run: IllustratedRun, rows: pd.DataFrame) -> Grid:
    say = run.say

    return run.grid(
        say["report_at_a_glance"],
        rows,
        {
            ">order": of("rank"),
            "village": of("name"),
            ">places_short": lambda row: say["count_of"].format(n=whole(row.places)),
            ">services_short": lambda row: say["kinds"].format(n=whole(row.services)),
            ">residents_15": of("residents_15min", whole),
            ">stability_share": lambda row: percent(row.stability, none=say["no_data"]),
            ">rank_range": lambda row: _ranks(run, row),
        },
        (0.6, 3, 0.9, 0.8, 1.2, 1, 1),
    )


def _ranks(run: IllustratedRun, row: Any) -> str:  # noqa: ANN401  a row of 'villages'
    if pd.isna(row.rank_low) or pd.isna(row.rank_high):
        return run.say["no_data"]
    term = "rank_one" if row.rank_low == row.rank_high else "rank_value"
    return run.say[term].format(low=whole(row.rank_low), high=whole(row.rank_high))


def _village(run: IllustratedRun, row: Any) -> list[Part]:  # noqa: ANN401  a row of 'villages'
    say = run.say
    told = (getattr(row, f"{name}_{run.lang}") for name in ("sentence", "why", "doubt", "caution"))
    facts = [text for text in told if text]
    if not pd.isna(row.stability):
        judged = say["is_stable" if row.stable == "stable" else "is_unstable"]
        facts.append(
            say["report_stays"].format(share=percent(row.stability), judged=judged, ranks=_ranks(run, row))
        )
    places = run.table("village_places")
    members = places.loc[(places["village_id"] == row.village_id) & (places["role"] == "member")]

    def services(layers: str) -> str:
        return ", ".join(run.layer_names.get(key, key) for key in layers.split(";"))

    return [
        Points(texts=facts),
        run.grid(
            say["report_places_of"].format(name=row.name),
            members.sort_values("loop_order").fillna({"address": say["report_no_address"]}),
            {"kind_place": of("name"), "address": of("address"), "services_short": of("layers", services)},
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
            listed.fillna({"dong_name": say["report_nowhere"]}),
            {
                ">order": of("rank"),
                "report_place_a": of("name_a"),
                "report_place_b": of("name_b"),
                ">report_walk_m": of("walk_m", "{:,.0f} m".format),
                "report_block_dong": of("dong_name"),
                ">residents_15": of("residents_15min", whole),
            },
            (0.7, 2.4, 2.4, 1.1, 1.5, 1.3),
        ),
    ]
