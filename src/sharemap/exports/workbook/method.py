"""The sheet of the workbook that says how its numbers were made, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.exports.workbook.fields import numbered, texts
from sharemap.exports.workbook.sheet import Field, Sheet, clean, lines_of
from sharemap.findings import number, whole
from sharemap.findings.groups import groups_are

if TYPE_CHECKING:
    from sharemap.exports.workbook.sheet import Book
    from sharemap.findings import Run

__all__ = ["method", "walking"]

_WIDTHS = (18, 40, 36, 16, 46)
_LINE_PT = 15.0
_OF_INDICATOR = (("indicator", "name"), ("formula", "formula"), ("unit", "unit"), ("limits", "limits"))


def walking(run: Run) -> str:
    """Return the walker, the speed, the minutes and the metres of the study in one line."""
    return run.say["walking_is"].format(**run.conditions)


def method(book: Book, run: Run) -> None:
    """Add the sheet: rules in plain words, sources with date and licence, formulas of the indicators."""
    say = run.say
    sheet = book.sheet(say["sheet_method"])
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    facts = _facts(run)
    last = len(_WIDTHS) - 1
    for row, (name, text) in enumerate(facts):
        sheet.set_row(row, 4 + _LINE_PT * lines_of(text, sum(_WIDTHS[1:])))
        sheet.write_string(row, 0, name, book.style("text", "bold", "border", "wrap", "indented"))
        sheet.merge_range(row, 1, row, last, clean(text), book.style("text", "border", "wrap", "indented"))
    row = book.titled(sheet, len(facts) + 1, say["sources"], _sources(run))
    indicators = _indicators(run)
    if indicators is not None:
        row = book.titled(sheet, row + 1, say["indicators"], indicators)
    sheet.print_area(0, 0, row - 1, last)


def _unserved(run: Run) -> list[tuple[str, str]]:
    """Return which unserved areas are listed; nothing where the run looked for none."""
    rule = next(iter(run.summary.unserved), None)
    if rule is None:
        return []
    told = {"minutes": run.minutes, "most": whole(rule.most), "least": whole(rule.least)}
    return [(run.say["gap_list"], run.say["gaps_rule_is"].format(**told))]


def _facts(run: Run) -> list[tuple[str, str]]:
    say, summary = run.say, run.summary
    minutes = run.minutes
    profile = run.profile_names[summary.profile]
    facts = [
        (say["walking"], walking(run)),
        (say["share"], say["coverage_rule_is"].format(minutes=minutes)),
        (say["adjacency"], say["adjacency_is"].format(metres=number(summary.adjacent_m))),
        (say["village_rule"], say["village_rule_is"].format(n=summary.min_places)),
        (say["stability"], say["stability_rule_is"]),
        *_unserved(run),
        (say["other_walkers"], say["gap_rule_is"].format(profile=profile)),
        (say["own_pace"], say["own_pace_rule_is"]),
        (say["unknown"], say["unknown_rule_is"]),
        (say["groups_head"], groups_are(run)),
        (say["residents_rule"], " ".join([say["residents_rule_is"], *run.grounds])),
        (say["rows_rule"], say["rows_rule_is"]),
        (say["no_data"], say["no_data_rule_is"]),
        (say["links_rule"], say["links_rule_is"]),
        (say["crs"], say["crs_is"].format(crs=run.crs)),
        (say["attribution"], summary.attribution),
        (say["generated"], summary.generated),
    ]
    return [(say["kind"], say["fictional_line"]), *facts] if summary.fictional else facts


def _sources(run: Run) -> Sheet:
    say = run.say
    named = [(run.source_name(one), one.file, one.ref_date, one.licence) for one in run.summary.sources]
    sources = pd.DataFrame(named, columns=["name", "file", "ref_date", "licence"])
    heads = (("source", "name"), ("file", "file"), ("ref_date", "ref_date"), ("licence", "licence"))
    return Sheet(
        fields=[
            numbered(run, len(sources)),
            *(
                Field(
                    header=say[header],
                    cells=texts(sources, column).replace("", None),
                    width=width,
                    missing=say["not_told"],
                )
                for (header, column), width in zip(heads, _WIDTHS[1:], strict=True)
            ),
        ],
        wrap=True,
        empty=say["none"],
    )


def _indicators(run: Run) -> Sheet | None:
    """Return what the columns of the sheet of indicators mean; the limits that tell of one village only are not here."""
    say, values = run.say, run.table("village_values")
    if values.empty:
        return None
    # a village without data has a longer text; the shortest is what holds for all
    limits = f"limits_{run.lang}"
    order = values.assign(_long=values[limits].str.len()).sort_values("_long", kind="stable")
    told = order.drop_duplicates("indicator").set_index("indicator")
    told = told.loc[values["indicator"].drop_duplicates()].reset_index()
    heads = [(head, f"{name}_{run.lang}") for head, name in _OF_INDICATOR]
    return Sheet(
        fields=[
            numbered(run, len(told)),
            *(
                Field(header=say[header], cells=told[column], width=width)
                for (header, column), width in zip(heads, _WIDTHS[1:], strict=True)
            ),
        ],
        wrap=True,
    )
