"""One page for one village candidate: where it is, what it is made of, how far it can be trusted, what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.findings import percent, whole
from sharemap.maps.drawn import records
from sharemap.maps.paper.ink import ON_DISC
from sharemap.maps.paper.local import Local, local_map
from sharemap.maps.paper.page import BOTTOM, LEFT, WIDE, Page, opened
from sharemap.maps.paper.typeset import PT_MM, disc_mm, text_mm, wrapped
from sharemap.palette import INK, MUTED, VILLAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharemap.findings.summary import LayerFigures
    from sharemap.maps.paper.edition import Edition

__all__ = ["village"]

_SENTENCE = (LEFT, 32.0)
_MAP_HIGH = (84.0, 124.0)
_FACTS_WIDE, _PLACES_X = 64.0, LEFT + 71.0
_MINUTES = (5, 10, 15)
_LINE, _PLACE, _DETAIL = 4.5, 8.6, 3.6
_KILOMETRE_MIN = 1000.0 / 60.0


def village(edition: Edition, row: Any, *, folio: str = "") -> Page:  # noqa: ANN401  a named tuple
    """Return the page of a candidate, a row of the table of candidates."""
    run = edition.run
    place = run.say["village_of"].format(all=len(run.villages), n=row.rank)
    dong = row.dong_name if isinstance(row.dong_name, str) else ""
    note = " · ".join(part for part in (place, dong, row.village_id) if part)
    size = 13.0
    wide = disc_mm(int(row.rank), size)
    page = opened(edition, row.name, note=note, folio=folio, indent=wide + 2.5)
    page.disc((LEFT + wide / 2, 18.0), row.rank, size)
    (loop,) = records(_own(run.table("village_loops"), row))
    places = _own(run.table("village_places"), row).sort_values(["loop_order", "place_id"], kind="stable")
    member = places["role"] == "member"
    local = Local(row, records(places[member]), records(places[~member]), loop)
    y = _sentence(page, row)
    notes = _notes(page, local)
    floor = BOTTOM - _high(notes)
    high = min(max(floor - y - _below(local), _MAP_HIGH[0]), _MAP_HIGH[1])
    shown, hidden = local_map(page, local, (LEFT, y, WIDE, high))
    y = _legend(page, local, shown, y + high + 2.4)
    if hidden:
        page.text((LEFT, y), run.say["more_hidden"].format(n=hidden), 7.5, color=MUTED)
        y += 4.0
    _facts(page, local, y)
    _members(page, local, y, floor - 1.0)
    _write_notes(page, notes, floor)
    return page


def _own(frame: pd.DataFrame, row: Any) -> pd.DataFrame:  # noqa: ANN401  a named tuple
    return frame[frame["village_id"] == row.village_id]


def _below(local: Local) -> float:
    """Return how much room the legend, the figures and the places need below the map, millimetres."""
    return 13.0 + max(7.4 + 10 * _LINE + 0.8 + 3 * 5.4, 7.4 + _PLACE * len(local.members) + 4.5) + 2.0


def _sentence(page: Page, row: Any) -> float:  # noqa: ANN401  a named tuple
    """Write the sentence of the candidate on a tinted field; return where the map begins."""
    text = getattr(row, f"sentence_{page.run.lang}")
    if not isinstance(text, str) or not text:
        return _SENTENCE[1]
    size, step = 9.0, 9.0 * PT_MM * 1.5
    lines = wrapped(text, WIDE - 8, size, most=4)
    high = len(lines) * step + 3.2
    page.box((LEFT, _SENTENCE[1], WIDE, high))
    page.box((LEFT, _SENTENCE[1], 1.2, high), facecolor=VILLAGE)
    page.paragraph((LEFT + 4, _SENTENCE[1] + 1.8), text, size, room=WIDE - 8, most=4, leading=1.5)
    return _SENTENCE[1] + high + 2.0


def _legend(page: Page, local: Local, shown: Sequence[LayerFigures], y: float) -> float:
    x = LEFT
    for text, mark in _keys(page, local, shown):
        wide = 9 + text_mm(text, 8) + 4
        if x + wide > LEFT + WIDE + 4:
            x, y = LEFT, y + 4.8
        _key(page, (x, y), text, mark)
        x += wide
    return y + 6.4


def _keys(page: Page, local: Local, shown: Sequence[LayerFigures]) -> list[tuple[str, dict[str, Any]]]:
    """Return what stands on the map, each with how it looks; the blocks without."""
    say = page.say
    dot = {"marker": "o", "markersize": 8, "linestyle": "none", "color": VILLAGE}
    ring = {"markersize": 6, "color": "white", "markeredgecolor": INK, "markeredgewidth": 1.4}
    sign = {"marker": "s", "markersize": 8}
    return [
        (say["key_blocks"], {}),
        (say["key_member"], dot),
        *([(say["neighbours"], dot | ring)] if local.neighbours else []),
        (say["key_loop"], {"line": True, "color": VILLAGE, "linewidth": 2.1, "linestyle": (0, (3, 1.2))}),
        (say["legend_dong"], {"line": True, "color": MUTED, "linewidth": 0.9, "linestyle": (0, (4, 2))}),
        (say["legend_ward"], {"line": True, "color": INK, "linewidth": 1.6}),
        *((page.run.named(one), {**sign, "color": one.colour, "symbol": one.symbol}) for one in shown),
    ]


def _key(page: Page, at: tuple[float, float], text: str, mark: dict[str, Any]) -> None:
    if not mark:
        page.swatch(at, text, room=60, facecolor="#f1dccf", edgecolor=VILLAGE, linewidth=1.2)
        return
    symbol = mark.pop("symbol", "")
    page.key_row(at, text, room=80, **mark)
    if symbol:
        page.text((at[0] + 3.5, at[1] + 1.8), symbol, 5.5, **ON_DISC)


def _facts(page: Page, local: Local, y: float) -> None:
    say, row = page.say, local.row
    y = page.head((LEFT, y), say["facts"], wide=_FACTS_WIDE)
    for name, value in _figures(page, row):
        room = _FACTS_WIDE - text_mm(value, 8.5, weight="bold") - 2
        page.text((LEFT, y), name, 8.5, color=MUTED, room=room)
        page.text((LEFT + _FACTS_WIDE, y), value, 8.5, weight="bold", right=True, room=36)
        y += _LINE
    if pd.isna(row.residents_15min):
        page.paragraph((LEFT, y + 0.8), page.run.uncounted, 8.5, color=MUTED, room=_FACTS_WIDE)
        return
    people = [float(getattr(row, f"residents_{minutes}min")) for minutes in _MINUTES]
    most = max(*people, 1)
    rows = [
        (say["residents_in"].format(n=minutes), count / most, say["people"].format(n=whole(count)))
        for minutes, count in zip(_MINUTES, people, strict=True)
    ]
    page.bars((LEFT, y + 0.8), _FACTS_WIDE, rows)


def _figures(page: Page, row: Any) -> list[tuple[str, str]]:  # noqa: ANN401  a named tuple
    say = page.say
    unknown = say["no_data"]
    loop = "metres_minutes" if row.loop_exact else "at_most_value"
    old = row.residents_65_over_15min
    told = say["share_65"].format(
        n=whole(old), share=percent(old / row.residents_15min) if row.residents_15min else "–"
    )
    figures = [
        (say["places"], say["count_of"].format(n=f"{row.places:,}")),
        (say["services"], say["kinds"].format(n=row.services)),
        (say["longest_walk"], _walk(page, row.longest_walk_m)),
        (say["mean_walk"], _walk(page, row.mean_walk_m)),
        (say["loop"], _walk(page, row.loop_m, loop)),
        (say["support"], say["count_of"].format(n=f"{row.support_sites:,}")),
        (say["residents_65"], unknown if pd.isna(old) else told),
        (say["stability"], _stability(page, row)),
    ]
    ranks, closed = _both(row, "rank_low", "rank_high"), _both(row, "closures_survived", "closures")
    one = ranks is not None and ranks[0] == ranks[1]
    span = say["rank_one" if one else "rank_value"].format(low=ranks[0], high=ranks[1]) if ranks else unknown
    closures = say["closures_value"].format(*closed) if closed else unknown
    return [*figures, (say["rank_span"], span), (say["closures"], closures)]


def _both(row: Any, first: str, second: str) -> tuple[str, str] | None:  # noqa: ANN401  a named tuple
    """Return two whole numbers of a candidate as written; nothing where one is unknown."""
    low, high = getattr(row, first), getattr(row, second)
    return None if pd.isna(low) or pd.isna(high) else (f"{int(low):,}", f"{int(high):,}")


def _walk(page: Page, metres: float, key: str = "metres_minutes") -> str:
    minutes = metres / (page.run.summary.speed_kmh * _KILOMETRE_MIN)
    return page.say[key].format(m=f"{metres:,.0f}", min=f"{minutes:.1f}")


def _stability(page: Page, row: Any) -> str:  # noqa: ANN401  a named tuple
    say = page.say
    if pd.isna(row.stability):
        return say["not_examined"]
    word = say["is_stable" if row.stable == "stable" else "is_unstable"]
    return say["stability_value"].format(n=percent(row.stability), word=word)


def _members(page: Page, local: Local, y: float, floor: float) -> None:
    say = page.say
    x, wide = _PLACES_X, LEFT + WIDE - _PLACES_X
    y = page.head((x, y), say["members"], wide=wide)
    members, beside = local.members, [_named(page, row.name) for row in local.neighbours]
    own = _own(page.run.table("village_services"), local.row)
    room = floor - y - (4.5 if beside else 0.0)
    told = [wrapped(_services(page, row, own), wide - 6, 7.5, most=2) for row in members]
    if 5.0 * len(members) + _DETAIL * sum(map(len, told)) > room:
        told = [wrapped(" ".join(lines), wide - 6, 7.5, most=1) for lines in told]
    fits = max(int(room // (5.0 + _DETAIL)), 1)
    whole = max(map(len, told)) > 1 or len(members) <= fits
    shown = members if whole else members[: max(fits - 1, 1)]
    for row, lines in zip(shown, told, strict=False):
        page.disc((x + 2.1, y + 1.7), int(row.loop_order), 7, points=10.5)
        page.text((x + 6.0, y), _named(page, row.name), 9, weight="bold", room=wide - 6)
        for at, line in enumerate(lines):
            page.text((x + 6.0, y + 4.0 + at * _DETAIL), line, 7.5, color=MUTED, room=wide - 6)
        y += 5.0 + _DETAIL * len(lines)
    if len(shown) < len(members):
        left = say["members_more"].format(n=len(members) - len(shown))
        page.text((x, y), left, 8, color=MUTED, room=wide)
        y += 4.5
    if beside:
        names = ", ".join(beside[:4]) + (say["and_more"].format(n=len(beside) - 4) if len(beside) > 4 else "")  # noqa: PLR2004  names of a line
        page.text((x, y), say["neighbours_are"].format(names=names), 8, color=MUTED, room=wide)


def _services(page: Page, place: Any, own: pd.DataFrame) -> str:  # noqa: ANN401  a named tuple
    """Return the services of a place with their hours, and its address."""
    mine = own[own["place_id"] == place.place_id].sort_values(["layer", "site_id"])
    counts = {str(key): int(count) for key, count in mine["layer"].value_counts().items()}
    parts = [_service(page, row, counts) for row in records(mine.drop_duplicates("layer"))]
    return " · ".join([*parts, *([place.address] if isinstance(place.address, str) else [])])


def _service(page: Page, row: Any, counts: Mapping[str, int]) -> str:  # noqa: ANN401  a named tuple
    """Return a service with its hours; several of one kind in a place are counted."""
    name = page.run.layer_names[row.layer]
    name = f"{name}({counts[row.layer]})" if counts[row.layer] > 1 else name
    return f"{name} {row.hours if isinstance(row.hours, str) and row.hours else page.say['no_hours']}"


def _named(page: Page, name: object) -> str:
    return name if isinstance(name, str) and name else page.say["place_unnamed"]


def _notes(page: Page, local: Local) -> list[tuple[str, ...]]:
    """Return what to check on site and what nobody knows, as lines."""
    say, row = page.say, local.row
    notes = [say["check_none"]]
    if row.doubtful:
        notes = [say["check_doubt"].format(text=getattr(row, f"doubt_{page.run.lang}"))]
    caution = getattr(row, f"caution_{page.run.lang}")
    notes += [say["check_caution"].format(text=caution)] if caution else []
    notes.append(say["check_barriers"].format(text=getattr(local.loop, f"barriers_{page.run.lang}")))
    block = row.next_block_id
    if isinstance(block, str) and block and pd.notna(row.next_residents_added):
        far, added = f"{row.next_longest_walk_m:,.0f}", whole(row.next_residents_added)
        notes.append(say["check_next"].format(block=_block(page, block), m=far, n=added))
    return [wrapped(note, WIDE - 4, 8.5, most=3) for note in notes]


def _block(page: Page, key: str) -> str:
    """Return what a block is called: by its streets where they have names."""
    blocks = page.run.table("blocks")
    own = blocks if blocks.empty else blocks[blocks["block_id"] == key]
    streets = "" if own.empty else str(own[f"frontage_{page.run.lang}"].iloc[0])
    if not streets:
        return page.say["check_block_bare"].format(id=key)
    return page.say["check_block"].format(frontage=streets, id=key)


def _high(notes: list[tuple[str, ...]]) -> float:
    return 8.0 + 4.3 * sum(map(len, notes))


def _write_notes(page: Page, notes: list[tuple[str, ...]], y: float) -> None:
    y = page.head((LEFT, y), page.say["to_check"])
    for lines in notes:
        page.text((LEFT, y), "·", 8.5, weight="bold")
        for line in lines:
            page.text((LEFT + 3, y), line, 8.5)
            y += 4.3
