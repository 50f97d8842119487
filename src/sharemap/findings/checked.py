"""What is said of a checked file: lines of text, and the same as JSON."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sharemap.catalog import load
from sharemap.evidence.positions import STATUSES
from sharemap.findings.positions import status_name
from sharemap.sources.coordinates import SEOUL_EXTENT
from sharemap.sources.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from sharemap.sites.checking import Check, Outcome

    Say = Callable[..., str]
    Lines = list[tuple[str, str]]

__all__ = ["check_json", "explained"]

#: Korean and English of each term; an outcome that is not here is a reason of the set-aside table.
_TERMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "file": ("파일", "file"),
        "encoding": ("인코딩", "encoding"),
        "header_row": ("머리글 행", "header row"),
        "no_header": ("없음(필드 이름이 파일에 있음)", "none (the file names its fields)"),
        "sheet": ("시트·레이어", "sheet or layer"),
        "left_out": ("제외한 시트·레이어", "sheet or layer left out"),
        "sheet_rows": ("{sheet} ({n:,}행)", "{sheet} ({n:,} rows)"),
        "layer": ("공유서비스", "layer"),
        "unknown": ("알 수 없음", "unknown"),
        "detected": ("자동 판별", "detected"),
        "as_named": ("지정", "as named"),
        "source": ("자료", "source"),
        "evidence": (
            "{name} ({layer}): 점수 {score:g} = (머리글 {headers:g} + 2 × 낱말 {words:.0%}) × 남는 행 {kept:.0%}",
            "{name} ({layer}): score {score:g} = (headers {headers:g} + 2 × words {words:.0%}) × rows kept {kept:.0%}",
        ),
        "columns": ("찾은 열", "columns matched"),
        "unmatched": ("쓰지 않은 열", "columns not matched"),
        "none": ("없음", "none"),
        "crs": ("좌표계", "coordinates"),
        "by_columns": ("열 이름으로", "by the names of the columns"),
        "by_numbers": ("숫자로", "by the numbers"),
        "by_study": ("지정", "as named"),
        "merged": ("병합된 칸에서 채운 행", "rows filled from merged cells"),
        "longer": ("머리글보다 칸이 많은 행", "rows with more cells than the header"),
        "lines": ("{n:,}행({rows})", "{n:,} (line {rows})"),
        "mix": ("여러 서비스가 섞인 열", "column that names several services"),
        "kind": ("{value}: {n:,}행 → {name}", "{value}: {n:,} rows → {name}"),
        "other_kind": ("그 밖", "another thing"),
        "choose": (
            '모든 행을 이 서비스로 읽음. 고르려면 [[sites]]에 only = {{"{column}" = ["{value}"]}}',
            'all rows are read as this layer; to choose: only = {{"{column}" = ["{value}"]}} in [[sites]]',
        ),
        "rows": ("행", "rows"),
        "equation": (
            "읽은 행 {read:,} = 시설 {found:,} + 묶인 행 {folded:,} + 제외 {aside:,}",
            "{read:,} rows read = {found:,} sites + {folded:,} folded + {aside:,} set aside",
        ),
        "where": (
            "서울 경계가 아니라 서울을 둘러싼 사각형(동경 {west:g}~{east:g}, 북위 {south:g}~{north:g}) 안을 셈: 이웃 도시도 들어 있음",
            "counted in a rectangle around Seoul ({west:g} to {east:g} E, {south:g} to {north:g} N), not in Seoul: parts of its neighbours are in it",
        ),
        "where_in": ("{wards} 안을 셈", "counted in {wards}"),
        "places": ("장소", "places"),
        "set_aside": ("제외", "set aside"),
        "fixed": ("확인할 좌표", "coordinates to look at"),
        "outcome": ("{what}: {n:,}행", "{what}: {n:,}"),
        "positions": ("위치", "positions"),
        "positions_are": (
            "이 파일의 주소끼리만 견줌: 경계, 도로, 다른 자료와는 연구를 돌릴 때 견줌",
            "by the addresses of this file alone: a study asks boundaries, streets and other files too",
        ),
        "row": ("{row}행", "row {row}"),
        "swapped": ("위도와 경도가 바뀌어 바로잡음", "latitude and longitude exchanged, put right"),
        "coarse": (
            "소수점 아래 세 자리 이하(건물을 가리키지 못함)",
            "three decimals of a degree or fewer, not true to a building",
        ),
        "crowded": ("서로 다른 주소가 한 점에 있음", "different addresses at one point"),
        "outside_area": (
            "서울과 그 언저리 밖(서울의 어느 연구에서나 제외됨)",
            "outside Seoul (every study of Seoul sets it aside)",
        ),
        "outside_wards": ("{wards} 밖", "outside {wards}"),
        "field_code": ("관리번호", "code"),
        "field_name": ("명칭", "name"),
        "field_address": ("주소", "address"),
        "field_lat": ("위도", "latitude"),
        "field_lon": ("경도", "longitude"),
        "field_capacity": ("규모", "capacity"),
        "field_hours": ("운영시간", "hours"),
        "field_phone": ("전화번호", "phone"),
        "field_operator": ("운영기관", "operator"),
        "field_operator_kind": ("운영주체구분", "kind of operator"),
        "field_fee": ("이용요금", "fee"),
        "field_kind": ("세부유형", "kind"),
        "field_ref_date": ("기준일자", "reference date"),
        "field_status": ("운영상태", "status"),
    }
)
_LONGEST = 60
_ROWS = 8
_KINDS = 12


def explained(check: Check, lang: str = "ko", *, states: pd.Series | None = None) -> list[str]:
    """Return the explanation of a file as lines of text, with the states of its positions where they were asked.

    Control characters of the file are shown as ``·``: text of a file never steers a terminal.
    """
    say = partial(_term, lang)
    header = ", ".join(map(str, check.header_rows)) or say("no_header")
    lines = [(say("file"), check.file), (say("encoding"), check.encoding), (say("header_row"), header)]
    if check.sheet is not None:
        lines.append((say("sheet"), check.sheet))
    lines += [(say("left_out"), say("sheet_rows", sheet=sheet, n=rows)) for sheet, rows in check.left_out]
    lines += _layer_lines(check, say, lang) + _column_lines(check, say)
    lines += [] if check.layer is None else _row_lines(check, say, lang)
    lines += [] if states is None else _position_lines(states, say, lang)
    return [f"{label}: {_shown(text)}" if label else f"  {_shown(text)}" for label, text in lines]


def _term(lang: str, key: str, **facts: object) -> str:
    return _both(key)[lang != "ko"].format(**facts)


def _both(key: str) -> tuple[str, str]:
    return _TERMS[key] if key in _TERMS else (REASONS[key].ko, REASONS[key].en)


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _layer_lines(check: Check, say: Say, lang: str) -> Lines:
    lines = [(say("layer"), say("unknown"))]
    if check.layer is not None:
        name = check.layer.name_ko if lang == "ko" else check.layer.name_en
        how = say("detected" if check.detected else "as_named")
        lines = [
            (say("layer"), f"{name} ({check.layer.key}), {how}"),
            (say("source"), f"{check.source_name} ({check.source})"),
        ]
    return lines + [("", say("evidence", name=one[f"name_{lang}"], **one)) for one in check.candidates]


def _column_lines(check: Check, say: Say) -> Lines:
    return [
        (say("columns"), "" if check.matched else say("none")),
        *(("", f"{say(f'field_{name}')} ← {', '.join(columns)}") for name, columns in check.matched.items()),
        (say("unmatched"), ", ".join(check.unmatched) or say("none")),
    ]


def _row_lines(check: Check, say: Say, lang: str) -> Lines:
    counts = {"read": check.rows_read, "found": check.sites, "folded": check.folded, "aside": check.set_aside}
    lines = [
        (say("crs"), check.crs + _told_by(check, say)),
        *_odd_rows(check, say),
        *_mix_lines(check, say, lang),
        (say("rows"), say("equation", **counts)),
        ("", _counted(check, say, "where")),
        (say("places"), f"{check.places:,}"),
    ]
    for label, outcomes in (("set_aside", check.problems), ("fixed", check.fixes)):
        for one in outcomes:
            lines.append((say(label), say("outcome", what=_counted(check, say, one.key), n=one.rows)))
            lines += _examples(one, check, say)
    return lines


_WHERE = {"where": "where_in", "outside_area": "outside_wards"}


def _counted(check: Check, say: Say, key: str) -> str:
    """Return a term; of the area where the file was counted in one, else of the rectangle around Seoul."""
    if check.counted_in and key in _WHERE:
        return say(_WHERE[key], wards=", ".join(check.counted_in))
    west, south, east, north = SEOUL_EXTENT
    return say(key, west=west, south=south, east=east, north=north)


def _told_by(check: Check, say: Say) -> str:
    return "" if check.crs_by == "source" else f" ({say(f'by_{check.crs_by}')})"


def _odd_rows(check: Check, say: Say) -> Lines:
    told = []
    for key, rows in (("merged", check.merged), ("longer", check.longer)):
        if rows:
            listed = ", ".join(map(str, rows[:_ROWS])) + (" ..." if len(rows) > _ROWS else "")
            told.append((say(key), say("lines", n=len(rows), rows=listed)))
    return told


def _mix_lines(check: Check, say: Say, lang: str) -> Lines:
    """Say what a column that names several services names, and how rows are chosen by it."""
    if check.mix is None or check.layer is None:
        return []
    layers = {one.key: one.name_ko if lang == "ko" else one.name_en for one in (*load(), check.layer)}
    kinds = [
        ("", say("kind", value=one.value, n=one.rows, name=layers.get(one.layer, say("other_kind"))))
        for one in check.mix.named[:_KINDS]
    ]
    own = next((one.value for one in check.mix.named if one.layer == check.layer.key), "")
    choose = say("choose", column=check.mix.column, value=own or check.mix.named[0].value)
    return [(say("mix"), check.mix.column), *kinds, ("", choose)]


def _position_lines(states: pd.Series, say: Say, lang: str) -> Lines:
    counts = states.value_counts()
    told = [f"{status_name(name, lang)} {int(counts.get(name, 0)):,}" for name in STATUSES]
    return [(say("positions"), " · ".join(told)), ("", say("positions_are"))]


def _examples(one: Outcome, check: Check, say: Say) -> Lines:
    lines = []
    for example in one.examples:
        where = "" if example.file == check.file else f"{example.file} "
        value = f": {example.value[:_LONGEST]}" if example.value else ""
        lines.append(("", f"{where}{say('row', row=example.row)} {example.name[:_LONGEST]}{value}"))
    return lines


def check_json(check: Check, states: pd.Series | None = None) -> dict[str, Any]:
    """Return everything but the points, as JSON holds it, with the states of the positions where they were asked."""
    counts = None if states is None else states.value_counts()
    plain = {
        name: getattr(check, name)
        for name in (
            *("file", "encoding", "sheet", "header_rows", "source", "source_name", "detected"),
            *("candidates", "matched", "unmatched", "crs", "crs_by", "merged", "longer"),
            *("rows_read", "sites", "folded", "set_aside", "places"),
        )
    }
    layer = check.layer
    return {
        **plain,
        "left_out_sheets": [{"sheet": sheet, "rows": rows} for sheet, rows in check.left_out],
        "layer": layer and {"key": layer.key, "name_ko": layer.name_ko, "name_en": layer.name_en},
        "mix": None if check.mix is None else asdict(check.mix),
        "problems": [_outcome_json(one) for one in check.problems],
        "fixes": [_outcome_json(one) for one in check.fixes],
        "counted_in": list(check.counted_in or SEOUL_EXTENT),
        "positions": counts if counts is None else {name: int(counts.get(name, 0)) for name in STATUSES},
        "error": None if check.fault is None else str(check.fault),
    }


def _outcome_json(one: Outcome) -> dict[str, Any]:
    ko, en = _both(one.key)
    examples = [asdict(example) for example in one.examples]
    return {"reason": one.key, "ko": ko, "en": en, "rows": one.rows, "examples": examples}
