"""The workbook that a ward team sends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports.workbook import unserved, villages
from sharemap.exports.workbook.content import Content, nothing, number, numbered, percent
from sharemap.exports.workbook.links import MAP_FILE
from sharemap.exports.workbook.method import method, walking
from sharemap.exports.workbook.set_aside import set_aside
from sharemap.exports.workbook.sheet import Book, Edges, Field, Sheet, clean
from sharemap.exports.workbook.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["workbook"]

_SUMMARY_WIDTHS = (6, 24, 12, 10, 11, 11, 11, 11, 11, 11, 12, 13, 11)


def workbook(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], *, lang: str = "ko") -> bytes:
    """Return the results as an XLSX workbook.

    Sheets: summary, villages, their facilities and their indicators, pairs that are one short, coverage by dong,
    unserved areas, other walkers, method and sources, rows set aside and corrected. Text from the input is written
    as text, never as a formula; links are made of our codes and lead to the map beside the workbook, or to one public
    map; codes keep their leading digits; the same input gives the same bytes.

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
    edges = Edges(
        title=summary["title"],
        under_title=f"{say['fictional']} {walking(content)}" if summary["fictional"] else walking(content),
        foot=f"{say['generated']} {summary['generated']} · {summary['attribution']}",
        page=say["page"],
    )
    with Book(edges=edges, created=summary["generated"], too_many=say["too_many_links"]) as book:
        _summary(book, content)
        book.listing(say["sheet_villages"], villages.villages(content))
        book.listing(say["sheet_village_sites"], villages.village_sites(content))
        book.listing(say["sheet_values"], villages.village_values(content))
        book.listing(say["sheet_one_short"], villages.one_short(content))
        book.listing(say["sheet_coverage"], unserved.coverage(content))
        book.listing(say["sheet_gaps"], unserved.gaps(content))
        book.listing(say["sheet_walkers"], unserved.walkers(content))
        method(book, content)
        book.listing(say["sheet_set_aside"], set_aside(content))
    return book.bytes()


def _summary(book: Book, content: Content) -> None:
    say, summary = content.say, content.summary
    sheet = book.sheet(say["sheet_summary"])
    for position, width in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(position, position, width)
    last = len(_SUMMARY_WIDTHS) - 1
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, clean(summary["title"]), book.style("text", "big"))
    row = 1
    if summary["fictional"]:
        sheet.write_string(row, 0, say["fictional"], book.style("text", "warn"))
        row += 1
    for name, text in _facts(content):
        sheet.merge_range(row, 0, row, 1, name, book.style("text", "bold", "border", "indented"))
        sheet.merge_range(row, 2, row, last, clean(text), book.style("text", "border", "indented"))
        row += 1
    _map_link(book, sheet, row, content)
    minutes = number(summary["cutoff_min"])
    row = book.titled(sheet, row + 2, say["by_layer"], _by_layer(content))
    row = book.titled(sheet, row + 1, say["by_group"].format(minutes=minutes), _by_group(content))
    by_profile = _by_profile(content)
    if by_profile is not None:
        row = book.titled(sheet, row + 1, say["by_profile"].format(minutes=minutes), by_profile)
    sheet.write_string(row + 1, 0, clean(summary["attribution"]), book.style("text", "muted"))
    sheet.print_area(0, 0, row + 1, last)
    sheet.fit_to_pages(1, 1)


def _map_link(book: Book, sheet: Any, row: int, content: Content) -> None:  # noqa: ANN401
    say, last = content.say, len(_SUMMARY_WIDTHS) - 1
    look = book.style("text", "border", "indented", "link")
    sheet.merge_range(row, 0, row, 1, say["offline_map"], book.style("text", "bold", "border", "indented"))
    sheet.merge_range(row, 2, row, last, "", look)
    sheet.write_url(row, 2, f"external:{MAP_FILE}", look, say["offline_map_is"])


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
        (say["walking"], walking(content)),
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
        *_gap_facts(content),
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


def _gap_facts(content: Content) -> list[tuple[str, str]]:
    """Return the number of unserved areas of the study's walker, for the promise or for the first group there is."""
    summary, names = content.summary, content.service_names()
    own = [entry for entry in summary.get("gaps", []) if entry["profile"] == summary["profile"]]
    chosen = next((entry for key in names for entry in own if entry["key"] == key), None)
    if chosen is None:
        return []
    said = content.say["gap_count_is"].format(
        n=f"{chosen['count']:,}",
        residents=f"{chosen['residents']:,}",
        profile=content.profile(summary["profile"], summary["profile_ko"]),
        service=names[chosen["key"]],
    )
    return [(content.say["gap_count"], said)]


def _site_count(content: Content) -> str:
    every = sum(int(entry["sites"]) for entry in content.summary["layers"])
    inside = content.summary.get("rows", {}).get("sites_in_area")
    inside = every if inside is None else int(inside)
    said = content.say["site_count_is" if inside == every else "site_count_around"]
    return said.format(inside=f"{inside:,}", around=f"{every - inside:,}", all=f"{every:,}")


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


def _by_profile(content: Content) -> Sheet | None:
    """Return the promise for each walker; nothing where the run has one only, or the promise cannot be judged."""
    say, summary = content.say, content.summary
    told = [entry for entry in summary.get("profiles", []) if entry.get("all_groups")]
    if len(told) < 2:  # noqa: PLR2004
        return None
    frame = pd.DataFrame(
        {
            "name": [content.profile(entry["profile"], entry["profile_ko"]) for entry in told],
            "speed": [entry["speed_kmh"] for entry in told],
            "cutoff": [entry["cutoff_m"] for entry in told],
            "covered": [entry["all_groups"]["covered"] for entry in told],
            "share": [entry["all_groups"]["share"] for entry in told],
            "gap": [entry["gap"].get("all_groups", {}).get("residents") for entry in told],
        }
    )
    cutoff = say["cutoff"].format(minutes=number(summary["cutoff_min"]))
    return Sheet(
        fields=[
            numbered(say, len(frame)),
            Field(header=say["profile"], cells=frame["name"], width=24),
            Field(header=say["speed"], cells=frame["speed"], width=12, kind="figure"),
            Field(header=cutoff, cells=frame["cutoff"], width=10, kind="metres"),
            Field(header=say["covered"], cells=frame["covered"], width=11, kind="int"),
            Field(header=say["share"], cells=frame["share"], width=11, kind="share"),
            Field(
                header=say["gap"], cells=frame["gap"].astype(object), width=11, kind="int", missing=say["own"]
            ),
        ]
    )
