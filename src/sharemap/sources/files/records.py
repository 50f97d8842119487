"""The shapes in which Korean portals wrap JSON records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharemap.errors import SiteFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["json_records", "looks_like_an_answer"]

_OK = frozenset({"INFO-000", "00", "0", "200", "NORMAL_CODE"})
_ROWS = ("row", "DATA", "items", "item", "data", "list", "records", "rsrcList", "rows")
_MARKUP = re.compile(r"<[A-Za-z?!]")
_CUT_JSON = re.compile(r'\{\s*"|\[\s*\{')
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_DEEPEST = 20
_WRAPS = ("response", "body", "result")


def json_records(text: str, *, file: Path) -> list[dict[str, Any]] | None:
    """Return the records of a portal's JSON answer, or None when it is GeoJSON.

    Understands the envelope of data.seoul.go.kr (``row`` may be one object), its ``{DESCRIPTION, DATA}``
    files, ``response.body.items`` of data.go.kr in its three shapes, the lists of eshare.go.kr, and a plain
    list of records.

    Raises
    ------
    SiteFileError
        If the text is XML or no JSON, carries a portal's error code (they come with HTTP 200), holds no
        records, or holds a record that is no object; names its number.

    Examples
    --------
    >>> from pathlib import Path
    >>> json_records('{"svc": {"RESULT": {"CODE": "INFO-000"}, "row": {"LA": 37.5}}}', file=Path("a.json"))
    [{'LA': 37.5}]
    """
    if text.lstrip().startswith("<"):
        msg = "the portal answered with XML, which usually is an error message"
        raise SiteFileError(
            msg, file=file, value=" ".join(text.split())[:100], remedy="ask for JSON with a valid key"
        )
    try:
        answer = json.loads(text)
        if _HALF.search(text):
            answer = _without_halves(answer)
    except json.JSONDecodeError as error:
        msg = f"the file is no JSON ({error.msg})"
        raise SiteFileError(msg, file=file, row=error.lineno, remedy="download it again") from error
    except (RecursionError, ValueError) as error:  # no portal nests a thousand deep or writes such numbers
        deep = isinstance(error, RecursionError)
        msg = f"the file is no list of records ({'nested too deep' if deep else 'a number without end'})"
        raise SiteFileError(msg, file=file, remedy="download it again") from error
    if isinstance(answer, dict) and answer.get("type") in {"FeatureCollection", "Feature"}:
        return None
    _refuse_error_codes(answer, file)
    records = _find(answer, depth=0)
    if not records:
        msg = "the file holds no records"
        seen = list(answer)[:10] if isinstance(answer, dict) else type(answer).__name__
        raise SiteFileError(msg, file=file, value=seen, remedy="download it again")
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            msg = "a record that is no object with named fields"
            raise SiteFileError(msg, file=file, row=number, value=record, remedy="correct or delete it")
    return records


def looks_like_an_answer(text: str) -> bool:
    """Whether some text is JSON or XML, not a table below a title such as ``[붙임1] 현황`` or ``<현황>``.

    Examples
    --------
    >>> looks_like_an_answer("<RESULT><CODE>INFO-100</CODE></RESULT>")
    True
    >>> looks_like_an_answer("[붙임1] 도서관 현황,,")
    False
    """
    text = text.removeprefix("\ufeff").lstrip()
    if text.startswith("<"):
        return _MARKUP.match(text) is not None and ("</" in text or "/>" in text)
    if _CUT_JSON.match(text):
        return True
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    except (RecursionError, ValueError):  # JSON, but none that can be used
        return True
    return True


def _without_halves(node: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return an answer in which half a pair of surrogates, which no file can hold, is the replacement character."""
    if isinstance(node, str):
        return node.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(node, list):
        return [_without_halves(child) for child in node]
    if isinstance(node, dict):
        return {_without_halves(key): _without_halves(child) for key, child in node.items()}
    return node


def _refuse_error_codes(answer: object, file: Path) -> None:
    for code, message in _codes(answer, depth=0):
        if code not in _OK:
            msg = f"the portal answered with an error ({message})"
            raise SiteFileError(
                msg, file=file, value=code, remedy="check the key and the request, then save the answer again"
            )


def _codes(node: object, *, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(node, Mapping) or depth > len(_WRAPS):
        return
    for code, message in (("CODE", "MESSAGE"), ("resultCode", "resultMsg")):
        if isinstance(node.get(code), str | int):
            yield str(node[code]), str(node.get(message, ""))
    for key, child in node.items():
        if key not in _ROWS:
            yield from _codes(child, depth=depth + 1)


def _find(node: object, *, depth: int) -> list[Any]:
    """Return the first list under a node that holds a record, with whatever else it holds."""
    if depth > _DEEPEST:
        return []
    if isinstance(node, Sequence) and not isinstance(node, str):
        return list(node) if any(isinstance(record, dict) for record in node) else []
    if not isinstance(node, Mapping):
        return []
    for key in _ROWS:
        if key in node:
            child = node[key]
            nested = isinstance(child, Mapping) and any(name in child for name in _ROWS)
            return (
                [dict(child)] if isinstance(child, Mapping) and not nested else _find(child, depth=depth + 1)
            )
    for child in node.values():
        if found := _find(child, depth=depth + 1) if isinstance(child, Mapping | list) else []:
            return found
    return []
