"""The first page of the atlas: headline numbers, and all village candidates on one map and in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharemap.findings import number, percent, whole
from sharemap.maps.drawn import records
from sharemap.maps.paper.features import names, villages, whole_area
from sharemap.maps.paper.frame import natural_mm
from sharemap.maps.paper.page import BOTTOM, LEFT, RIGHT, WARNING, WIDE, Page, TableColumn, opened
from sharemap.maps.paper.typeset import PT_MM, disc_mm
from sharemap.palette import ACCENT, MUTED, VILLAGE

if TYPE_CHECKING:
    from typing import Any

    from sharemap.maps.paper.edition import Edition

__all__ = ["overview"]

_MAP_TOP, _MAP_HIGH = 52.0, (96.0, 156.0)
#: Up to this many candidates have a table with all their figures; more stand in two columns.
_FEW, _IN_COLUMN, _STEP = 11, 11, 5.2
_BADGE = 7.5
_WARNINGS = 4
_MANY, _LEAST_SHORT = 30, 3


def overview(edition: Edition, *, folio: str = "", sheets: int | None = None) -> Page:
    """Return the page.

    Parameters
    ----------
    edition
        The run.
    folio
        Number of the page.
    sheets
        How many candidates have a page of their own in the same document; nothing is said about it without.
    """
    page = opened(edition, edition.run.say["overview"], folio=folio)
    top = _warnings(page, _headline(page))
    high = _map_high(page, top)
    crowded = _map(page, top, high)
    y = _legend(page, top + high + 3.0, crowded)
    _list(page, y + 1.0, sheets)
    return page


def _headline(page: Page) -> float:
    """Write the promise and the counts; return where what follows begins."""
    run, say, promise = page.run, page.say, page.run.summary.all_groups
    if promise is None:
        page.paragraph((LEFT, 34), run.missing_promise, 9.5, room=92, most=4)
    else:
        page.text((LEFT, 32.6), percent(promise.share), 34, weight="bold", color=ACCENT)
        page.text((LEFT + 51, 36.0), say["promise_head"].format(minutes=run.minutes), 9.5, room=62)
        page.text((LEFT + 51, 41.5), page.edition.of_residents(promise.covered), 8.5, color=MUTED, room=62)
    for position, (key, value) in enumerate(page.edition.counts):
        x = 130.0 + position * 24.0
        page.text((x, 34.2), say[key], 7.5, color=MUTED, room=23.5)
        page.text((x, 38.2), say["count_of"].format(n=f"{value:,}"), 14, weight="bold", room=23.5)
    y = 46.2
    for text in (run.parts(promise), run.no_data_wards):
        y = page.paragraph((LEFT, y), text, 8, color=MUTED, room=WIDE, most=2) if text else y
    page.text((LEFT, y), run.data_age, 8, color=MUTED, room=128)
    page.text((RIGHT, y), run.sites_around, 7, color=MUTED, right=True)
    return y + _MAP_TOP - 46.2


def _warnings(page: Page, top: float) -> float:
    """Say what was warned of; return where the map begins."""
    told = page.run.some_warnings(_WARNINGS)
    if not told:
        return top
    y, step = top - 1.0, 4.0
    page.box(
        (LEFT, y, WIDE, step * (len(told) + 1) + 2.0), facecolor="#fbeee2", edgecolor=WARNING, linewidth=0.6
    )
    page.text((LEFT + 2, y + 1.2), page.run.warned, 8, weight="bold", color=WARNING)
    for at, text in enumerate(told, start=1):
        page.text((LEFT + 2, y + 1.2 + at * step), text, 7.5, color=WARNING, room=WIDE - 4)
    return y + step * (len(told) + 1) + 4.0


def _map_high(page: Page, top: float) -> float:
    """Return how high the map may be, so that the list below it fits."""
    count = len(page.run.villages)
    lines = count if count <= _FEW else min(-(-count // 2), _IN_COLUMN)
    least, most = _MAP_HIGH[0], min(_MAP_HIGH[1], natural_mm(page, WIDE))
    return float(max(min(BOTTOM - top - 40.0 - lines * _STEP, most), least))


def _map(page: Page, top: float, high: float) -> int:
    frame = whole_area(page, (LEFT, top, WIDE, high))
    many = len(page.run.villages) > _MANY
    crowded = villages(frame, size=7.0 if many else 9.0)
    names(frame, {}, size=7.5)
    return crowded


def _legend(page: Page, y: float, crowded: int) -> float:
    say, summary = page.say, page.run.summary
    look = {"facecolor": "#ead0c3", "edgecolor": VILLAGE, "linewidth": 1.2}
    page.swatch((LEFT, y), say["legend_village"], room=50, **look)
    page.border_keys(y, x=(LEFT + 52, LEFT + 92))
    if crowded:
        told = say["print_crowded"].format(n=crowded)
        page.key_row((LEFT + 120, y), told, room=WIDE - 120, marker="o", markersize=3.5, color=VILLAGE)
    rule = say["print_rule"].format(metres=number(summary.adjacent_m), n=summary.min_places)
    page.text((LEFT, y + 4.8), rule, 8, color=MUTED, room=WIDE)
    return y + 10.4


def _list(page: Page, y: float, sheets: int | None) -> None:
    say, frame = page.say, page.run.villages
    y = page.head((LEFT, y), say["villages_n"])
    if frame.empty:
        page.text((LEFT, y), say["no_villages"], 9)
        _short(page, y + 8.0, BOTTOM)
        return
    ordered = records(frame.sort_values("rank", kind="stable"))
    few = len(ordered) <= _FEW
    notes = _notes(page, len(ordered), sheets)
    rows = int((BOTTOM - y - len(notes) * 4.2 - (4.6 if few else 0.0)) // _STEP)
    if len(ordered) > 2 * rows:
        rows -= 1  # a line says how many more there are
    if few and rows >= len(ordered):
        _short(page, _table(page, y, ordered) + 3.0, BOTTOM - len(notes) * 4.2)
    else:
        _columns(page, y, ordered, min(rows, -(-len(ordered) // 2)))
        if len(ordered) > 2 * rows:
            notes = (say["print_list_more"].format(n=len(ordered) - 2 * rows), *notes)
    for at, note in enumerate(reversed(notes)):
        page.text((LEFT, BOTTOM - 3.6 - at * 4.2), note, 8, color=MUTED, room=WIDE)


def _notes(page: Page, count: int, sheets: int | None) -> tuple[str, ...]:
    more = 0 if sheets is None else count - sheets
    return (page.say["print_pages"].format(n=sheets, more=f"{more:,}"),) if more > 0 else ()


def _table(page: Page, y: float, ordered: list[Any]) -> float:
    say = page.say
    columns = (
        TableColumn(name="", wide=8),
        TableColumn(name=say["name"], wide=64, weight="bold"),
        TableColumn(name=say["places_short"], wide=16, right=True),
        TableColumn(name=say["services_short"], wide=16, right=True),
        TableColumn(name=say["longest_short"], wide=20, right=True),
        TableColumn(name=say["loop_short"], wide=20, right=True),
        TableColumn(name=say["residents_15"], wide=22, right=True),
        TableColumn(name=say["stability_share"], wide=16, right=True),
    )
    rows = [
        (
            "",
            row.name,
            f"{row.places:,}",
            f"{row.services:,}",
            f"{number(round(row.longest_walk_m))} m",
            f"{number(round(row.loop_m))} m",
            whole(row.residents_15min),
            percent(row.stability),
        )
        for row in ordered
    ]
    floor = page.table((LEFT, y), columns, rows, step=_STEP)
    for at, row in enumerate(ordered):
        _disc(page, (LEFT + 3, y + 4.2 + (at + 0.5) * _STEP), int(row.rank))
    return floor


def _short(page: Page, y: float, floor: float) -> None:
    """List pairs of places that are one short of a village, where there is room for some."""
    say, frame = page.say, page.run.table("one_short")
    rows = int((floor - y - 12.0 - 4.2) // _STEP)
    if frame.empty or rows < _LEAST_SHORT:
        return
    y = page.head((LEFT, y), f"{say['one_short_n']}: {say['print_short']}")
    columns = (
        TableColumn(name=say["order"], wide=10, right=True),
        TableColumn(name=say["place_a"], wide=54),
        TableColumn(name=say["place_b"], wide=54),
        TableColumn(name=say["walk"], wide=18, right=True),
        TableColumn(name=say["dong"], wide=26),
        TableColumn(name=say["residents_15"], wide=20, right=True),
    )
    cells = [
        (
            row.rank,
            row.name_a,
            row.name_b,
            f"{row.walk_m:,.0f} m",
            row.dong_name if isinstance(row.dong_name, str) else "–",
            whole(row.residents_15min),
        )
        for row in records(frame.sort_values("rank", kind="stable").head(rows))
    ]
    y = page.table((LEFT, y), columns, cells, step=_STEP)
    if len(frame) > rows:
        more = say["print_list_more"].format(n=f"{len(frame) - rows:,}")
        page.text((LEFT, y + 0.8), more, 8, color=MUTED, room=WIDE)


def _columns(page: Page, y: float, ordered: list[Any], rows: int) -> None:
    half, within = WIDE / 2, page.say["min_unit"].format(n=15)
    for at, row in enumerate(ordered[: 2 * rows]):
        column, line = divmod(at, rows)
        x, top = LEFT + column * half, y + line * _STEP
        _disc(page, (x + 3, top + _STEP / 2 - 0.3), int(row.rank))
        fact = f"{page.say['places_short']} {row.places} · {within} {whole(row.residents_15min)}"
        page.text((x + 7.5, top + 0.8), row.name, 8.5, room=half - 50)
        page.text((x + half - 3, top + 0.9), fact, 7.5, color=MUTED, right=True)


def _disc(page: Page, at: tuple[float, float], rank: int) -> None:
    size = _BADGE if rank < 100 else 6  # noqa: PLR2004  three digits need smaller letters
    page.disc(at, rank, size, points=min(disc_mm(rank, _BADGE), _STEP - 0.3) / PT_MM, zorder=3)
