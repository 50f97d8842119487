"""The printed map: one A3 landscape page, readable in grey."""

from __future__ import annotations

from sharemap.findings.villages import stored_name
from sharemap.maps.drawn import missing_promise, records, sites_around
from sharemap.maps.paper.frame import frame_of
from sharemap.maps.paper.ink import A3, Axes, Look, Sheet, blank, write
from sharemap.maps.paper.layers import (
    borders,
    dong_values,
    dots_of_spaces,
    hatched,
    names,
    plain_ground,
    share_labels,
    streets,
    villages,
)
from sharemap.maps.paper.marks import north, scale_bar
from sharemap.maps.paper.page import conditions, joined, sources_told
from sharemap.maps.paper.typeset import fitted, wrapped
from sharemap.maps.words import number, percent
from sharemap.palette import ACCENT, CLASSES, INK, MUTED, VILLAGE

__all__ = ["landscape"]

_WIDE_MM = A3[0]
_MOST_VILLAGES = 14
_ASIDE = 112.0


def landscape(sheet: Sheet) -> Sheet:
    """Return the page: the map with its headline numbers, villages, legend and sources beside it.

    The map shows the share of residents by dong who reach all service groups, the ground that the drawn walking
    areas of the groups leave out (hatched), and the numbered village candidates.
    """
    page = blank(sheet)
    _title(page)
    _map(page)
    _aside(page)
    _foot(page)
    return page


def _map(sheet: Sheet) -> None:
    theme, _ = sheet.theme
    frame = frame_of(sheet, (12, 34, 276, 232))
    north(frame, size=11)
    scale_bar(frame, size=10)
    plain_ground(frame)
    dong_values(frame, theme)
    hatched(frame, sheet.ground.left_out(theme))
    streets(frame, sheet.ground.streets)
    borders(frame, factor=1.15)
    dots_of_spaces(frame)
    villages(frame, size=9.5)
    names(frame, share_labels(sheet.study, theme), size=9.5)


def _title(sheet: Sheet) -> None:
    summary, say = sheet.study.summary, sheet.say
    axes = sheet.column(12, 9, _WIDE_MM - 24, 21)
    room = _WIDE_MM - 24 - (150 if summary["fictional"] else 0)
    write(axes, (0, 0), fitted(summary["title"], room, 25, weight="bold"), 25, weight="bold")
    write(axes, (0, 12.5), conditions(summary, say, sheet.lang), 12.5, color=MUTED)
    axes.plot((0, _WIDE_MM - 24), (20, 20), color=ACCENT, linewidth=2.2)
    if summary["fictional"]:
        box = {"facecolor": "#7a1f0b", "edgecolor": "none", "boxstyle": "square,pad=0.45"}
        text = f"{say['fictional']} · {say['fictional_long']}"
        write(axes, (_WIDE_MM - 26, 3), text, 12, weight="bold", color="white", ha="right", bbox=box)


def _aside(sheet: Sheet) -> None:
    axes = sheet.column(296, 34, 112, 232)
    top = _headline(axes, sheet)
    top = _groups(axes, sheet, top + 5)
    top = _village_list(axes, sheet, top + 5)
    _legend(axes, sheet, max(top + 5, 168))


def _headline(axes: Axes, sheet: Sheet) -> float:
    summary, say = sheet.study.summary, sheet.say
    promise = summary["all_groups"]
    if promise is None:
        for row, line in enumerate(
            wrapped(missing_promise(sheet.study, say, sheet.lang), _ASIDE, 12, most=4)
        ):
            write(axes, (0, 2 + row * 5.5), line, 12)
    else:
        write(axes, (0, 0), percent(promise["share"]), 40, weight="bold", color=ACCENT)
        write(axes, (0, 17), say["promise_head"].format(minutes=sheet.minutes), 12)
        of = say["of_residents"].format(
            residents=f"{summary['residents']:,}", covered=f"{promise['covered']:,}"
        )
        write(axes, (0, 22.5), of, 10.5, color=MUTED)
    counts = (
        ("villages_n", summary["villages"]["count"]),
        ("one_short_n", summary["villages"]["one_short"]),
        ("sites_n", sheet.study.sites_in_area),
    )
    for position, (key, value) in enumerate(counts):
        write(axes, (position * 38, 30), say[key], 10, color=MUTED)
        write(axes, (position * 38, 34.5), say["count_of"].format(n=f"{value:,}"), 17, weight="bold")
    write(axes, (76, 42), sites_around(sheet.study, say), 8.5, color=MUTED)
    return 43.0


def _groups(axes: Axes, sheet: Sheet, top: float) -> float:
    _head(axes, top, sheet.say["printed_groups"].format(minutes=sheet.minutes))
    top += 8
    for entry in sheet.study.summary["groups"]:
        share = entry["share"]
        known = 0.0 if share is None or share != share else float(share)  # noqa: PLR0124
        write(axes, (0, top + 0.2), entry[f"name_{sheet.lang}"], 10.5)
        axes.barh(top + 2, 62, left=30, height=3.6, color="#e4e7e4", linewidth=0)
        axes.barh(top + 2, 62 * known, left=30, height=3.6, color=ACCENT, linewidth=0)
        write(axes, (_ASIDE, top + 0.2), percent(share), 10.5, weight="bold", ha="right")
        top += 6
    return top


def _village_list(axes: Axes, sheet: Sheet, top: float) -> float:
    say, villages = sheet.say, sheet.study.table("villages")
    _head(axes, top, say["village_list"])
    top += 8
    if villages.empty:
        write(axes, (0, top), say["no_villages"], 10.5)
        return top + 6
    for village in records(villages.sort_values("rank", kind="stable").head(_MOST_VILLAGES)):
        axes.plot(2.4, top + 1.9, "o", markersize=12.5, color=VILLAGE)
        write(
            axes,
            (2.4, top + 1.9),
            village.rank,
            8.5,
            weight="bold",
            color="white",
            ha="center",
            va="center_baseline",
        )
        write(axes, (7, top), fitted(stored_name(village.name, lang=sheet.lang), 62, 10.5), 10.5)
        fact = (
            f"{say['places']} {village.places} · {say['min_unit'].format(n=15)} {village.residents_15min:,}"
        )
        write(axes, (_ASIDE, top + 0.4), fact, 9, color=MUTED, ha="right")
        top += 6
    more = len(villages) - _MOST_VILLAGES
    if more > 0:
        write(axes, (7, top), say["printed_more"].format(n=more), 9.5, color=MUTED)
        top += 6
    return top


def _head(axes: Axes, top: float, text: str) -> None:
    axes.plot((0, _ASIDE), (top, top), color=MUTED, linewidth=0.8)
    write(axes, (0, top + 1.6), text, 11.5, weight="bold")


def _legend(axes: Axes, sheet: Sheet, top: float) -> None:
    say = sheet.say
    key, name = sheet.theme
    title = say["printed_share"] if key == "all_groups" else say["printed_share_of"]
    _head(axes, top, title.format(minutes=sheet.minutes, name=name))
    top += 8.5
    lows = [low for low, _ in CLASSES]
    for at, (low, colour) in enumerate(CLASSES):
        column, row = divmod(at, 3)
        a, b = f"{low * 100:g}", f"{lows[at + 1] * 100:g}" if at + 1 < len(lows) else ""
        text = say["below"] if at == 0 else say["or_more"] if not b else say["between"]
        _swatch(axes, (column * 56, top + row * 5.4), text.format(a=a, b=b), facecolor=colour)
    top += 17
    gap = (
        say["printed_gap"].format(width=number(sheet.ground.gap_m))
        if key == "all_groups"
        else say["printed_gap_of"].format(name=name, width=number(sheet.ground.gap_m))
    )
    _swatch(axes, (0, top), gap, facecolor="white", hatch="////////")
    _swatch(axes, (0, top + 5.4), say["legend_village"], facecolor="#ead0c3", edgecolor=VILLAGE)
    axes.plot(4, top + 12.8, "o", markersize=5, color=INK)
    write(axes, (10.5, top + 10.9), say["printed_space"], 9.5)
    axes.plot((0, 8), (top + 18.2, top + 18.2), color=MUTED, linewidth=1, linestyle=(0, (4, 2)))
    write(axes, (10.5, top + 16.3), say["legend_dong"], 9.5)
    axes.plot((56, 64), (top + 18.2, top + 18.2), color=INK, linewidth=2)
    write(axes, (66.5, top + 16.3), say["legend_ward"], 9.5)


def _swatch(axes: Axes, at: tuple[float, float], text: str, **look: Look) -> None:
    from matplotlib.patches import Rectangle

    look.setdefault("edgecolor", MUTED)
    axes.add_patch(Rectangle(at, 8, 4, linewidth=0.7, **look))
    write(axes, (at[0] + 10.5, at[1] + 0.1), text, 9.5)


def _foot(sheet: Sheet) -> None:
    summary, say = sheet.study.summary, sheet.say
    axes = sheet.column(12, 269, _WIDE_MM - 24, 22)
    method = say["method_coverage"].format(minutes=sheet.minutes) + " EPSG:5179."
    lines = [
        *wrapped(summary["attribution"], _WIDE_MM - 24, 8.5, most=1),
        *wrapped(joined(sources_told(summary, say, sheet.lang)), _WIDE_MM - 24, 8.5, most=3),
        *wrapped(method, _WIDE_MM - 24, 8.5, most=1),
    ]
    for row, line in enumerate(lines):
        write(axes, (0, row * 4.3), line, 8.5, color=MUTED)
