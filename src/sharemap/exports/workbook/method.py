"""The sheet of the workbook that says how its numbers were made, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sharemap.exports.workbook.content import Content, nothing, number, numbered
from sharemap.exports.workbook.sheet import Field, Sheet, clean, lines_of

if TYPE_CHECKING:
    from sharemap.exports.workbook.sheet import Book

__all__ = ["method", "walking"]

_WIDTHS = (18, 40, 36, 16, 46)
_LINE_PT = 15.0


def walking(content: Content) -> str:
    """Return the walker, the speed, the minutes and the metres of the study in one line."""
    summary = content.summary
    return content.say["walking_is"].format(
        profile=content.profile(summary["profile"], summary["profile_ko"]),
        speed=number(summary["speed_kmh"]),
        minutes=number(summary["cutoff_min"]),
        metres=f"{summary['cutoff_m']:,.0f}",
    )


def method(book: Book, content: Content) -> None:
    """Add the sheet: rules in plain words, sources with date and licence, formulas of the indicators."""
    say = content.say
    sheet = book.sheet(say["sheet_method"])
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    facts = _facts(content)
    last = len(_WIDTHS) - 1
    for row, (name, text) in enumerate(facts):
        sheet.set_row(row, 4 + _LINE_PT * lines_of(text, sum(_WIDTHS[1:])))
        sheet.write_string(row, 0, name, book.style("text", "bold", "border", "wrap", "indented"))
        sheet.merge_range(row, 1, row, last, clean(text), book.style("text", "border", "wrap", "indented"))
    row = book.titled(sheet, len(facts) + 1, say["sources"], _sources(content))
    if content.lang == "ko":  # the formulas are written in Korean
        indicators = _indicators(content)
        if indicators is not None:
            row = book.titled(sheet, row + 1, say["indicators"], indicators)
    sheet.print_area(0, 0, row - 1, last)


def _facts(content: Content) -> list[tuple[str, str]]:
    say, summary = content.say, content.summary
    minutes = number(summary["cutoff_min"])
    profile = content.profile(summary["profile"], summary["profile_ko"])
    facts = [
        (say["walking"], walking(content)),
        (say["coverage_rule"], say["coverage_rule_is"].format(minutes=minutes)),
        (say["adjacency"], say["adjacency_is"].format(metres=number(summary["adjacent_m"]))),
        (say["village_rule"], say["village_rule_is"].format(n=summary["min_places"])),
        (say["stability_rule"], say["stability_rule_is"]),
        (say["gaps_rule"], say["gaps_rule_is"].format(minutes=minutes)),
        (say["gap_rule"], say["gap_rule_is"].format(profile=profile)),
        (say["residents_rule"], say["residents_rule_is"]),
        (say["rows_rule"], say["rows_rule_is"]),
        (say["no_data_rule"], say["no_data_rule_is"]),
        (say["links_rule"], say["links_rule_is"]),
        (say["crs"], say["crs_is"]),
        (say["attribution"], str(summary["attribution"])),
        (say["generated"], str(summary["generated"])),
    ]
    return [(say["kind"], say["fictional"]), *facts] if summary["fictional"] else facts


def _sources(content: Content) -> Sheet:
    say = content.say
    named = [
        {**entry, "name": entry.get(f"name_{content.lang}") or entry["name"]}
        for entry in content.summary["sources"]
    ]
    sources = pd.DataFrame(named, columns=["name", "file", "ref_date", "licence"])
    heads = (("source", "name"), ("file", "file"), ("ref_date", "ref_date"), ("licence", "licence"))
    return Sheet(
        fields=[
            numbered(say, len(sources)),
            *(
                Field(
                    header=say[header],
                    cells=content.texts(sources, column).replace("", None),
                    width=width,
                    missing=say["not_told"],
                )
                for (header, column), width in zip(heads, _WIDTHS[1:], strict=True)
            ),
        ],
        wrap=True,
        empty=say["none"],
    )


def _indicators(content: Content) -> Sheet | None:
    """Return what the columns of the sheet of indicators mean; the limits that tell of one village only are not here."""
    say, values = content.say, content.table("village_values")
    if values is None:
        return None
    # a village without data has a longer text; the shortest is what holds for all
    order = values.assign(_long=values["limits_ko"].str.len()).sort_values("_long", kind="stable")
    told = order.drop_duplicates("indicator").set_index("indicator")
    told = told.loc[values["indicator"].drop_duplicates()].reset_index()
    heads = (("indicator", "name_ko"), ("formula", "formula_ko"), ("unit", "unit"), ("limits", "limits_ko"))
    return Sheet(
        fields=[
            numbered(say, len(told)),
            *(
                Field(header=say[header], cells=told[column] if column in told else nothing(), width=width)
                for (header, column), width in zip(heads, _WIDTHS[1:], strict=True)
            ),
        ],
        wrap=True,
    )
