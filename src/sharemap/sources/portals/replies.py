"""Bytes of an answer -> its records, or the fault that the portal reports.

Portals report faults with HTTP 200, in several shapes: inside the envelope of the answer, at the top level of the
JSON, and as XML although JSON was asked for. A page of HTML, an empty answer and JSON that breaks off are faults of
the way, not of the request, and worth another attempt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sharemap.sources.asking import Fault, Kind, Reply, fault_of_status

__all__ = ["Asked", "PortalPage", "read_answer", "read_reply"]

_OK = 200
_FINE = frozenset({"INFO-000", "00", "0", "000", "200", "NORMAL_CODE", "NORMAL SERVICE.", "SUCCESS", "OK"})
#: Codes of data.seoul.go.kr, of data.go.kr and of eshare.go.kr. 337 is the daily limit of the sister portals that run
#: the same software; INFO-300 stands for the limit as well as for a key without permission; 23 is too many calls a
#: second.
_CODES_OF: Mapping[Kind, tuple[str, ...]] = {
    "no_data": ("INFO-200", "3"),
    "quota": ("INFO-300", "ERROR-337", "22", "429"),
    "key": ("INFO-100", "ERROR-290", "21", "30", "31", "32", "33"),
    "permission": ("ERROR-335", "20", "401", "403"),
    "request": (*(f"ERROR-{code}" for code in (300, 301, 331, 332, 333, 334, 336)), "10", "11", "400"),
    "service": ("ERROR-310", "12", "404"),
    "server": ("ERROR-500", "ERROR-600", "ERROR-601", "1", "2", "4", "5", "23", "99", "500"),
}
_KINDS: Mapping[str, Kind] = {code: kind for kind, codes in _CODES_OF.items() for code in codes}
_NAMED: tuple[tuple[str, Kind], ...] = (
    ("NODATA", "no_data"),
    ("LIMITED_NUMBER_OF_SERVICE_REQUESTS", "quota"),
    ("QUOTA EXCEEDED", "quota"),
    ("SERVICE_KEY_IS_NOT_REGISTERED", "key"),
    ("DEADLINE_HAS_EXPIRED", "key"),
    ("UNREGISTERED_IP", "key"),
    ("ACCESS_DENIED", "permission"),
    ("NO_OPENAPI_SERVICE", "service"),
    ("INVALID_REQUEST_PARAMETER", "request"),
)
_CODES = (("CODE", "MESSAGE"), ("resultCode", "resultMsg"), ("code", "message"), ("code", "msg"))
_TOTALS = frozenset({"list_total_count", "totalcount", "total_count", "totcnt", "totalcnt", "total"})
_ROWS = ("row", "items", "item", "data", "DATA", "list", "records", "rows", "rsrcList", "resultList")
_TAG = r"<{0}[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</{0}>"
_XML_CODES = ("returnReasonCode", "resultCode", "CODE")
_XML_TEXTS = ("returnAuthMsg", "resultMsg", "MESSAGE", "errMsg")
_DEEPEST = 6
_LONGEST = 160


@dataclass(frozen=True, kw_only=True)
class PortalPage:
    """A good answer.

    Attributes
    ----------
    records
        Its records, as they stand there.
    total
        How many records the portal says there are in all, if it says so.
    envelope
        The name that wraps the answer, if there is one.
    content
        The answer itself, for what is no list of records.
    """

    records: list[dict[str, Any]]
    total: int | None = None
    envelope: str = ""
    content: Any = field(default=None, repr=False)

    @cached_property
    def marks(self) -> tuple[int, ...]:
        """One number a record: records that are the same have the same."""
        return tuple(
            hash(json.dumps(record, ensure_ascii=False, sort_keys=True, default=str))
            for record in self.records
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A good answer: its bytes, what is in them, and whether the portal had repeated the key in them."""

    body: bytes = field(repr=False)
    page: PortalPage
    masked: bool = False


def read_reply(reply: Reply) -> Asked | Fault:
    """Return the answer in a reply, or its fault; the portal's own words go before the HTTP status."""
    result = read_answer(reply.body)
    if reply.status != _OK:
        return _fault_beside_status(reply, result)
    return result if isinstance(result, Fault) else Asked(body=reply.body, page=result, masked=reply.masked)


def _fault_beside_status(reply: Reply, result: PortalPage | Fault) -> Fault:
    told = fault_of_status(reply)
    if isinstance(result, Fault) and result.code:
        return replace(result, retry_after_s=reply.retry_after_s)
    named = _named(_decoded(reply.body))
    return replace(told, kind=named.kind, text=named.text) if named else told


def read_answer(body: bytes) -> PortalPage | Fault:
    """Return the records of an answer, or what is wrong with it.

    Parameters
    ----------
    body
        The bytes of the answer: JSON, or XML with an error code.

    Examples
    --------
    >>> read_answer(b'{"svc": {"list_total_count": 1, "RESULT": {"CODE": "INFO-000"}, "row": {"LA": 1}}}').records
    [{'LA': 1}]
    >>> read_answer(b"<RESULT><CODE>INFO-100</CODE><MESSAGE>no</MESSAGE></RESULT>")
    Fault(kind='key', code='INFO-100', text='no', retry_after_s=None)
    """
    text = _decoded(body).strip().removeprefix("\ufeff").lstrip()
    if not text:
        return Fault(kind="garbled", text="an empty answer")
    if text.startswith("<"):
        return _markup(text)
    try:
        answer = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return _named(text) or Fault(kind="garbled", text=f"no whole JSON: {_line(text, 60)}")
    fault, page = _fault_in(answer), _page(answer)
    understood = fault is None or (fault.code not in _KINDS and isinstance(page, PortalPage) and page.records)
    return page if understood else fault or page


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp949", errors="replace")


def _line(text: str, longest: int = _LONGEST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest] + "…"


def _kind_of(code: str, text: str) -> Kind:
    known = _KINDS.get(code) or _KINDS.get(code.lstrip("0"))
    named = _named(f"{code} {text}")
    return known or (named.kind if named else "request")


def _named(text: str) -> Fault | None:
    """Return the fault that a text names; some gateways answer in plain words."""
    upper = text.upper()
    for word, kind in _NAMED:
        if word in upper:
            return Fault(kind=kind, code=word, text=_line(text))
    return None


def _markup(text: str) -> Fault:
    code = _first_tag(_XML_CODES, text)
    said = " ".join(filter(None, (_first_tag((tag,), text) for tag in _XML_TEXTS)))
    if code:
        if code in _FINE:
            return Fault(kind="request", text="XML with data where JSON was asked for")
        return Fault(kind=_kind_of(code, said), code=code, text=_line(said))
    named = _named(text)
    title = _first_tag(("title", "TITLE", "h1"), text)
    return named or Fault(kind="garbled", text=_line(f"a page of HTML or XML instead of data {title}", 100))


def _first_tag(tags: Sequence[str], text: str) -> str:
    for tag in tags:
        if found := re.search(_TAG.format(tag), text, re.DOTALL):
            return found[1].strip()
    return ""


def _fault_in(answer: object) -> Fault | None:
    for code, text in _said(answer, depth=0):
        if code.upper() not in _FINE:
            return Fault(kind=_kind_of(code, text), code=code, text=_line(text))
    return None


def _said(node: object, *, depth: int) -> Iterator[tuple[str, str]]:
    """Return the codes in the wrapping of an answer, and what is said with each; records are not looked into."""
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return
    for code, text in _CODES:
        told = node.get(text) is not None or code != "code"  # a lone "code" may be anything
        if isinstance(node.get(code), str | int) and told:
            yield str(node[code]).strip(), str(node.get(text) or "")
            break
    for name, child in node.items():
        if name not in _ROWS:
            yield from _said(child, depth=depth + 1)


def _page(answer: object) -> PortalPage | Fault:
    records = _records(answer)
    if records is not None and not all(isinstance(record, dict) for record in records):
        return Fault(kind="garbled", text="records that are no objects with named fields")
    only = list(answer) if isinstance(answer, Mapping) else []
    envelope = str(only[0]) if len(only) == 1 and isinstance(answer[only[0]], Mapping) else ""  # type: ignore[index]
    return PortalPage(records=records or [], total=_total(answer), envelope=envelope, content=answer)


def _records(node: object) -> list[Any] | None:
    if isinstance(node, list):
        return node
    if not isinstance(node, Mapping):
        return None
    for name in _ROWS:
        if name in node:
            child = node[name]
            wraps = isinstance(child, Mapping) and any(inner in child for inner in _ROWS)
            if isinstance(child, Mapping) and child and not wraps:
                return [dict(child)]  # one record stands there without a list around it
            return _records(child) or []
    for child in node.values():
        found = _records(child) if isinstance(child, Mapping) else None
        if found is not None:
            return found
    return None


def _total(node: object, depth: int = 0) -> int | None:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return None
    for name, value in node.items():
        if name.lower() in _TOTALS and re.fullmatch(r"[\d,]+", str(value).strip()):
            return int(str(value).replace(",", ""))
    for name, child in node.items():
        if name not in _ROWS and (found := _total(child, depth + 1)) is not None:
            return found
    return None
