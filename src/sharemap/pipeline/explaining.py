"""The words for a checked file, on a terminal and on a small page with a map."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap import maps
from sharemap.errors import OutputError

if TYPE_CHECKING:
    from sharemap.pipeline.checking import Check, Outcome

__all__ = ["explained", "write_map"]

_FIELDS = {
    "code": ("관리번호", "code"),
    "name": ("명칭", "name"),
    "address": ("주소", "address"),
    "lat": ("위도", "latitude"),
    "lon": ("경도", "longitude"),
    "capacity": ("규모", "capacity"),
    "hours": ("운영시간", "hours"),
    "phone": ("전화번호", "phone"),
    "operator": ("운영기관", "operator"),
    "operator_kind": ("운영주체구분", "kind of operator"),
    "fee": ("이용요금", "fee"),
    "kind": ("세부유형", "kind"),
    "ref_date": ("기준일자", "reference date"),
    "status": ("운영상태", "status"),
}
_LONGEST = 60
_MAPS = {".html": "html", ".htm": "html", ".png": "png"}


def explained(check: Check, lang: str = "ko") -> list[str]:
    """Return the explanation of a file as lines of text.

    Control characters of the file are shown as ``·``: text of a file never steers a terminal.
    """
    ko = lang == "ko"
    lines = [
        ("파일" if ko else "file", check.file),
        ("인코딩" if ko else "encoding", check.encoding),
        ("머리글 행" if ko else "header row", _header(check, ko=ko)),
        *(() if check.sheet is None else (("시트" if ko else "sheet", check.sheet),)),
        *(
            ("제외한 시트" if ko else "sheet left out", f"{sheet} ({rows:,}{'행' if ko else ' rows'})")
            for sheet, rows in check.left_out
        ),
        *_layer_lines(check, ko=ko),
        *_column_lines(check, ko=ko),
        *(() if check.layer is None else _row_lines(check, ko=ko)),
    ]
    return [f"{label}: {_shown(text)}" if label else f"  {_shown(text)}" for label, text in lines]


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _header(check: Check, *, ko: bool) -> str:
    if not check.header_rows:
        return "없음(필드 이름이 파일에 있음)" if ko else "none (the file names its fields)"
    return ", ".join(map(str, check.header_rows))


def _layer_lines(check: Check, *, ko: bool) -> list[tuple[str, str]]:
    lines = []
    label = "공유서비스" if ko else "layer"
    if check.layer is None:
        lines.append((label, "알 수 없음" if ko else "unknown"))
    else:
        name = check.layer.name_ko if ko else check.layer.name_en
        how = ("자동 판별" if ko else "detected") if check.detected else ("지정" if ko else "as named")
        lines.append((label, f"{name} ({check.layer.key}), {how}"))
        lines.append(("자료" if ko else "source", f"{check.source_name} ({check.source})"))
    for one in check.candidates:
        name = one["name_ko"] if ko else one["name_en"]
        evidence = (
            f"{name} ({one['layer']}): 점수 {one['score']:g} = (머리글 {one['headers']:g} + 2 × 낱말 {one['words']:.0%}) × 남는 행 {one['kept']:.0%}"
            if ko
            else f"{name} ({one['layer']}): score {one['score']:g} = (headers {one['headers']:g} + 2 × words {one['words']:.0%}) × rows kept {one['kept']:.0%}"
        )
        lines.append(("", evidence))
    return lines


def _column_lines(check: Check, *, ko: bool) -> list[tuple[str, str]]:
    lines = [("찾은 열" if ko else "columns matched", "" if check.matched else ("없음" if ko else "none"))]
    lines += [
        ("", f"{_FIELDS[name][not ko]} ← {', '.join(columns)}") for name, columns in check.matched.items()
    ]
    unmatched = ", ".join(check.unmatched) or ("없음" if ko else "none")
    return [*lines, ("쓰지 않은 열" if ko else "columns not matched", unmatched)]


def _row_lines(check: Check, *, ko: bool) -> list[tuple[str, str]]:
    read, found, folded, aside = check.rows_read, check.sites, check.folded, check.set_aside
    equation = (
        f"읽은 행 {read:,} = 시설 {found:,} + 묶인 행 {folded:,} + 제외 {aside:,}"
        if ko
        else f"{read:,} rows read = {found:,} sites + {folded:,} folded + {aside:,} set aside"
    )
    lines = [
        ("좌표계" if ko else "coordinates", check.crs),
        ("행" if ko else "rows", equation),
        ("장소" if ko else "places", f"{check.places:,}"),
    ]
    for label, outcomes in (
        ("제외" if ko else "set aside", check.problems),
        ("확인할 좌표" if ko else "coordinates to look at", check.fixes),
    ):
        for one in outcomes:
            lines += [(label, f"{one.ko if ko else one.en}: {one.rows:,}{'행' if ko else ''}")]
            lines += _examples(one, check, ko=ko)
    return lines


def _examples(one: Outcome, check: Check, *, ko: bool) -> list[tuple[str, str]]:
    lines = []
    for example in one.examples:
        where = "" if example.file == check.file else f"{example.file} "
        row = f"{example.row}행" if ko else f"row {example.row}"
        value = f": {example.value[:_LONGEST]}" if example.value else ""
        lines.append(("", f"{where}{row} {example.name[:_LONGEST]}{value}"))
    return lines


def write_map(check: Check, path: Path, *, lang: str = "ko") -> None:
    """Write a small map of the sites that the file holds, as a page of its own (``.html``) or a picture (``.png``).

    Raises
    ------
    OutputError
        If there is no site to draw, the name ends with neither, or the file cannot be written.
    """
    kind = _MAPS.get(path.suffix.lower())
    if kind is None:
        msg = "a map is a page or a picture"
        raise OutputError(msg, file=path, remedy="end its name with .html or .png")
    if check.points is None or check.points.empty:
        msg = "no row has a position, so there is nothing to draw"
        raise OutputError(msg, file=path, remedy="leave --map out")
    title = (
        f"{check.file} · {check.layer.name_ko if lang == 'ko' else check.layer.name_en}"
        if check.layer
        else ""
    )
    if kind == "png":
        content = maps.points_picture(check.points, title=title, lang=lang)
    else:
        lines = explained(check, lang)
        content = maps.points_page(check.points, title=title, lines=lines, lang=lang).encode("utf-8")
    _put(path, content)


def _put(path: Path, content: bytes) -> None:
    """Write beside the file first, so that nobody ever sees half of it."""
    try:
        handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        msg = f"the map cannot be written ({error.strerror})"
        raise OutputError(msg, file=path, remedy="choose another name with --map") from error
