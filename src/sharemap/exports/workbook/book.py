"""The workbook that a ward team sends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.exports.workbook import unserved, villages
from sharemap.exports.workbook.fields import empty, numbered
from sharemap.exports.workbook.links import MAP_FILE
from sharemap.exports.workbook.method import method, walking
from sharemap.exports.workbook.others import others
from sharemap.exports.workbook.positions import positions
from sharemap.exports.workbook.set_aside import set_aside
from sharemap.exports.workbook.sheet import Book, Edges, Field, Look, Sheet, clean, lines_of
from sharemap.findings import percent, whole
from sharemap.findings.gaps import list_of, rest_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharemap.findings import Run
    from sharemap.findings.summary import Served

__all__ = ["workbook"]

_LINE_PT, _MOST_WARNINGS = 15.0, 30
_SUMMARY_WIDTHS = (6, 24, 12, 10, 11, 11, 11, 11, 11, 11, 12, 13, 11, 11, 11, 11, 11)


def workbook(run: Run) -> bytes:
    """Return the results as an XLSX workbook.

    Sheets: summary, villages, their facilities and their indicators, pairs that are one short, coverage by dong,
    unserved areas, other walkers, method and sources, rows set aside and corrected, positions for publishers to check. Text from the input is written
    as text, never as a formula; links are made of our codes and lead to the map beside the workbook, or to one public
    map; codes keep their leading digits; the same input gives the same bytes.

    Parameters
    ----------
    run
        A finished run; a table that it lacks gives an empty sheet.
    """
    say, summary = run.say, run.summary
    edges = Edges(
        title=summary.title,
        under_title=f"{say['fictional_line']} {walking(run)}" if summary.fictional else walking(run),
        foot=f"{say['generated']} {summary.generated} · {summary.attribution}",
        page=say["page"],
    )
    with Book(edges=edges, created=summary.generated, too_many=say["too_many_links"]) as book:
        _summary(book, run)
        book.listing(say["sheet_villages"], villages.villages(run))
        book.listing(say["sheet_village_sites"], villages.village_sites(run))
        book.listing(say["sheet_values"], villages.village_values(run))
        book.listing(say["one_short_n"], villages.one_short(run))
        book.listing(say["sheet_coverage"], unserved.coverage(run))
        book.listing(say["gap_list"], unserved.gaps(run))
        book.listing(say["other_walkers"], unserved.walkers(run))
        for title, sheet in others(run):
            book.listing(title, sheet)
        method(book, run)
        book.listing(say["sheet_set_aside"], set_aside(run))
        book.listing(say["sheet_positions"], positions(run))
    return book.bytes()


def _summary(book: Book, run: Run) -> None:
    say, summary = run.say, run.summary
    sheet = book.sheet(say["sheet_summary"])
    for position, width in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(position, position, width)
    last = len(_SUMMARY_WIDTHS) - 1
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, clean(summary.title), book.style("text", "big"))
    row = 1
    if summary.fictional:
        sheet.write_string(row, 0, say["fictional_line"], book.style("text", "warn"))
        row += 1
    row = _warnings(book, sheet, row, run)
    for name, text in _facts(run):
        sheet.merge_range(row, 0, row, 1, name, book.style("text", "bold", "border", "indented"))
        sheet.merge_range(row, 2, row, last, clean(text), book.style("text", "border", "indented"))
        row += 1
    _map_link(book, sheet, row, run)
    minutes = run.minutes
    row = book.titled(sheet, row + 2, say["layers_state"], _by_layer(run))
    row = book.titled(sheet, row + 1, say["by_group_within"].format(minutes=minutes), _by_group(run))
    by_profile = _by_profile(run)
    if by_profile is not None:
        row = book.titled(sheet, row + 1, say["by_profile"].format(minutes=minutes), by_profile)
    sheet.write_string(row + 1, 0, clean(summary.attribution), book.style("text", "muted"))
    sheet.print_area(0, 0, row + 1, last)
    sheet.fit_to_pages(1, 1)


def _warnings(book: Book, sheet: Any, row: int, run: Run) -> int:  # noqa: ANN401
    """Write what was warned of; return the row after it."""
    told = run.some_warnings(_MOST_WARNINGS)
    if not told:
        return row
    last = len(_SUMMARY_WIDTHS) - 1
    sheet.write_string(row, 0, run.warned, book.style("text", "warn"))
    for at, text in enumerate(told, start=row + 1):
        sheet.set_row(at, 4 + _LINE_PT * lines_of(text, sum(_SUMMARY_WIDTHS)))
        sheet.merge_range(at, 0, at, last, clean(text), book.style("text", "border", "wrap", "indented"))
    return row + 1 + len(told)


def _map_link(book: Book, sheet: Any, row: int, run: Run) -> None:  # noqa: ANN401
    say, last = run.say, len(_SUMMARY_WIDTHS) - 1
    look = book.style("text", "border", "indented", "link")
    sheet.merge_range(row, 0, row, 1, say["offline_map"], book.style("text", "bold", "border", "indented"))
    sheet.merge_range(row, 2, row, last, "", look)
    sheet.write_url(row, 2, f"external:{MAP_FILE}", look, say["offline_map_is"])


def _facts(run: Run) -> list[tuple[str, str]]:
    say, summary = run.say, run.summary
    area, network, found = summary.area, summary.network, summary.villages
    dongs = say["dongs"].format(n=whole(area.dongs), km2=f"{area.area_km2:,.2f}")
    streets = say["network_is"].format(
        km=f"{network.length_km:,.1f}", nodes=whole(network.nodes), edges=whole(network.edges)
    )
    return [
        (say["area"], f"{', '.join(area.wards)} · {dongs}"),
        (say["residents"], whole(summary.residents)),
        (say["sites_n"], _site_count(run)),
        (say["walking"], walking(run)),
        (say["promise"].format(minutes=run.minutes), _promise(run)),
        (say["data_age_head"], run.data_age),
        *((say[term], told) for term, told in _told_of_promise(run) if told),
        (say["villages_n"], whole(found.count)),
        *([(say["chance"], run.chance)] if run.chance else []),
        (say["places_in_villages"], whole(found.places_in_villages)),
        (say["one_short_n"], whole(found.one_short)),
        (say["to_check_n"], whole(found.to_check)),
        *_gap_facts(run),
        (say["network"], streets),
        (say["generated"], summary.generated),
    ]


def _told_of_promise(run: Run) -> tuple[tuple[str, str], ...]:
    """Return what is said of the promise beside its share, by its term."""
    return (
        ("evidence_head", run.evidence),
        ("interval", run.interval),
        ("parts", run.parts(run.summary.all_groups)),
        ("own_pace", run.own_pace),
        ("no_street", run.unknown),
        ("no_data_wards", run.no_data_wards),
    )


def _in_parts(run: Run, served: Sequence[Served | None]) -> list[Field]:
    """Return the columns of three parts: counts, the share as filed, at least and at most."""
    heads = {"covered": "covered_n", "uncovered": "unserved_residents", "unknown": "unknown"}
    counts = [
        Field(
            header=run.say[head],
            cells=pd.Series([None if one is None else getattr(one, name) for one in served], dtype=object),
            width=11,
            kind="int",
        )
        for name, head in heads.items()
    ]
    shares = [
        Field(
            header=run.say[head],
            cells=pd.Series([None if one is None else getattr(one, name) for one in served], dtype=object),
            width=11,
            kind="share",
        )
        for name, head in (("share", "share"), ("share_at_least", "at_least"), ("share_at_most", "at_most"))
    ]
    return [*counts, *shares]


def _promise(run: Run) -> str:
    promise = run.summary.all_groups
    if promise is None:
        return run.none_of("not_known")
    return run.say["promise_is"].format(
        residents=whole(run.summary.residents), covered=whole(promise.covered), share=percent(promise.share)
    )


def _gap_facts(run: Run) -> list[tuple[str, str]]:
    """Return the number of unserved areas of the study's walker, for the promise or for the first group there is."""
    chosen = list_of(run, run.summary.profile, run.promise)
    if chosen is None or not chosen.unserved:
        return []
    said = run.say["gap_count_is"].format(
        n=whole(chosen.areas),
        people=run.people_of(chosen.profile),
        reached=whole(chosen.reached),
        rest=rest_in(chosen),
        profile=run.profile_names[chosen.profile],
        service=run.service_names[chosen.key],
    )
    return [(run.say["gap_list"], said)]


def _site_count(run: Run) -> str:
    inside = run.say["count_of"].format(n=whole(run.summary.rows.sites_in_area))
    return f"{inside} ({run.sites_around})" if run.sites_around else inside


def _by_layer(run: Run) -> Sheet:
    say, rows = run.say, run.summary.rows
    entries = pd.DataFrame(list(run.summary.layers))
    if entries.empty:
        return empty(run, "service")
    # a place with several services is one place, so places are not added up
    counts = (
        ("rows_read", rows.rows_read),
        ("sites_with", rows.sites),
        ("sites_in_area", rows.sites_in_area),
        ("folded", rows.folded),
        ("set_aside", rows.set_aside),
        ("site_places", rows.places),
        ("unsnapped_n", int(entries["unsnapped"].sum())),
    )
    columns = {"sites_with": "sites", "site_places": "places", "unsnapped_n": "unsnapped"}
    return Sheet(
        fields=[
            numbered(run, len(entries), total=say["total"]),
            Field(header=say["service"], cells=entries[f"name_{run.lang}"], width=24),
            Field(header=say["group"], cells=entries["group"].replace(run.group_names), width=12),
            Field(header=say["role"], cells=entries["role"].map(lambda key: say[f"role_{key}"]), width=10),
            *(
                Field(
                    header=say[term],
                    cells=entries[columns.get(term, term)],
                    width=11,
                    kind="int",
                    total=total,
                )
                for term, total in counts
            ),
            *_in_parts(run, [one.served for one in run.summary.layers]),
        ]
    )


def _by_group(run: Run) -> Sheet:
    say, promise = run.say, run.summary.all_groups
    pace = run.summary.own_pace
    rows: list[tuple[str, Served, Served | None]] = [
        (run.named(one), one, pace.groups.get(one.group)) for one in run.summary.groups
    ]
    if promise is not None:
        rows.append((say["all_groups"], promise, pace.all_groups))
    paced_as: tuple[tuple[str, str, Look], ...] = (
        ("covered", "paced", "int"),
        ("share", "paced_share", "share"),
    )
    names, served, paced = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    frame = pd.DataFrame(
        {
            "name": names,
            "paced": [None if one is None else one.covered for one in paced],
            "paced_share": [None if one is None else one.share for one in paced],
        },
        dtype=object,
    )
    return Sheet(
        fields=[
            numbered(run, len(frame)),
            Field(header=say["group"], cells=frame["name"], width=24),
            *_in_parts(run, served),
            *(
                Field(
                    header=say[f"own_pace_{part}"],
                    cells=frame[name],
                    width=11,
                    kind=kind,
                    missing=say["no_data"],
                )
                for part, name, kind in paced_as
            ),
        ],
        empty=run.none_of("none"),
    )


def _by_profile(run: Run) -> Sheet | None:
    """Return the promise for each walker; nothing where the run has one only, or the promise cannot be judged."""
    say = run.say
    rows = [
        (
            run.profile_names[one.profile],
            one.speed_kmh,
            one.cutoff_m,
            one.all_groups,
            one.gap["all_groups"].residents if "all_groups" in one.gap else None,
            run.people_of(one.profile) if one.gap else None,
        )
        for one in run.summary.profiles
        if one.all_groups is not None
    ]
    if len(rows) < 2:  # noqa: PLR2004
        return None
    frame = pd.DataFrame(rows, columns=["name", "speed", "cutoff", "served", "gap", "who"])
    gap = frame["gap"].astype(object)
    return Sheet(
        fields=[
            numbered(run, len(frame)),
            Field(header=say["profile"], cells=frame["name"], width=24),
            Field(header=say["speed"], cells=frame["speed"], width=12, kind="figure"),
            Field(
                header=say["cutoff"].format(minutes=run.minutes),
                cells=frame["cutoff"],
                width=10,
                kind="metres",
            ),
            *_in_parts(run, frame["served"].tolist()),
            Field(header=say["gap_residents"], cells=gap, width=11, kind="int", missing=say["own"]),
            Field(header=say["people_counted"], cells=frame["who"], width=11, missing=say["own"]),
        ]
    )
