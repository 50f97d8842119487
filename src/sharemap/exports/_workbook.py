"""The workbook that a ward team sends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports import _lists
from sharemap.exports._content import Content, nothing, number, numbered, percent
from sharemap.exports._sheet import Book, Field, Sheet
from sharemap.exports._words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["workbook"]

_SUMMARY_WIDTHS = (6, 24, 12, 10, 11, 11, 11, 11, 11, 11, 12, 13, 11)


def workbook(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], *, lang: str = "ko") -> bytes:
    """Return the results as an XLSX workbook.

    Sheets: summary, villages, facilities of each village, pairs that are one short, coverage by dong, method
    and sources, rows set aside and corrected. Text from the input is written as text, never as a formula or
    link; codes keep their leading digits; the same input gives the same bytes.

    Parameters
    ----------
    tables
        Tables under their names in :data:`sharemap.schema.TABLES`; one that is absent gives an empty sheet.
    summary
        The content of ``summary.json``.
    lang
        ``"ko"`` or ``"en"``.

    Raises
    ------
    StudyError
        If the language is unknown.
    """
    content = Content(tables=tables, summary=summary, lang=lang, say=words(lang))
    say = content.say
    with Book(title=summary["title"], created=summary["generated"], page=say["page"]) as book:
        _summary(book, content)
        book.listing(say["sheet_villages"], _lists.villages(content))
        book.listing(say["sheet_village_sites"], _lists.village_sites(content))
        book.listing(say["sheet_one_short"], _lists.one_short(content))
        book.listing(say["sheet_coverage"], _lists.coverage(content))
        _method(book, content)
        book.listing(say["sheet_set_aside"], _lists.set_aside(content))
    return book.bytes()


def _summary(book: Book, content: Content) -> None:
    say, summary = content.say, content.summary
    sheet = book.sheet(say["sheet_summary"])
    for position, width in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, summary["title"], book.style("text", "big"))
    row = 1
    if summary["fictional"]:
        sheet.write_string(row, 0, say["fictional"], book.style("text", "warn"))
        row += 1
    for name, text in _facts(content):
        sheet.merge_range(row, 0, row, 1, name, book.style("text", "bold", "border"))
        sheet.merge_range(row, 2, row, len(_SUMMARY_WIDTHS) - 1, text, book.style("text", "border"))
        row += 1
    row = _titled(book, sheet, row + 1, say["by_layer"], _by_layer(content))
    by_group = say["by_group"].format(minutes=number(summary["cutoff_min"]))
    row = _titled(book, sheet, row + 1, by_group, _by_group(content))
    sheet.write_string(row + 1, 0, summary["attribution"], book.style("text", "muted"))


def _titled(book: Book, sheet: Any, row: int, title: str, table: Sheet) -> int:  # noqa: ANN401
    sheet.write_string(row, 0, title, book.style("text", "bold"))
    return book.table(sheet, table, top=row + 1)


def _facts(content: Content) -> list[tuple[str, str]]:
    say, summary = content.say, content.summary
    area, promise, network = summary["area"], summary["all_groups"], summary["network"]
    minutes = number(summary["cutoff_min"])
    return [
        (
            say["area"],
            ", ".join(area["wards"])
            + " · "
            + say["dongs"].format(n=f"{area['dongs']:,}", km2=f"{area['area_km2']:,.2f}"),
        ),
        (say["residents"], f"{summary['residents']:,}"),
        (say["site_count"], _site_count(content)),
        (say["walking"], _walking(content)),
        (
            say["promise"].format(minutes=minutes),
            say["not_known"]
            if promise is None
            else say["promise_is"].format(
                residents=f"{summary['residents']:,}",
                covered=f"{promise['covered']:,}",
                share=percent(promise["share"]),
            ),
        ),
        (say["village_count"], f"{summary['villages']['count']:,}"),
        (say["places_in_villages"], f"{summary['villages']['places_in_villages']:,}"),
        (say["one_short_count"], f"{summary['villages']['one_short']:,}"),
        (
            say["network"],
            say["network_is"].format(
                km=f"{network['length_km']:,.1f}",
                nodes=f"{network['nodes']:,}",
                edges=f"{network['edges']:,}",
            ),
        ),
        (say["generated"], str(summary["generated"])),
    ]


def _site_count(content: Content) -> str:
    every = sum(int(entry["sites"]) for entry in content.summary["layers"])
    inside = content.summary.get("rows", {}).get("sites_in_area")
    inside = every if inside is None else int(inside)
    said = content.say["site_count_is" if inside == every else "site_count_around"]
    return said.format(inside=f"{inside:,}", around=f"{every - inside:,}", all=f"{every:,}")


def _walking(content: Content) -> str:
    summary = content.summary
    return content.say["walking_is"].format(
        profile=summary["profile_ko"] if content.lang == "ko" else summary["profile"],
        speed=number(summary["speed_kmh"]),
        minutes=number(summary["cutoff_min"]),
        metres=f"{summary['cutoff_m']:,.0f}",
    )


def _by_layer(content: Content) -> Sheet:
    say = content.say
    entries = pd.DataFrame(content.summary["layers"])
    groups = {entry["group"]: entry[f"name_{content.lang}"] for entry in content.summary["groups"]}
    if entries.empty:
        return Sheet(
            fields=[Field(header=say["layer"], cells=entries.get("layer", nothing()), width=20)],
            empty=say["none"],
        )
    if "sites_in_area" not in entries:
        entries = entries.assign(sites_in_area=None)
    totals = _layer_totals(content, entries)
    counts = [
        Field(header=say[header], cells=entries[column], width=11, kind="int", total=totals[column])
        for column, header in (
            ("rows_read", "rows_read"),
            ("sites", "sites"),
            ("sites_in_area", "sites_in_area"),
            ("folded", "folded"),
            ("set_aside", "set_aside"),
            ("places", "place_count"),
            ("unsnapped", "unsnapped"),
        )
    ]
    return Sheet(
        fields=[
            numbered(say, len(entries), total=say["total"]),
            Field(header=say["layer"], cells=entries[f"name_{content.lang}"], width=24),
            Field(
                header=say["group"], cells=entries["group"].map(lambda key: groups.get(key, key)), width=12
            ),
            Field(header=say["role"], cells=entries["role"].map(lambda key: say.get(key, key)), width=10),
            *counts,
            Field(header=say["covered"], cells=entries["covered"], width=13, kind="int"),
            Field(header=say["share"], cells=entries["share"], width=11, kind="share"),
        ]
    )


def _layer_totals(content: Content, entries: pd.DataFrame) -> dict[str, int | None]:
    """Return the totals of the counts; a place with several services is one place, so places are not added up."""
    columns = ("rows_read", "sites", "sites_in_area", "folded", "set_aside", "unsnapped")
    totals: dict[str, int | None] = {
        column: None if entries[column].isna().any() else int(entries[column].sum()) for column in columns
    }
    places = content.summary.get("rows", {}).get("places")
    return totals | {"places": None if places is None else int(places)}


def _by_group(content: Content) -> Sheet:
    say, promise = content.say, content.summary["all_groups"]
    rows = [
        (entry[f"name_{content.lang}"], entry["covered"], entry["share"])
        for entry in content.summary["groups"]
    ]
    if promise is not None:
        rows.append((say["all_groups"], promise["covered"], promise["share"]))
    frame = pd.DataFrame(rows, columns=["name", "covered", "share"])
    return Sheet(
        fields=[
            numbered(say, len(frame)),
            Field(header=say["group"], cells=frame["name"], width=24),
            Field(header=say["covered"], cells=frame["covered"], width=13, kind="int"),
            Field(header=say["share"], cells=frame["share"], width=11, kind="share"),
        ],
        empty=say["none"],
    )


def _method(book: Book, content: Content) -> None:
    say, summary = content.say, content.summary
    sheet = book.sheet(say["sheet_method"])
    for position, width in enumerate((18, 44, 30, 14, 34)):
        sheet.set_column(position, position, width)
    minutes = number(summary["cutoff_min"])
    facts = [
        (say["walking"], _walking(content)),
        (say["coverage_rule"], say["coverage_rule_is"].format(minutes=minutes)),
        (say["adjacency"], say["adjacency_is"].format(metres=number(summary["adjacent_m"]))),
        (say["village_rule"], say["village_rule_is"].format(n=summary["min_places"])),
        (say["residents_rule"], say["residents_rule_is"]),
        (say["rows_rule"], say["rows_rule_is"]),
        (say["crs"], say["crs_is"]),
        (say["attribution"], str(summary["attribution"])),
        (say["generated"], str(summary["generated"])),
    ]
    if summary["fictional"]:
        facts.insert(0, (say["kind"], say["fictional"]))
    for row, (name, text) in enumerate(facts):
        sheet.set_row(row, 30)
        sheet.write_string(row, 0, name, book.style("text", "bold", "border"))
        sheet.merge_range(row, 1, row, 4, text, book.style("text", "border", "wrap"))
    named = [
        {**entry, "name": entry.get(f"name_{content.lang}") or entry["name"]} for entry in summary["sources"]
    ]
    sources = pd.DataFrame(named, columns=["name", "file", "ref_date", "licence"])
    fields = [numbered(say, len(sources))]
    fields += [
        Field(header=say[header], cells=content.texts(sources, column), width=20)
        for header, column in (
            ("source", "name"),
            ("file", "file"),
            ("ref_date", "ref_date"),
            ("licence", "licence"),
        )
    ]
    _titled(book, sheet, len(facts) + 1, say["sources"], Sheet(fields=fields, wrap=True, empty=say["none"]))
