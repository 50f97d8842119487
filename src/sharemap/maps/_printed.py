"""The printed map: one A3 landscape page as PNG, readable in grey."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from sharemap.maps._ink import A3, Sheet, blank, every_glyph, pdf_of, write
from sharemap.maps._printed_map import GAP_M, Panel, map_panel
from sharemap.maps._study import Study, missing_promise, records, sites_around, source_name
from sharemap.maps._words import number, percent, words
from sharemap.palette import ACCENT, CLASSES, INK, MUTED, VILLAGE
from sharemap.villages.cards import village_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["printed", "printed_pdf"]

_WIDE_MM = A3[0]
_MOST_VILLAGES = 14


def printed(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], *, lang: str = "ko") -> bytes:
    """Return the printed map, A3 landscape at 200 dpi, as PNG.

    The map shows the share of residents by dong who reach all service groups, the ground that the drawn walking
    areas of the groups leave out (hatched), and the numbered village candidates; beside it stand the headline
    numbers, the list of villages, the legend and the sources.

    Parameters
    ----------
    tables
        As for :func:`sharemap.maps.interactive`.
    summary
        The content of ``summary.json``.
    lang
        ``"ko"`` or ``"en"``.

    Raises
    ------
    StudyError
        If the language is unknown.
    MissingFileError
        If the Hangul font is not installed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    sheet = _page(tables, summary, lang)
    buffer = io.BytesIO()
    with every_glyph():
        FigureCanvasAgg(sheet.figure).print_png(
            buffer, metadata={"Title": summary["title"], "Software": "sharemap"}
        )
    return buffer.getvalue()


def printed_pdf(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], *, lang: str = "ko") -> bytes:
    """Return the same page as PDF: text and lines stay sharp at any size, and the Hangul font is inside.

    Raises
    ------
    StudyError
        If the language is unknown.
    MissingFileError
        If the Hangul font is not installed.
    """
    return pdf_of([_page(tables, summary, lang)], title=summary["title"], made=summary["generated"])


def _page(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], lang: str) -> Sheet:
    sheet = blank(Study(tables, summary), words(lang), lang, size=A3)
    _title(sheet)
    map_panel(sheet, Panel(box=(12, 34, 276, 232)))
    _aside(sheet)
    _foot(sheet)
    return sheet


def _title(sheet: Sheet) -> None:
    summary, say = sheet.study.summary, sheet.say
    axes = sheet.column(12, 9, _WIDE_MM - 24, 21)
    write(axes, (0, 0), summary["title"], 25, weight="bold")
    conditions = say["conditions"].format(
        profile=summary["profile_ko"] if sheet.lang == "ko" else summary["profile"],
        speed=number(summary["speed_kmh"]),
        minutes=sheet.minutes,
        metres=number(summary["cutoff_m"]),
        date=summary["generated"],
    )
    write(axes, (0, 12.5), conditions, 12.5, color=MUTED)
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


def _headline(axes: Any, sheet: Sheet) -> float:  # noqa: ANN401
    summary, say = sheet.study.summary, sheet.say
    promise = summary["all_groups"]
    if promise is None:
        for row, line in enumerate(_wrapped(missing_promise(sheet.study, say, sheet.lang), 52, most=4)):
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


def _groups(axes: Any, sheet: Sheet, top: float) -> float:  # noqa: ANN401
    _head(axes, top, sheet.say["printed_groups"].format(minutes=sheet.minutes))
    top += 8
    for entry in sheet.study.summary["groups"]:
        share = entry["share"]
        known = 0.0 if share is None or share != share else float(share)  # noqa: PLR0124
        write(axes, (0, top + 0.2), entry[f"name_{sheet.lang}"], 10.5)
        axes.barh(top + 2, 62, left=30, height=3.6, color="#e4e7e4", linewidth=0)
        axes.barh(top + 2, 62 * known, left=30, height=3.6, color=ACCENT, linewidth=0)
        write(axes, (112, top + 0.2), percent(share), 10.5, weight="bold", ha="right")
        top += 6
    return top


def _village_list(axes: Any, sheet: Sheet, top: float) -> float:  # noqa: ANN401
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
        write(axes, (7, top), _shortened(village_name(village.name, lang=sheet.lang), 24), 10.5)
        fact = (
            f"{say['places']} {village.places} · {say['min_unit'].format(n=15)} {village.residents_15min:,}"
        )
        write(axes, (112, top + 0.4), fact, 9, color=MUTED, ha="right")
        top += 6
    more = len(villages) - _MOST_VILLAGES
    if more > 0:
        write(axes, (7, top), say["printed_more"].format(n=more), 9.5, color=MUTED)
        top += 6
    return top


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _head(axes: Any, top: float, text: str) -> None:  # noqa: ANN401
    axes.plot((0, 112), (top, top), color=MUTED, linewidth=0.8)
    write(axes, (0, top + 1.6), text, 11.5, weight="bold")


def _legend(axes: Any, sheet: Sheet, top: float) -> None:  # noqa: ANN401
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
        say["printed_gap"].format(width=number(GAP_M))
        if key == "all_groups"
        else say["printed_gap_of"].format(name=name, width=number(GAP_M))
    )
    _swatch(axes, (0, top), gap, facecolor="white", hatch="////////")
    _swatch(axes, (0, top + 5.4), say["legend_village"], facecolor="#ead0c3", edgecolor=VILLAGE)
    axes.plot(4, top + 12.8, "o", markersize=5, color=INK)
    write(axes, (10.5, top + 10.9), say["printed_space"], 9.5)
    axes.plot((0, 8), (top + 18.2, top + 18.2), color=MUTED, linewidth=1, linestyle=(0, (4, 2)))
    write(axes, (10.5, top + 16.3), say["legend_dong"], 9.5)
    axes.plot((56, 64), (top + 18.2, top + 18.2), color=INK, linewidth=2)
    write(axes, (66.5, top + 16.3), say["legend_ward"], 9.5)


def _swatch(axes: Any, at: tuple[float, float], text: str, **look: Any) -> None:  # noqa: ANN401
    from matplotlib.patches import Rectangle

    look.setdefault("edgecolor", MUTED)
    axes.add_patch(Rectangle(at, 8, 4, linewidth=0.7, **look))
    write(axes, (at[0] + 10.5, at[1] + 0.1), text, 9.5)


def _foot(sheet: Sheet) -> None:
    summary, say = sheet.study.summary, sheet.say
    axes = sheet.column(12, 269, _WIDE_MM - 24, 22)
    dated = sorted({f"{source_name(s, sheet.lang)} {s['ref_date']}".strip() for s in summary["sources"]})
    lines = [
        summary["attribution"],
        *_wrapped(f"{say['source']}: " + ", ".join(dated), 205 if sheet.lang == "ko" else 230, most=3),
        say["method_coverage"].format(minutes=sheet.minutes) + " EPSG:5179.",
    ]
    for row, line in enumerate(lines):
        write(axes, (0, row * 4.3), line, 8.5, color=MUTED)


def _wrapped(text: str, width: int, *, most: int) -> list[str]:
    """Break text at blanks; Hangul counts double, because it is printed twice as wide."""
    lines, room = [""], width
    for word in text.split(" "):
        size = sum(2 if ord(sign) > 0x1100 else 1 for sign in word) + 1  # noqa: PLR2004  Hangul begins here
        if size > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += (" " if lines[-1] else "") + word
        room -= size
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + " …"]
