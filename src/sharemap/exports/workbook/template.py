"""The workbook in which a ward enters what no portal publishes: a sheet to fill in, and a guide."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharemap.catalog import GUIDE_SHEET
from sharemap.exports.files.writing import unwritable
from sharemap.exports.workbook.sheet import Book, Edges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sharemap.catalog import Template, TemplateColumn

__all__ = ["template_workbook", "write_template"]

_ENTRY_SHEET = "작성표"
_CREATED = "2026-01-01"  # a fixed date: the same template is the same file
_HEADER = 3  # rows above it: title, hint, what is needed
_BORDERED, _CHECKED, _PRINTED = 60, 5_000, 45
_NEEDS: Mapping[str, str] = {"required": "필수", "coordinates": "권장", "optional": "선택"}
_HEADS: Mapping[str, tuple[str, ...]] = {"required": ("must",), "coordinates": ("wanted",), "optional": ()}
_KINDS: Mapping[str, str] = {"lat": "degree", "lon": "degree", "number": "int", "choice": "text"}
_RANGES: Mapping[str, tuple[float, float, str]] = {
    "lat": (37.40, 37.72, "서울의 위도는 37.40에서 37.72 사이입니다. 경도와 바뀌지 않았는지 보세요."),
    "lon": (126.70, 127.25, "서울의 경도는 126.70에서 127.25 사이입니다. 위도와 바뀌지 않았는지 보세요."),
}
_HOURS = [f"{hour:02d}:00" for hour in range(25)]
_GUIDE_WIDTHS = (20, 7, 50, 24, 24, 22)
_ERROR_TITLE = "입력값 확인"
_MAX_MESSAGE = 250  # Excel shows 255

_RULES = (
    "한 행에 시설 하나를 적습니다. 행 사이를 비워도 되고, 행 수에 제한은 없습니다.",
    "머리글(짙은 색·노란색·옅은 색 칸)은 바꾸거나 지우지 않습니다. 쓰지 않는 선택 열은 비워 두거나 열째 지워도 됩니다.",
    "명칭과 도로명주소는 꼭 적고, 위도와 경도는 아는 대로 적습니다. 셀을 합치지 않습니다.",
    "합계 행, 제목 행, 메모는 넣지 않습니다. 메모는 비고 열에 적습니다.",
    "개인의 이름, 집 주소, 휴대전화 번호는 적지 않습니다. 이 표는 지도로 공개될 수 있습니다.",
)
_OUTCOMES = (
    ("위도와 경도가 있는 행", "그 자리의 시설이 됩니다."),
    (
        "위도와 경도가 서로 바뀐 행",
        "바로잡아 읽고, 바로잡았다는 표시(좌표보정)를 결과에 남깁니다.",
    ),
    (
        "위도와 경도가 없거나 0인 행",
        "주소로 위치를 찾는 설정(지오코딩)이 있으면 주소로 찾습니다. 못 찾은 행은 제외 목록(set_aside.csv)에 '좌표 없음'으로 남습니다.",
    ),
    ("서울을 벗어난 좌표", "제외 목록에 '좌표를 해석할 수 없음' 또는 '분석 구역과 그 주변 밖'으로 남습니다."),
    (
        "이름과 주소가 같은 행",
        "한 시설로 묶입니다. 규모는 가장 큰 값을, 요금과 유형은 적힌 것을 모두 씁니다.",
    ),
    ("운영하지 않는다고 적힌 행", "제외 목록에 '미운영·개소 예정·폐관'으로 남습니다."),
    ("모든 행", "읽은 행 = 시설 + 묶인 행 + 제외한 행. 사라지는 행은 없습니다."),
)
_SIGNED = (
    "작성 기관·부서",
    "담당자(직위)",
    "문의처(대표번호·전자우편)",
    "작성일",
    "이용조건(공공누리 유형 등)",
)


def template_workbook(form: Template) -> bytes:
    """Return the workbook of a layer, the same bytes for the same layer.

    The first sheet is the table to fill in: headers, formats, drop-downs and checks, no data. The second one
    explains each column with examples, which no reader takes for data.

    Parameters
    ----------
    form
        From :func:`sharemap.catalog.template`.
    """
    with Book(edges=Edges(title=form.title_ko, page="쪽"), created=_CREATED) as book:
        _entry(book, form)
        _guide(book, form)
    return book.bytes()


def write_template(form: Template, path: Path | str) -> None:
    """Write the workbook of a layer, all or nothing; an existing file is replaced.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    content = template_workbook(form)
    with unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            partial.chmod(0o666 & ~_umask())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# ------------------------------------------------------------------------------------------- the table


def _entry(book: Book, form: Template) -> None:
    sheet = book.sheet(_ENTRY_SHEET)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, form.title_ko, book.style("text", "big"))
    sheet.set_row(1, 20)
    hint = "짙은 색 열은 꼭, 노란색 열은 아는 대로 적습니다. 한 행에 시설 하나. 설명과 예시는 '작성안내' 시트에 있습니다."
    sheet.write_string(1, 0, hint, book.style("text", "muted"))
    sheet.set_row(_HEADER - 1, 18)
    sheet.set_row(_HEADER, 34)
    for row in range(_HEADER + 1, _HEADER + 1 + _BORDERED):
        sheet.set_row(row, 18)
    for position, column in enumerate(form.columns):
        _heads(book, sheet, column, position)
        kind = _kind(column)
        sheet.set_column(position, position, column.width, book.style(kind))
        for row in range(_HEADER + 1, _HEADER + 1 + _BORDERED):
            sheet.write_blank(row, position, None, book.style(kind, "border"))
        for check in _checks(column):
            sheet.data_validation(_HEADER + 1, position, _HEADER + _CHECKED, position, check)
    names = [column.key for column in form.columns]
    sheet.freeze_panes(_HEADER + 1, names.index("name") + 1)
    sheet.repeat_rows(_HEADER - 1, _HEADER)
    sheet.set_paper(8)  # A3: on A4 nobody could read twenty columns
    sheet.print_area(0, 0, _HEADER + _PRINTED, len(form.columns) - 1)


def _heads(book: Book, sheet: Any, column: TemplateColumn, position: int) -> None:  # noqa: ANN401  xlsxwriter
    need = _NEEDS[column.need] + (f" · 단위 {column.unit}" if column.unit else "")
    look = _HEADS[column.need]
    sheet.write_string(_HEADER - 1, position, need, book.style("text", "muted", "small", "centred"))
    sheet.write_string(_HEADER, position, column.header, book.style("text", "header", "wrap", *look))


def _kind(column: TemplateColumn) -> str:
    if column.look in ("code", "time"):
        return "code"  # as text: 02-... and 09:00 stay what was typed
    return _KINDS.get(column.look, "text")


def _checks(column: TemplateColumn) -> Iterator[dict[str, Any]]:
    """Yield what Excel checks in the cells of a column."""
    said = {
        "input_title": column.header[:32],
        "input_message": column.note_ko[:_MAX_MESSAGE],
        "error_title": _ERROR_TITLE,
    }
    if column.look in _RANGES:
        low, high, message = _RANGES[column.look]
        between = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
        yield {**said, **between, "error_message": message}
    elif column.look == "number":
        least = {"validate": "decimal", "criteria": ">=", "value": 0}
        yield {**said, **least, "error_message": "0 이상의 숫자만 적습니다. 단위는 적지 않습니다."}
    elif column.look == "time":
        message = "목록에 없는 시각은 09:30처럼 HH:MM으로 적습니다."
        yield {**said, **_list(_HOURS), "error_type": "information", "error_message": message}
    elif column.look == "choice":
        message = "목록에서 고릅니다."
        free = {"error_type": "information"} if column.key == "kind" else {}
        yield {**said, **_list(column.choices), **free, "error_message": message}
    else:
        yield {**{key: text for key, text in said.items() if key != "error_title"}, "validate": "any"}


def _list(choices: Sequence[str]) -> dict[str, Any]:
    return {"validate": "list", "source": list(choices)}


# ------------------------------------------------------------------------------------------- the guide


def _guide(book: Book, form: Template) -> None:
    sheet = book.sheet(GUIDE_SHEET)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    for position, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"{form.title_ko} 안내", book.style("text", "big"))
    row = _lines(book, sheet, 1, (form.note_ko, *_RULES) if form.note_ko else _RULES)
    row = _table(book, sheet, row, "열마다 적는 것", _column_rows(form))
    row = _table(
        book, sheet, row, "프로그램이 읽을 때", (("행", "", "처리"), *((a, "", b) for a, b in _OUTCOMES))
    )
    _signature(book, sheet, row)


def _lines(book: Book, sheet: Any, row: int, lines: Sequence[str]) -> int:  # noqa: ANN401
    for number, line in enumerate(lines, start=1):
        sheet.set_row(row, 20)
        sheet.write_string(row, 0, f"{number}. {line}", book.style("text"))
        row += 1
    return row + 1


def _column_rows(form: Template) -> list[tuple[str, ...]]:
    """One row a column: examples stand below each other, so that no reader could take them for records."""
    rows: list[tuple[str, ...]] = [("항목", "구분", "적는 방법", "고를 수 있는 값", "예시 1", "예시 2")]
    for column in form.columns:
        note = column.note_ko + (f" (단위: {column.unit})" if column.unit else "")
        examples = [str(text) or "(비움)" for text in column.examples]
        need = _NEEDS[column.need]
        rows.append((column.header, need, note, " / ".join(column.choices), *examples))
    return rows


def _table(book: Book, sheet: Any, row: int, title: str, rows: Sequence[tuple[str, ...]]) -> int:  # noqa: ANN401
    sheet.set_row(row, 24)
    sheet.write_string(row, 0, title, book.style("text", "bold"))
    for offset, cells in enumerate(rows, start=1):
        sheet.set_row(row + offset, 22 + 14 * (_lines_of(cells) - 1))
        look = ("header",) if offset == 1 else ("border", "wrap")
        for position, text in enumerate(cells):
            shown = (*look, *_HEADS["required"]) if text == _NEEDS["required"] and position == 1 else look
            shown = (*shown, "centred") if position == 1 else shown
            sheet.write_string(row + offset, position, text, book.style("code", *shown))
        if not any(cells[1:2]):
            sheet.merge_range(row + offset, 0, row + offset, 1, cells[0], book.style("code", *look))
            sheet.merge_range(row + offset, 2, row + offset, 5, cells[2], book.style("code", *look))
    return row + len(rows) + 2


def _lines_of(cells: Sequence[str]) -> int:
    """How many lines the longest cell takes; a Hangul syllable is nearly two characters wide."""
    widths = _GUIDE_WIDTHS if any(cells[1:2]) else (25, 1, sum(_GUIDE_WIDTHS[2:]))
    return max(math.ceil(1.8 * len(text) / width) for text, width in zip(cells, widths, strict=False)) or 1


def _signature(book: Book, sheet: Any, row: int) -> None:  # noqa: ANN401
    """Who made the list and under which terms: asked here, so that the table holds sites only."""
    sheet.set_row(row, 24)
    sheet.write_string(row, 0, "작성 정보 (이 시트에만 적습니다)", book.style("text", "bold"))
    for offset, label in enumerate(_SIGNED, start=1):
        sheet.set_row(row + offset, 22)
        sheet.merge_range(row + offset, 0, row + offset, 1, label, book.style("code", "header"))
        sheet.merge_range(row + offset, 2, row + offset, 5, "", book.style("code", "border"))
    note = (
        "이 표로 만든 지도와 통계에는 '출처: 사용자 제공 목록'과 함께 위 기관과 이용조건을 적어 주세요. "
        "(연구 파일의 ref_date, licence)"
    )
    sheet.write_string(row + len(_SIGNED) + 1, 0, note, book.style("text", "muted"))
